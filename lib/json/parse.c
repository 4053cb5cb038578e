/* parse.c - strict JSON in, through jansson.
 *
 * jansson parses; a scan before it finds what jansson would let through (real
 * numbers, deep nesting, a NUL at the end) and knows their line and column. Its own messages are
 * not passed on, because they quote the text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "json/json.h"

#include <jansson.h>
#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "json/tree.h"

typedef struct position {
    uint64_t line;
    uint64_t column;
} position;

/* Line and byte column, both from 1, of an offset. */
static position locate(const char *bytes, size_t offset)
{
    position result = {1, 1};
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] == '\n') {
            result.line++;
            result.column = 1;
        } else {
            result.column++;
        }
    }
    return result;
}

/* One past the closing quote of the string that starts at `at`, or `size`. */
static size_t skip_string(const char *bytes, size_t size, size_t at)
{
    for (at++; at < size; at++) {
        if (bytes[at] == '\\')
            at++;
        else if (bytes[at] == '"')
            return at + 1;
    }
    return size;
}

static bool is_number_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("+-.eE", byte) != NULL);
}

static cdn_status refuse(const char *source, const char *bytes, size_t offset, const char *what,
                         cdn_error *error)
{
    position place = locate(bytes, offset);
    return cdn_fail_at(error, CDN_E_INPUT, source, place.line, place.column, "%s", what);
}

static cdn_status scan(const char *source, const char *bytes, size_t size, cdn_error *error)
{
    unsigned depth = 0;
    for (size_t at = 0; at < size;) {
        char byte = bytes[at];
        if (byte == '"') {
            at = skip_string(bytes, size, at);
            continue;
        }
        if (byte == '-' || (byte >= '0' && byte <= '9')) {
            size_t start = at;
            for (; at < size && is_number_byte(bytes[at]); at++) {
                if (bytes[at] == '.' || bytes[at] == 'e' || bytes[at] == 'E')
                    return refuse(source, bytes, start, "expected an integer, found a real number",
                                  error);
            }
            continue;
        }
        if (byte == '\0')
            return refuse(source, bytes, at, "NUL character in a JSON text", error);
        if ((byte == '[' || byte == '{') && ++depth > CDN_LIMIT_JSON_DEPTH)
            return refuse(source, bytes, at, "JSON is nested too deep", error);
        if ((byte == ']' || byte == '}') && depth > 0)
            depth--;
        at++;
    }
    return CDN_OK;
}

static const char *explain(enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input:
        return "JSON ends too early";
    case json_error_end_of_input_expected:
        return "expected the end of the JSON text, found more";
    case json_error_invalid_utf8:
        return "JSON is not valid UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "NUL character in a JSON string";
    case json_error_duplicate_key:
        return "duplicate key in a JSON object";
    case json_error_numeric_overflow:
        return "number does not fit 64 bits";
    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_stack_overflow:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
        break;
    }
    return "invalid JSON";
}

static cdn_json *convert(const json_t *from);

static cdn_json *convert_object(const json_t *from)
{
    cdn_json *object = cdn_json_object();
    /* jansson's iterators want a plain pointer; nothing is changed. */
    json_t *plain = (json_t *)(uintptr_t)from;
    for (void *at = json_object_iter(plain); at != NULL; at = json_object_iter_next(plain, at))
        cdn_json_set(object, json_object_iter_key(at), convert(json_object_iter_value(at)));
    return object;
}

static cdn_json *convert(const json_t *from)
{
    cdn_json *array;
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        return convert_object(from);
    case JSON_ARRAY:
        array = cdn_json_array();
        for (size_t i = 0; i < json_array_size(from); i++)
            cdn_json_push(array, convert(json_array_get(from, i)));
        return array;
    case JSON_STRING:
        return cdn_json_new_string(json_string_value(from));
    case JSON_INTEGER:
        return cdn_json_new_integer((int64_t)json_integer_value(from));
    case JSON_TRUE:
    case JSON_FALSE:
        return cdn_json_new_bool(json_is_true(from));
    case JSON_NULL:
        return cdn_json_new_null();
    case JSON_REAL: /* the scan let none through */
        break;
    }
    return NULL;
}

cdn_status cdn_json_parse(const char *source, const char *bytes, size_t size, cdn_json **out,
                          cdn_error *error)
{
    if (size > CDN_LIMIT_JSON_SIZE)
        return cdn_fail_at(error, CDN_E_LIMIT, source, 0, 0,
                           "JSON is larger than the limit of %u bytes", CDN_LIMIT_JSON_SIZE);
    CDN_TRY(scan(source, bytes, size, error));
    json_error_t found;
    json_t *tree =
        json_loadb(size == 0 ? "" : bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &found);
    if (tree == NULL) {
        if (json_error_code(&found) == json_error_out_of_memory)
            return cdn_fail_memory(error);
        size_t offset = found.position < 0 ? 0 : (size_t)found.position;
        return refuse(source, bytes, offset > size ? size : offset,
                      explain(json_error_code(&found)), error);
    }
    cdn_json *value = convert(tree);
    json_decref(tree);
    if (!cdn_json_ok(value)) {
        cdn_json_destroy(value);
        return cdn_fail_memory(error);
    }
    *out = value;
    return CDN_OK;
}
