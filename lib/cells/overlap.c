/* overlap.c - hidden cells for what subtraction of overlapping sets would show.
 *
 * Two published sums over overlapping sets of records (usable for turnover,
 * usable for vacancies; one script's filter and another's total) differ by the
 * sums over the parts where the sets differ. Where nodes of one axis overlap, or
 * one holds others and more, the leaves are grouped by the nodes they are in;
 * each group gets a hidden cell, and the nodes become sums of groups. Only grids
 * that meet at the same nodes of every other axis are compared. Differences are
 * sets like any other, so they are compared once more; going on would end in the
 * full crossing of everything, most of which nobody can compute. One set less another,
 * as of two partners' areas, is a group even where a third table splits it.
 *
 * How many did not answer is not confidential when the policy says so: a hidden
 * count of "not recorded", or of records that only lack an answer to be usable,
 * is not judged (answer.c), though it still links what it is the difference of.
 * On the usable axis of counts only what two published bases differ by gets a
 * cell then, where one holds the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

#define NODES_MAX 4096u
#define PASSES 2u /* differences, and differences of differences */

static bool share_node(const cdn_grid_axis *x, const cdn_grid_axis *y)
{
    if (x == NULL)
        return cdn_builder_has_node(y, CDN_NODE_ALL);
    for (uint32_t i = 0; i < x->node_count; i++)
        if (cdn_builder_has_node(y, x->nodes[i]))
            return true;
    return false;
}

static bool comparable(const cdn_grid *x, const cdn_grid *y, uint32_t axis)
{
    if (x->variable != y->variable)
        return false;
    for (uint32_t a = 0; a < x->axis_count; a++)
        if (x->axes[a].axis != axis &&
            !share_node(&x->axes[a], cdn_builder_axis_of(y, x->axes[a].axis)))
            return false;
    for (uint32_t a = 0; a < y->axis_count; a++)
        if (y->axes[a].axis != axis && cdn_builder_axis_of(x, y->axes[a].axis) == NULL &&
            !cdn_builder_has_node(&y->axes[a], CDN_NODE_ALL))
            return false;
    return true;
}

typedef struct node_set {
    uint32_t nodes[NODES_MAX];
    uint32_t count;
} node_set;

static bool set_add(node_set *set, uint32_t node)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->nodes[i] == node)
            return true;
    if (set->count == NODES_MAX)
        return false;
    set->nodes[set->count++] = node;
    return true;
}

static bool add_axis(node_set *set, const cdn_grid_axis *a)
{
    if (a == NULL)
        return set_add(set, CDN_NODE_ALL);
    for (uint32_t i = 0; i < a->node_count; i++)
        if (!set_add(set, a->nodes[i]))
            return false;
    return true;
}

/* All nodes of the axis that the grid meets in itself and in others. */
static bool collect(const cdn_builder *b, const cdn_grid *grid, uint32_t axis, uint32_t grids,
                    node_set *set)
{
    set->count = 0;
    for (uint32_t g = 0; g < grids; g++)
        if (comparable(grid, &b->grids[g], axis) &&
            !add_axis(set, cdn_builder_axis_of(&b->grids[g], axis)))
            return false;
    return true;
}

/* inside[i * count + j]: node i lies in node j (and is not j). */
static uint8_t *containment(const cdn_builder *b, const node_set *set)
{
    uint8_t *inside = cdn_alloc((size_t)set->count * set->count, 1);
    for (uint32_t i = 0; inside != NULL && i < set->count; i++)
        for (uint32_t j = 0; j < set->count; j++)
            inside[(size_t)i * set->count + j] =
                i != j && cdn_nodes_inside(b->nodes, set->nodes[i], set->nodes[j]);
    return inside;
}

/* true when node j holds others of the set and also leaves that none of those has. */
static bool has_remainder(const cdn_builder *b, const node_set *set, const uint8_t *inside,
                          uint32_t j, uint8_t *covered, uint32_t leaf_count)
{
    bool holds = false;
    memset(covered, 0, leaf_count);
    for (uint32_t i = 0; i < set->count; i++) {
        if (!inside[(size_t)i * set->count + j])
            continue;
        const cdn_node *node = cdn_nodes_get(b->nodes, set->nodes[i]);
        holds = holds || node->size > 0;
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++)
            covered[leaf] |= node->leaves[leaf];
    }
    for (uint32_t leaf = 0; holds && leaf < leaf_count; leaf++)
        if (!covered[leaf] && cdn_builder_leaf_in(b, set->nodes[j], leaf))
            return true;
    return false;
}

