/* cells.c - cdn_cells_create: the stages in order, interning of cells, figures, categories.
 *
 * Invariants: (1) two keys that mean the same set of records get the same cell,
 * and their values agree, or nothing is returned; (2) every cell belongs to a
 * grid that was tabulated; (3) figures only point at cells of visible parts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/cells.h"

#include <stdlib.h>
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/pool.h"

static cdn_status start(cdn_builder *b, cdn_error *error)
{
    const cdn_catalogue *catalogue = b->catalogue;
    b->arena = cdn_arena_create();
    b->frame = cdn_frame_create(b->snapshot, catalogue, b->policy->missing_safe);
    b->nodes = cdn_nodes_create();
    b->cell_map = cdn_map_create();
    b->records = cdn_alloc(catalogue->record_count, sizeof *b->records);
    b->unit_level =
        cdn_alloc((size_t)catalogue->record_count * (catalogue->axis_count + 1), 1);
    b->cells = cdn_alloc(1, sizeof *b->cells);
    if (b->arena == NULL || b->frame == NULL || b->nodes == NULL || b->cell_map == NULL ||
        b->records == NULL || b->unit_level == NULL || b->cells == NULL)
        return cdn_fail_memory(error);
    cdn_cells *cells = b->cells;
    b->tables = cdn_arena_alloc(b->arena, b->plan->table_count, sizeof *b->tables);
    cells->tables = cdn_alloc(b->plan->table_count, sizeof *cells->tables);
    cells->lists = cdn_alloc(b->plan->list_count, sizeof *cells->lists);
    if (b->tables == NULL || cells->tables == NULL || cells->lists == NULL)
        return cdn_fail_memory(error);
    cells->table_count = b->plan->table_count;
    cells->list_count = b->plan->list_count;
    return cdn_builder_contributors(b, error);
}

static void finish(cdn_builder *b)
{
    for (uint32_t g = 0; g < b->grid_count; g++)
        cdn_grid_release(&b->grids[g]);
    cdn_free(b->grids);
    cdn_free(b->families);
    cdn_free(b->row_parts);
    cdn_free(b->records);
    cdn_free(b->unit_level);
    cdn_map_destroy(b->cell_map);
    cdn_nodes_destroy(b->nodes);
    cdn_frame_destroy(b->frame);
    cdn_arena_destroy(b->arena);
}

static cdn_status tabulate_one(void *context, size_t index, cdn_error *error)
{
    cdn_builder *b = context;
    cdn_grid *grid = &b->grids[index];
    return cdn_grid_tabulate(grid, b->nodes, &b->records[grid->record], error);
}

static cdn_status tabulate(cdn_builder *b, cdn_error *error)
{
    CDN_TRY(cdn_builder_keys(b, error));
    for (uint32_t g = 0; g < b->grid_count; g++) {
        CDN_TRY(cdn_builder_mark_rows(b, &b->grids[g], error));
        CDN_TRY(cdn_builder_mark_answers(b, &b->grids[g], error));
    }
    return cdn_pool_run(b->threads, b->grid_count, tabulate_one, b, error);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The identity of a key: its variable, then its nodes other than "everything", sorted. */
static uint32_t cell_key(const cdn_grid *grid, uint32_t key, uint32_t out[CDN_GRID_AXES + 1])
{
    uint32_t count = 1;
    out[0] = grid->variable;
    for (uint32_t a = grid->axis_count; a-- > 0;) {
        const cdn_grid_axis *axis = &grid->axes[a];
        uint32_t node = axis->nodes[key % axis->node_count];
        key /= axis->node_count;
        if (node != CDN_NODE_ALL)
            out[count++] = node;
    }
    qsort(out + 1, count - 1, sizeof *out, compare_numbers);
    return count;
}

static bool same_cell(const cdn_cell *a, const cdn_cell *b)
{
    return a->value == b->value && a->records == b->records && a->workers == b->workers &&
           a->workplaces == b->workplaces && a->providers == b->providers &&
           a->total == b->total && memcmp(a->top, b->top, sizeof a->top) == 0 &&
           a->waived == b->waived && a->asked == b->asked && a->unwaived == b->unwaived &&
           a->has_negative == b->has_negative &&
           memcmp(a->sole, b->sole, sizeof a->sole) == 0 && a->key == b->key;
}

