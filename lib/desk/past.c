/* past.c - who holds what already, and whether that is still so at delivery.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/past.h"

#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "seal/digest.h"

static int by_intent(const void *a, const void *b)
{
    const cdn_chapter *const *x = a, *const *y = b;
    return ((*x)->intent > (*y)->intent) - ((*x)->intent < (*y)->intent);
}

/* The releases that count for the audience, oldest first. @owner caller, cdn_free */
static cdn_status list_audience(const cdn_chronicle *chronicle, const cdn_policy *policy,
                                const char *agreement, const cdn_chapter ***out, uint32_t *count,
                                cdn_error *error)
{
    *count = 0;
    *out = cdn_alloc(chronicle->count, sizeof **out);
    if (*out == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < chronicle->count; i++) {
        const cdn_chapter *chapter = &chronicle->chapters[i];
        if (chapter->intent != 0 && cdn_policy_collude(policy, agreement, chapter->agreement))
            (*out)[(*count)++] = chapter;
    }
    qsort(*out, *count, sizeof **out, by_intent);
    return CDN_OK;
}

/* The releases of a list of ids, which the ledger must know. @owner caller, cdn_free */
static cdn_status list_history(const cdn_chronicle *chronicle, const cdn_json *history,
                               const cdn_chapter ***out, uint32_t *count, cdn_error *error)
{
    *count = 0;
    *out = cdn_alloc(cdn_json_size(history), sizeof **out);
    if (*out == NULL)
        return cdn_fail_memory(error);
    for (size_t i = 0; i < cdn_json_size(history); i++) {
        const char *id = cdn_json_string(cdn_json_at(history, i));
        const cdn_chapter *chapter = id == NULL ? NULL : cdn_chronicle_find(chronicle, id);
        if (chapter == NULL)
            return cdn_fail(error, CDN_E_REFUSED,
                            "the ledger does not know a release that an earlier one relied on");
        (*out)[(*count)++] = chapter;
    }
    return CDN_OK;
}

/* The release that was made of the very same request, when it is out. */
static const cdn_chapter *released_before(const cdn_chronicle *chronicle, const char *request)
{
    for (uint32_t i = 0; i < chronicle->count; i++)
        if (chronicle->chapters[i].intent != 0 &&
            strcmp(chronicle->chapters[i].request, request) == 0)
            return &chronicle->chapters[i];
    return NULL;
}

static cdn_status list_past(cdn_desk *desk, const cdn_gate_input *input,
                            const cdn_chronicle *chronicle, const cdn_chapter ***out,
                            uint32_t *count, cdn_error *error)
{
    cdn_identity own;
    CDN_TRY(cdn_gate_identify(input, &own, error));
    const cdn_chapter *before = released_before(chronicle, own.request);
    if (before == NULL)
        return list_audience(chronicle, input->policy, input->agreement->id, out, count, error);
    cdn_kept kept = {0};
    cdn_status status = cdn_kept_read(desk, before, &kept, error);
    if (status == CDN_OK)
        status = list_history(chronicle, kept.history, out, count, error);
    cdn_kept_release(&kept);
    return status;
}

/* One snapshot for each distinct data; the loaded one where it is the same. */
static cdn_status open_snapshot(cdn_desk *desk, const cdn_chapter *chapter, const cdn_kept *kept,
                                cdn_desk_past *out, const cdn_snapshot **snapshot,
                                cdn_error *error)
{
    *snapshot = desk->snapshot;
    if (strcmp(kept->snapshot, cdn_snapshot_digest(desk->snapshot)) == 0)
        return CDN_OK;
    for (uint32_t i = 0; i < out->snapshot_count; i++) {
        *snapshot = out->snapshots[i];
        if (strcmp(kept->snapshot, cdn_snapshot_digest(*snapshot)) == 0)
            return CDN_OK;
    }
    CDN_TRY(cdn_kept_snapshot(desk, chapter, kept, &out->snapshots[out->snapshot_count], error));
    *snapshot = out->snapshots[out->snapshot_count++];
    return CDN_OK;
}

static cdn_status open_items(cdn_desk *desk, const cdn_chapter *const *chapters, uint32_t count,
                             cdn_desk_past *out, cdn_error *error)
{
    out->ids = cdn_alloc(count, sizeof *out->ids);
    out->kept = cdn_alloc(count, sizeof *out->kept);
    out->items = cdn_alloc(count, sizeof *out->items);
    out->snapshots = cdn_alloc(count, sizeof(cdn_snapshot *));
    if (out->ids == NULL || out->kept == NULL || out->items == NULL || out->snapshots == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < count; i++) {
        cdn_kept *kept = &out->kept[i];
        const cdn_snapshot *snapshot = NULL;
        out->count++;
        CDN_TRY(cdn_kept_read(desk, chapters[i], kept, error));
        CDN_TRY(open_snapshot(desk, chapters[i], kept, out, &snapshot, error));
        out->ids[i] = chapters[i]->id;
        out->items[i] = (cdn_past){chapters[i]->id, snapshot,           kept->plan,
                                   kept->agreement, kept->figure_count, kept->published};
    }
    return CDN_OK;
}

