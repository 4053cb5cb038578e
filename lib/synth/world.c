/* world.c - areas, organisations and their workplaces.
 *
 * Workplaces are shared out over areas by population (largest remainder), the
 * smallest areas keeping two. Each area has its council; the rest are drawn as
 * organisations from a heavy-tailed table of sizes, each with a home area, from
 * which its workplaces spread out over the region and the country. Later weeks
 * come last, in week.c, and leave all of that as it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/world.h"

#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "synth/week.h"

/* The area of the second agreement that ships with Cordon; small files keep it. */
#define FAVOURED_AREA 904u
#define PLACES_PER_AREA 8u

static bool parse_period(const char *period, int *year, int *month)
{
    int64_t number = 0;
    if (strlen(period) != 7 || period[0] != 'M' || !cdn_parse_int(period + 1, 6, &number))
        return false;
    *year = (int)(number / 100);
    *month = (int)(number % 100);
    return *year >= 2000 && *year <= 2099 && *month >= 1 && *month <= 12;
}

static void date_text(char *out, int year, int month, int day)
{
    const int parts[] = {day / 10, day % 10, month / 10, month % 10,
                         year / 1000, year / 100 % 10, year / 10 % 10, year % 10};
    static const uint8_t at[] = {0, 1, 3, 4, 6, 7, 8, 9};
    out[2] = out[5] = '/';
    for (size_t i = 0; i < sizeof at; i++)
        out[at[i]] = (char)('0' + parts[i]);
}

static cdn_status make_dates(cdn_synth_world *world, cdn_error *error)
{
    int year = 0, month = 0, day = 0;
    const char *period = world->options->period;
    if (!parse_period(period != NULL ? period : "M202608", &year, &month))
        return cdn_fail(error, CDN_E_USAGE, "period: expected MYYYYMM, from M200001 to M209912");
    int32_t first = 0;
    if (!cdn_date_to_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1, &first))
        return cdn_fail(error, CDN_E_INTERNAL, "period: no such day");
    world->reference_year = (uint32_t)year;
    world->elapsed = 7 * (int32_t)world->options->week;
    int32_t last = first - 1 + world->elapsed;
    cdn_days_to_date(last, &year, &month, &day);
    (void)snprintf(world->period, sizeof world->period, "M%04u%02u", (unsigned)year % 10000u,
                   (unsigned)month % 100u);
    world->dates = cdn_alloc(CDN_SYNTH_DAYS, sizeof *world->dates);
    world->years = cdn_alloc(CDN_SYNTH_DAYS, sizeof *world->years);
    if (world->dates == NULL || world->years == NULL)
        return cdn_fail_memory(error);
    for (uint32_t ago = 0; ago < CDN_SYNTH_DAYS; ago++) {
        cdn_days_to_date(last - (int32_t)ago, &year, &month, &day);
        date_text(world->dates[ago], year, month, day);
        world->years[ago] = (uint16_t)year;
    }
    return CDN_OK;
}

/* Small files use some areas only: half of them in London, drawn by seed. */
static uint32_t choose_areas(const cdn_synth_world *world, bool *used)
{
    const cdn_synth_lists *lists = world->lists;
    uint32_t wanted = world->options->workplaces / PLACES_PER_AREA;
    if (wanted >= lists->area_count) {
        memset(used, true, lists->area_count);
        return lists->area_count;
    }
    wanted = wanted < 2 ? 2 : wanted;
    wanted = wanted > world->options->workplaces ? world->options->workplaces : wanted;
    for (uint32_t chosen = 0; chosen < wanted; chosen++) {
        bool london = chosen % 2 == 0;
        uint64_t best_rank = 0;
        uint32_t best = CDN_SYNTH_AREAS_MAX;
        for (int pass = 0; pass < 2 && best == CDN_SYNTH_AREAS_MAX; pass++) {
            for (uint32_t i = 0; i < lists->area_count; i++) {
                const cdn_synth_area *area = &lists->areas[i];
                if (used[i] || (pass == 0 && (area->region == CDN_SYNTH_LONDON) != london))
                    continue;
                uint64_t rank = area->code == FAVOURED_AREA
                                    ? 0
                                    : cdn_random_mix(world->options->seed ^ area->code) | 1;
                if (best == CDN_SYNTH_AREAS_MAX || rank < best_rank) {
                    best = i;
                    best_rank = rank;
                }
            }
        }
        if (best == CDN_SYNTH_AREAS_MAX)
            return chosen;
        used[best] = true;
    }
    return wanted;
}

