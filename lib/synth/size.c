/* size.c - how many records each workplace holds: skewed, with dominant employers.
 *
 * Relative sizes come from a table of log-normal quantiles (sigma 0.9), scaled by
 * cumulative rounding so that they add up to exactly the workers asked for. In
 * small areas one organisation of a service is blown up until it holds nine
 * tenths of it: the case that dominance rules exist for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/world.h"

#define RAW_UNIT 100u /* raw sizes are in hundredths of a worker */
#define RAW_MAX (480u * RAW_UNIT)
#define RAW_MAX_COUNCIL (900u * RAW_UNIT)
#define SMALL_AREA_PLACES 60u
#define DOMINANT_TIMES 9u

cdn_synth_class cdn_synth_class_of(uint8_t service)
{
    switch (service) {
    case 1: return CDN_CLASS_NURSING;
    case 2: case 5: case 14: case 53: case 70: return CDN_CLASS_HOME;
    case 8: case 10: case 12: case 74: return CDN_CLASS_DOMICILIARY;
    case 17: case 54: case 55: return CDN_CLASS_SUPPORTED;
    case 6: case 7: return CDN_CLASS_DAY;
    case CDN_SYNTH_SOCIAL_WORK: return CDN_CLASS_SOCIAL_WORK;
    case 61: case 62: case 63: case 64: case 66: case 67: case 68: case 69: case 71:
        return CDN_CLASS_HEALTH;
    case CDN_SYNTH_HEAD_OFFICE: return CDN_CLASS_HEAD_OFFICE;
    default: return CDN_CLASS_COMMUNITY;
    }
}

static uint64_t draw_raw(const cdn_synth_world *world, cdn_random *random,
                         const cdn_synth_place *place)
{
    static const uint16_t permille[] = {0, 50, 100, 200, 300, 400, 500, 600,
                                        700, 800, 900, 950, 980, 990, 1000};
    static const uint16_t percent[] = {12, 23, 32, 47, 62, 80, 100, 126,
                                       160, 213, 317, 440, 630, 810, 1400};
    static const uint16_t medians[CDN_CLASS_COUNT] = {46, 21, 29, 24, 10, 110, 9, 16, 6};
    cdn_synth_class class = cdn_synth_class_of(place->service);
    uint32_t none = class == CDN_CLASS_HEAD_OFFICE ? 450 : 35;
    uint32_t draw = cdn_random_below(random, 1000);
    bool empty = cdn_random_chance(random, none);
    size_t knot = 0;
    while (draw >= permille[knot + 1])
        knot++;
    uint32_t width = (uint32_t)permille[knot + 1] - permille[knot];
    uint32_t scaled = percent[knot] + ((uint32_t)percent[knot + 1] - percent[knot]) *
                                          (draw - permille[knot]) / width;
    uint64_t most = RAW_MAX, raw = (uint64_t)medians[class] * scaled * RAW_UNIT / 100;
    if (class == CDN_CLASS_SOCIAL_WORK) {
        empty = false;
        uint64_t per_area = world->place_count / world->used_areas; /* councils fit their area */
        raw = raw * (40u + world->lists->areas[place->area].weight) / 110u *
              (per_area < 60 ? per_area + 4 : 64) / 64;
        most = RAW_MAX_COUNCIL;
    }
    if (empty)
        return 0;
    return raw < 3 * RAW_UNIT ? 3 * RAW_UNIT : raw > most ? most : raw;
}

