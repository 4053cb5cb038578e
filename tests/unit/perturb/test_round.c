/* test_round.c - rounding against enumeration and long-hand examples.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/round.h"

#include "support/unit.h"

static int64_t value(int64_t x, int64_t base)
{
    int64_t out = 0;
    assert_int_equal(cdn_round_value(x, base, &out, NULL), CDN_OK);
    return out;
}

static int64_t ratio(int64_t n, int64_t d, int64_t multiplier, unsigned decimals)
{
    int64_t out = 0;
    assert_int_equal(cdn_round_ratio(n, d, multiplier, decimals, &out, NULL), CDN_OK);
    return out;
}

static int64_t decimal(int64_t x, unsigned from, unsigned to)
{
    int64_t out = 0;
    assert_int_equal(cdn_round_decimal(x, from, to, &out, NULL), CDN_OK);
    return out;
}

/* Counts 8..12 become 10, 13..17 become 15 (the published examples of rounding to 5). */
static void test_round__to_five_follows_the_published_examples(void **unused)
{
    (void)unused;
    for (int64_t x = 8; x <= 17; x++)
        assert_int_equal(value(x, 5), x <= 12 ? 10 : 15);
    assert_int_equal(value(0, 5), 0);
    assert_int_equal(value(2, 5), 0);
    assert_int_equal(value(3, 5), 5);
}

/* The nearest multiple by search; of two equally near, the one farther from zero. */
static void test_round__values_are_the_nearest_multiple(void **unused)
{
    (void)unused;
    for (int64_t base = 1; base <= 12; base++) {
        for (int64_t x = -100; x <= 100; x++) {
            int64_t best = 0;
            for (int64_t m = -20 * base; m <= 20 * base; m += base) {
                int64_t off = llabs(m - x), best_off = llabs(best - x);
                if (off < best_off || (off == best_off && llabs(m) > llabs(best)))
                    best = m;
            }
            if (llabs(x) < 20 * base)
                assert_int_equal(value(x, base), best);
        }
    }
}

static void test_round__bias_and_variance_are_as_stated(void **unused)
{
    (void)unused;
    for (int64_t base = 1; base <= 20; base++) {
        int64_t sum = 0, squares = 0;
        for (int64_t x = 10 * base; x < 11 * base; x++) {
            int64_t off = value(x, base) - x;
            sum += off;
            squares += off * off;
        }
        /* mean m = sum / base; variance = squares / base - m^2 = (base^2 - 1) / 12 */
        assert_int_equal(2 * sum, base % 2 == 0 ? base : 0);
        assert_int_equal(12 * (squares * base - sum * sum), base * base * (base * base - 1));
    }
}

