/* test_quantile.c - a quantile needs enough records in all and strictly on each side of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static cdn_policy quantile_policy(cdn_compare compare)
{
    cdn_policy policy = rule_no_policy();
    policy.quantile_workers = (cdn_threshold){true, compare, 20};
    policy.quantile_side = (cdn_threshold){true, compare, 5};
    return policy;
}

static bool unsafe(const cdn_policy *policy, uint32_t records, uint32_t below, uint32_t above)
{
    cdn_figure figure = {.below = below, .above = above};
    cdn_cell base = {.value = records, .records = records, .workers = 1000, .providers = 100};
    return cdn_rule_quantile(&figure, &base, policy);
}

static void test_quantile__records_in_all_at_19_20_21(void **state)
{
    (void)state;
    cdn_policy fewer = quantile_policy(CDN_FEWER_THAN), most = quantile_policy(CDN_AT_MOST);
    assert_true(unsafe(&fewer, 19, 9, 9));
    assert_false(unsafe(&fewer, 20, 9, 9));
    assert_true(unsafe(&most, 20, 9, 9));
    assert_false(unsafe(&most, 21, 9, 9));
}

static void test_quantile__each_side_at_4_5_6(void **state)
{
    (void)state;
    cdn_policy fewer = quantile_policy(CDN_FEWER_THAN), most = quantile_policy(CDN_AT_MOST);
    assert_true(unsafe(&fewer, 100, 4, 50));
    assert_true(unsafe(&fewer, 100, 50, 4));
    assert_false(unsafe(&fewer, 100, 5, 5));
    assert_true(unsafe(&most, 100, 5, 50));
    assert_true(unsafe(&most, 100, 50, 5));
    assert_false(unsafe(&most, 100, 6, 6));
}

/* Everybody has the same value: nobody is on either side. */
static void test_quantile__a_value_that_all_share_is_unsafe(void **state)
{
    (void)state;
    cdn_policy policy = quantile_policy(CDN_FEWER_THAN);
    assert_true(unsafe(&policy, 100, 0, 0));
}

static void test_quantile__each_threshold_can_be_off(void **state)
{
    (void)state;
    cdn_policy policy = quantile_policy(CDN_FEWER_THAN);
    policy.quantile_side.on = false;
    assert_false(unsafe(&policy, 20, 0, 0));
    assert_true(unsafe(&policy, 19, 9, 9));
    policy = quantile_policy(CDN_FEWER_THAN);
    policy.quantile_workers.on = false;
    assert_false(unsafe(&policy, 11, 5, 5));
    assert_true(unsafe(&policy, 11, 4, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile__records_in_all_at_19_20_21),
        cmocka_unit_test(test_quantile__each_side_at_4_5_6),
        cmocka_unit_test(test_quantile__a_value_that_all_share_is_unsafe),
        cmocka_unit_test(test_quantile__each_threshold_can_be_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
