/* test_interval_remedy.c - remedies widen what they are for, and kept moves are not believed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_remedy.h"

#include "interval_fixture.h"

#include "core/alloc.h"

typedef struct outcome {
    cdn_interval found[MOST];
    uint8_t wanted[MOST];
    uint32_t visible, stuck;
    cdn_interval_work work;
} outcome;

static cdn_status look(const fixture *f, cdn_interval_moves *moves, bool cure, outcome *o)
{
    cdn_system s = fixture_system(f);
    cdn_interval_input in = {.values = f->values,
                             .lower = f->lower,
                             .below = f->below,
                             .above = f->above,
                             .moves = moves,
                             .work = &o->work};
    cdn_status status = cdn_attack_intervals(&s, f->withheld, &in, o->found, NULL);
    if (status == CDN_OK && cure)
        status = cdn_attack_remedy(&s, f->withheld, &in, o->found, o->wanted, &o->visible,
                                   &o->stuck, NULL);
    return status;
}

static uint32_t unsafe(const fixture *f, const outcome *o)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < f->cells; c++)
        count += o->found[c].verdict == CDN_INTERVAL_EXPOSED ||
                 o->found[c].verdict == CDN_INTERVAL_UNDECIDED;
    return count;
}

/* 1 1 6 / 1 1 7 / 5 8 9 with everybody knowing that a withheld cell is at least 1 */
static void ones(fixture *f)
{
    two_way(f, 3, 3, (const int64_t[]){1, 1, 6, 1, 1, 7, 5, 8, 9});
    for (uint32_t c = 0; c < f->cells; c++) {
        f->lower[c] = 1;
        f->costs[c] = (uint64_t)f->values[c];
    }
    const uint32_t sensitive[] = {0, 1, 4, 5};
    for (uint32_t i = 0; i < 4; i++)
        f->withheld[sensitive[i]] = f->marks[sensitive[i]] = S;
}

