/* assemble.c - tables as parsed into tables as stored.
 *
 * References are numbers of rows as parsed until every table is sorted, and
 * only then are put in the final order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "read/eval.h"
#include "read/expr.h"
#include "read/table.h"

static cdn_status get_column(const void *context, uint32_t column, const int32_t **out,
                             cdn_error *error)
{
    (void)error;
    *out = cdn_tables_column(context, column);
    return CDN_OK;
}

static cdn_status get_reference(const void *context, uint32_t record, uint32_t reference,
                                const uint32_t **out, cdn_error *error)
{
    const cdn_tables *tables = context;
    (void)error;
    *out = tables->tables[record].references[reference];
    return CDN_OK;
}

static cdn_status get_referenced(const void *context, uint32_t target, uint32_t record,
                                 const uint8_t **out, cdn_error *error)
{
    const cdn_tables *tables = context;
    *out = tables->referenced == NULL
               ? NULL
               : tables->referenced[(size_t)target * tables->catalogue->record_count + record];
    return *out == NULL ? cdn_fail(error, CDN_E_INTERNAL, "no route between record types")
                        : CDN_OK;
}

cdn_eval_source cdn_tables_source(const cdn_tables *tables)
{
    return (cdn_eval_source){tables, tables->reference_day, get_column, get_reference,
                             get_referenced};
}

/* A row that is left out is nobody's target. */
static void drop_dead_targets(const cdn_tables *tables, const cdn_table *table)
{
    for (uint32_t i = 0; i < table->record->reference_count; i++) {
        const cdn_table *target = &tables->tables[table->record->references[i].target];
        uint32_t *rows = table->references[i];
        for (uint32_t row = 0; row < table->rows; row++) {
            if (rows[row] != CDN_NONE && target->states[rows[row]] != CDN_ROW_KEPT)
                rows[row] = CDN_NONE;
        }
    }
}

static cdn_status gather_columns(cdn_table *table, cdn_error *error)
{
    for (uint32_t i = 0; i < table->record->column_count; i++) {
        const int32_t *from = table->columns[i];
        int32_t *to = cdn_alloc(table->order_count, sizeof *to);
        if (to == NULL)
            return cdn_fail_memory(error);
        for (uint32_t row = 0; row < table->order_count; row++) {
            int32_t value = from[table->order[row]];
            to[row] = cdn_is_fault(value) ? CDN_MISSING : value;
        }
        cdn_free(table->columns[i]);
        table->columns[i] = to;
    }
    return CDN_OK;
}

static cdn_status gather_references(const cdn_tables *tables, cdn_table *table, cdn_error *error)
{
    for (uint32_t i = 0; i < table->record->reference_count; i++) {
        const uint32_t *rank = tables->tables[table->record->references[i].target].rank;
        const uint32_t *from = table->references[i];
        uint32_t *to = cdn_alloc(table->order_count, sizeof *to);
        if (to == NULL)
            return cdn_fail_memory(error);
        for (uint32_t row = 0; row < table->order_count; row++) {
            uint32_t target = from[table->order[row]];
            to[row] = target == CDN_NONE ? CDN_NONE : rank[target];
        }
        cdn_free(table->references[i]);
        table->references[i] = to;
    }
    return CDN_OK;
}

/* For each pair of record types that references join, which rows are referred to. */
static cdn_status find_referenced(cdn_tables *tables, cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    uint32_t count = catalogue->record_count;
    cdn_eval_source source = cdn_tables_source(tables);
    tables->referenced = cdn_alloc((size_t)count * count, sizeof *tables->referenced);
    if (tables->referenced == NULL)
        return cdn_fail_memory(error);
    for (uint32_t pair = 0; pair < count * count; pair++) {
        uint32_t target = pair / count;
        uint32_t record = pair % count;
        uint32_t steps[4];
        uint32_t step_count;
        cdn_route route;
        if (target == record ||
            !cdn_catalogue_route(catalogue, record, target, steps, &step_count))
            continue;
        CDN_TRY(cdn_route_create(&source, catalogue, record, target, &route, error));
        uint8_t *flags = cdn_alloc(tables->tables[target].rows, 1);
        if (flags == NULL)
            return cdn_fail_memory(error);
        tables->referenced[pair] = flags;
        for (uint32_t row = 0; row < tables->tables[record].rows; row++) {
            uint32_t to = cdn_route_follow(&route, row);
            if (to != CDN_NONE)
                flags[to] = 1;
        }
    }
    return CDN_OK;
}

/* How many workers each row stands for: a whole number, none where it is missing or negative. */
static cdn_status count_workers(const cdn_tables *tables, cdn_table *table, cdn_error *error)
{
    table->workers = cdn_alloc(table->rows, sizeof *table->workers);
    if (table->workers == NULL)
        return cdn_fail_memory(error);
    if (table->record->workers == CDN_NONE)
        return CDN_OK;
    cdn_eval_source source = cdn_tables_source(tables);
    int64_t *values = cdn_alloc(table->rows, sizeof *values);
    if (values == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_eval(&source, tables->catalogue, table->record->workers,
                                 table->index, table->rows, values, error);
    if (status == CDN_OK) {
        int64_t unit = cdn_pow10(tables->catalogue->exprs[table->record->workers].decimals);
        for (uint32_t row = 0; row < table->rows; row++) {
            int64_t whole =
                values[row] == CDN_EXPR_MISSING ? 0 : cdn_divide_half_up(values[row], unit);
            table->workers[row] = whole < 0           ? 0
                                  : whole > INT32_MAX ? INT32_MAX
                                                      : (int32_t)whole;
        }
    }
    cdn_free(values);
    return status;
}

cdn_status cdn_tables_assemble(cdn_tables *tables, cdn_error *error)
{
    uint32_t count = tables->catalogue->record_count;
    CDN_TRY(cdn_tables_group(tables, error));
    for (uint32_t i = 0; i < count; i++)
        drop_dead_targets(tables, &tables->tables[i]);
    CDN_TRY(cdn_tables_sort(tables, error));
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(gather_columns(&tables->tables[i], error));
        CDN_TRY(gather_references(tables, &tables->tables[i], error));
    }
    for (uint32_t i = 0; i < count; i++)
        tables->tables[i].rows = tables->tables[i].order_count;
    CDN_TRY(find_referenced(tables, error));
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(count_workers(tables, &tables->tables[i], error));
    return CDN_OK;
}
