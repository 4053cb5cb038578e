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
    assert_int_equal(p->dominance_count, 1);
    assert_true(p->dominance[0].on);
    assert_int_equal(p->dominance[0].n, 1);
    assert_int_equal(p->dominance[0].k_percent, 80);
    assert_int_equal(p->dominance[0].compare, CDN_MORE_THAN);
    assert_true(p->p_percent.on);
    assert_int_equal(p->p_percent.p_percent, 10);
    assert_int_equal(p->p_percent.q_percent, 100);
    assert_int_equal(p->p_percent.coalition, 1);
    assert_int_equal(p->p_percent.compare, CDN_FEWER_THAN);
    assert_false(p->request.on || p->waivers || p->k_disclosure.on);
    assert_int_equal(p->negatives, CDN_NEGATIVES_ABSOLUTE);
    assert_int_equal(p->negative_factor, 1);
    assert_int_equal(p->weighting, CDN_WEIGHT_RESPONDENT);
    assert_true(p->levels.on && p->levels.by_rule);
    assert_int_equal(p->levels.minimum_percent, 0);
    assert_int_equal(p->levels.minimum_width, 1);
    assert_int_equal(p->levels.zero_above, 0);
    assert_int_equal(p->levels.limit, 2000);
    assert_true(p->insiders.workers && p->insiders.workplaces && p->insiders.providers);
    assert_true(cdn_threshold_unsafe(&p->history.workers, 9));
    assert_false(cdn_threshold_unsafe(&p->history.workers, 10));
    assert_true(cdn_threshold_unsafe(&p->history.workplaces, 2));
    assert_false(cdn_threshold_unsafe(&p->history.workplaces, 3));
    assert_true(cdn_threshold_unsafe(&p->history.providers, 1));
    assert_false(cdn_threshold_unsafe(&p->history.providers, 2));
    assert_true(p->history.concentration && cdn_policy_collude(p, "any", "other"));
    assert_int_equal(p->total_weight, 1);
    assert_int_equal(p->manual_count, 0);
    assert_int_equal(p->rounding, CDN_ROUNDING_CONVENTIONAL);
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
    /* 21 members, 6 thresholds and their 3 x 6, dominance 2 (its rules are a list), p_percent 5,
     * request 1, negatives 1, k_disclosure 1, levels 6, insiders 3,
     * history 3, its 3 thresholds and their 3 x 3, rounding 7 */
    assert_int_equal(refuse_each_missing(json, json, path, 0),
                     21 + 6 + 18 + 2 + 5 + 1 + 1 + 1 + 6 + 3 + 3 + 3 + 9 + 7);
    cdn_json_destroy(json);
}

