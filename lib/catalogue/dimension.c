/* dimension.c - dimensions: levels of an axis, coarse to fine, checked to be one tree.
 *
 * A level is the axis's leaves themselves, or what a column of their code list
 * says, or groups written out. Each leaf has at most one code per level, and all
 * leaves of a finer code share their coarser code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "catalogue/build.h"
#include "core/fail.h"

#define LEVELS_MAX 8u

uint32_t cdn_level_find(const cdn_dimension *dimension, const char *name)
{
    for (uint32_t i = 0; i < dimension->level_count; i++) {
        if (strcmp(dimension->levels[i].name, name) == 0)
            return i;
    }
    return CDN_NONE;
}

uint32_t cdn_level_find_code(const cdn_level *level, const char *code_or_label)
{
    cdn_codelist list = {.count = level->count, .codes = level->codes, .labels = level->labels};
    return cdn_codelist_find(&list, code_or_label);
}

static cdn_status alloc_level(const cdn_builder *builder, uint32_t leaves, uint32_t codes,
                              uint32_t **of_leaf, const char ***code, const char ***label)
{
    *of_leaf = cdn_arena_alloc(builder->shape.arena, leaves, sizeof **of_leaf);
    *code = cdn_arena_alloc(builder->shape.arena, codes, sizeof **code);
    *label = cdn_arena_alloc(builder->shape.arena, codes, sizeof **label);
    if (*of_leaf == NULL || *code == NULL || *label == NULL)
        return cdn_shape_memory(&builder->shape);
    for (uint32_t i = 0; i < leaves; i++)
        (*of_leaf)[i] = CDN_NONE;
    return CDN_OK;
}

/* The leaves themselves. */
static cdn_status level_of_leaves(cdn_builder *builder, uint32_t axis, cdn_level *out)
{
    const cdn_codelist *leaves = &builder->leaves[axis];
    uint32_t *of_leaf = cdn_arena_alloc(builder->shape.arena, builder->axes[axis].leaf_count,
                                        sizeof *of_leaf);
    if (of_leaf == NULL)
        return cdn_shape_memory(&builder->shape);
    for (uint32_t i = 0; i < builder->axes[axis].leaf_count; i++)
        of_leaf[i] = i < leaves->count ? i : CDN_NONE;
    out->count = leaves->count;
    out->codes = leaves->codes;
    out->labels = leaves->labels;
    out->of_leaf = of_leaf;
    return CDN_OK;
}

/* Codes of another list, as a column of the leaves' list says; only those that occur. */
static cdn_status level_by_column(cdn_builder *builder, const cdn_node *node, uint32_t axis,
                                  const char *by, const char *codes, cdn_level *out)
{
    const cdn_codelist *leaves = &builder->leaves[axis];
    uint32_t list_index = cdn_build_find_codelist(builder, codes);
    uint32_t extra = cdn_codelist_extra(leaves, by);
    if (list_index == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "there is no code list \"%s\"", codes);
    if (extra == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "code list \"%s\" has no column \"%s\"",
                              leaves->name, by);
    const cdn_codelist *list = &builder->codelists[list_index];
    uint32_t *of_leaf, *position;
    const char **code, **label;
    CDN_TRY(alloc_level(builder, builder->axes[axis].leaf_count, list->count, &of_leaf, &code,
                        &label));
    position = cdn_arena_alloc(builder->shape.arena, list->count, sizeof *position);
    if (position == NULL)
        return cdn_shape_memory(&builder->shape);
    for (uint32_t i = 0; i < leaves->count; i++) {
        const char *value = leaves->extras[(size_t)i * leaves->extra_count + extra];
        uint32_t at = CDN_NONE;
        for (uint32_t j = 0; value[0] != '\0' && j < list->count; j++) {
            if (strcmp(list->codes[j], value) == 0)
                at = j;
        }
        if (value[0] != '\0' && at == CDN_NONE)
            return cdn_shape_fail(&builder->shape, node,
                                  "code list \"%s\": \"%s\" of code \"%s\" is not in list \"%s\"",
                                  leaves->name, by, leaves->codes[i], codes);
        of_leaf[i] = at;
        if (at != CDN_NONE)
            position[at] = 1;
    }
    for (uint32_t j = 0; j < list->count; j++) {
        if (position[j] == 0)
            continue;
        code[out->count] = list->codes[j];
        label[out->count] = list->labels[j];
        position[j] = out->count++;
    }
    for (uint32_t i = 0; i < leaves->count; i++) {
        if (of_leaf[i] != CDN_NONE)
            of_leaf[i] = position[of_leaf[i]];
    }
    out->codes = code;
    out->labels = label;
    out->of_leaf = of_leaf;
    return CDN_OK;
}

