/* inner.h - the cells of a component as sums of its inner cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_INNER_H
#define CDN_PERTURB_INNER_H

#include "perturb/component.h"

/** Cell at place p is the sum of times[k] x the cell at place inner[k], k from start[p] to
 *  start[p + 1]; inner cells are themselves. */
typedef struct cdn_inner {
    uint32_t count;  /* cells of the component */
    uint32_t *start; /* count + 1 */
    uint32_t *inner;
    int32_t *times;
} cdn_inner;

/** *found false: the equations do not follow from sums of inner cells (tables that share totals and
 *  nothing else), or there would be too many terms. */
cdn_status cdn_inner_create(const cdn_components *all, uint32_t component, cdn_inner *out,
                            bool *found, cdn_error *error) CDN_MUST_CHECK;
void cdn_inner_release(cdn_inner *inner);

#endif
