/* test_catalogue.c - another data set loads; whatever does not fit is refused at its line.
 *
 * Refusals are tried on JSON as it stands, because what comes from the helper is
 * not trusted: none of them relies on the Lua side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "unit/catalogue/load.h"

#define AMHP "tests/unit/catalogue/amhp/amhp.lua"
#define AMHP_CODES "tests/unit/catalogue/amhp"

/* Two record types, a coded axis with two levels, bands, one measure of each kind, two fields. */
static const char small[] =
    "{'format':'cordon-catalogue/1','name':'small','title':'Small','line':1,"
    "'period':{'record':'home','column':'month','line':1},"
    "'codelists':["
    "{'name':'place','line':2,'codes':[['1','One'],['2','Two'],['3','Three']]},"
    "{'name':'kind','line':3,'codes':[['a','Apple'],['b','Bean'],['x','Unsaid']],'omit':['x']}],"
    "'records':["
    "{'name':'home','title':'Home','line':4,'kind':'file','file':'home.csv','key':'id',"
    "'public':false,'unread':['secret_header'],"
    "'columns':["
    "{'name':'month','header':'month','kind':'text','required':true,'line':5},"
    "{'name':'id','header':'id','kind':'integer','required':true,'min':'1','max':'99','line':6},"
    "{'name':'place','header':'place','kind':'code','codes':'place','required':true,'line':7},"
    "{'name':'beds','header':'beds','kind':'integer','required':false,'min':'0','max':'500',"
    "'line':8}],"
    "'references':[],'unit':'home','holding':'home'},"
    "{'name':'person','title':'Person','line':10,'kind':'file','file':'person.csv','key':'no',"
    "'public':false,"
    "'columns':["
    "{'name':'no','header':'no','kind':'integer','required':true,'min':'1','max':'99','line':11},"
    "{'name':'home','header':'home','kind':'integer','required':true,'min':'1','max':'99',"
    "'line':12},"
    "{'name':'kind','header':'kind','kind':'code','codes':'kind','required':false,"
    "'remap':[['q','a']],'line':13},"
    "{'name':'pay','header':'pay','kind':'decimal','decimals':2,'required':false,'min':'0',"
    "'max':'9.5','line':14},"
    "{'name':'born','header':'born','kind':'date','required':false,'line':15}],"
    "'references':[{'to':'home','column':'home','required':true,'line':16}],"
    "'workers':{'op':'constant','value':'1','line':17},'unit':'home','holding':'home'}],"
    "'axes':["
    "{'name':'place','line':20,'codes':'place','bindings':[{'record':'home','line':20,"
    "'value':{'op':'column','record':'home','column':'place','line':20}}]},"
    "{'name':'kind','line':21,'codes':'kind','bindings':[{'record':'person','line':21,"
    "'value':{'op':'column','record':'person','column':'kind','line':21}}]},"
    "{'name':'pay','line':22,'bindings':[{'record':'person','line':22,"
    "'value':{'op':'column','record':'person','column':'pay','line':22}}],"
    "'bands':[{'from':'0','code':'low','label':'Low'},{'from':'2.5','code':'high',"
    "'label':'High'}]}],"
    "'dimensions':["
    "{'name':'place','title':'Place','axis':'place','attribute':false,'line':24,'levels':["
    "{'name':'pair','line':25,'groups':[{'code':'p','label':'Pair','leaves':['1','2']},"
    "{'code':'q','label':'Rest','leaves':['3']}]},{'name':'place','line':26}]},"
    "{'name':'kind','title':'Kind','axis':'kind','attribute':true,'line':27,'levels':["
    "{'name':'kind','line':27}]},"
    "{'name':'pay','title':'Pay','axis':'pay','attribute':true,'line':28,'levels':["
    "{'name':'band','line':28}]}],"
    "'measures':["
    "{'name':'people','title':'People','definition':'People.','unit':'people','decimals':0,"
    "'record':'person','kind':'count','multiplier':1,'line':30},"
    "{'name':'apples','title':'Apples','definition':'Apples.','unit':'%','decimals':1,"
    "'record':'person','kind':'share','multiplier':100,'line':31,"
    "'share':{'dimension':'kind','level':'kind','codes':['Apple'],'line':31}},"
    "{'name':'pay','title':'Pay','definition':'Pay.','unit':'GBP','decimals':2,"
    "'record':'person','kind':'mean','multiplier':1,'line':32,"
    "'value':{'op':'column','record':'person','column':'pay','line':32},"
    "'where':[{'dimension':'place','level':'pair','codes':['p'],'line':32}]},"
    "{'name':'load','title':'Load','definition':'Load.','unit':'GBP/bed','decimals':2,"
    "'record':'person','kind':'ratio','multiplier':1,'line':33,"
    "'numerator':{'op':'column','record':'person','column':'pay','line':33},"
    "'denominator':{'op':'add','line':33,'args':["
    "{'op':'column','record':'home','column':'beds','line':33},"
    "{'op':'column','record':'person','column':'pay','line':33}]}},"
    "{'name':'middle','title':'Middle','definition':'Middle.','unit':'GBP','decimals':2,"
    "'record':'person','kind':'quantile','quantile_ppm':500000,'multiplier':1,'line':34,"
    "'value':{'op':'column','record':'person','column':'pay','line':34}}],"
    "'fields':["
    "{'name':'place','title':'Place','record':'home','dimension':'place','level':'place',"
    "'consent':false,'line':36},"
    "{'name':'beds','title':'Beds','record':'home','consent':false,'line':37,"
    "'value':{'op':'column','record':'home','column':'beds','line':37}}]}";

