/* test_sign.c - keys, certificates and signatures, with stock openssl as the second opinion.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/seal.h"

#include <sys/stat.h>
#include <unistd.h>

static const char message[] = "bytes\nto sign\n";
static const size_t message_size = sizeof message - 1;

static int setup(void **state)
{
    (void)seal_setup(state, "Ada King", "Bo It\xc3\xb6");
    unit_write(unit_path("message"), message, message_size);
    return 0;
}

/* Ada's signature over the message, also as the file "sig". */
static void sign(cdn_text *pem)
{
    assert_int_equal(seal_sign("Ada King", message, message_size, pem), CDN_OK);
    unit_write(unit_path("sig"), pem->bytes, pem->length);
}

static cdn_status verify_file(const char *name, cdn_signer *signer, cdn_error *error)
{
    char pem[16384];
    FILE *file = fopen(unit_path(name), "rb");
    assert_non_null(file);
    size_t size = fread(pem, 1, sizeof pem, file);
    assert_int_equal(fclose(file), 0);
    return cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust"), message, message_size, pem, size,
                           signer, error);
}

static void expect_refused(const char *name, const char *reason)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_signer signer;
    assert_int_equal(verify_file(name, &signer, &error), CDN_E_REFUSED);
    if (strstr(error.message, reason) == NULL)
        fail_msg("expected '%s' in '%s'", reason, error.message);
}

static void test_sign__signature_verifies_and_names_the_signer(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    sign(&pem);
    assert_int_equal(verify_file("sig", &signer, &error), CDN_OK);
    assert_string_equal(signer.name, "Ada King");
    assert_string_equal(signer.organisation, "Test Org");
    cdn_text_release(&pem);
    /* the digest of the key as openssl sees it */
    assert_int_equal(
        seal_run("openssl pkey -in keys/ada-king.key -pubout -outform DER | sha256sum |"
                 " cut -c1-64 | tr -d '\\n' >digest"),
        0);
    FILE *file = fopen(unit_path("digest"), "rb");
    char digest[65] = {0};
    assert_non_null(file);
    assert_int_equal(fread(digest, 1, 64, file), 64);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(signer.key_digest, digest);
}

static void test_sign__stock_openssl_verifies_ours(void **state)
{
    (void)state;
    cdn_text pem = CDN_TEXT_INIT(65536);
    sign(&pem);
    cdn_text_release(&pem);
    assert_int_equal(
        seal_run("openssl cms -verify -binary -cades -inform PEM -in sig -content message"
                 " -CAfile trust/root.pem -no-CApath -no-CAstore -nointern"
                 " -certfile trust/approvers.pem -out /dev/null"),
        0);
    /* no certificate travels in the message, and the attributes are the promised four */
    assert_int_equal(seal_run("openssl cms -cmsout -print -noout -inform PEM -in sig >printed;"
                         " grep -A1 'certificates:' printed | grep -q ABSENT &&"
                         " for one in contentType messageDigest signingTime 'signingCertificateV2';"
                         " do grep -q \"$one\" printed || exit 1; done;"
                         " ! grep -q SMIMECapabilities printed"),
                     0);
}

static void test_sign__certificates_have_the_promised_profile(void **state)
{
    (void)state;
    assert_int_equal(seal_run("openssl x509 -in trust/approvers.pem -noout -text >text &&"
                         " grep -A1 'Key Usage: critical' text | grep -q 'Digital Signature$' &&"
                         " grep -q 'E-mail Protection' text && grep -q 'CA:FALSE' text &&"
                         " grep -q 'prime256v1' text"),
                     0);
    assert_int_equal(seal_run("openssl x509 -in trust/root.pem -noout -text >text &&"
                         " grep -q 'CA:TRUE, pathlen:0' text && grep -q secp384r1 text &&"
                         " ! grep -q 'Digital Signature' text"),
                     0);
    assert_int_equal(
        seal_run("openssl verify -x509_strict -purpose smimesign -CAfile trust/root.pem"
                 " trust/approvers.pem"),
        0);
    /* 13 months: in force after 390 days, not after 400 */
    assert_int_equal(
        seal_run("openssl x509 -in trust/approvers.pem -noout -checkend $((390*86400)) &&"
                 " ! openssl x509 -in trust/approvers.pem -noout -checkend $((400*86400))"),
        0);
}

