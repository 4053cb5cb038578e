/* interval_box.h - moves built like boxes, for tables of any number of dimensions.
 *
 * In a table the smallest moves are boxes: two codes or more of each dimension, and every cell at
 * a combination of them up or down, so that each row through one sums to zero. A walk seldom
 * finds the 32 corners of one in five dimensions; here they are built directly. What a dimension
 * is need not be known: parallel rows are told by their length, by the place of the cell that
 * moves, and by lying side by side. Where a system is not regular, nothing is found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_BOX_H
#define CDN_ATTACK_INTERVAL_BOX_H

#include "attack/interval_walk.h"

/** Where a cell stands in a row of the system. */
typedef struct cdn_box_place {
    uint32_t row, at;
} cdn_box_place;

/** One cell by some steps; `from`: which change before broke the row that this one mends. */
typedef struct cdn_box_change {
    uint32_t cell, from;
    int64_t by;
} cdn_box_change;

typedef struct cdn_box {
    const cdn_system *system;
    const cdn_walk *walk;
    uint32_t *place_start; /* per cell */
    cdn_box_place *places;
    int64_t *amount; /* per cell: so far */
    int64_t *sum;    /* per row: of the amounts */
    uint32_t *uses;  /* per column: its cells with an amount */
    uint64_t loss;   /* of the columns in use */
    cdn_box_change *changes, *best;
    uint32_t change_count, best_count;
    uint64_t best_loss;
    struct cdn_box_run *group; /* parallel rows of each step on the way */
    uint32_t group_count;
    uint32_t *row_of;          /* per change: its row in the group being gathered */
    uint32_t origin;           /* the column that must move by `goal`, no more and no less */
    int64_t goal, farthest, most_step;
    uint32_t nodes_left;
    uint8_t *is_listed;        /* per column */
    cdn_web_move move;         /* the last one found */
    uint64_t nodes;            /* steps of the search, in all; about 16 take as long as an iteration
                                  of the simplex method */
} cdn_box;

/** Losses and bounds of columns are those of the walk, on a web of that system. Release also after
 *  a failure. */
cdn_status cdn_box_init(cdn_box *box, const cdn_system *system, const cdn_walk *walk,
                        cdn_error *error) CDN_MUST_CHECK;
void cdn_box_release(cdn_box *box);

/** Looks for a cheap move of `column` by `step` up or down that loses less than that; true: it is
 *  in `move`. Depth first, the cheapest end of each group of parallel rows first, within a fixed
 *  number of nodes (branch and bound). When that loses too much, up to `detours` times the dearest
 *  column on it is put back, and what that breaks is mended in another way. */
bool cdn_box_find(cdn_box *box, uint32_t column, int sign, int64_t step, uint64_t most_loss,
                  uint32_t detours);

#endif
