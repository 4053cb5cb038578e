/* standing.h - how a release stands at the desk: computed each time from what is there, never
 * stored.
 *
 * What the ledger says (an intent that nothing ended, a rejection, a release that
 * the audience got since), what the bytes say (are they those that were staged),
 * what the signatures say (who approved just these bytes), what the agreement says
 * (how many, in which roles).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_STANDING_H
#define CDN_DESK_STANDING_H

#include "desk/staging.h"

#define CDN_PERSON_SIZE 128u /* a name in the roster, with its NUL, as certificates have it */

/** What the ledger says about one release (desk/chronicle.h), kept while it is worked on. */
typedef struct cdn_track {
    char release_id[160];
    char intent[65];          /* hash of an intent that no commit and no void ended; else "" */
    char zip[65];             /* the digest in it */
    bool delivered, withdrawn;
    bool rejected;
    char rejected_by[CDN_PERSON_SIZE]; /* or who withdrew it */
    char reason[1024];
} cdn_track;

/** All zero when the ledger does not know the release. */
cdn_status cdn_track_of(const cdn_desk *desk, const char *release_id, cdn_track *out,
                       cdn_error *error) CDN_MUST_CHECK;

typedef enum cdn_stand {
    CDN_STAND_WAITING = 0,    /* for approvals */
    CDN_STAND_APPROVED = 1,   /* may be delivered */
    CDN_STAND_REJECTED = 2,
    CDN_STAND_INVALID = 3,    /* bytes, agreement, signatures or history are not what they were */
    CDN_STAND_UNFINISHED = 4, /* its delivery began: counts as released */
    CDN_STAND_END_ = 5
} cdn_stand;

typedef struct cdn_standing {
    cdn_stand stand;
    cdn_track track;
    char *package;            /* the directory: in staging, or out when a delivery began */
    char digest[65];          /* of the signed bytes, as staged */
    cdn_agreement *agreement; /* NULL when CDN_STAND_INVALID for the agreement's sake */
    bool *approved;           /* a flag for each of its approvers, for these bytes */
    uint32_t approvals;
    cdn_error why;            /* of CDN_STAND_INVALID */
} cdn_standing;

/** Fills `out` for a release with this note. CDN_OK also when nothing good is to be said of it.
 *  @owner caller, cdn_standing_release */
cdn_status cdn_standing_read(cdn_desk *desk, const char *release_id, const cdn_json *note,
                             cdn_standing *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_standing_release(cdn_standing *standing);

/** One word for machines: waiting, approved, rejected, invalid, unfinished. */
const char *cdn_stand_word(cdn_stand stand);

/** true when that approver may still approve and has not. */
bool cdn_standing_awaits(const cdn_standing *standing, uint32_t person);
/** What is still needed and from whom, or what is wrong: one line, without its end. */
void cdn_standing_explain(const cdn_standing *standing, cdn_text *out);

/** CDN_E_REFUSED, with the reason, when somebody rejected the release or its delivery began. */
cdn_status cdn_track_check_open(const cdn_track *track, cdn_error *error) CDN_MUST_CHECK;

#endif
