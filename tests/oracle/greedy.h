/* greedy.h - the peers' greedy order of secondary suppression, as a yardstick for the engine.
 *
 * Langsrud 2024 (PSD, doi 10.1007/978-3-031-69651-0_6), without singletons: cells are columns over
 * inner rows (the records' finest cells); candidates come in order of wish, zeros first, then the
 * largest; each is published unless its column, less what is published, is a multiple of that of a
 * sensitive cell. Shares nothing with the engine: left-looking elimination of the published
 * columns, modulo a prime that it does not use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_ORACLE_GREEDY_H
#define CDN_TESTS_ORACLE_GREEDY_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GREEDY_NONE UINT32_MAX
#define GREEDY_FOLD 57u
#define GREEDY_PRIME ((UINT64_C(1) << 62) - GREEDY_FOLD)

/** Columns of cells over rows; any basis of the rows gives the same pattern. */
typedef struct greedy_columns {
    uint32_t cells, rows;
    const uint32_t *start, *row; /* cells + 1 offsets */
    const int32_t *coefficient;  /* NULL: 1 */
} greedy_columns;

typedef struct greedy_vector {
    uint32_t count;
    uint32_t *row; /* ascending */
    uint64_t *value;
} greedy_vector;

typedef struct greedy {
    const greedy_columns *columns;
    uint64_t *sum; /* per row: the vector being reduced; 0 between uses */
    uint8_t *touched, *waiting;
    uint32_t *list, list_count; /* touched rows */
    uint32_t *heap, heap_count; /* pivots to be eliminated, the earliest on top */
    uint32_t *pivot_of;         /* per row */
    greedy_vector *pivot;       /* without the pivot's row, where the coefficient is 1 */
    uint32_t *pivot_row, pivot_count;
    uint32_t sensitive_count;
    uint32_t *sensitive;        /* cells */
    greedy_vector *rest;        /* of each sensitive cell, less what is published */
    uint64_t *hash;
    uint32_t *bucket, *next, *previous, bucket_mask;
    uint32_t **users, *user_count; /* per row: sensitive cells that had it */
} greedy;

static inline void *greedy_need(size_t count, size_t size)
{
    void *block = calloc(count == 0 ? 1 : count, size);
    if (block == NULL)
        abort();
    return block;
}

static inline uint64_t greedy_multiply(uint64_t a, uint64_t b)
{
    unsigned __int128 x = (unsigned __int128)a * b;
    for (int i = 0; i < 2; i++)
        x = (x & ((UINT64_C(1) << 62) - 1)) + (x >> 62) * GREEDY_FOLD;
    uint64_t r = (uint64_t)x;
    return r >= GREEDY_PRIME ? r - GREEDY_PRIME : r;
}

static inline uint64_t greedy_minus(uint64_t a, uint64_t b)
{
    return a >= b ? a - b : a + GREEDY_PRIME - b;
}

static inline uint64_t greedy_inverse(uint64_t a)
{
    uint64_t result = 1;
    for (uint64_t power = GREEDY_PRIME - 2; power > 0; power >>= 1) {
        if (power & 1)
            result = greedy_multiply(result, a);
        a = greedy_multiply(a, a);
    }
    return result;
}

static inline void greedy_push(greedy *g, uint32_t pivot)
{
    uint32_t at = g->heap_count++;
    for (; at > 0 && g->heap[(at - 1) / 2] > pivot; at = (at - 1) / 2)
        g->heap[at] = g->heap[(at - 1) / 2];
    g->heap[at] = pivot;
}

static inline uint32_t greedy_pop(greedy *g)
{
    uint32_t top = g->heap[0], last = g->heap[--g->heap_count], at = 0;
    for (uint32_t child; (child = 2 * at + 1) < g->heap_count; at = child) {
        if (child + 1 < g->heap_count && g->heap[child + 1] < g->heap[child])
            child++;
        if (g->heap[child] >= last)
            break;
        g->heap[at] = g->heap[child];
    }
    g->heap[at] = last;
    return top;
}

static inline void greedy_deduct(greedy *g, uint32_t row, uint64_t value)
{
    if (!g->touched[row]) {
        g->touched[row] = 1;
        g->list[g->list_count++] = row;
    }
    g->sum[row] = greedy_minus(g->sum[row], value);
    if (g->pivot_of[row] != GREEDY_NONE && !g->waiting[row]) {
        g->waiting[row] = 1;
        greedy_push(g, g->pivot_of[row]);
    }
}

