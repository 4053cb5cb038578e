/* load.c - the files of a data directory into tables, then into a snapshot file.
 *
 * One pass over each file: the header decides which fields are wanted, the
 * others are never looked at. UNPIVOT record types are made in the pass over
 * their source's file. Parsing knows nothing of other files, so files are
 * parsed, and their digests taken, by independent tasks; everything that needs
 * all of them comes afterwards and in a fixed order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/pool.h"
#include "io/csv.h"
#include "io/file.h"
#include "read/column.h"
#include "read/header.h"
#include "read/table.h"

#define FLAG_SUFFIX "flag" /* an UNPIVOT column that never makes a row by itself */

/* The columns of one record type found in the file being read. */
typedef struct field_plan {
    cdn_table *table;
    cdn_parser **parsers; /* per column; NULL for the code column of an UNPIVOT */
    uint32_t code_count;  /* 1 for FILE */
    uint32_t *fields;     /* code_count x column_count: field from 0, or CDN_NONE */
    uint8_t *present;     /* UNPIVOT: per code */
    uint8_t *counts;      /* UNPIVOT: per column, whether it can make a row */
} field_plan;

typedef struct file_reader {
    cdn_tables *tables;
    const char *file; /* for messages */
    size_t field_count;
    field_plan main;
    field_plan *unpivots;
    uint32_t unpivot_count;
    bool has_header;
} file_reader;

static cdn_status create_plan(field_plan *plan, const cdn_catalogue *catalogue, cdn_table *table,
                              cdn_error *error)
{
    const cdn_record *record = table->record;
    bool unpivot = record->kind == CDN_RECORD_UNPIVOT;
    plan->table = table;
    plan->code_count = unpivot ? catalogue->codelists[record->unpivot_codes].count : 1;
    plan->parsers = cdn_alloc(record->column_count, sizeof *plan->parsers);
    plan->fields =
        cdn_alloc((size_t)plan->code_count * record->column_count, sizeof *plan->fields);
    plan->present = cdn_alloc(plan->code_count, sizeof *plan->present);
    plan->counts = cdn_alloc(record->column_count, sizeof *plan->counts);
    if (plan->parsers == NULL || plan->fields == NULL || plan->present == NULL ||
        plan->counts == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = unpivot ? 1 : 0; i < record->column_count; i++) {
        const cdn_column *column = &catalogue->columns[record->column_first + i];
        plan->counts[i] = strcmp(column->header, FLAG_SUFFIX) != 0;
        CDN_TRY(cdn_parser_create(catalogue, column, &plan->parsers[i], error));
    }
    return CDN_OK;
}

static void release_plan(field_plan *plan)
{
    for (uint32_t i = 0; plan->parsers != NULL && i < plan->table->record->column_count; i++)
        cdn_parser_destroy(plan->parsers[i]);
    cdn_free(plan->parsers);
    cdn_free(plan->fields);
    cdn_free(plan->present);
    cdn_free(plan->counts);
}

