/* register.h - the status list of a workspace: made from the ledger, signed by an approver.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_REGISTER_H
#define CDN_DESK_REGISTER_H

#include "core/arena.h"
#include "desk/session.h"
#include "export/register.h"

/** Who signs the list. */
typedef struct cdn_register_signer {
    const char *name;
    const char *passphrase; /* NULL = the key is not encrypted */
} cdn_register_signer;

/** The list as the ledger has it now; without dates. Rows in order of delivery, texts in the
 *  arena. */
cdn_status cdn_desk_register_collect(const cdn_desk *desk, cdn_arena *arena, cdn_register *out,
                                cdn_error *error) CDN_MUST_CHECK;

/** CDN_OK when the signer could sign a list now, and the ledger is no older than the last one:
 *  to be asked before the ledger is told. */
cdn_status cdn_desk_register_try(const cdn_desk *desk, const cdn_register_signer *signer,
                            cdn_error *error) CDN_MUST_CHECK;

/** Collects, signs and writes trust/status.json and its signature; one line for the report. */
cdn_status cdn_desk_register_publish(const cdn_desk *desk, const cdn_register_signer *signer,
                                cdn_text *line, cdn_error *error) CDN_MUST_CHECK;

/** Adds a line for everything that will soon be, or is, too old: the root's list, and the status
 *  list, or with a name that person's certificate. */
void cdn_trust_warn(const cdn_desk *desk, const char *name, cdn_text *out);

#endif
