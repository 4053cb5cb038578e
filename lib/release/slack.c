/* slack.c - withheld cells that their bounds pin to one value.
 *
 * Withheld cells are not negative, and a withheld count is at least 1 where
 * zeros are published. Carrying such bounds from equation to equation can leave
 * a cell a single value although no linear combination shows it (the shuttle
 * algorithm, Buzzigoli & Giusti 1999; Geurts's table in the Handbook on SDC, 2nd
 * ed., 4.2.3, is its smallest case). Each pinned cell gets company: the cheapest
 * visible cell of one of its equations is withheld as well (trial.c, one at a
 * time, since one may free several). Where nothing is left to withhold the cell is
 * counted, and the data owner is told how many there are.
 * Integers only; bounds beyond a fixed size count as no bound, which makes the
 * reader weaker, never a wrong equation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/fail.h"
#include "release/trial.h"

#define NO_BOUND (INT64_C(1) << 60)
#define SWEEPS_MAX 64u /* each sweep carries a bound at least one equation further */

typedef struct bounds {
    const cdn_trial *trial;
    int64_t *low, *high; /* per cell */
} bounds;

static bool is_unknown(const cdn_trial *trial, uint32_t cell)
{
    return trial->pattern.cell_visible[cell] == 0;
}

static bool is_count(const cdn_trial *trial, uint32_t cell)
{
    return !trial->cells->variables[trial->cells->cells[cell].variable].magnitude;
}

static void start(const bounds *b)
{
    const cdn_trial *trial = b->trial;
    const cdn_cells *cells = trial->cells;
    bool zeros_shown = trial->input->policy->zeros == CDN_ZEROS_SAFE;
    bool is_signed = false;
    for (uint32_t c = 0; c < cells->count; c++)
        is_signed = is_signed || cells->cells[c].value < 0;
    for (uint32_t c = 0; c < cells->count; c++) {
        int64_t value = cells->cells[c].value;
        bool positive = is_count(trial, c) && cells->cells[c].records > 0 && zeros_shown;
        b->low[c] = b->high[c] = value;
        if (is_unknown(trial, c)) {
            b->low[c] = is_signed ? -NO_BOUND : positive;
            b->high[c] = NO_BOUND;
        }
    }
}

/* The least and the largest value of coefficient x cell. */
static void term(const bounds *b, uint32_t entry, __int128 *least, __int128 *largest)
{
    const cdn_cells *cells = b->trial->cells;
    uint32_t cell = cells->equation_cell[entry];
    __int128 k = cells->equation_coefficient[entry];
    *least = k * (k > 0 ? b->low[cell] : b->high[cell]);
    *largest = k * (k > 0 ? b->high[cell] : b->low[cell]);
}

static bool open_below(const bounds *b, uint32_t entry)
{
    uint32_t cell = b->trial->cells->equation_cell[entry];
    return b->trial->cells->equation_coefficient[entry] > 0 ? b->low[cell] == -NO_BOUND
                                                            : b->high[cell] == NO_BOUND;
}

static bool open_above(const bounds *b, uint32_t entry)
{
    uint32_t cell = b->trial->cells->equation_cell[entry];
    return b->trial->cells->equation_coefficient[entry] > 0 ? b->high[cell] == NO_BOUND
                                                            : b->low[cell] == -NO_BOUND;
}

/* All coefficients of cells' equations are 1 or -1: x lies between the negated sums of the others. */
static bool narrow(const bounds *b, uint32_t entry, bool floor_known, __int128 floor,
                   bool ceiling_known, __int128 ceiling)
{
    const cdn_cells *cells = b->trial->cells;
    uint32_t cell = cells->equation_cell[entry];
    bool changed = false;
    __int128 low = cells->equation_coefficient[entry] > 0 ? -ceiling : floor;
    __int128 high = cells->equation_coefficient[entry] > 0 ? -floor : ceiling;
    bool low_known = cells->equation_coefficient[entry] > 0 ? ceiling_known : floor_known;
    bool high_known = cells->equation_coefficient[entry] > 0 ? floor_known : ceiling_known;
    if (low_known && low > b->low[cell] && low < NO_BOUND) {
        b->low[cell] = (int64_t)low;
        changed = true;
    }
    if (high_known && high < b->high[cell] && high > -NO_BOUND) {
        b->high[cell] = (int64_t)high;
        changed = true;
    }
    return changed;
}

