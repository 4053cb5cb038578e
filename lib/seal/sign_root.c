/* sign_root.c - the root: made once, and replaced before it ends.
 *
 * A new root takes over what the old one vouched for (the key update of RFC 4210,
 * section 4.4): both have one name, and each certifies the other's key. The keys of
 * earlier roots, certified by the new one, are earlier-1.pem and so on: one more
 * step from an approver's certificate to root.pem, for no longer than a certificate
 * under that root could last. The new key, certified by the old root, is in
 * handover.pem, for those who know the old root only. A new root's dates begin
 * where the old one's did, because chains are judged at the time of signing.
 *
 * root.pem is the switch. Until then nothing has changed for anybody; from then on
 * the new key waits as root.key.new until all else is signed with it, and nothing
 * verifies. Asking again finishes it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/sign_parts.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fail.h"

#define KEY "root.key"
#define NEXT_KEY "root.key.new"
#define CERTIFICATE "root.pem"
#define HANDOVER "handover.pem" /* the newest first, each certified by the root before it */
#define NAME_SIZE 32
#define MAX_EARLIER 100u

static cdn_status save_certificate(const char *trust_dir, const char *name, X509 *certificate,
                                   cdn_error *error)
{
    STACK_OF(X509) *list = sk_X509_new_null();
    cdn_status status = list == NULL || sk_X509_push(list, certificate) <= 0
                            ? cdn_fail_memory(error)
                            : cdn_seal_certificates_save(trust_dir, name, list, error);
    sk_X509_free(list);
    return status;
}

/* The root's files. The key goes first: a certificate in the trust folder always had one. */
static cdn_status save_root(const char *keys_dir, const char *trust_dir, EVP_PKEY *key,
                            X509 *root, const cdn_passphrase *passphrase, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE], made[CDN_SEAL_PATH_SIZE];
    CDN_TRY(cdn_seal_path(path, keys_dir, KEY, error));
    CDN_TRY(cdn_seal_path(made, trust_dir, CERTIFICATE, error));
    CDN_TRY(cdn_seal_key_save(keys_dir, KEY, key, passphrase, error));
    cdn_status status = cdn_seal_crl_save(trust_dir, root, key, NULL, NULL, error);
    if (status == CDN_OK)
        status = save_certificate(trust_dir, CERTIFICATE, root, error);
    /* the certificate may have been written all the same: then its key stays */
    if (status != CDN_OK && access(made, F_OK) != 0)
        (void)unlink(path);
    return status;
}

cdn_status cdn_seal_new_root(const char *keys_dir, const char *trust_dir, const char *organisation,
                             const cdn_passphrase *passphrase, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    int lock = -1;
    EVP_PKEY *key = NULL;
    X509 *root = NULL;
    CDN_TRY(cdn_seal_check_name("the organisation", organisation, error));
    CDN_TRY(cdn_seal_path(path, trust_dir, CERTIFICATE, error));
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status = CDN_OK;
    if (access(path, F_OK) == 0)
        status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "a root exists and is not replaced");
    if (status == CDN_OK)
        status = cdn_seal_key_create("P-384", &key, error);
    if (status == CDN_OK)
        status = cdn_seal_certificate_create(key, "Cordon root", organisation, NULL, NULL, &root,
                                             error);
    if (status == CDN_OK)
        status = save_root(keys_dir, trust_dir, key, root, passphrase, error);
    X509_free(root);
    EVP_PKEY_free(key);
    (void)close(lock);
    return status;
}

cdn_status cdn_seal_issuer_load(const char *keys_dir, const char *trust_dir,
                                const cdn_passphrase *passphrase, X509 **out_root,
                                EVP_PKEY **out_key, cdn_error *error)
{
    X509 *root = NULL;
    EVP_PKEY *key = NULL;
    cdn_status status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_key_load(keys_dir, KEY, passphrase, &key, error);
    if (status == CDN_OK && X509_check_private_key(root, key) != 1)
        status = cdn_seal_fail(error, CDN_E_REFUSED, "root.key does not belong to root.pem");
    if (status != CDN_OK) {
        X509_free(root);
        EVP_PKEY_free(key);
        return status;
    }
    *out_root = root;
    *out_key = key;
    return CDN_OK;
}

/* --- replacing it ----------------------------------------------------------------------------- */

/* One root and its key. */
typedef struct holder {
    X509 *certificate;
    EVP_PKEY *key;
} holder;

static void release_holder(holder *h)
{
    X509_free(h->certificate);
    EVP_PKEY_free(h->key);
}

static bool has_key_of(const X509 *certificate, const X509 *other)
{
    return EVP_PKEY_eq(X509_get0_pubkey(certificate), X509_get0_pubkey(other)) == 1;
}

/* earlier-<number>.pem */
static const char *earlier_name(unsigned number, char out[NAME_SIZE])
{
    (void)snprintf(out, NAME_SIZE, "earlier-%u.pem", number);
    return out;
}

