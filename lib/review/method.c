/* method.c - how figures are changed before they leave, and what was left out of the data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/page.h"

static void add_change(const cdn_release_change *change, cdn_text *out)
{
    cdn_html_row(out, change->figures);
    cdn_html_cell(out, change->method);
    cdn_html_cell(out, change->bias);
    cdn_html_cell(out, change->variance);
    cdn_html_cell(out, change->largest);
    cdn_html_cell(out, change->adds_up ? "yes" : "no");
    cdn_text_add(out, "</tr>\n");
}

void cdn_page_method(const cdn_page *page, cdn_text *out)
{
    const cdn_release *release = page->release;
    cdn_text_add(out, "<p>What the recipient is told, under the policy <em>");
    cdn_html_text(out, release->policy_title);
    cdn_text_add(out, "</em>:</p>\n<ul>\n");
    for (uint32_t i = 0; i < release->method_count; i++)
        cdn_html_element(out, "li", release->methods[i]);
    cdn_text_add(out, "</ul>\n");
    if (release->change_count == 0)
        return;
    cdn_html_table_open(out, "t-method", "Changes of each kind of figure");
    cdn_html_table_head(out, "Figures|Method|Bias|Variance|Largest change|Tables add up");
    for (uint32_t i = 0; i < release->change_count; i++)
        add_change(&release->changes[i], out);
    cdn_html_table_close(out);
}

static void add_note(const cdn_release_note *note, cdn_text *out)
{
    cdn_html_row(out, note->record);
    cdn_html_cell(out, note->column);
    cdn_html_cell(out, note->reason);
    cdn_html_count_cell(out, note->rows);
    cdn_html_count_cell(out, note->values);
    cdn_text_add(out, "</tr>\n");
}

void cdn_page_quality(const cdn_page *page, cdn_text *out)
{
    const cdn_release *release = page->release;
    if (release->note_count == 0) {
        cdn_text_add(out, "<p>No input was excluded or taken as missing.</p>\n");
        return;
    }
    cdn_html_table_open(out, "t-quality", "Input that was excluded or taken as missing");
    cdn_html_table_head(out, "Record|Column|Reason|#Rows|#Values");
    for (uint32_t i = 0; i < release->note_count; i++)
        add_note(&release->notes[i], out);
    cdn_html_table_close(out);
}
