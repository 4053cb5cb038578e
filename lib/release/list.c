/* list.c - the outputs that are lists: descriptive fields as text, measures as values.
 *
 * A field that needs consent is blank for a row whose workplace did not give it.
 * Rows are sorted by their texts, so that their order says nothing about the
 * order in which the data is kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "core/text.h"
#include "read/expr.h"
#include "read/route.h"
#include "release/compose.h"

static bool is_yes_no(const cdn_expr *expr)
{
    return (expr->op >= CDN_EX_EQ && expr->op <= CDN_EX_KNOWN) || expr->op == CDN_EX_LINKED ||
           expr->op == CDN_EX_IN;
}

static cdn_field_kind kind_of(const cdn_catalogue *catalogue, const cdn_field *field)
{
    if (field->column == CDN_NONE && field->expr != CDN_NONE)
        return is_yes_no(&catalogue->exprs[field->expr]) ? CDN_FIELD_YES_NO : CDN_FIELD_INTEGER;
    if (field->column == CDN_NONE)
        return CDN_FIELD_CODE;
    switch (catalogue->columns[field->column].kind) {
    case CDN_COLUMN_CODE:
        return CDN_FIELD_CODE;
    case CDN_COLUMN_DATE:
        return CDN_FIELD_DATE;
    case CDN_COLUMN_INTEGER:
    case CDN_COLUMN_DECIMAL:
        return CDN_FIELD_INTEGER;
    case CDN_COLUMN_TEXT:
        break;
    }
    return CDN_FIELD_TEXT;
}

static char *number_text(cdn_arena *arena, int64_t value, unsigned decimals)
{
    cdn_text text = CDN_TEXT_INIT(64);
    cdn_text_add_decimal(&text, value, decimals);
    char *copy = text.failed ? NULL : cdn_arena_strdup(arena, text.bytes);
    cdn_text_release(&text);
    return copy;
}

static const char *column_text(const cdn_trial *trial, const cdn_column *column, int32_t value,
                               cdn_arena *arena)
{
    if (cdn_is_missing(value))
        return "";
    int year, month, day;
    switch (column->kind) {
    case CDN_COLUMN_CODE:
        return cdn_arena_strdup(
            arena, trial->input->catalogue->codelists[column->codelist].codes[value]);
    case CDN_COLUMN_DATE:
        cdn_days_to_date(value, &year, &month, &day);
        return cdn_arena_printf(arena, "%04d-%02d-%02d", year, month, day);
    case CDN_COLUMN_INTEGER:
    case CDN_COLUMN_DECIMAL:
        return number_text(arena, value, column->decimals);
    case CDN_COLUMN_TEXT:
        break;
    }
    return cdn_arena_strdup(arena, cdn_snapshot_text(trial->input->snapshot, value));
}

typedef struct field_job {
    const cdn_trial *trial;
    const cdn_field *field;
    const cdn_cell_list *list;
    const char **texts; /* row i at texts[i * stride] */
    uint32_t stride;
    cdn_arena *arena;
} field_job;

static cdn_status put(const field_job *job, uint32_t i, const char *text, cdn_error *error)
{
    if (text == NULL)
        return cdn_fail_memory(error);
    bool hide = job->field->consent && !job->list->consent[i];
    job->texts[(size_t)i * job->stride] = hide ? "" : text;
    return CDN_OK;
}

static cdn_status fill_column(const field_job *job, cdn_error *error)
{
    const cdn_gate_input *in = job->trial->input;
    const cdn_column *column = &in->catalogue->columns[job->field->column];
    uint32_t rows = cdn_snapshot_rows(in->snapshot, job->field->record);
    const int32_t *values = NULL;
    CDN_TRY(cdn_snapshot_column(in->snapshot, job->field->column, &values, error));
    uint32_t *at = cdn_alloc(rows, sizeof *at);
    bool found = false;
    cdn_status status = at == NULL ? cdn_fail_memory(error)
                                   : cdn_route_rows(in->snapshot, in->catalogue,
                                                    job->field->record, column->record, at,
                                                    &found, error);
    if (status == CDN_OK && !found)
        status = cdn_fail(error, CDN_E_INTERNAL, "field %s cannot be reached", job->field->name);
    for (uint32_t i = 0; status == CDN_OK && i < job->list->row_count; i++) {
        uint32_t row = at[job->list->rows[i]];
        status = put(job, i,
                     row == CDN_NONE ? ""
                                     : column_text(job->trial, column, values[row], job->arena),
                     error);
    }
    cdn_free(at);
    return status;
}

