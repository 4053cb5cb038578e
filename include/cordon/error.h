/* error.h - status codes and the error record every fallible function fills.
 *
 * A cdn_error lives on the caller's stack, needs no allocation, and may always
 * be NULL. It is untouched on success; the first error wins (a later set is
 * ignored). It never holds a data value: messages name files, lines, columns,
 * names from the catalogue and the kind of thing expected or found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CORDON_ERROR_H
#define CORDON_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CDN_API __attribute__((visibility("default")))
#define CDN_MUST_CHECK __attribute__((warn_unused_result))
#define CDN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CDN_API
#define CDN_MUST_CHECK
#define CDN_PRINTF(fmt, args)
#endif

/** What a function returns. Numbers are fixed for good. */
typedef enum cdn_status {
    CDN_OK = 0,
    CDN_E_REFUSED = 1,  /**< a rule, a permission or an audit said no; exit 1 */
    CDN_E_USAGE = 2,    /**< wrong command line or call; exit 2 */
    CDN_E_INPUT = 3,    /**< bad input file; exit 3 */
    CDN_E_INTERNAL = 4, /**< our bug; exit 4 */
    CDN_E_NOMEM = 5,    /**< allocation failed or budget spent; exit 4 */
    CDN_E_IO = 6,       /**< the operating system refused a file; exit 4 */
    CDN_E_LIMIT = 7     /**< a stated limit was passed; exit 3 */
} cdn_status;

/** Where and why something failed. `line` and `column` count from 1; 0 = not known. */
typedef struct cdn_error {
    cdn_status status;
    uint64_t line;
    uint64_t column;
    char source[256];
    char message[512];
    char hint[256];
} cdn_error;

#define CDN_ERROR_INIT {CDN_OK, 0, 0, {0}, {0}, {0}}

/** The process exit code for a status: 0, 1, 2, 3 or 4. */
CDN_API int cdn_status_exit_code(cdn_status status);

/** One line "source:line:column: message" (parts that are not known are left out),
 *  then, when there is one, a second line "  hint: ...". Always NUL-terminated.
 *  @return the length that the whole text needs, without the NUL. */
CDN_API size_t cdn_error_format(const cdn_error *error, char *out, size_t out_size);

#ifdef __cplusplus
}
#endif
#endif
