/* snapshot.c - opening a snapshot file, and its columns, each verified when first asked for.
 *
 * The file is taken as hostile: the header and the directory are verified
 * before they are believed, the layout is computed rather than read, and a
 * section is checked both against its digest and for values that its readers
 * would use as indexes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/snapshot.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "io/file.h"
#include "json/json.h"
#include "read/format.h"
#include "read/table.h"

struct cdn_snapshot {
    char *path;         /* for messages */
    const char *remedy; /* when the file is no good */
    cdn_mapping mapping;
    cdn_snapshot_header header;
    char digest[CDN_SHA256_HEX];
    cdn_json *directory;
    const char *period;
    int32_t reference_day;
    uint32_t record_count;
    uint32_t *rows;
    uint32_t text_count;
    uint64_t text_size;
    cdn_layout layout;
    atomic_uchar *verified; /* per section */
    const uint32_t *text_offsets;
    const char *text_bytes;
    uint32_t exclusion_count;
    cdn_exclusion *exclusions;
    /* A part of another one borrows all but these and `rows`. */
    const cdn_snapshot *whole; /* NULL = not a part */
    const cdn_catalogue *catalogue;
    cdn_snapshot_rows_kept *kept; /* per record type */
    uint32_t **copies;            /* per section, once it was asked for */
};

/* What the file says, once it is known to be whole. */
static cdn_status damaged(const cdn_snapshot *self, const char *what, cdn_error *error)
{
    cdn_status status =
        cdn_fail_at(error, CDN_E_INPUT, self->path, 0, 0, "the snapshot is damaged: %s", what);
    cdn_fail_hint(error, "%s", self->remedy);
    return status;
}

static cdn_status foreign(const cdn_snapshot *self, const char *what, cdn_error *error)
{
    cdn_status status = cdn_fail_at(error, CDN_E_INPUT, self->path, 0, 0, "%s", what);
    cdn_fail_hint(error, "%s", self->remedy);
    return status;
}

/* --- opening -------------------------------------------------------------------------------- */

static cdn_status open_header(cdn_snapshot *self, cdn_error *error)
{
    const unsigned char *bytes = self->mapping.bytes;
    size_t size = self->mapping.size;
    cdn_snapshot_header *header = &self->header;
    if (size < sizeof *header)
        return foreign(self, "this is not a snapshot, or a part of one", error);
    memcpy(header, bytes, sizeof *header);
    if (memcmp(header->magic, CDN_SNAPSHOT_MAGIC, sizeof header->magic) != 0)
        return foreign(self, "this is not a snapshot", error);
    if (header->version != CDN_SNAPSHOT_VERSION || header->order != CDN_SNAPSHOT_ORDER)
        return foreign(self, "the snapshot has another format version", error);
    if (header->input_count > CDN_SNAPSHOT_INPUTS)
        return damaged(self, "header", error);
    uint64_t start = cdn_snapshot_data_start(header->input_count);
    if (start > size)
        return damaged(self, "shorter than it was", error);
    uint8_t digest[CDN_SHA256_SIZE];
    CDN_TRY(cdn_sha256(bytes, start - sizeof digest, digest, error));
    if (memcmp(digest, bytes + start - sizeof digest, sizeof digest) != 0)
        return damaged(self, "header", error);
    if (header->file_size != size || header->directory_offset > size ||
        header->directory_size != size - header->directory_offset)
        return damaged(self, "not as long as it was", error);
    return CDN_OK;
}

static cdn_status open_directory(cdn_snapshot *self, cdn_error *error)
{
    const unsigned char *bytes = self->mapping.bytes + self->header.directory_offset;
    uint8_t digest[CDN_SHA256_SIZE];
    CDN_TRY(cdn_sha256(bytes, self->header.directory_size, digest, error));
    if (memcmp(digest, self->header.directory_digest, sizeof digest) != 0)
        return damaged(self, "directory", error);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(self->digest + 2 * i, 3, "%02x", digest[i]);
    return cdn_json_parse(self->path, (const char *)bytes, self->header.directory_size,
                          &self->directory, error);
}

