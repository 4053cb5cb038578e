/* test_week.c - later weeks of a sector: ids stay, little changes, what changed stays changed.
 *
 * The files of weeks 0, 1, 2 and 5 of one sector are made once and compared row by
 * row, by id, with this directory's own reader.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/digest.h"
#include "synth/synth.h"
#include "unit/synth/table.h"

#define CODES "policies/catalogue/codes"
#define WORKERS 12000u
#define WORKPLACES 600u
#define ID_ROOM 4000000u /* worker ids of this size of file lie between the two */
#define ID_FIRST 1000001u

enum { WEEK_0, WEEK_1, WEEK_2, WEEK_5, WEEKS };

static const uint32_t numbers[WEEKS] = {0, 1, 2, 5};
static table workers[WEEKS], places[WEEKS];
static uint32_t *row_of[WEEKS]; /* by worker id less ID_FIRST: row + 1, 0 = none */

static cdn_status make(const char *name, uint32_t worker_rows, uint32_t workplace_rows,
                       uint32_t week, bool clean)
{
    cdn_synth_options options = {.codes_dir = CODES,
                                 .out_dir = unit_path(name),
                                 .workers = worker_rows,
                                 .workplaces = workplace_rows,
                                 .seed = 11,
                                 .clean = clean,
                                 .week = week};
    return cdn_synth_write(&options, NULL);
}

static const char *cell(const table *t, size_t row, const char *column)
{
    return table_at(t, row, table_column(t, column));
}

static size_t worker_id(const table *t, size_t row)
{
    size_t id = (size_t)table_number(t, row, 4);
    assert_true(id >= ID_FIRST && id < ID_FIRST + ID_ROOM);
    return id - ID_FIRST;
}

static int setup(void **state)
{
    if (unit_scratch_setup(state) != 0)
        return -1;
    for (size_t w = 0; w < WEEKS; w++) {
        assert_int_equal(make("week", WORKERS, WORKPLACES, numbers[w], true), CDN_OK);
        workers[w] = table_read(unit_path("week/worker.csv"));
        places[w] = table_read(unit_path("week/workplace.csv"));
        row_of[w] = calloc(ID_ROOM, sizeof *row_of[w]);
        assert_non_null(row_of[w]);
        assert_int_equal(table_column(&workers[w], "workerid"), 4);
        for (size_t row = 0; row < workers[w].rows; row++) {
            size_t id = worker_id(&workers[w], row);
            assert_int_equal(row_of[w][id], 0); /* no id twice */
            row_of[w][id] = (uint32_t)row + 1;
        }
    }
    return 0;
}

static int teardown(void **state)
{
    for (size_t w = 0; w < WEEKS; w++) {
        table_free(&workers[w]);
        table_free(&places[w]);
        free(row_of[w]);
    }
    return unit_scratch_teardown(state);
}

/* Columns of worker.csv that a catalogue may read; filler comes after them. */
static size_t count_changed(int before, int after)
{
    size_t changed = 0, last = table_column(&workers[after], "inoutuk");
    for (size_t row = 0; row < workers[after].rows; row++) {
        uint32_t old = row_of[before][worker_id(&workers[after], row)];
        bool same = true;
        for (size_t column = 1; old > 0 && column <= last; column++)
            same = same && strcmp(table_at(&workers[before], old - 1u, column),
                                  table_at(&workers[after], row, column)) == 0;
        changed += !same;
    }
    return changed;
}

static size_t count_absent(int from, int in)
{
    size_t absent = 0;
    for (size_t row = 0; row < workers[from].rows; row++)
        absent += row_of[in][worker_id(&workers[from], row)] == 0;
    return absent;
}

static void assert_between(size_t value, size_t low, size_t high)
{
    if (value < low || value > high)
        fail_msg("%zu is not within %zu and %zu", value, low, high);
}

static void test_week__a_small_part_of_the_records_comes_goes_and_changes(void **state)
{
    (void)state;
    static const int pairs[2][2] = {{WEEK_0, WEEK_1}, {WEEK_1, WEEK_2}};
    for (size_t i = 0; i < 2; i++) {
        int before = pairs[i][0], after = pairs[i][1];
        assert_between(count_absent(before, after), 12, 150);
        assert_between(count_absent(after, before), 12, 150);
        assert_between(count_changed(before, after), 20, 250);
    }
}

