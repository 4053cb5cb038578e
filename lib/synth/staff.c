/* staff.c - roles by kind of service, employment status, and the year's starters and leavers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/staff.h"

#include <string.h>

#include "core/fail.h"

#define REGISTERED_MANAGER 4

/* Role code and share per 1,000, by kind of service; the registered manager comes apart. */
static const cdn_share nursing[] = {{8, 500}, {16, 120}, {26, 150}, {7, 75},  {34, 28}, {25, 25},
                                    {43, 18}, {38, 15},  {5, 10},   {37, 8},  {2, 8},   {1, 6},
                                    {27, 15}, {45, 10},  {17, 4},   {44, 3},  {24, 5},  {0, 0}};
static const cdn_share home[] = {{8, 540}, {7, 125}, {26, 130}, {52, 70}, {43, 28}, {25, 20},
                                 {34, 20}, {45, 15}, {5, 12},   {27, 12}, {1, 10},  {2, 7},
                                 {23, 6},  {3, 4},   {42, 1},   {0, 0}};
static const cdn_share domiciliary[] = {{8, 760}, {7, 60}, {25, 42}, {40, 28}, {5, 24},  {45, 18},
                                        {1, 14},  {43, 9}, {2, 8},   {3, 8},   {52, 12}, {44, 4},
                                        {24, 4},  {27, 5}, {16, 4},  {0, 0}};
static const cdn_share supported[] = {{52, 430}, {8, 320}, {7, 75},  {45, 50}, {3, 25}, {5, 22},
                                      {25, 20},  {43, 14}, {2, 12},  {9, 10},  {1, 8},  {26, 8},
                                      {23, 4},   {44, 2},  {0, 0}};
static const cdn_share day[] = {{52, 300}, {8, 270}, {9, 90}, {34, 60}, {25, 55}, {27, 50},
                                {10, 45},  {3, 30},  {7, 40}, {26, 30}, {23, 20}, {1, 10}, {0, 0}};
static const cdn_share social_work[] = {
    {6, 340}, {39, 110}, {15, 70}, {25, 95}, {36, 45}, {9, 70}, {3, 50}, {2, 35}, {35, 30},
    {45, 40}, {11, 30},  {40, 25}, {17, 10}, {1, 12},  {27, 20}, {46, 6}, {48, 5}, {42, 7}, {0, 0}};
static const cdn_share community[] = {{9, 230}, {11, 130}, {10, 80}, {25, 130}, {52, 150},
                                      {1, 45},  {2, 40},   {27, 60}, {3, 30},   {8, 60},
                                      {24, 15}, {39, 10},  {42, 20}, {0, 0}};
static const cdn_share health[] = {{16, 240}, {8, 200}, {52, 120}, {17, 90}, {38, 50}, {37, 25},
                                   {25, 90},  {26, 60}, {15, 35},  {2, 25},  {3, 25},  {6, 15},
                                   {1, 15},   {40, 10}, {0, 0}};
static const cdn_share head_office[] = {
    {25, 300}, {1, 190}, {2, 130}, {27, 120}, {44, 55}, {48, 45}, {24, 50}, {46, 30}, {47, 16},
    {49, 18},  {50, 10}, {51, 16}, {5, 10},   {3, 10},  {0, 0}};
static const cdn_share *const mixes[CDN_CLASS_COUNT] = {
    nursing, home, domiciliary, supported, day, social_work, community, health, head_office};

cdn_status cdn_synth_staff_check(const cdn_synth_lists *lists, cdn_error *error)
{
    static const cdn_share also[] = {{REGISTERED_MANAGER, 1}, {40, 1}, {27, 1}, {0, 0}};
    for (size_t m = 0; m <= CDN_CLASS_COUNT; m++) {
        const cdn_share *at = m < CDN_CLASS_COUNT ? mixes[m] : also;
        for (; at->share != 0; at++)
            if (lists->role_of_code[at->code] == CDN_SYNTH_NO_ROLE)
                return cdn_fail(error, CDN_E_INPUT, "job_roles.csv: code %d is needed", at->code);
    }
    return CDN_OK;
}

int32_t cdn_synth_status_code(uint8_t status)
{
    static const int32_t codes[CDN_STATUS_COUNT] = {190, 191, 192, 193, 196};
    return codes[status];
}

static uint8_t draw_status(cdn_random *random, uint8_t group)
{
    static const cdn_share direct[] = {{CDN_STATUS_PERM, 800}, {CDN_STATUS_TEMP, 35},
                                       {CDN_STATUS_POOL, 115}, {CDN_STATUS_AGENCY, 40},
                                       {CDN_STATUS_OTHER, 10}, {0, 0}};
    static const cdn_share rest[] = {{CDN_STATUS_PERM, 935}, {CDN_STATUS_TEMP, 25},
                                     {CDN_STATUS_POOL, 20},  {CDN_STATUS_AGENCY, 12},
                                     {CDN_STATUS_OTHER, 8},  {0, 0}};
    return (uint8_t)cdn_random_share(random, group == CDN_GROUP_DIRECT ? direct : rest);
}

