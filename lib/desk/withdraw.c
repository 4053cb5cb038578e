/* withdraw.c - a delivered release taken back or replaced; the status list shown and signed.
 *
 * One approver is enough: taking back only ever takes away. The ledger is told
 * first, the list is made from it, so a crash in between is mended by signing the
 * list again. That the signer can sign is tried before the ledger is told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/alloc.h"
#include "core/clock.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "desk/register.h"

#define REASON_MAX 500

/* verify.sh shows the reason as it stands in the list: one line, nothing that JSON would escape. */
static cdn_status check_reason(const char *reason, cdn_error *error)
{
    size_t length = strlen(reason);
    bool good = length > 0 && length <= REASON_MAX && strpbrk(reason, "\"\\") == NULL;
    for (size_t i = 0; good && i < length; i++)
        good = (unsigned char)reason[i] >= 0x20 && reason[i] != 0x7f;
    if (!good)
        return cdn_fail(error, CDN_E_USAGE,
                        "a reason is one line of 1 to %d bytes, without quotation marks and "
                        "backslashes", REASON_MAX);
    return CDN_OK;
}

static const cdn_register_row *find(const cdn_register *list, const char *id)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].release_id, id) == 0)
            return &list->rows[i];
    return NULL;
}

static cdn_status check_possible(const cdn_register *list, const cdn_withdrawal *w,
                                 cdn_error *error)
{
    const cdn_register_row *old = find(list, w->release_id);
    const cdn_register_row *by = w->by == NULL ? NULL : find(list, w->by);
    if (old == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "no release \"%s\" was delivered", w->release_id);
    if (old->kind == CDN_REGISTER_WITHDRAWN) {
        (void)cdn_fail(error, CDN_E_REFUSED, "%s is withdrawn already", w->release_id);
        cdn_fail_hint(error,
                      "`cordon status` shows whether the signed list says so, `cordon status "
                      "--as NAME` signs it");
        return CDN_E_REFUSED;
    }
    if (w->by == NULL)
        return CDN_OK;
    if (by == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "no release \"%s\" was delivered", w->by);
    if (by <= old)
        return cdn_fail(error, CDN_E_REFUSED, "%s was not delivered after %s", w->by,
                        w->release_id);
    if (by->kind != CDN_REGISTER_ACTIVE)
        return cdn_fail(error, CDN_E_REFUSED, "%s is %s itself", w->by,
                        cdn_register_word(by->kind));
    return CDN_OK;
}

static cdn_status check(const cdn_desk *desk, const cdn_withdrawal *w, cdn_error *error)
{
    cdn_register list;
    CDN_TRY(cdn_desk_check_id(w->release_id, "a release id", error));
    if (w->by != NULL)
        CDN_TRY(cdn_desk_check_id(w->by, "a release id", error));
    else
        CDN_TRY(check_reason(w->reason, error));
    cdn_arena *arena = cdn_arena_create();
    cdn_status status = arena == NULL ? cdn_fail_memory(error)
                                      : cdn_desk_register_collect(desk, arena, &list, error);
    if (status == CDN_OK)
        status = check_possible(&list, w, error);
    cdn_arena_destroy(arena);
    return status;
}

static cdn_status withdraw(const cdn_desk *desk, const cdn_withdrawal *w, cdn_text *text,
                           cdn_error *error)
{
    cdn_register_signer signer = {w->name, w->passphrase};
    CDN_TRY(check(desk, w, error));
    CDN_TRY(cdn_desk_register_try(desk, &signer, error));
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "name", cdn_json_new_string(w->name));
    if (w->by != NULL)
        cdn_json_set(payload, "by", cdn_json_new_string(w->by));
    else
        cdn_json_set(payload, "reason", cdn_json_new_string(w->reason));
    CDN_TRY(cdn_desk_record(desk, w->by != NULL ? "supersede" : "withdraw", w->release_id, payload,
                            error));
    cdn_text_addf(text, "%s: %s\n", w->by != NULL ? "superseded" : "withdrawn", w->release_id);
    return cdn_desk_register_publish(desk, &signer, text, error);
}

