/* map.h - interning: byte strings, or fixed-size keys, to dense ids in order of arrival.
 *
 * Ids count from 0, so nothing depends on hash order. Keys are copied. */
#ifndef CDN_CORE_MAP_H
#define CDN_CORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CDN_MAP_NONE UINT32_MAX

typedef struct cdn_map cdn_map;

cdn_map *cdn_map_create(void);
void cdn_map_destroy(cdn_map *map);
/** The id of the key, added when new (*added, may be NULL, tells). CDN_MAP_NONE = out of memory. */
uint32_t cdn_map_add(cdn_map *map, const void *key, size_t size, bool *added);
/** The id, or CDN_MAP_NONE. */
uint32_t cdn_map_find(const cdn_map *map, const void *key, size_t size);
uint32_t cdn_map_count(const cdn_map *map);
/** The key of an id; borrowed until the next add. Strings are NUL-terminated after `size`. */
const void *cdn_map_key(const cdn_map *map, uint32_t id, size_t *size);

/** 64-bit mixer (splitmix64 finaliser, Steele, Lea, Flood 2014) and byte hash built on it. */
uint64_t cdn_mix64(uint64_t value);
uint64_t cdn_hash_bytes(const void *bytes, size_t size, uint64_t seed);

/** For "did you mean": the index of the name closest to `word` by edit distance (at most 1/3 of
 *  its length, at least 1 edit allowed), ties to the first; SIZE_MAX when none is close. */
size_t cdn_closest(const char *word, const char *const *names, size_t count);

#endif
