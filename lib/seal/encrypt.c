/* encrypt.c - messages for recipients, and back.
 *
 * Both sides are as strict as the stock tool allows and stricter where it is not:
 * recipients' key usages, key sizes and the key derivation are chosen here (the
 * library's defaults are SHA-1 and PKCS #1 v1.5), and a short tag is refused
 * before the library sees the message (envelope.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/pem.h>
#include <openssl/cms.h>

#include "seal/encrypt.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/fail.h"
#include "seal/sign_parts.h"

#define RSA_BITS 3072
#define FLAGS (CMS_BINARY | CMS_PARTIAL)

static cdn_status load_certificate(const char *path, X509 **out, cdn_error *error)
{
    BIO *in = NULL;
    CDN_TRY(cdn_seal_read_public(path, false, &in, error));
    ERR_clear_error();
    X509 *certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);
    BIO_free(in);
    ERR_clear_error();
    *out = certificate;
    return certificate != NULL
               ? CDN_OK
               : cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "expected a certificate in PEM");
}

static bool is_good_curve(EVP_PKEY *key)
{
    char curve[32];
    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_utf8_string_param(key, "group", curve, sizeof curve, NULL) == 1 &&
           (strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0);
}

/* NULL when the certificate may receive, else what is wrong with it. */
static const char *objection(X509 *certificate)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    uint32_t usage = X509_get_key_usage(certificate);
    if (X509_check_ca(certificate) != 0)
        return "a certificate authority is no recipient";
    if (!cdn_seal_certificate_is_live(certificate))
        return "the recipient's certificate is not within its dates";
    if (key != NULL && is_good_curve(key))
        return (usage & KU_KEY_AGREEMENT) != 0 && usage != UINT32_MAX
                   ? NULL
                   : "the recipient's certificate does not allow key agreement";
    if (key != NULL && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_BITS)
        return (usage & KU_KEY_ENCIPHERMENT) != 0 && usage != UINT32_MAX
                   ? NULL
                   : "the recipient's certificate does not allow key encipherment";
    return "the recipient's key must be P-256, P-384, or RSA of 3072 bits or more";
}

static cdn_status load_recipient(const char *path, X509 **out, cdn_error *error)
{
    CDN_TRY(load_certificate(path, out, error));
    const char *wrong = objection(*out);
    if (wrong == NULL)
        return CDN_OK;
    X509_free(*out);
    *out = NULL;
    return cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0, "%s", wrong);
}

cdn_status cdn_seal_check_recipient(const char *path, char name[CDN_SEAL_NAME_SIZE],
                                    cdn_error *error)
{
    X509 *certificate = NULL;
    CDN_TRY(load_recipient(path, &certificate, error));
    bool good = name == NULL ||
                cdn_seal_certificate_text(certificate, NID_commonName, name);
    X509_free(certificate);
    return good ? CDN_OK
                : cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                              "the recipient's certificate has no name");
}

static bool add_recipient(CMS_ContentInfo *message, X509 *certificate)
{
    CMS_RecipientInfo *info = CMS_add1_recipient_cert(message, certificate, CMS_KEY_PARAM);
    EVP_PKEY_CTX *method = info == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(info);
    if (method == NULL)
        return false;
    if (EVP_PKEY_is_a(X509_get0_pubkey(certificate), "EC"))
        return EVP_PKEY_CTX_set_ecdh_kdf_md(method, EVP_sha256()) > 0;
    return EVP_PKEY_CTX_set_rsa_padding(method, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(method, EVP_sha256()) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(method, EVP_sha256()) > 0;
}

static cdn_status write_message(CMS_ContentInfo *message, const void *bytes, size_t size,
                                cdn_text *out, cdn_error *error)
{
    BIO *in = BIO_new_mem_buf(bytes, (int)size), *der = BIO_new(BIO_s_mem());
    char *data = NULL;
    bool good = in != NULL && der != NULL && CMS_final(message, in, NULL, CMS_BINARY) == 1 &&
                i2d_CMS_bio(der, message) == 1;
    long length = good ? BIO_get_mem_data(der, &data) : 0;
    if (length > 0)
        cdn_text_add_bytes(out, data, (size_t)length);
    BIO_free(in);
    BIO_free(der);
    if (length <= 0)
        return cdn_seal_fail(error, CDN_E_INTERNAL, "cannot encrypt");
    return out->failed ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status encrypt_for(X509 *const *certificates, uint32_t count, const void *bytes,
                              size_t size, cdn_text *out, cdn_error *error)
{
    ERR_clear_error();
    CMS_ContentInfo *message = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), FLAGS);
    bool good = message != NULL;
    for (uint32_t i = 0; good && i < count; i++)
        good = add_recipient(message, certificates[i]);
    cdn_status status = good ? write_message(message, bytes, size, out, error)
                             : cdn_seal_fail(error, CDN_E_INTERNAL, "cannot encrypt");
    CMS_ContentInfo_free(message);
    return status;
}

