/* lists.c - reads the code lists by column name; anything unexpected is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "synth/lists.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "io/csv.h"
#include "io/file.h"

#define WANTED_MAX 6

/* One list being read: which columns, and what to do with their fields. */
typedef struct reading {
    const char *path;
    const char *wanted[WANTED_MAX];
    size_t wanted_count;
    bool (*take)(cdn_synth_lists *lists, const cdn_csv_field *fields);
    cdn_synth_lists *lists;
    size_t position[WANTED_MAX];
    bool have_header;
} reading;

static bool field_is(const cdn_csv_field *field, const char *text)
{
    return field->length == strlen(text) && memcmp(field->bytes, text, field->length) == 0;
}

static bool field_number(const cdn_csv_field *field, int64_t max, uint32_t *out)
{
    int64_t value = 0;
    if (!cdn_parse_int(field->bytes, field->length, &value) || value < 0 || value > max)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool field_copy(const cdn_csv_field *field, char *out, size_t size)
{
    if (field->length == 0 || field->length >= size)
        return false;
    memcpy(out, field->bytes, field->length);
    out[field->length] = '\0';
    return true;
}

static bool take_area(cdn_synth_lists *lists, const cdn_csv_field *fields)
{
    if (lists->area_count == CDN_SYNTH_AREAS_MAX)
        return false;
    cdn_synth_area *area = &lists->areas[lists->area_count];
    uint32_t region = 0;
    if (!field_number(&fields[0], 99999, &area->code) || !field_number(&fields[1], 15, &region) ||
        !field_number(&fields[2], 1000000, &area->weight) || area->weight == 0 ||
        fields[3].length != 1 || !field_copy(&fields[4], area->icb, sizeof area->icb) ||
        !field_copy(&fields[5], area->label, sizeof area->label))
        return false;
    area->region = (uint8_t)region;
    area->letter = fields[3].bytes[0];
    lists->area_count++;
    return true;
}

static bool take_region(cdn_synth_lists *lists, const cdn_csv_field *fields)
{
    uint32_t code = 0;
    return field_number(&fields[0], 15, &code) &&
           field_copy(&fields[1], lists->region_labels[code], sizeof lists->region_labels[code]);
}

static bool take_service(cdn_synth_lists *lists, const cdn_csv_field *fields)
{
    uint32_t code = 0;
    if (!field_number(&fields[0], CDN_SYNTH_CODES_MAX - 1, &code))
        return false;
    lists->service_known[code] = true;
    lists->service_regulated[code] = field_is(&fields[1], "yes");
    return true;
}

static bool take_role(cdn_synth_lists *lists, const cdn_csv_field *fields)
{
    static const char *const groups[] = {"direct_care", "managers", "regulated_professions",
                                         "other"};
    uint32_t code = 0;
    if (lists->role_count == CDN_SYNTH_ROLES_MAX ||
        !field_number(&fields[0], CDN_SYNTH_CODES_MAX - 1, &code))
        return false;
    for (uint8_t group = 0; group < 4; group++) {
        if (field_is(&fields[1], groups[group])) {
            lists->role_of_code[code] = (uint8_t)lists->role_count;
            lists->roles[lists->role_count++] = (cdn_synth_role){(uint8_t)code, group};
            return true;
        }
    }
    return false;
}

static cdn_status on_header(reading *r, uint64_t line, const cdn_csv_field *fields, size_t count,
                            cdn_error *error)
{
    for (size_t want = 0; want < r->wanted_count; want++) {
        size_t at = 0;
        while (at < count && !field_is(&fields[at], r->wanted[want]))
            at++;
        if (at == count)
            return cdn_fail_at(error, CDN_E_INPUT, r->path, line, 0,
                               "code list: no column `%s` in the header", r->wanted[want]);
        r->position[want] = at;
    }
    r->have_header = true;
    return CDN_OK;
}

static cdn_status on_record(void *context, uint64_t line, const cdn_csv_field *fields,
                            size_t field_count, cdn_error *error)
{
    reading *r = context;
    if (!r->have_header)
        return on_header(r, line, fields, field_count, error);
    cdn_csv_field taken[WANTED_MAX];
    for (size_t want = 0; want < r->wanted_count; want++) {
        if (r->position[want] >= field_count)
            return cdn_fail_at(error, CDN_E_INPUT, r->path, line, 0,
                               "code list: %zu fields, fewer than the header", field_count);
        taken[want] = fields[r->position[want]];
    }
    if (!r->take(r->lists, taken))
        return cdn_fail_at(error, CDN_E_INPUT, r->path, line, 0,
                           "code list: a field is not of the expected kind, or too many rows");
    return CDN_OK;
}

static cdn_status read_list(const char *codes_dir, const char *name, reading *r, cdn_error *error)
{
    char *path = cdn_path_join(codes_dir, name);
    if (path == NULL)
        return cdn_fail_memory(error);
    r->path = path;
    cdn_status status = cdn_csv_read(path, on_record, r, error);
    if (status == CDN_OK && !r->have_header)
        status = cdn_fail_at(error, CDN_E_INPUT, path, 0, 0, "code list: empty file");
    cdn_free(path);
    return status;
}

cdn_status cdn_synth_lists_read(const char *codes_dir, cdn_synth_lists *out, cdn_error *error)
{
    memset(out, 0, sizeof *out);
    memset(out->role_of_code, CDN_SYNTH_NO_ROLE, sizeof out->role_of_code);
    reading areas = {.wanted = {"code", "region", "lsoa_count", "nmdsid_letter", "icb", "label"},
                     .wanted_count = 6,
                     .take = take_area,
                     .lists = out};
    reading regions = {
        .wanted = {"code", "label"}, .wanted_count = 2, .take = take_region, .lists = out};
    reading services = {.wanted = {"code", "cqc_regulated"},
                        .wanted_count = 2,
                        .take = take_service,
                        .lists = out};
    reading roles = {
        .wanted = {"code", "group"}, .wanted_count = 2, .take = take_role, .lists = out};
    CDN_TRY(read_list(codes_dir, "local_authorities.csv", &areas, error));
    CDN_TRY(read_list(codes_dir, "regions.csv", &regions, error));
    CDN_TRY(read_list(codes_dir, "main_services.csv", &services, error));
    CDN_TRY(read_list(codes_dir, "job_roles.csv", &roles, error));
    if (out->area_count == 0)
        return cdn_fail(error, CDN_E_INPUT, "code list: local_authorities.csv has no rows");
    return CDN_OK;
}
