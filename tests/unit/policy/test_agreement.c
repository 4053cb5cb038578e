/* test_agreement.c - the standard agreements load; what contradicts itself is refused.
 *
 * Agreements are built against the standard catalogue, and, where a measure on a
 * forbidden column is needed, against one made for that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/agreement.h"
#include "unit/catalogue/load.h"

#define LONDON "policies/agreements/london-adass.lua"
#define GLOUCESTERSHIRE "policies/agreements/icb-gloucestershire.lua"

static cdn_catalogue *catalogue;
static cdn_json *names;

static int setup(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    catalogue = load_catalogue(LOAD_ASCWDS, LOAD_CODES);
    return cdn_catalogue_names(catalogue, &names, &error) == CDN_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cdn_json_destroy(names);
    cdn_catalogue_destroy(catalogue);
    return 0;
}

/* The text of a file with `from` replaced by `to`, through the helper and into an agreement. */
static cdn_status make(const char *path, const cdn_catalogue *against, const cdn_json *side,
                       const char *from, const char *to, cdn_agreement **out, cdn_error *error)
{
    char *source = load_file(path);
    cdn_text text = CDN_TEXT_INIT(1024u * 1024u);
    const char *at = from == NULL ? source : strstr(source, from);
    assert_non_null(at);
    cdn_text_add_bytes(&text, source, (size_t)(at - source));
    if (from != NULL)
        cdn_text_add(&text, to);
    cdn_text_add(&text, at + (from == NULL ? 0 : strlen(from)));
    cdn_json *json = load_json(CDN_JAIL_AGREEMENT, path, text.bytes, side);
    cdn_status status = cdn_agreement_create(json, path, against, out, error);
    assert_true((status == CDN_OK) == (*out != NULL));
    cdn_json_destroy(json);
    cdn_text_release(&text);
    cdn_text owned = {.bytes = source};
    cdn_text_release(&owned);
    return status;
}

