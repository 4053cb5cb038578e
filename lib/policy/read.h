/* read.h - words, numbers and rules of a policy's JSON. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_POLICY_READ_H
#define CDN_POLICY_READ_H

#include "catalogue/shape.h"
#include "policy/policy.h"

#define CDN_POLICY_NUMBER_MAX 1000000
#define CDN_POLICY_WORDS_MAX 8u

typedef struct cdn_policy_word {
    const char *text;
    int value;
} cdn_policy_word;

/** Words that end with a NULL: comparisons of small numbers, and of large ones. */
extern const cdn_policy_word cdn_policy_low_words[];
extern const cdn_policy_word cdn_policy_high_words[];

/** A text that is one of `words` (at most CDN_POLICY_WORDS_MAX, ended by a NULL text). */
cdn_status cdn_policy_read_word(const cdn_shape *shape, const cdn_node *node, const char *key,
                                const cdn_policy_word *words, int *out) CDN_MUST_CHECK;
cdn_status cdn_policy_read_number(const cdn_shape *shape, const cdn_node *node, const char *key,
                                  int64_t min, int64_t max, uint32_t *out) CDN_MUST_CHECK;
/** Opens a member that is an object and must be there. */
cdn_status cdn_policy_open(const cdn_shape *shape, const cdn_node *parent, const char *key,
                           const char *keys, cdn_node *node) CDN_MUST_CHECK;
/** Opens {"on": flag, ...}; a rule that is off has nothing else. */
cdn_status cdn_policy_open_rule(const cdn_shape *shape, const cdn_node *parent, const char *key,
                                const char *keys, cdn_node *node, bool *on) CDN_MUST_CHECK;
cdn_status cdn_policy_read_threshold(const cdn_shape *shape, const cdn_node *parent,
                                     const char *key, cdn_threshold *out) CDN_MUST_CHECK;

/** dominance, p_percent, request, negatives, weights, k_disclosure (concentration.c). */
cdn_status cdn_policy_read_concentration(const cdn_shape *shape, const cdn_node *root,
                                         cdn_policy *policy) CDN_MUST_CHECK;
/** levels, insiders (levels.c). */
cdn_status cdn_policy_read_levels(const cdn_shape *shape, const cdn_node *root,
                                  cdn_policy *policy) CDN_MUST_CHECK;
/** history (history.c). */
cdn_status cdn_policy_read_history(const cdn_shape *shape, const cdn_node *root,
                                   cdn_policy *policy) CDN_MUST_CHECK;
/** manual (manual.c). */
cdn_status cdn_policy_read_manual(const cdn_shape *shape, const cdn_node *root,
                                  cdn_policy *policy) CDN_MUST_CHECK;
/** rounding, with its noise (rounding.c). */
cdn_status cdn_policy_read_rounding(const cdn_shape *shape, const cdn_node *root,
                                    cdn_policy *policy) CDN_MUST_CHECK;

#endif
