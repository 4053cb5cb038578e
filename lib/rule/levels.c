/* levels.c - how far what can be inferred of a withheld cell must reach.
 *
 * Dominated cells by the formula of the rule that failed, the most of them when
 * several did: with y more in the cell it would pass, so y above is what an
 * inference must leave open; below as much. Cells that are too few: the policy's
 * share of the cell. Zeros: above only. All in units of the variable's last
 * decimal, rounded up.
 *
 * Sizes are of the protected contributions, as in the rules: what published rows
 * show can be subtracted by everybody.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/largest.h"

#include "core/number.h"

#define BY_SHARE                                                                               \
    (1u << CDN_RULE_WORKERS | 1u << CDN_RULE_WORKPLACES | 1u << CDN_RULE_PROVIDERS |           \
     1u << CDN_RULE_GROUP | 1u << CDN_RULE_K_DISCLOSURE | 1u << CDN_RULE_MANUAL)

static int64_t largest_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t in_units(const cdn_variable *variable, uint32_t whole)
{
    return cdn_rule_excess((__int128)whole * cdn_pow10(variable->decimals), 1, 0);
}

static int64_t by_rule(const cdn_cell *cell, const cdn_policy *policy, cdn_verdict verdict)
{
    int64_t level = 0;
    if (verdict & 1u << CDN_RULE_DOMINANCE)
        level = largest_of(level, cdn_rule_dominance_level(cell, policy));
    if (verdict & 1u << CDN_RULE_P_PERCENT)
        level = largest_of(level, cdn_rule_p_percent_level(cell, policy));
    if (verdict & 1u << CDN_RULE_REQUEST)
        level = largest_of(level, cdn_rule_request_level(cell, policy));
    return level;
}

void cdn_rule_levels(const cdn_cell *cell, const cdn_variable *variable,
                     const cdn_policy *policy, cdn_verdict verdict, int64_t *below,
                     int64_t *above, int64_t *width)
{
    *below = *above = *width = 0;
    if (!policy->levels.on || verdict == 0)
        return;
    int64_t level = policy->levels.by_rule ? by_rule(cell, policy, verdict) : 0;
    if (verdict & BY_SHARE)
        level = largest_of(level, cdn_rule_excess((__int128)cell->total *
                                                  policy->levels.minimum_percent, 100, 0));
    *below = *above = level;
    if (verdict & 1u << CDN_RULE_ZERO)
        *above = largest_of(level, in_units(variable, policy->levels.zero_above));
    *width = in_units(variable, policy->levels.minimum_width);
}
