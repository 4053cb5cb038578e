/* test_codes.c - the code lists that ship with the catalogue are whole and safe to publish.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>

#include "unit/synth/table.h"

#define CODES "policies/catalogue/codes"

static table read_codes(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s.csv", CODES, name);
    return table_read(path);
}

static void check_list(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", CODES, name);
    table t = table_read(path);
    assert_false(t.ragged);
    assert_true(t.rows > 0 && t.width >= 2);
    assert_string_equal(t.cells[0], "code");
    assert_string_equal(t.cells[1], "label");
    for (size_t row = 0; row < t.rows; row++) {
        assert_int_equal(table_find(&t, 0, table_at(&t, row, 0)), row); /* codes are unique */
        assert_int_equal(table_find(&t, 1, table_at(&t, row, 1)), row); /* and so are labels */
        assert_true(*table_at(&t, row, 0) != '\0' && *table_at(&t, row, 1) != '\0');
        for (size_t column = 0; column < t.width; column++) {
            char first = *table_at(&t, row, column);
            assert_true(first == '\0' || strchr("=+-@\t\r ", first) == NULL);
        }
    }
    table_free(&t);
}

static void test_codes__lists_have_unique_codes_and_no_formula(void **state)
{
    (void)state;
    DIR *directory = opendir(CODES);
    assert_non_null(directory);
    size_t lists = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 4, ".csv") != 0)
            continue;
        check_list(entry->d_name);
        lists++;
    }
    (void)closedir(directory);
    assert_int_equal(lists, 21);
}

static void check_link(const char *from, const char *column, const char *to)
{
    table child = read_codes(from), parent = read_codes(to);
    size_t at = table_column(&child, column);
    for (size_t row = 0; row < child.rows; row++)
        assert_true(table_find(&parent, 0, table_at(&child, row, at)) < parent.rows);
    for (size_t row = 0; row < parent.rows; row++)
        assert_true(table_find(&child, at, table_at(&parent, row, 0)) < child.rows);
    table_free(&child);
    table_free(&parent);
}

static void test_codes__every_group_exists_and_is_used(void **state)
{
    (void)state;
    check_link("local_authorities", "region", "regions");
    check_link("local_authorities", "icb", "icbs");
    check_link("job_roles", "group", "job_groups");
    check_link("job_roles", "published_role", "published_job_roles");
    check_link("main_services", "group", "service_groups");
    check_link("establishment_types", "sector", "sectors");
    check_link("ethnicity", "group", "ethnicity_groups");
    check_link("nationality", "group", "nationality_groups");
}

static void test_codes__lists_have_their_known_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t rows;
    } known[] = {{"local_authorities", 153}, {"regions", 9},           {"icbs", 42},
                 {"job_roles", 37},          {"main_services", 36},    {"published_job_roles", 15},
                 {"ethnicity", 19},          {"recruitment_source", 11}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        table t = read_codes(known[i].name);
        assert_int_equal(t.rows, known[i].rows);
        table_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes__lists_have_unique_codes_and_no_formula),
        cmocka_unit_test(test_codes__every_group_exists_and_is_used),
        cmocka_unit_test(test_codes__lists_have_their_known_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
