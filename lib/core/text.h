/* text.h - a growing byte buffer with a maximum and a sticky failure.
 *
 *   cdn_text t = CDN_TEXT_INIT(max_bytes);
 *   cdn_text_add(&t, "a,"); cdn_text_addf(&t, "%u", n);
 *   if (t.failed) ...          one check at the end of a chain
 *   cdn_text_release(&t);
 *
 * `bytes` is always NUL-terminated once something was added (NULL before). */
#ifndef CDN_CORE_TEXT_H
#define CDN_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cdn_text {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t max;
    bool failed; /* out of memory or over max; nothing more is added */
} cdn_text;

#define CDN_TEXT_INIT(max_bytes) {NULL, 0, 0, (max_bytes), false}

void cdn_text_add(cdn_text *text, const char *string);
void cdn_text_add_bytes(cdn_text *text, const char *bytes, size_t length);
void cdn_text_addf(cdn_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A scaled integer as decimal text: value 1234, decimals 2 gives 12.34. */
void cdn_text_add_decimal(cdn_text *text, int64_t value, unsigned decimals);
void cdn_text_clear(cdn_text *text);
void cdn_text_release(cdn_text *text);

#endif
