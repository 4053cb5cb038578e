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

/* Between two earlier dates only what somebody published counts: see docs/methods.md. */
static bool is_of_no_account(const cdn_trial *trial, const cdn_cells_span *span, uint32_t change,
                             uint32_t now, uint32_t then)
{
    return span->to != CDN_NONE && !is_known(trial, change) && !is_known(trial, now) &&
           !is_known(trial, then);
}

static void hand_over_changes(cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        for (uint32_t c = 0; c < cells->today_count; c++) {
            uint32_t change = span->changes[c], then = cells->dates[span->from].ids[c];
            uint32_t now = span->to == CDN_NONE ? c : cells->dates[span->to].ids[c];
            if (change != CDN_NONE && (is_of_no_account(trial, span, change, now, then) ||
                                       hand_over(trial, change, now, then)))
                forget(trial, change);
        }
    }
}

/* ---- equations without meaning ---- */

typedef struct peeler {
    const cdn_trial *trial;
    uint8_t *gone;       /* per equation */
    uint32_t *uses;      /* per cell: equations that are not gone */
    uint32_t *first;     /* per cell: where its equations begin in `of` */
    uint32_t *of;
    uint32_t *queue;     /* cells in one equation */
    uint32_t queued;
} peeler;

/* Of an earlier date, or a change: never published itself, and of no interest. */
static bool is_idle(const peeler *p, uint32_t cell)
{
    const cdn_trial *trial = p->trial;
    bool idle = cell >= trial->cells->today_count && trial->marks[cell] == 0;
    for (uint32_t kind = 0; idle && kind < trial->system.holder_kinds; kind++)
        idle = trial->holders[kind][cell] == 0;
    return idle;
}

static void enqueue(peeler *p, uint32_t cell)
{
    if (p->uses[cell] == 1 && is_idle(p, cell))
        p->queue[p->queued++] = cell;
}

static bool index_equations(peeler *p)
{
    const cdn_cells *cells = p->trial->cells;
    uint32_t entries = cells->equation_start[cells->equation_count];
    p->gone = cdn_alloc(cells->equation_count, 1);
    p->uses = cdn_alloc(cells->count, sizeof *p->uses);
    p->first = cdn_alloc((size_t)cells->count + 1, sizeof *p->first);
    p->of = cdn_alloc(entries, sizeof *p->of);
    p->queue = cdn_alloc(cells->count, sizeof *p->queue);
    if (p->gone == NULL || p->uses == NULL || p->first == NULL || p->of == NULL ||
        p->queue == NULL)
        return false;
    for (uint32_t i = 0; i < entries; i++)
        p->uses[cells->equation_cell[i]]++;
    for (uint32_t c = 0; c < cells->count; c++)
        p->first[c + 1] = p->first[c] + p->uses[c];
    for (uint32_t e = cells->equation_count; e-- > 0;)
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++)
            p->of[p->first[cells->equation_cell[i]] + --p->uses[cells->equation_cell[i]]] = e;
    for (uint32_t c = 0; c < cells->count; c++)
        p->uses[c] = p->first[c + 1] - p->first[c];
    return true;
}

static void peel(peeler *p)
{
    const cdn_cells *cells = p->trial->cells;
    for (uint32_t c = 0; c < cells->count; c++)
        enqueue(p, c);
    while (p->queued > 0) {
        uint32_t cell = p->queue[--p->queued];
        for (uint32_t i = p->first[cell]; p->uses[cell] == 1 && i < p->first[cell + 1]; i++) {
            uint32_t e = p->of[i];
            if (p->gone[e])
                continue;
            p->gone[e] = 1;
            for (uint32_t j = cells->equation_start[e]; j < cells->equation_start[e + 1]; j++) {
                p->uses[cells->equation_cell[j]]--;
                enqueue(p, cells->equation_cell[j]);
            }
        }
    }
}

/* Nothing is to be learnt from cells that everybody knows. */
static bool is_known_throughout(const cdn_trial *trial, uint32_t equation)
{
    const cdn_cells *cells = trial->cells;
    uint32_t i = cells->equation_start[equation];
    while (i < cells->equation_start[equation + 1] && is_known(trial, cells->equation_cell[i]))
        i++;
    return i == cells->equation_start[equation + 1];
}

static cdn_status copy_equations(cdn_trial *trial, const uint8_t *gone, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    size_t room = cells->equation_start[cells->equation_count];
    trial->equation_start = cdn_alloc((size_t)cells->equation_count + 1, sizeof(uint32_t));
    trial->equation_cell = cdn_alloc(room, sizeof *trial->equation_cell);
    trial->equation_coefficient = cdn_alloc(room, sizeof *trial->equation_coefficient);
    if (trial->equation_start == NULL || trial->equation_cell == NULL ||
        trial->equation_coefficient == NULL)
        return cdn_fail_memory(error);
    uint32_t count = 0, entries = 0;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        if (gone[e] || (e >= cells->today_equations && is_known_throughout(trial, e)))
            continue;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            trial->equation_cell[entries] = cells->equation_cell[i];
            trial->equation_coefficient[entries++] = cells->equation_coefficient[i];
        }
        trial->equation_start[++count] = entries;
        trial->today_equations += e < cells->today_equations;
    }
    trial->system.equation_count = count;
    trial->system.equation_start = trial->equation_start;
    trial->system.equation_cell = trial->equation_cell;
    trial->system.equation_coefficient = trial->equation_coefficient;
    return CDN_OK;
}

cdn_status cdn_trial_system(cdn_trial *trial, cdn_error *error)
{
    peeler p = {.trial = trial};
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
    cdn_status status = index_equations(&p) ? CDN_OK : cdn_fail_memory(error);
    if (status == CDN_OK) {
        peel(&p);
        status = copy_equations(trial, p.gone, error);
    }
    cdn_free(p.queue);
    cdn_free(p.of);
    cdn_free(p.first);
    cdn_free(p.uses);
    cdn_free(p.gone);
    return status;
}
