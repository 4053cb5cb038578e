/* test_history.c - what earlier releases forbid: differences, changes, contradictions.
 *
 * Three areas of three workplaces each, every one of its own provider; the first
 * workplace of an area has the workers that come and go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/release/weeks.h"

#include "core/alloc.h"

#define EACH 8 /* workers of each workplace at first */

static void add_workers(int area, int count)
{
    for (int i = 0; i < count; i++)
        data.worker[data.workers++] =
            (wf_worker){area * 3 + i % 3, i % 3, i % 2, 1000 + 10 * (i % 7)};
}

static void start(void)
{
    memset(&data, 0, sizeof data);
    for (int w = 0; w < 9; w++)
        data.workplace[data.workplaces++] =
            (wf_workplace){.org = w, .area = w / 3, .staff = 20, .consent = WF_BLANK,
                           .location = WF_BLANK, .weight_1 = 1, .weight_2 = 1};
    for (int area = 0; area < 3; area++)
        add_workers(area, 3 * EACH);
    policy = wf_policy;
    policy.history.workers = policy.workers;
    policy.history.workplaces = policy.workplaces;
    policy.history.providers = policy.providers;
    policy.history.concentration = true;
    past_count = 0;
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_show(&plan, WF_WORKERS);
    wf_plan_start(&other);
    other.plan.digest[0] = 'o';
}

static void test_history__a_difference_of_overlapping_areas_is_a_cell(void **state)
{
    (void)state;
    start();
    data.workplace[data.workplaces++] =
        (wf_workplace){.org = 20, .area = 3, .staff = 5, .consent = WF_BLANK, .location = WF_BLANK};
    for (int i = 0; i < 5; i++)
        data.worker[data.workers++] = (wf_worker){9, 0, 0, 1000};
    load(0);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_only(&plan, WF_DIM_AREA, 1, 7);
    wf_show(&plan, WF_WORKERS);
    wf_table(&other, true);
    wf_by(&other, WF_DIM_SERVICE, 0, 0);
    wf_show(&other, WF_WORKERS);
    must_run(0, &other);
    EXPECT(1, 1, 1, 1);
    must_run(0, &plan);
    EXPECT(1, 1, 1, 1);
    keep(0, &plan, "three areas");
    must_run(0, &other); /* the fourth area has five workers */
    EXPECT(0, 1, 1, 0);
    end();
}

/* Of the second service the three areas have 31, the first of them 24. Neither of the others, of 3
 * and 4, is in a table; nor is their sum, but all tables by area split it. */
static void test_history__so_is_a_difference_that_another_table_splits(void **state)
{
    (void)state;
    start();
    for (int w = 9; w < 14; w++) {
        data.workplace[data.workplaces++] =
            (wf_workplace){.org = w, .area = w < 12 ? 0 : w - 11, .service = 1, .staff = 20,
                           .consent = WF_BLANK, .location = WF_BLANK};
        join(w, w < 12 ? EACH : w - 9);
    }
    load(0);
    wf_table(&plan, false);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_only(&plan, WF_DIM_AREA, 1, 7);
    wf_show(&plan, WF_WORKERS);
    must_run(0, &plan);
    keep(0, &plan, "three areas");
    wf_table(&other, false);
    wf_by(&other, WF_DIM_SERVICE, 0, 0);
    wf_only(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    assert_true(report.published[KEYS + 1]);
    must_run(0, &other);
    EXPECT(0, 0, 1); /* the first service would tell the second by the areas' totals */
    end();
}

static void test_history__one_joiner_is_a_secret(void **state)
{
    (void)state;
    start();
    first_week();
    data.worker[data.workers++] = (wf_worker){0, 1, 0, 1000};
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 1, 1, 1, 0);
    assert_int_equal(report.outputs[0].by_rule[CDN_RULE_HISTORY], 2);
    assert_int_equal(report.outputs[0].primary, 2);
    assert_int_equal(report.binding_count, 1);
    assert_string_equal(report.bindings[0].release_id, "first");
    assert_string_equal(report.bindings[0].past_output, plan.plan.tables[0].name);
    assert_int_equal(report.bindings[0].output, 0);
    assert_int_equal(report.bindings[0].figures, 2);
    assert_int_equal(report.conflict_count, 0);
    past_count = 0; /* without history nobody minds */
    must_run(1, &plan);
    EXPECT(1, 1, 1, 1, 1, 1);
    past_count = 1;
    end();
}

