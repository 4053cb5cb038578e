/* check.c - which rows stay: the period, the record type's own condition, keys, references.
 *
 * A row gets the first reason that applies, in the order of cdn_row_state, so
 * a count of reasons adds up to the rows left out. Leaving a row out can leave
 * rows that refer to it without a target, hence the rounds at the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "read/eval.h"
#include "read/expr.h"
#include "read/keys.h"
#include "read/table.h"

#define PERIOD_LENGTH 7 /* MYYYYMM */

static bool is_file(const cdn_table *table)
{
    return table->record->kind == CDN_RECORD_FILE;
}

/* --- the period ------------------------------------------------------------------------- */

static uint32_t find_record(const cdn_catalogue *catalogue, const char *name)
{
    for (uint32_t i = 0; name != NULL && i < catalogue->record_count; i++) {
        if (strcmp(catalogue->records[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

/* By name, or else by header. */
static uint32_t find_column(const cdn_catalogue *catalogue, const cdn_record *record,
                            const char *name)
{
    uint32_t by_header = CDN_NONE;
    for (uint32_t i = 0; name != NULL && i < record->column_count; i++) {
        const cdn_column *column = &catalogue->columns[record->column_first + i];
        if (strcmp(column->name, name) == 0)
            return i;
        if (by_header == CDN_NONE && strcmp(column->header, name) == 0)
            by_header = i;
    }
    return by_header;
}

static bool read_digits(const char *text, size_t count, int *out)
{
    int64_t value;
    if (text[0] == '-' || !cdn_parse_int(text, count, &value))
        return false;
    *out = (int)value;
    return true;
}

static bool parse_period(cdn_tables *tables, const char *text)
{
    int year, month;
    if (strlen(text) != PERIOD_LENGTH || text[0] != 'M' || !read_digits(text + 1, 4, &year) ||
        !read_digits(text + 5, 2, &month) || month < 1 || month > 12)
        return false;
    memcpy(tables->period, text + 1, 4);
    tables->period[4] = '-';
    memcpy(tables->period + 5, text + 5, 2);
    tables->period[7] = '\0';
    int next_year = month == 12 ? year + 1 : year;
    int next_month = month == 12 ? 1 : month + 1;
    if (!cdn_date_to_days(next_year, next_month, 1, &tables->reference_day))
        return false;
    tables->reference_day--;
    return true;
}

/* Every row of the column must hold `*period`, which the first row gives. */
static cdn_status check_period_column(const cdn_tables *tables, const cdn_table *table,
                                      uint32_t column, int32_t *period, cdn_error *error)
{
    for (uint32_t row = 0; row < table->rows; row++) {
        if (table->states[row] == CDN_ROW_FIELDS)
            continue;
        int32_t value = table->columns[column][row];
        if (*period < 0)
            *period = value;
        if (value < 0 || value != *period)
            return cdn_fail_at(
                error, CDN_E_INPUT, table->record->file, table->lines[row],
                table->field_numbers[column],
                "column \"%s\": expected the same period in every row, found another",
                tables->catalogue->columns[table->record->column_first + column].header);
    }
    return CDN_OK;
}

static cdn_status check_period(cdn_tables *tables, cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    uint32_t record = find_record(catalogue, catalogue->period_record);
    uint32_t column = record == CDN_NONE
                          ? CDN_NONE
                          : find_column(catalogue, &catalogue->records[record],
                                        catalogue->period_column);
    if (column == CDN_NONE || catalogue->records[record].kind != CDN_RECORD_FILE)
        return cdn_fail(error, CDN_E_INPUT, "the catalogue names no column that holds the period");
    const cdn_table *table = &tables->tables[record];
    const cdn_column *described = &catalogue->columns[table->record->column_first + column];
    if (described->kind != CDN_COLUMN_TEXT)
        return cdn_fail(error, CDN_E_INPUT, "the catalogue's period column is not a text");
    int32_t period = CDN_MISSING;
    CDN_TRY(check_period_column(tables, table, column, &period, error));
    if (period < 0)
        return cdn_fail_at(error, CDN_E_INPUT, table->record->file, 0, 0,
                           "expected rows with a period, found none");
    if (!parse_period(tables, tables->text_bytes + tables->text_offsets[period]))
        return cdn_fail_at(error, CDN_E_INPUT, table->record->file, 0,
                           table->field_numbers[column],
                           "column \"%s\": expected a period MYYYYMM, found something else",
                           described->header);
    /* a file of another month must not be joined to this one */
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        uint32_t same = i == record || !is_file(&tables->tables[i])
                            ? CDN_NONE
                            : find_column(catalogue, &catalogue->records[i], described->header);
        if (same != CDN_NONE &&
            catalogue->columns[catalogue->records[i].column_first + same].kind == CDN_COLUMN_TEXT)
            CDN_TRY(check_period_column(tables, &tables->tables[i], same, &period, error));
    }
    return CDN_OK;
}

/* --- the record type's own condition ------------------------------------------------------ */

static cdn_status own_column(const void *context, uint32_t column, const int32_t **out,
                             cdn_error *error)
{
    (void)error;
    *out = cdn_tables_column(context, column);
    return CDN_OK;
}

static cdn_status refuse_reference(const void *context, uint32_t record, uint32_t reference,
                                   const uint32_t **out, cdn_error *error)
{
    const cdn_tables *tables = context;
    (void)reference;
    (void)out;
    return cdn_fail(error, CDN_E_INPUT, "what to keep of record type %s must follow from its own "
                    "columns", tables->catalogue->records[record].name);
}

static cdn_status refuse_referenced(const void *context, uint32_t target, uint32_t record,
                                    const uint8_t **out, cdn_error *error)
{
    (void)out;
    return refuse_reference(context, target, record, NULL, error);
}

static cdn_status check_keep(const cdn_tables *tables, cdn_table *table, cdn_error *error)
{
    if (!is_file(table) || table->record->keep == CDN_NONE)
        return CDN_OK;
    cdn_eval_source source = {tables, tables->reference_day, own_column, refuse_reference,
                              refuse_referenced};
    int64_t *values = cdn_alloc(table->rows, sizeof *values);
    if (values == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_eval(&source, tables->catalogue, table->record->keep, table->index,
                                 table->rows, values, error);
    for (uint32_t row = 0; status == CDN_OK && row < table->rows; row++) {
        bool keep = values[row] != 0 && values[row] != CDN_EXPR_MISSING;
        if (!keep && table->states[row] == CDN_ROW_KEPT)
            table->states[row] = CDN_ROW_OUTSIDE;
    }
    cdn_free(values);
    return status;
}

/* --- columns, keys, references ------------------------------------------------------------ */

static void check_required(const cdn_tables *tables, cdn_table *table)
{
    const cdn_record *record = table->record;
    for (uint32_t i = 0; i < record->column_count; i++) {
        uint32_t column = record->column_first + i;
        if (!tables->catalogue->columns[column].required && column != record->key)
            continue;
        for (uint32_t row = 0; row < table->rows; row++) {
            if (table->columns[i][row] < CDN_VALUE_MIN && table->states[row] == CDN_ROW_KEPT) {
                table->states[row] = CDN_ROW_REQUIRED;
                table->details[row] = i;
            }
        }
    }
}

/* The first row of a key that was in so far stays. Leaves `keys` with these, and with the rows left
 * out of which none stays, so that a row that refers to one is known to be an orphan. */
static cdn_status check_keys(const cdn_tables *tables, cdn_table *table, cdn_keys *keys,
                             cdn_error *error)
{
    if (!is_file(table) || table->record->key == CDN_NONE)
        return CDN_OK;
    if (!cdn_keys_create(keys, cdn_tables_column(tables, table->record->key), table->rows))
        return cdn_fail_memory(error);
    for (uint32_t row = 0; row < table->rows; row++) {
        uint32_t first = table->states[row] == CDN_ROW_KEPT ? cdn_keys_add(keys, row) : CDN_NONE;
        if (first != CDN_NONE) {
            table->states[row] = CDN_ROW_DUPLICATE;
            table->details[row] = first;
        }
    }
    for (uint32_t row = 0; row < table->rows; row++) {
        if (table->states[row] != CDN_ROW_KEPT && keys->values[row] >= CDN_VALUE_MIN)
            (void)cdn_keys_add(keys, row);
    }
    return CDN_OK;
}

static bool same_kind(const cdn_column *a, const cdn_column *b)
{
    return a->kind == b->kind && (a->kind != CDN_COLUMN_CODE || a->codelist == b->codelist) &&
           (a->kind != CDN_COLUMN_DECIMAL || a->decimals == b->decimals);
}

static cdn_status resolve_reference(const cdn_tables *tables, cdn_table *table, uint32_t index,
                                    const cdn_keys *keys, cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    const cdn_reference *reference = &table->record->references[index];
    const cdn_record *target = &catalogue->records[reference->target];
    uint32_t *rows = cdn_alloc(table->rows, sizeof *rows);
    if (rows == NULL)
        return cdn_fail_memory(error);
    table->references[index] = rows;
    bool to_source = table->record->kind == CDN_RECORD_UNPIVOT &&
                     table->record->source == reference->target;
    if (to_source) {
        for (uint32_t row = 0; row < table->rows; row++)
            rows[row] = table->parents[row];
        return CDN_OK;
    }
    if (target->kind == CDN_RECORD_GROUP) { /* group.c fills it; only its source is sure to be in */
        if (reference->required && (target->source != table->index ||
                                    reference->column != target->key))
            return cdn_fail(error, CDN_E_INPUT,
                            "record type %s: only its source can require record type %s",
                            table->record->name, target->name);
        return CDN_OK;
    }
    if (target->key == CDN_NONE ||
        !same_kind(&catalogue->columns[reference->column], &catalogue->columns[target->key]))
        return cdn_fail(error, CDN_E_INPUT,
                        "record type %s: its reference to %s does not fit the key there",
                        table->record->name, target->name);
    const int32_t *values = cdn_tables_column(tables, reference->column);
    for (uint32_t row = 0; row < table->rows; row++)
        rows[row] = values[row] < CDN_VALUE_MIN
                        ? CDN_NONE
                        : cdn_keys_find(&keys[reference->target], values[row]);
    return CDN_OK;
}

/* What a row becomes on account of a required reference. */
static cdn_row_state state_by(const cdn_tables *tables, const cdn_table *table, uint32_t index,
                              uint32_t row)
{
    const cdn_reference *reference = &table->record->references[index];
    const cdn_table *target = &tables->tables[reference->target];
    if (target->record->kind == CDN_RECORD_GROUP)
        return cdn_tables_column(tables, reference->column)[row] >= CDN_VALUE_MIN
                   ? CDN_ROW_KEPT
                   : CDN_ROW_UNKNOWN;
    uint32_t to = table->references[index][row];
    if (to == CDN_NONE)
        return CDN_ROW_UNKNOWN;
    return target->states[to] == CDN_ROW_KEPT ? CDN_ROW_KEPT : CDN_ROW_ORPHAN;
}

/* One round; true when a row was left out. */
static bool leave_out_rows(const cdn_tables *tables, cdn_table *table)
{
    bool changed = false;
    for (uint32_t i = 0; i < table->record->reference_count; i++) {
        const cdn_reference *reference = &table->record->references[i];
        bool to_source = table->record->kind == CDN_RECORD_UNPIVOT &&
                         table->record->source == reference->target;
        for (uint32_t row = 0; (reference->required || to_source) && row < table->rows; row++) {
            if (table->states[row] != CDN_ROW_KEPT)
                continue;
            table->states[row] = (uint8_t)state_by(tables, table, i, row);
            table->details[row] = i;
            changed = changed || table->states[row] != CDN_ROW_KEPT;
        }
    }
    return changed;
}

/* Rows of an UNPIVOT type live and die with their source row, so there must be a reference. */
static cdn_status check_source(const cdn_table *table, cdn_error *error)
{
    const cdn_record *record = table->record;
    for (uint32_t i = 0; i < record->reference_count; i++) {
        if (record->references[i].target == record->source)
            return CDN_OK;
    }
    return cdn_fail(error, CDN_E_INTERNAL, "record type %s does not refer to its source",
                    record->name);
}

static cdn_status check_references(cdn_tables *tables, const cdn_keys *keys, cdn_error *error)
{
    uint32_t count = tables->catalogue->record_count;
    for (uint32_t i = 0; i < count; i++) {
        cdn_table *table = &tables->tables[i];
        if (table->record->kind == CDN_RECORD_GROUP)
            continue;
        if (table->record->kind == CDN_RECORD_UNPIVOT)
            CDN_TRY(check_source(table, error));
        for (uint32_t j = 0; j < table->record->reference_count; j++)
            CDN_TRY(resolve_reference(tables, table, j, keys, error));
    }
    bool changed = true;
    while (changed) { /* ends: each round but the last leaves out a row */
        changed = false;
        for (uint32_t i = 0; i < count; i++) {
            if (tables->tables[i].record->kind != CDN_RECORD_GROUP)
                changed = leave_out_rows(tables, &tables->tables[i]) || changed;
        }
    }
    return CDN_OK;
}

cdn_status cdn_tables_check(cdn_tables *tables, cdn_error *error)
{
    uint32_t count = tables->catalogue->record_count;
    CDN_TRY(check_period(tables, error));
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(check_keep(tables, &tables->tables[i], error));
        if (tables->tables[i].record->kind != CDN_RECORD_GROUP)
            check_required(tables, &tables->tables[i]);
    }
    cdn_keys *keys = cdn_alloc(count, sizeof *keys);
    if (keys == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    for (uint32_t i = 0; status == CDN_OK && i < count; i++)
        status = check_keys(tables, &tables->tables[i], &keys[i], error);
    if (status == CDN_OK)
        status = check_references(tables, keys, error);
    for (uint32_t i = 0; i < count; i++)
        cdn_keys_release(&keys[i]);
    cdn_free(keys);
    return status;
}
