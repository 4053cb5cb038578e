/* proof.c - that the ledger is whole, and what others need to see it for themselves.
 *
 * Packages carry the root of the ledger before they were staged, so every
 * recipient holds a witness. What is written here can be checked with SHA-256
 * alone: docs/ledger.md has the bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/chronicle.h"
#include "desk/kept.h"
#include "desk/staging.h"
#include "io/file.h"

static cdn_status finish(cdn_status status, cdn_text *text, cdn_json *json, cdn_report *report,
                         cdn_error *error)
{
    if (status == CDN_OK)
        return cdn_report_fill(report, text, json, error);
    cdn_text_release(text);
    cdn_json_destroy(json);
    return status;
}

/* SIZE:HEX */
static cdn_status read_head(const char *text, cdn_tree_head *out, cdn_error *error)
{
    char *end = NULL;
    errno = 0;
    out->entries = strtoull(text, &end, 10);
    if (errno != 0 || text[0] < '1' || text[0] > '9' || *end != ':' ||
        strspn(end + 1, "0123456789abcdef") != 64 || end[65] != '\0')
        return cdn_fail(error, CDN_E_USAGE, "expected a root as SIZE:HEX, with 64 digits");
    memcpy(out->hex, end + 1, sizeof out->hex);
    return CDN_OK;
}

static cdn_status rewritten(uint64_t entries, const char *where, cdn_error *error)
{
    (void)cdn_fail(error, CDN_E_REFUSED,
                   "the first %" PRIu64 " entries of the ledger are not those of %s", entries,
                   where);
    cdn_fail_hint(error, "the ledger was rewritten: restore it from a copy");
    return CDN_E_REFUSED;
}

static cdn_json *head_json(const cdn_tree_head *head)
{
    cdn_json *json = cdn_json_object();
    cdn_json_set(json, "entries", cdn_json_new_integer((int64_t)head->entries));
    cdn_json_set(json, "root", cdn_json_new_string(head->hex));
    return json;
}

/* --- the packages that were delivered ----------------------------------------------------- */

typedef struct witnesses {
    uint32_t count;
    const char **releases;
    cdn_tree_head *heads;
} witnesses;

static void witnesses_release(witnesses *w)
{
    cdn_free(w->releases);
    cdn_free(w->heads);
}

/* What the package itself says, while it is still here. */
static cdn_status check_package(const cdn_desk *desk, const char *folder, const char *id,
                                const cdn_tree_head *head, cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = NULL;
    char *package = cdn_desk_path(desk, folder, id);
    char *path = package == NULL ? NULL : cdn_path_join(package, "data/release.json");
    cdn_status status = path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && cdn_file_exists(path)) {
        status = cdn_file_read(path, &bytes, error);
        if (status == CDN_OK)
            status = cdn_json_parse(path, bytes.bytes == NULL ? "" : bytes.bytes, bytes.length,
                                    &json, error);
        const cdn_json *told = cdn_json_get(cdn_json_get(json, "predicate"), "ledger");
        const char *root = cdn_json_string(cdn_json_get(told, "root"));
        if (status == CDN_OK &&
            (root == NULL || strcmp(root, head->hex) != 0 ||
             (uint64_t)cdn_json_integer(cdn_json_get(told, "entries")) != head->entries))
            status = rewritten(head->entries, path, error);
    }
    cdn_json_destroy(json);
    cdn_text_release(&bytes);
    cdn_free(path);
    cdn_free(package);
    return status;
}

static cdn_status read_witness(const cdn_desk *desk, const cdn_chapter *chapter,
                               cdn_tree_head *head, cdn_error *error)
{
    cdn_kept kept = {0};
    cdn_status status = cdn_kept_open(desk, chapter, &kept, error);
    if (status == CDN_OK) {
        head->entries = kept.ledger_entries;
        (void)snprintf(head->hex, sizeof head->hex, "%s", kept.ledger_root);
        status = check_package(desk, "outbox", chapter->id, head, error);
    }
    if (status == CDN_OK)
        status = check_package(desk, "delivered", chapter->id, head, error);
    cdn_kept_release(&kept);
    return status;
}

/* The roots that releases left with. */
static cdn_status read_witnesses(const cdn_desk *desk, const cdn_chronicle *chronicle,
                                 witnesses *out, cdn_error *error)
{
    out->releases = cdn_alloc(chronicle->count, sizeof *out->releases);
    out->heads = cdn_alloc(chronicle->count, sizeof *out->heads);
    if (out->releases == NULL || out->heads == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < chronicle->count; i++) {
        if (chronicle->chapters[i].intent == 0)
            continue;
        out->releases[out->count] = chronicle->chapters[i].id;
        CDN_TRY(read_witness(desk, &chronicle->chapters[i], &out->heads[out->count], error));
        out->count++;
    }
    return CDN_OK;
}

