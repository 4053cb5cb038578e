/* test_interval_lp.c - the solver's guard: silent, bounded, and its failures come back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_lp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/alloc.h"

/* x + y - z = 0, 0 <= x <= 3, 0 <= y <= 4, z free */
static const int rows[] = {0, 1, 1, 1};
static const int columns[] = {0, 1, 2, 3};
static const double coefficients[] = {0, 1, 1, -1};
static const int64_t low[] = {0, 0, INT64_MIN};
static const int64_t high[] = {3, 4, INT64_MAX};

static cdn_lp_problem problem(void)
{
    return (cdn_lp_problem){1, 3, 3, rows, columns, coefficients, low, high, NULL};
}

static void assert_optimum(cdn_lp *lp, int thousandths)
{
    cdn_lp_outcome outcome;
    uint64_t iterations = 0;
    assert_int_equal(cdn_lp_solve(lp, CDN_LP_PRIMAL, 1000, &iterations, &outcome, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_OPTIMAL);
    assert_int_equal((int)(cdn_lp_optimum(lp) * 1000 + 0.5), thousandths);
}

static void test_interval_lp__maximises_and_bounds(void **state)
{
    (void)state;
    cdn_lp *lp;
    cdn_lp_problem p = problem();
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    assert_int_equal(cdn_lp_weigh(lp, 2, 1, NULL), CDN_OK);
    assert_optimum(lp, 7000);
    assert_int_equal((int)(cdn_lp_value(lp, 1) + 0.5), 4);
    assert_int_equal(cdn_lp_bound(lp, 1, 0, 2, NULL), CDN_OK);
    assert_optimum(lp, 5000);
    assert_int_equal(cdn_lp_bound(lp, 1, 0, INT64_MAX, NULL), CDN_OK);
    cdn_lp_outcome outcome;
    uint64_t iterations = 0;
    assert_int_equal(cdn_lp_solve(lp, CDN_LP_PRIMAL, 1000, &iterations, &outcome, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_UNBOUNDED);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK); /* forgets weights and bounds */
    assert_optimum(lp, 0);
    cdn_lp_destroy(lp);
}

static void test_interval_lp__stops_at_the_limit(void **state)
{
    (void)state;
    cdn_lp *lp;
    cdn_lp_problem p = problem();
    cdn_lp_outcome outcome;
    uint64_t iterations = 0;
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    assert_int_equal(cdn_lp_weigh(lp, 2, 1, NULL), CDN_OK);
    assert_int_equal(cdn_lp_solve(lp, CDN_LP_PRIMAL, 0, &iterations, &outcome, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_STOPPED);
    assert_int_equal(iterations, 0);
    cdn_lp_destroy(lp);
}

static void test_interval_lp__searches_whole_numbers(void **state)
{
    (void)state;
    /* 2x + 2y - z = 0 with x, y in [0, 1], z in [-1, 3]: z = 3 in fractions, 2 in whole numbers */
    static const double doubled[] = {0, 2, 2, -1};
    static const int64_t from[] = {0, 0, -1}, to[] = {1, 1, 3};
    cdn_lp *lp;
    cdn_lp_problem p = {1, 3, 3, rows, columns, doubled, from, to, NULL};
    cdn_lp_outcome outcome;
    uint64_t iterations = 0;
    double bound = 99;
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    assert_int_equal(cdn_lp_weigh(lp, 2, 1, NULL), CDN_OK);
    assert_optimum(lp, 3000);
    assert_int_equal(cdn_lp_search(lp, 0, false, &iterations, &outcome, &bound, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_STOPPED);
    assert_int_equal((int)bound, 99);
    assert_optimum(lp, 3000);
    assert_int_equal(cdn_lp_search(lp, 100, false, &iterations, &outcome, &bound, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_OPTIMAL);
    assert_int_equal((int)(bound + 0.5), 2);
    assert_int_equal((int)(cdn_lp_value(lp, 0) + cdn_lp_value(lp, 1) + 0.5), 1);
    assert_true(iterations > 0);
    cdn_lp_destroy(lp);
}

/* 2x - 2y = 1 in numbers without an end: each branch leaves another. */
static void test_interval_lp__a_search_without_end_is_given_up(void **state)
{
    (void)state;
    static const double doubled[] = {0, 2, -2, -1}, weight[] = {-1, -1, 0};
    static const int64_t from[] = {0, 0, 1}, to[] = {INT64_MAX, INT64_MAX, 1};
    cdn_lp *lp;
    cdn_lp_problem p = {1, 3, 3, rows, columns, doubled, from, to, weight};
    cdn_lp_outcome outcome;
    uint64_t iterations = 0;
    double bound = 0;
    (void)alarm(20);
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    assert_int_equal(cdn_lp_solve(lp, CDN_LP_DUAL, 100, &iterations, &outcome, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_OPTIMAL);
    assert_int_equal(cdn_lp_search(lp, 100, true, &iterations, &outcome, &bound, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_STOPPED);
    cdn_lp_destroy(lp);
    (void)alarm(0);
}

/* b + c = a and b = 2c + d, with numbers that a float rounds to hundreds: nothing is looked for. */
static void test_interval_lp__a_search_among_large_numbers_is_given_up(void **state)
{
    (void)state;
    static const int row[] = {0, 1, 1, 1, 2, 2, 2}, column[] = {0, 1, 2, 3, 2, 3, 4};
    static const double coefficient[] = {0, -1, 1, 1, 1, -2, -1}, weight[] = {1, 0, 0, 0};
    const int64_t unit = INT64_C(115292150460684697);
    const int64_t from[] = {-4 * unit, -6 * unit, -3 * unit, -85}, to[] = {6 * unit, 4 * unit,
                                                                          2 * unit, 0};
    cdn_lp *lp;
    cdn_lp_problem p = {2, 4, 6, row, column, coefficient, from, to, weight};
    cdn_lp_outcome outcome;
    uint64_t iterations = 0;
    double bound = 99;
    (void)alarm(20);
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    assert_int_equal(cdn_lp_solve(lp, CDN_LP_PRIMAL, 100, &iterations, &outcome, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_OPTIMAL);
    assert_int_equal(cdn_lp_search(lp, 100, false, &iterations, &outcome, &bound, NULL), CDN_OK);
    assert_int_equal(outcome, CDN_LP_STOPPED);
    assert_int_equal((int)bound, 99);
    cdn_lp_destroy(lp);
    (void)alarm(0);
}

/* The solver complains to its terminal and aborts; here the caller gets a status. */
static void test_interval_lp__a_failure_of_the_solver_comes_back(void **state)
{
    (void)state;
    static const int wrong[] = {0, 1, 1, 2};
    cdn_lp *lp;
    cdn_lp_problem p = problem();
    int terminal = dup(STDOUT_FILENO), pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    p.row = wrong;
    cdn_error error = CDN_ERROR_INIT;
    dup2(pipe_ends[1], STDOUT_FILENO);
    cdn_status status = cdn_lp_load(lp, &p, &error);
    dup2(terminal, STDOUT_FILENO);
    close(terminal);
    close(pipe_ends[1]);
    char byte;
    assert_int_equal(read(pipe_ends[0], &byte, 1), 0); /* nothing was printed */
    close(pipe_ends[0]);
    assert_int_equal(status, CDN_E_INTERNAL);
    assert_int_equal(error.status, CDN_E_INTERNAL);
    assert_int_equal(cdn_lp_weigh(lp, 0, 1, NULL), CDN_E_INTERNAL);
    cdn_lp_destroy(lp);
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK); /* a fresh start works */
    p = problem();
    assert_int_equal(cdn_lp_load(lp, &p, NULL), CDN_OK);
    cdn_lp_destroy(lp);
}

static void test_interval_lp__one_user_a_thread(void **state)
{
    (void)state;
    cdn_lp *lp, *second;
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    assert_int_equal(cdn_lp_create(&second, NULL), CDN_E_INTERNAL);
    cdn_lp_destroy(lp);
    assert_int_equal(cdn_lp_create(&lp, NULL), CDN_OK);
    cdn_lp_destroy(lp);
    cdn_alloc_fail_after(0);
    cdn_status status = cdn_lp_create(&lp, NULL);
    cdn_alloc_fail_after(-1);
    assert_int_equal(status, CDN_E_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_lp__maximises_and_bounds),
        cmocka_unit_test(test_interval_lp__stops_at_the_limit),
        cmocka_unit_test(test_interval_lp__searches_whole_numbers),
        cmocka_unit_test(test_interval_lp__a_search_without_end_is_given_up),
        cmocka_unit_test(test_interval_lp__a_search_among_large_numbers_is_given_up),
        cmocka_unit_test(test_interval_lp__a_failure_of_the_solver_comes_back),
        cmocka_unit_test(test_interval_lp__one_user_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
