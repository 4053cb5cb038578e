/* baseline.h - what a contributor knows before anything is published.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_BASELINE_H
#define CDN_PROTECT_BASELINE_H

#include <stdbool.h>

#include "cells/system.h"
#include "cordon/error.h"

/** *knows: contributor `self` (of a kind with those holders) determines the cell by its own cells
 *  and by what is common knowledge, so that no release is to blame. @complexity an elimination of
 *  the whole system */
cdn_status cdn_baseline_knows(const cdn_system *system, const uint32_t *holder, uint32_t self,
                              uint32_t cell, bool *knows, cdn_error *error) CDN_MUST_CHECK;

#endif