static bool tighten(const bounds *b, uint32_t equation)
{
    const cdn_cells *cells = b->trial->cells;
    uint32_t first = cells->equation_start[equation], end = cells->equation_start[equation + 1];
    __int128 floor = 0, ceiling = 0, least, largest;
    uint32_t without_floor = 0, without_ceiling = 0;
    bool changed = false;
    for (uint32_t i = first; i < end; i++) {
        term(b, i, &least, &largest);
        without_floor += open_below(b, i);
        without_ceiling += open_above(b, i);
        floor += open_below(b, i) ? 0 : least;
        ceiling += open_above(b, i) ? 0 : largest;
    }
    for (uint32_t i = first; i < end; i++) {
        if (!is_unknown(b->trial, cells->equation_cell[i]))
            continue;
        term(b, i, &least, &largest);
        bool below = open_below(b, i), above = open_above(b, i);
        changed = narrow(b, i, without_floor == below, floor - (below ? 0 : least),
                         without_ceiling == above, ceiling - (above ? 0 : largest)) ||
                  changed;
        if (changed)
            return true; /* the sums are stale: the next sweep takes the rest */
    }
    return changed;
}

static void settle(const bounds *b)
{
    bool changed = true;
    for (uint32_t sweep = 0; changed && sweep < SWEEPS_MAX; sweep++) {
        changed = false;
        for (uint32_t q = 0; q < b->trial->cells->equation_count; q++)
            for (uint32_t again = 0; again < SWEEPS_MAX && tighten(b, q); again++)
                changed = true;
    }
}

static bool is_pinned(const bounds *b, uint32_t cell)
{
    return (b->trial->marks[cell] & CDN_CELL_SENSITIVE) != 0 && is_unknown(b->trial, cell) &&
           b->low[cell] == b->high[cell];
}

/* Visible, and withholding it could move something. */
static bool can_join(const bounds *b, uint32_t cell)
{
    return !is_unknown(b->trial, cell) &&
           (b->trial->marks[cell] & (CDN_CELL_KNOWN | CDN_CELL_SENSITIVE)) == 0 &&
           b->trial->cells->cells[cell].value > (is_count(b->trial, cell) ? 1 : 0);
}

/* best[cell] = the cheapest visible cell that shares an equation with a pinned one. */
static void offer(const bounds *b, uint32_t equation, uint32_t *best)
{
    const cdn_cells *cells = b->trial->cells;
    uint32_t first = cells->equation_start[equation], end = cells->equation_start[equation + 1];
    uint32_t cheapest = CDN_NONE;
    for (uint32_t i = first; i < end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (can_join(b, cell) &&
            (cheapest == CDN_NONE || b->trial->costs[cell] < b->trial->costs[cheapest]))
            cheapest = cell;
    }
    for (uint32_t i = first; cheapest != CDN_NONE && i < end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (is_pinned(b, cell) && (best[cell] == CDN_NONE ||
                                   b->trial->costs[cheapest] < b->trial->costs[best[cell]]))
            best[cell] = cheapest;
    }
}

static cdn_status choose_company(const bounds *b, cdn_trial *trial, uint32_t *company,
                                 cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    uint32_t *best = cdn_alloc(cells->count, sizeof *best);
    if (best == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < cells->count; c++)
        best[c] = CDN_NONE;
    for (uint32_t q = 0; q < cells->equation_count; q++)
        offer(b, q, best);
    uint32_t chosen = CDN_NONE;
    trial->pinned_count = 0;
    for (uint32_t c = 0; c < cells->count; c++) {
        if (!is_pinned(b, c))
            continue;
        trial->pinned_count++;
        if (best[c] != CDN_NONE &&
            (chosen == CDN_NONE || trial->costs[best[c]] < trial->costs[chosen]))
            chosen = best[c];
    }
    cdn_free(best);
    if (company != NULL)
        *company = chosen;
    return CDN_OK;
}

cdn_status cdn_trial_find_pinned(cdn_trial *trial, uint32_t *company, cdn_error *error)
{
    uint32_t count = trial->cells->count;
    bounds b = {trial, cdn_alloc(count, sizeof *b.low), cdn_alloc(count, sizeof *b.high)};
    cdn_status status = CDN_OK;
    if (b.low == NULL || b.high == NULL) {
        status = cdn_fail_memory(error);
    } else {
        start(&b);
        settle(&b);
        status = choose_company(&b, trial, company, error);
    }
    cdn_free(b.low);
    cdn_free(b.high);
    return status;
}
