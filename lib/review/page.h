/* page.h - the parts of a review page, one function each.
 *
 * Not for other rooms: they use review.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_REVIEW_PAGE_H
#define CDN_REVIEW_PAGE_H

#include "review/compare.h"
#include "review/html.h"
#include "review/review.h"

typedef struct cdn_page {
    const cdn_review_input *input;
    const cdn_release *release;
    const cdn_gate_report *gate;
    const cdn_comparison *changes; /* per output of the release */
} cdn_page;

/** The gate's counts of an output of the release. NULL when there are none. */
const cdn_gate_output *cdn_page_counts(const cdn_page *page, uint32_t output);

/** The title of an output, or its name when it has none. */
const char *cdn_page_title(const cdn_release_output *output);

/** A link to a section by its id, under its title. */
void cdn_page_link(cdn_text *out, const char *id);

extern const char cdn_page_style[]; /* style.c */

/* The sections, in the order of the page; each writes what stands below its heading. */
void cdn_page_glance(const cdn_page *page, cdn_text *out);   /* glance.c */
void cdn_page_request(const cdn_page *page, cdn_text *out);  /* request.c */
void cdn_page_changes(const cdn_page *page, cdn_text *out);  /* changes.c */
void cdn_page_history(const cdn_page *page, cdn_text *out);  /* history.c */
void cdn_page_outputs(const cdn_page *page, cdn_text *out);  /* output.c */
void cdn_page_withheld(const cdn_page *page, cdn_text *out); /* withheld.c */
void cdn_page_attack(const cdn_page *page, cdn_text *out);   /* withheld.c */
void cdn_page_method(const cdn_page *page, cdn_text *out);   /* method.c */
void cdn_page_quality(const cdn_page *page, cdn_text *out);  /* method.c */
void cdn_page_script(const cdn_page *page, cdn_text *out);   /* request.c */
void cdn_page_decision(const cdn_page *page, cdn_text *out); /* decision.c */

/** Bars of each measure of a table by its first dimension, at the totals of the others, with marks
 *  for the previous release (chart.c). Nothing when the table has no such totals. */
void cdn_page_charts(const cdn_page *page, uint32_t output, cdn_text *out);

#endif
