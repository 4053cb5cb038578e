/* zip.c - a finished package as one zip file, the same bytes for the same files.
 *
 * libarchive deflates and frames; time is the one thing it takes from the machine:
 * it writes the old DOS time in the local time zone. The eight bytes of each entry
 * are set here, in the local header (rewritten in place) and in the central
 * directory (held back until the end).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "export/package.h"
#include "export/parts.h"

#define PATH_SIZE 4096
#define LOCAL_TIME_AT 10u   /* APPNOTE 4.3.7 */
#define CENTRAL_TIME_AT 12u /* APPNOTE 4.3.12 */
#define CENTRAL_SIZE 46u
#define CENTRAL_SIGNATURE "PK\001\002"
#define SECONDS_PER_DAY 86400

typedef struct zip_job {
    struct archive *archive;
    cdn_writer *writer;
    cdn_text central; /* what comes after the last entry */
    bool in_central;
    const char *root, *top;
    int64_t time;
    unsigned char dos_time[4]; /* time, then date, little endian */
} zip_job;

static la_ssize_t take_bytes(struct archive *archive, void *context, const void *bytes,
                             size_t size)
{
    zip_job *job = context;
    (void)archive;
    if (job->in_central)
        cdn_text_add_bytes(&job->central, bytes, size);
    else
        cdn_writer_add(job->writer, bytes, size);
    return (la_ssize_t)size;
}

static cdn_status fail(const zip_job *job, cdn_error *error)
{
    const char *reason = archive_error_string(job->archive);
    return cdn_fail(error, CDN_E_IO, "cannot make the zip: %s",
                    reason == NULL ? "libarchive gives no reason" : reason);
}

static cdn_status add_entry(zip_job *job, const char *name, const cdn_mapping *content,
                            cdn_error *error)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        return cdn_fail_memory(error);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)content->size);
    archive_entry_set_mtime(entry, job->time, 0);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    size_t offset = cdn_writer_offset(job->writer);
    bool good = archive_write_header(job->archive, entry) == ARCHIVE_OK;
    size_t done = 0;
    while (good && done < content->size) {
        la_ssize_t wrote =
            archive_write_data(job->archive, content->bytes + done, content->size - done);
        good = wrote > 0;
        done += good ? (size_t)wrote : 0;
    }
    good = good && archive_write_finish_entry(job->archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    if (!good)
        return fail(job, error);
    cdn_writer_patch(job->writer, offset + LOCAL_TIME_AT, job->dos_time, sizeof job->dos_time);
    return CDN_OK;
}

static cdn_status add_file(void *context, const char *relative_path, cdn_error *error)
{
    zip_job *job = context;
    char name[PATH_SIZE];
    cdn_mapping content = {NULL, 0};
    int length = snprintf(name, sizeof name, "%s/%s", job->top, relative_path);
    if (length < 0 || (size_t)length >= sizeof name || !cdn_path_is_plain(relative_path))
        return cdn_fail(error, CDN_E_REFUSED, "a file name with unusual characters: %s",
                        relative_path);
    char *path = cdn_path_join(job->root, relative_path);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_file_map(path, &content, error);
    cdn_free(path);
    CDN_TRY(status);
    status = add_entry(job, name, &content, error);
    cdn_file_unmap(&content);
    return status;
}

/* Sets the time of every central header; the layout is ours, so anything odd is our bug. */
static cdn_status patch_central(zip_job *job, cdn_error *error)
{
    unsigned char *at = (unsigned char *)job->central.bytes;
    size_t left = job->central.length;
    while (left >= CENTRAL_SIZE && memcmp(at, CENTRAL_SIGNATURE, 4) == 0) {
        size_t size = CENTRAL_SIZE + at[28] + 256u * at[29] + at[30] + 256u * at[31] + at[32] +
                      256u * at[33];
        if (size > left)
            return cdn_fail(error, CDN_E_INTERNAL, "the zip directory has another layout");
        memcpy(at + CENTRAL_TIME_AT, job->dos_time, sizeof job->dos_time);
        at += size;
        left -= size;
    }
    return CDN_OK;
}

