/* shape.c - strict reading of JSON objects: known members, right kinds, errors with lines.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalogue/shape.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "core/map.h"
#include "core/text.h"
#include "seal/digest.h"

cdn_status cdn_shape_fail(const cdn_shape *shape, const cdn_node *node, const char *format, ...)
{
    char text[384];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (node->name[0] == '\0')
        return cdn_fail_at(shape->error, CDN_E_INPUT, shape->source, node->line, 0, "%s: %s",
                           node->kind, text);
    return cdn_fail_at(shape->error, CDN_E_INPUT, shape->source, node->line, 0, "%s \"%s\": %s",
                       node->kind, node->name, text);
}

void cdn_shape_suggest(const cdn_shape *shape, const char *word, const char *const *names,
                       size_t count)
{
    size_t found = cdn_closest(word, names, count);
    if (found != SIZE_MAX)
        cdn_fail_hint(shape->error, "did you mean \"%s\"?", names[found]);
}

cdn_status cdn_shape_memory(const cdn_shape *shape)
{
    return cdn_fail_memory(shape->error);
}

bool cdn_name_valid(const char *name)
{
    if (name == NULL || name[0] < 'a' || name[0] > 'z')
        return false;
    size_t length = strlen(name);
    return length <= CDN_LIMIT_NAME_SIZE &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static const char *kind_name(cdn_json_kind kind)
{
    switch (kind) {
    case CDN_JSON_NULL:
        return "nothing";
    case CDN_JSON_BOOL:
        return "a flag";
    case CDN_JSON_INTEGER:
        return "an integer";
    case CDN_JSON_STRING:
        return "a text";
    case CDN_JSON_ARRAY:
        return "a list";
    case CDN_JSON_OBJECT:
        return "an object";
    }
    return "nothing";
}

/* true when the blank-separated list has the word; a star after it does not matter. */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; *at != '\0';) {
        size_t size = strcspn(at, " ");
        size_t bare = size > 0 && at[size - 1] == '*' ? size - 1 : size;
        if (bare == length && memcmp(at, word, length) == 0)
            return true;
        at += size;
        at += strspn(at, " ");
    }
    return false;
}

cdn_status cdn_shape_open(const cdn_shape *shape, const cdn_json *json, const char *kind,
                          const char *keys, uint64_t parent_line, cdn_node *out)
{
    *out = (cdn_node){.json = json, .kind = kind, .name = "", .line = parent_line};
    if (cdn_json_kind_of(json) != CDN_JSON_OBJECT)
        return cdn_shape_fail(shape, out, "expected an object, found %s",
                              kind_name(cdn_json_kind_of(json)));
    int64_t line = 0;
    CDN_TRY(cdn_shape_integer(shape, out, "line", false, 0, INT32_MAX, &line));
    if (line > 0)
        out->line = (uint64_t)line;
    if (strstr(keys, "name*") != NULL)
        CDN_TRY(cdn_shape_name(shape, out, "name", true, &out->name));
    for (size_t i = 0; i < cdn_json_size(json); i++) {
        const cdn_json *member;
        const char *key = cdn_json_key_at(json, i, &member);
        if (strcmp(key, "line") != 0 && !has_word(keys, key))
            return cdn_shape_fail(shape, out, "unknown member \"%.64s\"", key);
    }
    return CDN_OK;
}

/* The member, or NULL (and *status set) when it is missing or of another kind. */
static const cdn_json *member_of(const cdn_shape *shape, const cdn_node *node, const char *key,
                                 bool required, cdn_json_kind kind, cdn_status *status)
{
    const cdn_json *member = cdn_json_get(node->json, key);
    *status = CDN_OK;
    if (member == NULL) {
        if (required)
            *status = cdn_shape_fail(shape, node, "\"%s\" is missing, expected %s", key,
                                     kind_name(kind));
    } else if (cdn_json_kind_of(member) != kind) {
        *status = cdn_shape_fail(shape, node, "\"%s\": expected %s, found %s", key,
                                 kind_name(kind), kind_name(cdn_json_kind_of(member)));
        member = NULL;
    }
    return member;
}

static cdn_status copy_text(const cdn_shape *shape, const cdn_node *node, const char *key,
                            const char *text, const char **out)
{
    if (text[0] == '\0')
        return cdn_shape_fail(shape, node, "\"%s\" is empty", key);
    if (strlen(text) > CDN_LIMIT_TEXT_SIZE)
        return cdn_shape_fail(shape, node, "\"%s\" is longer than %u bytes", key,
                              CDN_LIMIT_TEXT_SIZE);
    *out = cdn_arena_strdup(shape->arena, text);
    return *out == NULL ? cdn_shape_memory(shape) : CDN_OK;
}

cdn_status cdn_shape_text(const cdn_shape *shape, const cdn_node *node, const char *key,
                          bool required, const char **out)
{
    cdn_status status;
    const cdn_json *member = member_of(shape, node, key, required, CDN_JSON_STRING, &status);
    if (member == NULL)
        return status;
    return copy_text(shape, node, key, cdn_json_string(member), out);
}

