/* report.c - counts of a table and its pattern, as text and as JSON. No value of a cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/engine.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "rule/rule.h"

typedef struct counts {
    uint32_t sensitive, withheld, secondary, hidden, forced, structural;
    uint32_t by_rule[CDN_RULE_END_];
    __int128 value, withheld_value;
} counts;

static __int128 magnitude(int64_t value)
{
    return value < 0 ? -(__int128)value : value;
}

static void count_cell(const cdn_outside_cell *cell, bool withheld, counts *out)
{
    bool sensitive = cdn_outside_is_sensitive(cell);
    out->sensitive += sensitive;
    out->forced += cell->status == CDN_OUTSIDE_FORCED;
    out->structural += cell->status == CDN_OUTSIDE_STRUCTURAL;
    for (uint32_t r = 0; r < CDN_RULE_END_; r++)
        out->by_rule[r] += cell->verdict >> r & 1u;
    if (cell->status == CDN_OUTSIDE_HIDDEN) {
        out->hidden++;
        return;
    }
    out->value += magnitude(cell->value);
    if (!withheld)
        return;
    out->withheld++;
    out->secondary += !sensitive;
    out->withheld_value += magnitude(cell->value);
}

static void add_count(cdn_text *text, cdn_json *json, const char *label, const char *key,
                      uint32_t number)
{
    cdn_text_addf(text, "%-22s %9u\n", label, number);
    cdn_json_set(json, key, cdn_json_new_integer(number));
}

static void add_note(cdn_text *text, cdn_rule rule, const char *what)
{
    const cdn_rule_info *info = cdn_rule_get(rule);
    cdn_text_addf(text, "note: %s (%s) %s\n", info->clause, info->name, what);
}

static void add_rules(const cdn_outside_table *table, const cdn_policy *policy, const counts *c,
                      cdn_text *text, cdn_json *json)
{
    cdn_json *rules = cdn_json_object();
    for (uint32_t r = 0; r < CDN_RULE_END_; r++) {
        const cdn_rule_info *info = cdn_rule_get((cdn_rule)r);
        if (c->by_rule[r] == 0)
            continue;
        cdn_text_addf(text, "  %s %-40s %9u\n", info->clause, info->name, c->by_rule[r]);
        cdn_json_set(rules, info->clause, cdn_json_new_integer(c->by_rule[r]));
    }
    cdn_json_set(json, "rules", rules);
    cdn_json_set(json, "policy", cdn_json_new_string(policy->name));
    cdn_json_set(json, "policyDigest", cdn_json_new_string(policy->digest));
    if (table->values_count)
        cdn_text_add(text, "note: every value is its number of records: rules on the largest "
                           "contributors apply only where they are given\n");
    if (policy->group_disclosure)
        add_note(text, CDN_RULE_GROUP, "cannot be told from these files and was not looked for");
    if (policy->k_disclosure.on)
        add_note(text, CDN_RULE_K_DISCLOSURE,
                 "cannot be told from these files and was not looked for");
    if (policy->manual_count > 0)
        add_note(text, CDN_RULE_MANUAL,
                 "names measures, which these files do not have: the column status decides");
    if (table->holders == NULL &&
        (policy->insiders.workers || policy->insiders.workplaces || policy->insiders.providers))
        add_note(text, CDN_RULE_INSIDERS,
                 "needs the column \"holder\": contributors are not among the attackers");
    cdn_json_set(json, "groupDisclosureChecked", cdn_json_new_bool(false));
}

static void add_holders(const cdn_outside_table *table, cdn_text *text, cdn_json *json)
{
    uint32_t holders = table->holders == NULL ? 0 : cdn_map_count(table->holders);
    add_count(text, json, "contributors alone", "contributorsAlone", holders);
    cdn_json_set(json, "insidersChecked", cdn_json_new_bool(table->holders != NULL));
    cdn_json_set(json, "nameless", cdn_json_new_integer(table->nameless_count));
    if (table->nameless_count > 0)
        cdn_text_addf(text, "note: %u cells have one contributor whom no column \"holder\" "
                            "names: these contributors are not among the attackers\n",
                      table->nameless_count);
}

void cdn_outside_report_counts(const cdn_outside_table *table, const uint8_t *withheld,
                               const cdn_policy *policy, cdn_text *text, cdn_json *json)
{
    counts c = {0};
    for (uint32_t i = 0; i < table->cell_count; i++)
        count_cell(&table->cells[i], withheld[i] != 0, &c);
    int64_t share = c.value == 0 ? 0 : cdn_divide_half_up(c.withheld_value * 1000000, c.value);
    add_count(text, json, "cells", "cells", table->cell_count);
    add_count(text, json, "rows", "rows", table->row_count);
    add_count(text, json, "sensitive", "sensitive", c.sensitive);
    add_count(text, json, "withheld", "withheld", c.withheld);
    add_count(text, json, "  of them secondary", "secondary", c.secondary);
    add_count(text, json, "hidden", "hidden", c.hidden);
    add_count(text, json, "forced", "forced", c.forced);
    add_count(text, json, "structural", "structural", c.structural);
    cdn_text_addf(text, "%-22s ", "value withheld");
    cdn_text_add_decimal(text, share, 4);
    cdn_text_add(text, " % of the sum without signs\n");
    cdn_json_set(json, "withheldValuePerMillion", cdn_json_new_integer(share));
    if (policy != NULL)
        add_rules(table, policy, &c, text, json);
    add_holders(table, text, json);
}
