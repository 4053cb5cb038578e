/* jail.h - evaluates one Lua file in the helper process and brings back its JSON.
 *
 * Scripts, policies, agreements and catalogues all go through here. This
 * process has no interpreter: it hands the text to `cordon-script`, which has
 * no data, and takes canonical JSON back (see bin/cordon-script.c for the
 * helper's own layers). What comes back is not trusted: each kind has its own
 * strict parser (plan, policy, agreement, catalogue).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_JAIL_JAIL_H
#define CDN_JAIL_JAIL_H

#include <stddef.h>

#include "cordon/error.h"
#include "json/json.h"

typedef enum cdn_jail_kind {
    CDN_JAIL_SCRIPT = 1,
    CDN_JAIL_CATALOGUE = 2,
    CDN_JAIL_POLICY = 3,
    CDN_JAIL_AGREEMENT = 4
} cdn_jail_kind;

/** How long the helper may run, by the wall clock. Its own limits end it sooner. */
#define CDN_JAIL_WALL_MS 3000

/** Runs the helper on source[0..size). `source_path` is the name in messages. `side` holds the
 *  names that the text may use (cdn_catalogue_names) for scripts and agreements; NULL = none given,
 *  names are then not checked in the helper.
 *  Fails with the line of the text where it is known: CDN_E_REFUSED when a script is wrong or
 *  passes a limit, CDN_E_INPUT for the other kinds; CDN_E_IO when the helper cannot be started or
 *  its sandbox is not complete; CDN_E_INTERNAL when its answer makes no sense.
 *  @owner caller of *out, cdn_json_destroy */
cdn_status cdn_jail_run(const char *helper_path, cdn_jail_kind kind, const char *source_path,
                        const char *source, size_t size, const cdn_json *side, cdn_json **out,
                        cdn_error *error) CDN_MUST_CHECK;

/** The path of the installed helper: beside the running program, else in ../libexec/cordon.
 *  CDN_E_IO when there is none. */
cdn_status cdn_jail_default_helper(char *out, size_t size, cdn_error *error) CDN_MUST_CHECK;

#endif