cdn_status cdn_seal_encrypt(const char *const *certificate_paths, uint32_t count,
                            const void *bytes, size_t size, cdn_text *out, cdn_error *error)
{
    X509 *certificates[64] = {NULL};
    cdn_status status = CDN_OK;
    if (count == 0 || count > sizeof certificates / sizeof certificates[0])
        return cdn_fail(error, CDN_E_USAGE, "expected 1 to 64 recipients");
    if (size > CDN_SEAL_MESSAGE_MAX - 65536)
        return cdn_fail(error, CDN_E_LIMIT, "a package of more than 256 MiB is not encrypted");
    for (uint32_t i = 0; status == CDN_OK && i < count; i++)
        status = load_recipient(certificate_paths[i], &certificates[i], error);
    if (status == CDN_OK)
        status = encrypt_for(certificates, count, bytes, size, out, error);
    for (uint32_t i = 0; i < count; i++)
        X509_free(certificates[i]);
    return status;
}

static bool decrypt_with(EVP_PKEY *key, X509 *certificate, const void *bytes, size_t size, BIO *out)
{
    BIO *in = size <= INT_MAX ? BIO_new_mem_buf(bytes, (int)size) : NULL;
    CMS_ContentInfo *message = in == NULL ? NULL : d2i_CMS_bio(in, NULL);
    bool good = message != NULL &&
                CMS_decrypt(message, key, certificate, NULL, out, CMS_BINARY) == 1;
    CMS_ContentInfo_free(message);
    BIO_free(in);
    ERR_clear_error();
    return good;
}

/* A message to a fresh key, its tag cut to one byte: the last element of four nested ones, each of
 * whose lengths shrinks by as much. */
static bool cut_tag(const cdn_text *message, uint8_t *out, size_t *size)
{
    size_t cut = 15, at = message->length - 18;
    if (message->length < 64 || message->length > 0xffff)
        return false;
    memcpy(out, message->bytes, message->length);
    if (out[at] != 0x04 || out[at + 1] != 16)
        return false;
    out[at + 1] = 1;
    /* SEQUENCE, [0], SEQUENCE with lengths of two bytes (0x82) around the object identifier */
    static const size_t lengths[] = {2, 19, 23};
    for (size_t i = 0; i < 3; i++) {
        uint8_t *length = out + lengths[i];
        if (length[-1] != 0x82)
            return false;
        size_t less = ((size_t)length[0] << 8 | length[1]) - cut;
        length[0] = (uint8_t)(less >> 8);
        length[1] = (uint8_t)less;
    }
    *size = message->length - cut;
    return true;
}

/* The library must open the message as it is, and not with the tag cut. */
static cdn_status sing_canary(cdn_error *error)
{
    static const char song[300] = "canary";
    uint8_t forged[4096];
    size_t size = 0;
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    cdn_text message = CDN_TEXT_INIT(sizeof forged);
    BIO *whole = BIO_new(BIO_s_null()), *cut = BIO_new(BIO_s_null());
    cdn_status status = whole == NULL || cut == NULL ? cdn_fail_memory(error)
                                                     : cdn_seal_key_create("P-256", &key, error);
    if (status == CDN_OK)
        status = cdn_seal_certificate_create(key, "canary", "canary", NULL, NULL, &certificate,
                                             error);
    if (status == CDN_OK)
        status = encrypt_for(&certificate, 1, song, sizeof song, &message, error);
    if (status == CDN_OK && (!cut_tag(&message, forged, &size) ||
                             !decrypt_with(key, certificate, message.bytes, message.length, whole)))
        status = cdn_fail(error, CDN_E_INTERNAL, "the test of decryption could not be made");
    if (status == CDN_OK && decrypt_with(key, certificate, forged, size, cut)) {
        status = cdn_fail(error, CDN_E_REFUSED,
                          "this machine's OpenSSL takes forged messages; nothing is decrypted");
        cdn_fail_hint(error, "install the security updates of libssl3");
    }
    BIO_free(whole);
    BIO_free(cut);
    cdn_text_release(&message);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return status;
}

static cdn_status open_message(EVP_PKEY *key, X509 *certificate, const void *bytes, size_t size,
                               cdn_text *out, cdn_error *error)
{
    char *data = NULL;
    BIO *plain = BIO_new(BIO_s_mem());
    if (plain == NULL)
        return cdn_fail_memory(error);
    bool good = decrypt_with(key, certificate, bytes, size, plain);
    long length = BIO_get_mem_data(plain, &data);
    if (good && length > 0)
        cdn_text_add_bytes(out, data, (size_t)length);
    BIO_free(plain);
    if (!good)
        return cdn_fail(error, CDN_E_REFUSED,
                        "the message is not for this key, or was changed on its way");
    return out->failed ? cdn_fail_memory(error) : CDN_OK;
}

cdn_status cdn_seal_decrypt(const char *directory, const char *key_name,
                            const cdn_passphrase *passphrase, const char *certificate_path,
                            const void *bytes, size_t size, cdn_text *out, cdn_error *error)
{
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    CDN_TRY(cdn_seal_check_envelope(bytes, size, error));
    CDN_TRY(sing_canary(error));
    cdn_status status = load_certificate(certificate_path, &certificate, error);
    if (status == CDN_OK)
        status = cdn_seal_key_load(directory, key_name, passphrase, &key, error);
    if (status == CDN_OK && X509_check_private_key(certificate, key) != 1) {
        ERR_clear_error();
        status = cdn_fail_at(error, CDN_E_REFUSED, certificate_path, 0, 0,
                             "the certificate is not that of the key");
    }
    if (status == CDN_OK)
        status = open_message(key, certificate, bytes, size, out, error);
    EVP_PKEY_free(key);
    X509_free(certificate);
    return status;
}
