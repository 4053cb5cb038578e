/* mip.h - whole numbers of least cost under linear equations; a door to GLPK for the lower floors.
 *
 * Minimises the cost of columns between bounds, all of them whole numbers,
 * where each row sums to its target. Simplex, then branch and bound, with limits
 * that count work and not time, so that the answer does not depend on the
 * machine's speed. GLPK prints and aborts when it fails; here it does neither.
 *
 * Floating point inside: whoever asks must check the whole numbers that come
 * back against the equations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_LP_MIP_H
#define CDN_LP_MIP_H

#include <stdint.h>

#include "cordon/error.h"

typedef enum cdn_mip_outcome {
    CDN_MIP_STOPPED = 0,    /* at a limit, with nothing found */
    CDN_MIP_INFEASIBLE = 1, /* there is no solution */
    CDN_MIP_FOUND = 2,      /* a solution, at a limit: perhaps not the best */
    CDN_MIP_BEST = 3
} cdn_mip_outcome;

/** Entries count from 1, as GLPK has it: element 0 of the three arrays is not used. */
typedef struct cdn_mip {
    uint32_t rows, columns, entries;
    const int *row, *column; /* from 1 */
    const double *coefficient;
    const double *target;    /* per row */
    const double *low, *high, *cost; /* per column */
} cdn_mip;

typedef struct cdn_mip_limits {
    uint32_t iterations; /* of the first linear programme */
    uint32_t nodes;      /* of the search */
} cdn_mip_limits;

/** values[columns], rounded to whole numbers, for FOUND and BEST. One call at a time per thread.
 *  @errors CDN_E_INTERNAL when GLPK fails, or is in use by this thread. */
cdn_status cdn_mip_solve(const cdn_mip *problem, const cdn_mip_limits *limits, int64_t *values,
                         cdn_mip_outcome *outcome, cdn_error *error) CDN_MUST_CHECK;

#endif
