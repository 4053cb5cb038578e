/* contract.h - the null space with one column for all cells that are multiples of each other.
 *
 * Cells x and s are multiples of each other in every null vector when two
 * random ones say so (see classes.h); cells that are zero in both are
 * determined. One column for each class of such cells, and the equations in
 * terms of those, have the same null space as the equations on the cells, but
 * are several times fewer, and shrink further as cells are published.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_CONTRACT_H
#define CDN_PROTECT_CONTRACT_H

#include <stdint.h>

#include "cordon/error.h"
#include "protect/factor.h"

typedef struct cdn_contraction {
    cdn_matrix matrix; /* of the arrays below */
    cdn_incidence rows;
    uint32_t *start;
    uint32_t *column;
    uint64_t *values;
    uint8_t *marks;         /* per column: SENSITIVE when one of its class is */
    uint64_t (*vectors)[2]; /* per column: as those of the class's first member */
} cdn_contraction;

/** Contracts the matrix of a factor by two random vectors of its null space; equations without a
 *  pivot follow from the others and are left out. map[c] becomes the column of the contraction for
 *  column c, or CDN_NONE when it is determined. Release it in any case.
 *  @complexity O(non-zeros of the matrix) */
cdn_status cdn_contract(cdn_contraction *out, const cdn_factor *factor, uint64_t (*vectors)[2],
                        uint32_t *map, cdn_error *error) CDN_MUST_CHECK;
void cdn_contraction_release(cdn_contraction *contraction);

#endif
