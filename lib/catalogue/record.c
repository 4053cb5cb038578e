/* record.c - record types, their columns and references; then the rules that need expressions.
 *
 * Two passes over the same JSON, because a reference may name a record type that
 * stands further down, and an expression may reach through any reference.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "catalogue/build.h"
#include "core/fail.h"
#include "core/map.h"
#include "core/number.h"

#define RECORD_KEYS                                                                          \
    "name* title kind file key source pattern codes columns references keep workers unit "   \
    "holding holding_column waiver request public unread"
#define COLUMN_KEYS "name* header kind required decimals min max codes remap"
#define REMAPS_MAX 256u
#define CELL_MIN (INT32_MIN + 16) /* what a column can store */

typedef struct word {
    const char *text;
    int value;
} word;

static const word column_kinds[] = {{"code", CDN_COLUMN_CODE},
                                    {"integer", CDN_COLUMN_INTEGER},
                                    {"decimal", CDN_COLUMN_DECIMAL},
                                    {"date", CDN_COLUMN_DATE},
                                    {"text", CDN_COLUMN_TEXT},
                                    {NULL, 0}};
static const word record_kinds[] = {{"file", CDN_RECORD_FILE},
                                    {"unpivot", CDN_RECORD_UNPIVOT},
                                    {"group", CDN_RECORD_GROUP},
                                    {NULL, 0}};

static cdn_status word_member(const cdn_shape *shape, const cdn_node *node, const char *key,
                              const word *words, int *out)
{
    const char *text = NULL;
    CDN_TRY(cdn_shape_text(shape, node, key, true, &text));
    for (; words->text != NULL; words++) {
        if (strcmp(words->text, text) == 0) {
            *out = words->value;
            return CDN_OK;
        }
    }
    return cdn_shape_fail(shape, node, "\"%s\" has an unknown value \"%.64s\"", key, text);
}

static cdn_status bound_member(const cdn_shape *shape, const cdn_node *node, const char *key,
                               unsigned decimals, int64_t *out)
{
    const char *text = NULL;
    CDN_TRY(cdn_shape_text(shape, node, key, true, &text));
    if (!cdn_parse_decimal(text, strlen(text), decimals, out))
        return cdn_shape_fail(shape, node, "\"%s\" is not a number of at most %u places", key,
                              decimals);
    if (*out < CELL_MIN || *out > INT32_MAX)
        return cdn_shape_fail(shape, node, "\"%s\" is beyond what a column can store", key);
    return CDN_OK;
}

/* Old codes read as others: the column's own, then the list's "don't know" codes as -2. */
static cdn_status build_remap(cdn_builder *builder, const cdn_node *node, cdn_column *column)
{
    const cdn_shape *shape = &builder->shape;
    const cdn_codelist *list = &builder->codelists[column->codelist];
    const char *const *omitted = builder->omitted[column->codelist];
    const cdn_json *array;
    uint32_t count, more = 0;
    CDN_TRY(cdn_shape_array(shape, node, "remap", false, REMAPS_MAX, &array, &count));
    while (omitted[more] != NULL)
        more++;
    const char **from = cdn_arena_alloc(shape->arena, (size_t)count + more, sizeof *from);
    const char **to = cdn_arena_alloc(shape->arena, (size_t)count + more, sizeof *to);
    if (from == NULL || to == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < count; i++) {
        const cdn_json *pair = cdn_json_at(array, i);
        const char *old = cdn_json_string(cdn_json_at(pair, 0));
        const char *new = cdn_json_string(cdn_json_at(pair, 1));
        if (cdn_json_size(pair) != 2 || old == NULL || new == NULL)
            return cdn_shape_fail(shape, node, "\"remap\": expected pairs of codes");
        if (cdn_codelist_find(list, old) != CDN_NONE)
            return cdn_shape_fail(shape, node, "code \"%.32s\" is remapped but still listed", old);
        if (strcmp(new, "-1") != 0 && cdn_codelist_find(list, new) == CDN_NONE)
            return cdn_shape_fail(shape, node, "remaps to \"%.32s\", which is not in list \"%s\"",
                                  new, list->name);
        from[i] = cdn_arena_strdup(shape->arena, old);
        to[i] = cdn_arena_strdup(shape->arena, new);
        if (from[i] == NULL || to[i] == NULL)
            return cdn_shape_memory(shape);
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(from[j], from[i]) == 0)
                return cdn_shape_fail(shape, node, "remaps code \"%.32s\" twice", old);
        }
    }
    for (uint32_t i = 0; i < more; i++) {
        from[count + i] = omitted[i];
        to[count + i] = "-2";
    }
    column->remap_count = count + more;
    column->remap_from = from;
    column->remap_to = to;
    return CDN_OK;
}

