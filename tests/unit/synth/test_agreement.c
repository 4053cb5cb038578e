/* test_agreement.c - the workplace file agrees with the worker file; bad calls leave nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <unistd.h>

#include "core/alloc.h"
#include "synth/synth.h"
#include "unit/synth/table.h"

#define CODES "policies/catalogue/codes"
#define STATUSES 5

static const char *const status_codes[STATUSES] = {"190", "191", "192", "193", "196"};
static const char *const status_names[STATUSES] = {"perm", "temp", "pool", "agcy", "oth"};

static cdn_status make_week(const char *out_dir, const char *codes_dir, uint32_t workers,
                            uint32_t workplaces, const char *period, uint32_t week,
                            cdn_error *error)
{
    cdn_synth_options options = {.codes_dir = codes_dir,
                                 .out_dir = out_dir,
                                 .workers = workers,
                                 .workplaces = workplaces,
                                 .seed = 5,
                                 .clean = true,
                                 .period = period,
                                 .week = week};
    return cdn_synth_write(&options, error);
}

static cdn_status make(const char *out_dir, const char *codes_dir, uint32_t workers,
                       uint32_t workplaces, const char *period, cdn_error *error)
{
    return make_week(out_dir, codes_dir, workers, workplaces, period, 0, error);
}

/* A cell of the role columns as a number; blank is 0. */
static long cell(const table *t, size_t row, unsigned role, const char *name)
{
    char column[32];
    (void)snprintf(column, sizeof column, "jr%02u%s", role, name);
    return table_number(t, row, table_column(t, column));
}

static void check_roles(const table *places, size_t row, long counts[100][STATUSES],
                        const table *roles)
{
    long flows[3] = {0, 0, 0};
    static const char *const flow_names[] = {"strt", "stop", "vacy"};
    static const char *const total_names[] = {"totalstarters", "totalleavers", "totalvacancies"};
    long total[3];
    for (size_t f = 0; f < 3; f++)
        total[f] = table_number(places, row, table_column(places, total_names[f]));
    for (size_t r = 0; r < roles->rows; r++) {
        unsigned role = (unsigned)table_number(roles, r, 0);
        long work = 0;
        for (size_t s = 0; s < STATUSES; s++) {
            assert_int_equal(cell(places, row, role, status_names[s]), counts[role][s]);
            work += counts[role][s];
        }
        assert_int_equal(cell(places, row, role, "work"), work);
        assert_int_equal(cell(places, row, role, "emp"), counts[role][0] + counts[role][1]);
        assert_int_equal(cell(places, row, role, "flag"), work > 0);
        for (size_t f = 0; f < 3; f++) {
            long flow = cell(places, row, role, flow_names[f]);
            assert_true(total[f] >= 0 ? flow >= 0 : work > 0 ? flow == -1 : flow <= 0);
            flows[f] += flow;
        }
    }
    for (size_t f = 0; f < 3; f++)
        if (total[f] >= 0)
            assert_int_equal(flows[f], total[f]);
    static const char *const groups[] = {"work", "emp", "perm"};
    for (size_t i = 0; i < 3; i++) {
        long parts = 0;
        for (unsigned rollup = 29; rollup <= 32; rollup++)
            parts += cell(places, row, rollup, groups[i]);
        assert_int_equal(cell(places, row, 28, groups[i]), parts);
    }
    assert_int_equal(cell(places, row, 28, "work"),
                     table_number(places, row, table_column(places, "wkrrecs")));
}

