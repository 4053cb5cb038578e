/* relent.h - the last prune: what can be published again with all contributors in mind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_RELENT_H
#define CDN_PROTECT_RELENT_H

#include "cordon/error.h"
#include "protect/pattern.h"

/** Publishes secondaries, dearest first, where neither an outsider nor a contributor gains a
 *  sensitive cell by it; the pattern is safe before. *published counts them. Does nothing for large
 *  systems, and stops after an amount of work that depends on the number of cells.
 *  @complexity per secondary: O(cells of concern) for outsiders and contributors with one number,
 *  and O(sensitive cells) for each other contributor */
cdn_status cdn_relent(cdn_pattern *pattern, uint32_t *published, cdn_error *error) CDN_MUST_CHECK;

#endif
