/* interval_witness.c - witnesses out of floating-point solutions.
 *
 * A solution is only a proposal: it is taken apart into moves that share no row,
 * each is rounded to whole numbers (multiplied first where it has fractions), and
 * every row is summed in 128 bits. What passes is a release that the reader
 * cannot tell from the true one. Any multiple of a move that stays within the
 * bounds, the other way round too, is one as well.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_patch.h"

#include <math.h>

#include "attack/interval_moves.h"
#include "core/fail.h"

#define ROUNDING 1e-5
#define MOST_TIMES 60

static bool is_moving(const cdn_patch *patch, const cdn_lp *lp, uint32_t c)
{
    return fabs(cdn_patch_value(patch, lp, c)) > ROUNDING;
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
                if (place == 0 || patch->is_met[place - 1] || !is_moving(patch, lp, place - 1))
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
        double value = cdn_patch_value(patch, lp, c) * times, whole = nearbyint(value);
        if (!(fabs(value - whole) <= ROUNDING * times) || !(fabs(whole) < (double)CDN_WEB_FARTHEST))
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
    int64_t factor = CDN_WEB_FARTHEST;
    for (uint32_t at = 0; at < patch->group_count; at++) {
        uint32_t c = patch->group[at];
        int64_t fits = cdn_moves_factor(patch->web, patch->columns[c], sign * patch->move[c]);
        factor = fits < factor ? fits : factor;
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

static cdn_status keep_group(const cdn_patch *patch, cdn_error *error)
{
    const cdn_web *web = patch->web;
    cdn_interval_moves *moves = web->input->moves;
    if (moves == NULL)
        return CDN_OK;
    for (uint32_t at = 0; at < patch->group_count; at++) {
        uint32_t c = patch->group[at], k = patch->columns[c];
        for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++) {
            uint32_t cell = web->member[i];
            int64_t step = web->is_turned[cell] ? -patch->move[c] : patch->move[c];
            CDN_TRY(cdn_moves_term(moves, cell, step, error));
        }
    }
    return cdn_moves_keep(moves, error);
}

cdn_status cdn_patch_note(cdn_patch *patch, const cdn_lp *lp, cdn_error *error)
{
    for (uint32_t c = 0; c < patch->count; c++)
        patch->is_met[c] = 0;
    for (uint32_t r = 0; r < patch->row_count; r++)
        patch->row_is_met[r] = 0;
    for (uint32_t c = 0; c < patch->count; c++) {
        if (patch->is_met[c] || !is_moving(patch, lp, c))
            continue;
        collect(patch, lp, c);
        for (int times = 1; times <= MOST_TIMES; times++) {
            if (!round_group(patch, lp, times) || !rows_hold(patch))
                continue;
            note_group(patch, 1);
            note_group(patch, -1);
            CDN_TRY(keep_group(patch, error));
            break;
        }
    }
    return CDN_OK;
}
