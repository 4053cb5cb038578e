/* values.c - exact cells to published values, by one method for all cells of a kind.
 *
 * Counts are variables that count records, and sums that the catalogue does not
 * call magnitudes when they are whole numbers; the rest are sums. What is made
 * of a cell depends on the cell alone (and on the tables it adds up with), so
 * a cell that stands in two tables is the same in both.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/values.h"

#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "core/text.h"
#include "perturb/round.h"
#include "seal/digest.h"

/* Work of additive methods for each connected part of the tables. */
#define ITERATIONS 100000u
#define NODES 5000u

static bool is_count(uint32_t value, bool magnitude, unsigned decimals)
{
    return value == CDN_NONE || (!magnitude && decimals == 0);
}

/* What a value of a variable, or of a part of a measure, is; without its key. */
static cdn_status describe_total(const cdn_policy *policy, uint32_t expression, bool magnitude,
                                 unsigned decimals, cdn_total *out, cdn_error *error)
{
    out->is_count = is_count(expression, magnitude, decimals);
    out->unit = cdn_pow10(decimals);
    out->base = expression == CDN_NONE ? policy->count_base : policy->sum_base;
    if (cdn_mul_checked(out->base, out->unit, &out->base))
        return CDN_OK;
    return cdn_fail(error, CDN_E_LIMIT, "a rounding base is too large");
}

static cdn_status total_of(const cdn_values *values, uint32_t c, cdn_total *out, cdn_error *error)
{
    const cdn_cell *cell = &values->trial->cells->cells[c];
    const cdn_variable *variable = &values->trial->cells->variables[cell->variable];
    *out = (cdn_total){.value = cell->value, .key = cell->key, .top = cell->top};
    return describe_total(values->trial->input->policy, variable->value, variable->magnitude,
                          variable->decimals, out, error);
}

/* Keys come from the records; a cell with records and no key at all means that nobody made them. */
static cdn_status check_keys(const cdn_trial *trial, cdn_error *error)
{
    bool any_record = false, any_key = false;
    if (!cdn_rounding_needs_key(trial->input->policy->rounding))
        return CDN_OK;
    if (trial->input->perturbation_key == NULL) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       "the policy \"%s\" needs a perturbation key, and there is none",
                       trial->input->policy->name);
        cdn_fail_hint(error, "`cordon key perturbation` makes one; keep it for as long as releases "
                             "about the same records are made");
        return CDN_E_REFUSED;
    }
    for (uint32_t c = 0; c < trial->cells->today_count; c++) {
        any_record = any_record || trial->cells->cells[c].records > 0;
        any_key = any_key || trial->cells->cells[c].key != 0;
    }
    return any_record && !any_key ? cdn_fail(error, CDN_E_INTERNAL, "cells have no keys") : CDN_OK;
}

static cdn_status change_one_by_one(cdn_values *values, cdn_error *error)
{
    for (uint32_t c = 0; c < values->trial->cells->today_count; c++) {
        cdn_total t;
        CDN_TRY(total_of(values, c, &t, error));
        CDN_TRY(cdn_total_change(values->trial->input->policy, values->noise, &t,
                                 &values->cells[c], error));
    }
    return CDN_OK;
}

/* Shown: used by a figure that is published. Quantiles show no count. */
static void mark_shown(const cdn_trial *trial, uint8_t *shown)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t t = 0; t < cells->table_count; t++) {
        const cdn_plan_table *plan = &trial->input->plan->tables[t];
        const cdn_cell_table *table = &cells->tables[t];
        for (uint32_t m = 0; m < plan->measure_count; m++) {
            const cdn_measure *measure =
                &trial->input->catalogue->measures[plan->measures[m].index];
            for (uint32_t key = 0; key < table->key_count; key++) {
                uint32_t f = table->first_figure + m * table->key_count + key;
                if (measure->kind == CDN_MEASURE_QUANTILE ||
                    trial->fates[f] != CDN_FATE_PUBLISHED)
                    continue;
                shown[cells->figures[f].cells[0]] = 1;
                if (cells->figures[f].cells[1] != CDN_NONE)
                    shown[cells->figures[f].cells[1]] = 1;
            }
        }
    }
}

