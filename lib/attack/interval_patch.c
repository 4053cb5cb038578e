/* interval_patch.c - neighbourhoods, and witnesses out of floating-point solutions.
 *
 * A solution is only a proposal: it is rounded to whole numbers and each row is
 * summed in 128 bits. What passes is a release that the reader cannot tell from
 * the true one. Any multiple of a move that stays within the bounds, the other
 * way round too, is one as well.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_patch.h"

#include <math.h>

#include "core/alloc.h"
#include "core/fail.h"

#define ROUNDING 1e-5

cdn_status cdn_patch_init(cdn_patch *patch, cdn_web *web, cdn_error *error)
{
    size_t entries = (size_t)web->row_start[web->row_count] + 1;
    *patch = (cdn_patch){.web = web};
    patch->columns = cdn_alloc(web->column_count, sizeof *patch->columns);
    patch->rows = cdn_alloc(web->row_count, sizeof *patch->rows);
    patch->place = cdn_alloc(web->column_count, sizeof *patch->place);
    patch->row_place = cdn_alloc(web->row_count, sizeof *patch->row_place);
    patch->entry_row = cdn_alloc(entries, sizeof *patch->entry_row);
    patch->entry_column = cdn_alloc(entries, sizeof *patch->entry_column);
    patch->entry_coefficient = cdn_alloc(entries, sizeof *patch->entry_coefficient);
    patch->low = cdn_alloc(web->column_count, sizeof *patch->low);
    patch->high = cdn_alloc(web->column_count, sizeof *patch->high);
    patch->move = cdn_alloc(web->column_count, sizeof *patch->move);
    patch->sums = cdn_alloc(web->row_count, sizeof *patch->sums);
    if (patch->columns == NULL || patch->rows == NULL || patch->place == NULL ||
        patch->row_place == NULL || patch->entry_row == NULL || patch->entry_column == NULL ||
        patch->entry_coefficient == NULL || patch->low == NULL || patch->high == NULL ||
        patch->move == NULL || patch->sums == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

void cdn_patch_release(cdn_patch *patch)
{
    cdn_free(patch->columns);
    cdn_free(patch->rows);
    cdn_free(patch->place);
    cdn_free(patch->row_place);
    cdn_free(patch->entry_row);
    cdn_free(patch->entry_column);
    cdn_free(patch->entry_coefficient);
    cdn_free(patch->low);
    cdn_free(patch->high);
    cdn_free(patch->move);
    cdn_free(patch->sums);
}

static void clear(cdn_patch *patch)
{
    for (uint32_t i = 0; i < patch->count; i++)
        patch->place[patch->columns[i]] = 0;
    for (uint32_t r = 0; r < patch->row_count; r++)
        patch->row_place[patch->rows[r]] = 0;
    patch->count = patch->row_count = 0;
}

static void add_column(cdn_patch *patch, uint32_t k)
{
    const cdn_web *web = patch->web;
    patch->columns[patch->count++] = k;
    patch->place[k] = patch->count;
    for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
        uint32_t r = web->column_row[i];
        if (patch->row_place[r] != 0)
            continue;
        patch->rows[patch->row_count++] = r;
        patch->row_place[r] = patch->row_count;
    }
}

void cdn_patch_grow(cdn_patch *patch, uint32_t column, uint32_t most)
{
    const cdn_web *web = patch->web;
    clear(patch);
    add_column(patch, column);
    patch->is_whole = true;
    for (uint32_t at = 0; at < patch->row_count; at++) {
        uint32_t r = patch->rows[at];
        for (uint32_t i = web->row_start[r]; i < web->row_start[r + 1]; i++) {
            uint32_t k = web->row_column[i];
            if (patch->place[k] != 0 || cdn_web_is_fixed(web, k))
                continue;
            if (patch->count >= most) {
                patch->is_whole = false;
                return;
            }
            add_column(patch, k);
        }
    }
}

cdn_status cdn_patch_load(cdn_patch *patch, cdn_lp *lp, int64_t box, cdn_error *error)
{
    const cdn_web *web = patch->web;
    uint32_t entries = 0;
    for (uint32_t c = 0; c < patch->count; c++) {
        uint32_t k = patch->columns[c];
        bool boxed = box != INT64_MAX;
        patch->low[c] = boxed && web->low[k] < -box ? -box : web->low[k];
        patch->high[c] = boxed && web->high[k] > box ? box : web->high[k];
        for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
            entries++;
            patch->entry_row[entries] = (int)patch->row_place[web->column_row[i]];
            patch->entry_column[entries] = (int)c + 1;
            patch->entry_coefficient[entries] = web->column_coefficient[i];
        }
    }
    cdn_lp_problem problem = {.rows = patch->row_count,
                              .columns = patch->count,
                              .entries = entries,
                              .row = patch->entry_row,
                              .column = patch->entry_column,
                              .coefficient = patch->entry_coefficient,
                              .low = patch->low,
                              .high = patch->high};
    return cdn_lp_load(lp, &problem, error);
}

/* Whole numbers within the bounds, or false. */
static bool round_move(cdn_patch *patch, const cdn_lp *lp)
{
    const cdn_web *web = patch->web;
    for (uint32_t c = 0; c < patch->count; c++) {
        double value = cdn_lp_value(lp, c), whole = nearbyint(value);
        if (!(fabs(value - whole) <= ROUNDING * (1 + fabs(whole) * 1e-3)) ||
            !(fabs(whole) < (double)CDN_WEB_FARTHEST))
            return false;
        uint32_t k = patch->columns[c];
        int64_t d = (int64_t)whole;
        if (d < web->low[k] || d > web->high[k])
            return false;
        patch->move[c] = d;
    }
    return true;
}

