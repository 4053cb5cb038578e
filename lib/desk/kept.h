/* kept.h - what stays in the workspace of a release, so that later ones can be checked against it.
 *
 *   ledger/releases/<id>.json       the request as it was, and which figures were published: its
 *                                   SHA-256 is in the ledger
 *   ledger/snapshots/<digest>.cdn   the data
 *   ledger/catalogues/<digest>.txt  the catalogue, canonical (catalogue/catalogue.h)
 *
 * Nothing of it travels. Whoever takes one of these files away stops all further
 * releases to the audience: what cannot be checked is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_KEPT_H
#define CDN_DESK_KEPT_H

#include "desk/chronicle.h"
#include "desk/session.h"

#define CDN_KEPT_SNAPSHOTS "ledger/snapshots"

typedef struct cdn_kept {
    cdn_json *json;
    const char *snapshot; /* digest */
    const char *policy;   /* digest */
    const char *catalogue; /* digest */
    const cdn_json *history; /* ids of the releases that it was protected with, oldest first */
    uint64_t ledger_entries; /* the ledger before it was staged */
    const char *ledger_root;
    cdn_plan *plan;
    cdn_agreement *agreement;
    uint32_t figure_count;
    uint8_t *published;
} cdn_kept;

/** Keeps a release that is about to be staged; durable when it returns. `history`: ids, borrowed.
 *  CDN_E_REFUSED when the data on the disk is not what was used. */
cdn_status cdn_kept_write(const cdn_desk *desk, const cdn_request *request,
                          const cdn_release *release, const cdn_gate_report *gate,
                          const char *const *history, uint32_t history_count, char digest[65],
                          cdn_error *error) CDN_MUST_CHECK;

/** Reads what needs no catalogue: all but `plan` and `agreement`. CDN_E_REFUSED, naming the release
 *  and what to restore, when the file is missing or changed.
 *  @owner caller, cdn_kept_release, in every case */
cdn_status cdn_kept_open(const cdn_desk *desk, const cdn_chapter *chapter, cdn_kept *out,
                         cdn_error *error) CDN_MUST_CHECK;

/** Reads it again, as today's catalogue sees it. CDN_E_REFUSED, naming the release and what to
 *  restore, when a file is missing, changed, or means something else today.
 *  @owner caller, cdn_kept_release, in every case */
cdn_status cdn_kept_read(const cdn_desk *desk, const cdn_chapter *chapter, cdn_kept *out,
                         cdn_error *error) CDN_MUST_CHECK;
void cdn_kept_release(cdn_kept *kept);

/** Its data. The same refusals. @owner caller, cdn_snapshot_close */
cdn_status cdn_kept_snapshot(const cdn_desk *desk, const cdn_chapter *chapter,
                             const cdn_kept *kept, cdn_snapshot **out,
                             cdn_error *error) CDN_MUST_CHECK;

/** Takes away the data that was kept for rejected releases alone; nothing when what is kept of any
 *  other cannot be read. Under the desk's lock. */
cdn_status cdn_kept_prune(const cdn_desk *desk, cdn_error *error) CDN_MUST_CHECK;

#endif
