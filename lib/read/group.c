/* group.c - record types made of the distinct values of another's column (providers).
 *
 * Rows are in the order of the values, so they need no sorting. A group is made
 * of the rows that stay, so it is never empty.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "read/keys.h"
#include "read/table.h"

#define COUNT_HEADER "count" /* a group's column that holds how many rows it is made of */

static int compare_values(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left;
    int32_t b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

/* The distinct values of the key in the source's rows that stay, ascending. */
static cdn_status find_groups(const cdn_tables *tables, cdn_table *table, cdn_error *error)
{
    const cdn_table *source = &tables->tables[table->record->source];
    const int32_t *values = cdn_tables_column(tables, table->record->key);
    cdn_keys keys;
    table->group_keys = cdn_alloc(source->rows, sizeof *table->group_keys);
    if (!cdn_keys_create(&keys, values, source->rows) || table->group_keys == NULL) {
        cdn_keys_release(&keys);
        return cdn_fail_memory(error);
    }
    for (uint32_t row = 0; row < source->rows; row++) {
        if (source->states[row] == CDN_ROW_KEPT && values[row] >= CDN_VALUE_MIN &&
            cdn_keys_add(&keys, row) == CDN_NONE)
            table->group_keys[table->rows++] = values[row];
    }
    cdn_keys_release(&keys);
    qsort(table->group_keys, table->rows, sizeof *table->group_keys, compare_values);
    table->states = cdn_alloc(table->rows, sizeof *table->states); /* zero: kept */
    return table->states == NULL ? cdn_fail_memory(error) : CDN_OK;
}

/* For a column of values, the group of each. */
static void find_rows(const cdn_keys *keys, const int32_t *values, uint32_t rows, uint32_t *out)
{
    for (uint32_t row = 0; row < rows; row++)
        out[row] = values[row] < CDN_VALUE_MIN ? CDN_NONE : cdn_keys_find(keys, values[row]);
}

static cdn_status fill_references(const cdn_tables *tables, const cdn_table *group,
                                  const cdn_keys *keys, cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        cdn_table *table = &tables->tables[i];
        for (uint32_t j = 0; j < table->record->reference_count; j++) {
            const cdn_reference *reference = &table->record->references[j];
            if (reference->target != group->index)
                continue;
            if (table->references[j] == NULL ||
                catalogue->columns[reference->column].kind !=
                    catalogue->columns[group->record->key].kind)
                return cdn_fail(error, CDN_E_INPUT,
                                "record type %s: its reference to %s does not fit the key there",
                                table->record->name, group->record->name);
            find_rows(keys, cdn_tables_column(tables, reference->column), table->rows,
                      table->references[j]);
        }
    }
    return CDN_OK;
}

/* A group's own columns: how many rows it is made of, or the key again. */
static cdn_status fill_columns(const cdn_tables *tables, cdn_table *group, const cdn_keys *keys,
                               cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    const cdn_column *key = &catalogue->columns[group->record->key];
    const cdn_table *source = &tables->tables[group->record->source];
    const int32_t *values = cdn_tables_column(tables, group->record->key);
    for (uint32_t i = 0; i < group->record->column_count; i++) {
        const cdn_column *column = &catalogue->columns[group->record->column_first + i];
        group->columns[i] = cdn_alloc(group->rows, sizeof **group->columns);
        if (group->columns[i] == NULL)
            return cdn_fail_memory(error);
        if (strcmp(column->header, COUNT_HEADER) == 0 && column->kind == CDN_COLUMN_INTEGER) {
            for (uint32_t row = 0; row < source->rows; row++) {
                uint32_t to = source->states[row] != CDN_ROW_KEPT || values[row] < CDN_VALUE_MIN
                                  ? CDN_NONE
                                  : cdn_keys_find(keys, values[row]);
                if (to != CDN_NONE)
                    group->columns[i][to]++;
            }
        } else if (strcmp(column->header, key->header) == 0 && column->kind == key->kind) {
            memcpy(group->columns[i], group->group_keys, group->rows * sizeof **group->columns);
        } else {
            return cdn_fail(error, CDN_E_INPUT,
                            "record type %s: a group has no column with header \"%s\"",
                            group->record->name, column->header);
        }
    }
    return CDN_OK;
}

static cdn_status make_group(const cdn_tables *tables, cdn_table *group, cdn_error *error)
{
    cdn_keys keys = {NULL, 0, NULL};
    CDN_TRY(find_groups(tables, group, error));
    cdn_status status = CDN_OK;
    if (!cdn_keys_create(&keys, group->group_keys, group->rows))
        status = cdn_fail_memory(error);
    for (uint32_t row = 0; status == CDN_OK && row < group->rows; row++)
        (void)cdn_keys_add(&keys, row);
    if (status == CDN_OK)
        status = fill_references(tables, group, &keys, error);
    if (status == CDN_OK)
        status = fill_columns(tables, group, &keys, error);
    cdn_keys_release(&keys);
    return status;
}

cdn_status cdn_tables_group(cdn_tables *tables, cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        cdn_table *table = &tables->tables[i];
        if (table->record->kind != CDN_RECORD_GROUP)
            continue;
        uint32_t source = table->record->source;
        if (table->record->key == CDN_NONE || source >= catalogue->record_count ||
            catalogue->columns[table->record->key].record != source ||
            catalogue->records[source].kind == CDN_RECORD_GROUP ||
            table->record->reference_count != 0)
            return cdn_fail(error, CDN_E_INPUT,
                            "record type %s: a group needs a key column of its source, and has "
                            "no references", table->record->name);
        CDN_TRY(make_group(tables, table, error));
    }
    return CDN_OK;
}
