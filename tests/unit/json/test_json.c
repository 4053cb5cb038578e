/* test_json.c - strict JSON in, canonical JSON out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "json/json.h"

#include "core/alloc.h"
#include "core/limits.h"
#include "support/unit.h"

static cdn_json *parse(const char *text)
{
    cdn_json *value = NULL;
    assert_int_equal(cdn_json_parse("t", text, strlen(text), &value, NULL), CDN_OK);
    return value;
}

static void expect_text(const cdn_json *value, bool pretty, const char *expected)
{
    cdn_text out = CDN_TEXT_INIT(10000);
    cdn_json_write(value, pretty, &out);
    assert_false(out.failed);
    assert_string_equal(out.bytes, expected);
    cdn_text_release(&out);
}

static void canonical(const char *text, const char *expected)
{
    cdn_json *value = parse(text);
    expect_text(value, false, expected);
    cdn_json_destroy(value);
}

static void refuse(const char *text, size_t size, const char *message)
{
    cdn_json *value = NULL;
    cdn_error error = CDN_ERROR_INIT;
    char line[1024];
    assert_int_equal(cdn_json_parse("t.json", text, size, &value, &error), CDN_E_INPUT);
    (void)cdn_error_format(&error, line, sizeof line);
    assert_string_equal(line, message);
}

#define REFUSE(literal, message) refuse((literal), sizeof(literal) - 1, (message))

static void test_json__writes_canonical_bytes(void **state)
{
    (void)state;
    canonical(" { \"b\" : [ 1 , -2, true ,null ] , \"a\":{} } ",
              "{\"a\":{},\"b\":[1,-2,true,null]}");
    canonical("{\"\\u00e9\":1,\"z\":2,\"Z\":3,\"\":4}", "{\"\":4,\"Z\":3,\"z\":2,\"\xc3\xa9\":1}");
    canonical("\"\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\\\/\\u007f\\ud83d\\ude00\"",
              "\"\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\x7f\xf0\x9f\x98\x80\"");
    canonical("-0", "0");
    canonical("[9223372036854775807,-9223372036854775808]",
              "[9223372036854775807,-9223372036854775808]");
    canonical("\"1.5e3\"", "\"1.5e3\"");
    canonical("[[],{}]", "[[],{}]");
}

static void test_json__writes_pretty_in_the_same_order(void **state)
{
    (void)state;
    cdn_json *value = parse("{\"b\":[1,{\"c\":false}],\"a\":[],\"d\":{}}");
    expect_text(value, true,
                "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": false\n    }\n  ],\n"
                "  \"d\": {}\n}\n");
    cdn_json_destroy(value);
}

static void test_json__refuses_what_is_not_strict(void **state)
{
    (void)state;
    REFUSE("{\n \"a\": 1.0}", "t.json:2:7: expected an integer, found a real number");
    REFUSE("[1e2]", "t.json:1:2: expected an integer, found a real number");
    REFUSE("{\"a\":1,\"a\":2}", "t.json:1:11: duplicate key in a JSON object");
    REFUSE("[1] 2", "t.json:1:6: expected the end of the JSON text, found more");
    REFUSE("\"a\\u0000b\"", "t.json:1:11: NUL character in a JSON string");
    REFUSE("[9223372036854775808]", "t.json:1:21: number does not fit 64 bits");
    cdn_json *value = NULL;
    static const char *const bad[] = {
        "",        "[1,]",    "{a:1}", "[01]", "nul", "\"\xff\"",         "[\"a\n\"]",
        "{\"a\"}", "\"\\x\"", "[1",    "]",    "'a'", "\"\xed\xa0\x80\"", "NaN",
        "[1 2]",   "// c\n1", "\"a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(cdn_json_parse("t", bad[i], strlen(bad[i]), &value, NULL), CDN_E_INPUT);
    assert_int_equal(cdn_json_parse("t", "1\0", 2, &value, NULL), CDN_E_INPUT);
}

static void test_json__never_quotes_the_text(void **state)
{
    (void)state;
    cdn_json *value = NULL;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_json_parse("t", "{\"a\":\"topsecret\" topsecret}", 27, &value, &error),
                     CDN_E_INPUT);
    assert_null(strstr(error.message, "topsecret"));
}

static void test_json__limits_depth_and_size(void **state)
{
    (void)state;
    char text[200];
    cdn_json *value = NULL;
    memset(text, '[', CDN_LIMIT_JSON_DEPTH);
    memset(text + CDN_LIMIT_JSON_DEPTH, ']', CDN_LIMIT_JSON_DEPTH);
    assert_int_equal(cdn_json_parse("t", text, 2 * CDN_LIMIT_JSON_DEPTH, &value, NULL), CDN_OK);
    cdn_json_destroy(value);
    memset(text, '[', CDN_LIMIT_JSON_DEPTH + 1);
    memset(text + CDN_LIMIT_JSON_DEPTH + 1, ']', CDN_LIMIT_JSON_DEPTH + 1);
    assert_int_equal(cdn_json_parse("t", text, 2 * CDN_LIMIT_JSON_DEPTH + 2, &value, NULL),
                     CDN_E_INPUT);
    assert_int_equal(cdn_json_parse("t", "", CDN_LIMIT_JSON_SIZE + 1, &value, NULL), CDN_E_LIMIT);
}

static void test_json__reads_by_kind(void **state)
{
    (void)state;
    cdn_json *value = parse("{\"s\":\"x\",\"i\":-5,\"t\":true,\"n\":null,\"a\":[1,2]}");
    const cdn_json *member = NULL;
    assert_int_equal(cdn_json_kind_of(value), CDN_JSON_OBJECT);
    assert_int_equal(cdn_json_size(value), 5);
    assert_string_equal(cdn_json_key_at(value, 0, &member), "a");
    assert_int_equal(cdn_json_integer(cdn_json_at(member, 1)), 2);
    assert_string_equal(cdn_json_key_at(value, 4, NULL), "t");
    assert_null(cdn_json_key_at(value, 5, &member));
    assert_null(member);
    assert_string_equal(cdn_json_string(cdn_json_get(value, "s")), "x");
    assert_int_equal(cdn_json_integer(cdn_json_get(value, "i")), -5);
    assert_true(cdn_json_bool(cdn_json_get(value, "t")));
    assert_int_equal(cdn_json_kind_of(cdn_json_get(value, "n")), CDN_JSON_NULL);
    assert_null(cdn_json_get(value, "zz"));
    assert_null(cdn_json_string(cdn_json_get(value, "i")));
    assert_int_equal(cdn_json_integer(cdn_json_get(value, "s")), 0);
    assert_int_equal(cdn_json_integer(cdn_json_get(value, "t")), 0);
    assert_false(cdn_json_bool(cdn_json_get(value, "i")));
    assert_null(cdn_json_at(value, 0));
    assert_null(cdn_json_at(cdn_json_get(value, "a"), 2));
    assert_null(cdn_json_get(cdn_json_get(value, "a"), "x"));
    assert_null(cdn_json_get(NULL, "x"));
    assert_int_equal(cdn_json_size(NULL), 0);
    assert_int_equal(cdn_json_kind_of(NULL), CDN_JSON_NULL);
    cdn_json_destroy(value);
    cdn_json_destroy(NULL);
}

static cdn_json *build(void)
{
    cdn_json *object = cdn_json_object();
    cdn_json *list = cdn_json_array();
    cdn_json_push(list, cdn_json_new_integer(1));
    cdn_json_push(list, cdn_json_new_bool(false));
    cdn_json_push(list, cdn_json_new_null());
    cdn_json_set(object, "m", list);
    cdn_json_set(object, "z", cdn_json_new_string("last"));
    cdn_json_set(object, "a", cdn_json_new_string("first"));
    cdn_json_set(object, "m2", cdn_json_object());
    cdn_json_set(object, "z", cdn_json_new_integer(9)); /* replaces */
    return object;
}

