/* pivots.c - items by small integer key: one doubly linked list per key.
 *
 * Every move is O(1); finding the first is O(1) apart from keys that became
 * empty, each passed once per time that it was filled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/pivots.h"

#include "core/alloc.h"
#include "core/fail.h"

cdn_status cdn_pivots_init(cdn_pivots *q, uint32_t items, uint32_t largest, cdn_error *error)
{
    q->head = cdn_alloc((size_t)largest + 1, sizeof *q->head);
    q->next = cdn_alloc(items, sizeof *q->next);
    q->previous = cdn_alloc(items, sizeof *q->previous);
    q->key = cdn_alloc(items, sizeof *q->key);
    if (q->head == NULL || q->next == NULL || q->previous == NULL || q->key == NULL)
        return cdn_fail_memory(error);
    for (uint32_t k = 0; k <= largest; k++)
        q->head[k] = CDN_PIVOTS_NONE;
    q->largest = largest;
    q->lowest = largest;
    return CDN_OK;
}

void cdn_pivots_release(cdn_pivots *q)
{
    cdn_free(q->head);
    cdn_free(q->next);
    cdn_free(q->previous);
    cdn_free(q->key);
}

void cdn_pivots_remove(cdn_pivots *q, uint32_t item)
{
    if (q->key[item] == 0)
        return;
    if (q->previous[item] != CDN_PIVOTS_NONE)
        q->next[q->previous[item]] = q->next[item];
    else
        q->head[q->key[item]] = q->next[item];
    if (q->next[item] != CDN_PIVOTS_NONE)
        q->previous[q->next[item]] = q->previous[item];
    q->key[item] = 0;
}

void cdn_pivots_put(cdn_pivots *q, uint32_t item, uint32_t key)
{
    cdn_pivots_remove(q, item);
    if (key == 0)
        return;
    uint32_t first = q->head[key];
    q->key[item] = key;
    q->previous[item] = CDN_PIVOTS_NONE;
    q->next[item] = first;
    if (first != CDN_PIVOTS_NONE)
        q->previous[first] = item;
    q->head[key] = item;
    if (key < q->lowest)
        q->lowest = key;
}

uint32_t cdn_pivots_first(cdn_pivots *q)
{
    while (q->lowest < q->largest && (q->lowest == 0 || q->head[q->lowest] == CDN_PIVOTS_NONE))
        q->lowest++;
    return q->lowest == 0 ? CDN_PIVOTS_NONE : q->head[q->lowest];
}