static void check_agreement(void)
{
    table places = table_read(unit_path("agree/workplace.csv"));
    table workers = table_read(unit_path("agree/worker.csv"));
    table roles = table_read(CODES "/job_roles.csv");
    size_t same = 0, next = 0;
    for (size_t row = 0; row < places.rows; row++) {
        long counts[100][STATUSES] = {{0}};
        const char *id = table_at(&places, row, table_column(&places, "establishmentid"));
        for (; next < workers.rows && strcmp(table_at(&workers, next, 1), id) == 0; next++) {
            long role = table_number(&workers, next, table_column(&workers, "mainjrid"));
            role = role == 22 ? 27 : role == 41 ? 40 : role; /* retired codes */
            const char *status = table_at(&workers, next, table_column(&workers, "emplstat"));
            for (size_t s = 0; s < STATUSES; s++)
                counts[role][s] += strcmp(status, status_codes[s]) == 0;
        }
        check_roles(&places, row, counts, &roles);
        same += strcmp(table_at(&places, row, table_column(&places, "totalstaff")),
                       table_at(&places, row, table_column(&places, "wkrrecs"))) == 0;
    }
    assert_int_equal(next, workers.rows); /* rows of a workplace lie together, none is left */
    assert_true(same * 100 >= places.rows * 80 && same < places.rows);
    table_free(&places);
    table_free(&workers);
    table_free(&roles);
}

static void test_agreement__role_columns_count_the_worker_records(void **state)
{
    (void)state;
    assert_int_equal(make_week(unit_path("agree"), CODES, 4000, 150, NULL, 6, NULL), CDN_OK);
    check_agreement();
    assert_int_equal(make(unit_path("agree"), CODES, 4000, 150, NULL, NULL), CDN_OK);
    check_agreement();
}

static void test_agreement__workers_carry_what_their_workplace_says(void **state)
{
    (void)state;
    table places = table_read(unit_path("agree/workplace.csv"));
    table workers = table_read(unit_path("agree/worker.csv"));
    static const char *const shared[] = {"period", "orgid", "parentid", "esttype", "mainstid",
                                         "cssr", "regionid"};
    size_t id = table_column(&places, "establishmentid");
    for (size_t row = 0; row < workers.rows; row += 7) {
        size_t place = table_find(&places, id, table_at(&workers, row, 1));
        assert_true(place < places.rows);
        for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
            assert_string_equal(table_at(&workers, row, table_column(&workers, shared[i])),
                                table_at(&places, place, table_column(&places, shared[i])));
        const char *flag = table_at(&places, place, table_column(&places, "lapermission"));
        assert_string_equal(table_at(&workers, row, table_column(&workers, "lapermission")),
                            strcmp(flag, "1") == 0 ? "1" : "0");
    }
    table_free(&places);
    table_free(&workers);
}

static void test_agreement__clean_files_have_no_dirty_rows(void **state)
{
    (void)state;
    table workers = table_read(unit_path("agree/worker.csv"));
    size_t id = table_column(&workers, "workerid");
    for (size_t row = 0; row < workers.rows; row++) {
        assert_int_equal(table_number(&workers, row, id), 1000001 + (long)row);
        assert_true(table_number(&workers, row, table_column(&workers, "age")) <= 80);
        assert_true(table_number(&workers, row, table_column(&workers, "mainjrid")) <= 52);
    }
    table_free(&workers);
}

static void test_agreement__period_moves_the_reference_day(void **state)
{
    (void)state;
    assert_int_equal(make(unit_path("feb"), CODES, 500, 30, "M202402", NULL), CDN_OK);
    table places = table_read(unit_path("feb/workplace.csv"));
    for (size_t row = 0; row < places.rows; row++) {
        const char *date = table_at(&places, row, table_column(&places, "mupddate"));
        assert_string_equal(table_at(&places, row, 0), "M202402");
        assert_true(strcmp(date + 6, "2024") <= 0);
        if (strcmp(date + 6, "2024") == 0)
            assert_true(strncmp(date + 3, "02", 2) <= 0);
    }
    table_free(&places);
}

static void test_agreement__impossible_options_are_refused(void **state)
{
    (void)state;
    static const char *const periods[] = {"202608", "M2026-8", "M202613", "M202600", "M20260", ""};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++)
        assert_int_equal(make(unit_path("no"), CODES, 10, 2, periods[i], NULL), CDN_E_USAGE);
    assert_int_equal(make(unit_path("no"), CODES, 10, 0, NULL, NULL), CDN_E_USAGE);
    assert_int_equal(make(unit_path("no"), CODES, CDN_SYNTH_MAX_WORKERS + 1, 5, NULL, NULL),
                     CDN_E_USAGE);
    assert_int_equal(make(NULL, CODES, 10, 5, NULL, NULL), CDN_E_USAGE);
    assert_int_equal(make(unit_path("no"), NULL, 10, 5, NULL, NULL), CDN_E_USAGE);
    assert_int_not_equal(access(unit_path("no"), F_OK), 0);
}

