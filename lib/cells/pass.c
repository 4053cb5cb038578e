/* pass.c - where the records of a pass fall.
 *
 * For each axis a table from leaf to the positions (nodes) that hold the leaf
 * is made once; a record's keys are the product of its positions. A record that
 * has no position on some axis is outside the grid.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/pass.h"

#include "core/alloc.h"
#include "core/fail.h"

static bool node_has(const cdn_nodes *nodes, uint32_t node, uint32_t leaf)
{
    return node == CDN_NODE_ALL || cdn_nodes_get(nodes, node)->leaves[leaf] != 0;
}

/* An axis whose positions are its leaves. */
static bool make_identity(const cdn_grid_axis *axis, uint32_t stride, cdn_place *out)
{
    out->start = cdn_alloc((size_t)axis->leaf_count + 1, sizeof *out->start);
    out->offset = cdn_alloc(axis->leaf_count, sizeof *out->offset);
    if (out->start == NULL || out->offset == NULL)
        return false;
    for (uint32_t leaf = 0; leaf < axis->leaf_count; leaf++) {
        out->start[leaf] = leaf;
        out->offset[leaf] = leaf * stride;
    }
    out->start[axis->leaf_count] = axis->leaf_count;
    return true;
}

static bool make_place(const cdn_grid *grid, const cdn_nodes *nodes, uint32_t a, uint32_t stride,
                       cdn_place *out)
{
    const cdn_grid_axis *axis = &grid->axes[a];
    if (axis->nodes == NULL)
        return make_identity(axis, stride, out);
    uint32_t total = 0;
    for (uint32_t i = 0; i < axis->node_count; i++)
        total += axis->nodes[i] == CDN_NODE_ALL ? axis->leaf_count
                                                : cdn_nodes_get(nodes, axis->nodes[i])->size;
    out->start = cdn_alloc((size_t)axis->leaf_count + 1, sizeof *out->start);
    out->offset = cdn_alloc(total, sizeof *out->offset);
    if (out->start == NULL || out->offset == NULL)
        return false;
    uint32_t filled = 0;
    for (uint32_t leaf = 0; leaf < axis->leaf_count; leaf++) {
        out->start[leaf] = filled;
        for (uint32_t i = 0; i < axis->node_count; i++)
            if (node_has(nodes, axis->nodes[i], leaf))
                out->offset[filled++] = i * stride;
    }
    out->start[axis->leaf_count] = filled;
    return true;
}

void cdn_pass_destroy(cdn_pass *pass)
{
    if (pass == NULL)
        return;
    for (uint32_t a = 0; a < pass->grid->axis_count; a++) {
        cdn_free(pass->places[a].start);
        cdn_free(pass->places[a].offset);
    }
    cdn_free(pass->row_like);
    cdn_free(pass);
}

static void mark_row_like(cdn_pass *p)
{
    const cdn_grid *grid = p->grid;
    for (uint32_t key = 0; key < grid->key_count; key++) {
        uint32_t rest = key;
        p->row_like[key] = UINT32_MAX;
        for (uint32_t a = grid->axis_count; a-- > 0;) {
            const cdn_grid_axis *axis = &grid->axes[a];
            p->row_like[key] &= axis->row_like[rest % axis->node_count];
            rest /= axis->node_count;
        }
    }
}

static bool prepare(cdn_pass *p, const cdn_nodes *nodes)
{
    const cdn_grid *grid = p->grid;
    uint32_t stride = 1;
    for (uint32_t a = grid->axis_count; a-- > 0;) {
        if (!make_place(grid, nodes, a, stride, &p->places[a]))
            return false;
        if (grid->axes[a].answers != NULL) {
            p->answer_axis = a;
            p->answer_stride = stride;
        }
        stride *= grid->axes[a].node_count;
    }
    if (grid->published_units == NULL)
        return true;
    p->row_like = cdn_alloc(grid->key_count, sizeof *p->row_like);
    if (p->row_like != NULL)
        mark_row_like(p);
    return p->row_like != NULL;
}

/* A record never falls in more keys than this; checked before so that none is lost. */
static cdn_status check_ways(const cdn_pass *p, cdn_error *error)
{
    uint64_t most = 1;
    for (uint32_t a = 0; a < p->grid->axis_count; a++) {
        uint32_t ways = 0;
        for (uint32_t leaf = 0; leaf < p->grid->axes[a].leaf_count; leaf++) {
            uint32_t here = p->places[a].start[leaf + 1] - p->places[a].start[leaf];
            ways = here > ways ? here : ways;
        }
        most *= ways;
        if (most > CDN_PASS_KEYS)
            return cdn_fail(error, CDN_E_LIMIT, "a record falls in more than %u cells of a table",
                            CDN_PASS_KEYS);
    }
    return CDN_OK;
}

cdn_status cdn_pass_create(const cdn_grid *grid, const cdn_nodes *nodes, cdn_pass **out,
                           cdn_error *error)
{
    cdn_pass *p = cdn_alloc(1, sizeof *p);
    if (p == NULL)
        return cdn_fail_memory(error);
    p->grid = grid;
    p->answer_axis = CDN_NONE;
    cdn_status status = prepare(p, nodes) ? check_ways(p, error) : cdn_fail_memory(error);
    if (status == CDN_OK)
        *out = p;
    else
        cdn_pass_destroy(p);
    return status;
}

uint32_t cdn_pass_keys(cdn_pass *p, uint32_t row)
{
    const cdn_grid *grid = p->grid;
    uint32_t count = 1;
    p->keys[0] = 0;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        uint32_t leaf = grid->axes[a].leaves[row];
        if (leaf >= grid->axes[a].leaf_count) /* a record without a unit */
            return 0;
        const cdn_place *at = &p->places[a];
        uint32_t first = at->start[leaf], ways = at->start[leaf + 1] - first;
        if (ways == 0 || (uint64_t)count * ways > CDN_PASS_KEYS)
            return 0;
        const uint32_t *offset = at->offset + first;
        if (ways == 2) /* a code and the total: the usual case */
            for (uint32_t i = count; i-- > 0;) {
                uint32_t key = p->keys[i];
                p->keys[2 * i] = key + offset[0];
                p->keys[2 * i + 1] = key + offset[1];
            }
        else
            for (uint32_t i = count; i-- > 0;)
                for (uint32_t w = ways; w-- > 0;)
                    p->keys[i * ways + w] = p->keys[i] + offset[w];
        count *= ways;
    }
    return count;
}

static bool has_offset(const cdn_place *at, uint32_t leaf, uint32_t offset)
{
    uint32_t i = at->start[leaf];
    while (i < at->start[leaf + 1] && at->offset[i] != offset)
        i++;
    return i < at->start[leaf + 1];
}

bool cdn_pass_is_elsewhere(const cdn_pass *p, uint32_t row, uint32_t key)
{
    const cdn_grid *grid = p->grid;
    uint32_t stride = 1;
    for (uint32_t a = grid->axis_count; a-- > 0;) {
        const cdn_grid_axis *axis = &grid->axes[a];
        uint32_t offset = key % axis->node_count * stride;
        if (axis->is_of_units && axis->leaves[row] < axis->leaf_count &&
            !has_offset(&p->places[a], axis->leaves[row], offset))
            return true;
        key /= axis->node_count;
        stride *= axis->node_count;
    }
    return false;
}
