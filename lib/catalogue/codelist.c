/* codelist.c - code lists: CSV files beside the catalogue, or short lists written in it.
 *
 * Codes and labels are published, in CSV files that people open in spreadsheets:
 * a cell that a spreadsheet would take for a formula is refused here, once, so
 * that no writer has to think of it. The file's bytes go into the catalogue's
 * digest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "catalogue/build.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/map.h"
#include "io/csv.h"
#include "io/file.h"
#include "seal/digest.h"

#define LIST_FILE_MAX (4u * 1024u * 1024u)
#define EXTRAS_MAX 32u

/* A list while its rows come in. Cells are interned in one map each. */
typedef struct rows {
    const cdn_shape *shape;
    const char *path;
    const char *const *omit; /* NULL-ended */
    bool have_header;
    uint32_t width;
    const char *header[EXTRAS_MAX + 2];
    cdn_map *codes;
    cdn_map *labels;
    const char **cells; /* count x width */
    uint32_t count, capacity;
    uint32_t omitted; /* how many of `omit` were met */
} rows;

uint32_t cdn_codelist_find(const cdn_codelist *list, const char *code_or_label)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (strcmp(list->codes[i], code_or_label) == 0)
            return i;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (strcmp(list->labels[i], code_or_label) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_codelist_extra(const cdn_codelist *list, const char *name)
{
    for (uint32_t i = 0; i < list->extra_count; i++) {
        if (strcmp(list->extra_names[i], name) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_build_find_codelist(const cdn_builder *builder, const char *name)
{
    for (uint32_t i = 0; i < builder->catalogue->codelist_count; i++) {
        if (strcmp(builder->codelists[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

/* What is wrong with a cell's text, or NULL. Codes and labels must not be empty. */
static const char *cell_fault(const char *text, bool may_be_empty)
{
    if (text[0] == '\0')
        return may_be_empty ? NULL : "is empty";
    if (strchr("=+-@\t\r", text[0]) != NULL)
        return "starts like a spreadsheet formula (= + - @)";
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return "holds a control character";
    }
    return NULL;
}

static bool is_reserved(const char *code)
{
    return strcmp(code, CDN_TOTAL_CODE) == 0 || strcmp(code, CDN_UNKNOWN_CODE) == 0;
}

static cdn_status read_header(rows *list, uint64_t line, const cdn_csv_field *fields,
                              size_t count, cdn_error *error)
{
    if (count < 2 || count > EXTRAS_MAX + 2)
        return cdn_fail_at(error, CDN_E_INPUT, list->path, line, 0,
                           "expected the header code,label and at most %u more columns",
                           EXTRAS_MAX);
    static const char *const first[] = {"code", "label"};
    for (size_t i = 0; i < count; i++) {
        const char *name = cdn_arena_strndup(list->shape->arena, fields[i].bytes,
                                             fields[i].length);
        if (name == NULL)
            return cdn_fail_memory(error);
        if (i < 2 ? strcmp(name, first[i]) != 0 : !cdn_name_valid(name))
            return cdn_fail_at(error, CDN_E_INPUT, list->path, line, i + 1,
                               i < 2 ? "expected the header code,label"
                                     : "the header's cell is not a name");
        for (size_t j = 2; j < i; j++) {
            if (strcmp(list->header[j], name) == 0)
                return cdn_fail_at(error, CDN_E_INPUT, list->path, line, i + 1,
                                   "the column \"%s\" stands twice", name);
        }
        list->header[i] = name;
    }
    list->width = (uint32_t)count;
    list->have_header = true;
    return CDN_OK;
}

static cdn_status grow(rows *list, cdn_error *error)
{
    if (list->count < list->capacity)
        return CDN_OK;
    if (list->count >= CDN_CODELIST_MAX)
        return cdn_fail_at(error, CDN_E_LIMIT, list->path, 0, 0, "more than %u codes",
                           CDN_CODELIST_MAX);
    uint32_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
    const char **cells =
        cdn_resize(list->cells, (size_t)capacity * list->width, sizeof *cells);
    if (cells == NULL)
        return cdn_fail_memory(error);
    list->cells = cells;
    list->capacity = capacity;
    return CDN_OK;
}

static bool is_omitted(rows *list, const char *code)
{
    for (const char *const *one = list->omit; one != NULL && *one != NULL; one++) {
        if (strcmp(*one, code) == 0) {
            list->omitted++;
            return true;
        }
    }
    return false;
}

/* Adds a row of `width` cells, already copied to the arena. */
static cdn_status add_row(rows *list, uint64_t line, const char *const *cells, cdn_error *error)
{
    for (uint32_t i = 0; i < list->width; i++) {
        const char *fault = cell_fault(cells[i], i >= 2);
        if (fault != NULL)
            return cdn_fail_at(error, CDN_E_INPUT, list->path, line, i + 1, "the %s %s",
                               i < 2 ? list->header[i] : "cell", fault);
    }
    if (is_reserved(cells[0]))
        return cdn_fail_at(error, CDN_E_INPUT, list->path, line, 1,
                           "the codes " CDN_TOTAL_CODE " and " CDN_UNKNOWN_CODE " are reserved");
    bool new_code, new_label;
    if (cdn_map_add(list->codes, cells[0], strlen(cells[0]), &new_code) == CDN_MAP_NONE ||
        cdn_map_add(list->labels, cells[1], strlen(cells[1]), &new_label) == CDN_MAP_NONE)
        return cdn_fail_memory(error);
    if (!new_code || !new_label)
        return cdn_fail_at(error, CDN_E_INPUT, list->path, line, new_code ? 2 : 1,
                           "this %s stands above already", new_code ? "label" : "code");
    if (is_omitted(list, cells[0]))
        return CDN_OK;
    CDN_TRY(grow(list, error));
    memcpy(list->cells + (size_t)list->count * list->width, cells, list->width * sizeof *cells);
    list->count++;
    return CDN_OK;
}

static cdn_status on_record(void *context, uint64_t line, const cdn_csv_field *fields,
                            size_t count, cdn_error *error)
{
    rows *list = context;
    if (!list->have_header)
        return read_header(list, line, fields, count, error);
    if (count != list->width)
        return cdn_fail_at(error, CDN_E_INPUT, list->path, line, 0,
                           "expected %" PRIu32 " cells, found %zu", list->width, count);
    const char *cells[EXTRAS_MAX + 2];
    for (uint32_t i = 0; i < list->width; i++) {
        cells[i] = cdn_arena_strndup(list->shape->arena, fields[i].bytes, fields[i].length);
        if (cells[i] == NULL)
            return cdn_fail_memory(error);
    }
    return add_row(list, line, cells, error);
}

static cdn_status read_file(cdn_builder *builder, rows *list, const cdn_node *node, char *digest)
{
    cdn_error *error = builder->shape.error;
    cdn_text bytes = CDN_TEXT_INIT(LIST_FILE_MAX);
    cdn_status status = CDN_E_NOMEM;
    char *path = cdn_arena_printf(builder->shape.arena, "%s/%s.csv", builder->codes_dir,
                                  node->name);
    if (path == NULL) {
        cdn_fail_memory(error);
        goto done;
    }
    list->path = path;
    status = cdn_file_exists(path)
                 ? cdn_file_read(path, &bytes, error)
                 : cdn_shape_fail(&builder->shape, node, "there is no file %s", path);
    if (status == CDN_OK)
        status = cdn_csv_read_bytes(path, bytes.bytes, bytes.length, on_record, list, error);
    if (status == CDN_OK && list->count == 0)
        status = cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "the code list has no codes");
    if (status == CDN_OK)
        status = cdn_sha256_hex(bytes.bytes, bytes.length, digest, error);
done:
    cdn_text_release(&bytes);
    return status;
}

/* The short form: [[code, label], ...]. */
static cdn_status read_pairs(cdn_builder *builder, rows *list, const cdn_node *node,
                             const cdn_json *codes)
{
    list->path = builder->shape.source;
    list->have_header = true;
    list->width = 2;
    list->header[0] = "code";
    list->header[1] = "label";
    for (size_t i = 0; i < cdn_json_size(codes); i++) {
        const cdn_json *pair = cdn_json_at(codes, i);
        const char *cells[2];
        for (size_t j = 0; j < 2; j++) {
            const char *text = cdn_json_string(cdn_json_at(pair, j));
            if (cdn_json_size(pair) != 2 || text == NULL)
                return cdn_shape_fail(&builder->shape, node,
                                      "\"codes\": expected pairs of a code and a label");
            cells[j] = cdn_arena_strdup(builder->shape.arena, text);
            if (cells[j] == NULL)
                return cdn_shape_memory(&builder->shape);
        }
        CDN_TRY(add_row(list, node->line, cells, builder->shape.error));
    }
    return CDN_OK;
}

/* Turns the rows into the list's arrays. */
static cdn_status keep_rows(const cdn_builder *builder, const rows *list, cdn_codelist *out)
{
    cdn_arena *arena = builder->shape.arena;
    uint32_t extra = list->width - 2;
    const char **codes = cdn_arena_alloc(arena, list->count, sizeof *codes);
    const char **labels = cdn_arena_alloc(arena, list->count, sizeof *labels);
    const char **names = cdn_arena_alloc(arena, extra, sizeof *names);
    const char **extras = cdn_arena_alloc(arena, (size_t)list->count * extra, sizeof *extras);
    if (codes == NULL || labels == NULL || names == NULL || extras == NULL)
        return cdn_shape_memory(&builder->shape);
    for (uint32_t i = 0; i < extra; i++)
        names[i] = list->header[i + 2];
    for (uint32_t i = 0; i < list->count; i++) {
        const char **row = list->cells + (size_t)i * list->width;
        codes[i] = row[0];
        labels[i] = row[1];
        for (uint32_t j = 0; j < extra; j++)
            extras[(size_t)i * extra + j] = row[j + 2];
    }
    out->count = list->count;
    out->codes = codes;
    out->labels = labels;
    out->extra_count = extra;
    out->extra_names = names;
    out->extras = extras;
    return CDN_OK;
}

static cdn_status build_list(cdn_builder *builder, const cdn_json *json, uint64_t line,
                             uint32_t index)
{
    const cdn_shape *shape = &builder->shape;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "code list", "name* codes omit", line, &node));
    if (cdn_build_find_codelist(builder, node.name) != CDN_NONE)
        return cdn_shape_fail(shape, &node, "is declared twice");
    const char *const *omit = NULL;
    uint32_t omit_count = 0, code_count = 0;
    CDN_TRY(cdn_shape_texts(shape, &node, "omit", false, CDN_CATALOGUE_MAX, &omit, &omit_count));
    const char **ended = cdn_arena_alloc(shape->arena, (size_t)omit_count + 1, sizeof *ended);
    char *digest = cdn_arena_alloc(shape->arena, CDN_SHA256_HEX, 1);
    if (ended == NULL || digest == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < omit_count; i++)
        ended[i] = omit[i];
    const cdn_json *codes;
    CDN_TRY(cdn_shape_array(shape, &node, "codes", false, CDN_CATALOGUE_MAX, &codes,
                            &code_count));
    rows list = {.shape = shape, .omit = ended, .codes = cdn_map_create(),
                 .labels = cdn_map_create()};
    cdn_status status = CDN_E_NOMEM;
    if (list.codes == NULL || list.labels == NULL) {
        cdn_shape_memory(shape);
        goto done;
    }
    status = codes != NULL ? read_pairs(builder, &list, &node, codes)
                           : read_file(builder, &list, &node, digest);
    if (status == CDN_OK && list.omitted != omit_count)
        status = cdn_shape_fail(shape, &node, "a code given as don't know is not in the list");
    if (status == CDN_OK && list.count == 0)
        status = cdn_shape_fail(shape, &node, "has no codes");
    if (status == CDN_OK)
        status = keep_rows(builder, &list, &builder->codelists[index]);
    builder->codelists[index].name = node.name;
    builder->omitted[index] = ended;
    builder->list_digests[index] = digest;
done:
    cdn_map_destroy(list.codes);
    cdn_map_destroy(list.labels);
    cdn_free(list.cells);
    return status;
}

cdn_status cdn_build_codelists(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&builder->shape, root, "codelists", true, CDN_CATALOGUE_MAX, &array,
                            &count));
    cdn_arena *arena = builder->shape.arena;
    builder->codelists = cdn_arena_alloc(arena, count, sizeof *builder->codelists);
    builder->omitted = cdn_arena_alloc(arena, count, sizeof *builder->omitted);
    builder->list_digests = cdn_arena_alloc(arena, count, sizeof *builder->list_digests);
    if (builder->codelists == NULL || builder->omitted == NULL || builder->list_digests == NULL)
        return cdn_shape_memory(&builder->shape);
    builder->catalogue->codelists = builder->codelists;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_list(builder, cdn_json_at(array, i), root->line, i));
        builder->catalogue->codelist_count = i + 1;
    }
    return CDN_OK;
}
