/* builder.c - statistics of measures, and the making of grids from them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/builder.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

static cdn_status add_variable(cdn_builder *b, uint32_t record, uint32_t value, uint8_t decimals,
                               bool magnitude, uint32_t *out, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    value = cdn_frame_expr(b->frame, value);
    for (uint32_t v = 0; v < cells->variable_count; v++)
        if (cells->variables[v].record == record && cells->variables[v].value == value) {
            *out = v;
            return CDN_OK;
        }
    if (cells->variable_count == b->variable_capacity) {
        uint32_t capacity = b->variable_capacity == 0 ? 16 : b->variable_capacity * 2;
        cdn_variable *more = cdn_resize(cells->variables, capacity, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        cells->variables = more;
        b->variable_capacity = capacity;
    }
    *out = cells->variable_count;
    cells->variables[cells->variable_count++] =
        (cdn_variable){record, value, decimals, magnitude,
                       b->catalogue->records[record].workers != CDN_NONE};
    return CDN_OK;
}

static cdn_status measure_mask(cdn_builder *b, const cdn_measure *measure, uint32_t *out,
                               cdn_error *error)
{
    cdn_mask mask = {0};
    bool fits = true;
    for (uint32_t p = 0; p < measure->part_count; p++) {
        const cdn_part *part = &measure->parts[p];
        if (part->usable != CDN_NONE)
            fits = fits && cdn_mask_add_nonzero(b->frame, &mask, part->usable);
        if (part->value != CDN_NONE)
            fits = fits && cdn_mask_add_known(b->frame, &mask, part->value);
        for (uint32_t t = 0; t < part->term_count; t++)
            fits = fits && cdn_mask_add_known(b->frame, &mask, part->terms[t]);
    }
    if (measure->kind == CDN_MEASURE_QUANTILE)
        fits = fits && cdn_mask_add_known(b->frame, &mask, measure->value);
    if (!fits)
        return cdn_fail(error, CDN_E_LIMIT, "measure %s has more than %u usable conditions",
                        measure->name, CDN_FRAME_TERMS);
    return cdn_frame_add_mask(b->frame, measure->parts[0].record, &mask, out, error);
}

cdn_status cdn_builder_statistics(cdn_builder *b, const cdn_measure *measure,
                                  cdn_statistic out[CDN_STATISTICS_MAX], uint32_t *count,
                                  cdn_error *error)
{
    uint32_t mask = CDN_NONE;
    CDN_TRY(measure_mask(b, measure, &mask, error));
    *count = 0;
    for (uint32_t p = 0; p < measure->part_count; p++) {
        const cdn_part *part = &measure->parts[p];
        cdn_statistic *s = &out[(*count)++];
        *s = (cdn_statistic){part->record, 0, mask, part->restriction_count, part->restrictions};
        CDN_TRY(add_variable(b, part->record, part->value, part->decimals, part->magnitude,
                             &s->variable, error));
    }
    for (uint32_t p = 0; p < measure->part_count; p++) {
        const cdn_part *part = &measure->parts[p];
        for (uint32_t t = 0; t < part->term_count; t++) {
            if (*count == CDN_STATISTICS_MAX)
                return cdn_fail(error, CDN_E_LIMIT, "measure %s has too many terms",
                                measure->name);
            cdn_statistic *s = &out[*count];
            *s = out[p];
            uint8_t decimals = b->catalogue->exprs[part->terms[t]].decimals;
            CDN_TRY(add_variable(b, part->record, part->terms[t], decimals, part->magnitude,
                                 &s->variable, error));
            (*count)++;
        }
    }
    return CDN_OK;
}

cdn_status cdn_builder_leaf_count(cdn_builder *b, uint32_t record, uint32_t axis, uint32_t *out,
                                  cdn_error *error)
{
    if (axis == b->catalogue->axis_count)
        return cdn_frame_usable(b->frame, record, out, error);
    *out = b->catalogue->axes[axis].leaf_count;
    return CDN_OK;
}

cdn_status cdn_builder_start_grid(cdn_builder *b, const cdn_statistic *statistic, cdn_grid *out,
                                  cdn_error *error)
{
    memset(out, 0, sizeof *out);
    out->variable = statistic->variable;
    out->record = statistic->record;
    uint32_t value = b->cells->variables[statistic->variable].value;
    if (value == CDN_NONE)
        return CDN_OK;
    return cdn_frame_values(b->frame, b->date, statistic->record, value, &out->values, error);
}

cdn_status cdn_builder_add_axis(cdn_builder *b, cdn_grid *grid, uint32_t axis, uint32_t *nodes,
                                uint32_t node_count, cdn_error *error)
{
    if (grid->axis_count == CDN_GRID_AXES) {
        cdn_free(nodes);
        return cdn_fail(error, CDN_E_LIMIT, "a table uses more than %u classifications",
                        CDN_GRID_AXES);
    }
    cdn_grid_axis *a = &grid->axes[grid->axis_count++];
    a->axis = axis;
    a->nodes = nodes;
    a->node_count = node_count;
    CDN_TRY(cdn_builder_leaf_count(b, grid->record, axis, &a->leaf_count, error));
    return cdn_frame_leaves(b->frame, b->date, grid->record, axis, &a->leaves, error);
}

/* node AND leaves, as a node. */
static uint32_t intersect(cdn_builder *b, uint32_t axis, uint32_t leaf_count, uint32_t node,
                          const uint8_t *leaves)
{
    if (leaves == NULL)
        return node;
    if (node == CDN_NODE_ALL)
        return cdn_nodes_add(b->nodes, axis, leaf_count, leaves);
    const cdn_node *n = cdn_nodes_get(b->nodes, node);
    uint8_t *both = cdn_alloc(leaf_count, 1);
    if (both == NULL)
        return UINT32_MAX;
    for (uint32_t i = 0; i < leaf_count; i++)
        both[i] = n->leaves[i] && leaves[i];
    uint32_t id = cdn_nodes_add(b->nodes, axis, leaf_count, both);
    cdn_free(both);
    return id;
}

