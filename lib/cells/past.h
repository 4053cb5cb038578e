/* past.h - an earlier release, as the gate needs it: what an audience already holds.
 *
 * What it published is common knowledge in the next release; what it withheld
 * stays withheld for the same records. Its data may be older than today's: the
 * records that changed since are then a group of their own, to be protected.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_PAST_H
#define CDN_CELLS_PAST_H

#include <stdint.h>

#include "plan/plan.h"
#include "policy/agreement.h"
#include "read/snapshot.h"

/** All borrowed. `snapshot` is the same pointer as the gate's when it is the same data, and the
 *  same for two earlier releases of the same data. */
typedef struct cdn_past {
    const char *release_id; /* named to the data owner when history binds */
    const cdn_snapshot *snapshot;
    const cdn_plan *plan;
    const cdn_agreement *agreement; /* whose consent let rows through */
    uint32_t figure_count;         /* of its tables, in the order of its cells (cells/cells.h), then
                                       of its lists, row by row */
    const uint8_t *published;       /* per figure: 1 = a value was published */
} cdn_past;

#endif
