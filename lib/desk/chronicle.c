/* chronicle.c - one walk over the ledger, entry by entry.
 *
 * A release counts as released from its intent on, whether or not a commit
 * follows. Only a void takes that back, and only while there is no commit: what
 * was delivered was seen. Packages go to outbox/, and pages to delivered/, after
 * the intent: names there that the ledger lacks show that it was longer once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/chronicle.h"

#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "io/file.h"

#define KEY_MAX 128

static cdn_status find_or_add(cdn_chronicle *all, const char *id, cdn_chapter **out,
                              cdn_error *error)
{
    const cdn_chapter *known = cdn_chronicle_find(all, id);
    if (known != NULL) {
        *out = &all->chapters[known - all->chapters];
        return CDN_OK;
    }
    if (all->count == all->room) {
        uint32_t room = all->room == 0 ? 64 : 2 * all->room;
        cdn_chapter *more = cdn_resize(all->chapters, room, sizeof *more);
        if (more == NULL)
            return cdn_fail_memory(error);
        all->chapters = more;
        all->room = room;
    }
    *out = &all->chapters[all->count];
    **out = (cdn_chapter){.id = cdn_arena_strdup(all->arena, id),
                          .agreement = "", .feed = "", .period = "",
                          .request = "", .kept = "", .signed_bytes = "",
                          .unfinished = "", .zip = "", .rejected_by = "", .reason = ""};
    if ((*out)->id == NULL)
        return cdn_fail_memory(error);
    all->count++;
    return CDN_OK;
}

static cdn_status keep(cdn_chronicle *all, const char *text, const char **out, cdn_error *error)
{
    if (text == NULL || strcmp(text, *out) == 0)
        return CDN_OK;
    *out = cdn_arena_strdup(all->arena, text);
    return *out == NULL ? cdn_fail_memory(error) : CDN_OK;
}

/* What the entry says, where it says it; else what an earlier one said stays. */
static cdn_status take_texts(cdn_chronicle *all, const cdn_json *payload, cdn_chapter *chapter,
                             cdn_error *error)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {{"agreement", &chapter->agreement}, {"feed", &chapter->feed},
                 {"period", &chapter->period},       {"request", &chapter->request},
                 {"kept", &chapter->kept},           {"signedBytes", &chapter->signed_bytes},
                 {"zip", &chapter->zip}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CDN_TRY(keep(all, cdn_json_string(cdn_json_get(payload, texts[i].name)), texts[i].text,
                     error));
    return CDN_OK;
}

static cdn_status take_refusal(cdn_chronicle *all, const cdn_json *payload, cdn_chapter *chapter,
                               cdn_error *error)
{
    CDN_TRY(keep(all, cdn_json_string(cdn_json_get(payload, "name")), &chapter->rejected_by,
                 error));
    return keep(all, cdn_json_string(cdn_json_get(payload, "reason")), &chapter->reason, error);
}

static cdn_status take_entry(cdn_chronicle *all, const cdn_ledger_entry *entry,
                             const cdn_json *payload, cdn_error *error)
{
    cdn_chapter *chapter = NULL;
    bool stage = strcmp(entry->kind, "stage") == 0, intent = strcmp(entry->kind, "intent") == 0;
    bool commit = strcmp(entry->kind, "commit") == 0, ended = strcmp(entry->kind, "void") == 0;
    CDN_TRY(find_or_add(all, entry->release_id, &chapter, error));
    chapter->staged |= stage;
    chapter->committed |= commit;
    chapter->began |= intent;
    if (intent && chapter->intent == 0)
        chapter->intent = entry->sequence;
    else if (ended && !chapter->committed)
        chapter->intent = 0;
    if (commit || ended)
        chapter->unfinished = chapter->zip = "";
    if (intent)
        CDN_TRY(keep(all, entry->hash, &chapter->unfinished, error));
    bool reject = strcmp(entry->kind, "reject") == 0;
    bool withdraw = strcmp(entry->kind, "withdraw") == 0;
    chapter->rejected |= reject;
    chapter->withdrawn |= withdraw;
    if (reject || withdraw)
        return take_refusal(all, payload, chapter, error);
    return stage || intent ? take_texts(all, payload, chapter, error) : CDN_OK;
}

static void use_key(char key[KEY_MAX], const char *kind, const char *digest)
{
    (void)snprintf(key, KEY_MAX, "%s %s", kind, digest);
}

static cdn_status visit(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    cdn_chronicle *all = context;
    cdn_json *payload = NULL;
    cdn_status status = cdn_json_parse("the ledger", entry->payload, strlen(entry->payload),
                                       &payload, error);
    const char *digest = cdn_json_string(cdn_json_get(payload, "digest"));
    all->entries = entry->sequence;
    if (status == CDN_OK && entry->sequence == 1) {
        all->secret = cdn_arena_strdup(all->arena, entry->salt);
        status = all->secret == NULL ? cdn_fail_memory(error) : CDN_OK;
    }
    if (status == CDN_OK && entry->release_id[0] != '\0') {
        status = take_entry(all, entry, payload, error);
    } else if (status == CDN_OK && digest != NULL) {
        char key[KEY_MAX];
        use_key(key, entry->kind, digest);
        cdn_json_set(all->first_used, key, cdn_json_new_bool(true));
    }
    cdn_json_destroy(payload);
    return status;
}

