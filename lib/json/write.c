/* write.c - canonical JSON out.
 *
 * The subset of RFC 8785 (JSON Canonicalization Scheme) that needs no floats:
 * strings escape only what section 3.2.2.2 says, numbers are integers, members
 * come in bytewise key order. A broken tree fails the text instead of being
 * written in part.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "json/json.h"

#include <inttypes.h>
#include <string.h>

#include "json/tree.h"

static void write_string(cdn_text *out, const char *text)
{
    static const char named[] = "\b\t\n\f\r\"\\";
    static const char letters[] = "btnfr\"\\";
    cdn_text_add_bytes(out, "\"", 1);
    const char *start = text;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        cdn_text_add_bytes(out, start, (size_t)(text - start));
        start = text + 1;
        const char *name = strchr(named, *text);
        if (name == NULL)
            cdn_text_addf(out, "\\u%04x", byte);
        else
            cdn_text_addf(out, "\\%c", letters[name - named]);
    }
    cdn_text_add_bytes(out, start, (size_t)(text - start));
    cdn_text_add_bytes(out, "\"", 1);
}

static void write_break(cdn_text *out, bool pretty, unsigned depth)
{
    if (!pretty)
        return;
    cdn_text_add_bytes(out, "\n", 1);
    for (unsigned i = 0; i < depth; i++)
        cdn_text_add_bytes(out, "  ", 2);
}

static void write_value(const cdn_json *value, bool pretty, unsigned depth, cdn_text *out);

static void write_members(const cdn_json *value, bool pretty, unsigned depth, cdn_text *out)
{
    bool object = value->kind == CDN_JSON_OBJECT;
    cdn_text_add(out, object ? "{" : "[");
    for (size_t i = 0; i < value->size; i++) {
        if (i > 0)
            cdn_text_add_bytes(out, ",", 1);
        write_break(out, pretty, depth + 1);
        if (object) {
            write_string(out, value->members[i].key);
            cdn_text_add(out, pretty ? ": " : ":");
        }
        write_value(value->members[i].value, pretty, depth + 1, out);
    }
    if (value->size > 0)
        write_break(out, pretty, depth);
    cdn_text_add(out, object ? "}" : "]");
}

static void write_value(const cdn_json *value, bool pretty, unsigned depth, cdn_text *out)
{
    switch (value->kind) {
    case CDN_JSON_NULL:
        cdn_text_add(out, "null");
        break;
    case CDN_JSON_BOOL:
        cdn_text_add(out, value->integer != 0 ? "true" : "false");
        break;
    case CDN_JSON_INTEGER:
        cdn_text_addf(out, "%" PRId64, value->integer);
        break;
    case CDN_JSON_STRING:
        write_string(out, value->string);
        break;
    case CDN_JSON_ARRAY:
    case CDN_JSON_OBJECT:
        write_members(value, pretty, depth, out);
        break;
    }
}

void cdn_json_write(const cdn_json *value, bool pretty, cdn_text *out)
{
    if (!cdn_json_ok(value)) {
        out->failed = true;
        return;
    }
    write_value(value, pretty, 0, out);
    if (pretty)
        cdn_text_add_bytes(out, "\n", 1);
}
