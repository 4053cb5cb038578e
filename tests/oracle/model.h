/* model.h - random small tables made from records: hierarchies, several tables, their cells.
 *
 * Up to four variables of up to eight leaves; each has one or two hierarchies (a total, groups,
 * leaves) that need not nest in each other; each table crosses some of the variables. Cells of
 * several tables that mean the same records are one cell. A model gives both views: columns over
 * the records' finest cells, and equations between cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_ORACLE_MODEL_H
#define CDN_TESTS_ORACLE_MODEL_H

#include <stdio.h>

#include "cells/system.h"
#include "oracle/greedy.h"

#define MODEL_VARIABLES 4u
#define MODEL_LEAVES 8u
#define MODEL_CODES 16u
#define MODEL_ROWS 512u
#define MODEL_CELLS 2048u
#define MODEL_EQUATIONS 4096u
#define MODEL_ITEMS 65536u

typedef struct model_hierarchy {
    uint32_t count;              /* code 0 is the total */
    uint8_t mask[MODEL_CODES];   /* leaves */
    uint32_t parent[MODEL_CODES];
} model_hierarchy;

typedef struct model_variable {
    uint32_t leaves, hierarchy_count;
    model_hierarchy hierarchies[2];
} model_variable;

typedef struct model {
    uint32_t variable_count;
    model_variable variables[MODEL_VARIABLES];
    uint32_t rows; /* combinations of leaves */
    uint64_t row_frequency[MODEL_ROWS], row_magnitude[MODEL_ROWS];
    uint32_t cells;
    uint32_t key[MODEL_CELLS]; /* a mask of leaves in 8 bits for each variable */
    uint64_t frequency[MODEL_CELLS], magnitude[MODEL_CELLS];
    uint32_t equation_count;
    uint32_t equation_start[MODEL_EQUATIONS + 1], equation_cell[MODEL_ITEMS];
    int32_t equation_coefficient[MODEL_ITEMS];
    uint32_t *column_start, *column_row;
    greedy_columns columns;
    uint8_t marks[MODEL_CELLS], sensitive[MODEL_CELLS];
    uint64_t costs[MODEL_CELLS];
    uint32_t figures[MODEL_CELLS + 1];
    cdn_system system;
} model;

/** splitmix64 */
static inline uint64_t model_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t model_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(model_random(state) % bound);
}

/** A variable of `leaves`, with a hierarchy of the total and leaves. */
static inline void model_set_variable(model *m, uint32_t v, uint32_t leaves)
{
    model_variable *x = &m->variables[v];
    assert(v < MODEL_VARIABLES && leaves > 0 && leaves <= MODEL_LEAVES);
    if (v >= m->variable_count)
        m->variable_count = v + 1;
    x->leaves = leaves;
    x->hierarchy_count = 1;
    model_hierarchy *h = &x->hierarchies[0];
    h->count = leaves + 1;
    h->mask[0] = (uint8_t)((1u << leaves) - 1);
    for (uint32_t l = 0; l < leaves; l++) {
        h->mask[l + 1] = (uint8_t)(1u << l);
        h->parent[l + 1] = 0;
    }
}

/** Puts a group of leaves (below the total so far) between them and the total. */
static inline void model_add_group(model_hierarchy *h, uint8_t mask)
{
    uint32_t g = h->count++;
    h->mask[g] = mask;
    h->parent[g] = 0;
    for (uint32_t c = 1; c < g; c++) {
        if ((h->mask[c] & (h->mask[c] - 1)) == 0 && (h->mask[c] & mask) != 0)
            h->parent[c] = g;
    }
}

/** A second hierarchy of the same leaves. */
static inline model_hierarchy *model_add_hierarchy(model *m, uint32_t v)
{
    model_variable *x = &m->variables[v];
    model_hierarchy *h = &x->hierarchies[x->hierarchy_count++];
    h->count = x->leaves + 1;
    memcpy(h->mask, x->hierarchies[0].mask, sizeof h->mask);
    memset(h->parent, 0, sizeof h->parent);
    return h;
}

/** Rows in the order of their leaves, the last variable fastest. */
static inline void model_count_rows(model *m)
{
    m->rows = 1;
    for (uint32_t v = 0; v < m->variable_count; v++)
        m->rows *= m->variables[v].leaves;
    assert(m->rows <= MODEL_ROWS);
}

