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
    uint32_t *columns, *rows;    /* of the web */
    uint32_t *place, *row_place; /* per column, row of the web: 1 + its place here, or 0 */
    uint32_t *missing; /* per column of the web: rows not in the patch; while it is knit */
    struct cdn_patch_offer *offers; /* a heap */
    uint32_t offer_count;
    bool is_whole; /* holds its whole component */
    int *entry_row, *entry_column;
    double *entry_coefficient;
    uint32_t entry_count; /* of the last cdn_patch_load */
    int64_t *low, *high; /* per column of the programme, of which the first are the places */
    double *weight;
    bool is_split;   /* the programme has a second column for moves down, after all the first */
    int64_t *move;   /* per place: the deviation last read */
    uint32_t *group; /* places of the move being read */
    uint32_t group_count;
    uint8_t *is_met, *row_is_met;
    __int128 *sums; /* per row */
} cdn_patch;

/** Room for any patch of the web; release also after a failure. */
cdn_status cdn_patch_init(cdn_patch *patch, cdn_web *web, cdn_error *error) CDN_MUST_CHECK;
void cdn_patch_release(cdn_patch *patch);

/** The columns nearest to `column`, up to `most` of them. */
void cdn_patch_grow(cdn_patch *patch, uint32_t column, uint32_t most);

/** Another choice of as many: again and again the column that brings the fewest new rows, the
 *  cheapest among equals. The price is per column of the web. */
void cdn_patch_knit(cdn_patch *patch, uint32_t column, uint32_t most, const double *price);

/** After OPTIMAL: how far a place moves in the solution. */
double cdn_patch_value(const cdn_patch *patch, const cdn_lp *lp, uint32_t place);

/** As cdn_patch_knit, around the columns that the last solution of `from` (maybe the same) moves.
 *  most 0: all of them, and some more. */
void cdn_patch_knit_move(cdn_patch *patch, const cdn_patch *from, const cdn_lp *lp, uint32_t most,
                         const double *price);

/** Loads the programme of the patch, without weights. */
cdn_status cdn_patch_load(cdn_patch *patch, cdn_lp *lp, cdn_error *error) CDN_MUST_CHECK;

/** What one step of a column up (sign 1) or down costs; > 0. */
typedef double (*cdn_price)(const void *context, const cdn_web *web, uint32_t column, int sign);

/** Loads another programme: `column` goes `goal` up or down, and the sum of all steps times their
 *  prices is least. Such moves are small, few columns take part, and fractions are rare. */
cdn_status cdn_patch_load_nudge(cdn_patch *patch, cdn_lp *lp, uint32_t column, int sign,
                                int64_t goal, cdn_price price, const void *context,
                                cdn_error *error) CDN_MUST_CHECK;

/** The programme of cdn_patch_load_nudge, for one goal after the other: some columns have no price
 *  in it, by which it is solved faster. */
cdn_status cdn_patch_load_whole(cdn_patch *patch, cdn_lp *lp, cdn_price price, const void *context,
                                cdn_error *error) CDN_MUST_CHECK;

/** Sets the goal, or, when 0, takes it back. */
cdn_status cdn_patch_aim_nudge(const cdn_patch *patch, cdn_lp *lp, uint32_t column, int sign,
                               int64_t goal, cdn_error *error) CDN_MUST_CHECK;

/** Reads the solver's solution, and notes in the web what it proves after rounding, checked
 *  exactly, and keeps it in the input's store of moves. */
cdn_status cdn_patch_note(cdn_patch *patch, const cdn_lp *lp, cdn_error *error) CDN_MUST_CHECK;

#endif
