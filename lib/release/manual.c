/* manual.c - cells that the policy decides by hand, and what cannot be had together.
 *
 * An entry names a measure and codes of dimensions. It matches the figures of
 * that measure at those codes in every table: a table that lacks one of the
 * dimensions has its total, unless a filter narrows it. "Withheld" is about the
 * figure, so the statistic (of a ratio, the numerator) becomes confidential;
 * the others hold for all cells of the figure. A structural zero is common knowledge;
 * one that has records is an error. Two entries with
 * different decisions on one cell are an error: nobody should have to work out
 * which of them wins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/text.h"
#include "release/judge.h"

#define CODES_MAX 16u

typedef struct place {
    const cdn_manual *manual;
    uint32_t number; /* 1 + its position */
    uint32_t measure;
    uint32_t dimensions[CODES_MAX];
    const char *codes[CODES_MAX];
} place;

/* --- names ------------------------------------------------------------------------------- */

static cdn_status unknown(const cdn_trial *trial, const cdn_manual *manual, const char *kind,
                          const char *name, cdn_error *error)
{
    return cdn_fail_at(error, CDN_E_INPUT, trial->input->policy->source, manual->line, 0,
                       "cell: there is no %s \"%.64s\"", kind, name);
}

/* The code as keys have it; a label will do too. */
static const char *find_code(const cdn_dimension *dimension, const char *code)
{
    if (strcmp(code, CDN_TOTAL_CODE) == 0 || strcmp(code, CDN_UNKNOWN_CODE) == 0)
        return code;
    for (uint32_t l = 0; l < dimension->level_count; l++) {
        uint32_t found = cdn_level_find_code(&dimension->levels[l], code);
        if (found != CDN_NONE)
            return dimension->levels[l].codes[found];
    }
    return NULL;
}

static cdn_status resolve(const cdn_trial *trial, const cdn_manual *manual, place *out,
                          cdn_error *error)
{
    const cdn_catalogue *catalogue = trial->input->catalogue;
    out->manual = manual;
    out->measure = cdn_catalogue_find_measure(catalogue, manual->measure);
    if (out->measure == CDN_NONE)
        return unknown(trial, manual, "measure", manual->measure, error);
    if (manual->code_count > CODES_MAX)
        return cdn_fail(error, CDN_E_INTERNAL, "a cell of a policy has too many codes");
    for (uint32_t i = 0; i < manual->code_count; i++) {
        out->dimensions[i] = cdn_catalogue_find_dimension(catalogue, manual->dimensions[i]);
        if (out->dimensions[i] == CDN_NONE)
            return unknown(trial, manual, "dimension", manual->dimensions[i], error);
        out->codes[i] = find_code(&catalogue->dimensions[out->dimensions[i]], manual->codes[i]);
        if (out->codes[i] == NULL) {
            cdn_status status = unknown(trial, manual, "code", manual->codes[i], error);
            cdn_fail_hint(error, "codes of the dimension \"%s\" are expected here",
                          manual->dimensions[i]);
            return status;
        }
    }
    return CDN_OK;
}

/* --- figures ----------------------------------------------------------------------------- */

static uint32_t column_of(const cdn_cell_table *table, uint32_t dimension)
{
    for (uint32_t c = 0; c < table->column_count; c++)
        if (table->columns[c].dimension == dimension)
            return c;
    return CDN_NONE;
}

static bool is_narrowed(const cdn_plan_table *plan, uint32_t dimension)
{
    for (uint32_t f = 0; f < plan->filter_count; f++)
        if (plan->filters[f].dimension == dimension)
            return true;
    return false;
}

/* The dimensions that the table lacks: only its total over them can be meant. */
static bool can_match(const place *p, const cdn_plan_table *plan, const cdn_cell_table *table)
{
    for (uint32_t i = 0; i < p->manual->code_count; i++)
        if (column_of(table, p->dimensions[i]) == CDN_NONE &&
            (strcmp(p->codes[i], CDN_TOTAL_CODE) != 0 || is_narrowed(plan, p->dimensions[i])))
            return false;
    return true;
}

