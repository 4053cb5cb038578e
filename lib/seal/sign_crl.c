/* sign_crl.c - the root's list of certificates that nobody may trust (RFC 5280, section 5).
 *
 * One list, crl.pem, signed by the root, numbered, good for 200 days: the root's
 * key is kept offline, and twice a year it comes out. A list that is out of date
 * says nothing, so nothing is believed. Every entry says keyCompromise: a key is
 * listed when it may be in other hands, and then no signature of it has a time
 * that could be believed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "seal/sign_parts.h"

#include <openssl/err.h>

#include "core/clock.h"
#include "core/fail.h"

#define LIST "crl.pem"
#define LIST_DAYS 200
#define REASON_KEY_COMPROMISE 1 /* CRLReason */

static cdn_status read_list(const char *path, X509_CRL **out, cdn_error *error)
{
    BIO *in = NULL;
    CDN_TRY(cdn_seal_read_public(path, false, &in, error));
    ERR_clear_error();
    X509_CRL *crl = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL);
    X509_CRL *second = crl == NULL ? NULL : PEM_read_bio_X509_CRL(in, NULL, NULL, NULL);
    bool good = crl != NULL && second == NULL;
    BIO_free(in);
    X509_CRL_free(second);
    ERR_clear_error();
    if (!good) {
        X509_CRL_free(crl);
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0,
                           "cannot read the root's list of revoked certificates, expected one in "
                           "PEM");
    }
    *out = crl;
    return CDN_OK;
}

static bool is_of_root(X509_CRL *crl, X509 *root)
{
    EVP_PKEY *key = X509_get0_pubkey(root);
    bool good = key != NULL &&
                X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(root)) == 0 &&
                X509_CRL_verify(crl, key) == 1;
    ERR_clear_error();
    return good;
}

int64_t cdn_seal_crl_end(X509_CRL *crl, const X509 *root)
{
    int64_t next = cdn_seal_seconds(X509_CRL_get0_nextUpdate(crl));
    int64_t last = cdn_seal_seconds(X509_get0_notAfter(root));
    return last < next ? last : next;
}

cdn_status cdn_seal_crl_load(const char *trust_dir, X509 *root, bool any_age, X509_CRL **out,
                             cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE], day[CDN_INSTANT_SIZE];
    X509_CRL *crl = NULL;
    CDN_TRY(cdn_seal_path(path, trust_dir, LIST, error));
    CDN_TRY(read_list(path, &crl, error));
    int64_t until = cdn_seal_crl_end(crl, root);
    cdn_status status = CDN_OK;
    if (!is_of_root(crl, root)) {
        status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "the list is not the root's");
    } else if (!any_age && until < cdn_clock_now()) {
        cdn_instant_write(until, day);
        status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                             "the root's list was good until %.10s", day);
        cdn_fail_hint(error, "get the current trust folder; who keeps the root: `cordon key crl`");
    }
    if (status == CDN_OK)
        *out = crl;
    else
        X509_CRL_free(crl);
    return status;
}

bool cdn_seal_crl_holds(X509_CRL *crl, X509 *certificate)
{
    X509_REVOKED *entry = NULL;
    return X509_CRL_get0_by_cert(crl, &entry, certificate) != 0;
}

static bool read_number(X509_CRL *crl, int64_t *out)
{
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    bool good = number != NULL && ASN1_INTEGER_get_int64(out, number) == 1;
    ASN1_INTEGER_free(number);
    ERR_clear_error();
    return good;
}

cdn_status cdn_seal_crl_number(const char *trust_dir, int64_t *out, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    X509_CRL *crl = NULL;
    CDN_TRY(cdn_seal_path(path, trust_dir, LIST, error));
    CDN_TRY(read_list(path, &crl, error));
    bool good = read_number(crl, out);
    X509_CRL_free(crl);
    return good ? CDN_OK : cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "the list has no number");
}

static bool add_number(X509_CRL *crl, X509_CRL *old)
{
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    int64_t value = 0;
    bool good = number != NULL && (old == NULL || read_number(old, &value)) &&
                ASN1_INTEGER_set_int64(number, value + 1) == 1 &&
                X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
    ASN1_INTEGER_free(number);
    return good;
}

