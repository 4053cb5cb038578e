/* names.c - which texts may be names, paths and cells of a package.
 *
 * A cell that a spreadsheet would run is refused, never altered: a changed text is
 * no longer the register's. "=" always starts a formula; "+", "-" and "@" start one
 * that can do harm only with a call, a DDE link or a comparison in it ("-1", "+65"
 * and "@Home" stay).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "core/number.h"
#include "export/parts.h"

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool cdn_name_is_plain(const char *name)
{
    if (name == NULL || !is_lower(name[0]) || strlen(name) > CDN_LIMIT_NAME_SIZE)
        return false;
    for (const char *at = name; *at != '\0'; at++)
        if (!is_lower(*at) && !is_digit(*at) && *at != '_')
            return false;
    return true;
}

bool cdn_path_is_plain(const char *path)
{
    size_t part = 0; /* length of the part so far */
    bool only_dots = true;
    for (const char *at = path;; at++) {
        if (*at == '/' || *at == '\0') {
            if (part == 0 || only_dots)
                return false;
            if (*at == '\0')
                return true;
            part = 0;
            only_dots = true;
            continue;
        }
        if (!is_lower(*at) && !(*at >= 'A' && *at <= 'Z') && !is_digit(*at) &&
            strchr("._-", *at) == NULL)
            return false;
        part++;
        if (*at != '.')
            only_dots = false;
    }
}

size_t cdn_utf8_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

static bool is_formula(const char *text)
{
    /* the fullwidth forms of = + - @ start a formula too in some locales */
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    if (text[0] != '\0' && strchr("=\t\r\n", text[0]) != NULL)
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], 3) == 0)
            return true;
    return text[0] != '\0' && strchr("+-@", text[0]) != NULL && strpbrk(text, "(|!=") != NULL;
}

const char *cdn_cell_problem(const char *text)
{
    if (is_formula(text))
        return "starts as a spreadsheet formula does";
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t length = cdn_utf8_length(at);
        if (length == 0)
            return "is not UTF-8";
        if ((*at < 0x20 && *at != '\t' && *at != '\n' && *at != '\r') || *at == 0x7f)
            return "holds a control character";
        at += length;
    }
    return NULL;
}

void cdn_date_write(int32_t days, char out[CDN_DATE_SIZE])
{
    int year = 0, month = 0, day = 0;
    cdn_days_to_date(days, &year, &month, &day);
    if (year < 0 || year > 9999)
        year = month = day = 0;
    (void)snprintf(out, CDN_DATE_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000u,
                   (unsigned)month % 100u, (unsigned)day % 100u);
}

bool cdn_date_is_valid(const char *text)
{
    int64_t year = 0, month = 0, day = 0;
    int32_t days = 0;
    char again[CDN_DATE_SIZE];
    if (strlen(text) != 10 || !cdn_parse_int(text, 4, &year) ||
        !cdn_parse_int(text + 5, 2, &month) || !cdn_parse_int(text + 8, 2, &day) ||
        !cdn_date_to_days((int)year, (int)month, (int)day, &days))
        return false;
    cdn_date_write(days, again);
    return strcmp(again, text) == 0;
}

const char *cdn_status_code(cdn_value_status status)
{
    switch (status) {
    case CDN_VALUE_OK:
        return "";
    case CDN_VALUE_NOT_AVAILABLE:
        return "x";
    case CDN_VALUE_NOT_APPLICABLE:
        return "z";
    case CDN_VALUE_LOW:
        return "low";
    case CDN_VALUE_CONFIDENTIAL:
        break;
    }
    return "c"; /* and for a status that is none of these: nothing is shown */
}

const char *cdn_text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}
