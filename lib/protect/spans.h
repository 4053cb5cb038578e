/* spans.h - which sensitive cells are combinations of some other cells.
 *
 * Every cell of concern is a linear function on the null space. With its values
 * in r + 1 random null vectors, a function is in the span of functions of rank
 * r exactly when its values are (a false yes has probability near 2^-61). So
 * one vector orthogonal to the values of a contributor's cells, multiplied by
 * those of each sensitive cell, tells all that it knows, whatever the size of
 * the neighbourhoods.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_SPANS_H
#define CDN_PROTECT_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protect/factor.h"

typedef struct cdn_spans {
    const cdn_factor *factor;
    uint32_t *cells; /* of concern, the sensitive ones first */
    uint32_t count, target_count;
    uint32_t *place_of; /* per cell: its place in cells */
    uint64_t *points;   /* [vector * count + place] */
    size_t point_room;
    uint32_t vector_count;
    uint64_t (*vectors)[2]; /* scratch */
    unsigned __int128 *sums; /* scratch, for some targets */
    uint64_t *matrix;       /* scratch; after cdn_spans_solve [own cell * width + column] */
    size_t matrix_room;
    uint32_t width;
    uint32_t *pivots; /* per own cell: CDN_NONE when those before determine it */
    uint32_t *found;
    uint32_t found_count;
} cdn_spans;

/** For up to as many cells as the factor has. false when out of memory; release it anyway. */
bool cdn_spans_init(cdn_spans *spans, const cdn_factor *factor);
void cdn_spans_release(cdn_spans *spans);

/** Starts again with the factor as it is now and no cells. Sensitive cells are added first. */
void cdn_spans_clear(cdn_spans *spans);
void cdn_spans_add_cell(cdn_spans *spans, uint32_t cell, bool sensitive);

/** Are there too many cells for as many vectors? */
bool cdn_spans_exceed(const cdn_spans *spans, uint32_t vectors);

/** Makes vectors until there are so many. They are made from the factor as it is: not after
 *  cdn_spans_publish. false when out of memory. */
bool cdn_spans_make(cdn_spans *spans, uint32_t count);

/** Two random null vectors among those that are zero at the own cells, by place. false when out of
 *  memory. Takes count + 2 vectors. */
bool cdn_spans_pair(cdn_spans *spans, const uint32_t *own, uint32_t count, uint64_t (*pair)[2]);

/** The vectors become random ones of those that are zero at the cell, which has a place; one
 *  fewer. */
void cdn_spans_publish(cdn_spans *spans, uint32_t cell);

/** The sensitive cells in the span of `count` cells: spans->found, in the order they were added.
 *  false when out of memory. @complexity O(count^3 + targets x count), and once a solve for each
 *  two of count + 1 vectors */
bool cdn_spans_find(cdn_spans *spans, const uint32_t *own, uint32_t count);

/** Coefficients: column j is the own cell j of `count`, or the found cell j - count; row i has what
 *  it takes of the own cell pivots[...] = i. See cdn_spans_coefficient. false when out of memory.
 *  Only the first `rank` own cells may have to do with each other by more than a factor. */
bool cdn_spans_solve(cdn_spans *spans, const uint32_t *own, uint32_t count, uint32_t rank);

/** How much of own cell i column j takes; 0 when own cell i is itself determined by those
 *  before. */
static inline uint64_t cdn_spans_coefficient(const cdn_spans *spans, uint32_t i, uint32_t j)
{
    return spans->pivots[i] == CDN_NONE
               ? 0
               : spans->matrix[(size_t)spans->pivots[i] * spans->width + j];
}

#endif