static void share_out(cdn_synth_world *world)
{
    bool used[CDN_SYNTH_AREAS_MAX] = {false};
    const uint32_t count = world->lists->area_count, total = world->options->workplaces;
    world->used_areas = choose_areas(world, used);
    uint32_t least = total / world->used_areas < 2 ? total / world->used_areas : 2;
    uint64_t weights = 0, remainder[CDN_SYNTH_AREAS_MAX] = {0};
    for (uint32_t i = 0; i < count; i++)
        weights += used[i] ? world->lists->areas[i].weight : 0;
    uint64_t spread = total - (uint64_t)least * world->used_areas;
    uint64_t given = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!used[i])
            continue;
        uint64_t part = spread * world->lists->areas[i].weight;
        world->quota[i] = least + (uint32_t)(part / weights);
        remainder[i] = part % weights + 1;
        given += part / weights;
    }
    for (; given < spread; given++) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < count; i++)
            if (remainder[i] > remainder[best])
                best = i;
        world->quota[best]++;
        remainder[best] = 0;
    }
}

static int8_t draw_permission(cdn_random *random, uint32_t yes, uint32_t no)
{
    uint32_t draw = cdn_random_below(random, 1000);
    return draw < yes ? 1 : draw < yes + no ? 0 : -1;
}

static uint16_t draw_updated(cdn_random *random)
{
    static const uint32_t from[] = {0, 91, 366, 731}, to[] = {91, 366, 731, 914};
    static const cdn_share bands[] = {{0, 48}, {1, 26}, {2, 18}, {3, 8}, {0, 0}};
    int band = cdn_random_share(random, bands);
    return (uint16_t)(from[band] + cdn_random_below(random, to[band] - from[band]));
}

static cdn_synth_org *new_org(cdn_synth_world *world, cdn_random *random, uint16_t area)
{
    cdn_synth_org *org = &world->orgs[world->org_count++];
    org->first = world->place_count;
    org->area = area;
    org->updated = draw_updated(random);
    org->la_permission = draw_permission(random, 560, 150);
    org->cqc_permission = cdn_random_chance(random, 700) ? org->la_permission
                                                         : draw_permission(random, 560, 150);
    org->bulk = cdn_random_chance(random, 120);
    return org;
}

static void new_place(cdn_synth_world *world, cdn_random *random, cdn_synth_org *org,
                      uint32_t area, int service)
{
    cdn_synth_place *place = &world->places[world->place_count++];
    place->org = world->org_count - 1;
    place->area = (uint16_t)area;
    place->service = (uint8_t)service;
    place->regulated = world->lists->service_regulated[service];
    bool follows = cdn_random_chance(random, 900);
    place->la_permission = follows ? org->la_permission : draw_permission(random, 550, 150);
    place->cqc_permission = follows ? org->cqc_permission : draw_permission(random, 550, 150);
    place->updated = cdn_random_chance(random, 600) ? org->updated : draw_updated(random);
    place->login = cdn_random_chance(random, 700)
                       ? place->updated
                       : (int32_t)cdn_random_below(random, (uint32_t)place->updated + 1u);
    world->quota[area]--;
    org->count++;
}

