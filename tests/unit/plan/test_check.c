/* test_check.c - what an agreement does not grant is refused, at the line that asks for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include "core/alloc.h"
#include "fixture.h"

#define POSTS FIXTURE_NAME("posts")
#define LA FIXTURE_USE("area", "la", "la")
#define NORTH FIXTURE_FILTER("area", "region", "'North'")
#define TABLE(rows, measures, where) FIXTURE_TABLE("t", rows, "", measures, where)
#define ROWS(fields, measures, where) FIXTURE_LIST("p", "workplace", fields, measures, where)

enum { FIRST_DAY = 20454, LAST_DAY = 20818 }; /* 2026-01-01, 2026-12-31 */

/* North = the leaves D4 and B2. */
static const uint8_t north_leaves[] = {1, 1, 0, 0};
static const cdn_restriction north_scope = {AXIS_AREA, north_leaves};
static const char *const north_texts[] = {"area within North"};
static const cdn_grant_dimension granted_dimensions[] = {{DIM_AREA, 1}, {DIM_SERVICE, 0}};
static const uint32_t granted_measures[] = {M_POSTS, M_WORKPLACES};
static const uint32_t row_fields[] = {F_NAME, F_LA, F_SECRET, F_SECRET_RULE};
static const uint32_t row_measures[] = {M_POSTS};
static const cdn_grant_rows granted_rows[] = {
    {WORKPLACE, true, 4, row_fields, 1, row_measures}};
static const uint32_t forbidden_columns[] = {COL_SECRET};

static cdn_agreement north(void)
{
    return (cdn_agreement){
        .id = "north", .title = "North", .policy = "standard",
        .valid_from = FIRST_DAY, .valid_to = LAST_DAY,
        .scope_count = 1, .scope = &north_scope, .scope_texts = north_texts,
        .dimension_count = 2, .dimensions = granted_dimensions,
        .measure_count = 2, .measures = granted_measures,
        .rows_count = 1, .rows = granted_rows,
        .consent_column = COL_NAME, .consent_code = 1,
        .forbidden_count = 1, .forbidden = forbidden_columns,
        .max_cells = 100,
    };
}

static cdn_status check(const cdn_agreement *agreement, const char *where, const char *tables,
                        const char *lists, int32_t today, cdn_error *error)
{
    cdn_plan *plan = NULL;
    if (fixture_plan_create(fixture_plan_text(where, tables, lists), &plan, error) != CDN_OK)
        fail_msg("no plan: %s", error->message);
    cdn_status status = cdn_plan_check(plan, &fixture_catalogue, agreement, today, error);
    cdn_plan_destroy(plan);
    assert_int_equal(status, error->status);
    return status;
}

static void test_check__takes_what_is_granted(void **state)
{
    (void)state;
    const cdn_agreement agreement = north();
    cdn_error error;
    const char *const tables[] = {
        TABLE(LA, POSTS "," FIXTURE_NAME("workplaces"), ""),
        TABLE(FIXTURE_USE("area", "region", "la") "," FIXTURE_USE("service", "", ""), POSTS, ""),
        TABLE("", POSTS, FIXTURE_FILTER("area", "la", "'Bath'")),
        TABLE(LA, POSTS, FIXTURE_FILTER("service", "service", "'1','2'")),
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (check(&agreement, NORTH, tables[i], ROWS(FIXTURE_NAME("la"), POSTS, ""), FIRST_DAY,
                  &error) != CDN_OK)
            fail_msg("table %zu: %s", i, error.message);
    }
    /* the filter may stand in each output instead of the feed, and be narrower */
    assert_int_equal(check(&agreement, "", TABLE(LA, POSTS, FIXTURE_FILTER("area", "la", "'D4'")),
                           ROWS(FIXTURE_NAME("name"), "", NORTH), LAST_DAY, &error),
                     CDN_OK);
}

typedef struct refusal {
    const char *where, *tables, *lists;
    uint64_t line;
    const char *said, *hint;
} refusal;

