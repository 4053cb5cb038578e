/* bag.c - the BagIt 1.0 shell (RFC 8493): declaration, tags, manifests.
 *
 * The signed bytes are the tag manifest: it fixes manifest-sha512.txt, which fixes
 * every data file. bag-info.txt repeats, one fact a line, what verify.sh needs from
 * release.json, because stock tools read no JSON. Bagging-Date is the last day of
 * the period: the same release gives the same bytes on any day. What verify.sh goes
 * by is made from release.json, and compared with it by those who can read it: the two
 * verifiers cannot be told different things.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "export/parts.h"

#define INFO "bag-info.txt"

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

static void add_text_tag(cdn_text *out, const char *label, const cdn_json *value)
{
    add_tag(out, label, cdn_json_string(value));
}

static void add_approvers(const cdn_json *approvals, cdn_text *out)
{
    const cdn_json *people = cdn_json_get(approvals, "approvers");
    for (size_t i = 0; i < cdn_json_size(people); i++) {
        const char *name = cdn_text_or_empty(cdn_json_string(cdn_json_at(people, i)));
        if (!cdn_json_holds_text(cdn_json_get(approvals, "authors"), name))
            add_tag(out, "Cordon-Approver", name);
    }
}

/* "statistician 1" is needed, "statistician Asha Example" can give it: a role is one word. */
static void add_role(const cdn_json *role, cdn_text *out)
{
    const char *name = cdn_text_or_empty(cdn_json_string(cdn_json_get(role, "role")));
    const cdn_json *people = cdn_json_get(role, "people");
    cdn_text value = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_text_addf(&value, "%s %" PRId64, name, cdn_json_integer(cdn_json_get(role, "atLeast")));
    add_tag(out, "Cordon-Role-Required", value.bytes);
    for (size_t i = 0; i < cdn_json_size(people); i++) {
        cdn_text_clear(&value);
        cdn_text_addf(&value, "%s %s", name,
                      cdn_text_or_empty(cdn_json_string(cdn_json_at(people, i))));
        add_tag(out, "Cordon-Approver-Role", value.bytes);
    }
    out->failed = out->failed || value.failed;
    cdn_text_release(&value);
}

/* What decides about a package, the end of bag-info.txt. */
static void add_terms(const cdn_json *predicate, cdn_text *out)
{
    const cdn_json *approvals = cdn_json_get(predicate, "approvals");
    const cdn_json *roles = cdn_json_get(approvals, "roles");
    add_text_tag(out, "Cordon-Not-Before", cdn_json_get(predicate, "notBefore"));
    add_text_tag(out, "Cordon-Not-After", cdn_json_get(predicate, "notAfter"));
    cdn_text_addf(out, "Cordon-Approvals-Required: %" PRId64 "\n",
                  cdn_json_integer(cdn_json_get(approvals, "threshold")));
    add_approvers(approvals, out);
    for (size_t i = 0; i < cdn_json_size(roles); i++)
        add_role(cdn_json_at(roles, i), out);
    if (cdn_json_bool(cdn_json_get(approvals, "onePerOrganisation")))
        cdn_text_add(out, "Cordon-One-Per-Organisation: yes\n");
}

/* The name first, the terms last, and none of them anywhere else. */
static bool repeats(const cdn_text *info, const cdn_text *first, const cdn_text *terms)
{
    static const char *const labels[] = {"\nExternal-Identifier:", "\nCordon-Not-",
                                         "\nCordon-Appro", "\nCordon-Role", "\nCordon-One-"};
    if (info->length < first->length + terms->length ||
        memcmp(info->bytes, first->bytes, first->length) != 0)
        return false;
    size_t middle = info->length - terms->length;
    bool good = memcmp(info->bytes + middle, terms->bytes, terms->length) == 0 &&
                info->bytes[middle - 1] == '\n';
    for (size_t i = 0; good && i < sizeof labels / sizeof labels[0]; i++)
        good = memmem(info->bytes, middle - 1, labels[i], strlen(labels[i])) == NULL;
    return good;
}

cdn_status cdn_bag_check(const char *dir, const cdn_json *predicate, cdn_error *error)
{
    cdn_text info = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_text first = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_text terms = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    char *path = cdn_path_join(dir, INFO);
    cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_file_read(path, &info, error);
    add_text_tag(&first, "External-Identifier", cdn_json_get(predicate, "releaseId"));
    add_terms(predicate, &terms);
    if (status == CDN_OK && (first.failed || terms.failed))
        status = cdn_fail_memory(error);
    if (status == CDN_OK && !repeats(&info, &first, &terms))
        status = cdn_fail(error, CDN_E_REFUSED, "%s says something else than %s", INFO,
                          CDN_PACKAGE_STATEMENT);
    cdn_free(path);
    cdn_text_release(&terms);
    cdn_text_release(&first);
    cdn_text_release(&info);
    return status;
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
    cdn_json *predicate = cdn_statement_predicate(release);
    add_terms(predicate, out);
    cdn_json_destroy(predicate);
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
    cdn_status status = cdn_package_write_text(dir, INFO, &text, error);
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
