/* test_value.c - from exact parts to published numbers: halves, signs, lows, bases, limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/compose.h"
#include "support/unit.h"
#include "support/workforce.h"

typedef struct expectation {
    int64_t numerator, denominator;
    cdn_value_status status;
    int64_t number;
} expectation;

static void check(const cdn_policy *policy, const cdn_measure *measure, bool is_public,
                  const expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const expectation *e = &cases[i];
        cdn_error error = CDN_ERROR_INIT;
        cdn_value value = {CDN_VALUE_OK, 12345};
        assert_int_equal(cdn_compose_value(policy, measure, e->numerator, e->denominator,
                                           is_public, &wf_catalogue, &value, &error),
                         CDN_OK);
        if (value.status != e->status || value.number != e->number)
            fail_msg("%lld / %lld: status %u number %lld, expected %u %lld",
                     (long long)e->numerator, (long long)e->denominator, value.status,
                     (long long)value.number, e->status, (long long)e->number);
    }
}

#define CHECK(policy, measure, is_public, ...)                          \
    do {                                                                \
        const expectation cases_[] = {__VA_ARGS__};                     \
        check(policy, measure, is_public, cases_, sizeof cases_ / sizeof *cases_); \
    } while (0)

#define OK(numerator, denominator, number) {numerator, denominator, CDN_VALUE_OK, number}
#define LOW(numerator, denominator) {numerator, denominator, CDN_VALUE_LOW, 0}
#define NONE(numerator, denominator) {numerator, denominator, CDN_VALUE_NOT_APPLICABLE, 0}

static void test_value__counts_to_the_nearest_5(void **state)
{
    (void)state;
    CHECK(&wf_policy, &wf_catalogue.measures[WF_WORKERS], false, OK(0, 1, 0), LOW(1, 1),
          LOW(2, 1), OK(3, 1, 5), OK(7, 1, 5), OK(8, 1, 10), OK(12, 1, 10), OK(13, 1, 15),
          OK(600002, 1, 600000));
}

static void test_value__a_half_goes_away_from_zero(void **state)
{
    (void)state;
    cdn_policy policy = wf_policy;
    policy.count_base = policy.sum_base = 10;
    CHECK(&policy, &wf_catalogue.measures[WF_WORKERS], false, LOW(4, 1), OK(5, 1, 10),
          OK(14, 1, 10), OK(15, 1, 20));
    CHECK(&policy, &wf_catalogue.measures[WF_NET], false, LOW(-4, 1), OK(-5, 1, -10),
          OK(-14, 1, -10), OK(-15, 1, -20), OK(0, 1, 0));
}

static void test_value__sums_in_pence_become_whole_units(void **state)
{
    (void)state;
    cdn_measure sum = wf_catalogue.measures[WF_STAFF];
    sum.parts[0].decimals = 2;
    cdn_policy policy = wf_policy;
    CHECK(&policy, &sum, false, LOW(249, 1), OK(250, 1, 5), LOW(-249, 1), OK(-250, 1, -5),
          OK(749, 1, 5), OK(750, 1, 10), OK(123456, 1, 1235));
    policy.sum_base = 1;
    CHECK(&policy, &sum, false, LOW(49, 1), OK(50, 1, 1), OK(149, 1, 1), OK(150, 1, 2),
          OK(-150, 1, -2));
}

static void test_value__public_counts_stay_as_they_are(void **state)
{
    (void)state;
    const cdn_measure *count = &wf_catalogue.measures[WF_LOCATIONS];
    CHECK(&wf_policy, count, true, OK(1, 1, 1), OK(7, 1, 7), OK(0, 1, 0));
    CHECK(&wf_policy, count, false, LOW(1, 1), OK(7, 1, 5));
    cdn_policy policy = wf_policy;
    policy.round_public = true;
    CHECK(&policy, count, true, LOW(1, 1), OK(7, 1, 5));
}

static void test_value__rates_to_one_decimal(void **state)
{
    (void)state;
    cdn_measure rate = wf_catalogue.measures[WF_TURNOVER];
    rate.multiplier = 100;
    CHECK(&wf_policy, &rate, false, OK(1, 3, 333), OK(2, 3, 667), OK(1, 8, 125), OK(1, 1, 1000),
          OK(3, 1, 3000), OK(1, 16, 63), OK(-1, 16, -63), OK(0, 7, 0), OK(1, 2000, 1),
          LOW(1, 2001), LOW(-1, 2001), NONE(0, 0), NONE(5, 0));
    cdn_measure share = wf_catalogue.measures[WF_FEMALE];
    share.multiplier = 100;
    CHECK(&wf_policy, &share, false, OK(5, 6, 833), OK(6, 6, 1000), NONE(0, 0));
    CHECK(&wf_policy, &wf_catalogue.measures[WF_TURNOVER], false, OK(1, 3, 3), OK(5, 2, 25));
}

/* 30.75 hours over 2.5 posts = 12.3; the parts have two decimals and one. */
static void test_value__parts_with_decimals_of_their_own(void **state)
{
    (void)state;
    cdn_measure ratio = wf_catalogue.measures[WF_TURNOVER];
    ratio.parts[0].decimals = 2;
    ratio.parts[1].decimals = 1;
    CHECK(&wf_policy, &ratio, false, OK(3075, 25, 123), OK(3074, 25, 123), OK(3062, 25, 122),
          OK(3063, 25, 123), LOW(1, 100));
    ratio.parts[0].decimals = 0;
    ratio.parts[1].decimals = 2;
    CHECK(&wf_policy, &ratio, false, OK(3, 200, 15), OK(1, 300, 3));
}

