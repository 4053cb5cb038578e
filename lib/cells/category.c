/* category.c - which cells are categories of a whole, for the rule on groups.
 *
 * The two sides of a share are categories of its base, and each set of leaves of
 * a characteristic of people is a category of everybody, wherever these cells
 * exist: in a table by that characteristic, in a table that a filter narrows to
 * it, and in hidden cells that differences would show.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

#define KEY_NODES (CDN_GRID_AXES + 1u)

/* The nodes of a share on the axis that tells its sides apart (none, when a table is by that axis
 * itself), and the axes of its table: by others
 * nobody asked for the share, and the policy's word on zeros holds there. */
typedef struct share {
    uint32_t variable;
    uint32_t part, whole, rest;
    const uint8_t *axes; /* flags */
} share;

typedef struct finder {
    cdn_builder *b;
    uint32_t capacity;
    uint8_t *attribute; /* per axis: a characteristic of people */
    share *shares;
    uint32_t share_count;
} finder;

static cdn_status add(finder *f, uint32_t part, uint32_t whole, uint32_t rest,
                      uint32_t difference, cdn_error *error)
{
    cdn_cells *cells = f->b->cells;
    if (cells->category_count == f->capacity) {
        uint32_t wanted = f->capacity == 0 ? 1024 : f->capacity * 2;
        cdn_category *more = cdn_resize(cells->categories, wanted, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        cells->categories = more;
        f->capacity = wanted;
    }
    cells->categories[cells->category_count++] =
        (cdn_category){part, whole, rest, difference};
    return CDN_OK;
}

static uint32_t cell_at(const cdn_builder *b, const uint32_t *key, uint32_t count, uint32_t from,
                        uint32_t to)
{
    uint32_t other[KEY_NODES + 1];
    uint32_t length = cdn_builder_replace_node(key, count, from, to, other);
    return cdn_map_find(b->cell_map, other, length * sizeof *other);
}

/* The cell of those who are in the node `whole` and not in `part`, beside the cell of the part. */
static cdn_status difference_of(const finder *f, uint32_t cell, uint32_t part, uint32_t whole,
                                uint32_t *out, cdn_error *error)
{
    size_t size = 0;
    uint32_t rest;
    *out = CDN_NONE;
    if (!f->b->policy->k_disclosure.on)
        return CDN_OK;
    CDN_TRY(cdn_builder_rest_node(f->b, part, whole, &rest, error));
    if (rest == CDN_NONE)
        return CDN_OK;
    const uint32_t *key = cdn_map_key(f->b->cell_map, cell, &size);
    uint32_t found = cell_at(f->b, key, (uint32_t)(size / sizeof *key), part, rest);
    *out = found == CDN_MAP_NONE ? CDN_NONE : found;
    return CDN_OK;
}

static cdn_status share_grids(finder *f, const uint32_t *grids, cdn_error *error)
{
    const cdn_grid *all = f->b->grids;
    for (uint32_t key = 0; key < all[grids[0]].key_count; key++)
        CDN_TRY(add(f, all[grids[0]].cell_ids[key], all[grids[1]].cell_ids[key],
                    all[grids[2]].cell_ids[key], all[grids[2]].cell_ids[key], error));
    return CDN_OK;
}

/* The one node of a grid on an axis; CDN_NONE when it has several. */
static uint32_t single_node(const cdn_grid *grid, uint32_t axis)
{
    const cdn_grid_axis *a = cdn_builder_axis_of(grid, axis);
    if (a == NULL)
        return CDN_NODE_ALL;
    return a->node_count == 1 ? a->nodes[0] : CDN_NONE;
}

static cdn_status note_share(finder *f, const uint32_t *grids, bool *noted, cdn_error *error)
{
    *noted = false;
    const cdn_grid *part = &f->b->grids[grids[0]];
    uint8_t *axes = cdn_arena_alloc(f->b->arena, (size_t)f->b->catalogue->axis_count + 1, 1);
    if (axes == NULL)
        return cdn_fail_memory(error);
    for (uint32_t a = 0; a < part->axis_count; a++)
        axes[part->axes[a].axis] = 1;
    for (uint32_t a = 0; a < part->axis_count; a++) {
        uint32_t axis = part->axes[a].axis;
        share s = {part->variable, single_node(part, axis),
                   single_node(&f->b->grids[grids[1]], axis),
                   single_node(&f->b->grids[grids[2]], axis), axes};
        if (s.part == s.whole || s.part == CDN_NONE || s.whole == CDN_NONE || s.rest == CDN_NONE)
            continue;
        f->shares[f->share_count++] = s;
        *noted = true;
    }
    return CDN_OK;
}

/* In a table by a characteristic that a filter narrows, each of its cells is a category of the
 * total over it. (Where the total is everybody, cell_categories finds it.) */
static cdn_status table_columns(finder *f, const cdn_plan_table *table, const cdn_grid *grid,
                                cdn_error *error)
{
    uint32_t stride = 1;
    for (uint32_t d = table->dimension_count; d-- > 0;) {
        uint32_t count = grid->axes[d].node_count, total = count - 1;
        bool attribute = f->attribute[grid->axes[d].axis] != 0 &&
                         grid->axes[d].nodes[total] != CDN_NODE_ALL;
        for (uint32_t key = 0; attribute && key < grid->key_count; key++) {
            uint32_t position = key / stride % count;
            uint32_t difference;
            if (position == total)
                continue;
            CDN_TRY(difference_of(f, grid->cell_ids[key], grid->axes[d].nodes[position],
                                  grid->axes[d].nodes[total], &difference, error));
            CDN_TRY(add(f, grid->cell_ids[key],
                        grid->cell_ids[key + (total - position) * stride], CDN_NONE, difference,
                        error));
        }
        stride *= count;
    }
    return CDN_OK;
}

/* true when the set lacks some answer, not only those who did not give one. */
static bool lacks_answers(const cdn_builder *b, uint32_t node)
{
    const cdn_node *n = cdn_nodes_get(b->nodes, node);
    uint32_t answers = n->leaf_count - (b->catalogue->axes[n->axis].has_unknown ? 1 : 0);
    return memchr(n->leaves, 0, answers) != NULL;
}

static bool inside_table(const cdn_builder *b, const share *s, const uint32_t *key,
                         uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (!s->axes[cdn_nodes_get(b->nodes, key[i])->axis])
            return false;
    return true;
}

static cdn_status cell_shares(finder *f, uint32_t cell, const uint32_t *key, uint32_t count,
                              uint32_t node, cdn_error *error)
{
    for (uint32_t s = 0; s < f->share_count; s++) {
        const share *known = &f->shares[s];
        if (known->variable != key[0] || known->part != node ||
            !inside_table(f->b, known, key, count))
            continue;
        uint32_t whole = cell_at(f->b, key, count, node, known->whole);
        uint32_t rest = cell_at(f->b, key, count, node, known->rest);
        if (whole != CDN_MAP_NONE && rest != CDN_MAP_NONE)
            CDN_TRY(add(f, cell, whole, rest, rest, error));
    }
    return CDN_OK;
}

static cdn_status cell_categories(finder *f, uint32_t cell, cdn_error *error)
{
    cdn_builder *b = f->b;
    size_t size = 0;
    const uint32_t *key = cdn_map_key(b->cell_map, cell, &size);
    uint32_t count = (uint32_t)(size / sizeof *key);
    if (b->cells->variables[key[0]].value != CDN_NONE)
        return CDN_OK;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t axis = cdn_nodes_get(b->nodes, key[i])->axis;
        CDN_TRY(cell_shares(f, cell, key, count, key[i], error));
        if (axis >= b->catalogue->axis_count || !f->attribute[axis] ||
            key[i] >= b->own_nodes || !lacks_answers(b, key[i]))
            continue;
        uint32_t whole = cell_at(b, key, count, key[i], CDN_NODE_ALL), difference;
        if (whole == CDN_MAP_NONE)
            continue;
        CDN_TRY(difference_of(f, cell, key[i], CDN_NODE_ALL, &difference, error));
        CDN_TRY(add(f, cell, whole, CDN_NONE, difference, error));
    }
    return CDN_OK;
}

