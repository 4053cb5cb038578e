/* door.c - every change that a program makes below one folder passes here: counted, recorded,
 * refused, or the program's last.
 *
 * Preloaded (LD_PRELOAD) before the C library, so that SQLite's calls pass too; it needs no right
 * that a container may forbid. That nothing goes round it is not assumed: the recording, replayed,
 * must give the same files (disk.py). Only changes below CRASH_ROOT count.
 *
 *   CRASH_LOG=FILE      appends each change, with its bytes, in the format of disk.py
 *   CRASH_PLAN=N:HOW    at the Nth change: kill (before it), torn (in the middle of a write),
 *                       EIO, ENOSPC, EINTR, short (writes half and says so); "HOW+": from then on
 *   CRASH_SERVE=IN:OUT  at the first change, answers plans read from descriptor IN: a copy of the
 *                       process goes on with each; its wait status goes to OUT. Locks are not
 *                       taken then: copies would share them. IN:OUT:1 when that change would be
 *                       inside SQLite, which cannot be copied: begins where the desk is locked
 *   CRASH_DISK=TYPE:FREE  what statfs tells: file system type (hex) and free bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum how { NOTHING, KILL, TORN, SHORT, FAIL };

static struct plan {
    unsigned long at;
    enum how how;
    int failure;
    bool on; /* and every change after it */
} plan;
static unsigned long changes;
static char root[PATH_MAX];
static size_t root_length;
static int log_descriptor = -1;
static int serve_in = -1, serve_out = -1, serve_at_lock;
static bool locks = true;

static void read_plan(const char *text)
{
    static const struct {
        const char *name;
        enum how how;
        int failure;
    } hows[] = {{"kill", KILL, 0},       {"torn", TORN, 0},    {"short", SHORT, 0},
                {"EINTR", FAIL, EINTR},  {"EIO", FAIL, EIO},   {"ENOSPC", FAIL, ENOSPC}};
    char *end = NULL;
    plan = (struct plan){.at = strtoul(text, &end, 10)};
    for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
        if (*end == ':' && strncmp(end + 1, hows[i].name, strlen(hows[i].name)) == 0) {
            plan.how = hows[i].how;
            plan.failure = hows[i].failure;
        }
    plan.on = strchr(text, '+') != NULL;
    if (plan.how == NOTHING && plan.at != 0)
        abort();
}

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("CRASH_ROOT");
    if (folder == NULL || realpath(folder, root) == NULL)
        return;
    root_length = strlen(root);
    if (getenv("CRASH_LOG") != NULL)
        log_descriptor = (int)syscall(SYS_openat, AT_FDCWD, getenv("CRASH_LOG"),
                                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *serve = getenv("CRASH_SERVE");
    if (serve != NULL && sscanf(serve, "%d:%d:%d", &serve_in, &serve_out, &serve_at_lock) >= 2)
        locks = false;
    if (getenv("CRASH_PLAN") != NULL)
        read_plan(getenv("CRASH_PLAN"));
}

/* --- which file ------------------------------------------------------------------------------- */

/* The path below the root, or NULL when it is elsewhere. */
static const char *below(const char *path)
{
    if (root_length == 0 || strncmp(path, root, root_length) != 0)
        return NULL;
    return path[root_length] == '/' ? path + root_length + 1 : path[root_length] == 0 ? "." : NULL;
}

static const char *below_descriptor(int descriptor, char path[PATH_MAX])
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
    return below(path);
}

static const char *below_name(int directory, const char *name, char path[PATH_MAX])
{
    char given[2 * PATH_MAX + 2], folder[PATH_MAX] = ".";
    if (name[0] != '/' && directory != AT_FDCWD) {
        char link[64];
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        ssize_t length = readlink(link, folder, sizeof folder - 1);
        folder[length < 0 ? 0 : length] = '\0';
    }
    (void)snprintf(given, sizeof given, "%s%s%s", name[0] == '/' ? "" : folder,
                   name[0] == '/' ? "" : "/", name);
    size_t length = strlen(given);
    while (length > 1 && given[length - 1] == '/')
        given[--length] = '\0';
    char *slash = strrchr(given, '/');
    *slash = '\0';
    if (realpath(slash == given ? "/" : given, path) == NULL)
        return NULL;
    length = strlen(path);
    (void)snprintf(path + length, PATH_MAX - length, "/%s", slash + 1);
    return below(path);
}

static unsigned long long inode(int descriptor)
{
    struct stat info;
    return fstat(descriptor, &info) == 0 ? (unsigned long long)info.st_ino : 0;
}

