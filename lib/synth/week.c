/* week.c - which workplaces and which records come, go and change from week to week.
 *
 * Rates are per 1,000 in a week in which a workplace amends its data, that is
 * in one week of four: of records 0.3% join and leave in a week, which is a
 * turnover of 15% a year in files that grow old.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/week.h"

#include <string.h>

#define AMENDED 250u       /* per 1,000 workplaces a week */
#define AMENDED_STALE 5u   /* the same for those that lay still for a year */
#define PERMISSION 20u     /* per 1,000 amendments */
#define LEAVING 25u        /* per 1,000 records of an amended workplace */
#define MOVING 6u
#define JOINING 25u
#define FEWEST_TO_CLOSE 20u
#define PLACES_PER_EVENT 2000u
#define REGISTERED_MANAGER 4

static uint32_t events(uint32_t workplaces)
{
    return workplaces / PLACES_PER_EVENT + 1u;
}

uint32_t cdn_synth_week_places(const cdn_synth_options *options)
{
    return options->workplaces + (options->week + 1u) / 2u * events(options->workplaces);
}

/* --- workplaces ----------------------------------------------------------------------------- */

/* A workplace of week 0 that may close or be the model of a new one: not a council's, no parent. */
static uint32_t pick_place(const cdn_synth_world *world, cdn_random *random)
{
    uint32_t at = cdn_random_below(random, world->planned);
    for (uint32_t tried = 0; tried < world->planned; tried++, at = (at + 1) % world->planned) {
        const cdn_synth_place *place = &world->places[at];
        const cdn_synth_org *org = &world->orgs[place->org];
        bool parent = org->count > 1 && org->first == at;
        if (!parent && org->establishment_type > 3 && place->closed == 0 && place->records > 0)
            return at;
    }
    return world->planned;
}

static void open_place(cdn_synth_world *world, uint32_t model, uint32_t week)
{
    cdn_synth_place *place = &world->places[world->place_count++];
    *place = world->places[model];
    place->opened = (uint8_t)week;
    place->records = 0;
    place->total_staff = 0;
    place->raw = 0;
    place->amended = 0;
    world->orgs[place->org].count++;
}

static void open_and_close(cdn_synth_world *world, uint32_t week)
{
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_WEEK, ~week);
    for (uint32_t i = 0; i < events(world->planned); i++) {
        uint32_t place = pick_place(world, &random);
        if (place == world->planned)
            return;
        if (week % 2 != 0)
            open_place(world, place, week);
        else if (world->planned >= FEWEST_TO_CLOSE)
            world->places[place].closed = (uint8_t)week;
    }
}

static int8_t draw_permission(cdn_random *random)
{
    static const cdn_share answers[] = {{1, 55}, {0, 25}, {-1, 20}, {0, 0}};
    return (int8_t)cdn_random_share(random, answers);
}

static void amend(cdn_synth_place *place, cdn_random *random, uint32_t week)
{
    place->amended |= (uint64_t)1 << week;
    place->updated = place->login = (int32_t)cdn_random_below(random, 7) - 7 * (int32_t)week;
    if (cdn_random_chance(random, PERMISSION))
        place->la_permission = draw_permission(random);
    if (cdn_random_chance(random, PERMISSION))
        place->cqc_permission = draw_permission(random);
}

static void pass_place(const cdn_synth_world *world, uint32_t at)
{
    cdn_synth_place *place = &world->places[at];
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_WEEK, at);
    for (uint32_t week = place->opened > 0 ? place->opened : 1; week <= world->options->week;
         week++) {
        bool stale = place->updated > 365 - 7 * (int32_t)week;
        bool due = cdn_random_chance(&random, stale ? AMENDED_STALE : AMENDED);
        if (due || week == place->opened)
            amend(place, &random, week);
    }
}