static cdn_status start(finder *f, cdn_error *error)
{
    const cdn_catalogue *catalogue = f->b->catalogue;
    uint32_t measures = 0;
    for (uint32_t t = 0; t < f->b->plan->table_count; t++)
        measures += f->b->plan->tables[t].measure_count;
    f->attribute = cdn_arena_alloc(f->b->arena, (size_t)catalogue->axis_count + 1, 1);
    f->shares = cdn_arena_alloc(f->b->arena, (size_t)measures * CDN_GRID_AXES, sizeof *f->shares);
    if (f->attribute == NULL || f->shares == NULL)
        return cdn_fail_memory(error);
    for (uint32_t d = 0; d < catalogue->dimension_count; d++)
        if (catalogue->dimensions[d].attribute)
            f->attribute[catalogue->dimensions[d].axis] = 1;
    return CDN_OK;
}

cdn_status cdn_builder_categories(cdn_builder *b, cdn_error *error)
{
    finder f = {.b = b};
    CDN_TRY(start(&f, error));
    for (uint32_t t = 0; t < b->plan->table_count; t++) {
        const cdn_plan_table *table = &b->plan->tables[t];
        for (uint32_t m = 0; m < table->measure_count; m++) {
            const cdn_measure *measure = &b->catalogue->measures[table->measures[m].index];
            const uint32_t *grids = b->tables[t].measures[m].grids;
            bool noted = true;
            if (measure->kind == CDN_MEASURE_SHARE)
                CDN_TRY(note_share(&f, grids, &noted, error));
            if (!noted)
                CDN_TRY(share_grids(&f, grids, error));
            if (measure->kind == CDN_MEASURE_COUNT)
                CDN_TRY(table_columns(&f, table, &b->grids[grids[0]], error));
        }
    }
    for (uint32_t cell = 0; cell < b->cells->count; cell++)
        CDN_TRY(cell_categories(&f, cell, error));
    return CDN_OK;
}
