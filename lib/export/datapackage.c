/* datapackage.c - data/datapackage.json: what the CSV files are, for programs.
 *
 * One descriptor that is valid under Data Package v1 and v2: `profile` and `$schema`
 * side by side, arrays where v1 allows a plain text, and plain missingValues (v1
 * tools reject v2's labelled ones). Order of files: tables, then code lists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "export/parts.h"

#define SCHEMA "https://datapackage.org/profiles/2.0/"
#define NAME_SIZE (CDN_LIMIT_NAME_SIZE + 32)

static cdn_json *texts(const char *first, const char *second)
{
    cdn_json *array = cdn_json_array();
    cdn_json_push(array, cdn_json_new_string(first));
    if (second != NULL)
        cdn_json_push(array, cdn_json_new_string(second));
    return array;
}

/* A field, added to `fields`; borrowed, for further members. */
static cdn_json *new_field(const char *name, const char *type, const char *title)
{
    cdn_json *field = cdn_json_object();
    cdn_json_set_text(field, "name", name);
    cdn_json_set_text(field, "type", type);
    if (title != NULL && title[0] != '\0')
        cdn_json_set_text(field, "title", title);
    return field;
}

static void require(cdn_json *field)
{
    cdn_json *constraints = cdn_json_object();
    cdn_json_set(constraints, "required", cdn_json_new_bool(true));
    cdn_json_set(field, "constraints", constraints);
}

static const char *type_of(cdn_field_kind kind)
{
    switch (kind) {
    case CDN_FIELD_DATE:
        return "date";
    case CDN_FIELD_MONTH:
        return "yearmonth";
    case CDN_FIELD_INTEGER:
        return "integer";
    case CDN_FIELD_YES_NO:
        return "boolean";
    case CDN_FIELD_CODE:
    case CDN_FIELD_TEXT:
        break;
    }
    return "string";
}

static void add_columns(const cdn_release_output *output, cdn_json *fields)
{
    char name[NAME_SIZE];
    for (uint32_t c = 0; c < output->column_count; c++) {
        const cdn_release_column *column = &output->columns[c];
        cdn_json *field = new_field(column->name, type_of(column->kind), column->title);
        if (column->kind == CDN_FIELD_YES_NO) {
            cdn_json_set(field, "trueValues", texts("Y", NULL));
            cdn_json_set(field, "falseValues", texts("N", NULL));
        }
        if (!output->is_list)
            require(field);
        cdn_json_push(fields, field);
        if (output->is_list)
            continue;
        (void)snprintf(name, sizeof name, "%s_label", column->name);
        cdn_json_push(fields, new_field(name, "string", NULL));
    }
}

/* "definition Unit: GBP/hour. Rounded to the nearest 5." */
static cdn_status add_description(const cdn_release_measure *measure, cdn_json *field,
                                  cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_text_add(&text, cdn_text_or_empty(measure->definition));
    if (measure->unit != NULL && measure->unit[0] != '\0')
        cdn_text_addf(&text, "%sUnit: %s.", text.length > 0 ? " " : "", measure->unit);
    if (measure->rounding != NULL && measure->rounding[0] != '\0')
        cdn_text_addf(&text, "%sRounded %s.", text.length > 0 ? " " : "", measure->rounding);
    if (text.length > 0)
        cdn_json_set_text(field, "description", text.bytes);
    cdn_status status = text.failed ? cdn_fail_memory(error) : CDN_OK;
    cdn_text_release(&text);
    return status;
}

static cdn_status add_measures(const cdn_release_output *output, cdn_json *fields,
                               cdn_error *error)
{
    static const cdn_value_status withheld[] = {CDN_VALUE_CONFIDENTIAL, CDN_VALUE_LOW,
                                                CDN_VALUE_NOT_AVAILABLE, CDN_VALUE_NOT_APPLICABLE};
    char name[NAME_SIZE];
    for (uint32_t m = 0; m < output->measure_count; m++) {
        const cdn_release_measure *measure = &output->measures[m];
        cdn_json *field =
            new_field(measure->name, measure->decimals == 0 ? "integer" : "number", measure->title);
        cdn_status status = add_description(measure, field, error);
        cdn_json_push(fields, field);
        CDN_TRY(status);
        (void)snprintf(name, sizeof name, "%s_status", measure->name);
        field = new_field(name, "string", NULL);
        cdn_json_set_text(field, "description",
                          "Empty: the figure stands. c: confidential. low: a low figure that is "
                          "not 0. x: not available. z: not applicable.");
        cdn_json *codes = cdn_json_array();
        for (size_t i = 0; i < sizeof withheld / sizeof *withheld; i++)
            cdn_json_push(codes, cdn_json_new_string(cdn_status_code(withheld[i])));
        cdn_json *constraints = cdn_json_object();
        cdn_json_set(constraints, "enum", codes);
        cdn_json_set(field, "constraints", constraints);
        cdn_json_push(fields, field);
    }
    return CDN_OK;
}

static void add_foreign_key(const char *column, cdn_json *keys)
{
    char name[NAME_SIZE];
    (void)snprintf(name, sizeof name, "codes-%s", column);
    cdn_json *reference = cdn_json_object();
    cdn_json_set_text(reference, "resource", name);
    cdn_json_set(reference, "fields", texts("code", NULL));
    cdn_json *key = cdn_json_object();
    cdn_json_set(key, "fields", texts(column, NULL));
    cdn_json_set(key, "reference", reference);
    cdn_json_push(keys, key);
}

