/* grid.h - one statistic at every key of a product of node lists, and its tabulation.
 *
 * A grid is a variable and, per axis, a list of nodes; a key picks one node of
 * each (row-major, the last axis fastest). Tabulating makes one pass over the
 * records in (provider, workplace) order, so that each cell meets a provider's
 * records together and needs only the running contribution of one provider
 * (tally.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_GRID_H
#define CDN_CELLS_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/cells.h"
#include "cells/node.h"
#include "cells/tally.h"

#define CDN_GRID_AXES 16u
#define CDN_GRID_ROW_PARTS 32u

typedef struct cdn_grid_axis {
    uint32_t axis;
    uint32_t leaf_count;
    uint32_t node_count;
    bool is_public;         /* a register publishes this classification of its own records */
    uint32_t *nodes;        /* node numbers, in key order; NULL: position = leaf. @owner the grid */
    bool is_of_units;       /* a classification of workplaces, as all their records have it; only
                               told where rows were marked */
    uint32_t *row_like;     /* per position: bit r = as in the statistic of row part r */
    const uint32_t *leaves; /* per record. @owner the frame */
    const uint8_t **answers; /* per position: NULL, or per leaf 1 = more than a missing answer; NULL
                                for an axis without such positions. @owner the grid, flags an
                                arena */
} cdn_grid_axis;

typedef struct cdn_grid {
    uint32_t variable;
    uint32_t record;
    uint32_t axis_count;
    cdn_grid_axis axes[CDN_GRID_AXES];
    uint32_t key_count;
    bool is_register;               /* counts the records of a public register */
    bool is_difference;             /* no table asked for it: see overlap.c and join.c */
    const int64_t *values;          /* per record; NULL = count. @owner the frame */
    uint32_t *published_units;      /* per unit: bit r = its row publishes row part r; or NULL */
    uint32_t *lent_units;           /* of these bits those by rows of other dates; behind them */
    uint32_t *fresh_units;          /* of these bits those only by new rows of today; behind them */
    uint32_t *near_units;           /* bits of rows that are new today and say nearly the same */
    bool has_near;
    uint32_t row_parts[CDN_GRID_ROW_PARTS]; /* r -> its position in the builder */
    cdn_cell *cells;                /* per key, after tabulation */
    uint32_t *cell_ids;             /* per key, after interning */
} cdn_grid;

/** Frees what the grid owns. */
void cdn_grid_release(cdn_grid *grid);

/** Recomputes key_count; CDN_E_LIMIT over CDN_LIMIT_TABLE_CELLS. */
cdn_status cdn_grid_size(cdn_grid *grid, cdn_error *error) CDN_MUST_CHECK;

/** The node of axis number `a` of the grid at a key. */
uint32_t cdn_grid_node(const cdn_grid *grid, uint32_t key, uint32_t a);

/** true when the count at this key, or at every key, is a public fact. */
bool cdn_grid_key_is_public(const cdn_grid *grid, uint32_t key);
bool cdn_grid_is_public(const cdn_grid *grid);

/** Fills grid->cells. CDN_E_LIMIT when an exact sum does not fit.
 *  @complexity O(records x keys each falls in) */
cdn_status cdn_grid_tabulate(cdn_grid *grid, const cdn_nodes *nodes,
                             const cdn_grid_records *records, cdn_error *error) CDN_MUST_CHECK;

/** A quantile of another value over the records of a tabulated grid. */
typedef struct cdn_grid_quantile {
    const int64_t *values; /* per record */
    uint32_t ppm;
    int64_t *out;          /* per key: value x 1,000,000 (type 7 of Hyndman and Fan 1996) */
    uint32_t *below, *above; /* per key: records strictly on each side */
} cdn_grid_quantile;
cdn_status cdn_grid_quantiles(const cdn_grid *grid, const cdn_nodes *nodes,
                              const cdn_grid_records *records, const cdn_grid_quantile *quantile,
                              cdn_error *error) CDN_MUST_CHECK;

#endif
