/* judge.h - verdicts, marks and costs of a trial's cells and figures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_JUDGE_H
#define CDN_RELEASE_JUDGE_H

#include "release/trial.h"

/** Fills verdicts, figure_rules, marks and costs of a trial whose cells are tabulated. What was
 *  allocated is the trial's, also on failure. */
cdn_status cdn_trial_judge(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

#endif
