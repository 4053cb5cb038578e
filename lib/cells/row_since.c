/* row_since.c - what changed in the rows of a list since earlier dates that showed them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/row.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

struct cdn_row_since {
    cdn_builder *today;
    uint32_t types;
    cdn_row_span *items; /* per date and record type: until today */
};

static cdn_row_span *item_of(const cdn_row_since *since, uint32_t date, uint32_t record)
{
    return &since->items[(size_t)date * since->types + record];
}

/* Makes the frame read what the statistics of a measure are about, so that who differs in it
 * does. */
static cdn_status read_columns(cdn_builder *b, uint32_t measure_index, cdn_error *error)
{
    const cdn_measure *measure = &b->catalogue->measures[measure_index];
    cdn_statistic statistics[CDN_STATISTICS_MAX];
    uint32_t count = 0;
    const int64_t *values = NULL;
    CDN_TRY(cdn_builder_statistics(b, measure, statistics, &count, error));
    for (uint32_t s = 0; s < count; s++) {
        cdn_grid grid;
        cdn_status status = cdn_builder_start_grid(b, &statistics[s], &grid, error);
        if (status == CDN_OK)
            status = cdn_builder_restrict(b, &grid, &statistics[s], NULL, error);
        cdn_grid_release(&grid);
        CDN_TRY(status);
    }
    return measure->kind == CDN_MEASURE_QUANTILE
               ? cdn_frame_values(b->frame, b->date, statistics[0].record, measure->value, &values,
                                  error)
               : CDN_OK;
}

static cdn_status compare_types(cdn_row_since *since, uint32_t unit, cdn_error *error)
{
    cdn_builder *b = since->today;
    for (uint32_t record = 0; record < since->types; record++)
        for (uint32_t date = 1; date < b->date_count; date++)
            if (b->catalogue->records[record].unit == unit)
                CDN_TRY(cdn_row_span_find(b, b, &b->days[date], record,
                                          item_of(since, date, record), error));
    return CDN_OK;
}

cdn_status cdn_row_since_create(cdn_builder *today, const cdn_plan *plan, cdn_row_since **out,
                                cdn_error *error)
{
    size_t types = today->catalogue->record_count;
    cdn_row_since *since = *out = cdn_arena_alloc(today->arena, 1, sizeof *since);
    if (since == NULL)
        return cdn_fail_memory(error);
    *since = (cdn_row_since){today, (uint32_t)types,
                             cdn_arena_alloc(today->arena, types * today->date_count,
                                             sizeof *since->items)};
    if (since->items == NULL)
        return cdn_fail_memory(error);
    for (uint32_t l = 0; l < plan->list_count; l++)
        for (uint32_t m = 0; m < plan->lists[l].measure_count; m++)
            CDN_TRY(read_columns(today, plan->lists[l].measures[m].index, error));
    for (uint32_t l = 0; l < plan->list_count; l++)
        if (plan->lists[l].measure_count > 0)
            CDN_TRY(compare_types(since, plan->lists[l].record, error));
    return CDN_OK;
}

void cdn_row_since_destroy(cdn_row_since *since)
{
    for (uint32_t i = 0; since != NULL && since->items != NULL &&
                         i < since->types * since->today->date_count; i++)
        cdn_row_span_release(&since->items[i]);
}

/* ---- one statistic ---- */

#define IS_KNOWN 0x80u /* in the flags of a statistic */

/* Whether the change is of too few workers: a row is its provider's to show, not its workers'. */
static bool is_secret(const cdn_builder *b, const cdn_row_part *like, const cdn_cell *change)
{
    return b->cells->variables[like->statistic.variable].counts_workers &&
           cdn_threshold_unsafe(&b->policy->history.workers, change->workers);
}

static void note(const cdn_builder *b, const cdn_row_part *part, uint32_t then,
                 const cdn_cell *change, cdn_row_memory *out)
{
    bool shown = (part->units[then] & CDN_PART_SHOWN) != 0;
    uint8_t flag = 0;
    if (change->records == 0)
        flag = shown ? IS_KNOWN : (part->units[then] & CDN_PART_DUE) != 0 ? CDN_MEMORY_WITHHELD : 0;
    else if (shown && is_secret(b, part, change))
        flag = CDN_MEMORY_CHANGED;
    if ((flag & (CDN_MEMORY_CHANGED | CDN_MEMORY_WITHHELD)) != 0 && out->by == 0)
        out->by = part->by[then];
    out->flags |= flag;
}

/* Each date of whose rows the statistic is; `now`: per unit of today what they say together. */
static cdn_status recall(const cdn_row_since *since, const cdn_row_part *like, cdn_cell *cells,
                         uint32_t units, cdn_row_memory *now, cdn_error *error)
{
    cdn_builder *b = since->today;
    uint32_t unit_type = b->catalogue->records[like->statistic.record].unit;
    for (uint32_t date = 0; date < b->date_count; date++) {
        const cdn_builder *day = date == 0 ? b : &b->days[date];
        const cdn_row_part *part = cdn_row_part_find(day, like);
        if (part == NULL)
            continue;
        memset(cells, 0, units * sizeof *cells);
        if (date > 0)
            CDN_TRY(cdn_row_span_tabulate(item_of(since, date, like->statistic.record), like,
                                          cells, error));
        const uint32_t *units_now = item_of(since, date, unit_type)->then_unit;
        for (uint32_t then = 0; then < day->records[unit_type].rows; then++) {
            uint32_t unit = date == 0 ? then : units_now[then];
            if (unit != CDN_NONE)
                note(b, part, then, &cells[unit], &now[unit]);
        }
    }
    return CDN_OK;
}

cdn_status cdn_row_since_add(cdn_row_since *since, const cdn_row_part *like,
                             cdn_row_memory *memory, cdn_error *error)
{
    const cdn_builder *b = since->today;
    uint32_t units = b->records[b->catalogue->records[like->statistic.record].unit].rows;
    cdn_row_memory *now = cdn_alloc(units, sizeof *now);
    cdn_cell *cells = cdn_alloc(units, sizeof *cells);
    cdn_status status = now == NULL || cells == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = recall(since, like, cells, units, now, error);
    for (uint32_t unit = 0; status == CDN_OK && unit < units; unit++) {
        if ((now[unit].flags & IS_KNOWN) != 0)
            continue;
        memory[unit].flags |= now[unit].flags != 0 ? now[unit].flags : CDN_MEMORY_NEW;
        if ((now[unit].flags & CDN_MEMORY_CHANGED) != 0 || memory[unit].by == 0)
            memory[unit].by = now[unit].by;
    }
    cdn_free(cells);
    cdn_free(now);
    return status;
}
