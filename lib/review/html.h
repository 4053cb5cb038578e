/* html.h - HTML as text: everything that comes from outside is escaped here.
 *
 * Markup is written by cdn_text_add with literals; texts and numbers go through
 * these functions. Characters that could make a reader see something else than
 * what is there (controls, direction marks, zero-width characters, bytes that are
 * not UTF-8) are shown by number, in brackets.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_REVIEW_HTML_H
#define CDN_REVIEW_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"
#include "release/release.h"

/** A text, for element content and for quoted attributes. NULL is "". */
void cdn_html_text(cdn_text *out, const char *text);
/** false when a text holds what is shown by number. */
bool cdn_html_is_plain(const char *text);
/** <tag>text</tag>. */
void cdn_html_element(cdn_text *out, const char *tag, const char *text);
/** <tr><th scope="row">text</th>, the beginning of a row. */
void cdn_html_row(cdn_text *out, const char *text);
/** <td>text</td>. */
void cdn_html_cell(cdn_text *out, const char *text);
/** <td class="n">1,234</td>. */
void cdn_html_count_cell(cdn_text *out, uint64_t count);
/** <td class="n">, the value, </td>. */
void cdn_html_value_cell(cdn_text *out, const cdn_value *value, unsigned decimals);
/** <dt>name</dt><dd>text</dd>, nothing for an empty text. */
void cdn_html_item(cdn_text *out, const char *name, const char *text);
/** 1234567 as 1,234,567. */
void cdn_html_count(cdn_text *out, uint64_t count);
/** A number of a measure, with groups of thousands: 1,234.50, with U+2212 when below 0. */
void cdn_html_number(cdn_text *out, int64_t number, unsigned decimals);
/** The number, or the symbol of its status with its meaning for screen readers. */
void cdn_html_value(cdn_text *out, const cdn_value *value, unsigned decimals);
/** part / whole in per cent with one decimal, halves up; "none" when whole is 0. */
void cdn_html_percent(cdn_text *out, uint64_t part, uint64_t whole);

/** Opens a table that scrolls by itself when it is wide: a region that can have the focus, named by
 *  the caption. `id` is a plain word, used once in a page. */
void cdn_html_table_open(cdn_text *out, const char *id, const char *caption);
void cdn_html_table_close(cdn_text *out);
/** A row of column headers from "text|text|..."; a name that starts with # is of numbers. */
void cdn_html_table_head(cdn_text *out, const char *names);

#endif
