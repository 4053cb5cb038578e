/* test_minimum.c - minimum contributors: boundaries of every comparison, each kind on its own,
 * zeros.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static const cdn_variable head_count = {.value = UINT32_MAX, .counts_workers = true};

/* What each comparison says of 9, 10 and 11 when the threshold is 10. */
static const struct {
    cdn_compare compare;
    bool unsafe[3];
} boundaries[] = {{CDN_FEWER_THAN, {true, false, false}},
                  {CDN_AT_MOST, {true, true, false}},
                  {CDN_MORE_THAN, {false, false, true}},
                  {CDN_AT_LEAST, {false, true, true}}};

/* Sets one threshold and the matching count; the others stay off, their counts far away. */
static cdn_verdict verdict_of(cdn_rule rule, cdn_compare compare, uint32_t value)
{
    cdn_policy policy = rule_no_policy();
    cdn_cell cell = {.records = 50, .workers = 50, .workplaces = 50, .providers = 50};
    cdn_threshold *threshold = rule == CDN_RULE_WORKERS      ? &policy.workers
                               : rule == CDN_RULE_WORKPLACES ? &policy.workplaces
                                                             : &policy.providers;
    uint32_t *count = rule == CDN_RULE_WORKERS      ? &cell.workers
                      : rule == CDN_RULE_WORKPLACES ? &cell.workplaces
                                                    : &cell.providers;
    *threshold = (cdn_threshold){true, compare, 10};
    *count = value;
    return cdn_rule_minimum(&cell, &head_count, &policy);
}

static void check_boundaries(cdn_rule rule)
{
    for (size_t b = 0; b < COUNT_OF(boundaries); b++)
        for (uint32_t i = 0; i < 3; i++)
            assert_int_equal(verdict_of(rule, boundaries[b].compare, 9 + i),
                             boundaries[b].unsafe[i] ? BIT(rule) : 0);
}

static void test_minimum__workers_at_9_10_11(void **state)
{
    (void)state;
    check_boundaries(CDN_RULE_WORKERS);
}

static void test_minimum__workplaces_at_9_10_11(void **state)
{
    (void)state;
    check_boundaries(CDN_RULE_WORKPLACES);
}

static void test_minimum__providers_at_9_10_11(void **state)
{
    (void)state;
    check_boundaries(CDN_RULE_PROVIDERS);
}

static void test_minimum__each_kind_of_contributor_is_judged_alone(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    policy.workplaces = (cdn_threshold){true, CDN_FEWER_THAN, 3};
    policy.providers = (cdn_threshold){true, CDN_FEWER_THAN, 2};
    for (uint32_t wanted = 0; wanted < 8; wanted++) {
        cdn_cell cell = {.records = 12,
                         .workers = wanted & BIT(CDN_RULE_WORKERS) ? 9 : 10,
                         .workplaces = wanted & BIT(CDN_RULE_WORKPLACES) ? 2 : 3,
                         .providers = wanted & BIT(CDN_RULE_PROVIDERS) ? 1 : 2};
        assert_int_equal(cdn_rule_minimum(&cell, &head_count, &policy), wanted);
    }
}

static void test_minimum__workers_are_not_judged_where_nobody_counts_them(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    cdn_variable register_count = {.value = UINT32_MAX, .counts_workers = false};
    cdn_cell cell = {.records = 20, .workers = 0, .workplaces = 20, .providers = 20};
    assert_int_equal(cdn_rule_minimum(&cell, &register_count, &policy), 0);
    assert_int_equal(cdn_rule_minimum(&cell, &head_count, &policy), BIT(CDN_RULE_WORKERS));
}

static void test_minimum__nobody_left_to_protect_is_safe(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workers = policy.workplaces = policy.providers =
        (cdn_threshold){true, CDN_FEWER_THAN, 10};
    cdn_cell cell = {.value = 7, .records = 7};
    assert_int_equal(cdn_rule_minimum(&cell, &head_count, &policy), 0);
    cell.providers = 1; /* one of them did not agree to be shown */
    assert_int_not_equal(cdn_rule_minimum(&cell, &head_count, &policy), 0);
}

/* A cell with contributors is judged by them even when its value is 0. */
static void test_minimum__a_value_of_zero_is_a_value(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workplaces = (cdn_threshold){true, CDN_FEWER_THAN, 3};
    cdn_variable sum = {.value = 0, .magnitude = true};
    cdn_cell cell = {.value = 0, .records = 2, .workplaces = 2, .providers = 2};
    assert_int_equal(cdn_rule_minimum(&cell, &sum, &policy), BIT(CDN_RULE_WORKPLACES));
}

