/* dir.c - trees: make, remove, walk, copy, publish.
 *
 * Every step down is an openat that refuses links, so nothing outside the
 * tree can be reached through it. Recursion is bounded by MAX_DEPTH.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/open.h"

#define MAX_DEPTH 64u
#define COPY_STEP ((size_t)256 * 1024)
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Without the heap: it runs after a rename, when lack of memory must not undo success. */
cdn_status cdn_sync_parent(const char *path, cdn_error *error)
{
    char parent[PATH_MAX] = ".";
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length >= sizeof parent)
        return cdn_fail_errno(error, "cannot sync the directory of", path, ENAMETOOLONG);
    if (length > 0) {
        memcpy(parent, path, length);
        parent[length] = '\0';
    }
    cdn_status status = CDN_OK;
    int descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || (fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP))
        status = cdn_fail_errno(error, "cannot sync", parent, errno);
    if (descriptor >= 0)
        (void)close(descriptor);
    return status;
}

cdn_status cdn_dir_make(const char *path, cdn_error *error)
{
    char *copy = cdn_strdup(path);
    if (copy == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    size_t length = strlen(copy);
    for (size_t i = 1; i <= length && status == CDN_OK; i++) {
        if (copy[i] != '/' && copy[i] != '\0')
            continue;
        char kept = copy[i];
        copy[i] = '\0';
        struct stat info;
        if (mkdir(copy, 0777) == 0)
            status = cdn_sync_parent(copy, error);
        else if (errno != EEXIST)
            status = cdn_fail_errno(error, "cannot make the directory", path, errno);
        if (status == CDN_OK && (stat(copy, &info) != 0 || !S_ISDIR(info.st_mode)))
            status = cdn_fail_errno(error, "cannot make the directory", path, ENOTDIR);
        copy[i] = kept;
    }
    cdn_free(copy);
    return status;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Takes over `descriptor`. */
static int remove_inside(int descriptor, unsigned depth)
{
    DIR *stream = depth > MAX_DEPTH ? NULL : fdopendir(descriptor);
    if (stream == NULL) {
        int saved = depth > MAX_DEPTH ? ELOOP : errno;
        (void)close(descriptor);
        return saved;
    }
    int failed = 0;
    const struct dirent *entry;
    while (failed == 0 && (errno = 0, entry = readdir(stream)) != NULL) {
        if (is_dots(entry->d_name))
            continue;
        int below = openat(dirfd(stream), entry->d_name, OPEN_DIRECTORY);
        if (below >= 0)
            failed = remove_inside(below, depth + 1);
        else if (errno != ENOTDIR && errno != ELOOP)
            failed = errno;
        if (failed == 0 && unlinkat(dirfd(stream), entry->d_name, below >= 0 ? AT_REMOVEDIR : 0))
            failed = errno;
    }
    if (failed == 0 && errno != 0)
        failed = errno;
    (void)closedir(stream);
    return failed;
}

cdn_status cdn_dir_remove(const char *path, cdn_error *error)
{
    int failed = 0;
    int descriptor = open(path, OPEN_DIRECTORY);
    if (descriptor >= 0) {
        failed = remove_inside(descriptor, 0);
        if (failed == 0 && rmdir(path) != 0)
            failed = errno;
    } else if (errno == ENOTDIR || errno == ELOOP) {
        if (unlink(path) != 0)
            failed = errno;
    } else if (errno != ENOENT) {
        failed = errno;
    }
    return failed == 0 ? CDN_OK : cdn_fail_errno(error, "cannot remove", path, failed);
}

/* A list of relative paths; what a walk finds. */
typedef struct listing {
    const char *root;
    char **paths;
    size_t count;
    size_t capacity;
    bool directories; /* list these, not the files */
} listing;

static cdn_status list_add(listing *list, const char *path, cdn_error *error)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 32 : list->capacity * 2;
        char **paths = cdn_resize(list->paths, capacity, sizeof *paths);
        if (paths == NULL)
            return cdn_fail_memory(error);
        list->paths = paths;
        list->capacity = capacity;
    }
    char *copy = cdn_strdup(path);
    if (copy == NULL)
        return cdn_fail_memory(error);
    list->paths[list->count++] = copy;
    return CDN_OK;
}

static void list_release(listing *list)
{
    for (size_t i = 0; i < list->count; i++)
        cdn_free(list->paths[i]);
    cdn_free(list->paths);
    *list = (listing){NULL, NULL, 0, 0, false};
}

