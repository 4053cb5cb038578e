/* pivots.h - items 0..n-1 by key, smallest key first: the pivot candidates of the reduction.
 *
 * Among equal keys the item put in last comes first, so the order depends on
 * the calls alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_ATTACK_PIVOTS_H
#define CDN_ATTACK_PIVOTS_H

#include <stdint.h>

#include "cordon/error.h"

#define CDN_PIVOTS_NONE UINT32_MAX

typedef struct cdn_pivots {
    uint32_t *head;                  /* per key 1..largest */
    uint32_t *next, *previous, *key; /* per item; key 0 = not queued */
    uint32_t largest, lowest;
} cdn_pivots;

/** An empty queue of `items` items with keys up to `largest`; release also after a failure. */
cdn_status cdn_pivots_init(cdn_pivots *q, uint32_t items, uint32_t largest, cdn_error *error)
    CDN_MUST_CHECK;
void cdn_pivots_release(cdn_pivots *q);

/** Moves an item to a key; 0 takes it out. */
void cdn_pivots_put(cdn_pivots *q, uint32_t item, uint32_t key);
void cdn_pivots_remove(cdn_pivots *q, uint32_t item);

/** The item with the smallest key, or CDN_PIVOTS_NONE. */
uint32_t cdn_pivots_first(cdn_pivots *q);

#endif
