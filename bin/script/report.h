/* report.h - the helper's only way out: one JSON answer on descriptor 4, then _exit.
 *
 * Nothing here allocates, so that a limit can be reported from inside the
 * allocator, and the processor-time limit from a signal handler.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SCRIPT_REPORT_H
#define CDN_SCRIPT_REPORT_H

#include <stddef.h>

#define SCRIPT_OUT_FD 4
#define SCRIPT_EXIT_OK 0
#define SCRIPT_EXIT_ERROR 1     /* the chunk is wrong; the answer says where */
#define SCRIPT_EXIT_LIMIT 2     /* the chunk passed a limit; the answer says which */
#define SCRIPT_EXIT_USAGE 64
#define SCRIPT_EXIT_ISOLATION 70 /* a layer of the sandbox cannot be set */
#define SCRIPT_EXIT_OUTPUT 74   /* the answer cannot be written */

/** Writes {"ok":<value>} and ends the process. `value` is JSON text. */
_Noreturn void script_report_ok(const char *value, size_t size);

/** Writes {"error":{...}} and ends the process with `exit_code`. Texts may hold any bytes: they are
 *  cut to 500 and 250 and what is not UTF-8 becomes '?'. line 0 = not known. */
_Noreturn void script_report_error(int exit_code, long line, const char *message,
                                   const char *hint);

#endif
