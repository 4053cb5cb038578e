/* interval_walk.h - moves by walking: a quick look before any programme.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_WALK_H
#define CDN_ATTACK_INTERVAL_WALK_H

#include "attack/interval_moves.h"

/** So many turns take about as long as an iteration of the simplex method. */
#define CDN_WALK_TURNS 256u

/** A column as walks see it. */
typedef struct cdn_walk_column {
    int64_t low, high; /* the web's */
    int64_t amount;    /* so far */
    uint64_t loss;     /* of a move that uses it; see most_loss. The caller's */
    int32_t price[2];  /* of the first step up, down, as `breaks`. The caller's */
    uint32_t rested;   /* not before this turn again */
    uint32_t terms, end;
} cdn_walk_column;

typedef struct cdn_walk_term {
    uint32_t at; /* row, or column */
    int32_t coefficient;
} cdn_walk_term;

typedef struct cdn_walk {
    cdn_web *web;
    cdn_walk_column *column;
    cdn_walk_term *terms;     /* by column */
    cdn_walk_term *row_terms; /* by row, as in the web */
    int64_t *sum;             /* per row: of the amounts; 0 when it holds */
    uint32_t *place;          /* per row: 1 + its place in `broken`, or 0 */
    uint32_t *broken;         /* rows that do not hold */
    uint32_t *columns;        /* that the walk has touched */
    uint32_t broken_count, column_count;
    uint64_t loss;    /* of the columns with an amount */
    int64_t most_step; /* so that no sum overflows */
    uint32_t few_broken; /* a walk with that many broken rows, and some for its turns, is lost */
    uint64_t random, turns; /* turns in all */
    cdn_web_move move;      /* the last one found */
    /* how to go; the caller's */
    uint64_t most_loss;  /* a walk that would lose this much or more is given up */
    int32_t breaks;      /* what a row that breaks is taken to cost */
    uint32_t rest;       /* turns before a column is taken again, at least */
    uint32_t most_turns;
} cdn_walk;

/** The largest step so that no sum of a row overflows when no cell goes farther than `times` it. */
int64_t cdn_walk_most_step(const uint32_t *start, const int32_t *coefficient, uint32_t rows,
                           int64_t times);

/** All prices and losses are 0. Release also after a failure. */
cdn_status cdn_walk_init(cdn_walk *walk, cdn_web *web, cdn_error *error) CDN_MUST_CHECK;
void cdn_walk_release(cdn_walk *walk);

/** Looks for a move of `column` by `step` up or down, no column more than three times as far and
 *  all within the outer bounds; true: it is in `move`. The same for the same web and
 *  `random`. Starting with one column, a turn takes a row that does not hold and mends it by the
 *  column, as far as it has room, that breaks the fewest others, the cheapest among equals (minimal
 *  conflicts: Minton et al. 1992, Artificial Intelligence 58, with a short memory against
 *  undoing). */
bool cdn_walk_find(cdn_walk *walk, uint32_t column, int sign, int64_t step);

#endif
