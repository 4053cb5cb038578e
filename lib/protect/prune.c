/* prune.c - reverse deletion, with two random null vectors for the test.
 *
 * Publishing cell x keeps the null vectors that are zero at x. A random vector
 * v of the null space becomes a random vector of what is kept by v -= (v_x /
 * d_x) d, for any null vector d with d_x not zero; d from a factor is sparse,
 * so only the neighbourhood of x changes. A figure with several cells returns
 * cell by cell, and is taken back when one of them would expose something.
 *
 * The work is done on the contraction, where cells that are multiples of each
 * other are one column: most of the candidates share a column with a sensitive
 * cell and need no more than a look. As figures return the null space shrinks,
 * more columns become multiples of each other, and the factor fills with the
 * rows of what was published; when that has cost as much as an elimination,
 * the contraction is contracted and eliminated again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/prune.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "protect/classes.h"
#include "protect/contract.h"
#include "protect/stakes.h"

/* A factor is made anew when its use has cost more than that: its elimination, and so much for each
 * column and all of them. */
#define COLUMN_WORK 32u
#define LEAST_WORK 4096u

/* With contributors in mind the prune ends when it has cost so many times its first making, and
 * this: what is left then is cheap, the null space is dense, and those with several cells would
 * object to much of it afterwards. */
#ifndef MOST_WORK /* a test ends it sooner */
#define MOST_TIMES 12u
#define MOST_WORK (UINT64_C(1) << 28)
#endif

typedef struct undo {
    uint64_t vectors[2];
    uint32_t column;
} undo;

typedef struct candidate {
    uint64_t cost;
    cdn_tie tie;
    uint32_t figure;
    bool keep;
} candidate;

/* A contraction with its factor; `vectors` are those of the contraction. */
typedef struct level {
    cdn_contraction short_form;
    cdn_factor factor;
    uint64_t making; /* what the level cost when it was new */
    cdn_stake *stakes; /* per column; NULL when there are no contributors to think of */
    uint8_t *staked;   /* per column: its stake is not empty */
} level;

typedef struct work {
    cdn_pattern *pattern;
    cdn_prime field;
    uint32_t *columns; /* per cell: its column of the level in use, or CDN_NONE: determined */
    uint32_t *map;     /* from one level's columns to the next's */
    level levels[2];
    unsigned current;
    uint64_t *ratios; /* per sensitive column: as counted in classes */
    cdn_classes classes;
    cdn_stakes stakes; /* of the classes */
    uint64_t (*next)[2]; /* scratch: vectors and ratios as a move would make them */
    uint64_t *next_ratios;
    uint32_t *moved;   /* columns of concern whose class is out of date */
    uint64_t *products;
    uint32_t moved_count;
    uint64_t effort; /* of factors that are gone */
    candidate *candidates;
    uint32_t candidate_count;
    undo *undos;
    size_t undo_used, undo_room;
} work;

static level *current(work *w)
{
    return &w->levels[w->current];
}

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->keep != b->keep)
        return a->keep ? -1 : 1;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    if (a->tie.rank != b->tie.rank)
        return a->tie.rank > b->tie.rank ? -1 : 1;
    if (a->tie.score != b->tie.score)
        return a->tie.score > b->tie.score ? -1 : 1;
    return a->figure < b->figure ? -1 : a->figure > b->figure;
}

static bool list_candidates(work *w, const cdn_tie *ties)
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
        if (ties != NULL)
            next->tie = ties[f];
        for (uint32_t j = system->figure_start[f]; j < system->figure_start[f + 1]; j++)
            next->keep |= (system->marks[system->figure_cell[j]] & CDN_CELL_KEEP) != 0;
    }
    qsort(w->candidates, w->candidate_count, sizeof *w->candidates, compare_candidates);
    return true;
}

/* The ratios of `count` vectors; one inversion serves them all (Montgomery 1987, Math. Comp. 48:
 * products up to each, then back). */
