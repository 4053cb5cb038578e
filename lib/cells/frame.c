/* frame.c - evaluation and caching of leaves, values and usable masks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/frame.h"

#include <string.h>

#include "core/alloc.h"
#include "core/arena.h"
#include "core/fail.h"
#include "core/map.h"
#include "read/expr.h"

typedef struct record_frame {
    uint32_t rows;
    uint32_t **leaves; /* per axis, and one more for the usable axis */
    int64_t **values;  /* per expression */
    uint32_t mask_count;
    cdn_mask masks[CDN_FRAME_MASKS];
    uint32_t usable_count;                /* combinations that occur */
    uint8_t *usable[CDN_FRAME_MASKS];     /* per mask, usable_count flags */
} record_frame;

struct cdn_frame {
    const cdn_snapshot *snapshot;
    const cdn_catalogue *catalogue;
    uint32_t *canonical; /* per expression */
    record_frame *records;
};

static bool same_expr(const cdn_frame *frame, uint32_t a, uint32_t b)
{
    const cdn_expr *x = &frame->catalogue->exprs[a];
    const cdn_expr *y = &frame->catalogue->exprs[b];
    if (x->op != y->op || x->decimals != y->decimals || x->column != y->column ||
        x->constant != y->constant || x->list_count != y->list_count)
        return false;
    for (uint32_t i = 0; i < x->list_count; i++)
        if (x->list[i] != y->list[i])
            return false;
    for (int i = 0; i < 3; i++) {
        uint32_t p = x->operand[i], q = y->operand[i];
        if ((p == CDN_NONE) != (q == CDN_NONE))
            return false;
        if (p != CDN_NONE && frame->canonical[p] != frame->canonical[q])
            return false;
    }
    return true;
}

/* Operands come before the expressions that use them, so one pass in order is enough. */
static void canonicalise(cdn_frame *frame)
{
    uint32_t count = frame->catalogue->expr_count;
    for (uint32_t i = 0; i < count; i++) {
        frame->canonical[i] = i;
        for (uint32_t j = 0; j < i; j++)
            if (frame->canonical[j] == j && same_expr(frame, j, i)) {
                frame->canonical[i] = j;
                break;
            }
    }
}

cdn_frame *cdn_frame_create(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue)
{
    cdn_frame *frame = cdn_alloc(1, sizeof *frame);
    if (frame == NULL)
        return NULL;
    frame->snapshot = snapshot;
    frame->catalogue = catalogue;
    frame->canonical = cdn_alloc(catalogue->expr_count, sizeof *frame->canonical);
    frame->records = cdn_alloc(catalogue->record_count, sizeof *frame->records);
    bool ok = frame->canonical != NULL && frame->records != NULL;
    for (uint32_t r = 0; ok && r < catalogue->record_count; r++) {
        record_frame *record = &frame->records[r];
        record->rows = cdn_snapshot_rows(snapshot, r);
        record->leaves = cdn_alloc(catalogue->axis_count + 1, sizeof *record->leaves);
        record->values = cdn_alloc(catalogue->expr_count, sizeof *record->values);
        ok = record->leaves != NULL && record->values != NULL;
    }
    if (!ok) {
        cdn_frame_destroy(frame);
        return NULL;
    }
    canonicalise(frame);
    return frame;
}

void cdn_frame_destroy(cdn_frame *frame)
{
    if (frame == NULL)
        return;
    const cdn_catalogue *catalogue = frame->catalogue;
    for (uint32_t r = 0; frame->records != NULL && r < catalogue->record_count; r++) {
        record_frame *record = &frame->records[r];
        for (uint32_t a = 0; record->leaves != NULL && a <= catalogue->axis_count; a++)
            cdn_free(record->leaves[a]);
        for (uint32_t e = 0; record->values != NULL && e < catalogue->expr_count; e++)
            cdn_free(record->values[e]);
        for (uint32_t m = 0; m < CDN_FRAME_MASKS; m++)
            cdn_free(record->usable[m]);
        cdn_free(record->leaves);
        cdn_free(record->values);
    }
    cdn_free(frame->records);
    cdn_free(frame->canonical);
    cdn_free(frame);
}

uint32_t cdn_frame_expr(const cdn_frame *frame, uint32_t expr)
{
    return expr == CDN_NONE ? CDN_NONE : frame->canonical[expr];
}

static bool insert_sorted(uint32_t *items, uint32_t *count, uint32_t item)
{
    uint32_t at = 0;
    while (at < *count && items[at] < item)
        at++;
    if (at < *count && items[at] == item)
        return true;
    if (*count == CDN_FRAME_TERMS)
        return false;
    memmove(items + at + 1, items + at, (*count - at) * sizeof *items);
    items[at] = item;
    (*count)++;
    return true;
}

bool cdn_mask_add_nonzero(const cdn_frame *frame, cdn_mask *mask, uint32_t expr)
{
    return insert_sorted(mask->nonzero, &mask->nonzero_count, cdn_frame_expr(frame, expr));
}

bool cdn_mask_add_known(const cdn_frame *frame, cdn_mask *mask, uint32_t expr)
{
    return insert_sorted(mask->known, &mask->known_count, cdn_frame_expr(frame, expr));
}

