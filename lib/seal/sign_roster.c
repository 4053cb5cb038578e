/* sign_roster.c - the root and the rosters: who may sign.
 *
 * A key is written before its certificate, and taken away again when the
 * certificate fails, so a name in a roster always had a key. The trust
 * folder's lock is held from reading the list to replacing it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/sign_parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/fail.h"

#define ROOT_KEY "root.key"
#define ROOT_CERTIFICATE "root.pem"

const char *cdn_seal_roster(cdn_seal_role role)
{
    static const char *const files[CDN_SEAL_ROLE_END_] = {
        [CDN_SEAL_APPROVER] = "approvers.pem", [CDN_SEAL_PACKAGER] = "packager.pem"};
    return files[role];
}

static cdn_status check_name(const char *what, const char *text, cdn_error *error)
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

/* "Ada King" -> "ada-king.key"; the slug of "root" is the root's. */
static cdn_status key_name(const char *name, char out[CDN_SEAL_NAME_SIZE + 8], cdn_error *error)
{
    size_t used = 0;
    bool gap = false;
    for (const char *at = name; *at != '\0' && used + 2 < CDN_SEAL_NAME_SIZE; at++) {
        char byte = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        bool keep = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (keep && gap && used > 0)
            out[used++] = '-';
        gap = !keep;
        if (keep)
            out[used++] = byte;
    }
    out[used] = '\0';
    if (used == 0 || strcmp(out, "root") == 0)
        return cdn_fail(error, CDN_E_USAGE,
                        "the name needs Latin letters or digits for its key file, and may not be "
                        "\"root\"");
    (void)snprintf(out + used, 8, ".key");
    return CDN_OK;
}

cdn_status cdn_seal_new_root(const char *keys_dir, const char *trust_dir, const char *organisation,
                             const cdn_passphrase *passphrase, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    int lock = -1;
    EVP_PKEY *key = NULL;
    X509 *root = NULL;
    STACK_OF(X509) *list = NULL;
    CDN_TRY(check_name("the organisation", organisation, error));
    CDN_TRY(cdn_seal_path(path, trust_dir, ROOT_CERTIFICATE, error));
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status = CDN_OK;
    if (access(path, F_OK) == 0) {
        status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "a root exists and is not replaced");
        goto done;
    }
    status = cdn_seal_key_create("P-384", &key, error);
    if (status == CDN_OK)
        status = cdn_seal_certificate_create(key, "Cordon root", organisation, NULL, NULL, &root,
                                             error);
    if (status != CDN_OK)
        goto done;
    list = sk_X509_new_null();
    if (list == NULL || sk_X509_push(list, root) <= 0) {
        status = cdn_fail_memory(error);
        goto done;
    }
    status = cdn_seal_key_save(keys_dir, ROOT_KEY, key, passphrase, error);
    if (status != CDN_OK)
        goto done;
    status = cdn_seal_certificates_save(trust_dir, ROOT_CERTIFICATE, list, error);
    if (status != CDN_OK && cdn_seal_path(path, keys_dir, ROOT_KEY, NULL) == CDN_OK)
        (void)unlink(path);
done:
    sk_X509_free(list);
    X509_free(root);
    EVP_PKEY_free(key);
    (void)close(lock);
    return status;
}

/* One person, one live certificate: names are compared without regard to ASCII case. */
static cdn_status check_free(STACK_OF(X509) *list, const char *name, cdn_error *error)
{
    char other[CDN_SEAL_NAME_SIZE];
    for (int i = 0; i < sk_X509_num(list); i++) {
        const X509 *one = sk_X509_value(list, i);
        if (cdn_seal_certificate_text(one, NID_commonName, other) && strcasecmp(other, name) == 0 &&
            cdn_seal_certificate_is_live(one))
            return cdn_fail(error, CDN_E_REFUSED, "%s already has a certificate that is in force",
                            other);
    }
    return CDN_OK;
}

