/* factor.c - solving with an elimination, and changing it.
 *
 * Every walk is over the pivots that a change can reach, in pivot order, so
 * that its cost is that of the neighbourhood and not that of the table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/factor.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "protect/eliminate.h"

static bool sparse_init(cdn_sparse *sparse, uint32_t size)
{
    sparse->values = cdn_alloc(size, sizeof *sparse->values);
    sparse->held = cdn_alloc(size, sizeof *sparse->held);
    sparse->members = cdn_alloc(size, sizeof *sparse->members);
    sparse->count = 0;
    return sparse->values != NULL && sparse->held != NULL && sparse->members != NULL;
}

static void sparse_clear(cdn_sparse *sparse)
{
    for (uint32_t i = 0; i < sparse->count; i++) {
        sparse->values[sparse->members[i]] = 0;
        sparse->held[sparse->members[i]] = 0;
    }
    sparse->count = 0;
}

static void sparse_hold(cdn_sparse *sparse, uint32_t index)
{
    if (!sparse->held[index]) {
        sparse->held[index] = 1;
        sparse->members[sparse->count++] = index;
    }
}

static void sparse_release(cdn_sparse *sparse)
{
    cdn_free(sparse->values);
    cdn_free(sparse->held);
    cdn_free(sparse->members);
    *sparse = (cdn_sparse){0};
}

static uint32_t *none_list(uint32_t count)
{
    uint32_t *list = cdn_alloc(count, sizeof *list);
    for (uint32_t i = 0; list != NULL && i < count; i++)
        list[i] = CDN_NONE;
    return list;
}

cdn_matrix cdn_matrix_of(const cdn_system *system, const cdn_incidence *equations)
{
    return (cdn_matrix){.row_count = system->equation_count,
                        .column_count = system->cell_count,
                        .start = system->equation_start,
                        .column = system->equation_cell,
                        .small = system->equation_coefficient,
                        .rows = equations,
                        .marks = system->marks};
}

static bool prepare(cdn_factor *factor, const cdn_matrix *matrix, cdn_prime field)
{
    uint32_t cells = matrix->column_count;
    *factor = (cdn_factor){.matrix = *matrix, .field = field};
    factor->active = cdn_alloc(cells, sizeof *factor->active);
    factor->pivot_of_cell = none_list(cells);
    factor->pivot_of_equation = none_list(matrix->row_count);
    factor->entries_of_cell = none_list(cells);
    factor->entry_count = cdn_alloc(cells, sizeof *factor->entry_count);
    factor->steps_of_equation = none_list(matrix->row_count);
    factor->pivots = cdn_alloc(cells, sizeof *factor->pivots);
    factor->arrived = cdn_alloc(cells, sizeof *factor->arrived);
    return factor->active != NULL && factor->pivot_of_cell != NULL &&
           factor->pivot_of_equation != NULL && factor->entries_of_cell != NULL &&
           factor->entry_count != NULL && factor->steps_of_equation != NULL &&
           factor->pivots != NULL && factor->arrived != NULL &&
           cdn_heap_init(&factor->heap, cells) &&
           sparse_init(&factor->row, cells) && sparse_init(&factor->column, matrix->row_count) &&
           sparse_init(&factor->multiplier, cells);
}

/* Lays the entries of the elimination out by cell, side by side. */
static bool lay_reaches(cdn_factor *factor)
{
    uint32_t cells = factor->matrix.column_count;
    factor->reach_start = cdn_alloc((size_t)cells + 1, sizeof *factor->reach_start);
    factor->reaches = cdn_alloc(factor->entry_used, sizeof *factor->reaches);
    if (factor->reach_start == NULL || factor->reaches == NULL)
        return false;
    for (uint32_t c = 0; c < cells; c++) {
        factor->reach_start[c + 1] = factor->reach_start[c] + factor->entry_count[c];
        factor->entries_of_cell[c] = CDN_NONE;
    }
    for (uint32_t e = factor->entry_used; e-- > 0;) {
        const cdn_entry *entry = &factor->entries[e];
        factor->reaches[--factor->reach_start[entry->cell + 1]] =
            (cdn_reach){entry->value, entry->pivot};
    }
    for (uint32_t c = 0; c < cells; c++)
        factor->reach_start[c] = factor->reach_start[c + 1];
    factor->reach_start[cells] = factor->entry_used;
    return true;
}

