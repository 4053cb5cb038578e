/* propagate.h - the first, cheap choice of secondaries: no needy cell alone in an equation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_PROPAGATE_H
#define CDN_PROTECT_PROPAGATE_H

#include "cordon/error.h"
#include "protect/pattern.h"

/** Withholds until no equation has exactly one unknown cell that must not be determined, as far as
 *  cells that may be chosen allow; what is left is for the certificates.
 *  @complexity O(non-zeros of the equations) */
cdn_status cdn_propagate(cdn_pattern *pattern, cdn_error *error) CDN_MUST_CHECK;

/** The same, where the *count listed cells must not be determined either; what becomes unknown is
 *  added to the list, which has room for every cell. */
cdn_status cdn_propagate_to(cdn_pattern *pattern, uint32_t *cells, uint32_t *count,
                            cdn_error *error) CDN_MUST_CHECK;

#endif
