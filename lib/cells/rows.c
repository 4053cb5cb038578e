/* rows.c - provider rows and register lists: which are shown, and what they give away.
 *
 * A row's statistics are a grid whose only key is the unit (the workplace, or
 * the register's own record). Rows come first, because what they publish is no
 * longer confidential in any table: cdn_builder_mark_rows tells each grid which
 * units its keys must not count as protected contributors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cells/row.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "read/route.h"

/* A measure of a list, tabulated by unit. */
typedef struct row_measure {
    const cdn_measure *measure;
    cdn_grid grids[3];
    cdn_statistic statistics[CDN_STATISTICS_MAX];
    uint32_t statistic_count;
    int64_t *quantiles;
    uint32_t *below, *above;
    const int64_t *gate; /* per unit; NULL = always */
} row_measure;

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

/* One statistic, unit by unit. */
static cdn_status unit_grid(cdn_builder *b, const cdn_statistic *statistic, uint32_t unit_rows,
                            cdn_grid *grid, cdn_error *error)
{
    const cdn_row_part like = {.statistic = *statistic};
    CDN_TRY(cdn_row_part_grid(b, &like, unit_rows,
                              b->records[statistic->record].contributors.units, grid, error));
    return cdn_grid_tabulate(grid, b->nodes, &b->records[statistic->record], error);
}

static cdn_status tabulate_measure(cdn_builder *b, uint32_t unit, row_measure *m,
                                   cdn_error *error)
{
    uint32_t rows = b->records[unit].rows;
    CDN_TRY(cdn_builder_statistics(b, m->measure, m->statistics, &m->statistic_count, error));
    for (uint32_t p = 0; p < m->measure->part_count; p++)
        CDN_TRY(unit_grid(b, &m->statistics[p], rows, &m->grids[p], error));
    if (m->measure->row_gate != CDN_NONE)
        CDN_TRY(cdn_frame_values(b->frame, b->date, unit, m->measure->row_gate, &m->gate, error));
    if (m->measure->kind != CDN_MEASURE_QUANTILE)
        return CDN_OK;
    m->quantiles = cdn_alloc(rows, sizeof *m->quantiles);
    m->below = cdn_alloc(rows, sizeof *m->below);
    m->above = cdn_alloc(rows, sizeof *m->above);
    if (m->quantiles == NULL || m->below == NULL || m->above == NULL)
        return cdn_fail_memory(error);
    cdn_grid_quantile quantile = {NULL, m->measure->quantile_ppm, m->quantiles, m->below,
                                  m->above};
    uint32_t record = m->statistics[0].record;
    CDN_TRY(cdn_frame_values(b->frame, b->date, record, m->measure->value, &quantile.values,
                             error));
    return cdn_grid_quantiles(&m->grids[0], b->nodes, &b->records[record], &quantile, error);
}

/* Shares of 0 and 100 per cent, and complements of too few. */
static unsigned share_reasons(const cdn_policy *policy, const row_measure *m, uint32_t unit)
{
    int64_t part = m->grids[0].cells[unit].value, whole = m->grids[1].cells[unit].value;
    uint32_t rest = m->grids[2].cells[unit].workers;
    unsigned reasons = 0;
    if (policy->group_disclosure && whole > 0 && (part == 0 || part == whole))
        reasons |= CDN_ROW_GROUP;
    if (rest > 0 && cdn_threshold_unsafe(&policy->row_workers, rest))
        reasons |= CDN_ROW_FEW_WORKERS;
    return reasons;
}

/* The worker rules of a row: the workplace agreed to be shown, its workers did not. */
static unsigned row_reasons(const cdn_builder *b, const row_measure *m, uint32_t unit)
{
    const cdn_policy *policy = b->policy;
    unsigned reasons = 0;
    for (uint32_t p = 0; p < m->measure->part_count && p < 2; p++) {
        const cdn_cell *cell = &m->grids[p].cells[unit];
        const cdn_variable *variable = &b->cells->variables[m->statistics[p].variable];
        bool base = p == 1 || m->measure->part_count == 1 ||
                    m->measure->kind == CDN_MEASURE_SHARE;
        if (variable->counts_workers && base && cell->records > 0 &&
            cdn_threshold_unsafe(&policy->row_workers, cell->workers))
            reasons |= CDN_ROW_FEW_WORKERS;
    }
    if (m->measure->kind == CDN_MEASURE_SHARE)
        reasons |= share_reasons(policy, m, unit);
    if (m->measure->kind == CDN_MEASURE_QUANTILE &&
        (cdn_threshold_unsafe(&policy->quantile_workers, m->grids[0].cells[unit].records) ||
         cdn_threshold_unsafe(&policy->quantile_side, m->below[unit]) ||
         cdn_threshold_unsafe(&policy->quantile_side, m->above[unit])))
        reasons |= CDN_ROW_QUANTILE;
    return reasons;
}