static int greedy_by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/** What is left of the vector that was put into `sum`, less the published columns. */
static inline greedy_vector greedy_take(greedy *g)
{
    while (g->heap_count > 0) {
        uint32_t p = greedy_pop(g), row = g->pivot_row[p];
        uint64_t factor = g->sum[row];
        g->waiting[row] = 0;
        g->sum[row] = 0;
        for (uint32_t i = 0; factor != 0 && i < g->pivot[p].count; i++)
            greedy_deduct(g, g->pivot[p].row[i], greedy_multiply(factor, g->pivot[p].value[i]));
    }
    greedy_vector v = {0};
    for (uint32_t i = 0; i < g->list_count; i++) {
        uint32_t row = g->list[i];
        g->touched[row] = 0;
        if (g->sum[row] != 0)
            g->list[v.count++] = row;
    }
    g->list_count = 0;
    v.row = greedy_need(v.count, sizeof *v.row);
    v.value = greedy_need(v.count, sizeof *v.value);
    memcpy(v.row, g->list, v.count * sizeof *v.row);
    qsort(v.row, v.count, sizeof *v.row, greedy_by_row);
    for (uint32_t i = 0; i < v.count; i++) {
        v.value[i] = g->sum[v.row[i]];
        g->sum[v.row[i]] = 0;
    }
    return v;
}

static inline greedy_vector greedy_reduce(greedy *g, uint32_t cell)
{
    const greedy_columns *c = g->columns;
    for (uint32_t i = c->start[cell]; i < c->start[cell + 1]; i++) {
        int64_t a = c->coefficient == NULL ? 1 : c->coefficient[i];
        greedy_deduct(g, c->row[i], a > 0 ? GREEDY_PRIME - (uint64_t)a : (uint64_t)-a);
    }
    return greedy_take(g);
}

static inline void greedy_free_vector(greedy_vector *v)
{
    free(v->row);
    free(v->value);
    *v = (greedy_vector){0};
}

