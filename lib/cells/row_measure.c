/* row_measure.c - a measure of a list, unit by unit, and the rules on a row's figure.
 *
 * A row's statistics are a grid whose only key is the unit (the workplace, or
 * the register's own record).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/row.h"

#include "core/alloc.h"
#include "core/fail.h"

/* One statistic, unit by unit. */
static cdn_status unit_grid(cdn_builder *b, const cdn_statistic *statistic, uint32_t unit_rows,
                            cdn_grid *grid, cdn_error *error)
{
    const cdn_row_part like = {.statistic = *statistic};
    CDN_TRY(cdn_row_part_grid(b, &like, unit_rows,
                              b->records[statistic->record].contributors.units, grid, error));
    return cdn_grid_tabulate(grid, b->nodes, &b->records[statistic->record], error);
}

cdn_status cdn_row_measure_tabulate(cdn_builder *b, uint32_t unit, cdn_row_measure *m,
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
static unsigned share_reasons(const cdn_policy *policy, const cdn_row_measure *m, uint32_t unit)
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
static unsigned row_reasons(const cdn_builder *b, const cdn_row_measure *m, uint32_t unit)
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

cdn_row_value cdn_row_measure_value(const cdn_builder *b, const cdn_row_measure *m, uint32_t unit,
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

void cdn_row_measure_release(cdn_row_measure *m)
{
    for (uint32_t p = 0; p < 3; p++)
        cdn_grid_release(&m->grids[p]);
    cdn_free(m->quantiles);
    cdn_free(m->below);
    cdn_free(m->above);
}
