/* envelope.c - encrypted packages: sealed at delivery, opened by the recipient.
 *
 * Signed inside by the approvers (whom the recipient trusts for the content) and
 * outside by the packager, so that a recipient hands no stranger's message to the
 * decryption. The signed statement inside names the recipients: a package that
 * somebody decrypted and encrypted for another is refused there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "export/package.h"
#include "io/file.h"
#include "seal/encrypt.h"

#define SIGNATURE_MAX ((size_t)64 * 1024)
#define NAME_SIZE 128

/* The first file of a folder whose certificate may receive and has the name. */
typedef struct search {
    const char *folder, *name;
    char *found;
} search;

static cdn_status look_at(void *context, const char *relative_path, cdn_error *error)
{
    search *s = context;
    char name[NAME_SIZE];
    cdn_error reason = CDN_ERROR_INIT;
    if (s->found != NULL)
        return CDN_OK;
    char *path = cdn_path_join(s->folder, relative_path);
    if (path == NULL)
        return cdn_fail_memory(error);
    if (cdn_seal_check_recipient(path, name, &reason) == CDN_OK && strcmp(name, s->name) == 0)
        s->found = path;
    else
        cdn_free(path);
    return CDN_OK;
}

static cdn_status find_certificate(const char *folder, const char *name, char **out,
                                   cdn_error *error)
{
    search s = {folder, name, NULL};
    if (cdn_file_exists(folder))
        CDN_TRY(cdn_dir_walk(folder, look_at, &s, error));
    *out = s.found;
    if (s.found != NULL)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_REFUSED, "%s has no certificate in force that may receive", name);
    cdn_fail_hint(error, "put it, as PEM, into trust/recipients/ of the workspace");
    return CDN_E_REFUSED;
}

static cdn_status encrypt(const char *folder, const cdn_agreement *agreement, const cdn_text *zip,
                          cdn_text *out, cdn_error *error)
{
    uint32_t count = agreement->recipient_count;
    char **paths = cdn_alloc(count, sizeof *paths);
    cdn_status status = paths == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t i = 0; status == CDN_OK && i < count; i++)
        status = find_certificate(folder, agreement->recipients[i], &paths[i], error);
    if (status == CDN_OK)
        status = cdn_seal_encrypt((const char *const *)paths, count, zip->bytes, zip->length, out,
                                  error);
    for (uint32_t i = 0; paths != NULL && i < count; i++)
        cdn_free(paths[i]);
    cdn_free(paths);
    return status;
}

static cdn_status sign(const cdn_desk *desk, const cdn_text *sealed, cdn_text *pem,
                       cdn_error *error)
{
    char *keys = cdn_desk_path(desk, "keys", NULL), *trust = cdn_desk_path(desk, "trust", NULL);
    cdn_status status = CDN_OK;
    if (keys == NULL || trust == NULL)
        status = cdn_fail_memory(error);
    else
        status = cdn_seal_sign(CDN_SEAL_PACKAGER, keys, trust, CDN_DESK_PACKAGER, NULL,
                               sealed->bytes, sealed->length, pem, error);
    if (status == CDN_E_INPUT || status == CDN_E_REFUSED)
        cdn_fail_hint(error, "`cordon key packager --organisation NAME` makes the packager's key");
    cdn_free(keys);
    cdn_free(trust);
    return status;
}

cdn_status cdn_envelope_seal(const cdn_desk *desk, const cdn_agreement *agreement, const char *zip,
                             const char *sealed, const char *signature, cdn_error *error)
{
    cdn_text plain = CDN_TEXT_INIT(CDN_SEAL_MESSAGE_MAX), message = CDN_TEXT_INIT(SIZE_MAX / 2);
    cdn_text pem = CDN_TEXT_INIT(SIGNATURE_MAX);
    char *folder = cdn_desk_path(desk, "trust", "recipients");
    cdn_status status = folder == NULL ? cdn_fail_memory(error) : cdn_file_read(zip, &plain, error);
    if (status == CDN_OK)
        status = encrypt(folder, agreement, &plain, &message, error);
    if (status == CDN_OK)
        status = sign(desk, &message, &pem, error);
    if (status == CDN_OK)
        status = cdn_file_write(sealed, message.bytes, message.length, error);
    if (status == CDN_OK)
        status = cdn_file_write(signature, pem.bytes, pem.length, error);
    cdn_free(folder);
    cdn_text_release(&pem);
    cdn_text_release(&message);
    cdn_text_release(&plain);
    return status;
}

/* --- the recipient's side --------------------------------------------------------------------- */

static cdn_status check_outside(const cdn_open_request *request, const cdn_text *sealed,
                                cdn_error *error)
{
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(SIGNATURE_MAX), path = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_text_addf(&path, "%s.p7s", request->package);
    cdn_status status =
        path.failed ? cdn_fail_memory(error) : cdn_file_read(path.bytes, &pem, error);
    if (status == CDN_OK)
        status = cdn_seal_verify_past(CDN_SEAL_PACKAGER, request->trust, sealed->bytes,
                                      sealed->length, pem.bytes, pem.length, &signer, error);
    /* an old envelope: what is inside has its own approvals, and they are asked for everything */
    if (status == CDN_OK && signer.state == CDN_SIGNER_REVOKED)
        status = cdn_fail(error, CDN_E_REFUSED, "the certificate of %s is revoked", signer.name);
    cdn_text_release(&pem);
    cdn_text_release(&path);
    return status;
}

