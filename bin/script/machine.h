/* machine.h - the Lua state of the helper, under its deterministic limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SCRIPT_MACHINE_H
#define CDN_SCRIPT_MACHINE_H

#include <stddef.h>

/** Trusted Lua text that runs before the chunk. */
typedef struct script_prelude {
    const char *name; /* "=base" */
    const char *text;
    const size_t *size;
} script_prelude;

typedef struct script_job {
    const char *plural;     /* "scripts", for messages */
    const char *source;     /* the chunk */
    size_t source_size;
    const char *side;       /* names JSON, or empty */
    size_t side_size;
    long max_steps;         /* VM instructions, in units of 1,000 */
    const char *steps_text; /* "2,000,000" */
    script_prelude base, library, kind;
} script_job;

/** Makes the processor-time limit report the line. To be called before the layers, which forbid
 *  it. */
void script_machine_watch_time(void);

/** Runs the job and reports. To be called under all layers. */
_Noreturn void script_machine_run(const script_job *job);

#endif
