/* release.h - cleared outputs: the only thing that export accepts.
 *
 * Only the gate (release/gate.h) makes one, after the audit. It holds texts and
 * rounded numbers, no cell that was withheld and no contributor. Immutable. */
#ifndef CDN_RELEASE_RELEASE_H
#define CDN_RELEASE_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum cdn_value_status {
    CDN_VALUE_OK = 0,             /* the number stands; status text "" */
    CDN_VALUE_CONFIDENTIAL = 1,   /* "c": never says why */
    CDN_VALUE_NOT_AVAILABLE = 2,  /* "x" */
    CDN_VALUE_NOT_APPLICABLE = 3, /* "z": a rate without a base */
    CDN_VALUE_LOW = 4             /* "low": rounds to 0 but is not 0 */
} cdn_value_status;

/** One published figure: number x 10^-decimals, when status is CDN_VALUE_OK. */
typedef struct cdn_value {
    cdn_value_status status;
    int64_t number;
} cdn_value;

typedef enum cdn_field_kind {
    CDN_FIELD_CODE = 1,
    CDN_FIELD_TEXT = 2,
    CDN_FIELD_DATE = 3,   /* YYYY-MM-DD */
    CDN_FIELD_MONTH = 4,  /* YYYY-MM */
    CDN_FIELD_INTEGER = 5,
    CDN_FIELD_YES_NO = 6  /* Y or N */
} cdn_field_kind;

/** A code column of a table (`name` and `name_label`), or a field column of a list. */
typedef struct cdn_release_column {
    const char *name;
    const char *title;
    cdn_field_kind kind;   /* CODE for table dimensions */
    uint32_t code_count;   /* CODE: its code list as used here, with _T and _U where they occur */
    const char *const *codes;
    const char *const *labels;
} cdn_release_column;

typedef struct cdn_release_measure {
    const char *name, *title, *definition, *unit;
    uint8_t decimals;
    const char *rounding;  /* "to the nearest 5", "to 1 decimal place" */
} cdn_release_measure;

typedef struct cdn_release_output {
    const char *name, *title, *note;
    bool is_list;
    uint32_t column_count;
    const cdn_release_column *columns;
    uint32_t measure_count;
    const cdn_release_measure *measures;
    uint32_t row_count;
    /* tables: row_count x column_count positions in the column's codes, in code order */
    const uint32_t *keys;
    /* lists: row_count x column_count texts ("" with status x or c when absent) */
    const char *const *texts;
    const cdn_value *values; /* row_count x measure_count */
    uint32_t published_count, withheld_count, not_applicable_count; /* of values */
} cdn_release_output;

/** How the values of one kind of figure were changed; numbers where they are known, else words. */
typedef struct cdn_release_change {
    const char *figures;  /* "counts", "sums", "rates, shares and means" */
    const char *method;   /* "to the nearest 5" */
    const char *bias, *variance, *largest;
    bool adds_up;         /* tables of these figures add up */
} cdn_release_change;

typedef struct cdn_release_note { /* data-quality counts by reason, never values */
    const char *record, *column, *reason;
    uint64_t rows, values;
} cdn_release_note;

/** How many of the approvals must be by these people, who have the role. */
typedef struct cdn_release_role {
    const char *name;
    uint32_t at_least, count;
    const char *const *people;
} cdn_release_role;

typedef struct cdn_release {
    const char *id;        /* <feed>-<period>-<12 hex of the identity below> */
    const char *feed, *title;
    const char *period;    /* "2026-08" */
    const char *agreement_id, *partner, *purpose, *legal_basis, *contact;
    const char *scope;     /* "area within London" */
    int32_t valid_from, valid_to;
    uint32_t approvals_required;
    uint32_t approver_count;
    const char *const *approvers;
    bool one_per_organisation;
    uint32_t role_count;
    const cdn_release_role *roles;
    uint32_t author_count;
    const char *const *authors;
    uint32_t recipient_count;
    const char *const *recipients;
    bool script_travels;
    /* identities, SHA-256 hex; the snapshot's is keyed so that it reveals nothing */
    const char *plan_digest, *script_digest, *catalogue_digest, *policy_digest,
        *agreement_digest, *snapshot_digest, *build_digest;
    uint64_t ledger_entries;   /* of the ledger before this release was staged, */
    const char *ledger_root; /* and their Merkle root, hex: set by who stages it; NULL = not told */
    const char *plan_text;   /* canonical JSON */
    const char *script_text;
    const char *script_name;
    const char *policy_name, *policy_title;
    uint32_t method_count;   /* public statements of the protection used, one sentence each */
    const char *const *methods;
    uint32_t change_count;
    const cdn_release_change *changes;
    const char *noise_digest; /* SHA-256 of the table of probabilities in effect; NULL: no noise */
    uint32_t cells_tested;   /* by the gate's attack */
    uint32_t output_count;
    const cdn_release_output *outputs;
    uint32_t note_count;
    const cdn_release_note *notes;
} cdn_release;

/** NULL-safe. */
void cdn_release_destroy(cdn_release *release);

#endif
