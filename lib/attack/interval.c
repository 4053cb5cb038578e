/* interval.c - verdicts: bounds first, then witnesses from small programmes, then large ones.
 *
 * A column is open while it is neither shown to go far enough nor shown not to.
 * Patches of growing size close nearly all; each solution closes many columns at
 * once. For the rest the programme of the component says how far it can go at
 * all. Columns are taken in the order of cells, so that the same input takes the
 * same steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval.h"

#include <math.h>

#include "attack/interval_judge.h"
#include "core/alloc.h"
#include "core/fail.h"

#define SMALL_PATCH 100
#define KNIT_PATCH 400 /* larger ones grow evenly */
#define LARGE_PATCH 3000
#define MOST_SETTLED 6000
#define MOST_SETTLED_EARLY 1000
#define WALKS 4
#define MOST_TURNS 2000
#define MOST_TURNS_BRIEF 200
#define MOST_BRIEF 100 /* columns that a brief attack has programmes for */

/* Columns with much room are cheap: what is far from its bounds can be multiplied. */
static double room_price(const void *context, const cdn_web *web, uint32_t k, int sign)
{
    (void)context;
    int64_t end = sign > 0 ? web->high[k] : web->low[k];
    double room = fabs((double)end);
    return 1 + 8 / (1 + room);
}

/* The patch's smallest move; when `searched`, in whole numbers if fractions came out. */
static cdn_status nudge_patch(cdn_judge *a, uint32_t k, int sign, bool all, bool searched,
                              cdn_lp_outcome *outcome, cdn_error *error)
{
    int64_t goal = cdn_web_goal(&a->web, k, sign, all);
    double end = 0;
    CDN_TRY(cdn_patch_load_nudge(&a->patch, a->lp, k, sign, goal, room_price, NULL, error));
    CDN_TRY(cdn_judge_solve(a, CDN_LP_DUAL, outcome, error));
    if (*outcome != CDN_LP_OPTIMAL)
        return CDN_OK;
    CDN_TRY(cdn_patch_note(&a->patch, a->lp, error));
    if (cdn_web_goal(&a->web, k, sign, all) == 0 || !searched)
        return CDN_OK;
    cdn_lp_outcome found;
    a->work.programmes++;
    CDN_TRY(cdn_lp_search(a->lp, CDN_JUDGE_NODES, true, &a->work.iterations, &found, &end, error));
    return found == CDN_LP_OPTIMAL ? cdn_patch_note(&a->patch, a->lp, error) : CDN_OK;
}

/* One direction of one column in a patch, by the smallest move: it takes few columns and so seldom
 * has fractions; where it has, whole numbers are looked for around it. */
static cdn_status nudge(cdn_judge *a, uint32_t k, int sign, bool all, uint32_t size,
                        cdn_error *error)
{
    cdn_lp_outcome outcome;
    if (size <= KNIT_PATCH)
        cdn_patch_knit(&a->patch, k, size, a->price);
    else
        cdn_patch_grow(&a->patch, k, size);
    bool is_small = a->patch.count <= CDN_JUDGE_SEARCHED;
    CDN_TRY(nudge_patch(a, k, sign, all, is_small, &outcome, error));
    if (is_small || outcome != CDN_LP_OPTIMAL || cdn_web_goal(&a->web, k, sign, all) == 0)
        return CDN_OK;
    cdn_patch_knit_move(&a->patch, &a->patch, a->lp, CDN_JUDGE_SEARCHED, a->price);
    return nudge_patch(a, k, sign, all, true, &outcome, error);
}

/* Near a bound a move cannot be taken often. */
static int32_t walk_price(int64_t end)
{
    return 100 + (end < 100 && end > -100 ? (int32_t)(800 / (1 + (end < 0 ? -end : end))) : 0);
}

static void set_walk(cdn_judge *a)
{
    a->walk.breaks = 4000;
    a->walk.most_turns = a->web.input->brief ? MOST_TURNS_BRIEF : MOST_TURNS;
    for (uint32_t k = 0; k < a->web.column_count; k++) {
        a->walk.column[k].price[0] = walk_price(a->web.high[k]);
        a->walk.column[k].price[1] = walk_price(a->web.low[k]);
    }
}

