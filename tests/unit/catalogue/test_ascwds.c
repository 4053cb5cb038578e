/* test_ascwds.c - the standard catalogue, as the other rooms will meet it.
 *
 * Expected numbers were counted in the code lists with awk, or follow from the
 * published facts (33 boroughs, 153 authorities, 42 boards).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/catalogue/load.h"

static cdn_catalogue *catalogue;

static int setup(void **state)
{
    (void)state;
    catalogue = load_catalogue(LOAD_ASCWDS, LOAD_CODES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cdn_catalogue_destroy(catalogue);
    return 0;
}

static uint32_t record(const char *name)
{
    uint32_t found = cdn_catalogue_find_record(catalogue, name);
    assert_int_not_equal(found, CDN_NONE);
    return found;
}

static const cdn_dimension *dimension(const char *name)
{
    uint32_t found = cdn_catalogue_find_dimension(catalogue, name);
    assert_int_not_equal(found, CDN_NONE);
    return &catalogue->dimensions[found];
}

static const cdn_measure *measure(const char *name)
{
    uint32_t found = cdn_catalogue_find_measure(catalogue, name);
    assert_int_not_equal(found, CDN_NONE);
    return &catalogue->measures[found];
}

static bool depends(const cdn_part *part, const char *record_name, const char *column_name)
{
    uint32_t column = cdn_catalogue_find_column(catalogue, record(record_name), column_name);
    assert_int_not_equal(column, CDN_NONE);
    for (uint32_t i = 0; i < part->column_count; i++) {
        if (part->columns[i] == column)
            return true;
    }
    return false;
}

static uint32_t leaves_in(const cdn_dimension *d, uint32_t level, const char *label)
{
    uint32_t code = cdn_level_find_code(&d->levels[level], label), count = 0;
    assert_int_not_equal(code, CDN_NONE);
    for (uint32_t i = 0; i < catalogue->axes[d->axis].leaf_count; i++)
        count += d->levels[level].of_leaf[i] == code;
    return count;
}

static void test_ascwds__has_the_geography(void **state)
{
    (void)state;
    const cdn_dimension *area = dimension("area"), *icb = dimension("icb");
    assert_int_equal(area->level_count, 2);
    assert_int_equal(area->levels[0].count, 9);
    assert_int_equal(area->levels[1].count, 153);
    assert_int_equal(leaves_in(area, 0, "London"), 33);
    assert_int_equal(icb->axis, area->axis);
    assert_int_equal(icb->levels[0].count, 42);
    assert_int_equal(leaves_in(icb, 0, "NHS Gloucestershire"), 1);
    assert_false(catalogue->axes[area->axis].has_unknown);
    assert_int_equal(catalogue->axes[area->axis].binding_count, 2);
}

static void test_ascwds__folds_dont_know_into_not_recorded(void **state)
{
    (void)state;
    const cdn_dimension *gender = dimension("gender");
    const cdn_axis *axis = &catalogue->axes[gender->axis];
    assert_true(gender->attribute);
    assert_true(axis->has_unknown);
    assert_int_equal(axis->leaf_count, 4);
    assert_int_equal(gender->levels[0].of_leaf[3], CDN_NONE);
    assert_int_equal(cdn_level_find_code(&gender->levels[0], "Don't know"), CDN_NONE);
    uint32_t column = cdn_catalogue_find_column(catalogue, record("worker"), "gender");
    assert_int_equal(catalogue->columns[column].remap_count, 1);
    assert_string_equal(catalogue->columns[column].remap_from[0], "3");
    assert_string_equal(catalogue->columns[column].remap_to[0], "-2");
    /* the group of unknown nationalities has no leaf left, so it is no code */
    assert_int_equal(dimension("nationality")->levels[0].count, 3);
    assert_int_equal(dimension("ethnicity")->levels[0].count, 5);
}

static void test_ascwds__reads_retired_roles_as_their_successors(void **state)
{
    (void)state;
    uint32_t at = cdn_catalogue_find_column(catalogue, record("worker"), "job_role");
    const cdn_column *column = &catalogue->columns[at];
    static const char *const expected[][2] = {
        {"22", "27"}, {"41", "40"}, {"12", "42"}, {"13", "42"}, {"14", "42"}, {"18", "42"},
        {"19", "42"}, {"20", "42"}, {"21", "42"}, {"33", "-1"}};
    assert_int_equal(column->remap_count, 10);
    for (size_t i = 0; i < 10; i++) {
        assert_string_equal(column->remap_from[i], expected[i][0]);
        assert_string_equal(column->remap_to[i], expected[i][1]);
    }
    assert_true(column->required);
}

static void test_ascwds__shares_the_job_axis(void **state)
{
    (void)state;
    const cdn_dimension *role = dimension("job_role"), *line = dimension("published_role");
    assert_int_equal(role->axis, line->axis);
    assert_int_equal(role->levels[0].count, 4);
    assert_int_equal(role->levels[1].count, 37);
    assert_int_equal(line->levels[0].count, 15);
    assert_false(catalogue->axes[role->axis].has_unknown);
    assert_int_equal(leaves_in(line, 0, "Care worker"), 1);
}

