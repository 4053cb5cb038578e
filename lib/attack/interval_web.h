/* interval_web.h - the unknown cells and what holds them together, as the interval attack sees it.
 *
 * Everything is a deviation from the truth: column d = possible value - true
 * value, so every row sums to zero and the truth is d = 0. A column's outer
 * bounds low <= 0 <= high hold every possible deviation; `least` <= 0 <= `most`
 * are deviations that are possible for certain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_WEB_H
#define CDN_ATTACK_INTERVAL_WEB_H

#include <stdbool.h>
#include <stdint.h>

#include "attack/interval.h"

#define CDN_WEB_NONE UINT32_MAX

/** Deviations found are kept within this, either sign, so that sums of two fit. */
#define CDN_WEB_FARTHEST (INT64_C(1) << 61)

typedef struct cdn_web {
    uint32_t column_count, row_count;
    uint32_t *cell;      /* per column */
    uint32_t *column_of; /* per cell: its column, or CDN_WEB_NONE when visible */
    uint32_t *row_start, *row_column; /* by row */
    int32_t *row_coefficient;
    uint32_t *column_start, *column_row; /* by column */
    int32_t *column_coefficient;
    int64_t *low, *high;   /* INT64_MIN, INT64_MAX: none */
    int64_t *least, *most;
    int64_t *below, *above, *width; /* what each column needs */
    uint8_t *asked;                 /* columns to judge */
} cdn_web;

/** Checks the system and the input and builds the web of the cells that are not visible; release also
 *  after a failure. */
cdn_status cdn_web_init(cdn_web *web, const cdn_system *system, const uint8_t *figure_withheld,
                        const cdn_interval_input *input, cdn_error *error) CDN_MUST_CHECK;
void cdn_web_release(cdn_web *web);

/** Tightens low and high through the rows until nothing changes (or a row was visited very often).
 *  Exact: no possible whole-numbered deviation is lost. */
cdn_status cdn_web_tighten(cdn_web *web, cdn_error *error) CDN_MUST_CHECK;

/** What the deviations found and the bounds say of a column. */
bool cdn_web_is_protected(const cdn_web *web, uint32_t column);
bool cdn_web_is_exposed(const cdn_web *web, uint32_t column);

/** true for a column whose verdict is asked for and open. */
static inline bool cdn_web_is_open(const cdn_web *web, uint32_t column)
{
    return web->asked[column] && !cdn_web_is_protected(web, column) &&
           !cdn_web_is_exposed(web, column);
}

static inline bool cdn_web_is_fixed(const cdn_web *web, uint32_t column)
{
    return web->low[column] == 0 && web->high[column] == 0;
}

/** How far up (sign 1) or down (sign -1) a column must still be shown to go, 0 when far enough. With
 *  `all`, far enough for the whole width on this side. */
int64_t cdn_web_goal(const cdn_web *web, uint32_t column, int sign, bool all);

#endif