static cdn_status check_witnesses(cdn_ledger *ledger, const witnesses *w, cdn_error *error)
{
    cdn_tree_head *now = cdn_alloc(w->count, sizeof *now);
    cdn_status status = now == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t i = 0; i < w->count && status == CDN_OK; i++) {
        now[i].entries = w->heads[i].entries;
        if (now[i].entries == 0)
            status = cdn_fail(error, CDN_E_REFUSED, "what is kept of %s is damaged",
                              w->releases[i]);
    }
    if (status == CDN_OK)
        status = cdn_ledger_roots(ledger, now, w->count, error);
    for (uint32_t i = 0; i < w->count && status == CDN_OK; i++)
        if (strcmp(now[i].hex, w->heads[i].hex) != 0)
            status = rewritten(now[i].entries, w->releases[i], error);
    cdn_free(now);
    return status;
}

static cdn_status check_earlier(cdn_ledger *ledger, const char *earlier, cdn_text *text,
                                cdn_error *error)
{
    cdn_tree_head told, now;
    CDN_TRY(read_head(earlier, &told, error));
    now.entries = told.entries;
    CDN_TRY(cdn_ledger_roots(ledger, &now, 1, error));
    if (strcmp(now.hex, told.hex) != 0)
        return rewritten(told.entries, "that root", error);
    cdn_text_addf(text, "its first %" PRIu64 " entries are those of the root\n", told.entries);
    return CDN_OK;
}

static cdn_status verify(cdn_desk *desk, cdn_ledger *ledger, cdn_text *text, cdn_json *json,
                         cdn_error *error)
{
    witnesses w = {0};
    cdn_chronicle chronicle = {0};
    cdn_tree_head now = {0};
    cdn_status status = cdn_ledger_roots(ledger, &now, 1, error);
    if (status == CDN_OK)
        status = cdn_chronicle_read(desk, &chronicle, error);
    if (status == CDN_OK)
        status = read_witnesses(desk, &chronicle, &w, error);
    if (status == CDN_OK)
        status = check_witnesses(ledger, &w, error);
    if (status == CDN_OK) {
        cdn_text_addf(text, "the chain holds: %" PRIu64 " entries\n", now.entries);
        if (w.count > 0)
            cdn_text_addf(text, "the roots of %u release%s are its own\n", w.count,
                          w.count == 1 ? "" : "s");
        cdn_text_addf(text, "root %" PRIu64 ":%s\n", now.entries, now.hex);
        cdn_json_set(json, "count", cdn_json_new_integer((int64_t)now.entries));
        cdn_json_set(json, "root", cdn_json_new_string(now.hex));
        cdn_json_set(json, "releases", cdn_json_new_integer(w.count));
    }
    witnesses_release(&w);
    cdn_chronicle_release(&chronicle);
    return status;
}

cdn_status cdn_desk_ledger_verify(cdn_desk *desk, const char *earlier, cdn_report *report,
                                  cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = verify(desk, ledger, &text, json, error);
    if (status == CDN_OK && earlier != NULL)
        status = check_earlier(ledger, earlier, &text, error);
    cdn_ledger_close(ledger);
    return finish(status, &text, json, report, error);
}

/* --- an entry for a stranger -------------------------------------------------------------- */

/* Everything that its hash is made of; a redacted one has its place and its hash only. */
static cdn_json *entry_json(const cdn_ledger_entry *entry, bool redacted)
{
    cdn_json *json = cdn_json_object();
    cdn_json_set(json, "sequence", cdn_json_new_integer((int64_t)entry->sequence));
    cdn_json_set(json, "hash", cdn_json_new_string(entry->hash));
    if (redacted)
        return json;
    cdn_json_set(json, "previous", cdn_json_new_string(entry->previous_hash));
    cdn_json_set(json, "kind", cdn_json_new_string(entry->kind));
    cdn_json_set(json, "release", cdn_json_new_string(entry->release_id));
    cdn_json_set(json, "salt", cdn_json_new_string(entry->salt));
    cdn_json_set(json, "payload", cdn_json_new_string(entry->payload));
    return json;
}

typedef struct exporting {
    const cdn_chronicle *chronicle;
    const char *agreement; /* NULL = every entry in full */
    cdn_writer *file;      /* NULL = into `text` and `entries` */
    cdn_text *text;
    cdn_json *entries;
} exporting;

/* Of one agreement: what happened to the releases that left, but not what reviewers said. */
static bool is_shown(const exporting *x, const cdn_ledger_entry *entry)
{
    if (x->agreement == NULL)
        return true;
    const cdn_ledger_kind *kind = cdn_ledger_kind_find(entry->kind);
    const cdn_chapter *chapter = cdn_chronicle_find(x->chronicle, entry->release_id);
    return kind != NULL && kind->shared && chapter != NULL && chapter->intent != 0 &&
           strcmp(chapter->agreement, x->agreement) == 0;
}

static cdn_status export_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    exporting *x = context;
    cdn_text line = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = entry_json(entry, !is_shown(x, entry));
    cdn_json_write(json, false, &line);
    cdn_text_add(&line, "\n");
    cdn_status status = line.failed ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && x->file != NULL) {
        cdn_writer_add(x->file, line.bytes, line.length);
    } else if (status == CDN_OK) {
        cdn_text_add(x->text, line.bytes);
        cdn_json_push(x->entries, json);
        json = NULL;
    }
    cdn_json_destroy(json);
    cdn_text_release(&line);
    return status;
}

