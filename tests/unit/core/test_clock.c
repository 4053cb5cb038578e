/* test_clock.c - instants as text and back, with answers of date(1).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "core/clock.h"

static void test_clock__instants_are_written_and_read(void **state)
{
    (void)state;
    /* date -u -d TEXT +%s */
    static const struct {
        const char *text;
        int64_t seconds;
    } known[] = {{"1970-01-01T00:00:00Z", 0},
                 {"2024-02-29T23:59:59Z", 1709251199},
                 {"2026-11-22T07:00:00Z", 1795330800},
                 {"9999-12-31T23:59:59Z", 253402300799}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char text[CDN_INSTANT_SIZE];
        int64_t seconds = -1;
        cdn_instant_write(known[i].seconds, text);
        assert_string_equal(text, known[i].text);
        assert_true(cdn_instant_read(known[i].text, &seconds));
        assert_int_equal(seconds, known[i].seconds);
    }
}

static void test_clock__other_texts_are_no_instants(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "2026-11-22",
                                        "2026-11-22T07:00:00",
                                        "2026-11-22T7:00:00Z",
                                        "2026-02-30T00:00:00Z",
                                        "2026-11-22T07:00:00Zx",
                                        " 2026-11-22T07:00:00Z",
                                        "2026-11-22T25:00:00Z"};
    int64_t seconds = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(cdn_instant_read(wrong[i], &seconds));
}

static void test_clock__today_is_the_day_of_now(void **state)
{
    (void)state;
    int64_t before = cdn_clock_now();
    int32_t today = cdn_clock_today();
    int64_t after = cdn_clock_now();
    assert_true(before > 1700000000);
    assert_true(today >= before / 86400 && today <= after / 86400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock__instants_are_written_and_read),
        cmocka_unit_test(test_clock__other_texts_are_no_instants),
        cmocka_unit_test(test_clock__today_is_the_day_of_now),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
