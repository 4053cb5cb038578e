/* test_insider.c - contributors as attackers, against hand examples and brute force.
 *
 * The brute force lets every contributor see its own cells and reduces what is
 * left over the rational numbers, one contributor after the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/alloc.h"
#define MOST 2064
#include "exact_fixture.h"

#define ALL CDN_EXPOSED_TO_ALL
#define ONE CDN_EXPOSED_TO_HOLDER

/* cell 0 = the sum of 1..parts, of which the first `withheld` are withheld and sensitive */
static fixture row_of(uint32_t parts, uint32_t withheld)
{
    fixture f = fresh(parts + 1);
    uint32_t list[SMALL];
    for (uint32_t i = 0; i < parts; i++)
        list[i] = i + 1;
    add_total(&f, 0, list, parts);
    one_figure_per_cell(&f);
    for (uint32_t c = 1; c <= withheld; c++) {
        f.marks[c] = S;
        f.withheld[c] = 1;
    }
    f.holder_kinds = 1;
    return f;
}

static void expect(fixture *f, const uint8_t *exposed)
{
    uint32_t count = 0;
    assert_int_equal(run(f), CDN_OK);
    for (uint32_t c = 0; c < f->cells; c++) {
        if (f->exposed[c] != exposed[c])
            fail_msg("cell %u: %u, expected %u", c, f->exposed[c], exposed[c]);
        count += exposed[c] != 0;
    }
    assert_int_equal(f->exposed_count, count);
}

/* What is common knowledge is not the release's doing; what is always published is. */
static void test_insider__what_follows_without_the_release_is_excused(void **state)
{
    (void)state;
    fixture f = row_of(2, 2);
    f.holder[0][1] = 7;
    f.marks[0] = CDN_CELL_KNOWN;
    expect(&f, (uint8_t[]){0, 0, ONE});
    f.marks[0] = CDN_CELL_KNOWN | CDN_CELL_COMMON;
    expect(&f, (uint8_t[]){0, 0, 0});
    f.holder[0][1] = 0; /* but not when everybody needs no cell of his own */
    f.marks[1] = CDN_CELL_KNOWN | CDN_CELL_COMMON;
    expect(&f, (uint8_t[]){0, 0, ALL});
}

static void test_insider__one_of_two_withheld_reads_the_other(void **state)
{
    (void)state;
    fixture f = row_of(4, 2);
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
    f.holder[0][1] = 7;
    expect(&f, (uint8_t[]){0, 0, ONE, 0, 0});
    f.holder[0][2] = 8; /* each reads the other */
    expect(&f, (uint8_t[]){0, ONE, ONE, 0, 0});
    f.holder[0][2] = 7; /* it is all its own */
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
    f.holder_kinds = 0;
    f.holder[0][2] = 0;
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
}

static void test_insider__a_third_withheld_cell_protects(void **state)
{
    (void)state;
    fixture f = row_of(4, 3);
    f.holder[0][1] = 7;
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
    f.holder[0][3] = 8; /* two who do not tell each other */
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
    f.holder[0][3] = 7; /* one who knows both */
    expect(&f, (uint8_t[]){0, 0, ONE, 0, 0});
}

static void test_insider__a_holder_of_many_cells_knows_them_all(void **state)
{
    (void)state;
    fixture f = row_of(9, 8);
    for (uint32_t c = 1; c <= 7; c++)
        f.holder[0][c] = 3;
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, ONE, 0});
    f.holder[0][4] = 2;
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

static void test_insider__kinds_do_not_share_what_they_know(void **state)
{
    (void)state;
    fixture f = row_of(4, 3);
    f.holder_kinds = 3;
    f.holder[0][1] = 1; /* a worker, a workplace and a provider with the same number */
    f.holder[1][2] = 1;
    f.holder[2][3] = 1;
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
    f.holder[2][2] = 1;
    expect(&f, (uint8_t[]){0, ONE, 0, 0, 0});
}

static void test_insider__a_withheld_cell_that_is_no_secret_makes_an_attacker(void **state)
{
    (void)state;
    fixture f = row_of(4, 2);
    f.marks[1] = 0; /* secondary */
    f.holder[0][1] = 7;
    expect(&f, (uint8_t[]){0, 0, ONE, 0, 0});
    f.marks[2] = 0;
    expect(&f, (uint8_t[]){0, 0, 0, 0, 0});
}

