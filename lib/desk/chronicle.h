/* chronicle.h - what the ledger says of each release.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_CHRONICLE_H
#define CDN_DESK_CHRONICLE_H

#include "core/arena.h"
#include "desk/session.h"
#include "ledger/ledger.h"

/** One release. Texts that its entries do not have are "". */
typedef struct cdn_chapter {
    const char *id;
    const char *agreement, *feed, *period;
    const char *request;      /* digest of what was asked for (release/gate.h) */
    const char *kept;         /* SHA-256 of what is kept of it (desk/kept.h) */
    const char *signed_bytes; /* SHA-256 of the bytes that approvers sign */
    bool staged, committed;
    bool began;               /* there is or was an intent, void or not */
    uint64_t intent;         /* number of the entry from which on it counts as released; 0 = it does
                                 not: there is none, or it was declared void before it was
                                 delivered */
    const char *unfinished;   /* hash of an intent that no commit and no void ended */
    const char *zip;          /* the digest in it */
    bool rejected, withdrawn;
    const char *rejected_by, *reason; /* who did so last, and why */
} cdn_chapter;

/** Releases in the order of their first entries. */
typedef struct cdn_chronicle {
    cdn_arena *arena;
    uint32_t count, room;
    cdn_chapter *chapters;
    uint64_t entries;
    const char *secret;  /* random, and never outside the ledger: keys digests of its contents */
    cdn_json *first_used; /* of agreements, policies and plans: an object with a member for each */
} cdn_chronicle;

/** CDN_E_REFUSED when something has left that the ledger knows nothing of: then it is an older one,
 *  and what an audience holds would be forgotten.
 *  @owner caller, cdn_chronicle_release, in every case */
cdn_status cdn_chronicle_read(const cdn_desk *desk, cdn_chronicle *out,
                              cdn_error *error) CDN_MUST_CHECK;
/** The same of one release alone: at most one chapter, and neither `entries` nor `secret`. */
cdn_status cdn_chronicle_read_one(const cdn_desk *desk, const char *release_id, cdn_chronicle *out,
                                  cdn_error *error) CDN_MUST_CHECK;
void cdn_chronicle_release(cdn_chronicle *chronicle);

/** NULL when the ledger does not know the release. */
const cdn_chapter *cdn_chronicle_find(const cdn_chronicle *chronicle, const char *release_id);

/** CDN_E_INPUT unless there is a file of the agreement, or a release was staged under it once: a
 *  name with a slip would stand for nobody. `source` says where it was written; "" = nowhere. */
cdn_status cdn_desk_check_agreement(const cdn_desk *desk, const char *id, const char *source,
                                    uint64_t line, cdn_error *error) CDN_MUST_CHECK;

/** true when an entry of this kind (agreement, policy, plan) with this digest is there. */
bool cdn_chronicle_knows(const cdn_chronicle *chronicle, const char *kind, const char *digest);

#endif
