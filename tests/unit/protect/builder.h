/* builder.h - small systems for the tests: tables with totals and groups, figures, marks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_PROTECT_BUILDER_H
#define CDN_TESTS_PROTECT_BUILDER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cells/system.h"

#ifndef BUILDER_CELLS
#define BUILDER_CELLS 512
#define BUILDER_LISTS 1024
#define BUILDER_ITEMS 8192
#endif

#define BUILDER_DIMENSIONS 4

typedef struct builder {
    uint8_t marks[BUILDER_CELLS];
    uint64_t costs[BUILDER_CELLS];
    uint32_t equation_start[BUILDER_LISTS + 1], equation_cell[BUILDER_ITEMS];
    int32_t equation_coefficient[BUILDER_ITEMS];
    uint32_t figure_start[BUILDER_LISTS + 1], figure_cell[BUILDER_ITEMS];
    cdn_system system;
} builder;

static inline void builder_start(builder *b, uint32_t cells)
{
    memset(b, 0, sizeof *b);
    for (uint32_t c = 0; c < cells; c++)
        b->costs[c] = 1;
    b->system = (cdn_system){.cell_count = cells,
                             .marks = b->marks,
                             .costs = b->costs,
                             .equation_start = b->equation_start,
                             .equation_cell = b->equation_cell,
                             .equation_coefficient = b->equation_coefficient,
                             .figure_start = b->figure_start,
                             .figure_cell = b->figure_cell};
}

static inline void builder_term(builder *b, uint32_t cell, int32_t coefficient)
{
    uint32_t *end = &b->equation_start[b->system.equation_count + 1];
    assert(*end < BUILDER_ITEMS);
    b->equation_cell[*end] = cell;
    b->equation_coefficient[(*end)++] = coefficient;
}

static inline void builder_end_equation(builder *b)
{
    b->system.equation_count++;
    b->equation_start[b->system.equation_count + 1] = b->equation_start[b->system.equation_count];
}

static inline void builder_use(builder *b, uint32_t cell)
{
    uint32_t *end = &b->figure_start[b->system.figure_count + 1];
    assert(*end < BUILDER_ITEMS);
    b->figure_cell[(*end)++] = cell;
}

static inline void builder_end_figure(builder *b)
{
    b->system.figure_count++;
    b->figure_start[b->system.figure_count + 1] = b->figure_start[b->system.figure_count];
}

static inline void builder_figure(builder *b, uint32_t cell)
{
    builder_use(b, cell);
    builder_end_figure(b);
}

/** A dimension: code 0 is the total; parents[code] for the others. */
typedef struct dimension {
    uint32_t size;
    uint32_t parents[16];
} dimension;

/** Additivity along every dimension; the last varies fastest. */
static inline void builder_add_table(builder *b, const dimension *dimensions, uint32_t count)
{
    uint32_t stride = 1;
    for (uint32_t d = count; d-- > 0; stride *= dimensions[d].size) {
        const dimension *this = &dimensions[d];
        for (uint32_t cell = 0; cell < b->system.cell_count; cell++) {
            uint32_t code = cell / stride % this->size, children = 0;
            for (uint32_t c = 1; c < this->size; c++) {
                if (this->parents[c] != code || c == code)
                    continue;
                if (children++ == 0)
                    builder_term(b, cell, -1);
                builder_term(b, cell - code * stride + c * stride, 1);
            }
            if (children > 0)
                builder_end_equation(b);
        }
    }
}

static inline uint32_t builder_table_cells(const dimension *dimensions, uint32_t count)
{
    uint32_t cells = 1;
    for (uint32_t d = 0; d < count; d++)
        cells *= dimensions[d].size;
    return cells;
}

/** splitmix64 */
static inline uint64_t builder_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t builder_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(builder_random(state) % bound);
}

static inline bool builder_is_leaf(const dimension *d, uint32_t code)
{
    for (uint32_t c = 1; c < d->size; c++) {
        if (d->parents[c] == code && c != code)
            return false;
    }
    return true;
}

/** Adds the value to the cost of the cell of the leaf codes `at` and of all its totals. */
static inline void builder_add_value(builder *b, const dimension *dimensions, uint32_t count,
                                     const uint32_t *at, uint64_t value)
{
    uint32_t up[BUILDER_DIMENSIONS];
    memcpy(up, at, count * sizeof *up);
    for (bool more = true; more;) {
        uint32_t cell = 0;
        for (uint32_t i = 0; i < count; i++)
            cell = cell * dimensions[i].size + up[i];
        b->costs[cell] += value;
        more = false;
        for (uint32_t i = 0; i < count && !more; i++) {
            more = up[i] != 0;
            up[i] = more ? dimensions[i].parents[up[i]] : at[i];
        }
    }
}

#endif
