/* p_percent.c - the p% and pq rules on provider contributions.
 *
 * A coalition of the largest others estimates the largest, x1, by subtracting
 * what it contributes from the total; its error is the remainder R, all that is
 * neither x1 nor its own, and that it knows to within q % beforehand (100 for
 * the p% rule). Unsafe when q R < p x1 (or <=, as the policy names it). Where a
 * provider has waived, x1 is the largest that has not. With contributions below
 * 0 and the factor f, p becomes p / f.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/largest.h"

static bool can_judge(const cdn_p_percent *rule)
{
    return rule->coalition >= 1 && rule->coalition < CDN_CELL_TOP && rule->q_percent >= 1;
}

bool cdn_rule_p_percent(const cdn_cell *cell, const cdn_policy *policy)
{
    const cdn_p_percent *rule = &policy->p_percent;
    if (!rule->on)
        return false;
    if (!can_judge(rule))
        return true;
    cdn_rule_largest largest = cdn_rule_largest_of(cell, policy, rule->coalition);
    if (largest.victim == 0)
        return false;
    __int128 scale = (__int128)rule->q_percent * cdn_rule_negative_factor(cell, policy);
    __int128 left = (cell->total - largest.together) * scale;
    __int128 right = (__int128)largest.victim * rule->p_percent;
    return rule->compare == CDN_FEWER_THAN ? left < right : left <= right;
}

int64_t cdn_rule_p_percent_level(const cdn_cell *cell, const cdn_policy *policy)
{
    const cdn_p_percent *rule = &policy->p_percent;
    if (!cdn_rule_p_percent(cell, policy))
        return 0;
    if (!can_judge(rule))
        return INT64_MAX;
    cdn_rule_largest largest = cdn_rule_largest_of(cell, policy, rule->coalition);
    __int128 scale = (__int128)rule->q_percent * cdn_rule_negative_factor(cell, policy);
    return cdn_rule_excess((__int128)largest.victim * rule->p_percent, scale,
                           cell->total - largest.together);
}
