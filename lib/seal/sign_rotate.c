/* sign_rotate.c - keys end: renewed before they expire, revoked when they may be in other hands.
 *
 * An earlier certificate stays in the roster, since what it signed is checked with
 * it; the earlier private key has no use left and is removed. Each step leaves
 * the files in a state in which the signer can sign: until the new key has its
 * place, the old one fits the old certificate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/sign_parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/fail.h"

static bool is_of(X509 *certificate, const char *name)
{
    char text[CDN_SEAL_NAME_SIZE];
    return cdn_seal_certificate_text(certificate, NID_commonName, text) && strcmp(text, name) == 0;
}

/* The last certificate of the name: rosters only grow at their end. */
static X509 *newest(STACK_OF(X509) *list, const char *name)
{
    for (int i = sk_X509_num(list) - 1; i >= 0; i--)
        if (is_of(sk_X509_value(list, i), name))
            return sk_X509_value(list, i);
    return NULL;
}

static cdn_status renew(const char *roster, const char *keys_dir, const char *trust_dir,
                        const char *name, const cdn_passphrase *root_passphrase,
                        const cdn_passphrase *passphrase, STACK_OF(X509) *list, cdn_error *error)
{
    char slug[CDN_SEAL_NAME_SIZE], fresh[NAME_MAX], file[NAME_MAX];
    char path[CDN_SEAL_PATH_SIZE], organisation[CDN_SEAL_NAME_SIZE];
    const X509 *last = newest(list, name);
    if (last == NULL || !cdn_seal_certificate_text(last, NID_organizationName, organisation))
        return cdn_fail(error, CDN_E_REFUSED, "%s has no certificate in %s", name, roster);
    CDN_TRY(cdn_seal_key_slug(name, slug, error));
    (void)snprintf(file, sizeof file, "%s.key", slug);
    (void)snprintf(fresh, sizeof fresh, "%s.key.new", slug);
    CDN_TRY(cdn_seal_path(path, keys_dir, fresh, error));
    /* under the lock, a file of this name is what a crash left */
    (void)unlink(path);
    CDN_TRY(cdn_seal_enrol(roster, keys_dir, trust_dir, fresh, name, organisation, root_passphrase,
                           passphrase, list, error));
    return cdn_seal_rename_private(keys_dir, fresh, file, error);
}

cdn_status cdn_seal_renew(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                          const char *name, const cdn_passphrase *root_passphrase,
                          const cdn_passphrase *passphrase, cdn_error *error)
{
    const char *roster = cdn_seal_roster(role);
    STACK_OF(X509) *list = NULL;
    int lock = -1;
    CDN_TRY(cdn_seal_check_name("the name", name, error));
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status = cdn_seal_certificates_load(trust_dir, roster, false, &list, error);
    if (status == CDN_OK)
        status = renew(roster, keys_dir, trust_dir, name, root_passphrase, passphrase, list, error);
    sk_X509_pop_free(list, X509_free);
    (void)close(lock);
    return status;
}

/* Those of the name that are not listed yet. */
static cdn_status collect(STACK_OF(X509) *list, const char *name, X509_CRL *crl,
                          STACK_OF(X509) *out, cdn_error *error)
{
    for (int i = 0; i < sk_X509_num(list); i++) {
        X509 *one = sk_X509_value(list, i);
        if (is_of(one, name) && !cdn_seal_crl_holds(crl, one) && sk_X509_push(out, one) <= 0)
            return cdn_fail_memory(error);
    }
    return CDN_OK;
}

static cdn_status rewrite(const char *keys_dir, const char *trust_dir, STACK_OF(X509) *list,
                          const char *name, const cdn_passphrase *root_passphrase,
                          uint32_t *count, cdn_error *error)
{
    X509 *root = NULL;
    EVP_PKEY *key = NULL;
    X509_CRL *crl = NULL;
    STACK_OF(X509) *more = sk_X509_new_null();
    cdn_status status = more == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK)
        status = cdn_seal_issuer_load(keys_dir, trust_dir, root_passphrase, &root, &key, error);
    if (status == CDN_OK)
        status = cdn_seal_crl_load(trust_dir, root, true, &crl, error);
    if (status == CDN_OK && list != NULL)
        status = collect(list, name, crl, more, error);
    if (status == CDN_OK && list != NULL && sk_X509_num(more) == 0)
        status =
            cdn_fail(error, CDN_E_REFUSED, "%s has no certificate that could be revoked", name);
    if (status == CDN_OK)
        status = cdn_seal_crl_save(trust_dir, root, key, crl, more, error);
    if (status == CDN_OK && count != NULL)
        *count = (uint32_t)sk_X509_num(more);
    sk_X509_free(more);
    X509_CRL_free(crl);
    EVP_PKEY_free(key);
    X509_free(root);
    return status;
}

cdn_status cdn_seal_revoke(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                           const char *name, const cdn_passphrase *root_passphrase,
                           uint32_t *count, cdn_error *error)
{
    STACK_OF(X509) *list = NULL;
    int lock = -1;
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status =
        cdn_seal_certificates_load(trust_dir, cdn_seal_roster(role), false, &list, error);
    if (status == CDN_OK)
        status = rewrite(keys_dir, trust_dir, list, name, root_passphrase, count, error);
    sk_X509_pop_free(list, X509_free);
    (void)close(lock);
    return status;
}

cdn_status cdn_seal_refresh_crl(const char *keys_dir, const char *trust_dir,
                                const cdn_passphrase *root_passphrase, cdn_error *error)
{
    int lock = -1;
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status = rewrite(keys_dir, trust_dir, NULL, NULL, root_passphrase, NULL, error);
    (void)close(lock);
    return status;
}

cdn_status cdn_seal_crl_until(const char *trust_dir, int64_t *out, cdn_error *error)
{
    X509 *root = NULL;
    X509_CRL *crl = NULL;
    cdn_status status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_crl_load(trust_dir, root, true, &crl, error);
    if (status == CDN_OK)
        *out = cdn_seal_crl_end(crl, root);
    X509_CRL_free(crl);
    X509_free(root);
    return status;
}

cdn_status cdn_seal_signer_until(cdn_seal_role role, const char *trust_dir, const char *name,
                                 int64_t *out, cdn_error *error)
{
    X509 *root = NULL;
    X509_CRL *crl = NULL;
    STACK_OF(X509) *list = NULL;
    cdn_status status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_crl_load(trust_dir, root, true, &crl, error);
    if (status == CDN_OK)
        status = cdn_seal_certificates_load(trust_dir, cdn_seal_roster(role), true, &list, error);
    if (status == CDN_OK) {
        X509 *last = newest(list, name);
        bool good = last != NULL && !cdn_seal_crl_holds(crl, last);
        *out = good ? cdn_seal_seconds(X509_get0_notAfter(last)) : 0;
    }
    sk_X509_pop_free(list, X509_free);
    X509_CRL_free(crl);
    X509_free(root);
    return status;
}

cdn_status cdn_seal_certificate_count(cdn_seal_role role, const char *trust_dir, const char *name,
                                      uint32_t *out, cdn_error *error)
{
    STACK_OF(X509) *list = NULL;
    CDN_TRY(cdn_seal_certificates_load(trust_dir, cdn_seal_roster(role), true, &list, error));
    *out = 0;
    for (int i = 0; i < sk_X509_num(list); i++)
        *out += is_of(sk_X509_value(list, i), name);
    sk_X509_pop_free(list, X509_free);
    return CDN_OK;
}
