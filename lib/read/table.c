/* table.c - a record type's rows in memory, between parsing and the snapshot file.
 *
 * Columns grow together; a row's slots are claimed first and filled by the
 * parser, so that a column is one plain array.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/table.h"

#include "core/alloc.h"
#include "core/fail.h"

#define FIRST_ROWS 1024u
#define MAX_ROWS ((uint32_t)INT32_MAX)

static bool create_table(cdn_table *table, const cdn_catalogue *catalogue, uint32_t index)
{
    const cdn_record *record = &catalogue->records[index];
    size_t codes = record->kind == CDN_RECORD_UNPIVOT
                       ? catalogue->codelists[record->unpivot_codes].count
                       : 1;
    table->record = record;
    table->index = index;
    table->columns = cdn_alloc(record->column_count, sizeof *table->columns);
    table->field_numbers = cdn_alloc(codes * record->column_count, sizeof *table->field_numbers);
    table->references = cdn_alloc(record->reference_count, sizeof *table->references);
    table->texts = cdn_map_create();
    return table->columns != NULL && table->field_numbers != NULL && table->references != NULL &&
           table->texts != NULL;
}

cdn_status cdn_tables_create(const cdn_catalogue *catalogue, cdn_tables **out, cdn_error *error)
{
    cdn_tables *tables = cdn_alloc(1, sizeof *tables);
    if (tables == NULL)
        return cdn_fail_memory(error);
    tables->catalogue = catalogue;
    tables->tables = cdn_alloc(catalogue->record_count, sizeof *tables->tables);
    tables->inputs = cdn_alloc(catalogue->record_count, sizeof *tables->inputs);
    tables->arena = cdn_arena_create();
    bool ok = tables->tables != NULL && tables->inputs != NULL && tables->arena != NULL;
    for (uint32_t i = 0; ok && i < catalogue->record_count; i++)
        ok = create_table(&tables->tables[i], catalogue, i);
    if (!ok) {
        cdn_tables_destroy(tables);
        return cdn_fail_memory(error);
    }
    *out = tables;
    return CDN_OK;
}

static void release_table(cdn_table *table)
{
    if (table->record == NULL)
        return;
    for (uint32_t i = 0; table->columns != NULL && i < table->record->column_count; i++)
        cdn_free(table->columns[i]);
    for (uint32_t i = 0; table->references != NULL && i < table->record->reference_count; i++)
        cdn_free(table->references[i]);
    cdn_free(table->columns);
    cdn_free(table->references);
    cdn_free(table->field_numbers);
    cdn_free(table->lines);
    cdn_free(table->parents);
    cdn_free(table->states);
    cdn_free(table->details);
    cdn_free(table->rank);
    cdn_free(table->order);
    cdn_free(table->group_keys);
    cdn_free(table->units);
    cdn_free(table->holdings);
    cdn_free(table->workers);
    cdn_map_destroy(table->texts);
}

void cdn_tables_destroy(cdn_tables *tables)
{
    if (tables == NULL)
        return;
    for (uint32_t i = 0; tables->tables != NULL && i < tables->catalogue->record_count; i++)
        release_table(&tables->tables[i]);
    size_t pairs = (size_t)tables->catalogue->record_count * tables->catalogue->record_count;
    for (size_t i = 0; tables->referenced != NULL && i < pairs; i++)
        cdn_free(tables->referenced[i]);
    cdn_free(tables->referenced);
    cdn_free(tables->tables);
    cdn_free(tables->inputs);
    cdn_free(tables->text_offsets);
    cdn_free(tables->text_bytes);
    cdn_free(tables->exclusions);
    cdn_arena_destroy(tables->arena);
    cdn_free(tables);
}

/* On failure the old block stays with its owner, so nothing is lost or freed twice. */
static bool grow(void **block, size_t count, size_t size)
{
    void *larger = cdn_resize(*block, count, size);
    if (larger == NULL)
        return false;
    *block = larger;
    return true;
}

static bool grow_table(cdn_table *table, uint32_t capacity)
{
    void *block;
    bool ok = true;
    for (uint32_t i = 0; ok && i < table->record->column_count; i++) {
        block = table->columns[i];
        ok = grow(&block, capacity, sizeof **table->columns);
        table->columns[i] = block;
    }
    bool is_file = table->record->kind == CDN_RECORD_FILE;
    block = is_file ? (void *)table->lines : (void *)table->parents;
    ok = ok && grow(&block, capacity, is_file ? sizeof *table->lines : sizeof *table->parents);
    if (is_file)
        table->lines = block;
    else
        table->parents = block;
    block = table->states;
    ok = ok && grow(&block, capacity, sizeof *table->states);
    table->states = block;
    block = table->details;
    ok = ok && grow(&block, capacity, sizeof *table->details);
    table->details = block;
    return ok;
}

cdn_status cdn_table_add_row(cdn_table *table, cdn_error *error)
{
    if (table->rows == table->capacity) {
        if (table->rows == MAX_ROWS)
            return cdn_fail(error, CDN_E_LIMIT, "too many rows of record type %s",
                            table->record->name);
        uint32_t capacity = table->capacity == 0            ? FIRST_ROWS
                            : table->capacity > MAX_ROWS / 2 ? MAX_ROWS
                                                             : table->capacity * 2;
        if (!grow_table(table, capacity))
            return cdn_fail_memory(error);
        table->capacity = capacity;
    }
    table->states[table->rows] = CDN_ROW_KEPT;
    table->details[table->rows] = 0;
    table->rows++;
    return CDN_OK;
}

int32_t *cdn_tables_column(const cdn_tables *tables, uint32_t column)
{
    const cdn_column *described = &tables->catalogue->columns[column];
    const cdn_table *table = &tables->tables[described->record];
    return table->columns[column - table->record->column_first];
}
