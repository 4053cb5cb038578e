/* reduce.c - sparse Gauss-Jordan reduction modulo a prime.
 *
 * Two phases. Forward: pivots in Markowitz order; a pivot row leaves the active
 * rows with its column eliminated from all of them, so that its other columns
 * are pivots of later steps or stay free. Backward, last step first: each pivot
 * column is written over the free columns alone; when nothing remains, the
 * equations determine it. A free column is never determined. Only the steps
 * that a wanted column needs are reduced, and a reduced row is let go when the
 * last step that refers to it is done: that bounds the memory.
 *
 * Invariants: entries of a row are sorted by column and not zero; counts are
 * exact; the roster of a column holds every active row that has it, and perhaps
 * rows that no longer do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/reduce.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attack/pivots.h"
#include "core/alloc.h"
#include "core/fail.h"

#define NONE UINT32_MAX

typedef cdn_term entry;

typedef struct row {
    entry *entries;
    uint32_t length;
} row;

typedef struct roster {
    uint32_t *rows;
    uint32_t length, capacity;
} roster;

typedef struct reducer {
    uint64_t prime;
    uint32_t row_count, column_count;
    row *rows;
    roster *rosters;
    cdn_pivots by_length; /* active rows */
    cdn_pivots by_count;  /* columns of active rows */
    entry *scratch;  /* column_count entries */
    uint32_t *seen;  /* per row: last step that met it, plus 1 */
    uint32_t step_count;
    uint32_t *step_row, *step_column;
    uint32_t *step_of; /* per column: its step, or NONE */
    /* backward */
    uint32_t *uses;    /* per step: how many needed steps still refer to it */
    uint8_t *needed;   /* per step */
    row *reduced;      /* per step: over free columns */
    uint8_t *lent;     /* per step: the caller has its reduced row */
    uint64_t *sum;     /* per column */
    uint8_t *touched;  /* per column */
} reducer;

static uint64_t power(uint64_t base, uint64_t exponent, uint64_t prime)
{
    uint64_t result = 1;
    while (exponent > 0) {
        if (exponent & 1)
            result = result * base % prime;
        base = base * base % prime;
        exponent >>= 1;
    }
    return result;
}

uint64_t cdn_reduce_inverse(uint64_t value, uint64_t prime)
{
    return power(value, prime - 2, prime); /* Fermat */
}

/* The entry of a column in a row, or NULL. */
static entry *row_find(const row *r, uint32_t column)
{
    uint32_t low = 0, high = r->length;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->entries[middle].column < column)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < r->length && r->entries[low].column == column)
        return &r->entries[low];
    return NULL;
}

