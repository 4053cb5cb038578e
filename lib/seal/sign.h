/* sign.h - keys, certificates and detached CMS signatures (P-256, SHA-256).
 *
 * A trust folder holds root.pem (the offline root's certificate), crl.pem (the
 * root's list of certificates that nobody may trust), approvers.pem (every
 * approver's certificates, the expired ones too: old signatures need them), when
 * packages are encrypted, packager.pem and recipients/, and when there were other
 * roots before, their keys certified by this one, earlier-<n>.pem, and this one's
 * certified by them, handover.pem. Private keys are
 * PKCS#8 files, mode 0600, in a folder of their own, encrypted when a passphrase
 * is given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_SEAL_SIGN_H
#define CDN_SEAL_SIGN_H

#include <stdint.h>

#include "cordon/error.h"
#include "core/text.h"

typedef struct cdn_passphrase {
    const char *bytes; /* NULL = the key is not encrypted */
    size_t length;
} cdn_passphrase;

/** A new root: <keys_dir>/root.key, <trust_dir>/root.pem and an empty crl.pem; refuses to replace
 *  one. Ten years; it may certify people only: no names of computers, no further authorities. */
cdn_status cdn_seal_new_root(const char *keys_dir, const char *trust_dir, const char *organisation,
                             const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;

/** Another root in the place of this one, ten years more; the old key is removed. What was signed
 *  under it stays good with the new trust folder, and so do its signers until their certificates
 *  end. Called again after it was stopped, it finishes, with the same passphrases. */
cdn_status cdn_seal_rotate_root(const char *keys_dir, const char *trust_dir,
                                const cdn_passphrase *root_passphrase,
                                const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;

/** How many roots were there before this one; 0 while a change of it is not finished. */
cdn_status cdn_seal_earlier_count(const char *keys_dir, const char *trust_dir, uint32_t *out,
                                  cdn_error *error) CDN_MUST_CHECK;

/** Until when root.pem may be relied on, in seconds since 1970. */
cdn_status cdn_seal_root_until(const char *trust_dir, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

/** CDN_OK when root.pem of a trust folder is that of a folder which is known, or one that it led
 *  to, root after root (handover.pem), while each was in force. CDN_E_REFUSED otherwise. */
cdn_status cdn_seal_check_root(const char *trust_dir, const char *known_dir, cdn_error *error)
    CDN_MUST_CHECK;

/** The number of the list in crl.pem, as it says: later lists have higher ones. */
cdn_status cdn_seal_crl_number(const char *trust_dir, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

/** Whose signature: an approver vouches for the content, the packager only that this system made
 *  the bytes. Each has a roster of its own, so neither can stand for the other. */
typedef enum cdn_seal_role {
    CDN_SEAL_APPROVER = 0, /* approvers.pem */
    CDN_SEAL_PACKAGER = 1, /* packager.pem */
    CDN_SEAL_ROLE_END_ = 2
} cdn_seal_role;

/** A new signer: <keys_dir>/<slug>.key, certificate appended to the role's roster, signed by the
 *  root's key; keyUsage digitalSignature (critical), EKU emailProtection, 13 months.
 *  `name` becomes the subject's CN, `organisation` its O; the same name may not have two live
 *  certificates. */
cdn_status cdn_seal_new_signer(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                               const char *name, const char *organisation,
                               const cdn_passphrase *root_passphrase,
                               const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;

/** Removes the key that one of those left when it was killed before its certificate: one that opens
 *  with the passphrase and that no roster has a certificate of. `name` NULL = the root's, when
 *  there is no root.pem. For who knows that no key of that name was ever made. */
cdn_status cdn_seal_clear_left(const char *keys_dir, const char *trust_dir, const char *name,
                               const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;

/** Signs bytes as `name`: detached CMS in PEM, signed attributes contentType, messageDigest,
 *  signingTime, signingCertificateV2. */
cdn_status cdn_seal_sign(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                         const char *name, const cdn_passphrase *passphrase, const void *bytes,
                         size_t size, cdn_text *out_pem, cdn_error *error) CDN_MUST_CHECK;

/** A further certificate, with a key of its own, for someone who has one: the next 13 months. What
 *  was signed before stays as good as it was; the earlier private key is removed. */
cdn_status cdn_seal_renew(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                          const char *name, const cdn_passphrase *root_passphrase,
                          const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;

/** Puts every certificate of that name onto the list in crl.pem, for good: whatever they signed, at
 *  whatever time they say, is refused from then on. `*count` of them; none is CDN_E_REFUSED. */
cdn_status cdn_seal_revoke(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                           const char *name, const cdn_passphrase *root_passphrase,
                           uint32_t *count, cdn_error *error) CDN_MUST_CHECK;

/** Signs the list in crl.pem again, for the next 200 days. */
cdn_status cdn_seal_refresh_crl(const char *keys_dir, const char *trust_dir,
                                const cdn_passphrase *root_passphrase,
                                cdn_error *error) CDN_MUST_CHECK;

/** Until when crl.pem may be relied on, in seconds since 1970. CDN_E_REFUSED when it is not the
 *  root's. */
cdn_status cdn_seal_crl_until(const char *trust_dir, int64_t *out, cdn_error *error)
    CDN_MUST_CHECK;

/** Until when the signer's newest certificate is in force; 0 when there is none or it is
 *  revoked. */
cdn_status cdn_seal_signer_until(cdn_seal_role role, const char *trust_dir, const char *name,
                                 int64_t *out, cdn_error *error) CDN_MUST_CHECK;

/** How many certificates the name has in the role's roster, in force or not. */
cdn_status cdn_seal_certificate_count(cdn_seal_role role, const char *trust_dir, const char *name,
                                      uint32_t *out, cdn_error *error) CDN_MUST_CHECK;

/** What has become of a signer's certificate since. */
typedef enum cdn_signer_state {
    CDN_SIGNER_IN_FORCE = 0,
    CDN_SIGNER_EXPIRED = 1,
    CDN_SIGNER_REVOKED = 2
} cdn_signer_state;

typedef struct cdn_signer {
    char name[128];         /* CN */
    char organisation[128]; /* O */
    char key_digest[65];    /* SHA-256 of the public key, hex */
    cdn_signer_state state;
    int64_t until;          /* end of the certificate's time, or its issuer's; since 1970 */
} cdn_signer;

/** Verifies one detached signature against a trust folder: chain to root.pem, signer's certificate
 *  in the roster (never taken from the message), purpose S/MIME signing, digest SHA-256 or
 *  stronger, exactly one signer, in force now and not on the list in crl.pem, which must not be out
 *  of date. CDN_E_REFUSED otherwise. */
cdn_status cdn_seal_verify(cdn_seal_role role, const char *trust_dir, const void *bytes,
                           size_t size, const char *pem, size_t pem_size, cdn_signer *out,
                           cdn_error *error) CDN_MUST_CHECK;

/** The same of a signature made earlier: the certificate must have been in force at the time of
 *  signing that the signer states; `out->state` says what became of it. A state other than
 *  CDN_SIGNER_IN_FORCE needs somebody else's word for when the signature was made: the signer's own
 *  is worth nothing once the key may be in other hands. */
cdn_status cdn_seal_verify_past(cdn_seal_role role, const char *trust_dir, const void *bytes,
                                size_t size, const char *pem, size_t pem_size, cdn_signer *out,
                                cdn_error *error) CDN_MUST_CHECK;

#endif