static bool set_needs_groups(const cdn_builder *b, const node_set *set, const uint8_t *inside,
                             uint8_t *covered, uint32_t leaf_count)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (has_remainder(b, set, inside, i, covered, leaf_count))
            return true;
        for (uint32_t j = 0; j < i; j++)
            if (!inside[(size_t)i * set->count + j] && !inside[(size_t)j * set->count + i] &&
                cdn_nodes_overlap(b->nodes, set->nodes[i], set->nodes[j]))
                return true;
    }
    return false;
}

static cdn_status set_check(const cdn_builder *b, const node_set *set, uint32_t leaf_count,
                            bool *out, cdn_error *error)
{
    uint8_t *inside = containment(b, set);
    uint8_t *covered = cdn_alloc(leaf_count, 1);
    cdn_status status = CDN_OK;
    if (inside == NULL || covered == NULL)
        status = cdn_fail_memory(error);
    else
        *out = set_needs_groups(b, set, inside, covered, leaf_count);
    cdn_free(inside);
    cdn_free(covered);
    return status;
}

/* Each grid that this one meets is looked at alone: a third that has the difference may have it at
 * other places only. */
static cdn_status needs_groups(const cdn_builder *b, uint32_t g, uint32_t axis, uint32_t grids,
                               uint32_t leaf_count, node_set *set, bool *out, cdn_error *error)
{
    const cdn_grid *grid = &b->grids[g];
    const cdn_grid_axis *own = cdn_builder_axis_of(grid, axis);
    *out = false;
    for (uint32_t o = 0; o < grids && !*out; o++) {
        const cdn_grid_axis *other = cdn_builder_axis_of(&b->grids[o], axis);
        if ((o != g && cdn_builder_same_list(own, other)) || !comparable(grid, &b->grids[o], axis))
            continue;
        set->count = 0;
        if (!add_axis(set, own) || !add_axis(set, other))
            return cdn_fail(error, CDN_E_LIMIT, "more than %u groups on one classification",
                            NODES_MAX);
        if (set->count > 1)
            CDN_TRY(set_check(b, set, leaf_count, out, error));
    }
    return CDN_OK;
}

/* Numbers the leaves by the nodes that hold them: equal numbers, same nodes. Groups count in the
 * order of their first leaves. */
static cdn_status number_groups(const cdn_builder *b, const node_set *set, uint32_t leaf_count,
                                uint32_t *group_of, uint32_t *count, cdn_error *error)
{
    uint32_t *fresh = cdn_alloc((size_t)leaf_count * 2, sizeof *fresh);
    if (fresh == NULL)
        return cdn_fail_memory(error);
    *count = 1;
    for (uint32_t i = 0; i < set->count; i++) {
        memset(fresh, 0xff, (size_t)leaf_count * 2 * sizeof *fresh);
        *count = 0;
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
            uint32_t *at =
                &fresh[group_of[leaf] * 2 + cdn_builder_leaf_in(b, set->nodes[i], leaf)];
            if (*at == CDN_NONE)
                *at = (*count)++;
            group_of[leaf] = *at;
        }
    }
    cdn_free(fresh);
    return CDN_OK;
}

static bool is_inside(const cdn_builder *b, const cdn_grid_axis *own, uint32_t leaf)
{
    bool inside = own == NULL;
    for (uint32_t i = 0; own != NULL && i < own->node_count && !inside; i++)
        inside = cdn_builder_leaf_in(b, own->nodes[i], leaf);
    return inside;
}

