/* test_interval.c - the interval attacker against the literature and rule by rule.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "interval_fixture.h"

#include "core/alloc.h"

static void assert_interval(const fixture *f, uint32_t cell, int64_t lower, int64_t upper)
{
    assert_int_equal(f->out[cell].lower, lower);
    assert_int_equal(f->out[cell].upper, upper);
    assert_int_equal(f->out[cell].witnessed_lower, lower);
    assert_int_equal(f->out[cell].witnessed_upper, upper);
}

/* ---- the literature ---- */

static void test_interval__finds_three_to_six_in_the_example_of_geurts(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 3, 3, (const int64_t[]){5, 2, 3, 1, 2, 4, 2, 6, 5});
    withhold(&f, 4, (const uint32_t[]){0, 1, 4, 5});
    run(&f);
    /* x11 + x12 = 7, x21 + x22 = 3, x11 + x21 = 6, x12 + x22 = 4 */
    assert_interval(&f, 0, 3, 6);
    assert_interval(&f, 1, 1, 4);
    assert_interval(&f, 4, 0, 3);
    assert_interval(&f, 5, 0, 3);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_PROTECTED);
}

static void test_interval__finds_five_to_thirty_in_the_investment_example(void **state)
{
    (void)state;
    /* Fischetti & Salazar 2000, JASA 95(451), section 1: investment by activity and region */
    fixture f;
    two_way(&f, 3, 3, (const int64_t[]){20, 50, 10, 8, 19, 22, 17, 32, 12});
    withhold(&f, 4, (const uint32_t[]){4, 6, 8, 10});
    run(&f);
    assert_interval(&f, 6, 5, 30);
    assert_int_equal(f.out[6].verdict, CDN_INTERVAL_PROTECTED);
    f.above[6] = 9; /* 31 is out of reach */
    run(&f);
    assert_int_equal(f.out[6].verdict, CDN_INTERVAL_EXPOSED);
    assert_int_equal(f.out[4].verdict, CDN_INTERVAL_PROTECTED);
    f.above[6] = 8;
    f.below[6] = 17;
    f.width[6] = 25;
    run(&f);
    assert_int_equal(f.out[6].verdict, CDN_INTERVAL_PROTECTED);
    f.width[6] = 26;
    run(&f);
    assert_int_equal(f.out[6].verdict, CDN_INTERVAL_EXPOSED);
    f.width[6] = 0;
    f.below[6] = 18;
    run(&f);
    assert_int_equal(f.out[6].verdict, CDN_INTERVAL_EXPOSED);
}

enum {
    TOTAL,
    TOTAL_YOUNG,
    TOTAL_OLD,
    EUROPE,
    EUROPE_YOUNG,
    EUROPE_OLD,
    AMERICA,
    AMERICA_YOUNG,
    AMERICA_OLD,
    DENMARK,
    FRANCE,
    USA,
    PARIS_CELLS
};

/* paris2025, p = 30: income by age and continent, and by nation. */
static void paris(fixture *f)
{
    static const int64_t values[] = {53610, 11220, 42390, 31300, 1920,  29380,
                                     22310, 9300,  13010, 1380,  29920, 22310};
    static const uint32_t sums[][3] = {{TOTAL, TOTAL_YOUNG, TOTAL_OLD},
                                       {EUROPE, EUROPE_YOUNG, EUROPE_OLD},
                                       {AMERICA, AMERICA_YOUNG, AMERICA_OLD},
                                       {TOTAL, EUROPE, AMERICA},
                                       {TOTAL_YOUNG, EUROPE_YOUNG, AMERICA_YOUNG},
                                       {TOTAL_OLD, EUROPE_OLD, AMERICA_OLD},
                                       {EUROPE, DENMARK, FRANCE}};
    fresh(f, PARIS_CELLS);
    memcpy(f->values, values, sizeof values);
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        add_total(f, sums[i][0], &sums[i][1], 2);
    add_total(f, AMERICA, (const uint32_t[]){USA}, 1);
    withhold(
        f, 6,
        (const uint32_t[]){DENMARK, FRANCE, AMERICA_OLD, AMERICA_YOUNG, EUROPE_YOUNG, EUROPE_OLD});
    f->marks[FRANCE] = f->marks[EUROPE_OLD] = 0;
    /* protection levels of the p% rule: 0.3 x largest - rest */
    f->below[DENMARK] = f->above[DENMARK] = 366;
    f->below[AMERICA_OLD] = f->above[AMERICA_OLD] = 2020;
    f->below[AMERICA_YOUNG] = f->above[AMERICA_YOUNG] = 424;
    f->below[EUROPE_YOUNG] = f->above[EUROPE_YOUNG] = 230;
}

