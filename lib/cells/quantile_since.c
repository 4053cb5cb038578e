/* quantile_since.c - who changed under today's quantiles since earlier dates.
 *
 * The count of the records under a quantile is a cell, and so is its change; but
 * a quantile also moves when somebody's value does. No cell adds up these values
 * (rows that show their sum do not show them), so the change stands alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/builder.h"

#include "cells/change.h"
#include "core/alloc.h"
#include "core/fail.h"

/* The grid of a quantile's records on a day, whose values are what it is a quantile of. */
static cdn_status move_grid(cdn_builder *b, uint32_t date, uint32_t value, const cdn_grid *from,
                            cdn_grid *out, cdn_error *error)
{
    *out = *from;
    out->cells = NULL;
    out->published_units = NULL;
    for (uint32_t a = 0; a < out->axis_count; a++) {
        out->axes[a].row_like = NULL;
        CDN_TRY(cdn_frame_leaves(b->frame, date, out->record, out->axes[a].axis,
                                 &out->axes[a].leaves, error));
    }
    return cdn_frame_values(b->frame, date, out->record, value, &out->values, error);
}

static cdn_status compare(cdn_builder *b, uint32_t date, const cdn_changes *changes, uint32_t t,
                          uint32_t m, cdn_error *error)
{
    const cdn_cell_table *table = &b->cells->tables[t];
    const cdn_grid *grid = &b->grids[b->tables[t].measures[m].grids[0]];
    uint32_t value = b->catalogue->measures[b->plan->tables[t].measures[m].index].value;
    cdn_cells_turnover *out =
        b->cells->dates[date - 1].quantiles + table->first_figure + m * table->key_count;
    cdn_grid now, then;
    CDN_TRY(move_grid(b, 0, value, grid, &now, error));
    CDN_TRY(move_grid(b, date, value, grid, &then, error));
    cdn_cell *cells = cdn_alloc(grid->key_count, sizeof *cells);
    cdn_status status = cells == NULL ? cdn_fail_memory(error)
                                      : cdn_changes_tabulate(changes, &now, &then, b->nodes, cells,
                                                             error);
    for (uint32_t key = 0; status == CDN_OK && key < table->key_count; key++) {
        const cdn_cell *c = &cells[cdn_builder_grid_key(table, grid, key)];
        out[key] = (cdn_cells_turnover){c->records, c->workers, c->workplaces, c->providers,
                                        c->unwaived};
    }
    cdn_free(cells);
    return status;
}

static cdn_status compare_date(cdn_builder *b, uint32_t date, cdn_changes *changes,
                               cdn_error *error)
{
    cdn_cells_date *own = &b->cells->dates[date - 1];
    for (uint32_t t = 0; t < b->cells->table_count; t++)
        for (uint32_t m = 0; m < b->plan->tables[t].measure_count; m++) {
            uint32_t index = b->plan->tables[t].measures[m].index;
            uint32_t record = b->catalogue->measures[index].parts[0].record;
            if (b->catalogue->measures[index].kind != CDN_MEASURE_QUANTILE)
                continue;
            if (own->quantiles == NULL)
                own->quantiles = cdn_alloc(b->cells->figure_count, sizeof *own->quantiles);
            if (own->quantiles == NULL)
                return cdn_fail_memory(error);
            if (!changes[record].found)
                CDN_TRY(cdn_changes_find(b, b, &b->days[date], record, &changes[record], error));
            CDN_TRY(compare(b, date, &changes[record], t, m, error));
        }
    return CDN_OK;
}

cdn_status cdn_builder_quantiles_since(cdn_builder *b, cdn_error *error)
{
    uint32_t types = b->catalogue->record_count;
    cdn_changes *changes = cdn_alloc(types, sizeof *changes);
    cdn_status status = changes == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t date = 1; status == CDN_OK && date < b->date_count; date++) {
        status = compare_date(b, date, changes, error);
        for (uint32_t r = 0; r < types; r++) {
            cdn_changes_release(&changes[r]);
            changes[r].found = false;
        }
    }
    cdn_free(changes);
    return status;
}
