/* measure.c - measures as additive parts, and the fields that lists show.
 *
 * Every statistic is made of sums over records (and quantiles over the records
 * they count), because protection reasons about sums. Both parts of a ratio
 * count the same usable records. The parts' source columns are gathered through
 * expressions and axes, so that a permission cannot be got round by building on
 * a forbidden column.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "catalogue/build.h"
#include "core/fail.h"

#define MEASURE_KEYS                                                                          \
    "name* title definition unit decimals record kind value numerator denominator usable "    \
    "where share among magnitude multiplier quantile_ppm row_gate"
#define SETS_MAX 8u

typedef struct kind_word {
    const char *name;
    cdn_measure_kind kind;
    const char *needs; /* members, blank-separated; the others of this set are refused */
} kind_word;

static const kind_word kinds[] = {
    {"count", CDN_MEASURE_COUNT, ""},
    {"sum", CDN_MEASURE_SUM, "value"},
    {"ratio", CDN_MEASURE_RATIO, "numerator denominator"},
    {"share", CDN_MEASURE_SHARE, "share"},
    {"mean", CDN_MEASURE_MEAN, "value"},
    {"quantile", CDN_MEASURE_QUANTILE, "value quantile_ppm"},
};
static const char *const kind_members[] = {"value", "numerator", "denominator", "share",
                                           "quantile_ppm"};

/* A measure while it is made: what its parts share. */
typedef struct making {
    cdn_builder *builder;
    cdn_node node;
    cdn_measure *measure;
    uint32_t record;
    uint32_t usable;
    uint32_t set_count;
    cdn_restriction sets[SETS_MAX + 1]; /* one per axis; `where` */
    bool has_magnitude, magnitude;
} measure_draft;

static cdn_status measure_kind(const measure_draft *making, const kind_word **out)
{
    const cdn_shape *shape = &making->builder->shape;
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(shape, &making->node, "kind", true, &name));
    *out = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            *out = &kinds[i];
    }
    if (*out == NULL)
        return cdn_shape_fail(shape, &making->node, "unknown kind \"%s\"", name);
    for (size_t i = 0; i < sizeof kind_members / sizeof kind_members[0]; i++) {
        if (strstr((*out)->needs, kind_members[i]) == NULL &&
            cdn_json_get(making->node.json, kind_members[i]) != NULL)
            return cdn_shape_fail(shape, &making->node, "\"%s\" does not belong to a %s",
                                  kind_members[i], name);
    }
    return CDN_OK;
}

/* Narrows the sets by one more: the intersection when the axis has one already. */
static cdn_status add_set(const measure_draft *making, cdn_restriction *sets, uint32_t *count,
                          const cdn_restriction *set)
{
    const cdn_builder *builder = making->builder;
    const cdn_axis *axis = &builder->axes[set->axis];
    if (cdn_axis_binding(builder->catalogue, set->axis, making->record) == NULL)
        return cdn_shape_fail(&builder->shape, &making->node,
                              "axis \"%s\" does not apply to record \"%s\"", axis->name,
                              builder->records[making->record].name);
    for (uint32_t i = 0; i < *count; i++) {
        if (sets[i].axis != set->axis)
            continue;
        uint8_t *both = cdn_arena_alloc(builder->shape.arena, axis->leaf_count, 1);
        if (both == NULL)
            return cdn_shape_memory(&builder->shape);
        for (uint32_t j = 0; j < axis->leaf_count; j++)
            both[j] = sets[i].leaves[j] != 0 && set->leaves[j] != 0;
        sets[i].leaves = both;
        return CDN_OK;
    }
    if (*count > SETS_MAX)
        return cdn_shape_fail(&builder->shape, &making->node, "has too many sets of codes");
    sets[(*count)++] = *set;
    return CDN_OK;
}

static void collect_terms(const cdn_builder *builder, uint32_t expr, uint32_t *terms,
                          uint32_t *count)
{
    const cdn_expr *e = &builder->exprs[expr];
    if (e->op == CDN_EX_ADD) {
        collect_terms(builder, e->operand[0], terms, count);
        collect_terms(builder, e->operand[1], terms, count);
    } else if (e->op != CDN_EX_CONSTANT) {
        if (terms != NULL)
            terms[*count] = expr;
        (*count)++;
    }
}

static cdn_status part_terms(const measure_draft *making, cdn_part *part)
{
    uint32_t count = 0;
    if (part->value == CDN_NONE ||
        making->builder->exprs[part->value].op != CDN_EX_ADD)
        return CDN_OK;
    collect_terms(making->builder, part->value, NULL, &count);
    if (count < 2)
        return CDN_OK;
    uint32_t *terms = cdn_arena_alloc(making->builder->shape.arena, count, sizeof *terms);
    if (terms == NULL)
        return cdn_shape_memory(&making->builder->shape);
    collect_terms(making->builder, part->value, terms, &part->term_count);
    part->terms = terms;
    return CDN_OK;
}

