/* session.h - an open workspace, and what a script needs around it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_SESSION_H
#define CDN_DESK_SESSION_H

#include "catalogue/catalogue.h"
#include "cordon/desk.h"
#include "core/text.h"
#include "json/json.h"
#include "json/report.h"
#include "plan/plan.h"
#include "policy/agreement.h"
#include "policy/policy.h"
#include "read/snapshot.h"
#include "release/gate.h"

#define CDN_DESK_TEXT_MAX (16u * 1024u * 1024u)
#define CDN_DESK_PACKAGER "Cordon packager"
#define CDN_DESK_PERTURBATION_KEY "perturbation.key"
#define CDN_DESK_SOURCE "source.txt" /* in data/: the directory that was loaded */

struct cdn_desk {
    char *directory;
    char *helper;
    cdn_catalogue *catalogue; /* made when first needed */
    cdn_json *names;
    cdn_snapshot *snapshot;   /* opened when first needed */
    bool source_gone;         /* the files it was made from are no longer there */
};

/** <directory>/<folder>/<name>; name may be NULL. NULL on failure. @owner caller, cdn_free */
char *cdn_desk_path(const cdn_desk *desk, const char *folder, const char *name);

/** The share folder: given, or beside the program (its own folder, ../share/cordon, ..). */
cdn_status cdn_desk_share(const cdn_desk_paths *paths, char **out, cdn_error *error)
    CDN_MUST_CHECK;
cdn_status cdn_desk_helper(const cdn_desk_paths *paths, char **out, cdn_error *error)
    CDN_MUST_CHECK;

cdn_status cdn_desk_need_catalogue(cdn_desk *desk, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_desk_need_snapshot(cdn_desk *desk, cdn_error *error) CDN_MUST_CHECK;
bool cdn_desk_has_snapshot(const cdn_desk *desk);

cdn_status cdn_desk_agreement(cdn_desk *desk, const char *id, cdn_agreement **out,
                              cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_desk_policy(cdn_desk *desk, const char *name, cdn_policy **out,
                           cdn_error *error) CDN_MUST_CHECK;

/** Waits until no other process stages, approves or delivers in this workspace, and holds them off
 *  until the descriptor is given to cdn_desk_unlock (-1 is nothing). Temporary files that a killed
 *  process left are removed first. */
cdn_status cdn_desk_lock(const cdn_desk *desk, int *out, cdn_error *error) CDN_MUST_CHECK;
/** The same on another folder: feeds run one after the other (scripts). */
cdn_status cdn_desk_lock_folder(const cdn_desk *desk, const char *folder, int *out,
                                cdn_error *error) CDN_MUST_CHECK;
void cdn_desk_unlock(int lock);

/** Today, as days since 1970-01-01 in UTC; the only clock that decides anything: validity. */
int32_t cdn_desk_today(void);

/** A script with everything it names, checked. */
typedef struct cdn_request {
    cdn_text script_text;
    cdn_json *plan_json, *agreement_json; /* as the jail gave them */
    cdn_plan *plan;
    cdn_agreement *agreement;
    cdn_policy *policy;
    bool has_perturbation_key;
    uint8_t perturbation_key[CDN_PERTURBATION_KEY_SIZE];
} cdn_request;
cdn_status cdn_request_read(cdn_desk *desk, const char *script, cdn_request *out,
                            cdn_error *error) CDN_MUST_CHECK;
void cdn_request_release(cdn_request *request);
/** The workspace's perturbation key, when the policy needs one; CDN_E_REFUSED when there is
 *  none. */
cdn_status cdn_request_read_key(const cdn_desk *desk, cdn_request *request, cdn_error *error)
    CDN_MUST_CHECK;
/** A script that names a month wants that month's data: CDN_E_REFUSED when others are loaded. */
cdn_status cdn_request_check_period(const cdn_desk *desk, const cdn_request *request,
                                    const char *script, cdn_error *error) CDN_MUST_CHECK;
/** The gate's input for a request on the loaded snapshot. */
cdn_gate_input cdn_request_input(const cdn_desk *desk, const cdn_request *request);


/** A release id or feed name that may be part of a path: [a-z0-9_-]. */
cdn_status cdn_desk_check_id(const char *id, const char *what, cdn_error *error) CDN_MUST_CHECK;

#endif
