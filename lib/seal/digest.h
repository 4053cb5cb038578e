/* digest.h - SHA-256 and SHA-512 of bytes and files, as raw bytes and as hex. */
#ifndef CDN_SEAL_DIGEST_H
#define CDN_SEAL_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "cordon/error.h"

#define CDN_SHA256_SIZE 32
#define CDN_SHA256_HEX 65 /* with the NUL */
#define CDN_SHA512_HEX 129

cdn_status cdn_sha256(const void *bytes, size_t size, uint8_t out[CDN_SHA256_SIZE],
                      cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_sha256_hex(const void *bytes, size_t size, char out[CDN_SHA256_HEX],
                          cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_sha256_file_hex(const char *path, char out[CDN_SHA256_HEX], cdn_error *error)
    CDN_MUST_CHECK;
cdn_status cdn_sha512_file_hex(const char *path, char out[CDN_SHA512_HEX], uint64_t *size_bytes,
                               cdn_error *error) CDN_MUST_CHECK;
/** HMAC-SHA-256 in hex, for digests of inputs that must not be guessable. */
cdn_status cdn_hmac_sha256_hex(const void *key, size_t key_size, const void *bytes, size_t size,
                               char out[CDN_SHA256_HEX], cdn_error *error) CDN_MUST_CHECK;


/** Many short HMAC-SHA-256 under one key, each cut to its first 64 bits (big-endian).
 *  @owner caller, cdn_keyed_hash_destroy */
typedef struct cdn_keyed_hash cdn_keyed_hash;
cdn_status cdn_keyed_hash_create(const void *key, size_t key_size, cdn_keyed_hash **out,
                                 cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_keyed_hash_64(cdn_keyed_hash *hash, const void *bytes, size_t size, uint64_t *out,
                             cdn_error *error) CDN_MUST_CHECK;
void cdn_keyed_hash_destroy(cdn_keyed_hash *hash);

#endif
