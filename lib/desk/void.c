/* void.c - two people end a delivery that began and never left: it no longer counts as released.
 *
 * An intent in the ledger counts as released, because a crash can hide that the
 * package left. Only people can know that it did not: the first one's signed
 * statement waits beside the package, the second one's makes the entry, which
 * keeps both. They name the intent's hash, so that a statement about one delivery
 * never ends another. When anything of the release is in outbox/ there is nothing
 * to void: it may have been taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/standing.h"
#include "desk/statement.h"
#include "io/file.h"

typedef struct voiding {
    const cdn_approval *said;
    const cdn_track *track;
    cdn_statement statement;
    char *waiting; /* the first person's statement */
} voiding;

static char *path_of(const cdn_desk *desk, const char *folder, const char *id, const char *ending)
{
    char name[192];
    (void)snprintf(name, sizeof name, "%s%s", id, ending);
    return cdn_desk_path(desk, folder, name);
}

static cdn_status check_outbox(const cdn_desk *desk, const char *id, cdn_error *error)
{
    static const char *const endings[] = {"", ".zip", ".zip.p7m"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char *path = path_of(desk, "outbox", id, endings[i]);
        bool there = path == NULL || cdn_file_exists(path);
        cdn_free(path);
        if (!there)
            continue;
        (void)cdn_fail(error, CDN_E_REFUSED, "it is in outbox/ and may have been taken: it stays "
                                             "released");
        cdn_fail_hint(error, "`cordon deliver` finishes the delivery");
        return CDN_E_REFUSED;
    }
    return CDN_OK;
}

/* What a delivery made in staging and would make again, and the first statement; a delivery that
 * follows takes away what is left of them. */
static void clear_staging(const cdn_desk *desk, const char *id)
{
    static const char *const endings[] = {".zip", ".zip.p7m", ".zip.p7m.p7s", ".void"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char *path = path_of(desk, "staging", id, endings[i]);
        if (path != NULL)
            (void)unlink(path);
        cdn_free(path);
    }
}

static cdn_status keep_first(const voiding *v, const cdn_json *said, cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json_write(said, false, &bytes);
    cdn_status status = bytes.failed
                            ? cdn_fail_memory(error)
                            : cdn_file_write(v->waiting, bytes.bytes, bytes.length, error);
    cdn_text_release(&bytes);
    return status;
}

/* The first statement, when it is about this delivery; one about another is forgotten. */
static cdn_status read_first(const cdn_desk *desk, const voiding *v, cdn_json **out,
                             cdn_signer *signer, cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    *out = NULL;
    if (!cdn_file_exists(v->waiting))
        return CDN_OK;
    cdn_status status = cdn_file_read(v->waiting, &bytes, error);
    if (status == CDN_OK)
        status = cdn_json_parse(v->waiting, bytes.bytes == NULL ? "" : bytes.bytes, bytes.length,
                                out, error);
    cdn_text_release(&bytes);
    CDN_TRY(status);
    cdn_statement statement = v->statement;
    const char *reason = cdn_json_string(cdn_json_get(*out, "reason"));
    statement.reason = reason == NULL ? "" : reason;
    status = cdn_statement_verify(desk, &statement, *out, signer, NULL);
    if (status == CDN_E_REFUSED) {
        cdn_json_destroy(*out);
        *out = NULL;
        status = CDN_OK;
    }
    return status == CDN_OK ? CDN_OK : cdn_fail(error, status, "the first statement is unreadable");
}

static cdn_status record(const cdn_desk *desk, const voiding *v, const cdn_json *first,
                         const cdn_json *second, cdn_error *error)
{
    cdn_json *payload = cdn_json_object();
    cdn_json *people = cdn_json_array();
    cdn_json_push(people, cdn_json_copy(first));
    cdn_json_push(people, cdn_json_copy(second));
    cdn_json_set(payload, "intent", cdn_json_new_string(v->track->intent));
    cdn_json_set(payload, "people", people);
    CDN_TRY(cdn_desk_record(desk, "void", v->said->release_id, payload, error));
    clear_staging(desk, v->said->release_id);
    return CDN_OK;
}

