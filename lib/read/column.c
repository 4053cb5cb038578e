/* column.c - one field of an input file into the int32_t that the column stores.
 *
 * Most fields are short, and many are codes, so a code of up to 7 bytes is
 * packed into one word and found in a small open-addressing table that also
 * holds the missing values; longer codes go through a map. Numbers and dates
 * are parsed exactly; nothing here knows the locale.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/column.h"

#include <inttypes.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "read/table.h"

#define PACKED_BYTES 7u

typedef struct slot {
    uint64_t key; /* 0 = free: the length is in the top byte, plus 1 */
    int32_t value;
} slot;

struct cdn_parser {
    cdn_column_kind kind;
    uint8_t decimals;
    int64_t min, max;
    slot *slots;       /* CODE */
    uint64_t mask;
    cdn_map *longer;   /* CODE: codes that do not fit in a word */
    int32_t *longer_values;
};

static uint64_t pack(const char *bytes, uint32_t length)
{
    uint64_t key = (uint64_t)(length + 1) << 56;
    for (uint32_t i = 0; i < length; i++)
        key |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return key;
}

static slot *find_slot(const cdn_parser *parser, uint64_t key)
{
    uint64_t at = cdn_mix64(key) & parser->mask;
    while (parser->slots[at].key != 0 && parser->slots[at].key != key)
        at = (at + 1) & parser->mask;
    return &parser->slots[at];
}

/* The first value given to a code stands. */
static bool add_code(cdn_parser *parser, const char *code, int32_t value)
{
    size_t length = strlen(code);
    if (length <= PACKED_BYTES) {
        slot *place = find_slot(parser, pack(code, (uint32_t)length));
        if (place->key == 0)
            *place = (slot){pack(code, (uint32_t)length), value};
        return true;
    }
    bool added;
    uint32_t id = cdn_map_add(parser->longer, code, length, &added);
    if (id == CDN_MAP_NONE)
        return false;
    if (added)
        parser->longer_values[id] = value;
    return true;
}

static int32_t find_code(const cdn_parser *parser, const char *bytes, uint32_t length)
{
    if (length <= PACKED_BYTES) {
        const slot *place = find_slot(parser, pack(bytes, length));
        return place->key == 0 ? (int32_t)CDN_FAULT_CODE : place->value;
    }
    uint32_t id = cdn_map_find(parser->longer, bytes, length);
    return id == CDN_MAP_NONE ? (int32_t)CDN_FAULT_CODE : parser->longer_values[id];
}

/* A code's value by the list alone, remapping left aside. */
static int32_t listed_value(const cdn_codelist *list, const char *code)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (strcmp(list->codes[i], code) == 0)
            return (int32_t)i;
    }
    if (code[0] == '\0' || strcmp(code, "-1") == 0)
        return CDN_MISSING;
    return strcmp(code, "-2") == 0 ? CDN_DONT_KNOW : (int32_t)CDN_FAULT_CODE;
}

static bool fill_codes(cdn_parser *parser, const cdn_codelist *list, const cdn_column *column)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < column->remap_count; i++)
        ok = add_code(parser, column->remap_from[i], listed_value(list, column->remap_to[i]));
    for (uint32_t i = 0; ok && i < list->count; i++)
        ok = add_code(parser, list->codes[i], (int32_t)i);
    return ok && add_code(parser, "", CDN_MISSING) && add_code(parser, "-1", CDN_MISSING) &&
           add_code(parser, "-2", CDN_DONT_KNOW);
}

cdn_status cdn_parser_create(const cdn_catalogue *catalogue, const cdn_column *column,
                             cdn_parser **out, cdn_error *error)
{
    cdn_parser *parser = cdn_alloc(1, sizeof *parser);
    if (parser == NULL)
        return cdn_fail_memory(error);
    parser->kind = column->kind;
    parser->decimals = column->kind == CDN_COLUMN_DECIMAL ? column->decimals : 0;
    parser->min = column->min;
    parser->max = column->max;
    if (column->kind == CDN_COLUMN_DATE && column->min == 0 && column->max == 0) {
        parser->min = INT64_MIN;
        parser->max = INT64_MAX;
    }
    bool ok = true;
    if (column->kind == CDN_COLUMN_CODE) {
        const cdn_codelist *list = &catalogue->codelists[column->codelist];
        size_t codes = (size_t)list->count + column->remap_count;
        uint64_t slots = 16;
        while (slots < 2 * (codes + 3))
            slots *= 2;
        parser->mask = slots - 1;
        parser->slots = cdn_alloc(slots, sizeof *parser->slots);
        parser->longer = cdn_map_create();
        parser->longer_values = cdn_alloc(codes, sizeof *parser->longer_values);
        ok = parser->slots != NULL && parser->longer != NULL && parser->longer_values != NULL &&
             fill_codes(parser, list, column);
    }
    if (!ok) {
        cdn_parser_destroy(parser);
        return cdn_fail_memory(error);
    }
    *out = parser;
    return CDN_OK;
}

