/* test_interval_box.c - boxes in five dimensions, detours, and what must stay where it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_box.h"

#include "interval_fixture.h"

#include "attack/interval_opened.h"
#include "core/alloc.h"

#define SIDE 3 /* two codes and their total */
#define CELLS (SIDE * SIDE * SIDE * SIDE * SIDE)
#define ROWS (5 * CELLS / SIDE)

/* Every inner cell is 10 in five dimensions; cell 0 is withheld and sensitive. */
typedef struct cube {
    uint8_t marks[CELLS], withheld[CELLS], wanted[CELLS];
    uint64_t costs[CELLS];
    uint32_t start[ROWS + 1], cell[ROWS * SIDE], figure_start[CELLS + 1], figure_cell[CELLS];
    int32_t coefficient[ROWS * SIDE];
    int64_t values[CELLS], lower[CELLS];
    cdn_interval found[CELLS];
    cdn_system system;
    cdn_interval_input input;
} cube;

static void cube_init(cube *t)
{
    uint32_t rows = 0;
    *t = (cube){.marks = {S}, .withheld = {1}};
    for (uint32_t c = 0; c < CELLS; c++) {
        t->values[c] = 10;
        for (uint32_t stride = 1; stride < CELLS; stride *= SIDE)
            t->values[c] *= c / stride % SIDE == 2 ? 2 : 1;
        t->costs[c] = (uint64_t)t->values[c];
        t->found[c].verdict = c == 0 ? CDN_INTERVAL_EXPOSED : CDN_INTERVAL_NOT_ASKED;
        t->figure_cell[c] = c;
        t->figure_start[c + 1] = c + 1;
    }
    for (uint32_t stride = 1; stride < CELLS; stride *= SIDE)
        for (uint32_t c = 0; c < CELLS; c++) {
            if (c / stride % SIDE != 0)
                continue;
            for (uint32_t i = 0; i < SIDE; i++) {
                t->cell[rows * SIDE + i] = c + i * stride;
                t->coefficient[rows * SIDE + i] = i == 2 ? -1 : 1;
            }
            rows++;
            t->start[rows] = rows * SIDE;
        }
    assert_int_equal(rows, ROWS);
    t->system = (cdn_system){.cell_count = CELLS,
                             .marks = t->marks,
                             .costs = t->costs,
                             .equation_count = rows,
                             .equation_start = t->start,
                             .equation_cell = t->cell,
                             .equation_coefficient = t->coefficient,
                             .figure_count = CELLS,
                             .figure_start = t->figure_start,
                             .figure_cell = t->figure_cell};
    t->input = (cdn_interval_input){.values = t->values, .lower = t->lower};
}

static bool find(const cdn_system *system, const uint8_t *withheld,
                 const cdn_interval_input *input, const cdn_interval *found, uint32_t cell,
                 uint64_t most_loss, uint32_t detours, int64_t *steps, uint64_t *loss)
{
    cdn_opened o;
    cdn_box box = {0};
    uint8_t wanted[MOST];
    memset(steps, 0, MOST * sizeof *steps);
    assert_int_equal(
        cdn_opened_init(&o, system, withheld, input, found, wanted, NULL), CDN_OK);
    assert_int_equal(cdn_box_init(&box, system, &o.walk, NULL), CDN_OK);
    bool is_found = cdn_box_find(&box, o.web.column_of[cell], 1, 1, most_loss, detours);
    *loss = box.move.loss;
    for (uint32_t i = 0; i < box.move.count && is_found; i++)
        for (uint32_t m = o.web.member_start[box.move.column[i]];
             m < o.web.member_start[box.move.column[i] + 1]; m++)
            steps[o.web.member[m]] =
                o.web.is_turned[o.web.member[m]] ? -box.move.step[i] : box.move.step[i];
    cdn_box_release(&box);
    cdn_opened_release(&o);
    return is_found;
}

