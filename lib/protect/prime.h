/* prime.h - arithmetic modulo a prime just below 2^61.
 *
 * Exact and free of overflow: an exposed cell can only be missed when the prime
 * divides a minor of the small integer equations, which the second prime
 * catches. Both primes are 2^61 - fold with a tiny fold, so that reduction is
 * two shifts and no division.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_PRIME_H
#define CDN_PROTECT_PRIME_H

#include <stdint.h>

#define CDN_PRIME_BITS 61
#define CDN_PRIME_FIRST_FOLD 1u   /* 2^61 - 1 */
#define CDN_PRIME_SECOND_FOLD 31u /* 2^61 - 31 */

typedef struct cdn_prime {
    uint64_t prime;
    uint64_t fold;
} cdn_prime;

static inline cdn_prime cdn_prime_make(uint64_t fold)
{
    cdn_prime field = {(UINT64_C(1) << CDN_PRIME_BITS) - fold, fold};
    return field;
}

static inline uint64_t cdn_prime_subtract(cdn_prime field, uint64_t a, uint64_t b)
{
    return a >= b ? a - b : a + field.prime - b;
}

static inline uint64_t cdn_prime_negate(cdn_prime field, uint64_t a)
{
    return a == 0 ? 0 : field.prime - a;
}

static inline uint64_t cdn_prime_multiply(cdn_prime field, uint64_t a, uint64_t b)
{
    const uint64_t low_bits = (UINT64_C(1) << CDN_PRIME_BITS) - 1;
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t high = (uint64_t)(product >> CDN_PRIME_BITS), low = (uint64_t)product & low_bits;
    if (field.fold == 1) { /* nearly all of the work is done with it: one multiplication */
        uint64_t sum = high + low;
        return sum >= field.prime ? sum - field.prime : sum;
    }
    unsigned __int128 once = (unsigned __int128)high * field.fold + low;
    uint64_t twice = (uint64_t)(once >> CDN_PRIME_BITS) * field.fold + ((uint64_t)once & low_bits);
    return twice >= field.prime ? twice - field.prime : twice;
}

/** a - b * c */
static inline uint64_t cdn_prime_deduct(cdn_prime field, uint64_t a, uint64_t b, uint64_t c)
{
    return cdn_prime_subtract(field, a, cdn_prime_multiply(field, b, c));
}

/** The inverse of a, not 0 (Fermat). */
static inline uint64_t cdn_prime_inverse(cdn_prime field, uint64_t a)
{
    if (a == 1 || a == field.prime - 1)
        return a;
    uint64_t result = 1;
    for (uint64_t exponent = field.prime - 2; exponent != 0; exponent >>= 1) {
        if (exponent & 1)
            result = cdn_prime_multiply(field, result, a);
        a = cdn_prime_multiply(field, a, a);
    }
    return result;
}

static inline uint64_t cdn_field_from_int(cdn_prime field, int32_t value)
{
    return value >= 0 ? (uint64_t)value : field.prime - (uint64_t)(-(int64_t)value);
}

#endif
