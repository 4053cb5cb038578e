/* value.c - from exact parts to a published number.
 *
 * Conventional rounding, halves away from zero, once, from the exact quotient.
 * 0 is only ever a true zero: a number that rounds to 0 without being 0 gets the
 * status "low" instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fail.h"
#include "core/number.h"
#include "perturb/round.h"
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

/* A count or a sum, to a multiple of `base` whole units. */
static cdn_status round_total(int64_t value, unsigned decimals, int64_t base, int64_t *out,
                              cdn_error *error)
{
    int64_t unit = cdn_pow10(decimals);
    if (!cdn_mul_checked(base, unit, &base))
        return cdn_fail(error, CDN_E_LIMIT, "a rounding base is too large");
    CDN_TRY(cdn_round_value(value, base, out, error));
    *out /= unit;
    return CDN_OK;
}

/* A quotient to `places`, from parts with decimals of their own. */
static cdn_status round_quotient(int64_t numerator, int64_t denominator, int64_t multiplier,
                                 int places, int64_t *out, cdn_error *error)
{
    if (places < 0) {
        if (!cdn_mul_checked(denominator, cdn_pow10((unsigned)-places), &denominator))
            return cdn_fail(error, CDN_E_LIMIT, "a base is too large to divide by");
        places = 0;
    }
    return cdn_round_ratio(numerator, denominator, multiplier, (unsigned)places, out, error);
}

cdn_status cdn_compose_value(const cdn_policy *policy, const cdn_measure *measure,
                             int64_t numerator, int64_t denominator, bool is_public,
                             const cdn_catalogue *catalogue, cdn_value *out, cdn_error *error)
{
    *out = (cdn_value){CDN_VALUE_NOT_APPLICABLE, 0};
    if (denominator == 0)
        return CDN_OK;
    int64_t number = 0;
    int places = (int)published_decimals(policy, measure);
    if (measure->kind == CDN_MEASURE_COUNT || measure->kind == CDN_MEASURE_SUM) {
        CDN_TRY(round_total(numerator, measure->parts[0].decimals,
                            rounding_base(policy, measure, is_public), &number, error));
    } else {
        places -= measure->kind == CDN_MEASURE_QUANTILE
                      ? catalogue->exprs[measure->value].decimals
                      : measure->parts[0].decimals - measure->parts[1].decimals;
        CDN_TRY(round_quotient(numerator, denominator, is_rate(measure) ? measure->multiplier : 1,
                               places, &number, error));
    }
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
