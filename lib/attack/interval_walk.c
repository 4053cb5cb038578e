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

#include "attack/interval_moves.h"
#include "core/alloc.h"
#include "core/fail.h"

#define MOST_STEPS 3
#define MOST_STEP (INT64_C(1) << 40)
#define BREAKS 4000
#define REST 4

cdn_status cdn_walk_init(cdn_walk *w, cdn_web *web, cdn_walk_price price, const void *context,
                         cdn_error *error)
{
    *w = (cdn_walk){.web = web, .price = price, .context = context, .breaks = BREAKS};
    w->amount = cdn_alloc(web->column_count, sizeof *w->amount);
    w->sum = cdn_alloc(web->row_count, sizeof *w->sum);
    w->place = cdn_alloc(web->row_count, sizeof *w->place);
    w->broken = cdn_alloc(web->row_count, sizeof *w->broken);
    w->rested = cdn_alloc(web->column_count, sizeof *w->rested);
    w->columns = cdn_alloc(web->column_count, sizeof *w->columns);
    w->steps = cdn_alloc(web->column_count, sizeof *w->steps);
    if (w->amount == NULL || w->sum == NULL || w->place == NULL || w->broken == NULL ||
        w->rested == NULL || w->columns == NULL || w->steps == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

void cdn_walk_release(cdn_walk *w)
{
    cdn_free(w->amount);
    cdn_free(w->sum);
    cdn_free(w->place);
    cdn_free(w->broken);
    cdn_free(w->rested);
    cdn_free(w->columns);
    cdn_free(w->steps);
}

static uint64_t next_random(cdn_walk *w)
{
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
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
    const cdn_web *web = w->web;
    if (w->rested[k] == 0)
        w->columns[w->column_count++] = k;
    w->rested[k] = 1;
    w->amount[k] += by;
    for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
        uint32_t row = web->column_row[i];
        w->sum[row] += web->column_coefficient[i] * by;
        mark_row(w, row);
    }
}

static void clear(cdn_walk *w)
{
    const cdn_web *web = w->web;
    for (uint32_t at = 0; at < w->column_count; at++) {
        uint32_t k = w->columns[at];
        w->amount[k] = 0;
        w->rested[k] = 0;
        for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++)
            w->sum[web->column_row[i]] = 0;
    }
    for (uint32_t i = 0; i < w->broken_count; i++)
        w->place[w->broken[i]] = 0;
    w->column_count = w->broken_count = 0;
}

/* How far the column can follow `by`: 0 when not at all. */
static int64_t follow(const cdn_walk *w, uint32_t k, int64_t by, int64_t step)
{
    int64_t low = w->web->low[k], high = w->web->high[k], most = step * MOST_STEPS;
    low = (low > -most ? low : -most) - w->amount[k];
    high = (high < most ? high : most) - w->amount[k];
    if (by > 0)
        return by < high ? by : (high > 0 ? high : 0);
    return by > low ? by : (low < 0 ? low : 0);
}

/* What the change costs, in rows that break and in price. */
static int64_t weigh(const cdn_walk *w, uint32_t k, int64_t by)
{
    const cdn_web *web = w->web;
    int64_t cost = 0;
    for (uint32_t i = web->column_start[k]; i < web->column_start[k + 1]; i++) {
        int64_t sum = w->sum[web->column_row[i]];
        cost += sum == 0 ? w->breaks : 0;
        cost -= sum != 0 && sum + web->column_coefficient[i] * by == 0 ? w->breaks : 0;
    }
    if (w->amount[k] == 0)
        cost += w->price(w->context, k, by > 0 ? 1 : -1);
    else if (w->amount[k] + by == 0)
        cost -= w->price(w->context, k, by > 0 ? -1 : 1);
    return cost;
}

/* Mends the row by one column; false: none can. */
static bool mend(cdn_walk *w, uint32_t row, uint32_t origin, int64_t step, uint32_t turn)
{
    const cdn_web *web = w->web;
    uint32_t best = CDN_WEB_NONE, equals = 0;
    int64_t best_by = 0, best_cost = 0;
    for (uint32_t i = web->row_start[row]; i < web->row_start[row + 1]; i++) {
        uint32_t k = web->row_column[i];
        int32_t a = web->row_coefficient[i];
        if (k == origin || w->rested[k] > turn)
            continue;
        int64_t by = follow(w, k, -w->sum[row] / a, step);
        if (by == 0)
            continue;
        int64_t cost = weigh(w, k, by);
        equals = best != CDN_WEB_NONE && cost == best_cost ? equals + 1 : 1;
        if (best != CDN_WEB_NONE &&
            (cost > best_cost || (cost == best_cost && next_random(w) % equals != 0)))
            continue;
        best = k;
        best_by = by;
        best_cost = cost;
    }
    if (best == CDN_WEB_NONE)
        return false;
    change(w, best, best_by);
    w->rested[best] = turn + REST + (uint32_t)(next_random(w) % REST);
    return true;
}

bool cdn_walk_find(cdn_walk *w, uint32_t column, int sign, int64_t step, uint32_t most_turns)
{
    clear(w);
    if (step > MOST_STEP || follow(w, column, sign * step, step) != sign * step)
        return false;
    w->random += column * 2 + (sign > 0);
    change(w, column, sign * step);
    uint32_t turn = 2; /* a column that was never touched has rested since turn 0 */
    for (; w->broken_count > 0 && turn < most_turns + 2; turn++)
        if (!mend(w, w->broken[next_random(w) % w->broken_count], column, step, turn))
            break;
    w->turns += turn - 2;
    if (w->broken_count > 0)
        return false;
    uint32_t kept = 0;
    for (uint32_t at = 0; at < w->column_count; at++) {
        uint32_t k = w->columns[at];
        w->rested[k] = 0;
        if (w->amount[k] == 0)
            continue;
        w->columns[kept] = k;
        w->steps[kept++] = w->amount[k];
        w->amount[k] = 0;
    }
    w->column_count = kept; /* all sums are 0 */
    return true;
}

static void note(const cdn_walk *w, int sign)
{
    cdn_web *web = w->web;
    int64_t factor = CDN_WEB_FARTHEST;
    for (uint32_t at = 0; at < w->column_count; at++) {
        int64_t fits = cdn_moves_factor(web, w->columns[at], sign * w->steps[at]);
        factor = fits < factor ? fits : factor;
    }
    for (uint32_t at = 0; at < w->column_count; at++) {
        uint32_t k = w->columns[at];
        int64_t d = w->steps[at] * factor * sign;
        web->most[k] = d > web->most[k] ? d : web->most[k];
        web->least[k] = d < web->least[k] ? d : web->least[k];
        if (web->is_open[k])
            cdn_web_review(web, k);
    }
}

cdn_status cdn_walk_note(cdn_walk *w, cdn_error *error)
{
    const cdn_web *web = w->web;
    cdn_interval_moves *moves = web->input->moves;
    note(w, 1);
    note(w, -1);
    if (moves == NULL)
        return CDN_OK;
    for (uint32_t at = 0; at < w->column_count; at++) {
        uint32_t k = w->columns[at];
        for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++) {
            uint32_t cell = web->member[i];
            int64_t step = web->is_turned[cell] ? -w->steps[at] : w->steps[at];
            CDN_TRY(cdn_moves_term(moves, cell, step, error));
        }
    }
    return cdn_moves_keep(moves, error);
}
