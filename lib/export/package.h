/* package.h - a release as files: a BagIt directory that stock tools verify, and its zip.
 *
 *   cdn_package_stage(release, dir)   writes everything but the signatures
 *   cdn_package_zip(dir, zip)         deterministic zip of a finished package
 *   cdn_package_verify(dir_or_zip, trust)  the recipient's check, more than verify.sh can do
 *
 * Layout, file formats and the bytes that are signed: docs/package.md. Same
 * release, same bytes: no clock, no path, no machine in any payload file. */
#ifndef CDN_EXPORT_PACKAGE_H
#define CDN_EXPORT_PACKAGE_H

#include "core/text.h"
#include "cordon/error.h"
#include "release/release.h"

/** Writes the package into `dir`, which must not exist; nothing is left there on failure.
 *  The bytes to sign are <dir>/tagmanifest-sha512.txt. */
cdn_status cdn_package_stage(const cdn_release *release, const char *dir, cdn_error *error)
    CDN_MUST_CHECK;

/** Recomputes manifest and tag manifest of a staged package and compares them with the files:
 *  CDN_E_REFUSED when a byte changed, a file is missing or unlisted, a link is present. */
cdn_status cdn_package_check_bytes(const char *dir, cdn_error *error) CDN_MUST_CHECK;

/** Adds signatures/approver-<n>.p7s, n = the next free number. */
cdn_status cdn_package_add_signature(const char *dir, const char *pem, size_t size,
                                     cdn_error *error) CDN_MUST_CHECK;

/** Zip with one top folder named as the directory; sorted names, fixed times and modes. */
cdn_status cdn_package_zip(const char *dir, const char *zip_path, cdn_error *error) CDN_MUST_CHECK;

/** The answers to "is this package good?". Their words begin verify.sh's first line, their codes
 *  are its exit codes and those of `cordon verify`; both are fixed for good. */
typedef enum cdn_package_verdict {
    CDN_PACKAGE_GOOD = 0,       /* exit 0 */
    CDN_PACKAGE_REFUSED = 1,    /* exit 1: not what was approved, or not approved */
    CDN_PACKAGE_EXPIRED = 2,    /* exit 10: its time is over */
    CDN_PACKAGE_NOT_YET = 3,    /* exit 11: its time has not come */
    CDN_PACKAGE_WITHDRAWN = 4,  /* exit 12: the data owner took it back */
    CDN_PACKAGE_SUPERSEDED = 5, /* exit 13: another release replaces it */
    CDN_PACKAGE_REVOKED = 6,    /* exit 14: an approver's key may be in other hands */
    CDN_PACKAGE_STALE = 7       /* exit 15: the trust folder is too old to tell */
} cdn_package_verdict;
const char *cdn_package_verdict_word(cdn_package_verdict verdict);
int cdn_package_verdict_code(cdn_package_verdict verdict);

/** What a verification found; names one per line. */
typedef struct cdn_package_report {
    cdn_package_verdict verdict;
    char release_id[128];
    uint32_t approvals;           /* by distinct people with distinct keys */
    uint32_t approvals_required;  /* the larger of the package's and the trust folder's number */
    cdn_text approvers;           /* who signed */
    cdn_text recipients;          /* whom the signed statement names */
    cdn_text standing;            /* what the status list says, in words */
} cdn_package_report;

/** What a recipient holds. */
typedef struct cdn_package_trust {
    const char *folder; /* the trust folder */
    const char *known; /* the one of before, or NULL: nothing in `folder` may be older, and its root
                           is the same, or one that the known root led to */
} cdn_package_trust;

/** Verifies a package directory or zip (unpacked in a private temporary folder, with limits on
 *  names, links, sizes) against a trust folder. CDN_OK only when every byte is listed and right,
 *  enough people from the roster signed, none of their keys is revoked, and the release may be used
 *  today: neither withdrawn nor replaced, within its dates. Else CDN_E_REFUSED with the reason;
 *  report->verdict says which, the rest of the report is empty. */
cdn_status cdn_package_verify(const char *package, const cdn_package_trust *trust,
                              cdn_package_report *report, cdn_error *error) CDN_MUST_CHECK;

/** The same of a package directory that has not left yet: bytes and approvals, all of them by
 *  certificates in force; whatever the status list and its dates say. */
cdn_status cdn_package_check(const char *package, const char *trust_dir,
                             cdn_package_report *report, cdn_error *error) CDN_MUST_CHECK;
void cdn_package_report_release(cdn_package_report *report);

#endif
