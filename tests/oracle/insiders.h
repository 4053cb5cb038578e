/* insiders.h - what contributors find out, in the columns' view.
 *
 * Every withheld cell's column, less what is published; to a contributor those of its own cells are
 * known too, and a sensitive cell falls when its column is a combination of them. One small
 * elimination for each contributor, over the rows that its cells touch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_ORACLE_INSIDERS_H
#define CDN_TESTS_ORACLE_INSIDERS_H

#include "oracle/greedy.h"

typedef struct insiders {
    const greedy_columns *columns;
    const uint8_t *sensitive;
    const uint32_t *holder; /* per cell: who is alone in it; 0: nobody or several */
    greedy *all;            /* withheld cells, less what is published */
    greedy *own;            /* of one contributor */
    uint8_t *exposed;
    uint32_t *row_view, *tried; /* per row and rest: the last view that had it */
} insiders;

typedef struct insiders_cell {
    uint32_t holder, rest; /* number in `all` */
} insiders_cell;

static int insiders_by_holder(const void *a, const void *b)
{
    const insiders_cell *x = a, *y = b;
    if (x->holder != y->holder)
        return x->holder > y->holder ? 1 : -1;
    return (x->rest > y->rest) - (x->rest < y->rest);
}

static inline greedy_vector insiders_reduce(insiders *i, uint32_t rest)
{
    const greedy_vector *v = &i->all->rest[rest];
    for (uint32_t k = 0; k < v->count; k++)
        greedy_deduct(i->own, v->row[k], greedy_minus(0, v->value[k]));
    return greedy_take(i->own);
}

/* One cell: multiples of it. Rests are normalised, so these are equal. */
static inline void insiders_try_equal(insiders *i, uint32_t own, uint32_t who)
{
    const greedy *g = i->all;
    const greedy_vector *v = &g->rest[own];
    for (uint32_t b = g->bucket[g->hash[own] & g->bucket_mask]; b != GREEDY_NONE; b = g->next[b]) {
        uint32_t cell = g->sensitive[b];
        if (i->sensitive[cell] && i->holder[cell] != who && g->hash[b] == g->hash[own] &&
            g->rest[b].count == v->count &&
            memcmp(g->rest[b].row, v->row, v->count * sizeof *v->row) == 0 &&
            memcmp(g->rest[b].value, v->value, v->count * sizeof *v->value) == 0)
            i->exposed[cell] = 1;
    }
}

/* A combination has no row that none of the own cells has. */
static inline bool insiders_may_be(const insiders *i, uint32_t rest, uint32_t view)
{
    const greedy_vector *v = &i->all->rest[rest];
    for (uint32_t k = 0; k < v->count; k++) {
        if (i->row_view[v->row[k]] != view)
            return false;
    }
    return v->count > 0;
}

/* Sensitive cells of others on the rows of this own cell. */
static inline void insiders_try(insiders *i, uint32_t own, uint32_t who, uint32_t view)
{
    const greedy_vector *v = &i->all->rest[own];
    for (uint32_t k = 0; k < v->count; k++) {
        for (uint32_t u = 0; u < i->all->user_count[v->row[k]]; u++) {
            uint32_t rest = i->all->users[v->row[k]][u], cell = i->all->sensitive[rest];
            if (i->tried[rest] == view || !i->sensitive[cell] || i->holder[cell] == who)
                continue;
            i->tried[rest] = view;
            if (!insiders_may_be(i, rest, view))
                continue;
            greedy_vector left = insiders_reduce(i, rest);
            i->exposed[cell] = i->exposed[cell] || left.count == 0;
            greedy_free_vector(&left);
        }
    }
}

static inline void insiders_view(insiders *i, const insiders_cell *cells, uint32_t count)
{
    greedy *own = i->own;
    uint32_t view = cells[0].rest + 1;
    if (count == 1) {
        insiders_try_equal(i, cells[0].rest, cells[0].holder);
        return;
    }
    for (uint32_t k = 0; k < count; k++) {
        const greedy_vector *rows = &i->all->rest[cells[k].rest];
        for (uint32_t j = 0; j < rows->count; j++)
            i->row_view[rows->row[j]] = view;
        greedy_vector v = insiders_reduce(i, cells[k].rest);
        if (v.count > 0)
            greedy_publish(own, v);
        else
            greedy_free_vector(&v);
    }
    for (uint32_t k = 0; k < count; k++)
        insiders_try(i, cells[k].rest, cells[k].holder, view);
    for (uint32_t p = 0; p < own->pivot_count; p++) {
        own->pivot_of[own->pivot_row[p]] = GREEDY_NONE;
        greedy_free_vector(&own->pivot[p]);
    }
    own->pivot_count = 0;
}

/** exposed[c]: 1 for sensitive cells that somebody else who holds cells, or everybody, can compute.
 *  @return their count */
static inline uint32_t insiders_attack(const greedy_columns *columns, const uint8_t *sensitive,
                                       const uint8_t *withheld, const uint32_t *holder,
                                       uint8_t *exposed)
{
    static const uint32_t nothing[1] = {0};
    greedy_columns empty = {0, columns->rows, nothing, nothing, NULL};
    insiders i = {columns, sensitive, holder, greedy_create(columns, withheld),
                  greedy_create(&empty, NULL), exposed,
                  greedy_need(columns->rows, sizeof *i.row_view),
                  greedy_need(columns->cells, sizeof *i.tried)};
    insiders_cell *cells = greedy_need(columns->cells, sizeof *cells);
    uint32_t held = 0, count = 0;
    for (uint32_t c = 0; c < columns->cells; c++) {
        greedy_vector v = withheld[c] ? (greedy_vector){0} : greedy_reduce(i.all, c);
        if (v.count > 0)
            greedy_publish(i.all, v);
        else
            greedy_free_vector(&v);
        exposed[c] = sensitive[c] && !withheld[c];
    }
    for (uint32_t b = 0; b < i.all->sensitive_count; b++) {
        uint32_t c = i.all->sensitive[b];
        exposed[c] = sensitive[c] && i.all->rest[b].count == 0;
        if (holder[c] != 0)
            cells[held++] = (insiders_cell){holder[c], b};
    }
    qsort(cells, held, sizeof *cells, insiders_by_holder);
    for (uint32_t from = 0, to; from < held; from = to) {
        for (to = from; to < held && cells[to].holder == cells[from].holder; to++)
            continue;
        insiders_view(&i, cells + from, to - from);
    }
    for (uint32_t c = 0; c < columns->cells; c++)
        count += exposed[c];
    greedy_destroy(i.all);
    greedy_destroy(i.own);
    free(cells);
    free(i.row_view);
    free(i.tried);
    return count;
}

#endif
