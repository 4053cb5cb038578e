/* delivery.c - an approved release leaves staging: intent first, then the package, then commit.
 *
 * Order (crash safe): verify approvals and bytes -> nothing else went to the
 * audience since -> look consent up again ->
 * zip beside the package -> intent in the ledger, durable -> the directory into
 * outbox/, whole -> the zip -> commit. Killed before the intent nothing left;
 * after it, the intent stands and counts as released, and delivering again
 * takes it up where it ended: the directory may be in outbox/ already. What was
 * announced and is partly out is finished without asking anew, since no more can be
 * learnt than may have been taken: consent or an agreement that ended meanwhile
 * would leave it unfinished for ever. Every step
 * is durable before the next one, so a power failure is no other case. When the
 * agreement says so, only an envelope for the recipients' keys goes to outbox/,
 * and the directory to delivered/.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/envelope.h"
#include "desk/page.h"
#include "desk/past.h"
#include "desk/register.h"
#include "desk/standing.h"
#include "export/package.h"
#include "io/file.h"
#include "seal/digest.h"

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every record that the release relies on must consent in the data as it is now. */
static cdn_status check_consent(cdn_desk *desk, const cdn_json *note,
                                const cdn_agreement *agreement, cdn_error *error)
{
    const cdn_json *keys = cdn_json_get(note, "consent");
    char **now = NULL;
    uint32_t count = 0, withdrawn = 0;
    if (cdn_json_kind_of(keys) != CDN_JSON_ARRAY)
        return cdn_fail(error, CDN_E_REFUSED, "the note of the staged release is damaged");
    if (cdn_json_size(keys) == 0)
        return CDN_OK;
    CDN_TRY(cdn_desk_need_snapshot(desk, error));
    if (desk->source_gone) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       "the files that were loaded are gone: consent cannot be looked up again");
        cdn_fail_hint(error, "load the data as it is now");
        return CDN_E_REFUSED;
    }
    CDN_TRY(cdn_gate_consenting(desk->snapshot, desk->catalogue, agreement, &now, &count, error));
    for (size_t i = 0; i < cdn_json_size(keys); i++) {
        const char *key = cdn_json_string(cdn_json_at(keys, i));
        if (key == NULL || count == 0 ||
            bsearch(&key, now, count, sizeof *now, compare_texts) == NULL)
            withdrawn++;
    }
    cdn_gate_free_keys(now, count);
    if (withdrawn == 0)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_REFUSED,
                   "%u of the providers shown no longer consent; nothing is delivered", withdrawn);
    cdn_fail_hint(error, "run the script again on the data as it is now");
    return CDN_E_REFUSED;
}

static cdn_status add_intent(const cdn_desk *desk, const char *release_id, const cdn_json *note,
                             const char *zip, const cdn_package_report *verified,
                             cdn_error *error)
{
    char digest[CDN_SHA256_HEX];
    CDN_TRY(cdn_sha256_file_hex(zip, digest, error));
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "zip", cdn_json_new_string(digest));
    cdn_json_set(payload, "approvals", cdn_json_new_integer(verified->approvals));
    static const char *const copied[] = {"agreement", "feed",    "period",     "plan",
                                         "request",   "kept",    "signedBytes"};
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        cdn_json_set(payload, copied[i], cdn_json_copy(cdn_json_get(note, copied[i])));
    return cdn_desk_record(desk, "intent", release_id, payload, error);
}

typedef struct delivery {
    const char *id;
    const char *from; /* where the package is: staged, or out when an earlier delivery ended */
    bool encrypted;
    char *staged, *staged_zip, *out, *out_zip, *trust, *note;
    char *sealed, *signature; /* the zip for the recipients only, and the packager over that */
    char *out_sealed, *out_signature;
} delivery;

static void delivery_release(delivery *d)
{
    cdn_free(d->staged);
    cdn_free(d->staged_zip);
    cdn_free(d->out);
    cdn_free(d->out_zip);
    cdn_free(d->trust);
    cdn_free(d->note);
    cdn_free(d->sealed);
    cdn_free(d->signature);
    cdn_free(d->out_sealed);
    cdn_free(d->out_signature);
}

