/* expr.c - evaluates a catalogue expression for every row of a record type of a snapshot.
 *
 * A leaf of an axis is found where the axis is bound and then carried along the
 * references: a workplace's area is computed once, not for each of its workers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/expr.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "read/eval.h"

static cdn_status get_column(const void *context, uint32_t column, const int32_t **out,
                             cdn_error *error)
{
    return cdn_snapshot_column(context, column, out, error);
}

static cdn_status get_reference(const void *context, uint32_t record, uint32_t reference,
                                const uint32_t **out, cdn_error *error)
{
    return cdn_snapshot_reference(context, record, reference, out, error);
}

static cdn_status get_referenced(const void *context, uint32_t target, uint32_t record,
                                 const uint8_t **out, cdn_error *error)
{
    return cdn_snapshot_referenced(context, target, record, out, error);
}

static cdn_eval_source source_of(const cdn_snapshot *snapshot)
{
    return (cdn_eval_source){snapshot, cdn_snapshot_reference_day(snapshot), get_column,
                             get_reference, get_referenced};
}

cdn_status cdn_expr_eval(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                         uint32_t expr, uint32_t record, int64_t *out, cdn_error *error)
{
    cdn_eval_source source = source_of(snapshot);
    return cdn_eval(&source, catalogue, expr, record, cdn_snapshot_rows(snapshot, record), out,
                    error);
}

cdn_status cdn_expr_certain(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                            uint32_t expr, uint32_t record, int64_t *out, cdn_error *error)
{
    cdn_eval_source source = source_of(snapshot);
    return cdn_eval_certain(&source, catalogue, expr, record, cdn_snapshot_rows(snapshot, record),
                            out, error);
}

/* The last band that starts at or below the value. */
static uint32_t band_of(const cdn_axis *axis, int64_t value)
{
    uint32_t low = 0;
    uint32_t high = axis->band_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (axis->band_starts[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? CDN_NONE : low - 1;
}

static void find_leaves(const cdn_axis *axis, const cdn_expr *expr, const int64_t *values,
                        uint32_t rows, uint32_t *out)
{
    uint32_t known = axis->leaf_count - (axis->has_unknown ? 1 : 0);
    uint32_t unknown = axis->has_unknown ? known : CDN_NONE;
    int64_t unit = cdn_pow10(expr->decimals);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t leaf = CDN_NONE;
        if (values[i] == CDN_EXPR_MISSING)
            leaf = CDN_NONE;
        else if (axis->band_count > 0)
            leaf = band_of(axis, values[i]);
        else if (values[i] >= 0 && values[i] % unit == 0 && values[i] / unit < known)
            leaf = (uint32_t)(values[i] / unit);
        out[i] = leaf < known ? leaf : unknown;
    }
}

static cdn_status own_leaves(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                             const cdn_axis *axis, const cdn_binding *binding, uint32_t *out,
                             cdn_error *error)
{
    uint32_t rows = cdn_snapshot_rows(snapshot, binding->record);
    int64_t *values = cdn_alloc(rows, sizeof *values);
    if (values == NULL)
        return cdn_fail_memory(error);
    cdn_status status =
        cdn_expr_eval(snapshot, catalogue, binding->expr, binding->record, values, error);
    if (status == CDN_OK)
        find_leaves(axis, &catalogue->exprs[binding->expr], values, rows, out);
    cdn_free(values);
    return status;
}

cdn_status cdn_axis_leaves(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                           uint32_t axis, uint32_t record, uint32_t *out, cdn_error *error)
{
    const cdn_axis *described = &catalogue->axes[axis];
    const cdn_binding *binding = cdn_axis_binding(catalogue, axis, record);
    if (binding == NULL)
        return cdn_fail(error, CDN_E_INPUT, "axis %s does not apply to record type %s",
                        described->name, catalogue->records[record].name);
    if (binding->expr >= catalogue->expr_count ||
        described->leaf_count < (described->has_unknown ? 1u : 0u))
        return cdn_fail(error, CDN_E_INTERNAL, "axis %s is damaged", described->name);
    if (binding->record == record)
        return own_leaves(snapshot, catalogue, described, binding, out, error);
    cdn_eval_source source = source_of(snapshot);
    cdn_route route;
    CDN_TRY(cdn_route_create(&source, catalogue, record, binding->record, &route, error));
    uint32_t *leaves = cdn_alloc(cdn_snapshot_rows(snapshot, binding->record), sizeof *leaves);
    if (leaves == NULL)
        return cdn_fail_memory(error);
    cdn_status status = own_leaves(snapshot, catalogue, described, binding, leaves, error);
    uint32_t unknown = described->has_unknown ? described->leaf_count - 1 : CDN_NONE;
    uint32_t rows = cdn_snapshot_rows(snapshot, record);
    for (uint32_t i = 0; status == CDN_OK && i < rows; i++) {
        uint32_t row = cdn_route_follow(&route, i);
        out[i] = row == CDN_NONE ? unknown : leaves[row];
    }
    cdn_free(leaves);
    return status;
}
