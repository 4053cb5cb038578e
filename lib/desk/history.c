/* history.c - the ledger as people read it: all of it in short, and one release or entry in full.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fail.h"
#include "desk/chronicle.h"
#include "desk/kept.h"
#include "desk/staging.h"

#define LONGEST 100u /* of a text that is shown; of longer ones, signatures for example, the
                        length */

typedef struct reading {
    cdn_text *text;
    cdn_json *entries;
    uint64_t sequence; /* the one to show; 0 = all that are visited */
    bool whole;        /* with what they hold */
} reading;

static void add_value(cdn_text *text, const cdn_json *value)
{
    const char *string = cdn_json_string(value);
    if (string != NULL && strlen(string) > LONGEST)
        cdn_text_addf(text, "(%zu bytes)", strlen(string));
    else if (string != NULL)
        cdn_text_add(text, string);
    else
        cdn_json_write(value, false, text);
}

/* Members of members as "outer.inner", elements by number from 1. */
static void add_members(cdn_text *text, const cdn_json *json, const char *prefix)
{
    bool array = cdn_json_kind_of(json) == CDN_JSON_ARRAY;
    for (size_t i = 0; i < cdn_json_size(json); i++) {
        char name[128];
        const cdn_json *value = array ? cdn_json_at(json, i) : NULL;
        const char *key = array ? NULL : cdn_json_key_at(json, i, &value);
        if (array)
            (void)snprintf(name, sizeof name, "%s%zu", prefix, i + 1);
        else
            (void)snprintf(name, sizeof name, "%s%s", prefix, key);
        if (cdn_json_size(value) > 0) {
            size_t length = strlen(name);
            (void)snprintf(name + length, sizeof name - length, ".");
            add_members(text, value, name);
            continue;
        }
        cdn_text_addf(text, "          %-16s ", name);
        add_value(text, value);
        cdn_text_add(text, "\n");
    }
}

static cdn_status add_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    reading *r = context;
    cdn_json *payload = NULL;
    if (r->sequence != 0 && r->sequence != entry->sequence)
        return CDN_OK;
    const cdn_ledger_kind *kind = cdn_ledger_kind_find(entry->kind);
    cdn_json *item = cdn_json_object();
    cdn_json_set(item, "sequence", cdn_json_new_integer((int64_t)entry->sequence));
    cdn_json_set(item, "kind", cdn_json_new_string(entry->kind));
    cdn_json_set(item, "release", cdn_json_new_string(entry->release_id));
    cdn_json_set(item, "hash", cdn_json_new_string(entry->hash));
    cdn_json_push(r->entries, item);
    if (!r->whole) {
        cdn_text_addf(r->text, "%6" PRIu64 "  %-9s %-52s %.16s\n", entry->sequence, entry->kind,
                      entry->release_id, entry->hash);
        return CDN_OK;
    }
    CDN_TRY(cdn_json_parse("the ledger", entry->payload, strlen(entry->payload), &payload, error));
    cdn_text_addf(r->text, "%6" PRIu64 "  %s\n", entry->sequence,
                  kind == NULL ? entry->kind : kind->title);
    if (r->sequence != 0 && entry->release_id[0] != '\0')
        cdn_text_addf(r->text, "          %-16s %s\n", "release", entry->release_id);
    add_members(r->text, payload, "");
    cdn_text_addf(r->text, "          %-16s %s\n", "hash", entry->hash);
    cdn_json_set(item, "payload", payload);
    return CDN_OK;
}

static cdn_status visit(cdn_desk *desk, const char *release_id, reading *r, cdn_error *error)
{
    cdn_ledger *ledger = NULL;
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, release_id, add_entry, r, error);
    cdn_ledger_close(ledger);
    return status;
}

static cdn_status finish(cdn_status status, cdn_text *text, cdn_json *json, cdn_report *report,
                         cdn_error *error)
{
    if (status == CDN_OK)
        return cdn_report_fill(report, text, json, error);
    cdn_text_release(text);
    cdn_json_destroy(json);
    return status;
}

cdn_status cdn_desk_ledger_list(cdn_desk *desk, cdn_report *report, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    reading r = {.text = &text, .entries = cdn_json_array()};
    cdn_status status = visit(desk, NULL, &r, error);
    cdn_json_set(json, "entries", r.entries);
    return finish(status, &text, json, report, error);
}

static const char *word_of(const cdn_chapter *chapter)
{
    if (chapter->committed)
        return "delivered";
    return chapter->intent != 0 ? "its delivery is not finished: it counts as released"
                                : "not released";
}

/* The sentence before the entries: how it stands, and with what it was protected. */
static cdn_status add_release(cdn_desk *desk, const char *id, cdn_text *text, cdn_json *json,
                              cdn_error *error)
{
    cdn_chronicle chronicle = {0};
    cdn_kept kept = {0};
    cdn_status status = cdn_chronicle_read(desk, &chronicle, error);
    const cdn_chapter *chapter = status == CDN_OK ? cdn_chronicle_find(&chronicle, id) : NULL;
    if (status == CDN_OK && chapter == NULL) {
        status = cdn_fail(error, CDN_E_REFUSED, "the ledger knows no release \"%s\"", id);
        cdn_fail_hint(error, "`cordon ledger list` shows its entries");
    }
    if (chapter != NULL && chapter->staged)
        status = cdn_kept_open(desk, chapter, &kept, error);
    if (status == CDN_OK && chapter != NULL) {
        cdn_text_addf(text, "%s: %s\n", id, word_of(chapter));
        for (size_t i = 0; i < cdn_json_size(kept.history); i++)
            cdn_text_addf(text, "  protected with %s\n",
                          cdn_json_string(cdn_json_at(kept.history, i)));
        cdn_json_set(json, "release", cdn_json_new_string(id));
        cdn_json_set(json, "released", cdn_json_new_bool(chapter->intent != 0));
        cdn_json_set(json, "delivered", cdn_json_new_bool(chapter->committed));
        if (kept.history != NULL)
            cdn_json_set(json, "history", cdn_json_copy(kept.history));
    }
    cdn_kept_release(&kept);
    cdn_chronicle_release(&chronicle);
    return status;
}

cdn_status cdn_desk_ledger_show(cdn_desk *desk, const char *what, cdn_report *report,
                                cdn_error *error)
{
    bool number = what[0] >= '1' && what[0] <= '9' && strspn(what, "0123456789") == strlen(what) &&
                  strlen(what) < 19;
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    reading r = {&text, cdn_json_array(), number ? strtoull(what, NULL, 10) : 0, true};
    cdn_status status = CDN_OK;
    if (!number)
        status = cdn_desk_check_id(what, "a release id", error);
    if (status == CDN_OK && !number)
        status = add_release(desk, what, &text, json, error);
    if (status == CDN_OK)
        status = visit(desk, number ? NULL : what, &r, error);
    if (status == CDN_OK && cdn_json_size(r.entries) == 0)
        status = cdn_fail(error, CDN_E_REFUSED, "the ledger has no entry %s", what);
    cdn_json_set(json, "entries", r.entries);
    return finish(status, &text, json, report, error);
}
