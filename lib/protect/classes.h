/* classes.h - which unknown cells become determined together.
 *
 * With the null space N of the withheld cells, making x visible determines s
 * exactly when s is a multiple of x all over N. Two random vectors v and w of N
 * tell: s is a multiple of x when v_s : w_s equals v_x : w_x (a false "equal"
 * has probability near 2^-61, and errs towards withholding). Sensitive cells
 * are counted by that ratio, so the question takes one look-up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_CLASSES_H
#define CDN_PROTECT_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "protect/prime.h"

/** The ratio of a cell that is zero in both vectors: determined, or visible. */
#define CDN_RATIO_NONE UINT64_MAX

typedef struct cdn_classes {
    uint64_t *ratios; /* the table: open addressing */
    uint32_t *counts;
    uint32_t mask;
    uint32_t used; /* slots with a ratio, counts of 0 included */
} cdn_classes;

/** For up to `members` sensitive cells. false when out of memory; release it in either case. */
bool cdn_classes_init(cdn_classes *classes, uint32_t members);
void cdn_classes_release(cdn_classes *classes);

uint64_t cdn_ratio(cdn_prime field, const uint64_t vectors[2]);

/** The ratios of cells 0..count-1, by one inversion. false when out of memory. */
bool cdn_ratios(cdn_prime field, uint64_t (*vectors)[2], uint32_t count, uint64_t *ratios);

void cdn_classes_add(cdn_classes *classes, uint64_t ratio);
void cdn_classes_drop(cdn_classes *classes, uint64_t ratio);
bool cdn_classes_has(const cdn_classes *classes, uint64_t ratio);

#endif
