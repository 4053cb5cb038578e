/* views.h - contributors as attackers: the views that object, and secondaries until none does.
 *
 * Covers every single contributor of every kind (a worker; a workplace; a
 * provider with all its cells), each with what everybody sees. It does not
 * cover contributors who tell each other what they know; a coalition is a kind
 * of its own when its cells are given one holder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_VIEWS_H
#define CDN_PROTECT_VIEWS_H

#include "cordon/error.h"
#include "protect/factor.h"
#include "protect/pattern.h"

/** Withholds until no contributor determines a sensitive cell that is not its own; the factor
 *  follows the pattern. *added (may be NULL) counts the figures. Nobody from outside may determine
 *  any already. CDN_E_REFUSED when known cells leave no way.
 *  @complexity one pass over the cells for all contributors with one cell (or several that stand
 *  for one number); the neighbourhood of its cells for another, and for each that objects */
cdn_status cdn_views_protect(cdn_pattern *pattern, cdn_factor *factor, uint32_t *added,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
