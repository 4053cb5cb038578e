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
    return (a->group > b->group) - (a->group < b->group);
}

bool cdn_excuses_init(cdn_excuses *excuses, uint32_t cells)
{
    *excuses = (cdn_excuses){.group = cdn_alloc(cells, sizeof *excuses->group)};
    for (uint32_t c = 0; excuses->group != NULL && c < cells; c++)
        excuses->group[c] = c;
    return excuses->group != NULL;
}

void cdn_excuses_release(cdn_excuses *excuses)
{
    cdn_free(excuses->items);
    cdn_free(excuses->group);
    *excuses = (cdn_excuses){.items = NULL};
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
    excuses->items[excuses->count++] = (cdn_excuse){kind, holder, excuses->group[cell]};
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
    cdn_excuse key = {kind, holder, excuses->group[cell]};
    return excuses->count > 0 &&
           bsearch(&key, excuses->items, excuses->count, sizeof key, compare_excuses) != NULL;
}
