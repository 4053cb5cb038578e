/* canonical.c - the plan as text whose bytes are its identity.
 *
 * What does not change the result is not in it or has one form only: no lines;
 * the feed's filters are in each table; filters of one level are intersected;
 * filters go by name, codes bytewise. Names, titles, notes and the order of
 * tables, dimensions, measures and fields do show in the result and stay.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "core/text.h"
#include "plan/parts.h"
#include "seal/digest.h"

#define CANONICAL_MAX ((size_t)8 * CDN_LIMIT_PLAN_SIZE)

static int by_text(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;
    return strcmp(*a, *b);
}

/* Is the code kept by every filter of the same dimension and level? */
static bool kept_by_all(const cdn_plan_filter *filters, uint32_t count,
                        const cdn_plan_filter *like, uint32_t code)
{
    for (uint32_t i = 0; i < count; i++) {
        if (filters[i].dimension != like->dimension || filters[i].level != like->level)
            continue;
        bool found = false;
        for (uint32_t j = 0; j < filters[i].code_count && !found; j++)
            found = filters[i].codes[j] == code;
        if (!found)
            return false;
    }
    return true;
}

static cdn_json *codes_json(const plan_parse *parse, const cdn_plan_filter *filters,
                            uint32_t count, const cdn_plan_filter *like)
{
    const cdn_level *level = &parse->catalogue->dimensions[like->dimension].levels[like->level];
    const char **codes = cdn_arena_alloc(parse->arena, like->code_count, sizeof *codes);
    uint32_t kept = 0;
    if (codes == NULL)
        return NULL;
    for (uint32_t i = 0; i < like->code_count; i++) {
        if (kept_by_all(filters, count, like, like->codes[i]))
            codes[kept++] = level->codes[like->codes[i]];
    }
    qsort(codes, kept, sizeof *codes, by_text);
    cdn_json *list = cdn_json_array();
    for (uint32_t i = 0; i < kept; i++)
        cdn_json_push(list, cdn_json_new_string(codes[i]));
    return list;
}

/* The next (dimension, level) after `last` by dimension name, then level; NULL at the end. */
static const cdn_plan_filter *next_filter(const cdn_catalogue *catalogue,
                                          const cdn_plan_filter *filters, uint32_t count,
                                          const cdn_plan_filter *last)
{
    const cdn_plan_filter *best = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const cdn_plan_filter *one = &filters[i];
        const char *name = catalogue->dimensions[one->dimension].name;
        int after = last == NULL ? 1 : strcmp(name, catalogue->dimensions[last->dimension].name);
        if (after < 0 || (after == 0 && one->level <= last->level))
            continue;
        int before = best == NULL ? -1 : strcmp(name, catalogue->dimensions[best->dimension].name);
        if (before < 0 || (before == 0 && best != NULL && one->level < best->level))
            best = one;
    }
    return best;
}

static cdn_json *where_json(const plan_parse *parse, const cdn_plan_filter *filters,
                            uint32_t count)
{
    cdn_json *list = cdn_json_array();
    const cdn_plan_filter *one = next_filter(parse->catalogue, filters, count, NULL);
    for (; one != NULL; one = next_filter(parse->catalogue, filters, count, one)) {
        const cdn_dimension *dimension = &parse->catalogue->dimensions[one->dimension];
        cdn_json *node = cdn_json_object();
        cdn_json_set(node, "dim", cdn_json_new_string(dimension->name));
        cdn_json_set(node, "level", cdn_json_new_string(dimension->levels[one->level].name));
        cdn_json_set(node, "codes", codes_json(parse, filters, count, one));
        cdn_json_push(list, node);
    }
    return list;
}

static cdn_json *dimensions_json(const plan_parse *parse, const cdn_plan_dimension *uses,
                                 uint32_t count)
{
    cdn_json *list = cdn_json_array();
    for (uint32_t i = 0; i < count; i++) {
        const cdn_dimension *dimension = &parse->catalogue->dimensions[uses[i].dimension];
        cdn_json *node = cdn_json_object();
        cdn_json_set(node, "dim", cdn_json_new_string(dimension->name));
        cdn_json_set(node, "from",
                     cdn_json_new_string(dimension->levels[uses[i].first_level].name));
        cdn_json_set(node, "to", cdn_json_new_string(dimension->levels[uses[i].last_level].name));
        cdn_json_push(list, node);
    }
    return list;
}

