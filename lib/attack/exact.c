/* exact.c - the attacker who knows every visible cell and every equation.
 *
 * What is visible leaves the equations; what remains says what the unknown
 * cells are held to. Only connected groups of unknowns that hold a sensitive
 * cell are reduced. Two primes, because one prime can divide what decides: a
 * cell counts as exposed when either says so, which errs on the safe side.
 * Where contributors are attackers too, each reduction is handed on to
 * attack/insider.h.
 *
 * A system that breaks its own contract is refused, never half attacked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attack/exact.h"

#include <stdbool.h>

#include "attack/insider.h"
#include "attack/reduce.h"
#include "core/alloc.h"
#include "core/fail.h"

#define NONE UINT32_MAX

#define PRIMES 2u

static const uint32_t primes[PRIMES] = {4294967291u, 2147483647u};

typedef struct attack {
    const cdn_system *system;
    uint8_t *visible;   /* per cell */
    uint32_t *leader;   /* per cell: union-find parent */
    uint8_t *attacked;  /* per leader: its group holds a sensitive unknown */
    uint32_t *column;   /* per cell: its column, or NONE */
    uint32_t *cell;     /* per column */
    uint32_t *row_start, *row_column;
    int32_t *row_coefficient;
    uint8_t *wanted, *determined; /* per column */
    uint32_t *by;                 /* per column: a contributor's cell */
    const cdn_excuses *excuses;   /* what contributors know without the release, by prime */
    cdn_excuses *finds;           /* see cdn_insider_view */
    cdn_equations equations;
} attack;

static cdn_status check_offsets(const uint32_t *start, uint32_t count, const uint32_t *cells,
                                uint32_t cell_count, const char *what, cdn_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        if (start[i] > start[i + 1])
            return cdn_fail(error, CDN_E_INTERNAL, "attack: offsets of %s %u go back", what, i);
        for (uint32_t j = start[i]; j < start[i + 1]; j++) {
            if (cells[j] >= cell_count)
                return cdn_fail(error, CDN_E_INTERNAL, "attack: %s %u names cell %u of %u", what,
                                i, cells[j], cell_count);
        }
    }
    return CDN_OK;
}

/* The contract of cells/system.h, as far as the attack rests on it. */
static cdn_status check_system(const cdn_system *s, uint32_t *last_seen, cdn_error *error)
{
    CDN_TRY(check_offsets(s->equation_start, s->equation_count, s->equation_cell, s->cell_count,
                          "equation", error));
    CDN_TRY(check_offsets(s->figure_start, s->figure_count, s->figure_cell, s->cell_count,
                          "figure", error));
    if (s->holder_kinds > CDN_HOLDER_KINDS)
        return cdn_fail(error, CDN_E_INTERNAL, "attack: %u kinds of holders", s->holder_kinds);
    for (uint32_t k = 0; k < s->holder_kinds; k++) {
        if (s->holder[k] == NULL)
            return cdn_fail(error, CDN_E_INTERNAL, "attack: kind %u has no holders", k);
    }
    for (uint32_t c = 0; c < s->cell_count; c++)
        last_seen[c] = NONE;
    for (uint32_t e = 0; e < s->equation_count; e++) {
        for (uint32_t i = s->equation_start[e]; i < s->equation_start[e + 1]; i++) {
            uint32_t cell = s->equation_cell[i];
            if (s->equation_coefficient[i] == 0)
                return cdn_fail(error, CDN_E_INTERNAL, "attack: equation %u has coefficient 0", e);
            if (last_seen[cell] == e)
                return cdn_fail(error, CDN_E_INTERNAL, "attack: equation %u has a cell twice", e);
            last_seen[cell] = e;
        }
    }
    return CDN_OK;
}

static void mark_visible(attack *a, const uint8_t *figure_withheld)
{
    const cdn_system *s = a->system;
    for (uint32_t c = 0; c < s->cell_count; c++)
        a->visible[c] = (s->marks[c] & CDN_CELL_KNOWN) != 0;
    for (uint32_t f = 0; f < s->figure_count; f++) {
        if (figure_withheld[f])
            continue;
        for (uint32_t i = s->figure_start[f]; i < s->figure_start[f + 1]; i++)
            a->visible[s->figure_cell[i]] = 1;
    }
}

static uint32_t find_leader(attack *a, uint32_t cell)
{
    while (a->leader[cell] != cell) {
        a->leader[cell] = a->leader[a->leader[cell]];
        cell = a->leader[cell];
    }
    return cell;
}

