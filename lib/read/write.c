/* write.c - tables into a snapshot file.
 *
 * Sections in the order of the layout, then the directory, then the header is
 * put in front; the writer makes the whole appear at once or not at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/pool.h"
#include "io/file.h"
#include "json/json.h"
#include "read/format.h"
#include "read/table.h"

typedef struct output {
    const cdn_tables *tables;
    cdn_layout layout;
    uint32_t input_count;
    cdn_writer *writer;
} output;

static const void *section_bytes(const cdn_tables *tables, const cdn_section *section)
{
    uint32_t count = tables->catalogue->record_count;
    switch (section->kind) {
    case CDN_SECTION_COLUMN:
        return cdn_tables_column(tables, section->a);
    case CDN_SECTION_REFERENCE:
        return tables->tables[section->a].references[section->b];
    case CDN_SECTION_UNITS:
        return tables->tables[section->a].units;
    case CDN_SECTION_HOLDINGS:
        return tables->tables[section->a].holdings;
    case CDN_SECTION_WORKERS:
        return tables->tables[section->a].workers;
    case CDN_SECTION_REFERENCED:
        return tables->referenced[(size_t)section->a * count + section->b];
    case CDN_SECTION_TEXT_OFFSETS:
        return tables->text_offsets;
    case CDN_SECTION_TEXT_BYTES:
        return tables->text_bytes;
    }
    return NULL;
}

static cdn_status digest_section(void *context, size_t index, cdn_error *error)
{
    const output *self = context;
    cdn_section *section = &self->layout.sections[index];
    return cdn_sha256_hex(section_bytes(self->tables, section), section->size, section->digest,
                          error);
}

static void add_zeros(cdn_writer *writer, uint64_t size)
{
    static const uint8_t zeros[CDN_SNAPSHOT_ALIGNMENT];
    for (; size > sizeof zeros; size -= sizeof zeros)
        cdn_writer_add(writer, zeros, sizeof zeros);
    cdn_writer_add(writer, zeros, size);
}

static cdn_json *describe_inputs(const cdn_tables *tables)
{
    cdn_json *inputs = cdn_json_array();
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++) {
        const cdn_input *input = &tables->inputs[i];
        if (input->name == NULL)
            continue;
        cdn_json *object = cdn_json_object();
        cdn_json_set(object, "name", cdn_json_new_string(input->name));
        cdn_json_set(object, "size", cdn_json_new_integer((int64_t)input->stamp.size));
        cdn_json_set(object, "sha256", cdn_json_new_string(input->digest));
        cdn_json_push(inputs, object);
    }
    return inputs;
}

static cdn_json *describe_exclusions(const cdn_tables *tables)
{
    cdn_json *exclusions = cdn_json_array();
    for (uint32_t i = 0; i < tables->exclusion_count; i++) {
        const cdn_exclusion *exclusion = &tables->exclusions[i];
        cdn_json *object = cdn_json_object();
        cdn_json_set(object, "record", cdn_json_new_string(exclusion->record));
        cdn_json_set(object, "reason", cdn_json_new_string(exclusion->reason));
        cdn_json_set(object, "column", cdn_json_new_string(exclusion->column));
        cdn_json_set(object, "rows", cdn_json_new_integer((int64_t)exclusion->rows));
        cdn_json_set(object, "values", cdn_json_new_integer((int64_t)exclusion->values));
        cdn_json_push(exclusions, object);
    }
    return exclusions;
}

/* The size of what was asked for tells whether something could not be built. */
static cdn_status write_directory(const output *self, cdn_text *out, cdn_error *error)
{
    const cdn_tables *tables = self->tables;
    cdn_json *root = cdn_json_object();
    cdn_json *rows = cdn_json_array();
    cdn_json *sections = cdn_json_array();
    cdn_json *inputs = describe_inputs(tables);
    cdn_json *exclusions = describe_exclusions(tables);
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++)
        cdn_json_push(rows, cdn_json_new_integer(tables->tables[i].rows));
    for (uint32_t i = 0; i < self->layout.count; i++)
        cdn_json_push(sections, cdn_json_new_string(self->layout.sections[i].digest));
    bool ok = root != NULL && cdn_json_size(rows) == tables->catalogue->record_count &&
              cdn_json_size(sections) == self->layout.count &&
              cdn_json_size(inputs) == self->input_count &&
              cdn_json_size(exclusions) == tables->exclusion_count;
    cdn_json_set(root, "catalogue", cdn_json_new_string(tables->catalogue->digest));
    cdn_json_set(root, "period", cdn_json_new_string(tables->period));
    cdn_json_set(root, "day", cdn_json_new_integer(tables->reference_day));
    cdn_json_set(root, "rows", rows);
    cdn_json_set(root, "texts", cdn_json_new_integer(tables->text_count));
    cdn_json_set(root, "text_size",
                 cdn_json_new_integer(tables->text_offsets[tables->text_count]));
    cdn_json_set(root, "inputs", inputs);
    cdn_json_set(root, "sections", sections);
    cdn_json_set(root, "exclusions", exclusions);
    if (ok && cdn_json_size(root) == 9)
        cdn_json_write(root, false, out);
    cdn_json_destroy(root);
    return out->failed || out->length == 0 ? cdn_fail_memory(error) : CDN_OK;
}