static void test_interval__finds_the_reference_intervals_of_paris(void **state)
{
    (void)state;
    fixture f;
    paris(&f);
    run(&f);
    assert_interval(&f, DENMARK, 0, 31300);
    /* the old of America are bounded by the young: 22310 - 11220 */
    assert_interval(&f, AMERICA_OLD, 11090, 22310);
    assert_interval(&f, AMERICA_YOUNG, 0, 11220);
    assert_interval(&f, EUROPE_YOUNG, 0, 11220);
    /* of these only Denmark could be lower by its level and more: 13010 - 11090 < 2020 */
    assert_int_equal(f.out[DENMARK].verdict, CDN_INTERVAL_PROTECTED);
    assert_int_equal(f.out[AMERICA_OLD].verdict, CDN_INTERVAL_EXPOSED);
    assert_int_equal(f.out[AMERICA_YOUNG].verdict, CDN_INTERVAL_PROTECTED);
    assert_int_equal(f.out[EUROPE_YOUNG].verdict, CDN_INTERVAL_PROTECTED);
    assert_int_equal(f.out[FRANCE].verdict, CDN_INTERVAL_NOT_ASKED);
    assert_int_equal(f.out[TOTAL].lower, 53610);
}

/* ---- single rules ---- */

/* sdcTable's test of its simple heuristic: with the nine primaries withheld, rows less columns give
 * the second cell of the first row (236 - 189 = 47); with one more withheld it lies in 0..78. */
static void test_interval__one_more_cell_leaves_zero_to_78_in_the_table_of_sdctable(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 4, 4,
            (const int64_t[]){30, 47, 64, 89, 90, 124, 5, 31, 92, 100, 59, 85, 800, 991, 651, 685});
    withhold(&f, 9, (const uint32_t[]){0, 1, 2, 5, 7, 11, 13, 16, 18});
    run(&f);
    assert_int_equal(f.out[1].lower, 47);
    assert_int_equal(f.out[1].upper, 47);
    assert_int_equal(f.out[1].verdict, CDN_INTERVAL_EXPOSED);
    f.withheld[8] = 1; /* 31 */
    run(&f);
    assert_int_equal(f.out[1].lower, 0);
    assert_int_equal(f.out[1].upper, 78);
    assert_int_equal(f.out[1].verdict, CDN_INTERVAL_PROTECTED);
}

static void test_interval__a_lower_bound_gives_away_what_the_equations_do_not(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 2, 2, (const int64_t[]){1, 1, 1, 1});
    withhold(&f, 4, (const uint32_t[]){0, 1, 3, 4});
    for (uint32_t c = 0; c < f.cells; c++)
        f.lower[c] = 1;
    run(&f);
    for (uint32_t c = 0; c < 5; c++) {
        assert_interval(&f, c, f.values[c], f.values[c]);
        assert_int_equal(f.out[c].verdict, c == 2 ? CDN_INTERVAL_NOT_ASKED : CDN_INTERVAL_EXPOSED);
    }
    for (uint32_t c = 0; c < f.cells; c++)
        f.lower[c] = 0;
    run(&f);
    assert_interval(&f, 0, 0, 2);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_PROTECTED);
}

static void test_interval__signed_values_have_no_end(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 2, 2, (const int64_t[]){0, 0, 0, 0});
    withhold(&f, 4, (const uint32_t[]){0, 1, 3, 4});
    for (uint32_t c = 0; c < f.cells; c++)
        f.lower[c] = CDN_INTERVAL_NO_LOWER;
    f.above[0] = f.below[0] = 1000000;
    run(&f);
    assert_int_equal(f.out[0].lower, CDN_INTERVAL_NO_LOWER);
    assert_int_equal(f.out[0].upper, CDN_INTERVAL_NO_UPPER);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_PROTECTED);
    f.lower[1] = -7; /* enough to bound all four, one way each */
    run(&f);
    assert_int_equal(f.out[0].lower, CDN_INTERVAL_NO_LOWER);
    assert_int_equal(f.out[0].upper, 7);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_EXPOSED);
    assert_int_equal(f.out[3].lower, -7);
}

