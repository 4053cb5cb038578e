/* test_package.c - a release as files: the bytes, and that a bad release leaves none.
 *
 * What stock tools say of a package is in tests/cli/package.sh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "core/alloc.h"
#include "export/package.h"
#include "support/package_fixture.h"

static char text[65536];

static const char *read_file(const char *name)
{
    FILE *file = fopen(unit_path(name), "rb");
    if (file == NULL)
        fail_msg("%s is missing", name);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

static unsigned count_entries(void)
{
    unsigned count = 0;
    DIR *folder = opendir(unit_path("."));
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count - 2;
}

static int setup(void **state)
{
    return unit_scratch_setup(state);
}

static void stage(const cdn_release *release)
{
    cdn_error error = CDN_ERROR_INIT;
    if (cdn_package_stage(release, unit_path("p"), &error) != CDN_OK)
        fail_msg("%s", error.message);
}

static void expect_failure(const cdn_release *release, cdn_status status, const char *reason)
{
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_package_stage(release, unit_path("p"), &error), status);
    if (strstr(error.message, reason) == NULL)
        fail_msg("expected '%s' in '%s'", reason, error.message);
    assert_int_equal(count_entries(), 0);
}

static void test_package__table_bytes(void **state)
{
    (void)state;
    cdn_release release = package_fixture();
    stage(&release);
    assert_string_equal(
        read_file("p/data/tables/turnover.csv"),
        "area,area_label,role,role_label,period,filled_posts,filled_posts_status,median_pay,"
        "median_pay_status\n"
        "_T,Total,_T,Total,2026-08,120,,12.05,\n"
        "_T,Total,8,Care worker,2026-08,100,,11.00,\n"
        "E09000001,\"North, \"\"Upper\"\"\",_T,Total,2026-08,85,,,x\n"
        "E09000001,\"North, \"\"Upper\"\"\",8,Care worker,2026-08,70,,0.05,\n"
        "E09000002,South,_T,Total,2026-08,0,,,z\n"
        "E09000002,South,8,Care worker,2026-08,,low,,c\n");
    assert_string_equal(
        read_file("p/data/tables/providers.csv"),
        "location_id,name,area,updated,since,beds,shared,period,vacancy_rate,vacancy_rate_status\n"
        "1-1,,E09000001,2026-08-05,2020-01,-3,Y,2026-08,-1.5,\n"
        "1-2,\"@Home, \"\"24/7\"\"\nCare\",E09000002,2026-07-31,,12,N,2026-08,100.0,\n"
        "1-3,\" Caf\xc3\xa9 \",,,,,,2026-08,,c\n");
    assert_string_equal(
        read_file("p/data/codes/area.csv"),
        "code,label\n_T,Total\nE09000001,\"North, \"\"Upper\"\"\"\nE09000002,South\n");
    assert_string_equal(read_file("p/data/request/test_feed.lua"), "feed \"test_feed\" {}\n");
    assert_string_equal(read_file("p/data/request/plan.json"), "{\"feed\":\"test_feed\"}");
    assert_string_equal(read_file("p/bagit.txt"),
                        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
}

/* 7777 stands behind every withheld value of the fixture: it is nowhere. */
static void test_package__withheld_numbers_are_in_no_file(void **state)
{
    (void)state;
    static const char *const files[] = {"data/tables/turnover.csv", "data/tables/providers.csv",
                                        "data/notes.md",            "data/method.json",
                                        "data/release.json",        "data/datapackage.json"};
    cdn_release release = package_fixture();
    stage(&release);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "p/%s", files[i]);
        const char *at = read_file(name);
        /* digests may hold the digits by chance: look between non-hex bytes only */
        while ((at = strstr(at, "7777")) != NULL) {
            if (strchr("0123456789abcdef", at[-1]) == NULL)
                fail_msg("%s holds a withheld value", name);
            at++;
        }
    }
}

static void test_package__notes_tell_what_a_reader_needs(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "# A test \\| of &lt;packages>\n",
        "- Purpose: To test\n",
        "- Agreement: test-agreement\n",
        "- Scope: area within North\n",
        "- Use from: 2024-10-04\n- Use until: 9999-12-31\n", /* 20,000 days: date -d */
        "- Recipient: South Council\n",
        "| tables/turnover.csv | Posts and pay | 6 | 8 | 3 | 1 |\n",
        "Note on turnover: Bank staff are not counted.\n",
        "| low | ",
        "| c | ",
        "| x | ",
        "| z | ",
        "- Counts are rounded to the nearest 5.\n",
        "| worker | age | out of range | 3 | 3 |\n",
        "| turnover | median_pay | Median pay | GBP/hour | to 2 decimal places | "};
    cdn_release release = package_fixture();
    stage(&release);
    (void)read_file("p/data/notes.md");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(text, lines[i]) == NULL)
            fail_msg("notes.md does not hold '%s'", lines[i]);
}

