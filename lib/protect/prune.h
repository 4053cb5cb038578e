/* prune.h - publish again every secondary that is not needed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_PRUNE_H
#define CDN_PROTECT_PRUNE_H

#include "cordon/error.h"
#include "protect/factor.h"
#include "protect/pattern.h"
#include "protect/ties.h"

/** Publishes, figures with kept cells first and then dearest first, each withheld figure without a
 *  sensitive cell whose return leaves all sensitive cells undetermined. One pass is enough: what
 *  exposes a cell now exposes it still when more is published. After it, publishing any one
 *  secondary would expose a cell, to everybody or to a contributor with one number; those with
 *  several are not asked. The factor must be of this pattern, with nothing exposed; it does
 *  not follow the pattern and is out of date afterwards.
 *  `ties` orders figures of equal cost, per figure; NULL: by their numbers.
 *  With contributors it ends early where it takes too long: as safe, but withholding more.
 *  *effort (may be NULL) becomes the number of entries looked at, the measure of its time. */
cdn_status cdn_prune(cdn_pattern *pattern, const cdn_factor *factor, const cdn_tie *ties,
                     uint64_t *effort, cdn_error *error) CDN_MUST_CHECK;

#endif
