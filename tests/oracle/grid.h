/* grid.h - the greedy order on a large generated table.
 *
 * The cells' columns in a basis where most large cells have one entry: of the children of a code,
 * one is written as the parent less its siblings, and products of that for several dimensions.
 * Any basis gives the same pattern; over the finest cells themselves a total would have thousands
 * of entries. The ties of the order are those over the finest cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_ORACLE_GRID_H
#define CDN_TESTS_ORACLE_GRID_H

#include "bench/shapes.h"
#include "oracle/greedy.h"

typedef struct grid_code {
    uint32_t count, *code;
    int32_t *sign;
} grid_code;

static inline void grid_add(grid_code *to, const grid_code *from, int32_t sign)
{
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t j = 0;
        while (j < to->count && to->code[j] != from->code[i])
            j++;
        if (j == to->count) {
            to->code[to->count] = from->code[i];
            to->sign[to->count++] = 0;
        }
        to->sign[j] += sign * from->sign[i];
        if (to->sign[j] == 0) {
            to->code[j] = to->code[--to->count];
            to->sign[j] = to->sign[to->count];
        }
    }
}

/* The child with the least total: its cells are the last to be published. */
static inline uint32_t grid_dependent(const shape_table *t, uint32_t i, uint32_t parent)
{
    const shape_dimension *d = &t->shape->dimensions[i];
    uint32_t best = GREEDY_NONE;
    for (uint32_t c = 1; c < t->sizes[i]; c++) {
        if (shape_parent(d, c) == parent &&
            (best == GREEDY_NONE || t->values[c * t->strides[i]] < t->values[best * t->strides[i]]))
            best = c;
    }
    return best;
}

static inline grid_code *grid_codes(const shape_table *t, uint32_t i)
{
    const shape_dimension *d = &t->shape->dimensions[i];
    grid_code *codes = greedy_need(t->sizes[i], sizeof *codes);
    for (uint32_t c = 0; c < t->sizes[i]; c++) {
        codes[c].code = greedy_need(t->sizes[i] + 1, sizeof *codes[c].code);
        codes[c].sign = greedy_need(t->sizes[i] + 1, sizeof *codes[c].sign);
        codes[c].code[0] = c;
        codes[c].sign[0] = 1;
        codes[c].count = 1;
    }
    for (uint32_t p = 0; p <= d->groups; p++) {
        uint32_t last = grid_dependent(t, i, p);
        codes[last].count = 0;
        grid_add(&codes[last], &codes[p], 1);
        for (uint32_t c = 1; c < t->sizes[i]; c++) {
            if (shape_parent(d, c) == p && c != last)
                grid_add(&codes[last], &codes[c], -1);
        }
    }
    return codes;
}

/** Columns of all cells. @owner caller, grid_release */
static inline greedy_columns grid_columns(const shape_table *t)
{
    const shape *s = t->shape;
    grid_code *codes[SHAPE_DIMENSIONS];
    for (uint32_t i = 0; i < s->count; i++)
        codes[i] = grid_codes(t, i);
    uint32_t *start = greedy_need((size_t)t->cells + 1, sizeof *start);
    for (uint32_t c = 0; c < t->cells; c++) {
        uint32_t terms = 1;
        for (uint32_t i = 0; i < s->count; i++)
            terms *= codes[i][c / t->strides[i] % t->sizes[i]].count;
        start[c + 1] = start[c] + terms;
    }
    uint32_t *row = greedy_need(start[t->cells], sizeof *row);
    int32_t *coefficient = greedy_need(start[t->cells], sizeof *coefficient);
    for (uint32_t c = 0; c < t->cells; c++) {
        for (uint32_t k = start[c]; k < start[c + 1]; k++) {
            uint32_t rest = k - start[c];
            coefficient[k] = 1;
            for (uint32_t i = 0; i < s->count; i++) {
                const grid_code *code = &codes[i][c / t->strides[i] % t->sizes[i]];
                row[k] += code->code[rest % code->count] * t->strides[i];
                coefficient[k] *= code->sign[rest % code->count];
                rest /= code->count;
            }
        }
    }
    for (uint32_t i = 0; i < s->count; i++) {
        for (uint32_t c = 0; c < t->sizes[i]; c++) {
            free(codes[i][c].code);
            free(codes[i][c].sign);
        }
        free(codes[i]);
    }
    return (greedy_columns){t->cells, t->cells, start, row, coefficient};
}

static inline void grid_release(greedy_columns *columns)
{
    free((void *)(uintptr_t)columns->start);
    free((void *)(uintptr_t)columns->row);
    free((void *)(uintptr_t)columns->coefficient);
}

/* sums[c] of a finest cell: of itself and all its totals; then added up again. */
static inline void grid_spread(const shape_table *t, uint64_t *values, bool up)
{
    for (uint32_t i = 0; i < t->shape->count; i++) {
        const shape_dimension *d = &t->shape->dimensions[i];
        for (uint32_t k = 0; k < t->cells; k++) {
            uint32_t c = up ? t->cells - 1 - k : k, code = c / t->strides[i] % t->sizes[i];
            if (code == 0)
                continue;
            uint32_t parent = c - (code - shape_parent(d, code)) * t->strides[i];
            values[up ? parent : c] += values[up ? c : parent];
        }
    }
}

/** As greedy_order, over the finest cells of the table; by frequency + 1. */
static inline uint32_t *grid_order(const shape_table *t)
{
    greedy_candidate *order = greedy_need(t->cells, sizeof *order);
    uint64_t *sums = greedy_need(t->cells, sizeof *sums);
    for (uint32_t c = 0; c < t->cells; c++)
        sums[c] = t->values[c] + 1;
    grid_spread(t, sums, false);
    for (uint32_t c = 0; c < t->cells; c++) {
        for (uint32_t i = 0; i < t->shape->count; i++) {
            if (!shape_is_leaf(&t->shape->dimensions[i], c / t->strides[i] % t->sizes[i]))
                sums[c] = 0;
        }
    }
    grid_spread(t, sums, true);
    for (uint32_t c = 0; c < t->cells; c++)
        order[c] = (greedy_candidate){t->values[c] + 1, sums[c], t->values[c] == 0, c};
    qsort(order, t->cells, sizeof *order, greedy_by_wish);
    uint32_t *cells = greedy_need(t->cells, sizeof *cells);
    for (uint32_t c = 0; c < t->cells; c++)
        cells[c] = order[c].cell;
    free(sums);
    free(order);
    return cells;
}

/** withheld: cell_count flags, 1 also for sensitive cells. */
static inline void grid_greedy(const shape_table *t, uint8_t *withheld)
{
    greedy_columns columns = grid_columns(t);
    uint32_t *order = grid_order(t);
    uint8_t *sensitive = greedy_need(t->cells, 1);
    for (uint32_t c = 0; c < t->cells; c++)
        sensitive[c] = (t->marks[c] & CDN_CELL_SENSITIVE) != 0;
    greedy_suppress(&columns, sensitive, order, withheld);
    free(sensitive);
    free(order);
    grid_release(&columns);
}

#endif