/* Adds a part with the measure's sets, and one more when `set` is given. */
static cdn_status add_part(const measure_draft *making, uint32_t value, const cdn_restriction *set)
{
    cdn_builder *builder = making->builder;
    cdn_part *part = &making->measure->parts[making->measure->part_count++];
    uint32_t count = making->set_count;
    cdn_restriction *sets =
        cdn_arena_alloc(builder->shape.arena, SETS_MAX + 1, sizeof *sets);
    uint8_t *flags = cdn_arena_alloc(builder->shape.arena, builder->catalogue->column_count, 1);
    if (sets == NULL || flags == NULL)
        return cdn_shape_memory(&builder->shape);
    memcpy(sets, making->sets, count * sizeof *sets);
    if (set != NULL)
        CDN_TRY(add_set(making, sets, &count, set));
    *part = (cdn_part){.record = making->record, .value = value, .usable = making->usable,
                       .restriction_count = count, .restrictions = sets};
    part->magnitude = value != CDN_NONE && (!making->has_magnitude || making->magnitude);
    if (value != CDN_NONE) {
        if (builder->types[value].kind != CDN_TYPE_NUMBER)
            return cdn_shape_fail(&builder->shape, &making->node, "can only sum numbers");
        part->decimals = builder->exprs[value].decimals;
    }
    CDN_TRY(part_terms(making, part));
    cdn_build_expr_columns(builder, value, flags);
    cdn_build_expr_columns(builder, making->usable, flags);
    for (uint32_t i = 0; i < count; i++) {
        const cdn_axis *axis = &builder->axes[sets[i].axis];
        for (uint32_t j = 0; j < axis->column_count; j++)
            flags[axis->columns[j]] = 1;
    }
    return cdn_build_columns(builder, flags, &part->column_count, &part->columns);
}

/* usable AND value known: the records that a mean or a quantile is about. */
static cdn_status require_known(measure_draft *making, uint32_t value)
{
    static const cdn_type number = {CDN_TYPE_NUMBER, CDN_NONE};
    cdn_expr known = {.op = CDN_EX_KNOWN, .operand = {value, CDN_NONE, CDN_NONE},
                      .column = CDN_NONE};
    uint32_t index;
    CDN_TRY(cdn_build_expr_add(making->builder, &known, number, &index));
    if (making->usable == CDN_NONE) {
        making->usable = index;
        return CDN_OK;
    }
    cdn_expr both = {.op = CDN_EX_AND, .operand = {making->usable, index, CDN_NONE},
                     .column = CDN_NONE};
    return cdn_build_expr_add(making->builder, &both, number, &making->usable);
}

/* A share: the codes asked for, those it is a share of, and the rest of them. */
static cdn_status make_share(measure_draft *making)
{
    cdn_builder *builder = making->builder;
    const cdn_json *json = making->node.json;
    cdn_restriction inside, among;
    CDN_TRY(cdn_build_restriction(builder, cdn_json_get(json, "share"), making->node.line,
                                  &inside));
    const cdn_axis *axis = &builder->axes[inside.axis];
    uint32_t known = axis->leaf_count - (axis->has_unknown ? 1 : 0);
    uint8_t *whole = cdn_arena_alloc(builder->shape.arena, axis->leaf_count, 1);
    uint8_t *rest = cdn_arena_alloc(builder->shape.arena, axis->leaf_count, 1);
    if (whole == NULL || rest == NULL)
        return cdn_shape_memory(&builder->shape);
    memset(whole, 1, known);
    if (cdn_json_get(json, "among") != NULL) {
        CDN_TRY(cdn_build_restriction(builder, cdn_json_get(json, "among"), making->node.line,
                                      &among));
        if (among.axis != inside.axis)
            return cdn_shape_fail(&builder->shape, &making->node,
                                  "\"share\" and \"among\" are about different axes");
        memcpy(whole, among.leaves, axis->leaf_count);
    }
    bool any_rest = false;
    for (uint32_t i = 0; i < axis->leaf_count; i++) {
        if (inside.leaves[i] != 0 && whole[i] == 0)
            return cdn_shape_fail(&builder->shape, &making->node,
                                  "\"share\" has codes that are not in \"among\"");
        rest[i] = whole[i] != 0 && inside.leaves[i] == 0;
        any_rest = any_rest || rest[i] != 0;
    }
    if (!any_rest)
        return cdn_shape_fail(&builder->shape, &making->node, "is a share of itself");
    cdn_restriction denominator = {inside.axis, whole}, complement = {inside.axis, rest};
    CDN_TRY(add_part(making, CDN_NONE, &inside));
    CDN_TRY(add_part(making, CDN_NONE, &denominator));
    return add_part(making, CDN_NONE, &complement);
}

