/* intervals.h - the gate's second attack: how close do the known bounds bring a reader?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_INTERVALS_H
#define CDN_RELEASE_INTERVALS_H

#include "attack/interval.h"
#include "release/trial.h"

typedef struct cdn_trial_interval_report {
    uint32_t asked, protected_count, exposed, undecided;
    cdn_interval_work work;
} cdn_trial_interval_report;

/** Attacks the trial's pattern with what everybody knows: nothing is below 0 (where the variable
 *  has no negative cell), and a withheld count is at least 1 where zeros are published. Asks for
 *  the cells that a rule withholds; each must have at least two possible values. `found`, per cell,
 *  may be NULL. */
cdn_status cdn_trial_attack_intervals(const cdn_trial *trial, cdn_interval *found,
                                      cdn_trial_interval_report *report,
                                      cdn_error *error) CDN_MUST_CHECK;

/** Attacks, and marks more cells as not to be known where a cell is not shown safe: *marked of
 *  them; 0 = the pattern stands. Protect again and call again until then; it ends, because each
 *  call marks cells that were not marked. `moves`, kept from one call to the next, spares work;
 *  NULL: none. CDN_E_REFUSED when a cell cannot be shown safe by any. */
cdn_status cdn_trial_intervals(cdn_trial *trial, cdn_interval_moves *moves, uint32_t *marked,
                               cdn_trial_interval_report *report, cdn_error *error) CDN_MUST_CHECK;

#endif