static void set_times(zip_job *job, int32_t days)
{
    int year = 0, month = 0, day = 0;
    cdn_days_to_date(days, &year, &month, &day);
    unsigned since_1980 = year >= 1980 && year <= 2107 ? (unsigned)(year - 1980) : 0;
    unsigned date = since_1980 << 9 | (unsigned)month << 5 | (unsigned)day;
    job->time = (int64_t)days * SECONDS_PER_DAY;
    job->dos_time[2] = (unsigned char)(date & 0xff);
    job->dos_time[3] = (unsigned char)(date >> 8);
}

/* The date that the package itself states. */
static cdn_status read_date(zip_job *job, cdn_error *error)
{
    static const char label[] = "\nBagging-Date: ";
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    char *path = cdn_path_join(job->root, "bag-info.txt");
    cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_file_read(path, &text, error);
    cdn_free(path);
    int64_t year = 0, month = 0, day = 0;
    int32_t days = 0;
    const char *at = status == CDN_OK && text.bytes != NULL ? strstr(text.bytes, label) : NULL;
    if (at != NULL)
        at += sizeof label - 1;
    bool good = at != NULL && strlen(at) > 10 && cdn_parse_int(at, 4, &year) &&
                cdn_parse_int(at + 5, 2, &month) && cdn_parse_int(at + 8, 2, &day) &&
                cdn_date_to_days((int)year, (int)month, (int)day, &days);
    cdn_text_release(&text);
    if (status == CDN_OK && !good)
        status = cdn_fail_at(error, CDN_E_INPUT, "bag-info.txt", 0, 0, "expected a Bagging-Date");
    if (status == CDN_OK)
        set_times(job, days);
    return status;
}

static cdn_status write_entries(zip_job *job, cdn_error *error)
{
    job->archive = archive_write_new();
    if (job->archive == NULL)
        return cdn_fail_memory(error);
    if (archive_write_set_format_zip(job->archive) != ARCHIVE_OK ||
        archive_write_set_options(job->archive, "zip:compression=deflate") != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(job->archive, 0) != ARCHIVE_OK ||
        archive_write_open(job->archive, job, NULL, take_bytes, NULL) != ARCHIVE_OK)
        return fail(job, error);
    CDN_TRY(cdn_dir_walk(job->root, add_file, job, error));
    job->in_central = true;
    if (archive_write_close(job->archive) != ARCHIVE_OK)
        return fail(job, error);
    if (job->central.failed)
        return cdn_fail_memory(error);
    CDN_TRY(patch_central(job, error));
    cdn_writer_add(job->writer, job->central.bytes, job->central.length);
    return CDN_OK;
}

cdn_status cdn_package_zip(const char *dir, const char *zip_path, cdn_error *error)
{
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    zip_job job = {.central = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE)};
    char *root = cdn_strndup(dir, length);
    if (root == NULL)
        return cdn_fail_memory(error);
    const char *slash = strrchr(root, '/');
    job.root = root;
    job.top = slash == NULL ? root : slash + 1;
    cdn_status status = CDN_OK;
    if (!cdn_path_is_plain(job.top))
        status = cdn_fail_at(error, CDN_E_USAGE, dir, 0, 0,
                             "the folder's name becomes the top of the zip, expected a plain name");
    if (status == CDN_OK)
        status = read_date(&job, error);
    if (status == CDN_OK)
        status = cdn_writer_create(zip_path, &job.writer, error);
    if (status == CDN_OK)
        status = write_entries(&job, error);
    (void)archive_write_free(job.archive); /* may still write: the writer goes after it */
    if (status == CDN_OK)
        status = cdn_writer_commit(job.writer, error);
    else
        cdn_writer_abandon(job.writer);
    cdn_text_release(&job.central);
    cdn_free(root);
    return status;
}
