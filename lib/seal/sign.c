/* sign.c - detached CMS signatures, made and verified.
 *
 * What stock `openssl cms -verify` accepts is wider than what we accept: it takes
 * SHA-1, any number of signers, and certificates out of the message. Here: one
 * signer, SHA-256 or stronger, a certificate from the roster, a chain of one
 * step to root.pem, the S/MIME signing purpose, in force when it signed. The
 * root's list of revoked certificates is looked at apart from the chain: OpenSSL
 * would ask whether today's list was in force at the time of signing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/pem.h> /* first: it declares the PEM functions of cms.h */

#include <openssl/cms.h>

#include "seal/sign_parts.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/clock.h"
#include "core/fail.h"
#include "seal/digest.h"

#define SIGNATURE_SIZE 65536
#define CLOCK_SLACK_SECONDS 300 /* between the clocks of two machines */
#define SECURITY_BITS 112 /* NIST SP 800-57 part 1: P-256 has 128, RSA-2048 112 */

/* What a trust folder says. */
typedef struct trust {
    X509 *root;
    STACK_OF(X509) *earlier, *roster;
    X509_CRL *crl;
} trust;

/* With the time of signing by our clock. */
static bool add_signer(CMS_ContentInfo *message, X509 *certificate, EVP_PKEY *key)
{
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)cdn_clock_now());
    CMS_SignerInfo *signer =
        now == NULL ? NULL
                    : CMS_add1_signer(message, certificate, key, EVP_sha256(),
                                      CMS_CADES | CMS_USE_KEYID | CMS_NOSMIMECAP | CMS_NOCERTS);
    bool good = signer != NULL && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime,
                                                              now->type, now, -1) == 1;
    ASN1_TIME_free(now);
    return good;
}

cdn_status cdn_seal_sign(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                         const char *name, const cdn_passphrase *passphrase, const void *bytes,
                         size_t size, cdn_text *out_pem, cdn_error *error)
{
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    if (size > INT_MAX)
        return cdn_fail(error, CDN_E_LIMIT, "too many bytes to sign");
    CDN_TRY(cdn_seal_signer_load(role, keys_dir, trust_dir, name, passphrase, &certificate, &key,
                                 error));
    ERR_clear_error();
    cdn_status status = CDN_OK;
    unsigned flags = CMS_DETACHED | CMS_BINARY;
    BIO *in = BIO_new_mem_buf(bytes, (int)size);
    BIO *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *message = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL | CMS_STREAM);
    bool good = in != NULL && out != NULL && message != NULL &&
                add_signer(message, certificate, key) &&
                CMS_final(message, in, NULL, flags) == 1 && PEM_write_bio_CMS(out, message) == 1;
    char *pem = NULL;
    long length = good ? BIO_get_mem_data(out, &pem) : 0;
    if (length > 0)
        cdn_text_add_bytes(out_pem, pem, (size_t)length);
    if (length <= 0)
        status = cdn_seal_fail(error, CDN_E_INTERNAL, "cannot sign");
    else if (out_pem->failed)
        status = cdn_fail_memory(error);
    CMS_ContentInfo_free(message);
    BIO_free(out);
    BIO_free(in);
    EVP_PKEY_free(key);
    X509_free(certificate);
    ERR_clear_error();
    return status;
}

/* Lines of it, none of them empty. */
static bool is_base64(const char *bytes, size_t size)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    char before = '\n';
    for (size_t i = 0; i < size; before = bytes[i++])
        if (bytes[i] == '\n' ? before == '\n' : memchr(set, bytes[i], sizeof set - 1) == NULL)
            return false;
    return before == '\n';
}

/* One PEM block and nothing beside it: what is could say something else to another reader, and
 * verify.sh reads it by its lines. */
static cdn_status parse_message(const char *pem, size_t size, CMS_ContentInfo **out,
                                cdn_error *error)
{
    static const char begin[] = "-----BEGIN CMS-----\n", end[] = "-----END CMS-----\n";
    size_t begin_size = sizeof begin - 1, end_size = sizeof end - 1;
    if (size > SIGNATURE_SIZE)
        return cdn_fail(error, CDN_E_REFUSED, "the signature is larger than %d bytes",
                        SIGNATURE_SIZE);
    if (size < begin_size + end_size || memcmp(pem, begin, begin_size) != 0 ||
        memcmp(pem + size - end_size, end, end_size) != 0 ||
        !is_base64(pem + begin_size, size - begin_size - end_size))
        return cdn_fail(error, CDN_E_REFUSED, "expected one CMS message in PEM");
    BIO *in = BIO_new_mem_buf(pem, (int)size);
    CMS_ContentInfo *message = in == NULL ? NULL : PEM_read_bio_CMS(in, NULL, NULL, NULL);
    BIO_free(in);
    if (message == NULL)
        return cdn_seal_fail(error, CDN_E_REFUSED, "the CMS message cannot be read");
    *out = message;
    return CDN_OK;
}

