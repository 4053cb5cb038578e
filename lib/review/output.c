/* output.c - each output as the recipient will see it: symbols, charts, rows.
 *
 * The first rows stand open, more of them folded; what is beyond both is in the
 * package, and the page says how much and where.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "export/texts.h"
#include "review/page.h"

#define OPEN_ROWS 20u
#define OUTPUT_FIGURES 6000u /* of one output on the page, and of all */
#define PAGE_FIGURES 60000u

static bool is_total(const cdn_release_output *output, uint32_t row)
{
    for (uint32_t c = 0; c < output->column_count && !output->is_list; c++) {
        const char *code =
            output->columns[c].codes[output->keys[(size_t)row * output->column_count + c]];
        if (code[0] == '_' && code[1] == 'T' && code[2] == '\0')
            return true;
    }
    return false;
}

static void add_code_cell(const cdn_release_column *column, uint32_t code, cdn_text *out)
{
    cdn_text_add(out, "<th scope=\"row\">");
    cdn_html_text(out, column->labels[code]);
    cdn_text_add(out, " <span class=\"code\">");
    cdn_html_text(out, column->codes[code]);
    cdn_text_add(out, "</span></th>");
}

/* Fields of text name the row; where there are none, the first does. */
static bool names_row(const cdn_release_output *output, uint32_t column)
{
    for (uint32_t c = 0; c < output->column_count; c++)
        if (output->columns[c].kind == CDN_FIELD_TEXT)
            return output->columns[column].kind == CDN_FIELD_TEXT;
    return column == 0;
}

static void add_field_cell(const cdn_release_output *output, uint32_t column, const char *text,
                           cdn_text *out)
{
    bool header = names_row(output, column);
    cdn_text_add(out, header ? "<th scope=\"row\">" : "<td>");
    if (text[0] == '\0')
        cdn_text_add(out, "<span class=\"s\">empty</span>");
    cdn_html_text(out, text);
    cdn_text_add(out, header ? "</th>" : "</td>");
}

static void add_row(const cdn_release_output *output, uint32_t row, cdn_text *out)
{
    size_t width = output->column_count, measures = output->measure_count;
    cdn_text_add(out, is_total(output, row) ? "<tr class=\"total\">" : "<tr>");
    for (uint32_t c = 0; c < width; c++) {
        if (output->is_list)
            add_field_cell(output, c, output->texts[row * width + c], out);
        else
            add_code_cell(&output->columns[c], output->keys[row * width + c], out);
    }
    for (size_t m = 0; m < measures; m++)
        cdn_html_value_cell(out, &output->values[row * measures + m],
                            output->measures[m].decimals);
    cdn_text_add(out, "</tr>\n");
}

static void add_head(const cdn_release_output *output, cdn_text *out)
{
    cdn_text_add(out, "<thead><tr>");
    for (uint32_t c = 0; c < output->column_count; c++) {
        cdn_text_add(out, "<th scope=\"col\">");
        cdn_html_text(out, output->columns[c].title);
        cdn_text_add(out, "</th>");
    }
    for (uint32_t m = 0; m < output->measure_count; m++) {
        cdn_text_add(out, "<th scope=\"col\" class=\"n\">");
        cdn_html_text(out, output->measures[m].title);
        cdn_text_add(out, " <span class=\"unit\">");
        cdn_html_text(out, output->measures[m].unit);
        cdn_text_add(out, "</span></th>");
    }
    cdn_text_add(out, "</tr></thead>\n<tbody>\n");
}

static void add_rows(const cdn_release_output *output, uint32_t number, uint32_t from, uint32_t to,
                     cdn_text *out)
{
    char id[48], rows[64];
    (void)snprintf(id, sizeof id, "t-%" PRIu32 "-%" PRIu32, number, from + 1);
    (void)snprintf(rows, sizeof rows, ", rows %" PRIu32 " to %" PRIu32 " of %" PRIu32, from + 1, to,
                   output->row_count);
    cdn_text_addf(out,
                  "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                  "aria-labelledby=\"%s\">\n<table class=\"data\">\n<caption id=\"%s\">",
                  id, id);
    cdn_html_text(out, cdn_page_title(output));
    cdn_text_add(out, from == 0 && to == output->row_count ? "" : rows);
    cdn_text_add(out, "</caption>\n");
    add_head(output, out);
    for (uint32_t row = from; row < to; row++)
        add_row(output, row, out);
    cdn_html_table_close(out);
}

/* How many rows of an output are on the page at all. */
static uint32_t rows_on_page(const cdn_release *release, const cdn_release_output *output)
{
    uint32_t figures = PAGE_FIGURES / (release->output_count == 0 ? 1 : release->output_count);
    figures = figures < OUTPUT_FIGURES ? figures : OUTPUT_FIGURES;
    uint32_t rows = figures / (output->measure_count == 0 ? 1 : output->measure_count);
    rows = rows < OPEN_ROWS ? OPEN_ROWS : rows;
    return rows < output->row_count ? rows : output->row_count;
}

