/* interval_web.h - the unknown cells and what holds them together, as the interval attack sees it.
 *
 * Everything is a deviation from the truth: a column's d = possible value - true
 * value, so every row sums to zero and the truth is d = 0. A column stands for
 * one or more cells that can only move together (its members), each the same way
 * or the other way round. A column's outer bounds low <= 0 <= high hold every
 * possible deviation; `least` <= 0 <= `most` are deviations that are possible for
 * certain. A cell without a column is visible, or as good as visible: it cannot
 * move.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_WEB_H
#define CDN_ATTACK_INTERVAL_WEB_H

#include <stdbool.h>
#include <stdint.h>

#include "attack/interval.h"

#define CDN_WEB_NONE UINT32_MAX

/** Deviations found are kept within this, either sign, so that the sum of two fits. */
#define CDN_WEB_FARTHEST (INT64_C(1) << 61)

typedef struct cdn_web {
    const cdn_interval_input *input;
    uint32_t cell_count, column_count, row_count;
    uint32_t *column_of;              /* per cell, or CDN_WEB_NONE */
    uint8_t *is_turned;               /* per cell: moves against its column */
    uint8_t *is_asked;                /* per cell */
    uint32_t *member_start, *member;  /* cells, by column */
    uint32_t *row_start, *row_column; /* by row */
    int32_t *row_coefficient;
    uint32_t *column_start, *column_row; /* by column */
    int32_t *column_coefficient;
    int64_t *low, *high; /* INT64_MIN, INT64_MAX: none */
    int64_t *least, *most;
    uint8_t *is_open; /* per column: the verdict of a member is still open */
} cdn_web;

/** Checks the system and the input and builds the web of the cells that are not visible; release
 *  also after a failure. */
cdn_status cdn_web_init(cdn_web *web, const cdn_system *system, const uint8_t *figure_withheld,
                        const cdn_interval_input *input, cdn_error *error) CDN_MUST_CHECK;
void cdn_web_release(cdn_web *web);

/** Tightens low and high through the rows until nothing changes (or a row was visited very often).
 *  Exact: no possible whole-numbered deviation is lost. */
cdn_status cdn_web_tighten(cdn_web *web, cdn_error *error) CDN_MUST_CHECK;

/** Joins columns that move together into one, drops those that cannot move, and rows that say
 *  nothing new. Keeps what is noted in
 *  least and most. *changed: whether a column
 *  went. */
cdn_status cdn_web_merge(cdn_web *web, bool *changed, cdn_error *error) CDN_MUST_CHECK;

/** Tightens and merges until nothing changes, and sets is_open. */
cdn_status cdn_web_reduce(cdn_web *web, cdn_error *error) CDN_MUST_CHECK;

/** Writes the rows by column and the members by column, from the rows and column_of. */
void cdn_web_index(cdn_web *web);

/** What is known of a cell: the deviations that it can and may have. */
typedef struct cdn_web_cell {
    int64_t low, least, most, high;
    cdn_interval_verdict verdict; /* as if it were asked for */
} cdn_web_cell;
cdn_web_cell cdn_web_look(const cdn_web *web, uint32_t cell);

/** Sets is_open after low, high, least or most of a column changed. */
void cdn_web_review(cdn_web *web, uint32_t column);

/** How far up (sign 1) or down (sign -1) an open column must be shown to go for its open members, 0
 *  when it goes far enough. With `all`, for their whole width on this side. */
int64_t cdn_web_goal(const cdn_web *web, uint32_t column, int sign, bool all);

#endif
