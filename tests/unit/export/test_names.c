/* test_names.c - which texts may be names, paths and cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "core/number.h"
#include "export/parts.h"

static void test_names__plain_names(void **state)
{
    (void)state;
    assert_true(cdn_name_is_plain("a"));
    assert_true(cdn_name_is_plain("filled_posts_2"));
    static const char *const wrong[] = {"", "A", "2a", "_a", "a-b", "a.b", "a/b", "a b", "\xc3\xa9",
                                        "a234567890123456789012345678901234567890"
                                        "1234567890123456789012345"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cdn_name_is_plain(wrong[i]))
            fail_msg("name %zu is accepted", i);
    assert_false(cdn_name_is_plain(NULL));
}

static void test_names__plain_paths(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "data/a.csv", ".hidden", "a..b", "A-b_c/9"};
    static const char *const wrong[] = {"",     "/a",  "a/",   "a//b", ".",     "..",  "a/..",
                                        "../a", "a/.", "./a",  "...",  "a/.../b", "a b", "a\\b",
                                        "a\nb", "C:a", "\xc3\xa9", "a/\x01"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!cdn_path_is_plain(good[i]))
            fail_msg("path %s is refused", good[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cdn_path_is_plain(wrong[i]))
            fail_msg("path %s is accepted", wrong[i]);
}

static void test_names__cells_that_spreadsheets_run_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "=1+1",       "=",           "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-2+3+cmd|'x'!A0",
        "@SUM(1,2)",  "+HYPERLINK(\"x\")", "-A1=2",        "\t=1",               "\r=1",
        "\n=1",       "\xef\xbc\x9d" "1",  "\xef\xbc\x8b" "1", "\xef\xbc\x8d" "1", "\xef\xbc\xa0x"};
    static const char *const good[] = {"",    "-1",   "+65", "@Home Care", "- none -", "a=b",
                                       "(x)", "1|2",  "Caf\xc3\xa9", "a\nb", "\"quoted\""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cdn_cell_problem(wrong[i]) == NULL)
            fail_msg("cell %zu is accepted", i);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (cdn_cell_problem(good[i]) != NULL)
            fail_msg("cell %zu is refused", i);
}

static void test_names__cells_are_utf8_without_controls(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80", "a\xff", "\xe2\x82", "\x01", "a\x1b[31m", "\x7f", "\x0b"};
    static const char *const good[] = {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                       "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cdn_cell_problem(wrong[i]) == NULL)
            fail_msg("cell %zu is accepted", i);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (cdn_cell_problem(good[i]) != NULL)
            fail_msg("cell %zu is refused", i);
}

static void test_names__last_day_of_a_period(void **state)
{
    (void)state;
    static const struct {
        const char *period, *last_day;
    } known[] = {{"2026-08", "2026-08-31"}, {"2026-12", "2026-12-31"}, {"2026-02", "2026-02-28"},
                 {"2024-02", "2024-02-29"}, {"2100-02", "2100-02-28"}, {"2000-02", "2000-02-29"}};
    static const char *const wrong[] = {"", "2026", "2026-13", "2026-00", "2026-8", "2026-08-01",
                                        "-026-08", "2026--8", "2026/08", "abcd-ef"};
    int32_t days = 0;
    char text[CDN_DATE_SIZE];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_true(cdn_period_last_day(known[i].period, &days));
        cdn_date_write(days, text);
        assert_string_equal(text, known[i].last_day);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cdn_period_last_day(wrong[i], &days))
            fail_msg("period '%s' is accepted", wrong[i]);
    assert_false(cdn_period_last_day(NULL, &days));
}

static void test_names__status_codes(void **state)
{
    (void)state;
    assert_string_equal(cdn_status_code(CDN_VALUE_OK), "");
    assert_string_equal(cdn_status_code(CDN_VALUE_CONFIDENTIAL), "c");
    assert_string_equal(cdn_status_code(CDN_VALUE_NOT_AVAILABLE), "x");
    assert_string_equal(cdn_status_code(CDN_VALUE_NOT_APPLICABLE), "z");
    assert_string_equal(cdn_status_code(CDN_VALUE_LOW), "low");
}

static void add_quoted(cdn_text *row, const char *field)
{
    cdn_text_clear(row);
    cdn_csv_add(row, true, field);
}

static void test_names__csv_quotes_as_rfc_4180(void **state)
{
    (void)state;
    cdn_text row = CDN_TEXT_INIT(1024);
    static const struct {
        const char *field, *written;
    } known[] = {{"a", "a"},         {"a,b", "\"a,b\""},   {"a\"b", "\"a\"\"b\""},
                 {"\"", "\"\"\"\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""},
                 {" a", "\" a\""},   {"a ", "\"a \""},     {"a b", "a b"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        add_quoted(&row, known[i].field);
        assert_string_equal(row.bytes, known[i].written);
    }
    cdn_text_clear(&row);
    cdn_csv_add(&row, true, "");
    cdn_csv_add(&row, false, "");
    cdn_csv_add(&row, false, "x");
    assert_string_equal(row.bytes, ",,x");
    cdn_text_release(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names__plain_names),
        cmocka_unit_test(test_names__plain_paths),
        cmocka_unit_test(test_names__cells_that_spreadsheets_run_are_refused),
        cmocka_unit_test(test_names__cells_are_utf8_without_controls),
        cmocka_unit_test(test_names__last_day_of_a_period),
        cmocka_unit_test(test_names__status_codes),
        cmocka_unit_test(test_names__csv_quotes_as_rfc_4180),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
