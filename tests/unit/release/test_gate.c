/* test_gate.c - what comes through the gate: right numbers, nothing confidential, blanks without
 * consent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "support/spans.h"
#include "unit/release/gate.h"

static wf_world world;
static gate_case g;

/* ---- the policy's words, on cells counted by hand ---- */

static bool is_magnitude(uint32_t value)
{
    return value != WF_V_ONE;
}

static bool unsafe(const cdn_cell *cell, bool magnitude, bool concentration)
{
    if (cell->records == 0)
        return false;
    if (cell->workers < 10 || cell->workplaces < 3 || cell->providers < 2)
        return true;
    if (!magnitude)
        return false;
    bool dominated = 100 * cell->top[0] > 80 * cell->total;
    bool close = 100 * (cell->total - cell->top[0] - cell->top[1]) < 10 * cell->top[0];
    return cell->total == 0 || (concentration && (dominated || close));
}

/* The nearest integer to a / b, halves away from zero; b > 0. */
static int64_t nearest(int64_t a, int64_t b)
{
    return a < 0 ? -((-2 * a + b) / (2 * b)) : (2 * a + b) / (2 * b);
}

static int64_t as_published(uint32_t measure, const cdn_cell parts[2], int64_t quantile)
{
    switch (measure) {
    case WF_TURNOVER:
    case WF_VACANCY:
    case WF_FEMALE:
        return nearest(10 * parts[0].value, parts[1].value);
    case WF_PAY:
    case WF_PAY_WOMEN:
        return nearest(parts[0].value, parts[1].value);
    case WF_MEDIAN:
    case WF_P90:
        return nearest(quantile, 1000000);
    case WF_STAFF:
    case WF_NET:
        return g.policy.sum_base * nearest(parts[0].value, g.policy.sum_base);
    default:
        return 5 * nearest(parts[0].value, 5);
    }
}

static void check_figure(uint32_t measure, const cdn_value *value, const cdn_figure *figure,
                         const uint32_t leaves[WF_AXES], uint32_t seen[5])
{
    cdn_cell parts[3] = {{0}};
    bool forbidden = false;
    wf_statistic s;
    for (uint32_t p = 0; p < wf_part_count(measure); p++) {
        assert_true(wf_part(measure, p, &s));
        parts[p] = wf_count(&world, &s, leaves);
        forbidden = forbidden || (p < 2 && unsafe(&parts[p], is_magnitude(s.value), true));
    }
    if (measure == WF_FEMALE && parts[1].value > 0)
        forbidden = forbidden || parts[0].value == 0 || parts[2].value == 0;
    if (measure == WF_MEDIAN || measure == WF_P90)
        forbidden = forbidden ||
                    (parts[0].records > 0 && (parts[0].records < 20 || figure->below < 5 ||
                                              figure->above < 5));
    seen[value->status]++;
    if (forbidden)
        assert_int_equal(value->status, CDN_VALUE_CONFIDENTIAL);
    if (value->status != CDN_VALUE_OK) {
        assert_int_equal(value->number, 0); /* no number without leave */
    } else {
        int64_t number = as_published(measure, parts, figure->quantile_value);
        assert_int_equal(value->number, number);
        assert_true(number != 0 || parts[0].value == 0);
    }
    if (value->status == CDN_VALUE_LOW)
        assert_int_equal(as_published(measure, parts, figure->quantile_value), 0);
    if (value->status == CDN_VALUE_NOT_APPLICABLE)
        assert_true(wf_part_count(measure) > 1 ? parts[1].value == 0 : parts[0].records == 0);
}

static cdn_cells *tabulate(void)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = NULL;
    const cdn_cells_input cells_input = {g.snapshot, &wf_catalogue, &g.plan.plan,
                                         &g.agreement, &g.policy, NULL, 1, NULL, 0,
                                         NULL};
    if (cdn_cells_create(&cells_input, &cells, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return cells;
}

static void check_release(uint32_t seen[5])
{
    cdn_cells *cells = tabulate(); /* for the quantiles, which have their own test */
    for (uint32_t t = 0; t < g.plan.plan.table_count; t++) {
        const cdn_plan_table *table = &g.plan.tables[t];
        const cdn_release_output *out = &g.release->outputs[t];
        uint32_t withheld = 0;
        wf_code codes[4][16];
        for (uint32_t d = 0; d < table->dimension_count; d++)
            assert_int_equal(wf_codes(table, d, codes[d]), out->columns[d].code_count);
        for (uint32_t row = 0; row < out->row_count; row++) {
            uint32_t leaves[WF_AXES];
            wf_filters(table->filters, table->filter_count, leaves);
            for (uint32_t d = 0; d < table->dimension_count; d++) {
                uint32_t at = out->keys[row * table->dimension_count + d];
                assert_string_equal(out->columns[d].codes[at], codes[d][at].code);
                leaves[wf_axis_of(table->dimensions[d].dimension)] &= codes[d][at].leaves;
            }
            for (uint32_t m = 0; m < table->measure_count; m++) {
                const cdn_value *value = gate_value(&g, t, row, m);
                const cdn_figure *figure =
                    &cells->figures[cells->tables[t].first_figure + m * out->row_count + row];
                check_figure(table->measures[m].index, value, figure, leaves, seen);
                withheld += value->status == CDN_VALUE_CONFIDENTIAL;
            }
        }
        assert_int_equal(out->withheld_count, withheld);
        assert_int_equal(g.report.outputs[t].primary + g.report.outputs[t].secondary, withheld);
        assert_int_equal(g.report.outputs[t].figures, out->row_count * out->measure_count);
    }
    cdn_cells_destroy(cells);
}

static void show_many(void)
{
    static const uint32_t measures[] = {WF_WORKERS, WF_WORKPLACES, WF_STAFF,  WF_NET,
                                        WF_TURNOVER, WF_VACANCY,   WF_FEMALE, WF_PAY,
                                        WF_PAY_WOMEN, WF_MEDIAN,   WF_P90};
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++)
        wf_show(&g.plan, measures[m]);
}

