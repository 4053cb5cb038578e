/* request.c - confidentiality on request: only who asked for it is protected by this rule.
 *
 * Unsafe when one of the largest contributors asked and its share of the cell
 * passes the threshold, in cells of no more providers than the policy says. A
 * policy that has this rule instead of (n,k) or p% protects nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/largest.h"

static bool applies(const cdn_cell *cell, const cdn_on_request *rule)
{
    return rule->on && (!rule->contributors.on ||
                        cdn_threshold_unsafe(&rule->contributors, cell->providers));
}

/* The largest share among those who asked; 0 when none of them passes. */
static int64_t asker(const cdn_cell *cell, const cdn_on_request *rule)
{
    for (uint32_t rank = 0; rank < rule->largest && rank < CDN_CELL_TOP; rank++) {
        if (!(cell->asked >> rank & 1u) || cell->top[rank] == 0)
            continue;
        __int128 left = (__int128)cell->top[rank] * 100;
        __int128 right = (__int128)cell->total * rule->share_percent;
        if (rule->compare == CDN_MORE_THAN ? left > right : left >= right)
            return cell->top[rank];
    }
    return 0;
}

bool cdn_rule_request(const cdn_cell *cell, const cdn_policy *policy)
{
    return applies(cell, &policy->request) && asker(cell, &policy->request) != 0;
}

int64_t cdn_rule_request_level(const cdn_cell *cell, const cdn_policy *policy)
{
    if (!cdn_rule_request(cell, policy))
        return 0;
    if (policy->request.share_percent == 0)
        return INT64_MAX;
    return cdn_rule_excess((__int128)asker(cell, &policy->request) * 100,
                           policy->request.share_percent, cell->total);
}
