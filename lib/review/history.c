/* history.c - what earlier releases to this audience withhold today.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/page.h"

static void add_binding(const cdn_page *page, const cdn_gate_binding *binding, cdn_text *out)
{
    cdn_text_add(out, "<tr><th scope=\"row\">");
    if (binding->release_id == NULL)
        cdn_text_add(out, "several releases together");
    else
        cdn_html_element(out, "code", binding->release_id);
    cdn_text_add(out, "</th>");
    cdn_html_cell(out, binding->past_output == NULL ? "" : binding->past_output);
    cdn_html_cell(out, page->gate->outputs[binding->output].name);
    cdn_html_count_cell(out, binding->figures);
    cdn_text_add(out, "</tr>\n");
}

void cdn_page_history(const cdn_page *page, cdn_text *out)
{
    const cdn_gate_report *gate = page->gate;
    cdn_text_add(out,
                 "<p>What this audience holds already took part in the protection as published: "
                 "a figure that would tell of records that changed since, or that was withheld "
                 "before, is withheld now.</p>\n");
    if (gate->conflict_count > 0) {
        cdn_text_add(out, "<p class=\"warn\">Confidential cells that earlier releases give away by "
                          "themselves, so that no choice now can prevent it: <strong>");
        cdn_html_count(out, gate->conflict_count);
        cdn_text_add(out, "</strong>.</p>\n");
    }
    if (gate->binding_count == 0) {
        cdn_text_add(out, "<p>No figure is withheld because of an earlier release.</p>\n");
        return;
    }
    cdn_html_table_open(out, "t-history", "Figures withheld because of an earlier release");
    cdn_html_table_head(out, "Earlier release|Its table|Output of this one|#Figures");
    for (uint32_t i = 0; i < gate->binding_count; i++)
        add_binding(page, &gate->bindings[i], out);
    cdn_html_table_close(out);
}
