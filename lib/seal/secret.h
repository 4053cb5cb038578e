/* secret.h - a secret of 32 random bytes in a file of its own, as hex: what keyed hashes are made
 * with.
 *
 * Kept as private keys are: mode 0600, in a folder that nobody else may write,
 * never replaced, never printed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SEAL_SECRET_H
#define CDN_SEAL_SECRET_H

#include <stdint.h>

#include "cordon/error.h"

#define CDN_SECRET_SIZE 32u

/** Makes <directory>/<name>. @errors CDN_E_REFUSED when there is one */
cdn_status cdn_secret_create(const char *directory, const char *name, cdn_error *error)
    CDN_MUST_CHECK;

/** @errors CDN_E_INPUT (no such file, or not 64 hex digits and an end of line), CDN_E_REFUSED
 *  (readable by others, a link). The caller wipes `out` when done. */
cdn_status cdn_secret_read(const char *directory, const char *name, uint8_t out[CDN_SECRET_SIZE],
                           cdn_error *error) CDN_MUST_CHECK;

#endif
