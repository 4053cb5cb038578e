/* additive.h - rounding of whole tables so that they still add up: controlled, and of small counts.
 *
 * Both take exact cells and the equations between them and give values that
 * satisfy every equation among the cells in play. Cells that are shown keep the
 * rules of their method; those that are not only have to make the sums come
 * right. A value of 0 stays 0. Connected components are solved one by one. The
 * result is checked in whole numbers, equation by equation, before it is given.
 *
 * Controlled rounding: each shown value becomes one of the two multiples of the
 * base beside it, multiples stay (zero-restricted), such that the sum of
 * |z - a| over the shown cells is least. Branch and bound (GLPK); when there is
 * no such rounding, one more multiple on either side is allowed (K-step 1).
 * Error below b, or 2 b with the step. Least for two-way tables, where the linear
 * programme already gives whole numbers. Where the limit of work is reached, as
 * with larger tables of more dimensions, a local search over the inner cells
 * (search.h) takes over; its rounding is not proven to be least, and may have
 * taken the step.
 * (Cox 1987; Salazar, Staggemeier and Bycroft 2005; Handbook on SDC, chapter 5.)
 *
 * Small counts: no shown value from 1 to b - 1, and all else as little changed
 * as can be. Inner cells (those that are no sum of others) below shown small
 * values become 0 or b such that the sum of squared changes of the shown cells
 * is small: one by one, then flips and exchanges until none helps. Values that
 * hold no such cell stay exact.
 * (Langsrud and Heldal 2018, Privacy in Statistical Databases: PLS rounding.)
 * Tables that share a total but no inner cells cannot be done so; there an
 * integer programme moves large cells too, as little as can be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_ADDITIVE_H
#define CDN_PERTURB_ADDITIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

typedef struct cdn_additive {
    uint32_t cell_count;
    const int64_t *values;
    const int64_t *bases;   /* per cell; 0 = not in play. A component takes its largest */
    const uint8_t *shown;
    uint32_t equation_count; /* those with a cell that is not in play are left out */
    const uint32_t *equation_start;
    const uint32_t *equation_cell;
    const int32_t *equation_coefficient;
    uint32_t iterations, nodes; /* limits of work for each component */
} cdn_additive;

typedef struct cdn_additive_report {
    uint32_t components;
    uint32_t stepped;      /* components that needed K-step 1 */
    uint32_t unproven;     /* components at the limit of work, with a solution */
    int64_t largest_change; /* of a shown cell */
} cdn_additive_report;

/** out[cell_count]: values of the cells in play; others are copied.
 *  @errors CDN_E_REFUSED: no rounding exists, or none was found within the limits. */
cdn_status cdn_round_controlled(const cdn_additive *system, int64_t *out,
                                cdn_additive_report *report, cdn_error *error) CDN_MUST_CHECK;

/** The same. No value may be below 0 (CDN_E_REFUSED). */
cdn_status cdn_round_small_counts(const cdn_additive *system, int64_t *out,
                                  cdn_additive_report *report, cdn_error *error) CDN_MUST_CHECK;

#endif
