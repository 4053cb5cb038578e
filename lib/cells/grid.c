/* grid.c - one pass over the records for all keys of a grid; quantiles in a second.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/grid.h"

#include <stdlib.h>

#include "cells/pass.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/number.h"

typedef struct run {
    cdn_pass *pass;
    const cdn_grid *grid;
    const cdn_grid_records *records;
    cdn_tally *tallies;
} run;

void cdn_grid_release(cdn_grid *grid)
{
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        cdn_free(grid->axes[a].nodes);
        cdn_free(grid->axes[a].row_like);
        cdn_free(grid->axes[a].answers);
    }
    cdn_free(grid->published_units);
    cdn_free(grid->cells);
    cdn_free(grid->cell_ids);
}

cdn_status cdn_grid_size(cdn_grid *grid, cdn_error *error)
{
    uint64_t count = 1;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        count *= grid->axes[a].node_count;
        if (count > CDN_LIMIT_TABLE_CELLS)
            return cdn_fail(error, CDN_E_LIMIT, "a table has more than %u cells",
                            CDN_LIMIT_TABLE_CELLS);
    }
    grid->key_count = (uint32_t)count;
    return CDN_OK;
}

uint32_t cdn_grid_node(const cdn_grid *grid, uint32_t key, uint32_t a)
{
    for (uint32_t i = grid->axis_count; i-- > a + 1;)
        key /= grid->axes[i].node_count;
    return grid->axes[a].nodes[key % grid->axes[a].node_count];
}

bool cdn_grid_key_is_public(const cdn_grid *grid, uint32_t key)
{
    for (uint32_t a = grid->axis_count; a-- > 0 && grid->is_register;) {
        const cdn_grid_axis *axis = &grid->axes[a];
        if (!axis->is_public && axis->nodes[key % axis->node_count] != CDN_NODE_ALL)
            return false;
        key /= axis->node_count;
    }
    return grid->is_register;
}

bool cdn_grid_is_public(const cdn_grid *grid)
{
    for (uint32_t key = 0; key < grid->key_count; key++)
        if (!cdn_grid_key_is_public(grid, key))
            return false;
    return grid->is_register;
}

static const uint8_t *answers_at(const run *r, uint32_t key)
{
    const cdn_grid_axis *axis = &r->grid->axes[r->pass->answer_axis];
    return axis->answers[key / r->pass->answer_stride % axis->node_count];
}

/* Marks the cells in which the record tells more than that an answer is missing. */
static void mark_answers(const run *r, uint32_t row, uint32_t count)
{
    uint32_t leaf = r->grid->axes[r->pass->answer_axis].leaves[row];
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *answers = answers_at(r, r->pass->keys[i]);
        if (answers != NULL && answers[leaf])
            r->tallies[r->pass->keys[i]].answered = true;
    }
}

static bool add_record(run *r, uint32_t row)
{
    const cdn_grid *grid = r->grid;
    int64_t value = grid->values == NULL ? 1 : grid->values[row];
    if (value == INT64_MIN) /* missing */
        return true;
    uint32_t unit = r->records->contributors.units[row];
    uint32_t shown = cdn_pass_shown(r->pass, unit);
    uint32_t count = cdn_pass_keys(r->pass, row);
    const uint64_t *keys = r->records->keys;
    if (r->pass->answer_axis != CDN_NONE)
        mark_answers(r, row, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = r->pass->keys[i];
        cdn_tally *t = &r->tallies[key];
        t->records++;
        if (!cdn_add_checked(t->value, value, &t->value))
            return false;
        if (keys != NULL && value != 0)
            grid->cells[key].key += keys[row];
        if (shown != 0 && (shown & r->pass->row_like[key]) != 0) {
            grid->cells[key].is_lent |= cdn_pass_is_lent(r->pass, unit, key);
            grid->cells[key].is_fresh |= cdn_pass_is_fresh(r->pass, unit, key);
            continue;
        }
        if (!cdn_tally_protect(t, r->records, row, value, &grid->cells[key]))
            return false;
    }
    return true;
}

