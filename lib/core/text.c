/* text.c - a growing byte buffer with a maximum and a sticky failure.
 *
 * Capacity doubles and always leaves room for a NUL. Once `failed` is set the
 * content stays as it was and nothing more is added.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/number.h"

#define FIRST_CAPACITY 64u

/* Makes room for `extra` more bytes and the NUL. */
static bool reserve(cdn_text *text, size_t extra)
{
    size_t needed;
    if (text->failed)
        return false;
    if (text->length > text->max || extra > text->max - text->length ||
        __builtin_add_overflow(text->length + extra, 1, &needed)) {
        text->failed = true;
        return false;
    }
    if (needed <= text->capacity)
        return true;
    size_t capacity = text->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : text->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    char *bytes = cdn_resize(text->bytes, capacity, 1);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void cdn_text_add_bytes(cdn_text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void cdn_text_add(cdn_text *text, const char *string)
{
    cdn_text_add_bytes(text, string, strlen(string));
}

void cdn_text_addf(cdn_text *text, const char *format, ...)
{
    va_list measure;
    va_list print;
    va_start(measure, format);
    va_copy(print, measure);
    int length = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    if (length < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)length)) {
        (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, print);
        text->length += (size_t)length;
    }
    va_end(print);
}

void cdn_text_add_decimal(cdn_text *text, int64_t value, unsigned decimals)
{
    if (decimals > 18) {
        text->failed = true;
        return;
    }
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = (uint64_t)cdn_pow10(decimals);
    const char *sign = value < 0 ? "-" : "";
    if (decimals == 0)
        cdn_text_addf(text, "%s%" PRIu64, sign, size);
    else
        cdn_text_addf(text, "%s%" PRIu64 ".%0*" PRIu64, sign, size / unit, (int)decimals,
                      size % unit);
}

void cdn_text_clear(cdn_text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

void cdn_text_release(cdn_text *text)
{
    cdn_free(text->bytes);
    *text = (cdn_text)CDN_TEXT_INIT(text->max);
}
