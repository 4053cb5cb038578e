/* resolve.c - names of a plan to indexes of the catalogue, with suggestions.
 *
 * The helper checked the names already, for a better message; here they are
 * checked because the helper is not trusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "core/map.h"

#define MOST_CODES 10000u

/* Refuses an unknown name; names[] gives the suggestion and may be NULL. */
static cdn_status unknown(const plan_parse *parse, const char *what, const char *name,
                          uint32_t line, const char *const *names, size_t count)
{
    (void)cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, line, 0, "unknown %s '%.64s'",
                      what, name);
    size_t closest = names != NULL && strlen(name) <= CDN_LIMIT_NAME_SIZE
                         ? cdn_closest(name, names, count)
                         : SIZE_MAX;
    if (closest != SIZE_MAX)
        cdn_fail_hint(parse->error, "did you mean '%s'?", names[closest]);
    return CDN_E_REFUSED;
}

/* The names of `count` structures of `size` bytes whose first member is the name. */
static const char *const *names_of(const plan_parse *parse, const void *items, size_t size,
                                   uint32_t count)
{
    const char **names = cdn_arena_alloc(parse->arena, count, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < count; i++)
        memcpy(&names[i], (const char *)items + i * size, sizeof names[i]);
    return names;
}

cdn_status plan_find_dimension(const plan_parse *parse, const char *name, uint32_t line,
                               uint32_t *out)
{
    const cdn_catalogue *c = parse->catalogue;
    *out = cdn_catalogue_find_dimension(c, name);
    if (*out != CDN_NONE)
        return CDN_OK;
    return unknown(parse, "dimension", name, line,
                   names_of(parse, c->dimensions, sizeof *c->dimensions, c->dimension_count),
                   c->dimension_count);
}

cdn_status plan_find_level(const plan_parse *parse, uint32_t dimension, const char *name,
                           uint32_t line, uint32_t *out)
{
    const cdn_dimension *d = &parse->catalogue->dimensions[dimension];
    *out = cdn_level_find(d, name);
    if (*out != CDN_NONE)
        return CDN_OK;
    char what[CDN_LIMIT_NAME_SIZE + 32] = "level of ";
    strncat(what, d->name, CDN_LIMIT_NAME_SIZE);
    return unknown(parse, what, name, line,
                   names_of(parse, d->levels, sizeof *d->levels, d->level_count), d->level_count);
}

cdn_status plan_find_measure(const plan_parse *parse, const char *name, uint32_t line,
                             uint32_t *out)
{
    const cdn_catalogue *c = parse->catalogue;
    *out = cdn_catalogue_find_measure(c, name);
    if (*out != CDN_NONE)
        return CDN_OK;
    return unknown(parse, "measure", name, line,
                   names_of(parse, c->measures, sizeof *c->measures, c->measure_count),
                   c->measure_count);
}

cdn_status plan_find_record(const plan_parse *parse, const char *name, uint32_t line,
                            uint32_t *out)
{
    const cdn_catalogue *c = parse->catalogue;
    *out = cdn_catalogue_find_record(c, name);
    if (*out != CDN_NONE)
        return CDN_OK;
    return unknown(parse, "record type", name, line,
                   names_of(parse, c->records, sizeof *c->records, c->record_count),
                   c->record_count);
}

cdn_status plan_find_field(const plan_parse *parse, uint32_t record, const char *name,
                           uint32_t line, uint32_t *out)
{
    const cdn_catalogue *c = parse->catalogue;
    *out = cdn_catalogue_find_field(c, record, name);
    if (*out != CDN_NONE)
        return CDN_OK;
    const char **names = cdn_arena_alloc(parse->arena, c->field_count, sizeof *names);
    uint32_t count = 0;
    for (uint32_t i = 0; names != NULL && i < c->field_count; i++) {
        if (c->fields[i].record == record)
            names[count++] = c->fields[i].name;
    }
    char what[CDN_LIMIT_NAME_SIZE + 32] = "field of ";
    strncat(what, c->records[record].name, CDN_LIMIT_NAME_SIZE);
    return unknown(parse, what, name, line, names, count);
}

/* The codes at one level; *missing is the first one that is not there, or NULL. */
static cdn_status codes_at(const plan_parse *parse, const cdn_level *level, const cdn_json *list,
                           uint32_t *codes, const char **not_there)
{
    *not_there = NULL;
    for (size_t i = 0; i < cdn_json_size(list); i++) {
        const char *text = cdn_json_string(cdn_json_at(list, i));
        if (text == NULL)
            return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                               "the plan is malformed: a code must be a string");
        codes[i] = cdn_level_find_code(level, text);
        if (codes[i] == CDN_NONE) {
            *not_there = text;
            return CDN_OK;
        }
    }
    return CDN_OK;
}

static int by_number(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;
    return (*a > *b) - (*a < *b);
}

static uint32_t sort_unique(uint32_t *codes, size_t count)
{
    uint32_t kept = 0;
    qsort(codes, count, sizeof *codes, by_number);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || codes[kept - 1] != codes[i])
            codes[kept++] = codes[i];
    }
    return kept;
}

static cdn_status read_codes(const plan_parse *parse, const cdn_json *list, const char *level_name,
                             cdn_plan_filter *out)
{
    const cdn_dimension *d = &parse->catalogue->dimensions[out->dimension];
    size_t count = cdn_json_size(list);
    if (count == 0 || count > MOST_CODES)
        return cdn_fail_at(parse->error, CDN_E_REFUSED, parse->script, out->line, 0,
                           "a filter on %s needs 1 to %u codes", d->name, MOST_CODES);
    uint32_t *codes = cdn_arena_alloc(parse->arena, count, sizeof *codes);
    if (codes == NULL)
        return cdn_fail_memory(parse->error);
    uint32_t first = 0, last = d->level_count - 1;
    if (level_name[0] != '\0') {
        CDN_TRY(plan_find_level(parse, out->dimension, level_name, out->line, &first));
        last = first;
    }
    const char *not_there = NULL;
    for (uint32_t level = first; level <= last; level++) {
        CDN_TRY(codes_at(parse, &d->levels[level], list, codes, &not_there));
        if (not_there == NULL) {
            out->level = level;
            out->code_count = sort_unique(codes, count);
            out->codes = codes;
            return CDN_OK;
        }
    }
    const cdn_level *level = &d->levels[last];
    char what[CDN_LIMIT_NAME_SIZE + 32] = "code of ";
    strncat(what, d->name, CDN_LIMIT_NAME_SIZE);
    return unknown(parse, what, not_there, out->line, level->labels, level->count);
}

cdn_status plan_read_filter(const plan_parse *parse, const cdn_json *json, cdn_plan_filter *out)
{
    static const plan_member members[] = {{"codes", CDN_JSON_ARRAY},
                                          {"dim", CDN_JSON_STRING},
                                          {"level", CDN_JSON_STRING},
                                          {"line", CDN_JSON_INTEGER}};
    CDN_TRY(plan_expect(parse, json, "a filter", members, sizeof members / sizeof members[0]));
    CDN_TRY(plan_read_line(parse, json, "line", &out->line));
    CDN_TRY(plan_find_dimension(parse, cdn_json_string(cdn_json_get(json, "dim")), out->line,
                                &out->dimension));
    return read_codes(parse, cdn_json_get(json, "codes"),
                      cdn_json_string(cdn_json_get(json, "level")), out);
}
