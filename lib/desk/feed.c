/* feed.c - the next release of a feed: made once for a period, and carried as far as people let it.
 *
 * A run looks at what is there and does the next thing: it never needs to know how
 * an earlier one ended. What waits for approvals is left to people; what they
 * approved is delivered; a delivery that was killed is finished; what was
 * delivered is left alone. Nothing is made for a period while the release of an
 * earlier one may still leave, because each is protected against those before it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/feed.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "io/file.h"

typedef struct feed_job {
    cdn_desk *desk;
    const cdn_feed_request *request;
    char *script;
    char feed[CDN_LIMIT_NAME_SIZE + 1];
    bool weekly;
    int32_t period;
    char period_text[CDN_PERIOD_SIZE];
    cdn_feed_run *runs;
    uint32_t run_count;
    char release_id[160];
    const char *outcome; /* "delivered", "waiting", "nothing to do" */
    cdn_text text, why;
} feed_job;

static void step(const feed_job *job, uint32_t done, const char *what)
{
    if (job->request->progress != NULL)
        job->request->progress(job->request->context, done, 4, what);
}

/* --- which feed --------------------------------------------------------------------------- */

/* A name stands for the workspace's script of that name. */
static cdn_status find_feed(feed_job *job, cdn_error *error)
{
    const char *given = job->request->feed;
    char name[PATH_MAX];
    if (strchr(given, '/') != NULL || strchr(given, '.') != NULL) {
        job->script = cdn_strdup(given);
    } else {
        CDN_TRY(cdn_desk_check_id(given, "the name of a feed", error));
        (void)snprintf(name, sizeof name, "%s.lua", given);
        job->script = cdn_desk_path(job->desk, "scripts", name);
    }
    return job->script == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status read_cadence(feed_job *job, const cdn_request *request, cdn_error *error)
{
    const cdn_agreement *agreement = request->agreement;
    (void)snprintf(job->feed, sizeof job->feed, "%s", request->plan->feed);
    for (uint32_t i = 0; i < agreement->cadence_count; i++)
        if (strcmp(agreement->cadences[i].feed, job->feed) == 0) {
            job->weekly = agreement->cadences[i].weekly;
            return CDN_OK;
        }
    (void)cdn_fail(error, CDN_E_REFUSED, "agreement \"%s\" does not say how often feed %s is made",
                   agreement->id, job->feed);
    cdn_fail_hint(error, "add cadence = { %s = \"month\" }", job->feed);
    return CDN_E_REFUSED;
}

static cdn_status read_feed(feed_job *job, cdn_error *error)
{
    cdn_request request;
    CDN_TRY(find_feed(job, error));
    cdn_status status = cdn_request_read(job->desk, job->script, &request, error);
    if (status == CDN_OK)
        status = read_cadence(job, &request, error);
    cdn_request_release(&request);
    return status;
}

/* --- the data ----------------------------------------------------------------------------- */

/* The directory that was loaded last, or the workspace's own. */
static cdn_status load_again(cdn_desk *desk, cdn_error *error)
{
    cdn_report report = CDN_REPORT_INIT;
    cdn_text source = CDN_TEXT_INIT(PATH_MAX);
    char *note = cdn_desk_path(desk, "data", CDN_DESK_SOURCE);
    cdn_status status = note == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && cdn_file_exists(note))
        status = cdn_file_read(note, &source, error);
    bool own = source.length == 0 || strcmp(source.bytes, ".") == 0;
    if (status == CDN_OK)
        status = cdn_desk_load(desk, own ? NULL : source.bytes, &report, error);
    cdn_report_release(&report);
    cdn_text_release(&source);
    cdn_free(note);
    return status;
}

static cdn_status need_data(feed_job *job, cdn_error *error)
{
    cdn_error reason = CDN_ERROR_INIT;
    step(job, 0, "data");
    cdn_status status = cdn_desk_need_snapshot(job->desk, &reason);
    if (status == CDN_E_INPUT && job->request->load)
        status = load_again(job->desk, error);
    else if (status != CDN_OK && error != NULL)
        *error = reason;
    CDN_TRY(status);
    CDN_TRY(cdn_feed_period_of_data(job->desk, job->weekly, &job->period, error));
    cdn_feed_period_write(job->period, job->weekly, job->period_text);
    return CDN_OK;
}

/* --- one release, as far as it goes --------------------------------------------------------- */

static cdn_status deliver(feed_job *job, const char *release_id, cdn_error *error)
{
    cdn_report report = CDN_REPORT_INIT;
    step(job, 3, "deliver");
    cdn_status status = cdn_desk_deliver(job->desk, release_id, &report, error);
    cdn_report_release(&report);
    return status;
}

