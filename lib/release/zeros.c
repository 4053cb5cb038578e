/* zeros.c - empty cells that must not be taken as known, and those that are known whatever is done.
 *
 * Where the policy publishes zeros an empty cell is known. But some empty cells
 * are confidential (a share of 0 per cent): "nobody of this group" is said as
 * well by each "nobody" of a part of it. And some zeros leave only one answer
 * for a confidential cell next to them. Such zeros are not known by themselves;
 * a published one may be withheld when nothing else helps.
 *
 * Where the policy withholds zeros, an empty cell is confidential. But where rows
 * and public facts show everybody of a whole, they show as well that nobody is in
 * a part of it. Such a zero is known, and withholding it would protect nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "release/history.h"
#include "release/judge.h"

static bool is_known(const cdn_trial *trial, uint32_t cell)
{
    return (trial->marks[cell] & CDN_CELL_KNOWN) != 0;
}

/* The only cell of the equation that is not known; CDN_NONE when there are more, or none. */
static uint32_t only_unknown(const cdn_trial *trial, uint32_t first, uint32_t end)
{
    uint32_t found = CDN_NONE;
    for (uint32_t i = first; i < end; i++) {
        uint32_t cell = trial->cells->equation_cell[i];
        if (is_known(trial, cell))
            continue;
        if (found != CDN_NONE)
            return CDN_NONE;
        found = cell;
    }
    return found;
}

/* The equation would tell of a cell that is confidential or doubted already: its whole is empty and
 * not known, or it has only one unknown. An earlier date is no part of today. */
static bool tells(const cdn_trial *trial, uint32_t equation, const uint8_t *doubted)
{
    const cdn_cells *cells = trial->cells;
    uint32_t first = cells->equation_start[equation], end = cells->equation_start[equation + 1];
    uint32_t whole = cells->equation_cell[first];
    if (equation < cells->first_change && cells->cells[whole].records == 0 &&
        !is_known(trial, whole))
        return true;
    uint32_t alone = only_unknown(trial, first, end);
    return alone != CDN_NONE &&
           ((trial->marks[alone] & CDN_CELL_SENSITIVE) != 0 || doubted[alone]);
}

/* The whole says that nobody is in any of its parts, and one of them is a secret zero. */
static bool tells_of_parts(const cdn_trial *trial, uint32_t equation, const uint8_t *doubted)
{
    const cdn_cells *cells = trial->cells;
    uint32_t first = cells->equation_start[equation], end = cells->equation_start[equation + 1];
    if (equation >= cells->first_change || cells->cells[cells->equation_cell[first]].records > 0)
        return false;
    for (uint32_t i = first + 1; i < end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (!is_known(trial, cell) && cells->cells[cell].records == 0 &&
            ((trial->marks[cell] & CDN_CELL_SENSITIVE) != 0 || doubted[cell]))
            return true;
    }
    return false;
}

static bool doubt_equation(cdn_trial *trial, uint32_t equation, uint8_t *doubted)
{
    const cdn_cells *cells = trial->cells;
    uint32_t first = cells->equation_start[equation], end = cells->equation_start[equation + 1];
    bool changed = false;
    if (tells_of_parts(trial, equation, doubted))
        end = first + 1; /* the whole alone */
    else if (!tells(trial, equation, doubted))
        return false;
    for (uint32_t i = first; i < end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (!is_known(trial, cell) || cells->cells[cell].records > 0 ||
            cells->cells[cell].is_public || cdn_trial_is_forced(trial, cell) ||
            cdn_trial_is_structural(trial, cell) || cdn_history_knows(trial, cell))
            continue;
        trial->marks[cell] = CDN_CELL_KEEP;
        doubted[cell] = 1;
        changed = true;
    }
    return changed;
}

/* Nobody holds anything here, and nothing is published. */
static cdn_status find_determined(const cdn_trial *trial, const uint8_t *marks, uint8_t *peels,
                                  uint8_t *found, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    cdn_peeled equations;
    uint32_t count = 0;
    for (uint32_t c = 0; c < cells->count; c++)
        peels[c] = (marks[c] & CDN_CELL_KNOWN) != 0       ? CDN_PEEL_CORE
                   : (marks[c] & CDN_CELL_SENSITIVE) != 0 ? CDN_PEEL_SECRET
                                                          : CDN_PEEL_IDLE;
    cdn_status status =
        cdn_peel_equations(cells, peels, marks, CDN_CELL_KNOWN, &equations, error);
    const cdn_system system = {.cell_count = cells->count,
                               .marks = marks,
                               .costs = trial->costs,
                               .equation_count = equations.count,
                               .equation_start = equations.start,
                               .equation_cell = equations.cell,
                               .equation_coefficient = equations.coefficient,
                               .figure_start = (const uint32_t[]){0}};
    if (status == CDN_OK)
        status = cdn_attack_exact(&system, NULL, found, &count, error);
    cdn_peeled_release(&equations);
    return status;
}

/* What follows from a cell that is forced by hand stays confidential, and is a conflict. */
cdn_status cdn_trial_find_implied(const cdn_trial *trial, uint8_t *marks, uint8_t *found,
                                  cdn_error *error)
{
    uint8_t *peels = cdn_alloc(trial->cells->count, 1);
    if (peels == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < trial->cells->count; c++)
        if ((marks[c] & CDN_CELL_COMMON) == 0)
            marks[c] &= (uint8_t)~CDN_CELL_KNOWN;
    cdn_status status = find_determined(trial, marks, peels, found, error);
    cdn_free(peels);
    return status;
}

cdn_status cdn_trial_admit_zeros(cdn_trial *trial, cdn_error *error)
{
    uint32_t count = trial->cells->count;
    if (trial->input->policy->zeros != CDN_ZEROS_UNSAFE)
        return CDN_OK;
    uint8_t *found = cdn_alloc(count, 1), *marks = cdn_alloc(count, 1);
    cdn_status status = found == NULL || marks == NULL
                            ? cdn_fail_memory(error)
                            : CDN_OK;
    if (status == CDN_OK) {
        memcpy(marks, trial->marks, count);
        status = cdn_trial_find_implied(trial, marks, found, error);
    }
    for (uint32_t c = 0; status == CDN_OK && c < count; c++) {
        if (found[c] == 0 || trial->verdicts[c] != 1u << CDN_RULE_ZERO)
            continue;
        trial->verdicts[c] = 0;
        trial->marks[c] = CDN_CELL_KNOWN | CDN_CELL_COMMON;
    }
    cdn_free(marks);
    cdn_free(found);
    return status;
}

cdn_status cdn_trial_doubt_zeros(cdn_trial *trial, cdn_error *error)
{
    uint8_t *doubted = cdn_alloc(trial->cells->count, 1);
    if (doubted == NULL)
        return cdn_fail_memory(error);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < trial->cells->equation_count; e++)
            changed = doubt_equation(trial, e, doubted) || changed;
    }
    cdn_free(doubted);
    return CDN_OK;
}
