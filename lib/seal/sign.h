/* sign.h - keys, certificates and detached CMS signatures (P-256, SHA-256).
 *
 * A trust folder holds root.pem (the offline root's certificate), approvers.pem
 * (every approver's certificate) and, when packages are encrypted, packager.pem
 * and recipients/. Private keys are PKCS#8 files, mode 0600, in a folder of their
 * own, encrypted when a passphrase is given. */
#ifndef CDN_SEAL_SIGN_H
#define CDN_SEAL_SIGN_H

#include <stdint.h>

#include "cordon/error.h"
#include "core/text.h"

typedef struct cdn_passphrase {
    const char *bytes; /* NULL = the key is not encrypted */
    size_t length;
} cdn_passphrase;

/** A new root: <keys_dir>/root.key and <trust_dir>/root.pem; refuses to replace one. */
cdn_status cdn_seal_new_root(const char *keys_dir, const char *trust_dir, const char *organisation,
                             const cdn_passphrase *passphrase, cdn_error *error) CDN_MUST_CHECK;

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

/** Signs bytes as `name`: detached CMS in PEM, signed attributes contentType, messageDigest,
 *  signingTime, signingCertificateV2. */
cdn_status cdn_seal_sign(cdn_seal_role role, const char *keys_dir, const char *trust_dir,
                         const char *name, const cdn_passphrase *passphrase, const void *bytes,
                         size_t size, cdn_text *out_pem, cdn_error *error) CDN_MUST_CHECK;

/** Verifies one detached signature against a trust folder: chain to root.pem, signer's certificate
 *  in the roster (never taken from the message), purpose S/MIME signing, digest SHA-256 or
 *  stronger, exactly one signer, current time. On CDN_OK: the signer's name (CN), organisation and
 *  the SHA-256 of the public key, hex. CDN_E_REFUSED otherwise. */
typedef struct cdn_signer {
    char name[128];
    char organisation[128];
    char key_digest[65];
} cdn_signer;
cdn_status cdn_seal_verify(cdn_seal_role role, const char *trust_dir, const void *bytes,
                           size_t size, const char *pem, size_t pem_size, cdn_signer *out,
                           cdn_error *error) CDN_MUST_CHECK;

#endif
