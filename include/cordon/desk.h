/* desk.h - the release desk: everything the program does, as functions on a workspace.
 *
 * A workspace is a directory:
 *   data/       input files and the snapshot made from them
 *   policies/   catalogue, agreements, protection (Lua, evaluated in the jail)
 *   scripts/    report scripts
 *   trust/      root certificate and its list of revoked ones, approvers' and packager's
 *               certificates, the status list: what recipients hold;
 *               recipients/: certificates for whom packages are encrypted
 *   keys/       private keys, mode 0600
 *   ledger/     the history of releases
 *   staging/    releases that wait for approval
 *   outbox/     packages that were delivered, as they may leave
 *   delivered/  what those of them hold that are encrypted
 *
 *   cdn_desk *desk;
 *   cdn_desk_open("work", NULL, &desk, &error);
 *   cdn_desk_load(desk, &out, &error);
 *   cdn_desk_run(desk, "scripts/feed.lua", &out, &error);
 *   cdn_desk_close(desk);
 *
 * Functions that report fill a cdn_report: text for people and JSON for
 * machines, neither with a data value. One thread at a time per desk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_DESK_H
#define CORDON_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cdn_desk cdn_desk;

/** What a command has to say. Both texts are NUL-terminated. @owner caller, cdn_report_release */
typedef struct cdn_report {
    char *text;
    char *json;
    char release_id[160]; /* run, deliver, verify, feed run; else "" */
    int exit_code;        /* verify, open: which refusal; feed run: 75 when it waits; else 0 */
} cdn_report;
#define CDN_REPORT_INIT {NULL, NULL, {0}, 0}
CDN_API void cdn_report_release(cdn_report *report);

/** Where the installed policies, scripts and helper are; NULL members = beside the program. */
typedef struct cdn_desk_paths {
    const char *share;  /* holds policies/ and scripts/ */
    const char *helper; /* the cordon-script program */
} cdn_desk_paths;

/** Makes a workspace: its folders, the standard policies and scripts, a ledger. `directory` must
 *  not exist or be empty. @errors CDN_E_REFUSED (not empty), CDN_E_IO */
