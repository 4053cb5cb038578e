/* json.h - strict JSON in, canonical JSON out, through jansson.
 *
 * The only room that includes jansson. Canonical text: UTF-8, keys sorted
 * bytewise, no blanks, integers only (a real number is refused on the way in
 * and cannot be made): the subset of RFC 8785 whose bytes are an identity. */
#ifndef CDN_JSON_JSON_H
#define CDN_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cordon/error.h"
#include "core/text.h"

typedef struct cdn_json cdn_json;

typedef enum cdn_json_kind {
    CDN_JSON_NULL = 0,
    CDN_JSON_BOOL = 1,
    CDN_JSON_INTEGER = 2,
    CDN_JSON_STRING = 3,
    CDN_JSON_ARRAY = 4,
    CDN_JSON_OBJECT = 5
} cdn_json_kind;

/** Parses one value. Refuses duplicate keys, reals, NUL in strings, bad UTF-8, trailing bytes,
 *  more than CDN_LIMIT_JSON_DEPTH levels: CDN_E_INPUT with source, line and column.
 *  @owner caller, cdn_json_destroy */
cdn_status cdn_json_parse(const char *source, const char *bytes, size_t size, cdn_json **out,
                          cdn_error *error) CDN_MUST_CHECK;
void cdn_json_destroy(cdn_json *value);

/** Canonical bytes, no newline at the end; pretty = two-blank indent, same order, newline. */
void cdn_json_write(const cdn_json *value, bool pretty, cdn_text *out);

/* Reading: all are total functions; a wrong kind gives the neutral answer. Borrowed results live
 * as long as the root. */
cdn_json_kind cdn_json_kind_of(const cdn_json *value); /* NULL pointer = CDN_JSON_NULL */
bool cdn_json_bool(const cdn_json *value);
int64_t cdn_json_integer(const cdn_json *value);
const char *cdn_json_string(const cdn_json *value); /* NULL unless a string */
size_t cdn_json_size(const cdn_json *value);        /* members or elements; else 0 */
const cdn_json *cdn_json_at(const cdn_json *array, size_t index);
const cdn_json *cdn_json_get(const cdn_json *object, const char *key); /* NULL when absent */
/** Member by position in sorted key order. */
const char *cdn_json_key_at(const cdn_json *object, size_t index, const cdn_json **value);

/* Building: a constructor gives a new root; set/push take ownership of `value` in every case and
 * do nothing when either side is NULL (so a chain is checked once, by cdn_json_ok at the end). */
cdn_json *cdn_json_object(void);
cdn_json *cdn_json_array(void);
cdn_json *cdn_json_new_string(const char *text);
cdn_json *cdn_json_new_integer(int64_t number);
cdn_json *cdn_json_new_bool(bool flag);
cdn_json *cdn_json_copy(const cdn_json *value);
void cdn_json_set(cdn_json *object, const char *key, cdn_json *value);
void cdn_json_push(cdn_json *array, cdn_json *value);
cdn_json *cdn_json_new_null(void);
/** false when the value is NULL or anything could not be added somewhere in the tree: no memory,
 *  a NULL value, text that is not UTF-8. Writing such a tree sets out->failed and adds nothing. */
bool cdn_json_ok(const cdn_json *value);

#endif
