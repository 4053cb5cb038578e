/* cells.h - raw cells of a plan: exact values, contributors, and the equations between them.
 *
 *   cdn_cells_create(...)   tabulates every output of a plan, provider rows included
 *   ... rule, protect and attack read it; nothing above the gate may ...
 *   cdn_cells_destroy(...)
 *
 * A cell is one additive statistic (a variable: the sum of a value, or a count,
 * over the records of a type) for one set of leaves on each axis. Tables,
 * measures and parts that mean the same set of records share one cell, by
 * definition and not by coincidence, so linked tables are linked by themselves.
 * Cells that no figure uses are hidden: the complement of a share, the terms of
 * a sum, and whatever an attacker can get by subtracting overlapping sets.
 *
 * What is confidential in a cell is what is not already published of it: the
 * contributors of a cell leave out those workplaces whose provider row (allowed
 * by consent) publishes the very same statistic; its value does not. So a cell
 * is as safe as what remains after subtracting the published rows.
 *
 * Holds confidential values: opaque to export by the floors. */
#ifndef CDN_CELLS_CELLS_H
#define CDN_CELLS_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/past.h"
#include "cordon/error.h"
#include "plan/plan.h"
#include "policy/agreement.h"
#include "policy/policy.h"
#include "read/snapshot.h"

/** The largest contributions that are kept of each cell. */
#define CDN_CELL_TOP 5u

/** Kinds of contributors, in the order of cdn_system's holders. */
typedef enum cdn_contributor {
    CDN_CONTRIBUTOR_WORKER = 0,
    CDN_CONTRIBUTOR_WORKPLACE = 1,
    CDN_CONTRIBUTOR_PROVIDER = 2,
    CDN_CONTRIBUTOR_END_ = 3
} cdn_contributor;

/** One cell. `value` counts every record; the rest only the contributors still to be protected. */
typedef struct cdn_cell {
    int64_t value;       /* scaled by the variable's decimals */
    uint32_t variable;
    uint32_t records;    /* all of them */
    uint32_t workers;    /* that the protected records stand for */
    uint32_t workplaces; /* distinct */
    uint32_t providers;  /* distinct */
    int64_t total;       /* sum over providers of |contribution| */
    int64_t top[CDN_CELL_TOP]; /* the largest |contributions| of providers, falling; 0 = no more */
    uint8_t waived;      /* bit r: the provider of rank r has waived protection */
    uint8_t asked;       /* bit r: it has asked for protection */
    uint32_t unwaived;   /* providers that have not waived */
    bool has_negative;   /* some contribution is below 0 */
    uint32_t sole[CDN_CONTRIBUTOR_END_]; /* per kind, who alone contributes (to a magnitude: other
                            than 0; or the only one there at all): 1 + its number among its kind;
                            0 = nobody or several */
    uint64_t key;        /* the sum modulo 2^64 of the keys of its records that add other
                            than 0; 0 without a perturbation key */
    bool is_public;      /* a public fact of a register */
    bool is_unanswered;  /* a hidden count of missing answers that the policy calls safe */
    bool is_change;      /* a day's value less an earlier one's: see cdn_cells_span */
    bool is_lent;        /* of the records that are left out, some are so for rows of other dates */
    bool is_fresh;       /* of these, some are so only for rows that are new today */
} cdn_cell;

/** What is added up. */
typedef struct cdn_variable {
    uint32_t record;
    uint32_t value;     /* expression, or CDN_NONE = a count */
    uint8_t decimals;
    bool magnitude;
    bool counts_workers; /* the record type says how many workers a record stands for */
} cdn_variable;

/** `part` is a category of `whole`; for a share, `rest` is the other category, else CDN_NONE.
 *  `difference` is who is in the whole and not in the part: as `rest` for a share, else there only
 *  when the policy asks for k-disclosure, else CDN_NONE. */
typedef struct cdn_category {
    uint32_t part, whole, rest, difference;
} cdn_category;

/** One published number to be: a measure at a key of a table. */
typedef struct cdn_figure {
    uint32_t cells[2];        /* numerator or statistic; denominator or base (else CDN_NONE) */
    int64_t quantile_value;   /* QUANTILE: numerator over 1,000,000, scaled like its expression */
    uint32_t below, above;    /* QUANTILE: records strictly on each side */
} cdn_figure;

/** A code of an output's dimension. `label` is the catalogue's. */
typedef struct cdn_key_column {
    uint32_t dimension;
    uint32_t count;
    const char **codes;
    const char **labels;
} cdn_key_column;

/** figure of measure m at key k = first_figure + m * key_count + k; keys are row-major, the last
 *  dimension fastest. */
typedef struct cdn_cell_table {
    uint32_t column_count;
    cdn_key_column *columns;
    uint32_t key_count;
    uint32_t first_figure;
} cdn_cell_table;

/** Why a row's figure is not shown. */
typedef enum cdn_row_state {
    CDN_ROW_SHOWN = 0,
    CDN_ROW_WITHHELD = 1,       /* for a cdn_row_reason */
    CDN_ROW_NOT_AVAILABLE = 2,  /* the measure's own gate: not usable here */
    CDN_ROW_NOT_APPLICABLE = 3  /* no base */
} cdn_row_state;

typedef struct cdn_row_value {
    cdn_row_state state;
    int64_t numerator, denominator; /* scaled as the parts; QUANTILE: value over 1,000,000 */
} cdn_row_value;

/** Which rules withhold a row's figure; bits. */
typedef enum cdn_row_reason {
    CDN_ROW_FEW_WORKERS = 1, /* behind the base, or the complement of a share */
    CDN_ROW_GROUP = 2,       /* a share of 0 or 100 per cent */
    CDN_ROW_QUANTILE = 4,    /* too few under, or beside, a quantile */
    CDN_ROW_CHANGE = 8,    /* too few changed since an earlier release showed it, or it was withheld
                                and nothing changed */
    CDN_ROW_TELLS = 16     /* it would tell of others, with what an earlier release published or
                                other rows */
} cdn_row_reason;

