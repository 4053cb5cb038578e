/* p_percent.c - the p% rule on provider contributions.
 *
 * The second largest provider estimates the largest, x1, by subtracting its own
 * contribution from the total; its error is the remainder R = X - x1 - x2.
 * Unsafe when 100 R < p x1 (or <=, as the policy names it).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

bool cdn_rule_p_percent(const cdn_cell *cell, const cdn_p_percent *rule)
{
    if (!rule->on || cell->top[0] == 0)
        return false;
    __int128 remainder = (__int128)cell->total - cell->top[0] - cell->top[1];
    __int128 left = remainder * 100, right = (__int128)cell->top[0] * rule->p_percent;
    return rule->compare == CDN_FEWER_THAN ? left < right : left <= right;
}
