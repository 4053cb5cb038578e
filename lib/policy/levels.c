/* levels.c - reads how well a withheld value has to be hidden, and from whom.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/read.h"

#include "core/fail.h"

static cdn_status read_levels(const cdn_shape *shape, const cdn_node *root, cdn_levels *out)
{
    cdn_node node;
    CDN_TRY(cdn_policy_open_rule(shape, root, "levels",
                                 "on minimum_percent minimum_width by_rule zero_above limit",
                                 &node, &out->on));
    if (!out->on)
        return CDN_OK;
    CDN_TRY(cdn_policy_read_number(shape, &node, "minimum_percent", 0, 1000,
                                   &out->minimum_percent));
    CDN_TRY(cdn_policy_read_number(shape, &node, "minimum_width", 0, CDN_POLICY_NUMBER_MAX,
                                   &out->minimum_width));
    CDN_TRY(cdn_shape_flag(shape, &node, "by_rule", true, &out->by_rule));
    CDN_TRY(cdn_policy_read_number(shape, &node, "zero_above", 0, CDN_POLICY_NUMBER_MAX,
                                   &out->zero_above));
    return cdn_policy_read_number(shape, &node, "limit", 1, CDN_POLICY_NUMBER_MAX, &out->limit);
}

static cdn_status read_insiders(const cdn_shape *shape, const cdn_node *root, cdn_insiders *out)
{
    cdn_node node;
    CDN_TRY(cdn_policy_open(shape, root, "insiders", "workers workplaces providers", &node));
    CDN_TRY(cdn_shape_flag(shape, &node, "workers", true, &out->workers));
    CDN_TRY(cdn_shape_flag(shape, &node, "workplaces", true, &out->workplaces));
    return cdn_shape_flag(shape, &node, "providers", true, &out->providers);
}

cdn_status cdn_policy_read_levels(const cdn_shape *shape, const cdn_node *root,
                                  cdn_policy *policy)
{
    CDN_TRY(read_levels(shape, root, &policy->levels));
    return read_insiders(shape, root, &policy->insiders);
}