static void test_history__one_leaver_is_a_secret(void **state)
{
    (void)state;
    start();
    first_week();
    data.worker[EACH].workplace = WF_BLANK;
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 1, 1, 1, 0);
    end();
}

static void test_history__who_moves_within_the_total_does_not_change_it(void **state)
{
    (void)state;
    start();
    first_week();
    data.worker[0].workplace = 3; /* from the first area to the second */
    load(1);
    must_run(1, &plan);
    EXPECT(0, 0, 1, 1, 1, 1);
    end();
}

static void test_history__a_joiner_for_a_leaver_is_two_secrets_in_an_equal_count(void **state)
{
    (void)state;
    start();
    first_week();
    data.worker[0].workplace = WF_BLANK;
    data.worker[data.workers++] = (wf_worker){1, 1, 0, 1000};
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 1, 1, 1, 0);
    end();
}

/* Ten who joined are a group; so are they a week later, though only nine did since. */
static void test_history__a_figure_comes_back_when_enough_changed_since_it_was_published(
    void **state)
{
    (void)state;
    start();
    first_week();
    add_workers(A1, 1);
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 1, 1, 1, 0);
    keep(1, &plan, "second");
    add_workers(A1, 9);
    load(2);
    must_run(2, &plan);
    EXPECT(1, 1, 1, 1, 1, 1);
    end();
}

static void test_history__the_group_that_changed_has_workplaces_and_providers(void **state)
{
    (void)state;
    for (int spread = 2; spread <= 3; spread++) {
        start();
        first_week();
        for (int i = 0; i < 12; i++)
            data.worker[data.workers++] = (wf_worker){i % spread, 0, 0, 1000};
        load(1);
        must_run(1, &plan);
        EXPECT(spread == 3, 1, 1, 1, 1, spread == 3);
        policy.history.workplaces.on = false;
        must_run(1, &plan);
        EXPECT(1, 1, 1, 1, 1, 1);
        end();
    }
}

static void test_history__what_somebody_is_paid_now_is_a_secret_of_sums(void **state)
{
    (void)state;
    start();
    wf_show(&plan, WF_PAY);
    first_week();
    data.worker[0].pay += 5;
    load(1);
    must_run(1, &plan);
    EXPECT(1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0);
    end();
}

static void test_history__the_same_figure_gets_the_same_answer(void **state)
{
    (void)state;
    start();
    first_week();
    must_run(0, &plan); /* again */
    EXPECT(1, 1, 1, 1, 1, 1);
    ((uint8_t *)(uintptr_t)past[0].published)[A2] = 0;
    ((uint8_t *)(uintptr_t)past[0].published)[TOTAL] = 0;
    for (uint32_t week = 0; week < 2; week++) { /* and on data that is equal in all that counts */
        if (week == 1)
            load(1);
        must_run(week, &plan);
        EXPECT(1, 0, 1, 1, 1, 0);
        assert_int_equal(report.outputs[0].by_rule[CDN_RULE_HISTORY], 2);
        assert_string_equal(report.bindings[0].release_id, "first");
        assert_int_equal(report.bindings[0].figures, 2);
    }
    end();
}

/* What was published cannot be taken back: it is withheld now, and told to the data owner. */
static void test_history__what_earlier_releases_give_away_is_counted_not_refused(void **state)
{
    (void)state;
    start();
    first_week();
    policy.workers.value = 3 * EACH + 1;
    must_run(0, &plan);
    EXPECT(0, 0, 0, 1, 1, 1);
    assert_int_equal(report.conflict_count, 3);
    assert_int_equal(report.outputs[0].by_rule[CDN_RULE_WORKERS], 3);
    assert_int_equal(report.binding_count, 1);
    assert_int_equal(report.bindings[0].figures, 3);
    end();
}

/* By another grouping, on other days: what no table ever showed follows all the same. */
static void test_history__sums_of_earlier_figures_are_earlier_figures(void **state)
{
    (void)state;
    start();
    first_week();
    add_workers(A1, 1);
    load(1);
    wf_table(&other, true);
    wf_by(&other, WF_DIM_BOARD, 0, 0);
    wf_show(&other, WF_WORKERS);
    must_run(1, &other); /* A1 and A3; A2; not recorded; all */
    EXPECT(0, 1, 1, 0);
    end();
}