CDN_API cdn_status cdn_desk_init(const char *directory, const cdn_desk_paths *paths,
                                 cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** Opens a workspace. @errors CDN_E_INPUT (not a workspace). @owner caller, cdn_desk_close */
CDN_API cdn_status cdn_desk_open(const char *directory, const cdn_desk_paths *paths,
                                 cdn_desk **out, cdn_error *error) CDN_MUST_CHECK;
CDN_API void cdn_desk_close(cdn_desk *desk);

/** Writes synthetic data files. */
typedef struct cdn_synth_request {
    const char *directory;
    uint32_t workers, workplaces;
    uint64_t seed;
    uint32_t week; /* so many weeks later, 0 to 52 */
    bool wide;
    bool clean;
} cdn_synth_request;
CDN_API cdn_status cdn_desk_synth(const cdn_synth_request *request, const cdn_desk_paths *paths,
                                  cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** Reads and validates the files of `data_dir` (NULL = the workspace's data/) into the snapshot.
 *  Problems of rows are in the report; structural faults are CDN_E_INPUT. */
CDN_API cdn_status cdn_desk_load(cdn_desk *desk, const char *data_dir, cdn_report *report,
                                 cdn_error *error) CDN_MUST_CHECK;

/** Dimensions, measures and fields with their definitions. */
CDN_API cdn_status cdn_desk_catalogue(cdn_desk *desk, cdn_report *report, cdn_error *error)
    CDN_MUST_CHECK;

/** Plan, permissions and, when data is loaded, a dry run of protection: counts, no values. */
CDN_API cdn_status cdn_desk_check(cdn_desk *desk, const char *script, cdn_report *report,
                                  cdn_error *error) CDN_MUST_CHECK;

/** The plan and each stage in words; which rules bound, for the data owner. */
CDN_API cdn_status cdn_desk_explain(cdn_desk *desk, const char *script, cdn_report *report,
                                    cdn_error *error) CDN_MUST_CHECK;

/** From script to a staged release. Nothing is staged unless all went well. The same inputs give
 *  the same release; staging it again is harmless and says so. */
CDN_API cdn_status cdn_desk_run(cdn_desk *desk, const char *script, cdn_report *report,
                                cdn_error *error) CDN_MUST_CHECK;

/** What is staged, how each release stands and for whom it waits; with a name, only what waits for
 *  that person. With a release: that one in short, and where its review page is; then a name is
 *  recorded as that of somebody who looked at just these bytes. `release_id`, `name` may be
 *  NULL. */
CDN_API cdn_status cdn_desk_review(cdn_desk *desk, const char *release_id, const char *name,
                                   cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** One named person's word on the exact bytes of a staged release. */
typedef struct cdn_approval {
    const char *release_id;
    const char *name;
    const char *passphrase; /* NULL = the key is not encrypted */
    const char *reason;     /* of a rejection or a void; else NULL */
} cdn_approval;
CDN_API cdn_status cdn_desk_approve(cdn_desk *desk, const cdn_approval *approval,
                                    cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** A person's rejection, for good: what is rejected is neither approved nor delivered. */
CDN_API cdn_status cdn_desk_reject(cdn_desk *desk, const cdn_approval *approval,
                                   cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** A delivery that began and ended before anything was in outbox/ counts as released until two
 *  people of the roster, one after the other, say that it never left. */
CDN_API cdn_status cdn_desk_void(cdn_desk *desk, const cdn_approval *said, cdn_report *report,
                                 cdn_error *error) CDN_MUST_CHECK;

/** Delivers an approved release to outbox/: a directory and a zip, intent first. Consent is looked
 *  up again in the data as it is now. */
CDN_API cdn_status cdn_desk_deliver(cdn_desk *desk, const char *release_id, cdn_report *report,
                                    cdn_error *error) CDN_MUST_CHECK;

/** The release of a feed for the period of the loaded data: made once, then carried as far as the
 *  approvals let it. Running it again takes it up where it stands; what was delivered is left
 *  alone. CDN_E_REFUSED rather than going back or leaving a period out. */
typedef struct cdn_feed_request {
    const char *feed; /* a name (scripts/<name>.lua), or the path of a script */
    bool load;        /* load the data files again when they changed */
    bool skip;        /* periods without a release are meant */
    void (*progress)(void *context, uint32_t done, uint32_t of, const char *step); /* or NULL */
    void *context;
} cdn_feed_request;
CDN_API cdn_status cdn_desk_feed_run(cdn_desk *desk, const cdn_feed_request *request,
                                     cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** All feeds with their last period and what is due next, or one (`feed`, may be NULL) with all its
 *  periods. */
CDN_API cdn_status cdn_desk_feed_list(cdn_desk *desk, const char *feed, cdn_report *report,
                                      cdn_error *error) CDN_MUST_CHECK;

/** The recipient's check of a package directory or zip against a trust folder. `known_dir`, the
 *  trust folder of before or NULL: nothing in `trust_dir` may be older, and its root is the same,
 *  or one that the root of before led to. CDN_E_REFUSED sets
 *  report->exit_code: 1 refused, 10 expired, 11 not yet, 12 withdrawn, 13 superseded, 14 revoked,
 *  15 the trust folder is out of date. */
CDN_API cdn_status cdn_desk_verify(const char *package, const char *trust_dir,
                                   const char *known_dir, cdn_report *report,
                                   cdn_error *error) CDN_MUST_CHECK;

/** Takes a delivered release back, or says that another replaces it: into the ledger, and onto the
 *  status list of the trust folder, signed by an approver. What it taught its recipients counts in
 *  the history as before. */
typedef struct cdn_withdrawal {
    const char *release_id;
    const char *reason;     /* one plain line that recipients read; NULL when `by` is given */
    const char *by;         /* the release that replaces it, delivered later; or NULL */
    const char *name;       /* the approver who says so */
    const char *passphrase; /* of that approver's key; NULL = not encrypted */
} cdn_withdrawal;
CDN_API cdn_status cdn_desk_withdraw(cdn_desk *desk, const cdn_withdrawal *withdrawal,
                                     cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** What the status list says and what is getting old. With a name, the list is made anew from the
 *  ledger and signed by that approver first. */
CDN_API cdn_status cdn_desk_status(cdn_desk *desk, const char *name, const char *passphrase,
                                   cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** The recipient's side of an encrypted package: checks the packager's signature <package>.p7s,
 *  decrypts beside `out`, verifies what was inside and that it was meant for this certificate, and
 *  only then gives it its name. CDN_E_REFUSED sets report->exit_code as cdn_desk_verify does. */
typedef struct cdn_open_request {
    const char *package;     /* NAME.zip.p7m */
    const char *key;         /* private key, PEM, mode 0600 */
    const char *certificate; /* of that key, PEM */
    const char *trust;       /* the trust folder */
    const char *known;       /* the one of before, or NULL: as in cdn_desk_verify */
    const char *passphrase;  /* of the key; NULL = not encrypted */
    const char *out;         /* the zip to make; must not exist */
} cdn_open_request;
CDN_API cdn_status cdn_desk_open_package(const cdn_open_request *request, cdn_report *report,
                                         cdn_error *error) CDN_MUST_CHECK;

typedef enum cdn_key_kind {
    CDN_KEY_ROOT = 1,
    CDN_KEY_APPROVER = 2, /* a person who approves */
    CDN_KEY_PACKAGER = 3  /* this system, which signs encrypted packages on the outside */
} cdn_key_kind;

/** A new root, or a new signer under it. */
typedef struct cdn_key_request {
    cdn_key_kind kind;
    const char *name;            /* of an approver; else not used */
    const char *organisation;
    const char *root_passphrase; /* NULL = not encrypted */
    const char *passphrase;      /* of the new key; NULL only for a machine's, or with the next */
    bool no_passphrase;          /* a person's key, not encrypted, and that is meant */
} cdn_key_request;
CDN_API cdn_status cdn_desk_new_key(cdn_desk *desk, const cdn_key_request *request,
                                    cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

typedef enum cdn_key_change {
    CDN_KEY_RENEW = 1,  /* a further certificate with a new key; earlier signatures stay good */
    CDN_KEY_REVOKE = 2, /* nothing that the key signed is believed any more */
    CDN_KEY_CRL = 3,    /* the root's list of revoked certificates, signed again */
    CDN_KEY_ROTATE = 4  /* another root in the place of this one; what was signed stays good */
} cdn_key_change;

/** A change of keys that are there; the root's key is needed. */
typedef struct cdn_key_change_request {
    cdn_key_change change;
    const char *name;            /* whose; of CDN_KEY_RENEW and CDN_KEY_REVOKE only */
    const char *reason;          /* for the ledger, CDN_KEY_REVOKE only */
    const char *root_passphrase; /* NULL = not encrypted */
    const char *passphrase;      /* of the new key; NULL only for a machine's, or with the next */
    bool no_passphrase;          /* a person's new key, not encrypted, and that is meant */
} cdn_key_change_request;
CDN_API cdn_status cdn_desk_change_key(cdn_desk *desk, const cdn_key_change_request *request,
                                       cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** A new perturbation key, keys/perturbation.key: random rounding and cell-key noise draw from it.
 *  @errors CDN_E_REFUSED: there is one already */
CDN_API cdn_status cdn_desk_new_perturbation_key(cdn_desk *desk, cdn_report *report,
                                                 cdn_error *error) CDN_MUST_CHECK;

/** The entries of the ledger, in short. */
CDN_API cdn_status cdn_desk_ledger_list(cdn_desk *desk, cdn_report *report,
                                        cdn_error *error) CDN_MUST_CHECK;

/** All that the ledger holds of a release, or of one entry, by its number. */
CDN_API cdn_status cdn_desk_ledger_show(cdn_desk *desk, const char *what, cdn_report *report,
                                        cdn_error *error) CDN_MUST_CHECK;

/** The proof that the chain holds and that it goes on from the roots that were delivered, and the
 *  Merkle root of all entries as SIZE:HEX. `earlier`, such a root of another day or NULL:
 *  CDN_E_REFUSED unless the ledger began like that. */
CDN_API cdn_status cdn_desk_ledger_verify(cdn_desk *desk, const char *earlier, cdn_report *report,
                                          cdn_error *error) CDN_MUST_CHECK;

/** Every entry as one line of JSON (docs/ledger.md) in the report, or in the file `out` when it is
 *  not NULL. `agreement`: in full only what happened to its releases that left, of all else the
 *  hashes; NULL = everything. */
CDN_API cdn_status cdn_desk_ledger_export(cdn_desk *desk, const char *agreement, const char *out,
                                          cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** A proof (docs/ledger.md) that the ledger of `root` (SIZE:HEX; NULL = all of it) has the intent
 *  of a release, and goes on from the root in its package. */
CDN_API cdn_status cdn_desk_ledger_prove(cdn_desk *desk, const char *release_id, const char *root,
                                         cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

/** The whole way on synthetic data in a fresh workspace: synth, load, run, approve twice, deliver,
 *  verify. `progress` (may be NULL) is called with one line before each step. */
typedef struct cdn_demo_request {
    const char *directory;
    uint32_t workers, workplaces;
    uint64_t seed;
    void (*progress)(void *context, const char *line);
    void *context;
} cdn_demo_request;
CDN_API cdn_status cdn_desk_demo(const cdn_demo_request *request, const cdn_desk_paths *paths,
                                 cdn_report *report, cdn_error *error) CDN_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