cdn_status cdn_seal_earlier_load(const char *trust_dir, STACK_OF(X509) **out, cdn_error *error)
{
    char name[NAME_SIZE];
    STACK_OF(X509) *list = sk_X509_new_null(), *file = NULL;
    cdn_status status = list == NULL ? cdn_fail_memory(error) : CDN_OK;
    bool more = true;
    for (unsigned n = 1; status == CDN_OK && more; n++) {
        status = n > MAX_EARLIER ? cdn_fail(error, CDN_E_LIMIT, "more than %u earlier roots",
                                            MAX_EARLIER)
                                 : cdn_seal_certificates_load(trust_dir, earlier_name(n, name),
                                                              true, &file, error);
        X509 *one = status == CDN_OK ? sk_X509_shift(file) : NULL;
        more = one != NULL;
        if (more && (sk_X509_num(file) > 0 || sk_X509_push(list, one) <= 0)) {
            X509_free(one);
            status = cdn_fail(error, CDN_E_INPUT, "%s must hold one certificate", name);
        }
        sk_X509_pop_free(file, X509_free);
        file = NULL;
    }
    if (status == CDN_OK)
        *out = list;
    else
        sk_X509_pop_free(list, X509_free);
    return status;
}

/* The old root joins the earlier ones, as it is. */
static cdn_status keep_old(const char *trust_dir, X509 *old, cdn_error *error)
{
    char name[NAME_SIZE];
    STACK_OF(X509) *list = NULL;
    CDN_TRY(cdn_seal_earlier_load(trust_dir, &list, error));
    unsigned count = (unsigned)sk_X509_num(list);
    bool kept = count > 0 && has_key_of(sk_X509_value(list, (int)count - 1), old);
    sk_X509_pop_free(list, X509_free);
    return kept ? CDN_OK : save_certificate(trust_dir, earlier_name(count + 1, name), old, error);
}

static cdn_status hand_over(const char *trust_dir, const holder *fresh, const holder *old,
                            cdn_error *error)
{
    STACK_OF(X509) *list = NULL;
    X509 *made = NULL;
    CDN_TRY(cdn_seal_certificates_load(trust_dir, HANDOVER, true, &list, error));
    while (sk_X509_num(list) > 0 && !has_key_of(sk_X509_value(list, 0), old->certificate))
        X509_free(sk_X509_shift(list)); /* what a stopped change left */
    cdn_status status = cdn_seal_authority_create(
        fresh->key, old->certificate, cdn_seal_seconds(X509_get0_notBefore(old->certificate)),
        cdn_seal_seconds(X509_get0_notAfter(old->certificate)), old->certificate, old->key, &made,
        error);
    if (status == CDN_OK && sk_X509_unshift(list, made) <= 0) {
        X509_free(made);
        status = cdn_fail_memory(error);
    }
    if (status == CDN_OK)
        status = cdn_seal_certificates_save(trust_dir, HANDOVER, list, error);
    sk_X509_pop_free(list, X509_free);
    return status;
}

/* Up to the switch. */
static cdn_status begin(const char *keys_dir, const char *trust_dir, const holder *old,
                        const cdn_passphrase *passphrase, holder *fresh, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    CDN_TRY(cdn_seal_path(path, keys_dir, NEXT_KEY, error));
    /* under the lock, a file of this name is what a crash left */
    (void)unlink(path);
    CDN_TRY(cdn_seal_key_create("P-384", &fresh->key, error));
    CDN_TRY(cdn_seal_root_create(fresh->key, old->certificate, &fresh->certificate, error));
    CDN_TRY(cdn_seal_key_save(keys_dir, NEXT_KEY, fresh->key, passphrase, error));
    CDN_TRY(hand_over(trust_dir, fresh, old, error));
    CDN_TRY(keep_old(trust_dir, old->certificate, error));
    return save_certificate(trust_dir, CERTIFICATE, fresh->certificate, error);
}

/* The earlier roots' keys, each certified by the root. */
static cdn_status relink(const char *trust_dir, const holder *root, STACK_OF(X509) *earlier,
                         cdn_error *error)
{
    char name[NAME_SIZE];
    for (int i = 0; i < sk_X509_num(earlier); i++) {
        X509 *one = sk_X509_value(earlier, i), *made = NULL;
        if (X509_verify(one, root->key) == 1)
            continue;
        CDN_TRY(cdn_seal_authority_create(X509_get0_pubkey(one), one,
                                          cdn_seal_seconds(X509_get0_notBefore(one)),
                                          cdn_seal_signer_end(one), root->certificate, root->key,
                                          &made, error));
        cdn_status status =
            save_certificate(trust_dir, earlier_name((unsigned)i + 1, name), made, error);
        X509_free(made);
        CDN_TRY(status);
    }
    return CDN_OK;
}

/* The list of revoked certificates, signed by the root; before it was the last of the earlier. */
static cdn_status take_crl(const char *trust_dir, const holder *root, STACK_OF(X509) *earlier,
                           cdn_error *error)
{
    X509 *last = sk_X509_value(earlier, sk_X509_num(earlier) - 1);
    X509_CRL *crl = NULL;
    cdn_status status = cdn_seal_crl_load(trust_dir, root->certificate, true, &crl, error);
    if (status == CDN_E_REFUSED && last != NULL) {
        CDN_TRY(cdn_seal_crl_load(trust_dir, last, true, &crl, error));
        status = cdn_seal_crl_save(trust_dir, root->certificate, root->key, crl, NULL, error);
    }
    X509_CRL_free(crl);
    return status;
}