static void test_week__who_left_stays_away_and_who_joined_was_not_there(void **state)
{
    (void)state;
    size_t joined = 0, left = 0;
    for (size_t id = 0; id < ID_ROOM; id++) {
        bool in[WEEKS];
        for (size_t w = 0; w < WEEKS; w++)
            in[w] = row_of[w][id] > 0;
        if (in[WEEK_0] && !in[WEEK_1]) {
            assert_false(in[WEEK_2] || in[WEEK_5]);
            left++;
        }
        if (in[WEEK_1] && !in[WEEK_2])
            assert_false(in[WEEK_5]);
        joined += !in[WEEK_0] && in[WEEK_1] && in[WEEK_5];
        if (in[WEEK_0] && in[WEEK_5])
            assert_true(in[WEEK_1] && in[WEEK_2]);
    }
    assert_true(left > 10 && joined > 10);
}

/* What nobody answers twice is the same in every week in which a record exists. */
static void test_week__people_stay_who_they_are(void **state)
{
    (void)state;
    static const char *const fixed[] = {"wrkglbid", "ethnicity", "nationality", "borninuk",
                                        "disabled", "startsec"};
    for (size_t row = 0; row < workers[WEEK_5].rows; row++) {
        size_t id = worker_id(&workers[WEEK_5], row);
        for (int w = WEEK_0; w < WEEK_5; w++)
            for (size_t i = 0; row_of[w][id] > 0 && i < sizeof fixed / sizeof fixed[0]; i++)
                assert_string_equal(cell(&workers[w], row_of[w][id] - 1u, fixed[i]),
                                    cell(&workers[WEEK_5], row, fixed[i]));
    }
}

/* Of those who left between two weeks, how many have the same person id in another record. */
static void test_week__some_leavers_are_found_again_at_another_workplace(void **state)
{
    (void)state;
    const table *before = &workers[WEEK_2], *after = &workers[WEEK_5];
    size_t again = 0, moved = 0;
    size_t person = table_column(after, "wrkglbid"), place = table_column(after, "establishmentid");
    for (size_t row = 0; row < after->rows; row++) {
        uint32_t old = row_of[WEEK_2][worker_id(after, row)];
        if (old > 0) {
            bool same = strcmp(table_at(before, old - 1u, place), table_at(after, row, place)) == 0;
            if (!same)
                assert_string_equal(cell(before, old - 1u, "orgid"), cell(after, row, "orgid"));
            moved += !same;
            continue;
        }
        size_t match = table_find(before, person, table_at(after, row, person));
        again += match < before->rows &&
                 strcmp(table_at(before, match, place), table_at(after, row, place)) != 0;
    }
    assert_true(again + moved > 3);
}

static void test_week__a_workplace_opens_in_odd_weeks_and_closes_in_even_ones(void **state)
{
    (void)state;
    assert_int_equal(places[WEEK_0].rows, WORKPLACES);
    assert_int_equal(places[WEEK_1].rows, WORKPLACES + 1);
    assert_int_equal(places[WEEK_2].rows, WORKPLACES);
    const table *after = &places[WEEK_5];
    size_t id = table_column(after, "establishmentid"), opened = 0, location = 0;
    table register_of = table_read(unit_path("week/cqc_locations.csv"));
    for (size_t row = 0; row < after->rows; row++) {
        if (table_find(&places[WEEK_0], id, table_at(after, row, id)) < WORKPLACES)
            continue;
        opened++;
        assert_true(table_number(after, row, table_column(after, "wkrrecs")) > 0);
        const char *own = cell(after, row, "locationid");
        assert_int_equal(table_find(&places[WEEK_0], table_column(after, "locationid"), own),
                         *own == '\0' ? table_find(&places[WEEK_0],
                                                   table_column(after, "locationid"), "")
                                      : WORKPLACES);
        location += *own != '\0' && table_find(&register_of, 0, own) < register_of.rows;
    }
    assert_int_equal(opened, 3);
    assert_true(location > 0);
    for (size_t row = 0; row < register_of.rows; row++) /* no location twice */
        assert_int_equal(table_find(&register_of, 0, table_at(&register_of, row, 0)), row);
    table_free(&register_of);
}

