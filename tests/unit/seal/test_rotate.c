/* test_rotate.c - keys renewed and revoked, the root's list and its profile, with openssl as judge.
 *
 * What a moved clock does to them: tests/cli/clock.sh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/seal.h"

#include <time.h>

static cdn_status renew(const char *name)
{
    return cdn_seal_renew(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name, NULL,
                          NULL, NULL);
}

static cdn_status take_back(const char *name, uint32_t *count)
{
    return cdn_seal_revoke(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name, NULL,
                           count, NULL);
}

static cdn_status verify(const cdn_text *pem, cdn_signer *signer)
{
    return cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust"), "bytes", 5, pem->bytes,
                           pem->length, signer, NULL);
}

static cdn_status sign(const char *name, cdn_text *pem)
{
    return seal_sign(name, "bytes", 5, pem);
}

static int setup(void **state)
{
    return seal_setup(state, "Ada King", "Bo Ito");
}

static cdn_status rotate(void)
{
    return cdn_seal_rotate_root(unit_path("keys"), unit_path("trust"), NULL, NULL, NULL);
}

static void test_rotate__renewed_key_signs_and_the_old_signature_stays_good(void **state)
{
    (void)state;
    cdn_signer before, after;
    cdn_text old = CDN_TEXT_INIT(65536), new = CDN_TEXT_INIT(65536);
    assert_int_equal(seal_run("cp keys/ada-king.key old.key"), 0);
    assert_int_equal(sign("Ada King", &old), CDN_OK);
    assert_int_equal(renew("Ada King"), CDN_OK);
    assert_int_equal(sign("Ada King", &new), CDN_OK);
    assert_int_equal(verify(&old, &before), CDN_OK);
    assert_int_equal(verify(&new, &after), CDN_OK);
    assert_string_equal(before.name, after.name);
    assert_string_equal(after.organisation, "Test Org");
    assert_string_not_equal(before.key_digest, after.key_digest);
    assert_int_equal(
        seal_run("! cmp -s old.key keys/ada-king.key && [ ! -e keys/ada-king.key.new ] &&"
                 " [ $(grep -c BEGIN trust/approvers.pem) = 3 ]"),
        0);
    assert_int_equal(seal_enrol("Ada King"), CDN_E_REFUSED); /* one in force is there */
    assert_int_equal(renew("Cy Roe"), CDN_E_REFUSED);
    cdn_text_release(&old);
    cdn_text_release(&new);
}

/* Killed after the roster had the new certificate, before the new key had its place. */
static void test_rotate__stopped_renewal_leaves_a_key_that_signs(void **state)
{
    (void)state;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    assert_int_equal(seal_run("cp -p keys/ada-king.key old.key"), 0);
    assert_int_equal(renew("Ada King"), CDN_OK);
    assert_int_equal(seal_run("mv keys/ada-king.key keys/ada-king.key.new &&"
                         " cp -p old.key keys/ada-king.key"),
                     0);
    assert_int_equal(sign("Ada King", &pem), CDN_OK);
    assert_int_equal(verify(&pem, &signer), CDN_OK);
    assert_int_equal(renew("Ada King"), CDN_OK);
    cdn_text_clear(&pem);
    assert_int_equal(sign("Ada King", &pem), CDN_OK);
    assert_int_equal(verify(&pem, &signer), CDN_OK);
    cdn_text_release(&pem);
}

static void test_rotate__revoked_key_neither_signs_nor_verifies(void **state)
{
    (void)state;
    uint32_t count = 0;
    int64_t until = -1;
    cdn_signer signer;
    cdn_text old = CDN_TEXT_INIT(65536), new = CDN_TEXT_INIT(65536), other = CDN_TEXT_INIT(65536);
    assert_int_equal(sign("Ada King", &old), CDN_OK);
    assert_int_equal(sign("Bo Ito", &other), CDN_OK);
    assert_int_equal(renew("Ada King"), CDN_OK);
    assert_int_equal(sign("Ada King", &new), CDN_OK);
    assert_int_equal(take_back("Ada King", &count), CDN_OK);
    assert_int_equal(count, 2);
    assert_int_equal(verify(&old, &signer), CDN_E_REFUSED);
    assert_int_equal(verify(&new, &signer), CDN_E_REFUSED);
    assert_int_equal(verify(&other, &signer), CDN_OK);
    assert_int_equal(cdn_seal_verify_past(CDN_SEAL_APPROVER, unit_path("trust"), "bytes", 5,
                                          old.bytes, old.length, &signer, NULL), CDN_OK);
    assert_int_equal(signer.state, CDN_SIGNER_REVOKED);
    cdn_text_clear(&new);
    assert_int_equal(sign("Ada King", &new), CDN_E_REFUSED);
    assert_int_equal(cdn_seal_signer_until(CDN_SEAL_APPROVER, unit_path("trust"), "Ada King",
                                           &until, NULL), CDN_OK);
    assert_int_equal(until, 0);
    assert_int_equal(take_back("Ada King", &count), CDN_E_REFUSED);
    assert_int_equal(renew("Ada King"), CDN_OK); /* and a fresh start */
    cdn_text_clear(&new);
    assert_int_equal(sign("Ada King", &new), CDN_OK);
    assert_int_equal(verify(&new, &signer), CDN_OK);
    cdn_text_release(&old);
    cdn_text_release(&new);
    cdn_text_release(&other);
}