/* Members that only some kinds of column have. */
static cdn_status build_column_kind(cdn_builder *builder, const cdn_node *node,
                                    cdn_column *column)
{
    const cdn_shape *shape = &builder->shape;
    bool number = column->kind == CDN_COLUMN_INTEGER || column->kind == CDN_COLUMN_DECIMAL;
    bool code = column->kind == CDN_COLUMN_CODE;
    static const char *const number_keys[] = {"min", "max"}, *const code_keys[] = {"codes",
                                                                                   "remap"};
    for (size_t i = 0; i < 2; i++) {
        if ((!number && cdn_json_get(node->json, number_keys[i]) != NULL) ||
            (!code && cdn_json_get(node->json, code_keys[i]) != NULL))
            return cdn_shape_fail(shape, node, "\"%s\" does not belong to this kind of column",
                                  !number ? number_keys[i] : code_keys[i]);
    }
    int64_t decimals = 0;
    if (column->kind == CDN_COLUMN_DECIMAL)
        CDN_TRY(cdn_shape_integer(shape, node, "decimals", true, 1, 6, &decimals));
    else if (cdn_json_get(node->json, "decimals") != NULL)
        return cdn_shape_fail(shape, node, "\"decimals\" belongs to decimal columns");
    column->decimals = (uint8_t)decimals;
    if (number) {
        CDN_TRY(bound_member(shape, node, "min", column->decimals, &column->min));
        CDN_TRY(bound_member(shape, node, "max", column->decimals, &column->max));
        if (column->min > column->max)
            return cdn_shape_fail(shape, node, "\"min\" is greater than \"max\"");
    }
    if (!code)
        return CDN_OK;
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(shape, node, "codes", true, &name));
    column->codelist = cdn_build_find_codelist(builder, name);
    if (column->codelist == CDN_NONE)
        return cdn_shape_fail(shape, node, "there is no code list \"%s\"", name);
    return build_remap(builder, node, column);
}

static cdn_status build_column(cdn_builder *builder, const cdn_json *json, const cdn_node *record,
                               uint32_t record_index)
{
    const cdn_shape *shape = &builder->shape;
    cdn_column *column = &builder->columns[builder->catalogue->column_count];
    cdn_node node;
    int kind = 0;
    CDN_TRY(cdn_shape_open(shape, json, "column", COLUMN_KEYS, record->line, &node));
    column->name = node.name;
    column->record = record_index;
    column->codelist = CDN_NONE;
    CDN_TRY(cdn_shape_text(shape, &node, "header", true, &column->header));
    CDN_TRY(word_member(shape, &node, "kind", column_kinds, &kind));
    column->kind = (cdn_column_kind)kind;
    CDN_TRY(cdn_shape_flag(shape, &node, "required", true, &column->required));
    CDN_TRY(build_column_kind(builder, &node, column));
    const cdn_record *owner = &builder->records[record_index];
    for (uint32_t i = owner->column_first; i < builder->catalogue->column_count; i++) {
        if (strcmp(builder->columns[i].name, column->name) == 0)
            return cdn_shape_fail(shape, &node, "stands twice in record \"%s\"", owner->name);
        if (strcmp(builder->columns[i].header, column->header) == 0)
            return cdn_shape_fail(shape, &node, "header \"%.64s\" is already read as \"%s\"",
                                  column->header, builder->columns[i].name);
    }
    builder->catalogue->column_count++;
    return CDN_OK;
}