static void test_week__the_day_moves_on_and_old_dates_stay(void **state)
{
    (void)state;
    static const char *const periods[WEEKS] = {"M202608", "M202609", "M202609", "M202610"};
    static const long days[WEEKS] = {20260831, 20260907, 20260914, 20261005};
    for (size_t w = 0; w < WEEKS; w++) {
        size_t column = table_column(&places[w], "mupddate");
        long latest = 0;
        for (size_t row = 0; row < places[w].rows; row++) {
            const char *date = table_at(&places[w], row, column);
            assert_string_equal(table_at(&places[w], row, 0), periods[w]);
            long day = strtol(date + 6, NULL, 10) * 10000 + strtol(date + 3, NULL, 10) * 100 +
                       strtol(date, NULL, 10);
            latest = day > latest ? day : latest;
        }
        assert_true(latest <= days[w] && latest > days[w] - 7);
    }
    size_t start = table_column(&workers[0], "strtdate");
    for (size_t row = 0; row < workers[WEEK_0].rows; row++) {
        uint32_t later = row_of[WEEK_5][worker_id(&workers[WEEK_0], row)];
        if (later > 0 && strcmp(cell(&workers[WEEK_0], row, "establishmentid"),
                                cell(&workers[WEEK_5], later - 1u, "establishmentid")) == 0)
            assert_string_equal(table_at(&workers[WEEK_0], row, start),
                                table_at(&workers[WEEK_5], later - 1u, start));
    }
}

static void test_week__permissions_change_now_and_then(void **state)
{
    (void)state;
    size_t id = table_column(&places[WEEK_0], "establishmentid"), changed = 0;
    for (size_t row = 0; row < WORKPLACES; row++) {
        size_t later = table_find(&places[WEEK_5], id, table_at(&places[WEEK_0], row, id));
        changed += later < places[WEEK_5].rows &&
                   strcmp(cell(&places[WEEK_0], row, "lapermission"),
                          cell(&places[WEEK_5], later, "lapermission")) != 0;
    }
    assert_between(changed, 1, 30);
}

static void test_week__bytes_are_those_of_every_machine(void **state)
{
    (void)state;
    static const char *const golden[][2] = {
        {"later/workplace.csv", "fdd86ea99f65a1a82d7e89b16baf5d591efccdd3890af9a467227b96433bb82e"},
        {"later/worker.csv", "e8bf6824fc01a8ed87002efdfeb59dfaa000beab357d7e60aabdacc9a9fa1b97"},
        {"later/cqc_locations.csv",
         "c36b9f19499bb4b27ce4f70df0ff312f41c94425a53d2d65dcd6687632382c59"}};
    assert_int_equal(make("later", 2000, 80, 7, false), CDN_OK);
    for (size_t i = 0; i < 3; i++) {
        char digest[CDN_SHA256_HEX];
        assert_int_equal(cdn_sha256_file_hex(unit_path(golden[i][0]), digest, NULL), CDN_OK);
        assert_string_equal(digest, golden[i][1]);
    }
}

static void test_week__small_files_and_the_last_week_work(void **state)
{
    (void)state;
    assert_int_equal(make("tiny", 1, 1, 3, false), CDN_OK);
    assert_int_equal(make("tiny", 0, 1, CDN_SYNTH_MAX_WEEK, false), CDN_OK);
    assert_int_equal(make("tiny", 300, 30, CDN_SYNTH_MAX_WEEK, false), CDN_OK);
    table t = table_read(unit_path("tiny/workplace.csv"));
    assert_false(t.ragged);
    assert_int_equal(t.rows, 30); /* 26 opened, 26 closed */
    table_free(&t);
    assert_int_equal(make("tiny", 300, 30, CDN_SYNTH_MAX_WEEK + 1, false), CDN_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_week__a_small_part_of_the_records_comes_goes_and_changes),
        cmocka_unit_test(test_week__who_left_stays_away_and_who_joined_was_not_there),
        cmocka_unit_test(test_week__people_stay_who_they_are),
        cmocka_unit_test(test_week__some_leavers_are_found_again_at_another_workplace),
        cmocka_unit_test(test_week__a_workplace_opens_in_odd_weeks_and_closes_in_even_ones),
        cmocka_unit_test(test_week__the_day_moves_on_and_old_dates_stay),
        cmocka_unit_test(test_week__permissions_change_now_and_then),
        cmocka_unit_test(test_week__bytes_are_those_of_every_machine),
        cmocka_unit_test(test_week__small_files_and_the_last_week_work),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
