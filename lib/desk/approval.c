/* approval.c - what one named person says about the exact bytes of a staged release, with their
 * key.
 *
 * An approval is a signature over the bytes that recipients verify, and lies in
 * the package. A rejection is a signature over a statement that names those bytes
 * and the reason, and lies in the ledger: nothing rejected leaves, ever. Refused:
 * a name that the agreement's roster does not have, an author of the script, a
 * second approval by a person (or by an organisation, where the agreement wants
 * several), bytes that are not those that were staged, an agreement that changed
 * or ran out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/statement.h"

#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/register.h"
#include "desk/kept.h"
#include "desk/standing.h"
#include "export/package.h"
#include "io/file.h"

/* --- who may ------------------------------------------------------------------------------ */

/* A second person of an organisation that approved already adds nothing. */
static cdn_status check_organisation(const cdn_standing *standing, const cdn_person *person,
                                     cdn_error *error)
{
    const cdn_agreement *agreement = standing->agreement;
    for (uint32_t i = 0; i < agreement->approver_count && agreement->one_per_organisation; i++)
        if (standing->approved[i] &&
            strcmp(agreement->approvers[i].organisation, person->organisation) == 0)
            return cdn_fail(error, CDN_E_REFUSED,
                            "%s approved for %s already; agreement \"%s\" wants one approval from "
                            "each organisation",
                            agreement->approvers[i].name, person->organisation, agreement->id);
    return CDN_OK;
}

typedef struct search {
    const char *name, *digest;
    bool found;
} search;

static cdn_status match_approval(void *context, const cdn_ledger_entry *entry, cdn_error *error)
{
    search *s = context;
    cdn_json *payload = NULL;
    if (strcmp(entry->kind, "approve") != 0)
        return CDN_OK;
    CDN_TRY(cdn_json_parse("the ledger", entry->payload, strlen(entry->payload), &payload, error));
    const char *name = cdn_json_string(cdn_json_get(payload, "name"));
    const char *digest = cdn_json_string(cdn_json_get(payload, "signedBytes"));
    s->found |= name != NULL && digest != NULL && strcmp(name, s->name) == 0 &&
                strcmp(digest, s->digest) == 0;
    cdn_json_destroy(payload);
    return CDN_OK;
}

/* A person approves once. A signature that the ledger does not have is of a command that was
 * stopped between the two: then only the entry is missing. */
static cdn_status check_first(const cdn_desk *desk, const char *release_id,
                              const cdn_standing *standing, const cdn_person *person,
                              bool *has_signed, cdn_error *error)
{
    search s = {person->name, standing->digest, false};
    cdn_ledger *ledger = NULL;
    *has_signed = standing->approved[person - standing->agreement->approvers];
    if (!*has_signed)
        return check_organisation(standing, person, error);
    cdn_status status = cdn_desk_ledger_open(desk, &ledger, error);
    if (status == CDN_OK)
        status = cdn_ledger_each(ledger, release_id, match_approval, &s, error);
    cdn_ledger_close(ledger);
    if (status == CDN_OK && s.found)
        status = cdn_fail(error, CDN_E_REFUSED, "%s approved this release already", person->name);
    return status;
}

/* --- approve ------------------------------------------------------------------------------ */

static cdn_status sign_package(cdn_desk *desk, const cdn_approval *approval,
                               const cdn_standing *standing, const cdn_person *person,
                               cdn_error *error)
{
    char digest[65];
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_text pem = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_signer signer = {0};
    cdn_status status = cdn_staging_signed_bytes(standing->package, &bytes, digest, error);
    if (status == CDN_OK && strcmp(digest, standing->digest) != 0)
        status = cdn_fail(error, CDN_E_REFUSED, "the package is not the one that was staged");
    if (status == CDN_OK)
        status = cdn_statement_sign(desk, person->name, approval->passphrase, bytes.bytes,
                                    bytes.length, &pem, &signer, error);
    if (status == CDN_OK && standing->agreement->one_per_organisation &&
        strcmp(signer.organisation, person->organisation) != 0)
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the certificate of %s is not of the organisation in the roster",
                          person->name);
    if (status == CDN_OK)
        status = cdn_package_add_signature(standing->package, pem.bytes, pem.length, error);
    cdn_text_release(&pem);
    cdn_text_release(&bytes);
    return status;
}

static cdn_status approve(cdn_desk *desk, const cdn_approval *approval, cdn_standing *standing,
                          const cdn_person *person, cdn_error *error)
{
    bool has_signed = false;
    CDN_TRY(check_first(desk, approval->release_id, standing, person, &has_signed, error));
    if (!has_signed) {
        CDN_TRY(sign_package(desk, approval, standing, person, error));
        standing->approved[person - standing->agreement->approvers] = true;
        standing->approvals++;
    } else {
        /* a command that was killed may have left it without a name that is durable */
        CDN_TRY(cdn_dir_sync(standing->package, error));
    }
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "name", cdn_json_new_string(person->name));
    cdn_json_set(payload, "role", cdn_json_new_string(person->role));
    cdn_json_set(payload, "signedBytes", cdn_json_new_string(standing->digest));
    return cdn_desk_record(desk, "approve", approval->release_id, payload, error);
}

