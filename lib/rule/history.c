/* history.c - the records that changed between two dates, as a group to protect.
 *
 * Two figures over the same codes at two dates differ by those who joined, left
 * or contribute something else. They are judged like the contributors of any
 * cell, by thresholds of their own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

static bool too_few(const cdn_cell *change, const cdn_variable *variable,
                    const cdn_policy *policy)
{
    const cdn_history *history = &policy->history;
    if (variable->counts_workers && cdn_threshold_unsafe(&history->workers, change->workers))
        return true;
    if (policy->waivers && change->unwaived == 0)
        return false;
    return cdn_threshold_unsafe(&history->workplaces, change->workplaces) ||
           cdn_threshold_unsafe(&history->providers, change->providers);
}

bool cdn_rule_change(const cdn_cell *change, const cdn_variable *variable,
                     const cdn_policy *policy)
{
    if (change->providers == 0)
        return false;
    if (too_few(change, variable, policy))
        return true;
    return policy->history.concentration && variable->magnitude &&
           (cdn_rule_dominance(change, policy) || cdn_rule_p_percent(change, policy) ||
            cdn_rule_request(change, policy));
}
