/* test_rotate.c - keys renewed and revoked, the root's list and its profile, with openssl as judge.
 *
 * What a moved clock does to them: tests/cli/clock.sh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "seal/sign.h"

extern char **environ;

static int run(const char *command)
{
    char full[2048];
    char shell[] = "sh", option[] = "-c";
    char *words[] = {shell, option, full, NULL};
    pid_t child = 0;
    int state = 0;
    (void)snprintf(full, sizeof full, "cd '%s' && { %s\n} >log 2>&1", unit_path("."), command);
    assert_int_equal(posix_spawnp(&child, "sh", NULL, NULL, words, environ), 0);
    assert_int_equal(waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static cdn_status enrol(const char *name)
{
    return cdn_seal_new_signer(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name,
                               "Test Org", NULL, NULL, NULL);
}

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

static cdn_status sign(const char *name, cdn_text *pem)
{
    return cdn_seal_sign(CDN_SEAL_APPROVER, unit_path("keys"), unit_path("trust"), name, NULL,
                         "bytes", 5, pem, NULL);
}

static cdn_status verify(const cdn_text *pem, cdn_signer *signer)
{
    return cdn_seal_verify(CDN_SEAL_APPROVER, unit_path("trust"), "bytes", 5, pem->bytes,
                           pem->length, signer, NULL);
}

/* Each test has its own folders. */
static int setup(void **state)
{
    (void)unit_scratch_setup(state);
    assert_int_equal(
        cdn_seal_new_root(unit_path("keys"), unit_path("trust"), "Test Org", NULL, NULL), CDN_OK);
    assert_int_equal(enrol("Ada King"), CDN_OK);
    assert_int_equal(enrol("Bo Ito"), CDN_OK);
    return 0;
}

static void test_rotate__renewed_key_signs_and_the_old_signature_stays_good(void **state)
{
    (void)state;
    cdn_signer before, after;
    cdn_text old = CDN_TEXT_INIT(65536), new = CDN_TEXT_INIT(65536);
    assert_int_equal(run("cp keys/ada-king.key old.key"), 0);
    assert_int_equal(sign("Ada King", &old), CDN_OK);
    assert_int_equal(renew("Ada King"), CDN_OK);
    assert_int_equal(sign("Ada King", &new), CDN_OK);
    assert_int_equal(verify(&old, &before), CDN_OK);
    assert_int_equal(verify(&new, &after), CDN_OK);
    assert_string_equal(before.name, after.name);
    assert_string_equal(after.organisation, "Test Org");
    assert_string_not_equal(before.key_digest, after.key_digest);
    assert_int_equal(run("! cmp -s old.key keys/ada-king.key && [ ! -e keys/ada-king.key.new ] &&"
                         " [ $(grep -c BEGIN trust/approvers.pem) = 3 ]"),
                     0);
    assert_int_equal(enrol("Ada King"), CDN_E_REFUSED); /* one in force is there */
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
    assert_int_equal(run("cp -p keys/ada-king.key old.key"), 0);
    assert_int_equal(renew("Ada King"), CDN_OK);
    assert_int_equal(run("mv keys/ada-king.key keys/ada-king.key.new &&"
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
    assert_int_equal(run("openssl crl -in trust/crl.pem -CAfile trust/root.pem -noout 2>said;"
                         " grep -qx 'verify OK' said && openssl crl -in trust/crl.pem -noout -text >text &&"
                         " grep -q 'Version 2' text && grep -A1 'CRL Number' text | grep -q ' 3$' &&"
                         " grep -q 'Key Compromise' text && [ $(grep -c 'Serial Number' text) = 1 ]"),
                     0);
    assert_int_equal(run("awk '/BEGIN/ { c++ } c == 1' trust/approvers.pem >ada.pem;"
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
    assert_int_equal(run("cp trust/crl.pem kept; cp trust2/crl.pem trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_REFUSED);
    assert_int_equal(run("cat kept trust2/crl.pem >trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    assert_int_equal(run(": >trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    assert_int_equal(run("rm trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_E_INPUT);
    assert_int_equal(run("cp kept trust/crl.pem"), 0);
    assert_int_equal(verify(&pem, &signer), CDN_OK);
    cdn_text_release(&pem);
}

/* Somebody puts our root among those that a browser trusts: it must not vouch for a computer. */
static void test_rotate__root_certifies_no_computer(void **state)
{
    (void)state;
    assert_int_equal(run("openssl x509 -in trust/root.pem -noout -text | grep -A3 'Name Constraints: critical'"
                         " | grep -q Excluded"),
                     0);
    assert_int_equal(run("openssl ecparam -name prime256v1 -genkey -noout -out web.key;"
                         "openssl req -new -key web.key -subj /CN=web -out web.csr;"
                         "for name in DNS:bank.example IP:10.0.0.1; do"
                         " printf \"subjectAltName=$name\\n\" >web.cnf;"
                         " openssl x509 -req -in web.csr -CA trust/root.pem -CAkey keys/root.key"
                         " -days 3 -extfile web.cnf -set_serial 5 -out web.pem &&"
                         " openssl verify -CAfile trust/root.pem web.pem >said 2>&1 && exit 1;"
                         " grep -q 'excluded subtree violation' said || exit 1; done"),
                     0);
    /* and a person's name that looks like a computer's is not handed out */
    assert_int_equal(enrol("www.bank.example"), CDN_E_USAGE);
    assert_int_equal(enrol("Dr. Cy Roe"), CDN_OK);
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
    };
    return cmocka_run_group_tests_name("rotate", tests, NULL, NULL);
}
