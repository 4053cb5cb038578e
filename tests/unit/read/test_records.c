/* test_records.c - record types of other shapes than the usual: groups, chains, odd keys.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/read/fixture.h"

/* A copy of the fixture's catalogue that a test may bend. */
typedef struct bent {
    fixture f;
    cdn_catalogue catalogue;
    cdn_record records[RECORD_COUNT];
    cdn_column columns[COLUMN_COUNT + 2];
    cdn_expr exprs[EX_COUNT + 2];
} bent;

static void bent_open(bent *b)
{
    fixture_open(&b->f);
    memcpy(b->records, fixture_records, sizeof fixture_records);
    memcpy(b->columns, fixture_columns, sizeof fixture_columns);
    memcpy(b->exprs, fixture_exprs, sizeof fixture_exprs);
    b->catalogue = fixture_catalogue;
    b->catalogue.records = b->records;
    b->catalogue.columns = b->columns;
    b->catalogue.exprs = b->exprs;
    b->f.catalogue = &b->catalogue;
}

static void test_records__a_group_can_show_its_key_and_its_size(void **state)
{
    (void)state;
    bent b;
    bent_open(&b);
    b.columns[COLUMN_COUNT] = (cdn_column)TEXT("id", "orgid", PROVIDER, true);
    b.columns[COLUMN_COUNT + 1] = (cdn_column)NUMBER("size", "count", PROVIDER, true, 1, 1);
    b.catalogue.column_count = COLUMN_COUNT + 2;
    b.records[PROVIDER].column_first = COLUMN_COUNT;
    b.records[PROVIDER].column_count = 2;
    cdn_snapshot *s = fixture_snapshot(&b.f);
    const int32_t *id = fixture_column(s, COLUMN_COUNT);
    const int32_t *size = fixture_column(s, COLUMN_COUNT + 1);
    assert_string_equal(cdn_snapshot_text(s, id[0]), "O1");
    assert_string_equal(cdn_snapshot_text(s, id[1]), "O2");
    assert_int_equal(size[0], 1);
    assert_int_equal(size[1], 2);
    cdn_snapshot_close(s);
    fixture_close(&b.f);
}

static void test_records__a_group_has_no_other_columns(void **state)
{
    (void)state;
    bent b;
    bent_open(&b);
    b.columns[COLUMN_COUNT] = (cdn_column)TEXT("name", "establishmentname", PROVIDER, false);
    b.catalogue.column_count = COLUMN_COUNT + 1;
    b.records[PROVIDER].column_first = COLUMN_COUNT;
    b.records[PROVIDER].column_count = 1;
    assert_int_equal(fixture_load(&b.f), CDN_E_INPUT);
    fixture_close(&b.f);
}

/* worker -> workplace -> location -> worker: location's beds name a worker who does not exist. */
static void test_records__leaving_out_goes_on_to_the_end_of_the_chain(void **state)
{
    (void)state;
    static const cdn_reference to_location[] = {{PROVIDER, WP_ORG, true},
                                                {LOCATION, WP_LOCATION, true}};
    static const cdn_reference to_worker[] = {{WORKER, LO_BEDS, true}};
    bent b;
    bent_open(&b);
    b.records[WORKPLACE].references = to_location;
    b.records[LOCATION].references = to_worker;
    b.records[LOCATION].reference_count = 1;
    cdn_snapshot *s = fixture_snapshot(&b.f);
    assert_int_equal(cdn_snapshot_rows(s, LOCATION), 0);
    assert_int_equal(cdn_snapshot_rows(s, WORKPLACE), 0);
    assert_int_equal(cdn_snapshot_rows(s, WORKER), 0);
    assert_int_equal(cdn_snapshot_rows(s, ROLE), 0);
    assert_int_equal(cdn_snapshot_rows(s, PROVIDER), 0);
    assert_int_equal(fixture_excluded(s, "worker", "workplace left out", "workplace", false), 4);
    assert_int_equal(fixture_excluded(s, "workplace", "location left out", "location", false), 1);
    assert_int_equal(fixture_excluded(s, "workplace", "unknown location", "location", false), 2);
    cdn_snapshot_close(s);
    fixture_close(&b.f);
}

