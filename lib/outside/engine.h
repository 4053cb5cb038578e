/* engine.h - the table as the linear system that protect and attack know.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_OUTSIDE_ENGINE_H
#define CDN_OUTSIDE_ENGINE_H

#include <stdint.h>

#include "cells/system.h"
#include "core/text.h"
#include "json/json.h"
#include "outside/outside.h"

typedef enum cdn_outside_view {
    CDN_OUTSIDE_TO_PROTECT = 1, /* a figure for each cell that may be published or withheld */
    CDN_OUTSIDE_TO_ATTACK = 2,  /* figure f is cell f, whatever a pattern says of it */
    CDN_OUTSIDE_TO_EXPLAIN = 3  /* no figure: everything is withheld that can be */
} cdn_outside_view;

typedef struct cdn_outside_system {
    cdn_system system; /* its equations are the table's */
    uint8_t *marks;
    uint64_t *costs, *ranks;
    uint32_t *figure_start, *figure_cell;
    uint32_t *holders; /* per cell; NULL when the table names none */
} cdn_outside_system;

/** `policy` as the table was read with. Release in any case. */
cdn_status cdn_outside_system_init(cdn_outside_system *out, const cdn_outside_table *table,
                                   const cdn_policy *policy, cdn_outside_view view,
                                   cdn_error *error) CDN_MUST_CHECK;
void cdn_outside_system_release(cdn_outside_system *system);

/** The policy by name or file, through the jail. */
cdn_status cdn_outside_policy(const cdn_outside_request *request, const cdn_desk_paths *paths,
                              cdn_policy **out, cdn_error *error) CDN_MUST_CHECK;

/** The sensitive cells that no pattern can protect, with the rows and the published cells that
 *  determine each, into text and json; *count is how many there are, *first one of them. */
cdn_status cdn_outside_conflicts(const cdn_outside_table *table, const cdn_policy *policy,
                                 cdn_text *text, cdn_json *json, uint32_t *count,
                                 uint32_t *first, cdn_error *error) CDN_MUST_CHECK;

/** The exact attacker on a pattern, as cdn_attack_exact_by has it; `by` may be NULL. */
cdn_status cdn_outside_try(const cdn_outside_table *table, const cdn_policy *policy,
                           const uint8_t *withheld, uint8_t *exposed, uint32_t *by,
                           uint32_t *count, cdn_error *error) CDN_MUST_CHECK;

/** Counts that both commands report. */
void cdn_outside_report_counts(const cdn_outside_table *table, const uint8_t *withheld,
                               const cdn_policy *policy, cdn_text *text, cdn_json *json);


#endif
