/* test_judge.c - cells decided by hand, what cannot be had together, costs, and reasons.
 *
 * Four areas by three roles: 40 workers of four providers in each cell, but 4 in A1 R3, which are
 * too few.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/judge.h"

#include <stdio.h>

#include "cells/cells.h"
#include "core/alloc.h"
#include "unit/release/gate.h"

#define SMALL_AREA 0
#define SMALL_ROLE 2
#define KEYS 24u /* (4 areas, not recorded, total) x (3 roles, total) */

static gate_case g;
static cdn_manual by_hand[4];
static const char *names[4][4], *codes[4][4];

static uint32_t key_of(uint32_t area, uint32_t role)
{
    return area * 4 + role;
}

/* A table by area and role, workers in each; also other measures when asked for. */
static void start_with(int small)
{
    gate_start(&g);
    g.data.workplaces = 16;
    for (int w = 0; w < 16; w++)
        g.data.workplace[w] = (wf_workplace){.org = w, .area = w / 4, .service = 0,
                                             .staff = 100 + w, .leavers = 10, .vacant = 5,
                                             .t_ok = 1, .v_ok = 1, .location = WF_BLANK,
                                             .weight_1 = 1, .weight_2 = 1};
    for (int area = 0; area < 4; area++)
        for (int role = 0; role < 3; role++) {
            int people = area == SMALL_AREA && role == SMALL_ROLE ? small : 40;
            for (int i = 0; i < people; i++)
                g.data.worker[g.data.workers++] =
                    (wf_worker){.workplace = area * 4 + i % 4, .role = role, .gender = i / 4 % 2,
                                .pay = 1000 + i};
        }
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_AREA, 1, 1);
    wf_by(&g.plan, WF_DIM_ROLE, 0, 0);
    wf_show(&g.plan, WF_WORKERS);
}

static void start(void)
{
    start_with(4);
}

/* Entry i of the policy: `where` is "area=A1 role=_T". */
static void decide(uint32_t i, const char *measure, const char *where, cdn_manual_status status)
{
    static char texts[4][128];
    (void)snprintf(texts[i], sizeof texts[i], "%s", where);
    by_hand[i] = (cdn_manual){.measure = measure, .dimensions = names[i], .codes = codes[i],
                              .status = status, .reason = "a reason", .line = 40 + i};
    for (char *item = strtok(texts[i], " "); item != NULL; item = strtok(NULL, " ")) {
        char *equals = strchr(item, '=');
        *equals = '\0';
        names[i][by_hand[i].code_count] = item;
        codes[i][by_hand[i].code_count++] = equals + 1;
    }
    g.policy.manual = by_hand;
    g.policy.manual_count = i + 1;
}

static cdn_value_status status_of(uint32_t area, uint32_t role)
{
    return gate_value(&g, 0, key_of(area, role), 0)->status;
}

static cdn_status refused(const char *says)
{
    cdn_status status = gate_run(&g, 1);
    if (status == CDN_OK || strstr(g.error.message, says) == NULL)
        fail_msg("status %d: %s", (int)status, g.error.message);
    return status;
}

static void test_judge__without_decisions_the_rules_decide(void **state)
{
    (void)state;
    start();
    gate_clear(&g);
    assert_int_equal(status_of(SMALL_AREA, SMALL_ROLE), CDN_VALUE_CONFIDENTIAL);
    assert_int_equal(g.report.outputs[0].primary, 1);
    assert_int_equal(g.report.outputs[0].secondary, 3);
    gate_end(&g);
}

static void test_judge__withheld_by_hand(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A3 role=_T", CDN_MANUAL_WITHHELD);
    gate_clear(&g);
    assert_int_equal(status_of(2, 3), CDN_VALUE_CONFIDENTIAL);
    assert_int_equal(g.report.outputs[0].primary, 2);
    assert_int_equal(g.report.outputs[0].by_rule[CDN_RULE_MANUAL], 1);
    gate_end(&g);
}

