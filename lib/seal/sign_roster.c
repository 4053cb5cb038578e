/* sign_roster.c - the rosters: who may sign.
 *
 * A key is written before its certificate, and taken away again when the
 * certificate fails, so a name in a roster always had a key. The trust
 * folder's lock is held from reading the list to replacing it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/sign_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/fail.h"

const char *cdn_seal_roster(cdn_seal_role role)
{
    static const char *const files[CDN_SEAL_ROLE_END_] = {
        [CDN_SEAL_APPROVER] = "approvers.pem", [CDN_SEAL_PACKAGER] = "packager.pem"};
    return files[role];
}

cdn_status cdn_seal_check_name(const char *what, const char *text, cdn_error *error)
{
    size_t length = strlen(text);
    bool good = length > 0 && length < CDN_SEAL_NAME_SIZE && text[0] != ' ' &&
                text[length - 1] != ' ' && strstr(text, "  ") == NULL;
    for (size_t i = 0; good && i < length; i++)
        good = (unsigned char)text[i] >= 0x20 && text[i] != 0x7f;
    if (!good)
        return cdn_fail(error, CDN_E_USAGE,
                        "%s must be 1 to 64 printable characters with single blanks", what);
    return CDN_OK;
}

cdn_status cdn_seal_key_slug(const char *name, char out[CDN_SEAL_NAME_SIZE], cdn_error *error)
{
    static const char digits[] = "0123456789abcdef";
    size_t used = 0;
    bool gap = false;
    for (const char *at = name; *at != '\0' && used + 3 < CDN_SEAL_NAME_SIZE; at++) {
        char byte = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        bool wide = (unsigned char)byte >= 0x80;
        bool keep = wide || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (keep && gap && used > 0)
            out[used++] = '-';
        gap = !keep;
        if (wide)
            out[used++] = digits[(unsigned char)byte >> 4];
        if (keep)
            out[used++] = wide ? digits[byte & 15] : byte;
    }
    out[used] = '\0';
    if (used == 0 || strcmp(out, "root") == 0 || strcmp(out, "perturbation") == 0)
        return cdn_fail(error, CDN_E_USAGE,
                        "the name needs letters or digits for its key file, and may be neither "
                        "\"root\" nor \"perturbation\"");
    return CDN_OK;
}

/* "Ada King" -> "ada-king.key" */
static cdn_status key_file(const char *name, char out[NAME_MAX], cdn_error *error)
{
    char slug[CDN_SEAL_NAME_SIZE];
    CDN_TRY(cdn_seal_key_slug(name, slug, error));
    (void)snprintf(out, NAME_MAX, "%s.key", slug);
    return CDN_OK;
}

/* Does any roster have a certificate of this key? When they cannot be read, it is as if one had. */
static bool is_certified(const char *trust_dir, const EVP_PKEY *key)
{
    bool found = false;
    for (int role = 0; role < CDN_SEAL_ROLE_END_ && !found; role++) {
        STACK_OF(X509) *list = NULL;
        found = cdn_seal_certificates_load(trust_dir, cdn_seal_roster((cdn_seal_role)role), true,
                                           &list, NULL) != CDN_OK;
        for (int i = 0; !found && i < sk_X509_num(list); i++)
            found = X509_check_private_key(sk_X509_value(list, i), key) == 1;
        sk_X509_pop_free(list, X509_free);
    }
    ERR_clear_error();
    return found;
}

cdn_status cdn_seal_clear_left(const char *keys_dir, const char *trust_dir, const char *name,
                               const cdn_passphrase *passphrase, cdn_error *error)
{
    char file[NAME_MAX] = "root.key", path[CDN_SEAL_PATH_SIZE], root[CDN_SEAL_PATH_SIZE];
    EVP_PKEY *key = NULL;
    if (name != NULL)
        CDN_TRY(key_file(name, file, error));
    CDN_TRY(cdn_seal_path(path, keys_dir, file, error));
    CDN_TRY(cdn_seal_path(root, trust_dir, "root.pem", error));
    if (access(path, F_OK) != 0 || (name == NULL && access(root, F_OK) == 0) ||
        cdn_seal_key_load(keys_dir, file, passphrase, &key, NULL) != CDN_OK)
        return CDN_OK;
    bool left = !is_certified(trust_dir, key);
    EVP_PKEY_free(key);
    if (left && unlink(path) != 0)
        return cdn_fail_errno(error, "cannot remove", path, errno);
    return CDN_OK;
}

/* One person, one certificate in force: names are compared without regard to ASCII case. */
static cdn_status check_free(const char *trust_dir, STACK_OF(X509) *list, const char *name,
                             cdn_error *error)
{
    char other[CDN_SEAL_NAME_SIZE];
    X509 *root = NULL;
    X509_CRL *crl = NULL;
    cdn_status status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_crl_load(trust_dir, root, true, &crl, error);
    for (int i = 0; status == CDN_OK && i < sk_X509_num(list); i++) {
        X509 *one = sk_X509_value(list, i);
        if (cdn_seal_certificate_text(one, NID_commonName, other) && strcasecmp(other, name) == 0 &&
            cdn_seal_certificate_is_live(one) && !cdn_seal_crl_holds(crl, one))
            status = cdn_fail(error, CDN_E_REFUSED, "%s already has a certificate that is in force",
                              other);
    }
    X509_CRL_free(crl);
    X509_free(root);
    return status;
}

