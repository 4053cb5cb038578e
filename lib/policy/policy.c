/* policy.c - reads a policy: every parameter must be there, none may be unknown.
 *
 * A policy that leaves something open would let the program decide what the data
 * owner has to decide, so nothing is optional, and a rule that is not wanted is
 * written as off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/policy.h"

#include <string.h>

#include "catalogue/shape.h"
#include "core/arena.h"
#include "core/fail.h"

#define ROOT_KEYS                                                                              \
    "format name* title minimum dominance p_percent group_disclosure zeros not_recorded cost " \
    "rounding"
#define MINIMUM_KEYS                                                                           \
    "workers workplaces providers quantile_workers quantile_side row_workers"
#define ROUNDING_KEYS                                                                          \
    "count_base sum_base rate_decimals mean_decimals quantile_decimals public"
#define THRESHOLD_MAX 1000000
#define DECIMALS_MAX 6

typedef struct policy_box {
    cdn_policy policy;
    cdn_arena *arena;
} policy_box;

typedef struct word {
    const char *text;
    int value;
} word;

/* "less_than" and "fewer_than" are one comparison, of amounts and of numbers. */
static const word low_words[] = {{"fewer_than", CDN_FEWER_THAN},
                                 {"less_than", CDN_FEWER_THAN},
                                 {"at_most", CDN_AT_MOST},
                                 {NULL, 0}};
static const word high_words[] = {
    {"more_than", CDN_MORE_THAN}, {"at_least", CDN_AT_LEAST}, {NULL, 0}};
static const word zero_words[] = {
    {"safe", CDN_ZEROS_SAFE}, {"unsafe", CDN_ZEROS_UNSAFE}, {NULL, 0}};
static const word cost_words[] = {{"cells", CDN_COST_CELLS},
                                  {"value", CDN_COST_VALUE},
                                  {"workers", CDN_COST_WORKERS},
                                  {NULL, 0}};

bool cdn_threshold_unsafe(const cdn_threshold *threshold, int64_t value)
{
    if (!threshold->on)
        return false;
    switch (threshold->compare) {
    case CDN_FEWER_THAN:
        return value < (int64_t)threshold->value;
    case CDN_AT_MOST:
        return value <= (int64_t)threshold->value;
    case CDN_MORE_THAN:
        return value > (int64_t)threshold->value;
    case CDN_AT_LEAST:
        return value >= (int64_t)threshold->value;
    }
    return true;
}

static cdn_status read_word(const cdn_shape *shape, const cdn_node *node, const char *key,
                            const word *words, int *out)
{
    const char *text = NULL;
    const char *names[4];
    size_t count = 0;
    CDN_TRY(cdn_shape_text(shape, node, key, true, &text));
    for (const word *one = words; one->text != NULL; one++) {
        if (strcmp(one->text, text) == 0) {
            *out = one->value;
            return CDN_OK;
        }
        names[count++] = one->text;
    }
    cdn_shape_fail(shape, node, "\"%s\" has an unknown value \"%.64s\"", key, text);
    cdn_shape_suggest(shape, text, names, count);
    return CDN_E_INPUT;
}

static cdn_status read_number(const cdn_shape *shape, const cdn_node *node, const char *key,
                              int64_t min, int64_t max, uint32_t *out)
{
    int64_t value = 0;
    CDN_TRY(cdn_shape_integer(shape, node, key, true, min, max, &value));
    *out = (uint32_t)value;
    return CDN_OK;
}

/* Opens {"on": flag, ...}; a rule that is off has nothing else. */
static cdn_status open_rule(const cdn_shape *shape, const cdn_node *parent, const char *key,
                            const char *keys, cdn_node *node, bool *on)
{
    const cdn_json *json = cdn_json_get(parent->json, key);
    if (json == NULL)
        return cdn_shape_fail(shape, parent, "\"%s\" is missing", key);
    CDN_TRY(cdn_shape_open(shape, json, key, keys, parent->line, node));
    CDN_TRY(cdn_shape_flag(shape, node, "on", true, on));
    size_t extra = cdn_json_get(json, "line") != NULL ? 2 : 1;
    if (!*on && cdn_json_size(json) != extra)
        return cdn_shape_fail(shape, node, "is off and has parameters");
    return CDN_OK;
}

static cdn_status read_threshold(const cdn_shape *shape, const cdn_node *parent, const char *key,
                                 cdn_threshold *out)
{
    cdn_node node;
    int compare = CDN_FEWER_THAN;
    CDN_TRY(open_rule(shape, parent, key, "on compare value", &node, &out->on));
    if (out->on) {
        CDN_TRY(read_word(shape, &node, "compare", low_words, &compare));
        CDN_TRY(read_number(shape, &node, "value", 1, THRESHOLD_MAX, &out->value));
    }
    out->compare = (cdn_compare)compare;
    return CDN_OK;
}

static cdn_status read_minimum(const cdn_shape *shape, const cdn_node *root, cdn_policy *policy)
{
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, cdn_json_get(root->json, "minimum"), "minimum", MINIMUM_KEYS,
                           root->line, &node));
    CDN_TRY(read_threshold(shape, &node, "workers", &policy->workers));
    CDN_TRY(read_threshold(shape, &node, "workplaces", &policy->workplaces));
    CDN_TRY(read_threshold(shape, &node, "providers", &policy->providers));
    CDN_TRY(read_threshold(shape, &node, "quantile_workers", &policy->quantile_workers));
    CDN_TRY(read_threshold(shape, &node, "quantile_side", &policy->quantile_side));
    return read_threshold(shape, &node, "row_workers", &policy->row_workers);
}