static void test_judge__safe_by_hand_overrules_a_rule(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A1 role=R3", CDN_MANUAL_SAFE);
    gate_clear(&g);
    assert_int_equal(g.report.outputs[0].primary, 0);
    assert_int_equal(g.report.outputs[0].secondary, 0);
    gate_end(&g);
}

/* What was withheld beside the small cell stays when it is published by hand; others go. */
static void test_judge__published_by_hand_is_never_a_secondary(void **state)
{
    (void)state;
    for (uint32_t area = 1; area < 4; area++)
        for (uint32_t role = 0; role < 2; role++) {
            char where[32];
            (void)snprintf(where, sizeof where, "role=R%u area=A%u", role + 1, area + 1);
            start();
            decide(0, "workers", where, CDN_MANUAL_PUBLISHED);
            decide(1, "workers", "area=A1 role=R1", CDN_MANUAL_PUBLISHED);
            gate_clear(&g);
            assert_int_equal(status_of(area, role), CDN_VALUE_OK);
            assert_int_equal(status_of(0, 0), CDN_VALUE_OK);
            assert_int_equal(status_of(0, 1), CDN_VALUE_CONFIDENTIAL);
            gate_end(&g);
        }
}

static void test_judge__a_sensitive_cell_cannot_be_forced(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A2 role=R1", CDN_MANUAL_PUBLISHED);
    decide(1, "workers", "area=A1 role=R3", CDN_MANUAL_PUBLISHED);
    assert_int_equal(refused("in the outputs: t0"), CDN_E_REFUSED);
    assert_string_equal(g.error.source, "policy.lua");
    assert_int_equal(g.error.line, 41);
    gate_end(&g);
}

/* The others of the row and its total leave the small cell no way out. */
static void test_judge__forced_cells_that_determine_another_are_named(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A1 role=R1", CDN_MANUAL_PUBLISHED);
    decide(1, "workers", "area=A1 role=R2", CDN_MANUAL_PUBLISHED);
    decide(2, "workers", "area=A1 role=_T", CDN_MANUAL_PUBLISHED);
    assert_int_equal(refused("in the outputs: t0; nothing is released"), CDN_E_REFUSED);
    assert_non_null(strstr(g.error.hint, "policy.lua, line 40, 41, 42"));
    gate_end(&g);
    start();
    decide(0, "workers", "area=A1 role=R1", CDN_MANUAL_PUBLISHED);
    decide(1, "workers", "area=A1 role=R2", CDN_MANUAL_PUBLISHED);
    gate_clear(&g); /* the total can still go */
    assert_int_equal(status_of(0, 3), CDN_VALUE_CONFIDENTIAL);
    gate_end(&g);
}

static void test_judge__names_that_are_not_there_are_errors_of_the_policy(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {
        {"people", "area=A1", "there is no measure \"people\""},
        {"workers", "town=A1", "there is no dimension \"town\""},
        {"workers", "role=R1 area=A9", "there is no code \"A9\""},
    };
    for (size_t i = 0; i < 3; i++) {
        start();
        decide(0, "staff", "area=A1", CDN_MANUAL_SAFE);
        decide(1, wrong[i][0], wrong[i][1], CDN_MANUAL_SAFE);
        assert_int_equal(refused(wrong[i][2]), CDN_E_INPUT);
        assert_string_equal(g.error.source, "policy.lua");
        assert_int_equal(g.error.line, 41);
        gate_end(&g);
    }
}

static void test_judge__two_decisions_on_one_cell_are_an_error(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A2", CDN_MANUAL_PUBLISHED);
    decide(1, "workers", "role=R1", CDN_MANUAL_WITHHELD);
    assert_int_equal(refused("line 40 decides otherwise"), CDN_E_INPUT);
    assert_int_equal(g.error.line, 41);
    gate_end(&g);
}

static void test_judge__what_matches_nothing_changes_nothing(void **state)
{
    (void)state;
    start();
    decide(0, "staff", "area=A1", CDN_MANUAL_WITHHELD);
    decide(1, "workers", "service=S1", CDN_MANUAL_WITHHELD);
    decide(2, "workers", "area=N", CDN_MANUAL_WITHHELD);
    gate_clear(&g);
    assert_int_equal(g.report.outputs[0].primary, 1);
    gate_end(&g);
}

