/* test_csv.c - records, lines and refusals of the CSV reader.
 *
 * Each case runs from memory and from a file, and, padded by a comment-sized
 * first field, across the reader's chunk boundary.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "support/unit.h"

/* Renders records as LINE:field|field; so that a whole file is one string. */
static cdn_status render(void *context, uint64_t line, const cdn_csv_field *fields, size_t count,
                         cdn_error *error)
{
    (void)error;
    cdn_text *out = context;
    cdn_text_addf(out, "%u:", (unsigned)line);
    for (size_t i = 0; i < count; i++) {
        cdn_text_add(out, i == 0 ? "" : "|");
        cdn_text_add_bytes(out, fields[i].bytes, fields[i].length);
    }
    cdn_text_add(out, ";");
    return CDN_OK;
}

static cdn_status count_records(void *context, uint64_t line, const cdn_csv_field *fields,
                                size_t count, cdn_error *error)
{
    (void)line;
    (void)fields;
    (void)error;
    uint64_t *totals = context;
    totals[0]++;
    totals[1] += count;
    return CDN_OK;
}

static void expect(const char *bytes, size_t size, const char *records)
{
    cdn_text out = CDN_TEXT_INIT(1u << 20);
    cdn_error error = CDN_ERROR_INIT;
    cdn_text_add(&out, "");
    assert_int_equal(cdn_csv_read_bytes("m.csv", bytes, size, render, &out, &error), CDN_OK);
    assert_string_equal(out.bytes, records);
    cdn_text_clear(&out);
    const char *path = unit_path("in.csv");
    unit_write(path, bytes, size);
    assert_int_equal(cdn_csv_read(path, render, &out, &error), CDN_OK);
    assert_string_equal(out.bytes, records);
    cdn_text_release(&out);
}

static void refuse(const char *bytes, size_t size, cdn_status status, const char *records,
                   const char *message)
{
    cdn_text out = CDN_TEXT_INIT(1u << 20);
    cdn_error error = CDN_ERROR_INIT;
    char text[2048];
    cdn_text_add(&out, "");
    assert_int_equal(cdn_csv_read_bytes("m.csv", bytes, size, render, &out, &error), status);
    (void)cdn_error_format(&error, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    assert_string_equal(text, message);
    assert_string_equal(out.bytes, records);
    cdn_text_release(&out);
}

#define EXPECT(literal, records) expect((literal), sizeof(literal) - 1, (records))
#define REFUSE(literal, records, message)                                                          \
    refuse((literal), sizeof(literal) - 1, CDN_E_INPUT, (records), (message))

static void test_csv__reads_plain_records(void **state)
{
    (void)state;
    EXPECT("a,b\n1,2\n", "1:a|b;2:1|2;");
    EXPECT("a,b\n1,2", "1:a|b;2:1|2;"); /* no final newline */
    EXPECT("a,b\n1,", "1:a|b;2:1|;");   /* nor a last field */
    EXPECT(",\n,,\n", "1:|;2:||;");
    EXPECT("", "");
    EXPECT("\n\n", "");
    EXPECT("\n\na\n\n\nb\n", "3:a;6:b;"); /* blank lines are skipped and counted */
    EXPECT("a", "1:a;");
}

static void test_csv__keeps_blanks(void **state)
{
    (void)state;
    EXPECT(" a ,\tb\t\n", "1: a |\tb\t;");
    EXPECT("\" a \",b\n", "1: a |b;");
}

static void test_csv__reads_quotes_and_counts_quoted_newlines(void **state)
{
    (void)state;
    EXPECT("\"a\"\"b\",\"c,d\"\n", "1:a\"b|c,d;");
    EXPECT("\"x\ny\",1\nz,2\n", "1:x\ny|1;3:z|2;");
    EXPECT("\"x\r\n\r\ny\",1\r\nz,2\r\n", "1:x\r\n\r\ny|1;4:z|2;");
    EXPECT("\"\",\"\"\n", "1:|;");
    EXPECT("\"a\rb\"\nc\n", "1:a\rb;2:c;"); /* a quoted lone CR is text, not a line */
}

static void test_csv__counts_crlf_once(void **state)
{
    (void)state;
    EXPECT("a,b\r\n1,2\r\n\r\n3,4\r\n", "1:a|b;2:1|2;4:3|4;");
    EXPECT("a\r\nb\nc\r\n", "1:a;2:b;3:c;");
}

static void test_csv__skips_a_byte_order_mark(void **state)
{
    (void)state;
    EXPECT("\xEF\xBB\xBF"
           "a,b\n",
           "1:a|b;");
    EXPECT("\xEF\xBB\xBF"
           "\"a\",b\n",
           "1:a|b;");
    EXPECT("\xEF\xBB\xBF", "");
    EXPECT("a\n\xEF\xBB\xBF"
           "b\n",
           "1:a;2:\xEF\xBB\xBF"
           "b;");
}

static void test_csv__refuses_a_stray_quote_with_its_line_and_field(void **state)
{
    (void)state;
    REFUSE("a,b\n1,2\"2\n3,4\n", "1:a|b;", "m.csv:2:2: quote in the wrong place");
    REFUSE("a\n\"x\ny\",\"z\" ,1\n", "1:a;", "m.csv:3:2: quote in the wrong place");
    REFUSE("a\n\"x\ny\"z\n", "1:a;", "m.csv:3:1: quote in the wrong place");
    REFUSE("a\nb,\"c\nd\n", "1:a;", "m.csv:2:2: quoted field is not closed");
    REFUSE("\"a\nb\",\"c\nd\n", "", "m.csv:2:2: quoted field is not closed");
}

static void test_csv__refuses_a_bare_carriage_return(void **state)
{
    (void)state;
    REFUSE("a,b\nc\rd,e\n", "1:a|b;2:c;", "m.csv:2:1: carriage return without a line feed");
    REFUSE("a,b\r\r\n", "1:a|b;", "m.csv:1:1: carriage return without a line feed");
    REFUSE("a,b\r", "1:a|b;", "m.csv:1:1: carriage return without a line feed");
}

static void test_csv__refuses_a_nul_byte_with_its_line(void **state)
{
    (void)state;
    REFUSE("a,b\n1,2\n3,\0\n", "1:a|b;2:1|2;", "m.csv:3:2: NUL byte");
    REFUSE("\"a\n\0\"\n", "", "m.csv:2:1: NUL byte");
    REFUSE("\0", "", "m.csv:1:1: NUL byte");
}

static void test_csv__limits_a_field(void **state)
{
    (void)state;
    size_t size = CDN_LIMIT_FIELD_SIZE + 4;
    char *bytes = cdn_alloc(size, 1);
    memset(bytes, 'x', size);
    memcpy(bytes, "a\nb,", 4);
    uint64_t totals[2] = {0, 0};
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_csv_read_bytes("m.csv", bytes, size, count_records, totals, &error),
                     CDN_OK);
    assert_int_equal(totals[1], 3);
    char *longer = cdn_resize(bytes, size + 1, 1);
    longer[size] = 'x';
    assert_int_equal(cdn_csv_read_bytes("m.csv", longer, size + 1, count_records, totals, &error),
                     CDN_E_LIMIT);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 2);
    cdn_free(longer);
}

