/* rows.c - provider rows and register lists: which are shown, and what they give away.
 *
 * Rows come first, because what they publish is no longer confidential in any
 * table: row_mark.c tells each grid which units its keys must not count as
 * protected contributors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/row.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "read/route.h"

/* Passes when every filter and every scope restriction holds the row's leaf. */
static cdn_status allowed_rows(cdn_builder *b, uint32_t record, uint8_t *const *filters,
                               uint8_t *allowed, cdn_error *error)
{
    uint32_t rows = b->records[record].rows;
    memset(allowed, 1, rows);
    for (uint32_t axis = 0; axis < b->catalogue->axis_count; axis++) {
        if (filters[axis] == NULL)
            continue;
        const uint32_t *leaves = NULL;
        CDN_TRY(cdn_frame_leaves(b->frame, b->date, record, axis, &leaves, error));
        for (uint32_t row = 0; row < rows; row++)
            allowed[row] = allowed[row] && filters[axis][leaves[row]];
    }
    return CDN_OK;
}

/* Consent of the workplace behind each row; a row without a workplace has none. */
static cdn_status consents(cdn_builder *b, const cdn_agreement *agreement, uint32_t record,
                           uint8_t *out, cdn_error *error)
{
    uint32_t rows = b->records[record].rows;
    uint32_t column = agreement->consent_column;
    memset(out, 0, rows);
    if (column == CDN_NONE)
        return CDN_OK;
    const int32_t *values = NULL;
    CDN_TRY(cdn_snapshot_column(b->snapshot, column, &values, error));
    uint32_t *at = cdn_alloc(rows, sizeof *at);
    bool found = false;
    cdn_status status =
        at == NULL ? cdn_fail_memory(error)
                   : cdn_route_rows(b->snapshot, b->catalogue, record,
                                    b->catalogue->columns[column].record, at, &found, error);
    for (uint32_t row = 0; status == CDN_OK && found && row < rows; row++)
        out[row] = at[row] != CDN_NONE && values[at[row]] >= 0 &&
                   (uint32_t)values[at[row]] == agreement->consent_code;
    cdn_free(at);
    return status;
}

static cdn_status choose_rows(cdn_builder *b, const cdn_agreement *agreement,
                              const cdn_plan_list *list, cdn_cell_list *out, cdn_error *error)
{
    uint32_t rows = b->records[list->record].rows;
    const cdn_grant_rows *grant = cdn_agreement_rows(agreement, list->record);
    if (grant == NULL)
        return cdn_fail_at(error, CDN_E_REFUSED, b->plan->script, list->line, 0,
                           "the agreement grants no rows of %s",
                           b->catalogue->records[list->record].name);
    uint8_t *allowed = cdn_alloc(rows, 1);
    uint8_t *consent = cdn_alloc(rows, 1);
    uint8_t **filters = NULL;
    cdn_status status =
        allowed == NULL || consent == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_builder_filters(b, list->filters, list->filter_count, &filters, error);
    if (status == CDN_OK)
        status = allowed_rows(b, list->record, filters, allowed, error);
    if (status == CDN_OK)
        status = consents(b, agreement, list->record, consent, error);
    out->rows = cdn_alloc(rows, sizeof *out->rows);
    out->consent = cdn_alloc(rows, 1);
    if (status == CDN_OK && (out->rows == NULL || out->consent == NULL))
        status = cdn_fail_memory(error);
    for (uint32_t row = 0; status == CDN_OK && row < rows; row++)
        if (allowed[row] && (consent[row] || !grant->consent)) {
            out->consent[out->row_count] = consent[row];
            out->rows[out->row_count++] = row;
        }
    cdn_free(allowed);
    cdn_free(consent);
    return status;
}

/* The part of a measure that statistic `s` is, or is a term of. */
static uint32_t part_of(const cdn_measure *measure, uint32_t s)
{
    if (s < measure->part_count)
        return s;
    s -= measure->part_count;
    uint32_t part = 0;
    for (; part + 1 < measure->part_count && s >= measure->parts[part].term_count; part++)
        s -= measure->parts[part].term_count;
    return part;
}

/* A list on its way: of an earlier release, which tells what was published, or today's. */
typedef struct row_job {
    cdn_builder *b;
    const cdn_plan_list *list;
    const cdn_past *past; /* NULL: today's */
    uint32_t number;      /* 1 + the release; 0 = today's */
    uint32_t first;       /* its first figure among the release's */
    cdn_row_since *since; /* today's */
    const uint32_t *vetoes; /* the same: per figure 1 + the release that binds; NULL = none */
    cdn_cell_list *out;
} row_job;

static cdn_row_part part_like(const row_job *job, const cdn_row_measure *m, uint32_t index,
                              uint32_t s)
{
    bool quantile = m->measure->kind == CDN_MEASURE_QUANTILE;
    return (cdn_row_part){.statistic = m->statistics[s],
                          .quantile = quantile ? job->list->measures[index].index + 1 : 0};
}

