/* schema.c - members, names and texts of a plan's JSON, taken strictly.
 *
 * The JSON comes from a process that ran foreign code, so nothing is taken on
 * trust: each object has exactly its members, each of its kind; anything else
 * is CDN_E_INPUT, because our own prelude cannot have written it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/parts.h"

#include <string.h>

#include "core/fail.h"
#include "core/limits.h"

static const char *kind_name(cdn_json_kind kind)
{
    static const char *const names[] = {"null",     "a boolean", "an integer",
                                        "a string", "an array",  "an object"};
    return names[kind];
}

static cdn_status unknown_member(const plan_parse *parse, const cdn_json *object,
                                 const char *what, const plan_member *members, size_t count)
{
    for (size_t i = 0; i < cdn_json_size(object); i++) {
        const cdn_json *value = NULL;
        const char *key = cdn_json_key_at(object, i, &value);
        bool known = false;
        for (size_t j = 0; j < count; j++)
            known = known || strcmp(key, members[j].name) == 0;
        if (!known)
            return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                               "the plan is malformed: unknown member '%.64s' in %s", key, what);
    }
    return CDN_OK;
}

cdn_status plan_expect(const plan_parse *parse, const cdn_json *object, const char *what,
                       const plan_member *members, size_t count)
{
    if (cdn_json_kind_of(object) != CDN_JSON_OBJECT)
        return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                           "the plan is malformed: %s must be an object, found %s", what,
                           kind_name(cdn_json_kind_of(object)));
    for (size_t i = 0; i < count; i++) {
        const cdn_json *value = cdn_json_get(object, members[i].name);
        if (value == NULL)
            return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                               "the plan is malformed: %s has no %s", what, members[i].name);
        if (cdn_json_kind_of(value) != members[i].kind)
            return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                               "the plan is malformed: %s of %s must be %s, found %s",
                               members[i].name, what, kind_name(members[i].kind),
                               kind_name(cdn_json_kind_of(value)));
    }
    return unknown_member(parse, object, what, members, count);
}

cdn_status plan_read_line(const plan_parse *parse, const cdn_json *object, const char *member,
                          uint32_t *out)
{
    int64_t line = cdn_json_integer(cdn_json_get(object, member));
    if (line < 0 || line > (int64_t)CDN_LIMIT_SOURCE_SIZE + 1)
        return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script, 0, 0,
                           "the plan is malformed: %s is not a line of the script", member);
    *out = (uint32_t)line;
    return CDN_OK;
}

cdn_status plan_read_name(const plan_parse *parse, const cdn_json *object, const char *what,
                          const char **out)
{
    const char *name = cdn_json_string(cdn_json_get(object, "name"));
    size_t length = strlen(name);
    bool good = length > 0 && length <= CDN_LIMIT_NAME_SIZE && name[0] >= 'a' && name[0] <= 'z' &&
                strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
    if (!good)
        return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script,
                           (uint64_t)cdn_json_integer(cdn_json_get(object, "line")), 0,
                           "the name of a %s must be lower-case letters, digits and _, start with "
                           "a letter and have at most %u bytes",
                           what, CDN_LIMIT_NAME_SIZE);
    *out = cdn_arena_strdup(parse->arena, name);
    return *out != NULL ? CDN_OK : cdn_fail_memory(parse->error);
}

cdn_status plan_read_text(const plan_parse *parse, const cdn_json *object, const char *member,
                          const char **out)
{
    const char *text = cdn_json_string(cdn_json_get(object, member));
    size_t length = strlen(text);
    bool good = length <= CDN_LIMIT_TEXT_SIZE;
    for (size_t i = 0; i < length && good; i++)
        good = (unsigned char)text[i] >= 0x20 && text[i] != 0x7f;
    if (!good)
        return cdn_fail_at(parse->error, CDN_E_INPUT, parse->script,
                           (uint64_t)cdn_json_integer(cdn_json_get(object, "line")), 0,
                           "the %s must be one line of at most %u bytes", member,
                           CDN_LIMIT_TEXT_SIZE);
    *out = cdn_arena_strdup(parse->arena, text);
    return *out != NULL ? CDN_OK : cdn_fail_memory(parse->error);
}

bool plan_is_agreement_id(const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    return length > 0 && length <= CDN_LIMIT_NAME_SIZE && text[0] != '-' && text[0] != '_' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

const char *cdn_plan_agreement_of(const cdn_json *json)
{
    const char *id = cdn_json_string(cdn_json_get(cdn_json_get(json, "feed"), "agreement"));
    return plan_is_agreement_id(id) ? id : NULL;
}
