/* dictionary.c - one dictionary for all texts, its ids in byte order.
 *
 * Each file is parsed with a dictionary of its own, so that files need not wait
 * for each other. Ids in byte order make the snapshot independent of the order
 * in which texts were met, and let rows be sorted by text without the text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "read/table.h"

typedef struct entry {
    uint64_t prefix; /* the first 8 bytes, so that most comparisons need no look at the text */
    const char *bytes;
    uint32_t length;
    uint32_t table;
    uint32_t id; /* in the table's own dictionary */
} entry;

static uint64_t prefix_of(const char *bytes, size_t length)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < length ? (unsigned char)bytes[i] : 0u);
    return prefix;
}

static int compare_texts(const entry *a, const entry *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    uint32_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, shorter);
    if (order != 0)
        return order;
    return (a->length > b->length) - (a->length < b->length);
}

static int compare_entries(const void *left, const void *right)
{
    return compare_texts(left, right);
}

static entry *gather_entries(const cdn_tables *tables, size_t *count)
{
    size_t total = 0;
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++)
        total += cdn_map_count(tables->tables[i].texts);
    entry *entries = cdn_alloc(total, sizeof *entries);
    *count = total;
    size_t at = 0;
    for (uint32_t i = 0; entries != NULL && i < tables->catalogue->record_count; i++) {
        const cdn_map *texts = tables->tables[i].texts;
        for (uint32_t id = 0; id < cdn_map_count(texts); id++) {
            size_t length;
            const char *bytes = cdn_map_key(texts, id, &length);
            entries[at++] =
                (entry){prefix_of(bytes, length), bytes, (uint32_t)length, i, id};
        }
    }
    return entries;
}

/* Gives the entries their ids and copies each distinct text once. */
static cdn_status number_entries(cdn_tables *tables, const entry *entries, size_t count,
                                 uint32_t *const *new_ids, cdn_error *error)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += (size_t)entries[i].length + 1;
    if (size > UINT32_MAX || count > INT32_MAX)
        return cdn_fail(error, CDN_E_LIMIT, "the text columns hold more than 4 GiB");
    tables->text_bytes = cdn_alloc(size, 1);
    tables->text_offsets = cdn_alloc(count + 1, sizeof *tables->text_offsets);
    if (tables->text_bytes == NULL || tables->text_offsets == NULL)
        return cdn_fail_memory(error);
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_texts(&entries[i - 1], &entries[i]) != 0) {
            tables->text_offsets[tables->text_count++] = at;
            memcpy(tables->text_bytes + at, entries[i].bytes, entries[i].length);
            at += entries[i].length + 1;
        }
        new_ids[entries[i].table][entries[i].id] = tables->text_count - 1;
    }
    tables->text_offsets[tables->text_count] = at;
    return CDN_OK;
}

static void renumber(cdn_tables *tables, uint32_t record, const uint32_t *new_ids)
{
    const cdn_table *table = &tables->tables[record];
    for (uint32_t i = 0; i < table->record->column_count; i++) {
        const cdn_column *column =
            &tables->catalogue->columns[table->record->column_first + i];
        if (column->kind != CDN_COLUMN_TEXT)
            continue;
        int32_t *values = table->columns[i];
        for (uint32_t row = 0; row < table->rows; row++) {
            if (values[row] >= 0)
                values[row] = (int32_t)new_ids[values[row]];
        }
    }
}

cdn_status cdn_dictionary_make(cdn_tables *tables, cdn_error *error)
{
    uint32_t record_count = tables->catalogue->record_count;
    size_t count;
    entry *entries = gather_entries(tables, &count);
    uint32_t **new_ids = cdn_alloc(record_count, sizeof *new_ids);
    bool ok = entries != NULL && new_ids != NULL;
    for (uint32_t i = 0; ok && i < record_count; i++) {
        new_ids[i] = cdn_alloc(cdn_map_count(tables->tables[i].texts), sizeof **new_ids);
        ok = new_ids[i] != NULL;
    }
    cdn_status status = ok ? CDN_OK : cdn_fail_memory(error);
    if (ok) {
        qsort(entries, count, sizeof *entries, compare_entries);
        status = number_entries(tables, entries, count, new_ids, error);
    }
    for (uint32_t i = 0; status == CDN_OK && i < record_count; i++) {
        renumber(tables, i, new_ids[i]);
        cdn_map_destroy(tables->tables[i].texts);
        tables->tables[i].texts = NULL;
    }
    for (uint32_t i = 0; new_ids != NULL && i < record_count; i++)
        cdn_free(new_ids[i]);
    cdn_free(new_ids);
    cdn_free(entries);
    return status;
}

static void mark_used(const cdn_tables *tables, const cdn_table *table, uint32_t *used)
{
    for (uint32_t i = 0; i < table->record->column_count; i++) {
        const cdn_column *column =
            &tables->catalogue->columns[table->record->column_first + i];
        for (uint32_t row = 0; column->kind == CDN_COLUMN_TEXT && row < table->rows; row++) {
            if (table->columns[i][row] >= 0)
                used[table->columns[i][row]] = 1;
        }
    }
}

cdn_status cdn_dictionary_compact(cdn_tables *tables, cdn_error *error)
{
    uint32_t *new_ids = cdn_alloc(tables->text_count, sizeof *new_ids);
    if (new_ids == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++)
        mark_used(tables, &tables->tables[i], new_ids);
    uint32_t count = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < tables->text_count; i++) {
        uint32_t from = tables->text_offsets[i];
        uint32_t size = tables->text_offsets[i + 1] - from;
        if (new_ids[i] == 0)
            continue;
        memmove(tables->text_bytes + at, tables->text_bytes + from, size);
        tables->text_offsets[count] = at;
        new_ids[i] = count++;
        at += size;
    }
    tables->text_offsets[count] = at;
    tables->text_count = count;
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++)
        renumber(tables, i, new_ids);
    cdn_free(new_ids);
    return CDN_OK;
}
