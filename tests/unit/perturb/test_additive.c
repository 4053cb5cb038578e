/* test_additive.c - rounding of whole tables: against brute force, and the invariants on random
 * ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/additive.h"

#include "support/unit.h"

#define CELLS 4096
#define ENTRIES 20000

/* A table of up to three dimensions with all its totals; the last code of each is the total. */
typedef struct table {
    uint32_t size[3];
    int64_t values[CELLS], bases[CELLS], out[CELLS];
    uint8_t shown[CELLS];
    uint32_t start[CELLS], cell[ENTRIES];
    int32_t coefficient[ENTRIES];
    cdn_additive system;
    cdn_additive_report report;
} table;

static uint32_t seed;

static uint32_t next(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static uint32_t at(const table *t, uint32_t x, uint32_t y, uint32_t z)
{
    return (x * (t->size[1] + 1) + y) * (t->size[2] + 1) + z;
}

static void equation(table *t, int axis, uint32_t x, uint32_t y, uint32_t z)
{
    uint32_t e = t->system.equation_count++, k = t->start[e];
    for (uint32_t i = 0; i <= t->size[axis]; i++) {
        t->cell[k] = at(t, axis == 0 ? i : x, axis == 1 ? i : y, axis == 2 ? i : z);
        t->coefficient[k++] = i == t->size[axis] ? 1 : -1;
    }
    t->start[e + 1] = k;
}

/* Fills the totals from the inner cells and writes the equations. Axes of size 0 have one code. */
static void finish(table *t, int64_t base)
{
    t->system = (cdn_additive){.values = t->values, .bases = t->bases, .shown = t->shown,
                               .equation_start = t->start, .equation_cell = t->cell,
                               .equation_coefficient = t->coefficient, .iterations = 20000,
                               .nodes = 5000};
    t->system.cell_count = (t->size[0] + 1) * (t->size[1] + 1) * (t->size[2] + 1);
    t->start[0] = 0;
    for (uint32_t c = 0; c < t->system.cell_count; c++) {
        t->bases[c] = base;
        t->shown[c] = 1;
    }
    for (int axis = 2; axis >= 0; axis--) {
        if (t->size[axis] == 0)
            continue;
        for (uint32_t x = 0; x <= t->size[0]; x++)
            for (uint32_t y = 0; y <= t->size[1]; y++)
                for (uint32_t z = 0; z <= t->size[2]; z++) {
                    uint32_t here = axis == 0 ? x : axis == 1 ? y : z;
                    if (here != 0)
                        continue;
                    int64_t sum = 0;
                    for (uint32_t i = 0; i < t->size[axis]; i++)
                        sum += t->values[at(t, axis == 0 ? i : x, axis == 1 ? i : y,
                                            axis == 2 ? i : z)];
                    t->values[at(t, axis == 0 ? t->size[0] : x, axis == 1 ? t->size[1] : y,
                                 axis == 2 ? t->size[2] : z)] = sum;
                    equation(t, axis, x, y, z);
                }
    }
}

static void make(table *t, uint32_t a, uint32_t b, uint32_t c, uint32_t below, int64_t base)
{
    memset(t, 0, sizeof *t);
    t->size[0] = a;
    t->size[1] = b;
    t->size[2] = c;
    for (uint32_t x = 0; x < (a > 0 ? a : 1); x++)
        for (uint32_t y = 0; y < (b > 0 ? b : 1); y++)
            for (uint32_t z = 0; z < (c > 0 ? c : 1); z++)
                t->values[at(t, x, y, z)] = next(below);
    finish(t, base);
}

static void expect_sums(const table *t)
{
    for (uint32_t e = 0; e < t->system.equation_count; e++) {
        int64_t sum = 0;
        for (uint32_t k = t->start[e]; k < t->start[e + 1]; k++)
            sum += t->coefficient[k] * t->out[t->cell[k]];
        assert_int_equal(sum, 0);
    }
}

static int64_t size_of(int64_t x)
{
    return x < 0 ? -x : x;
}

static int64_t distance(const table *t, const int64_t *out)
{
    int64_t sum = 0;
    for (uint32_t c = 0; c < t->system.cell_count; c++)
        sum += size_of(out[c] - t->values[c]);
    return sum;
}

/* The least distance over all zero-restricted roundings, by trying every choice of inner cells and
 * adding up; -1 when there is none. */
static int64_t brute_force(const table *t, int64_t base)
{
    static table copy;
    uint32_t inner[16], count = 0;
    for (uint32_t x = 0; x < t->size[0]; x++)
        for (uint32_t y = 0; y < t->size[1]; y++)
            for (uint32_t z = 0; z < (t->size[2] > 0 ? t->size[2] : 1); z++)
                inner[count++] = at(t, x, y, z);
    int64_t best = -1;
    for (uint32_t choice = 0; choice < 1u << count; choice++) {
        copy.size[0] = t->size[0];
        copy.size[1] = t->size[1];
        copy.size[2] = t->size[2];
        bool possible = true;
        for (uint32_t i = 0; i < count; i++) {
            int64_t value = t->values[inner[i]], down = value / base * base;
            bool up = choice >> i & 1;
            copy.values[inner[i]] = up ? down + base : down;
            possible = possible && !(up && down == value);
        }
        if (!possible)
            continue;
        finish(&copy, base);
        for (uint32_t c = 0; c < copy.system.cell_count; c++)
            possible = possible && size_of(copy.values[c] - t->values[c]) < base;
        int64_t here = distance(t, copy.values);
        if (possible && (best < 0 || here < best))
            best = here;
    }
    return best;
}

static void controlled(table *t)
{
    cdn_error error = CDN_ERROR_INIT;
    if (cdn_round_controlled(&t->system, t->out, &t->report, &error) != CDN_OK)
        fail_msg("%s", error.message);
    expect_sums(t);
}

static void test_additive__controlled_is_least_in_two_ways(void **state)
{
    (void)state;
    static table t;
    seed = 1;
    for (int round = 0; round < 60; round++) {
        int64_t base = 3 + (int64_t)next(4);
        make(&t, 2 + next(2), 2 + next(2), 0, 25, base);
        controlled(&t);
        assert_int_equal(t.report.stepped, 0);
        assert_int_equal(t.report.unproven, 0);
        for (uint32_t c = 0; c < t.system.cell_count; c++) {
            assert_int_equal(t.out[c] % base, 0);
            assert_true(size_of(t.out[c] - t.values[c]) < base);
        }
        assert_int_equal(distance(&t, t.out), brute_force(&t, base));
    }
}

/* Three 1s, and the three sums of two of them: one of each pair would have to go up to 2. */
static void test_additive__a_step_further_where_there_is_no_rounding(void **state)
{
    (void)state;
    static table t;
    memset(&t, 0, sizeof t);
    static const int64_t values[] = {1, 1, 1, 2, 2, 2};
    static const uint32_t cells[] = {3, 0, 1, 4, 1, 2, 5, 0, 2};
    t.size[0] = 5;
    finish(&t, 2);
    memcpy(t.values, values, sizeof values);
    memcpy(t.cell, cells, sizeof cells);
    t.system.equation_count = 3;
    for (uint32_t k = 0; k < 9; k++) {
        t.coefficient[k] = k % 3 == 0 ? 1 : -1;
        t.start[k / 3] = k / 3 * 3;
    }
    t.start[3] = 9;
    controlled(&t);
    assert_int_equal(t.report.stepped, 1);
    assert_int_equal(distance(&t, t.out), 5); /* three 1s to 0 or 2, and one of the sums by 2 */
}

/* Three dimensions need not have one; then, and only then, a step further is taken. */
static void test_additive__controlled_in_three_ways(void **state)
{
    (void)state;
    static table t;
    seed = 2;
    for (int round = 0; round < 120; round++) {
        make(&t, 2, 2, 2, 12, 3);
        controlled(&t);
        int64_t least = brute_force(&t, 3);
        assert_int_equal(t.report.stepped > 0, least < 0);
        if (least >= 0)
            assert_int_equal(distance(&t, t.out), least);
        for (uint32_t c = 0; c < t.system.cell_count; c++)
            assert_true(t.out[c] >= 0 && size_of(t.out[c] - t.values[c]) < 6 &&
                        (t.values[c] != 0 || t.out[c] == 0));
    }
}

static void test_additive__controlled_on_a_larger_table(void **state)
{
    (void)state;
    static table t;
    seed = 3;
    make(&t, 40, 20, 0, 30, 5);
    controlled(&t);
    assert_int_equal(t.report.components, 1);
    assert_int_equal(t.report.unproven, 0);
    assert_true(t.report.largest_change < 5);
}

/* What is not shown lends room, and what is out of play stays. */
static void test_additive__hidden_cells_only_make_the_sums_right(void **state)
{
    (void)state;
    static table t;
    seed = 4;
    for (int round = 0; round < 40; round++) {
        make(&t, 3, 3, 0, 9, 5);
        for (uint32_t c = 0; c < t.system.cell_count; c++)
            t.shown[c] = next(3) > 0;
        controlled(&t);
        for (uint32_t c = 0; c < t.system.cell_count; c++) {
            assert_true(t.out[c] >= 0);
            if (t.shown[c])
                assert_true(size_of(t.out[c] - t.values[c]) < 5);
        }
        memset(t.bases, 0, sizeof t.bases);
        controlled(&t);
        for (uint32_t c = 0; c < t.system.cell_count; c++)
            assert_int_equal(t.out[c], t.values[c]);
    }
}

/* Beyond the limit of work a search finds a rounding all the same, and says that it is not
 * proven. */
static void test_additive__a_search_where_the_programme_is_too_large(void **state)
{
    (void)state;
    static table t;
    seed = 5;
    for (int round = 0; round < 20; round++) {
        make(&t, 8, 8, 4, 30, 7);
        t.system.iterations = 3;
        controlled(&t);
        assert_int_equal(t.report.unproven, 1);
        for (uint32_t c = 0; c < t.system.cell_count; c++) {
            assert_int_equal(t.out[c] % 7, 0);
            assert_true(size_of(t.out[c] - t.values[c]) < (t.report.stepped ? 14 : 7));
            assert_true(t.out[c] >= 0 && (t.values[c] != 0 || t.out[c] == 0));
        }
    }
}

/* Two tables of one margin each, with the same total and no inner cells in common: no search
 * there. */
static void linked_margins(table *t, int64_t base)
{
    memset(t, 0, sizeof *t);
    static const int64_t values[] = {43, 1, 2, 40, 2, 1, 2, 38};
    static const uint32_t cells[] = {0, 1, 2, 3, 0, 4, 5, 6, 7};
    static const int32_t coefficients[] = {1, -1, -1, -1, 1, -1, -1, -1, -1};
    t->size[0] = 7;
    finish(t, base);
    memcpy(t->values, values, sizeof values);
    memcpy(t->cell, cells, sizeof cells);
    memcpy(t->coefficient, coefficients, sizeof coefficients);
    t->start[0] = 0;
    t->start[1] = 4;
    t->start[2] = 9;
    t->system.equation_count = 2;
}

static void test_additive__a_limit_is_a_refusal(void **state)
{
    (void)state;
    static table t;
    cdn_error error = CDN_ERROR_INIT;
    linked_margins(&t, 3);
    controlled(&t);
    t.system.iterations = 1;
    assert_int_equal(cdn_round_controlled(&t.system, t.out, &t.report, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "limit"));
}

static void small_counts(table *t, int64_t base)
{
    cdn_error error = CDN_ERROR_INIT;
    if (cdn_round_small_counts(&t->system, t->out, &t->report, &error) != CDN_OK)
        fail_msg("%s", error.message);
    expect_sums(t);
    for (uint32_t c = 0; c < t->system.cell_count; c++) {
        if (t->shown[c])
            assert_true(t->out[c] == 0 || t->out[c] >= base);
        assert_true(t->values[c] != 0 || t->out[c] == 0);
    }
}

static bool is_inner(const table *t, uint32_t c)
{
    uint32_t z = c % (t->size[2] + 1), y = c / (t->size[2] + 1) % (t->size[1] + 1);
    uint32_t x = c / (t->size[2] + 1) / (t->size[1] + 1);
    return x < t->size[0] && y < t->size[1] && (t->size[2] == 0 || z < t->size[2]);
}

static void test_additive__small_counts_are_gone(void **state)
{
    (void)state;
    static table t;
    seed = 6;
    for (int round = 0; round < 100; round++) {
        int64_t base = 3 + (int64_t)next(3);
        uint32_t below = 4 + next(20), depth = next(4);
        make(&t, 2 + next(4), 2 + next(4), depth < 2 ? 0 : depth, below, base);
        small_counts(&t, base);
        for (uint32_t c = 0; c < t.system.cell_count; c++)
            if (is_inner(&t, c) && t.values[c] >= base)
                assert_int_equal(t.out[c], t.values[c]);
    }
}

static int64_t squares(const table *t)
{
    int64_t sum = 0;
    for (uint32_t c = 0; c < t->system.cell_count; c++)
        sum += (t->out[c] - t->values[c]) * (t->out[c] - t->values[c]);
    return sum;
}

/* Against every choice of 0 or base for the small inner cells: near the least sum of squares. */
static void test_additive__small_counts_change_little(void **state)
{
    (void)state;
    static table t, other;
    seed = 7;
    int64_t ours = 0, least = 0;
    for (int round = 0; round < 60; round++) {
        make(&t, 3, 4, 0, 8, 4);
        small_counts(&t, 4);
        uint32_t small[12], count = 0;
        for (uint32_t c = 0; c < t.system.cell_count; c++)
            if (is_inner(&t, c) && t.values[c] > 0 && t.values[c] < 4)
                small[count++] = c;
        int64_t best = INT64_MAX;
        for (uint32_t choice = 0; choice < 1u << count; choice++) {
            memcpy(&other, &t, sizeof t);
            for (uint32_t i = 0; i < count; i++)
                other.values[small[i]] = choice >> i & 1 ? 4 : 0;
            other.system.equation_count = 0;
            finish(&other, 4);
            for (uint32_t c = 0; c < t.system.cell_count; c++) {
                other.out[c] = other.values[c];
                other.values[c] = t.values[c];
            }
            best = squares(&other) < best ? squares(&other) : best;
        }
        assert_true(squares(&t) >= best);
        ours += squares(&t);
        least += best;
    }
    print_message("          squared change %lld, least %lld\n", (long long)ours, (long long)least);
    assert_true(ours * 100 <= least * 115);
}

static void test_additive__tables_without_small_counts_stay(void **state)
{
    (void)state;
    static table t;
    seed = 8;
    make(&t, 5, 6, 0, 40, 3);
    for (uint32_t c = 0; c < t.system.cell_count; c++)
        t.values[c] = is_inner(&t, c) ? 3 + next(40) : 0;
    t.system.equation_count = 0;
    finish(&t, 3);
    small_counts(&t, 3);
    for (uint32_t c = 0; c < t.system.cell_count; c++)
        assert_int_equal(t.out[c], t.values[c]);
}

/* 1, 2, 40 and 2, 1, 2, 38. */
static void test_additive__small_counts_of_linked_margins(void **state)
{
    (void)state;
    static table t;
    linked_margins(&t, 3);
    small_counts(&t, 3);
    /* the least change of cells that are not small: 3 + 0 + 40 = 43 = 3 + 0 + 3 + 37 and others
     * of one unit */
    int64_t large = size_of(t.out[0] - 43) + size_of(t.out[3] - 40) + size_of(t.out[7] - 38);
    assert_int_equal(large, 1);
}

static void test_additive__negative_totals_are_refused(void **state)
{
    (void)state;
    static table t;
    seed = 9;
    make(&t, 3, 3, 0, 9, 3);
    t.values[0] = -1;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_round_small_counts(&t.system, t.out, &t.report, &error), CDN_E_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_additive__controlled_is_least_in_two_ways),
        cmocka_unit_test(test_additive__a_step_further_where_there_is_no_rounding),
        cmocka_unit_test(test_additive__controlled_in_three_ways),
        cmocka_unit_test(test_additive__controlled_on_a_larger_table),
        cmocka_unit_test(test_additive__hidden_cells_only_make_the_sums_right),
        cmocka_unit_test(test_additive__a_search_where_the_programme_is_too_large),
        cmocka_unit_test(test_additive__a_limit_is_a_refusal),
        cmocka_unit_test(test_additive__small_counts_are_gone),
        cmocka_unit_test(test_additive__small_counts_change_little),
        cmocka_unit_test(test_additive__tables_without_small_counts_stay),
        cmocka_unit_test(test_additive__small_counts_of_linked_margins),
        cmocka_unit_test(test_additive__negative_totals_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
