/* report.c - the helper's answer, built in fixed buffers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX 500u
#define HINT_MAX 250u

typedef struct line_buffer {
    char bytes[8192]; /* every byte of both texts may become \uXXXX */
    size_t length;
} line_buffer;

static void put(line_buffer *out, const char *text)
{
    size_t length = strlen(text);
    if (out->length + length < sizeof out->bytes) {
        memcpy(out->bytes + out->length, text, length);
        out->length += length;
    }
}

static void put_number(line_buffer *out, long number)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    if (number < 0)
        number = 0;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(out, digits + at);
}

/* Length of the UTF-8 sequence at text, 0 when it is not one. */
static size_t sequence_length(const unsigned char *text, size_t left)
{
    static const unsigned int minimum[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80 ? 1 : text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (length == 1)
        return 1;
    if (text[0] < 0xC2 || text[0] > 0xF4 || length > left)
        return 0;
    unsigned int point = text[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0u) != 0x80u)
            return 0;
        point = point << 6 | (text[i] & 0x3Fu);
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < minimum[length] || point > 0x10FFFF || surrogate ? 0 : length;
}

static void put_string(line_buffer *out, const char *text, size_t max)
{
    static const char hex[] = "0123456789abcdef";
    size_t left = strnlen(text, max);
    const unsigned char *at = (const unsigned char *)text;
    put(out, "\"");
    while (left > 0) {
        char one[8] = {0};
        size_t length = sequence_length(at, left);
        if (length == 0) {
            length = 1;
            one[0] = '?';
        } else if (at[0] == '"' || at[0] == '\\') {
            one[0] = '\\';
            one[1] = (char)at[0];
        } else if (at[0] < 0x20) {
            memcpy(one, "\\u00", 4);
            one[4] = hex[at[0] >> 4];
            one[5] = hex[at[0] & 15u];
        } else {
            memcpy(one, at, length);
        }
        put(out, one);
        at += length;
        left -= length;
    }
    put(out, "\"");
}

static void write_all(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(SCRIPT_OUT_FD, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(SCRIPT_EXIT_OUTPUT);
        bytes += written;
        size -= (size_t)written;
    }
}

_Noreturn void script_report_ok(const char *value, size_t size)
{
    write_all("{\"ok\":", 6);
    write_all(value, size);
    write_all("}", 1);
    _exit(SCRIPT_EXIT_OK);
}

_Noreturn void script_report_error(int exit_code, long line, const char *message,
                                   const char *hint)
{
    line_buffer out;
    out.length = 0;
    put(&out, "{\"error\":{\"hint\":");
    put_string(&out, hint, HINT_MAX);
    put(&out, ",\"line\":");
    put_number(&out, line);
    put(&out, ",\"message\":");
    put_string(&out, message, MESSAGE_MAX);
    put(&out, "}}");
    write_all(out.bytes, out.length);
    _exit(exit_code);
}
