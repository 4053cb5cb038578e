/* test_new_rows.c - who agrees to be shown after others were published together with it.
 *
 * Three areas of four workplaces each, every one of its own provider, fourteen
 * workers each. An area is unsafe when fewer than three workplaces are left of
 * it: less one row it is not, less two it is. Workplaces 0 to 3 are in the first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/release/weeks.h"

#include "core/alloc.h"

#define IN_AREA 4
#define EACH 14

/* A table by area (6 keys), and rows of all workplaces that agree. */
static void show(wf_plan *p, uint32_t measure)
{
    wf_plan_start(p);
    wf_table(p, true);
    wf_by(p, WF_DIM_AREA, 1, 1);
    wf_show(p, measure);
    wf_list(p, WF_WORKPLACE);
    wf_field(p, WF_FIELD_ID);
    wf_show(p, measure);
}

static void start(void)
{
    memset(&data, 0, sizeof data);
    for (int w = 0; w < 3 * IN_AREA; w++) {
        data.workplace[data.workplaces++] =
            (wf_workplace){.org = w, .area = w / IN_AREA, .staff = 20, .vacant = 3 + w % 2,
                           .v_ok = 1, .consent = WF_BLANK, .location = WF_BLANK, .weight_1 = 1,
                           .weight_2 = 1};
        for (int i = 0; i < EACH; i++)
            data.worker[data.workers++] = (wf_worker){w, i % 3, i % 2, 1000 + 10 * (i % 7)};
    }
    policy = wf_policy;
    policy.history.workers = policy.workers;
    policy.history.workplaces = policy.workplaces;
    policy.history.providers = policy.providers;
    policy.history.concentration = true;
    past_count = 0;
    show(&plan, WF_WORKERS);
    wf_plan_start(&other);
    other.plan.digest[0] = 'o';
}

/* Which of the first four workplaces agree, by bits. */
static void agree(unsigned who)
{
    for (unsigned w = 0; w < IN_AREA; w++)
        data.workplace[w].consent = who >> w & 1u ? 1 : WF_BLANK;
}

static void next_week(uint32_t week, unsigned who, const char *id)
{
    agree(who);
    load(week);
    must_run(week, &plan);
    if (id != NULL)
        keep(week, &plan, id);
}

/* One may be shown, since three are left; of two the first waits; when all agree,
 * nobody is left. */