/* --- what happens to it ----------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void record(const char *format, ...)
{
    char line[2 * PATH_MAX + 64];
    va_list arguments;
    if (log_descriptor < 0)
        return;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || syscall(SYS_write, log_descriptor, line, (size_t)length) != length)
        abort();
}

static void record_bytes(int descriptor, const unsigned char *bytes, size_t size, off_t offset)
{
    if (log_descriptor < 0)
        return;
    char hex[513];
    record("write %llu %lld ", inode(descriptor), (long long)offset);
    for (size_t done = 0; done < size;) {
        size_t step = size - done < 256 ? size - done : 256;
        for (size_t i = 0; i < step; i++)
            (void)snprintf(hex + 2 * i, 3, "%02x", bytes[done + i]);
        record("%s", hex);
        done += step;
    }
    record("\n");
}

/* Waits for plans; returns in the copies only. */
static void serve(void)
{
    char text[64];
    for (;;) {
        ssize_t length = read(serve_in, text, sizeof text - 1);
        if (length <= 0)
            _exit(0);
        text[length] = '\0';
        pid_t copy = fork();
        if (copy == 0) {
            serve_in = -1;
            read_plan(text);
            return;
        }
        int status = -1;
        if (copy < 0 || waitpid(copy, &status, 0) != copy ||
            syscall(SYS_write, serve_out, &status, sizeof status) != (long)sizeof status)
            _exit(1);
    }
}

/* One change is about to be made: NOTHING, SHORT or TORN for a write, FAIL with errno set. */
static enum how pass(bool writes)
{
    if (serve_in >= 0 && !serve_at_lock)
        serve();
    changes++;
    if (plan.at == 0 || changes < plan.at || (changes > plan.at && !plan.on))
        return NOTHING;
    if (plan.how == KILL || (plan.how == TORN && !writes))
        (void)kill(getpid(), SIGKILL);
    if (plan.how == FAIL)
        errno = plan.failure;
    return plan.how == FAIL || writes ? plan.how : NOTHING;
}

/* --- the calls -------------------------------------------------------------------------------- */

static int open_through(int directory, const char *name, int flags, mode_t mode)
{
    char path[PATH_MAX];
    struct stat info;
    const char *inside =
        (flags & (O_CREAT | O_TRUNC)) != 0 ? below_name(directory, name, path) : NULL;
    bool creates = inside != NULL && lstat(path, &info) != 0;
    if (inside != NULL && (creates || (flags & O_TRUNC) != 0) && pass(false) == FAIL)
        return -1;
    int descriptor = (int)syscall(SYS_openat, directory, name, flags, mode);
    if (descriptor >= 0 && inside != NULL && creates)
        record("create %llu %s\n", inode(descriptor), inside);
    else if (descriptor >= 0 && inside != NULL && (flags & O_TRUNC) != 0)
        record("truncate %llu 0\n", inode(descriptor));
    return descriptor;
}

#define MODE_OF(flags, mode)                                    \
    mode_t mode = 0;                                            \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {             \
        va_list arguments;                                      \
        va_start(arguments, flags);                             \
        mode = (mode_t)va_arg(arguments, unsigned);             \
        va_end(arguments);                                      \
    }

int open(const char *name, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_through(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) __attribute__((alias("open")));

int openat(int directory, const char *name, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_through(directory, name, flags, mode);
}

int openat64(int directory, const char *name, int flags, ...) __attribute__((alias("openat")));

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset)
{
    char path[PATH_MAX];
    bool inside = below_descriptor(descriptor, path) != NULL;
    enum how how = inside ? pass(true) : NOTHING;
    if (how == FAIL)
        return -1;
    if ((how == SHORT || how == TORN) && size > 1)
        size /= 2;
    ssize_t done = syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    if (how == TORN)
        (void)kill(getpid(), SIGKILL);
    if (inside && done > 0)
        record_bytes(descriptor, bytes, (size_t)done, offset);
    return done;
}

ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    char path[PATH_MAX];
    bool inside = below_descriptor(descriptor, path) != NULL;
    off_t offset = inside ? lseek(descriptor, 0, SEEK_CUR) : 0;
    enum how how = inside ? pass(true) : NOTHING;
    if (how == FAIL)
        return -1;
    if ((how == SHORT || how == TORN) && size > 1)
        size /= 2;
    ssize_t done = syscall(SYS_write, descriptor, bytes, size);
    if (how == TORN)
        (void)kill(getpid(), SIGKILL);
    if (inside && done > 0)
        record_bytes(descriptor, bytes, (size_t)done, offset);
    return done;
}

static int sync_through(long call, int descriptor)
{
    char path[PATH_MAX];
    bool inside = below_descriptor(descriptor, path) != NULL;
    if (inside && pass(false) == FAIL)
        return -1;
    int failed = (int)syscall(call, descriptor);
    if (inside && failed == 0)
        record("sync %llu\n", inode(descriptor));
    return failed;
}

