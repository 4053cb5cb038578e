/* test_synth.c - synthetic files: same seed same bytes, exact counts, agreement, realism.
 *
 * Files are read back with a reader of this directory's own. One sector of 1,300
 * workplaces is made once for the tests of content.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/synth.h"

#include <unistd.h>

#include "core/alloc.h"
#include "seal/digest.h"
#include "unit/synth/table.h"

#define CODES "policies/catalogue/codes"
#define WORKERS 26000u
#define WORKPLACES 1300u

static table workplaces, workers, locations;

static void make(const char *out_dir, uint32_t worker_rows, uint32_t workplace_rows, uint64_t seed,
                 bool wide, bool clean)
{
    cdn_synth_options options = {.codes_dir = CODES,
                                 .out_dir = out_dir,
                                 .workers = worker_rows,
                                 .workplaces = workplace_rows,
                                 .seed = seed,
                                 .wide = wide,
                                 .clean = clean};
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_synth_write(&options, &error), CDN_OK);
}

static const char *file_in(const char *directory, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    return unit_path(path);
}

static int setup(void **state)
{
    if (unit_scratch_setup(state) != 0)
        return -1;
    make(unit_path("main"), WORKERS, WORKPLACES, 42, false, false);
    workplaces = table_read(file_in("main", "workplace.csv"));
    workers = table_read(file_in("main", "worker.csv"));
    locations = table_read(file_in("main", "cqc_locations.csv"));
    return 0;
}

static int teardown(void **state)
{
    table_free(&workplaces);
    table_free(&workers);
    table_free(&locations);
    return unit_scratch_teardown(state);
}

/* Workplace row by id: ids are numbers without gaps. */
static size_t workplace_of(const char *id)
{
    size_t row = (size_t)strtoul(id, NULL, 10) - 100001u;
    if (row < workplaces.rows &&
        strcmp(table_at(&workplaces, row, table_column(&workplaces, "establishmentid")), id) == 0)
        return row;
    return workplaces.rows;
}

/* Share of rows, per 1,000, whose column has one of the values separated by blanks. */
static size_t permille(const table *t, const char *column, const char *values)
{
    size_t at = table_column(t, column), hits = 0;
    char wanted[64], cell[64];
    (void)snprintf(wanted, sizeof wanted, " %s ", values);
    for (size_t row = 0; row < t->rows; row++) {
        (void)snprintf(cell, sizeof cell, " %s ", table_at(t, row, at));
        hits += strstr(wanted, cell) != NULL;
    }
    return hits * 1000 / t->rows;
}

static void test_synth__same_seed_same_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"workplace.csv", "worker.csv", "cqc_locations.csv"};
    make(unit_path("first"), 2000, 80, 7, false, false);
    make(unit_path("again"), 2000, 80, 7, false, false);
    make(unit_path("other"), 2000, 80, 8, false, false);
    for (size_t i = 0; i < 3; i++) {
        char first[CDN_SHA256_HEX], again[CDN_SHA256_HEX], other[CDN_SHA256_HEX];
        assert_int_equal(cdn_sha256_file_hex(file_in("first", names[i]), first, NULL), CDN_OK);
        assert_int_equal(cdn_sha256_file_hex(file_in("again", names[i]), again, NULL), CDN_OK);
        assert_int_equal(cdn_sha256_file_hex(file_in("other", names[i]), other, NULL), CDN_OK);
        assert_string_equal(first, again);
        assert_string_not_equal(first, other);
    }
}

/* A change here is a change of every figure that was made from synthetic data: say so in the
 * changelog. */
static void test_synth__bytes_are_those_of_every_machine(void **state)
{
    (void)state;
    static const char *const golden[][2] = {
        {"workplace.csv", "dac1af4289047b7d0d5a3ce408cd853ad82fbe44d8f440a5a79b60ccc965c16a"},
        {"worker.csv", "d71283e0454059c09dfa864a783443a0af4ab1bfd50806959fb3ca43af9589ba"},
        {"cqc_locations.csv", "8568f40b2f763ad07cd066883c38b08dd69cbfd46f6ed806f78977ac2e439511"}};
    make(unit_path("golden"), 2000, 80, 1, false, false);
    for (size_t i = 0; i < 3; i++) {
        char digest[CDN_SHA256_HEX];
        assert_int_equal(cdn_sha256_file_hex(file_in("golden", golden[i][0]), digest, NULL),
                         CDN_OK);
        assert_string_equal(digest, golden[i][1]);
    }
}

