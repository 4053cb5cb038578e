/* chart.c - bars of a measure by the first dimension of a table, as SVG that needs no script.
 *
 * Geometry is in per cent and pixels, without a view box, so that letters keep
 * their size on a narrow screen. The table below each chart has all its figures;
 * marks differ by shape, not by colour alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/map.h"
#include "export/texts.h"
#include "review/page.h"

#define ROW_HEIGHT 20u
#define TOP 4u
#define BAR_START 450u /* tenths of a per cent of the width */
#define BAR_WIDTH 390u
#define LABEL_LETTERS 22u
#define BARS_MAX 60u
#define NONE UINT32_MAX

/* One chart of a measure: rows of the output in which the other dimensions are summed over. Only
 * those with a number, now or before, are drawn. */
typedef struct chart {
    const cdn_release_output *output;
    const cdn_comparison *changes;
    uint32_t number, measure;
    uint32_t row_count, total, left_out;
    uint32_t rows[BARS_MAX];
    uint32_t bar_count, shown_count;
    uint32_t bars[BARS_MAX];
    uint64_t largest;
} chart;

static bool is_total_code(const char *code)
{
    return strcmp(code, "_T") == 0;
}

/* Every dimension but the first is summed over. */
static bool is_summed(const cdn_release_output *output, uint32_t row)
{
    for (uint32_t c = 1; c < output->column_count; c++) {
        uint32_t code = output->keys[(size_t)row * output->column_count + c];
        if (!is_total_code(output->columns[c].codes[code]))
            return false;
    }
    return true;
}

static void find_rows(chart *c)
{
    const cdn_release_output *output = c->output;
    c->total = NONE;
    for (uint32_t row = 0; row < output->row_count; row++) {
        if (!is_summed(output, row))
            continue;
        uint32_t code = output->keys[(size_t)row * output->column_count];
        if (is_total_code(output->columns[0].codes[code]))
            c->total = row;
        else if (c->row_count < BARS_MAX)
            c->rows[c->row_count++] = row;
        else
            c->left_out++;
    }
}

static const cdn_value *value_now(const chart *c, uint32_t row)
{
    return &c->output->values[(size_t)row * c->output->measure_count + c->measure];
}

static const cdn_value *value_before(const chart *c, uint32_t row)
{
    const cdn_figures *before = &c->changes->before;
    if (!before->found || !before->measures[c->measure] ||
        c->changes->row_before[row] == CDN_MAP_NONE)
        return NULL;
    const cdn_value *value =
        &before->values[(size_t)c->changes->row_before[row] * before->measure_count + c->measure];
    return value->status == CDN_VALUE_OK ? value : NULL;
}

/* Takes the rows that are drawn; false when there are too few, or a number is below 0. */
static bool find_bars(chart *c)
{
    c->largest = 0;
    c->bar_count = c->shown_count = 0;
    for (uint32_t i = 0; i < c->row_count; i++) {
        const cdn_value *both[] = {value_now(c, c->rows[i]), value_before(c, c->rows[i])};
        bool drawn = false;
        for (uint32_t k = 0; k < 2; k++) {
            if (both[k] == NULL || both[k]->status != CDN_VALUE_OK)
                continue;
            if (both[k]->number < 0)
                return false;
            drawn = true;
            c->shown_count += k == 0;
            if ((uint64_t)both[k]->number > c->largest)
                c->largest = (uint64_t)both[k]->number;
        }
        if (drawn)
            c->bars[c->bar_count++] = c->rows[i];
    }
    return c->bar_count >= 2;
}

static uint32_t tenths(const chart *c, int64_t number)
{
    if (c->largest == 0)
        return 0;
    return (uint32_t)((unsigned __int128)number * BAR_WIDTH / c->largest);
}

static void add_position(cdn_text *out, const char *name, uint32_t value)
{
    cdn_text_addf(out, " %s=\"%u.%u%%\"", name, value / 10, value % 10);
}

static void add_label(cdn_text *out, const char *label)
{
    char cut[4 * LABEL_LETTERS + 4];
    size_t used = 0, letters = 0;
    for (const unsigned char *at = (const unsigned char *)label; *at != '\0'; letters++) {
        size_t length = cdn_utf8_length(at);
        length = length == 0 ? 1 : length;
        if (letters == LABEL_LETTERS - 1 && at[length] != '\0') {
            memcpy(cut + used, "\xe2\x80\xa6", 3);
            used += 3;
            break;
        }
        memcpy(cut + used, at, length);
        used += length;
        at += length;
    }
    cut[used] = '\0';
    cdn_html_text(out, cut);
}

