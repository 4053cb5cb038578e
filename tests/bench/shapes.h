/* shapes.h - generated tables shaped like the national ones, and their equations.
 *
 * area (total, 9 regions, authorities) x service (total, 4 groups, services) x role (total, 5
 * groups, roles) x employment status, with skewed counts of records drawn from a seed. Every record
 * may belong to one of some providers, each in one area and of skewed sizes, drawn apart, so that
 * the counts stay.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_BENCH_SHAPES_H
#define CDN_TESTS_BENCH_SHAPES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells/system.h"

#define SHAPE_DIMENSIONS 5
#define SHAPE_SENSITIVE_BELOW 5u
#define SHAPE_SEVERAL UINT32_MAX /* more than one record, or provider, in a cell */

/* code 0 is the total, then the groups, then the leaves; a dimension without groups has 0. */
typedef struct shape_dimension {
    uint32_t groups;
    uint32_t leaves;
    uint32_t skew; /* percent */
} shape_dimension;

typedef struct shape {
    const char *name;
    uint32_t count;
    uint64_t records;
    shape_dimension dimensions[SHAPE_DIMENSIONS];
} shape;

static const shape SHAPES[] = {
    {"340", 2, 30000, {{0, 9, 100}, {5, 28, 250}}},
    {"5168", 2, 150000, {{9, 142, 100}, {5, 28, 250}}},
    {"94214", 3, 600000, {{9, 153, 100}, {4, 12, 180}, {5, 28, 250}}},
    {"565284", 4, 600000, {{9, 153, 100}, {4, 12, 180}, {5, 28, 250}, {0, 5, 150}}},
    {"1130568", 5, 600000, {{9, 153, 100}, {4, 12, 180}, {5, 28, 250}, {0, 3, 150}, {0, 2, 60}}},
};

#define SHAPE_COUNT (sizeof SHAPES / sizeof *SHAPES)

typedef struct shape_table {
    const shape *shape;
    uint32_t sizes[SHAPE_DIMENSIONS];
    uint32_t strides[SHAPE_DIMENSIONS];
    uint32_t cells, sensitive;
    uint64_t *values;
    uint32_t *record;   /* 1 + the only record of a cell; 0: none; SHAPE_SEVERAL */
    uint32_t *provider; /* likewise */
    uint8_t *marks;
    uint64_t *costs;
    uint32_t *figures;
    uint32_t *equation_start, *equation_cell;
    int32_t *equation_coefficient;
    cdn_system system;
} shape_table;

static inline uint64_t shape_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline double shape_uniform(uint64_t *state)
{
    return (double)(shape_random(state) >> 11) * 0x1p-53;
}

static inline void *shape_need(size_t count, size_t size)
{
    void *block = calloc(count == 0 ? 1 : count, size);
    if (block == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(4);
    }
    return block;
}

static inline uint32_t shape_parent(const shape_dimension *d, uint32_t code)
{
    if (code == 0)
        return UINT32_MAX;
    return code <= d->groups || d->groups == 0 ? 0 : 1 + (code - 1 - d->groups) % d->groups;
}

static inline bool shape_is_leaf(const shape_dimension *d, uint32_t code)
{
    return code > d->groups;
}

/* Cumulated shares, roughly log-normal. */
static inline double *shape_shares(uint32_t count, uint32_t skew, uint64_t *state)
{
    double *sums = shape_need(count, sizeof *sums);
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double normal = sqrt(-2 * log(1 - shape_uniform(state)));
        normal *= cos(6.283185307179586 * shape_uniform(state));
        sums[i] = sum += exp(normal * skew / 100.0);
    }
    for (uint32_t i = 0; i < count; i++)
        sums[i] /= sum;
    return sums;
}