static void test_round__ends_of_the_range_are_exact_or_refused(void **unused)
{
    (void)unused;
    int64_t out;
    assert_true(value(INT64_MAX, 1) == INT64_MAX);
    assert_true(value(INT64_MIN, 1) == INT64_MIN);
    assert_true(value(INT64_MIN, 2) == INT64_MIN);
    assert_int_equal(cdn_round_value(INT64_MAX, 2, &out, NULL), CDN_E_LIMIT);
    assert_true(value(INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_int_equal(cdn_round_value(1, 0, &out, NULL), CDN_E_USAGE);
    assert_int_equal(cdn_round_value(1, -5, &out, NULL), CDN_E_USAGE);
}

static void test_round__ratios_are_exact(void **unused)
{
    (void)unused;
    assert_int_equal(ratio(1, 3, 100, 1), 333);
    assert_int_equal(ratio(2, 3, 100, 1), 667);
    assert_int_equal(ratio(-2, 3, 100, 1), -667);
    assert_int_equal(ratio(2, -3, 100, 1), -667);
    assert_int_equal(ratio(1, 8, 100, 0), 13);         /* 12.5 */
    assert_int_equal(ratio(-1, 8, 100, 0), -13);       /* -12.5 */
    assert_int_equal(ratio(1, 8, 1, 2), 13);           /* 0.125 */
    assert_int_equal(ratio(1245, 10000, 100, 1), 125); /* 12.45, which a double holds below */
    assert_int_equal(ratio(12449, 100000, 100, 1), 124);
    assert_int_equal(ratio(0, 7, 100, 3), 0);
    assert_true(ratio(INT64_MAX, INT64_MAX, 1, 18) == INT64_C(1000000000000000000));
    assert_true(ratio(INT64_MAX, 1, 1, 0) == INT64_MAX);
    assert_true(ratio(INT64_MIN, 1, 1, 0) == INT64_MIN);
}

/* n/d rounds to q exactly when q - 1/2 <= n/d < q + 1/2 for n >= 0, in whole numbers. */
static void test_round__ratios_satisfy_the_definition(void **unused)
{
    (void)unused;
    for (int64_t d = 1; d <= 60; d++) {
        for (int64_t n = 0; n <= 130; n++) {
            int64_t q = ratio(n, d, 100, 1);
            assert_true((2 * q - 1) * d <= 2 * n * 1000 && 2 * n * 1000 < (2 * q + 1) * d);
            assert_int_equal(ratio(-n, d, 100, 1), -q);
        }
    }
}

static void test_round__ratios_that_do_not_fit_are_refused(void **unused)
{
    (void)unused;
    int64_t out;
    assert_int_equal(cdn_round_ratio(1, 0, 100, 1, &out, NULL), CDN_E_USAGE);
    assert_int_equal(cdn_round_ratio(1, 2, 100, 19, &out, NULL), CDN_E_USAGE);
    assert_int_equal(cdn_round_ratio(INT64_MAX, 1, 10, 0, &out, NULL), CDN_E_LIMIT);
    assert_int_equal(cdn_round_ratio(INT64_MAX, 1, INT64_MAX, 18, &out, NULL), CDN_E_LIMIT);
    assert_int_equal(cdn_round_ratio(INT64_MIN, -1, 1, 0, &out, NULL), CDN_E_LIMIT);
    /* (2^63 - 1) x 3 / 3 fits; (2^64 - 1) / 2 = 2^63 - 1/2 would round to 2^63 */
    assert_true(ratio(INT64_MAX, 3, 3, 0) == INT64_MAX);
    assert_int_equal(cdn_round_ratio(INT64_C(6148914691236517205), 2, 3, 0, &out, NULL),
                     CDN_E_LIMIT);
}

static void test_round__decimals_round_once(void **unused)
{
    (void)unused;
    assert_int_equal(decimal(1245, 2, 1), 125); /* 12.45 */
    assert_int_equal(decimal(-1245, 2, 1), -125);
    assert_int_equal(decimal(1244, 2, 1), 124);
    assert_int_equal(decimal(449, 3, 0), 0); /* not 0.449 -> 0.45 -> 0.5 -> 1 */
    assert_int_equal(decimal(500, 3, 0), 1);
    assert_int_equal(decimal(7, 0, 0), 7);
    assert_true(decimal(INT64_MAX, 18, 0) == 9);
    int64_t out;
    assert_int_equal(cdn_round_decimal(1, 1, 2, &out, NULL), CDN_E_USAGE);
    assert_int_equal(cdn_round_decimal(1, 19, 2, &out, NULL), CDN_E_USAGE);
}

/* Of 2^64 draws those below ceil(s 2^64 / b) go up: probability s / b to within 2^-64. */
static void test_round__random_goes_up_in_proportion(void **state)
{
    (void)state;
    static const int64_t bases[] = {1, 2, 3, 5, 7, 10, 100, 1000000007};
    for (size_t n = 0; n < sizeof bases / sizeof *bases; n++) {
        int64_t b = bases[n];
        for (int64_t value = -12; value <= 37; value++) {
            cdn_error error = CDN_ERROR_INIT;
            int64_t s = (value % b + b) % b, low = value - s, got = -1;
            assert_int_equal(cdn_round_random(value, b, UINT64_MAX, &got, &error), CDN_OK);
            assert_int_equal(got, low);
            if (s == 0) {
                assert_int_equal(cdn_round_random(value, b, 0, &got, &error), CDN_OK);
                assert_int_equal(got, value);
                continue;
            }
            unsigned __int128 all = (unsigned __int128)s << 64;
            unsigned __int128 part = (all + (uint64_t)b - 1) / (uint64_t)b;
            uint64_t up = (uint64_t)part;
            assert_int_equal(cdn_round_random(value, b, up - 1, &got, &error), CDN_OK);
            assert_int_equal(got, low + b);
            assert_int_equal(cdn_round_random(value, b, up, &got, &error), CDN_OK);
            assert_int_equal(got, low);
        }
    }
}

/* Published: OpenSAFELY's midpoint 6. */
static void test_round__midpoints(void **state)
{
    (void)state;
    for (int64_t x = 0; x <= 30; x++) {
        cdn_error error = CDN_ERROR_INIT;
        int64_t six = -1, five = -1, one = -1, negative = 1;
        int64_t wanted = x == 0 ? 0 : x <= 6 ? 3 : x <= 12 ? 9 : x <= 18 ? 15 : x <= 24 ? 21 : 27;
        assert_int_equal(cdn_round_midpoint(x, 6, &six, &error), CDN_OK);
        assert_int_equal(six, wanted);
        assert_int_equal(cdn_round_midpoint(x, 5, &five, &error), CDN_OK);
        assert_int_equal(five, x == 0 ? 0 : (x - 1) / 5 * 5 + 3);
        assert_int_equal(cdn_round_midpoint(x, 1, &one, &error), CDN_OK);
        assert_int_equal(one, x);
        assert_int_equal(cdn_round_midpoint(-x, 6, &negative, &error), CDN_OK);
        assert_int_equal(negative, -wanted);
    }
}

static void test_round__no_base_and_no_room_are_refused(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    int64_t out;
    assert_int_equal(cdn_round_random(3, 0, 1, &out, &error), CDN_E_USAGE);
    assert_int_equal(cdn_round_midpoint(3, -6, &out, &error), CDN_E_USAGE);
    assert_int_equal(cdn_round_random(INT64_MAX, 10, 0, &out, &error), CDN_E_LIMIT);
    assert_int_equal(cdn_round_random(INT64_MIN, 10, UINT64_MAX, &out, &error), CDN_E_LIMIT);
    assert_int_equal(cdn_round_midpoint(INT64_MAX - 1, 1000, &out, &error), CDN_OK);
    assert_int_equal(cdn_round_midpoint(INT64_MAX, INT64_MAX - 1, &out, &error), CDN_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round__to_five_follows_the_published_examples),
        cmocka_unit_test(test_round__values_are_the_nearest_multiple),
        cmocka_unit_test(test_round__bias_and_variance_are_as_stated),
        cmocka_unit_test(test_round__ends_of_the_range_are_exact_or_refused),
        cmocka_unit_test(test_round__ratios_are_exact),
        cmocka_unit_test(test_round__ratios_satisfy_the_definition),
        cmocka_unit_test(test_round__ratios_that_do_not_fit_are_refused),
        cmocka_unit_test(test_round__decimals_round_once),
        cmocka_unit_test(test_round__random_goes_up_in_proportion),
        cmocka_unit_test(test_round__midpoints),
        cmocka_unit_test(test_round__no_base_and_no_room_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
