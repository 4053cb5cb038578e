/* rows.c - reads the constraints file into rows, and checks each against the values.
 *
 * The entries of a row need not stand together, nor cells be in any order. But
 * files mostly are regular: the row of the line before, and the cell as far on
 * from the last one as that was from the one before it, are compared before an
 * id is looked up, which spares most of the time.
 * Sums are exact: 64-bit values times 32-bit coefficients in 128 bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/outside.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "outside/fields.h"

enum { ROW, CELL, COEF, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {
    [ROW] = "row_id", [CELL] = "cell_id", [COEF] = "coef"};

#define NONE UINT32_MAX

typedef struct entry {
    uint64_t line;
    uint32_t row, cell;
    int32_t coefficient;
} entry;

typedef struct reader {
    const char *path;
    cdn_outside_table *table;
    cdn_outside_columns columns;
    entry *entries;
    uint32_t count, capacity;
    uint32_t row;   /* of the last entry, or NONE */
    uint32_t cell;  /* of the last entry */
    uint32_t guess; /* of the next, modulo 2^32 */
} reader;

static bool make_room(reader *self)
{
    if (self->count < self->capacity)
        return true;
    uint32_t capacity = self->capacity == 0 ? 4096 : self->capacity * 2;
    entry *entries = capacity < self->capacity
                         ? NULL
                         : cdn_resize(self->entries, capacity, sizeof *entries);
    if (entries == NULL)
        return false;
    self->entries = entries;
    self->capacity = capacity;
    return true;
}

