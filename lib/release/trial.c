/* trial.c - cells to verdicts to pattern to attack.
 *
 * Figures that their own rule withholds (quantiles) never enter the system as
 * visible, so they cannot lend visibility to a cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/trial.h"

#include <string.h>

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/text.h"
#include "release/intervals.h"
#include "release/judge.h"

static cdn_status list_candidates(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    trial->candidates = cdn_alloc(cells->figure_count, sizeof *trial->candidates);
    trial->figure_start = cdn_alloc((size_t)cells->figure_count + 1, sizeof(uint32_t));
    trial->figure_cell = cdn_alloc((size_t)cells->figure_count * 2, sizeof(uint32_t));
    if (trial->candidates == NULL || trial->figure_start == NULL || trial->figure_cell == NULL)
        return cdn_fail_memory(error);
    uint32_t entries = 0;
    for (uint32_t f = 0; f < cells->figure_count; f++) {
        const cdn_figure *figure = &cells->figures[f];
        if (trial->figure_rules[f] != 0)
            continue;
        trial->candidates[trial->candidate_count++] = f;
        trial->figure_cell[entries++] = figure->cells[0];
        if (figure->cells[1] != CDN_NONE && figure->cells[1] != figure->cells[0])
            trial->figure_cell[entries++] = figure->cells[1];
        trial->figure_start[trial->candidate_count] = entries;
    }
    return CDN_OK;
}

/* A change that is nobody's secret and nobody's to know is in no other equation, and leaves its own
 * without any meaning. */
static bool says_something(const cdn_trial *trial, uint32_t equation)
{
    const cdn_cells *cells = trial->cells;
    if (equation < cells->first_change)
        return true;
    uint32_t change = cells->equation_cell[cells->equation_start[equation + 1] - 1];
    bool says = trial->marks[change] != 0;
    for (uint32_t kind = 0; kind < trial->system.holder_kinds; kind++)
        says = says || trial->holders[kind][change] != 0;
    return says;
}

static cdn_status list_equations(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    size_t room = cells->equation_start[cells->equation_count];
    trial->equation_start = cdn_alloc((size_t)cells->equation_count + 1, sizeof(uint32_t));
    trial->equation_cell = cdn_alloc(room, sizeof *trial->equation_cell);
    trial->equation_coefficient = cdn_alloc(room, sizeof *trial->equation_coefficient);
    if (trial->equation_start == NULL || trial->equation_cell == NULL ||
        trial->equation_coefficient == NULL)
        return cdn_fail_memory(error);
    uint32_t count = 0, entries = 0;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        if (!says_something(trial, e))
            continue;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            trial->equation_cell[entries] = cells->equation_cell[i];
            trial->equation_coefficient[entries++] = cells->equation_coefficient[i];
        }
        trial->equation_start[++count] = entries;
    }
    trial->system.equation_count = count;
    trial->system.equation_start = trial->equation_start;
    trial->system.equation_cell = trial->equation_cell;
    trial->system.equation_coefficient = trial->equation_coefficient;
    return CDN_OK;
}

static cdn_status build_system(cdn_trial *trial, cdn_error *error)
{
    CDN_TRY(list_candidates(trial, error));
    trial->system = (cdn_system){.cell_count = trial->cells->count,
                                 .marks = trial->marks,
                                 .costs = trial->costs,
                                 .figure_count = trial->candidate_count,
                                 .figure_start = trial->figure_start,
                                 .figure_cell = trial->figure_cell};
    CDN_TRY(cdn_trial_holders(trial, error));
    return list_equations(trial, error);
}

/* true when a figure of the table uses an exposed cell. */
static bool table_is_exposed(const cdn_trial *trial, uint32_t t, const uint8_t *exposed)
{
    const cdn_cell_table *table = &trial->cells->tables[t];
    uint32_t count = table->key_count * trial->input->plan->tables[t].measure_count;
    for (uint32_t i = 0; i < count; i++) {
        const cdn_figure *figure = &trial->cells->figures[table->first_figure + i];
        if (exposed[figure->cells[0]] ||
            (figure->cells[1] != CDN_NONE && exposed[figure->cells[1]]))
            return true;
    }
    return false;
}

