/* figures.c - the figures of an output by key: of a release, or read back from a package.
 *
 * Columns are found by name in the header line, never by position: an earlier
 * package may have more or fewer of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/number.h"
#include "core/text.h"
#include "export/parts.h"
#include "io/csv.h"

#define KEY_SIZE ((size_t)16 * 1024 * 1024)

/* Rows as they come; `seen` counts how often each key came. */
typedef struct gathering {
    const char *path; /* of the file that is read */
    const cdn_release_output *output;
    cdn_figures *out;
    cdn_text key;
    cdn_map *keys;
    uint32_t *seen;
    uint32_t capacity;
    uint32_t *columns; /* per key column, then two per measure: position in the file's header */
    size_t width;      /* fields of the header; 0 = not read yet */
} gathering;

static bool is_key(const cdn_release_output *output, uint32_t column)
{
    if (!output->is_list || output->columns[column].kind == CDN_FIELD_TEXT)
        return true;
    for (uint32_t c = 0; c < output->column_count; c++)
        if (output->columns[c].kind == CDN_FIELD_TEXT)
            return false;
    return true;
}

static bool grow(gathering *g)
{
    cdn_figures *out = g->out;
    if (out->row_count < g->capacity)
        return true;
    uint32_t capacity = g->capacity == 0 ? 64 : g->capacity * 2;
    size_t measures = out->measure_count == 0 ? 1 : out->measure_count;
    cdn_value *values = cdn_resize(out->values, capacity * measures, sizeof *values);
    if (values == NULL)
        return false;
    out->values = values;
    uint32_t *seen = cdn_resize(g->seen, capacity, sizeof *seen);
    if (seen == NULL)
        return false;
    g->seen = seen;
    g->capacity = capacity;
    return true;
}

static void add_key_part(cdn_text *key, const char *bytes, size_t length)
{
    cdn_text_addf(key, "%zu:", length);
    cdn_text_add_bytes(key, bytes, length);
}

/* A new row under g->key; its values are the caller's to fill. */
static cdn_status add_row(gathering *g, cdn_value **values, cdn_error *error)
{
    cdn_figures *out = g->out;
    bool fresh = false;
    if (g->key.failed || !grow(g))
        return cdn_fail_memory(error);
    uint32_t id = cdn_map_add(g->keys, g->key.bytes, g->key.length, &fresh);
    if (id == CDN_MAP_NONE)
        return cdn_fail_memory(error);
    g->seen[id] = fresh ? 1 : g->seen[id] + 1;
    cdn_text_addf(&g->key, "#%" PRIu32, g->seen[id]);
    if (g->key.failed || cdn_map_add(out->rows, g->key.bytes, g->key.length, NULL) == CDN_MAP_NONE)
        return cdn_fail_memory(error);
    *values = &out->values[(size_t)out->row_count * out->measure_count];
    out->row_count++;
    return CDN_OK;
}

static cdn_status begin(const cdn_release_output *output, cdn_figures *out, gathering *g,
                        cdn_error *error)
{
    *out = (cdn_figures){.measure_count = output->measure_count};
    *g = (gathering){.output = output, .out = out, .key = CDN_TEXT_INIT(KEY_SIZE)};
    out->rows = cdn_map_create();
    out->measures = cdn_alloc(output->measure_count, 1);
    g->keys = cdn_map_create();
    g->columns = cdn_alloc((size_t)output->column_count + 2 * (size_t)output->measure_count,
                           sizeof *g->columns);
    bool made = out->rows != NULL && out->measures != NULL && g->keys != NULL && g->columns != NULL;
    return made ? CDN_OK : cdn_fail_memory(error);
}

static void end(gathering *g)
{
    cdn_text_release(&g->key);
    cdn_map_destroy(g->keys);
    cdn_free(g->seen);
    cdn_free(g->columns);
}

static void take_key(gathering *g, uint32_t row)
{
    const cdn_release_output *output = g->output;
    cdn_text_clear(&g->key);
    for (uint32_t c = 0; c < output->column_count; c++) {
        size_t at = (size_t)row * output->column_count + c;
        if (!is_key(output, c))
            continue;
        const char *text =
            output->is_list ? output->texts[at] : output->columns[c].codes[output->keys[at]];
        add_key_part(&g->key, text, strlen(text));
    }
}

cdn_status cdn_figures_take(const cdn_release_output *output, cdn_figures *out, cdn_error *error)
{
    gathering g;
    cdn_status status = begin(output, out, &g, error);
    for (uint32_t row = 0; row < output->row_count && status == CDN_OK; row++) {
        cdn_value *values = NULL;
        take_key(&g, row);
        status = add_row(&g, &values, error);
        for (uint32_t m = 0; m < output->measure_count && status == CDN_OK; m++)
            values[m] = output->values[(size_t)row * output->measure_count + m];
    }
    if (status == CDN_OK)
        memset(out->measures, 1, output->measure_count);
    out->found = status == CDN_OK;
    end(&g);
    return status;
}

