/* trial.h - everything the gate decides before a release is composed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_TRIAL_H
#define CDN_RELEASE_TRIAL_H

#include "cells/cells.h"
#include "cells/system.h"
#include "protect/suppress.h"
#include "release/gate.h"
#include "release/peel.h"
#include "release/widen.h"
#include "rule/rule.h"

/** What happens to a figure. */
typedef enum cdn_fate {
    CDN_FATE_WITHHELD = 0, /* the default */
    CDN_FATE_PUBLISHED = 1
} cdn_fate;

typedef struct cdn_trial {
    const cdn_gate_input *input;
    cdn_cells *cells;
    cdn_verdict *verdicts;      /* per cell */
    cdn_verdict *figure_rules;  /* per figure: rules of its own (quantiles) */
    uint32_t *manual;           /* per cell: 1 + the policy's manual that decides it; 0 = none.
                                   NULL when the policy has none */
    uint32_t *figure_manual;    /* the same per figure, quantiles only */
    uint32_t *known_by;         /* per cell: 1 + the earlier release that published it, or 1 + their
                                   number when rows did; 0 = none */
    uint32_t *bound_by;         /* per figure: 1 + the earlier release for which it is withheld, or
                                   1 + their number for several together; 0 = none */
    uint32_t *known_at;         /* as known_by: 1 + the table of that release, by its place in */
    uint32_t *bound_at;         /* cells->tables; 0 = rows, or several. And as bound_by */
    uint8_t *given_away;        /* per cell: 1 = confidential, and earlier releases tell it; NULL
                                   without them */
    uint32_t **vetoes;          /* per list and figure: see cdn_cells_find_vetoes; NULL = none */
    uint32_t conflict_count;    /* today's confidential cells that earlier releases give away */
    uint8_t *marks;             /* per cell */
    uint64_t *costs, *ranks;    /* per cell */
    uint32_t candidate_count;
    uint32_t *candidates;       /* candidate -> figure */
    uint32_t *figure_start, *figure_cell;
    cdn_peeled equations;        /* the system's: those of the cells that say something */
    uint32_t *holders[CDN_HOLDER_KINDS]; /* per kind of attacker, per cell: see system.h */
    uint8_t *implied;           /* per cell: see system.h */
    cdn_system system;
    cdn_suppress_result pattern; /* per candidate */
    uint8_t *fates;              /* per figure: cdn_fate */
    cdn_widen_report intervals;  /* of the last interval attack */
    uint32_t pinned_count;       /* confidential cells that may have one possible value only */
} cdn_trial;

/** Tabulates, judges, protects and attacks. */
cdn_status cdn_trial_run(cdn_trial *trial, const cdn_gate_input *input, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_trial_release(cdn_trial *trial);

/** The system, once marks and costs are made (system.c). Cells take over the secrecy of changes. */
cdn_status cdn_trial_system(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** Takes the mark "known" from empty cells that would leave a confidential cell only one value. */
cdn_status cdn_trial_doubt_zeros(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** Tells the system who is alone in a cell, of the kinds of contributors that the policy takes for
 *  attackers. */
cdn_status cdn_trial_holders(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;
/** Marks the changes that their holders know from others (implied.c). After hand-overs. */
cdn_status cdn_trial_imply(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;
/** Of contributors who know the same cells of the system's equations leaves one. */
cdn_status cdn_trial_drop_twins(cdn_trial *trial, cdn_error *error) CDN_MUST_CHECK;

/** CDN_E_REFUSED: the audit found so many of `what`; names the outputs with such cells (a flag per
 *  cell), never a value. */
cdn_status cdn_trial_refuse(const cdn_trial *trial, const uint8_t *exposed, const char *what,
                            cdn_error *error);

/** Keys of the records whose consent the trial's lists rely on, sorted, each once. */
cdn_status cdn_trial_consents(const cdn_trial *trial, char ***keys, uint32_t *count,
                              cdn_error *error) CDN_MUST_CHECK;

/** A cleared release from a trial that passed its attack. */
cdn_status cdn_compose(const cdn_trial *trial, cdn_release **out, cdn_error *error)
    CDN_MUST_CHECK;

#endif
