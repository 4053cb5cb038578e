/* approval.c - one named person's signature over the exact bytes of a staged release.
 *
 * Refused: a name that the agreement's roster does not have, an author of the
 * script, a second approval by the same person, bytes that are not those that
 * were staged, an agreement that changed or ran out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "export/package.h"
#include "io/file.h"
#include "seal/sign.h"

static cdn_status check_person(const cdn_agreement *agreement, const char *name,
                               cdn_error *error)
{
    bool listed = false;
    for (uint32_t i = 0; i < agreement->approver_count; i++)
        listed = listed || strcmp(agreement->approvers[i].name, name) == 0;
    if (!listed) {
        (void)cdn_fail(error, CDN_E_REFUSED, "%s is not an approver of agreement \"%s\"", name,
                       agreement->id);
        cdn_fail_hint(error, "the roster stands in policies/agreements/%s.lua", agreement->id);
        return CDN_E_REFUSED;
    }
    for (uint32_t i = 0; i < agreement->author_count; i++)
        if (strcmp(agreement->authors[i], name) == 0)
            return cdn_fail(error, CDN_E_REFUSED, "%s is an author of the script and cannot "
                                                  "approve it", name);
    return CDN_OK;
}

typedef struct signed_by {
    const char *directory;
    const char *trust;
    const char *name;
    const cdn_text *bytes;
    uint32_t count;
} signed_by;

static cdn_status check_signature(void *context, const char *path, cdn_error *error)
{
    signed_by *s = context;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    char *file = cdn_path_join(s->directory, path);
    cdn_status status = file == NULL ? cdn_fail_memory(error) : cdn_file_read(file, &pem, error);
    if (status == CDN_OK)
        status = cdn_seal_verify(CDN_SEAL_APPROVER, s->trust, s->bytes->bytes, s->bytes->length,
                                 pem.bytes, pem.length, &signer, error);
    if (status == CDN_OK && strcmp(signer.name, s->name) == 0)
        status = cdn_fail(error, CDN_E_REFUSED, "%s approved this release already", s->name);
    s->count += status == CDN_OK;
    cdn_text_release(&pem);
    cdn_free(file);
    return status;
}

static cdn_status sign(const cdn_desk *desk, const cdn_approval *approval, const char *package,
                       const cdn_text *bytes, uint32_t *count, cdn_error *error)
{
    char *keys = cdn_desk_path(desk, "keys", NULL);
    char *trust = cdn_desk_path(desk, "trust", NULL);
    char *signatures = cdn_path_join(package, "signatures");
    cdn_text pem = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_passphrase passphrase = {approval->passphrase, 0};
    passphrase.length = passphrase.bytes == NULL ? 0 : strlen(passphrase.bytes);
    signed_by earlier = {signatures, trust, approval->name, bytes, 0};
    cdn_status status =
        keys == NULL || trust == NULL || signatures == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && cdn_file_exists(signatures))
        status = cdn_dir_walk(signatures, check_signature, &earlier, error);
    if (status == CDN_OK)
        status = cdn_seal_sign(CDN_SEAL_APPROVER, keys, trust, approval->name, &passphrase,
                               bytes->bytes, bytes->length, &pem, error);
    if (status == CDN_OK)
        status = cdn_package_add_signature(package, pem.bytes, pem.length, error);
    *count = earlier.count + 1;
    cdn_text_release(&pem);
    cdn_free(signatures);
    cdn_free(trust);
    cdn_free(keys);
    return status;
}

static cdn_status approve(cdn_desk *desk, const cdn_approval *approval, const cdn_json *note,
                          const char *package, uint32_t *count, uint32_t *required,
                          cdn_error *error)
{
    cdn_agreement *agreement = NULL;
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    char digest[65] = "";
    const char *staged = cdn_json_string(cdn_json_get(note, "signedBytes"));
    cdn_status status = cdn_staging_agreement(desk, note, &agreement, error);
    if (status == CDN_OK)
        status = check_person(agreement, approval->name, error);
    if (status == CDN_OK)
        status = cdn_package_check_bytes(package, error);
    if (status == CDN_OK)
        status = cdn_staging_signed_bytes(package, &bytes, digest, error);
    if (status == CDN_OK && (staged == NULL || strcmp(staged, digest) != 0))
        status = cdn_fail(error, CDN_E_REFUSED, "the package is not the one that was staged");
    if (status == CDN_OK)
        status = sign(desk, approval, package, &bytes, count, error);
    if (status == CDN_OK) {
        *required = agreement->approvals_required;
        cdn_json *payload = cdn_json_object();
        cdn_json_set(payload, "name", cdn_json_new_string(approval->name));
        cdn_json_set(payload, "signedBytes", cdn_json_new_string(digest));
        status = cdn_desk_record(desk, "approve", approval->release_id, payload, error);
    }
    cdn_text_release(&bytes);
    cdn_agreement_destroy(agreement);
    return status;
}

cdn_status cdn_desk_approve(cdn_desk *desk, const cdn_approval *approval, cdn_report *report,
                            cdn_error *error)
{
    cdn_json *note = NULL;
    uint32_t count = 0, required = 0;
    char *package = NULL;
    int lock = -1;
    cdn_status status = cdn_desk_lock(desk, &lock, error);
    if (status == CDN_OK)
        status = cdn_staging_note(desk, approval->release_id, &note, error);
    if (status == CDN_OK && (package = cdn_staging_path(desk, approval->release_id)) == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK)
        status = approve(desk, approval, note, package, &count, &required, error);
    cdn_desk_unlock(lock);
    cdn_json_destroy(note);
    cdn_free(package);
    CDN_TRY(status);
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "approved by %s: %u of %u approvals\n", approval->name, count, required);
    cdn_json_set(json, "release", cdn_json_new_string(approval->release_id));
    cdn_json_set(json, "approvedBy", cdn_json_new_string(approval->name));
    cdn_json_set(json, "approvals", cdn_json_new_integer(count));
    cdn_json_set(json, "required", cdn_json_new_integer(required));
    return cdn_report_fill(report, &text, json, error);
}
