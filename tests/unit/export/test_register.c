/* test_register.c - the status list: its bytes by hand, what is found in it, and lists of another
 * form.
 *
 * Every list here is signed by an approver, so that only its form speaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/seal.h"

#include "core/text.h"
#include "export/register.h"

#define D1 "1111111111111111111111111111111111111111111111111111111111111111"
#define D2 "2222222222222222222222222222222222222222222222222222222222222222"
#define D3 "3333333333333333333333333333333333333333333333333333333333333333"

/* Names in the order of their bytes, two blanks for each level, a line for each fact: verify.sh
 * reads it line by line. */
#define DATES "  \"issued\": \"2026-01-02T03:04:05Z\",\n"
#define LEDGER "  \"ledger\": \"7:" D3 "\",\n"
#define NEXT "  \"nextUpdate\": \"2026-02-11T03:04:05Z\",\n"
#define ROW_A                                                                                 \
    "    \"a-2026-01\": {\n      \"signedBytes\": \"" D1 "\",\n      \"status\": \"active\"\n    }"
#define ROW_B                                                                                 \
    "    \"b-2026-01\": {\n      \"by\": \"a-2026-01\",\n      \"signedBytes\": \"" D2           \
    "\",\n      \"status\": \"superseded\"\n    }"
#define ROW_C                                                                                 \
    "    \"c-2026-01\": {\n      \"reason\": \"a wrong month\",\n      \"signedBytes\": \"" D3   \
    "\",\n      \"status\": \"withdrawn\"\n    }"
#define LIST(rows)                                                                            \
    "{\n" DATES LEDGER NEXT "  \"releases\": {\n" rows "\n  },\n  \"version\": 7\n}\n"

static const char whole[] = LIST(ROW_A ",\n" ROW_B ",\n" ROW_C);

static int setup(void **state)
{
    return seal_setup(state, "Ada King", "Bo Ito");
}

static void publish(const char *list)
{
    cdn_text pem = CDN_TEXT_INIT(65536);
    assert_int_equal(seal_sign("Ada King", list, strlen(list), &pem), CDN_OK);
    unit_write(unit_path("trust/status.json"), list, strlen(list));
    unit_write(unit_path("trust/status.json.p7s"), pem.bytes, pem.length);
    cdn_text_release(&pem);
}

static void expect_row(const cdn_register_file *file, const char *id, cdn_register_kind kind,
                       const char *bytes, const char *detail)
{
    cdn_register_row row = cdn_register_find(file, id);
    assert_int_equal(row.kind, kind);
    assert_string_equal(row.release_id, id);
    assert_string_equal(row.signed_bytes, bytes);
    assert_string_equal(row.detail, detail);
}

static void test_register__bytes_are_those_of_the_format(void **state)
{
    (void)state;
    const cdn_register_row rows[] = {
        {"c-2026-01", D3, CDN_REGISTER_WITHDRAWN, "a wrong month"},
        {"a-2026-01", D1, CDN_REGISTER_ACTIVE, ""},
        {"b-2026-01", D2, CDN_REGISTER_SUPERSEDED, "a-2026-01"}};
    const cdn_register list = {7, 1767323045, 1770779045, "7:" D3, 3, rows};
    cdn_text out = CDN_TEXT_INIT(65536);
    assert_int_equal(cdn_register_write(&list, &out, NULL), CDN_OK);
    assert_int_equal(out.length, sizeof whole - 1);
    assert_memory_equal(out.bytes, whole, sizeof whole - 1);
    cdn_text_release(&out);
}

static void test_register__each_release_is_found_as_it_stands(void **state)
{
    (void)state;
    cdn_register_file file;
    publish(whole);
    assert_int_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_OK);
    assert_int_equal(file.version, 7);
    assert_int_equal(file.issued, 1767323045);
    assert_int_equal(file.next_update, 1770779045);
    assert_string_equal(file.signer, "Ada King");
    expect_row(&file, "a-2026-01", CDN_REGISTER_ACTIVE, D1, "");
    expect_row(&file, "b-2026-01", CDN_REGISTER_SUPERSEDED, D2, "a-2026-01");
    expect_row(&file, "c-2026-01", CDN_REGISTER_WITHDRAWN, D3, "a wrong month");
    expect_row(&file, "d-2026-01", CDN_REGISTER_UNLISTED, "", "");
    expect_row(&file, "a-2026-0", CDN_REGISTER_UNLISTED, "", "");
    expect_row(&file, "", CDN_REGISTER_UNLISTED, "", "");
    cdn_register_file_release(&file);
}

static void test_register__a_folder_may_have_none(void **state)
{
    (void)state;
    cdn_register_file file;
    int64_t version = -1;
    assert_int_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_OK);
    assert_null(file.tree);
    expect_row(&file, "a-2026-01", CDN_REGISTER_UNLISTED, "", "");
    cdn_register_file_release(&file);
    assert_int_equal(cdn_register_version(unit_path("trust"), &version, NULL), CDN_OK);
    assert_int_equal(version, 0);
}