/* In the second week A1 was withheld for one joiner, and A3 beside it. In the third A3 is as it
 * was, so that the total less A1 and A2 would tell it, and with it the A1 of the second week. */
static void test_history__a_later_release_does_not_tell_an_earlier_change(void **state)
{
    (void)state;
    start();
    first_week();
    add_workers(A1, 1);
    add_workers(A3, 12);
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 0, 1, 1, 1);
    keep(1, &plan, "second");
    add_workers(A1, 12);
    load(2);
    must_run(2, &plan);
    assert_false(report.published[A3]);
    assert_false(report.published[A1] && report.published[TOTAL]);
    end();
}

/* Gone from A2, five of each of its workplaces, or back. */
static void turn(uint32_t first, bool back)
{
    for (uint32_t w = first; w < first + 15; w++)
        data.worker[w].workplace = back ? 3 + (int)(w - first) % 3 : WF_BLANK;
}

/* One joined A1, which no table of the first two weeks shows: the first has A1 with A2, the second
 * A1 with A3. Today A2 is as it was in the first week and A3 as in the second. */
static void test_history__a_change_between_weeks_that_showed_neither_end_is_a_secret(void **state)
{
    (void)state;
    wf_plan north;
    start();
    uint32_t first = data.workers;
    add_workers(A2, 15);
    load(0);
    wf_plan_start(&north);
    north.plan.digest[0] = 'n';
    wf_table(&north, true);
    wf_by(&north, WF_DIM_AREA, 0, 0);
    wf_show(&north, WF_WORKERS);
    must_run(0, &north);
    EXPECT(1, 1, 1, 1);
    keep(0, &north, "north");
    turn(first, false);
    add_workers(A1, 1);
    add_workers(A3, 12);
    load(1);
    wf_table(&other, true);
    wf_by(&other, WF_DIM_BOARD, 0, 0);
    wf_show(&other, WF_WORKERS);
    must_run(1, &other);
    EXPECT(1, 1, 1, 1);
    keep(1, &other, "east");
    turn(first, true);
    add_workers(A1, 12);
    load(2);
    must_run(2, &plan);
    assert_false(report.published[A2] && report.published[A3]);
    end();
}

/* The joiner of A1 knows its own change; with the total and A3 that tells the joiner of A2. */
static void test_history__who_changed_alone_does_not_learn_who_else_did(void **state)
{
    (void)state;
    for (int insiders = 0; insiders < 2; insiders++) {
        start();
        policy.insiders.workers = insiders;
        first_week();
        add_workers(A3, 12);
        add_workers(A1, 1);
        add_workers(A2, 1);
        load(1);
        must_run(1, &plan);
        EXPECT(0, 0, !insiders, 1, 1, 1);
        end();
    }
}

static void test_history__an_unknown_number_of_figures_is_an_error(void **state)
{
    (void)state;
    start();
    first_week();
    past[0].figure_count--;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(run(0, &plan, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.message, "release first"));
    end();
}

/* A median over 24: one more tells of his pay, and so does a rise; ten rises at three workplaces
 * are a group, at two they are not. */
static void test_history__a_median_is_a_secret_of_whose_pay_changed(void **state)
{
    (void)state;
    static const struct {
        int join, rises, spread;
        bool published;
    } cases[] = {{0, 0, 3, true}, {1, 0, 3, false}, {0, 1, 3, false}, {0, 9, 3, false},
                 {0, 12, 3, true}, {0, 12, 2, false}, {12, 0, 3, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_AREA, 1, 1);
        wf_show(&plan, WF_MEDIAN);
        first_week();
        for (int w = 0, done = 0; w < 3 * EACH && done < cases[i].rises; w++)
            if (data.worker[w].workplace < cases[i].spread) {
                data.worker[w].pay++;
                done++;
            }
        for (int j = 0; j < cases[i].join; j++)
            data.worker[data.workers++] = (wf_worker){j % 3, 0, 0, 1000 + 10 * (j % 7)};
        load(1);
        must_run(1, &plan);
        bool shown = cases[i].published;
        EXPECT(shown, 1, 1, 1, 1, shown);
        assert_int_equal(report.binding_count, !shown);
        end();
    }
}