static cdn_status decrypt(const cdn_open_request *request, const cdn_text *sealed, cdn_text *plain,
                          cdn_error *error)
{
    const char *slash = strrchr(request->key, '/');
    cdn_passphrase passphrase = {request->passphrase, 0};
    passphrase.length = passphrase.bytes == NULL ? 0 : strlen(passphrase.bytes);
    char *folder = slash == NULL            ? cdn_strdup(".")
                   : slash == request->key  ? cdn_strdup("/")
                                            : cdn_strndup(request->key,
                                                          (size_t)(slash - request->key));
    if (folder == NULL)
        return cdn_fail_memory(error);
    cdn_status status =
        cdn_seal_decrypt(folder, slash == NULL ? request->key : slash + 1, &passphrase,
                         request->certificate, sealed->bytes, sealed->length, plain, error);
    cdn_free(folder);
    return status;
}

static bool has_line(const cdn_text *lines, const char *line)
{
    size_t length = strlen(line);
    const char *at = lines->bytes;
    while (at != NULL && *at != '\0') {
        if (strncmp(at, line, length) == 0 && at[length] == '\n')
            return true;
        const char *end = strchr(at, '\n');
        at = end == NULL ? NULL : end + 1;
    }
    return false;
}

/* The package verifies, and was meant for the holder of this certificate. */
static cdn_status check_inside(const cdn_open_request *request, const char *zip,
                               cdn_package_report *verified, cdn_error *error)
{
    char name[NAME_SIZE];
    const cdn_package_trust trust = {request->trust, request->known};
    CDN_TRY(cdn_package_verify(zip, &trust, verified, error));
    CDN_TRY(cdn_seal_check_recipient(request->certificate, name, error));
    if (has_line(&verified->recipients, name))
        return CDN_OK;
    return cdn_fail(error, CDN_E_REFUSED, "the package was not made for %s", name);
}

/* OUT.part for us alone: what a killed process left is taken over, what another one is making is
 * not. */
static cdn_status take_part(const char *path, int *out, cdn_error *error)
{
    struct stat held, named;
    int part = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (part < 0)
        return cdn_fail_errno(error, "cannot make", path, errno);
    if (flock(part, LOCK_EX | LOCK_NB) == 0 && fstat(part, &held) == 0 &&
        lstat(path, &named) == 0 && S_ISREG(held.st_mode) && held.st_ino == named.st_ino &&
        ftruncate(part, 0) == 0) {
        *out = part;
        return CDN_OK;
    }
    (void)close(part);
    return cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "another process is making it");
}

static cdn_status write_part(int part, const char *path, const cdn_text *plain, cdn_error *error)
{
    for (size_t done = 0; done < plain->length;) {
        ssize_t count = write(part, plain->bytes + done, plain->length - done);
        if (count < 0 && errno != EINTR)
            return cdn_fail_errno(error, "cannot write", path, errno);
        done += count > 0 ? (size_t)count : 0;
    }
    return fsync(part) == 0 ? CDN_OK : cdn_fail_errno(error, "cannot write", path, errno);
}

static cdn_status write_checked(const cdn_open_request *request, const cdn_text *plain,
                                cdn_package_report *verified, cdn_error *error)
{
    int part = -1;
    cdn_text path = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
    cdn_text_addf(&path, "%s.part", request->out);
    cdn_status status =
        path.failed ? cdn_fail_memory(error) : take_part(path.bytes, &part, error);
    if (status == CDN_OK) {
        status = write_part(part, path.bytes, plain, error);
        if (status == CDN_OK)
            status = check_inside(request, path.bytes, verified, error);
        if (status == CDN_OK && link(path.bytes, request->out) != 0)
            status = cdn_fail_errno(error, "cannot make", request->out, errno);
        (void)unlink(path.bytes);
        (void)close(part);
    }
    cdn_text_release(&path);
    return status;
}

cdn_status cdn_desk_open_package(const cdn_open_request *request, cdn_report *report,
                                 cdn_error *error)
{
    cdn_package_report verified = {0};
    cdn_text sealed = CDN_TEXT_INIT(CDN_SEAL_MESSAGE_MAX), plain = CDN_TEXT_INIT(SIZE_MAX / 2);
    cdn_status status = CDN_OK;
    if (cdn_file_exists(request->out))
        return cdn_fail_at(error, CDN_E_REFUSED, request->out, 0, 0,
                           "exists and is not replaced");
    status = cdn_file_read(request->package, &sealed, error);
    if (status == CDN_OK)
        status = check_outside(request, &sealed, error);
    if (status == CDN_OK)
        status = decrypt(request, &sealed, &plain, error);
    if (status == CDN_OK)
        status = write_checked(request, &plain, &verified, error);
    if (status == CDN_OK) {
        cdn_text text = CDN_TEXT_INIT(CDN_DESK_TEXT_MAX);
        cdn_json *json = cdn_json_object();
        cdn_text_addf(&text, "opened and verified: %s, %u approvals of %u required\n",
                      verified.release_id, verified.approvals, verified.approvals_required);
        if (verified.standing.bytes != NULL) {
            cdn_text_addf(&text, "status: %s\n", verified.standing.bytes);
            cdn_json_set(json, "status", cdn_json_new_string(verified.standing.bytes));
        }
        cdn_json_set(json, "outcome", cdn_json_new_string("opened"));
        cdn_json_set(json, "release", cdn_json_new_string(verified.release_id));
        cdn_json_set(json, "approvals", cdn_json_new_integer(verified.approvals));
        (void)snprintf(report->release_id, sizeof report->release_id, "%s", verified.release_id);
        status = cdn_report_fill(report, &text, json, error);
    } else if (status == CDN_E_REFUSED) {
        report->exit_code = cdn_package_verdict_code(verified.verdict);
    }
    cdn_package_report_release(&verified);
    if (plain.bytes != NULL)
        explicit_bzero(plain.bytes, plain.length);
    cdn_text_release(&plain);
    cdn_text_release(&sealed);
    return status;
}
