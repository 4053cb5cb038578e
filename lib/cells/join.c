/* join.c - hidden cells for sums that two tables can both be added up to.
 *
 * Two grids of one variable may share no cell and yet be linked: the areas A and
 * B by service, and all areas for services 2 and 3 together, both give the sum
 * of A and B over 2 and 3. On each axis the sets that both grids can make are
 * the unions of leaves that neither grid cuts; over all axes at once they are
 * the products of these (the spans of two products meet in the product of the
 * spans' meets). Each grid gets the sets that it lacks as hidden cells, so that
 * one equation at a time leads from its own cells to the shared ones.
 *
 * Pairs only: a sum that takes three tables to make, of which no two share
 * more than a part, is not found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

#define JOINS_MAX 4096u /* sets of one axis that two grids can both make */

/* How a list of nodes cuts an axis: per leaf the first leaf of its group; CDN_NONE outside. */
typedef struct cut {
    uint32_t axis, leaf_count;
    uint32_t node_count;
    const uint32_t *nodes; /* of a grid, whose list does not move */
    uint32_t *first;
} cut;

/* What two grids can both make on an axis. */
typedef struct join_axis {
    uint32_t axis;
    bool same; /* they have the same nodes: nothing is lacking */
    uint32_t count;
    uint32_t nodes[JOINS_MAX];
} join_axis;

typedef struct joiner {
    cdn_builder *b;
    uint32_t axis_count;
    join_axis axes[2 * CDN_GRID_AXES];
    uint32_t cut_count, cut_capacity;
    cut *cuts;
} joiner;

/* ---- cuts ---- */

static bool same_place(const cdn_builder *b, const cut *c, uint32_t p, uint32_t q)
{
    for (uint32_t i = 0; i < c->node_count; i++)
        if (cdn_builder_leaf_in(b, c->nodes[i], p) != cdn_builder_leaf_in(b, c->nodes[i], q))
            return false;
    return true;
}

static void fill_cut(const cdn_builder *b, cut *c)
{
    for (uint32_t leaf = 0; leaf < c->leaf_count; leaf++) {
        bool inside = false;
        for (uint32_t i = 0; i < c->node_count && !inside; i++)
            inside = cdn_builder_leaf_in(b, c->nodes[i], leaf);
        uint32_t first = 0;
        while (first < leaf && (c->first[first] != first || !same_place(b, c, first, leaf)))
            first++;
        c->first[leaf] = inside ? first : CDN_NONE;
    }
}

static cdn_status find_cut(joiner *j, const cdn_grid_axis *a, cut *out, cdn_error *error)
{
    for (uint32_t i = 0; i < j->cut_count; i++) {
        const cut *known = &j->cuts[i];
        if (known->axis == a->axis && known->leaf_count == a->leaf_count &&
            known->node_count == a->node_count &&
            memcmp(known->nodes, a->nodes, a->node_count * sizeof *a->nodes) == 0) {
            *out = *known;
            return CDN_OK;
        }
    }
    if (j->cut_count == j->cut_capacity) {
        uint32_t capacity = j->cut_capacity == 0 ? 32 : j->cut_capacity * 2;
        cut *more = cdn_resize(j->cuts, capacity, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        j->cuts = more;
        j->cut_capacity = capacity;
    }
    *out = (cut){a->axis, a->leaf_count, a->node_count, a->nodes,
                 cdn_arena_alloc(j->b->arena, a->leaf_count, sizeof *out->first)};
    if (out->first == NULL)
        return cdn_fail_memory(error);
    fill_cut(j->b, out);
    j->cuts[j->cut_count++] = *out;
    return CDN_OK;
}

/* ---- what both can make ---- */

static uint32_t root_of(uint32_t *parent, uint32_t leaf)
{
    while (parent[leaf] != leaf)
        leaf = parent[leaf] = parent[parent[leaf]];
    return leaf;
}

/* Puts the leaves that a grid never tells apart together; marks the ones that it lacks. An axis
 * that the grid does not use is one whole. */
static cdn_status merge_leaves(joiner *j, const cdn_grid_axis *a, uint32_t leaf_count,
                               uint32_t *parent, uint8_t *lacking, cdn_error *error)
{
    cut c = {.first = NULL};
    if (a != NULL)
        CDN_TRY(find_cut(j, a, &c, error));
    for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
        uint32_t with = a == NULL ? 0 : c.first[leaf];
        if (with == CDN_NONE) {
            lacking[leaf] = 1;
            continue;
        }
        uint32_t p = root_of(parent, leaf), q = root_of(parent, with);
        parent[p > q ? p : q] = p > q ? q : p;
    }
    return CDN_OK;
}

static cdn_status add_joins(joiner *j, join_axis *out, uint32_t leaf_count, uint32_t *parent,
                            const uint8_t *lacking, uint8_t *leaves, cdn_error *error)
{
    for (uint32_t first = 0; first < leaf_count; first++) {
        bool whole = parent[first] == first;
        for (uint32_t leaf = 0; leaf < leaf_count && whole; leaf++) {
            leaves[leaf] = root_of(parent, leaf) == first;
            whole = !leaves[leaf] || !lacking[leaf];
        }
        if (!whole)
            continue;
        uint32_t node = cdn_nodes_add(j->b->nodes, out->axis, leaf_count, leaves);
        if (node == UINT32_MAX)
            return cdn_fail_memory(error);
        if (out->count == JOINS_MAX)
            return cdn_fail(error, CDN_E_LIMIT, "two tables share more than %u groups",
                            JOINS_MAX);
        out->nodes[out->count++] = node;
    }
    return CDN_OK;
}

