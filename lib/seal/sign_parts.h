/* sign_parts.h - what the sign_*.c files share: key files, certificates, OpenSSL's errors.
 *
 * Not for other rooms: they use sign.h. OpenSSL types stay inside lib/seal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SEAL_SIGN_PARTS_H
#define CDN_SEAL_SIGN_PARTS_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "cordon/error.h"
#include "seal/sign.h"

#define CDN_SEAL_FILE_SIZE ((size_t)1024 * 1024) /* a key or a file of certificates */
#define CDN_SEAL_PATH_SIZE 4096
#define CDN_SEAL_NAME_SIZE 128 /* bytes of a CN or O, with the NUL: 64 characters (X.520) */

/** The last reason in OpenSSL's queue as "what: reason"; empties the queue. */
cdn_status cdn_seal_fail(cdn_error *error, cdn_status status, const char *what);

/** directory/name, or CDN_E_LIMIT. */
cdn_status cdn_seal_path(char out[CDN_SEAL_PATH_SIZE], const char *directory, const char *name,
                         cdn_error *error) CDN_MUST_CHECK;

/* sign_file.c */

/** Takes a lock on a directory (made, mode 0777 less umask, when missing) for a change of several
 *  files. @owner caller, close */
cdn_status cdn_seal_lock(const char *directory, int *out_descriptor, cdn_error *error)
    CDN_MUST_CHECK;

/** A private file, mode 0600, which must not exist; synced with its directory. The directory is
 *  made (mode 0700) when missing. */
cdn_status cdn_seal_write_private(const char *directory, const char *name, const void *bytes,
                                  size_t size, cdn_error *error) CDN_MUST_CHECK;

/** Puts one private file in the place of another. */
cdn_status cdn_seal_rename_private(const char *directory, const char *from, const char *to,
                                   cdn_error *error) CDN_MUST_CHECK;

/** Reads a private file: no link, regular, ours, mode & 077 == 0, one name, in a directory that
 *  only its owner may write. At most `capacity` bytes. */
cdn_status cdn_seal_read_private(const char *directory, const char *name, void *bytes,
                                 size_t capacity, size_t *out_size, cdn_error *error)
    CDN_MUST_CHECK;

/** Replaces a public file whole (temporary name, sync, rename). */
cdn_status cdn_seal_write_public(const char *directory, const char *name, const void *bytes,
                                 size_t size, cdn_error *error) CDN_MUST_CHECK;

/** The whole of a public file, at most CDN_SEAL_FILE_SIZE; NULL when it is missing and `optional`.
 *  @owner caller, BIO_free */
cdn_status cdn_seal_read_public(const char *path, bool optional, BIO **out, cdn_error *error)
    CDN_MUST_CHECK;

/* sign_key.c */

