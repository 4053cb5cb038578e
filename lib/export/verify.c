/* verify.c - the recipient's check: complete, unchanged, approved by enough people.
 *
 * Nothing in a package can lower what the trust folder asks. An approval counts once
 * for a person and once for a key, and only when the signed release.json names the
 * person as an approver who is not an author. A signature that does not verify, or
 * that repeats a person or a key, refuses the package: there is no reason for one to
 * be there. Whether the release may be used today is for answer.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "export/parts.h"

#define MAX_THRESHOLD 999
#define MAX_SIGNERS 99u

typedef struct verify_job {
    const char *root;
    const cdn_package_trust *trust;
    cdn_text signed_bytes;
    cdn_json *statement;
    cdn_signer signers[MAX_SIGNERS];
    uint32_t signer_count;
    cdn_signer witness; /* one of them, if need be one whose certificate has ended */
    bool repeated;      /* a person or a key has signed twice */
    cdn_package_report *report;
} verify_job;

static cdn_status read_below(const char *root, const char *name, cdn_text *out, cdn_error *error)
{
    char *path = cdn_path_join(root, name);
    cdn_status status = path == NULL ? cdn_fail_memory(error) : cdn_file_read(path, out, error);
    cdn_free(path);
    return status;
}

static bool is_tag_file(const char *path)
{
    static const char *const names[] = {"VERIFY.txt", "bag-info.txt", "bagit.txt",
                                        CDN_PACKAGE_MANIFEST, "verify.sh"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], path) == 0)
            return true;
    return false;
}

#define TAG_FILES 5u

/* signatures/approver-<1..99>.p7s */
static bool is_signature(const char *path)
{
    static const char start[] = "signatures/approver-";
    if (strncmp(path, start, sizeof start - 1) != 0)
        return false;
    const char *at = path + sizeof start - 1;
    if (*at < '1' || *at > '9')
        return false;
    at++;
    if (*at >= '0' && *at <= '9')
        at++;
    return strcmp(at, ".p7s") == 0;
}

/* Every found file of one kind (payload, or tags without signatures) is listed with its digest,
 * and the other way round. Both are sorted. */
static cdn_status compare(const cdn_listing *found, const cdn_listing *listed, bool data,
                          cdn_error *error)
{
    size_t l = 0;
    for (size_t f = 0; f < found->count; f++) {
        const cdn_listed_file *file = &found->files[f];
        if ((strncmp(file->path, "data/", 5) == 0) != data)
            continue;
        if (is_signature(file->path) || strcmp(file->path, CDN_PACKAGE_TAG_MANIFEST) == 0)
            continue;
        int order = l < listed->count ? strcmp(listed->files[l].path, file->path) : 1;
        if (order < 0)
            return cdn_fail(error, CDN_E_REFUSED, "missing %s", listed->files[l].path);
        if (order > 0)
            return cdn_fail(error, CDN_E_REFUSED, "unlisted %s", file->path);
        if (strcmp(listed->files[l].sha512, file->sha512) != 0)
            return cdn_fail(error, CDN_E_REFUSED, "changed %s", file->path);
        l++;
    }
    if (l < listed->count)
        return cdn_fail(error, CDN_E_REFUSED, "missing %s", listed->files[l].path);
    return CDN_OK;
}

static cdn_status read_manifest(const char *root, const char *name, cdn_listing *out,
                                cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_status status = read_below(root, name, &text, error);
    if (status == CDN_OK)
        status = cdn_listing_parse(name, cdn_text_or_empty(text.bytes), text.length, out, error);
    cdn_text_release(&text);
    return status;
}

