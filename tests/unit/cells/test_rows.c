/* test_rows.c - provider rows and register lists: what they show, and whom they take out of the
 * cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "support/unit.h"
#include "support/workforce.h"

static wf_data data;
static wf_world world;
static wf_plan plan;

static cdn_cells *tabulate(const cdn_snapshot *snapshot)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_cells *cells = NULL;
    const cdn_cells_input cells_input = {snapshot, &wf_catalogue, &plan.plan, &wf_agreement,
                                         &wf_policy, NULL, 2, NULL, 0, NULL};
    if (cdn_cells_create(&cells_input, &cells, &error) != CDN_OK)
        fail_msg("%s", error.message);
    return cells;
}

/* ---- rows by hand ---- */

static void unit_cell(uint32_t unit, const wf_statistic *s, cdn_cell *out)
{
    *out = (cdn_cell){0};
    for (uint32_t i = 0; i < world.counts[s->record]; i++) {
        static const uint32_t everything[WF_AXES] = {WF_ANY, WF_ANY, WF_ANY, WF_ANY,
                                                     WF_ANY, WF_ANY, WF_ANY, WF_ANY};
        const wf_record *r = &world.records[s->record][i];
        if (r->unit != (int)unit || !wf_inside(r, s, everything))
            continue;
        out->records++;
        out->workers += (uint32_t)r->workers;
        out->value += s->value == WF_V_ONE ? 1 : r->value[s->value];
    }
}

/* The median pay of a workplace and how many are paid less and more; twice the median, in pence. */
static int64_t unit_median(uint32_t unit, uint32_t *below, uint32_t *above)
{
    int64_t pay[WF_MOST_WORKERS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < data.workers; i++)
        if (data.worker[i].workplace == (int)unit && data.worker[i].pay != WF_BLANK) {
            uint32_t at = count++;
            for (; at > 0 && pay[at - 1] > data.worker[i].pay; at--)
                pay[at] = pay[at - 1];
            pay[at] = data.worker[i].pay;
        }
    if (count == 0)
        return 0;
    int64_t twice = pay[(count - 1) / 2] + pay[count / 2];
    for (uint32_t i = 0; i < count; i++) {
        *below += 2 * pay[i] < twice;
        *above += 2 * pay[i] > twice;
    }
    return twice;
}

/* Fewer than 10 workers, or a whole group, or too few around a median: the policy's words. */
static bool too_few(uint32_t measure, const cdn_cell parts[3], uint32_t below, uint32_t above)
{
    switch (measure) {
    case WF_FEMALE: /* women, known, men */
        return parts[1].workers < 10 || parts[0].workers < 10 ||
               (parts[2].workers > 0 && parts[2].workers < 10) || parts[0].value == 0 ||
               parts[0].value == parts[1].value;
    case WF_MEDIAN:
        return parts[0].workers < 10 || parts[0].records < 20 || below < 5 || above < 5;
    case WF_TURNOVER:
    case WF_S1_LEAVERS:
    case WF_PAY:
        return parts[1].workers < 10; /* the base */
    default:
        return parts[0].workers < 10;
    }
}

static cdn_row_value row_by_hand(uint32_t unit, uint32_t measure)
{
    cdn_cell parts[3] = {{0}};
    uint32_t count = wf_part_count(measure), below = 0, above = 0;
    for (uint32_t p = 0; p < count; p++) {
        wf_statistic s;
        assert_true(wf_part(measure, p, &s));
        unit_cell(unit, &s, &parts[p]);
    }
    cdn_row_value v = {CDN_ROW_SHOWN, parts[0].value, count == 1 ? 1 : parts[1].value};
    if (measure == WF_MEDIAN) {
        v.numerator = unit_median(unit, &below, &above) * 500000;
        v.denominator = 1000000;
    }
    if (parts[0].records == 0 && (count == 1 || parts[1].records == 0))
        v.state = CDN_ROW_NOT_AVAILABLE;
    else if (v.denominator == 0)
        v.state = CDN_ROW_NOT_APPLICABLE;
    else if (too_few(measure, parts, below, above))
        v.state = CDN_ROW_WITHHELD;
    return v;
}

