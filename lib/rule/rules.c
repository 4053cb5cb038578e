/* rules.c - the table of rules, and all cell rules over all cells.
 *
 * A public fact of a register has no verdict, nor has a hidden count of missing
 * answers that the policy calls safe. A cell without any record is a
 * true zero: the policy says whether zeros are safe.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

static const cdn_rule_info rule_table[CDN_RULE_END_] = {
    [CDN_RULE_WORKERS] = {"CDN-R-001", "too few workers", "workers < t",
                          "Handbook on SDC 2nd ed. 4.2.1 (minimum frequency)",
                          "tests/unit/rule/test_minimum.c"},
    [CDN_RULE_WORKPLACES] = {"CDN-R-002", "too few workplaces", "workplaces < t",
                             "Handbook on SDC 2nd ed. 4.2.1 (minimum frequency)",
                             "tests/unit/rule/test_minimum.c"},
    [CDN_RULE_PROVIDERS] = {"CDN-R-003", "too few providers", "providers < t",
                            "Handbook on SDC 2nd ed. 4.2.1, applied to holdings",
                            "tests/unit/rule/test_minimum.c"},
    [CDN_RULE_DOMINANCE] = {"CDN-R-004", "dominated by few providers",
                            "100 (x1 + .. + xn) > k X",
                            "Handbook on SDC 2nd ed. 4.2.2, (n,k) rule",
                            "tests/unit/rule/test_concentration.c"},
    [CDN_RULE_P_PERCENT] = {"CDN-R-005", "largest provider can be estimated closely",
                            "100 (X - x1 - x2) < p x1", "Handbook on SDC 2nd ed. 4.2.2, p% rule",
                            "tests/unit/rule/test_concentration.c"},
    [CDN_RULE_GROUP] = {"CDN-R-006", "a whole group has or lacks the attribute",
                        "part = 0, part = whole > 0, or all contributions 0",
                        "Handbook on SDC 2nd ed. 5.2.2 (group disclosure)",
                        "tests/unit/rule/test_group.c"},
    [CDN_RULE_ZERO] = {"CDN-R-007", "zeros are withheld", "records = 0",
                       "Handbook on SDC 2nd ed. 4.2.1 (zero cells)",
                       "tests/unit/rule/test_minimum.c"},
    [CDN_RULE_QUANTILE] = {"CDN-R-008", "too few records around a quantile",
                           "records < t, or records on one side < s",
                           "Handbook on SDC 2nd ed. 5.7 (position statistics)",
                           "tests/unit/rule/test_quantile.c"},
};

const cdn_rule_info *cdn_rule_get(cdn_rule rule)
{
    return rule < CDN_RULE_END_ ? &rule_table[rule] : NULL;
}

static cdn_verdict cell_verdict(const cdn_cell *cell, const cdn_variable *variable,
                                const cdn_policy *policy)
{
    if (cell->is_public || cell->is_unanswered)
        return 0;
    if (cell->records == 0)
        return policy->zeros == CDN_ZEROS_SAFE ? 0 : 1u << CDN_RULE_ZERO;
    cdn_verdict verdict = cdn_rule_minimum(cell, variable, policy);
    if (variable->magnitude && cdn_rule_dominance(cell, &policy->dominance[0]))
        verdict |= 1u << CDN_RULE_DOMINANCE;
    if (variable->magnitude && cdn_rule_p_percent(cell, &policy->p_percent))
        verdict |= 1u << CDN_RULE_P_PERCENT;
    return verdict;
}

void cdn_rule_cells(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts)
{
    for (uint32_t c = 0; c < cells->count; c++)
        verdicts[c] = cell_verdict(&cells->cells[c],
                                   &cells->variables[cells->cells[c].variable], policy);
    cdn_rule_group(cells, policy, verdicts);
}
