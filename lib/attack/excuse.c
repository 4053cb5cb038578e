/* excuse.c - a sorted list of who knows what.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/excuse.h"

#include <stdlib.h>

#include "core/alloc.h"

static int compare_excuses(const void *left, const void *right)
{
    const cdn_excuse *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->holder != b->holder)
        return a->holder < b->holder ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

bool cdn_excuses_add(cdn_excuses *excuses, uint32_t kind, uint32_t holder, uint32_t cell)
{
    if (excuses->count == excuses->room) {
        size_t room = excuses->room < 256 ? 256 : 2 * excuses->room;
        cdn_excuse *items = cdn_resize(excuses->items, room, sizeof *items);
        if (items == NULL)
            return false;
        excuses->items = items;
        excuses->room = room;
    }
    excuses->items[excuses->count++] = (cdn_excuse){kind, holder, cell};
    return true;
}

void cdn_excuses_close(cdn_excuses *excuses)
{
    size_t kept = 0;
    if (excuses->count == 0)
        return;
    qsort(excuses->items, excuses->count, sizeof *excuses->items, compare_excuses);
    for (size_t i = 0; i < excuses->count; i++)
        if (kept == 0 || compare_excuses(&excuses->items[i], &excuses->items[kept - 1]) != 0)
            excuses->items[kept++] = excuses->items[i];
    excuses->count = kept;
}

bool cdn_excuses_has(const cdn_excuses *excuses, uint32_t kind, uint32_t holder, uint32_t cell)
{
    cdn_excuse key = {kind, holder, cell};
    return excuses != NULL && excuses->count > 0 &&
           bsearch(&key, excuses->items, excuses->count, sizeof key, compare_excuses) != NULL;
}

void cdn_excuses_intersect(cdn_excuses *excuses, const cdn_excuses *other)
{
    size_t kept = 0;
    for (size_t i = 0; i < excuses->count; i++) {
        cdn_excuse one = excuses->items[i];
        if (cdn_excuses_has(other, one.kind, one.holder, one.cell))
            excuses->items[kept++] = one;
    }
    excuses->count = kept;
}

void cdn_excuses_release(cdn_excuses *excuses)
{
    cdn_free(excuses->items);
    *excuses = (cdn_excuses){NULL, 0, 0};
}
