/* test_read.c - the two files of a table: exact values, rows in any order, rules at their edges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <stdio.h>

#include "outside/outside.h"
#include "rule/rule.h"

static cdn_status read_texts(const char *cells, const char *rows, const cdn_policy *policy,
                             cdn_outside_table *table, cdn_error *error)
{
    const char *cells_path = unit_path("cells.csv"), *rows_path = unit_path("rows.csv");
    unit_write(cells_path, cells, strlen(cells));
    unit_write(rows_path, rows, strlen(rows));
    cdn_outside_request request = {.cells = cells_path, .constraints = rows_path};
    *error = (cdn_error)CDN_ERROR_INIT;
    return cdn_outside_read(&request, policy, table, error);
}

static void read_good(const char *cells, const char *rows, const cdn_policy *policy,
                      cdn_outside_table *table)
{
    cdn_error error;
    if (read_texts(cells, rows, policy, table, &error) != CDN_OK)
        fail_msg("%s", error.message);
}

static void test_read__values_and_statuses_are_as_written(void **state)
{
    (void)state;
    cdn_outside_table t;
    read_good("status,holder,value,cell_id,cost\n"
              "free,P,9223372036854.775807,a,1\n"
              "sensitive,,-9223372036854.775808,b,0.000001\n"
              "forced,P,1.50,c,2\n"
              "hidden,P,-0.000001,d,9223372036854\n"
              "structural,Q,-0,e,1\n"
              ",,00012,\xC3\xA9,1\n",
              "row_id,cell_id,coef\n", NULL, &t);
    static const int64_t values[] = {INT64_MAX, INT64_MIN, 1500000, -1, 0, 12000000};
    static const uint64_t costs[] = {1000000, 1,      2000000, UINT64_C(9223372036854000000),
                                     1000000, 1000000};
    assert_int_equal(t.cell_count, 6);
    for (uint32_t c = 0; c < 6; c++) {
        assert_true(t.cells[c].value == values[c]);
        assert_true(t.cells[c].cost == costs[c]);
        assert_int_equal(t.cells[c].status, c == 5 ? CDN_OUTSIDE_FREE : c);
        assert_int_equal(t.cells[c].verdict, 0);
    }
    assert_string_equal(cdn_outside_cell_id(&t, 5), "\xC3\xA9");
    static const uint32_t holders[] = {1, 0, 1, 1, 2, 0}; /* numbered as they come */
    for (uint32_t c = 0; c < 6; c++)
        assert_int_equal(t.cells[c].holder, holders[c]);
    assert_int_equal(t.row_count, 0);
    cdn_outside_table_release(&t);
}

static void test_read__entries_of_a_row_may_lie_apart(void **state)
{
    (void)state;
    cdn_outside_table t;
    read_good("cell_id,value\na,1\nb,2\nc,3\nd,4\n",
              "coef,row_id,cell_id\r\n-1,2,c\r\n1,1,a\r\n1,2,a\r\n1,1,c\r\n1,2,b\r\n-1,1,d\r\n",
              NULL, &t);
    static const uint32_t cells[] = {2, 0, 1, 0, 2, 3};
    static const int32_t coefficients[] = {-1, 1, 1, 1, 1, -1};
    assert_int_equal(t.row_count, 2);
    assert_string_equal(cdn_outside_row_id(&t, 0), "2");
    assert_string_equal(cdn_outside_row_id(&t, 1), "1");
    assert_int_equal(t.row_start[1], 3);
    assert_int_equal(t.row_start[2], 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(t.row_cell[i], cells[i]);
        assert_int_equal(t.row_coefficient[i], coefficients[i]);
    }
    cdn_outside_table_release(&t);
}

/* A guess at the next cell must never stand for another: ids that begin alike, all orders of steps,
 * at both ends of the table. */
static void test_read__no_order_of_entries_confuses_cells(void **state)
{
    (void)state;
    enum { COUNT = 40, ENTRIES = 1600 };
    char cells[2048] = "cell_id,value\n", rows[65536] = "row_id,cell_id,coef\n", id[64];
    uint32_t expected[ENTRIES], seed = 7;
    for (uint32_t c = 0; c < COUNT; c++) {
        (void)snprintf(id, sizeof id, "1%.*s%u", (int)(c % 5), "11111", c);
        (void)snprintf(cells + strlen(cells), sizeof cells - strlen(cells), "%s,0\n", id);
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        seed = seed * 1664525u + 1013904223u;
        expected[i] = i < 800 ? (i * (1 + i / 100)) % COUNT : (seed >> 16) % COUNT;
        (void)snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "r%u,1%.*s%u,1\n", i,
                       (int)(expected[i] % 5), "11111", expected[i]);
    }
    cdn_outside_table t;
    read_good(cells, rows, NULL, &t);
    assert_int_equal(t.row_count, ENTRIES);
    for (uint32_t i = 0; i < ENTRIES; i++)
        assert_int_equal(t.row_cell[i], expected[i]);
    cdn_outside_table_release(&t);
}

