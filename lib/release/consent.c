/* consent.c - whose consent a release relies on, and who consents now.
 *
 * A record is named by its key column, as text, so that the names last from one
 * snapshot to the next.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/text.h"
#include "read/route.h"
#include "release/trial.h"

void cdn_gate_free_keys(char **keys, uint32_t count)
{
    for (uint32_t i = 0; keys != NULL && i < count; i++)
        cdn_free(keys[i]);
    cdn_free(keys);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *key_text(const cdn_snapshot *snapshot, const cdn_column *column, int32_t value)
{
    if (column->kind == CDN_COLUMN_TEXT)
        return cdn_strdup(cdn_snapshot_text(snapshot, value));
    cdn_text text = CDN_TEXT_INIT(32);
    cdn_text_addf(&text, "%ld", (long)value);
    char *copy = text.failed ? NULL : cdn_strdup(text.bytes);
    cdn_text_release(&text);
    return copy;
}

/* The keys of the flagged rows of a record type. */
static cdn_status flagged_keys(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                               uint32_t record, const uint8_t *flags, char ***keys,
                               uint32_t *count, cdn_error *error)
{
    const cdn_column *column = &catalogue->columns[catalogue->records[record].key];
    const int32_t *values = NULL;
    CDN_TRY(cdn_snapshot_column(snapshot, catalogue->records[record].key, &values, error));
    uint32_t rows = cdn_snapshot_rows(snapshot, record);
    char **list = cdn_alloc(rows, sizeof *list);
    uint32_t filled = 0;
    bool ok = list != NULL;
    for (uint32_t row = 0; ok && row < rows; row++)
        if (flags[row]) {
            list[filled] = key_text(snapshot, column, values[row]);
            ok = list[filled++] != NULL;
        }
    if (!ok) {
        cdn_gate_free_keys(list, filled);
        return cdn_fail_memory(error);
    }
    qsort(list, filled, sizeof *list, compare_texts);
    *keys = list;
    *count = filled;
    return CDN_OK;
}

/* Flags the records behind the consenting rows of one list. */
static cdn_status flag_list(const cdn_trial *trial, uint32_t l, uint32_t record, uint8_t *flags,
                            cdn_error *error)
{
    const cdn_gate_input *in = trial->input;
    const cdn_cell_list *list = &trial->cells->lists[l];
    uint32_t from = in->plan->lists[l].record;
    uint32_t *at = cdn_alloc(cdn_snapshot_rows(in->snapshot, from), sizeof *at);
    bool found = false;
    cdn_status status = at == NULL ? cdn_fail_memory(error)
                                   : cdn_route_rows(in->snapshot, in->catalogue, from, record, at,
                                                    &found, error);
    for (uint32_t i = 0; status == CDN_OK && found && i < list->row_count; i++)
        if (list->consent[i] && at[list->rows[i]] != CDN_NONE)
            flags[at[list->rows[i]]] = 1;
    cdn_free(at);
    return status;
}

cdn_status cdn_trial_consents(const cdn_trial *trial, char ***keys, uint32_t *count,
                              cdn_error *error)
{
    const cdn_gate_input *in = trial->input;
    *keys = NULL;
    *count = 0;
    if (in->agreement->consent_column == CDN_NONE)
        return CDN_OK;
    uint32_t record = in->catalogue->columns[in->agreement->consent_column].record;
    uint8_t *flags = cdn_alloc(cdn_snapshot_rows(in->snapshot, record), 1);
    cdn_status status = flags == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t l = 0; status == CDN_OK && l < in->plan->list_count; l++)
        status = flag_list(trial, l, record, flags, error);
    if (status == CDN_OK)
        status = flagged_keys(in->snapshot, in->catalogue, record, flags, keys, count, error);
    cdn_free(flags);
    return status;
}

cdn_status cdn_gate_consenting(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                               const cdn_agreement *agreement, char ***keys, uint32_t *count,
                               cdn_error *error)
{
    *keys = NULL;
    *count = 0;
    if (agreement->consent_column == CDN_NONE)
        return CDN_OK;
    uint32_t record = catalogue->columns[agreement->consent_column].record;
    const int32_t *values = NULL;
    CDN_TRY(cdn_snapshot_column(snapshot, agreement->consent_column, &values, error));
    uint32_t rows = cdn_snapshot_rows(snapshot, record);
    uint8_t *flags = cdn_alloc(rows, 1);
    if (flags == NULL)
        return cdn_fail_memory(error);
    for (uint32_t row = 0; row < rows; row++)
        flags[row] = values[row] >= 0 && (uint32_t)values[row] == agreement->consent_code;
    cdn_status status = flagged_keys(snapshot, catalogue, record, flags, keys, count, error);
    cdn_free(flags);
    return status;
}
