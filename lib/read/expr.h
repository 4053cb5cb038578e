/* expr.h - evaluates a catalogue expression for every row of a record type.
 *
 * Integer arithmetic only; a missing operand makes the result CDN_EXPR_MISSING;
 * overflow makes it missing too (and the row unusable), never wrong. Columns of
 * other record types are reached by the shortest route of references. */
#ifndef CDN_READ_EXPR_H
#define CDN_READ_EXPR_H

#include <stdint.h>

#include "read/snapshot.h"

#define CDN_EXPR_MISSING INT64_MIN

/** Fills out[0..rows of record) with scaled values (the expression's `decimals`).
 *  @complexity O(rows x nodes) */
cdn_status cdn_expr_eval(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                         uint32_t expr, uint32_t record, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

#define CDN_EXPR_NOTHING (INT64_MIN + 1)

/** As cdn_expr_eval, but says what is certain whatever the missing columns hold (three-valued
 *  logic; Kleene 1952, section 64): CDN_EXPR_MISSING where it depends on them, CDN_EXPR_NOTHING
 *  where there is no value in any case (a division by 0, a choice that does not apply). A value
 *  that stands in for a missing one (COALESCE) counts as known. */
cdn_status cdn_expr_certain(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                            uint32_t expr, uint32_t record, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

/** The leaf of `axis` for every row of `record` (its own binding, or the nearest reference's).
 *  CDN_NONE for a row that has no place on the axis (missing, on an axis without an unknown
 *  leaf). */
cdn_status cdn_axis_leaves(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                           uint32_t axis, uint32_t record, uint32_t *out, cdn_error *error)
    CDN_MUST_CHECK;

#endif
