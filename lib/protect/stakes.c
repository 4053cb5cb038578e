/* stakes.c - a hash table of ratios with sums.
 *
 * Nothing is listed from it, so its order shows nowhere. Slots that became
 * empty are dropped when the table fills up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/stakes.h"

#include <string.h>

#include "core/alloc.h"
#include "core/map.h"
#include "protect/classes.h"

#define TAGS UINT64_C(0x7461677300000000)

void cdn_stake_add_cell(cdn_stake *stake, const cdn_system *system, uint32_t cell)
{
    bool sensitive = (system->marks[cell] & CDN_CELL_SENSITIVE) != 0;
    stake->sensitive += sensitive;
    for (uint32_t k = 0; k < system->holder_kinds; k++) {
        uint32_t holder = system->holder[k][cell];
        if (holder == 0 && !sensitive)
            continue;
        stake->kinds[k].tag = cdn_mix64(TAGS + holder);
        stake->kinds[k].tags += stake->kinds[k].tag;
        stake->kinds[k].members++;
        stake->kinds[k].held += holder != 0;
    }
}

void cdn_stake_join(cdn_stake *stake, const cdn_stake *other)
{
    stake->sensitive += other->sensitive;
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++) {
        if (other->kinds[k].members == 0)
            continue;
        stake->kinds[k].tag = other->kinds[k].tag;
        stake->kinds[k].tags += other->kinds[k].tags;
        stake->kinds[k].members += other->kinds[k].members;
        stake->kinds[k].held += other->kinds[k].held;
    }
}

bool cdn_stake_is_empty(const cdn_stake *stake)
{
    uint32_t members = stake->sensitive;
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++)
        members |= stake->kinds[k].members;
    return members == 0;
}

bool cdn_stakes_init(cdn_stakes *stakes, uint32_t members)
{
    uint32_t size = 64;
    while (size < UINT32_C(1) << 30 && size / 4 < members)
        size *= 2;
    *stakes = (cdn_stakes){.mask = size - 1};
    stakes->ratios = cdn_alloc(size, sizeof *stakes->ratios);
    stakes->sums = cdn_alloc(size, sizeof *stakes->sums);
    if (stakes->ratios == NULL || stakes->sums == NULL)
        return false;
    memset(stakes->ratios, 0xff, (size_t)size * sizeof *stakes->ratios);
    return true;
}

void cdn_stakes_release(cdn_stakes *stakes)
{
    cdn_free(stakes->ratios);
    cdn_free(stakes->sums);
    *stakes = (cdn_stakes){0};
}

static uint32_t home(const cdn_stakes *stakes, uint64_t ratio)
{
    return (uint32_t)cdn_mix64(ratio) & stakes->mask;
}

static uint32_t find_slot(const cdn_stakes *stakes, uint64_t ratio)
{
    uint32_t slot = home(stakes, ratio);
    while (stakes->ratios[slot] != ratio && stakes->ratios[slot] != CDN_RATIO_NONE)
        slot = (slot + 1) & stakes->mask;
    return slot;
}

/* Takes the slot out and closes the gap, so that the table never fills with empty ones. */
static void close_slot(cdn_stakes *stakes, uint32_t gap)
{
    for (uint32_t slot = gap;;) {
        slot = (slot + 1) & stakes->mask;
        if (stakes->ratios[slot] == CDN_RATIO_NONE)
            break;
        uint32_t from = home(stakes, stakes->ratios[slot]);
        if (((slot - from) & stakes->mask) < ((slot - gap) & stakes->mask))
            continue;
        stakes->ratios[gap] = stakes->ratios[slot];
        stakes->sums[gap] = stakes->sums[slot];
        gap = slot;
    }
    stakes->ratios[gap] = CDN_RATIO_NONE;
    stakes->sums[gap] = (cdn_stake){.sensitive = 0};
    stakes->used--;
}

void cdn_stakes_add(cdn_stakes *stakes, uint64_t ratio, const cdn_stake *stake)
{
    if (ratio == CDN_RATIO_NONE)
        return;
    uint32_t slot = find_slot(stakes, ratio);
    if (stakes->ratios[slot] == CDN_RATIO_NONE) {
        stakes->ratios[slot] = ratio;
        stakes->used++;
    }
    cdn_stake_join(&stakes->sums[slot], stake);
}

void cdn_stakes_drop(cdn_stakes *stakes, uint64_t ratio, const cdn_stake *stake)
{
    if (ratio == CDN_RATIO_NONE)
        return;
    uint32_t slot = find_slot(stakes, ratio);
    cdn_stake *sum = &stakes->sums[slot];
    sum->sensitive -= stake->sensitive;
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++) {
        sum->kinds[k].tags -= stake->kinds[k].tags;
        sum->kinds[k].members -= stake->kinds[k].members;
        sum->kinds[k].held -= stake->kinds[k].held;
    }
    if (cdn_stake_is_empty(sum))
        close_slot(stakes, slot);
}

bool cdn_stakes_object(const cdn_stakes *stakes, uint64_t ratio, const cdn_stake *stake)
{
    if (ratio == CDN_RATIO_NONE)
        return false;
    const cdn_stake *sum = &stakes->sums[find_slot(stakes, ratio)];
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS && sum->sensitive > 0; k++) {
        if (stake->kinds[k].members > 0 && sum->kinds[k].held > 0 &&
            sum->kinds[k].tags != sum->kinds[k].members * stake->kinds[k].tag)
            return true;
    }
    return false;
}

bool cdn_stakes_clash(const cdn_stakes *stakes, uint64_t ratio, uint64_t other,
                      const cdn_stake *both)
{
    if (ratio == CDN_RATIO_NONE || other == CDN_RATIO_NONE)
        return false;
    const cdn_stake *a = &stakes->sums[find_slot(stakes, ratio)];
    const cdn_stake *b = &stakes->sums[find_slot(stakes, other)];
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS && (a->sensitive | b->sensitive) != 0; k++) {
        uint32_t members = a->kinds[k].members + b->kinds[k].members;
        if (both->kinds[k].members > 0 && (a->kinds[k].held | b->kinds[k].held) != 0 &&
            a->kinds[k].tags + b->kinds[k].tags != members * both->kinds[k].tag)
            return true;
    }
    return false;
}
