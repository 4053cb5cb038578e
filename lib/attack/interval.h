/* interval.h - the interval attacker: how close can a reader come to a withheld value?
 *
 * A reader knows every visible cell, every equation, and a bound or two for
 * each withheld cell (nobody employs fewer than none). All values that fit
 * these are possible to the reader; the least and the largest possible value of
 * a cell are its feasibility interval (Fischetti & Salazar 2001, Management
 * Science 47(7), section 2; Handbook on SDC, 2nd ed., 4.3.1). A cell is safe
 * when that interval covers its protection levels.
 *
 * Values are whole numbers (scaled decimals) and the reader knows it. PROTECTED
 * rests on releases that would look the same to the reader, found and checked in
 * whole numbers; floating point only ever proposes them. What is not proven
 * counts as unsafe.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_H
#define CDN_ATTACK_INTERVAL_H

#include <stdint.h>

#include "cells/system.h"
#include "cordon/error.h"

#define CDN_INTERVAL_NO_LOWER INT64_MIN
#define CDN_INTERVAL_NO_UPPER INT64_MAX

/** Simplex iterations when the input sets no limit. */
#define CDN_INTERVAL_DEFAULT_LIMIT 5000000u

/** Largest value, bound or protection level, either sign. */
#define CDN_INTERVAL_LARGEST (INT64_C(1) << 60)

typedef enum cdn_interval_verdict {
    CDN_INTERVAL_UNDECIDED = 0, /* neither proven within the limit: unsafe */
    CDN_INTERVAL_EXPOSED = 1,   /* visible, or the interval is too narrow */
    CDN_INTERVAL_PROTECTED = 2,
    CDN_INTERVAL_NOT_ASKED = 3
} cdn_interval_verdict;

/** What it took; the same for the same input. */
typedef struct cdn_interval_work {
    uint64_t programmes; /* linear programmes solved */
    uint64_t iterations; /* of the simplex method; walks are charged by their turns */
} cdn_interval_work;

/** Moves that attacks found, for the next attack on the same system under another pattern: most of
 *  them still hold, which spares it looking. Each is checked anew before it counts. */
typedef struct cdn_interval_moves cdn_interval_moves;
cdn_interval_moves *cdn_interval_moves_create(void); /* NULL: out of memory */
void cdn_interval_moves_destroy(cdn_interval_moves *moves);

/** Arrays are per cell; those that may be NULL say what NULL stands for. */
typedef struct cdn_interval_input {
    const int64_t *values;   /* the truth; every equation holds on it */
    const int64_t *lower;    /* known to everybody, <= value; NULL or CDN_INTERVAL_NO_LOWER: none */
    const int64_t *upper;    /* known to everybody, >= value; NULL or CDN_INTERVAL_NO_UPPER: none */
    const int64_t *below;    /* lower protection level >= 0; NULL: 0 */
    const int64_t *above;    /* upper protection level >= 0; NULL: 0 */
    const int64_t *width;    /* sliding protection level: least upper - lower; NULL or less: 1 */
    const uint8_t *asked;    /* cells to judge; NULL: the sensitive ones */
    uint32_t equations;      /* the reader knows the first so many of the system's; 0: all */
    uint64_t limit;          /* simplex iterations for all programmes together; 0: the
                                default; 1: none */
    uint8_t tight;           /* 1: also find the exact end of every interval that is asked for */
    uint8_t brief;           /* 1: no large programmes, and none for single steps of many cells:
                                UNDECIDED then */
    cdn_interval_work *work; /* filled when not NULL */
    cdn_interval_moves *moves; /* used and added to when not NULL */
} cdn_interval_input;

/** [lower, upper] holds every possible value; each of [witnessed_lower, witnessed_upper] is one
 *  that an indistinguishable release has at its ends. With `tight` and within the limit, lower and
 *  upper are the ends of the linear programme, rounded inwards to whole numbers. A visible cell has
 *  its value four times. */
typedef struct cdn_interval {
    int64_t lower, upper;
    int64_t witnessed_lower, witnessed_upper;
    cdn_interval_verdict verdict;
} cdn_interval;

/** Judges every cell asked for, into out[0..cell_count). PROTECTED: witnessed_lower <= value -
 *  below, witnessed_upper >= value + above, and the two are at least `width` apart.
 *  Method: bounds propagated through the equations to a fixed point, exact (the shuttle algorithm,
 *  Buzzigoli & Giusti 1999, and constraint propagation); moves in the null space found by linear
 *  programmes on a neighbourhood of the cell, each a witness for all cells that it moves; and for
 *  what is left the linear programme of the whole connected component.
 *  CDN_E_INTERNAL: the system breaks its contract, a value its bound or its equation, or the solver
 *  failed. CDN_E_LIMIT: a number beyond CDN_INTERVAL_LARGEST. Uses GLPK's environment of the
 *  calling thread, which must not be in use.
 *  @complexity near linear in the non-zeros while neighbourhoods suffice */
cdn_status cdn_attack_intervals(const cdn_system *system, const uint8_t *figure_withheld,
                                const cdn_interval_input *input, cdn_interval *out,
                                cdn_error *error) CDN_MUST_CHECK;

/** Lowers protection levels (per cell, in place; width to no less than 1) to what the cell's bounds
 *  leave when nothing is visible but what everybody knows: no pattern can give more. Uses the
 *  values and bounds of the input. */
cdn_status cdn_interval_cap(const cdn_system *system, const cdn_interval_input *input,
                            int64_t *below, int64_t *above, int64_t *width,
                            cdn_error *error) CDN_MUST_CHECK;

#endif
