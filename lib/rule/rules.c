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
                            "q (X - x1 - x2 - ..) < p x1",
                             "Handbook on SDC 2nd ed. 4.2.2, p% and pq rules",
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
    [CDN_RULE_ROW] = {"CDN-R-009", "too few workers behind a figure of a row", "workers < t",
                      "Handbook on SDC 2nd ed. 4.2.1 (minimum frequency)",
                      "tests/unit/cells/test_rows.c"},
    [CDN_RULE_MISSING] = {"CDN-R-010", "how many did not answer", "confidential or not",
                          "decision of the data owner", "tests/unit/rule/test_minimum.c"},
    [CDN_RULE_COST] = {"CDN-R-011", "what completing the pattern spares",
                       "cells, value or workers, times w for each dimension summed",
                       "Handbook on SDC 2nd ed. 4.2.4 (information loss)",
                       "tests/unit/release/test_judge.c"},
    [CDN_RULE_ROUNDING] = {"CDN-R-012", "how published figures are rounded", "see the method",
                           "Handbook on SDC 2nd ed. 5.4", "tests/unit/release/test_value.c"},
    [CDN_RULE_REQUEST] = {"CDN-R-013", "a large provider asked for protection",
                          "100 x1 > s X, and x1 asked (or x2)",
                          "tau-Argus user manual 4.1, 2.2 (request rule)",
                          "tests/unit/rule/test_request.c"},
    [CDN_RULE_WAIVER] = {"CDN-R-014", "waived contributions need no protection",
                         "x1 is the largest that has not waived",
                         "Handbook on SDC 2nd ed. 4.2.2 (waivers)",
                         "tests/unit/rule/test_request.c"},
    [CDN_RULE_NEGATIVE] = {"CDN-R-015", "contributions below 0", "|x|; p / f, (100 - k) / f",
                           "Handbook on SDC 2nd ed. 4.2.2 (negative contributions)",
                           "tests/unit/rule/test_concentration.c"},
    [CDN_RULE_WEIGHT] = {"CDN-R-016", "survey weights", "x unweighted, cumulated or replicated",
                         "tau-Argus manual 4.1, 2.2 (sampling weights)",
                         "tests/unit/rule/test_weight.c"},
    [CDN_RULE_K_DISCLOSURE] = {"CDN-R-017", "a few of a group can tell of the others",
                               "0 < whole - part <= k, part > 0",
                               "Lupp and Langsrud 2021 (k-disclosure)",
                               "tests/unit/rule/test_k_disclosure.c"},
    [CDN_RULE_LEVELS] = {"CDN-R-018", "how uncertain a withheld value stays",
                         "(100 / k)(x1 + ..) - X; (p / q) x1 - R",
                         "Handbook on SDC 2nd ed. table 4.4", "tests/unit/rule/test_levels.c"},
    [CDN_RULE_INSIDERS] = {"CDN-R-019", "contributors know what they are alone in",
                           "each is an attacker", "Handbook on SDC 2nd ed. 4.3 (singletons)",
                           "tests/unit/rule/test_levels.c"},
    [CDN_RULE_MANUAL] = {"CDN-R-020", "decided by hand", "the policy names the cell",
                         "tau-Argus user manual 4.1, 4.3 (a priori information)",
                         "tests/unit/release/test_judge.c"},
    [CDN_RULE_HISTORY] = {"CDN-R-021", "withheld before, or too few changed since a release",
                          "workers < t, ..., of those that joined, left or changed",
                          "Handbook on SDC 2nd ed. 4.2.1, applied to differences",
                          "tests/unit/rule/test_history.c"},
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
    if (cell->is_change)
        return cdn_rule_change(cell, variable, policy) ? 1u << CDN_RULE_HISTORY : 0;
    if (cell->records == 0)
        return policy->zeros == CDN_ZEROS_SAFE ? 0 : 1u << CDN_RULE_ZERO;
    cdn_verdict verdict = cdn_rule_minimum(cell, variable, policy);
    if (!variable->magnitude)
        return verdict;
    if (cdn_rule_dominance(cell, policy))
        verdict |= 1u << CDN_RULE_DOMINANCE;
    if (cdn_rule_p_percent(cell, policy))
        verdict |= 1u << CDN_RULE_P_PERCENT;
    if (cdn_rule_request(cell, policy))
        verdict |= 1u << CDN_RULE_REQUEST;
    return verdict;
}

void cdn_rule_cells(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts)
{
    for (uint32_t c = 0; c < cells->count; c++)
        verdicts[c] = cell_verdict(&cells->cells[c],
                                   &cells->variables[cells->cells[c].variable], policy);
    cdn_rule_group(cells, policy, verdicts);
    cdn_rule_k_disclosure(cells, policy, verdicts);
}
