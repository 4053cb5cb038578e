/* interval_merge.c - columns that can only move together become one.
 *
 * Published totals leave many rows with two unknowns, which must then move by
 * the same amount; joining the two shortens other rows, down to two terms again
 * or one. What is left after the last is far smaller than the web was, and exact:
 * a possible move of the one is a possible move of the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_web.h"

#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"

typedef struct merger {
    cdn_web *web;
    uint32_t *leader;             /* per column: itself, or nearer to its leader */
    uint8_t *is_turned;           /* per column: moves against `leader` */
    uint32_t *next, *last, *size; /* columns of a leader, chained from itself */
    uint32_t *length;             /* per row: terms left, at its start */
    uint32_t *queue;              /* rows to look at, a ring */
    uint8_t *waits;
    uint32_t head, queued;
    int64_t *sum; /* per column: scratch */
    uint8_t *is_met;
    uint32_t *number; /* per leader: its column in the web to be */
    uint32_t new_count;
} merger;

static void put(merger *m, uint32_t row)
{
    if (m->waits[row])
        return;
    m->waits[row] = 1;
    m->queue[(uint32_t)(((uint64_t)m->head + m->queued++) % m->web->row_count)] = row;
}

static void put_rows_of(merger *m, uint32_t leader)
{
    for (uint32_t k = leader; k != CDN_WEB_NONE; k = m->next[k])
        for (uint32_t i = m->web->column_start[k]; i < m->web->column_start[k + 1]; i++)
            put(m, m->web->column_row[i]);
}

/* Shortens the path on the way. */
static uint32_t find(merger *m, uint32_t k, bool *is_turned)
{
    bool turned = false;
    while (m->leader[k] != k) {
        uint32_t up = m->leader[k];
        m->is_turned[k] = m->is_turned[k] ^ m->is_turned[up];
        m->leader[k] = m->leader[up];
        turned ^= m->is_turned[k] != 0;
        k = m->leader[k];
    }
    *is_turned = turned;
    return k;
}

static int64_t opposite(int64_t end)
{
    if (end == INT64_MIN)
        return INT64_MAX;
    return end == INT64_MAX ? INT64_MIN : -end;
}

static bool is_fixed(const cdn_web *web, uint32_t k)
{
    return web->low[k] == 0 && web->high[k] == 0;
}

static void fix(merger *m, uint32_t leader)
{
    m->web->low[leader] = m->web->high[leader] = 0;
    put_rows_of(m, leader);
}

