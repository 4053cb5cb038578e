/* table.c - one output as CSV: RFC 4180 quoting, LF, UTF-8, decimal text.
 *
 * A value is empty exactly when its status is not OK, so a reader who ignores the
 * status column never takes a withheld figure for 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/fail.h"
#include "export/parts.h"

#define ROW_SIZE ((size_t)16 * 1024 * 1024)

void cdn_csv_add(cdn_text *row, bool first, const char *field)
{
    if (!first)
        cdn_text_add(row, ",");
    size_t length = strlen(field);
    bool quote = strpbrk(field, ",\"\r\n") != NULL ||
                 (length > 0 && (field[0] == ' ' || field[length - 1] == ' '));
    if (!quote) {
        cdn_text_add_bytes(row, field, length);
        return;
    }
    cdn_text_add(row, "\"");
    for (const char *at = field;;) {
        size_t plain = strcspn(at, "\"");
        cdn_text_add_bytes(row, at, plain);
        if (at[plain] == '\0')
            break;
        cdn_text_add(row, "\"\"");
        at += plain + 1;
    }
    cdn_text_add(row, "\"");
}

static void add_suffixed(cdn_text *row, const char *name, const char *suffix)
{
    cdn_text_add(row, ",");
    cdn_text_add(row, name);
    cdn_text_add(row, suffix);
}

static void add_header(const cdn_release_output *output, cdn_text *row)
{
    for (uint32_t c = 0; c < output->column_count; c++) {
        cdn_csv_add(row, c == 0, output->columns[c].name);
        if (!output->is_list)
            add_suffixed(row, output->columns[c].name, "_label");
    }
    cdn_csv_add(row, output->column_count == 0, "period");
    for (uint32_t m = 0; m < output->measure_count; m++) {
        cdn_csv_add(row, false, output->measures[m].name);
        add_suffixed(row, output->measures[m].name, "_status");
    }
}

static void add_row(const cdn_release *release, const cdn_release_output *output, size_t at,
                    cdn_text *row)
{
    size_t width = output->column_count, measures = output->measure_count;
    for (size_t c = 0; c < width; c++) {
        const cdn_release_column *column = &output->columns[c];
        if (output->is_list) {
            cdn_csv_add(row, c == 0, output->texts[at * width + c]);
        } else {
            uint32_t code = output->keys[at * width + c];
            cdn_csv_add(row, c == 0, column->codes[code]);
            cdn_csv_add(row, false, column->labels[code]);
        }
    }
    cdn_csv_add(row, width == 0, release->period);
    for (size_t m = 0; m < measures; m++) {
        const cdn_value *value = &output->values[at * measures + m];
        cdn_text_add(row, ",");
        if (value->status == CDN_VALUE_OK)
            cdn_text_add_decimal(row, value->number, output->measures[m].decimals);
        cdn_text_add(row, ",");
        cdn_text_add(row, cdn_status_code(value->status));
    }
}

cdn_status cdn_table_write(const cdn_release *release, const cdn_release_output *output,
                           const char *path, cdn_error *error)
{
    cdn_writer *writer = NULL;
    cdn_text row = CDN_TEXT_INIT(ROW_SIZE);
    CDN_TRY(cdn_writer_create(path, &writer, error));
    add_header(output, &row);
    for (size_t at = 0; at < output->row_count && !row.failed; at++) {
        cdn_text_add(&row, "\n");
        cdn_writer_add(writer, row.bytes, row.length);
        cdn_text_clear(&row);
        add_row(release, output, at, &row);
    }
    cdn_text_add(&row, "\n");
    cdn_status status = CDN_OK;
    if (row.failed) {
        status = cdn_fail_memory(error);
        cdn_writer_abandon(writer);
    } else {
        cdn_writer_add(writer, row.bytes, row.length);
        status = cdn_writer_commit(writer, error);
    }
    cdn_text_release(&row);
    return status;
}
