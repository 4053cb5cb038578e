/* sign_file.c - the files of keys and certificates.
 *
 * A private key is worth more than any other file, so it has its own door: never
 * through a link, never readable by others, never replaced, and looked at by
 * descriptor so that what was checked is what is read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/sign_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"

cdn_status cdn_seal_path(char out[CDN_SEAL_PATH_SIZE], const char *directory, const char *name,
                         cdn_error *error)
{
    int length = snprintf(out, CDN_SEAL_PATH_SIZE, "%s/%s", directory, name);
    if (length < 0 || length >= CDN_SEAL_PATH_SIZE)
        return cdn_fail(error, CDN_E_LIMIT, "the path of %s is too long", name);
    return CDN_OK;
}

static cdn_status open_directory(const char *path, int *out, cdn_error *error)
{
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "cannot open the folder: %s",
                           strerror(errno));
    *out = descriptor;
    return CDN_OK;
}

cdn_status cdn_seal_lock(const char *directory, int *out_descriptor, cdn_error *error)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return cdn_fail_errno(error, "cannot make", directory, errno);
    int descriptor = -1;
    CDN_TRY(open_directory(directory, &descriptor, error));
    while (flock(descriptor, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        int saved = errno;
        (void)close(descriptor);
        return cdn_fail_errno(error, "cannot lock", directory, saved);
    }
    *out_descriptor = descriptor;
    return CDN_OK;
}

static bool write_all(int descriptor, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = write(descriptor, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        size -= (size_t)written;
    }
    return true;
}

/* Makes `name` in the directory, or not at all; its name is not durable yet. */
static cdn_status write_new(int directory, const char *name, mode_t mode, const void *bytes,
                            size_t size, cdn_error *error)
{
    int descriptor =
        openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0)
        return cdn_fail_errno(error, "cannot make", name, errno);
    bool good = write_all(descriptor, bytes, size) && fsync(descriptor) == 0;
    int saved = errno;
    if (close(descriptor) != 0 && good) {
        saved = errno;
        good = false;
    }
    if (good)
        return CDN_OK;
    (void)unlinkat(directory, name, 0);
    return cdn_fail_errno(error, "cannot write", name, saved);
}

/* A file that is there whole and durable, or not at all; RENAME_NOREPLACE: none may be there. */
static cdn_status write_whole(int directory, const char *name, mode_t mode, unsigned flags,
                              const void *bytes, size_t size, cdn_error *error)
{
    char temporary[NAME_MAX + 1];
    int length = snprintf(temporary, sizeof temporary, ".%s.tmp", name);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return cdn_fail(error, CDN_E_LIMIT, "the file name is too long");
    /* the caller holds a lock: a file of this name is what a crash left */
    (void)unlinkat(directory, temporary, 0);
    CDN_TRY(write_new(directory, temporary, mode, bytes, size, error));
    bool moved = renameat2(directory, temporary, directory, name, flags) == 0;
    if (moved && fsync(directory) == 0)
        return CDN_OK;
    int saved = errno;
    (void)unlinkat(directory, moved && flags != 0 ? name : temporary, 0);
    if (moved || saved != EEXIST)
        return cdn_fail_errno(error, flags != 0 ? "cannot make" : "cannot replace", name, saved);
    (void)cdn_fail(error, CDN_E_REFUSED, "%s exists and is not replaced", name);
    cdn_fail_hint(error, "move the old one away first, when it is really not needed");
    return CDN_E_REFUSED;
}

/* A folder of keys belongs to us and only its owner may write there. */
static cdn_status open_private_directory(const char *path, int *out, cdn_error *error)
{
    int descriptor = -1;
    CDN_TRY(open_directory(path, &descriptor, error));
    struct stat info;
    bool good = fstat(descriptor, &info) == 0 && info.st_uid == geteuid() &&
                (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!good) {
        (void)close(descriptor);
        cdn_status status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                                        "the folder of keys must belong to this user and be "
                                        "writable by nobody else");
        cdn_fail_hint(error, "chmod 700 the folder");
        return status;
    }
    *out = descriptor;
    return CDN_OK;
}

cdn_status cdn_seal_write_private(const char *directory, const char *name, const void *bytes,
                                  size_t size, cdn_error *error)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return cdn_fail_errno(error, "cannot make", directory, errno);
    int folder = -1;
    CDN_TRY(open_private_directory(directory, &folder, error));
    cdn_status status = write_whole(folder, name, 0600, RENAME_NOREPLACE, bytes, size, error);
    (void)close(folder);
    return status;
}

