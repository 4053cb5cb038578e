/* layers.h - the kernel's part of the sandbox.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SCRIPT_LAYERS_H
#define CDN_SCRIPT_LAYERS_H

/** Closes every descriptor but the answer's, then sets, for good: resource limits, death with the
 *  parent, no new privileges, Landlock without any right, the system call filter. Returns only
 *  when all stand; otherwise reports the missing layer and ends with SCRIPT_EXIT_ISOLATION. */
void script_layers_apply(void);

#endif
