/* parts.h - what the files of this room share: the state of a parse, leaves that filters keep.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PLAN_PARTS_H
#define CDN_PLAN_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"
#include "core/arena.h"
#include "json/json.h"
#include "plan/plan.h"

/** One plan being made. */
typedef struct plan_parse {
    cdn_arena *arena;
    const char *script; /* for messages */
    const cdn_catalogue *catalogue;
    cdn_error *error;
} plan_parse;

/** A plan and the arena that all of it, itself included, lives in. */
typedef struct plan_home {
    cdn_plan plan;
    cdn_arena *arena;
} plan_home;

/** Fills plan from the JSON: strict schema, names resolved, limits, duplicates. CDN_E_INPUT when it
 *  is not a plan, CDN_E_REFUSED when it asks for something that is not there. */
cdn_status plan_read(const plan_parse *parse, const cdn_json *json, cdn_plan *plan);

/** @name Members of the plan's JSON (schema.c) @{ */
typedef struct plan_member {
    const char *name;
    cdn_json_kind kind;
} plan_member;
/** The object has exactly these members, each of its kind. */
cdn_status plan_expect(const plan_parse *parse, const cdn_json *object, const char *what,
                       const plan_member *members, size_t count);
cdn_status plan_read_line(const plan_parse *parse, const cdn_json *object, const char *member,
                          uint32_t *out);
/** A name of the script's own: [a-z][a-z0-9_]*. */
cdn_status plan_read_name(const plan_parse *parse, const cdn_json *object, const char *what,
                          const char **out);
/** A title or a note: one line, may be empty. */
cdn_status plan_read_text(const plan_parse *parse, const cdn_json *object, const char *member,
                          const char **out);
bool plan_is_agreement_id(const char *text);
/** @} */

/** @name Names of the catalogue (resolve.c) @{ */
cdn_status plan_find_dimension(const plan_parse *parse, const char *name, uint32_t line,
                               uint32_t *out);
cdn_status plan_find_level(const plan_parse *parse, uint32_t dimension, const char *name,
                           uint32_t line, uint32_t *out);
cdn_status plan_find_measure(const plan_parse *parse, const char *name, uint32_t line,
                             uint32_t *out);
cdn_status plan_find_record(const plan_parse *parse, const char *name, uint32_t line,
                            uint32_t *out);
cdn_status plan_find_field(const plan_parse *parse, uint32_t record, const char *name,
                           uint32_t line, uint32_t *out);
/** One filter of the JSON. */
cdn_status plan_read_filter(const plan_parse *parse, const cdn_json *json, cdn_plan_filter *out);
/** @} */

/** Everything fits together: dimensions and filters apply to the measures' record types, filters
 *  keep something, tables are not too large. */
cdn_status plan_check_fit(const plan_parse *parse, const cdn_plan *plan);

/** plan->canonical and plan->digest. */
cdn_status plan_write_canonical(const plan_parse *parse, cdn_plan *plan);

/** Sets flags[leaf] for the leaves of `axis` that every filter on that axis keeps.
 *  @return how many filters are on the axis; 0 = all leaves are kept. */
uint32_t plan_kept_leaves(const cdn_catalogue *catalogue, const cdn_plan_filter *filters,
                          uint32_t filter_count, uint32_t axis, uint8_t *flags);

/** Cells of the table: for each dimension the codes that its filters let through at its levels,
 *  with the total and "not recorded", multiplied; times nothing for measures. UINT64_MAX when it
 *  does not fit. `flags` has room for the longest axis. */
uint64_t plan_table_keys(const cdn_catalogue *catalogue, const cdn_plan_table *table,
                         uint8_t *flags);

/** The number of leaves of the longest axis; at least 1. */
uint32_t plan_longest_axis(const cdn_catalogue *catalogue);

#endif
