/* disk.h - whether a disk will keep what is written to it, and has room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_IO_DISK_H
#define CDN_IO_DISK_H

#include <stdint.h>

#include "cordon/error.h"

/** CDN_E_REFUSED when `path` is on a network file system, where neither a lock nor a sync means
 *  what it means here, or when fewer than `reserve` bytes are free there. */
cdn_status cdn_disk_check(const char *path, uint64_t reserve, cdn_error *error) CDN_MUST_CHECK;

#endif
