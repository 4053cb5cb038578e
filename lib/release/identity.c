/* identity.c - the name of a release: a digest of all that goes into it.
 *
 * The program itself is part of it, as its version and the digest of its file: the
 * same inputs under the same build give the same bytes, and another build cannot
 * give other bytes the same name. The snapshot's digest is keyed with the agreement's, so that two
 * partners cannot tell from it whether they were given figures from the same
 * data; the digest of the history comes keyed from who made it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/gate.h"

#include <stdio.h>
#include <string.h>

#include "cordon/version.h"
#include "core/fail.h"
#include "core/text.h"
#include "perturb/method.h"
#include "seal/digest.h"

static cdn_status keyed(const void *key, size_t size, const char *text, char out[CDN_SHA256_HEX],
                        cdn_error *error)
{
    return cdn_hmac_sha256_hex(key, size, text, strlen(text), out, error);
}

static cdn_status digest_lines(cdn_text *lines, char out[CDN_SHA256_HEX], cdn_error *error)
{
    cdn_status status = lines->failed
                            ? cdn_fail_memory(error)
                            : cdn_sha256_hex(lines->bytes, lines->length, out, error);
    cdn_text_release(lines);
    return status;
}

static cdn_status digest_request(const cdn_gate_input *in, cdn_identity *own, cdn_error *error)
{
    const char *agreement = in->agreement->digest;
    cdn_text lines = CDN_TEXT_INIT(4096);
    cdn_text_addf(&lines, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", CDN_VERSION_TEXT, own->build,
                  own->script, own->snapshot, in->plan->digest, in->catalogue->digest,
                  in->policy->digest, agreement);
    /* another key, other values: but the key itself must not be guessable from the name */
    if (in->perturbation_key != NULL && cdn_rounding_needs_key(in->policy->rounding)) {
        char changed[CDN_SHA256_HEX] = "";
        cdn_status status = keyed(in->perturbation_key, CDN_PERTURBATION_KEY_SIZE, agreement,
                                  changed, error);
        cdn_text_addf(&lines, "%s\n", changed);
        if (status != CDN_OK) {
            cdn_text_release(&lines);
            return status;
        }
    }
    return digest_lines(&lines, own->request, error);
}

cdn_status cdn_gate_identify(const cdn_gate_input *in, cdn_identity *out, cdn_error *error)
{
    char all[CDN_SHA256_HEX];
    const char *agreement = in->agreement->digest;
    CDN_TRY(cdn_sha256_file_hex("/proc/self/exe", out->build, error));
    CDN_TRY(cdn_sha256_hex(in->script_text, strlen(in->script_text), out->script, error));
    CDN_TRY(keyed(agreement, strlen(agreement), cdn_snapshot_digest(in->snapshot), out->snapshot,
                  error));
    CDN_TRY(digest_request(in, out, error));
    memcpy(all, out->request, sizeof all);
    if (in->history != NULL && in->history[0] != '\0') {
        cdn_text lines = CDN_TEXT_INIT(4096);
        cdn_text_addf(&lines, "%s\n%s\n", out->request, in->history);
        CDN_TRY(digest_lines(&lines, all, error));
    }
    int length = snprintf(out->id, sizeof out->id, "%s-%s-%.12s", in->plan->feed,
                          cdn_snapshot_period(in->snapshot), all);
    if (length < 0 || (size_t)length >= sizeof out->id)
        return cdn_fail(error, CDN_E_LIMIT, "the name of the release is too long");
    return CDN_OK;
}
