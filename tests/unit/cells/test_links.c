/* test_links.c - the equations say all that is true of the cells, and nothing else.
 *
 * Sixty workplaces, one for each combination of classifications and usable
 * masks, weigh 1, 2, 4, ...: the value of a cell is the set of its workplaces,
 * hidden cells included. What a set of published cells determines is then a
 * question about sets that has an answer without any equation: a cell is
 * determined when its set is a linear combination of the published ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"
#include "support/spans.h"
#include "support/unit.h"
#include "support/workforce.h"

static wf_data data;
static wf_world world;
static wf_plan plan;
static cdn_snapshot *snapshot;

static cdn_cells *tabulate_with(const cdn_policy *policy)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = NULL;
    const cdn_cells_input cells_input = {snapshot, &wf_catalogue, &plan.plan, &wf_agreement,
                                         policy, NULL, 1, NULL, 0, NULL};
    if (cdn_cells_create(&cells_input, &cells, &error) != CDN_OK)
        fail_msg("%s", error.message);
    wf_check_equations(cells);
    assert_true(cells->count <= SPANS_MOST);
    return cells;
}

/* ---- what every cell holds ---- */

/* Counts a cell again from the workplaces that its value names. */
static void check_cell(const cdn_cell *cell)
{
    bool orgs[7] = {false};
    int64_t by_org[7] = {0};
    uint32_t records = 0, workers = 0, providers = 0;
    for (uint32_t i = 0; i < data.workplaces; i++)
        if ((uint64_t)cell->value >> i & 1u) {
            const wf_workplace *w = &data.workplace[i];
            records++;
            workers += (uint32_t)w->staff;
            providers += !orgs[w->org];
            orgs[w->org] = true;
            by_org[w->org] += INT64_C(1) << i;
        }
    int64_t first = 0, second = 0;
    for (uint32_t o = 0; o < 7; o++) {
        second = by_org[o] > first ? first : by_org[o] > second ? by_org[o] : second;
        first = by_org[o] > first ? by_org[o] : first;
    }
    assert_int_equal(cell->records, records);
    assert_int_equal(cell->workplaces, records);
    assert_int_equal(cell->workers, workers);
    assert_int_equal(cell->providers, providers);
    assert_int_equal(cell->total, cell->value);
    assert_int_equal(cell->top[0], first);
    assert_int_equal(cell->top[1], second);
}

static bool has_cell(const cdn_cells *cells, int64_t set)
{
    for (uint32_t c = 0; c < cells->count; c++)
        if (cells->cells[c].value == set)
            return true;
    return false;
}

/* The workplaces for which all of these hold; -1 = any. */
static int64_t set_of(int area, int service, int t_ok, int v_ok)
{
    int64_t set = 0;
    for (uint32_t i = 0; i < data.workplaces; i++) {
        const wf_workplace *w = &data.workplace[i];
        if ((area < 0 || (area == 4 ? w->area == WF_BLANK : w->area == area)) &&
            (service < 0 || w->service == service) && (t_ok < 0 || w->t_ok == t_ok) &&
            (v_ok < 0 || w->v_ok == v_ok))
            set |= INT64_C(1) << i;
    }
    return set;
}

/* ---- tests ---- */

static void compare_views(const cdn_cells *cells, uint64_t *seed, uint32_t percent)
{
    bool visible[SPANS_MOST] = {false}, found[SPANS_MOST], expected[SPANS_MOST];
    for (uint32_t f = 0; f < cells->figure_count; f++)
        if ((uint32_t)wf_below(seed, 100) < percent)
            visible[cells->figures[f].cells[0]] = true;
    for (uint32_t c = 0; c < cells->count; c++)
        visible[c] = visible[c] || cells->cells[c].records == 0;
    spans_by_equations(cells, visible, found);
    spans_in_truth(cells, visible, expected);
    for (uint32_t c = 0; c < cells->count; c++)
        if (found[c] != expected[c]) {
            spans_print_plan(&plan);
            fail_msg("cell %u (%u records, %llx) of %u: %s", c, cells->cells[c].records,
                     (unsigned long long)cells->cells[c].value, cells->count,
                     expected[c] ? "can be computed, the equations do not say so"
                                 : "cannot be computed, the equations say it can");
        }
}

