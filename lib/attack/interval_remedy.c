/* interval_remedy.c - cheap moves through visible cells.
 *
 * The web here is that of all cells which could be withheld, the visible ones
 * among them at a price. Each unsafe cell is moved as far as it needs; a cell that
 * one move withholds is free for the next, so that moves share cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_remedy.h"

#include <math.h>
#include <string.h>

#include "attack/interval_patch.h"
#include "attack/interval_walk.h"
#include "core/alloc.h"
#include "core/fail.h"

#define MOVING 1e-6
#define FREE_PRICE 0.01
#define MOST_SEARCHED 400
#define MOST_NODES 100
#define WALKS 3
#define MOST_PROGRAMMED 100
#define MOST_TURNS 1000
#define PRICE_OF_EIGHTH 100

#define SMALL_PATCH 120
#define LARGE_PATCH 1200
#define LARGEST_PATCH 5000

/* Cheap walks first; then the eager ones, which find a way more often. */
static const uint32_t breaks[] = {1000, 1400, 2000, 2800, 4000};

typedef struct remedy {
    const cdn_system *system;
    const cdn_interval_input *input;
    uint8_t *visible;    /* per cell */
    uint8_t *marks;      /* per cell: of the system with everything withheld */
    uint8_t *withheld;   /* per figure: 1 */
    uint8_t *asked;      /* per cell: unsafe */
    double *price;       /* per column; what is or will be withheld is nearly free */
    double *fresh_price; /* the same, but nothing is free */
    bool is_second;      /* pass */
    cdn_web web;
    cdn_walk walk;
    cdn_patch patch;
    cdn_lp *lp;
    uint64_t limit;
    cdn_interval_work work;
    uint8_t *wanted;
} remedy;

static cdn_status allocate(remedy *m, cdn_error *error)
{
    m->visible = cdn_alloc(m->system->cell_count, 1);
    m->marks = cdn_alloc(m->system->cell_count, 1);
    m->withheld = cdn_alloc(m->system->figure_count, 1);
    m->asked = cdn_alloc(m->system->cell_count, 1);
    m->fresh_price = cdn_alloc(m->system->cell_count, sizeof *m->fresh_price);
    m->price = cdn_alloc(m->system->cell_count, sizeof *m->price);
    if (m->visible == NULL || m->marks == NULL || m->withheld == NULL || m->asked == NULL ||
        m->fresh_price == NULL || m->price == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

static void release(remedy *m)
{
    cdn_lp_destroy(m->lp);
    cdn_patch_release(&m->patch);
    cdn_walk_release(&m->walk);
    cdn_web_release(&m->web);
    cdn_free(m->visible);
    cdn_free(m->marks);
    cdn_free(m->withheld);
    cdn_free(m->asked);
    cdn_free(m->fresh_price);
    cdn_free(m->price);
}

/* Everything withheld but what never is. */
static void open_up(remedy *m, const uint8_t *figure_withheld, const cdn_interval *found)
{
    const cdn_system *s = m->system;
    for (uint32_t f = 0; f < s->figure_count; f++)
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1] && !figure_withheld[f];
             i++)
            m->visible[s->figure_cell[i]] = 1;
    memset(m->withheld, 1, s->figure_count);
    for (uint32_t c = 0; c < s->cell_count; c++) {
        m->marks[c] = s->marks[c];
        if (m->visible[c] && (s->marks[c] & CDN_CELL_KEEP))
            m->marks[c] |= CDN_CELL_KNOWN;
        m->asked[c] =
            found[c].verdict == CDN_INTERVAL_EXPOSED || found[c].verdict == CDN_INTERVAL_UNDECIDED;
    }
}

/* What withholding a column's visible members loses, and what withholding all of them would. */
static void set_prices(remedy *m, uint32_t k)
{
    const cdn_web *web = &m->web;
    m->price[k] = m->fresh_price[k] = FREE_PRICE;
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++) {
        double cost = (double)m->system->costs[web->member[i]];
        m->price[k] += m->visible[web->member[i]] ? cost : 0;
        m->fresh_price[k] += cost;
    }
}

