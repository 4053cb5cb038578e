/* test_interval_thin.c - the dearest cells go first, and nobody is harmed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_thin.h"

#include "interval_fixture.h"

/* Inner cells of 2 x 3 with their totals: 0 1 2 |3| 4 5 6 |7|. Cell 0 is asked for. */
typedef struct scene {
    fixture f;
    cdn_interval_moves *moves;
    uint8_t visible[MOST], needed[MOST];
} scene;

static void keep(scene *s, const uint32_t cells[4])
{
    for (int i = 0; i < 4; i++)
        assert_int_equal(cdn_moves_term(s->moves, cells[i], i == 0 || i == 3 ? 1 : -1, NULL),
                         CDN_OK);
    assert_int_equal(cdn_moves_keep(s->moves, NULL), CDN_OK);
}

static void begin(scene *s)
{
    *s = (scene){.moves = cdn_interval_moves_create()};
    assert_non_null(s->moves);
    two_way(&s->f, 2, 3, (const int64_t[]){2, 5, 6, 5, 7, 8});
    for (uint32_t c = 0; c < s->f.cells; c++)
        s->f.costs[c] = (uint64_t)s->f.values[c];
    s->f.marks[0] = S;
    keep(s, (const uint32_t[]){0, 1, 4, 5});
    keep(s, (const uint32_t[]){0, 2, 4, 6});
    for (uint32_t c = 1; c < 7; c++)
        s->needed[c] = c != 3;
}

static void end(scene *s)
{
    fixture *f = &s->f;
    cdn_system system = fixture_system(f);
    cdn_interval_input in = {.values = f->values, .lower = f->lower, .above = f->above,
                             .below = f->below, .moves = s->moves};
    assert_int_equal(cdn_interval_thin(&system, &in, s->visible, s->needed, NULL), CDN_OK);
    cdn_interval_moves_destroy(s->moves);
}

static void test_interval_thin__the_cheaper_of_two_moves_is_enough(void **state)
{
    (void)state;
    scene s;
    begin(&s);
    end(&s);
    const uint8_t left[] = {0, 1, 0, 0, 1, 1, 0}; /* not 2 and 6, which cost 14, more than 12 */
    assert_memory_equal(s.needed, left, sizeof left);
}

static void test_interval_thin__a_move_through_what_is_visible_counts_for_nothing(void **state)
{
    (void)state;
    scene s;
    begin(&s);
    s.visible[1] = 1;
    s.needed[1] = 0;
    end(&s);
    const uint8_t left[] = {0, 0, 1, 0, 1, 0, 1};
    assert_memory_equal(s.needed, left, sizeof left);
}

static void test_interval_thin__levels_are_kept(void **state)
{
    (void)state;
    scene s;
    begin(&s);
    s.f.lower[5] = 7; /* the cheaper move cannot be made the other way round ... */
    s.f.below[0] = 1; /* ... and cell 0 must be able to go down as well as up */
    s.f.above[0] = 1;
    end(&s);
    const uint8_t left[] = {0, 0, 1, 0, 1, 0, 1};
    assert_memory_equal(s.needed, left, sizeof left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_thin__the_cheaper_of_two_moves_is_enough),
        cmocka_unit_test(test_interval_thin__a_move_through_what_is_visible_counts_for_nothing),
        cmocka_unit_test(test_interval_thin__levels_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
