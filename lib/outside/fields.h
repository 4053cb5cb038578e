/* fields.h - header lines and fields of the files, and what is said of bad ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_OUTSIDE_FIELDS_H
#define CDN_OUTSIDE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"
#include "io/csv.h"

#define CDN_OUTSIDE_ABSENT UINT32_MAX
#define CDN_OUTSIDE_COLUMNS_MAX 20u

/** The columns that a file may have, and where they are once its header was read. */
typedef struct cdn_outside_columns {
    const char *const *names;
    uint32_t count;
    uint32_t required; /* the first so many must be there */
    uint32_t width;    /* of the header; 0 = not read */
    uint64_t line;     /* of the header */
    uint32_t at[CDN_OUTSIDE_COLUMNS_MAX]; /* field number from 0, or CDN_OUTSIDE_ABSENT */
} cdn_outside_columns;

/** One record under its header. */
typedef struct cdn_outside_record {
    const char *path;
    uint64_t line;
    const cdn_csv_field *fields;
    const cdn_outside_columns *columns;
} cdn_outside_record;

/** Reads the header: known names, each once, required ones there. */
cdn_status cdn_outside_read_header(cdn_outside_columns *columns, const char *path, uint64_t line,
                                   const cdn_csv_field *fields, size_t count, cdn_error *error)
    CDN_MUST_CHECK;
/** CDN_E_INPUT when a file of cells had no header, or nothing after it. */
cdn_status cdn_outside_check_some(const cdn_outside_columns *columns, const char *path,
                                  uint32_t cell_count, cdn_error *error) CDN_MUST_CHECK;
/** As many fields as the header? */
cdn_status cdn_outside_check_width(const cdn_outside_columns *columns, const char *path,
                                   uint64_t line, size_t count, cdn_error *error) CDN_MUST_CHECK;

/** What stands in a column of the record; length 0 when there is no such column. */
cdn_csv_field cdn_outside_field(const cdn_outside_record *record, uint32_t column);
/** An error at that column. The text must not hold what was found. */
cdn_status cdn_outside_fail(const cdn_outside_record *record, uint32_t column, cdn_error *error,
                            const char *format, ...) CDN_PRINTF(4, 5);

/** 1 to CDN_OUTSIDE_ID_MAX bytes of UTF-8 without control characters. */
cdn_status cdn_outside_check_id(const cdn_outside_record *record, uint32_t column,
                                cdn_error *error) CDN_MUST_CHECK;
/** A decimal number, scaled by 10^decimals. */
cdn_status cdn_outside_decimal(const cdn_outside_record *record, uint32_t column,
                               unsigned decimals, int64_t *out, cdn_error *error) CDN_MUST_CHECK;
/** A whole number in min..max. */
cdn_status cdn_outside_whole(const cdn_outside_record *record, uint32_t column, int64_t min,
                             int64_t max, int64_t *out, cdn_error *error) CDN_MUST_CHECK;
/** The index of one of the words. */
cdn_status cdn_outside_word(const cdn_outside_record *record, uint32_t column,
                            const char *const *words, uint32_t count, uint32_t *out,
                            cdn_error *error) CDN_MUST_CHECK;

#endif