static void test_gate__numbers_are_right_and_unsafe_ones_withheld(void **state)
{
    (void)state;
    uint32_t seen[5] = {0};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        gate_start(&g);
        g.policy.sum_base = seed % 2 == 0 ? 5 : 25; /* so that some round to nothing */
        wf_random(&g.data, seed, 75, 590);
        wf_world_make(&g.data, &world);
        wf_table(&g.plan, true);
        wf_by(&g.plan, WF_DIM_AREA, 0, 1);
        show_many();
        wf_table(&g.plan, seed % 2 == 0);
        wf_by(&g.plan, WF_DIM_SERVICE, 0, 0);
        wf_by(&g.plan, WF_DIM_SIZE, 0, 0);
        show_many();
        wf_table(&g.plan, true);
        wf_by(&g.plan, WF_DIM_GENDER, 0, 0);
        wf_only(&g.plan, WF_DIM_BOARD, 0, 1);
        wf_show(&g.plan, WF_WORKERS);
        wf_show(&g.plan, WF_MEDIAN);
        gate_clear(&g);
        check_release(seen);
        gate_end(&g);
    }
    assert_true(seen[CDN_VALUE_OK] > 200 && seen[CDN_VALUE_CONFIDENTIAL] > 200);
    assert_true(seen[CDN_VALUE_LOW] > 0);
}

/* ---- nothing follows from what is published ---- */

/* Whoever knows the figures that are shown cannot compute a confidential cell, by any combination:
 * with weights 1, 2, 4, ... that is a question about sets, which needs no equation. */
static void test_gate__nothing_confidential_can_be_computed(void **state)
{
    (void)state;
    uint64_t seed = 5;
    uint32_t confidential = 0, shown = 0;
    gate_start(&g);
    wf_factorial(&g.data);
    g.policy.dominance[0].on = g.policy.p_percent.on = false; /* powers of 2 are all dominated */
    g.policy.sum_base = 1;
    for (int round = 0; round < 60; round++) {
        spans_random_plan(&g.plan, &seed);
        gate_clear(&g);
        cdn_cells *cells = tabulate();
        static bool visible[SPANS_MOST], found[SPANS_MOST];
        memset(visible, 0, sizeof visible);
        assert_true(cells->count <= SPANS_MOST);
        for (uint32_t t = 0; t < g.plan.plan.table_count; t++) {
            const cdn_release_output *out = &g.release->outputs[t];
            for (uint32_t m = 0; m < out->measure_count; m++)
                for (uint32_t row = 0; row < out->row_count; row++) {
                    uint32_t f = cells->tables[t].first_figure + m * out->row_count + row;
                    uint32_t cell = cells->figures[f].cells[0];
                    if (gate_value(&g, t, row, m)->status != CDN_VALUE_OK)
                        continue;
                    assert_int_equal(gate_value(&g, t, row, m)->number, cells->cells[cell].value);
                    visible[cell] = true;
                    shown++;
                }
        }
        spans_in_truth(cells, visible, found);
        for (uint32_t c = 0; c < cells->count; c++) {
            if (!unsafe(&cells->cells[c], true, false))
                continue;
            confidential++;
            if (found[c]) {
                spans_print_plan(&g.plan);
                fail_msg("cell %u of %u workplaces can be computed", c, cells->cells[c].records);
            }
        }
        cdn_cells_destroy(cells);
    }
    assert_true(confidential > 500 && shown > 500);
    gate_end(&g);
}

/* ---- hand-made cases ---- */

