/* test_holders.c - which contributors the system takes for attackers, and what they know.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/judge.h"
#include "release/trial.h"
#include "support/unit.h"
#include "support/workforce.h"

static wf_data data;
static wf_plan plan;

/* Cells, verdicts and marks, without a pattern. */
static void judge(const cdn_snapshot *snapshot, const cdn_gate_input *input, cdn_trial *trial)
{
    cdn_error error = CDN_ERROR_INIT;
    *trial = (cdn_trial){.input = input};
    const cdn_cells_input cells_input = {snapshot, input->catalogue, input->plan,
                                         input->agreement, input->policy, NULL, 2, NULL, 0, NULL};
    if (cdn_cells_create(&cells_input, &trial->cells, &error) != CDN_OK ||
        cdn_trial_judge(trial, &error) != CDN_OK || cdn_trial_holders(trial, &error) != CDN_OK)
        fail_msg("%s", error.message);
}

/* Workers and their pay, by area and role. */
static void start_plan(void)
{
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_PAY);
}

/* Without insiders, with two kinds of them, with all. */
static void test_holders__only_the_kinds_that_the_policy_names(void **state)
{
    (void)state;
    wf_random(&data, 7, 30, 60);
    start_plan();
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&plan, WF_LOCATIONS);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
    cdn_snapshot *snapshot = wf_load(&data);
    static const struct {
        cdn_insiders insiders;
        uint32_t count, kinds[CDN_HOLDER_KINDS];
    } cases[] = {
        {{false, false, false}, 0, {0}},
        {{true, false, true}, 2, {CDN_CONTRIBUTOR_WORKER, CDN_CONTRIBUTOR_PROVIDER}},
        {{true, true, true}, 3, {CDN_CONTRIBUTOR_WORKER, CDN_CONTRIBUTOR_WORKPLACE,
                                 CDN_CONTRIBUTOR_PROVIDER}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cdn_policy policy = wf_policy;
        policy.insiders = cases[i].insiders;
        cdn_gate_input input = {.snapshot = snapshot, .catalogue = &wf_catalogue,
                                .plan = &plan.plan, .agreement = &wf_agreement,
                                .policy = &policy};
        cdn_trial trial;
        judge(snapshot, &input, &trial);
        uint32_t held = 0;
        assert_int_equal(trial.system.holder_kinds, cases[i].count);
        for (uint32_t k = 0; k < trial.system.holder_kinds; k++)
            for (uint32_t c = 0; c < trial.cells->count; c++) {
                const cdn_cell *cell = &trial.cells->cells[c];
                bool everybody = (trial.marks[c] & CDN_CELL_KNOWN) != 0;
                const uint32_t company[] = {cell->workers, cell->workplaces, cell->providers};
                uint32_t kind = cases[i].kinds[k];
                uint32_t sole = company[kind] == 1 ? cell->sole[kind] : 0;
                assert_int_equal(trial.system.holder[k][c], everybody ? 0 : sole);
                held += trial.system.holder[k][c] != 0;
            }
        assert_true(i == 0 || held > 10);
        cdn_trial_release(&trial);
    }
    cdn_snapshot_close(snapshot);
}

/* The holder of a kind and the one of another kind at the same cell have all the same cells. */
static bool are_twins(uint32_t *const before[], uint32_t kind, uint32_t other, uint32_t cell,
                      const uint8_t *used, uint32_t count)
{
    bool same = before[other][cell] != 0;
    for (uint32_t c = 0; c < count && same; c++)
        same = !used[c] || (before[kind][c] == before[kind][cell]) ==
                               (before[other][c] == before[other][cell]);
    return same;
}

/* Each is left unless a kind before has one with the same cells; those of no equation do not
 * count. */
static void test_holders__of_twins_one_is_left(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    wf_random(&data, 8, 60, 120);
    start_plan();
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_policy policy = wf_policy;
    policy.insiders = (cdn_insiders){true, true, true};
    cdn_gate_input input = {.snapshot = snapshot, .catalogue = &wf_catalogue, .plan = &plan.plan,
                            .agreement = &wf_agreement, .policy = &policy};
    cdn_trial trial;
    judge(snapshot, &input, &trial);
    uint32_t count = trial.cells->count, dropped = 0, left = 0, *before[CDN_HOLDER_KINDS];
    trial.system.cell_count = count;
    trial.system.equation_count = trial.cells->equation_count;
    trial.system.equation_start = trial.cells->equation_start;
    trial.system.equation_cell = trial.cells->equation_cell;
    uint8_t *used = calloc(count, 1);
    for (uint32_t i = 0; i < trial.cells->equation_start[trial.cells->equation_count]; i++) {
        uint32_t cell = trial.cells->equation_cell[i];
        used[cell] = (trial.marks[cell] & CDN_CELL_KNOWN) == 0;
    }
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++) {
        before[k] = malloc(count * sizeof **before);
        memcpy(before[k], trial.holders[k], count * sizeof **before);
    }
    assert_int_equal(cdn_trial_drop_twins(&trial, &error), CDN_OK);
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++)
        for (uint32_t c = 0; c < count; c++) {
            bool twin = false;
            for (uint32_t other = 0; other < k && used[c] && before[k][c] != 0; other++)
                twin = twin || are_twins(before, k, other, c, used, count);
            assert_int_equal(trial.holders[k][c], twin ? 0 : before[k][c]);
            dropped += twin;
            left += k > 0 && used[c] && trial.holders[k][c] != 0;
        }
    assert_true(dropped > 0 && left > 0);
    for (uint32_t k = 0; k < CDN_HOLDER_KINDS; k++)
        free(before[k]);
    free(used);
    cdn_trial_release(&trial);
    cdn_snapshot_close(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holders__only_the_kinds_that_the_policy_names),
        cmocka_unit_test(test_holders__of_twins_one_is_left),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
