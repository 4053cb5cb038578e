/* interval_walk.h - moves by walking: a quick look before any programme.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_WALK_H
#define CDN_ATTACK_INTERVAL_WALK_H

#include "attack/interval_web.h"

/** So many turns take about as long as an iteration of the simplex method. */
#define CDN_WALK_TURNS 16u

/** What the first step of a column up (sign 1) or down costs, in thousandths. */
typedef uint32_t (*cdn_walk_price)(const void *context, uint32_t column, int sign);

typedef struct cdn_walk {
    cdn_web *web;
    cdn_walk_price price;
    const void *context;
    int64_t *amount;    /* per column */
    int64_t *sum;       /* per row: of the amounts; 0 when it holds */
    uint32_t *place;    /* per row: 1 + its place in `broken`, or 0 */
    uint32_t *broken;   /* rows that do not hold */
    uint32_t *rested;   /* per column: not before this turn again */
    uint32_t *columns;  /* that the walk has touched */
    int64_t *steps;     /* of the last move found, as columns */
    uint32_t broken_count, column_count;
    uint32_t breaks; /* what a row that breaks is taken to cost, in thousandths */
    uint64_t random, turns; /* turns in all */
} cdn_walk;

/** Release also after a failure. */
cdn_status cdn_walk_init(cdn_walk *walk, cdn_web *web, cdn_walk_price price, const void *context,
                         cdn_error *error) CDN_MUST_CHECK;
void cdn_walk_release(cdn_walk *walk);

/** Looks for a move of `column` by `step` up or down, no column more than three times as far and all
 *  within the outer bounds, in at most `most_turns` turns; true: it is in columns[] and steps[]. The same for the
 *  same web. Starting with one column, a turn takes any row that does not hold and mends it by the
 *  column, as far as it has room, that breaks the fewest others, the cheapest among equals (minimal conflicts: Minton et al.
 *  1992, Artificial Intelligence 58, with a short memory against undoing). */
bool cdn_walk_find(cdn_walk *walk, uint32_t column, int sign, int64_t step, uint32_t most_turns);

/** Notes in the web what the move that was found proves, and keeps it in the input's store. */
cdn_status cdn_walk_note(cdn_walk *walk, cdn_error *error) CDN_MUST_CHECK;

#endif
