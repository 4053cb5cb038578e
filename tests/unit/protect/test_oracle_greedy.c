/* test_oracle_greedy.c - the engine withholds no more than the peers' greedy order.
 *
 * First the yardstick itself, on what its authors and others publish; then
 * thousands of small tables and some middle ones under both.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/suppress.h"
#include "protect/ties.h"

#include "support/unit.h"

#include "attack/exact.h"
#include "oracle/grid.h"
#include "oracle/model.h"

#define SMALL_TABLES 400u /* of each kind and cost */

/* --- the yardstick: published answers --------------------------------------------------------- */

/* Inner rows of paris2025_micro: Denmark, France, USA x old, young. */
static const uint64_t PARIS[6] = {1, 1, 6, 2, 3, 4};

typedef struct paris_cell {
    const char *name;
    uint32_t rows; /* mask */
} paris_cell;

/* nation in continent, by age */
static const paris_cell BY_AGE[] = {
    {"Total", 077},     {"old", 025},         {"young", 052},         {"America", 060},
    {"America-old", 020}, {"America-young", 040}, {"Europe", 017},    {"Europe-old", 005},
    {"Europe-young", 012}, {"Denmark", 003},  {"Denmark-old", 001},   {"Denmark-young", 002},
    {"France", 014},    {"France-old", 004},  {"France-young", 010},  {"USA", 060},
    {"USA-old", 020},   {"USA-young", 040},
};

/* nation, and continent by age */
static const paris_cell FORMULA[] = {
    {"Total", 077},       {"Denmark", 003},       {"France", 014},     {"USA", 060},
    {"old", 025},         {"young", 052},         {"America", 060},    {"Europe", 017},
    {"America-old", 020}, {"America-young", 040}, {"Europe-old", 005}, {"Europe-young", 012},
};

static void assert_paris(const paris_cell *cells, uint32_t count, uint64_t most,
                         const char *secondary)
{
    uint32_t start[32] = {0}, row[256];
    uint64_t frequency[32] = {0};
    uint8_t sensitive[32], withheld[32];
    for (uint32_t c = 0; c < count; c++) {
        start[c + 1] = start[c];
        for (uint32_t r = 0; r < 6; r++) {
            if (!(cells[c].rows >> r & 1))
                continue;
            row[start[c + 1]++] = r;
            frequency[c] += PARIS[r];
        }
        sensitive[c] = frequency[c] <= most;
    }
    greedy_columns columns = {count, 6, start, row, NULL};
    uint32_t *order = greedy_order(&columns, frequency, NULL);
    greedy_suppress(&columns, sensitive, order, withheld);
    free(order);
    char found[256] = "";
    for (uint32_t c = 0; c < count; c++) {
        if (withheld[c] && !sensitive[c])
            strcat(strcat(found, cells[c].name), " ");
    }
    assert_string_equal(found, secondary);
    assert_int_equal(greedy_attack(&columns, sensitive, withheld, NULL), 0);
}

static void test_oracle_greedy__finds_the_published_patterns_of_paris(void **unused)
{
    (void)unused;
    assert_paris(BY_AGE, 18, 2, "France France-old ");
    assert_paris(BY_AGE, 18, 3, "America-young Europe-old France USA-young ");
    assert_paris(FORMULA, 12, 2, "France ");
    assert_paris(FORMULA, 12, 3, "France America-young Europe-old ");
}

static void test_oracle_greedy__adds_31_to_the_five_by_five_table(void **unused)
{
    (void)unused;
    static const uint64_t inner[16] = {30, 47,  64, 89, 90,  124, 5,   31,
                                       92, 100, 59, 85, 800, 991, 651, 685};
    static const uint8_t primary[16] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1};
    model *m = calloc(1, sizeof *m);
    uint32_t table[2] = {0, 0}, added = 0;
    uint8_t withheld[25];
    model_set_variable(m, 0, 4);
    model_set_variable(m, 1, 4);
    model_count_rows(m);
    memcpy(m->row_frequency, inner, sizeof inner);
    model_add_table(m, table);
    model_finish(m, 0, MODEL_CELLS_COST);
    assert_int_equal(m->cells, 25);
    for (uint32_t c = 0; c < m->cells; c++) {
        for (uint32_t r = 0; r < 16; r++)
            m->sensitive[c] |= model_row_key(m, r) == m->key[c] && primary[r];
        withheld[c] = m->sensitive[c];
    }
    assert_int_equal(greedy_attack(&m->columns, m->sensitive, withheld, NULL), 1);
    uint32_t *order = greedy_order(&m->columns, m->frequency, NULL);
    greedy_suppress(&m->columns, m->sensitive, order, withheld);
    free(order);
    for (uint32_t c = 0; c < m->cells; c++) {
        if (withheld[c] && !m->sensitive[c]) {
            assert_int_equal(m->frequency[c], 31);
            added++;
        }
    }
    assert_int_equal(added, 1);
    model_reset(m);
    free(m);
}

