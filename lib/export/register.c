/* register.c - status.json, written and read.
 *
 * verify.sh reads the list line by line with sed, so its layout is part of the
 * format: what is read here must come out the same when it is written again, and
 * no line can mean something else to the script than to us.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/register.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/clock.h"
#include "core/fail.h"
#include "export/parts.h"
#include "seal/sign.h"

#define SIGNATURE_SIZE ((size_t)64 * 1024)
#define CLOCK_SLACK_SECONDS 300

static const char *const words[] = {[CDN_REGISTER_UNLISTED] = "",
                                    [CDN_REGISTER_ACTIVE] = "active",
                                    [CDN_REGISTER_SUPERSEDED] = "superseded",
                                    [CDN_REGISTER_WITHDRAWN] = "withdrawn"};
/* where the detail stands */
static const char *const details[] = {[CDN_REGISTER_UNLISTED] = NULL,
                                      [CDN_REGISTER_ACTIVE] = NULL,
                                      [CDN_REGISTER_SUPERSEDED] = "by",
                                      [CDN_REGISTER_WITHDRAWN] = "reason"};

const char *cdn_register_word(cdn_register_kind kind)
{
    return words[kind];
}

cdn_status cdn_register_write(const cdn_register *list, cdn_text *out, cdn_error *error)
{
    char instant[CDN_INSTANT_SIZE];
    cdn_json *root = cdn_json_object(), *releases = cdn_json_object();
    for (uint32_t i = 0; i < list->count; i++) {
        const cdn_register_row *row = &list->rows[i];
        cdn_json *entry = cdn_json_object();
        cdn_json_set_text(entry, "status", words[row->kind]);
        cdn_json_set_text(entry, "signedBytes", row->signed_bytes);
        if (details[row->kind] != NULL)
            cdn_json_set_text(entry, details[row->kind], row->detail);
        cdn_json_set(releases, row->release_id, entry);
    }
    cdn_json_set(root, "version", cdn_json_new_integer(list->version));
    cdn_instant_write(list->issued, instant);
    cdn_json_set_text(root, "issued", instant);
    cdn_instant_write(list->next_update, instant);
    cdn_json_set_text(root, "nextUpdate", instant);
    cdn_json_set_text(root, "ledger", list->ledger);
    cdn_json_set(root, "releases", releases);
    cdn_json_write(root, true, out);
    cdn_json_destroy(root);
    return out->failed ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status read_part(const char *trust_dir, const char *name, cdn_text *out,
                            cdn_error *error)
{
    char *path = cdn_path_join(trust_dir, name);
    cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_file_read(path, out, error);
    cdn_free(path);
    return status;
}

static bool has_exact_form(const cdn_json *tree, const cdn_text *bytes)
{
    cdn_text again = CDN_TEXT_INIT(2 * CDN_REGISTER_SIZE);
    cdn_json_write(tree, true, &again);
    bool same = !again.failed && again.length == bytes->length &&
                memcmp(again.bytes, bytes->bytes, again.length) == 0;
    cdn_text_release(&again);
    return same;
}

/* Every release of the list has a status that is known, and the digest. */
static bool has_good_rows(const cdn_json *releases)
{
    if (cdn_json_kind_of(releases) != CDN_JSON_OBJECT)
        return false;
    for (size_t i = 0; i < cdn_json_size(releases); i++) {
        const cdn_json *entry = NULL;
        (void)cdn_json_key_at(releases, i, &entry);
        const char *word = cdn_json_string(cdn_json_get(entry, "status"));
        const char *digest = cdn_json_string(cdn_json_get(entry, "signedBytes"));
        size_t kind = CDN_REGISTER_ACTIVE;
        while (kind <= CDN_REGISTER_WITHDRAWN && (word == NULL || strcmp(word, words[kind]) != 0))
            kind++;
        if (kind > CDN_REGISTER_WITHDRAWN || digest == NULL || strlen(digest) != 64)
            return false;
        if (details[kind] != NULL && cdn_json_string(cdn_json_get(entry, details[kind])) == NULL)
            return false;
    }
    return true;
}

static cdn_status understand(const cdn_text *bytes, cdn_register_file *out, cdn_error *error)
{
    cdn_error reason = CDN_ERROR_INIT;
    cdn_status status = cdn_json_parse(CDN_REGISTER_FILE, cdn_text_or_empty(bytes->bytes),
                                       bytes->length, &out->tree, &reason);
    if (status == CDN_E_NOMEM)
        return cdn_fail_memory(error);
    const char *issued = cdn_json_string(cdn_json_get(out->tree, "issued"));
    const char *next = cdn_json_string(cdn_json_get(out->tree, "nextUpdate"));
    out->version = cdn_json_integer(cdn_json_get(out->tree, "version"));
    bool good = status == CDN_OK && out->version > 0 && issued != NULL && next != NULL &&
                cdn_instant_read(issued, &out->issued) &&
                cdn_instant_read(next, &out->next_update) &&
                has_good_rows(cdn_json_get(out->tree, "releases")) &&
                has_exact_form(out->tree, bytes);
    if (!good)
        return cdn_fail(error, CDN_E_REFUSED, "%s is not a status list", CDN_REGISTER_FILE);
    if (out->issued > cdn_clock_now() + CLOCK_SLACK_SECONDS)
        return cdn_fail(error, CDN_E_REFUSED, "%s is from the future; is this clock right?",
                        CDN_REGISTER_FILE);
    return CDN_OK;
}

static cdn_status check_signed(const char *trust_dir, const cdn_text *bytes, const cdn_text *pem,
                               cdn_register_file *out, cdn_error *error)
{
    cdn_signer signer;
    cdn_error reason = CDN_ERROR_INIT;
    cdn_status status = cdn_seal_verify(CDN_SEAL_APPROVER, trust_dir,
                                        cdn_text_or_empty(bytes->bytes), bytes->length,
                                        cdn_text_or_empty(pem->bytes), pem->length, &signer,
                                        &reason);
    if (status == CDN_E_REFUSED)
        return cdn_fail(error, status, "%s: %s", CDN_REGISTER_SIGNATURE, reason.message);
    if (status == CDN_OK)
        (void)snprintf(out->signer, sizeof out->signer, "%s", signer.name);
    else if (error != NULL)
        *error = reason;
    return status;
}

static cdn_status find_list(const char *trust_dir, bool *there, cdn_error *error)
{
    struct stat info;
    char *path = cdn_path_join(trust_dir, CDN_REGISTER_FILE);
    if (path == NULL)
        return cdn_fail_memory(error);
    *there = lstat(path, &info) == 0 || errno != ENOENT;
    cdn_free(path);
    return CDN_OK;
}

cdn_status cdn_register_version(const char *trust_dir, int64_t *out, cdn_error *error)
{
    bool there = false;
    cdn_json *tree = NULL;
    cdn_text bytes = CDN_TEXT_INIT(CDN_REGISTER_SIZE);
    *out = 0;
    CDN_TRY(find_list(trust_dir, &there, error));
    if (!there)
        return CDN_OK;
    cdn_status status = read_part(trust_dir, CDN_REGISTER_FILE, &bytes, error);
    if (status == CDN_OK)
        status = cdn_json_parse(CDN_REGISTER_FILE, cdn_text_or_empty(bytes.bytes), bytes.length,
                                &tree, NULL);
    *out = cdn_json_integer(cdn_json_get(tree, "version"));
    cdn_json_destroy(tree);
    cdn_text_release(&bytes);
    if (status == CDN_OK && *out > 0)
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED, "the %s that you had is not a status list",
                    CDN_REGISTER_FILE);
}

