/* change.h - the records that differ between two dates, and what that makes of a grid.
 *
 * A record counts for a key when it is there on one of the two days only, or
 * contributes something else. One that is there on both days with the same
 * contribution does not, wherever else it moved. Who changed its workplace counts
 * for the old one where it leaves, and for the new one elsewhere.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_CHANGE_H
#define CDN_CELLS_CHANGE_H

#include "cells/builder.h"

/** Of what a change tells. */
typedef enum cdn_change_side {
    CDN_CHANGE_ALL,
    CDN_CHANGE_LEAVES,  /* the keys that it had only on the earlier day; */
    CDN_CHANGE_ARRIVES, /* and the others, of another workplace */
} cdn_change_side;

/** A record that differs somewhere: its row on each day (CDN_NONE = not there), and the rows of the
 *  workplace whose change it is. */
typedef struct cdn_change {
    uint32_t now, then;
    cdn_change_side side;
    uint32_t unit_now, unit_then;
    uint32_t one_now, one_then; /* any record of that workplace, or CDN_NONE */
    uint32_t name;          /* what it is called, across dates */
    uint32_t unit, holding; /* positions among the rows of all dates, or CDN_NONE */
    int32_t workers;
} cdn_change;

typedef struct cdn_changes {
    bool found;               /* filled */
    uint32_t count;
    cdn_change *items;        /* by (holding, unit), then name; two of who changed its workplace */
    cdn_grid_records records; /* they, as if each were a row */
} cdn_changes;

/** The records of a type that differ between two dates, `then` the earlier one. The type was
 *  identified. @owner caller, cdn_changes_release, also on failure */
cdn_status cdn_changes_find(const cdn_builder *today, const cdn_builder *now,
                            const cdn_builder *then, uint32_t record, cdn_changes *out,
                            cdn_error *error) CDN_MUST_CHECK;
void cdn_changes_release(cdn_changes *changes);

/** Per key of a grid the change between two dates, on which it is `now` and `then`; `value` is the
 *  later day's less the earlier one's, the rest of it over the changes. out[0..key_count), zeroed
 *  before. CDN_E_LIMIT when a sum does not fit. */
cdn_status cdn_changes_tabulate(const cdn_changes *changes, const cdn_grid *now,
                                const cdn_grid *then, const cdn_nodes *nodes, cdn_cell *out,
                                cdn_error *error) CDN_MUST_CHECK;
/** Marks the keys of which cdn_changes_tabulate would count a record; out[0..key_count). */
cdn_status cdn_changes_mark(const cdn_changes *changes, const cdn_grid *now, const cdn_grid *then,
                            const cdn_nodes *nodes, uint8_t *out, cdn_error *error) CDN_MUST_CHECK;

#endif