static cdn_status restrict_axis(cdn_builder *b, cdn_grid *grid, uint32_t axis,
                                const uint8_t *leaves, cdn_error *error)
{
    if (leaves == NULL)
        return CDN_OK;
    uint32_t at = 0;
    while (at < grid->axis_count && grid->axes[at].axis != axis)
        at++;
    if (at == grid->axis_count) {
        uint32_t *nodes = cdn_alloc(1, sizeof *nodes);
        if (nodes == NULL)
            return cdn_fail_memory(error);
        nodes[0] = CDN_NODE_ALL;
        CDN_TRY(cdn_builder_add_axis(b, grid, axis, nodes, 1, error));
    }
    cdn_grid_axis *a = &grid->axes[at];
    for (uint32_t i = 0; i < a->node_count; i++) {
        a->nodes[i] = intersect(b, axis, a->leaf_count, a->nodes[i], leaves);
        if (a->nodes[i] == UINT32_MAX)
            return cdn_fail_memory(error);
    }
    return CDN_OK;
}

cdn_status cdn_builder_restrict(cdn_builder *b, cdn_grid *grid, const cdn_statistic *statistic,
                                uint8_t *const *filters, cdn_error *error)
{
    for (uint32_t axis = 0; filters != NULL && axis < b->catalogue->axis_count; axis++)
        CDN_TRY(restrict_axis(b, grid, axis, filters[axis], error));
    for (uint32_t r = 0; r < statistic->restriction_count; r++)
        CDN_TRY(restrict_axis(b, grid, statistic->restrictions[r].axis,
                              statistic->restrictions[r].leaves, error));
    if (statistic->mask == CDN_NONE)
        return CDN_OK;
    uint32_t leaf_count = 0;
    CDN_TRY(cdn_frame_usable(b->frame, statistic->record, &leaf_count, error));
    return restrict_axis(b, grid, b->catalogue->axis_count,
                         cdn_frame_usable_leaves(b->frame, statistic->record, statistic->mask),
                         error);
}

static bool same_grid(const cdn_grid *a, const cdn_grid *b)
{
    if (a->variable != b->variable || a->axis_count != b->axis_count ||
        a->key_count != b->key_count)
        return false;
    for (uint32_t i = 0; i < a->axis_count; i++) {
        const cdn_grid_axis *x = &a->axes[i], *y = &b->axes[i];
        if (x->axis != y->axis || x->node_count != y->node_count ||
            memcmp(x->nodes, y->nodes, x->node_count * sizeof *x->nodes) != 0)
            return false;
    }
    return true;
}

