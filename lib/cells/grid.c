/* grid.c - one pass over the records for all keys of a grid; quantiles in a second.
 *
 * For each axis a table from leaf to the positions (nodes) that hold the leaf
 * is made once; a record's keys are the product of its positions. A record that
 * has no position on some axis is outside the grid.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/grid.h"

#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/number.h"

#define KEYS_PER_RECORD 4096u

/* leaf -> positions, as offsets into one list; positions are pre-multiplied by the axis's stride */
typedef struct place {
    uint32_t *start;
    uint32_t *offset;
} place;

typedef struct pass {
    const cdn_grid *grid;
    const cdn_grid_records *records;
    place places[CDN_GRID_AXES];
    uint32_t answer_axis;   /* the axis that has answers, and how its positions stand in keys */
    uint32_t answer_stride;
    uint32_t *row_like; /* per key: bit r = row part r publishes this key's statistic */
    cdn_tally *tallies;
    uint32_t keys[KEYS_PER_RECORD];
} pass;

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

static bool node_has(const cdn_nodes *nodes, uint32_t node, uint32_t leaf)
{
    return node == CDN_NODE_ALL || cdn_nodes_get(nodes, node)->leaves[leaf] != 0;
}

/* An axis whose positions are its leaves. */
static bool make_identity(const cdn_grid_axis *axis, uint32_t stride, place *out)
{
    out->start = cdn_alloc((size_t)axis->leaf_count + 1, sizeof *out->start);
    out->offset = cdn_alloc(axis->leaf_count, sizeof *out->offset);
    if (out->start == NULL || out->offset == NULL)
        return false;
    for (uint32_t leaf = 0; leaf < axis->leaf_count; leaf++) {
        out->start[leaf] = leaf;
        out->offset[leaf] = leaf * stride;
    }
    out->start[axis->leaf_count] = axis->leaf_count;
    return true;
}

static bool make_place(const cdn_grid *grid, const cdn_nodes *nodes, uint32_t a, uint32_t stride,
                       place *out)
{
    const cdn_grid_axis *axis = &grid->axes[a];
    if (axis->nodes == NULL)
        return make_identity(axis, stride, out);
    uint32_t total = 0;
    for (uint32_t i = 0; i < axis->node_count; i++)
        total += axis->nodes[i] == CDN_NODE_ALL ? axis->leaf_count
                                                : cdn_nodes_get(nodes, axis->nodes[i])->size;
    out->start = cdn_alloc((size_t)axis->leaf_count + 1, sizeof *out->start);
    out->offset = cdn_alloc(total, sizeof *out->offset);
    if (out->start == NULL || out->offset == NULL)
        return false;
    uint32_t filled = 0;
    for (uint32_t leaf = 0; leaf < axis->leaf_count; leaf++) {
        out->start[leaf] = filled;
        for (uint32_t i = 0; i < axis->node_count; i++)
            if (node_has(nodes, axis->nodes[i], leaf))
                out->offset[filled++] = i * stride;
    }
    out->start[axis->leaf_count] = filled;
    return true;
}

static void pass_release(pass *p)
{
    for (uint32_t a = 0; a < p->grid->axis_count; a++) {
        cdn_free(p->places[a].start);
        cdn_free(p->places[a].offset);
    }
    cdn_free(p->row_like);
    cdn_free(p->tallies);
    cdn_free(p);
}

static void mark_row_like(pass *p)
{
    const cdn_grid *grid = p->grid;
    for (uint32_t key = 0; key < grid->key_count; key++) {
        uint32_t rest = key;
        p->row_like[key] = UINT32_MAX;
        for (uint32_t a = grid->axis_count; a-- > 0;) {
            const cdn_grid_axis *axis = &grid->axes[a];
            p->row_like[key] &= axis->row_like[rest % axis->node_count];
            rest /= axis->node_count;
        }
    }
}

