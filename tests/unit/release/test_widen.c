/* test_widen.c - a week in which nothing is left to withhold.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/release/weeks.h"

static void show(wf_plan *p)
{
    wf_plan_start(p);
    wf_table(p, true);
    wf_by(p, WF_DIM_AREA, 1, 1);
    wf_by(p, WF_DIM_SERVICE, 0, 0);
    wf_by(p, WF_DIM_ROLE, 0, 0);
    wf_show(p, WF_WORKERS);
    wf_show(p, WF_MEDIAN);
    wf_table(p, true);
    wf_by(p, WF_DIM_AREA, 1, 1);
    wf_show(p, WF_FEMALE);
}

/* One in nine takes up another role, and one in nine leaves. Short attacks leave a cell open, with
 * nothing left that could be withheld for it; a long one finds that it is safe. */
static void test_widen__ends_with_a_long_attack(void **state)
{
    (void)state;
    wf_random(&data, 1, 40, 450);
    policy = wf_policy;
    policy.history.workers = policy.workers;
    policy.history.workplaces = policy.workplaces;
    policy.history.providers = policy.providers;
    policy.levels = (cdn_levels){.on = true, .minimum_width = 1, .limit = 2000};
    past_count = 0;
    show(&other);
    load(0);
    must_run(0, &other);
    keep(0, &other, "first");
    for (uint32_t w = 0; w < data.workers; w += 9)
        data.worker[w].role = (data.worker[w].role + 1) % 3;
    for (uint32_t w = 4; w < data.workers; w += 9)
        data.worker[w].workplace = WF_BLANK;
    show(&plan);
    load(1);
    must_run(1, &plan);
    assert_int_equal(report.pinned_count, 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_widen__ends_with_a_long_attack)};
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
