/* keys.h - from a key's value to its row.
 *
 * Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_READ_KEYS_H
#define CDN_READ_KEYS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cdn_keys {
    uint32_t *slots; /* row + 1; 0 = free */
    uint64_t mask;
    const int32_t *values; /* borrowed: the key column */
} cdn_keys;

/** Room for `rows` keys of the column `values`. false when out of memory. */
bool cdn_keys_create(cdn_keys *keys, const int32_t *values, uint32_t rows);
void cdn_keys_release(cdn_keys *keys);
/** The row that has this value, or CDN_NONE. */
uint32_t cdn_keys_find(const cdn_keys *keys, int32_t value);
/** Adds the row, unless its value is there: then that one's row, else CDN_NONE. */
uint32_t cdn_keys_add(cdn_keys *keys, uint32_t row);

#endif