/* What kind of record type it is, and what it is made of. */
static cdn_status build_record_source(cdn_builder *builder, const cdn_node *node,
                                      cdn_record *record)
{
    const cdn_shape *shape = &builder->shape;
    if (record->kind == CDN_RECORD_FILE) {
        CDN_TRY(cdn_shape_text(shape, node, "file", true, &record->file));
        if (strchr(record->file, '/') != NULL || record->file[0] == '.')
            return cdn_shape_fail(shape, node, "\"file\" must be a plain file name");
        return CDN_OK;
    }
    CDN_TRY(cdn_build_record_member(builder, node, "source", &record->source));
    if (builder->records[record->source].kind != CDN_RECORD_FILE)
        return cdn_shape_fail(shape, node, "\"source\" must be a record type with a file");
    if (record->kind == CDN_RECORD_GROUP)
        return CDN_OK;
    CDN_TRY(cdn_shape_text(shape, node, "pattern", true, &record->unpivot_pattern));
    const char *percent = strchr(record->unpivot_pattern, '%');
    /* The one conversion that the reader of the file gives a number to. */
    if (percent == NULL || strchr(percent + 1, '%') != NULL ||
        (strncmp(percent, "%d", 2) != 0 && strncmp(percent, "%02d", 4) != 0 &&
         strncmp(percent, "%03d", 4) != 0))
        return cdn_shape_fail(shape, node, "\"pattern\" must hold one of %%d, %%02d, %%03d");
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(shape, node, "codes", true, &name));
    record->unpivot_codes = cdn_build_find_codelist(builder, name);
    if (record->unpivot_codes == CDN_NONE)
        return cdn_shape_fail(shape, node, "there is no code list \"%s\"", name);
    const cdn_codelist *codes = &builder->codelists[record->unpivot_codes];
    for (uint32_t i = 0; i < codes->count; i++) {
        int64_t number;
        if (!cdn_parse_int(codes->codes[i], strlen(codes->codes[i]), &number) || number < 0 ||
            number > INT32_MAX)
            return cdn_shape_fail(shape, node, "code list \"%s\" has a code that is no number",
                                  name);
    }
    return CDN_OK;
}

static cdn_status build_record(cdn_builder *builder, const cdn_json *json, const cdn_node *root,
                               uint32_t index)
{
    const cdn_shape *shape = &builder->shape;
    cdn_record *record = &builder->records[index];
    const cdn_json *columns;
    uint32_t count;
    int kind = 0;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "record", RECORD_KEYS, root->line, &node));
    if (cdn_catalogue_find_record(builder->catalogue, node.name) != CDN_NONE)
        return cdn_shape_fail(shape, &node, "is declared twice");
    *record = (cdn_record){.name = node.name, .source = CDN_NONE, .key = CDN_NONE,
                           .unpivot_codes = CDN_NONE, .keep = CDN_NONE, .workers = CDN_NONE,
                           .unit = index, .holding = CDN_NONE, .holding_column = CDN_NONE,
                           .waiver = CDN_NONE, .request = CDN_NONE,
                           .column_first = builder->catalogue->column_count};
    CDN_TRY(cdn_shape_text(shape, &node, "title", true, &record->title));
    CDN_TRY(word_member(shape, &node, "kind", record_kinds, &kind));
    record->kind = (cdn_record_kind)kind;
    CDN_TRY(cdn_shape_flag(shape, &node, "public", true, &record->is_public));
    CDN_TRY(cdn_shape_texts(shape, &node, "unread", false, CDN_CATALOGUE_MAX, &record->unread,
                            &record->unread_count));
    CDN_TRY(build_record_source(builder, &node, record));
    CDN_TRY(cdn_shape_array(shape, &node, "columns", true, CDN_CATALOGUE_MAX, &columns, &count));
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(build_column(builder, cdn_json_at(columns, i), &node, index));
    record->column_count = count;
    if ((record->kind == CDN_RECORD_GROUP) != (count == 0))
        return cdn_shape_fail(shape, &node, count == 0 ? "has no columns"
                                                       : "a group has no columns of its own");
    return CDN_OK;
}

/* The columns of an UNPIVOT type: first the code, then numbers whose headers are suffixes. */
static cdn_status check_unpivot(cdn_builder *builder, const cdn_node *node,
                                const cdn_record *record)
{
    const cdn_column *code = &builder->columns[record->column_first];
    if (code->kind != CDN_COLUMN_CODE || code->codelist != record->unpivot_codes)
        return cdn_shape_fail(&builder->shape, node,
                              "the first column must be coded, with the list of the headers");
    for (uint32_t i = 1; i < record->column_count; i++) {
        const cdn_column *column = code + i;
        if (column->kind == CDN_COLUMN_TEXT || column->required)
            return cdn_shape_fail(&builder->shape, node,
                                  "column \"%s\" can be neither a text nor required",
                                  column->name);
    }
    return CDN_OK;
}

static cdn_status column_member(cdn_builder *builder, const cdn_node *node, const char *key,
                                uint32_t record, bool required, uint32_t *out)
{
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(&builder->shape, node, key, required, &name));
    if (name == NULL)
        return CDN_OK;
    *out = cdn_catalogue_find_column(builder->catalogue, record, name);
    if (*out == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "record \"%s\" has no column \"%s\"",
                              builder->records[record].name, name);
    return CDN_OK;
}

