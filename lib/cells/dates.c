/* dates.c - today's cells on the data of earlier dates, what changed between them, and how all that
 * hangs together.
 *
 * The grids are the same on every date, so a cell has the same number on all.
 * Where nothing changed between two dates, their cells are one cell. All
 * others of an earlier date come behind today's, with a cell for each change:
 * later = earlier + change. Where nothing changed between two dates, what changed
 * since, or until then, is one cell too. Today's equations hold on every date.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "cells/change.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/pool.h"

/* A date, with the grids on its data. */
typedef struct day {
    cdn_builder builder;
    cdn_grid *grids; /* lists of nodes are today's */
} day;

typedef struct dater {
    cdn_builder *b;
    day *days;             /* per date; the first is today */
    uint32_t count;        /* cells, and room for them */
    uint32_t capacity;
    /* the span at hand */
    const day *now, *then;
    cdn_changes *between;  /* per record type */
    cdn_cell **changes;    /* per grid and key */
} dater;

/* ---- a date ---- */

void cdn_builder_drop_moved(cdn_grid *grid)
{
    for (uint32_t a = 0; a < grid->axis_count; a++)
        cdn_free(grid->axes[a].row_like);
    cdn_free(grid->published_units);
    cdn_free(grid->cells);
}

static void release_day(const cdn_builder *b, day *own)
{
    for (uint32_t g = 0; own->grids != NULL && g < b->grid_count; g++)
        cdn_builder_drop_moved(&own->grids[g]);
    cdn_free(own->grids);
}

cdn_status cdn_builder_move_grid(cdn_builder *on, const cdn_grid *today, cdn_grid *out,
                                 cdn_error *error)
{
    uint32_t value = on->cells->variables[today->variable].value;
    *out = *today;
    out->cells = NULL;
    out->published_units = NULL;
    out->has_near = false;
    for (uint32_t a = 0; a < out->axis_count; a++) {
        out->axes[a].row_like = NULL;
        out->axes[a].is_of_units = false;
    }
    for (uint32_t a = 0; a < out->axis_count; a++)
        CDN_TRY(cdn_frame_leaves(on->frame, on->date, out->record, out->axes[a].axis,
                                 &out->axes[a].leaves, error));
    if (value != CDN_NONE)
        CDN_TRY(cdn_frame_values(on->frame, on->date, out->record, value, &out->values, error));
    return cdn_builder_mark_rows(on, out, error);
}

void cdn_builder_admit_near(const cdn_builder *on, cdn_grid *grid, bool admit)
{
    uint32_t unit = on->catalogue->records[grid->record].unit;
    for (uint32_t row = 0; grid->has_near && row < on->records[unit].rows; row++) {
        uint32_t near = grid->near_units[row];
        grid->published_units[row] = (grid->published_units[row] & ~near) | (admit ? near : 0);
        grid->fresh_units[row] = (grid->fresh_units[row] & ~near) | (admit ? near : 0);
    }
}