/* b moves with a, or against it. */
static void join(merger *m, uint32_t a, uint32_t b, bool against)
{
    cdn_web *web = m->web;
    if (m->size[a] < m->size[b]) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    put_rows_of(m, b);
    int64_t low = against ? opposite(web->high[b]) : web->low[b];
    int64_t high = against ? opposite(web->low[b]) : web->high[b];
    int64_t least = against ? -web->most[b] : web->least[b];
    int64_t most = against ? -web->least[b] : web->most[b];
    web->low[a] = low > web->low[a] ? low : web->low[a];
    web->high[a] = high < web->high[a] ? high : web->high[a];
    web->least[a] = least < web->least[a] ? least : web->least[a];
    web->most[a] = most > web->most[a] ? most : web->most[a];
    m->leader[b] = a;
    m->is_turned[b] = against;
    m->next[m->last[a]] = b;
    m->last[a] = m->last[b];
    m->size[a] += m->size[b];
    if (is_fixed(web, a))
        put_rows_of(m, a);
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Sums the row over leaders into `sum`; @return how many it met, listed in place of the row's
 * columns. */
static uint32_t gather(merger *m, uint32_t row)
{
    cdn_web *web = m->web;
    uint32_t begin = web->row_start[row], met = 0;
    for (uint32_t i = begin; i < begin + m->length[row]; i++) {
        bool turned;
        int64_t a = web->row_coefficient[i];
        uint32_t k = find(m, web->row_column[i], &turned);
        if (is_fixed(web, k))
            continue;
        if (!m->is_met[k]) {
            m->is_met[k] = 1;
            m->sum[k] = 0;
            web->row_column[begin + met++] = k;
        }
        m->sum[k] += turned ? -a : a;
    }
    for (uint32_t i = begin; i < begin + met; i++)
        m->is_met[web->row_column[i]] = 0;
    return met;
}

/* Writes the row anew over leaders, in lowest terms, the first positive. false when a coefficient
 * does not fit. */
static bool rewrite(merger *m, uint32_t row)
{
    cdn_web *web = m->web;
    uint32_t begin = web->row_start[row], met = gather(m, row), kept = 0;
    int64_t divisor = 0;
    for (uint32_t i = begin; i < begin + met; i++)
        divisor = common_divisor(m->sum[web->row_column[i]], divisor);
    for (uint32_t i = begin; i < begin + met; i++) {
        uint32_t k = web->row_column[i];
        if (m->sum[k] == 0)
            continue;
        if (kept == 0 && m->sum[k] < 0)
            divisor = -divisor;
        int64_t a = m->sum[k] / divisor;
        if (a > INT32_MAX || a < -INT32_MAX)
            return false;
        web->row_column[begin + kept] = k;
        web->row_coefficient[begin + kept++] = (int32_t)a;
    }
    m->length[row] = kept;
    return true;
}

static cdn_status simplify(merger *m, cdn_error *error)
{
    cdn_web *web = m->web;
    for (uint32_t r = 0; r < web->row_count; r++)
        put(m, r);
    while (m->queued > 0) {
        uint32_t row = m->queue[m->head];
        m->head = m->head + 1 == web->row_count ? 0 : m->head + 1;
        m->queued--;
        m->waits[row] = 0;
        if (!rewrite(m, row))
            return cdn_fail(error, CDN_E_LIMIT, "attack: the equations have too large multiples");
        const uint32_t *columns = &web->row_column[web->row_start[row]];
        const int32_t *a = &web->row_coefficient[web->row_start[row]];
        if (m->length[row] == 1)
            fix(m, columns[0]);
        else if (m->length[row] == 2 && (a[0] == a[1] || a[0] == -a[1]))
            join(m, columns[0], columns[1], a[0] == a[1]);
    }
    return CDN_OK;
}

typedef struct term {
    uint32_t column;
    int32_t coefficient;
} term;

static int by_column(const void *a, const void *b)
{
    const term *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

/* The row's terms under the new numbers, in order, the first positive: equal rows become equal
 * bytes. */
static void order_row(const merger *m, uint32_t row, term *terms)
{
    const cdn_web *web = m->web;
    uint32_t begin = web->row_start[row], length = m->length[row];
    for (uint32_t i = 0; i < length; i++)
        terms[i] = (term){m->number[web->row_column[begin + i]], web->row_coefficient[begin + i]};
    qsort(terms, length, sizeof *terms, by_column);
    for (uint32_t i = length; i > 0 && terms[0].coefficient < 0; i--)
        terms[i - 1].coefficient = -terms[i - 1].coefficient;
}

/* Keeps the first of equal rows, closing ranks: what is written is never ahead of what is read. */
static cdn_status keep_rows(merger *m, cdn_map *seen, term *terms, cdn_error *error)
{
    cdn_web *web = m->web;
    uint32_t kept = 0, end = 0;
    for (uint32_t r = 0; r < web->row_count; r++) {
        bool added = false;
        order_row(m, r, terms);
        if (m->length[r] == 0)
            continue;
        if (cdn_map_add(seen, terms, m->length[r] * sizeof *terms, &added) == CDN_MAP_NONE)
            return cdn_fail_memory(error);
        if (!added)
            continue;
        web->row_start[kept++] = end;
        for (uint32_t i = 0; i < m->length[r]; i++) {
            web->row_column[end] = terms[i].column;
            web->row_coefficient[end++] = terms[i].coefficient;
        }
    }
    web->row_count = kept;
    web->row_start[kept] = end;
    return CDN_OK;
}

/* New numbers for the leaders that can move, in order of cells; cells of the others lose theirs. */
static void renumber(merger *m, uint32_t *old)
{
    cdn_web *web = m->web;
    uint32_t count = 0;
    for (uint32_t k = 0; k < web->column_count; k++)
        m->number[k] = CDN_WEB_NONE;
    for (uint32_t c = 0; c < web->cell_count; c++) {
        if (web->column_of[c] == CDN_WEB_NONE)
            continue;
        bool turned;
        uint32_t k = find(m, web->column_of[c], &turned);
        web->is_turned[c] ^= turned;
        web->column_of[c] = CDN_WEB_NONE;
        if (is_fixed(web, k))
            continue;
        if (m->number[k] == CDN_WEB_NONE) {
            old[count] = k;
            m->number[k] = count++;
        }
        web->column_of[c] = m->number[k];
    }
    m->new_count = count;
}

static void reorder(int64_t *values, const uint32_t *old, uint32_t count, int64_t *scratch)
{
    for (uint32_t k = 0; k < count; k++)
        scratch[k] = values[old[k]];
    memcpy(values, scratch, count * sizeof *values);
}

static cdn_status rebuild(merger *m, bool *changed, cdn_error *error)
{
    cdn_web *web = m->web;
    cdn_status status = CDN_OK;
    cdn_map *seen = cdn_map_create();
    term *terms = cdn_alloc(web->column_count, sizeof *terms);
    uint32_t *old = cdn_alloc(web->column_count, sizeof *old);
    if (seen == NULL || terms == NULL || old == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    renumber(m, old);
    int64_t *const values[] = {web->low, web->high, web->least, web->most};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        reorder(values[i], old, m->new_count, m->sum);
    status = keep_rows(m, seen, terms, error);
    if (status != CDN_OK)
        goto done;
    *changed = m->new_count < web->column_count;
    web->column_count = m->new_count;
    cdn_web_index(web);

done:
    cdn_free(old);
    cdn_free(terms);
    cdn_map_destroy(seen);
    return status;
}

static cdn_status allocate(merger *m, cdn_error *error)
{
    size_t columns = m->web->column_count, rows = m->web->row_count;
    m->leader = cdn_alloc(columns, sizeof *m->leader);
    m->is_turned = cdn_alloc(columns, 1);
    m->next = cdn_alloc(columns, sizeof *m->next);
    m->last = cdn_alloc(columns, sizeof *m->last);
    m->size = cdn_alloc(columns, sizeof *m->size);
    m->number = cdn_alloc(columns, sizeof *m->number);
    m->length = cdn_alloc(rows, sizeof *m->length);
    m->queue = cdn_alloc(rows, sizeof *m->queue);
    m->waits = cdn_alloc(rows, 1);
    m->sum = cdn_alloc(columns, sizeof *m->sum);
    m->is_met = cdn_alloc(columns, 1);
    if (m->leader == NULL || m->is_turned == NULL || m->next == NULL || m->last == NULL ||
        m->size == NULL || m->number == NULL || m->length == NULL || m->queue == NULL ||
        m->waits == NULL || m->sum == NULL || m->is_met == NULL)
        return cdn_fail_memory(error);
    for (uint32_t k = 0; k < columns; k++) {
        m->leader[k] = m->last[k] = k;
        m->next[k] = CDN_WEB_NONE;
        m->size[k] = 1;
    }
    for (uint32_t r = 0; r < rows; r++)
        m->length[r] = m->web->row_start[r + 1] - m->web->row_start[r];
    return CDN_OK;
}

cdn_status cdn_web_merge(cdn_web *web, bool *changed, cdn_error *error)
{
    merger m = {.web = web};
    cdn_status status = allocate(&m, error);
    if (status == CDN_OK)
        status = simplify(&m, error);
    if (status == CDN_OK)
        status = rebuild(&m, changed, error);
    cdn_free(m.leader);
    cdn_free(m.is_turned);
    cdn_free(m.next);
    cdn_free(m.last);
    cdn_free(m.size);
    cdn_free(m.number);
    cdn_free(m.length);
    cdn_free(m.queue);
    cdn_free(m.waits);
    cdn_free(m.sum);
    cdn_free(m.is_met);
    return status;
}
