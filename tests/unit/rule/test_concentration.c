/* test_concentration.c - dominance and p%: worked examples, boundaries, corner cases of both rules.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static cdn_policy dominance(uint32_t n, uint32_t k, cdn_compare compare)
{
    cdn_policy policy = rule_no_policy();
    policy.dominance_count = 1;
    policy.dominance[0] = (cdn_dominance){true, n, k, compare};
    return policy;
}

static bool dominated(cdn_cell cell, uint32_t n, uint32_t k, cdn_compare compare)
{
    cdn_policy policy = dominance(n, k, compare);
    return cdn_rule_dominance(&cell, &policy);
}

static bool close_pq(cdn_cell cell, uint32_t p, uint32_t q, uint32_t coalition,
                     cdn_compare compare)
{
    cdn_policy policy = rule_no_policy();
    policy.p_percent = (cdn_p_percent){true, p, q, coalition, compare};
    return cdn_rule_p_percent(&cell, &policy);
}

static bool close(cdn_cell cell, uint32_t p, cdn_compare compare)
{
    return close_pq(cell, p, 100, 1, compare);
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
    assert_true(dominated(CELL(10, 10, 10, 10, 10, 10, 10), 6, 99, CDN_MORE_THAN));
    assert_true(dominated(CELL(10, 10, 10, 10, 10), 0, 80, CDN_MORE_THAN));
    assert_true(close_pq(CELL(10, 10, 10, 10, 10, 10, 10), 1, 100, 5, CDN_FEWER_THAN));
    assert_true(close_pq(CELL(10, 10, 10, 10, 10, 10, 10), 1, 100, 0, CDN_FEWER_THAN));
    assert_true(close_pq(CELL(10, 10, 10, 10, 10, 10, 10), 1, 0, 1, CDN_FEWER_THAN));
    cdn_policy many = rule_no_policy();
    many.dominance_count = CDN_DOMINANCE_MAX + 1;
    cdn_cell cell = CELL(10, 10, 10);
    assert_true(cdn_rule_dominance(&cell, &many));
}

static void test_concentration__up_to_five_together_at_their_boundary(void **state)
{
    (void)state;
    /* 90 of 100 in the first 1, 2, 3, 4, 5 */
    const cdn_cell cells[] = {CELL(90, 10), CELL(60, 30, 10), CELL(30, 30, 30, 10),
                              CELL(30, 20, 20, 20, 10), CELL(18, 18, 18, 18, 18, 10)};
    for (uint32_t n = 1; n <= 5; n++) {
        assert_false(dominated(cells[n - 1], n, 90, CDN_MORE_THAN));
        assert_true(dominated(cells[n - 1], n, 90, CDN_AT_LEAST));
        assert_true(dominated(cells[n - 1], n, 89, CDN_MORE_THAN));
        assert_false(dominated(cells[n - 1], n, 91, CDN_AT_LEAST));
    }
}

/* (1,60) or (3,90): each finds what the other does not. */
static void test_concentration__one_of_several_rules_is_enough(void **state)
{
    (void)state;
    cdn_policy policy = dominance(1, 60, CDN_MORE_THAN);
    policy.dominance_count = 2;
    policy.dominance[1] = (cdn_dominance){true, 3, 90, CDN_MORE_THAN};
    cdn_cell one = CELL(61, 9, 9, 9, 9, 3), three = CELL(35, 30, 26, 9),
             neither = CELL(35, 30, 25, 10);
    assert_true(cdn_rule_dominance(&one, &policy));
    assert_true(cdn_rule_dominance(&three, &policy));
    assert_false(cdn_rule_dominance(&neither, &policy));
    policy.dominance_count = 1;
    assert_false(cdn_rule_dominance(&three, &policy));
    policy.dominance_count = 0;
    assert_false(cdn_rule_dominance(&one, &policy));
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
    cdn_policy policy = dominance(1, 80, CDN_AT_LEAST);
    policy.dominance[0].on = false;
    policy.p_percent = (cdn_p_percent){false, 10, 100, 1, CDN_AT_MOST};
    assert_false(cdn_rule_dominance(&cell, &policy));
    assert_false(cdn_rule_p_percent(&cell, &policy));
}

/* Only p / q matters: p = 10 with others known to 50 % is p = 20. */
static void test_concentration__prior_knowledge_makes_p_larger(void **state)
{
    (void)state;
    for (int64_t rest = 15; rest <= 25; rest++) {
        assert_int_equal(close_pq(CELL(100, 50, rest), 10, 50, 1, CDN_FEWER_THAN), rest < 20);
        assert_int_equal(close_pq(CELL(100, 50, rest), 10, 50, 1, CDN_AT_MOST), rest <= 20);
        assert_int_equal(close_pq(CELL(100, 50, rest), 10, 50, 1, CDN_FEWER_THAN),
                         close(CELL(100, 50, rest), 20, CDN_FEWER_THAN));
    }
}

