/* changes.c - what differs from the previous release of the feed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "export/texts.h"
#include "review/page.h"

#define LARGEST_MAX 3u /* changes that are listed for one measure */
#define LISTED_MAX 40u /* figures newly shown or withheld, for one output */

static void add_where(const cdn_release_output *output, uint32_t row, cdn_text *out)
{
    bool first = true;
    for (uint32_t c = 0; c < output->column_count; c++) {
        const cdn_release_column *column = &output->columns[c];
        size_t at = (size_t)row * output->column_count + c;
        const char *text = output->is_list ? output->texts[at] : column->labels[output->keys[at]];
        if (output->is_list && (column->kind != CDN_FIELD_TEXT || text[0] == '\0'))
            continue;
        cdn_text_add(out, first ? "" : ", ");
        cdn_html_text(out, text);
        first = false;
    }
    if (first) {
        cdn_text_add(out, "row ");
        cdn_html_count(out, (uint64_t)row + 1);
    }
}

static int64_t number_of(const cdn_value *value)
{
    return value->status == CDN_VALUE_OK ? value->number : 0;
}

/* now - before with its sign, and that in per cent of before. */
static void add_step(const cdn_change *change, unsigned decimals, cdn_text *out)
{
    int64_t before = number_of(&change->before), step = 0;
    cdn_text_add(out, "<td class=\"n\">");
    if (__builtin_sub_overflow(number_of(&change->now), before, &step)) {
        cdn_text_add(out, "large</td><td></td>");
        return;
    }
    cdn_text_add(out, step > 0 ? "+" : "");
    cdn_html_number(out, step, decimals);
    cdn_text_add(out, "</td><td class=\"n\">");
    if (before > 0) {
        cdn_text_add(out, step > 0 ? "+" : "\xe2\x88\x92");
        cdn_html_percent(out, step < 0 ? 0 - (uint64_t)step : (uint64_t)step, (uint64_t)before);
    }
    cdn_text_add(out, "</td>");
}

static void open_row(const cdn_release_output *output, const cdn_change *change, cdn_text *out)
{
    cdn_text_add(out, "<tr><th scope=\"row\">");
    add_where(output, change->row, out);
    cdn_text_add(out, "</th><td>");
    cdn_html_text(out, output->measures[change->measure].title);
    cdn_text_add(out, "</td>");
}

static void open_table(cdn_text *out, const char *kind, uint32_t o, const char *caption)
{
    char id[48];
    (void)snprintf(id, sizeof id, "t-%s-%" PRIu32, kind, o + 1);
    cdn_html_table_open(out, id, caption);
}

static void add_largest(const cdn_release_output *output, const cdn_comparison *changes, uint32_t o,
                        cdn_text *out)
{
    const cdn_change *largest[LARGEST_MAX];
    open_table(out, "largest", o, "The largest changes of each measure");
    cdn_html_table_head(out, "Where|Measure|#Before|#Now|#Change|#In %");
    for (uint32_t m = 0; m < output->measure_count; m++) {
        uint32_t count = cdn_comparison_largest(changes, m, LARGEST_MAX, largest);
        for (uint32_t i = 0; i < count; i++) {
            open_row(output, largest[i], out);
            cdn_html_value_cell(out, &largest[i]->before, output->measures[m].decimals);
            cdn_html_value_cell(out, &largest[i]->now, output->measures[m].decimals);
            add_step(largest[i], output->measures[m].decimals, out);
            cdn_text_add(out, "</tr>\n");
        }
    }
    cdn_html_table_close(out);
}

static bool is_newly(const cdn_change *change, bool shown)
{
    return shown ? change->before.status == CDN_VALUE_CONFIDENTIAL
                 : change->now.status == CDN_VALUE_CONFIDENTIAL;
}