static void add_table(const cdn_page *page, uint32_t o, cdn_text *out)
{
    const cdn_release_output *output = &page->release->outputs[o];
    uint32_t shown = rows_on_page(page->release, output);
    uint32_t open = shown <= OPEN_ROWS + OPEN_ROWS / 2 ? shown : OPEN_ROWS;
    if (output->row_count == 0) {
        cdn_text_add(out, "<p>It has no rows.</p>\n");
        return;
    }
    add_rows(output, o + 1, 0, open, out);
    if (shown > open) {
        cdn_text_add(out, "<details><summary>The next ");
        cdn_html_count(out, shown - open);
        cdn_text_add(out, " rows</summary>\n");
        add_rows(output, o + 1, open, shown, out);
        cdn_text_add(out, "</details>\n");
    }
    if (shown < output->row_count) {
        cdn_text_add(out, "<p class=\"more\"><strong>");
        cdn_html_count(out, output->row_count - shown);
        cdn_text_add(out, " more rows</strong> are not on this page; they are in "
                          "<code>data/tables/");
        cdn_html_text(out, output->name);
        cdn_text_add(out, ".csv</code> of the package.</p>\n");
    }
}

static void add_measures(const cdn_release_output *output, cdn_text *out)
{
    cdn_text_add(out, "<details><summary>What the measures mean</summary>\n<dl>\n");
    for (uint32_t m = 0; m < output->measure_count; m++) {
        const cdn_release_measure *measure = &output->measures[m];
        cdn_text_add(out, "<dt>");
        cdn_html_text(out, measure->title);
        cdn_text_add(out, " <code>");
        cdn_html_text(out, measure->name);
        cdn_text_add(out, "</code></dt><dd>");
        cdn_html_text(out, measure->definition);
        cdn_text_add(out, " In ");
        cdn_html_text(out, measure->unit);
        cdn_text_add(out, ", ");
        cdn_html_text(out, measure->rounding);
        cdn_text_add(out, ".</dd>\n");
    }
    cdn_text_add(out, "</dl>\n</details>\n");
}

static void add_output(const cdn_page *page, uint32_t o, cdn_text *out)
{
    const cdn_release_output *output = &page->release->outputs[o];
    cdn_text_addf(out,
                  "<article id=\"o-%" PRIu32 "\" aria-labelledby=\"ho-%" PRIu32 "\">\n"
                  "<h3 id=\"ho-%" PRIu32 "\">",
                  o + 1, o + 1, o + 1);
    cdn_html_text(out, cdn_page_title(output));
    cdn_text_add(out, "</h3>\n<p>");
    cdn_html_count(out, output->row_count);
    cdn_text_add(out, output->row_count == 1 ? " row in <code>" : " rows in <code>");
    cdn_html_text(out, output->name);
    cdn_text_add(out, ".csv</code>: ");
    cdn_html_count(out, output->published_count);
    cdn_text_add(out, " figures published, ");
    cdn_html_count(out, output->withheld_count);
    cdn_text_add(out, " withheld, ");
    cdn_html_count(out, output->not_applicable_count);
    cdn_text_add(out, " not applicable or not available.</p>\n");
    if (output->note != NULL && output->note[0] != '\0')
        cdn_html_element(out, "p", output->note);
    cdn_page_charts(page, o, out);
    add_table(page, o, out);
    add_measures(output, out);
    cdn_text_add(out, "</article>\n");
}

void cdn_page_outputs(const cdn_page *page, cdn_text *out)
{
    static const cdn_value_status symbols[] = {CDN_VALUE_CONFIDENTIAL, CDN_VALUE_LOW,
                                               CDN_VALUE_NOT_AVAILABLE, CDN_VALUE_NOT_APPLICABLE};
    static const char *const meanings[] = {
        "confidential: the figure is withheld", "the figure rounds to 0 but is not 0",
        "not available: the data do not give it", "not applicable: a rate without a base"};
    cdn_text_add(out, "<p>In the files a symbol stands in the column "
                      "<code>&lt;measure&gt;_status</code>, and the figure is empty. Code "
                      "<code>_T</code> is a total, <code>_U</code> not recorded.</p>\n"
                      "<dl class=\"legend\" aria-label=\"Symbols\">\n");
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        cdn_text_addf(out, "<div><dt>[%s]</dt><dd>%s</dd></div>\n", cdn_status_code(symbols[i]),
                      meanings[i]);
    cdn_text_add(out, "</dl>\n");
    for (uint32_t o = 0; o < page->release->output_count; o++)
        add_output(page, o, out);
}
