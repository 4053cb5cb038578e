/* test_outside.c - the public calls: a pattern comes whole or not at all, whatever fails.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/unit.h"

#include <stdio.h>

#include "core/alloc.h"
#include "core/text.h"
#include "cordon/outside.h"
#include "io/file.h"

static const char CELLS[] = "cell_id,value,status\n"
                            "aa,20,sensitive\nab,50,free\nac,10,free\naT,80,free\n"
                            "ba,8,free\nbb,19,free\nbc,22,free\nbT,49,free\n"
                            "Ta,28,free\nTb,69,free\nTc,32,free\nTT,129,free\n";
static const char ROWS[] = "row_id,cell_id,coef\n"
                           "ra,aa,1\nra,ab,1\nra,ac,1\nra,aT,-1\n"
                           "rb,ba,1\nrb,bb,1\nrb,bc,1\nrb,bT,-1\n"
                           "rT,Ta,1\nrT,Tb,1\nrT,Tc,1\nrT,TT,-1\n"
                           "ca,aa,1\nca,ba,1\nca,Ta,-1\ncb,ab,1\ncb,bb,1\ncb,Tb,-1\n"
                           "cc,ac,1\ncc,bc,1\ncc,Tc,-1\ncT,aT,1\ncT,bT,1\ncT,TT,-1\n";

static cdn_outside_request write_table(const char *cells, const char *rows)
{
    cdn_outside_request request = {.cells = unit_path("cells.csv"),
                                   .constraints = unit_path("rows.csv"),
                                   .pattern = unit_path("out.csv")};
    unit_write(request.cells, cells, strlen(cells));
    unit_write(request.constraints, rows, strlen(rows));
    (void)remove(request.pattern);
    return request;
}

static cdn_text read_back(const char *path)
{
    cdn_text text = CDN_TEXT_INIT(4096);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_file_read(path, &text, &error), CDN_OK);
    return text;
}

static uint32_t count_in(const char *text, const char *what)
{
    uint32_t count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        count++;
    return count;
}

/* One sensitive inner cell of a table with margins: three more make the smallest rectangle. */
static void test_outside__protects_and_withstands_its_own_attack(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_report report = CDN_REPORT_INIT;
    cdn_outside_request request = write_table(CELLS, ROWS);
    assert_int_equal(cdn_outside_protect(&request, NULL, &report, &error), CDN_OK);
    assert_non_null(strstr(report.json, "\"secondary\": 3"));
    cdn_text pattern = read_back(request.pattern);
    assert_int_equal(count_in(pattern.bytes, ",suppressed\n"), 4);
    assert_int_equal(count_in(pattern.bytes, ",published\n"), 8);
    assert_non_null(strstr(pattern.bytes, "\naa,suppressed\n"));
    cdn_text_release(&pattern);
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_OK);
    assert_non_null(strstr(report.text, "safe: "));
    cdn_report_release(&report);
}

/* The smallest rectangle bounds its cells: 20 and 50, 8 and 19 in published sums. A pattern with
 * its sums only is exposed by the bound 0, not by equations. */
