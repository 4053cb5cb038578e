/* test_system.c - what protection and attack are told of earlier dates, and what is left out.
 *
 * Three areas of three workplaces each, every one of its own provider, and a table
 * of their workers. Changes of which one end is known are handed over to the other
 * end; these are the cases in which something must not get lost by that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/release/weeks.h"

/* The first week: so many workers in each workplace of the areas. */
static void start(const int count[3])
{
    memset(&data, 0, sizeof data);
    for (int w = 0; w < 9; w++)
        data.workplace[data.workplaces++] =
            (wf_workplace){.org = w, .area = w / 3, .staff = 20, .consent = WF_BLANK,
                           .location = WF_BLANK, .weight_1 = 1, .weight_2 = 1};
    for (int w = 0; w < 9; w++)
        join(w, count[w / 3]);
    policy = wf_policy;
    policy.history.workers = policy.workers;
    policy.history.workplaces = policy.workplaces;
    policy.history.providers = policy.providers;
    past_count = 0;
    wf_plan_start(&other);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_show(&plan, WF_WORKERS);
}

static void leave(int workplace, int count)
{
    for (uint32_t w = 0; w < data.workers; w++)
        if (data.worker[w].workplace == workplace && count-- > 0)
            data.worker[w].workplace = WF_BLANK;
}

/* ---- changes of which neither end is known ---- */

/* A1 and A2 are withheld in both weeks; their sum is known in both, and A2 is as it was: so is the
 * change of A1, which is one joiner. */
static void test_system__a_change_between_two_withheld_figures_is_a_secret(void **state)
{
    (void)state;
    start((const int[]){3, 8, 8});
    load(0);
    must_run(0, &plan);
    EXPECT(0, 0, 1, 1, 1, 1);
    keep(0, &plan, "first");
    leave(0, 1);
    for (int w = 6; w < 9; w++)
        join(w, 5);
    load(1);
    must_run(1, &plan);
    assert_false(report.published[A1] || report.published[A2]);
    assert_false(report.published[A3] && report.published[TOTAL]);
    end();
}

/* ---- who knows a change ---- */

/* A1 had nine workers and was withheld, with A2. Now it has ten, and A2 enough others. Who is the
 * tenth knows that there were nine. */
static void test_system__a_joiner_does_not_learn_how_many_there_were(void **state)
{
    (void)state;
    for (int insiders = 0; insiders < 2; insiders++) {
        start((const int[]){3, 8, 8});
        policy.insiders.workers = insiders;
        load(0);
        must_run(0, &plan);
        EXPECT(0, 0, 1, 1, 1, 1);
        keep(0, &plan, "first");
        join(0, 1);
        for (int w = 3; w < 6; w++)
            join(w, 5);
        load(1);
        must_run(1, &plan);
        assert_int_equal(report.published[A1], !insiders);
        end();
    }
}

/* One provider is left in A1 and A2, and knows both. Whoever left A1 was another one's: it knows
 * its own, and so what is left of A1. It must not learn A2 from their sum. */
static void test_system__who_left_knows_what_is_left(void **state)
{
    (void)state;
    for (int insiders = 0; insiders < 2; insiders++) {
        start((const int[]){8, 8, 8});
        data.workplace[2].org = 1;
        data.workplace[3].org = 0;
        policy.insiders.providers = insiders;
        first_week();
        for (int w = 1; w < 6; w++)
            leave(w, w == 3 ? 0 : 8);
        for (int w = 6; w < 9; w++)
            join(w, 7);
        load(1);
        must_run(1, &plan);
        assert_false(report.published[A1] || report.published[A2]);
        assert_int_equal(report.published[A3] && report.published[TOTAL], !insiders);
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system__a_change_between_two_withheld_figures_is_a_secret),
        cmocka_unit_test(test_system__a_joiner_does_not_learn_how_many_there_were),
        cmocka_unit_test(test_system__who_left_knows_what_is_left),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
