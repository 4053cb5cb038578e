/* interval_judge.h - what an attack on intervals has at hand, shared by its stages.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_JUDGE_H
#define CDN_ATTACK_INTERVAL_JUDGE_H

#include "attack/interval_patch.h"
#include "attack/interval_walk.h"

/** Components of so many columns get searches for whole numbers. */
#define CDN_JUDGE_SEARCHED 400
#define CDN_JUDGE_NODES 100

/** A column's component had its programme: for the verdict, or for the exact ends too. */
typedef enum cdn_settled {
    CDN_SETTLED_NOT = 0,
    CDN_SETTLED_VERDICT = 1,
    CDN_SETTLED_ENDS = 2
} cdn_settled;

typedef struct cdn_judge {
    cdn_web web;
    cdn_walk walk;
    cdn_patch patch, whole; /* whole: a component that stays loaded */
    cdn_lp *lp;
    double *price;    /* per column: those with the least room last */
    uint8_t *met;     /* per column: in a component that was nudged whole */
    uint8_t *settled; /* per column: cdn_settled */
    uint64_t limit;
    cdn_interval_work work;
} cdn_judge;

/** The programme that is loaded, within the limit. */
cdn_status cdn_judge_solve(cdn_judge *judge, cdn_lp_method method, cdn_lp_outcome *outcome,
                           cdn_error *error) CDN_MUST_CHECK;

/** How far the columns that are open can go at all, by the programme of their whole component,
 *  where that has at most so many columns. `tight`: the exact ends of all that are asked for. */
cdn_status cdn_judge_settle(cdn_judge *judge, uint32_t most, bool tight,
                            cdn_error *error) CDN_MUST_CHECK;

#endif