static cdn_status add_group(cdn_builder *builder, const cdn_node *level, const cdn_json *json,
                            const cdn_codelist *leaves, uint32_t at, const char **code,
                            const char **label, uint32_t *of_leaf)
{
    const cdn_shape *shape = &builder->shape;
    const char *const *members;
    uint32_t count;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "group", "code label leaves", level->line, &node));
    node.name = level->name;
    CDN_TRY(cdn_shape_text(shape, &node, "code", true, &code[at]));
    CDN_TRY(cdn_shape_text(shape, &node, "label", true, &label[at]));
    CDN_TRY(cdn_shape_texts(shape, &node, "leaves", true, CDN_CATALOGUE_MAX, &members, &count));
    for (uint32_t i = 0; i < at; i++) {
        if (strcmp(code[i], code[at]) == 0 || strcmp(label[i], label[at]) == 0)
            return cdn_shape_fail(shape, &node, "two groups have the same code or label");
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t leaf = cdn_codelist_find(leaves, members[i]);
        if (leaf == CDN_NONE)
            return cdn_shape_fail(shape, &node, "there is no code \"%.64s\" at the finest level",
                                  members[i]);
        if (of_leaf[leaf] != CDN_NONE)
            return cdn_shape_fail(shape, &node, "code \"%.64s\" is in two groups", members[i]);
        of_leaf[leaf] = at;
    }
    return CDN_OK;
}

static cdn_status level_of_groups(cdn_builder *builder, const cdn_node *node, uint32_t axis,
                                  const cdn_json *groups, uint32_t count, cdn_level *out)
{
    uint32_t *of_leaf;
    const char **code, **label;
    CDN_TRY(alloc_level(builder, builder->axes[axis].leaf_count, count, &of_leaf, &code, &label));
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(add_group(builder, node, cdn_json_at(groups, i), &builder->leaves[axis], i, code,
                          label, of_leaf));
    out->count = count;
    out->codes = code;
    out->labels = label;
    out->of_leaf = of_leaf;
    return CDN_OK;
}

static cdn_status build_level(cdn_builder *builder, const cdn_json *json,
                              const cdn_node *dimension, uint32_t axis, cdn_level *out)
{
    const cdn_shape *shape = &builder->shape;
    const char *by = NULL, *codes = NULL;
    const cdn_json *groups;
    uint32_t count;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "level", "name* by codes groups", dimension->line, &node));
    out->name = node.name;
    CDN_TRY(cdn_shape_name(shape, &node, "by", false, &by));
    CDN_TRY(cdn_shape_name(shape, &node, "codes", false, &codes));
    CDN_TRY(cdn_shape_array(shape, &node, "groups", false, CDN_CATALOGUE_MAX, &groups, &count));
    if ((by == NULL) != (codes == NULL) || (by != NULL && groups != NULL))
        return cdn_shape_fail(shape, &node, "needs \"by\" with \"codes\", or \"groups\", or none");
    if (by != NULL)
        return level_by_column(builder, &node, axis, by, codes, out);
    if (groups != NULL)
        return level_of_groups(builder, &node, axis, groups, count, out);
    return level_of_leaves(builder, axis, out);
}

/* All leaves of one finer code have one coarser code. */
static cdn_status check_nested(cdn_builder *builder, const cdn_node *node, uint32_t leaf_count,
                               const cdn_level *coarse, const cdn_level *fine)
{
    uint32_t *above = cdn_arena_alloc(builder->shape.arena, fine->count, sizeof *above);
    uint8_t *seen = cdn_arena_alloc(builder->shape.arena, fine->count, 1);
    if (above == NULL || seen == NULL)
        return cdn_shape_memory(&builder->shape);
    for (uint32_t i = 0; i < leaf_count; i++) {
        uint32_t at = fine->of_leaf[i];
        if (at == CDN_NONE)
            continue;
        if (seen[at] != 0 && above[at] != coarse->of_leaf[i])
            return cdn_shape_fail(&builder->shape, node,
                                  "code \"%s\" of level \"%s\" lies in two codes of level \"%s\"",
                                  fine->codes[at], fine->name, coarse->name);
        above[at] = coarse->of_leaf[i];
        seen[at] = 1;
    }
    return CDN_OK;
}

