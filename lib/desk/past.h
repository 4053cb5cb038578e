/* past.h - the releases that an audience holds already, collected for the gate.
 *
 * An audience is an agreement and all that the policy lets collude with it. A
 * release counts from its intent on; what was withdrawn or superseded counts too,
 * because it was seen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_PAST_H
#define CDN_DESK_PAST_H

#include "desk/chronicle.h"
#include "desk/kept.h"
#include "desk/session.h"

typedef struct cdn_desk_past {
    cdn_chronicle chronicle;
    uint32_t count;
    const char **ids;       /* oldest first */
    cdn_kept *kept;
    cdn_past *items;        /* the gate's view of them */
    uint32_t snapshot_count;
    cdn_snapshot **snapshots;
    char digest[65];        /* "" when there are none */
} cdn_desk_past;

/** Gives `input`, a request on the loaded data, what its audience holds. A request that was
 *  released already gets the past that it had then, so that the same release comes out.
 *  CDN_E_REFUSED when an earlier release cannot be looked at again.
 *  @owner caller, cdn_desk_past_release, in every case and after the gate */
cdn_status cdn_desk_past_collect(cdn_desk *desk, cdn_gate_input *input, cdn_desk_past *out,
                                 cdn_error *error) CDN_MUST_CHECK;
void cdn_desk_past_release(cdn_desk_past *past);

/** Before a staged release is delivered: CDN_E_REFUSED when its audience got another one since,
 *  when the policy is another one, or when what must be kept of it is not there. A release that has
 *  its intent already is only finished. */
cdn_status cdn_desk_past_check(cdn_desk *desk, const char *release_id,
                               cdn_error *error) CDN_MUST_CHECK;

#endif
