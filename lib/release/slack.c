/* slack.c - sums of withheld cells that leave no room.
 *
 * Withheld cells are not negative, and a withheld count is at least 1 where
 * zeros are published. When the withheld cells of one equation sum to exactly
 * these lower bounds, subtraction shows each of them although no linear
 * combination does. Such an equation gets one more withheld cell: the cheapest
 * visible one that is above its own bound. (The attacker's linear programme in
 * its smallest case: Geurts 1992, as in the Handbook on SDC, 2nd ed., 4.2.3.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/trial.h"

typedef struct equation {
    const cdn_trial *trial;
    uint32_t first, end;
} equation;

static int64_t lower_bound(const cdn_trial *trial, uint32_t cell)
{
    const cdn_cell *c = &trial->cells->cells[cell];
    bool count = !trial->cells->variables[c->variable].magnitude;
    return count && c->records > 0 && trial->input->policy->zeros == CDN_ZEROS_SAFE ? 1 : 0;
}

static int64_t room(const cdn_trial *trial, uint32_t cell)
{
    return trial->cells->cells[cell].value - lower_bound(trial, cell);
}

static bool is_unknown(const cdn_trial *trial, uint32_t cell)
{
    return trial->pattern.cell_visible[cell] == 0;
}

/* true when the unknown cells of the equation, one of them sensitive, are all at their bounds and
 * stand on one side of it. */
static bool has_no_room(const equation *e)
{
    const cdn_cells *cells = e->trial->cells;
    bool sensitive = false, up = false, down = false;
    for (uint32_t i = e->first; i < e->end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (!is_unknown(e->trial, cell))
            continue;
        if (room(e->trial, cell) != 0)
            return false;
        up = up || cells->equation_coefficient[i] > 0;
        down = down || cells->equation_coefficient[i] < 0;
        sensitive = sensitive || (e->trial->marks[cell] & CDN_CELL_SENSITIVE) != 0;
    }
    return sensitive && up != down;
}

static uint32_t cheapest_with_room(const equation *e)
{
    const cdn_cells *cells = e->trial->cells;
    uint32_t best = CDN_NONE;
    for (uint32_t i = e->first; i < e->end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (is_unknown(e->trial, cell) || (e->trial->marks[cell] & CDN_CELL_KNOWN) != 0 ||
            room(e->trial, cell) <= 0)
            continue;
        if (best == CDN_NONE || e->trial->costs[cell] < e->trial->costs[best])
            best = cell;
    }
    return best;
}

uint32_t cdn_trial_make_room(cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    uint32_t marked = 0;
    for (uint32_t q = 0; q < cells->equation_count; q++) {
        equation e = {trial, cells->equation_start[q], cells->equation_start[q + 1]};
        if (!has_no_room(&e))
            continue;
        uint32_t cell = cheapest_with_room(&e);
        if (cell == CDN_NONE || (trial->marks[cell] & CDN_CELL_SENSITIVE) != 0)
            continue;
        trial->marks[cell] = (uint8_t)(trial->marks[cell] | CDN_CELL_SENSITIVE);
        marked++;
    }
    return marked;
}
