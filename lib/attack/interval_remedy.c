/* interval_remedy.c - cheap moves through visible cells.
 *
 * The web here is that of all cells which could be withheld, the visible ones
 * among them at a loss. Each unsafe cell is walked as far as it needs, at first
 * along cells that are nearly free, then for more and more (iterative deepening
 * on the loss); a cell that one move withholds is free for the next, so that
 * moves share cells. Programmes are for the few that no walk reaches.
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
#define MOST_PROGRAMMED 100
#define MOST_SEARCHED 400
#define MOST_NODES 100

#define SMALL_PATCH 120
#define LARGE_PATCH 1200
#define LARGEST_PATCH 5000

#define FIRST_TURNS 30
#define MOST_TURNS 400
#define LEAST_FACTOR 3
#define MOST_PASSES 12
#define FEW_OPEN 200
#define MOST_WALKS 30 /* the last cells are the dearest */
#define HARD_PASS 6 /* and later ones */
#define HARD_REST 8 /* do not go back soon */
#define BREAKS 4000
#define PRICE_OF_EIGHTH 100
#define FIRST_LOSS 6 /* times the least */
#define MOST_LOSS (UINT64_C(1) << 50)

typedef struct remedy {
    const cdn_system *system;
    const cdn_interval_input *input;
    uint8_t *visible;  /* per cell */
    uint8_t *marks;    /* per cell: of the system with everything withheld */
    uint8_t *withheld; /* per figure: 1 */
    uint8_t *asked;    /* per cell: unsafe */
    double *price;     /* per column; what is or will be withheld is nearly free */
    uint64_t least, most; /* losses of columns */
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
    m->price = cdn_alloc(m->system->cell_count, sizeof *m->price);
    if (m->visible == NULL || m->marks == NULL || m->withheld == NULL || m->asked == NULL ||
        m->price == NULL)
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

/* Grows with the logarithm of the loss, in eighths. */
static int32_t walk_price(uint64_t loss, int64_t end)
{
    int32_t near = end < 8 && end > -8 ? PRICE_OF_EIGHTH : 0;
    if (loss == 0)
        return 20 + near;
    int doublings = 63 - __builtin_clzll(loss);
    uint64_t eighths = doublings >= 3 ? loss >> (doublings - 3) : loss << (3 - doublings);
    return 20 + near + PRICE_OF_EIGHTH * (8 * doublings + (int32_t)eighths);
}

static void set_loss(remedy *m, uint32_t k, uint64_t loss)
{
    cdn_walk_column *column = &m->walk.column[k];
    column->loss = loss;
    column->price[0] = walk_price(loss, column->high);
    column->price[1] = walk_price(loss, column->low);
    m->price[k] = FREE_PRICE + (double)loss;
}

/* What withholding a column's visible members loses. */
static void set_losses(remedy *m)
{
    const cdn_web *web = &m->web;
    m->least = UINT64_MAX;
    for (uint32_t k = 0; k < web->column_count; k++) {
        uint64_t loss = 0;
        for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++) {
            uint64_t cost = m->visible[web->member[i]] ? m->system->costs[web->member[i]] : 0;
            loss = cost < MOST_LOSS - loss ? loss + cost : MOST_LOSS;
        }
        set_loss(m, k, loss);
        m->least = loss > 0 && loss < m->least ? loss : m->least;
        m->most = loss > m->most ? loss : m->most;
    }
}

/* Dearer near a bound, where a move cannot be taken as often. */
static double price_of(const void *context, const cdn_web *web, uint32_t k, int sign)
{
    const double *price = context;
    double room = fabs((double)(sign > 0 ? web->high[k] : web->low[k]));
    return price[k] * (1 + 1 / (1 + room));
}

static double amount(const remedy *m, uint32_t c)
{
    return cdn_lp_value(m->lp, c) + cdn_lp_value(m->lp, m->patch.count + c);
}

/* Withheld from now on, and free for the next. */
static void take_column(remedy *m, uint32_t k)
{
    const cdn_web *web = &m->web;
    set_loss(m, k, 0);
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++)
        m->wanted[web->member[i]] = 1;
}

static void take_solution(remedy *m)
{
    for (uint32_t c = 0; c < m->patch.count; c++)
        if (amount(m, c) > MOVING)
            take_column(m, m->patch.columns[c]);
}

/* The cheapest move of this length in a patch of cheap cells; in fractions, when the search for
 * whole numbers fails: then it is room for the next attack. */
static cdn_status solve(remedy *m, uint32_t k, int sign, int64_t goal, bool *found,
                        cdn_error *error)
{
    cdn_lp_outcome outcome = CDN_LP_STOPPED;
    double end = 0;
    CDN_TRY(cdn_patch_load_nudge(&m->patch, m->lp, k, sign, goal, price_of, m->price, error));
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
        cdn_patch_knit_move(&m->patch, &m->patch, m->lp, MOST_SEARCHED, m->price);
        return solve(m, k, sign, goal, found, error);
    }
    if (m->web.is_open[k]) {
        CDN_TRY(cdn_lp_search(m->lp, MOST_NODES, true, &m->work.iterations, &outcome, &end, error));
        if (outcome == CDN_LP_OPTIMAL)
            CDN_TRY(cdn_patch_note(&m->patch, m->lp, error));
    }
    take_solution(m);
    return CDN_OK;
}

