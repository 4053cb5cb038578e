/* test_levels.c - protection levels: the literature's numbers, and that each is the least that will
 * do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static const cdn_variable euro = {.magnitude = true};
static const cdn_variable cent = {.magnitude = true, .decimals = 2};

typedef struct level {
    int64_t below, above, width;
} level;

static level level_of(cdn_cell cell, const cdn_variable *variable, const cdn_policy *policy,
                      cdn_verdict verdict)
{
    level l = {-1, -1, -1};
    cdn_rule_levels(&cell, variable, policy, verdict, &l.below, &l.above, &l.width);
    return l;
}

static cdn_policy with_levels(void)
{
    cdn_policy policy = rule_no_policy();
    policy.levels = (cdn_levels){.on = true, .by_rule = true, .minimum_width = 1};
    return policy;
}

static cdn_policy p_percent(uint32_t p, uint32_t q, uint32_t coalition)
{
    cdn_policy policy = with_levels();
    policy.p_percent = (cdn_p_percent){true, p, q, coalition, CDN_FEWER_THAN};
    return policy;
}

static cdn_policy dominance(uint32_t n, uint32_t k)
{
    cdn_policy policy = with_levels();
    policy.dominance_count = 1;
    policy.dominance[0] = (cdn_dominance){true, n, k, CDN_MORE_THAN};
    return policy;
}

/* Handbook: (1,85) and a largest of 300 ask for 352.94 - X. */
static void test_levels__one_of_85_percent_of_the_handbook(void **state)
{
    (void)state;
    cdn_policy policy = dominance(1, 85);
    for (int64_t rest = 0; rest < 52; rest++) {
        level l = level_of(CELL(30000, rest * 100), &cent, &policy, BIT(CDN_RULE_DOMINANCE));
        assert_int_equal(l.above, 35295 - 30000 - rest * 100); /* 352.941.. rounded up */
        assert_int_equal(l.below, l.above);
        assert_int_equal(l.width, 100);
    }
}

/* The published example of 17 people with p = 30. */
static void test_levels__the_intervals_of_paris(void **state)
{
    (void)state;
    static const struct {
        rule_place place;
        rule_age age;
        int64_t value, low, high;
    } expected[] = {{RULE_DENMARK, RULE_ALL_AGES, 1380, 1014, 1746},
                    {RULE_USA, RULE_OLD, 13010, 10990, 15030},
                    {RULE_USA, RULE_YOUNG, 9300, 8876, 9724},
                    {RULE_EUROPE, RULE_YOUNG, 1920, 1690, 2150}};
    cdn_policy policy = p_percent(30, 100, 1);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        cdn_cell cell = rule_paris(expected[i].place, expected[i].age, true);
        assert_int_equal(cell.value, expected[i].value);
        level l = level_of(cell, &euro, &policy, BIT(CDN_RULE_P_PERCENT));
        assert_int_equal(cell.value - l.below, expected[i].low);
        assert_int_equal(cell.value + l.above, expected[i].high);
    }
}

/* A cell with y more, of others, passes the rule; with y - 1 more it does not. */
static void test_levels__are_the_least_that_pass(void **state)
{
    (void)state;
    uint32_t seed = 3, tried = 0;
    for (int round = 0; round < 5000; round++) {
        int64_t x[6];
        for (int i = 0; i < 6; i++) {
            seed = seed * 1664525u + 1013904223u;
            x[i] = (int64_t)(seed >> 12) % (i < 2 ? 5000 : 300);
        }
        cdn_policy policies[2] = {dominance(1 + (seed >> 8) % 5, 60 + (seed >> 20) % 40),
                                  p_percent(5 + (seed >> 9) % 30, 100 - (seed >> 18) % 50,
                                            1 + (seed >> 24) % 4)};
        for (int i = 0; i < 2; i++) {
            policies[i].negatives = CDN_NEGATIVES_SCALED;
            policies[i].negative_factor = 1 + seed % 3;
            x[5] = seed % 2 == 0 ? x[5] : -x[5];
            cdn_cell cell = rule_cell(x, 6);
            bool (*rule)(const cdn_cell *, const cdn_policy *) =
                i == 0 ? cdn_rule_dominance : cdn_rule_p_percent;
            if (!rule(&cell, &policies[i]))
                continue;
            tried++;
            level l = level_of(cell, &euro, &policies[i],
                               BIT(i == 0 ? CDN_RULE_DOMINANCE : CDN_RULE_P_PERCENT));
            assert_true(l.above > 0);
            cell.total += l.above - 1;
            assert_true(rule(&cell, &policies[i]));
            cell.total++;
            assert_false(rule(&cell, &policies[i]));
        }
    }
    assert_true(tried > 2000);
}