static inline uint32_t model_row_key(const model *m, uint32_t row)
{
    uint32_t key = 0;
    for (uint32_t v = m->variable_count; v-- > 0; row /= m->variables[v].leaves)
        key |= 1u << (row % m->variables[v].leaves + 8 * v);
    return key;
}

static inline uint32_t model_cell(model *m, uint32_t key)
{
    for (uint32_t c = 0; c < m->cells; c++) {
        if (m->key[c] == key)
            return c;
    }
    assert(m->cells < MODEL_CELLS);
    m->key[m->cells] = key;
    return m->cells++;
}

static inline void model_term(model *m, uint32_t *end, uint32_t cell, int32_t coefficient)
{
    assert(*end < MODEL_ITEMS);
    m->equation_cell[*end] = cell;
    m->equation_coefficient[(*end)++] = coefficient;
}

/** A group of one child is the same cell as the child: no equation. */
static inline void model_add_equations(model *m, const model_hierarchy *h, uint32_t v, uint32_t key)
{
    uint32_t others = key & ~(0xffu << (8 * v)), end = m->equation_start[m->equation_count];
    for (uint32_t p = 0; p < h->count; p++) {
        uint32_t children = 0;
        for (uint32_t c = 1; c < h->count; c++)
            children += h->parent[c] == p;
        if ((key >> (8 * v) & 0xff) != h->mask[p] || children < 2)
            continue;
        model_term(m, &end, model_cell(m, key), -1);
        for (uint32_t c = 1; c < h->count; c++) {
            if (h->parent[c] == p)
                model_term(m, &end, model_cell(m, others | (uint32_t)h->mask[c] << (8 * v)), 1);
        }
        assert(m->equation_count < MODEL_EQUATIONS);
        m->equation_start[++m->equation_count] = end;
    }
}

/** Adds a table: hierarchy[v] is 0 or 1, or GREEDY_NONE for a variable that it has only as
 *  total. */
static inline void model_add_table(model *m, const uint32_t *hierarchy)
{
    uint32_t at[MODEL_VARIABLES] = {0};
    for (bool more = true; more;) {
        uint32_t key = 0;
        for (uint32_t v = 0; v < m->variable_count; v++) {
            const model_variable *x = &m->variables[v];
            uint32_t h = hierarchy[v] == GREEDY_NONE ? 0 : hierarchy[v];
            key |= (uint32_t)x->hierarchies[h].mask[at[v]] << (8 * v);
        }
        (void)model_cell(m, key);
        for (uint32_t v = 0; v < m->variable_count; v++) {
            if (hierarchy[v] != GREEDY_NONE)
                model_add_equations(m, &m->variables[v].hierarchies[hierarchy[v]], v, key);
        }
        more = false;
        for (uint32_t v = m->variable_count; v-- > 0 && !more;) {
            const model_variable *x = &m->variables[v];
            uint32_t count =
                hierarchy[v] == GREEDY_NONE ? 1 : x->hierarchies[hierarchy[v]].count;
            more = ++at[v] < count;
            if (!more)
                at[v] = 0;
        }
    }
}

/** Counts the rows into the cells; frequencies from 1 to below `threshold` are sensitive, zeros are
 *  kept; what withholding costs: 1, the frequency, or the magnitude. */
typedef enum model_cost { MODEL_CELLS_COST, MODEL_FREQUENCY_COST, MODEL_MAGNITUDE_COST } model_cost;