static cdn_status programme(remedy *m, uint32_t k, int sign, bool all, int64_t least_goal,
                            cdn_error *error)
{
    static const uint32_t sizes[] = {SMALL_PATCH, LARGE_PATCH};
    bool found = false;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !found; i++) {
        int64_t goal = cdn_web_goal(&m->web, k, sign, all);
        if (goal < least_goal)
            break;
        cdn_patch_knit(&m->patch, k, sizes[i], m->price);
        CDN_TRY(solve(m, k, sign, goal, &found, error));
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

/* For the goals that are no less than that. */
static cdn_status programme_all(remedy *m, int64_t least_goal, cdn_error *error)
{
    if (count_open(m) > MOST_PROGRAMMED)
        return CDN_OK;
    for (uint32_t k = 0; k < m->web.column_count; k++)
        for (int all = 0; all < 2; all++)
            for (int sign = 1; sign >= -1; sign -= 2)
                CDN_TRY(programme(m, k, sign, all == 1, least_goal, error));
    return CDN_OK;
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
            uint64_t loss = m->walk.column[other].loss;
            if (loss > 0 && (best == CDN_WEB_NONE || loss < m->walk.column[best].loss))
                best = other;
        }
        if (best == CDN_WEB_NONE)
            continue;
        take_column(m, best);
        wished--;
    }
}

/* What a pass tries for each column. */
typedef struct pass {
    uint64_t most_loss;
    uint32_t turns, walks;
} pass;

/* A walk that can be repeated; goal 0: none. */
typedef struct attempt {
    uint64_t loss, most_loss, random;
    int sign;
    int64_t goal;
} attempt;

/* The better of `best` and some walks in that direction. */
static attempt try_walks(remedy *m, uint32_t k, int sign, bool all, const pass *p, attempt best)
{
    int64_t goal = cdn_web_goal(&m->web, k, sign, all);
    for (uint32_t i = 0; i < p->walks && goal > 0 && m->work.iterations + 1 < m->limit; i++) {
        uint64_t random = m->walk.random, turns = m->walk.turns;
        m->walk.most_loss = best.goal == 0 ? p->most_loss : best.loss;
        bool found = m->walk.most_loss > 0 && cdn_walk_find(&m->walk, k, sign, goal);
        m->work.iterations += 1 + (m->walk.turns - turns) / CDN_WALK_TURNS;
        if (found)
            best = (attempt){m->walk.loss, m->walk.most_loss, random, sign, goal};
    }
    return best;
}

static cdn_status take_walk(remedy *m, uint32_t k, attempt best, cdn_error *error)
{
    uint64_t random = m->walk.random;
    m->walk.random = best.random;
    m->walk.most_loss = best.most_loss;
    bool found = best.goal > 0 && cdn_walk_find(&m->walk, k, best.sign, best.goal);
    m->walk.random = random;
    if (!found)
        return CDN_OK;
    for (uint32_t at = 0; at < m->walk.column_count; at++)
        take_column(m, m->walk.columns[at]);
    return cdn_walk_note(&m->walk, error);
}

/* Each side that must be reached, then the cheaper side for the rest of the width. */
static cdn_status walk(remedy *m, uint32_t k, const pass *p, cdn_error *error)
{
    const attempt none = {0};
    CDN_TRY(take_walk(m, k, try_walks(m, k, 1, false, p, none), error));
    CDN_TRY(take_walk(m, k, try_walks(m, k, -1, false, p, none), error));
    attempt up = try_walks(m, k, 1, true, p, none);
    return take_walk(m, k, try_walks(m, k, -1, true, p, up), error);
}

static cdn_status walk_all(remedy *m, const pass *p, cdn_error *error)
{
    m->walk.most_turns = p->turns;
    for (uint32_t k = 0; k < m->web.column_count; k++)
        CDN_TRY(walk(m, k, p, error));
    return CDN_OK;
}

static uint32_t count_passes(uint64_t first, uint64_t most, uint64_t factor)
{
    uint32_t count = 1;
    for (; first <= most; first *= factor)
        count++;
    return count;
}

/* From nearly free to any loss, by factors, and then on while that helps many. */
static cdn_status deepen(remedy *m, cdn_error *error)
{
    static const pass last[] = {
        {UINT64_MAX, 1500, 2}, {UINT64_MAX, 3000, 2}, {UINT64_MAX, 10000, 3}, {UINT64_MAX, 10000, 30}};
    uint32_t number = 0;
    uint64_t first = m->most == 0 ? 1 : m->least * FIRST_LOSS, factor = LEAST_FACTOR;
    pass p = {.turns = FIRST_TURNS, .walks = 1};
    while (count_passes(first, m->most, factor) > MOST_PASSES)
        factor++;
    for (; first <= m->most && count_open(m) > 0; first *= factor) {
        p.most_loss = first;
        if (number++ >= HARD_PASS)
            m->walk.rest = HARD_REST;
        CDN_TRY(walk_all(m, &p, error));
        p.turns = p.turns * 2 < MOST_TURNS ? p.turns * 2 : MOST_TURNS;
    }
    p.most_loss = UINT64_MAX;
    m->walk.rest = HARD_REST;
    for (uint32_t open = UINT32_MAX; count_open(m) > 0 && count_open(m) < open - open / 8;) {
        open = count_open(m);
        p.walks = open < FEW_OPEN ? MOST_WALKS : 1;
        CDN_TRY(walk_all(m, &p, error));
    }
    for (size_t i = 0; i < sizeof last / sizeof *last && count_open(m) > 0; i++)
        CDN_TRY(walk_all(m, &last[i], error));
    return CDN_OK;
}

static cdn_status free_all(remedy *m, cdn_error *error)
{
    m->walk.breaks = BREAKS;
    set_losses(m);
    CDN_TRY(programme_all(m, 2, error));
    CDN_TRY(deepen(m, error));
    CDN_TRY(programme_all(m, 1, error));
    bool has_room = count_visible(m) == 0 && m->work.iterations + 1 < m->limit;
    for (uint32_t k = 0; k < m->web.column_count && has_room; k++)
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
        status = cdn_walk_init(&m.walk, &m.web, error);
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
