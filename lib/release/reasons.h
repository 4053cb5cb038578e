/* reasons.h - which rules bound each figure that is not shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_REASONS_H
#define CDN_RELEASE_REASONS_H

#include "release/trial.h"

/** The rules that hold for a figure of a table, those of its cells and its own. */
cdn_verdict cdn_trial_figure_rules(const cdn_trial *trial, uint32_t figure);
/** The rules that hold for a value of a list. */
cdn_verdict cdn_trial_row_rules(const cdn_cell_list *list, size_t value);

/** Fills withheld, withheld_count and arena of a report whose trial has decided. */
cdn_status cdn_trial_reasons(const cdn_trial *trial, cdn_gate_report *report, cdn_error *error)
    CDN_MUST_CHECK;

#endif