static void test_check__refuses_what_is_not_granted(void **state)
{
    (void)state;
    static const refusal cases[] = {
        /* dimensions and filters */
        {NORTH, TABLE(FIXTURE_USE("gender", "", ""), POSTS, ""), "", 11,
         "the agreement north does not allow dimension 'gender'",
         "it allows the dimensions: area, service"},
        {NORTH, TABLE(LA, POSTS, FIXTURE_FILTER("gender", "gender", "'F'")), "", 13,
         "does not allow a filter on dimension 'gender'", "area, service"},
        {NORTH, TABLE(FIXTURE_USE("icb", "", ""), POSTS, ""), "", 11,
         "does not allow dimension 'icb'", ""},
        {NORTH, TABLE(LA, POSTS, FIXTURE_FILTER("icb", "icb", "'I1'")), "", 13,
         "does not allow a filter on dimension 'icb'", ""},
        /* measures */
        {NORTH, TABLE(LA, FIXTURE_NAME("median_pay"), ""), "", 12,
         "does not allow measure 'median_pay'", "it allows the measures: posts, workplaces"},
        {NORTH, "", ROWS(FIXTURE_NAME("name"), FIXTURE_NAME("workplaces"), ""), 12,
         "does not allow in rows the measure 'workplaces'",
         "for rows it allows the measures: posts"},
        /* rows and fields */
        {NORTH, "", FIXTURE_LIST("l", "location", FIXTURE_NAME("location_id"), "", ""), 30,
         "does not allow rows of 'location'", ""},
        {NORTH, "", ROWS(FIXTURE_NAME("secret"), "", ""), 12,
         "forbids data that field 'secret' is made from", ""},
        {NORTH, "", ROWS(FIXTURE_NAME("has_secret"), "", ""), 12,
         "forbids data that field 'has_secret' is made from", ""},
        /* scope: no filter, too wide, of another axis, wide through another dimension */
        {"", TABLE(LA, POSTS, ""), "", 10,
         "table 't' is not limited to what the agreement north covers: area within North",
         "area within North"},
        {FIXTURE_FILTER("area", "region", "'North','South'"), TABLE(LA, POSTS, ""), "", 13,
         "table 't' reaches outside the agreement north", ""},
        {FIXTURE_FILTER("area", "la", "'D4','C3'"), TABLE("", POSTS, ""), "", 13, "reaches outside",
         ""},
        {FIXTURE_FILTER("area", "region", "'South'"), TABLE("", POSTS, ""), "", 13,
         "reaches outside", ""},
        {FIXTURE_FILTER("service", "service", "'1'"), TABLE(LA, POSTS, ""), "", 10,
         "is not limited to", ""},
        {"", "", ROWS(FIXTURE_NAME("name"), "", ""), 30, "list 'p' is not limited to", ""},
        /* one output inside does not help the next */
        {"", TABLE(LA, POSTS, NORTH) "," FIXTURE_TABLE("u", LA, "", POSTS, ""), "", 10,
         "table 'u' is not limited to", ""},
    };
    const cdn_agreement agreement = north();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const refusal *one = &cases[i];
        cdn_error error;
        cdn_status status =
            check(&agreement, one->where, one->tables, one->lists, FIRST_DAY, &error);
        if (status != CDN_E_REFUSED || error.line != one->line ||
            strstr(error.message, one->said) == NULL || strstr(error.hint, one->hint) == NULL ||
            strcmp(error.source, "x.lua") != 0)
            fail_msg("case %zu: status %d, %s:%d: %s [%s]", i, (int)status, error.source,
                     (int)error.line, error.message, error.hint);
    }
}