/* The first `count` workers of the first area are paid otherwise. */
static void raise_pay(int count)
{
    for (uint32_t w = 0; w < data.workers && count > 0; w++)
        if (data.worker[w].workplace < 3) {
            data.worker[w].pay++;
            count--;
        }
}

/* Each earlier week counts in which the median was published: one changed since one of them. */
static void test_history__a_median_is_compared_with_all_weeks_that_showed_it(void **state)
{
    (void)state;
    for (int first = 1; first <= 12; first += 11) {
        start();
        wf_plan_start(&plan);
        wf_table(&plan, true);
        wf_by(&plan, WF_DIM_AREA, 1, 1);
        wf_show(&plan, WF_MEDIAN);
        first_week();
        raise_pay(first);
        load(1);
        must_run(1, &plan);
        EXPECT(first == 12, 1, 1, 1, 1, first == 12);
        keep(1, &plan, "second");
        raise_pay(13 - first);
        load(2);
        must_run(2, &plan);
        EXPECT(first == 1, 1, 1, 1, 1, first == 1);
        assert_int_equal(report.binding_count, first == 12);
        if (first == 12)
            assert_string_equal(report.bindings[0].release_id, "second");
        end();
    }
}

/* ---- rows: twelve workers each in three workplaces, which agreed to be shown ---- */

static void start_rows(void)
{
    start();
    for (int w = 0; w < 3; w++)
        data.workplace[w].consent = 1;
    for (int area = 0; area < 3; area++)
        add_workers(area, 12);
    wf_plan_start(&plan);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
}

static void test_history__one_joiner_of_a_row_is_a_secret(void **state)
{
    (void)state;
    start_rows();
    first_week();
    join(0, 1);
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 1);
    assert_int_equal(report.outputs[0].by_rule[CDN_RULE_HISTORY], 1);
    assert_int_equal(report.outputs[0].primary, 1);
    assert_int_equal(report.binding_count, 1);
    assert_string_equal(report.bindings[0].release_id, "first");
    assert_int_equal(report.bindings[0].output, 0);
    assert_int_equal(report.bindings[0].figures, 1);
    past_count = 0;
    must_run(1, &plan);
    EXPECT(1, 1, 1);
    past_count = 1;
    end();
}

/* One who left for another workplace is a leaver here and a joiner there; the pay of one is a
 * secret of a mean, and not of a count; nine are too few, ten are not, whatever rows themselves ask
 * for. */