static void test_insider__what_all_can_tell_is_no_contributors_work(void **state)
{
    (void)state;
    fixture f = row_of(4, 1);
    f.holder[0][1] = 7;
    f.marks[4] = S; /* published */
    expect(&f, (uint8_t[]){0, ALL, 0, 0, ALL});
}

static void test_insider__goes_through_equations(void **state)
{
    (void)state;
    /* 5 x 5, protected against outsiders by (x, d). Whoever holds (w, a) can go on to (x, a)
     * through column a, no further: rows w and x have two more each. With (w, c) as well all of
     * rows w and x falls, and rows y and z still hold. */
    fixture f = five_by_five();
    f.holder_kinds = 1;
    f.withheld[8] = 1;
    uint8_t none[25] = {0}, corner[25] = {0};
    expect(&f, none);
    f.holder[0][0] = 1;
    corner[5] = ONE;
    expect(&f, corner);
    f.holder[0][2] = 1;
    corner[1] = corner[7] = ONE; /* (x, d) falls too, and is no secret */
    expect(&f, corner);
}

static void test_insider__a_multiple_is_as_good(void **state)
{
    (void)state;
    fixture f = fresh(3);
    add_term(&f, 0, 3); /* 3a + 2b = c, c published */
    add_term(&f, 1, 2);
    add_term(&f, 2, -1);
    end_equation(&f);
    one_figure_per_cell(&f);
    f.withheld[0] = f.withheld[1] = 1;
    f.marks[0] = S;
    f.holder_kinds = 1;
    expect(&f, (uint8_t[]){0, 0, 0});
    f.holder[0][1] = 9;
    expect(&f, (uint8_t[]){ONE, 0, 0});
}

static void test_insider__hidden_cells_are_known_to_their_holders(void **state)
{
    (void)state;
    fixture f = fresh(3);
    add_total(&f, 0, (uint32_t[]){1, 2}, 2);
    add_figure(&f, false, 1, (uint32_t[]){0});
    f.marks[2] = S; /* 1 and 2 are in no figure */
    f.holder_kinds = 1;
    f.holder[0][1] = 4;
    expect(&f, (uint8_t[]){0, 0, ONE});
}

static void test_insider__a_system_that_breaks_its_contract_is_refused(void **state)
{
    (void)state;
    fixture f = row_of(4, 2);
    f.holder_kinds = CDN_HOLDER_KINDS + 1;
    assert_int_equal(run(&f), CDN_E_INTERNAL);
}

static void test_insider__every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture f = five_by_five();
    f.holder_kinds = 2;
    f.withheld[8] = 1;
    f.holder[0][0] = f.holder[0][2] = 1;
    f.holder[1][11] = f.holder[1][13] = 1;
    long n = 0;
    cdn_status status = CDN_E_NOMEM;
    for (; status != CDN_OK && n < 100000; n++) {
        cdn_alloc_fail_after(n);
        status = run(&f);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    }
    assert_true(n > 40);
}

/* Equal cells in a chain: everybody knows all of them without the release, so that each of n
 * contributors has n excuses. Looked at one by one, these take seconds. */
static void test_insider__large_classes_take_no_longer_than_their_cells(void **state)
{
    (void)state;
    fixture f = fresh(2048);
    for (uint32_t c = 0; c + 1 < f.cells; c++) {
        add_term(&f, c, 1);
        add_term(&f, c + 1, -1);
        end_equation(&f);
    }
    for (uint32_t c = 0; c < f.cells; c++) {
        f.marks[c] = S;
        f.holder[0][c] = c + 1;
        f.holder[1][c] = 1 + (c == 9); /* one has all but one */
    }
    f.holder_kinds = 2;
    clock_t start = clock();
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
    add_term(&f, f.cells, 1); /* a total that is published says it to everybody */
    add_term(&f, 0, -1);
    end_equation(&f);
    f.cells++;
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, 0);
    add_figure(&f, false, 1, (uint32_t[]){f.cells - 1});
    assert_int_equal(run(&f), CDN_OK);
    assert_int_equal(f.exposed_count, f.cells - 1);
    assert_true(clock() - start < CLOCKS_PER_SEC);
}

static void add_holders(fixture *f)
{
    f->holder_kinds = 1 + pick(CDN_HOLDER_KINDS);
    uint32_t people = 1 + pick(3), share = 1 + pick(4);
    for (uint32_t k = 0; k < f->holder_kinds; k++) {
        for (uint32_t c = 0; c < f->cells; c++)
            f->holder[k][c] = pick(share + 1) == 0 ? 0 : pick(2) * (1 + pick(people));
    }
}

