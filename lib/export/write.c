/* write.c - small files of a package: bytes, texts, JSON, and what is looked up in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "export/parts.h"

cdn_status cdn_package_write(const char *dir, const char *name, const char *bytes, size_t size,
                             cdn_error *error)
{
    char *path = cdn_path_join(dir, name);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_file_write(path, bytes, size, error);
    cdn_free(path);
    return status;
}

cdn_status cdn_package_write_text(const char *dir, const char *name, cdn_text *text,
                                  cdn_error *error)
{
    if (text->failed)
        return cdn_fail_memory(error);
    return cdn_package_write(dir, name, cdn_text_or_empty(text->bytes), text->length, error);
}

cdn_status cdn_package_write_json(const char *dir, const char *name, cdn_json *tree,
                                  cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    if (!cdn_json_ok(tree)) {
        cdn_json_destroy(tree);
        return cdn_fail(error, CDN_E_INTERNAL,
                        "%s cannot be written: no memory, or a text that is not UTF-8", name);
    }
    cdn_json_write(tree, true, &text);
    cdn_json_destroy(tree);
    cdn_status status = cdn_package_write_text(dir, name, &text, error);
    cdn_text_release(&text);
    return status;
}

void cdn_json_set_text(cdn_json *object, const char *key, const char *text)
{
    cdn_json_set(object, key, cdn_json_new_string(cdn_text_or_empty(text)));
}

bool cdn_json_holds_text(const cdn_json *array, const char *text)
{
    for (size_t i = 0; i < cdn_json_size(array); i++) {
        const char *item = cdn_json_string(cdn_json_at(array, i));
        if (item != NULL && strcmp(item, text) == 0)
            return true;
    }
    return false;
}