static bool get_number(const cdn_json *object, const char *key, int64_t max, int64_t *out)
{
    const cdn_json *value = cdn_json_get(object, key);
    *out = cdn_json_integer(value);
    return cdn_json_kind_of(value) == CDN_JSON_INTEGER && *out >= 0 && *out <= max;
}

static bool read_counts(cdn_snapshot *self)
{
    const cdn_json *rows = cdn_json_get(self->directory, "rows");
    const cdn_json *day = cdn_json_get(self->directory, "day");
    int64_t texts, text_size;
    self->period = cdn_json_string(cdn_json_get(self->directory, "period"));
    if (self->period == NULL || cdn_json_kind_of(day) != CDN_JSON_INTEGER ||
        cdn_json_integer(day) < INT32_MIN || cdn_json_integer(day) > INT32_MAX ||
        cdn_json_size(rows) != self->record_count ||
        !get_number(self->directory, "texts", INT32_MAX, &texts) ||
        !get_number(self->directory, "text_size", UINT32_MAX, &text_size))
        return false;
    self->reference_day = (int32_t)cdn_json_integer(day);
    self->text_count = (uint32_t)texts;
    self->text_size = (uint64_t)text_size;
    for (uint32_t i = 0; i < self->record_count; i++) {
        const cdn_json *count = cdn_json_at(rows, i);
        int64_t value = cdn_json_integer(count);
        if (cdn_json_kind_of(count) != CDN_JSON_INTEGER || value < 0 || value > INT32_MAX)
            return false;
        self->rows[i] = (uint32_t)value;
    }
    return true;
}

static cdn_status open_layout(cdn_snapshot *self, const cdn_catalogue *catalogue,
                              const char *made_with, cdn_error *error)
{
    const char *digest = cdn_json_string(cdn_json_get(self->directory, "catalogue"));
    if (digest == NULL || strcmp(digest, made_with) != 0)
        return foreign(self, "the snapshot was made with another catalogue", error);
    self->record_count = catalogue->record_count;
    self->rows = cdn_alloc(self->record_count, sizeof *self->rows);
    if (self->rows == NULL)
        return cdn_fail_memory(error);
    if (!read_counts(self))
        return damaged(self, "counts", error);
    CDN_TRY(cdn_layout_create(catalogue, self->rows, self->header.input_count, self->text_count,
                              self->text_size, &self->layout, error));
    const cdn_json *sections = cdn_json_get(self->directory, "sections");
    if (self->layout.end != self->header.directory_offset ||
        cdn_json_size(sections) != self->layout.count)
        return damaged(self, "sections", error);
    for (uint32_t i = 0; i < self->layout.count; i++) {
        const char *hex = cdn_json_string(cdn_json_at(sections, i));
        if (hex == NULL || strlen(hex) != CDN_SHA256_HEX - 1)
            return damaged(self, "sections", error);
        memcpy(self->layout.sections[i].digest, hex, CDN_SHA256_HEX);
    }
    self->verified = cdn_alloc(self->layout.count, sizeof *self->verified);
    return self->verified == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status open_exclusions(cdn_snapshot *self, cdn_error *error)
{
    const cdn_json *array = cdn_json_get(self->directory, "exclusions");
    size_t count = cdn_json_size(array);
    if (count > UINT32_MAX)
        return damaged(self, "exclusions", error);
    self->exclusions = cdn_alloc(count, sizeof *self->exclusions);
    if (self->exclusions == NULL)
        return cdn_fail_memory(error);
    for (; self->exclusion_count < count; self->exclusion_count++) {
        const cdn_json *object = cdn_json_at(array, self->exclusion_count);
        cdn_exclusion *out = &self->exclusions[self->exclusion_count];
        int64_t rows, values;
        out->record = cdn_json_string(cdn_json_get(object, "record"));
        out->reason = cdn_json_string(cdn_json_get(object, "reason"));
        out->column = cdn_json_string(cdn_json_get(object, "column"));
        if (out->record == NULL || out->reason == NULL || out->column == NULL ||
            !get_number(object, "rows", INT64_MAX, &rows) ||
            !get_number(object, "values", INT64_MAX, &values))
            return damaged(self, "exclusions", error);
        out->rows = (uint64_t)rows;
        out->values = (uint64_t)values;
    }
    return CDN_OK;
}

/* --- freshness ------------------------------------------------------------------------------ */

static cdn_status stale(const cdn_snapshot *self, const char *file, cdn_error *error)
{
    cdn_status status = cdn_fail_at(error, CDN_E_INPUT, self->path, 0, 0,
                                    "the snapshot is stale: %s changed since", file);
    cdn_fail_hint(error, "%s", self->remedy);
    return status;
}

static cdn_status check_input(const cdn_snapshot *self, const char *data_dir, const char *file,
                              const cdn_json *input, int64_t changed_ns, cdn_error *error)
{
    int64_t size;
    const char *digest = cdn_json_string(cdn_json_get(input, "sha256"));
    if (digest == NULL || !get_number(input, "size", INT64_MAX, &size))
        return damaged(self, "inputs", error);
    char *path = cdn_path_join(data_dir, file);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_stamp stamp;
    char now[CDN_SHA256_HEX];
    cdn_status status = cdn_stamp_read(path, &stamp, error);
    if (status == CDN_OK && stamp.size != (uint64_t)size)
        status = stale(self, file, error);
    if (status == CDN_OK && stamp.changed_ns != changed_ns) {
        status = cdn_sha256_file_hex(path, now, error);
        if (status == CDN_OK && strcmp(now, digest) != 0)
            status = stale(self, file, error);
    }
    cdn_free(path);
    return status;
}

/* The directory's inputs must be the catalogue's files, in the same order. */
static cdn_status check_inputs(const cdn_snapshot *self, const cdn_catalogue *catalogue,
                               const char *data_dir, cdn_error *error)
{
    const cdn_json *inputs = cdn_json_get(self->directory, "inputs");
    uint32_t at = 0;
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        if (catalogue->records[i].kind != CDN_RECORD_FILE)
            continue;
        const char *file = catalogue->records[i].file;
        const cdn_json *input = cdn_json_at(inputs, at);
        const char *name = cdn_json_string(cdn_json_get(input, "name"));
        if (at >= self->header.input_count || name == NULL || strcmp(name, file) != 0)
            return damaged(self, "inputs", error);
        int64_t changed_ns;
        memcpy(&changed_ns, self->mapping.bytes + sizeof self->header + 8 * (size_t)at,
               sizeof changed_ns);
        if (data_dir != NULL)
            CDN_TRY(check_input(self, data_dir, file, input, changed_ns, error));
        at++;
    }
    if (at != self->header.input_count || at != cdn_json_size(inputs))
        return damaged(self, "inputs", error);
    return CDN_OK;
}

