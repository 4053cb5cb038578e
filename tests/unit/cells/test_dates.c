/* test_dates.c - cells of earlier dates and what changed since, against counting by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "support/unit.h"
#include "support/workforce.h"

#define DATES 3u

static wf_data data[DATES + 1]; /* oldest first; the last is today */
static wf_world worlds[DATES + 1];
static cdn_snapshot *snapshots[DATES + 1];
static wf_plan plan, other;
static cdn_past past[2 * DATES];
static cdn_cells *cells;

/* Some join, leave, move, are paid otherwise; some workplaces close, open, move, change hands. */
static void pass_a_week(const wf_data *before, wf_data *after, uint64_t seed, int one_in)
{
    *after = *before;
    for (uint32_t i = 0; i < after->workplaces; i++) {
        wf_workplace *w = &after->workplace[i];
        if (w->org == WF_BLANK || wf_below(&seed, one_in) != 0)
            continue;
        switch (wf_below(&seed, 5)) {
        case 0:
            w->area = wf_below(&seed, 4);
            break;
        case 1:
            w->leavers = wf_below(&seed, 6);
            break;
        case 2:
            w->org = wf_below(&seed, 12);
            break;
        case 3:
            w->t_ok = !w->t_ok;
            break;
        default:
            w->employed[0] = wf_below(&seed, 9);
        }
    }
    for (uint32_t i = 0; i < after->workers; i++) {
        wf_worker *w = &after->worker[i];
        if (wf_below(&seed, one_in) != 0)
            continue;
        switch (wf_below(&seed, 4)) {
        case 0: /* left; or is back */
            w->workplace = w->workplace == WF_BLANK ? wf_below(&seed, (int)after->workplaces)
                                                    : WF_BLANK;
            break;
        case 1:
            w->role = wf_below(&seed, 3);
            break;
        case 2:
            w->pay = wf_below(&seed, 2500);
            break;
        default:
            if (w->workplace != WF_BLANK)
                w->workplace = wf_below(&seed, (int)after->workplaces);
        }
    }
    for (uint32_t i = 0; i < after->locations; i++)
        if (wf_below(&seed, one_in) == 0)
            after->location[i].provider = wf_below(&seed, 8);
}

/* Nobody works where nothing is. */
static void close_a_workplace(wf_data *d, int workplace)
{
    d->workplace[workplace].org = WF_BLANK;
    for (uint32_t i = 0; i < d->workers; i++)
        if (d->worker[i].workplace == workplace)
            d->worker[i].workplace = WF_BLANK;
}

static void make_data(uint64_t seed, int one_in)
{
    wf_random(&data[0], seed, 30, 200);
    for (uint32_t d = 1; d <= DATES; d++)
        pass_a_week(&data[d - 1], &data[d], seed + d, one_in);
    close_a_workplace(&data[2], 3);
    close_a_workplace(&data[DATES], 7);
    for (uint32_t d = 0; d <= DATES; d++) {
        wf_world_make(&data[d], &worlds[d]);
        snapshots[d] = wf_load(&data[d]);
    }
}

static void end_data(void)
{
    for (uint32_t d = 0; d <= DATES; d++)
        cdn_snapshot_close(snapshots[d]);
}

static void show_all(wf_plan *p)
{
    static const uint32_t measures[] = {WF_WORKERS, WF_STAFF, WF_NET, WF_TURNOVER,
                                        WF_FEMALE, WF_PAY,   WF_WORKERS_T};
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++)
        wf_show(p, measures[m]);
}

static void make_plans(void)
{
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 0, 1);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    show_all(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_KIND, 0, 0);
    wf_show(&plan, WF_POSTS);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SECTOR, 0, 0);
    wf_show(&plan, WF_COVERAGE);
    wf_plan_start(&other);
    other.plan.digest[0] = 'o';
    wf_table(&other, true);
    wf_by(&other, WF_DIM_BOARD, 0, 0);
    wf_show(&other, WF_WORKERS);
}

static cdn_status tabulate(uint32_t past_count, cdn_error *error)
{
    const cdn_cells_input input = {snapshots[DATES], &wf_catalogue, &plan.plan, &wf_agreement,
                                   &wf_policy, NULL, 2, past, past_count, NULL};
    return cdn_cells_create(&input, &cells, error);
}

static void add_past(uint32_t p, uint32_t date, const wf_plan *asked)
{
    past[p] = (cdn_past){.release_id = "r", .snapshot = snapshots[date], .plan = &asked->plan,
                         .agreement = &wf_agreement};
}

