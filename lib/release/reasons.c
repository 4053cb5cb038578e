/* reasons.c - which rules bound each figure that is not shown, for the data owner.
 *
 * Keys are codes; rows of a list go by their number, since a row is a provider.
 * No value of a cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/reasons.h"

#include <inttypes.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/text.h"

#define KEY_MAX 4096u
#define TELLS "new, and would tell of others, with earlier figures or rows beside it"

cdn_verdict cdn_trial_figure_rules(const cdn_trial *trial, uint32_t figure)
{
    const cdn_figure *f = &trial->cells->figures[figure];
    cdn_verdict rules = trial->figure_rules[figure] | trial->verdicts[f->cells[0]];
    return f->cells[1] == CDN_NONE ? rules : rules | trial->verdicts[f->cells[1]];
}

cdn_verdict cdn_trial_row_rules(const cdn_cell_list *list, size_t value)
{
    cdn_verdict rules = 0;
    if ((list->reasons[value] & CDN_ROW_FEW_WORKERS) != 0)
        rules |= 1u << CDN_RULE_ROW;
    if ((list->reasons[value] & CDN_ROW_GROUP) != 0)
        rules |= 1u << CDN_RULE_GROUP;
    if ((list->reasons[value] & CDN_ROW_QUANTILE) != 0)
        rules |= 1u << CDN_RULE_QUANTILE;
    if ((list->reasons[value] & (CDN_ROW_CHANGE | CDN_ROW_TELLS)) != 0)
        rules |= 1u << CDN_RULE_HISTORY;
    return rules;
}

/* The reason of the decision by hand that bound the figure. */
static const char *reason_of(const cdn_trial *trial, uint32_t figure)
{
    const cdn_figure *f = &trial->cells->figures[figure];
    const cdn_manual *manual = trial->input->policy->manual;
    if (trial->manual == NULL)
        return NULL;
    if (trial->figure_rules[figure] & 1u << CDN_RULE_MANUAL)
        return manual[trial->figure_manual[figure] - 1].reason;
    for (uint32_t i = 0; i < 2; i++)
        if (f->cells[i] != CDN_NONE && (trial->verdicts[f->cells[i]] & 1u << CDN_RULE_MANUAL))
            return manual[trial->manual[f->cells[i]] - 1].reason;
    return NULL;
}

static const char *key_text(const cdn_trial *trial, const cdn_cell_table *table, uint32_t key,
                            cdn_arena *arena)
{
    cdn_text text = CDN_TEXT_INIT(KEY_MAX);
    uint32_t step = table->key_count;
    for (uint32_t c = 0; c < table->column_count; c++) {
        const cdn_key_column *column = &table->columns[c];
        step /= column->count;
        cdn_text_addf(&text, "%s%s=%s", c > 0 ? " " : "",
                      trial->input->catalogue->dimensions[column->dimension].name,
                      column->codes[key / step % column->count]);
    }
    const char *copy = text.failed ? NULL : cdn_arena_strdup(arena, text.bytes == NULL ? "" :
                                                                    text.bytes);
    cdn_text_release(&text);
    return copy;
}

/* Measure names and reasons are copied: the report outlives catalogue and policy. */
static cdn_status add(cdn_gate_report *report, cdn_gate_withheld item, cdn_error *error)
{
    item.measure = cdn_arena_strdup(report->arena, item.measure);
    bool copied = true;
    if (item.reason != NULL) {
        item.reason = cdn_arena_strdup(report->arena, item.reason);
        copied = item.reason != NULL;
    }
    if (item.key == NULL || item.measure == NULL || !copied)
        return cdn_fail_memory(error);
    report->withheld[report->withheld_count++] = item;
    return CDN_OK;
}

static cdn_status add_table(const cdn_trial *trial, uint32_t t, cdn_gate_report *report,
                            cdn_error *error)
{
    const cdn_plan_table *plan = &trial->input->plan->tables[t];
    const cdn_cell_table *table = &trial->cells->tables[t];
    for (uint32_t key = 0; key < table->key_count; key++)
        for (uint32_t m = 0; m < plan->measure_count; m++) {
            uint32_t f = table->first_figure + m * table->key_count + key;
            uint32_t measure = plan->measures[m].index;
            if (trial->fates[f] == CDN_FATE_PUBLISHED)
                continue;
            cdn_gate_withheld item = {t, key_text(trial, table, key, report->arena),
                                      trial->input->catalogue->measures[measure].name,
                                      cdn_trial_figure_rules(trial, f), reason_of(trial, f)};
            CDN_TRY(add(report, item, error));
        }
    return CDN_OK;
}

static cdn_status add_list(const cdn_trial *trial, uint32_t l, cdn_gate_report *report,
                           cdn_error *error)
{
    const cdn_plan_list *plan = &trial->input->plan->lists[l];
    const cdn_cell_list *list = &trial->cells->lists[l];
    for (uint32_t row = 0; row < list->row_count; row++)
        for (uint32_t m = 0; m < plan->measure_count; m++) {
            size_t at = (size_t)row * plan->measure_count + m;
            if (list->values[at].state != CDN_ROW_WITHHELD)
                continue;
            uint32_t measure = plan->measures[m].index;
            cdn_gate_withheld item = {trial->input->plan->table_count + l,
                                      cdn_arena_printf(report->arena, "row %" PRIu32, row + 1),
                                      trial->input->catalogue->measures[measure].name,
                                      cdn_trial_row_rules(list, at),
                                      (list->reasons[at] & CDN_ROW_TELLS) != 0 ? TELLS : NULL};
            CDN_TRY(add(report, item, error));
        }
    return CDN_OK;
}

static size_t count_withheld(const cdn_trial *trial)
{
    size_t count = 0;
    const cdn_plan *plan = trial->input->plan;
    for (uint32_t f = 0; f < trial->cells->figure_count; f++)
        count += trial->fates[f] != CDN_FATE_PUBLISHED;
    for (uint32_t l = 0; l < plan->list_count; l++) {
        const cdn_cell_list *list = &trial->cells->lists[l];
        size_t values = (size_t)list->row_count * plan->lists[l].measure_count;
        for (size_t v = 0; v < values; v++)
            count += list->values[v].state == CDN_ROW_WITHHELD;
    }
    return count;
}

cdn_status cdn_trial_reasons(const cdn_trial *trial, cdn_gate_report *report, cdn_error *error)
{
    report->arena = cdn_arena_create();
    report->withheld = cdn_alloc(count_withheld(trial), sizeof *report->withheld);
    if (report->arena == NULL || report->withheld == NULL)
        return cdn_fail_memory(error);
    for (uint32_t t = 0; t < trial->cells->table_count; t++)
        CDN_TRY(add_table(trial, t, report, error));
    for (uint32_t l = 0; l < trial->input->plan->list_count; l++)
        CDN_TRY(add_list(trial, l, report, error));
    return CDN_OK;
}
