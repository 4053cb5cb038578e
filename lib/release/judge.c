/* judge.c - what the rules say of each cell and figure, and what an attacker knows.
 *
 * Which cells an attacker knows: what earlier releases published (history.c), public facts, cells
 * whose contributors all have the statistic in a published row (their sum), and empty cells when
 * the policy publishes zeros (a published 0 says that nobody is there, and a hidden empty
 * cell is treated as known too, which only makes the attacker stronger; see
 * zeros.c for those that are not).
 * Nobody knows how many did not answer, nor that nobody failed to, unless a
 * figure says so. A cell that is published by hand is known, so that it is never
 * withheld to protect another.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/judge.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "release/history.h"

static const cdn_measure *table_measure(const cdn_trial *trial, uint32_t t, uint32_t m)
{
    const cdn_gate_input *in = trial->input;
    return &in->catalogue->measures[in->plan->tables[t].measures[m].index];
}

static void judge_quantiles(cdn_trial *trial, uint32_t t, uint32_t m)
{
    const cdn_cells *cells = trial->cells;
    const cdn_cell_table *table = &cells->tables[t];
    for (uint32_t key = 0; key < table->key_count; key++) {
        uint32_t f = table->first_figure + m * table->key_count + key;
        const cdn_figure *figure = &cells->figures[f];
        const cdn_cell *base = &cells->cells[figure->cells[0]];
        if (base->records > 0 && cdn_rule_quantile(figure, base, trial->input->policy))
            trial->figure_rules[f] |= 1u << CDN_RULE_QUANTILE;
    }
}

static cdn_status apply_rules(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    trial->verdicts = cdn_alloc(cells->count, sizeof *trial->verdicts);
    trial->figure_rules = cdn_alloc(cells->figure_count, sizeof *trial->figure_rules);
    if (trial->verdicts == NULL || trial->figure_rules == NULL)
        return cdn_fail_memory(error);
    cdn_rule_cells(cells, trial->input->policy, trial->verdicts);
    CDN_TRY(cdn_history_judge(trial, error));
    for (uint32_t t = 0; t < cells->table_count; t++)
        for (uint32_t m = 0; m < trial->input->plan->tables[t].measure_count; m++)
            if (table_measure(trial, t, m)->kind == CDN_MEASURE_QUANTILE)
                judge_quantiles(trial, t, m);
    return CDN_OK;
}

static cdn_status mark(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    trial->marks = cdn_alloc(cells->count, 1);
    if (trial->marks == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < cells->count; c++) {
        const cdn_cell *cell = &cells->cells[c];
        bool empty = cell->records == 0;
        bool in_rows = !empty && cell->providers == 0 && !cell->is_lent;
        bool safe_zero = empty && trial->input->policy->zeros == CDN_ZEROS_SAFE;
        if (cdn_history_knows(trial, c))
            trial->marks[c] = CDN_CELL_KNOWN | CDN_CELL_COMMON;
        else if (trial->verdicts[c] != 0)
            trial->marks[c] = CDN_CELL_SENSITIVE;
        else if (cdn_trial_is_structural(trial, c) ||
                 (!cell->is_unanswered && (cell->is_public || in_rows || safe_zero)))
            trial->marks[c] = CDN_CELL_KNOWN | CDN_CELL_COMMON;
        else if (cdn_trial_is_forced(trial, c))
            trial->marks[c] = CDN_CELL_KNOWN;
    }
    return cdn_trial_doubt_zeros(trial, error);
}

cdn_status cdn_trial_judge(cdn_trial *trial, cdn_error *error)
{
    CDN_TRY(apply_rules(trial, error));
    CDN_TRY(cdn_trial_decide_by_hand(trial, error));
    CDN_TRY(cdn_history_remember(trial, error));
    CDN_TRY(cdn_trial_costs(trial, error));
    CDN_TRY(mark(trial, error));
    CDN_TRY(cdn_trial_admit_zeros(trial, error));
    return cdn_history_excuse(trial, error);
}
