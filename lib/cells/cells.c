/* cells.c - cdn_cells_create: the stages in order, interning of cells, figures.
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

static bool same_plan(const cdn_plan *a, const cdn_plan *b)
{
    return a == b || (a->digest[0] != '\0' && strcmp(a->digest, b->digest) == 0);
}

/* Where the data of each earlier release stands among the dates. */
static cdn_status find_dates(cdn_builder *b, cdn_error *error)
{
    const cdn_cells_input *in = b->input;
    b->snapshots = cdn_arena_alloc(b->arena, (size_t)in->past_count + 1, sizeof *b->snapshots);
    b->parts = cdn_arena_alloc(b->arena, (size_t)in->past_count + 1, sizeof *b->parts);
    if (b->snapshots == NULL || b->parts == NULL)
        return cdn_fail_memory(error);
    b->snapshots[b->date_count++] = in->snapshot;
    for (uint32_t p = 0; p < in->past_count; p++) {
        uint32_t date = 0;
        while (date < b->date_count && b->snapshots[date] != in->past[p].snapshot)
            date++;
        if (date == b->date_count)
            b->snapshots[b->date_count++] = in->past[p].snapshot;
        b->cells->pasts[p].date = date == 0 ? CDN_NONE : date - 1;
    }
    return CDN_OK;
}

/* One plan of all tables; a plan that is there already adds none. */
static cdn_status join_plans(cdn_builder *b, cdn_error *error)
{
    const cdn_cells_input *in = b->input;
    cdn_plan *joint = cdn_arena_alloc(b->arena, 1, sizeof *joint);
    size_t room = in->plan->table_count;
    for (uint32_t p = 0; p < in->past_count; p++)
        room += in->past[p].plan->table_count;
    cdn_plan_table *tables = cdn_arena_alloc(b->arena, room, sizeof *tables);
    if (joint == NULL || tables == NULL)
        return cdn_fail_memory(error);
    *joint = *in->plan;
    joint->tables = tables;
    joint->table_count = 0;
    for (uint32_t p = 0; p <= in->past_count; p++) { /* 0: today's */
        const cdn_plan *plan = p == 0 ? in->plan : in->past[p - 1].plan;
        uint32_t same = 0, first = 0;
        while (same < p && !same_plan(same == 0 ? in->plan : in->past[same - 1].plan, plan))
            same++;
        if (same == p) {
            first = joint->table_count;
            for (uint32_t t = 0; t < plan->table_count; t++)
                tables[joint->table_count++] = plan->tables[t];
        } else if (same > 0) {
            first = b->cells->pasts[same - 1].first_table;
        }
        if (p > 0) {
            b->cells->pasts[p - 1].first_table = first;
            b->cells->pasts[p - 1].table_count = plan->table_count;
        }
    }
    b->plan = joint;
    return CDN_OK;
}

static cdn_status start_cells(cdn_builder *b, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    const cdn_cells_input *in = b->input;
    cells->pasts = cdn_alloc(in->past_count, sizeof *cells->pasts);
    if (cells->pasts == NULL)
        return cdn_fail_memory(error);
    cells->past_count = in->past_count;
    CDN_TRY(find_dates(b, error));
    CDN_TRY(join_plans(b, error));
    b->tables = cdn_arena_alloc(b->arena, b->plan->table_count, sizeof *b->tables);
    cells->tables = cdn_alloc(b->plan->table_count, sizeof *cells->tables);
    cells->lists = cdn_alloc(in->plan->list_count, sizeof *cells->lists);
    if (b->tables == NULL || cells->tables == NULL || cells->lists == NULL)
        return cdn_fail_memory(error);
    cells->table_count = in->plan->table_count;
    cells->all_tables = b->plan->table_count;
    cells->list_count = in->plan->list_count;
    return CDN_OK;
}

