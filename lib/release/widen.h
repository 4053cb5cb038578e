/* widen.h - protection until no reader comes too close to a withheld value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_RELEASE_WIDEN_H
#define CDN_RELEASE_WIDEN_H

#include "attack/interval.h"
#include "cells/system.h"
#include "protect/suppress.h"

typedef struct cdn_widen_report {
    uint32_t asked, exposed, undecided; /* cells, in the pattern that came out */
    uint32_t extra_count;               /* withheld for intervals, by no rule */
    uint32_t rounds;                    /* attacks */
    cdn_interval_work work;             /* of attacks and remedies together */
} cdn_widen_report;

/** Suppresses, attacks with the reader's bounds, withholds what would widen each interval that is
 *  too narrow or not decided, and so on until none is; then publishes what can be spared. When
 *  nothing is left to withhold, exposed + undecided > 0, and the caller decides. The secondaries of
 *  the intervals are withheld like figures that do not exist: they are not confidential themselves.
 *  `input` as for the attack; its limit is for all rounds together, its moves are used when given.
 *  found: per cell, of the last attack, or NULL. Errors of cdn_suppress and cdn_attack_intervals.
 *  @owner *out: caller, cdn_suppress_result_release; empty unless CDN_OK */
cdn_status cdn_widen(const cdn_system *system, const cdn_interval_input *input,
                     cdn_interval *found, cdn_suppress_result *out, cdn_widen_report *report,
                     cdn_error *error) CDN_MUST_CHECK;

#endif
