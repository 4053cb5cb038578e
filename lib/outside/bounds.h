/* bounds.h - how close a reader can come to the withheld cells of a table.
 *
 * Values are counted in units of the last decimal place that any of them uses,
 * and a reader is taken to know that. He also knows that nothing is below 0,
 * unless something is, and where all zeros are published that no withheld cell
 * is one of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_OUTSIDE_BOUNDS_H
#define CDN_OUTSIDE_BOUNDS_H

#include "attack/interval.h"
#include "outside/engine.h"
#include "protect/suppress.h"

typedef struct cdn_outside_bounds {
    uint32_t decimals; /* values and ends have so many places */
    int64_t *values, *lower, *below, *above, *width;
    uint8_t *asked;
    cdn_interval *found; /* per cell, once attacked */
    uint64_t limit;
    uint32_t unsafe_count, first_unsafe; /* sensitive cells not shown to be far enough off */
} cdn_outside_bounds;

/** Release in any case. */
cdn_status cdn_outside_bounds_init(cdn_outside_bounds *out, const cdn_outside_table *table,
                                   const cdn_policy *policy, cdn_error *error) CDN_MUST_CHECK;
void cdn_outside_bounds_release(cdn_outside_bounds *bounds);

/** cdn_widen on the system to protect. */
cdn_status cdn_outside_bounds_widen(cdn_outside_bounds *bounds, const cdn_system *system,
                                    cdn_suppress_result *out, cdn_error *error) CDN_MUST_CHECK;

/** Attacks a pattern. The ends are exact while no more than CDN_OUTSIDE_TIGHT cells are withheld;
 *  beyond, they are what propagation gives, which may lie outside. */
#define CDN_OUTSIDE_TIGHT 2000u
cdn_status cdn_outside_bounds_attack(cdn_outside_bounds *bounds, const cdn_outside_table *table,
                                     const cdn_policy *policy, const uint8_t *withheld,
                                     cdn_error *error) CDN_MUST_CHECK;

/** Sensitive, withheld, and its interval not shown wide enough by the attack. */
bool cdn_outside_bounds_is_unsafe(const cdn_outside_bounds *bounds, const cdn_outside_table *table,
                                  uint32_t cell);

#endif
