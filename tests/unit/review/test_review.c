/* test_review.c - the whole page: inert, without a withheld value, the same each time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include "review/review.h"
#include "rule/rule.h"
#include "support/package_fixture.h"

#include <stdio.h>
#include <sys/stat.h>

static cdn_gate_output counts[] = {
    {.name = "turnover",
     .figures = 12,
     .published = 8,
     .primary = 1,
     .secondary = 2,
     .not_applicable = 1,
     .by_rule = {[CDN_RULE_PROVIDERS] = 1}},
    {.name = "providers",
     .is_list = true,
     .figures = 3,
     .published = 2,
     .primary = 1,
     .by_rule = {[CDN_RULE_ROW] = 1, [CDN_RULE_MANUAL] = 1}},
};
static cdn_gate_withheld withheld[] = {
    {0, "area=E09000002 role=8", "median_pay", 1u << CDN_RULE_PROVIDERS, NULL},
    {0, "area=E09000002 role=_T", "median_pay", 0, NULL},
    {1, "row 3", "vacancy_rate", 1u << CDN_RULE_MANUAL, "asked <for> it"},
};
static cdn_gate_report report = {.cell_count = 40,
                                 .hidden_count = 7,
                                 .sensitive_count = 12,
                                 .equation_count = 21,
                                 .rounds = 2,
                                 .interval_asked = 11,
                                 .output_count = 2,
                                 .outputs = counts,
                                 .withheld_count = 3,
                                 .withheld = withheld};

static cdn_text render(const cdn_release *release)
{
    cdn_text page = CDN_TEXT_INIT(CDN_REVIEW_SIZE_MAX);
    cdn_review_input input = {.release = release, .gate = &report};
    assert_int_equal(cdn_review_render(&input, &page, NULL), CDN_OK);
    assert_non_null(page.bytes);
    return page;
}

static void expect(const cdn_text *page, const char *text)
{
    if (strstr(page->bytes, text) == NULL)
        fail_msg("the page lacks: %s", text);
}

static void refuse(const cdn_text *page, const char *text)
{
    if (strstr(page->bytes, text) != NULL)
        fail_msg("the page has: %s", text);
}

static void test_review__says_who_asks_for_what(void **state)
{
    cdn_release release = package_fixture();
    cdn_text page = render(&release);
    (void)state;
    expect(&page, "<h1>A test | of &lt;packages&gt;</h1>");
    expect(&page, "<dt>Partner</dt><dd>Test partner</dd>");
    expect(&page, "<dt>Purpose</dt><dd>To test</dd>");
    expect(&page, "<dt>Legal basis</dt><dd>None</dd>");
    expect(&page, "<time>2024-10-04</time> to <time>9999-12-31</time>"); /* 20,000 days: date -d */
    expect(&page, "<li>North Council</li>\n<li>South Council</li>");
    expect(&page, "This is the <strong>first release</strong>");
    expect(&page, "<th scope=\"row\">worker</th><td>age</td><td>out of range</td>"
                  "<td class=\"n\">3</td><td class=\"n\">3</td>");
    cdn_text_release(&page);
}

static void test_review__shows_figures_and_symbols_never_what_is_withheld(void **state)
{
    cdn_release release = package_fixture();
    cdn_text page = render(&release);
    (void)state;
    expect(&page, "North, &quot;Upper&quot;");
    expect(&page, "<td class=\"n\">12.05</td>");
    expect(&page, "[low]</abbr>");
    expect(&page, "[x]</abbr>");
    expect(&page, "[z]</abbr>");
    expect(&page, "<td class=\"n\">\xe2\x88\x92"
                  "1.5</td>");
    refuse(&page, "7777"); /* what the fixture has under each symbol */
    refuse(&page, "77.77");
    refuse(&page, "7,777");
    cdn_text_release(&page);
}

