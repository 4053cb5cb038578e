/* interval_patch.c - neighbourhoods, and the programmes on them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_patch.h"

#include "core/alloc.h"
#include "core/fail.h"

#define MOST_OFFERS 50000
#define MOVING 1e-6
#define ROOM_AROUND 100

/* A column that may join: may be out of date, when the column has since become better. */
typedef struct cdn_patch_offer {
    uint32_t missing, column;
    double price;
} cdn_patch_offer;

cdn_status cdn_patch_init(cdn_patch *patch, cdn_web *web, cdn_error *error)
{
    size_t columns = web->column_count, rows = web->row_count;
    size_t entries = 2 * (size_t)web->row_start[web->row_count] + 1;
    *patch = (cdn_patch){.web = web};
    patch->columns = cdn_alloc(columns, sizeof *patch->columns);
    patch->rows = cdn_alloc(rows, sizeof *patch->rows);
    patch->place = cdn_alloc(columns, sizeof *patch->place);
    patch->row_place = cdn_alloc(rows, sizeof *patch->row_place);
    patch->entry_row = cdn_alloc(entries, sizeof *patch->entry_row);
    patch->entry_column = cdn_alloc(entries, sizeof *patch->entry_column);
    patch->entry_coefficient = cdn_alloc(entries, sizeof *patch->entry_coefficient);
    patch->low = cdn_alloc(2 * columns, sizeof *patch->low);
    patch->high = cdn_alloc(2 * columns, sizeof *patch->high);
    patch->weight = cdn_alloc(2 * columns, sizeof *patch->weight);
    patch->move = cdn_alloc(columns, sizeof *patch->move);
    patch->group = cdn_alloc(columns, sizeof *patch->group);
    patch->is_met = cdn_alloc(columns, 1);
    patch->row_is_met = cdn_alloc(rows, 1);
    patch->missing = cdn_alloc(columns, sizeof *patch->missing);
    patch->offers = cdn_alloc(MOST_OFFERS, sizeof *patch->offers);
    patch->sums = cdn_alloc(rows, sizeof *patch->sums);
    if (patch->columns == NULL || patch->rows == NULL || patch->place == NULL ||
        patch->row_place == NULL || patch->entry_row == NULL || patch->entry_column == NULL ||
        patch->entry_coefficient == NULL || patch->low == NULL || patch->high == NULL ||
        patch->weight == NULL || patch->move == NULL || patch->group == NULL ||
        patch->is_met == NULL || patch->row_is_met == NULL || patch->missing == NULL ||
        patch->offers == NULL || patch->sums == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

void cdn_patch_release(cdn_patch *patch)
{
    cdn_free(patch->columns);
    cdn_free(patch->rows);
    cdn_free(patch->place);
    cdn_free(patch->row_place);
    cdn_free(patch->entry_row);
    cdn_free(patch->entry_column);
    cdn_free(patch->entry_coefficient);
    cdn_free(patch->low);
    cdn_free(patch->high);
    cdn_free(patch->weight);
    cdn_free(patch->move);
    cdn_free(patch->group);
    cdn_free(patch->is_met);
    cdn_free(patch->row_is_met);
    cdn_free(patch->missing);
    cdn_free(patch->offers);
    cdn_free(patch->sums);
}

static void clear(cdn_patch *patch)
{
    for (uint32_t i = 0; i < patch->count; i++)
        patch->place[patch->columns[i]] = 0;
    for (uint32_t r = 0; r < patch->row_count; r++)
        patch->row_place[patch->rows[r]] = 0;
    patch->count = patch->row_count = 0;
}

static void add_column(cdn_patch *patch, uint32_t k)
{
    const cdn_web *web = patch->web;
    patch->columns[patch->count++] = k;
    patch->place[k] = patch->count;
    for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
        uint32_t r = web->column_row[i];
        if (patch->row_place[r] != 0)
            continue;
        patch->rows[patch->row_count++] = r;
        patch->row_place[r] = patch->row_count;
    }
}

void cdn_patch_grow(cdn_patch *patch, uint32_t column, uint32_t most)
{
    const cdn_web *web = patch->web;
    clear(patch);
    add_column(patch, column);
    patch->is_whole = true;
    for (uint32_t at = 0; at < patch->row_count; at++) {
        uint32_t r = patch->rows[at];
        for (uint32_t i = web->row_start[r]; i < web->row_start[r + 1]; i++) {
            uint32_t k = web->row_column[i];
            if (patch->place[k] != 0)
                continue;
            if (patch->count >= most) {
                patch->is_whole = false;
                return;
            }
            add_column(patch, k);
        }
    }
}

static bool is_better(const cdn_patch_offer *a, const cdn_patch_offer *b)
{
    if (a->missing != b->missing)
        return a->missing < b->missing;
    if (a->price < b->price || a->price > b->price)
        return a->price < b->price;
    return a->column < b->column;
}

static void swap_offers(cdn_patch_offer *a, cdn_patch_offer *b)
{
    cdn_patch_offer c = *a;
    *a = *b;
    *b = c;
}

static void push_offer(cdn_patch *patch, cdn_patch_offer offer)
{
    if (patch->offer_count == MOST_OFFERS)
        return;
    cdn_patch_offer *heap = patch->offers;
    uint32_t at = patch->offer_count++;
    heap[at] = offer;
    for (; at > 0 && is_better(&heap[at], &heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap_offers(&heap[at], &heap[(at - 1) / 2]);
}

static cdn_patch_offer pop_offer(cdn_patch *patch)
{
    cdn_patch_offer *heap = patch->offers, top = heap[0];
    heap[0] = heap[--patch->offer_count];
    for (uint32_t at = 0, next; (next = 2 * at + 1) < patch->offer_count; at = next) {
        next += next + 1 < patch->offer_count && is_better(&heap[next + 1], &heap[next]);
        if (!is_better(&heap[next], &heap[at]))
            break;
        swap_offers(&heap[next], &heap[at]);
    }
    return top;
}

/* Columns of the rows that joined since `first_row` have fewer rows missing now. */
static void offer_columns(cdn_patch *patch, uint32_t first_row, const double *price)
{
    const cdn_web *web = patch->web;
    for (uint32_t at = first_row; at < patch->row_count; at++) {
        uint32_t r = patch->rows[at];
        for (uint32_t i = web->row_start[r]; i < web->row_start[r + 1]; i++) {
            uint32_t k = web->row_column[i];
            if (patch->missing[k] == 0)
                patch->missing[k] = web->column_start[k + 1] - web->column_start[k] + 1;
            patch->missing[k]--; /* stays 1 too large, so that 0 is: not met yet */
            if (patch->place[k] == 0)
                push_offer(patch, (cdn_patch_offer){patch->missing[k], k, price[k]});
        }
    }
}

/* Knits on from the columns that the patch has. */
static void knit_on(cdn_patch *patch, uint32_t most, const double *price)
{
    const cdn_web *web = patch->web;
    patch->offer_count = 0;
    offer_columns(patch, 0, price);
    while (patch->offer_count > 0 && patch->count < most) {
        cdn_patch_offer best = pop_offer(patch);
        if (patch->place[best.column] != 0 || patch->missing[best.column] != best.missing)
            continue;
        uint32_t first_row = patch->row_count;
        add_column(patch, best.column);
        offer_columns(patch, first_row, price);
    }
    patch->is_whole = false;
    for (uint32_t at = 0; at < patch->row_count; at++) {
        uint32_t r = patch->rows[at];
        for (uint32_t i = web->row_start[r]; i < web->row_start[r + 1]; i++)
            patch->missing[web->row_column[i]] = 0;
    }
}

void cdn_patch_knit(cdn_patch *patch, uint32_t column, uint32_t most, const double *price)
{
    clear(patch);
    add_column(patch, column);
    knit_on(patch, most, price);
}

void cdn_patch_knit_move(cdn_patch *patch, const cdn_patch *from, const cdn_lp *lp, uint32_t most,
                         const double *price)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < from->count; c++)
        if (cdn_patch_value(from, lp, c) > MOVING || cdn_patch_value(from, lp, c) < -MOVING)
            patch->group[count++] = from->columns[c];
    clear(patch);
    if (most == 0)
        most = count + ROOM_AROUND;
    for (uint32_t i = 0; i < count && i < most; i++)
        add_column(patch, patch->group[i]);
    knit_on(patch, most, price);
}

double cdn_patch_value(const cdn_patch *patch, const cdn_lp *lp, uint32_t place)
{
    double up = cdn_lp_value(lp, place);
    return patch->is_split ? up - cdn_lp_value(lp, patch->count + place) : up;
}

/* Entries of place c, as the programme's column `to`, times sign. */
static void write_entries(cdn_patch *patch, uint32_t c, uint32_t to, int sign, uint32_t *entries)
{
    const cdn_web *web = patch->web;
    uint32_t k = patch->columns[c];
    for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
        uint32_t at = ++*entries;
        patch->entry_row[at] = (int)patch->row_place[web->column_row[i]];
        patch->entry_column[at] = (int)to + 1;
        patch->entry_coefficient[at] = (double)web->column_coefficient[i] * sign;
    }
}

