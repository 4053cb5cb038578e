/* test_plan.c - plans from JSON: resolved, canonical, and nothing hostile taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include "core/alloc.h"
#include "fixture.h"

#define POSTS FIXTURE_NAME("posts")
#define LA FIXTURE_USE("area", "la", "la")
#define TABLE_LA FIXTURE_TABLE("t", LA, "", POSTS, "")

/* ------------------------------------------------------------------ resolution */

static void test_plan__resolves_names_and_keeps_lines(void **state)
{
    (void)state;
    cdn_plan *plan = NULL;
    cdn_error error;
    const char *text = fixture_plan_text(
        FIXTURE_FILTER("area", "region", "'North'"),
        FIXTURE_TABLE("t", FIXTURE_USE("area", "region", "la"), FIXTURE_USE("gender", "", ""),
                      POSTS "," FIXTURE_NAME("median_pay"),
                      FIXTURE_FILTER("area", "la", "'B2','Derby','B2'")),
        FIXTURE_LIST("p", "workplace", FIXTURE_NAME("name"), FIXTURE_NAME("posts"), ""));
    assert_int_equal(fixture_plan_create(text, &plan, &error), CDN_OK);
    assert_string_equal(plan->feed, "feed_a");
    assert_string_equal(plan->agreement, "north");
    assert_string_equal(plan->period, "2026-08");
    assert_string_equal(plan->script, "x.lua");
    assert_int_equal(plan->agreement_line, 2);
    assert_int_equal(plan->table_count, 1);
    const cdn_plan_table *table = &plan->tables[0];
    assert_int_equal(table->row_count, 1);
    assert_int_equal(table->dimension_count, 2);
    assert_int_equal(table->dimensions[0].dimension, DIM_AREA);
    assert_int_equal(table->dimensions[0].first_level, 0);
    assert_int_equal(table->dimensions[0].last_level, 1);
    assert_int_equal(table->dimensions[0].line, 11);
    assert_int_equal(table->dimensions[1].dimension, DIM_GENDER);
    assert_int_equal(table->measure_count, 2);
    assert_int_equal(table->measures[1].index, M_PAY);
    assert_true(table->totals);
    /* the feed's filter first; codes by position, once */
    assert_int_equal(table->filter_count, 2);
    assert_int_equal(table->filters[0].level, 0);
    assert_int_equal(table->filters[0].codes[0], 0);
    assert_int_equal(table->filters[1].code_count, 2);
    assert_int_equal(table->filters[1].codes[0], 0);
    assert_int_equal(table->filters[1].codes[1], 1);
    assert_int_equal(plan->lists[0].record, WORKPLACE);
    assert_int_equal(plan->lists[0].fields[0].index, F_NAME);
    assert_int_equal(plan->lists[0].filter_count, 1);
    cdn_plan_destroy(plan);
}

static void test_plan__dimension_without_level_is_its_finest(void **state)
{
    (void)state;
    cdn_plan *plan = NULL;
    cdn_error error;
    const char *text = fixture_plan_text(
        "", FIXTURE_TABLE("t", FIXTURE_USE("area", "", ""), "", POSTS, ""), "");
    assert_int_equal(fixture_plan_create(text, &plan, &error), CDN_OK);
    assert_int_equal(plan->tables[0].dimensions[0].first_level, 1);
    assert_int_equal(plan->tables[0].dimensions[0].last_level, 1);
    cdn_plan_destroy(plan);
}

static void test_plan__agreement_of_takes_only_safe_ids(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        bool good;
    } cases[] = {{"north", true},  {"london-adass_2", true}, {"../secret", false},
                 {"a/b", false},   {"", false},              {"-x", false},
                 {"UPPER", false}, {"a.b", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        cdn_json *json = NULL;
        cdn_error error = CDN_ERROR_INIT;
        int length =
            snprintf(text, sizeof text, "{\"feed\":{\"agreement\":\"%s\"}}", cases[i].id);
        assert_int_equal(cdn_json_parse("t", text, (size_t)length, &json, &error), CDN_OK);
        const char *id = cdn_plan_agreement_of(json);
        assert_true((id != NULL) == cases[i].good);
        cdn_json_destroy(json);
    }
    assert_null(cdn_plan_agreement_of(NULL));
}

/* ------------------------------------------------------------------ identity */

