/* policy.c - reads a policy: every parameter must be there, none may be unknown.
 *
 * A policy that leaves something open would let the program decide what the data
 * owner has to decide, so nothing is optional, and a rule that is not wanted is
 * written as off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/policy.h"

#include <string.h>

#include "core/arena.h"
#include "core/fail.h"
#include "policy/read.h"

#define ROOT_KEYS                                                                              \
    "format name* title minimum dominance p_percent request waivers negatives weights "        \
    "group_disclosure k_disclosure zeros not_recorded levels insiders history cost "     \
    "total_weight manual rounding"
#define MINIMUM_KEYS                                                                           \
    "workers workplaces providers quantile_workers quantile_side row_workers"

typedef struct policy_box {
    cdn_policy policy;
    cdn_arena *arena;
} policy_box;

static const cdn_policy_word zero_words[] = {
    {"safe", CDN_ZEROS_SAFE}, {"unsafe", CDN_ZEROS_UNSAFE}, {NULL, 0}};
static const cdn_policy_word cost_words[] = {{"cells", CDN_COST_CELLS},
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

static cdn_status read_minimum(const cdn_shape *shape, const cdn_node *root, cdn_policy *policy)
{
    cdn_node node;
    CDN_TRY(cdn_policy_open(shape, root, "minimum", MINIMUM_KEYS, &node));
    CDN_TRY(cdn_policy_read_threshold(shape, &node, "workers", &policy->workers));
    CDN_TRY(cdn_policy_read_threshold(shape, &node, "workplaces", &policy->workplaces));
    CDN_TRY(cdn_policy_read_threshold(shape, &node, "providers", &policy->providers));
    CDN_TRY(cdn_policy_read_threshold(shape, &node, "quantile_workers", &policy->quantile_workers));
    CDN_TRY(cdn_policy_read_threshold(shape, &node, "quantile_side", &policy->quantile_side));
    return cdn_policy_read_threshold(shape, &node, "row_workers", &policy->row_workers);
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
    CDN_TRY(cdn_policy_read_concentration(shape, &root, policy));
    CDN_TRY(cdn_shape_flag(shape, &root, "group_disclosure", true, &policy->group_disclosure));
    CDN_TRY(cdn_policy_read_word(shape, &root, "zeros", zero_words, &zeros));
    CDN_TRY(cdn_policy_read_word(shape, &root, "not_recorded", zero_words, &missing));
    CDN_TRY(cdn_policy_read_word(shape, &root, "cost", cost_words, &cost));
    policy->zeros = (cdn_zero_rule)zeros;
    policy->missing_safe = missing == CDN_ZEROS_SAFE;
    policy->cost = (cdn_cost)cost;
    CDN_TRY(cdn_policy_read_number(shape, &root, "total_weight", 1, 1000,
                                   &policy->total_weight));
    CDN_TRY(cdn_policy_read_levels(shape, &root, policy));
    CDN_TRY(cdn_policy_read_history(shape, &root, policy));
    CDN_TRY(cdn_policy_read_manual(shape, &root, policy));
    return cdn_policy_read_rounding(shape, &root, policy);
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
    box->policy.source = cdn_arena_strdup(arena, source);
    cdn_status status = box->policy.source == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = read_policy(&shape, json, &box->policy);
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