/* Small counts are of counts alone; controlled rounding takes sums too. */
static cdn_status change_together(cdn_values *values, cdn_error *error)
{
    const cdn_trial *trial = values->trial;
    const cdn_cells *cells = trial->cells;
    bool small = trial->input->policy->rounding == CDN_ROUNDING_SMALL_COUNTS;
    int64_t *exact = cdn_alloc(cells->today_count, sizeof *exact);
    int64_t *bases = cdn_alloc(cells->today_count, sizeof *bases);
    uint8_t *shown = cdn_alloc(cells->today_count, 1);
    cdn_status status =
        exact == NULL || bases == NULL || shown == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        mark_shown(trial, shown);
    for (uint32_t c = 0; c < cells->today_count && status == CDN_OK; c++) {
        cdn_total t;
        status = total_of(values, c, &t, error);
        bool alone = small && !(t.is_count && t.value >= 0);
        exact[c] = t.value;
        bases[c] = alone ? 0 : t.base;
        if (alone && status == CDN_OK)
            status = cdn_round_value(t.value, t.base, &exact[c], error);
    }
    cdn_additive system = {cells->today_count, exact, bases, shown, cells->today_equations,
                           cells->equation_start, cells->equation_cell,
                           cells->equation_coefficient, ITERATIONS, NODES};
    if (status == CDN_OK)
        status = small ? cdn_round_small_counts(&system, values->cells, &values->counts, error)
                       : cdn_round_controlled(&system, values->cells, &values->counts, error);
    cdn_free(shown);
    cdn_free(bases);
    cdn_free(exact);
    return status;
}

cdn_status cdn_values_create(const cdn_trial *trial, cdn_values *out, cdn_error *error)
{
    const cdn_policy *policy = trial->input->policy;
    *out = (cdn_values){.trial = trial};
    if (policy->rounding == 0 || policy->rounding == CDN_ROUNDING_CONVENTIONAL)
        return CDN_OK;
    cdn_status status = check_keys(trial, error);
    if (status == CDN_OK && policy->rounding == CDN_ROUNDING_CELL_KEY)
        status = cdn_noise_tables_create(&policy->noise, &out->noise, error);
    if (status == CDN_OK &&
        (out->cells = cdn_alloc(trial->cells->today_count, sizeof *out->cells)) == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK)
        status = cdn_rounding_is_additive(policy->rounding)
                     ? change_together(out, error)
                     : change_one_by_one(out, error);
    if (status != CDN_OK)
        cdn_values_release(out);
    return status;
}

void cdn_values_release(cdn_values *values)
{
    cdn_free(values->cells);
    cdn_noise_tables_destroy(values->noise);
    *values = (cdn_values){0};
}

/* The first 64 bits of a keyed hash of what the figure is. */
static cdn_status row_key(const cdn_values *values, uint32_t list, uint32_t row,
                          const cdn_measure *measure, uint32_t part, uint64_t *out,
                          cdn_error *error)
{
    const cdn_gate_input *in = values->trial->input;
    const cdn_record *record = &in->catalogue->records[in->plan->lists[list].record];
    const cdn_column *column = &in->catalogue->columns[record->key];
    const int32_t *keys = NULL;
    char hex[CDN_SHA256_HEX];
    cdn_text text = CDN_TEXT_INIT(65536);
    CDN_TRY(cdn_snapshot_column(in->snapshot, record->key, &keys, error));
    int32_t value = keys[values->trial->cells->lists[list].rows[row]];
    cdn_text_addf(&text, "row\n%s\n%s\n%u\n", record->name, measure->name, part);
    if (column->kind == CDN_COLUMN_TEXT)
        cdn_text_add(&text, cdn_snapshot_text(in->snapshot, value));
    else
        cdn_text_addf(&text, "%ld", (long)value);
    cdn_status status =
        text.failed ? cdn_fail_memory(error)
                    : cdn_hmac_sha256_hex(in->perturbation_key, CDN_PERTURBATION_KEY_SIZE,
                                          text.bytes, text.length, hex, error);
    cdn_text_release(&text);
    CDN_TRY(status);
    hex[16] = '\0';
    *out = strtoull(hex, NULL, 16);
    return CDN_OK;
}

cdn_status cdn_values_row(const cdn_values *values, uint32_t list, uint32_t row,
                          const cdn_measure *measure, cdn_figure_parts *parts, cdn_error *error)
{
    const cdn_policy *policy = values->trial->input->policy;
    bool keyed = cdn_rounding_needs_key(policy->rounding);
    for (uint32_t p = 0; p < 2; p++) {
        parts->published[p] = parts->exact[p];
        if (p >= measure->part_count)
            continue;
        const cdn_part *part = &measure->parts[p];
        int64_t size = parts->exact[p] < 0 ? -parts->exact[p] : parts->exact[p];
        int64_t top[CDN_NOISE_TOP] = {size};
        cdn_total t = {.value = parts->exact[p], .top = top};
        CDN_TRY(describe_total(policy, part->value, part->magnitude, part->decimals, &t, error));
        if (keyed)
            CDN_TRY(row_key(values, list, row, measure, p, &t.key, error));
        CDN_TRY(cdn_total_change(policy, values->noise, &t, &parts->published[p], error));
    }
    return CDN_OK;
}
