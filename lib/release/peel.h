/* peel.h - equations that can tell nothing, whatever else is known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_PEEL_H
#define CDN_RELEASE_PEEL_H

#include "cells/cells.h"

/** What a cell is to the equation that is the only one it is in. */
typedef enum cdn_peel {
    CDN_PEEL_CORE = 0,   /* somebody may know it */
    CDN_PEEL_SECRET = 1, /* nobody knows it, and nobody is to */
    CDN_PEEL_IDLE = 2    /* nobody knows it, and nobody minds */
} cdn_peel;

/** The equations that are left. @owner caller, cdn_peeled_release */
typedef struct cdn_peeled {
    uint32_t count;
    uint32_t today; /* the first of them are of today's cells alone */
    uint32_t *start, *cell;
    int32_t *coefficient;
} cdn_peeled;

/** Leaves out, one after the other, equations with an idle cell or two secret ones that no other
 *  equation has: whoever lacks these learns nothing by it, and nothing of them. Then those of
 *  earlier dates and of changes all of whose cells are `known` (a mask of bits of `marks`). What
 *  can be computed by what is left is the same. `peels`: per cell, cdn_peel.
 *  @complexity O(entries x cells of an equation) */
cdn_status cdn_peel_equations(const cdn_cells *cells, const uint8_t *peels, const uint8_t *marks,
                              uint8_t known, cdn_peeled *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_peeled_release(cdn_peeled *peeled);

#endif