/* Shares of main services among independent workplaces, per 1,000. */
static const cdn_share independent_services[] = {
    {1, 110}, {2, 330}, {8, 320}, {55, 80}, {54, 22}, {6, 28},  {5, 9},   {7, 4},  {10, 8},
    {12, 7},  {13, 6},  {14, 7},  {15, 11}, {17, 7},  {18, 2},  {19, 4},  {20, 4}, {21, 8},
    {52, 6},  {53, 5},  {60, 2},  {61, 3},  {62, 3},  {63, 2},  {64, 3},  {66, 3}, {67, 1},
    {68, 2},  {69, 2},  {70, 2},  {71, 3},  {74, 6},  {75, 3},  {16, 1},  {0, 0}};
static const cdn_share council_services[] = {{6, 30}, {8, 18},  {2, 14}, {17, 10}, {55, 10},
                                             {14, 6}, {15, 5}, {54, 4}, {16, 3},  {0, 0}};

static void make_council(cdn_synth_world *world, cdn_random *random, uint32_t area)
{
    uint32_t wanted = 1;
    if (world->quota[area] >= 12)
        wanted += cdn_random_below(random, 3) + (world->quota[area] >= 100 ? 1 : 0);
    cdn_synth_org *org = new_org(world, random, (uint16_t)area);
    org->establishment_type = cdn_random_chance(random, 850) ? 1 : 3;
    new_place(world, random, org, area, CDN_SYNTH_SOCIAL_WORK);
    for (uint32_t i = 1; i < wanted; i++)
        new_place(world, random, org, area, cdn_random_share(random, council_services));
}

/* An area with workplaces left, in proportion; region 0 = any. false when there is none. */
static bool draw_area(const cdn_synth_world *world, cdn_random *random, uint8_t region,
                      uint32_t *out)
{
    const cdn_synth_lists *lists = world->lists;
    uint32_t left = 0;
    for (uint32_t i = 0; i < lists->area_count; i++)
        if (region == 0 || lists->areas[i].region == region)
            left += world->quota[i];
    if (left == 0)
        return false;
    uint32_t draw = cdn_random_below(random, left);
    for (uint32_t i = 0; i < lists->area_count; i++) {
        if (region != 0 && lists->areas[i].region != region)
            continue;
        if (draw < world->quota[i]) {
            *out = i;
            return true;
        }
        draw -= world->quota[i];
    }
    return false;
}

static uint32_t draw_org_size(cdn_random *random, uint32_t cap)
{
    static const cdn_share bands[] = {{0, 8100}, {1, 1050}, {2, 550}, {3, 210},
                                      {4, 62},   {5, 28},   {0, 0}};
    static const uint32_t from[] = {1, 2, 4, 10, 30, 60}, to[] = {1, 3, 9, 29, 59, 100};
    int band = cdn_random_share(random, bands);
    uint32_t size = from[band] + cdn_random_below(random, to[band] - from[band] + 1);
    return size > cap ? cap : size;
}

static bool make_independent(cdn_synth_world *world, cdn_random *random)
{
    uint32_t home = 0, cap = world->options->workplaces / 12 + 2;
    if (!draw_area(world, random, 0, &home))
        return false;
    uint32_t size = draw_org_size(random, cap);
    cdn_synth_org *org = new_org(world, random, (uint16_t)home);
    static const cdn_share types[] = {{6, 820}, {7, 160}, {8, 20}, {0, 0}};
    org->establishment_type = (uint8_t)cdn_random_share(random, types);
    org->bulk = size > 9 ? cdn_random_chance(random, 700) : org->bulk;
    org->head_office = size >= 3 && cdn_random_chance(random, 700);
    int main_service = cdn_random_share(random, independent_services);
    uint32_t area = home;
    for (uint32_t i = 0; i < size; i++) {
        uint32_t draw = cdn_random_below(random, 100);
        if (i > 0 && (draw >= 45 || world->quota[home] == 0)) {
            uint8_t region = draw < 85 ? world->lists->areas[home].region : 0;
            if (!draw_area(world, random, region, &area) && !draw_area(world, random, 0, &area))
                break;
        } else {
            area = home;
        }
        int service = cdn_random_chance(random, 750)
                          ? main_service
                          : cdn_random_share(random, independent_services);
        new_place(world, random, org, area,
                  i == 0 && org->head_office ? CDN_SYNTH_HEAD_OFFICE : service);
    }
    return true;
}

