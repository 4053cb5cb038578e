/* interval_remedy.h - what else to withhold, so that a reader's interval widens.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_REMEDY_H
#define CDN_ATTACK_INTERVAL_REMEDY_H

#include "attack/interval.h"

/** For each cell that `found` (of cdn_attack_intervals on the same system, pattern and input) does
 *  not call protected, a cheap move that would show it safe if the visible cells on it were
 *  withheld: found by boxes and walks that may lose more and more (interval_deepen.h), or by a
 *  linear programme that prices each visible cell at its cost (Kelly, Golden & Assad 1992, Networks
 *  22; with patches, so that its size does not grow with the table) where the cell must move by
 *  more than one, or no move was found, and few are left. wanted[c] is 1 for every cell on such a
 *  move, visible or not: when all of them are withheld, the move stands, whatever else is
 *  published. *visible: how many of them are visible now. *stuck: groups of cells for which no such
 *  move was proven; the cheapest visible cells near them are wanted, so that the next attack has
 *  more room. KNOWN cells never move; visible KEEP cells are not withheld. The pattern must be
 *  attacked again: this only proposes. Errors as cdn_attack_intervals. */
cdn_status cdn_attack_remedy(const cdn_system *system, const uint8_t *figure_withheld,
                             const cdn_interval_input *input, const cdn_interval *found,
                             uint8_t *wanted, uint32_t *visible, uint32_t *stuck,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