static void test_ascwds__groups_age_at_55(void **state)
{
    (void)state;
    const cdn_dimension *age = dimension("age_band"), *side = dimension("age_55");
    const cdn_axis *axis = &catalogue->axes[age->axis];
    static const int64_t starts[] = {14, 25, 35, 45, 55, 60, 65};
    assert_int_equal(side->axis, age->axis);
    assert_int_equal(axis->band_count, 7);
    assert_memory_equal(axis->band_starts, starts, sizeof starts);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(side->levels[0].of_leaf[i], starts[i] >= 55 ? 1 : 0);
    assert_int_equal(side->levels[0].of_leaf[7], CDN_NONE);
}

static void test_ascwds__rates_have_the_same_usable_rows_above_and_below(void **state)
{
    (void)state;
    static const char *const rates[] = {"turnover_rate", "vacancy_rate", "starter_rate"};
    for (size_t i = 0; i < 3; i++) {
        const cdn_measure *m = measure(rates[i]);
        assert_int_equal(m->kind, CDN_MEASURE_RATIO);
        assert_int_equal(m->multiplier, 100);
        assert_int_equal(m->parts[0].record, record("workplace_role"));
        assert_int_not_equal(m->parts[0].usable, CDN_NONE);
        assert_int_equal(m->parts[0].usable, m->parts[1].usable);
        assert_int_not_equal(m->row_gate, CDN_NONE);
    }
    const cdn_part *below = &measure("vacancy_rate")->parts[1];
    assert_int_equal(below->term_count, 2);
    assert_int_equal(below->terms[1], measure("vacancy_rate")->parts[0].value);
    assert_int_equal(measure("turnover_rate")->parts[1].term_count, 0);
}

static void test_ascwds__shares_add_up_to_what_they_are_shares_of(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < catalogue->measure_count; i++) {
        const cdn_measure *m = &catalogue->measures[i];
        if (m->kind != CDN_MEASURE_SHARE)
            continue;
        assert_int_equal(m->part_count, 3);
        const cdn_restriction *part[3];
        for (int p = 0; p < 3; p++)
            part[p] = &m->parts[p].restrictions[m->parts[p].restriction_count - 1];
        const cdn_axis *axis = &catalogue->axes[part[0]->axis];
        for (uint32_t leaf = 0; leaf < axis->leaf_count; leaf++) {
            assert_int_equal(part[0]->leaves[leaf] + part[2]->leaves[leaf],
                             part[1]->leaves[leaf]);
        }
        if (axis->has_unknown)
            assert_int_equal(part[1]->leaves[axis->leaf_count - 1], 0);
    }
}

static void test_ascwds__not_rated_is_not_a_rating(void **state)
{
    (void)state;
    const cdn_part *whole = &measure("good_or_outstanding_share")->parts[1];
    const cdn_level *rating = &dimension("cqc_rating")->levels[0];
    assert_int_equal(whole->restrictions[0].leaves[cdn_level_find_code(rating, "Not rated")], 0);
    assert_int_equal(whole->restrictions[0].leaves[cdn_level_find_code(rating, "Inadequate")], 1);
}

static void test_ascwds__names_the_columns_behind_a_measure(void **state)
{
    (void)state;
    const cdn_part *pay = &measure("median_pay")->parts[0];
    assert_true(depends(pay, "worker", "hourly_rate"));
    assert_true(depends(pay, "worker", "contracted_hours"));
    assert_true(depends(pay, "worker", "employment_status"));
    assert_false(depends(pay, "worker", "ethnicity"));
    const cdn_measure *older = measure("share_55_plus");
    for (uint32_t p = 0; p < older->part_count; p++)
        assert_true(depends(&older->parts[p], "worker", "age"));
    assert_true(depends(&measure("turnover_rate")->parts[1], "workplace", "total_leavers"));
    assert_true(depends(&measure("mean_hourly_pay_care_worker")->parts[0], "worker", "job_role"));
}

static void test_ascwds__finds_routes(void **state)
{
    (void)state;
    uint32_t steps[4], count = 99;
    assert_true(cdn_catalogue_route(catalogue, record("worker"), record("worker"), steps, &count));
    assert_int_equal(count, 0);
    assert_true(
        cdn_catalogue_route(catalogue, record("worker"), record("location"), steps, &count));
    assert_int_equal(count, 2);
    const cdn_record *worker = &catalogue->records[record("worker")];
    uint32_t workplace = worker->references[steps[0]].target;
    assert_int_equal(workplace, record("workplace"));
    assert_int_equal(catalogue->records[workplace].references[steps[1]].target,
                     record("location"));
    assert_true(cdn_catalogue_route(catalogue, record("workplace_role"), record("provider"), steps,
                                    &count));
    assert_int_equal(count, 2);
    assert_false(
        cdn_catalogue_route(catalogue, record("location"), record("worker"), steps, &count));
}

