/* overview.c - tables of counts, and plans in words. Never a value of a cell.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/overview.h"

static void add_rules(const cdn_gate_output *output, cdn_text *text, cdn_json *json)
{
    cdn_json *rules = cdn_json_object();
    for (uint32_t r = 0; r < CDN_RULE_END_; r++) {
        const cdn_rule_info *info = cdn_rule_get((cdn_rule)r);
        if (output->by_rule[r] == 0)
            continue;
        cdn_text_addf(text, "      %s  %-44s %8u\n", info->clause, info->name,
                      output->by_rule[r]);
        cdn_json_set(rules, info->clause, cdn_json_new_integer(output->by_rule[r]));
    }
    if (output->secondary > 0)
        cdn_text_addf(text, "      %-55s %8u\n", "withheld to protect others",
                      output->secondary);
    cdn_json_set(json, "rules", rules);
}

void cdn_overview_outputs(const cdn_gate_report *gate, bool rules, cdn_text *text,
                          cdn_json *json)
{
    cdn_json *outputs = cdn_json_array();
    cdn_text_addf(text, "%-28s %9s %9s %9s %9s\n", "output", "figures", "published", "withheld",
                  "no base");
    for (uint32_t i = 0; i < gate->output_count; i++) {
        const cdn_gate_output *o = &gate->outputs[i];
        cdn_json *item = cdn_json_object();
        cdn_text_addf(text, "%-28s %9u %9u %9u %9u\n", o->name, o->figures, o->published,
                      o->primary + o->secondary, o->not_applicable);
        cdn_json_set(item, "name", cdn_json_new_string(o->name));
        cdn_json_set(item, "figures", cdn_json_new_integer(o->figures));
        cdn_json_set(item, "published", cdn_json_new_integer(o->published));
        cdn_json_set(item, "withheld", cdn_json_new_integer(o->primary + o->secondary));
        cdn_json_set(item, "notApplicable", cdn_json_new_integer(o->not_applicable));
        if (rules)
            add_rules(o, text, item);
        cdn_json_push(outputs, item);
    }
    cdn_json_set(json, "outputs", outputs);
    cdn_json_set(json, "cells", cdn_json_new_integer(gate->cell_count));
    cdn_json_set(json, "sensitive", cdn_json_new_integer(gate->sensitive_count));
    cdn_text_addf(text, "%u cells (%u of them hidden), %u equations, %u cells to protect: "
                        "the attack found none of them\n",
                  gate->cell_count, gate->hidden_count, gate->equation_count,
                  gate->sensitive_count);
    cdn_json_set(json, "pinned", cdn_json_new_integer(gate->pinned_count));
    if (gate->pinned_count > 0)
        cdn_text_addf(text, "%u of them have one possible value for a reader who knows the figures "
                            "before rounding and that none is negative\n",
                      gate->pinned_count);
    if (gate->interval_asked > 0) {
        cdn_json_set(json, "intervalsUnsafe", cdn_json_new_integer(gate->interval_unsafe));
        cdn_text_addf(text,
                      "intervals: of %u confidential cells %u are not proven to have more than "
                      "one possible value\n",
                      gate->interval_asked, gate->interval_unsafe);
    }
}

static void add_withheld(const cdn_gate_report *gate, const cdn_gate_withheld *w, cdn_text *text,
                         cdn_json *json)
{
    cdn_json *rules = cdn_json_array();
    const char *output = gate->outputs[w->output].name;
    cdn_text_addf(text, "  %s, %s, %s:", output, w->key, w->measure);
    for (uint32_t r = 0; r < CDN_RULE_END_; r++) {
        if ((w->rules >> r & 1u) == 0)
            continue;
        const cdn_rule_info *info = cdn_rule_get((cdn_rule)r);
        cdn_text_addf(text, " %s", info->clause);
        cdn_json_push(rules, cdn_json_new_string(info->clause));
    }
    if (w->rules == 0)
        cdn_text_add(text, " to protect others");
    if (w->reason != NULL)
        cdn_text_addf(text, " (%s%s)", w->rules >> CDN_RULE_MANUAL & 1u ? "by hand: " : "",
                      w->reason);
    cdn_text_add(text, "\n");
    cdn_json_set(json, "output", cdn_json_new_string(output));
    cdn_json_set(json, "key", cdn_json_new_string(w->key));
    cdn_json_set(json, "measure", cdn_json_new_string(w->measure));
    cdn_json_set(json, "rules", rules);
    if (w->reason != NULL)
        cdn_json_set(json, "reason", cdn_json_new_string(w->reason));
}

void cdn_overview_reasons(const cdn_gate_report *gate, cdn_text *text, cdn_json *json)
{
    cdn_json *list = cdn_json_array();
    if (gate->withheld_count > 0)
        cdn_text_add(text, "withheld, and which rule bound (not for recipients):\n");
    for (uint32_t i = 0; i < gate->withheld_count; i++) {
        cdn_json *item = cdn_json_object();
        add_withheld(gate, &gate->withheld[i], text, item);
        cdn_json_push(list, item);
    }
    cdn_json_set(json, "withheld", list);
}

static void add_filters(const cdn_catalogue *catalogue, const cdn_plan_filter *filters,
                        uint32_t count, cdn_text *text)
{
    for (uint32_t f = 0; f < count; f++) {
        const cdn_dimension *dimension = &catalogue->dimensions[filters[f].dimension];
        const cdn_level *level = &dimension->levels[filters[f].level];
        cdn_text_addf(text, "    only %s %s:", dimension->name, level->name);
        for (uint32_t c = 0; c < filters[f].code_count; c++)
            cdn_text_addf(text, "%s %s", c > 0 ? "," : "", level->labels[filters[f].codes[c]]);
        cdn_text_add(text, "\n");
    }
}

static void add_measures(const cdn_catalogue *catalogue, const cdn_plan_name *measures,
                         uint32_t count, cdn_text *text)
{
    for (uint32_t m = 0; m < count; m++) {
        const cdn_measure *measure = &catalogue->measures[measures[m].index];
        cdn_text_addf(text, "    %-32s %s\n", measure->name, measure->title);
    }
}

static void add_table(const cdn_catalogue *catalogue, const cdn_plan_table *table, cdn_text *text)
{
    cdn_text_addf(text, "  table %s (line %u)%s\n", table->name, table->line,
                  table->totals ? ", with totals" : "");
    for (uint32_t d = 0; d < table->dimension_count; d++) {
        const cdn_plan_dimension *asked = &table->dimensions[d];
        const cdn_dimension *dimension = &catalogue->dimensions[asked->dimension];
        cdn_text_addf(text, "    by %s", dimension->name);
        for (uint32_t l = asked->first_level; l <= asked->last_level; l++)
            cdn_text_addf(text, "%s %s", l > asked->first_level ? "," : "",
                          dimension->levels[l].name);
        cdn_text_add(text, "\n");
    }
    add_filters(catalogue, table->filters, table->filter_count, text);
    add_measures(catalogue, table->measures, table->measure_count, text);
}

static void add_list(const cdn_catalogue *catalogue, const cdn_plan_list *list,
                     const cdn_agreement *agreement, cdn_text *text)
{
    const cdn_grant_rows *grant = cdn_agreement_rows(agreement, list->record);
    cdn_text_addf(text, "  list %s (line %u): one row per %s%s\n", list->name, list->line,
                  catalogue->records[list->record].name,
                  grant != NULL && grant->consent ? " that consents" : "");
    cdn_text_add(text, "    fields:");
    for (uint32_t f = 0; f < list->field_count; f++)
        cdn_text_addf(text, "%s %s", f > 0 ? "," : "",
                      catalogue->fields[list->fields[f].index].name);
    cdn_text_add(text, "\n");
    add_filters(catalogue, list->filters, list->filter_count, text);
    add_measures(catalogue, list->measures, list->measure_count, text);
}

void cdn_overview_plan(const cdn_desk *desk, const cdn_request *request, cdn_text *text,
                       cdn_json *json)
{
    const cdn_plan *plan = request->plan;
    cdn_text_addf(text, "feed %s: %s\n", plan->feed, plan->title);
    cdn_text_addf(text, "plan %.16s, agreement %s (%s), policy %s\n", plan->digest,
                  plan->agreement, request->agreement->partner, request->policy->name);
    cdn_text_addf(text, "purpose: %s\n", request->agreement->purpose);
    for (uint32_t t = 0; t < plan->table_count; t++)
        add_table(desk->catalogue, &plan->tables[t], text);
    for (uint32_t l = 0; l < plan->list_count; l++)
        add_list(desk->catalogue, &plan->lists[l], request->agreement, text);
    cdn_json_set(json, "feed", cdn_json_new_string(plan->feed));
    cdn_json_set(json, "plan", cdn_json_new_string(plan->digest));
    cdn_json_set(json, "agreement", cdn_json_new_string(plan->agreement));
    cdn_json_set(json, "policy", cdn_json_new_string(request->policy->name));
}

static cdn_json *bindings_json(const cdn_gate_report *gate, cdn_text *text)
{
    cdn_json *list = cdn_json_array();
    for (uint32_t b = 0; b < gate->binding_count; b++) {
        const cdn_gate_binding *one = &gate->bindings[b];
        const char *release = one->release_id == NULL ? "several together" : one->release_id;
        cdn_json *item = cdn_json_object();
        cdn_text_addf(text, "  %-28s %7u withheld because of %s%s%s\n",
                      gate->outputs[one->output].name, one->figures, release,
                      one->past_output == NULL ? "" : ", table ",
                      one->past_output == NULL ? "" : one->past_output);
        cdn_json_set(item, "output", cdn_json_new_string(gate->outputs[one->output].name));
        cdn_json_set(item, "figures", cdn_json_new_integer(one->figures));
        cdn_json_set(item, "release", one->release_id == NULL
                                          ? cdn_json_new_null()
                                          : cdn_json_new_string(one->release_id));
        cdn_json_set(item, "table", one->past_output == NULL
                                        ? cdn_json_new_null()
                                        : cdn_json_new_string(one->past_output));
        cdn_json_push(list, item);
    }
    return list;
}

void cdn_overview_history(const cdn_gate_report *gate, const cdn_past *past, uint32_t past_count,
                          cdn_text *text, cdn_json *json)
{
    if (past_count == 0)
        return;
    cdn_json *history = cdn_json_object();
    cdn_json *releases = cdn_json_array();
    cdn_text_addf(text, "together with %u earlier release%s of this audience\n", past_count,
                  past_count == 1 ? "" : "s");
    for (uint32_t i = 0; i < past_count; i++)
        cdn_json_push(releases, cdn_json_new_string(past[i].release_id));
    cdn_json_set(history, "releases", releases);
    cdn_json_set(history, "withheld", bindings_json(gate, text));
    cdn_json_set(history, "conflicts", cdn_json_new_integer(gate->conflict_count));
    if (gate->conflict_count > 0)
        cdn_text_addf(text,
                      "%u confidential cells follow from earlier releases alone: nothing that "
                      "is done now can prevent it\n",
                      gate->conflict_count);
    cdn_json_set(json, "history", history);
}