cdn_status cdn_frame_add_mask(cdn_frame *frame, uint32_t record, const cdn_mask *mask,
                              uint32_t *out, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    *out = CDN_NONE;
    if (mask->nonzero_count + mask->known_count == 0)
        return CDN_OK;
    for (uint32_t m = 0; m < home->mask_count; m++)
        if (memcmp(&home->masks[m], mask, sizeof *mask) == 0) {
            *out = m;
            return CDN_OK;
        }
    if (home->mask_count == CDN_FRAME_MASKS)
        return cdn_fail(error, CDN_E_LIMIT,
                        "more than %u different usable conditions of %s in one script",
                        CDN_FRAME_MASKS, frame->catalogue->records[record].name);
    *out = home->mask_count;
    home->masks[home->mask_count++] = *mask;
    return CDN_OK;
}

cdn_status cdn_frame_leaves(cdn_frame *frame, uint32_t record, uint32_t axis,
                            const uint32_t **out, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    *out = home->leaves[axis];
    if (*out != NULL)
        return CDN_OK;
    uint32_t *leaves = cdn_alloc(home->rows, sizeof *leaves);
    if (leaves == NULL)
        return cdn_fail_memory(error);
    cdn_status status =
        cdn_axis_leaves(frame->snapshot, frame->catalogue, axis, record, leaves, error);
    for (uint32_t row = 0; status == CDN_OK && row < home->rows; row++)
        if (leaves[row] >= frame->catalogue->axes[axis].leaf_count)
            status = cdn_fail(error, CDN_E_INPUT,
                              "%s has records without a place on the classification %s",
                              frame->catalogue->records[record].name,
                              frame->catalogue->axes[axis].name);
    if (status != CDN_OK) {
        cdn_free(leaves);
        return status;
    }
    *out = home->leaves[axis] = leaves;
    return CDN_OK;
}

cdn_status cdn_frame_values(cdn_frame *frame, uint32_t record, uint32_t expr,
                            const int64_t **out, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    expr = cdn_frame_expr(frame, expr);
    *out = home->values[expr];
    if (*out != NULL)
        return CDN_OK;
    int64_t *values = cdn_alloc(home->rows, sizeof *values);
    if (values == NULL)
        return cdn_fail_memory(error);
    cdn_status status =
        cdn_expr_eval(frame->snapshot, frame->catalogue, expr, record, values, error);
    if (status != CDN_OK) {
        cdn_free(values);
        return status;
    }
    *out = home->values[expr] = values;
    return CDN_OK;
}

/* Sets bit `m` in each row's combination when the row passes mask m. */
static cdn_status mark_mask(cdn_frame *frame, uint32_t record, uint32_t m, uint32_t *combination,
                            uint8_t *pass, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    const cdn_mask *mask = &home->masks[m];
    memset(pass, 1, home->rows);
    for (uint32_t i = 0; i < mask->nonzero_count + mask->known_count; i++) {
        bool nonzero = i < mask->nonzero_count;
        uint32_t expr = nonzero ? mask->nonzero[i] : mask->known[i - mask->nonzero_count];
        const int64_t *values = NULL;
        CDN_TRY(cdn_frame_values(frame, record, expr, &values, error));
        for (uint32_t row = 0; row < home->rows; row++)
            if (values[row] == CDN_EXPR_MISSING || (nonzero && values[row] == 0))
                pass[row] = 0;
    }
    for (uint32_t row = 0; row < home->rows; row++)
        combination[row] |= (uint32_t)pass[row] << m;
    return CDN_OK;
}

/* Numbers the combinations that occur by ascending bit pattern, and lists who passes which mask. */
static cdn_status number_combinations(record_frame *home, uint32_t *combination, cdn_error *error)
{
    uint32_t patterns = 1u << home->mask_count;
    uint32_t *leaf = cdn_alloc(patterns, sizeof *leaf);
    if (leaf == NULL)
        return cdn_fail_memory(error);
    for (uint32_t row = 0; row < home->rows; row++)
        leaf[combination[row]] = 1;
    uint32_t count = 0;
    for (uint32_t p = 0; p < patterns; p++)
        leaf[p] = leaf[p] ? count++ : CDN_NONE;
    for (uint32_t m = 0; m < home->mask_count; m++) {
        home->usable[m] = cdn_alloc(count, 1);
        if (home->usable[m] == NULL) {
            cdn_free(leaf);
            return cdn_fail_memory(error);
        }
        for (uint32_t p = 0; p < patterns; p++)
            if (leaf[p] != CDN_NONE && (p >> m & 1u))
                home->usable[m][leaf[p]] = 1;
    }
    for (uint32_t row = 0; row < home->rows; row++)
        combination[row] = leaf[combination[row]];
    home->usable_count = count;
    cdn_free(leaf);
    return CDN_OK;
}

cdn_status cdn_frame_usable(cdn_frame *frame, uint32_t record, uint32_t *leaf_count,
                            cdn_error *error)
{
    record_frame *home = &frame->records[record];
    uint32_t axis = frame->catalogue->axis_count;
    cdn_status status = CDN_OK;
    if (home->leaves[axis] == NULL) {
        uint32_t *combination = cdn_alloc(home->rows, sizeof *combination);
        uint8_t *pass = cdn_alloc(home->rows, 1);
        if (combination == NULL || pass == NULL)
            status = cdn_fail_memory(error);
        for (uint32_t m = 0; status == CDN_OK && m < home->mask_count; m++)
            status = mark_mask(frame, record, m, combination, pass, error);
        if (status == CDN_OK)
            status = number_combinations(home, combination, error);
        cdn_free(pass);
        if (status == CDN_OK)
            home->leaves[axis] = combination;
        else
            cdn_free(combination);
    }
    *leaf_count = home->usable_count;
    return status;
}

const uint8_t *cdn_frame_usable_leaves(const cdn_frame *frame, uint32_t record, uint32_t mask)
{
    return mask == CDN_NONE ? NULL : frame->records[record].usable[mask];
}
