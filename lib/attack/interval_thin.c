/* interval_thin.c - which withheld cells the known moves can spare.
 *
 * Reverse deletion over the moves that attacks and remedies have kept: the dearest
 * cell goes first, and with it every move that needs it, unless some cell that is
 * asked for would then not be shown safe by the moves that are left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/interval_thin.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"

typedef struct thin {
    const cdn_system *system;
    const cdn_interval_input *input;
    cdn_moves_view moves;
    int64_t *up, *down;    /* per move: how often it can be made, and the other way round */
    uint8_t *is_dead;      /* per move */
    size_t *start, *term;  /* cell -> terms of moves */
    uint32_t *move_of;     /* per term */
    uint32_t *order;       /* cells that may go, the dearest first */
    uint32_t order_count;
} thin;

static cdn_status allocate(thin *t, cdn_error *error)
{
    size_t cells = t->system->cell_count, moves = t->moves.count;
    size_t terms = moves == 0 ? 0 : t->moves.end[moves - 1];
    t->up = cdn_alloc(moves, sizeof *t->up);
    t->down = cdn_alloc(moves, sizeof *t->down);
    t->is_dead = cdn_alloc(moves, 1);
    t->start = cdn_alloc(cells + 2, sizeof *t->start);
    t->term = cdn_alloc(terms, sizeof *t->term);
    t->move_of = cdn_alloc(terms, sizeof *t->move_of);
    t->order = cdn_alloc(cells, sizeof *t->order);
    if (t->up == NULL || t->down == NULL || t->is_dead == NULL || t->start == NULL ||
        t->term == NULL || t->move_of == NULL || t->order == NULL)
        return cdn_fail_memory(error);
    return CDN_OK;
}

static void release(thin *t)
{
    cdn_free(t->up);
    cdn_free(t->down);
    cdn_free(t->is_dead);
    cdn_free(t->start);
    cdn_free(t->term);
    cdn_free(t->move_of);
    cdn_free(t->order);
}

/* How often the cell can take the step. */
static int64_t room(const cdn_interval_input *in, uint32_t cell, int64_t step)
{
    int64_t lower = in->lower == NULL ? CDN_INTERVAL_NO_LOWER : in->lower[cell];
    int64_t upper = in->upper == NULL ? CDN_INTERVAL_NO_UPPER : in->upper[cell];
    int64_t size = step < 0 ? -step : step;
    int64_t end = CDN_INTERVAL_LARGEST;
    if (step < 0 && lower != CDN_INTERVAL_NO_LOWER)
        end = in->values[cell] - lower;
    if (step > 0 && upper != CDN_INTERVAL_NO_UPPER)
        end = upper - in->values[cell];
    return end / size;
}

static void index_moves(thin *t, const uint8_t *visible)
{
    size_t first = 0;
    for (uint32_t m = 0; m < t->moves.count; first = t->moves.end[m++]) {
        t->up[m] = t->down[m] = CDN_INTERVAL_LARGEST;
        for (size_t i = first; i < t->moves.end[m]; i++) {
            uint32_t c = t->moves.cell[i];
            int64_t step = t->moves.step[i];
            int64_t up = step == 0 ? 0 : room(t->input, c, step);
            int64_t down = step == 0 ? 0 : room(t->input, c, -step);
            t->up[m] = up < t->up[m] ? up : t->up[m];
            t->down[m] = down < t->down[m] ? down : t->down[m];
            t->is_dead[m] |= visible[c] || (t->system->marks[c] & CDN_CELL_KNOWN) != 0;
            t->move_of[i] = m;
            t->start[c + 2]++;
        }
    }
    for (uint32_t c = 0; c < t->system->cell_count; c++)
        t->start[c + 2] += t->start[c + 1];
    for (size_t i = 0; i < first; i++)
        t->term[t->start[t->moves.cell[i] + 1]++] = i;
}

static bool is_asked(const thin *t, uint32_t c)
{
    return t->input->asked == NULL ? (t->system->marks[c] & CDN_CELL_SENSITIVE) != 0
                                   : t->input->asked[c] != 0;
}

/* The moves that are left show the cell safe. */
static bool is_safe(const thin *t, uint32_t c)
{
    const cdn_interval_input *in = t->input;
    int64_t below = in->below == NULL ? 0 : in->below[c];
    int64_t above = in->above == NULL ? 0 : in->above[c];
    int64_t width = in->width == NULL || in->width[c] < 1 ? 1 : in->width[c];
    __int128 least = 0, most = 0;
    for (size_t i = t->start[c]; i < t->start[c + 1]; i++) {
        uint32_t m = t->move_of[t->term[i]];
        if (t->is_dead[m])
            continue;
        __int128 step = t->moves.step[t->term[i]];
        __int128 far = step * t->up[m], back = -step * t->down[m];
        most = far > most ? far : most;
        most = back > most ? back : most;
        least = far < least ? far : least;
        least = back < least ? back : least;
        if (most >= above && least <= -(__int128)below && most - least >= width)
            return true;
    }
    return false;
}

static bool harms(const thin *t, uint32_t m)
{
    for (size_t i = m == 0 ? 0 : t->moves.end[m - 1]; i < t->moves.end[m]; i++)
        if (is_asked(t, t->moves.cell[i]) && !is_safe(t, t->moves.cell[i]))
            return true;
    return false;
}

/* Lets the cell go with its moves, if nobody is harmed. */
static bool spare(thin *t, uint32_t c)
{
    bool harmed = false;
    for (size_t i = t->start[c]; i < t->start[c + 1]; i++)
        t->is_dead[t->move_of[t->term[i]]] += 2; /* who was dead is odd */
    for (size_t i = t->start[c]; i < t->start[c + 1] && !harmed; i++)
        harmed = t->is_dead[t->move_of[t->term[i]]] == 2 && harms(t, t->move_of[t->term[i]]);
    for (size_t i = t->start[c]; i < t->start[c + 1]; i++) {
        uint8_t *dead = &t->is_dead[t->move_of[t->term[i]]];
        *dead = harmed ? (uint8_t)(*dead - 2) : 1;
    }
    return !harmed;
}

typedef struct rank {
    uint64_t cost;
    uint32_t cell;
} rank;

static int compare(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost > y->cost ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

static cdn_status put_in_order(thin *t, const uint8_t *needed, cdn_error *error)
{
    rank *ranks = cdn_alloc(t->system->cell_count, sizeof *ranks);
    if (ranks == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < t->system->cell_count; c++)
        if (needed[c])
            ranks[t->order_count++] = (rank){t->system->costs[c], c};
    qsort(ranks, t->order_count, sizeof *ranks, compare);
    for (uint32_t i = 0; i < t->order_count; i++)
        t->order[i] = ranks[i].cell;
    cdn_free(ranks);
    return CDN_OK;
}

cdn_status cdn_interval_thin(const cdn_system *system, const cdn_interval_input *input,
                             const uint8_t *visible, uint8_t *needed, cdn_error *error)
{
    thin t = {.system = system, .input = input, .moves = cdn_moves_look(input->moves)};
    cdn_status status = allocate(&t, error);
    if (status == CDN_OK)
        status = put_in_order(&t, needed, error);
    if (status == CDN_OK) {
        index_moves(&t, visible);
        for (uint32_t i = 0; i < t.order_count; i++)
            needed[t.order[i]] = !spare(&t, t.order[i]);
    }
    release(&t);
    return status;
}
