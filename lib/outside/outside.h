/* outside.h - a table that did not come from Cordon, as its files say it.
 *
 * Cells and rows are numbered in the order in which their ids first occur. What
 * is here holds confidential values; only ids may be shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_OUTSIDE_OUTSIDE_H
#define CDN_OUTSIDE_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/outside.h"
#include "core/map.h"
#include "io/csv.h"
#include "policy/policy.h"

#define CDN_OUTSIDE_DECIMALS 6u
#define CDN_OUTSIDE_ID_MAX 256u
#define CDN_OUTSIDE_LISTED 100u /* ids in a report before they are only counted */
#define CDN_OUTSIDE_TEXT_MAX (16u * 1024u * 1024u)

struct cdn_outside_bounds; /* bounds.h */

typedef enum cdn_outside_status {
    CDN_OUTSIDE_FREE = 0,
    CDN_OUTSIDE_SENSITIVE = 1,
    CDN_OUTSIDE_FORCED = 2,     /* always published */
    CDN_OUTSIDE_HIDDEN = 3,     /* never output */
    CDN_OUTSIDE_STRUCTURAL = 4, /* everybody knows it */
    CDN_OUTSIDE_STATUS_END_ = 5
} cdn_outside_status;

typedef struct cdn_outside_cell {
    int64_t value;       /* scaled by 10^CDN_OUTSIDE_DECIMALS */
    uint64_t cost;       /* > 0 */
    uint32_t verdict;    /* cdn_verdict of the policy; 0 without one */
    uint32_t holder;     /* the contributor who is alone in it: 1 + its number; 0 = none, several */
    int64_t below, above, width; /* protection levels, scaled like value */
    uint8_t status;      /* cdn_outside_status */
} cdn_outside_cell;

typedef struct cdn_outside_table {
    cdn_map *ids;  /* of cells */
    cdn_map *rows; /* ids of rows */
    cdn_outside_cell *cells;
    uint32_t cell_count, row_count;
    uint32_t *row_start; /* row_count + 1 */
    uint32_t *row_cell;
    int32_t *row_coefficient;
    cdn_map *holders;    /* names of contributors; NULL when the column is not there */
    uint32_t nameless_count; /* cells of one contributor whom the file does not name */
    bool values_count;   /* every value is the number of records: concentration rules are off */
} cdn_outside_table;

/** A policy's NULL means that the statuses decide. Release in any case. */
cdn_status cdn_outside_read(const cdn_outside_request *request, const cdn_policy *policy,
                            cdn_outside_table *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_outside_table_release(cdn_outside_table *table);

/** The two files, one after the other. */
cdn_status cdn_outside_read_cells(const char *path, const cdn_policy *policy,
                                  cdn_outside_table *table, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_outside_read_rows(const char *path, cdn_outside_table *table,
                                 cdn_error *error) CDN_MUST_CHECK;

/** withheld[0..cell_count) from a pattern file that has each cell once, and no other. */
cdn_status cdn_outside_read_pattern(const char *path, const cdn_outside_table *table,
                                    uint8_t *withheld, cdn_error *error) CDN_MUST_CHECK;
/** With the ends of the intervals when `bounds` is not NULL. */
cdn_status cdn_outside_write_pattern(const char *path, const cdn_outside_table *table,
                                     const uint8_t *withheld,
                                     const struct cdn_outside_bounds *bounds,
                                     cdn_error *error) CDN_MUST_CHECK;

bool cdn_outside_is_sensitive(const cdn_outside_cell *cell);
/** A zero that nobody calls sensitive or hides is published, unless the policy withholds zeros. */
bool cdn_outside_is_fixed_zero(const cdn_outside_cell *cell, const cdn_policy *policy);

const char *cdn_outside_cell_id(const cdn_outside_table *table, uint32_t cell);
const char *cdn_outside_row_id(const cdn_outside_table *table, uint32_t row);
/** Is the field the key of that id? Any id will do. */
bool cdn_outside_is_key(const cdn_map *map, uint32_t id, cdn_csv_field field);

#endif
