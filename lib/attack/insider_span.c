/* insider_span.c - contributors by all the cells that they hold together.
 *
 * The sums of a holder's cells are brought into echelon form: each line has 1 at
 * a pivot that all later lines lack. A sum that they span is not 0 at one of the
 * pivots, so only the cells that have a pivot among their terms can be it; the
 * pivots are those free columns that the fewest cells have. A random point at
 * which all lines are 0 tells most of them apart; the others are reduced by the
 * lines, and fall when nothing is left.
 *
 * Invariant: between any two sums, `sum` is 0 and `is_touched` unset everywhere.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/insider.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"

#define NONE UINT32_MAX

typedef struct held {
    uint32_t holder, column;
} held;

typedef struct line {
    uint32_t pivot;
    cdn_written written;
} line;

/* A free column. */
typedef struct spot {
    uint32_t trial; /* the last one whose lines have it; */
    uint32_t value; /* all of them are 0 where the columns have these values */
} spot;

typedef struct work {
    const cdn_insider_view *view;
    uint32_t kind;          /* under trial */
    const uint32_t *holder; /* of that kind, per cell */
    uint32_t *by;
    uint32_t *bearer_start, *bearers; /* per free column: sensitive columns that have it */
    held *held;
    uint32_t held_count;
    line *lines;
    uint32_t line_count;
    spot *point;
    uint64_t *sum;       /* per free column */
    uint8_t *is_touched; /* per free column */
    uint32_t *touched;
    uint32_t touched_count;
    uint32_t *tried; /* per column: last trial that looked at it */
    uint32_t trial;
} work;

static bool is_sensitive(const cdn_insider_view *view, uint32_t column)
{
    return (view->system->marks[view->cell[column]] & CDN_CELL_SENSITIVE) != 0;
}

static cdn_status list_bearers(work *w, cdn_error *error)
{
    const cdn_insider_view *view = w->view;
    size_t terms = 0;
    for (uint32_t c = 0; c < view->column_count; c++) {
        if (!is_sensitive(view, c))
            continue;
        terms += view->written[c].length;
        for (uint32_t i = 0; i < view->written[c].length; i++)
            w->bearer_start[view->written[c].terms[i].column + 1]++;
    }
    if (terms >= UINT32_MAX)
        return cdn_fail(error, CDN_E_LIMIT, "attack: the table is too large");
    for (uint32_t c = 0; c < view->column_count; c++)
        w->bearer_start[c + 1] += w->bearer_start[c];
    w->bearers = cdn_alloc(terms, sizeof *w->bearers);
    uint32_t *next = cdn_alloc(view->column_count, sizeof *next);
    if (w->bearers == NULL || next == NULL) {
        cdn_free(next);
        return cdn_fail_memory(error);
    }
    for (uint32_t c = 0; c < view->column_count; c++) {
        for (uint32_t i = 0; i < view->written[c].length && is_sensitive(view, c); i++) {
            uint32_t free_column = view->written[c].terms[i].column;
            w->bearers[w->bearer_start[free_column] + next[free_column]++] = c;
        }
    }
    cdn_free(next);
    return CDN_OK;
}

static cdn_status work_init(work *w, const cdn_insider_view *view, uint32_t *by,
                            cdn_error *error)
{
    size_t columns = view->column_count;
    w->view = view;
    w->by = by;
    w->bearer_start = cdn_alloc(columns + 1, sizeof *w->bearer_start);
    w->held = cdn_alloc(columns, sizeof *w->held);
    w->lines = cdn_alloc(columns, sizeof *w->lines);
    w->point = cdn_alloc(columns, sizeof *w->point);
    w->sum = cdn_alloc(columns, sizeof *w->sum);
    w->is_touched = cdn_alloc(columns, 1);
    w->touched = cdn_alloc(columns, sizeof *w->touched);
    w->tried = cdn_alloc(columns, sizeof *w->tried);
    if (w->bearer_start == NULL || w->held == NULL || w->lines == NULL || w->point == NULL ||
        w->sum == NULL || w->is_touched == NULL || w->touched == NULL || w->tried == NULL)
        return cdn_fail_memory(error);
    return list_bearers(w, error);
}