static cdn_status eliminate(cdn_factor *factor, cdn_error *error)
{
    CDN_TRY(cdn_eliminate(factor, error));
    return lay_reaches(factor) ? CDN_OK : cdn_fail_memory(error);
}

cdn_status cdn_factor_init(cdn_factor *factor, const cdn_pattern *pattern, cdn_prime field,
                           cdn_error *error)
{
    cdn_matrix matrix = cdn_matrix_of(pattern->system, &pattern->equations);
    if (!prepare(factor, &matrix, field))
        return cdn_fail_memory(error);
    factor->system = pattern->system;
    for (uint32_t c = 0; c < matrix.column_count; c++)
        factor->active[c] = cdn_pattern_unknown(pattern, c);
    return eliminate(factor, error);
}

cdn_status cdn_factor_init_matrix(cdn_factor *factor, const cdn_matrix *matrix, cdn_prime field,
                                  cdn_error *error)
{
    if (!prepare(factor, matrix, field))
        return cdn_fail_memory(error);
    factor->untraced = true;
    for (uint32_t c = 0; c < matrix->column_count; c++)
        factor->active[c] = 1;
    return eliminate(factor, error);
}

void cdn_factor_release(cdn_factor *factor)
{
    cdn_free(factor->active);
    cdn_free(factor->pivot_of_cell);
    cdn_free(factor->pivot_of_equation);
    cdn_free(factor->entries_of_cell);
    cdn_free(factor->reach_start);
    cdn_free(factor->reaches);
    cdn_free(factor->entry_count);
    cdn_free(factor->steps_of_equation);
    cdn_free(factor->pivots);
    cdn_free(factor->arrived);
    cdn_free(factor->entries);
    cdn_free(factor->steps);
    cdn_heap_release(&factor->heap);
    sparse_release(&factor->row);
    sparse_release(&factor->column);
    sparse_release(&factor->multiplier);
    *factor = (cdn_factor){0};
}

/* Room for one more item; the pools stay below CDN_NONE items. */
static bool make_room(void **items, uint32_t used, uint32_t *room, size_t item_size)
{
    if (used < *room)
        return true;
    uint32_t wanted = *room < 256 ? 256 : *room > CDN_NONE / 2 ? CDN_NONE - 1 : *room * 2;
    if (wanted <= used)
        return false;
    void *grown = cdn_resize(*items, wanted, item_size);
    if (grown == NULL)
        return false;
    *items = grown;
    *room = wanted;
    return true;
}

bool cdn_factor_push_entry(cdn_factor *factor, uint32_t pivot, uint32_t cell, uint64_t value)
{
    void *items = factor->entries;
    bool fits = make_room(&items, factor->entry_used, &factor->entry_room, sizeof(cdn_entry));
    factor->entries = items;
    if (!fits)
        return false;
    uint32_t at = factor->entry_used++;
    factor->entries[at] = (cdn_entry){value, pivot, cell, factor->pivots[pivot].first_entry,
                                      factor->entries_of_cell[cell]};
    factor->pivots[pivot].first_entry = at;
    factor->entries_of_cell[cell] = at;
    factor->entry_count[cell]++;
    return true;
}

bool cdn_factor_push_step(cdn_factor *factor, uint32_t pivot, uint32_t equation, uint64_t multiple)
{
    void *items = factor->steps;
    bool fits = make_room(&items, factor->step_used, &factor->step_room, sizeof(cdn_step));
    factor->steps = items;
    if (!fits)
        return false;
    uint32_t at = factor->step_used++;
    factor->steps[at] = (cdn_step){multiple, pivot, equation, factor->pivots[pivot].first_step,
                                   factor->steps_of_equation[equation]};
    factor->pivots[pivot].first_step = at;
    factor->steps_of_equation[equation] = at;
    return true;
}

