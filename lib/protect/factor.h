/* factor.h - the equations on the unknown cells, eliminated, and kept open to change.
 *
 * Sparse elimination modulo a prime of the matrix "equations x unknown cells".
 * Pivot k has an equation and a cell; its reduced equation says
 *     pivot cell = - sum of value x other cell,
 * where the others are free cells or cells of later pivots. What was subtracted
 * from which equation is kept too, so that
 *   - a determined cell can be traced back to the equations that determine it,
 *   - a cell that becomes unknown is one more column, and
 *   - a cell that becomes visible is one more row,
 * each at the cost of the pivots it reaches instead of a new elimination.
 *
 * Sources: sparse triangular solves by reach, Gilbert and Peierls 1988, SIAM J.
 * Sci. Stat. Comput. 9; pivot order, Markowitz 1957, Management Science 3.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_PROTECT_FACTOR_H
#define CDN_PROTECT_FACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "cells/system.h"
#include "cordon/error.h"
#include "protect/prime.h"
#include "protect/heap.h"
#include "protect/pattern.h"

/** The start of the random streams: fixed, so that the same input gives the same pattern. */
#define CDN_FACTOR_SEED UINT64_C(0x636f72646f6e0001)

/** Sparse equations. Coefficients are small integers, or else numbers modulo the prime. */
typedef struct cdn_matrix {
    uint32_t row_count;
    uint32_t column_count;
    const uint32_t *start; /* row_count + 1 offsets */
    const uint32_t *column;
    const int32_t *small;      /* or NULL */
    const uint64_t *values;    /* when small is NULL */
    const cdn_incidence *rows; /* per column */
    const uint8_t *marks;      /* per column: CDN_CELL_SENSITIVE, or not */
} cdn_matrix;

static inline uint64_t cdn_matrix_value(const cdn_matrix *matrix, cdn_prime field, uint32_t at)
{
    return matrix->small != NULL ? cdn_field_from_int(field, matrix->small[at])
                                 : matrix->values[at];
}

/** The equations of a system, with cells as columns; borrows both. */
cdn_matrix cdn_matrix_of(const cdn_system *system, const cdn_incidence *equations);

/** One non-zero of a reduced equation, apart from its pivot. */
typedef struct cdn_entry {
    uint64_t value;
    uint32_t pivot;
    uint32_t cell;
    uint32_t next_in_pivot;
    uint32_t next_of_cell;
} cdn_entry;

/** The same once more, by cell: those that the first elimination made. */
typedef struct cdn_reach {
    uint64_t value;
    uint32_t pivot;
} cdn_reach;

/** `multiple` of the reduced equation of `pivot` was subtracted from `equation`. */
typedef struct cdn_step {
    uint64_t multiple;
    uint32_t pivot;
    uint32_t equation;
    uint32_t next_of_pivot;
    uint32_t next_of_equation;
} cdn_step;

typedef struct cdn_pivot {
    uint64_t inverse;  /* the reduced equation was multiplied by this */
    uint32_t equation; /* CDN_NONE for the row of a cell made visible again */
    uint32_t cell;
    uint32_t first_entry;
    uint32_t first_step;
} cdn_pivot;

/** A sparse vector: members in order of arrival, values dense by index. */
typedef struct cdn_sparse {
    uint64_t *values; /* zero where not a member */
    uint8_t *held;
    uint32_t *members;
    uint32_t count;
} cdn_sparse;

typedef struct cdn_factor {
    const cdn_system *system; /* NULL when the columns are not its cells */
    cdn_matrix matrix;
    cdn_prime field;
    bool untraced; /* no steps are kept: nothing can be traced, nor a cell added */
    uint64_t work; /* entries and steps looked at so far: the measure of time */
    uint8_t *active;         /* per cell: is a column */
    uint32_t *pivot_of_cell; /* CDN_NONE: free, or not a column */
    uint32_t *pivot_of_equation;
    uint32_t *entries_of_cell; /* first entry made since the elimination, or CDN_NONE */
    uint32_t *reach_start;     /* per cell, and one more: its first reach */
    cdn_reach *reaches;
    uint32_t *entry_count;     /* per cell */
    uint32_t *steps_of_equation;
    cdn_pivot *pivots; /* room for one per cell */
    uint32_t pivot_count;
    cdn_entry *entries;
    uint32_t entry_used, entry_room;
    cdn_step *steps;
    uint32_t step_used, step_room;
    cdn_heap heap;
    uint64_t *arrived;     /* scratch, per pivot: its cell in the vector being solved; zero else */
    cdn_sparse row;        /* scratch over cells */
    cdn_sparse column;     /* scratch over equations */
    cdn_sparse multiplier; /* scratch over pivots */
} cdn_factor;

