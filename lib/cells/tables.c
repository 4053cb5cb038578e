/* tables.c - from the plan's tables to grids: key columns, nodes, one grid for each part.
 *
 * The codes of a dimension come in code-list order, coarse levels first, then
 * "not recorded", then the total. Every grid has the totals, shown or not: the
 * margins are what links one table to another. A code with no leaf left by the
 * filters is not a key. Complements of shares and terms of sums get grids too, which no figure
 * uses: they are hidden cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

static cdn_status register_masks(cdn_builder *b, const cdn_plan_name *measures, uint32_t count,
                                 cdn_error *error)
{
    for (uint32_t m = 0; m < count; m++) {
        cdn_statistic statistics[CDN_STATISTICS_MAX];
        uint32_t n = 0;
        CDN_TRY(cdn_builder_statistics(b, &b->catalogue->measures[measures[m].index], statistics,
                                       &n, error));
    }
    return CDN_OK;
}

static cdn_status list_masks(cdn_builder *b, const cdn_plan *plan, cdn_error *error)
{
    for (uint32_t l = 0; l < plan->list_count; l++)
        CDN_TRY(register_masks(b, plan->lists[l].measures, plan->lists[l].measure_count, error));
    return CDN_OK;
}

cdn_status cdn_builder_masks(cdn_builder *b, cdn_error *error)
{
    for (uint32_t t = 0; t < b->plan->table_count; t++)
        CDN_TRY(register_masks(b, b->plan->tables[t].measures, b->plan->tables[t].measure_count,
                               error));
    CDN_TRY(list_masks(b, b->input->plan, error));
    for (uint32_t p = 0; p < b->input->past_count; p++)
        CDN_TRY(list_masks(b, b->input->past[p].plan, error));
    return CDN_OK;
}

/* One key column while it is being made: parallel arrays with room for every code. */
typedef struct column {
    uint32_t *nodes;
    const char **codes;
    const char **labels;
    uint32_t count;
} column;

static cdn_status add_key(cdn_builder *b, column *c, uint32_t axis, uint32_t leaf_count,
                          const uint8_t *leaves, const char *code, const char *label,
                          cdn_error *error)
{
    uint32_t node = cdn_nodes_add(b->nodes, axis, leaf_count, leaves);
    if (node == UINT32_MAX)
        return cdn_fail_memory(error);
    c->nodes[c->count] = node;
    c->codes[c->count] = code;
    c->labels[c->count] = label;
    c->count++;
    return CDN_OK;
}

static cdn_status add_level(cdn_builder *b, column *c, const cdn_dimension *dimension,
                            const cdn_level *level, const uint8_t *allowed, uint8_t *leaves,
                            cdn_error *error)
{
    uint32_t leaf_count = b->catalogue->axes[dimension->axis].leaf_count;
    for (uint32_t code = 0; code < level->count; code++) {
        bool any = false;
        for (uint32_t leaf = 0; leaf < leaf_count; leaf++) {
            leaves[leaf] = level->of_leaf[leaf] == code && (allowed == NULL || allowed[leaf]);
            any = any || leaves[leaf];
        }
        if (any)
            CDN_TRY(add_key(b, c, dimension->axis, leaf_count, leaves, level->codes[code],
                            level->labels[code], error));
    }
    return CDN_OK;
}

static cdn_status make_column(cdn_builder *b, const cdn_plan_table *table, uint32_t d,
                              uint8_t *const *filters, column *c, cdn_error *error)
{
    const cdn_plan_dimension *asked = &table->dimensions[d];
    const cdn_dimension *dimension = &b->catalogue->dimensions[asked->dimension];
    const cdn_axis *axis = &b->catalogue->axes[dimension->axis];
    const uint8_t *allowed = filters[dimension->axis];
    uint32_t room = 2;
    for (uint32_t l = asked->first_level; l <= asked->last_level; l++)
        room += dimension->levels[l].count;
    c->nodes = cdn_arena_alloc(b->arena, room, sizeof *c->nodes);
    c->codes = cdn_alloc(room, sizeof *c->codes);
    c->labels = cdn_alloc(room, sizeof *c->labels);
    uint8_t *leaves = cdn_arena_alloc(b->arena, axis->leaf_count, 1);
    if (c->nodes == NULL || c->codes == NULL || c->labels == NULL || leaves == NULL)
        return cdn_fail_memory(error);
    for (uint32_t l = asked->first_level; l <= asked->last_level; l++)
        CDN_TRY(add_level(b, c, dimension, &dimension->levels[l], allowed, leaves, error));
    if (axis->has_unknown && (allowed == NULL || allowed[axis->leaf_count - 1])) {
        memset(leaves, 0, axis->leaf_count);
        leaves[axis->leaf_count - 1] = 1;
        CDN_TRY(add_key(b, c, dimension->axis, axis->leaf_count, leaves, CDN_UNKNOWN_CODE,
                        "Not recorded", error));
    }
    return add_key(b, c, dimension->axis, axis->leaf_count, allowed, CDN_TOTAL_CODE, "Total",
                   error);
}