void cdn_parser_destroy(cdn_parser *parser)
{
    if (parser == NULL)
        return;
    cdn_free(parser->slots);
    cdn_map_destroy(parser->longer);
    cdn_free(parser->longer_values);
    cdn_free(parser);
}

/* Well-formed UTF-8 (The Unicode Standard, table 3-7). */
static bool is_utf8(const char *text, uint32_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + length;
    while (at < end) {
        unsigned char lead = *at++;
        if (lead < 0x80)
            continue;
        unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (lead < 0xC2 || lead > 0xF4 || (size_t)(end - at) < more || *at < low || *at > high)
            return false;
        for (at++, more--; more > 0; at++, more--) {
            if (*at < 0x80 || *at > 0xBF)
                return false;
        }
    }
    return true;
}

static cdn_status read_text(cdn_map *texts, const char *bytes, uint32_t length, int32_t *out)
{
    bool added;
    uint32_t id = cdn_map_add(texts, bytes, length, &added);
    if (id == CDN_MAP_NONE || id > INT32_MAX)
        return CDN_E_NOMEM;
    if (added && !is_utf8(bytes, length))
        return CDN_E_INPUT;
    *out = (int32_t)id;
    return CDN_OK;
}

/* YYYY-MM-DD, exactly. */
static bool parse_iso_date(const char *bytes, uint32_t length, int32_t *out)
{
    char turned[10];
    if (length != 10 || bytes[4] != '-' || bytes[7] != '-')
        return false;
    memcpy(turned, bytes + 8, 2);
    memcpy(turned + 3, bytes + 5, 2);
    memcpy(turned + 6, bytes, 4);
    turned[2] = turned[5] = '/';
    return cdn_parse_date(turned, sizeof turned, out);
}

static int32_t read_number(const cdn_parser *parser, const char *bytes, uint32_t length)
{
    int64_t value;
    if (parser->kind == CDN_COLUMN_DATE) {
        int32_t days;
        if (!cdn_parse_date(bytes, length, &days) && !parse_iso_date(bytes, length, &days))
            return (int32_t)CDN_FAULT_DATE;
        value = days;
    } else if (parser->kind == CDN_COLUMN_INTEGER) {
        if (!cdn_parse_int(bytes, length, &value))
            return (int32_t)CDN_FAULT_FORMAT;
    } else if (!cdn_parse_decimal(bytes, length, parser->decimals, &value)) {
        return (int32_t)CDN_FAULT_FORMAT;
    }
    if (value < parser->min || value > parser->max || value < CDN_VALUE_MIN || value > INT32_MAX)
        return (int32_t)CDN_FAULT_RANGE;
    return (int32_t)value;
}

cdn_status cdn_parser_read(const cdn_parser *parser, cdn_map *texts, const char *bytes,
                           uint32_t length, int32_t *out)
{
    cdn_trim(&bytes, &length);
    if (parser->kind == CDN_COLUMN_CODE) {
        *out = find_code(parser, bytes, length);
        return CDN_OK;
    }
    if (length == 0 || (length == 2 && bytes[0] == '-' && bytes[1] == '1'))
        *out = CDN_MISSING;
    else if (length == 2 && bytes[0] == '-' && bytes[1] == '2')
        *out = CDN_DONT_KNOW;
    else if (parser->kind == CDN_COLUMN_TEXT)
        return read_text(texts, bytes, length, out);
    else
        *out = read_number(parser, bytes, length);
    return CDN_OK;
}

void cdn_column_expectation(const cdn_catalogue *catalogue, const cdn_column *column,
                            cdn_text *out)
{
    unsigned decimals = column->kind == CDN_COLUMN_DECIMAL ? column->decimals : 0;
    switch (column->kind) {
    case CDN_COLUMN_CODE:
        cdn_text_addf(out, "a code of the list \"%s\"",
                      catalogue->codelists[column->codelist].name);
        return;
    case CDN_COLUMN_DATE:
        cdn_text_add(out, "a date DD/MM/YYYY");
        return;
    case CDN_COLUMN_TEXT:
        cdn_text_add(out, "a text");
        return;
    case CDN_COLUMN_INTEGER:
        cdn_text_add(out, "an integer");
        break;
    case CDN_COLUMN_DECIMAL:
        cdn_text_addf(out, "a number with at most %u decimal places", decimals);
        break;
    }
    if (column->min > INT32_MIN) {
        cdn_text_add(out, " from ");
        cdn_text_add_decimal(out, column->min, decimals);
    }
    if (column->max < INT32_MAX) {
        cdn_text_add(out, column->min > INT32_MIN ? " to " : " up to ");
        cdn_text_add_decimal(out, column->max, decimals);
    }
}
