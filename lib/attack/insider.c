/* insider.c - contributors by each cell that they hold: which cells are multiples of it?
 *
 * Multiples of each other have the same terms once the first free column has
 * the value 1. The columns are sorted by a fingerprint of those, so that each
 * run of equals is one class. A class with a sensitive cell that not everybody
 * else's holder holds is found. Equal sums have equal fingerprints whatever
 * the order of their terms, so nothing is missed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/insider.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"

typedef struct member {
    uint64_t fingerprint[2];
    uint32_t column;
} member;

static member fingerprint(const cdn_insider_view *view, uint32_t column)
{
    const cdn_written *w = &view->written[column];
    member m = {{0, 0}, column};
    uint32_t first = 0;
    for (uint32_t i = 1; i < w->length; i++) {
        if (w->terms[i].column < w->terms[first].column)
            first = i;
    }
    uint64_t scale = cdn_reduce_inverse(w->terms[first].value, view->prime);
    for (uint32_t i = 0; i < w->length; i++) {
        uint64_t value = w->terms[i].value * scale % view->prime;
        uint64_t mixed = cdn_mix64((uint64_t)w->terms[i].column << 32 | value);
        m.fingerprint[0] += mixed;
        m.fingerprint[1] += cdn_mix64(~mixed);
    }
    return m;
}

static int compare_members(const void *a, const void *b)
{
    const member *x = a, *y = b;
    for (int i = 0; i < 2; i++) {
        if (x->fingerprint[i] != y->fingerprint[i])
            return x->fingerprint[i] < y->fingerprint[i] ? -1 : 1;
    }
    return (x->column > y->column) - (x->column < y->column);
}

static bool is_same_class(const member *a, const member *b)
{
    return a->fingerprint[0] == b->fingerprint[0] && a->fingerprint[1] == b->fingerprint[1];
}

/* A contributor by a cell of its own in a class. */
typedef struct suspect {
    uint32_t holder, cell;
} suspect;

/* A class, as contributors of one kind see it. */
typedef struct lineup {
    const cdn_insider_view *view;
    uint32_t kind;
    suspect *suspects; /* each contributor once, in the order of their first cells */
    uint32_t count;
} lineup;

static int compare_suspects(const void *a, const void *b)
{
    const suspect *x = a, *y = b;
    if (x->holder != y->holder)
        return x->holder < y->holder ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

static int compare_cells(const void *a, const void *b)
{
    const suspect *x = a, *y = b;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

static void line_up(lineup *l, const member *members, uint32_t count)
{
    const uint32_t *holder = l->view->system->holder[l->kind];
    uint32_t held = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = l->view->cell[members[i].column];
        if (holder[cell] != 0)
            l->suspects[held++] = (suspect){holder[cell], cell};
    }
    qsort(l->suspects, held, sizeof *l->suspects, compare_suspects);
    l->count = 0;
    for (uint32_t i = 0; i < held; i++)
        if (i == 0 || l->suspects[i].holder != l->suspects[i - 1].holder)
            l->suspects[l->count++] = l->suspects[i];
    qsort(l->suspects, l->count, sizeof *l->suspects, compare_cells);
}

/* The first two who may be blamed for a cell, of whom one may hold it. */
static void pick_two(const lineup *l, uint32_t cell, suspect *two)
{
    uint32_t found = 0;
    two[0] = two[1] = (suspect){0, CDN_INSIDER_NONE};
    for (uint32_t i = 0; i < l->count && found < 2; i++)
        if (!cdn_insider_is_excused(l->view, l->kind, l->suspects[i].holder, cell))
            two[found++] = l->suspects[i];
}

static bool is_same_group(const cdn_excuses *excuses, uint32_t a, uint32_t b)
{
    return excuses == NULL || (excuses[0].group[a] == excuses[0].group[b] &&
                               excuses[1].group[a] == excuses[1].group[b]);
}

/* A sensitive cell falls when somebody else holds a cell of its class. Cells of a group of excuses
 * have the same suspects, and mostly stand together. */
static void blame(const lineup *l, const member *members, uint32_t count, uint32_t *by)
{
    const cdn_system *system = l->view->system;
    const uint32_t *holder = system->holder[l->kind];
    suspect two[2] = {{0, 0}, {0, 0}};
    uint32_t last = CDN_INSIDER_NONE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t column = members[i].column, cell = l->view->cell[column];
        if (!(system->marks[cell] & CDN_CELL_SENSITIVE) || by[column] != CDN_INSIDER_NONE)
            continue;
        if (last == CDN_INSIDER_NONE || !is_same_group(l->view->excuses, last, cell))
            pick_two(l, cell, two);
        last = cell;
        by[column] = two[two[0].holder == holder[cell] && holder[cell] != 0].cell;
    }
}

/* Whoever holds a cell of the class knows the others. */
static bool list_finds(const lineup *l)
{
    bool good = true;
    for (uint32_t i = 0; i < l->count && good; i++)
        good = cdn_excuses_add(l->view->finds, l->kind, l->suspects[i].holder, l->suspects[i].cell);
    return good;
}

static void make_group(const cdn_insider_view *view, const member *members, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        view->finds->group[view->cell[members[i].column]] = view->cell[members[0].column];
}

static bool try_class(lineup *l, const member *members, uint32_t count, uint32_t *by)
{
    bool good = true;
    if (l->view->finds != NULL)
        make_group(l->view, members, count);
    for (l->kind = 0; good && l->kind < l->view->system->holder_kinds; l->kind++) {
        line_up(l, members, count);
        if (l->view->finds != NULL)
            good = list_finds(l);
        else
            blame(l, members, count, by);
    }
    return good;
}

cdn_status cdn_insider_try_multiples(const cdn_insider_view *view, uint32_t *by,
                                     cdn_error *error)
{
    uint32_t count = 0;
    bool good = true;
    member *members = cdn_alloc(view->column_count, sizeof *members);
    lineup l = {.view = view, .suspects = cdn_alloc(view->column_count, sizeof *l.suspects)};
    if (members == NULL || l.suspects == NULL) {
        good = false;
        goto done;
    }
    for (uint32_t c = 0; c < view->column_count; c++) {
        if (view->written[c].length > 0)
            members[count++] = fingerprint(view, c);
    }
    qsort(members, count, sizeof *members, compare_members);
    for (uint32_t begin = 0, end; good && begin < count; begin = end) {
        for (end = begin + 1; end < count && is_same_class(&members[begin], &members[end]);)
            end++;
        if (end - begin > 1)
            good = try_class(&l, members + begin, end - begin, by);
    }

done:
    cdn_free(members);
    cdn_free(l.suspects);
    return good ? CDN_OK : cdn_fail_memory(error);
}

cdn_status cdn_insider_attack(const cdn_insider_view *view, uint32_t *by, cdn_error *error)
{
    CDN_TRY(cdn_insider_try_multiples(view, by, error));
    return cdn_insider_try_spans(view, by, error);
}
