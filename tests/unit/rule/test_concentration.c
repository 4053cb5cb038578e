/* test_concentration.c - dominance and p%: worked examples, boundaries, corner cases of both rules.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

#define CELL(...) \
    rule_cell((const int64_t[]){__VA_ARGS__}, COUNT_OF(((const int64_t[]){__VA_ARGS__})))

static bool dominated(cdn_cell cell, uint32_t n, uint32_t k, cdn_compare compare)
{
    cdn_dominance rule = {true, n, k, compare};
    return cdn_rule_dominance(&cell, &rule);
}

static bool close(cdn_cell cell, uint32_t p, cdn_compare compare)
{
    cdn_p_percent rule = {true, p, 100, 1, compare};
    return cdn_rule_p_percent(&cell, &rule);
}

static void test_concentration__one_of_80_percent_at_its_boundary(void **state)
{
    (void)state;
    assert_false(dominated(CELL(79, 11, 10), 1, 80, CDN_MORE_THAN));
    assert_false(dominated(CELL(79, 11, 10), 1, 80, CDN_AT_LEAST));
    assert_false(dominated(CELL(80, 10, 10), 1, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(80, 10, 10), 1, 80, CDN_AT_LEAST));
    assert_true(dominated(CELL(81, 10, 9), 1, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(81, 10, 9), 1, 80, CDN_AT_LEAST));
}

static void test_concentration__two_of_80_percent_at_its_boundary(void **state)
{
    (void)state;
    assert_false(dominated(CELL(50, 29, 21), 2, 80, CDN_AT_LEAST));
    assert_false(dominated(CELL(50, 30, 20), 2, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(50, 30, 20), 2, 80, CDN_AT_LEAST));
    assert_true(dominated(CELL(50, 31, 19), 2, 80, CDN_MORE_THAN));
    /* the largest alone would be safe */
    assert_false(dominated(CELL(50, 31, 19), 1, 80, CDN_MORE_THAN));
}

static void test_concentration__no_more_contributors_than_n_always_dominate(void **state)
{
    (void)state;
    assert_true(dominated(CELL(5), 1, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(5), 2, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(5, 5), 2, 80, CDN_MORE_THAN));
    assert_false(dominated(CELL(5, 5), 1, 80, CDN_MORE_THAN));
}

static void test_concentration__nothing_dominates_nothing(void **state)
{
    (void)state;
    assert_false(dominated(CELL(0, 0, 0), 1, 80, CDN_AT_LEAST));
    assert_false(dominated(CELL(0), 2, 80, CDN_AT_LEAST));
    assert_true(dominated(CELL(5, 0, 0, 0, 0, 0), 1, 80, CDN_MORE_THAN));
}

static void test_concentration__an_n_that_cannot_be_judged_is_unsafe(void **state)
{
    (void)state;
    assert_true(dominated(CELL(10, 10, 10, 10, 10), 3, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(10, 10, 10, 10, 10), 0, 80, CDN_MORE_THAN));
}

/* Sizes near 2^63: the products need more than 64 bits. */
static void test_concentration__does_not_overflow(void **state)
{
    (void)state;
    const int64_t total = INT64_C(9000000000000000000);
    cdn_cell cell = {.records = 3, .providers = 3, .value = total, .total = total,
                     .top[0] = total / 10 * 8, .top[1] = total / 10};
    assert_false(dominated(cell, 1, 80, CDN_MORE_THAN));
    assert_true(dominated(cell, 1, 80, CDN_AT_LEAST));
    assert_true(dominated(cell, 2, 80, CDN_MORE_THAN));
    assert_true(close(cell, 13, CDN_FEWER_THAN)); /* 10 % remain; 12.5 % of the largest */
    assert_false(close(cell, 12, CDN_FEWER_THAN));
    cell.top[0]++;
    assert_true(dominated(cell, 1, 80, CDN_MORE_THAN));
}

static void test_concentration__ten_percent_at_its_boundary(void **state)
{
    (void)state;
    assert_true(close(CELL(100, 50, 9), 10, CDN_FEWER_THAN));
    assert_true(close(CELL(100, 50, 9), 10, CDN_AT_MOST));
    assert_false(close(CELL(100, 50, 10), 10, CDN_FEWER_THAN));
    assert_true(close(CELL(100, 50, 10), 10, CDN_AT_MOST));
    assert_false(close(CELL(100, 50, 11), 10, CDN_FEWER_THAN));
    assert_false(close(CELL(100, 50, 11), 10, CDN_AT_MOST));
    assert_false(close(CELL(100, 50, 6, 5), 10, CDN_AT_MOST)); /* all others count, not the third */
}

static void test_concentration__one_or_two_contributors_are_always_close(void **state)
{
    (void)state;
    assert_true(close(CELL(1), 1, CDN_FEWER_THAN));
    assert_true(close(CELL(1, 1), 1, CDN_FEWER_THAN));
    assert_true(close(CELL(1000, 1), 1, CDN_FEWER_THAN));
}

static void test_concentration__equal_largest_are_one_and_two(void **state)
{
    (void)state;
    assert_true(close(CELL(100, 100, 9), 10, CDN_FEWER_THAN));
    assert_false(close(CELL(100, 100, 10), 10, CDN_FEWER_THAN));
    assert_false(close(CELL(100, 100, 100), 99, CDN_FEWER_THAN));
}