static void divide(work *w, uint64_t (*vectors)[2], uint32_t count, uint64_t *ratios)
{
    cdn_prime field = w->field;
    uint64_t product = 1;
    for (uint32_t i = 0; i < count; i++) {
        w->products[i] = product;
        if (vectors[i][1] != 0)
            product = cdn_prime_multiply(field, product, vectors[i][1]);
    }
    uint64_t inverse = cdn_prime_inverse(field, product);
    for (uint32_t i = count; i-- > 0;) {
        ratios[i] = vectors[i][0] == 0 ? CDN_RATIO_NONE : field.prime;
        if (vectors[i][1] != 0) {
            uint64_t own = cdn_prime_multiply(field, inverse, w->products[i]);
            ratios[i] = cdn_prime_multiply(field, vectors[i][0], own);
            inverse = cdn_prime_multiply(field, inverse, vectors[i][1]);
        }
    }
}

/* The move's columns, from the classes they were in to those of the new ratios. */
static void change_classes(work *w, bool entered)
{
    const level *l = current(w);
    for (uint32_t i = 0; i < w->moved_count; i++) {
        uint32_t column = w->moved[i];
        if (l->stakes != NULL) {
            cdn_stakes_drop(&w->stakes, w->ratios[column], &l->stakes[column]);
            if (!entered)
                cdn_stakes_add(&w->stakes, w->next_ratios[i], &l->stakes[column]);
        }
        if (l->short_form.marks[column] != 0) {
            cdn_classes_drop(&w->classes, w->ratios[column]);
            cdn_classes_add(&w->classes, w->next_ratios[i]);
        }
        w->ratios[column] = w->next_ratios[i];
    }
}

/* Does a contributor object to the ratios that the moved columns would have? The columns are in
 * their classes under the new ratios then, and still under the old ones, which are none of the new
 * ones: s - (d_s / d_x) x is zero along d, and what has moved is not. */
static bool enter_classes(work *w)
{
    const cdn_stake *stakes = current(w)->stakes;
    for (uint32_t i = 0; stakes != NULL && i < w->moved_count; i++) {
        const cdn_stake *stake = &stakes[w->moved[i]];
        cdn_stakes_add(&w->stakes, w->next_ratios[i], stake);
        if (!cdn_stakes_object(&w->stakes, w->next_ratios[i], stake))
            continue;
        for (uint32_t j = 0; j <= i; j++)
            cdn_stakes_drop(&w->stakes, w->next_ratios[j], &stakes[w->moved[j]]);
        return true;
    }
    return false;
}

/* Can the column expose something, or somebody know it? */
static bool is_of_concern(const level *l, uint32_t column)
{
    return l->short_form.marks[column] != 0 || (l->stakes != NULL && l->staked[column] != 0);
}

static void level_release(level *l)
{
    cdn_free(l->stakes);
    cdn_free(l->staked);
    l->stakes = NULL;
    l->staked = NULL;
    cdn_factor_release(&l->factor);
    cdn_contraction_release(&l->short_form);
}

/* The factor and the classes of a new level. */
static cdn_status open_level(work *w, level *l, cdn_error *error)
{
    const cdn_matrix *matrix = &l->short_form.matrix;
    uint32_t concern = 0;
    CDN_TRY(cdn_factor_init_matrix(&l->factor, matrix, w->field, error));
    l->making = l->factor.work + LEAST_WORK + COLUMN_WORK * (uint64_t)matrix->column_count;
    for (uint32_t c = 0; c < matrix->column_count; c++)
        concern += is_of_concern(l, c);
    cdn_classes_release(&w->classes);
    cdn_stakes_release(&w->stakes);
    if (!cdn_classes_init(&w->classes, concern) ||
        (l->stakes != NULL && !cdn_stakes_init(&w->stakes, concern)))
        return cdn_fail_memory(error);
    w->current = (unsigned)(l - w->levels);
    w->moved_count = 0;
    for (uint32_t c = 0; c < matrix->column_count; c++) {
        if (is_of_concern(l, c)) {
            w->ratios[c] = CDN_RATIO_NONE;
            w->next[w->moved_count][0] = l->short_form.vectors[c][0];
            w->next[w->moved_count][1] = l->short_form.vectors[c][1];
            w->moved[w->moved_count++] = c;
        }
    }
    divide(w, w->next, w->moved_count, w->next_ratios);
    change_classes(w, false);
    return CDN_OK;
}

