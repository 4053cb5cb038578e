/* test_fail.c - the error record: first error wins, one line, exit codes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fail.h"

#include <errno.h>

#include "support/unit.h"

static const char *format(const cdn_error *error)
{
    static char out[2048];
    size_t length = cdn_error_format(error, out, sizeof out);
    assert_int_equal(length, strlen(out));
    return out;
}

static void test_fail__prints_place_message_and_hint(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_fail_at(&error, CDN_E_INPUT, "a.csv", 3, 14, "bad %s", "thing"),
                     CDN_E_INPUT);
    assert_string_equal(format(&error), "a.csv:3:14: bad thing");
    cdn_fail_hint(&error, "try %d", 2);
    cdn_fail_hint(&error, "not this");
    assert_string_equal(format(&error), "a.csv:3:14: bad thing\n  hint: try 2");
    cdn_error no_column = CDN_ERROR_INIT;
    (void)cdn_fail_at(&no_column, CDN_E_INPUT, "a.csv", 3, 0, "x");
    assert_string_equal(format(&no_column), "a.csv:3: x");
    cdn_error no_line = CDN_ERROR_INIT;
    (void)cdn_fail_at(&no_line, CDN_E_INPUT, "a.csv", 0, 0, "x");
    assert_string_equal(format(&no_line), "a.csv: x");
    cdn_error no_place = CDN_ERROR_INIT;
    (void)cdn_fail(&no_place, CDN_E_REFUSED, "x");
    assert_string_equal(format(&no_place), "x");
}

static void test_fail__keeps_the_first_error(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_fail(&error, CDN_E_INPUT, "first"), CDN_E_INPUT);
    assert_int_equal(cdn_fail_at(&error, CDN_E_REFUSED, "s", 1, 1, "second"), CDN_E_REFUSED);
    assert_int_equal(cdn_fail_memory(&error), CDN_E_NOMEM);
    assert_int_equal(error.status, CDN_E_INPUT);
    assert_string_equal(format(&error), "first");
}

static void test_fail__accepts_no_record_and_no_failure(void **state)
{
    (void)state;
    assert_int_equal(cdn_fail(NULL, CDN_E_IO, "x"), CDN_E_IO);
    cdn_fail_hint(NULL, "x");
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_fail(&error, CDN_OK, "x"), CDN_OK);
    cdn_fail_hint(&error, "x");
    assert_string_equal(format(&error), "");
}

static void test_fail__stays_on_one_line_and_within_its_fields(void **state)
{
    (void)state;
    char path[1000];
    memset(path, 'p', sizeof path);
    memcpy(path + sizeof path - 7, "/w.csv", 7);
    cdn_error error = CDN_ERROR_INIT;
    (void)cdn_fail_at(&error, CDN_E_INPUT, path, UINT64_MAX, UINT64_MAX, "a\nb\x1b[1m %s", path);
    const char *text = format(&error);
    assert_null(strchr(text, '\n'));
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "/w.csv:18446744073709551615:18446744073709551615: a?b?[1m "));
    char small[10];
    assert_true(cdn_error_format(&error, small, sizeof small) > 500);
    assert_int_equal(strlen(small), 9);
}

static void test_fail__names_the_system_error(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_fail_errno(&error, "cannot open", "x.csv", EACCES), CDN_E_IO);
    assert_string_equal(format(&error), "cannot open x.csv: Permission denied");
}

static void test_fail__maps_status_to_exit_code(void **state)
{
    (void)state;
    static const int expected[] = {0, 1, 2, 3, 4, 4, 4, 3};
    for (int status = 0; status < 8; status++)
        assert_int_equal(cdn_status_exit_code((cdn_status)status), expected[status]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail__prints_place_message_and_hint),
        cmocka_unit_test(test_fail__keeps_the_first_error),
        cmocka_unit_test(test_fail__accepts_no_record_and_no_failure),
        cmocka_unit_test(test_fail__stays_on_one_line_and_within_its_fields),
        cmocka_unit_test(test_fail__names_the_system_error),
        cmocka_unit_test(test_fail__maps_status_to_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
