/* gate.h - the one way from raw cells to a release: tabulate, judge, protect, attack, then clear.
 *
 *   cdn_gate_clear(...)  -> cdn_release, or nothing
 *   cdn_gate_try(...)    the same up to the attack, for `cordon check`: counts only
 *
 * The attack is by code that shares nothing with protect; one exposed cell and
 * the release is refused with the names of the outputs concerned. Every path
 * that is not a success returns no release.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_GATE_H
#define CDN_RELEASE_GATE_H

#include "catalogue/catalogue.h"
#include "cells/past.h"
#include "cordon/error.h"
#include "core/arena.h"
#include "plan/plan.h"
#include "policy/agreement.h"
#include "policy/policy.h"
#include "read/snapshot.h"
#include "release/release.h"
#include "rule/rule.h"

#define CDN_PERTURBATION_KEY_SIZE CDN_CELLS_KEY_SIZE

typedef struct cdn_gate_input {
    const cdn_snapshot *snapshot;
    const cdn_catalogue *catalogue;
    const cdn_plan *plan;
    const cdn_agreement *agreement;
    const cdn_policy *policy;
    const char *script_text;
    unsigned threads; /* 0 = as many as processors */
    const uint8_t *perturbation_key; /* CDN_PERTURBATION_KEY_SIZE bytes, of which the records' keys
                                        are made; NULL = none, for policies that need none */
    const cdn_past *past; /* what the audience holds already, oldest first */
    uint32_t past_count;
    const char *history;      /* a digest of the past, keyed so that it says nothing of what was
                                 released to whom; NULL or "" = there is none */
    bool reasons;     /* also report which rules bound each withheld figure */
    bool intervals;   /* also report how many confidential cells intervals leave one value */
} cdn_gate_input;

/** What a release is called, and why: SHA-256, hex, and names. */
typedef struct cdn_identity {
    char script[65];
    char build[65];    /* of the program that is running */
    char snapshot[65]; /* keyed with the agreement's digest */
    char request[65];  /* of everything that the release is made of but its history */
    char id[160];      /* <feed>-<period>-<12 hex>, the history included */
} cdn_identity;

/** The identity that the release of this input would have; nothing is worked out. `past` is not
 *  looked at, `history` is. */
cdn_status cdn_gate_identify(const cdn_gate_input *input, cdn_identity *out,
                             cdn_error *error) CDN_MUST_CHECK;

/** Counts of one output. For the data owner: a recipient is never told which rule bound. */
typedef struct cdn_gate_output {
    const char *name;
    bool is_list;
    uint32_t figures;
    uint32_t published;
    uint32_t primary;          /* withheld by a rule */
    uint32_t secondary;        /* withheld to protect others */
    uint32_t not_applicable;   /* no base, or not usable */
    uint32_t by_rule[CDN_RULE_END_]; /* figures that each rule alone would withhold */
} cdn_gate_output;

/** A figure that is not shown, and why: for the data owner only. */
typedef struct cdn_gate_withheld {
    uint32_t output;      /* position in `outputs` */
    const char *key;      /* "area=702 service=1"; of a list the number of the row, from 1 */
    const char *measure;
    cdn_verdict rules;    /* none: withheld to protect others */
    const char *reason;   /* of a decision by hand (CDN_RULE_MANUAL), or of a new row; else NULL */
} cdn_gate_withheld;

/** Figures of an output that an earlier release withholds now: it published the other end of a
 *  change that is confidential (of a list: in too few workers of the row), withheld the same
 *  figure, or published a confidential one. Figures
 *  that have to be withheld to protect these count as secondary, like all others. */
typedef struct cdn_gate_binding {
    const char *release_id; /* borrowed from the input; NULL = several releases together */
    const char *past_output; /* its table, borrowed; NULL = its rows, or several */
    uint32_t output;        /* position in `outputs` */
    uint32_t figures;
} cdn_gate_binding;

typedef struct cdn_gate_report {
    uint32_t cell_count, hidden_count, sensitive_count, equation_count;
    uint32_t rounds;
    uint32_t pinned_count; /* confidential cells that known bounds (not negative, a withheld count
                              at least 1) leave one value, exact figures taken as published */
    uint32_t interval_asked;  /* with `intervals`: cells judged by the interval attack, and those */
    uint32_t interval_unsafe;  /* exposed or undecided (see attack/interval.h) */
    /* per figure of all tables, in the order of the cells, then of all lists, row by row, 1 =
     * published: what a later release needs to know of this one (cells/past.h) */
    uint32_t figure_count;
    uint8_t *published;
    uint32_t binding_count;
    cdn_gate_binding *bindings; /* by output */
    uint32_t conflict_count; /* confidential cells that earlier releases give away by themselves: no
                                choice now can prevent it */
    uint32_t output_count;
    cdn_gate_output *outputs;
    uint32_t withheld_count;     /* with `reasons` */
    cdn_gate_withheld *withheld;
    cdn_arena *arena;            /* of their texts */
    /* keys, as text, of the records whose consent the outputs rely on: for the second look at
     * delivery; never leaves the workspace */
    uint32_t consent_count;
    char **consent_keys;
} cdn_gate_report;

/** @owner of *out: caller, cdn_release_destroy; of the report: caller, cdn_gate_report_release.
 *  CDN_E_REFUSED when protection is impossible or the attack succeeds. */
cdn_status cdn_gate_clear(const cdn_gate_input *input, cdn_release **out,
                          cdn_gate_report *report, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_gate_try(const cdn_gate_input *input, cdn_gate_report *report, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_gate_report_release(cdn_gate_report *report);

/** The keys of the records that consent in the data as it is now, sorted: what a release staged
 *  earlier is compared with before it is delivered. @owner caller: each key, and the array */
cdn_status cdn_gate_consenting(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                               const cdn_agreement *agreement, char ***keys, uint32_t *count,
                               cdn_error *error) CDN_MUST_CHECK;
void cdn_gate_free_keys(char **keys, uint32_t count);

#endif
