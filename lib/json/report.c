/* report.c - one place where reports are made, so that all are whole or empty.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "json/report.h"

#include "core/alloc.h"
#include "core/fail.h"

void cdn_report_release(cdn_report *report)
{
    if (report == NULL)
        return;
    cdn_free(report->text);
    cdn_free(report->json);
    report->text = report->json = NULL;
}

cdn_status cdn_report_fill(cdn_report *report, cdn_text *text, cdn_json *json, cdn_error *error)
{
    cdn_text written = CDN_TEXT_INIT(CDN_REPORT_SIZE_MAX);
    cdn_json_write(json, true, &written);
    cdn_json_destroy(json);
    cdn_report_release(report);
    bool ok = !text->failed && !written.failed && written.bytes != NULL;
    if (ok) {
        report->text = cdn_strdup(text->bytes == NULL ? "" : text->bytes);
        report->json = cdn_strdup(written.bytes);
        ok = report->text != NULL && report->json != NULL;
    }
    if (!ok)
        cdn_report_release(report);
    cdn_text_release(text);
    cdn_text_release(&written);
    return ok ? CDN_OK : cdn_fail_memory(error);
}
