/* brute.h - which whole numbers can an unknown cell have? By trying them.
 *
 * Depth first over the unknown cells, with bounds carried through the equations; complete within
 * the bounds given, and counted, so that a table that is too much for it says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_ORACLE_BRUTE_H
#define CDN_TESTS_ORACLE_BRUTE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "cells/system.h"

#define BRUTE_CELLS 256u

typedef struct brute {
    const cdn_system *system;
    int64_t low[BRUTE_CELLS], high[BRUTE_CELLS]; /* equal for cells that are known */
    int64_t found[BRUTE_CELLS];                  /* the last solution */
    uint64_t steps, limit;
} brute;

static inline int64_t brute_divide(int64_t a, int64_t b, bool up)
{
    int64_t q = a / b, rest = a % b;
    if (rest == 0)
        return q;
    bool positive = (a < 0) == (b < 0);
    return up ? q + positive : q - !positive;
}

/* One cell's bounds from the rest of its equation. */
static inline bool brute_narrow(const brute *b, uint32_t e, uint32_t j, int64_t *low, int64_t *high,
                                bool *changed)
{
    const cdn_system *s = b->system;
    int64_t least = 0, most = 0, a = s->equation_coefficient[j];
    uint32_t cell = s->equation_cell[j];
    for (uint32_t i = s->equation_start[e]; i < s->equation_start[e + 1]; i++) {
        int64_t k = s->equation_coefficient[i];
        uint32_t c = s->equation_cell[i];
        if (i == j)
            continue;
        least += k > 0 ? k * low[c] : k * high[c];
        most += k > 0 ? k * high[c] : k * low[c];
    }
    int64_t from = brute_divide(a > 0 ? -most : -least, a, true);
    int64_t to = brute_divide(a > 0 ? -least : -most, a, false);
    if (from > low[cell]) {
        low[cell] = from;
        *changed = true;
    }
    if (to < high[cell]) {
        high[cell] = to;
        *changed = true;
    }
    return low[cell] <= high[cell];
}

static inline bool brute_propagate(const brute *b, int64_t *low, int64_t *high)
{
    const cdn_system *s = b->system;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < s->equation_count; e++) {
            for (uint32_t j = s->equation_start[e]; j < s->equation_start[e + 1]; j++) {
                if (!brute_narrow(b, e, j, low, high, &changed))
                    return false;
            }
        }
    }
    return true;
}

static inline bool brute_search(brute *b, const int64_t *low_in, const int64_t *high_in)
{
    int64_t low[BRUTE_CELLS], high[BRUTE_CELLS];
    uint32_t count = b->system->cell_count, next = count;
    memcpy(low, low_in, count * sizeof *low);
    memcpy(high, high_in, count * sizeof *high);
    if (++b->steps > b->limit || !brute_propagate(b, low, high))
        return false;
    for (uint32_t c = 0; c < count; c++) {
        if (low[c] < high[c] && (next == count || high[c] - low[c] < high[next] - low[next]))
            next = c;
    }
    if (next == count) {
        memcpy(b->found, low, count * sizeof *low);
        return true;
    }
    int64_t from = low[next], to = high[next];
    for (int64_t v = from; v <= to; v++) {
        low[next] = high[next] = v;
        if (brute_search(b, low, high))
            return true;
    }
    return false;
}

/** Bounds as far as they follow. false: nothing fits. */
static inline bool brute_start(brute *b)
{
    assert(b->system->cell_count <= BRUTE_CELLS);
    b->steps = 0;
    return brute_propagate(b, b->low, b->high);
}

/** Can the cell be v? Solution in b->found. Ask brute_gave_up too when it says no. */
static inline bool brute_possible(brute *b, uint32_t cell, int64_t v)
{
    int64_t low[BRUTE_CELLS], high[BRUTE_CELLS];
    if (v < b->low[cell] || v > b->high[cell])
        return false;
    memcpy(low, b->low, sizeof low);
    memcpy(high, b->high, sizeof high);
    low[cell] = high[cell] = v;
    return brute_search(b, low, high);
}

static inline bool brute_gave_up(const brute *b)
{
    return b->steps > b->limit;
}

/** Can the cell be anything but v? */
static inline bool brute_possible_besides(brute *b, uint32_t cell, int64_t v)
{
    for (int64_t d = 1; d <= b->high[cell] - b->low[cell]; d++) {
        if (brute_possible(b, cell, v + d) || brute_possible(b, cell, v - d))
            return true;
    }
    return false;
}

#endif