/* A dimension that the table lacks: its total, unless a filter narrows it. */
static void test_judge__a_dimension_that_is_not_there_is_its_total(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "service=_T area=A3 role=_T", CDN_MANUAL_WITHHELD);
    gate_clear(&g);
    assert_int_equal(g.report.outputs[0].primary, 2);
    gate_end(&g);
    start();
    wf_only(&g.plan, WF_DIM_SERVICE, 0, 1);
    decide(0, "workers", "service=_T area=A3 role=_T", CDN_MANUAL_WITHHELD);
    gate_clear(&g);
    assert_int_equal(g.report.outputs[0].primary, 1);
    gate_end(&g);
}

static void test_judge__quantiles_and_ratios_by_hand(void **state)
{
    (void)state;
    start();
    wf_show(&g.plan, WF_MEDIAN);
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_AREA, 1, 1);
    wf_show(&g.plan, WF_TURNOVER);
    decide(0, "median", "area=A2 role=R2", CDN_MANUAL_WITHHELD);
    decide(1, "turnover", "area=A2", CDN_MANUAL_WITHHELD);
    gate_clear(&g);
    assert_int_equal(gate_value(&g, 0, key_of(1, 1), 1)->status, CDN_VALUE_CONFIDENTIAL);
    assert_int_equal(gate_value(&g, 0, key_of(1, 0), 1)->status, CDN_VALUE_OK);
    assert_int_equal(gate_value(&g, 1, 1, 0)->status, CDN_VALUE_CONFIDENTIAL);
    assert_int_equal(g.report.outputs[1].by_rule[CDN_RULE_MANUAL], 1);
    gate_end(&g);
}

/* ---- zeros that are withheld ---- */

/* Nobody in A1 has service S2, and all of A1 is in rows; in A2 there are no rows. */
static void test_judge__a_zero_that_rows_show_is_no_secret(void **state)
{
    (void)state;
    gate_start(&g);
    g.data.workplaces = 24;
    for (int w = 0; w < 24; w++) {
        int area = w / 6, service = area < 2 ? 0 : w % 2;
        g.data.workplace[w] = (wf_workplace){.org = w, .area = area, .service = service,
                                             .staff = 100 + w, .location = WF_BLANK,
                                             .consent = area == 0};
    }
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_AREA, 1, 1);
    wf_by(&g.plan, WF_DIM_SERVICE, 0, 0);
    wf_only(&g.plan, WF_DIM_SERVICE, 0, 3);
    wf_show(&g.plan, WF_STAFF);
    wf_list(&g.plan, WF_WORKPLACE);
    wf_field(&g.plan, WF_FIELD_ID);
    wf_show(&g.plan, WF_STAFF);
    g.policy.zeros = CDN_ZEROS_UNSAFE;
    g.policy.row_workers.on = false;
    gate_clear(&g); /* a row of S1, S2 and total per area */
    assert_int_equal(gate_value(&g, 0, 1, 0)->status, CDN_VALUE_OK);
    assert_int_equal(gate_value(&g, 0, 1, 0)->number, 0);
    assert_int_equal(gate_value(&g, 0, 4, 0)->status, CDN_VALUE_CONFIDENTIAL);
    assert_true(g.report.outputs[0].by_rule[CDN_RULE_ZERO] > 0);
    gate_end(&g);
}

/* Nobody in A1 has role R3. The others of its row and their total, all forced, would tell. */
static void test_judge__a_zero_that_forced_cells_tell_stays_a_secret(void **state)
{
    (void)state;
    for (uint32_t forced = 2; forced <= 3; forced++) {
        static const char *const where[] = {"area=A1 role=R1", "area=A1 role=R2",
                                            "area=A1 role=_T"};
        start_with(0);
        g.policy.zeros = CDN_ZEROS_UNSAFE;
        for (uint32_t i = 0; i < forced; i++)
            decide(i, "workers", where[i], CDN_MANUAL_PUBLISHED);
        if (forced == 3) {
            assert_int_equal(refused("in the outputs: t0; nothing is released"), CDN_E_REFUSED);
        } else {
            gate_clear(&g);
            assert_int_equal(status_of(SMALL_AREA, SMALL_ROLE), CDN_VALUE_CONFIDENTIAL);
        }
        gate_end(&g);
    }
}

