/* read.c - the plan's JSON to tables and lists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "plan/parts.h"

#define MOST_FILTERS 64u
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static cdn_status too_many(const plan_parse *parse, uint32_t line, const char *what, size_t most)
{
    return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, line, 0, "more than %zu %s",
                       most, what);
}

/* The feed's filters, then the output's own. */
static cdn_status read_filters(const plan_parse *parse, const cdn_json *list, uint32_t line,
                               const cdn_plan_filter *inherited, uint32_t inherited_count,
                               const cdn_plan_filter **out, uint32_t *out_count)
{
    size_t count = cdn_json_size(list);
    if (count > MOST_FILTERS)
        return too_many(parse, line, "filters", MOST_FILTERS);
    cdn_plan_filter *filters =
        cdn_arena_alloc(parse->arena, inherited_count + count, sizeof *filters);
    if (filters == NULL)
        return cdn_fail_memory(parse->error);
    for (uint32_t i = 0; i < inherited_count; i++)
        filters[i] = inherited[i];
    for (size_t i = 0; i < count; i++)
        CDN_TRY(plan_read_filter(parse, cdn_json_at(list, i), &filters[inherited_count + i]));
    *out = filters;
    *out_count = inherited_count + (uint32_t)count;
    return CDN_OK;
}

static cdn_status read_dimension(const plan_parse *parse, const cdn_json *json,
                                 cdn_plan_dimension *out)
{
    static const plan_member members[] = {{"dim", CDN_JSON_STRING},
                                          {"from", CDN_JSON_STRING},
                                          {"line", CDN_JSON_INTEGER},
                                          {"to", CDN_JSON_STRING}};
    CDN_TRY(plan_expect(parse, json, "a dimension", members, COUNT_OF(members)));
    CDN_TRY(plan_read_line(parse, json, "line", &out->line));
    CDN_TRY(plan_find_dimension(parse, cdn_json_string(cdn_json_get(json, "dim")), out->line,
                                &out->dimension));
    const char *from = cdn_json_string(cdn_json_get(json, "from"));
    const char *to = cdn_json_string(cdn_json_get(json, "to"));
    if (from[0] == '\0' && to[0] == '\0') {
        out->last_level = parse->catalogue->dimensions[out->dimension].level_count - 1;
        out->first_level = out->last_level;
        return CDN_OK;
    }
    CDN_TRY(plan_find_level(parse, out->dimension, from, out->line, &out->first_level));
    CDN_TRY(plan_find_level(parse, out->dimension, to, out->line, &out->last_level));
    if (out->first_level > out->last_level)
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, out->line, 0,
                           "levels go from coarse to fine: %s is finer than %s", from, to);
    return CDN_OK;
}

static cdn_status read_dimensions(const plan_parse *parse, const cdn_json *json,
                                  cdn_plan_table *table)
{
    const cdn_json *rows = cdn_json_get(json, "rows");
    const cdn_json *columns = cdn_json_get(json, "columns");
    size_t row_count = cdn_json_size(rows), count = row_count + cdn_json_size(columns);
    if (count > CDN_LIMIT_TABLE_DIMENSIONS)
        return too_many(parse, table->line, "dimensions in a table", CDN_LIMIT_TABLE_DIMENSIONS);
    cdn_plan_dimension *dimensions = cdn_arena_alloc(parse->arena, count, sizeof *dimensions);
    if (dimensions == NULL)
        return cdn_fail_memory(parse->error);
    for (size_t i = 0; i < count; i++) {
        const cdn_json *item =
            i < row_count ? cdn_json_at(rows, i) : cdn_json_at(columns, i - row_count);
        CDN_TRY(read_dimension(parse, item, &dimensions[i]));
        for (size_t j = 0; j < i; j++) {
            if (dimensions[j].dimension == dimensions[i].dimension)
                return cdn_fail_at(
                    parse->error, CDN_E_REFUSED, parse->script, dimensions[i].line, 0,
                    "dimension '%s' is twice in table '%s'",
                    parse->catalogue->dimensions[dimensions[i].dimension].name, table->name);
        }
    }
    table->dimensions = dimensions;
    table->dimension_count = (uint32_t)count;
    table->row_count = (uint32_t)row_count;
    return CDN_OK;
}

