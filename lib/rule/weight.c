/* weight.c - the largest contributions of a sample that stands for more.
 *
 * Respondent i contributes x_i and stands for w_i of its like. As "respondent" it
 * is itself: the largest are the x_i, of a total that is weighted. "Cumulated"
 * (tau-Argus manual 4.1, 2.2): it is w_i contributors of size x_i, fractions too,
 * so that the r-th largest is the integral from r to r + 1 of the falling steps.
 * "Replicated" (sdcTable): the same with whole weights, made so by going up and
 * down by turns. Quotients are rounded up: what is largest must not look smaller.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/rule.h"

#define ONE CDN_RULE_WEIGHT_ONE

static uint64_t whole_weight(uint64_t weight, bool up)
{
    uint64_t whole = weight / ONE;
    return (whole + (up && weight % ONE != 0)) * ONE;
}

/* What is left of a respondent's weight goes to the unit that is being filled, and to the next. */
static uint32_t fill(int64_t size, uint64_t weight, uint32_t rank, uint64_t *filled,
                     __int128 sums[CDN_CELL_TOP])
{
    while (weight > 0 && rank < CDN_CELL_TOP) {
        uint64_t part = ONE - *filled < weight ? ONE - *filled : weight;
        sums[rank] += (__int128)size * part;
        weight -= part;
        *filled += part;
        if (*filled == ONE) {
            *filled = 0;
            rank++;
        }
    }
    return rank;
}

void cdn_rule_weigh(const int64_t *sizes, const uint64_t *weights, uint32_t count,
                    cdn_weighting weighting, int64_t top[CDN_CELL_TOP])
{
    __int128 sums[CDN_CELL_TOP] = {0};
    uint64_t filled = 0;
    uint32_t rank = 0;
    for (uint32_t i = 0; i < count && rank < CDN_CELL_TOP; i++) {
        uint64_t weight = weighting == CDN_WEIGHT_RESPONDENT ? ONE
                          : weighting == CDN_WEIGHT_REPLICATED
                              ? whole_weight(weights[i], i % 2 == 0)
                              : weights[i];
        rank = fill(sizes[i], weight, rank, &filled, sums);
    }
    for (uint32_t r = 0; r < CDN_CELL_TOP; r++)
        top[r] = (int64_t)((sums[r] + ONE - 1) / ONE);
}
