/* test_encrypt.c - messages for recipients, with stock openssl at the other end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/seal.h"

#include "io/file.h"
#include "seal/encrypt.h"

static const char message[] = "a package\nof bytes\n";
static const size_t message_size = sizeof message - 1;

#define CERTIFICATE(name, key, usage)                                                         \
    "umask 077; openssl req -x509 -newkey " key " -nodes -keyout " name ".key -out " name     \
    ".pem -subj '/O=Test/CN=" name "' -days 30 -addext basicConstraints=critical,CA:FALSE "   \
    "-addext keyUsage=critical," usage

static int setup(void **state)
{
    (void)unit_scratch_setup(state);
    assert_int_equal(
        seal_run(CERTIFICATE("ec", "ec -pkeyopt ec_paramgen_curve:P-256", "keyAgreement")), 0);
    assert_int_equal(
        seal_run(CERTIFICATE("ec384", "ec -pkeyopt ec_paramgen_curve:P-384", "keyAgreement")), 0);
    assert_int_equal(seal_run(CERTIFICATE("rsa", "rsa:3072", "keyEncipherment")), 0);
    assert_int_equal(seal_run(CERTIFICATE("weak", "rsa:2048", "keyEncipherment")), 0);
    assert_int_equal(
        seal_run(CERTIFICATE("signer", "ec -pkeyopt ec_paramgen_curve:P-256", "digitalSignature")),
        0);
    unit_write(unit_path("message"), message, message_size);
    return 0;
}

static cdn_status encrypt(const char *const *names, uint32_t count, cdn_text *out,
                          cdn_error *error)
{
    char *paths[4] = {NULL};
    *error = (cdn_error)CDN_ERROR_INIT;
    for (uint32_t i = 0; i < count; i++)
        assert_true(asprintf(&paths[i], "%s.pem", unit_path(names[i])) > 0);
    cdn_status status = cdn_seal_encrypt((const char *const *)paths, count, message, message_size,
                                         out, error);
    for (uint32_t i = 0; i < count; i++)
        free(paths[i]);
    return status;
}

static cdn_status decrypt(const char *name, const char *bytes, size_t size, cdn_text *out,
                          cdn_error *error)
{
    char key[64];
    char *certificate = NULL;
    *error = (cdn_error)CDN_ERROR_INIT;
    (void)snprintf(key, sizeof key, "%s.key", name);
    assert_true(asprintf(&certificate, "%s.pem", unit_path(name)) > 0);
    cdn_status status =
        cdn_seal_decrypt(unit_path("."), key, NULL, certificate, bytes, size, out, error);
    free(certificate);
    return status;
}

static void expect_opens(const char *name, const cdn_text *sealed)
{
    cdn_error error;
    cdn_text out = CDN_TEXT_INIT(1 << 20);
    if (decrypt(name, sealed->bytes, sealed->length, &out, &error) != CDN_OK)
        fail_msg("%s: %s", name, error.message);
    assert_int_equal(out.length, message_size);
    assert_memory_equal(out.bytes, message, message_size);
    cdn_text_release(&out);
}

static void expect_refused(const char *name, const char *bytes, size_t size, const char *reason)
{
    cdn_error error;
    cdn_text out = CDN_TEXT_INIT(1 << 20);
    assert_int_equal(decrypt(name, bytes, size, &out, &error), CDN_E_REFUSED);
    assert_int_equal(out.length, 0);
    if (strstr(error.message, reason) == NULL)
        fail_msg("expected '%s' in '%s'", reason, error.message);
    cdn_text_release(&out);
}

static void test_encrypt__every_recipient_opens_it_and_so_does_openssl(void **state)
{
    (void)state;
    static const char *const all[] = {"ec", "rsa", "ec384"};
    cdn_error error;
    cdn_text sealed = CDN_TEXT_INIT(1 << 20);
    assert_int_equal(encrypt(all, 3, &sealed, &error), CDN_OK);
    unit_write(unit_path("sealed"), sealed.bytes, sealed.length);
    for (uint32_t i = 0; i < 3; i++) {
        char command[256];
        expect_opens(all[i], &sealed);
        (void)snprintf(command, sizeof command,
                       "openssl cms -decrypt -binary -inform DER -in sealed -recip %s.pem -inkey "
                       "%s.key -out opened && cmp opened message", all[i], all[i]);
        assert_int_equal(seal_run(command), 0);
    }
    assert_int_equal(seal_run("openssl cms -cmsout -print -inform DER -in sealed >shown && grep -q "
                         "id-smime-ct-authEnvelopedData shown && grep -q 'aes-256-gcm' shown && "
                         "grep -q 'rsaesOaep' shown && ! grep -q 'sha1' shown && "
                         "grep -c 'dhSinglePass-stdDH-sha256kdf-scheme' shown | grep -qx 2"),
                     0);
    cdn_text_release(&sealed);
}

static void test_encrypt__messages_of_openssl_open_when_they_are_as_strict(void **state)
{
    (void)state;
    cdn_text sealed = CDN_TEXT_INIT(1 << 20);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(seal_run("openssl cms -encrypt -binary -aes-256-gcm -in message -outform DER "
                         "-out theirs -recip ec.pem -keyopt ecdh_kdf_md:sha256"),
                     0);
    assert_int_equal(cdn_file_read(unit_path("theirs"), &sealed, &error), CDN_OK);
    expect_opens("ec", &sealed);
    cdn_text_release(&sealed);
    static const char *const weaker[] = {
        "openssl cms -encrypt -binary -aes-256-cbc -in message -outform DER -out theirs -recip "
        "ec.pem",
        "openssl cms -encrypt -binary -aes-128-gcm -in message -outform DER -out theirs -recip "
        "ec.pem",
        "openssl cms -encrypt -binary -stream -aes-256-gcm -in message -outform DER -out theirs "
        "-recip ec.pem"};
    for (size_t i = 0; i < sizeof weaker / sizeof weaker[0]; i++) {
        sealed = (cdn_text)CDN_TEXT_INIT(1 << 20);
        assert_int_equal(seal_run(weaker[i]), 0);
        assert_int_equal(cdn_file_read(unit_path("theirs"), &sealed, &error), CDN_OK);
        expect_refused("ec", sealed.bytes, sealed.length, "expected a message in CMS");
        cdn_text_release(&sealed);
    }
}

/* Every byte of the message matters: changed, it is not the message, or it still is (a byte of
 * another recipient's part). It never opens as something else. */