static cdn_status export_to(cdn_desk *desk, exporting *x, const char *out, cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK && out != NULL)
        status = cdn_writer_create(out, &x->file, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, NULL, export_entry, x, error);
    if (status == CDN_OK && x->file != NULL) {
        status = cdn_writer_commit(x->file, error);
        x->file = NULL;
    }
    cdn_writer_abandon(x->file);
    cdn_ledger_close(ledger);
    return status;
}

cdn_status cdn_desk_ledger_export(cdn_desk *desk, const char *agreement, const char *out,
                                  cdn_report *report, cdn_error *error)
{
    cdn_chronicle chronicle = {0};
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    exporting x = {.chronicle = &chronicle, .agreement = agreement, .text = &text,
                   .entries = cdn_json_array()};
    cdn_status status =
        agreement == NULL ? CDN_OK : cdn_desk_check_agreement(desk, agreement, "", 0, error);
    if (status == CDN_OK)
        status = cdn_chronicle_read(desk, &chronicle, error);
    if (status == CDN_OK)
        status = export_to(desk, &x, out, error);
    if (status == CDN_OK && out != NULL)
        cdn_text_addf(&text, "%" PRIu64 " entries written to %s\n", chronicle.entries, out);
    cdn_json_set(json, "count", cdn_json_new_integer((int64_t)chronicle.entries));
    cdn_json_set(json, "entries", x.entries);
    cdn_chronicle_release(&chronicle);
    return finish(status, &text, json, report, error);
}

typedef struct taking {
    uint64_t sequence;
    cdn_json *entry;
} taking;

static cdn_status take_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    taking *t = context;
    (void)error;
    if (entry->sequence == t->sequence)
        t->entry = entry_json(entry, false);
    return CDN_OK;
}

static cdn_json *path_json(const cdn_merkle_proof *proof)
{
    cdn_json *array = cdn_json_array();
    for (uint32_t i = 0; i < proof->count; i++) {
        char hex[CDN_SHA256_HEX];
        cdn_hash_hex(&proof->hashes[i], hex);
        cdn_json_push(array, cdn_json_new_string(hex));
    }
    return array;
}

static cdn_json *proof_json(const cdn_ledger_proof *proof, cdn_json *entry)
{
    cdn_json *json = cdn_json_object();
    cdn_json_set(json, "format", cdn_json_new_string("cordon-proof/1"));
    cdn_json_set(json, "entry", entry);
    cdn_json_set(json, "ledger", head_json(&proof->root));
    cdn_json_set(json, "inclusion", path_json(&proof->inclusion));
    cdn_json_set(json, "earlier", head_json(&proof->earlier));
    cdn_json_set(json, "consistency", path_json(&proof->growth));
    return json;
}

/* The release's intent in the tree of `head`, and that tree as a later one of that in its
 * package. */
static cdn_status prove(cdn_desk *desk, const cdn_chapter *chapter, cdn_tree_head *head,
                        cdn_json **out, cdn_error *error)
{
    cdn_ledger_proof proof;
    cdn_tree_head earlier;
    cdn_ledger *ledger = NULL;
    taking t = {chapter->intent, NULL};
    CDN_TRY(read_witness(desk, chapter, &earlier, error));
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_prove(ledger, chapter->intent, earlier.entries, head->entries, &proof,
                                  error);
    if (status == CDN_OK && head->hex[0] != '\0' && strcmp(head->hex, proof.root.hex) != 0)
        status = rewritten(head->entries, "that root", error);
    if (status == CDN_OK && strcmp(earlier.hex, proof.earlier.hex) != 0)
        status = rewritten(earlier.entries, chapter->id, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, chapter->id, take_entry, &t, error);
    cdn_ledger_close(ledger);
    if (status == CDN_OK)
        *out = proof_json(&proof, t.entry);
    else
        cdn_json_destroy(t.entry);
    return status;
}

cdn_status cdn_desk_ledger_prove(cdn_desk *desk, const char *release_id, const char *root,
                                 cdn_report *report, cdn_error *error)
{
    cdn_chronicle chronicle = {0};
    cdn_tree_head head = {0};
    cdn_json *json = NULL;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    if (root != NULL)
        CDN_TRY(read_head(root, &head, error));
    cdn_status status = cdn_chronicle_read(desk, &chronicle, error);
    const cdn_chapter *chapter =
        status == CDN_OK ? cdn_chronicle_find(&chronicle, release_id) : NULL;
    if (status == CDN_OK && (chapter == NULL || chapter->intent == 0))
        status = cdn_fail(error, CDN_E_REFUSED, "no release \"%s\" has left", release_id);
    if (status == CDN_OK && chapter != NULL)
        status = prove(desk, chapter, &head, &json, error);
    if (status == CDN_OK)
        cdn_json_write(json, true, &text);
    cdn_chronicle_release(&chronicle);
    return finish(status, &text, json, report, error);
}
