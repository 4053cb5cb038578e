/* builder.h - what the stages of cdn_cells_create share while they work.
 *
 * Stages, in order: the data looked at (scope.c) -> contributors (contributor.c) -> masks and
 * tables (tables.c) -> provider rows of earlier dates (day.c) and today's (rows.c), known on all
 * dates (row_known.c) -> differences of overlapping sets (overlap.c) -> sums that
 * two tables share (join.c) -> tabulation and interning (cells.c) ->
 * categories of groups (category.c) -> equations (link.c) -> earlier dates (dates.c). Each adds to
 * the builder; none looks ahead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_BUILDER_H
#define CDN_CELLS_BUILDER_H

#include "cells/cells.h"
#include "cells/frame.h"
#include "cells/grid.h"
#include "cells/node.h"
#include "core/arena.h"
#include "core/map.h"

/** A part of a measure as a sum over records: variable, mask and nodes of single axes. */
typedef struct cdn_statistic {
    uint32_t record;
    uint32_t variable;
    uint32_t mask;
    uint32_t restriction_count;
    const cdn_restriction *restrictions;
} cdn_statistic;

#define CDN_STATISTICS_MAX 8u /* parts and terms of one measure */

/** Grids of one measure of one table: visible parts first. */
typedef struct cdn_measure_grids {
    uint32_t grids[3]; /* as the measure's parts; CDN_NONE */
} cdn_measure_grids;

typedef struct cdn_table_plan {
    cdn_measure_grids *measures;
} cdn_table_plan;

/** A statistic of which provider rows have figures, and for which units. A register's list instead
 *  gives away the count of its records by the classifications in `reveals`. */
typedef struct cdn_row_part {
    cdn_statistic statistic;
    uint32_t quantile; /* 1 + the measure, when all that rows have is a quantile of these records */
    const uint8_t *reveals; /* axis_count flags; NULL for provider rows */
    uint8_t *units; /* per row of the unit record type: CDN_PART_... (cells/row.h) */
    uint32_t *by;   /* the same: 1 + the earlier release that showed it, or else withheld it */
} cdn_row_part;

/** A list of nodes of an axis that a hidden grid has, for link.c to find sums in. */
typedef struct cdn_family {
    uint32_t variable;
    cdn_grid_axis list; /* nodes in the arena */
} cdn_family;

/** Who is who at several dates, per record type; rows of all dates are counted through. NULL where
 *  nobody asked. */
typedef struct cdn_identities {
    uint32_t *rows;     /* per row: the first row that is the same record */
    uint32_t *holdings; /* where holdings are values of a column: the first row of the same one */
    uint32_t *versions; /* per row: the first row that is the same record, says the same wherever
                           anybody asked, and belongs to the same unit */
    uint32_t versions_asked;
    uint32_t **on;      /* per date, by first row: its row on that date, or CDN_NONE */
} cdn_identities;

typedef struct cdn_builder {
    cdn_cells_input asked;
    const cdn_cells_input *input; /* the same, of all dates */
    const cdn_snapshot *snapshot; /* of the date at hand */
    const cdn_catalogue *catalogue;
    const cdn_plan *plan;   /* all tables: those of today's plan, then earlier ones'; no lists */
    const cdn_policy *policy;
    uint32_t date;          /* 0 = today */
    uint32_t date_count;
    const cdn_snapshot **snapshots; /* per date: the part that plans look at */
    cdn_snapshot **parts;           /* per date, to be closed; NULL = all is looked at */
    struct cdn_builder *days; /* per date but today: as this one, with the rows that were shown
                                 then */
    uint32_t *first_names;  /* per record type: what its first row is called; then one past all */
    cdn_identities *identities; /* per record type */
    cdn_cells *cells;
    cdn_arena *arena;
    cdn_frame *frame;
    cdn_nodes *nodes;
    cdn_grid_records *records; /* per record type, on the date at hand */
    uint32_t variable_capacity;
    cdn_grid *grids;
    uint32_t grid_count, grid_capacity;
    cdn_family *families;
    uint32_t family_count, family_capacity;
    cdn_table_plan *tables;
    cdn_row_part *row_parts;
    uint32_t row_part_count, row_part_capacity;
    bool has_fresh;        /* a row is shown today that nobody knew */
    uint8_t *unit_level;   /* per record type and axis: see row_mark.c */
    uint32_t own_nodes;    /* nodes from here on are only there for k-disclosure: see rest.c */
    cdn_map *cell_map; /* (variable, sorted nodes) -> cell */
} cdn_builder;