/* From the switch on. */
static cdn_status finish(const char *keys_dir, const char *trust_dir, const holder *root,
                         cdn_error *error)
{
    STACK_OF(X509) *earlier = NULL;
    CDN_TRY(cdn_seal_earlier_load(trust_dir, &earlier, error));
    cdn_status status = relink(trust_dir, root, earlier, error);
    if (status == CDN_OK)
        status = take_crl(trust_dir, root, earlier, error);
    sk_X509_pop_free(earlier, X509_free);
    return status == CDN_OK ? cdn_seal_rename_private(keys_dir, NEXT_KEY, KEY, error) : status;
}

static cdn_status rotate(const char *keys_dir, const char *trust_dir,
                         const cdn_passphrase *root_passphrase, const cdn_passphrase *passphrase,
                         cdn_error *error)
{
    holder old = {NULL, NULL}, fresh = {NULL, NULL};
    cdn_status status = cdn_seal_root_load(trust_dir, &old.certificate, error);
    if (status == CDN_OK)
        status = cdn_seal_key_load(keys_dir, KEY, root_passphrase, &old.key, error);
    if (status == CDN_OK && X509_check_private_key(old.certificate, old.key) == 1) {
        status = begin(keys_dir, trust_dir, &old, passphrase, &fresh, error);
    } else if (status == CDN_OK) {
        ERR_clear_error();
        fresh.certificate = old.certificate;
        old.certificate = NULL;
        status = cdn_seal_key_load(keys_dir, NEXT_KEY, passphrase, &fresh.key, error);
        if (status == CDN_OK && X509_check_private_key(fresh.certificate, fresh.key) != 1)
            status = cdn_seal_fail(error, CDN_E_REFUSED, "root.key does not belong to root.pem");
    }
    if (status == CDN_OK)
        status = finish(keys_dir, trust_dir, &fresh, error);
    release_holder(&fresh);
    release_holder(&old);
    return status;
}

cdn_status cdn_seal_rotate_root(const char *keys_dir, const char *trust_dir,
                                const cdn_passphrase *root_passphrase,
                                const cdn_passphrase *passphrase, cdn_error *error)
{
    int lock = -1;
    CDN_TRY(cdn_seal_lock(trust_dir, &lock, error));
    cdn_status status = rotate(keys_dir, trust_dir, root_passphrase, passphrase, error);
    (void)close(lock);
    return status;
}

cdn_status cdn_seal_earlier_count(const char *keys_dir, const char *trust_dir, uint32_t *out,
                                  cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    STACK_OF(X509) *list = NULL;
    CDN_TRY(cdn_seal_path(path, keys_dir, NEXT_KEY, error));
    CDN_TRY(cdn_seal_earlier_load(trust_dir, &list, error));
    *out = access(path, F_OK) == 0 ? 0 : (uint32_t)sk_X509_num(list);
    sk_X509_pop_free(list, X509_free);
    return CDN_OK;
}

cdn_status cdn_seal_root_until(const char *trust_dir, int64_t *out, cdn_error *error)
{
    X509 *root = NULL;
    CDN_TRY(cdn_seal_root_load(trust_dir, &root, error));
    *out = cdn_seal_seconds(X509_get0_notAfter(root));
    X509_free(root);
    return CDN_OK;
}

/* --- the recipient's side --------------------------------------------------------------------- */

/* An approver's certificate is signed by the root too: this one must be that of an authority. */
static bool leads_to(X509 *known, STACK_OF(X509) *handover)
{
    X509 *first = sk_X509_value(handover, 0);
    bool good = X509_check_ca(first) == 1 &&
                cdn_seal_chain_holds(first, handover, known, X509_PURPOSE_CRL_SIGN);
    ERR_clear_error();
    return good;
}

cdn_status cdn_seal_check_root(const char *trust_dir, const char *known_dir, cdn_error *error)
{
    X509 *root = NULL, *known = NULL;
    STACK_OF(X509) *handover = NULL;
    cdn_status status = cdn_seal_root_load(trust_dir, &root, error);
    if (status == CDN_OK)
        status = cdn_seal_root_load(known_dir, &known, error);
    if (status == CDN_OK && X509_cmp(root, known) != 0) {
        status = cdn_seal_certificates_load(trust_dir, HANDOVER, true, &handover, error);
        if (status == CDN_OK && (sk_X509_num(handover) == 0 ||
                                 !has_key_of(sk_X509_value(handover, 0), root) ||
                                 !leads_to(known, handover)))
            status = cdn_fail(error, CDN_E_REFUSED,
                              "root.pem is not the root you know, nor certified by it");
    }
    sk_X509_pop_free(handover, X509_free);
    X509_free(known);
    X509_free(root);
    return status;
}