static const char built[] = "{\"a\":\"first\",\"m\":[1,false,null],\"m2\":{},\"z\":9}";

static void test_json__builds_and_copies(void **state)
{
    (void)state;
    cdn_json *value = build();
    cdn_json *copy = cdn_json_copy(value);
    assert_true(cdn_json_ok(value));
    expect_text(value, false, built);
    cdn_json_destroy(value);
    expect_text(copy, false, built);
    cdn_json_destroy(copy);
    assert_null(cdn_json_copy(NULL));
}

static void test_json__never_writes_a_tree_that_lost_something(void **state)
{
    (void)state;
    cdn_json *root = cdn_json_object();
    cdn_json *inner = cdn_json_array();
    cdn_json_push(inner, cdn_json_new_string("bad \xff utf-8"));
    cdn_json_set(root, "inner", inner);
    cdn_json_set(root, "fine", cdn_json_new_integer(1));
    assert_false(cdn_json_ok(root));
    cdn_text out = CDN_TEXT_INIT(1000);
    cdn_json_write(root, false, &out);
    assert_true(out.failed);
    assert_int_equal(out.length, 0);
    cdn_json_destroy(root);
    cdn_text_release(&out);
    assert_false(cdn_json_ok(NULL));
    cdn_json_set(NULL, "x", cdn_json_new_integer(1)); /* takes ownership all the same */
    cdn_json_push(NULL, cdn_json_new_integer(1));
    assert_null(cdn_json_new_string(NULL));
    assert_null(cdn_json_new_string("\xc0\x80"));
    assert_null(cdn_json_new_string("\xe2\x82"));
    assert_null(cdn_json_new_string("\xf4\x90\x80\x80"));
}

static void test_json__builds_whole_or_fails_without_memory(void **state)
{
    (void)state;
    unsigned whole = 0;
    for (long limit = 0; limit < 40; limit++) {
        cdn_alloc_fail_after(limit);
        cdn_json *value = build();
        cdn_json *copy = cdn_json_copy(value);
        cdn_alloc_fail_after(-1);
        if (cdn_json_ok(value))
            expect_text(value, false, built);
        if (cdn_json_ok(copy)) {
            expect_text(copy, false, built);
            whole++;
        }
        cdn_json_destroy(value);
        cdn_json_destroy(copy);
    }
    assert_in_range(whole, 1, 30);
    for (long limit = 0; limit < 20; limit++) {
        cdn_json *value = NULL;
        cdn_alloc_fail_after(limit);
        cdn_status status = cdn_json_parse("t", built, sizeof built - 1, &value, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
        if (status == CDN_OK) {
            expect_text(value, false, built);
            cdn_json_destroy(value);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__writes_canonical_bytes),
        cmocka_unit_test(test_json__writes_pretty_in_the_same_order),
        cmocka_unit_test(test_json__refuses_what_is_not_strict),
        cmocka_unit_test(test_json__never_quotes_the_text),
        cmocka_unit_test(test_json__limits_depth_and_size),
        cmocka_unit_test(test_json__reads_by_kind),
        cmocka_unit_test(test_json__builds_and_copies),
        cmocka_unit_test(test_json__never_writes_a_tree_that_lost_something),
        cmocka_unit_test(test_json__builds_whole_or_fails_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