/** The statistics of a measure: its parts in order, then the terms of sums. Registers the measure's
 *  mask: one for all parts, so that the same records count above and below the line. */
cdn_status cdn_builder_statistics(cdn_builder *b, const cdn_measure *measure,
                                  cdn_statistic out[CDN_STATISTICS_MAX], uint32_t *count,
                                  cdn_error *error) CDN_MUST_CHECK;

/** Starts a grid: no axes yet. */
cdn_status cdn_builder_start_grid(cdn_builder *b, const cdn_statistic *statistic, cdn_grid *out,
                                  cdn_error *error) CDN_MUST_CHECK;
/** Adds an axis; takes `nodes` (freed also on failure). */
cdn_status cdn_builder_add_axis(cdn_builder *b, cdn_grid *grid, uint32_t axis, uint32_t *nodes,
                                uint32_t node_count, cdn_error *error) CDN_MUST_CHECK;
/** Adds the single nodes of a statistic's restrictions and mask on axes the grid does not have, and
 *  intersects the nodes of those it has. `filters`: allowed leaves per axis (NULL = all). */
cdn_status cdn_builder_restrict(cdn_builder *b, cdn_grid *grid, const cdn_statistic *statistic,
                                uint8_t *const *filters, cdn_error *error) CDN_MUST_CHECK;
/** Takes a grid; an equal one is reused. *out is its number. */
cdn_status cdn_builder_add_grid(cdn_builder *b, cdn_grid *grid, uint32_t *out, cdn_error *error)
    CDN_MUST_CHECK;

/** As cdn_builder_add_grid, for hidden cells that no table asked for: a grid all of whose keys are
 *  in another is not kept, but what adds up in it is remembered. */
cdn_status cdn_builder_add_difference(cdn_builder *b, cdn_grid *grid, cdn_error *error)
    CDN_MUST_CHECK;

/** The axis of a grid; NULL when it does not use it. */
const cdn_grid_axis *cdn_builder_axis_of(const cdn_grid *grid, uint32_t axis);
/** true when an axis (NULL: not used, everything) has the node. */
bool cdn_builder_has_node(const cdn_grid_axis *axis, uint32_t node);
/** true when the lists of nodes are equal. */
bool cdn_builder_same_list(const cdn_grid_axis *x, const cdn_grid_axis *y);
/** true when the node holds the leaf. */
bool cdn_builder_leaf_in(const cdn_builder *b, uint32_t node, uint32_t leaf);

/** The key of a grid for a key of its table: grids always have the totals, after the codes. */
uint32_t cdn_builder_grid_key(const cdn_cell_table *table, const cdn_grid *grid, uint32_t key);

/** true when two cells have the same value and the same contributors, as far as a grid tells. */
bool cdn_builder_same_cell(const cdn_cell *a, const cdn_cell *b);

/** A cell's key (variable, then nodes in ascending order) with the node `from` replaced by `to`
 *  (CDN_NODE_ALL: none), still in order. @return its length; `out` has room for one more. */
uint32_t cdn_builder_replace_node(const uint32_t *key, uint32_t count, uint32_t from, uint32_t to,
                                  uint32_t *out);

/** Leaf count of an axis for a record type (the usable axis included). */
cdn_status cdn_builder_leaf_count(cdn_builder *b, uint32_t record, uint32_t axis, uint32_t *out,
                                  cdn_error *error) CDN_MUST_CHECK;

