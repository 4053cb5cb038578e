/* ties.h - which of two figures that cost the same is rather published.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_TIES_H
#define CDN_PROTECT_TIES_H

#include "cells/system.h"
#include "cordon/error.h"

/** Of a figure: the greater comes first, by rank, then by score. */
typedef struct cdn_tie {
    uint64_t rank, score;
} cdn_tie;

/** The order of the peers: by the ranks of the system, then by how heavy the cells are that share a
 *  cell's parts, |A'(A size)| (Langsrud 2024), with parts and totals as the equations tell them.
 *  out[0..figure_count). Linear in the equations' entries. */
cdn_status cdn_ties_weigh(const cdn_system *system, cdn_tie *out, cdn_error *error) CDN_MUST_CHECK;

/** Another order, for each seed > 0. */
void cdn_ties_shuffle(const cdn_system *system, uint64_t seed, cdn_tie *out);

#endif
