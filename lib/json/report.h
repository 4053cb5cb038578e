/* report.h - filling a cdn_report: what a command says, as text and as JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_JSON_REPORT_H
#define CDN_JSON_REPORT_H

#include "cordon/desk.h"
#include "core/text.h"
#include "json/json.h"

#define CDN_REPORT_SIZE_MAX (64u * 1024u * 1024u)

/** Moves a text and a JSON tree into a report; both are consumed in every case. On failure the
 *  report is empty. */
cdn_status cdn_report_fill(cdn_report *report, cdn_text *text, cdn_json *json, cdn_error *error)
    CDN_MUST_CHECK;

#endif
