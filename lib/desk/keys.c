/* keys.c - the workspace's keys: made, renewed, revoked; the ledger is told of each.
 *
 * The files come first, the entry last. A command that was killed in between is
 * given again: what is there and has no entry is entered then, and not made twice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "io/file.h"
#include "seal/secret.h"
#include "seal/sign.h"

/* Where keys and certificates are, and what opens them. */
typedef struct keyring {
    char *keys, *trust;
    cdn_passphrase root, own; /* of the root's key, and of the new one */
} keyring;

static cdn_passphrase as_passphrase(const char *text)
{
    return (cdn_passphrase){text, text == NULL ? 0 : strlen(text)};
}

static cdn_status find_keyring(const cdn_desk *desk, const char *root, const char *own,
                               keyring *out, cdn_error *error)
{
    *out = (keyring){cdn_desk_path(desk, "keys", NULL), cdn_desk_path(desk, "trust", NULL),
                     as_passphrase(root), as_passphrase(own)};
    return out->keys == NULL || out->trust == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static void release_keyring(keyring *ring)
{
    cdn_free(ring->keys);
    cdn_free(ring->trust);
}

/* What was done to whose key, for the ledger and the report. */
typedef struct key_event {
    const char *event, *name, *reason;
    char line[512];
} key_event;

/* What the ledger has of a name: how often a key was made, and replaced, and whether the last word
 * is that it is revoked. */
typedef struct told {
    const char *name;
    uint32_t made, rotated;
    bool revoked;
} told;

static cdn_status take_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    told *t = context;
    cdn_json *payload = NULL;
    if (strcmp(entry->kind, "key") != 0)
        return CDN_OK;
    CDN_TRY(cdn_json_parse("ledger", entry->payload, strlen(entry->payload), &payload, error));
    const char *name = cdn_json_string(cdn_json_get(payload, "name"));
    const char *event = cdn_json_string(cdn_json_get(payload, "event"));
    if (name != NULL && event != NULL && strcmp(name, t->name) == 0) {
        t->made += strcmp(event, "made") == 0 || strcmp(event, "renew") == 0;
        t->rotated += strcmp(event, "rotate") == 0;
        t->revoked = strcmp(event, "revoke") == 0;
    }
    cdn_json_destroy(payload);
    return CDN_OK;
}

static cdn_status read_told(const cdn_desk *desk, const char *name, told *out, cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    *out = (told){name, 0, 0, false};
    CDN_TRY(cdn_desk_ledger_open(desk, &ledger, error));
    cdn_status status = cdn_ledger_each(ledger, NULL, take_entry, out, error);
    cdn_ledger_close(ledger);
    return status;
}

/* An entry for each key that has none: that of a command that was killed before its entry, too. */
static cdn_status finish(const cdn_desk *desk, const key_event *event, uint32_t untold,
                         cdn_report *report, cdn_error *error)
{
    for (uint32_t i = 0; i == 0 || i < untold; i++) {
        cdn_json *payload = cdn_json_object();
        cdn_json_set(payload, "event", cdn_json_new_string(event->event));
        cdn_json_set(payload, "name", cdn_json_new_string(event->name));
        if (event->reason != NULL)
            cdn_json_set(payload, "reason", cdn_json_new_string(event->reason));
        CDN_TRY(cdn_desk_record(desk, "key", NULL, payload, error));
    }
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "%s\n", event->line);
    cdn_json_set(json, "command", cdn_json_new_string("key"));
    cdn_json_set(json, "message", cdn_json_new_string(event->line));
    return cdn_report_fill(report, &text, json, error);
}

/* Keys of that name that the ledger has no entry of: `there` are made. */
static cdn_status count_untold(const cdn_desk *desk, const char *name, uint32_t there,
                               uint32_t *untold, cdn_error *error)
{
    told t;
    CDN_TRY(read_told(desk, name, &t, error));
    *untold = there > t.made ? there - t.made : 0;
    return CDN_OK;
}

/* --- made ----------------------------------------------------------------------------------- */

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

static cdn_seal_role role_of(const char *name)
{
    return strcmp(name, CDN_DESK_PACKAGER) == 0 ? CDN_SEAL_PACKAGER : CDN_SEAL_APPROVER;
}

