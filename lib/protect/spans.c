/* spans.c - random points of cells, and elimination among a few of them.
 *
 * Points lie vector by vector, so that the product with all sensitive cells is
 * a few straight passes. Vectors are made when a contributor first needs them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/spans.h"

#include "core/alloc.h"
#include "core/map.h"

#define MOST_POINTS (UINT64_C(1) << 25)
#define BLOCK 1024u /* targets at a time, so that their sums stay near */
#define MOST_TERMS 32u /* products below 2^122 whose sum, and a little, stays below 2^128 */
#define SEED_STEP (UINT64_C(1) << 40)

bool cdn_spans_init(cdn_spans *spans, const cdn_factor *factor)
{
    uint32_t cells = factor->matrix.column_count;
    *spans = (cdn_spans){.factor = factor};
    spans->cells = cdn_alloc(cells, sizeof *spans->cells);
    spans->place_of = cdn_alloc(cells, sizeof *spans->place_of);
    spans->vectors = cdn_alloc(cells, sizeof *spans->vectors);
    spans->sums = cdn_alloc(BLOCK, sizeof *spans->sums);
    spans->pivots = cdn_alloc(cells, sizeof *spans->pivots);
    spans->found = cdn_alloc(cells, sizeof *spans->found);
    return spans->cells != NULL && spans->place_of != NULL && spans->vectors != NULL &&
           spans->sums != NULL && spans->pivots != NULL && spans->found != NULL;
}

void cdn_spans_release(cdn_spans *spans)
{
    cdn_free(spans->cells);
    cdn_free(spans->place_of);
    cdn_free(spans->points);
    cdn_free(spans->vectors);
    cdn_free(spans->sums);
    cdn_free(spans->matrix);
    cdn_free(spans->pivots);
    cdn_free(spans->found);
    *spans = (cdn_spans){.factor = NULL};
}

void cdn_spans_clear(cdn_spans *spans)
{
    spans->count = spans->target_count = spans->vector_count = 0;
}

void cdn_spans_add_cell(cdn_spans *spans, uint32_t cell, bool sensitive)
{
    spans->place_of[cell] = spans->count;
    spans->cells[spans->count++] = cell;
    spans->target_count += sensitive;
}

bool cdn_spans_exceed(const cdn_spans *spans, uint32_t vectors)
{
    return (uint64_t)(vectors + 1) * spans->count > MOST_POINTS;
}

static bool make_room(uint64_t **items, size_t *room, size_t wanted)
{
    if (wanted <= *room)
        return true;
    uint64_t *grown = cdn_resize(*items, wanted, sizeof *grown);
    if (grown == NULL)
        return false;
    *items = grown;
    *room = wanted;
    return true;
}

bool cdn_spans_make(cdn_spans *spans, uint32_t count)
{
    uint32_t even = count + (count & 1);
    if (!make_room(&spans->points, &spans->point_room, (size_t)even * spans->count))
        return false;
    for (uint32_t j = spans->vector_count; j < even; j += 2) {
        cdn_factor_null_vectors(spans->factor, CDN_FACTOR_SEED + (j + 1) * SEED_STEP,
                                spans->vectors);
        uint64_t *first = spans->points + (size_t)j * spans->count, *second = first + spans->count;
        for (uint32_t i = 0; i < spans->count; i++) {
            first[i] = spans->vectors[spans->cells[i]][0];
            second[i] = spans->vectors[spans->cells[i]][1];
        }
    }
    spans->vector_count = spans->vector_count > even ? spans->vector_count : even;
    return true;
}

static void deduct_row(cdn_prime field, uint64_t *to, const uint64_t *from, uint32_t width,
                       uint64_t multiple)
{
    for (uint32_t j = 0; j < width; j++)
        to[j] = cdn_prime_deduct(field, to[j], from[j], multiple);
}

