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
#include "release/values.h"

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

cdn_status cdn_values_figure(const cdn_policy *policy, const cdn_measure *measure,
                             const cdn_figure_parts *parts, cdn_value *out, cdn_error *error)
{
    *out = (cdn_value){CDN_VALUE_NOT_APPLICABLE, 0};
    int64_t numerator = parts->published[0], denominator = parts->published[1], number = 0;
    bool is_total = measure->kind == CDN_MEASURE_COUNT || measure->kind == CDN_MEASURE_SUM;
    if (is_total) {
        number = numerator / cdn_pow10(measure->parts[0].decimals);
    } else if (parts->exact[1] == 0) {
        return CDN_OK;
    } else if (denominator == 0) {
        out->status = CDN_VALUE_NOT_AVAILABLE;
        return CDN_OK;
    } else {
        int places = (int)published_decimals(policy, measure) -
                     (measure->parts[0].decimals - measure->parts[1].decimals);
        if (measure->kind == CDN_MEASURE_SHARE && numerator > denominator)
            numerator = denominator;
        CDN_TRY(round_quotient(numerator, denominator, is_rate(measure) ? measure->multiplier : 1,
                               places, &number, error));
    }
    bool low = number == 0 && parts->exact[0] != 0;
    *out = (cdn_value){low ? CDN_VALUE_LOW : CDN_VALUE_OK, number};
    return CDN_OK;
}

/* Whole numbers are left as they are by a base of 1; noise is noise whatever the base. */
const char *cdn_values_phrase(cdn_arena *arena, const cdn_policy *policy, const cdn_part *part)
{
    bool is_count = part->value == CDN_NONE || (!part->magnitude && part->decimals == 0);
    long base = part->value == CDN_NONE ? policy->count_base : policy->sum_base;
    long deviation = policy->noise.deviation;
    switch (policy->rounding) {
    case CDN_ROUNDING_CELL_KEY:
        if (!is_count && policy->noise.share_small == 0)
            break;
        if (!is_count)
            return cdn_arena_printf(arena,
                                    "with noise in proportion to the largest contributions%s",
                                    base > 1 ? ", rounded" : "");
        if (base > 1)
            return cdn_arena_printf(arena, "with noise of at most %ld, to the nearest %ld",
                                    deviation, base);
        return policy->noise.small > 0
                   ? cdn_arena_printf(arena, "with noise of at most %ld, never to 1 to %u",
                                      deviation, policy->noise.small)
                   : cdn_arena_printf(arena, "with noise of at most %ld", deviation);
    case CDN_ROUNDING_RANDOM:
        return base > 1 ? cdn_arena_printf(arena, "at random to a multiple of %ld", base) : NULL;
    case CDN_ROUNDING_CONTROLLED:
        return base > 1 ? cdn_arena_printf(arena, "to a multiple of %ld, so that tables add up",
                                           base)
                        : NULL;
    case CDN_ROUNDING_SMALL_COUNTS:
        if (!is_count)
            break;
        return base > 1 ? cdn_arena_printf(arena,
                                           "so that no count is from 1 to %ld and tables add up",
                                           base - 1)
                        : NULL;
    case CDN_ROUNDING_MIDPOINT:
        if (!is_count)
            break;
        return base > 1 ? cdn_arena_printf(arena, "to the middle of bands of %ld", base) : NULL;
    case CDN_ROUNDING_CONVENTIONAL:
        break;
    }
    return base > 1 ? cdn_arena_printf(arena, "to the nearest %ld", base) : NULL;
}

cdn_status cdn_compose_measure(cdn_arena *arena, const cdn_policy *policy,
                               const cdn_measure *measure, bool is_public,
                               cdn_release_measure *out, cdn_error *error)
{
    unsigned decimals = published_decimals(policy, measure);
    bool exact_public = is_public && measure->kind == CDN_MEASURE_COUNT && !policy->round_public;
    const char *rounding;
    if (decimals > 0)
        rounding = cdn_arena_printf(arena, "to %u decimal place%s", decimals,
                                    decimals == 1 ? "" : "s");
    else if (exact_public ||
             (measure->kind != CDN_MEASURE_COUNT && measure->kind != CDN_MEASURE_SUM))
        rounding = "to whole numbers";
    else
        rounding = cdn_values_phrase(arena, policy, &measure->parts[0]);
    if (rounding == NULL)
        rounding = "to whole numbers";
    *out = (cdn_release_measure){cdn_arena_strdup(arena, measure->name),
                                 cdn_arena_strdup(arena, measure->title),
                                 cdn_arena_strdup(arena, measure->definition),
                                 cdn_arena_strdup(arena, measure->unit),
                                 (uint8_t)decimals,
                                 cdn_arena_strdup(arena, rounding)};
    if (out->name == NULL || out->title == NULL || out->definition == NULL || out->unit == NULL ||
        out->rounding == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}
