/* gate.c - the trial, its report, and the only call that composes a release.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/gate.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "release/history.h"
#include "release/reasons.h"
#include "release/values.h"

static bool has_base(const cdn_trial *trial, const cdn_figure *figure, const cdn_measure *measure)
{
    const cdn_cell *cells = trial->cells->cells;
    if (measure->kind == CDN_MEASURE_QUANTILE)
        return cells[figure->cells[0]].records > 0;
    return measure->part_count < 2 || cells[figure->cells[1]].value != 0;
}

static void count_rules(cdn_verdict rules, cdn_gate_output *out)
{
    for (uint32_t r = 0; r < CDN_RULE_END_; r++)
        out->by_rule[r] += rules >> r & 1u;
}

static void count_figure(const cdn_trial *trial, uint32_t f, const cdn_measure *measure,
                         cdn_gate_output *out)
{
    const cdn_figure *figure = &trial->cells->figures[f];
    cdn_verdict rules = cdn_trial_figure_rules(trial, f);
    out->figures++;
    count_rules(rules, out);
    if (trial->fates[f] != CDN_FATE_PUBLISHED)
        *(rules != 0 ? &out->primary : &out->secondary) += 1;
    else if (!has_base(trial, figure, measure))
        out->not_applicable++;
    else
        out->published++;
}

static void count_list(const cdn_cell_list *list, uint32_t measure_count, cdn_gate_output *out)
{
    for (size_t v = 0; v < (size_t)list->row_count * measure_count; v++) {
        out->figures++;
        out->published += list->values[v].state == CDN_ROW_SHOWN;
        out->primary += list->values[v].state == CDN_ROW_WITHHELD;
        count_rules(cdn_trial_row_rules(list, v), out);
        out->not_applicable += list->values[v].state == CDN_ROW_NOT_AVAILABLE ||
                               list->values[v].state == CDN_ROW_NOT_APPLICABLE;
    }
}

static size_t row_figures(const cdn_trial *trial, uint32_t l)
{
    return (size_t)trial->cells->lists[l].row_count *
           trial->input->plan->lists[l].measure_count;
}

/* Which figures a later release has to know of: those of tables, then those of lists. */
static cdn_status note_published(const cdn_trial *trial, cdn_gate_report *report,
                                 cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    size_t count = cells->figure_count;
    for (uint32_t l = 0; l < cells->list_count; l++)
        count += row_figures(trial, l);
    if (count > CDN_NONE / 2)
        return cdn_fail(error, CDN_E_LIMIT, "the release has too many figures");
    report->published = cdn_alloc(count, 1);
    if (report->published == NULL)
        return cdn_fail_memory(error);
    for (uint32_t f = 0; f < cells->figure_count; f++)
        report->published[report->figure_count++] = trial->fates[f] == CDN_FATE_PUBLISHED;
    for (uint32_t l = 0; l < cells->list_count; l++)
        for (size_t v = 0; v < row_figures(trial, l); v++)
            report->published[report->figure_count++] =
                cells->lists[l].values[v].state == CDN_ROW_SHOWN;
    return CDN_OK;
}

