/* standing.c - what may be done with a release now, from the ledger, the bytes and the signatures.
 *
 * Nothing is believed that was written down before: an approval counts when its
 * signature holds over the bytes as they are now, and they are those that were
 * staged; so a changed byte drops the approvals by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/standing.h"

#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/chronicle.h"
#include "desk/past.h"
#include "export/package.h"
#include "io/file.h"
#include "seal/sign.h"

const char *cdn_stand_word(cdn_stand stand)
{
    static const char *const words[CDN_STAND_END_] = {
        [CDN_STAND_WAITING] = "waiting",   [CDN_STAND_APPROVED] = "approved",
        [CDN_STAND_REJECTED] = "rejected", [CDN_STAND_INVALID] = "invalid",
        [CDN_STAND_UNFINISHED] = "unfinished"};
    return words[stand];
}

/* --- the ledger --------------------------------------------------------------------------- */

static void keep_text(const char *text, char *out, size_t size)
{
    (void)snprintf(out, size, "%s", text == NULL ? "" : text);
}

/* What was withdrawn while its delivery was unfinished, and never left, is as good as rejected: the
 * signed list calls it withdrawn for good. */
static cdn_track track_from(const cdn_chapter *chapter)
{
    bool never = chapter->withdrawn && !chapter->committed && chapter->intent == 0;
    cdn_track track = {.delivered = chapter->committed,
                       .withdrawn = chapter->withdrawn,
                       .rejected = chapter->rejected || never};
    keep_text(chapter->id, track.release_id, sizeof track.release_id);
    keep_text(chapter->unfinished, track.intent, sizeof track.intent);
    keep_text(chapter->zip, track.zip, sizeof track.zip);
    keep_text(chapter->rejected_by, track.rejected_by, sizeof track.rejected_by);
    keep_text(chapter->reason, track.reason, sizeof track.reason);
    return track;
}

cdn_status cdn_track_of(const cdn_desk *desk, const char *release_id, cdn_track *out,
                       cdn_error *error)
{
    cdn_chronicle chronicle;
    *out = (cdn_track){0};
    cdn_status status = cdn_chronicle_read_one(desk, release_id, &chronicle, error);
    if (status == CDN_OK && chronicle.count > 0)
        *out = track_from(&chronicle.chapters[0]);
    cdn_chronicle_release(&chronicle);
    return status;
}

cdn_status cdn_track_check_open(const cdn_track *track, cdn_error *error)
{
    if (track->rejected) {
        (void)cdn_fail(error, CDN_E_REFUSED, "%s rejected this release: %s", track->rejected_by,
                       track->reason);
        cdn_fail_hint(error, "change the script or the data, and run it again");
        return CDN_E_REFUSED;
    }
    if (track->intent[0] != '\0' || track->delivered) {
        (void)cdn_fail(error, CDN_E_REFUSED, "its delivery began: it counts as released");
        cdn_fail_hint(error, "`cordon deliver` takes the delivery up again; when nothing left, two "
                             "people can `cordon void` it");
        return CDN_E_REFUSED;
    }
    return CDN_OK;
}

/* --- bytes and signatures ----------------------------------------------------------------- */

typedef struct counting {
    cdn_standing *standing;
    const char *signatures, *trust;
    cdn_text bytes;
} counting;

static cdn_status count_signature(void *context, const char *path, cdn_error *error)
{
    counting *c = context;
    cdn_standing *standing = c->standing;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    char *file = cdn_path_join(c->signatures, path);
    cdn_status status = file == NULL ? cdn_fail_memory(error) : cdn_file_read(file, &pem, error);
    if (status == CDN_OK)
        status = cdn_seal_verify(CDN_SEAL_APPROVER, c->trust, c->bytes.bytes, c->bytes.length,
                                 pem.bytes == NULL ? "" : pem.bytes, pem.length, &signer, error);
    cdn_text_release(&pem);
    cdn_free(file);
    CDN_TRY(status);
    for (uint32_t i = 0; i < standing->agreement->approver_count; i++) {
        if (strcmp(standing->agreement->approvers[i].name, signer.name) != 0)
            continue;
        standing->approvals += !standing->approved[i];
        standing->approved[i] = true;
        return CDN_OK;
    }
    return cdn_fail(error, CDN_E_REFUSED, "%s is not an approver of agreement \"%s\"", signer.name,
                    standing->agreement->id);
}