static void check_shape(uint32_t worker_rows, uint32_t workplace_rows, bool wide)
{
    make(unit_path("shape"), worker_rows, workplace_rows, 3, wide, false);
    table w = table_read(file_in("shape", "worker.csv"));
    table p = table_read(file_in("shape", "workplace.csv"));
    assert_int_equal(w.rows, worker_rows);
    assert_int_equal(p.rows, workplace_rows);
    assert_false(w.ragged || p.ragged);
    assert_int_equal(w.width, wide ? 685 : 87);
    assert_int_equal(p.width, wide ? 620 : 530);
    const table *both[] = {&w, &p};
    for (size_t i = 0; i < 2; i++)
        for (size_t column = 0; column < both[i]->width; column++)
            assert_int_equal(table_column(both[i], both[i]->cells[column]), column);
    table_free(&w);
    table_free(&p);
}

static void test_synth__writes_exactly_the_rows_asked_for(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{200, 10}, {2000, 80}, {0, 1}, {1, 1}, {3, 50}, {100, 7}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_shape(sizes[i][0], sizes[i][1], false);
    check_shape(300, 20, true);
    assert_int_equal(workers.rows, WORKERS);
    assert_int_equal(workplaces.rows, WORKPLACES);
}

static void test_synth__every_local_authority_has_workplaces_in_its_region(void **state)
{
    (void)state;
    table areas = table_read(CODES "/local_authorities.csv");
    size_t cssr = table_column(&workplaces, "cssr"), region = table_column(&workplaces, "regionid");
    size_t nmds = table_column(&workplaces, "nmdsid");
    size_t in_city = 0;
    for (size_t row = 0; row < areas.rows; row++)
        assert_true(table_find(&workplaces, cssr, table_at(&areas, row, 0)) < workplaces.rows);
    for (size_t row = 0; row < workplaces.rows; row++) {
        const char *code = table_at(&workplaces, row, cssr);
        size_t area = table_find(&areas, 0, code);
        assert_true(area < areas.rows);
        assert_string_equal(table_at(&workplaces, row, region),
                            table_at(&areas, area, table_column(&areas, "region")));
        assert_int_equal(*table_at(&workplaces, row, nmds),
                         *table_at(&areas, area, table_column(&areas, "nmdsid_letter")));
        in_city += strcmp(code, "714") == 0;
    }
    assert_true(in_city >= 2 && in_city <= 6);
    table_free(&areas);
}

static void check_codes(const table *t, const char *column, const char *list, const char *besides)
{
    char path[256], wanted[64], cell[96];
    (void)snprintf(path, sizeof path, "%s/%s.csv", CODES, list);
    (void)snprintf(wanted, sizeof wanted, " %s ", besides);
    table codes = table_read(path);
    size_t at = table_column(t, column), known = 0;
    for (size_t row = 0; row < t->rows; row++) {
        const char *value = table_at(t, row, at);
        (void)snprintf(cell, sizeof cell, " %s ", value);
        bool listed = table_find(&codes, 0, value) < codes.rows;
        known += listed;
        if (!listed && *value != '\0' && strcmp(value, "-1") != 0)
            assert_non_null(strstr(wanted, cell));
    }
    assert_true(known > 0);
    table_free(&codes);
}

static void test_synth__codes_are_in_the_code_lists(void **state)
{
    (void)state;
    check_codes(&workers, "mainjrid", "job_roles", "22 41 99"); /* retired, and dirty */
    check_codes(&workers, "emplstat", "employment_status", "");
    check_codes(&workers, "gender", "gender", "");
    check_codes(&workers, "ethnicity", "ethnicity", "");
    check_codes(&workers, "nationality", "nationality", "");
    check_codes(&workers, "scerec", "recruitment_source", "");
    check_codes(&workers, "levelscqheld", "qualification_levels", "");
    check_codes(&workers, "listhiqualev", "qualification_levels", "");
    check_codes(&workers, "homecssrid", "local_authorities", "");
    check_codes(&workers, "mainstid", "main_services", "");
    check_codes(&workplaces, "mainstid", "main_services", "");
    check_codes(&workplaces, "esttype", "establishment_types", "");
    check_codes(&workplaces, "lapermission", "permission", "");
    check_codes(&locations, "cssr", "local_authorities", "");
    check_codes(&locations, "icb", "icbs", "");
    check_codes(&locations, "service", "main_services", "");
    check_codes(&locations, "rating_overall", "cqc_ratings", "");
    check_codes(&locations, "rating_well_led", "cqc_ratings", "");
}