/* Dearer near a bound, where a move cannot be taken as often. */
static double price_of(const void *context, const cdn_web *web, uint32_t k, int sign)
{
    const double *price = context;
    double room = fabs((double)(sign > 0 ? web->high[k] : web->low[k]));
    return price[k] * (1 + 1 / (1 + room));
}

/* Grows with the logarithm of the price, in eighths. */
static uint32_t walk_price(const void *context, uint32_t k, int sign)
{
    const remedy *m = context;
    int64_t end = sign > 0 ? m->web.high[k] : m->web.low[k];
    uint32_t near = end < 8 && end > -8 ? 100 : 0;
    if (m->price[k] <= 2 * FREE_PRICE)
        return 20 + near;
    uint64_t eighths = 8;
    double price = m->price[k];
    for (; price >= 2; price /= 2)
        eighths += 8;
    return 20 + near + (uint32_t)(PRICE_OF_EIGHTH * (eighths + (uint64_t)((price - 1) * 8)));
}

/* What withholding the cells of the walk's move loses. */
static double loss(const remedy *m)
{
    double sum = 0;
    for (uint32_t at = 0; at < m->walk.column_count; at++)
        sum += m->price[m->walk.columns[at]];
    return sum;
}

static double amount(const remedy *m, uint32_t c)
{
    return cdn_lp_value(m->lp, c) + cdn_lp_value(m->lp, m->patch.count + c);
}

/* Withheld from now on, and free for the next. */
static void take_column(remedy *m, uint32_t k)
{
    const cdn_web *web = &m->web;
    m->price[k] = FREE_PRICE;
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++)
        m->wanted[web->member[i]] = 1;
}

static void take_move(remedy *m)
{
    for (uint32_t c = 0; c < m->patch.count; c++)
        if (amount(m, c) > MOVING)
            take_column(m, m->patch.columns[c]);
}

/* A move of this length in the patch as it is; *found: maybe in fractions. */
static cdn_status move(remedy *m, uint32_t k, int sign, int64_t goal, const double *price,
                       bool *found, cdn_error *error)
{
    cdn_lp_outcome outcome = CDN_LP_STOPPED;
    double end = 0;
    CDN_TRY(cdn_patch_load_nudge(&m->patch, m->lp, k, sign, goal, price_of, price, error));
    if (m->work.iterations + 1 < m->limit) {
        m->work.programmes++;
        CDN_TRY(cdn_lp_solve(m->lp, CDN_LP_DUAL, m->limit - m->work.iterations,
                             &m->work.iterations, &outcome, error));
    }
    *found = outcome == CDN_LP_OPTIMAL;
    if (!*found)
        return CDN_OK;
    CDN_TRY(cdn_patch_note(&m->patch, m->lp, error));
    if (m->web.is_open[k] && m->patch.count > MOST_SEARCHED) {
        cdn_patch_knit_move(&m->patch, &m->patch, m->lp, MOST_SEARCHED, price);
        return move(m, k, sign, goal, price, found, error);
    }
    if (m->web.is_open[k]) {
        CDN_TRY(cdn_lp_search(m->lp, m->is_second ? MOST_NODES * 10 : MOST_NODES, true,
                              &m->work.iterations, &outcome, &end, error));
        if (outcome == CDN_LP_OPTIMAL)
            CDN_TRY(cdn_patch_note(&m->patch, m->lp, error));
    }
    take_move(m);
    return CDN_OK;
}