cdn_status cdn_desk_withdraw(cdn_desk *desk, const cdn_withdrawal *withdrawal,
                             cdn_report *report, cdn_error *error)
{
    int lock = -1;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_status status = cdn_desk_lock(desk, &lock, error);
    if (status == CDN_OK)
        status = withdraw(desk, withdrawal, &text, error);
    cdn_desk_unlock(lock);
    if (status != CDN_OK) {
        cdn_text_release(&text);
        return status;
    }
    cdn_json *json = cdn_json_object();
    cdn_json_set(json, "release", cdn_json_new_string(withdrawal->release_id));
    cdn_json_set(json, "outcome",
                 cdn_json_new_string(withdrawal->by != NULL ? "superseded" : "withdrawn"));
    return cdn_report_fill(report, &text, json, error);
}

/* --- the list --------------------------------------------------------------------------------- */

static cdn_status sign_again(const cdn_desk *desk, const char *name, const char *passphrase,
                             cdn_text *text, cdn_error *error)
{
    cdn_register_signer signer = {name, passphrase};
    int lock = -1;
    CDN_TRY(cdn_desk_lock(desk, &lock, error));
    cdn_status status = cdn_desk_register_try(desk, &signer, error);
    if (status == CDN_OK) {
        cdn_json *payload = cdn_json_object();
        cdn_json_set(payload, "name", cdn_json_new_string(name));
        status = cdn_desk_record(desk, "status", NULL, payload, error);
    }
    if (status == CDN_OK)
        status = cdn_desk_register_publish(desk, &signer, text, error);
    cdn_desk_unlock(lock);
    return status;
}

/* One line a release, and whether the signed list says the same. */
static void show_rows(const cdn_register *list, const cdn_register_file *file, cdn_text *text,
                      cdn_json *json)
{
    bool behind = false;
    cdn_json *releases = cdn_json_array();
    for (uint32_t i = 0; i < list->count; i++) {
        const cdn_register_row *row = &list->rows[i];
        cdn_register_row signed_row = cdn_register_find(file, row->release_id);
        behind = behind || signed_row.kind != row->kind ||
                 strcmp(signed_row.detail, row->detail) != 0;
        cdn_text_addf(text, "%-52s %-10s %s\n", row->release_id, cdn_register_word(row->kind),
                      row->detail);
        cdn_json *item = cdn_json_object();
        cdn_json_set(item, "release", cdn_json_new_string(row->release_id));
        cdn_json_set(item, "status", cdn_json_new_string(cdn_register_word(row->kind)));
        cdn_json_set(item, "detail", cdn_json_new_string(row->detail));
        cdn_json_push(releases, item);
    }
    cdn_json_set(json, "releases", releases);
    cdn_json_set(json, "signed", cdn_json_new_bool(file->tree != NULL && !behind));
    if (file->tree != NULL && behind)
        cdn_text_add(text, "note: the signed list does not say so yet: `cordon status --as NAME` "
                           "signs the next\n");
}

static cdn_status show(const cdn_desk *desk, cdn_text *text, cdn_json *json, cdn_error *error)
{
    char issued[CDN_INSTANT_SIZE], next[CDN_INSTANT_SIZE];
    cdn_register list;
    cdn_register_file file = {0};
    char *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_arena *arena = cdn_arena_create();
    cdn_status status = arena == NULL || trust == NULL
                            ? cdn_fail_memory(error)
                            : cdn_desk_register_collect(desk, arena, &list, error);
    if (status == CDN_OK && cdn_register_read(trust, &file, NULL) == CDN_OK && file.tree != NULL) {
        cdn_instant_write(file.issued, issued);
        cdn_instant_write(file.next_update, next);
        cdn_text_addf(text, "status list %" PRId64 " of %.10s, signed by %s, the next by %.10s\n",
                      file.version, issued, file.signer, next);
        cdn_json_set(json, "version", cdn_json_new_integer(file.version));
        cdn_json_set(json, "nextUpdate", cdn_json_new_string(next));
    }
    if (status == CDN_OK) {
        show_rows(&list, &file, text, json);
        cdn_trust_warn(desk, NULL, text);
    }
    cdn_register_file_release(&file);
    cdn_arena_destroy(arena);
    cdn_free(trust);
    return status;
}

cdn_status cdn_desk_status(cdn_desk *desk, const char *name, const char *passphrase,
                           cdn_report *report, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX), ignored = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_status status =
        name == NULL ? CDN_OK : sign_again(desk, name, passphrase, &ignored, error);
    if (status == CDN_OK)
        status = show(desk, &text, json, error);
    cdn_text_release(&ignored);
    if (status == CDN_OK)
        return cdn_report_fill(report, &text, json, error);
    cdn_text_release(&text);
    cdn_json_destroy(json);
    return status;
}