static void test_sign__other_bytes_are_refused(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    sign(&pem);
    assert_int_equal(cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust"), "bytes\nto sigm\n",
                                     message_size, pem.bytes, pem.length, &signer, &error),
                                     CDN_E_REFUSED);
    /* and the form: CRLF for LF is other bytes too */
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust"), "bytes\r\nto sign\r\n",
                                     message_size + 2, pem.bytes, pem.length, &signer, &error),
                                     CDN_E_REFUSED);
    cdn_text_release(&pem);
}

static void test_sign__pem_with_more_or_less_is_refused(void **state)
{
    (void)state;
    cdn_text pem = CDN_TEXT_INIT(65536);
    sign(&pem);
    cdn_text_release(&pem);
    assert_int_equal(seal_run("cat sig sig >twice; { cat sig; echo more; } >tail;"
                         " { echo more; cat sig; } >head; head -c 300 sig >cut; : >empty;"
                         " sed 's/CMS/PKCS7/' sig >other"),
                     0);
    expect_refused("twice", "one CMS message");
    expect_refused("tail", "one CMS message");
    expect_refused("head", "one CMS message");
    expect_refused("cut", "one CMS message");
    expect_refused("empty", "one CMS message");
    expect_refused("other", "one CMS message");
}

#define OPENSSL_SIGN \
    "awk '/BEGIN/ { c++ } c == 1' trust/approvers.pem >ada.pem;" \
    "awk '/BEGIN/ { c++ } c == 2' trust/approvers.pem >bo.pem;" \
    "openssl cms -sign -binary -cades -nosmimecap -outform PEM -in message -out made "

static void test_sign__openssl_signature_is_accepted(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_signer signer;
    assert_int_equal(seal_run(OPENSSL_SIGN "-signer ada.pem -inkey keys/ada-king.key"), 0);
    assert_int_equal(verify_file("made", &signer, &error), CDN_OK);
    assert_string_equal(signer.name, "Ada King");
}

static void test_sign__shape_that_openssl_takes_is_refused(void **state)
{
    (void)state;
    assert_int_equal(seal_run(OPENSSL_SIGN "-md sha1 -signer ada.pem -inkey keys/ada-king.key"), 0);
    expect_refused("made", "weaker than SHA-256");
    assert_int_equal(seal_run(OPENSSL_SIGN "-signer ada.pem -inkey keys/ada-king.key"
                                      " -signer bo.pem -inkey keys/bo-itc3b6.key"),
                     0);
    expect_refused("made", "exactly one signer");
    assert_int_equal(seal_run(OPENSSL_SIGN "-nodetach -signer ada.pem -inkey keys/ada-king.key"),
                     0);
    expect_refused("made", "detached");
    assert_int_equal(seal_run("openssl cms -digest_create -in message -outform PEM -out made"), 0);
    expect_refused("made", "another kind of CMS");
    /* without the attribute that binds the certificate */
    assert_int_equal(
        seal_run("openssl cms -sign -binary -nosmimecap -outform PEM -in message -out made"
                 " -signer ada.pem -inkey keys/ada-king.key"),
        0);
    expect_refused("made", "does not verify");
}

/* A certificate under our root that is not on the list, though it travels in the message. */
static void test_sign__signer_must_be_on_the_list(void **state)
{
    (void)state;
    cdn_text pem = CDN_TEXT_INIT(65536);
    sign(&pem);
    cdn_text_release(&pem);
    assert_int_equal(seal_run(OPENSSL_SIGN "-signer ada.pem -inkey keys/ada-king.key;"
                                      "cp trust/approvers.pem kept; cp bo.pem trust/approvers.pem"),
                     0);
    expect_refused("made", "does not verify");
    expect_refused("sig", "does not verify");
    assert_int_equal(seal_run("cp kept trust/approvers.pem"), 0);
}

