/* jail.c - evaluates one Lua file in the helper process and brings back its JSON.
 *
 * Whatever the helper does, the answer is one of: the value, an error with a
 * line, or a refusal. An answer counts only together with the exit code that
 * belongs to it, so that a helper that died half way gives nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jail/jail.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/fail.h"
#include "core/limits.h"
#include "core/text.h"
#include "io/child.h"

/* The helper's exit codes; see bin/script/report.h. */
enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_LIMIT = 2, EXIT_ISOLATION = 70 };

static const char *const kind_names[] = {"", "script", "catalogue", "policy", "agreement"};

typedef struct visit {
    cdn_jail_kind kind;
    const char *source_path;
    cdn_status blame; /* the status of a mistake in the text */
} visit;

static cdn_status refuse(const visit *self, cdn_error *error, const char *message)
{
    return cdn_fail_at(error, self->blame, self->source_path, 0, 0, "%s", message);
}

static cdn_status explain_signal(const visit *self, int signal_number, cdn_error *error)
{
    if (signal_number == SIGSYS)
        return refuse(self, error, "killed by the sandbox: used a forbidden system call");
    if (signal_number == SIGXCPU || signal_number == SIGKILL)
        return refuse(self, error, "stopped: used more processor time than a chunk may");
    (void)cdn_fail_at(error, self->blame, self->source_path, 0, 0,
                      "stopped: the helper was ended by signal %d", signal_number);
    return self->blame;
}

/* {"error":{"hint":"...","line":N,"message":"..."}}, from a helper that is held to be hostile. */
static cdn_status explain_error(const visit *self, const cdn_json *answer, int exit_code,
                                cdn_error *error)
{
    const cdn_json *body = cdn_json_get(answer, "error");
    const char *message = cdn_json_string(cdn_json_get(body, "message"));
    const char *hint = cdn_json_string(cdn_json_get(body, "hint"));
    const cdn_json *line_value = cdn_json_get(body, "line");
    int64_t line = cdn_json_integer(line_value);
    if (cdn_json_size(answer) != 1 || cdn_json_size(body) != 3 || message == NULL ||
        hint == NULL || cdn_json_kind_of(line_value) != CDN_JSON_INTEGER || line < 0)
        return cdn_fail(error, CDN_E_INTERNAL, "the helper's error makes no sense");
    cdn_status status = exit_code == EXIT_ISOLATION ? CDN_E_IO : self->blame;
    (void)cdn_fail_at(error, status, self->source_path, (uint64_t)line, 0, "%s", message);
    if (hint[0] != '\0')
        cdn_fail_hint(error, "%s", hint);
    return status;
}

static cdn_status read_answer(const visit *self, const cdn_text *answer, int exit_code,
                              cdn_json **out, cdn_error *error)
{
    cdn_json *root = NULL;
    if (answer->length == 0)
        return cdn_fail(error, CDN_E_INTERNAL, "the helper gave no answer (exit %d)", exit_code);
    cdn_status status = cdn_json_parse("the helper's answer", answer->bytes, answer->length, &root,
                                       error);
    if (status != CDN_OK)
        return status;
    const cdn_json *value = cdn_json_get(root, "ok");
    if (exit_code == EXIT_OK && value != NULL && cdn_json_size(root) == 1) {
        *out = cdn_json_copy(value);
        status = *out != NULL ? CDN_OK : cdn_fail_memory(error);
    } else if (exit_code == EXIT_ERROR || exit_code == EXIT_LIMIT ||
               exit_code == EXIT_ISOLATION) {
        status = explain_error(self, root, exit_code, error);
    } else {
        status = cdn_fail(error, CDN_E_INTERNAL, "the helper's answer makes no sense (exit %d)",
                          exit_code);
    }
    cdn_json_destroy(root);
    return status;
}

static cdn_status run_helper(const visit *self, const cdn_child_options *options,
                             cdn_text *answer, cdn_json **out, cdn_error *error)
{
    cdn_child_result result;
    cdn_error child_error = CDN_ERROR_INIT;
    cdn_status status = cdn_child_run(options, answer, &result, &child_error);
    if (status == CDN_E_LIMIT)
        return refuse(self, error, "stopped: the result is too large");
    if (status != CDN_OK) {
        if (error != NULL && error->status == CDN_OK)
            *error = child_error;
        return status;
    }
    if (result.timed_out)
        return refuse(self, error, "stopped: ran longer than 3 seconds");
    if (result.signal != 0)
        return explain_signal(self, result.signal, error);
    return read_answer(self, answer, result.exit_code, out, error);
}

cdn_status cdn_jail_run(const char *helper_path, cdn_jail_kind kind, const char *source_path,
                        const char *source, size_t size, const cdn_json *side, cdn_json **out,
                        cdn_error *error)
{
    *out = NULL;
    if (kind < CDN_JAIL_SCRIPT || kind > CDN_JAIL_AGREEMENT)
        return cdn_fail(error, CDN_E_USAGE, "there is no kind %d of chunk", (int)kind);
    const visit self = {kind, source_path, kind == CDN_JAIL_SCRIPT ? CDN_E_REFUSED : CDN_E_INPUT};
    if (size > CDN_LIMIT_SOURCE_SIZE)
        return cdn_fail_at(error, self.blame, source_path, 0, 0,
                           "the text is larger than %u KiB", CDN_LIMIT_SOURCE_SIZE / 1024u);
    cdn_text names = CDN_TEXT_INIT(CDN_LIMIT_JSON_SIZE);
    cdn_text answer = CDN_TEXT_INIT(kind == CDN_JAIL_SCRIPT ? CDN_LIMIT_PLAN_SIZE
                                                           : CDN_LIMIT_JSON_SIZE);
    const char *const arguments[] = {"cordon-script", kind_names[kind], "chunk", NULL};
    cdn_status status = CDN_OK;
    if (side != NULL)
        cdn_json_write(side, false, &names);
    if (names.failed) {
        status = cdn_fail(error, CDN_E_LIMIT, "the catalogue's names are larger than %u MiB",
                          CDN_LIMIT_JSON_SIZE / (1024u * 1024u));
    } else {
        const cdn_child_options options = {helper_path,
                                           arguments,
                                           source,
                                           size,
                                           names.bytes != NULL ? names.bytes : "",
                                           names.length,
                                           CDN_JAIL_WALL_MS};
        status = run_helper(&self, &options, &answer, out, error);
    }
    cdn_text_release(&names);
    cdn_text_release(&answer);
    return status;
}

/* Cuts the last `parts` components off a path. */
static void climb(char *path, int parts)
{
    for (; parts > 0; parts--) {
        char *slash = strrchr(path, '/');
        if (slash != NULL)
            *slash = '\0';
    }
}

cdn_status cdn_jail_default_helper(char *out, size_t size, cdn_error *error)
{
    static const struct {
        int climb;
        const char *path;
    } places[] = {{1, "cordon-script"}, {2, "libexec/cordon/cordon-script"}};
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return cdn_fail_errno(error, "cannot find", "the running program", errno);
    self[length] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char directory[sizeof self];
        memcpy(directory, self, sizeof self);
        climb(directory, places[i].climb);
        int needed = snprintf(out, size, "%s/%s", directory, places[i].path);
        if (needed > 0 && (size_t)needed < size && access(out, X_OK) == 0)
            return CDN_OK;
    }
    (void)cdn_fail(error, CDN_E_IO, "the helper cordon-script is not beside the program");
    cdn_fail_hint(error, "it is built and installed together with cordon");
    return CDN_E_IO;
}
