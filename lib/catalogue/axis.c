/* axis.c - axes: how records are put on leaves, and whether one may have no answer.
 *
 * An axis gets an unknown leaf unless every record type that reaches it is sure
 * of an answer: a required column, along required references. Getting this wrong
 * would drop records from totals, so anything doubtful gets the leaf.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "catalogue/build.h"
#include "core/fail.h"
#include "core/number.h"

#define BANDS_MAX 256u

static uint32_t find_axis(const cdn_builder *builder, const char *name)
{
    for (uint32_t i = 0; i < builder->catalogue->axis_count; i++) {
        if (strcmp(builder->axes[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

/* Does the expression of a binding give an answer for every row? */
static bool always_answers(const cdn_builder *builder, const cdn_axis *axis,
                           const cdn_binding *binding)
{
    const cdn_expr *expr = &builder->exprs[binding->expr];
    if (expr->op == CDN_EX_COLUMN && axis->band_count == 0) {
        const cdn_column *column = &builder->columns[expr->column];
        const cdn_record *record = &builder->records[column->record];
        if (column->record != binding->record)
            return false;
        return column->required ||
               (record->kind == CDN_RECORD_UNPIVOT && expr->column == record->column_first);
    }
    bool truth = expr->op == CDN_EX_LINKED || expr->op == CDN_EX_KNOWN || expr->op == CDN_EX_IN ||
                 (expr->op >= CDN_EX_EQ && expr->op <= CDN_EX_NOT);
    return truth && axis->band_count > 0 && axis->band_starts[0] <= 0;
}

static bool route_required(const cdn_catalogue *catalogue, uint32_t from, uint32_t to)
{
    uint32_t steps[4], count;
    if (!cdn_catalogue_route(catalogue, from, to, steps, &count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const cdn_reference *reference = &catalogue->records[from].references[steps[i]];
        if (!reference->required)
            return false;
        from = reference->target;
    }
    return true;
}

static bool needs_unknown(const cdn_builder *builder, uint32_t index)
{
    const cdn_axis *axis = &builder->axes[index];
    for (uint32_t i = 0; i < axis->binding_count; i++) {
        if (!always_answers(builder, axis, &axis->bindings[i]))
            return true;
    }
    for (uint32_t i = 0; i < builder->catalogue->record_count; i++) {
        const cdn_binding *binding = cdn_axis_binding(builder->catalogue, index, i);
        if (binding != NULL && !route_required(builder->catalogue, i, binding->record))
            return true;
    }
    return false;
}

static cdn_status build_binding(cdn_builder *builder, const cdn_json *json, const cdn_node *owner,
                                const cdn_axis *axis, cdn_binding *out)
{
    cdn_node node;
    CDN_TRY(cdn_shape_open(&builder->shape, json, "binding", "record value", owner->line, &node));
    node.name = axis->name;
    CDN_TRY(cdn_build_record_member(builder, &node, "record", &out->record));
    CDN_TRY(cdn_build_expr(builder, &node, "value", out->record, true, &out->expr));
    for (const cdn_binding *b = axis->bindings; b < out; b++) {
        if (b->record == out->record)
            return cdn_shape_fail(&builder->shape, &node, "binds record \"%s\" twice",
                                  builder->records[b->record].name);
    }
    cdn_type type = builder->types[out->expr];
    if (axis->band_count == 0) {
        if (type.kind != CDN_TYPE_CODE || type.codelist != axis->codelist)
            return cdn_shape_fail(&builder->shape, &node,
                                  "expected a column of code list \"%s\"",
                                  builder->codelists[axis->codelist].name);
        return CDN_OK;
    }
    if (type.kind != CDN_TYPE_NUMBER)
        return cdn_shape_fail(&builder->shape, &node, "bands need a number");
    if (builder->exprs[out->expr].decimals != builder->exprs[axis->bindings[0].expr].decimals)
        return cdn_shape_fail(&builder->shape, &node, "values with different decimal places");
    return CDN_OK;
}

/* Codes and labels of the bands, as a code list; starts are parsed once the scale is known. */
static cdn_status build_bands(cdn_builder *builder, const cdn_node *node, const cdn_json *array,
                              uint32_t count, unsigned decimals, cdn_axis *axis,
                              cdn_codelist *leaves)
{
    const cdn_shape *shape = &builder->shape;
    const char **codes = cdn_arena_alloc(shape->arena, count, sizeof *codes);
    const char **labels = cdn_arena_alloc(shape->arena, count, sizeof *labels);
    int64_t *starts = cdn_arena_alloc(shape->arena, count, sizeof *starts);
    if (codes == NULL || labels == NULL || starts == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < count; i++) {
        cdn_node band;
        const char *from = NULL;
        CDN_TRY(cdn_shape_open(shape, cdn_json_at(array, i), "band", "from code label",
                               node->line, &band));
        CDN_TRY(cdn_shape_text(shape, &band, "code", true, &codes[i]));
        CDN_TRY(cdn_shape_text(shape, &band, "label", true, &labels[i]));
        CDN_TRY(cdn_shape_text(shape, &band, "from", true, &from));
        if (!cdn_parse_decimal(from, strlen(from), decimals, &starts[i]))
            return cdn_shape_fail(shape, node, "band %" PRIu32 " starts at no number of %u places",
                                  i + 1, decimals);
        if (i > 0 && starts[i] <= starts[i - 1])
            return cdn_shape_fail(shape, node, "bands must start in ascending order");
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(codes[j], codes[i]) == 0 || strcmp(labels[j], labels[i]) == 0)
                return cdn_shape_fail(shape, node, "has two bands of the same code or label");
        }
    }
    axis->band_starts = starts;
    *leaves = (cdn_codelist){.name = node->name, .count = count, .codes = codes,
                             .labels = labels};
    return CDN_OK;
}

