/* improve.h - a second opinion on a finished pattern.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_IMPROVE_H
#define CDN_PROTECT_IMPROVE_H

#include "cordon/error.h"
#include "protect/prime.h"
#include "protect/pattern.h"

/** Withholds an alternative in every equation in play, for the prune to choose from; it also leaves
 *  little to the certificates. @complexity O(non-zeros of the equations) */
cdn_status cdn_improve_widen(cdn_pattern *pattern, cdn_error *error) CDN_MUST_CHECK;

/** Withholds alternatives besides a safe, pruned pattern and prunes again; the cheaper of the two
 *  patterns stays. Both are safe and pruned. Up to some 10,000 cells, so does what the prune leaves
 *  of everything that may be withheld, when that is cheaper still; the fewer cells, the more orders
 *  of figures of equal cost are tried.
 *  @complexity that of an elimination and a prune, or a few */
cdn_status cdn_improve(cdn_pattern *pattern, cdn_prime field, cdn_error *error) CDN_MUST_CHECK;

#endif
