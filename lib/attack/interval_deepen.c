/* interval_deepen.c - iterative deepening on what a move may lose.
 *
 * Each pass goes over the columns that are still open, and allows more than the last. So what is
 * nearly free is taken first; it costs later moves nothing, and most columns are closed by moves of
 * others. Boxes come first: they find nearly all moves of tables, in any number of dimensions, at
 * once or not at all. Walks find any move, but take long, and longer with each dimension.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_deepen.h"

#include "attack/interval_box.h"
#include "core/fail.h"

#define FIRST_CAP 18 /* times the least loss */
#define LEAST_FACTOR 3
#define MOST_PASSES 12

#define DETOURS 10
#define HARD_DETOURS 50
#define FEW_OPEN 20000 /* detours take long: they are for what plain boxes leave */
#define NODES_PER_ITERATION 16

#define FIRST_TURNS 30
#define EASY_TURNS 400
#define MOST_LOST 100 /* columns in a row without a move; then walks wait for the next pass */
#define BREAKS 4000
#define EASY_PASSES 5 /* in later ones walks do not go back soon */
#define HARD_REST 8
#define HARD_TURNS 2000
#define HARD_WALKS 10

/* What a pass tries for each column. */
typedef struct pass {
    uint64_t most_loss;
    uint32_t detours;
    uint32_t walks, turns;
} pass;

uint32_t cdn_deepen_caps(uint64_t least, uint64_t most, uint64_t caps[CDN_DEEPEN_MOST_CAPS])
{
    uint64_t factor = LEAST_FACTOR - 1;
    uint32_t count = MOST_PASSES;
    while (count == MOST_PASSES && most > 0) {
        uint64_t cap = least * FIRST_CAP;
        factor++;
        for (count = 0; count < MOST_PASSES && (count == 0 || caps[count - 1] <= most); count++) {
            caps[count] = cap;
            cap = cap < UINT64_MAX / factor ? cap * factor : UINT64_MAX - 1;
        }
    }
    count = most == 0 ? 0 : count;
    caps[count] = UINT64_MAX;
    return count + 1;
}

static cdn_status find_box(cdn_opened *o, cdn_box *box, uint32_t k, int sign, bool all,
                           const pass *p, cdn_error *error)
{
    int64_t goal = cdn_web_goal(&o->web, k, sign, all);
    if (goal == 0 || !cdn_opened_has_time(o))
        return CDN_OK;
    uint64_t nodes = box->nodes;
    bool found = cdn_box_find(box, k, sign, goal, p->most_loss, p->detours);
    o->work.iterations += 1 + (box->nodes - nodes) / NODES_PER_ITERATION;
    return found ? cdn_opened_take_move(o, &box->move, error) : CDN_OK;
}

static cdn_status find_walk(cdn_opened *o, uint32_t k, int sign, bool all, const pass *p,
                            cdn_error *error)
{
    int64_t goal;
    for (uint32_t i = 0; i < p->walks && (goal = cdn_web_goal(&o->web, k, sign, all)) > 0 &&
                         cdn_opened_has_time(o);
         i++) {
        uint64_t turns = o->walk.turns;
        bool found = cdn_walk_find(&o->walk, k, sign, goal);
        o->work.iterations += 1 + (o->walk.turns - turns) / CDN_WALK_TURNS;
        if (found)
            return cdn_opened_take_move(o, &o->walk.move, error);
    }
    return CDN_OK;
}

/* Each side that must be reached, then the rest of the width on either side. */
static cdn_status box_all(cdn_opened *o, cdn_box *box, const pass *p, cdn_error *error)
{
    for (uint32_t k = 0; k < o->web.column_count; k++)
        for (int all = 0; all < 2; all++)
            for (int sign = 1; sign >= -1; sign -= 2)
                CDN_TRY(find_box(o, box, k, sign, all == 1, p, error));
    return CDN_OK;
}

static cdn_status walk_all(cdn_opened *o, const pass *p, cdn_error *error)
{
    uint32_t lost = 0;
    o->walk.most_loss = p->most_loss;
    o->walk.most_turns = p->turns;
    for (uint32_t k = 0; k < o->web.column_count && lost < MOST_LOST; k++) {
        bool was_open = o->web.is_open[k] != 0;
        for (int all = 0; all < 2; all++)
            for (int sign = 1; sign >= -1; sign -= 2)
                CDN_TRY(find_walk(o, k, sign, all == 1, p, error));
        if (was_open)
            lost = o->web.is_open[k] ? lost + 1 : 0;
    }
    return CDN_OK;
}

static cdn_status go_deeper(cdn_opened *o, cdn_box *box, cdn_error *error)
{
    static const pass last[] = {{UINT64_MAX, 100, 2, 1500},
                                {UINT64_MAX, 1000, 2, 3000},
                                {UINT64_MAX, 0, 3, 10000},
                                {UINT64_MAX, 0, 30, 10000}};
    uint64_t caps[CDN_DEEPEN_MOST_CAPS];
    uint32_t count = cdn_deepen_caps(o->least, o->most, caps);
    pass p = {.walks = 1, .turns = FIRST_TURNS};
    o->walk.breaks = BREAKS;
    for (uint32_t i = 0; i < count && cdn_opened_count_open(o) > 0;) {
        p.most_loss = caps[i];
        bool is_hard = i >= EASY_PASSES, are_few = cdn_opened_count_open(o) <= FEW_OPEN;
        p.detours = !are_few ? 0 : is_hard ? HARD_DETOURS : DETOURS;
        if (is_hard) {
            p.walks = HARD_WALKS;
            p.turns = HARD_TURNS;
            o->walk.rest = HARD_REST;
        }
        CDN_TRY(box_all(o, box, &p, error));
        CDN_TRY(walk_all(o, &p, error));
        p.turns = p.turns * 2 < EASY_TURNS ? p.turns * 2 : EASY_TURNS;
        i += are_few || cdn_opened_count_open(o) > FEW_OPEN;
    }
    o->walk.rest = HARD_REST;
    for (size_t i = 0; i < sizeof last / sizeof *last && cdn_opened_count_open(o) > 0; i++) {
        CDN_TRY(box_all(o, box, &last[i], error));
        CDN_TRY(walk_all(o, &last[i], error));
    }
    return CDN_OK;
}

cdn_status cdn_deepen(cdn_opened *o, cdn_error *error)
{
    cdn_box box;
    cdn_status status = cdn_box_init(&box, o->system, &o->walk, error);
    if (status == CDN_OK)
        status = go_deeper(o, &box, error);
    cdn_box_release(&box);
    return status;
}
