/* news.c - what changes about a worker while the record stays: job, pay, answers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/week.h"

#define RISE 15u   /* per 1,000 records of an amended workplace */
#define ANSWER 20u

static void raise_pay(cdn_random *random, cdn_person *person)
{
    uint32_t part = 1 + cdn_random_below(random, 5); /* per cent */
    if (person->hourly_pence > 0)
        person->hourly_pence += person->hourly_pence * (int32_t)part / 100;
    if (person->salary > 0)
        person->salary += person->salary / 100 * (int32_t)part;
}

/* One question is answered again. */
static void answer(cdn_random *random, cdn_person *person)
{
    switch (cdn_random_below(random, 6)) {
    case 0:
        person->sick_halves = (int32_t)cdn_random_below(random, 12);
        break;
    case 1:
        person->zero_hours = person->zero_hours != 1;
        break;
    case 2:
        if (person->age < 0)
            person->age = 20 + (int32_t)cdn_random_below(random, 44);
        break;
    case 3:
        if (person->gender < 0)
            person->gender = cdn_random_chance(random, 800) ? 2 : 1;
        break;
    case 4:
        person->qualified = 1;
        person->level = 2 + (int32_t)cdn_random_below(random, 4);
        person->highest_level = person->level;
        break;
    default:
        person->care_certificate = 1;
        break;
    }
}

void cdn_person_pass(const cdn_synth_world *world, const cdn_workplace_habits *habits,
                     const cdn_synth_job *job, cdn_person *person)
{
    const cdn_synth_place *place = habits->place;
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_NEWS, job->number);
    uint32_t last = job->left > 0 ? job->left - 1u : world->options->week;
    for (uint32_t week = job->joined + 1u; week <= last; week++) {
        if (week == job->moved) {
            person->role_code = world->lists->roles[job->role].code;
            person->status_code = cdn_synth_status_code(job->status);
            raise_pay(&random, person);
        }
        uint32_t draw = cdn_random_below(&random, 1000);
        if (!cdn_synth_amended(place, week))
            continue;
        if (draw < RISE)
            raise_pay(&random, person);
        else if (draw < RISE + ANSWER)
            answer(&random, person);
    }
}