static void add_marks(const chart *c, uint32_t row, uint32_t y, cdn_text *out)
{
    const cdn_value *now = value_now(c, row), *before = value_before(c, row);
    cdn_text_addf(out, "<rect class=\"%s\"", now->status == CDN_VALUE_OK ? "bar" : "gap");
    add_position(out, "x", BAR_START);
    add_position(out, "width", now->status == CDN_VALUE_OK ? tenths(c, now->number) : BAR_WIDTH);
    cdn_text_addf(out, " y=\"%u\" height=\"12\"/>", y + 4);
    if (before == NULL)
        return;
    cdn_text_add(out, "<rect class=\"was\"");
    add_position(out, "x", BAR_START + tenths(c, before->number));
    cdn_text_addf(out, " width=\"2\" y=\"%u\" height=\"18\"/>", y + 1);
}

static void add_bar(const chart *c, uint32_t i, cdn_text *out)
{
    uint32_t row = c->bars[i], y = TOP + i * ROW_HEIGHT;
    const cdn_release_column *column = &c->output->columns[0];
    const char *label = column->labels[c->output->keys[(size_t)row * c->output->column_count]];
    const cdn_value *now = value_now(c, row);
    cdn_text_addf(out, "<text x=\"44%%\" y=\"%u\" class=\"l\">", y + 14);
    add_label(out, label);
    cdn_text_add(out, "</text>");
    add_marks(c, row, y, out);
    cdn_text_addf(out, "<text x=\"100%%\" y=\"%u\" class=\"v\">", y + 14);
    if (now->status == CDN_VALUE_OK)
        cdn_html_number(out, now->number, c->output->measures[c->measure].decimals);
    else
        cdn_text_addf(out, "[%s]", cdn_status_code(now->status));
    cdn_text_add(out, "</text>\n");
}

static void add_caption(const chart *c, cdn_text *out)
{
    const cdn_release_measure *measure = &c->output->measures[c->measure];
    cdn_text_add(out, "<figcaption>");
    cdn_html_text(out, measure->title);
    cdn_text_add(out, " <span class=\"unit\">");
    cdn_html_text(out, measure->unit);
    cdn_text_add(out, "</span>");
    if (c->total != NONE) {
        cdn_text_add(out, ", overall ");
        cdn_html_value(out, value_now(c, c->total), measure->decimals);
    }
    if (c->shown_count < c->row_count)
        cdn_text_addf(out, "<span class=\"note\">%" PRIu32 " of %" PRIu32 " shown</span>",
                      c->shown_count, c->row_count);
    cdn_text_add(out, "</figcaption>\n");
}

static void add_chart(const chart *c, cdn_text *out)
{
    const cdn_release_measure *measure = &c->output->measures[c->measure];
    uint32_t height = 2 * TOP + c->bar_count * ROW_HEIGHT;
    cdn_text_add(out, "<figure class=\"chart\">\n");
    add_caption(c, out);
    cdn_text_addf(out,
                  "<svg role=\"img\" aria-labelledby=\"c-%" PRIu32 "-%" PRIu32 "-t c-%" PRIu32
                  "-%" PRIu32 "-d\" width=\"100%%\" height=\"%u\" focusable=\"false\">\n"
                  "<title id=\"c-%" PRIu32 "-%" PRIu32 "-t\">",
                  c->number, c->measure, c->number, c->measure, height, c->number, c->measure);
    cdn_html_text(out, measure->title);
    cdn_text_add(out, " by ");
    cdn_html_text(out, c->output->columns[0].title);
    cdn_text_addf(out, "</title>\n<desc id=\"c-%" PRIu32 "-%" PRIu32 "-d\">", c->number,
                  c->measure);
    cdn_text_add(out, "A bar for each category, and a mark where the previous release was. All "
                      "figures are in the table below the charts.</desc>\n");
    for (uint32_t i = 0; i < c->bar_count; i++)
        add_bar(c, i, out);
    cdn_text_add(out, "</svg>\n</figure>\n");
}

static void add_key(const chart *c, cdn_text *out)
{
    cdn_text_add(out, "<p class=\"key\">Bars: this release, at the totals of the other dimensions. "
                      "Categories without a figure are left out.");
    if (c->changes->before.found)
        cdn_text_add(out,
                     " An upright line: the previous release. A dashed box: a figure then, none "
                     "now.");
    if (c->left_out > 0) {
        cdn_text_add(out, " The last ");
        cdn_html_count(out, c->left_out);
        cdn_text_add(out, " categories of the table are not in the charts.");
    }
    cdn_text_add(out, "</p>\n");
}

void cdn_page_charts(const cdn_page *page, uint32_t output, cdn_text *out)
{
    chart c = {.output = &page->release->outputs[output],
               .changes = &page->changes[output],
               .number = output + 1};
    bool opened = false;
    if (c.output->is_list || c.output->column_count == 0)
        return;
    find_rows(&c);
    for (c.measure = 0; c.measure < c.output->measure_count; c.measure++) {
        if (!find_bars(&c))
            continue;
        if (!opened) {
            cdn_text_add(out, "<details open><summary>Charts</summary>\n");
            add_key(&c, out);
            cdn_text_add(out, "<div class=\"charts\">\n");
        }
        opened = true;
        add_chart(&c, out);
    }
    cdn_text_add(out, opened ? "</div>\n</details>\n" : "");
}
