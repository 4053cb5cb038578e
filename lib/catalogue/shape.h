/* shape.h - strict reading of the JSON objects that the jail returns.
 *
 * A cdn_node is one object with the words that describe it in messages
 * (`measure "x"`) and its line in the user's file, inherited from the object
 * around it when it has none. Every member must be known, every required one
 * present and of the right kind; all else is CDN_E_INPUT at that line. Used by
 * the catalogue, the policy and the agreement, so that all three refuse alike.
 * Private to floor 2.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CATALOGUE_SHAPE_H
#define CDN_CATALOGUE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"
#include "core/arena.h"
#include "json/json.h"

/** What every read needs: the file for messages, the arena for copies, the error. */
typedef struct cdn_shape {
    const char *source;
    cdn_arena *arena;
    cdn_error *error;
} cdn_shape;

typedef struct cdn_node {
    const cdn_json *json;
    const char *kind; /* "measure" */
    const char *name; /* "" when it has none */
    uint64_t line;
} cdn_node;

/** CDN_E_INPUT at the node's line: `kind "name": ` and the text. */
cdn_status cdn_shape_fail(const cdn_shape *shape, const cdn_node *node, const char *format, ...)
    CDN_PRINTF(3, 4);
/** Adds "did you mean" to a failure of cdn_shape_fail. */
void cdn_shape_suggest(const cdn_shape *shape, const char *word, const char *const *names,
                       size_t count);
cdn_status cdn_shape_memory(const cdn_shape *shape);

/** Checks that `json` is an object whose members are all in `keys` (blank-separated words), and
 *  fills the node. A key "name*" is a required name [a-z][a-z0-9_]*, kept in the node; "line" is
 *  always allowed. */
cdn_status cdn_shape_open(const cdn_shape *shape, const cdn_json *json, const char *kind,
                          const char *keys, uint64_t parent_line, cdn_node *out) CDN_MUST_CHECK;

/** Members. `required` false: an absent member leaves *out as it is. Texts are copied to the arena,
 *  not empty, at most CDN_LIMIT_TEXT_SIZE bytes. */
cdn_status cdn_shape_text(const cdn_shape *shape, const cdn_node *node, const char *key,
                          bool required, const char **out) CDN_MUST_CHECK;
cdn_status cdn_shape_name(const cdn_shape *shape, const cdn_node *node, const char *key,
                          bool required, const char **out) CDN_MUST_CHECK;
cdn_status cdn_shape_integer(const cdn_shape *shape, const cdn_node *node, const char *key,
                             bool required, int64_t min, int64_t max, int64_t *out) CDN_MUST_CHECK;
cdn_status cdn_shape_flag(const cdn_shape *shape, const cdn_node *node, const char *key,
                          bool required, bool *out) CDN_MUST_CHECK;
/** An array of at most `max` elements; absent and not required = NULL and 0. */
cdn_status cdn_shape_array(const cdn_shape *shape, const cdn_node *node, const char *key,
                           bool required, uint32_t max, const cdn_json **out, uint32_t *count)
    CDN_MUST_CHECK;
/** An array of texts, copied. */
cdn_status cdn_shape_texts(const cdn_shape *shape, const cdn_node *node, const char *key,
                           bool required, uint32_t max, const char *const **out, uint32_t *count)
    CDN_MUST_CHECK;

/** true for [a-z][a-z0-9_]*, at most CDN_LIMIT_NAME_SIZE bytes. */
bool cdn_name_valid(const char *name);

/** A copy of the JSON without its "line" members: what a digest is taken of, so that a comment or
 *  a blank line does not change it. NULL = out of memory. @owner caller */
cdn_json *cdn_json_without_lines(const cdn_json *json);
/** SHA-256, in hex, of the canonical text of that copy. `out` has 65 bytes. */
cdn_status cdn_shape_digest(const cdn_shape *shape, const cdn_json *json, char *out)
    CDN_MUST_CHECK;

#endif
