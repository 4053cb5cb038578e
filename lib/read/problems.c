/* problems.c - what is left out of the input files, described line by line and counted.
 *
 * Lines come in the order of the record types and, within one, of the file, so
 * that they do not depend on how the checks are made. A line names the place
 * and the kind of thing expected and found, never what stands there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "read/column.h"
#include "read/header.h"
#include "read/table.h"

#define FIRST_EXCLUSIONS 16u

typedef struct reporter {
    cdn_tables *tables;
    const cdn_table *table;
    const cdn_table *lines; /* the table that has the file: this one, or the source */
    cdn_text *out;
    uint64_t count;
    uint8_t *faulty; /* per row: some value is a fault */
} reporter;

static const cdn_column *column_of(const reporter *self, uint32_t index)
{
    return &self->tables->catalogue->columns[self->table->record->column_first + index];
}

/* Whether the file says anything wrong in this row that its owner could mend. */
static bool is_described(cdn_row_state state)
{
    return state != CDN_ROW_OUTSIDE && state != CDN_ROW_ORPHAN;
}

/* --- lines ---------------------------------------------------------------------------------- */

static bool begin_line(reporter *self)
{
    self->count++;
    return self->count <= CDN_LIMIT_PROBLEMS;
}

/* `file:line:field: column "header": ` */
static void add_place(reporter *self, uint32_t row, uint32_t index)
{
    const cdn_record *record = self->table->record;
    const cdn_table *table = self->table;
    if (record->kind != CDN_RECORD_UNPIVOT) {
        cdn_text_addf(self->out, "%s:%" PRIu64 ":%" PRIu32 ": column \"%s\": ", record->file,
                      table->lines[row], table->field_numbers[index],
                      column_of(self, index)->header);
        return;
    }
    uint32_t code = (uint32_t)table->columns[0][row];
    const cdn_codelist *codes = &self->tables->catalogue->codelists[record->unpivot_codes];
    cdn_text_addf(self->out, "%s:%" PRIu64 ":%" PRIu32 ": column \"", self->lines->record->file,
                  self->lines->lines[table->parents[row]],
                  table->field_numbers[(size_t)code * record->column_count + index]);
    (void)cdn_pattern_apply(record->unpivot_pattern, codes->codes[code], self->out);
    cdn_text_addf(self->out, "%s\": ", column_of(self, index)->header);
}

static const char *found(int32_t value)
{
    if (value == (int32_t)CDN_FAULT_RANGE)
        return "a value out of range";
    if (value == (int32_t)CDN_FAULT_CODE)
        return "an unknown code";
    if (value == (int32_t)CDN_FAULT_DATE)
        return "an impossible date";
    if (value == (int32_t)CDN_FAULT_FORMAT)
        return "something else";
    return "nothing";
}

static void describe_value(reporter *self, uint32_t row, uint32_t index, bool excludes)
{
    if (!begin_line(self))
        return;
    add_place(self, row, index);
    cdn_text_add(self->out, "expected ");
    cdn_column_expectation(self->tables->catalogue, column_of(self, index), self->out);
    cdn_text_addf(self->out, ", found %s (%s)\n", found(self->table->columns[index][row]),
                  excludes ? "row left out" : "taken as missing");
}

static uint32_t own_column(const cdn_table *table, uint32_t column)
{
    uint32_t index = column - table->record->column_first;
    return column == CDN_NONE || index >= table->record->column_count ? CDN_NONE : index;
}

static void describe_row(reporter *self, uint32_t row)
{
    const cdn_table *table = self->table;
    const cdn_record *record = table->record;
    uint32_t detail = table->details[row];
    cdn_row_state state = table->states[row];
    if (state == CDN_ROW_REQUIRED) {
        describe_value(self, row, detail, true);
    } else if (state == CDN_ROW_FIELDS && begin_line(self)) {
        cdn_text_addf(self->out,
                      "%s:%" PRIu64 ": expected %" PRIu32 " fields, found %" PRIu32
                      " (row left out)\n",
                      record->file, table->lines[row], table->header_fields, detail);
    } else if (state == CDN_ROW_DUPLICATE && begin_line(self)) {
        add_place(self, row, own_column(table, record->key));
        cdn_text_addf(self->out, "duplicate key, first on line %" PRIu64 " (row left out)\n",
                      table->lines[detail]);
    } else if (state == CDN_ROW_UNKNOWN && begin_line(self)) {
        const cdn_reference *reference = &record->references[detail];
        uint32_t index = own_column(table, reference->column);
        add_place(self, row, index == CDN_NONE ? 0 : index);
        cdn_text_addf(self->out, "unknown %s (row left out)\n",
                      self->tables->catalogue->records[reference->target].name);
    }
}

static void describe_table(reporter *self)
{
    const cdn_table *table = self->table;
    for (uint32_t row = 0; row < table->rows; row++) {
        cdn_row_state state = table->states[row];
        if (!is_described(state))
            continue;
        for (uint32_t i = 0; self->faulty[row] && i < table->record->column_count; i++) {
            bool told = state == CDN_ROW_REQUIRED && table->details[row] == i;
            if (cdn_is_fault(table->columns[i][row]) && !told)
                describe_value(self, row, i, false);
        }
        if (state != CDN_ROW_KEPT)
            describe_row(self, row);
    }
}

/* --- counts --------------------------------------------------------------------------------- */