static cdn_status check_axes(const cdn_builder *b, const cdn_plan_table *table, cdn_error *error)
{
    for (uint32_t i = 0; i < table->dimension_count; i++)
        for (uint32_t j = 0; j < i; j++) {
            const cdn_dimension *x = &b->catalogue->dimensions[table->dimensions[i].dimension];
            const cdn_dimension *y = &b->catalogue->dimensions[table->dimensions[j].dimension];
            if (x->axis == y->axis)
                return cdn_fail_at(error, CDN_E_REFUSED, b->plan->script,
                                   table->dimensions[i].line, 0,
                                   "table \"%s\" crosses \"%s\" with \"%s\", which classify the "
                                   "same thing",
                                   table->name, x->name, y->name);
        }
    return CDN_OK;
}

static cdn_status statistic_grid(cdn_builder *b, const column *columns,
                                 const cdn_plan_table *table, uint8_t *const *filters,
                                 const cdn_statistic *statistic, cdn_grid *grid, cdn_error *error)
{
    CDN_TRY(cdn_builder_start_grid(b, statistic, grid, error));
    for (uint32_t d = 0; d < table->dimension_count; d++) {
        const cdn_dimension *dimension =
            &b->catalogue->dimensions[table->dimensions[d].dimension];
        uint32_t *nodes = cdn_alloc(columns[d].count, sizeof *nodes);
        if (nodes == NULL)
            return cdn_fail_memory(error);
        memcpy(nodes, columns[d].nodes, columns[d].count * sizeof *nodes);
        CDN_TRY(cdn_builder_add_axis(b, grid, dimension->axis, nodes, columns[d].count, error));
    }
    return cdn_builder_restrict(b, grid, statistic, filters, error);
}

static cdn_status add_measure(cdn_builder *b, const column *columns, const cdn_plan_table *table,
                              uint8_t *const *filters, const cdn_measure *measure,
                              cdn_measure_grids *out, cdn_error *error)
{
    cdn_statistic statistics[CDN_STATISTICS_MAX];
    uint32_t count = 0;
    CDN_TRY(cdn_builder_statistics(b, measure, statistics, &count, error));
    out->grids[0] = out->grids[1] = out->grids[2] = CDN_NONE;
    for (uint32_t s = 0; s < count; s++) {
        cdn_grid grid;
        uint32_t number = 0;
        cdn_status status =
            statistic_grid(b, columns, table, filters, &statistics[s], &grid, error);
        if (status != CDN_OK) {
            cdn_grid_release(&grid);
            return status;
        }
        CDN_TRY(cdn_builder_add_grid(b, &grid, &number, error));
        if (s < measure->part_count)
            out->grids[s] = number;
    }
    return CDN_OK;
}

static cdn_status add_table(cdn_builder *b, uint32_t t, cdn_error *error)
{
    const cdn_plan_table *table = &b->plan->tables[t];
    cdn_cell_table *out = &b->cells->tables[t];
    column columns[CDN_GRID_AXES] = {{0}};
    uint8_t **filters = NULL;
    CDN_TRY(check_axes(b, table, error));
    CDN_TRY(cdn_builder_filters(b, table->filters, table->filter_count, &filters, error));
    out->columns = cdn_alloc(table->dimension_count, sizeof *out->columns);
    if (out->columns == NULL)
        return cdn_fail_memory(error);
    out->column_count = table->dimension_count;
    uint64_t keys = 1;
    for (uint32_t d = 0; d < table->dimension_count; d++) {
        cdn_status status = make_column(b, table, d, filters, &columns[d], error);
        uint32_t shown = columns[d].count - (table->totals || columns[d].count == 0 ? 0 : 1);
        out->columns[d] = (cdn_key_column){table->dimensions[d].dimension, shown,
                                           columns[d].codes, columns[d].labels};
        CDN_TRY(status);
        keys *= shown;
    }
    b->tables[t].measures =
        cdn_arena_alloc(b->arena, table->measure_count, sizeof *b->tables[t].measures);
    if (b->tables[t].measures == NULL)
        return cdn_fail_memory(error);
    for (uint32_t m = 0; m < table->measure_count; m++)
        CDN_TRY(add_measure(b, columns, table, filters,
                            &b->catalogue->measures[table->measures[m].index],
                            &b->tables[t].measures[m], error));
    out->key_count = (uint32_t)keys; /* within limits: every grid of the table was sized */
    return CDN_OK;
}

cdn_status cdn_builder_tables(cdn_builder *b, cdn_error *error)
{
    for (uint32_t t = 0; t < b->plan->table_count; t++)
        CDN_TRY(add_table(b, t, error));
    return CDN_OK;
}
