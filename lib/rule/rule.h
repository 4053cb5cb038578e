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
    CDN_RULE_ROW = 8,          /* figures of provider rows */
    CDN_RULE_MISSING = 9,      /* from here to ROUNDING never in a verdict: clauses of the policy */
    CDN_RULE_COST = 10,
    CDN_RULE_ROUNDING = 11,
    CDN_RULE_REQUEST = 12,
    CDN_RULE_WAIVER = 13,      /* WAIVER, NEGATIVE, WEIGHT: how others judge, never in a verdict */
    CDN_RULE_NEGATIVE = 14,
    CDN_RULE_WEIGHT = 15,
    CDN_RULE_K_DISCLOSURE = 16,
    CDN_RULE_LEVELS = 17,      /* LEVELS, INSIDERS: what protection has to reach, likewise */
    CDN_RULE_INSIDERS = 18,
    CDN_RULE_MANUAL = 19,
    CDN_RULE_HISTORY = 20,
    CDN_RULE_END_ = 21
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

/** (n,k) dominance: in one of the policy's rules the n largest providers hold more than k % of the
 *  cell's total of absolute contributions (dominance.c). Handbook on SDC, 2nd ed., section
 *  4.2.2. */
bool cdn_rule_dominance(const cdn_cell *cell, const cdn_policy *policy);

/** p% and pq: what is left of the total after the largest and the coalition of the next, X - x1 -
 *  (x2 + ..), times q, is less than p x1 (p_percent.c). Handbook on SDC, 2nd ed., section 4.2.2.
 *  Nothing to estimate when x1 = 0. */
bool cdn_rule_p_percent(const cdn_cell *cell, const cdn_policy *policy);

/** One of the largest providers asked for protection and has a large share (request.c). tau-Argus
 *  user manual 4.1, section 2.2, request rule. */
bool cdn_rule_request(const cdn_cell *cell, const cdn_policy *policy);

/** Protection levels of a cell with this verdict, in units of its variable's last decimal: what can
 *  be inferred of it must reach `below` and `above` its value, and be `width` wide in all
 *  (levels.c). All 0 when the policy has no levels or the cell no verdict: then it must not be
 *  determined, and no more. Saturates at INT64_MAX. Handbook on SDC, 2nd ed., table 4.4. */
void cdn_rule_levels(const cdn_cell *cell, const cdn_variable *variable,
                     const cdn_policy *policy, cdn_verdict verdict, int64_t *below,
                     int64_t *above, int64_t *width);

/** A weight of 1. */
#define CDN_RULE_WEIGHT_ONE UINT64_C(1000000)

/** The largest contributions as the weighting counts them (weight.c): sizes[0..count) >= 0,
 *  falling, and their weights in millionths, each at least 1. tau-Argus manual 4.1, section 2.2. */
void cdn_rule_weigh(const int64_t *sizes, const uint64_t *weights, uint32_t count,
                    cdn_weighting weighting, int64_t top[CDN_CELL_TOP]);

/** Group disclosure (group.c): adds to verdicts[] for the categories that hold everybody, or no
 *  one, of those of a group who are left to protect, and for quantities that are all 0. Handbook on
 *  SDC, 2nd ed., section 5.2.2. */
void cdn_rule_group(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts);

/** k-disclosure (k_disclosure.c): adds to verdicts[] for the rest of a group that is in one
 *  category but for at most k of it, who know themselves. Lupp and Langsrud 2021, UNECE expert
 *  meeting on SDC. */
void cdn_rule_k_disclosure(const cdn_cells *cells, const cdn_policy *policy,
                           cdn_verdict *verdicts);

/** A quantile over too few records, or with too few on one side (quantile.c). */
bool cdn_rule_quantile(const cdn_figure *figure, const cdn_cell *base, const cdn_policy *policy);

/** A change of a cell between two dates, whose contributors are the records that joined, left or
 *  changed: too few of them, or dominated by some (history.c). */
bool cdn_rule_change(const cdn_cell *change, const cdn_variable *variable,
                     const cdn_policy *policy);

/** All cell rules over all cells: verdicts[0..cells->count). */
void cdn_rule_cells(const cdn_cells *cells, const cdn_policy *policy, cdn_verdict *verdicts);

#endif
