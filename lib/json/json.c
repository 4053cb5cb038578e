/* json.c - the JSON tree: building it and reading from it.
 *
 * Our own tree, not jansson's: members are kept sorted bytewise, so that the
 * canonical order is the order of storage and position is a constant-time
 * look-up, and a container that lost something (no memory, a value that could
 * not be made) remembers it and makes every writer fail, so that no identity
 * is ever computed from an incomplete tree.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "json/json.h"

#include <string.h>

#include "core/alloc.h"
#include "json/tree.h"

static cdn_json *new_value(cdn_json_kind kind)
{
    cdn_json *value = cdn_alloc(1, sizeof *value);
    if (value != NULL)
        value->kind = kind;
    return value;
}

void cdn_json_destroy(cdn_json *value)
{
    if (value == NULL)
        return;
    for (size_t i = 0; i < value->size; i++) {
        cdn_free(value->members[i].key);
        cdn_json_destroy(value->members[i].value);
    }
    cdn_free(value->members);
    cdn_free(value->string);
    cdn_free(value);
}

cdn_json *cdn_json_new_null(void)
{
    return new_value(CDN_JSON_NULL);
}

cdn_json *cdn_json_object(void)
{
    return new_value(CDN_JSON_OBJECT);
}

cdn_json *cdn_json_array(void)
{
    return new_value(CDN_JSON_ARRAY);
}

/* Well-formed UTF-8: Unicode Standard, table 3-7. */
static bool is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != 0) {
        unsigned char lead = *at++;
        unsigned low = 0x80;
        unsigned high = 0xbf;
        unsigned more = 0;
        if (lead < 0x80)
            continue;
        if (lead < 0xc2 || lead > 0xf4)
            return false;
        more = lead < 0xe0 ? 1u : lead < 0xf0 ? 2u : 3u;
        if (lead == 0xe0)
            low = 0xa0;
        else if (lead == 0xed)
            high = 0x9f;
        else if (lead == 0xf0)
            low = 0x90;
        else if (lead == 0xf4)
            high = 0x8f;
        for (; more > 0; more--, at++) {
            if (*at < low || *at > high)
                return false;
            low = 0x80;
            high = 0xbf;
        }
    }
    return true;
}

cdn_json *cdn_json_new_string(const char *text)
{
    if (text == NULL || !is_utf8(text))
        return NULL;
    cdn_json *value = new_value(CDN_JSON_STRING);
    if (value == NULL)
        return NULL;
    value->string = cdn_strdup(text);
    if (value->string == NULL) {
        cdn_free(value);
        return NULL;
    }
    return value;
}

cdn_json *cdn_json_new_integer(int64_t number)
{
    cdn_json *value = new_value(CDN_JSON_INTEGER);
    if (value != NULL)
        value->integer = number;
    return value;
}

cdn_json *cdn_json_new_bool(bool flag)
{
    cdn_json *value = new_value(CDN_JSON_BOOL);
    if (value != NULL)
        value->integer = flag ? 1 : 0;
    return value;
}

static bool reserve_one(cdn_json *container)
{
    if (container->size < container->capacity)
        return true;
    size_t capacity = container->capacity == 0 ? 4 : container->capacity * 2;
    cdn_json_member *members = cdn_resize(container->members, capacity, sizeof *members);
    if (members == NULL)
        return false;
    container->members = members;
    container->capacity = capacity;
    return true;
}

/* The position of the first member whose key is not below `key`; *found when it is the key. */
static size_t find_key(const cdn_json *object, const char *key, bool *found)
{
    size_t low = 0;
    size_t high = object->size;
    *found = false;
    /* Keys mostly arrive in order: look at the end first. */
    if (high > 0 && strcmp(object->members[high - 1].key, key) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(object->members[middle].key, key);
        if (order == 0)
            *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void cdn_json_set(cdn_json *object, const char *key, cdn_json *value)
{
    if (object == NULL || object->kind != CDN_JSON_OBJECT || value == NULL || key == NULL ||
        !is_utf8(key)) {
        if (object != NULL)
            object->broken = true;
        cdn_json_destroy(value);
        return;
    }
    bool found;
    size_t at = find_key(object, key, &found);
    if (found) {
        cdn_json_destroy(object->members[at].value);
        object->members[at].value = value;
        return;
    }
    char *copy = cdn_strdup(key);
    if (copy == NULL || !reserve_one(object)) {
        object->broken = true;
        cdn_free(copy);
        cdn_json_destroy(value);
        return;
    }
    memmove(object->members + at + 1, object->members + at,
            (object->size - at) * sizeof *object->members);
    object->members[at] = (cdn_json_member){copy, value};
    object->size++;
}

void cdn_json_push(cdn_json *array, cdn_json *value)
{
    if (array == NULL || array->kind != CDN_JSON_ARRAY || value == NULL || !reserve_one(array)) {
        if (array != NULL)
            array->broken = true;
        cdn_json_destroy(value);
        return;
    }
    array->members[array->size++] = (cdn_json_member){NULL, value};
}

bool cdn_json_ok(const cdn_json *value)
{
    if (value == NULL || value->broken)
        return false;
    for (size_t i = 0; i < value->size; i++) {
        if (!cdn_json_ok(value->members[i].value))
            return false;
    }
    return true;
}

cdn_json *cdn_json_copy(const cdn_json *value)
{
    if (value == NULL)
        return NULL;
    if (value->kind == CDN_JSON_STRING)
        return cdn_json_new_string(value->string);
    cdn_json *copy = new_value(value->kind);
    if (copy == NULL)
        return NULL;
    copy->integer = value->integer;
    copy->broken = value->broken;
    for (size_t i = 0; i < value->size; i++) {
        if (value->kind == CDN_JSON_OBJECT)
            cdn_json_set(copy, value->members[i].key, cdn_json_copy(value->members[i].value));
        else
            cdn_json_push(copy, cdn_json_copy(value->members[i].value));
    }
    if (copy->broken && !value->broken) {
        cdn_json_destroy(copy);
        return NULL;
    }
    return copy;
}

cdn_json_kind cdn_json_kind_of(const cdn_json *value)
{
    return value == NULL ? CDN_JSON_NULL : value->kind;
}

bool cdn_json_bool(const cdn_json *value)
{
    return value != NULL && value->kind == CDN_JSON_BOOL && value->integer != 0;
}

int64_t cdn_json_integer(const cdn_json *value)
{
    return value != NULL && value->kind == CDN_JSON_INTEGER ? value->integer : 0;
}

const char *cdn_json_string(const cdn_json *value)
{
    return value != NULL && value->kind == CDN_JSON_STRING ? value->string : NULL;
}

size_t cdn_json_size(const cdn_json *value)
{
    return value == NULL ? 0 : value->size;
}

const cdn_json *cdn_json_at(const cdn_json *array, size_t index)
{
    if (array == NULL || array->kind != CDN_JSON_ARRAY || index >= array->size)
        return NULL;
    return array->members[index].value;
}

const cdn_json *cdn_json_get(const cdn_json *object, const char *key)
{
    if (object == NULL || object->kind != CDN_JSON_OBJECT || key == NULL)
        return NULL;
    bool found;
    size_t at = find_key(object, key, &found);
    return found ? object->members[at].value : NULL;
}

const char *cdn_json_key_at(const cdn_json *object, size_t index, const cdn_json **value)
{
    if (object == NULL || object->kind != CDN_JSON_OBJECT || index >= object->size) {
        if (value != NULL)
            *value = NULL;
        return NULL;
    }
    if (value != NULL)
        *value = object->members[index].value;
    return object->members[index].key;
}
