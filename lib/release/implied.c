/* implied.c - changes that whoever knows them knows from other changes.
 *
 * Of a cell's changes between several dates, those of one contributor alone add up:
 * from the first to the third date as from the first to the second and on. The
 * dates are joined by the changes that it knows, one after the other; one between
 * dates that are joined already tells it nothing. So does one between a cell that
 * it knows, as everybody or for itself, and another.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "release/trial.h"

typedef struct known_change {
    uint32_t holder, order; /* by whom, and in which order */
    uint32_t from, to;      /* nodes */
    uint32_t cell;
} known_change;

typedef struct joiner {
    cdn_trial *trial;
    uint32_t kind;
    uint32_t *ids;  /* per node: the cell at hand at a date, today last; then none */
    uint32_t *node; /* per node: the first that is the same cell */
    uint32_t *root; /* per node */
    known_change *changes;
    uint32_t count;
    uint8_t *seen;  /* per cell: a change that was looked at */
} joiner;

static int compare_changes(const void *a, const void *b)
{
    const known_change *x = a, *y = b;
    if (x->holder != y->holder)
        return x->holder < y->holder ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static uint32_t root_of(const joiner *j, uint32_t node)
{
    while (j->root[node] != node)
        node = j->root[node];
    return node;
}

/* false when they were joined already. */
static bool join(joiner *j, uint32_t a, uint32_t b)
{
    uint32_t x = root_of(j, a), y = root_of(j, b);
    j->root[x > y ? x : y] = x > y ? y : x;
    return x != y;
}

static void list_changes(joiner *j, uint32_t c)
{
    const cdn_cells *cells = j->trial->cells;
    const uint32_t *holder = j->trial->holders[j->kind];
    j->count = 0;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        uint32_t change = span->changes[c];
        if (change == CDN_NONE || holder[change] == 0 || j->seen[change])
            continue;
        j->seen[change] = 1;
        uint32_t to = span->to == CDN_NONE ? cells->date_count : span->to;
        j->changes[j->count] = (known_change){holder[change], j->count, span->from, to, change};
        j->count++;
    }
}

static void list_nodes(joiner *j, uint32_t c)
{
    const cdn_cells *cells = j->trial->cells;
    for (uint32_t date = 0; date <= cells->date_count; date++) {
        j->ids[date] = date == cells->date_count ? c : cells->dates[date].ids[c];
        uint32_t first = 0;
        while (j->ids[first] != j->ids[date])
            first++;
        j->node[date] = first;
    }
}

/* One contributor's changes of the cell at hand. */
static void join_all(joiner *j, const known_change *changes, uint32_t count)
{
    const uint32_t *holder = j->trial->holders[j->kind];
    uint32_t ground = j->trial->cells->date_count + 1;
    for (uint32_t node = 0; node <= ground; node++)
        j->root[node] = node;
    for (uint32_t date = 0; date < ground; date++)
        if ((j->trial->marks[j->ids[date]] & CDN_CELL_KNOWN) != 0 ||
            holder[j->ids[date]] == changes->holder)
            join(j, j->node[date], ground);
    for (uint32_t i = 0; i < count; i++)
        if (!join(j, j->node[changes[i].from], j->node[changes[i].to]))
            j->trial->implied[changes[i].cell] |= (uint8_t)(1u << j->kind);
}

static void look_at_cell(joiner *j, uint32_t c)
{
    list_changes(j, c);
    if (j->count < 2)
        return;
    list_nodes(j, c);
    qsort(j->changes, j->count, sizeof *j->changes, compare_changes);
    for (uint32_t i = 0, next; i < j->count; i = next) {
        for (next = i; next < j->count && j->changes[next].holder == j->changes[i].holder;)
            next++;
        join_all(j, &j->changes[i], next - i);
    }
}

cdn_status cdn_trial_imply(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    size_t nodes = cells->date_count + 2u;
    joiner j = {.trial = trial};
    trial->implied = cdn_alloc(cells->count, sizeof *trial->implied);
    j.ids = cdn_alloc(nodes, sizeof *j.ids);
    j.node = cdn_alloc(nodes, sizeof *j.node);
    j.root = cdn_alloc(nodes, sizeof *j.root);
    j.changes = cdn_alloc(cells->span_count, sizeof *j.changes);
    j.seen = cdn_alloc(cells->count, sizeof *j.seen);
    bool good = trial->implied != NULL && j.ids != NULL && j.node != NULL && j.root != NULL &&
                j.changes != NULL && j.seen != NULL;
    for (; good && j.kind < trial->system.holder_kinds; j.kind++) {
        memset(j.seen, 0, cells->count);
        for (uint32_t c = 0; c < cells->today_count; c++)
            look_at_cell(&j, c);
    }
    trial->system.implied = trial->implied;
    cdn_free(j.seen);
    cdn_free(j.changes);
    cdn_free(j.root);
    cdn_free(j.node);
    cdn_free(j.ids);
    return good ? CDN_OK : cdn_fail_memory(error);
}