static cdn_status check_options(const cdn_synth_options *options, cdn_error *error)
{
    if (options->codes_dir == NULL || options->out_dir == NULL)
        return cdn_fail(error, CDN_E_USAGE, "synth: a directory of code lists and one to write");
    if (options->workplaces < 1 || options->workplaces > CDN_SYNTH_MAX_WORKPLACES)
        return cdn_fail(error, CDN_E_USAGE, "synth: workplaces must be 1 to %u",
                        CDN_SYNTH_MAX_WORKPLACES);
    if (options->workers > CDN_SYNTH_MAX_WORKERS)
        return cdn_fail(error, CDN_E_USAGE, "synth: workers must be at most %u",
                        CDN_SYNTH_MAX_WORKERS);
    if (options->week > CDN_SYNTH_MAX_WEEK)
        return cdn_fail(error, CDN_E_USAGE, "synth: week must be 0 to %u", CDN_SYNTH_MAX_WEEK);
    return CDN_OK;
}

/* The tables of this room name codes; a list that lacks one is refused before any row is drawn. */
static cdn_status check_codes(const cdn_synth_lists *lists, cdn_error *error)
{
    const cdn_share *const tables[] = {independent_services, council_services};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const cdn_share *at = tables[t]; at->share != 0; at++)
            if (!lists->service_known[at->code])
                return cdn_fail(error, CDN_E_INPUT, "main_services.csv: code %d is needed",
                                at->code);
    if (!lists->service_known[CDN_SYNTH_HEAD_OFFICE])
        return cdn_fail(error, CDN_E_INPUT, "main_services.csv: code %d is needed",
                        CDN_SYNTH_HEAD_OFFICE);
    return CDN_OK;
}

cdn_status cdn_synth_world_make(const cdn_synth_options *options, const cdn_synth_lists *lists,
                                cdn_synth_world *out, cdn_error *error)
{
    memset(out, 0, sizeof *out);
    CDN_TRY(check_options(options, error));
    CDN_TRY(check_codes(lists, error));
    out->options = options;
    out->lists = lists;
    CDN_TRY(make_dates(out, error));
    out->orgs = cdn_alloc(options->workplaces, sizeof *out->orgs);
    out->places = cdn_alloc(cdn_synth_week_places(options), sizeof *out->places);
    if (out->orgs == NULL || out->places == NULL)
        return cdn_fail_memory(error);
    out->counted_workers = options->workers - cdn_synth_dirty_extra(options);
    share_out(out);
    cdn_random random;
    cdn_random_seed(&random, options->seed, CDN_STREAM_WORLD, 0);
    for (uint32_t area = 0; area < lists->area_count; area++)
        if (out->quota[area] >= 2)
            make_council(out, &random, area);
    while (make_independent(out, &random)) {
    }
    cdn_synth_world_size(out);
    cdn_synth_world_pass(out);
    return CDN_OK;
}

void cdn_synth_world_release(cdn_synth_world *world)
{
    cdn_free(world->orgs);
    cdn_free(world->places);
    cdn_free(world->dates);
    cdn_free(world->years);
    memset(world, 0, sizeof *world);
}

uint32_t cdn_synth_dirty_extra(const cdn_synth_options *options)
{
    uint32_t dirty = options->clean ? 0 : options->workers / 1000 * 3;
    if (!options->clean && options->workers >= 100 && dirty < 5)
        dirty = 5;
    return dirty * 2 / 5;
}

uint32_t cdn_synth_dirty_values(const cdn_synth_options *options)
{
    uint32_t extra = cdn_synth_dirty_extra(options);
    return extra + (extra + 1) / 2;
}