static inline uint32_t shape_draw(const double *sums, uint32_t count, uint64_t *state)
{
    double u = shape_uniform(state);
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sums[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static inline void shape_join(uint32_t *who, uint32_t number)
{
    *who = *who == 0 || *who == number ? number : SHAPE_SEVERAL;
}

/* One record into the cell of every combination of its leaves and their ancestors. */
static inline void shape_count(shape_table *t, const uint32_t *at, uint32_t record,
                               uint32_t provider)
{
    const shape *s = t->shape;
    uint32_t up[SHAPE_DIMENSIONS];
    memcpy(up, at, sizeof up);
    for (bool more = true; more;) {
        uint32_t cell = 0;
        for (uint32_t i = 0; i < s->count; i++)
            cell += up[i] * t->strides[i];
        t->values[cell]++;
        shape_join(&t->record[cell], record);
        shape_join(&t->provider[cell], provider);
        more = false;
        for (uint32_t i = 0; i < s->count && !more; i++) {
            up[i] = shape_parent(&s->dimensions[i], up[i]);
            more = up[i] != UINT32_MAX;
            if (!more)
                up[i] = at[i];
        }
    }
}

static inline void shape_fill(shape_table *t, uint32_t providers)
{
    const shape *s = t->shape;
    uint64_t state = 20260801, other = 20260802;
    double *sums[SHAPE_DIMENSIONS], *sizes;
    for (uint32_t i = s->count; i-- > 0;)
        sums[i] = shape_shares(s->dimensions[i].leaves, s->dimensions[i].skew, &state);
    uint32_t local = 1 + providers / s->dimensions[0].leaves; /* providers of an area */
    sizes = shape_shares(local, 130, &other);
    for (uint64_t r = 0; r < s->records; r++) {
        uint32_t at[SHAPE_DIMENSIONS] = {0}, provider = 1;
        for (uint32_t i = 0; i < s->count; i++) {
            const shape_dimension *d = &s->dimensions[i];
            at[i] = 1 + d->groups + shape_draw(sums[i], d->leaves, &state);
        }
        if (providers > 0)
            provider = 1 + at[0] * local + shape_draw(sizes, local, &other);
        shape_count(t, at, (uint32_t)r + 1, provider);
    }
    for (uint32_t i = 0; i < s->count; i++)
        free(sums[i]);
    free(sizes);
}

/* One equation per parent code of each dimension and combination of the other dimensions. */
static inline void shape_equations(shape_table *t)
{
    const shape *s = t->shape;
    uint32_t count = 0, used = 0;
    t->equation_start = shape_need((size_t)t->cells * s->count + 1, sizeof *t->equation_start);
    t->equation_cell = shape_need((size_t)t->cells * s->count * 2, sizeof *t->equation_cell);
    t->equation_coefficient =
        shape_need((size_t)t->cells * s->count * 2, sizeof *t->equation_coefficient);
    for (uint32_t i = 0; i < s->count; i++) {
        const shape_dimension *d = &s->dimensions[i];
        for (uint32_t cell = 0; cell < t->cells; cell++) {
            uint32_t code = cell / t->strides[i] % t->sizes[i];
            if (code > d->groups)
                continue;
            t->equation_cell[used] = cell;
            t->equation_coefficient[used++] = -1;
            for (uint32_t c = 1; c < t->sizes[i]; c++) {
                if (shape_parent(d, c) != code)
                    continue;
                t->equation_cell[used] = cell + (c - code) * t->strides[i];
                t->equation_coefficient[used++] = 1;
            }
            t->equation_start[++count] = used;
        }
    }
    t->system.equation_count = count;
}

/** Counts, marks (1 to 4 sensitive, zeros kept), costs (the count, or 1), equations.
 *  @owner caller, shape_release */
static inline void shape_create(shape_table *t, const shape *s, bool by_value, uint32_t providers)
{
    *t = (shape_table){.shape = s, .cells = 1};
    for (uint32_t i = s->count; i-- > 0;) {
        t->sizes[i] = 1 + s->dimensions[i].groups + s->dimensions[i].leaves;
        t->strides[i] = t->cells;
        t->cells *= t->sizes[i];
    }
    t->values = shape_need(t->cells, sizeof *t->values);
    t->record = shape_need(t->cells, sizeof *t->record);
    t->provider = shape_need(t->cells, sizeof *t->provider);
    t->marks = shape_need(t->cells, sizeof *t->marks);
    t->costs = shape_need(t->cells, sizeof *t->costs);
    t->figures = shape_need((size_t)t->cells + 1, sizeof *t->figures);
    shape_fill(t, providers);
    for (uint32_t c = 0; c < t->cells; c++) {
        uint64_t value = t->values[c];
        bool small = value > 0 && value < SHAPE_SENSITIVE_BELOW;
        t->marks[c] = (uint8_t)(small ? CDN_CELL_SENSITIVE : value == 0 ? CDN_CELL_KEEP : 0u);
        t->costs[c] = by_value && value > 0 ? value : 1;
        t->figures[c] = c;
        t->sensitive += small;
        t->record[c] = t->record[c] == SHAPE_SEVERAL ? 0 : t->record[c];
        t->provider[c] = t->provider[c] == SHAPE_SEVERAL ? 0 : t->provider[c];
    }
    t->figures[t->cells] = t->cells;
    shape_equations(t);
    t->system = (cdn_system){.cell_count = t->cells,
                             .marks = t->marks,
                             .costs = t->costs,
                             .equation_count = t->system.equation_count,
                             .equation_start = t->equation_start,
                             .equation_cell = t->equation_cell,
                             .equation_coefficient = t->equation_coefficient,
                             .figure_count = t->cells,
                             .figure_start = t->figures,
                             .figure_cell = t->figures};
}

static inline void shape_release(shape_table *t)
{
    void *blocks[] = {t->values, t->record, t->provider, t->marks, t->costs, t->figures,
                      t->equation_start, t->equation_cell, t->equation_coefficient};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    *t = (shape_table){0};
}

#endif
