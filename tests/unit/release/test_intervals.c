/* test_intervals.c - the gate's interval attack, and that it ends in a pattern which stands.
 *
 * The trial is put together by hand: one count variable, a table with totals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/intervals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/alloc.h"

#define SIDE 4 /* with the total, which comes last */
#define CELLS (SIDE * SIDE)

typedef struct fixture {
    cdn_cell cells[CELLS];
    cdn_variable variable;
    uint32_t start[2 * SIDE + 1], cell[2 * SIDE * SIDE], figure_start[CELLS + 1], figure[CELLS];
    int32_t coefficient[2 * SIDE * SIDE];
    uint64_t costs[CELLS];
    uint8_t marks[CELLS];
    cdn_verdict verdicts[CELLS];
    cdn_cells all;
    cdn_policy policy;
    cdn_gate_input input;
    cdn_trial trial;
} fixture;

static void add_line(fixture *f, uint32_t line, uint32_t first, uint32_t step)
{
    for (uint32_t i = 0; i < SIDE; i++) {
        f->cell[line * SIDE + i] = first + i * step;
        f->coefficient[line * SIDE + i] = i + 1 == SIDE ? -1 : 1;
    }
    f->start[line + 1] = (line + 1) * SIDE;
}

/* Counts of fewer than 3 are confidential. */
static void build(fixture *f, const int64_t *inner, bool magnitude)
{
    memset(f, 0, sizeof *f);
    f->variable = (cdn_variable){.value = CDN_NONE, .magnitude = magnitude};
    for (uint32_t i = 0; i < 9; i++) {
        uint32_t r = i / 3, c = i % 3;
        f->cells[r * SIDE + c].value = inner[i];
        f->cells[r * SIDE + 3].value += inner[i];
        f->cells[3 * SIDE + c].value += inner[i];
        f->cells[3 * SIDE + 3].value += inner[i];
    }
    for (uint32_t c = 0; c < CELLS; c++) {
        int64_t value = f->cells[c].value;
        bool small = value > 0 && value < 3;
        f->cells[c].records = value > 0;
        f->verdicts[c] = small;
        f->marks[c] = small ? CDN_CELL_SENSITIVE : value == 0 ? CDN_CELL_KNOWN : 0;
        f->costs[c] = 1 + (uint64_t)(value < 0 ? -value : value);
        f->figure[c] = c;
        f->figure_start[c + 1] = c + 1;
    }
    for (uint32_t i = 0; i < SIDE; i++) {
        add_line(f, i, i * SIDE, 1);
        add_line(f, SIDE + i, i, SIDE);
    }
    f->all = (cdn_cells){.count = CELLS,
                         .cells = f->cells,
                         .variable_count = 1,
                         .variables = &f->variable,
                         .equation_count = 2 * SIDE,
                         .equation_start = f->start,
                         .equation_cell = f->cell,
                         .equation_coefficient = f->coefficient};
    f->policy.zeros = CDN_ZEROS_SAFE;
    f->input.policy = &f->policy;
    f->trial.input = &f->input;
    f->trial.cells = &f->all;
    f->trial.verdicts = f->verdicts;
    f->trial.marks = f->marks;
    f->trial.costs = f->costs;
    f->trial.system =
        (cdn_system){CELLS,          f->marks, f->costs,        8,        f->start, f->cell,
                     f->coefficient, CELLS,    f->figure_start, f->figure, 0, {NULL}};
}

static void protect(fixture *f)
{
    cdn_suppress_result_release(&f->trial.pattern);
    assert_int_equal(cdn_suppress(&f->trial.system, &f->trial.pattern, NULL), CDN_OK);
}

static const int64_t ones[] = {1, 1, 6, 1, 1, 7, 5, 8, 9};

