/* test_oracle_middle.c - contributors against tables of thousands of cells, in the columns' view.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "attack/exact.h"
#include "oracle/grid.h"
#include "oracle/insiders.h"
#include "oracle/model.h"
#include "protect/suppress.h"

static void join(uint32_t *who, uint32_t number)
{
    *who = *who == 0 || *who == number ? number : UINT32_MAX;
}

static void find_holders(const model *m, uint64_t seed, uint32_t providers, uint32_t *holder)
{
    for (uint32_t c = 0; c < m->cells; c++) {
        holder[c] = 0;
        for (uint32_t j = m->column_start[c]; j < m->column_start[c + 1]; j++) {
            uint32_t r = m->column_row[j];
            for (uint64_t k = 0; k < m->row_frequency[r]; k++) {
                uint64_t who = seed + 1000 * r + k;
                join(&holder[c], 1 + model_below(&who, providers));
            }
        }
        holder[c] = holder[c] == UINT32_MAX ? 0 : holder[c];
    }
}

/* The two attackers, who share neither code nor view, on any pattern. */
static void test_oracle_middle__columns_and_equations_tell_insiders_the_same(void **unused)
{
    (void)unused;
    model *m = calloc(1, sizeof *m);
    uint8_t *withheld = calloc(MODEL_CELLS, 1), *one = calloc(MODEL_CELLS, 1);
    uint8_t *other = calloc(MODEL_CELLS, 1);
    uint32_t *holder = calloc(MODEL_CELLS, sizeof *holder), some = 0, count;
    uint64_t state = 6;
    for (uint32_t i = 0; i < 1000; i++) {
        model_reset(m);
        model_random_shape(m, (model_kind)(i % MODEL_KINDS), &state);
        model_random_rows(m, &state);
        model_finish(m, 6, MODEL_CELLS_COST);
        find_holders(m, model_random(&state), 2 + model_below(&state, 20), holder);
        m->system.holder_kinds = 1;
        m->system.holder[0] = holder;
        uint32_t percent = 30 + model_below(&state, 60);
        for (uint32_t c = 0; c < m->cells; c++)
            withheld[c] = m->sensitive[c] || model_below(&state, 100) < percent;
        some += insiders_attack(&m->columns, m->sensitive, withheld, holder, one) > 0;
        assert_int_equal(cdn_attack_exact(&m->system, withheld, other, &count, NULL), CDN_OK);
        for (uint32_t c = 0; c < m->cells; c++)
            assert_int_equal(one[c] != 0, other[c] != 0);
    }
    assert_true(some > 200 && some < 900);
    void *blocks[] = {withheld, one, other, holder};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    model_reset(m);
    free(m);
}

static uint32_t exposed(const model *m, const uint8_t *withheld)
{
    static uint8_t flags[MODEL_CELLS];
    uint32_t count;
    assert_int_equal(cdn_attack_exact(&m->system, withheld, flags, &count, NULL), CDN_OK);
    return count;
}

/* The greedy order, with contributors in mind: publish when nobody then finds anything. */
static uint64_t greedy_loss(const model *m)
{
    static uint8_t withheld[MODEL_CELLS];
    uint64_t sum = 0;
    uint32_t *order = greedy_order(&m->columns, m->frequency, NULL);
    memset(withheld, 1, m->cells);
    for (uint32_t i = 0; i < m->cells; i++) {
        uint32_t c = order[i];
        withheld[c] = 0;
        withheld[c] = m->sensitive[c] || exposed(m, withheld) > 0;
        sum += withheld[c] && !m->sensitive[c] ? m->costs[c] : 0;
    }
    free(order);
    return sum;
}