static cdn_status count_there(const keyring *ring, const char *name, uint32_t *there,
                              cdn_error *error)
{
    if (strcmp(name, "root") != 0)
        return cdn_seal_certificate_count(role_of(name), ring->trust, name, there, error);
    char *path = cdn_path_join(ring->trust, "root.pem");
    *there = path != NULL && cdn_file_exists(path);
    cdn_free(path);
    return path == NULL ? cdn_fail_memory(error) : CDN_OK;
}

/* Refused, because it was made by a command that was killed before it told the ledger, is done. */
static cdn_status accept_untold(const cdn_desk *desk, const keyring *ring, const char *name,
                                cdn_status made, uint32_t *untold, cdn_error *error)
{
    uint32_t there = 0;
    if (made != CDN_OK && made != CDN_E_REFUSED)
        return made;
    cdn_error *reason = made == CDN_OK ? error : NULL;
    cdn_status status = count_there(ring, name, &there, reason);
    if (status == CDN_OK)
        status = count_untold(desk, name, there, untold, reason);
    return made == CDN_OK ? status : status == CDN_OK && *untold > 0 ? CDN_OK : made;
}

static cdn_status make_key(const cdn_desk *desk, const keyring *ring,
                           const cdn_key_request *request, const char *name, cdn_error *error)
{
    bool is_root = request->kind == CDN_KEY_ROOT;
    told t;
    uint32_t root = 0;
    if (request->kind == CDN_KEY_APPROVER && role_of(name) != CDN_SEAL_APPROVER)
        return cdn_fail(error, CDN_E_USAGE, "the name is that of the key for envelopes");
    CDN_TRY(count_there(ring, "root", &root, error));
    if (!is_root && root == 0) {
        (void)cdn_fail(error, CDN_E_REFUSED, "there is no root key that could sign a certificate");
        cdn_fail_hint(error, "`cordon key root` makes it, once");
        return CDN_E_REFUSED;
    }
    CDN_TRY(read_told(desk, name, &t, error));
    if (t.made == 0)
        CDN_TRY(cdn_seal_clear_left(ring->keys, ring->trust, is_root ? NULL : name, &ring->own,
                                    error));
    if (is_root)
        return cdn_seal_new_root(ring->keys, ring->trust, request->organisation, &ring->own, error);
    return cdn_seal_new_signer(
        request->kind == CDN_KEY_PACKAGER ? CDN_SEAL_PACKAGER : CDN_SEAL_APPROVER, ring->keys,
        ring->trust, name, request->organisation, &ring->root, &ring->own, error);
}