void cdn_synth_world_pass(cdn_synth_world *world)
{
    world->planned = world->place_count;
    for (uint32_t week = 1; week <= world->options->week; week++)
        open_and_close(world, week);
    for (uint32_t at = 0; at < world->place_count; at++)
        pass_place(world, at);
}

/* --- records -------------------------------------------------------------------------------- */

static bool is_manager(const cdn_synth_world *world, const cdn_synth_job *job)
{
    return world->lists->roles[job->role].code == REGISTERED_MANAGER;
}

/* Until it leaves or the world's week is reached: does it leave, does it change jobs? */
static void pass_job(const cdn_synth_world *world, const cdn_synth_place *place,
                     cdn_synth_job *job)
{
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_LEAVING, job->number);
    for (uint32_t week = job->joined + 1u; week <= world->options->week; week++) {
        uint32_t draw = cdn_random_below(&random, 1000);
        if (week == place->closed)
            job->left = (uint8_t)week;
        if (job->left != 0)
            return;
        if (!cdn_synth_amended(place, week) || is_manager(world, job))
            continue;
        if (draw < LEAVING) {
            job->left = (uint8_t)week;
            return;
        }
        if (draw < LEAVING + MOVING) {
            cdn_synth_job_draw(world, place, &random, job);
            job->moved = (uint8_t)week;
        }
    }
}

static uint32_t joiners(const cdn_synth_place *place, cdn_random *random, uint32_t week)
{
    if (place->closed != 0 && week >= place->closed)
        return 0;
    if (week == place->opened)
        return 6 + cdn_random_below(random, CDN_SYNTH_JOINERS_MAX - 6);
    if (!cdn_synth_amended(place, week))
        return 0;
    uint32_t count = (place->records * JOINING + cdn_random_below(random, 1000)) / 1000;
    return count > CDN_SYNTH_JOINERS_MAX ? CDN_SYNTH_JOINERS_MAX : count;
}

static void join(const cdn_synth_world *world, uint32_t at, cdn_synth_staff *staff)
{
    const cdn_synth_place *place = &world->places[at];
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_JOINING, at);
    for (uint32_t week = place->opened > 0 ? place->opened : 1; week <= world->options->week;
         week++) {
        uint32_t count = joiners(place, &random, week);
        uint32_t first = (at * CDN_SYNTH_MAX_WEEK + week - 1) * CDN_SYNTH_JOINERS_MAX;
        for (uint32_t i = 0; i < count; i++) {
            cdn_synth_job *job = &staff->jobs[staff->count++];
            bool manager = i == 0 && week == place->opened && place->regulated;
            *job = cdn_synth_manager(world->lists);
            if (!manager)
                cdn_synth_job_draw(world, place, &random, job);
            job->first_role = job->role;
            job->first_status = job->status;
            job->joined = (uint8_t)week;
            job->number = world->options->workers + first + i;
        }
    }
}

static void flow(cdn_synth_staff *staff, int kind, uint8_t role)
{
    if (staff->flow_total[kind] < 0 || staff->flow_total[kind] >= (int32_t)CDN_SYNTH_FLOW_MAX)
        return;
    staff->flow[kind][role]++;
    staff->flow_total[kind]++;
}

void cdn_synth_staff_pass(const cdn_synth_world *world, uint32_t place, cdn_synth_staff *staff)
{
    if (world->options->week == 0)
        return;
    join(world, place, staff);
    staff->present = 0;
    memset(staff->by_role, 0, sizeof staff->by_role);
    for (uint32_t i = 0; i < staff->count; i++) {
        cdn_synth_job *job = &staff->jobs[i];
        pass_job(world, &world->places[place], job);
        bool employed = job->status <= CDN_STATUS_TEMP;
        if (job->joined > 0 && employed)
            flow(staff, CDN_FLOW_STARTERS, job->first_role);
        if (job->left > 0 && employed)
            flow(staff, CDN_FLOW_LEAVERS, job->role);
        if (job->left > 0)
            continue;
        staff->present++;
        staff->by_role[job->role][job->status]++;
    }
}