/* --- sections ------------------------------------------------------------------------------- */

static bool values_fit(const cdn_section *section, const unsigned char *bytes)
{
    const int32_t *cells = (const int32_t *)(const void *)bytes; /* aligned by the layout */
    const uint32_t *rows = (const uint32_t *)(const void *)bytes;
    size_t count = section->size / sizeof *cells;
    int64_t low = section->low;
    int64_t high = section->high;
    bool ok = true;
    switch (section->kind) {
    case CDN_SECTION_COLUMN:
    case CDN_SECTION_WORKERS:
        for (size_t i = 0; i < count; i++)
            ok &= (cells[i] >= low && cells[i] <= high) ||
                  (section->kind == CDN_SECTION_COLUMN && cdn_is_missing(cells[i]));
        return ok;
    case CDN_SECTION_REFERENCE:
    case CDN_SECTION_UNITS:
    case CDN_SECTION_HOLDINGS:
        for (size_t i = 0; i < count; i++)
            ok &= rows[i] <= high || rows[i] == CDN_NONE;
        return ok;
    case CDN_SECTION_REFERENCED:
        for (size_t i = 0; i < section->size; i++)
            ok &= bytes[i] <= 1;
        return ok;
    case CDN_SECTION_TEXT_OFFSETS:
        for (size_t i = 0; i < count; i++)
            ok &= i == 0 ? rows[i] == 0 : rows[i] > rows[i - 1];
        return ok && rows[count - 1] == section->high;
    case CDN_SECTION_TEXT_BYTES:
        return true;
    }
    return false;
}

