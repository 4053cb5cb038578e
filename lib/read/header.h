/* header.h - the header line of an input file: which field holds which column.
 *
 * Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_HEADER_H
#define CDN_READ_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "core/text.h"
#include "cordon/error.h"
#include "io/csv.h"

typedef struct cdn_header cdn_header;

/** `file` and `line` are for messages; `file` is borrowed. @owner caller, cdn_header_destroy */
cdn_status cdn_header_create(const char *file, uint64_t line, const cdn_csv_field *fields,
                             size_t field_count, cdn_header **out, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_header_destroy(cdn_header *header);

/** The field number, from 0, of a column that must be there once; CDN_E_INPUT otherwise. */
cdn_status cdn_header_need(const cdn_header *header, const char *name, uint32_t *out,
                           cdn_error *error) CDN_MUST_CHECK;
/** The same, but a column that is not there gives CDN_NONE. */
cdn_status cdn_header_find(const cdn_header *header, const char *name, uint32_t *out,
                           cdn_error *error) CDN_MUST_CHECK;

/** Puts the code into the pattern's one %d, %0Nd or %s. false when the pattern has another form,
 *  or the code is not a number that %d can show. */
bool cdn_pattern_apply(const char *pattern, const char *code, cdn_text *out);

#endif