static void test_csv__takes_a_line_of_ten_megabytes_but_not_a_field(void **state)
{
    (void)state;
    size_t size = 10u * 1024 * 1024;
    char *bytes = cdn_alloc(size, 1);
    memset(bytes, 'x', size);
    for (size_t i = 999; i < size; i += 1000)
        bytes[i] = ',';
    bytes[size - 1] = '\n';
    uint64_t totals[2] = {0, 0};
    cdn_error error = CDN_ERROR_INIT;
    const char *path = unit_path("long.csv");
    unit_write(path, bytes, size);
    assert_int_equal(cdn_csv_read(path, count_records, totals, &error), CDN_OK);
    assert_int_equal(totals[0], 1);
    assert_int_equal(totals[1], size / 1000 + 1);
    memset(bytes, 'x', size);
    bytes[0] = '\n';
    unit_write(path, bytes, size);
    assert_int_equal(cdn_csv_read(path, count_records, totals, &error), CDN_E_LIMIT);
    assert_int_equal(error.line, 2);
    memset(bytes, ',', size);
    assert_int_equal(cdn_csv_read_bytes("m.csv", bytes, size, count_records, totals, NULL),
                     CDN_E_LIMIT);
    cdn_free(bytes);
}

/* The same records wherever the chunk boundary falls in them. */
static void test_csv__does_not_see_chunk_boundaries(void **state)
{
    (void)state;
    static const char tail[] = "a,\"b\"\"\r\n\"\r\n\"c\nd\",e\r\nf,g\n";
    enum { CHUNK = 256 * 1024, TAIL = sizeof tail - 1 };
    char *bytes = cdn_alloc(CHUNK + TAIL, 1);
    for (size_t shift = 0; shift <= TAIL; shift++) {
        size_t start = CHUNK - shift;
        memset(bytes, '\n', start);
        memcpy(bytes + start, tail, TAIL);
        cdn_text out = CDN_TEXT_INIT(1000);
        cdn_text expected = CDN_TEXT_INIT(1000);
        unsigned line = (unsigned)start + 1;
        cdn_text_addf(&expected, "%u:a|b\"\r\n;%u:c\nd|e;%u:f|g;", line, line + 2, line + 4);
        const char *path = unit_path("chunk.csv");
        unit_write(path, bytes, start + TAIL);
        assert_int_equal(cdn_csv_read(path, render, &out, NULL), CDN_OK);
        assert_string_equal(out.bytes, expected.bytes);
        cdn_text_release(&out);
        cdn_text_release(&expected);
    }
    cdn_free(bytes);
}

