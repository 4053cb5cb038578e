/* tally.h - what is counted of one cell while its records pass by in (provider, workplace) order.
 *
 * Everything that each record changes lies in one cache line; the cell itself is
 * only touched when a provider ends. Who is alone in a cell is the first who
 * contributes, until somebody else does; where all contribute 0, the only one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_TALLY_H
#define CDN_CELLS_TALLY_H

#include "cells/cells.h"
#include "core/number.h"

/* In `sole`: nobody is alone any more; this far nobody contributes more than 0 (with a name: only
 * one is there at all). */
#define CDN_TALLY_SEVERAL 0x7fffffffu
#define CDN_TALLY_NOTHING 0x80000000u

#define CDN_UNIT_WAIVED 1u /* bits of cdn_grid_records.unit_flags */
#define CDN_UNIT_ASKED 2u

/** Record-level inputs shared by the grids of one record type. */
typedef struct cdn_grid_records {
    uint32_t rows;
    cdn_contributors contributors;
    bool are_workers;         /* each record is one worker */
    const uint8_t *unit_flags; /* per unit: what it says of its protection; NULL = nothing */
    const uint64_t *keys;     /* per record: its key; NULL = no keys */
    /* What contributors are called among their kind: these and the number of the row; an unknown
     * one is called `no_...`. */
    uint32_t first_row, first_unit, first_holding;
    uint32_t no_unit, no_holding;
} cdn_grid_records;

typedef struct cdn_tally {
    int64_t value;
    int64_t current;      /* of the provider at hand */
    int64_t before_unit;  /* `current` when the workplace at hand began */
    uint32_t records, workers, workplaces, providers;
    uint32_t holding, unit; /* at hand, once providers > 0 */
    uint32_t sole[CDN_CONTRIBUTOR_END_];
    bool negative;
    bool waived, asked;   /* the provider at hand */
    bool answered;        /* a record tells more than that an answer is missing */
} cdn_tally;

/** Ends the provider at hand: its contribution goes to the cell. false when a sum does not fit. */
bool cdn_tally_close(cdn_tally *t, const cdn_grid_records *records, cdn_cell *cell);

/** Ends the tally: all its counts go to the cell. false when a sum does not fit. */
bool cdn_tally_finish(cdn_tally *t, const cdn_grid_records *records, cdn_cell *cell);

/** Begins the workplace of a row, and its provider when that is another one. */
bool cdn_tally_begin(cdn_tally *t, const cdn_grid_records *records, uint32_t row, cdn_cell *cell);

static inline void cdn_tally_note(uint32_t *sole, uint32_t name, bool nothing)
{
    if (!nothing)
        *sole = *sole == 0 || *sole >= CDN_TALLY_NOTHING ? name : CDN_TALLY_SEVERAL;
    else if (*sole == 0)
        *sole = CDN_TALLY_NOTHING | name;
    else if (*sole >= CDN_TALLY_NOTHING)
        *sole = CDN_TALLY_NOTHING;
}

/** Adds what a record contributes, beyond cdn_tally.records and value. false when a sum does not
 *  fit. */
static inline bool cdn_tally_protect(cdn_tally *t, const cdn_grid_records *records, uint32_t row,
                                     int64_t value, cdn_cell *cell)
{
    const cdn_contributors *by = &records->contributors;
    if ((t->providers == 0 || by->holdings[row] != t->holding || by->units[row] != t->unit) &&
        !cdn_tally_begin(t, records, row, cell))
        return false;
    if (records->are_workers)
        cdn_tally_note(&t->sole[CDN_CONTRIBUTOR_WORKER], records->first_row + row, value == 0);
    t->negative |= value < 0;
    int32_t workers = by->workers[row];
    if (workers > 0 && __builtin_add_overflow(t->workers, (uint32_t)workers, &t->workers))
        return false;
    return cdn_add_checked(t->current, value, &t->current);
}

#endif
