/* dominance.c - the (n,k) rules on provider contributions.
 *
 * Unsafe when 100 (x1 + .. + xn) > k X (or >=, as the policy names it), with X
 * the sum of absolute contributions, in one of the policy's rules; 128-bit
 * products, no division. A cell whose contributions are all 0 has nothing to
 * dominate. Where a provider has waived, x1 is the largest that has not.
 * With contributions below 0 and the factor f, 100 - k becomes (100 - k) / f.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/largest.h"

/* More than the cell keeps cannot be added up. */
static bool can_judge(const cdn_dominance *rule)
{
    return rule->n >= 1 && rule->n <= CDN_CELL_TOP;
}

static bool holds(const cdn_cell *cell, const cdn_policy *policy, const cdn_dominance *rule,
                  uint32_t factor)
{
    if (!rule->on)
        return false;
    if (!can_judge(rule))
        return true;
    cdn_rule_largest largest = cdn_rule_largest_of(cell, policy, rule->n - 1);
    if (largest.victim == 0)
        return false;
    __int128 scale = (__int128)100 * factor;
    __int128 left = largest.together * scale;
    __int128 right = (__int128)cell->total * (scale - 100 + rule->k_percent);
    return rule->compare == CDN_MORE_THAN ? left > right : left >= right;
}

bool cdn_rule_dominance(const cdn_cell *cell, const cdn_policy *policy)
{
    uint32_t factor = cdn_rule_negative_factor(cell, policy);
    if (policy->dominance_count > CDN_DOMINANCE_MAX)
        return true;
    for (uint32_t i = 0; i < policy->dominance_count && cell->total != 0; i++)
        if (holds(cell, policy, &policy->dominance[i], factor))
            return true;
    return false;
}

int64_t cdn_rule_dominance_level(const cdn_cell *cell, const cdn_policy *policy)
{
    int64_t level = 0;
    uint32_t factor = cdn_rule_negative_factor(cell, policy);
    for (uint32_t i = 0; i < policy->dominance_count && i < CDN_DOMINANCE_MAX; i++) {
        const cdn_dominance *rule = &policy->dominance[i];
        if (cell->total == 0 || !holds(cell, policy, rule, factor))
            continue;
        if (!can_judge(rule))
            return INT64_MAX;
        __int128 scale = (__int128)100 * factor;
        cdn_rule_largest largest = cdn_rule_largest_of(cell, policy, rule->n - 1);
        int64_t one = cdn_rule_excess(largest.together * scale, scale - 100 + rule->k_percent,
                                      cell->total);
        level = one > level ? one : level;
    }
    return level;
}
