/* test_load.c - what a load keeps, leaves out, and says about it; answers worked out by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/read/fixture.h"

#include <sys/stat.h>

static void test_load__sorts_and_joins_the_rows(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_string_equal(cdn_snapshot_period(s), "2026-08");
    assert_int_equal(cdn_snapshot_reference_day(s), 20696); /* 2026-08-31 */
    assert_int_equal(cdn_snapshot_rows(s, PROVIDER), 2);    /* O1, O2; O3 is closed */
    assert_int_equal(cdn_snapshot_rows(s, WORKPLACE), 3);
    assert_int_equal(cdn_snapshot_rows(s, WORKER), 4);
    assert_int_equal(cdn_snapshot_rows(s, LOCATION), 3);

    const int32_t *id = fixture_column(s, WP_ID); /* O1: 20; O2: 10, 30 */
    assert_int_equal(id[0], 20);
    assert_int_equal(id[1], 10);
    assert_int_equal(id[2], 30);
    const int32_t *area = fixture_column(s, WP_AREA);
    assert_int_equal(area[0], 0);
    assert_int_equal(area[1], 2);
    assert_int_equal(area[2], 1);
    const int32_t *name = fixture_column(s, WP_NAME);
    assert_string_equal(cdn_snapshot_text(s, name[0]), "Alpha, Lodge");
    assert_string_equal(cdn_snapshot_text(s, CDN_MISSING), "");
    const int32_t *updated = fixture_column(s, WP_UPDATED);
    assert_int_equal(updated[0], 20634); /* 2026-06-30 */
    assert_int_equal(updated[1], CDN_MISSING);
    assert_int_equal(updated[2], 20635);

    const int32_t *worker = fixture_column(s, WK_ID);
    assert_int_equal(worker[0], 502);
    assert_int_equal(worker[1], 504);
    assert_int_equal(worker[2], 501);
    assert_int_equal(worker[3], 503);
    const int32_t *age = fixture_column(s, WK_AGE);
    assert_int_equal(age[1], CDN_DONT_KNOW);
    assert_int_equal(age[2], CDN_MISSING);
    const int32_t *pay = fixture_column(s, WK_PAY);
    assert_int_equal(pay[0], 1950);
    assert_int_equal(pay[3], 1221);
    const int32_t *role = fixture_column(s, WK_ROLE);
    assert_int_equal(role[2], 3); /* 22 is read as 27 */

    const uint32_t *to = NULL;
    assert_int_equal(cdn_snapshot_reference(s, WORKER, 0, &to, &f.error), CDN_OK);
    assert_int_equal(to[0], 0);
    assert_int_equal(to[1], 1);
    assert_int_equal(to[2], 2);
    assert_int_equal(to[3], 2);
    assert_int_equal(cdn_snapshot_reference(s, WORKPLACE, 0, &to, &f.error), CDN_OK);
    assert_int_equal(to[0], 0);
    assert_int_equal(to[2], 1);
    assert_int_equal(cdn_snapshot_reference(s, WORKPLACE, 1, &to, &f.error), CDN_OK);
    assert_int_equal(to[0], CDN_NONE); /* L9 is not in the register */
    assert_int_equal(to[1], CDN_NONE);
    assert_int_equal(to[2], 2); /* locations by P1: L0, L2; P2: L1 */
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__counts_contributors(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_snapshot *s = fixture_snapshot(&f);
    cdn_contributors c;
    assert_int_equal(cdn_snapshot_contributors(s, WORKER, &c, &f.error), CDN_OK);
    assert_int_equal(c.units[0], 0);
    assert_int_equal(c.units[3], 2);
    assert_int_equal(c.holdings[0], 0);
    assert_int_equal(c.holdings[1], 1);
    assert_int_equal(c.workers[0], 1);
    assert_int_equal(cdn_snapshot_contributors(s, WORKPLACE, &c, &f.error), CDN_OK);
    assert_int_equal(c.units[2], 2);
    assert_int_equal(c.workers[0], 5);
    assert_int_equal(c.workers[1], 0); /* not recorded */
    assert_int_equal(c.workers[2], 10);
    assert_int_equal(cdn_snapshot_contributors(s, LOCATION, &c, &f.error), CDN_OK);
    assert_int_equal(c.holdings[0], 0); /* P1 */
    assert_int_equal(c.holdings[1], 0);
    assert_int_equal(c.holdings[2], 1); /* P2 */
    assert_int_equal(cdn_snapshot_contributors(s, PROVIDER, &c, &f.error), CDN_OK);
    assert_int_equal(c.holdings[1], 1);
    const uint8_t *flags = NULL;
    assert_int_equal(cdn_snapshot_referenced(s, LOCATION, WORKPLACE, &flags, &f.error), CDN_OK);
    assert_int_equal(flags[0], 0);
    assert_int_equal(flags[1], 0); /* only the closed workplace is at L2 */
    assert_int_equal(flags[2], 1);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__turns_columns_into_rows(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_snapshot *s = fixture_snapshot(&f);
    /* workplace 20: role 8; 30: roles 1 and 8; 10: nothing recorded; 40: left out */
    assert_int_equal(cdn_snapshot_rows(s, ROLE), 3);
    const int32_t *role = fixture_column(s, RO_ROLE);
    const int32_t *emp = fixture_column(s, RO_EMP);
    const int32_t *vacancy = fixture_column(s, RO_VACANCY);
    assert_int_equal(role[0], 2);
    assert_int_equal(emp[0], 5);
    assert_int_equal(vacancy[0], 2);
    assert_int_equal(role[1], 0);
    assert_int_equal(emp[1], 3);
    assert_int_equal(role[2], 2);
    assert_int_equal(vacancy[2], 0); /* a true zero */
    assert_int_equal(fixture_excluded(s, "role", "workplace left out", "", false), 1);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__a_flag_alone_makes_no_row(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "workplace.csv",
                  WORKPLACE_HEADER "\nM202608,30,x,O2,,N,620,10,,1,1,-1,-2,1,,,\n");
    fixture_write(&f, "worker.csv", WORKER_HEADER "\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_int_equal(cdn_snapshot_rows(s, ROLE), 0);
    assert_int_equal(cdn_snapshot_rows(s, WORKER), 0);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

/* One row of workers.csv in place of the good ones; the problem it must give. */
static void expect_worker_problem(const char *row, const char *problem, const char *reason,
                                  const char *column, uint64_t rows, uint64_t values)
{
    fixture f;
    fixture_open(&f);
    char text[4096];
    (void)snprintf(text, sizeof text, "%s\n%s%s\n", WORKER_HEADER, WORKER_ROWS, row);
    fixture_write(&f, "worker.csv", text);
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_string_equal(f.problems.length == 0 ? "" : f.problems.bytes, problem);
    assert_int_equal(fixture_excluded(s, "worker", reason, column, false), rows);
    assert_int_equal(fixture_excluded(s, "worker", reason, column, true), values);
    assert_int_equal(cdn_snapshot_rows(s, WORKER), rows == 0 ? 5 : 4);
    for (uint32_t i = WK_PERIOD; i <= WK_START; i++)
        (void)fixture_column(s, i); /* what is stored is in bounds */
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__reports_a_duplicate_key(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,502,8,q,35,12.21,01/03/2020",
                          "worker.csv:6:3: column \"workerid\": duplicate key, first on line 3 "
                          "(row left out)\n",
                          "duplicate key", "id", 1, 0);
}

static void test_load__reports_an_unknown_workplace(void **state)
{
    (void)state;
    expect_worker_problem("M202608,31,505,8,q,35,12.21,01/03/2020",
                          "worker.csv:6:2: column \"establishmentid\": unknown workplace "
                          "(row left out)\n",
                          "unknown workplace", "workplace", 1, 0);
}

static void test_load__leaves_out_workers_of_a_workplace_left_out(void **state)
{
    (void)state;
    /* that it is left out is described, or counted, where the workplace stands */
    expect_worker_problem("M202608,40,505,8,q,35,12.21,01/03/2020", "", "workplace left out",
                          "workplace", 1, 0);
}

static void test_load__reports_an_impossible_date(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,8,q,35,12.21,31/02/2019",
                          "worker.csv:6:8: column \"strtdate\": expected a date DD/MM/YYYY, found "
                          "an impossible date (taken as missing)\n",
                          "impossible date", "start", 0, 1);
}

static void test_load__reports_a_value_out_of_range(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,8,q,101,12.21,",
                          "worker.csv:6:6: column \"age\": expected an integer from 14 to 100, "
                          "found a value out of range (taken as missing)\n",
                          "out of range", "age", 0, 1);
}

static void test_load__reports_what_is_not_a_number(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,8,q,35,12.215,",
                          "worker.csv:6:7: column \"hrlyrate\": expected a number with at most 2 "
                          "decimal places from 2.50 to 200.00, found something else "
                          "(taken as missing)\n",
                          "not a number", "pay", 0, 1);
}