static void drop_lines(work *w)
{
    for (uint32_t i = 0; i < w->line_count; i++)
        cdn_free(w->lines[i].written.terms);
    w->line_count = 0;
}

static void work_release(work *w)
{
    drop_lines(w);
    cdn_free(w->bearer_start);
    cdn_free(w->bearers);
    cdn_free(w->held);
    cdn_free(w->lines);
    cdn_free(w->point);
    cdn_free(w->sum);
    cdn_free(w->is_touched);
    cdn_free(w->touched);
    cdn_free(w->tried);
}

static void add_terms(work *w, const cdn_written *written, uint64_t multiple)
{
    for (uint32_t i = 0; i < written->length; i++) {
        uint32_t column = written->terms[i].column;
        if (!w->is_touched[column]) {
            w->is_touched[column] = 1;
            w->touched[w->touched_count++] = column;
        }
        w->sum[column] =
            (w->sum[column] + multiple * written->terms[i].value % w->view->prime) %
            w->view->prime;
    }
}

/* Puts a column's sum in, less what the lines make of it. */
static void reduce_column(work *w, uint32_t column)
{
    add_terms(w, &w->view->written[column], 1);
    for (uint32_t i = 0; i < w->line_count; i++) {
        uint64_t value = w->sum[w->lines[i].pivot];
        if (value != 0)
            add_terms(w, &w->lines[i].written, w->view->prime - value);
    }
}

static void clear_sum(work *w)
{
    for (uint32_t i = 0; i < w->touched_count; i++) {
        w->sum[w->touched[i]] = 0;
        w->is_touched[w->touched[i]] = 0;
    }
    w->touched_count = 0;
}

/* The free column of what is left that the fewest cells have, ties to the lowest; *length counts
 * all that are left. */
static uint32_t choose_pivot(const work *w, uint32_t *length)
{
    uint32_t best = NONE, fewest = NONE;
    *length = 0;
    for (uint32_t i = 0; i < w->touched_count; i++) {
        uint32_t column = w->touched[i];
        if (w->sum[column] == 0)
            continue;
        uint32_t count = w->bearer_start[column + 1] - w->bearer_start[column];
        if (count < fewest || (count == fewest && column < best)) {
            best = column;
            fewest = count;
        }
        ++*length;
    }
    return best;
}

/* A new line of what a held cell adds to those before, if anything. */
static cdn_status add_line(work *w, uint32_t column, cdn_error *error)
{
    uint32_t length = 0;
    reduce_column(w, column);
    uint32_t pivot = choose_pivot(w, &length);
    cdn_term *terms = pivot == NONE ? NULL : cdn_alloc(length, sizeof *terms);
    if (terms == NULL) {
        clear_sum(w);
        return pivot == NONE ? CDN_OK : cdn_fail_memory(error);
    }
    uint64_t scale = cdn_reduce_inverse(w->sum[pivot], w->view->prime);
    length = 0;
    for (uint32_t i = 0; i < w->touched_count; i++) {
        uint64_t value = w->sum[w->touched[i]] * scale % w->view->prime;
        w->point[w->touched[i]].trial = w->trial;
        if (value != 0)
            terms[length++] = (cdn_term){w->touched[i], (uint32_t)value};
    }
    w->lines[w->line_count++] = (line){pivot, {terms, length}};
    clear_sum(w);
    return CDN_OK;
}

/* What a sum is at the point; *inside: the lines have all its columns, else it is not looked at. */
static uint64_t value_of(const work *w, const cdn_written *written, bool *inside)
{
    unsigned __int128 value = 0;
    *inside = false;
    for (uint32_t i = 0; i < written->length; i++) {
        spot at = w->point[written->terms[i].column];
        if (at.trial != w->trial)
            return 0;
        value += (uint64_t)written->terms[i].value * at.value;
    }
    *inside = true;
    return (uint64_t)(value % w->view->prime);
}

