/* row_span.c - what changed in the rows of a list between two days.
 *
 * The records that differ, by the unit that they belong to on the later day, or
 * belonged to on the earlier one (change.h). Units are the later day's rows: one
 * that is no longer there has no row to tell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/row.h"

#include "core/fail.h"

static cdn_status find_units(cdn_row_span *span, uint32_t record, cdn_error *error)
{
    const cdn_builder *now = span->now, *then = span->then;
    uint32_t unit = now->catalogue->records[record].unit, rows = then->records[record].rows;
    uint32_t first = cdn_frame_first(then->frame, unit, then->date);
    const uint32_t *units = then->records[record].contributors.units, *at = NULL;
    span->then_unit = cdn_arena_alloc(now->arena, rows, sizeof *span->then_unit);
    if (span->then_unit == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_builder_rows_on(now, unit, &at, error));
    for (uint32_t row = 0; row < rows; row++)
        span->then_unit[row] = units[row] == CDN_NONE
                                   ? CDN_NONE
                                   : at[now->identities[unit].rows[first + units[row]]];
    return CDN_OK;
}

cdn_status cdn_row_span_find(cdn_builder *today, cdn_builder *now, cdn_builder *then,
                             uint32_t record, cdn_row_span *out, cdn_error *error)
{
    if (out->changes.found)
        return CDN_OK;
    *out = (cdn_row_span){.now = now, .then = then};
    CDN_TRY(cdn_builder_identify(today, record, error));
    CDN_TRY(find_units(out, record, error));
    return cdn_changes_find(today, now, then, record, &out->changes, error);
}

void cdn_row_span_release(cdn_row_span *span)
{
    cdn_changes_release(&span->changes);
    *span = (cdn_row_span){.now = NULL};
}

typedef cdn_status (*comparison)(const cdn_row_span *span, const cdn_grid *now,
                                 const cdn_grid *then, void *out, cdn_error *error);

static cdn_status compare(const cdn_row_span *span, const cdn_row_part *like, comparison how,
                          void *out, cdn_error *error)
{
    uint32_t record = like->statistic.record;
    uint32_t rows = span->now->records[span->now->catalogue->records[record].unit].rows;
    const uint32_t *units = span->now->records[record].contributors.units;
    cdn_grid now = {0}, then = {0};
    cdn_status status = cdn_row_part_grid(span->now, like, rows, units, &now, error);
    if (status == CDN_OK)
        status = cdn_row_part_grid(span->then, like, rows, span->then_unit, &then, error);
    if (status == CDN_OK)
        status = how(span, &now, &then, out, error);
    cdn_grid_release(&then);
    cdn_grid_release(&now);
    return status;
}

static cdn_status tabulate(const cdn_row_span *span, const cdn_grid *now, const cdn_grid *then,
                           void *out, cdn_error *error)
{
    return cdn_changes_tabulate(&span->changes, now, then, span->now->nodes, out, error);
}

cdn_status cdn_row_span_tabulate(const cdn_row_span *span, const cdn_row_part *like,
                                 cdn_cell *cells, cdn_error *error)
{
    return compare(span, like, tabulate, cells, error);
}

static cdn_status mark(const cdn_row_span *span, const cdn_grid *now, const cdn_grid *then,
                       void *out, cdn_error *error)
{
    return cdn_changes_mark(&span->changes, now, then, span->now->nodes, out, error);
}

cdn_status cdn_row_span_mark(const cdn_row_span *span, const cdn_row_part *like,
                             uint8_t *changed, cdn_error *error)
{
    return compare(span, like, mark, changed, error);
}