static cdn_status stop_at_three(void *context, uint64_t line, const cdn_csv_field *fields,
                                size_t count, cdn_error *error)
{
    (void)fields;
    (void)count;
    (*(unsigned *)context)++;
    return line == 3 ? cdn_fail(error, CDN_E_REFUSED, "enough") : CDN_OK;
}

static void test_csv__stops_when_told(void **state)
{
    (void)state;
    unsigned calls = 0;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(
        cdn_csv_read_bytes("m", "a\nb\nc\nd\ne\"\n", 11, stop_at_three, &calls, &error),
        CDN_E_REFUSED);
    assert_int_equal(calls, 3);
    assert_string_equal(error.message, "enough");
}

static void test_csv__refuses_what_is_not_a_file(void **state)
{
    (void)state;
    uint64_t totals[2] = {0, 0};
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_csv_read(unit_path("none.csv"), count_records, totals, &error),
                     CDN_E_INPUT);
    assert_string_equal(error.message, "no such file");
    const char *path = unit_path("dir.csv");
    assert_int_equal(mkdir(path, 0700), 0);
    cdn_error second = CDN_ERROR_INIT;
    assert_int_equal(cdn_csv_read(path, count_records, totals, &second), CDN_E_INPUT);
    assert_string_equal(second.source, path);
    assert_string_equal(second.message, "expected a regular file, found a directory");
    path = unit_path("pipe.csv");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(cdn_csv_read(path, count_records, totals, NULL), CDN_E_INPUT);
}

static void test_csv__fails_cleanly_without_memory(void **state)
{
    (void)state;
    static const char bytes[] = "a,b\n\"1\",2\n";
    unsigned failures = 0;
    for (long limit = 0; limit < 12; limit++) {
        uint64_t totals[2] = {0, 0};
        cdn_alloc_fail_after(limit);
        cdn_status status =
            cdn_csv_read_bytes("m", bytes, sizeof bytes - 1, count_records, totals, NULL);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_E_NOMEM || (status == CDN_OK && totals[1] == 4));
        failures += status == CDN_E_NOMEM;
    }
    assert_in_range(failures, 1, 11);
}

static void test_csv__writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const fields[] = {"plain", "a,b",     "say \"x\"",  "",
                                         " lead", "trail\t", "two\nlines", "cr\r"};
    cdn_text out = CDN_TEXT_INIT(1000);
    cdn_text back = CDN_TEXT_INIT(1000);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        cdn_text_add(&out, i == 0 ? "" : ",");
        cdn_csv_add_field(&out, fields[i]);
    }
    assert_string_equal(out.bytes, "plain,\"a,b\",\"say \"\"x\"\"\",,\" lead\",\"trail\t\","
                                   "\"two\nlines\",\"cr\r\"");
    assert_int_equal(cdn_csv_read_bytes("m", out.bytes, out.length, render, &back, NULL), CDN_OK);
    assert_string_equal(back.bytes, "1:plain|a,b|say \"x\"|| lead|trail\t|two\nlines|cr\r;");
    cdn_text_release(&out);
    cdn_text_release(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv__reads_plain_records),
        cmocka_unit_test(test_csv__keeps_blanks),
        cmocka_unit_test(test_csv__reads_quotes_and_counts_quoted_newlines),
        cmocka_unit_test(test_csv__counts_crlf_once),
        cmocka_unit_test(test_csv__skips_a_byte_order_mark),
        cmocka_unit_test(test_csv__refuses_a_stray_quote_with_its_line_and_field),
        cmocka_unit_test(test_csv__refuses_a_bare_carriage_return),
        cmocka_unit_test(test_csv__refuses_a_nul_byte_with_its_line),
        cmocka_unit_test(test_csv__limits_a_field),
        cmocka_unit_test(test_csv__takes_a_line_of_ten_megabytes_but_not_a_field),
        cmocka_unit_test(test_csv__does_not_see_chunk_boundaries),
        cmocka_unit_test(test_csv__stops_when_told),
        cmocka_unit_test(test_csv__refuses_what_is_not_a_file),
        cmocka_unit_test(test_csv__fails_cleanly_without_memory),
        cmocka_unit_test(test_csv__writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
