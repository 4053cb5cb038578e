/* secret.c - random bytes from OpenSSL's private generator, through the door of private keys.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/secret.h"

#include <string.h>

#include <openssl/rand.h>

#include "core/fail.h"
#include "seal/sign_parts.h"

#define TEXT_SIZE (2u * CDN_SECRET_SIZE + 1u)

cdn_status cdn_secret_create(const char *directory, const char *name, cdn_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[CDN_SECRET_SIZE];
    char text[TEXT_SIZE];
    if (RAND_priv_bytes(bytes, sizeof bytes) != 1)
        return cdn_fail(error, CDN_E_INTERNAL, "there are no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[TEXT_SIZE - 1] = '\n';
    cdn_status status = cdn_seal_write_private(directory, name, text, sizeof text, error);
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return status;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

cdn_status cdn_secret_read(const char *directory, const char *name, uint8_t out[CDN_SECRET_SIZE],
                           cdn_error *error)
{
    char text[TEXT_SIZE + 2];
    size_t size = 0;
    CDN_TRY(cdn_seal_read_private(directory, name, text, sizeof text, &size, error));
    bool good = size == TEXT_SIZE && text[TEXT_SIZE - 1] == '\n';
    for (size_t i = 0; good && i < CDN_SECRET_SIZE; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        out[i] = (uint8_t)(high * 16 + low);
    }
    explicit_bzero(text, sizeof text);
    if (good)
        return CDN_OK;
    explicit_bzero(out, CDN_SECRET_SIZE);
    return cdn_fail(
        error, CDN_E_INPUT,
        "%s: expected 64 digits of 0-9 and a-f and the end of the line, found something "
        "else",
        name);
}
