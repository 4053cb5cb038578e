/* interval_remedy.c - what to withhold besides: moves first, programmes for what is left.
 *
 * Programmes find what moves cannot: a cell that must move by much, where no single move has the
 * room, and the few that no pass reached. They take long, so only few columns get one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_remedy.h"

#include <math.h>

#include "attack/interval_deepen.h"
#include "attack/interval_patch.h"
#include "core/fail.h"

#define MOVING 1e-6
#define MOST_PROGRAMMED 100
#define MOST_SEARCHED 400
#define MOST_NODES 100

#define SMALL_PATCH 120
#define LARGE_PATCH 1200
#define LARGEST_PATCH 5000

typedef struct remedy {
    cdn_opened opened;
    cdn_patch patch;
    cdn_lp *lp;
} remedy;

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

static void take_solution(remedy *m)
{
    for (uint32_t c = 0; c < m->patch.count; c++)
        if (amount(m, c) > MOVING)
            cdn_opened_take(&m->opened, m->patch.columns[c]);
}

/* The cheapest move of this length in a patch of cheap cells; in fractions, when the search for
 * whole numbers fails: then it is room for the next attack. */
static cdn_status solve(remedy *m, uint32_t k, int sign, int64_t goal, bool *found,
                        cdn_error *error)
{
    cdn_lp_outcome outcome = CDN_LP_STOPPED;
    double end = 0;
    CDN_TRY(
        cdn_patch_load_nudge(&m->patch, m->lp, k, sign, goal, price_of, m->opened.price, error));
    if (cdn_opened_has_time(&m->opened)) {
        m->opened.work.programmes++;
        CDN_TRY(cdn_lp_solve(m->lp, CDN_LP_DUAL, m->opened.limit - m->opened.work.iterations,
                             &m->opened.work.iterations, &outcome, error));
    }
    *found = outcome == CDN_LP_OPTIMAL;
    if (!*found)
        return CDN_OK;
    CDN_TRY(cdn_patch_note(&m->patch, m->lp, error));
    if (m->opened.web.is_open[k] && m->patch.count > MOST_SEARCHED) {
        cdn_patch_knit_move(&m->patch, &m->patch, m->lp, MOST_SEARCHED, m->opened.price);
        return solve(m, k, sign, goal, found, error);
    }
    if (m->opened.web.is_open[k]) {
        CDN_TRY(cdn_lp_search(m->lp, MOST_NODES, true, &m->opened.work.iterations, &outcome, &end,
                              error));
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
        int64_t goal = cdn_web_goal(&m->opened.web, k, sign, all);
        if (goal < least_goal)
            break;
        cdn_patch_knit(&m->patch, k, sizes[i], m->opened.price);
        CDN_TRY(solve(m, k, sign, goal, &found, error));
    }
    return CDN_OK;
}

/* For the goals that are no less than that. */
static cdn_status programme_all(remedy *m, int64_t least_goal, cdn_error *error)
{
    if (cdn_opened_count_open(&m->opened) > MOST_PROGRAMMED)
        return CDN_OK;
    for (uint32_t k = 0; k < m->opened.web.column_count; k++)
        for (int all = 0; all < 2; all++)
            for (int sign = 1; sign >= -1; sign -= 2)
                CDN_TRY(programme(m, k, sign, all == 1, least_goal, error));
    return CDN_OK;
}

/* For a column that no move in whole numbers was found for: the cheapest visible column of each of
 * the nearest rows that have one, so that the next attack has more room. */
static void take_neighbours(remedy *m, uint32_t k)
{
    const cdn_web *web = &m->opened.web;
    uint32_t wished = web->column_start[k + 1] - web->column_start[k];
    cdn_patch_grow(&m->patch, k, LARGEST_PATCH);
    for (uint32_t at = 0; at < m->patch.row_count && wished > 0; at++) {
        uint32_t r = m->patch.rows[at], best = CDN_WEB_NONE;
        for (uint32_t j = web->row_start[r]; j < web->row_start[r + 1]; j++) {
            uint32_t other = web->row_column[j];
            uint64_t loss = m->opened.walk.column[other].loss;
            if (loss > 0 && (best == CDN_WEB_NONE || loss < m->opened.walk.column[best].loss))
                best = other;
        }
        if (best == CDN_WEB_NONE)
            continue;
        cdn_opened_take(&m->opened, best);
        wished--;
    }
}

static cdn_status free_all(remedy *m, cdn_error *error)
{
    cdn_opened *o = &m->opened;
    CDN_TRY(programme_all(m, 2, error));
    CDN_TRY(cdn_deepen(o, error));
    CDN_TRY(programme_all(m, 1, error));
    bool has_room = cdn_opened_count_taken(o) == 0 && cdn_opened_has_time(o);
    for (uint32_t k = 0; k < o->web.column_count && has_room; k++)
        if (o->web.is_open[k])
            take_neighbours(m, k);
    return CDN_OK;
}

cdn_status cdn_attack_remedy(const cdn_system *system, const uint8_t *figure_withheld,
                             const cdn_interval_input *input, const cdn_interval *found,
                             uint8_t *wanted, uint32_t *visible, uint32_t *stuck, cdn_error *error)
{
    remedy m = {.lp = NULL};
    cdn_status status =
        cdn_opened_init(&m.opened, system, figure_withheld, input, found, wanted, error);
    if (status == CDN_OK)
        status = cdn_patch_init(&m.patch, &m.opened.web, error);
    if (status == CDN_OK)
        status = cdn_lp_create(&m.lp, error);
    if (status == CDN_OK)
        status = free_all(&m, error);
    if (status == CDN_OK) {
        *stuck = cdn_opened_count_open(&m.opened);
        *visible = cdn_opened_count_taken(&m.opened);
        if (input->work != NULL)
            *input->work = m.opened.work;
    }
    cdn_lp_destroy(m.lp);
    cdn_patch_release(&m.patch);
    cdn_opened_release(&m.opened);
    return status;
}