/* a + b = c, a + 3b + 3d - 3c = -1, 2c = d + e + f and c + e + g = 3, of which only b, c, e and f
 * have bounds: 2a = 3d + 1 and d >= 2 x 2 - 5 - 4, so a >= -7; and a <= c leaves a <= 6.5. */
static void test_interval__an_end_is_found_where_the_cell_has_no_bound(void **state)
{
    (void)state;
    enum { A, B, C, D, E, F, G, ONE, THREE };
    static const int32_t terms[][9] = {{1, 1, -1},
                                       {1, 3, -3, 3, 0, 0, 0, -1},
                                       {0, 0, 2, -1, -1, -1},
                                       {0, 0, 1, 0, 1, 0, 1, 0, -1}};
    static const int64_t values[] = {2, 0, 2, 1, 0, 3, 1, -1, 3};
    fixture f;
    fresh(&f, 9);
    for (uint32_t e = 0; e < 4; e++, end_equation(&f))
        for (uint32_t c = 0; c < f.cells; c++)
            if (terms[e][c] != 0)
                add_term(&f, c, terms[e][c]);
    memcpy(f.values, values, sizeof values);
    withhold(&f, 7, (const uint32_t[]){A, B, C, D, E, F, G});
    for (uint32_t c = 0; c < f.cells; c++)
        f.lower[c] = CDN_INTERVAL_NO_LOWER;
    f.lower[C] = 2;
    f.lower[B] = 0;
    f.lower[E] = -1;
    f.upper[E] = 5;
    f.lower[F] = 1;
    f.upper[F] = 4;
    run(&f);
    assert_int_equal(f.out[A].lower, -7);
    assert_int_equal(f.out[A].upper, 6);
}

static void test_interval__a_visible_or_known_cell_is_exposed(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 2, 2, (const int64_t[]){4, 5, 6, 7});
    f.marks[0] = S;
    run(&f);
    assert_interval(&f, 0, 4, 4);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_EXPOSED);
    withhold(&f, 4, (const uint32_t[]){0, 1, 3, 4});
    f.marks[4] = K;
    run(&f);
    for (uint32_t c = 0; c < 4; c += c == 1 ? 2 : 1)
        assert_int_equal(f.out[c].verdict, CDN_INTERVAL_EXPOSED);
}

static void test_interval__a_cell_in_no_equation_is_free(void **state)
{
    (void)state;
    fixture f;
    fresh(&f, 1);
    f.values[0] = 3;
    withhold(&f, 1, (const uint32_t[]){0});
    run(&f);
    assert_int_equal(f.out[0].lower, 0);
    assert_int_equal(f.out[0].upper, CDN_INTERVAL_NO_UPPER);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_PROTECTED);
}

static void test_interval__cells_that_share_a_move_keep_their_own_levels(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 2, 2, (const int64_t[]){3, 9, 9, 9});
    withhold(&f, 4, (const uint32_t[]){0, 1, 3, 4});
    f.below[0] = 4; /* 3 can lose 3 */
    f.above[1] = 3; /* its neighbour gains what it loses */
    f.above[4] = 10;
    run(&f);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_EXPOSED);
    assert_int_equal(f.out[1].verdict, CDN_INTERVAL_PROTECTED);
    assert_int_equal(f.out[3].verdict, CDN_INTERVAL_PROTECTED);
    assert_int_equal(f.out[4].verdict, CDN_INTERVAL_EXPOSED);
}

static void test_interval__halves_are_not_values(void **state)
{
    (void)state;
    /* x + y = 2z and x - y = 0 tie three cells; 2u + 2v + w = 2 with w <= 1 leaves w = 0 only */
    fixture f;
    fresh(&f, 4);
    f.values[0] = 1, f.values[3] = 2;
    add_term(&f, 0, 2);
    add_term(&f, 1, 2);
    add_term(&f, 2, 1);
    add_term(&f, 3, -1);
    end_equation(&f);
    f.upper[2] = 1;
    withhold(&f, 3, (const uint32_t[]){0, 1, 2});
    run(&f);
    assert_interval(&f, 0, 0, 1);
    assert_int_equal(f.out[2].verdict, CDN_INTERVAL_EXPOSED);
    assert_int_not_equal(f.out[2].witnessed_upper, 1);
}