static cdn_status output_schema(const cdn_release_output *output, cdn_json *schema,
                                cdn_error *error)
{
    cdn_json *fields = cdn_json_array();
    add_columns(output, fields);
    cdn_json *period = new_field("period", "yearmonth", "Period");
    require(period);
    cdn_json_push(fields, period);
    cdn_status status = add_measures(output, fields, error);
    cdn_json_set(schema, "fields", fields);
    CDN_TRY(status);
    if (output->is_list)
        return CDN_OK;
    cdn_json *primary = cdn_json_array(), *foreign = cdn_json_array();
    for (uint32_t c = 0; c < output->column_count; c++) {
        cdn_json_push(primary, cdn_json_new_string(output->columns[c].name));
        if (output->columns[c].code_count > 0)
            add_foreign_key(output->columns[c].name, foreign);
    }
    cdn_json_push(primary, cdn_json_new_string("period"));
    cdn_json_set(schema, "primaryKey", primary);
    if (cdn_json_size(foreign) > 0)
        cdn_json_set(schema, "foreignKeys", foreign);
    else
        cdn_json_destroy(foreign);
    return CDN_OK;
}

static cdn_json *new_schema(void)
{
    cdn_json *schema = cdn_json_object();
    cdn_json_set_text(schema, "$schema", SCHEMA "tableschema.json");
    cdn_json_set(schema, "missingValues", texts("", NULL));
    return schema;
}

/* Takes the schema. */
static cdn_status add_resource(cdn_json *resources, const char *name, const char *title,
                               const char *description, const char *path, cdn_json *schema,
                               const cdn_listing *files, cdn_error *error)
{
    char full[NAME_SIZE + 32], hash[CDN_SHA512_HEX + 8];
    (void)snprintf(full, sizeof full, "data/%s", path);
    const cdn_listed_file *file = cdn_listing_find(files, full);
    if (file == NULL) {
        cdn_json_destroy(schema);
        return cdn_fail(error, CDN_E_INTERNAL, "%s was not written", full);
    }
    (void)snprintf(hash, sizeof hash, "sha512:%s", file->sha512);
    cdn_json *resource = cdn_json_object();
    cdn_json_set_text(resource, "$schema", SCHEMA "dataresource.json");
    cdn_json_set_text(resource, "profile", "tabular-data-resource");
    cdn_json_set_text(resource, "type", "table");
    cdn_json_set_text(resource, "name", name);
    if (title != NULL && title[0] != '\0')
        cdn_json_set_text(resource, "title", title);
    if (description != NULL && description[0] != '\0')
        cdn_json_set_text(resource, "description", description);
    cdn_json_set_text(resource, "path", path);
    cdn_json_set_text(resource, "format", "csv");
    cdn_json_set_text(resource, "mediatype", "text/csv");
    cdn_json_set_text(resource, "encoding", "utf-8");
    cdn_json_set(resource, "bytes", cdn_json_new_integer((int64_t)file->size));
    cdn_json_set_text(resource, "hash", hash);
    cdn_json_set(resource, "schema", schema);
    cdn_json_push(resources, resource);
    return CDN_OK;
}

static cdn_status add_code_list(const cdn_code_list *list, const cdn_listing *files,
                                cdn_json *resources, cdn_error *error)
{
    char name[NAME_SIZE], path[NAME_SIZE];
    (void)snprintf(name, sizeof name, "codes-%s", list->column);
    (void)snprintf(path, sizeof path, "codes/%s.csv", list->column);
    cdn_json *fields = cdn_json_array();
    cdn_json *code = new_field("code", "string", "Code");
    require(code);
    cdn_json_push(fields, code);
    cdn_json_push(fields, new_field("label", "string", "Label"));
    cdn_json *schema = new_schema();
    cdn_json_set(schema, "fields", fields);
    cdn_json_set(schema, "primaryKey", texts("code", NULL));
    return add_resource(resources, name, list->title, "Code list.", path, schema, files, error);
}

static cdn_status add_output(const cdn_release_output *output, const cdn_listing *files,
                             cdn_json *resources, cdn_error *error)
{
    char path[NAME_SIZE];
    (void)snprintf(path, sizeof path, "tables/%s.csv", output->name);
    cdn_json *schema = new_schema();
    cdn_status status = output_schema(output, schema, error);
    if (status != CDN_OK) {
        cdn_json_destroy(schema);
        return status;
    }
    return add_resource(resources, output->name, output->title, output->note, path, schema, files,
                        error);
}

cdn_status cdn_datapackage_write(const cdn_release *release, const cdn_code_list *lists,
                                 uint32_t list_count, const cdn_listing *files, const char *dir,
                                 cdn_error *error)
{
    char created[CDN_DATE_SIZE + 16];
    int32_t last_day = 0;
    (void)cdn_period_last_day(release->period, &last_day);
    cdn_date_write(last_day, created);
    (void)snprintf(created + CDN_DATE_SIZE - 1, 16, "T00:00:00Z");
    cdn_json *resources = cdn_json_array();
    cdn_status status = CDN_OK;
    for (uint32_t o = 0; o < release->output_count && status == CDN_OK; o++)
        status = add_output(&release->outputs[o], files, resources, error);
    for (uint32_t i = 0; i < list_count && status == CDN_OK; i++)
        status = add_code_list(&lists[i], files, resources, error);
    if (status != CDN_OK) {
        cdn_json_destroy(resources);
        return status;
    }
    cdn_json *root = cdn_json_object();
    cdn_json_set_text(root, "$schema", SCHEMA "datapackage.json");
    cdn_json_set_text(root, "profile", "tabular-data-package");
    cdn_json_set_text(root, "id", release->id);
    cdn_json_set_text(root, "name", release->id);
    cdn_json_set_text(root, "title", release->title);
    cdn_json_set_text(root, "description", release->scope);
    cdn_json_set_text(root, "created", created);
    cdn_json_set(root, "resources", resources);
    return cdn_package_write_json(dir, "data/datapackage.json", root, error);
}
