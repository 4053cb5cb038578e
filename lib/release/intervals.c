/* intervals.c - what a reader knows of a trial's cells, and how far off he must be kept.
 *
 * Linear safety is not enough: with a lower bound for each cell, sums of small
 * counts give their parts away (Geurts's table in the Handbook on SDC, 2nd ed.,
 * 4.2.3, is the smallest case).
 *
 * What a reader can bound across dates is not looked at: his equations are
 * today's. Where an earlier figure is known, its change is as wide as today's cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/intervals.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "release/history.h"

typedef struct knowledge {
    int64_t *values, *lower;
    int64_t *below, *above, *width; /* protection levels */
    uint8_t *is_signed;             /* per variable */
    uint8_t *asked;                 /* per cell */
} knowledge;

static void set_levels(knowledge *k, const cdn_trial *trial, uint32_t c)
{
    const cdn_cell *cell = &trial->cells->cells[c];
    const cdn_policy *policy = trial->input->policy;
    k->width[c] = 1;
    if (!policy->levels.on || trial->verdicts[c] == 0 ||
        (trial->marks[c] & CDN_CELL_SENSITIVE) == 0)
        return;
    cdn_rule_levels(cell, &trial->cells->variables[cell->variable], policy, trial->verdicts[c],
                    &k->below[c], &k->above[c], &k->width[c]);
    if (k->width[c] < 1)
        k->width[c] = 1;
}

/* A share of 0 or of 100 per cent is withheld, so one side of a withheld share may be empty, as
 * long as somebody is left on the other. */
static void allow_empty_sides(knowledge *k, const cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    uint32_t count = trial->input->policy->group_disclosure ? cells->category_count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t sides[] = {cells->categories[i].part, cells->categories[i].rest};
        for (uint32_t side = 0; side < 2 && sides[1] != CDN_NONE; side++)
            if (!cells->cells[sides[side]].is_public &&
                cells->cells[sides[1 - side]].providers > 0 && k->lower[sides[side]] > 0)
                k->lower[sides[side]] = 0;
    }
}

static void know(knowledge *k, const cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    bool zeros_shown = trial->input->policy->zeros == CDN_ZEROS_SAFE;
    for (uint32_t c = 0; c < cells->count; c++)
        if (cells->cells[c].value < 0 && !cells->cells[c].is_change)
            k->is_signed[cells->cells[c].variable] = 1;
    for (uint32_t c = 0; c < cells->count; c++) {
        const cdn_cell *cell = &cells->cells[c];
        bool positive = !cells->variables[cell->variable].magnitude && cell->records > 0 &&
                        cell->value > 0 && zeros_shown && !cell->is_unanswered;
        k->values[c] = cell->value;
        k->asked[c] = c < cells->today_count && (trial->marks[c] & CDN_CELL_SENSITIVE) != 0;
        bool any = cell->is_change || k->is_signed[cell->variable];
        k->lower[c] = any ? CDN_INTERVAL_NO_LOWER : positive;
        set_levels(k, trial, c);
    }
    allow_empty_sides(k, trial);
}

static cdn_interval_input input_of(const knowledge *k, const cdn_trial *trial)
{
    return (cdn_interval_input){.values = k->values,
                                .lower = k->lower,
                                .below = k->below,
                                .above = k->above,
                                .width = k->width,
                                .asked = k->asked,
                                .equations = trial->equations.today,
                                .limit = (uint64_t)trial->input->policy->levels.limit * 1000};
}

static cdn_status knowledge_init(knowledge *k, const cdn_trial *trial, cdn_error *error)
{
    size_t count = trial->cells->count;
    *k = (knowledge){cdn_alloc(count, sizeof *k->values),
                     cdn_alloc(count, sizeof *k->lower),
                     cdn_alloc(count, sizeof *k->below),
                     cdn_alloc(count, sizeof *k->above),
                     cdn_alloc(count, sizeof *k->width),
                     cdn_alloc(trial->cells->variable_count, 1),
                     cdn_alloc(count, 1)};
    if (k->values == NULL || k->lower == NULL || k->below == NULL || k->above == NULL ||
        k->width == NULL || k->is_signed == NULL || k->asked == NULL)
        return cdn_fail_memory(error);
    know(k, trial);
    if (!trial->input->policy->levels.on)
        return CDN_OK;
    cdn_interval_input input = input_of(k, trial);
    return cdn_interval_cap(&trial->system, &input, k->below, k->above, k->width, error);
}

static void knowledge_release(knowledge *k)
{
    cdn_free(k->values);
    cdn_free(k->lower);
    cdn_free(k->below);
    cdn_free(k->above);
    cdn_free(k->width);
    cdn_free(k->is_signed);
    cdn_free(k->asked);
}