static cdn_json *names_json(const plan_parse *parse, const cdn_plan_name *names, uint32_t count,
                            bool fields)
{
    cdn_json *list = cdn_json_array();
    for (uint32_t i = 0; i < count; i++)
        cdn_json_push(list, cdn_json_new_string(
                                fields ? parse->catalogue->fields[names[i].index].name
                                       : parse->catalogue->measures[names[i].index].name));
    return list;
}

static cdn_json *table_json(const plan_parse *parse, const cdn_plan_table *table)
{
    cdn_json *node = cdn_json_object();
    cdn_json_set(node, "name", cdn_json_new_string(table->name));
    cdn_json_set(node, "title", cdn_json_new_string(table->title));
    cdn_json_set(node, "note", cdn_json_new_string(table->note));
    cdn_json_set(node, "rows", dimensions_json(parse, table->dimensions, table->row_count));
    cdn_json_set(node, "columns",
                 dimensions_json(parse, table->dimensions + table->row_count,
                                 table->dimension_count - table->row_count));
    cdn_json_set(node, "measures",
                 names_json(parse, table->measures, table->measure_count, false));
    cdn_json_set(node, "totals", cdn_json_new_bool(table->totals));
    cdn_json_set(node, "where", where_json(parse, table->filters, table->filter_count));
    return node;
}

static cdn_json *list_json(const plan_parse *parse, const cdn_plan_list *list)
{
    cdn_json *node = cdn_json_object();
    cdn_json_set(node, "name", cdn_json_new_string(list->name));
    cdn_json_set(node, "title", cdn_json_new_string(list->title));
    cdn_json_set(node, "note", cdn_json_new_string(list->note));
    cdn_json_set(node, "record",
                 cdn_json_new_string(parse->catalogue->records[list->record].name));
    cdn_json_set(node, "fields", names_json(parse, list->fields, list->field_count, true));
    cdn_json_set(node, "measures", names_json(parse, list->measures, list->measure_count, false));
    cdn_json_set(node, "where", where_json(parse, list->filters, list->filter_count));
    return node;
}

static cdn_json *plan_json(const plan_parse *parse, const cdn_plan *plan)
{
    cdn_json *root = cdn_json_object();
    cdn_json *feed = cdn_json_object();
    cdn_json *tables = cdn_json_array();
    cdn_json *lists = cdn_json_array();
    for (uint32_t i = 0; i < plan->table_count; i++)
        cdn_json_push(tables, table_json(parse, &plan->tables[i]));
    for (uint32_t i = 0; i < plan->list_count; i++)
        cdn_json_push(lists, list_json(parse, &plan->lists[i]));
    cdn_json_set(feed, "name", cdn_json_new_string(plan->feed));
    cdn_json_set(feed, "title", cdn_json_new_string(plan->title));
    cdn_json_set(feed, "agreement", cdn_json_new_string(plan->agreement));
    cdn_json_set(feed, "period", cdn_json_new_string(plan->period));
    cdn_json_set(feed, "tables", tables);
    cdn_json_set(feed, "lists", lists);
    cdn_json_set(root, "format", cdn_json_new_string("cordon-plan/1"));
    cdn_json_set(root, "feed", feed);
    return root;
}

cdn_status plan_write_canonical(const plan_parse *parse, cdn_plan *plan)
{
    cdn_text text = CDN_TEXT_INIT(CANONICAL_MAX);
    cdn_json *root = plan_json(parse, plan);
    cdn_status status = CDN_OK;
    if (!cdn_json_ok(root)) {
        status = cdn_fail_memory(parse->error);
        goto done;
    }
    cdn_json_write(root, false, &text);
    if (text.failed) { /* no memory, or an absurd catalogue: names are bounded by it, once each */
        status = cdn_fail_memory(parse->error);
        goto done;
    }
    plan->canonical = cdn_arena_strndup(parse->arena, text.bytes, text.length);
    if (plan->canonical == NULL)
        status = cdn_fail_memory(parse->error);
    else
        status = cdn_sha256_hex(text.bytes, text.length, plan->digest, parse->error);
done:
    cdn_json_destroy(root);
    cdn_text_release(&text);
    return status;
}
