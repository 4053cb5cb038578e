/* system.c - the table as the linear system that protect and attack know.
 *
 * To protect: forced cells, structural ones and zeros are known; hidden cells
 * have no figure; every other cell is a figure of its own. To attack, a zero is
 * visible only where the pattern publishes it: the pattern may be another's.
 * Whoever is alone in a cell is an attacker who knows it; the column has one
 * kind of contributors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/engine.h"

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"

static bool is_known(const cdn_outside_cell *cell, const cdn_policy *policy, cdn_outside_view view)
{
    if (cell->status == CDN_OUTSIDE_FORCED || cell->status == CDN_OUTSIDE_STRUCTURAL)
        return true;
    return view != CDN_OUTSIDE_TO_ATTACK && cdn_outside_is_fixed_zero(cell, policy);
}

static bool has_figure(const cdn_outside_cell *cell, uint8_t marks, cdn_outside_view view)
{
    switch (view) {
    case CDN_OUTSIDE_TO_PROTECT:
        return !(marks & CDN_CELL_KNOWN) && cell->status != CDN_OUTSIDE_HIDDEN;
    case CDN_OUTSIDE_TO_ATTACK:
        return true;
    case CDN_OUTSIDE_TO_EXPLAIN:
        return false;
    }
    return false;
}

static void fill(cdn_outside_system *out, const cdn_outside_table *table,
                 const cdn_policy *policy, cdn_outside_view view)
{
    uint32_t figures = 0;
    for (uint32_t c = 0; c < table->cell_count; c++) {
        const cdn_outside_cell *cell = &table->cells[c];
        bool known = is_known(cell, policy, view);
        bool sensitive = cdn_outside_is_sensitive(cell);
        if (view == CDN_OUTSIDE_TO_EXPLAIN && known)
            sensitive = false; /* such a cell is a conflict of its own */
        bool common = cell->status == CDN_OUTSIDE_STRUCTURAL;
        out->marks[c] = (uint8_t)((known ? CDN_CELL_KNOWN : 0u) | (common ? CDN_CELL_COMMON : 0u) |
                                  (sensitive ? CDN_CELL_SENSITIVE : 0u));
        out->costs[c] = cell->cost;
        out->ranks[c] = cell->value < 0 ? 0 - (uint64_t)cell->value : (uint64_t)cell->value;
        if (out->holders != NULL)
            out->holders[c] = cell->holder;
        if (has_figure(cell, out->marks[c], view)) {
            out->figure_cell[figures++] = c;
            out->figure_start[figures] = figures;
        }
    }
    out->system = (cdn_system){.cell_count = table->cell_count,
                               .marks = out->marks,
                               .costs = out->costs,
                               .ranks = out->ranks,
                               .equation_count = table->row_count,
                               .equation_start = table->row_start,
                               .equation_cell = table->row_cell,
                               .equation_coefficient = table->row_coefficient,
                               .figure_count = figures,
                               .figure_start = out->figure_start,
                               .figure_cell = out->figure_cell,
                               .holder_kinds = out->holders != NULL ? 1 : 0,
                               .holder = {out->holders}};
}

cdn_status cdn_outside_system_init(cdn_outside_system *out, const cdn_outside_table *table,
                                   const cdn_policy *policy, cdn_outside_view view,
                                   cdn_error *error)
{
    *out = (cdn_outside_system){
        .marks = cdn_alloc(table->cell_count, sizeof *out->marks),
        .costs = cdn_alloc(table->cell_count, sizeof *out->costs),
        .ranks = cdn_alloc(table->cell_count, sizeof *out->ranks),
        .figure_start = cdn_alloc((size_t)table->cell_count + 1, sizeof *out->figure_start),
        .figure_cell = cdn_alloc(table->cell_count, sizeof *out->figure_cell)};
    if (table->holders != NULL && cdn_map_count(table->holders) > 0) {
        out->holders = cdn_alloc(table->cell_count, sizeof *out->holders);
        if (out->holders == NULL)
            return cdn_fail_memory(error);
    }
    if (out->marks == NULL || out->costs == NULL || out->ranks == NULL ||
        out->figure_start == NULL || out->figure_cell == NULL)
        return cdn_fail_memory(error);
    fill(out, table, policy, view);
    return CDN_OK;
}

void cdn_outside_system_release(cdn_outside_system *system)
{
    cdn_free(system->marks);
    cdn_free(system->costs);
    cdn_free(system->ranks);
    cdn_free(system->figure_start);
    cdn_free(system->figure_cell);
    cdn_free(system->holders);
    *system = (cdn_outside_system){0};
}

cdn_status cdn_outside_try(const cdn_outside_table *table, const cdn_policy *policy,
                           const uint8_t *withheld, uint8_t *exposed, uint32_t *by,
                           uint32_t *count, cdn_error *error)
{
    cdn_outside_system system;
    cdn_status status =
        cdn_outside_system_init(&system, table, policy, CDN_OUTSIDE_TO_ATTACK, error);
    if (status == CDN_OK)
        status = cdn_attack_exact_by(&system.system, withheld, exposed, by, count, error);
    cdn_outside_system_release(&system);
    return status;
}
