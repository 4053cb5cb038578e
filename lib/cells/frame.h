/* frame.h - the columns that tabulation reads, evaluated once: leaves, values, usable masks.
 *
 * For each record type in play: the leaf of every row on each axis asked for,
 * the values of each variable, and one extra axis that says which usable masks
 * a row passes (its leaves are the combinations that occur), so that "usable
 * for turnover" and "usable for vacancies" overlap like any two categories, and
 * which it only lacks the answers for. A frame holds the same for several dates;
 * date 0 is today.
 * Filled by one thread; read by many.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CELLS_FRAME_H
#define CDN_CELLS_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "catalogue/catalogue.h"
#include "cordon/error.h"
#include "read/snapshot.h"

#define CDN_FRAME_MASKS 64u /* usable masks of one record type in all plans of an audience */
#define CDN_FRAME_TERMS 12u /* conditions of one mask */

/** What a record is to a mask. */
typedef enum cdn_frame_state {
    CDN_FRAME_PASSES = 0,
    CDN_FRAME_FAILS = 1,  /* a condition does not hold, whatever the missing answers */
    CDN_FRAME_MISSING = 2 /* an answer is missing that would decide */
} cdn_frame_state;

/** A usable mask: all these expressions are not 0 (`nonzero`) or not missing (`known`). Sorted and
 *  without repeats, so equal conditions are the same mask. */
typedef struct cdn_mask {
    uint32_t nonzero_count, known_count;
    uint32_t nonzero[CDN_FRAME_TERMS], known[CDN_FRAME_TERMS];
} cdn_mask;

typedef struct cdn_frame cdn_frame;

/** One snapshot for each date, borrowed like the array. `tell_missing`: leaves of the usable axis
 *  also tell who fails a mask from who did not answer. */
cdn_frame *cdn_frame_create(const cdn_snapshot *const *snapshots, uint32_t date_count,
                            const cdn_catalogue *catalogue, bool tell_missing);
void cdn_frame_destroy(cdn_frame *frame);

/** The first expression of the catalogue that means the same (same tree), for identities. */
uint32_t cdn_frame_expr(const cdn_frame *frame, uint32_t expr);

/** Adds a condition to a mask (expressions are made canonical). false when it is full. */
bool cdn_mask_add_nonzero(const cdn_frame *frame, cdn_mask *mask, uint32_t expr);
bool cdn_mask_add_known(const cdn_frame *frame, cdn_mask *mask, uint32_t expr);

/** Registers a mask for a record type; *out is its number (CDN_NONE for an empty one). All masks
 *  must be registered before cdn_frame_usable_* is called. */
cdn_status cdn_frame_add_mask(cdn_frame *frame, uint32_t record, const cdn_mask *mask,
                              uint32_t *out, cdn_error *error) CDN_MUST_CHECK;

/** Rows of a record type at all dates, counted through; and where those of a date begin. */
uint32_t cdn_frame_rows(const cdn_frame *frame, uint32_t record);
uint32_t cdn_frame_first(const cdn_frame *frame, uint32_t record, uint32_t date);

/** Leaves of an axis for all rows of a record type at a date. The usable axis is number
 *  catalogue->axis_count. CDN_E_INPUT when a row has no place on the axis: "everything" would then
 *  not be the sum of its leaves. */
cdn_status cdn_frame_leaves(cdn_frame *frame, uint32_t date, uint32_t record, uint32_t axis,
                            const uint32_t **out, cdn_error *error) CDN_MUST_CHECK;
cdn_status cdn_frame_values(cdn_frame *frame, uint32_t date, uint32_t record, uint32_t expr,
                            const int64_t **out, cdn_error *error) CDN_MUST_CHECK;
/** true when two rows, counted through, have the same place and value wherever anybody asked. */
bool cdn_frame_is_same(const cdn_frame *frame, uint32_t record, uint32_t a, uint32_t b);
/** Grows with each leaf and value that is asked for of a record type. */
uint32_t cdn_frame_asked(const cdn_frame *frame, uint32_t record);

/** The usable axis of a record type: how many combinations occur, and which of them pass a mask
 *  (leaf_count flags, borrowed). */
cdn_status cdn_frame_usable(cdn_frame *frame, uint32_t record, uint32_t *leaf_count,
                            cdn_error *error) CDN_MUST_CHECK;
const uint8_t *cdn_frame_usable_leaves(const cdn_frame *frame, uint32_t record, uint32_t mask);
uint32_t cdn_frame_mask_count(const cdn_frame *frame, uint32_t record);
cdn_frame_state cdn_frame_state_of(const cdn_frame *frame, uint32_t record, uint32_t mask,
                                   uint32_t leaf);
/** true when two leaves of the usable axis pass the same masks. */
bool cdn_frame_same_masks(const cdn_frame *frame, uint32_t record, uint32_t a, uint32_t b);

#endif