#define CERTIFY(extensions, days) \
    "openssl ecparam -name prime256v1 -genkey -noout -out odd.key;" \
    "openssl req -new -key odd.key -subj '/O=Test Org/CN=Odd One' -out odd.csr;" \
    "printf '" extensions "\\nsubjectKeyIdentifier=hash\\n' >odd.cnf;" \
    "openssl x509 -req -in odd.csr -CA trust/root.pem -CAkey keys/root.key " days \
    " -sha256 -extfile odd.cnf -set_serial 9 -out odd.pem;" \
    "cp trust/approvers.pem kept; cat kept odd.pem >trust/approvers.pem;" \
    "openssl cms -sign -binary -cades -nosmimecap -outform PEM -in message -out made" \
    " -signer odd.pem -inkey odd.key"

#define GOOD "keyUsage=critical,digitalSignature\\nextendedKeyUsage=emailProtection"

static void expect_odd(const char *command, const char *reason)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_signer signer;
    assert_int_equal(seal_run(command), 0);
    if (reason != NULL)
        expect_refused("made", reason);
    else
        assert_int_equal(verify_file("made", &signer, &error), CDN_OK);
    assert_int_equal(seal_run("cp kept trust/approvers.pem"), 0);
}

static void test_sign__certificate_must_be_for_signing_and_in_force(void **state)
{
    (void)state;
    expect_odd(CERTIFY(GOOD, "-days 30"), NULL);
    expect_odd(CERTIFY("keyUsage=critical,keyAgreement\\nextendedKeyUsage=emailProtection",
                       "-days 30"),
               "does not verify");
    expect_odd(CERTIFY("keyUsage=critical,digitalSignature\\nextendedKeyUsage=codeSigning",
                       "-days 30"),
               "does not verify");
    expect_odd(CERTIFY("extendedKeyUsage=emailProtection", "-days 30"), "not for signing");
    expect_odd(CERTIFY(GOOD, "-days -1"), "does not verify");
}

static void test_sign__other_root_is_refused(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    sign(&pem);
    assert_int_equal(
        cdn_seal_new_root(unit_path("keys2"), unit_path("trust2"), "Test Org", NULL, &error),
        CDN_OK);
    assert_int_equal(seal_run("cp trust/approvers.pem trust2/"), 0);
    assert_int_equal(cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust2"), message, message_size,
                                     pem.bytes, pem.length, &signer, &error), CDN_E_REFUSED);
    /* a file of two roots, or of one that is no root, is not a root */
    assert_int_equal(seal_run("cat trust/root.pem >>trust2/root.pem"), 0);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust2"), message, message_size,
                                     pem.bytes, pem.length, &signer, &error), CDN_E_INPUT);
    assert_int_equal(seal_run("awk '/BEGIN/ { c++ } c == 1' trust/approvers.pem >trust2/root.pem"),
                     0);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust2"), message, message_size,
                                     pem.bytes, pem.length, &signer, &error), CDN_E_INPUT);
    cdn_text_release(&pem);
}

static cdn_status try_to_sign(const char *name, const cdn_passphrase *passphrase, cdn_error *error)
{
    cdn_text pem = CDN_TEXT_INIT(65536);
    *error = (cdn_error)CDN_ERROR_INIT;
    cdn_status status = cdn_seal_sign(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"),
                                      name, passphrase, message, message_size, &pem, error);
    cdn_text_release(&pem);
    return status;
}

static void test_sign__key_must_be_private(void **state)
{
    (void)state;
    cdn_error error;
    char key[512];
    struct stat info;
    (void)snprintf(key, sizeof key, "%s", unit_path("keys/ada-king.key"));
    assert_int_equal(stat(key, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(chmod(key, 0640), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_E_REFUSED);
    assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_OK);

    assert_int_equal(link(key, unit_path("second")), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_E_REFUSED);
    assert_int_equal(unlink(unit_path("second")), 0);

    assert_int_equal(rename(key, unit_path("moved")), 0);
    assert_int_equal(symlink("../moved", key), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "link"));
    assert_int_equal(unlink(key), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_E_INPUT);
    assert_int_equal(rename(unit_path("moved"), key), 0);

    assert_int_equal(chmod(unit_path("keys"), 0770), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_E_REFUSED);
    assert_int_equal(chmod(unit_path("keys"), 0700), 0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_OK);
}

