/* sort.c - the final order of rows: by holding, then unit, then key.
 *
 * A record type is sorted after the ones its holdings and units are rows of.
 * Stable radix passes, least significant part first; rows equal in all three
 * stay as they stood in the file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "read/eval.h"
#include "read/table.h"

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)

/* Sorts `rows` by keys[row], stably. */
static void sort_by(uint32_t *rows, uint32_t *scratch, uint32_t count, const uint32_t *keys)
{
    for (unsigned shift = 0; shift < 32; shift += DIGIT_BITS) {
        uint32_t starts[DIGITS] = {0};
        for (uint32_t i = 0; i < count; i++)
            starts[(keys[rows[i]] >> shift) & (DIGITS - 1)]++;
        if (count > 0 && starts[(keys[rows[0]] >> shift) & (DIGITS - 1)] == count)
            continue;
        uint32_t at = 0;
        for (uint32_t i = 0; i < DIGITS; i++) {
            uint32_t size = starts[i];
            starts[i] = at;
            at += size;
        }
        for (uint32_t i = 0; i < count; i++)
            scratch[starts[(keys[rows[i]] >> shift) & (DIGITS - 1)]++] = rows[i];
        memcpy(rows, scratch, count * sizeof *rows);
    }
}

/* Order of values as order of unsigned numbers; missing last. */
static uint32_t sortable(int32_t value)
{
    return value < CDN_VALUE_MIN ? CDN_NONE : (uint32_t)value ^ UINT32_C(0x80000000);
}

/* The final row of record type `to` that each row leads to; 0 where `to` is the type itself. */
static cdn_status find_targets(const cdn_tables *tables, const cdn_table *table, uint32_t to,
                               uint32_t *out, cdn_error *error)
{
    cdn_eval_source source = cdn_tables_source(tables);
    cdn_route route;
    if (to == table->index)
        return CDN_OK;
    CDN_TRY(cdn_route_create(&source, tables->catalogue, table->index, to, &route, error));
    const uint32_t *rank = tables->tables[to].rank;
    for (uint32_t row = 0; row < table->rows; row++) {
        uint32_t target = cdn_route_follow(&route, row);
        out[row] = target == CDN_NONE ? CDN_NONE : rank[target];
    }
    return CDN_OK;
}

static void fill_sortable(uint32_t *out, const int32_t *values, uint32_t rows)
{
    for (uint32_t row = 0; row < rows; row++)
        out[row] = sortable(values[row]);
}

static cdn_status find_keys(const cdn_tables *tables, const cdn_table *table, uint32_t *holdings,
                            uint32_t *units, uint32_t *keys, cdn_error *error)
{
    const cdn_record *record = table->record;
    if (record->kind == CDN_RECORD_UNPIVOT)
        fill_sortable(keys, table->columns[0], table->rows);
    else if (record->kind == CDN_RECORD_FILE && record->key != CDN_NONE)
        fill_sortable(keys, cdn_tables_column(tables, record->key), table->rows);
    if (record->unit != CDN_NONE)
        CDN_TRY(find_targets(tables, table, record->unit, units, error));
    if (record->holding != CDN_NONE)
        return find_targets(tables, table, record->holding, holdings, error);
    if (record->holding_column != CDN_NONE)
        fill_sortable(holdings, cdn_tables_column(tables, record->holding_column), table->rows);
    return CDN_OK;
}

/* What a row's contributor is called once the order is known. */
static void fill_contributors(cdn_table *table, const uint32_t *holdings, const uint32_t *units)
{
    const cdn_record *record = table->record;
    bool dense = record->holding == CDN_NONE && record->holding_column != CDN_NONE;
    uint32_t next = 0;
    for (uint32_t i = 0; i < table->order_count; i++) {
        uint32_t row = table->order[i];
        table->units[i] = record->unit == CDN_NONE       ? CDN_NONE
                          : record->unit == table->index ? i
                                                         : units[row];
        if (record->holding == table->index)
            table->holdings[i] = i;
        else if (record->holding != CDN_NONE)
            table->holdings[i] = holdings[row];
        else if (!dense || holdings[row] == CDN_NONE)
            table->holdings[i] = CDN_NONE;
        else if (i > 0 && holdings[row] == holdings[table->order[i - 1]])
            table->holdings[i] = next - 1;
        else
            table->holdings[i] = next++;
    }
}

static bool create_order(cdn_table *table)
{
    table->order = cdn_alloc(table->rows, sizeof *table->order);
    table->rank = cdn_alloc(table->rows, sizeof *table->rank);
    if (table->order == NULL || table->rank == NULL)
        return false;
    for (uint32_t row = 0; row < table->rows; row++) {
        table->rank[row] = CDN_NONE;
        if (table->states[row] == CDN_ROW_KEPT)
            table->order[table->order_count++] = row;
    }
    table->units = cdn_alloc(table->order_count, sizeof *table->units);
    table->holdings = cdn_alloc(table->order_count, sizeof *table->holdings);
    return table->units != NULL && table->holdings != NULL;
}

static cdn_status sort_table(const cdn_tables *tables, cdn_table *table, cdn_error *error);

static cdn_status sort_first(const cdn_tables *tables, const cdn_table *table, uint32_t other,
                             cdn_error *error)
{
    if (other == CDN_NONE || other == table->index || tables->tables[other].rank != NULL)
        return CDN_OK;
    return sort_table(tables, &tables->tables[other], error);
}

static cdn_status sort_table(const cdn_tables *tables, cdn_table *table, cdn_error *error)
{
    if (table->visiting)
        return cdn_fail(error, CDN_E_INPUT,
                        "the contributors of record type %s depend on each other",
                        table->record->name);
    table->visiting = true;
    CDN_TRY(sort_first(tables, table, table->record->unit, error));
    CDN_TRY(sort_first(tables, table, table->record->holding, error));
    uint32_t *work = cdn_alloc((size_t)4 * table->rows, sizeof *work);
    if (work == NULL)
        return cdn_fail_memory(error);
    uint32_t *holdings = work;
    uint32_t *units = holdings + table->rows;
    uint32_t *keys = units + table->rows;
    uint32_t *scratch = keys + table->rows;
    cdn_status status = find_keys(tables, table, holdings, units, keys, error);
    if (status == CDN_OK && !create_order(table))
        status = cdn_fail_memory(error);
    if (status == CDN_OK) {
        sort_by(table->order, scratch, table->order_count, keys);
        sort_by(table->order, scratch, table->order_count, units);
        sort_by(table->order, scratch, table->order_count, holdings);
        for (uint32_t i = 0; i < table->order_count; i++)
            table->rank[table->order[i]] = i;
        fill_contributors(table, holdings, units);
    }
    cdn_free(work);
    return status;
}

cdn_status cdn_tables_sort(cdn_tables *tables, cdn_error *error)
{
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++) {
        if (tables->tables[i].rank == NULL)
            CDN_TRY(sort_table(tables, &tables->tables[i], error));
    }
    return CDN_OK;
}
