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

/** What a verification found; names one per line. */
typedef struct cdn_package_report {
    char release_id[128];
    uint32_t approvals;           /* by distinct people with distinct keys */
    uint32_t approvals_required;  /* the larger of the package's and the trust folder's number */
    cdn_text approvers;           /* who signed */
    cdn_text recipients;          /* whom the signed statement names */
} cdn_package_report;

/** Verifies a package directory or zip (unpacked in a private temporary folder, with limits on
 *  names, links, sizes) against a trust folder. CDN_OK only when every byte is listed and right
 *  and enough people from the roster signed; else CDN_E_REFUSED with the reason. */
cdn_status cdn_package_verify(const char *package, const char *trust_dir,
                              cdn_package_report *report, cdn_error *error) CDN_MUST_CHECK;
void cdn_package_report_release(cdn_package_report *report);

#endif
