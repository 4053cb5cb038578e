/* test_request.c - who asked for protection, who waived it, and that those who waived still attack.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

static cdn_policy request(uint32_t largest, uint32_t share, cdn_compare compare)
{
    cdn_policy policy = rule_no_policy();
    policy.request = (cdn_on_request){true, largest, share, compare, {false, CDN_FEWER_THAN, 0}};
    return policy;
}

static bool asks(cdn_cell cell, uint8_t asked, const cdn_policy *policy)
{
    cell.asked = asked;
    return cdn_rule_request(&cell, policy);
}

static void test_request__only_who_asked_is_protected(void **state)
{
    (void)state;
    cdn_policy policy = request(1, 50, CDN_MORE_THAN);
    assert_true(asks(CELL(90, 10), 1, &policy));
    assert_false(asks(CELL(90, 10), 0, &policy));
    assert_false(asks(CELL(90, 10), 2, &policy)); /* the second asked: not this rule's */
    policy.request.on = false;
    assert_false(asks(CELL(90, 10), 1, &policy));
}

static void test_request__share_at_its_boundary(void **state)
{
    (void)state;
    cdn_policy more = request(1, 70, CDN_MORE_THAN), least = request(1, 70, CDN_AT_LEAST);
    assert_false(asks(CELL(69, 31), 1, &least));
    assert_false(asks(CELL(70, 30), 1, &more));
    assert_true(asks(CELL(70, 30), 1, &least));
    assert_true(asks(CELL(71, 29), 1, &more));
    assert_false(asks(CELL(0, 0), 1, &least)); /* nothing was contributed */
}

static void test_request__one_of_the_two_largest(void **state)
{
    (void)state;
    cdn_policy policy = request(2, 40, CDN_MORE_THAN);
    assert_true(asks(CELL(50, 41, 9), 2, &policy));
    assert_true(asks(CELL(50, 41, 9), 1, &policy));
    assert_false(asks(CELL(50, 40, 10), 2, &policy));
    assert_false(asks(CELL(45, 44, 43), 4, &policy));
}

static void test_request__only_cells_of_few_providers(void **state)
{
    (void)state;
    cdn_policy policy = request(1, 10, CDN_MORE_THAN);
    policy.request.contributors = (cdn_threshold){true, CDN_FEWER_THAN, 4};
    assert_true(asks(CELL(50, 30, 20), 1, &policy));
    assert_false(asks(CELL(50, 20, 20, 10), 1, &policy));
}

static void test_request__is_a_rule_of_quantities(void **state)
{
    (void)state;
    cdn_policy policy = request(1, 50, CDN_MORE_THAN);
    cdn_variable variables[2] = {{.magnitude = false}, {.magnitude = true}};
    cdn_cell both[2] = {CELL(90, 10), CELL(90, 10)};
    both[0].asked = both[1].asked = 1;
    both[1].variable = 1;
    cdn_cells cells = {.count = 2, .cells = both, .variable_count = 2, .variables = variables};
    cdn_verdict verdicts[2];
    cdn_rule_cells(&cells, &policy, verdicts);
    assert_int_equal(verdicts[0], 0);
    assert_int_equal(verdicts[1], BIT(CDN_RULE_REQUEST));
}

/* ---- waivers ---- */

static cdn_cell waived(cdn_cell cell, uint8_t ranks)
{
    cell.waived = ranks;
    for (uint32_t rank = 0; rank < 8; rank++)
        cell.unwaived -= (uint32_t)(ranks >> rank) & 1u;
    return cell;
}

static cdn_policy with_waivers(void)
{
    cdn_policy policy = rule_no_policy();
    policy.waivers = true;
    policy.dominance_count = 1;
    policy.dominance[0] = (cdn_dominance){true, 2, 80, CDN_MORE_THAN};
    policy.p_percent = (cdn_p_percent){true, 10, 100, 1, CDN_FEWER_THAN};
    return policy;
}

/* With x1 waived the victim is x2, and x1 is who attacks it: X - x2 - x1 < p x2. */
static void test_waiver__moves_the_victim_and_keeps_the_attacker(void **state)
{
    (void)state;
    cdn_policy policy = with_waivers();
    cdn_cell cell = CELL(1000, 100, 10);
    assert_true(cdn_rule_p_percent(&cell, &policy)); /* 10 < 100: x1 */
    cell = waived(cell, 1);
    assert_false(cdn_rule_p_percent(&cell, &policy)); /* 10 < 10: x2 */
    cell = waived(CELL(1000, 100, 9), 1);
    assert_true(cdn_rule_p_percent(&cell, &policy)); /* 9 < 10 */
    policy.waivers = false;
    cell = waived(CELL(1000, 100, 10), 1);
    assert_true(cdn_rule_p_percent(&cell, &policy));
}

/* Of (2,80): the victim and the largest other, whoever that is. */
static void test_waiver__dominance_counts_the_victim_and_the_largest_others(void **state)
{
    (void)state;
    cdn_policy policy = with_waivers();
    cdn_cell cell = waived(CELL(60, 21, 11, 8), 1); /* x2 + x1 = 81 */
    assert_true(cdn_rule_dominance(&cell, &policy));
    cell = waived(CELL(60, 21, 11, 8), 3); /* x3 + x1 = 71 */
    assert_false(cdn_rule_dominance(&cell, &policy));
    cell = waived(CELL(60, 21, 11, 8), 7); /* x4 + x1 = 68 */
    assert_false(cdn_rule_dominance(&cell, &policy));
}

