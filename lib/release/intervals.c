/* intervals.c - the interval attack on a trial.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/intervals.h"

#include "core/alloc.h"
#include "core/fail.h"

typedef struct knowledge {
    int64_t *values, *lower;
    uint8_t *asked;
    uint8_t *is_signed; /* per variable */
} knowledge;

static void know(knowledge *k, const cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    bool zeros_shown = trial->input->policy->zeros == CDN_ZEROS_SAFE;
    for (uint32_t c = 0; c < cells->count; c++)
        if (cells->cells[c].value < 0)
            k->is_signed[cells->cells[c].variable] = 1;
    for (uint32_t c = 0; c < cells->count; c++) {
        const cdn_cell *cell = &cells->cells[c];
        bool positive = !cells->variables[cell->variable].magnitude && cell->records > 0 &&
                        cell->value > 0 && zeros_shown;
        k->values[c] = cell->value;
        k->lower[c] = k->is_signed[cell->variable] ? CDN_INTERVAL_NO_LOWER : positive;
        k->asked[c] = trial->verdicts[c] != 0;
    }
}

static cdn_status knowledge_init(knowledge *k, const cdn_trial *trial, cdn_error *error)
{
    size_t count = trial->cells->count;
    *k = (knowledge){cdn_alloc(count, sizeof *k->values), cdn_alloc(count, sizeof *k->lower),
                     cdn_alloc(count, 1), cdn_alloc(trial->cells->variable_count, 1)};
    if (k->values == NULL || k->lower == NULL || k->asked == NULL || k->is_signed == NULL)
        return cdn_fail_memory(error);
    know(k, trial);
    return CDN_OK;
}

static void knowledge_release(knowledge *k)
{
    cdn_free(k->values);
    cdn_free(k->lower);
    cdn_free(k->asked);
    cdn_free(k->is_signed);
}

static void count_verdicts(const cdn_interval *found, uint32_t count,
                           cdn_trial_interval_report *report)
{
    for (uint32_t c = 0; c < count; c++) {
        report->asked += found[c].verdict != CDN_INTERVAL_NOT_ASKED;
        report->protected_count += found[c].verdict == CDN_INTERVAL_PROTECTED;
        report->exposed += found[c].verdict == CDN_INTERVAL_EXPOSED;
        report->undecided += found[c].verdict == CDN_INTERVAL_UNDECIDED;
    }
}

cdn_status cdn_trial_attack_intervals(const cdn_trial *trial, cdn_interval *found,
                                      cdn_trial_interval_report *report, cdn_error *error)
{
    knowledge k;
    cdn_interval *own = NULL;
    cdn_status status = knowledge_init(&k, trial, error);
    if (status != CDN_OK)
        goto done;
    if (found == NULL)
        found = own = cdn_alloc(trial->cells->count, sizeof *own);
    if (found == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    *report = (cdn_trial_interval_report){0};
    cdn_interval_input input = {
        .values = k.values, .lower = k.lower, .asked = k.asked, .work = &report->work};
    status =
        cdn_attack_intervals(&trial->system, trial->pattern.figure_withheld, &input, found, error);
    if (status == CDN_OK)
        count_verdicts(found, trial->cells->count, report);

done:
    cdn_free(own);
    knowledge_release(&k);
    return status;
}