static void assert_holds(const cdn_system *s, const int64_t *steps)
{
    for (uint32_t r = 0; r < s->equation_count; r++) {
        int64_t sum = 0;
        for (uint32_t i = s->equation_start[r]; i < s->equation_start[r + 1]; i++)
            sum += s->equation_coefficient[i] * steps[s->equation_cell[i]];
        assert_int_equal(sum, 0);
    }
}

static void test_interval_box__a_cell_of_five_dimensions_has_a_box_of_32_corners(void **state)
{
    (void)state;
    static cube t;
    int64_t steps[MOST];
    uint64_t loss;
    cube_init(&t);
    assert_true(find(&t.system, t.withheld, &t.input, t.found, 0, 311, 0, steps, &loss));
    assert_int_equal(loss, 310); /* the 31 other inner cells; no total */
    assert_int_equal(steps[0], 1);
    assert_holds(&t.system, steps);
    for (uint32_t c = 0; c < CELLS; c++)
        assert_int_equal(steps[c] != 0, t.values[c] == 10);
    assert_false(find(&t.system, t.withheld, &t.input, t.found, 0, 310, 5, steps, &loss));
}

static void test_interval_box__goes_round_a_cell_without_room(void **state)
{
    (void)state;
    static cube t;
    int64_t steps[MOST];
    uint64_t loss;
    cube_init(&t);
    for (uint32_t c = 0; c < CELLS; c++)
        t.lower[c] = 0;
    t.lower[1] = 10; /* next to cell 0: it cannot go down */
    assert_true(find(&t.system, t.withheld, &t.input, t.found, 0, UINT64_MAX, 0, steps, &loss));
    assert_true(steps[1] >= 0);
    assert_int_equal(steps[0], 1);
    assert_holds(&t.system, steps);
}

/* 0 1 . / 3 4 5 / . 7 8 with only these free, and cell 4 dear: round it go 5, 8 and 7. */
static void test_interval_box__detours_put_the_dearest_back(void **state)
{
    (void)state;
    fixture f;
    int64_t steps[MOST];
    uint64_t loss;
    cdn_interval found[MOST];
    two_way(&f, 3, 3, (const int64_t[]){9, 9, 9, 9, 9, 9, 9, 9, 9});
    memset(found, 0, sizeof found);
    for (uint32_t c = 0; c < f.cells; c++) {
        f.marks[c] = c % 4 == 3 || c >= 12 || c == 2 || c == 8 ? K : 0;
        found[c].verdict = c == 0 ? CDN_INTERVAL_EXPOSED : CDN_INTERVAL_NOT_ASKED;
    }
    f.marks[0] = f.withheld[0] = S;
    f.costs[5] = 1000;
    cdn_system s = fixture_system(&f);
    cdn_interval_input in = {.values = f.values, .lower = f.lower};
    assert_false(find(&s, f.withheld, &in, found, 0, 100, 0, steps, &loss));
    assert_true(find(&s, f.withheld, &in, found, 0, 100, 1, steps, &loss));
    assert_int_equal(loss, 5);
    assert_int_equal(steps[5], 0);
    assert_holds(&s, steps);
    assert_true(find(&s, f.withheld, &in, found, 0, 2000, 0, steps, &loss));
    assert_int_equal(loss, 1002);
}

static void test_interval_box__every_failed_allocation_is_reported(void **state)
{
    (void)state;
    static cube t;
    cube_init(&t);
    cdn_opened o;
    assert_int_equal(
        cdn_opened_init(&o, &t.system, t.withheld, &t.input, t.found, t.wanted, NULL), CDN_OK);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status != CDN_OK && n < 100; n++) {
        cdn_box box;
        cdn_alloc_fail_after(n);
        status = cdn_box_init(&box, &t.system, &o.walk, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
        cdn_box_release(&box);
    }
    assert_true(n > 8);
    cdn_opened_release(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_box__a_cell_of_five_dimensions_has_a_box_of_32_corners),
        cmocka_unit_test(test_interval_box__goes_round_a_cell_without_room),
        cmocka_unit_test(test_interval_box__detours_put_the_dearest_back),
        cmocka_unit_test(test_interval_box__every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
