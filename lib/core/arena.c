/* arena.c - memory for one phase, freed in one go.
 *
 * Blocks double from 16 KiB to 1 MiB; a request over a quarter of the next
 * block's size gets a block of its own, so little is wasted. Blocks come
 * zeroed and are used once, so nothing has to be cleared. Under
 * AddressSanitizer every request is a block of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_PER_REQUEST true
#else
#define BLOCK_PER_REQUEST false
#endif

#define FIRST_BLOCK ((size_t)16 * 1024)
#define LAST_BLOCK ((size_t)1024 * 1024)
#define ALIGNMENT (_Alignof(max_align_t))

typedef struct block {
    struct block *next;
    _Alignas(max_align_t) unsigned char bytes[];
} block;

struct cdn_arena {
    block *blocks;
    unsigned char *free_bytes;
    size_t free_size;
    size_t next_size;
};

cdn_arena *cdn_arena_create(void)
{
    cdn_arena *arena = cdn_alloc(1, sizeof *arena);
    if (arena != NULL)
        arena->next_size = FIRST_BLOCK;
    return arena;
}

void cdn_arena_destroy(cdn_arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->blocks != NULL) {
        block *next = arena->blocks->next;
        cdn_free(arena->blocks);
        arena->blocks = next;
    }
    cdn_free(arena);
}

static unsigned char *add_block(cdn_arena *arena, size_t size)
{
    size_t total;
    if (__builtin_add_overflow(size, sizeof(block), &total))
        return NULL;
    block *fresh = cdn_alloc(total, 1);
    if (fresh == NULL)
        return NULL;
    fresh->next = arena->blocks;
    arena->blocks = fresh;
    return fresh->bytes;
}

void *cdn_arena_alloc(cdn_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    size_t rounded;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, ALIGNMENT - 1, &rounded))
        return NULL;
    rounded -= rounded % ALIGNMENT;
    if (BLOCK_PER_REQUEST)
        return add_block(arena, bytes);
    if (rounded == 0)
        rounded = ALIGNMENT;
    if (rounded > arena->free_size) {
        if (rounded > arena->next_size / 4)
            return add_block(arena, rounded);
        unsigned char *fresh = add_block(arena, arena->next_size);
        if (fresh == NULL)
            return NULL;
        arena->free_bytes = fresh;
        arena->free_size = arena->next_size;
        if (arena->next_size < LAST_BLOCK)
            arena->next_size *= 2;
    }
    void *result = arena->free_bytes;
    arena->free_bytes += rounded;
    arena->free_size -= rounded;
    return result;
}

char *cdn_arena_strndup(cdn_arena *arena, const char *bytes, size_t length)
{
    size_t size;
    if (__builtin_add_overflow(length, 1, &size))
        return NULL;
    char *copy = cdn_arena_alloc(arena, size, 1);
    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *cdn_arena_strdup(cdn_arena *arena, const char *text)
{
    return cdn_arena_strndup(arena, text, strlen(text));
}

char *cdn_arena_printf(cdn_arena *arena, const char *format, ...)
{
    va_list measure;
    va_list print;
    va_start(measure, format);
    va_copy(print, measure);
    int length = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    char *out = NULL;
    if (length >= 0)
        out = cdn_arena_alloc(arena, (size_t)length + 1, 1);
    if (out != NULL)
        (void)vsnprintf(out, (size_t)length + 1, format, print);
    va_end(print);
    return out;
}