static void test_review__names_rules_and_counts(void **state)
{
    cdn_release release = package_fixture();
    cdn_text page = render(&release);
    (void)state;
    expect(&page, "<td><code>CDN-R-003</code></td><td>too few providers</td>");
    expect(&page, "<th scope=\"row\">area=E09000002 role=8</th><td>median_pay</td>"
                  "<td><code>CDN-R-003</code> </td>");
    expect(&page, "role=_T</th><td>median_pay</td><td>to protect others</td>");
    expect(&page, "by hand: asked &lt;for&gt; it");
    /* 3 withheld of the 11 that apply */
    expect(&page, "<td class=\"n\">12</td><td class=\"n\">8</td><td class=\"n\">1</td>"
                  "<td class=\"n\">2</td><td class=\"n\">1</td><td class=\"n\">27.3%</td>");
    expect(&page, "Confidential cells that were attacked</th><td class=\"n\">12</td>");
    cdn_text_release(&page);
}

static void test_review__says_that_nothing_is_withheld(void **state)
{
    cdn_release release = package_fixture();
    cdn_gate_report nothing = {.output_count = 0};
    cdn_text page = CDN_TEXT_INIT(CDN_REVIEW_SIZE_MAX);
    cdn_review_input input = {.release = &release, .gate = &nothing};
    (void)state;
    assert_int_equal(cdn_review_render(&input, &page, NULL), CDN_OK);
    expect(&page, "<p>No figure is withheld.</p>");
    refuse(&page, "t-rules"); /* a table without rows */
    refuse(&page, "One by one");
    cdn_text_release(&page);
}

static void test_review__gives_each_approver_commands_but_no_author(void **state)
{
    static const char *const people[] = {"Ada \"O'A\" $HOME `id` \\ !x", "Di Poe"};
    cdn_release release = package_fixture();
    release.approvers = people;
    release.approver_count = 2;
    cdn_text page = render(&release);
    (void)state;
    expect(&page, "cordon approve test_feed-2026-08-0123456789ab --as "
                  "&#39;Ada &quot;O&#39;\\&#39;&#39;A&quot; $HOME `id` \\ !x&#39;\n");
    expect(&page, "cordon reject test_feed-2026-08-0123456789ab --as ");
    expect(&page, "cordon deliver test_feed-2026-08-0123456789ab\n");
    refuse(&page, "--as &#39;Di Poe&#39;");
    cdn_text_release(&page);
}

static void test_review__says_in_which_roles_people_must_approve(void **state)
{
    static const char *const people[] = {"Ada King", "Bo <Ito>"};
    static const cdn_release_role role = {"statistician", 1, 2, people};
    cdn_release release = package_fixture();
    release.roles = &role;
    release.role_count = 1;
    release.one_per_organisation = true;
    cdn_text page = render(&release);
    (void)state;
    expect(&page,
           "<dd>2, of different people of different organisations; at least 1 as statistician "
           "(Ada King, Bo &lt;Ito&gt;)</dd>");
    cdn_text_release(&page);
}

static void test_review__a_script_with_markup_comes_out_inert(void **state)
{
    cdn_release release = package_fixture();
    release.script_text = "-- <script>alert(1)</script>\n\n-- \"><img src=x onerror=alert(2)>\n"
                          "-- \xe2\x80\xae no\n";
    release.title = "</title><script>alert(3)</script>";
    release.purpose = "<style>*{display:none}</style>";
    cdn_text page = render(&release);
    (void)state;
    refuse(&page, "<script");
    refuse(&page, "<img");
    refuse(&page, "<style>*");
    expect(&page, "<li id=\"line-1\"><code>-- &lt;script&gt;alert(1)&lt;/script&gt;</code></li>\n"
                  "<li id=\"line-2\"><code></code></li>\n<li id=\"line-3\">");
    expect(&page, "[U+202E]");
    expect(&page, "The script has characters that a screen does not show.");
    cdn_text_release(&page);
}

