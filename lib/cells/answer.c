/* answer.c - which hidden counts are of missing answers alone, and so not confidential.
 *
 * A difference of counts can be of those who are "not recorded" on an axis, or
 * of those who are usable for one measure and not for another. The second are
 * people of whom something is known, unless all that they lack is an answer:
 * for each group of the usable axis, the masks that none of it passes are
 * those that made it, and each of its records either lacks the answers to all of
 * them or is told from the rest by one. A cell with a record of the second kind
 * is judged like any other. An empty cell is unanswered when its group has
 * records of the first kind elsewhere, for nobody knows that nobody is there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/builder.h"

#include "core/alloc.h"
#include "core/fail.h"

static bool is_disjoint(const uint8_t *passes, const cdn_node *group)
{
    for (uint32_t leaf = 0; leaf < group->leaf_count; leaf++)
        if (group->leaves[leaf] && passes[leaf])
            return false;
    return true;
}

/* Flags the leaves of a group that tell more than that an answer is missing. *exempt = there are
 * others. */
static void flag_answers(const cdn_builder *b, uint32_t record, const cdn_node *group,
                         uint8_t *answers, bool *exempt)
{
    uint32_t masks = cdn_frame_mask_count(b->frame, record), made_by = 0;
    for (uint32_t m = 0; m < masks; m++) {
        if (!is_disjoint(cdn_frame_usable_leaves(b->frame, record, m), group))
            continue;
        made_by++;
        for (uint32_t leaf = 0; leaf < group->leaf_count; leaf++)
            if (cdn_frame_state_of(b->frame, record, m, leaf) != CDN_FRAME_MISSING)
                answers[leaf] = 1;
    }
    *exempt = false;
    for (uint32_t leaf = 0; leaf < group->leaf_count; leaf++)
        *exempt = *exempt || (made_by > 0 && group->leaves[leaf] && !answers[leaf]);
}

bool cdn_builder_tells(const cdn_builder *b, uint32_t record, uint32_t node)
{
    const cdn_node *group = cdn_nodes_get(b->nodes, node);
    uint32_t masks = cdn_frame_mask_count(b->frame, record), made_by = 0;
    for (uint32_t m = 0; m < masks; m++) {
        if (!is_disjoint(cdn_frame_usable_leaves(b->frame, record, m), group))
            continue;
        made_by++;
        for (uint32_t leaf = 0; leaf < group->leaf_count; leaf++)
            if (group->leaves[leaf] &&
                cdn_frame_state_of(b->frame, record, m, leaf) != CDN_FRAME_MISSING)
                return true;
    }
    return made_by == 0;
}

cdn_status cdn_builder_mark_answers(cdn_builder *b, cdn_grid *grid, cdn_error *error)
{
    uint32_t at = 0;
    while (at < grid->axis_count && grid->axes[at].axis != b->catalogue->axis_count)
        at++;
    if (!grid->is_difference || !b->policy->missing_safe || at == grid->axis_count ||
        b->cells->variables[grid->variable].magnitude)
        return CDN_OK;
    cdn_grid_axis *axis = &grid->axes[at];
    axis->answers = cdn_alloc(axis->node_count, sizeof *axis->answers);
    if (axis->answers == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < axis->node_count; i++) {
        bool exempt = false;
        if (axis->nodes[i] == CDN_NODE_ALL)
            continue;
        uint8_t *answers = cdn_arena_alloc(b->arena, axis->leaf_count, 1);
        if (answers == NULL)
            return cdn_fail_memory(error);
        flag_answers(b, grid->record, cdn_nodes_get(b->nodes, axis->nodes[i]), answers, &exempt);
        axis->answers[i] = exempt ? answers : NULL;
    }
    return CDN_OK;
}

bool cdn_builder_is_unrecorded(const cdn_builder *b, const cdn_grid *grid, uint32_t key)
{
    if (!grid->is_difference || !b->policy->missing_safe ||
        b->cells->variables[grid->variable].magnitude)
        return false;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        uint32_t axis = grid->axes[a].axis, node = cdn_grid_node(grid, key, a);
        if (axis == b->catalogue->axis_count || node == CDN_NODE_ALL ||
            !b->catalogue->axes[axis].has_unknown)
            continue;
        const cdn_node *n = cdn_nodes_get(b->nodes, node);
        if (n->size == 1 && n->leaves[n->leaf_count - 1])
            return true;
    }
    return false;
}