static void test_records__a_reference_must_fit_the_key(void **state)
{
    (void)state;
    static const cdn_reference to_location[] = {{LOCATION, WK_WORKPLACE, true}};
    bent b;
    bent_open(&b);
    b.records[WORKER].references = to_location; /* an integer for a text */
    assert_int_equal(fixture_load(&b.f), CDN_E_INPUT);
    assert_non_null(strstr(b.f.error.message, "does not fit the key"));
    fixture_close(&b.f);
}

static void test_records__a_key_is_always_required(void **state)
{
    (void)state;
    bent b;
    bent_open(&b);
    b.columns[WK_ID].required = false;
    fixture_write(&b.f, "worker.csv",
                  WORKER_HEADER "\nM202608,30,,8,q,35,12.21,\nM202608,30,-1,8,q,35,12.21,\n");
    cdn_snapshot *s = fixture_snapshot(&b.f);
    assert_int_equal(cdn_snapshot_rows(s, WORKER), 0);
    assert_int_equal(fixture_excluded(s, "worker", "missing value", "id", false), 2);
    cdn_snapshot_close(s);
    fixture_close(&b.f);
}

static void test_records__negative_keys_come_first(void **state)
{
    (void)state;
    bent b;
    bent_open(&b);
    b.columns[WK_ID].min = -10;
    fixture_write(&b.f, "worker.csv",
                  WORKER_HEADER "\nM202608,30,7,8,q,35,12.21,\nM202608,30,-5,8,q,35,12.21,\n");
    cdn_snapshot *s = fixture_snapshot(&b.f);
    assert_int_equal(fixture_column(s, WK_ID)[0], -5);
    assert_int_equal(fixture_column(s, WK_ID)[1], 7);
    cdn_snapshot_close(s);
    fixture_close(&b.f);
}

static void test_records__a_list_may_hold_the_missing_codes(void **state)
{
    (void)state;
    static const char *const codes[] = {"1", "-1"};
    cdn_codelist lists[4];
    bent b;
    bent_open(&b);
    memcpy(lists, fixture_codelists, sizeof lists);
    lists[STATUSES].codes = codes;
    b.catalogue.codelists = lists;
    b.records[WORKPLACE].keep = CDN_NONE;
    fixture_write(&b.f, "workplace.csv",
                  WORKPLACE_HEADER "\nM202608,30,x,O2,L1,Beta,620,10,,-1,,,,,,,\n"
                                   "M202608,31,x,O2,L1,Beta,620,10,,-2,,,,,,,\n");
    cdn_snapshot *s = fixture_snapshot(&b.f);
    assert_int_equal(fixture_column(s, WP_STATUS)[0], 1);
    assert_int_equal(fixture_column(s, WP_STATUS)[1], CDN_DONT_KNOW);
    cdn_snapshot_close(s);
    fixture_close(&b.f);
}

static void test_records__nobody_stands_behind_a_negative_number(void **state)
{
    (void)state;
    bent b;
    bent_open(&b);
    b.exprs[EX_COUNT] = (cdn_expr){.op = CDN_EX_CONSTANT, .operand = NO3, .constant = 7};
    b.exprs[EX_COUNT + 1] =
        (cdn_expr){.op = CDN_EX_SUBTRACT, .operand = {EX_STAFF, EX_COUNT, CDN_NONE}};
    b.catalogue.expr_count = EX_COUNT + 2;
    b.records[WORKPLACE].workers = EX_COUNT + 1;
    cdn_snapshot *s = fixture_snapshot(&b.f);
    cdn_contributors c;
    assert_int_equal(cdn_snapshot_contributors(s, WORKPLACE, &c, &b.f.error), CDN_OK);
    assert_int_equal(c.workers[0], 0); /* 5 - 7 */
    assert_int_equal(c.workers[1], 0); /* not recorded */
    assert_int_equal(c.workers[2], 3);
    cdn_snapshot_close(s);
    fixture_close(&b.f);
}

