/* look.c - check and explain: everything up to the attack, and nothing is left behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fail.h"
#include "desk/overview.h"
#include "desk/past.h"

static cdn_status look(cdn_desk *desk, const char *script, bool explain, cdn_report *report,
                       cdn_error *error)
{
    cdn_request request;
    cdn_desk_past past = {0};
    cdn_gate_report gate = {0};
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_status status = cdn_request_read(desk, script, &request, error);
    bool data = cdn_desk_has_snapshot(desk);
    if (status == CDN_OK && data)
        status = cdn_desk_need_snapshot(desk, error);
    if (status == CDN_OK && data)
        status = cdn_request_check_period(desk, &request, script, error);
    if (status == CDN_OK && data) {
        cdn_gate_input input = cdn_request_input(desk, &request);
        input.intervals = explain;
        input.reasons = explain;
        status = cdn_desk_past_collect(desk, &input, &past, error);
        if (status == CDN_OK)
            status = cdn_gate_try(&input, &gate, error);
    }
    if (status == CDN_OK) {
        if (explain)
            cdn_overview_plan(desk, &request, &text, json);
        if (data && explain)
            cdn_overview_reasons(&gate, &text, json);
        if (data) {
            cdn_overview_outputs(&gate, true, &text, json);
            cdn_overview_history(&gate, past.items, past.count, &text, json);
        } else {
            cdn_text_add(&text, "no data is loaded: plan and permissions hold, protection was not "
                                "tried\n");
        }
        cdn_text_addf(&text, "ok: %s\n", request.plan->feed);
        cdn_json_set(json, "feed", cdn_json_new_string(request.plan->feed));
        cdn_json_set(json, "ok", cdn_json_new_bool(true));
        status = cdn_report_fill(report, &text, json, error);
    } else {
        cdn_text_release(&text);
        cdn_json_destroy(json);
    }
    cdn_gate_report_release(&gate);
    cdn_desk_past_release(&past);
    cdn_request_release(&request);
    return status;
}

cdn_status cdn_desk_check(cdn_desk *desk, const char *script, cdn_report *report,
                          cdn_error *error)
{
    return look(desk, script, false, report, error);
}

cdn_status cdn_desk_explain(cdn_desk *desk, const char *script, cdn_report *report,
                            cdn_error *error)
{
    return look(desk, script, true, report, error);
}
