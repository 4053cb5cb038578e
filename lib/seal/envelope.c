/* envelope.c - the shape of an encrypted message, read before OpenSSL reads it.
 *
 * OpenSSL takes tags of 4 to 16 bytes, some versions one byte, and then a forger
 * needs few tries. So the length of the tag is read here, from the DER, as RFC
 * 5083 section 2.1 and RFC 5084 section 3.2 lay it out:
 *
 *   SEQUENCE { authEnvelopedData, [0] { SEQUENCE {
 *     version, [0] originator OPTIONAL, SET recipients,
 *     SEQUENCE { data, SEQUENCE { aes256-GCM, SEQUENCE { nonce, taglength } }, [0] content },
 *     [1] attributes OPTIONAL, OCTET STRING tag, [2] attributes OPTIONAL } } }
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/encrypt.h"

#include <stdbool.h>
#include <string.h>

#include "core/fail.h"

#define TAG_BYTES 16u

enum {
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT_0 = 0xa0,
    DER_CONTEXT_1 = 0xa1,
    DER_CONTENT = 0x80, /* [0] IMPLICIT OCTET STRING */
    DER_ANY = -1
};

/* What is left of an element's contents. */
typedef struct span {
    const uint8_t *at;
    size_t size;
} span;

static const uint8_t oid_envelope[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
                                       0x01, 0x09, 0x10, 0x01, 0x17};
static const uint8_t oid_aes_256_gcm[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e};

/* DER lengths: definite, at most 8 bytes, no shorter form possible. */
static bool read_length(span *in, size_t *out)
{
    if (in->size == 0)
        return false;
    uint8_t first = *in->at++;
    in->size--;
    if (first < 0x80) {
        *out = first;
        return true;
    }
    size_t count = first & 0x7fu, length = 0;
    if (count == 0 || count > sizeof length || count > in->size || in->at[0] == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        length = length << 8 | in->at[i];
    in->at += count;
    in->size -= count;
    *out = length;
    return length >= 0x80;
}

static bool next_is(const span *in, int tag)
{
    return in->size > 0 && in->at[0] == tag;
}

/* Takes the element of that tag from the front; its contents. */
static bool take(span *in, int tag, span *contents)
{
    size_t length = 0;
    if (in->size == 0 || (tag != DER_ANY && in->at[0] != tag))
        return false;
    in->at++;
    in->size--;
    if (!read_length(in, &length) || length > in->size)
        return false;
    *contents = (span){in->at, length};
    in->at += length;
    in->size -= length;
    return true;
}

static bool skip_optional(span *in, int tag)
{
    span ignored;
    return !next_is(in, tag) || take(in, tag, &ignored);
}

static bool take_oid(span *in, const uint8_t *oid, size_t size)
{
    span found;
    return take(in, DER_OID, &found) && found.size == size && memcmp(found.at, oid, size) == 0;
}

/* SEQUENCE { aes256-GCM, SEQUENCE { nonce, INTEGER 16 } } */
static bool take_algorithm(span *in)
{
    span algorithm, parameters, nonce, length;
    return take(in, DER_SEQUENCE, &algorithm) &&
           take_oid(&algorithm, oid_aes_256_gcm, sizeof oid_aes_256_gcm) &&
           take(&algorithm, DER_SEQUENCE, &parameters) && take(&parameters, DER_OCTETS, &nonce) &&
           nonce.size == 12 && take(&parameters, DER_INTEGER, &length) && length.size == 1 &&
           length.at[0] == TAG_BYTES && parameters.size == 0 && algorithm.size == 0;
}

static bool take_content(span *in)
{
    span inner, type, content;
    return take(in, DER_SEQUENCE, &inner) && take(&inner, DER_OID, &type) &&
           take_algorithm(&inner) && take(&inner, DER_CONTENT, &content) && inner.size == 0;
}

cdn_status cdn_seal_check_envelope(const void *bytes, size_t size, cdn_error *error)
{
    span in = {bytes, size}, outer, tagged, body, version, recipients, tag = {NULL, 0};
    bool good = size <= CDN_SEAL_MESSAGE_MAX && take(&in, DER_SEQUENCE, &outer) && in.size == 0 &&
                take_oid(&outer, oid_envelope, sizeof oid_envelope) &&
                take(&outer, DER_CONTEXT_0, &tagged) && outer.size == 0 &&
                take(&tagged, DER_SEQUENCE, &body) && tagged.size == 0 &&
                take(&body, DER_INTEGER, &version) && skip_optional(&body, DER_CONTEXT_0) &&
                take(&body, DER_SET, &recipients) && take_content(&body) &&
                skip_optional(&body, DER_CONTEXT_1) && take(&body, DER_OCTETS, &tag);
    if (good && tag.size == TAG_BYTES)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_REFUSED, good ? "the message has a tag that is too short"
                                              : "expected a message in CMS AuthEnvelopedData, "
                                                "DER, AES-256-GCM");
    return CDN_E_REFUSED;
}
