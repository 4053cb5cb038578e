/* system.c - the linear system of a trial: its figures, and the equations that say something.
 *
 * Figures that their own rule withholds (quantiles, history) never enter as
 * visible, so they cannot lend visibility to a cell.
 *
 * Where one end of a change is known, the change is known as soon as the other
 * end is: that end takes over its secrecy and those who know it, and the change
 * is left out. Of what remains of earlier dates, a cell that is nobody's secret
 * and nobody's to know leaves the only equation it is in without meaning: that
 * equation is left out, and so on. Neither changes what can be computed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "release/history.h"

static cdn_status list_candidates(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    trial->candidates = cdn_alloc(cells->figure_count, sizeof *trial->candidates);
    trial->figure_start = cdn_alloc((size_t)cells->figure_count + 1, sizeof(uint32_t));
    trial->figure_cell = cdn_alloc((size_t)cells->figure_count * 2, sizeof(uint32_t));
    if (trial->candidates == NULL || trial->figure_start == NULL || trial->figure_cell == NULL)
        return cdn_fail_memory(error);
    uint32_t entries = 0;
    for (uint32_t f = 0; f < cells->figure_count; f++) {
        const cdn_figure *figure = &cells->figures[f];
        if (trial->figure_rules[f] != 0)
            continue;
        trial->candidates[trial->candidate_count++] = f;
        trial->figure_cell[entries++] = figure->cells[0];
        if (figure->cells[1] != CDN_NONE && figure->cells[1] != figure->cells[0])
            trial->figure_cell[entries++] = figure->cells[1];
        trial->figure_start[trial->candidate_count] = entries;
    }
    return CDN_OK;
}

/* ---- changes of which one end is known ---- */

static bool is_known(const cdn_trial *trial, uint32_t cell)
{
    return (trial->marks[cell] & CDN_CELL_KNOWN) != 0;
}

/* Who knows the change knows the cell; false when the cell has another who does. */
static bool hand_holders(cdn_trial *trial, uint32_t change, uint32_t cell)
{
    for (uint32_t kind = 0; kind < trial->system.holder_kinds; kind++) {
        const uint32_t *holder = trial->holders[kind];
        if (holder[change] != 0 && holder[cell] != 0 && holder[change] != holder[cell])
            return false;
    }
    for (uint32_t kind = 0; kind < trial->system.holder_kinds; kind++)
        if (trial->holders[kind][change] != 0)
            trial->holders[kind][cell] = trial->holders[kind][change];
    return true;
}

/* The later cell, or the earlier one, in place of the change; true when the change can go. */
static bool hand_over(cdn_trial *trial, uint32_t change, uint32_t now, uint32_t then)
{
    if (is_known(trial, change) || is_known(trial, now) == is_known(trial, then))
        return false;
    uint32_t cell = is_known(trial, now) ? then : now;
    if (!hand_holders(trial, change, cell))
        return false;
    if ((trial->marks[change] & CDN_CELL_SENSITIVE) != 0) {
        trial->marks[cell] = CDN_CELL_SENSITIVE;
        trial->verdicts[cell] |= trial->verdicts[change];
    }
    return true;
}

static void forget(cdn_trial *trial, uint32_t change)
{
    trial->marks[change] = 0;
    for (uint32_t kind = 0; kind < trial->system.holder_kinds; kind++)
        trial->holders[kind][change] = 0;
}

static void hand_over_changes(cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        for (uint32_t c = 0; c < cells->today_count; c++) {
            uint32_t change = span->changes[c], then = cells->dates[span->from].ids[c];
            uint32_t now = span->to == CDN_NONE ? c : cells->dates[span->to].ids[c];
            if (change != CDN_NONE && hand_over(trial, change, now, then))
                forget(trial, change);
        }
    }
}

/* ---- equations without meaning ---- */

/* Cells of an earlier date and changes are never published themselves. */
static uint8_t peel_of(const cdn_trial *trial, uint32_t cell)
{
    bool core = cell < trial->cells->today_count ||
                (trial->marks[cell] & (uint8_t)~CDN_CELL_SENSITIVE) != 0;
    for (uint32_t kind = 0; !core && kind < trial->system.holder_kinds; kind++)
        core = trial->holders[kind][cell] != 0;
    if (core)
        return CDN_PEEL_CORE;
    return trial->marks[cell] != 0 ? CDN_PEEL_SECRET : CDN_PEEL_IDLE;
}

static cdn_status make_equations(cdn_trial *trial, cdn_error *error)
{
    uint8_t *peels = cdn_alloc(trial->cells->count, 1);
    if (peels == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < trial->cells->count; c++)
        peels[c] = peel_of(trial, c);
    cdn_status status = cdn_peel_equations(trial->cells, peels, trial->marks, CDN_CELL_KNOWN,
                                           &trial->equations, error);
    trial->system.equation_count = trial->equations.count;
    trial->system.equation_start = trial->equations.start;
    trial->system.equation_cell = trial->equations.cell;
    trial->system.equation_coefficient = trial->equations.coefficient;
    cdn_free(peels);
    return status;
}

cdn_status cdn_trial_system(cdn_trial *trial, cdn_error *error)
{
    CDN_TRY(list_candidates(trial, error));
    trial->system = (cdn_system){.cell_count = trial->cells->count,
                                 .marks = trial->marks,
                                 .costs = trial->costs,
                                 .ranks = trial->ranks,
                                 .figure_count = trial->candidate_count,
                                 .figure_start = trial->figure_start,
                                 .figure_cell = trial->figure_cell};
    CDN_TRY(cdn_trial_holders(trial, error));
    hand_over_changes(trial);
    CDN_TRY(make_equations(trial, error));
    CDN_TRY(cdn_trial_drop_twins(trial, error));
    return cdn_trial_imply(trial, error);
}
