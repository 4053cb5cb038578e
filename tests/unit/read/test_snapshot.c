/* test_snapshot.c - a snapshot file that is not whole, not ours or not current is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/read/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/alloc.h"
#include "read/format.h"

typedef struct bytes {
    char *at;
    size_t size;
} bytes;

static bytes read_snapshot(fixture *f)
{
    cdn_text text = CDN_TEXT_INIT(64u * 1024 * 1024);
    assert_int_equal(cdn_file_read(f->snapshot, &text, &f->error), CDN_OK);
    return (bytes){text.bytes, text.length};
}

static void write_snapshot(const fixture *f, const char *at, size_t size)
{
    FILE *file = fopen(f->snapshot, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Opens and asks for everything; the first status that is not CDN_OK. */
static cdn_status read_all(const fixture *f, const cdn_catalogue *catalogue, cdn_error *error)
{
    cdn_snapshot *s = NULL;
    const int32_t *values;
    const uint32_t *rows;
    const uint8_t *flags;
    cdn_contributors contributors;
    cdn_status status = cdn_snapshot_open(f->snapshot, catalogue, NULL, &s, error);
    if (status != CDN_OK)
        return status;
    for (uint32_t i = 0; status == CDN_OK && i < catalogue->column_count; i++)
        status = cdn_snapshot_column(s, i, &values, error);
    for (uint32_t i = 0; status == CDN_OK && i < catalogue->record_count; i++) {
        for (uint32_t j = 0; status == CDN_OK && j < catalogue->records[i].reference_count; j++)
            status = cdn_snapshot_reference(s, i, j, &rows, error);
        if (status == CDN_OK)
            status = cdn_snapshot_contributors(s, i, &contributors, error);
    }
    static const uint32_t pairs[][2] = {{PROVIDER, WORKPLACE}, {LOCATION, WORKPLACE},
                                        {WORKPLACE, WORKER},   {WORKPLACE, ROLE},
                                        {PROVIDER, WORKER},    {LOCATION, WORKER},
                                        {PROVIDER, ROLE},      {LOCATION, ROLE}};
    for (size_t i = 0; status == CDN_OK && i < sizeof pairs / sizeof *pairs; i++)
        status = cdn_snapshot_referenced(s, pairs[i][0], pairs[i][1], &flags, error);
    cdn_snapshot_close(s);
    return status;
}

static void make(fixture *f)
{
    fixture_open(f);
    assert_int_equal(fixture_load(f), CDN_OK);
    assert_int_equal(read_all(f, &fixture_catalogue, &f->error), CDN_OK);
}

static void test_snapshot__refuses_truncation_anywhere(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    bytes whole = read_snapshot(&f);
    for (size_t size = 0; size < whole.size; size += 64) {
        cdn_error error = CDN_ERROR_INIT;
        write_snapshot(&f, whole.at, size);
        assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_E_INPUT);
        assert_non_null(strstr(error.hint, "cordon load"));
    }
    cdn_error error = CDN_ERROR_INIT;
    write_snapshot(&f, whole.at, whole.size - 1);
    assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_E_INPUT);
    cdn_free(whole.at);
    fixture_close(&f);
}

static void test_snapshot__refuses_extra_bytes(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    bytes whole = read_snapshot(&f);
    char *longer = malloc(whole.size + 1);
    assert_non_null(longer);
    memcpy(longer, whole.at, whole.size);
    longer[whole.size] = 0;
    write_snapshot(&f, longer, whole.size + 1);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_E_INPUT);
    free(longer);
    cdn_free(whole.at);
    fixture_close(&f);
}

static void test_snapshot__refuses_any_flipped_byte(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    bytes whole = read_snapshot(&f);
    for (size_t i = 0; i < whole.size; i++) {
        cdn_error error = CDN_ERROR_INIT;
        whole.at[i] ^= (char)(1 << (i % 8));
        write_snapshot(&f, whole.at, whole.size);
        whole.at[i] ^= (char)(1 << (i % 8));
        if (read_all(&f, &fixture_catalogue, &error) != CDN_E_INPUT)
            fail_msg("byte %zu of %zu can be changed", i, whole.size);
    }
    cdn_free(whole.at);
    fixture_close(&f);
}

static void test_snapshot__refuses_another_version(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    bytes whole = read_snapshot(&f);
    whole.at[8]++;
    write_snapshot(&f, whole.at, whole.size);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.message, "another format version"));
    cdn_free(whole.at);
    fixture_close(&f);
}

