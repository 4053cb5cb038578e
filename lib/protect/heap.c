/* heap.c - a set of small numbers as a tree of 64-bit words.
 *
 * A bit of a word says that the word below it is not empty, so that the first
 * (or last) key is found with one bit scan a level and nothing is ever sifted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/heap.h"

#include "core/alloc.h"

bool cdn_heap_init(cdn_heap *heap, uint32_t capacity)
{
    size_t sizes[CDN_HEAP_LEVELS], sum = 0;
    size_t words = (size_t)capacity / 64 + 1;
    *heap = (cdn_heap){0};
    for (;;) {
        sizes[heap->levels++] = words;
        sum += words;
        if (words == 1)
            break;
        words = (words + 63) / 64;
    }
    heap->words = cdn_alloc(sum, sizeof *heap->words);
    if (heap->words == NULL)
        return false;
    heap->level[0] = heap->words;
    for (uint32_t i = 1; i < heap->levels; i++)
        heap->level[i] = heap->level[i - 1] + sizes[i - 1];
    return true;
}

void cdn_heap_release(cdn_heap *heap)
{
    cdn_free(heap->words);
    *heap = (cdn_heap){0};
}

void cdn_heap_direct(cdn_heap *heap, bool falling)
{
    heap->falling = falling;
}

void cdn_heap_push(cdn_heap *heap, uint32_t key)
{
    for (uint32_t i = 0; i < heap->levels; i++) {
        uint64_t *word = &heap->level[i][key / 64];
        uint64_t before = *word;
        *word = before | UINT64_C(1) << key % 64;
        if (before != 0)
            return;
        key /= 64;
    }
}

bool cdn_heap_pop(cdn_heap *heap, uint32_t *key)
{
    if (heap->level[heap->levels - 1][0] == 0)
        return false;
    uint32_t at = 0;
    for (uint32_t i = heap->levels; i-- > 0;) {
        uint64_t word = heap->level[i][at];
        at = at * 64 + (uint32_t)(heap->falling ? 63 - __builtin_clzll(word)
                                                : __builtin_ctzll(word));
    }
    *key = at;
    for (uint32_t i = 0; i < heap->levels; i++) {
        uint64_t *word = &heap->level[i][at / 64];
        *word &= ~(UINT64_C(1) << at % 64);
        if (*word != 0)
            break;
        at /= 64;
    }
    return true;
}
