/* test_policy.c - thresholds at their boundaries; a policy leaves nothing open.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "policy/policy.h"
#include "unit/catalogue/load.h"

#define STANDARD "policies/protection/standard.lua"

static cdn_policy *standard(void)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_policy *policy = NULL;
    cdn_json *json = load_json_file(CDN_JAIL_POLICY, STANDARD, NULL);
    if (cdn_policy_create(json, STANDARD, &policy, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
    cdn_json_destroy(json);
    return policy;
}

static void test_policy__thresholds_compare_as_they_say(void **state)
{
    (void)state;
    static const struct {
        cdn_compare compare;
        bool unsafe[3]; /* at 9, 10, 11 */
    } expected[] = {
        {CDN_FEWER_THAN, {true, false, false}},
        {CDN_AT_MOST, {true, true, false}},
        {CDN_MORE_THAN, {false, false, true}},
        {CDN_AT_LEAST, {false, true, true}},
    };
    for (size_t i = 0; i < 4; i++) {
        cdn_threshold threshold = {true, expected[i].compare, 10};
        for (int value = 9; value <= 11; value++)
            assert_int_equal(cdn_threshold_unsafe(&threshold, value),
                             expected[i].unsafe[value - 9]);
        threshold.on = false;
        for (int value = 9; value <= 11; value++)
            assert_false(cdn_threshold_unsafe(&threshold, value));
    }
    cdn_threshold low = {true, CDN_FEWER_THAN, 10}, high = {true, CDN_MORE_THAN, UINT32_MAX};
    assert_true(cdn_threshold_unsafe(&low, 0));
    assert_true(cdn_threshold_unsafe(&low, INT64_MIN));
    assert_false(cdn_threshold_unsafe(&low, INT64_MAX));
    assert_false(cdn_threshold_unsafe(&high, UINT32_MAX));
    assert_true(cdn_threshold_unsafe(&high, (int64_t)UINT32_MAX + 1));
}

/* The numbers of the published rules, once more and by hand. */
static void test_policy__standard_is_what_was_decided(void **state)
{
    (void)state;
    cdn_policy *p = standard();
    const cdn_threshold *low[] = {&p->workers,          &p->workplaces,    &p->providers,
                                  &p->quantile_workers, &p->quantile_side, &p->row_workers};
    static const uint32_t least[] = {10, 3, 2, 20, 5, 10};
    for (size_t i = 0; i < 6; i++) {
        assert_true(low[i]->on);
        assert_int_equal(low[i]->compare, CDN_FEWER_THAN);
        assert_int_equal(low[i]->value, least[i]);
        assert_true(cdn_threshold_unsafe(low[i], least[i] - 1));
        assert_false(cdn_threshold_unsafe(low[i], least[i]));
    }
    assert_true(p->dominance[0].on);
    assert_int_equal(p->dominance[0].n, 1);
    assert_int_equal(p->dominance[0].k_percent, 80);
    assert_int_equal(p->dominance[0].compare, CDN_MORE_THAN);
    assert_true(p->p_percent.on);
    assert_int_equal(p->p_percent.p_percent, 10);
    assert_int_equal(p->p_percent.compare, CDN_FEWER_THAN);
    assert_true(p->group_disclosure);
    assert_int_equal(p->zeros, CDN_ZEROS_SAFE);
    assert_true(p->missing_safe);
    assert_int_equal(p->cost, CDN_COST_WORKERS);
    assert_int_equal(p->count_base, 5);
    assert_int_equal(p->sum_base, 5);
    assert_int_equal(p->rate_decimals, 1);
    assert_int_equal(p->mean_decimals, 2);
    assert_int_equal(p->quantile_decimals, 2);
    assert_false(p->round_public);
    assert_string_equal(p->name, "standard");
    assert_int_equal(strlen(p->digest), 64);
    cdn_policy_destroy(p);
}

/* A copy of an object without one member, at any depth: `path` is the indexes to it. */
static cdn_json *without(const cdn_json *json, const size_t *path, size_t depth)
{
    cdn_json *out = cdn_json_object();
    for (size_t i = 0; i < cdn_json_size(json); i++) {
        const cdn_json *member;
        const char *key = cdn_json_key_at(json, i, &member);
        if (i == path[0] && depth == 1)
            continue;
        cdn_json_set(out, key,
                     i == path[0] ? without(member, path + 1, depth - 1) : cdn_json_copy(member));
    }
    return out;
}

static size_t refuse_each_missing(const cdn_json *root, const cdn_json *object, size_t *path,
                                  size_t depth)
{
    size_t tried = 0;
    for (size_t i = 0; i < cdn_json_size(object); i++) {
        const cdn_json *member;
        const char *key = cdn_json_key_at(object, i, &member);
        path[depth] = i;
        if (cdn_json_kind_of(member) == CDN_JSON_OBJECT)
            tried += refuse_each_missing(root, member, path, depth + 1);
        if (strcmp(key, "line") == 0)
            continue;
        cdn_error error = CDN_ERROR_INIT;
        cdn_policy *policy;
        cdn_json *less = without(root, path, depth + 1);
        if (cdn_policy_create(less, STANDARD, &policy, &error) != CDN_E_INPUT) {
            print_error("accepted without %s\n", key);
            fail();
        }
        assert_null(policy);
        cdn_json_destroy(less);
        tried++;
    }
    return tried;
}

