/* interval_patch.c - neighbourhoods, and witnesses out of floating-point solutions.
 *
 * A solution is only a proposal: it is taken apart into moves that share no row,
 * each is rounded to whole numbers (doubled, or so, where it has halves), and
 * every row is summed in 128 bits. What passes is a release that the reader
 * cannot tell from the true one. Any multiple of a move that stays within the
 * bounds, the other way round too, is one as well.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_patch.h"

#include <math.h>

#include "core/alloc.h"
#include "core/fail.h"

#define ROUNDING 1e-5
#define MOST_TIMES 4

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
    patch->group = cdn_alloc(web->column_count, sizeof *patch->group);
    patch->is_met = cdn_alloc(web->column_count, 1);
    patch->row_is_met = cdn_alloc(web->row_count, 1);
    patch->sums = cdn_alloc(web->row_count, sizeof *patch->sums);
    if (patch->columns == NULL || patch->rows == NULL || patch->place == NULL ||
        patch->row_place == NULL || patch->entry_row == NULL || patch->entry_column == NULL ||
        patch->entry_coefficient == NULL || patch->low == NULL || patch->high == NULL ||
        patch->move == NULL || patch->group == NULL ||
        patch->is_met == NULL || patch->row_is_met == NULL || patch->sums == NULL)
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
    cdn_free(patch->group);
    cdn_free(patch->is_met);
    cdn_free(patch->row_is_met);
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
            if (patch->place[k] != 0)
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

static bool is_moving(const cdn_lp *lp, uint32_t c)
{
    return fabs(cdn_lp_value(lp, c)) > ROUNDING;
}

/* Lists in `group` the columns on the move that rows tie to place `first`: a move of its own. */
static void collect(cdn_patch *patch, const cdn_lp *lp, uint32_t first)
{
    const cdn_web *web = patch->web;
    patch->group[0] = first;
    patch->group_count = 1;
    patch->is_met[first] = 1;
    for (uint32_t at = 0; at < patch->group_count; at++) {
        uint32_t k = patch->columns[patch->group[at]];
        for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
            uint32_t r = web->column_row[i];
            if (patch->row_is_met[patch->row_place[r] - 1])
                continue;
            patch->row_is_met[patch->row_place[r] - 1] = 1;
            for (uint32_t j = web->row_start[r]; j < web->row_start[r + 1]; j++) {
                uint32_t place = patch->place[web->row_column[j]];
                if (place == 0 || patch->is_met[place - 1] || !is_moving(lp, place - 1))
                    continue;
                patch->is_met[place - 1] = 1;
                patch->group[patch->group_count++] = place - 1;
            }
        }
    }
}

/* `times` the group's move in whole numbers within the bounds, or false. */
static bool round_group(cdn_patch *patch, const cdn_lp *lp, int times)
{
    const cdn_web *web = patch->web;
    for (uint32_t at = 0; at < patch->group_count; at++) {
        uint32_t c = patch->group[at], k = patch->columns[c];
        double value = cdn_lp_value(lp, c) * times, whole = nearbyint(value);
        if (!(fabs(value - whole) <= ROUNDING * times) ||
            !(fabs(whole) < (double)CDN_WEB_FARTHEST))
            return false;
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
    bool holds = true;
    for (int pass = 0; pass < 3; pass++)
        for (uint32_t at = 0; at < patch->group_count; at++) {
            uint32_t c = patch->group[at], k = patch->columns[c];
            for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
                __int128 *sum = &patch->sums[patch->row_place[web->column_row[i]] - 1];
                if (pass == 0)
                    *sum = 0;
                else if (pass == 1)
                    *sum += (__int128)web->column_coefficient[i] * patch->move[c];
                else
                    holds = holds && *sum == 0;
            }
        }
    return holds;
}

/* The largest factor by which the group's move can be taken in this direction. */
static int64_t reach(const cdn_patch *patch, int sign)
{
    const cdn_web *web = patch->web;
    int64_t factor = CDN_WEB_FARTHEST;
    for (uint32_t at = 0; at < patch->group_count; at++) {
        uint32_t c = patch->group[at], k = patch->columns[c];
        int64_t step = patch->move[c] * sign;
        if (step == 0)
            continue;
        int64_t room = step > 0 ? web->high[k] : -(web->low[k] + 1);
        room += step < 0 && room < CDN_WEB_FARTHEST;
        if (room > CDN_WEB_FARTHEST)
            room = CDN_WEB_FARTHEST;
        int64_t times = room / (step > 0 ? step : -step);
        factor = times < factor ? times : factor;
    }
    return factor;
}

static void note_group(cdn_patch *patch, int sign)
{
    cdn_web *web = patch->web;
    int64_t factor = reach(patch, sign) * sign;
    for (uint32_t at = 0; at < patch->group_count; at++) {
        uint32_t c = patch->group[at], k = patch->columns[c];
        int64_t d = patch->move[c] * factor;
        if (d > web->most[k])
            web->most[k] = d;
        if (d < web->least[k])
            web->least[k] = d;
        if (web->is_open[k])
            cdn_web_review(web, k);
    }
}

void cdn_patch_note(cdn_patch *patch, const cdn_lp *lp)
{
    for (uint32_t c = 0; c < patch->count; c++)
        patch->is_met[c] = 0;
    for (uint32_t r = 0; r < patch->row_count; r++)
        patch->row_is_met[r] = 0;
    for (uint32_t c = 0; c < patch->count; c++) {
        if (patch->is_met[c] || !is_moving(lp, c))
            continue;
        collect(patch, lp, c);
        for (int times = 1; times <= MOST_TIMES; times++) {
            if (!round_group(patch, lp, times) || !rows_hold(patch))
                continue;
            note_group(patch, 1);
            note_group(patch, -1);
            break;
        }
    }
}
