/* probe.c - takes the helper's layers for real, then does what they must stop; or takes away one
 * thing that the layers need and runs the helper.
 *
 *   probe try NAME            applies the layers, then makes the call NAME; ends by SIGSYS, by
 *                             SIGXCPU or SIGKILL, or with 9 when the call went through
 *   probe deny NAME HELPER    runs HELPER where the system call NAME fails with EPERM
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../../bin/script/layers.h"
#include "../../../bin/script/report.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    long number;
    long a, b, c, d, e, f;
} calls[] = {
    {"open", SYS_openat, AT_FDCWD, (long)"/etc/passwd", O_RDONLY, 0, 0, 0},
    {"create", SYS_openat, AT_FDCWD, (long)"/tmp/cordon-probe", O_CREAT | O_WRONLY, 0600, 0, 0},
    {"execve", SYS_execve, (long)"/bin/true", 0, 0, 0, 0, 0},
    {"fork", SYS_clone, 17, 0, 0, 0, 0, 0},
    {"socket", SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0, 0},
    {"socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 0, 0, 0},
    {"ptrace", SYS_ptrace, PTRACE_TRACEME, 0, 0, 0, 0, 0},
    {"kill", SYS_kill, 1, 0, 0, 0, 0, 0},
    {"read", SYS_read, 0, 0, 0, 0, 0, 0},
    {"write_other", SYS_write, 1, (long)"x", 1, 0, 0, 0},
    {"mmap_exec", SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0},
    {"mmap_file", SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 4, 0},
    {"mprotect_exec", SYS_mprotect, 0, 4096, PROT_READ | PROT_EXEC, 0, 0, 0},
    {"getpid", SYS_getpid, 0, 0, 0, 0, 0, 0},
    {"prlimit", SYS_prlimit64, 0, RLIMIT_AS, 0, 0, 0, 0},
    {"prctl", SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0, 0},
    {"getdents", SYS_getdents64, 0, 0, 0, 0, 0, 0},
    {"io_uring", SYS_io_uring_setup, 1, 0, 0, 0, 0, 0},
};

static const struct {
    const char *name;
    unsigned int number;
    int operation; /* first argument, or -1 */
} denials[] = {
    {"landlock_create", SYS_landlock_create_ruleset, -1},
    {"landlock_restrict", SYS_landlock_restrict_self, -1},
    {"seccomp", SYS_seccomp, -1},
    {"pdeathsig", SYS_prctl, PR_SET_PDEATHSIG},
    {"no_new_privs", SYS_prctl, PR_SET_NO_NEW_PRIVS},
    {"close_range", SYS_close_range, -1},
    {"setrlimit", SYS_prlimit64, -1},
};

static int try_call(const char *name)
{
    if (strcmp(name, "nothing") == 0) {
        script_layers_apply();
        script_report_ok("1", 1);
    }
    if (strcmp(name, "memory") == 0) {
        script_layers_apply();
        void *block = mmap(NULL, (size_t)600 << 20, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        _exit(block == MAP_FAILED && errno == ENOMEM ? 8 : 9);
    }
    if (strcmp(name, "time") == 0) {
        script_layers_apply();
        for (volatile unsigned long i = 0;; i++) {
        }
    }
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(name, calls[i].name) == 0) {
            script_layers_apply();
            (void)syscall(calls[i].number, calls[i].a, calls[i].b, calls[i].c, calls[i].d,
                          calls[i].e, calls[i].f);
            _exit(9);
        }
    }
    return 64;
}

/* The filter survives exec; the helper then cannot set one of its layers. */
static int deny_call(const char *name, const char *helper)
{
    for (size_t i = 0; i < sizeof denials / sizeof denials[0]; i++) {
        if (strcmp(name, denials[i].name) != 0)
            continue;
        int any = denials[i].operation < 0;
        struct sock_filter code[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denials[i].number, 0, 3),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
            BPF_JUMP(BPF_JMP | (any ? BPF_JGE : BPF_JEQ) | BPF_K,
                     any ? 0u : (unsigned int)denials[i].operation, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {sizeof code / sizeof code[0], code};
        if (strcmp(name, "no_new_privs") != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
            return 65;
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
            return 66;
        (void)execl(helper, helper, "script", "chunk", (char *)NULL);
        return 67;
    }
    return 64;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "try") == 0)
        return try_call(argv[2]);
    if (argc == 4 && strcmp(argv[1], "deny") == 0)
        return deny_call(argv[2], argv[3]);
    return 64;
}