static cdn_status load(cdn_patch *patch, cdn_lp *lp, uint32_t columns, uint32_t entries,
                       cdn_error *error)
{
    cdn_lp_problem problem = {.rows = patch->row_count,
                              .columns = columns,
                              .entries = entries,
                              .row = patch->entry_row,
                              .column = patch->entry_column,
                              .coefficient = patch->entry_coefficient,
                              .low = patch->low,
                              .high = patch->high,
                              .weight = patch->weight};
    return cdn_lp_load(lp, &problem, error);
}

cdn_status cdn_patch_load(cdn_patch *patch, cdn_lp *lp, cdn_error *error)
{
    const cdn_web *web = patch->web;
    uint32_t entries = 0;
    for (uint32_t c = 0; c < patch->count; c++) {
        uint32_t k = patch->columns[c];
        patch->low[c] = web->low[k];
        patch->high[c] = web->high[k];
        patch->weight[c] = 0;
        write_entries(patch, c, c, 1, &entries);
    }
    patch->is_split = false;
    patch->entry_count = entries;
    return load(patch, lp, patch->count, entries, error);
}

cdn_status cdn_patch_load_nudge(cdn_patch *patch, cdn_lp *lp, uint32_t column, int sign,
                                int64_t goal, cdn_price price, const void *context,
                                cdn_error *error)
{
    const cdn_web *web = patch->web;
    uint32_t entries = 0, count = patch->count;
    for (uint32_t c = 0; c < count; c++) {
        uint32_t k = patch->columns[c];
        patch->low[c] = patch->low[count + c] = 0;
        patch->high[c] = web->high[k];
        patch->high[count + c] = web->low[k] == INT64_MIN ? INT64_MAX : -web->low[k];
        if (k == column) {
            patch->low[c] = patch->high[c] = sign > 0 ? goal : 0;
            patch->low[count + c] = patch->high[count + c] = sign > 0 ? 0 : goal;
        }
        patch->weight[c] = -price(context, web, k, 1);
        patch->weight[count + c] = -price(context, web, k, -1);
        write_entries(patch, c, c, 1, &entries);
    }
    for (uint32_t c = 0; c < count; c++)
        write_entries(patch, c, count + c, -1, &entries);
    patch->is_split = true;
    return load(patch, lp, 2 * count, entries, error);
}

