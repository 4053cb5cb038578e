/* eliminate.h - the first elimination of a factor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_ELIMINATE_H
#define CDN_PROTECT_ELIMINATE_H

#include "protect/factor.h"

/** Fills the pivots, entries and steps of a factor whose `active` cells are set. */
cdn_status cdn_eliminate(cdn_factor *factor, cdn_error *error) CDN_MUST_CHECK;

#endif