static void test_ascwds__binds_axes_by_the_nearest_reference(void **state)
{
    (void)state;
    uint32_t area = dimension("area")->axis;
    assert_int_equal(cdn_axis_binding(catalogue, area, record("worker"))->record,
                     record("workplace"));
    assert_int_equal(cdn_axis_binding(catalogue, area, record("location"))->record,
                     record("location"));
    assert_int_equal(
        cdn_axis_binding(catalogue, dimension("cqc_rating")->axis, record("worker"))->record,
        record("location"));
    assert_null(cdn_axis_binding(catalogue, area, record("provider")));
    assert_null(cdn_axis_binding(catalogue, dimension("gender")->axis, record("workplace")));
}

/* The evaluator adds and compares plain integers, so operands must have one scale. */
static void test_ascwds__levels_scales(void **state)
{
    (void)state;
    uint32_t checked = 0;
    for (uint32_t i = 0; i < catalogue->expr_count; i++) {
        const cdn_expr *e = &catalogue->exprs[i];
        const cdn_expr *a =
            e->operand[0] == CDN_NONE ? NULL : &catalogue->exprs[e->operand[0]];
        const cdn_expr *b =
            e->operand[1] == CDN_NONE ? NULL : &catalogue->exprs[e->operand[1]];
        bool compares = e->op >= CDN_EX_EQ && e->op <= CDN_EX_GE;
        if (compares || e->op == CDN_EX_ADD || e->op == CDN_EX_SUBTRACT ||
            e->op == CDN_EX_COALESCE) {
            assert_int_equal(a->decimals, b->decimals);
            assert_int_equal(e->decimals, compares ? 0 : a->decimals);
            checked++;
        } else if (e->op == CDN_EX_IF) {
            assert_int_equal(b->decimals, catalogue->exprs[e->operand[2]].decimals);
            assert_int_equal(e->decimals, b->decimals);
            checked++;
        } else if (e->op == CDN_EX_MULTIPLY) {
            assert_int_equal(e->decimals, a->decimals + b->decimals);
            checked++;
        }
    }
    assert_true(checked > 20);
}

static void test_ascwds__consent_covers_what_a_register_does_not_hold(void **state)
{
    (void)state;
    uint32_t at = cdn_catalogue_find_field(catalogue, record("location"), "last_updated");
    assert_int_not_equal(at, CDN_NONE);
    assert_true(catalogue->fields[at].consent);
    assert_int_equal(catalogue->columns[catalogue->fields[at].column].record,
                     record("workplace"));
    at = cdn_catalogue_find_field(catalogue, record("location"), "has_account");
    assert_int_equal(catalogue->exprs[catalogue->fields[at].expr].op, CDN_EX_LINKED);
    assert_true(catalogue->records[record("location")].is_public);
    assert_false(catalogue->records[record("workplace")].is_public);
}

static void test_ascwds__gives_its_names_to_the_helper(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_json *names;
    assert_int_equal(cdn_catalogue_names(catalogue, &names, &error), CDN_OK);
    const cdn_json *area = cdn_json_get(cdn_json_get(names, "dimensions"), "area");
    const cdn_json *region = cdn_json_at(cdn_json_get(area, "levels"), 0);
    assert_string_equal(cdn_json_string(cdn_json_get(region, "name")), "region");
    const cdn_json *third = cdn_json_at(cdn_json_get(region, "codes"), 2);
    assert_string_equal(cdn_json_string(cdn_json_at(third, 0)), "3");
    assert_string_equal(cdn_json_string(cdn_json_at(third, 1)), "London");
    assert_string_equal(
        cdn_json_string(cdn_json_get(cdn_json_get(names, "measures"), "filled_posts")),
        "Filled posts");
    const cdn_json *location = cdn_json_get(cdn_json_get(names, "records"), "location");
    assert_string_equal(cdn_json_string(cdn_json_at(cdn_json_get(location, "fields"), 0)),
                        "location_id");
    cdn_json_destroy(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ascwds__has_the_geography),
        cmocka_unit_test(test_ascwds__folds_dont_know_into_not_recorded),
        cmocka_unit_test(test_ascwds__reads_retired_roles_as_their_successors),
        cmocka_unit_test(test_ascwds__shares_the_job_axis),
        cmocka_unit_test(test_ascwds__groups_age_at_55),
        cmocka_unit_test(test_ascwds__rates_have_the_same_usable_rows_above_and_below),
        cmocka_unit_test(test_ascwds__shares_add_up_to_what_they_are_shares_of),
        cmocka_unit_test(test_ascwds__not_rated_is_not_a_rating),
        cmocka_unit_test(test_ascwds__names_the_columns_behind_a_measure),
        cmocka_unit_test(test_ascwds__finds_routes),
        cmocka_unit_test(test_ascwds__binds_axes_by_the_nearest_reference),
        cmocka_unit_test(test_ascwds__levels_scales),
        cmocka_unit_test(test_ascwds__consent_covers_what_a_register_does_not_hold),
        cmocka_unit_test(test_ascwds__gives_its_names_to_the_helper),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