int fsync(int descriptor)
{
    return sync_through(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
    return sync_through(SYS_fdatasync, descriptor);
}

int ftruncate(int descriptor, off_t size)
{
    char path[PATH_MAX];
    bool inside = below_descriptor(descriptor, path) != NULL;
    if (inside && pass(false) == FAIL)
        return -1;
    int failed = (int)syscall(SYS_ftruncate, descriptor, size);
    if (inside && failed == 0)
        record("truncate %llu %lld\n", inode(descriptor), (long long)size);
    return failed;
}

int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));

int renameat2(int from_directory, const char *from, int to_directory, const char *to,
              unsigned flags)
{
    char from_path[PATH_MAX], to_path[PATH_MAX];
    const char *source = below_name(from_directory, from, from_path);
    const char *target = below_name(to_directory, to, to_path);
    if ((source != NULL || target != NULL) && pass(false) == FAIL)
        return -1;
    int failed = (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
    if (failed == 0 && (source != NULL || target != NULL))
        record("rename %s\t%s\n", source == NULL ? "?" : source, target == NULL ? "?" : target);
    return failed;
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return renameat2(from_directory, from, to_directory, to, 0);
}

int link(const char *from, const char *to)
{
    char from_path[PATH_MAX], to_path[PATH_MAX];
    const char *source = below_name(AT_FDCWD, from, from_path);
    const char *target = below_name(AT_FDCWD, to, to_path);
    if (target != NULL && pass(false) == FAIL)
        return -1;
    int failed = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (failed == 0 && target != NULL)
        record("link %s\t%s\n", source == NULL ? "?" : source, target);
    return failed;
}

int unlinkat(int directory, const char *name, int flags)
{
    char path[PATH_MAX];
    struct stat info;
    const char *inside = below_name(directory, name, path);
    bool changes_it = inside != NULL && lstat(path, &info) == 0;
    if (changes_it && pass(false) == FAIL)
        return -1;
    int failed = (int)syscall(SYS_unlinkat, directory, name, flags);
    if (failed == 0 && inside != NULL)
        record("unlink %s\n", inside);
    return failed;
}

int unlink(const char *name)
{
    return unlinkat(AT_FDCWD, name, 0);
}

int rmdir(const char *name)
{
    return unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

int mkdirat(int directory, const char *name, mode_t mode)
{
    char path[PATH_MAX];
    struct stat info;
    const char *inside = below_name(directory, name, path);
    if (inside != NULL && lstat(path, &info) != 0 && pass(false) == FAIL)
        return -1;
    int failed = (int)syscall(SYS_mkdirat, directory, name, mode);
    if (failed == 0 && inside != NULL && lstat(path, &info) == 0)
        record("mkdir %llu %s\n", (unsigned long long)info.st_ino, inside);
    return failed;
}

int mkdir(const char *name, mode_t mode)
{
    return mkdirat(AT_FDCWD, name, mode);
}

char *mkdtemp(char *pattern)
{
    char path[PATH_MAX];
    struct stat info;
    bool counts = below_name(AT_FDCWD, pattern, path) != NULL;
    if (counts && pass(false) == FAIL)
        return NULL;
    char *made = NEXT(mkdtemp)(pattern); /* the library's own mkdir does not pass here */
    const char *inside = made == NULL ? NULL : below_name(AT_FDCWD, made, path);
    if (inside != NULL && lstat(path, &info) == 0)
        record("mkdir %llu %s\n", (unsigned long long)info.st_ino, inside);
    return made;
}

/* --- locks and disks -------------------------------------------------------------------------- */

int flock(int descriptor, int operation)
{
    if (serve_in >= 0 && serve_at_lock)
        serve();
    return !locks ? 0 : (int)syscall(SYS_flock, descriptor, operation);
}

int fcntl(int descriptor, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    bool takes = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
                 command == F_OFD_SETLKW;
    return !locks && takes ? 0 : (int)syscall(SYS_fcntl, descriptor, command, argument);
}

int fcntl64(int, int, ...) __attribute__((alias("fcntl")));

int statfs(const char *path, struct statfs *out)
{
    char *rest = NULL;
    const char *text = getenv("CRASH_DISK");
    int failed = (int)syscall(SYS_statfs, path, out);
    if (failed != 0 || text == NULL)
        return failed;
    out->f_type = (__typeof__(out->f_type))strtoul(text, &rest, 16);
    if (*rest == ':')
        out->f_bavail = strtoul(rest + 1, NULL, 10) / (unsigned long)out->f_frsize;
    return 0;
}
