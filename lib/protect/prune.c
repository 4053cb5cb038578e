/* prune.c - reverse deletion, with two random null vectors for the test.
 *
 * Publishing cell x keeps the null vectors that are zero at x. A random vector
 * v of the null space becomes a random vector of what is kept by v -= (v_x /
 * d_x) d, for any null vector d with d_x not zero; d from the factor is sparse,
 * so only the neighbourhood of x changes. A figure with several cells returns
 * cell by cell, and is taken back when one of them would expose something.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/prune.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/classes.h"

typedef struct undo {
    uint64_t vectors[2];
    uint32_t cell;
} undo;

typedef struct candidate {
    uint64_t cost;
    uint32_t figure;
    bool keep;
} candidate;

typedef struct work {
    cdn_pattern *pattern;
    cdn_factor *factor;
    uint64_t (*vectors)[2];
    uint64_t *ratios; /* per sensitive cell: as counted in classes */
    cdn_classes classes;
    uint32_t *moved; /* sensitive cells whose class is out of date */
    uint64_t *products;
    uint32_t moved_count;
    uint64_t moves;
    candidate *candidates;
    uint32_t candidate_count;
    undo *undos;
    size_t undo_used, undo_room;
} work;

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->keep != b->keep)
        return a->keep ? -1 : 1;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return a->figure < b->figure ? -1 : a->figure > b->figure;
}

static bool list_candidates(work *w)
{
    const cdn_system *system = w->pattern->system;
    w->candidates = cdn_alloc(system->figure_count, sizeof *w->candidates);
    if (w->candidates == NULL)
        return false;
    for (uint32_t f = 0; f < system->figure_count; f++) {
        if (!w->pattern->withheld[f] || w->pattern->primary[f])
            continue;
        candidate *next = &w->candidates[w->candidate_count++];
        *next = (candidate){.cost = cdn_figure_cost(system, f), .figure = f};
        for (uint32_t j = system->figure_start[f]; j < system->figure_start[f + 1]; j++)
            next->keep |= (system->marks[system->figure_cell[j]] & CDN_CELL_KEEP) != 0;
    }
    qsort(w->candidates, w->candidate_count, sizeof *w->candidates, compare_candidates);
    return true;
}

/* The classes of the moved sensitive cells; one inversion serves them all (Montgomery 1987, Math.
 * Comp. 48: products up to each, then back). */
static void classify_moved(work *w)
{
    cdn_prime field = w->factor->field;
    uint64_t product = 1;
    for (uint32_t i = 0; i < w->moved_count; i++) {
        uint64_t second = w->vectors[w->moved[i]][1];
        w->products[i] = product;
        if (second != 0)
            product = cdn_prime_multiply(field, product, second);
    }
    uint64_t inverse = cdn_prime_inverse(field, product);
    for (uint32_t i = w->moved_count; i-- > 0;) {
        uint32_t cell = w->moved[i];
        const uint64_t *vector = w->vectors[cell];
        uint64_t ratio = vector[0] == 0 ? CDN_RATIO_NONE : field.prime;
        if (vector[1] != 0) {
            uint64_t own = cdn_prime_multiply(field, inverse, w->products[i]);
            ratio = cdn_prime_multiply(field, vector[0], own);
            inverse = cdn_prime_multiply(field, inverse, vector[1]);
        }
        cdn_classes_drop(&w->classes, w->ratios[cell]);
        cdn_classes_add(&w->classes, ratio);
        w->ratios[cell] = ratio;
    }
    w->moved_count = 0;
}

static bool work_init(work *w, cdn_pattern *pattern, cdn_factor *factor)
{
    const cdn_system *system = pattern->system;
    uint32_t cells = system->cell_count, sensitive = 0;
    *w = (work){.pattern = pattern, .factor = factor};
    w->vectors = cdn_alloc(cells, sizeof *w->vectors);
    w->ratios = cdn_alloc(cells, sizeof *w->ratios);
    w->moved = cdn_alloc(cells, sizeof *w->moved);
    w->products = cdn_alloc(cells, sizeof *w->products);
    for (uint32_t c = 0; c < cells; c++)
        sensitive += (system->marks[c] & CDN_CELL_SENSITIVE) != 0;
    if (w->vectors == NULL || w->ratios == NULL || w->moved == NULL || w->products == NULL ||
        !cdn_classes_init(&w->classes, sensitive) || !list_candidates(w))
        return false;
    cdn_factor_null_vectors(factor, CDN_FACTOR_SEED, w->vectors);
    for (uint32_t c = 0; c < cells; c++) {
        if (system->marks[c] & CDN_CELL_SENSITIVE) {
            w->ratios[c] = CDN_RATIO_NONE;
            w->moved[w->moved_count++] = c;
        }
    }
    classify_moved(w);
    return true;
}

