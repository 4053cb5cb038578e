/* test_period.c - the weeks and months of feeds.
 *
 * Weeks as Python's date.isocalendar() gives them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/feed.h"
#include "support/unit.h"

static const struct {
    int32_t day;
    const char *week, *month;
} days[] = {
    {-4, "1969-W52", "1969-12"}, /* 1969-12-28 */
    {-3, "1970-W01", "1969-12"}, /* 1969-12-29 */
    {0, "1970-W01", "1970-01"}, /* 1970-01-01 */
    {3, "1970-W01", "1970-01"}, /* 1970-01-04 */
    {4, "1970-W02", "1970-01"}, /* 1970-01-05 */
    {16800, "2015-W53", "2015-12"}, /* 2015-12-31 */
    {16803, "2015-W53", "2016-01"}, /* 2016-01-03 */
    {16804, "2016-W01", "2016-01"}, /* 2016-01-04 */
    {18627, "2020-W53", "2020-12"}, /* 2020-12-31 */
    {18630, "2020-W53", "2021-01"}, /* 2021-01-03 */
    {18631, "2021-W01", "2021-01"}, /* 2021-01-04 */
    {20086, "2024-W52", "2024-12"}, /* 2024-12-29 */
    {20087, "2025-W01", "2024-12"}, /* 2024-12-30 */
    {20692, "2026-W35", "2026-08"}, /* 2026-08-27 */
    {20696, "2026-W36", "2026-08"}, /* 2026-08-31 */
    {20814, "2026-W52", "2026-12"}, /* 2026-12-27 */
    {20818, "2026-W53", "2026-12"}, /* 2026-12-31 */
    {20821, "2026-W53", "2027-01"}, /* 2027-01-03 */
    {20822, "2027-W01", "2027-01"}, /* 2027-01-04 */
    {21243, "2028-W09", "2028-02"}, /* 2028-02-29 */
};
#define DAY_COUNT (sizeof days / sizeof days[0])

static void test_period__weeks_are_those_of_iso_8601(void **state)
{
    (void)state;
    for (size_t i = 0; i < DAY_COUNT; i++) {
        char text[CDN_PERIOD_SIZE];
        int32_t back = -1, week = cdn_feed_period(days[i].day, true);
        cdn_feed_period_write(week, true, text);
        assert_string_equal(text, days[i].week);
        assert_true(cdn_feed_period_read(text, true, &back));
        assert_int_equal(back, week);
    }
}

static void test_period__months_are_those_of_the_calendar(void **state)
{
    (void)state;
    for (size_t i = 0; i < DAY_COUNT; i++) {
        char text[CDN_PERIOD_SIZE];
        int32_t back = -1, month = cdn_feed_period(days[i].day, false);
        cdn_feed_period_write(month, false, text);
        assert_string_equal(text, days[i].month);
        assert_true(cdn_feed_period_read(text, false, &back));
        assert_int_equal(back, month);
    }
}

/* 52 or 53 weeks of a year follow each other, and so do the years. */
static void test_period__the_next_one_is_plus_one(void **state)
{
    (void)state;
    for (int32_t day = 16000; day < 24000; day += 7) {
        assert_int_equal(cdn_feed_period(day + 7, true), cdn_feed_period(day, true) + 1);
        int32_t weeks = cdn_feed_period(day, true), months = cdn_feed_period(day, false);
        assert_in_range(cdn_feed_period(day + 6, true), weeks, weeks + 1);
        assert_in_range(cdn_feed_period(day + 28, false), months, months + 1);
    }
}

static void test_period__refuses_what_is_no_period(void **state)
{
    (void)state;
    static const char *const weeks[] = {"",         "2026-W00", "2026-W54", "2025-W53", "2026W35",
                                        "2026-W3",  "2026-w35", "2026-08",  "20266-W3", "2026-W-1",
                                        "2026-W3 ", "-026-W35"};
    static const char *const months[] = {"",        "2026-00", "2026-13", "2026-8", "202608",
                                         "2026-08-01", "2026_08", "2026-0 ", "-026-08"};
    int32_t period;
    for (size_t i = 0; i < sizeof weeks / sizeof weeks[0]; i++)
        assert_false(cdn_feed_period_read(weeks[i], true, &period));
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++)
        assert_false(cdn_feed_period_read(months[i], false, &period));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_period__weeks_are_those_of_iso_8601),
        cmocka_unit_test(test_period__months_are_those_of_the_calendar),
        cmocka_unit_test(test_period__the_next_one_is_plus_one),
        cmocka_unit_test(test_period__refuses_what_is_no_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