static cdn_status find_row(reader *self, const cdn_outside_record *record, cdn_error *error)
{
    cdn_csv_field id = cdn_outside_field(record, ROW);
    if (cdn_outside_is_key(self->table->rows, self->row, id))
        return CDN_OK;
    CDN_TRY(cdn_outside_check_id(record, ROW, error));
    self->row = cdn_map_add(self->table->rows, id.bytes, id.length, NULL);
    return self->row == CDN_MAP_NONE ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status find_cell(reader *self, const cdn_outside_record *record, uint32_t *out,
                            cdn_error *error)
{
    cdn_csv_field id = cdn_outside_field(record, CELL);
    *out = self->guess;
    if (!cdn_outside_is_key(self->table->ids, self->guess, id))
        *out = cdn_map_find(self->table->ids, id.bytes, id.length);
    if (*out == CDN_MAP_NONE) {
        CDN_TRY(cdn_outside_check_id(record, CELL, error));
        return cdn_outside_fail(record, CELL, error, "\"%.*s\" is not in the cells file",
                                (int)id.length, id.bytes);
    }
    self->guess = *out + (*out - self->cell);
    self->cell = *out;
    return CDN_OK;
}

static cdn_status add_entry(void *context, uint64_t line, const cdn_csv_field *fields,
                            size_t count, cdn_error *error)
{
    reader *self = context;
    int64_t coefficient = 0;
    uint32_t cell = NONE;
    if (self->columns.width == 0)
        return cdn_outside_read_header(&self->columns, self->path, line, fields, count, error);
    CDN_TRY(cdn_outside_check_width(&self->columns, self->path, line, count, error));
    cdn_outside_record record = {self->path, line, fields, &self->columns};
    CDN_TRY(find_row(self, &record, error));
    CDN_TRY(find_cell(self, &record, &cell, error));
    CDN_TRY(cdn_outside_whole(&record, COEF, -INT32_MAX, INT32_MAX, &coefficient, error));
    if (coefficient == 0)
        return cdn_outside_fail(&record, COEF, error, "expected a coefficient, found 0");
    if (!make_room(self))
        return cdn_fail_memory(error);
    self->entries[self->count++] = (entry){line, self->row, cell, (int32_t)coefficient};
    return CDN_OK;
}

/* Entries by row, in the order of the file within a row. */
static cdn_status sort_entries(reader *self, entry **sorted, cdn_error *error)
{
    cdn_outside_table *table = self->table;
    table->row_count = cdn_map_count(table->rows);
    table->row_start = cdn_alloc((size_t)table->row_count + 1, sizeof *table->row_start);
    table->row_cell = cdn_alloc(self->count, sizeof *table->row_cell);
    table->row_coefficient = cdn_alloc(self->count, sizeof *table->row_coefficient);
    uint32_t *next = cdn_alloc((size_t)table->row_count + 1, sizeof *next);
    *sorted = cdn_alloc(self->count, sizeof **sorted);
    if (table->row_start == NULL || table->row_cell == NULL || table->row_coefficient == NULL ||
        next == NULL || *sorted == NULL) {
        cdn_free(next);
        return cdn_fail_memory(error);
    }
    for (uint32_t i = 0; i < self->count; i++)
        table->row_start[self->entries[i].row + 1]++;
    for (uint32_t r = 0; r < table->row_count; r++)
        next[r + 1] = table->row_start[r + 1] += table->row_start[r];
    for (uint32_t i = 0; i < self->count; i++) {
        uint32_t to = next[self->entries[i].row]++;
        (*sorted)[to] = self->entries[i];
        table->row_cell[to] = self->entries[i].cell;
        table->row_coefficient[to] = self->entries[i].coefficient;
    }
    cdn_free(next);
    return CDN_OK;
}

static cdn_status check_row(const reader *self, const entry *sorted, uint32_t row, uint32_t *seen,
                            cdn_error *error)
{
    const cdn_outside_table *table = self->table;
    __int128 sum = 0;
    uint32_t first = table->row_start[row];
    for (uint32_t i = first; i < table->row_start[row + 1]; i++) {
        uint32_t cell = sorted[i].cell;
        if (seen[cell] == row)
            return cdn_fail_at(error, CDN_E_INPUT, self->path, sorted[i].line,
                               (uint64_t)self->columns.at[CELL] + 1,
                               "the cell \"%.128s\" stands twice in the row \"%.128s\"",
                               cdn_outside_cell_id(table, cell), cdn_outside_row_id(table, row));
        seen[cell] = row;
        sum += (__int128)table->cells[cell].value * sorted[i].coefficient;
    }
    if (sum == 0)
        return CDN_OK;
    (void)cdn_fail_at(error, CDN_E_INPUT, self->path, sorted[first].line,
                      (uint64_t)self->columns.at[ROW] + 1,
                      "the row \"%.128s\" does not add up: expected coef x value of its cells to "
                      "sum to 0, found another sum",
                      cdn_outside_row_id(table, row));
    cdn_fail_hint(error, "a total has coef -1 where its parts have 1; values are compared exactly");
    return CDN_E_INPUT;
}

static cdn_status check_rows(const reader *self, const entry *sorted, cdn_error *error)
{
    uint32_t *seen = cdn_alloc(self->table->cell_count, sizeof *seen);
    if (seen == NULL)
        return cdn_fail_memory(error);
    memset(seen, 0xff, self->table->cell_count * sizeof *seen); /* NONE everywhere */
    cdn_status status = CDN_OK;
    for (uint32_t r = 0; status == CDN_OK && r < self->table->row_count; r++)
        status = check_row(self, sorted, r, seen, error);
    cdn_free(seen);
    return status;
}

cdn_status cdn_outside_read_rows(const char *path, cdn_outside_table *table, cdn_error *error)
{
    reader self = {.path = path,
                   .table = table,
                   .columns = {.names = column_names,
                               .count = COLUMN_COUNT,
                               .required = COLUMN_COUNT},
                   .row = NONE};
    entry *sorted = NULL;
    cdn_status status = cdn_csv_read(path, add_entry, &self, error);
    if (status == CDN_OK && self.columns.width == 0)
        status = cdn_fail_at(error, CDN_E_INPUT, path, 1, 0,
                             "expected a header with row_id, cell_id and coef, found an empty "
                             "file");
    if (status == CDN_OK)
        status = sort_entries(&self, &sorted, error);
    if (status == CDN_OK)
        status = check_rows(&self, sorted, error);
    cdn_free(sorted);
    cdn_free(self.entries);
    return status;
}
