/* compose.c - copies what was cleared, and nothing else, into a release.
 *
 * A figure whose fate is not "published" gets status c and no number; that is
 * the default, so a figure nobody decided on is withheld.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/compose.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

/* From published parts; what is public, and quantiles, from exact ones. */
static cdn_status changed_value(const cdn_values *values, const cdn_figure *figure,
                                const cdn_measure *measure, cdn_value *out, cdn_error *error)
{
    const cdn_cell *cells = values->trial->cells->cells;
    cdn_figure_parts parts = {{cells[figure->cells[0]].value, 1},
                              {values->cells[figure->cells[0]], 1}};
    if (measure->part_count > 1) {
        parts.exact[1] = cells[figure->cells[1]].value;
        parts.published[1] = values->cells[figure->cells[1]];
    }
    return cdn_values_figure(values->trial->input->policy, measure, &parts, out, error);
}

static cdn_status figure_value(const cdn_values *values, uint32_t f, const cdn_measure *measure,
                               bool is_public, cdn_value *out, cdn_error *error)
{
    const cdn_trial *trial = values->trial;
    const cdn_figure *figure = &trial->cells->figures[f];
    const cdn_cell *top = &trial->cells->cells[figure->cells[0]];
    *out = (cdn_value){CDN_VALUE_CONFIDENTIAL, 0};
    if (trial->fates[f] != CDN_FATE_PUBLISHED)
        return CDN_OK;
    bool exact = measure->kind == CDN_MEASURE_QUANTILE ||
                 (is_public && !trial->input->policy->round_public);
    if (values->cells != NULL && !exact)
        return changed_value(values, figure, measure, out, error);
    int64_t numerator = top->value, denominator = 1;
    if (measure->kind == CDN_MEASURE_QUANTILE) {
        numerator = figure->quantile_value;
        denominator = top->records == 0 ? 0 : 1000000;
    } else if (measure->part_count > 1) {
        denominator = trial->cells->cells[figure->cells[1]].value;
    }
    return cdn_compose_value(trial->input->policy, measure, numerator, denominator, is_public,
                             trial->input->catalogue, out, error);
}

/* Every figure of the measure is a public fact: one column is rounded one way. */
static bool all_public(const cdn_trial *trial, uint32_t first, uint32_t count)
{
    const cdn_cell *cells = trial->cells->cells;
    for (uint32_t f = first; f < first + count; f++) {
        const cdn_figure *figure = &trial->cells->figures[f];
        if (!cells[figure->cells[0]].is_public ||
            (figure->cells[1] != CDN_NONE && !cells[figure->cells[1]].is_public))
            return false;
    }
    return count > 0;
}

static void count_values(cdn_release_output *out, const cdn_value *values, size_t count)
{
    for (size_t v = 0; v < count; v++) {
        out->published_count +=
            values[v].status == CDN_VALUE_OK || values[v].status == CDN_VALUE_LOW;
        out->withheld_count += values[v].status == CDN_VALUE_CONFIDENTIAL;
        out->not_applicable_count += values[v].status == CDN_VALUE_NOT_APPLICABLE ||
                                     values[v].status == CDN_VALUE_NOT_AVAILABLE;
    }
}

static cdn_status copy_column(const cdn_trial *trial, const cdn_key_column *from, cdn_arena *arena,
                              cdn_release_column *to, cdn_error *error)
{
    const cdn_dimension *dimension = &trial->input->catalogue->dimensions[from->dimension];
    const char **codes = cdn_arena_alloc(arena, from->count, sizeof *codes);
    const char **labels = cdn_arena_alloc(arena, from->count, sizeof *labels);
    *to = (cdn_release_column){cdn_arena_strdup(arena, dimension->name),
                               cdn_arena_strdup(arena, dimension->title),
                               CDN_FIELD_CODE,
                               from->count,
                               codes,
                               labels};
    if (codes == NULL || labels == NULL || to->name == NULL || to->title == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < from->count; i++) {
        codes[i] = cdn_arena_strdup(arena, from->codes[i]);
        labels[i] = cdn_arena_strdup(arena, from->labels[i]);
        if (codes[i] == NULL || labels[i] == NULL)
            return cdn_fail_memory(error);
    }
    return CDN_OK;
}

static cdn_status fill_keys(const cdn_cell_table *table, cdn_arena *arena, cdn_release_output *out,
                            cdn_error *error)
{
    uint32_t *keys =
        cdn_arena_alloc(arena, (size_t)table->key_count * table->column_count, sizeof *keys);
    if (keys == NULL)
        return cdn_fail_memory(error);
    for (uint32_t key = 0; key < table->key_count; key++) {
        uint32_t rest = key;
        for (uint32_t c = table->column_count; c-- > 0;) {
            keys[(size_t)key * table->column_count + c] = rest % table->columns[c].count;
            rest /= table->columns[c].count;
        }
    }
    out->row_count = table->key_count;
    out->keys = keys;
    return CDN_OK;
}