static void group_unknowns(attack *a)
{
    const cdn_system *s = a->system;
    for (uint32_t c = 0; c < s->cell_count; c++)
        a->leader[c] = c;
    for (uint32_t e = 0; e < s->equation_count; e++) {
        uint32_t first = NONE;
        for (uint32_t i = s->equation_start[e]; i < s->equation_start[e + 1]; i++) {
            if (a->visible[s->equation_cell[i]])
                continue;
            uint32_t leader = find_leader(a, s->equation_cell[i]);
            if (first == NONE)
                first = leader;
            else if (leader < first) {
                a->leader[first] = leader;
                first = leader;
            } else
                a->leader[leader] = first;
        }
    }
    for (uint32_t c = 0; c < s->cell_count; c++) {
        if ((s->marks[c] & CDN_CELL_SENSITIVE) && !a->visible[c])
            a->attacked[find_leader(a, c)] = 1;
    }
}

static bool is_held(const cdn_system *s, uint32_t cell)
{
    bool held = false;
    for (uint32_t k = 0; k < s->holder_kinds; k++)
        held = held || s->holder[k][cell] != 0;
    return held;
}

/* Numbers the unknown cells of attacked groups and writes their equations. */
static void build_equations(attack *a)
{
    const cdn_system *s = a->system;
    uint32_t columns = 0, rows = 0, entries = 0;
    for (uint32_t c = 0; c < s->cell_count; c++) {
        a->column[c] = NONE;
        if (a->visible[c] || !a->attacked[find_leader(a, c)])
            continue;
        a->wanted[columns] = (s->marks[c] & CDN_CELL_SENSITIVE) || is_held(s, c);
        a->cell[columns] = c;
        a->column[c] = columns++;
    }
    for (uint32_t e = 0; e < s->equation_count; e++) {
        uint32_t begin = entries;
        for (uint32_t i = s->equation_start[e]; i < s->equation_start[e + 1]; i++) {
            uint32_t column = a->column[s->equation_cell[i]];
            if (column == NONE)
                continue;
            a->row_column[entries] = column;
            a->row_coefficient[entries++] = s->equation_coefficient[i];
        }
        if (entries > begin)
            a->row_start[++rows] = entries;
    }
    a->equations = (cdn_equations){rows, columns, a->row_start, a->row_column, a->row_coefficient};
}

static void clear_finds(attack *a)
{
    for (uint32_t c = 0; c < a->system->cell_count; c++)
        a->by[c] = CDN_INSIDER_NONE;
}

static cdn_status attack_init(attack *a, const cdn_system *s, cdn_error *error)
{
    size_t cells = s->cell_count;
    size_t entries = s->equation_count == 0 ? 0 : s->equation_start[s->equation_count];
    a->system = s;
    a->visible = cdn_alloc(cells, 1);
    a->leader = cdn_alloc(cells, sizeof *a->leader);
    a->attacked = cdn_alloc(cells, 1);
    a->column = cdn_alloc(cells, sizeof *a->column);
    a->cell = cdn_alloc(cells, sizeof *a->cell);
    a->row_start = cdn_alloc((size_t)s->equation_count + 1, sizeof *a->row_start);
    a->row_column = cdn_alloc(entries, sizeof *a->row_column);
    a->row_coefficient = cdn_alloc(entries, sizeof *a->row_coefficient);
    a->wanted = cdn_alloc(cells, 1);
    a->determined = cdn_alloc(cells, 1);
    a->by = cdn_alloc(cells, sizeof *a->by);
    if (a->visible == NULL || a->leader == NULL || a->attacked == NULL || a->column == NULL ||
        a->cell == NULL || a->row_start == NULL || a->row_column == NULL ||
        a->row_coefficient == NULL || a->wanted == NULL || a->determined == NULL ||
        a->by == NULL)
        return cdn_fail_memory(error);
    clear_finds(a);
    return CDN_OK;
}

static void attack_release(attack *a)
{
    cdn_free(a->visible);
    cdn_free(a->leader);
    cdn_free(a->attacked);
    cdn_free(a->column);
    cdn_free(a->cell);
    cdn_free(a->row_start);
    cdn_free(a->row_column);
    cdn_free(a->row_coefficient);
    cdn_free(a->wanted);
    cdn_free(a->determined);
    cdn_free(a->by);
}