cdn_status cdn_register_read(const char *trust_dir, cdn_register_file *out, cdn_error *error)
{
    bool there = false;
    *out = (cdn_register_file){0};
    CDN_TRY(find_list(trust_dir, &there, error));
    if (!there)
        return CDN_OK;
    cdn_text bytes = CDN_TEXT_INIT(CDN_REGISTER_SIZE), pem = CDN_TEXT_INIT(SIGNATURE_SIZE);
    cdn_status status = read_part(trust_dir, CDN_REGISTER_FILE, &bytes, error);
    if (status == CDN_OK)
        status = read_part(trust_dir, CDN_REGISTER_SIGNATURE, &pem, error);
    if (status == CDN_OK)
        status = check_signed(trust_dir, &bytes, &pem, out, error);
    if (status == CDN_OK)
        status = understand(&bytes, out, error);
    cdn_text_release(&pem);
    cdn_text_release(&bytes);
    if (status != CDN_OK)
        cdn_register_file_release(out);
    return status;
}

void cdn_register_file_release(cdn_register_file *file)
{
    cdn_json_destroy(file->tree);
    file->tree = NULL;
}

cdn_register_row cdn_register_find(const cdn_register_file *file, const char *release_id)
{
    const cdn_json *entry = cdn_json_get(cdn_json_get(file->tree, "releases"), release_id);
    const char *word = cdn_json_string(cdn_json_get(entry, "status"));
    cdn_register_row found = {.release_id = release_id, .signed_bytes = "", .detail = ""};
    if (word == NULL)
        return found;
    for (size_t i = CDN_REGISTER_ACTIVE; i <= CDN_REGISTER_WITHDRAWN; i++)
        if (strcmp(word, words[i]) == 0)
            found.kind = (cdn_register_kind)i;
    found.signed_bytes = cdn_text_or_empty(cdn_json_string(cdn_json_get(entry, "signedBytes")));
    if (details[found.kind] != NULL)
        found.detail =
            cdn_text_or_empty(cdn_json_string(cdn_json_get(entry, details[found.kind])));
    return found;
}
