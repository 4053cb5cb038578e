/* staff.h - who works at a workplace: role and employment status of every record, and the tally.
 *
 * The tally feeds the jrNN columns of the workplace file and the records feed the
 * worker file, which is how the two agree.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_STAFF_H
#define CDN_SYNTH_STAFF_H

#include "synth/world.h"

enum { CDN_STATUS_PERM, CDN_STATUS_TEMP, CDN_STATUS_POOL, CDN_STATUS_AGENCY, CDN_STATUS_OTHER,
       CDN_STATUS_COUNT };
enum { CDN_FLOW_STARTERS, CDN_FLOW_LEAVERS, CDN_FLOW_VACANCIES, CDN_FLOW_COUNT };

#define CDN_SYNTH_FLOW_MAX 998u /* the largest number that the upload accepts in one list */

typedef struct cdn_synth_job {
    uint8_t role;       /* position in the lists' roles */
    uint8_t status;     /* CDN_STATUS_... */
    uint8_t first_role, first_status; /* what they were when the record began */
    uint8_t joined, left, moved; /* week; 0 = from the beginning, still here, never */
    uint32_t number;    /* of the record, in all weeks */
} cdn_synth_job;

typedef struct cdn_synth_staff {
    uint32_t count;   /* of jobs, of those who left too */
    uint32_t present; /* of them, by the world's week */
    cdn_synth_job *jobs; /* room for the largest workplace and all joiners */
    uint32_t by_role[CDN_SYNTH_ROLES_MAX][CDN_STATUS_COUNT];
    uint32_t flow[CDN_FLOW_COUNT][CDN_SYNTH_ROLES_MAX];
    int32_t flow_total[CDN_FLOW_COUNT]; /* sum, 0 none, -2 not known, -1 blank */
} cdn_synth_staff;

/** Refuses lists that lack a role of the tables. */
cdn_status cdn_synth_staff_check(const cdn_synth_lists *lists, cdn_error *error) CDN_MUST_CHECK;

/** Draws the staff and the flows of one workplace in week 0. `out->jobs` must hold its records. */
void cdn_synth_staff_draw(const cdn_synth_world *world, uint32_t place, cdn_synth_staff *out);

/** The job of a registered manager, as a record begins. */
cdn_synth_job cdn_synth_manager(const cdn_synth_lists *lists);
/** Role and status of somebody else. */
void cdn_synth_job_draw(const cdn_synth_world *world, const cdn_synth_place *place,
                        cdn_random *random, cdn_synth_job *job);

/** Analysis-file code of a status: 190, 191, 192, 193, 196. */
int32_t cdn_synth_status_code(uint8_t status);

#endif