/* One prime: outsiders, and whoever holds a cell. */
static cdn_status try_prime(attack *a, uint32_t prime, cdn_error *error)
{
    const cdn_equations *e = &a->equations;
    if (a->system->holder_kinds == 0)
        return cdn_reduce_determined(e, prime, a->wanted, a->determined, error);
    cdn_written *written = cdn_alloc(e->column_count, sizeof *written);
    if (written == NULL)
        return cdn_fail_memory(error);
    cdn_status status = cdn_reduce_write(e, prime, a->wanted, written, error);
    for (uint32_t c = 0; c < e->column_count && status == CDN_OK; c++) {
        if (a->wanted[c] && written[c].length == 0)
            a->determined[c] = 1;
    }
    cdn_insider_view view = {a->system, prime,      e->column_count, a->cell,
                             written,   a->excuses, a->finds};
    if (status == CDN_OK)
        status = cdn_insider_attack(&view, a->by, error);
    cdn_written_release(written, e->column_count);
    cdn_free(written);
    return status;
}

static cdn_status try_primes(attack *a, cdn_error *error)
{
    for (size_t i = 0; i < PRIMES; i++)
        CDN_TRY(try_prime(a, primes[i], error));
    return CDN_OK;
}

/* What contributors find when nothing is published, by each prime. */
static cdn_status find_excuses(const cdn_system *system, cdn_excuses *out, cdn_error *error)
{
    attack a = {0};
    cdn_status status = attack_init(&a, system, error);
    if (status != CDN_OK)
        goto done;
    for (uint32_t c = 0; c < system->cell_count; c++)
        a.visible[c] = (system->marks[c] & CDN_CELL_COMMON) != 0;
    group_unknowns(&a);
    build_equations(&a);
    for (size_t i = 0; i < PRIMES && status == CDN_OK; i++) {
        a.finds = &out[i];
        status = cdn_excuses_init(a.finds, system->cell_count) ? try_prime(&a, primes[i], error)
                                                               : cdn_fail_memory(error);
        cdn_excuses_close(a.finds);
    }

done:
    attack_release(&a);
    return status;
}

/* Tries again without the finds that are not the release's doing. */
static cdn_status excuse(attack *a, cdn_error *error)
{
    bool found = false;
    for (uint32_t c = 0; c < a->system->cell_count; c++)
        found = found || a->by[c] != CDN_INSIDER_NONE;
    if (!found)
        return CDN_OK;
    cdn_excuses excuses[PRIMES] = {0};
    cdn_status status = find_excuses(a->system, excuses, error);
    if (status == CDN_OK && excuses[0].count > 0) {
        a->excuses = excuses;
        clear_finds(a);
        status = try_primes(a, error);
        a->excuses = NULL;
    }
    for (size_t i = 0; i < PRIMES; i++)
        cdn_excuses_release(&excuses[i]);
    return status;
}

static uint8_t judge(const attack *a, uint32_t cell)
{
    uint32_t column = a->column[cell];
    if (!(a->system->marks[cell] & CDN_CELL_SENSITIVE))
        return 0;
    if (a->visible[cell] || (column != NONE && a->determined[column]))
        return CDN_EXPOSED_TO_ALL;
    return column != NONE && a->by[column] != NONE ? CDN_EXPOSED_TO_HOLDER : 0;
}

cdn_status cdn_attack_exact(const cdn_system *system, const uint8_t *figure_withheld,
                            uint8_t *exposed, uint32_t *exposed_count, cdn_error *error)
{
    return cdn_attack_exact_by(system, figure_withheld, exposed, NULL, exposed_count, error);
}

cdn_status cdn_attack_exact_by(const cdn_system *system, const uint8_t *figure_withheld,
                               uint8_t *exposed, uint32_t *by, uint32_t *exposed_count,
                               cdn_error *error)
{
    attack a = {0};
    cdn_status status = attack_init(&a, system, error);
    if (status != CDN_OK)
        goto done;
    status = check_system(system, a.cell, error);
    if (status != CDN_OK)
        goto done;
    mark_visible(&a, figure_withheld);
    group_unknowns(&a);
    build_equations(&a);
    status = try_primes(&a, error);
    if (status == CDN_OK)
        status = excuse(&a, error);
    if (status != CDN_OK)
        goto done;
    *exposed_count = 0;
    for (uint32_t c = 0; c < system->cell_count; c++) {
        exposed[c] = judge(&a, c);
        *exposed_count += exposed[c] != 0;
        if (by != NULL && exposed[c] == CDN_EXPOSED_TO_HOLDER)
            by[c] = a.by[a.column[c]];
    }

done:
    attack_release(&a);
    return status;
}