/* Measures, or (with a record type) fields. */
static cdn_status read_names(const plan_parse *parse, const cdn_json *list, uint32_t record,
                             uint32_t line, const cdn_plan_name **out, uint32_t *out_count)
{
    static const plan_member members[] = {{"line", CDN_JSON_INTEGER}, {"name", CDN_JSON_STRING}};
    bool fields = record != CDN_NONE;
    const char *what = fields ? "field" : "measure";
    size_t count = cdn_json_size(list);
    uint32_t most = fields ? parse->catalogue->field_count : parse->catalogue->measure_count;
    if (count > most)
        return too_many(parse, line, fields ? "fields" : "measures", most);
    cdn_plan_name *names = cdn_arena_alloc(parse->arena, count, sizeof *names);
    if (names == NULL)
        return cdn_fail_memory(parse->error);
    for (size_t i = 0; i < count; i++) {
        const cdn_json *item = cdn_json_at(list, i);
        CDN_TRY(plan_expect(parse, item, what, members, COUNT_OF(members)));
        CDN_TRY(plan_read_line(parse, item, "line", &names[i].line));
        const char *name = cdn_json_string(cdn_json_get(item, "name"));
        if (fields)
            CDN_TRY(plan_find_field(parse, record, name, names[i].line, &names[i].index));
        else
            CDN_TRY(plan_find_measure(parse, name, names[i].line, &names[i].index));
        for (size_t j = 0; j < i; j++) {
            if (names[j].index == names[i].index)
                return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, names[i].line, 0,
                                   "%s '%s' is listed twice", what, name);
        }
    }
    *out = names;
    *out_count = (uint32_t)count;
    return CDN_OK;
}

static cdn_status read_table(const plan_parse *parse, const cdn_json *json,
                             const cdn_plan_filter *inherited, uint32_t inherited_count,
                             cdn_plan_table *out)
{
    static const plan_member members[] = {
        {"columns", CDN_JSON_ARRAY}, {"line", CDN_JSON_INTEGER}, {"measures", CDN_JSON_ARRAY},
        {"name", CDN_JSON_STRING},   {"note", CDN_JSON_STRING},  {"rows", CDN_JSON_ARRAY},
        {"title", CDN_JSON_STRING},  {"totals", CDN_JSON_BOOL},  {"where", CDN_JSON_ARRAY}};
    CDN_TRY(plan_expect(parse, json, "a table", members, COUNT_OF(members)));
    CDN_TRY(plan_read_line(parse, json, "line", &out->line));
    CDN_TRY(plan_read_name(parse, json, "table", &out->name));
    CDN_TRY(plan_read_text(parse, json, "title", &out->title));
    CDN_TRY(plan_read_text(parse, json, "note", &out->note));
    out->totals = cdn_json_bool(cdn_json_get(json, "totals"));
    CDN_TRY(read_dimensions(parse, json, out));
    CDN_TRY(read_names(parse, cdn_json_get(json, "measures"), CDN_NONE, out->line, &out->measures,
                       &out->measure_count));
    if (out->measure_count == 0)
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, out->line, 0,
                           "table '%s' has no measures", out->name);
    return read_filters(parse, cdn_json_get(json, "where"), out->line, inherited, inherited_count,
                        &out->filters, &out->filter_count);
}

static cdn_status read_list(const plan_parse *parse, const cdn_json *json,
                            const cdn_plan_filter *inherited, uint32_t inherited_count,
                            cdn_plan_list *out)
{
    static const plan_member members[] = {
        {"fields", CDN_JSON_ARRAY},  {"line", CDN_JSON_INTEGER}, {"measures", CDN_JSON_ARRAY},
        {"name", CDN_JSON_STRING},   {"note", CDN_JSON_STRING},  {"record", CDN_JSON_STRING},
        {"title", CDN_JSON_STRING},  {"where", CDN_JSON_ARRAY}};
    CDN_TRY(plan_expect(parse, json, "a list", members, COUNT_OF(members)));
    CDN_TRY(plan_read_line(parse, json, "line", &out->line));
    CDN_TRY(plan_read_name(parse, json, "list", &out->name));
    CDN_TRY(plan_read_text(parse, json, "title", &out->title));
    CDN_TRY(plan_read_text(parse, json, "note", &out->note));
    CDN_TRY(plan_find_record(parse, cdn_json_string(cdn_json_get(json, "record")), out->line,
                             &out->record));
    CDN_TRY(read_names(parse, cdn_json_get(json, "fields"), out->record, out->line, &out->fields,
                       &out->field_count));
    if (out->field_count == 0)
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, out->line, 0,
                           "list '%s' has no fields", out->name);
    CDN_TRY(read_names(parse, cdn_json_get(json, "measures"), CDN_NONE, out->line, &out->measures,
                       &out->measure_count));
    return read_filters(parse, cdn_json_get(json, "where"), out->line, inherited, inherited_count,
                        &out->filters, &out->filter_count);
}

/* Names are files' names later: unique over tables and lists. */
static cdn_status check_names(const plan_parse *parse, const cdn_plan *plan)
{
    uint32_t count = plan->table_count + plan->list_count;
    for (uint32_t i = 0; i < count; i++) {
        bool is_table = i < plan->table_count;
        const cdn_plan_list *list = is_table ? NULL : &plan->lists[i - plan->table_count];
        const char *name = is_table ? plan->tables[i].name : list->name;
        uint32_t line = is_table ? plan->tables[i].line : list->line;
        for (uint32_t j = 0; j < i; j++) {
            const char *other = j < plan->table_count ? plan->tables[j].name
                                                      : plan->lists[j - plan->table_count].name;
            if (strcmp(name, other) == 0)
                return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, line, 0,
                                   "the name '%s' is given to two tables or lists", name);
        }
    }
    return CDN_OK;
}