/* Primaries of the example: fewer than, or at most, so many people (Statistics Norway's
 * answers). */
static void test_minimum__finds_the_primaries_of_paris(void **state)
{
    (void)state;
    for (uint32_t most = 2; most <= 3; most++) {
        cdn_policy policy = rule_no_policy();
        policy.providers = (cdn_threshold){true, CDN_AT_MOST, most};
        bool expected[RULE_PLACES_][RULE_AGES_] = {{false}};
        for (int age = 0; age < RULE_AGES_; age++)
            expected[RULE_DENMARK][age] = true;
        expected[RULE_FRANCE][RULE_YOUNG] = true;
        if (most == 3)
            expected[RULE_AMERICA][RULE_OLD] = expected[RULE_USA][RULE_OLD] =
                expected[RULE_EUROPE][RULE_YOUNG] = true;
        for (rule_place place = 0; place < RULE_PLACES_; place++)
            for (rule_age age = 0; age < RULE_AGES_; age++) {
                cdn_cell cell = rule_paris(place, age, false);
                assert_int_equal(cdn_rule_minimum(&cell, &head_count, &policy),
                                 expected[place][age] ? BIT(CDN_RULE_PROVIDERS) : 0);
            }
    }
}

static cdn_verdict judge(cdn_cell cell, const cdn_policy *policy)
{
    cdn_variable variable = head_count;
    cdn_cells cells = {.count = 1, .cells = &cell, .variable_count = 1, .variables = &variable};
    cdn_verdict verdict = UINT32_MAX;
    cdn_rule_cells(&cells, policy, &verdict);
    return verdict;
}

static void test_minimum__an_empty_cell_is_what_the_policy_says(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workers = policy.workplaces = policy.providers =
        (cdn_threshold){true, CDN_FEWER_THAN, 10};
    cdn_cell empty = {.records = 0};
    assert_int_equal(judge(empty, &policy), 0);
    policy.zeros = CDN_ZEROS_UNSAFE;
    assert_int_equal(judge(empty, &policy), BIT(CDN_RULE_ZERO));
    cdn_cell one = {.value = 1, .records = 1, .workers = 1, .workplaces = 1, .providers = 1};
    assert_int_equal(judge(one, &policy), BIT(CDN_RULE_WORKERS) | BIT(CDN_RULE_WORKPLACES) |
                                              BIT(CDN_RULE_PROVIDERS));
}

static void test_minimum__a_public_fact_has_no_verdict(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workers = policy.workplaces = policy.providers =
        (cdn_threshold){true, CDN_FEWER_THAN, 10};
    policy.zeros = CDN_ZEROS_UNSAFE;
    cdn_cell one = {.value = 1, .records = 1, .workplaces = 1, .providers = 1, .is_public = true};
    assert_int_equal(judge(one, &policy), 0);
    cdn_cell none = {.is_public = true};
    assert_int_equal(judge(none, &policy), 0);
}

static void test_minimum__a_safe_count_of_missing_answers_has_no_verdict(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    cdn_cell one = {.value = 1, .records = 1, .workers = 1, .workplaces = 1, .providers = 1};
    assert_int_equal(judge(one, &policy), BIT(CDN_RULE_WORKERS));
    one.is_unanswered = true;
    assert_int_equal(judge(one, &policy), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minimum__workers_at_9_10_11),
        cmocka_unit_test(test_minimum__workplaces_at_9_10_11),
        cmocka_unit_test(test_minimum__providers_at_9_10_11),
        cmocka_unit_test(test_minimum__each_kind_of_contributor_is_judged_alone),
        cmocka_unit_test(test_minimum__workers_are_not_judged_where_nobody_counts_them),
        cmocka_unit_test(test_minimum__nobody_left_to_protect_is_safe),
        cmocka_unit_test(test_minimum__a_value_of_zero_is_a_value),
        cmocka_unit_test(test_minimum__finds_the_primaries_of_paris),
        cmocka_unit_test(test_minimum__an_empty_cell_is_what_the_policy_says),
        cmocka_unit_test(test_minimum__a_public_fact_has_no_verdict),
        cmocka_unit_test(test_minimum__a_safe_count_of_missing_answers_has_no_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
