/* company.h - a third unknown cell where a contributor would be left alone with one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_COMPANY_H
#define CDN_PROTECT_COMPANY_H

#include "cordon/error.h"
#include "protect/pattern.h"

/** What propagation does for outsiders (propagate.h), for contributors: one queue, equation by
 *  equation. Leaves to the views what takes several equations, and what costs cells marked keep.
 *  @complexity O(non-zeros) a pass; an equation is seen again when a cell of it is withheld */
cdn_status cdn_company_keep(cdn_pattern *pattern, cdn_error *error) CDN_MUST_CHECK;

#endif
