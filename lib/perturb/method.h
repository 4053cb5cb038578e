/* method.h - one total, changed as a policy says: the methods that look at one value at a time.
 *
 * Counts are totals of whole numbers of records, people or posts; the rest are
 * sums. Controlled rounding and the rounding of small counts need whole tables
 * (additive.h); a total alone is rounded conventionally by them, and a count that
 * is not small stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PERTURB_METHOD_H
#define CDN_PERTURB_METHOD_H

#include "perturb/noise.h"

typedef struct cdn_total {
    int64_t value;
    bool is_count;
    int64_t base;       /* > 0, scaled as the value */
    int64_t unit;       /* one whole unit: 10^decimals */
    uint64_t key;       /* for methods that draw */
    const int64_t *top; /* CDN_NOISE_TOP largest contributions, falling; sums only */
} cdn_total;

/** Whether the method draws from keys. */
bool cdn_rounding_needs_key(cdn_rounding_method method);
/** Whether it works on whole tables. */
bool cdn_rounding_is_additive(cdn_rounding_method method);

/** `noise`: of the policy, for CELL_KEY, else NULL. */
cdn_status cdn_total_change(const cdn_policy *policy, const cdn_noise_tables *noise,
                            const cdn_total *total, int64_t *out, cdn_error *error) CDN_MUST_CHECK;

#endif