static void test_snapshot__refuses_another_catalogue(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    cdn_catalogue other = fixture_catalogue;
    other.digest[0] = 'f';
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(read_all(&f, &other, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.message, "another catalogue"));
    fixture_close(&f);
}

static void test_snapshot__refuses_a_missing_file(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.hint, "cordon load"));
    fixture_close(&f);
}

static cdn_status open_fresh(fixture *f, cdn_error *error)
{
    cdn_snapshot *s = NULL;
    cdn_status status =
        cdn_snapshot_open(f->snapshot, &fixture_catalogue, f->dir, &s, error);
    if (status == CDN_OK)
        cdn_snapshot_close(s);
    return status;
}

static void test_snapshot__refuses_changed_data_of_the_same_size(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(open_fresh(&f, &error), CDN_OK);
    char changed[] = WORKER_HEADER "\n" WORKER_ROWS;
    changed[sizeof changed - 3] = '5';
    fixture_write(&f, "worker.csv", changed);
    assert_int_equal(open_fresh(&f, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.message, "worker.csv changed"));
    fixture_close(&f);
}

static void test_snapshot__refuses_data_of_another_size_and_time_back(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    char path[128];
    struct stat before;
    (void)snprintf(path, sizeof path, "%s/worker.csv", f.dir);
    assert_int_equal(stat(path, &before), 0);
    fixture_write(&f, "worker.csv", WORKER_HEADER "\n");
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(open_fresh(&f, &error), CDN_E_INPUT);
    fixture_close(&f);
}