static cdn_status create(const char *from, const char *to, cdn_error *error)
{
    cdn_catalogue *catalogue;
    cdn_json *json = load_quoted(small, from, to);
    cdn_status status = cdn_catalogue_create(json, "small.lua", "/nowhere", &catalogue, error);
    assert_true((status == CDN_OK) == (catalogue != NULL));
    cdn_catalogue_destroy(catalogue);
    cdn_json_destroy(json);
    return status;
}

typedef struct refusal {
    const char *from, *to;
    uint64_t line;
    const char *says;
} refusal;

static const refusal refusals[] = {
    {"cordon-catalogue/1", "cordon-catalogue/2", 1, "expected the format"},
    {"'title':'Small'", "'titel':'Small'", 1, "unknown member \"titel\""},
    {"'title':'Small',", "", 1, "\"title\" is missing"},
    {"'column':'month','line':1", "'column':'beds','line':1", 1, "must be a text"},
    {"'codelists':[", "'as_at':{'record':'person','column':'pay','line':3},'codelists':[", 3,
     "has no date \"pay\""},
    {"'codelists':[", "'as_at':{'record':'person','column':'died','line':3},'codelists':[", 3,
     "has no date \"died\""},
    {"['2','Two']", "['2','One']", 2, "this label stands above"},
    {"['2','Two']", "['1','Two']", 2, "this code stands above"},
    {"['2','Two']", "['=2','Two']", 2, "formula"},
    {"['2','Two']", "['2','@Two']", 2, "formula"},
    {"['2','Two']", "['_T','Two']", 2, "reserved"},
    {"'omit':['x']", "'omit':['y']", 3, "not in the list"},
    {"{'name':'kind','line':3", "{'name':'place','line':3", 3, "declared twice"},
    {"'name':'home','title'", "'name':'Home','title'", 4, "not a name"},
    {"'file':'home.csv'", "'file':'../home.csv'", 4, "plain file name"},
    {"'key':'id'", "'key':'place'", 4, "text or an integer"},
    {"'header':'beds'", "'header':'id'", 8, "already read as \"id\""},
    {"'name':'beds','header'", "'name':'id','header'", 8, "stands twice"},
    {"'min':'0','max':'500'", "'min':'501','max':'500'", 8, "greater than"},
    {"'min':'0','max':'500'", "'max':'500'", 8, "\"min\" is missing"},
    {"'codes':'place','required'", "'codes':'plaice','required'", 7, "no code list \"plaice\""},
    {"[['q','a']]", "[['b','a']]", 13, "still listed"},
    {"[['q','a']]", "[['q','z']]", 13, "not in list"},
    {"'max':'9.5'", "'max':'9.555'", 14, "at most 2 places"},
    {"'decimals':2,'required'", "'required'", 14, "\"decimals\" is missing"},
    {"'kind':'date'", "'kind':'day'", 15, "unknown value"},
    {"{'to':'home'", "{'to':'house'", 16, "no record type \"house\""},
    {"'column':'home','required'", "'column':'pay','required'", 16, "differ in kind"},
    {"'value':'1','line':17", "'value':'1.5','line':17", 10, "whole number"},
    {"'unit':'home','holding':'home'}],'axes'",
     "'unit':'home','holding':'home','waiver':{'op':'column','column':'pay','record':'person',"
     "'line':18}}],'axes'", 10, "\"waiver\" belongs to the record type that is the unit"},
    {"'references':[],'unit':'home'",
     "'references':[],'request':{'op':'column','column':'place','record':'home','line':9},"
     "'unit':'home'", 4, "\"request\" must be a condition"},
    {"'codes':'place','bindings'", "'codes':'kind','bindings'", 20, "code list \"kind\""},
    {"'record':'person','column':'kind','line':21", "'record':'person','column':'kond','line':21",
     21, "no column \"kond\""},
    {"'from':'2.5'", "'from':'0'", 22, "ascending"},
    {"'leaves':['3']", "'leaves':['2','3']", 25, "in two groups"},
    {"'leaves':['3']", "'leaves':['4']", 25, "no code \"4\""},
    {"{'name':'place','line':26}", "{'name':'pair','line':26}", 24, "twice"},
    {"'axis':'place'", "'axis':'plaice'", 24, "no axis"},
    {"'codes':['Apple']", "'codes':['Appel']", 31, "no code \"Appel\""},
    {"'codes':['Apple']", "'codes':['a','b']", 31, "share of itself"},
    {"'kind':'share'", "'kind':'mean'", 31, "\"share\" does not belong"},
    {"'multiplier':1,'line':32", "'multiplier':100,'line':32", 32, "belongs to ratios"},
    {"'kind':'count'", "'kind':'cuont'", 30, "unknown kind"},
    {"'quantile_ppm':500000", "'quantile_ppm':1000000", 34, "from 1 to 999999"},
    {"'definition':'Pay.',", "", 32, "\"definition\" is missing"},
    {"'op':'add'", "'op':'power'", 33, "unknown operator"},
    {"'column':'beds','line':33", "'column':'place','line':33", 33, "expected a number"},
    {"'record':'person','kind':'ratio'", "'record':'home','kind':'ratio'", 33,
     "cannot be reached"},
    {"'column':'pay','line':34", "'column':'born','line':34", 34, "needs a number"},
    {"'dimension':'place','level':'place','consent'", "'dimension':'kind','level':'kind','consent'",
     36, "does not apply"},
    {"'name':'beds','title'", "'name':'place','title'", 37, "stands twice"},
};

