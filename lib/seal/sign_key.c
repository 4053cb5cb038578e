/* sign_key.c - private keys: made, stored as PKCS#8, read back.
 *
 * With a passphrase: AES-256-CBC under scrypt with N = 2^14, r = 8, p = 5. The
 * stock reader gives scrypt 32 MiB at most, so N cannot be larger; p = 5 makes up
 * for it in time (the equivalents of OWASP's password storage cheat sheet).
 * Buffers that held a key are wiped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/sign_parts.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "core/fail.h"

#define KEY_FILE_SIZE 16384
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5

cdn_status cdn_seal_fail(cdn_error *error, cdn_status status, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    if (reason == NULL)
        (void)cdn_fail(error, status, "%s", what);
    else
        (void)cdn_fail(error, status, "%s: %s", what, reason);
    ERR_clear_error();
    return status;
}

cdn_status cdn_seal_key_create(const char *curve, EVP_PKEY **out, cdn_error *error)
{
    ERR_clear_error();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
    if (key == NULL)
        return cdn_seal_fail(error, CDN_E_INTERNAL, "cannot make a key");
    *out = key;
    return CDN_OK;
}

static bool write_encrypted(BIO *out, PKCS8_PRIV_KEY_INFO *plain, const cdn_passphrase *passphrase)
{
    X509_SIG *sealed = NULL;
    X509_ALGOR *method = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R,
                                               SCRYPT_P);
    if (method != NULL && passphrase->length <= INT_MAX)
        sealed = PKCS8_set0_pbe(passphrase->bytes, (int)passphrase->length, plain, method);
    if (sealed == NULL)
        X509_ALGOR_free(method);
    bool good = sealed != NULL && PEM_write_bio_PKCS8(out, sealed) == 1;
    X509_SIG_free(sealed);
    return good;
}

cdn_status cdn_seal_key_save(const char *directory, const char *name, EVP_PKEY *key,
                             const cdn_passphrase *passphrase, cdn_error *error)
{
    cdn_status status = CDN_OK;
    bool encrypt = passphrase != NULL && passphrase->bytes != NULL;
    ERR_clear_error();
    if (encrypt && passphrase->length == 0)
        return cdn_fail(error, CDN_E_USAGE, "the passphrase is empty");
    BIO *buffer = BIO_new(BIO_s_secmem());
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
    if (buffer == NULL || plain == NULL) {
        status = cdn_seal_fail(error, CDN_E_NOMEM, "cannot write a key");
        goto done;
    }
    bool good = encrypt ? write_encrypted(buffer, plain, passphrase)
                        : PEM_write_bio_PKCS8_PRIV_KEY_INFO(buffer, plain) == 1;
    char *bytes = NULL;
    long size = good ? BIO_get_mem_data(buffer, &bytes) : 0;
    if (size <= 0) {
        status = cdn_seal_fail(error, CDN_E_INTERNAL, "cannot write a key");
        goto done;
    }
    status = cdn_seal_write_private(directory, name, bytes, (size_t)size, error);
done:
    PKCS8_PRIV_KEY_INFO_free(plain);
    BIO_free(buffer);
    ERR_clear_error();
    return status;
}

/* OpenSSL asks here; without an answer it would ask the terminal. */
static int answer_passphrase(char *out, int capacity, int for_writing, void *context)
{
    const cdn_passphrase *passphrase = context;
    (void)for_writing;
    if (passphrase == NULL || passphrase->bytes == NULL || capacity < 0 ||
        passphrase->length > (size_t)capacity)
        return -1;
    memcpy(out, passphrase->bytes, passphrase->length);
    return (int)passphrase->length;
}

cdn_status cdn_seal_key_load(const char *directory, const char *name,
                             const cdn_passphrase *passphrase, EVP_PKEY **out, cdn_error *error)
{
    char bytes[KEY_FILE_SIZE];
    char path[CDN_SEAL_PATH_SIZE];
    size_t size = 0;
    cdn_passphrase given = {NULL, 0};
    if (passphrase != NULL)
        given = *passphrase;
    CDN_TRY(cdn_seal_path(path, directory, name, error));
    CDN_TRY(cdn_seal_read_private(directory, name, bytes, sizeof bytes, &size, error));
    ERR_clear_error();
    cdn_status status = CDN_OK;
    BIO *buffer = BIO_new_mem_buf(bytes, (int)size);
    EVP_PKEY *key =
        buffer == NULL ? NULL : PEM_read_bio_PrivateKey(buffer, NULL, answer_passphrase, &given);
    if (key == NULL && size > 0 && memmem(bytes, size, "ENCRYPTED", 9) != NULL) {
        status = cdn_fail_at(error, CDN_E_REFUSED, path, 0, 0,
                             given.bytes == NULL ? "the key is encrypted, no passphrase given"
                                                 : "the key does not open with this passphrase");
        if (given.bytes == NULL)
            cdn_fail_hint(error,
                          "--passphrase-file or --passphrase-fd gives it; of the root's key, "
                          "--root-passphrase-file or --root-passphrase-fd");
    } else if (key == NULL) {
        status = cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "expected a private key in PEM");
    }
    BIO_free(buffer);
    OPENSSL_cleanse(bytes, sizeof bytes);
    ERR_clear_error();
    *out = key;
    return status;
}
