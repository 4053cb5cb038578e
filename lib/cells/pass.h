/* pass.h - a pass over the records of a grid: which keys each falls in, and whose row shows them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_PASS_H
#define CDN_CELLS_PASS_H

#include "cells/grid.h"

#define CDN_PASS_KEYS 4096u /* of one record */
#define CDN_PASS_TOO_LARGE "an exact sum does not fit in 64 bits"

/** leaf -> positions, as offsets into one list; positions are pre-multiplied by the axis's
 *  stride. */
typedef struct cdn_place {
    uint32_t *start;
    uint32_t *offset;
} cdn_place;

typedef struct cdn_pass {
    const cdn_grid *grid;
    cdn_place places[CDN_GRID_AXES];
    uint32_t answer_axis;   /* the axis that has answers, and how its positions stand in keys */
    uint32_t answer_stride;
    uint32_t *row_like;    /* per key: bit r = row part r publishes this key's statistic; or NULL */
    uint32_t keys[CDN_PASS_KEYS];
} cdn_pass;

/** The grid is borrowed. CDN_E_LIMIT when a record may fall in more keys than there is room for. */
cdn_status cdn_pass_create(const cdn_grid *grid, const cdn_nodes *nodes, cdn_pass **out,
                           cdn_error *error) CDN_MUST_CHECK;
void cdn_pass_destroy(cdn_pass *pass);

/** The keys of a record in pass->keys; 0 when it is outside. */
uint32_t cdn_pass_keys(cdn_pass *pass, uint32_t row);

/** true when the workplace of a record is not where the key is, whatever its records say. */
bool cdn_pass_is_elsewhere(const cdn_pass *pass, uint32_t row, uint32_t key);

/** The row parts that the row of a unit publishes, as bits. */
static inline uint32_t cdn_pass_shown(const cdn_pass *pass, uint32_t unit)
{
    const uint32_t *shown = pass->grid->published_units;
    return shown == NULL || unit == CDN_NONE ? 0 : shown[unit];
}

/** true when only rows of other dates show the key's statistic of the unit. */
static inline bool cdn_pass_is_lent(const cdn_pass *pass, uint32_t unit, uint32_t key)
{
    const cdn_grid *grid = pass->grid;
    uint32_t own = grid->published_units[unit] & ~grid->lent_units[unit];
    return (own & pass->row_like[key]) == 0;
}

/** true when only new rows of today show the key's statistic of the unit. */
static inline bool cdn_pass_is_fresh(const cdn_pass *pass, uint32_t unit, uint32_t key)
{
    const cdn_grid *grid = pass->grid;
    uint32_t old = grid->published_units[unit] & ~grid->fresh_units[unit];
    return (old & pass->row_like[key]) == 0;
}

#endif
