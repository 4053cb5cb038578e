/* test_exact.c - the exact attacker against hand examples, the literature and brute force.
 *
 * The brute force reduces the same equations over the rational numbers, so no
 * prime and no pivot choice is shared with the code under test.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/alloc.h"
#include "exact_fixture.h"

static void test_exact__a_lone_withheld_cell_under_a_published_total_is_exposed(void **state)
{
    (void)state;
    fixture f = fresh(3);
    add_total(&f, 0, (uint32_t[]){1, 2}, 2);
    one_figure_per_cell(&f);
    f.marks[1] = S;
    f.withheld[1] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
    assert_int_equal(f.exposed[1], 1);
    f.withheld[2] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
    assert_int_equal(f.exposed[1], 0);
}

static void test_exact__a_visible_sensitive_cell_is_exposed(void **state)
{
    (void)state;
    fixture f = fresh(2);
    one_figure_per_cell(&f);
    f.marks[0] = S;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
    assert_int_equal(f.exposed[0], 1);
    f.withheld[0] = 1; /* in no equation: nothing says more */
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
}

static void test_exact__only_sensitive_cells_are_reported(void **state)
{
    (void)state;
    fixture f = fresh(3);
    add_total(&f, 0, (uint32_t[]){1, 2}, 2);
    one_figure_per_cell(&f);
    f.withheld[1] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
    for (uint32_t c = 0; c < 3; c++)
        assert_int_equal(f.exposed[c], 0);
}

static void test_exact__a_figure_shows_all_its_cells(void **state)
{
    (void)state;
    /* 0 = 1 + 2; a rate of cells 1 and 3; nothing else is output */
    fixture f = fresh(4);
    add_total(&f, 0, (uint32_t[]){1, 2}, 2);
    add_figure(&f, false, 2, (uint32_t[]){1, 3});
    add_figure(&f, false, 1, (uint32_t[]){0});
    f.marks[2] = S; /* hidden: no figure has it */
    f.marks[3] = S;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 2);
    f.withheld[0] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
}

static void test_exact__one_published_figure_is_enough_to_see_a_cell(void **state)
{
    (void)state;
    fixture f = fresh(1);
    f.marks[0] = S;
    add_figure(&f, true, 1, (uint32_t[]){0});
    add_figure(&f, false, 1, (uint32_t[]){0});
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
    f.withheld[1] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
}

static void test_exact__hidden_cells_are_unknown_but_bind(void **state)
{
    (void)state;
    /* 0 = 2 + h, 1 = 3 + h with h hidden: 0 - 1 = 2 - 3, so 2 falls when 0, 1, 3 are seen */
    fixture f = fresh(5);
    add_total(&f, 0, (uint32_t[]){2, 4}, 2);
    add_total(&f, 1, (uint32_t[]){3, 4}, 2);
    for (uint32_t c = 0; c < 4; c++)
        add_figure(&f, c == 2, 1, &c);
    f.marks[2] = S;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
    assert_int_equal(f.exposed[2], 1);
    f.withheld[3] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
}

static void test_exact__known_cells_are_seen_without_a_figure(void **state)
{
    (void)state;
    fixture f = fresh(3);
    add_total(&f, 0, (uint32_t[]){1, 2}, 2);
    add_figure(&f, false, 1, (uint32_t[]){0});
    add_figure(&f, true, 1, (uint32_t[]){1});
    add_figure(&f, true, 1, (uint32_t[]){2});
    f.marks[1] = S;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
    f.marks[2] = K; /* a structural zero */
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
}

static void test_exact__coefficients_other_than_one_count(void **state)
{
    (void)state;
    /* x + y and x - y are published: x and y fall together, one of them alone does not */
    fixture f = fresh(4);
    add_term(&f, 0, 1);
    add_term(&f, 1, 1);
    add_term(&f, 2, -1);
    end_equation(&f);
    add_term(&f, 0, 1);
    add_term(&f, 1, -1);
    add_term(&f, 3, -1);
    end_equation(&f);
    one_figure_per_cell(&f);
    f.marks[0] = f.marks[1] = S;
    f.withheld[0] = f.withheld[1] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 2);
    f.coefficient[4] = 2; /* now 2x + 2y again in other words */
    f.coefficient[3] = 2;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
}

static void test_exact__a_coefficient_that_one_prime_divides_is_still_seen(void **state)
{
    (void)state;
    fixture f = fresh(2);
    add_term(&f, 0, INT32_MAX); /* 2^31 - 1 is one of the primes */
    add_term(&f, 1, -1);
    end_equation(&f);
    one_figure_per_cell(&f);
    f.marks[0] = S;
    f.withheld[0] = 1;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
}

static void test_exact__two_per_line_do_not_protect_the_five_by_five_table(void **state)
{
    (void)state;
    fixture f = five_by_five();
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
    assert_int_equal(f.exposed[1], 1);
    /* rows w + x less columns a + c leave only (w, b): what a reader would do by hand */
    const int w[] = {30, 47, 64, 89}, x[] = {90, 124, 5, 31}, y[] = {92, 100, 59, 85},
              z[] = {800, 991, 651, 685};
    int rows = (w[0] + w[1] + w[2]) + (x[0] + x[2]);
    int columns = (w[0] + x[0] + y[0] + z[0]) - (y[0] + z[0]);
    columns += (w[2] + x[2] + y[2] + z[2]) - (y[2] + z[2]);
    assert_int_equal(rows, 236);
    assert_int_equal(columns, 189);
    assert_int_equal(rows - columns, w[1]);
}