/* Every rule is on, line by line. */
static const char small[] =
    "{'format':'cordon-policy/1','name':'p','title':'P','line':1,"
    "'minimum':{'line':2,'workers':{'on':true,'compare':'at_most','value':9,'line':3},"
    "'workplaces':{'on':false,'line':4},'providers':{'on':false},"
    "'quantile_workers':{'on':false},'quantile_side':{'on':false},'row_workers':{'on':false}},"
    "'dominance':{'on':true,'line':5,'rules':["
    "{'n':2,'k_percent':85,'compare':'at_least','line':6},"
    "{'n':5,'k_percent':95,'compare':'more_than','line':7}]},"
    "'p_percent':{'on':true,'compare':'at_most','p_percent':15,'q_percent':60,'coalition':3,"
    "'line':8},"
    "'request':{'on':true,'largest':2,'share_percent':40,'compare':'at_least','line':9,"
    "'providers':{'on':true,'compare':'fewer_than','value':6,'line':10}},"
    "'waivers':true,'negatives':{'method':'scaled','factor':3,'line':11},"
    "'weights':'cumulated','group_disclosure':false,'k_disclosure':{'on':true,'k':2,'line':12},"
    "'zeros':'unsafe','not_recorded':'unsafe',"
    "'levels':{'on':true,'minimum_percent':30,'minimum_width':2,'by_rule':false,'zero_above':4,"
    "'limit':50,'line':13},"
    "'insiders':{'workers':false,'workplaces':true,'providers':false,'line':14},"
    "'history':{'changes':{'workers':{'on':true,'compare':'at_most','value':4,'line':20},"
    "'workplaces':{'on':false},'providers':{'on':false},'line':21},'concentration':true,"
    "'collude':'sets','sets':[{'agreements':['a','b'],'line':22},"
    "{'agreements':['c','d','e'],'line':23}],'line':19},"
    "'cost':'cells','total_weight':7,"
    "'manual':[{'measure':'posts','where':[{'dimension':'area','code':'702'},"
    "{'dimension':'role','code':'_T'}],'status':'published','reason':'R','line':15},"
    "{'measure':'posts','where':[],'status':'safe','reason':'S','line':16}],"
    "'rounding':{'line':17,'method':'cell_key','count_base':1,'sum_base':1,'rate_decimals':0,"
    "'mean_decimals':0,'quantile_decimals':0,'public':true,'noise':{'line':18,'deviation':5,"
    "'variance':2500,'small':2,'contributors':3,'flex':1000,'share_small':250,'share_large':50,"
    "'power':4}}}";

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
    {"'n':2", "'n':6", 6, "from 1 to 5"},
    {"'k_percent':85", "'k_percent':101", 6, "from 1 to 100"},
    {"'compare':'at_least'", "'compare':'at_most'", 6, "unknown value"},
    {"{'n':5,'k_percent':95,'compare':'more_than','line':7}",
     "{'n':5,'k_percent':95,'line':7}", 7, "\"compare\""},
    {"'q_percent':60", "'q_percent':15", 8, "to be more than 15 %"},
    {"'coalition':3", "'coalition':5", 8, "from 1 to 4"},
    {"'coalition':3,", "", 8, "\"coalition\""},
    {"'largest':2", "'largest':3", 9, "from 1 to 2"},
    {"'value':6", "'value':-1", 10, "from 1 to"},
    {"'method':'scaled'", "'method':'absolute'", 11, "for \"scaled\" only"},
    {"'factor':3,", "", 11, "\"factor\""},
    {"'weights':'cumulated'", "'weights':'weighted'", 1, "unknown value"},
    {"'k':2", "'k':0", 12, "from 1 to"},
    {"'minimum_width':2,", "", 13, "minimum_width"},
    {"'limit':50", "'limit':0", 13, "from 1 to"},
    {"'providers':false,'line':14", "'line':14", 14, "providers"},
    {"'on':true,'compare':'at_most','value':4", "'on':true,'value':4", 20, "\"compare\""},
    {"'collude':'sets'", "'collude':'all'", 19, "for \"sets\" only"},
    {"'collude':'sets'", "'collude':'some'", 19, "unknown value \"some\""},
    {"['a','b']", "['a']", 22, "fewer than two"},
    {"['c','d','e']", "['c','b']", 23, "\"b\" in two sets"},
    {"'total_weight':7", "'total_weight':0", 1, "from 1 to"},
    {"'status':'published'", "'status':'hidden'", 15, "unknown value"},
    {"'reason':'R'", "'reason':''", 15, "reason"},
    {"'role'", "'area'", 15, "\"area\" twice"},
    {"'where':[]", "'where':[{'dimension':'role','code':'_T'},{'dimension':'area','code':'702'}]",
     16, "decided already, in line 15"},
    {"'count_base':1", "'count_base':0", 17, "from 1 to"},
    {"'rate_decimals':0", "'rate_decimals':7", 17, "from 0 to 6"},
    {"'public':true", "'public':1", 17, "expected a flag"},
    {"'cell_key'", "'midpoint'", 17, "for \"cell_key\" only"},
    {"'variance':2500", "'variance':25001", 18, "from 1 to 25000"},
    {"'small':2", "'small':6", 18, "from 0 to 5"},
    {"'share_large':50", "'share_large':251", 18, "from 0 to 250"},
    {"'power':4", "'power':0", 18, "from 1 to"},
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
}