static void test_policy__no_parameter_has_a_default(void **state)
{
    (void)state;
    size_t path[8];
    cdn_json *json = load_json_file(CDN_JAIL_POLICY, STANDARD, NULL);
    /* 11 members, 6 thresholds and their 3 x 6, dominance 4, p_percent 3, rounding 6 */
    assert_int_equal(refuse_each_missing(json, json, path, 0), 11 + 6 + 18 + 4 + 3 + 6);
    cdn_json_destroy(json);
}

static const char small[] =
    "{'format':'cordon-policy/1','name':'p','title':'P','line':1,"
    "'minimum':{'line':2,'workers':{'on':true,'compare':'at_most','value':9,'line':3},"
    "'workplaces':{'on':false,'line':4},'providers':{'on':false},"
    "'quantile_workers':{'on':false},'quantile_side':{'on':false},'row_workers':{'on':false}},"
    "'dominance':{'on':true,'n':2,'k_percent':85,'compare':'at_least','line':6},"
    "'p_percent':{'on':false,'line':7},'group_disclosure':false,'zeros':'unsafe',"
    "'not_recorded':'unsafe','cost':'cells',"
    "'rounding':{'line':9,'count_base':1,'sum_base':1,'rate_decimals':0,'mean_decimals':0,"
    "'quantile_decimals':0,'public':true}}";

static const struct {
    const char *from, *to;
    uint64_t line;
    const char *says;
} refusals[] = {
    {"'cost':'cells'", "'cost':'sells'", 1, "unknown value \"sells\""},
    {"'zeros':'unsafe'", "'zeros':'unsafe','zero':'safe'", 1, "unknown member \"zero\""},
    {"'value':9", "'value':0", 3, "from 1 to"},
    {"'value':9", "'value':'9'", 3, "expected an integer, found a text"},
    {"'compare':'at_most'", "'compare':'more_than'", 3, "unknown value"},
    {"'on':false,'line':4", "'on':false,'value':3,'line':4", 4, "is off and has parameters"},
    {"'n':2", "'n':3", 6, "from 1 to 2"},
    {"'k_percent':85", "'k_percent':101", 6, "from 1 to 100"},
    {"'compare':'at_least'", "'compare':'at_most'", 6, "unknown value"},
    {"'count_base':1", "'count_base':0", 9, "from 1 to"},
    {"'rate_decimals':0", "'rate_decimals':7", 9, "from 0 to 6"},
    {"'public':true", "'public':1", 9, "expected a flag"},
    {"'minimum':{'line':2,", "'minimum':{'line':2,'people':{'on':false},", 2, "\"people\""},
    {"cordon-policy/1", "cordon-plan/1", 1, "expected the format"},
};

static void test_policy__refuses_the_unknown_at_its_line(void **state)
{
    (void)state;
    cdn_policy *policy;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_json *json = load_quoted(small, refusals[i].from, refusals[i].to);
        cdn_status status = cdn_policy_create(json, "p.lua", &policy, &error);
        if (status != CDN_E_INPUT || error.line != refusals[i].line ||
            strstr(error.message, refusals[i].says) == NULL) {
            print_error("%s -> %s: status %d\n", refusals[i].from, refusals[i].to, (int)status);
            load_print(&error);
            fail();
        }
        cdn_json_destroy(json);
    }
    cdn_error error = CDN_ERROR_INIT;
    cdn_json *json = load_quoted(small, NULL, NULL);
    assert_int_equal(cdn_policy_create(json, "p.lua", &policy, &error), CDN_OK);
    assert_true(cdn_threshold_unsafe(&policy->workers, 9));
    assert_false(cdn_threshold_unsafe(&policy->workers, 10));
    assert_false(cdn_threshold_unsafe(&policy->workplaces, 0));
    assert_int_equal(policy->dominance[0].compare, CDN_AT_LEAST);
    assert_int_equal(policy->zeros, CDN_ZEROS_UNSAFE);
    assert_false(policy->missing_safe);
    cdn_policy_destroy(policy);
    cdn_json_destroy(json);
}

static void test_policy__survives_every_failed_allocation(void **state)
{
    (void)state;
    cdn_policy *policy = NULL;
    cdn_json *json = load_quoted(small, NULL, NULL);
    cdn_status status;
    long allowed = 0;
    do {
        cdn_error error = CDN_ERROR_INIT;
        cdn_alloc_fail_after(allowed++);
        status = cdn_policy_create(json, "p.lua", &policy, &error);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || (status == CDN_E_NOMEM && policy == NULL));
    } while (status != CDN_OK && allowed < 10000);
    assert_int_equal(status, CDN_OK);
    cdn_policy_destroy(policy);
    cdn_json_destroy(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy__thresholds_compare_as_they_say),
        cmocka_unit_test(test_policy__standard_is_what_was_decided),
        cmocka_unit_test(test_policy__no_parameter_has_a_default),
        cmocka_unit_test(test_policy__refuses_the_unknown_at_its_line),
        cmocka_unit_test(test_policy__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
