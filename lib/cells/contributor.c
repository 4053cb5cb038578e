/* contributor.c - who stands behind a record: names, waivers and requests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/builder.h"

#include "core/fail.h"

static bool is_one(const cdn_catalogue *catalogue, uint32_t expr)
{
    return expr != CDN_NONE && catalogue->exprs[expr].op == CDN_EX_CONSTANT &&
           catalogue->exprs[expr].decimals == 0 && catalogue->exprs[expr].constant == 1;
}

/* Rows of all record types in one sequence, after each type's rows one name for all unknown ones;
 * from 1. Holdings that no record type lists are called after the records that name them. */
static cdn_status name_contributors(cdn_builder *b, cdn_error *error)
{
    const cdn_catalogue *catalogue = b->catalogue;
    uint32_t next = 1;
    for (uint32_t r = 0; r < catalogue->record_count; r++) {
        cdn_grid_records *records = &b->records[r];
        records->rows = cdn_snapshot_rows(b->snapshot, r);
        records->first_row = next;
        records->are_workers = is_one(catalogue, catalogue->records[r].workers);
        CDN_TRY(cdn_snapshot_contributors(b->snapshot, r, &records->contributors, error));
        if (__builtin_add_overflow(next, records->rows, &next) || next >= CDN_TALLY_SEVERAL - 1)
            return cdn_fail(error, CDN_E_LIMIT, "the data has too many records");
        next++;
    }
    for (uint32_t r = 0; r < catalogue->record_count; r++) {
        const cdn_record *record = &catalogue->records[r];
        const cdn_grid_records *unit = &b->records[record->unit];
        const cdn_grid_records *holding =
            &b->records[record->holding == CDN_NONE ? r : record->holding];
        b->records[r].first_unit = unit->first_row;
        b->records[r].no_unit = unit->first_row + unit->rows;
        b->records[r].first_holding = holding->first_row;
        b->records[r].no_holding = holding->first_row + holding->rows;
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
    CDN_TRY(cdn_frame_values(b->frame, unit, condition, &values, error));
    for (uint32_t row = 0; row < b->records[unit].rows; row++)
        if (values[row] != INT64_MIN && values[row] != 0)
            flags[row] |= bit;
    return CDN_OK;
}

/* What each unit says of its protection, where the policy asks. */
static cdn_status read_wishes(cdn_builder *b, uint32_t unit, cdn_error *error)
{
    const cdn_record *record = &b->catalogue->records[unit];
    uint32_t waiver = b->policy->waivers ? record->waiver : CDN_NONE;
    uint32_t request = b->policy->request.on ? record->request : CDN_NONE;
    if (waiver == CDN_NONE && request == CDN_NONE)
        return CDN_OK;
    uint8_t *flags = cdn_arena_alloc(b->arena, b->records[unit].rows, 1);
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
    CDN_TRY(name_contributors(b, error));
    for (uint32_t unit = 0; unit < b->catalogue->record_count; unit++)
        CDN_TRY(read_wishes(b, unit, error));
    return CDN_OK;
}
