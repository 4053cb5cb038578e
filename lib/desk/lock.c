/* lock.c - one process at a time changes a workspace, and begins on firm ground.
 *
 * Whoever holds the lock finds no half-written files (a process that was killed may
 * have left some), a disk whose locks and syncs can be relied on, and room enough
 * for what it begins: a delivery that has begun should not lack it for its end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/disk.h"
#include "io/file.h"

#define RESERVE ((uint64_t)64 * 1024 * 1024)

/* What a process that was killed left behind; only under the lock, when nobody writes. */
static cdn_status sweep(const cdn_desk *desk, cdn_error *error)
{
    static const struct {
        const char *folder;
        unsigned levels;
    } swept[] = {{"staging", 2}, {"outbox", 0}, {"delivered", 0}, {"ledger", 1},
                 {"trust", 0},   {"keys", 0},   {"data", 0}};
    for (size_t i = 0; i < sizeof swept / sizeof swept[0]; i++) {
        char *path = cdn_desk_path(desk, swept[i].folder, NULL);
        cdn_status status = path == NULL ? cdn_fail_memory(error)
                                         : cdn_dir_sweep(path, swept[i].levels, error);
        cdn_free(path);
        CDN_TRY(status);
    }
    return CDN_OK;
}

/* The lock is on the folder itself: nothing is left behind, whatever ends the process. */
cdn_status cdn_desk_lock_folder(const cdn_desk *desk, const char *folder, int *out,
                                cdn_error *error)
{
    *out = -1;
    char *path = cdn_desk_path(desk, folder, NULL);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = CDN_OK;
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = lock < 0 ? -1 : flock(lock, LOCK_EX);
    while (lock >= 0 && failed != 0 && errno == EINTR)
        failed = flock(lock, LOCK_EX);
    if (failed != 0)
        status = cdn_fail_errno(error, "cannot lock", path, errno);
    *out = lock;
    cdn_free(path);
    return status;
}

cdn_status cdn_desk_lock(const cdn_desk *desk, int *out, cdn_error *error)
{
    *out = -1;
    cdn_status status = cdn_desk_lock_folder(desk, "staging", out, error);
    if (status == CDN_OK)
        status = sweep(desk, error);
    if (status == CDN_OK)
        status = cdn_disk_check(desk->directory, RESERVE, error);
    if (status != CDN_OK) {
        cdn_desk_unlock(*out);
        *out = -1;
    }
    return status;
}

void cdn_desk_unlock(int lock)
{
    if (lock >= 0)
        (void)close(lock);
}