/** Eliminates for the cells that are unknown in `pattern`. Release it in any case. */
cdn_status cdn_factor_init(cdn_factor *factor, const cdn_pattern *pattern, cdn_prime field,
                           cdn_error *error) CDN_MUST_CHECK;
/** The same for a matrix, all of whose columns are unknown, without steps: no tracing, no
 *  adding. */
cdn_status cdn_factor_init_matrix(cdn_factor *factor, const cdn_matrix *matrix, cdn_prime field,
                                  cdn_error *error) CDN_MUST_CHECK;
void cdn_factor_release(cdn_factor *factor);

/** The cell becomes unknown: one more column. @complexity O(reach log reach) */
cdn_status cdn_factor_add_cell(cdn_factor *factor, uint32_t cell, cdn_error *error) CDN_MUST_CHECK;

/** Is the cell zero in every null vector? When it is, factor->column holds the multiples of the
 *  equations whose sum is that cell alone (among the unknowns), until the next call on the factor.
 *  Not after cdn_factor_fix. */
bool cdn_factor_determines(cdn_factor *factor, uint32_t cell);

/** The two halves of that. The cell in terms of the free cells; true when nothing is left of it;
 *  factor->multiplier then holds the multiples of the pivots' rows that were taken away. */
bool cdn_factor_reduce(cdn_factor *factor, uint32_t cell);
/** factor->multiplier becomes empty. */
void cdn_factor_begin(cdn_factor *factor);
/** From multiples of rows in factor->multiplier, 0 for those of fixed cells, to multiples of
 *  equations in factor->column. */
void cdn_factor_trace(cdn_factor *factor);

/** Two random vectors of the null space, [cell][0..1]; the same for the same seed, system and
 *  pattern. Cells that are not unknown get 0. */
void cdn_factor_null_vectors(const cdn_factor *factor, uint64_t seed, uint64_t (*vectors)[2]);

/** A random combination of the equations that holds no unknown cell, times the equations: per cell
 *  its coefficient. A visible cell with coefficient 0 adds to the null space when it becomes
 *  unknown (a false 0 has probability near 2^-61); another would only be determined itself.
 *  Stands while no such other cell is added; `sums` has a place for every cell. */
cdn_status cdn_factor_slack(const cdn_factor *factor, uint64_t seed, uint64_t *sums,
                            cdn_error *error) CDN_MUST_CHECK;

/** Random values for `count` cells outside the factor, and what they make of the others:
 *  responses[c] (a place for every cell) is not zero for a determined cell whose certificate one of
 *  those cells breaks (a false 0 has probability near 2^-61). */
cdn_status cdn_factor_respond(const cdn_factor *factor, const uint32_t *cells, uint32_t count,
                              uint64_t *responses, cdn_error *error) CDN_MUST_CHECK;

/** The cell becomes visible: one more row, "cell = 0": the cell, less the multiples of the rows
 *  before that are left in factor->multiplier, times the inverse of the new pivot. factor->row then
 *  holds a null vector of the factor as it was that is not zero at the cell; no members when the
 *  cell was determined anyway (nothing changes then). Stands until the next call on the factor. */
cdn_status cdn_factor_fix(cdn_factor *factor, uint32_t cell, cdn_error *error) CDN_MUST_CHECK;
/** Takes the last fix back that had members. */
void cdn_factor_unfix(cdn_factor *factor);

/** For the elimination itself. */
bool cdn_factor_push_entry(cdn_factor *factor, uint32_t pivot, uint32_t cell, uint64_t value);
bool cdn_factor_push_step(cdn_factor *factor, uint32_t pivot, uint32_t equation, uint64_t multiple);
cdn_pivot *cdn_factor_push_pivot(cdn_factor *factor, uint32_t equation, uint32_t cell);

#endif
