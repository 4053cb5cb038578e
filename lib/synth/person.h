/* person.h - one synthetic worker: person, job, pay and qualifications.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_PERSON_H
#define CDN_SYNTH_PERSON_H

#include "synth/staff.h"
#include "synth/world.h"

#define CDN_NO_START INT32_MIN

/** What all records of a workplace share. */
typedef struct cdn_workplace_habits {
    const cdn_synth_place *place;
    uint8_t mix;            /* how diverse its area is: 0 least .. 2 London */
    cdn_synth_class class;
    bool council;
    bool no_sickness;       /* every record says 0 days: a habit that releases must notice */
    bool rolling;           /* zero-hours contracts are the rule here */
    int32_t pay_step;       /* pence above the usual */
} cdn_workplace_habits;

/** Codes as in the file: -1 not recorded, -2 not known, unless said otherwise. */
typedef struct cdn_person {
    int32_t status_code, role_code;
    int32_t start_days; /* before the reference day; CDN_NO_START = blank */
    int32_t age, gender, disabled, ethnicity, is_british;
    int32_t nationality, born_in_uk, entry_year, home_area; /* -1 = blank */
    int32_t source, sector_year, sick_halves, zero_hours, average_halves, contract_halves;
    int32_t pay_interval, salary, hourly_pence;
    int32_t care_certificate, apprentice, qualified, level, other_qualified, other_level;
    int32_t highest_level, amhp;
    int32_t distance_tenths; /* of a mile; -1 = blank */
    int32_t delegated_healthcare, pathway, previous_pence, visa, recruited_abroad;
    bool bad_date;
} cdn_person;

void cdn_habits_draw(const cdn_synth_world *world, uint32_t place, cdn_random *random,
                     cdn_workplace_habits *out);
/** The person as its record began. */
void cdn_person_draw(const cdn_synth_world *world, const cdn_workplace_habits *habits,
                     const cdn_synth_job *job, cdn_random *random, cdn_person *out);

/** Hours, pay and qualifications; called by cdn_person_draw after the person is known. */
void cdn_person_draw_hours(const cdn_workplace_habits *habits, const cdn_synth_job *job,
                           uint8_t group, cdn_random *random, cdn_person *out);
void cdn_person_draw_pay(const cdn_workplace_habits *habits, uint8_t group, cdn_random *random,
                         cdn_person *out);
void cdn_person_draw_qualifications(uint8_t group, cdn_random *random, cdn_person *out);

#endif
