/* kept.c - writing what is kept of a release, and believing it again.
 *
 * The plan and the agreement are kept as the jail gave them, so that reading them
 * again is what was done the first time; their digests must come out the same.
 * The data is copied and not linked, so that no accident reaches both. Files are
 * there and durable before any entry of the ledger speaks of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/kept.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/file.h"
#include "seal/digest.h"

#define FORMAT "cordon-kept/1"
#define FOLDER "ledger/releases"
#define CATALOGUES "ledger/catalogues"

static char *path_of(const cdn_desk *desk, const char *folder, const char *name,
                     const char *ending)
{
    char file[192];
    int length = snprintf(file, sizeof file, "%s%s", name, ending);
    return length < 0 || (size_t)length >= sizeof file ? NULL : cdn_desk_path(desk, folder, file);
}

/* --- writing ------------------------------------------------------------------------------ */

static bool is_snapshot(const cdn_desk *desk, const char *path, const char *digest)
{
    cdn_snapshot *snapshot = NULL;
    bool good = cdn_file_exists(path) &&
                cdn_snapshot_open(path, desk->catalogue, NULL, &snapshot, NULL) == CDN_OK &&
                strcmp(cdn_snapshot_digest(snapshot), digest) == 0;
    cdn_snapshot_close(snapshot);
    return good;
}

static cdn_status copy(const char *from, const char *to, cdn_error *error)
{
    cdn_mapping mapping = {0};
    CDN_TRY(cdn_file_map(from, &mapping, error));
    cdn_status status = cdn_file_write(to, mapping.bytes, mapping.size, error);
    cdn_file_unmap(&mapping);
    return status;
}

static cdn_status keep_snapshot(const cdn_desk *desk, cdn_error *error)
{
    const char *digest = cdn_snapshot_digest(desk->snapshot);
    char *from = cdn_desk_path(desk, "data", "snapshot.cdn");
    char *folder = cdn_desk_path(desk, CDN_KEPT_SNAPSHOTS, NULL);
    char *to = path_of(desk, CDN_KEPT_SNAPSHOTS, digest, ".cdn");
    cdn_status status = from == NULL || folder == NULL || to == NULL ? cdn_fail_memory(error)
                                                                     : cdn_dir_make(folder, error);
    if (status == CDN_OK && !is_snapshot(desk, to, digest)) {
        status = copy(from, to, error);
        if (status == CDN_OK && !is_snapshot(desk, to, digest)) {
            (void)unlink(to);
            status = cdn_fail(error, CDN_E_REFUSED, "other data was loaded in the meantime");
            cdn_fail_hint(error, "run the script again");
        }
    }
    cdn_free(to);
    cdn_free(folder);
    cdn_free(from);
    return status;
}

static cdn_status keep_catalogue(const cdn_desk *desk, cdn_error *error)
{
    const char *text = desk->catalogue->canonical;
    char *folder = cdn_desk_path(desk, CATALOGUES, NULL);
    char *to = path_of(desk, CATALOGUES, desk->catalogue->digest, ".txt");
    cdn_status status =
        folder == NULL || to == NULL ? cdn_fail_memory(error) : cdn_dir_make(folder, error);
    if (status == CDN_OK)
        status = cdn_file_write(to, text, strlen(text), error);
    cdn_free(to);
    cdn_free(folder);
    return status;
}

static cdn_json *figures_json(const cdn_gate_report *gate)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t size = (gate->figure_count + 3) / 4;
    cdn_json *json = cdn_json_object();
    char *hex = cdn_alloc((size_t)size + 1, 1);
    for (uint32_t i = 0; hex != NULL && i < size; i++) {
        unsigned four = 0;
        for (uint32_t bit = 0; bit < 4; bit++)
            if (4 * i + bit < gate->figure_count && gate->published[4 * i + bit] != 0)
                four |= 8u >> bit;
        hex[i] = digits[four];
    }
    cdn_json_set(json, "count", cdn_json_new_integer(gate->figure_count));
    cdn_json_set(json, "published", hex == NULL ? NULL : cdn_json_new_string(hex));
    cdn_free(hex);
    return json;
}

static cdn_json *ledger_json(const cdn_release *release)
{
    cdn_json *json = cdn_json_object();
    cdn_json_set(json, "entries", cdn_json_new_integer((int64_t)release->ledger_entries));
    cdn_json_set(json, "root", cdn_json_new_string(release->ledger_root));
    return json;
}