cdn_pivot *cdn_factor_push_pivot(cdn_factor *factor, uint32_t equation, uint32_t cell)
{
    uint32_t at = factor->pivot_count++;
    factor->pivots[at] = (cdn_pivot){1, equation, cell, CDN_NONE, CDN_NONE};
    factor->pivot_of_cell[cell] = at;
    if (equation != CDN_NONE)
        factor->pivot_of_equation[equation] = at;
    return &factor->pivots[at];
}

static uint64_t coefficient(const cdn_factor *factor, uint32_t equation, uint32_t cell)
{
    const cdn_matrix *matrix = &factor->matrix;
    uint32_t j = matrix->start[equation];
    while (matrix->column[j] != cell)
        j++;
    return cdn_matrix_value(matrix, factor->field, j);
}

static void touch_equation(cdn_factor *factor, uint32_t equation)
{
    sparse_hold(&factor->column, equation);
    if (factor->pivot_of_equation[equation] != CDN_NONE)
        cdn_heap_push(&factor->heap, factor->pivot_of_equation[equation]);
}

/* The new column through the steps of the elimination, in pivot order: its entries in the reduced
 * equations; what is left over is in equations without a pivot. */
static bool reduce_column(cdn_factor *factor, uint32_t cell)
{
    cdn_prime field = factor->field;
    sparse_clear(&factor->column);
    cdn_heap_direct(&factor->heap, false);
    for (uint32_t i = factor->matrix.rows->start[cell]; i < factor->matrix.rows->start[cell + 1];
         i++) {
        uint32_t equation = factor->matrix.rows->items[i];
        touch_equation(factor, equation);
        factor->column.values[equation] = coefficient(factor, equation, cell);
    }
    for (uint32_t k; cdn_heap_pop(&factor->heap, &k);) {
        uint64_t value = factor->column.values[factor->pivots[k].equation];
        if (value == 0)
            continue;
        value = cdn_prime_multiply(field, value, factor->pivots[k].inverse);
        if (!cdn_factor_push_entry(factor, k, cell, value))
            return false;
        for (uint32_t s = factor->pivots[k].first_step; s != CDN_NONE;
             s = factor->steps[s].next_of_pivot) {
            uint32_t equation = factor->steps[s].equation;
            touch_equation(factor, equation);
            uint64_t *to = &factor->column.values[equation];
            *to = cdn_prime_deduct(field, *to, factor->steps[s].multiple, value);
        }
    }
    return true;
}

cdn_status cdn_factor_add_cell(cdn_factor *factor, uint32_t cell, cdn_error *error)
{
    if (factor->active[cell])
        return CDN_OK;
    factor->active[cell] = 1;
    if (!reduce_column(factor, cell))
        goto memory;
    uint32_t pivot = CDN_NONE;
    for (uint32_t i = 0; i < factor->column.count; i++) {
        uint32_t equation = factor->column.members[i];
        uint64_t value = factor->column.values[equation];
        if (value == 0 || factor->pivot_of_equation[equation] != CDN_NONE)
            continue;
        if (pivot == CDN_NONE) {
            pivot = factor->pivot_count;
            cdn_factor_push_pivot(factor, equation, cell)->inverse =
                cdn_prime_inverse(factor->field, value);
        } else if (!cdn_factor_push_step(factor, pivot, equation, value)) {
            goto memory;
        }
    }
    return CDN_OK;
memory:
    return cdn_fail_memory(error);
}

/* The cell in terms of the free cells: factor->row; the multiples of the reduced equations used
 * on the way: factor->multiplier. */
static void reduce_cell(cdn_factor *factor, uint32_t cell)
{
    cdn_prime field = factor->field;
    sparse_clear(&factor->row);
    sparse_clear(&factor->multiplier);
    cdn_heap_direct(&factor->heap, false);
    sparse_hold(&factor->row, cell);
    factor->row.values[cell] = 1;
    if (factor->pivot_of_cell[cell] != CDN_NONE)
        cdn_heap_push(&factor->heap, factor->pivot_of_cell[cell]);
    for (uint32_t k; cdn_heap_pop(&factor->heap, &k);) {
        uint64_t value = factor->row.values[factor->pivots[k].cell];
        if (value == 0)
            continue;
        factor->row.values[factor->pivots[k].cell] = 0;
        sparse_hold(&factor->multiplier, k);
        factor->multiplier.values[k] = value;
        for (uint32_t e = factor->pivots[k].first_entry; e != CDN_NONE;
             e = factor->entries[e].next_in_pivot) {
            factor->work++;
            uint32_t other = factor->entries[e].cell;
            sparse_hold(&factor->row, other);
            uint64_t *to = &factor->row.values[other];
            *to = cdn_prime_deduct(field, *to, factor->entries[e].value, value);
            if (factor->pivot_of_cell[other] != CDN_NONE)
                cdn_heap_push(&factor->heap, factor->pivot_of_cell[other]);
        }
    }
}