/* Delivers what may be delivered. *open: people have to speak first, or nothing ever left. */
static cdn_status advance(feed_job *job, const char *release_id, cdn_feed_state *state,
                          cdn_error *error)
{
    cdn_text_clear(&job->why);
    CDN_TRY(cdn_feed_look(job->desk, release_id, state, &job->why, error));
    if (*state != CDN_FEED_APPROVED && *state != CDN_FEED_UNFINISHED)
        return CDN_OK;
    CDN_TRY(deliver(job, release_id, error));
    *state = CDN_FEED_DELIVERED;
    cdn_text_addf(&job->text, "delivered: %s\n", release_id);
    job->outcome = "delivered";
    return CDN_OK;
}

static void wait_for(feed_job *job)
{
    cdn_text_addf(&job->text, "waiting: %s %s\n", job->release_id,
                  job->why.bytes == NULL ? "" : job->why.bytes);
    job->outcome = "waiting";
}

/* People approved it, perhaps: they are told why another one waits. */
static void leave_out(feed_job *job, const cdn_feed_run *run)
{
    cdn_text_addf(&job->text, "left out: %s, %s\n", run->release_id, job->why.bytes);
}

/* --- earlier periods ------------------------------------------------------------------------ */

/* Is a later run for the same period what counts? */
static bool is_replaced(const feed_job *job, uint32_t run)
{
    for (uint32_t i = run + 1; i < job->run_count; i++)
        if (job->runs[i].period == job->runs[run].period)
            return true;
    return false;
}

/* *waits: an earlier release is still with people, and nothing is made before that is settled. */
static cdn_status settle_earlier(feed_job *job, bool *waits, cdn_error *error)
{
    char text[CDN_PERIOD_SIZE];
    *waits = false;
    for (uint32_t i = 0; i < job->run_count && !*waits; i++) {
        const cdn_feed_run *run = &job->runs[i];
        cdn_feed_state state;
        if (run->period > job->period) {
            cdn_feed_period_write(run->period, job->weekly, text);
            (void)cdn_fail(error, CDN_E_REFUSED,
                           "the loaded data are of %s, and feed %s has run for %s already",
                           job->period_text, job->feed, text);
            cdn_fail_hint(error, "load the newest data: a feed never goes back");
            return CDN_E_REFUSED;
        }
        if (run->period == job->period || is_replaced(job, i))
            continue;
        CDN_TRY(advance(job, run->release_id, &state, error));
        *waits = state == CDN_FEED_WAITING;
        if (state == CDN_FEED_INVALID)
            leave_out(job, run);
        if (*waits) {
            (void)snprintf(job->release_id, sizeof job->release_id, "%s", run->release_id);
            wait_for(job);
        }
    }
    return CDN_OK;
}

/* A period without a release has to be meant. */
static cdn_status check_gap(const feed_job *job, cdn_error *error)
{
    char last[CDN_PERIOD_SIZE];
    const cdn_feed_run *run = job->run_count == 0 ? NULL : &job->runs[job->run_count - 1];
    if (run == NULL || run->period >= job->period - 1 || job->request->skip)
        return CDN_OK;
    cdn_feed_period_write(run->period, job->weekly, last);
    (void)cdn_fail(error, CDN_E_REFUSED,
                   "feed %s ran last for %s, and the loaded data are of %s: periods between them "
                   "have no release", job->feed, last, job->period_text);
    cdn_fail_hint(error, "load the data of the next period, or leave them out with --skip");
    return CDN_E_REFUSED;
}

/* --- this period ---------------------------------------------------------------------------- */

static const cdn_feed_run *run_of_period(const feed_job *job)
{
    for (uint32_t i = job->run_count; i > 0; i--)
        if (job->runs[i - 1].period == job->period)
            return &job->runs[i - 1];
    return NULL;
}

static cdn_status record_run(const feed_job *job, cdn_error *error)
{
    const cdn_feed_run *run = run_of_period(job);
    if (run != NULL && strcmp(run->release_id, job->release_id) == 0)
        return CDN_OK;
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "feed", cdn_json_new_string(job->feed));
    cdn_json_set(payload, "every", cdn_json_new_string(job->weekly ? "week" : "month"));
    cdn_json_set(payload, "period", cdn_json_new_string(job->period_text));
    cdn_json_set(payload, "release", cdn_json_new_string(job->release_id));
    cdn_json_set(payload, "skipped", cdn_json_new_bool(job->request->skip));
    return cdn_desk_record(job->desk, "feed", "", payload, error);
}

