/* row_part.c - which statistics rows have figures of: one part for each, however many show it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/row.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

static bool same_statistic(const cdn_catalogue *catalogue, const cdn_statistic *x,
                           const cdn_statistic *y)
{
    if (x->record != y->record || x->variable != y->variable || x->mask != y->mask ||
        x->restriction_count != y->restriction_count)
        return false;
    for (uint32_t r = 0; r < x->restriction_count; r++) {
        const cdn_restriction *a = &x->restrictions[r], *b = &y->restrictions[r];
        if (a->axis != b->axis ||
            memcmp(a->leaves, b->leaves, catalogue->axes[a->axis].leaf_count) != 0)
            return false;
    }
    return true;
}

cdn_row_part *cdn_row_part_find(const cdn_builder *b, const cdn_row_part *like)
{
    size_t axes = b->catalogue->axis_count;
    for (uint32_t r = 0; r < b->row_part_count; r++) {
        cdn_row_part *part = &b->row_parts[r];
        if (same_statistic(b->catalogue, &part->statistic, &like->statistic) &&
            part->quantile == like->quantile &&
            (part->reveals == NULL) == (like->reveals == NULL) &&
            (like->reveals == NULL || memcmp(part->reveals, like->reveals, axes) == 0))
            return part;
    }
    return NULL;
}

cdn_status cdn_row_part_add(cdn_builder *b, const cdn_row_part *like, uint32_t unit_rows,
                            cdn_row_part **out, cdn_error *error)
{
    *out = cdn_row_part_find(b, like);
    if (*out != NULL)
        return CDN_OK;
    if (b->row_part_count == b->row_part_capacity) {
        uint32_t capacity = b->row_part_capacity == 0 ? 16 : b->row_part_capacity * 2;
        cdn_row_part *more = cdn_resize(b->row_parts, capacity, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        b->row_parts = more;
        b->row_part_capacity = capacity;
    }
    *out = &b->row_parts[b->row_part_count];
    **out = *like;
    (*out)->units = cdn_arena_alloc(b->arena, unit_rows, 1);
    (*out)->by = cdn_arena_alloc(b->arena, unit_rows, sizeof *(*out)->by);
    if ((*out)->units == NULL || (*out)->by == NULL)
        return cdn_fail_memory(error);
    b->row_part_count++;
    return CDN_OK;
}

cdn_status cdn_row_part_grid(cdn_builder *day, const cdn_row_part *like, uint32_t unit_rows,
                             const uint32_t *units, cdn_grid *grid, cdn_error *error)
{
    CDN_TRY(cdn_builder_start_grid(day, &like->statistic, grid, error));
    if (like->quantile != 0)
        CDN_TRY(cdn_frame_values(day->frame, day->date, like->statistic.record,
                                 day->catalogue->measures[like->quantile - 1].value,
                                 &grid->values, error));
    CDN_TRY(cdn_builder_restrict(day, grid, &like->statistic, NULL, error));
    if (grid->axis_count == CDN_GRID_AXES)
        return cdn_fail(error, CDN_E_LIMIT, "a row's measure uses more than %u classifications",
                        CDN_GRID_AXES - 1);
    grid->axes[grid->axis_count++] = (cdn_grid_axis){.axis = UINT32_MAX,
                                                     .leaf_count = unit_rows,
                                                     .node_count = unit_rows,
                                                     .leaves = units};
    return cdn_grid_size(grid, error);
}
