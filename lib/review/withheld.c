/* withheld.c - how much is withheld of each output, by which rules; and what the attack found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "export/texts.h"
#include "review/page.h"
#include "rule/rule.h"

#define LISTED_MAX 100u /* withheld figures that are listed for one output */

/* --- shares as a bar -------------------------------------------------------------------------- */

static void add_part(cdn_text *out, const char *class, uint64_t from, uint64_t count, uint64_t all)
{
    uint64_t x = from * 1000 / all, end = (from + count) * 1000 / all;
    cdn_text_addf(out,
                  "<rect class=\"%s\" x=\"%" PRIu64 ".%" PRIu64 "%%\" width=\"%" PRIu64 ".%" PRIu64
                  "%%\" y=\"1\" height=\"14\"/>",
                  class, x / 10, x % 10, (end - x) / 10, (end - x) % 10);
}

static void add_shares(uint32_t number, const cdn_gate_output *counts, cdn_text *out)
{
    uint64_t all = counts->figures, at = 0;
    cdn_text_addf(out,
                  "<svg class=\"shares\" role=\"img\" aria-labelledby=\"w-%" PRIu32 "-t\" "
                  "width=\"100%%\" height=\"16\" focusable=\"false\">\n"
                  "<title id=\"w-%" PRIu32 "-t\">",
                  number, number);
    cdn_html_percent(out, counts->published, all);
    cdn_text_add(out, " published, ");
    cdn_html_percent(out, counts->primary, all);
    cdn_text_add(out, " withheld by a rule, ");
    cdn_html_percent(out, counts->secondary, all);
    cdn_text_add(out, " to protect others</title>\n");
    const uint32_t parts[] = {counts->published, counts->primary, counts->secondary};
    static const char *const classes[] = {"p1", "p2", "p3"};
    for (uint32_t i = 0; i < 3 && all > 0; at += parts[i++])
        add_part(out, classes[i], at, parts[i], all);
    cdn_text_add(out, "</svg>");
}

static void add_counts_row(const cdn_page *page, uint32_t o, cdn_text *out)
{
    const cdn_release_output *output = &page->release->outputs[o];
    const cdn_gate_output *counts = cdn_page_counts(page, o);
    if (counts == NULL)
        return;
    const uint32_t numbers[] = {counts->figures, counts->published, counts->primary,
                                counts->secondary, counts->not_applicable};
    cdn_text_addf(out, "<tr><th scope=\"row\"><a href=\"#o-%" PRIu32 "\">", o + 1);
    cdn_html_text(out, cdn_page_title(output));
    cdn_text_add(out, "</a></th>");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cdn_html_count_cell(out, numbers[i]);
    cdn_text_add(out, "<td class=\"n\">");
    cdn_html_percent(out, (uint64_t)counts->primary + counts->secondary,
                     (uint64_t)counts->figures - counts->not_applicable);
    cdn_text_add(out, "</td><td class=\"wide\">");
    add_shares(o + 1, counts, out);
    cdn_text_add(out, "</td></tr>\n");
}

/* --- rules ------------------------------------------------------------------------------------ */

static void add_rule_rows(const cdn_page *page, uint32_t o, cdn_text *out)
{
    const cdn_release_output *output = &page->release->outputs[o];
    const cdn_gate_output *counts = cdn_page_counts(page, o);
    for (uint32_t r = 0; counts != NULL && r < CDN_RULE_END_; r++) {
        const cdn_rule_info *info = cdn_rule_get((cdn_rule)r);
        if (counts->by_rule[r] == 0)
            continue;
        cdn_html_row(out, cdn_page_title(output));
        cdn_text_addf(out, "<td><code>%s</code></td>", info->clause);
        cdn_html_cell(out, info->name);
        cdn_text_add(out, "<td><code>");
        cdn_html_text(out, info->formula);
        cdn_text_add(out, "</code></td>");
        cdn_html_count_cell(out, counts->by_rule[r]);
        cdn_text_add(out, "</tr>\n");
    }
}

static void add_rules(const cdn_page *page, cdn_text *out)
{
    cdn_text_add(out,
                 "<h3>Which rules bound</h3>\n<p>A figure may be bound by several rules, and is "
                 "then in the count of each.</p>\n");
    cdn_html_table_open(out, "t-rules", "Figures that each rule alone would withhold");
    cdn_html_table_head(out, "Output|Clause|Rule|Unsafe when|#Figures");
    for (uint32_t o = 0; o < page->release->output_count; o++)
        add_rule_rows(page, o, out);
    cdn_html_table_close(out);
}

/* --- one by one ------------------------------------------------------------------------------- */

