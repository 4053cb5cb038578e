/* staging.h - the private note kept beside a staged release.
 *
 * staging/<id>/ is the package; staging/<id>.json says what it was made from and
 * whose consent it relies on. The note never travels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_STAGING_H
#define CDN_DESK_STAGING_H

#include "desk/session.h"
#include "ledger/ledger.h"

/** Reads the note of a staged release; CDN_E_REFUSED when nothing of that id is staged. */
cdn_status cdn_staging_note(const cdn_desk *desk, const char *release_id, cdn_json **out,
                            cdn_error *error) CDN_MUST_CHECK;

/** <desk>/staging/<id>, and its note. @owner caller */
char *cdn_staging_path(const cdn_desk *desk, const char *release_id);
char *cdn_staging_note_path(const cdn_desk *desk, const char *release_id);

/** SHA-256, hex, of the bytes that approvers sign. */
cdn_status cdn_staging_signed_bytes(const char *package, cdn_text *bytes, char digest[65],
                                    cdn_error *error) CDN_MUST_CHECK;

/** The agreement of a note, as it stands now: CDN_E_REFUSED when it changed since the release was
 *  staged or is not valid today. */
cdn_status cdn_staging_agreement(cdn_desk *desk, const cdn_json *note, cdn_agreement **out,
                                 cdn_error *error) CDN_MUST_CHECK;

/** The workspace's ledger, which only cdn_desk_init makes: one that is gone or empty is
 *  CDN_E_INPUT, never begun anew. @owner caller, cdn_ledger_close */
cdn_status cdn_desk_ledger_open(const cdn_desk *desk, cdn_ledger **out, cdn_error *error)
    CDN_MUST_CHECK;

/** One entry in the workspace's ledger. Takes `payload`. */
cdn_status cdn_desk_record(const cdn_desk *desk, const char *kind, const char *release_id,
                           cdn_json *payload, cdn_error *error) CDN_MUST_CHECK;

#endif
