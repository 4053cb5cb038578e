/* row.h - the statistics that rows of lists have figures of, and what changed in them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_ROW_H
#define CDN_CELLS_ROW_H

#include "cells/builder.h"
#include "cells/change.h"

/* What is known of a unit's statistic, as bits. */
#define CDN_PART_FILLED 1u /* it is shown, and there are records */
#define CDN_PART_SHOWN 2u
#define CDN_PART_DUE 4u    /* a figure of it was asked for, and has a base: shown or withheld */
#define CDN_PART_LENT 8u   /* FILLED at another date, and the same as then */
#define CDN_PART_FRESH 16u /* FILLED or LENT only because of today's rows */
#define CDN_PART_SEEN 32u  /* of today: FILLED before, the same or not */
#define CDN_PART_VETOED 64u /* of today: FRESH, and not to be shown (row_veto.c) */
#define CDN_PART_NEAR 128u  /* a new row of today says nearly the same: few workers changed */

/** The same statistic (of the same quantile), or NULL. */
cdn_row_part *cdn_row_part_find(const cdn_builder *b, const cdn_row_part *like);
/** It, or a new one of which no unit is anything yet. */
cdn_status cdn_row_part_add(cdn_builder *b, const cdn_row_part *like, uint32_t unit_rows,
                            cdn_row_part **out, cdn_error *error) CDN_MUST_CHECK;

/** A measure of a list, tabulated by unit. */
typedef struct cdn_row_measure {
    const cdn_measure *measure;
    cdn_grid grids[3]; /* of its parts */
    cdn_statistic statistics[CDN_STATISTICS_MAX];
    uint32_t statistic_count;
    int64_t *quantiles;
    uint32_t *below, *above;
    const int64_t *gate; /* per unit; NULL = always */
} cdn_row_measure;

/** Fills all but `measure`. `unit`: the record type of the list.
 *  @owner caller, cdn_row_measure_release, also on failure */
cdn_status cdn_row_measure_tabulate(cdn_builder *b, uint32_t unit, cdn_row_measure *m,
                                    cdn_error *error) CDN_MUST_CHECK;
void cdn_row_measure_release(cdn_row_measure *m);
/** The figure of a unit, as the rules on rows allow. *reasons: cdn_row_reason, when withheld. */
cdn_row_value cdn_row_measure_value(const cdn_builder *b, const cdn_row_measure *m, uint32_t unit,
                                    uint8_t *reasons);

/** The grid of a statistic on a day, whose only key is the unit: `units`, per record, below
 *  `unit_rows`. Of a quantile the values are what it is a quantile of.
 *  @owner caller, cdn_grid_release, also on failure */
cdn_status cdn_row_part_grid(cdn_builder *day, const cdn_row_part *like, uint32_t unit_rows,
                             const uint32_t *units, cdn_grid *grid, cdn_error *error)
    CDN_MUST_CHECK;

/** What differs in the records of one type between two days. */
typedef struct cdn_row_span {
    cdn_builder *now, *then;
    cdn_changes changes;
    uint32_t *then_unit; /* per record of the earlier day: the later one's row of its unit, or
                            CDN_NONE. @owner the arena */
} cdn_row_span;

/** Nothing when it was found already. @owner caller, cdn_row_span_release, also on failure */
cdn_status cdn_row_span_find(cdn_builder *today, cdn_builder *now, cdn_builder *then,
                             uint32_t record, cdn_row_span *out, cdn_error *error) CDN_MUST_CHECK;
void cdn_row_span_release(cdn_row_span *span);
/** The changes of a statistic of these records, per row of the later day's units; zeroed before. */
cdn_status cdn_row_span_tabulate(const cdn_row_span *span, const cdn_row_part *like,
                                 cdn_cell *cells, cdn_error *error) CDN_MUST_CHECK;
/** Only where there are any; the same. */
cdn_status cdn_row_span_mark(const cdn_row_span *span, const cdn_row_part *like,
                             uint8_t *changed, cdn_error *error) CDN_MUST_CHECK;

/** Per row of today's units, what showing a figure would tell of changes since earlier releases. */
typedef struct cdn_row_memory {
    uint8_t flags;
    uint32_t by; /* 1 + the release that binds */
} cdn_row_memory;

#define CDN_MEMORY_CHANGED 1u  /* the change of a statistic that was shown, and may not be known */
#define CDN_MEMORY_WITHHELD 2u /* a statistic that was withheld and is as it was */
#define CDN_MEMORY_NEW 4u      /* a statistic that is neither known nor as it was */

/** true when the figure must not be shown. */
static inline bool cdn_row_memory_binds(const cdn_row_memory *memory)
{
    return (memory->flags & CDN_MEMORY_CHANGED) != 0 ||
           ((memory->flags & CDN_MEMORY_WITHHELD) != 0 && (memory->flags & CDN_MEMORY_NEW) == 0);
}

/** Who differs between earlier dates and today, of all records that rows of a plan are about. */
typedef struct cdn_row_since cdn_row_since;

/** @owner caller, cdn_row_since_destroy */
cdn_status cdn_row_since_create(cdn_builder *today, const cdn_plan *plan, cdn_row_since **out,
                                cdn_error *error) CDN_MUST_CHECK;
void cdn_row_since_destroy(cdn_row_since *since);

/** Adds to memory[] of each unit of today what one statistic of a figure says. The workers among
 *  the records that joined, left or contribute something else are a group to protect (CDN-R-021),
 *  since each day that a row was shown. One that nothing changed in since it was shown is known. */
cdn_status cdn_row_since_add(cdn_row_since *since, const cdn_row_part *like,
                             cdn_row_memory *memory, cdn_error *error) CDN_MUST_CHECK;

#endif