static void check_concentration(const cdn_policy *p)
{
    assert_int_equal(p->dominance_count, 2);
    assert_int_equal(p->dominance[0].compare, CDN_AT_LEAST);
    assert_int_equal(p->dominance[0].n, 2);
    assert_int_equal(p->dominance[1].n, 5);
    assert_int_equal(p->dominance[1].k_percent, 95);
    assert_int_equal(p->dominance[1].compare, CDN_MORE_THAN);
    assert_int_equal(p->p_percent.p_percent, 15);
    assert_int_equal(p->p_percent.q_percent, 60);
    assert_int_equal(p->p_percent.coalition, 3);
    assert_int_equal(p->p_percent.compare, CDN_AT_MOST);
    assert_true(p->request.on && p->waivers);
    assert_int_equal(p->request.largest, 2);
    assert_int_equal(p->request.share_percent, 40);
    assert_int_equal(p->request.compare, CDN_AT_LEAST);
    assert_true(cdn_threshold_unsafe(&p->request.contributors, 5));
    assert_false(cdn_threshold_unsafe(&p->request.contributors, 6));
    assert_int_equal(p->negatives, CDN_NEGATIVES_SCALED);
    assert_int_equal(p->negative_factor, 3);
    assert_int_equal(p->weighting, CDN_WEIGHT_CUMULATED);
    assert_true(p->k_disclosure.on);
    assert_int_equal(p->k_disclosure.k, 2);
}

static void check_history(const cdn_policy *p)
{
    assert_true(cdn_threshold_unsafe(&p->history.workers, 4));
    assert_false(cdn_threshold_unsafe(&p->history.workers, 5));
    assert_false(p->history.workplaces.on || p->history.providers.on);
    assert_true(p->history.concentration);
    assert_true(cdn_policy_collude(p, "a", "b") && cdn_policy_collude(p, "e", "c"));
    assert_true(cdn_policy_collude(p, "z", "z"));
    assert_false(cdn_policy_collude(p, "a", "c") || cdn_policy_collude(p, "a", "z"));
}

static void check_the_rest(const cdn_policy *p)
{
    assert_true(p->levels.on);
    assert_int_equal(p->levels.minimum_percent, 30);
    assert_int_equal(p->levels.minimum_width, 2);
    assert_false(p->levels.by_rule);
    assert_int_equal(p->levels.zero_above, 4);
    assert_int_equal(p->levels.limit, 50);
    assert_true(!p->insiders.workers && p->insiders.workplaces && !p->insiders.providers);
    check_history(p);
    assert_int_equal(p->total_weight, 7);
    assert_int_equal(p->manual_count, 2);
    assert_string_equal(p->manual[0].measure, "posts");
    assert_int_equal(p->manual[0].code_count, 2);
    assert_string_equal(p->manual[0].dimensions[1], "role");
    assert_string_equal(p->manual[0].codes[1], "_T");
    assert_int_equal(p->manual[0].status, CDN_MANUAL_PUBLISHED);
    assert_string_equal(p->manual[1].reason, "S");
    assert_int_equal(p->manual[1].code_count, 0);
    assert_int_equal(p->manual[1].line, 16);
    assert_int_equal(p->rounding, CDN_ROUNDING_CELL_KEY);
    assert_int_equal(p->noise.deviation, 5);
    assert_int_equal(p->noise.variance, 2500);
    assert_int_equal(p->noise.small, 2);
    assert_int_equal(p->noise.contributors, 3);
    assert_int_equal(p->noise.flex, 1000);
    assert_int_equal(p->noise.share_small, 250);
    assert_int_equal(p->noise.share_large, 50);
    assert_int_equal(p->noise.power, 4);
}

static void test_policy__holds_what_the_file_says(void **state)
{
    (void)state;
    cdn_error error = CDN_ERROR_INIT;
    cdn_policy *policy;
    cdn_json *json = load_quoted(small, NULL, NULL);
    assert_int_equal(cdn_policy_create(json, "p.lua", &policy, &error), CDN_OK);
    assert_string_equal(policy->source, "p.lua");
    assert_true(cdn_threshold_unsafe(&policy->workers, 9));
    assert_false(cdn_threshold_unsafe(&policy->workers, 10));
    assert_false(cdn_threshold_unsafe(&policy->workplaces, 0));
    assert_int_equal(policy->zeros, CDN_ZEROS_UNSAFE);
    assert_false(policy->missing_safe);
    check_concentration(policy);
    check_the_rest(policy);
    cdn_policy_destroy(policy);
    cdn_json_destroy(json);
}