/** A fresh key on a named curve ("P-256", "P-384"). @owner caller, EVP_PKEY_free */
cdn_status cdn_seal_key_create(const char *curve, EVP_PKEY **out, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_seal_key_save(const char *directory, const char *name, EVP_PKEY *key,
                             const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_seal_key_load(const char *directory, const char *name,
                             const cdn_passphrase *passphrase, EVP_PKEY **out, cdn_error *error)
    CDN_MUST_CHECK;

/* sign_cert.c */

/** A certificate for `key`, signed by `issuer_key`; issuer NULL = a root, signed by itself.
 *  @owner caller, X509_free */
cdn_status cdn_seal_certificate_create(EVP_PKEY *key, const char *name, const char *organisation,
                                       X509 *issuer, EVP_PKEY *issuer_key, X509 **out,
                                       cdn_error *error) CDN_MUST_CHECK;

/** What a root (`issuer`) says of the key of another, by whose name it goes (`like`). Dates in
 *  seconds since 1970. @owner caller, X509_free */
cdn_status cdn_seal_authority_create(EVP_PKEY *key, const X509 *like, int64_t from, int64_t until,
                                     X509 *issuer, EVP_PKEY *issuer_key, X509 **out,
                                     cdn_error *error) CDN_MUST_CHECK;
/** A root that takes the place of another: ten years from now, and back to that one's beginning.
 *  @owner caller, X509_free */
cdn_status cdn_seal_root_create(EVP_PKEY *key, const X509 *before, X509 **out,
                                cdn_error *error) CDN_MUST_CHECK;
/** Does a chain lead from the certificate to the root, now, for that purpose (X509_PURPOSE_...)?
 *  What may lie between may be NULL. OpenSSL's queue says why not. */
bool cdn_seal_chain_holds(X509 *certificate, STACK_OF(X509) *between, X509 *root, int purpose);
/** When a signer's certificate that this root makes now ends: never after the root. */
int64_t cdn_seal_signer_end(const X509 *issuer);

/** Every certificate of a PEM file; a file without one is CDN_E_INPUT, a missing file too unless
 *  `optional` (then an empty stack). @owner caller, sk_X509_pop_free(x, X509_free) */
cdn_status cdn_seal_certificates_load(const char *directory, const char *name, bool optional,
                                      STACK_OF(X509) **out, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_seal_certificates_save(const char *directory, const char *name,
                                      STACK_OF(X509) *certificates, cdn_error *error)
    CDN_MUST_CHECK;

/** The one certificate of root.pem; it must be a CA that signed itself. */
cdn_status cdn_seal_root_load(const char *trust_dir, X509 **out, cdn_error *error) CDN_MUST_CHECK;

/** Seconds since 1970; -1 for a time that is none. */
int64_t cdn_seal_seconds(const ASN1_TIME *time);
/** `days` from now. */
bool cdn_seal_set_time(ASN1_TIME *time, int64_t days, int64_t seconds);

/** The subject's only CN or O as UTF-8; false when absent, repeated, or not printable text. */
bool cdn_seal_certificate_text(const X509 *certificate, int nid, char out[CDN_SEAL_NAME_SIZE]);
/** Now within its dates. */
bool cdn_seal_certificate_is_live(const X509 *certificate);

/* sign_root.c */

/** The root's certificate and the key that belongs to it. @owner caller, X509_free,
 *  EVP_PKEY_free */
cdn_status cdn_seal_issuer_load(const char *keys_dir, const char *trust_dir,
                                const cdn_passphrase *passphrase, X509 **out_root,
                                EVP_PKEY **out_key, cdn_error *error) CDN_MUST_CHECK;
/** What the trust folder has of earlier roots, the first one first. Whether root.pem certified
 *  them is for the caller to see. @owner caller, sk_X509_pop_free(x, X509_free) */
cdn_status cdn_seal_earlier_load(const char *trust_dir, STACK_OF(X509) **out, cdn_error *error)
    CDN_MUST_CHECK;

/* sign_crl.c */

/** crl.pem, signed by the root. One that is out of date is CDN_E_REFUSED unless `any_age`.
 *  @owner caller, X509_CRL_free */
cdn_status cdn_seal_crl_load(const char *trust_dir, X509 *root, bool any_age, X509_CRL **out,
                             cdn_error *error) CDN_MUST_CHECK;
/** Writes crl.pem anew: what `old` (may be NULL) lists, and `more` (may be NULL), from now. */
cdn_status cdn_seal_crl_save(const char *trust_dir, X509 *root, EVP_PKEY *root_key,
                             X509_CRL *old, STACK_OF(X509) *more, cdn_error *error)
    CDN_MUST_CHECK;
/** Until when such a list may be relied on: its own end, or the root's. */
int64_t cdn_seal_crl_end(X509_CRL *crl, const X509 *root);
bool cdn_seal_crl_holds(X509_CRL *crl, X509 *certificate);

/* sign_roster.c */

/** 1 to 64 printable characters with single blanks. */
cdn_status cdn_seal_check_name(const char *what, const char *text, cdn_error *error)
    CDN_MUST_CHECK;
/** "Ada King" -> "ada-king"; other letters by their bytes, so that people whose names differ in an
 *  accent have two files; "root" is the root's. */
cdn_status cdn_seal_key_slug(const char *name, char out[CDN_SEAL_NAME_SIZE],
                             cdn_error *error) CDN_MUST_CHECK;
/** A key, its certificate at the end of the list, the key's file, the roster's file. Nothing is
 *  left of it on failure. Takes nothing. */
cdn_status cdn_seal_enrol(const char *roster, const char *keys_dir, const char *trust_dir,
                          const char *key_file, const char *name, const char *organisation,
                          const cdn_passphrase *root_passphrase,
                          const cdn_passphrase *passphrase, STACK_OF(X509) *list,
                          cdn_error *error) CDN_MUST_CHECK;

/** The roster's file name. */
const char *cdn_seal_roster(cdn_seal_role role);

/** The certificate in force and the key of a signer. @owner caller, X509_free, EVP_PKEY_free */
cdn_status cdn_seal_signer_load(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                                const char *name, const cdn_passphrase *passphrase,
                                X509 **out_certificate, EVP_PKEY **out_key,
                                cdn_error *error) CDN_MUST_CHECK;

#endif
