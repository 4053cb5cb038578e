/* test_group.c - group disclosure: shares of 0 and 100 per cent, whole groups in one category,
 * totals of 0; and the same among those whom published rows leave.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

enum { PART, WHOLE, REST, CELLS };

#define GROUP BIT(CDN_RULE_GROUP)

typedef struct group_case {
    cdn_cell cells[CELLS];
    cdn_variable variables[1];
    cdn_category category;
    cdn_policy policy;
    cdn_verdict verdicts[CELLS];
} group_case;

/* People of two providers; `shown` of them are published in rows. */
static cdn_cell people(int64_t count, int64_t shown)
{
    uint32_t left = (uint32_t)(count - shown);
    uint32_t providers = left > 1 ? 2 : left;
    return (cdn_cell){.value = count, .records = (uint32_t)count, .workers = left,
                      .workplaces = providers, .providers = providers, .total = count - shown,
                      .top[0] = left > 1 ? (int64_t)left - 1 : left, .top[1] = left > 1 ? 1 : 0};
}

static group_case fresh(int64_t part, int64_t whole)
{
    group_case g = {.policy = rule_no_policy(), .category = {PART, WHOLE, REST, REST}};
    g.policy.group_disclosure = true;
    g.cells[PART] = people(part, 0);
    g.cells[WHOLE] = people(whole, 0);
    g.cells[REST] = people(whole - part, 0);
    return g;
}

static void run(group_case *g)
{
    cdn_cells cells = {.count = CELLS, .cells = g->cells, .variable_count = 1,
                       .variables = g->variables, .category_count = 1,
                       .categories = &g->category};
    memset(g->verdicts, 0, sizeof g->verdicts);
    cdn_rule_group(&cells, &g->policy, g->verdicts);
}

static void expect(group_case g, cdn_verdict part, cdn_verdict whole, cdn_verdict rest)
{
    run(&g);
    assert_int_equal(g.verdicts[PART], part);
    assert_int_equal(g.verdicts[WHOLE], whole);
    assert_int_equal(g.verdicts[REST], rest);
}

static void test_group__a_share_of_0_percent_marks_the_numerator(void **state)
{
    (void)state;
    expect(fresh(0, 40), GROUP, 0, 0);
    expect(fresh(1, 40), 0, 0, 0);
}

static void test_group__a_share_of_100_percent_marks_the_complement(void **state)
{
    (void)state;
    expect(fresh(40, 40), 0, 0, GROUP);
    expect(fresh(39, 40), 0, 0, 0);
}

static void test_group__a_share_of_nobody_says_nothing(void **state)
{
    (void)state;
    expect(fresh(0, 0), 0, 0, 0);
}

static void test_group__the_category_of_a_whole_group_is_marked(void **state)
{
    (void)state;
    for (int64_t part = 0; part <= 12; part++) {
        group_case g = fresh(part, 12);
        g.category.rest = UINT32_MAX;
        expect(g, part == 12 ? GROUP : 0, 0, 0);
    }
    group_case nobody = fresh(0, 0);
    nobody.category.rest = UINT32_MAX;
    expect(nobody, 0, 0, 0);
}

static void test_group__off_is_off(void **state)
{
    (void)state;
    group_case g = fresh(0, 40);
    g.policy.group_disclosure = false;
    expect(g, 0, 0, 0);
    g = fresh(40, 40);
    g.policy.group_disclosure = false;
    g.variables[0].magnitude = true;
    g.cells[PART].total = 0;
    expect(g, 0, 0, 0);
}

static void test_group__nobody_left_to_protect_discloses_nothing(void **state)
{
    (void)state;
    group_case g = fresh(40, 40);
    g.cells[PART] = g.cells[WHOLE] = people(40, 40);
    expect(g, 0, 0, 0);
    g.category.rest = UINT32_MAX;
    expect(g, 0, 0, 0);
}

/* 5 of 50, but the 5 are in rows that show 5 of 20: none of the other 30. */
static void test_group__rows_are_subtracted_from_a_share(void **state)
{
    (void)state;
    group_case g = fresh(5, 50);
    g.cells[PART] = people(5, 5);
    g.cells[REST] = people(45, 15);
    g.cells[WHOLE] = people(50, 20);
    expect(g, GROUP, 0, 0);
    g.cells[PART] = people(45, 15); /* and all of the other 30 */
    g.cells[REST] = people(5, 5);
    expect(g, 0, 0, GROUP);
    g.cells[PART] = people(45, 15); /* a mixed rest stays safe */
    g.cells[REST] = people(5, 4);
    expect(g, 0, 0, 0);
}

