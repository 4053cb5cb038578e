/* heap.c - a binary heap of distinct keys.
 *
 * Falling order stores complements, so that one sift serves both directions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/heap.h"

#include "core/alloc.h"

bool cdn_heap_init(cdn_heap *heap, uint32_t capacity)
{
    heap->count = 0;
    heap->falling = false;
    heap->items = cdn_alloc((size_t)capacity + 1, sizeof *heap->items);
    heap->held = cdn_alloc((size_t)capacity + 1, sizeof *heap->held);
    return heap->items != NULL && heap->held != NULL;
}

void cdn_heap_release(cdn_heap *heap)
{
    cdn_free(heap->items);
    cdn_free(heap->held);
    *heap = (cdn_heap){0};
}

void cdn_heap_direct(cdn_heap *heap, bool falling)
{
    heap->falling = falling;
}

void cdn_heap_push(cdn_heap *heap, uint32_t key)
{
    if (heap->held[key])
        return;
    heap->held[key] = 1;
    uint32_t item = heap->falling ? ~key : key;
    uint32_t at = heap->count++;
    while (at > 0 && heap->items[(at - 1) / 2] > item) {
        heap->items[at] = heap->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->items[at] = item;
}

bool cdn_heap_pop(cdn_heap *heap, uint32_t *key)
{
    if (heap->count == 0)
        return false;
    uint32_t top = heap->items[0];
    uint32_t item = heap->items[--heap->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->items[child + 1] < heap->items[child])
            child++;
        if (heap->items[child] >= item)
            break;
        heap->items[at] = heap->items[child];
        at = child;
    }
    heap->items[at] = item;
    *key = heap->falling ? ~top : top;
    heap->held[*key] = 0;
    return true;
}