static void test_synth__one_registered_manager_per_regulated_location(void **state)
{
    (void)state;
    static unsigned managers[WORKPLACES];
    size_t role = table_column(&workers, "mainjrid");
    size_t id = table_column(&workers, "establishmentid");
    size_t regtype = table_column(&workplaces, "regtype"), exact = 0, regulated = 0;
    memset(managers, 0, sizeof managers);
    for (size_t row = 0; row < workers.rows; row++) {
        size_t place = workplace_of(table_at(&workers, row, id));
        if (place < WORKPLACES && strcmp(table_at(&workers, row, role), "4") == 0)
            managers[place]++;
    }
    for (size_t row = 0; row < workplaces.rows; row++) {
        bool cqc = strcmp(table_at(&workplaces, row, regtype), "2") == 0;
        if (!cqc)
            assert_int_equal(managers[row], 0);
        if (!cqc || table_number(&workplaces, row, table_column(&workplaces, "wkrrecs")) == 0)
            continue;
        regulated++;
        exact += managers[row] == 1;
        assert_true(managers[row] <= 3); /* a dirty row may repeat one */
    }
    assert_true(regulated > 900 && exact * 100 >= regulated * 96);
}

static void test_synth__dominant_employers_exist_in_small_areas(void **state)
{
    (void)state;
    size_t area = table_column(&workplaces, "cssr");
    size_t service = table_column(&workplaces, "mainstid");
    size_t org = table_column(&workplaces, "orgid"), records = table_column(&workplaces, "wkrrecs");
    size_t dominated = 0;
    for (size_t row = 0; row < workplaces.rows; row++) {
        long own = 0, all = 0;
        for (size_t other = 0; other < workplaces.rows; other++) {
            if (strcmp(table_at(&workplaces, row, area), table_at(&workplaces, other, area)) != 0 ||
                strcmp(table_at(&workplaces, row, service),
                       table_at(&workplaces, other, service)) != 0)
                continue;
            long count = table_number(&workplaces, other, records);
            all += count;
            if (strcmp(table_at(&workplaces, row, org), table_at(&workplaces, other, org)) == 0)
                own += count;
        }
        dominated += own < all && all >= 30 && own * 10 > all * 8;
    }
    assert_true(dominated >= 20);
}

static void assert_between(size_t value, size_t low, size_t high)
{
    if (value < low || value > high)
        fail_msg("%zu is not within %zu and %zu", value, low, high);
}

static void test_synth__answers_are_missing_at_the_usual_rates(void **state)
{
    (void)state;
    assert_between(permille(&workers, "age", "-1"), 42, 58);
    assert_between(permille(&workers, "distwrkk", ""), 185, 215);
    assert_between(permille(&workers, "salary", "-1"), 690, 790);
    assert_between(permille(&workers, "hrlyrate", "-1"), 320, 430);
    assert_between(permille(&workers, "strtdate", ""), 42, 58);
    static const char *const totals[] = {"totalstarters", "totalleavers", "totalvacancies"};
    for (size_t i = 0; i < 3; i++) {
        assert_between(permille(&workplaces, totals[i], "-1"), 35, 85);
        assert_between(permille(&workplaces, totals[i], "-2"), 20, 60);
        assert_between(permille(&workplaces, totals[i], "0"), 100, 600);
    }
}

static void test_synth__permissions_lie_near_their_targets_and_cluster(void **state)
{
    (void)state;
    static const char *const flags[] = {"lapermission", "cqcpermission"};
    for (size_t i = 0; i < 2; i++) {
        assert_between(permille(&workplaces, flags[i], "1"), 480, 630);
        assert_between(permille(&workplaces, flags[i], "0"), 90, 210);
        assert_between(permille(&workplaces, flags[i], "-1"), 230, 370);
    }
    size_t flag = table_column(&workplaces, "lapermission"), same = 0, pairs = 0;
    size_t parent = table_column(&workplaces, "parentid");
    for (size_t row = 0; row < workplaces.rows; row++) {
        size_t head = workplace_of(table_at(&workplaces, row, parent));
        if (head == workplaces.rows)
            continue;
        pairs++;
        same += strcmp(table_at(&workplaces, row, flag), table_at(&workplaces, head, flag)) == 0;
    }
    assert_true(pairs > 300 && same * 100 > pairs * 70); /* chance alone gives about 42 */
}

