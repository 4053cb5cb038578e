/* statement.c - a person's word, as bytes that are signed and checked again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/statement.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

#define REASON_MAX 1000u

cdn_status cdn_statement_person(const cdn_agreement *agreement, const char *name,
                                const cdn_person **out, cdn_error *error)
{
    *out = cdn_agreement_approver(agreement, name);
    if (*out == NULL) {
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

cdn_status cdn_statement_check_reason(const char *reason, cdn_error *error)
{
    size_t length = reason == NULL ? 0 : strlen(reason);
    bool good = length > 0 && length <= REASON_MAX && strspn(reason, " ") < length;
    for (size_t i = 0; good && i < length; i++)
        good = (unsigned char)reason[i] >= 0x20 && reason[i] != 0x7f;
    if (good)
        return CDN_OK;
    return cdn_fail(error, CDN_E_USAGE, "the reason must be one line of text, at most %u bytes",
                    REASON_MAX);
}

static cdn_status write_statement(const cdn_statement *statement, cdn_text *out, cdn_error *error)
{
    cdn_json *json = cdn_json_object();
    cdn_json_set(json, "action", cdn_json_new_string(statement->action));
    cdn_json_set(json, "reason", cdn_json_new_string(statement->reason));
    cdn_json_set(json, "release", cdn_json_new_string(statement->release_id));
    cdn_json_set(json, "signedBytes", cdn_json_new_string(statement->digest));
    if (statement->intent != NULL)
        cdn_json_set(json, "intent", cdn_json_new_string(statement->intent));
    bool good = cdn_json_ok(json);
    cdn_json_write(json, false, out);
    cdn_json_destroy(json);
    if (good && !out->failed && out->length > 0)
        return CDN_OK;
    return cdn_fail(error, CDN_E_USAGE, "a reason or a name that is not UTF-8");
}

cdn_status cdn_statement_sign(const cdn_desk *desk, const char *name, const char *passphrase,
                              const void *bytes, size_t size, cdn_text *pem, cdn_signer *signer,
                              cdn_error *error)
{
    char *keys = cdn_desk_path(desk, "keys", NULL);
    char *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_passphrase secret = {passphrase, passphrase == NULL ? 0 : strlen(passphrase)};
    cdn_status status = keys == NULL || trust == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_seal_sign(CDN_SEAL_APPROVER, keys, trust, name, &secret, bytes, size, pem,
                               error);
    if (status == CDN_OK)
        status = cdn_seal_verify(CDN_SEAL_APPROVER, trust, bytes, size, pem->bytes, pem->length,
                                 signer, error);
    cdn_free(trust);
    cdn_free(keys);
    return status;
}

cdn_status cdn_statement_make(const cdn_desk *desk, const cdn_statement *statement,
                              const char *name, const char *passphrase, cdn_json **out,
                              cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_text pem = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_signer signer;
    *out = NULL;
    cdn_status status = write_statement(statement, &bytes, error);
    if (status == CDN_OK)
        status = cdn_statement_sign(desk, name, passphrase, bytes.bytes, bytes.length, &pem,
                                    &signer, error);
    if (status == CDN_OK) {
        *out = cdn_json_object();
        cdn_json_set(*out, "name", cdn_json_new_string(name));
        cdn_json_set(*out, "reason", cdn_json_new_string(statement->reason));
        cdn_json_set(*out, "signature", cdn_json_new_string(pem.bytes));
        cdn_json_set(*out, "signedBytes", cdn_json_new_string(statement->digest));
    }
    cdn_text_release(&pem);
    cdn_text_release(&bytes);
    return status;
}

cdn_status cdn_statement_verify(const cdn_desk *desk, const cdn_statement *statement,
                                const cdn_json *signed_statement, cdn_signer *signer,
                                cdn_error *error)
{
    const char *name = cdn_json_string(cdn_json_get(signed_statement, "name"));
    const char *pem = cdn_json_string(cdn_json_get(signed_statement, "signature"));
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    if (name == NULL || pem == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "the statement of the first person is damaged");
    char *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_status status = trust == NULL ? cdn_fail_memory(error)
                                      : write_statement(statement, &bytes, error);
    if (status == CDN_OK)
        status = cdn_seal_verify(CDN_SEAL_APPROVER, trust, bytes.bytes, bytes.length, pem,
                                 strlen(pem), signer, error);
    if (status == CDN_OK && strcmp(signer->name, name) != 0)
        status = cdn_fail(error, CDN_E_REFUSED, "the statement of %s was signed by another", name);
    cdn_text_release(&bytes);
    cdn_free(trust);
    return status;
}
