/* pool.h - runs numbered tasks on a few threads.
 *
 * Tasks must not depend on each other's order; each writes only its own
 * results, so the outcome is the same for any thread count. */
#ifndef CDN_CORE_POOL_H
#define CDN_CORE_POOL_H

#include "cordon/error.h"

/** One task; `index` is 0..task_count-1. */
typedef cdn_status (*cdn_task)(void *context, size_t index, cdn_error *error);

/** Runs all tasks on up to `threads` threads (0 = one per online processor, at most 8). When
 *  several fail, the error of the lowest index is returned. */
cdn_status cdn_pool_run(unsigned threads, size_t task_count, cdn_task task, void *context,
                        cdn_error *error) CDN_MUST_CHECK;

/** Thread count from the environment variable CORDON_THREADS, or 0. */
unsigned cdn_pool_default_threads(void);

#endif