/* Keyed with what nobody outside has: a name of a release tells its recipient nothing of those of
 * others, not even whether there are some. */
static cdn_status digest_past(const cdn_chronicle *chronicle, const cdn_gate_input *input,
                              const cdn_chapter *const *chapters, uint32_t count, char out[65],
                              cdn_error *error)
{
    cdn_text lines = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_text_addf(&lines, "%s\n", input->agreement->digest);
    for (uint32_t i = 0; i < count; i++)
        cdn_text_addf(&lines, "%s %s\n", chapters[i]->id, chapters[i]->signed_bytes);
    cdn_status status = CDN_OK;
    if (lines.failed)
        status = cdn_fail_memory(error);
    else if (count > 0)
        status = cdn_hmac_sha256_hex(chronicle->secret, strlen(chronicle->secret), lines.bytes,
                                     lines.length, out, error);
    cdn_text_release(&lines);
    return status;
}

cdn_status cdn_desk_past_collect(cdn_desk *desk, cdn_gate_input *input, cdn_desk_past *out,
                                 cdn_error *error)
{
    const cdn_chapter **chapters = NULL;
    uint32_t count = 0;
    *out = (cdn_desk_past){0};
    cdn_status status = cdn_chronicle_read(desk, &out->chronicle, error);
    if (status == CDN_OK)
        status = list_past(desk, input, &out->chronicle, &chapters, &count, error);
    if (status == CDN_OK)
        status = open_items(desk, chapters, count, out, error);
    if (status == CDN_OK)
        status = digest_past(&out->chronicle, input, chapters, count, out->digest, error);
    input->past = out->items;
    input->past_count = count;
    input->history = out->digest;
    cdn_free(chapters);
    return status;
}

void cdn_desk_past_release(cdn_desk_past *past)
{
    for (uint32_t i = 0; i < past->snapshot_count; i++)
        cdn_snapshot_close(past->snapshots[i]);
    for (uint32_t i = 0; i < past->count; i++)
        cdn_kept_release(&past->kept[i]);
    cdn_free(past->snapshots);
    cdn_free(past->items);
    cdn_free(past->kept);
    cdn_free(past->ids);
    cdn_chronicle_release(&past->chronicle);
    *past = (cdn_desk_past){0};
}

/* --- at delivery -------------------------------------------------------------------------- */

static bool relied_on(const cdn_kept *kept, const char *id)
{
    for (size_t i = 0; i < cdn_json_size(kept->history); i++) {
        const char *known = cdn_json_string(cdn_json_at(kept->history, i));
        if (known != NULL && strcmp(known, id) == 0)
            return true;
    }
    return false;
}

static cdn_status check_grown(const cdn_chronicle *chronicle, const cdn_kept *kept,
                              const cdn_policy *policy, const char *own, cdn_error *error)
{
    const cdn_chapter **chapters = NULL;
    uint32_t count = 0;
    cdn_status status = list_audience(chronicle, policy, kept->agreement->id, &chapters, &count,
                                      error);
    for (uint32_t i = 0; i < count && status == CDN_OK; i++) {
        if (relied_on(kept, chapters[i]->id) || strcmp(chapters[i]->id, own) == 0)
            continue;
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the release %s went to this audience after this one was staged",
                          chapters[i]->id);
        cdn_fail_hint(error, "run the script again: the two were not checked against each other");
    }
    cdn_free(chapters);
    return status;
}

static cdn_status check_chapter(cdn_desk *desk, const cdn_chronicle *chronicle,
                                const cdn_chapter *chapter, cdn_error *error)
{
    cdn_kept kept = {0};
    cdn_policy *policy = NULL;
    cdn_snapshot *snapshot = NULL;
    cdn_status status = cdn_kept_read(desk, chapter, &kept, error);
    if (status == CDN_OK)
        status = cdn_kept_snapshot(desk, chapter, &kept, &snapshot, error);
    if (status == CDN_OK)
        status = cdn_desk_policy(desk, kept.agreement->policy, &policy, error);
    if (status == CDN_OK && strcmp(policy->digest, kept.policy) != 0) {
        status = cdn_fail(error, CDN_E_REFUSED,
                          "policy \"%s\" changed since the release was staged", policy->name);
        cdn_fail_hint(error, "run the script again");
    }
    if (status == CDN_OK)
        status = check_grown(chronicle, &kept, policy, chapter->id, error);
    cdn_snapshot_close(snapshot);
    cdn_policy_destroy(policy);
    cdn_kept_release(&kept);
    return status;
}

cdn_status cdn_desk_past_check(cdn_desk *desk, const char *release_id, cdn_error *error)
{
    cdn_chronicle chronicle = {0};
    CDN_TRY(cdn_desk_need_catalogue(desk, error));
    cdn_status status = cdn_chronicle_read(desk, &chronicle, error);
    const cdn_chapter *chapter = cdn_chronicle_find(&chronicle, release_id);
    if (status == CDN_OK && (chapter == NULL || !chapter->staged))
        status = cdn_fail(error, CDN_E_REFUSED, "the ledger knows no release of that name");
    if (status == CDN_OK && chapter->intent == 0)
        status = check_chapter(desk, &chronicle, chapter, error);
    cdn_chronicle_release(&chronicle);
    return status;
}
