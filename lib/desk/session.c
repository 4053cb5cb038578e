/* session.c - finding files, evaluating the workspace's Lua in the jail, opening its data.
 *
 * Every Lua file of a workspace goes through the jail; nothing here looks inside
 * one. The catalogue is the only .lua file of policies/catalogue, so that no
 * data set is known by name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/session.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/clock.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/pool.h"
#include "desk/chronicle.h"
#include "io/file.h"
#include "jail/jail.h"

char *cdn_desk_path(const cdn_desk *desk, const char *folder, const char *name)
{
    char *directory = cdn_path_join(desk->directory, folder);
    if (directory == NULL || name == NULL)
        return directory;
    char *path = cdn_path_join(directory, name);
    cdn_free(directory);
    return path;
}

cdn_status cdn_desk_check_id(const char *id, const char *what, cdn_error *error)
{
    size_t length = strlen(id);
    if (length > 0 && length < 128 &&
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length)
        return CDN_OK;
    return cdn_fail(error, CDN_E_USAGE,
                    "%s must be 1 to 127 of a-z, 0-9, '_' and '-', found something else", what);
}

cdn_status cdn_desk_share(const cdn_desk_paths *paths, char **out, cdn_error *error)
{
    static const char *const places[] = {"../share/cordon", "..", "../.."};
    char self[4096];
    *out = NULL;
    if (paths != NULL && paths->share != NULL) {
        *out = cdn_strdup(paths->share);
        return *out == NULL ? cdn_fail_memory(error) : CDN_OK;
    }
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return cdn_fail(error, CDN_E_IO, "cannot find the running program");
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char *share = cdn_path_join(self, places[i]);
        char *probe = share == NULL ? NULL : cdn_path_join(share, "policies/catalogue/codes");
        bool found = probe != NULL && access(probe, R_OK) == 0;
        cdn_free(probe);
        if (found) {
            *out = share;
            return CDN_OK;
        }
        cdn_free(share);
    }
    (void)cdn_fail(error, CDN_E_IO, "the standard policies are not beside the program");
    cdn_fail_hint(error, "they are installed in share/cordon together with cordon");
    return CDN_E_IO;
}

cdn_status cdn_desk_helper(const cdn_desk_paths *paths, char **out, cdn_error *error)
{
    char helper[4096];
    *out = NULL;
    if (paths == NULL || paths->helper == NULL)
        CDN_TRY(cdn_jail_default_helper(helper, sizeof helper, error));
    *out = cdn_strdup(paths != NULL && paths->helper != NULL ? paths->helper : helper);
    return *out == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status evaluate(cdn_desk *desk, cdn_jail_kind kind, const char *path,
                           const cdn_json *side, cdn_json **out, cdn_error *error)
{
    cdn_text source = CDN_TEXT_INIT(CDN_LIMIT_SOURCE_SIZE);
    cdn_status status = cdn_file_read(path, &source, error);
    if (status == CDN_OK)
        status = cdn_jail_run(desk->helper, kind, path, source.bytes == NULL ? "" : source.bytes,
                              source.length, side, out, error);
    cdn_text_release(&source);
    return status;
}

typedef struct lua_files {
    char name[256];
    uint32_t count;
} lua_files;

static cdn_status note_lua(void *context, const char *path, cdn_error *error)
{
    lua_files *files = context;
    size_t length = strlen(path);
    (void)error;
    if (strchr(path, '/') != NULL || length < 5 || strcmp(path + length - 4, ".lua") != 0)
        return CDN_OK;
    files->count++;
    (void)snprintf(files->name, sizeof files->name, "%s", path);
    return CDN_OK;
}

cdn_status cdn_desk_need_catalogue(cdn_desk *desk, cdn_error *error)
{
    if (desk->catalogue != NULL)
        return CDN_OK;
    lua_files files = {{0}, 0};
    cdn_json *json = NULL;
    char *folder = cdn_desk_path(desk, "policies/catalogue", NULL);
    char *codes = cdn_desk_path(desk, "policies/catalogue", "codes");
    char *path = NULL;
    cdn_status status = folder == NULL || codes == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_dir_walk(folder, note_lua, &files, error);
    if (status == CDN_OK && files.count != 1)
        status = cdn_fail_at(error, CDN_E_INPUT, folder, 0, 0,
                             "expected one catalogue (.lua file), found %u", files.count);
    if (status == CDN_OK && (path = cdn_path_join(folder, files.name)) == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK)
        status = evaluate(desk, CDN_JAIL_CATALOGUE, path, NULL, &json, error);
    if (status == CDN_OK)
        status = cdn_catalogue_create(json, path, codes, &desk->catalogue, error);
    if (status == CDN_OK)
        status = cdn_catalogue_names(desk->catalogue, &desk->names, error);
    cdn_json_destroy(json);
    cdn_free(path);
    cdn_free(codes);
    cdn_free(folder);
    return status;
}

bool cdn_desk_has_snapshot(const cdn_desk *desk)
{
    char *path = cdn_desk_path(desk, "data", "snapshot.cdn");
    bool there = path != NULL && cdn_file_exists(path);
    cdn_free(path);
    return there;
}

cdn_status cdn_desk_need_snapshot(cdn_desk *desk, cdn_error *error)
{
    if (desk->snapshot != NULL)
        return CDN_OK;
    CDN_TRY(cdn_desk_need_catalogue(desk, error));
    if (!cdn_desk_has_snapshot(desk)) {
        (void)cdn_fail_at(error, CDN_E_INPUT, desk->directory, 0, 0, "no data is loaded");
        cdn_fail_hint(error, "put the files in data/ and run `cordon load`");
        return CDN_E_INPUT;
    }
    char *path = cdn_desk_path(desk, "data", "snapshot.cdn");
    char *note = cdn_desk_path(desk, "data", CDN_DESK_SOURCE);
    char *own = cdn_desk_path(desk, "data", NULL);
    cdn_text source = CDN_TEXT_INIT(PATH_MAX);
    cdn_status status =
        path == NULL || note == NULL || own == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_file_read(note, &source, error);
    if (status == CDN_OK && source.length == 0) {
        status = cdn_fail_at(error, CDN_E_INPUT, note, 0, 0,
                             "expected the directory that was loaded, found an empty file");
        cdn_fail_hint(error, "run `cordon load` again");
    }
    const char *from = source.bytes != NULL && strcmp(source.bytes, ".") == 0 ? own : source.bytes;
    /* a source that was taken away cannot have changed; one that is there must not have */
    bool there = status == CDN_OK && cdn_file_exists(from);
    if (status == CDN_OK)
        status = cdn_snapshot_open(path, desk->catalogue, there ? from : NULL, &desk->snapshot,
                                   error);
    desk->source_gone = !there;
    cdn_text_release(&source);
    cdn_free(own);
    cdn_free(note);
    cdn_free(path);
    return status;
}

