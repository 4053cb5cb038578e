/* company.c - a queue of equations, each looked at from outside and by those who hold its cells.
 *
 * A cell that must stay unknown needs so for everybody when it is sensitive or
 * keeps such a cell company, and for one contributor when it keeps a cell
 * company against that one only. An equation whose unknown cells are, but for
 * one such cell, all of one contributor gets another.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/company.h"

#include "core/alloc.h"
#include "core/fail.h"

#define EVERYBODY UINT64_MAX

typedef struct work {
    cdn_pattern *pattern;
    uint64_t *needs; /* per cell: 0; who must not know it: one() or EVERYBODY */
    uint8_t *determined;
    uint8_t *queued;
    uint32_t *queue; /* a ring with room for every equation */
    uint32_t head, count;
} work;

/* The unknown cells of an equation that are not determined, as one attacker sees them. */
typedef struct outlook {
    uint32_t unknown;
    uint32_t first, last;
} outlook;

static uint64_t one(uint32_t kind, uint32_t holder)
{
    return (uint64_t)(kind + 1) << 32 | holder;
}

static void enqueue_cell(work *w, uint32_t cell)
{
    const cdn_incidence *equations = &w->pattern->equations;
    uint32_t room = w->pattern->system->equation_count;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++) {
        uint32_t equation = equations->items[i];
        if (w->queued[equation])
            continue;
        w->queued[equation] = 1;
        w->queue[(uint32_t)(((uint64_t)w->head + w->count++) % room)] = equation;
    }
}

/* `holder` may be NULL: from outside. */
static outlook look(const work *w, uint32_t equation, const uint32_t *holder, uint32_t self)
{
    const cdn_system *system = w->pattern->system;
    outlook seen = {0, CDN_NONE, CDN_NONE};
    for (uint32_t j = system->equation_start[equation]; j < system->equation_start[equation + 1];
         j++) {
        uint32_t cell = system->equation_cell[j];
        if (!cdn_pattern_unknown(w->pattern, cell) || w->determined[cell] ||
            (holder != NULL && holder[cell] == self))
            continue;
        seen.last = cell;
        if (seen.unknown++ == 0)
            seen.first = cell;
    }
    return seen;
}

static uint32_t cheapest_cell(const work *w, uint32_t equation, const uint32_t *holder,
                              uint32_t self)
{
    const cdn_system *system = w->pattern->system;
    uint32_t best = CDN_NONE;
    uint64_t best_cost = 0;
    for (uint32_t j = system->equation_start[equation]; j < system->equation_start[equation + 1];
         j++) {
        uint32_t cell = system->equation_cell[j];
        if (!cdn_pattern_can_withhold(w->pattern, cell) ||
            (system->marks[cell] & CDN_CELL_KEEP) || (holder != NULL && holder[cell] == self))
            continue;
        uint64_t cost = cdn_pattern_outlook(w->pattern, cell);
        if (best == CDN_NONE || cost < best_cost) {
            best = cell;
            best_cost = cost;
        }
    }
    return best;
}

static void give_company(work *w, uint32_t equation, const uint32_t *holder, uint32_t self,
                         uint64_t need)
{
    uint32_t company = cheapest_cell(w, equation, holder, self);
    if (company == CDN_NONE)
        return;
    w->needs[company] = need;
    cdn_pattern_withhold(w->pattern, company);
    for (uint32_t i = 0; i < w->pattern->changed.count; i++)
        enqueue_cell(w, w->pattern->changed.cells[i]);
}

static void settle_for(work *w, uint32_t equation, uint32_t kind, uint32_t self)
{
    const uint32_t *holder = w->pattern->system->holder[kind];
    outlook seen = look(w, equation, holder, self);
    if (seen.unknown != 1)
        return;
    uint64_t need = w->needs[seen.first];
    if (need == EVERYBODY || need == one(kind, self))
        give_company(w, equation, holder, self, one(kind, self));
}

static void settle(work *w, uint32_t equation)
{
    const cdn_system *system = w->pattern->system;
    outlook seen = look(w, equation, NULL, 0);
    if (seen.unknown == 0)
        return;
    if (seen.unknown == 1) {
        if (w->needs[seen.first] != 0) {
            give_company(w, equation, NULL, 0, w->needs[seen.first]);
        } else {
            w->determined[seen.first] = 1;
            enqueue_cell(w, seen.first);
        }
        return;
    }
    /* Who knows all but one knows the first or the last. */
    for (uint32_t k = 0; k < system->holder_kinds; k++) {
        uint32_t first = system->holder[k][seen.first], last = system->holder[k][seen.last];
        if (first != 0)
            settle_for(w, equation, k, first);
        if (last != 0 && last != first)
            settle_for(w, equation, k, last);
    }
}

static void start(work *w)
{
    const cdn_pattern *pattern = w->pattern;
    for (uint32_t c = 0; c < pattern->system->cell_count; c++) {
        bool secondary = cdn_pattern_unknown(pattern, c) &&
                         pattern->figures.start[c] < pattern->figures.start[c + 1];
        if (secondary || (pattern->system->marks[c] & CDN_CELL_SENSITIVE))
            w->needs[c] = EVERYBODY;
    }
    for (uint32_t e = 0; e < pattern->system->equation_count; e++) {
        w->queued[e] = 1;
        w->queue[w->count++] = e;
    }
}

cdn_status cdn_company_keep(cdn_pattern *pattern, cdn_error *error)
{
    const cdn_system *system = pattern->system;
    work w = {.pattern = pattern};
    cdn_status status = CDN_OK;
    w.needs = cdn_alloc(system->cell_count, sizeof *w.needs);
    w.determined = cdn_alloc(system->cell_count, sizeof *w.determined);
    w.queued = cdn_alloc(system->equation_count, sizeof *w.queued);
    w.queue = cdn_alloc(system->equation_count, sizeof *w.queue);
    if (w.needs == NULL || w.determined == NULL || w.queued == NULL || w.queue == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    start(&w);
    while (w.count > 0) {
        uint32_t equation = w.queue[w.head];
        w.head = (w.head + 1) % system->equation_count;
        w.count--;
        w.queued[equation] = 0;
        settle(&w, equation);
    }
done:
    cdn_free(w.needs);
    cdn_free(w.determined);
    cdn_free(w.queued);
    cdn_free(w.queue);
    return status;
}
