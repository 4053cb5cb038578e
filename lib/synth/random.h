/* random.h - xoshiro256** streams seeded by splitmix64; integers only.
 *
 * One stream per (seed, purpose, index), so that what is drawn for one workplace
 * never depends on how many numbers another one used. Blackman and Vigna, "Scrambled
 * linear pseudorandom number generators", ACM TOMS 47(4), 2021. Ranges use the
 * multiply-shift reduction, whose bias (below 2^-32 x range) does not matter here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SYNTH_RANDOM_H
#define CDN_SYNTH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cdn_random {
    uint64_t state[4];
} cdn_random;

static inline uint64_t cdn_random_mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

static inline void cdn_random_seed(cdn_random *random, uint64_t seed, uint32_t purpose,
                                   uint32_t index)
{
    uint64_t word =
        cdn_random_mix(cdn_random_mix(seed) ^ (((uint64_t)purpose << 32) | (uint64_t)index));
    for (int i = 0; i < 4; i++) {
        word = cdn_random_mix(word);
        random->state[i] = word;
    }
}

static inline uint64_t cdn_random_rotate(uint64_t value, int by)
{
    return (value << by) | (value >> (64 - by));
}

static inline uint64_t cdn_random_next(cdn_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = cdn_random_rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = cdn_random_rotate(s[3], 45);
    return result;
}

/** A number in 0 .. range - 1; 0 when range is 0. */
static inline uint32_t cdn_random_below(cdn_random *random, uint32_t range)
{
    return (uint32_t)(((cdn_random_next(random) >> 32) * (uint64_t)range) >> 32);
}

/** true with a chance of `permille` in 1,000. */
static inline bool cdn_random_chance(cdn_random *random, uint32_t permille)
{
    return cdn_random_below(random, 1000) < permille;
}

/** A code and its share; a table ends with a share of 0. */
typedef struct cdn_share {
    int16_t code;
    uint16_t share;
} cdn_share;

static inline uint32_t cdn_share_total(const cdn_share *table)
{
    uint32_t total = 0;
    for (; table->share != 0; table++)
        total += table->share;
    return total;
}

static inline int cdn_share_pick(const cdn_share *table, uint32_t draw)
{
    while (draw >= table->share) {
        draw -= table->share;
        table++;
    }
    return table->code;
}

/** A code of the table, each with its share. */
static inline int cdn_random_share(cdn_random *random, const cdn_share *table)
{
    return cdn_share_pick(table, cdn_random_below(random, cdn_share_total(table)));
}

#endif