static void test_exact__one_more_withheld_protects_the_five_by_five_table(void **state)
{
    (void)state;
    fixture f = five_by_five();
    f.withheld[8] = 1; /* (x, d) = 31, which links w, x to y, z */
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
    f.withheld[8] = 0;
    f.withheld[19] = f.withheld[24] = 1; /* two totals: w and x still stand alone */
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 1);
}

static void test_exact__equal_input_gives_equal_output_in_any_order_of_equations(void **state)
{
    (void)state;
    fixture f = five_by_five();
    fixture g = fresh(25);
    memcpy(g.marks, f.marks, sizeof g.marks);
    for (uint32_t e = f.equations; e > 0; e--) {
        for (uint32_t i = f.equation_start[e]; i > f.equation_start[e - 1]; i--)
            add_term(&g, f.equation_cell[i - 1], -3 * f.coefficient[i - 1]);
        end_equation(&g);
    }
    one_figure_per_cell(&g);
    memcpy(g.withheld, f.withheld, sizeof g.withheld);
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(run(&g), CDN_OK);
    assert_memory_equal(f.exposed, g.exposed, 25);
    assert_int_equal(f.exposed_count, g.exposed_count);
}

static void test_exact__an_empty_system_is_safe(void **state)
{
    (void)state;
    fixture f = fresh(0);
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
}

static void test_exact__a_system_that_breaks_its_contract_is_refused(void **state)
{
    (void)state;
    fixture f = five_by_five();
    f.equation_cell[3] = 25;
    assert_int_equal(run(&f), CDN_E_INTERNAL);
    f = five_by_five();
    f.coefficient[3] = 0;
    assert_int_equal(run(&f), CDN_E_INTERNAL);
    f = five_by_five();
    f.equation_cell[3] = f.equation_cell[2];
    assert_int_equal(run(&f), CDN_E_INTERNAL);
    f = five_by_five();
    f.figure_cell[3] = 25;
    assert_int_equal(run(&f), CDN_E_INTERNAL);
    f = five_by_five();
    f.equation_start[3] = 1;
    assert_int_equal(run(&f), CDN_E_INTERNAL);
}

static void test_exact__every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture f = five_by_five();
    long n = 0;
    cdn_status status = CDN_E_NOMEM;
    for (; status != CDN_OK && n < 100000; n++) {
        cdn_alloc_fail_after(n);
        status = run(&f);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    }
    assert_true(n > 30);
    assert_int_equal(f.exposed_count, 1);
}

static void test_exact__agrees_with_fractions_on_thousands_of_systems(void **state)
{
    (void)state;
    uint32_t exposed_by_equations = 0, safe = 0;
    for (uint64_t seed = 1; seed <= 5000; seed++) {
        random_state = seed * 7919;
        fixture f = random_system();
        bool visible[SMALL] = {0};
        uint8_t exact[SMALL] = {0};
        look(&f, visible);
        brute(&f, visible, exact);
        assert_int_equal(run(&f), CDN_OK);
        uint32_t count = 0;
        for (uint32_t c = 0; c < f.cells; c++) {
            uint8_t expected = f.marks[c] == S && (visible[c] || exact[c]);
            count += expected;
            exposed_by_equations += expected && !visible[c];
            safe += f.marks[c] == S && !expected;
            if (f.exposed[c] != expected)
                fail_msg("seed %llu, cell %u", (unsigned long long)seed, c);
        }
        assert_int_equal(f.exposed_count, count);
    }
    assert_true(exposed_by_equations > 1000);
    assert_true(safe > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact__a_lone_withheld_cell_under_a_published_total_is_exposed),
        cmocka_unit_test(test_exact__a_visible_sensitive_cell_is_exposed),
        cmocka_unit_test(test_exact__only_sensitive_cells_are_reported),
        cmocka_unit_test(test_exact__a_figure_shows_all_its_cells),
        cmocka_unit_test(test_exact__one_published_figure_is_enough_to_see_a_cell),
        cmocka_unit_test(test_exact__hidden_cells_are_unknown_but_bind),
        cmocka_unit_test(test_exact__known_cells_are_seen_without_a_figure),
        cmocka_unit_test(test_exact__coefficients_other_than_one_count),
        cmocka_unit_test(test_exact__a_coefficient_that_one_prime_divides_is_still_seen),
        cmocka_unit_test(test_exact__two_per_line_do_not_protect_the_five_by_five_table),
        cmocka_unit_test(test_exact__one_more_withheld_protects_the_five_by_five_table),
        cmocka_unit_test(
            test_exact__equal_input_gives_equal_output_in_any_order_of_equations),
        cmocka_unit_test(test_exact__an_empty_system_is_safe),
        cmocka_unit_test(test_exact__a_system_that_breaks_its_contract_is_refused),
        cmocka_unit_test(test_exact__every_failed_allocation_is_reported),
        cmocka_unit_test(test_exact__agrees_with_fractions_on_thousands_of_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
