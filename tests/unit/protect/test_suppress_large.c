/* test_suppress_large.c - tables of thousands of cells, tried by the exact attacker of lib/attack.
 *
 * Large enough that secondaries must be found in bursts, that the factor is
 * made anew between rounds, and that small counts cluster; the slow attacker of
 * the small tests could not follow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define BUILDER_CELLS 8192
#define BUILDER_LISTS 16384
#define BUILDER_ITEMS 65536

#include "attack/exact.h"
#include "builder.h"
#include "protect/suppress.h"

#include "support/unit.h"

/* Four dimensions, two of them in groups; counts thin out towards the end of each. */
static void sparse_counts(builder *b, uint64_t *state, uint32_t records)
{
    dimension dimensions[4] = {{16, {0}}, {6, {0}}, {12, {0}}, {4, {0}}};
    for (uint32_t c = 4; c < 16; c++)
        dimensions[0].parents[c] = 1 + c % 3;
    for (uint32_t c = 3; c < 12; c++)
        dimensions[2].parents[c] = 1 + c % 2;
    builder_start(b, builder_table_cells(dimensions, 4));
    builder_add_table(b, dimensions, 4);
    memset(b->costs, 0, sizeof b->costs);
    while (records > 0) {
        uint32_t at[BUILDER_DIMENSIONS];
        bool leaf = true;
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t size = dimensions[i].size;
            uint32_t first = builder_below(state, size), second = builder_below(state, size);
            at[i] = first < second ? first : second;
            leaf &= at[i] != 0 && builder_is_leaf(&dimensions[i], at[i]);
        }
        if (!leaf)
            continue;
        builder_add_value(b, dimensions, 4, at, 1);
        records--;
    }
    for (uint32_t cell = 0; cell < b->system.cell_count; cell++) {
        bool zero = b->costs[cell] == 0;
        b->marks[cell] = zero ? CDN_CELL_KEEP : b->costs[cell] < 5 ? CDN_CELL_SENSITIVE : 0;
        b->costs[cell] += zero;
        builder_figure(b, cell);
    }
}

static uint32_t exposed(const builder *b, const uint8_t *withheld)
{
    static uint8_t flags[BUILDER_CELLS];
    uint32_t count = 0;
    assert_int_equal(cdn_attack_exact(&b->system, withheld, flags, &count, NULL), CDN_OK);
    return count;
}

static void test_suppress_large__sparse_tables_are_safe_and_minimal(void **unused)
{
    (void)unused;
    builder *b = malloc(sizeof *b);
    uint64_t state = 11;
    for (uint32_t records = 1000; records <= 16000; records *= 2) {
        cdn_suppress_result r;
        sparse_counts(b, &state, records);
        assert_int_equal(cdn_suppress(&b->system, &r, NULL), CDN_OK);
        assert_int_equal(exposed(b, r.figure_withheld), 0);
        assert_true(r.secondary_count > 50);
        uint32_t tried = 0;
        for (uint32_t f = 0; f < b->system.figure_count && tried < 20; f += 7) {
            if (!r.figure_withheld[f] || (b->marks[f] & CDN_CELL_SENSITIVE))
                continue;
            r.figure_withheld[f] = 0;
            assert_true(exposed(b, r.figure_withheld) > 0);
            r.figure_withheld[f] = 1;
            tried++;
        }
        assert_int_equal(tried, 20);
        cdn_suppress_result_release(&r);
    }
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suppress_large__sparse_tables_are_safe_and_minimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
