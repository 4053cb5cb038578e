/* child.c - one helper process: given bytes in, bounded bytes out, killed on time.
 *
 * posix_spawn, so that nothing of ours runs in the copy; the pipe ends are
 * first moved to high numbers, so that putting them on 0, 3 and 4 cannot
 * overwrite one another, and everything above 4 is closed. All three pipes are
 * served from one poll loop: neither side can wait for the other for ever. The
 * child leads its own process group, and the whole group is killed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/fail.h"

#define LOWEST_DESCRIPTOR 10
#define STEP_SIZE ((size_t)16 * 1024)

enum { TO_INPUT = 0, TO_SIDE = 1, FROM_OUTPUT = 2, PIPES = 3 };

typedef struct feed {
    const char *bytes;
    size_t size;
} feed;

typedef struct session {
    int ours[PIPES];
    int theirs[PIPES];
    feed feeds[2];
    pid_t child;
    int64_t deadline_ms;
    bool timed_out;
} session;

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_one(int *descriptor)
{
    if (*descriptor >= 0)
        (void)close(*descriptor);
    *descriptor = -1;
}

/* Moves a descriptor out of the way of the child's 0 to 4. */
static int raise_one(int descriptor)
{
    int raised = fcntl(descriptor, F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR);
    int saved = errno;
    (void)close(descriptor);
    errno = saved;
    return raised;
}

static bool open_pipe(session *self, int which)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    int reading = raise_one(ends[0]);
    int writing = raise_one(ends[1]);
    bool output = which == FROM_OUTPUT;
    self->ours[which] = output ? reading : writing;
    self->theirs[which] = output ? writing : reading;
    return reading >= 0 && writing >= 0 && fcntl(self->ours[which], F_SETFL, O_NONBLOCK) == 0;
}