/** Divides by the first coefficient, and hashes. */
static inline uint64_t greedy_normalise(greedy_vector *v)
{
    uint64_t hash = v->count, factor = v->count > 0 ? greedy_inverse(v->value[0]) : 0;
    for (uint32_t i = 0; i < v->count; i++) {
        v->value[i] = greedy_multiply(v->value[i], factor);
        hash = (hash ^ v->row[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash = (hash ^ v->value[i] ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return hash ^ (hash >> 32);
}

static inline void greedy_unlink(greedy *g, uint32_t b)
{
    if (g->previous[b] != GREEDY_NONE)
        g->next[g->previous[b]] = g->next[b];
    else
        g->bucket[g->hash[b] & g->bucket_mask] = g->next[b];
    if (g->next[b] != GREEDY_NONE)
        g->previous[g->next[b]] = g->previous[b];
}

static inline void greedy_add_user(greedy *g, uint32_t row, uint32_t b)
{
    uint32_t n = g->user_count[row]++;
    if ((n & (n - 1)) == 0) {
        g->users[row] = realloc(g->users[row], (n == 0 ? 1 : 2 * n) * sizeof **g->users);
        if (g->users[row] == NULL)
            abort();
    }
    g->users[row][n] = b;
}

static inline bool greedy_has(const greedy_vector *v, uint32_t row)
{
    return bsearch(&row, v->row, v->count, sizeof row, greedy_by_row) != NULL;
}

/** Takes a new rest of sensitive cell b; `old` (NULL: none) tells which rows know it already. */
static inline void greedy_set_rest(greedy *g, uint32_t b, greedy_vector v, const greedy_vector *old)
{
    g->hash[b] = greedy_normalise(&v);
    for (uint32_t i = 0; i < v.count; i++) {
        if (old == NULL || !greedy_has(old, v.row[i]))
            greedy_add_user(g, v.row[i], b);
    }
    g->rest[b] = v;
    uint32_t *head = &g->bucket[g->hash[b] & g->bucket_mask];
    g->previous[b] = GREEDY_NONE;
    g->next[b] = *head;
    if (*head != GREEDY_NONE)
        g->previous[*head] = b;
    *head = b;
}

static inline bool greedy_meets_sensitive(const greedy *g, const greedy_vector *v, uint64_t hash)
{
    for (uint32_t b = g->bucket[hash & g->bucket_mask]; b != GREEDY_NONE; b = g->next[b]) {
        if (g->hash[b] == hash && g->rest[b].count == v->count &&
            memcmp(g->rest[b].row, v->row, v->count * sizeof *v->row) == 0 &&
            memcmp(g->rest[b].value, v->value, v->count * sizeof *v->value) == 0)
            return true;
    }
    return false;
}

/** The row that fewest sensitive cells use: any would do. */
static inline uint32_t greedy_choose(const greedy *g, const greedy_vector *v)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < v->count; i++) {
        if (g->user_count[v->row[i]] < g->user_count[v->row[best]])
            best = i;
    }
    return best;
}

/** Publishes the column: takes v. */
static inline void greedy_publish(greedy *g, greedy_vector v)
{
    uint32_t at = greedy_choose(g, &v), row = v.row[at], p = g->pivot_count++;
    uint64_t factor = greedy_inverse(v.value[at]);
    v.count--;
    memmove(v.row + at, v.row + at + 1, (v.count - at) * sizeof *v.row);
    memmove(v.value + at, v.value + at + 1, (v.count - at) * sizeof *v.value);
    for (uint32_t i = 0; i < v.count; i++)
        v.value[i] = greedy_multiply(v.value[i], factor);
    g->pivot[p] = v;
    g->pivot_row[p] = row;
    g->pivot_of[row] = p;
    for (uint32_t i = 0; i < g->user_count[row]; i++) {
        uint32_t b = g->users[row][i];
        greedy_vector old = g->rest[b];
        if (!greedy_has(&old, row))
            continue;
        greedy_unlink(g, b);
        for (uint32_t j = 0; j < old.count; j++)
            greedy_deduct(g, old.row[j], greedy_minus(0, old.value[j]));
        greedy_set_rest(g, b, greedy_take(g), &old);
        greedy_free_vector(&old);
    }
    free(g->users[row]);
    g->users[row] = NULL;
    g->user_count[row] = 0;
}

static inline greedy *greedy_create(const greedy_columns *columns, const uint8_t *sensitive)
{
    greedy *g = greedy_need(1, sizeof *g);
    uint32_t rows = columns->rows, cells = columns->cells;
    g->columns = columns;
    g->sum = greedy_need(rows, sizeof *g->sum);
    g->touched = greedy_need(rows, 1);
    g->waiting = greedy_need(rows, 1);
    g->list = greedy_need(rows, sizeof *g->list);
    g->heap = greedy_need(rows, sizeof *g->heap);
    g->pivot_of = greedy_need(rows, sizeof *g->pivot_of);
    g->pivot = greedy_need(rows, sizeof *g->pivot);
    g->pivot_row = greedy_need(rows, sizeof *g->pivot_row);
    g->users = greedy_need(rows, sizeof *g->users);
    g->user_count = greedy_need(rows, sizeof *g->user_count);
    memset(g->pivot_of, 0xff, rows * sizeof *g->pivot_of);
    g->sensitive = greedy_need(cells, sizeof *g->sensitive);
    g->rest = greedy_need(cells, sizeof *g->rest);
    g->hash = greedy_need(cells, sizeof *g->hash);
    g->next = greedy_need(cells, sizeof *g->next);
    g->previous = greedy_need(cells, sizeof *g->previous);
    for (g->bucket_mask = 255; g->bucket_mask < cells; g->bucket_mask = 2 * g->bucket_mask + 1)
        continue;
    g->bucket = greedy_need(g->bucket_mask + 1, sizeof *g->bucket);
    memset(g->bucket, 0xff, (g->bucket_mask + 1) * sizeof *g->bucket);
    for (uint32_t c = 0; c < cells; c++) {
        if (sensitive[c]) {
            g->sensitive[g->sensitive_count] = c;
            greedy_set_rest(g, g->sensitive_count++, greedy_reduce(g, c), NULL);
        }
    }
    return g;
}

static inline void greedy_destroy(greedy *g)
{
    for (uint32_t r = 0; r < g->columns->rows; r++)
        free(g->users[r]);
    for (uint32_t p = 0; p < g->pivot_count; p++)
        greedy_free_vector(&g->pivot[p]);
    for (uint32_t b = 0; b < g->sensitive_count; b++)
        greedy_free_vector(&g->rest[b]);
    void *blocks[] = {g->sum, g->touched, g->waiting, g->list, g->heap, g->pivot_of,
                      g->pivot, g->pivot_row, g->users, g->user_count, g->sensitive, g->rest,
                      g->hash, g->next, g->previous, g->bucket, g};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
}

typedef struct greedy_candidate {
    uint64_t wish, tie;
    uint32_t zero, cell;
} greedy_candidate;

static int greedy_by_wish(const void *a, const void *b)
{
    const greedy_candidate *x = a, *y = b;
    if (x->zero != y->zero)
        return x->zero > y->zero ? -1 : 1;
    if (x->wish != y->wish)
        return x->wish > y->wish ? -1 : 1;
    if (x->tie != y->tie)
        return x->tie > y->tie ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/** The order of candidates: cells of frequency 0 first, then falling by size (frequency + 1, or the
 *  value of a magnitude), then by |A'(A size)|, then as listed. `columns` must be 0 and 1 over the
 *  records' finest cells. @owner caller */
static inline uint32_t *greedy_order(const greedy_columns *columns, const uint64_t *frequency,
                                     const uint64_t *magnitude)
{
    uint64_t *sums = greedy_need(columns->rows, sizeof *sums);
    greedy_candidate *order = greedy_need(columns->cells, sizeof *order);
    for (uint32_t c = 0; c < columns->cells; c++) {
        order[c].cell = c;
        order[c].wish = magnitude != NULL ? magnitude[c] : frequency[c] + 1;
        order[c].zero = frequency[c] == 0;
        for (uint32_t i = columns->start[c]; i < columns->start[c + 1]; i++)
            sums[columns->row[i]] += order[c].wish;
    }
    for (uint32_t c = 0; c < columns->cells; c++) {
        for (uint32_t i = columns->start[c]; i < columns->start[c + 1]; i++)
            order[c].tie += sums[columns->row[i]];
    }
    qsort(order, columns->cells, sizeof *order, greedy_by_wish);
    uint32_t *cells = greedy_need(columns->cells, sizeof *cells);
    for (uint32_t i = 0; i < columns->cells; i++)
        cells[i] = order[i].cell;
    free(sums);
    free(order);
    return cells;
}

/** withheld[c] becomes 1 for sensitive cells and for what the greedy order withholds besides. */
static inline void greedy_suppress(const greedy_columns *columns, const uint8_t *sensitive,
                                   const uint32_t *order, uint8_t *withheld)
{
    greedy *g = greedy_create(columns, sensitive);
    for (uint32_t i = 0; i < columns->cells; i++) {
        uint32_t c = order[i];
        withheld[c] = sensitive[c];
        if (sensitive[c])
            continue;
        greedy_vector v = greedy_reduce(g, c);
        greedy_vector same = {v.count, v.row, greedy_need(v.count, sizeof *same.value)};
        memcpy(same.value, v.value, v.count * sizeof *v.value);
        uint64_t hash = greedy_normalise(&same);
        withheld[c] = v.count > 0 && greedy_meets_sensitive(g, &same, hash);
        free(same.value);
        if (v.count == 0 || withheld[c])
            greedy_free_vector(&v);
        else
            greedy_publish(g, v);
    }
    greedy_destroy(g);
}

/** How many sensitive cells the published columns determine; `exposed`, per cell, may be NULL. */
static inline uint32_t greedy_attack(const greedy_columns *columns, const uint8_t *sensitive,
                                     const uint8_t *withheld, uint8_t *exposed)
{
    greedy *g = greedy_create(columns, sensitive);
    uint32_t count = 0;
    for (uint32_t c = 0; c < columns->cells; c++) {
        if (withheld[c])
            continue;
        greedy_vector v = greedy_reduce(g, c);
        if (v.count > 0)
            greedy_publish(g, v);
        else
            greedy_free_vector(&v);
    }
    for (uint32_t b = 0; b < g->sensitive_count; b++) {
        count += g->rest[b].count == 0;
        if (exposed != NULL)
            exposed[g->sensitive[b]] = g->rest[b].count == 0;
    }
    greedy_destroy(g);
    return count;
}

#endif
