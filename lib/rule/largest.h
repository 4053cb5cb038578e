/* largest.h - the largest contributions of a cell as the concentration rules see them. Private to
 * the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RULE_LARGEST_H
#define CDN_RULE_LARGEST_H

#include "rule/rule.h"

/** Of one cell: the victim, the largest that needs protection, and the largest others with it. */
typedef struct cdn_rule_largest {
    int64_t victim;    /* 0 = nobody has anything to protect */
    __int128 together; /* the victim and the `others` largest of the rest */
} cdn_rule_largest;

/** `others` at most CDN_CELL_TOP - 1. Without waivers in the policy the victim is the largest. With
 *  them it is the largest that has not waived, while those who have are still among the others:
 *  they know what they contribute. */
cdn_rule_largest cdn_rule_largest_of(const cdn_cell *cell, const cdn_policy *policy,
                                     uint32_t others);

/** f of the rule on contributions below 0: the policy's factor in a cell that has one, else 1. */
uint32_t cdn_rule_negative_factor(const cdn_cell *cell, const cdn_policy *policy);

/** What a rule asks for above the total X: the least y >= 0 with which the cell X + y would pass.
 *  Saturates at INT64_MAX. */
int64_t cdn_rule_dominance_level(const cdn_cell *cell, const cdn_policy *policy);
int64_t cdn_rule_p_percent_level(const cdn_cell *cell, const cdn_policy *policy);
int64_t cdn_rule_request_level(const cdn_cell *cell, const cdn_policy *policy);

/** ceil(numerator / denominator) - base, not below 0, at most INT64_MAX. */
int64_t cdn_rule_excess(__int128 numerator, __int128 denominator, __int128 base);

#endif