static void test_history__rows_are_shown_when_enough_changed_or_nothing(void **state)
{
    (void)state;
    static const struct {
        int leave, move, join, paid;
        uint8_t published[6]; /* workers and mean pay of each */
    } cases[] = {{0, 0, 0, 0, {1, 1, 1, 1, 1, 1}}, {1, 0, 0, 0, {0, 0, 1, 1, 1, 1}},
                 {0, 1, 0, 0, {0, 0, 0, 0, 1, 1}}, {1, 0, 1, 0, {0, 0, 1, 1, 1, 1}},
                 {0, 0, 9, 0, {0, 0, 1, 1, 1, 1}}, {0, 0, 10, 0, {1, 1, 1, 1, 1, 1}},
                 {4, 0, 6, 0, {1, 1, 1, 1, 1, 1}}, {0, 0, 0, 1, {1, 0, 1, 1, 1, 1}},
                 {0, 0, 0, 10, {1, 1, 1, 1, 1, 1}}, {0, 0, 10, 1, {1, 1, 1, 1, 1, 1}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start_rows();
        policy.row_workers.value = 5;
        wf_show(&plan, WF_PAY);
        first_week();
        for (uint32_t w = 0, done = 0; w < data.workers; w++) {
            if (data.worker[w].workplace != 0)
                continue;
            if ((int)done < cases[i].leave)
                data.worker[w].workplace = WF_BLANK;
            else if ((int)done < cases[i].leave + cases[i].move)
                data.worker[w].workplace = 1;
            else if ((int)done < cases[i].leave + cases[i].move + cases[i].paid)
                data.worker[w].pay++;
            done++;
        }
        join(0, cases[i].join);
        load(1);
        must_run(1, &plan);
        expect(cases[i].published, 6);
        end();
    }
}

/* Each earlier day counts at which the row was shown, and only those. */
static void test_history__a_row_is_compared_with_all_that_showed_it(void **state)
{
    (void)state;
    for (int first = 1; first <= 10; first += 9) {
        start_rows();
        first_week();
        uint32_t before = data.workers;
        join(0, first);
        load(1);
        must_run(1, &plan);
        EXPECT(first == 10, 1, 1);
        keep(1, &plan, "second");
        if (first == 10) { /* they left again, and one came: eleven since the second week */
            data.workers = before;
            for (int i = 0; i < 10; i++)
                data.worker[data.workers++] = (wf_worker){WF_BLANK, 0, 0, 1000};
            join(0, 1);
        } else { /* ten since the first week, nine since the second */
            join(0, 9);
        }
        load(2);
        must_run(2, &plan);
        EXPECT(first == 1, 1, 1);
        if (first == 10)
            assert_string_equal(report.bindings[0].release_id, "first");
        end();
    }
}

static void test_history__a_row_of_another_list_is_the_same_row(void **state)
{
    (void)state;
    start_rows();
    first_week();
    join(1, 1);
    load(1);
    wf_list(&other, WF_WORKPLACE);
    wf_field(&other, WF_FIELD_ID);
    wf_only(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_PAY); /* shows nothing that was shown */
    wf_show(&other, WF_WORKERS);
    must_run(1, &other);
    EXPECT(1, 1, 1, 0, 1, 1);
    end();
}

static void test_history__a_median_of_a_row_is_a_secret_of_whose_pay_changed(void **state)
{
    (void)state;
    start_rows();
    wf_show(&plan, WF_MEDIAN);
    for (int w = 0; w < 3; w++)
        join(w, 21);
    first_week();
    data.worker[data.workers - 1].pay++;
    load(1);
    must_run(1, &plan);
    EXPECT(1, 1, 1, 1, 1, 0);
    end();
}

/* All of A1 is shown in rows, so A1 is the sum of them: its change would be that of the row. */
static void test_history__a_table_does_not_tell_the_change_of_a_row(void **state)
{
    (void)state;
    start_rows();
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_show(&plan, WF_WORKERS);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
    first_week();
    join(0, 1);
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1, 1, 1, 1, 0, /* rows: */ 0, 1, 1);
    join(0, 9); /* enough for everybody, though of one workplace: the row says so */
    load(2);
    must_run(2, &plan);
    EXPECT(1, 1, 1, 1, 1, 1, 1, 1, 1);
    end();
}

/* The first workplace is the only one of its service, and did not agree to be shown. Later on it
 * does: then its area less its neighbours, all of which rows show, is no secret. */
static void test_history__who_agrees_later_is_no_secret_any_more(void **state)
{
    (void)state;
    start_rows();
    data.workplace[0].consent = WF_BLANK;
    data.workplace[1].service = data.workplace[2].service = 1;
    data.worker[0].role = 1; /* a workplace has several roles, so rows say nothing of them */
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_by(&plan, WF_DIM_SERVICE, 0, 0);
    wf_show(&plan, WF_WORKERS);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
    wf_table(&other, true);
    wf_by(&other, WF_DIM_ROLE, 0, 0);
    wf_show(&other, WF_WORKERS);
    load(0);
    must_run(0, &plan);
    assert_int_equal(report.published[0], 0);
    must_run(0, &other);
    keep(0, &other, "first");
    data.workplace[0].consent = 1;
    join(1, 20);
    load(1);
    must_run(1, &plan);
    for (uint32_t f = 0; f < 4; f++)
        assert_int_equal(report.published[f], 1);
    end();
}

/* What was published counts, not what today's policy would have done. */
static void test_history__earlier_rows_are_taken_as_they_were(void **state)
{
    (void)state;
    start_rows();
    first_week();
    uint8_t *published = (uint8_t *)(uintptr_t)past[0].published;
    published[0] = 0;
    must_run(0, &plan); /* the same answer to the same question */
    EXPECT(0, 1, 1);
    assert_int_equal(report.bindings[0].figures, 1);
    join(0, 1);
    join(1, 1);
    load(1);
    must_run(1, &plan); /* nobody has seen the first row */
    EXPECT(1, 0, 1);
    policy.row_workers.value = 13;
    published[0] = 1;
    must_run(1, &plan); /* it was seen, although such rows are withheld today */
    EXPECT(0, 0, 0);
    assert_int_equal(report.outputs[0].by_rule[CDN_RULE_HISTORY], 2);
    end();
}