static void test_sign__key_must_be_the_certificates(void **state)
{
    (void)state;
    cdn_error error;
    assert_int_equal(seal_run("cp -p keys/ada-king.key kept.key &&"
                         " cat keys/bo-itc3b6.key >keys/ada-king.key"),
                     0);
    assert_int_equal(try_to_sign("Ada King", NULL, &error), CDN_E_REFUSED);
    assert_int_equal(seal_run("cat kept.key >keys/ada-king.key"), 0);
    assert_int_equal(try_to_sign("Nobody", NULL, &error), CDN_E_REFUSED);
    assert_int_equal(try_to_sign("root", NULL, &error), CDN_E_USAGE);
    assert_int_equal(try_to_sign("ada king", NULL, &error), CDN_E_REFUSED);
}

static void test_sign__passphrase_is_needed_and_must_be_right(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    const cdn_passphrase good = {"correct horse", 13}, wrong = {"correct horsf", 13};
    const cdn_passphrase none = {"", 0};
    const char *keys = unit_path("keys"), *trust = unit_path("trust");
    assert_int_equal(
        cdn_seal_new_signer(CDN_SEAL_APPROVER, keys, trust, "Cy Roe", "Test Org", NULL, &none,
                            &error), CDN_E_USAGE);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(
        cdn_seal_new_signer(CDN_SEAL_APPROVER, keys, trust, "Cy Roe", "Test Org", NULL, &good,
                            &error), CDN_OK);
    assert_int_equal(try_to_sign("Cy Roe", NULL, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "no passphrase"));
    assert_int_equal(try_to_sign("Cy Roe", &wrong, &error), CDN_E_REFUSED);
    assert_int_equal(try_to_sign("Cy Roe", &good, &error), CDN_OK);
    assert_int_equal(seal_run("grep -q 'BEGIN ENCRYPTED PRIVATE KEY' keys/cy-roe.key &&"
                         " openssl asn1parse -in keys/cy-roe.key | grep -q scrypt &&"
                         " openssl pkey -in keys/cy-roe.key -passin 'pass:correct horse' -noout &&"
                         " ! openssl pkey -in keys/cy-roe.key -passin 'pass:correct' -noout"),
                     0);
}

static void test_sign__root_with_passphrase(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    const cdn_passphrase good = {"root's own", 10};
    const char *keys = unit_path("keys5"), *trust = unit_path("trust5");
    assert_int_equal(cdn_seal_new_root(keys, trust, "Test Org", &good, &error), CDN_OK);
    assert_int_equal(cdn_seal_new_signer(CDN_SEAL_APPROVER, keys, trust, "Ada King", "Test Org",
                                         NULL, NULL, &error), CDN_E_REFUSED);
    assert_int_equal(access(unit_path("keys5/ada-king.key"), F_OK), -1);
    assert_int_equal(access(unit_path("trust5/approvers.pem"), F_OK), -1);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(
        cdn_seal_new_signer(CDN_SEAL_APPROVER, keys, trust, "Ada King", "Test Org", &good, NULL,
                            &error), CDN_OK);
}

static cdn_status try_to_enrol(const char *name, cdn_error *error)
{
    *error = (cdn_error)CDN_ERROR_INIT;
    return cdn_seal_new_signer(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name,
                               "Test Org", NULL, NULL, error);
}

static void test_sign__nothing_is_replaced(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(seal_run("cp -r keys keys.kept; cp -r trust trust.kept"), 0);
    assert_int_equal(
        cdn_seal_new_root(unit_path("keys"), unit_path("trust"), "Test Org", NULL, &error),
        CDN_E_REFUSED);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(
        cdn_seal_new_root(unit_path("keys"), unit_path("trust9"), "Test Org", NULL, &error),
        CDN_E_REFUSED);
    assert_int_equal(try_to_enrol("Ada King", &error), CDN_E_REFUSED);
    assert_int_equal(try_to_enrol("ADA KING", &error), CDN_E_REFUSED);
    assert_int_equal(try_to_enrol("Ada-King", &error), CDN_E_REFUSED); /* the same key file */
    assert_int_equal(seal_run("diff -r keys keys.kept && diff -r trust trust.kept"), 0);
}

