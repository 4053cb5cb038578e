/* data.c - loading the data, and showing what the catalogue says of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/session.h"
#include "io/file.h"

static void add_exclusions(const cdn_snapshot *snapshot, cdn_text *text, cdn_json *json)
{
    cdn_json *list = cdn_json_array();
    uint32_t count = cdn_snapshot_exclusion_count(snapshot);
    for (uint32_t i = 0; i < count; i++) {
        const cdn_exclusion *e = cdn_snapshot_exclusion(snapshot, i);
        cdn_json *item = cdn_json_object();
        cdn_text_addf(text, "  %-16s %-20s %-40s %8llu rows %8llu values\n", e->record, e->column,
                      e->reason, (unsigned long long)e->rows, (unsigned long long)e->values);
        cdn_json_set(item, "record", cdn_json_new_string(e->record));
        cdn_json_set(item, "column", cdn_json_new_string(e->column));
        cdn_json_set(item, "reason", cdn_json_new_string(e->reason));
        cdn_json_set(item, "rows", cdn_json_new_integer((int64_t)e->rows));
        cdn_json_set(item, "values", cdn_json_new_integer((int64_t)e->values));
        cdn_json_push(list, item);
    }
    cdn_json_set(json, "excluded", list);
}

static cdn_status report_load(cdn_desk *desk, cdn_text *problems, cdn_report *report,
                              cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_json *records = cdn_json_object();
    cdn_text_add(&text, problems->bytes == NULL ? "" : problems->bytes);
    cdn_text_addf(&text, "loaded %s, data as at %s\n", desk->catalogue->title,
                  cdn_snapshot_period(desk->snapshot));
    for (uint32_t r = 0; r < desk->catalogue->record_count; r++) {
        uint32_t rows = cdn_snapshot_rows(desk->snapshot, r);
        cdn_text_addf(&text, "  %-20s %10u\n", desk->catalogue->records[r].name, rows);
        cdn_json_set(records, desk->catalogue->records[r].name, cdn_json_new_integer(rows));
    }
    if (cdn_snapshot_exclusion_count(desk->snapshot) > 0)
        cdn_text_add(&text, "left out:\n");
    cdn_json_set(json, "records", records);
    cdn_json_set(json, "period", cdn_json_new_string(cdn_snapshot_period(desk->snapshot)));
    cdn_json_set(json, "problems",
                 cdn_json_new_string(problems->bytes == NULL ? "" : problems->bytes));
    add_exclusions(desk->snapshot, &text, json);
    return cdn_report_fill(report, &text, json, error);
}

/* Where the data came from, so that a later look can tell whether it changed. "." is the
 * workspace's own data/: a workspace that is moved or copied takes it along. */
static cdn_status note_source(const cdn_desk *desk, const char *own, const char *from,
                              cdn_error *error)
{
    char *path = cdn_desk_path(desk, "data", CDN_DESK_SOURCE);
    char absolute[PATH_MAX], own_absolute[PATH_MAX];
    cdn_status status = CDN_OK;
    if (path == NULL)
        status = cdn_fail_memory(error);
    else if (realpath(from, absolute) == NULL || realpath(own, own_absolute) == NULL)
        status = cdn_fail_errno(error, "cannot find", from, errno);
    else if (strcmp(absolute, own_absolute) == 0)
        status = cdn_file_write(path, ".", 1, error);
    else
        status = cdn_file_write(path, absolute, strlen(absolute), error);
    cdn_free(path);
    return status;
}

static cdn_status load(cdn_desk *desk, const char *data_dir, cdn_report *report, cdn_error *error)
{
    cdn_snapshot_close(desk->snapshot);
    desk->snapshot = NULL;
    cdn_text problems = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    char *own = cdn_desk_path(desk, "data", NULL);
    char *path = cdn_desk_path(desk, "data", "snapshot.cdn");
    cdn_status status = own == NULL || path == NULL ? cdn_fail_memory(error) : CDN_OK;
    const char *from = data_dir == NULL ? own : data_dir;
    cdn_load_options options = {from, path};
    if (status == CDN_OK)
        status = cdn_load(desk->catalogue, &options, &problems, error);
    if (status == CDN_OK)
        status = note_source(desk, own, from, error);
    if (status == CDN_OK)
        status = cdn_snapshot_open(path, desk->catalogue, from, &desk->snapshot, error);
    if (status == CDN_OK)
        status = report_load(desk, &problems, report, error);
    cdn_text_release(&problems);
    cdn_free(own);
    cdn_free(path);
    return status;
}

