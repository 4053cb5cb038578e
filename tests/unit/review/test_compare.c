/* test_compare.c - a release beside an earlier package, with answers worked by hand.
 *
 * The release is that of support/package_fixture.h; its table has, by area and
 * role, posts 120 100 85 70 0 low and pay 12.05 11.00 x 0.05 z c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "review/compare.h"
#include "support/package_fixture.h"

#include <stdio.h>
#include <sys/stat.h>

#define HEAD "area,area_label,role,role_label,period,filled_posts,filled_posts_status,"

static void write_table(const char *name, const char *text)
{
    char path[64];
    (void)mkdir(unit_path("data"), 0777);
    (void)mkdir(unit_path("data/tables"), 0777);
    (void)snprintf(path, sizeof path, "data/tables/%s.csv", name);
    unit_write(unit_path(path), text, strlen(text));
}

static void compare(uint32_t output, cdn_comparison *out)
{
    char package[512];
    cdn_release release = package_fixture();
    const char *inside = unit_path("data");
    (void)snprintf(package, sizeof package, "%.*s", (int)(strlen(inside) - 5), inside);
    assert_int_equal(cdn_comparison_make(&release.outputs[output], package, out, NULL), CDN_OK);
}

static void test_compare__figures_are_told_apart_by_what_became_of_them(void **state)
{
    cdn_comparison c;
    const cdn_change *largest[4];
    (void)state;
    write_table("turnover", HEAD
                "median_pay,median_pay_status\n"
                "_T,Total,_T,Total,2026-07,110,,12.05,\n"          /* changed, same */
                "_T,Total,8,Care worker,2026-07,,c,11.00,\n"       /* newly shown, same */
                "E09000001,North,_T,Total,2026-07,85,,9.00,\n"     /* same, to not available */
                "E09000001,North,8,Care worker,2026-07,35,,,c\n"   /* changed, newly shown */
                "E09000002,South,8,Care worker,2026-07,0,,8.00,\n" /* low is 0: same, withheld */
                "E09000009,Gone,_T,Total,2026-07,5,,5.00,\n");
    compare(0, &c);
    assert_true(c.before.found);
    assert_int_equal(c.same, 4);
    assert_int_equal(c.changed, 2);
    assert_int_equal(c.shown, 2);
    assert_int_equal(c.withheld, 1);
    assert_int_equal(c.other, 1);
    assert_int_equal(c.unshown, 0);
    assert_int_equal(c.rows_new, 1);
    assert_int_equal(c.rows_gone, 1);
    assert_int_equal(c.row_before[1], 1);
    assert_int_equal(c.row_before[4], CDN_MAP_NONE);
    /* 35 to 70: 35^2 / 105 = 11.7; 110 to 120: 10^2 / 230 = 0.4 */
    assert_int_equal(cdn_comparison_largest(&c, 0, 4, largest), 2);
    assert_int_equal(largest[0]->row, 3);
    assert_int_equal(largest[0]->before.number, 35);
    assert_int_equal(largest[1]->row, 0);
    assert_int_equal(cdn_comparison_largest(&c, 0, 1, largest), 1);
    assert_int_equal(largest[0]->row, 3);
    assert_int_equal(cdn_comparison_largest(&c, 1, 4, largest), 0);
    cdn_comparison_release(&c);
}

static void test_compare__columns_are_found_by_name_and_may_be_missing(void **state)
{
    cdn_comparison c;
    (void)state;
    write_table("turnover", "role,role_label,area,area_label,period,more,more_status,filled_posts,"
                            "filled_posts_status\n"
                            "_T,Total,_T,Total,2026-07,7,,120,\n");
    compare(0, &c);
    assert_true(c.before.found);
    assert_int_equal(c.before.measures[0], 1);
    assert_int_equal(c.before.measures[1], 0);
    assert_int_equal(c.same, 1);
    assert_int_equal(c.rows_new, 5);
    cdn_comparison_release(&c);
}

