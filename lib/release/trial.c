/* trial.c - cells to verdicts to pattern to attack.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/trial.h"

#include <string.h>

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/text.h"
#include "release/history.h"
#include "release/intervals.h"
#include "release/judge.h"

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
        error, CDN_E_REFUSED, "the audit found %u %s in the outputs: %s; nothing is released",
        count, what, names.bytes == NULL ? "differences between them" : names.bytes);
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
                             .past_count = in->past_count,
                             .vetoes = (const uint32_t *const *)trial->vetoes};
    return cdn_cells_create(&input, &trial->cells, error);
}

static void start_over(cdn_trial *trial)
{
    cdn_trial next = {.input = trial->input, .vetoes = trial->vetoes};
    trial->vetoes = NULL;
    cdn_trial_release(trial);
    *trial = next;
}

#define PATIENT 3u /* turns in which one row of a cell is left out, and not all */

/* Until no new row is shown that gives others away. */
static cdn_status judge_cells(cdn_trial *trial, cdn_error *error)
{
    uint32_t vetoes = 1;
    for (uint32_t turn = 0; vetoes > 0; turn++) {
        start_over(trial);
        CDN_TRY(tabulate(trial, error));
        CDN_TRY(cdn_trial_judge(trial, error));
        CDN_TRY(cdn_history_veto(trial, turn >= PATIENT, &vetoes, error));
    }
    cdn_cells_settle(trial->cells);
    return CDN_OK;
}

cdn_status cdn_trial_run(cdn_trial *trial, const cdn_gate_input *input, cdn_error *error)
{
    *trial = (cdn_trial){.input = input};
    CDN_TRY(judge_cells(trial, error));
    CDN_TRY(cdn_trial_system(trial, error));
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
    cdn_peeled_release(&trial->equations);
    cdn_free(trial->implied);
    cdn_free(trial->ranks);
    cdn_free(trial->costs);
    cdn_free(trial->marks);
    cdn_free(trial->bound_at);
    cdn_free(trial->known_at);
    cdn_free(trial->bound_by);
    cdn_free(trial->known_by);
    cdn_free(trial->figure_manual);
    cdn_free(trial->manual);
    cdn_free(trial->figure_rules);
    cdn_free(trial->verdicts);
    cdn_free(trial->given_away);
    for (uint32_t l = 0; trial->vetoes != NULL && l < trial->input->plan->list_count; l++)
        cdn_free(trial->vetoes[l]);
    cdn_free(trial->vetoes);
    cdn_cells_destroy(trial->cells);
}