static bool mark_staked(level *l)
{
    uint32_t columns = l->short_form.matrix.column_count;
    l->staked = cdn_alloc(columns, sizeof *l->staked);
    for (uint32_t c = 0; l->stakes != NULL && l->staked != NULL && c < columns; c++)
        l->staked[c] = !cdn_stake_is_empty(&l->stakes[c]);
    return l->stakes != NULL && l->staked != NULL;
}

static bool first_stakes(work *w, level *l)
{
    const cdn_system *system = w->pattern->system;
    if (system->holder_kinds == 0)
        return true;
    l->stakes = cdn_alloc(l->short_form.matrix.column_count, sizeof *l->stakes);
    for (uint32_t c = 0; l->stakes != NULL && c < system->cell_count; c++) {
        if (w->columns[c] != CDN_NONE)
            cdn_stake_add_cell(&l->stakes[w->columns[c]], system, c);
    }
    return mark_staked(l);
}

static bool next_stakes(const work *w, const level *from, level *to)
{
    if (from->stakes == NULL)
        return true;
    to->stakes = cdn_alloc(to->short_form.matrix.column_count, sizeof *to->stakes);
    for (uint32_t c = 0; to->stakes != NULL && c < from->short_form.matrix.column_count; c++) {
        if (w->map[c] != CDN_NONE)
            cdn_stake_join(&to->stakes[w->map[c]], &from->stakes[c]);
    }
    return mark_staked(to);
}

/* From the system to the first level. */
static cdn_status enter(work *w, const cdn_factor *factor, cdn_error *error)
{
    level *l = &w->levels[0];
    uint64_t (*vectors)[2] = cdn_alloc(factor->matrix.column_count, sizeof *vectors);
    if (vectors == NULL)
        return cdn_fail_memory(error);
    cdn_factor_null_vectors(factor, CDN_FACTOR_SEED, vectors);
    cdn_status status =
        cdn_contract(&l->short_form, factor, vectors, w->columns, error);
    cdn_free(vectors);
    CDN_TRY(status);
    if (!first_stakes(w, l))
        return cdn_fail_memory(error);
    return open_level(w, l, error);
}

/* To the next level when the factor has become stale. */
static cdn_status refresh(work *w, cdn_error *error)
{
    level *from = current(w), *to = &w->levels[1 - w->current];
    if (from->factor.work / 2 <= from->making)
        return CDN_OK;
    w->effort += from->factor.work;
    CDN_TRY(cdn_contract(&to->short_form, &from->factor, from->short_form.vectors, w->map, error));
    cdn_factor_release(&from->factor);
    if (!next_stakes(w, from, to))
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < w->pattern->system->cell_count; c++)
        w->columns[c] = w->columns[c] == CDN_NONE ? CDN_NONE : w->map[w->columns[c]];
    CDN_TRY(open_level(w, to, error));
    level_release(from);
    return CDN_OK;
}