static cdn_status find_joins(joiner *j, const cdn_grid_axis *x, const cdn_grid_axis *y,
                             uint32_t leaf_count, join_axis *out, cdn_error *error)
{
    uint32_t *parent = cdn_alloc(leaf_count, sizeof *parent);
    uint8_t *lacking = cdn_alloc(leaf_count, 1);
    uint8_t *leaves = cdn_alloc(leaf_count, 1);
    cdn_status status = CDN_OK;
    if (parent == NULL || lacking == NULL || leaves == NULL)
        status = cdn_fail_memory(error);
    for (uint32_t leaf = 0; status == CDN_OK && leaf < leaf_count; leaf++)
        parent[leaf] = leaf;
    if (status == CDN_OK)
        status = merge_leaves(j, x, leaf_count, parent, lacking, error);
    if (status == CDN_OK)
        status = merge_leaves(j, y, leaf_count, parent, lacking, error);
    if (status == CDN_OK)
        status = add_joins(j, out, leaf_count, parent, lacking, leaves, error);
    cdn_free(parent);
    cdn_free(lacking);
    cdn_free(leaves);
    return status;
}

/* Adds an axis to the joiner unless it is there; *shared = false when nothing on it is shared. */
static cdn_status join_on_axis(joiner *j, const cdn_grid *x, const cdn_grid *y,
                               const cdn_grid_axis *a, bool *shared, cdn_error *error)
{
    *shared = true;
    for (uint32_t i = 0; i < j->axis_count; i++)
        if (j->axes[i].axis == a->axis)
            return CDN_OK;
    join_axis *out = &j->axes[j->axis_count++];
    const cdn_grid_axis *of_x = cdn_builder_axis_of(x, a->axis);
    const cdn_grid_axis *of_y = cdn_builder_axis_of(y, a->axis);
    out->axis = a->axis;
    out->count = 0;
    out->same = cdn_builder_same_list(of_x, of_y);
    if (!out->same)
        CDN_TRY(find_joins(j, of_x, of_y, a->leaf_count, out, error));
    *shared = out->same || out->count > 0;
    return CDN_OK;
}

/* ---- the hidden cells ---- */

static bool has_all_joins(const joiner *j, const cdn_grid *grid)
{
    for (uint32_t a = 0; a < j->axis_count; a++) {
        const cdn_grid_axis *own = cdn_builder_axis_of(grid, j->axes[a].axis);
        for (uint32_t i = 0; i < j->axes[a].count; i++)
            if (!cdn_builder_has_node(own, j->axes[a].nodes[i]))
                return false;
    }
    return true;
}

/* A grid's nodes on an axis, then the shared ones that it lacks. */
static cdn_status add_extended_axis(cdn_builder *b, const cdn_grid_axis *own,
                                    const join_axis *joins, cdn_grid *to, cdn_error *error)
{
    uint32_t count = own == NULL ? 1 : own->node_count;
    uint32_t *nodes = cdn_alloc((size_t)count + joins->count, sizeof *nodes);
    if (nodes == NULL)
        return cdn_fail_memory(error);
    if (own != NULL)
        memcpy(nodes, own->nodes, count * sizeof *nodes);
    else
        nodes[0] = CDN_NODE_ALL;
    for (uint32_t i = 0; i < joins->count; i++)
        if (!cdn_builder_has_node(own, joins->nodes[i]))
            nodes[count++] = joins->nodes[i];
    return cdn_builder_add_axis(b, to, joins->axis, nodes, count, error);
}

static cdn_status extend(joiner *j, uint32_t g, cdn_error *error)
{
    cdn_builder *b = j->b;
    if (has_all_joins(j, &b->grids[g]))
        return CDN_OK;
    cdn_grid extra = {.variable = b->grids[g].variable,
                      .record = b->grids[g].record,
                      .values = b->grids[g].values};
    cdn_status status = CDN_OK;
    for (uint32_t a = 0; status == CDN_OK && a < j->axis_count; a++) {
        const cdn_grid_axis *own = cdn_builder_axis_of(&b->grids[g], j->axes[a].axis);
        status = add_extended_axis(b, own, &j->axes[a], &extra, error);
    }
    if (status != CDN_OK) {
        cdn_grid_release(&extra);
        return status;
    }
    return cdn_builder_add_difference(b, &extra, error);
}

static cdn_status join_pair(joiner *j, uint32_t x, uint32_t y, cdn_error *error)
{
    cdn_builder *b = j->b;
    j->axis_count = 0;
    for (uint32_t g = 0; g < 2; g++) {
        const cdn_grid *grid = &b->grids[g == 0 ? x : y];
        for (uint32_t a = 0; a < grid->axis_count; a++) {
            bool shared = false;
            CDN_TRY(join_on_axis(j, &b->grids[x], &b->grids[y], &grid->axes[a], &shared, error));
            if (!shared)
                return CDN_OK;
        }
    }
    CDN_TRY(extend(j, x, error));
    return extend(j, y, error);
}

cdn_status cdn_builder_joins(cdn_builder *b, cdn_error *error)
{
    joiner *j = cdn_alloc(1, sizeof *j);
    if (j == NULL)
        return cdn_fail_memory(error);
    j->b = b;
    uint32_t grids = b->grid_count;
    cdn_status status = CDN_OK;
    for (uint32_t y = 0; status == CDN_OK && y < grids; y++)
        for (uint32_t x = 0; status == CDN_OK && x < y; x++)
            if (b->grids[x].variable == b->grids[y].variable)
                status = join_pair(j, x, y, error);
    cdn_free(j->cuts);
    cdn_free(j);
    return status;
}