static uint32_t draw_managers(cdn_random *random, const cdn_synth_place *place)
{
    if (!place->regulated || place->records == 0)
        return 0;
    uint32_t draw = cdn_random_below(random, 1000);
    return draw < 15 && place->records > 3 ? 0 : draw < 22 && place->records > 20 ? 2 : 1;
}

cdn_synth_job cdn_synth_manager(const cdn_synth_lists *lists)
{
    uint8_t role = lists->role_of_code[REGISTERED_MANAGER];
    return (cdn_synth_job){.role = role,
                           .first_role = role,
                           .status = CDN_STATUS_PERM,
                           .first_status = CDN_STATUS_PERM};
}

void cdn_synth_job_draw(const cdn_synth_world *world, const cdn_synth_place *place,
                        cdn_random *random, cdn_synth_job *job)
{
    const cdn_share *mix = mixes[cdn_synth_class_of(place->service)];
    job->role = world->lists->role_of_code[cdn_random_share(random, mix)];
    job->status = draw_status(random, world->lists->roles[job->role].group);
}

static void draw_jobs(const cdn_synth_world *world, const cdn_synth_place *place,
                      cdn_random *random, cdn_synth_staff *out)
{
    const cdn_synth_lists *lists = world->lists;
    uint32_t managers = draw_managers(random, place);
    uint32_t first_manager = place->records > 0 ? cdn_random_below(random, place->records) : 0;
    for (uint32_t i = 0; i < place->records; i++) {
        uint32_t from_first = (i + place->records - first_manager) % place->records;
        bool manager = from_first < managers;
        cdn_synth_job *job = &out->jobs[i];
        *job = cdn_synth_manager(lists);
        if (!manager)
            cdn_synth_job_draw(world, place, random, job);
        job->first_role = job->role;
        job->first_status = job->status;
        job->number = place->first_worker + i;
        out->by_role[job->role][job->status]++;
    }
}

static uint32_t draw_flow_size(cdn_random *random, int flow, uint32_t employed)
{
    static const cdn_share turnover[] = {{0, 130},   {80, 120},  {160, 190}, {240, 200},
                                         {330, 160}, {450, 110}, {650, 60},  {900, 15},
                                         {1300, 10}, {1800, 5},  {0, 0}};
    static const cdn_share vacancies[] = {{0, 330},   {40, 190}, {80, 190},
                                          {140, 160}, {220, 100}, {400, 30}, {0, 0}};
    uint32_t rate = (uint32_t)cdn_random_share(
        random, flow == CDN_FLOW_VACANCIES ? vacancies : turnover);
    uint32_t size = (employed * rate + cdn_random_below(random, 1000)) / 1000;
    return rate == 0 ? 0 : size > CDN_SYNTH_FLOW_MAX ? CDN_SYNTH_FLOW_MAX : size;
}

static void draw_flow(const cdn_synth_world *world, const cdn_synth_place *place,
                      cdn_random *random, int flow, cdn_synth_staff *out)
{
    uint32_t employed = 0;
    for (uint32_t i = 0; i < out->count; i++)
        employed += out->jobs[i].status <= CDN_STATUS_TEMP;
    uint32_t size = employed == 0 ? 0 : draw_flow_size(random, flow, employed);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t at = cdn_random_below(random, out->count);
        while (out->jobs[at].status > CDN_STATUS_TEMP)
            at = (at + 1) % out->count;
        out->flow[flow][out->jobs[at].role]++;
    }
    uint8_t manager = world->lists->role_of_code[REGISTERED_MANAGER];
    if (flow == CDN_FLOW_VACANCIES && place->regulated && out->count > 0) {
        size -= out->flow[flow][manager];
        out->flow[flow][manager] = out->by_role[manager][CDN_STATUS_PERM] == 0;
        size += out->flow[flow][manager];
    }
    out->flow_total[flow] = (int32_t)size;
}

void cdn_synth_staff_draw(const cdn_synth_world *world, uint32_t place, cdn_synth_staff *out)
{
    const cdn_synth_place *at = &world->places[place];
    cdn_random random;
    cdn_random_seed(&random, world->options->seed, CDN_STREAM_WORKPLACE, place);
    memset(out->by_role, 0, sizeof out->by_role);
    memset(out->flow, 0, sizeof out->flow);
    out->count = out->present = at->records;
    draw_jobs(world, at, &random, out);
    bool skipped = cdn_random_chance(&random, 40);
    for (int flow = 0; flow < CDN_FLOW_COUNT; flow++) {
        draw_flow(world, at, &random, flow, out);
        uint32_t draw = cdn_random_below(&random, 1000);
        if (skipped || draw < 20)
            out->flow_total[flow] = -1;
        else if (draw < 60)
            out->flow_total[flow] = -2;
    }
}