static cdn_status work_init(work *w, cdn_pattern *pattern, const cdn_factor *factor,
                            const cdn_tie *ties, cdn_error *error)
{
    uint32_t cells = pattern->system->cell_count;
    *w = (work){.pattern = pattern, .field = factor->field};
    w->columns = cdn_alloc(cells, sizeof *w->columns);
    w->map = cdn_alloc(cells, sizeof *w->map);
    w->ratios = cdn_alloc(cells, sizeof *w->ratios);
    w->moved = cdn_alloc(cells, sizeof *w->moved);
    w->products = cdn_alloc(cells, sizeof *w->products);
    w->next = cdn_alloc(cells, sizeof *w->next);
    w->next_ratios = cdn_alloc(cells, sizeof *w->next_ratios);
    if (w->columns == NULL || w->map == NULL || w->ratios == NULL || w->moved == NULL ||
        w->products == NULL || w->next == NULL || w->next_ratios == NULL ||
        !list_candidates(w, ties))
        return cdn_fail_memory(error);
    return enter(w, factor, error);
}

static void work_release(work *w)
{
    level_release(&w->levels[0]);
    level_release(&w->levels[1]);
    cdn_free(w->columns);
    cdn_free(w->map);
    cdn_free(w->ratios);
    cdn_free(w->moved);
    cdn_free(w->products);
    cdn_free(w->next);
    cdn_free(w->next_ratios);
    cdn_classes_release(&w->classes);
    cdn_stakes_release(&w->stakes);
    cdn_free(w->candidates);
    cdn_free(w->undos);
}

static bool remember(work *w, uint32_t column)
{
    if (w->undo_used == w->undo_room) {
        size_t room = w->undo_room < 256 ? 256 : w->undo_room * 2;
        undo *undos = cdn_resize(w->undos, room, sizeof *undos);
        if (undos == NULL)
            return false;
        w->undos = undos;
        w->undo_room = room;
    }
    const uint64_t *vector = current(w)->short_form.vectors[column];
    w->undos[w->undo_used++] = (undo){{vector[0], vector[1]}, column};
    return true;
}

/* The vector of a column after a move by `along`, its value in the factor's row. */
static void move_vector(const work *w, const uint64_t from[2], const uint64_t by[2], uint64_t along,
                        uint64_t to[2])
{
    to[0] = cdn_prime_deduct(w->field, from[0], by[0], along);
    to[1] = cdn_prime_deduct(w->field, from[1], by[1], along);
}

/* Moves both vectors along the factor's row so that they are zero at the column; not when somebody
 * objects. */
static cdn_status project(work *w, uint32_t column, bool undoable, bool *objected, cdn_error *error)
{
    const level *l = current(w);
    const cdn_sparse *along = &l->factor.row;
    uint64_t (*vectors)[2] = l->short_form.vectors;
    uint64_t inverse = cdn_prime_inverse(w->field, along->values[column]);
    const uint64_t by[2] = {cdn_prime_multiply(w->field, vectors[column][0], inverse),
                            cdn_prime_multiply(w->field, vectors[column][1], inverse)};
    current(w)->factor.work += along->count;
    w->moved_count = 0;
    for (uint32_t i = 0; i < along->count; i++) {
        uint32_t other = along->members[i];
        if (along->values[other] == 0 || !is_of_concern(l, other))
            continue;
        move_vector(w, vectors[other], by, along->values[other], w->next[w->moved_count]);
        w->moved[w->moved_count++] = other;
    }
    divide(w, w->next, w->moved_count, w->next_ratios);
    *objected = enter_classes(w);
    if (*objected)
        return CDN_OK;
    change_classes(w, true);
    for (uint32_t i = 0; i < along->count; i++) {
        uint32_t other = along->members[i];
        if (along->values[other] == 0)
            continue;
        if (undoable && !remember(w, other))
            return cdn_fail_memory(error);
        move_vector(w, vectors[other], by, along->values[other], vectors[other]);
    }
    return CDN_OK;
}

