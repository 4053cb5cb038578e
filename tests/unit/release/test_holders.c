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
    if (cdn_cells_create(snapshot, input->catalogue, input->plan, input->agreement,
                         input->policy, NULL, 2, &trial->cells, &error) != CDN_OK ||
        cdn_trial_judge(trial, &error) != CDN_OK || cdn_trial_holders(trial, &error) != CDN_OK)
        fail_msg("%s", error.message);
}

/* Without insiders, with two kinds of them, with all. */
static void test_holders__only_the_kinds_that_the_policy_names(void **state)
{
    (void)state;
    wf_random(&data, 7, 30, 60);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_show(&plan, WF_WORKERS);
    wf_show(&plan, WF_PAY);
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
                if (everybody)
                    assert_int_equal(trial.system.holder[k][c], 0);
                else if (sole != 0 || cell->providers != 0)
                    assert_int_equal(trial.system.holder[k][c], sole);
                held += trial.system.holder[k][c] != 0;
            }
        assert_true(i == 0 || held > 10);
        cdn_trial_release(&trial);
    }
    cdn_snapshot_close(snapshot);
}

/* whole = part + nothing, of which another whole is made: 0 = 1 + 2, 3 = 2 + 4. */
static void test_holders__who_holds_all_else_holds_what_is_nothing(void **state)
{
    (void)state;
    enum { CELLS = 5 };
    static uint32_t start[] = {0, 3, 6}, equation_cell[] = {0, 1, 2, 3, 2, 4};
    static int32_t coefficient[] = {1, -1, -1, 1, -1, -1};
    static const struct {
        uint32_t sole[CELLS];
        uint32_t providers[CELLS];
        uint8_t marks[CELLS];
        uint32_t holder[CELLS];
    } cases[] = {
        {{7, 7, 0, 0, 7}, {1, 1, 0, 0, 1}, {0}, {7, 7, 7, 7, 7}},   /* one after the other */
        {{7, 7, 0, 9, 9}, {1, 1, 0, 1, 1}, {0}, {7, 7, 7, 0, 9}},   /* of two the first */
        {{7, 7, 0, 0, 0}, {1, 1, 2, 0, 0}, {0}, {7, 7, 0, 0, 0}},   /* somebody is there */
        {{7, 8, 0, 0, 0}, {1, 1, 0, 0, 0}, {0}, {7, 8, 0, 0, 0}},   /* two of them */
        {{7, 7, 0, 0, 0}, {1, 2, 0, 0, 0}, {0}, {7, 0, 0, 0, 0}},   /* the others have 0 */
        {{7, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {0, CDN_CELL_KNOWN}, {7, 0, 7, 0, 0}},
        {{0, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {CDN_CELL_KNOWN, CDN_CELL_KNOWN}, {0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cdn_cell cell[CELLS] = {0};
        uint8_t marks[CELLS];
        memcpy(marks, cases[i].marks, sizeof marks);
        for (uint32_t c = 0; c < CELLS; c++) {
            cell[c].sole[CDN_CONTRIBUTOR_PROVIDER] = cases[i].sole[c];
            cell[c].providers = cases[i].providers[c];
        }
        cdn_cells cells = {.count = CELLS, .cells = cell, .equation_count = 2,
                           .equation_start = start, .equation_cell = equation_cell,
                           .equation_coefficient = coefficient};
        cdn_policy policy = {.insiders = {.providers = true}};
        cdn_gate_input input = {.policy = &policy};
        cdn_trial trial = {.input = &input, .cells = &cells, .marks = marks};
        cdn_error error = CDN_ERROR_INIT;
        assert_int_equal(cdn_trial_holders(&trial, &error), CDN_OK);
        assert_memory_equal(trial.system.holder[0], cases[i].holder, sizeof cases[i].holder);
        trial.cells = NULL;
        trial.marks = NULL;
        cdn_trial_release(&trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holders__only_the_kinds_that_the_policy_names),
        cmocka_unit_test(test_holders__who_holds_all_else_holds_what_is_nothing),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
