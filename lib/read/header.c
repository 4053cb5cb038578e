/* header.c - the header line of an input file: which field holds which column.
 *
 * Names are compared exactly, after cutting outer blanks. Only the columns
 * asked for must be there, and be there once; a name repeated among the others
 * is of no concern.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/header.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/map.h"
#include "core/number.h"
#include "read/column.h"

#define MAX_WIDTH 9

struct cdn_header {
    const char *file;
    uint64_t line;
    cdn_map *names;
    uint32_t *first;  /* per name: field number from 0 */
    uint32_t *second; /* per name: of its repetition, or CDN_NONE */
};

cdn_status cdn_header_create(const char *file, uint64_t line, const cdn_csv_field *fields,
                             size_t field_count, cdn_header **out, cdn_error *error)
{
    cdn_header *header = cdn_alloc(1, sizeof *header);
    if (header == NULL)
        return cdn_fail_memory(error);
    header->file = file;
    header->line = line;
    header->names = cdn_map_create();
    header->first = cdn_alloc(field_count, sizeof *header->first);
    header->second = cdn_alloc(field_count, sizeof *header->second);
    bool ok = header->names != NULL && header->first != NULL && header->second != NULL;
    for (uint32_t i = 0; ok && i < field_count; i++) {
        const char *bytes = fields[i].bytes;
        uint32_t length = fields[i].length;
        cdn_trim(&bytes, &length);
        bool added;
        uint32_t id = cdn_map_add(header->names, bytes, length, &added);
        ok = id != CDN_MAP_NONE;
        if (ok && added) {
            header->first[id] = i;
            header->second[id] = CDN_NONE;
        } else if (ok && header->second[id] == CDN_NONE) {
            header->second[id] = i;
        }
    }
    if (!ok) {
        cdn_header_destroy(header);
        return cdn_fail_memory(error);
    }
    *out = header;
    return CDN_OK;
}

void cdn_header_destroy(cdn_header *header)
{
    if (header == NULL)
        return;
    cdn_map_destroy(header->names);
    cdn_free(header->first);
    cdn_free(header->second);
    cdn_free(header);
}

cdn_status cdn_header_find(const cdn_header *header, const char *name, uint32_t *out,
                           cdn_error *error)
{
    uint32_t id = cdn_map_find(header->names, name, strlen(name));
    if (id != CDN_MAP_NONE && header->second[id] != CDN_NONE)
        return cdn_fail_at(error, CDN_E_INPUT, header->file, header->line,
                           (uint64_t)header->second[id] + 1,
                           "column \"%s\": expected once in the header, found again", name);
    *out = id == CDN_MAP_NONE ? CDN_NONE : header->first[id];
    return CDN_OK;
}

cdn_status cdn_header_need(const cdn_header *header, const char *name, uint32_t *out,
                           cdn_error *error)
{
    CDN_TRY(cdn_header_find(header, name, out, error));
    if (*out == CDN_NONE)
        return cdn_fail_at(error, CDN_E_INPUT, header->file, header->line, 0,
                           "column \"%s\": expected in the header, not found", name);
    return CDN_OK;
}

/* The code as %d or %0<width>d would print it. */
static bool add_number(const char *code, unsigned width, cdn_text *out)
{
    int64_t number;
    if (!cdn_parse_int(code, strlen(code), &number) || number < 0)
        return false;
    cdn_text_addf(out, "%0*lld", (int)width, (long long)number);
    return !out->failed;
}

bool cdn_pattern_apply(const char *pattern, const char *code, cdn_text *out)
{
    const char *percent = strchr(pattern, '%');
    if (percent == NULL)
        return false;
    cdn_text_add_bytes(out, pattern, (size_t)(percent - pattern));
    const char *at = percent + 1;
    unsigned width = 1;
    if (at[0] == '0' && at[1] >= '1' && at[1] <= '0' + MAX_WIDTH) {
        width = (unsigned)(at[1] - '0');
        at += 2;
    }
    bool ok = *at == 'd' ? add_number(code, width, out) : *at == 's' && at == percent + 1;
    if (*at == 's')
        cdn_text_add(out, code);
    if (!ok || strchr(at + 1, '%') != NULL)
        return false;
    cdn_text_add(out, at + 1);
    return !out->failed;
}
