/* test_prune.c - a prune that ends early leaves a pattern that is safe from everybody.
 *
 * The engine is run with the prune of this file, which ends after as much work as the test says:
 * at the first figure, at the last, and between.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>

static uint64_t most_work;
#define MOST_WORK most_work
#define MOST_TIMES 0u
#include "protect/prune.c"

#include "support/unit.h"

#include "attack/exact.h"
#include "builder.h"
#include "protect/suppress.h"

typedef struct scene {
    builder b;
    uint32_t holder[2][BUILDER_CELLS];
} scene;

static void random_table(scene *s, uint64_t *state)
{
    memset(s->holder, 0, sizeof s->holder);
    const dimension dimensions[] = {{6, {0}}, {7, {0, 0, 0, 1, 1, 2, 2}}, {4, {0}}};
    builder *b = &s->b;
    builder_start(b, builder_table_cells(dimensions, 3));
    builder_add_table(b, dimensions, 3);
    b->system.holder_kinds = 2;
    uint32_t people[] = {4, 20};
    for (uint32_t c = 0; c < b->system.cell_count; c++) {
        b->costs[c] = 1 + builder_below(state, 50);
        b->marks[c] = builder_below(state, 4) == 0 ? CDN_CELL_SENSITIVE : 0;
        for (uint32_t k = 0; k < 2; k++)
            if (builder_below(state, 3) == 0)
                s->holder[k][c] = 1 + builder_below(state, people[k]);
        builder_figure(b, c);
    }
    for (uint32_t k = 0; k < 2; k++)
        b->system.holder[k] = s->holder[k];
}

/* Secondaries of the pattern, which is safe. */
static uint32_t secondaries_after(const cdn_system *system, uint64_t effort)
{
    cdn_suppress_result r;
    uint8_t exposed[BUILDER_CELLS];
    uint32_t count = 1;
    most_work = effort;
    assert_int_equal(cdn_suppress(system, &r, NULL), CDN_OK);
    assert_int_equal(cdn_attack_exact(system, r.figure_withheld, exposed, &count, NULL), CDN_OK);
    assert_int_equal(count, 0);
    count = r.secondary_count;
    cdn_suppress_result_release(&r);
    return count;
}

static void test_prune__is_safe_wherever_it_ends(void **unused)
{
    (void)unused;
    scene *s = calloc(1, sizeof *s);
    uint64_t state = 31;
    uint32_t early = 0, late = 0;
    assert_non_null(s);
    for (uint32_t table = 0; table < 8; table++) {
        random_table(s, &state);
        for (uint64_t effort = 1; effort < 1 << 20; effort *= 4)
            early += secondaries_after(&s->b.system, effort);
        late += secondaries_after(&s->b.system, UINT64_MAX / 2);
    }
    assert_true(early > 10 * late); /* ten ends for each, all of which withhold as much or more */
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prune__is_safe_wherever_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