static void digest_of(const char *where, const char *tables, char out[65])
{
    cdn_plan *plan = NULL;
    cdn_error error;
    if (fixture_plan_create(fixture_plan_text(where, tables, ""), &plan, &error) != CDN_OK)
        fail_msg("%s", error.message);
    assert_null(strstr(plan->canonical, "line"));
    memcpy(out, plan->digest, 65);
    cdn_plan_destroy(plan);
}

static void test_plan__same_request_same_digest(void **state)
{
    (void)state;
    static const struct {
        const char *where, *tables;
    } same[] = {
        {FIXTURE_FILTER("area", "region", "'R1'"), TABLE_LA},
        {FIXTURE_FILTER("area", "region", "'North'"), TABLE_LA},
        {FIXTURE_FILTER("area", "", "'North','R1'"), TABLE_LA},
        {"", FIXTURE_TABLE("t", LA, "", POSTS, FIXTURE_FILTER("area", "region", "'R1'"))},
        {FIXTURE_FILTER("area", "region", "'R1'"),
         FIXTURE_TABLE("t", LA, "", POSTS, FIXTURE_FILTER("area", "region", "'R1'"))},
        {FIXTURE_FILTER("area", "region", "'R2','R1'"),
         FIXTURE_TABLE("t", LA, "", POSTS, FIXTURE_FILTER("area", "region", "'North'"))},
        {FIXTURE_FILTER("area", "region", "'R1'"),
         FIXTURE_TABLE("t", FIXTURE_USE("area", "", ""), "", POSTS, "")},
        {"{'codes':['R1'],'dim':'area','level':'region','line':99}",
         "{'columns':[],'line':77,'measures':[{'line':78,'name':'posts'}],'name':'t','note':'',"
         "'rows':[{'dim':'area','from':'la','line':79,'to':'la'}],'title':'','totals':true,"
         "'where':[]}"},
    };
    char first[65], other[65];
    digest_of(same[0].where, same[0].tables, first);
    assert_int_equal(strlen(first), 64);
    for (size_t i = 1; i < sizeof same / sizeof same[0]; i++) {
        digest_of(same[i].where, same[i].tables, other);
        assert_string_equal(other, first);
    }
}

static void test_plan__filter_order_does_not_matter(void **state)
{
    (void)state;
    char first[65], other[65];
    digest_of(FIXTURE_FILTER("gender", "gender", "'F','M'") "," FIXTURE_FILTER(
                  "area", "la", "'B2','D4'") "," FIXTURE_FILTER("area", "region", "'R1'"),
              TABLE_LA, first);
    digest_of(FIXTURE_FILTER("area", "region", "'R1'") "," FIXTURE_FILTER("gender", "gender",
                                                                          "'M','F'"),
              FIXTURE_TABLE("t", LA, "", POSTS, FIXTURE_FILTER("area", "la", "'Derby','Bath'")),
              other);
    assert_string_equal(first, other);
}

static void test_plan__other_request_other_digest(void **state)
{
    (void)state;
    static const struct {
        const char *where, *tables;
    } other[] = {
        {"", TABLE_LA},
        {FIXTURE_FILTER("area", "region", "'R1'"), TABLE_LA},
        {FIXTURE_FILTER("area", "region", "'R2'"), TABLE_LA},
        {FIXTURE_FILTER("area", "region", "'R1','R2'"), TABLE_LA},
        {FIXTURE_FILTER("area", "la", "'D4','B2'"), TABLE_LA},
        {"", FIXTURE_TABLE("u", LA, "", POSTS, "")},
        {"", FIXTURE_TABLE("t", "", LA, POSTS, "")},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("area", "region", "la"), "", POSTS, "")},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("icb", "", ""), "", POSTS, "")},
        {"", FIXTURE_TABLE("t", LA, "", FIXTURE_NAME("workplaces"), "")},
        {"", FIXTURE_TABLE("t", LA, "", POSTS "," FIXTURE_NAME("workplaces"), "")},
        {"", FIXTURE_TABLE("t", LA, "", FIXTURE_NAME("workplaces") "," POSTS, "")},
        {"", TABLE_LA "," FIXTURE_TABLE("u", LA, "", POSTS, "")},
        {"", "{'columns':[],'line':1,'measures':[" POSTS "],'name':'t','note':'','rows':[" LA
             "],'title':'','totals':false,'where':[]}"},
        {"", "{'columns':[],'line':1,'measures':[" POSTS "],'name':'t','note':'n','rows':[" LA
             "],'title':'','totals':true,'where':[]}"},
    };
    enum { COUNT = sizeof other / sizeof other[0] };
    char digests[COUNT][65];
    for (size_t i = 0; i < COUNT; i++) {
        digest_of(other[i].where, other[i].tables, digests[i]);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(digests[i], digests[j]) == 0)
                fail_msg("requests %zu and %zu have one digest", j, i);
        }
    }
}