/* --- the yardstick: columns and equations ----------------------------------------------------- */

static void random_model(model *m, model_kind kind, model_cost cost, uint64_t *state)
{
    model_reset(m);
    model_random_shape(m, kind, state);
    model_random_rows(m, state);
    model_finish(m, 5, cost);
}

/* What published columns span is what equations between unknown cells determine. */
static void test_oracle_greedy__columns_and_equations_tell_the_same(void **unused)
{
    (void)unused;
    model *m = calloc(1, sizeof *m);
    uint8_t *withheld = calloc(MODEL_CELLS, 1), *spanned = calloc(MODEL_CELLS, 1);
    uint8_t *exposed = calloc(MODEL_CELLS, 1);
    uint64_t state = 5;
    uint32_t some = 0, count;
    for (uint32_t i = 0; i < 1000; i++) {
        random_model(m, (model_kind)(i % MODEL_KINDS), MODEL_CELLS_COST, &state);
        uint32_t percent = 10 + model_below(&state, 50);
        for (uint32_t c = 0; c < m->cells; c++) {
            withheld[c] = m->sensitive[c] || model_below(&state, 100) < percent;
            spanned[c] = 0;
        }
        some += greedy_attack(&m->columns, m->sensitive, withheld, spanned) > 0;
        assert_int_equal(cdn_attack_exact(&m->system, withheld, exposed, &count, NULL), CDN_OK);
        assert_memory_equal(spanned, exposed, m->cells);
    }
    assert_true(some > 200 && some < 900);
    free(withheld);
    free(spanned);
    free(exposed);
    model_reset(m);
    free(m);
}

/* The middle tables need another basis: it must not change the pattern. */
static void test_oracle_greedy__any_basis_gives_the_same_pattern(void **unused)
{
    (void)unused;
    static const shape small = {"small", 3, 3000, {{3, 11, 100}, {2, 6, 150}, {0, 3, 60}}};
    shape_table t;
    shape_create(&t, &small, true, 0);
    uint32_t *start = calloc(t.cells + 1, sizeof *start), *row = NULL, used = 0;
    uint8_t *sensitive = calloc(t.cells, 1), *one = calloc(t.cells, 1), *other = calloc(t.cells, 1);
    for (uint32_t c = 0; c < t.cells; c++) { /* finest cells below each cell, by walking up */
        row = realloc(row, (used + t.cells) * sizeof *row);
        for (uint32_t l = 0; l < t.cells; l++) {
            bool inside = true;
            for (uint32_t i = 0; i < small.count; i++) {
                const shape_dimension *d = &small.dimensions[i];
                uint32_t code = l / t.strides[i] % t.sizes[i], to = c / t.strides[i] % t.sizes[i];
                inside &= shape_is_leaf(d, code);
                while (code != to && code != UINT32_MAX)
                    code = shape_parent(d, code);
                inside &= code == to;
            }
            if (inside)
                row[used++] = l;
        }
        start[c + 1] = used;
        sensitive[c] = (t.marks[c] & CDN_CELL_SENSITIVE) != 0;
    }
    greedy_columns columns = {t.cells, t.cells, start, row, NULL};
    uint32_t *order = greedy_order(&columns, t.values, NULL), *again = grid_order(&t);
    assert_memory_equal(order, again, t.cells * sizeof *order);
    greedy_suppress(&columns, sensitive, order, one);
    grid_greedy(&t, other);
    assert_memory_equal(one, other, t.cells);
    void *blocks[] = {start, row, sensitive, one, other, order, again};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    shape_release(&t);
}

/* --- the engine ------------------------------------------------------------------------------- */

typedef struct score {
    uint64_t ours, peers;
    uint32_t better, equal, worse;
} score;

static void add_to_score(score *s, const cdn_system *system, const uint8_t *ours,
                         const uint8_t *peers)
{
    uint64_t a = 0, b = 0;
    for (uint32_t c = 0; c < system->cell_count; c++) {
        if (system->marks[c] & CDN_CELL_SENSITIVE)
            continue;
        a += ours[c] ? system->costs[c] : 0;
        b += peers[c] ? system->costs[c] : 0;
    }
    s->ours += a;
    s->peers += b;
    s->better += a < b;
    s->equal += a == b;
    s->worse += a > b;
}

/* The engine tries the greedy order itself on small tables, with several choices among equals: no
 * table is worse. */
