/* load.h - catalogues for tests: from Lua through the real helper, or from JSON as it stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_CATALOGUE_LOAD_H
#define CDN_TESTS_CATALOGUE_LOAD_H

#include <stdio.h>

#include "catalogue/catalogue.h"
#include "core/text.h"
#include "io/file.h"
#include "jail/jail.h"
#include "json/json.h"
#include "support/unit.h"

#define LOAD_ASCWDS "policies/catalogue/ascwds.lua"
#define LOAD_CODES "policies/catalogue/codes"

static inline const char *load_helper(void)
{
    static char path[4096];
    const char *build = getenv("BUILD");
    (void)snprintf(path, sizeof path, "%s/cordon-script", build != NULL ? build : "build");
    return path;
}

static inline void load_print(const cdn_error *error)
{
    char text[1024];
    (void)cdn_error_format(error, text, sizeof text);
    print_error("%s\n", text);
}

static inline char *load_file(const char *path)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_text text = CDN_TEXT_INIT(1024u * 1024u);
    if (cdn_file_read(path, &text, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
    return text.bytes; /* as cdn_alloc gives it */
}

/* The JSON of a Lua text; fails the test when the helper refuses it. */
static inline cdn_json *load_json(cdn_jail_kind kind, const char *path, const char *source,
                                  const cdn_json *side)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_json *json = NULL;
    if (cdn_jail_run(load_helper(), kind, path, source, strlen(source), side, &json, &error) !=
        CDN_OK) {
        load_print(&error);
        fail();
    }
    return json;
}

static inline cdn_json *load_json_file(cdn_jail_kind kind, const char *path, const cdn_json *side)
{
    char *source = load_file(path);
    cdn_json *json = load_json(kind, path, source, side);
    cdn_text owned = {.bytes = source};
    cdn_text_release(&owned);
    return json;
}

static inline cdn_catalogue *load_catalogue(const char *path, const char *codes)
{
    cdn_error error = CDN_ERROR_INIT;
    cdn_catalogue *catalogue = NULL;
    cdn_json *json = load_json_file(CDN_JAIL_CATALOGUE, path, NULL);
    if (cdn_catalogue_create(json, path, codes, &catalogue, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
    cdn_json_destroy(json);
    return catalogue;
}

/* JSON written with ' for ", so that C can hold it. `from` is replaced by `to` when not NULL. */
static inline cdn_json *load_quoted(const char *text, const char *from, const char *to)
{
    cdn_text out = CDN_TEXT_INIT(1024u * 1024u);
    const char *at = from == NULL ? NULL : strstr(text, from);
    if (from != NULL && at == NULL)
        print_error("nothing to replace: %s\n", from);
    assert_true(from == NULL || at != NULL);
    if (at != NULL) {
        cdn_text_add_bytes(&out, text, (size_t)(at - text));
        cdn_text_add(&out, to);
        text = at + strlen(from);
    }
    cdn_text_add(&out, text);
    for (size_t i = 0; i < out.length; i++) {
        if (out.bytes[i] == '\'')
            out.bytes[i] = '"';
    }
    cdn_error error = CDN_ERROR_INIT;
    cdn_json *json = NULL;
    if (cdn_json_parse("test", out.bytes, out.length, &json, &error) != CDN_OK) {
        load_print(&error);
        fail();
    }
    cdn_text_release(&out);
    return json;
}

#endif
