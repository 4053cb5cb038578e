/* round.c - one exact division, or one exact comparison, in 128 bits.
 *
 * core/number.h clamps what does not fit; a published figure must not be
 * clamped, so the fit is checked here first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/round.h"

#include "core/fail.h"
#include "core/number.h"

static cdn_status too_large(cdn_error *error)
{
    return cdn_fail(error, CDN_E_LIMIT, "a rounded figure does not fit 64 bits");
}

/* denominator not 0; numerator not the least 128-bit value */
static cdn_status divide(__int128 numerator, __int128 denominator, int64_t *out, cdn_error *error)
{
    __int128 whole = numerator / denominator;
    if (whole > INT64_MAX || whole < INT64_MIN)
        return too_large(error);
    __int128 rest = numerator % denominator;
    __int128 rest_size = rest < 0 ? -rest : rest;
    __int128 size = denominator < 0 ? -denominator : denominator;
    if ((whole == INT64_MAX || whole == INT64_MIN) && rest_size >= size - rest_size)
        return too_large(error);
    *out = cdn_divide_half_up(numerator, denominator);
    return CDN_OK;
}

static cdn_status check_base(int64_t base, cdn_error *error)
{
    return base > 0 ? CDN_OK
                    : cdn_fail(error, CDN_E_USAGE, "rounding base: expected a positive integer");
}

cdn_status cdn_round_value(int64_t value, int64_t base, int64_t *out, cdn_error *error)
{
    CDN_TRY(check_base(base, error));
    CDN_TRY(divide(value, base, out, error));
    return cdn_mul_checked(*out, base, out) ? CDN_OK : too_large(error);
}

cdn_status cdn_round_random(int64_t value, int64_t base, uint64_t draw, int64_t *out,
                            cdn_error *error)
{
    CDN_TRY(check_base(base, error));
    int64_t above = value % base;
    if (above < 0)
        above += base;
    bool up = (unsigned __int128)draw * (uint64_t)base < (unsigned __int128)above << 64;
    int64_t change = up ? base - above : -above;
    return cdn_add_checked(value, change, out) ? CDN_OK : too_large(error);
}

cdn_status cdn_round_midpoint(int64_t value, int64_t base, int64_t *out, cdn_error *error)
{
    CDN_TRY(check_base(base, error));
    __int128 size = value < 0 ? -(__int128)value : value;
    __int128 middle = (size + base - 1) / base * base - base / 2;
    if (value == 0)
        middle = 0;
    if (value < 0)
        middle = -middle;
    if (middle > INT64_MAX || middle < INT64_MIN)
        return too_large(error);
    *out = (int64_t)middle;
    return CDN_OK;
}

cdn_status cdn_round_ratio(int64_t numerator, int64_t denominator, int64_t multiplier,
                           unsigned decimals, int64_t *out, cdn_error *error)
{
    if (denominator == 0)
        return cdn_fail(error, CDN_E_USAGE, "a ratio with a denominator of zero has no value");
    if (decimals > CDN_ROUND_DECIMALS)
        return cdn_fail(error, CDN_E_USAGE, "decimals: expected at most %u", CDN_ROUND_DECIMALS);
    __int128 product = (__int128)numerator * multiplier;
    if (!cdn_mul_checked(product, (__int128)cdn_pow10(decimals), &product))
        return too_large(error);
    return divide(product, denominator, out, error);
}

cdn_status cdn_round_decimal(int64_t value, unsigned from, unsigned to, int64_t *out,
                             cdn_error *error)
{
    if (from > CDN_ROUND_DECIMALS || to > from)
        return cdn_fail(error, CDN_E_USAGE, "decimals: expected no more than before, at most %u",
                        CDN_ROUND_DECIMALS);
    return divide(value, cdn_pow10(from - to), out, error);
}
