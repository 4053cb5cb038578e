/* noise.h - cell-key noise for counts and magnitudes: look-ups under draws from the cell's key.
 *
 * The key of a cell is the sum modulo 2^64 of the keys of its records, and those
 * are keyed hashes; so the same records always get the same noise, in any table
 * and any release, and who does not have the owner's key cannot tell it. A draw
 * is a fixed one-to-one scrambling of the key for each use, hence as uniform as
 * the key, and independent draws for what must not move together.
 *
 * Counts: n + v(n, draw), v from the table of probabilities (ptable.h). 0 stays
 * 0; the sign of a negative total is kept.
 *
 * Magnitudes: noise for each of the K largest contributions x1 >= ... >= xK, in
 * proportion m(x) to their size:
 *
 *   X^ = X + sum over k of  d_k v_k,   d_k = x_k m(x_k),
 *   m(x) = p_small                                            for x < f,
 *   m(x) = p_large (1 + (p_small x - p_large f) / (p_large f) (2 f / (f + x))^q)  for x >= f,
 *
 * the flex function: p_small at the flex point f, and towards p_large far above
 * it, for q >= 2 (with q = 1 it would rise to p_large + 2 p_small, so that is
 * refused). v_k is from
 * rows of a table with js = 0, between the rows floor(a) and floor(a) + 1 with
 * weight a - floor(a), where a = |X so far| / d_k; each row has mean 0 and no
 * move below -row, so X^ is unbiased and does not change sign. Largest
 * change: D sum d_k; variance V sum d_k^2 where X is at least D d_k.
 * (Giessing and Tent 2019, UNECE work session on statistical data
 * confidentiality; cellKey, flex function. Here all K contributions weigh the
 * same, epsilon = 1, and there is no table of its own for small cells.)
 * All of it in integers of 2^-32.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_NOISE_H
#define CDN_PERTURB_NOISE_H

#include "perturb/ptable.h"
#include "policy/policy.h"

#define CDN_NOISE_TOP 5u

/** What a draw is for. */
#define CDN_DRAW_COUNT 1u
#define CDN_DRAW_ROUNDING 2u
#define CDN_DRAW_MAGNITUDE 8u /* 8 + rank */

/** 64 bits from a key: for each use another permutation of the 2^64 keys (the finaliser of
 *  SplitMix64, Steele, Lea and Flood 2014). */
uint64_t cdn_draw(uint64_t key, uint32_t use);

/** The two tables of a policy. */
typedef struct cdn_noise_tables {
    cdn_noise noise;
    cdn_ptable *counts;
    cdn_ptable *magnitudes; /* the same without forbidden counts; NULL when p_small = 0 */
} cdn_noise_tables;

/** @errors CDN_E_REFUSED when there is no such noise. @owner caller, cdn_noise_tables_destroy */
cdn_status cdn_noise_tables_create(const cdn_noise *noise, cdn_noise_tables **out,
                                   cdn_error *error) CDN_MUST_CHECK;
void cdn_noise_tables_destroy(cdn_noise_tables *tables);

cdn_status cdn_noise_count(const cdn_noise_tables *tables, int64_t value, uint64_t key,
                           int64_t *out, cdn_error *error) CDN_MUST_CHECK;

/** `unit` is one whole unit of `value` and of the contributions: 10^decimals. top: the largest
 *  contributions, falling, 0 = no more. */
cdn_status cdn_noise_magnitude(const cdn_noise_tables *tables, int64_t value, int64_t unit,
                               const int64_t top[CDN_NOISE_TOP], uint64_t key, int64_t *out,
                               cdn_error *error) CDN_MUST_CHECK;

/** m(x) in 2^-32, for x >= 0 in units of 1 / unit. */
uint64_t cdn_noise_share(const cdn_noise *noise, int64_t x, int64_t unit);

#endif
