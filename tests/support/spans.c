/* spans.c - what a set of published cells determines, by the equations and in truth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/spans.h"

#include <stdio.h>

#include "support/unit.h"

#define PRIME UINT64_C(2147483647)

/* ---- linear algebra modulo a prime ---- */

static uint64_t inverse(uint64_t value)
{
    uint64_t result = 1;
    for (uint64_t e = PRIME - 2; e > 0; e >>= 1) {
        if (e & 1u)
            result = result * value % PRIME;
        value = value * value % PRIME;
    }
    return result;
}

/* Reduced rows, kept apart by their pivots. */
typedef struct matrix {
    uint32_t columns, rows;
    uint32_t pivots[SPANS_MOST];
    uint64_t *cells; /* SPANS_MOST rows */
} matrix;

static matrix matrix_make(uint32_t columns)
{
    matrix m = {.columns = columns,
                .cells = calloc((size_t)SPANS_MOST * columns, sizeof(uint64_t))};
    assert_non_null(m.cells);
    return m;
}

static uint64_t *row_of(const matrix *m, uint32_t row)
{
    return m->cells + (size_t)row * m->columns;
}

static void subtract(uint64_t *from, const uint64_t *row, uint64_t times, uint32_t columns)
{
    for (uint32_t c = 0; times != 0 && c < columns; c++)
        if (row[c] != 0)
            from[c] = (from[c] + (PRIME - times) * row[c]) % PRIME;
}

/* Takes the matrix out of `row`; the first column that is left, or `columns` when nothing is. */
static uint32_t matrix_reduce(const matrix *m, uint64_t *row)
{
    for (uint32_t r = 0; r < m->rows; r++)
        subtract(row, row_of(m, r), row[m->pivots[r]], m->columns);
    uint32_t pivot = 0;
    while (pivot < m->columns && row[pivot] == 0)
        pivot++;
    return pivot;
}

static void matrix_add(matrix *m, uint64_t *row)
{
    uint32_t pivot = matrix_reduce(m, row);
    if (pivot == m->columns)
        return;
    uint64_t scale = inverse(row[pivot]);
    uint64_t *place = row_of(m, m->rows);
    for (uint32_t c = 0; c < m->columns; c++)
        place[c] = row[c] * scale % PRIME;
    for (uint32_t r = 0; r < m->rows; r++)
        subtract(row_of(m, r), place, row_of(m, r)[pivot], m->columns);
    m->pivots[m->rows++] = pivot;
}

/* determined[c]: the equations and the visible cells leave no choice for cell c. */
void spans_by_equations(const cdn_cells *cells, const bool *visible, bool *determined)
{
    matrix m = matrix_make(cells->count);
    uint64_t *row = calloc(cells->count, sizeof *row);
    assert_non_null(row);
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        memset(row, 0, cells->count * sizeof *row);
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++)
            if (!visible[cells->equation_cell[i]]) {
                int32_t k = cells->equation_coefficient[i];
                row[cells->equation_cell[i]] = k < 0 ? PRIME - (uint64_t)-k : (uint64_t)k;
            }
        matrix_add(&m, row);
    }
    memcpy(determined, visible, cells->count * sizeof *determined);
    for (uint32_t r = 0; r < m.rows; r++) {
        uint32_t entries = 0;
        for (uint32_t c = 0; c < cells->count; c++)
            entries += row_of(&m, r)[c] != 0;
        if (entries == 1)
            determined[m.pivots[r]] = true;
    }
    free(row);
    free(m.cells);
}

/* determined[c]: the set of cell c is a combination of the visible sets. */
void spans_in_truth(const cdn_cells *cells, const bool *visible, bool *determined)
{
    matrix m = matrix_make(64);
    uint64_t row[64];
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t c = 0; c < cells->count; c++) {
            for (uint32_t bit = 0; bit < 64; bit++)
                row[bit] = (uint64_t)cells->cells[c].value >> bit & 1u;
            if (pass == 0 && visible[c])
                matrix_add(&m, row);
            if (pass == 1)
                determined[c] = matrix_reduce(&m, row) == m.columns;
        }
    free(m.cells);
}

/* ---- plans ---- */

void spans_random_plan(wf_plan *plan, uint64_t *seed)
{
    static const uint32_t weights[] = {WF_WEIGHT, WF_WEIGHT_T, WF_WEIGHT_V};
    wf_plan_start(plan);
    int tables = 1 + wf_below(seed, 3);
    for (int t = 0; t < tables; t++) {
        wf_table(plan, wf_below(seed, 4) != 0);
        uint32_t area = (uint32_t)wf_below(seed, 5);
        if (area == 3)
            wf_by(plan, WF_DIM_BOARD, 0, 0);
        else if (area < 3)
            wf_by(plan, WF_DIM_AREA, area == 1, area > 0);
        if (area == 4 || wf_below(seed, 2) == 0)
            wf_by(plan, WF_DIM_SERVICE, 0, 0);
        if (wf_below(seed, 3) == 0)
            wf_only(plan, WF_DIM_AREA, 1, 1u + (uint32_t)wf_below(seed, 15));
        if (wf_below(seed, 5) == 0)
            wf_only(plan, WF_DIM_BOARD, 0, 1u << wf_below(seed, 2));
        if (wf_below(seed, 3) == 0)
            wf_only(plan, WF_DIM_SERVICE, 0, 1u + (uint32_t)wf_below(seed, 7));
        int first = wf_below(seed, 3);
        wf_show(plan, weights[first]);
        if (wf_below(seed, 2) == 0)
            wf_show(plan, weights[(first + 1) % 3]);
    }
}

void spans_print_plan(const wf_plan *plan)
{
    for (uint32_t t = 0; t < plan->plan.table_count; t++) {
        const cdn_plan_table *table = &plan->tables[t];
        print_message("table %u totals=%d:", t, table->totals);
        for (uint32_t d = 0; d < table->dimension_count; d++)
            print_message(" %s %u-%u",
                          wf_catalogue.dimensions[table->dimensions[d].dimension].name,
                          table->dimensions[d].first_level, table->dimensions[d].last_level);
        for (uint32_t f = 0; f < table->filter_count; f++) {
            print_message(" only %s/%u =",
                          wf_catalogue.dimensions[table->filters[f].dimension].name,
                          table->filters[f].level);
            for (uint32_t c = 0; c < table->filters[f].code_count; c++)
                print_message(" %u", table->filters[f].codes[c]);
        }
        for (uint32_t m = 0; m < table->measure_count; m++)
            print_message(" %s", wf_catalogue.measures[table->measures[m].index].name);
        print_message("\n");
    }
}