/* What earlier releases forbid of today's rows. */
static cdn_status remember(const row_job *job, const cdn_row_measure *m, uint32_t index,
                           cdn_row_memory **out, cdn_error *error)
{
    *out = cdn_alloc(job->b->records[job->list->record].rows, sizeof **out);
    if (*out == NULL)
        return cdn_fail_memory(error);
    for (uint32_t s = 0; job->since != NULL && s < m->statistic_count; s++) {
        cdn_row_part like = part_like(job, m, index, s);
        CDN_TRY(cdn_row_since_add(job->since, &like, *out, error));
    }
    return CDN_OK;
}

static void withhold(cdn_cell_list *out, size_t at, cdn_row_reason why, uint32_t by)
{
    out->values[at] = (cdn_row_value){.state = CDN_ROW_WITHHELD};
    out->reasons[at] |= (uint8_t)why;
    out->bound_by[at] = by;
}

/* Today's figure: shown as the rules and earlier releases allow. An earlier one: as it was. */
static void decide(const row_job *job, const cdn_row_measure *m, uint32_t index, uint32_t i,
                   const cdn_row_memory *memory)
{
    cdn_cell_list *out = job->out;
    size_t at = (size_t)i * job->list->measure_count + index;
    cdn_row_value *v = &out->values[at];
    const cdn_row_memory *told = &memory[out->rows[i]];
    *v = cdn_row_measure_value(job->b, m, out->rows[i], &out->reasons[at]);
    if (v->state != CDN_ROW_SHOWN && v->state != CDN_ROW_WITHHELD)
        return;
    if (job->past != NULL) {
        size_t figure = job->first + at;
        bool shown = figure < job->past->figure_count && job->past->published[figure] != 0;
        v->state = shown ? CDN_ROW_SHOWN : CDN_ROW_WITHHELD;
    } else if (cdn_row_memory_binds(told) &&
               (v->state == CDN_ROW_SHOWN || (told->flags & CDN_MEMORY_CHANGED) != 0)) {
        withhold(out, at, CDN_ROW_CHANGE, told->by);
    } else if (job->vetoes != NULL && job->vetoes[at] != 0 && v->state == CDN_ROW_SHOWN) {
        withhold(out, at, CDN_ROW_TELLS, job->vetoes[at]);
    }
}

/* A row that says 0 because there is nothing of its workplace in the sum does not publish what the
 * workplace has elsewhere. */
static cdn_status add_statistic(const row_job *job, const cdn_row_measure *m, uint32_t index,
                                uint32_t s, cdn_error *error)
{
    cdn_row_part *part = NULL, like = part_like(job, m, index, s);
    const cdn_cell *cells = m->grids[part_of(m->measure, s)].cells;
    CDN_TRY(cdn_row_part_add(job->b, &like, job->b->records[job->list->record].rows, &part,
                             error));
    for (uint32_t i = 0; i < job->out->row_count; i++) {
        uint32_t unit = job->out->rows[i];
        cdn_row_state state =
            job->out->values[(size_t)i * job->list->measure_count + index].state;
        bool shown = state == CDN_ROW_SHOWN;
        if (!shown && (job->past == NULL || state != CDN_ROW_WITHHELD))
            continue;
        if (part->by[unit] == 0 || (shown && (part->units[unit] & CDN_PART_SHOWN) == 0))
            part->by[unit] = job->number;
        part->units[unit] |= CDN_PART_DUE;
        if (shown)
            part->units[unit] |= CDN_PART_SHOWN;
        if (shown && like.quantile == 0 && cells[unit].records > 0)
            part->units[unit] |= CDN_PART_FILLED;
    }
    return CDN_OK;
}

static cdn_status add_measure_rows(const row_job *job, uint32_t index, cdn_error *error)
{
    cdn_row_measure m = {0};
    cdn_row_memory *memory = NULL;
    m.measure = &job->b->catalogue->measures[job->list->measures[index].index];
    cdn_status status = cdn_row_measure_tabulate(job->b, job->list->record, &m, error);
    if (status == CDN_OK)
        status = remember(job, &m, index, &memory, error);
    for (uint32_t i = 0; status == CDN_OK && i < job->out->row_count; i++)
        decide(job, &m, index, i, memory);
    for (uint32_t s = 0; status == CDN_OK && s < m.statistic_count; s++)
        status = add_statistic(job, &m, index, s, error);
    cdn_row_measure_release(&m);
    cdn_free(memory);
    return status;
}

static bool field_reveals(const cdn_builder *b, const cdn_field *field, uint32_t axis)
{
    if (field->consent)
        return false;
    if (field->dimension != CDN_NONE)
        return b->catalogue->dimensions[field->dimension].axis == axis;
    const cdn_binding *binding = cdn_axis_binding(b->catalogue, axis, field->record);
    return field->expr != CDN_NONE && binding != NULL &&
           cdn_frame_expr(b->frame, field->expr) == cdn_frame_expr(b->frame, binding->expr);
}

