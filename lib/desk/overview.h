/* overview.h - what the gate and the catalogue have to say, as text and JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_OVERVIEW_H
#define CDN_DESK_OVERVIEW_H

#include "desk/session.h"

/** Counts per output: figures, published, withheld. With `rules`, also how often each rule bound:
 *  for the data owner only. */
void cdn_overview_outputs(const cdn_gate_report *gate, bool rules, cdn_text *text,
                          cdn_json *json);
/** Each figure that is not shown, with the rules that bound it: for the data owner only. */
void cdn_overview_reasons(const cdn_gate_report *gate, cdn_text *text, cdn_json *json);
/** The earlier releases that were taken into account, and which of them bound in which output: for
 *  the data owner only. Nothing when there are none. */
void cdn_overview_history(const cdn_gate_report *gate, const cdn_past *past, uint32_t past_count,
                          cdn_text *text, cdn_json *json);
/** The plan in words: outputs, dimensions and levels, filters, measures. */
void cdn_overview_plan(const cdn_desk *desk, const cdn_request *request, cdn_text *text,
                       cdn_json *json);

#endif