static cdn_status make_report(const cdn_trial *trial, cdn_gate_report *report, cdn_error *error)
{
    const cdn_plan *plan = trial->input->plan;
    const cdn_cells *cells = trial->cells;
    report->output_count = plan->table_count + plan->list_count;
    report->outputs = cdn_alloc(report->output_count, sizeof *report->outputs);
    if (report->outputs == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(note_published(trial, report, error));
    report->cell_count = cells->today_count;
    report->equation_count = cells->today_equations;
    report->rounds = trial->pattern.rounds;
    report->pinned_count = trial->pinned_count;
    for (uint32_t c = 0; c < cells->today_count; c++)
        report->sensitive_count += trial->verdicts[c] != 0;
    for (uint32_t t = 0; t < plan->table_count; t++) {
        cdn_gate_output *out = &report->outputs[t];
        const cdn_plan_table *table = &plan->tables[t];
        out->name = table->name;
        for (uint32_t m = 0; m < table->measure_count; m++)
            for (uint32_t key = 0; key < cells->tables[t].key_count; key++)
                count_figure(trial,
                             cells->tables[t].first_figure + m * cells->tables[t].key_count + key,
                             &trial->input->catalogue->measures[table->measures[m].index], out);
    }
    for (uint32_t l = 0; l < plan->list_count; l++) {
        cdn_gate_output *out = &report->outputs[plan->table_count + l];
        out->name = plan->lists[l].name;
        out->is_list = true;
        count_list(&cells->lists[l], plan->lists[l].measure_count, out);
    }
    return CDN_OK;
}

static cdn_status count_hidden(const cdn_trial *trial, cdn_gate_report *report, cdn_error *error)
{
    uint8_t *used = cdn_alloc(trial->cells->today_count, 1);
    if (used == NULL)
        return cdn_fail_memory(error);
    for (uint32_t f = 0; f < trial->cells->figure_count; f++) {
        used[trial->cells->figures[f].cells[0]] = 1;
        if (trial->cells->figures[f].cells[1] != CDN_NONE)
            used[trial->cells->figures[f].cells[1]] = 1;
    }
    for (uint32_t c = 0; c < trial->cells->today_count; c++)
        report->hidden_count += !used[c];
    cdn_free(used);
    return CDN_OK;
}

/* Rounding that cannot be is found out before a release is asked for. */
static cdn_status try_values(const cdn_trial *trial, cdn_error *error)
{
    cdn_values values;
    CDN_TRY(cdn_values_create(trial, &values, error));
    cdn_values_release(&values);
    return CDN_OK;
}

static cdn_status run(const cdn_gate_input *input, cdn_release **out, cdn_gate_report *report,
                      cdn_error *error)
{
    cdn_trial trial;
    cdn_gate_input own = *input;
    memset(report, 0, sizeof *report);
#ifdef CDN_TEST_WITHOUT_HISTORY
    own.past_count = 0; /* a build to be attacked: forgets what it published before */
#endif
    cdn_status status = cdn_trial_run(&trial, &own, error);
    if (status == CDN_OK)
        status = make_report(&trial, report, error);
    if (status == CDN_OK)
        status = count_hidden(&trial, report, error);
    if (status == CDN_OK)
        status = cdn_history_report(&trial, report, error);
    if (status == CDN_OK && own.reasons)
        status = cdn_trial_reasons(&trial, report, error);
    if (status == CDN_OK && own.intervals) {
        report->interval_asked = trial.intervals.asked;
        report->interval_unsafe = trial.intervals.exposed + trial.intervals.undecided;
    }
    if (status == CDN_OK)
        status = cdn_trial_consents(&trial, &report->consent_keys, &report->consent_count, error);
    if (status == CDN_OK && out != NULL)
        status = cdn_compose(&trial, out, error);
    else if (status == CDN_OK)
        status = try_values(&trial, error);
    cdn_trial_release(&trial);
    return status;
}

cdn_status cdn_gate_clear(const cdn_gate_input *input, cdn_release **out, cdn_gate_report *report,
                          cdn_error *error)
{
    *out = NULL;
    return run(input, out, report, error);
}

cdn_status cdn_gate_try(const cdn_gate_input *input, cdn_gate_report *report, cdn_error *error)
{
    return run(input, NULL, report, error);
}

void cdn_gate_report_release(cdn_gate_report *report)
{
    cdn_free(report->outputs);
    cdn_free(report->published);
    cdn_free(report->bindings);
    cdn_free(report->withheld);
    cdn_arena_destroy(report->arena);
    cdn_gate_free_keys(report->consent_keys, report->consent_count);
    memset(report, 0, sizeof *report);
}