/* Anywhere but at the pivots, which follow: the last line's has to do with no other line. */
static void choose_point(work *w)
{
    uint64_t prime = w->view->prime;
    bool inside;
    for (uint32_t i = 0; i < w->line_count; i++)
        for (uint32_t j = 0; j < w->lines[i].written.length; j++) {
            uint32_t column = w->lines[i].written.terms[j].column;
            w->point[column].value = (uint32_t)(cdn_mix64(column) % prime);
        }
    for (uint32_t i = 0; i < w->line_count; i++)
        w->point[w->lines[i].pivot].value = 0;
    for (uint32_t i = w->line_count; i-- > 0;) {
        uint64_t others = value_of(w, &w->lines[i].written, &inside);
        w->point[w->lines[i].pivot].value = (uint32_t)(others == 0 ? 0 : prime - others);
    }
}

static bool is_spanned(work *w, uint32_t column)
{
    bool inside;
    uint32_t left;
    if (value_of(w, &w->view->written[column], &inside) != 0 || !inside)
        return false;
    reduce_column(w, column);
    bool spanned = choose_pivot(w, &left) == NONE;
    clear_sum(w);
    return spanned;
}

/* A find counts, is listed, or is excused. */
static bool report(work *w, uint32_t holder, uint32_t column, uint32_t own_cell)
{
    const cdn_insider_view *view = w->view;
    if (view->finds != NULL)
        return cdn_excuses_add(view->finds, w->kind, holder, view->cell[column]);
    if (!cdn_insider_is_excused(view, w->kind, holder, view->cell[column]))
        w->by[column] = own_cell;
    return true;
}

/* One attacker and the cells it holds. */
static cdn_status try_holder(work *w, const held *cells, uint32_t count, cdn_error *error)
{
    w->trial++;
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(add_line(w, cells[i].column, error));
    choose_point(w);
    for (uint32_t i = 0; i < w->line_count && w->line_count > 1; i++) {
        uint32_t pivot = w->lines[i].pivot;
        for (uint32_t j = w->bearer_start[pivot]; j < w->bearer_start[pivot + 1]; j++) {
            uint32_t column = w->bearers[j];
            if ((w->view->finds == NULL && w->by[column] != CDN_INSIDER_NONE) ||
                w->tried[column] == w->trial || w->holder[w->view->cell[column]] == cells[0].holder)
                continue;
            w->tried[column] = w->trial;
            if (is_spanned(w, column) &&
                !report(w, cells[0].holder, column, w->view->cell[cells[0].column]))
                return cdn_fail_memory(error);
        }
    }
    drop_lines(w);
    return CDN_OK;
}

static int compare_held(const void *a, const void *b)
{
    const held *x = a, *y = b;
    if (x->holder != y->holder)
        return x->holder < y->holder ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

static cdn_status try_kind(work *w, cdn_error *error)
{
    w->held_count = 0;
    for (uint32_t c = 0; c < w->view->column_count; c++) {
        uint32_t cell = w->view->cell[c], holder = w->holder[cell];
        if (holder != 0 && w->view->written[c].length > 0 &&
            !cdn_system_implies(w->view->system, w->kind, cell))
            w->held[w->held_count++] = (held){holder, c};
    }
    qsort(w->held, w->held_count, sizeof *w->held, compare_held);
    for (uint32_t begin = 0, end; begin < w->held_count; begin = end) {
        for (end = begin + 1;
             end < w->held_count && w->held[end].holder == w->held[begin].holder;)
            end++;
        if (end - begin > 1)
            CDN_TRY(try_holder(w, w->held + begin, end - begin, error));
    }
    return CDN_OK;
}

cdn_status cdn_insider_try_spans(const cdn_insider_view *view, uint32_t *by, cdn_error *error)
{
    work w = {0};
    cdn_status status = work_init(&w, view, by, error);
    for (uint32_t k = 0; k < view->system->holder_kinds && status == CDN_OK; k++) {
        w.kind = k;
        w.holder = view->system->holder[k];
        status = try_kind(&w, error);
    }
    work_release(&w);
    return status;
}
