/* row_known.c - what a row shows of one day is known of all days on which it says the same.
 *
 * A table of one week less the rows of another one is as good as with rows of its
 * own, for all workplaces of which nothing changed in between. So these are no
 * contributors on any of the days; each two days are compared. Where only rows
 * that are new today tell of an earlier day, whose figures cannot be changed any
 * more, they are marked as fresh: cells with too few others tell which of them
 * have to wait (row_veto.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/row.h"

#include "core/alloc.h"
#include "core/fail.h"

typedef struct sharing {
    cdn_builder *today, *now, *then;
    cdn_row_span *spans; /* per record type */
} sharing;

static uint32_t unit_of(const cdn_builder *b, const cdn_row_part *part)
{
    return b->catalogue->records[part->statistic.record].unit;
}

/* Each statistic that rows of one day show gets its part on the other. */
static cdn_status lend_parts(const cdn_builder *from, cdn_builder *to, cdn_error *error)
{
    for (uint32_t r = 0; r < from->row_part_count; r++) {
        const cdn_row_part like = from->row_parts[r];
        cdn_row_part *part = NULL;
        if (like.quantile == 0)
            CDN_TRY(cdn_row_part_add(to, &like, to->records[unit_of(to, &like)].rows, &part,
                                     error));
    }
    return CDN_OK;
}

#define FEW 2u /* of a unit that changed: in few workers */

/* Whether a row of today that is new tells what an earlier day's would have said. */
static bool is_news(const sharing *s, const cdn_row_part *now, uint32_t here, uint8_t then)
{
    return s->now == s->today && now->reveals == NULL && now->by[here] == 0 &&
           (now->units[here] & CDN_PART_FILLED) != 0 &&
           (then & (CDN_PART_FILLED | CDN_PART_LENT)) == 0;
}

static bool has_news(const sharing *s, const cdn_row_part *now, const uint32_t *at)
{
    uint32_t unit = unit_of(s->now, now), row = 0;
    const cdn_row_part *then = cdn_row_part_find(s->then, now);
    const uint32_t *rows = s->then->identities[unit].rows;
    uint32_t first = cdn_frame_first(s->then->frame, unit, s->then->date);
    while (row < s->then->records[unit].rows &&
           (at[rows[first + row]] == CDN_NONE ||
            !is_news(s, now, at[rows[first + row]], then->units[row])))
        row++;
    return row < s->then->records[unit].rows;
}

/* As cdn_row_span_mark, but tells who changed in few workers. */
static cdn_status mark_few(const sharing *s, const cdn_row_span *span, const cdn_row_part *part,
                           uint8_t *changed, cdn_error *error)
{
    const cdn_threshold *few = &s->today->policy->history.workers;
    bool counts = s->today->cells->variables[part->statistic.variable].counts_workers;
    uint32_t units = s->now->records[unit_of(s->now, part)].rows;
    cdn_cell *cells = cdn_alloc(units, sizeof *cells);
    cdn_status status = cells == NULL ? cdn_fail_memory(error)
                                      : cdn_row_span_tabulate(span, part, cells, error);
    for (uint32_t unit = 0; status == CDN_OK && unit < units; unit++)
        if (cells[unit].records > 0)
            changed[unit] =
                counts && cdn_threshold_unsafe(few, cells[unit].workers) ? FEW : 1;
    cdn_free(cells);
    return status;
}

/* Marks the later day's units of which the statistic changed; FEW only where that matters. */
static cdn_status mark_changed(const sharing *s, const cdn_row_part *part, const uint32_t *at,
                               uint8_t *changed, cdn_error *error)
{
    cdn_row_span *span = &s->spans[part->statistic.record];
    CDN_TRY(cdn_row_span_find(s->today, s->now, s->then, part->statistic.record, span, error));
    return has_news(s, part, at) ? mark_few(s, span, part, changed, error)
                                 : cdn_row_span_mark(span, part, changed, error);
}

/* A register's records are their own units; what counts is where the list says that they are. */
static cdn_status mark_register(const sharing *s, const cdn_row_part *like, uint8_t *changed,
                                cdn_error *error)
{
    const cdn_builder *now = s->now, *then = s->then;
    uint32_t record = like->statistic.record;
    const uint32_t *rows = now->identities[record].rows, *at = NULL;
    uint32_t first = cdn_frame_first(now->frame, record, now->date);
    CDN_TRY(cdn_builder_rows_on(then, record, &at, error));
    for (uint32_t axis = 0; axis < now->catalogue->axis_count; axis++) {
        const uint32_t *here = NULL, *there = NULL;
        if (!like->reveals[axis])
            continue;
        CDN_TRY(cdn_frame_leaves(now->frame, now->date, record, axis, &here, error));
        CDN_TRY(cdn_frame_leaves(then->frame, then->date, record, axis, &there, error));
        for (uint32_t row = 0; row < now->records[record].rows; row++) {
            uint32_t was = at[rows[first + row]];
            changed[row] |= was == CDN_NONE || here[row] != there[was];
        }
    }
    return CDN_OK;
}

