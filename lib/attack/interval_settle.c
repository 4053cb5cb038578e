/* interval_settle.c - the programme of a whole component: how far a column can go at all.
 *
 * Only this shows that a cell is unsafe where bounds do not, and the exact ends of intervals. What
 * the solver says is rounded outwards, so that its small errors cannot make a bound too narrow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_judge.h"

#include <math.h>

#include "core/fail.h"

#define TOLERANCE 1e-6

cdn_status cdn_judge_solve(cdn_judge *a, cdn_lp_method method, cdn_lp_outcome *outcome,
                           cdn_error *error)
{
    *outcome = CDN_LP_STOPPED;
    if (a->work.iterations + 1 >= a->limit)
        return CDN_OK;
    a->work.programmes++;
    return cdn_lp_solve(a->lp, method, a->limit - a->work.iterations, &a->work.iterations, outcome,
                        error);
}

/* The solver says that nothing whole-numbered passes `end`, looking no farther than `goal`: let a
 * little more pass. */
static void limit_end(cdn_web *web, uint32_t k, int sign, double end, int64_t goal)
{
    double whole = floor(end + fabs(end) * TOLERANCE + TOLERANCE);
    if (!(whole < (double)CDN_WEB_FARTHEST) || !(whole < (double)goal) || whole < 0)
        return;
    int64_t far = (int64_t)whole;
    if (sign > 0 && far < web->high[k])
        web->high[k] = far > web->most[k] ? far : web->most[k];
    if (sign < 0 && -far > web->low[k])
        web->low[k] = -far < web->least[k] ? -far : web->least[k];
    cdn_web_review(web, k);
}

/* Bounds a column in the programme so that it goes no farther than its goal; a bound as large as
 * "anywhere" would drown the others in rounding errors. */
static cdn_status aim(cdn_judge *a, uint32_t k, int sign, int64_t goal, cdn_error *error)
{
    uint32_t c = a->patch.place[k] - 1;
    int64_t low = a->patch.low[c], high = a->patch.high[c];
    if (sign > 0 && high > goal)
        high = goal;
    if (sign < 0 && goal < INT64_MAX && low < -goal)
        low = -goal;
    return cdn_lp_bound(a->lp, c, low, high, error);
}

/* Whole numbers may fall short of a goal that fractions reach. The column is let free first: its
 * steps may be so large that it can only pass the goal. */
static cdn_status search(cdn_judge *a, uint32_t k, double *end, cdn_error *error)
{
    uint32_t c = a->patch.place[k] - 1;
    cdn_lp_outcome outcome;
    *end = INFINITY;
    CDN_TRY(cdn_lp_bound(a->lp, c, a->patch.low[c], a->patch.high[c], error));
    CDN_TRY(cdn_judge_solve(a, CDN_LP_PRIMAL, &outcome, error));
    if (outcome != CDN_LP_OPTIMAL)
        return CDN_OK;
    a->work.programmes++;
    *end = cdn_lp_optimum(a->lp);
    CDN_TRY(
        cdn_lp_search(a->lp, CDN_JUDGE_NODES, false, &a->work.iterations, &outcome, end, error));
    if (outcome == CDN_LP_OPTIMAL)
        return cdn_patch_note(&a->patch, a->lp, error);
    return CDN_OK;
}

/* The far end of a column in the whole component, at most `goal` away. */
static cdn_status push(cdn_judge *a, uint32_t k, int sign, int64_t goal, cdn_error *error)
{
    uint32_t c = a->patch.place[k] - 1;
    cdn_lp_outcome outcome;
    double end = INFINITY;
    CDN_TRY(aim(a, k, sign, goal, error));
    CDN_TRY(cdn_lp_weigh(a->lp, c, sign, error));
    CDN_TRY(cdn_judge_solve(a, CDN_LP_PRIMAL, &outcome, error));
    if (outcome == CDN_LP_OPTIMAL) {
        end = cdn_lp_optimum(a->lp);
        CDN_TRY(cdn_patch_note(&a->patch, a->lp, error));
        limit_end(&a->web, k, sign, end, goal);
        if (a->patch.count <= CDN_JUDGE_SEARCHED && cdn_web_goal(&a->web, k, sign, true) > 0) {
            CDN_TRY(search(a, k, &end, error));
            limit_end(&a->web, k, sign, end, INT64_MAX);
        }
    }
    CDN_TRY(cdn_lp_weigh(a->lp, c, 0, error));
    return cdn_lp_bound(a->lp, c, a->patch.low[c], a->patch.high[c], error);
}

static cdn_status settle(cdn_judge *a, uint32_t k, bool tight, cdn_error *error)
{
    for (int all = 0; all < 2; all++)
        for (int sign = 1; sign >= -1; sign -= 2) {
            int64_t goal = cdn_web_goal(&a->web, k, sign, all == 1);
            if (goal > 0 && a->web.is_open[k])
                CDN_TRY(push(a, k, sign, goal, error));
        }
    for (int sign = 1; sign >= -1 && tight; sign -= 2)
        CDN_TRY(push(a, k, sign, INT64_MAX, error));
    return CDN_OK;
}

static bool is_asked(const cdn_web *web, uint32_t k)
{
    for (uint32_t i = web->member_start[k]; i < web->member_start[k + 1]; i++)
        if (web->is_asked[web->member[i]])
            return true;
    return false;
}

static bool is_wanted(const cdn_judge *a, uint32_t k, bool tight)
{
    return a->settled[k] < (tight ? CDN_SETTLED_ENDS : CDN_SETTLED_VERDICT) &&
           (a->web.is_open[k] || (tight && is_asked(&a->web, k)));
}

/* Component by component, each loaded once. */
cdn_status cdn_judge_settle(cdn_judge *a, uint32_t most, bool tight, cdn_error *error)
{
    for (uint32_t k = 0; k < a->web.column_count; k++) {
        if (!is_wanted(a, k, tight))
            continue;
        cdn_patch_grow(&a->patch, k, most);
        if (!a->patch.is_whole)
            continue;
        CDN_TRY(cdn_patch_load(&a->patch, a->lp, error));
        for (uint32_t c = 0; c < a->patch.count; c++) {
            uint32_t one = a->patch.columns[c];
            if (!is_wanted(a, one, tight))
                continue;
            CDN_TRY(settle(a, one, tight, error));
            a->settled[one] = tight ? CDN_SETTLED_ENDS : CDN_SETTLED_VERDICT;
        }
    }
    return CDN_OK;
}