/* n others work together: X - (x1 + .. + x(n+1)) < p x1 / 100. */
static void test_concentration__a_coalition_subtracts_all_its_own(void **state)
{
    (void)state;
    const cdn_cell cell = CELL(100, 40, 30, 20, 12, 3); /* remainders 65, 35, 15, 3 */
    static const uint32_t limits[] = {65, 35, 15, 3};
    for (uint32_t n = 1; n <= 4; n++) {
        assert_false(close_pq(cell, limits[n - 1], 100, n, CDN_FEWER_THAN));
        assert_true(close_pq(cell, limits[n - 1], 100, n, CDN_AT_MOST));
        assert_true(close_pq(cell, limits[n - 1] + 1, 100, n, CDN_FEWER_THAN));
    }
}

/* With f, p becomes p / f and 100 - k becomes (100 - k) / f, in cells that have a negative. */
static void test_concentration__scaled_negatives_relax_both_rules(void **state)
{
    (void)state;
    cdn_policy policy = dominance(1, 80, CDN_MORE_THAN);
    policy.p_percent = (cdn_p_percent){true, 10, 100, 1, CDN_FEWER_THAN};
    policy.negatives = CDN_NEGATIVES_SCALED;
    policy.negative_factor = 2; /* k = 90, p = 5 */
    cdn_cell at_90 = CELL(90, -6, 4), over_90 = CELL(910, -50, 40), no_negative = CELL(90, 6, 4);
    assert_false(cdn_rule_dominance(&at_90, &policy));
    assert_true(cdn_rule_dominance(&over_90, &policy));
    assert_true(cdn_rule_dominance(&no_negative, &policy));
    cdn_cell at_5 = CELL(100, -50, 5), under_5 = CELL(100, -50, 4), without = CELL(100, 50, 5);
    assert_false(cdn_rule_p_percent(&at_5, &policy));
    assert_true(cdn_rule_p_percent(&under_5, &policy));
    assert_true(cdn_rule_p_percent(&without, &policy));
    policy.negatives = CDN_NEGATIVES_ABSOLUTE;
    assert_true(cdn_rule_dominance(&at_90, &policy));
    assert_true(cdn_rule_p_percent(&at_5, &policy));
}

/* Respondents' own amounts against a weighted total: the cell keeps what tabulation made of it. */
static void test_concentration__a_weighted_total_hides_more(void **state)
{
    (void)state;
    cdn_cell cell = CELL(90, 6, 4);
    assert_true(dominated(cell, 1, 80, CDN_MORE_THAN));
    cell.total = 250; /* weights 1, 10, 25 */
    assert_false(dominated(cell, 1, 80, CDN_MORE_THAN));
    assert_false(close(cell, 10, CDN_FEWER_THAN));
    cell.total = 50; /* weights below 1: less than the two largest */
    assert_true(close(cell, 10, CDN_FEWER_THAN));
}

/* Every rule, on random cells, against the sum over all contributions. */
static void test_concentration__agrees_with_brute_force(void **state)
{
    (void)state;
    uint32_t seed = 7, unsafe[2] = {0, 0};
    const int rounds = 20000;
    for (int round = 0; round < rounds; round++) {
        int64_t x[8], falling[8], total = 0, first = 0;
        for (int i = 0; i < 8; i++) {
            seed = seed * 1664525u + 1013904223u;
            x[i] = falling[i] = (int64_t)(seed >> 16) % (i < 2 ? 900 : 40);
            total += x[i];
        }
        for (int i = 0; i < 8; i++)
            for (int j = i + 1; j < 8; j++)
                if (falling[j] > falling[i]) {
                    int64_t swap = falling[i];
                    falling[i] = falling[j];
                    falling[j] = swap;
                }
        uint32_t n = 1 + (seed >> 8) % 5, k = 60 + (seed >> 20) % 40, c = 1 + seed % 4;
        for (uint32_t i = 0; i < n; i++)
            first += falling[i];
        bool expected = total > 0 && first * 100 > (int64_t)k * total;
        assert_int_equal(dominated(rule_cell(x, 8), n, k, CDN_MORE_THAN), expected);
        unsafe[0] += expected;
        int64_t rest = total;
        for (uint32_t i = 0; i <= c; i++)
            rest -= falling[i];
        expected = falling[0] > 0 && rest * (int64_t)k < falling[0] * (int64_t)(k / 12);
        assert_int_equal(close_pq(rule_cell(x, 8), k / 12, k, c, CDN_FEWER_THAN), expected);
        unsafe[1] += expected;
    }
    for (int i = 0; i < 2; i++)
        assert_true(unsafe[i] > 1000 && unsafe[i] < (uint32_t)rounds - 1000);
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
    policy.dominance_count = 1;
    policy.p_percent.on = true;
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
        cmocka_unit_test(test_concentration__up_to_five_together_at_their_boundary),
        cmocka_unit_test(test_concentration__one_of_several_rules_is_enough),
        cmocka_unit_test(test_concentration__prior_knowledge_makes_p_larger),
        cmocka_unit_test(test_concentration__a_coalition_subtracts_all_its_own),
        cmocka_unit_test(test_concentration__scaled_negatives_relax_both_rules),
        cmocka_unit_test(test_concentration__a_weighted_total_hides_more),
        cmocka_unit_test(test_concentration__agrees_with_brute_force),
        cmocka_unit_test(test_concentration__finds_the_primaries_of_paris),
        cmocka_unit_test(test_concentration__two_of_80_covers_25_percent),
        cmocka_unit_test(test_concentration__only_quantities_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
