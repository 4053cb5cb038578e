/* csv.h - RFC 4180 records with line and field numbers, through libcsv.
 *
 * The only file of the project that includes libcsv. Reading is streaming: a
 * record callback gets all fields of one record. Strict quoting; CRLF and LF;
 * a UTF-8 byte order mark is skipped; quoted newlines are kept and counted;
 * a NUL byte or a field over CDN_LIMIT_FIELD_SIZE is refused with its line. */
#ifndef CDN_IO_CSV_H
#define CDN_IO_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "cordon/error.h"
#include "core/text.h"

/** One field: bytes are not NUL-terminated; borrowed until the callback returns. */
typedef struct cdn_csv_field {
    const char *bytes;
    uint32_t length;
} cdn_csv_field;

/** One record. `line` is the physical line on which it starts, from 1. Blank lines are skipped.
 *  Returning anything but CDN_OK stops the read with that status. */
typedef cdn_status (*cdn_csv_record)(void *context, uint64_t line, const cdn_csv_field *fields,
                                     size_t field_count, cdn_error *error);

/** Reads the file at `path`; errors carry `path` as source, the line, and the field number as
 *  column. An empty file gives no record and CDN_OK. */
cdn_status cdn_csv_read(const char *path, cdn_csv_record on_record, void *context,
                        cdn_error *error) CDN_MUST_CHECK;

/** The same over bytes in memory; `source` names them in errors. */
cdn_status cdn_csv_read_bytes(const char *source, const void *bytes, size_t size,
                              cdn_csv_record on_record, void *context, cdn_error *error)
    CDN_MUST_CHECK;

/** Appends one field, quoted when it has a comma, a quote, CR, LF or an outer blank. */
void cdn_csv_add_field(cdn_text *out, const char *field);

#endif