static bool is_digest_allowed(CMS_SignerInfo *info)
{
    X509_ALGOR *digest = NULL;
    const ASN1_OBJECT *object = NULL;
    CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, NULL);
    if (digest == NULL)
        return false;
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    int nid = OBJ_obj2nid(object);
    return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

/* The shape of the message, before any cryptography. */
static cdn_status check_message(CMS_ContentInfo *message, cdn_error *error)
{
    const ASN1_OBJECT *type = CMS_get0_type(message);
    if (type == NULL || OBJ_obj2nid(type) != NID_pkcs7_signed)
        return cdn_fail(error, CDN_E_REFUSED, "expected signed data, found another kind of CMS");
    const ASN1_OBJECT *content = CMS_get0_eContentType(message);
    if (content == NULL || OBJ_obj2nid(content) != NID_pkcs7_data || CMS_is_detached(message) != 1)
        return cdn_fail(error, CDN_E_REFUSED, "expected a detached signature over data");
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(message);
    if (infos == NULL || sk_CMS_SignerInfo_num(infos) != 1)
        return cdn_fail(error, CDN_E_REFUSED, "expected exactly one signer in a signature");
    if (!is_digest_allowed(sk_CMS_SignerInfo_value(infos, 0)))
        return cdn_fail(error, CDN_E_REFUSED, "the digest is weaker than SHA-256");
    return CDN_OK;
}

/* Same point, same digest: the encoding of an EC point is a choice of the writer. */
static cdn_status digest_key(X509 *certificate, char out[CDN_SHA256_HEX], cdn_error *error)
{
    EVP_PKEY *key = X509_get_pubkey(certificate);
    if (key == NULL)
        return cdn_seal_fail(error, CDN_E_REFUSED, "the signer's key cannot be read");
    if (EVP_PKEY_get_security_bits(key) < SECURITY_BITS) {
        EVP_PKEY_free(key);
        return cdn_fail(error, CDN_E_REFUSED, "the signer's key is too weak");
    }
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
        (void)EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                             OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    EVP_PKEY_free(key);
    if (length <= 0)
        return cdn_seal_fail(error, CDN_E_NOMEM, "the signer's key cannot be written");
    cdn_status status = cdn_sha256_hex(der, (size_t)length, out, error);
    OPENSSL_free(der);
    return status;
}

static cdn_status describe_signer(CMS_ContentInfo *message, cdn_signer *out, cdn_error *error)
{
    STACK_OF(X509) *signers = CMS_get0_signers(message);
    X509 *signer = signers == NULL ? NULL : sk_X509_value(signers, 0);
    cdn_status status = CDN_OK;
    if (signer == NULL || sk_X509_num(signers) != 1)
        status = cdn_fail(error, CDN_E_REFUSED, "expected exactly one signer in a signature");
    else if ((X509_get_extension_flags(signer) & EXFLAG_KUSAGE) == 0 ||
             (X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE) == 0)
        status = cdn_fail(error, CDN_E_REFUSED, "the signer's certificate is not for signing");
    else if (!cdn_seal_certificate_text(signer, NID_commonName, out->name) ||
             !cdn_seal_certificate_text(signer, NID_organizationName, out->organisation))
        status = cdn_fail(error, CDN_E_REFUSED,
                          "the signer's certificate must name one person and one organisation");
    else
        status = digest_key(signer, out->key_digest, error);
    sk_X509_free(signers);
    return status;
}

/* The one time of signing that the signer states, in seconds since 1970; -1 when there is none. */
static int64_t signing_time(CMS_ContentInfo *message)
{
    CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
    ASN1_OBJECT *object = OBJ_nid2obj(NID_pkcs9_signingTime);
    const int only = -3; /* no second attribute, no second value */
    const ASN1_TIME *time = CMS_signed_get0_data_by_OBJ(info, object, only, V_ASN1_UTCTIME);
    if (time == NULL)
        time = CMS_signed_get0_data_by_OBJ(info, object, only, V_ASN1_GENERALIZEDTIME);
    return cdn_seal_seconds(time);
}

/* Those of earlier roots are steps on the way, not ends. */
static bool add_roots(X509_STORE *store, X509 *root, STACK_OF(X509) *earlier)
{
    bool good = X509_STORE_add_cert(store, root) == 1;
    for (int i = 0; good && i < sk_X509_num(earlier); i++)
        good = X509_STORE_add_cert(store, sk_X509_value(earlier, i)) == 1;
    return good;
}