static void add_withheld_row(const cdn_gate_withheld *item, cdn_text *out)
{
    cdn_html_row(out, item->key);
    cdn_html_cell(out, item->measure);
    cdn_text_add(out, "<td>");
    for (uint32_t r = 0; r < CDN_RULE_END_; r++)
        if (item->rules >> r & 1u)
            cdn_text_addf(out, "<code>%s</code> ", cdn_rule_get((cdn_rule)r)->clause);
    cdn_text_add(out, item->rules == 0 ? "to protect others" : "");
    if (item->reason != NULL) {
        cdn_text_add(out, item->rules >> CDN_RULE_MANUAL & 1u ? "by hand: " : "");
        cdn_html_text(out, item->reason);
    }
    cdn_text_add(out, "</td></tr>\n");
}

static uint32_t count_listed(const cdn_gate_report *gate, uint32_t output)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < gate->withheld_count; i++)
        count += gate->withheld[i].output == output;
    return count;
}

static void add_listed(const cdn_page *page, uint32_t o, cdn_text *out)
{
    const cdn_gate_report *gate = page->gate;
    uint32_t count = count_listed(gate, o), added = 0;
    char id[32];
    if (count == 0)
        return;
    (void)snprintf(id, sizeof id, "t-withheld-%" PRIu32, o + 1);
    cdn_text_add(out, "<details><summary>");
    cdn_html_text(out, gate->outputs[o].name);
    cdn_text_add(out, ": ");
    cdn_html_count(out, count);
    cdn_text_add(out, " figures</summary>\n");
    cdn_html_table_open(out, id, "Withheld figures and what bound them");
    cdn_html_table_head(out, "Key|Measure|Withheld by");
    for (uint32_t i = 0; i < gate->withheld_count && added < LISTED_MAX; i++) {
        if (gate->withheld[i].output != o)
            continue;
        add_withheld_row(&gate->withheld[i], out);
        added++;
    }
    cdn_html_table_close(out);
    if (added < count) {
        cdn_text_add(out, "<p class=\"more\"><strong>");
        cdn_html_count(out, count - added);
        cdn_text_add(out, " more</strong> are not on this page; <code>cordon explain</code> lists "
                          "all.</p>\n");
    }
    cdn_text_add(out, "</details>\n");
}

void cdn_page_withheld(const cdn_page *page, cdn_text *out)
{
    cdn_text_add(out,
                 "<p>Withheld <em>by a rule</em>: the figure itself is unsafe. Withheld <em>to "
                 "protect others</em>: it would give an unsafe one away. The share leaves out "
                 "figures that do not apply.</p>\n");
    cdn_html_table_open(out, "t-counts", "Figures of each output");
    cdn_html_table_head(out,
                        "Output|#Figures|#Published|#Withheld by a rule|#To protect others|"
                        "#Not applicable|#Share withheld|Published, by a rule, to protect others");
    for (uint32_t o = 0; o < page->release->output_count; o++)
        add_counts_row(page, o, out);
    cdn_html_table_close(out);
    if (page->gate->withheld_count == 0) {
        cdn_text_add(out, "<p>No figure is withheld.</p>\n");
        return;
    }
    add_rules(page, out);
    cdn_text_add(out, "<h3>One by one</h3>\n");
    for (uint32_t o = 0; o < page->gate->output_count; o++)
        add_listed(page, o, out);
}

/* --- the attack ------------------------------------------------------------------------------- */

static void add_fact(cdn_text *out, const char *name, uint64_t count)
{
    cdn_text_addf(out, "<tr><th scope=\"row\">%s</th><td class=\"n\">", name);
    cdn_html_count(out, count);
    cdn_text_add(out, "</td></tr>\n");
}

void cdn_page_attack(const cdn_page *page, cdn_text *out)
{
    const cdn_gate_report *gate = page->gate;
    cdn_text_add(out,
                 "<p>Before this release was composed, a program that shares nothing with the "
                 "protection tried to work out every confidential cell from what is published, "
                 "as anybody and as each contributor who is alone in a cell. Had it found one, "
                 "there would be no release.</p>\n");
    cdn_html_table_open(out, "t-attack", "The attack in numbers");
    cdn_html_table_head(out, "What|#Number");
    add_fact(out, "Cells behind the figures, published or not", gate->cell_count);
    add_fact(out, "of them in no figure, added so that differences are seen", gate->hidden_count);
    add_fact(out, "Equations between cells", gate->equation_count);
    add_fact(out, "Confidential cells that were attacked", page->release->cells_tested);
    add_fact(out, "of them found exactly", 0);
    add_fact(out, "Confidential cells whose interval was computed", gate->interval_asked);
    add_fact(out, "of them with an interval that is too narrow, or not decided",
             gate->interval_unsafe);
    add_fact(out, "of them with one possible value from common knowledge alone",
             gate->pinned_count);
    add_fact(out, "Rounds of protection", gate->rounds);
    cdn_html_table_close(out);
    if (gate->interval_unsafe > 0)
        cdn_text_add(out,
                     "<p>Those with a narrow interval follow from what everybody knows before "
                     "this release, or the policy asks for no intervals: withholding more would "
                     "not widen them.</p>\n");
}