static void test_waiver__where_all_have_waived_providers_need_nothing(void **state)
{
    (void)state;
    cdn_policy policy = with_waivers();
    policy.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    policy.workplaces = (cdn_threshold){true, CDN_FEWER_THAN, 3};
    policy.providers = (cdn_threshold){true, CDN_FEWER_THAN, 2};
    policy.group_disclosure = true;
    cdn_variable variable = {.magnitude = true, .counts_workers = true};
    cdn_cell cell = waived(CELL(90), 1);
    cdn_cells cells = {.count = 1, .cells = &cell, .variable_count = 1, .variables = &variable};
    cdn_verdict verdict;
    cdn_rule_cells(&cells, &policy, &verdict);
    assert_int_equal(verdict, BIT(CDN_RULE_WORKERS)); /* who were not asked */
    cell = waived(CELL(0), 1);
    cdn_rule_cells(&cells, &policy, &verdict);
    assert_int_equal(verdict, BIT(CDN_RULE_WORKERS));
    policy.waivers = false;
    cdn_rule_cells(&cells, &policy, &verdict);
    assert_int_equal(verdict, BIT(CDN_RULE_WORKERS) | BIT(CDN_RULE_WORKPLACES) |
                                  BIT(CDN_RULE_PROVIDERS) | BIT(CDN_RULE_GROUP));
}

/* All five that are kept have waived; the sixth cannot be seen, and may be what is left. */
static void test_waiver__a_victim_out_of_sight_is_taken_for_the_largest_possible(void **state)
{
    (void)state;
    cdn_policy policy = with_waivers();
    policy.dominance_count = 0;
    cdn_cell cell = waived(CELL(100, 50, 40, 30, 20, 3, 2), 31);
    assert_false(cdn_rule_p_percent(&cell, &policy)); /* at most 5, against 140 others */
    cell = waived(CELL(100, 1, 1, 1, 1, 1), 31);
    assert_false(cdn_rule_p_percent(&cell, &policy));
    cell.top[1] = cell.top[2] = cell.top[3] = cell.top[4] = 0;
    cell.total = 100; /* nothing is left */
    assert_false(cdn_rule_p_percent(&cell, &policy));
    policy.p_percent.coalition = 4;
    cell = waived(CELL(100, 50, 40, 30, 20, 18, 1), 31);
    assert_false(cdn_rule_p_percent(&cell, &policy)); /* 259 - 220 - 19 = 20, not below 1.9 */
    cell = waived(CELL(100, 20, 20, 20, 1, 300), 31);
    assert_false(cdn_rule_p_percent(&cell, &policy));
}

/* Against the rule stated over all contributions, for cells of at most five. */
static void test_waiver__agrees_with_brute_force(void **state)
{
    (void)state;
    uint32_t seed = 11, unsafe = 0;
    for (int round = 0; round < 20000; round++) {
        int64_t x[5];
        for (int i = 0; i < 5; i++) {
            seed = seed * 1664525u + 1013904223u;
            x[i] = (int64_t)(seed >> 16) % (i == 0 ? 500 : i == 1 ? 200 : 30) + 5 - i;
        }
        cdn_policy policy = with_waivers();
        policy.p_percent.coalition = 1 + (seed >> 10) % 2;
        uint8_t ranks = (uint8_t)(seed >> 24) & 31;
        cdn_cell cell = waived(rule_cell(x, 5), ranks);
        bool expected = false;
        for (int s = 0; s < 5; s++) { /* every victim, against its largest others */
            if (ranks >> s & 1)
                continue;
            int64_t rest = cell.total - cell.top[s];
            for (uint32_t i = 0, taken = 0; taken < policy.p_percent.coalition; i++) {
                if ((int)i == s)
                    continue;
                rest -= cell.top[i];
                taken++;
            }
            expected |= 100 * rest < 10 * cell.top[s];
        }
        assert_int_equal(cdn_rule_p_percent(&cell, &policy), expected);
        unsafe += expected;
    }
    assert_true(unsafe > 500 && unsafe < 19500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request__only_who_asked_is_protected),
        cmocka_unit_test(test_request__share_at_its_boundary),
        cmocka_unit_test(test_request__one_of_the_two_largest),
        cmocka_unit_test(test_request__only_cells_of_few_providers),
        cmocka_unit_test(test_request__is_a_rule_of_quantities),
        cmocka_unit_test(test_waiver__moves_the_victim_and_keeps_the_attacker),
        cmocka_unit_test(test_waiver__dominance_counts_the_victim_and_the_largest_others),
        cmocka_unit_test(test_waiver__where_all_have_waived_providers_need_nothing),
        cmocka_unit_test(test_waiver__a_victim_out_of_sight_is_taken_for_the_largest_possible),
        cmocka_unit_test(test_waiver__agrees_with_brute_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
