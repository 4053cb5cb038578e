/* table.c - a table from its two files, and small questions to it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/outside.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

cdn_status cdn_outside_read(const cdn_outside_request *request, const cdn_policy *policy,
                            cdn_outside_table *out, cdn_error *error)
{
    *out = (cdn_outside_table){.ids = cdn_map_create(), .rows = cdn_map_create()};
    if (out->ids == NULL || out->rows == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_outside_read_cells(request->cells, policy, out, error));
    return cdn_outside_read_rows(request->constraints, out, error);
}

void cdn_outside_table_release(cdn_outside_table *table)
{
    cdn_map_destroy(table->ids);
    cdn_map_destroy(table->rows);
    cdn_map_destroy(table->holders);
    cdn_free(table->cells);
    cdn_free(table->row_start);
    cdn_free(table->row_cell);
    cdn_free(table->row_coefficient);
    *table = (cdn_outside_table){0};
}

bool cdn_outside_is_sensitive(const cdn_outside_cell *cell)
{
    switch ((cdn_outside_status)cell->status) {
    case CDN_OUTSIDE_HIDDEN:
    case CDN_OUTSIDE_STRUCTURAL:
        return false;
    case CDN_OUTSIDE_FREE:
    case CDN_OUTSIDE_FORCED:
        return cell->verdict != 0;
    case CDN_OUTSIDE_SENSITIVE:
    case CDN_OUTSIDE_STATUS_END_:
        break;
    }
    return true;
}

bool cdn_outside_is_fixed_zero(const cdn_outside_cell *cell, const cdn_policy *policy)
{
    return cell->value == 0 && cell->status == CDN_OUTSIDE_FREE && cell->verdict == 0 &&
           (policy == NULL || policy->zeros == CDN_ZEROS_SAFE);
}

const char *cdn_outside_cell_id(const cdn_outside_table *table, uint32_t cell)
{
    return cdn_map_key(table->ids, cell, NULL);
}

const char *cdn_outside_row_id(const cdn_outside_table *table, uint32_t row)
{
    return cdn_map_key(table->rows, row, NULL);
}

bool cdn_outside_is_key(const cdn_map *map, uint32_t id, cdn_csv_field field)
{
    size_t size = 0;
    const void *key = cdn_map_key(map, id, &size);
    return key != NULL && size == field.length && memcmp(key, field.bytes, size) == 0;
}
