/* perturbation.c - the workspace's perturbation key: read when a policy asks for it.
 *
 * The same key must serve as long as releases about the same records are made:
 * another key gives the same figure another change, and two of them tell more
 * than one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/fail.h"
#include "desk/session.h"
#include "io/file.h"
#include "perturb/method.h"
#include "seal/secret.h"

cdn_status cdn_request_read_key(const cdn_desk *desk, cdn_request *request, cdn_error *error)
{
    if (!cdn_rounding_needs_key(request->policy->rounding))
        return CDN_OK;
    char *keys = cdn_desk_path(desk, "keys", NULL);
    char *path = cdn_desk_path(desk, "keys", CDN_DESK_PERTURBATION_KEY);
    cdn_status status = keys == NULL || path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && !cdn_file_exists(path)) {
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the policy \"%s\" needs a perturbation key, and there is none",
                          request->policy->name);
        cdn_fail_hint(error, "`cordon key perturbation` makes one; keep it for as long as releases "
                             "about the same records are made");
    } else if (status == CDN_OK) {
        status = cdn_secret_read(keys, CDN_DESK_PERTURBATION_KEY, request->perturbation_key, error);
        request->has_perturbation_key = status == CDN_OK;
    }
    cdn_free(path);
    cdn_free(keys);
    return status;
}