static void test_load__an_unknown_required_code_leaves_the_row_out(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,5,q,35,12.21,",
                          "worker.csv:6:4: column \"mainjrid\": expected a code of the list "
                          "\"roles\", found an unknown code (row left out)\n",
                          "unknown code", "role", 1, 0);
}

static void test_load__a_missing_required_value_leaves_the_row_out(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,21,q,35,12.21,", /* 21 is read as -2 */
                          "worker.csv:6:4: column \"mainjrid\": expected a code of the list "
                          "\"roles\", found nothing (row left out)\n",
                          "missing value", "role", 1, 0);
}

static void test_load__a_row_with_a_field_too_few_is_left_out(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,8,q,35,12.21",
                          "worker.csv:6: expected 8 fields, found 7 (row left out)\n",
                          "wrong number of fields", "", 1, 0);
}

static void test_load__a_row_with_a_field_too_many_is_left_out(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,8,q,35,12.21,,",
                          "worker.csv:6: expected 8 fields, found 9 (row left out)\n",
                          "wrong number of fields", "", 1, 0);
}

static void test_load__a_key_is_free_again_when_its_first_row_is_left_out(void **state)
{
    (void)state;
    expect_worker_problem("M202608,30,505,5,q,35,12.21,\nM202608,30,505,8,q,35,12.21,",
                          "worker.csv:6:4: column \"mainjrid\": expected a code of the list "
                          "\"roles\", found an unknown code (row left out)\n",
                          "duplicate key", "id", 0, 0);
}

