/* child.h - one helper process: given bytes in, bounded bytes out, killed on time.
 *
 * The child is exec'd (never a bare fork), with an empty environment and only
 * the descriptors named here: 0 = `input`, 3 = `side_input`, 4 = its answer. */
#ifndef CDN_IO_CHILD_H
#define CDN_IO_CHILD_H

#include <stdbool.h>

#include "cordon/error.h"
#include "core/text.h"

typedef struct cdn_child_options {
    const char *program;        /* absolute path */
    const char *const *arguments; /* NULL-terminated; [0] is the program's name */
    const char *input;          /* on descriptor 0 */
    size_t input_size;
    const char *side_input;     /* on descriptor 3 */
    size_t side_input_size;
    int wall_limit_ms;          /* then SIGKILL */
} cdn_child_options;

typedef struct cdn_child_result {
    bool timed_out;
    int signal;    /* the signal that ended it, or 0 */
    int exit_code; /* when signal is 0 */
} cdn_child_result;

/** Runs to the end. `output` receives what came on descriptor 4; more than output->max bytes
 *  kills the child and fails with CDN_E_LIMIT. */
cdn_status cdn_child_run(const cdn_child_options *options, cdn_text *output,
                         cdn_child_result *result, cdn_error *error) CDN_MUST_CHECK;

#endif
