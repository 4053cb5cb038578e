/* dates.c - today's cells on the data of earlier dates, what changed since, and how all that hangs
 * together.
 *
 * The grids are the same on every date, so a cell has the same number on all.
 * Where nothing changed, today's cell and the earlier one are one cell. All
 * others of an earlier date come behind today's, with a cell for the change:
 * today = then + change. Today's equations hold on every date.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "cells/change.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/pool.h"

typedef struct dated_grid {
    cdn_grid then;     /* lists of nodes are today's */
    cdn_cell *changes; /* per key */
} dated_grid;

typedef struct dater {
    cdn_builder *b;
    cdn_builder then;
    cdn_changes *changes; /* per record type */
    dated_grid *grids;
} dater;

/* ---- one date ---- */

static cdn_status start(dater *d, uint32_t date, cdn_error *error)
{
    cdn_builder *b = d->b;
    size_t types = b->catalogue->record_count;
    d->then = *b;
    d->then.date = date;
    d->then.snapshot = b->snapshots[date];
    d->then.row_parts = NULL;
    d->then.row_part_count = d->then.row_part_capacity = 0;
    d->then.records = cdn_arena_alloc(b->arena, types, sizeof *d->then.records);
    d->then.unit_level =
        cdn_arena_alloc(b->arena, types * ((size_t)b->catalogue->axis_count + 1), 1);
    d->changes = cdn_arena_alloc(b->arena, types, sizeof *d->changes);
    d->grids = cdn_alloc(b->grid_count, sizeof *d->grids);
    if (d->then.records == NULL || d->then.unit_level == NULL || d->changes == NULL ||
        d->grids == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_builder_name_contributors(&d->then, error));
    for (uint32_t r = 0; r < types; r++)
        if (b->records[r].unit_flags != NULL)
            d->then.records[r].unit_flags =
                b->records[r].unit_flags +
                cdn_frame_first(b->frame, b->catalogue->records[r].unit, date);
    return cdn_builder_rows(&d->then, error);
}

static void release(dater *d)
{
    for (uint32_t g = 0; d->grids != NULL && g < d->b->grid_count; g++) {
        for (uint32_t a = 0; a < d->grids[g].then.axis_count; a++)
            cdn_free(d->grids[g].then.axes[a].row_like);
        cdn_free(d->grids[g].then.published_units);
        cdn_free(d->grids[g].then.cells);
        cdn_free(d->grids[g].changes);
    }
    cdn_free(d->grids);
    cdn_free(d->then.row_parts);
}

static cdn_status move_grid(dater *d, uint32_t g, cdn_error *error)
{
    cdn_builder *then = &d->then;
    cdn_grid *grid = &d->grids[g].then;
    uint32_t value = then->cells->variables[then->grids[g].variable].value;
    *grid = then->grids[g];
    grid->cells = NULL;
    grid->published_units = NULL;
    for (uint32_t a = 0; a < grid->axis_count; a++)
        grid->axes[a].row_like = NULL;
    d->grids[g].changes = cdn_alloc(grid->key_count, sizeof(cdn_cell));
    if (d->grids[g].changes == NULL)
        return cdn_fail_memory(error);
    for (uint32_t a = 0; a < grid->axis_count; a++)
        CDN_TRY(cdn_frame_leaves(then->frame, then->date, grid->record, grid->axes[a].axis,
                                 &grid->axes[a].leaves, error));
    if (value != CDN_NONE)
        CDN_TRY(cdn_frame_values(then->frame, then->date, grid->record, value, &grid->values,
                                 error));
    if (!d->changes[grid->record].found)
        CDN_TRY(cdn_changes_find(d->b, then, grid->record, &d->changes[grid->record], error));
    return cdn_builder_mark_rows(then, grid, error);
}

static cdn_status tabulate_one(void *context, size_t index, cdn_error *error)
{
    dater *d = context;
    dated_grid *own = &d->grids[index];
    CDN_TRY(cdn_grid_tabulate(&own->then, d->b->nodes, &d->then.records[own->then.record], error));
    return cdn_changes_tabulate(&d->changes[own->then.record], &d->b->grids[index], &own->then,
                                d->b->nodes, own->changes, error);
}

/* ---- names of contributors ---- */

/* The name across dates of the contributor that a date calls `name`: `first` is what the first row
 * of all is called, `same` the first row that is the same. The unknown stay as they are. */
static uint32_t name_of(uint32_t name, uint32_t first, uint32_t rows, const uint32_t *same)
{
    return name == 0 || same == NULL || name - first >= rows ? name : first + same[name - first];
}

/* Where holdings are values of a column they are numbered by date: for each such number, counted
 * through like rows, the first row of the holding. */
