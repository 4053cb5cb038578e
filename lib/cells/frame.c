/* frame.c - evaluation and caching of leaves, values and usable masks.
 *
 * Rows of all dates stand in one array, one date after another, so that what is
 * made of them (the combinations of usable masks above all) is numbered alike.
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
    uint32_t rows;     /* of all dates, one after another */
    uint32_t *first;   /* per date: where its rows begin */
    uint32_t **leaves; /* per axis, and one more for the usable axis */
    int64_t **values;  /* per expression */
    uint32_t asked;    /* how many of these there are */
    uint32_t mask_count;
    cdn_mask masks[CDN_FRAME_MASKS];
    uint32_t usable_count;                /* combinations that occur */
    uint8_t *usable[CDN_FRAME_MASKS];     /* per mask, usable_count flags */
    uint8_t *states[CDN_FRAME_MASKS];     /* per mask, usable_count times cdn_frame_state */
} record_frame;

struct cdn_frame {
    uint32_t date_count;
    const cdn_snapshot *const *snapshots; /* per date */
    const cdn_catalogue *catalogue;
    uint32_t *canonical; /* per expression */
    record_frame *records;
    bool tell_missing;
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

static bool start_record(const cdn_frame *frame, uint32_t r)
{
    record_frame *record = &frame->records[r];
    record->first = cdn_alloc(frame->date_count, sizeof *record->first);
    record->leaves = cdn_alloc(frame->catalogue->axis_count + 1, sizeof *record->leaves);
    record->values = cdn_alloc(frame->catalogue->expr_count, sizeof *record->values);
    bool ok = record->first != NULL && record->leaves != NULL && record->values != NULL;
    for (uint32_t date = 0; ok && date < frame->date_count; date++) {
        record->first[date] = record->rows;
        ok = !__builtin_add_overflow(record->rows, cdn_snapshot_rows(frame->snapshots[date], r),
                                     &record->rows);
    }
    return ok;
}

cdn_frame *cdn_frame_create(const cdn_snapshot *const *snapshots, uint32_t date_count,
                            const cdn_catalogue *catalogue, bool tell_missing)
{
    cdn_frame *frame = cdn_alloc(1, sizeof *frame);
    if (frame == NULL)
        return NULL;
    frame->snapshots = snapshots;
    frame->date_count = date_count;
    frame->catalogue = catalogue;
    frame->tell_missing = tell_missing;
    frame->canonical = cdn_alloc(catalogue->expr_count, sizeof *frame->canonical);
    frame->records = cdn_alloc(catalogue->record_count, sizeof *frame->records);
    bool ok = frame->canonical != NULL && frame->records != NULL;
    for (uint32_t r = 0; ok && r < catalogue->record_count; r++)
        ok = start_record(frame, r);
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
        for (uint32_t m = 0; m < CDN_FRAME_MASKS; m++) {
            cdn_free(record->usable[m]);
            cdn_free(record->states[m]);
        }
        cdn_free(record->first);
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
                        "more than %u different usable conditions of %s in all that an audience "
                        "gets",
                        CDN_FRAME_MASKS, frame->catalogue->records[record].name);
    *out = home->mask_count;
    home->masks[home->mask_count++] = *mask;
    return CDN_OK;
}

uint32_t cdn_frame_first(const cdn_frame *frame, uint32_t record, uint32_t date)
{
    return frame->records[record].first[date];
}

uint32_t cdn_frame_rows(const cdn_frame *frame, uint32_t record)
{
    return frame->records[record].rows;
}

static cdn_status place(const cdn_frame *frame, uint32_t record, uint32_t axis, uint32_t *leaves,
                        cdn_error *error)
{
    const record_frame *home = &frame->records[record];
    for (uint32_t date = 0; date < frame->date_count; date++)
        CDN_TRY(cdn_axis_leaves(frame->snapshots[date], frame->catalogue, axis, record,
                                leaves + home->first[date], error));
    for (uint32_t row = 0; row < home->rows; row++)
        if (leaves[row] >= frame->catalogue->axes[axis].leaf_count)
            return cdn_fail(error, CDN_E_INPUT,
                            "%s has records without a place on the classification %s",
                            frame->catalogue->records[record].name,
                            frame->catalogue->axes[axis].name);
    return CDN_OK;
}

cdn_status cdn_frame_leaves(cdn_frame *frame, uint32_t date, uint32_t record, uint32_t axis,
                            const uint32_t **out, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    if (home->leaves[axis] == NULL) {
        uint32_t *leaves = cdn_alloc(home->rows, sizeof *leaves);
        if (leaves == NULL)
            return cdn_fail_memory(error);
        cdn_status status = place(frame, record, axis, leaves, error);
        if (status != CDN_OK) {
            cdn_free(leaves);
            return status;
        }
        home->leaves[axis] = leaves;
        home->asked++;
    }
    *out = home->leaves[axis] + home->first[date];
    return CDN_OK;
}

