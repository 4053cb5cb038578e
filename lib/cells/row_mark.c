/* row_mark.c - which of a grid's contributors rows have shown.
 *
 * A row part says of each unit whether rows show a statistic of it. For a grid
 * of the same variable each such part gets a bit: per unit, whether it is shown,
 * and per node of each axis, whether the row's sum is what the unit has there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/row.h"

#include "core/alloc.h"
#include "core/fail.h"

/* The node that a row part fixes on an axis. */
static uint32_t part_node(cdn_builder *b, const cdn_row_part *part, uint32_t axis,
                          uint32_t leaf_count)
{
    const cdn_statistic *s = &part->statistic;
    if (axis == b->catalogue->axis_count)
        return cdn_nodes_add(b->nodes, axis, leaf_count,
                             cdn_frame_usable_leaves(b->frame, s->record, s->mask));
    uint32_t node = CDN_NODE_ALL;
    for (uint32_t r = 0; r < s->restriction_count; r++)
        if (s->restrictions[r].axis == axis)
            node = cdn_nodes_add(b->nodes, axis, leaf_count, s->restrictions[r].leaves);
    return node;
}

/* true when all records of a workplace have one place on the axis, so that a total of the whole
 * workplace is also its contribution to any of the axis's nodes that hold it. */
static cdn_status same_within_unit(cdn_builder *b, uint32_t record, uint32_t axis, bool *out,
                                   cdn_error *error)
{
    enum { NOT_KNOWN, SAME, DIFFERENT };
    uint8_t *cached = &b->unit_level[(size_t)record * (b->catalogue->axis_count + 1) + axis];
    if (*cached == NOT_KNOWN) {
        const uint32_t *leaves = NULL;
        const cdn_grid_records *records = &b->records[record];
        const uint32_t *units = records->contributors.units;
        CDN_TRY(cdn_frame_leaves(b->frame, b->date, record, axis, &leaves, error));
        *cached = SAME;
        for (uint32_t row = 1; row < records->rows && *cached == SAME; row++)
            if (units[row] == units[row - 1] && leaves[row] != leaves[row - 1] &&
                (axis < b->catalogue->axis_count ||
                 !cdn_frame_same_masks(b->frame, record, leaves[row], leaves[row - 1])))
                *cached = DIFFERENT;
    }
    *out = *cached == SAME;
    return CDN_OK;
}

static cdn_status mark_axis(cdn_builder *b, cdn_grid *grid, cdn_grid_axis *axis,
                            const cdn_row_part *part, uint32_t bit, cdn_error *error)
{
    bool whole = false;
    if (part->reveals != NULL)
        whole = (axis->axis < b->catalogue->axis_count && part->reveals[axis->axis]) ||
                cdn_builder_axis_is_public(b, axis->axis, grid->record);
    else
        CDN_TRY(same_within_unit(b, grid->record, axis->axis, &whole, error));
    uint32_t unit = b->catalogue->records[grid->record].unit;
    if (part->reveals == NULL && axis->axis < b->catalogue->axis_count)
        axis->is_of_units =
            whole && cdn_axis_binding(b->catalogue, axis->axis, unit) != NULL;
    uint32_t own = part->reveals != NULL ? CDN_NODE_ALL
                                         : part_node(b, part, axis->axis, axis->leaf_count);
    if (own == UINT32_MAX)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < axis->node_count; i++)
        if (whole || axis->nodes[i] == own)
            axis->row_like[i] |= bit;
    return CDN_OK;
}

/* Restrictions of the part on axes that the grid does not have must not narrow it. */
static cdn_status part_is_within(cdn_builder *b, const cdn_grid *grid, const cdn_row_part *part,
                                 bool *out, cdn_error *error)
{
    *out = true;
    if (part->reveals != NULL)
        return CDN_OK;
    for (uint32_t axis = 0; axis <= b->catalogue->axis_count && *out; axis++) {
        bool has = false;
        for (uint32_t a = 0; a < grid->axis_count; a++)
            has = has || grid->axes[a].axis == axis;
        uint32_t leaf_count = 0;
        bool whole = false;
        if (has)
            continue;
        if (axis == b->catalogue->axis_count && part->statistic.mask == CDN_NONE)
            continue;
        CDN_TRY(cdn_builder_leaf_count(b, grid->record, axis, &leaf_count, error));
        uint32_t node = part_node(b, part, axis, leaf_count);
        if (node == UINT32_MAX)
            return cdn_fail_memory(error);
        if (node == CDN_NODE_ALL)
            continue;
        CDN_TRY(same_within_unit(b, grid->record, axis, &whole, error));
        *out = whole;
    }
    return CDN_OK;
}

static bool part_matches(const cdn_grid *grid, const cdn_row_part *part)
{
    if (part->reveals != NULL)
        return grid->record == part->statistic.record && grid->values == NULL;
    return part->quantile == 0 && grid->variable == part->statistic.variable;
}

static cdn_status start_marks(cdn_builder *b, cdn_grid *grid, cdn_error *error)
{
    uint32_t unit = b->catalogue->records[grid->record].unit;
    uint32_t rows = b->records[unit].rows;
    grid->published_units = cdn_alloc((size_t)rows * 4, sizeof *grid->published_units);
    bool ok = grid->published_units != NULL;
    grid->lent_units = ok ? grid->published_units + rows : NULL;
    grid->fresh_units = ok ? grid->lent_units + rows : NULL;
    grid->near_units = ok ? grid->fresh_units + rows : NULL;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        grid->axes[a].row_like =
            cdn_alloc(grid->axes[a].node_count, sizeof *grid->axes[a].row_like);
        ok = ok && grid->axes[a].row_like != NULL;
    }
    return ok ? CDN_OK : cdn_fail_memory(error);
}

static void mark_units(const cdn_builder *b, const cdn_row_part *part, uint32_t bit,
                       cdn_grid *grid)
{
    uint32_t unit = b->catalogue->records[grid->record].unit;
    for (uint32_t row = 0; row < b->records[unit].rows; row++) {
        uint8_t flags = part->units[row];
        if ((flags & CDN_PART_NEAR) != 0) {
            grid->near_units[row] |= bit;
            grid->has_near = true;
        }
        if ((flags & (CDN_PART_FILLED | CDN_PART_LENT)) == 0)
            continue;
        grid->published_units[row] |= bit;
        grid->lent_units[row] |= (flags & CDN_PART_FILLED) != 0 ? 0 : bit;
        grid->fresh_units[row] |= (flags & CDN_PART_FRESH) != 0 ? bit : 0;
    }
}

cdn_status cdn_builder_mark_rows(cdn_builder *b, cdn_grid *grid, cdn_error *error)
{
    uint32_t used = 0;
    for (uint32_t r = 0; r < b->row_part_count; r++) {
        const cdn_row_part *part = &b->row_parts[r];
        bool within = false;
        if (!part_matches(grid, part))
            continue;
        CDN_TRY(part_is_within(b, grid, part, &within, error));
        if (!within)
            continue;
        if (used == CDN_GRID_ROW_PARTS)
            return cdn_fail(error, CDN_E_LIMIT,
                            "more than %u measures of provider rows share one statistic",
                            CDN_GRID_ROW_PARTS);
        if (used == 0)
            CDN_TRY(start_marks(b, grid, error));
        uint32_t bit = 1u << used;
        grid->row_parts[used++] = r;
        mark_units(b, part, bit, grid);
        for (uint32_t a = 0; a < grid->axis_count; a++)
            CDN_TRY(mark_axis(b, grid, &grid->axes[a], part, bit, error));
    }
    return CDN_OK;
}
