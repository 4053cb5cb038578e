/* keys.c - the workspace's keys: made, renewed, revoked; the ledger is told of each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "seal/sign.h"

typedef struct folders {
    char *keys, *trust;
} folders;

static cdn_status find_folders(const cdn_desk *desk, folders *out, cdn_error *error)
{
    out->keys = cdn_desk_path(desk, "keys", NULL);
    out->trust = cdn_desk_path(desk, "trust", NULL);
    return out->keys == NULL || out->trust == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static void release_folders(folders *f)
{
    cdn_free(f->keys);
    cdn_free(f->trust);
}

static cdn_passphrase as_passphrase(const char *text)
{
    return (cdn_passphrase){text, text == NULL ? 0 : strlen(text)};
}

static cdn_status finish(const cdn_desk *desk, const char *event, const char *name,
                         const char *reason, const char *line, cdn_report *report,
                         cdn_error *error)
{
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "event", cdn_json_new_string(event));
    cdn_json_set(payload, "name", cdn_json_new_string(name));
    if (reason != NULL)
        cdn_json_set(payload, "reason", cdn_json_new_string(reason));
    CDN_TRY(cdn_desk_record(desk, "key", NULL, payload, error));
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "%s\n", line);
    cdn_json_set(json, "command", cdn_json_new_string("key"));
    cdn_json_set(json, "message", cdn_json_new_string(line));
    return cdn_report_fill(report, &text, json, error);
}

/* A person's key is worth what its passphrase is worth. */
static cdn_status check_protected(bool person, const char *passphrase, bool no_passphrase,
                                  cdn_error *error)
{
    if (!person || passphrase != NULL || no_passphrase)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_USAGE, "a person's key needs a passphrase");
    cdn_fail_hint(error, "--passphrase-file or --passphrase-fd gives it, a terminal is asked; "
                         "--no-passphrase does without");
    return CDN_E_USAGE;
}

static cdn_status make(cdn_desk *desk, const cdn_key_request *request, cdn_report *report,
                       cdn_error *error)
{
    char line[512];
    folders f = {0};
    CDN_TRY(check_protected(request->kind != CDN_KEY_PACKAGER, request->passphrase,
                            request->no_passphrase, error));
    const char *name = request->kind == CDN_KEY_ROOT       ? "root"
                       : request->kind == CDN_KEY_PACKAGER ? CDN_DESK_PACKAGER
                                                           : request->name;
    cdn_passphrase root = as_passphrase(request->root_passphrase);
    cdn_passphrase own = as_passphrase(request->passphrase);
    cdn_status status = find_folders(desk, &f, error);
    if (status == CDN_OK && request->kind == CDN_KEY_ROOT)
        status = cdn_seal_new_root(f.keys, f.trust, request->organisation, &own, error);
    else if (status == CDN_OK)
        status = cdn_seal_new_signer(
            request->kind == CDN_KEY_PACKAGER ? CDN_SEAL_PACKAGER : CDN_SEAL_APPROVER, f.keys,
            f.trust, name, request->organisation, &root, &own, error);
    release_folders(&f);
    CDN_TRY(status);
    (void)snprintf(line, sizeof line, "key made: %.200s", name);
    return finish(desk, "made", name, NULL, line, report, error);
}

/* Under the desk's lock: it sweeps the trust folder, where a list may be in the making. */
cdn_status cdn_desk_new_key(cdn_desk *desk, const cdn_key_request *request, cdn_report *report,
                            cdn_error *error)
{
    int lock = -1;
    CDN_TRY(cdn_desk_lock(desk, &lock, error));
    cdn_status status = make(desk, request, report, error);
    cdn_desk_unlock(lock);
    return status;
}

static cdn_status change(const folders *f, const cdn_key_change_request *request,
                         char line[512], cdn_error *error)
{
    uint32_t count = 0;
    cdn_passphrase root = as_passphrase(request->root_passphrase);
    cdn_passphrase own = as_passphrase(request->passphrase);
    bool packager = request->name != NULL && strcmp(request->name, CDN_DESK_PACKAGER) == 0;
    cdn_seal_role role = packager ? CDN_SEAL_PACKAGER : CDN_SEAL_APPROVER;
    switch (request->change) {
    case CDN_KEY_RENEW:
        CDN_TRY(check_protected(!packager, request->passphrase, request->no_passphrase, error));
        CDN_TRY(cdn_seal_renew(role, f->keys, f->trust, request->name, &root, &own, error));
        (void)snprintf(line, 512, "key renewed: %.200s; what was signed before stays good",
                       request->name);
        return CDN_OK;
    case CDN_KEY_REVOKE:
        CDN_TRY(cdn_seal_revoke(role, f->keys, f->trust, request->name, &root, &count, error));
        (void)snprintf(line, 512,
                       "revoked: %.200s, %u certificates; send the trust folder to the recipients",
                       request->name, count);
        return CDN_OK;
    case CDN_KEY_CRL:
        CDN_TRY(cdn_seal_refresh_crl(f->keys, f->trust, &root, error));
        (void)snprintf(line, 512,
                       "list of revoked certificates signed; send the trust folder to the "
                       "recipients");
        return CDN_OK;
    case CDN_KEY_ROTATE:
        CDN_TRY(check_protected(true, request->passphrase, request->no_passphrase, error));
        CDN_TRY(cdn_seal_rotate_root(f->keys, f->trust, &root, &own, error));
        (void)snprintf(line, 512,
                       "root replaced; send the trust folder to the recipients, who check it "
                       "against the one they have");
        return CDN_OK;
    }
    return cdn_fail(error, CDN_E_INTERNAL, "there is no such change of a key");
}

/* Not every change is about somebody. */
static const char *whose(const cdn_key_change_request *request)
{
    bool named = request->change == CDN_KEY_RENEW || request->change == CDN_KEY_REVOKE;
    return named ? request->name : "root";
}

static cdn_status change_and_tell(cdn_desk *desk, const cdn_key_change_request *request,
                                  cdn_report *report, cdn_error *error)
{
    static const char *const events[] = {[CDN_KEY_RENEW] = "renew",
                                         [CDN_KEY_REVOKE] = "revoke",
                                         [CDN_KEY_CRL] = "crl",
                                         [CDN_KEY_ROTATE] = "rotate"};
    char line[512] = "";
    folders f = {0};
    cdn_status status = find_folders(desk, &f, error);
    if (status == CDN_OK)
        status = change(&f, request, line, error);
    release_folders(&f);
    CDN_TRY(status);
    return finish(desk, events[request->change], whose(request), request->reason, line, report, error);
}

cdn_status cdn_desk_change_key(cdn_desk *desk, const cdn_key_change_request *request,
                               cdn_report *report, cdn_error *error)
{
    int lock = -1;
    CDN_TRY(cdn_desk_lock(desk, &lock, error));
    cdn_status status = change_and_tell(desk, request, report, error);
    cdn_desk_unlock(lock);
    return status;
}
