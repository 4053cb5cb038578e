/* fields.c - header lines and fields of the files, and what is said of bad ones.
 *
 * A header that is no header may be a line of data, so an unknown name is not
 * repeated: its field number and the closest known name are given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/fail.h"
#include "core/map.h"
#include "core/number.h"
#include "outside/outside.h"

static bool is_word(cdn_csv_field field, const char *word)
{
    size_t length = strlen(word);
    return field.length == length && memcmp(field.bytes, word, length) == 0;
}

/* "a, b, c" into a buffer that is large enough for the words of this room. */
static void join_words(const char *const *words, uint32_t count, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < count && used < size; i++) {
        int added = snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ", words[i]);
        used += added < 0 ? size : (size_t)added;
    }
}

static void suggest(cdn_csv_field field, const char *const *words, uint32_t count,
                    cdn_error *error)
{
    char word[64];
    if (field.length == 0 || field.length >= sizeof word)
        return;
    memcpy(word, field.bytes, field.length);
    word[field.length] = '\0';
    size_t closest = cdn_closest(word, words, count);
    if (closest != SIZE_MAX)
        cdn_fail_hint(error, "did you mean \"%s\"?", words[closest]);
}

static cdn_status place_column(cdn_outside_columns *columns, const char *path, uint64_t line,
                               uint32_t number, cdn_csv_field field, cdn_error *error)
{
    char list[256];
    for (uint32_t c = 0; c < columns->count; c++) {
        if (!is_word(field, columns->names[c]))
            continue;
        if (columns->at[c] != CDN_OUTSIDE_ABSENT)
            return cdn_fail_at(error, CDN_E_INPUT, path, line, (uint64_t)number + 1,
                               "column \"%s\" stands in the header twice", columns->names[c]);
        columns->at[c] = number;
        return CDN_OK;
    }
    join_words(columns->names, columns->count, list, sizeof list);
    (void)cdn_fail_at(error, CDN_E_INPUT, path, line, (uint64_t)number + 1,
                      "unknown column: expected one of %s", list);
    if (field.length == 0)
        cdn_fail_hint(error, "leave out row numbers that have no name");
    else if (memchr(field.bytes, ';', field.length) || memchr(field.bytes, '\t', field.length))
        cdn_fail_hint(error, "fields are separated by commas");
    else
        suggest(field, columns->names, columns->count, error);
    return CDN_E_INPUT;
}

cdn_status cdn_outside_read_header(cdn_outside_columns *columns, const char *path, uint64_t line,
                                   const cdn_csv_field *fields, size_t count, cdn_error *error)
{
    for (uint32_t c = 0; c < columns->count; c++)
        columns->at[c] = CDN_OUTSIDE_ABSENT;
    for (uint32_t f = 0; f < count; f++)
        CDN_TRY(place_column(columns, path, line, f, fields[f], error));
    for (uint32_t c = 0; c < columns->required; c++) {
        if (columns->at[c] == CDN_OUTSIDE_ABSENT)
            return cdn_fail_at(error, CDN_E_INPUT, path, line, 0,
                               "the header has no column \"%s\"", columns->names[c]);
    }
    columns->width = (uint32_t)count;
    columns->line = line;
    return CDN_OK;
}

cdn_status cdn_outside_check_some(const cdn_outside_columns *columns, const char *path,
                                  uint32_t cell_count, cdn_error *error)
{
    if (columns->width == 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, 1, 0,
                           "expected a header with cell_id and value, found an empty file");
    if (cell_count == 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, columns->line, 0,
                           "expected cells after the header, found none");
    return CDN_OK;
}

cdn_status cdn_outside_check_width(const cdn_outside_columns *columns, const char *path,
                                   uint64_t line, size_t count, cdn_error *error)
{
    if (count == columns->width)
        return CDN_OK;
    uint64_t column = count < columns->width ? count : columns->width;
    return cdn_fail_at(error, CDN_E_INPUT, path, line, column + 1,
                       "expected %u fields as in the header, found %zu", columns->width, count);
}

cdn_csv_field cdn_outside_field(const cdn_outside_record *record, uint32_t column)
{
    uint32_t at = record->columns->at[column];
    return at == CDN_OUTSIDE_ABSENT ? (cdn_csv_field){"", 0} : record->fields[at];
}

cdn_status cdn_outside_fail(const cdn_outside_record *record, uint32_t column, cdn_error *error,
                            const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    uint32_t at = record->columns->at[column];
    return cdn_fail_at(error, CDN_E_INPUT, record->path, record->line,
                       at == CDN_OUTSIDE_ABSENT ? 0 : (uint64_t)at + 1, "%s: %s",
                       record->columns->names[column], text);
}

