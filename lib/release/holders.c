/* holders.c - contributors as attackers: who is alone in a cell knows its value.
 *
 * Alone is who has no company at all: others that contribute 0 are company, since
 * that they do is theirs to know. A cell that everybody knows needs no holder.
 * Kinds that the policy does not name are left out of the system altogether.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/fail.h"
#include "release/trial.h"

static uint32_t who_is_alone(const cdn_cell *cell, cdn_contributor kind)
{
    uint32_t company = kind == CDN_CONTRIBUTOR_WORKER      ? cell->workers
                       : kind == CDN_CONTRIBUTOR_WORKPLACE ? cell->workplaces
                                                           : cell->providers;
    return company == 1 ? cell->sole[kind] : 0;
}

cdn_status cdn_trial_holders(cdn_trial *trial, cdn_error *error)
{
    const cdn_insiders *insiders = &trial->input->policy->insiders;
    const bool attacks[CDN_CONTRIBUTOR_END_] = {
        [CDN_CONTRIBUTOR_WORKER] = insiders->workers,
        [CDN_CONTRIBUTOR_WORKPLACE] = insiders->workplaces,
        [CDN_CONTRIBUTOR_PROVIDER] = insiders->providers};
    const cdn_cells *cells = trial->cells;
    uint32_t kinds = 0;
    for (uint32_t kind = 0; kind < CDN_CONTRIBUTOR_END_; kind++) {
        if (!attacks[kind])
            continue;
        uint32_t *holder = cdn_alloc(cells->count, sizeof *holder);
        if (holder == NULL)
            return cdn_fail_memory(error);
        trial->holders[kinds] = holder;
        trial->system.holder[kinds++] = holder;
        for (uint32_t c = 0; c < cells->count; c++)
            if ((trial->marks[c] & CDN_CELL_KNOWN) == 0)
                holder[c] = who_is_alone(&cells->cells[c], (cdn_contributor)kind);
    }
    trial->system.holder_kinds = kinds;
    return CDN_OK;
}