static void test_interval__without_iterations_nothing_is_protected_by_programmes(void **state)
{
    (void)state;
    fixture f;
    two_way(&f, 3, 3, (const int64_t[]){5, 5, 5, 5, 5, 5, 5, 5, 5});
    withhold(&f, 9, (const uint32_t[]){0, 1, 2, 4, 5, 6, 8, 9, 10});
    f.tight = false;
    f.limit = 1;
    run(&f);
    uint32_t undecided = 0;
    for (uint32_t c = 0; c < f.cells; c++) {
        undecided += f.out[c].verdict == CDN_INTERVAL_UNDECIDED;
        assert_int_not_equal(f.out[c].verdict, CDN_INTERVAL_EXPOSED);
    }
    assert_true(undecided > 0);
    f.limit = 0;
    run(&f);
    for (uint32_t c = 0; c < 3; c++)
        assert_int_equal(f.out[c].verdict, CDN_INTERVAL_PROTECTED);
}

static void test_interval__large_values_are_exact(void **state)
{
    (void)state;
    const int64_t large = INT64_C(1000000000000007); /* beyond what single steps of a float show */
    fixture f;
    two_way(&f, 3, 3,
            (const int64_t[]){large, 3 * large, 5, large + 1, 2 * large, 4 * large, large - 1, 17,
                              2 * large});
    withhold(&f, 4, (const uint32_t[]){0, 1, 4, 5});
    f.above[0] = f.width[0] = large + 1; /* as much as cell 4 can lose */
    f.below[0] = large;
    run(&f);
    assert_interval(&f, 0, 0, 2 * large + 1);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_PROTECTED);
    f.above[0]++;
    f.tight = false;
    run(&f);
    assert_int_equal(f.out[0].verdict, CDN_INTERVAL_EXPOSED);
}

static void test_interval__bad_input_is_refused(void **state)
{
    (void)state;
    fixture f;
    cdn_error error = CDN_ERROR_INIT;
    paris(&f);
    f.values[DENMARK]++;
    assert_int_equal(attack(&f, &error), CDN_E_INTERNAL); /* an equation does not hold */
    paris(&f);
    f.lower[DENMARK] = 1381;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.upper[DENMARK] = 1379;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.below[DENMARK] = -1;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.above[DENMARK] = CDN_INTERVAL_LARGEST + 1;
    assert_int_equal(attack(&f, NULL), CDN_E_LIMIT);
    paris(&f);
    f.coefficient[1] = 0;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.equation_cell[1] = f.cells;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.equation_cell[1] = f.equation_cell[0];
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.figure_cell[1] = f.cells;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
    paris(&f);
    f.equation_start[2] = 1;
    assert_int_equal(attack(&f, NULL), CDN_E_INTERNAL);
}

static void test_interval__every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture f;
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    paris(&f);
    for (; status != CDN_OK && n < 10000; n++) {
        cdn_alloc_fail_after(n);
        status = attack(&f, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    }
    assert_true(n > 60);
    assert_interval(&f, AMERICA_OLD, 11090, 22310);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval__finds_three_to_six_in_the_example_of_geurts),
        cmocka_unit_test(test_interval__finds_five_to_thirty_in_the_investment_example),
        cmocka_unit_test(test_interval__finds_the_reference_intervals_of_paris),
        cmocka_unit_test(
            test_interval__one_more_cell_leaves_zero_to_78_in_the_table_of_sdctable),
        cmocka_unit_test(test_interval__a_lower_bound_gives_away_what_the_equations_do_not),
        cmocka_unit_test(test_interval__signed_values_have_no_end),
        cmocka_unit_test(test_interval__an_end_is_found_where_the_cell_has_no_bound),
        cmocka_unit_test(test_interval__a_visible_or_known_cell_is_exposed),
        cmocka_unit_test(test_interval__a_cell_in_no_equation_is_free),
        cmocka_unit_test(test_interval__cells_that_share_a_move_keep_their_own_levels),
        cmocka_unit_test(test_interval__halves_are_not_values),
        cmocka_unit_test(test_interval__without_iterations_nothing_is_protected_by_programmes),
        cmocka_unit_test(test_interval__large_values_are_exact),
        cmocka_unit_test(test_interval__bad_input_is_refused),
        cmocka_unit_test(test_interval__every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