/* 2^63 - 1 millionths times 2^31 - 1, twice: far beyond 64 bits, and exact. */
static void test_read__sums_do_not_overflow(void **state)
{
    (void)state;
    cdn_error error;
    cdn_outside_table t;
    const char *cells = "cell_id,value\na,9223372036854.775807\nb,9223372036854.775807\n"
                        "c,0.000001\n";
    read_good(cells,
              "row_id,cell_id,coef\nr,a,2147483647\nr,b,-2147483647\n", NULL, &t);
    cdn_outside_table_release(&t);
    assert_int_equal(read_texts(cells,
                                "row_id,cell_id,coef\nr,a,2147483647\nr,b,2147483647\nr,c,2\n",
                                NULL, &t, &error),
                     CDN_E_INPUT);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 1);
    cdn_outside_table_release(&t);
}

static cdn_policy nothing(void)
{
    return (cdn_policy){.name = "test", .zeros = CDN_ZEROS_SAFE, .cost = CDN_COST_CELLS};
}

static uint32_t verdict_of(const cdn_policy *policy, const char *header, const char *line)
{
    char cells[256];
    cdn_outside_table t;
    (void)snprintf(cells, sizeof cells, "%s\n%s\nother,1000.5,50,50,1,1\n", header, line);
    read_good(cells, "row_id,cell_id,coef\n", policy, &t);
    uint32_t verdict = t.cells[0].verdict;
    cdn_outside_table_release(&t);
    return verdict;
}

#define ALL "cell_id,value,records,contributors,top1,top2"

static void test_read__rules_see_the_columns(void **state)
{
    (void)state;
    cdn_policy p = nothing();
    p.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    assert_int_equal(verdict_of(&p, ALL, "a,5.5,9,9,1,1"), 1u << CDN_RULE_WORKERS);
    assert_int_equal(verdict_of(&p, ALL, "a,5.5,10,1,1,1"), 0);
    p = nothing();
    p.providers = (cdn_threshold){true, CDN_AT_MOST, 2};
    assert_int_equal(verdict_of(&p, ALL, "a,5.5,9,2,1,1"), 1u << CDN_RULE_PROVIDERS);
    assert_int_equal(verdict_of(&p, ALL, "a,5.5,1,3,1,1"), 0);
    p = nothing();
    p.workplaces = (cdn_threshold){true, CDN_FEWER_THAN, 3};
    assert_int_equal(verdict_of(&p, ALL, "a,5.5,9,2,1,1"), 1u << CDN_RULE_WORKPLACES);
    p = nothing();
    p.dominance_count = 1;
    p.dominance[0] = (cdn_dominance){true, 2, 85, CDN_MORE_THAN};
    assert_int_equal(verdict_of(&p, ALL, "a,100,9,9,80,5"), 0);
    assert_int_equal(verdict_of(&p, ALL, "a,100,9,9,80,5.000001"), 1u << CDN_RULE_DOMINANCE);
    p.dominance[0].n = 1;
    assert_int_equal(verdict_of(&p, ALL, "a,100,9,9,85,15"), 0);
    assert_int_equal(verdict_of(&p, ALL, "a,100,9,9,85.000001,0"), 1u << CDN_RULE_DOMINANCE);
    p = nothing();
    p.p_percent = (cdn_p_percent){true, 10, 100, 1, CDN_FEWER_THAN};
    assert_int_equal(verdict_of(&p, ALL, "a,100,9,9,50,45"), 0);
    assert_int_equal(verdict_of(&p, ALL, "a,100,9,9,50,45.000001"), 1u << CDN_RULE_P_PERCENT);
}

/* Two units of 30, or 30 and 20, of 100. */
static void test_read__weights_count_as_the_policy_says(void **state)
{
    (void)state;
    static const char header[] = "cell_id,value,top1,top2,weight1,weight2";
    cdn_policy p = nothing();
    p.dominance_count = 1;
    p.dominance[0] = (cdn_dominance){true, 2, 55, CDN_MORE_THAN};
    p.weighting = CDN_WEIGHT_RESPONDENT;
    assert_int_equal(verdict_of(&p, header, "a,100,30,20,2,2"), 0);
    p.weighting = CDN_WEIGHT_CUMULATED;
    assert_int_equal(verdict_of(&p, header, "a,100,30,20,2,2"), 1u << CDN_RULE_DOMINANCE);
    assert_int_equal(verdict_of(&p, header, "a,100,30,20,1.2,2"), 0);
    assert_int_equal(verdict_of(&p, header, "a,100,30,20,,"), 0);
    p.weighting = CDN_WEIGHT_REPLICATED;
    assert_int_equal(verdict_of(&p, header, "a,100,30,20,1.2,2"), 1u << CDN_RULE_DOMINANCE);
}

