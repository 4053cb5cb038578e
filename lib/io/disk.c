/* disk.c - refuses disks of other machines, and full ones.
 *
 * Known network file systems are named; an unknown one is taken for local, because a
 * list of the local ones would refuse what nobody has thought of yet. FUSE and 9p
 * carry local and distant files alike and are let through.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/disk.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "core/fail.h"

static const char *network_name(unsigned long type)
{
    static const struct {
        unsigned long type;
        const char *name;
    } known[] = {{NFS_SUPER_MAGIC, "NFS"},       {SMB_SUPER_MAGIC, "SMB"},
                 {SMB2_SUPER_MAGIC, "SMB"},      {CIFS_SUPER_MAGIC, "CIFS"},
                 {AFS_SUPER_MAGIC, "AFS"},       {AFS_FS_MAGIC, "AFS"},
                 {CODA_SUPER_MAGIC, "Coda"},     {CEPH_SUPER_MAGIC, "Ceph"},
                 {OCFS2_SUPER_MAGIC, "OCFS2"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].type == (type & 0xffffffffu))
            return known[i].name;
    return NULL;
}

cdn_status cdn_disk_check(const char *path, uint64_t reserve, cdn_error *error)
{
    struct statfs disk;
    if (statfs(path, &disk) != 0)
        return cdn_fail_errno(error, "cannot look at the disk of", path, errno);
    const char *network = network_name((unsigned long)disk.f_type);
    if (network != NULL) {
        (void)cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                          "is on a network file system (%s), which may lose what it confirmed",
                          network);
        cdn_fail_hint(error, "keep the workspace on a disk of this machine");
        return CDN_E_REFUSED;
    }
    uint64_t block = (uint64_t)disk.f_frsize, blocks = (uint64_t)disk.f_bavail;
    if (block == 0 || blocks >= reserve / block)
        return CDN_OK;
    (void)cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                      "nothing is begun with less than %" PRIu64 " MiB free, found %" PRIu64 " MiB",
                      reserve >> 20, blocks * block >> 20);
    cdn_fail_hint(error, "make room on that disk");
    return CDN_E_REFUSED;
}
