/* stamp.c - size and time of last change of a file, to tell whether it changed since.
 *
 * Follows symbolic links, as reading the file does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/stamp.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/fail.h"

#define NANOSECONDS INT64_C(1000000000)

cdn_status cdn_stamp_read(const char *path, cdn_stamp *out, cdn_error *error)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "cannot read the file: %s",
                           strerror(errno));
    if (!S_ISREG(info.st_mode))
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0,
                           "expected a regular file, found something else");
    out->size = (uint64_t)info.st_size;
    out->changed_ns = (int64_t)info.st_ctim.tv_sec * NANOSECONDS + (int64_t)info.st_ctim.tv_nsec;
    return CDN_OK;
}