/* One workplace of its own provider: `staff` workers, and whether it agrees to be shown. */
static void add_workplace(int service, int staff, int consent)
{
    g.data.workplace[g.data.workplaces] =
        (wf_workplace){.org = (int)g.data.workplaces, .area = 0, .service = service,
                       .staff = staff, .consent = consent, .location = WF_BLANK};
    g.data.workplaces++;
}

/* S1 has two workplaces, which is too few. Withholding S2 besides would cost least, but all of S2
 * is in published rows: whoever adds these up would have S1 from the total. */
static void test_gate__rows_are_no_hiding_place(void **state)
{
    (void)state;
    for (int consent = 0; consent < 2; consent++) {
        gate_start(&g);
        add_workplace(0, 20, 0);
        add_workplace(0, 22, 0);
        for (int i = 0; i < 4; i++)
            add_workplace(1, 10 + i, consent);
        for (int i = 0; i < 8; i++)
            add_workplace(2, 90 + i, 0);
        wf_table(&g.plan, true);
        wf_by(&g.plan, WF_DIM_SERVICE, 0, 0);
        wf_show(&g.plan, WF_STAFF);
        wf_list(&g.plan, WF_WORKPLACE);
        wf_field(&g.plan, WF_FIELD_ID);
        wf_show(&g.plan, WF_STAFF);
        gate_clear(&g);
        assert_int_equal(g.release->outputs[1].row_count, consent ? 4 : 0);
        assert_int_equal(gate_value(&g, 0, 0, 0)->status, CDN_VALUE_CONFIDENTIAL);
        bool second = gate_value(&g, 0, 1, 0)->status == CDN_VALUE_CONFIDENTIAL;
        bool third = gate_value(&g, 0, 2, 0)->status == CDN_VALUE_CONFIDENTIAL;
        bool total = gate_value(&g, 0, 3, 0)->status == CDN_VALUE_CONFIDENTIAL;
        if (consent)
            assert_true(third || total);
        else
            assert_true(second && !third && !total); /* the cheapest */
        gate_end(&g);
    }
}

/* All of a sector's two locations are linked. The register gives the total, so that a published
 * "0 not linked" would say it. */
static void test_gate__a_zero_that_would_tell_is_withheld(void **state)
{
    (void)state;
    gate_start(&g);
    g.data.locations = 2;
    g.data.location[1].provider = 1;
    add_workplace(0, 20, 0);
    add_workplace(0, 20, 0);
    g.data.workplace[0].location = 0;
    g.data.workplace[1].location = 1;
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_LINKED, 0, 0);
    wf_show(&g.plan, WF_LOCATIONS);
    gate_clear(&g);
    assert_int_equal(gate_value(&g, 0, 0, 0)->status, CDN_VALUE_CONFIDENTIAL);
    assert_int_equal(gate_value(&g, 0, 1, 0)->status, CDN_VALUE_CONFIDENTIAL);
    gate_end(&g);
}

/* One of a sector's two locations is linked, and the register gives the total. None of two would be
 * withheld as well, so that the reader is not left with one. */
static void test_gate__a_share_of_two_is_withheld_and_may_be_none(void **state)
{
    (void)state;
    gate_start(&g);
    g.policy.levels = (cdn_levels){.on = true, .minimum_width = 1, .limit = 1};
    g.data.locations = 2;
    g.data.location[1].provider = 1;
    add_workplace(0, 20, 0);
    g.data.workplace[0].location = 0;
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&g.plan, WF_COVERAGE);
    gate_clear(&g);
    assert_int_equal(gate_value(&g, 0, 0, 0)->status, CDN_VALUE_CONFIDENTIAL);
    assert_int_equal(g.report.pinned_count, 0);
    gate_end(&g);
}

static void test_gate__rows_that_are_not_shown_carry_no_number(void **state)
{
    (void)state;
    gate_start(&g);
    wf_random(&g.data, 17, 40, 590);
    wf_list(&g.plan, WF_WORKPLACE);
    wf_field(&g.plan, WF_FIELD_ID);
    wf_show(&g.plan, WF_WORKERS);
    wf_show(&g.plan, WF_FEMALE);
    wf_show(&g.plan, WF_TURNOVER);
    gate_clear(&g);
    const cdn_release_output *out = &g.release->outputs[0];
    uint32_t seen[5] = {0};
    for (uint32_t row = 0; row < out->row_count; row++)
        for (uint32_t m = 0; m < 3; m++) {
            const cdn_value *value = gate_value(&g, 0, row, m);
            seen[value->status]++;
            assert_true(value->status == CDN_VALUE_OK || value->number == 0);
        }
    assert_true(seen[CDN_VALUE_OK] > 5 && seen[CDN_VALUE_CONFIDENTIAL] > 5);
    assert_true(seen[CDN_VALUE_NOT_AVAILABLE] > 0);
    assert_int_equal(out->published_count, seen[CDN_VALUE_OK] + seen[CDN_VALUE_LOW]);
    assert_int_equal(out->withheld_count, seen[CDN_VALUE_CONFIDENTIAL]);
    /* the second look needs to know whose consent this relies on */
    assert_int_equal(g.report.consent_count, out->row_count);
    gate_end(&g);
}

