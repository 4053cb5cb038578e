/* search.h - a choice for each inner cell, low or one base higher, by local search; exact integers.
 *
 * Makes the sum over shown cells of d^2 + P max(0, |d| - b + 1)^2 small, d the
 * change of the cell: each cell in turn takes its better side, then flips and
 * exchanges with near cells until none helps. Order decides ties: no random
 * numbers. Shared by the rounding of small counts (P = 0) and, where an integer
 * programme is too large, controlled rounding.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_SEARCH_H
#define CDN_PERTURB_SEARCH_H

#include "perturb/inner.h"

typedef struct cdn_search {
    const cdn_components *all;
    uint32_t component, count;
    int64_t base, penalty;
    cdn_inner sums;
    uint32_t *holder_start, *holders; /* per inner place: the shown places that hold it, */
    int32_t *holder_times;            /* so many times */
    int64_t *change;                  /* per place, of shown ones */
    int64_t *value, *low;             /* per inner place, as it is now; the lower choice */
    uint8_t *chosen;                  /* per inner place: low, or a base higher, by choice */
    uint32_t *list;                   /* those */
    uint32_t list_count;
} cdn_search;

/** *found false: see cdn_inner_create. Release in any case. */
cdn_status cdn_search_create(const cdn_components *all, uint32_t component, int64_t penalty,
                             cdn_search *out, bool *found, cdn_error *error) CDN_MUST_CHECK;
void cdn_search_release(cdn_search *search);

uint32_t cdn_search_cell(const cdn_search *search, uint32_t place);
bool cdn_search_is_shown(const cdn_search *search, uint32_t place);

/** The inner cell at a place becomes low or low + base, the better one for now; once each. */
void cdn_search_choose(cdn_search *search, uint32_t place, int64_t low);
void cdn_search_improve(cdn_search *search);
/** For shown cells that changed by a base or more: exchanges between inner cells that share any
 *  small sum, which improve does not look for. */
void cdn_search_repair(cdn_search *search);

/** All cells of the component from the inner ones. */
cdn_status cdn_search_write(const cdn_search *search, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

#endif