/* The words of the language, each once, by way of the jail. */
static const struct {
    const char *option, *from, *json;
} words[] = {
    {"dominance", "{ largest(1):share(more_than(80)), largest(2):share(at_least(90)) }",
     "'dominance':{'line':1,'on':true,'rules':[{'compare':'more_than','k_percent':80,'line':1,"
     "'n':1},{'compare':'at_least','k_percent':90,'line':1,'n':2}]}"},
    {"dominance", "off", "'dominance':{'line':1,'on':false}"},
    {"p_percent", "less_than(10):prior(50):coalition(2)",
     "'p_percent':{'coalition':2,'compare':'less_than','line':1,'on':true,'p_percent':10,"
     "'q_percent':50}"},
    {"request", "{ when = largest(2):share(at_least(70)), providers = off }",
     "'request':{'compare':'at_least','largest':2,'line':1,'on':true,"
     "'providers':{'line':1,'on':false},'share_percent':70}"},
    {"negatives", "scaled(2)", "'negatives':{'factor':2,'line':1,'method':'scaled'}"},
    {"k_disclosure", "at_most(3)", "'k_disclosure':{'k':3,'line':1,'on':true}"},
    {"levels", "off", "'levels':{'line':1,'on':false}"},
    {"history", "{ changes = { workers = off, workplaces = fewer_than(3), providers = off }, "
                "concentration = true, collude = { { 'a', 'b' }, { 'c', 'd' } } }",
     "'collude':'sets','concentration':true,'line':1,'sets':[{'agreements':['a','b'],'line':1},"
     "{'agreements':['c','d'],'line':1}]}"},
    {"manual", "{ cell { measure = 'a', where = { y = '1', x = '2' }, status = 'safe', "
               "reason = 'r' } }",
     "'manual':[{'line':1,'measure':'a','reason':'r','status':'safe','where':["
     "{'code':'2','dimension':'x','line':1},{'code':'1','dimension':'y','line':1}]}]"},
    {"rounding", "{ method = 'cell_key', count_base = 1, sum_base = 1, rate_decimals = 1, "
                 "mean_decimals = 1, quantile_decimals = 1, public = false, noise = { "
                 "deviation = 5, variance = 2.5, small = 2, contributors = 1, flex = 10, "
                 "share_small = 0.25, share_large = 0.05, power = 3 } }",
     "'variance':2500"},
};

static const struct {
    const char *option, *written;
} defaults[] = {
    {"title", "'T'"},
    {"minimum", "{ workers = off, workplaces = off, providers = off, quantile_workers = off, "
                "quantile_side = off, row_workers = off }"},
    {"dominance", "off"}, {"p_percent", "off"}, {"request", "off"}, {"waivers", "false"},
    {"negatives", "'absolute'"}, {"weights", "'respondent'"}, {"group_disclosure", "false"},
    {"k_disclosure", "off"}, {"zeros", "'safe'"}, {"not_recorded", "'safe'"}, {"levels", "off"},
    {"insiders", "{ workers = false, workplaces = false, providers = false }"},
    {"history", "{ changes = { workers = off, workplaces = off, providers = off }, "
                "concentration = false, collude = 'none' }"},
    {"cost", "'cells'"}, {"total_weight", "1"}, {"manual", "off"},
    {"rounding", "{ method = 'conventional', count_base = 1, sum_base = 1, rate_decimals = 1, "
                 "mean_decimals = 1, quantile_decimals = 1, public = false }"},
};

/* A policy in one line in which one option is written otherwise. */
static void write_policy(cdn_text *out, const char *option, const char *written)
{
    cdn_text_add(out, "policy 'p' { ");
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        cdn_text_addf(out, "%s = %s, ", defaults[i].option,
                      strcmp(defaults[i].option, option) == 0 ? written : defaults[i].written);
    cdn_text_add(out, "}");
}

