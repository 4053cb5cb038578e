/* test_tally.c - one cell by hand: ranks, who is alone, waivers and requests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/tally.h"

#include "support/unit.h"

enum { ROWS = 16 };

typedef struct fixture {
    uint32_t units[ROWS], holdings[ROWS];
    int32_t workers[ROWS];
    int64_t values[ROWS];
    cdn_grid_records records;
    uint32_t count;
    cdn_cell cell;
} fixture;

static fixture start(void)
{
    fixture f = {.records = {.are_workers = true, .first_row = 1, .first_unit = 101,
                             .first_holding = 201, .no_unit = 199, .no_holding = 299}};
    return f;
}

static void add(fixture *f, uint32_t holding, uint32_t unit, int64_t value)
{
    f->holdings[f->count] = holding;
    f->units[f->count] = unit;
    f->workers[f->count] = 1;
    f->values[f->count++] = value;
}

static bool tally(fixture *f)
{
    cdn_tally t = {0};
    f->cell = (cdn_cell){0};
    f->records.contributors = (cdn_contributors){f->units, f->holdings, f->workers};
    for (uint32_t row = 0; row < f->count; row++)
        if (!cdn_tally_protect(&t, &f->records, row, f->values[row], &f->cell))
            return false;
    return cdn_tally_finish(&t, &f->records, &f->cell);
}

static void assert_top(const cdn_cell *cell, int64_t a, int64_t b, int64_t c, int64_t d,
                       int64_t e)
{
    const int64_t expected[CDN_CELL_TOP] = {a, b, c, d, e};
    assert_memory_equal(cell->top, expected, sizeof expected);
}

static void test_tally__contributions_are_of_providers_and_ranked(void **state)
{
    (void)state;
    fixture f = start();
    add(&f, 0, 0, 4);
    add(&f, 0, 1, 5); /* 9 */
    add(&f, 1, 2, 20);
    add(&f, 2, 3, -30);
    add(&f, 3, 4, 1);
    add(&f, 4, 5, 20);
    add(&f, 5, 6, 2);
    add(&f, 6, 7, 0);
    assert_true(tally(&f));
    assert_top(&f.cell, 30, 20, 20, 9, 2);
    assert_int_equal(f.cell.total, 82);
    assert_int_equal(f.cell.providers, 7);
    assert_int_equal(f.cell.workplaces, 8);
    assert_true(f.cell.has_negative);
    assert_int_equal(f.cell.unwaived, 7);
    assert_int_equal(f.cell.waived | f.cell.asked, 0);
}

/* What cancels out within a contributor is nothing of his. */
static void test_tally__who_adds_nothing_is_not_in_company(void **state)
{
    (void)state;
    fixture f = start();
    add(&f, 0, 0, 5);
    add(&f, 0, 1, -5);
    add(&f, 1, 2, 0);
    add(&f, 3, 4, 7);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 201 + 3);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 0);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKER], 0);
    f = start();
    add(&f, 2, 0, 3);
    add(&f, 2, 0, 3);
    add(&f, 2, 5, 3);
    add(&f, 2, 5, -3);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 201 + 2);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 101);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKER], 0);
    f = start();
    add(&f, 0, 0, 0);
    add(&f, 1, 1, 8);
    add(&f, 2, 2, 0);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKER], 2);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 102);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 202);
}

/* Who has nothing and is alone with it is still alone; two who have nothing are not. */
static void test_tally__nothing_at_all_can_be_somebodys(void **state)
{
    (void)state;
    fixture f = start();
    add(&f, 2, 3, 0);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKER], 1);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 101 + 3);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 201 + 2);
    add(&f, 2, 4, 0);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKER], 0);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 0);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 201 + 2);
    add(&f, 3, 5, 0);
    add(&f, 4, 6, 9);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 201 + 4);
    add(&f, 5, 7, 0);
    add(&f, 6, 8, 1);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 0);
}

static void test_tally__nobody_is_alone_in_an_empty_cell(void **state)
{
    (void)state;
    fixture f = start();
    assert_true(tally(&f));
    for (uint32_t kind = 0; kind < CDN_CONTRIBUTOR_END_; kind++)
        assert_int_equal(f.cell.sole[kind], 0);
    assert_int_equal(f.cell.unwaived, 0);
}

static void test_tally__records_of_many_workers_have_no_worker_kind(void **state)
{
    (void)state;
    fixture f = start();
    f.records.are_workers = false;
    add(&f, 0, 0, 8);
    assert_true(tally(&f));
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKER], 0);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 101);
}

/* All that nobody can name count as one, and have a name of their own. */
static void test_tally__the_unknown_are_one(void **state)
{
    (void)state;
    fixture f = start();
    add(&f, CDN_NONE, CDN_NONE, 8);
    add(&f, CDN_NONE, CDN_NONE, 9);
    assert_true(tally(&f));
    assert_int_equal(f.cell.providers, 1);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_WORKPLACE], 199);
    assert_int_equal(f.cell.sole[CDN_CONTRIBUTOR_PROVIDER], 299);
}

/* Workplace 0, 2 and 3 waive; 3 and 5 ask. A provider waives by all its workplaces, asks by one. */
static void test_tally__flags_follow_the_ranks(void **state)
{
    (void)state;
    static const uint8_t flags[] = {CDN_UNIT_WAIVED, 0, CDN_UNIT_WAIVED,
                                    CDN_UNIT_WAIVED | CDN_UNIT_ASKED, 0, CDN_UNIT_ASKED, 0, 0};
    fixture f = start();
    f.records.unit_flags = flags;
    add(&f, 0, 0, 10); /* half of provider 0 waives */
    add(&f, 0, 1, 10);
    add(&f, 1, 2, 50); /* waives */
    add(&f, 1, 3, 10); /* and asks */
    add(&f, 2, 2, 30); /* waives */
    add(&f, 3, 5, 40); /* asks */
    add(&f, 3, 6, 5);
    add(&f, 4, 3, 0);  /* waives and has nothing to hide */
    add(&f, 5, 7, 1);
    add(&f, 6, 0, 2);  /* waives; sixth in rank: */
    add(&f, 7, 7, 3);
    assert_true(tally(&f));
    assert_top(&f.cell, 60, 45, 30, 20, 3);
    assert_int_equal(f.cell.waived, 1u << 0 | 1u << 2);
    assert_int_equal(f.cell.asked, 1u << 0 | 1u << 1);
    assert_int_equal(f.cell.providers, 8);
    assert_int_equal(f.cell.unwaived, 4);
}

static void test_tally__sums_that_do_not_fit_are_found(void **state)
{
    (void)state;
    fixture f = start();
    add(&f, 0, 0, INT64_MIN);
    assert_false(tally(&f));
    f = start();
    add(&f, 0, 0, INT64_MAX);
    add(&f, 1, 1, -1);
    assert_false(tally(&f));
    f = start();
    add(&f, 0, 0, INT64_MAX);
    add(&f, 0, 1, 1);
    assert_false(tally(&f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tally__contributions_are_of_providers_and_ranked),
        cmocka_unit_test(test_tally__who_adds_nothing_is_not_in_company),
        cmocka_unit_test(test_tally__nothing_at_all_can_be_somebodys),
        cmocka_unit_test(test_tally__nobody_is_alone_in_an_empty_cell),
        cmocka_unit_test(test_tally__records_of_many_workers_have_no_worker_kind),
        cmocka_unit_test(test_tally__the_unknown_are_one),
        cmocka_unit_test(test_tally__flags_follow_the_ranks),
        cmocka_unit_test(test_tally__sums_that_do_not_fit_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