/* FILE: a column of its own. GROUP: the column of its source whose values are told apart. */
static cdn_status build_key(cdn_builder *builder, const cdn_node *node, uint32_t index)
{
    cdn_record *record = &builder->records[index];
    if (record->kind == CDN_RECORD_UNPIVOT)
        return CDN_OK;
    uint32_t owner = record->kind == CDN_RECORD_FILE ? index : record->source;
    CDN_TRY(column_member(builder, node, "key", owner, true, &record->key));
    const cdn_column *key = &builder->columns[record->key];
    if (key->kind != CDN_COLUMN_TEXT && key->kind != CDN_COLUMN_INTEGER)
        return cdn_shape_fail(&builder->shape, node, "\"key\" must be a text or an integer");
    if (record->kind == CDN_RECORD_FILE && !key->required)
        return cdn_shape_fail(&builder->shape, node, "the key column must be required");
    return CDN_OK;
}

static cdn_status build_reference(cdn_builder *builder, const cdn_json *json,
                                  const cdn_node *record, uint32_t index, cdn_reference *out)
{
    const cdn_shape *shape = &builder->shape;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "reference", "to column required", record->line, &node));
    CDN_TRY(cdn_build_record_member(builder, &node, "to", &out->target));
    CDN_TRY(column_member(builder, &node, "column", index, true, &out->column));
    CDN_TRY(cdn_shape_flag(shape, &node, "required", true, &out->required));
    uint32_t key = builder->records[out->target].key;
    if (key == CDN_NONE || out->target == index)
        return cdn_shape_fail(shape, &node, "\"%s\" cannot be referred to",
                              builder->records[out->target].name);
    if (builder->columns[key].kind != builder->columns[out->column].kind)
        return cdn_shape_fail(shape, &node, "the column and the key of \"%s\" differ in kind",
                              builder->records[out->target].name);
    return CDN_OK;
}

/* Keys and references. An UNPIVOT type's first reference is to its source, by row. */
static cdn_status build_links(cdn_builder *builder, const cdn_json *json, const cdn_node *root,
                              uint32_t index)
{
    cdn_record *record = &builder->records[index];
    cdn_node node;
    CDN_TRY(cdn_shape_open(&builder->shape, json, "record", RECORD_KEYS, root->line, &node));
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&builder->shape, &node, "references", true, 16, &array, &count));
    uint32_t own = record->kind == CDN_RECORD_UNPIVOT ? 1 : 0;
    if (record->kind != CDN_RECORD_FILE && count > 0)
        return cdn_shape_fail(&builder->shape, &node,
                              "only a record type with a file has references of its own");
    cdn_reference *references =
        cdn_arena_alloc(builder->shape.arena, (size_t)count + own, sizeof *references);
    if (references == NULL)
        return cdn_shape_memory(&builder->shape);
    if (own == 1) {
        CDN_TRY(check_unpivot(builder, &node, record));
        references[0] = (cdn_reference){record->source, CDN_NONE, true};
    }
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(build_reference(builder, cdn_json_at(array, i), &node, index,
                                &references[own + i]));
    record->references = references;
    record->reference_count = count + own;
    return CDN_OK;
}

cdn_status cdn_build_record_member(cdn_builder *builder, const cdn_node *node, const char *key,
                                   uint32_t *out)
{
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(&builder->shape, node, key, true, &name));
    *out = cdn_catalogue_find_record(builder->catalogue, name);
    if (*out == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "there is no record type \"%s\"", name);
    return CDN_OK;
}

cdn_status cdn_build_records(cdn_builder *builder, const cdn_node *root)
{
    const cdn_shape *shape = &builder->shape;
    cdn_catalogue *catalogue = builder->catalogue;
    const cdn_json *array;
    uint32_t count, columns = 0;
    CDN_TRY(cdn_shape_array(shape, root, "records", true, 64, &array, &count));
    if (count == 0)
        return cdn_shape_fail(shape, root, "has no record types");
    for (uint32_t i = 0; i < count; i++)
        columns += (uint32_t)cdn_json_size(cdn_json_get(cdn_json_at(array, i), "columns"));
    builder->records = cdn_arena_alloc(shape->arena, count, sizeof *builder->records);
    builder->columns = cdn_arena_alloc(shape->arena, columns, sizeof *builder->columns);
    if (builder->records == NULL || builder->columns == NULL)
        return cdn_shape_memory(shape);
    catalogue->records = builder->records;
    catalogue->columns = builder->columns;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_record(builder, cdn_json_at(array, i), root, i));
        catalogue->record_count = i + 1;
    }
    for (uint32_t i = 0; i < count; i++) {
        cdn_node node;
        CDN_TRY(cdn_shape_open(shape, cdn_json_at(array, i), "record", RECORD_KEYS, root->line,
                               &node));
        CDN_TRY(build_key(builder, &node, i));
    }
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(build_links(builder, cdn_json_at(array, i), root, i));
    return CDN_OK;
}