/* <folder>/<id><ending> */
static char *path_of(const cdn_desk *desk, const char *folder, const char *id, const char *ending)
{
    char name[192];
    (void)snprintf(name, sizeof name, "%s%s", id, ending);
    return cdn_desk_path(desk, folder, name);
}

static cdn_status delivery_paths(const cdn_desk *desk, const char *id, bool encrypted, delivery *d,
                                 cdn_error *error)
{
    *d = (delivery){.id = id,
                    .encrypted = encrypted,
                    .staged = path_of(desk, "staging", id, ""),
                    .staged_zip = path_of(desk, "staging", id, ".zip"),
                    .out = path_of(desk, encrypted ? "delivered" : "outbox", id, ""),
                    .out_zip = path_of(desk, "outbox", id, ".zip"),
                    .trust = cdn_desk_path(desk, "trust", NULL),
                    .note = path_of(desk, "staging", id, ".json"),
                    .sealed = path_of(desk, "staging", id, ".zip.p7m"),
                    .signature = path_of(desk, "staging", id, ".zip.p7m.p7s"),
                    .out_sealed = path_of(desk, "outbox", id, ".zip.p7m"),
                    .out_signature = path_of(desk, "outbox", id, ".zip.p7m.p7s")};
    if (d->staged == NULL || d->staged_zip == NULL || d->out == NULL || d->out_zip == NULL ||
        d->trust == NULL || d->note == NULL || d->sealed == NULL || d->signature == NULL ||
        d->out_sealed == NULL || d->out_signature == NULL)
        return cdn_fail_memory(error);
    d->from = cdn_file_exists(d->out) ? d->out : d->staged;
    return CDN_OK;
}

/* The approvals are of these bytes; that they are of this release, its note tells. */
static cdn_status check_identity(const delivery *d, const cdn_json *note,
                                 const cdn_package_report *verified, cdn_error *error)
{
    char digest[65];
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    const char *staged = cdn_json_string(cdn_json_get(note, "signedBytes"));
    cdn_status status = cdn_staging_signed_bytes(d->from, &bytes, digest, error);
    cdn_text_release(&bytes);
    if (status == CDN_OK && (staged == NULL || strcmp(staged, digest) != 0 ||
                             strcmp(verified->release_id, d->id) != 0))
        status = cdn_fail(error, CDN_E_REFUSED, "the package is not the one that was staged");
    return status;
}

/* The directory that holds the package when its envelope has left. */
static cdn_status keep_copy(const cdn_desk *desk, cdn_error *error)
{
    char *folder = cdn_desk_path(desk, "delivered", NULL);
    cdn_status status = folder == NULL ? cdn_fail_memory(error) : cdn_dir_make(folder, error);
    cdn_free(folder);
    return status;
}

/* The signature goes first: a package in outbox/ always has it beside it. */
static cdn_status send_envelope(const delivery *d, cdn_error *error)
{
    CDN_TRY(cdn_file_move(d->signature, d->out_signature, error));
    return cdn_file_move(d->sealed, d->out_sealed, error);
}

static cdn_status send(const cdn_desk *desk, const delivery *d, const cdn_json *note,
                       const cdn_agreement *agreement, const cdn_package_report *verified,
                       cdn_error *error)
{
    CDN_TRY(cdn_file_remove(d->staged_zip, error));
    CDN_TRY(cdn_package_zip(d->from, d->staged_zip, error));
    if (d->encrypted) {
        CDN_TRY(keep_copy(desk, error));
        CDN_TRY(cdn_envelope_seal(desk, agreement, d->staged_zip, d->sealed, d->signature, error));
    }
    CDN_TRY(add_intent(desk, d->id, note, d->encrypted ? d->sealed : d->staged_zip, verified,
                       error));
    if (d->from == d->staged)
        CDN_TRY(cdn_dir_publish(d->staged, d->out, error));
    return d->encrypted ? send_envelope(d, error)
                        : cdn_file_move(d->staged_zip, d->out_zip, error);
}

/* What one of two people said of a delivery that is now done after all. */
static cdn_status forget_void(const cdn_desk *desk, const char *id, cdn_error *error)
{
    char *path = path_of(desk, "staging", id, ".void");
    cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_file_remove(path, error);
    cdn_free(path);
    return status;
}

static cdn_status commit(const cdn_desk *desk, const delivery *d, cdn_error *error)
{
    return cdn_desk_record(desk, "commit", d->id, cdn_json_object(), error);
}

