/* package_fixture.h - a small made-up release for tests of packages.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_PACKAGE_FIXTURE_H
#define CDN_TESTS_PACKAGE_FIXTURE_H

#include "release/release.h"

/** One table and one list, every status, texts that need quotes. Approvers Ada King, Bo Ito and
 *  Cy \ O'Roé; author Di Poe. A copy to change: only its own members, the rest is shared and
 *  const. */
cdn_release package_fixture(void);

#endif
