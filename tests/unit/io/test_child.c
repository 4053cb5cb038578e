/* test_child.c - helper processes, tried out with the shell as helper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/alloc.h"
#include "support/unit.h"

static cdn_status run(const char *script, const char *input, size_t input_size,
                      const char *side_input, int limit_ms, cdn_text *output,
                      cdn_child_result *result, cdn_error *error)
{
    const char *arguments[] = {"sh", "-c", script, NULL};
    cdn_child_options options = {
        .program = "/bin/sh",
        .arguments = arguments,
        .input = input,
        .input_size = input_size,
        .side_input = side_input,
        .side_input_size = side_input == NULL ? 0 : strlen(side_input),
        .wall_limit_ms = limit_ms,
    };
    return cdn_child_run(&options, output, result, error);
}

static void test_child__passes_three_descriptors_and_no_environment(void **state)
{
    (void)state;
    cdn_text output = CDN_TEXT_INIT(10000);
    cdn_child_result result;
    int leak = open("/dev/null", O_RDONLY); /* not close-on-exec */
    assert_int_equal(dup2(leak, 77), 77);
    assert_int_equal(setenv("CORDON_SECRET", "1", 1), 0);
    assert_int_equal(run("{ cat; cat <&3; echo ${CORDON_SECRET-unset}; "
                         "for fd in 1 2 5 10 11 12 13 14 15 77; do "
                         "[ -e /proc/$$/fd/$fd ] && echo $fd $(readlink /proc/$$/fd/$fd); done; "
                         "} >&4; exit 7",
                         "in ", 3, "side\n", 5000, &output, &result, NULL),
                     CDN_OK);
    assert_false(result.timed_out);
    assert_int_equal(result.signal, 0);
    assert_int_equal(result.exit_code, 7);
    /* the shell itself keeps what it redirects at 10 and above; 77 must not be there */
    assert_non_null(strstr(output.bytes, "in side\nunset\n"));
    assert_non_null(strstr(output.bytes, "2 /dev/null\n"));
    assert_null(strstr(output.bytes, "77 "));
    assert_null(strstr(output.bytes, "\n5 "));
    assert_null(strstr(output.bytes, "\n11 "));
    cdn_text_release(&output);
    (void)close(77);
    (void)close(leak);
}

static void test_child__moves_megabytes_both_ways_at_once(void **state)
{
    (void)state;
    enum { SIZE = 3 * 1024 * 1024 };
    cdn_text output = CDN_TEXT_INIT(SIZE + 100);
    cdn_child_result result;
    char *input = cdn_alloc(SIZE, 1);
    for (size_t i = 0; i < SIZE; i++)
        input[i] = (char)('a' + i % 23);
    assert_int_equal(run("cat >&4; cat <&3 >&4", input, SIZE, "!", 20000, &output, &result, NULL),
                     CDN_OK);
    assert_int_equal(output.length, SIZE + 1);
    assert_memory_equal(output.bytes, input, SIZE);
    assert_int_equal(output.bytes[SIZE], '!');
    cdn_free(input);
    cdn_text_release(&output);
}

static void test_child__survives_a_helper_that_does_not_read(void **state)
{
    (void)state;
    enum { SIZE = 1024 * 1024 };
    cdn_text output = CDN_TEXT_INIT(100);
    cdn_child_result result;
    char *input = cdn_alloc(SIZE, 1);
    sigset_t pending;
    assert_int_equal(run("exec 0<&-; echo hi >&4; kill -TERM $$", input, SIZE, NULL, 5000, &output,
                         &result, NULL),
                     CDN_OK);
    assert_string_equal(output.bytes, "hi\n");
    assert_int_equal(result.signal, SIGTERM);
    assert_int_equal(sigpending(&pending), 0);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    cdn_free(input);
    cdn_text_release(&output);
}

static bool is_alive(pid_t process)
{
    char path[64];
    char line[256] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *stat = fopen(path, "r");
    if (stat == NULL)
        return false;
    const char *end = fgets(line, sizeof line, stat) == NULL ? NULL : strrchr(line, ')');
    (void)fclose(stat);
    return end != NULL && end[2] != 'Z';
}

static void test_child__is_killed_on_time_with_its_descendants(void **state)
{
    (void)state;
    cdn_text output = CDN_TEXT_INIT(100);
    cdn_child_result result;
    struct timespec start;
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(run("sleep 60 & echo $! >&4; wait", "", 0, NULL, 300, &output, &result, NULL),
                     CDN_OK);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true(result.timed_out);
    assert_int_equal(result.signal, SIGKILL);
    assert_true(end.tv_sec - start.tv_sec <= 3);
    pid_t grandchild = (pid_t)strtol(output.bytes, NULL, 10);
    assert_true(grandchild > 1);
    /* dead, or a zombie that init has not reaped yet */
    for (int i = 0; i < 100 && is_alive(grandchild); i++) {
        assert_true(i < 99);
        (void)nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    /* closing the answer early does not help */
    cdn_text_clear(&output);
    assert_int_equal(run("exec 4>&-; sleep 60", "", 0, NULL, 300, &output, &result, NULL), CDN_OK);
    assert_true(result.timed_out);
    cdn_text_release(&output);
}

static void test_child__bounds_the_answer(void **state)
{
    (void)state;
    cdn_text output = CDN_TEXT_INIT(1000);
    cdn_child_result result;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(run("while :; do echo xxxxxxxxxxxxxxxx >&4; done", "", 0, NULL, 10000, &output,
                         &result, &error),
                     CDN_E_LIMIT);
    assert_true(output.length <= 1000);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing left unreaped */
    assert_int_equal(errno, ECHILD);
    cdn_text_release(&output);
}

static void test_child__reports_a_program_that_is_not_there(void **state)
{
    (void)state;
    cdn_text output = CDN_TEXT_INIT(1000);
    cdn_child_result result;
    cdn_error error = CDN_ERROR_INIT;
    const char *arguments[] = {"none", NULL};
    cdn_child_options options = {
        .program = "/nonexistent/helper", .arguments = arguments, .wall_limit_ms = 1000};
    assert_int_equal(cdn_child_run(&options, &output, &result, &error), CDN_E_IO);
    assert_string_equal(error.message,
                        "cannot start /nonexistent/helper: No such file or directory");
    cdn_text_release(&output);
}

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    for (int i = 0; i < 1024; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

static void test_child__leaks_no_descriptor(void **state)
{
    (void)state;
    cdn_text output = CDN_TEXT_INIT(1000);
    cdn_child_result result;
    unsigned before = count_descriptors();
    assert_int_equal(run("echo x >&4", "", 0, NULL, 5000, &output, &result, NULL), CDN_OK);
    assert_int_equal(count_descriptors(), before);
    cdn_text_release(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_child__passes_three_descriptors_and_no_environment),
        cmocka_unit_test(test_child__moves_megabytes_both_ways_at_once),
        cmocka_unit_test(test_child__survives_a_helper_that_does_not_read),
        cmocka_unit_test(test_child__is_killed_on_time_with_its_descendants),
        cmocka_unit_test(test_child__bounds_the_answer),
        cmocka_unit_test(test_child__reports_a_program_that_is_not_there),
        cmocka_unit_test(test_child__leaks_no_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
