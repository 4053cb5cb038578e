/* roster.h - who of an agreement's people must approve, and how often its feeds are made.
 *
 * Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_POLICY_ROSTER_H
#define CDN_POLICY_ROSTER_H

#include "catalogue/shape.h"
#include "policy/agreement.h"

/** approvals, roles, one_per_organisation, approvers, authors, recipients. */
cdn_status cdn_roster_read(const cdn_shape *shape, const cdn_node *root,
                           cdn_agreement *agreement) CDN_MUST_CHECK;
/** cadence. */
cdn_status cdn_cadence_read(const cdn_shape *shape, const cdn_node *root,
                            cdn_agreement *agreement) CDN_MUST_CHECK;

#endif