static void test_records__what_to_keep_follows_from_own_columns(void **state)
{
    (void)state;
    bent b;
    bent_open(&b);
    b.records[WORKER].keep = EX_OPEN; /* of the workplace */
    assert_int_equal(fixture_load(&b.f), CDN_E_INPUT);
    assert_non_null(strstr(b.f.error.message, "own columns"));
    fixture_close(&b.f);
}

static void test_records__contributors_that_depend_on_each_other_are_refused(void **state)
{
    (void)state;
    static const cdn_reference to_workplace[] = {{WORKPLACE, LO_BEDS, false}};
    bent b;
    bent_open(&b);
    b.records[LOCATION].references = to_workplace;
    b.records[LOCATION].reference_count = 1;
    b.records[LOCATION].unit = WORKPLACE;
    b.records[WORKPLACE].unit = LOCATION;
    assert_int_equal(fixture_load(&b.f), CDN_E_INPUT);
    assert_non_null(strstr(b.f.error.message, "depend on each other"));
    fixture_close(&b.f);
}

/* Whatever stands in the files, a load ends with a snapshot that opens, or with a refusal. */
static void test_records__survive_random_damage(void **state)
{
    (void)state;
    static const char *const names[] = {"workplace.csv", "worker.csv", "locations.csv"};
    static const char *const texts[] = {WORKPLACE_HEADER "\n" WORKPLACE_ROWS,
                                        WORKER_HEADER "\n" WORKER_ROWS,
                                        LOCATION_HEADER "\n" LOCATION_ROWS};
    static const char bytes[] = "\",\n\r0-1 \xC3\xBF/xM";
    uint64_t seed = 1;
    uint32_t loaded = 0;
    fixture f;
    fixture_open(&f);
    for (int round = 0; round < 600; round++) {
        char text[2048];
        size_t which = (size_t)round % 3;
        size_t size = strlen(texts[which]);
        size_t header = (size_t)(strchr(texts[which], '\n') - texts[which]);
        memcpy(text, texts[which], size);
        for (int i = 0; i < 3; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            size_t at = (size_t)(seed >> 33) % size;
            if (round % 4 != 0 && at <= header)
                at = header + 1 + at % (size - header - 1);
            text[at] = bytes[(seed >> 20) % (sizeof bytes - 1)];
        }
        fixture_write_bytes(&f, names[which], text, size);
        cdn_status status = fixture_load(&f);
        if (status == CDN_OK) {
            cdn_snapshot *s = fixture_snapshot(&f);
            for (uint32_t i = 0; i < COLUMN_COUNT; i++)
                (void)fixture_column(s, i);
            cdn_snapshot_close(s);
            loaded++;
        } else if (status != CDN_E_INPUT) {
            fail_msg("status %d: %s", (int)status, f.error.message);
        }
        fixture_write(&f, names[which], texts[which]);
    }
    assert_true(loaded > 50 && loaded < 550);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records__a_group_can_show_its_key_and_its_size),
        cmocka_unit_test(test_records__a_group_has_no_other_columns),
        cmocka_unit_test(test_records__leaving_out_goes_on_to_the_end_of_the_chain),
        cmocka_unit_test(test_records__a_reference_must_fit_the_key),
        cmocka_unit_test(test_records__a_key_is_always_required),
        cmocka_unit_test(test_records__negative_keys_come_first),
        cmocka_unit_test(test_records__a_list_may_hold_the_missing_codes),
        cmocka_unit_test(test_records__nobody_stands_behind_a_negative_number),
        cmocka_unit_test(test_records__what_to_keep_follows_from_own_columns),
        cmocka_unit_test(test_records__contributors_that_depend_on_each_other_are_refused),
        cmocka_unit_test(test_records__survive_random_damage),
    };
    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