cdn_status cdn_trial_attack_intervals(const cdn_trial *trial, cdn_interval *found,
                                      cdn_error *error)
{
    knowledge k;
    cdn_status status = knowledge_init(&k, trial, error);
    if (status == CDN_OK) {
        cdn_interval_input input = input_of(&k, trial);
        status = cdn_attack_intervals(&trial->system, trial->pattern.figure_withheld, &input, found,
                                      error);
    }
    knowledge_release(&k);
    return status;
}

static bool is_unsafe(const cdn_interval *found)
{
    return found->verdict == CDN_INTERVAL_EXPOSED || found->verdict == CDN_INTERVAL_UNDECIDED;
}

/* Of the unsafe cells those that are safe while nothing is published stay flagged; the others
 * follow from common knowledge (a consented row that shows a total of 0, say), and are counted.
 * Which cells are empty, and that the withheld ones are not, only the release tells: but of cells
 * that are in no figure of it. Where zeros are withheld, known ones follow from others. */
static cdn_status excuse(cdn_trial *trial, knowledge *k, uint8_t *unsafe, cdn_error *error)
{
    cdn_system before = trial->system;
    uint32_t cells = before.cell_count;
    cdn_interval *alone = cdn_alloc(cells, sizeof *alone);
    uint8_t *nothing = cdn_alloc(before.figure_count, 1), *marks = cdn_alloc(cells, 1);
    uint8_t *told = cdn_alloc(cells, 1);
    cdn_status status = alone == NULL || nothing == NULL || marks == NULL || told == NULL
                            ? cdn_fail_memory(error)
                            : CDN_OK;
    if (status == CDN_OK) {
        cdn_interval_input input = input_of(k, trial);
        input.asked = unsafe;
        memset(nothing, 1, before.figure_count);
        for (uint32_t i = 0; i < before.figure_start[before.figure_count]; i++)
            told[before.figure_cell[i]] = 1;
        bool zeros_told = trial->input->policy->zeros == CDN_ZEROS_SAFE;
        for (uint32_t c = 0; c < cells; c++) {
            bool common = (trial->marks[c] & CDN_CELL_COMMON) != 0 &&
                          (cdn_history_knows(trial, c) || trial->cells->cells[c].records > 0 ||
                           !told[c] || !zeros_told);
            marks[c] = common ? trial->marks[c] : (uint8_t)(trial->marks[c] & ~CDN_CELL_KNOWN);
            k->lower[c] = k->lower[c] > 0 && told[c] ? 0 : k->lower[c];
        }
        before.marks = marks;
        status = cdn_attack_intervals(&before, nothing, &input, alone, error);
    }
    trial->pinned_count = 0;
    for (uint32_t c = 0; status == CDN_OK && c < cells; c++) {
        if (!unsafe[c] || alone[c].verdict != CDN_INTERVAL_EXPOSED)
            continue;
        unsafe[c] = 0;
        trial->pinned_count++;
    }
    cdn_free(told);
    cdn_free(marks);
    cdn_free(nothing);
    cdn_free(alone);
    return status;
}

/* What cannot be cured. */
static cdn_status judge_rest(cdn_trial *trial, knowledge *k, const cdn_interval *found,
                             cdn_error *error)
{
    uint32_t count = trial->cells->count;
    uint32_t rest = trial->intervals.exposed + trial->intervals.undecided;
    trial->pinned_count = rest;
    if (rest == 0 || !trial->input->policy->levels.on)
        return CDN_OK;
    uint8_t *unsafe = cdn_alloc(count, 1);
    if (unsafe == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < count; c++)
        unsafe[c] = is_unsafe(&found[c]);
    cdn_status status = excuse(trial, k, unsafe, error);
    if (status == CDN_OK && trial->pinned_count < rest)
        status = cdn_trial_refuse(trial, unsafe, "cells with too narrow an interval", error);
    cdn_free(unsafe);
    return status;
}

cdn_status cdn_trial_protect(cdn_trial *trial, cdn_error *error)
{
    knowledge k;
    cdn_interval *found = NULL;
    cdn_suppress_result_release(&trial->pattern);
    cdn_status status = knowledge_init(&k, trial, error);
    if (status != CDN_OK)
        goto done;
    found = cdn_alloc(trial->cells->count, sizeof *found);
    if (found == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    cdn_interval_input input = input_of(&k, trial);
    status = cdn_widen(&trial->system, &input, found, &trial->pattern, &trial->intervals, error);
    if (status == CDN_OK)
        status = judge_rest(trial, &k, found, error);

done:
    cdn_free(found);
    knowledge_release(&k);
    return status;
}
