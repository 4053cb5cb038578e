/* contract.c - classes by ratio, equations summed by class.
 *
 * Classes are numbered by their first member, so nothing depends on the hash.
 * An equation that sums to nothing, and one of two classes (which would be one
 * class, unless by a chance near 2^-61), says nothing and is left out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/contract.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"

typedef struct work {
    cdn_contraction *out;
    const cdn_matrix *matrix;
    cdn_prime field;
    const uint32_t *pivots; /* per row, or CDN_NONE */
    const uint64_t (*vectors)[2];
    uint32_t *map;
    uint64_t *inverses;  /* per column: of its second value, then of its class's first value */
    uint64_t *multiples; /* per column: of its class */
    uint64_t *ratios;    /* per class */
    uint32_t *slots;     /* open addressing: class + 1 */
    uint32_t mask;
    uint64_t *sum; /* per class */
    uint32_t *touched;
    uint32_t used;
} work;

static bool is_determined(const work *w, uint32_t c)
{
    return w->vectors[c][0] == 0 || w->vectors[c][1] == 0;
}

/* inverses[c] = 1 / vectors[c][1], with one inversion (Montgomery 1987, Math. Comp. 48). */
static void invert_second(work *w)
{
    uint64_t product = 1;
    for (uint32_t c = 0; c < w->matrix->column_count; c++) {
        w->inverses[c] = product;
        if (!is_determined(w, c))
            product = cdn_prime_multiply(w->field, product, w->vectors[c][1]);
    }
    uint64_t inverse = cdn_prime_inverse(w->field, product);
    for (uint32_t c = w->matrix->column_count; c-- > 0;) {
        if (is_determined(w, c))
            continue;
        w->inverses[c] = cdn_prime_multiply(w->field, w->inverses[c], inverse);
        inverse = cdn_prime_multiply(w->field, inverse, w->vectors[c][1]);
    }
}

/* The class of the ratio, a new one when there is none. */
static uint32_t find_class(work *w, uint64_t ratio)
{
    uint32_t slot = (uint32_t)cdn_mix64(ratio) & w->mask;
    while (w->slots[slot] != 0 && w->ratios[w->slots[slot] - 1] != ratio)
        slot = (slot + 1) & w->mask;
    if (w->slots[slot] == 0) {
        w->ratios[w->used] = ratio;
        w->slots[slot] = ++w->used;
    }
    return w->slots[slot] - 1;
}

/* Classes and multiples. The second value of a member over that of the first is its multiple; the
 * inverse of the first member's is at hand. */
static void classify(work *w)
{
    cdn_contraction *out = w->out;
    uint64_t *class_inverses = w->sum; /* not in use yet */
    for (uint32_t c = 0; c < w->matrix->column_count; c++) {
        w->map[c] = CDN_NONE;
        if (is_determined(w, c))
            continue;
        uint32_t before = w->used;
        uint32_t class = find_class(
            w, cdn_prime_multiply(w->field, w->vectors[c][0], w->inverses[c]));
        w->map[c] = class;
        if (class == before) {
            out->vectors[class][0] = w->vectors[c][0];
            out->vectors[class][1] = w->vectors[c][1];
            class_inverses[class] = w->inverses[c];
        }
        out->marks[class] |= (uint8_t)(w->matrix->marks[c] & CDN_CELL_SENSITIVE);
        w->multiples[c] = class == before
                              ? 1
                              : cdn_prime_multiply(w->field, w->vectors[c][1],
                                                   class_inverses[class]);
    }
    memset(class_inverses, 0, (size_t)w->used * sizeof *class_inverses);
}

static uint32_t sum_row(work *w, uint32_t row)
{
    const cdn_matrix *matrix = w->matrix;
    uint32_t count = 0;
    for (uint32_t j = matrix->start[row]; j < matrix->start[row + 1]; j++) {
        uint32_t c = matrix->column[j], class = w->map[c];
        if (class == CDN_NONE)
            continue;
        uint64_t term = cdn_prime_multiply(w->field, w->multiples[c],
                                           cdn_matrix_value(matrix, w->field, j));
        uint64_t before = w->sum[class];
        if (before == 0) /* a sum that fell to zero may be listed twice: cleared when read */
            w->touched[count++] = class;
        w->sum[class] = cdn_prime_subtract(w->field, before, cdn_prime_negate(w->field, term));
    }
    return count;
}

