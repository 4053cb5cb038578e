/* plan.h - what a script asks for: parsed, resolved against the catalogue, checked, canonical.
 *
 * The jail returns a plan as JSON (format "cordon-plan/1") in which every node
 * has the script's line. Here it is parsed strictly, names become catalogue
 * indexes, and the agreement decides. Refusals are CDN_E_REFUSED with the
 * script as source and the node's line. The canonical text has no lines; its
 * SHA-256 is the plan's identity. Immutable afterwards. */
#ifndef CDN_PLAN_PLAN_H
#define CDN_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"
#include "json/json.h"
#include "policy/agreement.h"

/** A dimension at levels first..last (last is the finest; usually equal). */
typedef struct cdn_plan_dimension {
    uint32_t dimension;
    uint32_t first_level, last_level;
    uint32_t line;
} cdn_plan_dimension;

/** Keep records whose code at `level` is one of codes[]. */
typedef struct cdn_plan_filter {
    uint32_t dimension, level;
    uint32_t code_count;
    const uint32_t *codes; /* positions in the level, ascending */
    uint32_t line;
} cdn_plan_filter;

typedef struct cdn_plan_name { /* a measure or a field, with its line */
    uint32_t index;
    uint32_t line;
} cdn_plan_name;

typedef struct cdn_plan_table {
    const char *name, *title, *note; /* title and note may be "" */
    uint32_t line;
    uint32_t dimension_count; /* rows, then columns */
    uint32_t row_count;       /* how many of them are rows */
    const cdn_plan_dimension *dimensions;
    uint32_t filter_count;    /* the feed's filters, then the table's own */
    const cdn_plan_filter *filters;
    uint32_t measure_count;
    const cdn_plan_name *measures;
    bool totals;              /* publish _T of every dimension */
} cdn_plan_table;

/** Rows of records: provider rows, or a register's list. */
typedef struct cdn_plan_list {
    const char *name, *title, *note;
    uint32_t line;
    uint32_t record;
    uint32_t filter_count;
    const cdn_plan_filter *filters;
    uint32_t field_count;
    const cdn_plan_name *fields;
    uint32_t measure_count;
    const cdn_plan_name *measures;
} cdn_plan_list;

typedef struct cdn_plan {
    const char *script;    /* file name as given */
    const char *feed;      /* name: [a-z][a-z0-9_]* */
    const char *title;
    const char *agreement; /* id */
    const char *period;    /* "2026-08", or "" for the snapshot's */
    uint32_t line, agreement_line, period_line;
    uint32_t table_count;
    const cdn_plan_table *tables;
    uint32_t list_count;
    const cdn_plan_list *lists;
    char digest[65];       /* SHA-256 of `canonical` */
    const char *canonical; /* canonical JSON, without lines */
} cdn_plan;

/** Parses and resolves. A name that the catalogue does not have is CDN_E_REFUSED with a suggestion.
 *  @owner caller, cdn_plan_destroy */
cdn_status cdn_plan_create(const cdn_json *json, const char *script, const cdn_catalogue *catalogue,
                           cdn_plan **out, cdn_error *error) CDN_MUST_CHECK;
void cdn_plan_destroy(cdn_plan *plan);

/** The id of the agreement that a raw plan names, before anything else is checked; NULL if
 *  absent. */
const char *cdn_plan_agreement_of(const cdn_json *json);

/** Everything the agreement does not grant is refused, at the line that asks for it: validity on
 *  `today`, scope (a filter must keep each output inside it; lists are filtered by scope too),
 *  dimensions and their finest level, measures, rows, fields, forbidden columns, size. */
cdn_status cdn_plan_check(const cdn_plan *plan, const cdn_catalogue *catalogue,
                          const cdn_agreement *agreement, int32_t today, cdn_error *error)
    CDN_MUST_CHECK;

#endif