/* A feed of nothing but rows, and then feeds of tables: each has its own figures and no others. */
static void test_history__a_release_of_rows_alone_has_no_tables(void **state)
{
    (void)state;
    start_rows();
    first_week();
    wf_table(&other, true);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    for (uint32_t week = 1; week < 3; week++) {
        load(week);
        must_run(week, &other);
        EXPECT(1, 1, 1, 1, 1, 1);
        keep(week, &other, "tables");
    }
    end();
}

/* ---- rows of one week, tables of another ---- */

/* Of the first area two workplaces agreed, the third did not, and nobody else. */
static void start_two_rows(void)
{
    start_rows();
    data.workplace[2].consent = WF_BLANK;
    wf_table(&other, true);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
}

/* The area less the two rows is the third workplace, whatever became of it since. */
static void test_history__rows_of_another_week_are_subtracted_from_a_table(void **state)
{
    (void)state;
    for (int joiners = 0; joiners <= 20; joiners += 10) {
        start_two_rows();
        first_week();
        join(2, joiners);
        load(1);
        must_run(1, &other);
        EXPECT(0, 0, 1, 1, 1, 1);
        end();
    }
}

/* Nor do they hide it when they withdrew: what they said of themselves is known. Where enough came
 * to them since, it is not. */
static void test_history__rows_are_subtracted_as_long_as_they_are_the_same(void **state)
{
    (void)state;
    for (int joiners = 0; joiners <= 12; joiners += 12) {
        start_two_rows();
        first_week();
        data.workplace[0].consent = data.workplace[1].consent = WF_BLANK;
        join(0, joiners);
        join(1, joiners);
        load(1);
        must_run(1, &other);
        EXPECT(joiners > 0, joiners > 0, 1, 1, 1, 1);
        end();
    }
}

/* All of the first area was shown in rows, so that it is no company for the second, which has too
 * few workers. */
static void test_history__the_sum_of_rows_of_another_week_is_known(void **state)
{
    (void)state;
    start_two_rows();
    data.workplace[2].consent = 1;
    for (uint32_t w = 0, kept = 0; w < data.workers; w++)
        if (data.worker[w].workplace / 3 == 1 && kept++ >= 9)
            data.worker[w].workplace = WF_BLANK;
    first_week();
    load(1);
    must_run(1, &other);
    EXPECT(1, 0, 0, 1, 1, 1);
    end();
}

/* Rows of the first week and of the third, a table of the second and of the third: the first rows
 * are those of the second week, and so the third workplace's joiner is what is left. */
static void test_history__rows_of_a_week_between_are_known(void **state)
{
    (void)state;
    for (uint8_t changed = 0; changed < 2; changed++) {
        static wf_plan both;
        start_two_rows();
        first_week();
        join(2, 30);
        join(0, changed);
        join(1, changed);
        load(1);
        wf_plan_start(&other);
        other.plan.digest[0] = 'o';
        wf_table(&other, true);
        wf_by(&other, WF_DIM_BOARD, 0, 0);
        wf_show(&other, WF_WORKERS);
        must_run(1, &other);
        EXPECT(1, 1, 1, 1);
        keep(1, &other, "second");
        join(0, 12);
        join(1, 12);
        join(2, 1);
        load(2);
        wf_plan_start(&both);
        both.plan.digest[0] = 'b';
        wf_table(&both, true);
        wf_by(&both, WF_DIM_BOARD, 0, 0);
        wf_show(&both, WF_WORKERS);
        wf_list(&both, WF_WORKPLACE);
        wf_field(&both, WF_FIELD_ID);
        wf_show(&both, WF_WORKERS);
        must_run(2, &both);
        EXPECT(changed, 1, 1, changed, /* rows: */ 1, 1);
        end();
    }
}

/* The register's list told who is linked. One who is linked since is a secret, though all others
 * are known; six are not. */