/* Fills groups[] with one node per group of leaves that lies inside the grid's own nodes. */
static cdn_status make_groups(cdn_builder *b, const cdn_grid *grid, uint32_t axis,
                              const node_set *set, uint32_t leaf_count, uint32_t *groups,
                              uint32_t *group_count, cdn_error *error)
{
    const cdn_grid_axis *own = cdn_builder_axis_of(grid, axis);
    uint32_t *group_of = cdn_alloc(leaf_count, sizeof *group_of);
    uint8_t *leaves = cdn_alloc(leaf_count, 1);
    uint32_t count = 0;
    cdn_status status = group_of == NULL || leaves == NULL
                            ? cdn_fail_memory(error)
                            : number_groups(b, set, leaf_count, group_of, &count, error);
    *group_count = 0;
    for (uint32_t first = 0, group = 0; status == CDN_OK && first < leaf_count; first++) {
        if (group_of[first] != group) /* not the first of its group */
            continue;
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++)
            leaves[leaf] = group_of[leaf] == group;
        group++;
        if (!is_inside(b, own, first))
            continue;
        uint32_t node = cdn_nodes_add(b->nodes, axis, leaf_count, leaves);
        if (node == UINT32_MAX)
            status = cdn_fail_memory(error);
        groups[(*group_count)++] = node;
    }
    cdn_free(group_of);
    cdn_free(leaves);
    return status;
}

static bool is_listed(const uint32_t *nodes, uint32_t count, uint32_t node)
{
    for (uint32_t i = 0; i < count; i++)
        if (nodes[i] == node)
            return true;
    return false;
}

/* For counts on the usable axis: the records usable for one measure and not for another that asks
 * for more, unless all that they lack are answers. Each pair gets its difference and not the common
 * refinement of all, which has a group for each pattern of answers. */
static cdn_status make_pairs(cdn_builder *b, const cdn_grid *grid, uint32_t axis,
                            const node_set *set, uint32_t leaf_count, uint32_t *groups,
                            uint32_t *group_count, cdn_error *error)
{
    const cdn_grid_axis *own = cdn_builder_axis_of(grid, axis);
    uint8_t *leaves = cdn_alloc(leaf_count, 1);
    cdn_status status = leaves == NULL ? cdn_fail_memory(error) : CDN_OK;
    *group_count = 0;
    for (uint32_t i = 0; status == CDN_OK && i < set->count; i++)
        for (uint32_t j = 0; status == CDN_OK && j < set->count; j++) {
            bool nested = i != j && cdn_nodes_inside(b->nodes, set->nodes[i], set->nodes[j]);
            bool any = false;
            for (uint32_t leaf = 0; nested && leaf < leaf_count; leaf++) {
                leaves[leaf] = cdn_builder_leaf_in(b, set->nodes[j], leaf) &&
                               !cdn_builder_leaf_in(b, set->nodes[i], leaf);
                nested = !leaves[leaf] || is_inside(b, own, leaf);
                any = any || leaves[leaf];
            }
            if (!nested || !any)
                continue;
            uint32_t node = cdn_nodes_add(b->nodes, axis, leaf_count, leaves);
            if (node == UINT32_MAX)
                status = cdn_fail_memory(error);
            else if (!is_listed(groups, *group_count, node) &&
                     cdn_builder_tells(b, grid->record, node))
                groups[(*group_count)++] = node;
        }
    cdn_free(leaves);
    return status;
}

static cdn_status copy_axes(cdn_builder *b, const cdn_grid *from, uint32_t axis,
                            const uint32_t *groups, uint32_t group_count, cdn_grid *to,
                            cdn_error *error)
{
    bool placed = false;
    memset(to, 0, sizeof *to);
    to->variable = from->variable;
    to->record = from->record;
    to->values = from->values;
    for (uint32_t a = 0; a <= from->axis_count; a++) {
        bool replace = a == from->axis_count ? !placed : from->axes[a].axis == axis;
        if (a == from->axis_count && placed)
            break;
        const uint32_t *source = replace ? groups : from->axes[a].nodes;
        uint32_t count = replace ? group_count : from->axes[a].node_count;
        uint32_t *nodes = cdn_alloc(count, sizeof *nodes);
        if (nodes == NULL)
            return cdn_fail_memory(error);
        memcpy(nodes, source, count * sizeof *nodes);
        placed = placed || replace;
        CDN_TRY(cdn_builder_add_axis(b, to, replace ? axis : from->axes[a].axis, nodes, count,
                                     error));
    }
    return CDN_OK;
}

/* Whether the second set has some of the first; *leaves: what it does not have of it. */
static bool subtract(const cdn_builder *b, uint32_t first, uint32_t second, uint32_t leaf_count,
                     uint8_t *leaves, bool *any)
{
    bool shared = false;
    *any = false;
    for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
        bool in_first = cdn_builder_leaf_in(b, first, leaf);
        bool in_second = cdn_builder_leaf_in(b, second, leaf);
        leaves[leaf] = in_first && !in_second;
        *any = *any || leaves[leaf];
        shared = shared || (in_first && in_second);
    }
    return shared;
}

