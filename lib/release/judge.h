/* judge.h - verdicts, marks and costs of a trial's cells and figures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_JUDGE_H
#define CDN_RELEASE_JUDGE_H

#include "release/trial.h"

/** Fills verdicts, figure_rules, manual, marks and costs of a trial whose cells are tabulated. What
 *  was allocated is the trial's, also on failure. */
cdn_status cdn_trial_judge(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** costs and ranks (cost.c). */
cdn_status cdn_trial_costs(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** What the policy decides of cells by hand (manual.c): changes verdicts and figure_rules, and
 *  fills manual. CDN_E_INPUT at the policy's line: a name that the catalogue does not have, or two
 *  decisions on one cell. CDN_E_REFUSED: a cell that a rule withholds is to be published, a cell
 *  that everybody knows withheld, or one with records is a structural zero; names the outputs. */
cdn_status cdn_trial_decide_by_hand(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;
bool cdn_trial_is_forced(const cdn_trial *trial, uint32_t cell);
bool cdn_trial_is_structural(const cdn_trial *trial, uint32_t cell);

/** Where the policy withholds zeros: those that known cells determine are known (zeros.c). */
cdn_status cdn_trial_admit_zeros(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** Flags the confidential cells that common knowledge determines; `marks` are the trial's, or some
 *  of them, and change. What is forced into the release by hand is no common knowledge. */
cdn_status cdn_trial_find_implied(const cdn_trial *trial, uint8_t *marks, uint8_t *found,
                                  cdn_error *error) CDN_MUST_CHECK;

/** After a refusal to protect: when what everybody knows determines confidential cells already,
 *  says so in its place, with the outputs, and where the policy publishes cells by hand. */
cdn_status cdn_trial_explain_conflict(const cdn_trial *trial, cdn_status status,
                                      cdn_error *error);

#endif