static inline void model_finish(model *m, uint32_t threshold, model_cost cost)
{
    m->column_start = greedy_need(m->cells + 1, sizeof *m->column_start);
    m->column_row = greedy_need((size_t)m->cells * m->rows, sizeof *m->column_row);
    for (uint32_t c = 0; c < m->cells; c++) {
        uint32_t end = m->column_start[c];
        for (uint32_t r = 0; r < m->rows; r++) {
            uint32_t key = model_row_key(m, r);
            if ((key & m->key[c]) != key)
                continue;
            m->column_row[end++] = r;
            m->frequency[c] += m->row_frequency[r];
            m->magnitude[c] += m->row_magnitude[r];
        }
        m->column_start[c + 1] = end;
        uint64_t f = m->frequency[c];
        m->sensitive[c] = f > 0 && f < threshold;
        m->marks[c] = f == 0 ? CDN_CELL_KEEP : m->sensitive[c] ? CDN_CELL_SENSITIVE : 0;
        m->costs[c] = cost == MODEL_CELLS_COST       ? 1
                      : cost == MODEL_FREQUENCY_COST ? f
                                                     : m->magnitude[c];
        m->costs[c] += m->costs[c] == 0;
        m->figures[c + 1] = c + 1;
    }
    for (uint32_t c = 0; c < m->cells; c++)
        m->figures[c] = c;
    m->columns = (greedy_columns){m->cells, m->rows, m->column_start, m->column_row, NULL};
    m->system = (cdn_system){.cell_count = m->cells,
                             .marks = m->marks,
                             .costs = m->costs,
                             .ranks = m->frequency,
                             .equation_count = m->equation_count,
                             .equation_start = m->equation_start,
                             .equation_cell = m->equation_cell,
                             .equation_coefficient = m->equation_coefficient,
                             .figure_count = m->cells,
                             .figure_start = m->figures,
                             .figure_cell = m->figures};
}

static inline void model_reset(model *m)
{
    free(m->column_start);
    free(m->column_row);
    memset(m, 0, sizeof *m);
}

/* --- random ----------------------------------------------------------------------------------- */

typedef enum model_kind {
    MODEL_TWO, MODEL_THREE, MODEL_GROUPED, MODEL_LINKED, MODEL_KINDS
} model_kind;

static inline void model_group_randomly(model_hierarchy *h, uint32_t leaves, uint64_t *state)
{
    uint8_t left = 0, right = 0;
    for (uint32_t l = 0; l < leaves; l++) {
        uint32_t side = model_below(state, 5);
        left |= (uint8_t)(side < 2 ? 1u << l : 0);
        right |= (uint8_t)(side == 2 || side == 3 ? 1u << l : 0);
    }
    if ((left & (left - 1)) != 0)
        model_add_group(h, left);
    if ((right & (right - 1)) != 0)
        model_add_group(h, right);
}

static inline void model_random_shape(model *m, model_kind kind, uint64_t *state)
{
    static const uint32_t most[MODEL_KINDS] = {8, 4, 7, 4};
    uint32_t variables = kind == MODEL_TWO || kind == MODEL_GROUPED ? 2 : 3, use[MODEL_VARIABLES];
    for (uint32_t v = 0; v < variables; v++) {
        uint32_t least = kind == MODEL_GROUPED ? 3 : 2;
        model_set_variable(m, v, least + model_below(state, most[kind] - least + 1));
        use[v] = 0;
    }
    if (kind == MODEL_GROUPED) {
        for (uint32_t v = 0; v < 2; v++)
            model_group_randomly(&m->variables[v].hierarchies[0], m->variables[v].leaves, state);
        model_group_randomly(model_add_hierarchy(m, 0), m->variables[0].leaves, state);
    }
    model_count_rows(m);
    if (kind == MODEL_LINKED) {
        for (uint32_t t = model_below(state, 2); t < 3; t++) {
            use[0] = use[1] = use[2] = 0;
            use[t] = GREEDY_NONE;
            model_add_table(m, use);
        }
        return;
    }
    model_add_table(m, use);
    if (kind == MODEL_GROUPED && model_below(state, 2) == 0) {
        use[0] = 1;
        model_add_table(m, use);
    }
}

/** Records: many rows empty or small, some large. */
static inline void model_random_rows(model *m, uint64_t *state)
{
    uint32_t empty = model_below(state, 5) * 8, small = 20 + model_below(state, 50);
    for (uint32_t r = 0; r < m->rows; r++) {
        uint32_t kind = model_below(state, 100);
        if (kind < empty)
            continue;
        m->row_frequency[r] = model_below(state, kind < empty + small ? 9 : 120);
        for (uint64_t i = 0; i < m->row_frequency[r]; i++)
            m->row_magnitude[r] += 1 + model_below(state, 1u << model_below(state, 12));
    }
}

#endif
