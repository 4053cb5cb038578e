/* test_scope.c - what plans do not look at is left out, and nobody can tell.
 *
 * One more table, of everything, makes the plan look at all the data. The cells of
 * the tables before it and the rows of lists must be the same with and without.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"
#include "support/workforce.h"

enum { S1_ONLY = 1, S2_ONLY = 2, S3_ONLY = 4, NORTH_ONLY = 3 }; /* bits of codes */

static wf_data data;
static wf_plan narrow, wide, earlier;
static cdn_catalogue catalogue;
static cdn_axis axes[WF_AXES];

/* Workers have a service of their own, which is their role. */
static void bind_workers(void)
{
    static cdn_binding bindings[2];
    catalogue = wf_catalogue;
    memcpy(axes, wf_catalogue.axes, sizeof axes);
    bindings[0] = wf_catalogue.axes[WF_SERVICE].bindings[0];
    bindings[1] = wf_catalogue.axes[WF_ROLE].bindings[0];
    axes[WF_SERVICE].binding_count = 2;
    axes[WF_SERVICE].bindings = bindings;
    catalogue.axes = axes;
}

static void ask(wf_plan *plan, bool everything, uint32_t services_of_list)
{
    wf_plan_start(plan);
    wf_table(plan, true);
    wf_by(plan, WF_DIM_GENDER, 0, 0);
    wf_only(plan, WF_DIM_SERVICE, 0, S1_ONLY);
    wf_show(plan, WF_WORKERS);
    wf_show(plan, WF_PAY);
    wf_show(plan, WF_MEDIAN);
    wf_table(plan, true);
    wf_by(plan, WF_DIM_AREA, 1, 1);
    wf_only(plan, WF_DIM_SERVICE, 0, S2_ONLY);
    wf_only(plan, WF_DIM_AREA, 1, NORTH_ONLY);
    wf_show(plan, WF_WORKERS);
    if (everything) {
        wf_table(plan, true);
        wf_by(plan, WF_DIM_KIND, 0, 0);
        wf_show(plan, WF_POSTS);
    }
    wf_list(plan, WF_WORKPLACE);
    wf_only(plan, WF_DIM_SERVICE, 0, services_of_list);
    wf_field(plan, WF_FIELD_ID);
    wf_show(plan, WF_WORKERS);
}

/* Maybe with an earlier release of the same data, which looked elsewhere. */
static cdn_cells *tabulate(const cdn_snapshot *snapshot, const wf_plan *plan, uint32_t past_count)
{
    const cdn_past past = {.release_id = "r", .snapshot = snapshot, .plan = &earlier.plan,
                           .agreement = &wf_agreement};
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = NULL;
    const cdn_cells_input input = {snapshot, &catalogue, &plan->plan, &wf_agreement, &wf_policy,
                                   NULL, 2, &past, past_count, NULL};
    if (cdn_cells_create(&input, &cells, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return cells;
}

static void compare_cells(const cdn_cell *a, const cdn_cell *b)
{
    assert_int_equal(a->value, b->value);
    assert_int_equal(a->records, b->records);
    assert_int_equal(a->workers, b->workers);
    assert_int_equal(a->workplaces, b->workplaces);
    assert_int_equal(a->providers, b->providers);
    assert_int_equal(a->total, b->total);
    assert_memory_equal(a->top, b->top, sizeof a->top);
    for (uint32_t k = 0; k < CDN_CONTRIBUTOR_END_; k++)
        assert_int_equal(a->sole[k] != 0, b->sole[k] != 0);
}

static void test_scope__what_is_not_looked_at_makes_no_difference(void **state)
{
    (void)state;
    bind_workers();
    for (uint64_t seed = 1; seed < 6; seed++) {
        wf_random(&data, seed, 60, 500);
        cdn_snapshot *snapshot = wf_load(&data);
        uint32_t past_count = seed % 2;
        ask(&narrow, false, past_count == 1 ? S1_ONLY : S1_ONLY | S3_ONLY);
        ask(&wide, true, past_count == 1 ? S1_ONLY : S1_ONLY | S3_ONLY);
        wf_plan_start(&earlier);
        earlier.plan.digest[0] = 'e';
        wf_table(&earlier, true);
        wf_by(&earlier, WF_DIM_GENDER, 0, 0);
        wf_only(&earlier, WF_DIM_SERVICE, 0, S3_ONLY);
        wf_show(&earlier, WF_WORKERS);
        cdn_cells *a = tabulate(snapshot, &narrow, past_count);
        cdn_cells *b = tabulate(snapshot, &wide, past_count);
        assert_true(a->figure_count > 0 && a->figure_count < b->figure_count);
        for (uint32_t f = 0; f < a->figure_count; f++) {
            const cdn_figure *x = &a->figures[f], *y = &b->figures[f];
            assert_int_equal(x->quantile_value, y->quantile_value);
            for (uint32_t i = 0; i < 2; i++)
                if (x->cells[i] != CDN_NONE)
                    compare_cells(&a->cells[x->cells[i]], &b->cells[y->cells[i]]);
        }
        for (uint32_t f = 0; past_count == 1 && f < a->pasts[0].figure_count; f++)
            compare_cells(&a->cells[a->figures[a->pasts[0].first_figure + f].cells[0]],
                          &b->cells[b->figures[b->pasts[0].first_figure + f].cells[0]]);
        assert_int_equal(a->lists[0].row_count, b->lists[0].row_count);
        assert_true(a->lists[0].row_count > 0);
        for (uint32_t i = 0; i < a->lists[0].row_count; i++) {
            assert_int_equal(a->lists[0].rows[i], b->lists[0].rows[i]);
            assert_int_equal(a->lists[0].values[i].state, b->lists[0].values[i].state);
            assert_int_equal(a->lists[0].values[i].numerator, b->lists[0].values[i].numerator);
        }
        cdn_cells_destroy(a);
        cdn_cells_destroy(b);
        cdn_snapshot_close(snapshot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope__what_is_not_looked_at_makes_no_difference),
    };
    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