static cdn_status make(cdn_desk *desk, const cdn_key_request *request, cdn_report *report,
                       cdn_error *error)
{
    keyring ring;
    uint32_t untold = 0;
    key_event event = {.event = "made",
                       .name = request->kind == CDN_KEY_ROOT       ? "root"
                               : request->kind == CDN_KEY_PACKAGER ? CDN_DESK_PACKAGER
                                                                   : request->name};
    CDN_TRY(check_protected(request->kind != CDN_KEY_PACKAGER, request->passphrase,
                            request->no_passphrase, error));
    cdn_status status =
        find_keyring(desk, request->root_passphrase, request->passphrase, &ring, error);
    if (status == CDN_OK) {
        status = make_key(desk, &ring, request, event.name, error);
        status = accept_untold(desk, &ring, event.name, status, &untold, error);
    }
    release_keyring(&ring);
    CDN_TRY(status);
    (void)snprintf(event.line, sizeof event.line, "key made: %.200s", event.name);
    return finish(desk, &event, untold, report, error);
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

static cdn_status make_perturbation_key(cdn_desk *desk, cdn_report *report, cdn_error *error)
{
    uint32_t untold = 0;
    keyring ring;
    key_event event = {
        .event = "made",
        .name = "perturbation",
        .line = "key made: perturbation; keep it, another one gives other values"};
    cdn_status status = find_keyring(desk, NULL, NULL, &ring, error);
    if (status == CDN_OK)
        status = cdn_secret_create(ring.keys, CDN_DESK_PERTURBATION_KEY, error);
    release_keyring(&ring);
    if (status == CDN_E_REFUSED && /* there is one */
        count_untold(desk, event.name, 1, &untold, NULL) == CDN_OK && untold > 0)
        status = CDN_OK;
    CDN_TRY(status);
    return finish(desk, &event, untold, report, error);
}

cdn_status cdn_desk_new_perturbation_key(cdn_desk *desk, cdn_report *report, cdn_error *error)
{
    int lock = -1;
    CDN_TRY(cdn_desk_lock(desk, &lock, error));
    cdn_status status = make_perturbation_key(desk, report, error);
    cdn_desk_unlock(lock);
    return status;
}

/* --- renewed, revoked ------------------------------------------------------------------------- */

static cdn_status renew(const cdn_desk *desk, const keyring *ring,
                        const cdn_key_change_request *request, key_event *event,
                        uint32_t *untold, cdn_error *error)
{
    cdn_seal_role role = role_of(request->name);
    uint32_t there = 0;
    told t;
    CDN_TRY(read_told(desk, request->name, &t, error));
    CDN_TRY(check_protected(role != CDN_SEAL_PACKAGER, request->passphrase,
                            request->no_passphrase, error));
    CDN_TRY(cdn_seal_renew(role, ring->keys, ring->trust, request->name, &ring->root, &ring->own,
                           error));
    CDN_TRY(count_there(ring, request->name, &there, error));
    (void)snprintf(event->line, sizeof event->line,
                   "key renewed: %.200s; what was signed before %s", request->name,
                   t.revoked ? "is refused: approve and deliver it again" : "stays good");
    return count_untold(desk, request->name, there, untold, error);
}

/* All are on the list already, and the ledger does not say so: a command was killed in between. */
static bool is_revoked_untold(const cdn_desk *desk, const keyring *ring, const char *name,
                              uint32_t *count)
{
    told t;
    int64_t until = 0;
    cdn_seal_role role = role_of(name);
    return cdn_seal_certificate_count(role, ring->trust, name, count, NULL) == CDN_OK &&
           *count > 0 &&
           cdn_seal_signer_until(role, ring->trust, name, &until, NULL) == CDN_OK && until == 0 &&
           read_told(desk, name, &t, NULL) == CDN_OK && !t.revoked;
}

static cdn_status revoke(const cdn_desk *desk, const keyring *ring,
                         const cdn_key_change_request *request, key_event *event,
                         cdn_error *error)
{
    uint32_t count = 0;
    cdn_status status = cdn_seal_revoke(role_of(request->name), ring->keys, ring->trust,
                                        request->name, &ring->root, &count, error);
    if (status == CDN_E_REFUSED && is_revoked_untold(desk, ring, request->name, &count))
        status = CDN_OK;
    (void)snprintf(event->line, sizeof event->line,
                   "revoked: %.200s, %u certificate%s; send the trust folder to the recipients",
                   request->name, count, count == 1 ? "" : "s");
    return status;
}

/* A root that was replaced by a command that was killed before it told the ledger is not replaced
 * again. */
static cdn_status rotate(const cdn_desk *desk, const keyring *ring,
                         const cdn_key_change_request *request, key_event *event,
                         cdn_error *error)
{
    told t;
    uint32_t earlier = 0;
    (void)snprintf(event->line, sizeof event->line,
                   "root replaced; send the trust folder to the recipients, who check it against "
                   "the one they have");
    CDN_TRY(check_protected(true, request->passphrase, request->no_passphrase, error));
    CDN_TRY(read_told(desk, event->name, &t, error));
    CDN_TRY(cdn_seal_earlier_count(ring->keys, ring->trust, &earlier, error));
    return earlier > t.rotated
               ? CDN_OK
               : cdn_seal_rotate_root(ring->keys, ring->trust, &ring->root, &ring->own, error);
}

static cdn_status change(const cdn_desk *desk, const keyring *ring,
                         const cdn_key_change_request *request, key_event *event,
                         uint32_t *untold, cdn_error *error)
{
    switch (request->change) {
    case CDN_KEY_RENEW:
        return renew(desk, ring, request, event, untold, error);
    case CDN_KEY_REVOKE:
        return revoke(desk, ring, request, event, error);
    case CDN_KEY_CRL:
        (void)snprintf(event->line, sizeof event->line,
                       "list of revoked certificates signed; send the trust folder to the "
                       "recipients");
        return cdn_seal_refresh_crl(ring->keys, ring->trust, &ring->root, error);
    case CDN_KEY_ROTATE:
        return rotate(desk, ring, request, event, error);
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
    key_event event = {.event = events[request->change],
                       .name = whose(request),
                       .reason = request->reason};
    uint32_t untold = 0;
    keyring ring;
    cdn_status status =
        find_keyring(desk, request->root_passphrase, request->passphrase, &ring, error);
    if (status == CDN_OK)
        status = change(desk, &ring, request, &event, &untold, error);
    release_keyring(&ring);
    CDN_TRY(status);
    return finish(desk, &event, untold, report, error);
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