/** Rows of a list, in the record type's key order. */
typedef struct cdn_cell_list {
    uint32_t row_count;
    uint32_t *rows;            /* row numbers of the record type */
    uint8_t *consent;          /* per row: 1 when its workplace consents */
    cdn_row_value *values;     /* row_count x measure_count */
    uint8_t *reasons;          /* the same: cdn_row_reason, for those withheld */
    uint32_t *bound_by;        /* the same: with the last two, 1 + the earlier release */
} cdn_cell_list;

/** Who joined, left or has another value under a quantile: numbers as of a cell's contributors. */
typedef struct cdn_cells_turnover {
    uint32_t records, workers, workplaces, providers, unwaived;
} cdn_cells_turnover;

/** An earlier date. */
typedef struct cdn_cells_date {
    cdn_cell *cells;   /* per cell of today: the same on that day's data */
    cdn_cell *near;    /* the same, as if rows that are new today and nearly as they would have been
                          were shown that day; NULL = there are none */
    uint32_t *ids;     /* per cell of today: its number among all cells. Cells of two dates between
                          which nothing changed are one */
    cdn_cells_turnover *quantiles; /* per figure of today, for quantiles: since that date, rows that
                                      are shown included; NULL when there are none */
} cdn_cells_date;

/** The time between two dates. A record counts for a change when it is in the cell on one of the
 *  two days only, or contributes something else. Contributors whose rows show the statistic on both
 *  days are left out, as ever. */
typedef struct cdn_cells_span {
    uint32_t from, to; /* positions in `dates`; to == CDN_NONE: today */
    uint32_t *changes; /* per cell of today: the number of its change; CDN_NONE = nothing changed */
} cdn_cells_span;

/** An earlier release: its tables and figures among those of all. */
typedef struct cdn_cells_past {
    uint32_t date; /* position in `dates`; CDN_NONE = today's data */
    uint32_t first_table, table_count;
    uint32_t first_figure, figure_count;
    uint32_t row_figures; /* of its lists, row by row: they come after those of its tables */
} cdn_cells_past;

/** Earlier releases add, behind what is of today: tables and figures (whose cells are numbered as
 *  today's), the cells of earlier dates, changes, and equations between all of these. */
typedef struct cdn_cells {
    uint32_t count;
    uint32_t today_count;      /* the first of them */
    cdn_cell *cells;
    uint32_t variable_count;
    cdn_variable *variables;
    uint32_t equation_count;
    uint32_t today_equations;  /* the first of them */
    uint32_t first_change;     /* from this equation on: later date = earlier one + change */
    uint32_t *equation_start;
    uint32_t *equation_cell;
    int32_t *equation_coefficient;
    uint32_t category_count;
    cdn_category *categories;
    uint32_t figure_count;     /* today's */
    cdn_figure *figures;
    uint32_t table_count;      /* as in the plan */
    uint32_t all_tables;       /* those of earlier releases behind them */
    cdn_cell_table *tables;
    uint32_t list_count;       /* as in the plan */
    cdn_cell_list *lists;
    uint32_t date_count;
    cdn_cells_date *dates;
    uint32_t span_count;       /* of every two dates, today among them */
    cdn_cells_span *spans;
    uint32_t past_count;       /* as asked for */
    cdn_cells_past *pasts;
    struct cdn_builder *origin; /* what they were made of, while rows may be vetoed; or NULL */
} cdn_cells;

#define CDN_CELLS_KEY_SIZE 32u /* bytes of a perturbation key */

/** What to tabulate. All borrowed, until the cells are settled. */
typedef struct cdn_cells_input {
    const cdn_snapshot *snapshot;
    const cdn_catalogue *catalogue;
    const cdn_plan *plan;
    const cdn_agreement *agreement;
    const cdn_policy *policy;
    const uint8_t *perturbation_key; /* CDN_CELLS_KEY_SIZE bytes; NULL: cells have no keys */
    unsigned threads;                /* 0 = as many as processors; the result is the same for any */
    const cdn_past *past;
    uint32_t past_count;
    const uint32_t *const *vetoes; /* per list and figure: 1 + the earlier release for which it is
                                      withheld, or 0 (see cdn_cells_find_vetoes); NULL = none */
} cdn_cells_input;

/** Tabulates. CDN_E_REFUSED (with the script's line) for a table that cannot be built: two
 *  dimensions over the same classification. CDN_E_LIMIT: an exact sum does not fit in 64 bits, or
 *  too many cells.
 *  @complexity O(records x keys a record falls in) for each distinct statistic and date
 *  @owner caller, cdn_cells_destroy */
cdn_status cdn_cells_create(const cdn_cells_input *input, cdn_cells **out, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_cells_destroy(cdn_cells *cells);

/** Figures of rows that are shown today, and that nobody knew before, for their part in cells of
 *  any date: exposed[cell] = 1 + the earlier release that makes it unsafe to show them; 0 = none.
 *  Of each such cell the first row, or all of them. Adds them to vetoes[list][figure], which are
 *  the caller's, and counts them. Cells that were not settled; with all of vetoes, they can be made
 *  once more without. */
cdn_status cdn_cells_find_vetoes(const cdn_cells *cells, const uint32_t *exposed, bool all,
                                 uint32_t *const *vetoes, uint32_t *count,
                                 cdn_error *error) CDN_MUST_CHECK;
/** No more vetoes: gives back what only they need. */
void cdn_cells_settle(cdn_cells *cells);

#endif