/* The record type whose rows a section has numbers for. What says whether a row is referred to is
 * only there for types that no part restricts. */
static uint32_t record_of(const cdn_snapshot *self, const cdn_section *section)
{
    switch (section->kind) {
    case CDN_SECTION_COLUMN:
        return self->catalogue->columns[section->a].record;
    case CDN_SECTION_REFERENCE:
    case CDN_SECTION_UNITS:
    case CDN_SECTION_HOLDINGS:
    case CDN_SECTION_WORKERS:
        return section->a;
    case CDN_SECTION_REFERENCED:
    case CDN_SECTION_TEXT_OFFSETS:
    case CDN_SECTION_TEXT_BYTES:
        break;
    }
    return CDN_NONE;
}

/* Of the whole's section, the rows that a part keeps; *out is the section as the whole has it. */
static cdn_status keep_rows(const cdn_snapshot *self, uint32_t index, const unsigned char **out,
                            cdn_error *error)
{
    uint32_t record = record_of(self, &self->layout.sections[index]);
    if (record == CDN_NONE || self->kept[record].rows == NULL)
        return CDN_OK;
    const cdn_snapshot_rows_kept *kept = &self->kept[record];
    const uint32_t *all = (const uint32_t *)(const void *)*out;
    if (self->copies[index] == NULL) {
        uint32_t *copy = cdn_alloc(kept->count, sizeof *copy);
        if (copy == NULL)
            return cdn_fail_memory(error);
        for (uint32_t i = 0; i < kept->count; i++)
            copy[i] = all[kept->rows[i]];
        self->copies[index] = copy;
    }
    *out = (const unsigned char *)self->copies[index];
    return CDN_OK;
}

/* The section's bytes, checked the first time. Two threads may check the same at once. */
static cdn_status get_section(const cdn_snapshot *self, uint32_t index,
                              const unsigned char **out, cdn_error *error)
{
    if (index == CDN_NONE)
        return cdn_fail(error, CDN_E_INTERNAL, "the snapshot has no such column");
    const cdn_section *section = &self->layout.sections[index];
    const unsigned char *bytes = self->mapping.bytes + section->offset;
    if (self->whole != NULL) {
        CDN_TRY(get_section(self->whole, index, out, error));
        return keep_rows(self, index, out, error);
    }
    *out = bytes;
    if (atomic_load_explicit(&self->verified[index], memory_order_acquire) != 0)
        return CDN_OK;
    char digest[CDN_SHA256_HEX];
    CDN_TRY(cdn_sha256_hex(bytes, section->size, digest, error));
    if (strcmp(digest, section->digest) != 0 || !values_fit(section, bytes))
        return damaged(self, "a column", error);
    uint64_t next = index + 1 < self->layout.count ? self->layout.sections[index + 1].offset
                                                   : self->layout.end;
    for (uint64_t i = section->offset + section->size; i < next; i++) {
        if (self->mapping.bytes[i] != 0)
            return damaged(self, "a column", error);
    }
    atomic_store_explicit(&self->verified[index], 1, memory_order_release);
    return CDN_OK;
}

static cdn_status find_section(const cdn_snapshot *self, cdn_section_kind kind, uint32_t a,
                               uint32_t b, const unsigned char **out, cdn_error *error)
{
    return get_section(self, cdn_layout_find(&self->layout, kind, a, b), out, error);
}

/* Texts are read without a status, so the dictionary is verified at once. */
static cdn_status open_dictionary(cdn_snapshot *self, cdn_error *error)
{
    const unsigned char *offsets;
    const unsigned char *bytes;
    CDN_TRY(find_section(self, CDN_SECTION_TEXT_OFFSETS, 0, 0, &offsets, error));
    CDN_TRY(find_section(self, CDN_SECTION_TEXT_BYTES, 0, 0, &bytes, error));
    self->text_offsets = (const uint32_t *)(const void *)offsets;
    self->text_bytes = (const char *)bytes;
    for (uint32_t i = 0; i < self->text_count; i++) {
        if (bytes[self->text_offsets[i + 1] - 1] != 0)
            return damaged(self, "texts", error);
    }
    return CDN_OK;
}

