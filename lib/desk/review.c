/* review.c - what waits at the desk, for whom; one release in short; and that somebody looked at
 * it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/page.h"
#include "desk/standing.h"
#include "desk/statement.h"
#include "io/file.h"
#include "seal/digest.h"

/* --- in words ----------------------------------------------------------------------------- */

static void add_names(const cdn_standing *standing, bool awaited, cdn_text *text, cdn_json *array)
{
    const cdn_agreement *agreement = standing->agreement;
    const char *sign = "";
    for (uint32_t i = 0; agreement != NULL && i < agreement->approver_count; i++) {
        if (awaited ? !cdn_standing_awaits(standing, i) : !standing->approved[i])
            continue;
        cdn_text_addf(text, "%s%s", sign, agreement->approvers[i].name);
        cdn_json_push(array, cdn_json_new_string(agreement->approvers[i].name));
        sign = ", ";
    }
}

static const char *text_or_empty(const cdn_text *text)
{
    return text->bytes == NULL ? "" : text->bytes;
}

/* Standing as text, a line or two, and as members of `json`. */
static void tell(const char *release_id, const cdn_standing *standing, cdn_text *text,
                 cdn_json *json)
{
    cdn_text by = CDN_TEXT_INIT(65536), awaited = CDN_TEXT_INIT(65536), why = CDN_TEXT_INIT(65536);
    cdn_json *approved_by = cdn_json_array(), *waits_for = cdn_json_array();
    uint32_t required = standing->agreement == NULL ? 0 : standing->agreement->approvals_required;
    add_names(standing, false, &by, approved_by);
    add_names(standing, true, &awaited, waits_for);
    cdn_standing_explain(standing, &why);
    const char *word = cdn_stand_word(standing->stand);
    cdn_text_addf(text, "%s  %s", release_id, word);
    if (standing->agreement != NULL) /* else it is not the one that the release was made under */
        cdn_text_addf(text, ", %u of %u approvals%s%s", standing->approvals, required,
                      by.length > 0 ? ": " : "", text_or_empty(&by));
    cdn_text_addf(text, "\n    %s\n", text_or_empty(&why));
    cdn_json_set(json, "release", cdn_json_new_string(release_id));
    cdn_json_set(json, "state", cdn_json_new_string(word));
    cdn_json_set(json, "approvals", cdn_json_new_integer(standing->approvals));
    cdn_json_set(json, "required", cdn_json_new_integer(required));
    cdn_json_set(json, "approvedBy", approved_by);
    cdn_json_set(json, "waitsFor", waits_for);
    cdn_json_set(json, "detail", cdn_json_new_string(text_or_empty(&why)));
    cdn_text_release(&why);
    cdn_text_release(&awaited);
    cdn_text_release(&by);
}

/* --- the list ----------------------------------------------------------------------------- */

typedef struct staged_list {
    cdn_desk *desk;
    const char *name; /* only what waits for this person; NULL = all */
    cdn_text *text;
    cdn_json *array;
} staged_list;

static bool waits_for(const cdn_standing *standing, const char *name)
{
    const cdn_agreement *agreement = standing->agreement;
    for (uint32_t i = 0; agreement != NULL && i < agreement->approver_count; i++)
        if (strcmp(agreement->approvers[i].name, name) == 0 && cdn_standing_awaits(standing, i))
            return true;
    return false;
}

static cdn_status list_release(const staged_list *list, const char *release_id, cdn_error *error)
{
    cdn_json *note = NULL;
    cdn_standing standing;
    CDN_TRY(cdn_staging_note(list->desk, release_id, &note, error));
    cdn_status status = cdn_standing_read(list->desk, release_id, note, &standing, error);
    cdn_json_destroy(note);
    CDN_TRY(status);
    if (list->name == NULL || waits_for(&standing, list->name)) {
        cdn_json *item = cdn_json_object();
        tell(release_id, &standing, list->text, item);
        cdn_json_push(list->array, item);
    }
    cdn_standing_release(&standing);
    return CDN_OK;
}

/* Each <id>.json of staging/ is the note of a release. */
static cdn_status take_note(void *context, const char *path, cdn_error *error)
{
    char id[160];
    size_t length = strlen(path);
    if (strchr(path, '/') != NULL || length < 6 || length - 5 >= sizeof id ||
        strcmp(path + length - 5, ".json") != 0)
        return CDN_OK;
    (void)snprintf(id, sizeof id, "%.*s", (int)(length - 5), path);
    return list_release(context, id, error);
}