static void test_outside__intervals_are_written_and_attacked(void **state)
{
    (void)state;
    static const char ones[] = "cell_id,value,status\n"
                               "aa,0,sensitive\nab,5,free\nac,10,free\naT,15,free\n"
                               "ba,0,sensitive\nbb,19,free\nbc,22,free\nbT,41,free\n"
                               "Ta,0,free\nTb,24,free\nTc,32,free\nTT,56,free\n";
    cdn_error error = CDN_ERROR_INIT;
    cdn_report report = CDN_REPORT_INIT;
    cdn_outside_request request = write_table(CELLS, ROWS);
    request.intervals = 1;
    assert_int_equal(cdn_outside_protect(&request, NULL, &report, &error), CDN_OK);
    cdn_text pattern = read_back(request.pattern);
    assert_int_equal(count_in(pattern.bytes, "cell_id,status,lower,upper\n"), 1);
    assert_int_equal(count_in(pattern.bytes, ",published,,\n"), 8);
    assert_int_equal(count_in(pattern.bytes, "\naa,suppressed,"), 1);
    assert_null(strstr(pattern.bytes, "\naa,suppressed,20,20\n"));
    assert_null(strstr(pattern.bytes, ",suppressed,,"));
    cdn_text_release(&pattern);
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_OK);
    assert_non_null(strstr(report.text, "wide enough"));

    /* 0 + 0 = 0, and nothing is below 0 */
    static const char sums[] = "cell_id,status\n"
                               "aa,suppressed\nab,suppressed\nac,published\naT,published\n"
                               "ba,suppressed\nbb,suppressed\nbc,published\nbT,published\n"
                               "Ta,published\nTb,published\nTc,published\nTT,published\n";
    request = write_table(ones, ROWS);
    unit_write(request.pattern, sums, strlen(sums));
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_OK);
    request.intervals = 1;
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_E_REFUSED);
    assert_non_null(strstr(report.text, "narrow: \"aa\"\n"));
    assert_non_null(strstr(report.text, "narrow: \"ba\"\n"));
    assert_non_null(strstr(error.message, "2 sensitive cells have too narrow an interval"));
    cdn_report_release(&report);
}

/* 1 + 1 = 2: where zeros are published, neither can be 0 or 2. A 0 that is withheld leaves both. */
static void test_outside__published_zeros_are_the_only_ones(void **state)
{
    (void)state;
    static const char two[] = "cell_id,value,status\nt,2,forced\na,1,sensitive\nb,1,free\n"
                              "u,0,free\nv,0,free\n";
    static const char rows[] = "row_id,cell_id,coef\nr,t,-1\nr,a,1\nr,b,1\nr,v,1\ns,u,-1\ns,v,1\n";
    static const char sums[] = "cell_id,status\nt,published\na,suppressed\nb,suppressed\n"
                               "u,published\nv,published\n";
    static const char zero[] = "cell_id,status\nt,published\na,suppressed\nb,suppressed\n"
                               "u,suppressed\nv,suppressed\n";
    cdn_error error = CDN_ERROR_INIT;
    cdn_report report = CDN_REPORT_INIT;
    cdn_outside_request request = write_table(two, rows);
    request.intervals = 1;
    unit_write(request.pattern, sums, strlen(sums));
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_E_REFUSED);
    assert_non_null(strstr(report.text, "narrow: \"a\"\n"));
    unit_write(request.pattern, zero, strlen(zero));
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_OK);
    assert_int_equal(cdn_outside_protect(&request, NULL, &report, &error), CDN_E_REFUSED);
    cdn_report_release(&report);
}

/* More than 100 exposed: 100 are named, the rest counted. */
static void test_outside__names_at_most_a_hundred(void **state)
{
    (void)state;
    enum { COUNT = 250 };
    char cells[16384] = "cell_id,value,status\n", pattern[16384] = "cell_id,status\n";
    for (unsigned c = 0; c < COUNT; c++) {
        (void)snprintf(cells + strlen(cells), sizeof cells - strlen(cells), "c%u,1,sensitive\n", c);
        (void)snprintf(pattern + strlen(pattern), sizeof pattern - strlen(pattern),
                       "c%u,published\n", c);
    }
    cdn_error error = CDN_ERROR_INIT;
    cdn_report report = CDN_REPORT_INIT;
    cdn_outside_request request = write_table(cells, "row_id,cell_id,coef\n");
    unit_write(request.pattern, pattern, strlen(pattern));
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_E_REFUSED);
    assert_int_equal(count_in(report.text, "exposed: \""), 100);
    assert_non_null(strstr(report.text, "and 150 more\n"));
    assert_int_equal(count_in(report.json, "\"cell\": "), 100);
    assert_non_null(strstr(report.json, "\"exposed\": 250"));
    cdn_report_release(&report);
}

