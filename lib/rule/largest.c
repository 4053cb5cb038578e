/* largest.c - who is to be protected in a cell, and who can work together against it.
 *
 * A waiver takes a provider from those who are protected, never from those who
 * attack. When nobody among the kept largest needs protection the victim is
 * further down: it is at most the last that was kept, and at most what the kept
 * leave of the total. Both rules ask for more the larger the victim is, so
 * that bound is safe.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule/largest.h"

static __int128 sum_of(const int64_t *largest, uint32_t count)
{
    __int128 sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += largest[i];
    return sum;
}

static int64_t unseen(const cdn_cell *cell)
{
    __int128 left = cell->total - sum_of(cell->top, CDN_CELL_TOP);
    int64_t most = cell->top[CDN_CELL_TOP - 1];
    return left < most ? (left < 0 ? 0 : (int64_t)left) : most;
}

cdn_rule_largest cdn_rule_largest_of(const cdn_cell *cell, const cdn_policy *policy,
                                     uint32_t others)
{
    uint32_t rank = 0;
    if (others > CDN_CELL_TOP - 1)
        others = CDN_CELL_TOP - 1;
    if (policy->waivers && cell->unwaived == 0)
        return (cdn_rule_largest){0};
    while (policy->waivers && rank < CDN_CELL_TOP && (cell->waived >> rank & 1u))
        rank++;
    int64_t victim = rank < CDN_CELL_TOP ? cell->top[rank] : unseen(cell);
    __int128 rest = rank <= others ? sum_of(cell->top, others + 1) - victim
                                   : sum_of(cell->top, others);
    return (cdn_rule_largest){victim, victim + rest};
}

uint32_t cdn_rule_negative_factor(const cdn_cell *cell, const cdn_policy *policy)
{
    bool applies = policy->negatives == CDN_NEGATIVES_SCALED && policy->negative_factor > 1;
    return applies && cell->has_negative ? policy->negative_factor : 1;
}

int64_t cdn_rule_excess(__int128 numerator, __int128 denominator, __int128 base)
{
    __int128 excess = numerator / denominator + (numerator % denominator > 0) - base;
    if (excess < 0)
        return 0;
    return excess > INT64_MAX ? INT64_MAX : (int64_t)excess;
}
