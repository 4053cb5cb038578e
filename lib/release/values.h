/* values.h - what is published in the place of exact cells: the policy's rounding or noise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_VALUES_H
#define CDN_RELEASE_VALUES_H

#include "core/arena.h"
#include "perturb/additive.h"
#include "perturb/method.h"
#include "release/trial.h"

/** Values of cells, and what it took. With conventional rounding there are none: figures are
 *  rounded from exact parts (release/compose.h). */
typedef struct cdn_values {
    const cdn_trial *trial;
    int64_t *cells;              /* per cell, scaled as the cell; NULL: conventional */
    cdn_noise_tables *noise;     /* CELL_KEY */
    cdn_additive_report counts;  /* CONTROLLED, SMALL_COUNTS */
} cdn_values;

/** The exact and the published parts of a figure: numerator or total, and denominator. */
typedef struct cdn_figure_parts {
    int64_t exact[2], published[2];
} cdn_figure_parts;

/** Changes all cells by the policy's method; additive methods see which are used by a published
 *  figure. @errors CDN_E_REFUSED: a method that needs the perturbation key has none, no such noise,
 *  no such rounding. @owner caller, cdn_values_release */
cdn_status cdn_values_create(const cdn_trial *trial, cdn_values *out, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_values_release(cdn_values *values);

/** The published parts of a row's figure. A row's keys are keyed hashes of its record, the measure
 *  and the part; additive methods round it conventionally, since rows are no part of the tables. */
cdn_status cdn_values_row(const cdn_values *values, uint32_t list, uint32_t row,
                          const cdn_measure *measure, cdn_figure_parts *parts,
                          cdn_error *error) CDN_MUST_CHECK;

/** The published number from published parts: status OK, LOW (it rounds to 0 but is not 0),
 *  NOT_APPLICABLE (no base), NOT_AVAILABLE (the base rounds to 0). A share is at most 1. */
cdn_status cdn_values_figure(const cdn_policy *policy, const cdn_measure *measure,
                             const cdn_figure_parts *parts, cdn_value *out,
                             cdn_error *error) CDN_MUST_CHECK;

/** What the recipient is told of bias, variance and largest change, for each kind of figure. */
cdn_status cdn_values_describe(const cdn_values *values, cdn_arena *arena, cdn_release *out,
                               cdn_error *error) CDN_MUST_CHECK;

/** How totals of a part are changed: "to the nearest 5", "with noise of at most 5"; NULL when they
 *  are not. */
const char *cdn_values_phrase(cdn_arena *arena, const cdn_policy *policy, const cdn_part *part);

#endif
