/* test_rules.c - the table of rules: every rule is cited, stated and proved by a test that exists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

#include <stdio.h>
#include <unistd.h>

static void test_rules__every_rule_is_described(void **state)
{
    (void)state;
    for (int rule = 0; rule < CDN_RULE_END_; rule++) {
        const cdn_rule_info *info = cdn_rule_get((cdn_rule)rule);
        assert_non_null(info);
        const char *const texts[] = {info->clause, info->name, info->formula, info->source,
                                     info->test};
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            assert_non_null(texts[i]);
            assert_true(strlen(texts[i]) > 3);
        }
    }
    assert_null(cdn_rule_get(CDN_RULE_END_));
}

static void test_rules__clauses_are_unique_and_well_formed(void **state)
{
    (void)state;
    for (int rule = 0; rule < CDN_RULE_END_; rule++) {
        const char *clause = cdn_rule_get((cdn_rule)rule)->clause;
        assert_int_equal(strlen(clause), 9);
        assert_memory_equal(clause, "CDN-R-", 6);
        assert_int_equal(strspn(clause + 6, "0123456789"), 3);
        for (int other = 0; other < rule; other++)
            assert_string_not_equal(clause, cdn_rule_get((cdn_rule)other)->clause);
    }
}

static void test_rules__the_test_of_every_rule_exists(void **state)
{
    (void)state;
    for (int rule = 0; rule < CDN_RULE_END_; rule++) {
        const char *path = cdn_rule_get((cdn_rule)rule)->test;
        assert_memory_equal(path, "tests/unit/", 11);
        assert_non_null(strstr(path, "/test_"));
        if (access(path, R_OK) != 0)
            fail_msg("%s names %s, which is not there (tests run in the root of the source)",
                     cdn_rule_get((cdn_rule)rule)->clause, path);
    }
}

/* Numbers are kept for good: they are in stored verdicts and reports. */
static void test_rules__numbers_do_not_move(void **state)
{
    (void)state;
    for (int rule = 0; rule < CDN_RULE_END_; rule++) {
        char clause[32];
        (void)snprintf(clause, sizeof clause, "CDN-R-%03d", rule + 1);
        assert_string_equal(cdn_rule_get((cdn_rule)rule)->clause, clause);
    }
    assert_int_equal(CDN_RULE_END_, 21);
    assert_int_equal(CDN_RULE_WORKERS, 0);
    assert_int_equal(CDN_RULE_GROUP, 5);
    assert_int_equal(CDN_RULE_QUANTILE, 7);
    assert_int_equal(CDN_RULE_REQUEST, 12);
    assert_int_equal(CDN_RULE_MANUAL, 19);
    assert_int_equal(CDN_RULE_HISTORY, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules__every_rule_is_described),
        cmocka_unit_test(test_rules__clauses_are_unique_and_well_formed),
        cmocka_unit_test(test_rules__the_test_of_every_rule_exists),
        cmocka_unit_test(test_rules__numbers_do_not_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