static void test_rotate__list_is_as_openssl_wants_it(void **state)
{
    (void)state;
    uint32_t count = 0;
    int64_t until = 0;
    assert_int_equal(take_back("Bo Ito", &count), CDN_OK);
    assert_int_equal(cdn_seal_refresh_crl(unit_path("keys"), unit_path("trust"), NULL, NULL),
                     CDN_OK);
    assert_int_equal(
        seal_run("openssl crl -in trust/crl.pem -CAfile trust/root.pem -noout 2>said;"
                 " grep -qx 'verify OK' said && openssl crl -in trust/crl.pem -noout -text >text &&"
                 " grep -q 'Version 2' text && grep -A1 'CRL Number' text | grep -q ' 3$' &&"
                 " grep -q 'Key Compromise' text && [ $(grep -c 'Serial Number' text) = 1 ]"),
        0);
    assert_int_equal(seal_run("awk '/BEGIN/ { c++ } c == 1' trust/approvers.pem >ada.pem;"
                         "awk '/BEGIN/ { c++ } c == 2' trust/approvers.pem >bo.pem;"
                         "cat trust/root.pem trust/crl.pem >both.pem;"
                         "openssl verify -x509_strict -crl_check -CAfile both.pem ada.pem &&"
                         "! openssl verify -crl_check -CAfile both.pem bo.pem"),
                     0);
    assert_int_equal(cdn_seal_crl_until(unit_path("trust"), &until, NULL), CDN_OK);
    int64_t days = (until - (int64_t)time(NULL) + 3600) / 86400;
    assert_int_equal(days, 200);
}

