/* eval.h - evaluates expressions over columns from anywhere: a snapshot, or tables being loaded.
 *
 * Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_EVAL_H
#define CDN_READ_EVAL_H

#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"

/** Where values come from. The arrays have one entry per row of their record type and must live
 *  as long as the evaluation. `referenced` as in cdn_snapshot_referenced. */
typedef struct cdn_eval_source {
    const void *context;
    int32_t reference_day;
    cdn_status (*column)(const void *context, uint32_t column, const int32_t **out,
                         cdn_error *error);
    cdn_status (*reference)(const void *context, uint32_t record, uint32_t reference,
                            const uint32_t **out, cdn_error *error);
    cdn_status (*referenced)(const void *context, uint32_t target, uint32_t record,
                             const uint8_t **out, cdn_error *error);
} cdn_eval_source;

/** Fills out[0..rows) with the expression's scaled values, CDN_EXPR_MISSING where there is none. */
cdn_status cdn_eval(const cdn_eval_source *source, const cdn_catalogue *catalogue, uint32_t expr,
                    uint32_t record, uint32_t rows, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

/** The same in three-valued logic: see cdn_expr_certain. */
cdn_status cdn_eval_certain(const cdn_eval_source *source, const cdn_catalogue *catalogue,
                            uint32_t expr, uint32_t record, uint32_t rows, int64_t *out,
                            cdn_error *error) CDN_MUST_CHECK;

/** The rows of `to` that the rows from `first` on lead to; CDN_NONE where there is none. */
typedef struct cdn_route {
    uint32_t count;
    const uint32_t *steps[4];
} cdn_route;

/** CDN_E_INPUT when no references lead there. */
cdn_status cdn_route_create(const cdn_eval_source *source, const cdn_catalogue *catalogue,
                            uint32_t from, uint32_t to, cdn_route *out, cdn_error *error)
    CDN_MUST_CHECK;

static inline uint32_t cdn_route_follow(const cdn_route *route, uint32_t row)
{
    for (uint32_t i = 0; i < route->count && row != CDN_NONE; i++)
        row = route->steps[i][row];
    return row;
}

#endif
