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

/* The first cell of the class whose holder may be blamed for the cell; NONE: nobody's. */
static uint32_t find_attacker(const cdn_insider_view *view, const member *members, uint32_t count,
                              uint32_t kind, uint32_t cell)
{
    const uint32_t *holder = view->system->holder[kind];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = view->cell[members[i].column];
        if (holder[other] != 0 && holder[other] != holder[cell] &&
            !cdn_excuses_has(view->excuses, kind, holder[other], cell))
            return other;
    }
    return CDN_INSIDER_NONE;
}

static bool list_attackers(const cdn_insider_view *view, const member *members, uint32_t count,
                           uint32_t kind, uint32_t cell)
{
    const uint32_t *holder = view->system->holder[kind];
    bool good = true;
    for (uint32_t i = 0; good && i < count; i++) {
        uint32_t other = view->cell[members[i].column];
        if (holder[other] != 0 && holder[other] != holder[cell])
            good = cdn_excuses_add(view->finds, kind, holder[other], cell);
    }
    return good;
}

/* One class, one kind: a sensitive cell falls when somebody else holds a cell of its class. */
static bool try_class(const cdn_insider_view *view, const member *members, uint32_t count,
                      uint32_t kind, uint32_t *by)
{
    bool good = true;
    for (uint32_t i = 0; good && i < count; i++) {
        uint32_t column = members[i].column, cell = view->cell[column];
        if (!(view->system->marks[cell] & CDN_CELL_SENSITIVE))
            continue;
        if (view->finds != NULL)
            good = list_attackers(view, members, count, kind, cell);
        else if (by[column] == CDN_INSIDER_NONE)
            by[column] = find_attacker(view, members, count, kind, cell);
    }
    return good;
}

cdn_status cdn_insider_try_multiples(const cdn_insider_view *view, uint32_t *by,
                                     cdn_error *error)
{
    uint32_t count = 0;
    bool good = true;
    member *members = cdn_alloc(view->column_count, sizeof *members);
    if (members == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < view->column_count; c++) {
        if (view->written[c].length > 0)
            members[count++] = fingerprint(view, c);
    }
    qsort(members, count, sizeof *members, compare_members);
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && is_same_class(&members[begin], &members[end]);)
            end++;
        for (uint32_t k = 0; good && k < view->system->holder_kinds && end - begin > 1; k++)
            good = try_class(view, members + begin, end - begin, k, by);
    }
    cdn_free(members);
    return good ? CDN_OK : cdn_fail_memory(error);
}

cdn_status cdn_insider_attack(const cdn_insider_view *view, uint32_t *by, cdn_error *error)
{
    CDN_TRY(cdn_insider_try_multiples(view, by, error));
    return cdn_insider_try_spans(view, by, error);
}