int32_t cdn_desk_today(void)
{
    return cdn_clock_today();
}

/* A Lua file of policies/<folder>, by the name that another file gave it. */
static cdn_status evaluate_named(cdn_desk *desk, cdn_jail_kind kind, const char *folder,
                                 const char *name, const cdn_json *side, char **path,
                                 cdn_json **json, cdn_error *error)
{
    char file[256];
    CDN_TRY(cdn_desk_check_id(name, "the name of an agreement or policy", error));
    (void)snprintf(file, sizeof file, "%s.lua", name);
    *path = cdn_desk_path(desk, folder, file);
    if (*path == NULL)
        return cdn_fail_memory(error);
    return evaluate(desk, kind, *path, side, json, error);
}

/* The agreement, and the JSON that it was made of; both the caller's, also after a failure. */
static cdn_status read_agreement(cdn_desk *desk, const char *id, cdn_json **json,
                                 cdn_agreement **out, cdn_error *error)
{
    char *path = NULL;
    CDN_TRY(cdn_desk_need_catalogue(desk, error));
    cdn_status status = evaluate_named(desk, CDN_JAIL_AGREEMENT, "policies/agreements", id,
                                       desk->names, &path, json, error);
    if (status == CDN_OK)
        status = cdn_agreement_create(*json, path, desk->catalogue, out, error);
    if (status == CDN_OK && strcmp((*out)->id, id) != 0)
        status = cdn_fail_at(error, CDN_E_INPUT, path,
                             (uint64_t)cdn_json_integer(cdn_json_get(*json, "line")), 0,
                             "the agreement in this file has another id than the file's name");
    cdn_free(path);
    return status;
}

cdn_status cdn_desk_agreement(cdn_desk *desk, const char *id, cdn_agreement **out,
                              cdn_error *error)
{
    cdn_json *json = NULL;
    *out = NULL;
    cdn_status status = read_agreement(desk, id, &json, out, error);
    cdn_json_destroy(json);
    if (status != CDN_OK) {
        cdn_agreement_destroy(*out);
        *out = NULL;
    }
    return status;
}

/* A slip in a set of agreements that pool what they hold would take them for strangers. */
static cdn_status check_sets(const cdn_desk *desk, const cdn_policy *policy, const char *path,
                             cdn_error *error)
{
    for (uint32_t s = 0; s < policy->history.set_count; s++) {
        const cdn_collusion *set = &policy->history.sets[s];
        for (uint32_t i = 0; i < set->count; i++)
            CDN_TRY(cdn_desk_check_agreement(desk, set->agreements[i], path, set->line, error));
    }
    return CDN_OK;
}

