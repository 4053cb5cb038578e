/* csv.c - RFC 4180 records with line and field numbers, through libcsv.
 *
 * libcsv gives no positions and cannot be stopped from a callback, so:
 * - lines are counted by us: a physical line ends with LF, which covers CRLF and
 *   quoted newlines alike; a record's fields lie one after the other in one
 *   buffer, so its quoted newlines are counted in one pass;
 * - after the first failure the callbacks do nothing, and at most one chunk is
 *   parsed in vain;
 * - CSV_REPALL_NL reports every terminator, which shows a CR that no LF follows;
 *   it is refused, because readers disagree on what it means;
 * - blanks are part of a field (RFC 4180, section 2, rule 4), so libcsv's
 *   trimming is turned off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv.h"

#include <csv.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "io/open.h"

#define CHUNK_SIZE ((size_t)256 * 1024)
#define BUFFER_STEP ((size_t)16 * 1024)

typedef struct reader {
    struct csv_parser parser;
    const char *source;
    cdn_csv_record on_record;
    void *context;
    cdn_error *error;
    cdn_status status;
    uint64_t line;     /* on which the record being read starts */
    uint64_t lf_count; /* in all chunks before this one */
    bool after_cr;     /* a CR ended a record, its LF has not come yet */
    char *bytes;       /* the record's fields, one after the other */
    size_t size;
    size_t capacity;
    cdn_csv_field *fields;
    size_t field_count;
    size_t field_capacity;
} reader;

static int is_blank(unsigned char byte)
{
    (void)byte;
    return 0;
}

static uint64_t count_lf(const char *bytes, size_t size)
{
    uint64_t count = 0;
    const char *end = bytes + size;
    while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
        count++;
        bytes++;
    }
    return count;
}

/* The line that the end of the fields read so far is on. */
static uint64_t current_line(const reader *self)
{
    return self->line + count_lf(self->bytes, self->size);
}

static void refuse(reader *self, cdn_status status, uint64_t line, const char *what)
{
    self->status =
        cdn_fail_at(self->error, status, self->source, line, self->field_count + 1, "%s", what);
}

static bool grow_bytes(reader *self, size_t size)
{
    size_t capacity = self->capacity == 0 ? BUFFER_STEP : self->capacity;
    while (capacity - self->size < size)
        capacity *= 2; /* cannot overflow: bounded by the record limit */
    char *old = self->bytes;
    char *bytes = cdn_resize(old, capacity, 1);
    if (bytes == NULL)
        return false;
    self->bytes = bytes;
    self->capacity = capacity;
    size_t offset = 0;
    for (size_t i = 0; i < self->field_count; i++) {
        self->fields[i].bytes = bytes + offset;
        offset += self->fields[i].length;
    }
    return true;
}

static bool grow_fields(reader *self)
{
    size_t capacity = self->field_capacity == 0 ? 128 : self->field_capacity * 2;
    cdn_csv_field *fields = cdn_resize(self->fields, capacity, sizeof *fields);
    if (fields == NULL)
        return false;
    self->fields = fields;
    self->field_capacity = capacity;
    return true;
}

static void on_field(void *bytes, size_t size, void *data)
{
    reader *self = data;
    if (self->status != CDN_OK)
        return;
    if (self->after_cr) {
        refuse(self, CDN_E_INPUT, self->line, "carriage return without a line feed");
        return;
    }
    if (size > CDN_LIMIT_FIELD_SIZE) {
        refuse(self, CDN_E_LIMIT, current_line(self), "field is longer than the limit");
        return;
    }
    if (self->field_count == CDN_LIMIT_RECORD_FIELDS || size > CDN_LIMIT_RECORD_SIZE - self->size) {
        refuse(self, CDN_E_LIMIT, self->line, "record is longer than the limit");
        return;
    }
    if ((self->field_count == self->field_capacity && !grow_fields(self)) ||
        ((self->bytes == NULL || size > self->capacity - self->size) && !grow_bytes(self, size))) {
        self->status = cdn_fail_memory(self->error);
        return;
    }
    char *to = self->bytes + self->size;
    if (size > 0)
        memcpy(to, bytes, size);
    self->fields[self->field_count++] = (cdn_csv_field){to, (uint32_t)size};
    self->size += size;
}

/* `terminator` is the byte that ended the record, or -1 at the end of the input. */
static void on_end(int terminator, void *data)
{
    reader *self = data;
    if (self->status != CDN_OK)
        return;
    bool completes_crlf = self->after_cr && terminator == '\n';
    if (self->after_cr && !completes_crlf) {
        refuse(self, CDN_E_INPUT, self->line, "carriage return without a line feed");
        return;
    }
    if (self->field_count > 0) {
        uint64_t line = self->line;
        self->status =
            self->on_record(self->context, line, self->fields, self->field_count, self->error);
        if (self->status != CDN_OK)
            return;
        self->line += count_lf(self->bytes, self->size);
    }
    self->field_count = 0;
    self->size = 0;
    self->after_cr = terminator == '\r';
    if (terminator == '\n')
        self->line++;
}

static void *resize_block(void *block, size_t size)
{
    return cdn_resize(block, size, 1);
}