static cdn_status intern_grid(cdn_builder *b, cdn_grid *grid, uint32_t *capacity,
                              cdn_error *error)
{
    cdn_cells *cells = b->cells;
    grid->cell_ids = cdn_alloc(grid->key_count, sizeof *grid->cell_ids);
    if (grid->cell_ids == NULL)
        return cdn_fail_memory(error);
    for (uint32_t key = 0; key < grid->key_count; key++) {
        uint32_t identity[CDN_GRID_AXES + 1];
        uint32_t count = cell_key(grid, key, identity);
        bool added = false;
        uint32_t id = cdn_map_add(b->cell_map, identity, count * sizeof *identity, &added);
        if (id == CDN_MAP_NONE)
            return cdn_fail_memory(error);
        if (added && id == *capacity) {
            uint32_t wanted = *capacity == 0 ? 1024 : *capacity * 2;
            cdn_cell *more = cdn_resize(cells->cells, wanted, sizeof *more);
            if (more == NULL)
                return cdn_fail_memory(error);
            cells->cells = more;
            *capacity = wanted;
        }
        if (added) {
            cells->cells[id] = grid->cells[key];
            if (cdn_builder_is_unrecorded(b, grid, key))
                cells->cells[id].is_unanswered = true;
            cells->count = id + 1;
        } else if (!same_cell(&cells->cells[id], &grid->cells[key])) {
            return cdn_fail(error, CDN_E_INTERNAL, "two tables disagree about one cell");
        }
        grid->cell_ids[key] = id;
    }
    return CDN_OK;
}

static cdn_status intern(cdn_builder *b, cdn_error *error)
{
    uint32_t capacity = 0;
    for (uint32_t g = 0; g < b->grid_count; g++)
        CDN_TRY(intern_grid(b, &b->grids[g], &capacity, error));
    return CDN_OK;
}

/* The key of a grid for a key of its table: grids always have the totals, after the codes. */
static uint32_t grid_key(const cdn_cell_table *table, const cdn_grid *grid, uint32_t key)
{
    uint32_t out = 0, stride = 1;
    for (uint32_t c = table->column_count; c-- > 0;) {
        out += key % table->columns[c].count * stride;
        key /= table->columns[c].count;
        stride *= grid->axes[c].node_count;
    }
    return out;
}

static cdn_status measure_quantiles(cdn_builder *b, const cdn_measure *measure,
                                    const cdn_cell_table *table, const cdn_grid *grid,
                                    cdn_figure *figures, cdn_error *error)
{
    cdn_grid_quantile q = {NULL, measure->quantile_ppm, NULL, NULL, NULL};
    CDN_TRY(cdn_frame_values(b->frame, grid->record, measure->value, &q.values, error));
    q.out = cdn_alloc(grid->key_count, sizeof *q.out);
    q.below = cdn_alloc(grid->key_count, sizeof *q.below);
    q.above = cdn_alloc(grid->key_count, sizeof *q.above);
    cdn_status status = CDN_OK;
    if (q.out == NULL || q.below == NULL || q.above == NULL)
        status = cdn_fail_memory(error);
    else
        status = cdn_grid_quantiles(grid, b->nodes, &b->records[grid->record], &q, error);
    for (uint32_t key = 0; status == CDN_OK && key < table->key_count; key++) {
        uint32_t at = grid_key(table, grid, key);
        figures[key].quantile_value = q.out[at];
        figures[key].below = q.below[at];
        figures[key].above = q.above[at];
    }
    cdn_free(q.out);
    cdn_free(q.below);
    cdn_free(q.above);
    return status;
}

