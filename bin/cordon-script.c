/* cordon-script.c - the helper that evaluates Lua, and holds nothing else.
 *
 *   cordon-script KIND NAME     KIND: script, catalogue, policy or agreement
 *
 * Reads the chunk from descriptor 0 and the names it may use (JSON, may be
 * empty) from descriptor 3; writes {"ok":value} or {"error":{...}} on
 * descriptor 4. Between reading and the first look at the chunk it gives up
 * every right it has. It is the only program that is linked with Lua; the
 * program that holds data never is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/layers.h"
#include "script/machine.h"
#include "script/report.h"

#include "prelude.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SOURCE_MAX (256u * 1024u) /* CDN_LIMIT_SOURCE_SIZE: this program includes no room */
#define SIDE_MAX (4u * 1024u * 1024u)

static char source_bytes[SOURCE_MAX + 1];
static char side_bytes[SIDE_MAX + 1];

/* Reads all of a descriptor; a closed one is empty. */
static size_t read_all(int fd, char *out, size_t max, const char *what)
{
    size_t size = 0;
    for (;;) {
        ssize_t got = read(fd, out + size, max + 1 - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno != EBADF) {
            char message[80];
            (void)snprintf(message, sizeof message, "%s cannot be read", what);
            script_report_error(SCRIPT_EXIT_USAGE, 0, message, "");
        }
        if (got <= 0)
            return size;
        size += (size_t)got;
        if (size > max) {
            char message[80];
            (void)snprintf(message, sizeof message, "%s is larger than %zu KiB", what,
                           max / 1024u);
            script_report_error(SCRIPT_EXIT_LIMIT, 0, message, "");
        }
    }
}

static long line_at(const char *text, size_t offset)
{
    long line = 1;
    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

/* Names in messages and in the result come out of the text, so it must be text. */
static void check_source(const char *text, size_t size)
{
    const char *nul = memchr(text, '\0', size);
    if (nul != NULL && text[0] != '\x1b')
        script_report_error(SCRIPT_EXIT_ERROR, line_at(text, (size_t)(nul - text)),
                            "a NUL byte in the text", "save the file as UTF-8 text");
}

#define PRELUDE(kind) \
    {"=cordon " #kind, cdn_prelude_##kind, &cdn_prelude_##kind##_size}

static bool choose(const char *kind, script_job *job)
{
    static const struct {
        const char *kind, *plural;
        long max_steps;
        const char *steps_text;
        script_prelude prelude;
    } kinds[] = {
        {"script", "scripts", 2000000, "2,000,000", PRELUDE(script)},
        {"catalogue", "catalogues", 20000000, "20,000,000", PRELUDE(catalogue)},
        {"policy", "policies", 2000000, "2,000,000", PRELUDE(policy)},
        {"agreement", "agreements", 2000000, "2,000,000", PRELUDE(agreement)},
    };
    static const script_prelude base = PRELUDE(base), library = PRELUDE(library);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kind, kinds[i].kind) == 0) {
            job->plural = kinds[i].plural;
            job->max_steps = kinds[i].max_steps;
            job->steps_text = kinds[i].steps_text;
            job->base = base;
            job->library = library;
            job->kind = kinds[i].prelude;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    script_job job;
    memset(&job, 0, sizeof job);
    if (argc != 3 || !choose(argv[1], &job)) {
        (void)fprintf(stderr, "usage: cordon-script script|catalogue|policy|agreement NAME\n"
                              "It is run by cordon, with the text on descriptor 0, names on 3 and "
                              "the answer on 4.\n");
        return SCRIPT_EXIT_USAGE;
    }
    job.source_size = read_all(STDIN_FILENO, source_bytes, SOURCE_MAX, "the text");
    job.side_size = read_all(3, side_bytes, SIDE_MAX, "the list of names");
    job.source = source_bytes;
    job.side = side_bytes;
    if (job.source_size >= 3 && memcmp(source_bytes, "\xEF\xBB\xBF", 3) == 0) {
        job.source += 3; /* a byte order mark */
        job.source_size -= 3;
    }
    script_machine_watch_time();
    script_layers_apply();
    check_source(job.source, job.source_size);
    script_machine_run(&job);
}
