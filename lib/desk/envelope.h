/* envelope.h - a package on its way: for the recipients' keys only, signed on the outside.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_DESK_ENVELOPE_H
#define CDN_DESK_ENVELOPE_H

#include "desk/session.h"

/** Encrypts the file `zip` for every recipient that the agreement names into `sealed`, and the
 *  packager's signature over that into `signature`. CDN_E_REFUSED when a recipient has no
 *  certificate in trust/recipients/ that may receive, or there is no packager's key. */
cdn_status cdn_envelope_seal(const cdn_desk *desk, const cdn_agreement *agreement, const char *zip,
                             const char *sealed, const char *signature,
                             cdn_error *error) CDN_MUST_CHECK;

#endif