static cdn_status fill_measures(const cdn_values *from, uint32_t t, cdn_arena *arena,
                                cdn_release_output *out, cdn_error *error)
{
    const cdn_trial *trial = from->trial;
    const cdn_plan_table *plan = &trial->input->plan->tables[t];
    const cdn_cell_table *table = &trial->cells->tables[t];
    size_t count = (size_t)table->key_count * plan->measure_count;
    cdn_release_measure *measures = cdn_arena_alloc(arena, plan->measure_count, sizeof *measures);
    cdn_value *values = cdn_arena_alloc(arena, count, sizeof *values);
    if (measures == NULL || values == NULL)
        return cdn_fail_memory(error);
    for (uint32_t m = 0; m < plan->measure_count; m++) {
        const cdn_measure *measure = &trial->input->catalogue->measures[plan->measures[m].index];
        uint32_t first = table->first_figure + m * table->key_count;
        bool is_public = all_public(trial, first, table->key_count);
        CDN_TRY(cdn_compose_measure(arena, trial->input->policy, measure, is_public,
                                    &measures[m], error));
        for (uint32_t key = 0; key < table->key_count; key++)
            CDN_TRY(figure_value(from, first + key, measure, is_public,
                                 &values[(size_t)key * plan->measure_count + m], error));
    }
    out->measure_count = plan->measure_count;
    out->measures = measures;
    out->values = values;
    count_values(out, values, count);
    return CDN_OK;
}

static cdn_status compose_table(const cdn_values *values, uint32_t t, cdn_arena *arena,
                                cdn_release_output *out, cdn_error *error)
{
    const cdn_trial *trial = values->trial;
    const cdn_plan_table *plan = &trial->input->plan->tables[t];
    const cdn_cell_table *table = &trial->cells->tables[t];
    cdn_release_column *columns =
        cdn_arena_alloc(arena, table->column_count, sizeof *columns);
    out->name = cdn_arena_strdup(arena, plan->name);
    out->title = cdn_arena_strdup(arena, plan->title);
    out->note = cdn_arena_strdup(arena, plan->note);
    if (columns == NULL || out->name == NULL || out->title == NULL || out->note == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < table->column_count; c++)
        CDN_TRY(copy_column(trial, &table->columns[c], arena, &columns[c], error));
    out->column_count = table->column_count;
    out->columns = columns;
    CDN_TRY(fill_keys(table, arena, out, error));
    return fill_measures(values, t, arena, out, error);
}

static cdn_status compose(const cdn_values *values, cdn_release_store *store, cdn_error *error)
{
    const cdn_trial *trial = values->trial;
    const cdn_plan *plan = trial->input->plan;
    cdn_release *release = &store->release;
    release->output_count = plan->table_count + plan->list_count;
    cdn_release_output *outputs =
        cdn_arena_alloc(store->arena, release->output_count, sizeof *outputs);
    if (outputs == NULL)
        return cdn_fail_memory(error);
    release->outputs = outputs;
    for (uint32_t t = 0; t < plan->table_count; t++)
        CDN_TRY(compose_table(values, t, store->arena, &outputs[t], error));
    for (uint32_t l = 0; l < plan->list_count; l++) {
        cdn_release_output *out = &outputs[plan->table_count + l];
        CDN_TRY(cdn_compose_list(values, l, store->arena, out, error));
        count_values(out, out->values, (size_t)out->row_count * out->measure_count);
    }
    for (uint32_t c = 0; c < trial->cells->today_count; c++)
        release->cells_tested += trial->verdicts[c] != 0;
    return cdn_compose_statements(values, store->arena, release, error);
}

cdn_status cdn_compose(const cdn_trial *trial, cdn_release **out, cdn_error *error)
{
    cdn_release_store *store = cdn_alloc(1, sizeof *store);
    *out = NULL;
    if (store == NULL)
        return cdn_fail_memory(error);
    store->arena = cdn_arena_create();
    cdn_values values = {.trial = trial};
    cdn_status status = store->arena == NULL ? cdn_fail_memory(error)
                                             : cdn_values_create(trial, &values, error);
    if (status == CDN_OK)
        status = compose(&values, store, error);
    cdn_values_release(&values);
    if (status == CDN_OK)
        *out = &store->release;
    else
        cdn_release_destroy(&store->release);
    return status;
}

void cdn_release_destroy(cdn_release *release)
{
    if (release == NULL)
        return;
    cdn_release_store *store = (cdn_release_store *)(void *)release;
    cdn_arena_destroy(store->arena);
    cdn_free(store);
}
