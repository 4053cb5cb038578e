/* prune.c - records that no release needs any more do not stay in the workspace.
 *
 * A rejected release can never leave, so nothing will ever be checked against it:
 * the copy of the data that was kept for it goes, unless another release was made
 * of the same. All others stay, whatever becomes of their packages: a voided one can
 * be delivered yet. In doubt nothing goes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/kept.h"

#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/file.h"

#define ENDING ".cdn"

typedef struct pruning {
    const char *folder;
    cdn_json *needed; /* a member for each digest */
} pruning;

static cdn_status find_needed(const cdn_desk *desk, const cdn_chronicle *chronicle,
                              cdn_json *needed, cdn_error *error)
{
    for (uint32_t i = 0; i < chronicle->count; i++) {
        const cdn_chapter *chapter = &chronicle->chapters[i];
        cdn_kept kept = {0};
        if (chapter->kept[0] == '\0' || (chapter->rejected && chapter->intent == 0))
            continue;
        cdn_status status = cdn_kept_open(desk, chapter, &kept, error);
        if (status == CDN_OK)
            cdn_json_set(needed, kept.snapshot, cdn_json_new_bool(true));
        cdn_kept_release(&kept);
        CDN_TRY(status);
    }
    return cdn_json_ok(needed) ? CDN_OK : cdn_fail_memory(error);
}

static cdn_status look_at(void *context, const char *relative_path, cdn_error *error)
{
    const pruning *p = context;
    size_t length = strlen(relative_path), ending = strlen(ENDING);
    if (length <= ending || strcmp(relative_path + length - ending, ENDING) != 0)
        return CDN_OK;
    char *digest = cdn_strndup(relative_path, length - ending);
    char *path = cdn_path_join(p->folder, relative_path);
    cdn_status status = digest == NULL || path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && cdn_json_get(p->needed, digest) == NULL)
        (void)unlink(path);
    cdn_free(path);
    cdn_free(digest);
    return status;
}

static cdn_status prune(const cdn_desk *desk, const cdn_chronicle *chronicle, cdn_error *error)
{
    char *folder = cdn_desk_path(desk, CDN_KEPT_SNAPSHOTS, NULL);
    pruning p = {folder, cdn_json_object()};
    cdn_status status = folder == NULL ? cdn_fail_memory(error)
                                       : find_needed(desk, chronicle, p.needed, error);
    if (status == CDN_OK)
        status = cdn_dir_walk(folder, look_at, &p, error);
    cdn_json_destroy(p.needed);
    cdn_free(folder);
    return status;
}

cdn_status cdn_kept_prune(const cdn_desk *desk, cdn_error *error)
{
    cdn_chronicle chronicle;
    cdn_status status = cdn_chronicle_read(desk, &chronicle, error);
    if (status == CDN_OK)
        status = prune(desk, &chronicle, error);
    cdn_chronicle_release(&chronicle);
    return status;
}
