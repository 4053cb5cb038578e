/* rounding.c - reads how published figures are rounded or perturbed.
 *
 * Noise belongs to cell keys and to nothing else: a policy that says both how to
 * round and how to perturb would leave open which of the two is done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/read.h"

#include "core/fail.h"

#define ROUNDING_KEYS                                                                          \
    "method count_base sum_base rate_decimals mean_decimals quantile_decimals public noise"
#define NOISE_KEYS                                                                             \
    "deviation variance small contributors flex share_small share_large power"
#define DECIMALS_MAX 6
#define DEVIATION_MAX 64
#define FLEX_MAX 1000000000
#define THOUSAND 1000

static const cdn_policy_word method_words[] = {{"conventional", CDN_ROUNDING_CONVENTIONAL},
                                               {"random", CDN_ROUNDING_RANDOM},
                                               {"controlled", CDN_ROUNDING_CONTROLLED},
                                               {"small_counts", CDN_ROUNDING_SMALL_COUNTS},
                                               {"midpoint", CDN_ROUNDING_MIDPOINT},
                                               {"cell_key", CDN_ROUNDING_CELL_KEY},
                                               {NULL, 0}};

static cdn_status read_noise(const cdn_shape *shape, const cdn_node *rounding, cdn_noise *out)
{
    cdn_node node;
    CDN_TRY(cdn_policy_open(shape, rounding, "noise", NOISE_KEYS, &node));
    CDN_TRY(cdn_policy_read_number(shape, &node, "deviation", 1, DEVIATION_MAX, &out->deviation));
    /* no noise within D of the truth has a variance above the square of D */
    CDN_TRY(cdn_policy_read_number(shape, &node, "variance", 1,
                                   (int64_t)THOUSAND * out->deviation * out->deviation,
                                   &out->variance));
    CDN_TRY(cdn_policy_read_number(shape, &node, "small", 0, out->deviation, &out->small));
    CDN_TRY(cdn_policy_read_number(shape, &node, "contributors", 1, 5, &out->contributors));
    CDN_TRY(cdn_policy_read_number(shape, &node, "flex", 0, FLEX_MAX, &out->flex));
    CDN_TRY(cdn_policy_read_number(shape, &node, "share_small", 0, THOUSAND, &out->share_small));
    CDN_TRY(cdn_policy_read_number(shape, &node, "share_large", 0, out->share_small,
                                   &out->share_large));
    return cdn_policy_read_number(shape, &node, "power", 1, 9, &out->power);
}

cdn_status cdn_policy_read_rounding(const cdn_shape *shape, const cdn_node *root,
                                    cdn_policy *policy)
{
    cdn_node node;
    int method = 0;
    CDN_TRY(cdn_policy_open(shape, root, "rounding", ROUNDING_KEYS, &node));
    CDN_TRY(cdn_policy_read_word(shape, &node, "method", method_words, &method));
    CDN_TRY(cdn_policy_read_number(shape, &node, "count_base", 1, CDN_POLICY_NUMBER_MAX,
                                   &policy->count_base));
    CDN_TRY(cdn_policy_read_number(shape, &node, "sum_base", 1, CDN_POLICY_NUMBER_MAX,
                                   &policy->sum_base));
    CDN_TRY(cdn_policy_read_number(shape, &node, "rate_decimals", 0, DECIMALS_MAX,
                                   &policy->rate_decimals));
    CDN_TRY(cdn_policy_read_number(shape, &node, "mean_decimals", 0, DECIMALS_MAX,
                                   &policy->mean_decimals));
    CDN_TRY(cdn_policy_read_number(shape, &node, "quantile_decimals", 0, DECIMALS_MAX,
                                   &policy->quantile_decimals));
    CDN_TRY(cdn_shape_flag(shape, &node, "public", true, &policy->round_public));
    policy->rounding = (cdn_rounding_method)method;
    if (policy->rounding == CDN_ROUNDING_CELL_KEY)
        return read_noise(shape, &node, &policy->noise);
    if (cdn_json_get(node.json, "noise") != NULL)
        return cdn_shape_fail(shape, &node, "has noise, which is for \"cell_key\" only");
    return CDN_OK;
}