static cdn_json *kept_json(const cdn_desk *desk, const cdn_request *request,
                           const cdn_release *release, const cdn_gate_report *gate,
                           const char *const *history, uint32_t history_count)
{
    const struct {
        const char *name, *text;
    } texts[] = {{"format", FORMAT},
                 {"release", release->id},
                 {"scriptName", release->script_name},
                 {"script", release->script_digest},
                 {"catalogue", release->catalogue_digest},
                 {"policy", release->policy_digest},
                 {"agreementDigest", release->agreement_digest},
                 {"planDigest", release->plan_digest},
                 {"snapshot", cdn_snapshot_digest(desk->snapshot)}};
    cdn_json *json = cdn_json_object();
    cdn_json *ids = cdn_json_array();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cdn_json_set(json, texts[i].name, cdn_json_new_string(texts[i].text));
    for (uint32_t i = 0; i < history_count; i++)
        cdn_json_push(ids, cdn_json_new_string(history[i]));
    cdn_json_set(json, "history", ids);
    cdn_json_set(json, "agreement", cdn_json_copy(request->agreement_json));
    cdn_json_set(json, "plan", cdn_json_copy(request->plan_json));
    cdn_json_set(json, "figures", figures_json(gate));
    cdn_json_set(json, "ledger", ledger_json(release));
    return json;
}

cdn_status cdn_kept_write(const cdn_desk *desk, const cdn_request *request,
                          const cdn_release *release, const cdn_gate_report *gate,
                          const char *const *history, uint32_t history_count, char digest[65],
                          cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = kept_json(desk, request, release, gate, history, history_count);
    char *folder = cdn_desk_path(desk, FOLDER, NULL);
    char *path = path_of(desk, FOLDER, release->id, ".json");
    cdn_json_write(json, false, &bytes);
    cdn_status status =
        folder == NULL || path == NULL || bytes.failed ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_sha256_hex(bytes.bytes, bytes.length, digest, error);
    if (status == CDN_OK)
        status = keep_snapshot(desk, error);
    if (status == CDN_OK)
        status = keep_catalogue(desk, error);
    if (status == CDN_OK)
        status = cdn_dir_make(folder, error);
    if (status == CDN_OK)
        status = cdn_file_write(path, bytes.bytes, bytes.length, error);
    cdn_text_release(&bytes);
    cdn_json_destroy(json);
    cdn_free(path);
    cdn_free(folder);
    return status;
}

/* --- reading ------------------------------------------------------------------------------ */

/* Nothing may be released to the audience until the file is as it was. */
static cdn_status lost(const cdn_chapter *chapter, const char *path, const char *why,
                       cdn_error *error)
{
    (void)cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                      "%s; without it nothing can be checked against the release %s", why,
                      chapter->id);
    cdn_fail_hint(error, "restore the file from a copy");
    return CDN_E_REFUSED;
}

/* A file whose SHA-256 is known. */
static cdn_status read_known(const cdn_chapter *chapter, const char *path, const char *known,
                             cdn_text *out, cdn_error *error)
{
    char digest[CDN_SHA256_HEX];
    if (!cdn_file_exists(path))
        return lost(chapter, path, "what is kept of an earlier release is missing", error);
    CDN_TRY(cdn_file_read(path, out, error));
    CDN_TRY(cdn_sha256_hex(out->bytes == NULL ? "" : out->bytes, out->length, digest, error));
    if (strcmp(digest, known) != 0)
        return lost(chapter, path, "what is kept of an earlier release was changed", error);
    return CDN_OK;
}

static cdn_status read_json(const cdn_chapter *chapter, const char *path, cdn_kept *out,
                            cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_status status = read_known(chapter, path, chapter->kept, &bytes, error);
    if (status == CDN_OK)
        status = cdn_json_parse(path, bytes.bytes, bytes.length, &out->json, error);
    cdn_text_release(&bytes);
    return status;
}

/* Today's catalogue, or one that today's extends. */
static cdn_status check_catalogue(const cdn_desk *desk, const cdn_chapter *chapter,
                                  const char *digest, cdn_error *error)
{
    bool extends = false;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    if (strcmp(digest, desk->catalogue->digest) == 0)
        return CDN_OK;
    CDN_TRY(cdn_desk_check_id(digest, "the name of a kept catalogue", error));
    char *path = path_of(desk, CATALOGUES, digest, ".txt");
    cdn_status status = path == NULL ? cdn_fail_memory(error)
                                     : read_known(chapter, path, digest, &text, error);
    if (status == CDN_OK)
        status = cdn_catalogue_extends(desk->catalogue, text.bytes, &extends, error);
    if (status == CDN_OK && !extends) {
        (void)cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                          "the catalogue no longer says what it said when %s was made: nothing can "
                          "be checked against that release", chapter->id);
        cdn_fail_hint(error, "take back what was changed; what is only added does no harm");
        status = CDN_E_REFUSED;
    }
    cdn_text_release(&text);
    cdn_free(path);
    return status;
}

static bool read_figures(cdn_kept *out)
{
    static const char digits[] = "0123456789abcdef";
    const cdn_json *figures = cdn_json_get(out->json, "figures");
    int64_t count = cdn_json_integer(cdn_json_get(figures, "count"));
    const char *hex = cdn_json_string(cdn_json_get(figures, "published"));
    if (hex == NULL || count < 0 || count > (int64_t)UINT32_MAX - 3 ||
        strlen(hex) != ((size_t)count + 3) / 4 || strspn(hex, digits) != strlen(hex))
        return false;
    out->figure_count = (uint32_t)count;
    out->published = cdn_alloc(out->figure_count, 1);
    for (uint32_t f = 0; out->published != NULL && f < out->figure_count; f++)
        out->published[f] = (uint8_t)((strchr(digits, hex[f / 4]) - digits) >> (3 - f % 4) & 1);
    return true;
}