static cdn_status list_below(listing *list, int descriptor, const char *prefix, unsigned depth,
                             cdn_error *error);

static cdn_status list_entry(listing *list, int directory, const char *path, const char *name,
                             unsigned depth, cdn_error *error)
{
    struct stat info;
    if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return cdn_fail_errno(error, "cannot look at", path, errno);
    if (S_ISREG(info.st_mode))
        return list->directories ? CDN_OK : list_add(list, path, error);
    if (!S_ISDIR(info.st_mode))
        return cdn_fail_at(error, CDN_E_REFUSED, list->root, 0, 0,
                           "%s is neither a directory nor a regular file", path);
    if (list->directories)
        CDN_TRY(list_add(list, path, error));
    int below = openat(directory, name, OPEN_DIRECTORY);
    if (below < 0)
        return cdn_fail_errno(error, "cannot open", path, errno);
    return list_below(list, below, path, depth + 1, error);
}

/* Takes over `descriptor`. */
static cdn_status list_below(listing *list, int descriptor, const char *prefix, unsigned depth,
                             cdn_error *error)
{
    cdn_status status = CDN_OK;
    DIR *stream = fdopendir(descriptor);
    if (stream == NULL) {
        status = cdn_fail_errno(error, "cannot read", list->root, errno);
        (void)close(descriptor);
        return status;
    }
    if (depth > MAX_DEPTH)
        status = cdn_fail_at(error, CDN_E_LIMIT, list->root, 0, 0,
                             "directories are nested more than %u deep", MAX_DEPTH);
    const struct dirent *entry = NULL;
    while (status == CDN_OK && (errno = 0, entry = readdir(stream)) != NULL) {
        if (is_dots(entry->d_name))
            continue;
        char *path =
            prefix[0] == '\0' ? cdn_strdup(entry->d_name) : cdn_path_join(prefix, entry->d_name);
        if (path == NULL)
            status = cdn_fail_memory(error);
        else
            status = list_entry(list, dirfd(stream), path, entry->d_name, depth, error);
        cdn_free(path);
    }
    if (status == CDN_OK && entry == NULL && errno != 0)
        status = cdn_fail_errno(error, "cannot read", list->root, errno);
    (void)closedir(stream);
    return status;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static cdn_status list_tree(const char *root, bool directories, listing *list, cdn_error *error)
{
    *list = (listing){root, NULL, 0, 0, directories};
    int descriptor = open(root, OPEN_DIRECTORY);
    if (descriptor < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? cdn_fail_at(error, CDN_E_INPUT, root, 0, 0, "expected a directory")
                   : cdn_fail_errno(error, "cannot open", root, errno);
    CDN_TRY(list_below(list, descriptor, "", 0, error));
    if (list->count > 1)
        qsort(list->paths, list->count, sizeof *list->paths, compare_paths);
    return CDN_OK;
}

cdn_status cdn_dir_walk(const char *root, cdn_dir_visit visit, void *context, cdn_error *error)
{
    listing list;
    cdn_status status = list_tree(root, false, &list, error);
    for (size_t i = 0; i < list.count && status == CDN_OK; i++)
        status = visit(context, list.paths[i], error);
    list_release(&list);
    return status;
}

cdn_status cdn_dir_names(const char *path, cdn_dir_visit visit, void *context, cdn_error *error)
{
    cdn_status status = CDN_OK;
    const struct dirent *entry = NULL;
    DIR *stream = opendir(path);
    if (stream == NULL)
        return errno == ENOENT ? CDN_OK : cdn_fail_errno(error, "cannot open", path, errno);
    while (status == CDN_OK && (errno = 0, entry = readdir(stream)) != NULL)
        if (!is_dots(entry->d_name))
            status = visit(context, entry->d_name, error);
    if (status == CDN_OK && entry == NULL && errno != 0)
        status = cdn_fail_errno(error, "cannot read", path, errno);
    (void)closedir(stream);
    return status;
}

/* Runs `step(context, relative path)` for "" and each directory of the tree, parents first. */
static cdn_status each_directory(const char *root, cdn_dir_visit step, void *context,
                                 cdn_error *error)
{
    listing list;
    cdn_status status = list_tree(root, true, &list, error);
    if (status == CDN_OK)
        status = step(context, "", error);
    for (size_t i = 0; i < list.count && status == CDN_OK; i++)
        status = step(context, list.paths[i], error);
    list_release(&list);
    return status;
}

static cdn_status sync_path(void *context, const char *relative, cdn_error *error)
{
    const char *root = context;
    char *path = relative[0] == '\0' ? cdn_strdup(root) : cdn_path_join(root, relative);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0 || (fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP))
        status = cdn_fail_errno(error, "cannot sync", path, errno);
    if (descriptor >= 0)
        (void)close(descriptor);
    cdn_free(path);
    return status;
}

static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (cdn_file_exists(to)) /* a file system without the flag */
        return EEXIST;
    return rename(from, to) == 0 ? 0 : errno;
}