static cdn_row_value row_value(const cdn_builder *b, const row_measure *m, uint32_t unit,
                               uint8_t *reasons)
{
    cdn_row_value v = {CDN_ROW_SHOWN, m->grids[0].cells[unit].value, 1};
    unsigned why = row_reasons(b, m, unit);
    if (m->measure->part_count > 1)
        v.denominator = m->grids[1].cells[unit].value;
    if (m->measure->kind == CDN_MEASURE_QUANTILE)
        v = (cdn_row_value){CDN_ROW_SHOWN, m->quantiles[unit], 1000000};
    if (m->gate != NULL && (m->gate[unit] == 0 || m->gate[unit] == INT64_MIN))
        v.state = CDN_ROW_NOT_AVAILABLE;
    else if (m->grids[0].cells[unit].records == 0 &&
             (m->measure->part_count == 1 || m->grids[1].cells[unit].records == 0))
        v.state = CDN_ROW_NOT_AVAILABLE;
    else if (v.denominator == 0)
        v.state = CDN_ROW_NOT_APPLICABLE;
    else if (why != 0)
        v.state = CDN_ROW_WITHHELD;
    *reasons = v.state == CDN_ROW_WITHHELD ? (uint8_t)why : 0;
    if (v.state != CDN_ROW_SHOWN)
        v.numerator = v.denominator = 0;
    return v;
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

static void release_measure(row_measure *m)
{
    for (uint32_t p = 0; p < 3; p++)
        cdn_grid_release(&m->grids[p]);
    cdn_free(m->quantiles);
    cdn_free(m->below);
    cdn_free(m->above);
}

static cdn_row_part part_like(const row_job *job, const row_measure *m, uint32_t index, uint32_t s)
{
    bool quantile = m->measure->kind == CDN_MEASURE_QUANTILE;
    return (cdn_row_part){.statistic = m->statistics[s],
                          .quantile = quantile ? job->list->measures[index].index + 1 : 0};
}

/* What earlier releases forbid of today's rows. */
static cdn_status remember(const row_job *job, const row_measure *m, uint32_t index,
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
static void decide(const row_job *job, const row_measure *m, uint32_t index, uint32_t i,
                   const cdn_row_memory *memory)
{
    cdn_cell_list *out = job->out;
    size_t at = (size_t)i * job->list->measure_count + index;
    cdn_row_value *v = &out->values[at];
    const cdn_row_memory *told = &memory[out->rows[i]];
    *v = row_value(job->b, m, out->rows[i], &out->reasons[at]);
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
static cdn_status add_statistic(const row_job *job, const row_measure *m, uint32_t index,
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
    row_measure m = {0};
    cdn_row_memory *memory = NULL;
    m.measure = &job->b->catalogue->measures[job->list->measures[index].index];
    cdn_status status = tabulate_measure(job->b, job->list->record, &m, error);
    if (status == CDN_OK)
        status = remember(job, &m, index, &memory, error);
    for (uint32_t i = 0; status == CDN_OK && i < job->out->row_count; i++)
        decide(job, &m, index, i, memory);
    for (uint32_t s = 0; status == CDN_OK && s < m.statistic_count; s++)
        status = add_statistic(job, &m, index, s, error);
    release_measure(&m);
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

/* The node that a row part fixes on an axis. */
static uint32_t part_node(cdn_builder *b, const cdn_row_part *part, uint32_t axis,
                          uint32_t leaf_count)
{
    const cdn_statistic *s = &part->statistic;
    if (axis == b->catalogue->axis_count)
        return cdn_nodes_add(b->nodes, axis, leaf_count,
                             cdn_frame_usable_leaves(b->frame, s->record, s->mask));
    uint32_t node = CDN_NODE_ALL;
    for (uint32_t r = 0; r < s->restriction_count; r++)
        if (s->restrictions[r].axis == axis)
            node = cdn_nodes_add(b->nodes, axis, leaf_count, s->restrictions[r].leaves);
    return node;
}

/* true when all records of a workplace have one place on the axis, so that a total of the whole
 * workplace is also its contribution to any of the axis's nodes that hold it. */
static cdn_status same_within_unit(cdn_builder *b, uint32_t record, uint32_t axis, bool *out,
                                   cdn_error *error)
{
    enum { NOT_KNOWN, SAME, DIFFERENT };
    uint8_t *cached = &b->unit_level[(size_t)record * (b->catalogue->axis_count + 1) + axis];
    if (*cached == NOT_KNOWN) {
        const uint32_t *leaves = NULL;
        const cdn_grid_records *records = &b->records[record];
        const uint32_t *units = records->contributors.units;
        CDN_TRY(cdn_frame_leaves(b->frame, b->date, record, axis, &leaves, error));
        *cached = SAME;
        for (uint32_t row = 1; row < records->rows && *cached == SAME; row++)
            if (units[row] == units[row - 1] && leaves[row] != leaves[row - 1] &&
                (axis < b->catalogue->axis_count ||
                 !cdn_frame_same_masks(b->frame, record, leaves[row], leaves[row - 1])))
                *cached = DIFFERENT;
    }
    *out = *cached == SAME;
    return CDN_OK;
}

static cdn_status mark_axis(cdn_builder *b, cdn_grid *grid, cdn_grid_axis *axis,
                            const cdn_row_part *part, uint32_t bit, cdn_error *error)
{
    bool whole = false;
    if (part->reveals != NULL)
        whole = (axis->axis < b->catalogue->axis_count && part->reveals[axis->axis]) ||
                cdn_builder_axis_is_public(b, axis->axis, grid->record);
    else
        CDN_TRY(same_within_unit(b, grid->record, axis->axis, &whole, error));
    uint32_t unit = b->catalogue->records[grid->record].unit;
    if (part->reveals == NULL && axis->axis < b->catalogue->axis_count)
        axis->is_of_units =
            whole && cdn_axis_binding(b->catalogue, axis->axis, unit) != NULL;
    uint32_t own = part->reveals != NULL ? CDN_NODE_ALL
                                         : part_node(b, part, axis->axis, axis->leaf_count);
    if (own == UINT32_MAX)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < axis->node_count; i++)
        if (whole || axis->nodes[i] == own)
            axis->row_like[i] |= bit;
    return CDN_OK;
}

/* Restrictions of the part on axes that the grid does not have must not narrow it. */
static cdn_status part_is_within(cdn_builder *b, const cdn_grid *grid, const cdn_row_part *part,
                                 bool *out, cdn_error *error)
{
    *out = true;
    if (part->reveals != NULL)
        return CDN_OK;
    for (uint32_t axis = 0; axis <= b->catalogue->axis_count && *out; axis++) {
        bool has = false;
        for (uint32_t a = 0; a < grid->axis_count; a++)
            has = has || grid->axes[a].axis == axis;
        uint32_t leaf_count = 0;
        bool whole = false;
        if (has)
            continue;
        if (axis == b->catalogue->axis_count && part->statistic.mask == CDN_NONE)
            continue;
        CDN_TRY(cdn_builder_leaf_count(b, grid->record, axis, &leaf_count, error));
        uint32_t node = part_node(b, part, axis, leaf_count);
        if (node == UINT32_MAX)
            return cdn_fail_memory(error);
        if (node == CDN_NODE_ALL)
            continue;
        CDN_TRY(same_within_unit(b, grid->record, axis, &whole, error));
        *out = whole;
    }
    return CDN_OK;
}

static bool part_matches(const cdn_grid *grid, const cdn_row_part *part)
{
    if (part->reveals != NULL)
        return grid->record == part->statistic.record && grid->values == NULL;
    return part->quantile == 0 && grid->variable == part->statistic.variable;
}

static cdn_status start_marks(cdn_builder *b, cdn_grid *grid, cdn_error *error)
{
    uint32_t unit = b->catalogue->records[grid->record].unit;
    uint32_t rows = b->records[unit].rows;
    grid->published_units = cdn_alloc((size_t)rows * 4, sizeof *grid->published_units);
    bool ok = grid->published_units != NULL;
    grid->lent_units = ok ? grid->published_units + rows : NULL;
    grid->fresh_units = ok ? grid->lent_units + rows : NULL;
    grid->near_units = ok ? grid->fresh_units + rows : NULL;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        grid->axes[a].row_like =
            cdn_alloc(grid->axes[a].node_count, sizeof *grid->axes[a].row_like);
        ok = ok && grid->axes[a].row_like != NULL;
    }
    return ok ? CDN_OK : cdn_fail_memory(error);
}

static void mark_units(const cdn_builder *b, const cdn_row_part *part, uint32_t bit,
                       cdn_grid *grid)
{
    uint32_t unit = b->catalogue->records[grid->record].unit;
    for (uint32_t row = 0; row < b->records[unit].rows; row++) {
        uint8_t flags = part->units[row];
        if ((flags & CDN_PART_NEAR) != 0) {
            grid->near_units[row] |= bit;
            grid->has_near = true;
        }
        if ((flags & (CDN_PART_FILLED | CDN_PART_LENT)) == 0)
            continue;
        grid->published_units[row] |= bit;
        grid->lent_units[row] |= (flags & CDN_PART_FILLED) != 0 ? 0 : bit;
        grid->fresh_units[row] |= (flags & CDN_PART_FRESH) != 0 ? bit : 0;
    }
}

cdn_status cdn_builder_mark_rows(cdn_builder *b, cdn_grid *grid, cdn_error *error)
{
    uint32_t used = 0;
    for (uint32_t r = 0; r < b->row_part_count; r++) {
        const cdn_row_part *part = &b->row_parts[r];
        bool within = false;
        if (!part_matches(grid, part))
            continue;
        CDN_TRY(part_is_within(b, grid, part, &within, error));
        if (!within)
            continue;
        if (used == CDN_GRID_ROW_PARTS)
            return cdn_fail(error, CDN_E_LIMIT,
                            "more than %u measures of provider rows share one statistic",
                            CDN_GRID_ROW_PARTS);
        if (used == 0)
            CDN_TRY(start_marks(b, grid, error));
        uint32_t bit = 1u << used;
        grid->row_parts[used++] = r;
        mark_units(b, part, bit, grid);
        for (uint32_t a = 0; a < grid->axis_count; a++)
            CDN_TRY(mark_axis(b, grid, &grid->axes[a], part, bit, error));
    }
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