/* A register's list publishes, of each listed record, the classifications that its fields show. */
static cdn_status add_register_part(const row_job *job, cdn_error *error)
{
    cdn_builder *b = job->b;
    const cdn_plan_list *list = job->list;
    if (!b->catalogue->records[list->record].is_public)
        return CDN_OK;
    uint8_t *reveals = cdn_arena_alloc(b->arena, (size_t)b->catalogue->axis_count + 1, 1);
    if (reveals == NULL)
        return cdn_fail_memory(error);
    for (uint32_t axis = 0; axis < b->catalogue->axis_count; axis++)
        for (uint32_t f = 0; f < list->field_count; f++)
            if (field_reveals(b, &b->catalogue->fields[list->fields[f].index], axis))
                reveals[axis] = 1;
    cdn_row_part *part = NULL;
    cdn_row_part like = {.statistic = {list->record, CDN_NONE, CDN_NONE, 0, NULL},
                         .reveals = reveals};
    CDN_TRY(cdn_row_part_add(b, &like, b->records[list->record].rows, &part, error));
    for (uint32_t i = 0; i < job->out->row_count; i++)
        part->units[job->out->rows[i]] |= CDN_PART_FILLED;
    return CDN_OK;
}

/* A row adds up the records whose workplace it is; it can say nothing of other ones. */
static cdn_status check_units(const cdn_builder *b, const cdn_plan_list *list, cdn_error *error)
{
    const cdn_record *records = b->catalogue->records;
    for (uint32_t m = 0; m < list->measure_count; m++) {
        const cdn_measure *measure = &b->catalogue->measures[list->measures[m].index];
        for (uint32_t p = 0; p < measure->part_count; p++)
            if (records[measure->parts[p].record].unit != list->record)
                return cdn_fail_at(error, CDN_E_REFUSED, b->plan->script, list->line, 0,
                                   "rows of %s cannot carry the measure %s, which is not about "
                                   "them", records[list->record].name, measure->name);
    }
    return CDN_OK;
}

static cdn_status add_list(const row_job *job, cdn_error *error)
{
    cdn_cell_list *out = job->out;
    const cdn_agreement *agreement =
        job->past == NULL ? job->b->input->agreement : job->past->agreement;
    CDN_TRY(check_units(job->b, job->list, error));
    CDN_TRY(choose_rows(job->b, agreement, job->list, out, error));
    size_t values = (size_t)out->row_count * job->list->measure_count;
    out->values = cdn_alloc(values, sizeof *out->values);
    out->reasons = cdn_alloc(values, 1);
    out->bound_by = cdn_alloc(values, sizeof *out->bound_by);
    if (out->values == NULL || out->reasons == NULL || out->bound_by == NULL)
        return cdn_fail_memory(error);
    for (uint32_t m = 0; m < job->list->measure_count; m++)
        CDN_TRY(add_measure_rows(job, m, error));
    return add_register_part(job, error);
}

void cdn_cell_list_release(cdn_cell_list *list)
{
    cdn_free(list->rows);
    cdn_free(list->consent);
    cdn_free(list->values);
    cdn_free(list->reasons);
    cdn_free(list->bound_by);
}

/* What an earlier release's lists showed of the date at hand. */
static cdn_status add_past(cdn_builder *b, uint32_t p, cdn_error *error)
{
    const cdn_past *past = &b->input->past[p];
    cdn_cells_past *own = &b->cells->pasts[p];
    uint32_t tables = 0;
    for (uint32_t t = 0; t < past->plan->table_count; t++)
        tables += b->cells->tables[own->first_table + t].key_count *
                  past->plan->tables[t].measure_count;
    cdn_status status = CDN_OK;
    for (uint32_t l = 0; status == CDN_OK && l < past->plan->list_count; l++) {
        cdn_cell_list was = {0};
        const cdn_plan_list *list = &past->plan->lists[l];
        row_job job = {b, list, past, p + 1, tables + own->row_figures, NULL, NULL, &was};
        status = add_list(&job, error);
        own->row_figures += was.row_count * list->measure_count;
        cdn_cell_list_release(&was);
    }
    return status;
}

static cdn_status add_today(cdn_builder *b, cdn_error *error)
{
    const cdn_plan *plan = b->input->plan;
    cdn_row_since *since = NULL;
    cdn_status status = CDN_OK;
    if (b->input->past_count > 0)
        status = cdn_row_since_create(b, plan, &since, error);
    for (uint32_t l = 0; status == CDN_OK && l < plan->list_count; l++) {
        const uint32_t *vetoes = b->input->vetoes == NULL ? NULL : b->input->vetoes[l];
        row_job job = {b, &plan->lists[l], NULL, 0, 0, since, vetoes, &b->cells->lists[l]};
        status = add_list(&job, error);
    }
    cdn_row_since_destroy(since);
    return status;
}

cdn_status cdn_builder_rows(cdn_builder *b, cdn_error *error)
{
    for (uint32_t p = 0; p < b->input->past_count; p++)
        if (b->cells->pasts[p].date + 1 == b->date) /* today: CDN_NONE + 1 = 0 */
            CDN_TRY(add_past(b, p, error));
    return b->date == 0 ? add_today(b, error) : CDN_OK;
}
