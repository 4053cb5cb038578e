/* improve.c - add what might have served instead, then prune again.
 *
 * Choices were made one by one, so a dear early one may stand where two cheap
 * ones would do. Withholding the next best cell of every equation in play, and
 * letting the prune take the dearest back first, finds such exchanges. On small
 * random tables this turns a loss a little above that of the greedy order of
 * Langsrud 2024 into one well below it; and where that order, with its own choice
 * among equals or another, does better all the same, its pattern is taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/improve.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "protect/factor.h"
#include "protect/prune.h"

/* An alternative may cost this many times the dearest secondary of its equation: with company, one
 * cell can replace secondaries of several equations. */
#define REACH 4u

/* The greedy order is tried as well, up to so many cells: with the ties of the peers, and with
 * others as often as TIES_TIMES_CELLS allows. */
#define GREEDY_CELLS 10000u
#define TIES_TIMES_CELLS 5000u
#define MOST_TIES 31u

static uint64_t secondary_cost(const cdn_pattern *pattern)
{
    uint64_t sum = 0;
    for (uint32_t f = 0; f < pattern->system->figure_count; f++) {
        if (pattern->withheld[f] && !pattern->primary[f] &&
            __builtin_add_overflow(sum, cdn_figure_cost(pattern->system, f), &sum))
            return UINT64_MAX;
    }
    return sum;
}

static bool is_secondary(const cdn_pattern *pattern, uint32_t cell)
{
    const cdn_incidence *figures = &pattern->figures;
    return cdn_pattern_unknown(pattern, cell) && figures->start[cell] < figures->start[cell + 1] &&
           !(pattern->system->marks[cell] & CDN_CELL_SENSITIVE);
}

/* Withholds the best cell of the equation that is not withheld yet, unless it is too dear. */
static void add_alternative(cdn_pattern *pattern, uint32_t equation)
{
    const cdn_system *system = pattern->system;
    uint32_t best = CDN_NONE;
    uint64_t best_cost = UINT64_MAX, limit = 0;
    for (uint32_t j = system->equation_start[equation]; j < system->equation_start[equation + 1];
         j++) {
        uint32_t cell = system->equation_cell[j];
        if (is_secondary(pattern, cell) && system->costs[cell] > limit)
            limit = system->costs[cell];
        if (!cdn_pattern_can_withhold(pattern, cell) || (system->marks[cell] & CDN_CELL_KEEP))
            continue;
        uint64_t cost = cdn_pattern_outlook(pattern, cell);
        if (cost < best_cost) {
            best = cell;
            best_cost = cost;
        }
    }
    if (best != CDN_NONE && best_cost / REACH < limit)
        cdn_pattern_withhold(pattern, best);
}

/* One more cell for every equation in play, as far as that is not too dear. */
static bool add_alternatives(cdn_pattern *pattern)
{
    const cdn_system *system = pattern->system;
    uint8_t *in_play = cdn_alloc(system->equation_count, sizeof *in_play);
    if (in_play == NULL)
        return false;
    for (uint32_t e = 0; e < system->equation_count; e++)
        in_play[e] = pattern->unknowns[e] > 0;
    for (uint32_t e = 0; e < system->equation_count; e++) {
        if (in_play[e])
            add_alternative(pattern, e);
    }
    cdn_free(in_play);
    return true;
}

cdn_status cdn_improve_widen(cdn_pattern *pattern, cdn_error *error)
{
    return add_alternatives(pattern) ? CDN_OK : cdn_fail_memory(error);
}

static void restore(cdn_pattern *pattern, const uint8_t *withheld)
{
    for (uint32_t f = 0; f < pattern->system->figure_count; f++) {
        if (pattern->withheld[f] && !withheld[f])
            cdn_pattern_publish(pattern, f);
        else if (!pattern->withheld[f] && withheld[f])
            cdn_pattern_unpublish(pattern, f);
    }
}

static cdn_status prune_again(cdn_pattern *pattern, cdn_prime field, const cdn_tie *ties,
                              cdn_error *error)
{
    cdn_factor factor;
    cdn_status status = cdn_factor_init(&factor, pattern, field, error);
    if (status == CDN_OK)
        status = cdn_prune(pattern, &factor, ties, NULL, error);
    cdn_factor_release(&factor);
    return status;
}

/* The greedy order of Langsrud 2024: everything that may be withheld, for the prune to return. */
static void add_everything(cdn_pattern *pattern)
{
    const uint8_t *marks = pattern->system->marks;
    for (uint32_t c = 0; c < pattern->system->cell_count; c++) {
        if (cdn_pattern_can_withhold(pattern, c) && !(marks[c] & CDN_CELL_KEEP))
            cdn_pattern_withhold(pattern, c);
    }
}

/* Prunes what was added to the pattern; back to `withheld` unless that is cheaper. Then it becomes
 * the pattern's. */
static cdn_status keep_cheaper(cdn_pattern *pattern, cdn_prime field, const cdn_tie *ties,
                               uint8_t *withheld, uint64_t *cost, cdn_error *error)
{
    CDN_TRY(prune_again(pattern, field, ties, error));
    uint64_t other = secondary_cost(pattern);
    if (other >= *cost) {
        restore(pattern, withheld);
    } else {
        *cost = other;
        memcpy(withheld, pattern->withheld, pattern->system->figure_count);
    }
    return CDN_OK;
}

static uint32_t starts(const cdn_system *system)
{
    uint32_t others = TIES_TIMES_CELLS / (1 + system->cell_count);
    return system->cell_count > GREEDY_CELLS ? 0 : 1 + (others < MOST_TIES ? others : MOST_TIES);
}

static cdn_status try_greedy(cdn_pattern *pattern, cdn_prime field, uint8_t *withheld,
                             uint64_t *cost, cdn_error *error)
{
    const cdn_system *system = pattern->system;
    cdn_tie *ties = cdn_alloc(system->figure_count, sizeof *ties);
    cdn_status status = ties == NULL ? cdn_fail_memory(error)
                                     : cdn_ties_weigh(system, ties, error);
    for (uint64_t start = 0; status == CDN_OK && *cost > 0 && start < starts(system); start++) {
        if (start > 0)
            cdn_ties_shuffle(system, start, ties);
        add_everything(pattern);
        status = keep_cheaper(pattern, field, ties, withheld, cost, error);
    }
    cdn_free(ties);
    return status;
}

cdn_status cdn_improve(cdn_pattern *pattern, cdn_prime field, cdn_error *error)
{
    uint64_t cost = secondary_cost(pattern);
    uint8_t *withheld = cdn_alloc(pattern->system->figure_count, sizeof *withheld);
    if (withheld == NULL)
        return cdn_fail_memory(error);
    if (pattern->system->figure_count > 0)
        memcpy(withheld, pattern->withheld, pattern->system->figure_count);
    cdn_status status = add_alternatives(pattern) ? CDN_OK : cdn_fail_memory(error);
    if (status == CDN_OK)
        status = keep_cheaper(pattern, field, NULL, withheld, &cost, error);
    if (status == CDN_OK && starts(pattern->system) > 0)
        status = try_greedy(pattern, field, withheld, &cost, error);
    cdn_free(withheld);
    return status;
}