static cdn_status read_outputs(const plan_parse *parse, const cdn_json *feed, cdn_plan *plan)
{
    const cdn_json *tables = cdn_json_get(feed, "tables");
    const cdn_json *lists = cdn_json_get(feed, "lists");
    size_t table_count = cdn_json_size(tables), list_count = cdn_json_size(lists);
    const cdn_plan_filter *filters = NULL;
    uint32_t filter_count = 0;
    if (table_count > CDN_LIMIT_TABLES || list_count > CDN_LIMIT_TABLES ||
        table_count + list_count > CDN_LIMIT_TABLES)
        return too_many(parse, plan->line, "tables and lists", CDN_LIMIT_TABLES);
    if (table_count + list_count == 0)
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, plan->line, 0,
                           "the feed has no table and no list");
    CDN_TRY(read_filters(parse, cdn_json_get(feed, "where"), plan->line, NULL, 0, &filters,
                         &filter_count));
    cdn_plan_table *out_tables = cdn_arena_alloc(parse->arena, table_count, sizeof *out_tables);
    cdn_plan_list *out_lists = cdn_arena_alloc(parse->arena, list_count, sizeof *out_lists);
    if (out_tables == NULL || out_lists == NULL)
        return cdn_fail_memory(parse->error);
    for (size_t i = 0; i < table_count; i++)
        CDN_TRY(read_table(parse, cdn_json_at(tables, i), filters, filter_count, &out_tables[i]));
    for (size_t i = 0; i < list_count; i++)
        CDN_TRY(read_list(parse, cdn_json_at(lists, i), filters, filter_count, &out_lists[i]));
    plan->tables = out_tables;
    plan->table_count = (uint32_t)table_count;
    plan->lists = out_lists;
    plan->list_count = (uint32_t)list_count;
    return check_names(parse, plan);
}

static bool is_period(const char *text)
{
    if (text[0] == '\0')
        return true;
    if (strlen(text) != 7 || text[4] != '-')
        return false;
    for (size_t i = 0; i < 7; i++) {
        if (i != 4 && (text[i] < '0' || text[i] > '9'))
            return false;
    }
    int month = (text[5] - '0') * 10 + (text[6] - '0');
    return month >= 1 && month <= 12;
}

static cdn_status read_header(const plan_parse *parse, const cdn_json *feed, cdn_plan *plan)
{
    CDN_TRY(plan_read_line(parse, feed, "line", &plan->line));
    CDN_TRY(plan_read_line(parse, feed, "agreement_line", &plan->agreement_line));
    CDN_TRY(plan_read_line(parse, feed, "period_line", &plan->period_line));
    CDN_TRY(plan_read_name(parse, feed, "feed", &plan->feed));
    CDN_TRY(plan_read_text(parse, feed, "title", &plan->title));
    CDN_TRY(plan_read_text(parse, feed, "agreement", &plan->agreement));
    CDN_TRY(plan_read_text(parse, feed, "period", &plan->period));
    if (!plan_is_agreement_id(plan->agreement))
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, plan->agreement_line, 0,
                           "the agreement's id must be lower-case letters, digits, - and _, at "
                           "most %u bytes",
                           CDN_LIMIT_NAME_SIZE);
    if (!is_period(plan->period))
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, plan->period_line, 0,
                           "the period must be a month, as in 2026-08");
    return CDN_OK;
}

cdn_status plan_read(const plan_parse *parse, const cdn_json *json, cdn_plan *plan)
{
    static const plan_member root[] = {{"feed", CDN_JSON_OBJECT}, {"format", CDN_JSON_STRING}};
    static const plan_member members[] = {
        {"agreement", CDN_JSON_STRING},       {"agreement_line", CDN_JSON_INTEGER},
        {"line", CDN_JSON_INTEGER},           {"lists", CDN_JSON_ARRAY},
        {"name", CDN_JSON_STRING},            {"period", CDN_JSON_STRING},
        {"period_line", CDN_JSON_INTEGER},    {"tables", CDN_JSON_ARRAY},
        {"title", CDN_JSON_STRING},           {"where", CDN_JSON_ARRAY}};
    CDN_TRY(plan_expect(parse, json, "it", root, COUNT_OF(root)));
    if (strcmp(cdn_json_string(cdn_json_get(json, "format")), "cordon-plan/1") != 0)
        return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                           "the plan is malformed: its format is not cordon-plan/1");
    const cdn_json *feed = cdn_json_get(json, "feed");
    CDN_TRY(plan_expect(parse, feed, "the feed", members, COUNT_OF(members)));
    CDN_TRY(read_header(parse, feed, plan));
    return read_outputs(parse, feed, plan);
}