typedef cdn_status (*evaluation)(const cdn_snapshot *snapshot, const cdn_catalogue *catalogue,
                                 uint32_t expr, uint32_t record, int64_t *out, cdn_error *error);

static cdn_status evaluate(const cdn_frame *frame, evaluation how, uint32_t record, uint32_t expr,
                           int64_t *out, cdn_error *error)
{
    for (uint32_t date = 0; date < frame->date_count; date++)
        CDN_TRY(how(frame->snapshots[date], frame->catalogue, expr, record,
                    out + frame->records[record].first[date], error));
    return CDN_OK;
}

cdn_status cdn_frame_values(cdn_frame *frame, uint32_t date, uint32_t record, uint32_t expr,
                            const int64_t **out, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    expr = cdn_frame_expr(frame, expr);
    if (home->values[expr] == NULL) {
        int64_t *values = cdn_alloc(home->rows, sizeof *values);
        if (values == NULL)
            return cdn_fail_memory(error);
        cdn_status status = evaluate(frame, cdn_expr_eval, record, expr, values, error);
        if (status != CDN_OK) {
            cdn_free(values);
            return status;
        }
        home->values[expr] = values;
        home->asked++;
    }
    *out = home->values[expr] + home->first[date];
    return CDN_OK;
}

bool cdn_frame_is_same(const cdn_frame *frame, uint32_t record, uint32_t a, uint32_t b)
{
    const record_frame *home = &frame->records[record];
    for (uint32_t axis = 0; axis <= frame->catalogue->axis_count; axis++)
        if (home->leaves[axis] != NULL && home->leaves[axis][a] != home->leaves[axis][b])
            return false;
    for (uint32_t e = 0; e < frame->catalogue->expr_count; e++)
        if (home->values[e] != NULL && home->values[e][a] != home->values[e][b])
            return false;
    return true;
}

uint32_t cdn_frame_asked(const cdn_frame *frame, uint32_t record)
{
    return frame->records[record].asked;
}

/* Who certainly fails a term, among those who do not pass: the others only lack an answer. */
static cdn_status mark_certain(cdn_frame *frame, uint32_t record, uint32_t expr, bool nonzero,
                               int64_t *scratch, uint8_t *state, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    const int64_t *values = scratch;
    if (frame->catalogue->exprs[expr].op == CDN_EX_COLUMN)
        CDN_TRY(cdn_frame_values(frame, 0, record, expr, &values, error));
    else
        CDN_TRY(evaluate(frame, cdn_expr_certain, record, expr, scratch, error));
    for (uint32_t row = 0; row < home->rows; row++)
        if (state[row] == CDN_FRAME_MISSING &&
            (values[row] == CDN_EXPR_NOTHING || (nonzero && values[row] == 0)))
            state[row] = CDN_FRAME_FAILS;
    return CDN_OK;
}

/* true when the condition holds only where `known` has a value, as in "usable and known". */
static bool asks_for(const cdn_frame *frame, uint32_t condition, uint32_t known)
{
    const cdn_expr *e = &frame->catalogue->exprs[condition];
    if (e->op == CDN_EX_KNOWN)
        return frame->canonical[e->operand[0]] == known;
    return e->op == CDN_EX_AND &&
           (asks_for(frame, e->operand[0], known) || asks_for(frame, e->operand[1], known));
}

static bool is_asked_elsewhere(const cdn_frame *frame, const cdn_mask *mask, uint32_t known)
{
    bool asked = false;
    for (uint32_t i = 0; i < mask->nonzero_count && !asked; i++)
        asked = asks_for(frame, mask->nonzero[i], known);
    return asked;
}

/* What each row is to a mask. */
static cdn_status mark_mask(cdn_frame *frame, uint32_t record, const cdn_mask *mask,
                            int64_t *scratch, uint8_t *state, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    uint32_t terms = mask->nonzero_count + mask->known_count;
    uint8_t failed = frame->tell_missing ? CDN_FRAME_MISSING : CDN_FRAME_FAILS;
    bool any = false;
    memset(state, CDN_FRAME_PASSES, home->rows);
    for (uint32_t i = 0; i < terms; i++) {
        bool nonzero = i < mask->nonzero_count;
        uint32_t expr = nonzero ? mask->nonzero[i] : mask->known[i - mask->nonzero_count];
        const int64_t *values = NULL;
        CDN_TRY(cdn_frame_values(frame, 0, record, expr, &values, error));
        for (uint32_t row = 0; row < home->rows; row++)
            if (values[row] == CDN_EXPR_MISSING || (nonzero && values[row] == 0)) {
                state[row] = failed;
                any = true;
            }
    }
    for (uint32_t i = 0; any && frame->tell_missing && i < terms; i++) {
        bool nonzero = i < mask->nonzero_count;
        uint32_t expr = nonzero ? mask->nonzero[i] : mask->known[i - mask->nonzero_count];
        if (nonzero || !is_asked_elsewhere(frame, mask, expr))
            CDN_TRY(mark_certain(frame, record, expr, nonzero, scratch, state, error));
    }
    return CDN_OK;
}