static void sum_rows(work *w)
{
    cdn_contraction *out = w->out;
    uint32_t rows = 0, used = 0;
    for (uint32_t r = 0; r < w->matrix->row_count; r++) {
        if (w->pivots[r] == CDN_NONE)
            continue;
        uint32_t count = sum_row(w, r), first = used;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t value = w->sum[w->touched[i]];
            if (value == 0)
                continue;
            w->sum[w->touched[i]] = 0;
            out->column[used] = w->touched[i];
            out->values[used++] = value;
        }
        if (used - first < 3)
            used = first;
        else
            out->start[++rows] = used;
    }
    out->matrix = (cdn_matrix){.row_count = rows,
                               .column_count = w->used,
                               .start = out->start,
                               .column = out->column,
                               .values = out->values,
                               .rows = &out->rows,
                               .marks = out->marks};
}

static bool transpose(cdn_contraction *out)
{
    const cdn_matrix *matrix = &out->matrix;
    uint32_t used = out->start[matrix->row_count];
    out->rows.start = cdn_alloc((size_t)matrix->column_count + 2, sizeof *out->rows.start);
    out->rows.items = cdn_alloc(used, sizeof *out->rows.items);
    if (out->rows.start == NULL || out->rows.items == NULL)
        return false;
    for (uint32_t j = 0; j < used; j++)
        out->rows.start[out->column[j] + 2]++;
    for (uint32_t c = 0; c < matrix->column_count; c++)
        out->rows.start[c + 2] += out->rows.start[c + 1];
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        for (uint32_t j = out->start[r]; j < out->start[r + 1]; j++)
            out->rows.items[out->rows.start[out->column[j] + 1]++] = r;
    }
    return true;
}

static bool work_init(work *w)
{
    cdn_contraction *out = w->out;
    uint32_t columns = w->matrix->column_count, rows = w->matrix->row_count;
    uint32_t entries = rows == 0 ? 0 : w->matrix->start[rows] - w->matrix->start[0];
    uint32_t size = 64;
    while (size / 2 < columns && size < UINT32_C(1) << 31)
        size *= 2;
    w->mask = size - 1;
    w->inverses = cdn_alloc(columns, sizeof *w->inverses);
    w->multiples = cdn_alloc(columns, sizeof *w->multiples);
    w->ratios = cdn_alloc(columns, sizeof *w->ratios);
    w->slots = cdn_alloc(size, sizeof *w->slots);
    w->sum = cdn_alloc(columns, sizeof *w->sum);
    w->touched = cdn_alloc((size_t)columns + entries, sizeof *w->touched);
    out->start = cdn_alloc((size_t)rows + 1, sizeof *out->start);
    out->column = cdn_alloc(entries, sizeof *out->column);
    out->values = cdn_alloc(entries, sizeof *out->values);
    out->marks = cdn_alloc(columns, sizeof *out->marks);
    out->vectors = cdn_alloc(columns, sizeof *out->vectors);
    return w->inverses != NULL && w->multiples != NULL && w->ratios != NULL && w->slots != NULL &&
           w->sum != NULL && w->touched != NULL && out->start != NULL && out->column != NULL &&
           out->values != NULL && out->marks != NULL && out->vectors != NULL;
}

cdn_status cdn_contract(cdn_contraction *out, const cdn_factor *factor, uint64_t (*vectors)[2],
                        uint32_t *map, cdn_error *error)
{
    *out = (cdn_contraction){0};
    work w = {.out = out, .matrix = &factor->matrix, .field = factor->field, .map = map};
    w.pivots = factor->pivot_of_equation;
    w.vectors = (const uint64_t(*)[2])vectors;
    bool ok = work_init(&w);
    if (ok) {
        invert_second(&w);
        classify(&w);
        sum_rows(&w);
        ok = transpose(out);
    }
    cdn_free(w.inverses);
    cdn_free(w.multiples);
    cdn_free(w.ratios);
    cdn_free(w.slots);
    cdn_free(w.sum);
    cdn_free(w.touched);
    return ok ? CDN_OK : cdn_fail_memory(error);
}

void cdn_contraction_release(cdn_contraction *contraction)
{
    cdn_free(contraction->rows.start);
    cdn_free(contraction->rows.items);
    cdn_free(contraction->start);
    cdn_free(contraction->column);
    cdn_free(contraction->values);
    cdn_free(contraction->marks);
    cdn_free(contraction->vectors);
    *contraction = (cdn_contraction){0};
}
