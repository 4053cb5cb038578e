/* tree.h - the shape of a JSON value, shared inside this room.
 *
 * Not for other rooms: they use json.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_JSON_TREE_H
#define CDN_JSON_TREE_H

#include "json/json.h"

typedef struct cdn_json_member {
    char *key; /* NULL in an array */
    cdn_json *value;
} cdn_json_member;

struct cdn_json {
    cdn_json_kind kind;
    bool broken;     /* something could not be added */
    int64_t integer; /* also 0 or 1 for a bool */
    char *string;
    cdn_json_member *members; /* sorted bytewise by key in an object */
    size_t size;
    size_t capacity;
};

#endif