static void test_value__means_of_money(void **state)
{
    (void)state;
    const cdn_measure *mean = &wf_catalogue.measures[WF_PAY]; /* pence over workers */
    cdn_policy policy = wf_policy;
    CHECK(&policy, mean, false, OK(2442, 2, 1221), OK(2443, 2, 1222), OK(3333, 10, 333),
          NONE(0, 0));
    policy.mean_decimals = 0;
    CHECK(&policy, mean, false, OK(2400, 2, 12), OK(2500, 2, 13), OK(2499, 2, 12), LOW(49, 1));
    policy.mean_decimals = 3;
    CHECK(&policy, mean, false, OK(2443, 2, 12215));
}

/* Quantiles come in millionths of a pence. */
static void test_value__quantiles_of_money(void **state)
{
    (void)state;
    const cdn_measure *median = &wf_catalogue.measures[WF_MEDIAN];
    cdn_policy policy = wf_policy;
    CHECK(&policy, median, false, OK(INT64_C(1221000000), 1000000, 1221),
          OK(INT64_C(1221500000), 1000000, 1222), OK(INT64_C(1221499999), 1000000, 1221),
          NONE(0, 0));
    policy.quantile_decimals = 0;
    CHECK(&policy, median, false, OK(INT64_C(1249999999), 1000000, 12),
          OK(INT64_C(1250000000), 1000000, 13));
}

static void test_value__what_does_not_fit_is_refused(void **state)
{
    (void)state;
    cdn_measure rate = wf_catalogue.measures[WF_TURNOVER];
    rate.multiplier = 100;
    cdn_policy policy = wf_policy;
    policy.sum_base = 10; /* the multiples of 10 next to both ends do not fit */
    const struct {
        const cdn_measure *measure;
        int64_t numerator, denominator;
    } cases[] = {{&wf_catalogue.measures[WF_NET], INT64_MAX, 1},
                 {&wf_catalogue.measures[WF_NET], INT64_MIN, 1},
                 {&rate, INT64_MAX, 1},
                 {&rate, INT64_MIN, -1},
                 {&rate, INT64_MAX / 500, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_value value = {CDN_VALUE_OK, 1};
        assert_int_equal(cdn_compose_value(&policy, cases[i].measure, cases[i].numerator,
                                           cases[i].denominator, false, &wf_catalogue, &value,
                                           &error),
                         CDN_E_LIMIT);
        assert_int_equal(error.status, CDN_E_LIMIT);
        assert_true(value.status != CDN_VALUE_OK || value.number == 0);
    }
    CHECK(&wf_policy, &rate, false, OK(INT64_MAX / 1001, 1, INT64_MAX / 1001 * 1000));
}

static void test_value__says_how_it_was_rounded(void **state)
{
    (void)state;
    cdn_policy policy = wf_policy;
    cdn_arena *arena = cdn_arena_create();
    const struct {
        uint32_t measure;
        bool is_public;
        const char *rounding;
        uint8_t decimals;
    } cases[] = {{WF_WORKERS, false, "to the nearest 5", 0},
                 {WF_LOCATIONS, true, "to whole numbers", 0},
                 {WF_STAFF, false, "to the nearest 5", 0},
                 {WF_TURNOVER, false, "to 1 decimal place", 1},
                 {WF_FEMALE, false, "to 1 decimal place", 1},
                 {WF_PAY, false, "to 2 decimal places", 2},
                 {WF_MEDIAN, false, "to 2 decimal places", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_release_measure out;
        const cdn_measure *measure = &wf_catalogue.measures[cases[i].measure];
        assert_int_equal(cdn_compose_measure(arena, &policy, measure, cases[i].is_public, &out,
                                             &error),
                         CDN_OK);
        assert_string_equal(out.rounding, cases[i].rounding);
        assert_int_equal(out.decimals, cases[i].decimals);
        assert_string_equal(out.name, measure->name);
    }
    cdn_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value__counts_to_the_nearest_5),
        cmocka_unit_test(test_value__a_half_goes_away_from_zero),
        cmocka_unit_test(test_value__sums_in_pence_become_whole_units),
        cmocka_unit_test(test_value__public_counts_stay_as_they_are),
        cmocka_unit_test(test_value__rates_to_one_decimal),
        cmocka_unit_test(test_value__parts_with_decimals_of_their_own),
        cmocka_unit_test(test_value__means_of_money),
        cmocka_unit_test(test_value__quantiles_of_money),
        cmocka_unit_test(test_value__what_does_not_fit_is_refused),
        cmocka_unit_test(test_value__says_how_it_was_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
