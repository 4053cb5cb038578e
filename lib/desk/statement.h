/* statement.h - what a person of the roster says about a release, signed with their key.
 *
 * The bytes that are signed are the canonical JSON of {"action", "reason",
 * "release", "signedBytes"} and, for a void, "intent", the hash of the entry that
 * it ends. The ledger keeps name, reason and signature, so that anybody with the
 * trust folder can check later who said it. They never are a package's signed
 * bytes: those begin with a digest, these with a brace.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_STATEMENT_H
#define CDN_DESK_STATEMENT_H

#include "desk/session.h"
#include "seal/sign.h"

typedef struct cdn_statement {
    const char *action; /* "reject", "void" */
    const char *release_id, *digest, *reason;
    const char *intent; /* of a void; else NULL */
} cdn_statement;

/** The approver of that name, who is no author of the script; else CDN_E_REFUSED. */
cdn_status cdn_statement_person(const cdn_agreement *agreement, const char *name,
                                const cdn_person **out, cdn_error *error) CDN_MUST_CHECK;

/** One line of text, not empty, at most 1,000 bytes; else CDN_E_USAGE. */
cdn_status cdn_statement_check_reason(const char *reason, cdn_error *error) CDN_MUST_CHECK;

/** A signature with a person's key, checked against the trust folder as a recipient would. */
cdn_status cdn_statement_sign(const cdn_desk *desk, const char *name, const char *passphrase,
                              const void *bytes, size_t size, cdn_text *pem, cdn_signer *signer,
                              cdn_error *error) CDN_MUST_CHECK;

/** The signed statement as the ledger keeps it: {"name", "reason", "signature", "signedBytes"}.
 *  @owner caller */
cdn_status cdn_statement_make(const cdn_desk *desk, const cdn_statement *statement,
                              const char *name, const char *passphrase, cdn_json **out,
                              cdn_error *error) CDN_MUST_CHECK;

/** Checks such an object against the trust folder: signed by its name, and saying just that. */
cdn_status cdn_statement_verify(const cdn_desk *desk, const cdn_statement *statement,
                                const cdn_json *signed_statement, cdn_signer *signer,
                                cdn_error *error) CDN_MUST_CHECK;

#endif
