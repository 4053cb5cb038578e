/* rest.c - hidden cells for who is not in a category, where the policy protects few outsiders.
 *
 * k-disclosure looks at the difference of a group and one category of it. For
 * every set of leaves of a characteristic of people, and the whole it is part of
 * (everybody, or what a filter leaves), the leaves of the whole that are not in
 * it are one more set, and get hidden cells wherever the category has cells. Such a
 * set is no category itself, unless somebody asked for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

/* The leaves of `whole` outside `part`. CDN_NONE: there are none; CDN_NODE_ALL never. */
cdn_status cdn_builder_rest_node(cdn_builder *b, uint32_t part, uint32_t whole, uint32_t *out,
                                 cdn_error *error)
{
    const cdn_node *p = cdn_nodes_get(b->nodes, part);
    const cdn_node *w = whole == CDN_NODE_ALL ? NULL : cdn_nodes_get(b->nodes, whole);
    uint32_t axis = p->axis, count = p->leaf_count;
    bool some = false;
    uint8_t *leaves = cdn_alloc(count, 1);
    *out = CDN_NONE;
    if (leaves == NULL)
        return cdn_fail_memory(error);
    for (uint32_t leaf = 0; leaf < count; leaf++) {
        leaves[leaf] = !p->leaves[leaf] && (w == NULL || w->leaves[leaf]);
        some = some || leaves[leaf];
    }
    cdn_status status = CDN_OK;
    if (some) {
        *out = cdn_nodes_add(b->nodes, axis, count, leaves);
        status = *out == UINT32_MAX ? cdn_fail_memory(error) : CDN_OK;
    }
    cdn_free(leaves);
    return status;
}

static void add_once(uint32_t *nodes, uint32_t *count, uint32_t node)
{
    for (uint32_t i = 0; i < *count; i++)
        if (nodes[i] == node)
            return;
    nodes[(*count)++] = node;
}

/* What is left of everybody, and of the last of the list, the table's total. */
static cdn_status rests_of(cdn_builder *b, const cdn_grid_axis *axis, uint32_t *nodes,
                           uint32_t *count, cdn_error *error)
{
    uint32_t last = axis->nodes[axis->node_count - 1], rest;
    for (uint32_t i = 0; i < axis->node_count; i++) {
        uint32_t node = axis->nodes[i];
        if (node == CDN_NODE_ALL)
            continue;
        CDN_TRY(cdn_builder_rest_node(b, node, CDN_NODE_ALL, &rest, error));
        if (rest != CDN_NONE)
            add_once(nodes, count, rest);
        if (last == CDN_NODE_ALL || last == node || !cdn_nodes_inside(b->nodes, node, last))
            continue;
        CDN_TRY(cdn_builder_rest_node(b, node, last, &rest, error));
        if (rest != CDN_NONE)
            add_once(nodes, count, rest);
    }
    return CDN_OK;
}

/* The grid with another list of nodes on axis number `at`; takes `nodes`. */
static cdn_status with_nodes(cdn_builder *b, uint32_t from, uint32_t at, uint32_t *nodes,
                             uint32_t count, cdn_grid *to, cdn_error *error)
{
    memset(to, 0, sizeof *to);
    to->variable = b->grids[from].variable;
    to->record = b->grids[from].record;
    CDN_TRY(cdn_builder_add_axis(b, to, b->grids[from].axes[at].axis, nodes, count, error));
    for (uint32_t a = 0; a < b->grids[from].axis_count; a++) {
        const cdn_grid_axis *axis = &b->grids[from].axes[a];
        if (a == at)
            continue;
        uint32_t *copy = cdn_alloc(axis->node_count, sizeof *copy);
        if (copy == NULL)
            return cdn_fail_memory(error);
        memcpy(copy, axis->nodes, axis->node_count * sizeof *copy);
        CDN_TRY(cdn_builder_add_axis(b, to, axis->axis, copy, axis->node_count, error));
    }
    return CDN_OK;
}

static cdn_status add_rests(cdn_builder *b, uint32_t grid, uint32_t at, cdn_error *error)
{
    uint32_t count = 0;
    const cdn_grid_axis *axis = &b->grids[grid].axes[at];
    uint32_t *nodes = cdn_alloc((size_t)axis->node_count * 2, sizeof *nodes);
    if (nodes == NULL)
        return cdn_fail_memory(error);
    cdn_status status = rests_of(b, axis, nodes, &count, error);
    if (status != CDN_OK || count == 0) {
        cdn_free(nodes);
        return status;
    }
    cdn_grid extra;
    status = with_nodes(b, grid, at, nodes, count, &extra, error);
    if (status != CDN_OK) {
        cdn_grid_release(&extra);
        return status;
    }
    return cdn_builder_add_difference(b, &extra, error);
}

static bool is_attribute(const cdn_catalogue *catalogue, uint32_t axis)
{
    for (uint32_t d = 0; d < catalogue->dimension_count; d++)
        if (catalogue->dimensions[d].axis == axis && catalogue->dimensions[d].attribute)
            return true;
    return false;
}

cdn_status cdn_builder_rests(cdn_builder *b, cdn_error *error)
{
    uint32_t grids = b->grid_count;
    b->own_nodes = cdn_nodes_count(b->nodes);
    for (uint32_t g = 0; b->policy->k_disclosure.on && g < grids; g++) {
        if (b->grids[g].values != NULL || cdn_grid_is_public(&b->grids[g]))
            continue;
        for (uint32_t a = 0; a < b->grids[g].axis_count; a++)
            if (is_attribute(b->catalogue, b->grids[g].axes[a].axis))
                CDN_TRY(add_rests(b, g, a, error));
    }
    return CDN_OK;
}