/* Compares the list with the rows by hand, and notes in the world what they publish. */
static void check_list(const cdn_cells *cells, const cdn_snapshot *snapshot, uint32_t l,
                       const bool *allowed, uint32_t states[4])
{
    const cdn_cell_list *list = &cells->lists[l];
    const cdn_plan_list *asked = &plan.lists[l];
    const int32_t *ids = NULL;
    cdn_error error = CDN_ERROR_INIT;
    uint32_t id = cdn_catalogue_find_column(&wf_catalogue, WF_WORKPLACE, "id");
    assert_int_equal(cdn_snapshot_column(snapshot, id, &ids, &error), CDN_OK);
    bool listed[WF_MOST_WORKPLACES] = {false};
    for (uint32_t i = 0; i < list->row_count; i++) {
        uint32_t unit = (uint32_t)ids[list->rows[i]] - 1;
        assert_true(!listed[unit] && allowed[unit]);
        listed[unit] = true;
        assert_int_equal(list->consent[i], 1);
        for (uint32_t m = 0; m < asked->measure_count; m++) {
            uint32_t measure = asked->measures[m].index;
            cdn_row_value expected = row_by_hand(unit, measure);
            const cdn_row_value *found = &list->values[i * asked->measure_count + m];
            if (found->state != expected.state)
                fail_msg("workplace %u measure %s: state %u, expected %u", unit,
                         wf_catalogue.measures[measure].name, found->state, expected.state);
            bool shown = found->state == CDN_ROW_SHOWN;
            assert_int_equal(found->numerator, shown ? expected.numerator : 0);
            assert_int_equal(found->denominator, shown ? expected.denominator : 0);
            states[found->state]++;
        }
    }
    for (uint32_t unit = 0; unit < data.workplaces; unit++)
        assert_int_equal(listed[unit], allowed[unit]);
}

static void publish_by_hand(uint32_t l, const bool *allowed)
{
    const cdn_plan_list *asked = &plan.lists[l];
    for (uint32_t m = 0; m < asked->measure_count; m++) {
        wf_row_part part = {.units = {false}};
        uint32_t measure = asked->measures[m].index;
        for (uint32_t unit = 0; unit < data.workplaces; unit++)
            part.units[unit] =
                allowed[unit] && row_by_hand(unit, measure).state == CDN_ROW_SHOWN;
        for (uint32_t p = 0; measure != WF_MEDIAN && wf_part(measure, p, &part.statistic); p++)
            world.row_parts[world.row_part_count++] = part;
    }
}

static void consenting(bool allowed[WF_MOST_WORKPLACES])
{
    memset(allowed, 0, WF_MOST_WORKPLACES);
    for (uint32_t unit = 0; unit < data.workplaces; unit++)
        allowed[unit] = data.workplace[unit].consent == 1;
}

static uint32_t taken_out(const cdn_cells *cells)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < cells->count; c++)
        count += cells->cells[c].records > 0 && cells->cells[c].providers == 0;
    return count;
}

/* ---- tests ---- */

static void list_of(const uint32_t *measures, uint32_t count)
{
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    for (uint32_t m = 0; m < count; m++)
        wf_show(&plan, measures[m]);
}