static cdn_agreement *load_agreement(const char *path)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_agreement *agreement;
    if (make(path, catalogue, names, NULL, NULL, &agreement, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
    return agreement;
}

static uint32_t column(const char *record, const char *name)
{
    uint32_t found = cdn_catalogue_find_column(
        catalogue, cdn_catalogue_find_record(catalogue, record), name);
    assert_int_not_equal(found, CDN_NONE);
    return found;
}

static void test_agreement__london_is_london(void **state)
{
    (void)state;
    cdn_agreement *a = load_agreement(LONDON);
    assert_string_equal(a->id, "london-adass");
    assert_string_equal(a->policy, "standard");
    assert_int_equal(a->valid_from, 20454); /* date -u -d 2026-01-01 +%s, / 86400 */
    assert_int_equal(a->valid_to, 21183);   /* 2027-12-31 */
    assert_int_equal(a->scope_count, 1);
    assert_string_equal(a->scope_texts[0], "area within London");
    const cdn_axis *axis = &catalogue->axes[a->scope[0].axis];
    uint32_t inside = 0;
    for (uint32_t i = 0; i < axis->leaf_count; i++) {
        /* CSSR codes of London boroughs are 702 to 734; 702 is Camden, 734 Waltham Forest */
        const char *code = catalogue->codelists[axis->codelist].codes[i];
        assert_int_equal(a->scope[0].leaves[i], code[0] == '7');
        inside += a->scope[0].leaves[i];
    }
    assert_int_equal(inside, 33);
    assert_int_equal(a->approvals_required, 2);
    assert_int_equal(a->approver_count, 3);
    cdn_agreement_destroy(a);
}

static void test_agreement__london_rows_need_consent(void **state)
{
    (void)state;
    cdn_agreement *a = load_agreement(LONDON);
    const cdn_grant_rows *rows =
        cdn_agreement_rows(a, cdn_catalogue_find_record(catalogue, "workplace"));
    assert_non_null(rows);
    assert_true(rows->consent);
    assert_int_equal(a->consent_column, column("workplace", "la_permission"));
    const cdn_codelist *list =
        &catalogue->codelists[catalogue->columns[a->consent_column].codelist];
    assert_string_equal(list->codes[a->consent_code], "1");
    rows = cdn_agreement_rows(a, cdn_catalogue_find_record(catalogue, "location"));
    assert_non_null(rows);
    assert_false(rows->consent);
    assert_int_equal(rows->measure_count, 0);
    assert_null(cdn_agreement_rows(a, cdn_catalogue_find_record(catalogue, "worker")));
    cdn_agreement_destroy(a);
}

static void test_agreement__london_never_has_the_never_shared(void **state)
{
    (void)state;
    cdn_agreement *a = load_agreement(LONDON);
    static const char *const never[] = {"worker_id", "ethnicity", "nationality"};
    for (size_t i = 0; i < 3; i++) {
        uint32_t one = column("worker", never[i]);
        assert_true(cdn_agreement_forbids(a, &one, 1));
    }
    uint32_t fine[] = {column("worker", "age"), column("worker", "gender")};
    assert_false(cdn_agreement_forbids(a, fine, 2));
    uint32_t mixed[] = {fine[0], column("worker", "ethnicity")};
    assert_true(cdn_agreement_forbids(a, mixed, 2));
    assert_false(cdn_agreement_forbids(a, fine, 0));
    static const char *const dimensions[] = {"ethnicity", "nationality", "icb"};
    for (size_t i = 0; i < 3; i++)
        assert_null(cdn_agreement_dimension(
            a, cdn_catalogue_find_dimension(catalogue, dimensions[i])));
    const cdn_grant_dimension *role =
        cdn_agreement_dimension(a, cdn_catalogue_find_dimension(catalogue, "job_role"));
    assert_int_equal(role->finest_level, 1);
    assert_true(cdn_agreement_measure(a, cdn_catalogue_find_measure(catalogue, "median_pay")));
    assert_false(cdn_agreement_measure(a, cdn_catalogue_find_measure(catalogue, "providers")));
    cdn_agreement_destroy(a);
}

static void test_agreement__gloucestershire_has_groups_and_no_rows(void **state)
{
    (void)state;
    cdn_agreement *a = load_agreement(GLOUCESTERSHIRE);
    const cdn_grant_dimension *ethnicity =
        cdn_agreement_dimension(a, cdn_catalogue_find_dimension(catalogue, "ethnicity"));
    assert_non_null(ethnicity);
    assert_int_equal(ethnicity->finest_level, 0);
    assert_int_equal(a->rows_count, 0);
    assert_int_equal(a->consent_column, CDN_NONE);
    const cdn_axis *axis = &catalogue->axes[a->scope[0].axis];
    for (uint32_t i = 0; i < axis->leaf_count; i++)
        assert_int_equal(a->scope[0].leaves[i],
                         strcmp(catalogue->codelists[axis->codelist].labels[i],
                                "Gloucestershire") == 0);
    cdn_agreement_destroy(a);
}

static const struct {
    const char *from, *to, *says;
} refusals[] = {
    /* a dimension, and a measure by way of an axis and of an expression, on a forbidden column */
    {"gender               = \"gender\",", "ethnicity = \"group\",",
     "dimension \"ethnicity\": is granted, but is built on a forbidden"},
    {"\"worker.ethnicity\"", "\"worker.age\"", "built on a forbidden column"},
    {"\"worker.ethnicity\"", "\"worker.contracted_hours\"",
     "measure \"mean_hourly_equivalent_pay\": is granted, but is built on a forbidden"},
    {"\"worker.ethnicity\"", "\"workplace.name\"", "field \"name\": is granted, but shows"},
    {"\"worker.ethnicity\"", "\"location.cssr\"", "built on a forbidden column"}, /* by header */
    {"\"worker.ethnicity\"", "\"worker.ethnicty\"", "no column \"ethnicty\""},
    {"\"worker.ethnicity\"", "\"ethnicity\"", "expected record.column"},
    {"\"worker.ethnicity\"", "\"walker.ethnicity\"", "no record type"},
    {"consent  = true,", "consent = false,", "only a public register's rows need no consent"},
    {"column = \"la_permission\"", "column = \"name\"", "no coded column"},
    {"yes = \"Yes\"", "yes = \"Perhaps\"", "has no \"Perhaps\""},
    {"consent = { record", "-- consent = { record", "need a consent column"},
    {"2027-12-31", "2025-12-31", "ends before it starts"},
    {"2027-12-31", "2027-02-29", "not a day"},
    {"approvals = 2", "approvals = 4", "needs 4 approvals and has 3 approvers"},
    {"Dara Placeholder", "Bram Sample", "is an author, and may not approve"},
    {"approver \"Bram Sample\" ", "approver \"Asha Example\" ", "stands twice"},
    {"approvals = 2", "approvals = 2, roles = { owner = 1 }", "needs 1 approvals, and 0 can"},
    {"approvals = 2", "approvals = 2, roles = { approver = 3 }", "its roles need 3 approvals"},
    {"approvals = 2", "approvals = 3, one_per_organisation = true",
     "needs 3 approvals and has 2 organisations"},
    {"approvals = 2", "approvals = 3, one_per_organisation = true, roles = { approver = 3 }",
     "has 2 organisations"},
    {"\"filled_posts\", ", "\"filled_posts\", \"filled_posts\", ", "granted twice"},
    {"\"vacancy_rate\", \"turnover_rate\", \"starter_rate\", \"permanent_share\",",
     "\"coverage\",", "is not about such rows"},
};

static void test_agreement__refuses_what_contradicts_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_agreement *agreement;
        cdn_status status = make(LONDON, catalogue, names, refusals[i].from, refusals[i].to,
                                 &agreement, &error);
        if (status != CDN_E_INPUT || error.line == 0 ||
            strstr(error.message, refusals[i].says) == NULL) {
            print_error("%s -> %s: status %d\n", refusals[i].from, refusals[i].to, (int)status);
            load_print(&error);
            fail();
        }
    }
}