static void must_tabulate(uint32_t past_count)
{
    cdn_error error = CDN_ERROR_INIT;
    if (tabulate(past_count, &error) != CDN_OK)
        fail_msg("%s", error.message);
}

/* A change that several dates share has one equation all the same. */
static void check_changes_once(void)
{
    uint8_t *seen = calloc(cells->count, 1);
    assert_non_null(seen);
    for (uint32_t e = cells->first_change; e < cells->equation_count; e++) {
        uint32_t first = cells->equation_start[e];
        assert_int_equal(cells->equation_start[e + 1] - first, 3);
        uint32_t change = cells->equation_cell[first + 2];
        assert_true(cells->cells[change].is_change);
        assert_int_equal(seen[change], 0);
        seen[change] = 1;
    }
    free(seen);
}

static void test_dates__cells_and_changes_are_those_counted_by_hand(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        make_data(seed, seed < 4 ? 20 : 4);
        make_plans();
        const wf_world *then[DATES];
        for (uint32_t d = 0; d < DATES; d++) {
            add_past(d, d, &plan);
            then[d] = &worlds[d];
        }
        must_tabulate(DATES);
        assert_int_equal(cells->date_count, DATES);
        wf_check_tables(cells, &plan.plan, &worlds[DATES]);
        wf_check_dates(cells, &plan.plan, &worlds[DATES], then);
        wf_check_equations(cells);
        check_changes_once();
        cdn_cells_destroy(cells);
        end_data();
    }
}

/* Tables of another plan come behind, on whatever data they were made of. */
static void test_dates__earlier_tables_stand_behind_todays(void **state)
{
    (void)state;
    make_data(9, 10);
    make_plans();
    add_past(0, DATES, &other);
    add_past(1, 0, &plan);
    add_past(2, 0, &other);
    must_tabulate(3);
    assert_int_equal(cells->date_count, 1);
    assert_int_equal(cells->table_count, 3);
    assert_int_equal(cells->all_tables, 4);
    assert_int_equal(cells->pasts[0].date, CDN_NONE);
    assert_int_equal(cells->pasts[1].date, 0);
    assert_int_equal(cells->pasts[1].first_table, 0);
    assert_int_equal(cells->pasts[1].figure_count, cells->figure_count);
    assert_int_equal(cells->pasts[0].first_table, 3);
    assert_int_equal(cells->pasts[2].first_table, 3);
    assert_int_equal(cells->pasts[2].first_figure, cells->figure_count);
    assert_int_equal(cells->pasts[2].figure_count, 4); /* boards, blank, total */
    wf_check_tables(cells, &plan.plan, &worlds[DATES]);
    wf_check_equations(cells);
    cdn_cells_destroy(cells);
    end_data();
}

/* Without anything that changed, an earlier date adds nothing at all. */
static void test_dates__what_did_not_change_is_one_cell(void **state)
{
    (void)state;
    wf_random(&data[0], 5, 20, 100);
    wf_world_make(&data[0], &worlds[0]);
    snapshots[0] = wf_load(&data[0]);
    for (uint32_t d = 1; d <= DATES; d++)
        snapshots[d] = wf_load(&data[0]);
    make_plans();
    add_past(0, 0, &plan);
    must_tabulate(1);
    assert_int_equal(cells->date_count, 1);
    assert_int_equal(cells->count, cells->today_count);
    assert_int_equal(cells->equation_count, cells->today_equations);
    for (uint32_t c = 0; c < cells->today_count; c++)
        assert_int_equal(cells->dates[0].ids[c], c);
    cdn_cells_destroy(cells);
    end_data();
}

static void test_dates__survives_every_failed_allocation(void **state)
{
    (void)state;
    make_data(3, 10);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_ROLE, 0, 0);
    wf_show(&plan, WF_WORKERS);
    add_past(0, 0, &plan);
    cdn_status status;
    long allowed = 0;
    do {
        cdn_error error = CDN_ERROR_INIT;
        cdn_alloc_fail_after(allowed++);
        status = tabulate(1, &error);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    } while (status != CDN_OK && allowed < 10000);
    assert_int_equal(status, CDN_OK);
    cdn_cells_destroy(cells);
    end_data();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates__cells_and_changes_are_those_counted_by_hand),
        cmocka_unit_test(test_dates__earlier_tables_stand_behind_todays),
        cmocka_unit_test(test_dates__what_did_not_change_is_one_cell),
        cmocka_unit_test(test_dates__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