/* The plan and the agreement by today's catalogue: the same, or the release is out of reach. */
static cdn_status resolve(const cdn_desk *desk, const cdn_chapter *chapter, const char *path,
                          cdn_kept *out, cdn_error *error)
{
    const char *plan = cdn_json_string(cdn_json_get(out->json, "planDigest"));
    const char *agreement = cdn_json_string(cdn_json_get(out->json, "agreementDigest"));
    CDN_TRY(check_catalogue(desk, chapter, out->catalogue, error));
    if (plan == NULL || agreement == NULL ||
        cdn_plan_create(cdn_json_get(out->json, "plan"), chapter->id, desk->catalogue, &out->plan,
                        NULL) != CDN_OK ||
        cdn_agreement_create(cdn_json_get(out->json, "agreement"), chapter->id, desk->catalogue,
                             &out->agreement, NULL) != CDN_OK ||
        strcmp(out->plan->digest, plan) != 0 || strcmp(out->agreement->digest, agreement) != 0)
        return lost(chapter, path, "what is kept of an earlier release cannot be read", error);
    return CDN_OK;
}

static cdn_status read_members(const cdn_chapter *chapter, const char *path, cdn_kept *out,
                               cdn_error *error)
{
    const cdn_json *ledger = cdn_json_get(out->json, "ledger");
    out->snapshot = cdn_json_string(cdn_json_get(out->json, "snapshot"));
    out->policy = cdn_json_string(cdn_json_get(out->json, "policy"));
    out->catalogue = cdn_json_string(cdn_json_get(out->json, "catalogue"));
    out->history = cdn_json_get(out->json, "history");
    out->ledger_entries = (uint64_t)cdn_json_integer(cdn_json_get(ledger, "entries"));
    out->ledger_root = cdn_json_string(cdn_json_get(ledger, "root"));
    if (out->snapshot == NULL || out->policy == NULL || out->catalogue == NULL ||
        out->ledger_root == NULL || cdn_json_kind_of(out->history) != CDN_JSON_ARRAY ||
        !read_figures(out))
        return lost(chapter, path, "what is kept of an earlier release is damaged", error);
    return out->published == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status read_kept(const cdn_desk *desk, const cdn_chapter *chapter, bool resolved,
                            cdn_kept *out, cdn_error *error)
{
    *out = (cdn_kept){0};
    CDN_TRY(cdn_desk_check_id(chapter->id, "a release id", error));
    char *path = path_of(desk, FOLDER, chapter->id, ".json");
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = read_json(chapter, path, out, error);
    if (status == CDN_OK)
        status = read_members(chapter, path, out, error);
    if (status == CDN_OK && resolved)
        status = resolve(desk, chapter, path, out, error);
    cdn_free(path);
    return status;
}

cdn_status cdn_kept_open(const cdn_desk *desk, const cdn_chapter *chapter, cdn_kept *out,
                         cdn_error *error)
{
    return read_kept(desk, chapter, false, out, error);
}

cdn_status cdn_kept_read(const cdn_desk *desk, const cdn_chapter *chapter, cdn_kept *out,
                         cdn_error *error)
{
    return read_kept(desk, chapter, true, out, error);
}

void cdn_kept_release(cdn_kept *kept)
{
    cdn_free(kept->published);
    cdn_agreement_destroy(kept->agreement);
    cdn_plan_destroy(kept->plan);
    cdn_json_destroy(kept->json);
    *kept = (cdn_kept){0};
}

cdn_status cdn_kept_snapshot(const cdn_desk *desk, const cdn_chapter *chapter,
                             const cdn_kept *kept, cdn_snapshot **out, cdn_error *error)
{
    cdn_error why = CDN_ERROR_INIT;
    CDN_TRY(cdn_desk_check_id(kept->snapshot, "the name of kept data", error));
    char *path = path_of(desk, CDN_KEPT_SNAPSHOTS, kept->snapshot, ".cdn");
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    *out = NULL;
    if (!cdn_file_exists(path)) {
        status = lost(chapter, path, "the data of an earlier release is missing", error);
    } else {
        status = cdn_snapshot_open_earlier(path, desk->catalogue, kept->catalogue, out, &why);
        if (status != CDN_OK)
            status = lost(chapter, path, why.message, error);
        else if (strcmp(cdn_snapshot_digest(*out), kept->snapshot) != 0)
            status = lost(chapter, path, "the data of an earlier release is other data", error);
    }
    if (status != CDN_OK) {
        cdn_snapshot_close(*out);
        *out = NULL;
    }
    cdn_free(path);
    return status;
}
