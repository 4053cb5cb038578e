/* stamp.h - size and time of last change of a file, to tell whether it changed since.
 *
 * A stamp is a hint that saves reading a file again; only a digest is proof. The
 * time is that of the inode's change (ctime): unlike the time of modification it
 * cannot be set, so unpacking, copying or restoring a file never looks like leaving
 * it as it was. */
#ifndef CDN_IO_STAMP_H
#define CDN_IO_STAMP_H

#include <stdint.h>

#include "cordon/error.h"

typedef struct cdn_stamp {
    uint64_t size;      /* bytes */
    int64_t changed_ns; /* nanoseconds since 1970-01-01 UTC */
} cdn_stamp;

/** CDN_E_INPUT, with the path as source, when there is no regular file at `path`. */
cdn_status cdn_stamp_read(const char *path, cdn_stamp *out, cdn_error *error) CDN_MUST_CHECK;

#endif
