/* extends.c - whether a catalogue still says all that an earlier one said, in the same way.
 *
 * Data that was loaded, and a plan that was made, with the earlier one then mean
 * the same today. Compared are the canonical texts, list by list: what is only
 * shown (titles) may change, what is named may be added, and records, which give
 * the layout of a snapshot, must be the same altogether.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalogue/catalogue.h"

#include <string.h>

#include "core/fail.h"
#include "core/limits.h"
#include "core/text.h"

typedef struct half {
    cdn_json *json;    /* of the definitions */
    const char *lists; /* lines: name of a code list, and its digest */
} half;

static cdn_status split(const char *text, half *out, cdn_error *error)
{
    size_t length = strcspn(text, "\n");
    out->lists = text + length;
    return cdn_json_parse("an earlier catalogue", text, length, &out->json, error);
}

/* Without titles, which nothing is worked out from. */
static cdn_json *bare(const cdn_json *json)
{
    bool array = cdn_json_kind_of(json) == CDN_JSON_ARRAY;
    if (!array && cdn_json_kind_of(json) != CDN_JSON_OBJECT)
        return cdn_json_copy(json);
    cdn_json *copy = array ? cdn_json_array() : cdn_json_object();
    for (size_t i = 0; i < cdn_json_size(json); i++) {
        const cdn_json *member = array ? cdn_json_at(json, i) : NULL;
        const char *key = array ? NULL : cdn_json_key_at(json, i, &member);
        if (array)
            cdn_json_push(copy, bare(member));
        else if (strcmp(key, "title") != 0)
            cdn_json_set(copy, key, bare(member));
    }
    return copy;
}

static bool same(const cdn_json *a, const cdn_json *b, bool *failed)
{
    cdn_text left = CDN_TEXT_INIT(2 * CDN_LIMIT_JSON_SIZE);
    cdn_text right = CDN_TEXT_INIT(2 * CDN_LIMIT_JSON_SIZE);
    cdn_json_write(a, false, &left);
    cdn_json_write(b, false, &right);
    bool failure = left.failed || right.failed;
    bool equal = !failure && left.length == right.length &&
                 memcmp(left.bytes, right.bytes, left.length) == 0;
    cdn_text_release(&left);
    cdn_text_release(&right);
    *failed |= failure;
    return equal;
}

/* Each element of the earlier array is one of today's. */
static bool includes(const cdn_json *now, const cdn_json *earlier, bool *failed)
{
    for (size_t i = 0; i < cdn_json_size(earlier); i++) {
        bool found = false;
        for (size_t j = 0; j < cdn_json_size(now) && !found; j++)
            found = same(cdn_json_at(now, j), cdn_json_at(earlier, i), failed);
        if (!found)
            return false;
    }
    return true;
}

static bool covers(const cdn_json *now, const cdn_json *earlier, bool *failed)
{
    static const char *const growing[] = {"axes", "codelists", "dimensions", "fields", "measures"};
    if (cdn_json_size(now) != cdn_json_size(earlier))
        return false;
    for (size_t i = 0; i < cdn_json_size(earlier); i++) {
        const cdn_json *was = NULL;
        const char *key = cdn_json_key_at(earlier, i, &was);
        const cdn_json *is = cdn_json_get(now, key);
        bool grows = false;
        for (size_t g = 0; g < sizeof growing / sizeof growing[0]; g++)
            grows = grows || strcmp(growing[g], key) == 0;
        if (is == NULL || !(grows ? includes(is, was, failed) : same(is, was, failed)))
            return false;
    }
    return true;
}

/* Each line of the earlier lists is one of today's. */
static bool has_lines(const char *now, const char *earlier)
{
    char line[256];
    while (*earlier == '\n') {
        size_t length = 1 + strcspn(earlier + 1, "\n");
        if (length >= sizeof line - 1)
            return false;
        memcpy(line, earlier, length);
        line[length] = '\0';
        const char *at = strstr(now, line);
        if (at == NULL || (at[length] != '\n' && at[length] != '\0'))
            return false;
        earlier += length;
    }
    return *earlier == '\0';
}

cdn_status cdn_catalogue_extends(const cdn_catalogue *catalogue, const char *earlier, bool *out,
                                 cdn_error *error)
{
    half now = {0}, then = {0};
    cdn_json *bare_now = NULL, *bare_then = NULL;
    bool failed = false;
    *out = false;
    cdn_status status = split(catalogue->canonical, &now, error);
    if (status == CDN_OK)
        status = split(earlier, &then, error);
    if (status == CDN_OK) {
        bare_now = bare(now.json);
        bare_then = bare(then.json);
        *out = has_lines(now.lists, then.lists) && covers(bare_now, bare_then, &failed);
        if (failed || !cdn_json_ok(bare_now) || !cdn_json_ok(bare_then))
            status = cdn_fail_memory(error);
    }
    cdn_json_destroy(bare_then);
    cdn_json_destroy(bare_now);
    cdn_json_destroy(then.json);
    cdn_json_destroy(now.json);
    return status;
}