/* Columns of a basis of the rows may go either way for nothing; the others are split, and priced.
 * So the basis is one from which the dual method can start, and all columns are 0 in it. */
cdn_status cdn_patch_load_whole(cdn_patch *patch, cdn_lp *lp, cdn_price price, const void *context,
                                cdn_error *error)
{
    const cdn_web *web = patch->web;
    uint32_t count = patch->count;
    CDN_TRY(cdn_patch_load(patch, lp, error));
    CDN_TRY(cdn_lp_crash(lp, patch->is_met, error));
    for (uint32_t c = 0; c < count; c++) {
        uint32_t k = patch->columns[c];
        bool basic = patch->is_met[c] != 0;
        patch->high[count + c] = patch->low[c] == INT64_MIN ? INT64_MAX : -patch->low[c];
        patch->low[c] = basic ? patch->low[c] : 0;
        patch->high[count + c] = basic ? 0 : patch->high[count + c];
        patch->low[count + c] = 0;
        patch->weight[c] = basic ? 0 : -price(context, web, k, 1);
        patch->weight[count + c] = basic ? 0 : -price(context, web, k, -1);
    }
    uint32_t entries = patch->entry_count;
    for (uint32_t c = 0; c < count; c++)
        if (!patch->is_met[c])
            write_entries(patch, c, count + c, -1, &entries);
    patch->is_split = true;
    CDN_TRY(load(patch, lp, 2 * count, entries, error));
    return cdn_lp_start(lp, patch->is_met, count, error);
}

cdn_status cdn_patch_aim_nudge(const cdn_patch *patch, cdn_lp *lp, uint32_t column, int sign,
                               int64_t goal, cdn_error *error)
{
    uint32_t up = patch->place[column] - 1, down = patch->count + up;
    if (patch->low[up] < 0) {
        int64_t at = sign > 0 ? goal : -goal;
        return cdn_lp_bound(lp, up, goal > 0 ? at : patch->low[up], goal > 0 ? at : patch->high[up],
                            error);
    }
    int64_t low = goal > 0 ? 0 : patch->low[up], high = goal > 0 ? 0 : patch->high[up];
    int64_t low_down = 0, high_down = goal > 0 ? 0 : patch->high[down];
    if (goal > 0 && sign > 0)
        low = high = goal;
    if (goal > 0 && sign < 0)
        low_down = high_down = goal;
    CDN_TRY(cdn_lp_bound(lp, up, low, high, error));
    return cdn_lp_bound(lp, down, low_down, high_down, error);
}