static void test_plan__canonical_text_is_as_written_here(void **state)
{
    (void)state;
    cdn_plan *plan = NULL;
    cdn_error error;
    const char *text =
        fixture_plan_text(FIXTURE_FILTER("area", "la", "'Derby','A1','B2'"), TABLE_LA, "");
    assert_int_equal(fixture_plan_create(text, &plan, &error), CDN_OK);
    assert_string_equal(
        plan->canonical,
        "{\"feed\":{\"agreement\":\"north\",\"lists\":[],\"name\":\"feed_a\",\"period\":"
        "\"2026-08\",\"tables\":[{\"columns\":[],\"measures\":[\"posts\"],\"name\":\"t\","
        "\"note\":\"\",\"rows\":[{\"dim\":\"area\",\"from\":\"la\",\"to\":\"la\"}],\"title\":\"\","
        "\"totals\":true,\"where\":[{\"codes\":[\"A1\",\"B2\",\"D4\"],\"dim\":\"area\",\"level\":"
        "\"la\"}]}],\"title\":\"A feed\"},\"format\":\"cordon-plan/1\"}");
    cdn_plan_destroy(plan);
}

/* ------------------------------------------------------------------ refusals */

typedef struct refusal {
    const char *where, *tables, *lists;
    uint64_t line;
    const char *said, *hint; /* parts of the texts */
} refusal;

static void test_plan__refuses_what_is_not_there_or_does_not_fit(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {"", FIXTURE_TABLE("t", LA, "", FIXTURE_NAME("post"), ""), "", 12, "unknown measure 'post'",
         "did you mean 'posts'?"},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("areaa", "", ""), "", POSTS, ""), "", 11,
         "unknown dimension 'areaa'", "did you mean 'area'?"},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("area", "lb", "la"), "", POSTS, ""), "", 11,
         "unknown level of area 'lb'", "did you mean 'la'?"},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("area", "la", ""), "", POSTS, ""), "", 11,
         "unknown level of area ''", ""},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("area", "la", "region"), "", POSTS, ""), "", 11,
         "la is finer than region", ""},
        {"", FIXTURE_TABLE("t", LA, FIXTURE_USE("area", "region", "region"), POSTS, ""), "", 11,
         "dimension 'area' is twice in table 't'", ""},
        {"", FIXTURE_TABLE("t", LA, "", POSTS "," POSTS, ""), "", 12, "measure 'posts' is listed",
         ""},
        {"", FIXTURE_TABLE("t", LA, "", "", ""), "", 10, "has no measures", ""},
        {"", TABLE_LA "," TABLE_LA, "", 10, "the name 't' is given to two", ""},
        {"", TABLE_LA, FIXTURE_LIST("t", "workplace", FIXTURE_NAME("name"), "", ""), 30,
         "the name 't' is given to two", ""},
        {"", "", "", 1, "no table and no list", ""},
        {FIXTURE_FILTER("area", "la", "'Bqth'"), TABLE_LA, "", 13, "unknown code of area 'Bqth'",
         "did you mean 'Bath'?"},
        {FIXTURE_FILTER("area", "la", ""), TABLE_LA, "", 13, "needs 1 to", ""},
        {FIXTURE_FILTER("area", "la", "'R1'"), TABLE_LA, "", 13, "unknown code of area 'R1'", ""},
        {FIXTURE_FILTER("area", "region", "'R1'"),
         FIXTURE_TABLE("t", LA, "", POSTS, FIXTURE_FILTER("area", "la", "'C3'")), "", 13,
         "the filters on 'area' keep nothing", ""},
        {FIXTURE_FILTER("area", "region", "'R2'"),
         FIXTURE_TABLE("t", LA, "", POSTS, FIXTURE_FILTER("icb", "icb", "'I1'")), "", 13,
         "the filters on 'icb' keep nothing", ""},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("gender", "", ""), "", FIXTURE_NAME("workplaces"), ""),
         "", 11, "dimension 'gender' does not apply to measure 'workplaces'",
         "dimensions of workplaces: area, icb, service"},
        {"", FIXTURE_TABLE("t", FIXTURE_USE("service", "", ""), "", FIXTURE_NAME("locations"), ""),
         "", 11, "which is about location records", "dimensions of locations: area, icb"},
        {FIXTURE_FILTER("gender", "gender", "'F'"),
         FIXTURE_TABLE("t", LA, "", FIXTURE_NAME("workplaces"), ""), "", 13,
         "the filter on dimension 'gender' does not apply to measure 'workplaces'",
         "area, icb, service"},
        {FIXTURE_FILTER("service", "service", "'1'"), "",
         FIXTURE_LIST("l", "location", FIXTURE_NAME("location_id"), "", ""), 13,
         "does not apply to rows of location", "dimensions of location: area, icb"},
        {"", "", FIXTURE_LIST("l", "locaton", FIXTURE_NAME("location_id"), "", ""), 30,
         "unknown record type 'locaton'", "did you mean 'location'?"},
        {"", "", FIXTURE_LIST("l", "location", FIXTURE_NAME("name"), "", ""), 12,
         "unknown field of location 'name'", ""},
        {"", "", FIXTURE_LIST("l", "workplace", FIXTURE_NAME("nome"), "", ""), 12,
         "unknown field of workplace 'nome'", "did you mean 'name'?"},
        {"", "", FIXTURE_LIST("l", "workplace", "", "", ""), 30, "list 'l' has no fields", ""},
        {"", "",
         FIXTURE_LIST("l", "workplace", FIXTURE_NAME("name") "," FIXTURE_NAME("name"), "", ""), 12,
         "field 'name' is listed twice", ""},
        {"", "",
         FIXTURE_LIST("l", "workplace", FIXTURE_NAME("name"), FIXTURE_NAME("locations"), ""), 12,
         "measure 'locations' cannot be shown for rows of workplace", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const refusal *one = &cases[i];
        cdn_plan *plan = NULL;
        cdn_error error;
        cdn_status status = fixture_plan_create(
            fixture_plan_text(one->where, one->tables, one->lists), &plan, &error);
        if (status != CDN_E_REFUSED || error.line != one->line ||
            strstr(error.message, one->said) == NULL || strstr(error.hint, one->hint) == NULL ||
            strcmp(error.source, "x.lua") != 0)
            fail_msg("case %zu: status %d, %s:%d: %s [%s]", i, (int)status, error.source,
                     (int)error.line, error.message, error.hint);
    }
}

