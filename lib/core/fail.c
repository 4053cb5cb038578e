/* fail.c - filling and printing the error record.
 *
 * Control bytes in a message become '?', so that a hostile file name cannot
 * write to a terminal or forge a second line. Texts that do not fit are cut.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fail.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void clean(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            *text = '?';
    }
}

/* The end of a path says more than its beginning. */
static void copy_tail(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) {
        text += length - (size - 1);
        length = size - 1;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    clean(out);
}

cdn_status cdn_fail(cdn_error *error, cdn_status status, const char *format, ...)
{
    if (error == NULL || error->status != CDN_OK || status == CDN_OK)
        return status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    clean(error->message);
    error->status = status;
    error->source[0] = '\0';
    error->hint[0] = '\0';
    error->line = 0;
    error->column = 0;
    return status;
}

cdn_status cdn_fail_at(cdn_error *error, cdn_status status, const char *source, uint64_t line,
                       uint64_t column, const char *format, ...)
{
    if (error == NULL || error->status != CDN_OK || status == CDN_OK)
        return status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    clean(error->message);
    error->status = status;
    error->hint[0] = '\0';
    copy_tail(error->source, sizeof error->source, source == NULL ? "" : source);
    error->line = line;
    error->column = column;
    return status;
}

void cdn_fail_hint(cdn_error *error, const char *format, ...)
{
    if (error == NULL || error->status == CDN_OK || error->hint[0] != '\0')
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    clean(error->hint);
}

cdn_status cdn_fail_memory(cdn_error *error)
{
    return cdn_fail(error, CDN_E_NOMEM, "out of memory");
}

cdn_status cdn_fail_errno(cdn_error *error, const char *what, const char *path, int saved_errno)
{
    /* Not strerror: that one follows the locale. */
    const char *reason = strerrordesc_np(saved_errno);
    return cdn_fail(error, CDN_E_IO, "%s %s: %s", what, path,
                    reason == NULL ? "unknown error" : reason);
}

int cdn_status_exit_code(cdn_status status)
{
    switch (status) {
    case CDN_OK:
        return 0;
    case CDN_E_REFUSED:
        return 1;
    case CDN_E_USAGE:
        return 2;
    case CDN_E_INPUT:
    case CDN_E_LIMIT:
        return 3;
    case CDN_E_INTERNAL:
    case CDN_E_NOMEM:
    case CDN_E_IO:
        return 4;
    }
    return 4;
}

size_t cdn_error_format(const cdn_error *error, char *out, size_t out_size)
{
    char place[sizeof error->source + 64] = "";
    if (error->source[0] != '\0') {
        if (error->line == 0)
            (void)snprintf(place, sizeof place, "%s: ", error->source);
        else if (error->column == 0)
            (void)snprintf(place, sizeof place, "%s:%" PRIu64 ": ", error->source, error->line);
        else
            (void)snprintf(place, sizeof place, "%s:%" PRIu64 ":%" PRIu64 ": ", error->source,
                           error->line, error->column);
    }
    int length = snprintf(out, out_size, "%s%s%s%s", place, error->message,
                          error->hint[0] == '\0' ? "" : "\n  hint: ", error->hint);
    return length < 0 ? 0 : (size_t)length;
}
