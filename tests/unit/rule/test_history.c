/* test_history.c - the records that changed are a group: thresholds of their own, and dominance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static const cdn_variable head_count = {.value = UINT32_MAX, .counts_workers = true};
static const cdn_variable pay = {.value = 0, .magnitude = true, .counts_workers = true};

/* Thresholds for cells are far away from those for changes. */
static cdn_policy history_policy(void)
{
    cdn_policy policy = rule_no_policy();
    policy.workers = policy.workplaces = policy.providers =
        (cdn_threshold){true, CDN_FEWER_THAN, 1000};
    policy.history.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    policy.history.workplaces = (cdn_threshold){true, CDN_AT_MOST, 2};
    policy.history.providers = (cdn_threshold){true, CDN_FEWER_THAN, 2};
    return policy;
}

static void test_history__changes_have_thresholds_of_their_own(void **state)
{
    (void)state;
    static const struct {
        uint32_t workers, workplaces, providers;
        bool unsafe;
    } cases[] = {{10, 3, 2, false}, {9, 3, 2, true}, {10, 2, 2, true}, {10, 3, 1, true}};
    cdn_policy policy = history_policy();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cdn_cell change = {.records = cases[i].workers, .workers = cases[i].workers,
                           .workplaces = cases[i].workplaces, .providers = cases[i].providers};
        assert_int_equal(cdn_rule_change(&change, &head_count, &policy), cases[i].unsafe);
    }
    cdn_variable workplaces = {.value = UINT32_MAX};
    cdn_cell change = {.records = 3, .workers = 0, .workplaces = 3, .providers = 3};
    assert_false(cdn_rule_change(&change, &workplaces, &policy));
}

static void test_history__who_is_shown_at_both_dates_needs_no_protection(void **state)
{
    (void)state;
    cdn_policy policy = history_policy();
    cdn_cell none = {.records = 2}, one = {.records = 2, .workers = 1, .workplaces = 1,
                                           .providers = 1, .unwaived = 1};
    assert_false(cdn_rule_change(&none, &head_count, &policy));
    assert_true(cdn_rule_change(&one, &head_count, &policy));
}

static void test_history__waivers_spare_providers_and_not_workers(void **state)
{
    (void)state;
    cdn_policy policy = history_policy();
    cdn_cell change = {.records = 12, .workers = 12, .workplaces = 1, .providers = 1};
    assert_true(cdn_rule_change(&change, &head_count, &policy));
    policy.waivers = true;
    assert_false(cdn_rule_change(&change, &head_count, &policy));
    change.workers = 9;
    assert_true(cdn_rule_change(&change, &head_count, &policy));
}

/* 20 providers, of which one makes 81 % or 79 % of what changed. */
static void test_history__a_change_that_one_provider_dominates_is_unsafe(void **state)
{
    (void)state;
    for (int64_t largest = 79; largest <= 81; largest += 2) {
        int64_t sizes[20] = {-largest * 19};
        for (uint32_t i = 1; i < 20; i++)
            sizes[i] = i % 2 == 0 ? 100 - largest : largest - 100;
        cdn_cell change = rule_cell(sizes, 20);
        cdn_policy policy = history_policy();
        policy.dominance_count = 1;
        assert_int_equal(cdn_rule_change(&change, &pay, &policy), false);
        policy.history.concentration = true;
        assert_int_equal(cdn_rule_change(&change, &pay, &policy), largest == 81);
        assert_false(cdn_rule_change(&change, &head_count, &policy));
    }
}

static void test_history__the_other_rules_on_sums_hold_too(void **state)
{
    (void)state;
    cdn_cell change = CELL(1000, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1, 1);
    cdn_policy policy = history_policy();
    policy.history.concentration = true;
    assert_false(cdn_rule_change(&change, &pay, &policy));
    policy.p_percent.on = true; /* 1048 - 1000 - 9 < 100 */
    assert_true(cdn_rule_change(&change, &pay, &policy));
    policy.p_percent.on = false;
    policy.request = (cdn_on_request){true, 1, 50, CDN_MORE_THAN, {.on = false}};
    assert_false(cdn_rule_change(&change, &pay, &policy));
    change.asked = 1;
    assert_true(cdn_rule_change(&change, &pay, &policy));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history__changes_have_thresholds_of_their_own),
        cmocka_unit_test(test_history__who_is_shown_at_both_dates_needs_no_protection),
        cmocka_unit_test(test_history__waivers_spare_providers_and_not_workers),
        cmocka_unit_test(test_history__a_change_that_one_provider_dominates_is_unsafe),
        cmocka_unit_test(test_history__the_other_rules_on_sums_hold_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