static void test_catalogue__refuses_what_does_not_fit_at_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *r = &refusals[i];
        cdn_error error = CDN_ERROR_INIT;
        cdn_status status = create(r->from, r->to, &error);
        if (status != CDN_E_INPUT || error.line != r->line ||
            strstr(error.message, r->says) == NULL) {
            print_error("%s -> %s: status %d\n", r->from, r->to, (int)status);
            load_print(&error);
            fail();
        }
        assert_true(strcmp(error.source, "small.lua") == 0);
    }
}

static void test_catalogue__accepts_the_small_one(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    if (create(NULL, NULL, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
}

static void test_catalogue__refuses_levels_that_are_not_a_tree(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(create("{'name':'place','line':26}",
                            "{'name':'odd','line':26,'groups':[{'code':'o','label':'Odd',"
                            "'leaves':['1','3']},{'code':'e','label':'Even','leaves':['2']}]}",
                            &error),
                     CDN_E_INPUT);
    assert_int_equal(error.line, 24);
    assert_non_null(strstr(error.message, "lies in two codes of level \"pair\""));
}

static void test_catalogue__keeps_rows_by_their_own_columns_only(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(create("'unit':'home','holding':'home'}],",
                            "'unit':'home','holding':'home','keep':{'op':'known','line':18,'args':"
                            "[{'op':'column','record':'home','column':'beds','line':18}]}}],",
                            &error),
                     CDN_E_INPUT);
    assert_non_null(strstr(error.message, "own columns"));
}

/* A record whose place is not sure must not fall out of the totals. */
static void test_catalogue__adds_the_unknown_leaf_where_an_answer_may_lack(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_catalogue *catalogue;
    for (int optional = 0; optional < 3; optional++) {
        static const char *const from[] = {
            NULL, "'codes':'place','required':true", "'column':'home','required':true"};
        static const char *const to[] = {
            NULL, "'codes':'place','required':false", "'column':'home','required':false"};
        cdn_json *json = load_quoted(small, from[optional], to[optional]);
        assert_int_equal(cdn_catalogue_create(json, "x", "/nowhere", &catalogue, &error), CDN_OK);
        assert_int_equal(catalogue->axes[0].has_unknown, optional != 0);
        assert_int_equal(catalogue->axes[0].leaf_count, optional != 0 ? 4 : 3);
        cdn_catalogue_destroy(catalogue);
        cdn_json_destroy(json);
    }
}

static void test_catalogue__makes_means_of_known_values(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_catalogue *catalogue;
    cdn_json *json = load_quoted(small, NULL, NULL);
    assert_int_equal(cdn_catalogue_create(json, "x", "/nowhere", &catalogue, &error), CDN_OK);
    const cdn_measure *pay = &catalogue->measures[cdn_catalogue_find_measure(catalogue, "pay")];
    assert_int_equal(pay->part_count, 2);
    assert_int_equal(pay->parts[0].usable, pay->parts[1].usable);
    assert_int_equal(catalogue->exprs[pay->parts[1].usable].op, CDN_EX_KNOWN);
    assert_int_equal(catalogue->exprs[pay->parts[1].usable].operand[0], pay->parts[0].value);
    assert_int_equal(pay->parts[1].value, CDN_NONE);
    assert_true(pay->parts[0].magnitude);
    assert_false(pay->parts[1].magnitude);
    static const uint8_t pair[] = {1, 1, 0};
    assert_memory_equal(pay->parts[0].restrictions[0].leaves, pair, 3);
    /* beds (0 places) + pay (2 places): the sum has 2, and both are terms */
    const cdn_measure *load = &catalogue->measures[cdn_catalogue_find_measure(catalogue, "load")];
    assert_int_equal(load->parts[1].decimals, 2);
    assert_int_equal(load->parts[1].term_count, 2);
    assert_int_equal(load->parts[1].column_count, 2);
    const cdn_measure *middle =
        &catalogue->measures[cdn_catalogue_find_measure(catalogue, "middle")];
    assert_int_equal(middle->quantile_ppm, 500000);
    assert_int_equal(middle->value, pay->parts[0].value);
    cdn_catalogue_destroy(catalogue);
    cdn_json_destroy(json);
}

static void digest_of(const char *from, const char *to, char out[65])
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_catalogue *catalogue;
    cdn_json *json = load_quoted(small, from, to);
    assert_int_equal(cdn_catalogue_create(json, "x", "/nowhere", &catalogue, &error), CDN_OK);
    memcpy(out, catalogue->digest, 65);
    cdn_catalogue_destroy(catalogue);
    cdn_json_destroy(json);
}

static void test_catalogue__digest_is_of_the_meaning_not_of_the_lines(void **state)
{
    (void)state;
    char plain[65], moved[65], other[65];
    digest_of(NULL, NULL, plain);
    digest_of("'line':14}", "'line':99}", moved);
    digest_of("'max':'9.5'", "'max':'9.6'", other);
    assert_int_equal(strlen(plain), 64);
    assert_string_equal(plain, moved);
    assert_string_not_equal(plain, other);
}

static void test_catalogue__digest_covers_the_code_lists(void **state)
{
    (void)state;
    static const char *const areas[] = {"code,label,part\nN,North,up\n",
                                        "code,label,part\nN,Norht,up\n"};
    static const char parts[] = "code,label\nup,Upper\n";
    char digests[2][65];
    cdn_json *json = load_json_file(CDN_JAIL_CATALOGUE, AMHP, NULL);
    const char *directory = unit_scratch_make();
    unit_write(unit_path("parts.csv"), parts, strlen(parts));
    for (int i = 0; i < 2; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_catalogue *catalogue;
        unit_write(unit_path("areas.csv"), areas[i], strlen(areas[i]));
        assert_int_equal(cdn_catalogue_create(json, AMHP, directory, &catalogue, &error), CDN_OK);
        memcpy(digests[i], catalogue->digest, 65);
        cdn_catalogue_destroy(catalogue);
    }
    unit_scratch_remove();
    cdn_json_destroy(json);
    assert_string_not_equal(digests[0], digests[1]);
}

static void test_catalogue__survives_every_failed_allocation(void **state)
{
    (void)state;
    cdn_error error;
    cdn_catalogue *catalogue = NULL;
    cdn_json *json = load_quoted(small, NULL, NULL);
    long allowed = 0;
    cdn_status status;
    do {
        error = (cdn_error)CDN_ERROR_INIT;
        cdn_alloc_fail_after(allowed++);
        status = cdn_catalogue_create(json, "x", "/nowhere", &catalogue, &error);
        cdn_alloc_fail_after(-1);
        if (status != CDN_OK) {
            assert_int_equal(status, CDN_E_NOMEM);
            assert_null(catalogue);
        }
    } while (status != CDN_OK && allowed < 100000);
    assert_int_equal(status, CDN_OK);
    assert_true(allowed > 5);
    cdn_catalogue_destroy(catalogue);
    cdn_json_destroy(json);
}

static void test_catalogue__knows_no_data_set(void **state)
{
    (void)state;
    cdn_catalogue *amhp = load_catalogue(AMHP, AMHP_CODES);
    assert_string_equal(amhp->name, "amhp");
    assert_string_equal(amhp->period_record, "council");
    assert_string_equal(amhp->period_column, "wave");
    const cdn_dimension *region =
        &amhp->dimensions[cdn_catalogue_find_dimension(amhp, "region")];
    assert_int_equal(region->level_count, 2);
    assert_int_equal(region->levels[0].count, 2); /* the part without leaves is no code */
    assert_int_equal(cdn_level_find_code(&region->levels[0], "Lower part"), 1);
    assert_int_equal(region->levels[0].of_leaf[2], 1);
    const cdn_dimension *band =
        &amhp->dimensions[cdn_catalogue_find_dimension(amhp, "fte_band")];
    static const int64_t starts[] = {0, 30, 70}; /* hundredths, as the column is stored */
    assert_memory_equal(amhp->axes[band->axis].band_starts, starts, sizeof starts);
    uint32_t person = cdn_catalogue_find_record(amhp, "amhp");
    assert_int_equal(cdn_axis_binding(amhp, region->axis, person)->record,
                     cdn_catalogue_find_record(amhp, "council"));
    assert_int_equal(cdn_catalogue_find_record(amhp, "workplace"), CDN_NONE);
    const cdn_record *council = &amhp->records[cdn_catalogue_find_record(amhp, "council")];
    assert_int_equal(amhp->exprs[council->waiver].op, CDN_EX_IN);
    assert_int_equal(council->request, CDN_NONE);
    assert_int_equal(amhp->records[person].waiver, CDN_NONE);
    cdn_catalogue_destroy(amhp);
}

typedef struct bad_list {
    const char *text;
    uint64_t line, column;
    const char *says;
} bad_list;

static const bad_list bad_lists[] = {
    {"code,label,part\nN,North,up\nM,=Midlands,up\n", 3, 2, "formula"},
    {"code,label,part\nN,North,up\nM,Midlands,-up\n", 3, 3, "formula"},
    {"code,label,part\n+N,North,up\n", 2, 1, "formula"},
    {"code,label,part\nN,North,up\nN,Midlands,up\n", 3, 1, "code stands above"},
    {"code,label,part\nN,North,up\nM,North,up\n", 3, 2, "label stands above"},
    {"code,label,part\nN,North\n", 2, 0, "expected 3 cells, found 2"},
    {"code,label,part\n,North,up\n", 2, 1, "is empty"},
    {"code,label,part\n_U,North,up\n", 2, 1, "reserved"},
    {"label,code,part\nN,North,up\n", 1, 1, "expected the header"},
    {"code,label,part,part\nN,North,up,up\n", 1, 4, "stands twice"},
    {"code,label,part\n", 0, 0, "no codes"},
    {"code,label,part\nN,North,sideways\n", 0, 0, NULL}, /* at the level's line, in the Lua file */
};

static void test_catalogue__refuses_bad_code_lists(void **state)
{
    (void)state;
    cdn_json *json = load_json_file(CDN_JAIL_CATALOGUE, AMHP, NULL);
    char *parts = load_file(AMHP_CODES "/parts.csv");
    cdn_catalogue *catalogue;
    const char *directory = unit_scratch_make();
    unit_write(unit_path("parts.csv"), parts, strlen(parts));
    for (size_t i = 0; i < sizeof bad_lists / sizeof bad_lists[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        unit_write(unit_path("areas.csv"), bad_lists[i].text, strlen(bad_lists[i].text));
        assert_int_equal(cdn_catalogue_create(json, AMHP, directory, &catalogue, &error),
                         CDN_E_INPUT);
        if (bad_lists[i].says == NULL) {
            assert_string_equal(error.source, AMHP);
            assert_non_null(strstr(error.message, "is not in list \"parts\""));
            continue;
        }
        if (strstr(error.message, bad_lists[i].says) == NULL ||
            error.line != bad_lists[i].line || error.column != bad_lists[i].column) {
            load_print(&error);
            fail();
        }
        assert_string_equal(error.source, unit_path("areas.csv"));
        assert_null(strstr(error.message, "Midlands"));
    }
    unit_scratch_remove();
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(cdn_catalogue_create(json, AMHP, "/nowhere", &catalogue, &error),
                     CDN_E_INPUT);
    assert_string_equal(error.message, "code list \"areas\": there is no file /nowhere/areas.csv");
    assert_int_equal(error.line, 20); /* where amhp.lua first names it */
    cdn_text owned = {.bytes = parts};
    cdn_text_release(&owned);
    cdn_json_destroy(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogue__accepts_the_small_one),
        cmocka_unit_test(test_catalogue__refuses_what_does_not_fit_at_its_line),
        cmocka_unit_test(test_catalogue__refuses_levels_that_are_not_a_tree),
        cmocka_unit_test(test_catalogue__keeps_rows_by_their_own_columns_only),
        cmocka_unit_test(test_catalogue__adds_the_unknown_leaf_where_an_answer_may_lack),
        cmocka_unit_test(test_catalogue__makes_means_of_known_values),
        cmocka_unit_test(test_catalogue__digest_is_of_the_meaning_not_of_the_lines),
        cmocka_unit_test(test_catalogue__digest_covers_the_code_lists),
        cmocka_unit_test(test_catalogue__survives_every_failed_allocation),
        cmocka_unit_test(test_catalogue__knows_no_data_set),
        cmocka_unit_test(test_catalogue__refuses_bad_code_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