static cdn_status verify_message(CMS_ContentInfo *message, const trust *t, const void *bytes,
                                 size_t size, cdn_error *error)
{
    int64_t when = signing_time(message);
    if (when < 0)
        return cdn_fail(error, CDN_E_REFUSED, "the signature does not say when it was made");
    if (when > cdn_clock_now() + CLOCK_SLACK_SECONDS)
        return cdn_fail(error, CDN_E_REFUSED,
                        "the signature says it was made in the future; is this clock right?");
    BIO *in = BIO_new_mem_buf(bytes, (int)size);
    X509_STORE *store = X509_STORE_new();
    cdn_status status = CDN_OK;
    bool ready = in != NULL && store != NULL && add_roots(store, t->root, t->earlier) &&
                 X509_STORE_set_purpose(store, X509_PURPOSE_SMIME_SIGN) == 1;
    if (ready)
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)when);
    if (!ready)
        status = cdn_seal_fail(error, CDN_E_NOMEM, "cannot prepare the verification");
    else if (CMS_verify(message, t->roster, store, in, NULL,
                        CMS_BINARY | CMS_DETACHED | CMS_CADES | CMS_NOINTERN) != 1)
        status = cdn_seal_fail(error, CDN_E_REFUSED, "the signature does not verify");
    X509_STORE_free(store);
    BIO_free(in);
    return status;
}

static int64_t cut(int64_t end, const X509 *certificate)
{
    int64_t last = cdn_seal_seconds(X509_get0_notAfter(certificate));
    return last < end ? last : end;
}

/* No certificate counts for longer than the root, or the earlier root that made it. */
static int64_t chain_end(X509 *signer, const trust *t)
{
    int64_t end = cut(cut(INT64_MAX, signer), t->root);
    for (int i = 0; i < sk_X509_num(t->earlier); i++) {
        X509 *one = sk_X509_value(t->earlier, i);
        if (X509_check_issued(one, signer) == X509_V_OK)
            end = cut(end, one);
    }
    return end;
}

static cdn_status find_state(CMS_ContentInfo *message, const trust *t, cdn_signer *out,
                             cdn_error *error)
{
    STACK_OF(X509) *signers = CMS_get0_signers(message);
    X509 *signer = signers == NULL ? NULL : sk_X509_value(signers, 0);
    cdn_status status = signer == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (signer != NULL) {
        out->until = chain_end(signer, t);
        out->state = cdn_seal_crl_holds(t->crl, signer) ? CDN_SIGNER_REVOKED
                     : out->until < cdn_clock_now() || !cdn_seal_certificate_is_live(signer)
                         ? CDN_SIGNER_EXPIRED
                         : CDN_SIGNER_IN_FORCE;
    }
    sk_X509_free(signers);
    return status;
}

static cdn_status load_trust(cdn_seal_role role, const char *trust_dir, trust *out,
                             cdn_error *error)
{
    CDN_TRY(cdn_seal_root_load(trust_dir, &out->root, error));
    CDN_TRY(cdn_seal_earlier_load(trust_dir, &out->earlier, error));
    for (int i = sk_X509_num(out->earlier) - 1; i >= 0; i--)
        if (X509_verify(sk_X509_value(out->earlier, i), X509_get0_pubkey(out->root)) != 1)
            X509_free(sk_X509_delete(out->earlier, i)); /* nobody vouches for it */
    CDN_TRY(cdn_seal_crl_load(trust_dir, out->root, false, &out->crl, error));
    return cdn_seal_certificates_load(trust_dir, cdn_seal_roster(role), false, &out->roster, error);
}

cdn_status cdn_seal_verify_past(cdn_seal_role role, const char *trust_dir, const void *bytes,
                                size_t size, const char *pem, size_t pem_size, cdn_signer *out,
                                cdn_error *error)
{
    CMS_ContentInfo *message = NULL;
    trust t = {NULL, NULL, NULL, NULL};
    if (size > INT_MAX)
        return cdn_fail(error, CDN_E_LIMIT, "too many signed bytes");
    ERR_clear_error();
    cdn_status status = parse_message(pem, pem_size, &message, error);
    if (status == CDN_OK)
        status = check_message(message, error);
    if (status == CDN_OK)
        status = load_trust(role, trust_dir, &t, error);
    if (status == CDN_OK)
        status = verify_message(message, &t, bytes, size, error);
    if (status == CDN_OK)
        status = describe_signer(message, out, error);
    if (status == CDN_OK)
        status = find_state(message, &t, out, error);
    sk_X509_pop_free(t.roster, X509_free);
    sk_X509_pop_free(t.earlier, X509_free);
    X509_CRL_free(t.crl);
    X509_free(t.root);
    CMS_ContentInfo_free(message);
    ERR_clear_error();
    return status;
}

cdn_status cdn_seal_verify(cdn_seal_role role, const char *trust_dir, const void *bytes,
                           size_t size, const char *pem, size_t pem_size, cdn_signer *out,
                           cdn_error *error)
{
    CDN_TRY(cdn_seal_verify_past(role, trust_dir, bytes, size, pem, pem_size, out, error));
    if (out->state == CDN_SIGNER_REVOKED)
        return cdn_fail(error, CDN_E_REFUSED, "the certificate of %s is revoked", out->name);
    if (out->state == CDN_SIGNER_EXPIRED)
        return cdn_fail(error, CDN_E_REFUSED, "the certificate of %s has expired", out->name);
    return CDN_OK;
}
