/* package.c - a release becomes a directory: all of it, or nothing.
 *
 * Everything is written below a fresh hidden folder beside the destination, synced,
 * and renamed. Order matters only where a file holds the digest of another:
 * tables, datapackage.json, ro-crate-metadata.json, release.json, the manifests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "export/parts.h"

#define MAX_SIGNATURES 99u
#define PATH_SIZE 256

static cdn_status make_folders(const cdn_release *release, const char *dir, cdn_error *error)
{
    static const char *const folders[] = {"data/tables", "data/codes", "signatures",
                                          "data/request"};
    size_t count = sizeof folders / sizeof *folders - (release->script_travels ? 0 : 1);
    for (size_t i = 0; i < count; i++) {
        char *path = cdn_path_join(dir, folders[i]);
        cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_dir_make(path, error);
        cdn_free(path);
        CDN_TRY(status);
    }
    return CDN_OK;
}

static cdn_status write_tables(const cdn_release *release, const cdn_code_list *lists,
                               uint32_t list_count, const char *dir, cdn_error *error)
{
    char name[PATH_SIZE];
    cdn_status status = CDN_OK;
    for (uint32_t o = 0; o < release->output_count && status == CDN_OK; o++) {
        (void)snprintf(name, sizeof name, "data/tables/%s.csv", release->outputs[o].name);
        char *path = cdn_path_join(dir, name);
        status = path == NULL ? cdn_fail_memory(error)
                              : cdn_table_write(release, &release->outputs[o], path, error);
        cdn_free(path);
    }
    for (uint32_t i = 0; i < list_count && status == CDN_OK; i++) {
        (void)snprintf(name, sizeof name, "data/codes/%s.csv", lists[i].column);
        char *path = cdn_path_join(dir, name);
        status = path == NULL ? cdn_fail_memory(error)
                              : cdn_code_list_write(&lists[i], path, error);
        cdn_free(path);
    }
    return status;
}

/* The script under its own file name when that is plain, else feed.lua. */
static cdn_status write_request(const cdn_release *release, const char *dir, cdn_error *error)
{
    if (!release->script_travels)
        return CDN_OK;
    char name[PATH_SIZE];
    const char *script = cdn_text_or_empty(release->script_name);
    const char *slash = strrchr(script, '/');
    if (slash != NULL)
        script = slash + 1;
    size_t length = strlen(script);
    bool good = length > 4 && length < 128 && cdn_path_is_plain(script) && script[0] != '.' &&
                strcmp(script + length - 4, ".lua") == 0;
    (void)snprintf(name, sizeof name, "data/request/%s", good ? script : "feed.lua");
    CDN_TRY(cdn_package_write(dir, name, release->script_text, strlen(release->script_text),
                              error));
    return cdn_package_write(dir, "data/request/plan.json", release->plan_text,
                             strlen(release->plan_text), error);
}

static cdn_status write_described(const cdn_release *release, const cdn_code_list *lists,
                                  uint32_t list_count, const char *dir, cdn_error *error)
{
    cdn_listing files = {0};
    cdn_status status = cdn_listing_scan(dir, &files, error);
    if (status == CDN_OK)
        status = cdn_datapackage_write(release, lists, list_count, &files, dir, error);
    cdn_listing_release(&files);
    if (status == CDN_OK)
        status = cdn_listing_scan(dir, &files, error);
    if (status == CDN_OK)
        status = cdn_crate_write(release, &files, dir, error);
    cdn_listing_release(&files);
    if (status == CDN_OK)
        status = cdn_listing_scan(dir, &files, error);
    if (status == CDN_OK)
        status = cdn_statement_write(release, &files, dir, error);
    cdn_listing_release(&files);
    return status;
}

