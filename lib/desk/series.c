/* series.c - what the ledger and the staging tell of a feed: its periods and how each one stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/feed.h"
#include "io/file.h"

typedef struct run_list {
    const char *feed;
    bool weekly;
    cdn_feed_run *items;
    uint32_t count, room;
} run_list;

static bool is_text(const cdn_json *payload, const char *key, const char *text)
{
    const char *value = cdn_json_string(cdn_json_get(payload, key));
    return value != NULL && strcmp(value, text) == 0;
}

static cdn_status add_run(run_list *list, const cdn_json *payload, cdn_error *error)
{
    const char *period = cdn_json_string(cdn_json_get(payload, "period"));
    const char *id = cdn_json_string(cdn_json_get(payload, "release"));
    cdn_feed_run run = {0};
    if (!is_text(payload, "feed", list->feed) ||
        !is_text(payload, "every", list->weekly ? "week" : "month"))
        return CDN_OK;
    if (period == NULL || id == NULL || strlen(id) >= sizeof run.release_id ||
        !cdn_feed_period_read(period, list->weekly, &run.period))
        return cdn_fail(error, CDN_E_REFUSED, "the ledger has a run of feed %s that says nothing",
                        list->feed);
    (void)snprintf(run.release_id, sizeof run.release_id, "%s", id);
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? 16 : 2 * list->room;
        cdn_feed_run *items = cdn_resize(list->items, room, sizeof *items);
        if (items == NULL)
            return cdn_fail_memory(error);
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = run;
    return CDN_OK;
}

static cdn_status take_entry(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    cdn_json *payload = NULL;
    if (strcmp(entry->kind, "feed") != 0)
        return CDN_OK;
    CDN_TRY(cdn_json_parse("ledger", entry->payload, strlen(entry->payload), &payload, error));
    cdn_status status = add_run(context, payload, error);
    cdn_json_destroy(payload);
    return status;
}

cdn_status cdn_feed_runs(const cdn_desk *desk, const char *feed, bool weekly, cdn_feed_run **out,
                         uint32_t *count, cdn_error *error)
{
    run_list list = {feed, weekly, NULL, 0, 0};
    cdn_ledger *ledger = NULL;
    *out = NULL;
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, NULL, take_entry, &list, error);
    cdn_ledger_close(ledger);
    if (status != CDN_OK) {
        cdn_free(list.items);
        return status;
    }
    *out = list.items;
    *count = list.count;
    return CDN_OK;
}

const char *cdn_feed_state_word(cdn_feed_state state)
{
    if (state == CDN_FEED_DELIVERED)
        return "delivered";
    return state == CDN_FEED_GONE ? "gone" : cdn_stand_word((cdn_stand)state);
}

static bool note_exists(const cdn_desk *desk, const char *release_id)
{
    char name[192];
    (void)snprintf(name, sizeof name, "%s.json", release_id);
    char *path = cdn_desk_path(desk, "staging", name);
    bool there = path != NULL && cdn_file_exists(path);
    cdn_free(path);
    return there;
}

cdn_status cdn_feed_look(cdn_desk *desk, const char *release_id, cdn_feed_state *out,
                         cdn_text *why, cdn_error *error)
{
    cdn_json *note = NULL;
    cdn_standing standing;
    cdn_track track;
    CDN_TRY(cdn_track_of(desk, release_id, &track, error));
    if (why != NULL && track.delivered && track.withdrawn)
        cdn_text_addf(why, "withdrawn by %s: %s", track.rejected_by, track.reason);
    if (track.delivered || !note_exists(desk, release_id)) {
        *out = track.delivered         ? CDN_FEED_DELIVERED
               : track.rejected        ? CDN_FEED_REJECTED
               : track.intent[0] != '\0' ? CDN_FEED_UNFINISHED
                                         : CDN_FEED_GONE;
        return CDN_OK;
    }
    CDN_TRY(cdn_staging_note(desk, release_id, &note, error));
    cdn_status status = cdn_standing_read(desk, release_id, note, &standing, error);
    cdn_json_destroy(note);
    CDN_TRY(status);
    *out = (cdn_feed_state)standing.stand;
    if (why != NULL)
        cdn_standing_explain(&standing, why);
    cdn_standing_release(&standing);
    return CDN_OK;
}