/* An intent that nothing ended, and no note in staging/ to finish it with. */
static cdn_status add_lost(const staged_list *list, cdn_error *error)
{
    cdn_chronicle chronicle;
    cdn_status status = cdn_chronicle_read(list->desk, &chronicle, error);
    for (uint32_t i = 0; status == CDN_OK && i < chronicle.count; i++) {
        const cdn_chapter *chapter = &chronicle.chapters[i];
        cdn_json *note = NULL;
        bool lost = chapter->unfinished[0] != '\0' &&
                    cdn_staging_note(list->desk, chapter->id, &note, NULL) != CDN_OK;
        cdn_json_destroy(note);
        if (!lost)
            continue;
        cdn_json *item = cdn_json_object();
        cdn_text_addf(list->text,
                      "%s  unfinished\n    its delivery began and its note is gone: it counts as "
                      "released\n", chapter->id);
        cdn_json_set(item, "release", cdn_json_new_string(chapter->id));
        cdn_json_set(item, "state", cdn_json_new_string("unfinished"));
        cdn_json_push(list->array, item);
    }
    cdn_chronicle_release(&chronicle);
    return status;
}

static cdn_status list_all(cdn_desk *desk, const char *name, cdn_report *report, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    staged_list list = {desk, name, &text, cdn_json_array()};
    char *staging = cdn_desk_path(desk, "staging", NULL);
    cdn_status status = staging == NULL ? cdn_fail_memory(error)
                                        : cdn_dir_walk(staging, take_note, &list, error);
    if (status == CDN_OK && name == NULL)
        status = add_lost(&list, error);
    cdn_free(staging);
    if (text.length == 0)
        cdn_text_addf(&text, "nothing waits%s%s\n", name == NULL ? "" : " for ",
                      name == NULL ? "" : name);
    cdn_json_set(json, "releases", list.array);
    if (status == CDN_OK)
        return cdn_report_fill(report, &text, json, error);
    cdn_text_release(&text);
    cdn_json_destroy(json);
    return status;
}

/* --- one release -------------------------------------------------------------------------- */

static cdn_status read_statement(const cdn_standing *standing, cdn_json **out, cdn_error *error)
{
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    char *path = cdn_path_join(standing->package, "data/release.json");
    cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_file_read(path, &bytes, error);
    if (status == CDN_OK)
        status = cdn_json_parse(path, bytes.bytes == NULL ? "" : bytes.bytes, bytes.length, out,
                                error);
    cdn_text_release(&bytes);
    cdn_free(path);
    return status;
}

static void add_texts(cdn_text *text, const char *label, const cdn_json *array)
{
    cdn_text_addf(text, "  %s", label);
    for (size_t i = 0; i < cdn_json_size(array); i++) {
        const char *one = cdn_json_string(cdn_json_at(array, i));
        cdn_text_addf(text, "%s %s", i > 0 ? "," : "", one == NULL ? "" : one);
    }
    cdn_text_add(text, "\n");
}

/* What is asked by whom for what, and how much of it is shown; from the package's own statement. */
static void summarise(const cdn_json *predicate, cdn_text *text, cdn_json *json)
{
    static const char *const facts[] = {"title", "period", "partner", "purpose", "scope",
                                        "notBefore", "notAfter"};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const char *value = cdn_json_string(cdn_json_get(predicate, facts[i]));
        cdn_text_addf(text, "  %s: %s\n", facts[i], value == NULL ? "" : value);
        cdn_json_set(json, facts[i], cdn_json_copy(cdn_json_get(predicate, facts[i])));
    }
    add_texts(text, "recipients:", cdn_json_get(predicate, "recipients"));
    const cdn_json *outputs = cdn_json_get(predicate, "outputs");
    for (size_t i = 0; i < cdn_json_size(outputs); i++) {
        const cdn_json *output = cdn_json_at(outputs, i);
        const cdn_json *values = cdn_json_get(output, "values");
        const char *name = cdn_json_string(cdn_json_get(output, "name"));
        cdn_text_addf(text, "  %s: %lld published, %lld withheld\n", name == NULL ? "" : name,
                      (long long)cdn_json_integer(cdn_json_get(values, "published")),
                      (long long)cdn_json_integer(cdn_json_get(values, "withheld")));
    }
    cdn_json_set(json, "outputs", cdn_json_copy(outputs));
}

