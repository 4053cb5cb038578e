/* run.c - from a script to a staged release.
 *
 * The package is written under a temporary name and moved into staging/ whole.
 * What later releases need and the private note are there before the ledger has the
 * entry, and that before the move: a package in staging without a note is never
 * approved.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/staging.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/overview.h"
#include "desk/page.h"
#include "desk/past.h"
#include "export/package.h"
#include "io/file.h"
#include "seal/digest.h"

/* Everything about a release that is about to be staged. */
typedef struct staging {
    cdn_desk *desk;
    const cdn_request *request;
    const cdn_desk_past *past;
    cdn_release *release;
    const cdn_gate_report *gate;
    cdn_identity identity;
    cdn_chronicle chronicle; /* under the lock */
    char root[65];
    char signed_bytes[65];
    char page[65]; /* SHA-256 of the review page */
    char kept[65];
} staging;

/* What the ledger says of a release from its staging on. */
static void set_facts(const staging *s, cdn_json *json)
{
    const struct {
        const char *name, *text;
    } facts[] = {{"agreement", s->request->agreement->id}, {"plan", s->request->plan->digest},
                 {"feed", s->release->feed},               {"period", s->release->period},
                 {"request", s->identity.request},         {"kept", s->kept},
                 {"signedBytes", s->signed_bytes},         {"reviewPage", s->page}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        cdn_json_set(json, facts[i].name, cdn_json_new_string(facts[i].text));
}

/* Takes the note. */
static cdn_status save_note(const staging *s, cdn_json *note, cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json_write(note, false, &bytes);
    cdn_json_destroy(note);
    char *path = cdn_staging_note_path(s->desk, s->release->id);
    cdn_status status = bytes.failed || path == NULL
                            ? cdn_fail_memory(error)
                            : cdn_file_write(path, bytes.bytes, bytes.length, error);
    cdn_text_release(&bytes);
    cdn_free(path);
    return status;
}

static cdn_status write_note(const staging *s, cdn_error *error)
{
    cdn_json *note = cdn_json_object();
    cdn_json *consent = cdn_json_array();
    for (uint32_t i = 0; i < s->gate->consent_count; i++)
        cdn_json_push(consent, cdn_json_new_string(s->gate->consent_keys[i]));
    set_facts(s, note);
    cdn_json_set(note, "release", cdn_json_new_string(s->release->id));
    cdn_json_set(note, "agreementDigest", cdn_json_new_string(s->request->agreement->digest));
    cdn_json_set(note, "consent", consent);
    return save_note(s, note, error);
}

/* The same bytes as those that are there, or have left, already; or an error. */
static cdn_status compare_signed(const staging *s, const char *earlier, cdn_error *error)
{
    if (strcmp(s->signed_bytes, earlier) == 0)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_REFUSED,
                   "a release with this id but other bytes exists; it was left as it is");
    cdn_fail_hint(error, "the script's file may have been renamed: its name is in the package");
    return CDN_E_REFUSED;
}

static cdn_status compare_staged(const staging *s, const char *package, cdn_error *error)
{
    char there[65];
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_status status = cdn_staging_signed_bytes(package, &bytes, there, error);
    cdn_text_release(&bytes);
    return status == CDN_OK ? compare_signed(s, there, error) : status;
}

/* An agreement, a policy, a plan: an entry of its own when it is used for the first time. */
static cdn_status record_first_use(const staging *s, cdn_error *error)
{
    const struct {
        const char *kind, *name, *digest;
    } used[] = {{"agreement", s->request->agreement->id, s->request->agreement->digest},
                {"policy", s->request->policy->name, s->request->policy->digest},
                {"plan", s->release->feed, s->request->plan->digest}};
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        if (cdn_chronicle_knows(&s->chronicle, used[i].kind, used[i].digest))
            continue;
        cdn_json *payload = cdn_json_object();
        cdn_json_set(payload, "name", cdn_json_new_string(used[i].name));
        cdn_json_set(payload, "digest", cdn_json_new_string(used[i].digest));
        CDN_TRY(cdn_desk_record(s->desk, used[i].kind, NULL, payload, error));
    }
    return CDN_OK;
}