/* Where zeros are withheld: nobody in A1 has role R3, and everybody knows that nobody can. */
static void test_judge__a_structural_zero_is_published(void **state)
{
    (void)state;
    for (int structural = 0; structural < 2; structural++) {
        start_with(0);
        g.policy.zeros = CDN_ZEROS_UNSAFE;
        if (structural)
            decide(0, "workers", "area=A1 role=R3", CDN_MANUAL_STRUCTURAL);
        gate_clear(&g);
        assert_int_equal(status_of(SMALL_AREA, SMALL_ROLE),
                         structural ? CDN_VALUE_OK : CDN_VALUE_CONFIDENTIAL);
        /* besides: the four cells of "area not recorded" */
        assert_int_equal(g.report.outputs[0].primary, structural ? 4 : 5);
        gate_end(&g);
    }
}

static void test_judge__a_structural_zero_with_records_is_refused(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A1 role=R3", CDN_MANUAL_STRUCTURAL);
    assert_int_equal(refused("in the outputs: t0; nothing is released"), CDN_E_REFUSED);
    assert_int_equal(g.error.line, 40);
    gate_end(&g);
}

/* ---- costs ---- */

static void check_costs(cdn_cost cost, uint32_t weight)
{
    cdn_error error = CDN_ERROR_INIT;
    g.policy.cost = cost;
    g.policy.total_weight = weight;
    cdn_gate_input input = {.snapshot = g.snapshot, .catalogue = &wf_catalogue,
                            .plan = &g.plan.plan, .agreement = &g.agreement,
                            .policy = &g.policy, .script_text = "script", .threads = 1};
    cdn_trial trial = {.input = &input};
    const cdn_cells_input cells_input = {g.snapshot, &wf_catalogue, &g.plan.plan,
                                         &g.agreement, &g.policy, NULL, 1, NULL, 0,
                                         NULL};
    assert_int_equal(cdn_cells_create(&cells_input, &trial.cells, &error), CDN_OK);
    assert_int_equal(cdn_trial_costs(&trial, &error), CDN_OK);
    for (uint32_t key = 0; key < KEYS; key++) {
        uint32_t cell = trial.cells->figures[key].cells[0];
        uint64_t expected = cost == CDN_COST_CELLS ? 1
                            : 1 + (uint64_t)trial.cells->cells[cell].value;
        expected *= (key / 4 == 5 ? weight : 1) * (key % 4 == 3 ? weight : 1);
        assert_int_equal(trial.costs[cell], expected);
    }
    cdn_trial_release(&trial);
}

static void test_judge__totals_cost_more_for_each_dimension_they_sum(void **state)
{
    (void)state;
    start();
    g.snapshot = wf_load(&g.data);
    for (uint32_t weight = 1; weight <= 1000; weight = weight * 10 - 1) {
        check_costs(CDN_COST_CELLS, weight);
        check_costs(CDN_COST_VALUE, weight);
        check_costs(CDN_COST_WORKERS, weight);
    }
    cdn_snapshot_close(g.snapshot);
}

/* ---- k-disclosure ---- */

/* In A1 all but two are women, all but three in A2; elsewhere half are. */
static void start_women(void)
{
    gate_start(&g);
    g.data.workplaces = 16;
    for (int w = 0; w < 16; w++)
        g.data.workplace[w] = (wf_workplace){.org = w, .area = w / 4, .location = WF_BLANK,
                                             .weight_1 = 1, .weight_2 = 1};
    for (int i = 0; i < 160; i++) {
        int area = i / 40, men = area == 0 ? 2 : area == 1 ? 3 : 20;
        g.data.worker[g.data.workers++] =
            (wf_worker){.workplace = area * 4 + i % 4, .gender = i % 40 >= men, .pay = 1000};
    }
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_AREA, 1, 1);
    wf_by(&g.plan, WF_DIM_GENDER, 0, 0);
    wf_show(&g.plan, WF_WORKERS);
    g.policy.workers.on = g.policy.workplaces.on = g.policy.providers.on = false;
    g.policy.group_disclosure = false;
    g.policy.count_base = 1;
}

