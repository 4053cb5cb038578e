/* test_mip.c - integer programmes against every choice, without a solution, and at a limit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lp/mip.h"

#include <stdbool.h>

#include "support/unit.h"

#define COLUMNS 10u
#define ROWS 2u

static uint32_t seed = 1;

static int next(int below)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)below);
}

typedef struct programme {
    int row[1 + ROWS * COLUMNS], column[1 + ROWS * COLUMNS];
    double coefficient[1 + ROWS * COLUMNS], target[ROWS], low[COLUMNS], high[COLUMNS],
        cost[COLUMNS];
    cdn_mip problem;
} programme;

static void make(programme *p)
{
    uint32_t n = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
        p->target[r] = 0;
        for (uint32_t c = 0; c < COLUMNS; c++) {
            n++;
            p->row[n] = (int)r + 1;
            p->column[n] = (int)c + 1;
            p->coefficient[n] = next(7) - 3;
            p->target[r] += next(2) ? p->coefficient[n] : 0;
        }
    }
    for (uint32_t c = 0; c < COLUMNS; c++) {
        p->low[c] = 0;
        p->high[c] = 1;
        p->cost[c] = next(9) - 4;
    }
    p->problem = (cdn_mip){ROWS, COLUMNS, n, p->row, p->column, p->coefficient, p->target,
                           p->low, p->high, p->cost};
}

/* The least cost over 0 and 1; *any false when nothing satisfies the rows. */
static int by_force(const programme *p, bool *any)
{
    int best = 0;
    *any = false;
    for (uint32_t choice = 0; choice < 1u << COLUMNS; choice++) {
        int sums[ROWS] = {0}, cost = 0;
        for (uint32_t k = 1; k <= p->problem.entries; k++)
            if (choice >> (p->column[k] - 1) & 1)
                sums[p->row[k] - 1] += (int)p->coefficient[k];
        for (uint32_t c = 0; c < COLUMNS; c++)
            cost += choice >> c & 1 ? (int)p->cost[c] : 0;
        bool good = true;
        for (uint32_t r = 0; r < ROWS; r++)
            good = good && sums[r] == (int)p->target[r];
        if (good && (!*any || cost < best)) {
            best = cost;
            *any = true;
        }
    }
    return best;
}

static cdn_mip_outcome solve(const programme *p, const cdn_mip_limits *limits, int64_t *values)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_mip_outcome outcome;
    if (cdn_mip_solve(&p->problem, limits, values, &outcome, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return outcome;
}

static void test_mip__as_by_force(void **state)
{
    (void)state;
    static programme p;
    const cdn_mip_limits limits = {10000, 10000};
    uint32_t solved = 0, none = 0;
    for (int round = 0; round < 150; round++) {
        int64_t values[COLUMNS];
        bool any;
        make(&p);
        if (round % 3 == 0)
            p.target[0] = next(30);
        int best = by_force(&p, &any), cost = 0;
        cdn_mip_outcome outcome = solve(&p, &limits, values);
        assert_int_equal(outcome, any ? CDN_MIP_BEST : CDN_MIP_INFEASIBLE);
        for (uint32_t c = 0; any && c < COLUMNS; c++) {
            assert_true(values[c] == 0 || values[c] == 1);
            cost += (int)(values[c] * (int64_t)p.cost[c]);
        }
        if (any)
            assert_int_equal(cost, best);
        solved += any;
        none += !any;
    }
    assert_true(solved > 30 && none > 10);
}

static void test_mip__a_limit_stops(void **state)
{
    (void)state;
    static programme p;
    const cdn_mip_limits limits = {1, 1};
    uint32_t stopped = 0;
    for (int round = 0; round < 50; round++) {
        int64_t values[COLUMNS];
        make(&p);
        stopped += solve(&p, &limits, values) == CDN_MIP_STOPPED;
    }
    assert_true(stopped > 25);
}

/* A broken problem is an answer, not the end of the program, and the next one works. */
static void test_mip__failures_come_back(void **state)
{
    (void)state;
    static programme p;
    const cdn_mip_limits limits = {1000, 1000};
    cdn_error error = CDN_ERROR_INIT;
    cdn_mip_outcome outcome;
    int64_t values[COLUMNS];
    make(&p);
    p.row[1] = 99;
    assert_int_equal(cdn_mip_solve(&p.problem, &limits, values, &outcome, &error), CDN_E_INTERNAL);
    make(&p);
    assert_true(solve(&p, &limits, values) >= CDN_MIP_INFEASIBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mip__as_by_force),
        cmocka_unit_test(test_mip__a_limit_stops),
        cmocka_unit_test(test_mip__failures_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
