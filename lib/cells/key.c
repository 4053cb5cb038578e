/* key.c - keys of records: a keyed hash of what a record is called.
 *
 * A cell's key is the sum of its records' keys, so the same records give the
 * same key in any table of any release, and nobody without the data owner's key
 * can tell which. A record is called by its type's name and its key; a row of an
 * unpivoted type by its source's key and its code; a group by the value that its
 * members share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cells/builder.h"
#include "core/fail.h"
#include "core/text.h"
#include "read/route.h"
#include "seal/digest.h"

/* Where the name of each row of a record type stands. */
typedef struct naming {
    const cdn_catalogue *catalogue;
    const cdn_snapshot *snapshot;
    const cdn_record *record;
    const cdn_column *key;    /* of the record, or of its source */
    const int32_t *values;    /* of the key */
    const uint32_t *rows;     /* per record: row of `values`; NULL = the same */
    const int32_t *codes;     /* unpivoted: code of each record; else NULL */
} naming;

/* For each group a row of its source that is in it. */
static cdn_status find_members(cdn_builder *b, uint32_t record, const uint32_t **out,
                               cdn_error *error)
{
    uint32_t source = b->catalogue->records[record].source;
    uint32_t *groups = cdn_arena_alloc(b->arena, b->records[source].rows, sizeof *groups);
    uint32_t *members = cdn_arena_alloc(b->arena, b->records[record].rows, sizeof *members);
    bool found = false;
    if (groups == NULL || members == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(cdn_route_rows(b->snapshot, b->catalogue, source, record, groups, &found, error));
    for (uint32_t row = 0; found && row < b->records[source].rows; row++)
        if (groups[row] != CDN_NONE)
            members[groups[row]] = row;
    *out = members;
    return found ? CDN_OK
                 : cdn_fail(error, CDN_E_INTERNAL, "a group does not know its members");
}

static cdn_status find_names(cdn_builder *b, uint32_t record, naming *out, cdn_error *error)
{
    const cdn_record *r = &b->catalogue->records[record];
    uint32_t key = r->key;
    *out = (naming){.catalogue = b->catalogue, .snapshot = b->snapshot, .record = r};
    if (r->kind == CDN_RECORD_GROUP)
        CDN_TRY(find_members(b, record, &out->rows, error));
    if (r->kind == CDN_RECORD_UNPIVOT) {
        key = b->catalogue->records[r->source].key;
        CDN_TRY(cdn_snapshot_reference(b->snapshot, record, 0, &out->rows, error));
        CDN_TRY(cdn_snapshot_column(b->snapshot, r->column_first, &out->codes, error));
    }
    out->key = &b->catalogue->columns[key];
    return cdn_snapshot_column(b->snapshot, key, &out->values, error);
}

/* The name of a row, parts apart by NUL, which no text holds. */
static void write_name(const naming *n, uint32_t row, cdn_text *out)
{
    int32_t value = n->values[n->rows == NULL ? row : n->rows[row]];
    cdn_text_clear(out);
    cdn_text_add_bytes(out, n->record->name, strlen(n->record->name) + 1);
    if (n->key->kind == CDN_COLUMN_TEXT) {
        cdn_text_add(out, cdn_snapshot_text(n->snapshot, value));
    } else {
        cdn_text_addf(out, "%ld", (long)value);
    }
    if (n->codes == NULL)
        return;
    const cdn_codelist *list = &n->catalogue->codelists[n->record->unpivot_codes];
    cdn_text_add_bytes(out, "", 1);
    cdn_text_add(out, n->codes[row] < 0 ? "" : list->codes[n->codes[row]]);
}

static cdn_status make_keys(cdn_builder *b, uint32_t record, cdn_keyed_hash *hash,
                            cdn_error *error)
{
    uint32_t rows = b->records[record].rows;
    uint64_t *keys = cdn_arena_alloc(b->arena, rows, sizeof *keys);
    cdn_text name = CDN_TEXT_INIT(4096);
    naming n;
    cdn_status status = keys == NULL ? cdn_fail_memory(error) : find_names(b, record, &n, error);
    for (uint32_t row = 0; status == CDN_OK && row < rows; row++) {
        write_name(&n, row, &name);
        status = name.failed ? cdn_fail_memory(error)
                             : cdn_keyed_hash_64(hash, name.bytes, name.length, &keys[row], error);
    }
    cdn_text_release(&name);
    if (status == CDN_OK)
        b->records[record].keys = keys;
    return status;
}

cdn_status cdn_builder_keys(cdn_builder *b, cdn_error *error)
{
    cdn_keyed_hash *hash = NULL;
    if (b->input->perturbation_key == NULL)
        return CDN_OK;
    CDN_TRY(cdn_keyed_hash_create(b->input->perturbation_key, CDN_CELLS_KEY_SIZE, &hash, error));
    cdn_status status = CDN_OK;
    for (uint32_t g = 0; status == CDN_OK && g < b->grid_count; g++)
        if (b->records[b->grids[g].record].keys == NULL)
            status = make_keys(b, b->grids[g].record, hash, error);
    cdn_keyed_hash_destroy(hash);
    return status;
}