/* A grid's only set less the only set of another, as of the areas of two partners, is a group even
 * where others split it. */
static cdn_status add_differences(cdn_builder *b, const cdn_grid *grid, uint32_t axis,
                                  uint32_t grids, uint32_t leaf_count, uint32_t *groups,
                                  uint32_t *group_count, cdn_error *error)
{
    const cdn_grid_axis *own = cdn_builder_axis_of(grid, axis);
    if (own == NULL || own->node_count != 1)
        return CDN_OK;
    uint8_t *leaves = cdn_alloc(leaf_count, 1);
    cdn_status status = leaves == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t g = 0; status == CDN_OK && g < grids; g++) {
        const cdn_grid_axis *other = cdn_builder_axis_of(&b->grids[g], axis);
        bool any = false;
        if (other == NULL || other->node_count != 1 || !comparable(grid, &b->grids[g], axis) ||
            !subtract(b, own->nodes[0], other->nodes[0], leaf_count, leaves, &any) || !any)
            continue;
        uint32_t node = cdn_nodes_add(b->nodes, axis, leaf_count, leaves);
        if (node == UINT32_MAX)
            status = cdn_fail_memory(error);
        else if (!is_listed(groups, *group_count, node))
            groups[(*group_count)++] = node;
    }
    cdn_free(leaves);
    return status;
}

static cdn_status refine(cdn_builder *b, uint32_t g, uint32_t axis, uint32_t grids, bool first,
                         node_set *set, cdn_error *error)
{
    const cdn_grid *grid = &b->grids[g];
    if (cdn_grid_is_public(grid))
        return CDN_OK;
    uint32_t leaf_count = 0, group_count = 0;
    bool pairs = axis == b->catalogue->axis_count && b->policy->missing_safe &&
                 !b->cells->variables[grid->variable].magnitude;
    bool needed = first;
    CDN_TRY(cdn_builder_leaf_count(b, grid->record, axis, &leaf_count, error));
    if (!pairs)
        CDN_TRY(needs_groups(b, g, axis, grids, leaf_count, set, &needed, error));
    if (!needed)
        return CDN_OK;
    if (!collect(b, grid, axis, grids, set))
        return cdn_fail(error, CDN_E_LIMIT, "more than %u groups on one classification",
                        NODES_MAX);
    size_t room = pairs ? (size_t)set->count * set->count : (size_t)leaf_count + grids;
    uint32_t *groups = cdn_alloc(room, sizeof *groups);
    if (groups == NULL)
        return cdn_fail_memory(error);
    cdn_grid extra = {0};
    cdn_status status =
        (pairs ? make_pairs : make_groups)(b, grid, axis, set, leaf_count, groups, &group_count,
                                           error);
    if (status == CDN_OK && !pairs)
        status = add_differences(b, grid, axis, grids, leaf_count, groups, &group_count, error);
    if (status == CDN_OK && group_count == 0) {
        cdn_free(groups);
        return CDN_OK;
    }
    if (status == CDN_OK)
        status = copy_axes(b, &b->grids[g], axis, groups, group_count, &extra, error);
    cdn_free(groups);
    if (status != CDN_OK) {
        cdn_grid_release(&extra);
        return status;
    }
    return cdn_builder_add_difference(b, &extra, error);
}

static bool axis_in_use(const cdn_builder *b, uint32_t grids, uint32_t variable, uint32_t axis)
{
    for (uint32_t g = 0; g < grids; g++)
        if (b->grids[g].variable == variable && cdn_builder_axis_of(&b->grids[g], axis) != NULL)
            return true;
    return false;
}

cdn_status cdn_builder_overlaps(cdn_builder *b, cdn_error *error)
{
    node_set *set = cdn_alloc(1, sizeof *set);
    if (set == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    for (uint32_t pass = 0; pass < PASSES; pass++) {
        uint32_t grids = b->grid_count;
        for (uint32_t g = 0; status == CDN_OK && g < grids; g++)
            for (uint32_t axis = 0; status == CDN_OK && axis <= b->catalogue->axis_count; axis++)
                if (axis_in_use(b, grids, b->grids[g].variable, axis))
                    status = refine(b, g, axis, grids, pass == 0, set, error);
    }
    cdn_free(set);
    return status;
}
