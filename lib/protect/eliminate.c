/* eliminate.c - sparse elimination modulo a prime, shortest equation first.
 *
 * The pivot equation is always one of the shortest left (equations with two
 * unknowns merge them without fill), and its pivot the cell in the fewest
 * equations (Markowitz 1957). Among equals a cell that is not sensitive is
 * taken: it may be published again, and a pivot leaves a choice of directions
 * for that. Working rows live in one pool; a row that outgrows its place moves
 * to the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/eliminate.h"

#include <string.h>
#include <wchar.h>

#include "core/alloc.h"
#include "core/fail.h"

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "cells can be searched as characters");

typedef struct row {
    uint64_t start;
    uint32_t length;
    uint32_t room;
    uint32_t before, after; /* neighbours in the list of rows of this length */
    uint32_t seen;          /* pivot + 1 that last looked at the row */
    bool done;
} row;

typedef struct link {
    uint32_t row;
    uint32_t next;
} link;

typedef struct work {
    cdn_factor *factor;
    row *rows;
    uint32_t *cells; /* the pool, in two arrays */
    uint64_t *values;
    uint64_t used, room;
    uint32_t *of_length; /* first row of each length */
    uint32_t longest;
    uint32_t shortest;
    uint32_t *holders; /* per cell: rows left that hold it */
    uint32_t *fill_of; /* per cell: first link to a row that got it by fill */
    link *links;
    uint32_t link_used, link_room;
    uint32_t *place; /* per cell: place + 1 in the pivot row */
    uint32_t *hit;   /* per place in the pivot row: last row + 1 that holds it */
    uint32_t hit_room;
} work;

static void list_row(work *w, uint32_t r)
{
    uint32_t length = w->rows[r].length;
    w->rows[r].before = CDN_NONE;
    w->rows[r].after = w->of_length[length];
    if (w->rows[r].after != CDN_NONE)
        w->rows[w->rows[r].after].before = r;
    w->of_length[length] = r;
    if (length < w->shortest && length > 0)
        w->shortest = length;
}

static void unlist_row(work *w, uint32_t r, uint32_t length)
{
    const row *this = &w->rows[r];
    if (this->before == CDN_NONE)
        w->of_length[length] = this->after;
    else
        w->rows[this->before].after = this->after;
    if (this->after != CDN_NONE)
        w->rows[this->after].before = this->before;
}

/* From the list of the length that the row had. */
static void move_row(work *w, uint32_t r, uint32_t length)
{
    unlist_row(w, r, length);
    list_row(w, r);
}

static bool pool_room(work *w, uint64_t more)
{
    if (w->room - w->used >= more)
        return true;
    uint64_t room = w->room * 2 > w->used + more ? w->room * 2 : w->used + more;
    uint32_t *cells = cdn_resize(w->cells, room, sizeof *cells);
    if (cells != NULL)
        w->cells = cells;
    uint64_t *values = cdn_resize(w->values, room, sizeof *values);
    if (values != NULL)
        w->values = values;
    if (cells == NULL || values == NULL)
        return false;
    w->room = room;
    return true;
}

static bool row_room(work *w, row *r, uint32_t length)
{
    if (length <= r->room)
        return true;
    uint32_t room = length + length / 2;
    if (!pool_room(w, room))
        return false;
    memcpy(w->cells + w->used, w->cells + r->start, r->length * sizeof *w->cells);
    memcpy(w->values + w->used, w->values + r->start, r->length * sizeof *w->values);
    r->start = w->used;
    r->room = room;
    w->used += room;
    return true;
}

static bool add_link(work *w, uint32_t cell, uint32_t r)
{
    if (w->link_used == w->link_room) {
        uint32_t room = w->link_room < 1024 ? 1024 : w->link_room * 2;
        link *links = room > w->link_room ? cdn_resize(w->links, room, sizeof *links) : NULL;
        if (links == NULL)
            return false;
        w->links = links;
        w->link_room = room;
    }
    w->links[w->link_used] = (link){r, w->fill_of[cell]};
    w->fill_of[cell] = w->link_used++;
    return true;
}

static bool load_rows(work *w)
{
    const cdn_matrix *matrix = &w->factor->matrix;
    for (uint32_t r = matrix->row_count; r-- > 0;) {
        uint32_t start = matrix->start[r], end = matrix->start[r + 1];
        row *this = &w->rows[r];
        if (!pool_room(w, end - start))
            return false;
        this->start = w->used;
        for (uint32_t j = start; j < end; j++) {
            uint32_t cell = matrix->column[j];
            if (!w->factor->active[cell])
                continue;
            w->cells[w->used] = cell;
            w->values[w->used++] = cdn_matrix_value(matrix, w->factor->field, j);
            w->holders[cell]++;
        }
        this->length = this->room = (uint32_t)(w->used - this->start);
        if (this->length > w->longest)
            w->longest = this->length;
    }
    return true;
}