/* `keep` is asked while files are read, when no row knows another. */
static cdn_status check_keep(const cdn_builder *builder, const cdn_node *node, uint32_t index,
                             uint32_t expr)
{
    if (expr == CDN_NONE)
        return CDN_OK;
    const cdn_expr *e = &builder->exprs[expr];
    bool column = e->op == CDN_EX_COLUMN || e->op == CDN_EX_IN;
    if (e->op == CDN_EX_LINKED || (column && builder->columns[e->column].record != index))
        return cdn_shape_fail(&builder->shape, node,
                              "\"keep\" can only use the record type's own columns");
    for (int i = 0; i < 3; i++)
        CDN_TRY(check_keep(builder, node, index, e->operand[i]));
    return CDN_OK;
}

/* A workplace speaks for itself: its workers do not waive what protects it. */
static cdn_status build_wish(cdn_builder *builder, const cdn_node *node, const char *key,
                             uint32_t index, uint32_t *out)
{
    CDN_TRY(cdn_build_expr(builder, node, key, index, false, out));
    if (*out == CDN_NONE)
        return CDN_OK;
    if (builder->records[index].unit != index)
        return cdn_shape_fail(&builder->shape, node,
                              "\"%s\" belongs to the record type that is the unit", key);
    if (builder->types[*out].kind != CDN_TYPE_NUMBER)
        return cdn_shape_fail(&builder->shape, node, "\"%s\" must be a condition", key);
    return CDN_OK;
}

/* The contributors of one record type, and which rows are kept. */
static cdn_status build_rules(cdn_builder *builder, const cdn_json *json, const cdn_node *root,
                              uint32_t index)
{
    const cdn_shape *shape = &builder->shape;
    cdn_record *record = &builder->records[index];
    cdn_node node;
    uint32_t steps[4], count;
    CDN_TRY(cdn_shape_open(shape, json, "record", RECORD_KEYS, root->line, &node));
    CDN_TRY(cdn_build_expr(builder, &node, "keep", index, false, &record->keep));
    if (record->keep != CDN_NONE && record->kind != CDN_RECORD_FILE)
        return cdn_shape_fail(shape, &node, "\"keep\" belongs to a record type with a file");
    CDN_TRY(check_keep(builder, &node, index, record->keep));
    CDN_TRY(cdn_build_expr(builder, &node, "workers", index, false, &record->workers));
    if (record->workers != CDN_NONE && builder->exprs[record->workers].decimals != 0)
        return cdn_shape_fail(shape, &node, "\"workers\" must be a whole number");
    CDN_TRY(cdn_build_record_member(builder, &node, "unit", &record->unit));
    if (!cdn_catalogue_route(builder->catalogue, index, record->unit, steps, &count))
        return cdn_shape_fail(shape, &node, "\"unit\" cannot be reached by references");
    CDN_TRY(build_wish(builder, &node, "waiver", index, &record->waiver));
    CDN_TRY(build_wish(builder, &node, "request", index, &record->request));
    CDN_TRY(column_member(builder, &node, "holding_column", index, false,
                          &record->holding_column));
    if ((cdn_json_get(node.json, "holding") != NULL) == (record->holding_column != CDN_NONE))
        return cdn_shape_fail(shape, &node, "needs one of \"holding\" and \"holding_column\"");
    if (record->holding_column != CDN_NONE)
        return CDN_OK;
    CDN_TRY(cdn_build_record_member(builder, &node, "holding", &record->holding));
    if (!cdn_catalogue_route(builder->catalogue, index, record->holding, steps, &count))
        return cdn_shape_fail(shape, &node, "\"holding\" cannot be reached by references");
    return CDN_OK;
}

cdn_status cdn_build_record_rules(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *array = cdn_json_get(root->json, "records");
    for (uint32_t i = 0; i < builder->catalogue->record_count; i++)
        CDN_TRY(build_rules(builder, cdn_json_at(array, i), root, i));
    return CDN_OK;
}