static cdn_status walk(cdn_judge *a, uint32_t k, int sign, bool all, cdn_error *error)
{
    for (uint32_t i = 0; i < WALKS; i++) {
        int64_t goal = cdn_web_goal(&a->web, k, sign, all);
        if (goal == 0 || a->work.iterations + 1 >= a->limit)
            return CDN_OK;
        uint64_t turns = a->walk.turns;
        bool found = cdn_walk_find(&a->walk, k, sign, goal);
        a->work.iterations += 1 + (a->walk.turns - turns) / CDN_WALK_TURNS;
        if (found)
            CDN_TRY(cdn_moves_note(&a->web, &a->walk.move, error));
    }
    return CDN_OK;
}

static cdn_status walk_all(cdn_judge *a, cdn_error *error)
{
    for (uint32_t k = 0; k < a->web.column_count; k++)
        for (int all = 0; all < 2; all++)
            for (int sign = 1; sign >= -1; sign -= 2)
                CDN_TRY(walk(a, k, sign, all == 1, error));
    return CDN_OK;
}

/* One direction of one column in the whole component: any move, from where the last ended; then the
 * smallest move on the columns of that, which has fewer fractions. */
static cdn_status nudge_whole(cdn_judge *a, uint32_t k, int sign, bool all, cdn_error *error)
{
    int64_t goal = cdn_web_goal(&a->web, k, sign, all);
    cdn_lp_outcome outcome;
    CDN_TRY(cdn_patch_aim_nudge(&a->whole, a->lp, k, sign, goal, error));
    CDN_TRY(cdn_judge_solve(a, CDN_LP_DUAL, &outcome, error));
    if (outcome == CDN_LP_OPTIMAL)
        CDN_TRY(cdn_patch_note(&a->whole, a->lp, error));
    CDN_TRY(cdn_patch_aim_nudge(&a->whole, a->lp, k, sign, 0, error));
    if (outcome != CDN_LP_OPTIMAL || cdn_web_goal(&a->web, k, sign, all) == 0)
        return CDN_OK;
    cdn_patch_knit_move(&a->patch, &a->whole, a->lp, 0, a->price);
    cdn_lp_park(a->lp);
    bool is_small = a->patch.count <= CDN_JUDGE_SEARCHED;
    CDN_TRY(nudge_patch(a, k, sign, all, is_small, &outcome, error));
    if (!is_small && outcome == CDN_LP_OPTIMAL && cdn_web_goal(&a->web, k, sign, all) > 0) {
        cdn_patch_knit_move(&a->patch, &a->patch, a->lp, CDN_JUDGE_SEARCHED, a->price);
        CDN_TRY(nudge_patch(a, k, sign, all, true, &outcome, error));
    }
    cdn_lp_park(a->lp);
    return CDN_OK;
}

/* All that one column has to reach; it stays open when it misses a goal, so the rest can wait. */
static cdn_status nudge_column(cdn_judge *a, uint32_t k, cdn_error *error)
{
    bool missed = false;
    for (int all = 0; all < 2; all++)
        for (int sign = 1; sign >= -1 && !missed; sign -= 2) {
            if (a->work.iterations + 1 >= a->limit || cdn_web_goal(&a->web, k, sign, all == 1) == 0)
                continue;
            CDN_TRY(nudge_whole(a, k, sign, all == 1, error));
            missed = all == 0 && cdn_web_goal(&a->web, k, sign, false) > 0;
        }
    return CDN_OK;
}

/* Components of a middling size, each loaded once. */
static cdn_status nudge_components(cdn_judge *a, cdn_error *error)
{
    for (uint32_t first = 0; first < a->web.column_count; first++) {
        if (!a->web.is_open[first] || a->met[first])
            continue;
        cdn_patch_grow(&a->whole, first, LARGE_PATCH);
        if (!a->whole.is_whole)
            continue;
        CDN_TRY(cdn_patch_load_whole(&a->whole, a->lp, room_price, NULL, error));
        for (uint32_t c = 0; c < a->whole.count; c++) {
            uint32_t k = a->whole.columns[c];
            a->met[k] = 1;
            if (!a->settled[k])
                CDN_TRY(nudge_column(a, k, error));
        }
    }
    return CDN_OK;
}

static cdn_status find_witnesses(cdn_judge *a, uint32_t size, cdn_error *error)
{
    for (uint32_t k = 0; k < a->web.column_count; k++) {
        for (int all = 0; all < 2 && !a->settled[k] && !a->met[k]; all++)
            for (int sign = 1; sign >= -1; sign -= 2)
                if (a->work.iterations + 1 < a->limit &&
                    cdn_web_goal(&a->web, k, sign, all == 1) > 0)
                    CDN_TRY(nudge(a, k, sign, all == 1, size, error));
    }
    return CDN_OK;
}