/* In one area: gives one organisation of one service nine tenths of its workers. */
static void dominate(cdn_synth_world *world, const uint32_t *members, uint32_t count)
{
    uint32_t largest = members[0];
    for (uint32_t i = 1; i < count; i++)
        if (world->places[members[i]].raw > world->places[largest].raw)
            largest = members[i];
    cdn_synth_place *head = &world->places[largest];
    uint64_t others = 0;
    for (uint32_t i = 0; i < count; i++)
        if (world->places[members[i]].org != head->org)
            others += world->places[members[i]].raw;
    uint64_t wanted = others * DOMINANT_TIMES;
    head->raw = wanted > RAW_MAX ? RAW_MAX : wanted > head->raw ? wanted : head->raw;
    if (wanted <= head->raw)
        return;
    for (uint32_t i = 0; i < count; i++) {
        cdn_synth_place *place = &world->places[members[i]];
        if (place->org != head->org && place->raw > 0) {
            place->raw = place->raw * (head->raw / DOMINANT_TIMES) / others;
            place->raw = place->raw < RAW_UNIT ? RAW_UNIT : place->raw;
        }
    }
}

static void dominate_small_areas(cdn_synth_world *world)
{
    static const uint8_t services[] = {8, 2, 55};
    uint32_t members[SMALL_AREA_PLACES];
    uint16_t in_area[CDN_SYNTH_AREAS_MAX] = {0};
    for (uint32_t i = 0; i < world->place_count; i++)
        if (in_area[world->places[i].area] < UINT16_MAX)
            in_area[world->places[i].area]++;
    for (uint32_t area = 0; area < world->lists->area_count; area++) {
        if (in_area[area] < 3 || in_area[area] >= SMALL_AREA_PLACES)
            continue;
        for (size_t s = 0; s < sizeof services; s++) {
            uint32_t count = 0;
            for (uint32_t i = 0; i < world->place_count; i++)
                if (world->places[i].area == area && world->places[i].service == services[s])
                    members[count++] = i;
            if (count < 2 || (area + s) % 3 == 0)
                continue;
            dominate(world, members, count);
            break;
        }
    }
}

static void scale(cdn_synth_world *world)
{
    uint64_t sum = 0, seen = 0, filled = 0, total = world->counted_workers;
    for (uint32_t i = 0; i < world->place_count; i++) {
        sum += world->places[i].raw;
        filled += world->places[i].raw > 0;
    }
    if (sum == 0) {
        world->places[0].raw = sum = 1;
        filled = 1;
    }
    uint32_t first = 0;
    uint64_t base = total >= 2 * filled ? 1 : 0; /* everyone with records has at least one */
    uint64_t spread = total - base * filled;
    for (uint32_t i = 0; i < world->place_count; i++) {
        cdn_synth_place *place = &world->places[i];
        uint64_t before = seen * spread / sum;
        seen += place->raw;
        place->records =
            (uint32_t)(seen * spread / sum - before + (place->raw > 0 ? base : 0));
        place->first_worker = first;
        first += place->records;
    }
}

static int32_t draw_total_staff(cdn_random *random, uint32_t records)
{
    uint32_t draw = cdn_random_below(random, 1000);
    if (records == 0)
        return draw < 500 ? -1 : (int32_t)(1 + cdn_random_below(random, 25));
    if (draw < 10)
        return -1;
    if (draw >= 95)
        return (int32_t)records;
    uint32_t by = 1 + cdn_random_below(random, records / 4 + 2);
    bool fewer = by < records && cdn_random_chance(random, 350);
    return (int32_t)(fewer ? records - by : records + by);
}

void cdn_synth_world_size(cdn_synth_world *world)
{
    cdn_random random;
    for (uint32_t i = 0; i < world->place_count; i++) {
        cdn_random_seed(&random, world->options->seed, CDN_STREAM_SIZE, i);
        world->places[i].raw = draw_raw(world, &random, &world->places[i]);
    }
    dominate_small_areas(world);
    scale(world);
    for (uint32_t i = 0; i < world->place_count; i++) {
        cdn_random_seed(&random, world->options->seed, CDN_STREAM_SIZE, ~i);
        world->places[i].total_staff = draw_total_staff(&random, world->places[i].records);
        bool head = world->places[i].service == CDN_SYNTH_HEAD_OFFICE;
        if (head && world->places[i].records == 0)
            world->places[i].total_staff = 0;
    }
}
