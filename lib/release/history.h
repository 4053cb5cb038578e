/* history.h - what earlier releases tell, in the judgement of a trial.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_HISTORY_H
#define CDN_RELEASE_HISTORY_H

#include "release/trial.h"

/** true when an earlier release published the cell. */
static inline bool cdn_history_knows(const cdn_trial *trial, uint32_t cell)
{
    return trial->known_by != NULL && trial->known_by[cell] != 0;
}

/** Adds the verdicts that today's cells had on earlier dates, categories included, to the cells
 *  that stand for them now. */
cdn_status cdn_history_judge(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** Fills known_by and bound_by, and gives a rule of their own to the figures that history
 *  withholds: those of which an earlier release published the other end of a change that is
 *  confidential; those that mean the same as one that an earlier release withheld; and confidential
 *  ones that an earlier release published. CDN_E_INPUT: an earlier release does not have the
 *  figures that it says. */
cdn_status cdn_history_remember(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** As remember, of today's quantiles: those under which too few records joined, left or differ
 *  since an earlier release published them (history_quantile.c). */
cdn_status cdn_history_quantiles(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** Confidential cells that earlier releases give away, whatever is done now: known from now on,
 *  never published, counted in conflict_count. After marks are made. */
cdn_status cdn_history_excuse(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** Rows that are new and would give away what earlier releases published of others, or with other
 *  rows: adds them to the trial's vetoes, of each cell the first or `all` of them. @return in
 *  *count how many; then the trial is to be run again. After excuse (history_veto.c). */
cdn_status cdn_history_veto(cdn_trial *trial, bool all, uint32_t *count,
                            cdn_error *error) CDN_MUST_CHECK;

/** bindings of a report whose trial has decided. */
cdn_status cdn_history_report(const cdn_trial *trial, cdn_gate_report *report, cdn_error *error)
    CDN_MUST_CHECK;

#endif
