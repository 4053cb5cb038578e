/* holders.c - contributors as attackers: who is alone in a cell knows its value.
 *
 * Alone is who has no company at all: others that contribute 0 are company, since
 * that they do is theirs to know. A cell that everybody knows needs no holder.
 * Kinds that the policy does not name are left out of the system altogether.
 * Where a contributor is alone in a whole and in all of its parts but one, in
 * which nobody is, that one is its own affair too: it tells that contributor
 * what it has not (no woman among its workers), and no release could keep that
 * from it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "release/trial.h"

static bool is_nothing(const cdn_cell *cell)
{
    return cell->providers == 0;
}

static uint32_t who_is_alone(const cdn_cell *cell, cdn_contributor kind)
{
    uint32_t company = kind == CDN_CONTRIBUTOR_WORKER      ? cell->workers
                       : kind == CDN_CONTRIBUTOR_WORKPLACE ? cell->workplaces
                                                           : cell->providers;
    return company == 1 ? cell->sole[kind] : 0;
}

/* Who holds all the cells of an equation in which somebody is and which are not known; 0 = several,
 * or nobody. */
static uint32_t who_holds_all(const cdn_trial *trial, const uint32_t *holder, uint32_t equation)
{
    const cdn_cells *cells = trial->cells;
    uint32_t who = 0;
    for (uint32_t i = cells->equation_start[equation]; i < cells->equation_start[equation + 1];
         i++) {
        uint32_t c = cells->equation_cell[i];
        if ((trial->marks[c] & CDN_CELL_KNOWN) != 0 || is_nothing(&cells->cells[c]))
            continue;
        if (holder[c] == 0 || (who != 0 && holder[c] != who))
            return 0;
        who = holder[c];
    }
    return who;
}

/* Of such an equation the one empty cell that *who does not hold; CDN_NONE when there is none, or
 * several. */
static uint32_t left_over(const cdn_trial *trial, const uint32_t *holder, uint32_t equation,
                          uint32_t *who)
{
    const cdn_cells *cells = trial->cells;
    uint32_t left = CDN_NONE;
    *who = who_holds_all(trial, holder, equation);
    for (uint32_t i = cells->equation_start[equation];
         *who != 0 && i < cells->equation_start[equation + 1]; i++) {
        uint32_t c = cells->equation_cell[i];
        if ((trial->marks[c] & CDN_CELL_KNOWN) != 0 || holder[c] == *who)
            continue;
        if (left != CDN_NONE)
            return CDN_NONE;
        left = c;
    }
    return left;
}

/* Gives each empty cell to who holds all else of an equation. Each pass that goes on gives a cell
 * away, so this ends. */
static void hold_what_follows(const cdn_trial *trial, uint32_t *holder)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (uint32_t e = 0; e < trial->cells->equation_count; e++) {
            uint32_t who = 0, cell = left_over(trial, holder, e, &who);
            if (cell == CDN_NONE || holder[cell] != 0)
                continue;
            holder[cell] = who;
            changed = true;
        }
    }
}

/* An empty part of a share is first of all the affair of those who could be in it. */
static void hold_shares(const cdn_trial *trial, uint32_t *holder)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t i = 0; i < cells->category_count; i++) {
        const cdn_category *category = &cells->categories[i];
        if (category->rest == CDN_NONE || holder[category->whole] == 0)
            continue;
        if (is_nothing(&cells->cells[category->part]))
            holder[category->part] = holder[category->whole];
        else if (is_nothing(&cells->cells[category->rest]))
            holder[category->rest] = holder[category->whole];
    }
}

/* Where an empty cell would be the affair of two, the second is not taken to know that it is alone
 * in the whole: *dropped flags that whole. */
static bool find_conflicts(const cdn_trial *trial, const uint32_t *holder, uint8_t *dropped)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        uint32_t who = 0, cell = left_over(trial, holder, e, &who);
        uint32_t whole = cells->equation_cell[cells->equation_start[e]];
        if (cell == CDN_NONE || holder[cell] == 0 || holder[whole] != who)
            continue;
        dropped[whole] = 1;
        any = true;
    }
    return any;
}

/* A dropped cell that its own contributor's other cells would give back: one of these is dropped
 * too. */
static bool find_returns(const cdn_trial *trial, cdn_contributor kind, const uint32_t *holder,
                         uint8_t *dropped)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        uint32_t back = CDN_NONE, other = CDN_NONE, lost = 0;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++)
            if (dropped[cells->equation_cell[i]])
                back = cells->equation_cell[i];
        if (back == CDN_NONE)
            continue;
        uint32_t who = who_is_alone(&cells->cells[back], kind);
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            uint32_t c = cells->equation_cell[i];
            if ((trial->marks[c] & CDN_CELL_KNOWN) != 0)
                continue;
            bool own = holder[c] == who && !dropped[c];
            lost += !own;
            if (own && !is_nothing(&cells->cells[c]))
                other = c;
        }
        if (lost == 1 && other != CDN_NONE) {
            dropped[other] = 1;
            any = true;
        }
    }
    return any;
}

/* Each round drops a cell, so this ends. */
static void fill_holders(const cdn_trial *trial, cdn_contributor kind, uint8_t *dropped,
                         uint32_t *holder)
{
    const cdn_cells *cells = trial->cells;
    bool again = true;
    memset(dropped, 0, cells->count);
    while (again) {
        for (uint32_t c = 0; c < cells->count; c++)
            holder[c] = (trial->marks[c] & CDN_CELL_KNOWN) != 0 || dropped[c]
                            ? 0
                            : who_is_alone(&cells->cells[c], kind);
        hold_shares(trial, holder);
        for (uint32_t c = 0; c < cells->count; c++)
            if ((trial->marks[c] & CDN_CELL_KNOWN) != 0)
                holder[c] = 0;
        hold_what_follows(trial, holder);
        again = find_conflicts(trial, holder, dropped) ||
                find_returns(trial, kind, holder, dropped);
    }
}

cdn_status cdn_trial_holders(cdn_trial *trial, cdn_error *error)
{
    const cdn_insiders *insiders = &trial->input->policy->insiders;
    const bool attacks[CDN_CONTRIBUTOR_END_] = {
        [CDN_CONTRIBUTOR_WORKER] = insiders->workers,
        [CDN_CONTRIBUTOR_WORKPLACE] = insiders->workplaces,
        [CDN_CONTRIBUTOR_PROVIDER] = insiders->providers};
    uint32_t kinds = 0;
    uint8_t *dropped = cdn_alloc(trial->cells->count, 1);
    cdn_status status = dropped == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t kind = 0; status == CDN_OK && kind < CDN_CONTRIBUTOR_END_; kind++) {
        if (!attacks[kind])
            continue;
        uint32_t *holder = cdn_alloc(trial->cells->count, sizeof *holder);
        if (holder == NULL) {
            status = cdn_fail_memory(error);
            break;
        }
        trial->holders[kinds] = holder;
        trial->system.holder[kinds++] = holder;
        fill_holders(trial, (cdn_contributor)kind, dropped, holder);
    }
    trial->system.holder_kinds = kinds;
    cdn_free(dropped);
    return status;
}
