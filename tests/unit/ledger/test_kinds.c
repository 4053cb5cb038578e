/* test_kinds.c - which entries may be added.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"

static cdn_status check(const char *kind, const char *release, const char *payload)
{
    cdn_json *json = NULL;
    assert_int_equal(cdn_json_parse("payload", payload, strlen(payload), &json, NULL), CDN_OK);
    cdn_status status = cdn_ledger_kind_check(kind, release, json, NULL);
    cdn_json_destroy(json);
    return status;
}

static void test_kinds__knows_what_an_entry_holds(void **state)
{
    (void)state;
    assert_int_equal(check("commit", "r", "{}"), CDN_OK);
    assert_int_equal(check("plan", NULL, "{\"digest\":\"d\",\"name\":\"n\"}"), CDN_OK);
    assert_int_equal(check("plan", "", "{\"digest\":\"d\",\"name\":\"n\",\"more\":1}"), CDN_OK);
    assert_int_equal(check("plan", NULL, "{\"digest\":\"d\"}"), CDN_E_INTERNAL);
    assert_int_equal(check("plan", NULL, "{\"digest\":1,\"name\":\"n\"}"), CDN_E_INTERNAL);
    assert_int_equal(check("void", "r", "{\"intent\":\"h\",\"people\":[]}"), CDN_OK);
    assert_int_equal(check("void", "r", "{\"intent\":\"h\",\"people\":\"two\"}"), CDN_E_INTERNAL);
    const char *fed = "{\"every\":\"week\",\"feed\":\"f\",\"period\":\"p\",\"release\":\"r\","
                      "\"skipped\":false}";
    assert_int_equal(check("feed", NULL, fed), CDN_OK);
    assert_int_equal(check("feed", NULL, "{\"every\":\"week\",\"feed\":\"f\",\"period\":\"p\","
                                         "\"release\":\"r\",\"skipped\":0}"),
                     CDN_E_INTERNAL);
}

static void test_kinds__an_intent_says_all_that_a_later_release_needs(void **state)
{
    (void)state;
    static const char *const members[] = {"agreement", "feed",        "kept", "period", "plan",
                                          "request",   "signedBytes", "zip"};
    enum { COUNT = sizeof members / sizeof members[0] };
    for (size_t without = 0; without <= COUNT; without++) {
        char text[512] = "{\"approvals\":2";
        for (size_t i = 0; i < COUNT; i++)
            if (i != without)
                (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",\"%s\":\"x\"",
                               members[i]);
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "}");
        assert_int_equal(check("intent", "r", text), without == COUNT ? CDN_OK : CDN_E_INTERNAL);
    }
}

static void test_kinds__an_entry_is_about_a_release_or_is_not(void **state)
{
    (void)state;
    assert_int_equal(check("commit", "", "{}"), CDN_E_INTERNAL);
    assert_int_equal(check("commit", NULL, "{}"), CDN_E_INTERNAL);
    assert_int_equal(check("policy", "r", "{\"digest\":\"d\",\"name\":\"n\"}"), CDN_E_INTERNAL);
    assert_int_equal(check("rumour", "r", "{}"), CDN_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds__knows_what_an_entry_holds),
        cmocka_unit_test(test_kinds__an_intent_says_all_that_a_later_release_needs),
        cmocka_unit_test(test_kinds__an_entry_is_about_a_release_or_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
