/* glance.c - the release in a few numbers, and what deserves a second look.
 *
 * What is pointed at follows fixed rules over what is on the page; that nothing
 * is pointed at is no approval, and the page says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "export/texts.h"
#include "review/page.h"

/* What is pointed at, one item each; counted so that the page can say there is none. */
typedef struct pointer_list {
    cdn_text *out;
    uint32_t count;
} pointer_list;

static void open_pointer(pointer_list *list)
{
    cdn_text_add(list->out, list->count == 0 ? "<ul class=\"look\">\n<li>" : "<li>");
    list->count++;
}

static void close_pointer(pointer_list *list, const char *section)
{
    cdn_text_add(list->out, " (");
    cdn_page_link(list->out, section);
    cdn_text_add(list->out, ")</li>\n");
}

/* "what: 1,234." */
static void point_at_count(pointer_list *list, const char *what, uint64_t count,
                           const char *section)
{
    if (count == 0)
        return;
    open_pointer(list);
    cdn_text_addf(list->out, "%s: <strong>", what);
    cdn_html_count(list->out, count);
    cdn_text_add(list->out, "</strong>");
    close_pointer(list, section);
}

/* --- the rules -------------------------------------------------------------------------------- */

static void point_at_previous(const cdn_page *page, pointer_list *list)
{
    static const char *const texts[] = {
        [CDN_PREVIOUS_NONE] = "This is the first release of the feed: nobody has seen such figures "
                              "of it before.",
        [CDN_PREVIOUS_HERE] = NULL,
        [CDN_PREVIOUS_GONE] = "The package of the previous release is missing: the changes could "
                              "not be shown.",
        [CDN_PREVIOUS_DAMAGED] = "The package of the previous release was changed after it was "
                                 "signed: the changes could not be shown."};
    const char *text = texts[page->input->previous];
    if (text == NULL)
        return;
    open_pointer(list);
    cdn_text_add(list->out, text);
    close_pointer(list, "changes");
}

/* One item for all outputs of which more than half of what applies is withheld. */
static void point_at_withheld(const cdn_page *page, pointer_list *list)
{
    uint32_t found = 0;
    for (uint32_t o = 0; o < page->release->output_count; o++) {
        const cdn_gate_output *counts = cdn_page_counts(page, o);
        uint64_t withheld = counts == NULL ? 0 : (uint64_t)counts->primary + counts->secondary;
        uint64_t apply = counts == NULL ? 0 : (uint64_t)counts->figures - counts->not_applicable;
        if (2 * withheld <= apply)
            continue;
        if (found++ == 0) {
            open_pointer(list);
            cdn_text_add(list->out, "More than half is withheld of ");
        } else {
            cdn_text_add(list->out, ", ");
        }
        cdn_text_add(list->out, "<em>");
        cdn_html_text(list->out, cdn_page_title(&page->release->outputs[o]));
        cdn_text_add(list->out, "</em> ");
        cdn_html_percent(list->out, withheld, apply);
    }
    if (found == 0)
        return;
    cdn_text_add(list->out, ". Is the rest of use, or is a coarser table better?");
    close_pointer(list, "withheld");
}

static bool shows_measure(const cdn_release_output *output, uint32_t measure)
{
    for (uint32_t row = 0; row < output->row_count; row++)
        if (output->values[(size_t)row * output->measure_count + measure].status == CDN_VALUE_OK)
            return true;
    return false;
}

static void point_at_empty(const cdn_page *page, uint32_t o, pointer_list *list)
{
    const cdn_release_output *output = &page->release->outputs[o];
    for (uint32_t m = 0; m < output->measure_count; m++) {
        if (shows_measure(output, m))
            continue;
        open_pointer(list);
        cdn_text_add(list->out, "No figure is shown of <em>");
        cdn_html_text(list->out, output->measures[m].title);
        cdn_text_addf(list->out, "</em> in <a href=\"#o-%" PRIu32 "\">", o + 1);
        cdn_html_text(list->out, cdn_page_title(output));
        cdn_text_add(list->out, "</a>.</li>\n");
    }
}

/* Shown in both releases, and twice as large now or half as large, or more. */
static uint64_t count_large(const cdn_comparison *changes)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < changes->change_count; i++) {
        const cdn_value *before = &changes->changes[i].before, *now = &changes->changes[i].now;
        if (before->status != CDN_VALUE_OK || now->status != CDN_VALUE_OK)
            continue;
        __int128 a = before->number, b = now->number;
        a = a < 0 ? -a : a;
        b = b < 0 ? -b : b;
        count += 2 * a <= b || 2 * b <= a;
    }
    return count;
}

static void point_at_changes(const cdn_page *page, pointer_list *list)
{
    uint64_t large = 0, shown = 0, withheld = 0, gone = 0, figures = 0;
    for (uint32_t o = 0; o < page->release->output_count; o++) {
        const cdn_comparison *c = &page->changes[o];
        large += count_large(c);
        shown += c->shown;
        withheld += c->withheld;
        gone += c->rows_gone;
        figures += (uint64_t)c->same + c->changed;
    }
    point_at_count(list, "Figures that are twice what they were or more, or half or less", large,
                   "changes");
    point_at_count(list, "Figures shown last time and withheld now", withheld, "changes");
    point_at_count(list, "Figures withheld last time and shown now", shown, "changes");
    point_at_count(list, "Rows of the previous release that are gone", gone, "changes");
    bool same = figures > 0 && large + shown + withheld + gone == 0;
    for (uint32_t o = 0; o < page->release->output_count && same; o++)
        same = page->changes[o].before.found && page->changes[o].changed == 0;
    if (!same)
        return;
    open_pointer(list);
    cdn_text_add(list->out,
                 "Every figure is the same as in the previous release. Is the data new?");
    close_pointer(list, "changes");
}