static void test_encrypt__no_changed_byte_opens_as_something_else(void **state)
{
    (void)state;
    static const char *const one[] = {"ec"};
    cdn_error error;
    cdn_text sealed = CDN_TEXT_INIT(1 << 20);
    assert_int_equal(encrypt(one, 1, &sealed, &error), CDN_OK);
    uint32_t refused = 0;
    for (size_t i = 0; i < sealed.length; i += 3) {
        cdn_text out = CDN_TEXT_INIT(1 << 20);
        sealed.bytes[i] = (char)(sealed.bytes[i] ^ 1);
        cdn_status status = decrypt("ec", sealed.bytes, sealed.length, &out, &error);
        assert_true(status == CDN_E_REFUSED ||
                    (status == CDN_OK && out.length == message_size &&
                     memcmp(out.bytes, message, message_size) == 0));
        refused += status == CDN_E_REFUSED;
        sealed.bytes[i] = (char)(sealed.bytes[i] ^ 1);
        cdn_text_release(&out);
    }
    assert_true(refused > sealed.length / 3 / 2);
    for (size_t cut = 1; cut < sealed.length; cut += 17)
        expect_refused("ec", sealed.bytes, sealed.length - cut, "expected a message in CMS");
    expect_refused("rsa", sealed.bytes, sealed.length, "not for this key");
    cdn_text_release(&sealed);
}

/* Lengths of the elements around the tag shrink with it, as a forger would do. */
static void test_encrypt__a_short_tag_is_refused_before_it_is_tried(void **state)
{
    (void)state;
    static const char *const one[] = {"ec"};
    cdn_error error;
    cdn_text sealed = CDN_TEXT_INIT(1 << 20);
    assert_int_equal(encrypt(one, 1, &sealed, &error), CDN_OK);
    for (unsigned length = 1; length < 16; length++) {
        uint8_t forged[4096];
        size_t cut = 16 - length, size = sealed.length - cut;
        static const size_t lengths[] = {2, 19, 23};
        memcpy(forged, sealed.bytes, sealed.length);
        assert_int_equal(forged[sealed.length - 18], 0x04);
        forged[sealed.length - 17] = (uint8_t)length;
        for (size_t i = 0; i < 3; i++) {
            size_t less = ((size_t)forged[lengths[i]] << 8 | forged[lengths[i] + 1]) - cut;
            forged[lengths[i]] = (uint8_t)(less >> 8);
            forged[lengths[i] + 1] = (uint8_t)less;
        }
        expect_refused("ec", (const char *)forged, size, "tag that is too short");
    }
    cdn_text_release(&sealed);
}

static void test_encrypt__only_those_who_may_receive(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
    } bad[] = {{"signer", "does not allow key agreement"}, {"weak", "RSA of 3072 bits"}};
    cdn_error error;
    cdn_text out = CDN_TEXT_INIT(1 << 20);
    for (size_t i = 0; i < 2; i++) {
        const char *names[] = {"ec", bad[i].name};
        assert_int_equal(encrypt(names, 2, &out, &error), CDN_E_REFUSED);
        assert_non_null(strstr(error.message, bad[i].reason));
        assert_int_equal(out.length, 0);
    }
    const char *missing[] = {"nobody"};
    assert_int_equal(encrypt(missing, 1, &out, &error), CDN_E_INPUT);
    assert_int_equal(encrypt(missing, 0, &out, &error), CDN_E_USAGE);
    char name[128];
    assert_int_equal(cdn_seal_check_recipient(unit_path("ec.pem"), name, &error), CDN_OK);
    assert_string_equal(name, "ec");
    cdn_text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encrypt__every_recipient_opens_it_and_so_does_openssl),
        cmocka_unit_test(test_encrypt__messages_of_openssl_open_when_they_are_as_strict),
        cmocka_unit_test(test_encrypt__no_changed_byte_opens_as_something_else),
        cmocka_unit_test(test_encrypt__a_short_tag_is_refused_before_it_is_tried),
        cmocka_unit_test(test_encrypt__only_those_who_may_receive),
    };
    return cmocka_run_group_tests_name("encrypt", tests, setup, unit_scratch_teardown);
}