static cdn_status check_against(const char *root, const cdn_listing *found, const char *manifest,
                                bool data, cdn_error *error)
{
    cdn_listing listed = {0};
    cdn_status status = CDN_OK;
    if (cdn_listing_find(found, manifest) == NULL)
        return cdn_fail(error, CDN_E_REFUSED, "missing %s", manifest);
    status = read_manifest(root, manifest, &listed, error);
    for (size_t i = 0; i < listed.count && status == CDN_OK && !data; i++)
        if (!is_tag_file(listed.files[i].path))
            status = cdn_fail(error, CDN_E_REFUSED, "%s lists %s", manifest, listed.files[i].path);
    if (status == CDN_OK && !data && listed.count != TAG_FILES)
        status = cdn_fail(error, CDN_E_REFUSED, "%s must list %u files", manifest, TAG_FILES);
    if (status == CDN_OK)
        status = compare(found, &listed, data, error);
    cdn_listing_release(&listed);
    return status;
}

cdn_status cdn_package_check_bytes(const char *dir, cdn_error *error)
{
    cdn_listing found = {0};
    cdn_status status = cdn_listing_scan(dir, &found, error);
    if (status == CDN_OK)
        status = check_against(dir, &found, CDN_PACKAGE_TAG_MANIFEST, false, error);
    if (status == CDN_OK)
        status = check_against(dir, &found, CDN_PACKAGE_MANIFEST, true, error);
    cdn_listing_release(&found);
    return status;
}

/* Every data file but release.json is a subject with its digest, and no other. */
static cdn_status check_subjects(const verify_job *job, cdn_error *error)
{
    cdn_listing listed = {0};
    cdn_status status = read_manifest(job->root, CDN_PACKAGE_MANIFEST, &listed, error);
    const cdn_json *subjects = cdn_json_get(job->statement, "subject");
    size_t count = cdn_json_size(subjects);
    const char *last = "";
    for (size_t i = 0; i < count && status == CDN_OK; i++) {
        const cdn_json *subject = cdn_json_at(subjects, i);
        const char *name = cdn_json_string(cdn_json_get(subject, "name"));
        const char *digest =
            cdn_json_string(cdn_json_get(cdn_json_get(subject, "digest"), "sha512"));
        const cdn_listed_file *file = name == NULL ? NULL : cdn_listing_find(&listed, name);
        if (file == NULL || digest == NULL || strcmp(file->sha512, digest) != 0 ||
            strcmp(last, name) >= 0)
            status = cdn_fail(error, CDN_E_REFUSED, "%s: subject %zu is not a listed file",
                              CDN_PACKAGE_STATEMENT, i + 1);
        last = name;
    }
    if (status == CDN_OK && count + 1 != listed.count)
        status = cdn_fail(error, CDN_E_REFUSED, "%s does not cover all files",
                          CDN_PACKAGE_STATEMENT);
    cdn_listing_release(&listed);
    return status;
}

static cdn_status read_statement(verify_job *job, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_error reason = CDN_ERROR_INIT;
    cdn_status status = read_below(job->root, CDN_PACKAGE_STATEMENT, &text, error);
    if (status == CDN_OK) {
        status = cdn_json_parse(CDN_PACKAGE_STATEMENT, cdn_text_or_empty(text.bytes), text.length,
                                &job->statement, &reason);
        if (status == CDN_E_INPUT || status == CDN_E_LIMIT)
            status = cdn_fail_at(error, CDN_E_REFUSED, CDN_PACKAGE_STATEMENT, reason.line,
                                 reason.column, "%s", reason.message);
        else if (status != CDN_OK && error != NULL)
            *error = reason;
    }
    cdn_text_release(&text);
    CDN_TRY(status);
    const char *type = cdn_json_string(cdn_json_get(job->statement, "predicateType"));
    const cdn_json *predicate = cdn_json_get(job->statement, "predicate");
    const char *id = cdn_json_string(cdn_json_get(predicate, "releaseId"));
    if (type == NULL || strcmp(type, CDN_PACKAGE_PREDICATE) != 0 || id == NULL ||
        strlen(id) >= sizeof job->report->release_id)
        return cdn_fail(error, CDN_E_REFUSED, "%s is not a release statement of a known kind",
                        CDN_PACKAGE_STATEMENT);
    (void)snprintf(job->report->release_id, sizeof job->report->release_id, "%s", id);
    const cdn_json *names = cdn_json_get(predicate, "recipients");
    for (size_t i = 0; i < cdn_json_size(names); i++) {
        const char *name = cdn_json_string(cdn_json_at(names, i));
        cdn_text_addf(&job->report->recipients, "%s\n", name == NULL ? "" : name);
    }
    if (job->report->recipients.failed)
        return cdn_fail_memory(error);
    return check_subjects(job, error);
}