static void test_snapshot__accepts_the_same_data_touched_later(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/worker.csv", f.dir);
    const struct timespec times[2] = {{1000, 0}, {1000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(open_fresh(&f, &error), CDN_OK);
    fixture_close(&f);
}

static void test_snapshot__digest_depends_on_content_alone(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    fixture_open(&f);
    fixture_open(&g);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/locations.csv", g.dir);
    const struct timespec times[2] = {{1000, 0}, {1000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    cdn_snapshot *a = fixture_snapshot(&f);
    cdn_snapshot *b = fixture_snapshot(&g);
    assert_string_equal(cdn_snapshot_digest(a), cdn_snapshot_digest(b));
    assert_int_equal(strlen(cdn_snapshot_digest(a)), 64);
    cdn_snapshot_close(b);
    fixture_write(&g, "locations.csv", LOCATION_HEADER "\n" LOCATION_ROWS
                                                       "L4,Four,P3,Social Care Org,1\n");
    b = fixture_snapshot(&g);
    assert_string_not_equal(cdn_snapshot_digest(a), cdn_snapshot_digest(b));
    cdn_snapshot_close(a);
    cdn_snapshot_close(b);
    fixture_close(&f);
    fixture_close(&g);
}

static void test_snapshot__same_bytes_for_any_thread_count(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    assert_int_equal(setenv("CORDON_THREADS", "1", 1), 0);
    assert_int_equal(fixture_load(&f), CDN_OK);
    bytes one = read_snapshot(&f);
    assert_int_equal(setenv("CORDON_THREADS", "4", 1), 0);
    assert_int_equal(fixture_load(&f), CDN_OK);
    bytes four = read_snapshot(&f);
    assert_int_equal(unsetenv("CORDON_THREADS"), 0);
    assert_int_equal(one.size, four.size);
    assert_memory_equal(one.at, four.at, one.size);
    cdn_free(one.at);
    cdn_free(four.at);
    fixture_close(&f);
}

static size_t find_bytes(const bytes *in, size_t from, const void *what, size_t size)
{
    for (size_t i = from; i + size <= in->size; i++) {
        if (memcmp(in->at + i, what, size) == 0)
            return i;
    }
    fail_msg("bytes not found");
    return 0;
}

/* Someone who can write the file can also make its digests right: the directory's and the header's.
 */
static void seal_again(fixture *f, const bytes *file)
{
    cdn_snapshot_header header;
    memcpy(&header, file->at, sizeof header);
    assert_int_equal(cdn_sha256(file->at + header.directory_offset, header.directory_size,
                                header.directory_digest, &f->error),
                     CDN_OK);
    memcpy(file->at, &header, sizeof header);
    size_t start = cdn_snapshot_data_start(header.input_count);
    uint8_t digest[CDN_SHA256_SIZE];
    assert_int_equal(cdn_sha256(file->at, start - sizeof digest, digest, &f->error), CDN_OK);
    memcpy(file->at + start - sizeof digest, digest, sizeof digest);
    write_snapshot(f, file->at, file->size);
}

/* Finds the section with the values `old`, and puts `value` in place of the last one. */
static void forge(fixture *f, const int32_t *old, size_t count, int32_t value)
{
    bytes file = read_snapshot(f);
    size_t size = count * sizeof *old;
    size_t at = find_bytes(&file, 0, old, size);
    while (at % 64 != 0)
        at = find_bytes(&file, at + 1, old, size);
    char before[CDN_SHA256_HEX];
    char after[CDN_SHA256_HEX];
    assert_int_equal(cdn_sha256_hex(file.at + at, size, before, &f->error), CDN_OK);
    memcpy(file.at + at + size - sizeof value, &value, sizeof value);
    assert_int_equal(cdn_sha256_hex(file.at + at, size, after, &f->error), CDN_OK);
    memcpy(file.at + find_bytes(&file, 0, before, CDN_SHA256_HEX - 1), after,
           CDN_SHA256_HEX - 1);
    seal_again(f, &file);
    cdn_free(file.at);
}

static void test_snapshot__refuses_forged_counts(void **state)
{
    (void)state;
    static const char *const forged[] = {"9,", "-1,", "2,", "1000000000,", "4294967295,", "3,3,",
                                         "\"3\","};
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        fixture f;
        make(&f);
        bytes old = read_snapshot(&f);
        cdn_snapshot_header header;
        memcpy(&header, old.at, sizeof header);
        size_t at = find_bytes(&old, header.directory_offset, "\"rows\":[3,", 10) + 8;
        cdn_text text = CDN_TEXT_INIT(1024 * 1024);
        cdn_text_add_bytes(&text, old.at, at);
        cdn_text_add(&text, forged[i]);
        cdn_text_add_bytes(&text, old.at + at + 2, old.size - at - 2);
        header.file_size = text.length;
        header.directory_size = text.length - header.directory_offset;
        memcpy(text.bytes, &header, sizeof header);
        bytes file = {text.bytes, text.length};
        seal_again(&f, &file);
        cdn_error error = CDN_ERROR_INIT;
        assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_E_INPUT);
        cdn_text_release(&text);
        cdn_free(old.at);
        fixture_close(&f);
    }
}

static void test_snapshot__refuses_rows_out_of_order(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    const int32_t holdings[] = {0, 1, 1, 1}; /* of workers */
    forge(&f, holdings, 4, 0);
    cdn_error error = CDN_ERROR_INIT;
    cdn_snapshot *s = NULL;
    cdn_contributors contributors;
    assert_int_equal(cdn_snapshot_open(f.snapshot, &fixture_catalogue, NULL, &s, &error), CDN_OK);
    assert_int_equal(cdn_snapshot_contributors(s, WORKER, &contributors, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.message, "order of rows"));
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_snapshot__refuses_values_out_of_bounds(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    /* what the three workplaces state as staff; make the last one 10000 of 1..9999 */
    const int32_t staff[] = {5, CDN_MISSING, 10};
    forge(&f, staff, 3, 10000);
    cdn_error error = CDN_ERROR_INIT;
    cdn_snapshot *s = NULL;
    const int32_t *values = NULL;
    assert_int_equal(cdn_snapshot_open(f.snapshot, &fixture_catalogue, NULL, &s, &error), CDN_OK);
    assert_int_equal(cdn_snapshot_column(s, WP_STAFF, &values, &error), CDN_E_INPUT);
    cdn_snapshot_close(s);
    fixture_close(&f);
}

static void test_snapshot__a_forged_file_can_be_opened_when_its_values_fit(void **state)
{
    (void)state; /* so the refusal above is on account of the value */
    fixture f;
    make(&f);
    const int32_t staff[] = {5, CDN_MISSING, 10};
    forge(&f, staff, 3, 9999);
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(read_all(&f, &fixture_catalogue, &error), CDN_OK);
    fixture_close(&f);
}

static void test_snapshot__load_and_open_survive_any_failed_allocation(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    bytes whole = read_snapshot(&f);
    cdn_status status = CDN_E_NOMEM;
    long n = 0;
    for (; status != CDN_OK; n += n < 400 ? 1 : 7) {
        cdn_text_release(&f.problems);
        cdn_alloc_fail_after(n);
        status = fixture_load(&f);
        cdn_alloc_fail_after(-1);
        if (status != CDN_OK && status != CDN_E_NOMEM)
            fail_msg("load: status %d after %ld: %s", (int)status, n, f.error.message);
        assert_true(n < 100000);
    }
    bytes again = read_snapshot(&f);
    assert_int_equal(whole.size, again.size);
    assert_memory_equal(whole.at, again.at, whole.size);
    cdn_free(whole.at);
    cdn_free(again.at);
    status = CDN_E_NOMEM;
    for (n = 0; status != CDN_OK; n++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_alloc_fail_after(n);
        status = read_all(&f, &fixture_catalogue, &error);
        cdn_alloc_fail_after(-1);
        if (status != CDN_OK && status != CDN_E_NOMEM)
            fail_msg("open: status %d after %ld: %s", (int)status, n, error.message);
        assert_true(n < 100000);
    }
    fixture_close(&f);
}

/* Every second worker, and all of everything else. */
static void test_snapshot__a_part_has_the_rows_that_are_kept(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f);
    cdn_snapshot *whole = fixture_snapshot(&f), *part = NULL;
    uint32_t rows[64], all = cdn_snapshot_rows(whole, WORKER), count = 0;
    assert_in_range(all, 3, 64);
    for (uint32_t row = 1; row < all; row += 2)
        rows[count++] = row;
    const cdn_snapshot_rows_kept kept[RECORD_COUNT] = {[WORKER] = {count, rows}};
    assert_int_equal(cdn_snapshot_part(whole, &fixture_catalogue, kept, &part, &f.error), CDN_OK);
    assert_int_equal(cdn_snapshot_rows(part, WORKER), count);
    assert_int_equal(cdn_snapshot_rows(part, WORKPLACE), cdn_snapshot_rows(whole, WORKPLACE));
    assert_string_equal(cdn_snapshot_digest(part), cdn_snapshot_digest(whole));
    for (uint32_t c = 0; c < COLUMN_COUNT; c++) {
        bool worker = fixture_columns[c].record == WORKER;
        const int32_t *from = fixture_column(whole, c), *to = fixture_column(part, c);
        for (uint32_t i = 0; i < cdn_snapshot_rows(part, fixture_columns[c].record); i++)
            assert_int_equal(to[i], from[worker ? rows[i] : i]);
    }
    cdn_contributors from, to;
    const uint32_t *reference, *leads;
    assert_int_equal(cdn_snapshot_contributors(whole, WORKER, &from, &f.error), CDN_OK);
    assert_int_equal(cdn_snapshot_contributors(part, WORKER, &to, &f.error), CDN_OK);
    assert_int_equal(cdn_snapshot_reference(whole, WORKER, 0, &reference, &f.error), CDN_OK);
    assert_int_equal(cdn_snapshot_reference(part, WORKER, 0, &leads, &f.error), CDN_OK);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(to.units[i], from.units[rows[i]]);
        assert_int_equal(to.holdings[i], from.holdings[rows[i]]);
        assert_int_equal(to.workers[i], from.workers[rows[i]]);
        assert_int_equal(leads[i], reference[rows[i]]);
    }
    cdn_snapshot_close(part);
    cdn_snapshot_close(whole);
    fixture_close(&f);
}

static void test_snapshot__who_is_referred_to_cannot_be_left_out(void **state)
{
    (void)state;
    for (uint32_t r = 0; r < RECORD_COUNT; r++)
        assert_int_equal(cdn_snapshot_can_part(&fixture_catalogue, r), r == WORKER || r == ROLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshot__refuses_truncation_anywhere),
        cmocka_unit_test(test_snapshot__refuses_extra_bytes),
        cmocka_unit_test(test_snapshot__refuses_any_flipped_byte),
        cmocka_unit_test(test_snapshot__refuses_another_version),
        cmocka_unit_test(test_snapshot__refuses_another_catalogue),
        cmocka_unit_test(test_snapshot__refuses_a_missing_file),
        cmocka_unit_test(test_snapshot__refuses_changed_data_of_the_same_size),
        cmocka_unit_test(test_snapshot__refuses_data_of_another_size_and_time_back),
        cmocka_unit_test(test_snapshot__accepts_the_same_data_touched_later),
        cmocka_unit_test(test_snapshot__digest_depends_on_content_alone),
        cmocka_unit_test(test_snapshot__same_bytes_for_any_thread_count),
        cmocka_unit_test(test_snapshot__refuses_forged_counts),
        cmocka_unit_test(test_snapshot__refuses_rows_out_of_order),
        cmocka_unit_test(test_snapshot__refuses_values_out_of_bounds),
        cmocka_unit_test(test_snapshot__a_forged_file_can_be_opened_when_its_values_fit),
        cmocka_unit_test(test_snapshot__load_and_open_survive_any_failed_allocation),
        cmocka_unit_test(test_snapshot__a_part_has_the_rows_that_are_kept),
        cmocka_unit_test(test_snapshot__who_is_referred_to_cannot_be_left_out),
    };
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
