/* test_ptable.c - rows of noise against published tables, against the conditions of an optimum, and
 * by enumeration.
 *
 * Published: the p-table that tau-Argus ships with its cell-key example (D 7, V 4, no counts of 1
 * and 2; it was made with another solver, to about 2e-9), and the tests of the R package ptable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/ptable.h"

#include <math.h>

#include "support/unit.h"

typedef struct published {
    uint32_t i;
    int32_t j;
    double p;
} published;

static const published tau_argus[] = {
    {1, 0, 0.7750788510},
    {1, 3, 0.0873643732},
    {1, 4, 0.0507561027},
    {1, 5, 0.0323385880},
    {1, 6, 0.0225960604},
    {1, 7, 0.0173150304},
    {1, 8, 0.0145509942},
    {2, 0, 0.4662739349},
    {2, 3, 0.2796755307},
    {2, 4, 0.1533107321},
    {2, 5, 0.0677559545},
    {2, 6, 0.0241423309},
    {2, 7, 0.0069353397},
    {2, 8, 0.0016062501},
    {2, 9, 0.0002999269},
    {3, 0, 0.2514396179},
    {3, 3, 0.3195822888},
    {3, 4, 0.2223831882},
    {3, 5, 0.1240288339},
    {3, 6, 0.0554427578},
    {3, 7, 0.0198640788},
    {3, 8, 0.0057041841},
    {3, 9, 0.0013128651},
    {3, 10, 0.0002421855},
    {4, 0, 0.1188380854},
    {4, 3, 0.2506471506},
    {4, 4, 0.2506471506},
    {4, 5, 0.1774636199},
    {4, 6, 0.1099766847},
    {4, 7, 0.0565733757},
    {4, 8, 0.0241570416},
    {4, 9, 0.0085624015},
    {4, 10, 0.0025192287},
    {4, 11, 0.0006152614},
    {5, 0, 0.0401827877},
    {5, 3, 0.1793133862},
    {5, 4, 0.2028117822},
    {5, 5, 0.2028117822},
    {5, 6, 0.1605246509},
    {5, 7, 0.1082645206},
    {5, 8, 0.0610821933},
    {5, 9, 0.0288288374},
    {5, 10, 0.0113821335},
    {5, 11, 0.0037592765},
    {5, 12, 0.0010386493},
    {6, 0, 0.0074351963},
    {6, 3, 0.0921748581},
    {6, 4, 0.1431071064},
    {6, 5, 0.1819760691},
    {6, 6, 0.1895272706},
    {6, 7, 0.1616715082},
    {6, 8, 0.1129534826},
    {6, 9, 0.0646353513},
    {6, 10, 0.0302931862},
    {6, 11, 0.0116285118},
    {6, 12, 0.0036560127},
    {6, 13, 0.0009414466},
    {7, 0, 0.0008165555},
    {7, 3, 0.0335198249},
    {7, 4, 0.0732122775},
    {7, 5, 0.1272392664},
    {7, 6, 0.1759598011},
    {7, 7, 0.1936247329},
    {7, 8, 0.1695365195},
    {7, 9, 0.1181192713},
    {7, 10, 0.0654837186},
    {7, 11, 0.0288869015},
    {7, 12, 0.0101396667},
    {7, 13, 0.0028320529},
    {7, 14, 0.0006294112},
    {8, 3, 0.0096926136},
    {8, 4, 0.0287834120},
    {8, 5, 0.0670427602},
    {8, 6, 0.1224812852},
    {8, 7, 0.1755075565},
    {8, 8, 0.1972559635},
    {8, 9, 0.1738892365},
    {8, 10, 0.1202329481},
    {8, 11, 0.0652052445},
    {8, 12, 0.0277363812},
    {8, 13, 0.0092539107},
    {8, 14, 0.0024216370},
    {8, 15, 0.0004970511},
    {9, 3, 0.0022965684},
    {9, 4, 0.0089816422},
    {9, 5, 0.0274083248},
    {9, 6, 0.0652618934},
    {9, 7, 0.1212515465},
    {9, 8, 0.1757783316},
    {9, 9, 0.1988354543},
    {9, 10, 0.1754982331},
    {9, 11, 0.1208654316},
    {9, 12, 0.0649504105},
    {9, 13, 0.0272340433},
    {9, 14, 0.0089103098},
    {9, 15, 0.0022746984},
    {9, 16, 0.0004531121},
    {10, 3, 0.0004423224},
    {10, 4, 0.0022375801},
    {10, 5, 0.0088207277},
    {10, 6, 0.0270967044},
    {10, 7, 0.0648656439},
    {10, 8, 0.1210038547},
    {10, 9, 0.1759016399},
    {10, 10, 0.1992630544},
    {10, 11, 0.1759016395},
    {10, 12, 0.1210038546},
    {10, 13, 0.0648656437},
    {10, 14, 0.0270967044},
    {10, 15, 0.0088207280},
    {10, 16, 0.0022375799},
    {10, 17, 0.0004423226},
};

static void solve(uint32_t deviation, uint32_t variance, uint32_t small, uint32_t i, bool monotone,
                  cdn_ptable_row *row)
{
    cdn_error error = CDN_ERROR_INIT;
    bool found = false;
    cdn_ptable_options options = {deviation, variance, small};
    assert_int_equal(cdn_ptable_solve(&options, i, monotone, row, &found, &error), CDN_OK);
    if (!found)
        fail_msg("no row %u for D %u, V %u, js %u", i, deviation, variance, small);
}

static double probability(const cdn_ptable_row *row, int32_t move)
{
    for (uint32_t k = 0; k < row->count; k++)
        if (row->moves[k] == move)
            return row->probabilities[k];
    return 0;
}

static void expect(const cdn_ptable_row *row, const double *wanted, uint32_t count)
{
    assert_int_equal(row->count, count);
    for (uint32_t k = 0; k < count; k++)
        if (fabs(row->probabilities[k] - wanted[k]) > 1e-8)
            fail_msg("%u: %.10f, published %.10f", k, row->probabilities[k], wanted[k]);
}

static void test_ptable__tau_argus_rows(void **state)
{
    (void)state;
    uint32_t at = 0, compared = 0;
    for (uint32_t i = 1; i <= 10; i++) {
        cdn_ptable_row row;
        solve(7, 4000, 2, i, true, &row);
        uint32_t count = 0;
        for (; at < sizeof tau_argus / sizeof *tau_argus && tau_argus[at].i == i; at++, count++) {
            double p = probability(&row, tau_argus[at].j - (int32_t)i);
            if (fabs(p - tau_argus[at].p) > 5e-9)
                fail_msg("row %u, to %d: %.10f, published %.10f", i, tau_argus[at].j, p,
                         tau_argus[at].p);
        }
        assert_int_equal(row.count, count);
        compared += count;
    }
    assert_int_equal(compared, sizeof tau_argus / sizeof *tau_argus);
}

static void test_ptable__rows_of_the_package_ptable(void **state)
{
    (void)state;
    cdn_ptable_row row;
    solve(2, 1050, 1, 1, true, &row);
    expect(&row, (const double[]){0.50833333, 0.475, 0.01666667}, 3);
    solve(2, 1080, 1, 1, true, &row);
    expect(&row, (const double[]){0.51333333, 0.46, 0.02666667}, 3);
    solve(2, 1050, 1, 2, true, &row);
    expect(&row, (const double[]){0.16155827, 0.55565037, 0.24246618, 0.04032518}, 4);
    solve(2, 1050, 1, 3, false, &row);
    expect(&row, (const double[]){0.41231301, 0.28806097, 0.18693903, 0.11268699}, 4);
    solve(2, 1050, 1, 4, true, &row);
    expect(&row, (const double[]){0.07012498, 0.24450007, 0.37074990, 0.24450007, 0.07012498}, 5);
}

/* By hand: with the first two bound together, 2x + y + z = 1, -x + y + 2z = 0, x + y + 4z = 1.05
 * have one solution. */
