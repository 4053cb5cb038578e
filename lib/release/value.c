/* value.c - from exact parts to a published number.
 *
 * Conventional rounding, halves away from zero, once, from the exact quotient.
 * 0 is only ever a true zero: a number that rounds to 0 without being 0 gets the
 * status "low" instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fail.h"
#include "core/number.h"
#include "release/compose.h"

static bool is_rate(const cdn_measure *measure)
{
    return measure->kind == CDN_MEASURE_RATIO || measure->kind == CDN_MEASURE_SHARE;
}

static unsigned published_decimals(const cdn_policy *policy, const cdn_measure *measure)
{
    if (is_rate(measure))
        return policy->rate_decimals;
    if (measure->kind == CDN_MEASURE_MEAN)
        return policy->mean_decimals;
    return measure->kind == CDN_MEASURE_QUANTILE ? policy->quantile_decimals : 0;
}

static int64_t rounding_base(const cdn_policy *policy, const cdn_measure *measure, bool is_public)
{
    if (measure->kind == CDN_MEASURE_COUNT)
        return is_public && !policy->round_public ? 1 : policy->count_base;
    return measure->kind == CDN_MEASURE_SUM ? policy->sum_base : 1;
}

/* numerator / denominator x 10^shift (shift may be negative), rounded to a multiple of base. */
static bool divide(__int128 numerator, __int128 denominator, int shift, int64_t base, int64_t *out)
{
    for (; shift > 0; shift--)
        if (__builtin_mul_overflow(numerator, 10, &numerator))
            return false;
    for (; shift < 0; shift++)
        if (__builtin_mul_overflow(denominator, 10, &denominator))
            return false;
    if (__builtin_mul_overflow(denominator, base, &denominator))
        return false;
    __int128 bound = (__int128)INT64_MAX / (2 * base);
    __int128 whole = numerator / denominator;
    if (whole > bound || whole < -bound)
        return false;
    *out = cdn_divide_half_up(numerator, denominator) * base;
    return true;
}

cdn_status cdn_compose_value(const cdn_policy *policy, const cdn_measure *measure,
                             int64_t numerator, int64_t denominator, bool is_public,
                             const cdn_catalogue *catalogue, cdn_value *out, cdn_error *error)
{
    *out = (cdn_value){CDN_VALUE_NOT_APPLICABLE, 0};
    if (denominator == 0)
        return CDN_OK;
    int shift = (int)published_decimals(policy, measure);
    if (measure->kind == CDN_MEASURE_QUANTILE)
        shift -= catalogue->exprs[measure->value].decimals;
    else
        shift -= measure->parts[0].decimals;
    if (measure->part_count > 1)
        shift += measure->parts[1].decimals;
    __int128 scaled = (__int128)numerator * (is_rate(measure) ? measure->multiplier : 1);
    int64_t number = 0;
    if (!divide(scaled, denominator, shift, rounding_base(policy, measure, is_public), &number))
        return cdn_fail(error, CDN_E_LIMIT, "a figure of measure %s is too large to publish",
                        measure->name);
    bool low = number == 0 && numerator != 0;
    *out = (cdn_value){low ? CDN_VALUE_LOW : CDN_VALUE_OK, number};
    return CDN_OK;
}

cdn_status cdn_compose_measure(cdn_arena *arena, const cdn_policy *policy,
                               const cdn_measure *measure, bool is_public,
                               cdn_release_measure *out, cdn_error *error)
{
    unsigned decimals = published_decimals(policy, measure);
    int64_t base = rounding_base(policy, measure, is_public);
    char *rounding;
    if (decimals > 0)
        rounding = cdn_arena_printf(arena, "to %u decimal place%s", decimals,
                                    decimals == 1 ? "" : "s");
    else if (base > 1)
        rounding = cdn_arena_printf(arena, "to the nearest %lld", (long long)base);
    else
        rounding = cdn_arena_printf(arena, "to whole numbers");
    *out = (cdn_release_measure){cdn_arena_strdup(arena, measure->name),
                                 cdn_arena_strdup(arena, measure->title),
                                 cdn_arena_strdup(arena, measure->definition),
                                 cdn_arena_strdup(arena, measure->unit),
                                 (uint8_t)decimals,
                                 rounding};
    if (out->name == NULL || out->title == NULL || out->definition == NULL || out->unit == NULL ||
        rounding == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}
