/* holders.c - contributors as attackers: who is alone in a cell knows its value.
 *
 * Alone is who has no company at all: others that contribute 0 are company, since
 * that they do is theirs to know. A cell that everybody knows needs no holder.
 * Kinds that the policy does not name are left out of the system altogether. Of
 * two contributors of different kinds who know the same cells, such as a
 * provider and its only workplace, one is enough: they see the same, and neither
 * is kept from what is its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
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

/* ---- twins ---- */

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A kind's holders, one after another, each with its cells: those that an equation is about. */
static uint32_t list_held(const cdn_trial *trial, uint32_t kind, const uint8_t *used,
                          uint64_t *keys)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < trial->cells->count; c++)
        if (used[c] && trial->holders[kind][c] != 0)
            keys[count++] = (uint64_t)trial->holders[kind][c] << 32 | c;
    if (count > 0)
        qsort(keys, count, sizeof *keys, compare_keys);
    return count;
}

/* Nobody holds the cells of those whose cells another kind's holder has. */
static cdn_status drop_known(cdn_trial *trial, uint32_t kind, const uint64_t *keys, uint32_t count,
                             uint32_t *set, cdn_map *sets, cdn_error *error)
{
    for (uint32_t i = 0, end; i < count; i = end) {
        bool added = false;
        for (end = i; end < count && keys[end] >> 32 == keys[i] >> 32; end++)
            set[end - i] = (uint32_t)keys[end];
        if (cdn_map_add(sets, set, (end - i) * sizeof *set, &added) == CDN_MAP_NONE)
            return cdn_fail_memory(error);
        for (uint32_t j = 0; j < end - i && !added; j++)
            trial->holders[kind][set[j]] = 0;
    }
    return CDN_OK;
}

cdn_status cdn_trial_drop_twins(cdn_trial *trial, cdn_error *error)
{
    const cdn_system *system = &trial->system;
    uint8_t *used = cdn_alloc(system->cell_count, 1);
    uint64_t *keys = cdn_alloc(system->cell_count, sizeof *keys);
    uint32_t *set = cdn_alloc(system->cell_count, sizeof *set);
    cdn_map *sets = cdn_map_create();
    cdn_status status = used == NULL || keys == NULL || set == NULL || sets == NULL
                            ? cdn_fail_memory(error)
                            : CDN_OK;
    for (uint32_t i = 0;
         status == CDN_OK && i < system->equation_start[system->equation_count]; i++)
        used[system->equation_cell[i]] = 1;
    for (uint32_t kind = 0; status == CDN_OK && kind < system->holder_kinds; kind++)
        status = drop_known(trial, kind, keys, list_held(trial, kind, used, keys), set, sets,
                            error);
    cdn_map_destroy(sets);
    cdn_free(set);
    cdn_free(keys);
    cdn_free(used);
    return status;
}
