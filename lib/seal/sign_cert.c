/* sign_cert.c - certificates: made, listed, read.
 *
 * The root is P-384, CA, pathlen 0, ten years. An approver's certificate is P-256,
 * not a CA, keyUsage digitalSignature (critical), EKU emailProtection: the only
 * profile that `openssl cms -verify` takes under its default purpose; a codeSigning
 * EKU fails it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "seal/sign_parts.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <string.h>
#include <unistd.h>

#include "core/fail.h"

#define SERIAL_BITS 159 /* RFC 5280 4.1.2.2: positive, at most 20 octets */
#define ROOT_DAYS 3653
#define APPROVER_DAYS 396 /* 13 months */
#define CLOCK_SLACK_SECONDS 300
#define MAX_CERTIFICATES 1000

static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool good = number != NULL &&
                BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return good;
}

static bool set_subject(X509 *certificate, const char *name, const char *organisation)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    const unsigned char *cn = (const unsigned char *)name;
    const unsigned char *o = (const unsigned char *)organisation;
    return X509_NAME_add_entry_by_NID(subject, NID_organizationName, MBSTRING_UTF8, o, -1, -1, 0) &&
           X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, cn, -1, -1, 0);
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool good = extension != NULL && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return good;
}

static bool add_extensions(X509 *certificate, X509 *issuer, bool root)
{
    return add_extension(certificate, issuer, NID_basic_constraints,
                         root ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage,
                         root ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
           (root || add_extension(certificate, issuer, NID_ext_key_usage, "emailProtection")) &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

cdn_status cdn_seal_certificate_create(EVP_PKEY *key, const char *name, const char *organisation,
                                       X509 *issuer, EVP_PKEY *issuer_key, X509 **out,
                                       cdn_error *error)
{
    ERR_clear_error();
    bool root = issuer == NULL;
    X509 *made = X509_new();
    bool good = made != NULL && X509_set_version(made, X509_VERSION_3) && set_serial(made) &&
                X509_gmtime_adj(X509_getm_notBefore(made), -CLOCK_SLACK_SECONDS) != NULL &&
                X509_time_adj_ex(X509_getm_notAfter(made), root ? ROOT_DAYS : APPROVER_DAYS, 0,
                                 NULL) != NULL &&
                X509_set_pubkey(made, key);
    if (good && !set_subject(made, name, organisation)) {
        X509_free(made);
        return cdn_seal_fail(error, CDN_E_USAGE, "a name must be 1 to 64 characters of UTF-8");
    }
    good = good &&
           X509_set_issuer_name(made, X509_get_subject_name(root ? made : issuer)) &&
           add_extensions(made, root ? made : issuer, root) &&
           X509_sign(made, root ? key : issuer_key, EVP_sha384()) > 0;
    if (!good) {
        X509_free(made);
        return cdn_seal_fail(error, CDN_E_INTERNAL, "cannot make a certificate");
    }
    *out = made;
    return CDN_OK;
}

/* Reads certificates until the end of the PEM text. */
static cdn_status read_certificates(BIO *in, const char *path, STACK_OF(X509) *list,
                                    cdn_error *error)
{
    for (;;) {
        X509 *next = PEM_read_bio_X509(in, NULL, NULL, NULL);
        if (next == NULL)
            break;
        if (sk_X509_num(list) >= MAX_CERTIFICATES || sk_X509_push(list, next) <= 0) {
            X509_free(next);
            return cdn_fail_at(error, CDN_E_LIMIT, path, 0, 0, "more than %d certificates",
                               MAX_CERTIFICATES);
        }
    }
    unsigned long last = ERR_peek_last_error();
    bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!at_end)
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0,
                           "certificate %d cannot be read, expected PEM",
                           sk_X509_num(list) + 1);
    if (sk_X509_num(list) == 0)
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "expected a certificate in PEM");
    return CDN_OK;
}

cdn_status cdn_seal_certificates_load(const char *directory, const char *name, bool optional,
                                      STACK_OF(X509) **out, cdn_error *error)
{
    char path[CDN_SEAL_PATH_SIZE];
    CDN_TRY(cdn_seal_path(path, directory, name, error));
    ERR_clear_error();
    STACK_OF(X509) *list = sk_X509_new_null();
    if (list == NULL)
        return cdn_fail_memory(error);
    BIO *in = BIO_new_file(path, "rb");
    cdn_status status = CDN_OK;
    if (in != NULL)
        status = read_certificates(in, path, list, error);
    else if (!optional || access(path, F_OK) == 0)
        status = cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "cannot read the certificates");
    ERR_clear_error();
    BIO_free(in);
    if (status != CDN_OK) {
        sk_X509_pop_free(list, X509_free);
        return status;
    }
    *out = list;
    return CDN_OK;
}

cdn_status cdn_seal_certificates_save(const char *directory, const char *name,
                                      STACK_OF(X509) *certificates, cdn_error *error)
{
    ERR_clear_error();
    BIO *buffer = BIO_new(BIO_s_mem());
    bool good = buffer != NULL;
    for (int i = 0; good && i < sk_X509_num(certificates); i++)
        good = PEM_write_bio_X509(buffer, sk_X509_value(certificates, i)) == 1;
    char *bytes = NULL;
    long size = good ? BIO_get_mem_data(buffer, &bytes) : 0;
    cdn_status status = CDN_OK;
    if (size <= 0)
        status = cdn_seal_fail(error, CDN_E_NOMEM, "cannot write certificates");
    else
        status = cdn_seal_write_public(directory, name, bytes, (size_t)size, error);
    BIO_free(buffer);
    return status;
}

cdn_status cdn_seal_root_load(const char *trust_dir, X509 **out, cdn_error *error)
{
    STACK_OF(X509) *list = NULL;
    CDN_TRY(cdn_seal_certificates_load(trust_dir, "root.pem", false, &list, error));
    cdn_status status = CDN_OK;
    X509 *root = sk_X509_value(list, 0);
    if (sk_X509_num(list) != 1 || X509_check_ca(root) != 1 ||
        X509_self_signed(root, 1) != 1) {
        status = cdn_fail_at(error, CDN_E_INPUT, trust_dir, 0, 0,
                             "root.pem must hold one certificate, a CA's signed by itself");
    } else {
        (void)sk_X509_shift(list);
        *out = root;
    }
    sk_X509_pop_free(list, X509_free);
    ERR_clear_error();
    return status;
}

bool cdn_seal_certificate_text(const X509 *certificate, int nid, char out[CDN_SEAL_NAME_SIZE])
{
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, nid, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0)
        return false;
    unsigned char *text = NULL;
    int length =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    bool good = length > 0 && length < CDN_SEAL_NAME_SIZE;
    for (int i = 0; good && i < length; i++)
        good = text[i] >= 0x20 && text[i] != 0x7f;
    if (good) {
        memcpy(out, text, (size_t)length);
        out[length] = '\0';
    }
    OPENSSL_free(text);
    ERR_clear_error();
    return good;
}

bool cdn_seal_certificate_is_live(const X509 *certificate)
{
    return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
           X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}