static void test_rows__show_what_consent_and_the_policy_allow(void **state)
{
    (void)state;
    static const uint32_t measures[] = {WF_WORKERS, WF_STAFF,  WF_NET,  WF_TURNOVER,
                                        WF_FEMALE,  WF_MEDIAN, WF_PAY,  WF_POSTS,
                                        WF_S1_LEAVERS};
    uint32_t states[4] = {0};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        bool allowed[WF_MOST_WORKPLACES];
        wf_random(&data, seed, 20, 550);
        wf_world_make(&data, &world);
        wf_plan_start(&plan);
        list_of(measures, 9);
        cdn_snapshot *snapshot = wf_load(&data);
        cdn_cells *cells = tabulate(snapshot);
        consenting(allowed);
        check_list(cells, snapshot, 0, allowed, states);
        cdn_cells_destroy(cells);
        cdn_snapshot_close(snapshot);
    }
    for (int s = 0; s < 3; s++)
        assert_true(states[s] > 5); /* shown, withheld, not available: all are in the data */
}

static void test_rows__filters_choose_rows(void **state)
{
    (void)state;
    bool allowed[WF_MOST_WORKPLACES];
    uint32_t states[4] = {0};
    wf_random(&data, 11, 60, 100);
    wf_world_make(&data, &world);
    wf_plan_start(&plan);
    wf_list(&plan, WF_WORKPLACE);
    wf_only(&plan, WF_DIM_AREA, 0, 1);
    wf_only(&plan, WF_DIM_SERVICE, 0, 5);
    wf_show(&plan, WF_STAFF);
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_cells *cells = tabulate(snapshot);
    consenting(allowed);
    for (uint32_t unit = 0; unit < data.workplaces; unit++)
        allowed[unit] = allowed[unit] && (data.workplace[unit].area == 0 ||
                                          data.workplace[unit].area == 1) &&
                        data.workplace[unit].service != 1;
    check_list(cells, snapshot, 0, allowed, states);
    assert_true(cells->lists[0].row_count > 0);
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* A shown row is subtracted from every cell that holds its very statistic, and from no other. */
static void test_rows__take_contributors_out_of_cells(void **state)
{
    (void)state;
    static const uint32_t lists[][4] = {{WF_WORKERS, WF_TURNOVER, WF_FEMALE, WF_S1_LEAVERS},
                                        {WF_PAY, WF_POSTS, WF_STAFF, WF_NET},
                                        {WF_S1_LEAVERS, WF_MEDIAN, WF_WORKERS, WF_POSTS},
                                        {WF_VACANCY, WF_PAY_WOMEN, WF_WORKPLACES, WF_FEMALE}};
    uint32_t out = 0;
    for (uint64_t seed = 21; seed < 29; seed++) {
        bool allowed[WF_MOST_WORKPLACES];
        wf_random(&data, seed, 24, 580);
        wf_world_make(&data, &world);
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_AREA, 1, 1);
        wf_by(&plan, WF_DIM_SERVICE, 0, 0);
        for (uint32_t m = 0; m < WF_MEASURES; m++)
            if (m != WF_LOCATIONS && m != WF_COVERAGE)
                wf_show(&plan, m);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_GENDER, 0, 0);
        wf_by(&plan, WF_DIM_SIZE, 0, 0);
        wf_show(&plan, WF_WORKERS);
        wf_show(&plan, WF_PAY);
        wf_show(&plan, WF_FEMALE);
        wf_table(&plan, false);
        wf_by(&plan, WF_DIM_KIND, 0, 0);
        wf_only(&plan, WF_DIM_BOARD, 0, 1);
        wf_show(&plan, WF_POSTS);
        list_of(lists[seed % 4], 4);
        cdn_snapshot *snapshot = wf_load(&data);
        cdn_cells *cells = tabulate(snapshot);
        consenting(allowed);
        publish_by_hand(0, allowed);
        wf_check_tables(cells, &plan.plan, &world);
        wf_check_equations(cells);
        out += taken_out(cells);
        cdn_cells_destroy(cells);
        cdn_snapshot_close(snapshot);
    }
    assert_true(out > 10);
}