static void test_policy__the_language_has_a_word_for_each_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_text source = CDN_TEXT_INIT(65536), text = CDN_TEXT_INIT(65536);
        cdn_text wanted = CDN_TEXT_INIT(65536);
        cdn_policy *policy = NULL;
        write_policy(&source, words[i].option, words[i].from);
        cdn_json *json = load_json(CDN_JAIL_POLICY, "p.lua", source.bytes, NULL);
        cdn_json_write(json, false, &text);
        cdn_text_add(&wanted, words[i].json);
        for (size_t c = 0; c < wanted.length; c++)
            wanted.bytes[c] = wanted.bytes[c] == '\'' ? '"' : wanted.bytes[c];
        if (strstr(text.bytes, wanted.bytes) == NULL)
            fail_msg("%s: %s", words[i].from, text.bytes);
        if (cdn_policy_create(json, "p.lua", &policy, &error) != CDN_OK) {
            load_print(&error);
            fail();
        }
        cdn_policy_destroy(policy);
        cdn_json_destroy(json);
        cdn_text_release(&wanted);
        cdn_text_release(&text);
        cdn_text_release(&source);
    }
}

static const struct {
    const char *option, *written, *says;
} not_words[] = {
    {"dominance", "{}", "is empty"},
    {"dominance", "fewer_than(3)", "must be largest"},
    {"dominance", "largest(6):share(more_than(80))", "between 1 and 5"},
    {"p_percent", "10", "must be a threshold"},
    {"request", "largest(1):share(more_than(80))", "must be a table"},
    {"request", "{ when = largest(1):share(more_than(80)) }", "has no providers"},
    {"negatives", "'size'", "\"absolute\" or scaled(f)"},
    {"k_disclosure", "fewer_than(3)", "at_most(k) or off"},
    {"levels", "{ minimum = { percent = 0 }, by_rule = true, zero_above = 0, limit = 1 }",
     "has no width"},
    {"insiders", "{ workers = true, workplaces = true, providers = true, owners = true }",
     "no option 'owners'"},
    {"history", "off", "must be a table"},
    {"history", "{ changes = { workers = off, workplaces = off, providers = off }, "
                "concentration = false, collude = { { 'a' } } }", "is empty"},
    {"manual", "{}", "is empty"},
    {"manual", "{ { measure = 'a' } }", "must be a cell"},
    {"manual", "{ cell { measure = 'a', where = {}, status = 'open', reason = 'r' } }",
     "unknown value 'open'"},
    {"minimum", "{ workers = fewer_than(3):prior(50), workplaces = off, providers = off, "
                "quantile_workers = off, quantile_side = off, row_workers = off }", "no prior"},
    {"rounding", "{ method = 'cell_key', count_base = 1, sum_base = 1, rate_decimals = 1, "
                 "mean_decimals = 1, quantile_decimals = 1, public = false }", "has no noise"},
    {"rounding", "{ method = 'round', count_base = 1, sum_base = 1, rate_decimals = 1, "
                 "mean_decimals = 1, quantile_decimals = 1, public = false }",
     "unknown value 'round'"},
};

static void test_policy__the_language_refuses_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof not_words / sizeof not_words[0]; i++) {
        cdn_error error = CDN_ERROR_INIT;
        cdn_text source = CDN_TEXT_INIT(65536);
        cdn_json *json = NULL;
        write_policy(&source, not_words[i].option, not_words[i].written);
        assert_int_equal(cdn_jail_run(load_helper(), CDN_JAIL_POLICY, "p.lua", source.bytes,
                                      source.length, NULL, &json, &error), CDN_E_INPUT);
        if (strstr(error.message, not_words[i].says) == NULL) {
            print_error("%s: ", not_words[i].written);
            load_print(&error);
            fail();
        }
        cdn_text_release(&source);
    }
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
        cmocka_unit_test(test_policy__holds_what_the_file_says),
        cmocka_unit_test(test_policy__the_language_has_a_word_for_each_rule),
        cmocka_unit_test(test_policy__the_language_refuses_the_rest),
        cmocka_unit_test(test_policy__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
