/* policy.c - a policy by name or file: evaluated in the jail, validated like any other.
 *
 * A name is looked for in the workspace first, then among the policies that are
 * installed with the program.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/engine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "io/file.h"
#include "jail/jail.h"

#define PATH_SIZE 4096u
#define FOLDER "policies/protection"

static bool is_file_name(const char *policy)
{
    size_t length = strlen(policy);
    return strchr(policy, '/') != NULL ||
           (length > 4 && strcmp(policy + length - 4, ".lua") == 0);
}

/* directory/FOLDER/name.lua, when it is there. */
static bool look_in(const char *directory, const char *name, char *out)
{
    int length = snprintf(out, PATH_SIZE, "%s/" FOLDER "/%s.lua", directory, name);
    return length > 0 && (unsigned)length < PATH_SIZE && cdn_file_exists(out);
}

/* Beside the program: where it is installed, or where it was built. */
static bool look_beside_program(const char *name, char *out)
{
    static const char *const places[] = {"../share/cordon", "..", "../.."};
    char self[PATH_SIZE], directory[PATH_SIZE + 32];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return false;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(directory, sizeof directory, "%s/%s", self, places[i]);
        if (look_in(directory, name, out))
            return true;
    }
    return false;
}

static cdn_status find(const cdn_outside_request *request, const cdn_desk_paths *paths, char *out,
                       cdn_error *error)
{
    const char *policy = request->policy;
    if (is_file_name(policy)) {
        int length = snprintf(out, PATH_SIZE, "%s", policy);
        return length >= 0 && (unsigned)length < PATH_SIZE
                   ? CDN_OK
                   : cdn_fail(error, CDN_E_USAGE, "the path of the policy is too long");
    }
    if (request->workspace != NULL && look_in(request->workspace, policy, out))
        return CDN_OK;
    if (paths != NULL && paths->share != NULL ? look_in(paths->share, policy, out)
                                              : look_beside_program(policy, out))
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_USAGE, "there is no policy \"%.100s\"", policy);
    cdn_fail_hint(error, "a name stands for " FOLDER "/NAME.lua; a file is given with its .lua");
    return CDN_E_USAGE;
}

cdn_status cdn_outside_policy(const cdn_outside_request *request, const cdn_desk_paths *paths,
                              cdn_policy **out, cdn_error *error)
{
    char path[PATH_SIZE], helper[PATH_SIZE];
    cdn_text source = CDN_TEXT_INIT(CDN_LIMIT_SOURCE_SIZE);
    cdn_json *json = NULL;
    *out = NULL;
    CDN_TRY(find(request, paths, path, error));
    bool given = paths != NULL && paths->helper != NULL;
    if (!given)
        CDN_TRY(cdn_jail_default_helper(helper, sizeof helper, error));
    cdn_status status = cdn_file_read(path, &source, error);
    if (status == CDN_OK)
        status = cdn_jail_run(given ? paths->helper : helper, CDN_JAIL_POLICY, path,
                              source.bytes == NULL ? "" : source.bytes, source.length, NULL,
                              &json, error);
    if (status == CDN_OK)
        status = cdn_policy_create(json, path, out, error);
    cdn_json_destroy(json);
    cdn_text_release(&source);
    return status;
}
