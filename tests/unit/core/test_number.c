/* test_number.c - numbers, dates, rounding, against worked answers and the C library.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/number.h"

#include <time.h>

#include "support/unit.h"

static bool parse_int(const char *text, int64_t *out)
{
    return cdn_parse_int(text, strlen(text), out);
}

static bool parse_decimal(const char *text, unsigned decimals, int64_t *out)
{
    return cdn_parse_decimal(text, strlen(text), decimals, out);
}

static void test_number__reads_whole_integers_only(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(parse_int("0", &value) && value == 0);
    assert_true(parse_int("-17", &value) && value == -17);
    assert_true(parse_int("007", &value) && value == 7);
    assert_true(parse_int("9223372036854775807", &value) && value == INT64_MAX);
    assert_true(parse_int("-9223372036854775808", &value) && value == INT64_MIN);
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.",
                                      "1.0",
                                      "1e3",
                                      "0x1",
                                      "--1",
                                      "1-",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999",
                                      "1,000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parse_int(bad[i], &value));
    assert_false(cdn_parse_int("1\0", 2, &value));
    assert_true(cdn_parse_int("123", 2, &value) && value == 12);
}

static void test_number__reads_scaled_decimals(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(parse_decimal("12", 2, &value) && value == 1200);
    assert_true(parse_decimal("12.5", 2, &value) && value == 1250);
    assert_true(parse_decimal("-0.05", 2, &value) && value == -5);
    assert_true(parse_decimal("12.50", 1, &value) && value == 125);
    assert_true(parse_decimal("12.0", 0, &value) && value == 12);
    assert_true(parse_decimal("0", 18, &value) && value == 0);
    assert_true(parse_decimal("92233720368547758.07", 2, &value) && value == INT64_MAX);
    static const char *const bad[] = {"12.55", ".5", "5.", "1.2.3",
                                      "1.2x",  "-",  "",   "92233720368547758070"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parse_decimal(bad[i], 1, &value));
}

static void test_number__agrees_with_the_c_library_on_dates(void **state)
{
    (void)state;
    for (int32_t days = -200000; days < 200000; days += 17) {
        time_t seconds = (time_t)days * 86400;
        struct tm there;
        assert_non_null(gmtime_r(&seconds, &there));
        int year;
        int month;
        int day;
        int32_t back;
        cdn_days_to_date(days, &year, &month, &day);
        assert_int_equal(year, there.tm_year + 1900);
        assert_int_equal(month, there.tm_mon + 1);
        assert_int_equal(day, there.tm_mday);
        assert_true(cdn_date_to_days(year, month, day, &back));
        assert_int_equal(back, days);
    }
}

static void test_number__refuses_days_that_do_not_exist(void **state)
{
    (void)state;
    int32_t days;
    assert_false(cdn_date_to_days(2023, 2, 29, &days));
    assert_false(cdn_date_to_days(1900, 2, 29, &days));
    assert_true(cdn_date_to_days(2000, 2, 29, &days));
    assert_false(cdn_date_to_days(2024, 13, 1, &days));
    assert_false(cdn_date_to_days(2024, 0, 1, &days));
    assert_false(cdn_date_to_days(2024, 4, 31, &days));
    assert_false(cdn_date_to_days(2024, 4, 0, &days));
    assert_true(cdn_parse_date("01/01/1970", 10, &days) && days == 0);
    assert_true(cdn_parse_date("31/08/2026", 10, &days) && days == 20696);
    assert_false(cdn_parse_date("31/09/2026", 10, &days));
    assert_false(cdn_parse_date("1/1/1970", 8, &days));
    assert_false(cdn_parse_date("01-01-1970", 10, &days));
    assert_false(cdn_parse_date("0a/01/1970", 10, &days));
    assert_false(cdn_parse_date("01/01/19700", 11, &days));
}

static void test_number__divides_with_halves_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(cdn_divide_half_up(5, 2), 3);
    assert_int_equal(cdn_divide_half_up(-5, 2), -3);
    assert_int_equal(cdn_divide_half_up(5, -2), -3);
    assert_int_equal(cdn_divide_half_up(-5, -2), 3);
    assert_int_equal(cdn_divide_half_up(7, 3), 2);
    assert_int_equal(cdn_divide_half_up(8, 3), 3);
    assert_int_equal(cdn_divide_half_up(-1, 3), 0);
    assert_int_equal(cdn_divide_half_up((__int128)INT64_MAX * 1000, 1000), INT64_MAX);
    assert_int_equal(cdn_divide_half_up((__int128)INT64_MAX * 1000, 1), INT64_MAX);
    for (int n = -60; n <= 60; n++)
        for (int d = 1; d <= 12; d++) {
            /* the nearest integer q, |n - qd| least, ties outward */
            int64_t q = cdn_divide_half_up(n, d);
            int64_t rest = 2 * (n - q * d);
            assert_true(n >= 0 ? (rest < d && rest >= -d) : (rest <= d && rest > -d));
        }
}

static void test_number__rounds_to_a_base(void **state)
{
    (void)state;
    static const int64_t expected[] = {0, 0, 0, 5, 5, 5, 5, 5, 10};
    for (int64_t i = 0; i < 9; i++) {
        assert_int_equal(cdn_round_to(i, 5), expected[i]);
        assert_int_equal(cdn_round_to(-i, 5), -expected[i]);
    }
    assert_int_equal(cdn_round_to(5, 10), 10);
    assert_int_equal(cdn_round_to(-5, 10), -10);
    assert_int_equal(cdn_round_to(17, 1), 17);
}

static void test_number__knows_powers_of_ten(void **state)
{
    (void)state;
    assert_int_equal(cdn_pow10(0), 1);
    assert_int_equal(cdn_pow10(3), 1000);
    assert_true(cdn_pow10(18) == INT64_C(1000000000000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number__reads_whole_integers_only),
        cmocka_unit_test(test_number__reads_scaled_decimals),
        cmocka_unit_test(test_number__agrees_with_the_c_library_on_dates),
        cmocka_unit_test(test_number__refuses_days_that_do_not_exist),
        cmocka_unit_test(test_number__divides_with_halves_away_from_zero),
        cmocka_unit_test(test_number__rounds_to_a_base),
        cmocka_unit_test(test_number__knows_powers_of_ten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
