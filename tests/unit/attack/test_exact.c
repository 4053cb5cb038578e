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

#define S CDN_CELL_SENSITIVE
#define K CDN_CELL_KNOWN
#define MOST 4096

typedef struct fixture {
    uint32_t cells, equations, figures;
    uint8_t marks[MOST];
    uint64_t costs[MOST];
    uint32_t equation_start[MOST + 1], equation_cell[MOST];
    int32_t coefficient[MOST];
    uint32_t figure_start[MOST + 1], figure_cell[MOST];
    uint8_t withheld[MOST], exposed[MOST];
    uint32_t exposed_count;
} fixture;

static fixture fresh(uint32_t cells)
{
    fixture f;
    memset(&f, 0, sizeof f);
    f.cells = cells;
    for (uint32_t c = 0; c < cells; c++)
        f.costs[c] = 1;
    return f;
}

static void add_term(fixture *f, uint32_t cell, int32_t coefficient)
{
    uint32_t at = f->equation_start[f->equations + 1];
    f->equation_cell[at] = cell;
    f->coefficient[at] = coefficient;
    f->equation_start[f->equations + 1] = at + 1;
}

static void end_equation(fixture *f)
{
    f->equations++;
    f->equation_start[f->equations + 1] = f->equation_start[f->equations];
}

/* total = sum of parts[0..count) */
static void add_total(fixture *f, uint32_t total, const uint32_t *parts, uint32_t count)
{
    add_term(f, total, -1);
    for (uint32_t i = 0; i < count; i++)
        add_term(f, parts[i], 1);
    end_equation(f);
}

static void add_figure(fixture *f, bool withheld, uint32_t count, const uint32_t *cells)
{
    uint32_t at = f->figure_start[f->figures];
    for (uint32_t i = 0; i < count; i++)
        f->figure_cell[at++] = cells[i];
    f->withheld[f->figures++] = withheld;
    f->figure_start[f->figures] = at;
}

/* One figure per cell, all published. */
static void one_figure_per_cell(fixture *f)
{
    for (uint32_t c = 0; c < f->cells; c++)
        add_figure(f, false, 1, &c);
}

static cdn_status run(fixture *f)
{
    cdn_system s = {f->cells,         f->marks,         f->costs,       f->equations,
                    f->equation_start, f->equation_cell, f->coefficient, f->figures,
                    f->figure_start,   f->figure_cell,    0,              {NULL}};
    cdn_error error = CDN_ERROR_INIT;
    memset(f->exposed, 9, sizeof f->exposed);
    f->exposed_count = 99;
    return cdn_attack_exact(&s, f->withheld, f->exposed, &f->exposed_count, &error);
}

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

/* sdcTable's 5 x 5 example (its test of the simple heuristic): cells row-major, the fifth row and
 * column are totals. Every line has two suppressions or more. */
static fixture five_by_five(void)
{
    fixture f = fresh(25);
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t row[4], column[4];
        for (uint32_t j = 0; j < 4; j++) {
            row[j] = i * 5 + j;
            column[j] = j * 5 + i;
        }
        add_total(&f, i * 5 + 4, row, 4);
        add_total(&f, 20 + i, column, 4);
    }
    one_figure_per_cell(&f);
    const uint32_t primaries[] = {0, 1, 2, 5, 7, 11, 13, 16, 18};
    for (size_t i = 0; i < sizeof primaries / sizeof primaries[0]; i++)
        f.marks[primaries[i]] = f.withheld[primaries[i]] = S;
    return f;
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

/* ---- brute force over the rationals ---- */

typedef struct rational {
    __int128 top, bottom; /* bottom > 0, lowest terms */
} rational;

static rational lowest(__int128 top, __int128 bottom)
{
    __int128 a = top < 0 ? -top : top, b = bottom < 0 ? -bottom : bottom;
    while (b != 0) {
        __int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (bottom < 0)
        a = -a;
    return a == 0 ? (rational){0, 1} : (rational){top / a, bottom / a};
}

#define SMALL 12

/* exact[c] = 1 when the unknown cell c is determined */
static void brute(const fixture *f, const bool *visible, uint8_t *exact)
{
    rational m[SMALL][SMALL];
    uint32_t rows = f->equations;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < f->cells; c++)
            m[r][c] = (rational){0, 1};
        for (uint32_t i = f->equation_start[r]; i < f->equation_start[r + 1]; i++) {
            if (!visible[f->equation_cell[i]])
                m[r][f->equation_cell[i]] = (rational){f->coefficient[i], 1};
        }
    }
    uint32_t done = 0;
    for (uint32_t c = 0; c < f->cells && done < rows; c++) {
        uint32_t p = done;
        while (p < rows && m[p][c].top == 0)
            p++;
        if (p == rows)
            continue;
        for (uint32_t j = 0; j < f->cells; j++) {
            rational t = m[p][j];
            m[p][j] = m[done][j];
            m[done][j] = t;
        }
        for (uint32_t r = 0; r < rows; r++) {
            if (r == done || m[r][c].top == 0)
                continue;
            rational q = lowest(m[r][c].top * m[done][c].bottom, m[r][c].bottom * m[done][c].top);
            for (uint32_t j = 0; j < f->cells; j++) {
                rational x = m[done][j];
                m[r][j] = lowest(m[r][j].top * q.bottom * x.bottom - q.top * x.top * m[r][j].bottom,
                                 m[r][j].bottom * q.bottom * x.bottom);
            }
        }
        done++;
    }
    for (uint32_t r = 0; r < done; r++) {
        uint32_t count = 0, last = 0;
        for (uint32_t j = 0; j < f->cells; j++) {
            if (m[r][j].top != 0) {
                count++;
                last = j;
            }
        }
        if (count == 1)
            exact[last] = 1;
    }
}

static uint64_t random_state;

static uint32_t pick(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

static fixture random_system(void)
{
    fixture f = fresh(2 + pick(SMALL - 1));
    uint32_t rows = 1 + pick(8);
    uint32_t spread = 1 + pick(4);
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < f.cells; c++) {
            if (pick(spread + 1) == 0)
                add_term(&f, c, (int32_t)(1 + pick(3)) * (pick(2) ? 1 : -1));
        }
        end_equation(&f);
    }
    for (uint32_t c = 0; c < f.cells; c++) {
        f.marks[c] = pick(2) ? S : 0;
        if (pick(8) == 0)
            f.marks[c] = K;
    }
    uint32_t figures = pick(f.cells + 2);
    for (uint32_t i = 0; i < figures; i++) {
        uint32_t first = pick(f.cells);
        uint32_t second = pick(f.cells);
        add_figure(&f, pick(3) != 0, first != second ? 2 : 1, (uint32_t[]){first, second});
    }
    return f;
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
        for (uint32_t c = 0; c < f.cells; c++)
            visible[c] = f.marks[c] == K;
        for (uint32_t i = 0; i < f.figures; i++) {
            for (uint32_t j = f.figure_start[i]; j < f.figure_start[i + 1] && !f.withheld[i]; j++)
                visible[f.figure_cell[j]] = true;
        }
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
