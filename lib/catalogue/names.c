/* names.c - the names that scripts and agreements may use, as JSON for the jail's side input.
 *
 * Names, titles and codes only; the helper uses them for early and friendly
 * errors, never for a decision.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>

#include "catalogue/catalogue.h"
#include "core/fail.h"

static cdn_json *level_json(const cdn_level *level)
{
    cdn_json *json = cdn_json_object();
    cdn_json *codes = cdn_json_array();
    for (uint32_t i = 0; i < level->count; i++) {
        cdn_json *pair = cdn_json_array();
        cdn_json_push(pair, cdn_json_new_string(level->codes[i]));
        cdn_json_push(pair, cdn_json_new_string(level->labels[i]));
        cdn_json_push(codes, pair);
    }
    cdn_json_set(json, "name", cdn_json_new_string(level->name));
    cdn_json_set(json, "codes", codes);
    return json;
}

static cdn_json *dimensions_json(const cdn_catalogue *catalogue)
{
    cdn_json *json = cdn_json_object();
    for (uint32_t i = 0; i < catalogue->dimension_count; i++) {
        const cdn_dimension *dimension = &catalogue->dimensions[i];
        cdn_json *one = cdn_json_object();
        cdn_json *levels = cdn_json_array();
        for (uint32_t j = 0; j < dimension->level_count; j++)
            cdn_json_push(levels, level_json(&dimension->levels[j]));
        cdn_json_set(one, "title", cdn_json_new_string(dimension->title));
        cdn_json_set(one, "levels", levels);
        cdn_json_set(json, dimension->name, one);
    }
    return json;
}

static cdn_json *records_json(const cdn_catalogue *catalogue)
{
    cdn_json *json = cdn_json_object();
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        cdn_json *one = cdn_json_object();
        cdn_json *fields = cdn_json_array();
        for (uint32_t j = 0; j < catalogue->field_count; j++) {
            if (catalogue->fields[j].record == i)
                cdn_json_push(fields, cdn_json_new_string(catalogue->fields[j].name));
        }
        cdn_json_set(one, "fields", fields);
        cdn_json_set(json, catalogue->records[i].name, one);
    }
    return json;
}

cdn_status cdn_catalogue_names(const cdn_catalogue *catalogue, cdn_json **out, cdn_error *error)
{
    cdn_json *json = cdn_json_object();
    cdn_json *measures = cdn_json_object();
    for (uint32_t i = 0; i < catalogue->measure_count; i++)
        cdn_json_set(measures, catalogue->measures[i].name,
                     cdn_json_new_string(catalogue->measures[i].title));
    cdn_json_set(json, "dimensions", dimensions_json(catalogue));
    cdn_json_set(json, "measures", measures);
    cdn_json_set(json, "records", records_json(catalogue));
    /* A member that could not be made is simply absent, so count what must be there. */
    const cdn_json *made = cdn_json_get(json, "dimensions");
    if (cdn_json_size(json) != 3 || cdn_json_size(made) != catalogue->dimension_count ||
        cdn_json_size(cdn_json_get(json, "measures")) != catalogue->measure_count ||
        cdn_json_size(cdn_json_get(json, "records")) != catalogue->record_count) {
        cdn_json_destroy(json);
        *out = NULL;
        return cdn_fail_memory(error);
    }
    *out = json;
    return CDN_OK;
}