static cdn_status raise_required(cdn_package_report *report, int64_t number, const char *where,
                                 cdn_error *error)
{
    if (number < 0 || number > MAX_THRESHOLD)
        return cdn_fail(error, CDN_E_REFUSED, "%s: the number of approvals is not a number", where);
    if ((uint32_t)number > report->approvals_required)
        report->approvals_required = (uint32_t)number;
    return CDN_OK;
}

static cdn_status find_required(verify_job *job, cdn_error *error)
{
    const cdn_json *number = cdn_json_get(
        cdn_json_get(cdn_json_get(job->statement, "predicate"), "approvals"), "threshold");
    job->report->approvals_required = CDN_PACKAGE_LEAST_APPROVALS;
    CDN_TRY(raise_required(job->report,
                           cdn_json_kind_of(number) == CDN_JSON_INTEGER ? cdn_json_integer(number)
                                                                        : -1,
                           CDN_PACKAGE_STATEMENT, error));
    char *path = cdn_path_join(job->trust->folder, "threshold");
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_text text = CDN_TEXT_INIT(64);
    int64_t own = -1;
    cdn_status status = CDN_OK;
    struct stat info;
    if (lstat(path, &info) == 0 || errno != ENOENT) {
        status = cdn_file_read(path, &text, error);
        while (text.length > 0 && text.bytes[text.length - 1] == '\n')
            text.length--;
        if (status == CDN_OK && (text.length > 3 || /* as verify.sh reads it */
                                 !cdn_parse_int(cdn_text_or_empty(text.bytes), text.length, &own)))
            own = -1;
        if (status == CDN_OK)
            status = raise_required(job->report, own, path, error);
    }
    cdn_text_release(&text);
    cdn_free(path);
    return status;
}

