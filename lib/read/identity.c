/* identity.c - call numbers that last from one snapshot to the next, and who has the same.
 *
 * Texts are ids of a dictionary of their own snapshot, so they are numbered
 * again in one dictionary for all. Everything else is a number already.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/identity.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "read/keys.h"
#include "read/route.h"
#include "read/table.h"

#define NO_NUMBER INT32_MIN

typedef struct cataloguing {
    const cdn_snapshot *const *snapshots;
    uint32_t count;
    const cdn_catalogue *catalogue;
    cdn_map *texts;
} cataloguing;

static uint32_t total_rows(const cataloguing *c, uint32_t record)
{
    uint32_t rows = 0;
    for (uint32_t s = 0; s < c->count; s++)
        rows += cdn_snapshot_rows(c->snapshots[s], record);
    return rows;
}

static cdn_status number_text(cataloguing *c, const char *text, int32_t *out, cdn_error *error)
{
    if (text[0] == '\0')
        return CDN_OK;
    uint32_t number = cdn_map_add(c->texts, text, strlen(text), NULL);
    if (number == CDN_MAP_NONE)
        return cdn_fail_memory(error);
    *out = (int32_t)number;
    return number <= INT32_MAX ? CDN_OK : cdn_fail(error, CDN_E_LIMIT, "there are too many keys");
}

/* For a group, a row of its source that is in it. */
static cdn_status find_members(const cataloguing *c, const cdn_snapshot *snapshot,
                               uint32_t record, uint32_t *members, cdn_error *error)
{
    uint32_t source = c->catalogue->records[record].source;
    uint32_t rows = cdn_snapshot_rows(snapshot, source);
    bool found = false;
    uint32_t *groups = cdn_alloc(rows, sizeof *groups);
    cdn_status status = groups == NULL ? cdn_fail_memory(error)
                                       : cdn_route_rows(snapshot, c->catalogue, source, record,
                                                        groups, &found, error);
    if (status == CDN_OK && !found)
        status = cdn_fail(error, CDN_E_INTERNAL, "a group does not know its members");
    for (uint32_t row = 0; status == CDN_OK && row < rows; row++)
        if (groups[row] != CDN_NONE)
            members[groups[row]] = row;
    cdn_free(groups);
    return status;
}

/* Rows of a file, or (through a member of each) groups. */
static cdn_status number_column(cataloguing *c, uint32_t s, uint32_t record, uint32_t column,
                                const uint32_t *through, int32_t *out, cdn_error *error)
{
    const int32_t *values = NULL;
    bool is_text = c->catalogue->columns[column].kind == CDN_COLUMN_TEXT;
    CDN_TRY(cdn_snapshot_column(c->snapshots[s], column, &values, error));
    for (uint32_t row = 0; row < cdn_snapshot_rows(c->snapshots[s], record); row++) {
        int32_t value = values[through == NULL ? row : through[row]];
        out[row] = is_text || value < CDN_VALUE_MIN ? NO_NUMBER : value;
        if (is_text)
            CDN_TRY(number_text(c, cdn_snapshot_text(c->snapshots[s], value), &out[row], error));
    }
    return CDN_OK;
}

static cdn_status number_groups(cataloguing *c, uint32_t s, uint32_t record, int32_t *out,
                                cdn_error *error)
{
    uint32_t *members =
        cdn_alloc(cdn_snapshot_rows(c->snapshots[s], record), sizeof *members);
    cdn_status status = members == NULL
                            ? cdn_fail_memory(error)
                            : find_members(c, c->snapshots[s], record, members, error);
    if (status == CDN_OK)
        status = number_column(c, s, record, c->catalogue->records[record].key, members, out,
                               error);
    cdn_free(members);
    return status;
}

/* The position of a row's source among all, and its code. */
static cdn_status number_unpivoted(cataloguing *c, uint32_t s, uint32_t record,
                                   const uint32_t *sources, int32_t *out, cdn_error *error)
{
    const cdn_record *r = &c->catalogue->records[record];
    const uint32_t *source = NULL;
    const int32_t *codes = NULL;
    CDN_TRY(cdn_snapshot_reference(c->snapshots[s], record, 0, &source, error));
    CDN_TRY(cdn_snapshot_column(c->snapshots[s], r->column_first, &codes, error));
    int64_t code_count = (int64_t)c->catalogue->codelists[r->unpivot_codes].count;
    for (uint32_t row = 0; row < cdn_snapshot_rows(c->snapshots[s], record); row++) {
        bool known = source[row] != CDN_NONE && codes[row] >= 0;
        int64_t number = known ? sources[source[row]] * code_count + codes[row] : NO_NUMBER;
        if (number > INT32_MAX)
            return cdn_fail(error, CDN_E_LIMIT, "there are too many keys");
        out[row] = (int32_t)number;
    }
    return CDN_OK;
}