/* A key of that file is another's, whose name is written alike, or an earlier one of this name. */
static cdn_status check_no_key(const char *keys_dir, const char *file, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    CDN_TRY(cdn_seal_path(path, keys_dir, file, error));
    if (access(path, F_OK) != 0)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_REFUSED, "%s exists and is not replaced", file);
    cdn_fail_hint(error, "`cordon key renew` makes another key for the same person; somebody else "
                         "needs a name that is written differently");
    return CDN_E_REFUSED;
}

cdn_status cdn_seal_enrol(const char *roster, const char *keys_dir, const char *trust_dir,
                          const char *key_name, const char *name, const char *organisation,
                          const cdn_passphrase *root_passphrase,
                          const cdn_passphrase *passphrase, STACK_OF(X509) *list,
                          cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    X509 *root = NULL, *made = NULL;
    EVP_PKEY *root_key = NULL, *key = NULL;
    CDN_TRY(cdn_seal_path(path, keys_dir, key_name, error));
    cdn_status status =
        cdn_seal_issuer_load(keys_dir, trust_dir, root_passphrase, &root, &root_key, error);
    if (status == CDN_OK)
        status = cdn_seal_key_create("P-256", &key, error);
    if (status == CDN_OK)
        status = cdn_seal_certificate_create(key, name, organisation, root, root_key, &made, error);
    if (status == CDN_OK && sk_X509_push(list, made) <= 0)
        status = cdn_fail_memory(error);
    else if (status == CDN_OK)
        made = NULL;
    if (status == CDN_OK)
        status = cdn_seal_key_save(keys_dir, key_name, key, passphrase, error);
    if (status == CDN_OK) {
        status = cdn_seal_certificates_save(trust_dir, roster, list, error);
        /* the certificate may have been written all the same: then its key stays */
        if (status != CDN_OK && !is_certified(trust_dir, key))
            (void)unlink(path);
    }
    X509_free(made);
    X509_free(root);
    EVP_PKEY_free(key);
    EVP_PKEY_free(root_key);
    return status;
}

cdn_status cdn_seal_new_signer(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                               const char *name, const char *organisation,
                               const cdn_passphrase *root_passphrase,
                               const cdn_passphrase *passphrase, cdn_error *error)
{
    const char *roster = cdn_seal_roster(role);
    char file[NAME_MAX];
    int lock = -1;
    STACK_OF(X509) *list = NULL;
    CDN_TRY(cdn_seal_check_name("the name", name, error));
    CDN_TRY(cdn_seal_check_name("the organisation", organisation, error));
    CDN_TRY(key_file(name, file, error));
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status = cdn_seal_certificates_load(trust_dir, roster, true, &list, error);
    if (status == CDN_OK)
        status = check_free(trust_dir, list, name, error);
    if (status == CDN_OK)
        status = check_no_key(keys_dir, file, error);
    if (status == CDN_OK)
        status = cdn_seal_enrol(roster, keys_dir, trust_dir, file, name, organisation,
                                root_passphrase, passphrase, list, error);
    sk_X509_pop_free(list, X509_free);
    (void)close(lock);
    return status;
}

/* After a renewal two certificates may be in force: the key (NULL = any) tells which is meant. */
static X509 *find_certificate(STACK_OF(X509) *list, const char *name, const EVP_PKEY *key)
{
    char text[CDN_SEAL_NAME_SIZE];
    for (int i = 0; i < sk_X509_num(list); i++) {
        X509 *one = sk_X509_value(list, i);
        if (cdn_seal_certificate_text(one, NID_commonName, text) && strcmp(text, name) == 0 &&
            cdn_seal_certificate_is_live(one) &&
            (key == NULL || X509_check_private_key(one, key) == 1))
            return one;
    }
    return NULL;
}

cdn_status cdn_seal_signer_load(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                                const char *name, const cdn_passphrase *passphrase,
                                X509 **out_certificate, EVP_PKEY **out_key, cdn_error *error)
{
    const char *roster = cdn_seal_roster(role);
    char file[NAME_MAX];
    STACK_OF(X509) *list = NULL;
    X509 *found = NULL, *root = NULL;
    X509_CRL *crl = NULL;
    EVP_PKEY *key = NULL;
    CDN_TRY(cdn_seal_check_name("the name", name, error));
    CDN_TRY(key_file(name, file, error));
    CDN_TRY(cdn_seal_certificates_load(trust_dir, roster, false, &list, error));
    cdn_status status = CDN_OK;
    if (find_certificate(list, name, NULL) == NULL)
        status = cdn_fail(error, CDN_E_REFUSED, "%s has no certificate in force in %s", name,
                          roster);
    if (status == CDN_OK)
        status = cdn_seal_key_load(keys_dir, file, passphrase, &key, error);
    if (status == CDN_OK && (found = find_certificate(list, name, key)) == NULL)
        status = cdn_seal_fail(error, CDN_E_REFUSED, "the key does not belong to the certificate");
    if (status == CDN_OK)
        status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_crl_load(trust_dir, root, true, &crl, error);
    if (status == CDN_OK && cdn_seal_crl_holds(crl, found))
        status = cdn_fail(error, CDN_E_REFUSED, "the certificate of %s is revoked", name);
    if (status == CDN_OK && X509_up_ref(found) != 1)
        status = cdn_fail_memory(error);
    if (status == CDN_OK) {
        *out_certificate = found;
        *out_key = key;
        key = NULL;
    }
    X509_CRL_free(crl);
    X509_free(root);
    EVP_PKEY_free(key);
    sk_X509_pop_free(list, X509_free);
    return status;
}
