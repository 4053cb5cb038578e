/* keys.c - from a key's value to its row.
 *
 * Open addressing, at most half full; a slot holds a row, and the value is
 * looked up in the column itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/keys.h"

#include <stddef.h>

#include "catalogue/catalogue.h"
#include "core/alloc.h"
#include "core/map.h"

bool cdn_keys_create(cdn_keys *keys, const int32_t *values, uint32_t rows)
{
    uint64_t slots = 16;
    while (slots < 2 * (uint64_t)rows)
        slots *= 2;
    keys->mask = slots - 1;
    keys->values = values;
    keys->slots = cdn_alloc(slots, sizeof *keys->slots);
    return keys->slots != NULL;
}

void cdn_keys_release(cdn_keys *keys)
{
    cdn_free(keys->slots);
    keys->slots = NULL;
}

static uint32_t *find_slot(const cdn_keys *keys, int32_t value)
{
    uint64_t at = cdn_mix64((uint32_t)value) & keys->mask;
    while (keys->slots[at] != 0 && keys->values[keys->slots[at] - 1] != value)
        at = (at + 1) & keys->mask;
    return &keys->slots[at];
}

uint32_t cdn_keys_find(const cdn_keys *keys, int32_t value)
{
    const uint32_t *slot = find_slot(keys, value);
    return *slot == 0 ? CDN_NONE : *slot - 1;
}

uint32_t cdn_keys_add(cdn_keys *keys, uint32_t row)
{
    uint32_t *slot = find_slot(keys, keys->values[row]);
    if (*slot != 0)
        return *slot - 1;
    *slot = row + 1;
    return CDN_NONE;
}