/* ------------------------------------------------------------------ hostile JSON */

/* The good text with the first `from` replaced by `to`. */
static const char *with_change(const char *from, const char *to)
{
    static char changed[65536];
    const char *text = fixture_plan_text(
        FIXTURE_FILTER("area", "region", "'R1'"), TABLE_LA,
        FIXTURE_LIST("p", "workplace", FIXTURE_NAME("name"), FIXTURE_NAME("posts"), ""));
    char pattern[256];
    char value[4096];
    (void)snprintf(pattern, sizeof pattern, "%s", from);
    (void)snprintf(value, sizeof value, "%s", to);
    for (char *at = pattern; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    for (char *at = value; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    const char *found = strstr(text, pattern);
    assert_non_null(found);
    (void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(found - text), text, value,
                   found + strlen(pattern));
    return changed;
}

static void test_plan__takes_no_malformed_json(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        /* members: unknown, missing, of another kind */
        {"'format':", "'more':1,'format':"},
        {"'format':'cordon-plan/1'", "'format':'cordon-plan/2'"},
        {"'format':'cordon-plan/1'", "'format':1"},
        {",'format':'cordon-plan/1'", ""},
        {"'feed':{", "'feed':1,'feed2':{"},
        {"'agreement':'north',", ""},
        {"'agreement':'north'", "'agreement':null"},
        {"'agreement':'north'", "'agreement':['north']"},
        {"'agreement':'north'", "'agreement':'../north'"},
        {"'agreement':'north'", "'agreement':''"},
        {"'agreement_line':2", "'agreement_line':'2'"},
        {"'agreement_line':2", "'agreement_line':-1"},
        {"'agreement_line':2", "'agreement_line':4294967298"},
        {"'agreement_line':2", "'agreement_line':2.0"},
        {"'agreement_line':2", "'agreement_line':2e0"},
        {"'name':'feed_a'", "'name':'Feed'"},
        {"'name':'feed_a'", "'name':'../feed'"},
        {"'name':'feed_a'", "'name':''"},
        {"'name':'feed_a'", "'name':'1a'"},
        {"'name':'feed_a'",
         "'name':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"},
        {"'name':'feed_a'", "'name':'a\\u0000b'"},
        {"'period':'2026-08'", "'period':'2026-13'"},
        {"'period':'2026-08'", "'period':'2026-00'"},
        {"'period':'2026-08'", "'period':'2026-8'"},
        {"'period':'2026-08'", "'period':'2026_08'"},
        {"'period':'2026-08'", "'period':'2026-08-01'"},
        {"'title':'A feed'", "'title':'A\\nfeed'"},
        {"'title':'A feed'", "'title':'A\\u001bfeed'"},
        {"'title':'A feed'", "'title':'A\\u007ffeed'"},
        {"'title':'A feed'", "'title':{}"},
        {"'tables':[", "'tables':{},'x':["},
        {"'tables':[", "'tables':[1,"},
        {"'tables':[", "'tables':[[],"},
        {"'tables':[", "'tables':[{},"},
        {"'totals':true", "'totals':'all'"},
        {"'totals':true", "'totals':1"},
        {"'totals':true", "'totals':true,'hidden':true"},
        {"'totals':true", "'totals':true,'totals':false"},
        {"'rows':[", "'rows':[null,"},
        {"'rows':[", "'rows':['area',"},
        {"'rows':[", "'rows':'area','x':["},
        {"'dim':'area','from'", "'dim':3,'from'"},
        {"'dim':'area','from':'la'", "'dim':'area','from':7"},
        {"'dim':'area','from'", "'dim':'area','codes':[],'from'"},
        {"'measures':[{", "'measures':['posts',{"},
        {"'measures':[{", "'measures':[{'line':1,'name':1},{"},
        {"'measures':[{'line':12", "'measures':[{'x':0,'line':12"},
        {"'codes':['R1']", "'codes':'R1'"},
        {"'codes':['R1']", "'codes':[1]"},
        {"'codes':['R1']", "'codes':[['R1']]"},
        {"'codes':['R1']", "'codes':[null]"},
        {"'codes':['R1']", "'codes':{}"},
        {"'level':'region'", "'level':0"},
        {"'level':'region'", "'level':'region','not':true"},
        {"'record':'workplace'", "'record':0"},
        {"'fields':[{", "'fields':[0,{"},
        {"'fields':[{", "'fields':[{'line':-5,'name':'name'},{"},
        {"'where':[", "'where':[[],"},
        {"'where':[", "'where':[{},"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        cdn_plan *plan = NULL;
        cdn_error error;
        cdn_status status =
            fixture_plan_create(with_change(changes[i].from, changes[i].to), &plan, &error);
        if (status != CDN_E_INPUT && status != CDN_E_REFUSED)
            fail_msg("took %s -> %s (status %d)", changes[i].from, changes[i].to, (int)status);
    }
    cdn_plan *plan = NULL;
    cdn_error error;
    assert_int_equal(fixture_plan_create(with_change("'feed'", "'feed'"), &plan, &error), CDN_OK);
    cdn_plan_destroy(plan);
}

static void test_plan__takes_no_other_roots(void **state)
{
    (void)state;
    static const char *const texts[] = {"null", "1", "\"x\"", "[]", "{}", "true",
                                        "{\"feed\":{},\"format\":\"cordon-plan/1\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cdn_plan *plan = NULL;
        cdn_error error;
        assert_int_equal(fixture_plan_create(texts[i], &plan, &error), CDN_E_INPUT);
    }
}

/* `count` copies of `item`, numbered where it has %d, as a JSON list without brackets. */
static char *repeated(const char *before, const char *after, int count)
{
    static char out[60000];
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        int added = snprintf(out + length, sizeof out - length, "%s%s%d%s", i > 0 ? "," : "",
                             before, i, after);
        assert_true(added > 0 && length + (size_t)added < sizeof out);
        length += (size_t)added;
    }
    return out;
}

static void test_plan__keeps_its_limits(void **state)
{
    (void)state;
    cdn_plan *plan = NULL;
    cdn_error error;
    const char *before = "{'columns':[],'line':10,'measures':[" POSTS "],'name':'t";
    const char *after = "','note':'','rows':[],'title':'','totals':true,'where':[]}";
    assert_int_equal(
        fixture_plan_create(fixture_plan_text("", repeated(before, after, 64), ""), &plan, &error),
        CDN_OK);
    cdn_plan_destroy(plan);
    assert_int_equal(
        fixture_plan_create(fixture_plan_text("", repeated(before, after, 65), ""), &plan, &error),
        CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "more than 64 tables and lists"));
    const char *filters =
        repeated("{'codes':['R1'],'dim':'area','level':'region','line':", "}", 65);
    assert_int_equal(fixture_plan_create(fixture_plan_text(filters, TABLE_LA, ""), &plan, &error),
                     CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "more than 64 filters"));