static bool add_entry(X509_CRL *crl, const ASN1_INTEGER *serial, const ASN1_TIME *when)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    ASN1_INTEGER *copy = ASN1_INTEGER_dup(serial);
    ASN1_TIME *date = ASN1_STRING_dup(when);
    bool good = entry != NULL && reason != NULL && copy != NULL && date != NULL &&
                X509_REVOKED_set_serialNumber(entry, copy) == 1 &&
                X509_REVOKED_set_revocationDate(entry, date) == 1 &&
                ASN1_ENUMERATED_set(reason, REASON_KEY_COMPROMISE) == 1 &&
                X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1 &&
                X509_CRL_add0_revoked(crl, entry) == 1;
    if (!good)
        X509_REVOKED_free(entry);
    ASN1_STRING_free(date);
    ASN1_INTEGER_free(copy);
    ASN1_ENUMERATED_free(reason);
    return good;
}

static bool add_entries(X509_CRL *crl, X509_CRL *old, STACK_OF(X509) *more, const ASN1_TIME *now)
{
    STACK_OF(X509_REVOKED) *earlier = old == NULL ? NULL : X509_CRL_get_REVOKED(old);
    bool good = true;
    for (int i = 0; good && i < sk_X509_REVOKED_num(earlier); i++) {
        const X509_REVOKED *one = sk_X509_REVOKED_value(earlier, i);
        good = add_entry(crl, X509_REVOKED_get0_serialNumber(one),
                         X509_REVOKED_get0_revocationDate(one));
    }
    for (int i = 0; good && more != NULL && i < sk_X509_num(more); i++) {
        X509 *one = sk_X509_value(more, i);
        if (old == NULL || !cdn_seal_crl_holds(old, one))
            good = add_entry(crl, X509_get0_serialNumber(one), now);
    }
    return good;
}

static cdn_status save(const char *trust_dir, X509_CRL *crl, cdn_error *error)
{
    BIO *buffer = BIO_new(BIO_s_mem());
    bool good = buffer != NULL && PEM_write_bio_X509_CRL(buffer, crl) == 1;
    char *bytes = NULL;
    long size = good ? BIO_get_mem_data(buffer, &bytes) : 0;
    cdn_status status =
        size <= 0
            ? cdn_seal_fail(error, CDN_E_NOMEM, "cannot write the list of revoked certificates")
            : cdn_seal_write_public(trust_dir, LIST, bytes, (size_t)size, error);
    BIO_free(buffer);
    return status;
}

cdn_status cdn_seal_crl_save(const char *trust_dir, X509 *root, EVP_PKEY *root_key,
                             X509_CRL *old, STACK_OF(X509) *more, cdn_error *error)
{
    ERR_clear_error();
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = ASN1_TIME_new(), *next = ASN1_TIME_new();
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, root, NULL, NULL, crl, 0);
    X509_EXTENSION *issuer =
        X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    bool good = crl != NULL && now != NULL && next != NULL && issuer != NULL &&
                cdn_seal_set_time(now, 0, 0) && cdn_seal_set_time(next, LIST_DAYS, 0) &&
                X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(crl, X509_get_subject_name(root)) == 1 &&
                X509_CRL_set1_lastUpdate(crl, now) == 1 &&
                X509_CRL_set1_nextUpdate(crl, next) == 1 &&
                X509_CRL_add_ext(crl, issuer, -1) == 1 && add_number(crl, old) &&
                add_entries(crl, old, more, now) && X509_CRL_sort(crl) == 1 &&
                X509_CRL_sign(crl, root_key, EVP_sha384()) > 0;
    cdn_status status =
        good ? save(trust_dir, crl, error)
             : cdn_seal_fail(error, CDN_E_INTERNAL, "cannot make the list of revoked certificates");
    X509_EXTENSION_free(issuer);
    ASN1_TIME_free(next);
    ASN1_TIME_free(now);
    X509_CRL_free(crl);
    return status;
}