static void test_register__other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "{}\n",
        "[]\n",
        "not a list",
        LIST(ROW_A) "\n",              /* a blank line more */
        LIST("  " ROW_A),              /* another indent: sed would not see the row */
        LIST(ROW_B ",\n" ROW_A),       /* another order */
        LIST(ROW_A ",\n" ROW_A),       /* one release twice */
        LIST("    \"a\": \"active\""), /* a text for an entry */
        LIST("    \"a\": {}"),
        LIST("    \"a\": {\n      \"signedBytes\": \"" D1 "\"\n    }"),
        LIST("    \"a\": {\n      \"status\": \"active\"\n    }"),
        LIST("    \"a\": {\n      \"signedBytes\": \"" D1
             "0\",\n      \"status\": \"active\"\n    }"),
        LIST("    \"a\": {\n      \"signedBytes\": \"" D1 "\",\n      \"status\": \"\"\n    }"),
        LIST("    \"a\": {\n      \"signedBytes\": \"" D1
             "\",\n      \"status\": \"Active\"\n    }"),
        LIST("    \"a\": {\n      \"signedBytes\": \"" D1
             "\",\n      \"status\": \"withdrawn\"\n    }"),
        LIST("    \"a\": {\n      \"signedBytes\": \"" D1
             "\",\n      \"status\": \"superseded\"\n    }"),
        "{\n" DATES LEDGER NEXT "  \"releases\": [],\n  \"version\": 7\n}\n",
        "{\n" DATES LEDGER NEXT "  \"version\": 7\n}\n",
        "{\n" DATES LEDGER NEXT "  \"releases\": {},\n  \"version\": 0\n}\n",
        "{\n" DATES LEDGER NEXT "  \"releases\": {},\n  \"version\": -7\n}\n",
        "{\n" DATES LEDGER NEXT "  \"releases\": {},\n  \"version\": \"7\"\n}\n",
        "{\n" DATES LEDGER NEXT "  \"releases\": {}\n}\n",
        "{\n" LEDGER NEXT "  \"releases\": {},\n  \"version\": 7\n}\n",
        "{\n" DATES LEDGER "  \"releases\": {},\n  \"version\": 7\n}\n",
        "{\n  \"issued\": \"2026-01-02 03:04:05\",\n" LEDGER NEXT
        "  \"releases\": {},\n  \"version\": 7\n}\n",
        "{\n  \"issued\": \"2026-13-02T03:04:05Z\",\n" LEDGER NEXT
        "  \"releases\": {},\n  \"version\": 7\n}\n",
        "{\n  \"issued\": \"2999-01-02T03:04:05Z\",\n" LEDGER NEXT
        "  \"releases\": {},\n  \"version\": 7\n}\n",
    };
    cdn_register_file file;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        publish(wrong[i]);
        if (cdn_register_read(unit_path("trust"), &file, &error) != CDN_E_REFUSED)
            fail_msg("list %zu is taken", i);
        if (strstr(error.message, "status.json is ") == NULL)
            fail_msg("list %zu: %s", i, error.message);
        assert_null(file.tree);
    }
    publish(LIST(ROW_A)); /* and nothing is wrong with the rest of it */
    assert_int_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_OK);
    cdn_register_file_release(&file);
}

static void test_register__signatures_and_sizes_are_asked_for(void **state)
{
    (void)state;
    cdn_register_file file;
    publish(whole);
    assert_int_equal(seal_run("sed -i s/active/superb/ trust/status.json"), 0);
    assert_int_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_E_REFUSED);
    publish(whole);
    assert_int_equal(seal_run("rm trust/status.json.p7s"), 0);
    assert_int_not_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_OK);
    publish(whole);
    assert_int_equal(seal_run("rm trust/status.json && mkdir trust/status.json"), 0);
    assert_int_not_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_OK);
    assert_int_equal(seal_run("rmdir trust/status.json && ln -s nowhere trust/status.json"), 0);
    assert_int_not_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_OK);
    assert_int_equal(seal_run("rm trust/status.json && truncate -s 17M trust/status.json"), 0);
    assert_int_equal(cdn_register_read(unit_path("trust"), &file, NULL), CDN_E_LIMIT);
}

/* Of the folder that a recipient had before: verified then, compared now. */
static void test_register__version_of_before_must_be_a_number(void **state)
{
    (void)state;
    int64_t version = 0;
    publish(whole);
    assert_int_equal(cdn_register_version(unit_path("trust"), &version, NULL), CDN_OK);
    assert_int_equal(version, 7);
    static const char *const wrong[] = {"", "{}", "{\"version\": \"7\"}", "{\"version\": 0}",
                                        "{\"version\": -1}", "[7]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        unit_write(unit_path("trust/status.json"), wrong[i], strlen(wrong[i]));
        if (cdn_register_version(unit_path("trust"), &version, NULL) != CDN_E_REFUSED)
            fail_msg("list %zu has a version", i);
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, unit_scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_register__bytes_are_those_of_the_format),
        TEST(test_register__each_release_is_found_as_it_stands),
        TEST(test_register__a_folder_may_have_none),
        TEST(test_register__other_forms_are_refused),
        TEST(test_register__signatures_and_sizes_are_asked_for),
        TEST(test_register__version_of_before_must_be_a_number),
    };
    return cmocka_run_group_tests_name("register", tests, NULL, NULL);
}
