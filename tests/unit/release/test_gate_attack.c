/* test_gate_attack.c - the gate does not trust protection: whatever pattern it gets, it attacks it.
 *
 * This program has a cdn_suppress of its own, which the linker takes in place of
 * the library's: one that withholds too little, everything, or nothing at all.
 * And a cdn_widen that asks it once, and leaves the pattern as it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/fail.h"
#include "protect/suppress.h"
#include "release/widen.h"
#include "unit/release/gate.h"

enum { NOTHING, PRIMARIES, EVERYTHING, GIVE_UP } mode;

static bool uses_sensitive(const cdn_system *system, uint32_t figure)
{
    for (uint32_t i = system->figure_start[figure]; i < system->figure_start[figure + 1]; i++)
        if ((system->marks[system->figure_cell[i]] & CDN_CELL_SENSITIVE) != 0)
            return true;
    return false;
}

cdn_status cdn_suppress(const cdn_system *system, cdn_suppress_result *out, cdn_error *error)
{
    *out = (cdn_suppress_result){.figure_withheld = cdn_alloc(system->figure_count, 1),
                                 .cell_visible = cdn_alloc(system->cell_count, 1),
                                 .rounds = 1};
    assert_non_null(out->figure_withheld);
    assert_non_null(out->cell_visible);
    if (mode == GIVE_UP)
        return cdn_fail(error, CDN_E_REFUSED, "cannot be protected");
    for (uint32_t c = 0; c < system->cell_count; c++)
        out->cell_visible[c] = (system->marks[c] & CDN_CELL_KNOWN) != 0;
    for (uint32_t f = 0; f < system->figure_count; f++) {
        out->figure_withheld[f] =
            mode == EVERYTHING || (mode == PRIMARIES && uses_sensitive(system, f));
        for (uint32_t i = system->figure_start[f]; i < system->figure_start[f + 1]; i++)
            if (!out->figure_withheld[f])
                out->cell_visible[system->figure_cell[i]] = 1;
    }
    return CDN_OK;
}

void cdn_suppress_result_release(cdn_suppress_result *result)
{
    cdn_free(result->figure_withheld);
    cdn_free(result->cell_visible);
    *result = (cdn_suppress_result){0};
}

cdn_status cdn_widen(const cdn_system *system, const cdn_interval_input *input,
                     cdn_interval *found, cdn_suppress_result *out, cdn_widen_report *report,
                     cdn_error *error)
{
    (void)input;
    (void)found;
    *report = (cdn_widen_report){0};
    return cdn_suppress(system, out, error);
}

static gate_case g;

/* Three services; only the first has too few workplaces, so that the total less the others is
 * it. */
static void one_primary(bool in_other_table)
{
    gate_start(&g);
    for (int i = 0; i < 14; i++)
        g.data.workplace[g.data.workplaces++] =
            (wf_workplace){.org = i, .service = i < 2 ? 0 : 1 + i % 2, .staff = 20 + i,
                           .location = WF_BLANK};
    wf_table(&g.plan, !in_other_table);
    if (in_other_table) /* the total stands in a table of its own */
        wf_table(&g.plan, true);
    for (uint32_t t = 0; t < g.plan.plan.table_count; t++)
        g.plan.measures[t][g.plan.tables[t].measure_count++] = (cdn_plan_name){WF_STAFF, 1};
    g.plan.dimensions[0][g.plan.tables[0].dimension_count++] =
        (cdn_plan_dimension){WF_DIM_SERVICE, 0, 0, 1};
}

/* The output with the confidential cell is named, another is not, and no value is. */
static void expect_refusal(void)
{
    assert_int_equal(gate_run(&g, 1), CDN_E_REFUSED);
    assert_null(g.release);
    assert_int_equal(g.error.status, CDN_E_REFUSED);
    assert_non_null(strstr(g.error.message, "exposed"));
    assert_non_null(strstr(g.error.message, "t0"));
    assert_null(strstr(g.error.message, "t1"));
    assert_null(strstr(g.error.message, "41")); /* 20 + 21, the staff of the two */
    gate_end(&g);
}

static void test_gate_attack__a_visible_confidential_cell_is_refused(void **state)
{
    (void)state;
    mode = NOTHING;
    one_primary(false);
    expect_refusal();
}

static void test_gate_attack__a_cell_that_subtraction_gives_is_refused(void **state)
{
    (void)state;
    mode = PRIMARIES;
    one_primary(false);
    expect_refusal();
}

static void test_gate_attack__subtraction_across_tables_is_refused(void **state)
{
    (void)state;
    mode = PRIMARIES;
    one_primary(true);
    expect_refusal();
}

static void test_gate_attack__what_cannot_be_protected_is_not_released(void **state)
{
    (void)state;
    mode = GIVE_UP;
    one_primary(false);
    assert_int_equal(gate_run(&g, 1), CDN_E_REFUSED);
    assert_null(g.release);
    assert_string_equal(g.error.message, "cannot be protected");
    gate_end(&g);
}

/* Nothing is shown: every figure is confidential, and none has a number. */
static void test_gate_attack__a_withheld_figure_has_no_number(void **state)
{
    (void)state;
    mode = EVERYTHING;
    one_primary(false);
    gate_clear(&g);
    for (uint32_t key = 0; key < 4; key++) {
        assert_int_equal(gate_value(&g, 0, key, 0)->status, CDN_VALUE_CONFIDENTIAL);
        assert_int_equal(gate_value(&g, 0, key, 0)->number, 0);
    }
    assert_int_equal(g.release->outputs[0].withheld_count, 4);
    assert_int_equal(g.release->outputs[0].published_count, 0);
    assert_int_equal(g.report.outputs[0].primary, 1);
    assert_int_equal(g.report.outputs[0].secondary, 3);
    gate_end(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_attack__a_visible_confidential_cell_is_refused),
        cmocka_unit_test(test_gate_attack__a_cell_that_subtraction_gives_is_refused),
        cmocka_unit_test(test_gate_attack__subtraction_across_tables_is_refused),
        cmocka_unit_test(test_gate_attack__what_cannot_be_protected_is_not_released),
        cmocka_unit_test(test_gate_attack__a_withheld_figure_has_no_number),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
