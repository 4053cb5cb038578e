/* alloc.h - the one door to the heap.
 *
 * Nothing else in lib/ calls malloc. Sizes are count x size, checked for
 * overflow; memory comes zeroed; NULL means failure and the caller returns
 * CDN_E_NOMEM. Tests make the N-th allocation fail. Thread safe. */
#ifndef CDN_CORE_ALLOC_H
#define CDN_CORE_ALLOC_H

#include <stddef.h>

/** Zeroed block of count x size bytes (count 0 gives a valid, empty block). @owner caller,
 *  cdn_free */
void *cdn_alloc(size_t count, size_t size);

/** Resizes; new bytes are NOT zeroed. On failure NULL, and the old block stands. */
void *cdn_resize(void *block, size_t count, size_t size);

/** Copy of `length` bytes with a NUL after them. */
char *cdn_strndup(const char *bytes, size_t length);
char *cdn_strdup(const char *text);

void cdn_free(void *block);

/** For tests: the allocation after `successes` more ones fails, and all later ones;
 *  negative turns it off. */
void cdn_alloc_fail_after(long successes);

#endif