/* Months from a date DD/MM/YYYY to August 2026. */
static long months_before(const char *date)
{
    return (2026 - strtol(date + 6, NULL, 10)) * 12 + 8 - strtol(date + 3, NULL, 10);
}

static void test_synth__about_half_of_the_register_is_covered(void **state)
{
    (void)state;
    size_t id = table_column(&locations, "locationid"), type = table_column(&locations, "type");
    size_t region = table_column(&locations, "region"), in[2] = {0, 0}, of[2] = {0, 0};
    for (size_t row = 0; row < locations.rows; row++) {
        if (strcmp(table_at(&locations, row, type), "Social Care Org") != 0)
            continue;
        size_t london = strcmp(table_at(&locations, row, region), "London") == 0;
        size_t place = table_find(&workplaces, table_column(&workplaces, "locationid"),
                                  table_at(&locations, row, id));
        of[london]++;
        in[london] += place < workplaces.rows &&
                      months_before(table_at(&workplaces, place,
                                             table_column(&workplaces, "lastloggedin"))) < 24;
    }
    assert_between((in[0] + in[1]) * 100 / (of[0] + of[1]), 45, 55);
    assert_between(in[1] * 100 / of[1], 35, 47);
}

static void test_synth__dirty_rows_are_few_and_of_every_kind(void **state)
{
    (void)state;
    size_t worker = table_column(&workers, "workerid"), unknown = 0, twice = 0;
    for (size_t row = 0; row < workers.rows; row++) {
        unknown += workplace_of(table_at(&workers, row, 1)) == workplaces.rows;
        twice += row > 0 && strcmp(table_at(&workers, row, worker),
                                   table_at(&workers, row - 1, worker)) == 0;
    }
    assert_int_equal(unknown, 15); /* 0.3% of 26,000 in five kinds */
    assert_int_equal(twice, 16);
    size_t dates = 0, roles = 0, ages = 0;
    for (size_t row = 0; row < workers.rows; row++) {
        dates += strcmp(table_at(&workers, row, table_column(&workers, "strtdate")),
                        "31/02/2019") == 0;
        roles += strcmp(table_at(&workers, row, table_column(&workers, "mainjrid")), "99") == 0;
        ages += strcmp(table_at(&workers, row, table_column(&workers, "age")), "140") == 0;
    }
    assert_between(dates, 15, 17);
    assert_between(roles, 15, 17);
    assert_between(ages, 14, 17);
}

static void test_synth__no_cell_is_a_formula(void **state)
{
    (void)state;
    const table *all[] = {&workplaces, &workers, &locations};
    for (size_t i = 0; i < 3; i++) {
        for (size_t cell = 0; cell < (all[i]->rows + 1) * all[i]->width; cell++) {
            const char *text = all[i]->cells[cell];
            assert_null(strchr("=+@\t\r", *text == '\0' ? 'x' : *text));
            if (*text == '-')
                assert_true(strcmp(text, "-1") == 0 || strcmp(text, "-2") == 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_synth__same_seed_same_bytes),
        cmocka_unit_test(test_synth__bytes_are_those_of_every_machine),
        cmocka_unit_test(test_synth__writes_exactly_the_rows_asked_for),
        cmocka_unit_test(test_synth__every_local_authority_has_workplaces_in_its_region),
        cmocka_unit_test(test_synth__codes_are_in_the_code_lists),
        cmocka_unit_test(test_synth__one_registered_manager_per_regulated_location),
        cmocka_unit_test(test_synth__dominant_employers_exist_in_small_areas),
        cmocka_unit_test(test_synth__answers_are_missing_at_the_usual_rates),
        cmocka_unit_test(test_synth__permissions_lie_near_their_targets_and_cluster),
        cmocka_unit_test(test_synth__about_half_of_the_register_is_covered),
        cmocka_unit_test(test_synth__dirty_rows_are_few_and_of_every_kind),
        cmocka_unit_test(test_synth__no_cell_is_a_formula),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
