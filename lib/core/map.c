/* map.c - interning: byte keys to dense ids in order of arrival.
 *
 * Open addressing over 32-bit ids, at most half full; keys lie one after the
 * other in one block, each on an 8-byte boundary so that a fixed-size key can
 * be read back as the struct it was. Lookup compares the stored hash first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/map.h"

#include <string.h>

#include "core/alloc.h"

#define FIRST_SLOTS 64u
#define KEY_ALIGNMENT 8u

typedef struct entry {
    size_t offset;
    size_t size;
    uint64_t hash;
} entry;

struct cdn_map {
    uint32_t *slots; /* id + 1; 0 = free */
    size_t slot_count;
    entry *entries;
    size_t entry_capacity;
    uint32_t count;
    unsigned char *keys;
    size_t keys_size;
    size_t keys_capacity;
};

uint64_t cdn_mix64(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

uint64_t cdn_hash_bytes(const void *bytes, size_t size, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t hash = cdn_mix64(seed ^ ((uint64_t)size * UINT64_C(0x9e3779b97f4a7c15)));
    while (size >= 8) {
        uint64_t word = 0;
        for (unsigned i = 0; i < 8; i++) /* little endian on any machine */
            word |= (uint64_t)at[i] << (8 * i);
        hash = cdn_mix64(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
        at += 8;
        size -= 8;
    }
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)at[i] << (8 * i);
    return cdn_mix64(hash ^ word);
}

cdn_map *cdn_map_create(void)
{
    cdn_map *map = cdn_alloc(1, sizeof *map);
    if (map == NULL)
        return NULL;
    map->slots = cdn_alloc(FIRST_SLOTS, sizeof *map->slots);
    if (map->slots == NULL) {
        cdn_free(map);
        return NULL;
    }
    map->slot_count = FIRST_SLOTS;
    return map;
}

void cdn_map_destroy(cdn_map *map)
{
    if (map == NULL)
        return;
    cdn_free(map->slots);
    cdn_free(map->entries);
    cdn_free(map->keys);
    cdn_free(map);
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find_slot(const cdn_map *map, const void *key, size_t size, uint64_t hash)
{
    size_t slot = (size_t)hash & (map->slot_count - 1);
    while (map->slots[slot] != 0) {
        const entry *there = &map->entries[map->slots[slot] - 1];
        if (there->hash == hash && there->size == size &&
            (size == 0 || memcmp(map->keys + there->offset, key, size) == 0))
            return slot;
        slot = (slot + 1) & (map->slot_count - 1);
    }
    return slot;
}

static bool grow_slots(cdn_map *map)
{
    size_t slot_count = map->slot_count * 2;
    uint32_t *slots = cdn_alloc(slot_count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (uint32_t id = 0; id < map->count; id++) {
        size_t slot = (size_t)map->entries[id].hash & (slot_count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = id + 1;
    }
    cdn_free(map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    return true;
}

/* Room for one more entry and for a key of `padded` bytes. */
static bool grow_storage(cdn_map *map, size_t padded)
{
    if (map->count == map->entry_capacity) {
        size_t capacity = map->entry_capacity == 0 ? FIRST_SLOTS / 2 : map->entry_capacity * 2;
        entry *entries = cdn_resize(map->entries, capacity, sizeof *entries);
        if (entries == NULL)
            return false;
        map->entries = entries;
        map->entry_capacity = capacity;
    }
    if (padded > map->keys_capacity - map->keys_size) {
        size_t capacity;
        if (__builtin_add_overflow(map->keys_capacity, map->keys_capacity, &capacity) ||
            __builtin_add_overflow(capacity, padded, &capacity))
            return false;
        unsigned char *keys = cdn_resize(map->keys, capacity, 1);
        if (keys == NULL)
            return false;
        map->keys = keys;
        map->keys_capacity = capacity;
    }
    return true;
}

uint32_t cdn_map_add(cdn_map *map, const void *key, size_t size, bool *added)
{
    uint64_t hash = cdn_hash_bytes(key, size, 0);
    size_t slot = find_slot(map, key, size, hash);
    if (added != NULL)
        *added = false;
    if (map->slots[slot] != 0)
        return map->slots[slot] - 1;
    size_t padded;
    if (map->count >= CDN_MAP_NONE - 1 ||
        __builtin_add_overflow(size, (size_t)KEY_ALIGNMENT, &padded))
        return CDN_MAP_NONE;
    padded -= padded % KEY_ALIGNMENT; /* at least size + 1: room for the NUL */
    if (!grow_storage(map, padded))
        return CDN_MAP_NONE;
    if (((size_t)map->count + 1) * 2 > map->slot_count) {
        if (!grow_slots(map))
            return CDN_MAP_NONE;
        slot = find_slot(map, key, size, hash);
    }
    unsigned char *stored = map->keys + map->keys_size;
    memset(stored + size, 0, padded - size);
    if (size > 0)
        memcpy(stored, key, size);
    map->entries[map->count] = (entry){map->keys_size, size, hash};
    map->keys_size += padded;
    map->slots[slot] = ++map->count;
    if (added != NULL)
        *added = true;
    return map->count - 1;
}

uint32_t cdn_map_find(const cdn_map *map, const void *key, size_t size)
{
    size_t slot = find_slot(map, key, size, cdn_hash_bytes(key, size, 0));
    return map->slots[slot] == 0 ? CDN_MAP_NONE : map->slots[slot] - 1;
}

uint32_t cdn_map_count(const cdn_map *map)
{
    return map->count;
}

const void *cdn_map_key(const cdn_map *map, uint32_t id, size_t *size)
{
    if (id >= map->count)
        return NULL;
    if (size != NULL)
        *size = map->entries[id].size;
    return map->keys + map->entries[id].offset;
}