static cdn_status make_parts(measure_draft *making)
{
    cdn_builder *builder = making->builder;
    cdn_measure *measure = making->measure;
    uint32_t value = CDN_NONE, below = CDN_NONE;
    int64_t ppm = 0;
    switch (measure->kind) {
    case CDN_MEASURE_COUNT:
        return add_part(making, CDN_NONE, NULL);
    case CDN_MEASURE_SUM:
        CDN_TRY(cdn_build_expr(builder, &making->node, "value", making->record, true, &value));
        return add_part(making, value, NULL);
    case CDN_MEASURE_RATIO:
        CDN_TRY(cdn_build_expr(builder, &making->node, "numerator", making->record, true,
                               &value));
        CDN_TRY(cdn_build_expr(builder, &making->node, "denominator", making->record, true,
                               &below));
        CDN_TRY(require_known(making, value));
        CDN_TRY(require_known(making, below));
        CDN_TRY(add_part(making, value, NULL));
        return add_part(making, below, NULL);
    case CDN_MEASURE_SHARE:
        return make_share(making);
    case CDN_MEASURE_MEAN:
        CDN_TRY(cdn_build_expr(builder, &making->node, "value", making->record, true, &value));
        CDN_TRY(require_known(making, value));
        CDN_TRY(add_part(making, value, NULL));
        return add_part(making, CDN_NONE, NULL);
    case CDN_MEASURE_QUANTILE:
        CDN_TRY(cdn_build_expr(builder, &making->node, "value", making->record, true, &value));
        CDN_TRY(cdn_shape_integer(&builder->shape, &making->node, "quantile_ppm", true, 1, 999999,
                                  &ppm));
        if (builder->types[value].kind != CDN_TYPE_NUMBER)
            return cdn_shape_fail(&builder->shape, &making->node, "needs a number");
        measure->value = value;
        measure->quantile_ppm = (uint32_t)ppm;
        CDN_TRY(require_known(making, value));
        return add_part(making, CDN_NONE, NULL);
    }
    return CDN_OK;
}

static cdn_status measure_sets(measure_draft *making)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&making->builder->shape, &making->node, "where", false, SETS_MAX,
                            &array, &count));
    for (uint32_t i = 0; i < count; i++) {
        cdn_restriction set;
        CDN_TRY(cdn_build_restriction(making->builder, cdn_json_at(array, i), making->node.line,
                                      &set));
        CDN_TRY(add_set(making, making->sets, &making->set_count, &set));
    }
    return CDN_OK;
}

static cdn_status build_measure(cdn_builder *builder, const cdn_json *json, const cdn_node *root,
                                cdn_measure *measure)
{
    const cdn_shape *shape = &builder->shape;
    const kind_word *kind;
    int64_t decimals = 0, multiplier = 0;
    measure_draft making = {.builder = builder, .measure = measure};
    CDN_TRY(cdn_shape_open(shape, json, "measure", MEASURE_KEYS, root->line, &making.node));
    const cdn_node *node = &making.node;
    if (cdn_catalogue_find_measure(builder->catalogue, node->name) != CDN_NONE)
        return cdn_shape_fail(shape, node, "is declared twice");
    measure->name = node->name;
    measure->value = CDN_NONE;
    CDN_TRY(cdn_shape_text(shape, node, "title", true, &measure->title));
    CDN_TRY(cdn_shape_text(shape, node, "definition", true, &measure->definition));
    CDN_TRY(cdn_shape_text(shape, node, "unit", true, &measure->unit));
    CDN_TRY(cdn_shape_integer(shape, node, "decimals", true, 0, 6, &decimals));
    CDN_TRY(cdn_shape_integer(shape, node, "multiplier", true, 1, 100, &multiplier));
    if (multiplier != 1 && multiplier != 100)
        return cdn_shape_fail(shape, node, "\"multiplier\" must be 1 or 100");
    measure->decimals = (uint8_t)decimals;
    measure->multiplier = (uint32_t)multiplier;
    CDN_TRY(measure_kind(&making, &kind));
    measure->kind = kind->kind;
    bool of_parts = kind->kind == CDN_MEASURE_RATIO || kind->kind == CDN_MEASURE_SHARE;
    if (multiplier != 1 && !of_parts)
        return cdn_shape_fail(shape, node, "\"multiplier\" belongs to ratios and shares");
    if (cdn_json_get(json, "among") != NULL && kind->kind != CDN_MEASURE_SHARE)
        return cdn_shape_fail(shape, node, "\"among\" belongs to a share");
    making.has_magnitude = cdn_json_get(json, "magnitude") != NULL;
    CDN_TRY(cdn_shape_flag(shape, node, "magnitude", false, &making.magnitude));
    CDN_TRY(cdn_build_record_member(builder, node, "record", &making.record));
    CDN_TRY(cdn_build_expr(builder, node, "usable", making.record, false, &making.usable));
    CDN_TRY(measure_sets(&making));
    CDN_TRY(make_parts(&making));
    return cdn_build_expr(builder, node, "row_gate", builder->records[making.record].unit, false,
                          &measure->row_gate);
}

