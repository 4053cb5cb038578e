/* catalogue.c - makes a catalogue from its JSON, step by step; finds things in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalogue/catalogue.h"

#include <string.h>

#include "catalogue/build.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/text.h"
#include "seal/digest.h"

#define ROOT_KEYS                                                                                  \
    "format name* title period as_at codelists records axes dimensions measures fields"
#define ROUTE_MAX 4u

/* Names and search: linear, because catalogues are small and are searched once per plan. */

uint32_t cdn_catalogue_find_record(const cdn_catalogue *catalogue, const char *name)
{
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        if (strcmp(catalogue->records[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_catalogue_find_dimension(const cdn_catalogue *catalogue, const char *name)
{
    for (uint32_t i = 0; i < catalogue->dimension_count; i++) {
        if (strcmp(catalogue->dimensions[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_catalogue_find_measure(const cdn_catalogue *catalogue, const char *name)
{
    for (uint32_t i = 0; i < catalogue->measure_count; i++) {
        if (strcmp(catalogue->measures[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_catalogue_find_field(const cdn_catalogue *catalogue, uint32_t record,
                                  const char *name)
{
    for (uint32_t i = 0; i < catalogue->field_count; i++) {
        if (catalogue->fields[i].record == record && strcmp(catalogue->fields[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_catalogue_find_column(const cdn_catalogue *catalogue, uint32_t record,
                                   const char *name)
{
    if (record >= catalogue->record_count)
        return CDN_NONE;
    uint32_t first = catalogue->records[record].column_first;
    for (uint32_t i = first; i < first + catalogue->records[record].column_count; i++) {
        if (strcmp(catalogue->columns[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

/* Tries every path of exactly `depth` references, first references first. */
static bool find_route(const cdn_catalogue *catalogue, uint32_t from, uint32_t to, uint32_t depth,
                       uint32_t *steps)
{
    if (depth == 0)
        return from == to;
    const cdn_record *record = &catalogue->records[from];
    for (uint32_t i = 0; i < record->reference_count; i++) {
        steps[0] = i;
        if (find_route(catalogue, record->references[i].target, to, depth - 1, steps + 1))
            return true;
    }
    return false;
}

bool cdn_catalogue_route(const cdn_catalogue *catalogue, uint32_t from, uint32_t to,
                         uint32_t steps[4], uint32_t *count)
{
    for (uint32_t depth = 0; depth <= ROUTE_MAX; depth++) {
        if (find_route(catalogue, from, to, depth, steps)) {
            *count = depth;
            return true;
        }
    }
    return false;
}

const cdn_binding *cdn_axis_binding(const cdn_catalogue *catalogue, uint32_t axis,
                                    uint32_t record)
{
    const cdn_axis *a = &catalogue->axes[axis];
    const cdn_binding *best = NULL;
    uint32_t best_count = 0, steps[4], count;
    for (uint32_t i = 0; i < a->binding_count; i++) {
        if (cdn_catalogue_route(catalogue, record, a->bindings[i].record, steps, &count) &&
            (best == NULL || count < best_count)) {
            best = &a->bindings[i];
            best_count = count;
        }
    }
    return best;
}

static cdn_status build_period(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *json = cdn_json_get(root->json, "period");
    cdn_catalogue *catalogue = builder->catalogue;
    uint32_t record;
    cdn_node node;
    CDN_TRY(cdn_shape_open(&builder->shape, json, "period", "record column", root->line, &node));
    CDN_TRY(cdn_build_record_member(builder, &node, "record", &record));
    CDN_TRY(cdn_shape_name(&builder->shape, &node, "column", true, &catalogue->period_column));
    catalogue->period_record = catalogue->records[record].name;
    uint32_t column = cdn_catalogue_find_column(catalogue, record, catalogue->period_column);
    if (column == CDN_NONE)
        return cdn_shape_fail(&builder->shape, &node, "record \"%s\" has no column \"%s\"",
                              catalogue->period_record, catalogue->period_column);
    if (catalogue->columns[column].kind != CDN_COLUMN_TEXT)
        return cdn_shape_fail(&builder->shape, &node, "the column of the period must be a text");
    return CDN_OK;
}

/* Optional: without it the data are as at the end of their month. */
static cdn_status build_as_at(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *json = cdn_json_get(root->json, "as_at");
    cdn_catalogue *catalogue = builder->catalogue;
    const char *name = NULL;
    uint32_t record;
    cdn_node node;
    catalogue->as_at_column = CDN_NONE;
    if (json == NULL)
        return CDN_OK;
    CDN_TRY(cdn_shape_open(&builder->shape, json, "as_at", "record column", root->line, &node));
    CDN_TRY(cdn_build_record_member(builder, &node, "record", &record));
    CDN_TRY(cdn_shape_name(&builder->shape, &node, "column", true, &name));
    uint32_t column = cdn_catalogue_find_column(catalogue, record, name);
    if (column == CDN_NONE || catalogue->columns[column].kind != CDN_COLUMN_DATE)
        return cdn_shape_fail(&builder->shape, &node, "record \"%s\" has no date \"%s\"",
                              catalogue->records[record].name, name);
    catalogue->as_at_column = column;
    return CDN_OK;
}

/* SHA-256 over the canonical JSON without lines, then "\n", name, " ", SHA-256 of each list. */
static cdn_status make_digest(cdn_builder *builder, const cdn_json *json)
{
    cdn_catalogue *catalogue = builder->catalogue;
    cdn_text text = CDN_TEXT_INIT(2 * CDN_LIMIT_JSON_SIZE);
    cdn_json *bare = cdn_json_without_lines(json);
    cdn_status status = CDN_E_NOMEM;
    if (bare == NULL) {
        cdn_shape_memory(&builder->shape);
        goto done;
    }
    cdn_json_write(bare, false, &text);
    for (uint32_t i = 0; i < catalogue->codelist_count; i++)
        cdn_text_addf(&text, "\n%s %s", catalogue->codelists[i].name, builder->list_digests[i]);
    catalogue->canonical =
        text.failed ? NULL : cdn_arena_strndup(builder->shape.arena, text.bytes, text.length);
    if (catalogue->canonical == NULL) {
        cdn_shape_memory(&builder->shape);
        goto done;
    }
    status = cdn_sha256_hex(text.bytes, text.length, catalogue->digest, builder->shape.error);
done:
    cdn_json_destroy(bare);
    cdn_text_release(&text);
    return status;
}

static cdn_status build(cdn_builder *builder, const cdn_json *json)
{
    const cdn_shape *shape = &builder->shape;
    const char *format = NULL;
    cdn_node root;
    CDN_TRY(cdn_shape_open(shape, json, "catalogue", ROOT_KEYS, 0, &root));
    CDN_TRY(cdn_shape_text(shape, &root, "format", true, &format));
    if (strcmp(format, "cordon-catalogue/1") != 0)
        return cdn_shape_fail(shape, &root, "expected the format cordon-catalogue/1");
    builder->catalogue->name = root.name;
    CDN_TRY(cdn_shape_text(shape, &root, "title", true, &builder->catalogue->title));
    CDN_TRY(cdn_build_codelists(builder, &root));
    CDN_TRY(cdn_build_records(builder, &root));
    CDN_TRY(cdn_build_record_rules(builder, &root));
    CDN_TRY(build_period(builder, &root));
    CDN_TRY(build_as_at(builder, &root));
    CDN_TRY(cdn_build_axes(builder, &root));
    CDN_TRY(cdn_build_dimensions(builder, &root));
    CDN_TRY(cdn_build_measures(builder, &root));
    CDN_TRY(cdn_build_fields(builder, &root));
    cdn_expr *exprs = cdn_arena_alloc(shape->arena, builder->catalogue->expr_count, sizeof *exprs);
    if (exprs == NULL)
        return cdn_shape_memory(shape);
    if (builder->catalogue->expr_count > 0)
        memcpy(exprs, builder->exprs, builder->catalogue->expr_count * sizeof *exprs);
    builder->catalogue->exprs = exprs;
    return make_digest(builder, json);
}

cdn_status cdn_catalogue_create(const cdn_json *json, const char *source, const char *codes_dir,
                                cdn_catalogue **out, cdn_error *error)
{
    *out = NULL;
    cdn_error local = CDN_ERROR_INIT;
    cdn_arena *arena = cdn_arena_create();
    cdn_catalogue_box *box = arena == NULL ? NULL : cdn_arena_alloc(arena, 1, sizeof *box);
    if (box == NULL) {
        cdn_arena_destroy(arena);
        return cdn_fail_memory(error);
    }
    box->arena = arena;
    cdn_builder builder = {
        .shape = {.source = source, .arena = arena, .error = error != NULL ? error : &local},
        .catalogue = &box->catalogue,
        .codes_dir = codes_dir,
    };
    cdn_status status = build(&builder, json);
    cdn_free(builder.exprs);
    cdn_free(builder.types);
    if (status == CDN_OK)
        *out = &box->catalogue;
    else
        cdn_arena_destroy(arena);
    return status;
}

void cdn_catalogue_destroy(cdn_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    cdn_arena_destroy(((cdn_catalogue_box *)catalogue)->arena);
}
