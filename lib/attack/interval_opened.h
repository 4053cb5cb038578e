/* interval_opened.h - the web of all cells that could be withheld, with what that would lose.
 *
 * Moves through it show what to withhold besides. A column that a move takes is withheld from then
 * on, and costs the next move nothing, so that moves share cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_OPENED_H
#define CDN_ATTACK_INTERVAL_OPENED_H

#include "attack/interval_walk.h"

typedef struct cdn_opened {
    const cdn_system *system;
    uint8_t *visible;     /* per cell: in the pattern */
    uint8_t *marks;       /* per cell: of the system with everything withheld */
    uint8_t *withheld;    /* per figure: 1 */
    uint8_t *asked;       /* per cell: unsafe in the pattern */
    uint8_t *wanted;      /* per cell: on a move that was taken. The caller's */
    double *price;        /* per column, for programmes: next to nothing where nothing is lost */
    uint64_t least, most; /* losses of columns at first; of those with any */
    cdn_interval_input input;
    cdn_system opened;
    cdn_web web;
    cdn_walk walk;        /* has the losses; finds moves */
    uint64_t limit;       /* of iterations */
    cdn_interval_work work;
} cdn_opened;

/** Everything withheld but what never is, and the cells asked for that `found` does not call safe.
 *  Release also after a failure. */
cdn_status cdn_opened_init(cdn_opened *opened, const cdn_system *system,
                           const uint8_t *figure_withheld, const cdn_interval_input *input,
                           const cdn_interval *found, uint8_t *wanted,
                           cdn_error *error) CDN_MUST_CHECK;
void cdn_opened_release(cdn_opened *opened);

/** Withholds a column from now on. */
void cdn_opened_take(cdn_opened *opened, uint32_t column);

/** Takes all columns of a move, and notes in the web what it proves. */
cdn_status cdn_opened_take_move(cdn_opened *opened, const cdn_web_move *move,
                                cdn_error *error) CDN_MUST_CHECK;

/** Columns with an open member; cells that were visible and are taken. */
uint32_t cdn_opened_count_open(const cdn_opened *opened);
uint32_t cdn_opened_count_taken(const cdn_opened *opened);

/** true while iterations are left. */
bool cdn_opened_has_time(const cdn_opened *opened);

#endif
