/* history.c - reads what earlier releases count, and when too few records changed since one.
 *
 * Sets of agreements share no member: who pools with two others is the link
 * between these, so one set of all three is what is meant.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/read.h"

#include <string.h>

#include "core/arena.h"
#include "core/fail.h"

#define SETS_MAX 200u
#define AGREEMENTS_MAX 200u

static const cdn_policy_word collude_words[] = {{"all", CDN_COLLUDE_ALL},
                                                {"none", CDN_COLLUDE_NONE},
                                                {"sets", CDN_COLLUDE_SETS},
                                                {NULL, 0}};

static bool is_member(const cdn_collusion *set, const char *agreement)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (strcmp(set->agreements[i], agreement) == 0)
            return true;
    return false;
}

bool cdn_policy_collude(const cdn_policy *policy, const char *agreement, const char *other)
{
    const cdn_history *history = &policy->history;
    if (history->collude == CDN_COLLUDE_ALL || strcmp(agreement, other) == 0)
        return true;
    for (uint32_t s = 0; s < history->set_count; s++)
        if (is_member(&history->sets[s], agreement) && is_member(&history->sets[s], other))
            return true;
    return false;
}

static cdn_status read_set(const cdn_shape *shape, const cdn_json *json, uint64_t line,
                           const cdn_history *before, cdn_collusion *out)
{
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, json, "collude", "agreements", line, &node));
    CDN_TRY(cdn_shape_texts(shape, &node, "agreements", true, AGREEMENTS_MAX, &out->agreements,
                            &out->count));
    out->line = node.line;
    if (out->count < 2)
        return cdn_shape_fail(shape, &node, "has a set of fewer than two agreements");
    for (uint32_t s = 0; s < before->set_count; s++)
        for (uint32_t i = 0; i < out->count; i++)
            if (is_member(&before->sets[s], out->agreements[i]))
                return cdn_shape_fail(shape, &node,
                                      "has the agreement \"%.64s\" in two sets; make them one",
                                      out->agreements[i]);
    return CDN_OK;
}

static cdn_status read_sets(const cdn_shape *shape, const cdn_node *node, cdn_history *out)
{
    const cdn_json *sets = NULL;
    uint32_t count = 0;
    bool wanted = out->collude == CDN_COLLUDE_SETS;
    CDN_TRY(cdn_shape_array(shape, node, "sets", wanted, SETS_MAX, &sets, &count));
    if (wanted != (sets != NULL))
        return cdn_shape_fail(shape, node, "has sets of agreements, which are for \"sets\" only");
    out->sets = cdn_arena_alloc(shape->arena, count, sizeof *out->sets);
    if (out->sets == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t s = 0; s < count; s++, out->set_count++)
        CDN_TRY(read_set(shape, cdn_json_at(sets, s), node->line, out, &out->sets[s]));
    return CDN_OK;
}

cdn_status cdn_policy_read_history(const cdn_shape *shape, const cdn_node *root,
                                   cdn_policy *policy)
{
    cdn_history *out = &policy->history;
    cdn_node node, changes;
    int collude = 0;
    CDN_TRY(cdn_policy_open(shape, root, "history", "changes concentration collude sets", &node));
    CDN_TRY(cdn_policy_open(shape, &node, "changes", "workers workplaces providers", &changes));
    CDN_TRY(cdn_policy_read_threshold(shape, &changes, "workers", &out->workers));
    CDN_TRY(cdn_policy_read_threshold(shape, &changes, "workplaces", &out->workplaces));
    CDN_TRY(cdn_policy_read_threshold(shape, &changes, "providers", &out->providers));
    CDN_TRY(cdn_shape_flag(shape, &node, "concentration", true, &out->concentration));
    CDN_TRY(cdn_policy_read_word(shape, &node, "collude", collude_words, &collude));
    out->collude = (cdn_collude)collude;
    return read_sets(shape, &node, out);
}