/* A row that says 0 leavers in service S1 does not publish the leavers of service S2. */
static void test_rows__a_row_publishes_only_what_it_adds_up(void **state)
{
    (void)state;
    memset(&data, 0, sizeof data);
    data.workplaces = 4;
    for (uint32_t i = 0; i < 4; i++)
        data.workplace[i] = (wf_workplace){.org = (int)i, .service = i < 2, .staff = 20,
                                           .leavers = 3 + (int)i, .t_ok = 1, .consent = 1,
                                           .location = WF_BLANK};
    wf_world_make(&data, &world);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_TURNOVER);
    wf_list(&plan, WF_WORKPLACE);
    wf_show(&plan, WF_S1_LEAVERS);
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_cells *cells = tabulate(snapshot);
    const cdn_row_value *rows = cells->lists[0].values;
    assert_int_equal(rows[0].state, CDN_ROW_SHOWN); /* 0 of 20: it is in service S2 */
    assert_int_equal(rows[0].numerator, 0);
    const cdn_cell *leavers[4];
    for (uint32_t key = 0; key < 4; key++)
        leavers[key] = &cells->cells[cells->figures[key].cells[0]];
    assert_int_equal(leavers[0]->providers, 0); /* S1: both rows show their leavers */
    assert_int_equal(leavers[1]->providers, 2); /* S2: no row does */
    assert_int_equal(leavers[3]->providers, 2);
    assert_int_equal(leavers[3]->total, 3 + 4);
    assert_int_equal(leavers[3]->value, 3 + 4 + 5 + 6);
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
}

/* Twelve of twelve, or none of twelve: the workplace agreed to be shown, they did not. */
static void test_rows__a_whole_group_is_not_shown(void **state)
{
    (void)state;
    static const int women[] = {0, 12, 12, 24};
    memset(&data, 0, sizeof data);
    data.workplaces = 4;
    for (uint32_t i = 0; i < 4; i++) {
        data.workplace[i] = (wf_workplace){.org = (int)i, .staff = 24, .consent = 1,
                                           .location = WF_BLANK};
        int people = i == 1 ? 12 : 24;
        for (int w = 0; w < people; w++)
            data.worker[data.workers++] = (wf_worker){(int)i, 0, w < women[i], WF_BLANK};
    }
    wf_plan_start(&plan);
    wf_list(&plan, WF_WORKPLACE);
    wf_show(&plan, WF_FEMALE);
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_policy policy = wf_policy;
    for (int on = 0; on < 2; on++) {
        policy.group_disclosure = on;
        cdn_error error = CDN_ERROR_INIT;
        cdn_cells *cells = NULL;
        const cdn_cells_input cells_input = {snapshot, &wf_catalogue, &plan.plan,
                                             &wf_agreement, &policy, NULL, 1, NULL, 0, NULL};
        assert_int_equal(cdn_cells_create(&cells_input, &cells, &error),
                         CDN_OK);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(cells->lists[0].values[i].state,
                             on && i != 2 ? CDN_ROW_WITHHELD : CDN_ROW_SHOWN);
        cdn_cells_destroy(cells);
    }
    cdn_snapshot_close(snapshot);
}

static void test_rows__a_register_list_takes_out_what_its_fields_show(void **state)
{
    (void)state;
    static const uint32_t fields[] = {WF_FIELD_NAME, WF_FIELD_LINKED_IF, WF_FIELD_LINKED};
    for (size_t f = 0; f < 3; f++) {
        bool shows_linked = fields[f] == WF_FIELD_LINKED;
        wf_random(&data, 31, 60, 0);
        wf_world_make(&data, &world);
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_SECTOR, 0, 0);
        wf_by(&plan, WF_DIM_LINKED, 0, 0);
        wf_show(&plan, WF_LOCATIONS);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_SECTOR, 0, 0);
        wf_show(&plan, WF_COVERAGE);
        wf_list(&plan, WF_LOCATION);
        wf_only(&plan, WF_DIM_SECTOR, 0, 1);
        wf_field(&plan, fields[f]);
        world.revealed.axes[WF_LINKED] = shows_linked;
        uint32_t listed = 0;
        for (uint32_t i = 0; i < data.locations; i++) {
            world.revealed.listed[i] = data.location[i].sector == 0;
            listed += data.location[i].sector == 0;
        }
        cdn_snapshot *snapshot = wf_load(&data);
        cdn_cells *cells = tabulate(snapshot);
        assert_int_equal(cells->lists[0].row_count, listed); /* no consent is needed */
        wf_check_tables(cells, &plan.plan, &world);
        cdn_cells_destroy(cells);
        cdn_snapshot_close(snapshot);
    }
}