/* Nobody is recorded as having looked at a page that is not the one that was staged. */
static cdn_status check_page(const cdn_desk *desk, const char *release_id, const cdn_json *note,
                             char digest[CDN_SHA256_HEX], cdn_error *error)
{
    const char *staged = cdn_json_string(cdn_json_get(note, "reviewPage"));
    char *page = cdn_desk_page_path(desk, release_id);
    cdn_status status =
        page == NULL ? cdn_fail_memory(error) : cdn_sha256_file_hex(page, digest, error);
    if (status == CDN_OK && (staged == NULL || strcmp(staged, digest) != 0))
        status = cdn_fail_at(error, CDN_E_REFUSED, page, 0, 0,
                             "the review page is not the one that was staged");
    if (status != CDN_OK)
        cdn_fail_hint(error, "`cordon run SCRIPT` makes the page again");
    cdn_free(page);
    return status;
}

/* That a person of the roster looked: at which bytes, on which page. */
static cdn_status record_review(const cdn_desk *desk, const char *release_id, const char *name,
                                const cdn_standing *standing, const cdn_json *note,
                                cdn_error *error)
{
    const cdn_person *person = NULL;
    char digest[CDN_SHA256_HEX];
    if (standing->agreement == NULL || standing->stand == CDN_STAND_INVALID) {
        if (error != NULL)
            *error = standing->why;
        return standing->why.status;
    }
    CDN_TRY(cdn_statement_person(standing->agreement, name, &person, error));
    CDN_TRY(check_page(desk, release_id, note, digest, error));
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "name", cdn_json_new_string(person->name));
    cdn_json_set(payload, "signedBytes", cdn_json_new_string(standing->digest));
    cdn_json_set(payload, "reviewPage", cdn_json_new_string(digest));
    return cdn_desk_record(desk, "review", release_id, payload, error);
}

static cdn_status show(const cdn_desk *desk, const char *release_id, const char *name,
                       const cdn_standing *standing, const cdn_json *note, cdn_report *report,
                       cdn_error *error)
{
    cdn_json *statement = NULL;
    char *page = cdn_desk_page_path(desk, release_id);
    cdn_status status = page == NULL ? cdn_fail_memory(error)
                                     : read_statement(standing, &statement, error);
    if (status == CDN_OK && name != NULL)
        status = record_review(desk, release_id, name, standing, note, error);
    if (status == CDN_OK) {
        cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
        cdn_json *json = cdn_json_object();
        tell(release_id, standing, &text, json);
        summarise(cdn_json_get(statement, "predicate"), &text, json);
        if (cdn_file_exists(page)) {
            cdn_text_addf(&text, "  review page: %s\n", page);
            cdn_json_set(json, "page", cdn_json_new_string(page));
        }
        if (name != NULL)
            cdn_text_addf(&text, "reviewed by %s\n", name);
        cdn_json_set(json, "reviewedBy", name == NULL ? cdn_json_new_null()
                                                      : cdn_json_new_string(name));
        status = cdn_report_fill(report, &text, json, error);
    }
    cdn_json_destroy(statement);
    cdn_free(page);
    return status;
}

cdn_status cdn_desk_review(cdn_desk *desk, const char *release_id, const char *name,
                           cdn_report *report, cdn_error *error)
{
    cdn_json *note = NULL;
    cdn_standing standing = {0};
    int lock = -1;
    cdn_status status = cdn_desk_lock(desk, &lock, error);
    if (status == CDN_OK && release_id == NULL)
        status = list_all(desk, name, report, error);
    if (status == CDN_OK && release_id != NULL)
        status = cdn_staging_note(desk, release_id, &note, error);
    if (status == CDN_OK && release_id != NULL)
        status = cdn_standing_read(desk, release_id, note, &standing, error);
    if (status == CDN_OK && release_id != NULL)
        status = show(desk, release_id, name, &standing, note, report, error);
    cdn_standing_release(&standing);
    cdn_desk_unlock(lock);
    cdn_json_destroy(note);
    return status;
}