/* From multiples of reduced equations to multiples of the equations themselves. */
static void trace_equations(cdn_factor *factor)
{
    cdn_prime field = factor->field;
    cdn_sparse *multiplier = &factor->multiplier;
    sparse_clear(&factor->column);
    cdn_heap_direct(&factor->heap, true);
    for (uint32_t i = 0; i < multiplier->count; i++)
        cdn_heap_push(&factor->heap, multiplier->members[i]);
    for (uint32_t k; cdn_heap_pop(&factor->heap, &k);) {
        uint64_t value =
            cdn_prime_multiply(field, multiplier->values[k], factor->pivots[k].inverse);
        uint32_t equation = factor->pivots[k].equation;
        if (value == 0)
            continue;
        sparse_hold(&factor->column, equation);
        factor->column.values[equation] = value;
        for (uint32_t s = factor->steps_of_equation[equation]; s != CDN_NONE;
             s = factor->steps[s].next_of_equation) {
            uint32_t j = factor->steps[s].pivot;
            sparse_hold(multiplier, j);
            uint64_t *to = &multiplier->values[j];
            *to = cdn_prime_deduct(field, *to, factor->steps[s].multiple, value);
            cdn_heap_push(&factor->heap, j);
        }
    }
}

bool cdn_factor_reduce(cdn_factor *factor, uint32_t cell)
{
    reduce_cell(factor, cell);
    for (uint32_t i = 0; i < factor->row.count; i++) {
        if (factor->row.values[factor->row.members[i]] != 0)
            return false;
    }
    return true;
}

void cdn_factor_begin(cdn_factor *factor)
{
    sparse_clear(&factor->multiplier);
}

void cdn_factor_trace(cdn_factor *factor)
{
    trace_equations(factor);
}

bool cdn_factor_determines(cdn_factor *factor, uint32_t cell)
{
    if (!cdn_factor_reduce(factor, cell))
        return false;
    trace_equations(factor);
    return true;
}

void cdn_factor_null_vectors(const cdn_factor *factor, uint64_t seed, uint64_t (*vectors)[2])
{
    cdn_prime field = factor->field;
    for (uint32_t c = 0; c < factor->matrix.column_count; c++) {
        bool is_free = factor->active[c] && factor->pivot_of_cell[c] == CDN_NONE;
        vectors[c][0] = is_free ? cdn_mix64(seed + 2 * (uint64_t)c) % field.prime : 0;
        vectors[c][1] = is_free ? cdn_mix64(seed + 2 * (uint64_t)c + 1) % field.prime : 0;
    }
    for (uint32_t k = factor->pivot_count; k-- > 0;) {
        uint64_t first = 0, second = 0;
        for (uint32_t e = factor->pivots[k].first_entry; e != CDN_NONE;
             e = factor->entries[e].next_in_pivot) {
            const cdn_entry *entry = &factor->entries[e];
            first = cdn_prime_deduct(field, first, entry->value, vectors[entry->cell][0]);
            second = cdn_prime_deduct(field, second, entry->value, vectors[entry->cell][1]);
        }
        vectors[factor->pivots[k].cell][0] = first;
        vectors[factor->pivots[k].cell][1] = second;
    }
}