static bool key_matches(const place *p, const cdn_cell_table *table, uint32_t key)
{
    uint32_t rest = key;
    for (uint32_t c = table->column_count; c-- > 0;) {
        const cdn_key_column *column = &table->columns[c];
        const char *code = column->codes[rest % column->count];
        rest /= column->count;
        for (uint32_t i = 0; i < p->manual->code_count; i++)
            if (p->dimensions[i] == column->dimension && strcmp(p->codes[i], code) != 0)
                return false;
    }
    return true;
}

static cdn_status decide(cdn_trial *trial, const place *p, uint32_t cell, cdn_error *error)
{
    uint32_t before = cell == CDN_NONE ? 0 : trial->manual[cell];
    const cdn_policy *policy = trial->input->policy;
    if (cell == CDN_NONE)
        return CDN_OK;
    if (before != 0 && policy->manual[before - 1].status != p->manual->status)
        return cdn_fail_at(error, CDN_E_INPUT, policy->source, p->manual->line, 0,
                           "cell: line %" PRIu32 " decides otherwise of a cell that both mean",
                           policy->manual[before - 1].line);
    if (before == 0)
        trial->manual[cell] = p->number;
    return CDN_OK;
}

static cdn_status apply(cdn_trial *trial, const place *p, uint32_t f, cdn_error *error)
{
    const cdn_figure *figure = &trial->cells->figures[f];
    bool quantile =
        trial->input->catalogue->measures[p->measure].kind == CDN_MEASURE_QUANTILE;
    bool withheld = p->manual->status == CDN_MANUAL_WITHHELD;
    if (quantile)
        trial->figure_rules[f] = withheld ? trial->figure_rules[f] | 1u << CDN_RULE_MANUAL : 0;
    if (quantile)
        trial->figure_manual[f] = p->number;
    if (withheld)
        return quantile ? CDN_OK : decide(trial, p, figure->cells[0], error);
    CDN_TRY(decide(trial, p, figure->cells[0], error));
    return decide(trial, p, figure->cells[1], error);
}

static cdn_status match(cdn_trial *trial, const place *p, cdn_error *error)
{
    for (uint32_t t = 0; t < trial->cells->table_count; t++) {
        const cdn_plan_table *plan = &trial->input->plan->tables[t];
        const cdn_cell_table *table = &trial->cells->tables[t];
        if (!can_match(p, plan, table))
            continue;
        for (uint32_t m = 0; m < plan->measure_count; m++)
            for (uint32_t key = 0;
                 plan->measures[m].index == p->measure && key < table->key_count; key++)
                if (key_matches(p, table, key))
                    CDN_TRY(apply(trial, p, table->first_figure + m * table->key_count + key,
                                  error));
    }
    return CDN_OK;
}

/* --- what cannot be had ------------------------------------------------------------------ */

static bool is_decided(const cdn_trial *trial, uint32_t cell, cdn_manual_status status)
{
    uint32_t entry = trial->manual == NULL ? 0 : trial->manual[cell];
    return entry != 0 && trial->input->policy->manual[entry - 1].status == status;
}

bool cdn_trial_is_forced(const cdn_trial *trial, uint32_t cell)
{
    return is_decided(trial, cell, CDN_MANUAL_PUBLISHED);
}

bool cdn_trial_is_structural(const cdn_trial *trial, uint32_t cell)
{
    return is_decided(trial, cell, CDN_MANUAL_STRUCTURAL);
}

static bool everybody_knows(const cdn_cell *cell)
{
    return cell->is_public || (cell->records > 0 && cell->providers == 0);
}

static bool contradicts(const cdn_trial *trial, uint32_t c, cdn_manual_status status)
{
    const cdn_cell *cell = &trial->cells->cells[c];
    switch (status) {
    case CDN_MANUAL_WITHHELD:
        return everybody_knows(cell);
    case CDN_MANUAL_PUBLISHED:
        return trial->verdicts[c] != 0;
    case CDN_MANUAL_STRUCTURAL:
        return cell->records > 0;
    case CDN_MANUAL_SAFE:
        break;
    }
    return false;
}

