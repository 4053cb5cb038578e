/* html.c - HTML as text: everything that comes from outside is escaped here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "export/texts.h"

typedef struct range {
    uint32_t first, last;
} range;

static uint32_t code_point(const unsigned char *at, size_t length)
{
    if (length == 1)
        return at[0];
    uint32_t code = at[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (at[i] & 0x3fu);
    return code;
}

/* Unicode 15, categories Cc, Cf, Zl and Zp where they can deceive; not tab and newline. */
static bool deceives(uint32_t code)
{
    static const range ranges[] = {{0x00, 0x08},     {0x0b, 0x1f},     {0x7f, 0x9f},
                                   {0xad, 0xad},     {0x061c, 0x061c}, {0x180e, 0x180e},
                                   {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
                                   {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static void add_character(cdn_text *out, const unsigned char *at, size_t length)
{
    uint32_t code = code_point(at, length);
    switch (code) {
    case '&':
        cdn_text_add(out, "&amp;");
        return;
    case '<':
        cdn_text_add(out, "&lt;");
        return;
    case '>':
        cdn_text_add(out, "&gt;");
        return;
    case '"':
        cdn_text_add(out, "&quot;");
        return;
    case '\'':
        cdn_text_add(out, "&#39;");
        return;
    default:
        break;
    }
    if (deceives(code))
        cdn_text_addf(out, "[U+%04" PRIX32 "]", code);
    else
        cdn_text_add_bytes(out, (const char *)at, length);
}

void cdn_html_text(cdn_text *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)cdn_text_or_empty(text);
    while (*at != '\0') {
        size_t length = cdn_utf8_length(at);
        if (length == 0)
            cdn_text_addf(out, "[byte %02X]", (unsigned)*at);
        else
            add_character(out, at, length);
        at += length == 0 ? 1 : length;
    }
}

bool cdn_html_is_plain(const char *text)
{
    const unsigned char *at = (const unsigned char *)cdn_text_or_empty(text);
    for (size_t length = 0; *at != '\0'; at += length) {
        length = cdn_utf8_length(at);
        if (length == 0 || deceives(code_point(at, length)))
            return false;
    }
    return true;
}

void cdn_html_element(cdn_text *out, const char *tag, const char *text)
{
    cdn_text_addf(out, "<%s>", tag);
    cdn_html_text(out, text);
    cdn_text_addf(out, "</%s>\n", tag);
}

void cdn_html_item(cdn_text *out, const char *name, const char *text)
{
    if (cdn_text_or_empty(text)[0] == '\0')
        return;
    cdn_text_addf(out, "<dt>%s</dt>", name);
    cdn_html_element(out, "dd", text);
}

/* --- numbers ---------------------------------------------------------------------------------- */

void cdn_html_count(cdn_text *out, uint64_t count)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            cdn_text_add(out, ",");
        cdn_text_add_bytes(out, &digits[i], 1);
    }
}

void cdn_html_number(cdn_text *out, int64_t number, unsigned decimals)
{
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number, unit = 1;
    for (unsigned d = 0; d < decimals; d++)
        unit *= 10;
    cdn_text_add(out, number < 0 ? "\xe2\x88\x92" : "");
    cdn_html_count(out, size / unit);
    if (decimals > 0)
        cdn_text_addf(out, ".%0*" PRIu64, (int)decimals, size % unit);
}

static const char *meaning(cdn_value_status status)
{
    switch (status) {
    case CDN_VALUE_OK:
        return "";
    case CDN_VALUE_NOT_AVAILABLE:
        return "not available";
    case CDN_VALUE_NOT_APPLICABLE:
        return "not applicable";
    case CDN_VALUE_LOW:
        return "low: rounds to 0 but is not 0";
    case CDN_VALUE_CONFIDENTIAL:
        break;
    }
    return "confidential, withheld";
}

void cdn_html_value(cdn_text *out, const cdn_value *value, unsigned decimals)
{
    if (value->status == CDN_VALUE_OK)
        cdn_html_number(out, value->number, decimals);
    else
        cdn_text_addf(out, "<abbr class=\"s\" title=\"%s\">[%s]</abbr>", meaning(value->status),
                      cdn_status_code(value->status));
}

void cdn_html_percent(cdn_text *out, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        cdn_text_add(out, "none");
        return;
    }
    unsigned __int128 tenths =
        ((unsigned __int128)part * 2000 + whole) / (2 * (unsigned __int128)whole);
    cdn_html_count(out, (uint64_t)(tenths / 10));
    cdn_text_addf(out, ".%u%%", (unsigned)(tenths % 10));
}

/* --- tables ----------------------------------------------------------------------------------- */

void cdn_html_table_open(cdn_text *out, const char *id, const char *caption)
{
    cdn_text_addf(out,
                  "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s\">\n"
                  "<table>\n<caption id=\"%s\">",
                  id, id);
    cdn_html_text(out, caption);
    cdn_text_add(out, "</caption>\n");
}

void cdn_html_table_close(cdn_text *out)
{
    cdn_text_add(out, "</tbody>\n</table>\n</div>\n");
}

void cdn_html_table_head(cdn_text *out, const char *names)
{
    cdn_text_add(out, "<thead><tr>");
    for (const char *at = names; at != NULL;) {
        const char *next = strchr(at, '|');
        bool number = *at == '#';
        at += number;
        cdn_text_addf(out, "<th scope=\"col\"%s>", number ? " class=\"n\"" : "");
        cdn_text_add_bytes(out, at, next == NULL ? strlen(at) : (size_t)(next - at));
        cdn_text_add(out, "</th>");
        at = next == NULL ? NULL : next + 1;
    }
    cdn_text_add(out, "</tr></thead>\n<tbody>\n");
}

/* --- cells ------------------------------------------------------------------------------------ */

void cdn_html_row(cdn_text *out, const char *text)
{
    cdn_text_add(out, "<tr><th scope=\"row\">");
    cdn_html_text(out, text);
    cdn_text_add(out, "</th>");
}

void cdn_html_cell(cdn_text *out, const char *text)
{
    cdn_text_add(out, "<td>");
    cdn_html_text(out, text);
    cdn_text_add(out, "</td>");
}

void cdn_html_count_cell(cdn_text *out, uint64_t count)
{
    cdn_text_add(out, "<td class=\"n\">");
    cdn_html_count(out, count);
    cdn_text_add(out, "</td>");
}

void cdn_html_value_cell(cdn_text *out, const cdn_value *value, unsigned decimals)
{
    cdn_text_add(out, "<td class=\"n\">");
    cdn_html_value(out, value, decimals);
    cdn_text_add(out, "</td>");
}
