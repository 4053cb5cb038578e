/* compare.h - what changed in an output since the previous release of the feed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_REVIEW_COMPARE_H
#define CDN_REVIEW_COMPARE_H

#include "export/figures.h"

/** A figure of today's output whose number changed, or that is shown or withheld newly. */
typedef struct cdn_change {
    uint32_t row, measure;
    cdn_value before, now;
} cdn_change;

/** A status "low" is a shown figure of 0 here. Figures of rows or measures that only one of the
 *  releases has are in no count but those of rows. */
typedef struct cdn_comparison {
    cdn_figures before;     /* of the previous release; before.found tells if it can be compared */
    uint32_t *row_before;   /* per row of today's output: its row there, or CDN_MAP_NONE */
    uint32_t same, changed; /* shown in both */
    uint32_t shown, withheld; /* withheld before and shown now; the other way round */
    uint32_t other;           /* to or from "not available" and "not applicable" */
    uint32_t unshown;         /* shown in neither */
    uint32_t rows_new, rows_gone;
    uint32_t change_count;
    cdn_change *changes; /* in the order of today's output */
} cdn_comparison;

/** Compares with the package in the directory `previous`; with NULL nothing is found.
 *  @errors CDN_E_INPUT: a damaged file.
 *  @owner *out: caller, cdn_comparison_release, in every case */
cdn_status cdn_comparison_make(const cdn_release_output *output, const char *previous,
                               cdn_comparison *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_comparison_release(cdn_comparison *comparison);

/** The largest changes of shown numbers of one measure: at most `count`, the largest first; returns
 *  how many. A change counts by its square over the sum of both numbers, so that small and large
 *  figures have the same chance (the residual of a comparison of two counts); then by row. */
uint32_t cdn_comparison_largest(const cdn_comparison *comparison, uint32_t measure, uint32_t count,
                                const cdn_change **out);

#endif