static void test_history__a_register_list_of_another_week_is_subtracted(void **state)
{
    (void)state;
    static const struct {
        int linked;
        uint8_t published;
    } cases[] = {{2, 1}, {3, 0}, {8, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        for (int l = 0; l < 12; l++)
            data.location[data.locations++] = (wf_location){l, l % 2};
        data.workplace[0].location = 0;
        data.workplace[1].location = 1;
        wf_plan_start(&plan);
        wf_list(&plan, WF_LOCATION);
        wf_field(&plan, WF_FIELD_LINKED);
        wf_table(&other, true);
        wf_by(&other, WF_DIM_LINKED, 0, 0);
        wf_show(&other, WF_LOCATIONS);
        load(0);
        must_run(0, &other);
        EXPECT(0, 0, 1);
        must_run(0, &plan);
        keep(0, &plan, "first");
        for (int l = 2; l < cases[i].linked; l++)
            data.workplace[l].location = l;
        load(1);
        must_run(1, &other);
        EXPECT(cases[i].published, cases[i].published, 1);
        assert_int_equal(report.conflict_count, 0);
        end();
    }
}

static void test_history__failed_allocations_are_reported(void **state)
{
    (void)state;
    start_rows();
    wf_plan_start(&plan);
    wf_table(&plan, false);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_show(&plan, WF_MEDIAN);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_PAY);
    load(0);
    must_run(0, &plan);
    keep(0, &plan, "first");
    join(0, 1);
    load(1);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status != CDN_OK && n < 50000; n += 3) {
        cdn_alloc_fail_after(n);
        status = run(1, &plan, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
    }
    assert_true(n > 300 && status == CDN_OK);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history__a_difference_of_overlapping_areas_is_a_cell),
        cmocka_unit_test(test_history__so_is_a_difference_that_another_table_splits),
        cmocka_unit_test(test_history__one_joiner_is_a_secret),
        cmocka_unit_test(test_history__one_leaver_is_a_secret),
        cmocka_unit_test(test_history__who_moves_within_the_total_does_not_change_it),
        cmocka_unit_test(test_history__a_joiner_for_a_leaver_is_two_secrets_in_an_equal_count),
        cmocka_unit_test(
            test_history__a_figure_comes_back_when_enough_changed_since_it_was_published),
        cmocka_unit_test(test_history__the_group_that_changed_has_workplaces_and_providers),
        cmocka_unit_test(test_history__what_somebody_is_paid_now_is_a_secret_of_sums),
        cmocka_unit_test(test_history__the_same_figure_gets_the_same_answer),
        cmocka_unit_test(test_history__what_earlier_releases_give_away_is_counted_not_refused),
        cmocka_unit_test(test_history__sums_of_earlier_figures_are_earlier_figures),
        cmocka_unit_test(test_history__a_later_release_does_not_tell_an_earlier_change),
        cmocka_unit_test(test_history__a_change_between_weeks_that_showed_neither_end_is_a_secret),
        cmocka_unit_test(test_history__who_changed_alone_does_not_learn_who_else_did),
        cmocka_unit_test(test_history__an_unknown_number_of_figures_is_an_error),
        cmocka_unit_test(test_history__a_median_is_a_secret_of_whose_pay_changed),
        cmocka_unit_test(test_history__a_median_is_compared_with_all_weeks_that_showed_it),
        cmocka_unit_test(test_history__one_joiner_of_a_row_is_a_secret),
        cmocka_unit_test(test_history__rows_are_shown_when_enough_changed_or_nothing),
        cmocka_unit_test(test_history__a_row_is_compared_with_all_that_showed_it),
        cmocka_unit_test(test_history__a_row_of_another_list_is_the_same_row),
        cmocka_unit_test(test_history__a_median_of_a_row_is_a_secret_of_whose_pay_changed),
        cmocka_unit_test(test_history__a_table_does_not_tell_the_change_of_a_row),
        cmocka_unit_test(test_history__who_agrees_later_is_no_secret_any_more),
        cmocka_unit_test(test_history__earlier_rows_are_taken_as_they_were),
        cmocka_unit_test(test_history__a_release_of_rows_alone_has_no_tables),
        cmocka_unit_test(test_history__rows_of_another_week_are_subtracted_from_a_table),
        cmocka_unit_test(test_history__rows_are_subtracted_as_long_as_they_are_the_same),
        cmocka_unit_test(test_history__the_sum_of_rows_of_another_week_is_known),
        cmocka_unit_test(test_history__rows_of_a_week_between_are_known),
        cmocka_unit_test(test_history__a_register_list_of_another_week_is_subtracted),
        cmocka_unit_test(test_history__failed_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