#define SEVEN LA "," LA "," LA "," LA "," LA "," LA "," LA
    assert_int_equal(
        fixture_plan_create(
            fixture_plan_text("", FIXTURE_TABLE("t", SEVEN, "", POSTS, ""), ""), &plan, &error),
        CDN_E_REFUSED);
    assert_non_null(strstr(error.message, "more than 6 dimensions"));
}

/* Bytes of a good plan are changed at random, by a generator with a fixed seed: nothing may crash
 * (the sanitizer build sees to that), and what is taken must still be a sound plan. */
static void test_plan__survives_changed_bytes(void **state)
{
    (void)state;
    static char text[65536];
    static const char alphabet[] = "{}[]\",:0123456789-abcdefghijklmnopqrstuvwxyz_ \\";
    const char *good = with_change("'feed'", "'feed'");
    size_t length = strlen(good);
    uint64_t seed = 20260801;
    memcpy(text, good, length);
    for (int round = 0; round < 20000; round++) {
        size_t places[3];
        char old[3];
        int changes = 1 + round % 3;
        for (int i = 0; i < changes; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            places[i] = (size_t)(seed >> 33) % length;
            old[i] = text[places[i]];
            text[places[i]] = alphabet[(seed >> 20) % (sizeof alphabet - 1)];
        }
        cdn_json *json = NULL;
        cdn_plan *plan = NULL;
        cdn_error error = CDN_ERROR_INIT;
        if (cdn_json_parse("plan", text, length, &json, &error) == CDN_OK) {
            cdn_status status = cdn_plan_create(json, "x.lua", &fixture_catalogue, &plan, &error);
            assert_true(status == CDN_OK || status == CDN_E_INPUT || status == CDN_E_REFUSED);
            if (plan != NULL) {
                assert_int_equal(plan->table_count, 1);
                assert_true(plan->tables[0].filter_count >= 1);
                assert_int_equal(strlen(plan->digest), 64);
            }
        }
        cdn_plan_destroy(plan);
        cdn_json_destroy(json);
        for (int i = changes; i-- > 0;)
            text[places[i]] = old[i];
    }
}