static cdn_status roster_add(roster *list, uint32_t row_index, cdn_error *error)
{
    if (list->length == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        uint32_t *rows = cdn_resize(list->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return cdn_fail_memory(error);
        list->rows = rows;
        list->capacity = capacity;
    }
    list->rows[list->length++] = row_index;
    return CDN_OK;
}

/* Takes the first `length` scratch entries as the new content of a row. */
static cdn_status row_set(row *r, const entry *entries, uint32_t length, cdn_error *error)
{
    entry *copy = cdn_alloc(length, sizeof *copy);
    if (copy == NULL)
        return cdn_fail_memory(error);
    if (length > 0)
        memcpy(copy, entries, (size_t)length * sizeof *copy);
    cdn_free(r->entries);
    r->entries = copy;
    r->length = length;
    return CDN_OK;
}

/* target -= factor * pivot, where the pivot row has 1 in the column to eliminate. */
static cdn_status row_combine(reducer *s, uint32_t target_index, const row *pivot, uint64_t factor,
                              cdn_error *error)
{
    row *target = &s->rows[target_index];
    uint64_t minus = s->prime - factor;
    uint32_t i = 0, j = 0, length = 0;
    while (i < target->length || j < pivot->length) {
        uint32_t a = i < target->length ? target->entries[i].column : NONE;
        uint32_t b = j < pivot->length ? pivot->entries[j].column : NONE;
        uint32_t column = a < b ? a : b;
        uint64_t old = a == column ? target->entries[i++].value : 0;
        uint64_t value = old;
        if (b == column)
            value = (old + minus * pivot->entries[j++].value % s->prime) % s->prime;
        if (value != 0) {
            s->scratch[length].column = column;
            s->scratch[length++].value = (uint32_t)value;
        }
        if (s->step_of[column] != NONE || (value != 0) == (old != 0))
            continue;
        if (value != 0)
            CDN_TRY(roster_add(&s->rosters[column], target_index, error));
        uint32_t count = s->by_count.key[column];
        cdn_pivots_put(&s->by_count, column, value != 0 ? count + 1 : count - 1);
    }
    CDN_TRY(row_set(target, s->scratch, length, error));
    cdn_pivots_put(&s->by_length, target_index, length);
    return CDN_OK;
}

/* The rarest column of a row. */
static uint32_t rarest_column(const reducer *s, uint32_t row_index)
{
    const row *r = &s->rows[row_index];
    uint32_t best = NONE;
    for (uint32_t i = 0; i < r->length; i++) {
        uint32_t column = r->entries[i].column;
        if (best == NONE || s->by_count.key[column] < s->by_count.key[best])
            best = column;
    }
    return best;
}

/* The shortest active row that has a column; ties to the lowest index. */
static uint32_t shortest_row(const reducer *s, uint32_t column)
{
    const roster *list = &s->rosters[column];
    uint32_t best = NONE;
    for (uint32_t i = 0; i < list->length; i++) {
        uint32_t r = list->rows[i];
        uint32_t length = s->by_length.key[r];
        if (length == 0 || row_find(&s->rows[r], column) == NULL)
            continue;
        if (best == NONE || length < s->by_length.key[best] ||
            (length == s->by_length.key[best] && r < best))
            best = r;
    }
    return best;
}

static uint64_t fill_bound(const reducer *s, uint32_t row_index, uint32_t column)
{
    return (uint64_t)(s->by_length.key[row_index] - 1) * (s->by_count.key[column] - 1);
}

static bool choose_pivot(reducer *s, uint32_t *row_index, uint32_t *column)
{
    uint32_t short_row = cdn_pivots_first(&s->by_length);
    if (short_row == NONE)
        return false;
    uint32_t rare_column = cdn_pivots_first(&s->by_count);
    *row_index = short_row;
    *column = rarest_column(s, short_row);
    uint32_t other = shortest_row(s, rare_column);
    if (fill_bound(s, other, rare_column) < fill_bound(s, short_row, *column)) {
        *row_index = other;
        *column = rare_column;
    }
    return true;
}

/* One forward step: takes the pivot row out and eliminates its column from the active rows. */
static cdn_status eliminate(reducer *s, uint32_t pivot_row, uint32_t column, cdn_error *error)
{
    row *pivot = &s->rows[pivot_row];
    uint64_t scale = cdn_reduce_inverse(row_find(pivot, column)->value, s->prime);
    for (uint32_t i = 0; i < pivot->length; i++) {
        entry *e = &pivot->entries[i];
        e->value = (uint32_t)(e->value * scale % s->prime);
        cdn_pivots_put(&s->by_count, e->column, s->by_count.key[e->column] - 1);
    }
    cdn_pivots_remove(&s->by_length, pivot_row);
    cdn_pivots_remove(&s->by_count, column);
    uint32_t step = s->step_count++;
    s->step_row[step] = pivot_row;
    s->step_column[step] = column;
    s->step_of[column] = step;
    const roster *list = &s->rosters[column];
    for (uint32_t i = 0; i < list->length; i++) {
        uint32_t r = list->rows[i];
        if (s->by_length.key[r] == 0 || s->seen[r] == step + 1)
            continue;
        s->seen[r] = step + 1;
        const entry *e = row_find(&s->rows[r], column);
        if (e != NULL)
            CDN_TRY(row_combine(s, r, pivot, e->value, error));
    }
    cdn_free(s->rosters[column].rows);
    s->rosters[column] = (roster){NULL, 0, 0};
    return CDN_OK;
}

/* Marks the steps that wanted columns need, and counts who refers to each. */
static void mark_needed(reducer *s, const uint8_t *wanted)
{
    for (uint32_t step = 0; step < s->step_count; step++) {
        if (wanted[s->step_column[step]])
            s->needed[step] = 1;
        if (!s->needed[step])
            continue;
        const row *r = &s->rows[s->step_row[step]];
        for (uint32_t i = 0; i < r->length; i++) {
            uint32_t later = s->step_of[r->entries[i].column];
            if (later == NONE || later == step)
                continue;
            s->needed[later] = 1;
            s->uses[later]++;
        }
    }
}

static uint32_t add_to_sum(reducer *s, uint32_t *list, uint32_t length, uint32_t column,
                           uint64_t value)
{
    if (!s->touched[column]) {
        s->touched[column] = 1;
        s->sum[column] = 0;
        list[length++] = column;
    }
    s->sum[column] = (s->sum[column] + value) % s->prime;
    return length;
}

static void drop_reduced(reducer *s, uint32_t step)
{
    if (!s->lent[step])
        cdn_free(s->reduced[step].entries);
    s->reduced[step] = (row){NULL, 0};
}

/* Writes the step's pivot column over free columns; `list` has room for every column. */
static cdn_status reduce_step(reducer *s, uint32_t step, uint32_t *list, cdn_error *error)
{
    const row *r = &s->rows[s->step_row[step]];
    uint32_t touched = 0;
    for (uint32_t i = 0; i < r->length; i++) {
        uint32_t column = r->entries[i].column;
        uint64_t minus = s->prime - r->entries[i].value;
        uint32_t later = s->step_of[column];
        if (later == step)
            continue;
        if (later == NONE) {
            touched = add_to_sum(s, list, touched, column, minus);
            continue;
        }
        row *other = &s->reduced[later];
        for (uint32_t j = 0; j < other->length; j++)
            touched = add_to_sum(s, list, touched, other->entries[j].column,
                                 minus * other->entries[j].value % s->prime);
        if (--s->uses[later] == 0)
            drop_reduced(s, later);
    }
    uint32_t length = 0;
    for (uint32_t i = 0; i < touched; i++) {
        s->touched[list[i]] = 0;
        if (s->sum[list[i]] == 0)
            continue;
        s->scratch[length].column = list[i];
        s->scratch[length++].value = (uint32_t)s->sum[list[i]];
    }
    return row_set(&s->reduced[step], s->scratch, length, error);
}

static int compare_entries(const void *a, const void *b)
{
    uint32_t x = ((const entry *)a)->column;
    uint32_t y = ((const entry *)b)->column;
    return (x > y) - (x < y);
}

static cdn_status load_rows(reducer *s, const cdn_equations *equations, cdn_error *error)
{
    for (uint32_t r = 0; r < equations->row_count; r++) {
        uint32_t length = 0;
        for (uint32_t i = equations->start[r]; i < equations->start[r + 1]; i++) {
            int64_t value = equations->coefficient[i] % (int64_t)s->prime;
            if (value < 0)
                value += (int64_t)s->prime;
            if (value == 0)
                continue;
            uint32_t column = equations->column[i];
            s->scratch[length].column = column;
            s->scratch[length++].value = (uint32_t)value;
            CDN_TRY(roster_add(&s->rosters[column], r, error));
            cdn_pivots_put(&s->by_count, column, s->by_count.key[column] + 1);
        }
        qsort(s->scratch, length, sizeof *s->scratch, compare_entries);
        CDN_TRY(row_set(&s->rows[r], s->scratch, length, error));
    }
    for (uint32_t r = s->row_count; r > 0; r--)
        cdn_pivots_put(&s->by_length, r - 1, s->rows[r - 1].length);
    return CDN_OK;
}

static cdn_status reducer_init(reducer *s, const cdn_equations *equations, cdn_error *error)
{
    uint32_t rows = equations->row_count, columns = equations->column_count;
    s->row_count = rows;
    s->column_count = columns;
    s->rows = cdn_alloc(rows, sizeof *s->rows);
    s->rosters = cdn_alloc(columns, sizeof *s->rosters);
    s->scratch = cdn_alloc(columns, sizeof *s->scratch);
    s->seen = cdn_alloc(rows, sizeof *s->seen);
    s->step_row = cdn_alloc(rows, sizeof *s->step_row);
    s->step_column = cdn_alloc(rows, sizeof *s->step_column);
    s->step_of = cdn_alloc(columns, sizeof *s->step_of);
    s->uses = cdn_alloc(rows, sizeof *s->uses);
    s->needed = cdn_alloc(rows, sizeof *s->needed);
    s->reduced = cdn_alloc(rows, sizeof *s->reduced);
    s->lent = cdn_alloc(rows, sizeof *s->lent);
    s->sum = cdn_alloc(columns, sizeof *s->sum);
    s->touched = cdn_alloc(columns, sizeof *s->touched);
    if (s->rows == NULL || s->rosters == NULL || s->scratch == NULL || s->seen == NULL ||
        s->step_row == NULL || s->step_column == NULL || s->step_of == NULL || s->uses == NULL ||
        s->needed == NULL || s->reduced == NULL || s->lent == NULL || s->sum == NULL ||
        s->touched == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < columns; c++)
        s->step_of[c] = NONE;
    CDN_TRY(cdn_pivots_init(&s->by_length, rows, columns, error));
    CDN_TRY(cdn_pivots_init(&s->by_count, columns, rows, error));
    return load_rows(s, equations, error);
}

static void reducer_release(reducer *s)
{
    for (uint32_t r = 0; s->rows != NULL && r < s->row_count; r++)
        cdn_free(s->rows[r].entries);
    for (uint32_t c = 0; s->rosters != NULL && c < s->column_count; c++)
        cdn_free(s->rosters[c].rows);
    for (uint32_t r = 0; s->reduced != NULL && s->lent != NULL && r < s->row_count; r++)
        drop_reduced(s, r);
    cdn_free(s->rows);
    cdn_free(s->rosters);
    cdn_free(s->scratch);
    cdn_free(s->seen);
    cdn_free(s->step_row);
    cdn_free(s->step_column);
    cdn_free(s->step_of);
    cdn_free(s->uses);
    cdn_free(s->needed);
    cdn_free(s->reduced);
    cdn_free(s->lent);
    cdn_free(s->sum);
    cdn_free(s->touched);
    cdn_pivots_release(&s->by_length);
    cdn_pivots_release(&s->by_count);
}

/* Hands a wanted step's row over to the caller, or says that nothing is left of it. */
static void take_step(reducer *s, uint32_t step, uint8_t *determined, cdn_written *written)
{
    uint32_t column = s->step_column[step];
    row *r = &s->reduced[step];
    if (determined != NULL && r->length == 0)
        determined[column] = 1;
    if (written == NULL)
        return;
    written[column] = (cdn_written){r->entries, r->length};
    if (s->uses[step] > 0)
        s->lent[step] = 1; /* later steps still read it here */
    else
        *r = (row){NULL, 0};
}

static cdn_status reduce_backward(reducer *s, const uint8_t *wanted, uint8_t *determined,
                                  cdn_written *written, cdn_error *error)
{
    uint32_t *list = cdn_alloc(s->column_count, sizeof *list);
    if (list == NULL)
        return cdn_fail_memory(error);
    mark_needed(s, wanted);
    cdn_status status = CDN_OK;
    for (uint32_t step = s->step_count; step > 0 && status == CDN_OK; step--) {
        uint32_t at = step - 1;
        if (!s->needed[at])
            continue;
        status = reduce_step(s, at, list, error);
        if (status != CDN_OK)
            break;
        if (wanted[s->step_column[at]])
            take_step(s, at, determined, written);
        if (s->uses[at] == 0)
            drop_reduced(s, at);
    }
    cdn_free(list);
    return status;
}

/* A free column is itself. */
static cdn_status write_free(const reducer *s, const uint8_t *wanted, cdn_written *written,
                             cdn_error *error)
{
    for (uint32_t c = 0; c < s->column_count; c++) {
        if (!wanted[c] || s->step_of[c] != NONE)
            continue;
        written[c].terms = cdn_alloc(1, sizeof *written[c].terms);
        if (written[c].terms == NULL)
            return cdn_fail_memory(error);
        written[c].terms[0] = (cdn_term){c, 1};
        written[c].length = 1;
    }
    return CDN_OK;
}

static cdn_status reduce(const cdn_equations *equations, uint32_t prime, const uint8_t *wanted,
                         uint8_t *determined, cdn_written *written, cdn_error *error)
{
    reducer s = {0};
    s.prime = prime;
    cdn_status status = reducer_init(&s, equations, error);
    uint32_t pivot_row, column;
    while (status == CDN_OK && choose_pivot(&s, &pivot_row, &column))
        status = eliminate(&s, pivot_row, column, error);
    if (status == CDN_OK)
        status = reduce_backward(&s, wanted, determined, written, error);
    if (status == CDN_OK && written != NULL)
        status = write_free(&s, wanted, written, error);
    reducer_release(&s);
    return status;
}

cdn_status cdn_reduce_determined(const cdn_equations *equations, uint32_t prime,
                                 const uint8_t *wanted, uint8_t *determined, cdn_error *error)
{
    return reduce(equations, prime, wanted, determined, NULL, error);
}

cdn_status cdn_reduce_write(const cdn_equations *equations, uint32_t prime, const uint8_t *wanted,
                            cdn_written *written, cdn_error *error)
{
    return reduce(equations, prime, wanted, NULL, written, error);
}

void cdn_written_release(cdn_written *written, uint32_t count)
{
    for (uint32_t c = 0; written != NULL && c < count; c++)
        cdn_free(written[c].terms);
}