cdn_status cdn_build_measures(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&builder->shape, root, "measures", true, CDN_CATALOGUE_MAX, &array,
                            &count));
    builder->measures = cdn_arena_alloc(builder->shape.arena, count, sizeof *builder->measures);
    if (builder->measures == NULL)
        return cdn_shape_memory(&builder->shape);
    builder->catalogue->measures = builder->measures;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_measure(builder, cdn_json_at(array, i), root, &builder->measures[i]));
        builder->catalogue->measure_count = i + 1;
    }
    return CDN_OK;
}

/* A list's row may also show what stands on a record that refers to it (a location's workplace):
 * then the expression is parsed for that record type, and must be one of its columns. */
static cdn_status field_value(cdn_builder *builder, const cdn_node *node, cdn_field *field)
{
    const cdn_json *value = cdn_json_get(node->json, "value");
    uint32_t base = field->record, expr;
    const char *owner = cdn_json_string(cdn_json_get(value, "record"));
    const char *op = cdn_json_string(cdn_json_get(value, "op"));
    if (owner != NULL && op != NULL && strcmp(op, "column") == 0) {
        uint32_t record = cdn_catalogue_find_record(builder->catalogue, owner);
        uint32_t steps[4], count;
        if (record != CDN_NONE &&
            !cdn_catalogue_route(builder->catalogue, field->record, record, steps, &count) &&
            cdn_catalogue_route(builder->catalogue, record, field->record, steps, &count) &&
            count == 1)
            base = record;
    }
    CDN_TRY(cdn_build_expr(builder, node, "value", base, true, &expr));
    if (builder->exprs[expr].op == CDN_EX_COLUMN) {
        field->column = builder->exprs[expr].column;
        return CDN_OK;
    }
    if (builder->types[expr].kind != CDN_TYPE_NUMBER)
        return cdn_shape_fail(&builder->shape, node, "can show a column, a level or a number");
    field->expr = expr;
    return CDN_OK;
}

static cdn_status build_field(cdn_builder *builder, const cdn_json *json, const cdn_node *root,
                              cdn_field *field)
{
    const cdn_shape *shape = &builder->shape;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "field",
                           "name* title record value dimension level consent", root->line, &node));
    *field = (cdn_field){.name = node.name, .column = CDN_NONE, .expr = CDN_NONE,
                         .dimension = CDN_NONE, .level = CDN_NONE};
    CDN_TRY(cdn_shape_text(shape, &node, "title", true, &field->title));
    CDN_TRY(cdn_shape_flag(shape, &node, "consent", true, &field->consent));
    CDN_TRY(cdn_build_record_member(builder, &node, "record", &field->record));
    if (cdn_catalogue_find_field(builder->catalogue, field->record, node.name) != CDN_NONE)
        return cdn_shape_fail(shape, &node, "stands twice for record \"%s\"",
                              builder->records[field->record].name);
    if ((cdn_json_get(json, "value") == NULL) == (cdn_json_get(json, "dimension") == NULL))
        return cdn_shape_fail(shape, &node, "needs one of \"value\" and \"dimension\"");
    if (cdn_json_get(json, "value") != NULL)
        return field_value(builder, &node, field);
    CDN_TRY(cdn_build_level_member(builder, &node, &field->dimension, &field->level));
    uint32_t axis = builder->dimensions[field->dimension].axis;
    if (cdn_axis_binding(builder->catalogue, axis, field->record) == NULL)
        return cdn_shape_fail(shape, &node, "dimension \"%s\" does not apply to record \"%s\"",
                              builder->dimensions[field->dimension].name,
                              builder->records[field->record].name);
    return CDN_OK;
}

cdn_status cdn_build_fields(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&builder->shape, root, "fields", true, CDN_CATALOGUE_MAX, &array,
                            &count));
    builder->fields = cdn_arena_alloc(builder->shape.arena, count, sizeof *builder->fields);
    if (builder->fields == NULL)
        return cdn_shape_memory(&builder->shape);
    builder->catalogue->fields = builder->fields;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_field(builder, cdn_json_at(array, i), root, &builder->fields[i]));
        builder->catalogue->field_count = i + 1;
    }
    return CDN_OK;
}
