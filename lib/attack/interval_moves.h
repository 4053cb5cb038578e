/* interval_moves.h - moves found once, to be tried again on the next pattern.
 *
 * A move is a list of cells with whole-numbered steps. Nothing in a store is
 * believed: each use checks every bound and every equation again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_MOVES_H
#define CDN_ATTACK_INTERVAL_MOVES_H

#include "attack/interval_web.h"

/** A move is put together term by term, then kept. Fails with CDN_E_NOMEM only. */
cdn_status cdn_moves_term(cdn_interval_moves *moves, uint32_t cell, int64_t step,
                          cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_moves_keep(cdn_interval_moves *moves, cdn_error *error) CDN_MUST_CHECK;

/** A move of a web, by columns. */
typedef struct cdn_web_move {
    uint32_t count;
    uint32_t *column;
    int64_t *step;
    uint64_t loss; /* of what is visible on it, where that has a price */
} cdn_web_move;

/** Notes in the web what a move, made as often as it can be, and its reverse prove, and keeps it in
 *  the input's store. The caller answers for its rows; each column has the room for its step. */
cdn_status cdn_moves_note(cdn_web *web, const cdn_web_move *move, cdn_error *error) CDN_MUST_CHECK;

/** The store as it is; good until the next move is kept. */
typedef struct cdn_moves_view {
    uint32_t count;
    const size_t *end; /* per move: of its terms */
    const uint32_t *cell;
    const int64_t *step;
} cdn_moves_view;
cdn_moves_view cdn_moves_look(const cdn_interval_moves *moves);

/** Tries every kept move on a web as cdn_web_init made it, and notes what holds in its least and
 *  most. */
cdn_status cdn_moves_replay(const cdn_interval_moves *moves, cdn_web *web,
                            cdn_error *error) CDN_MUST_CHECK;

/** The largest whole factor by which a step fits into the room on its side of a column. */
int64_t cdn_moves_factor(const cdn_web *web, uint32_t column, int64_t step);

#endif