static void test_judge__few_outside_a_category_stay_unknown(void **state)
{
    (void)state;
    for (uint32_t k = 0; k <= 3; k++) {
        start_women();
        g.policy.k_disclosure = (cdn_k_disclosure){k > 0, k};
        gate_clear(&g);
        uint32_t unsafe = k < 2 ? 0 : k - 1;
        assert_int_equal(g.report.outputs[0].by_rule[CDN_RULE_K_DISCLOSURE], 0); /* hidden */
        for (uint32_t area = 0; area < 4; area++) {
            bool men = gate_value(&g, 0, key_of(area, 0), 0)->status == CDN_VALUE_OK;
            bool women = gate_value(&g, 0, key_of(area, 1), 0)->status == CDN_VALUE_OK;
            bool all = gate_value(&g, 0, key_of(area, 3), 0)->status == CDN_VALUE_OK;
            if (area < unsafe)
                assert_true(!men && !(women && all));
            else if (unsafe == 0)
                assert_true(men && women && all);
        }
        gate_end(&g);
    }
}

static void test_judge__every_category_has_its_difference(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells;
    start_women();
    wf_table(&g.plan, true); /* women of each role, as a filter */
    wf_by(&g.plan, WF_DIM_ROLE, 0, 0);
    wf_only(&g.plan, WF_DIM_GENDER, 0, 2);
    wf_show(&g.plan, WF_WORKERS);
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_ROLE, 0, 0);
    wf_show(&g.plan, WF_WORKERS);
    wf_show(&g.plan, WF_FEMALE);
    g.snapshot = wf_load(&g.data);
    for (uint32_t k = 0; k < 2; k++) {
        g.policy.k_disclosure = (cdn_k_disclosure){k > 0, k};
        const cdn_cells_input cells_input = {g.snapshot, &wf_catalogue, &g.plan.plan,
                                             &g.agreement, &g.policy, NULL, 1, NULL, 0,
                                         NULL};
        assert_int_equal(cdn_cells_create(&cells_input, &cells, &error), CDN_OK);
        assert_true(cells->category_count > 10);
        for (uint32_t i = 0; i < cells->category_count; i++) {
            const cdn_category *c = &cells->categories[i];
            assert_int_equal(c->difference != CDN_NONE, k > 0 || c->rest != CDN_NONE);
            if (c->difference != CDN_NONE)
                assert_int_equal(cells->cells[c->difference].value,
                                 cells->cells[c->whole].value - cells->cells[c->part].value);
        }
        cdn_cells_destroy(cells);
    }
    cdn_snapshot_close(g.snapshot);
}

/* ---- reasons ---- */