/* A register's rows are public; so is a count of them by classifications that the register itself
 * publishes. A classification by "has a linked record" is not. */
static bool expr_is_own(const cdn_catalogue *catalogue, uint32_t expr)
{
    if (expr == CDN_NONE)
        return true;
    const cdn_expr *e = &catalogue->exprs[expr];
    return e->op != CDN_EX_LINKED && expr_is_own(catalogue, e->operand[0]) &&
           expr_is_own(catalogue, e->operand[1]) && expr_is_own(catalogue, e->operand[2]);
}

bool cdn_builder_axis_is_public(const cdn_builder *b, uint32_t axis, uint32_t record)
{
    const cdn_catalogue *catalogue = b->catalogue;
    if (axis >= catalogue->axis_count || !catalogue->records[record].is_public)
        return false;
    const cdn_binding *binding = cdn_axis_binding(catalogue, axis, record);
    return binding != NULL && binding->record == record &&
           expr_is_own(catalogue, binding->expr);
}

static void mark_public(const cdn_builder *b, cdn_grid *grid)
{
    grid->is_register =
        b->catalogue->records[grid->record].is_public && grid->values == NULL;
    for (uint32_t a = 0; a < grid->axis_count; a++)
        grid->axes[a].is_public =
            cdn_builder_axis_is_public(b, grid->axes[a].axis, grid->record);
}

cdn_status cdn_builder_add_grid(cdn_builder *b, cdn_grid *grid, uint32_t *out, cdn_error *error)
{
    cdn_status status = cdn_grid_size(grid, error);
    for (uint32_t g = 0; status == CDN_OK && g < b->grid_count; g++)
        if (same_grid(&b->grids[g], grid)) {
            *out = g;
            cdn_grid_release(grid);
            return CDN_OK;
        }
    if (status == CDN_OK && b->grid_count == b->grid_capacity) {
        uint32_t capacity = b->grid_capacity == 0 ? 32 : b->grid_capacity * 2;
        cdn_grid *more = cdn_resize(b->grids, capacity, sizeof *more);
        if (more == NULL)
            status = cdn_fail_memory(error);
        else {
            b->grids = more;
            b->grid_capacity = capacity;
        }
    }
    if (status != CDN_OK) {
        cdn_grid_release(grid);
        return status;
    }
    mark_public(b, grid);
    *out = b->grid_count;
    b->grids[b->grid_count++] = *grid;
    return CDN_OK;
}

const cdn_grid_axis *cdn_builder_axis_of(const cdn_grid *grid, uint32_t axis)
{
    for (uint32_t a = 0; a < grid->axis_count; a++)
        if (grid->axes[a].axis == axis)
            return &grid->axes[a];
    return NULL;
}

bool cdn_builder_has_node(const cdn_grid_axis *axis, uint32_t node)
{
    for (uint32_t i = 0; axis != NULL && i < axis->node_count; i++)
        if (axis->nodes[i] == node)
            return true;
    return axis == NULL && node == CDN_NODE_ALL;
}

bool cdn_builder_same_list(const cdn_grid_axis *x, const cdn_grid_axis *y)
{
    if (x == NULL || y == NULL)
        return x == y;
    return x->axis == y->axis && x->node_count == y->node_count &&
           memcmp(x->nodes, y->nodes, x->node_count * sizeof *x->nodes) == 0;
}

bool cdn_builder_leaf_in(const cdn_builder *b, uint32_t node, uint32_t leaf)
{
    return node == CDN_NODE_ALL || cdn_nodes_get(b->nodes, node)->leaves[leaf] != 0;
}

