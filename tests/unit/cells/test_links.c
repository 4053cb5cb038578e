/* test_links.c - the equations say all that is true of the cells, and nothing else.
 *
 * Sixty workplaces, one for each combination of classifications and usable
 * masks, weigh 1, 2, 4, ...: the value of a cell is the set of its workplaces,
 * hidden cells included. What a set of published cells determines is then a
 * question about sets that has an answer without any equation: a cell is
 * determined when its set is a linear combination of the published ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "support/unit.h"
#include "support/workforce.h"

#define MOST 2500u
#define PRIME UINT64_C(2147483647)

static wf_data data;
static wf_world world;
static wf_plan plan;
static cdn_snapshot *snapshot;

static cdn_cells *tabulate_with(const cdn_policy *policy)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = NULL;
    if (cdn_cells_create(snapshot, &wf_catalogue, &plan.plan, &wf_agreement, policy, 1, &cells,
                         &error) != CDN_OK)
        fail_msg("%s", error.message);
    wf_check_equations(cells);
    assert_true(cells->count <= MOST);
    return cells;
}

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
    uint32_t pivots[MOST];
    uint64_t *cells; /* MOST rows */
} matrix;

static matrix matrix_make(uint32_t columns)
{
    matrix m = {.columns = columns, .cells = calloc((size_t)MOST * columns, sizeof(uint64_t))};
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
static void determined_by_equations(const cdn_cells *cells, const bool *visible, bool *determined)
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
static void determined_in_truth(const cdn_cells *cells, const bool *visible, bool *determined)
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

static void random_plan(uint64_t *seed)
{
    static const uint32_t weights[] = {WF_WEIGHT, WF_WEIGHT_T, WF_WEIGHT_V};
    wf_plan_start(&plan);
    int tables = 1 + wf_below(seed, 3);
    for (int t = 0; t < tables; t++) {
        wf_table(&plan, wf_below(seed, 4) != 0);
        uint32_t area = (uint32_t)wf_below(seed, 5);
        if (area == 3)
            wf_by(&plan, WF_DIM_BOARD, 0, 0);
        else if (area < 3)
            wf_by(&plan, WF_DIM_AREA, area == 1, area > 0);
        if (area == 4 || wf_below(seed, 2) == 0)
            wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        if (wf_below(seed, 3) == 0)
            wf_only(&plan, WF_DIM_AREA, 1, 1u + (uint32_t)wf_below(seed, 15));
        if (wf_below(seed, 5) == 0)
            wf_only(&plan, WF_DIM_BOARD, 0, 1u << wf_below(seed, 2));
        if (wf_below(seed, 3) == 0)
            wf_only(&plan, WF_DIM_SERVICE, 0, 1u + (uint32_t)wf_below(seed, 7));
        int first = wf_below(seed, 3);
        wf_show(&plan, weights[first]);
        if (wf_below(seed, 2) == 0)
            wf_show(&plan, weights[(first + 1) % 3]);
    }
}

static void print_plan(void)
{
    for (uint32_t t = 0; t < plan.plan.table_count; t++) {
        const cdn_plan_table *table = &plan.tables[t];
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

/* ---- what every cell holds ---- */

/* Counts a cell again from the workplaces that its value names. */
static void check_cell(const cdn_cell *cell)
{
    bool orgs[7] = {false};
    int64_t by_org[7] = {0};
    uint32_t records = 0, workers = 0, providers = 0;
    for (uint32_t i = 0; i < data.workplaces; i++)
        if ((uint64_t)cell->value >> i & 1u) {
            const wf_workplace *w = &data.workplace[i];
            records++;
            workers += (uint32_t)w->staff;
            providers += !orgs[w->org];
            orgs[w->org] = true;
            by_org[w->org] += INT64_C(1) << i;
        }
    int64_t first = 0, second = 0;
    for (uint32_t o = 0; o < 7; o++) {
        second = by_org[o] > first ? first : by_org[o] > second ? by_org[o] : second;
        first = by_org[o] > first ? by_org[o] : first;
    }
    assert_int_equal(cell->records, records);
    assert_int_equal(cell->workplaces, records);
    assert_int_equal(cell->workers, workers);
    assert_int_equal(cell->providers, providers);
    assert_int_equal(cell->total, cell->value);
    assert_int_equal(cell->top1, first);
    assert_int_equal(cell->top2, second);
}

static bool has_cell(const cdn_cells *cells, int64_t set)
{
    for (uint32_t c = 0; c < cells->count; c++)
        if (cells->cells[c].value == set)
            return true;
    return false;
}

/* The workplaces for which all of these hold; -1 = any. */
static int64_t set_of(int area, int service, int t_ok, int v_ok)
{
    int64_t set = 0;
    for (uint32_t i = 0; i < data.workplaces; i++) {
        const wf_workplace *w = &data.workplace[i];
        if ((area < 0 || (area == 4 ? w->area == WF_BLANK : w->area == area)) &&
            (service < 0 || w->service == service) && (t_ok < 0 || w->t_ok == t_ok) &&
            (v_ok < 0 || w->v_ok == v_ok))
            set |= INT64_C(1) << i;
    }
    return set;
}

/* ---- tests ---- */

static void compare_views(const cdn_cells *cells, uint64_t *seed, uint32_t percent)
{
    bool visible[MOST] = {false}, found[MOST], expected[MOST];
    for (uint32_t f = 0; f < cells->figure_count; f++)
        if ((uint32_t)wf_below(seed, 100) < percent)
            visible[cells->figures[f].cells[0]] = true;
    for (uint32_t c = 0; c < cells->count; c++)
        visible[c] = visible[c] || cells->cells[c].records == 0;
    determined_by_equations(cells, visible, found);
    determined_in_truth(cells, visible, expected);
    for (uint32_t c = 0; c < cells->count; c++)
        if (found[c] != expected[c]) {
            print_plan();
            fail_msg("cell %u (%u records, %llx) of %u: %s", c, cells->cells[c].records,
                     (unsigned long long)cells->cells[c].value, cells->count,
                     expected[c] ? "can be computed, the equations do not say so"
                                 : "cannot be computed, the equations say it can");
        }
}

static void test_links__equations_say_exactly_what_is_true(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 60; round++) {
        random_plan(&seed);
        cdn_cells *cells = tabulate_with(&wf_policy);
        wf_check_tables(cells, &plan.plan, &world);
        for (uint32_t c = 0; c < cells->count; c++)
            check_cell(&cells->cells[c]);
        compare_views(cells, &seed, 100);
        compare_views(cells, &seed, 85);
        compare_views(cells, &seed, 60);
        cdn_cells_destroy(cells);
    }
}

static int group_setup(void **state)
{
    (void)unit_scratch_setup(state);
    wf_factorial(&data);
    wf_world_make(&data, &world);
    snapshot = wf_load(&data);
    return 0;
}

static int group_teardown(void **state)
{
    cdn_snapshot_close(snapshot);
    return unit_scratch_teardown(state);
}

static void test_links__masks_that_overlap_have_hidden_differences(void **state)
{
    (void)state;
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_WEIGHT_T);
    wf_show(&plan, WF_WEIGHT_V);
    cdn_cells *cells = tabulate_with(&wf_policy);
    for (int service = -1; service < 3; service++) {
        assert_true(has_cell(cells, set_of(-1, service, 1, -1)));
        assert_true(has_cell(cells, set_of(-1, service, -1, 1)));
        assert_true(has_cell(cells, set_of(-1, service, 1, 0)));
        assert_true(has_cell(cells, set_of(-1, service, 0, 1)));
        assert_true(has_cell(cells, set_of(-1, service, 1, 1)));
        assert_false(has_cell(cells, set_of(-1, service, 0, 0))); /* in nobody's sum */
    }
    cdn_cells_destroy(cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links__equations_say_exactly_what_is_true),
        cmocka_unit_test(test_links__masks_that_overlap_have_hidden_differences),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
