/* fail.h - filling the error record: one-line setters that return the status.
 *
 * Each setter does nothing to an error that is already set (first error wins),
 * accepts NULL, and always returns the status it was given, so that a caller
 * can write `return cdn_fail(error, CDN_E_INPUT, "...")`.
 * Texts: one line, lower case, no full stop; what, where, expected versus found
 * kind. Never a data value. */
#ifndef CDN_CORE_FAIL_H
#define CDN_CORE_FAIL_H

#include "cordon/error.h"

cdn_status cdn_fail(cdn_error *error, cdn_status status, const char *format, ...) CDN_PRINTF(3, 4);

/** As cdn_fail, with a place. `source` is copied; line and column 0 = not known. */
cdn_status cdn_fail_at(cdn_error *error, cdn_status status, const char *source, uint64_t line,
                       uint64_t column, const char *format, ...) CDN_PRINTF(6, 7);

/** Adds the hint, once; ignored when the error is not set or has one. */
void cdn_fail_hint(cdn_error *error, const char *format, ...) CDN_PRINTF(2, 3);

/** "out of memory" in a fixed text. */
cdn_status cdn_fail_memory(cdn_error *error);

/** CDN_E_IO with `what path: strerror(saved_errno)`. */
cdn_status cdn_fail_errno(cdn_error *error, const char *what, const char *path, int saved_errno);

/** Returns the status at once when `call` does not return CDN_OK. */
#define CDN_TRY(call)                        \
    do {                                     \
        cdn_status cdn_try_status_ = (call); \
        if (cdn_try_status_ != CDN_OK)       \
            return cdn_try_status_;          \
    } while (0)

#endif
