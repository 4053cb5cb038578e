/* interval_lp.h - the one door to GLPK: maximise a sum of variables under equations that are zero.
 *
 *   cdn_lp_create; cdn_lp_load; then any of cdn_lp_bound, _weigh, _solve, _value; cdn_lp_destroy
 *
 * GLPK prints and aborts when it fails; here it does neither: a failure is
 * CDN_E_INTERNAL and the cdn_lp is good for nothing more than its destroy. GLPK
 * keeps one environment per thread, which lives from create to destroy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_LP_H
#define CDN_ATTACK_INTERVAL_LP_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

typedef struct cdn_lp cdn_lp;

typedef enum cdn_lp_outcome {
    CDN_LP_STOPPED = 0, /* at the limit, or numerically stuck: nothing is known */
    CDN_LP_OPTIMAL = 1,
    CDN_LP_UNBOUNDED = 2
} cdn_lp_outcome;

/** How to get there: by staying within bounds, or (right after a load without positive weights) by
 *  staying optimal. */
typedef enum cdn_lp_method { CDN_LP_PRIMAL = 1, CDN_LP_DUAL = 2 } cdn_lp_method;

/** Variables 0..columns-1 between low and high (INT64_MIN, INT64_MAX: none); each row sums to
 *  zero. Entries count from 1, as GLPK has it: element 0 of the three arrays is not used. */
typedef struct cdn_lp_problem {
    uint32_t rows, columns, entries;
    const int *row, *column;
    const double *coefficient;
    const int64_t *low, *high;
    const double *weight; /* NULL: all 0 */
} cdn_lp_problem;

/** CDN_E_INTERNAL when this thread already uses GLPK. */
cdn_status cdn_lp_create(cdn_lp **out, cdn_error *error) CDN_MUST_CHECK;
void cdn_lp_destroy(cdn_lp *lp);

/** Puts the problem aside with its last solution, and takes the one that was put aside before. */
void cdn_lp_park(cdn_lp *lp);

/** Replaces the problem. */
cdn_status cdn_lp_load(cdn_lp *lp, const cdn_lp_problem *problem, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_lp_bound(cdn_lp *lp, uint32_t column, int64_t low, int64_t high,
                        cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_lp_weigh(cdn_lp *lp, uint32_t column, double weight,
                        cdn_error *error) CDN_MUST_CHECK;

/** Chooses a basis with few rows in it (triangular, glp_adv_basis); is_basic: per variable. */
cdn_status cdn_lp_crash(cdn_lp *lp, uint8_t *is_basic, cdn_error *error) CDN_MUST_CHECK;

/** The next solve starts from that basis, in a programme with the same rows, whose first `count`
 *  variables are those of is_basic; the others are at their lower bound. */
cdn_status cdn_lp_start(cdn_lp *lp, uint8_t *is_basic, uint32_t count, cdn_error *error)
    CDN_MUST_CHECK;

/** Maximises from where the last solve ended, in at most `limit` iterations; adds to *iterations.
 *  */
cdn_status cdn_lp_solve(cdn_lp *lp, cdn_lp_method method, uint64_t limit, uint64_t *iterations,
                        cdn_lp_outcome *outcome, cdn_error *error) CDN_MUST_CHECK;

/** After OPTIMAL: looks for the best solution in whole numbers (any, when `first`), by branch and
 *  bound over at most `nodes` nodes, each charged to *iterations. OPTIMAL: found one, and `*bound`
 *  is lowered to its weighted sum when the search was complete. STOPPED at once where numbers are
 *  too large for a float to tell whole ones, and when a branch does not end. */
cdn_status cdn_lp_search(cdn_lp *lp, uint32_t nodes, bool first, uint64_t *iterations,
                         cdn_lp_outcome *outcome, double *bound, cdn_error *error) CDN_MUST_CHECK;

/** After OPTIMAL: a variable, and the weighted sum. */
double cdn_lp_value(const cdn_lp *lp, uint32_t column);
double cdn_lp_optimum(const cdn_lp *lp);

#endif