/* --- reject ------------------------------------------------------------------------------- */

static cdn_status reject(cdn_desk *desk, const cdn_approval *approval, cdn_standing *standing,
                         const cdn_person *person, cdn_error *error)
{
    cdn_json *payload = NULL;
    const cdn_statement statement = {"reject", approval->release_id, standing->digest,
                                     approval->reason, NULL};
    CDN_TRY(cdn_statement_make(desk, &statement, person->name, approval->passphrase, &payload,
                               error));
    CDN_TRY(cdn_desk_record(desk, "reject", approval->release_id, payload, error));
    cdn_error why = CDN_ERROR_INIT; /* the rejection stands, whatever cannot be taken away */
    return cdn_kept_prune(desk, &why) == CDN_E_NOMEM ? cdn_fail_memory(error) : CDN_OK;
}

/* --- both --------------------------------------------------------------------------------- */

typedef cdn_status (*verdict)(cdn_desk *desk, const cdn_approval *approval,
                              cdn_standing *standing, const cdn_person *person, cdn_error *error);

static cdn_status check_standing(const cdn_standing *standing, const char *name,
                                 const cdn_person **person, cdn_error *error)
{
    CDN_TRY(cdn_track_check_open(&standing->track, error));
    if (standing->agreement != NULL)
        CDN_TRY(cdn_statement_person(standing->agreement, name, person, error));
    if (standing->stand != CDN_STAND_INVALID)
        return CDN_OK;
    if (error != NULL)
        *error = standing->why;
    return standing->why.status;
}

/* Under the lock: how the release stands, and what the person makes of it. */
static cdn_status decide(cdn_desk *desk, const cdn_approval *approval, verdict act,
                         cdn_standing *standing, cdn_error *error)
{
    cdn_json *note = NULL;
    const cdn_person *person = NULL;
    int lock = -1;
    cdn_status status = cdn_desk_lock(desk, &lock, error);
    if (status == CDN_OK)
        status = cdn_staging_note(desk, approval->release_id, &note, error);
    if (status == CDN_OK)
        status = cdn_standing_read(desk, approval->release_id, note, standing, error);
    if (status == CDN_OK)
        status = check_standing(standing, approval->name, &person, error);
    if (status == CDN_OK)
        status = act(desk, approval, standing, person, error);
    cdn_desk_unlock(lock);
    cdn_json_destroy(note);
    return status;
}

cdn_status cdn_desk_approve(cdn_desk *desk, const cdn_approval *approval, cdn_report *report,
                            cdn_error *error)
{
    cdn_standing standing = {0};
    cdn_status status = decide(desk, approval, approve, &standing, error);
    if (status == CDN_OK) {
        cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
        cdn_text need = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
        cdn_json *json = cdn_json_object();
        cdn_agreement_need(standing.agreement, standing.approved, &need);
        cdn_text_addf(&text, "approved by %s: %u of %u approvals\n", approval->name,
                      standing.approvals, standing.agreement->approvals_required);
        if (need.length > 0 && standing.agreement->role_count > 0)
            cdn_text_addf(&text, "still needed: %s\n", need.bytes);
        cdn_trust_warn(desk, approval->name, &text);
        cdn_json_set(json, "release", cdn_json_new_string(approval->release_id));
        cdn_json_set(json, "approvedBy", cdn_json_new_string(approval->name));
        cdn_json_set(json, "approvals", cdn_json_new_integer(standing.approvals));
        cdn_json_set(json, "required",
                     cdn_json_new_integer(standing.agreement->approvals_required));
        cdn_json_set(json, "needs", cdn_json_new_string(need.length > 0 ? need.bytes : ""));
        cdn_text_release(&need);
        status = cdn_report_fill(report, &text, json, error);
    }
    cdn_standing_release(&standing);
    return status;
}

cdn_status cdn_desk_reject(cdn_desk *desk, const cdn_approval *approval, cdn_report *report,
                           cdn_error *error)
{
    cdn_standing standing = {0};
    CDN_TRY(cdn_statement_check_reason(approval->reason, error));
    cdn_status status = decide(desk, approval, reject, &standing, error);
    cdn_standing_release(&standing);
    CDN_TRY(status);
    cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_json *json = cdn_json_object();
    cdn_text_addf(&text, "rejected by %s: it can be neither approved nor delivered\n",
                  approval->name);
    cdn_json_set(json, "release", cdn_json_new_string(approval->release_id));
    cdn_json_set(json, "rejectedBy", cdn_json_new_string(approval->name));
    cdn_json_set(json, "reason", cdn_json_new_string(approval->reason));
    return cdn_report_fill(report, &text, json, error);
}
