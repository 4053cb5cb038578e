/* kin.c - sorts cells by the ratio of two null vectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/kin.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "protect/classes.h"

bool cdn_kin_init(cdn_kin *kin, uint32_t cells)
{
    kin->members = cdn_alloc(cells, sizeof *kin->members);
    kin->class_of = cdn_alloc(cells, sizeof *kin->class_of);
    kin->count = 0;
    return kin->members != NULL && kin->class_of != NULL;
}

void cdn_kin_release(cdn_kin *kin)
{
    cdn_free(kin->members);
    cdn_free(kin->class_of);
    *kin = (cdn_kin){0};
}

static int compare_members(const void *left, const void *right)
{
    const cdn_kin_member *a = left, *b = right;
    if (a->ratio != b->ratio)
        return a->ratio < b->ratio ? -1 : 1;
    return a->cell < b->cell ? -1 : a->cell > b->cell;
}

static bool is_of_concern(const cdn_system *system, uint32_t cell)
{
    bool held = false;
    for (uint32_t k = 0; k < system->holder_kinds; k++)
        held |= system->holder[k][cell] != 0;
    return held || (system->marks[cell] & CDN_CELL_SENSITIVE);
}

bool cdn_kin_list(cdn_kin *kin, const cdn_system *system, cdn_prime field, uint64_t (*vectors)[2])
{
    uint32_t cells = system->cell_count;
    uint64_t *ratios = cdn_alloc(cells, sizeof *ratios);
    bool done = ratios != NULL && cdn_ratios(field, vectors, cells, ratios);
    kin->count = 0;
    for (uint32_t c = 0; done && c < cells; c++) {
        kin->class_of[c] = 0;
        if (ratios[c] != CDN_RATIO_NONE && is_of_concern(system, c))
            kin->members[kin->count++] = (cdn_kin_member){ratios[c], c};
    }
    cdn_free(ratios);
    qsort(kin->members, kin->count, sizeof *kin->members, compare_members);
    for (uint32_t i = 0, end; i < kin->count; i = end) {
        end = cdn_kin_end(kin, i);
        for (uint32_t j = i; j < end; j++)
            kin->class_of[kin->members[j].cell] = i + 1;
    }
    return done;
}

uint32_t cdn_kin_end(const cdn_kin *kin, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < kin->count && kin->members[end].ratio == kin->members[first].ratio)
        end++;
    return end;
}
