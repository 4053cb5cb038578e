/* encrypt.h - a file for named recipients only: CMS AuthEnvelopedData, AES-256-GCM.
 *
 * Every recipient has a certificate of a P-256 or P-384 key (ECDH, SHA-256 key
 * derivation, AES-256 key wrap) or of an RSA key of 3072 bits or more (OAEP,
 * SHA-256). Encryption gives secrecy and nothing else: what is encrypted is
 * signed inside, and the ciphertext is signed too, so that nobody parses a
 * message from a stranger (RFC 5083, RFC 5084).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SEAL_ENCRYPT_H
#define CDN_SEAL_ENCRYPT_H

#include "core/text.h"
#include "seal/sign.h"

/** Largest message: decryption holds it several times in memory. */
#define CDN_SEAL_MESSAGE_MAX ((size_t)256 * 1024 * 1024)

/** A certificate that may receive: P-256, P-384 with keyAgreement or RSA >= 3072 with
 *  keyEncipherment, within its dates, no CA. CDN_E_REFUSED says what is wrong. `path` is a PEM file
 *  with one certificate; *name (CN) may be NULL. */
cdn_status cdn_seal_check_recipient(const char *path, char name[128], cdn_error *error)
    CDN_MUST_CHECK;

/** DER into `out`. count > 0. Different every time: the key is fresh. */
cdn_status cdn_seal_encrypt(const char *const *certificate_paths, uint32_t count,
                            const void *bytes, size_t size, cdn_text *out,
                            cdn_error *error) CDN_MUST_CHECK;

/** With the key <directory>/<key_name> and its certificate. Before the first message a canary: the
 *  library must refuse a message whose tag was cut to one byte, or nothing is decrypted
 *  (CDN_E_REFUSED). The message must be AuthEnvelopedData in DER with AES-256-GCM and a tag of 16
 *  bytes. `out` stays empty unless the tag holds. */
cdn_status cdn_seal_decrypt(const char *directory, const char *key_name,
                            const cdn_passphrase *passphrase, const char *certificate_path,
                            const void *bytes, size_t size, cdn_text *out,
                            cdn_error *error) CDN_MUST_CHECK;

/** The shape alone, as decryption demands it. */
cdn_status cdn_seal_check_envelope(const void *bytes, size_t size, cdn_error *error)
    CDN_MUST_CHECK;

#endif