/* Nothing of a delivery that was done stays in staging. */
static cdn_status clear(const cdn_desk *desk, const delivery *d, cdn_error *error)
{
    CDN_TRY(cdn_dir_remove(d->staged, error));
    CDN_TRY(cdn_file_remove(d->staged_zip, error));
    CDN_TRY(cdn_file_remove(d->sealed, error));
    CDN_TRY(cdn_file_remove(d->signature, error));
    CDN_TRY(cdn_desk_page_keep(desk, d->id, error));
    CDN_TRY(forget_void(desk, d->id, error));
    return cdn_file_remove(d->note, error);
}

static cdn_status deliver(cdn_desk *desk, const delivery *d, const cdn_json *note,
                          const cdn_agreement *agreement, cdn_package_report *verified,
                          cdn_error *error)
{
    CDN_TRY(cdn_package_check(d->from, d->trust, verified, error));
    CDN_TRY(check_identity(d, note, verified, error));
    CDN_TRY(cdn_desk_past_check(desk, d->id, error));
    cdn_status status = check_consent(desk, note, agreement, error);
    if (status == CDN_OK && verified->approvals < agreement->approvals_required)
        status = cdn_fail(error, CDN_E_REFUSED, "%u of %u approvals", verified->approvals,
                          agreement->approvals_required);
    if (status == CDN_OK)
        status = send(desk, d, note, agreement, verified, error);
    if (status == CDN_OK)
        status = commit(desk, d, error);
    return status == CDN_OK ? clear(desk, d, error) : status;
}

/* --- what an earlier delivery began ----------------------------------------------------------- */

/* Is a file of it in outbox/? The folder goes there before the zip, or not at all. */
static bool find_out(const cdn_desk *desk, const char *id, bool *encrypted)
{
    static const char *const endings[] = {".zip.p7m", ".zip", ""};
    bool there = false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && !there; i++) {
        char *path = path_of(desk, "outbox", id, endings[i]);
        there = path != NULL && cdn_file_exists(path);
        *encrypted = there && i == 0;
        cdn_free(path);
    }
    return there;
}

/* The file to send moves last, and is the one that was announced: with it all of the package is
 * out. *done stays false when another file would be. */
static cdn_status send_rest(const delivery *d, const cdn_track *track, bool *done,
                            cdn_error *error)
{
    char digest[CDN_SHA256_HEX];
    const char *out = d->encrypted ? d->out_sealed : d->out_zip;
    bool there = cdn_file_exists(out);
    if (!there) {
        CDN_TRY(cdn_package_check_bytes(d->out, error));
        CDN_TRY(cdn_file_remove(d->staged_zip, error));
        CDN_TRY(cdn_package_zip(d->out, d->staged_zip, error));
    }
    CDN_TRY(cdn_sha256_file_hex(there ? out : d->staged_zip, digest, error));
    *done = strcmp(digest, track->zip) == 0;
    return there || !*done ? CDN_OK : cdn_file_move(d->staged_zip, d->out_zip, error);
}

static bool note_is_there(const cdn_desk *desk, const char *id)
{
    char *path = cdn_staging_note_path(desk, id);
    bool there = path != NULL && cdn_file_exists(path);
    cdn_free(path);
    return there;
}

/* *done: it was announced, some of it is out, and now all of it is. */
static cdn_status finish(const cdn_desk *desk, const char *id, const cdn_track *track,
                         bool *done, cdn_error *error)
{
    delivery d = {0};
    bool encrypted = false, out = find_out(desk, id, &encrypted);
    *done = track->delivered && note_is_there(desk, id);
    if (!*done && (track->intent[0] == '\0' || !out))
        return CDN_OK;
    cdn_status status = delivery_paths(desk, id, encrypted, &d, error);
    if (status == CDN_OK && !track->delivered) {
        status = send_rest(&d, track, done, error);
        if (status == CDN_OK && *done)
            status = commit(desk, &d, error);
    }
    if (status == CDN_OK && *done)
        status = clear(desk, &d, error);
    delivery_release(&d);
    return status;
}