cdn_status cdn_desk_policy(cdn_desk *desk, const char *name, cdn_policy **out, cdn_error *error)
{
    char *path = NULL;
    cdn_json *json = NULL;
    cdn_status status = evaluate_named(desk, CDN_JAIL_POLICY, "policies/protection", name, NULL,
                                       &path, &json, error);
    if (status == CDN_OK)
        status = cdn_policy_create(json, path, out, error);
    if (status == CDN_OK)
        status = check_sets(desk, *out, path, error);
    cdn_json_destroy(json);
    cdn_free(path);
    return status;
}

/* A script is found as given, or else inside the workspace. */
static char *find_script(const cdn_desk *desk, const char *script)
{
    if (!cdn_file_exists(script) && script[0] != '/') {
        char *inside = cdn_path_join(desk->directory, script);
        if (inside == NULL || cdn_file_exists(inside))
            return inside;
        cdn_free(inside);
    }
    return cdn_strdup(script);
}

static cdn_status read_agreement_of(cdn_desk *desk, const char *script, cdn_request *out,
                                    cdn_error *error)
{
    char file[256];
    const char *id = out->plan->agreement;
    CDN_TRY(cdn_desk_check_id(id, "an agreement's id", error));
    (void)snprintf(file, sizeof file, "%s.lua", id);
    char *path = cdn_desk_path(desk, "policies/agreements", file);
    if (path == NULL)
        return cdn_fail_memory(error);
    bool there = cdn_file_exists(path);
    cdn_free(path);
    if (!there)
        return cdn_fail_at(error, CDN_E_REFUSED, script, out->plan->agreement_line, 0,
                           "there is no agreement \"%s\"", id);
    return read_agreement(desk, id, &out->agreement_json, &out->agreement, error);
}

cdn_status cdn_request_read(cdn_desk *desk, const char *script, cdn_request *out,
                            cdn_error *error)
{
    *out = (cdn_request){.script_text = CDN_TEXT_INIT(CDN_LIMIT_SOURCE_SIZE)};
    CDN_TRY(cdn_desk_need_catalogue(desk, error));
    char *path = find_script(desk, script);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_file_read(path, &out->script_text, error);
    if (status == CDN_OK && out->script_text.bytes == NULL)
        status = cdn_fail_at(error, CDN_E_REFUSED, script, 1, 0, "the script is empty");
    if (status == CDN_OK)
        status = cdn_jail_run(desk->helper, CDN_JAIL_SCRIPT, script, out->script_text.bytes,
                              out->script_text.length, desk->names, &out->plan_json,
                              error);
    if (status == CDN_OK)
        status = cdn_plan_create(out->plan_json, script, desk->catalogue, &out->plan, error);
    if (status == CDN_OK)
        status = read_agreement_of(desk, script, out, error);
    if (status == CDN_OK)
        status = cdn_plan_check(out->plan, desk->catalogue, out->agreement, cdn_desk_today(),
                                error);
    if (status == CDN_OK)
        status = cdn_desk_policy(desk, out->agreement->policy, &out->policy, error);
    if (status == CDN_OK)
        status = cdn_request_read_key(desk, out, error);
    cdn_free(path);
    return status;
}

void cdn_request_release(cdn_request *request)
{
    explicit_bzero(request->perturbation_key, sizeof request->perturbation_key);
    cdn_policy_destroy(request->policy);
    cdn_agreement_destroy(request->agreement);
    cdn_plan_destroy(request->plan);
    cdn_json_destroy(request->agreement_json);
    cdn_json_destroy(request->plan_json);
    cdn_text_release(&request->script_text);
}

cdn_gate_input cdn_request_input(const cdn_desk *desk, const cdn_request *request)
{
    return (cdn_gate_input){.snapshot = desk->snapshot,
                            .catalogue = desk->catalogue,
                            .plan = request->plan,
                            .agreement = request->agreement,
                            .policy = request->policy,
                            .script_text = request->script_text.bytes,
                            .perturbation_key =
                                request->has_perturbation_key ? request->perturbation_key : NULL,
                            .threads = cdn_pool_default_threads()};
}

/* A script that names a month wants that month's data, not those that happen to be loaded. */
cdn_status cdn_request_check_period(const cdn_desk *desk, const cdn_request *request,
                                    const char *script, cdn_error *error)
{
    const cdn_plan *plan = request->plan;
    const char *loaded = cdn_snapshot_period(desk->snapshot);
    if (plan->period[0] == '\0' || strcmp(plan->period, loaded) == 0)
        return CDN_OK;
    return cdn_fail_at(error, CDN_E_REFUSED, script, plan->period_line, 0,
                       "the script asks for %s, the loaded data is as at %s", plan->period,
                       loaded);
}