static cdn_status record_stage(const staging *s, cdn_error *error)
{
    cdn_json *payload = cdn_json_object();
    set_facts(s, payload);
    cdn_status status = record_first_use(s, error);
    if (status == CDN_OK)
        return cdn_desk_record(s->desk, "stage", s->release->id, payload, error);
    cdn_json_destroy(payload);
    return status;
}

static void remove_quietly(char *path)
{
    if (path != NULL)
        (void)unlink(path);
    cdn_free(path);
}

/* What later releases need, page, note, ledger, package: what nobody recorded is not in staging. */
static cdn_status publish(staging *s, const char *fresh, const char *package, cdn_error *error)
{
    CDN_TRY(cdn_kept_write(s->desk, s->request, s->release, s->gate, s->past->ids, s->past->count,
                           s->kept, error));
    cdn_status status = cdn_desk_page_write(s->desk, &s->chronicle, s->release, s->gate, s->page,
                                            error);
    if (status == CDN_OK)
        status = write_note(s, error);
    if (status == CDN_OK)
        status = record_stage(s, error);
    if (status == CDN_OK)
        status = cdn_dir_publish(fresh, package, error);
    if (status == CDN_OK || cdn_file_exists(package)) /* moved, if not surely: it keeps its note */
        return status;
    remove_quietly(cdn_staging_note_path(s->desk, s->release->id));
    remove_quietly(cdn_desk_page_path(s->desk, s->release->id));
    return status;
}

/* What an earlier entry said, with the page of now. */
static cdn_json *facts_again(const staging *s, const cdn_json *note)
{
    static const char *const names[] = {"agreement", "feed", "kept", "period", "plan", "request",
                                        "signedBytes"};
    cdn_json *payload = cdn_json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cdn_json_set(payload, names[i], cdn_json_copy(cdn_json_get(note, names[i])));
    cdn_json_set(payload, "reviewPage", cdn_json_new_string(s->page));
    return payload;
}

/* The page of what is staged already is made again: it may be gone, or what it is compared with may
 * be. One that differs from the one that was staged is recorded before it is believed. */
static cdn_status renew_page(staging *s, cdn_error *error)
{
    cdn_json *note = NULL;
    CDN_TRY(cdn_staging_note(s->desk, s->release->id, &note, error));
    const char *there = cdn_json_string(cdn_json_get(note, "reviewPage"));
    cdn_status status = cdn_desk_page_write(s->desk, &s->chronicle, s->release, s->gate, s->page,
                                            error);
    bool renewed = status == CDN_OK && (there == NULL || strcmp(there, s->page) != 0);
    if (renewed)
        status = cdn_desk_record(s->desk, "stage", s->release->id, facts_again(s, note), error);
    if (renewed && status == CDN_OK) {
        cdn_json_set(note, "reviewPage", cdn_json_new_string(s->page));
        return save_note(s, note, error);
    }
    cdn_json_destroy(note);
    return status;
}

/* The root of the ledger travels with the release: that of now, or, when this release was staged
 * before, the one it had then. */
static cdn_status find_root(staging *s, cdn_error *error)
{
    cdn_kept kept = {0};
    cdn_ledger *ledger = NULL;
    const cdn_chapter *chapter = cdn_chronicle_find(&s->chronicle, s->release->id);
    cdn_status status = CDN_OK;
    if (chapter != NULL && chapter->staged) {
        status = cdn_kept_open(s->desk, chapter, &kept, error);
        if (status == CDN_OK)
            (void)snprintf(s->root, sizeof s->root, "%s", kept.ledger_root);
        s->release->ledger_entries = kept.ledger_entries;
    } else {
        status = cdn_desk_ledger_open(s->desk, &ledger, error);
        if (status == CDN_OK)
            status = cdn_ledger_root(ledger, 0, &s->release->ledger_entries, s->root, error);
        cdn_ledger_close(ledger);
    }
    s->release->ledger_root = s->root;
    cdn_kept_release(&kept);
    return status;
}

