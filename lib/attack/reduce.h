/* reduce.h - which columns does a sparse set of equations determine?
 *
 * The attack's own linear algebra: full (Gauss-Jordan) reduction modulo one
 * prime below 2^32. Shares nothing with protect, on purpose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_REDUCE_H
#define CDN_ATTACK_REDUCE_H

#include <stdint.h>

#include "cordon/error.h"

/** Equations over columns 0..column_count-1, row by row; a column at most once per row. */
typedef struct cdn_equations {
    uint32_t row_count;
    uint32_t column_count;
    const uint32_t *start;      /* row_count + 1 offsets */
    const uint32_t *column;
    const int32_t *coefficient;
} cdn_equations;

/** Sets determined[c] to 1 for each wanted column c whose unit vector lies in the row space modulo
 *  `prime` (a prime in 3..2^32-1); leaves all other entries alone. Pivots are chosen by row length
 *  and column count (Markowitz 1957, Management Science 3(3)), ties by index, so that the work and
 *  its order depend on the equations alone.
 *  @complexity the non-zeros of the reduced rows; near linear on sparse tables */
cdn_status cdn_reduce_determined(const cdn_equations *equations, uint32_t prime,
                                 const uint8_t *wanted, uint8_t *determined, cdn_error *error)
    CDN_MUST_CHECK;

typedef struct cdn_term {
    uint32_t column;
    uint32_t value; /* 1..prime-1 */
} cdn_term;

/** A column as what the equations make of it: the sum of value times free column, in no order. */
typedef struct cdn_written {
    cdn_term *terms;
    uint32_t length; /* 0: determined */
} cdn_written;

/** The same reduction, and what it writes each wanted column as. written[0..column_count) comes in
 *  zeroed; release it also after a failure. The free columns depend on the equations alone. */
cdn_status cdn_reduce_write(const cdn_equations *equations, uint32_t prime, const uint8_t *wanted,
                            cdn_written *written, cdn_error *error) CDN_MUST_CHECK;

/** 1 / value modulo a prime below 2^32; value is not 0. */
uint64_t cdn_reduce_inverse(uint64_t value, uint64_t prime);

/** Releases what each of `count` columns holds, not the array. */
void cdn_written_release(cdn_written *written, uint32_t count);

#endif
