/* bag.c - the BagIt 1.0 shell (RFC 8493): declaration, tags, manifests.
 *
 * The signed bytes are the tag manifest: it fixes manifest-sha512.txt, which fixes
 * every data file. bag-info.txt repeats, one fact a line, what verify.sh needs from
 * release.json, because stock tools read no JSON. Bagging-Date is the last day of
 * the period: the same release gives the same bytes on any day.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/fail.h"
#include "export/parts.h"

static const char declaration[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

static void add_tag(cdn_text *out, const char *label, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    cdn_text_addf(out, "%s: ", label);
    for (const char *at = value; *at != '\0'; at++)
        cdn_text_add_bytes(out, *at == '\n' || *at == '\r' ? " " : at, 1);
    cdn_text_add(out, "\n");
}

static bool is_author(const cdn_release *release, const char *name)
{
    for (uint32_t i = 0; i < release->author_count; i++)
        if (strcmp(release->authors[i], name) == 0)
            return true;
    return false;
}

/* "statistician 1" is needed, "statistician Asha Example" can give it: a role is one word. */
static void add_roles(const cdn_release *release, cdn_text *out)
{
    for (uint32_t i = 0; i < release->role_count; i++) {
        const cdn_release_role *role = &release->roles[i];
        cdn_text_addf(out, "Cordon-Role-Required: %s %" PRIu32 "\n", role->name, role->at_least);
        for (uint32_t j = 0; j < role->count; j++)
            cdn_text_addf(out, "Cordon-Approver-Role: %s %s\n", role->name, role->people[j]);
    }
    if (release->one_per_organisation)
        cdn_text_add(out, "Cordon-One-Per-Organisation: yes\n");
}

static void add_info(const cdn_release *release, const cdn_listing *files, cdn_text *out)
{
    char date[CDN_DATE_SIZE];
    int32_t last_day = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < files->count; i++)
        bytes += files->files[i].size;
    (void)cdn_period_last_day(release->period, &last_day);
    cdn_date_write(last_day, date);
    add_tag(out, "External-Identifier", release->id);
    add_tag(out, "External-Description", release->title);
    add_tag(out, "Bagging-Date", date);
    cdn_text_addf(out, "Payload-Oxum: %" PRIu64 ".%zu\n", bytes, files->count);
    bool mail = release->contact != NULL && strchr(release->contact, '@') != NULL;
    add_tag(out, mail ? "Contact-Email" : "Contact-Name", release->contact);
    add_tag(out, "Cordon-Feed", release->feed);
    add_tag(out, "Cordon-Agreement", release->agreement_id);
    add_tag(out, "Cordon-Partner", release->partner);
    for (uint32_t i = 0; i < release->recipient_count; i++)
        add_tag(out, "Cordon-Recipient", release->recipients[i]);
    cdn_date_write(release->valid_from, date);
    add_tag(out, "Cordon-Not-Before", date);
    cdn_date_write(release->valid_to, date);
    add_tag(out, "Cordon-Not-After", date);
    cdn_text_addf(out, "Cordon-Approvals-Required: %" PRIu32 "\n", release->approvals_required);
    for (uint32_t i = 0; i < release->approver_count; i++)
        if (!is_author(release, release->approvers[i]))
            add_tag(out, "Cordon-Approver", release->approvers[i]);
    add_roles(release, out);
}

static void add_line(cdn_text *out, const cdn_listed_file *file)
{
    cdn_text_addf(out, "%s  %s\n", file->sha512, file->path);
}

static cdn_status write_texts(const cdn_release *release, const cdn_listing *files,
                              const char *dir, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    add_info(release, files, &text);
    cdn_status status = cdn_package_write_text(dir, "bag-info.txt", &text, error);
    cdn_text_clear(&text);
    for (size_t i = 0; i < files->count; i++)
        add_line(&text, &files->files[i]);
    if (status == CDN_OK)
        status = cdn_package_write_text(dir, CDN_PACKAGE_MANIFEST, &text, error);
    cdn_text_release(&text);
    if (status == CDN_OK)
        status = cdn_package_write(dir, "bagit.txt", declaration, strlen(declaration), error);
    if (status == CDN_OK)
        status = cdn_package_write(dir, "VERIFY.txt", cdn_package_verify_text,
                                   strlen(cdn_package_verify_text), error);
    if (status == CDN_OK)
        status = cdn_package_write(dir, "verify.sh", cdn_package_verify_script,
                                   strlen(cdn_package_verify_script), error);
    return status;
}

cdn_status cdn_bag_write(const cdn_release *release, const char *dir, cdn_error *error)
{
    cdn_listing files = {0};
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_status status = cdn_listing_scan(dir, &files, error);
    if (status == CDN_OK)
        status = write_texts(release, &files, dir, error);
    cdn_listing_release(&files);
    if (status == CDN_OK)
        status = cdn_listing_scan(dir, &files, error);
    for (size_t i = 0; status == CDN_OK && i < files.count; i++)
        if (strncmp(files.files[i].path, "data/", 5) != 0)
            add_line(&text, &files.files[i]);
    if (status == CDN_OK)
        status = cdn_package_write_text(dir, CDN_PACKAGE_TAG_MANIFEST, &text, error);
    cdn_listing_release(&files);
    cdn_text_release(&text);
    return status;
}