/* In patches of cheap cells. */
static cdn_status move_cheaply(remedy *m, uint32_t k, int sign, bool all, cdn_error *error)
{
    int64_t goal = cdn_web_goal(&m->web, k, sign, all);
    bool found = false;
    if (goal > 0) {
        cdn_patch_knit(&m->patch, k, SMALL_PATCH, m->price);
        CDN_TRY(move(m, k, sign, goal, m->price, &found, error));
    }
    if (goal > 0 && !found) {
        cdn_patch_knit(&m->patch, k, LARGE_PATCH, m->price);
        CDN_TRY(move(m, k, sign, goal, m->price, &found, error));
    }
    return CDN_OK;
}

/* Over other cells than those already withheld, which led to fractions, and over all that is near.
 * */
static cdn_status move_somehow(remedy *m, uint32_t k, int sign, bool all, cdn_error *error)
{
    for (int way = 0; way < 3; way++) {
        int64_t goal = cdn_web_goal(&m->web, k, sign, all);
        bool found;
        if (goal == 0)
            return CDN_OK;
        if (way == 0)
            cdn_patch_knit(&m->patch, k, MOST_SEARCHED, m->price);
        else
            cdn_patch_grow(&m->patch, k, LARGEST_PATCH);
        CDN_TRY(move(m, k, sign, goal, way == 1 ? m->price : m->fresh_price, &found, error));
    }
    return CDN_OK;
}

static cdn_status move_far(remedy *m, uint32_t k, int sign, bool all, cdn_error *error)
{
    return m->is_second ? move_somehow(m, k, sign, all, error)
                        : move_cheaply(m, k, sign, all, error);
}

/* For a column that no move in whole numbers was found for: the cheapest visible column of each of
 * the nearest rows that have one, so that the next attack has more room. */
static void take_neighbours(remedy *m, uint32_t k)
{
    const cdn_web *web = &m->web;
    uint32_t wished = web->column_start[k + 1] - web->column_start[k];
    cdn_patch_grow(&m->patch, k, LARGEST_PATCH);
    for (uint32_t at = 0; at < m->patch.row_count && wished > 0; at++) {
        uint32_t r = m->patch.rows[at], best = CDN_WEB_NONE;
        for (uint32_t j = web->row_start[r]; j < web->row_start[r + 1]; j++) {
            uint32_t other = web->row_column[j];
            if (m->price[other] > FREE_PRICE &&
                (best == CDN_WEB_NONE || m->price[other] < m->price[best]))
                best = other;
        }
        if (best == CDN_WEB_NONE)
            continue;
        take_column(m, best);
        wished--;
    }
}

typedef struct attempt {
    double loss;
    uint64_t random;
    int sign;
    int64_t goal;
} attempt;

/* The better of `best` and some walks in that direction. */
static attempt try_walks(remedy *m, uint32_t k, int sign, bool all, attempt best)
{
    int64_t goal = cdn_web_goal(&m->web, k, sign, all);
    for (uint32_t i = 0; i < WALKS && goal > 0 && m->work.iterations + 1 < m->limit; i++) {
        uint64_t random = m->walk.random, turns = m->walk.turns;
        bool found = cdn_walk_find(&m->walk, k, sign, goal, MOST_TURNS);
        m->work.iterations += 1 + (m->walk.turns - turns) / CDN_WALK_TURNS;
        if (found && (best.goal == 0 || loss(m) < best.loss))
            best = (attempt){loss(m), random, sign, goal};
    }
    return best;
}

static cdn_status take_walk(remedy *m, uint32_t k, attempt best, cdn_error *error)
{
    uint64_t random = m->walk.random;
    m->walk.random = best.random;
    bool found = best.goal > 0 && cdn_walk_find(&m->walk, k, best.sign, best.goal, MOST_TURNS);
    m->walk.random = random;
    if (!found)
        return CDN_OK;
    for (uint32_t at = 0; at < m->walk.column_count; at++)
        take_column(m, m->walk.columns[at]);
    return cdn_walk_note(&m->walk, error);
}

