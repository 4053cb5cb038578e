/* cost.c - what is lost when a cell is withheld.
 *
 * As the policy says: one, its value, or its workers; and so many times more for
 * each dimension of a table that the cell sums over, in the table where these
 * are most, so that totals stay. Saturates well below 2^64, because costs are
 * added up later. Of two that cost the same, the one of greater value stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "release/judge.h"

#define MOST (UINT64_C(1) << 48)

static uint64_t own_cost(const cdn_trial *trial, const cdn_cell *cell, cdn_cost cost)
{
    int64_t unit = cdn_pow10(trial->cells->variables[cell->variable].decimals);
    switch (cost) {
    case CDN_COST_CELLS:
        return 1;
    case CDN_COST_VALUE: {
        uint64_t size = cell->value < 0 ? 0 - (uint64_t)cell->value : (uint64_t)cell->value;
        return 1 + size / (uint64_t)unit;
    }
    case CDN_COST_WORKERS:
        break;
    }
    uint64_t workers = cell->workers, records = cell->records;
    return 1 + (workers > records ? workers : records);
}

/* A code sums over a dimension of its table unless it is one of the finest, or "not recorded". */
static void note_sums(const cdn_dimension *dimension, const cdn_plan_dimension *asked,
                      const cdn_key_column *column, uint8_t *sums)
{
    const cdn_level *finest = &dimension->levels[asked->last_level];
    for (uint32_t i = 0; i < column->count; i++)
        sums[i] = strcmp(column->codes[i], CDN_UNKNOWN_CODE) != 0 &&
                  cdn_level_find_code(finest, column->codes[i]) == CDN_NONE;
}

static void note_figure(const cdn_figure *figure, uint8_t sums, uint8_t *most)
{
    for (uint32_t i = 0; i < 2; i++)
        if (figure->cells[i] != CDN_NONE && most[figure->cells[i]] < sums)
            most[figure->cells[i]] = sums;
}

/* Per column the flags of its codes, one after the other; then each key is a choice of one each. */
static cdn_status note_table(const cdn_trial *trial, uint32_t t, uint8_t *most, cdn_error *error)
{
    const cdn_plan_table *plan = &trial->input->plan->tables[t];
    const cdn_cell_table *table = &trial->cells->tables[t];
    size_t codes = 0;
    for (uint32_t c = 0; c < table->column_count; c++)
        codes += table->columns[c].count;
    uint8_t *sums = cdn_alloc(codes, 1);
    if (sums == NULL)
        return cdn_fail_memory(error);
    size_t at = 0;
    for (uint32_t c = 0; c < table->column_count; at += table->columns[c++].count)
        note_sums(&trial->input->catalogue->dimensions[table->columns[c].dimension],
                  &plan->dimensions[c], &table->columns[c], sums + at);
    for (uint32_t key = 0; key < table->key_count; key++) {
        uint32_t rest = key, count = 0;
        size_t end = codes;
        for (uint32_t c = table->column_count; c-- > 0;) {
            end -= table->columns[c].count;
            count += sums[end + rest % table->columns[c].count];
            rest /= table->columns[c].count;
        }
        for (uint32_t m = 0; m < plan->measure_count; m++)
            note_figure(&trial->cells->figures[table->first_figure + m * table->key_count + key],
                        (uint8_t)count, most);
    }
    cdn_free(sums);
    return CDN_OK;
}

cdn_status cdn_trial_costs(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    const cdn_policy *policy = trial->input->policy;
    uint64_t weight = policy->total_weight;
    trial->costs = cdn_alloc(cells->count, sizeof *trial->costs);
    trial->ranks = cdn_alloc(cells->count, sizeof *trial->ranks);
    uint8_t *most = cdn_alloc(cells->count, 1);
    cdn_status status = trial->costs == NULL || trial->ranks == NULL || most == NULL
                            ? cdn_fail_memory(error)
                            : CDN_OK;
    for (uint32_t t = 0; status == CDN_OK && weight > 1 && t < cells->table_count; t++)
        status = note_table(trial, t, most, error);
    for (uint32_t c = 0; status == CDN_OK && c < cells->count; c++) {
        uint64_t cost = own_cost(trial, &cells->cells[c], policy->cost);
        trial->ranks[c] = own_cost(trial, &cells->cells[c], CDN_COST_VALUE);
        for (uint8_t i = 0; i < most[c] && cost < MOST; i++)
            cost *= weight;
        trial->costs[c] = cost < MOST ? cost : MOST;
    }
    cdn_free(most);
    return status;
}