static void test_check__refuses_a_level_finer_than_agreed(void **state)
{
    (void)state;
    static const cdn_grant_dimension regions_only[] = {{DIM_AREA, 0}};
    cdn_agreement agreement = north();
    agreement.dimensions = regions_only;
    agreement.dimension_count = 1;
    cdn_error error;
    const char *region = TABLE(FIXTURE_USE("area", "region", "region"), POSTS, "");
    assert_int_equal(check(&agreement, NORTH, region, "", FIRST_DAY, &error), CDN_OK);
    static const char *const finer[] = {
        TABLE(LA, POSTS, ""), TABLE(FIXTURE_USE("area", "region", "la"), POSTS, ""),
        TABLE(FIXTURE_USE("area", "", ""), POSTS, "")};
    for (size_t i = 0; i < sizeof finer / sizeof finer[0]; i++) {
        assert_int_equal(check(&agreement, NORTH, finer[i], "", FIRST_DAY, &error),
                         CDN_E_REFUSED);
        assert_int_equal(error.line, 11);
        assert_string_equal(error.message,
                            "the agreement north allows area down to region, not la");
        assert_string_equal(error.hint, "write dim \"area\":at \"region\"");
    }
    /* a filter tells who is in a table just as well */
    assert_int_equal(check(&agreement, NORTH,
                           TABLE("", POSTS, FIXTURE_FILTER("area", "la", "'Bath'")), "",
                           FIRST_DAY, &error),
                     CDN_E_REFUSED);
    assert_int_equal(error.line, 13);
}

static void test_check__takes_the_scope_itself_as_filter(void **state)
{
    (void)state;
    static const cdn_grant_dimension services[] = {{DIM_SERVICE, 0}};
    cdn_agreement agreement = north();
    agreement.dimensions = services;
    agreement.dimension_count = 1;
    cdn_error error;
    const char *table = TABLE(FIXTURE_USE("service", "", ""), POSTS, "");
    assert_int_equal(check(&agreement, NORTH, table, "", FIRST_DAY, &error), CDN_OK);
    assert_int_equal(check(&agreement, FIXTURE_FILTER("area", "la", "'Bath','Derby'"), table, "",
                           FIRST_DAY, &error),
                     CDN_OK);
    assert_int_equal(
        check(&agreement, FIXTURE_FILTER("area", "la", "'Bath'"), table, "", FIRST_DAY, &error),
        CDN_E_REFUSED);
}

static void test_check__forbidden_columns_reach_dimensions_and_measures(void **state)
{
    (void)state;
    static const uint32_t service_column[] = {COL_SERVICE};
    static const uint32_t pay_column[] = {COL_PAY};
    static const uint32_t with_pay[] = {M_POSTS, M_PAY};
    cdn_agreement agreement = north();
    cdn_error error;
    const char *by_service = TABLE(FIXTURE_USE("service", "", ""), POSTS, "");
    const char *pay = TABLE(LA, FIXTURE_NAME("median_pay"), "");
    agreement.measures = with_pay;
    assert_int_equal(check(&agreement, NORTH, by_service, "", FIRST_DAY, &error), CDN_OK);
    assert_int_equal(check(&agreement, NORTH, pay, "", FIRST_DAY, &error), CDN_OK);
    agreement.forbidden = service_column;
    assert_int_equal(check(&agreement, NORTH, by_service, "", FIRST_DAY, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "forbids data that dimension 'service'"));
    agreement.forbidden = pay_column;
    assert_int_equal(check(&agreement, NORTH, pay, "", FIRST_DAY, &error), CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "forbids data that measure 'median_pay'"));
    assert_int_equal(error.line, 12);
}

static void test_check__holds_on_its_days_only(void **state)
{
    (void)state;
    const cdn_agreement agreement = north();
    cdn_error error;
    const char *table = TABLE(LA, POSTS, "");
    assert_int_equal(check(&agreement, NORTH, table, "", FIRST_DAY, &error), CDN_OK);
    assert_int_equal(check(&agreement, NORTH, table, "", LAST_DAY, &error), CDN_OK);
    assert_int_equal(check(&agreement, NORTH, table, "", FIRST_DAY - 1, &error), CDN_E_REFUSED);
    assert_string_equal(error.message, "the agreement north starts only on 2026-01-01");
    assert_int_equal(error.line, 2);
    assert_int_equal(check(&agreement, NORTH, table, "", LAST_DAY + 1, &error), CDN_E_REFUSED);
    assert_string_equal(error.message, "the agreement north ended on 2026-12-31");
}

