/* peel.c - equations that can tell nothing, whatever else is known.
 *
 * A cell that no other equation has is where an equation ends; when it goes, cells
 * of it may have come down to one equation themselves. Every cell is looked at when
 * that happens, so the order does not matter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/peel.h"

#include <stdbool.h>

#include "core/alloc.h"
#include "core/fail.h"

typedef struct peeler {
    const cdn_cells *cells;
    const uint8_t *peels;
    uint8_t *gone;       /* per equation */
    uint32_t *uses;      /* per cell: equations that are not gone */
    uint32_t *first;     /* per cell: where its equations begin in `of` */
    uint32_t *of;
    uint32_t *queue;     /* cells in one equation */
    uint32_t queued;
} peeler;

static void enqueue(peeler *p, uint32_t cell)
{
    if (p->uses[cell] == 1 && p->peels[cell] != CDN_PEEL_CORE)
        p->queue[p->queued++] = cell;
}

static bool index_equations(peeler *p)
{
    const cdn_cells *cells = p->cells;
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

/* An idle cell that is in no other equation, or two secret ones. */
static bool is_void(const peeler *p, uint32_t equation)
{
    const cdn_cells *cells = p->cells;
    uint32_t weight = 0;
    for (uint32_t i = cells->equation_start[equation]; i < cells->equation_start[equation + 1];
         i++)
        if (p->uses[cells->equation_cell[i]] == 1)
            weight += p->peels[cells->equation_cell[i]];
    return weight >= CDN_PEEL_IDLE;
}

static void peel(peeler *p)
{
    const cdn_cells *cells = p->cells;
    for (uint32_t c = 0; c < cells->count; c++)
        enqueue(p, c);
    while (p->queued > 0) {
        uint32_t cell = p->queue[--p->queued];
        for (uint32_t i = p->first[cell]; p->uses[cell] == 1 && i < p->first[cell + 1]; i++) {
            uint32_t e = p->of[i];
            if (p->gone[e] || !is_void(p, e))
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
static bool is_known_throughout(const cdn_cells *cells, uint32_t equation, const uint8_t *marks,
                                uint8_t known)
{
    uint32_t i = cells->equation_start[equation];
    while (i < cells->equation_start[equation + 1] &&
           (marks[cells->equation_cell[i]] & known) != 0)
        i++;
    return i == cells->equation_start[equation + 1];
}

static cdn_status copy_equations(const peeler *p, const uint8_t *marks, uint8_t known,
                                 cdn_peeled *out, cdn_error *error)
{
    const cdn_cells *cells = p->cells;
    size_t room = cells->equation_start[cells->equation_count];
    out->start = cdn_alloc((size_t)cells->equation_count + 1, sizeof *out->start);
    out->cell = cdn_alloc(room, sizeof *out->cell);
    out->coefficient = cdn_alloc(room, sizeof *out->coefficient);
    if (out->start == NULL || out->cell == NULL || out->coefficient == NULL)
        return cdn_fail_memory(error);
    uint32_t entries = 0;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        bool today = e < cells->today_equations;
        if (p->gone[e] || (!today && is_known_throughout(cells, e, marks, known)))
            continue;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            out->cell[entries] = cells->equation_cell[i];
            out->coefficient[entries++] = cells->equation_coefficient[i];
        }
        out->start[++out->count] = entries;
        out->today += today;
    }
    return CDN_OK;
}

cdn_status cdn_peel_equations(const cdn_cells *cells, const uint8_t *peels, const uint8_t *marks,
                              uint8_t known, cdn_peeled *out, cdn_error *error)
{
    peeler p = {.cells = cells, .peels = peels};
    *out = (cdn_peeled){0};
    cdn_status status = index_equations(&p) ? CDN_OK : cdn_fail_memory(error);
    if (status == CDN_OK) {
        peel(&p);
        status = copy_equations(&p, marks, known, out, error);
    }
    cdn_free(p.queue);
    cdn_free(p.of);
    cdn_free(p.first);
    cdn_free(p.uses);
    cdn_free(p.gone);
    return status;
}

void cdn_peeled_release(cdn_peeled *peeled)
{
    cdn_free(peeled->start);
    cdn_free(peeled->cell);
    cdn_free(peeled->coefficient);
    *peeled = (cdn_peeled){0};
}