static void test_oracle_middle__contributors_cost_no_more_than_in_greedy_order(void **unused)
{
    (void)unused;
    model *m = calloc(1, sizeof *m);
    uint32_t *holder = calloc(MODEL_CELLS, sizeof *holder), secondaries = 0, needless = 0;
    for (model_cost cost = MODEL_CELLS_COST; cost <= MODEL_FREQUENCY_COST; cost++) {
        uint64_t state = 8, ours = 0, greedys = 0;
        for (uint32_t i = 0; i < 60 * MODEL_KINDS; i++) {
            cdn_suppress_result r;
            model_reset(m);
            model_random_shape(m, (model_kind)(i % MODEL_KINDS), &state);
            model_random_rows(m, &state);
            model_finish(m, 5, cost);
            find_holders(m, model_random(&state), 4 + model_below(&state, 30), holder);
            m->system.holder_kinds = 1;
            m->system.holder[0] = holder;
            assert_int_equal(cdn_suppress(&m->system, &r, NULL), CDN_OK);
            assert_int_equal(exposed(m, r.figure_withheld), 0);
            for (uint32_t c = 0; c < m->cells; c++) {
                if (!r.figure_withheld[c] || m->sensitive[c])
                    continue;
                ours += m->costs[c];
                r.figure_withheld[c] = 0;
                needless += exposed(m, r.figure_withheld) == 0;
                r.figure_withheld[c] = 1;
                secondaries++;
            }
            greedys += greedy_loss(m);
            cdn_suppress_result_release(&r);
        }
        print_message("cost %d: %llu, greedy %llu\n", (int)cost, (unsigned long long)ours,
                      (unsigned long long)greedys);
        assert_true(ours <= greedys);
    }
    print_message("%u of %u secondaries could go\n", needless, secondaries);
    assert_true(needless <= secondaries / 50);
    free(holder);
    model_reset(m);
    free(m);
}

static void attack_table(const shape_table *t, const uint8_t *withheld, uint32_t *public_count,
                         uint32_t *insider_count)
{
    greedy_columns columns = grid_columns(t);
    uint8_t *sensitive = greedy_need(t->cells, 1), *exposed = greedy_need(t->cells, 1);
    for (uint32_t c = 0; c < t->cells; c++)
        sensitive[c] = t->values[c] > 0 && t->values[c] < SHAPE_SENSITIVE_BELOW;
    *public_count = greedy_attack(&columns, sensitive, withheld, NULL);
    *insider_count = 0;
    for (uint32_t k = 0; k < t->system.holder_kinds; k++)
        *insider_count +=
            insiders_attack(&columns, sensitive, withheld, t->system.holder[k], exposed);
    free(sensitive);
    free(exposed);
    grid_release(&columns);
}

/* Without attackers among the contributors some are lost; with them, none. */
static void assert_insiders_learn_nothing(const shape *s, uint32_t providers)
{
    shape_table t;
    uint32_t everybody, insiders_alone, insiders_none;
    cdn_suppress_result r;
    shape_create(&t, s, true, providers);
    assert_int_equal(cdn_suppress(&t.system, &r, NULL), CDN_OK);
    t.system.holder_kinds = 2;
    t.system.holder[0] = t.record;
    t.system.holder[1] = t.provider;
    attack_table(&t, r.figure_withheld, &everybody, &insiders_alone);
    cdn_suppress_result_release(&r);
    assert_int_equal(everybody, 0);
    assert_true(insiders_alone > 0);
    assert_int_equal(cdn_suppress(&t.system, &r, NULL), CDN_OK);
    attack_table(&t, r.figure_withheld, &everybody, &insiders_none);
    cdn_suppress_result_release(&r);
    assert_int_equal(everybody, 0);
    assert_int_equal(insiders_none, 0);
    print_message("%s: without insiders in mind %u are lost\n", s->name, insiders_alone);
    shape_release(&t);
}

static void test_oracle_middle__insiders_learn_nothing(void **unused)
{
    (void)unused;
    assert_insiders_learn_nothing(&SHAPES[0], 300);
    assert_insiders_learn_nothing(&SHAPES[1], 300);
    assert_insiders_learn_nothing(&SHAPES[1], 20000);
    assert_insiders_learn_nothing(&SHAPES[2], 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_middle__columns_and_equations_tell_insiders_the_same),
        cmocka_unit_test(test_oracle_middle__contributors_cost_no_more_than_in_greedy_order),
        cmocka_unit_test(test_oracle_middle__insiders_learn_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