cdn_status cdn_desk_load(cdn_desk *desk, const char *data_dir, cdn_report *report,
                         cdn_error *error)
{
    int lock = -1;
    CDN_TRY(cdn_desk_need_catalogue(desk, error));
    CDN_TRY(cdn_desk_lock(desk, &lock, error));
    cdn_status status = load(desk, data_dir, report, error);
    cdn_desk_unlock(lock);
    return status;
}

static void add_dimensions(const cdn_catalogue *catalogue, cdn_text *text, cdn_json *json)
{
    cdn_json *list = cdn_json_array();
    cdn_text_add(text, "\nDimensions (levels from coarse to fine)\n");
    for (uint32_t d = 0; d < catalogue->dimension_count; d++) {
        const cdn_dimension *dimension = &catalogue->dimensions[d];
        cdn_json *item = cdn_json_object();
        cdn_json *levels = cdn_json_array();
        cdn_text_addf(text, "  %-24s %s\n  %-24s levels:", dimension->name, dimension->title, "");
        for (uint32_t l = 0; l < dimension->level_count; l++) {
            cdn_text_addf(text, " %s (%u)", dimension->levels[l].name,
                          dimension->levels[l].count);
            cdn_json_push(levels, cdn_json_new_string(dimension->levels[l].name));
        }
        cdn_text_add(text, "\n");
        cdn_json_set(item, "name", cdn_json_new_string(dimension->name));
        cdn_json_set(item, "title", cdn_json_new_string(dimension->title));
        cdn_json_set(item, "levels", levels);
        cdn_json_push(list, item);
    }
    cdn_json_set(json, "dimensions", list);
}

static void add_measures(const cdn_catalogue *catalogue, cdn_text *text, cdn_json *json)
{
    cdn_json *list = cdn_json_array();
    cdn_text_add(text, "\nMeasures\n");
    for (uint32_t m = 0; m < catalogue->measure_count; m++) {
        const cdn_measure *measure = &catalogue->measures[m];
        const char *record = catalogue->records[measure->parts[0].record].name;
        cdn_json *item = cdn_json_object();
        cdn_text_addf(text, "  %-36s %s [%s], over %s\n      %s\n", measure->name,
                      measure->title, measure->unit, record, measure->definition);
        cdn_json_set(item, "name", cdn_json_new_string(measure->name));
        cdn_json_set(item, "title", cdn_json_new_string(measure->title));
        cdn_json_set(item, "unit", cdn_json_new_string(measure->unit));
        cdn_json_set(item, "record", cdn_json_new_string(record));
        cdn_json_set(item, "definition", cdn_json_new_string(measure->definition));
        cdn_json_push(list, item);
    }
    cdn_json_set(json, "measures", list);
}

static void add_fields(const cdn_catalogue *catalogue, cdn_text *text, cdn_json *json)
{
    cdn_json *list = cdn_json_array();
    cdn_text_add(text, "\nFields of lists\n");
    for (uint32_t f = 0; f < catalogue->field_count; f++) {
        const cdn_field *field = &catalogue->fields[f];
        const char *record = catalogue->records[field->record].name;
        cdn_json *item = cdn_json_object();
        cdn_text_addf(text, "  %-12s %-22s %s%s\n", record, field->name, field->title,
                      field->consent ? " (with consent)" : "");
        cdn_json_set(item, "record", cdn_json_new_string(record));
        cdn_json_set(item, "name", cdn_json_new_string(field->name));
        cdn_json_set(item, "title", cdn_json_new_string(field->title));
        cdn_json_set(item, "consent", cdn_json_new_bool(field->consent));
        cdn_json_push(list, item);
    }
    cdn_json_set(json, "fields", list);
}

cdn_status cdn_desk_catalogue(cdn_desk *desk, cdn_report *report, cdn_error *error)
{
    CDN_TRY(cdn_desk_need_catalogue(desk, error));
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "%s: %s\n", desk->catalogue->name, desk->catalogue->title);
    cdn_json_set(json, "name", cdn_json_new_string(desk->catalogue->name));
    cdn_json_set(json, "title", cdn_json_new_string(desk->catalogue->title));
    add_dimensions(desk->catalogue, &text, json);
    add_measures(desk->catalogue, &text, json);
    add_fields(desk->catalogue, &text, json);
    return cdn_report_fill(report, &text, json, error);
}
