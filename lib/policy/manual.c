/* manual.c - reads what is decided by hand of certain cells, each with its reason.
 *
 * Names of measures, dimensions and codes are only known with a catalogue, and
 * are looked up when a release is judged. What can be refused here is: one cell
 * twice, or one dimension twice in a cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/read.h"

#include <string.h>

#include "core/arena.h"
#include "core/fail.h"

#define CELLS_MAX 10000u
#define CODES_MAX 16u

static const cdn_policy_word status_words[] = {{"withheld", CDN_MANUAL_WITHHELD},
                                               {"safe", CDN_MANUAL_SAFE},
                                               {"published", CDN_MANUAL_PUBLISHED},
                                               {"structural", CDN_MANUAL_STRUCTURAL},
                                               {NULL, 0}};

static const char *code_of(const cdn_manual *cell, uint32_t count, const char *dimension)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(cell->dimensions[i], dimension) == 0)
            return cell->codes[i];
    return NULL;
}

static bool same_cell(const cdn_manual *a, const cdn_manual *b)
{
    if (strcmp(a->measure, b->measure) != 0 || a->code_count != b->code_count)
        return false;
    for (uint32_t i = 0; i < a->code_count; i++) {
        const char *code = code_of(b, b->code_count, a->dimensions[i]);
        if (code == NULL || strcmp(code, a->codes[i]) != 0)
            return false;
    }
    return true;
}

static cdn_status read_codes(const cdn_shape *shape, const cdn_node *cell, cdn_manual *out)
{
    const cdn_json *codes;
    CDN_TRY(cdn_shape_array(shape, cell, "where", true, CODES_MAX, &codes, &out->code_count));
    out->dimensions = cdn_arena_alloc(shape->arena, out->code_count, sizeof *out->dimensions);
    out->codes = cdn_arena_alloc(shape->arena, out->code_count, sizeof *out->codes);
    if (out->dimensions == NULL || out->codes == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < out->code_count; i++) {
        cdn_node node;
        CDN_TRY(cdn_shape_open(shape, cdn_json_at(codes, i), "where", "dimension code",
                               cell->line, &node));
        CDN_TRY(cdn_shape_name(shape, &node, "dimension", true, &out->dimensions[i]));
        CDN_TRY(cdn_shape_text(shape, &node, "code", true, &out->codes[i]));
        if (code_of(out, i, out->dimensions[i]) != NULL)
            return cdn_shape_fail(shape, &node, "has the dimension \"%s\" twice",
                                  out->dimensions[i]);
    }
    return CDN_OK;
}

static cdn_status read_cell(const cdn_shape *shape, const cdn_json *json, uint64_t line,
                            cdn_manual *out, cdn_node *node)
{
    int status = 0;
    CDN_TRY(cdn_shape_open(shape, json, "cell", "measure where status reason", line, node));
    CDN_TRY(cdn_shape_name(shape, node, "measure", true, &out->measure));
    CDN_TRY(read_codes(shape, node, out));
    CDN_TRY(cdn_policy_read_word(shape, node, "status", status_words, &status));
    CDN_TRY(cdn_shape_text(shape, node, "reason", true, &out->reason));
    out->status = (cdn_manual_status)status;
    out->line = (uint32_t)node->line;
    return CDN_OK;
}

cdn_status cdn_policy_read_manual(const cdn_shape *shape, const cdn_node *root,
                                  cdn_policy *policy)
{
    const cdn_json *cells;
    uint32_t count;
    CDN_TRY(cdn_shape_array(shape, root, "manual", true, CELLS_MAX, &cells, &count));
    policy->manual = cdn_arena_alloc(shape->arena, count, sizeof *policy->manual);
    if (policy->manual == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < count; i++) {
        cdn_node node;
        CDN_TRY(read_cell(shape, cdn_json_at(cells, i), root->line, &policy->manual[i], &node));
        for (uint32_t j = 0; j < i; j++)
            if (same_cell(&policy->manual[i], &policy->manual[j]))
                return cdn_shape_fail(shape, &node, "is decided already, in line %u",
                                      policy->manual[j].line);
    }
    policy->manual_count = count;
    return CDN_OK;
}
