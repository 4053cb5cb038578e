/* loop.h - protection against intervals, as a user of the library does it.
 *
 * Protect, attack with bounds, mark what the remedy wants, and again, until each cell that was asked
 * for has at least two possible values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_ORACLE_LOOP_H
#define CDN_TESTS_ORACLE_LOOP_H

#include <stdbool.h>
#include <stdlib.h>

#include "attack/interval_remedy.h"
#include "protect/suppress.h"

typedef struct loop {
    cdn_system *system;
    uint8_t *marks; /* the system's; the remedy adds to them */
    cdn_interval_input input;
    uint8_t *wanted; /* room for a flag for each cell */
    cdn_interval *found;
    uint32_t attacks, unsafe;
} loop;

static inline cdn_status loop_attack(loop *l, const uint8_t *withheld, cdn_error *error)
{
    cdn_status status = cdn_attack_intervals(l->system, withheld, &l->input, l->found, error);
    l->attacks++;
    l->unsafe = 0;
    for (uint32_t c = 0; status == CDN_OK && c < l->system->cell_count; c++)
        l->unsafe += l->found[c].verdict == CDN_INTERVAL_EXPOSED ||
                     l->found[c].verdict == CDN_INTERVAL_UNDECIDED;
    return status;
}

static inline uint32_t loop_mark(loop *l)
{
    uint32_t marked = 0;
    for (uint32_t c = 0; c < l->system->cell_count; c++) {
        if (!l->wanted[c] || (l->marks[c] & (CDN_CELL_SENSITIVE | CDN_CELL_KNOWN)))
            continue;
        l->marks[c] = (uint8_t)(l->marks[c] | CDN_CELL_SENSITIVE);
        marked++;
    }
    return marked;
}

/** CDN_E_REFUSED when nothing is left to withhold. */
static inline cdn_status loop_protect(loop *l, cdn_suppress_result *result, cdn_error *error)
{
    for (;;) {
        uint32_t visible, stuck;
        cdn_status status = cdn_suppress(l->system, result, error);
        if (status == CDN_OK)
            status = loop_attack(l, result->figure_withheld, error);
        if (status == CDN_OK && l->unsafe == 0)
            return CDN_OK;
        if (status == CDN_OK)
            status = cdn_attack_remedy(l->system, result->figure_withheld, &l->input, l->found,
                                       l->wanted, &visible, &stuck, error);
        cdn_suppress_result_release(result);
        if (status != CDN_OK)
            return status;
        if (loop_mark(l) == 0)
            return CDN_E_REFUSED;
    }
}

#endif