static int consent_of(const char *id)
{
    return g.data.workplace[strtoul(id, NULL, 10) - 1].consent;
}

static void test_gate__fields_that_need_consent_are_blank_without(void **state)
{
    (void)state;
    static const cdn_grant_rows anybody[] = {{.record = WF_WORKPLACE, .consent = false}};
    gate_start(&g);
    g.agreement.rows = anybody;
    g.agreement.rows_count = 1;
    wf_random(&g.data, 23, 40, 0);
    wf_list(&g.plan, WF_WORKPLACE);
    wf_field(&g.plan, WF_FIELD_ID);
    wf_field(&g.plan, WF_FIELD_AREA);
    gate_clear(&g);
    const cdn_release_output *out = &g.release->outputs[0];
    assert_int_equal(out->row_count, 40);
    uint32_t blank = 0, shown = 0, consents = 0;
    for (uint32_t row = 0; row < out->row_count; row++) {
        const char *id = out->texts[row * 2], *region = out->texts[row * 2 + 1];
        const wf_workplace *w = &g.data.workplace[strtoul(id, NULL, 10) - 1];
        const char *expected = w->area == WF_BLANK ? "" : w->area < 2 ? "N" : "S";
        assert_string_equal(region, consent_of(id) == 1 ? expected : "");
        blank += consent_of(id) != 1 && w->area != WF_BLANK;
        shown += region[0] != '\0';
        consents += consent_of(id) == 1;
    }
    assert_true(blank > 5 && shown > 5);
    assert_int_equal(g.report.consent_count, consents);
    for (uint32_t i = 0; i < consents; i++)
        assert_int_equal(consent_of(g.report.consent_keys[i]), 1);
    gate_end(&g);
}

static void busy_plan(void)
{
    gate_start(&g);
    wf_random(&g.data, 29, 50, 500);
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_AREA, 0, 1);
    wf_by(&g.plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&g.plan, WF_WORKERS);
    wf_show(&g.plan, WF_FEMALE);
    wf_table(&g.plan, true);
    wf_by(&g.plan, WF_DIM_BOARD, 0, 0);
    wf_show(&g.plan, WF_TURNOVER);
    wf_show(&g.plan, WF_MEDIAN);
    wf_list(&g.plan, WF_WORKPLACE);
    wf_field(&g.plan, WF_FIELD_ID);
    wf_field(&g.plan, WF_FIELD_AREA);
    wf_show(&g.plan, WF_TURNOVER);
}

static void test_gate__the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    busy_plan();
    char id[128] = "";
    cdn_value values[400];
    uint32_t count = 0;
    for (unsigned threads = 1; threads <= 7; threads += 3) {
        assert_int_equal(gate_run(&g, threads), CDN_OK);
        const cdn_release_output *out = &g.release->outputs[0];
        if (count == 0) {
            count = out->row_count * out->measure_count;
            assert_true(count <= 400 && strlen(g.release->id) < sizeof id);
            memcpy(id, g.release->id, strlen(g.release->id) + 1);
            memcpy(values, out->values, count * sizeof *values);
        }
        assert_string_equal(g.release->id, id);
        assert_memory_equal(values, out->values, count * sizeof *values);
    }
    gate_end(&g);
}

static void test_gate__memory_may_run_out_anywhere(void **state)
{
    (void)state;
    busy_plan();
    g.data.workers = 60;
    gate_clear(&g);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status == CDN_E_NOMEM; n += 1 + n / 40) {
        cdn_release_destroy(g.release);
        g.release = NULL;
        cdn_gate_report_release(&g.report);
        cdn_alloc_fail_after(n);
        status = gate_run(&g, 1);
        cdn_alloc_fail_after(-1);
    }
    assert_int_equal(status, CDN_OK);
    assert_true(n > 1000);
    gate_end(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate__numbers_are_right_and_unsafe_ones_withheld),
        cmocka_unit_test(test_gate__nothing_confidential_can_be_computed),
        cmocka_unit_test(test_gate__rows_are_no_hiding_place),
        cmocka_unit_test(test_gate__a_zero_that_would_tell_is_withheld),
        cmocka_unit_test(test_gate__a_share_of_two_is_withheld_and_may_be_none),
        cmocka_unit_test(test_gate__rows_that_are_not_shown_carry_no_number),
        cmocka_unit_test(test_gate__fields_that_need_consent_are_blank_without),
        cmocka_unit_test(test_gate__the_same_for_any_number_of_threads),
        cmocka_unit_test(test_gate__memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
