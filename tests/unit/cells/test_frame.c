/* test_frame.c - conditions of use, more of them than one script would have.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/frame.h"
#include "read/expr.h"
#include "support/unit.h"
#include "support/workforce.h"

#define COLUMNS 5u
#define MASKS ((1u << COLUMNS) - 1) /* each choice of columns that must be known, but none */

static wf_data data;
static int64_t values[COLUMNS][WF_MOST_WORKPLACES];

/* Columns of workplaces in which answers may be missing. */
static void choose_columns(const cdn_snapshot *snapshot, uint32_t exprs[COLUMNS])
{
    cdn_error error = CDN_ERROR_INIT;
    uint32_t count = 0;
    for (uint32_t e = 0; e < wf_catalogue.expr_count && count < COLUMNS; e++) {
        const cdn_expr *expr = &wf_catalogue.exprs[e];
        bool missing = false;
        if (expr->op != CDN_EX_COLUMN ||
            wf_catalogue.columns[expr->column].record != WF_WORKPLACE)
            continue;
        assert_int_equal(cdn_expr_eval(snapshot, &wf_catalogue, e, WF_WORKPLACE, values[count],
                                       &error),
                         CDN_OK);
        for (uint32_t row = 0; row < cdn_snapshot_rows(snapshot, WF_WORKPLACE); row++)
            missing = missing || values[count][row] == CDN_EXPR_MISSING;
        if (missing)
            exprs[count++] = e;
    }
    assert_int_equal(count, COLUMNS);
}

static void test_frame__many_conditions_are_told_apart(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    uint32_t exprs[COLUMNS], numbers[MASKS + 1], leaves = 0;
    const uint32_t *leaf = NULL;
    wf_random(&data, 11, 60, 100);
    cdn_snapshot *snapshot = wf_load(&data);
    choose_columns(snapshot, exprs);
    const cdn_snapshot *dates[] = {snapshot};
    cdn_frame *frame = cdn_frame_create(dates, 1, &wf_catalogue, false);
    assert_non_null(frame);
    for (uint32_t m = 1; m <= MASKS; m++) {
        cdn_mask mask = {0};
        for (uint32_t c = 0; c < COLUMNS; c++)
            if ((m >> c & 1) != 0)
                assert_true(cdn_mask_add_known(frame, &mask, exprs[c]));
        assert_int_equal(cdn_frame_add_mask(frame, WF_WORKPLACE, &mask, &numbers[m], &error),
                         CDN_OK);
    }
    assert_int_equal(cdn_frame_mask_count(frame, WF_WORKPLACE), MASKS);
    assert_int_equal(cdn_frame_usable(frame, WF_WORKPLACE, &leaves, &error), CDN_OK);
    assert_int_equal(cdn_frame_leaves(frame, 0, WF_WORKPLACE, wf_catalogue.axis_count, &leaf,
                                      &error),
                     CDN_OK);
    for (uint32_t row = 0; row < cdn_snapshot_rows(snapshot, WF_WORKPLACE); row++)
        for (uint32_t m = 1; m <= MASKS; m++) {
            bool passes = true;
            for (uint32_t c = 0; c < COLUMNS; c++)
                passes = passes && ((m >> c & 1) == 0 || values[c][row] != CDN_EXPR_MISSING);
            assert_true(leaf[row] < leaves);
            assert_int_equal(
                cdn_frame_usable_leaves(frame, WF_WORKPLACE, numbers[m])[leaf[row]], passes);
        }
    cdn_frame_destroy(frame);
    cdn_snapshot_close(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame__many_conditions_are_told_apart),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