static bool has_every_key(const cdn_grid *grid, const cdn_grid *of)
{
    if (grid->variable != of->variable)
        return false;
    for (uint32_t a = 0; a < grid->axis_count; a++)
        if (cdn_builder_axis_of(of, grid->axes[a].axis) == NULL &&
            !cdn_builder_has_node(&grid->axes[a], CDN_NODE_ALL))
            return false;
    for (uint32_t a = 0; a < of->axis_count; a++) {
        const cdn_grid_axis *axis = cdn_builder_axis_of(grid, of->axes[a].axis);
        for (uint32_t i = 0; i < of->axes[a].node_count; i++)
            if (!cdn_builder_has_node(axis, of->axes[a].nodes[i]))
                return false;
    }
    return true;
}

static cdn_status add_family(cdn_builder *b, uint32_t variable, const cdn_grid_axis *axis,
                             cdn_error *error)
{
    for (uint32_t f = 0; f < b->family_count; f++)
        if (b->families[f].variable == variable &&
            cdn_builder_same_list(&b->families[f].list, axis))
            return CDN_OK;
    if (b->family_count == b->family_capacity) {
        uint32_t capacity = b->family_capacity == 0 ? 32 : b->family_capacity * 2;
        cdn_family *more = cdn_resize(b->families, capacity, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        b->families = more;
        b->family_capacity = capacity;
    }
    uint32_t *nodes = cdn_arena_alloc(b->arena, axis->node_count, sizeof *nodes);
    if (nodes == NULL)
        return cdn_fail_memory(error);
    memcpy(nodes, axis->nodes, axis->node_count * sizeof *nodes);
    b->families[b->family_count++] =
        (cdn_family){variable, {.axis = axis->axis,
                                .leaf_count = axis->leaf_count,
                                .node_count = axis->node_count,
                                .nodes = nodes}};
    return CDN_OK;
}

cdn_status cdn_builder_add_difference(cdn_builder *b, cdn_grid *grid, cdn_error *error)
{
    cdn_status status = CDN_OK;
    bool exists = false;
    for (uint32_t a = 0; status == CDN_OK && a < grid->axis_count; a++)
        status = add_family(b, grid->variable, &grid->axes[a], error);
    for (uint32_t g = 0; g < b->grid_count && !exists; g++)
        exists = has_every_key(&b->grids[g], grid);
    if (status != CDN_OK || exists) {
        cdn_grid_release(grid);
        return status;
    }
    uint32_t number = 0;
    grid->is_difference = true;
    return cdn_builder_add_grid(b, grid, &number, error);
}

cdn_status cdn_builder_filters(cdn_builder *b, const cdn_plan_filter *filters, uint32_t count,
                               uint8_t ***out, cdn_error *error)
{
    const cdn_catalogue *catalogue = b->catalogue;
    uint8_t **allowed = cdn_arena_alloc(b->arena, catalogue->axis_count, sizeof *allowed);
    if (allowed == NULL)
        return cdn_fail_memory(error);
    for (uint32_t f = 0; f < count; f++) {
        const cdn_dimension *dimension = &catalogue->dimensions[filters[f].dimension];
        const cdn_level *level = &dimension->levels[filters[f].level];
        uint32_t leaf_count = catalogue->axes[dimension->axis].leaf_count;
        uint8_t *leaves = allowed[dimension->axis];
        if (leaves == NULL) {
            leaves = cdn_arena_alloc(b->arena, leaf_count, 1);
            if (leaves == NULL)
                return cdn_fail_memory(error);
            memset(leaves, 1, leaf_count);
            allowed[dimension->axis] = leaves;
        }
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
            bool in = false;
            for (uint32_t c = 0; c < filters[f].code_count; c++)
                in = in || level->of_leaf[leaf] == filters[f].codes[c];
            leaves[leaf] = leaves[leaf] && in;
        }
    }
    *out = allowed;
    return CDN_OK;
}

uint32_t cdn_builder_replace_node(const uint32_t *key, uint32_t count, uint32_t from, uint32_t to,
                                  uint32_t *out)
{
    uint32_t filled = 1;
    bool placed = to == CDN_NODE_ALL;
    out[0] = key[0];
    for (uint32_t i = 1; i < count; i++) {
        if (key[i] == from && from != CDN_NODE_ALL)
            continue;
        if (!placed && to < key[i]) {
            out[filled++] = to;
            placed = true;
        }
        out[filled++] = key[i];
    }
    if (!placed)
        out[filled++] = to;
    return filled;
}