static cdn_status make(feed_job *job, cdn_error *error)
{
    cdn_report report = CDN_REPORT_INIT;
    cdn_track track;
    CDN_TRY(check_gap(job, error));
    step(job, 1, "protect");
    cdn_status status = cdn_desk_run(job->desk, job->script, &report, error);
    (void)snprintf(job->release_id, sizeof job->release_id, "%s", report.release_id);
    cdn_report_release(&report);
    CDN_TRY(status);
    step(job, 2, "stage");
    CDN_TRY(cdn_track_of(job->desk, job->release_id, &track, error));
    if (track.rejected)
        return cdn_track_check_open(&track, error);
    return record_run(job, error);
}

static cdn_status tell(feed_job *job, cdn_feed_state state, cdn_error *error)
{
    const char *id = job->release_id;
    switch (state) {
    case CDN_FEED_WAITING:
        wait_for(job);
        return CDN_OK;
    case CDN_FEED_DELIVERED:
        if (job->outcome == NULL) {
            cdn_text_addf(&job->text, "nothing to do: %s was delivered%s%s\n", id,
                          job->why.length > 0 ? ", and " : "",
                          job->why.bytes == NULL ? "" : job->why.bytes);
            job->outcome = "nothing to do";
        }
        return CDN_OK;
    case CDN_FEED_APPROVED:
    case CDN_FEED_UNFINISHED:
    case CDN_FEED_REJECTED:
    case CDN_FEED_INVALID:
    case CDN_FEED_GONE:
        break;
    }
    (void)cdn_fail(error, CDN_E_REFUSED, "%s is %s: %s", id, cdn_feed_state_word(state),
                   job->why.bytes == NULL ? "it is no longer in staging/" : job->why.bytes);
    cdn_fail_hint(error, "take staging/%.100s away and run the feed again", id);
    return CDN_E_REFUSED;
}

/* A release of this period that can still leave, or has left, is the one; else one is made. */
static cdn_status settle_current(feed_job *job, cdn_error *error)
{
    const cdn_feed_run *run = run_of_period(job);
    cdn_feed_state state = CDN_FEED_GONE;
    if (run != NULL) {
        (void)snprintf(job->release_id, sizeof job->release_id, "%s", run->release_id);
        CDN_TRY(advance(job, run->release_id, &state, error));
    }
    if (run != NULL && state == CDN_FEED_INVALID)
        leave_out(job, run);
    if (state == CDN_FEED_GONE || state == CDN_FEED_REJECTED || state == CDN_FEED_INVALID) {
        CDN_TRY(make(job, error));
        CDN_TRY(advance(job, job->release_id, &state, error));
    }
    return tell(job, state, error);
}

/* --- the whole ------------------------------------------------------------------------------ */

static cdn_status run_feed(feed_job *job, cdn_error *error)
{
    bool waits = false;
    CDN_TRY(read_feed(job, error));
    CDN_TRY(need_data(job, error));
    CDN_TRY(cdn_feed_runs(job->desk, job->feed, job->weekly, &job->runs, &job->run_count, error));
    CDN_TRY(settle_earlier(job, &waits, error));
    cdn_status status = waits ? CDN_OK : settle_current(job, error);
    step(job, 4, "done");
    return status;
}

static cdn_status report_feed(feed_job *job, cdn_report *report, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "feed %s, %s\n%s", job->feed, job->period_text,
                  job->text.bytes == NULL ? "" : job->text.bytes);
    cdn_json_set(json, "feed", cdn_json_new_string(job->feed));
    cdn_json_set(json, "period", cdn_json_new_string(job->period_text));
    cdn_json_set(json, "release", cdn_json_new_string(job->release_id));
    cdn_json_set(json, "outcome", cdn_json_new_string(job->outcome));
    cdn_json_set(json, "detail", cdn_json_new_string(job->why.bytes == NULL ? "" : job->why.bytes));
    report->exit_code = strcmp(job->outcome, "waiting") == 0 ? EX_TEMPFAIL : 0;
    (void)snprintf(report->release_id, sizeof report->release_id, "%s", job->release_id);
    return cdn_report_fill(report, &text, json, error);
}

cdn_status cdn_desk_feed_run(cdn_desk *desk, const cdn_feed_request *request, cdn_report *report,
                             cdn_error *error)
{
    feed_job job = {.desk = desk,
                    .request = request,
                    .text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX),
                    .why = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX)};
    int lock = -1;
    cdn_status status = cdn_desk_lock_folder(desk, "scripts", &lock, error);
    if (status == CDN_OK)
        status = run_feed(&job, error);
    if (status == CDN_OK)
        status = report_feed(&job, report, error);
    cdn_desk_unlock(lock);
    cdn_text_release(&job.why);
    cdn_text_release(&job.text);
    cdn_free(job.runs);
    cdn_free(job.script);
    return status;
}