static cdn_status add_exclusion(cdn_tables *tables, const cdn_exclusion *exclusion,
                                cdn_error *error)
{
    if (exclusion->rows == 0 && exclusion->values == 0)
        return CDN_OK;
    if (tables->exclusion_count == tables->exclusion_capacity) {
        uint32_t capacity =
            tables->exclusion_capacity == 0 ? FIRST_EXCLUSIONS : tables->exclusion_capacity * 2;
        cdn_exclusion *larger =
            cdn_resize(tables->exclusions, capacity, sizeof *tables->exclusions);
        if (larger == NULL)
            return cdn_fail_memory(error);
        tables->exclusions = larger;
        tables->exclusion_capacity = capacity;
    }
    tables->exclusions[tables->exclusion_count++] = *exclusion;
    return CDN_OK;
}

static const char *value_reason(int32_t value)
{
    if (value == (int32_t)CDN_FAULT_RANGE)
        return "out of range";
    if (value == (int32_t)CDN_FAULT_CODE)
        return "unknown code";
    if (value == (int32_t)CDN_FAULT_DATE)
        return "impossible date";
    if (value == (int32_t)CDN_FAULT_FORMAT)
        return "not a number";
    return "missing value";
}

/* The reasons of rows of one state and detail; a required value's fault is a reason of its own. */
static cdn_status count_rows(reporter *self, cdn_row_state state, uint32_t detail,
                             const char *reason, const char *column, cdn_error *error)
{
    cdn_exclusion exclusion = {self->table->record->name, reason, column, 0, 0};
    for (uint32_t row = 0; row < self->table->rows; row++)
        exclusion.rows += self->table->states[row] == state &&
                          (detail == CDN_NONE || self->table->details[row] == detail);
    return add_exclusion(self->tables, &exclusion, error);
}

static cdn_status count_column(reporter *self, uint32_t index, cdn_error *error)
{
    const cdn_table *table = self->table;
    static const int32_t kinds[] = {CDN_FAULT_FORMAT, CDN_FAULT_RANGE, CDN_FAULT_CODE,
                                    CDN_FAULT_DATE, CDN_MISSING};
    cdn_exclusion counts[sizeof kinds / sizeof *kinds];
    uint32_t kind_count = sizeof kinds / sizeof *kinds;
    for (uint32_t i = 0; i < kind_count; i++)
        counts[i] = (cdn_exclusion){table->record->name, value_reason(kinds[i]),
                                    column_of(self, index)->name, 0, 0};
    for (uint32_t row = 0; row < table->rows; row++) {
        int32_t value = table->columns[index][row];
        if (value >= CDN_VALUE_MIN)
            continue;
        uint32_t kind = 0;
        while (kind < kind_count - 1 && kinds[kind] != value)
            kind++;
        self->faulty[row] |= cdn_is_fault(value);
        if (table->states[row] == CDN_ROW_KEPT)
            counts[kind].values += cdn_is_fault(value);
        else if (table->states[row] == CDN_ROW_REQUIRED && table->details[row] == index)
            counts[kind].rows++;
    }
    for (uint32_t i = 0; i < kind_count; i++)
        CDN_TRY(add_exclusion(self->tables, &counts[i], error));
    return CDN_OK;
}

static cdn_status count_reference(reporter *self, uint32_t index, cdn_error *error)
{
    const cdn_catalogue *catalogue = self->tables->catalogue;
    const cdn_reference *reference = &self->table->record->references[index];
    const char *target = catalogue->records[reference->target].name;
    const char *column =
        reference->column == CDN_NONE ? "" : catalogue->columns[reference->column].name;
    const char *unknown = cdn_arena_printf(self->tables->arena, "unknown %s", target);
    const char *orphan = cdn_arena_printf(self->tables->arena, "%s left out", target);
    if (unknown == NULL || orphan == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(count_rows(self, CDN_ROW_UNKNOWN, index, unknown, column, error));
    return count_rows(self, CDN_ROW_ORPHAN, index, orphan, column, error);
}

static cdn_status count_table(reporter *self, cdn_error *error)
{
    const cdn_record *record = self->table->record;
    const cdn_catalogue *catalogue = self->tables->catalogue;
    CDN_TRY(count_rows(self, CDN_ROW_FIELDS, CDN_NONE, "wrong number of fields", "", error));
    CDN_TRY(count_rows(self, CDN_ROW_OUTSIDE, CDN_NONE, "outside the record type", "", error));
    for (uint32_t i = 0; i < record->column_count; i++)
        CDN_TRY(count_column(self, i, error));
    if (record->key != CDN_NONE)
        CDN_TRY(count_rows(self, CDN_ROW_DUPLICATE, CDN_NONE, "duplicate key",
                           catalogue->columns[record->key].name, error));
    for (uint32_t i = 0; i < record->reference_count; i++)
        CDN_TRY(count_reference(self, i, error));
    return CDN_OK;
}

static cdn_status report_table(reporter *self, cdn_error *error)
{
    self->faulty = cdn_alloc(self->table->rows, 1);
    if (self->faulty == NULL)
        return cdn_fail_memory(error);
    cdn_status status = count_table(self, error);
    if (status == CDN_OK)
        describe_table(self);
    cdn_free(self->faulty);
    return status;
}

cdn_status cdn_problems_report(cdn_tables *tables, cdn_text *out, cdn_error *error)
{
    reporter self = {.tables = tables, .out = out};
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++) {
        self.table = &tables->tables[i];
        if (self.table->record->kind == CDN_RECORD_GROUP)
            continue;
        self.lines = self.table->record->kind == CDN_RECORD_UNPIVOT
                         ? &tables->tables[self.table->record->source]
                         : self.table;
        CDN_TRY(report_table(&self, error));
    }
    if (self.count > CDN_LIMIT_PROBLEMS)
        cdn_text_addf(out, "... and %" PRIu64 " more\n", self.count - CDN_LIMIT_PROBLEMS);
    return CDN_OK;
}