static void test_agreement__points_at_the_line_and_suggests(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_agreement *agreement;
    char *source = load_file(LONDON);
    uint64_t line = 1;
    for (const char *at = source; at < strstr(source, "\"worker.ethnicity\""); at++)
        line += *at == '\n';
    assert_int_equal(make(LONDON, catalogue, names, "\"worker.ethnicity\"",
                          "\"worker.ethnicty\"", &agreement, &error),
                     CDN_E_INPUT);
    assert_string_equal(error.source, LONDON);
    assert_int_equal(error.line, line);
    assert_string_equal(error.hint, "did you mean \"ethnicity\"?");
    cdn_text owned = {.bytes = source};
    cdn_text_release(&owned);
}

/* Without the names at hand the helper lets anything pass; the program does not. */
static void test_agreement__does_not_rely_on_the_helper(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } wrong[] = {
        {"\"filled_posts\", ", "\"filled_pots\", ", "not in the catalogue"},
        {"area                 = \"la\"", "area = \"borough\"", "has no level \"borough\""},
        {"area                 = \"la\"", "aera = \"la\"", "no dimension \"aera\""},
        {":within \"London\"", ":within \"Londno\"", "has no code \"Londno\""},
        {"rows \"location\"", "rows \"lacation\"", "no record type \"lacation\""},
        {"\"registered_manager\", ", "\"home_address\", ", "has no such field"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_agreement *agreement;
        assert_int_equal(make(LONDON, catalogue, NULL, wrong[i].from, wrong[i].to, &agreement,
                              &error),
                         CDN_E_INPUT);
        if (strstr(error.message, wrong[i].says) == NULL) {
            load_print(&error);
            fail();
        }
    }
}

