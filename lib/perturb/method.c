/* method.c - the policy's word to the method's function.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "perturb/method.h"

#include "core/fail.h"
#include "perturb/round.h"

bool cdn_rounding_needs_key(cdn_rounding_method method)
{
    return method == CDN_ROUNDING_RANDOM || method == CDN_ROUNDING_CELL_KEY;
}

bool cdn_rounding_is_additive(cdn_rounding_method method)
{
    return method == CDN_ROUNDING_CONTROLLED || method == CDN_ROUNDING_SMALL_COUNTS;
}

/* Noise, and then the nearest multiple. */
static cdn_status add_noise(const cdn_noise_tables *noise, const cdn_total *t, int64_t *out,
                            cdn_error *error)
{
    int64_t noisy = 0;
    if (noise == NULL)
        return cdn_fail(error, CDN_E_INTERNAL, "noise without its tables");
    if (t->is_count)
        CDN_TRY(cdn_noise_count(noise, t->value, t->key, &noisy, error));
    else
        CDN_TRY(cdn_noise_magnitude(noise, t->value, t->unit, t->top, t->key, &noisy, error));
    return cdn_round_value(noisy, t->base, out, error);
}

cdn_status cdn_total_change(const cdn_policy *policy, const cdn_noise_tables *noise,
                            const cdn_total *total, int64_t *out, cdn_error *error)
{
    switch (policy->rounding) {
    case CDN_ROUNDING_RANDOM:
        return cdn_round_random(total->value, total->base,
                                cdn_draw(total->key, CDN_DRAW_ROUNDING), out, error);
    case CDN_ROUNDING_MIDPOINT:
        if (total->is_count)
            return cdn_round_midpoint(total->value, total->base, out, error);
        break;
    case CDN_ROUNDING_CELL_KEY:
        return add_noise(noise, total, out, error);
    case CDN_ROUNDING_SMALL_COUNTS:
        if (total->is_count && total->value >= total->base) {
            *out = total->value;
            return CDN_OK;
        }
        break;
    case CDN_ROUNDING_CONVENTIONAL:
    case CDN_ROUNDING_CONTROLLED:
        break;
    }
    return cdn_round_value(total->value, total->base, out, error);
}