static void test_package__script_stays_at_home(void **state)
{
    (void)state;
    cdn_release release = package_fixture();
    release.script_travels = false;
    stage(&release);
    assert_int_equal(access(unit_path("p/data/request"), F_OK), -1);
    assert_null(strstr(read_file("p/manifest-sha512.txt"), "request"));
}

static void test_package__odd_script_name_is_not_a_path(void **state)
{
    (void)state;
    cdn_release release = package_fixture();
    release.script_name = "scripts/..";
    stage(&release);
    assert_int_equal(access(unit_path("p/data/request/feed.lua"), F_OK), 0);
}

static void test_package__existing_folder_is_kept(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_release release = package_fixture();
    unit_write(unit_path("p"), "mine", 4);
    assert_int_equal(cdn_package_stage(&release, unit_path("p"), &error), CDN_E_REFUSED);
    assert_string_equal(read_file("p"), "mine");
    assert_int_equal(count_entries(), 1);
}

static void test_package__slash_at_the_end(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_release release = package_fixture();
    assert_int_equal(cdn_package_stage(&release, unit_path("p/"), &error), CDN_OK);
    assert_int_equal(access(unit_path("p/bagit.txt"), F_OK), 0);
    assert_int_equal(count_entries(), 1);
}

/* One output of the fixture with one thing changed. */
typedef struct bent {
    cdn_release release;
    cdn_release_output outputs[2];
    cdn_release_column columns[8];
    cdn_release_measure measures[2];
} bent;

static bent *bend(unsigned output)
{
    static bent b;
    b.release = package_fixture();
    memcpy(b.outputs, b.release.outputs, sizeof b.outputs);
    b.release.outputs = b.outputs;
    memcpy(b.columns, b.outputs[output].columns,
           b.outputs[output].column_count * sizeof *b.columns);
    memcpy(b.measures, b.outputs[output].measures,
           b.outputs[output].measure_count * sizeof *b.measures);
    b.outputs[output].columns = b.columns;
    b.outputs[output].measures = b.measures;
    return &b;
}

static void test_package__malformed_release_leaves_nothing(void **state)
{
    (void)state;
    static const uint32_t keys[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0};
    bent *b = bend(0);
    b->outputs[0].keys = keys;
    expect_failure(&b->release, CDN_E_INTERNAL, "key out of range");
    b = bend(0);
    b->outputs[0].name = "../evil";
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong name");
    b = bend(0);
    b->outputs[0].name = "providers";
    expect_failure(&b->release, CDN_E_INTERNAL, "two outputs");
    b = bend(0);
    b->columns[0].name = "a/b";
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong name or kind");
    b = bend(0);
    b->columns[0].name = "period";
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong name or kind");
    b = bend(0);
    b->columns[0].kind = CDN_FIELD_TEXT;
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong name or kind");
    b = bend(0);
    b->columns[1].name = "area_label";
    expect_failure(&b->release, CDN_E_INTERNAL, "two columns");
    b = bend(0);
    b->measures[1].name = "filled_posts";
    expect_failure(&b->release, CDN_E_INTERNAL, "two columns");
    b = bend(0);
    b->measures[1].name = "filled_posts_status";
    expect_failure(&b->release, CDN_E_INTERNAL, "two columns");
    b = bend(0);
    b->measures[0].decimals = 10;
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong measure");
    b = bend(0);
    b->outputs[0].values = NULL;
    expect_failure(&b->release, CDN_E_INTERNAL, "no values");
    b = bend(0);
    b->release.id = "a/b";
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong id");
    b = bend(0);
    b->release.period = "2026-Q3";
    expect_failure(&b->release, CDN_E_INTERNAL, "wrong period");
}

static void test_package__list_text_of_another_kind_is_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned column;
        const char *text;
    } wrong[] = {{3, "05/08/2026"}, {3, "2026-02-30"}, {4, "2026-13"}, {5, "12.5"}, {6, "yes"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *texts[21];
        bent *b = bend(1);
        memcpy(texts, b->outputs[1].texts, sizeof texts);
        texts[7 + wrong[i].column] = wrong[i].text;
        b->outputs[1].texts = texts;
        expect_failure(&b->release, CDN_E_INTERNAL, "row 2: a text of another kind");
    }
}

static void test_package__formula_is_refused_with_its_place_not_its_text(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    const char *texts[21];
    bent *b = bend(1);
    memcpy(texts, b->outputs[1].texts, sizeof texts);
    texts[15] = "=SECRET()";
    b->outputs[1].texts = texts;
    assert_int_equal(cdn_package_stage(&b->release, unit_path("p"), &error), CDN_E_REFUSED);
    assert_string_equal(error.message, "output providers, column name, row 3: the text starts as a "
                                       "spreadsheet formula does");
    assert_null(strstr(error.hint, "SECRET"));
    assert_int_equal(count_entries(), 0);
    static const char *const labels[] = {"Total", "@x(1)", "South"};
    b = bend(0);
    b->columns[0].labels = labels;
    expect_failure(&b->release, CDN_E_REFUSED, "output turnover, column area, row 2");
}