cdn_status cdn_dir_sync(const char *path, cdn_error *error)
{
    char *root = cdn_strdup(path);
    if (root == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_dir_walk(path, sync_path, root, error);
    if (status == CDN_OK)
        status = each_directory(path, sync_path, root, error);
    cdn_free(root);
    return status;
}

cdn_status cdn_dir_publish(const char *from, const char *to, cdn_error *error)
{
    cdn_status status = cdn_dir_sync(from, error);
    if (status == CDN_OK) {
        int failed = rename_new(from, to);
        if (failed != 0)
            status = cdn_fail_errno(error, "cannot publish", to, failed);
    }
    if (status == CDN_OK)
        status = cdn_sync_parent(to, error);
    if (status == CDN_OK)
        status = cdn_sync_parent(from, error);
    return status;
}

cdn_status cdn_file_move(const char *from, const char *to, cdn_error *error)
{
    if (rename(from, to) != 0)
        return cdn_fail_errno(error, "cannot move to", to, errno);
    CDN_TRY(cdn_sync_parent(to, error));
    return cdn_sync_parent(from, error);
}

cdn_status cdn_file_remove(const char *path, cdn_error *error)
{
    if (unlink(path) == 0)
        return cdn_sync_parent(path, error);
    return errno == ENOENT ? CDN_OK : cdn_fail_errno(error, "cannot remove", path, errno);
}

typedef struct copy {
    const char *from;
    const char *to;
} copy;

static cdn_status copy_directory(void *context, const char *relative, cdn_error *error)
{
    const copy *job = context;
    char *to = cdn_path_join(job->to, relative);
    cdn_status status = to == NULL ? cdn_fail_memory(error) : cdn_dir_make(to, error);
    cdn_free(to);
    return status;
}

static cdn_status copy_bytes(const char *from, const char *to, cdn_error *error)
{
    int descriptor;
    uint64_t size;
    struct stat info;
    cdn_writer *writer = NULL;
    CDN_TRY(cdn_open_regular(from, &descriptor, &size, error));
    cdn_status status = CDN_OK;
    unsigned char *step = cdn_alloc(COPY_STEP, 1);
    if (step == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK)
        status = cdn_writer_create(to, &writer, error);
    size_t got = 1;
    while (status == CDN_OK && got > 0) {
        status = cdn_read_some(descriptor, step, COPY_STEP, from, &got, error);
        if (status == CDN_OK)
            cdn_writer_add(writer, step, got);
    }
    if (status == CDN_OK) {
        status = cdn_writer_commit(writer, error);
        writer = NULL;
    }
    /* A script stays runnable; read and write bits are the umask's business. */
    if (status == CDN_OK && fstat(descriptor, &info) == 0 && (info.st_mode & 0111u) != 0 &&
        chmod(to, info.st_mode & 0777u) != 0)
        status = cdn_fail_errno(error, "cannot set the mode of", to, errno);
    cdn_writer_abandon(writer);
    cdn_free(step);
    (void)close(descriptor);
    return status;
}

static cdn_status copy_file(void *context, const char *relative, cdn_error *error)
{
    const copy *job = context;
    char *from = cdn_path_join(job->from, relative);
    char *to = cdn_path_join(job->to, relative);
    cdn_status status =
        from == NULL || to == NULL ? cdn_fail_memory(error) : copy_bytes(from, to, error);
    cdn_free(from);
    cdn_free(to);
    return status;
}

cdn_status cdn_dir_copy(const char *from, const char *to, cdn_error *error)
{
    copy job = {from, to};
    CDN_TRY(each_directory(from, copy_directory, &job, error));
    return cdn_dir_walk(from, copy_file, &job, error);
}