static pass *pass_create(const cdn_grid *grid, const cdn_nodes *nodes,
                         const cdn_grid_records *records)
{
    pass *p = cdn_alloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->grid = grid;
    p->records = records;
    p->answer_axis = CDN_NONE;
    bool ok = true;
    uint32_t stride = 1;
    for (uint32_t a = grid->axis_count; ok && a-- > 0;) {
        ok = make_place(grid, nodes, a, stride, &p->places[a]);
        if (grid->axes[a].answers != NULL) {
            p->answer_axis = a;
            p->answer_stride = stride;
        }
        stride *= grid->axes[a].node_count;
    }
    if (ok && grid->published_units != NULL) {
        p->row_like = cdn_alloc(grid->key_count, sizeof *p->row_like);
        ok = p->row_like != NULL;
        if (ok)
            mark_row_like(p);
    }
    if (!ok) {
        pass_release(p);
        return NULL;
    }
    return p;
}

/* The keys of a record in p->keys; 0 when it is outside. */
static uint32_t keys_of(pass *p, uint32_t row)
{
    const cdn_grid *grid = p->grid;
    uint32_t count = 1;
    p->keys[0] = 0;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        uint32_t leaf = grid->axes[a].leaves[row];
        if (leaf >= grid->axes[a].leaf_count) /* a record without a unit */
            return 0;
        const place *at = &p->places[a];
        uint32_t first = at->start[leaf], ways = at->start[leaf + 1] - first;
        if (ways == 0 || (uint64_t)count * ways > KEYS_PER_RECORD)
            return 0;
        const uint32_t *offset = at->offset + first;
        if (ways == 2) /* a code and the total: the usual case */
            for (uint32_t i = count; i-- > 0;) {
                uint32_t key = p->keys[i];
                p->keys[2 * i] = key + offset[0];
                p->keys[2 * i + 1] = key + offset[1];
            }
        else
            for (uint32_t i = count; i-- > 0;)
                for (uint32_t w = ways; w-- > 0;)
                    p->keys[i * ways + w] = p->keys[i] + offset[w];
        count *= ways;
    }
    return count;
}

/* A record never falls in more keys than this; checked before the pass so that none is lost. */
static cdn_status check_ways(const pass *p, cdn_error *error)
{
    uint64_t most = 1;
    for (uint32_t a = 0; a < p->grid->axis_count; a++) {
        uint32_t ways = 0;
        for (uint32_t leaf = 0; leaf < p->grid->axes[a].leaf_count; leaf++) {
            uint32_t here = p->places[a].start[leaf + 1] - p->places[a].start[leaf];
            ways = here > ways ? here : ways;
        }
        most *= ways;
        if (most > KEYS_PER_RECORD)
            return cdn_fail(error, CDN_E_LIMIT, "a record falls in more than %u cells of a table",
                            KEYS_PER_RECORD);
    }
    return CDN_OK;
}

static const uint8_t *answers_at(const pass *p, uint32_t key)
{
    const cdn_grid_axis *axis = &p->grid->axes[p->answer_axis];
    return axis->answers[key / p->answer_stride % axis->node_count];
}

/* Marks the cells in which the record tells more than that an answer is missing. */
static void mark_answers(const pass *p, uint32_t row, uint32_t count)
{
    uint32_t leaf = p->grid->axes[p->answer_axis].leaves[row];
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *answers = answers_at(p, p->keys[i]);
        if (answers != NULL && answers[leaf])
            p->tallies[p->keys[i]].answered = true;
    }
}

