/* sign_cert.c - certificates: made, listed, read.
 *
 * The root is P-384, CA, pathlen 0, ten years, and no name of a computer lies
 * within it: put into a browser by mistake, it does no harm. An approver's certificate is P-256,
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
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
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

static bool set_subject(X509_NAME *subject, const char *name, const char *organisation)
{
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

/* A subtree with an empty base holds every name of its kind. */
static bool exclude(NAME_CONSTRAINTS *constraints, int kind, int size)
{
    static const unsigned char zeros[32] = {0};
    GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
    ASN1_STRING *base =
        kind == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
    if (subtree == NULL || base == NULL || ASN1_STRING_set(base, zeros, size) != 1) {
        ASN1_STRING_free(base);
        GENERAL_SUBTREE_free(subtree);
        return false;
    }
    GENERAL_NAME_set0_value(subtree->base, kind, base);
    if (sk_GENERAL_SUBTREE_push(constraints->excludedSubtrees, subtree) > 0)
        return true;
    GENERAL_SUBTREE_free(subtree);
    return false;
}

static bool add_constraints(X509 *certificate)
{
    NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    if (constraints == NULL)
        return false;
    constraints->excludedSubtrees = sk_GENERAL_SUBTREE_new_null();
    bool good = constraints->excludedSubtrees != NULL && exclude(constraints, GEN_DNS, 0) &&
                exclude(constraints, GEN_IPADD, 8) && exclude(constraints, GEN_IPADD, 32) &&
                X509_add1_ext_i2d(certificate, NID_name_constraints, constraints, 1, 0) == 1;
    NAME_CONSTRAINTS_free(constraints);
    return good;
}

static bool add_extensions(X509 *certificate, X509 *issuer, bool root)
{
    return add_extension(certificate, issuer, NID_basic_constraints,
                         root ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage,
                         root ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
           (root ? add_constraints(certificate)
                 : add_extension(certificate, issuer, NID_ext_key_usage, "emailProtection")) &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

bool cdn_seal_chain_holds(X509 *certificate, STACK_OF(X509) *between, X509 *root, int purpose)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    bool good = store != NULL && context != NULL && X509_STORE_add_cert(store, root) == 1 &&
                X509_STORE_set_purpose(store, purpose) == 1 &&
                X509_STORE_CTX_init(context, store, certificate, between) == 1;
    if (good) {
        X509_STORE_CTX_set_time(context, 0, (time_t)cdn_clock_now());
        good = X509_verify_cert(context) == 1;
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return good;
}

/* What a certificate says besides its extensions; dates in seconds since 1970. */
typedef struct contents {
    EVP_PKEY *key;
    const X509_NAME *subject;
    int64_t from, until;
    bool authority;
    X509 *issuer; /* NULL = itself */
    EVP_PKEY *issuer_key;
} contents;

static cdn_status make(const contents *c, X509 **out, cdn_error *error)
{
    X509 *made = X509_new();
    X509 *issuer = c->issuer == NULL ? made : c->issuer;
    bool good = made != NULL && X509_set_version(made, X509_VERSION_3) && set_serial(made) &&
                ASN1_TIME_set(X509_getm_notBefore(made), (time_t)c->from) != NULL &&
                ASN1_TIME_set(X509_getm_notAfter(made), (time_t)c->until) != NULL &&
                X509_set_pubkey(made, c->key) &&
                X509_set_subject_name(made, c->subject) &&
                X509_set_issuer_name(made, c->issuer == NULL ? c->subject
                                                             : X509_get_subject_name(issuer)) &&
                add_extensions(made, issuer, c->authority) &&
                X509_sign(made, c->issuer_key, EVP_sha384()) > 0;
    if (!good) {
        X509_free(made);
        return cdn_seal_fail(error, CDN_E_INTERNAL, "cannot make a certificate");
    }
    *out = made;
    return CDN_OK;
}

cdn_status cdn_seal_authority_create(EVP_PKEY *key, const X509 *like, int64_t from, int64_t until,
                                     X509 *issuer, EVP_PKEY *issuer_key, X509 **out,
                                     cdn_error *error)
{
    const contents c = {key, X509_get_subject_name(like), from, until, true, issuer, issuer_key};
    ERR_clear_error();
    return make(&c, out, error);
}

static int64_t root_end(void)
{
    return cdn_clock_now() + (int64_t)ROOT_DAYS * CDN_SECONDS_PER_DAY;
}

cdn_status cdn_seal_root_create(EVP_PKEY *key, const X509 *before, X509 **out, cdn_error *error)
{
    const contents c = {key, X509_get_subject_name(before),
                        cdn_seal_seconds(X509_get0_notBefore(before)), root_end(), true, NULL, key};
    ERR_clear_error();
    return make(&c, out, error);
}

cdn_status cdn_seal_certificate_create(EVP_PKEY *key, const char *name, const char *organisation,
                                       X509 *issuer, EVP_PKEY *issuer_key, X509 **out,
                                       cdn_error *error)
{
    bool root = issuer == NULL;
    X509_NAME *subject = X509_NAME_new();
    int64_t until = root ? root_end() : cdn_seal_signer_end(issuer);
    const contents c = {key,  subject, cdn_clock_now() - CLOCK_SLACK_SECONDS, until, root, issuer,
                        root ? key : issuer_key};
    cdn_status status = CDN_OK;
    ERR_clear_error();
    if (!root && !cdn_seal_certificate_is_live(issuer))
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the root's certificate has ended; `cordon key rotate-root` replaces it");
    else if (subject == NULL || !set_subject(subject, name, organisation))
        status = cdn_seal_fail(error, CDN_E_USAGE, "a name must be 1 to 64 characters of UTF-8");
    if (status == CDN_OK)
        status = make(&c, out, error);
    /* what no recipient would take is not handed out: a name like that of a computer */
    if (status == CDN_OK && !root &&
        !cdn_seal_chain_holds(*out, NULL, issuer, X509_PURPOSE_SMIME_SIGN)) {
        X509_free(*out);
        *out = NULL;
        status = cdn_seal_fail(error, CDN_E_USAGE, "the root may not certify this name");
    }
    X509_NAME_free(subject);
    return status;
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
    BIO *in = NULL;
    cdn_status status = cdn_seal_read_public(path, optional, &in, error);
    if (status == CDN_OK && in != NULL)
        status = read_certificates(in, path, list, error);
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

/* No certificate outlives its issuer's. */
int64_t cdn_seal_signer_end(const X509 *issuer)
{
    int64_t end = cdn_clock_now() + (int64_t)APPROVER_DAYS * CDN_SECONDS_PER_DAY;
    int64_t last = cdn_seal_seconds(X509_get0_notAfter(issuer));
    return last < end ? last : end;
}

int64_t cdn_seal_seconds(const ASN1_TIME *time)
{
    struct tm parts;
    return time != NULL && ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : -1;
}

bool cdn_seal_set_time(ASN1_TIME *time, int64_t days, int64_t seconds)
{
    time_t when = (time_t)(cdn_clock_now() + days * CDN_SECONDS_PER_DAY + seconds);
    return ASN1_TIME_set(time, when) != NULL;
}

bool cdn_seal_certificate_is_live(const X509 *certificate)
{
    int64_t now = cdn_clock_now();
    return cdn_seal_seconds(X509_get0_notBefore(certificate)) <= now &&
           cdn_seal_seconds(X509_get0_notAfter(certificate)) >= now;
}
