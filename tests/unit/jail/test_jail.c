/* test_jail.c - what the parent makes of the helper's answers, true and false ones.
 *
 * Hostile helpers are shell scripts that answer as a taken-over helper might.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jail/jail.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/text.h"
#include "support/unit.h"

static const char good[] = "feed \"f\" { title = \"t\", agreement = \"a\",\n"
                           "  table \"x\" { measures = { measure \"posts\" } } }\n";

static const char *real_helper(void)
{
    static char path[4096];
    const char *build = getenv("BUILD");
    (void)snprintf(path, sizeof path, "%s/cordon-script", build != NULL ? build : "build");
    return path;
}

/* A helper that is a shell script. */
static const char *false_helper(const char *body)
{
    char text[1024];
    int length = snprintf(text, sizeof text, "#!/bin/sh\n%s\n", body);
    const char *path = unit_path("helper");
    unit_write(path, text, (size_t)length);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static cdn_status run(const char *helper, cdn_jail_kind kind, const char *text, cdn_error *error)
{
    cdn_json *out = NULL;
    *error = (cdn_error)CDN_ERROR_INIT;
    cdn_status status =
        cdn_jail_run(helper, kind, "a/b.lua", text, strlen(text), NULL, &out, error);
    assert_true((status == CDN_OK) == (out != NULL));
    assert_int_equal(error->status, status);
    cdn_json_destroy(out);
    return status;
}

static void test_jail__brings_back_the_plan(void **state)
{
    (void)state;
    cdn_json *out = NULL;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_jail_run(real_helper(), CDN_JAIL_SCRIPT, "b.lua", good, strlen(good),
                                  NULL, &out, &error),
                     CDN_OK);
    const cdn_json *feed = cdn_json_get(out, "feed");
    assert_string_equal(cdn_json_string(cdn_json_get(feed, "name")), "f");
    cdn_json_destroy(out);
}

static void test_jail__hands_the_names_over(void **state)
{
    (void)state;
    static const char names_text[] =
        "{\"dimensions\":{},\"measures\":{\"ports\":\"Ports\"},\"records\":{}}";
    cdn_json *names = NULL;
    cdn_json *out = NULL;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(
        cdn_json_parse("names", names_text, strlen(names_text), &names, &error), CDN_OK);
    assert_int_equal(cdn_jail_run(real_helper(), CDN_JAIL_SCRIPT, "b.lua", good, strlen(good),
                                  names, &out, &error),
                     CDN_E_REFUSED);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.message, "unknown measure 'posts'");
    assert_string_equal(error.hint, "did you mean 'ports'?");
    cdn_json_destroy(names);
}

static void test_jail__tells_the_line_and_whose_mistake(void **state)
{
    (void)state;
    cdn_error error;
    assert_int_equal(run(real_helper(), CDN_JAIL_SCRIPT, "\n\nio.open('x')", &error),
                     CDN_E_REFUSED);
    assert_string_equal(error.source, "a/b.lua");
    assert_int_equal(error.line, 3);
    assert_non_null(strstr(error.message, "scripts have no access to 'io'"));
    assert_int_equal(run(real_helper(), CDN_JAIL_CATALOGUE, "\nos.exit()", &error), CDN_E_INPUT);
    assert_int_equal(error.line, 2);
}

static void test_jail__reports_a_limit_at_its_line(void **state)
{
    (void)state;
    cdn_error error;
    assert_int_equal(run(real_helper(), CDN_JAIL_SCRIPT, "\nwhile true do end", &error),
                     CDN_E_REFUSED);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.message, "stopped: more than 2,000,000 steps");
}

static void test_jail__refuses_a_large_text(void **state)
{
    (void)state;
    static char text[256 * 1024 + 1];
    cdn_error error = CDN_ERROR_INIT;
    cdn_json *out = NULL;
    memset(text, '\n', sizeof text);
    assert_int_equal(cdn_jail_run(real_helper(), CDN_JAIL_SCRIPT, "b.lua", text, sizeof text, NULL,
                                  &out, &error),
                     CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "larger than 256 KiB"));
}

static void test_jail__ends_a_helper_that_does_not(void **state)
{
    (void)state;
    cdn_error error;
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(run(false_helper("exec sleep 30"), CDN_JAIL_SCRIPT, good, &error),
                     CDN_E_REFUSED);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    assert_string_equal(error.message, "stopped: ran longer than 3 seconds");
    assert_true(to.tv_sec - from.tv_sec < 5);
}