static void share_units(const sharing *s, uint32_t unit, const cdn_row_part *now,
                        const cdn_row_part *then, const uint32_t *at, const uint8_t *changed)
{
    const uint32_t *rows = s->then->identities[unit].rows;
    uint32_t first = cdn_frame_first(s->then->frame, unit, s->then->date);
    for (uint32_t row = 0; row < s->then->records[unit].rows; row++) {
        uint32_t here = at[rows[first + row]];
        if (here == CDN_NONE)
            continue;
        uint8_t *a = &now->units[here], *b = &then->units[row];
        bool was_filled = (*b & CDN_PART_FILLED) != 0, news = is_news(s, now, here, *b);
        if (was_filled)
            *a |= CDN_PART_SEEN;
        if (news && changed[here] == FEW)
            *b |= CDN_PART_NEAR;
        if (changed[here])
            continue;
        if ((*a & CDN_PART_FILLED) != 0)
            *b |= news ? CDN_PART_LENT | CDN_PART_FRESH : CDN_PART_LENT;
        if (was_filled)
            *a |= CDN_PART_LENT;
    }
}

static cdn_status share_part(const sharing *s, const cdn_row_part *part, cdn_error *error)
{
    uint32_t unit = unit_of(s->now, part);
    const uint32_t *at = NULL;
    uint8_t *changed = cdn_alloc(s->now->records[unit].rows, 1);
    cdn_status status = changed == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_builder_identify(s->today, part->statistic.record, error);
    if (status == CDN_OK)
        status = cdn_builder_rows_on(s->now, unit, &at, error);
    if (status == CDN_OK)
        status = part->reveals != NULL ? mark_register(s, part, changed, error)
                                       : mark_changed(s, part, at, changed, error);
    if (status == CDN_OK)
        share_units(s, unit, part, cdn_row_part_find(s->then, part), at, changed);
    cdn_free(changed);
    return status;
}

static cdn_status share(const sharing *s, cdn_error *error)
{
    CDN_TRY(lend_parts(s->now, s->then, error));
    CDN_TRY(lend_parts(s->then, s->now, error));
    for (uint32_t r = 0; r < s->now->row_part_count; r++)
        if (s->now->row_parts[r].quantile == 0)
            CDN_TRY(share_part(s, &s->now->row_parts[r], error));
    return CDN_OK;
}

/* Today's rows that no earlier release showed as they are. */
static void mark_fresh(cdn_builder *b)
{
    for (uint32_t r = 0; r < b->row_part_count; r++) {
        cdn_row_part *part = &b->row_parts[r];
        uint32_t units = b->records[unit_of(b, part)].rows;
        for (uint32_t unit = 0; part->reveals == NULL && unit < units; unit++)
            if ((part->units[unit] & (CDN_PART_FILLED | CDN_PART_LENT)) == CDN_PART_FILLED &&
                part->by[unit] == 0) {
                part->units[unit] |= CDN_PART_FRESH;
                b->has_fresh = true;
            }
    }
}

/* Rows are near that no release showed before, as anything. */
static cdn_status drop_seen(cdn_builder *b, const cdn_builder *day, cdn_error *error)
{
    for (uint32_t r = 0; r < day->row_part_count; r++) {
        const cdn_row_part *then = &day->row_parts[r], *now = cdn_row_part_find(b, then);
        uint32_t unit = unit_of(b, then), first = cdn_frame_first(b->frame, unit, day->date);
        const uint32_t *at = NULL;
        if (now == NULL || then->reveals != NULL || then->quantile != 0)
            continue;
        CDN_TRY(cdn_builder_rows_on(b, unit, &at, error));
        for (uint32_t row = 0; row < day->records[unit].rows; row++)
            if ((then->units[row] & CDN_PART_NEAR) != 0 &&
                (now->units[at[b->identities[unit].rows[first + row]]] & CDN_PART_SEEN) != 0)
                then->units[row] &= (uint8_t)~CDN_PART_NEAR;
    }
    return CDN_OK;
}

cdn_status cdn_builder_rows_known(cdn_builder *b, cdn_error *error)
{
    uint32_t types = b->catalogue->record_count;
    cdn_status status = CDN_OK;
    sharing s = {.today = b, .spans = cdn_alloc(types, sizeof *s.spans)};
    if (s.spans == NULL)
        return cdn_fail_memory(error);
    for (uint32_t then = 1; status == CDN_OK && then < b->date_count; then++)
        for (uint32_t now = then + 1; status == CDN_OK && now <= b->date_count; now++) {
            s.then = &b->days[then];
            s.now = now == b->date_count ? b : &b->days[now];
            status = share(&s, error);
            for (uint32_t r = 0; r < types; r++)
                cdn_row_span_release(&s.spans[r]);
        }
    cdn_free(s.spans);
    mark_fresh(b);
    for (uint32_t then = 1; status == CDN_OK && then < b->date_count; then++)
        status = drop_seen(b, &b->days[then], error);
    return status;
}
