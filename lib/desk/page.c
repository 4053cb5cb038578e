/* page.c - the review page of a staged release: what it is compared with, and where it is.
 *
 * The previous release is the last one of the feed with an intent in the ledger:
 * an intent without a commit counts as released. Its package is trusted only when
 * its bytes are still those that were signed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/page.h"

#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "desk/staging.h"
#include "export/package.h"
#include "io/file.h"
#include "review/review.h"
#include "seal/digest.h"

static char *path_in(const cdn_desk *desk, const char *folder, const char *release_id)
{
    char name[192];
    (void)snprintf(name, sizeof name, "%s.review.html", release_id);
    return cdn_desk_path(desk, folder, name);
}

char *cdn_desk_page_path(const cdn_desk *desk, const char *release_id)
{
    return path_in(desk, "staging", release_id);
}

/* The release of the feed whose intent is the last; NULL when there is none. */
static const cdn_chapter *find_previous(const cdn_chronicle *chronicle, const cdn_release *release)
{
    const cdn_chapter *last = NULL;
    for (uint32_t i = 0; i < chronicle->count; i++) {
        const cdn_chapter *chapter = &chronicle->chapters[i];
        if (chapter->intent != 0 && strcmp(chapter->feed, release->feed) == 0 &&
            strcmp(chapter->agreement, release->agreement_id) == 0 &&
            strcmp(chapter->id, release->id) != 0 &&
            (last == NULL || chapter->intent > last->intent))
            last = chapter;
    }
    return last;
}

/* outbox/<id>, or delivered/<id> of a release that left in an envelope; NULL when neither is there.
 * @owner caller */
static char *find_package(const cdn_desk *desk, const char *id)
{
    static const char *const folders[] = {"outbox", "delivered"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *path = cdn_desk_path(desk, folders[i], id);
        if (path != NULL && cdn_file_exists(path))
            return path;
        cdn_free(path);
    }
    return NULL;
}

static bool is_whole(const char *package, const char *signed_digest)
{
    char digest[65] = "";
    cdn_text bytes = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    bool whole = cdn_package_check_bytes(package, NULL) == CDN_OK &&
                 cdn_staging_signed_bytes(package, &bytes, digest, NULL) == CDN_OK &&
                 strcmp(digest, signed_digest) == 0;
    cdn_text_release(&bytes);
    return whole;
}

static cdn_status write_page(const cdn_desk *desk, const cdn_review_input *input, char digest[65],
                             cdn_error *error)
{
    cdn_text page = CDN_TEXT_INIT(CDN_REVIEW_SIZE_MAX);
    char *path = cdn_desk_page_path(desk, input->release->id);
    cdn_status status = path == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_review_render(input, &page, error);
    if (status == CDN_OK)
        status = cdn_sha256_hex(page.bytes, page.length, digest, error);
    if (status == CDN_OK)
        status = cdn_file_write(path, page.bytes, page.length, error);
    cdn_text_release(&page);
    cdn_free(path);
    return status;
}

cdn_status cdn_desk_page_write(const cdn_desk *desk, const cdn_chronicle *chronicle,
                               const cdn_release *release, const cdn_gate_report *gate,
                               char digest[65], cdn_error *error)
{
    cdn_review_input input = {.release = release, .gate = gate};
    const cdn_chapter *previous = find_previous(chronicle, release);
    char *package = NULL;
    if (previous != NULL) {
        package = find_package(desk, previous->id);
        bool whole = package != NULL && is_whole(package, previous->signed_bytes);
        input.previous = package == NULL ? CDN_PREVIOUS_GONE
                         : whole         ? CDN_PREVIOUS_HERE
                                         : CDN_PREVIOUS_DAMAGED;
        input.previous_id = previous->id;
        input.previous_package = whole ? package : NULL;
    }
    cdn_status status = write_page(desk, &input, digest, error);
    cdn_free(package);
    return status;
}

cdn_status cdn_desk_page_keep(const cdn_desk *desk, const char *release_id, cdn_error *error)
{
    char *from = path_in(desk, "staging", release_id), *to = path_in(desk, "delivered", release_id);
    char *folder = cdn_desk_path(desk, "delivered", NULL);
    cdn_status status =
        from == NULL || to == NULL || folder == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && cdn_file_exists(from)) {
        status = cdn_dir_make(folder, error);
        if (status == CDN_OK)
            status = cdn_file_move(from, to, error);
    }
    cdn_free(folder);
    cdn_free(to);
    cdn_free(from);
    return status;
}