static cdn_status start(reader *self)
{
    if (csv_init(&self->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
        return cdn_fail(self->error, CDN_E_INTERNAL, "libcsv cannot be started");
    csv_set_realloc_func(&self->parser, resize_block);
    csv_set_free_func(&self->parser, cdn_free);
    csv_set_blk_size(&self->parser, BUFFER_STEP);
    csv_set_space_func(&self->parser, is_blank);
    self->line = 1;
    return CDN_OK;
}

static void parse_failed(reader *self, uint64_t line)
{
    if (self->status != CDN_OK)
        return;
    if (csv_error(&self->parser) != CSV_EPARSE) {
        self->status = cdn_fail_memory(self->error);
        return;
    }
    refuse(self, CDN_E_INPUT, line, "quote in the wrong place");
    cdn_fail_hint(self->error, "a field with a quote is itself quoted, and the quote doubled");
}

static cdn_status feed(reader *self, const char *bytes, size_t size)
{
    const char *nul = memchr(bytes, '\0', size);
    size_t usable = nul == NULL ? size : (size_t)(nul - bytes);
    size_t done = csv_parse(&self->parser, bytes, usable, on_field, on_end, self);
    if (self->status == CDN_OK && done < usable)
        parse_failed(self, self->lf_count + count_lf(bytes, done) + 1);
    if (self->status == CDN_OK && nul != NULL)
        refuse(self, CDN_E_INPUT, self->lf_count + count_lf(bytes, usable) + 1, "NUL byte");
    if (self->status == CDN_OK && self->parser.entry_pos > CDN_LIMIT_FIELD_SIZE + 1)
        refuse(self, CDN_E_LIMIT, current_line(self), "field is longer than the limit");
    self->lf_count += count_lf(bytes, size);
    return self->status;
}

static cdn_status finish(reader *self)
{
    if (csv_fini(&self->parser, on_field, on_end, self) != 0 && self->status == CDN_OK) {
        refuse(self, CDN_E_INPUT, current_line(self), "quoted field is not closed");
        cdn_fail_hint(self->error, "the line is the one on which the field starts");
    }
    if (self->status == CDN_OK && self->after_cr)
        refuse(self, CDN_E_INPUT, self->line, "carriage return without a line feed");
    return self->status;
}

static void release(reader *self)
{
    csv_free(&self->parser);
    cdn_free(self->bytes);
    cdn_free(self->fields);
}

static size_t mark_size(const char *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* Fills the first chunk as far as it goes, so that a mark is never cut in two. */
static cdn_status read_chunk(int descriptor, char *chunk, size_t *size, const char *path,
                             cdn_error *error)
{
    size_t got = 1;
    *size = 0;
    while (got > 0 && *size < CHUNK_SIZE) {
        CDN_TRY(cdn_read_some(descriptor, chunk + *size, CHUNK_SIZE - *size, path, &got, error));
        *size += got;
    }
    return CDN_OK;
}

cdn_status cdn_csv_read(const char *path, cdn_csv_record on_record, void *context, cdn_error *error)
{
    reader self = {.source = path, .on_record = on_record, .context = context, .error = error};
    int descriptor;
    uint64_t file_size;
    CDN_TRY(cdn_open_regular(path, &descriptor, &file_size, error));
    char *chunk = cdn_alloc(CHUNK_SIZE, 1);
    cdn_status status = chunk == NULL ? cdn_fail_memory(error) : start(&self);
    bool first = true;
    while (status == CDN_OK) {
        size_t size;
        status = read_chunk(descriptor, chunk, &size, path, error);
        if (status != CDN_OK)
            break;
        size_t skip = first ? mark_size(chunk, size) : 0;
        first = false;
        status = feed(&self, chunk + skip, size - skip);
        if (status == CDN_OK && size < CHUNK_SIZE) {
            status = finish(&self);
            break;
        }
    }
    release(&self);
    cdn_free(chunk);
    (void)close(descriptor);
    return status;
}

cdn_status cdn_csv_read_bytes(const char *source, const void *bytes, size_t size,
                              cdn_csv_record on_record, void *context, cdn_error *error)
{
    reader self = {.source = source, .on_record = on_record, .context = context, .error = error};
    const char *at = bytes;
    cdn_status status = start(&self);
    size_t done = size == 0 ? 0 : mark_size(at, size);
    while (status == CDN_OK && done < size) {
        size_t step = size - done < CHUNK_SIZE ? size - done : CHUNK_SIZE;
        status = feed(&self, at + done, step);
        done += step;
    }
    if (status == CDN_OK)
        status = finish(&self);
    release(&self);
    return status;
}

void cdn_csv_add_field(cdn_text *out, const char *field)
{
    size_t length = strlen(field);
    bool outer_blank = length > 0 && (field[0] == ' ' || field[0] == '\t' ||
                                      field[length - 1] == ' ' || field[length - 1] == '\t');
    if (!outer_blank && strpbrk(field, ",\"\r\n") == NULL) {
        cdn_text_add_bytes(out, field, length);
        return;
    }
    cdn_text_add_bytes(out, "\"", 1);
    for (const char *quote; (quote = strchr(field, '"')) != NULL; field = quote + 1) {
        cdn_text_add_bytes(out, field, (size_t)(quote - field) + 1);
        cdn_text_add_bytes(out, "\"", 1);
    }
    cdn_text_add(out, field);
    cdn_text_add_bytes(out, "\"", 1);
}
