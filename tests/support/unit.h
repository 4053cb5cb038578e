/* unit.h - cmocka and what its header wants before it, and a scratch directory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_UNIT_H
#define CDN_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** A fresh directory below $TMPDIR or /tmp; the path is valid until the next call. */
const char *unit_scratch_make(void);
/** Removes it with everything in it. */
void unit_scratch_remove(void);
/** scratch directory + "/" + name; valid until the eighth call after this one. */
const char *unit_path(const char *name);
/** Writes a file by plain stdio, without the code under test. */
void unit_write(const char *path, const void *bytes, size_t size);

/** cmocka group fixtures around the scratch directory. */
int unit_scratch_setup(void **state);
int unit_scratch_teardown(void **state);

#endif
