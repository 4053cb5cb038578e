/* concentration.c - reads the rules about large contributions, and those about who asked or knows.
 *
 * The (n,k) rules are a list and a cell is unsafe when one of them holds. p% has
 * its two companions always: how well others are known beforehand (q, 100 for
 * not at all) and how many work together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/read.h"

#include "core/fail.h"

static const cdn_policy_word negative_words[] = {
    {"absolute", CDN_NEGATIVES_ABSOLUTE}, {"scaled", CDN_NEGATIVES_SCALED}, {NULL, 0}};
static const cdn_policy_word weight_words[] = {{"respondent", CDN_WEIGHT_RESPONDENT},
                                               {"cumulated", CDN_WEIGHT_CUMULATED},
                                               {"replicated", CDN_WEIGHT_REPLICATED},
                                               {NULL, 0}};

static cdn_status read_dominance_rule(const cdn_shape *shape, const cdn_json *json,
                                      uint64_t line, cdn_dominance *out)
{
    cdn_node node;
    int compare = CDN_MORE_THAN;
    CDN_TRY(cdn_shape_open(shape, json, "dominance", "n k_percent compare", line, &node));
    CDN_TRY(cdn_policy_read_number(shape, &node, "n", 1, 5, &out->n));
    CDN_TRY(cdn_policy_read_number(shape, &node, "k_percent", 1, 100, &out->k_percent));
    CDN_TRY(cdn_policy_read_word(shape, &node, "compare", cdn_policy_high_words, &compare));
    out->on = true;
    out->compare = (cdn_compare)compare;
    return CDN_OK;
}

static cdn_status read_dominance(const cdn_shape *shape, const cdn_node *root, cdn_policy *policy)
{
    cdn_node node;
    const cdn_json *rules;
    uint32_t count;
    bool on;
    CDN_TRY(cdn_policy_open_rule(shape, root, "dominance", "on rules", &node, &on));
    if (!on)
        return CDN_OK;
    CDN_TRY(cdn_shape_array(shape, &node, "rules", true, CDN_DOMINANCE_MAX, &rules, &count));
    if (count == 0)
        return cdn_shape_fail(shape, &node, "is on and has no rule");
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(read_dominance_rule(shape, cdn_json_at(rules, i), node.line,
                                    &policy->dominance[i]));
    policy->dominance_count = count;
    return CDN_OK;
}

static cdn_status read_p_percent(const cdn_shape *shape, const cdn_node *root,
                                 cdn_p_percent *out)
{
    cdn_node node;
    int compare = CDN_FEWER_THAN;
    CDN_TRY(cdn_policy_open_rule(shape, root, "p_percent",
                                 "on compare p_percent q_percent coalition", &node, &out->on));
    out->compare = CDN_FEWER_THAN;
    if (!out->on)
        return CDN_OK;
    CDN_TRY(cdn_policy_read_number(shape, &node, "p_percent", 1, 100, &out->p_percent));
    CDN_TRY(cdn_policy_read_number(shape, &node, "q_percent", 1, 100, &out->q_percent));
    CDN_TRY(cdn_policy_read_number(shape, &node, "coalition", 1, 4, &out->coalition));
    CDN_TRY(cdn_policy_read_word(shape, &node, "compare", cdn_policy_low_words, &compare));
    out->compare = (cdn_compare)compare;
    if (out->p_percent >= out->q_percent && out->q_percent < 100)
        return cdn_shape_fail(shape, &node, "expected what others are known to beforehand, %u %%, "
                              "to be more than %u %%", out->q_percent, out->p_percent);
    return CDN_OK;
}

static cdn_status read_request(const cdn_shape *shape, const cdn_node *root, cdn_on_request *out)
{
    cdn_node node;
    int compare = CDN_MORE_THAN;
    CDN_TRY(cdn_policy_open_rule(shape, root, "request",
                                 "on largest share_percent compare providers", &node, &out->on));
    out->compare = CDN_MORE_THAN;
    if (!out->on)
        return CDN_OK;
    CDN_TRY(cdn_policy_read_number(shape, &node, "largest", 1, 2, &out->largest));
    CDN_TRY(cdn_policy_read_number(shape, &node, "share_percent", 1, 100, &out->share_percent));
    CDN_TRY(cdn_policy_read_word(shape, &node, "compare", cdn_policy_high_words, &compare));
    out->compare = (cdn_compare)compare;
    return cdn_policy_read_threshold(shape, &node, "providers", &out->contributors);
}

static cdn_status read_negatives(const cdn_shape *shape, const cdn_node *root,
                                 cdn_policy *policy)
{
    cdn_node node;
    int method = 0;
    CDN_TRY(cdn_policy_open(shape, root, "negatives", "method factor", &node));
    CDN_TRY(cdn_policy_read_word(shape, &node, "method", negative_words, &method));
    policy->negatives = (cdn_negatives)method;
    policy->negative_factor = 1;
    if (policy->negatives == CDN_NEGATIVES_SCALED)
        return cdn_policy_read_number(shape, &node, "factor", 1, 1000, &policy->negative_factor);
    if (cdn_json_get(node.json, "factor") != NULL)
        return cdn_shape_fail(shape, &node, "has a factor, which is for \"scaled\" only");
    return CDN_OK;
}

static cdn_status read_k_disclosure(const cdn_shape *shape, const cdn_node *root,
                                    cdn_k_disclosure *out)
{
    cdn_node node;
    CDN_TRY(cdn_policy_open_rule(shape, root, "k_disclosure", "on k", &node, &out->on));
    if (!out->on)
        return CDN_OK;
    return cdn_policy_read_number(shape, &node, "k", 1, 1000, &out->k);
}

cdn_status cdn_policy_read_concentration(const cdn_shape *shape, const cdn_node *root,
                                         cdn_policy *policy)
{
    int weights = 0;
    CDN_TRY(read_dominance(shape, root, policy));
    CDN_TRY(read_p_percent(shape, root, &policy->p_percent));
    CDN_TRY(read_request(shape, root, &policy->request));
    CDN_TRY(cdn_shape_flag(shape, root, "waivers", true, &policy->waivers));
    CDN_TRY(read_negatives(shape, root, policy));
    CDN_TRY(cdn_policy_read_word(shape, root, "weights", weight_words, &weights));
    policy->weighting = (cdn_weighting)weights;
    return read_k_disclosure(shape, root, &policy->k_disclosure);
}