/* Takes each decision over into the verdict; flags those that contradict it. */
static void take_over(cdn_trial *trial, uint8_t *flags, uint32_t *line)
{
    for (uint32_t c = 0; c < trial->cells->count; c++) {
        if (trial->manual[c] == 0)
            continue;
        const cdn_manual *manual = &trial->input->policy->manual[trial->manual[c] - 1];
        if (contradicts(trial, c, manual->status)) {
            flags[c] = 1;
            if (*line == 0 || manual->line < *line)
                *line = manual->line;
        }
        if (manual->status == CDN_MANUAL_WITHHELD)
            trial->verdicts[c] |= 1u << CDN_RULE_MANUAL;
        else if (manual->status != CDN_MANUAL_PUBLISHED)
            trial->verdicts[c] = 0;
    }
}

static cdn_status refuse_contradictions(cdn_trial *trial, cdn_error *error)
{
    uint32_t line = 0;
    uint8_t *flags = cdn_alloc(trial->cells->count, 1);
    if (flags == NULL)
        return cdn_fail_memory(error);
    take_over(trial, flags, &line);
    cdn_status status = CDN_OK;
    if (line != 0) {
        cdn_error named = CDN_ERROR_INIT;
        status = cdn_trial_refuse(trial, flags, "cells that are decided by hand against a rule, or "
                                  "against what everybody knows,", &named);
        (void)cdn_fail_at(error, status, trial->input->policy->source, line, 0, "%s",
                          named.message);
        cdn_fail_hint(error, "the status \"safe\" overrules a rule; a cell that a rule withholds "
                             "cannot be forced, nor a known one withheld; a structural zero has "
                             "no records");
    }
    cdn_free(flags);
    return status;
}

cdn_status cdn_trial_decide_by_hand(cdn_trial *trial, cdn_error *error)
{
    const cdn_policy *policy = trial->input->policy;
    if (policy->manual_count == 0)
        return CDN_OK;
    trial->manual = cdn_alloc(trial->cells->count, sizeof *trial->manual);
    trial->figure_manual = cdn_alloc(trial->cells->figure_count, sizeof *trial->figure_manual);
    if (trial->manual == NULL || trial->figure_manual == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < policy->manual_count; i++) {
        place p = {.number = i + 1};
        CDN_TRY(resolve(trial, &policy->manual[i], &p, error));
        CDN_TRY(match(trial, &p, error));
    }
    return refuse_contradictions(trial, error);
}

/* The lines at which cells that this release has are published by hand. */
static void add_lines(const cdn_trial *trial, cdn_text *text)
{
    const cdn_policy *policy = trial->input->policy;
    uint32_t named = 0;
    for (uint32_t i = 0; i < policy->manual_count && named < 8; i++) {
        bool used = false;
        for (uint32_t c = 0; c < trial->cells->count && !used; c++)
            used = trial->manual[c] == i + 1 && cdn_trial_is_forced(trial, c);
        if (used)
            cdn_text_addf(text, "%s%" PRIu32, named++ == 0 ? "" : ", ", policy->manual[i].line);
    }
}

cdn_status cdn_trial_explain_conflict(const cdn_trial *trial, cdn_status status,
                                      cdn_error *error)
{
    if (status != CDN_E_REFUSED || error == NULL)
        return status;
    cdn_error local = CDN_ERROR_INIT, named = CDN_ERROR_INIT;
    cdn_text lines = CDN_TEXT_INIT(256);
    uint32_t count = 0;
    uint8_t *all = cdn_alloc(trial->system.figure_count, 1);
    uint8_t *exposed = cdn_alloc(trial->cells->count, 1);
    if (all != NULL && exposed != NULL) {
        memset(all, 1, trial->system.figure_count);
        if (cdn_attack_exact(&trial->system, all, exposed, &count, &local) != CDN_OK)
            count = 0;
        for (uint32_t c = 0; c < trial->cells->count; c++)
            exposed[c] = exposed[c] != 0;
    }
    if (count > 0) {
        (void)cdn_trial_refuse(trial, exposed, "confidential cells that follow from what is known "
                               "whatever is withheld", &named);
        *error = named;
        if (trial->manual != NULL)
            add_lines(trial, &lines);
        if (lines.length > 0)
            cdn_fail_hint(error, "cells are published by hand in %.128s, line %s",
                          trial->input->policy->source, lines.bytes);
    }
    cdn_text_release(&lines);
    cdn_free(exposed);
    cdn_free(all);
    return status;
}