static cdn_status write_package(const cdn_release *release, const char *dir, cdn_error *error)
{
    cdn_code_list *lists = NULL;
    uint32_t list_count = 0;
    cdn_arena *arena = cdn_arena_create();
    if (arena == NULL)
        return cdn_fail_memory(error);
    cdn_status status = make_folders(release, dir, error);
    if (status == CDN_OK)
        status = cdn_code_lists_collect(release, arena, &lists, &list_count, error);
    if (status == CDN_OK)
        status = write_tables(release, lists, list_count, dir, error);
    if (status == CDN_OK)
        status = write_request(release, dir, error);
    if (status == CDN_OK)
        status = cdn_notes_write(release, dir, error);
    if (status == CDN_OK)
        status = cdn_method_write(release, dir, error);
    if (status == CDN_OK)
        status = write_described(release, lists, list_count, dir, error);
    if (status == CDN_OK)
        status = cdn_bag_write(release, dir, error);
    cdn_arena_destroy(arena);
    return status;
}

/* Writes below `hidden`, a fresh folder, and moves the finished package out of it. */
static cdn_status stage_through(const cdn_release *release, const char *hidden, const char *dir,
                                cdn_error *error)
{
    char *inside = cdn_path_join(hidden, "package");
    cdn_status status = inside == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = write_package(release, inside, error);
    if (status == CDN_OK)
        status = cdn_dir_publish(inside, dir, error);
    cdn_status removed = cdn_dir_remove(hidden, status == CDN_OK ? error : NULL);
    cdn_free(inside);
    return status == CDN_OK ? removed : status;
}

cdn_status cdn_package_stage(const cdn_release *release, const char *dir, cdn_error *error)
{
    CDN_TRY(cdn_release_check(release, error));
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    char *target = cdn_strndup(dir, length);
    if (target == NULL)
        return cdn_fail_memory(error);
    const char *slash = strrchr(target, '/');
    const char *base = slash == NULL ? target : slash + 1;
    cdn_text hidden = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_text_add_bytes(&hidden, target, (size_t)(base - target));
    cdn_text_addf(&hidden, ".%s.XXXXXX", base);
    cdn_status status = CDN_OK;
    if (hidden.failed)
        status = cdn_fail_memory(error);
    else if (access(target, F_OK) == 0)
        status = cdn_fail_at(error, CDN_E_REFUSED, target, 0, 0, "the package exists already");
    else if (mkdtemp(hidden.bytes) == NULL)
        status = cdn_fail_errno(error, "cannot make", hidden.bytes, errno);
    if (status == CDN_OK)
        status = stage_through(release, hidden.bytes, target, error);
    cdn_text_release(&hidden);
    cdn_free(target);
    return status;
}

/* Under the folder's lock: the first number that is free. */
static cdn_status write_signature(const char *folder, const char *pem, size_t size,
                                  cdn_error *error)
{
    char name[PATH_SIZE];
    for (unsigned n = 1; n <= MAX_SIGNATURES; n++) {
        (void)snprintf(name, sizeof name, "approver-%u.p7s", n);
        char *path = cdn_path_join(folder, name);
        if (path == NULL)
            return cdn_fail_memory(error);
        bool taken = cdn_file_exists(path);
        cdn_status status = taken ? CDN_OK : cdn_file_write(path, pem, size, error);
        cdn_free(path);
        if (!taken)
            return status;
    }
    return cdn_fail(error, CDN_E_LIMIT, "the package has %u signatures already", MAX_SIGNATURES);
}

cdn_status cdn_package_add_signature(const char *dir, const char *pem, size_t size,
                                     cdn_error *error)
{
    char *folder = cdn_path_join(dir, "signatures");
    if (folder == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_dir_make(folder, error);
    int lock = status == CDN_OK ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (status == CDN_OK && (lock < 0 || flock(lock, LOCK_EX) != 0))
        status = cdn_fail_errno(error, "cannot lock", folder, errno);
    if (status == CDN_OK)
        status = write_signature(folder, pem, size, error);
    if (lock >= 0)
        (void)close(lock);
    cdn_free(folder);
    return status;
}