static void test_new_rows__wait_when_too_few_others_are_left(void **state)
{
    (void)state;
    start();
    first_week();
    next_week(1, 1, NULL);
    EXPECT(1, 1, 1, 1, 1, 1, 1);
    cdn_snapshot_close(weeks[1]);
    next_week(1, 3, NULL);
    EXPECT(1, 1, 1, 1, 1, 1, 0, 1);
    assert_int_equal(report.conflict_count, 0);
    assert_int_equal(report.outputs[1].by_rule[CDN_RULE_HISTORY], 1);
    assert_int_equal(report.withheld_count, 1);
    assert_int_equal(report.withheld[0].rules, 1u << CDN_RULE_HISTORY);
    assert_string_equal(report.withheld[0].reason,
                        "new, and would tell of others, with earlier figures or rows beside it");
    assert_int_equal(report.outputs[1].primary, 1);
    assert_int_equal(report.binding_count, 1);
    assert_string_equal(report.bindings[0].release_id, "first");
    assert_int_equal(report.bindings[0].output, 1);
    assert_int_equal(report.bindings[0].figures, 1);
    cdn_snapshot_close(weeks[1]);
    next_week(1, 15, NULL);
    EXPECT(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    end();
}

/* A table, and then the rows of the same data by another script. */
static void test_new_rows__wait_on_the_same_day(void **state)
{
    (void)state;
    start();
    agree(3);
    wf_table(&other, true);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    load(0);
    must_run(0, &other);
    EXPECT(1, 1, 1, 1, 1, 1);
    keep(0, &other, "first");
    must_run(0, &plan);
    EXPECT(1, 1, 1, 1, 1, 1, 0, 1);
    assert_int_equal(report.conflict_count, 0);
    end();
}

/* The table of the second week tells that some came, 12 of them to the first workplace, which was
 * shown. Its row would tell how many others did. */
static void test_new_rows__wait_when_others_are_left_of_a_change(void **state)
{
    (void)state;
    for (int others = 1; others <= 5; others += 4) {
        static wf_plan rows;
        start();
        agree(1);
        first_week();
        join(0, 12);
        for (int w = 1; w < IN_AREA; w++)
            join(w, others);
        wf_table(&other, true);
        wf_by(&other, WF_DIM_AREA, 1, 1);
        wf_show(&other, WF_WORKERS);
        load(1);
        must_run(1, &other);
        EXPECT(1, 1, 1, 1, 1, 1);
        keep(1, &other, "second");
        wf_plan_start(&rows);
        rows.plan.digest[0] = 'r';
        wf_list(&rows, WF_WORKPLACE);
        wf_field(&rows, WF_FIELD_ID);
        wf_show(&rows, WF_WORKERS);
        must_run(1, &rows);
        EXPECT(others == 5);
        end();
    }
}

/* The first workplace opens, with 20 workers, when the three others get a few or
 * some each. */
static void test_new_rows__wait_when_others_are_left_beside_who_opened(void **state)
{
    (void)state;
    for (int others = 1; others <= 5; others += 4) {
        static wf_plan rows;
        start();
        agree(1);
        data.workplace[0].org = WF_BLANK;
        for (uint32_t w = 0; w < data.workers; w++)
            if (data.worker[w].workplace == 0)
                data.worker[w].workplace = WF_BLANK;
        wf_table(&other, true);
        wf_by(&other, WF_DIM_AREA, 1, 1);
        wf_show(&other, WF_WORKERS);
        for (uint32_t week = 0; week < 2; week++) {
            load(week);
            must_run(week, &other);
            EXPECT(1, 1, 1, 1, 1, 1);
            keep(week, &other, week == 0 ? "first" : "second");
            data.workplace[0].org = 0;
            join(0, week == 0 ? 20 : 0);
            for (int w = 1; w < IN_AREA && week == 0; w++)
                join(w, others);
        }
        wf_plan_start(&rows);
        rows.plan.digest[0] = 'r';
        wf_list(&rows, WF_WORKPLACE);
        wf_field(&rows, WF_FIELD_ID);
        wf_show(&rows, WF_WORKERS);
        must_run(1, &rows);
        EXPECT(others == 5);
        end();
    }
}

/* The first workplace, of 14 workers, moves into the area and has 20 then; the three others get a
 * few or some each. Whether or not the lists look at where it was. */
static void wait_beside_who_moved(bool narrow, int others)
{
    static wf_plan rows;
    start();
    agree(1);
    data.workplace[0].area = 1;
    wf_table(&other, true);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_only(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    for (uint32_t week = 0; week < 2; week++) {
        load(week);
        must_run(week, &other);
        for (uint32_t f = 0; f < report.figure_count; f++)
            assert_true(report.published[f]);
        keep(week, &other, week == 0 ? "first" : "second");
        data.workplace[0].area = 0;
        join(0, week == 0 ? 20 - EACH : 0);
        for (int w = 1; w < IN_AREA && week == 0; w++)
            join(w, others);
    }
    wf_plan_start(&rows);
    rows.plan.digest[0] = 'r';
    wf_list(&rows, WF_WORKPLACE);
    if (narrow)
        wf_only(&rows, WF_DIM_AREA, 1, 1);
    wf_field(&rows, WF_FIELD_ID);
    wf_show(&rows, WF_WORKERS);
    must_run(1, &rows);
    EXPECT(others == 5);
    end();
}

static void test_new_rows__wait_when_others_are_left_beside_who_moved(void **state)
{
    (void)state;
    for (int others = 1; others <= 5; others += 4) {
        wait_beside_who_moved(false, others);
        wait_beside_who_moved(true, others);
    }
}

/* Nobody else comes when the first workplace moves into the area with its 20, or opens there: the
 * change is its row, and a secret unless it agrees to be shown. */
static void come_alone(bool opens, bool agrees)
{
    start();
    agree(agrees);
    data.workplace[0].area = 1;
    data.workplace[0].org = opens ? WF_BLANK : 0;
    for (int w = 0; w < EACH && opens; w++)
        data.worker[w].workplace = WF_BLANK;
    wf_table(&other, true);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_only(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    load(0);
    must_run(0, &other);
    EXPECT(1, 1);
    keep(0, &other, "first");
    data.workplace[0].area = data.workplace[0].org = 0;
    for (int w = 0; w < EACH; w++)
        data.worker[w].workplace = 0;
    join(0, 20 - EACH);
    load(1);
    wf_plan_start(&plan);
    wf_table(&plan, true);
    wf_by(&plan, WF_DIM_AREA, 1, 1);
    wf_only(&plan, WF_DIM_AREA, 1, 1);
    wf_show(&plan, WF_WORKERS);
    wf_list(&plan, WF_WORKPLACE);
    wf_only(&plan, WF_DIM_AREA, 1, 1);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
    must_run(1, &plan);
    if (agrees)
        EXPECT(1, 1, 1);
    else
        EXPECT(0, 0);
    end();
}

static void test_new_rows__tell_all_of_a_change_that_is_theirs_alone(void **state)
{
    (void)state;
    for (int opens = 0; opens < 2; opens++)
        for (int agrees = 0; agrees < 2; agrees++)
            come_alone(opens, agrees);
}

/* Who does not hold the table may have the rows. */
static void test_new_rows__are_no_secret_to_others(void **state)
{
    (void)state;
    start();
    first_week();
    past_count = 0;
    next_week(1, 3, NULL);
    EXPECT(0, 0, 1, 1, 1, 1, 1, 1); /* the area waits, with another one for company */
    past_count = 1;
    end();
}

static void test_new_rows__wait_as_long_as_nothing_changes(void **state)
{
    (void)state;
    start();
    first_week();
    next_week(1, 3, "second");
    next_week(2, 3, NULL);
    EXPECT(1, 1, 1, 1, 1, 1, 0, 1);
    end();
}

/* One joins where nobody agrees: today's area is withheld for that, last week's is still held. */
static void test_new_rows__wait_for_cells_that_changed_since(void **state)
{
    (void)state;
    start();
    first_week();
    join(2, 1);
    next_week(1, 3, NULL);
    assert_int_equal(report.published[A1], 0);
    assert_int_equal(report.published[6], 0);
    assert_int_equal(report.published[7], 1);
    end();
}

/* A row that says nearly what it would have said then tells nearly as much; ten workers are a
 * group, and nine are not. */
static void test_new_rows__that_changed_much_tell_nothing_of_before(void **state)
{
    (void)state;
    for (int joiners = 1; joiners <= 10; joiners += joiners == 1 ? 8 : 1) {
        start();
        first_week();
        join(0, joiners);
        next_week(1, 3, NULL);
        assert_int_equal(report.published[A1], 0);
        assert_int_equal(report.published[6], joiners == 10);
        assert_int_equal(report.published[7], 1);
        end();
    }
}

/* The first one may be shown. A week later the second agrees, and too few are left, even when the
 * first is another number by then: what it was is known. */
static void test_new_rows__of_different_weeks_count_together(void **state)
{
    (void)state;
    for (int joiners = 0; joiners <= 10; joiners += 10) {
        start();
        first_week();
        next_week(1, 1, "second");
        EXPECT(1, 1, 1, 1, 1, 1, 1);
        join(0, joiners);
        next_week(2, 3, NULL);
        assert_int_equal(report.published[6], 1);
        assert_int_equal(report.published[7], 0);
        assert_int_equal(report.conflict_count, 0);
        end();
    }
}

/* The figures of areas are those of a rate and of a mean: workplaces say 3 and 4 of 20, so no part
 * is 0 or all, and none dominates. */
static void test_new_rows__are_those_of_rates_and_means_too(void **state)
{
    (void)state;
    static const uint32_t measures[] = {WF_VACANCY, WF_PAY};
    for (size_t m = 0; m < sizeof measures / sizeof measures[0]; m++) {
        start();
        show(&plan, measures[m]);
        load(0);
        must_run(0, &plan);
        assert_int_equal(report.published[A1], 1);
        keep(0, &plan, "first");
        next_week(1, 1, NULL);
        assert_int_equal(report.published[report.figure_count - 1], 1);
        cdn_snapshot_close(weeks[1]);
        next_week(1, 3, NULL);
        assert_int_equal(report.published[report.figure_count - 2], 0);
        assert_int_equal(report.published[report.figure_count - 1], 1);
        end();
    }
}

/* A median of a row says nothing of the count that a table has. */
static void test_new_rows__of_quantiles_need_not_wait(void **state)
{
    (void)state;
    start();
    for (int w = 0; w < 2; w++)
        join(w, 14);
    show(&plan, WF_MEDIAN);
    load(0);
    must_run(0, &plan);
    keep(0, &plan, "first");
    next_week(1, 3, NULL);
    assert_int_equal(report.published[report.figure_count - 2], 1);
    assert_int_equal(report.published[report.figure_count - 1], 1);
    end();
}

/* Only the sum of the first two areas was published, and the first: the second follows. */
static void test_new_rows__wait_for_cells_that_follow_from_others(void **state)
{
    (void)state;
    start();
    wf_table(&other, false);
    wf_by(&other, WF_DIM_AREA, 0, 0);
    wf_show(&other, WF_WORKERS);
    wf_table(&other, false);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_only(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    load(0);
    must_run(0, &other);
    assert_int_equal(report.published[0], 1);
    keep(0, &other, "first");
    wf_plan_start(&plan);
    wf_list(&plan, WF_WORKPLACE);
    wf_field(&plan, WF_FIELD_ID);
    wf_show(&plan, WF_WORKERS);
    data.workplace[IN_AREA].consent = data.workplace[IN_AREA + 1].consent = 1;
    load(1);
    must_run(1, &plan);
    EXPECT(0, 1);
    assert_null(report.bindings[0].release_id); /* two figures together */
    data.workplace[IN_AREA + 1].consent = WF_BLANK;
    cdn_snapshot_close(weeks[1]);
    load(1);
    must_run(1, &plan);
    EXPECT(1);
    end();
}

/* All of an area agree. What three of them say is what they said before, so the first would be
 * alone with its past. And when each is another number, they add up to today's area: less what that
 * was, the four who joined. Only in the first case may one be shown, with three of last week's
 * left. */
static void test_new_rows__do_not_add_up_to_a_change(void **state)
{
    (void)state;
    for (int joined = 1; joined <= IN_AREA; joined += IN_AREA - 1) {
        start();
        first_week();
        for (int w = 0; w < joined; w++)
            join(w, 1);
        next_week(1, 15, NULL);
        EXPECT(0, 1, 1, 1, 1, 0, 0, 0, 0, joined == 1);
        assert_int_equal(report.conflict_count, 0);
        end();
    }
}

/* ---- what rows tell together ---- */

/* All of the first area agree. The rows of each say how many it has, and how many of them have the
 * attribute that a second measure is about: so how many do not, of which there are too few. */
static void show_two(wf_plan *p, uint32_t first, uint32_t second, bool one_list)
{
    wf_plan_start(p);
    wf_table(p, true);
    wf_by(p, WF_DIM_AREA, 1, 1);
    wf_show(p, first);
    wf_show(p, second);
    wf_list(p, WF_WORKPLACE);
    wf_field(p, WF_FIELD_ID);
    wf_show(p, first);
    if (!one_list)
        wf_list(p, WF_WORKPLACE);
    if (!one_list)
        wf_field(p, WF_FIELD_ID);
    wf_show(p, second);
}

/* Two workers of each workplace did not say their pay: a secret where the policy says so. */
static void hide_pay(void)
{
    for (uint32_t w = 0; w < data.workers; w++)
        if (w % EACH < 2)
            data.worker[w].pay = WF_BLANK;
}

static void test_new_rows__wait_for_what_they_tell_together(void **state)
{
    (void)state;
    for (int one_list = 0; one_list < 2; one_list++) {
        start();
        hide_pay();
        agree(15);
        load(0);
        show_two(&plan, WF_WORKERS, WF_PAY, one_list != 0);
        must_run(0, &plan);
        if (one_list)
            EXPECT(1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0);
        else
            EXPECT(1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0);
        assert_int_equal(report.conflict_count, 0);
        assert_int_equal(report.binding_count, 0);
        assert_int_equal(report.outputs[report.output_count - 1].by_rule[CDN_RULE_HISTORY], 4);
        policy.missing_safe = true;
        must_run(0, &plan);
        for (uint32_t f = 0; f < report.figure_count; f++)
            assert_true(report.published[f]);
        end();
    }
}

/* Of each workplace eleven are women, and the pay of all is known. */
static void test_new_rows__wait_for_a_group_that_is_left(void **state)
{
    (void)state;
    start();
    for (uint32_t w = 0; w < data.workers; w++)
        data.worker[w].gender = w % EACH >= 3 ? 1 : 0;
    for (uint32_t w = EACH; w < IN_AREA * EACH; w++)
        data.worker[w].gender = 1;
    policy.missing_safe = true;
    agree(15);
    load(0);
    show_two(&plan, WF_PAY, WF_PAY_WOMEN, true);
    must_run(0, &plan);
    for (uint32_t row = 0; row < IN_AREA; row++) {
        assert_int_equal(report.published[12 + 2 * row], 1);
        assert_int_equal(report.published[13 + 2 * row], 0);
    }
    end();
}

/* Last week one more was there, who did not agree: nothing followed from the rows. Now it is gone,
 * and what they say is known, whatever is shown today. */
static void test_new_rows__that_were_shown_before_are_a_conflict(void **state)
{
    (void)state;
    start();
    hide_pay();
    agree(15);
    data.workplace[data.workplaces++] = (wf_workplace){
        .org = 12, .area = 0, .consent = WF_BLANK, .location = WF_BLANK, .weight_1 = 1};
    join(3 * IN_AREA, EACH);
    load(0);
    show_two(&plan, WF_WORKERS, WF_PAY, true);
    must_run(0, &plan);
    for (uint32_t row = 0; row < IN_AREA; row++)
        assert_true(report.published[12 + 2 * row] && report.published[13 + 2 * row]);
    keep(0, &plan, "first");
    data.workplace[3 * IN_AREA].org = WF_BLANK;
    for (uint32_t w = 3 * IN_AREA * EACH; w < data.workers; w++)
        data.worker[w].workplace = WF_BLANK;
    load(1);
    must_run(1, &plan);
    for (uint32_t row = 0; row < IN_AREA; row++)
        assert_true(report.published[12 + 2 * row] && report.published[13 + 2 * row]);
    assert_int_equal(report.conflict_count, 1);
    end();
}

/* The first workplace opens with 20 workers, 18 of known pay, and two others get one each who does
 * not say. The table tells that 22 came, and the row that 18 of known pay did. */
static void test_new_rows__wait_when_a_change_is_theirs_and_tells_another(void **state)
{
    static wf_plan rows;
    (void)state;
    start();
    for (uint32_t w = 0; w < data.workers; w++)
        if (w % EACH < 4)
            data.worker[w].pay = WF_BLANK;
    for (uint32_t w = 0; w < EACH; w++)
        data.worker[w].workplace = WF_BLANK;
    data.workplace[0].org = WF_BLANK;
    show_two(&plan, WF_WORKERS, WF_PAY, true);
    plan.plan.list_count = 0;
    first_week();
    data.workplace[0].org = 0;
    for (int w = 0; w < 3; w++) {
        join(w, w == 0 ? 20 : 1);
        data.worker[data.workers - 1].pay = WF_BLANK;
    }
    data.worker[data.workers - 4].pay = WF_BLANK;
    agree(1);
    load(1);
    wf_table(&other, true);
    wf_by(&other, WF_DIM_AREA, 1, 1);
    wf_show(&other, WF_WORKERS);
    must_run(1, &other);
    EXPECT(1, 1, 1, 1, 1, 1);
    keep(1, &other, "second");
    wf_plan_start(&rows);
    rows.plan.digest[0] = 'r';
    wf_list(&rows, WF_WORKPLACE);
    wf_field(&rows, WF_FIELD_ID);
    wf_show(&rows, WF_PAY);
    must_run(1, &rows);
    EXPECT(0);
    assert_int_equal(report.conflict_count, 0);
    end();
}

/* ---- who does not agree any more ---- */

/* The first was shown, and is known although it is not shown now; the second would leave two. Then
 * the first agrees again, and says what everybody knows. */
static void test_new_rows__count_with_rows_that_are_shown_no_more(void **state)
{
    (void)state;
    start();
    next_week(0, 1, "first");
    EXPECT(1, 1, 1, 1, 1, 1, 1);
    next_week(1, 2, "second");
    EXPECT(1, 1, 1, 1, 1, 1, 0);
    next_week(2, 3, NULL);
    EXPECT(1, 1, 1, 1, 1, 1, 1, 0);
    end();
}

/* Two rows left two others, so the area was withheld. Many joined, and the area is another one, but
 * who holds the rows can still subtract them. */
static void test_new_rows__that_are_shown_no_more_are_still_known(void **state)
{
    (void)state;
    for (int rows = 0; rows < 2; rows++) {
        start();
        next_week(0, rows ? 3 : 0, "first");
        assert_int_equal(report.published[A1], !rows);
        join(1 + rows, 6);
        join(2, 6);
        join(3, 6);
        next_week(1, 0, NULL);
        assert_int_equal(report.published[A1], !rows);
        end();
    }
}

/* With one nearly the same, others the same, and sums. */
static void test_new_rows__failed_allocations_are_reported(void **state)
{
    (void)state;
    start();
    first_week();
    join(0, 1);
    agree(15);
    load(1);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status != CDN_OK && n < 50000; n += 5) {
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
        cmocka_unit_test(test_new_rows__wait_when_too_few_others_are_left),
        cmocka_unit_test(test_new_rows__wait_on_the_same_day),
        cmocka_unit_test(test_new_rows__wait_when_others_are_left_of_a_change),
        cmocka_unit_test(test_new_rows__wait_when_others_are_left_beside_who_opened),
        cmocka_unit_test(test_new_rows__wait_when_others_are_left_beside_who_moved),
        cmocka_unit_test(test_new_rows__tell_all_of_a_change_that_is_theirs_alone),
        cmocka_unit_test(test_new_rows__are_no_secret_to_others),
        cmocka_unit_test(test_new_rows__wait_as_long_as_nothing_changes),
        cmocka_unit_test(test_new_rows__wait_for_cells_that_changed_since),
        cmocka_unit_test(test_new_rows__that_changed_much_tell_nothing_of_before),
        cmocka_unit_test(test_new_rows__of_different_weeks_count_together),
        cmocka_unit_test(test_new_rows__are_those_of_rates_and_means_too),
        cmocka_unit_test(test_new_rows__of_quantiles_need_not_wait),
        cmocka_unit_test(test_new_rows__wait_for_cells_that_follow_from_others),
        cmocka_unit_test(test_new_rows__do_not_add_up_to_a_change),
        cmocka_unit_test(test_new_rows__wait_for_what_they_tell_together),
        cmocka_unit_test(test_new_rows__wait_for_a_group_that_is_left),
        cmocka_unit_test(test_new_rows__that_were_shown_before_are_a_conflict),
        cmocka_unit_test(test_new_rows__wait_when_a_change_is_theirs_and_tells_another),
        cmocka_unit_test(test_new_rows__count_with_rows_that_are_shown_no_more),
        cmocka_unit_test(test_new_rows__that_are_shown_no_more_are_still_known),
        cmocka_unit_test(test_new_rows__failed_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
