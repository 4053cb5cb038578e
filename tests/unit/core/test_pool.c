/* test_pool.c - every task once, and the same error for any thread count.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pool.h"

#include "core/fail.h"
#include "support/unit.h"

enum { TASKS = 5000 };

static cdn_status count_one(void *context, size_t index, cdn_error *error)
{
    (void)error;
    unsigned *counts = context;
    counts[index]++;
    return CDN_OK;
}

static cdn_status fail_some(void *context, size_t index, cdn_error *error)
{
    const size_t *first = context;
    if (index < *first || index % 3 != 0)
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED, "task %zu", index);
}

static void test_pool__runs_every_task_once(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads < 12; threads++) {
        unsigned counts[TASKS] = {0};
        assert_int_equal(cdn_pool_run(threads, TASKS, count_one, counts, NULL), CDN_OK);
        for (size_t i = 0; i < TASKS; i++)
            assert_int_equal(counts[i], 1);
    }
    assert_int_equal(cdn_pool_run(2, 0, count_one, NULL, NULL), CDN_OK);
}

static void test_pool__returns_the_error_of_the_lowest_task(void **state)
{
    (void)state;
    size_t first = 302;
    for (unsigned round = 0; round < 200; round++) {
        cdn_error error = CDN_ERROR_INIT;
        assert_int_equal(cdn_pool_run(round % 9, TASKS, fail_some, &first, &error), CDN_E_REFUSED);
        assert_string_equal(error.message, "task 303");
    }
}

static void test_pool__reads_its_thread_count_strictly(void **state)
{
    (void)state;
    (void)unsetenv("CORDON_THREADS");
    assert_int_equal(cdn_pool_default_threads(), 0);
    static const char *const bad[] = {"", "x", "-1", "2x", "1.5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)setenv("CORDON_THREADS", bad[i], 1);
        assert_int_equal(cdn_pool_default_threads(), 0);
    }
    (void)setenv("CORDON_THREADS", "2", 1);
    assert_int_equal(cdn_pool_default_threads(), 2);
    (void)setenv("CORDON_THREADS", "1000", 1);
    assert_int_equal(cdn_pool_default_threads(), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool__runs_every_task_once),
        cmocka_unit_test(test_pool__returns_the_error_of_the_lowest_task),
        cmocka_unit_test(test_pool__reads_its_thread_count_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
