/* writer.c - a file that appears whole or not at all.
 *
 * Bytes go to a fresh hidden name in the same directory (so that the rename
 * cannot cross a file system), made with O_EXCL; commit syncs the file, renames
 * it over the destination and syncs the directory. The first failure sticks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/open.h"

#define BUFFER_SIZE ((size_t)256 * 1024)
#define NAME_TRIES 16

struct cdn_writer {
    char *path;
    char *temporary;
    int descriptor;
    int failed; /* errno of the first failure, or 0 */
    size_t flushed;
    size_t used;
    unsigned char *buffer;
};

/* Opens DIR/.NAME.XXXXXXXXXXXXXXXX.tmp; the random part only avoids clashes. */
static int open_temporary(const char *path, char *name, size_t name_size)
{
    const char *slash = strrchr(path, '/');
    int directory_length = slash == NULL ? 0 : (int)(slash - path) + 1;
    const char *base = slash == NULL ? path : slash + 1;
    for (int i = 0; i < NAME_TRIES; i++) {
        uint64_t random = 0;
        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
            return -1;
        (void)snprintf(name, name_size, "%.*s.%s.%016" PRIx64 ".tmp", directory_length, path, base,
                       random);
        int descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

static void release(cdn_writer *writer)
{
    if (writer->descriptor >= 0)
        (void)close(writer->descriptor);
    cdn_free(writer->path);
    cdn_free(writer->temporary);
    cdn_free(writer->buffer);
    cdn_free(writer);
}

cdn_status cdn_writer_create(const char *path, cdn_writer **out, cdn_error *error)
{
    cdn_writer *writer = cdn_alloc(1, sizeof *writer);
    if (writer == NULL)
        return cdn_fail_memory(error);
    size_t name_size = strlen(path) + 32;
    writer->descriptor = -1;
    writer->path = cdn_strdup(path);
    writer->temporary = cdn_alloc(name_size, 1);
    writer->buffer = cdn_alloc(BUFFER_SIZE, 1);
    if (writer->path == NULL || writer->temporary == NULL || writer->buffer == NULL) {
        release(writer);
        return cdn_fail_memory(error);
    }
    writer->descriptor = open_temporary(path, writer->temporary, name_size);
    if (writer->descriptor < 0) {
        cdn_status status = cdn_fail_errno(error, "cannot create", path, errno);
        release(writer);
        return status;
    }
    *out = writer;
    return CDN_OK;
}

static void write_at(cdn_writer *writer, const unsigned char *bytes, size_t size, size_t offset)
{
    while (size > 0 && writer->failed == 0) {
        ssize_t count = pwrite(writer->descriptor, bytes, size, (off_t)offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            writer->failed = count < 0 ? errno : EIO;
            return;
        }
        bytes += count;
        offset += (size_t)count;
        size -= (size_t)count;
    }
}

static void flush(cdn_writer *writer)
{
    write_at(writer, writer->buffer, writer->used, writer->flushed);
    writer->flushed += writer->used;
    writer->used = 0;
}

void cdn_writer_add(cdn_writer *writer, const void *bytes, size_t size)
{
    if (writer->failed != 0 || size == 0)
        return;
    if (size > BUFFER_SIZE - writer->used)
        flush(writer);
    if (size > BUFFER_SIZE) {
        write_at(writer, bytes, size, writer->flushed);
        writer->flushed += size;
        return;
    }
    memcpy(writer->buffer + writer->used, bytes, size);
    writer->used += size;
}

void cdn_writer_patch(cdn_writer *writer, size_t offset, const void *bytes, size_t size)
{
    if (writer->failed != 0)
        return;
    flush(writer);
    if (offset > writer->flushed || size > writer->flushed - offset) {
        writer->failed = EINVAL;
        return;
    }
    write_at(writer, bytes, size, offset);
}

size_t cdn_writer_offset(const cdn_writer *writer)
{
    return writer->flushed + writer->used;
}

cdn_status cdn_writer_commit(cdn_writer *writer, cdn_error *error)
{
    flush(writer);
    if (writer->failed == 0 && fsync(writer->descriptor) != 0)
        writer->failed = errno;
    if (writer->failed == 0) {
        int descriptor = writer->descriptor;
        writer->descriptor = -1;
        if (close(descriptor) != 0)
            writer->failed = errno;
    }
    if (writer->failed == 0 && rename(writer->temporary, writer->path) != 0)
        writer->failed = errno;
    if (writer->failed != 0) {
        cdn_status status = cdn_fail_errno(error, "cannot write", writer->path, writer->failed);
        cdn_writer_abandon(writer);
        return status;
    }
    cdn_status status = cdn_sync_parent(writer->path, error);
    release(writer);
    return status;
}

void cdn_writer_abandon(cdn_writer *writer)
{
    if (writer == NULL)
        return;
    (void)unlink(writer->temporary);
    release(writer);
}
