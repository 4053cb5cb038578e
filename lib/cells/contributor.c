/* contributor.c - who stands behind a record: names, waivers and requests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/builder.h"

#include "core/fail.h"
#include "read/identity.h"

static bool is_one(const cdn_catalogue *catalogue, uint32_t expr)
{
    return expr != CDN_NONE && catalogue->exprs[expr].op == CDN_EX_CONSTANT &&
           catalogue->exprs[expr].decimals == 0 && catalogue->exprs[expr].constant == 1;
}

/* Rows of all record types and dates in one sequence, after each type's rows one name for all
 * unknown ones; from 1. */
static cdn_status number_rows(cdn_builder *b, cdn_error *error)
{
    uint32_t next = 1;
    b->first_names =
        cdn_arena_alloc(b->arena, (size_t)b->catalogue->record_count + 1, sizeof *b->first_names);
    if (b->first_names == NULL)
        return cdn_fail_memory(error);
    for (uint32_t r = 0; r < b->catalogue->record_count; r++) {
        b->first_names[r] = next;
        if (__builtin_add_overflow(next, cdn_frame_rows(b->frame, r), &next) ||
            next >= CDN_TALLY_SEVERAL - 1)
            return cdn_fail(error, CDN_E_LIMIT, "the data has too many records");
        next++;
    }
    b->first_names[b->catalogue->record_count] = next;
    return CDN_OK;
}

/* Holdings that no record type lists are called after the records that name them. */
cdn_status cdn_builder_name_contributors(cdn_builder *b, cdn_error *error)
{
    const cdn_catalogue *catalogue = b->catalogue;
    for (uint32_t r = 0; r < catalogue->record_count; r++) {
        const cdn_record *record = &catalogue->records[r];
        uint32_t unit = record->unit, holding = record->holding == CDN_NONE ? r : record->holding;
        cdn_grid_records *out = &b->records[r];
        out->rows = cdn_snapshot_rows(b->snapshot, r);
        out->are_workers = is_one(catalogue, record->workers);
        out->first_row = b->first_names[r] + cdn_frame_first(b->frame, r, b->date);
        out->first_unit = b->first_names[unit] + cdn_frame_first(b->frame, unit, b->date);
        out->no_unit = b->first_names[unit + 1] - 1;
        out->first_holding =
            b->first_names[holding] + cdn_frame_first(b->frame, holding, b->date);
        out->no_holding = b->first_names[holding + 1] - 1;
        CDN_TRY(cdn_snapshot_contributors(b->snapshot, r, &out->contributors, error));
    }
    return CDN_OK;
}

/* Sets a bit for the units of which the condition holds; what is missing does not. */
static cdn_status flag_units(cdn_builder *b, uint32_t unit, uint32_t condition, uint8_t bit,
                             uint8_t *flags, cdn_error *error)
{
    const int64_t *values = NULL;
    if (condition == CDN_NONE)
        return CDN_OK;
    CDN_TRY(cdn_frame_values(b->frame, 0, unit, condition, &values, error));
    for (uint32_t row = 0; row < cdn_frame_rows(b->frame, unit); row++)
        if (values[row] != INT64_MIN && values[row] != 0)
            flags[row] |= bit;
    return CDN_OK;
}

/* What each unit says of its protection, at all dates, where the policy asks. */
static cdn_status read_wishes(cdn_builder *b, uint32_t unit, cdn_error *error)
{
    const cdn_record *record = &b->catalogue->records[unit];
    uint32_t waiver = b->policy->waivers ? record->waiver : CDN_NONE;
    uint32_t request = b->policy->request.on ? record->request : CDN_NONE;
    if (waiver == CDN_NONE && request == CDN_NONE)
        return CDN_OK;
    uint8_t *flags = cdn_arena_alloc(b->arena, cdn_frame_rows(b->frame, unit), 1);
    if (flags == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(flag_units(b, unit, waiver, CDN_UNIT_WAIVED, flags, error));
    CDN_TRY(flag_units(b, unit, request, CDN_UNIT_ASKED, flags, error));
    for (uint32_t r = 0; r < b->catalogue->record_count; r++)
        if (b->catalogue->records[r].unit == unit)
            b->records[r].unit_flags = flags;
    return CDN_OK;
}

cdn_status cdn_builder_contributors(cdn_builder *b, cdn_error *error)
{
    CDN_TRY(number_rows(b, error));
    CDN_TRY(cdn_builder_name_contributors(b, error));
    for (uint32_t unit = 0; unit < b->catalogue->record_count; unit++)
        CDN_TRY(read_wishes(b, unit, error));
    return CDN_OK;
}

cdn_status cdn_builder_identify(cdn_builder *b, uint32_t record, cdn_error *error)
{
    const cdn_record *r = &b->catalogue->records[record];
    cdn_identities *own = &b->identities[record];
    if (own->rows != NULL)
        return CDN_OK;
    size_t rows = cdn_frame_rows(b->frame, record);
    own->rows = cdn_arena_alloc(b->arena, rows, sizeof *own->rows);
    if (own->rows == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_identity_rows(b->snapshots, b->date_count, b->catalogue, record, own->rows,
                              error));
    CDN_TRY(cdn_builder_identify(b, r->unit, error));
    if (r->holding != CDN_NONE)
        return cdn_builder_identify(b, r->holding, error);
    if (r->holding_column == CDN_NONE)
        return CDN_OK;
    own->holdings = cdn_arena_alloc(b->arena, rows, sizeof *own->holdings);
    if (own->holdings == NULL)
        return cdn_fail_memory(error);
    return cdn_identity_holdings(b->snapshots, b->date_count, b->catalogue, record, own->holdings,
                                 error);
}