static bool finish_key(const run *r, uint32_t key)
{
    cdn_cell *cell = &r->grid->cells[key];
    bool fits = cdn_tally_finish(&r->tallies[key], r->records, cell);
    cell->variable = r->grid->variable;
    cell->is_public = cdn_grid_key_is_public(r->grid, key);
    cell->is_unanswered = r->pass->answer_axis != CDN_NONE && answers_at(r, key) != NULL &&
                          !r->tallies[key].answered;
    return fits;
}

cdn_status cdn_grid_tabulate(cdn_grid *grid, const cdn_nodes *nodes,
                             const cdn_grid_records *records, cdn_error *error)
{
    run r = {.grid = grid, .records = records};
    CDN_TRY(cdn_pass_create(grid, nodes, &r.pass, error));
    cdn_status status = CDN_OK;
    r.tallies = cdn_alloc(grid->key_count, sizeof *r.tallies);
    cdn_free(grid->cells);
    grid->cells = cdn_alloc(grid->key_count, sizeof *grid->cells);
    if (r.tallies == NULL || grid->cells == NULL)
        status = cdn_fail_memory(error);
    bool fits = true;
    for (uint32_t row = 0; status == CDN_OK && fits && row < records->rows; row++)
        fits = add_record(&r, row);
    for (uint32_t key = 0; status == CDN_OK && fits && key < grid->key_count; key++)
        fits = finish_key(&r, key);
    if (status == CDN_OK && !fits)
        status = cdn_fail(error, CDN_E_LIMIT, CDN_PASS_TOO_LARGE);
    cdn_free(r.tallies);
    cdn_pass_destroy(r.pass);
    return status;
}

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Type 7: position (n - 1) q, linear between its neighbours; exact, as millionths. */
static bool quantile_of(int64_t *values, uint32_t count, const cdn_grid_quantile *q, uint32_t key)
{
    if (count == 0)
        return true;
    qsort(values, count, sizeof *values, compare_values);
    uint64_t position = (uint64_t)(count - 1) * q->ppm;
    uint32_t index = (uint32_t)(position / 1000000u);
    int64_t fraction = (int64_t)(position % 1000000u);
    int64_t low = values[index], high = index + 1 < count ? values[index + 1] : low;
    __int128 exact = (__int128)low * 1000000 + (__int128)(high - low) * fraction;
    if (exact > INT64_MAX || exact < INT64_MIN)
        return false;
    q->out[key] = (int64_t)exact;
    for (uint32_t i = 0; i < count; i++) {
        __int128 value = (__int128)values[i] * 1000000;
        q->below[key] += value < exact;
        q->above[key] += value > exact;
    }
    return true;
}

static void gather(cdn_pass *p, uint32_t rows, const cdn_grid_quantile *q, int64_t *values,
                   uint64_t *next)
{
    for (uint32_t row = 0; row < rows; row++) {
        if (q->values[row] == INT64_MIN)
            continue;
        uint32_t count = cdn_pass_keys(p, row);
        for (uint32_t i = 0; i < count; i++)
            values[next[p->keys[i]]++] = q->values[row];
    }
}

cdn_status cdn_grid_quantiles(const cdn_grid *grid, const cdn_nodes *nodes,
                              const cdn_grid_records *records, const cdn_grid_quantile *quantile,
                              cdn_error *error)
{
    cdn_pass *p = NULL;
    CDN_TRY(cdn_pass_create(grid, nodes, &p, error));
    uint64_t *next = cdn_alloc((size_t)grid->key_count + 1, sizeof *next);
    uint64_t total = 0;
    for (uint32_t key = 0; next != NULL && key < grid->key_count; key++) {
        next[key] = total;
        total += grid->cells[key].records;
    }
    int64_t *values = cdn_alloc(total, sizeof *values);
    cdn_status status = CDN_OK;
    if (next == NULL || values == NULL)
        status = cdn_fail_memory(error);
    else
        gather(p, records->rows, quantile, values, next);
    uint64_t start = 0;
    for (uint32_t key = 0; status == CDN_OK && key < grid->key_count; key++) {
        uint32_t count = (uint32_t)(next[key] - start);
        if (!quantile_of(values + start, count, quantile, key))
            status = cdn_fail(error, CDN_E_LIMIT, "a quantile does not fit in 64 bits");
        start += grid->cells[key].records;
    }
    cdn_free(values);
    cdn_free(next);
    cdn_pass_destroy(p);
    return status;
}
