/* listing.c - the files of a package with their digests, from the disk or from a manifest.
 *
 * Both come sorted bytewise, so they compare in one pass, and a manifest in our
 * strict form has exactly one text for one set of files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "export/parts.h"

#define DIGEST_SIZE (CDN_SHA512_HEX - 1)

typedef struct scan {
    const char *root;
    cdn_listing *listing;
    uint64_t total;
} scan;

static cdn_status add(cdn_listing *listing, const char *path, size_t length,
                      cdn_listed_file **out, cdn_error *error)
{
    if (listing->count >= CDN_PACKAGE_MAX_FILES)
        return cdn_fail(error, CDN_E_REFUSED, "the package has more than %u files",
                        CDN_PACKAGE_MAX_FILES);
    if (listing->arena == NULL)
        listing->arena = cdn_arena_create();
    if (listing->count == listing->capacity) {
        size_t capacity = listing->capacity == 0 ? 64 : 2 * listing->capacity;
        cdn_listed_file *files = cdn_resize(listing->files, capacity, sizeof *files);
        if (files == NULL)
            return cdn_fail_memory(error);
        listing->files = files;
        listing->capacity = capacity;
    }
    char *copy = listing->arena == NULL ? NULL
                                        : cdn_arena_strndup(listing->arena, path, length);
    if (copy == NULL)
        return cdn_fail_memory(error);
    cdn_listed_file *file = &listing->files[listing->count++];
    memset(file, 0, sizeof *file);
    file->path = copy;
    *out = file;
    return CDN_OK;
}

static cdn_status scan_file(void *context, const char *relative_path, cdn_error *error)
{
    scan *job = context;
    cdn_listed_file *file = NULL;
    if (!cdn_path_is_plain(relative_path))
        return cdn_fail(error, CDN_E_REFUSED, "a file name with unusual characters: %s",
                        relative_path);
    CDN_TRY(add(job->listing, relative_path, strlen(relative_path), &file, error));
    char *path = cdn_path_join(job->root, relative_path);
    if (path == NULL)
        return cdn_fail_memory(error);
    struct stat info;
    cdn_status status = CDN_OK;
    /* before it is read: a file may say that it has no end */
    if (stat(path, &info) == 0 && (uint64_t)info.st_size + job->total > CDN_PACKAGE_MAX_SIZE)
        status = cdn_fail(error, CDN_E_REFUSED, "the package is larger than 1 GiB");
    if (status == CDN_OK)
        status = cdn_sha512_file_hex(path, file->sha512, &file->size, error);
    cdn_free(path);
    job->total += file->size;
    return status;
}

cdn_status cdn_listing_scan(const char *root, cdn_listing *out, cdn_error *error)
{
    scan job = {root, out, 0};
    *out = (cdn_listing){0};
    return cdn_dir_walk(root, scan_file, &job, error);
}

static bool is_digest(const char *bytes)
{
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        if (!((bytes[i] >= '0' && bytes[i] <= '9') || (bytes[i] >= 'a' && bytes[i] <= 'f')))
            return false;
    return true;
}

cdn_status cdn_listing_parse(const char *source, const char *bytes, size_t size, cdn_listing *out,
                             cdn_error *error)
{
    *out = (cdn_listing){0};
    uint64_t line = 0;
    for (size_t at = 0; at < size;) {
        const char *start = bytes + at;
        const char *end = memchr(start, '\n', size - at);
        cdn_listed_file *file = NULL;
        line++;
        if (end == NULL || (size_t)(end - start) < DIGEST_SIZE + 3 || !is_digest(start) ||
            memcmp(start + DIGEST_SIZE, "  ", 2) != 0)
            return cdn_fail_at(error, CDN_E_REFUSED, source, line, 0,
                               "expected a SHA-512 digest, two blanks and a path");
        const char *path = start + DIGEST_SIZE + 2;
        CDN_TRY(add(out, path, (size_t)(end - path), &file, error));
        memcpy(file->sha512, start, DIGEST_SIZE);
        if (!cdn_path_is_plain(file->path) || strlen(file->path) != (size_t)(end - path))
            return cdn_fail_at(error, CDN_E_REFUSED, source, line, 0, "expected a plain path");
        if (out->count > 1 && strcmp(out->files[out->count - 2].path, file->path) >= 0)
            return cdn_fail_at(error, CDN_E_REFUSED, source, line, 0,
                               "expected paths in order, none twice");
        at += (size_t)(end - start) + 1;
    }
    return CDN_OK;
}

const cdn_listed_file *cdn_listing_find(const cdn_listing *listing, const char *path)
{
    size_t low = 0, high = listing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(listing->files[middle].path, path);
        if (order == 0)
            return &listing->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void cdn_listing_release(cdn_listing *listing)
{
    cdn_arena_destroy(listing->arena);
    cdn_free(listing->files);
    *listing = (cdn_listing){0};
}