/* With a desk: what its trust folder still needs. */
static cdn_status report_verified(const cdn_desk *desk, const char *word,
                                  const cdn_package_report *verified, cdn_report *report,
                                  cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "%u approvals of %u required:\n%s", verified->approvals,
                  verified->approvals_required,
                  verified->approvers.bytes == NULL ? "" : verified->approvers.bytes);
    if (verified->standing.bytes != NULL) {
        cdn_text_addf(&text, "status: %s\n", verified->standing.bytes);
        cdn_json_set(json, "status", cdn_json_new_string(verified->standing.bytes));
    }
    if (desk != NULL)
        cdn_trust_warn(desk, NULL, &text);
    cdn_text_addf(&text, "%s: %s\n", word, verified->release_id);
    cdn_json_set(json, "outcome", cdn_json_new_string(word));
    cdn_json_set(json, "release", cdn_json_new_string(verified->release_id));
    cdn_json_set(json, "approvals", cdn_json_new_integer(verified->approvals));
    cdn_json_set(json, "required", cdn_json_new_integer(verified->approvals_required));
    (void)snprintf(report->release_id, sizeof report->release_id, "%s", verified->release_id);
    return cdn_report_fill(report, &text, json, error);
}

static cdn_status report_finished(const cdn_desk *desk, const char *release_id,
                                  cdn_report *report, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_trust_warn(desk, NULL, &text);
    cdn_text_addf(&text, "delivered: %s\n", release_id);
    cdn_json_set(json, "outcome", cdn_json_new_string("delivered"));
    cdn_json_set(json, "release", cdn_json_new_string(release_id));
    (void)snprintf(report->release_id, sizeof report->release_id, "%s", release_id);
    return cdn_report_fill(report, &text, json, error);
}

static cdn_status deliver_whole(cdn_desk *desk, const char *id, const cdn_json *note,
                                const cdn_track *track, cdn_report *report, cdn_error *error)
{
    delivery d = {0};
    cdn_package_report verified = {0};
    cdn_agreement *agreement = NULL;
    cdn_status status = cdn_staging_agreement(desk, note, &agreement, error);
    if (status == CDN_OK && track->rejected)
        status = cdn_track_check_open(track, error);
    if (status == CDN_OK)
        status = delivery_paths(desk, id, agreement->encrypted, &d, error);
    if (status == CDN_OK)
        status = deliver(desk, &d, note, agreement, &verified, error);
    if (status == CDN_OK)
        status = report_verified(desk, "delivered", &verified, report, error);
    if (status == CDN_E_REFUSED && track->intent[0] != '\0' && error != NULL) {
        error->hint[0] = '\0'; /* another run would not end this one */
        cdn_fail_hint(error, "its delivery began and counts as released; when nothing left, two "
                             "people can `cordon void` it");
    }
    cdn_package_report_release(&verified);
    delivery_release(&d);
    cdn_agreement_destroy(agreement);
    return status;
}

cdn_status cdn_desk_deliver(cdn_desk *desk, const char *release_id, cdn_report *report,
                            cdn_error *error)
{
    cdn_json *note = NULL;
    cdn_track track;
    bool done = false;
    int lock = -1;
    cdn_status status = cdn_desk_lock(desk, &lock, error);
    if (status == CDN_OK)
        status = cdn_desk_check_id(release_id, "a release id", error);
    if (status == CDN_OK)
        status = cdn_track_of(desk, release_id, &track, error);
    if (status == CDN_OK)
        status = finish(desk, release_id, &track, &done, error);
    if (status == CDN_OK && !done)
        status = cdn_staging_note(desk, release_id, &note, error);
    if (status == CDN_OK)
        status = done ? report_finished(desk, release_id, report, error)
                      : deliver_whole(desk, release_id, note, &track, report, error);
    cdn_desk_unlock(lock);
    cdn_json_destroy(note);
    return status;
}

cdn_status cdn_desk_verify(const char *package, const char *trust_dir, const char *known_dir,
                           cdn_report *report, cdn_error *error)
{
    cdn_package_report verified = {0};
    const cdn_package_trust trust = {trust_dir, known_dir};
    cdn_status status = cdn_package_verify(package, &trust, &verified, error);
    if (status == CDN_OK)
        status = report_verified(NULL, "verified", &verified, report, error);
    else if (status == CDN_E_REFUSED)
        report->exit_code = cdn_package_verdict_code(verified.verdict);
    cdn_package_report_release(&verified);
    return status;
}