static void work_release(work *w)
{
    cdn_free(w->vectors);
    cdn_free(w->ratios);
    cdn_free(w->moved);
    cdn_free(w->products);
    cdn_classes_release(&w->classes);
    cdn_free(w->candidates);
    cdn_free(w->undos);
}

static void set_vectors(work *w, uint32_t cell, uint64_t first, uint64_t second)
{
    w->vectors[cell][0] = first;
    w->vectors[cell][1] = second;
    if (w->pattern->system->marks[cell] & CDN_CELL_SENSITIVE)
        w->moved[w->moved_count++] = cell;
}

static bool remember(work *w, uint32_t cell)
{
    if (w->undo_used == w->undo_room) {
        size_t room = w->undo_room < 256 ? 256 : w->undo_room * 2;
        undo *undos = cdn_resize(w->undos, room, sizeof *undos);
        if (undos == NULL)
            return false;
        w->undos = undos;
        w->undo_room = room;
    }
    w->undos[w->undo_used++] = (undo){{w->vectors[cell][0], w->vectors[cell][1]}, cell};
    return true;
}

/* Moves both vectors along factor->row so that they are zero at the cell. */
static bool project(work *w, uint32_t cell, bool undoable)
{
    cdn_prime field = w->factor->field;
    const cdn_sparse *along = &w->factor->row;
    w->moves += along->count;
    uint64_t inverse = cdn_prime_inverse(field, along->values[cell]);
    uint64_t first = cdn_prime_multiply(field, w->vectors[cell][0], inverse);
    uint64_t second = cdn_prime_multiply(field, w->vectors[cell][1], inverse);
    for (uint32_t i = 0; i < along->count; i++) {
        uint32_t other = along->members[i];
        uint64_t value = along->values[other];
        if (value == 0)
            continue;
        if (undoable && !remember(w, other))
            return false;
        set_vectors(w, other, cdn_prime_deduct(field, w->vectors[other][0], first, value),
                    cdn_prime_deduct(field, w->vectors[other][1], second, value));
    }
    classify_moved(w);
    return true;
}

static void take_back(work *w, uint32_t figure, uint32_t fixed)
{
    for (; fixed > 0; fixed--)
        cdn_factor_unfix(w->factor);
    for (; w->undo_used > 0; w->undo_used--) {
        const undo *last = &w->undos[w->undo_used - 1];
        set_vectors(w, last->cell, last->vectors[0], last->vectors[1]);
        classify_moved(w);
    }
    cdn_pattern_unpublish(w->pattern, figure);
}

/* Publishes the figure when nothing becomes exposed. */
static cdn_status try_figure(work *w, uint32_t figure, cdn_error *error)
{
    cdn_pattern_publish(w->pattern, figure);
    const cdn_changes *changed = &w->pattern->changed;
    uint32_t fixed = 0;
    w->undo_used = 0;
    for (uint32_t i = 0; i < changed->count; i++) {
        uint32_t cell = changed->cells[i];
        uint64_t ratio = cdn_ratio(w->factor->field, w->vectors[cell]);
        if (ratio == CDN_RATIO_NONE)
            continue;
        if (cdn_classes_has(&w->classes, ratio)) {
            take_back(w, figure, fixed);
            return CDN_OK;
        }
        CDN_TRY(cdn_factor_fix(w->factor, cell, error));
        if (w->factor->row.count == 0)
            continue;
        fixed++;
        if (!project(w, cell, changed->count > 1))
            return cdn_fail_memory(error);
    }
    return CDN_OK;
}

cdn_status cdn_prune(cdn_pattern *pattern, cdn_factor *factor, uint64_t *moves, cdn_error *error)
{
    work w;
    cdn_status status = CDN_OK;
    if (!work_init(&w, pattern, factor)) {
        status = cdn_fail_memory(error);
        goto done;
    }
    for (uint32_t i = 0; status == CDN_OK && i < w.candidate_count; i++)
        status = try_figure(&w, w.candidates[i].figure, error);
    if (moves != NULL)
        *moves = w.moves;
done:
    work_release(&w);
    return status;
}
