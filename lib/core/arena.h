/* arena.h - memory for one phase, freed in one go.
 *
 * Objects in an arena have no destroy of their own. Blocks never move. Under
 * AddressSanitizer builds every allocation is a block of its own, so overruns
 * are still seen. One thread at a time. */
#ifndef CDN_CORE_ARENA_H
#define CDN_CORE_ARENA_H

#include <stddef.h>

typedef struct cdn_arena cdn_arena;

cdn_arena *cdn_arena_create(void);
void cdn_arena_destroy(cdn_arena *arena);

/** Zeroed, aligned for any type; NULL on failure. @owner arena */
void *cdn_arena_alloc(cdn_arena *arena, size_t count, size_t size);
char *cdn_arena_strndup(cdn_arena *arena, const char *bytes, size_t length);
char *cdn_arena_strdup(cdn_arena *arena, const char *text);
/** printf into the arena; NULL on failure. */
char *cdn_arena_printf(cdn_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