/* A left null vector: random on the equations without a pivot, carried back through the steps. */
static void left_null_vector(const cdn_factor *factor, uint64_t seed, uint64_t *multiples,
                             uint64_t *of_pivot)
{
    cdn_prime field = factor->field;
    const cdn_step *steps = factor->steps;
    for (uint32_t r = 0; r < factor->matrix.row_count; r++) {
        if (factor->pivot_of_equation[r] != CDN_NONE)
            continue;
        multiples[r] = cdn_mix64(seed + r) % field.prime;
        for (uint32_t s = factor->steps_of_equation[r]; s != CDN_NONE;
             s = steps[s].next_of_equation)
            of_pivot[steps[s].pivot] =
                cdn_prime_deduct(field, of_pivot[steps[s].pivot], steps[s].multiple, multiples[r]);
    }
    for (uint32_t k = factor->pivot_count; k-- > 0;) {
        uint32_t r = factor->pivots[k].equation;
        multiples[r] = cdn_prime_multiply(field, of_pivot[k], factor->pivots[k].inverse);
        for (uint32_t s = factor->steps_of_equation[r]; s != CDN_NONE;
             s = steps[s].next_of_equation)
            of_pivot[steps[s].pivot] =
                cdn_prime_deduct(field, of_pivot[steps[s].pivot], steps[s].multiple, multiples[r]);
    }
}

cdn_status cdn_factor_slack(const cdn_factor *factor, uint64_t seed, uint64_t *sums,
                            cdn_error *error)
{
    const cdn_matrix *matrix = &factor->matrix;
    cdn_prime field = factor->field;
    uint64_t *multiples = cdn_alloc(matrix->row_count, sizeof *multiples);
    uint64_t *of_pivot = cdn_alloc(factor->pivot_count, sizeof *of_pivot);
    cdn_status status = CDN_OK;
    if (multiples == NULL || of_pivot == NULL) {
        status = cdn_fail_memory(error);
        goto done;
    }
    left_null_vector(factor, seed, multiples, of_pivot);
    for (uint32_t c = 0; c < matrix->column_count; c++)
        sums[c] = 0;
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        for (uint32_t j = matrix->start[r]; multiples[r] != 0 && j < matrix->start[r + 1]; j++) {
            uint64_t *sum = &sums[matrix->column[j]];
            uint64_t minus = cdn_prime_negate(field, cdn_matrix_value(matrix, field, j));
            *sum = cdn_prime_deduct(field, *sum, minus, multiples[r]);
        }
    }
done:
    cdn_free(multiples);
    cdn_free(of_pivot);
    return status;
}

/* sums[equation] = random combination of the cells' columns. */
static void combine_columns(const cdn_factor *factor, const uint32_t *cells, uint32_t count,
                            uint64_t *sums)
{
    cdn_prime field = factor->field;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = cells[i];
        uint64_t weight = cdn_mix64(CDN_FACTOR_SEED - 1 - cell) % field.prime;
        for (uint32_t j = factor->matrix.rows->start[cell];
             j < factor->matrix.rows->start[cell + 1]; j++) {
            uint32_t equation = factor->matrix.rows->items[j];
            uint64_t minus = cdn_prime_negate(field, coefficient(factor, equation, cell));
            sums[equation] = cdn_prime_deduct(field, sums[equation], minus, weight);
        }
    }
}

cdn_status cdn_factor_respond(const cdn_factor *factor, const uint32_t *cells, uint32_t count,
                              uint64_t *responses, cdn_error *error)
{
    cdn_prime field = factor->field;
    uint64_t *sums = cdn_alloc(factor->matrix.row_count, sizeof *sums);
    if (sums == NULL)
        return cdn_fail_memory(error);
    combine_columns(factor, cells, count, sums);
    for (uint32_t c = 0; c < factor->matrix.column_count; c++)
        responses[c] = 0;
    for (uint32_t k = 0; k < factor->pivot_count; k++) {
        const cdn_pivot *pivot = &factor->pivots[k];
        uint64_t value = cdn_prime_multiply(field, sums[pivot->equation], pivot->inverse);
        responses[pivot->cell] = cdn_prime_negate(field, value);
        for (uint32_t s = value == 0 ? CDN_NONE : pivot->first_step; s != CDN_NONE;
             s = factor->steps[s].next_of_pivot) {
            uint64_t *to = &sums[factor->steps[s].equation];
            *to = cdn_prime_deduct(field, *to, factor->steps[s].multiple, value);
        }
    }
    for (uint32_t k = factor->pivot_count; k-- > 0;) {
        uint64_t *to = &responses[factor->pivots[k].cell];
        for (uint32_t e = factor->pivots[k].first_entry; e != CDN_NONE;
             e = factor->entries[e].next_in_pivot)
            *to = cdn_prime_deduct(field, *to, factor->entries[e].value,
                                   responses[factor->entries[e].cell]);
    }
    cdn_free(sums);
    return CDN_OK;
}

