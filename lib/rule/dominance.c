/* dominance.c - the (n,k) rule on provider contributions.
 *
 * Unsafe when 100 (x1 + .. + xn) > k X (or >=, as the policy names it), with X
 * the sum of absolute contributions; 128-bit products, no division. A cell
 * whose contributions are all 0 has nothing to dominate.
 * n is 1 or 2: the cell keeps its two largest providers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

bool cdn_rule_dominance(const cdn_cell *cell, const cdn_dominance *rule)
{
    if (!rule->on || cell->total == 0)
        return false;
    if (rule->n < 1 || rule->n > 2)
        return true;
    __int128 largest = (__int128)cell->top[0] + (rule->n == 2 ? cell->top[1] : 0);
    __int128 left = largest * 100, right = (__int128)cell->total * rule->k_percent;
    return rule->compare == CDN_MORE_THAN ? left > right : left >= right;
}