/* 45 women of 50 people; rows show 5 men and 10 women: the other 35 are all women. */
static void test_group__rows_are_subtracted_from_a_category(void **state)
{
    (void)state;
    group_case g = fresh(45, 50);
    g.category.rest = UINT32_MAX;
    g.cells[PART] = people(45, 10);
    g.cells[WHOLE] = people(50, 15);
    expect(g, GROUP, 0, 0);
    g.cells[PART] = people(44, 10);
    expect(g, 0, 0, 0);
}

/* Rows show how many people there are, not of which kind: each of them is still to be protected. */
static void test_group__a_group_counted_in_rows_keeps_its_attribute(void **state)
{
    (void)state;
    group_case g = fresh(0, 40);
    g.cells[WHOLE] = people(40, 40);
    expect(g, GROUP, 0, 0);
    g = fresh(40, 40);
    g.cells[WHOLE] = people(40, 40);
    expect(g, 0, 0, GROUP);
    g.category.rest = UINT32_MAX;
    expect(g, GROUP, 0, 0);
}

static void test_group__a_total_of_zero_is_said_of_each_contributor(void **state)
{
    (void)state;
    group_case g = fresh(3, 10);
    g.variables[0].magnitude = true;
    g.cells[PART] = rule_cell((const int64_t[]){0, 0, 0}, 3);
    g.category = (cdn_category){WHOLE, WHOLE, UINT32_MAX, UINT32_MAX};
    g.cells[WHOLE].providers = 0;
    expect(g, GROUP, 0, 0);
    g.cells[PART].top[0] = g.cells[PART].total = g.cells[PART].value = 1;
    expect(g, 0, 0, 0);
    g.cells[PART] = rule_cell((const int64_t[]){5, -5, 0}, 3); /* sums to 0, but says nothing */
    expect(g, 0, 0, 0);
}

static void test_group__a_total_of_zero_needs_somebody_and_a_quantity(void **state)
{
    (void)state;
    group_case g = fresh(3, 10);
    g.category = (cdn_category){WHOLE, WHOLE, UINT32_MAX, UINT32_MAX};
    g.cells[WHOLE].providers = 0;
    g.cells[PART] = rule_cell((const int64_t[]){0, 0, 0}, 3);
    expect(g, 0, 0, 0); /* a count */
    g.variables[0].magnitude = true;
    g.cells[PART].is_public = true;
    expect(g, 0, 0, 0);
    g.cells[PART] = (cdn_cell){.records = 4}; /* all of them in rows */
    expect(g, 0, 0, 0);
}

static void test_group__a_public_fact_has_no_verdict(void **state)
{
    (void)state;
    group_case g = fresh(0, 40);
    g.cells[PART].is_public = true;
    expect(g, 0, 0, 0);
    g = fresh(40, 40);
    g.cells[REST].is_public = true;
    expect(g, 0, 0, 0);
    g.category.rest = UINT32_MAX;
    expect(g, GROUP, 0, 0);
    g.cells[PART].is_public = true;
    expect(g, 0, 0, 0);
}

static void test_group__adds_to_other_verdicts(void **state)
{
    (void)state;
    group_case g = fresh(0, 4);
    g.policy.providers = (cdn_threshold){true, CDN_FEWER_THAN, 3};
    cdn_cells cells = {.count = CELLS, .cells = g.cells, .variable_count = 1,
                       .variables = g.variables, .category_count = 1, .categories = &g.category};
    cdn_rule_cells(&cells, &g.policy, g.verdicts);
    assert_int_equal(g.verdicts[PART], GROUP);
    assert_int_equal(g.verdicts[WHOLE], BIT(CDN_RULE_PROVIDERS));
    assert_int_equal(g.verdicts[REST], BIT(CDN_RULE_PROVIDERS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group__a_share_of_0_percent_marks_the_numerator),
        cmocka_unit_test(test_group__a_share_of_100_percent_marks_the_complement),
        cmocka_unit_test(test_group__a_share_of_nobody_says_nothing),
        cmocka_unit_test(test_group__the_category_of_a_whole_group_is_marked),
        cmocka_unit_test(test_group__off_is_off),
        cmocka_unit_test(test_group__nobody_left_to_protect_discloses_nothing),
        cmocka_unit_test(test_group__rows_are_subtracted_from_a_share),
        cmocka_unit_test(test_group__rows_are_subtracted_from_a_category),
        cmocka_unit_test(test_group__a_group_counted_in_rows_keeps_its_attribute),
        cmocka_unit_test(test_group__a_total_of_zero_is_said_of_each_contributor),
        cmocka_unit_test(test_group__a_total_of_zero_needs_somebody_and_a_quantity),
        cmocka_unit_test(test_group__a_public_fact_has_no_verdict),
        cmocka_unit_test(test_group__adds_to_other_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
