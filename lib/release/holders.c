/* holders.c - contributors as attackers: who is alone in a cell knows its value.
 *
 * A cell that everybody knows needs no holder. Kinds that the policy does not
 * name are left out of the system altogether. Where a contributor is alone in a
 * whole and in all of its parts but one, to which nobody contributes, that one
 * is its own affair too: it tells that contributor what it has not (no woman
 * among its workers), and no release could keep that from it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/fail.h"
#include "release/trial.h"

static bool is_nothing(const cdn_cell *cell)
{
    return cell->total == 0;
}

/* The one cell of an equation that nobody holds, when one contributor holds all the others that are
 * not known; CDN_NONE otherwise. */
static uint32_t left_over(const cdn_trial *trial, const uint32_t *holder, uint32_t equation,
                          uint32_t *who)
{
    const cdn_cells *cells = trial->cells;
    uint32_t left = CDN_NONE;
    *who = 0;
    for (uint32_t i = cells->equation_start[equation]; i < cells->equation_start[equation + 1];
         i++) {
        uint32_t c = cells->equation_cell[i];
        if ((trial->marks[c] & CDN_CELL_KNOWN) != 0)
            continue;
        if (holder[c] == 0 && (left != CDN_NONE || !is_nothing(&cells->cells[c])))
            return CDN_NONE;
        if (holder[c] == 0)
            left = c;
        else if (*who != 0 && *who != holder[c])
            return CDN_NONE;
        else
            *who = holder[c];
    }
    return *who == 0 ? CDN_NONE : left;
}

/* Each pass that goes on gives a cell away, so this ends. */
static void hold_what_follows(const cdn_trial *trial, uint32_t *holder)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (uint32_t e = 0; e < trial->cells->equation_count; e++) {
            uint32_t who = 0, cell = left_over(trial, holder, e, &who);
            if (cell == CDN_NONE)
                continue;
            holder[cell] = who;
            changed = true;
        }
    }
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
                holder[c] = cells->cells[c].sole[kind];
        hold_what_follows(trial, holder);
    }
    trial->system.holder_kinds = kinds;
    return CDN_OK;
}
