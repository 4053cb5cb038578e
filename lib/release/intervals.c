/* intervals.c - the interval attack on a trial, and what follows from it.
 *
 * Linear safety is not enough: with a lower bound for each cell, sums of small
 * counts give their parts away. slack.c sees one equation at a time; this sees
 * them together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/intervals.h"

#include "attack/interval_remedy.h"
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

static cdn_interval_input input_of(const knowledge *k, cdn_interval_moves *moves,
                                   cdn_trial_interval_report *report)
{
    return (cdn_interval_input){.values = k->values,
                                .lower = k->lower,
                                .asked = k->asked,
                                .moves = moves,
                                .work = &report->work};
}

static cdn_status attack(const cdn_trial *trial, const cdn_interval_input *input,
                         cdn_interval *found, cdn_trial_interval_report *report, cdn_error *error)
{
    CDN_TRY(
        cdn_attack_intervals(&trial->system, trial->pattern.figure_withheld, input, found, error));
    count_verdicts(found, trial->cells->count, report);
    return CDN_OK;
}

cdn_status cdn_trial_attack_intervals(const cdn_trial *trial, cdn_interval *found,
                                      cdn_trial_interval_report *report, cdn_error *error)
{
    knowledge k;
    cdn_interval *own = NULL;
    *report = (cdn_trial_interval_report){0};
    cdn_status status = knowledge_init(&k, trial, error);
    if (status != CDN_OK)
        goto done;
    if (found == NULL)
        found = own = cdn_alloc(trial->cells->count, sizeof *own);
    if (found == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    cdn_interval_input input = input_of(&k, NULL, report);
    status = attack(trial, &input, found, report, error);

done:
    cdn_free(own);
    knowledge_release(&k);
    return status;
}

/* Cells of the remedy that were not marked before; cells that everybody knows stay as they are. */
static uint32_t mark(cdn_trial *trial, const uint8_t *wanted)
{
    uint32_t marked = 0;
    for (uint32_t c = 0; c < trial->cells->count; c++) {
        if (!wanted[c] || (trial->marks[c] & (CDN_CELL_KNOWN | CDN_CELL_SENSITIVE)) != 0)
            continue;
        trial->marks[c] = (uint8_t)(trial->marks[c] | CDN_CELL_SENSITIVE);
        marked++;
    }
    return marked;
}

static cdn_status make_safe(cdn_trial *trial, const cdn_interval_input *input,
                            const cdn_interval *found, uint8_t *wanted, uint32_t *marked,
                            uint32_t unsafe, cdn_error *error)
{
    uint32_t visible, stuck;
    CDN_TRY(cdn_attack_remedy(&trial->system, trial->pattern.figure_withheld, input, found, wanted,
                              &visible, &stuck, error));
    *marked = mark(trial, wanted);
    if (*marked > 0)
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED,
                    "%u cells can be worked out from known bounds, or cannot be shown safe, "
                    "whatever else is withheld; nothing is released",
                    unsafe);
}

cdn_status cdn_trial_intervals(cdn_trial *trial, cdn_interval_moves *moves, uint32_t *marked,
                               cdn_trial_interval_report *report, cdn_error *error)
{
    knowledge k;
    uint32_t count = trial->cells->count;
    *marked = 0;
    *report = (cdn_trial_interval_report){0};
    cdn_interval *found = cdn_alloc(count, sizeof *found);
    uint8_t *wanted = cdn_alloc(count, 1);
    cdn_status status = knowledge_init(&k, trial, error);
    if (status != CDN_OK)
        goto done;
    if (found == NULL || wanted == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    cdn_interval_input input = input_of(&k, moves, report);
    status = attack(trial, &input, found, report, error);
    uint32_t unsafe = report->exposed + report->undecided;
    if (status == CDN_OK && unsafe > 0)
        status = make_safe(trial, &input, found, wanted, marked, unsafe, error);

done:
    cdn_free(wanted);
    cdn_free(found);
    knowledge_release(&k);
    return status;
}
