/* texts.h - how a package writes dates and statuses, for pages that tell of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_EXPORT_TEXTS_H
#define CDN_EXPORT_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "release/release.h"

#define CDN_DATE_SIZE 11 /* YYYY-MM-DD and the NUL */

void cdn_date_write(int32_t days, char out[CDN_DATE_SIZE]);
/** "c", "x", "z", "low" or "". */
const char *cdn_status_code(cdn_value_status status);
/** "" for NULL. */
const char *cdn_text_or_empty(const char *text);
/** Length of the UTF-8 sequence at `at` (RFC 3629: no overlong forms, no surrogates), or 0. */
size_t cdn_utf8_length(const unsigned char *at);

#endif