static void test_interval_remedy__withholds_the_cheapest_that_helps(void **state)
{
    (void)state;
    fixture f;
    outcome o;
    ones(&f);
    assert_int_equal(look(&f, NULL, true, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 4);
    assert_int_equal(o.stuck, 0);
    /* each of the four needs an alternating cycle whose other cells can go down: two in its row or
       column with more than 1, and what is left over */
    assert_true(o.visible > 0);
    for (uint32_t c = 0; c < f.cells; c++)
        f.withheld[c] = f.withheld[c] | o.wanted[c];
    assert_int_equal(look(&f, NULL, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 0);
    assert_int_equal(f.withheld[15], 0); /* the grand total stays */
}

static void test_interval_remedy__reaches_protection_levels(void **state)
{
    (void)state;
    fixture f;
    outcome o;
    two_way(&f, 3, 3, (const int64_t[]){40, 50, 60, 30, 20, 90, 80, 20, 70});
    for (uint32_t c = 0; c < f.cells; c++)
        f.costs[c] = (uint64_t)f.values[c];
    f.marks[0] = f.withheld[0] = S;
    f.below[0] = 30;
    f.above[0] = 25; /* more than the cheapest cycle, with its 20, can give */
    assert_int_equal(look(&f, NULL, true, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 1);
    for (uint32_t c = 0; c < f.cells; c++)
        f.withheld[c] = f.withheld[c] | o.wanted[c];
    assert_int_equal(look(&f, NULL, false, &o), CDN_OK);
    assert_int_equal(o.found[0].verdict, CDN_INTERVAL_PROTECTED);
}

static void test_interval_remedy__leaves_known_cells_and_true_zeros(void **state)
{
    (void)state;
    fixture f;
    outcome o;
    two_way(&f, 2, 2, (const int64_t[]){3, 0, 5, 9});
    f.marks[0] = f.withheld[0] = S;
    f.marks[1] = CDN_CELL_KEEP;
    f.marks[4] = K;
    assert_int_equal(look(&f, NULL, true, &o), CDN_OK);
    assert_int_equal(o.wanted[1] + o.wanted[4], 0);
    for (uint32_t c = 0; c < f.cells; c++)
        f.withheld[c] = f.withheld[c] | o.wanted[c];
    assert_int_equal(look(&f, NULL, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 0); /* through the totals of its row and column */
    for (uint32_t c = 0; c < f.cells; c++)
        f.marks[c] |= c == 0 ? 0 : K;
    memset(f.withheld + 1, 0, f.cells - 1);
    assert_int_equal(look(&f, NULL, true, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 1);
    assert_int_equal(o.visible, 0);
}

static void test_interval_remedy__makes_random_tables_safe(void **state)
{
    (void)state;
    uint32_t seed = 1, cured = 0;
    for (int number = 0; number < 150; number++) {
        fixture f;
        outcome o;
        int64_t inner[20];
        for (int i = 0; i < 20; i++) {
            seed = seed * 1664525u + 1013904223u;
            inner[i] = 1 + (seed >> 24) % 12;
        }
        two_way(&f, 4, 5, inner);
        for (uint32_t c = 0; c < f.cells; c++) {
            f.lower[c] = 1;
            f.costs[c] = (uint64_t)f.values[c];
            if (f.values[c] < 4)
                f.marks[c] = f.withheld[c] = S;
        }
        cdn_interval_moves *moves = cdn_interval_moves_create();
        assert_non_null(moves);
        int rounds = 0;
        assert_int_equal(look(&f, moves, true, &o), CDN_OK);
        cured += unsafe(&f, &o) > 0;
        for (; unsafe(&f, &o) > 0 && rounds < 5; rounds++) {
            for (uint32_t c = 0; c < f.cells; c++)
                f.withheld[c] = f.withheld[c] | o.wanted[c];
            assert_int_equal(look(&f, moves, true, &o), CDN_OK);
        }
        assert_int_equal(unsafe(&f, &o), 0);
        cdn_interval_moves_destroy(moves);
        assert_int_equal(look(&f, NULL, false, &o), CDN_OK); /* without a store to lean on */
        assert_int_equal(unsafe(&f, &o), 0);
    }
    assert_true(cured > 50);
}

static void test_interval_remedy__kept_moves_spare_programmes_and_are_not_believed(void **state)
{
    (void)state;
    fixture f;
    outcome o;
    cdn_interval_moves *moves = cdn_interval_moves_create();
    two_way(&f, 3, 3, (const int64_t[]){5, 2, 3, 1, 2, 4, 2, 6, 5});
    withhold(&f, 4, (const uint32_t[]){0, 1, 4, 5});
    assert_int_equal(look(&f, moves, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 0);
    assert_true(o.work.iterations > 0);
    assert_int_equal(look(&f, moves, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 0);
    assert_int_equal(o.work.iterations, 0);
    f.withheld[1] = f.marks[1] = 0; /* the move's path is seen */
    assert_int_equal(look(&f, moves, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 3);
    f.withheld[1] = f.marks[1] = S;
    f.lower[0] = 5, f.lower[1] = 2, f.lower[4] = 1, f.lower[5] = 2; /* no room */
    assert_int_equal(look(&f, moves, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 4);
    two_way(&f, 2, 7,
            (const int64_t[]){5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}); /* another web */
    withhold(&f, 3, (const uint32_t[]){0, 1, 4});
    assert_int_equal(look(&f, moves, false, &o), CDN_OK);
    assert_int_equal(unsafe(&f, &o), 3);
    cdn_interval_moves_destroy(moves);
}

static void test_interval_remedy__every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture f;
    outcome o;
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    ones(&f);
    for (; status != CDN_OK && n < 10000; n++) {
        cdn_alloc_fail_after(n);
        cdn_interval_moves *moves = cdn_interval_moves_create();
        status = moves == NULL ? CDN_E_NOMEM : look(&f, moves, true, &o);
        cdn_alloc_fail_after(-1);
        cdn_interval_moves_destroy(moves);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    }
    assert_true(n > 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_remedy__withholds_the_cheapest_that_helps),
        cmocka_unit_test(test_interval_remedy__reaches_protection_levels),
        cmocka_unit_test(test_interval_remedy__leaves_known_cells_and_true_zeros),
        cmocka_unit_test(test_interval_remedy__makes_random_tables_safe),
        cmocka_unit_test(test_interval_remedy__kept_moves_spare_programmes_and_are_not_believed),
        cmocka_unit_test(test_interval_remedy__every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
