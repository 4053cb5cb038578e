/* workspace.c - making, opening and closing a workspace; reports; synthetic data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "io/file.h"
#include "ledger/ledger.h"
#include "synth/synth.h"

static const char *const folders[] = {"data",   "policies", "scripts", "trust",
                                      "keys",   "ledger",   "staging", "outbox"};

static cdn_status one_line(cdn_report *report, const char *command, const char *line,
                           cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "%s\n", line);
    cdn_json_set(json, "command", cdn_json_new_string(command));
    cdn_json_set(json, "message", cdn_json_new_string(line));
    return cdn_report_fill(report, &text, json, error);
}

static cdn_status make_folders(const char *directory, cdn_error *error)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = cdn_path_join(directory, folders[i]);
        if (path == NULL)
            return cdn_fail_memory(error);
        cdn_status status = cdn_dir_make(path, error);
        if (status == CDN_OK && strcmp(folders[i], "keys") == 0 && chmod(path, 0700) != 0)
            status = cdn_fail_errno(error, "cannot protect", path, errno);
        cdn_free(path);
        CDN_TRY(status);
    }
    return CDN_OK;
}

static cdn_status copy_share(const char *share, const char *directory, const char *what,
                             cdn_error *error)
{
    char *from = cdn_path_join(share, what);
    char *to = cdn_path_join(directory, what);
    cdn_status status = CDN_OK;
    if (from == NULL || to == NULL)
        status = cdn_fail_memory(error);
    else if (rmdir(to) != 0 && errno != ENOENT)
        status = cdn_fail_errno(error, "cannot replace", to, errno);
    else
        status = cdn_dir_copy(from, to, error);
    cdn_free(from);
    cdn_free(to);
    return status;
}

static cdn_status note_file(void *context, const char *path, cdn_error *error)
{
    (void)path;
    (void)error;
    *(bool *)context = true;
    return CDN_OK;
}

static cdn_status new_ledger(const char *directory, cdn_error *error)
{
    char *path = cdn_path_join(directory, "ledger/ledger.sqlite");
    cdn_ledger *ledger = NULL;
    cdn_status status =
        path == NULL ? cdn_fail_memory(error) : cdn_ledger_open(path, &ledger, error);
    cdn_ledger_close(ledger);
    cdn_free(path);
    return status;
}

cdn_status cdn_desk_init(const char *directory, const cdn_desk_paths *paths, cdn_report *report,
                         cdn_error *error)
{
    bool occupied = false;
    char *share = NULL;
    CDN_TRY(cdn_dir_make(directory, error));
    CDN_TRY(cdn_dir_walk(directory, note_file, &occupied, error));
    if (occupied)
        return cdn_fail_at(error, CDN_E_REFUSED, directory, 0, 0,
                           "the directory is not empty; nothing was changed");
    CDN_TRY(cdn_desk_share(paths, &share, error));
    cdn_status status = make_folders(directory, error);
    if (status == CDN_OK)
        status = copy_share(share, directory, "policies", error);
    if (status == CDN_OK)
        status = copy_share(share, directory, "scripts", error);
    if (status == CDN_OK)
        status = new_ledger(directory, error);
    cdn_free(share);
    CDN_TRY(status);
    char line[512];
    (void)snprintf(line, sizeof line, "workspace made: %.400s", directory);
    return one_line(report, "init", line, error);
}

cdn_status cdn_desk_open(const char *directory, const cdn_desk_paths *paths, cdn_desk **out,
                         cdn_error *error)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = cdn_path_join(directory, folders[i]);
        if (path == NULL)
            return cdn_fail_memory(error);
        bool there = access(path, F_OK) == 0;
        cdn_free(path);
        if (!there) {
            (void)cdn_fail_at(error, CDN_E_INPUT, directory, 0, 0,
                              "not a workspace: it has no folder %s/", folders[i]);
            cdn_fail_hint(error, "make one with `cordon init DIR`, or name one with --workspace");
            return CDN_E_INPUT;
        }
    }
    cdn_desk *desk = cdn_alloc(1, sizeof *desk);
    if (desk == NULL)
        return cdn_fail_memory(error);
    desk->directory = cdn_strdup(directory);
    cdn_status status = desk->directory == NULL ? cdn_fail_memory(error)
                                                : cdn_desk_helper(paths, &desk->helper, error);
    if (status != CDN_OK) {
        cdn_desk_close(desk);
        return status;
    }
    *out = desk;
    return CDN_OK;
}

void cdn_desk_close(cdn_desk *desk)
{
    if (desk == NULL)
        return;
    cdn_snapshot_close(desk->snapshot);
    cdn_json_destroy(desk->names);
    cdn_catalogue_destroy(desk->catalogue);
    cdn_free(desk->helper);
    cdn_free(desk->directory);
    cdn_free(desk);
}

cdn_status cdn_desk_synth(const cdn_synth_request *request, const cdn_desk_paths *paths,
                          cdn_report *report, cdn_error *error)
{
    char *share = NULL;
    CDN_TRY(cdn_desk_share(paths, &share, error));
    char *codes = cdn_path_join(share, "policies/catalogue/codes");
    cdn_synth_options options = {.codes_dir = codes,
                                 .out_dir = request->directory,
                                 .workers = request->workers,
                                 .workplaces = request->workplaces,
                                 .seed = request->seed,
                                 .week = request->week,
                                 .wide = request->wide,
                                 .clean = request->clean};
    cdn_status status = codes == NULL ? cdn_fail_memory(error) : cdn_synth_write(&options, error);
    cdn_free(codes);
    cdn_free(share);
    CDN_TRY(status);
    char line[512];
    int length = snprintf(line, sizeof line, "synthetic data written: %u workers, %u workplaces",
                          request->workers, request->workplaces);
    if (request->week > 0)
        (void)snprintf(line + length, sizeof line - (size_t)length, ", %u weeks later",
                       request->week);
    return one_line(report, "synth", line, error);
}
