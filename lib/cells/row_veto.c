/* row_veto.c - which rows have to wait, because of what they tell of others.
 *
 * A row that is shown today makes known what its workplace contributes to cells
 * of every date on which it was the same. Where that leaves too few others in a
 * cell that somebody holds already, rows in it that were never shown before are
 * vetoed; only where there are none, those that were shown as another number. Of
 * each cell it is the first row, which may be enough, or all of them when the
 * caller does not want to ask again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/pass.h"
#include "cells/row.h"

#include "core/alloc.h"
#include "core/fail.h"

typedef struct search {
    const cdn_cells *cells;
    const uint32_t *exposed;
    cdn_builder *b;
    cdn_builder *day;    /* at hand, */
    const uint32_t *ids; /* its cells by today's numbers; NULL: today */
    bool seen_too;       /* rows that were shown before, too */
    uint8_t *served;     /* per cell: a row in it is vetoed; NULL: that is not enough */
} search;

/* A cell of the day at hand, by its number among all. */
static uint32_t cell_of(const search *s, uint32_t cell)
{
    return s->ids == NULL ? cell : s->ids[cell];
}

/* Vetoes what the row parts `bits` of a grid say of a unit of the day at hand, because of a
 * cell. */
static cdn_status veto(const search *s, const cdn_grid *grid, uint32_t unit, uint32_t bits,
                       uint32_t cell, cdn_error *error)
{
    uint32_t type = s->b->catalogue->records[grid->record].unit, now = unit;
    if (s->day != s->b) {
        const uint32_t *today = NULL;
        uint32_t first = cdn_frame_first(s->b->frame, type, s->day->date);
        CDN_TRY(cdn_builder_rows_on(s->b, type, &today, error));
        now = today[s->b->identities[type].rows[first + unit]];
    }
    for (uint32_t r = 0; now != CDN_NONE && r < CDN_GRID_ROW_PARTS; r++) {
        if ((bits >> r & 1u) == 0)
            continue;
        cdn_row_part *part =
            cdn_row_part_find(s->b, &s->day->row_parts[grid->row_parts[r]]);
        if (part == NULL || (part->units[now] & CDN_PART_FRESH) == 0 ||
            (!s->seen_too && (part->units[now] & CDN_PART_SEEN) != 0))
            continue;
        if ((part->units[now] & CDN_PART_VETOED) == 0)
            part->by[now] = s->exposed[cell];
        part->units[now] |= CDN_PART_VETOED;
        if (s->served != NULL)
            s->served[cell] = 1;
    }
    return CDN_OK;
}

static cdn_status search_grid(const search *s, const cdn_grid *grid, cdn_error *error)
{
    cdn_pass *pass = NULL;
    const cdn_grid_records *records = &s->day->records[grid->record];
    if (grid->published_units == NULL)
        return CDN_OK;
    cdn_status status = cdn_pass_create(grid, s->b->nodes, &pass, error);
    for (uint32_t row = 0; status == CDN_OK && row < records->rows; row++) {
        uint32_t unit = records->contributors.units[row];
        if (unit == CDN_NONE || grid->fresh_units[unit] == 0 ||
            (grid->values != NULL && grid->values[row] == INT64_MIN))
            continue;
        uint32_t count = cdn_pass_keys(pass, row);
        for (uint32_t i = 0; status == CDN_OK && i < count; i++) {
            uint32_t key = pass->keys[i], cell = cell_of(s, grid->cell_ids[key]);
            uint32_t fresh = grid->fresh_units[unit] & pass->row_like[key];
            if (s->exposed[cell] != 0 && (s->served == NULL || !s->served[cell]) &&
                fresh != 0 && cdn_pass_is_fresh(pass, unit, key))
                status = veto(s, grid, unit, fresh, cell, error);
        }
    }
    cdn_pass_destroy(pass);
    return status;
}

static bool has_exposed(const search *s, const cdn_grid *grid)
{
    uint32_t key = 0;
    while (key < grid->key_count && s->exposed[cell_of(s, grid->cell_ids[key])] == 0)
        key++;
    return key < grid->key_count;
}

static cdn_status search_day(const search *s, cdn_error *error)
{
    for (uint32_t g = 0; g < s->b->grid_count; g++) {
        cdn_grid own = {0};
        if (!has_exposed(s, &s->b->grids[g]))
            continue;
        if (s->day == s->b) {
            CDN_TRY(search_grid(s, &s->b->grids[g], error));
            continue;
        }
        cdn_status status = cdn_builder_move_grid(s->day, &s->b->grids[g], &own, error);
        if (status == CDN_OK)
            cdn_builder_admit_near(s->day, &own, true);
        if (status == CDN_OK)
            status = search_grid(s, &own, error);
        cdn_builder_drop_moved(&own);
        CDN_TRY(status);
    }
    return CDN_OK;
}

/* The figures of a measure of a list that have a vetoed statistic. */
static cdn_status add_measure(cdn_builder *b, const cdn_plan_list *list, uint32_t index,
                              const cdn_cell_list *rows, uint32_t *vetoes, uint32_t *count,
                              cdn_error *error)
{
    cdn_statistic statistics[CDN_STATISTICS_MAX];
    uint32_t statistic_count = 0;
    CDN_TRY(cdn_builder_statistics(b, &b->catalogue->measures[list->measures[index].index],
                                   statistics, &statistic_count, error));
    for (uint32_t s = 0; s < statistic_count; s++) {
        const cdn_row_part *part =
            cdn_row_part_find(b, &(cdn_row_part){.statistic = statistics[s]});
        for (uint32_t i = 0; part != NULL && i < rows->row_count; i++) {
            size_t at = (size_t)i * list->measure_count + index;
            if (rows->values[at].state != CDN_ROW_SHOWN || vetoes[at] != 0 ||
                (part->units[rows->rows[i]] & CDN_PART_VETOED) == 0)
                continue;
            vetoes[at] = part->by[rows->rows[i]];
            ++*count;
        }
    }
    return CDN_OK;
}

static cdn_status find(search *s, uint32_t *const *vetoes, uint32_t *count, cdn_error *error)
{
    const cdn_plan *plan = s->b->input->plan;
    for (uint32_t date = 0; date < s->b->date_count; date++) {
        s->day = date == 0 ? s->b : &s->b->days[date];
        s->ids = date == 0 ? NULL : s->cells->dates[date - 1].ids;
        CDN_TRY(search_day(s, error));
    }
    for (uint32_t l = 0; l < plan->list_count; l++)
        for (uint32_t m = 0; m < plan->lists[l].measure_count; m++)
            CDN_TRY(add_measure(s->b, &plan->lists[l], m, &s->cells->lists[l], vetoes[l], count,
                                error));
    return CDN_OK;
}

cdn_status cdn_cells_find_vetoes(const cdn_cells *cells, const uint32_t *exposed, bool all,
                                 uint32_t *const *vetoes, uint32_t *count, cdn_error *error)
{
    search s = {.cells = cells, .exposed = exposed, .b = cells->origin};
    cdn_status status = CDN_OK;
    *count = 0;
    if (!all) {
        s.served = cdn_alloc(cells->count, 1);
        if (s.served == NULL)
            return cdn_fail_memory(error);
    }
    for (int round = 0; status == CDN_OK && round < 2 && *count == 0; round++) {
        s.seen_too = round == 1;
        status = find(&s, vetoes, count, error);
    }
    cdn_free(s.served);
    return status;
}