static cdn_status tabulate_one(void *context, size_t index, cdn_error *error)
{
    day *own = context;
    cdn_grid *grid = &own->grids[index];
    return cdn_grid_tabulate(grid, own->builder.nodes, &own->builder.records[grid->record], error);
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

static cdn_status tabulate_near(void *context, size_t index, cdn_error *error)
{
    day *own = context;
    cdn_grid *grid = &own->grids[index];
    if (!grid->has_near)
        return CDN_OK;
    cdn_builder_admit_near(&own->builder, grid, true);
    cdn_status status = tabulate_one(context, index, error);
    cdn_builder_admit_near(&own->builder, grid, false);
    return status;
}

/* The cells of a date once more, as if rows that are new and nearly the same were shown then. */
static cdn_status add_near(day *own, cdn_cells_date *out, cdn_error *error)
{
    const cdn_builder *b = &own->builder;
    uint32_t g = 0;
    while (g < b->grid_count && !own->grids[g].has_near)
        g++;
    if (!b->has_fresh || g == b->grid_count)
        return CDN_OK;
    out->near = cdn_alloc(b->cells->today_count, sizeof *out->near);
    if (out->near == NULL)
        return cdn_fail_memory(error);
    memcpy(out->near, out->cells, b->cells->today_count * sizeof *out->near);
    CDN_TRY(cdn_pool_run(b->input->threads, b->grid_count, tabulate_near, own, error));
    for (; g < b->grid_count; g++)
        for (uint32_t key = 0; own->grids[g].has_near && key < b->grids[g].key_count; key++) {
            uint32_t c = b->grids[g].cell_ids[key];
            bool unanswered = out->near[c].is_unanswered;
            out->near[c] = own->grids[g].cells[key];
            out->near[c].is_unanswered |= unanswered;
        }
    return CDN_OK;
}

/* The cells of a date, by today's numbers. */
static cdn_status add_day(dater *d, uint32_t date, cdn_error *error)
{
    cdn_builder *b = d->b;
    day *own = &d->days[date];
    cdn_cells_date *out = &b->cells->dates[date - 1];
    out->cells = cdn_alloc(b->cells->today_count, sizeof *out->cells);
    out->ids = cdn_alloc(b->cells->today_count, sizeof *out->ids);
    if (out->cells == NULL || out->ids == NULL)
        return cdn_fail_memory(error);
    own->builder = b->days[date];
    own->builder.grids = b->grids; /* which came later, as these */
    own->builder.grid_count = b->grid_count;
    own->builder.has_fresh = b->has_fresh;
    own->grids = cdn_alloc(b->grid_count, sizeof *own->grids);
    if (own->grids == NULL)
        return cdn_fail_memory(error);
    for (uint32_t g = 0; g < b->grid_count; g++)
        CDN_TRY(cdn_builder_move_grid(&own->builder, &b->grids[g], &own->grids[g], error));
    CDN_TRY(cdn_pool_run(b->input->threads, b->grid_count, tabulate_one, own, error));
    for (uint32_t g = 0; g < b->grid_count; g++)
        for (uint32_t key = 0; key < b->grids[g].key_count; key++) {
            uint32_t c = b->grids[g].cell_ids[key];
            out->cells[c] = own->grids[g].cells[key];
            out->cells[c].is_unanswered |= cdn_builder_is_unrecorded(b, &b->grids[g], key);
        }
    CDN_TRY(add_near(own, out, error));
    return rename_all(b, out->cells, error);
}

/* ---- the time between two dates ---- */

static cdn_status compare_one(void *context, size_t index, cdn_error *error)
{
    dater *d = context;
    const cdn_grid *grid = &d->b->grids[index];
    d->changes[index] = cdn_alloc(grid->key_count, sizeof **d->changes);
    if (d->changes[index] == NULL)
        return cdn_fail_memory(error);
    return cdn_changes_tabulate(&d->between[grid->record], &d->now->grids[index],
                                &d->then->grids[index], d->b->nodes, d->changes[index], error);
}

static cdn_status compare_days(dater *d, cdn_cell *out, cdn_error *error)
{
    const cdn_builder *b = d->b;
    memset(d->between, 0, b->catalogue->record_count * sizeof *d->between);
    memset(d->changes, 0, b->grid_count * sizeof *d->changes);
    cdn_status status = CDN_OK;
    for (uint32_t g = 0; status == CDN_OK && g < b->grid_count; g++) {
        cdn_changes *own = &d->between[b->grids[g].record];
        if (!own->found)
            status = cdn_changes_find(b, &d->now->builder, &d->then->builder, b->grids[g].record,
                                      own, error);
    }
    if (status == CDN_OK)
        status = cdn_pool_run(b->input->threads, b->grid_count, compare_one, d, error);
    for (uint32_t g = 0; g < b->grid_count; g++) {
        for (uint32_t key = 0; status == CDN_OK && key < b->grids[g].key_count; key++)
            out[b->grids[g].cell_ids[key]] = d->changes[g][key];
        cdn_free(d->changes[g]);
    }
    for (uint32_t r = 0; r < b->catalogue->record_count; r++)
        cdn_changes_release(&d->between[r]);
    return status;
}

static cdn_status append_cell(dater *d, const cdn_cell *cell, uint32_t *number, cdn_error *error)
{
    cdn_cells *cells = d->b->cells;
    if (d->count == d->capacity) {
        uint32_t wanted = d->capacity * 2 + 16;
        cdn_cell *more = cdn_resize(cells->cells, wanted, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        cells->cells = more;
        d->capacity = wanted;
    }
    *number = d->count++;
    cells->cells[*number] = *cell;
    return CDN_OK;
}

/* Today's cells, and those of a date. */
static const cdn_cell *cells_on(const cdn_cells *cells, uint32_t date)
{
    return date == CDN_NONE ? cells->cells : cells->dates[date].cells;
}

static cdn_status check_difference(const cdn_cells *cells, const cdn_cells_span *span, uint32_t c,
                                   const cdn_cell *change, cdn_error *error)
{
    int64_t now = cells_on(cells, span->to)[c].value, difference;
    if (__builtin_sub_overflow(now, cells_on(cells, span->from)[c].value, &difference) ||
        difference != change->value)
        return cdn_fail(error, CDN_E_INTERNAL, "a change is not the difference of its cells");
    return CDN_OK;
}

/* Of the spans, first by their first date, newest first, then by their second. */
static const cdn_cells_span *span_between(const cdn_cells *cells, uint32_t from, uint32_t to)
{
    uint32_t later = cells->date_count - 1 - from;
    return &cells->spans[later * (later + 1) / 2 +
                         (to == CDN_NONE ? later : to - from - 1)];
}

/* The cell's number on a date, if it has one yet. */
static uint32_t id_on(const cdn_cells *cells, uint32_t date, uint32_t c)
{
    return date == CDN_NONE ? c : cells->dates[date].ids[c];
}

/* CDN_NONE: the span has no such change, or one that has others behind it, because not the same
 * rows were shown. */
static uint32_t number_of(const cdn_cells *cells, const cdn_cells_span *span, uint32_t c,
                          const cdn_cell *change)
{
    uint32_t number = span->changes[c];
    const cdn_cell *known = number == CDN_NONE ? NULL : &cells->cells[number];
    bool same = known != NULL && cdn_builder_same_cell(known, change) &&
                known->is_unanswered == change->is_unanswered;
    return same ? number : CDN_NONE;
}

/* The same change since a date between the two, or until it. */
static uint32_t find_change(const cdn_cells *cells, const cdn_cells_span *span, uint32_t c,
                            const cdn_cell *change)
{
    uint32_t last = span->to == CDN_NONE ? cells->date_count : span->to, number = CDN_NONE;
    for (uint32_t date = span->from + 1; number == CDN_NONE && date < last; date++) {
        uint32_t id = id_on(cells, date, c);
        if (id == id_on(cells, span->from, c))
            number = number_of(cells, span_between(cells, date, span->to), c, change);
        else if (id == id_on(cells, span->to, c))
            number = number_of(cells, span_between(cells, span->from, date), c, change);
    }
    return number;
}

/* Numbers the cells of the span's first date, which are all still their own, and the changes: a
 * cell that did not change is the later one. */
static cdn_status number_span(dater *d, cdn_cells_span *span, cdn_cell *changes,
                              cdn_error *error)
{
    cdn_cells *cells = d->b->cells;
    cdn_cells_date *from = &cells->dates[span->from];
    for (uint32_t c = 0; c < cells->today_count; c++) {
        CDN_TRY(check_difference(cells, span, c, &changes[c], error));
        span->changes[c] = CDN_NONE;
        if (changes[c].records == 0) {
            if (from->ids[c] == CDN_NONE)
                from->ids[c] = id_on(cells, span->to, c);
            continue;
        }
        const cdn_cell *now = &cells_on(cells, span->to)[c], *then = &from->cells[c];
        changes[c].is_public = now->is_public && then->is_public;
        changes[c].is_unanswered = now->is_unanswered && then->is_unanswered;
        span->changes[c] = find_change(cells, span, c, &changes[c]);
        if (span->changes[c] == CDN_NONE)
            CDN_TRY(append_cell(d, &changes[c], &span->changes[c], error));
        cells->cells[span->changes[c]].is_fresh |= changes[c].is_fresh;
    }
    return CDN_OK;
}

/* Each date against all later ones, in their order, today last. */
static cdn_status add_spans(dater *d, uint32_t date, cdn_cell *changes, cdn_error *error)
{
    cdn_builder *b = d->b;
    cdn_cells *cells = b->cells;
    cdn_cells_date *own = &cells->dates[date - 1];
    memset(own->ids, 0xff, cells->today_count * sizeof *own->ids);
    d->then = &d->days[date];
    for (uint32_t to = date + 1; to <= b->date_count; to++) {
        bool today = to == b->date_count;
        cdn_cells_span *span = &cells->spans[cells->span_count];
        *span = (cdn_cells_span){date - 1, today ? CDN_NONE : to - 1,
                                 cdn_alloc(cells->today_count, sizeof *span->changes)};
        cells->span_count++;
        if (span->changes == NULL)
            return cdn_fail_memory(error);
        d->now = &d->days[today ? 0 : to];
        CDN_TRY(compare_days(d, changes, error));
        CDN_TRY(number_span(d, span, changes, error));
    }
    for (uint32_t c = 0; c < cells->today_count; c++)
        if (own->ids[c] == CDN_NONE)
            CDN_TRY(append_cell(d, &own->cells[c], &own->ids[c], error));
    return CDN_OK;
}

/* ---- equations ---- */

/* true when the equation is about the same cells on a date as on a later one, or today. */
static bool is_repeated(const cdn_cells *cells, uint32_t date, uint32_t equation)
{
    for (uint32_t later = date + 1; later <= cells->date_count; later++) {
        const uint32_t *ids =
            later == cells->date_count ? NULL : cells->dates[later].ids; /* NULL: today */
        uint32_t i = cells->equation_start[equation], end = cells->equation_start[equation + 1];
        for (; i < end; i++) {
            uint32_t cell = cells->equation_cell[i];
            if (cells->dates[date].ids[cell] != (ids == NULL ? cell : ids[cell]))
                break;
        }
        if (i == end)
            return true;
    }
    return false;
}

/* Today's equations on an earlier date, where they are not the same cells over again. */
static void repeat_equations(cdn_cells *cells, uint32_t date, uint32_t *entries)
{
    for (uint32_t e = 0; e < cells->today_equations; e++) {
        if (is_repeated(cells, date, e))
            continue;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            uint32_t cell = cells->equation_cell[i];
            cells->equation_cell[*entries] = cells->dates[date].ids[cell];
            cells->equation_coefficient[(*entries)++] = cells->equation_coefficient[i];
        }
        cells->equation_start[++cells->equation_count] = *entries;
    }
}

/* A change that several spans have is equated once. */
static void equate_changes(cdn_cells *cells, const cdn_cells_span *span, uint8_t *equated,
                           uint32_t *entries)
{
    for (uint32_t c = 0; c < cells->today_count; c++) {
        uint32_t change = span->changes[c];
        if (change == CDN_NONE || equated[change])
            continue;
        equated[change] = 1;
        const uint32_t parts[] = {id_on(cells, span->to, c), id_on(cells, span->from, c), change};
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
    uint64_t changes = cells->count - cells->today_count; /* and cells of earlier dates */
    uint64_t room = (uint64_t)entries * (cells->date_count + 1u) + 3 * changes;
    uint64_t equations = (uint64_t)cells->equation_count * (cells->date_count + 1u) + changes;
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
    uint8_t *equated = cdn_alloc(cells->count, 1);
    if (cell == NULL || coefficient == NULL || start_of == NULL || equated == NULL) {
        cdn_free(equated);
        return cdn_fail_memory(error);
    }
    for (uint32_t d = 0; d < cells->date_count; d++)
        repeat_equations(cells, d, &entries);
    cells->first_change = cells->equation_count;
    for (uint32_t s = 0; s < cells->span_count; s++)
        equate_changes(cells, &cells->spans[s], equated, &entries);
    cdn_free(equated);
    return CDN_OK;
}

/* ---- all ---- */

static cdn_status start_dates(dater *d, cdn_error *error)
{
    cdn_builder *b = d->b;
    cdn_cells *cells = b->cells;
    size_t dates = b->date_count;
    cells->dates = cdn_alloc(dates - 1, sizeof *cells->dates);
    cells->spans = cdn_alloc(dates * (dates - 1) / 2, sizeof *cells->spans);
    d->days = cdn_alloc(dates, sizeof *d->days);
    d->between = cdn_alloc(b->catalogue->record_count, sizeof *d->between);
    d->changes = cdn_alloc(b->grid_count, sizeof *d->changes);
    if (cells->dates == NULL || cells->spans == NULL || d->days == NULL || d->between == NULL ||
        d->changes == NULL)
        return cdn_fail_memory(error);
    cells->date_count = b->date_count - 1;
    d->days[0] = (day){*b, b->grids};
    for (uint32_t g = 0; g < b->grid_count; g++)
        CDN_TRY(cdn_builder_identify(b, b->grids[g].record, error));
    return CDN_OK;
}

/* Newest first, so that a date finds all later ones numbered. */
static cdn_status add_dates(dater *d, cdn_error *error)
{
    cdn_builder *b = d->b;
    cdn_cell *changes = cdn_alloc(b->cells->today_count, sizeof *changes);
    cdn_status status = changes == NULL ? cdn_fail_memory(error) : start_dates(d, error);
    if (status == CDN_OK)
        status = rename_all(b, b->cells->cells, error);
    for (uint32_t date = b->date_count; status == CDN_OK && --date > 0;) {
        status = add_day(d, date, error);
        if (status == CDN_OK)
            status = add_spans(d, date, changes, error);
    }
    cdn_free(changes);
    return status;
}

cdn_status cdn_builder_dates(cdn_builder *b, cdn_error *error)
{
    cdn_cells *cells = b->cells;
    dater d = {.b = b, .count = cells->count, .capacity = cells->count};
    cells->today_count = cells->count;
    cells->today_equations = cells->first_change = cells->equation_count;
    if (b->date_count == 1)
        return CDN_OK;
    cdn_status status = add_dates(&d, error);
    for (uint32_t date = 1; d.days != NULL && date < b->date_count; date++)
        release_day(b, &d.days[date]);
    cdn_free(d.days);
    cdn_free(d.between);
    cdn_free(d.changes);
    if (status != CDN_OK)
        return status;
    cells->count = d.count;
    return link_dates(cells, error);
}
