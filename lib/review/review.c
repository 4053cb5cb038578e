/* review.c - the frame of the page: head, way around, sections in order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/review.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "review/page.h"
#include "seal/digest.h"

typedef struct section {
    const char *id, *title;
    void (*write)(const cdn_page *page, cdn_text *out);
} section;

static const section sections[] = {
    {"glance", "At a glance", cdn_page_glance},
    {"request", "What is asked", cdn_page_request},
    {"changes", "Since the previous release", cdn_page_changes},
    {"history", "Earlier releases that bind", cdn_page_history},
    {"outputs", "What the recipient will see", cdn_page_outputs},
    {"withheld", "What is withheld, and why", cdn_page_withheld},
    {"attack", "What an attacker finds", cdn_page_attack},
    {"method", "How figures are changed", cdn_page_method},
    {"quality", "Data quality", cdn_page_quality},
    {"script", "The script", cdn_page_script},
    {"decision", "Checklist and decision", cdn_page_decision},
};
#define SECTION_COUNT (sizeof sections / sizeof *sections)

const cdn_gate_output *cdn_page_counts(const cdn_page *page, uint32_t output)
{
    for (uint32_t i = 0; i < page->gate->output_count; i++)
        if (strcmp(page->gate->outputs[i].name, page->release->outputs[output].name) == 0)
            return &page->gate->outputs[i];
    return NULL;
}

const char *cdn_page_title(const cdn_release_output *output)
{
    return output->title == NULL || output->title[0] == '\0' ? output->name : output->title;
}

void cdn_page_link(cdn_text *out, const char *id)
{
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (strcmp(sections[i].id, id) == 0)
            cdn_text_addf(out, "<a href=\"#%s\">%s</a>", id, sections[i].title);
}

/* RFC 4648, section 4. */
static void add_base64(cdn_text *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        size_t left = size - i;
        group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63],
                        digits[group & 63]};
        if (left < 3)
            four[3] = '=';
        if (left < 2)
            four[2] = '=';
        cdn_text_add_bytes(out, four, sizeof four);
    }
}

/* Nothing may be loaded or run but this one style sheet, known by its digest. */
static cdn_status add_head(const cdn_page *page, cdn_text *out, cdn_error *error)
{
    uint8_t digest[CDN_SHA256_SIZE];
    CDN_TRY(cdn_sha256(cdn_page_style, strlen(cdn_page_style), digest, error));
    cdn_text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'sha256-");
    add_base64(out, digest, sizeof digest);
    cdn_text_add(out, "'; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Review: ");
    cdn_html_text(out, page->release->title);
    cdn_text_add(out, ", ");
    cdn_html_text(out, page->release->period);
    cdn_text_add(out, "</title>\n<style>");
    cdn_text_add(out, cdn_page_style);
    cdn_text_add(out, "</style>\n</head>\n");
    return CDN_OK;
}

static void add_header(const cdn_page *page, cdn_text *out)
{
    cdn_text_add(out, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n"
                      "<p class=\"kind\">Review before release</p>\n");
    cdn_html_element(out, "h1", page->release->title);
    cdn_text_add(out, "<p class=\"id\"><code>");
    cdn_html_text(out, page->release->id);
    cdn_text_add(out, "</code></p>\n<p class=\"private\"><strong>For the data owner only.</strong> "
                      "This page names the rules that withheld figures. It is not part of the "
                      "package and must not be sent with it.</p>\n</header>\n"
                      "<nav aria-label=\"Sections\">\n<ol>\n");
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        cdn_text_add(out, "<li>");
        cdn_page_link(out, sections[i].id);
        cdn_text_add(out, "</li>\n");
    }
    cdn_text_add(out, "</ol>\n</nav>\n<main id=\"main\" tabindex=\"-1\">\n");
}

static cdn_status add_page(const cdn_page *page, cdn_text *out, cdn_error *error)
{
    CDN_TRY(add_head(page, out, error));
    add_header(page, out);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        cdn_text_addf(out,
                      "<section id=\"%s\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n",
                      sections[i].id, sections[i].id, sections[i].id, sections[i].title);
        sections[i].write(page, out);
        cdn_text_add(out, "</section>\n");
    }
    cdn_text_add(out, "</main>\n<footer>\n<p>Release <code>");
    cdn_html_text(out, page->release->id);
    cdn_text_add(out, "</code>. The decision is about the bytes of the package, not about this "
                      "page.</p>\n</footer>\n</body>\n</html>\n");
    return out->failed ? cdn_fail_memory(error) : CDN_OK;
}

cdn_status cdn_review_render(const cdn_review_input *input, cdn_text *page, cdn_error *error)
{
    uint32_t count = input->release->output_count;
    cdn_comparison *changes = cdn_alloc(count, sizeof *changes);
    cdn_page parts = {input, input->release, input->gate, changes};
    cdn_status status = changes == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t o = 0; o < count && status == CDN_OK; o++)
        status = cdn_comparison_make(&input->release->outputs[o], input->previous_package,
                                     &changes[o], error);
    if (status == CDN_OK)
        status = add_page(&parts, page, error);
    for (uint32_t o = 0; changes != NULL && o < count; o++)
        cdn_comparison_release(&changes[o]);
    cdn_free(changes);
    return status;
}
