/* heap.h - a work list of pivots: each at most once, taken in order.
 *
 * Sparse triangular solves visit only the pivots they reach; this keeps those
 * in order. Keys are below a capacity fixed at the start, so that pushing
 * cannot fail.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_HEAP_H
#define CDN_PROTECT_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/** Levels of 64-fold branching that hold any 32-bit key. */
#define CDN_HEAP_LEVELS 6

typedef struct cdn_heap {
    uint64_t *words;                  /* the levels one after the other, the lowest first */
    uint64_t *level[CDN_HEAP_LEVELS]; /* bit b of word w: key 64 w + b (below: that word) is held */
    uint32_t levels;
    bool falling; /* largest first */
} cdn_heap;

/** false when out of memory; release it in either case. */
bool cdn_heap_init(cdn_heap *heap, uint32_t capacity);
void cdn_heap_release(cdn_heap *heap);
/** An empty heap changes direction. */
void cdn_heap_direct(cdn_heap *heap, bool falling);
/** Does nothing when the key is already held. @complexity O(1): the levels above an occupied word
 *  know of it */
void cdn_heap_push(cdn_heap *heap, uint32_t key);
/** Takes the first key; false when empty. @complexity O(levels) */
bool cdn_heap_pop(cdn_heap *heap, uint32_t *key);

#endif
