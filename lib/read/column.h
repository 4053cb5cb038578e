/* column.h - one field of an input file into the int32_t that the column stores.
 *
 * Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_COLUMN_H
#define CDN_READ_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "core/map.h"
#include "core/text.h"
#include "cordon/error.h"

typedef struct cdn_parser cdn_parser;

/** @owner caller, cdn_parser_destroy */
cdn_status cdn_parser_create(const cdn_catalogue *catalogue, const cdn_column *column,
                             cdn_parser **out, cdn_error *error) CDN_MUST_CHECK;
void cdn_parser_destroy(cdn_parser *parser);

/** The value, CDN_MISSING, CDN_DONT_KNOW or a cdn_fault. A text is interned in `texts`.
 *  CDN_E_INPUT when a text is not UTF-8; the caller, who knows the place, describes it. */
cdn_status cdn_parser_read(const cdn_parser *parser, cdn_map *texts, const char *bytes,
                           uint32_t length, int32_t *out) CDN_MUST_CHECK;

/** "an integer from 14 to 100", for messages. */
void cdn_column_expectation(const cdn_catalogue *catalogue, const cdn_column *column,
                            cdn_text *out);

/** Cuts blanks and tabs off both ends. */
static inline void cdn_trim(const char **bytes, uint32_t *length)
{
    while (*length > 0 && ((*bytes)[0] == ' ' || (*bytes)[0] == '\t')) {
        (*bytes)++;
        (*length)--;
    }
    while (*length > 0 && ((*bytes)[*length - 1] == ' ' || (*bytes)[*length - 1] == '\t'))
        (*length)--;
}

#endif
