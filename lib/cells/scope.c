/* scope.c - the part of the data that the plans look at.
 *
 * A feed about one region has no use for the records of all others. Where every
 * table and list is filtered on an axis, records outside all these filters are
 * in no cell; leaving them out at once saves each later stage from passing them
 * by. A list counts by workplace, so the records of a workplace that a list may
 * show stay, wherever they are themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "read/expr.h"

typedef struct scope {
    cdn_builder *b;
    bool started;
    uint8_t **leaves; /* per axis: flags of those that some plan looks at; NULL = all */
} scope;

/* ---- what is looked at ---- */

static cdn_status widen(scope *s, const cdn_plan_filter *filters, uint32_t count,
                        cdn_error *error)
{
    uint8_t **allowed = NULL;
    CDN_TRY(cdn_builder_filters(s->b, filters, count, &allowed, error));
    for (uint32_t axis = 0; axis < s->b->catalogue->axis_count; axis++) {
        if (!s->started || allowed[axis] == NULL)
            s->leaves[axis] = allowed[axis];
        for (uint32_t leaf = 0;
             s->leaves[axis] != NULL && leaf < s->b->catalogue->axes[axis].leaf_count; leaf++)
            s->leaves[axis][leaf] |= allowed[axis][leaf];
    }
    s->started = true;
    return CDN_OK;
}

static cdn_status widen_by_plan(scope *s, const cdn_plan *plan, cdn_error *error)
{
    for (uint32_t t = 0; t < plan->table_count; t++)
        CDN_TRY(widen(s, plan->tables[t].filters, plan->tables[t].filter_count, error));
    for (uint32_t l = 0; l < plan->list_count; l++)
        CDN_TRY(widen(s, plan->lists[l].filters, plan->lists[l].filter_count, error));
    return CDN_OK;
}

static cdn_status widen_by_all(scope *s, cdn_error *error)
{
    const cdn_cells_input *in = s->b->input;
    s->leaves = cdn_arena_alloc(s->b->arena, s->b->catalogue->axis_count, sizeof *s->leaves);
    if (s->leaves == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(widen_by_plan(s, in->plan, error));
    for (uint32_t p = 0; p < in->past_count; p++)
        CDN_TRY(widen_by_plan(s, in->past[p].plan, error));
    return CDN_OK;
}

/* ---- who is there ---- */

/* Flags the rows of a record type that are looked at; a row without a place is, so that it is
 * refused later on. */
static cdn_status look(const scope *s, const cdn_snapshot *whole, uint32_t axis, uint32_t record,
                       uint8_t *out, cdn_error *error)
{
    uint32_t rows = cdn_snapshot_rows(whole, record);
    uint32_t *leaves = cdn_alloc(rows, sizeof *leaves);
    if (leaves == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_axis_leaves(whole, s->b->catalogue, axis, record, leaves, error);
    for (uint32_t row = 0; status == CDN_OK && row < rows; row++)
        out[row] = leaves[row] >= s->b->catalogue->axes[axis].leaf_count ||
                   s->leaves[axis][leaves[row]];
    cdn_free(leaves);
    return status;
}

/* Takes the flags of those who are outside on the axis, and their workplaces too. */
static cdn_status narrow(const scope *s, const cdn_snapshot *whole, uint32_t axis,
                         uint32_t record, uint8_t *flags, cdn_error *error)
{
    const cdn_catalogue *catalogue = s->b->catalogue;
    uint32_t unit = catalogue->records[record].unit, rows = cdn_snapshot_rows(whole, record);
    bool units_too = cdn_axis_binding(catalogue, axis, unit) != NULL;
    cdn_contributors by;
    uint8_t *own = cdn_alloc(rows, 1), *units = cdn_alloc(cdn_snapshot_rows(whole, unit), 1);
    cdn_status status = own == NULL || units == NULL
                            ? cdn_fail_memory(error)
                            : cdn_snapshot_contributors(whole, record, &by, error);
    if (status == CDN_OK)
        status = look(s, whole, axis, record, own, error);
    if (status == CDN_OK && units_too)
        status = look(s, whole, axis, unit, units, error);
    for (uint32_t row = 0; status == CDN_OK && row < rows; row++)
        flags[row] = flags[row] &&
                     (own[row] || (by.units[row] != CDN_NONE && units[by.units[row]]));
    cdn_free(units);
    cdn_free(own);
    return status;
}

static cdn_status keep_rows(const scope *s, const cdn_snapshot *whole, uint32_t record,
                            cdn_snapshot_rows_kept *out, cdn_error *error)
{
    uint32_t rows = cdn_snapshot_rows(whole, record);
    uint32_t *kept = cdn_arena_alloc(s->b->arena, rows, sizeof *kept);
    uint8_t *flags = cdn_alloc(rows, 1);
    cdn_status status = kept == NULL || flags == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        memset(flags, 1, rows);
    for (uint32_t axis = 0; status == CDN_OK && axis < s->b->catalogue->axis_count; axis++)
        if (s->leaves[axis] != NULL && cdn_axis_binding(s->b->catalogue, axis, record) != NULL)
            status = narrow(s, whole, axis, record, flags, error);
    uint32_t count = 0;
    for (uint32_t row = 0; status == CDN_OK && row < rows; row++)
        if (flags[row])
            kept[count++] = row;
    if (count < rows)
        *out = (cdn_snapshot_rows_kept){count, kept};
    cdn_free(flags);
    return status;
}

static cdn_status take_part(const scope *s, uint32_t date, cdn_error *error)
{
    cdn_builder *b = s->b;
    uint32_t types = b->catalogue->record_count;
    cdn_snapshot_rows_kept *kept = cdn_arena_alloc(b->arena, types, sizeof *kept);
    if (kept == NULL)
        return cdn_fail_memory(error);
    for (uint32_t r = 0; r < types; r++)
        if (cdn_snapshot_can_part(b->catalogue, r))
            CDN_TRY(keep_rows(s, b->snapshots[date], r, &kept[r], error));
    CDN_TRY(cdn_snapshot_part(b->snapshots[date], b->catalogue, kept, &b->parts[date], error));
    b->snapshots[date] = b->parts[date];
    return CDN_OK;
}

cdn_status cdn_builder_scope(cdn_builder *b, cdn_error *error)
{
    scope s = {.b = b};
    bool narrows = false;
    CDN_TRY(widen_by_all(&s, error));
    for (uint32_t axis = 0; axis < b->catalogue->axis_count; axis++)
        narrows = narrows || s.leaves[axis] != NULL;
    for (uint32_t date = 0; narrows && date < b->date_count; date++)
        CDN_TRY(take_part(&s, date, error));
    b->snapshot = b->snapshots[0];
    return CDN_OK;
}
