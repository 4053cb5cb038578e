/* test_digest.c - digests against published vectors.
 *
 * FIPS 180-4 examples ("abc", the empty message, one million "a"), RFC 4231
 * test cases 1, 2 and 6.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seal/digest.h"

#include "core/alloc.h"
#include "support/unit.h"

static const char sha256_empty[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char sha256_million_a[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
static const char sha512_abc[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static void test_digest__agrees_with_fips_180(void **state)
{
    (void)state;
    char hex[CDN_SHA256_HEX];
    uint8_t raw[CDN_SHA256_SIZE];
    assert_int_equal(cdn_sha256_hex("abc", 3, hex, NULL), CDN_OK);
    assert_string_equal(hex, sha256_abc);
    assert_int_equal(cdn_sha256_hex(NULL, 0, hex, NULL), CDN_OK);
    assert_string_equal(hex, sha256_empty);
    assert_int_equal(cdn_sha256("abc", 3, raw, NULL), CDN_OK);
    assert_int_equal(raw[0], 0xba);
    assert_int_equal(raw[31], 0xad);
}

static void test_digest__reads_files_in_steps(void **state)
{
    (void)state;
    char hex[CDN_SHA256_HEX];
    char long_hex[CDN_SHA512_HEX];
    uint64_t size = 0;
    char *bytes = cdn_alloc(1000000, 1);
    memset(bytes, 'a', 1000000);
    const char *path = unit_path("million");
    unit_write(path, bytes, 1000000);
    cdn_free(bytes);
    assert_int_equal(cdn_sha256_file_hex(path, hex, NULL), CDN_OK);
    assert_string_equal(hex, sha256_million_a);
    unit_write(path, "abc", 3);
    assert_int_equal(cdn_sha512_file_hex(path, long_hex, &size, NULL), CDN_OK);
    assert_string_equal(long_hex, sha512_abc);
    assert_int_equal(size, 3);
    assert_int_equal(cdn_sha512_file_hex(path, long_hex, NULL, NULL), CDN_OK);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_sha256_file_hex(unit_path("none"), hex, &error), CDN_E_INPUT);
    assert_int_equal(cdn_sha256_file_hex("/", hex, NULL), CDN_E_INPUT);
}

static void test_digest__agrees_with_rfc_4231(void **state)
{
    (void)state;
    char hex[CDN_SHA256_HEX];
    uint8_t key[131];
    memset(key, 0x0b, 20);
    assert_int_equal(cdn_hmac_sha256_hex(key, 20, "Hi There", 8, hex, NULL), CDN_OK);
    assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_int_equal(cdn_hmac_sha256_hex("Jefe", 4, "what do ya want for nothing?", 28, hex, NULL),
                     CDN_OK);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    assert_int_equal(cdn_hmac_sha256_hex(key, sizeof key,
                                         "Test Using Larger Than Block-Size Key - Hash Key First",
                                         54, hex, NULL),
                     CDN_OK);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_int_equal(cdn_hmac_sha256_hex("", 0, "", 0, hex, NULL), CDN_OK);
    assert_string_equal(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_digest__many_short_ones_agree_with_the_long_one(void **state)
{
    (void)state;
    static const char *const messages[] = {"Hi There", "", "Hi There", "worker"};
    uint8_t key[20];
    cdn_keyed_hash *hash = NULL;
    memset(key, 0x0b, sizeof key);
    assert_int_equal(cdn_keyed_hash_create(key, sizeof key, &hash, NULL), CDN_OK);
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        char hex[CDN_SHA256_HEX];
        uint64_t short_one = 0;
        size_t size = strlen(messages[i]);
        assert_int_equal(cdn_hmac_sha256_hex(key, sizeof key, messages[i], size, hex, NULL),
                         CDN_OK);
        hex[16] = '\0';
        assert_int_equal(cdn_keyed_hash_64(hash, messages[i], size, &short_one, NULL), CDN_OK);
        assert_true(short_one == strtoull(hex, NULL, 16));
    }
    cdn_keyed_hash_destroy(hash);
    cdn_keyed_hash_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest__agrees_with_fips_180),
        cmocka_unit_test(test_digest__reads_files_in_steps),
        cmocka_unit_test(test_digest__agrees_with_rfc_4231),
        cmocka_unit_test(test_digest__many_short_ones_agree_with_the_long_one),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
