/* compose.h - the parts of a release while it is composed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_COMPOSE_H
#define CDN_RELEASE_COMPOSE_H

#include "core/arena.h"
#include "release/trial.h"
#include "release/values.h"

/** A release and the memory behind it; `release` comes first. */
typedef struct cdn_release_store {
    cdn_release release;
    cdn_arena *arena;
} cdn_release_store;

/** A published number from exact parts: status OK, LOW (rounds to 0 but is not 0) or NOT_APPLICABLE
 *  (no base). `is_public` counts are rounded only when the policy says so. */
cdn_status cdn_compose_value(const cdn_policy *policy, const cdn_measure *measure,
                             int64_t numerator, int64_t denominator, bool is_public,
                             const cdn_catalogue *catalogue, cdn_value *out, cdn_error *error)
    CDN_MUST_CHECK;

/** Name, title, decimals and rounding of a measure as published. */
cdn_status cdn_compose_measure(cdn_arena *arena, const cdn_policy *policy,
                               const cdn_measure *measure, bool is_public,
                               cdn_release_measure *out, cdn_error *error) CDN_MUST_CHECK;

/** The output of a list: columns, texts, values. */
cdn_status cdn_compose_list(const cdn_values *changed, uint32_t list, cdn_arena *arena,
                            cdn_release_output *out, cdn_error *error) CDN_MUST_CHECK;

/** Identity, parties, public statements of method, data-quality notes. */
cdn_status cdn_compose_statements(const cdn_values *values, cdn_arena *arena, cdn_release *out,
                                  cdn_error *error) CDN_MUST_CHECK;

#endif