/* A forbidden column reaches a measure through a share's axis, also as a piece of an expression. */
/* Asha Example is an owner; Bram Sample and Edda Stand-In are statisticians. */
static void test_agreement__says_which_approvals_are_missing(void **state)
{
    (void)state;
    static const struct {
        bool approved[3];
        const char *need;
    } cases[] = {
        {{false, false, false}, "2 more: 1 as owner, 1 as statistician"},
        {{true, false, false}, "1 more: 1 as statistician"},
        {{false, false, true}, "1 more: 1 as owner"},
        {{false, true, true}, "1 as owner"},
        {{true, false, true}, ""},
        {{true, true, true}, ""},
    };
    cdn_agreement *a = load_agreement(GLOUCESTERSHIRE);
    assert_int_equal(a->approver_count, 3);
    assert_string_equal(cdn_agreement_approver(a, "Bram Sample")->role, "statistician");
    assert_null(cdn_agreement_approver(a, "Bram"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cdn_text text = CDN_TEXT_INIT(1024);
        cdn_agreement_need(a, cases[i].approved, &text);
        assert_string_equal(text.bytes == NULL ? "" : text.bytes, cases[i].need);
        cdn_text_release(&text);
    }
    cdn_agreement_destroy(a);
}

static void test_agreement__names_the_feeds_that_are_regular(void **state)
{
    (void)state;
    cdn_agreement *a = load_agreement(LONDON);
    assert_int_equal(a->cadence_count, 2);
    assert_string_equal(a->cadences[0].feed, "borough_coverage");
    assert_true(a->cadences[0].weekly);
    assert_string_equal(a->cadences[1].feed, "london_adass");
    assert_false(a->cadences[1].weekly);
    cdn_agreement_destroy(a);
}

static void test_agreement__forbids_a_measure_built_on_ethnicity(void **state)
{
    (void)state;
    static const char addition[] =
        "local minority = dimension \"minority\" { title = \"M\", attribute = true,\n"
        "  from = when(worker.ethnicity:where(\"group\", \"white\"), 0, worker.ethnicity:known(), "
        "1),\n"
        "  bands = { { 0, \"no\", \"No\" }, { 1, \"yes\", \"Yes\" } }, levels = { level \"answer\" "
        "{} } }\n"
        "measure \"minority_share\" { title = \"M\", definition = \"M\", unit = \"%\", places = "
        "1,\n"
        "  of = worker, share = minority.answer \"Yes\" }\n";
    cdn_error error = CDN_ERROR_INIT;
    cdn_text text = CDN_TEXT_INIT(1024u * 1024u);
    char *source = load_file(LOAD_ASCWDS);
    cdn_text_add(&text, source);
    cdn_text_add(&text, addition);
    cdn_json *json = load_json(CDN_JAIL_CATALOGUE, "longer.lua", text.bytes, NULL);
    cdn_catalogue *longer;
    assert_int_equal(cdn_catalogue_create(json, "longer.lua", LOAD_CODES, &longer, &error), CDN_OK);
    cdn_agreement *agreement;
    assert_int_equal(make(LONDON, longer, NULL, "\"filled_posts\", ",
                          "\"filled_posts\", \"minority_share\", ", &agreement, &error),
                     CDN_E_INPUT);
    assert_non_null(strstr(error.message, "measure \"minority_share\": is granted, but is built"));
    error = (cdn_error)CDN_ERROR_INIT;
    assert_int_equal(make(GLOUCESTERSHIRE, longer, NULL, "\"filled_posts\", ",
                          "\"filled_posts\", \"minority_share\", ", &agreement, &error),
                     CDN_OK);
    cdn_agreement_destroy(agreement);
    cdn_catalogue_destroy(longer);
    cdn_json_destroy(json);
    cdn_text_release(&text);
    cdn_text owned = {.bytes = source};
    cdn_text_release(&owned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agreement__london_is_london),
        cmocka_unit_test(test_agreement__london_rows_need_consent),
        cmocka_unit_test(test_agreement__london_never_has_the_never_shared),
        cmocka_unit_test(test_agreement__gloucestershire_has_groups_and_no_rows),
        cmocka_unit_test(test_agreement__refuses_what_contradicts_itself),
        cmocka_unit_test(test_agreement__points_at_the_line_and_suggests),
        cmocka_unit_test(test_agreement__does_not_rely_on_the_helper),
        cmocka_unit_test(test_agreement__says_which_approvals_are_missing),
        cmocka_unit_test(test_agreement__names_the_feeds_that_are_regular),
        cmocka_unit_test(test_agreement__forbids_a_measure_built_on_ethnicity),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
