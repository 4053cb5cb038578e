/* insider.h - what a contributor who knows its own cells can add to the exact attack.
 *
 * The reduction writes every unknown cell as a sum over a few free cells. Whoever
 * knows some cells besides what is published determines exactly those others
 * whose sums are combinations of the sums of the known ones. Holders of one cell
 * are all tried at once: their cell gives away its multiples. Holders of several
 * cells are tried one by one, on the free cells that theirs touch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INSIDER_H
#define CDN_ATTACK_INSIDER_H

#include "attack/excuse.h"
#include "attack/reduce.h"
#include "cells/system.h"

/** The unknown cells as one reduction wrote them: all sensitive ones and all that somebody holds;
 *  columns without terms, or that were not wanted, take no part. */
typedef struct cdn_insider_view {
    const cdn_system *system;
    uint32_t prime;
    uint32_t column_count;
    const uint32_t *cell;       /* per column */
    const cdn_written *written; /* per column */
    const cdn_excuses *excuses; /* two, by two primes: what both have does not count; NULL: all
                                   does */
    cdn_excuses *finds;         /* when not NULL every find goes here, and `by` is left alone */
} cdn_insider_view;

#define CDN_INSIDER_NONE UINT32_MAX

static inline bool cdn_insider_is_excused(const cdn_insider_view *view, uint32_t kind,
                                          uint32_t holder, uint32_t cell)
{
    return view->excuses != NULL && cdn_excuses_has(&view->excuses[0], kind, holder, cell) &&
           cdn_excuses_has(&view->excuses[1], kind, holder, cell);
}

/** Sets by[column], where it is CDN_INSIDER_NONE, for each sensitive cell that a contributor who
 *  does not hold it determines: to a cell of that contributor's. Never misses one that is there
 *  modulo the prime; two cells whose 128-bit fingerprints collide would count as multiples of each
 *  other, which errs on the safe side.
 *  @complexity near linear in the terms for holders of one cell; for those of m cells, m^2 sparse
 *  sums and a look at the cells that share a rare free cell with them */
cdn_status cdn_insider_attack(const cdn_insider_view *view, uint32_t *by, cdn_error *error)
    CDN_MUST_CHECK;

/** The two halves: holders by each of their cells, and holders by all of their cells. */
cdn_status cdn_insider_try_multiples(const cdn_insider_view *view, uint32_t *by,
                                     cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_insider_try_spans(const cdn_insider_view *view, uint32_t *by, cdn_error *error)
    CDN_MUST_CHECK;

#endif
