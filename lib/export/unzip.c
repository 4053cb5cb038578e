/* unzip.c - a zip from outside, unpacked with suspicion.
 *
 * Only plain files and folders with plain relative names below one top folder; no
 * name twice, not even in another case (a case-blind file system would lay one over
 * the other); no encryption; bounded count and bytes, counted as they come out. Nothing before the
 * zip and nothing after it, where another program could find another zip.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "export/parts.h"

#define STEP ((size_t)64 * 1024)
#define MAX_NAME 1024u

typedef struct unzip_job {
    struct archive *archive;
    const char *dir;
    cdn_map *names; /* in lower case */
    char *top;
    uint64_t total;
    unsigned count;
} unzip_job;

static cdn_status refuse(const char *reason, cdn_error *error)
{
    return cdn_fail(error, CDN_E_REFUSED, "the zip %s", reason);
}

static cdn_status remember_name(unzip_job *job, const char *name, cdn_error *error)
{
    char lower[MAX_NAME + 1];
    bool added = false;
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    if (cdn_map_add(job->names, lower, length, &added) == CDN_MAP_NONE)
        return cdn_fail_memory(error);
    return added ? CDN_OK : refuse("holds one name twice", error);
}

static cdn_status check_top(unzip_job *job, const char *name, cdn_error *error)
{
    size_t length = strcspn(name, "/");
    if (job->top == NULL) {
        job->top = cdn_strndup(name, length);
        return job->top == NULL ? cdn_fail_memory(error) : CDN_OK;
    }
    if (strlen(job->top) != length || strncmp(job->top, name, length) != 0)
        return refuse("has more than one top folder", error);
    return CDN_OK;
}

/* The bytes are written as they come; the limit is on what comes out, not on what is claimed. */
static cdn_status write_file(unzip_job *job, const char *path, cdn_error *error)
{
    cdn_writer *writer = NULL;
    CDN_TRY(cdn_writer_create(path, &writer, error));
    unsigned char *buffer = cdn_alloc(STEP, 1);
    cdn_status status = buffer == NULL ? cdn_fail_memory(error) : CDN_OK;
    while (status == CDN_OK) {
        la_ssize_t got = archive_read_data(job->archive, buffer, STEP);
        if (got == 0)
            break;
        if (got < 0) {
            status = refuse("cannot be unpacked", error);
        } else if ((job->total += (uint64_t)got) > CDN_PACKAGE_MAX_SIZE) {
            status = refuse("unpacks to more than 1 GiB", error);
        } else {
            cdn_writer_add(writer, buffer, (size_t)got);
        }
    }
    cdn_free(buffer);
    if (status != CDN_OK) {
        cdn_writer_abandon(writer);
        return status;
    }
    return cdn_writer_commit(writer, error);
}

static cdn_status write_below(unzip_job *job, const char *name, cdn_error *error)
{
    char *path = cdn_path_join(job->dir, name);
    char *folder = path == NULL ? NULL : cdn_strndup(path, (size_t)(strrchr(path, '/') - path));
    cdn_status status = folder == NULL ? cdn_fail_memory(error) : cdn_dir_make(folder, error);
    if (status == CDN_OK)
        status = write_file(job, path, error);
    cdn_free(folder);
    cdn_free(path);
    return status;
}

static cdn_status take_entry(unzip_job *job, struct archive_entry *entry, cdn_error *error)
{
    char name[MAX_NAME + 1];
    const char *stored = archive_entry_pathname(entry);
    bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    size_t length = stored == NULL ? 0 : strlen(stored);
    if (length == 0 || length > MAX_NAME)
        return refuse("holds a name that cannot be used", error);
    memcpy(name, stored, length + 1);
    if (is_folder && name[length - 1] == '/')
        name[length - 1] = '\0';
    if (!cdn_path_is_plain(name))
        return refuse("holds a name that is absolute, climbs or has unusual characters", error);
    if (++job->count > CDN_PACKAGE_MAX_FILES)
        return refuse("holds more than 10000 entries", error);
    if (archive_entry_symlink(entry) != NULL || archive_entry_hardlink(entry) != NULL ||
        (!is_folder && archive_entry_filetype(entry) != AE_IFREG))
        return refuse("holds a link or device", error);
    if (archive_entry_is_encrypted(entry) != 0)
        return refuse("is encrypted", error);
    CDN_TRY(remember_name(job, name, error));
    CDN_TRY(check_top(job, name, error));
    if (is_folder)
        return CDN_OK; /* an empty folder says nothing */
    if (strchr(name, '/') == NULL)
        return refuse("holds a file outside its top folder", error);
    return write_below(job, name, error);
}

static uint64_t little(const unsigned char *at, size_t size)
{
    uint64_t number = 0;
    while (size-- > 0)
        number = number << 8 | at[size];
    return number;
}

/* PKWARE's APPNOTE, 4.3.16: the end record is the last 22 bytes, without a comment, on one disk,
 * not zip64, and right after the directory that it tells of. */
static bool ends_well(const cdn_mapping *zip)
{
    const unsigned char *end = zip->bytes + zip->size - 22;
    return memcmp(end, "PK\5\6\0\0\0\0", 8) == 0 && little(end + 8, 2) == little(end + 10, 2) &&
           little(end + 10, 2) < 0xffff && little(end + 20, 2) == 0 &&
           little(end + 12, 4) + little(end + 16, 4) == zip->size - 22;
}

static cdn_status check_ends(const char *zip_path, cdn_error *error)
{
    cdn_mapping zip;
    CDN_TRY(cdn_file_map(zip_path, &zip, error));
    cdn_status status = CDN_OK;
    if (zip.size < 26 || memcmp(zip.bytes, "PK\3\4", 4) != 0)
        status = cdn_fail_at(error, CDN_E_INPUT, zip_path, 0, 0,
                             "expected a package folder or a zip");
    else if (!ends_well(&zip))
        status = refuse("is cut off, or something follows it", error);
    cdn_file_unmap(&zip);
    return status;
}

static cdn_status take_entries(unzip_job *job, const char *zip_path, cdn_error *error)
{
    if (archive_read_support_format_zip_seekable(job->archive) != ARCHIVE_OK ||
        archive_read_open_filename(job->archive, zip_path, STEP) != ARCHIVE_OK)
        return cdn_fail_at(error, CDN_E_INPUT, zip_path, 0, 0,
                           "expected a package folder or a zip");
    for (;;) {
        struct archive_entry *entry = NULL;
        int result = archive_read_next_header(job->archive, &entry);
        if (result == ARCHIVE_EOF)
            break;
        if (result != ARCHIVE_OK)
            return refuse("cannot be read", error);
        CDN_TRY(take_entry(job, entry, error));
    }
    return job->top == NULL ? refuse("is empty", error) : CDN_OK;
}

cdn_status cdn_package_unzip(const char *zip_path, const char *dir, char **out_root,
                             cdn_error *error)
{
    unzip_job job = {.dir = dir};
    job.archive = archive_read_new();
    job.names = cdn_map_create();
    cdn_status status = CDN_OK;
    if (job.archive == NULL || job.names == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK)
        status = check_ends(zip_path, error);
    if (status == CDN_OK)
        status = take_entries(&job, zip_path, error);
    if (status == CDN_OK) {
        *out_root = cdn_path_join(dir, job.top);
        if (*out_root == NULL)
            status = cdn_fail_memory(error);
    }
    (void)archive_read_free(job.archive);
    cdn_map_destroy(job.names);
    cdn_free(job.top);
    return status;
}