static void test_check__refuses_another_agreement(void **state)
{
    (void)state;
    cdn_agreement agreement = north();
    agreement.id = "south";
    cdn_error error;
    assert_int_equal(check(&agreement, NORTH, TABLE(LA, POSTS, ""), "", FIRST_DAY, &error),
                     CDN_E_REFUSED);
    assert_int_equal(error.line, 2);
    assert_non_null(strstr(error.message, "names the agreement 'north', not south"));
}

/* North keeps 2 of 4 authorities: with the total 3 rows; services 3 and a total: 4. */
static void test_check__counts_cells_inside_the_filters(void **state)
{
    (void)state;
    cdn_agreement agreement = north();
    cdn_error error;
    const char *table = TABLE(LA "," FIXTURE_USE("service", "", ""), POSTS, "");
    agreement.max_cells = 12;
    assert_int_equal(check(&agreement, NORTH, table, "", FIRST_DAY, &error), CDN_OK);
    agreement.max_cells = 11;
    assert_int_equal(check(&agreement, NORTH, table, "", FIRST_DAY, &error), CDN_E_REFUSED);
    assert_int_equal(error.line, 10);
    assert_non_null(strstr(error.message, "more than the 11 cells"));
    /* two measures: twice; two tables: together */
    const char *two = TABLE(LA "," FIXTURE_USE("service", "", ""),
                            POSTS "," FIXTURE_NAME("workplaces"), "");
    agreement.max_cells = 24;
    assert_int_equal(check(&agreement, NORTH, two, "", FIRST_DAY, &error), CDN_OK);
    agreement.max_cells = 23;
    assert_int_equal(check(&agreement, NORTH, two, "", FIRST_DAY, &error), CDN_E_REFUSED);
    const char *both = TABLE(LA, POSTS, "") "," FIXTURE_TABLE("u", LA, "", POSTS, "");
    agreement.max_cells = 6;
    assert_int_equal(check(&agreement, NORTH, both, "", FIRST_DAY, &error), CDN_OK);
    agreement.max_cells = 5;
    assert_int_equal(check(&agreement, NORTH, both, "", FIRST_DAY, &error), CDN_E_REFUSED);
}

static void test_check__an_empty_agreement_grants_nothing(void **state)
{
    (void)state;
    const cdn_agreement agreement = {.id = "north", .valid_from = FIRST_DAY,
                                     .valid_to = LAST_DAY, .consent_column = CDN_NONE,
                                     .max_cells = 100};
    cdn_error error;
    assert_int_equal(check(&agreement, "", TABLE("", POSTS, ""), "", FIRST_DAY, &error),
                     CDN_E_REFUSED);
    assert_string_equal(error.hint, "it allows the measures: none");
    assert_int_equal(check(&agreement, "", TABLE(LA, POSTS, ""), "", FIRST_DAY, &error),
                     CDN_E_REFUSED);
    assert_int_equal(
        check(&agreement, "", "", ROWS(FIXTURE_NAME("name"), "", ""), FIRST_DAY, &error),
        CDN_E_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check__takes_what_is_granted),
        cmocka_unit_test(test_check__refuses_what_is_not_granted),
        cmocka_unit_test(test_check__refuses_a_level_finer_than_agreed),
        cmocka_unit_test(test_check__takes_the_scope_itself_as_filter),
        cmocka_unit_test(test_check__forbidden_columns_reach_dimensions_and_measures),
        cmocka_unit_test(test_check__holds_on_its_days_only),
        cmocka_unit_test(test_check__refuses_another_agreement),
        cmocka_unit_test(test_check__counts_cells_inside_the_filters),
        cmocka_unit_test(test_check__an_empty_agreement_grants_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
