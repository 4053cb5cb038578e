/* pattern.c - reads and writes pattern files: cell_id,status.
 *
 * A pattern must speak of every cell, once: one that is silent about a cell
 * could mean either. The bounds of an interval may stand beside the status;
 * they are what an attacker computes, not what he is given, and are not read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/outside.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/file.h"
#include "outside/bounds.h"
#include "outside/fields.h"

enum { ID, STATUS, LOWER, UPPER, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {
    [ID] = "cell_id", [STATUS] = "status", [LOWER] = "lower", [UPPER] = "upper"};
#define REQUIRED_COLUMNS 2u

static const char *const status_names[] = {"published", "suppressed"};

#define NOT_SEEN 2u

typedef struct reader {
    const char *path;
    const cdn_outside_table *table;
    uint8_t *withheld;
    cdn_outside_columns columns;
    uint32_t guess; /* of the next cell: files mostly keep the order */
} reader;

static cdn_status add_status(void *context, uint64_t line, const cdn_csv_field *fields,
                             size_t count, cdn_error *error)
{
    reader *self = context;
    uint32_t status = 0;
    if (self->columns.width == 0)
        return cdn_outside_read_header(&self->columns, self->path, line, fields, count, error);
    CDN_TRY(cdn_outside_check_width(&self->columns, self->path, line, count, error));
    cdn_outside_record record = {self->path, line, fields, &self->columns};
    cdn_csv_field id = cdn_outside_field(&record, ID);
    uint32_t cell = self->guess;
    if (!cdn_outside_is_key(self->table->ids, cell, id)) {
        CDN_TRY(cdn_outside_check_id(&record, ID, error));
        cell = cdn_map_find(self->table->ids, id.bytes, id.length);
    }
    if (cell == CDN_MAP_NONE)
        return cdn_outside_fail(&record, ID, error, "\"%.*s\" is not in the cells file",
                                (int)id.length, id.bytes);
    self->guess = cell + 1;
    if (self->withheld[cell] != NOT_SEEN)
        return cdn_outside_fail(&record, ID, error, "the cell \"%.*s\" is there already",
                                (int)id.length, id.bytes);
    CDN_TRY(cdn_outside_word(&record, STATUS, status_names, 2, &status, error));
    self->withheld[cell] = (uint8_t)status;
    return CDN_OK;
}

cdn_status cdn_outside_read_pattern(const char *path, const cdn_outside_table *table,
                                    uint8_t *withheld, cdn_error *error)
{
    reader self = {.path = path,
                   .table = table,
                   .withheld = withheld,
                   .columns = {.names = column_names,
                               .count = COLUMN_COUNT,
                               .required = REQUIRED_COLUMNS}};
    uint32_t missing = 0, first = 0;
    memset(withheld, NOT_SEEN, table->cell_count);
    CDN_TRY(cdn_csv_read(path, add_status, &self, error));
    if (self.columns.width == 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, 1, 0,
                           "expected a header with cell_id and status, found an empty file");
    for (uint32_t c = table->cell_count; c-- > 0;) {
        if (withheld[c] == NOT_SEEN) {
            missing++;
            first = c;
        }
    }
    if (missing == 0)
        return CDN_OK;
    return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0,
                       "expected every cell of the cells file, found %u missing, the first of "
                       "them \"%.128s\"",
                       missing, cdn_outside_cell_id(table, first));
}

/* Nothing for a published cell, nor where there is no bound. */
static void add_ends(cdn_text *line, const cdn_outside_bounds *bounds, bool withheld, uint32_t cell)
{
    const cdn_interval *found = &bounds->found[cell];
    cdn_text_add(line, ",");
    if (withheld && found->lower != INT64_MIN)
        cdn_text_add_decimal(line, found->lower, bounds->decimals);
    cdn_text_add(line, ",");
    if (withheld && found->upper != INT64_MAX)
        cdn_text_add_decimal(line, found->upper, bounds->decimals);
}

cdn_status cdn_outside_write_pattern(const char *path, const cdn_outside_table *table,
                                     const uint8_t *withheld,
                                     const cdn_outside_bounds *bounds, cdn_error *error)
{
    cdn_writer *writer = NULL;
    cdn_text line = CDN_TEXT_INIT(CDN_OUTSIDE_TEXT_MAX);
    CDN_TRY(cdn_writer_create(path, &writer, error));
    cdn_text_add(&line, bounds == NULL ? "cell_id,status\n" : "cell_id,status,lower,upper\n");
    for (uint32_t c = 0; c < table->cell_count && !line.failed; c++) {
        cdn_writer_add(writer, line.bytes, line.length);
        cdn_text_clear(&line);
        cdn_csv_add_field(&line, cdn_outside_cell_id(table, c));
        cdn_text_add(&line, withheld[c] ? ",suppressed" : ",published");
        if (bounds != NULL)
            add_ends(&line, bounds, withheld[c] != 0, c);
        cdn_text_add(&line, "\n");
    }
    bool ok = !line.failed;
    if (ok)
        cdn_writer_add(writer, line.bytes, line.length);
    cdn_text_release(&line);
    if (!ok) {
        cdn_writer_abandon(writer);
        return cdn_fail_memory(error);
    }
    return cdn_writer_commit(writer, error);
}
