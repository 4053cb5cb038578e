/* staging.c - what is kept beside a staged release, and the workspace's ledger.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/staging.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/standing.h"
#include "io/file.h"
#include "seal/digest.h"

char *cdn_staging_path(const cdn_desk *desk, const char *release_id)
{
    return cdn_desk_path(desk, "staging", release_id);
}

char *cdn_staging_note_path(const cdn_desk *desk, const char *release_id)
{
    char name[192];
    (void)snprintf(name, sizeof name, "%s.json", release_id);
    return cdn_desk_path(desk, "staging", name);
}

/* Why there is no note: what became of the release, or that there is none of that name. */
static cdn_status fail_without_note(const cdn_desk *desk, const char *release_id,
                                    cdn_error *error)
{
    cdn_track track;
    CDN_TRY(cdn_track_of(desk, release_id, &track, error));
    if (track.delivered) {
        (void)cdn_fail(error, CDN_E_REFUSED, "%s was delivered already", release_id);
        cdn_fail_hint(error, "`cordon ledger show %.127s` tells what became of it", release_id);
        return CDN_E_REFUSED;
    }
    if (track.rejected)
        return cdn_track_check_open(&track, error);
    if (track.intent[0] != '\0') {
        (void)cdn_fail(error, CDN_E_REFUSED, "the delivery of %s began, and its note is gone: it "
                                             "counts as released", release_id);
        cdn_fail_hint(error, "restore staging/%.127s and its .json from a copy", release_id);
        return CDN_E_REFUSED;
    }
    (void)cdn_fail(error, CDN_E_REFUSED, "no release \"%s\" is staged", release_id);
    cdn_fail_hint(error, "`cordon run SCRIPT` prints the id of the release it stages");
    return CDN_E_REFUSED;
}

cdn_status cdn_staging_note(const cdn_desk *desk, const char *release_id, cdn_json **out,
                            cdn_error *error)
{
    *out = NULL;
    CDN_TRY(cdn_desk_check_id(release_id, "a release id", error));
    char *path = cdn_staging_note_path(desk, release_id);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    status = cdn_file_exists(path) ? cdn_file_read(path, &bytes, error)
                                   : fail_without_note(desk, release_id, error);
    if (status == CDN_OK)
        status = cdn_json_parse(path, bytes.bytes == NULL ? "" : bytes.bytes, bytes.length, out,
                                error);
    cdn_text_release(&bytes);
    cdn_free(path);
    return status;
}

cdn_status cdn_staging_signed_bytes(const char *package, cdn_text *bytes, char digest[65],
                                    cdn_error *error)
{
    char *path = cdn_path_join(package, "tagmanifest-sha512.txt");
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_file_read(path, bytes, error);
    if (status == CDN_OK)
        status = cdn_sha256_hex(bytes->bytes == NULL ? "" : bytes->bytes, bytes->length, digest,
                                error);
    cdn_free(path);
    return status;
}

cdn_status cdn_staging_agreement(cdn_desk *desk, const cdn_json *note, cdn_agreement **out,
                                 cdn_error *error)
{
    const char *id = cdn_json_string(cdn_json_get(note, "agreement"));
    const char *digest = cdn_json_string(cdn_json_get(note, "agreementDigest"));
    *out = NULL;
    if (id == NULL || digest == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "the note of the staged release is damaged");
    CDN_TRY(cdn_desk_agreement(desk, id, out, error));
    int32_t today = cdn_desk_today();
    cdn_status status = CDN_OK;
    if (strcmp((*out)->digest, digest) != 0)
        status = cdn_fail(error, CDN_E_REFUSED,
                          "agreement \"%s\" changed since the release was staged", id);
    else if (today < (*out)->valid_from || today > (*out)->valid_to)
        status = cdn_fail(error, CDN_E_REFUSED, "agreement \"%s\" is not valid today", id);
    if (status != CDN_OK) {
        cdn_agreement_destroy(*out);
        *out = NULL;
    }
    return status;
}

cdn_status cdn_desk_ledger_open(const cdn_desk *desk, cdn_ledger **out, cdn_error *error)
{
    struct stat info;
    *out = NULL;
    char *path = cdn_desk_path(desk, "ledger", "ledger.sqlite");
    cdn_status status = path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && (stat(path, &info) != 0 || info.st_size == 0)) {
        status = cdn_fail_at(error, CDN_E_INPUT, path, 0, 0,
                             "expected the ledger of this workspace, found none");
        cdn_fail_hint(error, "restore it from a copy: it is the history of what was released");
    }
    if (status == CDN_OK)
        status = cdn_ledger_open(path, out, error);
    cdn_free(path);
    return status;
}

cdn_status cdn_desk_record(const cdn_desk *desk, const char *kind, const char *release_id,
                           cdn_json *payload, cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    cdn_status status = cdn_ledger_kind_check(kind, release_id, payload, error);
    if (status == CDN_OK)
        status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_add(ledger, kind, release_id, payload, error);
    cdn_ledger_close(ledger);
    cdn_json_destroy(payload);
    return status;
}