/* Reduced echelon form of `rows` rows by the first `columns` columns; pivots[column] is its row. */
static void reduce_rows(cdn_spans *spans, uint32_t rows, uint32_t columns)
{
    cdn_prime field = spans->factor->field;
    uint32_t width = spans->width, done = 0;
    uint64_t *matrix = spans->matrix;
    for (uint32_t c = 0; c < columns; c++) {
        uint32_t r = done;
        while (r < rows && matrix[(size_t)r * width + c] == 0)
            r++;
        spans->pivots[c] = r < rows ? done : CDN_NONE;
        if (r == rows)
            continue;
        uint64_t *pivot = matrix + (size_t)done * width, *found = matrix + (size_t)r * width;
        uint64_t inverse = cdn_prime_inverse(field, found[c]);
        for (uint32_t j = 0; j < width; j++) {
            uint64_t value = cdn_prime_multiply(field, found[j], inverse);
            found[j] = pivot[j];
            pivot[j] = value;
        }
        for (r = 0; r < rows; r++) {
            uint64_t *to = matrix + (size_t)r * width;
            if (r != done && to[c] != 0)
                deduct_row(field, to + c, pivot + c, width - c, to[c]);
        }
        done++;
    }
}

/* A random solution of the rows in echelon form, at `normal`. */
static void solve_normal(const cdn_spans *spans, uint64_t *normal, uint64_t seed)
{
    cdn_prime field = spans->factor->field;
    uint32_t width = spans->width;
    for (uint32_t j = 0; j < width; j++)
        normal[j] = spans->pivots[j] == CDN_NONE
                        ? 1 + cdn_mix64(seed + j * SEED_STEP) % (field.prime - 1)
                        : 0;
    for (uint32_t j = 0; j < width; j++) {
        if (spans->pivots[j] == CDN_NONE)
            continue;
        const uint64_t *row = spans->matrix + (size_t)spans->pivots[j] * width;
        uint64_t value = 0;
        for (uint32_t open = j + 1; open < width; open++) {
            if (spans->pivots[open] == CDN_NONE)
                value = cdn_prime_deduct(field, value, row[open], normal[open]);
        }
        normal[j] = value;
    }
}

/* Random vectors orthogonal to the points of the own cells, in the last rows of the matrix. */
static bool find_normals(cdn_spans *spans, const uint32_t *own, uint32_t count, uint32_t normals)
{
    uint32_t width = count + normals;
    if (!cdn_spans_make(spans, width) ||
        !make_room(&spans->matrix, &spans->matrix_room, (size_t)width * width))
        return false;
    spans->width = width;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < width; j++)
            spans->matrix[(size_t)i * width + j] =
                spans->points[(size_t)j * spans->count + spans->place_of[own[i]]];
    }
    reduce_rows(spans, count, width);
    for (uint32_t i = 0; i < normals; i++)
        solve_normal(spans, spans->matrix + (size_t)(count + i) * width,
                     CDN_FACTOR_SEED + ((uint64_t)i << 32) + (count > 0 ? own[0] : 0));
    return true;
}

/* Adds row times multiple to sums that are not reduced yet. */
static void add_products(unsigned __int128 *sums, const uint64_t *row, uint32_t width,
                         uint64_t multiple)
{
    for (uint32_t j = 0; j < width; j++)
        sums[j] += (unsigned __int128)row[j] * multiple;
}

/* Less than twice the prime, and the same modulo it. */
static void shorten(cdn_prime field, unsigned __int128 *sums, uint32_t width)
{
    const uint64_t low_bits = (UINT64_C(1) << CDN_PRIME_BITS) - 1;
    for (uint32_t j = 0; j < width; j++) {
        unsigned __int128 once =
            (sums[j] >> CDN_PRIME_BITS) * field.fold + ((uint64_t)sums[j] & low_bits);
        sums[j] = (once >> CDN_PRIME_BITS) * field.fold + ((uint64_t)once & low_bits);
    }
}

