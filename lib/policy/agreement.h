/* agreement.h - who may have what, for which purpose, until when: validated and immutable.
 *
 * Made from the jail's JSON (format "cordon-agreement/1") against a catalogue.
 * What an agreement does not grant is refused. A forbidden column makes every
 * dimension, measure and field that depends on it unreachable. */
#ifndef CDN_POLICY_AGREEMENT_H
#define CDN_POLICY_AGREEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"
#include "core/text.h"
#include "json/json.h"

typedef struct cdn_grant_dimension {
    uint32_t dimension;
    uint32_t finest_level; /* levels 0..finest_level may be used */
} cdn_grant_dimension;

/** Rows of a record type: provider rows (consent required) or a register's list. */
typedef struct cdn_grant_rows {
    uint32_t record;
    bool consent;               /* only rows whose workplace consents */
    uint32_t field_count;
    const uint32_t *fields;     /* catalogue fields */
    uint32_t measure_count;
    const uint32_t *measures;   /* measures shown per row */
} cdn_grant_rows;

typedef struct cdn_person {
    const char *name;
    const char *role;         /* "approver" unless the agreement says another */
    const char *organisation;
} cdn_person;

/** How many of the approvals must be by people with a role. */
typedef struct cdn_needed_role {
    const char *name;
    uint32_t at_least;
} cdn_needed_role;

/** A feed that is made regularly: once for each week or month. */
typedef struct cdn_cadence {
    const char *feed;
    bool weekly; /* else monthly */
} cdn_cadence;

typedef struct cdn_agreement {
    const char *id;
    const char *title;
    const char *partner;
    const char *purpose;
    const char *legal_basis;
    const char *contact;
    const char *policy;          /* name of the protection policy */
    char digest[65];
    int32_t valid_from, valid_to; /* days since 1970-01-01, inclusive */
    int32_t embargo_days;       /* a release may be used from so long after its period's last day */
    uint32_t scope_count;         /* every table and list must lie inside these */
    const cdn_restriction *scope;
    const char *const *scope_texts; /* e.g. "area within London", for messages and notes */
    uint32_t dimension_count;     const cdn_grant_dimension *dimensions;
    uint32_t measure_count;       const uint32_t *measures;
    uint32_t rows_count;          const cdn_grant_rows *rows;
    uint32_t consent_column;      /* column of the workplace record type; CDN_NONE = no rows */
    uint32_t consent_code;        /* the stored value that means yes */
    uint32_t forbidden_count;     const uint32_t *forbidden; /* catalogue columns */
    uint32_t approvals_required;
    bool one_per_organisation;    /* approvals by two people of one organisation are not enough */
    uint32_t role_count;          const cdn_needed_role *roles;
    uint32_t approver_count;      const cdn_person *approvers;
    uint32_t author_count;        const char *const *authors; /* may not approve */
    uint32_t recipient_count;     const char *const *recipients;
    uint32_t cadence_count;       const cdn_cadence *cadences;
    uint32_t max_cells;           /* in one release */
    bool encrypted;               /* delivered for the recipients' keys only */
    bool script_travels;          /* the package carries the script and the plan */
} cdn_agreement;

cdn_status cdn_agreement_create(const cdn_json *json, const char *source,
                                const cdn_catalogue *catalogue, cdn_agreement **out,
                                cdn_error *error) CDN_MUST_CHECK;
void cdn_agreement_destroy(cdn_agreement *agreement);

/** true when the agreement forbids one of the columns. */
bool cdn_agreement_forbids(const cdn_agreement *agreement, const uint32_t *columns,
                           uint32_t count);
/** The grant of a dimension, of rows of a record type; NULL when there is none. */
const cdn_grant_dimension *cdn_agreement_dimension(const cdn_agreement *agreement,
                                                   uint32_t dimension);
const cdn_grant_rows *cdn_agreement_rows(const cdn_agreement *agreement, uint32_t record);
bool cdn_agreement_measure(const cdn_agreement *agreement, uint32_t measure);
/** The approver of that name; NULL when the roster does not have it. */
const cdn_person *cdn_agreement_approver(const cdn_agreement *agreement, const char *name);

/** What the approvals of `approved`, a flag for each approver, leave open: "1 more: 1 as
 *  statistician"; nothing when they are enough. */
void cdn_agreement_need(const cdn_agreement *agreement, const bool *approved, cdn_text *out);

#endif