static void test_concentration__zeros_hide_nobody_and_hide_nothing(void **state)
{
    (void)state;
    assert_false(close(CELL(0, 0, 0), 10, CDN_AT_MOST)); /* nothing to estimate */
    assert_false(close(CELL(0), 10, CDN_FEWER_THAN));
    assert_true(close(CELL(5, 0, 0, 0, 0, 0), 10, CDN_FEWER_THAN));
}

static void test_concentration__sizes_count_not_signs(void **state)
{
    (void)state;
    assert_false(dominated(CELL(-50, 30, 20), 1, 80, CDN_MORE_THAN));
    assert_true(dominated(CELL(-81, 10, 9), 1, 80, CDN_MORE_THAN));
    assert_true(close(CELL(-100, 50, -9), 10, CDN_FEWER_THAN));
    assert_false(close(CELL(-100, 50, -10), 10, CDN_FEWER_THAN));
}

static void test_concentration__off_is_off(void **state)
{
    (void)state;
    cdn_cell cell = CELL(100);
    cdn_dominance dominance = {false, 1, 80, CDN_AT_LEAST};
    cdn_p_percent p_percent = {false, 10, 100, 1, CDN_AT_MOST};
    assert_false(cdn_rule_dominance(&cell, &dominance));
    assert_false(cdn_rule_p_percent(&cell, &p_percent));
}

/* With p = 30 the primaries are the ones whose protection levels the literature gives. */
static void test_concentration__finds_the_primaries_of_paris(void **state)
{
    (void)state;
    bool expected[RULE_PLACES_][RULE_AGES_] = {{false}};
    for (int age = 0; age < RULE_AGES_; age++)
        expected[RULE_DENMARK][age] = true;
    expected[RULE_FRANCE][RULE_YOUNG] = true;
    expected[RULE_EUROPE][RULE_YOUNG] = true;
    expected[RULE_USA][RULE_OLD] = expected[RULE_USA][RULE_YOUNG] = true;
    expected[RULE_AMERICA][RULE_OLD] = expected[RULE_AMERICA][RULE_YOUNG] = true;
    for (rule_place place = 0; place < RULE_PLACES_; place++)
        for (rule_age age = 0; age < RULE_AGES_; age++)
            assert_int_equal(close(rule_paris(place, age, true), 30, CDN_FEWER_THAN),
                             expected[place][age]);
}

/* (2,k) with k = 100 * 100 / (100 + p) is never weaker than p%: whatever p% finds, it finds. */
static void test_concentration__two_of_80_covers_25_percent(void **state)
{
    (void)state;
    uint32_t seed = 1, found = 0, found_by_both = 0;
    for (int round = 0; round < 20000; round++) {
        int64_t contributions[4];
        for (int i = 0; i < 4; i++) {
            seed = seed * 1664525u + 1013904223u;
            contributions[i] = (int64_t)(seed >> 24) * (i == 0 ? 4 : 1);
        }
        cdn_cell cell = rule_cell(contributions, 4);
        bool by_p = close(cell, 25, CDN_FEWER_THAN);
        found += by_p;
        found_by_both += by_p && dominated(cell, 2, 80, CDN_MORE_THAN);
    }
    assert_true(found > 1000);
    assert_int_equal(found_by_both, found);
}

static void test_concentration__only_quantities_are_judged(void **state)
{
    (void)state;
    cdn_policy policy = rule_no_policy();
    policy.dominance[0].on = policy.p_percent.on = true;
    cdn_variable variables[2] = {{.magnitude = false}, {.magnitude = true}};
    cdn_cell both[2] = {CELL(90, 5, 4), CELL(90, 5, 4)};
    both[1].variable = 1;
    cdn_cells cells = {.count = 2, .cells = both, .variable_count = 2, .variables = variables};
    cdn_verdict verdicts[2] = {UINT32_MAX, UINT32_MAX};
    cdn_rule_cells(&cells, &policy, verdicts);
    assert_int_equal(verdicts[0], 0);
    assert_int_equal(verdicts[1], BIT(CDN_RULE_DOMINANCE) | BIT(CDN_RULE_P_PERCENT));
    policy.p_percent.on = false;
    cdn_rule_cells(&cells, &policy, verdicts);
    assert_int_equal(verdicts[1], BIT(CDN_RULE_DOMINANCE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_concentration__one_of_80_percent_at_its_boundary),
        cmocka_unit_test(test_concentration__two_of_80_percent_at_its_boundary),
        cmocka_unit_test(test_concentration__no_more_contributors_than_n_always_dominate),
        cmocka_unit_test(test_concentration__nothing_dominates_nothing),
        cmocka_unit_test(test_concentration__an_n_that_cannot_be_judged_is_unsafe),
        cmocka_unit_test(test_concentration__does_not_overflow),
        cmocka_unit_test(test_concentration__ten_percent_at_its_boundary),
        cmocka_unit_test(test_concentration__one_or_two_contributors_are_always_close),
        cmocka_unit_test(test_concentration__equal_largest_are_one_and_two),
        cmocka_unit_test(test_concentration__zeros_hide_nobody_and_hide_nothing),
        cmocka_unit_test(test_concentration__sizes_count_not_signs),
        cmocka_unit_test(test_concentration__off_is_off),
        cmocka_unit_test(test_concentration__finds_the_primaries_of_paris),
        cmocka_unit_test(test_concentration__two_of_80_covers_25_percent),
        cmocka_unit_test(test_concentration__only_quantities_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