static void test_jail__explains_signals(void **state)
{
    (void)state;
    cdn_error error;
    assert_int_equal(run(false_helper("kill -SYS $$"), CDN_JAIL_SCRIPT, good, &error),
                     CDN_E_REFUSED);
    assert_string_equal(error.message,
                        "killed by the sandbox: used a forbidden system call");
    assert_int_equal(run(false_helper("kill -SEGV $$"), CDN_JAIL_POLICY, good, &error),
                     CDN_E_INPUT);
    assert_int_equal(run(false_helper("kill -KILL $$"), CDN_JAIL_SCRIPT, good, &error),
                     CDN_E_REFUSED);
}

static void test_jail__takes_no_answer_that_makes_no_sense(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "exit 0",                                       /* nothing */
        "echo '{\"ok\":1}' >&4; exit 1",                /* a value, but it failed */
        "echo '{\"ok\":1}' >&4; exit 70",               /* a value, but without a sandbox */
        "echo '{\"ok\":1,\"more\":2}' >&4",             /* a value and more */
        "echo '{\"ok\":1}{\"ok\":2}' >&4",              /* two values */
        "echo '{\"ok\":1,\"ok\":2}' >&4",               /* one key twice */
        "echo '{\"ok\":1.5}' >&4",                      /* not canonical */
        "printf '{\"ok\":' >&4",                        /* cut off */
        "echo '[]' >&4",                                /* another shape */
        "echo '{\"error\":{\"hint\":\"\",\"line\":1,\"message\":\"m\"}}' >&4", /* but exit 0 */
        "echo '{\"error\":{\"line\":1,\"message\":\"m\"}}' >&4; exit 1",
        "echo '{\"error\":{\"hint\":\"\",\"line\":-1,\"message\":\"m\"}}' >&4; exit 1",
        "echo '{\"error\":{\"hint\":\"\",\"line\":\"1\",\"message\":\"m\"}}' >&4; exit 1",
        "echo '{\"error\":{\"hint\":3,\"line\":1,\"message\":\"m\"}}' >&4; exit 1",
        "echo '{\"error\":\"m\"}' >&4; exit 1",
        "echo '{\"ok\":1}' >&4; exit 5",                /* an exit code it does not have */
    };
    cdn_error error;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        cdn_status status = run(false_helper(bodies[i]), CDN_JAIL_SCRIPT, good, &error);
        if (status == CDN_OK || status == CDN_E_REFUSED)
            fail_msg("took: %s", bodies[i]);
    }
}

static void test_jail__a_missing_layer_is_not_the_scripts_mistake(void **state)
{
    (void)state;
    cdn_error error;
    const char *body =
        "echo '{\"error\":{\"hint\":\"h\",\"line\":0,\"message\":\"m\"}}' >&4; exit 70";
    assert_int_equal(run(false_helper(body), CDN_JAIL_SCRIPT, good, &error), CDN_E_IO);
    assert_string_equal(error.message, "m");
    assert_string_equal(error.hint, "h");
}

static void test_jail__bounds_the_answer(void **state)
{
    (void)state;
    cdn_error error;
    const char *body = "exec 1>&4; yes '{\"ok\":1}'";
    assert_int_equal(run(false_helper(body), CDN_JAIL_SCRIPT, good, &error), CDN_E_REFUSED);
    assert_string_equal(error.message, "stopped: the result is too large");
}

static void test_jail__says_when_there_is_no_helper(void **state)
{
    (void)state;
    cdn_error error;
    assert_int_equal(run("/nonexistent/cordon-script", CDN_JAIL_SCRIPT, good, &error), CDN_E_IO);
}

static void test_jail__cleans_the_helpers_words(void **state)
{
    (void)state;
    cdn_error error;
    const char *body = "printf '%s' '{\"error\":{\"hint\":\"\",\"line\":7,"
                       "\"message\":\"a\\u001b[31m\\nb %s %n\"}}' >&4; exit 1";
    assert_int_equal(run(false_helper(body), CDN_JAIL_SCRIPT, good, &error), CDN_E_REFUSED);
    assert_int_equal(error.line, 7);
    assert_string_equal(error.message, "a?[31m?b %s %n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jail__brings_back_the_plan),
        cmocka_unit_test(test_jail__hands_the_names_over),
        cmocka_unit_test(test_jail__tells_the_line_and_whose_mistake),
        cmocka_unit_test(test_jail__reports_a_limit_at_its_line),
        cmocka_unit_test(test_jail__refuses_a_large_text),
        cmocka_unit_test(test_jail__ends_a_helper_that_does_not),
        cmocka_unit_test(test_jail__explains_signals),
        cmocka_unit_test(test_jail__takes_no_answer_that_makes_no_sense),
        cmocka_unit_test(test_jail__a_missing_layer_is_not_the_scripts_mistake),
        cmocka_unit_test(test_jail__bounds_the_answer),
        cmocka_unit_test(test_jail__says_when_there_is_no_helper),
        cmocka_unit_test(test_jail__cleans_the_helpers_words),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
