/* layers.c - the kernel's part of the sandbox: limits, Landlock, seccomp.
 *
 * Each layer alone stops what the others are for, so that one kernel mistake
 * does not open the jail. All are set before the first byte of the chunk is
 * looked at by the Lua lexer. A layer that cannot be set ends the process:
 * there is no switch that runs a chunk without it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "layers.h"

#include "report.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MIB (1024u * 1024u)

_Noreturn static void missing(const char *layer, int saved_errno)
{
    char message[256];
    (void)snprintf(message, sizeof message, "the sandbox is not complete: %s cannot be set (%s)",
                   layer, strerror(saved_errno));
    script_report_error(SCRIPT_EXIT_ISOLATION, 0, message,
                        "chunks are never run without the whole sandbox; it needs Linux 5.13 or "
                        "newer with Landlock and seccomp");
}

/* A stricter limit that is there already stays. */
static void set_limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard, const char *layer)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        missing(layer, errno);
    if (limit.rlim_max > hard)
        limit.rlim_max = hard;
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    if (setrlimit(resource, &limit) != 0)
        missing(layer, errno);
}

static void set_limits(void)
{
    set_limit(RLIMIT_AS, 512 * MIB, 512 * MIB, "the limit on memory");
    /* The soft limit's signal reports the line; the hard one kills. */
    set_limit(RLIMIT_CPU, 2, 3, "the limit on processor time");
    set_limit(RLIMIT_FSIZE, 8 * MIB, 8 * MIB, "the limit on file size");
    set_limit(RLIMIT_NPROC, 0, 0, "the limit on processes");
    set_limit(RLIMIT_CORE, 0, 0, "the limit on core files");
    set_limit(RLIMIT_STACK, 8 * MIB, 8 * MIB, "the limit on the stack");
}

/* Landlock ABI 1 has 13 rights on files; 2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV; 4 adds the network
 * and 6 scopes. A kernel refuses rights it does not know, so they are masked by its ABI. The
 * structure is ours because the headers of Debian 12 know ABI 2 only. */
static void set_landlock(void)
{
    struct {
        uint64_t files;
        uint64_t network;
        uint64_t scopes;
    } rights = {0x1FFF, 0, 0};
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        missing("Landlock", errno);
    size_t size = sizeof rights.files;
    if (abi >= 2)
        rights.files |= 1u << 13;
    if (abi >= 3)
        rights.files |= 1u << 14;
    if (abi >= 4) {
        rights.network = 3; /* bind and connect */
        size = 2 * sizeof rights.files;
    }
    if (abi >= 5)
        rights.files |= 1u << 15;
    if (abi >= 6) {
        rights.scopes = 3; /* abstract sockets and signals */
        size = sizeof rights;
    }
    long ruleset = syscall(SYS_landlock_create_ruleset, &rights, size, 0);
    if (ruleset < 0)
        missing("Landlock", errno);
    if (syscall(SYS_landlock_restrict_self, (int)ruleset, 0) != 0)
        missing("Landlock", errno);
    (void)close((int)ruleset);
}

static int allow_calls(scmp_filter_ctx filter)
{
    static const int plain[] = {SCMP_SYS(brk),   SCMP_SYS(munmap),        SCMP_SYS(mremap),
                                SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(exit),
                                SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn)};
    int failed = 0;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0] && failed == 0; i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain[i], 0);
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                  SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                                  SCMP_A0(SCMP_CMP_EQ, SCRIPT_OUT_FD));
    return failed;
}

static void set_seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        missing("the system call filter", ENOMEM);
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (failed == 0)
        failed = allow_calls(filter);
    if (failed == 0)
        failed = seccomp_load(filter);
    if (failed != 0)
        missing("the system call filter", -failed);
    seccomp_release(filter);
}

void script_layers_apply(void)
{
    for (int fd = 0; fd < SCRIPT_OUT_FD; fd++)
        (void)close(fd);
    if (syscall(SYS_close_range, SCRIPT_OUT_FD + 1u, ~0u, 0) != 0)
        missing("closing of inherited descriptors", errno);
    set_limits();
    pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0) != 0)
        missing("death with the parent", errno);
    if (getppid() != parent)
        _exit(SCRIPT_EXIT_ISOLATION);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        missing("no_new_privs", errno);
    set_landlock();
    /* After Landlock's descriptor: one file, the answer, stays open. */
    set_limit(RLIMIT_NOFILE, SCRIPT_OUT_FD + 1, SCRIPT_OUT_FD + 1, "the limit on open files");
    set_seccomp();
}
