/* request.c - who asks for what, for whom, under which agreement; and the script as it was run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "export/texts.h"
#include "review/page.h"

#define RELEASE_DIGITS 16 /* of a digest that is shown */

static void add_people(cdn_text *out, const char *name, const char *const *people, uint32_t count)
{
    cdn_text_addf(out, "<dt>%s</dt><dd>", name);
    if (count == 0)
        cdn_text_add(out, "none");
    else
        cdn_text_add(out, "<ul>");
    for (uint32_t i = 0; i < count; i++)
        cdn_html_element(out, "li", people[i]);
    cdn_text_add(out, count == 0 ? "</dd>\n" : "</ul></dd>\n");
}

static void add_validity(const cdn_release *release, cdn_text *out)
{
    char from[CDN_DATE_SIZE], to[CDN_DATE_SIZE];
    cdn_date_write(release->valid_from, from);
    cdn_date_write(release->valid_to, to);
    cdn_text_addf(out, "<dt>Valid</dt><dd><time>%s</time> to <time>%s</time></dd>\n", from, to);
}

static void add_digest(cdn_text *out, const char *name, const char *digest)
{
    cdn_text_addf(out, "<dt>%s</dt><dd><code>%.*s</code></dd>\n", name, RELEASE_DIGITS,
                  cdn_text_or_empty(digest));
}

static void add_identity(const cdn_release *release, cdn_text *out)
{
    cdn_text_add(out, "<details><summary>What the release was made from</summary>\n"
                      "<p>The first digits of SHA-256; the whole digests are in "
                      "<code>data/release.json</code> of the package. That of the data is keyed."
                      "</p>\n<dl>\n");
    add_digest(out, "Script", release->script_digest);
    add_digest(out, "Plan", release->plan_digest);
    add_digest(out, "Agreement", release->agreement_digest);
    add_digest(out, "Policy", release->policy_digest);
    add_digest(out, "Catalogue", release->catalogue_digest);
    add_digest(out, "Data", release->snapshot_digest);
    add_digest(out, "Program", release->build_digest);
    cdn_text_add(out, "</dl>\n</details>\n");
}

static void add_output_list(const cdn_release *release, cdn_text *out)
{
    cdn_html_table_open(out, "t-asked", "Tables and lists that are asked for");
    cdn_html_table_head(out, "Output|By|Measures|#Rows|File");
    for (uint32_t o = 0; o < release->output_count; o++) {
        const cdn_release_output *output = &release->outputs[o];
        cdn_text_addf(out, "<tr><th scope=\"row\"><a href=\"#o-%" PRIu32 "\">", o + 1);
        cdn_html_text(out, cdn_page_title(output));
        cdn_text_add(out, "</a></th><td>");
        cdn_text_add(out, output->is_list ? "one row each: " : "");
        for (uint32_t c = 0; c < output->column_count; c++) {
            cdn_text_add(out, c > 0 ? ", " : "");
            cdn_html_text(out, output->columns[c].title);
        }
        cdn_text_add(out, "</td><td>");
        for (uint32_t m = 0; m < output->measure_count; m++) {
            cdn_text_add(out, m > 0 ? ", " : "");
            cdn_html_text(out, output->measures[m].title);
        }
        cdn_text_add(out, "</td><td class=\"n\">");
        cdn_html_count(out, output->row_count);
        cdn_text_add(out, "</td><td><code>data/tables/");
        cdn_html_text(out, output->name);
        cdn_text_add(out, ".csv</code></td></tr>\n");
    }
    cdn_html_table_close(out);
}

/* How many approvals, in which roles. */
static void add_needed(const cdn_release *release, cdn_text *out)
{
    cdn_text_addf(out, "<dt>Approvals needed</dt><dd>%" PRIu32 ", of different %s",
                  release->approvals_required,
                  release->one_per_organisation ? "people of different organisations" : "people");
    for (uint32_t r = 0; r < release->role_count; r++) {
        const cdn_release_role *role = &release->roles[r];
        cdn_text_addf(out, "; at least %" PRIu32 " as ", role->at_least);
        cdn_html_text(out, role->name);
        cdn_text_add(out, " (");
        for (uint32_t i = 0; i < role->count; i++) {
            cdn_text_add(out, i > 0 ? ", " : "");
            cdn_html_text(out, role->people[i]);
        }
        cdn_text_add(out, ")");
    }
    cdn_text_add(out, "</dd>\n");
}

void cdn_page_request(const cdn_page *page, cdn_text *out)
{
    const cdn_release *release = page->release;
    cdn_text_add(out, "<dl>\n");
    cdn_html_item(out, "Partner", release->partner);
    cdn_html_item(out, "Purpose", release->purpose);
    cdn_html_item(out, "Legal basis", release->legal_basis);
    cdn_html_item(out, "Agreement", release->agreement_id);
    add_validity(release, out);
    cdn_html_item(out, "Scope", release->scope);
    cdn_html_item(out, "Period", release->period);
    cdn_html_item(out, "Feed", release->feed);
    add_people(out, "Recipients", release->recipients, release->recipient_count);
    add_people(out, "Authors of the script, who may not approve it", release->authors,
               release->author_count);
    add_needed(release, out);
    add_people(out, "Approvers", release->approvers, release->approver_count);
    cdn_html_item(out, "Protection policy", release->policy_title);
    cdn_html_item(out, "Contact", release->contact);
    cdn_text_addf(out, "<dt>The script travels</dt><dd>%s</dd>\n</dl>\n",
                  release->script_travels ? "yes, with the plan, in the package" : "no");
    add_output_list(release, out);
    add_identity(release, out);
}

/* --- the script ------------------------------------------------------------------------------- */

static void add_code_line(cdn_text *out, uint32_t number, const char *text, size_t length)
{
    cdn_text line = CDN_TEXT_INIT(length + 1);
    cdn_text_add_bytes(&line, text, length);
    cdn_text_addf(out, "<li id=\"line-%" PRIu32 "\"><code>", number);
    cdn_html_text(out, line.bytes);
    cdn_text_add(out, "</code></li>\n");
    out->failed = out->failed || line.failed;
    cdn_text_release(&line);
}

void cdn_page_script(const cdn_page *page, cdn_text *out)
{
    const char *script = cdn_text_or_empty(page->release->script_text);
    cdn_text_add(out, "<p><code>");
    cdn_html_text(out, page->release->script_name);
    cdn_text_add(out,
                 "</code>, as it was run. A script says what it wants; it never holds a figure. "
                 "Characters that a screen does not show are shown by number, in brackets."
                 "</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                 "aria-label=\"Text of the script\">\n<ol class=\"lines\">\n");
    uint32_t number = 0;
    for (const char *at = script; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        add_code_line(out, ++number, at, length);
        at += length + (at[length] == '\n');
    }
    cdn_text_add(out, "</ol>\n</div>\n");
}