static void test_outside__out_of_memory_writes_nothing(void **state)
{
    (void)state;
    cdn_outside_request request = write_table(CELLS, ROWS);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status != CDN_OK; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_report report = CDN_REPORT_INIT;
        cdn_alloc_fail_after(n);
        status = cdn_outside_protect(&request, NULL, &report, &error);
        cdn_alloc_fail_after(-1);
        if (status != CDN_OK) {
            assert_int_equal(status, CDN_E_NOMEM);
            assert_null(report.text);
            assert_false(cdn_file_exists(request.pattern));
        }
        cdn_report_release(&report);
        assert_true(n < 10000);
    }
    assert_true(n > 50);
    for (status = CDN_E_NOMEM, n = 0; status != CDN_OK; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_report report = CDN_REPORT_INIT;
        cdn_alloc_fail_after(n);
        status = cdn_outside_attack(&request, NULL, &report, &error);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
        cdn_report_release(&report);
        assert_true(n < 10000);
    }
}

static void test_outside__out_of_memory_hides_no_conflict(void **state)
{
    (void)state;
    cdn_outside_request request =
        write_table("cell_id,value,status\na,1,sensitive\nb,2,forced\nT,3,forced\n",
                    "row_id,cell_id,coef\nr,a,1\nr,b,1\nr,T,-1\n");
    cdn_status status = CDN_E_NOMEM;
    for (long n = 0; status != CDN_E_REFUSED; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_report report = CDN_REPORT_INIT;
        cdn_alloc_fail_after(n);
        status = cdn_outside_protect(&request, NULL, &report, &error);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_E_NOMEM || status == CDN_E_REFUSED);
        assert_false(cdn_file_exists(request.pattern));
        if (status == CDN_E_REFUSED)
            assert_non_null(strstr(report.text, "conflict: \"a\""));
        cdn_report_release(&report);
        assert_true(n < 10000);
    }
}

/* The order of cells and rows may change which cells are chosen, never whether they are safe. */
static void test_outside__any_order_is_as_safe(void **state)
{
    (void)state;
    static const char *const lines[] = {"aa,20,sensitive\n", "ab,50,free\n", "ac,10,free\n",
                                        "aT,80,free\n",      "ba,8,free\n",  "bb,19,free\n",
                                        "bc,22,free\n",      "bT,49,free\n", "Ta,28,free\n",
                                        "Tb,69,free\n",      "Tc,32,free\n", "TT,129,free\n"};
    for (unsigned step = 1; step < 12; step += 2) {
        for (unsigned shift = 0; step % 3 != 0 && shift < 12; shift++) {
            char cells[512] = "cell_id,value,status\n";
            for (unsigned i = 0; i < 12; i++)
                (void)strcat(cells, lines[(i * step + shift) % 12]);
            cdn_error error = CDN_ERROR_INIT;
            cdn_report report = CDN_REPORT_INIT;
            cdn_outside_request request = write_table(cells, ROWS);
            assert_int_equal(cdn_outside_protect(&request, NULL, &report, &error), CDN_OK);
            assert_non_null(strstr(report.json, "\"secondary\": 3"));
            assert_int_equal(cdn_outside_attack(&request, NULL, &report, &error), CDN_OK);
            cdn_report_release(&report);
        }
    }
}

static void test_outside__files_that_are_not_given_are_a_mistake_of_use(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_report report = CDN_REPORT_INIT;
    cdn_outside_request request = {.cells = "a", .constraints = "b"};
    assert_int_equal(cdn_outside_protect(&request, NULL, &report, &error), CDN_E_USAGE);
    assert_int_equal(cdn_outside_attack(&request, NULL, &report, NULL), CDN_E_USAGE);
    assert_null(report.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outside__protects_and_withstands_its_own_attack),
        cmocka_unit_test(test_outside__intervals_are_written_and_attacked),
        cmocka_unit_test(test_outside__published_zeros_are_the_only_ones),
        cmocka_unit_test(test_outside__names_at_most_a_hundred),
        cmocka_unit_test(test_outside__out_of_memory_writes_nothing),
        cmocka_unit_test(test_outside__out_of_memory_hides_no_conflict),
        cmocka_unit_test(test_outside__any_order_is_as_safe),
        cmocka_unit_test(test_outside__files_that_are_not_given_are_a_mistake_of_use),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
