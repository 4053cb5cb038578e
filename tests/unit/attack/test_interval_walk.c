/* test_interval_walk.c - walks along a row that is very long.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#define MOST (1u << 17)
#include "fixture.h"

/* Any two cells can change places: one turn is enough, and need not look at all of them. */
static void test_interval_walk__a_turn_does_not_look_at_all_of_a_long_row(void **state)
{
    (void)state;
    static fixture f;
    cdn_web web;
    cdn_walk walk;
    clear(&f, MOST);
    one_figure_per_cell(&f);
    memset(f.withheld, 1, sizeof f.withheld);
    for (uint32_t c = 0; c < MOST; c++)
        add_term(&f, c, 1);
    end_equation(&f);
    cdn_system system = fixture_system(&f);
    cdn_interval_input input = {.values = f.values};
    assert_int_equal(cdn_web_init(&web, &system, f.withheld, &input, NULL), CDN_OK);
    assert_int_equal(cdn_walk_init(&walk, &web, NULL), CDN_OK);
    walk.most_turns = 10;
    clock_t start = clock();
    for (uint32_t k = 0; k < 20000; k++) {
        assert_true(cdn_walk_find(&walk, k, 1, 1));
        assert_int_equal(walk.move.count, 2);
        assert_int_equal(walk.move.column[0], k);
        assert_int_equal(walk.move.step[0] + walk.move.step[1], 0);
    }
    assert_true(clock() - start < 3 * CLOCKS_PER_SEC);
    cdn_walk_release(&walk);
    cdn_web_release(&web);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_walk__a_turn_does_not_look_at_all_of_a_long_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
