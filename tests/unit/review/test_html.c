/* test_html.c - escaping, characters that deceive, numbers, symbols.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "review/html.h"

static void check(cdn_text *out, const char *expected)
{
    assert_false(out->failed);
    assert_string_equal(out->bytes == NULL ? "" : out->bytes, expected);
    cdn_text_clear(out);
}

static void test_html__texts_come_out_inert(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    cdn_html_text(&out, "<script>alert('1' && \"2\")</script>");
    check(&out, "&lt;script&gt;alert(&#39;1&#39; &amp;&amp; &quot;2&quot;)&lt;/script&gt;");
    cdn_html_element(&out, "li", "</li><b>");
    check(&out, "<li>&lt;/li&gt;&lt;b&gt;</li>\n");
    cdn_html_text(&out, NULL);
    check(&out, "");
    cdn_text_release(&out);
}

static void test_html__what_a_screen_does_not_show_is_shown_by_number(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    /* right-to-left override, zero-width space, two controls, soft hyphen, a tag */
    cdn_html_text(&out, "a\xe2\x80\xae"
                        "b\xe2\x80\x8b"
                        "c\x01"
                        "d\xc2\x85"
                        "e\xc2\xad"
                        "f"
                        "\xf3\xa0\x80\x81");
    check(&out, "a[U+202E]b[U+200B]c[U+0001]d[U+0085]e[U+00AD]f[U+E0001]");
    cdn_html_text(&out, "tab\tline\nCaf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    check(&out, "tab\tline\nCaf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    cdn_text_release(&out);
}

static void test_html__bytes_that_are_not_utf8_are_shown_by_number(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    cdn_html_text(&out, "a\xff"
                        "b\xc0\xbc"
                        "c\xe2\x82");
    check(&out, "a[byte FF]b[byte C0][byte BC]c[byte E2][byte 82]");
    cdn_text_release(&out);
}

static void test_html__a_text_is_plain_when_nothing_of_it_is_hidden(void **state)
{
    (void)state;
    assert_true(cdn_html_is_plain("[U+202E] tab\t line\n Caf\xc3\xa9"));
    assert_true(cdn_html_is_plain(NULL));
    assert_false(cdn_html_is_plain("[U+202E] \xe2\x80\xae"));
    assert_false(cdn_html_is_plain("a\xff"));
}

static void test_html__numbers_have_groups_sign_and_decimals(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    cdn_html_count(&out, 0);
    check(&out, "0");
    cdn_html_count(&out, 999);
    check(&out, "999");
    cdn_html_count(&out, 1234567);
    check(&out, "1,234,567");
    cdn_html_number(&out, 123456, 2);
    check(&out, "1,234.56");
    cdn_html_number(&out, -5, 1);
    check(&out, "\xe2\x88\x92"
                "0.5");
    cdn_html_number(&out, INT64_MIN, 0);
    check(&out, "\xe2\x88\x92"
                "9,223,372,036,854,775,808");
    cdn_text_release(&out);
}

static void test_html__percents_are_rounded_half_up_and_need_a_whole(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    cdn_html_percent(&out, 1, 3);
    check(&out, "33.3%");
    cdn_html_percent(&out, 1, 2000);
    check(&out, "0.1%");
    cdn_html_percent(&out, 3, 2);
    check(&out, "150.0%");
    cdn_html_percent(&out, 0, 0);
    check(&out, "none");
    cdn_text_release(&out);
}

static void test_html__a_symbol_stands_for_a_value_that_is_not_shown(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    cdn_html_value(&out, &(cdn_value){CDN_VALUE_OK, 1205}, 2);
    check(&out, "12.05");
    cdn_html_value(&out, &(cdn_value){CDN_VALUE_CONFIDENTIAL, 1205}, 2);
    check(&out, "<abbr class=\"s\" title=\"confidential, withheld\">[c]</abbr>");
    cdn_html_value(&out, &(cdn_value){CDN_VALUE_NOT_APPLICABLE, 1205}, 2);
    check(&out, "<abbr class=\"s\" title=\"not applicable\">[z]</abbr>");
    cdn_text_release(&out);
}

static void test_html__heads_have_scopes(void **state)
{
    cdn_text out = CDN_TEXT_INIT(4096);
    (void)state;
    cdn_html_table_head(&out, "What|#Number");
    check(&out,
          "<thead><tr><th scope=\"col\">What</th><th scope=\"col\" class=\"n\">Number</th></tr>"
          "</thead>\n<tbody>\n");
    cdn_text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html__texts_come_out_inert),
        cmocka_unit_test(test_html__what_a_screen_does_not_show_is_shown_by_number),
        cmocka_unit_test(test_html__bytes_that_are_not_utf8_are_shown_by_number),
        cmocka_unit_test(test_html__a_text_is_plain_when_nothing_of_it_is_hidden),
        cmocka_unit_test(test_html__numbers_have_groups_sign_and_decimals),
        cmocka_unit_test(test_html__percents_are_rounded_half_up_and_need_a_whole),
        cmocka_unit_test(test_html__a_symbol_stands_for_a_value_that_is_not_shown),
        cmocka_unit_test(test_html__heads_have_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