static bool rows_hold(cdn_patch *patch)
{
    const cdn_web *web = patch->web;
    for (uint32_t r = 0; r < patch->row_count; r++)
        patch->sums[r] = 0;
    for (uint32_t c = 0; c < patch->count; c++) {
        uint32_t k = patch->columns[c];
        for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++)
            patch->sums[patch->row_place[web->column_row[i]] - 1] +=
                (__int128)web->column_coefficient[i] * patch->move[c];
    }
    for (uint32_t r = 0; r < patch->row_count; r++)
        if (patch->sums[r] != 0)
            return false;
    return true;
}

/* The largest factor by which the move can be taken in this direction; 0 when not at all. */
static int64_t reach(const cdn_patch *patch, int sign)
{
    const cdn_web *web = patch->web;
    int64_t factor = INT64_MAX;
    for (uint32_t c = 0; c < patch->count; c++) {
        int64_t step = patch->move[c] * sign;
        if (step == 0)
            continue;
        uint32_t k = patch->columns[c];
        int64_t room = step > 0 ? web->high[k] : (web->low[k] == INT64_MIN ? INT64_MAX
                                                                            : -web->low[k]);
        if (room > CDN_WEB_FARTHEST)
            room = CDN_WEB_FARTHEST;
        int64_t times = room / (step > 0 ? step : -step);
        factor = times < factor ? times : factor;
    }
    return factor == INT64_MAX ? 0 : factor;
}

static void note(cdn_patch *patch, int sign)
{
    cdn_web *web = patch->web;
    int64_t factor = reach(patch, sign) * sign;
    for (uint32_t c = 0; c < patch->count && factor != 0; c++) {
        uint32_t k = patch->columns[c];
        int64_t d = patch->move[c] * factor;
        if (d > web->most[k])
            web->most[k] = d;
        if (d < web->least[k])
            web->least[k] = d;
    }
}

void cdn_patch_note(cdn_patch *patch, const cdn_lp *lp, bool *valid)
{
    *valid = round_move(patch, lp) && rows_hold(patch);
    if (!*valid)
        return;
    note(patch, 1);
    note(patch, -1);
}