static void test_links__equations_say_exactly_what_is_true(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 200; round++) {
        spans_random_plan(&plan, &seed);
        cdn_cells *cells = tabulate_with(&wf_policy);
        wf_check_tables(cells, &plan.plan, &world);
        for (uint32_t c = 0; c < cells->count; c++)
            check_cell(&cells->cells[c]);
        compare_views(cells, &seed, 100);
        compare_views(cells, &seed, 85);
        compare_views(cells, &seed, 60);
        cdn_cells_destroy(cells);
    }
}

/* Plans that were wrong once: three tables that meet only in sums that none of them shows. */
static void check_all_views(void)
{
    uint64_t seed = 7;
    cdn_cells *cells = tabulate_with(&wf_policy);
    wf_check_tables(cells, &plan.plan, &world);
    compare_views(cells, &seed, 100);
    for (int view = 0; view < 20; view++)
        compare_views(cells, &seed, 50 + 2 * (uint32_t)view);
    cdn_cells_destroy(cells);
}

static void weights(bool totals, uint32_t area_bits, uint32_t service_bits)
{
    wf_table(&plan, totals);
    if (area_bits != 0)
        wf_only(&plan, WF_DIM_AREA, 1, area_bits);
    if (service_bits != 0)
        wf_only(&plan, WF_DIM_SERVICE, 0, service_bits);
    wf_show(&plan, WF_WEIGHT);
}

/* {A1, A2} by service and areas for {S2, S3}: both give {A1, A2} x {S2, S3}, which neither
 * shows. */
