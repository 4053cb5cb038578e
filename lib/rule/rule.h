/* rule.h - primary rules: which cells must not be known, and why.
 *
 * One file for each rule, one table of rules (rules.c) with clause, formula and
 * source. A verdict is a set of rules; an empty set is safe. Rules see the
 * protected contributors of a cell (see cells.h) and the policy, nothing else.
 * All comparisons are exact integer arithmetic. Every path defaults to unsafe.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RULE_RULE_H
#define CDN_RULE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/cells.h"
#include "policy/policy.h"

/** Rule numbers; a verdict has bit (1u << number) for each rule that holds. Fixed for good. */
typedef enum cdn_rule {
    CDN_RULE_WORKERS = 0,
    CDN_RULE_WORKPLACES = 1,
    CDN_RULE_PROVIDERS = 2,
    CDN_RULE_DOMINANCE = 3,
    CDN_RULE_P_PERCENT = 4,
    CDN_RULE_GROUP = 5,
    CDN_RULE_ZERO = 6,
    CDN_RULE_QUANTILE = 7,
    CDN_RULE_END_ = 8
} cdn_rule;

typedef uint32_t cdn_verdict;

/** What the documentation and `cordon explain` say of a rule. */
typedef struct cdn_rule_info {
    const char *clause;  /* CDN-R-001 */
    const char *name;
    const char *formula;
    const char *source;  /* author, year, section */
    const char *test;    /* the test that proves it */
} cdn_rule_info;
const cdn_rule_info *cdn_rule_get(cdn_rule rule);

/** Number of workers, workplaces, providers too small (minimum.c). A cell in which nobody is
 *  left to protect is safe. */
cdn_verdict cdn_rule_minimum(const cdn_cell *cell, const cdn_variable *variable,
                             const cdn_policy *policy);

/** (n,k) dominance: the n largest providers hold more than k % of the cell's total of absolute
 *  contributions (dominance.c). Handbook on SDC, 2nd ed., section 4.2.2. */
bool cdn_rule_dominance(const cdn_cell *cell, const cdn_dominance *rule);

/** p%: what remains after the two largest, X - x1 - x2, is less than p % of x1 (p_percent.c).
 *  Handbook on SDC, 2nd ed., section 4.2.2. Nothing to estimate when x1 = 0. */
bool cdn_rule_p_percent(const cdn_cell *cell, const cdn_p_percent *rule);

/** Group disclosure (group.c): adds to verdicts[] for the categories that hold everybody, or no
 *  one, of those of a group who are left to protect, and for quantities that are all 0. Handbook on
 *  SDC, 2nd ed., section 5.2.2. */
void cdn_rule_group(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts);

/** A quantile over too few records, or with too few on one side (quantile.c). */
bool cdn_rule_quantile(const cdn_figure *figure, const cdn_cell *base, const cdn_policy *policy);

/** All cell rules over all cells: verdicts[0..cells->count). */
void cdn_rule_cells(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts);

#endif