static void test_ptable__monotone_binds_neighbours(void **state)
{
    (void)state;
    cdn_ptable_row row;
    solve(2, 1050, 1, 3, true, &row);
    expect(&row, (const double[]){0.38125, 0.38125, 0.09375, 0.14375}, 4);
}

/* The uniform distribution has the largest entropy of all, so it is the answer where V is its. */
static void test_ptable__uniform_where_the_variance_is_its(void **state)
{
    (void)state;
    cdn_ptable_row row;
    solve(2, 2000, 0, 2, true, &row);
    expect(&row, (const double[]){0.2, 0.2, 0.2, 0.2, 0.2}, 5);
    solve(1, 500, 0, 1, true, &row);
    expect(&row, (const double[]){0.25, 0.5, 0.25}, 3);
}

/* The conditions of an optimum, from the numbers alone: log p less the form a v + b v^2 + c leaves
 * the multipliers of the bound pairs, which must not be negative. */
static void check_optimum(const cdn_ptable_row *row, uint32_t deviation, uint32_t variance,
                          uint32_t small, uint32_t i)
{
    double sum = 0, mean = 0, square = 0;
    for (uint32_t k = 0; k < row->count; k++) {
        double p = row->probabilities[k], v = row->moves[k];
        sum += p;
        mean += p * v;
        square += p * v * v;
        if (k + 1 < row->count && row->moves[k + 1] <= 0 && p > row->probabilities[k + 1] + 1e-9)
            fail_msg("D %u V %u js %u row %u is not monotone", deviation, variance, small, i);
    }
    if (fabs(sum - 1) > 1e-9 || fabs(mean) > 1e-9 || fabs(square - variance / 1000.0) > 1e-8)
        fail_msg("D %u V %u js %u row %u: sum %.12f mean %.12f square %.9f", deviation, variance,
                 small, i, sum, mean, square);
    /* three moves above 0 are never bound: they give a, b and c */
    if (row->count < 3 || row->moves[row->count - 1] < 3 ||
        row->probabilities[row->count - 1] < 1e-9)
        return;
    double l1 = log(probability(row, row->moves[row->count - 1]));
    double l2 = log(probability(row, row->moves[row->count - 2]));
    double l3 = log(probability(row, row->moves[row->count - 3]));
    double v = row->moves[row->count - 2];
    if (row->moves[row->count - 3] != row->moves[row->count - 1] - 2 ||
        row->moves[row->count - 3] < 1)
        return;
    double b = (l1 - 2 * l2 + l3) / 2, a = (l1 - l3) / 2 - 2 * b * v;
    double c = l2 - a * v - b * v * v, multiplier = 0;
    for (uint32_t k = 0; k < row->count; k++) {
        double u = row->moves[k];
        if (row->probabilities[k] < 1e-9)
            return;
        /* log p(k) = a u + b u^2 + c - multiplier(k, k+1) + multiplier(k-1, k) */
        multiplier += (a * u + b * u * u + c) - log(row->probabilities[k]);
        if (multiplier < -1e-5)
            fail_msg("D %u V %u js %u row %u: multiplier %.9f at %u", deviation, variance, small,
                     i, multiplier, k);
        bool bound = k + 1 < row->count && row->moves[k + 1] <= 0 &&
                     fabs(row->probabilities[k] - row->probabilities[k + 1]) < 1e-9;
        if (!bound && fabs(multiplier) > 1e-5)
            fail_msg("D %u V %u js %u row %u: left over %.9f at %u", deviation, variance, small, i,
                     multiplier, k);
    }
}

