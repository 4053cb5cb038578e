/* route.h - from the rows of one record type to the rows of another.
 *
 * Forwards along references (a worker's workplace), or one step backwards (the
 * workplace that refers to a location).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_ROUTE_H
#define CDN_READ_ROUTE_H

#include <stdbool.h>

#include "read/snapshot.h"

/** Fills out[0..rows of from) with rows of `to`; CDN_NONE where there is none, or, backwards, where
 *  several rows refer to the same one (nobody can say which is meant). *found = false, and nothing
 *  filled, when the record types are not connected. */
cdn_status cdn_route_rows(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                          uint32_t from, uint32_t to, uint32_t *out, bool *found,
                          cdn_error *error) CDN_MUST_CHECK;

#endif