static cdn_status settle(staging *s, const char *fresh, const char *package,
                         const char **outcome, cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    const cdn_chapter *chapter = cdn_chronicle_find(&s->chronicle, s->release->id);
    cdn_status status = cdn_staging_signed_bytes(fresh, &bytes, s->signed_bytes, error);
    cdn_text_release(&bytes);
    CDN_TRY(status);
    if (chapter != NULL && chapter->intent != 0) {
        *outcome = chapter->committed ? "unchanged, already delivered"
                                      : "unchanged, its delivery is to be finished";
        return compare_signed(s, chapter->signed_bytes, error);
    }
    if (cdn_file_exists(package)) {
        *outcome = "unchanged, already staged";
        CDN_TRY(compare_staged(s, package, error));
        return renew_page(s, error);
    }
    *outcome = "staged";
    return publish(s, fresh, package, error);
}

static cdn_status stage(staging *s, const char **outcome, cdn_error *error)
{
    char name[192];
    int lock = -1;
    (void)snprintf(name, sizeof name, ".%s.tmp", s->release->id);
    char *package = cdn_staging_path(s->desk, s->release->id);
    char *fresh = cdn_desk_path(s->desk, "staging", name);
    cdn_status status = package == NULL || fresh == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_desk_lock(s->desk, &lock, error);
    bool locked = status == CDN_OK;
    if (status == CDN_OK)
        status = cdn_dir_remove(fresh, error);
    if (status == CDN_OK)
        status = cdn_chronicle_read(s->desk, &s->chronicle, error);
    if (status == CDN_OK)
        status = find_root(s, error);
    if (status == CDN_OK)
        status = cdn_package_stage(s->release, fresh, error);
    if (status == CDN_OK)
        status = settle(s, fresh, package, outcome, error);
    if (locked) {
        cdn_status swept = cdn_dir_remove(fresh, status == CDN_OK ? error : NULL);
        status = status == CDN_OK ? swept : status;
    }
    cdn_desk_unlock(lock);
    cdn_chronicle_release(&s->chronicle);
    cdn_free(fresh);
    cdn_free(package);
    return status;
}

static cdn_status report_run(const cdn_release *release, const cdn_desk_past *past,
                             const cdn_gate_report *gate,
                             const char *outcome, cdn_report *report, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_overview_outputs(gate, false, &text, json);
    cdn_overview_history(gate, past->items, past->count, &text, json);
    cdn_text_addf(&text, "%s: %s\n", outcome, release->id);
    cdn_json_set(json, "release", cdn_json_new_string(release->id));
    cdn_json_set(json, "outcome", cdn_json_new_string(outcome));
    (void)snprintf(report->release_id, sizeof report->release_id, "%s", release->id);
    return cdn_report_fill(report, &text, json, error);
}

cdn_status cdn_desk_run(cdn_desk *desk, const char *script, cdn_report *report, cdn_error *error)
{
    cdn_request request;
    cdn_desk_past past = {0};
    cdn_release *release = NULL;
    cdn_gate_report gate = {0};
    staging s = {.desk = desk, .request = &request, .past = &past, .gate = &gate};
    const char *outcome = "";
    cdn_status status = cdn_request_read(desk, script, &request, error);
    if (status == CDN_OK)
        status = cdn_desk_need_snapshot(desk, error);
    if (status == CDN_OK)
        status = cdn_request_check_period(desk, &request, script, error);
    if (status == CDN_OK) {
        cdn_gate_input input = cdn_request_input(desk, &request);
        input.reasons = true; /* for the review page */
        input.intervals = true;
        status = cdn_desk_past_collect(desk, &input, &past, error);
        if (status == CDN_OK)
            status = cdn_gate_identify(&input, &s.identity, error);
        if (status == CDN_OK)
            status = cdn_gate_clear(&input, &release, &gate, error);
    }
    s.release = release;
    if (status == CDN_OK)
        status = stage(&s, &outcome, error);
    if (status == CDN_OK)
        status = report_run(release, &past, &gate, outcome, report, error);
    cdn_release_destroy(release);
    cdn_gate_report_release(&gate);
    cdn_desk_past_release(&past);
    cdn_request_release(&request);
    return status;
}