static void test_review__forbids_everything_but_its_own_style(void **state)
{
    cdn_release release = package_fixture();
    cdn_text page = render(&release);
    char line[512];
    (void)state;
    expect(&page, "content=\"default-src 'none'; style-src 'sha256-");
    expect(&page, "base-uri 'none'; form-action 'none'\">");
    refuse(&page, "style=\"");
    refuse(&page, "http://");
    refuse(&page, "https://");
    refuse(&page, "url(");
    /* the digest of the style, by openssl */
    const char *from = strstr(page.bytes, "<style>") + 7, *to = strstr(from, "</style>");
    unit_write(unit_path("style"), from, (size_t)(to - from));
    (void)snprintf(line, sizeof line, "openssl dgst -sha256 -binary '%s' | openssl base64 -A",
                   unit_path("style"));
    FILE *said = popen(line, "r"); /* NOLINT: a test */
    char digest[64] = "";
    assert_non_null(said);
    assert_non_null(fgets(digest, sizeof digest, said));
    (void)pclose(said);
    expect(&page, digest);
    cdn_text_release(&page);
}

static void test_review__same_inputs_same_bytes(void **state)
{
    cdn_release release = package_fixture();
    cdn_text one = render(&release), two = render(&release);
    (void)state;
    assert_int_equal(one.length, two.length);
    assert_memory_equal(one.bytes, two.bytes, one.length);
    cdn_text_release(&one);
    cdn_text_release(&two);
}

static void test_review__a_large_table_is_cut_and_says_so(void **state)
{
    enum { ROWS = 5000, SHOWN = 3000 }; /* 6,000 figures of two measures */
    cdn_release release = package_fixture();
    cdn_release_output large = release.outputs[0];
    uint32_t *keys = calloc(2 * ROWS, sizeof *keys);
    cdn_value *values = calloc(2 * ROWS, sizeof *values);
    (void)state;
    assert_true(keys != NULL && values != NULL);
    large.row_count = ROWS;
    large.keys = keys;
    large.values = values;
    release.outputs = &large;
    release.output_count = 1;
    cdn_text page = render(&release);
    expect(&page, "<caption id=\"t-1-1\">Posts and pay, rows 1 to 20 of 5000</caption>");
    expect(&page, "The next 2,980 rows</summary>");
    expect(&page, "<strong>2,000 more rows</strong> are not on this page; they are in "
                  "<code>data/tables/turnover.csv</code>");
    assert_true(page.length < 2000000);
    cdn_text_release(&page);
    free(keys);
    free(values);
}

static void test_review__names_the_earlier_releases_that_bind(void **state)
{
    cdn_gate_binding bindings[] = {{"test_feed-2026-07-<b>", "old", 0, 1234},
                                    {NULL, NULL, 1, 2}};
    cdn_release release = package_fixture();
    cdn_text page = render(&release);
    (void)state;
    expect(&page, "No figure is withheld because of an earlier release.");
    refuse(&page, "give away by");
    cdn_text_release(&page);
    report.bindings = bindings;
    report.binding_count = 2;
    report.conflict_count = 5;
    page = render(&release);
    report.bindings = NULL;
    report.binding_count = report.conflict_count = 0;
    expect(&page, "test_feed-2026-07-&lt;b&gt;</code>\n</th><td>old</td><td>turnover</td>"
                  "<td class=\"n\">1,234</td>");
    expect(&page, "several releases together</th><td></td><td>providers</td>"
                  "<td class=\"n\">2</td>");
    expect(&page, "no choice now can prevent it: <strong>5</strong>.");
    expect(&page, "<li>Figures withheld because of earlier releases: <strong>1,236</strong>");
    cdn_text_release(&page);
}