static bool add_record(pass *p, uint32_t row)
{
    const cdn_grid *grid = p->grid;
    int64_t value = grid->values == NULL ? 1 : grid->values[row];
    if (value == INT64_MIN) /* missing */
        return true;
    uint32_t unit = p->records->contributors.units[row];
    uint32_t published = grid->published_units != NULL && unit != CDN_NONE
                            ? grid->published_units[unit]
                            : 0;
    uint32_t count = keys_of(p, row);
    const uint64_t *keys = p->records->keys;
    if (p->answer_axis != CDN_NONE)
        mark_answers(p, row, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = p->keys[i];
        cdn_tally *t = &p->tallies[key];
        t->records++;
        if (!cdn_add_checked(t->value, value, &t->value))
            return false;
        if (keys != NULL && value != 0)
            grid->cells[key].key += keys[row];
        if (published != 0 && (published & p->row_like[key]) != 0)
            continue;
        if (!cdn_tally_protect(t, p->records, row, value, &grid->cells[key]))
            return false;
    }
    return true;
}

cdn_status cdn_grid_tabulate(cdn_grid *grid, const cdn_nodes *nodes,
                             const cdn_grid_records *records, cdn_error *error)
{
    pass *p = pass_create(grid, nodes, records);
    if (p == NULL)
        return cdn_fail_memory(error);
    cdn_status status = check_ways(p, error);
    p->tallies = cdn_alloc(grid->key_count, sizeof *p->tallies);
    cdn_free(grid->cells);
    grid->cells = cdn_alloc(grid->key_count, sizeof *grid->cells);
    if (status == CDN_OK && (p->tallies == NULL || grid->cells == NULL))
        status = cdn_fail_memory(error);
    bool fits = true;
    for (uint32_t row = 0; status == CDN_OK && fits && row < records->rows; row++)
        fits = add_record(p, row);
    for (uint32_t key = 0; status == CDN_OK && fits && key < grid->key_count; key++) {
        fits = cdn_tally_finish(&p->tallies[key], records, &grid->cells[key]);
        grid->cells[key].variable = grid->variable;
        grid->cells[key].is_public = cdn_grid_key_is_public(grid, key);
        grid->cells[key].is_unanswered = p->answer_axis != CDN_NONE &&
                                         answers_at(p, key) != NULL && !p->tallies[key].answered;
    }
    if (status == CDN_OK && !fits)
        status = cdn_fail(error, CDN_E_LIMIT, "an exact sum does not fit in 64 bits");
    pass_release(p);
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

static cdn_status gather(pass *p, const cdn_grid_quantile *q, int64_t *values, uint64_t *next)
{
    for (uint32_t row = 0; row < p->records->rows; row++) {
        if (q->values[row] == INT64_MIN)
            continue;
        uint32_t count = keys_of(p, row);
        for (uint32_t i = 0; i < count; i++)
            values[next[p->keys[i]]++] = q->values[row];
    }
    return CDN_OK;
}

cdn_status cdn_grid_quantiles(const cdn_grid *grid, const cdn_nodes *nodes,
                              const cdn_grid_records *records, const cdn_grid_quantile *quantile,
                              cdn_error *error)
{
    pass *p = pass_create(grid, nodes, records);
    uint64_t *next = cdn_alloc((size_t)grid->key_count + 1, sizeof *next);
    uint64_t total = 0;
    for (uint32_t key = 0; next != NULL && key < grid->key_count; key++) {
        next[key] = total;
        total += grid->cells[key].records;
    }
    int64_t *values = cdn_alloc(total, sizeof *values);
    cdn_status status = CDN_OK;
    if (p == NULL || next == NULL || values == NULL)
        status = cdn_fail_memory(error);
    else
        status = gather(p, quantile, values, next);
    uint64_t start = 0;
    for (uint32_t key = 0; status == CDN_OK && key < grid->key_count; key++) {
        uint32_t count = (uint32_t)(next[key] - start);
        if (!quantile_of(values + start, count, quantile, key))
            status = cdn_fail(error, CDN_E_LIMIT, "a quantile does not fit in 64 bits");
        start += grid->cells[key].records;
    }
    cdn_free(values);
    cdn_free(next);
    if (p != NULL)
        pass_release(p);
    return status;
}