static cdn_status create_reader(file_reader *reader, cdn_tables *tables, uint32_t index,
                                cdn_error *error)
{
    const cdn_catalogue *catalogue = tables->catalogue;
    reader->tables = tables;
    reader->file = catalogue->records[index].file;
    reader->unpivots = cdn_alloc(catalogue->record_count, sizeof *reader->unpivots);
    if (reader->unpivots == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(create_plan(&reader->main, catalogue, &tables->tables[index], error));
    for (uint32_t i = 0; i < catalogue->record_count; i++) {
        const cdn_record *record = &catalogue->records[i];
        if (record->kind == CDN_RECORD_UNPIVOT && record->source == index)
            CDN_TRY(create_plan(&reader->unpivots[reader->unpivot_count++], catalogue,
                                &tables->tables[i], error));
    }
    return CDN_OK;
}

static void release_reader(file_reader *reader)
{
    release_plan(&reader->main);
    for (uint32_t i = 0; i < reader->unpivot_count; i++)
        release_plan(&reader->unpivots[i]);
    cdn_free(reader->unpivots);
}

/* Finds the columns of one code. Either all of them are in the file or none. */
static cdn_status find_unpivot_code(field_plan *plan, const cdn_catalogue *catalogue,
                                    const cdn_header *header, uint32_t code, cdn_text *name,
                                    cdn_error *error)
{
    const cdn_record *record = plan->table->record;
    const char *text = catalogue->codelists[record->unpivot_codes].codes[code];
    uint32_t *fields = plan->fields + (size_t)code * record->column_count;
    const char *absent = NULL;
    for (uint32_t i = 1; i < record->column_count; i++) {
        const cdn_column *column = &catalogue->columns[record->column_first + i];
        cdn_text_clear(name);
        if (!cdn_pattern_apply(record->unpivot_pattern, text, name) && !name->failed)
            return cdn_fail(error, CDN_E_INPUT,
                            "record type %s: the codes do not fit the pattern \"%s\"",
                            record->name, record->unpivot_pattern);
        cdn_text_add(name, column->header);
        if (name->failed)
            return cdn_fail_memory(error);
        CDN_TRY(cdn_header_find(header, name->bytes, &fields[i], error));
        if (fields[i] == CDN_NONE && absent == NULL)
            absent = column->header;
        plan->present[code] |= fields[i] != CDN_NONE;
        plan->table->field_numbers[(size_t)code * record->column_count + i] = fields[i] + 1;
    }
    for (uint32_t i = 1; absent != NULL && plan->present[code] && i < record->column_count; i++) {
        if (fields[i] != CDN_NONE)
            continue;
        cdn_text_clear(name);
        (void)cdn_pattern_apply(record->unpivot_pattern, text, name);
        cdn_text_add(name, absent);
        return name->failed ? cdn_fail_memory(error)
                            : cdn_header_need(header, name->bytes, &fields[i], error);
    }
    return CDN_OK;
}

static cdn_status find_unpivot(field_plan *plan, const cdn_catalogue *catalogue,
                               const char *file, uint64_t line, const cdn_header *header,
                               cdn_error *error)
{
    cdn_text name = CDN_TEXT_INIT(CDN_LIMIT_TEXT_SIZE);
    cdn_status status = CDN_OK;
    bool any = false;
    for (uint32_t i = 0; status == CDN_OK && i < plan->code_count; i++) {
        status = find_unpivot_code(plan, catalogue, header, i, &name, error);
        any = any || plan->present[i];
    }
    if (status == CDN_OK && !any)
        status = cdn_fail_at(error, CDN_E_INPUT, file, line, 0,
                             "expected columns \"%s...\" of record type %s, found none",
                             plan->table->record->unpivot_pattern, plan->table->record->name);
    cdn_text_release(&name);
    return status;
}

static cdn_status read_header(file_reader *reader, uint64_t line, const cdn_csv_field *fields,
                              size_t field_count, cdn_error *error)
{
    const cdn_catalogue *catalogue = reader->tables->catalogue;
    cdn_table *table = reader->main.table;
    cdn_header *header;
    reader->has_header = true;
    reader->field_count = field_count;
    table->header_fields = (uint32_t)field_count;
    CDN_TRY(cdn_header_create(reader->file, line, fields, field_count, &header, error));
    cdn_status status = CDN_OK;
    for (uint32_t i = 0; status == CDN_OK && i < table->record->column_count; i++) {
        const cdn_column *column = &catalogue->columns[table->record->column_first + i];
        status = cdn_header_need(header, column->header, &reader->main.fields[i], error);
        table->field_numbers[i] = reader->main.fields[i] + 1;
    }
    for (uint32_t i = 0; status == CDN_OK && i < reader->unpivot_count; i++)
        status = find_unpivot(&reader->unpivots[i], catalogue, reader->file, line, header, error);
    cdn_header_destroy(header);
    return status;
}

static cdn_status refuse_field(const file_reader *reader, const cdn_column *column, uint64_t line,
                               uint32_t field, cdn_status status, cdn_error *error)
{
    if (status == CDN_E_NOMEM)
        return cdn_fail_memory(error);
    return cdn_fail_at(error, CDN_E_INPUT, reader->file, line, (uint64_t)field + 1,
                       "column \"%s\": expected UTF-8 text, found another encoding",
                       column->header);
}

/* 0 in every column says that nobody holds the role: no record, or workplaces without the role
 * would count as its contributors. */
static bool may_be_present(const cdn_csv_field *field)
{
    return field->length > 2 ||
           (field->length == 2 && memcmp(field->bytes, "-1", 2) != 0 &&
            memcmp(field->bytes, "-2", 2) != 0) ||
           (field->length == 1 && strchr(" \t0", field->bytes[0]) == NULL);
}

/* One row for each code of which the record has a value other than 0. */
static cdn_status read_unpivot(const file_reader *reader, const field_plan *plan, uint64_t line,
                               const cdn_csv_field *fields, cdn_error *error)
{
    cdn_table *table = plan->table;
    uint32_t count = table->record->column_count;
    const cdn_column *columns =
        &reader->tables->catalogue->columns[table->record->column_first];
    for (uint32_t code = 0; code < plan->code_count; code++) {
        const uint32_t *wanted = plan->fields + (size_t)code * count;
        bool present = false;
        for (uint32_t i = 1; plan->present[code] && !present && i < count; i++)
            present = plan->counts[i] && may_be_present(&fields[wanted[i]]);
        if (!present)
            continue;
        CDN_TRY(cdn_table_add_row(table, error));
        uint32_t row = table->rows - 1;
        table->parents[row] = reader->main.table->rows - 1;
        table->columns[0][row] = (int32_t)code;
        for (uint32_t i = 1; i < count; i++) {
            const cdn_csv_field *field = &fields[wanted[i]];
            cdn_status status = cdn_parser_read(plan->parsers[i], table->texts, field->bytes,
                                                field->length, &table->columns[i][row]);
            if (status != CDN_OK)
                return refuse_field(reader, &columns[i], line, wanted[i], status, error);
        }
    }
    return CDN_OK;
}

static cdn_status read_row(file_reader *reader, uint64_t line, const cdn_csv_field *fields,
                           size_t field_count, cdn_error *error)
{
    const field_plan *plan = &reader->main;
    cdn_table *table = plan->table;
    uint32_t count = table->record->column_count;
    CDN_TRY(cdn_table_add_row(table, error));
    uint32_t row = table->rows - 1;
    table->lines[row] = line;
    if (field_count != reader->field_count) {
        table->states[row] = CDN_ROW_FIELDS;
        table->details[row] = (uint32_t)field_count;
        for (uint32_t i = 0; i < count; i++)
            table->columns[i][row] = CDN_MISSING;
        return CDN_OK;
    }
    for (uint32_t i = 0; i < count; i++) {
        const cdn_csv_field *field = &fields[plan->fields[i]];
        cdn_status status = cdn_parser_read(plan->parsers[i], table->texts, field->bytes,
                                            field->length, &table->columns[i][row]);
        if (status != CDN_OK)
            return refuse_field(
                reader, &reader->tables->catalogue->columns[table->record->column_first + i],
                line, plan->fields[i], status, error);
    }
    for (uint32_t i = 0; i < reader->unpivot_count; i++)
        CDN_TRY(read_unpivot(reader, &reader->unpivots[i], line, fields, error));
    return CDN_OK;
}

static cdn_status on_record(void *context, uint64_t line, const cdn_csv_field *fields,
                            size_t field_count, cdn_error *error)
{
    file_reader *reader = context;
    if (!reader->has_header)
        return read_header(reader, line, fields, field_count, error);
    return read_row(reader, line, fields, field_count, error);
}

static cdn_status parse_file(cdn_tables *tables, uint32_t index, const char *path,
                             cdn_error *error)
{
    file_reader reader = {0};
    cdn_status status = create_reader(&reader, tables, index, error);
    if (status == CDN_OK)
        status = cdn_csv_read(path, on_record, &reader, error);
    if (status == CDN_OK && !reader.has_header)
        status = cdn_fail_at(error, CDN_E_INPUT, path, 1, 0,
                             "expected a header line, found an empty file");
    release_reader(&reader);
    return status;
}

typedef struct load_tasks {
    cdn_tables *tables;
    const char *data_dir;
} load_tasks;

/* Even tasks parse, odd tasks take the digest; of record type index / 2. */
static cdn_status run_task(void *context, size_t index, cdn_error *error)
{
    load_tasks *tasks = context;
    uint32_t record = (uint32_t)(index / 2);
    cdn_input *input = &tasks->tables->inputs[record];
    if (input->name == NULL)
        return CDN_OK;
    char *path = cdn_path_join(tasks->data_dir, input->name);
    if (path == NULL)
        return cdn_fail_memory(error);
    cdn_status status = index % 2 == 0 ? parse_file(tasks->tables, record, path, error)
                                       : cdn_sha256_file_hex(path, input->digest, error);
    cdn_free(path);
    return status;
}

static cdn_status stamp_inputs(cdn_tables *tables, const char *data_dir, bool again,
                               cdn_error *error)
{
    for (uint32_t i = 0; i < tables->catalogue->record_count; i++) {
        cdn_input *input = &tables->inputs[i];
        if (tables->catalogue->records[i].kind != CDN_RECORD_FILE)
            continue;
        input->name = tables->catalogue->records[i].file;
        char *path = cdn_path_join(data_dir, input->name);
        if (path == NULL)
            return cdn_fail_memory(error);
        cdn_stamp stamp = {0, 0};
        cdn_status status = cdn_stamp_read(path, &stamp, error);
        if (status == CDN_OK && again &&
            (stamp.size != input->stamp.size || stamp.changed_ns != input->stamp.changed_ns))
            status = cdn_fail_at(error, CDN_E_INPUT, path, 0, 0,
                                 "the file changed while it was read");
        input->stamp = stamp;
        cdn_free(path);
        CDN_TRY(status);
    }
    return CDN_OK;
}

static cdn_status load_tables(cdn_tables *tables, const cdn_load_options *options,
                              cdn_text *problems, cdn_error *error)
{
    load_tasks tasks = {tables, options->data_dir};
    CDN_TRY(stamp_inputs(tables, options->data_dir, false, error));
    CDN_TRY(cdn_pool_run(cdn_pool_default_threads(), 2 * (size_t)tables->catalogue->record_count,
                         run_task, &tasks, error));
    CDN_TRY(stamp_inputs(tables, options->data_dir, true, error));
    CDN_TRY(cdn_dictionary_make(tables, error));
    CDN_TRY(cdn_tables_check(tables, error));
    CDN_TRY(cdn_problems_report(tables, problems, error));
    CDN_TRY(cdn_tables_assemble(tables, error));
    CDN_TRY(cdn_dictionary_compact(tables, error));
    return cdn_tables_write(tables, options->snapshot_path, error);
}

cdn_status cdn_load(const cdn_catalogue *catalogue, const cdn_load_options *options,
                    cdn_text *problems, cdn_error *error)
{
    cdn_tables *tables;
    CDN_TRY(cdn_tables_create(catalogue, &tables, error));
    cdn_status status = load_tables(tables, options, problems, error);
    cdn_tables_destroy(tables);
    return status;
}
