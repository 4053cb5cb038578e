/* closest.c - the nearest of some names, for "did you mean".
 *
 * Levenshtein distance with unit costs, row by row (Wagner and Fischer 1974,
 * "The string-to-string correction problem"). Names are short, so words over
 * CDN_LIMIT_NAME_SIZE bytes simply have no suggestion.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/map.h"

#include <string.h>

#include "core/limits.h"

static size_t least(size_t a, size_t b, size_t c)
{
    size_t result = a < b ? a : b;
    return result < c ? result : c;
}

static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t row[CDN_LIMIT_NAME_SIZE + 1];
    for (size_t j = 0; j <= b_size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_size];
}

size_t cdn_closest(const char *word, const char *const *names, size_t count)
{
    size_t word_size = strlen(word);
    if (word_size > CDN_LIMIT_NAME_SIZE)
        return SIZE_MAX;
    size_t best = SIZE_MAX;
    size_t best_distance = word_size / 3 > 1 ? word_size / 3 : 1;
    for (size_t i = 0; i < count; i++) {
        size_t name_size = strlen(names[i]);
        if (name_size > CDN_LIMIT_NAME_SIZE)
            continue;
        size_t found = distance(word, word_size, names[i], name_size);
        if (found < best_distance || (found == best_distance && best == SIZE_MAX)) {
            best = i;
            best_distance = found;
        }
    }
    return best;
}
