/* day.c - the builders of earlier dates: who was there, and what rows showed of them.
 *
 * They come before today's rows, which must not tell what changed since; grids
 * are tabulated on them later (dates.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/builder.h"

#include "core/alloc.h"
#include "core/fail.h"

static cdn_status start_day(cdn_builder *b, uint32_t date, cdn_error *error)
{
    cdn_builder *own = &b->days[date];
    size_t types = b->catalogue->record_count;
    *own = *b;
    own->date = date;
    own->snapshot = b->snapshots[date];
    own->records = cdn_arena_alloc(b->arena, types, sizeof *own->records);
    own->unit_level =
        cdn_arena_alloc(b->arena, types * ((size_t)b->catalogue->axis_count + 1), 1);
    if (own->records == NULL || own->unit_level == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_builder_name_contributors(own, error));
    for (uint32_t r = 0; r < types; r++)
        if (b->records[r].unit_flags != NULL)
            own->records[r].unit_flags =
                b->records[r].unit_flags +
                cdn_frame_first(b->frame, b->catalogue->records[r].unit, date);
    return cdn_builder_rows(own, error);
}

cdn_status cdn_builder_days(cdn_builder *b, cdn_error *error)
{
    b->days = cdn_arena_alloc(b->arena, b->date_count, sizeof *b->days);
    if (b->days == NULL)
        return cdn_fail_memory(error);
    for (uint32_t date = 1; date < b->date_count; date++)
        CDN_TRY(start_day(b, date, error));
    return CDN_OK;
}

void cdn_builder_days_release(cdn_builder *b)
{
    for (uint32_t date = 1; b->days != NULL && date < b->date_count; date++)
        cdn_free(b->days[date].row_parts);
}
