/* test_text.c - the growing buffer: bounded, sticky, decimal text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include "core/alloc.h"
#include "support/unit.h"

static void test_text__grows_and_stays_terminated(void **state)
{
    (void)state;
    cdn_text text = CDN_TEXT_INIT(100000);
    for (int i = 0; i < 10000; i++) {
        cdn_text_addf(&text, "%d,", i % 10);
        assert_int_equal(text.bytes[text.length], 0);
    }
    assert_int_equal(text.length, 20000);
    assert_memory_equal(text.bytes, "0,1,2,3,", 8);
    cdn_text_clear(&text);
    assert_string_equal(text.bytes, "");
    cdn_text_add_bytes(&text, "a\0b", 3);
    assert_int_equal(text.length, 3);
    cdn_text_release(&text);
    assert_null(text.bytes);
}

static void test_text__fails_past_its_maximum_and_stays_failed(void **state)
{
    (void)state;
    cdn_text text = CDN_TEXT_INIT(5);
    cdn_text_add(&text, "12345");
    assert_false(text.failed);
    cdn_text_add(&text, "6");
    assert_true(text.failed);
    cdn_text_add(&text, "");
    assert_string_equal(text.bytes, "12345");
    cdn_text_clear(&text);
    cdn_text_addf(&text, "%s", "123456");
    assert_true(text.failed);
    cdn_text_release(&text);
}

static void test_text__fails_without_memory(void **state)
{
    (void)state;
    cdn_text text = CDN_TEXT_INIT(1000);
    cdn_alloc_fail_after(0);
    cdn_text_add(&text, "x");
    cdn_alloc_fail_after(-1);
    cdn_text_add(&text, "y");
    assert_true(text.failed);
    assert_int_equal(text.length, 0);
    cdn_text_release(&text);
}

static void test_text__writes_scaled_decimals(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        unsigned decimals;
        const char *expected;
    } cases[] = {
        {1234, 2, "12.34"},   {-5, 2, "-0.05"},
        {0, 1, "0.0"},        {7, 0, "7"},
        {-1234, 3, "-1.234"}, {INT64_MIN, 0, "-9223372036854775808"},
        {1000, 3, "1.000"},   {INT64_MIN, 18, "-9.223372036854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cdn_text text = CDN_TEXT_INIT(64);
        cdn_text_add_decimal(&text, cases[i].value, cases[i].decimals);
        assert_string_equal(text.bytes, cases[i].expected);
        cdn_text_release(&text);
    }
    cdn_text text = CDN_TEXT_INIT(64);
    cdn_text_add_decimal(&text, 1, 19);
    assert_true(text.failed);
    cdn_text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__grows_and_stays_terminated),
        cmocka_unit_test(test_text__fails_past_its_maximum_and_stays_failed),
        cmocka_unit_test(test_text__fails_without_memory),
        cmocka_unit_test(test_text__writes_scaled_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