/** Allowed leaves per axis from filters, in the arena: axis_count pointers, NULL = all. */
cdn_status cdn_builder_filters(cdn_builder *b, const cdn_plan_filter *filters, uint32_t count,
                               uint8_t ***out, cdn_error *error) CDN_MUST_CHECK;

/** true when a register publishes this classification of its own records. */
bool cdn_builder_axis_is_public(const cdn_builder *b, uint32_t axis, uint32_t record);

/* The stages. */
/** Restricts the data of every date to what some plan looks at (scope.c). */
cdn_status cdn_builder_scope(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_contributors(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** What the contributors of the date at hand are called; fills all of b->records but wishes,
 *  keys. */
cdn_status cdn_builder_name_contributors(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_tables(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_masks(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** Earlier dates: who is there, and what rows earlier releases showed. */
cdn_status cdn_builder_days(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
void cdn_builder_days_release(cdn_builder *b);
/** Rows that earlier releases, and today's plan, show of the date at hand. */
cdn_status cdn_builder_rows(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** Rows of any date that say the same on others (row_known.c). */
cdn_status cdn_builder_rows_known(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_overlaps(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_joins(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** Hidden cells for who is not in a category, when the policy asks for k-disclosure (rest.c). */
cdn_status cdn_builder_rests(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** The leaves of `whole` that are not in `part` (not CDN_NODE_ALL), as a node; CDN_NONE = none. */
cdn_status cdn_builder_rest_node(cdn_builder *b, uint32_t part, uint32_t whole, uint32_t *out,
                                 cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_categories(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_builder_links(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;

/** The same grids on the data of every earlier date, and what changed since. */
cdn_status cdn_builder_dates(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** One of today's grids on the data of another day, not tabulated. Lists of nodes are today's.
 *  @owner *out: caller, cdn_builder_drop_moved, also on failure */
cdn_status cdn_builder_move_grid(cdn_builder *on, const cdn_grid *today, cdn_grid *out,
                                 cdn_error *error) CDN_MUST_CHECK;
void cdn_builder_drop_moved(cdn_grid *grid);
/** Lets rows count that are new today and say nearly the same, or lets them not (as it was). */
void cdn_builder_admit_near(const cdn_builder *on, cdn_grid *grid, bool admit);
/** What changed under today's quantiles since every earlier date (quantile_since.c). */
cdn_status cdn_builder_quantiles_since(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;
/** Rows of a record type and of its holdings, across dates; kept in the builder. */
cdn_status cdn_builder_identify(cdn_builder *b, uint32_t record, cdn_error *error)
    CDN_MUST_CHECK;
/** Fills `versions` of a record type that was identified, with its unit; again when more was asked
 *  for since (version.c). */
cdn_status cdn_builder_versions(const cdn_builder *b, uint32_t record, cdn_error *error)
    CDN_MUST_CHECK;
/** Per first row of a record type that was identified: its row on the date at hand, or CDN_NONE. */
cdn_status cdn_builder_rows_on(const cdn_builder *day, uint32_t record, const uint32_t **out,
                               cdn_error *error) CDN_MUST_CHECK;

/** Keys of the records that grids count, when there is a perturbation key (key.c). */
cdn_status cdn_builder_keys(cdn_builder *b, cdn_error *error) CDN_MUST_CHECK;

/** Marks what tells more than a missing answer on the usable axis of a hidden count (answer.c). */
cdn_status cdn_builder_mark_answers(cdn_builder *b, cdn_grid *grid, cdn_error *error)
    CDN_MUST_CHECK;
/** true when some of a group of the usable axis do more than lack an answer. */
bool cdn_builder_tells(const cdn_builder *b, uint32_t record, uint32_t node);
/** true for a hidden count of those who are "not recorded" on some axis, when that is safe. */
bool cdn_builder_is_unrecorded(const cdn_builder *b, const cdn_grid *grid, uint32_t key);

void cdn_cell_list_release(cdn_cell_list *list);

/** Fills grid->published_units and row_like from the row parts. */
cdn_status cdn_builder_mark_rows(cdn_builder *b, cdn_grid *grid, cdn_error *error) CDN_MUST_CHECK;

#endif
