/* digest.c - SHA-256, SHA-512 and HMAC-SHA-256, through OpenSSL's EVP.
 *
 * Files are digested in steps, never held whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"

#define STEP_SIZE ((size_t)256 * 1024)

static void to_hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15u];
    }
    out[2 * size] = '\0';
}

static cdn_status crypto_failed(cdn_error *error)
{
    return cdn_fail(error, CDN_E_INTERNAL, "OpenSSL cannot compute a digest");
}

cdn_status cdn_sha256(const void *bytes, size_t size, uint8_t out[CDN_SHA256_SIZE],
                      cdn_error *error)
{
    if (EVP_Digest(size == 0 ? "" : bytes, size, out, NULL, EVP_sha256(), NULL) != 1)
        return crypto_failed(error);
    return CDN_OK;
}

cdn_status cdn_sha256_hex(const void *bytes, size_t size, char out[CDN_SHA256_HEX],
                          cdn_error *error)
{
    uint8_t raw[CDN_SHA256_SIZE];
    CDN_TRY(cdn_sha256(bytes, size, raw, error));
    to_hex(raw, sizeof raw, out);
    return CDN_OK;
}

static cdn_status open_file(const char *path, int *descriptor, cdn_error *error)
{
    struct stat info;
    *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "no such file");
    if (*descriptor < 0)
        return cdn_fail_errno(error, "cannot open", path, errno);
    if (fstat(*descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(*descriptor);
        return cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "expected a regular file");
    }
    return CDN_OK;
}

static cdn_status update_from(EVP_MD_CTX *context, int descriptor, const char *path,
                              uint64_t *size_bytes, cdn_error *error)
{
    cdn_status status = CDN_OK;
    uint8_t *step = cdn_alloc(STEP_SIZE, 1);
    if (step == NULL)
        return cdn_fail_memory(error);
    *size_bytes = 0;
    for (;;) {
        ssize_t count = read(descriptor, step, STEP_SIZE);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            status = cdn_fail_errno(error, "cannot read", path, errno);
        else if (count > 0 && EVP_DigestUpdate(context, step, (size_t)count) != 1)
            status = crypto_failed(error);
        if (count <= 0 || status != CDN_OK)
            break;
        *size_bytes += (uint64_t)count;
    }
    cdn_free(step);
    return status;
}

static cdn_status digest_file(const EVP_MD *method, const char *path, char *out_hex,
                              uint64_t *size_bytes, cdn_error *error)
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    unsigned raw_size = 0;
    int descriptor;
    CDN_TRY(open_file(path, &descriptor, error));
    cdn_status status = CDN_OK;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK && EVP_DigestInit_ex(context, method, NULL) != 1)
        status = crypto_failed(error);
    if (status == CDN_OK)
        status = update_from(context, descriptor, path, size_bytes, error);
    if (status == CDN_OK && EVP_DigestFinal_ex(context, raw, &raw_size) != 1)
        status = crypto_failed(error);
    if (status == CDN_OK)
        to_hex(raw, raw_size, out_hex);
    EVP_MD_CTX_free(context);
    (void)close(descriptor);
    return status;
}

cdn_status cdn_sha256_file_hex(const char *path, char out[CDN_SHA256_HEX], cdn_error *error)
{
    uint64_t size_bytes;
    return digest_file(EVP_sha256(), path, out, &size_bytes, error);
}

cdn_status cdn_sha512_file_hex(const char *path, char out[CDN_SHA512_HEX], uint64_t *size_bytes,
                               cdn_error *error)
{
    uint64_t size = 0;
    CDN_TRY(digest_file(EVP_sha512(), path, out, &size, error));
    if (size_bytes != NULL)
        *size_bytes = size;
    return CDN_OK;
}

cdn_status cdn_hmac_sha256_hex(const void *key, size_t key_size, const void *bytes, size_t size,
                               char out[CDN_SHA256_HEX], cdn_error *error)
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    unsigned raw_size = 0;
    static const unsigned char nothing[1] = {0};
    if (key_size > INT_MAX)
        return cdn_fail(error, CDN_E_LIMIT, "key is too long");
    if (HMAC(EVP_sha256(), key_size == 0 ? nothing : key, (int)key_size,
             size == 0 ? nothing : bytes, size, raw, &raw_size) == NULL)
        return crypto_failed(error);
    to_hex(raw, raw_size, out);
    return CDN_OK;
}

struct cdn_keyed_hash {
    EVP_MAC *method;
    EVP_MAC_CTX *context;
};

cdn_status cdn_keyed_hash_create(const void *key, size_t key_size, cdn_keyed_hash **out,
                                 cdn_error *error)
{
    char sha256[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
        OSSL_PARAM_construct_end()};
    cdn_keyed_hash *hash = cdn_alloc(1, sizeof *hash);
    *out = NULL;
    if (hash == NULL)
        return cdn_fail_memory(error);
    hash->method = EVP_MAC_fetch(NULL, "HMAC", NULL);
    hash->context = hash->method == NULL ? NULL : EVP_MAC_CTX_new(hash->method);
    if (hash->context == NULL || EVP_MAC_init(hash->context, key, key_size, parameters) != 1) {
        cdn_keyed_hash_destroy(hash);
        return crypto_failed(error);
    }
    *out = hash;
    return CDN_OK;
}

cdn_status cdn_keyed_hash_64(cdn_keyed_hash *hash, const void *bytes, size_t size, uint64_t *out,
                             cdn_error *error)
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    size_t raw_size = 0;
    if (EVP_MAC_init(hash->context, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(hash->context, bytes, size) != 1 ||
        EVP_MAC_final(hash->context, raw, &raw_size, sizeof raw) != 1 ||
        raw_size != CDN_SHA256_SIZE)
        return crypto_failed(error);
    *out = 0;
    for (size_t i = 0; i < sizeof *out; i++)
        *out = *out << 8 | raw[i];
    return CDN_OK;
}

void cdn_keyed_hash_destroy(cdn_keyed_hash *hash)
{
    if (hash == NULL)
        return;
    EVP_MAC_CTX_free(hash->context);
    EVP_MAC_free(hash->method);
    cdn_free(hash);
}