/* An exposed cell that no figure uses lies between outputs: it is the difference of what several of
 * them publish. */
cdn_status cdn_trial_refuse(const cdn_trial *trial, const uint8_t *exposed, const char *what,
                            cdn_error *error)
{
    cdn_text names = CDN_TEXT_INIT(256);
    uint32_t count = 0;
    for (uint32_t c = 0; c < trial->cells->count; c++)
        count += exposed[c] != 0;
    for (uint32_t t = 0; t < trial->cells->table_count; t++)
        if (table_is_exposed(trial, t, exposed))
            cdn_text_addf(&names, "%s%s", names.length > 0 ? ", " : "",
                          trial->input->plan->tables[t].name);
    cdn_status status = cdn_fail(
        error, CDN_E_REFUSED, "the audit found %u %s in the outputs: %s; nothing is released", count,
        what, names.bytes == NULL ? "differences between them" : names.bytes);
    cdn_text_release(&names);
    return status;
}

static cdn_status attack(const cdn_trial *trial, cdn_error *error)
{
    uint8_t *exposed = cdn_alloc(trial->cells->count, 1);
    if (exposed == NULL)
        return cdn_fail_memory(error);
    uint32_t count = 0;
    cdn_status status = cdn_attack_exact(&trial->system, trial->pattern.figure_withheld, exposed,
                                         &count, error);
    if (status == CDN_OK && count > 0)
        status = cdn_trial_refuse(trial, exposed, "exposed cells", error);
    cdn_free(exposed);
    return status;
}

static cdn_status decide(cdn_trial *trial, cdn_error *error)
{
    trial->fates = cdn_alloc(trial->cells->figure_count, 1);
    if (trial->fates == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < trial->candidate_count; i++)
        if (!trial->pattern.figure_withheld[i])
            trial->fates[trial->candidates[i]] = CDN_FATE_PUBLISHED;
    return CDN_OK;
}

static cdn_status tabulate(cdn_trial *trial, cdn_error *error)
{
    const cdn_gate_input *in = trial->input;
    cdn_cells_input input = {.snapshot = in->snapshot,
                             .catalogue = in->catalogue,
                             .plan = in->plan,
                             .agreement = in->agreement,
                             .policy = in->policy,
                             .perturbation_key = in->perturbation_key,
                             .threads = in->threads,
                             .past = in->past,
                             .past_count = in->past_count};
    return cdn_cells_create(&input, &trial->cells, error);
}

cdn_status cdn_trial_run(cdn_trial *trial, const cdn_gate_input *input, cdn_error *error)
{
    memset(trial, 0, sizeof *trial);
    trial->input = input;
    CDN_TRY(tabulate(trial, error));
    CDN_TRY(cdn_trial_judge(trial, error));
    CDN_TRY(build_system(trial, error));
    cdn_status status = cdn_trial_protect(trial, error);
    if (status != CDN_OK)
        return cdn_trial_explain_conflict(trial, status, error);
    CDN_TRY(attack(trial, error));
    return decide(trial, error);
}

void cdn_trial_release(cdn_trial *trial)
{
    cdn_suppress_result_release(&trial->pattern);
    cdn_free(trial->fates);
    for (uint32_t kind = 0; kind < CDN_HOLDER_KINDS; kind++)
        cdn_free(trial->holders[kind]);
    cdn_free(trial->figure_cell);
    cdn_free(trial->figure_start);
    cdn_free(trial->candidates);
    cdn_free(trial->equation_coefficient);
    cdn_free(trial->equation_cell);
    cdn_free(trial->equation_start);
    cdn_free(trial->costs);
    cdn_free(trial->marks);
    cdn_free(trial->bound_by);
    cdn_free(trial->known_by);
    cdn_free(trial->figure_manual);
    cdn_free(trial->manual);
    cdn_free(trial->figure_rules);
    cdn_free(trial->verdicts);
    cdn_cells_destroy(trial->cells);
}
