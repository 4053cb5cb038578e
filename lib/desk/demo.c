/* demo.c - the whole way on synthetic data, through the same calls that people use.
 *
 * The demonstration's approvers are the first people of the agreement's roster;
 * their keys are made here without a passphrase, which is only right for a
 * demonstration.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/session.h"
#include "io/file.h"

#define DEMO_SCRIPT "scripts/london_adass.lua"

typedef struct demo {
    const cdn_demo_request *request;
    const cdn_desk_paths *paths;
    cdn_desk *desk;
    cdn_report report; /* of the last step */
    char release_id[160];
} demo;

static void say(const demo *d, const char *line)
{
    if (d->request->progress != NULL)
        d->request->progress(d->request->context, line);
}

static cdn_status make_data(demo *d, cdn_error *error)
{
    char *data = cdn_path_join(d->request->directory, "data");
    if (data == NULL)
        return cdn_fail_memory(error);
    cdn_synth_request request = {.directory = data,
                                 .workers = d->request->workers,
                                 .workplaces = d->request->workplaces,
                                 .seed = d->request->seed};
    cdn_status status = cdn_desk_synth(&request, d->paths, &d->report, error);
    cdn_free(data);
    return status;
}

static cdn_status make_keys(demo *d, const cdn_agreement *agreement, cdn_error *error)
{
    cdn_key_request root = {.kind = CDN_KEY_ROOT, .organisation = "Data owner",
                            .no_passphrase = true};
    CDN_TRY(cdn_desk_new_key(d->desk, &root, &d->report, error));
    for (uint32_t i = 0; i < agreement->approvals_required && i < agreement->approver_count; i++) {
        cdn_key_request approver = {.kind = CDN_KEY_APPROVER, .name = agreement->approvers[i].name,
                                    .organisation = agreement->approvers[i].organisation,
                                    .no_passphrase = true};
        CDN_TRY(cdn_desk_new_key(d->desk, &approver, &d->report, error));
    }
    return CDN_OK;
}

static cdn_status approve_all(demo *d, const cdn_agreement *agreement, cdn_error *error)
{
    for (uint32_t i = 0; i < agreement->approvals_required && i < agreement->approver_count; i++) {
        cdn_approval approval = {.release_id = d->release_id,
                                 .name = agreement->approvers[i].name};
        CDN_TRY(cdn_desk_approve(d->desk, &approval, &d->report, error));
        say(d, d->report.text);
    }
    return CDN_OK;
}

static cdn_status release_feed(demo *d, cdn_error *error)
{
    cdn_request request;
    say(d, "protecting, attacking and staging the feed of " DEMO_SCRIPT);
    CDN_TRY(cdn_desk_run(d->desk, DEMO_SCRIPT, &d->report, error));
    say(d, d->report.text);
    (void)snprintf(d->release_id, sizeof d->release_id, "%s", d->report.release_id);
    cdn_status status = cdn_request_read(d->desk, DEMO_SCRIPT, &request, error);
    if (status == CDN_OK)
        say(d, "making keys and approving");
    if (status == CDN_OK)
        status = make_keys(d, request.agreement, error);
    if (status == CDN_OK)
        status = approve_all(d, request.agreement, error);
    if (status == CDN_OK)
        say(d, "delivering, and telling recipients that it is good");
    if (status == CDN_OK)
        status = cdn_desk_deliver(d->desk, d->release_id, &d->report, error);
    if (status == CDN_OK)
        status = cdn_desk_status(d->desk, request.agreement->approvers[0].name, NULL, &d->report,
                                 error);
    cdn_request_release(&request);
    return status;
}

static cdn_status verify_both(demo *d, cdn_error *error)
{
    char zip[192];
    (void)snprintf(zip, sizeof zip, "%s.zip", d->release_id);
    char *directory = cdn_desk_path(d->desk, "outbox", d->release_id);
    char *archive = cdn_desk_path(d->desk, "outbox", zip);
    char *trust = cdn_desk_path(d->desk, "trust", NULL);
    cdn_status status = directory == NULL || archive == NULL || trust == NULL
                            ? cdn_fail_memory(error)
                            : cdn_desk_verify(archive, trust, NULL, &d->report, error);
    if (status == CDN_OK)
        status = cdn_desk_verify(directory, trust, NULL, &d->report, error);
    cdn_free(directory);
    cdn_free(archive);
    cdn_free(trust);
    return status;
}

static cdn_status run(demo *d, cdn_error *error)
{
    say(d, "making a workspace");
    CDN_TRY(cdn_desk_init(d->request->directory, d->paths, &d->report, error));
    say(d, "writing synthetic data");
    CDN_TRY(make_data(d, error));
    CDN_TRY(cdn_desk_open(d->request->directory, d->paths, &d->desk, error));
    say(d, "loading it");
    CDN_TRY(cdn_desk_load(d->desk, NULL, &d->report, error));
    CDN_TRY(release_feed(d, error));
    say(d, "verifying directory and zip as a recipient would");
    return verify_both(d, error);
}

cdn_status cdn_desk_demo(const cdn_demo_request *request, const cdn_desk_paths *paths,
                         cdn_report *report, cdn_error *error)
{
    demo d = {.request = request, .paths = paths};
    cdn_status status = run(&d, error);
    cdn_desk_close(d.desk);
    if (status == CDN_OK)
        *report = d.report;
    else
        cdn_report_release(&d.report);
    return status;
}