static cdn_status count_approvals(const cdn_desk *desk, cdn_standing *standing, cdn_error *error)
{
    char *signatures = cdn_path_join(standing->package, "signatures");
    char *trust = cdn_desk_path(desk, "trust", NULL);
    char digest[65];
    counting c = {standing, signatures, trust, CDN_TEXT_INIT(CDN_DESK_TEXT_MAX)};
    cdn_status status = signatures == NULL || trust == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_package_check_bytes(standing->package, error);
    if (status == CDN_OK)
        status = cdn_staging_signed_bytes(standing->package, &c.bytes, digest, error);
    if (status == CDN_OK && strcmp(standing->digest, digest) != 0)
        status = cdn_fail(error, CDN_E_REFUSED, "the package is not the one that was staged");
    if (status == CDN_OK && cdn_file_exists(signatures))
        status = cdn_dir_walk(signatures, count_signature, &c, error);
    if (status != CDN_OK) {
        memset(standing->approved, 0, standing->agreement->approver_count);
        standing->approvals = 0;
    }
    cdn_text_release(&c.bytes);
    cdn_free(trust);
    cdn_free(signatures);
    return status;
}

/* --- the whole ---------------------------------------------------------------------------- */

/* The folder that an interrupted delivery may have moved the package to. */
static cdn_status find_package(const cdn_desk *desk, const char *release_id, char **out,
                               cdn_error *error)
{
    static const char *const folders[] = {"staging", "outbox", "delivered"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        *out = cdn_desk_path(desk, folders[i], release_id);
        if (*out == NULL)
            return cdn_fail_memory(error);
        if (cdn_file_exists(*out))
            return CDN_OK;
        cdn_free(*out);
    }
    *out = cdn_staging_path(desk, release_id);
    return *out == NULL ? cdn_fail_memory(error) : CDN_OK;
}

/* What cannot hold for the release itself is told; what fails on this machine fails. */
static bool is_about_release(cdn_status status)
{
    return status == CDN_E_REFUSED || status == CDN_E_INPUT;
}

static cdn_stand judge(const cdn_standing *standing, cdn_status status)
{
    if (standing->track.rejected)
        return CDN_STAND_REJECTED;
    if (standing->track.intent[0] != '\0' || standing->track.delivered)
        return CDN_STAND_UNFINISHED; /* delivered, and its note is still there */
    if (status != CDN_OK)
        return CDN_STAND_INVALID;
    cdn_text need = CDN_TEXT_INIT(4096);
    cdn_agreement_need(standing->agreement, standing->approved, &need);
    bool enough = need.length == 0 && !need.failed;
    cdn_text_release(&need);
    return enough ? CDN_STAND_APPROVED : CDN_STAND_WAITING;
}

cdn_status cdn_standing_read(cdn_desk *desk, const char *release_id, const cdn_json *note,
                             cdn_standing *out, cdn_error *error)
{
    *out = (cdn_standing){.why = CDN_ERROR_INIT};
    keep_text(cdn_json_string(cdn_json_get(note, "signedBytes")), out->digest, sizeof out->digest);
    cdn_status status = find_package(desk, release_id, &out->package, error);
    if (status == CDN_OK)
        status = cdn_track_of(desk, release_id, &out->track, error);
    if (status != CDN_OK) {
        cdn_standing_release(out);
        return status;
    }
    status = cdn_staging_agreement(desk, note, &out->agreement, &out->why);
    if (status == CDN_OK) {
        out->approved = cdn_alloc(out->agreement->approver_count, sizeof *out->approved);
        status = out->approved == NULL ? cdn_fail_memory(&out->why)
                                       : count_approvals(desk, out, &out->why);
        if (is_about_release(status))
            cdn_fail_hint(&out->why, "take staging/%.127s away and run the script again",
                          release_id);
    }
    if (status == CDN_OK)
        status = cdn_desk_past_check(desk, release_id, &out->why);
    out->stand = judge(out, status);
    if (status == CDN_OK || is_about_release(status))
        return CDN_OK;
    if (error != NULL)
        *error = out->why;
    cdn_standing_release(out);
    return status;
}

void cdn_standing_release(cdn_standing *standing)
{
    cdn_agreement_destroy(standing->agreement);
    cdn_free(standing->approved);
    cdn_free(standing->package);
    standing->agreement = NULL;
    standing->approved = NULL;
    standing->package = NULL;
}