static cdn_status count_signer(verify_job *job, const cdn_signer *signer, cdn_error *error)
{
    const cdn_json *people =
        cdn_json_get(cdn_json_get(job->statement, "predicate"), "approvals");
    if (!cdn_json_holds_text(cdn_json_get(people, "approvers"), signer->name))
        return cdn_fail(error, CDN_E_REFUSED, "%s is not an approver of this release",
                        signer->name);
    if (cdn_json_holds_text(cdn_json_get(people, "authors"), signer->name))
        return cdn_fail(error, CDN_E_REFUSED, "%s is an author and may not approve", signer->name);
    for (uint32_t i = 0; i < job->signer_count; i++)
        if (strcmp(job->signers[i].name, signer->name) == 0 ||
            strcmp(job->signers[i].key_digest, signer->key_digest) == 0) {
            job->repeated = true;
            return CDN_OK;
        }
    if (job->signer_count == MAX_SIGNERS)
        return cdn_fail(error, CDN_E_LIMIT, "more than %u signatures", MAX_SIGNERS);
    job->signers[job->signer_count++] = *signer;
    cdn_text_add(&job->report->approvers, signer->name);
    cdn_text_add(&job->report->approvers, "\n");
    return job->report->approvers.failed ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status take_signature(void *context, const char *relative_path, cdn_error *error)
{
    verify_job *job = context;
    cdn_signer signer;
    cdn_error reason = CDN_ERROR_INIT;
    if (!is_signature(relative_path))
        return CDN_OK;
    cdn_text pem = CDN_TEXT_INIT((size_t)1024 * 1024);
    cdn_status status = read_below(job->root, relative_path, &pem, error);
    if (status == CDN_OK) {
        status = cdn_seal_verify_past(CDN_SEAL_APPROVER, job->trust->folder,
                                      cdn_text_or_empty(job->signed_bytes.bytes),
                                      job->signed_bytes.length, cdn_text_or_empty(pem.bytes),
                                      pem.length, &signer, &reason);
        if (status == CDN_E_REFUSED)
            (void)cdn_fail(error, status, "%s: %s", relative_path, reason.message);
        else if (status != CDN_OK && error != NULL)
            *error = reason;
    }
    cdn_text_release(&pem);
    CDN_TRY(status);
    if (signer.state == CDN_SIGNER_REVOKED) {
        char text[256];
        (void)snprintf(text, sizeof text, "the certificate of %s is revoked", signer.name);
        return cdn_package_say(job->report, CDN_PACKAGE_REVOKED, text, error);
    }
    if (job->witness.state == CDN_SIGNER_IN_FORCE)
        job->witness = signer;
    return count_signer(job, &signer, error);
}

/* The people who signed and of whom the signed statement says that they have the role. */
static cdn_status check_role(const verify_job *job, const cdn_json *role, cdn_error *error)
{
    const char *name = cdn_json_string(cdn_json_get(role, "role"));
    const cdn_json *number = cdn_json_get(role, "atLeast");
    int64_t has = 0, needs = cdn_json_integer(number);
    if (name == NULL || cdn_json_kind_of(number) != CDN_JSON_INTEGER || needs < 0 ||
        needs > MAX_THRESHOLD)
        return cdn_fail(error, CDN_E_REFUSED, "%s: a role without a name or a number",
                        CDN_PACKAGE_STATEMENT);
    for (uint32_t i = 0; i < job->signer_count; i++)
        has += cdn_json_holds_text(cdn_json_get(role, "people"), job->signers[i].name);
    if (has < needs)
        return cdn_fail(error, CDN_E_REFUSED, "%" PRId64 " of %" PRId64 " approvals as %s", has,
                        needs, name);
    return CDN_OK;
}

static cdn_status check_roles(const verify_job *job, cdn_error *error)
{
    const cdn_json *approvals =
        cdn_json_get(cdn_json_get(job->statement, "predicate"), "approvals");
    const cdn_json *roles = cdn_json_get(approvals, "roles");
    for (size_t i = 0; i < cdn_json_size(roles); i++)
        CDN_TRY(check_role(job, cdn_json_at(roles, i), error));
    if (!cdn_json_bool(cdn_json_get(approvals, "onePerOrganisation")))
        return CDN_OK;
    for (uint32_t i = 0; i < job->signer_count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(job->signers[i].organisation, job->signers[j].organisation) == 0)
                return cdn_fail(error, CDN_E_REFUSED, "two approvals by one organisation");
    return CDN_OK;
}

static cdn_status check_trust(const verify_job *job, cdn_error *error)
{
    int64_t until = 0;
    CDN_TRY(cdn_seal_crl_until(job->trust->folder, &until, error));
    CDN_TRY(cdn_package_check_fresh(until, job->report, error));
    return cdn_package_check_known(job->trust, job->report, error);
}

static cdn_status check_folder(verify_job *job, cdn_error *error)
{
    CDN_TRY(cdn_package_check_bytes(job->root, error));
    CDN_TRY(check_trust(job, error));
    CDN_TRY(read_below(job->root, CDN_PACKAGE_TAG_MANIFEST, &job->signed_bytes, error));
    CDN_TRY(read_statement(job, error));
    CDN_TRY(find_required(job, error));
    CDN_TRY(cdn_bag_check(job->root, cdn_json_get(job->statement, "predicate"), error));
    CDN_TRY(cdn_dir_walk(job->root, take_signature, job, error));
    job->report->approvals = job->signer_count;
    if (job->signer_count < job->report->approvals_required)
        return cdn_fail(error, CDN_E_REFUSED, "%" PRIu32 " of %" PRIu32 " approvals",
                        job->signer_count, job->report->approvals_required);
    if (job->repeated)
        return cdn_fail(error, CDN_E_REFUSED, "an approval is there twice");
    return check_roles(job, error);
}

static cdn_status verify_folder(verify_job *job, bool leaves, cdn_error *error)
{
    char digest[CDN_SHA256_HEX];
    job->report->verdict = CDN_PACKAGE_REFUSED;
    CDN_TRY(check_folder(job, error));
    if (leaves && job->witness.state != CDN_SIGNER_IN_FORCE)
        return cdn_fail(error, CDN_E_REFUSED, "the certificate of %s has expired",
                        job->witness.name);
    CDN_TRY(cdn_sha256_hex(cdn_text_or_empty(job->signed_bytes.bytes), job->signed_bytes.length,
                           digest, error));
    if (!leaves)
        CDN_TRY(cdn_package_answer(job->trust, cdn_json_get(job->statement, "predicate"),
                                   digest, &job->witness, job->report, error));
    job->report->verdict = CDN_PACKAGE_GOOD;
    return CDN_OK;
}

/* Who checks a package wants an answer: what cannot be read of it, or of the trust folder, is no
 * reason to believe. Only when this machine fails there is none. */
static cdn_status as_answer(cdn_status status, cdn_error *error)
{
    if (status != CDN_E_INPUT && status != CDN_E_LIMIT)
        return status;
    if (error != NULL)
        error->status = CDN_E_REFUSED;
    return CDN_E_REFUSED;
}

static cdn_status verify_root(const char *root, const cdn_package_trust *trust, bool leaves,
                              cdn_package_report *report, cdn_error *error)
{
    verify_job *job = cdn_alloc(1, sizeof *job);
    if (job == NULL)
        return cdn_fail_memory(error);
    job->root = root;
    job->trust = trust;
    job->report = report;
    job->signed_bytes = (cdn_text)CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_status status = verify_folder(job, leaves, error);
    cdn_text_release(&job->signed_bytes);
    cdn_json_destroy(job->statement);
    cdn_free(job);
    return leaves ? status : as_answer(status, error);
}

/* Unpacks into a private folder, which is gone afterwards. */
static cdn_status verify_zip(const char *zip_path, const cdn_package_trust *trust,
                             cdn_package_report *report, cdn_error *error)
{
    const char *base = getenv("TMPDIR");
    char *dir = cdn_path_join(base != NULL && base[0] != '\0' ? base : "/tmp", "cordon-XXXXXX");
    char *root = NULL;
    if (dir == NULL)
        return cdn_fail_memory(error);
    if (mkdtemp(dir) == NULL) {
        cdn_status failed = cdn_fail_errno(error, "cannot make", dir, errno);
        cdn_free(dir);
        return failed;
    }
    cdn_status status = cdn_package_unzip(zip_path, dir, &root, error);
    if (status == CDN_OK)
        status = verify_root(root, trust, false, report, error);
    cdn_status removed = cdn_dir_remove(dir, status == CDN_OK ? error : NULL);
    cdn_free(root);
    cdn_free(dir);
    return status == CDN_OK ? removed : status;
}

static cdn_package_report empty_report(void)
{
    return (cdn_package_report){.verdict = CDN_PACKAGE_REFUSED,
                                .approvers = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE),
                                .recipients = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE),
                                .standing = CDN_TEXT_INIT(1024)};
}

cdn_status cdn_package_verify(const char *package, const cdn_package_trust *trust,
                              cdn_package_report *report, cdn_error *error)
{
    struct stat info;
    *report = empty_report();
    if (lstat(package, &info) != 0)
        return cdn_fail_at(error, CDN_E_INPUT, package, 0, 0, "cannot be opened: %s",
                           strerror(errno));
    cdn_status status = S_ISDIR(info.st_mode)
                            ? verify_root(package, trust, false, report, error)
                            : verify_zip(package, trust, report, error);
    if (status != CDN_OK)
        cdn_package_report_release(report);
    return status;
}

cdn_status cdn_package_check(const char *package, const char *trust_dir,
                             cdn_package_report *report, cdn_error *error)
{
    const cdn_package_trust trust = {trust_dir, NULL};
    *report = empty_report();
    cdn_status status = verify_root(package, &trust, true, report, error);
    if (status != CDN_OK)
        cdn_package_report_release(report);
    return status;
}

void cdn_package_report_release(cdn_package_report *report)
{
    if (report == NULL)
        return;
    cdn_text_release(&report->approvers);
    cdn_text_release(&report->recipients);
    cdn_text_release(&report->standing);
}