static void spread_to(cdn_factor *factor, uint32_t pivot, uint64_t multiple, uint64_t value)
{
    factor->arrived[pivot] =
        cdn_prime_deduct(factor->field, factor->arrived[pivot], multiple, value);
    cdn_heap_push(&factor->heap, pivot);
}

/* The cell has this value in factor->row; and so the pivots whose rows hold it. */
static void spread(cdn_factor *factor, uint32_t cell, uint64_t value)
{
    sparse_hold(&factor->row, cell);
    factor->row.values[cell] = value;
    factor->work += factor->entry_count[cell];
    for (uint32_t i = factor->reach_start[cell]; i < factor->reach_start[cell + 1]; i++)
        spread_to(factor, factor->reaches[i].pivot, factor->reaches[i].value, value);
    for (uint32_t e = factor->entries_of_cell[cell]; e != CDN_NONE;
         e = factor->entries[e].next_of_cell)
        spread_to(factor, factor->entries[e].pivot, factor->entries[e].value, value);
}

/* factor->row becomes the null vector with 1 at one free cell and 0 at the others. */
static void solve_from(cdn_factor *factor, uint32_t free_cell)
{
    sparse_clear(&factor->row);
    cdn_heap_direct(&factor->heap, true);
    spread(factor, free_cell, 1);
    for (uint32_t k; cdn_heap_pop(&factor->heap, &k);) {
        uint64_t value = factor->arrived[k];
        factor->arrived[k] = 0;
        if (value != 0)
            spread(factor, factor->pivots[k].cell, value);
    }
}

/* The free cell of the reduced row with the fewest entries: the smallest reach, more or less. */
static uint32_t choose_free(const cdn_factor *factor)
{
    uint32_t best = CDN_NONE;
    for (uint32_t i = 0; i < factor->row.count; i++) {
        uint32_t cell = factor->row.members[i];
        if (factor->row.values[cell] == 0)
            continue;
        if (best == CDN_NONE || factor->entry_count[cell] < factor->entry_count[best] ||
            (factor->entry_count[cell] == factor->entry_count[best] && cell < best))
            best = cell;
    }
    return best;
}

cdn_status cdn_factor_fix(cdn_factor *factor, uint32_t cell, cdn_error *error)
{
    cdn_prime field = factor->field;
    reduce_cell(factor, cell);
    uint32_t chosen = choose_free(factor);
    if (chosen == CDN_NONE) {
        sparse_clear(&factor->row);
        return CDN_OK;
    }
    uint64_t inverse = cdn_prime_inverse(field, factor->row.values[chosen]);
    uint32_t pivot = factor->pivot_count;
    cdn_factor_push_pivot(factor, CDN_NONE, chosen)->inverse = inverse;
    for (uint32_t i = 0; i < factor->row.count; i++) {
        uint32_t other = factor->row.members[i];
        uint64_t value = factor->row.values[other];
        if (other == chosen || value == 0)
            continue;
        value = cdn_prime_multiply(field, value, inverse);
        if (!cdn_factor_push_entry(factor, pivot, other, value))
            return cdn_fail_memory(error);
    }
    /* As the factor was: the new row links its own free cells only, and solve_from follows the
     * chosen one, which is the pivot and has no entry in it. */
    solve_from(factor, chosen);
    return CDN_OK;
}

void cdn_factor_unfix(cdn_factor *factor)
{
    uint32_t pivot = --factor->pivot_count;
    factor->pivot_of_cell[factor->pivots[pivot].cell] = CDN_NONE;
    while (factor->entry_used > 0 && factor->entries[factor->entry_used - 1].pivot == pivot) {
        const cdn_entry *entry = &factor->entries[--factor->entry_used];
        factor->entries_of_cell[entry->cell] = entry->next_of_cell;
        factor->entry_count[entry->cell]--;
    }
}
