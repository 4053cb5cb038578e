/* review.h - the review page: what a person sees before approving a release.
 *
 * One HTML file that needs nothing else: no script, no picture, no font, no
 * network; a policy in it forbids all of them. It is for the data owner: it
 * names the rules that bound, which no recipient is told. It is made from a
 * cleared release, the gate's counts and the packages that left before, so that
 * it cannot hold a withheld value. Same inputs, same bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_REVIEW_REVIEW_H
#define CDN_REVIEW_REVIEW_H

#include "core/text.h"
#include "cordon/error.h"
#include "release/gate.h"
#include "release/release.h"

#define CDN_REVIEW_SIZE_MAX ((size_t)64 * 1024 * 1024)

/** What is known of the release of the same feed that left before this one. */
typedef enum cdn_previous {
    CDN_PREVIOUS_NONE = 0,   /* this is the first */
    CDN_PREVIOUS_HERE = 1,   /* its package is there and whole */
    CDN_PREVIOUS_GONE = 2,   /* the ledger names it, its package is not in the workspace */
    CDN_PREVIOUS_DAMAGED = 3 /* its package is not as it was signed */
} cdn_previous;

/** All borrowed. The gate's report has its reasons and intervals (cdn_gate_input). */
typedef struct cdn_review_input {
    const cdn_release *release;
    const cdn_gate_report *gate;
    cdn_previous previous;
    const char *previous_id;      /* NULL when NONE */
    const char *previous_package; /* its directory when HERE, else NULL */
} cdn_review_input;

/** Adds the page to `page`, whose max applies (CDN_REVIEW_SIZE_MAX). Large tables are shown in
 *  part, and say so. @errors CDN_E_INPUT: a damaged file of the previous package */
cdn_status cdn_review_render(const cdn_review_input *input, cdn_text *page,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