static void test_plan__fails_cleanly_without_memory(void **state)
{
    (void)state;
    const char *text = with_change("'feed'", "'feed'");
    cdn_json *json = NULL;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_json_parse("plan", text, strlen(text), &json, &error), CDN_OK);
    cdn_status status = CDN_E_NOMEM;
    for (long after = 0; status != CDN_OK; after++) {
        cdn_plan *plan = NULL;
        error = (cdn_error)CDN_ERROR_INIT;
        assert_true(after < 10000);
        cdn_alloc_fail_after(after);
        status = cdn_plan_create(json, "x.lua", &fixture_catalogue, &plan, &error);
        cdn_alloc_fail_after(-1);
        assert_true(status == CDN_OK || status == CDN_E_NOMEM);
        assert_true((plan != NULL) == (status == CDN_OK));
        cdn_plan_destroy(plan);
    }
    cdn_json_destroy(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__resolves_names_and_keeps_lines),
        cmocka_unit_test(test_plan__dimension_without_level_is_its_finest),
        cmocka_unit_test(test_plan__agreement_of_takes_only_safe_ids),
        cmocka_unit_test(test_plan__same_request_same_digest),
        cmocka_unit_test(test_plan__filter_order_does_not_matter),
        cmocka_unit_test(test_plan__other_request_other_digest),
        cmocka_unit_test(test_plan__canonical_text_is_as_written_here),
        cmocka_unit_test(test_plan__refuses_what_is_not_there_or_does_not_fit),
        cmocka_unit_test(test_plan__takes_no_malformed_json),
        cmocka_unit_test(test_plan__takes_no_other_roots),
        cmocka_unit_test(test_plan__keeps_its_limits),
        cmocka_unit_test(test_plan__survives_changed_bytes),
        cmocka_unit_test(test_plan__fails_cleanly_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
