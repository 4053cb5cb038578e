/* sweep.c - removes what a process that was killed in the middle of writing left behind.
 *
 * A writer's file and a package in the making have a name ".NAME....tmp..." until
 * they are whole (writer.c, package.c); such a name that is still there when nobody
 * writes belongs to nobody. Links are removed, not followed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/fail.h"

static bool is_temporary(const char *name)
{
    const char *found = name[0] == '.' ? strstr(name, ".tmp") : NULL;
    return found != NULL && found != name && (found[4] == '\0' || found[4] == '.');
}

static cdn_status sweep_one(const char *folder, const char *name, unsigned levels,
                            cdn_error *error)
{
    struct stat info;
    char *path = cdn_path_join(folder, name);
    cdn_status status = path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && is_temporary(name))
        status = cdn_dir_remove(path, error);
    else if (status == CDN_OK && levels > 0 && lstat(path, &info) == 0 && S_ISDIR(info.st_mode))
        status = cdn_dir_sweep(path, levels - 1, error);
    cdn_free(path);
    return status;
}

cdn_status cdn_dir_sweep(const char *path, unsigned levels, cdn_error *error)
{
    DIR *stream = opendir(path);
    if (stream == NULL && errno == ENOENT)
        return CDN_OK;
    if (stream == NULL)
        return cdn_fail_errno(error, "cannot read", path, errno);
    cdn_status status = CDN_OK;
    const struct dirent *entry = NULL;
    while (status == CDN_OK && (errno = 0, entry = readdir(stream)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            status = sweep_one(path, entry->d_name, levels, error);
    if (status == CDN_OK && errno != 0)
        status = cdn_fail_errno(error, "cannot read", path, errno);
    (void)closedir(stream);
    return status;
}
