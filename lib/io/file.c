/* file.c - whole files in: read, map, look, join.
 *
 * Files are opened without blocking and checked to be regular after opening,
 * not before, so that a FIFO or a swapped name cannot hang or fool a reader.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/open.h"

#define READ_STEP ((size_t)64 * 1024)

static const char *kind_name(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return "a device";
    if (S_ISFIFO(mode))
        return "a pipe";
    return "something else";
}

cdn_status cdn_open_regular(const char *path, int *out_descriptor, uint64_t *out_size,
                            cdn_error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "no such file");
    if (descriptor < 0)
        return cdn_fail_errno(error, "cannot open", path, errno);
    struct stat info;
    if (fstat(descriptor, &info) != 0) {
        cdn_status status = cdn_fail_errno(error, "cannot look at", path, errno);
        (void)close(descriptor);
        return status;
    }
    if (!S_ISREG(info.st_mode)) {
        (void)close(descriptor);
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "expected a regular file, found %s",
                           kind_name(info.st_mode));
    }
    *out_descriptor = descriptor;
    *out_size = (uint64_t)info.st_size;
    return CDN_OK;
}

cdn_status cdn_read_some(int descriptor, void *bytes, size_t size, const char *path, size_t *got,
                         cdn_error *error)
{
    for (;;) {
        ssize_t count = read(descriptor, bytes, size);
        if (count >= 0) {
            *got = (size_t)count;
            return CDN_OK;
        }
        if (errno != EINTR)
            return cdn_fail_errno(error, "cannot read", path, errno);
    }
}

cdn_status cdn_file_read(const char *path, cdn_text *out, cdn_error *error)
{
    int descriptor;
    uint64_t size;
    CDN_TRY(cdn_open_regular(path, &descriptor, &size, error));
    cdn_status status = CDN_OK;
    char *step = cdn_alloc(READ_STEP, 1);
    if (step == NULL)
        status = cdn_fail_memory(error);
    size_t got = 1;
    while (status == CDN_OK && got > 0) {
        status = cdn_read_some(descriptor, step, READ_STEP, path, &got, error);
        if (status != CDN_OK)
            break;
        if (out->length > out->max || got > out->max - out->length) {
            status = cdn_fail_at(error, CDN_E_LIMIT, path, 0, 0,
                                 "file is larger than the limit of %zu bytes", out->max);
            break;
        }
        cdn_text_add_bytes(out, step, got);
        if (out->failed)
            status = cdn_fail_memory(error);
    }
    cdn_free(step);
    (void)close(descriptor);
    return status;
}

cdn_status cdn_file_map(const char *path, cdn_mapping *out, cdn_error *error)
{
    int descriptor;
    uint64_t size;
    cdn_status status = CDN_OK;
    CDN_TRY(cdn_open_regular(path, &descriptor, &size, error));
    *out = (cdn_mapping){NULL, 0};
    if (size > SIZE_MAX / 2) {
        status = cdn_fail_at(error, CDN_E_LIMIT, path, 0, 0, "file is too large to map");
    } else if (size > 0) {
        void *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes == MAP_FAILED)
            status = cdn_fail_errno(error, "cannot map", path, errno);
        else
            *out = (cdn_mapping){bytes, (size_t)size};
    }
    (void)close(descriptor);
    return status;
}

void cdn_file_unmap(cdn_mapping *mapping)
{
    if (mapping == NULL || mapping->bytes == NULL)
        return;
    /* munmap wants a plain pointer; nothing is written through it. */
    (void)munmap((void *)(uintptr_t)mapping->bytes, mapping->size);
    *mapping = (cdn_mapping){NULL, 0};
}

cdn_status cdn_file_write(const char *path, const void *bytes, size_t size, cdn_error *error)
{
    cdn_writer *writer = NULL;
    CDN_TRY(cdn_writer_create(path, &writer, error));
    cdn_writer_add(writer, bytes, size);
    return cdn_writer_commit(writer, error);
}

bool cdn_file_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

char *cdn_path_join(const char *a, const char *b)
{
    size_t a_size = strlen(a);
    size_t b_size = strlen(b);
    char *out = cdn_alloc(a_size + b_size + 2, 1);
    if (out == NULL)
        return NULL;
    memcpy(out, a, a_size);
    out[a_size] = '/';
    memcpy(out + a_size + 1, b, b_size);
    return out;
}