static void test_package__one_code_two_labels_is_refused(void **state)
{
    (void)state;
    static const char *const labels[] = {"Total", "Another", "South"};
    bent *b = bend(0);
    b->columns[0].labels = labels;
    expect_failure(&b->release, CDN_E_INTERNAL, "column area has a code with two labels");
}

static void test_package__text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    cdn_release release = package_fixture();
    release.purpose = "\xff";
    expect_failure(&release, CDN_E_INTERNAL, "data/ro-crate-metadata.json cannot be written");
    release = package_fixture();
    release.feed = "\xff";
    expect_failure(&release, CDN_E_INTERNAL, "data/release.json cannot be written");
}

static void test_package__failed_write_leaves_nothing(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_release release = package_fixture();
    assert_int_not_equal(cdn_package_stage(&release, unit_path("no/such/p"), &error), CDN_OK);
    assert_int_equal(count_entries(), 0);
}

static void test_package__every_failing_allocation_leaves_nothing(void **state)
{
    (void)state;
    cdn_release release = package_fixture();
    char path[512];
    (void)snprintf(path, sizeof path, "%s", unit_path("p"));
    long done = 0;
    for (long n = 0; n < 20000; n = n < 40 ? n + 1 : n + 97) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_alloc_fail_after(n);
        cdn_status status = cdn_package_stage(&release, path, &error);
        cdn_alloc_fail_after(-1);
        if (status == CDN_OK)
            break;
        done++;
        if (access(path, F_OK) == 0)
            fail_msg("a package stands after failing allocation %ld", n);
    }
    assert_true(done > 50);
    assert_int_equal(count_entries(), 1);
    assert_int_equal(access(unit_path("p/tagmanifest-sha512.txt"), F_OK), 0);
}

static void test_package__check_bytes_names_the_file(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_release release = package_fixture();
    stage(&release);
    assert_int_equal(cdn_package_check_bytes(unit_path("p"), &error), CDN_OK);
    unit_write(unit_path("p/data/tables/turnover.csv"), "x", 1);
    assert_int_equal(cdn_package_check_bytes(unit_path("p"), &error), CDN_E_REFUSED);
    assert_string_equal(error.message, "changed data/tables/turnover.csv");
    assert_int_equal(unlink(unit_path("p/data/tables/turnover.csv")), 0);
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(cdn_package_check_bytes(unit_path("p"), &error), CDN_E_REFUSED);
    assert_string_equal(error.message, "missing data/tables/turnover.csv");
}

static void test_package__signatures_are_numbered(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_release release = package_fixture();
    stage(&release);
    assert_int_equal(cdn_package_add_signature(unit_path("p"), "one", 3, &error), CDN_OK);
    assert_int_equal(cdn_package_add_signature(unit_path("p"), "two", 3, &error), CDN_OK);
    assert_string_equal(read_file("p/signatures/approver-1.p7s"), "one");
    assert_string_equal(read_file("p/signatures/approver-2.p7s"), "two");
    assert_int_equal(unlink(unit_path("p/signatures/approver-1.p7s")), 0);
    assert_int_equal(cdn_package_add_signature(unit_path("p"), "new", 3, &error), CDN_OK);
    assert_string_equal(read_file("p/signatures/approver-1.p7s"), "new");
    /* they are not part of what is signed */
    assert_int_equal(cdn_package_check_bytes(unit_path("p"), &error), CDN_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, unit_scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_package__table_bytes),
        TEST(test_package__withheld_numbers_are_in_no_file),
        TEST(test_package__notes_tell_what_a_reader_needs),
        TEST(test_package__script_stays_at_home),
        TEST(test_package__odd_script_name_is_not_a_path),
        TEST(test_package__existing_folder_is_kept),
        TEST(test_package__slash_at_the_end),
        TEST(test_package__malformed_release_leaves_nothing),
        TEST(test_package__list_text_of_another_kind_is_refused),
        TEST(test_package__formula_is_refused_with_its_place_not_its_text),
        TEST(test_package__one_code_two_labels_is_refused),
        TEST(test_package__text_that_is_not_utf8_is_refused),
        TEST(test_package__failed_write_leaves_nothing),
        TEST(test_package__every_failing_allocation_leaves_nothing),
        TEST(test_package__check_bytes_names_the_file),
        TEST(test_package__signatures_are_numbered),
    };
    return cmocka_run_group_tests_name("package", tests, NULL, NULL);
}
