/* certify.h - secondaries for what is still exposed, led by the equations that expose it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_CERTIFY_H
#define CDN_PROTECT_CERTIFY_H

#include "cordon/error.h"
#include "protect/factor.h"
#include "protect/pattern.h"

/** How many sensitive cells the equations determine. */
cdn_status cdn_certify_count(const cdn_factor *factor, uint32_t *exposed,
                             cdn_error *error) CDN_MUST_CHECK;

/** Withholds until no sensitive cell is determined; the factor follows the pattern. *rounds counts
 *  the detections, the last of which finds nothing. CDN_E_REFUSED when known cells alone determine
 *  a sensitive one. */
cdn_status cdn_certify(cdn_pattern *pattern, cdn_factor *factor, uint32_t *rounds,
                       cdn_error *error) CDN_MUST_CHECK;

#endif
