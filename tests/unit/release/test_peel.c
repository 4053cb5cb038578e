/* test_peel.c - which equations tell nothing, worked by hand.
 *
 * Cells 0 to 2 are of today, with 0 = 1 + 2; all others are of an earlier date.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/peel.h"

#include "cells/system.h"
#include "support/unit.h"

#define K (CDN_CELL_KNOWN | CDN_CELL_COMMON)

enum { CORE = CDN_PEEL_CORE, SECRET = CDN_PEEL_SECRET, IDLE = CDN_PEEL_IDLE };

static uint32_t starts[] = {0, 3, 6, 9, 12};
static uint32_t equation_cells[] = {0, 1, 2, 3, 4, 5, 4, 6, 7, 0, 3, 8};
static int32_t coefficients[] = {1, -1, -1, 1, -1, -1, 1, -1, -1, 1, -1, -1};

/* Peels 0 = 1 + 2; 3 = 4 + 5; 4 = 6 + 7; 0 = 3 + 8, and expects those of the bits to be left. */
static void expect(const uint8_t peels[9], const uint8_t marks[9], unsigned left)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_peeled out;
    const cdn_cells cells = {.count = 9,
                             .today_count = 3,
                             .equation_count = 4,
                             .today_equations = 1,
                             .equation_start = starts,
                             .equation_cell = equation_cells,
                             .equation_coefficient = coefficients};
    assert_int_equal(cdn_peel_equations(&cells, peels, marks, CDN_CELL_KNOWN, &out, &error),
                     CDN_OK);
    uint32_t count = 0;
    for (uint32_t e = 0; e < 4; e++) {
        if ((left >> e & 1) == 0)
            continue;
        assert_true(count < out.count);
        assert_int_equal(out.start[count + 1] - out.start[count], 3);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(out.cell[out.start[count] + i], equation_cells[3 * e + i]);
            assert_int_equal(out.coefficient[out.start[count] + i], coefficients[3 * e + i]);
        }
        count++;
    }
    assert_int_equal(out.count, count);
    assert_int_equal(out.today, left & 1);
    cdn_peeled_release(&out);
}

static const uint8_t nothing[9];

static void test_peel__what_somebody_may_know_stays(void **state)
{
    (void)state;
    expect((const uint8_t[9]){CORE, CORE, CORE, CORE, CORE, CORE, CORE, CORE, CORE}, nothing, 15);
    /* 4 is idle, but in two equations */
    expect((const uint8_t[9]){CORE, CORE, CORE, CORE, IDLE, CORE, CORE, CORE, CORE}, nothing, 15);
}

/* 7 goes with 4 = 6 + 7; then 4 is in one equation only, and so on to 0 = 3 + 8. */
static void test_peel__an_idle_end_takes_its_equation_along(void **state)
{
    (void)state;
    expect((const uint8_t[9]){CORE, CORE, CORE, CORE, CORE, CORE, CORE, IDLE, CORE}, nothing, 11);
    expect((const uint8_t[9]){CORE, CORE, CORE, IDLE, IDLE, CORE, CORE, IDLE, CORE}, nothing, 1);
}

/* 6 and 7 guard each other; 5 alone does not: 3 and 4 may tell it. */
static void test_peel__two_secrets_guard_each_other(void **state)
{
    (void)state;
    expect((const uint8_t[9]){CORE, CORE, CORE, CORE, CORE, SECRET, SECRET, SECRET, CORE},
           nothing, 11);
    /* with 4 = 6 + 7 gone, 4 and 5 do too */
    expect((const uint8_t[9]){CORE, CORE, CORE, CORE, SECRET, SECRET, SECRET, SECRET, CORE},
           nothing, 9);
}

/* But for today's equations. */
static void test_peel__what_everybody_knows_says_nothing(void **state)
{
    (void)state;
    static const uint8_t peels[9];
    expect(peels, (const uint8_t[9]){K, K, K, K, K, K, 0, 0, 0}, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peel__what_somebody_may_know_stays),
        cmocka_unit_test(test_peel__an_idle_end_takes_its_equation_along),
        cmocka_unit_test(test_peel__two_secrets_guard_each_other),
        cmocka_unit_test(test_peel__what_everybody_knows_says_nothing),
    };
    return cmocka_run_group_tests_name("peel", tests, NULL, NULL);
}