static cdn_status read_dominance(const cdn_shape *shape, const cdn_node *root, cdn_dominance *out)
{
    cdn_node node;
    int compare = CDN_MORE_THAN;
    CDN_TRY(open_rule(shape, root, "dominance", "on n k_percent compare", &node, &out->on));
    if (out->on) {
        CDN_TRY(read_number(shape, &node, "n", 1, 2, &out->n));
        CDN_TRY(read_number(shape, &node, "k_percent", 1, 100, &out->k_percent));
        CDN_TRY(read_word(shape, &node, "compare", high_words, &compare));
    }
    out->compare = (cdn_compare)compare;
    return CDN_OK;
}

static cdn_status read_p_percent(const cdn_shape *shape, const cdn_node *root,
                                 cdn_p_percent *out)
{
    cdn_node node;
    int compare = CDN_FEWER_THAN;
    CDN_TRY(open_rule(shape, root, "p_percent", "on compare value", &node, &out->on));
    if (out->on) {
        CDN_TRY(read_number(shape, &node, "value", 1, 100, &out->p_percent));
        CDN_TRY(read_word(shape, &node, "compare", low_words, &compare));
    }
    out->compare = (cdn_compare)compare;
    return CDN_OK;
}

static cdn_status read_rounding(const cdn_shape *shape, const cdn_node *root, cdn_policy *policy)
{
    cdn_node node;
    CDN_TRY(cdn_shape_open(shape, cdn_json_get(root->json, "rounding"), "rounding", ROUNDING_KEYS,
                           root->line, &node));
    CDN_TRY(read_number(shape, &node, "count_base", 1, THRESHOLD_MAX, &policy->count_base));
    CDN_TRY(read_number(shape, &node, "sum_base", 1, THRESHOLD_MAX, &policy->sum_base));
    CDN_TRY(read_number(shape, &node, "rate_decimals", 0, DECIMALS_MAX, &policy->rate_decimals));
    CDN_TRY(read_number(shape, &node, "mean_decimals", 0, DECIMALS_MAX, &policy->mean_decimals));
    CDN_TRY(read_number(shape, &node, "quantile_decimals", 0, DECIMALS_MAX,
                        &policy->quantile_decimals));
    return cdn_shape_flag(shape, &node, "public", true, &policy->round_public);
}

static cdn_status read_policy(const cdn_shape *shape, const cdn_json *json, cdn_policy *policy)
{
    const char *format = NULL;
    int zeros = 0, missing = 0, cost = 0;
    cdn_node root;
    CDN_TRY(cdn_shape_open(shape, json, "policy", ROOT_KEYS, 0, &root));
    CDN_TRY(cdn_shape_text(shape, &root, "format", true, &format));
    if (strcmp(format, "cordon-policy/1") != 0)
        return cdn_shape_fail(shape, &root, "expected the format cordon-policy/1");
    policy->name = root.name;
    CDN_TRY(cdn_shape_text(shape, &root, "title", true, &policy->title));
    CDN_TRY(read_minimum(shape, &root, policy));
    CDN_TRY(read_dominance(shape, &root, &policy->dominance[0]));
    policy->dominance_count = policy->dominance[0].on ? 1 : 0;
    policy->p_percent.q_percent = 100;
    policy->p_percent.coalition = 1;
    policy->rounding = CDN_ROUNDING_CONVENTIONAL;
    policy->negatives = CDN_NEGATIVES_ABSOLUTE;
    policy->weighting = CDN_WEIGHT_RESPONDENT;
    policy->total_weight = 1;
    CDN_TRY(read_p_percent(shape, &root, &policy->p_percent));
    CDN_TRY(cdn_shape_flag(shape, &root, "group_disclosure", true, &policy->group_disclosure));
    CDN_TRY(read_word(shape, &root, "zeros", zero_words, &zeros));
    CDN_TRY(read_word(shape, &root, "not_recorded", zero_words, &missing));
    CDN_TRY(read_word(shape, &root, "cost", cost_words, &cost));
    policy->zeros = (cdn_zero_rule)zeros;
    policy->missing_safe = missing == CDN_ZEROS_SAFE;
    policy->cost = (cdn_cost)cost;
    return read_rounding(shape, &root, policy);
}

cdn_status cdn_policy_create(const cdn_json *json, const char *source, cdn_policy **out,
                             cdn_error *error)
{
    *out = NULL;
    cdn_error local = CDN_ERROR_INIT;
    cdn_arena *arena = cdn_arena_create();
    policy_box *box = arena == NULL ? NULL : cdn_arena_alloc(arena, 1, sizeof *box);
    if (box == NULL) {
        cdn_arena_destroy(arena);
        return cdn_fail_memory(error);
    }
    box->arena = arena;
    cdn_shape shape = {source, arena, error != NULL ? error : &local};
    cdn_status status = read_policy(&shape, json, &box->policy);
    if (status == CDN_OK)
        status = cdn_shape_digest(&shape, json, box->policy.digest);
    if (status == CDN_OK)
        *out = &box->policy;
    else
        cdn_arena_destroy(arena);
    return status;
}

void cdn_policy_destroy(cdn_policy *policy)
{
    if (policy != NULL)
        cdn_arena_destroy(((policy_box *)policy)->arena);
}
