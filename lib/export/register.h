/* register.h - the status list of a trust folder: which releases are good, replaced or withdrawn.
 *
 * status.json with the signature of one approver, status.json.p7s. Its version is
 * the number of entries of the ledger that it was made from, so that a later list
 * has a higher one. A list without a release says nothing of it; one that has it
 * names the bytes that were signed, and so vouches that they were delivered by
 * then, whatever becomes of the approvers' certificates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_EXPORT_REGISTER_H
#define CDN_EXPORT_REGISTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"
#include "cordon/error.h"

#define CDN_REGISTER_FILE "status.json"
#define CDN_REGISTER_SIGNATURE "status.json.p7s"
#define CDN_REGISTER_SIZE ((size_t)16 * 1024 * 1024)

typedef enum cdn_register_kind {
    CDN_REGISTER_UNLISTED = 0,
    CDN_REGISTER_ACTIVE = 1,
    CDN_REGISTER_SUPERSEDED = 2, /* detail: the release that replaces it */
    CDN_REGISTER_WITHDRAWN = 3   /* detail: the reason */
} cdn_register_kind;

typedef struct cdn_register_row {
    const char *release_id;
    const char *signed_bytes; /* SHA-256, hex, of tagmanifest-sha512.txt */
    cdn_register_kind kind;
    const char *detail;       /* "" for an active one */
} cdn_register_row;

typedef struct cdn_register {
    int64_t version;
    int64_t issued, next_update; /* seconds since 1970 */
    const char *ledger;          /* SIZE:HEX, the Merkle root of the ledger */
    uint32_t count;
    const cdn_register_row *rows;    /* any order */
} cdn_register;

/** The bytes of status.json. */
cdn_status cdn_register_write(const cdn_register *list, cdn_text *out, cdn_error *error)
    CDN_MUST_CHECK;

/** A list that was read. */
typedef struct cdn_register_file {
    struct cdn_json *tree;
    int64_t version, issued, next_update;
    char signer[128];
} cdn_register_file;

/** Reads and verifies the list of a trust folder. No list is CDN_OK with `tree` NULL. CDN_E_REFUSED
 *  when it is not signed by an approver whose certificate is in force, or not in its exact form, or
 *  from the future. Its age is the caller's to judge. @owner caller, cdn_register_file_release */
cdn_status cdn_register_read(const char *trust_dir, cdn_register_file *out, cdn_error *error)
    CDN_MUST_CHECK;
/** The version that the list of a trust folder says, unverified; 0 when there is no list. For a
 *  folder that was verified when it came. */
cdn_status cdn_register_version(const char *trust_dir, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_register_file_release(cdn_register_file *file);

/** What the list says of a release; texts live as long as the file. */
cdn_register_row cdn_register_find(const cdn_register_file *file, const char *release_id);

/** "active", "superseded", "withdrawn"; "" for an unlisted one. */
const char *cdn_register_word(cdn_register_kind kind);

#endif