static cdn_status holding_rows(cdn_builder *b, uint32_t record, const uint32_t **out,
                               cdn_error *error)
{
    const uint32_t *same = b->identities[record].holdings;
    *out = NULL;
    if (same == NULL)
        return CDN_OK;
    uint32_t *rows = cdn_arena_alloc(b->arena, cdn_frame_rows(b->frame, record), sizeof *rows);
    if (rows == NULL)
        return cdn_fail_memory(error);
    for (uint32_t date = 0; date < b->date_count; date++) {
        uint32_t first = cdn_frame_first(b->frame, record, date);
        cdn_contributors by;
        CDN_TRY(cdn_snapshot_contributors(b->snapshots[date], record, &by, error));
        for (uint32_t row = 0; row < cdn_snapshot_rows(b->snapshots[date], record); row++)
            if (by.holdings[row] != CDN_NONE)
                rows[first + by.holdings[row]] = same[first + row];
    }
    *out = rows;
    return CDN_OK;
}

/* Calls the contributors of cells of one record type what they are called across dates. */
static cdn_status rename_soles(cdn_builder *b, uint32_t record, cdn_cell *cells, uint32_t count,
                               cdn_error *error)
{
    const cdn_record *r = &b->catalogue->records[record];
    uint32_t holding = r->holding == CDN_NONE ? record : r->holding;
    const uint32_t *holdings = NULL;
    CDN_TRY(holding_rows(b, record, &holdings, error));
    if (r->holding != CDN_NONE)
        holdings = b->identities[holding].rows;
    for (uint32_t c = 0; c < count; c++) {
        uint32_t *sole = cells[c].sole;
        if (b->cells->variables[cells[c].variable].record != record)
            continue;
        sole[CDN_CONTRIBUTOR_WORKER] =
            name_of(sole[CDN_CONTRIBUTOR_WORKER], b->first_names[record],
                    cdn_frame_rows(b->frame, record), b->identities[record].rows);
        sole[CDN_CONTRIBUTOR_WORKPLACE] =
            name_of(sole[CDN_CONTRIBUTOR_WORKPLACE], b->first_names[r->unit],
                    cdn_frame_rows(b->frame, r->unit), b->identities[r->unit].rows);
        sole[CDN_CONTRIBUTOR_PROVIDER] =
            name_of(sole[CDN_CONTRIBUTOR_PROVIDER], b->first_names[holding],
                    cdn_frame_rows(b->frame, holding), holdings);
    }
    return CDN_OK;
}

static cdn_status rename_all(cdn_builder *b, cdn_cell *cells, cdn_error *error)
{
    for (uint32_t r = 0; r < b->catalogue->record_count; r++)
        if (b->identities[r].rows != NULL)
            CDN_TRY(rename_soles(b, r, cells, b->cells->count, error));
    return CDN_OK;
}

/* ---- all dates ---- */

/* Cells behind today's: the earlier ones that something happened to, and what. */
static cdn_status append(cdn_builder *b, cdn_cells_date *date, const cdn_cell *changes,
                         uint32_t *count, uint32_t *capacity, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    for (uint32_t c = 0; c < cells->today_count; c++) {
        date->ids[c] = c;
        date->changes[c] = CDN_NONE;
        const cdn_cell *now = &cells->cells[c], *then = &date->cells[c];
        if (now->value - then->value != changes[c].value)
            return cdn_fail(error, CDN_E_INTERNAL, "a change is not the difference of its cells");
        if (changes[c].records == 0)
            continue;
        if (*count + 2 > *capacity) {
            uint32_t wanted = *capacity * 2 + 2;
            cdn_cell *more = cdn_resize(cells->cells, wanted, sizeof *more);
            if (more == NULL)
                return cdn_fail_memory(error);
            cells->cells = more;
            *capacity = wanted;
            now = &cells->cells[c];
        }
        date->ids[c] = (*count)++;
        date->changes[c] = (*count)++;
        cdn_cell *change = &cells->cells[date->changes[c]];
        cells->cells[date->ids[c]] = *then;
        *change = changes[c];
        change->is_public = now->is_public && then->is_public;
        change->is_unanswered = now->is_unanswered && then->is_unanswered;
    }
    return CDN_OK;
}