/* Call numbers of all rows of a record type. `sources`: of an unpivoted one, who its sources
 * are. */
static cdn_status number_rows(cataloguing *c, uint32_t record, const uint32_t *sources,
                              int32_t *out, cdn_error *error)
{
    const cdn_record *r = &c->catalogue->records[record];
    for (uint32_t s = 0; s < c->count; s++) {
        if (r->kind == CDN_RECORD_GROUP)
            CDN_TRY(number_groups(c, s, record, out, error));
        else if (r->kind == CDN_RECORD_UNPIVOT)
            CDN_TRY(number_unpivoted(c, s, record, sources, out, error));
        else if (r->key != CDN_NONE)
            CDN_TRY(number_column(c, s, record, r->key, NULL, out, error));
        else
            return cdn_fail(error, CDN_E_INPUT, "%s records have no key", r->name);
        out += cdn_snapshot_rows(c->snapshots[s], record);
        if (r->kind == CDN_RECORD_UNPIVOT)
            sources += cdn_snapshot_rows(c->snapshots[s], r->source);
    }
    return CDN_OK;
}

/* Who has a number first. */
static cdn_status find_first(const int32_t *numbers, uint32_t rows, uint32_t alone, uint32_t *out,
                             cdn_error *error)
{
    cdn_keys keys;
    bool ok = cdn_keys_create(&keys, numbers, rows);
    for (uint32_t row = 0; ok && row < rows; row++) {
        uint32_t first = numbers[row] == NO_NUMBER ? CDN_NONE : cdn_keys_add(&keys, row);
        out[row] = first != CDN_NONE ? first : numbers[row] == NO_NUMBER && alone ? CDN_NONE : row;
    }
    cdn_keys_release(&keys);
    return ok ? CDN_OK : cdn_fail_memory(error);
}

static cdn_status identify(cataloguing *c, uint32_t record, uint32_t *out, cdn_error *error)
{
    const cdn_record *r = &c->catalogue->records[record];
    uint32_t rows = total_rows(c, record), *sources = NULL;
    int32_t *numbers = cdn_alloc(rows, sizeof *numbers);
    cdn_status status = numbers == NULL ? cdn_fail_memory(error) : CDN_OK;
    if (status == CDN_OK && r->kind == CDN_RECORD_UNPIVOT) {
        sources = cdn_alloc(total_rows(c, r->source), sizeof *sources);
        status = sources == NULL ? cdn_fail_memory(error)
                                 : cdn_identity_rows(c->snapshots, c->count, c->catalogue,
                                                     r->source, sources, error);
    }
    if (status == CDN_OK)
        status = number_rows(c, record, sources, numbers, error);
    if (status == CDN_OK)
        status = find_first(numbers, rows, false, out, error);
    cdn_free(sources);
    cdn_free(numbers);
    return status;
}

cdn_status cdn_identity_rows(const cdn_snapshot *const *snapshots, uint32_t count,
                             const cdn_catalogue *catalogue, uint32_t record, uint32_t *out,
                             cdn_error *error)
{
    cataloguing c = {snapshots, count, catalogue, cdn_map_create()};
    cdn_status status =
        c.texts == NULL ? cdn_fail_memory(error) : identify(&c, record, out, error);
    cdn_map_destroy(c.texts);
    return status;
}

cdn_status cdn_identity_holdings(const cdn_snapshot *const *snapshots, uint32_t count,
                                 const cdn_catalogue *catalogue, uint32_t record, uint32_t *out,
                                 cdn_error *error)
{
    cataloguing c = {snapshots, count, catalogue, cdn_map_create()};
    uint32_t rows = total_rows(&c, record), column = catalogue->records[record].holding_column;
    int32_t *numbers = cdn_alloc(rows, sizeof *numbers);
    cdn_status status =
        c.texts == NULL || numbers == NULL ? cdn_fail_memory(error) : CDN_OK;
    uint32_t filled = 0;
    for (uint32_t s = 0; status == CDN_OK && s < count; s++) {
        status = number_column(&c, s, record, column, NULL, numbers + filled, error);
        filled += cdn_snapshot_rows(snapshots[s], record);
    }
    if (status == CDN_OK)
        status = find_first(numbers, rows, true, out, error);
    cdn_free(numbers);
    cdn_map_destroy(c.texts);
    return status;
}