static void test_levels__the_largest_of_the_rules_that_failed(void **state)
{
    (void)state;
    cdn_cell cell = CELL(100, 5, 3);
    cdn_policy policy = p_percent(10, 100, 1); /* 10 - 3 = 7 */
    policy.dominance_count = 2;
    policy.dominance[0] = (cdn_dominance){true, 1, 80, CDN_MORE_THAN}; /* 125 - 108 = 17 */
    policy.dominance[1] = (cdn_dominance){true, 2, 90, CDN_MORE_THAN}; /* 117 - 108 = 9 */
    policy.levels.minimum_percent = 20; /* 22 */
    cdn_verdict dominated = BIT(CDN_RULE_DOMINANCE), close = BIT(CDN_RULE_P_PERCENT);
    assert_int_equal(level_of(cell, &euro, &policy, close).above, 7);
    assert_int_equal(level_of(cell, &euro, &policy, dominated).above, 17);
    assert_int_equal(level_of(cell, &euro, &policy, dominated | close).below, 17);
    assert_int_equal(level_of(cell, &euro, &policy, dominated | BIT(CDN_RULE_WORKERS)).above, 22);
    policy.dominance_count = 1;
    policy.dominance[0] = (cdn_dominance){true, 2, 90, CDN_MORE_THAN};
    assert_int_equal(level_of(cell, &euro, &policy, dominated | close).above, 9);
    policy.levels.by_rule = false;
    assert_int_equal(level_of(cell, &euro, &policy, dominated | close).above, 0);
}

static void test_levels__cells_of_too_few_have_their_share(void **state)
{
    (void)state;
    static const cdn_rule rules[] = {CDN_RULE_WORKERS, CDN_RULE_WORKPLACES, CDN_RULE_PROVIDERS,
                                     CDN_RULE_GROUP,   CDN_RULE_K_DISCLOSURE, CDN_RULE_MANUAL};
    cdn_policy policy = with_levels();
    policy.levels.minimum_percent = 30;
    policy.levels.minimum_width = 3;
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        level l = level_of(CELL(1, 1, 1, 1), &euro, &policy, BIT(rules[i]));
        assert_int_equal(l.below, 2); /* 1.2 rounded up */
        assert_int_equal(l.above, 2);
        assert_int_equal(l.width, 3);
    }
    assert_int_equal(level_of(CELL(1, 1, 1, 1), &cent, &policy, BIT(CDN_RULE_WORKERS)).width, 300);
}

static void test_levels__a_zero_is_hidden_from_above(void **state)
{
    (void)state;
    cdn_policy policy = with_levels();
    policy.levels.zero_above = 4;
    policy.levels.minimum_percent = 50;
    level l = level_of((cdn_cell){0}, &cent, &policy, BIT(CDN_RULE_ZERO));
    assert_int_equal(l.below, 0);
    assert_int_equal(l.above, 400);
    assert_int_equal(l.width, 100);
}

static void test_levels__who_asked_has_a_level_too(void **state)
{
    (void)state;
    cdn_policy policy = with_levels();
    policy.request = (cdn_on_request){.on = true, .largest = 2, .share_percent = 40,
                                      .compare = CDN_MORE_THAN};
    cdn_cell cell = CELL(60, 50, 10); /* 120; x2 asked and has 41.7 % */
    cell.asked = 2;
    assert_int_equal(level_of(cell, &euro, &policy, BIT(CDN_RULE_REQUEST)).above, 5);
    cell.asked = 3;
    assert_int_equal(level_of(cell, &euro, &policy, BIT(CDN_RULE_REQUEST)).above, 30);
}

static void test_levels__none_without_a_verdict_or_when_off(void **state)
{
    (void)state;
    cdn_policy policy = dominance(1, 85);
    level l = level_of(CELL(100), &euro, &policy, 0);
    assert_true(l.below == 0 && l.above == 0 && l.width == 0);
    policy.levels.on = false;
    l = level_of(CELL(100), &euro, &policy, BIT(CDN_RULE_DOMINANCE));
    assert_true(l.below == 0 && l.above == 0 && l.width == 0);
}

static void test_levels__stop_at_the_largest_number(void **state)
{
    (void)state;
    cdn_policy policy = dominance(1, 1);
    level l = level_of(CELL(INT64_MAX / 4), &euro, &policy, BIT(CDN_RULE_DOMINANCE));
    assert_int_equal(l.above, INT64_MAX);
    assert_int_equal(l.below, INT64_MAX);
    policy.dominance[0].n = 6; /* cannot be judged */
    l = level_of(CELL(1), &euro, &policy, BIT(CDN_RULE_DOMINANCE));
    assert_int_equal(l.above, INT64_MAX);
    policy.levels.minimum_width = 1000000;
    cdn_variable fine = {.decimals = 18};
    assert_int_equal(level_of(CELL(1), &fine, &policy, BIT(CDN_RULE_WORKERS)).width, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels__one_of_85_percent_of_the_handbook),
        cmocka_unit_test(test_levels__the_intervals_of_paris),
        cmocka_unit_test(test_levels__are_the_least_that_pass),
        cmocka_unit_test(test_levels__the_largest_of_the_rules_that_failed),
        cmocka_unit_test(test_levels__cells_of_too_few_have_their_share),
        cmocka_unit_test(test_levels__a_zero_is_hidden_from_above),
        cmocka_unit_test(test_levels__who_asked_has_a_level_too),
        cmocka_unit_test(test_levels__none_without_a_verdict_or_when_off),
        cmocka_unit_test(test_levels__stop_at_the_largest_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
