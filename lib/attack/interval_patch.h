/* interval_patch.h - a piece of the web around one column, and the programme on it.
 *
 * A move inside a patch (all columns outside stand still) is a possible move of
 * the whole web, so a patch can prove what is possible. Only a patch that is a
 * whole connected component can prove what is not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_PATCH_H
#define CDN_ATTACK_INTERVAL_PATCH_H

#include "attack/interval_lp.h"
#include "attack/interval_web.h"

typedef struct cdn_patch {
    cdn_web *web;
    uint32_t count, row_count;
    uint32_t *columns, *rows;   /* of the web */
    uint32_t *place, *row_place; /* per column, row of the web: 1 + its place here, or 0 */
    bool is_whole;              /* holds its whole component */
    int *entry_row, *entry_column;
    double *entry_coefficient;
    int64_t *low, *high; /* per place: bounds of the programme */
    int64_t *move;       /* per place: the deviation last read */
    uint32_t *group;     /* places of the move being read */
    uint32_t group_count;
    uint8_t *is_met, *row_is_met;
    __int128 *sums; /* per row */
} cdn_patch;

/** Room for any patch of the web; release also after a failure. */
cdn_status cdn_patch_init(cdn_patch *patch, cdn_web *web, cdn_error *error) CDN_MUST_CHECK;
void cdn_patch_release(cdn_patch *patch);

/** The columns nearest to `column`, up to `most` of them. */
void cdn_patch_grow(cdn_patch *patch, uint32_t column, uint32_t most);

/** Loads the programme of the patch; deviations beyond `box`, either sign, are left out (INT64_MAX:
 *  none is). */
cdn_status cdn_patch_load(cdn_patch *patch, cdn_lp *lp, int64_t box, cdn_error *error)
    CDN_MUST_CHECK;

/** Reads the solver's solution, and notes in the web what it proves after rounding, checked exactly. */
void cdn_patch_note(cdn_patch *patch, const cdn_lp *lp);

#endif
