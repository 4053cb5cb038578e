/* propagate.c - a queue of equations with one unknown cell.
 *
 * A needy cell is a sensitive one, or one withheld here to keep a needy cell
 * company. Another unknown cell that is alone is determined, and then counts as
 * visible in its other equations. That a later choice may undo a determination
 * is ignored: it errs towards withholding, and the prune takes it back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/propagate.h"

#include "core/alloc.h"
#include "core/fail.h"

typedef struct work {
    cdn_pattern *pattern;
    uint32_t *unknowns; /* per equation: unknown cells that are not determined */
    uint8_t *queued;
    uint32_t *queue; /* a ring with room for every equation */
    uint32_t head, count;
    uint8_t *needy;      /* per cell */
    uint8_t *determined; /* per cell */
    uint32_t *list;      /* of the caller, or NULL */
    uint32_t listed;
} work;

static void enqueue(work *w, uint32_t equation)
{
    if (w->queued[equation] || w->unknowns[equation] != 1)
        return;
    w->queued[equation] = 1;
    uint32_t room = w->pattern->system->equation_count;
    w->queue[(uint32_t)(((uint64_t)w->head + w->count++) % room)] = equation;
}

static void enqueue_cell(work *w, uint32_t cell)
{
    const cdn_incidence *equations = &w->pattern->equations;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++)
        enqueue(w, equations->items[i]);
}

static void count_cell(work *w, uint32_t cell, int change)
{
    const cdn_incidence *equations = &w->pattern->equations;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++)
        w->unknowns[equations->items[i]] += (uint32_t)change;
}

static uint32_t lone_cell(const work *w, uint32_t equation)
{
    const cdn_system *system = w->pattern->system;
    uint32_t j = system->equation_start[equation];
    while (!cdn_pattern_unknown(w->pattern, system->equation_cell[j]) ||
           w->determined[system->equation_cell[j]])
        j++;
    return system->equation_cell[j];
}

static uint32_t cheapest_cell(const work *w, uint32_t equation)
{
    const cdn_system *system = w->pattern->system;
    uint32_t best = CDN_NONE;
    uint64_t best_cost = 0;
    for (uint32_t j = system->equation_start[equation]; j < system->equation_start[equation + 1];
         j++) {
        uint32_t cell = system->equation_cell[j];
        if (!cdn_pattern_can_withhold(w->pattern, cell) || (system->marks[cell] & CDN_CELL_KEEP))
            continue;
        uint64_t cost = cdn_pattern_outlook(w->pattern, cell);
        if (best == CDN_NONE || cost < best_cost) {
            best = cell;
            best_cost = cost;
        }
    }
    return best;
}

static void settle(work *w, uint32_t equation)
{
    uint32_t cell = lone_cell(w, equation);
    if (!w->needy[cell]) {
        w->determined[cell] = 1;
        count_cell(w, cell, -1);
        enqueue_cell(w, cell);
        return;
    }
    uint32_t company = cheapest_cell(w, equation);
    if (company == CDN_NONE)
        return;
    w->needy[company] = 1;
    cdn_pattern_withhold(w->pattern, company);
    const cdn_changes *changed = &w->pattern->changed;
    for (uint32_t i = 0; i < changed->count; i++)
        count_cell(w, changed->cells[i], 1);
    for (uint32_t i = 0; w->list != NULL && i < changed->count; i++)
        w->list[w->listed++] = changed->cells[i];
    for (uint32_t i = 0; i < changed->count; i++)
        enqueue_cell(w, changed->cells[i]);
}

static void start(work *w)
{
    const cdn_system *system = w->pattern->system;
    for (uint32_t c = 0; c < system->cell_count; c++) {
        w->needy[c] = (system->marks[c] & CDN_CELL_SENSITIVE) != 0;
        if (cdn_pattern_unknown(w->pattern, c))
            count_cell(w, c, 1);
    }
    for (uint32_t i = 0; i < w->listed; i++)
        w->needy[w->list[i]] = 1;
    for (uint32_t e = 0; e < system->equation_count; e++)
        enqueue(w, e);
}

static cdn_status run(work *with, cdn_error *error)
{
    work w = *with;
    const cdn_system *system = w.pattern->system;
    cdn_status status = CDN_OK;
    w.unknowns = cdn_alloc(system->equation_count, sizeof *w.unknowns);
    w.queued = cdn_alloc(system->equation_count, sizeof *w.queued);
    w.queue = cdn_alloc(system->equation_count, sizeof *w.queue);
    w.needy = cdn_alloc(system->cell_count, sizeof *w.needy);
    w.determined = cdn_alloc(system->cell_count, sizeof *w.determined);
    if (w.unknowns == NULL || w.queued == NULL || w.queue == NULL || w.needy == NULL ||
        w.determined == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    start(&w);
    while (w.count > 0) {
        uint32_t equation = w.queue[w.head];
        w.head = (w.head + 1) % system->equation_count;
        w.count--;
        w.queued[equation] = 0;
        if (w.unknowns[equation] == 1)
            settle(&w, equation);
    }
    with->listed = w.listed;
done:
    cdn_free(w.unknowns);
    cdn_free(w.queued);
    cdn_free(w.queue);
    cdn_free(w.needy);
    cdn_free(w.determined);
    return status;
}

cdn_status cdn_propagate(cdn_pattern *pattern, cdn_error *error)
{
    return run(&(work){.pattern = pattern}, error);
}

cdn_status cdn_propagate_to(cdn_pattern *pattern, uint32_t *cells, uint32_t *count,
                            cdn_error *error)
{
    work w = {.pattern = pattern, .list = cells, .listed = *count};
    CDN_TRY(run(&w, error));
    *count = w.listed;
    return CDN_OK;
}