static cdn_status build_columns(cdn_builder *builder, cdn_axis *axis)
{
    uint8_t *flags = cdn_arena_alloc(builder->shape.arena, builder->catalogue->column_count, 1);
    if (flags == NULL)
        return cdn_shape_memory(&builder->shape);
    for (uint32_t i = 0; i < axis->binding_count; i++)
        cdn_build_expr_columns(builder, axis->bindings[i].expr, flags);
    return cdn_build_columns(builder, flags, &axis->column_count, &axis->columns);
}

static cdn_status build_axis(cdn_builder *builder, const cdn_json *json, const cdn_node *root,
                             uint32_t index)
{
    const cdn_shape *shape = &builder->shape;
    cdn_axis *axis = &builder->axes[index];
    const cdn_json *bindings, *bands;
    const char *codes = NULL;
    uint32_t count;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "axis", "name* bindings codes bands", root->line, &node));
    if (find_axis(builder, node.name) != CDN_NONE)
        return cdn_shape_fail(shape, &node, "is declared twice");
    *axis = (cdn_axis){.name = node.name, .codelist = CDN_NONE};
    CDN_TRY(cdn_shape_name(shape, &node, "codes", false, &codes));
    CDN_TRY(cdn_shape_array(shape, &node, "bands", false, BANDS_MAX, &bands,
                            &axis->band_count));
    if ((codes == NULL) == (axis->band_count == 0))
        return cdn_shape_fail(shape, &node, "needs one of \"codes\" and \"bands\"");
    if (codes != NULL) {
        axis->codelist = cdn_build_find_codelist(builder, codes);
        if (axis->codelist == CDN_NONE)
            return cdn_shape_fail(shape, &node, "there is no code list \"%s\"", codes);
        builder->leaves[index] = builder->codelists[axis->codelist];
    }
    CDN_TRY(cdn_shape_array(shape, &node, "bindings", true, 16, &bindings, &count));
    cdn_binding *bound = cdn_arena_alloc(shape->arena, count, sizeof *bound);
    if (bound == NULL)
        return cdn_shape_memory(shape);
    if (count == 0)
        return cdn_shape_fail(shape, &node, "puts no record type on it");
    axis->bindings = bound;
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(build_binding(builder, cdn_json_at(bindings, i), &node, axis, &bound[i]));
    axis->binding_count = count;
    if (bands != NULL)
        CDN_TRY(build_bands(builder, &node, bands, axis->band_count,
                            builder->exprs[bound[0].expr].decimals, axis,
                            &builder->leaves[index]));
    axis->has_unknown = needs_unknown(builder, index);
    axis->leaf_count = builder->leaves[index].count + (axis->has_unknown ? 1 : 0);
    return build_columns(builder, axis);
}

cdn_status cdn_build_axes(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&builder->shape, root, "axes", true, CDN_CATALOGUE_MAX, &array,
                            &count));
    builder->axes = cdn_arena_alloc(builder->shape.arena, count, sizeof *builder->axes);
    builder->leaves = cdn_arena_alloc(builder->shape.arena, count, sizeof *builder->leaves);
    if (builder->axes == NULL || builder->leaves == NULL)
        return cdn_shape_memory(&builder->shape);
    builder->catalogue->axes = builder->axes;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_axis(builder, cdn_json_at(array, i), root, i));
        builder->catalogue->axis_count = i + 1;
    }
    return CDN_OK;
}
