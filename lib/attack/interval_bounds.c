/* interval_bounds.c - outer bounds, through the rows to a fixed point.
 *
 * In a row that sums to zero each term is at most minus the least that all the
 * others can sum to. (Shuttle algorithm: Buzzigoli & Giusti 1999; known for
 * integer programmes as bound propagation.) Whole numbers in 128 bits, so no
 * rounding can cut a possible value off. It ends: bounds only move inwards by
 * whole steps; a row that is visited very often is let be, which only leaves
 * its bounds wider than they could be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_web.h"

#include "core/alloc.h"
#include "core/fail.h"

#define MOST_VISITS 100

typedef struct queue {
    uint32_t *rows; /* a ring with room for every row */
    uint8_t *waits, *visits;
    uint32_t head, count;
} queue;

/* The range of a row's terms: finite parts, and how many terms have no end. */
typedef struct range {
    __int128 least, most;
    uint32_t endless_below, endless_above;
} range;

static void put(queue *q, uint32_t row, uint32_t row_count)
{
    if (q->waits[row] || q->visits[row] >= MOST_VISITS)
        return;
    q->waits[row] = 1;
    q->rows[(uint32_t)(((uint64_t)q->head + q->count++) % row_count)] = row;
}

static range term(const cdn_web *web, uint32_t i)
{
    uint32_t k = web->row_column[i];
    int32_t a = web->row_coefficient[i];
    int64_t first = a > 0 ? web->low[k] : web->high[k];
    int64_t last = a > 0 ? web->high[k] : web->low[k];
    bool below = first == INT64_MIN || first == INT64_MAX;
    bool above = last == INT64_MIN || last == INT64_MAX;
    return (range){below ? 0 : (__int128)a * first, above ? 0 : (__int128)a * last, below, above};
}

static __int128 divide_down(__int128 top, __int128 bottom)
{
    __int128 quotient = top / bottom;
    return quotient * bottom > top ? quotient - 1 : quotient;
}

/* a * d <= limit. true when a bound moved. */
static bool apply_most(cdn_web *web, uint32_t k, int32_t a, __int128 limit)
{
    if (a > 0) {
        __int128 high = divide_down(limit, a);
        if (high >= web->high[k])
            return false;
        web->high[k] = (int64_t)high;
    } else {
        __int128 low = -divide_down(limit, -(__int128)a);
        if (low <= web->low[k])
            return false;
        web->low[k] = (int64_t)low;
    }
    return true;
}

/* a * d >= limit */
static bool apply_least(cdn_web *web, uint32_t k, int32_t a, __int128 limit)
{
    if (a > 0) {
        __int128 low = -divide_down(-limit, a);
        if (low <= web->low[k])
            return false;
        web->low[k] = (int64_t)low;
    } else {
        __int128 high = divide_down(-limit, -(__int128)a);
        if (high >= web->high[k])
            return false;
        web->high[k] = (int64_t)high;
    }
    return true;
}

static void visit(cdn_web *web, uint32_t row, queue *q)
{
    uint32_t begin = web->row_start[row], end = web->row_start[row + 1];
    range all = {0};
    for (uint32_t i = begin; i < end; i++) {
        range t = term(web, i);
        all.least += t.least;
        all.most += t.most;
        all.endless_below += t.endless_below;
        all.endless_above += t.endless_above;
    }
    for (uint32_t i = begin; i < end; i++) {
        uint32_t k = web->row_column[i];
        int32_t a = web->row_coefficient[i];
        /* from the ranges before this visit: wider than now, so still right */
        range t = term(web, i);
        bool moved = false;
        range others = {all.least - t.least, all.most - t.most, all.endless_below - t.endless_below,
                        all.endless_above - t.endless_above};
        if (others.endless_below == 0)
            moved = apply_most(web, k, a, -others.least);
        if (others.endless_above == 0)
            moved = apply_least(web, k, a, -others.most) || moved;
        for (uint32_t j = web->column_start[k]; moved && j < web->column_start[k + 1]; j++)
            put(q, web->column_row[j], web->row_count);
    }
}

cdn_status cdn_web_tighten(cdn_web *web, cdn_error *error)
{
    queue q = {cdn_alloc(web->row_count, sizeof *q.rows), cdn_alloc(web->row_count, 1),
               cdn_alloc(web->row_count, 1), 0, 0};
    cdn_status status = CDN_OK;
    if (q.rows == NULL || q.waits == NULL || q.visits == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    for (uint32_t r = 0; r < web->row_count; r++)
        put(&q, r, web->row_count);
    while (q.count > 0) {
        uint32_t row = q.rows[q.head];
        q.head = q.head + 1 == web->row_count ? 0 : q.head + 1;
        q.count--;
        q.waits[row] = 0;
        q.visits[row]++;
        visit(web, row, &q);
    }

done:
    cdn_free(q.rows);
    cdn_free(q.waits);
    cdn_free(q.visits);
    return status;
}