static void add_newly(const cdn_release_output *output, const cdn_comparison *changes, uint32_t o,
                      bool shown, cdn_text *out)
{
    uint32_t all = shown ? changes->shown : changes->withheld, added = 0;
    if (all == 0)
        return;
    cdn_text_add(out, "<details><summary>");
    cdn_html_count(out, all);
    cdn_text_add(out, shown ? " newly shown</summary>\n" : " newly withheld</summary>\n");
    open_table(out, shown ? "shown" : "hidden", o,
               shown ? "Withheld before, shown now" : "Shown before, withheld now");
    cdn_html_table_head(out, "Where|Measure|#Before|#Now");
    for (uint32_t i = 0; i < changes->change_count && added < LISTED_MAX; i++) {
        const cdn_change *change = &changes->changes[i];
        if (!is_newly(change, shown))
            continue;
        open_row(output, change, out);
        cdn_html_value_cell(out, &change->before, output->measures[change->measure].decimals);
        cdn_html_value_cell(out, &change->now, output->measures[change->measure].decimals);
        cdn_text_add(out, "</tr>\n");
        added++;
    }
    cdn_html_table_close(out);
    if (added < all) {
        cdn_text_add(out, "<p class=\"more\"><strong>");
        cdn_html_count(out, all - added);
        cdn_text_add(out, " more</strong> are not on this page.</p>\n");
    }
    cdn_text_add(out, "</details>\n");
}

static void add_summary_row(const cdn_page *page, uint32_t o, cdn_text *out)
{
    const cdn_release_output *output = &page->release->outputs[o];
    const cdn_comparison *c = &page->changes[o];
    const uint32_t numbers[] = {c->same,  c->changed,  c->shown,    c->withheld,
                                c->other, c->rows_new, c->rows_gone};
    cdn_html_row(out, cdn_page_title(output));
    if (!c->before.found)
        cdn_text_add(out,
                     "<td colspan=\"7\">not in the previous release, or broken down otherwise: "
                     "nothing to compare</td>");
    for (size_t i = 0; c->before.found && i < sizeof numbers / sizeof *numbers; i++)
        cdn_html_count_cell(out, numbers[i]);
    cdn_text_add(out, "</tr>\n");
}

static void add_comparison(const cdn_page *page, cdn_text *out)
{
    cdn_text_add(out, "<p>Compared with <code>");
    cdn_html_text(out, page->input->previous_id);
    cdn_text_add(out,
                 "</code>, row by row: tables by their codes, lists by their texts. Largest "
                 "first: the square of a change over the sum of both figures, so that small and "
                 "large figures have the same chance to be seen.</p>\n");
    cdn_html_table_open(out, "t-compared", "Figures compared with the previous release");
    cdn_html_table_head(out, "Output|#Same|#Changed|#Newly shown|#Newly withheld|"
                             "#To or from not applicable|#New rows|#Rows gone");
    for (uint32_t o = 0; o < page->release->output_count; o++)
        add_summary_row(page, o, out);
    cdn_html_table_close(out);
    for (uint32_t o = 0; o < page->release->output_count; o++) {
        const cdn_release_output *output = &page->release->outputs[o];
        const cdn_comparison *c = &page->changes[o];
        if (c->changed + c->shown + c->withheld == 0)
            continue;
        cdn_html_element(out, "h3", cdn_page_title(output));
        if (c->changed > 0)
            add_largest(output, c, o, out);
        add_newly(output, c, o, true, out);
        add_newly(output, c, o, false, out);
    }
}

void cdn_page_changes(const cdn_page *page, cdn_text *out)
{
    const char *id = page->input->previous_id;
    switch (page->input->previous) {
    case CDN_PREVIOUS_NONE:
        cdn_text_add(out, "<p>This is the <strong>first release</strong> of the feed: there is "
                          "nothing to compare with.</p>\n");
        return;
    case CDN_PREVIOUS_HERE:
        add_comparison(page, out);
        return;
    case CDN_PREVIOUS_GONE:
    case CDN_PREVIOUS_DAMAGED:
        break;
    }
    cdn_text_add(out, "<p class=\"warn\"><strong>Not compared:</strong> the previous release "
                      "<code>");
    cdn_html_text(out, id);
    cdn_text_add(out,
                 page->input->previous == CDN_PREVIOUS_GONE
                     ? "</code> is in the ledger, but its package is not in this workspace.</p>\n"
                     : "</code> is not as it was when it was signed: a file was changed.</p>\n");
}
