/* open.h - opening and reading descriptors, shared inside this room.
 *
 * Not for other rooms: they use file.h and csv.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_IO_OPEN_H
#define CDN_IO_OPEN_H

#include <stddef.h>
#include <stdint.h>

#include "cordon/error.h"

/** Opens a regular file for reading; a missing one, a directory or a device is CDN_E_INPUT with
 *  the path as source. @owner caller, close */
cdn_status cdn_open_regular(const char *path, int *out_descriptor, uint64_t *out_size,
                            cdn_error *error) CDN_MUST_CHECK;

/** One read, again after a signal; *got 0 at the end of the file. */
cdn_status cdn_read_some(int descriptor, void *bytes, size_t size, const char *path, size_t *got,
                         cdn_error *error) CDN_MUST_CHECK;

/** fsync of the directory that holds `path`; where a file system has no such thing, nothing. */
cdn_status cdn_sync_parent(const char *path, cdn_error *error) CDN_MUST_CHECK;

#endif
