/* line.h - formats CSV fields by hand into a buffer and hands it to a writer in large pieces.
 *
 * Every put appends one field and a comma; the end turns the last comma into a
 * newline. No field here is longer than CDN_LINE_FIELD_MAX, and the buffer holds
 * two of the widest rows, so no put checks for room. Texts need no quoting but
 * for labels of code lists, which go through cdn_line_label.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_LINE_H
#define CDN_SYNTH_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "io/file.h"

#define CDN_LINE_FIELD_MAX 160u
#define CDN_LINE_FIELDS_MAX 800u
#define CDN_LINE_FLUSH (CDN_LINE_FIELD_MAX * CDN_LINE_FIELDS_MAX)

typedef struct cdn_line {
    cdn_writer *writer;
    size_t length;
    char bytes[2 * CDN_LINE_FLUSH];
} cdn_line;

static inline void cdn_line_add(cdn_line *line, const char *bytes, size_t length)
{
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
}

/** The digits alone, at least `width` of them, without the comma. */
static inline void cdn_line_digits(cdn_line *line, uint64_t value, unsigned width)
{
    char digits[24];
    unsigned count = 0;
    do {
        digits[sizeof digits - ++count] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || count < width);
    cdn_line_add(line, digits + sizeof digits - count, count);
}

static inline void cdn_line_comma(cdn_line *line)
{
    line->bytes[line->length++] = ',';
}

static inline void cdn_line_text(cdn_line *line, const char *text)
{
    cdn_line_add(line, text, strlen(text));
    cdn_line_comma(line);
}

static inline void cdn_line_int(cdn_line *line, int64_t value)
{
    if (value >= 0 && value <= 9) {
        line->bytes[line->length] = (char)('0' + value);
        line->bytes[line->length + 1] = ',';
        line->length += 2;
        return;
    }
    if (value < 0) {
        line->bytes[line->length++] = '-';
        value = -value;
    }
    cdn_line_digits(line, (uint64_t)value, 1);
    cdn_line_comma(line);
}

/** Blank when `value` is `blank`, else the number. */
static inline void cdn_line_int_or_blank(cdn_line *line, int64_t value, int64_t blank)
{
    if (value == blank)
        cdn_line_comma(line);
    else
        cdn_line_int(line, value);
}

/** Pence as pounds with two places; negative codes as they are. */
static inline void cdn_line_pence(cdn_line *line, int32_t pence)
{
    if (pence < 0) {
        cdn_line_int(line, pence);
        return;
    }
    cdn_line_digits(line, (uint64_t)(uint32_t)pence / 100, 1);
    line->bytes[line->length++] = '.';
    cdn_line_digits(line, (uint64_t)(uint32_t)pence % 100, 2);
    cdn_line_comma(line);
}

/** A number of halves as "7" or "7.5"; negative codes as they are. */
static inline void cdn_line_halves(cdn_line *line, int32_t halves)
{
    if (halves < 0 || halves % 2 == 0) {
        cdn_line_int(line, halves < 0 ? halves : halves / 2);
        return;
    }
    cdn_line_digits(line, (uint64_t)(uint32_t)halves / 2, 1);
    cdn_line_add(line, ".5,", 3);
}

/** A label of a code list, quoted when it has a comma or a quote. */
void cdn_line_label(cdn_line *line, const char *label);

/** Ends the row. */
static inline void cdn_line_end(cdn_line *line)
{
    line->bytes[line->length - 1] = '\n';
    if (line->length >= CDN_LINE_FLUSH) {
        cdn_writer_add(line->writer, line->bytes, line->length);
        line->length = 0;
    }
}

/** Hands over what is left. */
void cdn_line_flush(cdn_line *line);

#endif