static void test_ptable__rows_are_optimal(void **state)
{
    (void)state;
    uint32_t checked = 0;
    for (uint32_t deviation = 1; deviation <= 9; deviation++)
        for (uint32_t small = 0; small <= deviation && small < 5; small++)
            for (uint32_t variance = 500; variance <= 8000; variance += 500)
                for (uint32_t i = 1; i <= deviation + small + 1; i++) {
                    cdn_error error = CDN_ERROR_INIT;
                    cdn_ptable_row row;
                    bool found = false;
                    cdn_ptable_options options = {deviation, variance, small};
                    if (cdn_ptable_solve(&options, i, true, &row, &found, &error) != CDN_OK)
                        fail_msg("D %u V %u js %u row %u: %s", deviation, variance, small, i,
                                 error.message);
                    if (found)
                        check_optimum(&row, deviation, variance, small, i);
                    checked += found;
                }
    assert_true(checked > 1000);
}

static cdn_ptable *table(uint32_t deviation, uint32_t variance, uint32_t small)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_ptable *out = NULL;
    cdn_ptable_options options = {deviation, variance, small};
    if (cdn_ptable_create(&options, &out, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return out;
}

/* What a table promises, over all 2^32 draws, counted by its steps: no bias, V, no small counts. */
static void test_ptable__no_bias_over_all_draws(void **state)
{
    (void)state;
    static const uint32_t cases[][3] = {{7, 4000, 2}, {2, 1050, 1}, {5, 3000, 2}, {5, 2000, 0},
                                        {3, 1500, 1}, {1, 500, 0}, {10, 8000, 3}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        cdn_ptable *t = table(cases[n][0], cases[n][1], cases[n][2]);
        for (uint32_t i = 1; i <= t->rows; i++) {
            uint64_t at = 0;
            int64_t mean = 0, square = 0, mean2 = 0, square2 = 0;
            while (at < CDN_PTABLE_ONE) { /* from step to step, by look-ups alone */
                int32_t move = cdn_ptable_move(t, i, (uint32_t)at);
                uint64_t low = at, high = CDN_PTABLE_ONE;
                while (high - low > 1) {
                    uint64_t middle = (low + high) / 2;
                    *(cdn_ptable_move(t, i, (uint32_t)middle) == move ? &low : &high) = middle;
                }
                int64_t j = (int64_t)i + move, size = (int64_t)(high - at);
                assert_true(j == 0 || j > (int64_t)t->small);
                assert_true(abs(move) <= (int)t->deviation);
                mean += size * move;
                square += size * move * move;
                at = high;
            }
            assert_int_equal(mean, 0);
            if (fabs((double)square / 4294967296.0 - cases[n][1] / 1000.0) > 1e-7)
                fail_msg("row %u of table %zu: variance %.9f", i, n, (double)square / 4294967296.0);
            cdn_ptable_moments(t, i, &mean2, &square2);
            assert_int_equal(mean2, mean);
            assert_int_equal(square2, square);
        }
        for (uint32_t draw = 0; draw < 4; draw++)
            assert_int_equal(cdn_ptable_move(t, 0, draw << 30), 0);
        assert_int_equal(cdn_ptable_move(t, UINT64_MAX, 77), cdn_ptable_move(t, t->rows, 77));
        cdn_ptable_destroy(t);
    }
}

static void test_ptable__what_cannot_be_is_refused(void **state)
{
    (void)state;
    /* V below the gap that js leaves, or beyond the reach of a count of 1; parameters out of
     * range */
    static const cdn_ptable_options cases[] = {
        {7, 1500, 2}, {2, 999, 1}, {5, 100, 3}, {0, 1000, 0}, {5, 0, 0}, {2, 2000, 3},
        {5, 5001, 0}, {101, 1000, 0}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_ptable *out = NULL;
        assert_int_equal(cdn_ptable_create(&cases[n], &out, &error), CDN_E_REFUSED);
        assert_null(out);
        assert_true(error.message[0] != 0);
    }
    /* V exactly at the gap: the two moves next to it, half each */
    cdn_ptable_row row;
    solve(2, 1000, 1, 1, true, &row);
    expect(&row, (const double[]){0.5, 0.5, 0}, 3);
}

static void test_ptable__digest_names_the_table(void **state)
{
    (void)state;
    cdn_ptable *a = table(7, 4000, 2), *b = table(7, 4000, 2), *c = table(7, 4001, 2);
    assert_string_equal(a->digest, b->digest);
    assert_string_not_equal(a->digest, c->digest);
    cdn_ptable_destroy(a);
    cdn_ptable_destroy(b);
    cdn_ptable_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ptable__tau_argus_rows),
        cmocka_unit_test(test_ptable__rows_of_the_package_ptable),
        cmocka_unit_test(test_ptable__monotone_binds_neighbours),
        cmocka_unit_test(test_ptable__uniform_where_the_variance_is_its),
        cmocka_unit_test(test_ptable__rows_are_optimal),
        cmocka_unit_test(test_ptable__no_bias_over_all_draws),
        cmocka_unit_test(test_ptable__what_cannot_be_is_refused),
        cmocka_unit_test(test_ptable__digest_names_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
