/* page.h - the review page of a staged release: beside the package, never in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_PAGE_H
#define CDN_DESK_PAGE_H

#include "desk/chronicle.h"

/** <desk>/staging/<id>.review.html. NULL on failure. @owner caller */
char *cdn_desk_page_path(const cdn_desk *desk, const char *release_id);

/** Writes the page, whole or not at all, with what changed since the last release of the feed that
 *  the ledger has an intent for. digest: SHA-256 of the page, hex. */
cdn_status cdn_desk_page_write(const cdn_desk *desk, const cdn_chronicle *chronicle,
                               const cdn_release *release, const cdn_gate_report *gate,
                               char digest[65], cdn_error *error) CDN_MUST_CHECK;

/** Moves the page of a release that left to delivered/, the record of what its approvers saw. One
 *  that is not there is fine. */
cdn_status cdn_desk_page_keep(const cdn_desk *desk, const char *release_id,
                              cdn_error *error) CDN_MUST_CHECK;

#endif