static void test_links__tables_meet_in_sums_that_neither_shows(void **state)
{
    (void)state;
    wf_plan_start(&plan);
    weights(true, 3, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    weights(true, 0, 6);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    check_all_views();
    cdn_cells *cells = tabulate_with(&wf_policy);
    int64_t shared = (set_of(0, -1, -1, -1) | set_of(1, -1, -1, -1)) &
                     (set_of(-1, 1, -1, -1) | set_of(-1, 2, -1, -1));
    assert_true(has_cell(cells, shared));
    cdn_cells_destroy(cells);
    wf_plan_start(&plan); /* two groupings of the areas, one of them cut short */
    weights(true, 13, 0);
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    weights(true, 0, 5);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    weights(true, 0, 5);
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    check_all_views();
}

/* Tables without totals add up to the same margins all the same. */
static void test_links__totals_link_tables_that_do_not_show_them(void **state)
{
    (void)state;
    wf_plan_start(&plan);
    weights(false, 0, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    weights(false, 0, 0);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    check_all_views();
    wf_plan_start(&plan);
    weights(false, 0, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    weights(false, 0, 0);
    wf_by(&plan, WF_DIM_AREA, 0, 0);
    check_all_views();
}

static void test_links__groupings_that_overlap_are_cut_to_their_parts(void **state)
{
    (void)state;
    wf_plan_start(&plan);
    weights(true, 0, 0);
    wf_by(&plan, WF_DIM_AREA, 0, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    weights(true, 0, 0);
    wf_by(&plan, WF_DIM_BOARD, 0, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    check_all_views();
    cdn_cells *cells = tabulate_with(&wf_policy);
    for (int area = 0; area < 4; area++)
        for (int service = -1; service < 3; service++)
            assert_true(has_cell(cells, set_of(area, service, -1, -1)));
    cdn_cells_destroy(cells);
}

/* All areas less the north is the south with what is not recorded, wherever both are shown; and the
 * difference of two such differences is a set too. */
static void test_links__filters_have_hidden_complements(void **state)
{
    (void)state;
    int64_t north = set_of(0, -1, -1, -1) | set_of(1, -1, -1, -1);
    int64_t first = set_of(-1, 0, -1, -1), all = set_of(-1, -1, -1, -1);
    wf_plan_start(&plan);
    weights(true, 0, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    weights(true, 3, 0);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    check_all_views();
    cdn_cells *cells = tabulate_with(&wf_policy);
    assert_true(has_cell(cells, all & ~north));
    for (int service = 0; service < 3; service++)
        assert_true(has_cell(cells, set_of(-1, service, -1, -1) & ~north));
    cdn_cells_destroy(cells);
    wf_plan_start(&plan);
    weights(true, 0, 0);
    weights(true, 3, 0);
    weights(true, 0, 1);
    weights(true, 3, 1);
    for (uint32_t t = 0; t < 4; t++)
        assert_int_equal(plan.tables[t].dimension_count, 0);
    check_all_views();
    cells = tabulate_with(&wf_policy);
    assert_true(has_cell(cells, all & ~north));
    assert_true(has_cell(cells, all & ~first));
    assert_true(has_cell(cells, north & ~first));
    assert_true(has_cell(cells, first & ~north));
    assert_true(has_cell(cells, all & ~first & ~north));
    cdn_cells_destroy(cells);
}

/* How many did not answer may be safe: then it is not judged, but everything else is still
 * linked. */
static void test_links__a_safe_remainder_still_links(void **state)
{
    (void)state;
    wf_plan_start(&plan);
    static const uint32_t kept[] = {3, 12, 0}; /* the north, the south, everything */
    for (uint32_t t = 0; t < 3; t++) {
        wf_table(&plan, true);
        if (kept[t] != 0)
            wf_only(&plan, WF_DIM_AREA, 1, kept[t]);
        wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        wf_show(&plan, WF_WORKPLACES);
    }
    cdn_policy policy = wf_policy;
    policy.workplaces.value = 1000;
    for (int safe = 0; safe < 2; safe++) {
        policy.missing_safe = safe;
        cdn_cells *cells = tabulate_with(&policy);
        wf_check_tables(cells, &plan.plan, &world);
        uint32_t unanswered = 0;
        bool visible[SPANS_MOST] = {false}, found[SPANS_MOST];
        cdn_verdict verdicts[SPANS_MOST];
        cdn_rule_cells(cells, &policy, verdicts);
        for (uint32_t c = 0; c < cells->count; c++) {
            unanswered += cells->cells[c].is_unanswered;
            visible[c] = cells->cells[c].is_unanswered;
            assert_int_equal(verdicts[c] == 0, cells->cells[c].is_unanswered);
            if (cells->cells[c].is_unanswered)
                assert_true(cells->cells[c].records == 4 || cells->cells[c].records == 12);
        }
        assert_int_equal(unanswered, safe ? 4 : 0);
        for (uint32_t key = 0; key < 4; key++)
            visible[cells->figures[key].cells[0]] = visible[cells->figures[8 + key].cells[0]] =
                true;
        spans_by_equations(cells, visible, found);
        for (uint32_t key = 0; key < 4; key++)
            assert_int_equal(found[cells->figures[4 + key].cells[0]], safe == 1);
        cdn_cells_destroy(cells);
    }
}

static int group_setup(void **state)
{
    (void)unit_scratch_setup(state);
    wf_factorial(&data);
    wf_world_make(&data, &world);
    snapshot = wf_load(&data);
    return 0;
}

static int group_teardown(void **state)
{
    cdn_snapshot_close(snapshot);
    return unit_scratch_teardown(state);
}

static void test_links__masks_that_overlap_have_hidden_differences(void **state)
{
    (void)state;
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_WEIGHT_T);
    wf_show(&plan, WF_WEIGHT_V);
    cdn_cells *cells = tabulate_with(&wf_policy);
    for (int service = -1; service < 3; service++) {
        assert_true(has_cell(cells, set_of(-1, service, 1, -1)));
        assert_true(has_cell(cells, set_of(-1, service, -1, 1)));
        assert_true(has_cell(cells, set_of(-1, service, 1, 0)));
        assert_true(has_cell(cells, set_of(-1, service, 0, 1)));
        assert_true(has_cell(cells, set_of(-1, service, 1, 1)));
        assert_false(has_cell(cells, set_of(-1, service, 0, 0))); /* in nobody's sum */
    }
    cdn_cells_destroy(cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links__equations_say_exactly_what_is_true),
        cmocka_unit_test(test_links__masks_that_overlap_have_hidden_differences),
        cmocka_unit_test(test_links__tables_meet_in_sums_that_neither_shows),
        cmocka_unit_test(test_links__totals_link_tables_that_do_not_show_them),
        cmocka_unit_test(test_links__groupings_that_overlap_are_cut_to_their_parts),
        cmocka_unit_test(test_links__filters_have_hidden_complements),
        cmocka_unit_test(test_links__a_safe_remainder_still_links),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