static uint32_t count_open(const cdn_web *web)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < web->column_count; k++)
        count += web->is_open[k];
    return count;
}

/* Single steps that walks did not find are seldom there. */
static void leave_narrow(cdn_judge *a)
{
    for (uint32_t k = 0; k < a->web.column_count; k++)
        if (cdn_web_goal(&a->web, k, 1, true) <= 1 && cdn_web_goal(&a->web, k, -1, true) <= 1)
            a->settled[k] = CDN_SETTLED_VERDICT;
}

/* Walks before programmes, small programmes before large ones; whole components as soon as they are
 * small enough. */
static cdn_status judge(cdn_judge *a, cdn_error *error)
{
    bool tight = a->web.input->tight != 0, brief = a->web.input->brief != 0 && !tight;
    set_walk(a);
    CDN_TRY(walk_all(a, error));
    if (brief && count_open(&a->web) > MOST_BRIEF)
        leave_narrow(a);
    CDN_TRY(find_witnesses(a, SMALL_PATCH, error));
    if (!tight)
        CDN_TRY(cdn_judge_settle(a, brief ? CDN_JUDGE_SEARCHED : MOST_SETTLED_EARLY, false, error));
    CDN_TRY(find_witnesses(a, KNIT_PATCH, error));
    if (brief)
        return CDN_OK;
    CDN_TRY(nudge_components(a, error));
    CDN_TRY(find_witnesses(a, LARGE_PATCH, error));
    return cdn_judge_settle(a, tight ? UINT32_MAX : MOST_SETTLED, tight, error);
}

static int64_t add_end(int64_t value, int64_t deviation)
{
    int64_t sum;
    if (deviation == INT64_MIN || deviation == INT64_MAX)
        return deviation;
    if (__builtin_add_overflow(value, deviation, &sum))
        return deviation > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

static void report(const cdn_web *web, cdn_interval *out)
{
    for (uint32_t c = 0; c < web->cell_count; c++) {
        int64_t value = web->input->values[c];
        cdn_web_cell found = cdn_web_look(web, c);
        out[c] = (cdn_interval){add_end(value, found.low), add_end(value, found.high),
                                add_end(value, found.least), add_end(value, found.most),
                                web->is_asked[c] ? found.verdict : CDN_INTERVAL_NOT_ASKED};
    }
}

cdn_status cdn_attack_intervals(const cdn_system *system, const uint8_t *figure_withheld,
                                const cdn_interval_input *input, cdn_interval *out,
                                cdn_error *error)
{
    cdn_judge a = {.limit = input->limit == 0 ? CDN_INTERVAL_DEFAULT_LIMIT : input->limit};
    cdn_status status = cdn_web_init(&a.web, system, figure_withheld, input, error);
    if (status != CDN_OK)
        goto done;
    if (input->moves != NULL)
        status = cdn_moves_replay(input->moves, &a.web, error);
    if (status == CDN_OK)
        status = cdn_web_reduce(&a.web, error);
    if (status != CDN_OK)
        goto done;
    status = cdn_walk_init(&a.walk, &a.web, error);
    if (status == CDN_OK)
        status = cdn_patch_init(&a.patch, &a.web, error);
    if (status == CDN_OK)
        status = cdn_patch_init(&a.whole, &a.web, error);
    if (status != CDN_OK)
        goto done;
    a.met = cdn_alloc(a.web.column_count, 1);
    a.settled = cdn_alloc(a.web.column_count, 1);
    a.price = cdn_alloc(a.web.column_count, sizeof *a.price);
    for (uint32_t k = 0; k < a.web.column_count && a.price != NULL; k++)
        a.price[k] = room_price(NULL, &a.web, k, 1) + room_price(NULL, &a.web, k, -1);
    if (a.met == NULL || a.settled == NULL || a.price == NULL)
        status = cdn_fail_memory(error);
    else
        status = cdn_lp_create(&a.lp, error);
    if (status == CDN_OK)
        status = judge(&a, error);
    if (status != CDN_OK)
        goto done;
    report(&a.web, out);
    if (input->work != NULL)
        *input->work = a.work;

done:
    cdn_lp_destroy(a.lp);
    cdn_free(a.price);
    cdn_free(a.settled);
    cdn_free(a.met);
    cdn_patch_release(&a.whole);
    cdn_patch_release(&a.patch);
    cdn_walk_release(&a.walk);
    cdn_web_release(&a.web);
    return status;
}
