/* noise.c - fixed point with 32 binary places in 128 bits, one rounding at the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/noise.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"

#define PLACES 32
#define ONE ((__int128)1 << PLACES)
#define VALUE_MAX (INT64_C(1) << 52) /* so that D times a contribution fits 128 bits */

uint64_t cdn_draw(uint64_t key, uint32_t use)
{
    uint64_t z = key + use * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t short_draw(uint64_t key, uint32_t use)
{
    return (uint32_t)(cdn_draw(key, use) >> 32);
}

cdn_status cdn_noise_tables_create(const cdn_noise *noise, cdn_noise_tables **out,
                                   cdn_error *error)
{
    *out = NULL;
    if (noise->contributors > CDN_NOISE_TOP)
        return cdn_fail(error, CDN_E_REFUSED, "contributors with noise: expected at most %u",
                        CDN_NOISE_TOP);
    if (noise->share_small > 0 && (noise->flex == 0 || noise->power < 2 ||
                                   noise->share_small > 1000 ||
                                   noise->share_large > noise->share_small))
        return cdn_fail(error, CDN_E_REFUSED,
                        "noise of magnitudes: expected a flex point of at least 1, a power of at "
                        "least 2, and a share for large cells not above that for small ones");
    cdn_noise_tables *tables = cdn_alloc(1, sizeof *tables);
    if (tables == NULL)
        return cdn_fail_memory(error);
    tables->noise = *noise;
    cdn_ptable_options options = {noise->deviation, noise->variance, noise->small};
    cdn_status status = cdn_ptable_create(&options, &tables->counts, error);
    options.small = 0;
    if (status == CDN_OK && noise->share_small > 0)
        status = cdn_ptable_create(&options, &tables->magnitudes, error);
    if (status == CDN_OK)
        *out = tables;
    else
        cdn_noise_tables_destroy(tables);
    return status;
}

void cdn_noise_tables_destroy(cdn_noise_tables *tables)
{
    if (tables == NULL)
        return;
    cdn_ptable_destroy(tables->counts);
    cdn_ptable_destroy(tables->magnitudes);
    cdn_free(tables);
}

static cdn_status too_large(cdn_error *error)
{
    return cdn_fail(error, CDN_E_LIMIT, "a figure is too large for noise");
}

cdn_status cdn_noise_count(const cdn_noise_tables *tables, int64_t value, uint64_t key,
                           int64_t *out, cdn_error *error)
{
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (size > (uint64_t)VALUE_MAX)
        return too_large(error);
    int64_t move = cdn_ptable_move(tables->counts, size, short_draw(key, CDN_DRAW_COUNT));
    *out = value + (value < 0 ? -move : move);
    return CDN_OK;
}

uint64_t cdn_noise_share(const cdn_noise *noise, int64_t x, int64_t unit)
{
    __int128 small = noise->share_small * ONE / 1000, large = noise->share_large * ONE / 1000;
    __int128 flex = (__int128)noise->flex * unit;
    if (x < flex)
        return (uint64_t)small;
    /* beyond 2^20 flex points the share is p_large to within 2^-18 of p_small */
    if (x / flex >= 1 << 20)
        return (uint64_t)large;
    __int128 falling = 2 * flex * ONE / (flex + x), power = ONE;
    for (uint32_t i = 0; i < noise->power && power > 0; i++)
        power = power * falling / ONE;
    /* p_large + (p_small x / f - p_large) (2f / (f + x))^q */
    __int128 ratio = x * ONE / flex;
    __int128 rise = small * ratio / ONE - large;
    return (uint64_t)(large + rise * power / ONE);
}

/* The move for a = distance / step, between two rows, in 2^-32. */
static __int128 move_between(const cdn_ptable *table, __int128 distance, __int128 step,
                             uint32_t draw)
{
    __int128 whole = distance / step;
    if (whole >= table->rows)
        return cdn_ptable_move(table, table->rows, draw) * ONE;
    __int128 weight = (distance % step) * ONE / step;
    return cdn_ptable_move(table, (uint64_t)whole, draw) * (ONE - weight) +
           cdn_ptable_move(table, (uint64_t)whole + 1, draw) * weight;
}

cdn_status cdn_noise_magnitude(const cdn_noise_tables *tables, int64_t value, int64_t unit,
                               const int64_t top[CDN_NOISE_TOP], uint64_t key, int64_t *out,
                               cdn_error *error)
{
    const cdn_noise *noise = &tables->noise;
    bool negative = value < 0;
    __int128 size = negative ? -(__int128)value : value;
    if (size > VALUE_MAX)
        return too_large(error);
    size *= ONE;
    uint32_t drivers = tables->magnitudes == NULL ? 0 : noise->contributors;
    for (uint32_t k = 0; k < drivers; k++) {
        int64_t x = top[k];
        if (x <= 0 || size == 0)
            break;
        if (x > VALUE_MAX)
            return too_large(error);
        __int128 step = x * (__int128)cdn_noise_share(noise, x, unit); /* in 2^-32 */
        if (step == 0)
            continue;
        __int128 move = move_between(tables->magnitudes, size, step,
                                     short_draw(key, CDN_DRAW_MAGNITUDE + k));
        __int128 change = step * move / ONE;
        size = size + change < 0 ? 0 : size + change;
    }
    __int128 whole = (size + ONE / 2) / ONE;
    if (whole > INT64_MAX)
        return too_large(error);
    *out = negative ? -(int64_t)whole : (int64_t)whole;
    return CDN_OK;
}