static void test_sign__only_a_key_without_certificate_is_cleared(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    const cdn_passphrase secret = {"another one", 11};
    const char *keys = unit_path("keys"), *trust = unit_path("trust");
    assert_int_equal(seal_run("rm -rf keys.kept; openssl ecparam -name prime256v1 -genkey -noout |"
                         " openssl pkcs8 -topk8 -nocrypt -out keys/left-over.key &&"
                         " openssl pkcs8 -topk8 -in keys/left-over.key -passout pass:unknown"
                         " -out keys/sealed.key && chmod 600 keys/*.key && cp -r keys keys.kept"),
                     0);
    assert_int_equal(cdn_seal_clear_left(keys, trust, NULL, NULL, &error), CDN_OK);
    assert_int_equal(cdn_seal_clear_left(keys, trust, "Ada King", NULL, &error), CDN_OK);
    assert_int_equal(cdn_seal_clear_left(keys, trust, "Ada-King", NULL, &error), CDN_OK);
    assert_int_equal(cdn_seal_clear_left(keys, trust, "Sealed", &secret, &error), CDN_OK);
    assert_int_equal(cdn_seal_clear_left(keys, trust, "Nobody", NULL, &error), CDN_OK);
    assert_int_equal(seal_run("diff -r keys keys.kept"), 0);
    assert_int_equal(cdn_seal_clear_left(keys, trust, "Left Over", NULL, &error), CDN_OK);
    assert_int_equal(seal_run("rm keys.kept/left-over.key && diff -r keys keys.kept"), 0);
}

static void test_sign__names_are_checked(void **state)
{
    (void)state;
    cdn_error error;
    static const char *const wrong[] = {"", " Ada", "Ada ", "Ada  K", "Ada\nK", "root", "Root",
                                        "--", "Perturbation", "Ada \xff King", "A\x7f" "B",
                                        "12345678901234567890123456789012345678901234567890"
                                        "123456789012345"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (try_to_enrol(wrong[i], &error) != CDN_E_USAGE)
            fail_msg("name %zu is accepted", i);
}

static void test_sign__names_that_differ_in_an_accent_have_two_keys(void **state)
{
    (void)state;
    cdn_error error;
    assert_int_equal(try_to_enrol("J\xc3\xb6rg M\xc3\xbcller", &error), CDN_OK);
    assert_int_equal(try_to_enrol("J\xc3\xbcrg M\xc3\xb6ller", &error), CDN_OK);
    assert_int_equal(try_to_enrol("\xe6\x9d\x8e", &error), CDN_OK); /* no Latin letter at all */
    assert_int_equal(seal_run("test -f keys/jc3b6rg-mc3bcller.key && test -f keys/e69d8e.key &&"
                              " test -f keys/jc3bcrg-mc3b6ller.key"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign__signature_verifies_and_names_the_signer),
        cmocka_unit_test(test_sign__stock_openssl_verifies_ours),
        cmocka_unit_test(test_sign__certificates_have_the_promised_profile),
        cmocka_unit_test(test_sign__other_bytes_are_refused),
        cmocka_unit_test(test_sign__pem_with_more_or_less_is_refused),
        cmocka_unit_test(test_sign__openssl_signature_is_accepted),
        cmocka_unit_test(test_sign__shape_that_openssl_takes_is_refused),
        cmocka_unit_test(test_sign__signer_must_be_on_the_list),
        cmocka_unit_test(test_sign__certificate_must_be_for_signing_and_in_force),
        cmocka_unit_test(test_sign__other_root_is_refused),
        cmocka_unit_test(test_sign__key_must_be_private),
        cmocka_unit_test(test_sign__key_must_be_the_certificates),
        cmocka_unit_test(test_sign__passphrase_is_needed_and_must_be_right),
        cmocka_unit_test(test_sign__root_with_passphrase),
        cmocka_unit_test(test_sign__nothing_is_replaced),
        cmocka_unit_test(test_sign__only_a_key_without_certificate_is_cleared),
        cmocka_unit_test(test_sign__names_are_checked),
        cmocka_unit_test(test_sign__names_that_differ_in_an_accent_have_two_keys),
    };
    return cmocka_run_group_tests_name("sign", tests, setup, unit_scratch_teardown);
}
