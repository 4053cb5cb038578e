/* intervals.h - protection of a trial against readers who know bounds.
 *
 * The reader is an outsider: he knows what is published, that nothing is below 0
 * (where the variable has no negative cell), and that a withheld count is at
 * least 1 where zeros are published. Contributors who know their own cells are
 * kept from exact values only (cdn_suppress, cdn_attack_exact).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_INTERVALS_H
#define CDN_RELEASE_INTERVALS_H

#include "attack/interval.h"
#include "release/trial.h"

/** Suppresses until each confidential cell's interval covers the protection levels of the policy,
 *  or, with its levels off, has at least two possible values; into trial->pattern and ->intervals.
 *  When nothing is left to withhold and a cell is still not shown safe: with levels CDN_E_REFUSED,
 *  naming the outputs; without them it is counted in trial->pinned_count. */
cdn_status cdn_trial_protect(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** The same attack on the trial's pattern as it is; `found` per cell. */
cdn_status cdn_trial_attack_intervals(const cdn_trial *trial, cdn_interval *found,
                                      cdn_error *error) CDN_MUST_CHECK;

#endif