/* --- reading back ----------------------------------------------------------------------------- */

static bool is_field(const cdn_csv_field *field, const char *name, const char *suffix)
{
    size_t length = strlen(name);
    return field->length == length + strlen(suffix) && memcmp(field->bytes, name, length) == 0 &&
           memcmp(field->bytes + length, suffix, strlen(suffix)) == 0;
}

static uint32_t find_field(const cdn_csv_field *fields, size_t count, const char *name,
                           const char *suffix)
{
    for (uint32_t i = 0; i < count; i++)
        if (is_field(&fields[i], name, suffix))
            return i;
    return UINT32_MAX;
}

static void read_header(gathering *g, const cdn_csv_field *fields, size_t count)
{
    const cdn_release_output *output = g->output;
    g->width = count;
    g->out->found = true;
    for (uint32_t c = 0; c < output->column_count; c++) {
        g->columns[c] = find_field(fields, count, output->columns[c].name, "");
        if (is_key(output, c) && g->columns[c] == UINT32_MAX)
            g->out->found = false;
    }
    uint32_t *at = g->columns + output->column_count;
    for (uint32_t m = 0; m < output->measure_count; m++) {
        at[2 * m] = find_field(fields, count, output->measures[m].name, "");
        at[2 * m + 1] = find_field(fields, count, output->measures[m].name, "_status");
        g->out->measures[m] = at[2 * m] != UINT32_MAX && at[2 * m + 1] != UINT32_MAX;
    }
}

/* A table of another breakdown has more code columns: each has one of labels. */
static bool has_other_dimensions(const gathering *g, const cdn_csv_field *fields, size_t count)
{
    uint32_t labels = 0;
    if (g->output->is_list)
        return false;
    for (uint32_t i = 1; i < count && !is_field(&fields[i], "period", ""); i++)
        labels += fields[i].length > 6 &&
                  memcmp(fields[i].bytes + fields[i].length - 6, "_label", 6) == 0;
    return labels != g->output->column_count;
}

static bool read_value(const cdn_csv_field *number, const cdn_csv_field *code, uint8_t decimals,
                       cdn_value *out)
{
    static const cdn_value_status all[] = {CDN_VALUE_OK, CDN_VALUE_CONFIDENTIAL,
                                           CDN_VALUE_NOT_AVAILABLE, CDN_VALUE_NOT_APPLICABLE,
                                           CDN_VALUE_LOW};
    *out = (cdn_value){CDN_VALUE_CONFIDENTIAL, 0};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!is_field(code, cdn_status_code(all[i]), ""))
            continue;
        out->status = all[i];
        return all[i] != CDN_VALUE_OK ||
               cdn_parse_decimal(number->bytes, number->length, decimals, &out->number);
    }
    return false;
}

static cdn_status read_record(void *context, uint64_t line, const cdn_csv_field *fields,
                              size_t count, cdn_error *error)
{
    gathering *g = context;
    const cdn_release_output *output = g->output;
    cdn_value *values = NULL;
    if (g->width == 0) {
        read_header(g, fields, count);
        g->out->found = g->out->found && !has_other_dimensions(g, fields, count);
        return CDN_OK;
    }
    if (count != g->width)
        return cdn_fail_at(error, CDN_E_INPUT, g->path, line, 0,
                           "a record has %zu fields, the header has %zu", count, g->width);
    if (!g->out->found)
        return CDN_OK;
    cdn_text_clear(&g->key);
    for (uint32_t c = 0; c < output->column_count; c++) {
        if (is_key(output, c))
            add_key_part(&g->key, fields[g->columns[c]].bytes, fields[g->columns[c]].length);
    }
    CDN_TRY(add_row(g, &values, error));
    const uint32_t *at = g->columns + output->column_count;
    for (uint32_t m = 0; m < output->measure_count; m++, at += 2) {
        values[m] = (cdn_value){CDN_VALUE_CONFIDENTIAL, 0};
        if (g->out->measures[m] &&
            !read_value(&fields[at[0]], &fields[at[1]], output->measures[m].decimals, &values[m]))
            g->out->measures[m] = 0;
    }
    return CDN_OK;
}

cdn_status cdn_figures_read(const char *package, const cdn_release_output *output, cdn_figures *out,
                            cdn_error *error)
{
    gathering g;
    char name[CDN_LIMIT_NAME_SIZE + 32];
    cdn_status status = begin(output, out, &g, error);
    (void)snprintf(name, sizeof name, "data/tables/%s.csv", output->name);
    char *path = cdn_path_join(package, name);
    if (status == CDN_OK && path == NULL)
        status = cdn_fail_memory(error);
    g.path = path;
    if (status == CDN_OK && cdn_file_exists(path))
        status = cdn_csv_read(path, read_record, &g, error);
    cdn_free(path);
    end(&g);
    return status;
}

void cdn_figures_release(cdn_figures *figures)
{
    cdn_map_destroy(figures->rows);
    cdn_free(figures->values);
    cdn_free(figures->measures);
    *figures = (cdn_figures){0};
}