/* The header, the times of change, zeros, and the digest of these. */
static cdn_status write_header(const output *self, const cdn_text *directory, cdn_error *error)
{
    uint8_t block[sizeof(cdn_snapshot_header) + 8 * CDN_SNAPSHOT_INPUTS +
                  2 * CDN_SNAPSHOT_ALIGNMENT] = {0};
    uint64_t size = cdn_snapshot_data_start(self->input_count);
    cdn_snapshot_header header = {.version = CDN_SNAPSHOT_VERSION,
                                  .order = CDN_SNAPSHOT_ORDER,
                                  .file_size = self->layout.end + directory->length,
                                  .directory_offset = self->layout.end,
                                  .directory_size = directory->length,
                                  .input_count = self->input_count};
    memcpy(header.magic, CDN_SNAPSHOT_MAGIC, sizeof header.magic);
    CDN_TRY(cdn_sha256(directory->bytes, directory->length, header.directory_digest, error));
    memcpy(block, &header, sizeof header);
    size_t at = sizeof header;
    for (uint32_t i = 0; i < self->tables->catalogue->record_count; i++) {
        const cdn_input *input = &self->tables->inputs[i];
        if (input->name == NULL)
            continue;
        memcpy(block + at, &input->stamp.changed_ns, sizeof input->stamp.changed_ns);
        at += sizeof input->stamp.changed_ns;
    }
    uint64_t covered = size - CDN_SHA256_SIZE;
    CDN_TRY(cdn_sha256(block, covered, block + covered, error));
    cdn_writer_patch(self->writer, 0, block, size);
    return CDN_OK;
}

static cdn_status write_file(output *self, const char *path, cdn_error *error)
{
    cdn_text directory = CDN_TEXT_INIT(CDN_LIMIT_JSON_SIZE);
    cdn_status status = cdn_pool_run(cdn_pool_default_threads(), self->layout.count,
                                     digest_section, self, error);
    if (status == CDN_OK)
        status = write_directory(self, &directory, error);
    if (status == CDN_OK)
        status = cdn_writer_create(path, &self->writer, error);
    if (status == CDN_OK) {
        add_zeros(self->writer, cdn_snapshot_data_start(self->input_count));
        for (uint32_t i = 0; i < self->layout.count; i++) {
            const cdn_section *section = &self->layout.sections[i];
            add_zeros(self->writer, section->offset - cdn_writer_offset(self->writer));
            cdn_writer_add(self->writer, section_bytes(self->tables, section), section->size);
        }
        add_zeros(self->writer, self->layout.end - cdn_writer_offset(self->writer));
        cdn_writer_add(self->writer, directory.bytes, directory.length);
        status = write_header(self, &directory, error);
    }
    if (status == CDN_OK)
        status = cdn_writer_commit(self->writer, error);
    else
        cdn_writer_abandon(self->writer);
    cdn_text_release(&directory);
    return status;
}

cdn_status cdn_tables_write(const cdn_tables *tables, const char *path, cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    output self = {.tables = tables};
    uint32_t *rows = cdn_alloc(catalogue->record_count, sizeof *rows);
    if (rows == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        rows[i] = tables->tables[i].rows;
        self.input_count += tables->inputs[i].name != NULL;
    }
    cdn_status status =
        self.input_count > CDN_SNAPSHOT_INPUTS
            ? cdn_fail(error, CDN_E_LIMIT, "the catalogue names too many files")
            : cdn_layout_create(catalogue, rows, self.input_count, tables->text_count,
                                tables->text_offsets[tables->text_count], &self.layout, error);
    cdn_free(rows);
    if (status == CDN_OK)
        status = write_file(&self, path, error);
    cdn_layout_release(&self.layout);
    return status;
}