/* Splits the classes of rows by their states to one more mask, and numbers them again, by class and
 * then state. */
static cdn_status split_classes(record_frame *home, uint32_t m, const uint8_t *state,
                                uint32_t *class_of, uint32_t *count, cdn_error *error)
{
    uint32_t *next = cdn_alloc((size_t)*count * 3, sizeof *next);
    if (next == NULL)
        return cdn_fail_memory(error);
    for (uint32_t row = 0; row < home->rows; row++)
        next[class_of[row] * 3 + state[row]] = 1;
    uint32_t fresh = 0;
    for (uint32_t c = 0; c < *count * 3; c++)
        next[c] = next[c] ? fresh++ : CDN_NONE;
    for (uint32_t k = 0; k <= m; k++) { /* what is known of the old classes holds for the new */
        uint8_t *states = cdn_alloc(fresh, 1);
        if (states == NULL) {
            cdn_free(next);
            return cdn_fail_memory(error);
        }
        for (uint32_t c = 0; c < *count * 3; c++)
            if (next[c] != CDN_NONE)
                states[next[c]] = k == m ? (uint8_t)(c % 3) : home->states[k][c / 3];
        cdn_free(home->states[k]);
        home->states[k] = states;
    }
    for (uint32_t row = 0; row < home->rows; row++)
        class_of[row] = next[class_of[row] * 3 + state[row]];
    *count = fresh;
    cdn_free(next);
    return CDN_OK;
}

static cdn_status list_usable(record_frame *home, cdn_error *error)
{
    for (uint32_t m = 0; m < home->mask_count; m++) {
        home->usable[m] = cdn_alloc(home->usable_count, 1);
        if (home->usable[m] == NULL)
            return cdn_fail_memory(error);
        for (uint32_t leaf = 0; leaf < home->usable_count; leaf++)
            home->usable[m][leaf] = home->states[m][leaf] == CDN_FRAME_PASSES;
    }
    return CDN_OK;
}

static cdn_status make_usable(cdn_frame *frame, uint32_t record, uint32_t *class_of,
                              uint8_t *state, int64_t *scratch, cdn_error *error)
{
    record_frame *home = &frame->records[record];
    uint32_t count = home->rows > 0 ? 1 : 0;
    for (uint32_t m = 0; m < home->mask_count; m++) {
        CDN_TRY(mark_mask(frame, record, &home->masks[m], scratch, state, error));
        CDN_TRY(split_classes(home, m, state, class_of, &count, error));
    }
    home->usable_count = count;
    return list_usable(home, error);
}

cdn_status cdn_frame_usable(cdn_frame *frame, uint32_t record, uint32_t *leaf_count,
                            cdn_error *error)
{
    record_frame *home = &frame->records[record];
    uint32_t axis = frame->catalogue->axis_count;
    cdn_status status = CDN_OK;
    if (home->leaves[axis] == NULL) {
        uint32_t *class_of = cdn_alloc(home->rows, sizeof *class_of);
        uint8_t *state = cdn_alloc(home->rows, 1);
        int64_t *scratch = cdn_alloc(home->rows, sizeof *scratch);
        if (class_of == NULL || state == NULL || scratch == NULL)
            status = cdn_fail_memory(error);
        else
            status = make_usable(frame, record, class_of, state, scratch, error);
        cdn_free(scratch);
        cdn_free(state);
        if (status == CDN_OK)
            home->leaves[axis] = class_of;
        else
            cdn_free(class_of);
        home->asked++;
    }
    *leaf_count = home->usable_count;
    return status;
}

uint32_t cdn_frame_mask_count(const cdn_frame *frame, uint32_t record)
{
    return frame->records[record].mask_count;
}

cdn_frame_state cdn_frame_state_of(const cdn_frame *frame, uint32_t record, uint32_t mask,
                                   uint32_t leaf)
{
    return (cdn_frame_state)frame->records[record].states[mask][leaf];
}

bool cdn_frame_same_masks(const cdn_frame *frame, uint32_t record, uint32_t a, uint32_t b)
{
    const record_frame *home = &frame->records[record];
    for (uint32_t m = 0; m < home->mask_count; m++)
        if (home->usable[m][a] != home->usable[m][b])
            return false;
    return true;
}

const uint8_t *cdn_frame_usable_leaves(const cdn_frame *frame, uint32_t record, uint32_t mask)
{
    return mask == CDN_NONE ? NULL : frame->records[record].usable[mask];
}