static cdn_status fill_figures(cdn_builder *b, uint32_t t, cdn_error *error)
{
    const cdn_plan_table *table = &b->plan->tables[t];
    cdn_cell_table *out = &b->cells->tables[t];
    for (uint32_t m = 0; m < table->measure_count; m++) {
        const cdn_measure *measure = &b->catalogue->measures[table->measures[m].index];
        const uint32_t *grids = b->tables[t].measures[m].grids;
        cdn_figure *figures = b->cells->figures + out->first_figure + m * out->key_count;
        bool two = measure->part_count > 1;
        for (uint32_t key = 0; key < out->key_count; key++) {
            uint32_t at = grid_key(out, &b->grids[grids[0]], key);
            figures[key].cells[0] = b->grids[grids[0]].cell_ids[at];
            figures[key].cells[1] = two ? b->grids[grids[1]].cell_ids[at] : CDN_NONE;
        }
        if (measure->kind == CDN_MEASURE_QUANTILE)
            CDN_TRY(measure_quantiles(b, measure, out, &b->grids[grids[0]], figures, error));
    }
    return CDN_OK;
}

static cdn_status make_figures(cdn_builder *b, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    uint64_t total = 0;
    for (uint32_t t = 0; t < cells->table_count; t++) {
        cells->tables[t].first_figure = (uint32_t)total;
        total += (uint64_t)cells->tables[t].key_count * b->plan->tables[t].measure_count;
        if (total > CDN_NONE / 2)
            return cdn_fail(error, CDN_E_LIMIT, "the release has too many figures");
    }
    cells->figure_count = (uint32_t)total;
    cells->figures = cdn_alloc(total, sizeof *cells->figures);
    if (cells->figures == NULL)
        return cdn_fail_memory(error);
    for (uint32_t t = 0; t < cells->table_count; t++)
        CDN_TRY(fill_figures(b, t, error));
    return CDN_OK;
}

static cdn_status build(cdn_builder *b, cdn_error *error)
{
    CDN_TRY(start(b, error));
    CDN_TRY(cdn_builder_masks(b, error));
    CDN_TRY(cdn_builder_tables(b, error));
    CDN_TRY(cdn_builder_rows(b, error));
    CDN_TRY(cdn_builder_overlaps(b, error));
    CDN_TRY(cdn_builder_joins(b, error));
    CDN_TRY(cdn_builder_rests(b, error));
    CDN_TRY(tabulate(b, error));
    CDN_TRY(intern(b, error));
    CDN_TRY(make_figures(b, error));
    CDN_TRY(cdn_builder_categories(b, error));
    return cdn_builder_links(b, error);
}

cdn_status cdn_cells_create(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                            const cdn_plan *plan, const cdn_agreement *agreement,
                            const cdn_policy *policy, const uint8_t *perturbation_key,
                            unsigned threads, cdn_cells **out, cdn_error *error)
{
    cdn_builder b = {.snapshot = snapshot,
                     .catalogue = catalogue,
                     .plan = plan,
                     .agreement = agreement,
                     .policy = policy,
                     .perturbation_key = perturbation_key,
                     .threads = threads};
    cdn_status status = build(&b, error);
    finish(&b);
    *out = status == CDN_OK ? b.cells : NULL;
    if (status != CDN_OK)
        cdn_cells_destroy(b.cells);
    return status;
}

void cdn_cells_destroy(cdn_cells *cells)
{
    if (cells == NULL)
        return;
    for (uint32_t t = 0; cells->tables != NULL && t < cells->table_count; t++) {
        cdn_cell_table *table = &cells->tables[t];
        for (uint32_t c = 0; table->columns != NULL && c < table->column_count; c++) {
            cdn_free(table->columns[c].codes);
            cdn_free(table->columns[c].labels);
        }
        cdn_free(table->columns);
    }
    for (uint32_t l = 0; cells->lists != NULL && l < cells->list_count; l++) {
        cdn_free(cells->lists[l].rows);
        cdn_free(cells->lists[l].consent);
        cdn_free(cells->lists[l].values);
        cdn_free(cells->lists[l].reasons);
    }
    cdn_free(cells->tables);
    cdn_free(cells->lists);
    cdn_free(cells->cells);
    cdn_free(cells->variables);
    cdn_free(cells->equation_start);
    cdn_free(cells->equation_cell);
    cdn_free(cells->equation_coefficient);
    cdn_free(cells->categories);
    cdn_free(cells->figures);
    cdn_free(cells);
}
