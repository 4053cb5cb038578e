/* alloc.c - the one door to the heap.
 *
 * Every allocation of lib/ comes through here, so that sizes are checked for
 * overflow in one place and tests can make the N-th allocation fail. The
 * countdown below is the library's only mutable global: a test hook, off
 * unless a test turns it on, and atomic.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OFF (-1L)

static atomic_long successes_left = OFF;

static bool must_fail(void)
{
    long left = atomic_load_explicit(&successes_left, memory_order_relaxed);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&successes_left, &left, left - 1))
            return false;
    }
    return left == 0;
}

void cdn_alloc_fail_after(long successes)
{
    atomic_store(&successes_left, successes < 0 ? OFF : successes);
}

void *cdn_alloc(size_t count, size_t size)
{
    size_t bytes;
    if (must_fail() || __builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    return calloc(1, bytes == 0 ? 1 : bytes);
}

void *cdn_resize(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (must_fail() || __builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    return realloc(block, bytes == 0 ? 1 : bytes);
}

char *cdn_strndup(const char *bytes, size_t length)
{
    size_t size;
    if (__builtin_add_overflow(length, 1, &size))
        return NULL;
    char *copy = cdn_alloc(size, 1);
    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *cdn_strdup(const char *text)
{
    return cdn_strndup(text, strlen(text));
}

void cdn_free(void *block)
{
    free(block);
}
