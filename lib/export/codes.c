/* codes.c - the code lists that the tables of a release use, one for each column name.
 *
 * Several outputs may use one dimension at several levels: the list is the union,
 * so that a foreign key of any table finds its code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "export/parts.h"

static bool has_codes(const cdn_release_column *column)
{
    return column->kind == CDN_FIELD_CODE && column->code_count > 0;
}

/* Room for the sum of all lists of this name; the union is not larger. */
static cdn_status start_list(const cdn_release *release, const cdn_release_column *column,
                             cdn_arena *arena, cdn_code_list *out, cdn_error *error)
{
    size_t room = 0;
    for (uint32_t o = 0; o < release->output_count; o++)
        for (uint32_t c = 0; c < release->outputs[o].column_count; c++)
            if (has_codes(&release->outputs[o].columns[c]) &&
                strcmp(release->outputs[o].columns[c].name, column->name) == 0)
                room += release->outputs[o].columns[c].code_count;
    out->column = column->name;
    out->title = cdn_text_or_empty(column->title);
    out->codes = cdn_arena_alloc(arena, room, sizeof *out->codes);
    out->labels = cdn_arena_alloc(arena, room, sizeof *out->labels);
    return out->codes == NULL || out->labels == NULL ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status add_codes(const cdn_release_column *column, cdn_map *seen, cdn_code_list *list,
                            cdn_error *error)
{
    for (uint32_t i = 0; i < column->code_count; i++) {
        bool added = false;
        uint32_t id =
            cdn_map_add(seen, column->codes[i], strlen(column->codes[i]), &added);
        if (id == CDN_MAP_NONE)
            return cdn_fail_memory(error);
        if (added) {
            list->codes[id] = column->codes[i];
            list->labels[id] = column->labels[i];
            list->count = id + 1;
        } else if (strcmp(list->labels[id], column->labels[i]) != 0) {
            return cdn_fail(error, CDN_E_INTERNAL, "column %s has a code with two labels",
                            column->name);
        }
    }
    return CDN_OK;
}

/* The union of one name, `column` being its first appearance. */
static cdn_status collect_list(const cdn_release *release, const cdn_release_column *column,
                               cdn_arena *arena, cdn_code_list *out, cdn_error *error)
{
    CDN_TRY(start_list(release, column, arena, out, error));
    cdn_map *seen = cdn_map_create();
    cdn_status status = seen == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t o = 0; o < release->output_count && status == CDN_OK; o++) {
        const cdn_release_output *output = &release->outputs[o];
        for (uint32_t c = 0; c < output->column_count && status == CDN_OK; c++)
            if (has_codes(&output->columns[c]) &&
                strcmp(output->columns[c].name, column->name) == 0)
                status = add_codes(&output->columns[c], seen, out, error);
    }
    cdn_map_destroy(seen);
    return status;
}

cdn_status cdn_code_lists_collect(const cdn_release *release, cdn_arena *arena,
                                  cdn_code_list **out, uint32_t *out_count, cdn_error *error)
{
    size_t room = 0;
    uint32_t count = 0;
    for (uint32_t o = 0; o < release->output_count; o++)
        room += release->outputs[o].column_count;
    cdn_code_list *lists = cdn_arena_alloc(arena, room, sizeof *lists);
    if (lists == NULL)
        return cdn_fail_memory(error);
    for (uint32_t o = 0; o < release->output_count; o++) {
        for (uint32_t c = 0; c < release->outputs[o].column_count; c++) {
            const cdn_release_column *column = &release->outputs[o].columns[c];
            bool known = !has_codes(column);
            for (uint32_t i = 0; i < count && !known; i++)
                known = strcmp(lists[i].column, column->name) == 0;
            if (!known)
                CDN_TRY(collect_list(release, column, arena, &lists[count++], error));
        }
    }
    *out = lists;
    *out_count = count;
    return CDN_OK;
}

cdn_status cdn_code_list_write(const cdn_code_list *list, const char *path, cdn_error *error)
{
    cdn_text text = CDN_TEXT_INIT(CDN_PACKAGE_TEXT_SIZE);
    cdn_text_add(&text, "code,label\n");
    for (uint32_t i = 0; i < list->count; i++) {
        cdn_csv_add(&text, true, list->codes[i]);
        cdn_csv_add(&text, false, list->labels[i]);
        cdn_text_add(&text, "\n");
    }
    cdn_status status = text.failed ? cdn_fail_memory(error)
                                    : cdn_file_write(path, text.bytes, text.length, error);
    cdn_text_release(&text);
    return status;
}
