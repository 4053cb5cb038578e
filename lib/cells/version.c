/* version.c - which rows of a record say the same on several dates, and where it stands on each.
 *
 * Dates are compared two by two, all of them, so what can be found out once for
 * all is: each row has the first row of its record that says the same. Few
 * records have more than one version; each is compared with those before it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/alloc.h"
#include "core/fail.h"

/* Per row, counted through, the position of its unit. */
static cdn_status place_units(const cdn_builder *b, uint32_t record, uint32_t *out,
                              cdn_error *error)
{
    const uint32_t *same = b->identities[b->catalogue->records[record].unit].rows;
    for (uint32_t date = 0; date < b->date_count; date++) {
        uint32_t first = cdn_frame_first(b->frame, record, date);
        uint32_t first_unit =
            cdn_frame_first(b->frame, b->catalogue->records[record].unit, date);
        cdn_contributors by;
        CDN_TRY(cdn_snapshot_contributors(b->snapshots[date], record, &by, error));
        for (uint32_t row = 0; row < cdn_snapshot_rows(b->snapshots[date], record); row++)
            out[first + row] =
                by.units[row] == CDN_NONE ? CDN_NONE : same[first_unit + by.units[row]];
    }
    return CDN_OK;
}

/* `next`: per row that is the first of its version, the record's next version. */
static void find_versions(const cdn_builder *b, uint32_t record, const uint32_t *units,
                          uint32_t *next, uint32_t *out)
{
    const uint32_t *same = b->identities[record].rows;
    for (uint32_t row = 0; row < cdn_frame_rows(b->frame, record); row++) {
        uint32_t at = same[row], last = CDN_NONE;
        while (at != CDN_NONE && at != row &&
               (units[at] != units[row] || !cdn_frame_is_same(b->frame, record, at, row))) {
            last = at;
            at = next[at];
        }
        if (at == CDN_NONE) {
            next[last] = row;
            at = row;
        }
        if (at == row)
            next[row] = CDN_NONE;
        out[row] = at;
    }
}

cdn_status cdn_builder_versions(const cdn_builder *b, uint32_t record, cdn_error *error)
{
    cdn_identities *own = &b->identities[record];
    uint32_t asked = cdn_frame_asked(b->frame, record);
    size_t rows = cdn_frame_rows(b->frame, record);
    if (own->versions != NULL && own->versions_asked == asked)
        return CDN_OK;
    if (own->versions == NULL)
        own->versions = cdn_arena_alloc(b->arena, rows, sizeof *own->versions);
    uint32_t *units = cdn_alloc(rows, sizeof *units), *next = cdn_alloc(rows, sizeof *next);
    cdn_status status = own->versions == NULL || units == NULL || next == NULL
                            ? cdn_fail_memory(error)
                            : place_units(b, record, units, error);
    if (status == CDN_OK)
        find_versions(b, record, units, next, own->versions);
    own->versions_asked = asked;
    cdn_free(next);
    cdn_free(units);
    return status;
}

cdn_status cdn_builder_rows_on(const cdn_builder *day, uint32_t record, const uint32_t **out,
                               cdn_error *error)
{
    cdn_identities *own = &day->identities[record];
    size_t all = cdn_frame_rows(day->frame, record);
    uint32_t first = cdn_frame_first(day->frame, record, day->date);
    if (own->on == NULL)
        own->on = cdn_arena_alloc(day->arena, day->date_count, sizeof *own->on);
    if (own->on == NULL)
        return cdn_fail_memory(error);
    if (own->on[day->date] == NULL) {
        uint32_t *at = cdn_arena_alloc(day->arena, all, sizeof *at);
        if (at == NULL)
            return cdn_fail_memory(error);
        memset(at, 0xff, all * sizeof *at);
        for (uint32_t row = 0; row < day->records[record].rows; row++)
            at[own->rows[first + row]] = row;
        own->on[day->date] = at;
    }
    *out = own->on[day->date];
    return CDN_OK;
}