/* Everything of a new signer that needs the lists: certificate, key file, list. */
static cdn_status enrol(const char *roster, const char *keys_dir, const char *trust_dir,
                        const char *name, const char *organisation,
                        const cdn_passphrase *root_passphrase, const cdn_passphrase *passphrase,
                        cdn_error *error)
{
    char file[CDN_SEAL_NAME_SIZE + 8];
    char path[CDN_SEAL_PATH_SIZE];
    STACK_OF(X509) *list = NULL;
    X509 *root = NULL, *made = NULL;
    EVP_PKEY *root_key = NULL, *key = NULL;
    CDN_TRY(key_name(name, file, error));
    CDN_TRY(cdn_seal_path(path, keys_dir, file, error));
    cdn_status status = cdn_seal_certificates_load(trust_dir, roster, true, &list, error);
    if (status == CDN_OK)
        status = check_free(list, name, error);
    if (status == CDN_OK)
        status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_key_load(keys_dir, ROOT_KEY, root_passphrase, &root_key, error);
    if (status == CDN_OK && X509_check_private_key(root, root_key) != 1)
        status = cdn_seal_fail(error, CDN_E_REFUSED, "root.key does not belong to root.pem");
    if (status == CDN_OK)
        status = cdn_seal_key_create("P-256", &key, error);
    if (status == CDN_OK)
        status = cdn_seal_certificate_create(key, name, organisation, root, root_key, &made, error);
    if (status == CDN_OK && sk_X509_push(list, made) <= 0)
        status = cdn_fail_memory(error);
    else if (status == CDN_OK)
        made = NULL;
    if (status == CDN_OK)
        status = cdn_seal_key_save(keys_dir, file, key, passphrase, error);
    if (status == CDN_OK) {
        status = cdn_seal_certificates_save(trust_dir, roster, list, error);
        if (status != CDN_OK)
            (void)unlink(path);
    }
    X509_free(made);
    X509_free(root);
    EVP_PKEY_free(key);
    EVP_PKEY_free(root_key);
    sk_X509_pop_free(list, X509_free);
    return status;
}

cdn_status cdn_seal_new_signer(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                               const char *name, const char *organisation,
                               const cdn_passphrase *root_passphrase,
                               const cdn_passphrase *passphrase, cdn_error *error)
{
    int lock = -1;
    CDN_TRY(check_name("the name", name, error));
    CDN_TRY(check_name("the organisation", organisation, error));
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status =
        enrol(cdn_seal_roster(role), keys_dir, trust_dir, name, organisation, root_passphrase,
              passphrase, error);
    (void)close(lock);
    return status;
}

cdn_status cdn_seal_signer_load(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                                const char *name, const cdn_passphrase *passphrase,
                                X509 **out_certificate, EVP_PKEY **out_key, cdn_error *error)
{
    const char *roster = cdn_seal_roster(role);
    char file[CDN_SEAL_NAME_SIZE + 8];
    char text[CDN_SEAL_NAME_SIZE];
    STACK_OF(X509) *list = NULL;
    X509 *found = NULL;
    EVP_PKEY *key = NULL;
    CDN_TRY(check_name("the name", name, error));
    CDN_TRY(key_name(name, file, error));
    CDN_TRY(cdn_seal_certificates_load(trust_dir, roster, false, &list, error));
    for (int i = 0; found == NULL && i < sk_X509_num(list); i++) {
        X509 *one = sk_X509_value(list, i);
        if (cdn_seal_certificate_text(one, NID_commonName, text) && strcmp(text, name) == 0 &&
            cdn_seal_certificate_is_live(one))
            found = one;
    }
    cdn_status status = CDN_OK;
    if (found == NULL)
        status = cdn_fail(error, CDN_E_REFUSED, "%s has no certificate in force in %s", name,
                          roster);
    if (status == CDN_OK)
        status = cdn_seal_key_load(keys_dir, file, passphrase, &key, error);
    if (status == CDN_OK && X509_check_private_key(found, key) != 1)
        status = cdn_seal_fail(error, CDN_E_REFUSED, "the key does not belong to the certificate");
    if (status == CDN_OK && X509_up_ref(found) != 1)
        status = cdn_fail_memory(error);
    if (status == CDN_OK) {
        *out_certificate = found;
        *out_key = key;
        key = NULL;
    }
    EVP_PKEY_free(key);
    sk_X509_pop_free(list, X509_free);
    return status;
}