static cdn_status fill_expr(const field_job *job, cdn_error *error)
{
    const cdn_gate_input *in = job->trial->input;
    const cdn_expr *expr = &in->catalogue->exprs[job->field->expr];
    uint32_t rows = cdn_snapshot_rows(in->snapshot, job->field->record);
    int64_t *values = cdn_alloc(rows, sizeof *values);
    if (values == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_expr_eval(in->snapshot, in->catalogue, job->field->expr,
                                      job->field->record, values, error);
    for (uint32_t i = 0; status == CDN_OK && i < job->list->row_count; i++) {
        int64_t value = values[job->list->rows[i]];
        const char *text = value == CDN_EXPR_MISSING ? ""
                           : is_yes_no(expr)         ? (value ? "Y" : "N")
                                             : number_text(job->arena, value, expr->decimals);
        status = put(job, i, text, error);
    }
    cdn_free(values);
    return status;
}

static cdn_status fill_level(const field_job *job, cdn_error *error)
{
    const cdn_gate_input *in = job->trial->input;
    const cdn_dimension *dimension = &in->catalogue->dimensions[job->field->dimension];
    const cdn_level *level = &dimension->levels[job->field->level];
    uint32_t rows = cdn_snapshot_rows(in->snapshot, job->field->record);
    uint32_t *leaves = cdn_alloc(rows, sizeof *leaves);
    if (leaves == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_axis_leaves(in->snapshot, in->catalogue, dimension->axis,
                                        job->field->record, leaves, error);
    uint32_t leaf_count = in->catalogue->axes[dimension->axis].leaf_count;
    for (uint32_t i = 0; status == CDN_OK && i < job->list->row_count; i++) {
        uint32_t leaf = leaves[job->list->rows[i]];
        uint32_t code = leaf < leaf_count ? level->of_leaf[leaf] : CDN_NONE;
        status = put(job, i,
                     code == CDN_NONE ? "" : cdn_arena_strdup(job->arena, level->codes[code]),
                     error);
    }
    cdn_free(leaves);
    return status;
}

static cdn_status fill_codes(const cdn_trial *trial, const cdn_field *field, cdn_arena *arena,
                             cdn_release_column *out, cdn_error *error)
{
    const cdn_catalogue *catalogue = trial->input->catalogue;
    uint32_t count = 0;
    const char *const *codes = NULL;
    const char *const *labels = NULL;
    if (out->kind != CDN_FIELD_CODE)
        return CDN_OK;
    if (field->column != CDN_NONE) {
        const cdn_codelist *list =
            &catalogue->codelists[catalogue->columns[field->column].codelist];
        count = list->count;
        codes = list->codes;
        labels = list->labels;
    } else {
        const cdn_level *level =
            &catalogue->dimensions[field->dimension].levels[field->level];
        count = level->count;
        codes = level->codes;
        labels = level->labels;
    }
    const char **own_codes = cdn_arena_alloc(arena, count, sizeof *own_codes);
    const char **own_labels = cdn_arena_alloc(arena, count, sizeof *own_labels);
    bool ok = own_codes != NULL && own_labels != NULL;
    for (uint32_t i = 0; ok && i < count; i++) {
        own_codes[i] = cdn_arena_strdup(arena, codes[i]);
        own_labels[i] = cdn_arena_strdup(arena, labels[i]);
        ok = own_codes[i] != NULL && own_labels[i] != NULL;
    }
    out->code_count = count;
    out->codes = own_codes;
    out->labels = own_labels;
    return ok ? CDN_OK : cdn_fail_memory(error);
}

static cdn_status fill_fields(const cdn_trial *trial, uint32_t l, cdn_arena *arena,
                              const char **texts, cdn_release_column *columns, cdn_error *error)
{
    const cdn_plan_list *plan = &trial->input->plan->lists[l];
    for (uint32_t f = 0; f < plan->field_count; f++) {
        const cdn_field *field = &trial->input->catalogue->fields[plan->fields[f].index];
        field_job job = {trial, field, &trial->cells->lists[l], texts + f, plan->field_count,
                         arena};
        columns[f].name = cdn_arena_strdup(arena, field->name);
        columns[f].title = cdn_arena_strdup(arena, field->title);
        columns[f].kind = kind_of(trial->input->catalogue, field);
        if (columns[f].name == NULL || columns[f].title == NULL)
            return cdn_fail_memory(error);
        CDN_TRY(fill_codes(trial, field, arena, &columns[f], error));
        if (field->column != CDN_NONE)
            CDN_TRY(fill_column(&job, error));
        else if (field->expr != CDN_NONE)
            CDN_TRY(fill_expr(&job, error));
        else
            CDN_TRY(fill_level(&job, error));
    }
    return CDN_OK;
}

/* Where in which list a value stands. */
typedef struct row_place {
    uint32_t list, row;
} row_place;

static cdn_status row_status(const cdn_values *values, row_place place, const cdn_measure *measure,
                             const cdn_row_value *from, cdn_value *out, cdn_error *error)
{
    const cdn_trial *trial = values->trial;
    cdn_figure_parts parts = {{from->numerator, from->denominator}, {0, 0}};
    switch (from->state) {
    case CDN_ROW_SHOWN:
        if (values->cells != NULL && measure->kind != CDN_MEASURE_QUANTILE) {
            CDN_TRY(cdn_values_row(values, place.list, place.row, measure, &parts, error));
            return cdn_values_figure(trial->input->policy, measure, &parts, out, error);
        }
        return cdn_compose_value(trial->input->policy, measure, from->numerator,
                                 from->denominator, false, trial->input->catalogue, out, error);
    case CDN_ROW_NOT_AVAILABLE:
        *out = (cdn_value){CDN_VALUE_NOT_AVAILABLE, 0};
        return CDN_OK;
    case CDN_ROW_NOT_APPLICABLE:
        *out = (cdn_value){CDN_VALUE_NOT_APPLICABLE, 0};
        return CDN_OK;
    case CDN_ROW_WITHHELD:
        break;
    }
    *out = (cdn_value){CDN_VALUE_CONFIDENTIAL, 0};
    return CDN_OK;
}

/* A row on its way to its place: texts decide, then values, so that the order is the data's own. */
typedef struct sort_row {
    const char **texts;
    const cdn_value *values;
    uint32_t field_count;
} sort_row;

static int compare_rows(const void *a, const void *b)
{
    const sort_row *x = a, *y = b;
    for (uint32_t f = 0; f < x->field_count; f++) {
        int order = strcmp(x->texts[f], y->texts[f]);
        if (order != 0)
            return order;
    }
    return x->texts < y->texts ? -1 : x->texts > y->texts;
}

static cdn_status sort_rows(cdn_release_output *out, const char **texts, const cdn_value *values,
                            cdn_arena *arena, cdn_error *error)
{
    uint32_t rows = out->row_count, fields = out->column_count, measures = out->measure_count;
    sort_row *order = cdn_alloc(rows, sizeof *order);
    const char **sorted = cdn_arena_alloc(arena, (size_t)rows * fields, sizeof *sorted);
    cdn_value *sorted_values = cdn_arena_alloc(arena, (size_t)rows * measures, sizeof *values);
    if (order == NULL || sorted == NULL || sorted_values == NULL) {
        cdn_free(order);
        return cdn_fail_memory(error);
    }
    for (uint32_t i = 0; i < rows; i++)
        order[i] = (sort_row){texts + (size_t)i * fields, values + (size_t)i * measures, fields};
    qsort(order, rows, sizeof *order, compare_rows);
    for (uint32_t i = 0; i < rows; i++) {
        memcpy(sorted + (size_t)i * fields, order[i].texts, fields * sizeof *sorted);
        if (measures > 0)
            memcpy(sorted_values + (size_t)i * measures, order[i].values,
                   measures * sizeof *values);
    }
    cdn_free(order);
    out->texts = sorted;
    out->values = sorted_values;
    return CDN_OK;
}

cdn_status cdn_compose_list(const cdn_values *changed, uint32_t l, cdn_arena *arena,
                            cdn_release_output *out, cdn_error *error)
{
    const cdn_trial *trial = changed->trial;
    const cdn_plan_list *plan = &trial->input->plan->lists[l];
    const cdn_cell_list *list = &trial->cells->lists[l];
    size_t text_count = (size_t)list->row_count * plan->field_count;
    size_t value_count = (size_t)list->row_count * plan->measure_count;
    cdn_release_column *columns = cdn_arena_alloc(arena, plan->field_count, sizeof *columns);
    cdn_release_measure *measures = cdn_arena_alloc(arena, plan->measure_count, sizeof *measures);
    const char **texts = cdn_arena_alloc(arena, text_count, sizeof *texts);
    cdn_value *values = cdn_arena_alloc(arena, value_count, sizeof *values);
    out->name = cdn_arena_strdup(arena, plan->name);
    out->title = cdn_arena_strdup(arena, plan->title);
    out->note = cdn_arena_strdup(arena, plan->note);
    if (columns == NULL || measures == NULL || texts == NULL || values == NULL ||
        out->name == NULL || out->title == NULL || out->note == NULL)
        return cdn_fail_memory(error);
    out->is_list = true;
    out->row_count = list->row_count;
    out->column_count = plan->field_count;
    out->columns = columns;
    out->measure_count = plan->measure_count;
    out->measures = measures;
    CDN_TRY(fill_fields(trial, l, arena, texts, columns, error));
    for (uint32_t m = 0; m < plan->measure_count; m++) {
        const cdn_measure *measure = &trial->input->catalogue->measures[plan->measures[m].index];
        CDN_TRY(cdn_compose_measure(arena, trial->input->policy, measure, false, &measures[m],
                                    error));
        for (uint32_t i = 0; i < list->row_count; i++) {
            size_t v = (size_t)i * plan->measure_count + m;
            CDN_TRY(row_status(changed, (row_place){l, i}, measure, &list->values[v], &values[v],
                               error));
        }
    }
    return sort_rows(out, texts, values, arena, error);
}