static void test_rotate__other_lists_are_refused(void **state)
{
    (void)state;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    assert_int_equal(sign("Ada King", &pem), CDN_OK);
    assert_int_equal(cdn_seal_new_root(unit_path("keys2"), unit_path("trust2"), "Test Org", NULL,
                                       NULL), CDN_OK);
    assert_int_equal(seal_run("cp trust/crl.pem kept; cp trust2/crl.pem trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_REFUSED);
    assert_int_equal(seal_run("cat kept trust2/crl.pem >trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    assert_int_equal(seal_run(": >trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    assert_int_equal(seal_run("rm trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    assert_int_equal(seal_run("cp kept trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_OK);
    cdn_text_release(&pem);
}

/* Somebody puts our root among those that a browser trusts: it must not vouch for a computer. */
static void test_rotate__root_certifies_no_computer(void **state)
{
    (void)state;
    assert_int_equal(
        seal_run(
            "openssl x509 -in trust/root.pem -noout -text | grep -A3 'Name Constraints: critical'"
            " | grep -q Excluded"),
        0);
    assert_int_equal(seal_run("openssl ecparam -name prime256v1 -genkey -noout -out web.key;"
                         "openssl req -new -key web.key -subj /CN=web -out web.csr;"
                         "for name in DNS:bank.example IP:10.0.0.1; do"
                         " printf \"subjectAltName=$name\\n\" >web.cnf;"
                         " openssl x509 -req -in web.csr -CA trust/root.pem -CAkey keys/root.key"
                         " -days 3 -extfile web.cnf -set_serial 5 -out web.pem &&"
                         " openssl verify -CAfile trust/root.pem web.pem >said 2>&1 && exit 1;"
                         " grep -q 'excluded subtree violation' said || exit 1; done"),
                     0);
    /* and a person's name that looks like a computer's is not handed out */
    assert_int_equal(seal_enrol("www.bank.example"), CDN_E_USAGE);
    assert_int_equal(seal_enrol("Dr. Cy Roe"), CDN_OK);
}

static void test_rotate__replaced_root_vouches_for_what_was_signed(void **state)
{
    (void)state;
    uint32_t count = 0;
    int64_t before = 0, after = 0;
    cdn_signer signer;
    cdn_text old = CDN_TEXT_INIT(65536), pem = CDN_TEXT_INIT(65536);
    assert_int_equal(sign("Ada King", &old), CDN_OK);
    assert_int_equal(seal_run("cp -rp trust before"), 0);
    assert_int_equal(cdn_seal_crl_number(unit_path("before"), &before, NULL), CDN_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(rotate(), CDN_OK);
        assert_int_equal(verify(&old, &signer), CDN_OK);
        assert_int_equal(renew("Ada King"), CDN_OK);
        cdn_text_clear(&pem);
        assert_int_equal(sign("Ada King", &pem), CDN_OK);
        assert_int_equal(verify(&pem, &signer), CDN_OK);
        assert_int_equal(cdn_seal_check_root(unit_path("trust"), unit_path("before"), NULL),
                         CDN_OK);
        assert_int_equal(cdn_seal_check_root(unit_path("before"), unit_path("trust"), NULL),
                         CDN_E_REFUSED);
    }
    assert_int_equal(cdn_seal_crl_number(unit_path("trust"), &after, NULL), CDN_OK);
    assert_int_equal(after, before + 2);
    assert_int_equal(take_back("Ada King", &count), CDN_OK);
    assert_int_equal(count, 3);
    assert_int_equal(verify(&old, &signer), CDN_E_REFUSED);
    /* one name; each earlier key is certified by the last root; ours has no key of before */
    assert_int_equal(
        seal_run("[ $(for f in trust/root.pem trust/earlier-?.pem before/root.pem; do"
                 " openssl x509 -in $f -noout -subject; done | sort -u | wc -l) = 1 ] &&"
                 " openssl verify -x509_strict -CAfile trust/root.pem trust/earlier-?.pem &&"
                 " openssl verify -x509_strict -purpose crlsign -CAfile before/root.pem"
                 " -untrusted trust/handover.pem trust/handover.pem &&"
                 " [ \"$(openssl x509 -in trust/handover.pem -noout -pubkey)\" ="
                 " \"$(openssl x509 -in trust/root.pem -noout -pubkey)\" ] &&"
                 " [ \"$(ls keys | tr '\n' ' ')\" = 'ada-king.key bo-ito.key root.key ' ]"),
        0);
    cdn_text_release(&old);
    cdn_text_release(&pem);
}

/* Earlier roots count where this one certified them, and not because they are in the folder. */
static void test_rotate__earlier_roots_need_the_root(void **state)
{
    (void)state;
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    assert_int_equal(sign("Ada King", &pem), CDN_OK);
    assert_int_equal(seal_run("cp -p trust/root.pem old.pem"), 0);
    assert_int_equal(rotate(), CDN_OK);
    assert_int_equal(verify(&pem, &signer), CDN_OK);
    assert_int_equal(seal_run("mv trust/earlier-1.pem link.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_REFUSED);
    assert_int_equal(seal_run("cp old.pem trust/earlier-1.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_REFUSED);
    assert_int_equal(seal_run("cat link.pem old.pem >trust/earlier-1.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    cdn_text_release(&pem);
}

/* Killed at any step: until root.pem is replaced nothing is different, and from then on nothing
 * verifies, until it is asked for again. */
static void test_rotate__stopped_change_of_the_root_is_finished(void **state)
{
    (void)state;
    static const char *const before[] = {
        "cp -p fresh/keys/root.key keys/root.key.new",
        "cp fresh/trust/handover.pem trust/",
        "cp trust/root.pem trust/earlier-1.pem",
    };
    static const char *const after[] = {
        "cp fresh/trust/root.pem trust/", "cp fresh/trust/earlier-1.pem trust/",
        "cp fresh/trust/crl.pem trust/", "mv keys/root.key.new keys/root.key"};
    cdn_signer signer;
    cdn_text pem = CDN_TEXT_INIT(65536);
    assert_int_equal(sign("Ada King", &pem), CDN_OK);
    assert_int_equal(seal_run("mkdir old fresh; cp -rp keys trust old/"), 0);
    assert_int_equal(rotate(), CDN_OK);
    assert_int_equal(seal_run("cp -rp keys trust fresh/"), 0);
    for (size_t stop = 0; stop < 7; stop++) {
        assert_int_equal(seal_run("rm -rf keys trust; cp -rp old/keys old/trust ."), 0);
        for (size_t i = 0; i < 3 && i <= stop; i++)
            assert_int_equal(seal_run(before[i]), 0);
        for (size_t i = 0; i + 3 <= stop; i++)
            assert_int_equal(seal_run(after[i]), 0);
        bool half = stop == 3 || stop == 4;
        assert_int_equal(verify(&pem, &signer), half ? CDN_E_REFUSED : CDN_OK);
        assert_int_equal(rotate(), CDN_OK);
        assert_int_equal(seal_run("cmp -s trust/root.pem fresh/trust/root.pem") == 0,
                         stop >= 3 && stop < 6);
        assert_int_equal(verify(&pem, &signer), CDN_OK);
        assert_int_equal(cdn_seal_check_root(unit_path("trust"), unit_path("old/trust"), NULL),
                         CDN_OK);
        assert_int_equal(renew("Bo Ito"), CDN_OK);
        assert_int_equal(seal_run("[ $(ls keys | wc -l) = 3 ]"), 0);
    }
    cdn_text_release(&pem);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, unit_scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_rotate__renewed_key_signs_and_the_old_signature_stays_good),
        TEST(test_rotate__stopped_renewal_leaves_a_key_that_signs),
        TEST(test_rotate__revoked_key_neither_signs_nor_verifies),
        TEST(test_rotate__list_is_as_openssl_wants_it),
        TEST(test_rotate__other_lists_are_refused),
        TEST(test_rotate__root_certifies_no_computer),
        TEST(test_rotate__replaced_root_vouches_for_what_was_signed),
        TEST(test_rotate__earlier_roots_need_the_root),
        TEST(test_rotate__stopped_change_of_the_root_is_finished),
    };
    return cmocka_run_group_tests_name("rotate", tests, NULL, NULL);
}
