/* file.h - whole files in, atomic files and trees out.
 *
 * A cdn_writer writes to a temporary name beside its destination and renames on
 * commit, after fsync; until then the destination is untouched, and an
 * abandoned writer leaves nothing. */
#ifndef CDN_IO_FILE_H
#define CDN_IO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "cordon/error.h"
#include "core/text.h"

/** Appends a whole regular file to `out` (whose max applies). A directory, a device or a missing
 *  file is CDN_E_INPUT with the path as source. */
cdn_status cdn_file_read(const char *path, cdn_text *out, cdn_error *error) CDN_MUST_CHECK;

/** Read-only private mapping of a regular file; size 0 gives bytes NULL. */
typedef struct cdn_mapping {
    const unsigned char *bytes;
    size_t size;
} cdn_mapping;
cdn_status cdn_file_map(const char *path, cdn_mapping *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_file_unmap(cdn_mapping *mapping);

typedef struct cdn_writer cdn_writer;
cdn_status cdn_writer_create(const char *path, cdn_writer **out, cdn_error *error) CDN_MUST_CHECK;
/** Buffered; the first failure sticks and commit reports it. */
void cdn_writer_add(cdn_writer *writer, const void *bytes, size_t size);
/** Rewrites bytes already written (for headers). */
void cdn_writer_patch(cdn_writer *writer, size_t offset, const void *bytes, size_t size);
size_t cdn_writer_offset(const cdn_writer *writer);
/** fsync, rename, fsync of the directory; frees the writer in every case. */
cdn_status cdn_writer_commit(cdn_writer *writer, cdn_error *error) CDN_MUST_CHECK;
/** Removes the temporary file and frees; NULL-safe. */
void cdn_writer_abandon(cdn_writer *writer);

/** Writes a small file in one go, through a cdn_writer. */
cdn_status cdn_file_write(const char *path, const void *bytes, size_t size, cdn_error *error)
    CDN_MUST_CHECK;

bool cdn_file_exists(const char *path);
/** mkdir -p, mode 0777 less umask; durable when it returns. */
cdn_status cdn_dir_make(const char *path, cdn_error *error) CDN_MUST_CHECK;
/** Removes a tree (never follows links); a missing path is fine. */
cdn_status cdn_dir_remove(const char *path, cdn_error *error) CDN_MUST_CHECK;
/** Removes temporary files and folders that a killed writer left in a directory, and `levels` deep
 *  below it; nobody may be writing there. A missing path is fine. */
cdn_status cdn_dir_sweep(const char *path, unsigned levels, cdn_error *error) CDN_MUST_CHECK;
/** Renames a file that is durable already; a file at `to` is replaced. Durable when it returns: the
 *  new name first, so that no crash leaves neither. */
cdn_status cdn_file_move(const char *from, const char *to, cdn_error *error) CDN_MUST_CHECK;
/** Removes a file, durably; a missing one is fine. */
cdn_status cdn_file_remove(const char *path, cdn_error *error) CDN_MUST_CHECK;
/** fsyncs every file and directory of a tree. */
cdn_status cdn_dir_sync(const char *path, cdn_error *error) CDN_MUST_CHECK;
/** The same, then renames it to `to`, which must not exist, and
 *  fsyncs the parent. */
cdn_status cdn_dir_publish(const char *from, const char *to, cdn_error *error) CDN_MUST_CHECK;
/** Copies a tree of regular files and directories. */
cdn_status cdn_dir_copy(const char *from, const char *to, cdn_error *error) CDN_MUST_CHECK;

/** Calls visit(context, relative path) for each regular file below `root`, sorted bytewise by
 *  relative path; anything that is neither a directory nor a regular file is CDN_E_REFUSED. */
typedef cdn_status (*cdn_dir_visit)(void *context, const char *relative_path, cdn_error *error);
cdn_status cdn_dir_walk(const char *root, cdn_dir_visit visit, void *context, cdn_error *error)
    CDN_MUST_CHECK;

/** The same for each name in a directory, of whatever kind, in no order; a missing one has none. */
cdn_status cdn_dir_names(const char *path, cdn_dir_visit visit, void *context, cdn_error *error)
    CDN_MUST_CHECK;

/** a + "/" + b into a fresh block; NULL on failure. @owner caller, cdn_free */
char *cdn_path_join(const char *a, const char *b);

#endif
