/* interval_deepen.h - moves that lose as little as can be, pass by pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_DEEPEN_H
#define CDN_ATTACK_INTERVAL_DEEPEN_H

#include "attack/interval_opened.h"

#define CDN_DEEPEN_MOST_CAPS 16

/** What a move may lose in each pass, growing by one factor of at least 3 from some times the
 *  least loss of a column to more than the most, and at last anything (UINT64_MAX). Returns how
 *  many passes there are. */
uint32_t cdn_deepen_caps(uint64_t least, uint64_t most, uint64_t caps[CDN_DEEPEN_MOST_CAPS]);

/** Looks for a move for every open column and takes those it finds: boxes, and walks where no box
 *  fits. */
cdn_status cdn_deepen(cdn_opened *opened, cdn_error *error) CDN_MUST_CHECK;

#endif