/* A value that negative contributions made small hides nobody. */
static void test_read__negative_contributions_do_not_make_a_cell_safe(void **state)
{
    (void)state;
    cdn_policy p = nothing();
    p.dominance_count = 1;
    p.dominance[0] = (cdn_dominance){true, 1, 80, CDN_MORE_THAN};
    p.p_percent = (cdn_p_percent){true, 10, 100, 1, CDN_FEWER_THAN};
    uint32_t both = 1u << CDN_RULE_DOMINANCE | 1u << CDN_RULE_P_PERCENT;
    assert_int_equal(verdict_of(&p, ALL, "a,0,9,9,90,10"), both);
    assert_int_equal(verdict_of(&p, ALL, "a,-100,9,9,90,2"), both);
    assert_int_equal(verdict_of(&p, ALL, "a,-100,9,9,30,20"), 0);
}

static void test_read__zeros_are_as_the_policy_says(void **state)
{
    (void)state;
    cdn_policy p = nothing();
    p.workers = (cdn_threshold){true, CDN_FEWER_THAN, 10};
    p.providers = (cdn_threshold){true, CDN_FEWER_THAN, 2};
    assert_int_equal(verdict_of(&p, ALL, "a,0,0,0,0,0"), 0);
    assert_int_equal(verdict_of(&p, ALL, "a,0,3,3,0,0"), 1u << CDN_RULE_WORKERS);
    p.zeros = CDN_ZEROS_UNSAFE;
    assert_int_equal(verdict_of(&p, ALL, "a,0,0,0,0,0"), 1u << CDN_RULE_ZERO);
    cdn_outside_cell zero = {.status = CDN_OUTSIDE_FREE};
    assert_false(cdn_outside_is_fixed_zero(&zero, &p));
    p.zeros = CDN_ZEROS_SAFE;
    assert_true(cdn_outside_is_fixed_zero(&zero, &p));
    assert_true(cdn_outside_is_fixed_zero(&zero, NULL));
    zero.verdict = 1u << CDN_RULE_WORKERS;
    assert_false(cdn_outside_is_fixed_zero(&zero, &p));
}

static void test_read__costs_are_those_of_the_policy(void **state)
{
    (void)state;
    static const struct {
        cdn_cost cost;
        uint64_t expected[3];
    } cases[] = {{CDN_COST_CELLS, {1, 1, 1}},
                 {CDN_COST_VALUE, {2500000, 7000000, 1}},
                 {CDN_COST_WORKERS, {40, 3, 1}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cdn_policy p = nothing();
        cdn_outside_table t;
        p.cost = cases[i].cost;
        read_good("cell_id,value,records\na,2.5,40\nb,-7,3\nc,0,0\n", "row_id,cell_id,coef\n", &p,
                  &t);
        for (uint32_t c = 0; c < 3; c++)
            assert_true(t.cells[c].cost == cases[i].expected[c]);
        cdn_outside_table_release(&t);
    }
}

static void test_read__statuses_go_before_rules_or_not(void **state)
{
    (void)state;
    static const bool expected[CDN_OUTSIDE_STATUS_END_][2] = {
        {false, true}, {true, true}, {false, true}, {false, false}, {false, false}};
    for (uint8_t s = 0; s < CDN_OUTSIDE_STATUS_END_; s++)
        for (uint32_t v = 0; v < 2; v++) {
            cdn_outside_cell cell = {.value = 1, .status = s, .verdict = v};
            assert_int_equal(cdn_outside_is_sensitive(&cell), expected[s][v]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read__values_and_statuses_are_as_written),
        cmocka_unit_test(test_read__entries_of_a_row_may_lie_apart),
        cmocka_unit_test(test_read__no_order_of_entries_confuses_cells),
        cmocka_unit_test(test_read__sums_do_not_overflow),
        cmocka_unit_test(test_read__rules_see_the_columns),
        cmocka_unit_test(test_read__weights_count_as_the_policy_says),
        cmocka_unit_test(test_read__negative_contributions_do_not_make_a_cell_safe),
        cmocka_unit_test(test_read__zeros_are_as_the_policy_says),
        cmocka_unit_test(test_read__costs_are_those_of_the_policy),
        cmocka_unit_test(test_read__statuses_go_before_rules_or_not),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