static uint64_t count_by_hand(const cdn_gate_report *gate)
{
    uint64_t count = 0;
    for (uint32_t o = 0; o < gate->output_count; o++)
        count += gate->outputs[o].by_rule[CDN_RULE_MANUAL];
    return count;
}

static void point_at_history(const cdn_gate_report *gate, pointer_list *list)
{
    uint64_t bound = 0;
    for (uint32_t i = 0; i < gate->binding_count; i++)
        bound += gate->bindings[i].figures;
    point_at_count(list, "Confidential cells that earlier releases give away by themselves",
                   gate->conflict_count, "history");
    point_at_count(list, "Figures withheld because of earlier releases", bound, "history");
}

static void add_pointers(const cdn_page *page, cdn_text *out)
{
    pointer_list list = {out, 0};
    cdn_text_add(out, "<h3>Worth a second look</h3>\n");
    point_at_history(page->gate, &list);
    point_at_previous(page, &list);
    point_at_changes(page, &list);
    point_at_withheld(page, &list);
    for (uint32_t o = 0; o < page->release->output_count; o++)
        point_at_empty(page, o, &list);
    point_at_count(&list, "Figures withheld by a decision by hand", count_by_hand(page->gate),
                   "withheld");
    point_at_count(&list, "Confidential cells with one possible value for who knows common facts",
                   page->gate->pinned_count, "attack");
    if (!cdn_html_is_plain(page->release->script_text)) {
        open_pointer(&list);
        cdn_text_add(out, "The script has characters that a screen does not show.");
        close_pointer(&list, "script");
    }
    cdn_text_add(out, list.count > 0 ? "</ul>\n" : "");
    cdn_text_add(out, list.count > 0
                          ? "<p>These are found by fixed rules; they are no judgement.</p>\n"
                          : "<p>The fixed rules of this page found nothing unusual. That is no "
                            "approval: please read on.</p>\n");
}

/* --- cards ------------------------------------------------------------------------------------ */

static void open_card(cdn_text *out, const char *name)
{
    cdn_text_addf(out, "<div><dt>%s</dt><dd>", name);
}

static void add_card_of(cdn_text *out, const char *name, uint64_t count, uint64_t of,
                        const char *words)
{
    open_card(out, name);
    cdn_text_add(out, "<b>");
    cdn_html_count(out, count);
    cdn_text_add(out, "</b> <span>");
    cdn_html_percent(out, count, of);
    cdn_text_addf(out, " of %s</span></dd></div>\n", words);
}

static void add_change_card(const cdn_page *page, cdn_text *out)
{
    uint64_t changed = 0, compared = 0;
    for (uint32_t o = 0; o < page->release->output_count; o++) {
        const cdn_comparison *c = &page->changes[o];
        changed += c->changed;
        compared += (uint64_t)c->changed + c->same;
    }
    if (page->input->previous == CDN_PREVIOUS_HERE) {
        add_card_of(out, "Changed figures", changed, compared, "those shown in both releases");
        return;
    }
    open_card(out, "Changed figures");
    cdn_text_add(out, page->input->previous == CDN_PREVIOUS_NONE
                          ? "<b>\xe2\x80\x93</b> <span>first release</span></dd></div>\n"
                          : "<b>?</b> <span>not compared</span></dd></div>\n");
}

static void add_cards(const cdn_page *page, cdn_text *out)
{
    uint64_t figures = 0, published = 0, withheld = 0;
    for (uint32_t o = 0; o < page->gate->output_count; o++) {
        const cdn_gate_output *counts = &page->gate->outputs[o];
        figures += counts->figures;
        published += counts->published;
        withheld += (uint64_t)counts->primary + counts->secondary;
    }
    cdn_text_add(out, "<dl class=\"cards\">\n");
    add_card_of(out, "Published", published, figures, "all figures");
    add_card_of(out, "Withheld", withheld, figures, "all figures");
    add_change_card(page, out);
    open_card(out, "Found by the attack");
    cdn_text_add(out, "<b>0</b> <span>of ");
    cdn_html_count(out, page->release->cells_tested);
    cdn_text_add(out, " confidential cells</span></dd></div>\n</dl>\n");
}

void cdn_page_glance(const cdn_page *page, cdn_text *out)
{
    cdn_text_add(out, "<p class=\"lead\"><strong>");
    cdn_html_text(out, page->release->partner);
    cdn_text_add(out, "</strong> asks for figures about <strong>");
    cdn_html_text(out, page->release->period);
    cdn_text_add(out, "</strong>: ");
    cdn_html_text(out, page->release->purpose);
    cdn_text_add(out, "</p>\n");
    add_cards(page, out);
    add_pointers(page, out);
}
