/* feeds.c - all feeds of the agreements: what each made last, how that stands, what is due next.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/feed.h"
#include "io/file.h"

typedef struct feed_list {
    cdn_desk *desk;
    const char *only; /* a feed's name; NULL = all */
    bool data;        /* there are data, and they can be looked at */
    cdn_text *text;
    cdn_json *array;
} feed_list;

/* "gone" and the like stay out of the count of what is due: the last period that left is before. */
static cdn_status add_period(const feed_list *list, const cdn_feed_run *run, bool weekly,
                             cdn_json *periods, cdn_feed_state *state, cdn_error *error)
{
    char text[CDN_PERIOD_SIZE];
    cdn_text why = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_status status = cdn_feed_look(list->desk, run->release_id, state, &why, error);
    if (status == CDN_OK) {
        cdn_json *item = cdn_json_object();
        cdn_feed_period_write(run->period, weekly, text);
        cdn_text_addf(list->text, "  %-8s  %-10s  %s%s%s\n", text, cdn_feed_state_word(*state),
                      run->release_id, why.length > 0 ? "  " : "",
                      why.bytes == NULL ? "" : why.bytes);
        cdn_json_set(item, "period", cdn_json_new_string(text));
        cdn_json_set(item, "release", cdn_json_new_string(run->release_id));
        cdn_json_set(item, "state", cdn_json_new_string(cdn_feed_state_word(*state)));
        cdn_json_set(item, "detail", cdn_json_new_string(why.bytes == NULL ? "" : why.bytes));
        cdn_json_push(periods, item);
    }
    cdn_text_release(&why);
    return status;
}

/* The period of the loaded data when nothing was made for it, else the one after the last. */
static void add_due(const feed_list *list, const cdn_cadence *cadence, const cdn_feed_run *last,
                    cdn_json *json)
{
    char text[CDN_PERIOD_SIZE] = "";
    int32_t due = 0;
    if (last != NULL)
        due = last->period + 1;
    else if (!list->data ||
             cdn_feed_period_of_data(list->desk, cadence->weekly, &due, NULL) != CDN_OK)
        return;
    cdn_feed_period_write(due, cadence->weekly, text);
    cdn_text_addf(list->text, "  next: %s\n", text);
    cdn_json_set(json, "next", cdn_json_new_string(text));
}

static cdn_status add_feed(const feed_list *list, const char *agreement,
                           const cdn_cadence *cadence, cdn_error *error)
{
    cdn_feed_run *runs = NULL;
    uint32_t count = 0;
    CDN_TRY(cdn_feed_runs(list->desk, cadence->feed, cadence->weekly, &runs, &count, error));
    cdn_json *json = cdn_json_object(), *periods = cdn_json_array();
    const char *every = cadence->weekly ? "week" : "month";
    cdn_text_addf(list->text, "%s: every %s, agreement %s\n", cadence->feed, every, agreement);
    cdn_json_set(json, "feed", cdn_json_new_string(cadence->feed));
    cdn_json_set(json, "every", cdn_json_new_string(every));
    cdn_json_set(json, "agreement", cdn_json_new_string(agreement));
    cdn_status status = CDN_OK;
    cdn_feed_state state = CDN_FEED_GONE;
    uint32_t first = list->only != NULL || count == 0 ? 0 : count - 1;
    for (uint32_t i = first; i < count && status == CDN_OK; i++)
        status = add_period(list, &runs[i], cadence->weekly, periods, &state, error);
    add_due(list, cadence, count == 0 ? NULL : &runs[count - 1], json);
    cdn_json_set(json, "periods", periods);
    cdn_json_push(list->array, json);
    cdn_free(runs);
    return status;
}

/* policies/agreements/<id>.lua */
static cdn_status take_agreement(void *context, const char *path, cdn_error *error)
{
    const feed_list *list = context;
    char id[128];
    size_t length = strlen(path);
    cdn_agreement *agreement = NULL;
    if (strchr(path, '/') != NULL || length < 5 || length - 4 >= sizeof id ||
        strcmp(path + length - 4, ".lua") != 0)
        return CDN_OK;
    (void)snprintf(id, sizeof id, "%.*s", (int)(length - 4), path);
    CDN_TRY(cdn_desk_agreement(list->desk, id, &agreement, error));
    cdn_status status = CDN_OK;
    for (uint32_t i = 0; i < agreement->cadence_count && status == CDN_OK; i++)
        if (list->only == NULL || strcmp(agreement->cadences[i].feed, list->only) == 0)
            status = add_feed(list, id, &agreement->cadences[i], error);
    cdn_agreement_destroy(agreement);
    return status;
}

cdn_status cdn_desk_feed_list(cdn_desk *desk, const char *feed, cdn_report *report,
                              cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    feed_list list = {desk, feed, cdn_desk_need_snapshot(desk, NULL) == CDN_OK, &text,
                      cdn_json_array()};
    char *folder = cdn_desk_path(desk, "policies/agreements", NULL);
    cdn_status status = folder == NULL ? cdn_fail_memory(error)
                                       : cdn_dir_walk(folder, take_agreement, &list, error);
    cdn_free(folder);
    if (status == CDN_OK && feed != NULL && cdn_json_size(list.array) == 0)
        status = cdn_fail(error, CDN_E_REFUSED, "no agreement has a cadence for feed \"%s\"", feed);
    cdn_json_set(json, "feeds", list.array);
    if (status == CDN_OK)
        return cdn_report_fill(report, &text, json, error);
    cdn_text_release(&text);
    cdn_json_destroy(json);
    return status;
}
