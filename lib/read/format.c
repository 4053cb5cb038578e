/* format.c - the layout of a snapshot file, the same for writing and for opening.
 *
 * Sizes are row counts (32 bits) times at most 8, for as many sections as the
 * catalogue asks for, so sums stay far below 64 bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/format.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "read/table.h"

#define CELL_SIZE 4u

static void add_section(cdn_layout *layout, cdn_section_kind kind, uint32_t a, uint32_t b,
                        uint64_t size, int64_t low, int64_t high)
{
    cdn_section *section = &layout->sections[layout->count++];
    *section = (cdn_section){kind, a, b, layout->end, size, low, high, {0}};
    uint64_t end = layout->end + size + CDN_SNAPSHOT_ALIGNMENT - 1;
    layout->end = end / CDN_SNAPSHOT_ALIGNMENT * CDN_SNAPSHOT_ALIGNMENT;
}

static void add_column(cdn_layout *layout, const cdn_catalogue *catalogue, uint32_t index,
                       uint32_t rows, uint32_t text_count)
{
    const cdn_column *column = &catalogue->columns[index];
    int64_t low = CDN_VALUE_MIN;
    int64_t high = INT32_MAX;
    bool number = column->kind == CDN_COLUMN_INTEGER || column->kind == CDN_COLUMN_DECIMAL;
    if (column->kind == CDN_COLUMN_CODE) {
        low = 0;
        high = (int64_t)catalogue->codelists[column->codelist].count - 1;
    } else if (column->kind == CDN_COLUMN_TEXT) {
        low = 0;
        high = (int64_t)text_count - 1;
    } else if (number && catalogue->records[column->record].kind != CDN_RECORD_GROUP) {
        low = column->min > low ? column->min : low;
        high = column->max < high ? column->max : high;
    }
    add_section(layout, CDN_SECTION_COLUMN, index, 0, (uint64_t)rows * CELL_SIZE, low, high);
}

static void add_record(cdn_layout *layout, const cdn_catalogue *catalogue, uint32_t index,
                       const uint32_t *rows)
{
    const cdn_record *record = &catalogue->records[index];
    uint64_t size = (uint64_t)rows[index] * CELL_SIZE;
    for (uint32_t i = 0; i < record->reference_count; i++)
        add_section(layout, CDN_SECTION_REFERENCE, index, i, size, 0,
                    (int64_t)rows[record->references[i].target] - 1);
    uint32_t units = record->unit == CDN_NONE ? 0 : rows[record->unit];
    uint32_t holdings = rows[record->holding == CDN_NONE ? index : record->holding];
    add_section(layout, CDN_SECTION_UNITS, index, 0, size, 0, (int64_t)units - 1);
    add_section(layout, CDN_SECTION_HOLDINGS, index, 0, size, 0, (int64_t)holdings - 1);
    add_section(layout, CDN_SECTION_WORKERS, index, 0, size, 0, INT32_MAX);
}

cdn_status cdn_layout_create(const cdn_catalogue *catalogue, const uint32_t *rows,
                             uint32_t input_count, uint32_t text_count, uint64_t text_size,
                             cdn_layout *out, cdn_error *error)
{
    uint32_t records = catalogue->record_count;
    size_t most = (size_t)catalogue->column_count + 3 * (size_t)records +
                  (size_t)records * records + 2;
    for (uint32_t i = 0; i < records; i++)
        most += catalogue->records[i].reference_count;
    *out = (cdn_layout){cdn_alloc(most, sizeof *out->sections), 0,
                        cdn_snapshot_data_start(input_count)};
    if (out->sections == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < catalogue->column_count; i++)
        add_column(out, catalogue, i, rows[catalogue->columns[i].record], text_count);
    for (uint32_t i = 0; i < records; i++)
        add_record(out, catalogue, i, rows);
    for (uint32_t target = 0; target < records; target++) {
        for (uint32_t record = 0; record < records; record++) {
            uint32_t steps[4];
            uint32_t count;
            if (target != record && cdn_catalogue_route(catalogue, record, target, steps, &count))
                add_section(out, CDN_SECTION_REFERENCED, target, record, rows[target], 0, 1);
        }
    }
    add_section(out, CDN_SECTION_TEXT_OFFSETS, 0, 0, ((uint64_t)text_count + 1) * CELL_SIZE, 0,
                (int64_t)text_size);
    add_section(out, CDN_SECTION_TEXT_BYTES, 0, 0, text_size, 0, 0);
    return CDN_OK;
}

void cdn_layout_release(cdn_layout *layout)
{
    cdn_free(layout->sections);
    layout->sections = NULL;
    layout->count = 0;
}

uint32_t cdn_layout_find(const cdn_layout *layout, cdn_section_kind kind, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < layout->count; i++) {
        const cdn_section *section = &layout->sections[i];
        if (section->kind == kind && section->a == a && section->b == b)
            return i;
    }
    return CDN_NONE;
}