static void test_intervals__small_counts_give_each_other_away(void **state)
{
    (void)state;
    fixture f;
    cdn_trial_interval_report report;
    build(&f, ones, false);
    protect(&f);
    assert_int_equal(cdn_trial_attack_intervals(&f.trial, NULL, &report, NULL), CDN_OK);
    assert_int_equal(report.asked, 4);
    assert_int_equal(report.exposed, 4);
    f.policy.zeros = CDN_ZEROS_UNSAFE; /* a withheld count may be 0 */
    assert_int_equal(cdn_trial_attack_intervals(&f.trial, NULL, &report, NULL), CDN_OK);
    assert_int_equal(report.protected_count, 4);
    cdn_suppress_result_release(&f.trial.pattern);
    build(&f, ones, true); /* so may a sum */
    protect(&f);
    assert_int_equal(cdn_trial_attack_intervals(&f.trial, NULL, &report, NULL), CDN_OK);
    assert_int_equal(report.protected_count, 4);
    cdn_suppress_result_release(&f.trial.pattern);
}

static void test_intervals__a_variable_with_a_negative_cell_has_no_lower_bound(void **state)
{
    (void)state;
    fixture f;
    cdn_trial_interval_report report;
    build(&f, (const int64_t[]){1, 1, 6, 1, 1, 7, 5, 8, -9}, true);
    protect(&f);
    cdn_interval found[CELLS];
    assert_int_equal(cdn_trial_attack_intervals(&f.trial, found, &report, NULL), CDN_OK);
    assert_int_equal(report.protected_count, report.asked);
    assert_true(found[0].lower < 0);
    cdn_suppress_result_release(&f.trial.pattern);
}

static void test_intervals__marks_cells_until_the_pattern_stands(void **state)
{
    (void)state;
    fixture f;
    cdn_trial_interval_report report;
    uint32_t marked, rounds = 0, all = 0;
    cdn_interval_moves *moves = cdn_interval_moves_create();
    assert_non_null(moves);
    build(&f, ones, false);
    do {
        protect(&f);
        assert_int_equal(cdn_trial_intervals(&f.trial, moves, &marked, &report, NULL), CDN_OK);
        all += marked;
    } while (marked > 0 && ++rounds < 10);
    cdn_interval_moves_destroy(moves);
    assert_int_equal(marked, 0);
    assert_true(all > 0);
    assert_int_equal(report.protected_count, 4); /* asks only for what a rule withholds */
    assert_int_equal(cdn_trial_attack_intervals(&f.trial, NULL, &report, NULL), CDN_OK);
    assert_int_equal(report.protected_count, 4);
    assert_int_equal(f.trial.pattern.figure_withheld[CELLS - 1], 0);
    cdn_suppress_result_release(&f.trial.pattern);
}

static void test_intervals__refuses_what_cannot_be_made_safe(void **state)
{
    (void)state;
    fixture f;
    cdn_trial_interval_report report;
    cdn_error error = CDN_ERROR_INIT;
    uint32_t marked;
    build(&f, ones, false);
    for (uint32_t c = 0; c < CELLS; c++)
        if (f.marks[c] == 0)
            f.marks[c] = CDN_CELL_KNOWN;
    protect(&f);
    assert_int_equal(cdn_trial_intervals(&f.trial, NULL, &marked, &report, &error), CDN_E_REFUSED);
    assert_int_equal(marked, 0);
    assert_int_equal(report.exposed, 4);
    cdn_suppress_result_release(&f.trial.pattern);
}

static void test_intervals__every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture f;
    cdn_trial_interval_report report;
    uint32_t marked;
    build(&f, ones, false);
    protect(&f);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status != CDN_OK && n < 10000; n++) {
        cdn_alloc_fail_after(n);
        status = cdn_trial_intervals(&f.trial, NULL, &marked, &report, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    }
    assert_true(n > 120);
    cdn_suppress_result_release(&f.trial.pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals__small_counts_give_each_other_away),
        cmocka_unit_test(test_intervals__a_variable_with_a_negative_cell_has_no_lower_bound),
        cmocka_unit_test(test_intervals__marks_cells_until_the_pattern_stands),
        cmocka_unit_test(test_intervals__refuses_what_cannot_be_made_safe),
        cmocka_unit_test(test_intervals__every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