static cdn_status add_date(cdn_builder *b, uint32_t date, uint32_t *count, uint32_t *capacity,
                           cdn_error *error)
{
    dater d = {.b = b};
    cdn_cells_date *out = &b->cells->dates[date - 1];
    uint32_t today = b->cells->today_count;
    cdn_cell *changes = cdn_alloc(today, sizeof *changes);
    out->cells = cdn_alloc(today, sizeof *out->cells);
    out->ids = cdn_alloc(today, sizeof *out->ids);
    out->changes = cdn_alloc(today, sizeof *out->changes);
    cdn_status status = changes == NULL || out->cells == NULL || out->ids == NULL ||
                                out->changes == NULL
                            ? cdn_fail_memory(error)
                            : start(&d, date, error);
    for (uint32_t g = 0; status == CDN_OK && g < b->grid_count; g++)
        status = move_grid(&d, g, error);
    if (status == CDN_OK)
        status = cdn_pool_run(b->input->threads, b->grid_count, tabulate_one, &d, error);
    for (uint32_t g = 0; status == CDN_OK && g < b->grid_count; g++)
        for (uint32_t key = 0; key < b->grids[g].key_count; key++) {
            uint32_t c = b->grids[g].cell_ids[key];
            out->cells[c] = d.grids[g].then.cells[key];
            out->cells[c].is_unanswered |= cdn_builder_is_unrecorded(b, &b->grids[g], key);
            changes[c] = d.grids[g].changes[key];
        }
    if (status == CDN_OK)
        status = rename_all(b, out->cells, error);
    if (status == CDN_OK)
        status = append(b, out, changes, count, capacity, error);
    cdn_free(changes);
    release(&d);
    return status;
}

/* Today's equations on an earlier date, where they are not the same cells over again. */
static void repeat_equations(cdn_cells *cells, const cdn_cells_date *date, uint32_t *entries)
{
    for (uint32_t e = 0; e < cells->today_equations; e++) {
        uint32_t first = cells->equation_start[e], end = cells->equation_start[e + 1];
        bool differs = false;
        for (uint32_t i = first; i < end; i++) {
            uint32_t cell = cells->equation_cell[i];
            cells->equation_cell[*entries + i - first] = date->ids[cell];
            cells->equation_coefficient[*entries + i - first] = cells->equation_coefficient[i];
            differs = differs || date->ids[cell] != cell;
        }
        if (!differs)
            continue;
        *entries += end - first;
        cells->equation_start[++cells->equation_count] = *entries;
    }
}

static void equate_changes(cdn_cells *cells, const cdn_cells_date *date, uint32_t *entries)
{
    for (uint32_t c = 0; c < cells->today_count; c++) {
        if (date->changes[c] == CDN_NONE)
            continue;
        const uint32_t parts[] = {c, date->ids[c], date->changes[c]};
        for (uint32_t i = 0; i < 3; i++) {
            cells->equation_cell[*entries] = parts[i];
            cells->equation_coefficient[(*entries)++] = i == 0 ? 1 : -1;
        }
        cells->equation_start[++cells->equation_count] = *entries;
    }
}

static cdn_status link_dates(cdn_cells *cells, cdn_error *error)
{
    uint32_t entries = cells->equation_start[cells->equation_count];
    uint64_t room = (uint64_t)entries * (cells->date_count + 1u) +
                    3u * (uint64_t)cells->today_count * cells->date_count;
    uint64_t equations = ((uint64_t)cells->equation_count + cells->today_count) *
                         (cells->date_count + 1u);
    if (room > CDN_NONE / 2)
        return cdn_fail(error, CDN_E_LIMIT, "earlier releases have too many cells");
    uint32_t *cell = cdn_resize(cells->equation_cell, room, sizeof *cell);
    if (cell != NULL)
        cells->equation_cell = cell;
    int32_t *coefficient = cdn_resize(cells->equation_coefficient, room, sizeof *coefficient);
    if (coefficient != NULL)
        cells->equation_coefficient = coefficient;
    uint32_t *start_of = cdn_resize(cells->equation_start, equations + 1, sizeof *start_of);
    if (start_of != NULL)
        cells->equation_start = start_of;
    if (cell == NULL || coefficient == NULL || start_of == NULL)
        return cdn_fail_memory(error);
    for (uint32_t d = 0; d < cells->date_count; d++)
        repeat_equations(cells, &cells->dates[d], &entries);
    cells->first_change = cells->equation_count;
    for (uint32_t d = 0; d < cells->date_count; d++)
        equate_changes(cells, &cells->dates[d], &entries);
    return CDN_OK;
}

cdn_status cdn_builder_dates(cdn_builder *b, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    uint32_t count = cells->count, capacity = cells->count;
    cells->today_count = cells->count;
    cells->today_equations = cells->first_change = cells->equation_count;
    if (b->date_count == 1)
        return CDN_OK;
    cells->date_count = b->date_count - 1;
    cells->dates = cdn_alloc(cells->date_count, sizeof *cells->dates);
    if (cells->dates == NULL)
        return cdn_fail_memory(error);
    for (uint32_t date = 1; date < b->date_count; date++)
        CDN_TRY(add_date(b, date, &count, &capacity, error));
    CDN_TRY(rename_all(b, cells->cells, error));
    cells->count = count;
    return link_dates(cells, error);
}
