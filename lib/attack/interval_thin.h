/* interval_thin.h - fewer withheld cells for the same intervals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_INTERVAL_THIN_H
#define CDN_ATTACK_INTERVAL_THIN_H

#include "attack/interval_moves.h"

/** Takes from `needed` (per cell: not visible, and may be published) what the moves in the input's
 *  store can spare, the dearest first. Only proposes: the pattern must be attacked again. Fails
 *  with CDN_E_NOMEM only. */
cdn_status cdn_interval_thin(const cdn_system *system, const cdn_interval_input *input,
                             const uint8_t *visible, uint8_t *needed,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