static cdn_status try_tabulate(const cdn_agreement *agreement, cdn_error *error,
                               uint32_t *row_count)
{
    cdn_snapshot *snapshot = wf_load(&data);
    cdn_cells *cells = NULL;
    const cdn_cells_input cells_input = {snapshot, &wf_catalogue, &plan.plan, agreement,
                                         &wf_policy, NULL, 1, NULL, 0, NULL};
    cdn_status status = cdn_cells_create(&cells_input, &cells, error);
    if (status == CDN_OK)
        *row_count = cells->lists[0].row_count;
    cdn_cells_destroy(cells);
    cdn_snapshot_close(snapshot);
    return status;
}

static void test_rows__nobody_consents_where_nobody_is_asked(void **state)
{
    (void)state;
    wf_random(&data, 41, 20, 20);
    wf_plan_start(&plan);
    wf_list(&plan, WF_WORKPLACE);
    wf_show(&plan, WF_STAFF);
    cdn_agreement agreement = wf_agreement;
    cdn_error error = CDN_ERROR_INIT;
    uint32_t rows = 0;
    assert_int_equal(try_tabulate(&agreement, &error, &rows), CDN_OK);
    assert_true(rows > 0);
    agreement.consent_column = CDN_NONE;
    assert_int_equal(try_tabulate(&agreement, &error, &rows), CDN_OK);
    assert_int_equal(rows, 0);
}

static void test_rows__rows_that_are_not_granted_are_refused(void **state)
{
    (void)state;
    wf_random(&data, 51, 20, 20);
    wf_plan_start(&plan);
    wf_list(&plan, WF_WORKPLACE);
    wf_show(&plan, WF_STAFF);
    cdn_agreement agreement = wf_agreement;
    agreement.rows_count = 0;
    cdn_error error = CDN_ERROR_INIT;
    uint32_t rows = 0;
    assert_int_equal(try_tabulate(&agreement, &error, &rows), CDN_E_REFUSED);
    assert_int_equal(error.line, 50);
    assert_string_equal(error.source, "script.lua");
}

/* Workers are of a workplace: a location's row cannot add them up. */
static void test_rows__a_measure_of_other_units_is_refused(void **state)
{
    (void)state;
    wf_random(&data, 61, 20, 20);
    wf_plan_start(&plan);
    wf_list(&plan, WF_LOCATION);
    wf_show(&plan, WF_WORKERS);
    cdn_error error = CDN_ERROR_INIT;
    uint32_t rows = 0;
    assert_int_equal(try_tabulate(&wf_agreement, &error, &rows), CDN_E_REFUSED);
    assert_int_equal(error.line, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows__show_what_consent_and_the_policy_allow),
        cmocka_unit_test(test_rows__filters_choose_rows),
        cmocka_unit_test(test_rows__take_contributors_out_of_cells),
        cmocka_unit_test(test_rows__a_row_publishes_only_what_it_adds_up),
        cmocka_unit_test(test_rows__a_whole_group_is_not_shown),
        cmocka_unit_test(test_rows__a_register_list_takes_out_what_its_fields_show),
        cmocka_unit_test(test_rows__nobody_consents_where_nobody_is_asked),
        cmocka_unit_test(test_rows__rows_that_are_not_granted_are_refused),
        cmocka_unit_test(test_rows__a_measure_of_other_units_is_refused),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
