/* interval_walk.c - moves in the null space, found by mending one row after the other.
 *
 * Most moves of tables of counts are small: a few cells up by one, as many down.
 * Such a move takes a handful of turns here, where a programme takes a thousand
 * times as many steps. What is found is exact by construction: whole numbers
 * throughout, every row's sum kept as it changes. What is not found proves
 * nothing. Random numbers come from a fixed seed for each search.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_walk.h"

#include "core/alloc.h"
#include "core/fail.h"

#define MOST_STEPS 3
#define FEW_BROKEN 8
#define MOST_LOOKED 1024 /* columns of a row, in a turn */
#define MOST_MISSES 20 /* turns in a row in which no column could mend anything */

int64_t cdn_walk_most_step(const uint32_t *start, const int32_t *coefficient, uint32_t rows,
                           int64_t times)
{
    int64_t most = 1;
    for (uint32_t r = 0; r < rows; r++) {
        int64_t sum = 0;
        for (uint32_t i = start[r]; i < start[r + 1]; i++)
            sum += coefficient[i] < 0 ? -(int64_t)coefficient[i] : coefficient[i];
        most = sum > most ? sum : most;
    }
    return CDN_INTERVAL_LARGEST / times / most;
}

/* The more dimensions a table has, the more rows a move through it breaks on its way. */
static uint32_t few_broken(const cdn_web *web)
{
    uint32_t rows = web->column_count == 0 ? 0 : web->row_start[web->row_count] / web->column_count;
    return rows < 4 ? FEW_BROKEN : rows < 6 ? FEW_BROKEN * 2 : FEW_BROKEN * 4;
}

cdn_status cdn_walk_init(cdn_walk *w, cdn_web *web, cdn_error *error)
{
    size_t entries = web->row_start[web->row_count];
    *w = (cdn_walk){.web = web, .breaks = 1000, .rest = 4, .most_loss = UINT64_MAX};
    w->column = cdn_alloc(web->column_count, sizeof *w->column);
    w->terms = cdn_alloc(entries, sizeof *w->terms);
    w->row_terms = cdn_alloc(entries, sizeof *w->row_terms);
    w->sum = cdn_alloc(web->row_count, sizeof *w->sum);
    w->place = cdn_alloc(web->row_count, sizeof *w->place);
    w->broken = cdn_alloc(web->row_count, sizeof *w->broken);
    w->columns = cdn_alloc(web->column_count, sizeof *w->columns);
    w->move.column = cdn_alloc(web->column_count, sizeof *w->move.column);
    w->move.step = cdn_alloc(web->column_count, sizeof *w->move.step);
    if (w->column == NULL || w->terms == NULL || w->row_terms == NULL || w->sum == NULL ||
        w->place == NULL || w->broken == NULL || w->columns == NULL || w->move.column == NULL ||
        w->move.step == NULL)
        return cdn_fail_memory(error);
    w->most_step =
        cdn_walk_most_step(web->row_start, web->row_coefficient, web->row_count, MOST_STEPS);
    w->few_broken = few_broken(web);
    for (uint32_t k = 0; k < web->column_count; k++) {
        w->column[k].low = web->low[k];
        w->column[k].high = web->high[k];
        w->column[k].terms = web->column_start[k];
        w->column[k].end = web->column_start[k + 1];
    }
    for (size_t i = 0; i < entries; i++) {
        w->terms[i] = (cdn_walk_term){web->column_row[i], web->column_coefficient[i]};
        w->row_terms[i] = (cdn_walk_term){web->row_column[i], web->row_coefficient[i]};
    }
    return CDN_OK;
}

void cdn_walk_release(cdn_walk *w)
{
    cdn_free(w->column);
    cdn_free(w->terms);
    cdn_free(w->row_terms);
    cdn_free(w->sum);
    cdn_free(w->place);
    cdn_free(w->broken);
    cdn_free(w->columns);
    cdn_free(w->move.column);
    cdn_free(w->move.step);
}

/* Below `limit`. */
static uint32_t next_random(cdn_walk *w, uint32_t limit)
{
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(((z ^ (z >> 31)) >> 32) * limit >> 32);
}

static void mark_row(cdn_walk *w, uint32_t row)
{
    if ((w->sum[row] != 0) == (w->place[row] != 0))
        return;
    if (w->sum[row] != 0) {
        w->broken[w->broken_count++] = row;
        w->place[row] = w->broken_count;
        return;
    }
    uint32_t last = w->broken[--w->broken_count];
    w->broken[w->place[row] - 1] = last;
    w->place[last] = w->place[row];
    w->place[row] = 0;
}

static void change(cdn_walk *w, uint32_t k, int64_t by)
{
    cdn_walk_column *column = &w->column[k];
    if (column->rested == 0)
        w->columns[w->column_count++] = k;
    column->rested = 1;
    w->loss += column->amount == 0 ? column->loss : 0;
    column->amount += by;
    w->loss -= column->amount == 0 ? column->loss : 0;
    for (uint32_t i = column->terms; i < column->end; i++) {
        w->sum[w->terms[i].at] += w->terms[i].coefficient * by;
        mark_row(w, w->terms[i].at);
    }
}