static cdn_status read_entries(const cdn_desk *desk, const char *release_id, cdn_chronicle *out,
                               cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    *out = (cdn_chronicle){.arena = cdn_arena_create(), .first_used = cdn_json_object()};
    if (out->arena == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, release_id, visit, out, error);
    cdn_ledger_close(ledger);
    if (status == CDN_OK && !cdn_json_ok(out->first_used))
        status = cdn_fail_memory(error);
    return status;
}

/* <feed>-<period>-<12 hex>, and what follows its first dot: one line of `context`. */
static cdn_status note_left(void *context, const char *name, cdn_error *error)
{
    size_t length = strcspn(name, ".");
    cdn_text *lines = context;
    (void)error;
    if (length > 13 && name[length - 13] == '-' &&
        strspn(name + length - 12, "0123456789abcdef") == 12)
        cdn_text_addf(lines, "%.*s\n", (int)length, name);
    return CDN_OK;
}

static cdn_status list_left(const cdn_desk *desk, cdn_text *lines, cdn_error *error)
{
    static const char *const folders[] = {"outbox", "delivered"};
    cdn_status status = CDN_OK;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && status == CDN_OK; i++) {
        char *path = cdn_desk_path(desk, folders[i], NULL);
        status = path == NULL ? cdn_fail_memory(error)
                              : cdn_dir_names(path, note_left, lines, error);
        cdn_free(path);
    }
    return status != CDN_OK ? status : lines->failed ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status check_left(const cdn_chronicle *all, char *lines, cdn_error *error)
{
    char *rest = NULL;
    char *id = lines == NULL ? NULL : strtok_r(lines, "\n", &rest);
    for (; id != NULL; id = strtok_r(NULL, "\n", &rest)) {
        const cdn_chapter *chapter = cdn_chronicle_find(all, id);
        if (chapter != NULL && chapter->began)
            continue;
        (void)cdn_fail(error, CDN_E_REFUSED, "%s has left, and the ledger does not know of it",
                       id);
        cdn_fail_hint(error, "the ledger was cut off or is an older copy: restore the newest");
        return CDN_E_REFUSED;
    }
    return CDN_OK;
}

/* What left is listed first: its intent was in the ledger before. */
cdn_status cdn_chronicle_read(const cdn_desk *desk, cdn_chronicle *out, cdn_error *error)
{
    cdn_text left = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    *out = (cdn_chronicle){0};
    cdn_status status = list_left(desk, &left, error);
    if (status == CDN_OK)
        status = read_entries(desk, NULL, out, error);
    if (status == CDN_OK)
        status = check_left(out, left.bytes, error);
    cdn_text_release(&left);
    return status;
}

cdn_status cdn_chronicle_read_one(const cdn_desk *desk, const char *release_id, cdn_chronicle *out,
                                  cdn_error *error)
{
    return read_entries(desk, release_id, out, error);
}

void cdn_chronicle_release(cdn_chronicle *chronicle)
{
    cdn_json_destroy(chronicle->first_used);
    cdn_free(chronicle->chapters);
    cdn_arena_destroy(chronicle->arena);
    *chronicle = (cdn_chronicle){0};
}

const cdn_chapter *cdn_chronicle_find(const cdn_chronicle *chronicle, const char *release_id)
{
    for (uint32_t i = 0; i < chronicle->count; i++)
        if (strcmp(chronicle->chapters[i].id, release_id) == 0)
            return &chronicle->chapters[i];
    return NULL;
}

bool cdn_chronicle_knows(const cdn_chronicle *chronicle, const char *kind, const char *digest)
{
    char key[KEY_MAX];
    use_key(key, kind, digest);
    return cdn_json_get(chronicle->first_used, key) != NULL;
}

cdn_status cdn_desk_check_agreement(const cdn_desk *desk, const char *id, const char *source,
                                    uint64_t line, cdn_error *error)
{
    cdn_chronicle all = {0};
    cdn_text file = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_text_addf(&file, "%s.lua", id);
    char *path = file.failed ? NULL : cdn_desk_path(desk, "policies/agreements", file.bytes);
    bool known = path != NULL && cdn_file_exists(path);
    cdn_status status = path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && !known)
        status = cdn_chronicle_read(desk, &all, error);
    for (uint32_t i = 0; i < all.count && !known; i++)
        known = strcmp(all.chapters[i].agreement, id) == 0;
    cdn_chronicle_release(&all);
    cdn_free(path);
    cdn_text_release(&file);
    if (status != CDN_OK || known)
        return status;
    (void)cdn_fail_at(error, CDN_E_INPUT, source, line, 0, "there is no agreement \"%.128s\"", id);
    cdn_fail_hint(error, "agreements are the files of policies/agreements/, without .lua");
    return CDN_E_INPUT;
}