static cdn_status build_dimension(cdn_builder *builder, const cdn_json *json,
                                  const cdn_node *root, uint32_t index)
{
    const cdn_shape *shape = &builder->shape;
    cdn_dimension *dimension = &builder->dimensions[index];
    const cdn_json *array;
    const char *axis = NULL;
    uint32_t count;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "dimension", "name* title axis attribute levels",
                           root->line, &node));
    if (cdn_catalogue_find_dimension(builder->catalogue, node.name) != CDN_NONE)
        return cdn_shape_fail(shape, &node, "is declared twice");
    dimension->name = node.name;
    dimension->axis = CDN_NONE;
    CDN_TRY(cdn_shape_text(shape, &node, "title", true, &dimension->title));
    CDN_TRY(cdn_shape_flag(shape, &node, "attribute", true, &dimension->attribute));
    CDN_TRY(cdn_shape_name(shape, &node, "axis", true, &axis));
    for (uint32_t i = 0; i < builder->catalogue->axis_count; i++) {
        if (strcmp(builder->axes[i].name, axis) == 0)
            dimension->axis = i;
    }
    if (dimension->axis == CDN_NONE)
        return cdn_shape_fail(shape, &node, "there is no axis \"%s\"", axis);
    CDN_TRY(cdn_shape_array(shape, &node, "levels", true, LEVELS_MAX, &array, &count));
    if (count == 0)
        return cdn_shape_fail(shape, &node, "has no levels");
    cdn_level *levels = cdn_arena_alloc(shape->arena, count, sizeof *levels);
    if (levels == NULL)
        return cdn_shape_memory(shape);
    dimension->levels = levels;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_level(builder, cdn_json_at(array, i), &node, dimension->axis, &levels[i]));
        if (cdn_level_find(dimension, levels[i].name) != CDN_NONE)
            return cdn_shape_fail(shape, &node, "has level \"%s\" twice", levels[i].name);
        if (i > 0)
            CDN_TRY(check_nested(builder, &node, builder->axes[dimension->axis].leaf_count,
                                 &levels[i - 1], &levels[i]));
        dimension->level_count = i + 1;
    }
    return CDN_OK;
}

cdn_status cdn_build_dimensions(cdn_builder *builder, const cdn_node *root)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&builder->shape, root, "dimensions", true, CDN_CATALOGUE_MAX, &array,
                            &count));
    builder->dimensions =
        cdn_arena_alloc(builder->shape.arena, count, sizeof *builder->dimensions);
    if (builder->dimensions == NULL)
        return cdn_shape_memory(&builder->shape);
    builder->catalogue->dimensions = builder->dimensions;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(build_dimension(builder, cdn_json_at(array, i), root, i));
        builder->catalogue->dimension_count = i + 1;
    }
    return CDN_OK;
}

cdn_status cdn_build_level_member(cdn_builder *builder, const cdn_node *node, uint32_t *dimension,
                                  uint32_t *level)
{
    const char *name = NULL, *level_name = NULL;
    CDN_TRY(cdn_shape_name(&builder->shape, node, "dimension", true, &name));
    CDN_TRY(cdn_shape_name(&builder->shape, node, "level", true, &level_name));
    *dimension = cdn_catalogue_find_dimension(builder->catalogue, name);
    if (*dimension == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "there is no dimension \"%s\"", name);
    *level = cdn_level_find(&builder->dimensions[*dimension], level_name);
    if (*level == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "dimension \"%s\" has no level \"%s\"", name,
                              level_name);
    return CDN_OK;
}

cdn_status cdn_build_restriction(cdn_builder *builder, const cdn_json *json, uint64_t line,
                                 cdn_restriction *out)
{
    const cdn_shape *shape = &builder->shape;
    const char *const *codes;
    uint32_t count, dimension, level;
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "set of codes", "dimension level codes", line, &node));
    CDN_TRY(cdn_build_level_member(builder, &node, &dimension, &level));
    CDN_TRY(cdn_shape_texts(shape, &node, "codes", true, CDN_CATALOGUE_MAX, &codes, &count));
    const cdn_dimension *d = &builder->dimensions[dimension];
    const cdn_level *l = &d->levels[level];
    uint32_t leaf_count = builder->axes[d->axis].leaf_count;
    uint8_t *leaves = cdn_arena_alloc(shape->arena, leaf_count, 1);
    if (leaves == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = cdn_level_find_code(l, codes[i]);
        if (code == CDN_NONE) {
            cdn_shape_fail(shape, &node, "level \"%s\" of dimension \"%s\" has no code \"%.64s\"",
                           l->name, d->name, codes[i]);
            cdn_shape_suggest(shape, codes[i], l->labels, l->count);
            return CDN_E_INPUT;
        }
        for (uint32_t j = 0; j < leaf_count; j++) {
            if (l->of_leaf[j] == code)
                leaves[j] = 1;
        }
    }
    out->axis = d->axis;
    out->leaves = leaves;
    return CDN_OK;
}