static cdn_status open_file(cdn_snapshot *self, const cdn_catalogue *catalogue,
                            const char *made_with, const char *data_dir, cdn_error *error)
{
    cdn_status status = cdn_file_map(self->path, &self->mapping, error);
    if (status == CDN_E_INPUT)
        cdn_fail_hint(error, "make the snapshot with `cordon load`");
    CDN_TRY(status);
    CDN_TRY(open_header(self, error));
    CDN_TRY(open_directory(self, error));
    CDN_TRY(open_layout(self, catalogue, made_with, error));
    CDN_TRY(check_inputs(self, catalogue, data_dir, error));
    CDN_TRY(open_exclusions(self, error));
    return open_dictionary(self, error);
}

static cdn_status open_snapshot(const char *path, const cdn_catalogue *catalogue,
                                const char *made_with, const char *data_dir, const char *remedy,
                                cdn_snapshot **out, cdn_error *error)
{
    cdn_snapshot *self = cdn_alloc(1, sizeof *self);
    if (self == NULL)
        return cdn_fail_memory(error);
    self->remedy = remedy;
    self->path = cdn_strdup(path);
    cdn_status status = self->path == NULL ? cdn_fail_memory(error)
                                           : open_file(self, catalogue, made_with, data_dir,
                                                       error);
    if (status != CDN_OK) {
        cdn_snapshot_close(self);
        return status;
    }
    *out = self;
    return CDN_OK;
}

cdn_status cdn_snapshot_open(const char *path, const cdn_catalogue *catalogue,
                             const char *data_dir, cdn_snapshot **out, cdn_error *error)
{
    return open_snapshot(path, catalogue, catalogue->digest, data_dir,
                         "make it again with `cordon load`", out, error);
}

cdn_status cdn_snapshot_open_earlier(const char *path, const cdn_catalogue *catalogue,
                                     const char *made_with, cdn_snapshot **out, cdn_error *error)
{
    return open_snapshot(path, catalogue, made_with, NULL, "restore the file from a copy", out,
                         error);
}

/* --- parts ---------------------------------------------------------------------------------- */

bool cdn_snapshot_can_part(const cdn_catalogue *catalogue, uint32_t record)
{
    const cdn_record *own = &catalogue->records[record];
    bool found = own->unit == record || own->holding == CDN_NONE || own->holding == record;
    for (uint32_t r = 0; r < catalogue->record_count; r++) {
        const cdn_record *other = &catalogue->records[r];
        if (r == record)
            continue;
        found = found || other->unit == record || other->holding == record ||
                (other->kind != CDN_RECORD_FILE && other->source == record);
        for (uint32_t i = 0; i < other->reference_count; i++)
            found = found || other->references[i].target == record;
    }
    return !found;
}

cdn_status cdn_snapshot_part(const cdn_snapshot *whole, const cdn_catalogue *catalogue,
                             const cdn_snapshot_rows_kept *kept, cdn_snapshot **out,
                             cdn_error *error)
{
    cdn_snapshot *self = cdn_alloc(1, sizeof *self);
    if (self == NULL)
        return cdn_fail_memory(error);
    *self = *whole;
    self->whole = whole;
    self->catalogue = catalogue;
    self->rows = cdn_alloc(whole->record_count, sizeof *self->rows);
    self->kept = cdn_alloc(whole->record_count, sizeof *self->kept);
    self->copies = cdn_alloc(whole->layout.count, sizeof *self->copies);
    bool ok = self->rows != NULL && self->kept != NULL && self->copies != NULL;
    for (uint32_t r = 0; ok && r < whole->record_count; r++) {
        self->kept[r] = kept[r];
        self->rows[r] = kept[r].rows == NULL ? whole->rows[r] : kept[r].count;
    }
    if (!ok) {
        cdn_snapshot_close(self);
        return cdn_fail_memory(error);
    }
    *out = self;
    return CDN_OK;
}

static void close_part(cdn_snapshot *part)
{
    for (uint32_t i = 0; part->copies != NULL && i < part->layout.count; i++)
        cdn_free(part->copies[i]);
    cdn_free(part->copies);
    cdn_free(part->kept);
    cdn_free(part->rows);
    cdn_free(part);
}