/* Each side that must be reached, then the cheaper side for the rest of the width. */
static cdn_status walk(remedy *m, uint32_t k, cdn_error *error)
{
    const attempt none = {0};
    CDN_TRY(take_walk(m, k, try_walks(m, k, 1, false, none), error));
    CDN_TRY(take_walk(m, k, try_walks(m, k, -1, false, none), error));
    return take_walk(m, k, try_walks(m, k, -1, true, try_walks(m, k, 1, true, none)), error);
}

static cdn_status walk_all(remedy *m, cdn_error *error)
{
    for (uint32_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        m->walk.breaks = breaks[i];
        for (uint32_t k = 0; k < m->web.column_count; k++)
            CDN_TRY(walk(m, k, error));
    }
    return CDN_OK;
}

static cdn_status move_all(remedy *m, cdn_error *error)
{
    for (uint32_t k = 0; k < m->web.column_count; k++) {
        CDN_TRY(move_far(m, k, 1, false, error));
        CDN_TRY(move_far(m, k, -1, false, error));
        CDN_TRY(move_far(m, k, 1, true, error));
        CDN_TRY(move_far(m, k, -1, true, error));
    }
    return CDN_OK;
}

static uint32_t count_visible(const remedy *m)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < m->system->cell_count; c++)
        count += m->wanted[c] && m->visible[c];
    return count;
}

static uint32_t count_open(const remedy *m)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < m->web.column_count; k++)
        count += m->web.is_open[k];
    return count;
}

/* Programmes lose less, walks are faster: programmes first when few cells are unsafe. What one way
 * wants usually helps those that it did not reach as well: the dearer ways wait until the cheaper
 * find nothing to want. */
static cdn_status free_all(remedy *m, cdn_error *error)
{
    for (uint32_t k = 0; k < m->web.column_count; k++)
        set_prices(m, k);
    if (count_open(m) <= MOST_PROGRAMMED)
        CDN_TRY(move_all(m, error));
    CDN_TRY(walk_all(m, error));
    for (int pass = 0; pass < 2 && count_open(m) > 0 && count_visible(m) == 0; pass++) {
        m->is_second = pass == 1;
        CDN_TRY(move_all(m, error));
    }
    if (count_visible(m) == 0)
        for (uint32_t k = 0; k < m->web.column_count; k++)
            if (m->web.is_open[k])
                take_neighbours(m, k);
    return CDN_OK;
}

cdn_status cdn_attack_remedy(const cdn_system *system, const uint8_t *figure_withheld,
                             const cdn_interval_input *input, const cdn_interval *found,
                             uint8_t *wanted, uint32_t *visible, uint32_t *stuck, cdn_error *error)
{
    remedy m = {.system = system, .input = input, .wanted = wanted};
    m.limit = input->limit == 0 ? CDN_INTERVAL_DEFAULT_LIMIT : input->limit;
    cdn_status status = allocate(&m, error);
    if (status != CDN_OK)
        goto done;
    open_up(&m, figure_withheld, found);
    cdn_system opened = *system;
    opened.marks = m.marks;
    cdn_interval_input asking = *input;
    asking.asked = m.asked;
    status = cdn_web_init(&m.web, &opened, m.withheld, &asking, error);
    if (status == CDN_OK)
        status = cdn_web_reduce(&m.web, error);
    if (status == CDN_OK)
        status = cdn_walk_init(&m.walk, &m.web, walk_price, &m, error);
    if (status == CDN_OK)
        status = cdn_patch_init(&m.patch, &m.web, error);
    if (status == CDN_OK)
        status = cdn_lp_create(&m.lp, error);
    if (status != CDN_OK)
        goto done;
    memset(wanted, 0, system->cell_count);
    *visible = *stuck = 0;
    status = free_all(&m, error);
    *stuck = count_open(&m);
    *visible = count_visible(&m);
    if (input->work != NULL)
        *input->work = m.work;

done:
    release(&m);
    return status;
}
