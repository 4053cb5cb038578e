/* test_weight.c - the largest of a sample that stands for more, by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static const int64_t sizes[CDN_CELL_TOP] = {100, 40, 10, 0, 0};
static const uint64_t weights[CDN_CELL_TOP] = {1500000, 2000000, 3200000, 1000000, 1000000};

static void expect(cdn_weighting weighting, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e)
{
    int64_t top[CDN_CELL_TOP];
    const int64_t expected[CDN_CELL_TOP] = {a, b, c, d, e};
    cdn_rule_weigh(sizes, weights, CDN_CELL_TOP, weighting, top);
    for (uint32_t r = 0; r < CDN_CELL_TOP; r++)
        assert_int_equal(top[r], expected[r]);
}

static void test_weight__a_respondent_is_itself(void **state)
{
    (void)state;
    expect(CDN_WEIGHT_RESPONDENT, 100, 40, 10, 0, 0);
}

/* 1.5 x 100, 2 x 40, 3.2 x 10 laid end to end and cut into units; the two largest are tau-Argus's
 * 1.5 x 100 + 0.5 x 40 = 170. */
static void test_weight__cumulated_units_take_fractions(void **state)
{
    (void)state;
    expect(CDN_WEIGHT_CUMULATED, 100, 70, 40, 25, 10);
}

/* 1.5 up to 2, 2 stays, 3.2 up to 4. */
static void test_weight__replicates_go_up_and_down_by_turns(void **state)
{
    (void)state;
    expect(CDN_WEIGHT_REPLICATED, 100, 100, 40, 40, 10);
    const int64_t two[] = {9, 8};
    const uint64_t halves[] = {1500000, 1500000}; /* 2 and 1 */
    int64_t top[CDN_CELL_TOP];
    cdn_rule_weigh(two, halves, 2, CDN_WEIGHT_REPLICATED, top);
    assert_int_equal(top[1], 9);
    assert_int_equal(top[2], 8);
    assert_int_equal(top[3], 0);
}

/* A third of 1 is not nothing. */
static void test_weight__what_is_largest_does_not_look_smaller(void **state)
{
    (void)state;
    const int64_t two[] = {1, 0};
    const uint64_t thirds[] = {1333333, 1000000};
    int64_t top[CDN_CELL_TOP];
    cdn_rule_weigh(two, thirds, 2, CDN_WEIGHT_CUMULATED, top);
    assert_int_equal(top[0], 1);
    assert_int_equal(top[1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weight__a_respondent_is_itself),
        cmocka_unit_test(test_weight__cumulated_units_take_fractions),
        cmocka_unit_test(test_weight__replicates_go_up_and_down_by_turns),
        cmocka_unit_test(test_weight__what_is_largest_does_not_look_smaller),
    };
    return cmocka_run_group_tests_name("weight", tests, NULL, NULL);
}