static void test_judge__every_withheld_figure_has_its_reason(void **state)
{
    (void)state;
    start();
    for (int w = 0; w < 16; w++)
        g.data.workplace[w].consent = w == 0;
    wf_list(&g.plan, WF_WORKPLACE);
    wf_field(&g.plan, WF_FIELD_ID);
    wf_show(&g.plan, WF_PAY_WOMEN); /* of 5 + 5 + 0 in the first workplace: shown */
    wf_show(&g.plan, WF_P90);       /* of 21 with 2 above */
    decide(0, "workers", "area=A3 role=_T", CDN_MANUAL_WITHHELD);
    g.snapshot = wf_load(&g.data);
    cdn_gate_input input = {.snapshot = g.snapshot, .catalogue = &wf_catalogue,
                            .plan = &g.plan.plan, .agreement = &g.agreement,
                            .policy = &g.policy, .script_text = "script", .threads = 1,
                            .reasons = true};
    if (cdn_gate_try(&input, &g.report, &g.error) != CDN_OK)
        fail_msg("%s", g.error.message);
    uint32_t small = 0, others = 0, hand = 0, rows = 0;
    for (uint32_t i = 0; i < g.report.withheld_count; i++) {
        const cdn_gate_withheld *w = &g.report.withheld[i];
        if (w->output == 1) {
            assert_string_equal(w->key, "row 1");
            assert_true(w->rules == 1u << CDN_RULE_QUANTILE || w->rules == 1u << CDN_RULE_ROW);
            rows++;
            continue;
        }
        assert_string_equal(w->measure, "workers");
        if (strcmp(w->key, "area=A1 role=R3") == 0) {
            assert_int_equal(w->rules, 1u << CDN_RULE_WORKERS);
            small++;
        } else if (strcmp(w->key, "area=A3 role=_T") == 0) {
            assert_int_equal(w->rules, 1u << CDN_RULE_MANUAL);
            assert_string_equal(w->reason, "a reason");
            hand++;
            continue;
        } else {
            assert_int_equal(w->rules, 0);
            others++;
        }
        assert_null(w->reason);
    }
    assert_int_equal(small, 1);
    assert_int_equal(hand, 1);
    assert_true(rows >= 1);
    assert_int_equal(others, g.report.outputs[0].secondary);
    assert_int_equal(g.report.withheld_count, small + hand + others + rows);
    gate_end(&g);
}

static void test_judge__memory_may_run_out_anywhere(void **state)
{
    (void)state;
    start();
    decide(0, "workers", "area=A3 role=_T", CDN_MANUAL_WITHHELD);
    decide(1, "workers", "area=A2 role=R1", CDN_MANUAL_PUBLISHED);
    g.policy.total_weight = 2;
    g.snapshot = wf_load(&g.data);
    cdn_gate_input input = {.snapshot = g.snapshot, .catalogue = &wf_catalogue,
                            .plan = &g.plan.plan, .agreement = &g.agreement,
                            .policy = &g.policy, .script_text = "script", .threads = 1,
                            .reasons = true};
    cdn_status status;
    long allowed = 0;
    do {
        g.error = (cdn_error)CDN_ERROR_INIT;
        cdn_gate_report_release(&g.report);
        cdn_alloc_fail_after(allowed++);
        status = cdn_gate_try(&input, &g.report, &g.error);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    } while (status != CDN_OK && allowed < 20000);
    assert_int_equal(status, CDN_OK);
    assert_true(allowed > 100);
    gate_end(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge__without_decisions_the_rules_decide),
        cmocka_unit_test(test_judge__withheld_by_hand),
        cmocka_unit_test(test_judge__safe_by_hand_overrules_a_rule),
        cmocka_unit_test(test_judge__published_by_hand_is_never_a_secondary),
        cmocka_unit_test(test_judge__a_sensitive_cell_cannot_be_forced),
        cmocka_unit_test(test_judge__forced_cells_that_determine_another_are_named),
        cmocka_unit_test(test_judge__names_that_are_not_there_are_errors_of_the_policy),
        cmocka_unit_test(test_judge__two_decisions_on_one_cell_are_an_error),
        cmocka_unit_test(test_judge__what_matches_nothing_changes_nothing),
        cmocka_unit_test(test_judge__a_dimension_that_is_not_there_is_its_total),
        cmocka_unit_test(test_judge__quantiles_and_ratios_by_hand),
        cmocka_unit_test(test_judge__a_zero_that_rows_show_is_no_secret),
        cmocka_unit_test(test_judge__a_zero_that_forced_cells_tell_stays_a_secret),
        cmocka_unit_test(test_judge__a_structural_zero_is_published),
        cmocka_unit_test(test_judge__a_structural_zero_with_records_is_refused),
        cmocka_unit_test(test_judge__totals_cost_more_for_each_dimension_they_sum),
        cmocka_unit_test(test_judge__few_outside_a_category_stay_unknown),
        cmocka_unit_test(test_judge__every_category_has_its_difference),
        cmocka_unit_test(test_judge__every_withheld_figure_has_its_reason),
        cmocka_unit_test(test_judge__memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
