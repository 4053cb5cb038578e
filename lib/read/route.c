/* route.c - following references forwards, or one back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/route.h"

#include "core/alloc.h"
#include "core/fail.h"

static cdn_status forwards(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                           uint32_t from, const uint32_t *steps, uint32_t count, uint32_t *out,
                           cdn_error *error)
{
    uint32_t rows = cdn_snapshot_rows(snapshot, from);
    for (uint32_t row = 0; row < rows; row++)
        out[row] = row;
    for (uint32_t s = 0; s < count; s++) {
        const uint32_t *next = NULL;
        CDN_TRY(cdn_snapshot_reference(snapshot, from, steps[s], &next, error));
        for (uint32_t row = 0; row < rows; row++)
            out[row] = out[row] == CDN_NONE ? CDN_NONE : next[out[row]];
        from = catalogue->records[from].references[steps[s]].target;
    }
    return CDN_OK;
}

static cdn_status backwards(const cdn_snapshot *snapshot, uint32_t from, uint32_t to,
                            uint32_t reference, uint32_t *out, cdn_error *error)
{
    uint32_t rows = cdn_snapshot_rows(snapshot, from);
    const uint32_t *target = NULL;
    uint8_t *seen = cdn_alloc(rows, 1);
    if (seen == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_snapshot_reference(snapshot, to, reference, &target, error);
    for (uint32_t row = 0; row < rows; row++)
        out[row] = CDN_NONE;
    for (uint32_t row = 0; status == CDN_OK && row < cdn_snapshot_rows(snapshot, to); row++) {
        uint32_t at = target[row];
        if (at == CDN_NONE)
            continue;
        out[at] = seen[at] ? CDN_NONE : row;
        seen[at] = 1;
    }
    cdn_free(seen);
    return status;
}

cdn_status cdn_route_rows(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                          uint32_t from, uint32_t to, uint32_t *out, bool *found,
                          cdn_error *error)
{
    uint32_t steps[4], count = 0;
    *found = true;
    if (cdn_catalogue_route(catalogue, from, to, steps, &count))
        return forwards(snapshot, catalogue, from, steps, count, out, error);
    const cdn_record *record = &catalogue->records[to];
    for (uint32_t r = 0; r < record->reference_count; r++)
        if (record->references[r].target == from)
            return backwards(snapshot, from, to, r, out, error);
    *found = false;
    return CDN_OK;
}