static int add_actions(posix_spawn_file_actions_t *actions, const session *self)
{
    int failed = posix_spawn_file_actions_adddup2(actions, self->theirs[TO_INPUT], 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(actions, self->theirs[TO_SIDE], 3);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(actions, self->theirs[FROM_OUTPUT], 4);
    if (failed == 0)
        failed = posix_spawn_file_actions_addclosefrom_np(actions, 5);
    return failed;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    int failed = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (failed == 0)
        failed = posix_spawnattr_setsigmask(attributes, &none);
    if (failed == 0)
        failed = posix_spawnattr_setsigdefault(attributes, &all);
    if (failed == 0)
        failed = posix_spawnattr_setpgroup(attributes, 0);
    return failed;
}

static int spawn(session *self, const cdn_child_options *options)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *environment[] = {NULL};
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return failed;
    }
    failed = add_actions(&actions, self);
    if (failed == 0)
        failed = set_attributes(&attributes);
    if (failed == 0)
        /* posix_spawn's prototype lacks a const that it honours */
        failed = posix_spawn(&self->child, options->program, &actions, &attributes,
                             (char *const *)(uintptr_t)options->arguments, environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static void kill_all(const session *self)
{
    (void)kill(-self->child, SIGKILL);
    (void)kill(self->child, SIGKILL);
}

/* A child that does not read its input is its own affair: the rest is dropped. */
static void serve_feed(session *self, int which)
{
    feed *rest = &self->feeds[which];
    while (rest->size > 0) {
        ssize_t count = write(self->ours[which], rest->bytes, rest->size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            break;
        rest->bytes += count;
        rest->size -= (size_t)count;
    }
    close_one(&self->ours[which]);
}

static cdn_status serve_output(session *self, cdn_text *output, cdn_error *error)
{
    char step[STEP_SIZE];
    ssize_t count = read(self->ours[FROM_OUTPUT], step, sizeof step);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR
                   ? CDN_OK
                   : cdn_fail_errno(error, "cannot read from", "the helper", errno);
    if (count == 0) {
        close_one(&self->ours[FROM_OUTPUT]);
        return CDN_OK;
    }
    if (output->length > output->max || (size_t)count > output->max - output->length)
        return cdn_fail(error, CDN_E_LIMIT, "the helper's answer is over the limit of %zu bytes",
                        output->max);
    cdn_text_add_bytes(output, step, (size_t)count);
    return output->failed ? cdn_fail_memory(error) : CDN_OK;
}

/* Until the child closes its answer, or time is up. */
static cdn_status serve(session *self, cdn_text *output, cdn_error *error)
{
    while (self->ours[FROM_OUTPUT] >= 0) {
        int64_t left = self->deadline_ms - now_ms();
        if (left <= 0) {
            self->timed_out = true;
            return CDN_OK;
        }
        struct pollfd polled[PIPES];
        for (int i = 0; i < PIPES; i++)
            polled[i] = (struct pollfd){self->ours[i], i == FROM_OUTPUT ? POLLIN : POLLOUT, 0};
        if (poll(polled, PIPES, (int)left) < 0 && errno != EINTR)
            return cdn_fail_errno(error, "cannot wait for", "the helper", errno);
        for (int i = TO_INPUT; i <= TO_SIDE; i++) {
            if (polled[i].revents != 0)
                serve_feed(self, i);
        }
        if (polled[FROM_OUTPUT].revents != 0)
            CDN_TRY(serve_output(self, output, error));
    }
    return CDN_OK;
}

static void wait_for_end(session *self, bool kill_now, cdn_child_result *result)
{
    int how = 0;
    pid_t ended = 0;
    if (kill_now || self->timed_out)
        kill_all(self);
    else {
        while ((ended = waitpid(self->child, &how, WNOHANG)) == 0) {
            if (now_ms() >= self->deadline_ms) {
                self->timed_out = true;
                kill_all(self);
                break;
            }
            (void)nanosleep(&(struct timespec){0, 500000}, NULL);
        }
    }
    while (ended == 0 || (ended < 0 && errno == EINTR))
        ended = waitpid(self->child, &how, 0);
    (void)kill(-self->child, SIGKILL); /* what it may have left behind */
    result->timed_out = self->timed_out;
    result->signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    result->exit_code = WIFEXITED(how) ? WEXITSTATUS(how) : 0;
}

/* Takes back the SIGPIPE that this thread's writes raised while it was blocked. */
static void drop_sigpipe(const sigset_t *pipe_only, const sigset_t *before, bool was_pending)
{
    struct timespec no_time = {0, 0};
    if (!was_pending) {
        while (sigtimedwait(pipe_only, NULL, &no_time) < 0 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

cdn_status cdn_child_run(const cdn_child_options *options, cdn_text *output,
                         cdn_child_result *result, cdn_error *error)
{
    session self = {.ours = {-1, -1, -1},
                    .theirs = {-1, -1, -1},
                    .feeds = {{options->input, options->input_size},
                              {options->side_input, options->side_input_size}}};
    sigset_t pipe_only;
    sigset_t before;
    sigset_t pending;
    *result = (cdn_child_result){false, 0, 0};
    (void)sigemptyset(&pipe_only);
    (void)sigemptyset(&pending);
    (void)sigaddset(&pipe_only, SIGPIPE);
    (void)sigpending(&pending);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_only, &before);

    cdn_status status = CDN_OK;
    for (int i = 0; i < PIPES && status == CDN_OK; i++) {
        if (!open_pipe(&self, i))
            status = cdn_fail_errno(error, "cannot make a pipe for", options->program, errno);
    }
    if (status == CDN_OK) {
        self.deadline_ms = now_ms() + options->wall_limit_ms;
        int failed = spawn(&self, options);
        if (failed != 0)
            status = cdn_fail_errno(error, "cannot start", options->program, failed);
    }
    for (int i = 0; i < PIPES; i++)
        close_one(&self.theirs[i]);
    if (status == CDN_OK) {
        status = serve(&self, output, error);
        for (int i = 0; i < PIPES; i++)
            close_one(&self.ours[i]);
        wait_for_end(&self, status != CDN_OK, result);
    }
    for (int i = 0; i < PIPES; i++)
        close_one(&self.ours[i]);
    drop_sigpipe(&pipe_only, &before, sigismember(&pending, SIGPIPE) == 1);
    return status;
}