void cdn_snapshot_close(cdn_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    if (snapshot->whole != NULL) {
        close_part(snapshot);
        return;
    }
    cdn_file_unmap(&snapshot->mapping);
    cdn_json_destroy(snapshot->directory);
    cdn_layout_release(&snapshot->layout);
    cdn_free(snapshot->verified);
    cdn_free(snapshot->rows);
    cdn_free(snapshot->exclusions);
    cdn_free(snapshot->path);
    cdn_free(snapshot);
}

/* --- reading -------------------------------------------------------------------------------- */

const char *cdn_snapshot_digest(const cdn_snapshot *snapshot)
{
    return snapshot->digest;
}

const char *cdn_snapshot_period(const cdn_snapshot *snapshot)
{
    return snapshot->period;
}

int32_t cdn_snapshot_reference_day(const cdn_snapshot *snapshot)
{
    return snapshot->reference_day;
}

uint32_t cdn_snapshot_rows(const cdn_snapshot *snapshot, uint32_t record)
{
    return record < snapshot->record_count ? snapshot->rows[record] : 0;
}

cdn_status cdn_snapshot_column(const cdn_snapshot *snapshot, uint32_t column,
                               const int32_t **out, cdn_error *error)
{
    const unsigned char *bytes;
    CDN_TRY(find_section(snapshot, CDN_SECTION_COLUMN, column, 0, &bytes, error));
    *out = (const int32_t *)(const void *)bytes;
    return CDN_OK;
}

cdn_status cdn_snapshot_reference(const cdn_snapshot *snapshot, uint32_t record,
                                  uint32_t reference, const uint32_t **out, cdn_error *error)
{
    const unsigned char *bytes;
    CDN_TRY(find_section(snapshot, CDN_SECTION_REFERENCE, record, reference, &bytes, error));
    *out = (const uint32_t *)(const void *)bytes;
    return CDN_OK;
}

cdn_status cdn_snapshot_referenced(const cdn_snapshot *snapshot, uint32_t target, uint32_t record,
                                   const uint8_t **out, cdn_error *error)
{
    const unsigned char *bytes;
    CDN_TRY(find_section(snapshot, CDN_SECTION_REFERENCED, target, record, &bytes, error));
    *out = bytes;
    return CDN_OK;
}

static bool is_sorted(const uint32_t *holdings, const uint32_t *units, uint32_t rows)
{
    bool ok = true;
    for (uint32_t i = 1; i < rows; i++)
        ok &= holdings[i - 1] < holdings[i] ||
              (holdings[i - 1] == holdings[i] && units[i - 1] <= units[i]);
    return ok;
}

cdn_status cdn_snapshot_contributors(const cdn_snapshot *snapshot, uint32_t record,
                                     cdn_contributors *out, cdn_error *error)
{
    const unsigned char *units;
    const unsigned char *holdings;
    const unsigned char *workers;
    uint32_t index = cdn_layout_find(&snapshot->layout, CDN_SECTION_HOLDINGS, record, 0);
    CDN_TRY(find_section(snapshot, CDN_SECTION_UNITS, record, 0, &units, error));
    CDN_TRY(find_section(snapshot, CDN_SECTION_WORKERS, record, 0, &workers, error));
    CDN_TRY(get_section(snapshot, index, &holdings, error));
    *out = (cdn_contributors){(const uint32_t *)(const void *)units,
                              (const uint32_t *)(const void *)holdings,
                              (const int32_t *)(const void *)workers};
    if (!is_sorted(out->holdings, out->units, snapshot->rows[record]))
        return damaged(snapshot, "the order of rows", error);
    return CDN_OK;
}

const char *cdn_snapshot_text(const cdn_snapshot *snapshot, int32_t id)
{
    if (id < 0 || (uint32_t)id >= snapshot->text_count)
        return "";
    return snapshot->text_bytes + snapshot->text_offsets[id];
}

uint32_t cdn_snapshot_exclusion_count(const cdn_snapshot *snapshot)
{
    return snapshot->exclusion_count;
}

const cdn_exclusion *cdn_snapshot_exclusion(const cdn_snapshot *snapshot, uint32_t index)
{
    return index < snapshot->exclusion_count ? &snapshot->exclusions[index] : NULL;
}
