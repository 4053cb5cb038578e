/* minimum.c - minimum contributors: workers, workplaces and providers, each with its own threshold.
 *
 * Counted over the contributors that are still to be protected. A cell with
 * records all of which are published as provider rows has none left; a cell
 * with contributors but a value of 0 is a value like any other.
 * Where all providers have waived protection there is no workplace or provider
 * to protect; their workers were not asked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

cdn_verdict cdn_rule_minimum(const cdn_cell *cell, const cdn_variable *variable,
                             const cdn_policy *policy)
{
    cdn_verdict verdict = 0;
    if (cell->providers == 0)
        return verdict;
    if (variable->counts_workers && cdn_threshold_unsafe(&policy->workers, cell->workers))
        verdict |= 1u << CDN_RULE_WORKERS;
    if (policy->waivers && cell->unwaived == 0)
        return verdict;
    if (cdn_threshold_unsafe(&policy->workplaces, cell->workplaces))
        verdict |= 1u << CDN_RULE_WORKPLACES;
    if (cdn_threshold_unsafe(&policy->providers, cell->providers))
        verdict |= 1u << CDN_RULE_PROVIDERS;
    return verdict;
}
