/* ptable.h - the probabilities of cell-key noise, as whole numbers of 2^-32.
 *
 * For a true count i the published count is j = i + v, v from -D to D, j not
 * below 0 and not one of 1..js (no small counts). Among all distributions over
 * the allowed v with mean 0 and variance V, the row takes the one of largest
 * entropy:
 *
 *   maximise -sum p(v) log p(v)   subject to  sum p = 1, sum v p = 0, sum v^2 p = V,
 *            and p not falling from the smallest v up to v = 0 (where that can be).
 *
 * Its form is p(v) = exp(a v + b v^2) / Z, equal within a run of v that the
 * monotone condition binds together. Rows 1..n are tables of their own; row n,
 * n = D when js = 0 and D + js + 1 otherwise, is symmetric and serves all larger
 * counts. A row that no distribution satisfies refuses the whole table: V too
 * small to jump the gap, or too large for D.
 * (Fraser and Wooton 2005; Giessing 2016, Privacy in Statistical Databases;
 * Handbook on Statistical Disclosure Control, cell key method.)
 *
 * Probabilities are floating point while the table is made; in the table they
 * are whole, add up to 2^32 in each row and, wherever two allowed moves are next
 * to each other, have mean exactly 0. Look-ups use integers only, and the digest
 * names the table in effect.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_PTABLE_H
#define CDN_PERTURB_PTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

#define CDN_PTABLE_DEVIATION_MAX 100u
#define CDN_PTABLE_MOVES_MAX (2u * CDN_PTABLE_DEVIATION_MAX + 1u)
#define CDN_PTABLE_ONE (UINT64_C(1) << 32)

typedef struct cdn_ptable_options {
    uint32_t deviation; /* D: 1..100 */
    uint32_t variance;  /* V, in thousandths, > 0 */
    uint32_t small;     /* js: 0..D */
} cdn_ptable_options;

/** One row as probabilities: moves rising, probabilities for each. For tests and for the table. */
typedef struct cdn_ptable_row {
    uint32_t count;
    int32_t moves[CDN_PTABLE_MOVES_MAX];
    double probabilities[CDN_PTABLE_MOVES_MAX];
} cdn_ptable_row;

/** The row of true count i >= 1. *found false: no distribution satisfies it. */
cdn_status cdn_ptable_solve(const cdn_ptable_options *options, uint32_t i, bool monotone,
                            cdn_ptable_row *row, bool *found, cdn_error *error) CDN_MUST_CHECK;

typedef struct cdn_ptable {
    uint32_t deviation, small;
    uint32_t rows;      /* true counts 1..rows; larger ones use row `rows` */
    uint32_t *start;    /* rows + 2 offsets by true count; row 0 is empty: 0 stays 0 */
    int32_t *moves;     /* rising within a row */
    uint64_t *bounds;   /* rising; the move holds for draws below it, the last is 2^32 */
    char digest[65];    /* SHA-256 of all that, as text */
} cdn_ptable;

/** @errors CDN_E_REFUSED, with the row, when there is no such table. @owner caller,
 *  cdn_ptable_destroy */
cdn_status cdn_ptable_create(const cdn_ptable_options *options, cdn_ptable **out,
                             cdn_error *error) CDN_MUST_CHECK;
void cdn_ptable_destroy(cdn_ptable *table);

/** The move of a true count under a draw of 32 bits. */
int32_t cdn_ptable_move(const cdn_ptable *table, uint64_t count, uint32_t draw);

/** Of one row, over all draws: the mean and the mean square of the move, in 2^-32; exact. */
void cdn_ptable_moments(const cdn_ptable *table, uint32_t row, int64_t *mean, int64_t *square);

#endif