/* The length of the well-formed character at bytes (Unicode Standard, table 3-7) that is not a
 * control character, or 0. */
static uint32_t printable_size(const unsigned char *bytes, uint32_t left)
{
    unsigned char first = bytes[0];
    if (first < 0x80)
        return first >= 0x20 && first != 0x7f;
    uint32_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || size > left)
        return 0;
    unsigned char low = first == 0xe0 || first == 0xc2 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (uint32_t i = 2; i < size; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

cdn_status cdn_outside_check_id(const cdn_outside_record *record, uint32_t column,
                                cdn_error *error)
{
    cdn_csv_field field = cdn_outside_field(record, column);
    if (field.length == 0)
        return cdn_outside_fail(record, column, error, "expected an id, found nothing");
    if (field.length > CDN_OUTSIDE_ID_MAX)
        return cdn_outside_fail(record, column, error,
                                "expected at most %u bytes, found a longer id",
                                CDN_OUTSIDE_ID_MAX);
    for (uint32_t i = 0; i < field.length;) {
        uint32_t size =
            printable_size((const unsigned char *)field.bytes + i, field.length - i);
        if (size == 0)
            return cdn_outside_fail(record, column, error,
                                    "expected printable UTF-8 text, found other bytes");
        i += size;
    }
    return CDN_OK;
}

/* What a text is that is not the number that was expected; a fixed phrase. */
static const char *kind_of(cdn_csv_field field, unsigned decimals)
{
    size_t digits = 0, points = 0, exponents = 0, places = 0, others = 0;
    for (uint32_t i = 0; i < field.length; i++) {
        char byte = field.bytes[i];
        bool digit = byte >= '0' && byte <= '9';
        digits += digit;
        places += digit && points > 0;
        points += byte == '.';
        exponents += (byte == 'e' || byte == 'E') && digits > 0;
        others += !digit && byte != '.' && byte != 'e' && byte != 'E' &&
                  !(byte == '-' && i == 0) && !(exponents > 0 && (byte == '-' || byte == '+'));
    }
    if (field.length == 0)
        return "nothing";
    if (digits == 0 || others > 0 || points > 1 || exponents > 1)
        return "text that is no such number";
    if (exponents == 1)
        return "a number with an exponent";
    if (places > decimals)
        return decimals == 0 ? "a fraction" : "more places";
    return points == 1 && (places == 0 || places == digits) ? "a number without digits on one side "
                                                              "of the point"
                                                            : "a number that is too large";
}

cdn_status cdn_outside_decimal(const cdn_outside_record *record, uint32_t column,
                               unsigned decimals, int64_t *out, cdn_error *error)
{
    cdn_csv_field field = cdn_outside_field(record, column);
    if (cdn_parse_decimal(field.bytes, field.length, decimals, out))
        return CDN_OK;
    (void)cdn_outside_fail(record, column, error,
                           "expected a decimal number with at most %u places, found %s", decimals,
                           kind_of(field, decimals));
    cdn_fail_hint(error, "a number is written -12345.678, without blanks, exponent or signs "
                         "between thousands");
    return CDN_E_INPUT;
}

cdn_status cdn_outside_whole(const cdn_outside_record *record, uint32_t column, int64_t min,
                             int64_t max, int64_t *out, cdn_error *error)
{
    cdn_csv_field field = cdn_outside_field(record, column);
    if (!cdn_parse_decimal(field.bytes, field.length, 0, out))
        return cdn_outside_fail(record, column, error, "expected a whole number, found %s",
                                kind_of(field, 0));
    if (*out < min || *out > max)
        return cdn_outside_fail(record, column, error,
                                "expected a whole number from %lld to %lld, found another",
                                (long long)min, (long long)max);
    return CDN_OK;
}

cdn_status cdn_outside_word(const cdn_outside_record *record, uint32_t column,
                            const char *const *words, uint32_t count, uint32_t *out,
                            cdn_error *error)
{
    char list[256];
    cdn_csv_field field = cdn_outside_field(record, column);
    for (uint32_t w = 0; w < count; w++) {
        if (is_word(field, words[w])) {
            *out = w;
            return CDN_OK;
        }
    }
    join_words(words, count, list, sizeof list);
    (void)cdn_outside_fail(record, column, error, "expected one of %s, found %s", list,
                           field.length == 0 ? "nothing" : "something else");
    suggest(field, words, count, error);
    return CDN_E_INPUT;
}