/* The products of `size` points with a normal. */
static void multiply_block(cdn_spans *spans, uint32_t from, uint32_t size, const uint64_t *normal)
{
    for (uint32_t i = 0; i < size; i++)
        spans->sums[i] = 0;
    for (uint32_t j = 0; j < spans->width; j++) {
        add_products(spans->sums, spans->points + (size_t)j * spans->count + from, size,
                     normal[j]);
        if (j % MOST_TERMS == MOST_TERMS - 1 || j == spans->width - 1)
            shorten(spans->factor->field, spans->sums, size);
    }
}

static uint32_t block_size(uint32_t from, uint32_t count)
{
    return count - from < BLOCK ? count - from : BLOCK;
}

bool cdn_spans_find(cdn_spans *spans, const uint32_t *own, uint32_t count)
{
    const uint64_t prime = spans->factor->field.prime;
    spans->found_count = 0;
    if (!find_normals(spans, own, count, 1))
        return false;
    const uint64_t *normal = spans->matrix + (size_t)count * spans->width;
    for (uint32_t from = 0; from < spans->target_count; from += BLOCK) {
        uint32_t size = block_size(from, spans->target_count);
        multiply_block(spans, from, size, normal);
        for (uint32_t i = 0; i < size; i++) {
            if (spans->sums[i] == 0 || spans->sums[i] == prime)
                spans->found[spans->found_count++] = spans->cells[from + i];
        }
    }
    return true;
}

bool cdn_spans_pair(cdn_spans *spans, const uint32_t *own, uint32_t count, uint64_t (*pair)[2])
{
    const uint64_t prime = spans->factor->field.prime;
    if (!find_normals(spans, own, count, 2))
        return false;
    for (uint32_t k = 0; k < 2; k++) {
        const uint64_t *normal = spans->matrix + (size_t)(count + k) * spans->width;
        for (uint32_t from = 0; from < spans->count; from += BLOCK) {
            uint32_t size = block_size(from, spans->count);
            multiply_block(spans, from, size, normal);
            for (uint32_t i = 0; i < size; i++) {
                uint64_t value = (uint64_t)spans->sums[i];
                pair[from + i][k] = value >= prime ? value - prime : value;
            }
        }
    }
    return true;
}

void cdn_spans_publish(cdn_spans *spans, uint32_t cell)
{
    cdn_prime field = spans->factor->field;
    uint32_t place = spans->place_of[cell], j = 0;
    while (j < spans->vector_count && spans->points[(size_t)j * spans->count + place] == 0)
        j++;
    if (j == spans->vector_count)
        return;
    uint64_t *last = spans->points + (size_t)--spans->vector_count * spans->count;
    uint64_t *used = spans->points + (size_t)j * spans->count;
    for (uint32_t i = 0; i < spans->count; i++) {
        uint64_t value = used[i];
        used[i] = last[i];
        last[i] = value;
    }
    uint64_t inverse = cdn_prime_inverse(field, last[place]);
    for (j = 0; j < spans->vector_count; j++) {
        uint64_t *to = spans->points + (size_t)j * spans->count;
        if (to[place] != 0)
            deduct_row(field, to, last, spans->count,
                       cdn_prime_multiply(field, to[place], inverse));
    }
}

bool cdn_spans_solve(cdn_spans *spans, const uint32_t *own, uint32_t count, uint32_t rank)
{
    uint32_t width = count + spans->found_count, rows = rank + 1;
    if (!cdn_spans_make(spans, rows) ||
        !make_room(&spans->matrix, &spans->matrix_room, (size_t)width * rows))
        return false;
    spans->width = width;
    for (uint32_t j = 0; j < rows; j++) {
        const uint64_t *points = spans->points + (size_t)j * spans->count;
        uint64_t *row = spans->matrix + (size_t)j * width;
        for (uint32_t i = 0; i < count; i++)
            row[i] = points[spans->place_of[own[i]]];
        for (uint32_t i = 0; i < spans->found_count; i++)
            row[count + i] = points[spans->place_of[spans->found[i]]];
    }
    reduce_rows(spans, rows, count);
    return true;
}