static void put_list(const char *name, const char *text)
{
    char path[64];
    (void)snprintf(path, sizeof path, "lists/%s", name);
    unit_write(unit_path(path), text, strlen(text));
}

static void test_agreement__a_code_list_that_lacks_something_is_refused(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(make(unit_path("no"), unit_path("nowhere"), 10, 2, NULL, &error),
                     CDN_E_INPUT);
    assert_int_equal(make(unit_path("lists"), CODES, 0, 1, NULL, NULL), CDN_OK); /* a directory */
    put_list("local_authorities.csv", "code,label\n714,Place\n");
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(make(unit_path("no"), unit_path("lists"), 10, 2, NULL, &error), CDN_E_INPUT);
    assert_int_equal(error.line, 1);
    assert_non_null(strstr(error.message, "`region`"));
    put_list("local_authorities.csv",
             "code,label,region,lsoa_count,nmdsid_letter,icb\n714,Place,3,0,G,E54000029\n");
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(make(unit_path("no"), unit_path("lists"), 10, 2, NULL, &error), CDN_E_INPUT);
    assert_int_equal(error.line, 2);
    put_list("local_authorities.csv",
             "code,label,region,lsoa_count,nmdsid_letter,icb\n714,Place,3,6,G,E54000029\n");
    put_list("regions.csv", "code,label\n3,London\n");
    put_list("main_services.csv", "code,cqc_regulated\n8,yes\n");
    put_list("job_roles.csv", "code,group\n4,managers\n");
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(make(unit_path("no"), unit_path("lists"), 10, 2, NULL, &error), CDN_E_INPUT);
    assert_non_null(strstr(error.message, "job_roles.csv"));
    assert_int_not_equal(access(unit_path("no"), F_OK), 0);
}

/* Entries of a directory but for . and ..; 0 when there is no directory. */
static size_t count_entries(const char *path)
{
    DIR *directory = opendir(path);
    size_t count = 0;
    if (directory == NULL)
        return 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(directory);
    return count;
}

static void check_whole_or_absent(const char *name, size_t rows)
{
    if (access(unit_path(name), F_OK) != 0)
        return;
    table t = table_read(unit_path(name));
    assert_int_equal(t.rows, rows);
    assert_false(t.ragged);
    table_free(&t);
}

static void test_agreement__no_memory_leaves_no_scraps(void **state)
{
    (void)state;
    cdn_status status = CDN_E_NOMEM;
    long fault = 0;
    for (; status != CDN_OK && fault < 500; fault++) {
        cdn_alloc_fail_after(fault);
        status = make(unit_path("fault"), CODES, 50, 4, NULL, NULL);
        cdn_alloc_fail_after(-1);
        if (status != CDN_OK) {
            assert_int_equal(status, CDN_E_NOMEM);
            check_whole_or_absent("fault/worker.csv", 50);
            check_whole_or_absent("fault/workplace.csv", 4);
            assert_true(count_entries(unit_path("fault")) <= 3); /* no temporary file */
        }
    }
    assert_int_equal(status, CDN_OK);
    assert_true(fault > 5);
    assert_int_equal(count_entries(unit_path("fault")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agreement__role_columns_count_the_worker_records),
        cmocka_unit_test(test_agreement__workers_carry_what_their_workplace_says),
        cmocka_unit_test(test_agreement__clean_files_have_no_dirty_rows),
        cmocka_unit_test(test_agreement__period_moves_the_reference_day),
        cmocka_unit_test(test_agreement__impossible_options_are_refused),
        cmocka_unit_test(test_agreement__a_code_list_that_lacks_something_is_refused),
        cmocka_unit_test(test_agreement__no_memory_leaves_no_scraps),
    };
    return cmocka_run_group_tests(tests, unit_scratch_setup, unit_scratch_teardown);
}