static bool work_init(work *w, cdn_factor *factor)
{
    uint32_t cells = factor->matrix.column_count, equations = factor->matrix.row_count;
    *w = (work){.factor = factor, .shortest = CDN_NONE};
    w->rows = cdn_alloc(equations, sizeof *w->rows);
    w->holders = cdn_alloc(cells, sizeof *w->holders);
    w->fill_of = cdn_alloc(cells, sizeof *w->fill_of);
    w->place = cdn_alloc(cells, sizeof *w->place);
    w->of_length = cdn_alloc((size_t)cells + 1, sizeof *w->of_length);
    if (w->rows == NULL || w->holders == NULL || w->fill_of == NULL || w->place == NULL ||
        w->of_length == NULL || !load_rows(w))
        return false;
    memset(w->fill_of, 0xff, cells * sizeof *w->fill_of);
    memset(w->of_length, 0xff, ((size_t)cells + 1) * sizeof *w->of_length);
    for (uint32_t r = equations; r-- > 0;)
        list_row(w, r);
    return true;
}

static void work_release(work *w)
{
    cdn_free(w->rows);
    cdn_free(w->cells);
    cdn_free(w->values);
    cdn_free(w->of_length);
    cdn_free(w->holders);
    cdn_free(w->fill_of);
    cdn_free(w->links);
    cdn_free(w->place);
    cdn_free(w->hit);
}

static uint32_t shortest_row(work *w)
{
    while (w->shortest <= w->factor->matrix.column_count) {
        if (w->of_length[w->shortest] != CDN_NONE)
            return w->of_length[w->shortest];
        w->shortest++;
    }
    return CDN_NONE;
}

/* The cell in the fewest rows; among equals one that is not sensitive, then the first. */
static uint32_t choose_cell(const work *w, const row *r)
{
    uint32_t best = CDN_NONE;
    uint64_t best_key = UINT64_MAX;
    for (uint32_t i = 0; i < r->length; i++) {
        uint32_t cell = w->cells[r->start + i];
        uint64_t sensitive = (w->factor->matrix.marks[cell] & CDN_CELL_SENSITIVE) ? 1 : 0;
        uint64_t key = (uint64_t)w->holders[cell] << 1 | sensitive;
        if (key < best_key || (key == best_key && cell < best)) {
            best_key = key;
            best = cell;
        }
    }
    return best;
}

static uint32_t find_cell(const work *w, const row *r, uint32_t cell)
{
    const wchar_t *cells = (const wchar_t *)(w->cells + r->start); /* for the library's search */
    const wchar_t *found = wmemchr(cells, (wchar_t)cell, r->length);
    return found == NULL ? r->length : (uint32_t)(found - cells);
}

static void drop_place(work *w, row *r, uint32_t i)
{
    uint32_t last = --r->length;
    w->holders[w->cells[r->start + i]]--;
    w->cells[r->start + i] = w->cells[r->start + last];
    w->values[r->start + i] = w->values[r->start + last];
}

/* Takes `cell` out of row r; its value. 0 when the row does not hold it (a stale link). */
static uint64_t take_cell(work *w, row *r, uint32_t cell)
{
    uint32_t i = find_cell(w, r, cell);
    if (i == r->length)
        return 0;
    uint64_t value = w->values[r->start + i];
    drop_place(w, r, i);
    return value;
}

static bool append_cell(work *w, uint32_t target, uint32_t cell, uint64_t value)
{
    row *r = &w->rows[target];
    w->cells[r->start + r->length] = cell;
    w->values[r->start + r->length++] = value;
    w->holders[cell]++;
    return add_link(w, cell, target);
}

/* The same for a pivot row with one cell besides the pivot: most are like that. */
static bool deduct_single(work *w, const row *pivot, uint32_t target, uint64_t multiple)
{
    cdn_prime field = w->factor->field;
    row *r = &w->rows[target];
    uint32_t cell = w->cells[pivot->start];
    uint32_t i = find_cell(w, r, cell);
    if (i == r->length) {
        return row_room(w, r, r->length + 1) &&
               append_cell(w, target, cell,
                           cdn_prime_deduct(field, 0, multiple, w->values[pivot->start]));
    }
    uint64_t *value = &w->values[r->start + i];
    *value = cdn_prime_deduct(field, *value, multiple, w->values[pivot->start]);
    if (*value == 0)
        drop_place(w, r, i);
    return true;
}

