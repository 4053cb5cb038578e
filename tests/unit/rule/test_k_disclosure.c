/* test_k_disclosure.c - few outside a category tell of all others: the difference becomes
 * sensitive.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/rule/rule.h"

enum { PART, WHOLE, REST, CELLS };

#define K BIT(CDN_RULE_K_DISCLOSURE)

typedef struct group_case {
    cdn_cell cells[CELLS];
    cdn_variable variable;
    uint32_t k;
    bool no_rest, no_share;
} group_case;

static cdn_cell people(int64_t count)
{
    return (cdn_cell){.value = count, .records = (uint32_t)count, .workers = (uint32_t)count,
                      .providers = count > 0, .total = count};
}

static group_case fresh(int64_t part, int64_t rest, uint32_t k)
{
    return (group_case){.cells = {people(part), people(part + rest), people(rest)}, .k = k};
}

static void expect(group_case g, cdn_verdict part, cdn_verdict rest)
{
    uint32_t rest_of_share = g.no_rest || g.no_share ? UINT32_MAX : REST;
    cdn_category category = {PART, WHOLE, rest_of_share, g.no_rest ? UINT32_MAX : REST};
    cdn_cells cells = {.count = CELLS, .cells = g.cells, .variable_count = 1,
                       .variables = &g.variable, .category_count = 1, .categories = &category};
    cdn_policy policy = rule_no_policy();
    cdn_verdict verdicts[CELLS] = {0};
    policy.k_disclosure = (cdn_k_disclosure){g.k > 0, g.k};
    cdn_rule_k_disclosure(&cells, &policy, verdicts);
    assert_int_equal(verdicts[PART], part);
    assert_int_equal(verdicts[WHOLE], 0);
    assert_int_equal(verdicts[REST], rest);
}

static void test_k_disclosure__the_difference_at_its_boundary(void **state)
{
    (void)state;
    for (uint32_t k = 1; k <= 3; k++)
        for (int64_t rest = 0; rest <= 5; rest++)
            expect(fresh(40, rest, k), 0, rest >= 1 && rest <= k ? K : 0);
}

static void test_k_disclosure__either_side_of_a_share(void **state)
{
    (void)state;
    expect(fresh(2, 40, 2), K, 0);
    expect(fresh(2, 1, 2), K, K);
}

/* Few women in a table by gender: they are a category like others, and the rest is not. */
static void test_k_disclosure__of_a_category_the_difference_only(void **state)
{
    (void)state;
    group_case g = fresh(2, 40, 2);
    g.no_share = true;
    expect(g, 0, 0);
    g = fresh(40, 2, 2);
    g.no_share = true;
    expect(g, 0, K);
}

static void test_k_disclosure__a_group_in_one_category_is_not_its_business(void **state)
{
    (void)state;
    expect(fresh(40, 0, 3), 0, 0);
    expect(fresh(0, 2, 3), 0, 0); /* they know themselves, and there is nobody else */
}

static void test_k_disclosure__without_a_difference_the_part_is_marked(void **state)
{
    (void)state;
    for (int64_t rest = 0; rest <= 4; rest++) {
        group_case g = fresh(40, rest, 2);
        g.no_rest = true;
        expect(g, rest == 1 || rest == 2 ? K : 0, 0);
    }
}

static void test_k_disclosure__counts_people_in_the_units_of_the_variable(void **state)
{
    (void)state;
    group_case g = fresh(4000, 200, 2);
    g.variable.decimals = 2;
    expect(g, 0, K);
    g.cells[REST].total = 201;
    expect(g, 0, 0);
}

static void test_k_disclosure__public_facts_and_off(void **state)
{
    (void)state;
    group_case g = fresh(40, 1, 1);
    g.cells[REST].is_public = true;
    expect(g, 0, 0);
    expect(fresh(40, 1, 0), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_k_disclosure__the_difference_at_its_boundary),
        cmocka_unit_test(test_k_disclosure__either_side_of_a_share),
        cmocka_unit_test(test_k_disclosure__of_a_category_the_difference_only),
        cmocka_unit_test(test_k_disclosure__a_group_in_one_category_is_not_its_business),
        cmocka_unit_test(test_k_disclosure__without_a_difference_the_part_is_marked),
        cmocka_unit_test(test_k_disclosure__counts_people_in_the_units_of_the_variable),
        cmocka_unit_test(test_k_disclosure__public_facts_and_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
