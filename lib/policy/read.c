/* read.c - words, numbers and thresholds, as every part of a policy has them.
 *
 * "less_than" and "fewer_than" are one comparison, of amounts and of numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/read.h"

#include <string.h>

#include "core/fail.h"

const cdn_policy_word cdn_policy_low_words[] = {{"fewer_than", CDN_FEWER_THAN},
                                                {"less_than", CDN_FEWER_THAN},
                                                {"at_most", CDN_AT_MOST},
                                                {NULL, 0}};
const cdn_policy_word cdn_policy_high_words[] = {
    {"more_than", CDN_MORE_THAN}, {"at_least", CDN_AT_LEAST}, {NULL, 0}};

cdn_status cdn_policy_read_word(const cdn_shape *shape, const cdn_node *node, const char *key,
                                const cdn_policy_word *words, int *out)
{
    const char *text = NULL;
    const char *names[CDN_POLICY_WORDS_MAX];
    size_t count = 0;
    CDN_TRY(cdn_shape_text(shape, node, key, true, &text));
    for (const cdn_policy_word *one = words; one->text != NULL; one++) {
        if (strcmp(one->text, text) == 0) {
            *out = one->value;
            return CDN_OK;
        }
        if (count < CDN_POLICY_WORDS_MAX)
            names[count++] = one->text;
    }
    cdn_shape_fail(shape, node, "\"%s\" has an unknown value \"%.64s\"", key, text);
    cdn_shape_suggest(shape, text, names, count);
    return CDN_E_INPUT;
}

cdn_status cdn_policy_read_number(const cdn_shape *shape, const cdn_node *node, const char *key,
                                  int64_t min, int64_t max, uint32_t *out)
{
    int64_t value = 0;
    CDN_TRY(cdn_shape_integer(shape, node, key, true, min, max, &value));
    *out = (uint32_t)value;
    return CDN_OK;
}

cdn_status cdn_policy_open(const cdn_shape *shape, const cdn_node *parent, const char *key,
                           const char *keys, cdn_node *node)
{
    const cdn_json *json = cdn_json_get(parent->json, key);
    if (json == NULL)
        return cdn_shape_fail(shape, parent, "\"%s\" is missing", key);
    return cdn_shape_open(shape, json, key, keys, parent->line, node);
}

cdn_status cdn_policy_open_rule(const cdn_shape *shape, const cdn_node *parent, const char *key,
                                const char *keys, cdn_node *node, bool *on)
{
    CDN_TRY(cdn_policy_open(shape, parent, key, keys, node));
    CDN_TRY(cdn_shape_flag(shape, node, "on", true, on));
    size_t extra = cdn_json_get(node->json, "line") != NULL ? 2 : 1;
    if (!*on && cdn_json_size(node->json) != extra)
        return cdn_shape_fail(shape, node, "is off and has parameters");
    return CDN_OK;
}

cdn_status cdn_policy_read_threshold(const cdn_shape *shape, const cdn_node *parent,
                                     const char *key, cdn_threshold *out)
{
    cdn_node node;
    int compare = CDN_FEWER_THAN;
    CDN_TRY(cdn_policy_open_rule(shape, parent, key, "on compare value", &node, &out->on));
    if (out->on) {
        CDN_TRY(cdn_policy_read_word(shape, &node, "compare", cdn_policy_low_words, &compare));
        CDN_TRY(cdn_policy_read_number(shape, &node, "value", 1, CDN_POLICY_NUMBER_MAX,
                                       &out->value));
    }
    out->compare = (cdn_compare)compare;
    return CDN_OK;
}