/* row target -= multiple x pivot row; both without the pivot cell. */
static bool deduct_row(work *w, const row *pivot, uint32_t target, uint64_t multiple)
{
    cdn_prime field = w->factor->field;
    row *r = &w->rows[target];
    uint32_t hits = 0;
    w->factor->work += r->length + pivot->length;
    if (pivot->length <= 1)
        return pivot->length == 0 || deduct_single(w, pivot, target, multiple);
    for (uint32_t i = r->length; i-- > 0;) {
        uint32_t place = w->place[w->cells[r->start + i]];
        if (place == 0)
            continue;
        hits++;
        w->hit[place - 1] = target + 1;
        uint64_t *value = &w->values[r->start + i];
        *value = cdn_prime_deduct(field, *value, multiple, w->values[pivot->start + place - 1]);
        if (*value == 0)
            drop_place(w, r, i);
    }
    if (hits == pivot->length)
        return true;
    if (!row_room(w, r, r->length + pivot->length - hits))
        return false;
    for (uint32_t p = 0; p < pivot->length; p++) {
        if (w->hit[p] != target + 1 &&
            !append_cell(w, target, w->cells[pivot->start + p],
                         cdn_prime_deduct(field, 0, multiple, w->values[pivot->start + p])))
            return false;
    }
    return true;
}

static bool visit_row(work *w, uint32_t pivot_row, uint32_t cell, uint32_t target)
{
    cdn_factor *factor = w->factor;
    uint32_t pivot = factor->pivot_count - 1;
    row *r = &w->rows[target];
    if (r->done || r->seen == pivot + 1)
        return true;
    r->seen = pivot + 1;
    uint32_t length = r->length;
    uint64_t multiple = take_cell(w, r, cell);
    if (multiple == 0)
        return true;
    bool done = (factor->untraced || cdn_factor_push_step(factor, pivot, target, multiple)) &&
                deduct_row(w, &w->rows[pivot_row], target, multiple);
    move_row(w, target, length);
    return done;
}

/* Makes the row the next pivot: scaled to 1 at its cell, its entries moved to the factor. */
static bool make_pivot(work *w, uint32_t pivot_row, uint32_t cell)
{
    cdn_factor *factor = w->factor;
    row *r = &w->rows[pivot_row];
    uint64_t inverse = cdn_prime_inverse(factor->field, take_cell(w, r, cell));
    cdn_factor_push_pivot(factor, pivot_row, cell)->inverse = inverse;
    if (r->length > w->hit_room) {
        cdn_free(w->hit);
        w->hit_room = 2 * r->length;
        w->hit = cdn_alloc(w->hit_room, sizeof *w->hit);
        if (w->hit == NULL)
            return false;
    }
    for (uint32_t i = 0; i < r->length; i++) {
        uint32_t other = w->cells[r->start + i];
        uint64_t *value = &w->values[r->start + i];
        *value = cdn_prime_multiply(factor->field, *value, inverse);
        if (!cdn_factor_push_entry(factor, factor->pivot_count - 1, other, *value))
            return false;
        w->place[other] = i + 1;
        w->hit[i] = 0;
        w->holders[other]--;
    }
    return true;
}

static bool eliminate_row(work *w, uint32_t pivot_row)
{
    const cdn_incidence *equations = w->factor->matrix.rows;
    row *r = &w->rows[pivot_row];
    uint32_t cell = choose_cell(w, r);
    unlist_row(w, pivot_row, r->length);
    r->done = true;
    if (!make_pivot(w, pivot_row, cell))
        return false;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++) {
        if (!visit_row(w, pivot_row, cell, equations->items[i]))
            return false;
    }
    for (uint32_t l = w->fill_of[cell]; l != CDN_NONE; l = w->links[l].next) {
        if (!visit_row(w, pivot_row, cell, w->links[l].row))
            return false;
    }
    for (uint32_t i = 0; i < r->length; i++)
        w->place[w->cells[r->start + i]] = 0;
    return true;
}

cdn_status cdn_eliminate(cdn_factor *factor, cdn_error *error)
{
    work w;
    bool ok = work_init(&w, factor);
    while (ok) {
        uint32_t r = shortest_row(&w);
        if (r == CDN_NONE)
            break;
        ok = eliminate_row(&w, r);
    }
    work_release(&w);
    return ok ? CDN_OK : cdn_fail_memory(error);
}
