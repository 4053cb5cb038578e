/* perturbation.c - the workspace's perturbation key: made once, read when a policy asks for it.
 *
 * The same key must serve as long as releases about the same records are made:
 * another key gives the same figure another change, and two of them tell more
 * than one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "io/file.h"
#include "perturb/method.h"
#include "seal/secret.h"

#define KEY_NAME "perturbation.key"

cdn_status cdn_desk_new_perturbation_key(cdn_desk *desk, cdn_report *report, cdn_error *error)
{
    static const char line[] = "key made: perturbation; keep it, another one gives other values";
    char *keys = cdn_desk_path(desk, "keys", NULL);
    if (keys == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_secret_create(keys, KEY_NAME, error);
    cdn_free(keys);
    CDN_TRY(status);
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "event", cdn_json_new_string("made"));
    cdn_json_set(payload, "name", cdn_json_new_string("perturbation"));
    CDN_TRY(cdn_desk_record(desk, "key", NULL, payload, error));
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "%s\n", line);
    cdn_json_set(json, "command", cdn_json_new_string("key"));
    cdn_json_set(json, "message", cdn_json_new_string(line));
    return cdn_report_fill(report, &text, json, error);
}

cdn_status cdn_request_read_key(const cdn_desk *desk, cdn_request *request, cdn_error *error)
{
    if (!cdn_rounding_needs_key(request->policy->rounding))
        return CDN_OK;
    char *keys = cdn_desk_path(desk, "keys", NULL);
    char *path = cdn_desk_path(desk, "keys", KEY_NAME);
    cdn_status status = keys == NULL || path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && !cdn_file_exists(path)) {
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the policy \"%s\" needs a perturbation key, and there is none",
                          request->policy->name);
        cdn_fail_hint(error, "`cordon key perturbation` makes one; keep it for as long as releases "
                             "about the same records are made");
    } else if (status == CDN_OK) {
        status = cdn_secret_read(keys, KEY_NAME, request->perturbation_key, error);
        request->has_perturbation_key = status == CDN_OK;
    }
    cdn_free(path);
    cdn_free(keys);
    return status;
}