cdn_status cdn_shape_name(const cdn_shape *shape, const cdn_node *node, const char *key,
                          bool required, const char **out)
{
    const char *name = NULL;
    CDN_TRY(cdn_shape_text(shape, node, key, required, &name));
    if (name == NULL)
        return CDN_OK;
    if (!cdn_name_valid(name)) {
        cdn_shape_fail(shape, node, "\"%s\" is not a name", key);
        cdn_fail_hint(shape->error, "a name is lower-case letters, digits and _, starts with a "
                                    "letter, and has at most %u bytes",
                      CDN_LIMIT_NAME_SIZE);
        return CDN_E_INPUT;
    }
    *out = name;
    return CDN_OK;
}

cdn_status cdn_shape_integer(const cdn_shape *shape, const cdn_node *node, const char *key,
                             bool required, int64_t min, int64_t max, int64_t *out)
{
    cdn_status status;
    const cdn_json *member = member_of(shape, node, key, required, CDN_JSON_INTEGER, &status);
    if (member == NULL)
        return status;
    int64_t value = cdn_json_integer(member);
    if (value < min || value > max)
        return cdn_shape_fail(shape, node,
                              "\"%s\": expected an integer from %" PRId64 " to %" PRId64, key,
                              min, max);
    *out = value;
    return CDN_OK;
}

cdn_status cdn_shape_flag(const cdn_shape *shape, const cdn_node *node, const char *key,
                          bool required, bool *out)
{
    cdn_status status;
    const cdn_json *member = member_of(shape, node, key, required, CDN_JSON_BOOL, &status);
    if (member != NULL)
        *out = cdn_json_bool(member);
    return status;
}

cdn_status cdn_shape_array(const cdn_shape *shape, const cdn_node *node, const char *key,
                           bool required, uint32_t max, const cdn_json **out, uint32_t *count)
{
    cdn_status status;
    *out = member_of(shape, node, key, required, CDN_JSON_ARRAY, &status);
    *count = 0;
    if (*out == NULL)
        return status;
    size_t size = cdn_json_size(*out);
    if (size > max)
        return cdn_shape_fail(shape, node, "\"%s\" has more than %" PRIu32 " elements", key, max);
    *count = (uint32_t)size;
    return CDN_OK;
}

cdn_status cdn_shape_texts(const cdn_shape *shape, const cdn_node *node, const char *key,
                           bool required, uint32_t max, const char *const **out, uint32_t *count)
{
    const cdn_json *array;
    CDN_TRY(cdn_shape_array(shape, node, key, required, max, &array, count));
    const char **texts = cdn_arena_alloc(shape->arena, *count, sizeof *texts);
    if (texts == NULL)
        return cdn_shape_memory(shape);
    for (uint32_t i = 0; i < *count; i++) {
        const cdn_json *element = cdn_json_at(array, i);
        if (cdn_json_kind_of(element) != CDN_JSON_STRING)
            return cdn_shape_fail(shape, node, "\"%s\": expected a list of texts, found %s in it",
                                  key, kind_name(cdn_json_kind_of(element)));
        CDN_TRY(copy_text(shape, node, key, cdn_json_string(element), &texts[i]));
    }
    *out = texts;
    return CDN_OK;
}

cdn_json *cdn_json_without_lines(const cdn_json *json)
{
    cdn_json *copy;
    if (cdn_json_kind_of(json) == CDN_JSON_OBJECT) {
        copy = cdn_json_object();
        for (size_t i = 0; copy != NULL && i < cdn_json_size(json); i++) {
            const cdn_json *member;
            const char *key = cdn_json_key_at(json, i, &member);
            if (strcmp(key, "line") == 0)
                continue;
            cdn_json *part = cdn_json_without_lines(member);
            if (part == NULL) {
                cdn_json_destroy(copy);
                return NULL;
            }
            cdn_json_set(copy, key, part);
        }
        return copy;
    }
    if (cdn_json_kind_of(json) != CDN_JSON_ARRAY)
        return cdn_json_copy(json);
    copy = cdn_json_array();
    for (size_t i = 0; copy != NULL && i < cdn_json_size(json); i++) {
        cdn_json *part = cdn_json_without_lines(cdn_json_at(json, i));
        if (part == NULL) {
            cdn_json_destroy(copy);
            return NULL;
        }
        cdn_json_push(copy, part);
    }
    return copy;
}

cdn_status cdn_shape_digest(const cdn_shape *shape, const cdn_json *json, char *out)
{
    cdn_text text = CDN_TEXT_INIT(CDN_LIMIT_JSON_SIZE);
    cdn_json *bare = cdn_json_without_lines(json);
    cdn_status status = CDN_E_NOMEM;
    if (bare != NULL)
        cdn_json_write(bare, false, &text);
    if (bare == NULL || text.failed)
        cdn_shape_memory(shape);
    else
        status = cdn_sha256_hex(text.bytes, text.length, out, shape->error);
    cdn_json_destroy(bare);
    cdn_text_release(&text);
    return status;
}
