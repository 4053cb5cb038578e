/* entropy.h - the distribution of largest entropy under two moments; the one door to GSL.
 *
 * Among all distributions over given outcomes whose two features have given
 * means, the one of largest entropy is p(k) = exp(a f1(k) + b f2(k)) / Z: the
 * Lagrange multipliers a, b solve two equations with the covariance matrix of
 * the features as Jacobian (Jaynes 1957, Physical Review 106; for tables of
 * noise: Giessing 2016, Privacy in Statistical Databases). Solved by Powell's
 * hybrid of Newton's method (GSL, hybridsj) and checked against the moments.
 *
 * Floating point: results are for building a table once, never for a decision.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_STAT_ENTROPY_H
#define CDN_STAT_ENTROPY_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

/** `size` outcomes that must be equally likely, with the means of their features. */
typedef struct cdn_outcomes {
    double first, second;
    double size;
} cdn_outcomes;

/** weights[g]: the probability of each of the outcomes of group g, such that the features have the
 *  means `first` and `second`. *found false: no distribution has. On the edge of what is possible
 *  two groups share the weight. The groups' (first, second) must differ from each other.
 *  @errors CDN_E_NOMEM; CDN_E_INTERNAL when the solver does not get there. @complexity count^2 */
cdn_status cdn_entropy_solve(const cdn_outcomes *groups, uint32_t count, double first,
                             double second, double *weights, bool *found,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