static void take_back(work *w, uint32_t figure, uint32_t fixed)
{
    const level *l = current(w);
    for (; fixed > 0; fixed--)
        cdn_factor_unfix(&current(w)->factor);
    for (; w->undo_used > 0; w->undo_used--) {
        const undo *last = &w->undos[w->undo_used - 1];
        w->next[0][0] = l->short_form.vectors[last->column][0] = last->vectors[0];
        w->next[0][1] = l->short_form.vectors[last->column][1] = last->vectors[1];
        if (!is_of_concern(l, last->column))
            continue;
        w->moved[0] = last->column;
        w->moved_count = 1;
        divide(w, w->next, 1, w->next_ratios);
        change_classes(w, false);
    }
    cdn_pattern_unpublish(w->pattern, figure);
}

/* The only two unknown cells of an equation become one class: does somebody object? */
static bool pair_clashes(work *w, uint32_t equation)
{
    const cdn_system *system = w->pattern->system;
    uint64_t ratios[2];
    uint32_t count = 0;
    cdn_stake both = {.sensitive = 0};
    for (uint32_t j = system->equation_start[equation];
         count < 2 && j < system->equation_start[equation + 1]; j++) {
        uint32_t cell = system->equation_cell[j];
        if (!cdn_pattern_unknown(w->pattern, cell))
            continue;
        if (w->columns[cell] == CDN_NONE || !is_of_concern(current(w), w->columns[cell]))
            return false;
        ratios[count++] = w->ratios[w->columns[cell]];
        cdn_stake_join(&both, &current(w)->stakes[w->columns[cell]]);
    }
    return count == 2 && cdn_stakes_clash(&w->stakes, ratios[0], ratios[1], &both);
}

/* The commonest objections, without solving anything. */
static bool row_clashes(work *w, uint32_t cell)
{
    const cdn_incidence *equations = &w->pattern->equations;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++) {
        if (w->pattern->unknowns[equations->items[i]] == 2 &&
            pair_clashes(w, equations->items[i]))
            return true;
    }
    return false;
}

/* Publishes the figure when nothing becomes exposed. */
static cdn_status try_figure(work *w, uint32_t figure, cdn_error *error)
{
    cdn_pattern_publish(w->pattern, figure);
    const cdn_changes *changed = &w->pattern->changed;
    uint32_t fixed = 0;
    w->undo_used = 0;
    for (uint32_t i = 0; i < changed->count; i++) {
        uint32_t column = w->columns[changed->cells[i]];
        const cdn_contraction *short_form = &current(w)->short_form;
        if (column == CDN_NONE)
            continue;
        if (short_form->marks[column] != 0) {
            take_back(w, figure, fixed);
            return CDN_OK;
        }
        uint64_t ratio = cdn_ratio(w->field, short_form->vectors[column]);
        if (ratio == CDN_RATIO_NONE)
            continue;
        if (cdn_classes_has(&w->classes, ratio) ||
            (current(w)->stakes != NULL && row_clashes(w, changed->cells[i]))) {
            take_back(w, figure, fixed);
            return CDN_OK;
        }
        CDN_TRY(cdn_factor_fix(&current(w)->factor, column, error));
        if (current(w)->factor.row.count == 0)
            continue;
        fixed++;
        bool objected;
        CDN_TRY(project(w, column, changed->count > 1, &objected, error));
        if (objected) {
            take_back(w, figure, fixed);
            return CDN_OK;
        }
    }
    return refresh(w, error);
}

cdn_status cdn_prune(cdn_pattern *pattern, const cdn_factor *factor, const cdn_tie *ties,
                     uint64_t *effort, cdn_error *error)
{
    work w;
    cdn_status status = work_init(&w, pattern, factor, ties, error);
    uint64_t most = pattern->system->holder_kinds > 0
                        ? MOST_WORK + MOST_TIMES * current(&w)->making
                        : UINT64_MAX;
    for (uint32_t i = 0; status == CDN_OK && i < w.candidate_count &&
                         w.effort + current(&w)->factor.work <= most;
         i++)
        status = try_figure(&w, w.candidates[i].figure, error);
    if (effort != NULL)
        *effort = w.effort + current(&w)->factor.work;
    work_release(&w);
    return status;
}