static void test_load__values_of_an_orphan_are_not_described(void **state)
{
    (void)state;
    expect_worker_problem("M202608,40,505,8,q,999,12.21,", "", "workplace left out", "workplace",
                          1, 0);
}

static void test_load__values_outside_the_record_type_are_not_described(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "locations.csv", LOCATION_HEADER "\nL3,Three,P1,NHS,9999\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_int_equal(f.problems.length, 0);
    assert_int_equal(fixture_excluded(s, "location", "out of range", "beds", true), 0);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__forgets_the_texts_of_rows_left_out(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_snapshot *s = fixture_snapshot(&f);
    cdn_text bytes = CDN_TEXT_INIT(1024 * 1024);
    assert_int_equal(cdn_file_read(f.snapshot, &bytes, &f.error), CDN_OK);
    assert_non_null(memmem(bytes.bytes, bytes.length, "Gamma", 5));
    assert_null(memmem(bytes.bytes, bytes.length, "Closed", 6));
    cdn_text_release(&bytes);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__a_row_without_a_holding_comes_last(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "locations.csv",
                  LOCATION_HEADER "\n" LOCATION_ROWS "A0,None,,Social Care Org,7\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    cdn_contributors c;
    assert_int_equal(cdn_snapshot_contributors(s, LOCATION, &c, &f.error), CDN_OK);
    assert_int_equal(cdn_snapshot_rows(s, LOCATION), 4);
    assert_int_equal(fixture_column(s, LO_BEDS)[3], 7);
    assert_int_equal(c.holdings[0], 0);
    assert_int_equal(c.holdings[2], 1);
    assert_int_equal(c.holdings[3], CDN_NONE);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__a_role_fault_names_its_column(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "workplace.csv",
                  WORKPLACE_HEADER "\n" WORKPLACE_ROWS
                                   "M202608,50,x,O2,,N,620,10,,1,,,,1,1000,2,\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_string_equal(f.problems.bytes,
                        "workplace.csv:6:15: column \"jr08emp\": expected an integer from 0 to "
                        "999, found a value out of range (taken as missing)\n");
    assert_int_equal(fixture_excluded(s, "role", "out of range", "emp", true), 1);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__rows_outside_the_record_type_are_only_counted(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_int_equal(f.problems.length, 0);
    assert_int_equal(fixture_excluded(s, "location", "outside the record type", "", false), 1);
    assert_int_equal(fixture_excluded(s, "workplace", "outside the record type", "", false), 1);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__stops_describing_problems_at_the_limit(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_text text = CDN_TEXT_INIT(1024 * 1024);
    cdn_text_add(&text, WORKER_HEADER "\n");
    for (unsigned i = 0; i < 150; i++)
        cdn_text_addf(&text, "M202608,99,%u,8,q,35,12.21,\n", 600 + i);
    fixture_write(&f, "worker.csv", text.bytes);
    cdn_text_release(&text);
    cdn_snapshot *s = fixture_snapshot(&f);
    size_t lines = 0;
    for (size_t i = 0; i < f.problems.length; i++)
        lines += f.problems.bytes[i] == '\n';
    assert_int_equal(lines, 101);
    assert_non_null(strstr(f.problems.bytes, "\n... and 50 more\n"));
    assert_int_equal(fixture_excluded(s, "worker", "unknown workplace", "workplace", false), 150);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__problems_hold_no_value(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "worker.csv",
                  WORKER_HEADER "\nM202608,30,secret1,secret2,q,secret3,secret4,secret5\n"
                                "M202608,secret6,7,8,q,7777,8888,99/99/9999\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_null(strstr(f.problems.bytes, "secret"));
    assert_null(strstr(f.problems.bytes, "7777"));
    assert_null(strstr(f.problems.bytes, "8888"));
    assert_int_equal(cdn_snapshot_rows(s, WORKER), 0);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

/* --- files that are refused as a whole -------------------------------------------------------- */

static void expect_refusal(const char *name, const char *bytes, size_t size, uint64_t line,
                           const char *message)
{
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "data.snapshot", "as it was");
    fixture_write_bytes(&f, name, bytes, size);
    cdn_status status = fixture_load(&f);
    if (status != CDN_E_INPUT && status != CDN_E_LIMIT)
        fail_msg("status %d", (int)status);
    assert_non_null(strstr(f.error.source, name));
    assert_int_equal(f.error.line, line);
    if (strstr(f.error.message, message) == NULL)
        fail_msg("message: %s", f.error.message);
    cdn_text old = CDN_TEXT_INIT(100);
    assert_int_equal(cdn_file_read(f.snapshot, &old, &f.error), CDN_OK);
    assert_string_equal(old.bytes, "as it was");
    cdn_text_release(&old);
    fixture_close(&f);
}

#define REFUSED(name, text, line, message) \
    expect_refusal(name, text, sizeof(text) - 1, line, message)

static void test_load__refuses_a_missing_column(void **state)
{
    (void)state;
    REFUSED("worker.csv",
            "period,establishmentid,workerid,mainjrid,hrlyrate,strtdate\n", 1, "column \"age\"");
}

static void test_load__refuses_a_duplicate_column(void **state)
{
    (void)state;
    REFUSED("worker.csv", WORKER_HEADER ",age\n", 1, "column \"age\": expected once");
}

static void test_load__ignores_a_duplicate_of_an_unknown_column(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "worker.csv",
                  WORKER_HEADER ",other\nM202608,30,503,8,q,35,12.21,01/03/2020,q\n");
    cdn_snapshot_close(fixture_snapshot(&f));
    fixture_close(&f);
}

static void test_load__refuses_a_role_without_all_its_columns(void **state)
{
    (void)state;
    REFUSED("workplace.csv", WORKPLACE_HEADER ",jr27emp\n", 1, "column \"jr27vacy\"");
}

static void test_load__refuses_a_file_without_role_columns(void **state)
{
    (void)state;
    REFUSED("workplace.csv",
            "period,establishmentid,orgid,locationid,establishmentname,cssr,totalstaff,mupddate,"
            "stat\n",
            1, "of record type role, found none");
}

static void test_load__refuses_an_empty_file(void **state)
{
    (void)state;
    REFUSED("worker.csv", "", 1, "empty file");
}

static void test_load__refuses_a_header_without_a_period(void **state)
{
    (void)state;
    REFUSED("workplace.csv", WORKPLACE_HEADER "\n", 0, "expected rows with a period");
}

static void test_load__refuses_two_periods(void **state)
{
    (void)state;
    REFUSED("workplace.csv",
            WORKPLACE_HEADER "\n" WORKPLACE_ROWS "M202607,50,x,O2,,N,620,1,,1,,,,,,,\n", 6,
            "same period");
}

static void test_load__refuses_files_of_two_periods(void **state)
{
    (void)state;
    REFUSED("worker.csv", WORKER_HEADER "\nM202607,30,503,8,q,35,12.21,01/03/2020\n", 2,
            "same period");
}

static void test_load__refuses_a_period_that_is_none(void **state)
{
    (void)state;
    REFUSED("workplace.csv", WORKPLACE_HEADER "\nM202613,50,x,O2,,N,620,1,,1,,,,,,,\n", 0,
            "expected a period MYYYYMM");
}

static void test_load__refuses_a_nul_byte(void **state)
{
    (void)state;
    REFUSED("worker.csv", WORKER_HEADER "\nM202608,30,503,8,q\0,35,12.21,\n", 2, "NUL");
}

static void test_load__refuses_broken_quoting(void **state)
{
    (void)state;
    REFUSED("worker.csv", WORKER_HEADER "\nM202608,30,503,8,\"q\"x,35,12.21,\n", 2, "quote");
}

static void test_load__refuses_text_that_is_not_utf8(void **state)
{
    (void)state;
    /* Latin-1, a lone continuation, overlong forms, a surrogate, beyond U+10FFFF, cut short */
    static const char *const bad[] = {"Caf\xE9 H",     "\x80",         "\xC0\xAF", "\xE0\x80\xAF",
                                      "\xF0\x80\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\xE2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[1024];
        int size = snprintf(text, sizeof text, "%s\nM202608,50,x,O2,,%s,620,1,,1,,,,,,,\n",
                            WORKPLACE_HEADER, bad[i]);
        expect_refusal("workplace.csv", text, (size_t)size, 2,
                       "column \"establishmentname\": expected UTF-8");
    }
}

static void test_load__reads_utf8_of_any_length(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "workplace.csv",
                  WORKPLACE_HEADER "\nM202608,50,x,O2,,T\xC5\xB7 \xE2\x82\xAC \xED\x9F\xBF "
                                   "\xF0\x9F\x8F\xA0,620,1,,1,,,,,,,\n");
    fixture_write(&f, "worker.csv", WORKER_HEADER "\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_string_equal(cdn_snapshot_text(s, fixture_column(s, WP_NAME)[0]),
                        "T\xC5\xB7 \xE2\x82\xAC \xED\x9F\xBF \xF0\x9F\x8F\xA0");
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__refuses_a_line_of_10_megabytes(void **state)
{
    (void)state;
    size_t size = 10u * 1024 * 1024;
    size_t start = sizeof WORKER_HEADER "\nM202608,30,503,8," - 1;
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, 'q', size);
    memcpy(bytes, WORKER_HEADER "\nM202608,30,503,8,", start);
    expect_refusal("worker.csv", bytes, size, 2, "longer than the limit");
    free(bytes);
}

static void test_load__refuses_a_directory_in_place_of_a_file(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/worker.csv", f.dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(fixture_load(&f), CDN_E_INPUT);
    assert_non_null(strstr(f.error.source, "worker.csv"));
    fixture_close(&f);
}

static void test_load__refuses_a_missing_file(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/locations.csv", f.dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fixture_load(&f), CDN_E_INPUT);
    assert_non_null(strstr(f.error.source, "locations.csv"));
    fixture_close(&f);
}

/* --- shapes of files that are fine ------------------------------------------------------------ */

static void test_load__reads_crlf_bom_and_quoted_newlines(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "workplace.csv",
                  "\xEF\xBB\xBF" WORKPLACE_HEADER
                  "\r\nM202608,30,x,O2,,\"Beta\nHouse\",620,10,,1,,,,,,,\r\n"
                  "M202608,30,\"x\ny\",O2,,Again,620,10,,1,,,,,,,\r\n");
    fixture_write(&f, "worker.csv", WORKER_HEADER "\r\n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_int_equal(cdn_snapshot_rows(s, WORKPLACE), 1);
    assert_string_equal(cdn_snapshot_text(s, fixture_column(s, WP_NAME)[0]), "Beta\nHouse");
    assert_string_equal(f.problems.bytes,
                        "workplace.csv:4:2: column \"establishmentid\": duplicate key, first on "
                        "line 2 (row left out)\n");
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_load__trims_fields(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    fixture_write(&f, "worker.csv",
                  " period, establishmentid ,workerid,mainjrid,other,age,hrlyrate,strtdate\n"
                  "M202608 , 30 , 503,\" 8 \",q, 35 , 12.2 ,01/03/2020 \n");
    cdn_snapshot *s = fixture_snapshot(&f);
    assert_int_equal(f.problems.length, 0);
    assert_int_equal(fixture_column(s, WK_AGE)[0], 35);
    assert_int_equal(fixture_column(s, WK_PAY)[0], 1220);
    assert_int_equal(fixture_column(s, WK_ROLE)[0], 2);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__sorts_and_joins_the_rows),
        cmocka_unit_test(test_load__counts_contributors),
        cmocka_unit_test(test_load__turns_columns_into_rows),
        cmocka_unit_test(test_load__a_flag_alone_makes_no_row),
        cmocka_unit_test(test_load__reports_a_duplicate_key),
        cmocka_unit_test(test_load__reports_an_unknown_workplace),
        cmocka_unit_test(test_load__leaves_out_workers_of_a_workplace_left_out),
        cmocka_unit_test(test_load__reports_an_impossible_date),
        cmocka_unit_test(test_load__reports_a_value_out_of_range),
        cmocka_unit_test(test_load__reports_what_is_not_a_number),
        cmocka_unit_test(test_load__an_unknown_required_code_leaves_the_row_out),
        cmocka_unit_test(test_load__a_missing_required_value_leaves_the_row_out),
        cmocka_unit_test(test_load__a_row_with_a_field_too_few_is_left_out),
        cmocka_unit_test(test_load__a_row_with_a_field_too_many_is_left_out),
        cmocka_unit_test(test_load__a_key_is_free_again_when_its_first_row_is_left_out),
        cmocka_unit_test(test_load__values_of_an_orphan_are_not_described),
        cmocka_unit_test(test_load__values_outside_the_record_type_are_not_described),
        cmocka_unit_test(test_load__forgets_the_texts_of_rows_left_out),
        cmocka_unit_test(test_load__a_row_without_a_holding_comes_last),
        cmocka_unit_test(test_load__a_role_fault_names_its_column),
        cmocka_unit_test(test_load__rows_outside_the_record_type_are_only_counted),
        cmocka_unit_test(test_load__stops_describing_problems_at_the_limit),
        cmocka_unit_test(test_load__problems_hold_no_value),
        cmocka_unit_test(test_load__refuses_a_missing_column),
        cmocka_unit_test(test_load__refuses_a_duplicate_column),
        cmocka_unit_test(test_load__ignores_a_duplicate_of_an_unknown_column),
        cmocka_unit_test(test_load__refuses_a_role_without_all_its_columns),
        cmocka_unit_test(test_load__refuses_a_file_without_role_columns),
        cmocka_unit_test(test_load__refuses_an_empty_file),
        cmocka_unit_test(test_load__refuses_a_header_without_a_period),
        cmocka_unit_test(test_load__refuses_two_periods),
        cmocka_unit_test(test_load__refuses_files_of_two_periods),
        cmocka_unit_test(test_load__refuses_a_period_that_is_none),
        cmocka_unit_test(test_load__refuses_a_nul_byte),
        cmocka_unit_test(test_load__refuses_broken_quoting),
        cmocka_unit_test(test_load__refuses_text_that_is_not_utf8),
        cmocka_unit_test(test_load__reads_utf8_of_any_length),
        cmocka_unit_test(test_load__refuses_a_line_of_10_megabytes),
        cmocka_unit_test(test_load__refuses_a_directory_in_place_of_a_file),
        cmocka_unit_test(test_load__refuses_a_missing_file),
        cmocka_unit_test(test_load__reads_crlf_bom_and_quoted_newlines),
        cmocka_unit_test(test_load__trims_fields),
    };
    return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
