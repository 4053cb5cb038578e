/* round.h - rounding of one value at a time: conventional, random, to midpoints; exact.
 *
 * To the nearest multiple, halves away from zero, so that x and -x round alike.
 * The same value always gives the same result: repeating a table tells nothing
 * new, but tables no longer add up, and rounding protects neither against
 * differencing nor by itself (it comes after suppression).
 *
 * Bias and variance, when the residues 0..b-1 of base b are equally likely:
 *   b odd  (5): bias 0, variance (b^2 - 1) / 12 (2 for base 5), error at most (b - 1) / 2;
 *   b even (10): bias 1/2 away from zero, variance (b^2 - 1) / 12, error at most b / 2.
 * For decimals of a continuous value: bias 0, variance 10^(-2d) / 12, error at
 * most 0.5 x 10^-d. Where counts are small and skewed residues are not equally
 * likely, and the bias is that of the counts near each half.
 * (Hundepool et al., Handbook on Statistical Disclosure Control, chapter 5,
 * conventional rounding.)
 *
 * Random rounding has bias 0 whatever the counts are, variance s (b - s) for
 * residue s (on average (b^2 - 1) / 6) and error at most b - 1. Midpoints have
 * bias 0 for odd b and -1/2 for even b, variance (b^2 - 1) / 12, error at most
 * b / 2, when the values of a band are equally likely.
 *
 * Results are valid on CDN_OK only. CDN_E_LIMIT when a result does not fit 64
 * bits, CDN_E_USAGE for a base, denominator or number of decimals that cannot be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_ROUND_H
#define CDN_PERTURB_ROUND_H

#include <stdint.h>

#include "cordon/error.h"

/** The most decimals of a scaled integer. */
#define CDN_ROUND_DECIMALS 18u

/** The multiple of `base` (> 0) nearest to `value`. */
cdn_status cdn_round_value(int64_t value, int64_t base, int64_t *out,
                           cdn_error *error) CDN_MUST_CHECK;

/** The multiple of `base` (> 0) below or above `value`: above with probability s / base, where s is
 *  what is left of `value` over the one below; multiples stay. The draw decides, 2^64 equally
 *  likely ones: up when draw x base < s x 2^64, exactly. So the expected result is `value`, to
 *  within base x 2^-64. (Handbook on SDC, chapter 5, random rounding; Fellegi 1975.) */
cdn_status cdn_round_random(int64_t value, int64_t base, uint64_t draw, int64_t *out,
                            cdn_error *error) CDN_MUST_CHECK;

/** The middle of the band of `base` (> 0) values that |value| lies in, with its sign: bands are
 *  1..base, base + 1..2 base, and so on, with middle k base - floor(base / 2); 0 stays 0. With base
 *  6: 1 to 6 is 3, 7 to 12 is 9. (OpenSAFELY, statistical disclosure control, midpoint 6.) */
cdn_status cdn_round_midpoint(int64_t value, int64_t base, int64_t *out,
                              cdn_error *error) CDN_MUST_CHECK;

/** numerator / denominator x multiplier to `decimals` places, as an integer scaled by
 *  10^decimals: 1 / 3 x 100 with 1 decimal is 333. The product is exact in 128 bits; only the one
 *  division rounds. denominator not 0. */
cdn_status cdn_round_ratio(int64_t numerator, int64_t denominator, int64_t multiplier,
                           unsigned decimals, int64_t *out, cdn_error *error) CDN_MUST_CHECK;

/** From a value scaled by 10^from to one scaled by 10^to, to <= from. Rounds once: rounding first
 *  to more places and then to fewer is another thing (0.45 -> 0.5 -> 1). */
cdn_status cdn_round_decimal(int64_t value, unsigned from, unsigned to, int64_t *out,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