static void assert_no_more(model_cost cost)
{
    model *m = calloc(1, sizeof *m);
    uint8_t *withheld = calloc(MODEL_CELLS, 1);
    for (model_kind kind = MODEL_TWO; kind < MODEL_KINDS; kind++) {
        uint64_t state = 100 * (uint64_t)cost + kind;
        score s = {0};
        for (uint32_t i = 0; i < SMALL_TABLES; i++) {
            cdn_suppress_result r;
            random_model(m, kind, cost, &state);
            uint32_t *order = greedy_order(&m->columns, m->frequency,
                                           cost == MODEL_MAGNITUDE_COST ? m->magnitude : NULL);
            greedy_suppress(&m->columns, m->sensitive, order, withheld);
            free(order);
            assert_int_equal(greedy_attack(&m->columns, m->sensitive, withheld, NULL), 0);
            assert_int_equal(cdn_suppress(&m->system, &r, NULL), CDN_OK);
            assert_int_equal(
                greedy_attack(&m->columns, m->sensitive, r.figure_withheld, NULL), 0);
            add_to_score(&s, &m->system, r.figure_withheld, withheld);
            cdn_suppress_result_release(&r);
        }
        print_message("cost %d kind %d: %llu, greedy %llu; better %u, equal %u, worse %u\n",
                      (int)cost, (int)kind, (unsigned long long)s.ours,
                      (unsigned long long)s.peers, s.better, s.equal, s.worse);
        assert_true(s.ours <= s.peers);
        assert_int_equal(s.worse, 0);
    }
    free(withheld);
    model_reset(m);
    free(m);
}

static void test_oracle_greedy__small_tables_lose_no_more_cells(void **unused)
{
    (void)unused;
    assert_no_more(MODEL_CELLS_COST);
}

static void test_oracle_greedy__small_tables_lose_no_more_value(void **unused)
{
    (void)unused;
    assert_no_more(MODEL_FREQUENCY_COST);
    assert_no_more(MODEL_MAGNITUDE_COST);
}

static const shape MIDDLE[] = {
    {"flat", 2, 60000, {{9, 142, 100}, {5, 28, 150}}},
    {"steep", 2, 60000, {{9, 142, 140}, {5, 28, 200}}},
    {"full", 2, 600000, {{9, 142, 60}, {5, 28, 150}}},
    {"cube", 3, 60000, {{4, 20, 100}, {3, 9, 150}, {0, 6, 150}}},
    {"close", 2, 60000, {{9, 142, 60}, {5, 28, 150}}},
    {"closer", 2, 150000, {{9, 142, 100}, {5, 28, 150}}},
};

static void assert_table_loses_no_more(const shape *s)
{
    shape_table t;
    shape_create(&t, s, false, 0);
    uint8_t *withheld = calloc(t.cells, 1);
    grid_greedy(&t, withheld);
    for (uint32_t by_value = 0; by_value <= 1; by_value++) {
        cdn_suppress_result r;
        score loss = {0};
        for (uint32_t c = 0; by_value && c < t.cells; c++)
            t.costs[c] = t.values[c] > 0 ? t.values[c] : 1;
        assert_int_equal(cdn_suppress(&t.system, &r, NULL), CDN_OK);
        add_to_score(&loss, &t.system, r.figure_withheld, withheld);
        cdn_suppress_result_release(&r);
        print_message("%s, cost %s: %llu, greedy %llu\n", s->name, by_value ? "value" : "1",
                      (unsigned long long)loss.ours, (unsigned long long)loss.peers);
        assert_true(loss.ours <= loss.peers);
    }
    free(withheld);
    shape_release(&t);
}

/* The engine reads the order off the equations; the yardstick, off the finest cells. */
static void test_oracle_greedy__ties_fall_as_in_the_peers_order(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof MIDDLE / sizeof *MIDDLE; i++) {
        shape_table t;
        shape_create(&t, &MIDDLE[i], true, 0);
        t.system.ranks = t.values;
        cdn_tie *ties = calloc(t.cells, sizeof *ties);
        uint32_t *order = grid_order(&t), equals = 0;
        assert_int_equal(cdn_ties_weigh(&t.system, ties, NULL), CDN_OK);
        for (uint32_t c = 1; c < t.cells; c++) {
            uint32_t one = order[c - 1], next = order[c];
            if (t.values[one] != t.values[next])
                continue;
            assert_int_equal(ties[one].rank, t.values[one]);
            assert_true(ties[one].score >= ties[next].score);
            equals += ties[one].score == ties[next].score;
        }
        assert_true(equals < t.cells / 2);
        free(order);
        free(ties);
        shape_release(&t);
    }
}

static void test_oracle_greedy__every_middle_table_loses_no_more(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < 3; i++)
        assert_table_loses_no_more(&SHAPES[i]);
    for (size_t i = 0; i < sizeof MIDDLE / sizeof *MIDDLE; i++)
        assert_table_loses_no_more(&MIDDLE[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_greedy__finds_the_published_patterns_of_paris),
        cmocka_unit_test(test_oracle_greedy__adds_31_to_the_five_by_five_table),
        cmocka_unit_test(test_oracle_greedy__columns_and_equations_tell_the_same),
        cmocka_unit_test(test_oracle_greedy__any_basis_gives_the_same_pattern),
        cmocka_unit_test(test_oracle_greedy__small_tables_lose_no_more_cells),
        cmocka_unit_test(test_oracle_greedy__small_tables_lose_no_more_value),
        cmocka_unit_test(test_oracle_greedy__ties_fall_as_in_the_peers_order),
        cmocka_unit_test(test_oracle_greedy__every_middle_table_loses_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