/* Posts of the two areas are 85 and 0, together 120. */
static void test_review__draws_bars_to_scale_and_marks_where_they_were(void **state)
{
    static const char before[] =
        "area,area_label,role,role_label,period,filled_posts,filled_posts_status,median_pay,"
        "median_pay_status\n"
        "E09000001,North,_T,Total,2026-07,170,,,c\nE09000002,South,_T,Total,2026-07,,c,,c\n";
    char package[256];
    cdn_release release = package_fixture();
    cdn_text page = render(&release);
    (void)state;
    expect(&page, "<rect class=\"bar\" x=\"45.0%\" width=\"39.0%\"");
    expect(&page, "<rect class=\"bar\" x=\"45.0%\" width=\"0.0%\"");
    expect(&page, "<span class=\"unit\">posts</span>, overall 120");
    refuse(&page, "class=\"was\"");
    cdn_text_clear(&page);
    (void)mkdir(unit_path("data"), 0777);
    (void)mkdir(unit_path("data/tables"), 0777);
    unit_write(unit_path("data/tables/turnover.csv"), before, sizeof before - 1);
    (void)snprintf(package, sizeof package, "%s/..", unit_path("data"));
    cdn_review_input input = {&release, &report, CDN_PREVIOUS_HERE, "earlier", package};
    assert_int_equal(cdn_review_render(&input, &page, NULL), CDN_OK);
    /* the longest is 170 now: 85 is half of it */
    expect(&page, "<rect class=\"bar\" x=\"45.0%\" width=\"19.5%\"");
    expect(&page, "<rect class=\"was\" x=\"84.0%\"");
    expect(&page, "Figures that are twice what they were or more, or half or less: "
                  "<strong>1</strong>");
    expect(&page, "Figures withheld last time and shown now: <strong>1</strong>");
    expect(&page, "<td class=\"n\">\xe2\x88\x92"
                  "85</td><td class=\"n\">\xe2\x88\x92"
                  "50.0%</td>");
    cdn_text_release(&page);
}

static void test_review__says_what_it_could_not_compare_with(void **state)
{
    cdn_release release = package_fixture();
    cdn_review_input input = {.release = &release, .gate = &report, .previous_id = "before<1>"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        cdn_text page = CDN_TEXT_INIT(CDN_REVIEW_SIZE_MAX);
        input.previous = i == 0 ? CDN_PREVIOUS_GONE : CDN_PREVIOUS_DAMAGED;
        assert_int_equal(cdn_review_render(&input, &page, NULL), CDN_OK);
        expect(&page, "<strong>Not compared:</strong>");
        expect(&page, "<code>before&lt;1&gt;</code>");
        expect(&page, i == 0 ? "its package is not in this workspace" : "a file was changed");
        cdn_text_release(&page);
    }
}

static void test_review__a_page_over_its_limit_is_no_page(void **state)
{
    cdn_release release = package_fixture();
    cdn_text page = CDN_TEXT_INIT(1000);
    cdn_review_input input = {.release = &release, .gate = &report};
    (void)state;
    assert_int_equal(cdn_review_render(&input, &page, NULL), CDN_E_NOMEM);
    cdn_text_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_review__says_who_asks_for_what),
        cmocka_unit_test(test_review__shows_figures_and_symbols_never_what_is_withheld),
        cmocka_unit_test(test_review__names_rules_and_counts),
        cmocka_unit_test(test_review__says_that_nothing_is_withheld),
        cmocka_unit_test(test_review__gives_each_approver_commands_but_no_author),
        cmocka_unit_test(test_review__says_in_which_roles_people_must_approve),
        cmocka_unit_test(test_review__a_script_with_markup_comes_out_inert),
        cmocka_unit_test_setup_teardown(test_review__forbids_everything_but_its_own_style,
                                        unit_scratch_setup, unit_scratch_teardown),
        cmocka_unit_test(test_review__same_inputs_same_bytes),
        cmocka_unit_test(test_review__a_large_table_is_cut_and_says_so),
        cmocka_unit_test(test_review__names_the_earlier_releases_that_bind),
        cmocka_unit_test_setup_teardown(
            test_review__draws_bars_to_scale_and_marks_where_they_were, unit_scratch_setup,
            unit_scratch_teardown),
        cmocka_unit_test(test_review__says_what_it_could_not_compare_with),
        cmocka_unit_test(test_review__a_page_over_its_limit_is_no_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