static cdn_status start(cdn_builder *b, cdn_error *error)
{
    const cdn_catalogue *catalogue = b->catalogue;
    b->arena = cdn_arena_create();
    b->cells = cdn_alloc(1, sizeof *b->cells);
    if (b->arena == NULL || b->cells == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(start_cells(b, error));
    CDN_TRY(cdn_builder_scope(b, error));
    b->frame = cdn_frame_create(b->snapshots, b->date_count, catalogue, b->policy->missing_safe);
    b->nodes = cdn_nodes_create();
    b->cell_map = cdn_map_create();
    b->identities = cdn_arena_alloc(b->arena, catalogue->record_count, sizeof *b->identities);
    b->records = cdn_alloc(catalogue->record_count, sizeof *b->records);
    b->unit_level =
        cdn_alloc((size_t)catalogue->record_count * (catalogue->axis_count + 1), 1);
    if (b->frame == NULL || b->nodes == NULL || b->cell_map == NULL || b->identities == NULL ||
        b->records == NULL || b->unit_level == NULL)
        return cdn_fail_memory(error);
    return cdn_builder_contributors(b, error);
}

static void finish(cdn_builder *b)
{
    if (b == NULL)
        return;
    for (uint32_t g = 0; g < b->grid_count; g++)
        cdn_grid_release(&b->grids[g]);
    cdn_free(b->grids);
    cdn_free(b->families);
    cdn_builder_days_release(b);
    cdn_free(b->row_parts);
    cdn_free(b->records);
    cdn_free(b->unit_level);
    cdn_map_destroy(b->cell_map);
    cdn_nodes_destroy(b->nodes);
    cdn_frame_destroy(b->frame);
    for (uint32_t date = 0; b->parts != NULL && date < b->date_count; date++)
        cdn_snapshot_close(b->parts[date]);
    cdn_arena_destroy(b->arena);
    cdn_free(b);
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
    return cdn_pool_run(b->input->threads, b->grid_count, tabulate_one, b, error);
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

bool cdn_builder_same_cell(const cdn_cell *a, const cdn_cell *b)
{
    return a->variable == b->variable && a->value == b->value && a->records == b->records &&
           a->workers == b->workers &&
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
        } else if (!cdn_builder_same_cell(&cells->cells[id], &grid->cells[key])) {
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

uint32_t cdn_builder_grid_key(const cdn_cell_table *table, const cdn_grid *grid, uint32_t key)
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
    CDN_TRY(cdn_frame_values(b->frame, b->date, grid->record, measure->value, &q.values, error));
    q.out = cdn_alloc(grid->key_count, sizeof *q.out);
    q.below = cdn_alloc(grid->key_count, sizeof *q.below);
    q.above = cdn_alloc(grid->key_count, sizeof *q.above);
    cdn_status status = CDN_OK;
    if (q.out == NULL || q.below == NULL || q.above == NULL)
        status = cdn_fail_memory(error);
    else
        status = cdn_grid_quantiles(grid, b->nodes, &b->records[grid->record], &q, error);
    for (uint32_t key = 0; status == CDN_OK && key < table->key_count; key++) {
        uint32_t at = cdn_builder_grid_key(table, grid, key);
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
            uint32_t at = cdn_builder_grid_key(out, &b->grids[grids[0]], key);
            figures[key].cells[0] = b->grids[grids[0]].cell_ids[at];
            figures[key].cells[1] = two ? b->grids[grids[1]].cell_ids[at] : CDN_NONE;
        }
        if (measure->kind == CDN_MEASURE_QUANTILE && t < b->cells->table_count)
            CDN_TRY(measure_quantiles(b, measure, out, &b->grids[grids[0]], figures, error));
    }
    return CDN_OK;
}

static cdn_status make_figures(cdn_builder *b, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    uint64_t total = 0;
    for (uint32_t t = 0; t < cells->all_tables; t++) {
        cells->tables[t].first_figure = (uint32_t)total;
        total += (uint64_t)cells->tables[t].key_count * b->plan->tables[t].measure_count;
        if (total > CDN_NONE / 2)
            return cdn_fail(error, CDN_E_LIMIT, "the release has too many figures");
        if (t < cells->table_count)
            cells->figure_count = (uint32_t)total;
    }
    cells->figures = cdn_alloc(total, sizeof *cells->figures);
    if (cells->figures == NULL)
        return cdn_fail_memory(error);
    for (uint32_t t = 0; t < cells->all_tables; t++)
        CDN_TRY(fill_figures(b, t, error));
    for (uint32_t p = 0; p < cells->past_count; p++) {
        cdn_cells_past *past = &cells->pasts[p];
        uint32_t end = past->first_table + past->table_count;
        if (past->table_count == 0)
            continue;
        past->first_figure = cells->tables[past->first_table].first_figure;
        past->figure_count = (end == cells->all_tables ? (uint32_t)total
                                                       : cells->tables[end].first_figure) -
                             past->first_figure;
    }
    return CDN_OK;
}

static cdn_status build(cdn_builder *b, cdn_error *error)
{
    CDN_TRY(start(b, error));
    CDN_TRY(cdn_builder_masks(b, error));
    CDN_TRY(cdn_builder_tables(b, error));
    CDN_TRY(cdn_builder_days(b, error));
    CDN_TRY(cdn_builder_rows(b, error));
    CDN_TRY(cdn_builder_rows_known(b, error));
    CDN_TRY(cdn_builder_overlaps(b, error));
    CDN_TRY(cdn_builder_joins(b, error));
    CDN_TRY(cdn_builder_rests(b, error));
    CDN_TRY(tabulate(b, error));
    CDN_TRY(intern(b, error));
    CDN_TRY(make_figures(b, error));
    CDN_TRY(cdn_builder_categories(b, error));
    CDN_TRY(cdn_builder_links(b, error));
    CDN_TRY(cdn_builder_dates(b, error));
    return cdn_builder_quantiles_since(b, error);
}

cdn_status cdn_cells_create(const cdn_cells_input *input, cdn_cells **out, cdn_error *error)
{
    cdn_builder *b = cdn_alloc(1, sizeof *b);
    *out = NULL;
    if (b == NULL)
        return cdn_fail_memory(error);
    *b = (cdn_builder){.asked = *input,
                       .input = &b->asked,
                       .snapshot = input->snapshot,
                       .catalogue = input->catalogue,
                       .plan = input->plan,
                       .policy = input->policy};
    cdn_status status = build(b, error);
    cdn_cells *cells = b->cells;
    if (status == CDN_OK && b->has_fresh)
        cells->origin = b;
    else
        finish(b);
    if (status == CDN_OK)
        *out = cells;
    else
        cdn_cells_destroy(cells);
    return status;
}

void cdn_cells_settle(cdn_cells *cells)
{
    finish(cells->origin);
    cells->origin = NULL;
}

void cdn_cells_destroy(cdn_cells *cells)
{
    if (cells == NULL)
        return;
    cdn_cells_settle(cells);
    for (uint32_t t = 0; cells->tables != NULL && t < cells->all_tables; t++) {
        cdn_cell_table *table = &cells->tables[t];
        for (uint32_t c = 0; table->columns != NULL && c < table->column_count; c++) {
            cdn_free(table->columns[c].codes);
            cdn_free(table->columns[c].labels);
        }
        cdn_free(table->columns);
    }
    for (uint32_t l = 0; cells->lists != NULL && l < cells->list_count; l++)
        cdn_cell_list_release(&cells->lists[l]);
    for (uint32_t d = 0; cells->dates != NULL && d < cells->date_count; d++) {
        cdn_free(cells->dates[d].cells);
        cdn_free(cells->dates[d].ids);
        cdn_free(cells->dates[d].quantiles);
        cdn_free(cells->dates[d].near);
    }
    for (uint32_t s = 0; cells->spans != NULL && s < cells->span_count; s++)
        cdn_free(cells->spans[s].changes);
    cdn_free(cells->spans);
    cdn_free(cells->dates);
    cdn_free(cells->pasts);
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
