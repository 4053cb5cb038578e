/* decision.c - what to have looked at, and the exact commands to approve or to reject.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "export/texts.h"
#include "review/page.h"

static const char *const questions[] = {
    "The partner, the purpose and the recipients are those of the agreement.",
    "The script asks for what the partner needs, and for no more.",
    "The figures are plausible: totals, the largest and the smallest, the charts.",
    "Changes since the previous release can be explained.",
    "What is withheld is reasonable: neither too little nor so much that the rest misleads.",
    "Rows of providers are only of those that agreed to be shown.",
    "What was excluded from the data does not bend the figures.",
    "Nothing that I know of outside this page would tell more about somebody with these figures.",
};

static bool is_author(const cdn_release *release, const char *name)
{
    for (uint32_t i = 0; i < release->author_count; i++)
        if (strcmp(release->authors[i], name) == 0)
            return true;
    return false;
}

/* Inside single quotes every shell takes all but their end as it stands, ! included. */
static void add_quoted(const char *text, cdn_text *out)
{
    cdn_text quoted = CDN_TEXT_INIT(4 * strlen(text) + 3);
    cdn_text_add(&quoted, "'");
    for (const char *at = text; *at != '\0'; at++)
        cdn_text_add_bytes(&quoted, *at == '\'' ? "'\\''" : at, *at == '\'' ? 4 : 1);
    cdn_text_add(&quoted, "'");
    cdn_html_text(out, quoted.bytes);
    out->failed = out->failed || quoted.failed;
    cdn_text_release(&quoted);
}

static void add_command(const cdn_release *release, const char *verb, const char *name,
                        const char *rest, cdn_text *out)
{
    cdn_text_addf(out, "cordon %s ", verb);
    cdn_html_text(out, release->id);
    if (name != NULL) {
        cdn_text_add(out, " --as ");
        add_quoted(name, out);
    }
    cdn_text_addf(out, "%s\n", rest);
}

static void add_commands(const cdn_release *release, const char *name, cdn_text *out)
{
    cdn_text_add(out, "<article>\n");
    cdn_html_element(out, "h4", name);
    cdn_text_add(out, "<pre tabindex=\"0\"><code>");
    add_command(release, "review", name, "", out);
    add_command(release, "approve", name, "", out);
    add_command(release, "reject", name, " --reason \"WHY\"", out);
    cdn_text_add(out, "</code></pre>\n</article>\n");
}

void cdn_page_decision(const cdn_page *page, cdn_text *out)
{
    const cdn_release *release = page->release;
    cdn_text_add(out, "<h3>Before you decide</h3>\n<ul class=\"tasks\">\n");
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        cdn_text_addf(out, "<li><label><input type=\"checkbox\"> %s</label></li>\n", questions[i]);
    cdn_text_add(out,
                 "</ul>\n<p>The boxes are for you; nothing is kept of them.</p>\n"
                 "<h3>Decide</h3>\n<p>In the workspace. An approval is over the exact bytes of "
                 "the package; a byte that changes afterwards makes it void. ");
    cdn_text_addf(out, "%" PRIu32 " approvals are needed.</p>\n", release->approvals_required);
    for (uint32_t i = 0; i < release->approver_count; i++)
        if (!is_author(release, release->approvers[i]))
            add_commands(release, release->approvers[i], out);
    cdn_text_add(out, "<h4>When there are enough approvals</h4>\n<pre tabindex=\"0\"><code>");
    add_command(release, "deliver", NULL, "", out);
    cdn_text_add(out, "</code></pre>\n");
}