/* Does whoever is alone in f->by[cell] determine the cell? */
static bool names_a_culprit(const fixture *f, const bool *visible, uint32_t cell)
{
    for (uint32_t k = 0; k < f->holder_kinds; k++) {
        bool knows[SMALL];
        uint8_t exact[SMALL] = {0};
        uint32_t h = f->holder[k][f->by[cell]];
        if (h == 0 || h == f->holder[k][cell])
            continue;
        for (uint32_t c = 0; c < f->cells; c++)
            knows[c] = visible[c] || f->holder[k][c] == h;
        brute(f, knows, exact);
        if (exact[cell])
            return true;
    }
    return false;
}

static void brute_holders(const fixture *f, const bool *visible, uint8_t *expected)
{
    for (uint32_t k = 0; k < f->holder_kinds; k++) {
        for (uint32_t h = 1; h <= 3; h++) {
            bool knows[SMALL];
            uint8_t exact[SMALL] = {0}, excused[SMALL] = {0};
            for (uint32_t c = 0; c < f->cells; c++)
                knows[c] = visible[c] || f->holder[k][c] == h;
            brute(f, knows, exact);
            for (uint32_t c = 0; c < f->cells; c++)
                knows[c] = (f->marks[c] & CDN_CELL_COMMON) != 0 || f->holder[k][c] == h;
            brute(f, knows, excused);
            for (uint32_t c = 0; c < f->cells; c++) {
                if (f->marks[c] == S && exact[c] && !excused[c] && expected[c] == 0 &&
                    f->holder[k][c] != h)
                    expected[c] = ONE;
            }
        }
    }
}

static void test_insider__agrees_with_fractions_on_thousands_of_systems(void **state)
{
    (void)state;
    uint32_t by_holders = 0, safe = 0;
    for (uint64_t seed = 1; seed <= 5000; seed++) {
        random_state = seed * 104729;
        fixture f = random_system();
        bool visible[SMALL] = {0};
        uint8_t expected[SMALL] = {0};
        add_holders(&f);
        look(&f, visible);
        for (uint32_t c = 0; c < f.cells; c++)
            if (f.marks[c] == CDN_CELL_KNOWN && (seed + c) % 2 == 0)
                f.marks[c] |= CDN_CELL_COMMON;
        brute(&f, visible, expected);
        for (uint32_t c = 0; c < f.cells; c++)
            expected[c] = f.marks[c] == S && (visible[c] || expected[c]) ? ALL : 0;
        brute_holders(&f, visible, expected);
        assert_int_equal(run(&f), CDN_OK);
        for (uint32_t c = 0; c < f.cells; c++) {
            by_holders += expected[c] == ONE;
            safe += f.marks[c] == S && expected[c] == 0;
            if (f.exposed[c] != expected[c])
                fail_msg("seed %llu, cell %u", (unsigned long long)seed, c);
            if (expected[c] == ONE && !names_a_culprit(&f, visible, c))
                fail_msg("seed %llu, cell %u: wrong culprit", (unsigned long long)seed, c);
        }
    }
    assert_true(by_holders > 500);
    assert_true(safe > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insider__what_follows_without_the_release_is_excused),
        cmocka_unit_test(test_insider__one_of_two_withheld_reads_the_other),
        cmocka_unit_test(test_insider__a_third_withheld_cell_protects),
        cmocka_unit_test(test_insider__a_holder_of_many_cells_knows_them_all),
        cmocka_unit_test(test_insider__kinds_do_not_share_what_they_know),
        cmocka_unit_test(test_insider__a_withheld_cell_that_is_no_secret_makes_an_attacker),
        cmocka_unit_test(test_insider__what_all_can_tell_is_no_contributors_work),
        cmocka_unit_test(test_insider__goes_through_equations),
        cmocka_unit_test(test_insider__a_multiple_is_as_good),
        cmocka_unit_test(test_insider__hidden_cells_are_known_to_their_holders),
        cmocka_unit_test(test_insider__a_system_that_breaks_its_contract_is_refused),
        cmocka_unit_test(test_insider__every_failed_allocation_is_reported),
        cmocka_unit_test(test_insider__large_classes_take_no_longer_than_their_cells),
        cmocka_unit_test(test_insider__agrees_with_fractions_on_thousands_of_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