static void clear(cdn_walk *w)
{
    for (uint32_t at = 0; at < w->column_count; at++) {
        cdn_walk_column *column = &w->column[w->columns[at]];
        column->amount = 0;
        column->rested = 0;
        for (uint32_t i = column->terms; i < column->end; i++)
            w->sum[w->terms[i].at] = 0;
    }
    for (uint32_t i = 0; i < w->broken_count; i++)
        w->place[w->broken[i]] = 0;
    w->column_count = w->broken_count = 0;
    w->loss = 0;
}

/* How far the column can follow `by`: 0 when not at all. */
static inline int64_t follow(const cdn_walk_column *column, int64_t by, int64_t most)
{
    int64_t low = (column->low > -most ? column->low : -most) - column->amount;
    int64_t high = (column->high < most ? column->high : most) - column->amount;
    if (by > 0)
        return by < high ? by : (high > 0 ? high : 0);
    return by > low ? by : (low < 0 ? low : 0);
}

/* The best change so far in a turn. */
typedef struct choice {
    uint32_t column, equals;
    int64_t by, cost;
} choice;

/* Better than the best: fewer rows that break, or cheaper. */
static inline void weigh(cdn_walk *w, uint32_t k, int64_t by, choice *best)
{
    const cdn_walk_column *column = &w->column[k];
    int64_t cost = 0, breaks = w->breaks;
    if (column->amount == 0)
        cost = column->price[by < 0];
    else if (column->amount + by == 0)
        cost = -(int64_t)column->price[by > 0];
    for (uint32_t i = column->terms; i < column->end; i++) {
        int64_t sum = w->sum[w->terms[i].at];
        if (sum == 0)
            cost += breaks;
        else if (sum + w->terms[i].coefficient * by == 0)
            cost -= breaks;
    }
    if (best->column != CDN_WEB_NONE) {
        if (cost > best->cost)
            return;
        best->equals = cost == best->cost ? best->equals + 1 : 1;
        if (best->equals > 1 && next_random(w, best->equals) != 0)
            return;
    }
    best->column = k;
    best->by = by;
    best->cost = cost;
}

/* All columns of a row, or those of a long one from somewhere on. */
static void look(cdn_walk *w, uint32_t row, uint32_t origin, int64_t most, uint32_t turn,
                 choice *best)
{
    int64_t sum = w->sum[row];
    uint32_t begin = w->web->row_start[row], length = w->web->row_start[row + 1] - begin;
    uint32_t at = length > MOST_LOOKED ? next_random(w, length) : 0;
    for (uint32_t i = 0; i < length && i < MOST_LOOKED; i++, at = at + 1 == length ? 0 : at + 1) {
        const cdn_walk_term *t = &w->row_terms[begin + at];
        const cdn_walk_column *column = &w->column[t->at];
        int32_t a = t->coefficient;
        if (t->at == origin || column->rested > turn ||
            (column->amount == 0 && w->loss + column->loss >= w->most_loss))
            continue;
        int64_t by = follow(column, a == 1 ? -sum : a == -1 ? sum : -sum / a, most);
        if (by != 0)
            weigh(w, t->at, by, best);
    }
}

/* Mends some row by one column; false: none can. */
static bool mend(cdn_walk *w, uint32_t origin, int64_t most, uint32_t turn)
{
    choice best = {.column = CDN_WEB_NONE, .equals = 1};
    look(w, w->broken[next_random(w, w->broken_count)], origin, most, turn, &best);
    if (best.column == CDN_WEB_NONE)
        return false;
    change(w, best.column, best.by);
    w->column[best.column].rested = turn + w->rest + next_random(w, w->rest);
    return true;
}

bool cdn_walk_find(cdn_walk *w, uint32_t column, int sign, int64_t step)
{
    clear(w);
    if (step > w->most_step || follow(&w->column[column], sign * step, step) != sign * step)
        return false;
    w->random += column * 2 + (sign > 0);
    change(w, column, sign * step);
    uint32_t turn = 2, misses = 0; /* a column that was never touched has rested since turn 0 */
    uint32_t most_broken = w->few_broken + w->most_turns / 16;
    for (; w->broken_count > 0 && turn < w->most_turns + 2 && misses <= MOST_MISSES &&
           w->broken_count <= most_broken; turn++)
        misses = mend(w, column, step * MOST_STEPS, turn) ? 0 : misses + 1;
    w->turns += turn - 2;
    if (w->broken_count > 0)
        return false;
    w->move.count = 0;
    w->move.loss = w->loss;
    for (uint32_t at = 0; at < w->column_count; at++) {
        uint32_t k = w->columns[at];
        if (w->column[k].amount == 0)
            continue;
        w->move.column[w->move.count] = k;
        w->move.step[w->move.count++] = w->column[k].amount;
    }
    return true;
}