static void test_compare__another_breakdown_is_not_compared(void **state)
{
    cdn_comparison c;
    (void)state;
    write_table("turnover", "area,area_label,period,filled_posts,filled_posts_status\n"
                            "_T,Total,2026-07,120,\n");
    compare(0, &c);
    assert_false(c.before.found);
    cdn_comparison_release(&c);
    write_table("turnover", "area,area_label,role,role_label,age,age_label,period,filled_posts,"
                            "filled_posts_status\n_T,Total,_T,Total,_T,Total,2026-07,120,\n");
    compare(0, &c);
    assert_false(c.before.found);
    assert_int_equal(c.same + c.changed + c.rows_new + c.rows_gone, 0);
    cdn_comparison_release(&c);
}

static void test_compare__a_measure_with_more_decimals_is_left_out(void **state)
{
    cdn_comparison c;
    (void)state;
    write_table("turnover", HEAD "median_pay,median_pay_status\n"
                                 "_T,Total,_T,Total,2026-07,120.5,,12.05,\n");
    compare(0, &c);
    assert_int_equal(c.before.measures[0], 0);
    assert_int_equal(c.before.measures[1], 1);
    cdn_comparison_release(&c);
}

static void test_compare__rows_of_lists_are_known_by_their_texts(void **state)
{
    cdn_comparison c;
    (void)state;
    write_table("providers", "location_id,name,area,updated,since,beds,shared,period,vacancy_rate,"
                             "vacancy_rate_status\n"
                             "1-1,,E09000002,2025-01-01,,,N,2026-07,-3.0,\n"
                             "1-2,\"@Home, \"\"24/7\"\"\nCare\",,,,,,2026-07,100.0,\n"
                             "1-9,Gone,,,,,,2026-07,,c\n");
    compare(1, &c);
    assert_true(c.before.found);
    assert_int_equal(c.same, 1);
    assert_int_equal(c.changed, 1);
    assert_int_equal(c.rows_new, 1);
    assert_int_equal(c.rows_gone, 1);
    cdn_comparison_release(&c);
}

static void test_compare__equal_keys_go_by_number(void **state)
{
    cdn_comparison c;
    (void)state;
    write_table("providers", "location_id,name,area,updated,since,beds,shared,period,vacancy_rate,"
                             "vacancy_rate_status\n"
                             "1-1,,,,,,,2026-07,1.0,\n1-1,,,,,,,2026-07,2.0,\n");
    compare(1, &c);
    assert_int_equal(c.before.row_count, 2);
    assert_int_equal(c.before.values[0].number, 10);
    assert_int_equal(c.before.values[1].number, 20);
    assert_int_equal(c.row_before[0], 0);
    assert_int_equal(c.rows_gone, 1);
    cdn_comparison_release(&c);
}

static void test_compare__a_damaged_file_is_refused(void **state)
{
    char package[512];
    cdn_comparison c;
    cdn_error error = CDN_ERROR_INIT;
    cdn_release release = package_fixture();
    (void)state;
    write_table("turnover", HEAD "median_pay,median_pay_status\n_T,Total\n");
    const char *inside = unit_path("data");
    (void)snprintf(package, sizeof package, "%.*s", (int)(strlen(inside) - 5), inside);
    assert_int_equal(cdn_comparison_make(&release.outputs[0], package, &c, &error), CDN_E_INPUT);
    assert_int_equal(error.line, 2);
    cdn_comparison_release(&c);
}

static void test_compare__without_a_previous_release_nothing_is_found(void **state)
{
    cdn_comparison c;
    cdn_release release = package_fixture();
    (void)state;
    assert_int_equal(cdn_comparison_make(&release.outputs[0], NULL, &c, NULL), CDN_OK);
    assert_false(c.before.found);
    cdn_comparison_release(&c);
}

#define WITH_SCRATCH(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, unit_scratch_setup, unit_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SCRATCH(test_compare__figures_are_told_apart_by_what_became_of_them),
        WITH_SCRATCH(test_compare__columns_are_found_by_name_and_may_be_missing),
        WITH_SCRATCH(test_compare__another_breakdown_is_not_compared),
        WITH_SCRATCH(test_compare__a_measure_with_more_decimals_is_left_out),
        WITH_SCRATCH(test_compare__rows_of_lists_are_known_by_their_texts),
        WITH_SCRATCH(test_compare__equal_keys_go_by_number),
        WITH_SCRATCH(test_compare__a_damaged_file_is_refused),
        cmocka_unit_test(test_compare__without_a_previous_release_nothing_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