/* *ended: the second person has spoken. */
static cdn_status say(const cdn_desk *desk, const voiding *v, bool *ended, cdn_error *error)
{
    cdn_json *first = NULL, *own = NULL;
    cdn_signer earlier, signer;
    cdn_status status = cdn_statement_make(desk, &v->statement, v->said->name,
                                           v->said->passphrase, &own, error);
    if (status == CDN_OK)
        status = cdn_statement_verify(desk, &v->statement, own, &signer, error);
    if (status == CDN_OK)
        status = read_first(desk, v, &first, &earlier, error);
    if (status == CDN_OK && first != NULL &&
        (strcmp(earlier.name, signer.name) == 0 ||
         strcmp(earlier.key_digest, signer.key_digest) == 0))
        status = cdn_fail(error, CDN_E_REFUSED, "%s said so already; it takes a second person",
                          v->said->name);
    if (status == CDN_OK)
        status = first == NULL ? keep_first(v, own, error) : record(desk, v, first, own, error);
    *ended = first != NULL;
    cdn_json_destroy(first);
    cdn_json_destroy(own);
    return status;
}

/* The roster of today: the agreement that the release was made under may have run out. */
static cdn_status check_person(cdn_desk *desk, const cdn_json *note, const char *name,
                               cdn_error *error)
{
    cdn_agreement *agreement = NULL;
    const cdn_person *person = NULL;
    const char *id = cdn_json_string(cdn_json_get(note, "agreement"));
    if (id == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "the note of the staged release is damaged");
    CDN_TRY(cdn_desk_agreement(desk, id, &agreement, error));
    cdn_status status = cdn_statement_person(agreement, name, &person, error);
    cdn_agreement_destroy(agreement);
    return status;
}

static cdn_status void_intent(cdn_desk *desk, const cdn_approval *said, const cdn_json *note,
                              bool *ended, cdn_error *error)
{
    cdn_track track;
    const char *digest = cdn_json_string(cdn_json_get(note, "signedBytes"));
    CDN_TRY(check_person(desk, note, said->name, error));
    CDN_TRY(cdn_track_of(desk, said->release_id, &track, error));
    if (track.intent[0] == '\0' || digest == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "no delivery of %s is unfinished: nothing to void",
                        said->release_id);
    CDN_TRY(check_outbox(desk, said->release_id, error));
    voiding v = {said, &track,
                 {"void", said->release_id, digest, said->reason, track.intent},
                 path_of(desk, "staging", said->release_id, ".void")};
    cdn_status status = v.waiting == NULL ? cdn_fail_memory(error) : say(desk, &v, ended, error);
    cdn_free(v.waiting);
    return status;
}

cdn_status cdn_desk_void(cdn_desk *desk, const cdn_approval *said, cdn_report *report,
                         cdn_error *error)
{
    cdn_json *note = NULL;
    bool ended = false;
    int lock = -1;
    CDN_TRY(cdn_statement_check_reason(said->reason, error));
    cdn_status status = cdn_desk_lock(desk, &lock, error);
    if (status == CDN_OK)
        status = cdn_staging_note(desk, said->release_id, &note, error);
    if (status == CDN_OK)
        status = void_intent(desk, said, note, &ended, error);
    cdn_desk_unlock(lock);
    cdn_json_destroy(note);
    CDN_TRY(status);
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text,
                  ended ? "void: the delivery of %s never left, and no longer counts as released\n"
                        : "%s: one of two people said that it never left; a second one must\n",
                  said->release_id);
    cdn_json_set(json, "release", cdn_json_new_string(said->release_id));
    cdn_json_set(json, "void", cdn_json_new_bool(ended));
    return cdn_report_fill(report, &text, json, error);
}