cdn_status cdn_seal_rename_private(const char *directory, const char *from, const char *to,
                                   cdn_error *error)
{
    int folder = -1;
    CDN_TRY(open_private_directory(directory, &folder, error));
    bool good = renameat(folder, from, folder, to) == 0 && fsync(folder) == 0;
    int saved = errno;
    (void)close(folder);
    return good ? CDN_OK : cdn_fail_errno(error, "cannot replace", to, saved);
}

static cdn_status check_private(int descriptor, const char *path, cdn_error *error)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return cdn_fail_errno(error, "cannot look at", path, errno);
    if (!S_ISREG(info.st_mode) || info.st_nlink != 1)
        return cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                           "a key must be a plain file with one name");
    if (info.st_uid != geteuid())
        return cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "the key belongs to another user");
    if ((info.st_mode & 077) != 0) {
        cdn_status status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                                        "the key can be read by others (mode %04o)",
                                        (unsigned)(info.st_mode & 07777));
        cdn_fail_hint(error, "chmod 600 the key, and think about who may have read it");
        return status;
    }
    return CDN_OK;
}

static cdn_status read_all(int descriptor, const char *path, void *bytes, size_t capacity,
                           size_t *out_size, cdn_error *error)
{
    size_t size = 0;
    for (;;) {
        if (size == capacity)
            return cdn_fail_at(error, CDN_E_LIMIT, path, 0, 0,
                               "larger than %zu bytes, expected keys or certificates",
                               capacity - 1);
        ssize_t got = read(descriptor, (char *)bytes + size, capacity - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cdn_fail_errno(error, "cannot read", path, errno);
        if (got == 0)
            break;
        size += (size_t)got;
    }
    *out_size = size;
    return CDN_OK;
}

cdn_status cdn_seal_read_private(const char *directory, const char *name, void *bytes,
                                 size_t capacity, size_t *out_size, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    int folder = -1;
    CDN_TRY(cdn_seal_path(path, directory, name, error));
    CDN_TRY(open_private_directory(directory, &folder, error));
    int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int saved = errno;
    (void)close(folder);
    if (descriptor < 0 && saved == ELOOP)
        return cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                           "a key must be a plain file, found a link");
    if (descriptor < 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "cannot open the key: %s",
                           strerror(saved));
    cdn_status status = check_private(descriptor, path, error);
    if (status == CDN_OK)
        status = read_all(descriptor, path, bytes, capacity, out_size, error);
    (void)close(descriptor);
    return status;
}

/* A regular file, so that neither a pipe nor a device keeps us waiting. */
static cdn_status read_public(int descriptor, const char *path, BIO **out, cdn_error *error)
{
    struct stat info;
    size_t size = 0;
    if (fstat(descriptor, &info) != 0)
        return cdn_fail_errno(error, "cannot look at", path, errno);
    if (!S_ISREG(info.st_mode))
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "expected a plain file");
    char *bytes = cdn_alloc(CDN_SEAL_FILE_SIZE, 1);
    if (bytes == NULL)
        return cdn_fail_memory(error);
    cdn_status status = read_all(descriptor, path, bytes, CDN_SEAL_FILE_SIZE, &size, error);
    BIO *copy = status == CDN_OK ? BIO_new(BIO_s_mem()) : NULL;
    if (status == CDN_OK &&
        (copy == NULL || (size > 0 && BIO_write(copy, bytes, (int)size) != (int)size)))
        status = cdn_fail_memory(error);
    cdn_free(bytes);
    if (status == CDN_OK)
        *out = copy;
    else
        BIO_free(copy);
    return status;
}

cdn_status cdn_seal_read_public(const char *path, bool optional, BIO **out, cdn_error *error)
{
    *out = NULL;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        struct stat info;
        int saved = errno;
        if (optional && lstat(path, &info) != 0 && errno == ENOENT)
            return CDN_OK;
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "cannot be opened: %s",
                           strerror(saved));
    }
    cdn_status status = read_public(descriptor, path, out, error);
    (void)close(descriptor);
    return status;
}

cdn_status cdn_seal_write_public(const char *directory, const char *name, const void *bytes,
                                 size_t size, cdn_error *error)
{
    int folder = -1;
    CDN_TRY(open_directory(directory, &folder, error));
    cdn_status status = write_whole(folder, name, 0666, 0, bytes, size, error);
    (void)close(folder);
    return status;
}
