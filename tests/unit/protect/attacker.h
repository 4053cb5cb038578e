/* attacker.h - a slow attacker for small systems, in exact rational arithmetic.
 *
 * Shares nothing with the engine: dense Gauss-Jordan over fractions of 64-bit
 * integers (a test fails loudly on overflow), on the equations restricted to
 * the unknown cells. A cell is determined when a reduced equation has it alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_PROTECT_ATTACKER_H
#define CDN_TESTS_PROTECT_ATTACKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cells/system.h"

typedef struct fraction {
    int64_t over, under; /* under > 0, lowest terms */
} fraction;

static inline int64_t attacker_gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static inline fraction attacker_fraction(__int128 over, __int128 under)
{
    __int128 a = over < 0 ? -over : over, b = under < 0 ? -under : under;
    while (b != 0) {
        __int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (under < 0)
        a = -a;
    over /= a;
    under /= a;
    assert_true(over <= INT64_MAX && over >= -INT64_MAX && under <= INT64_MAX);
    return (fraction){(int64_t)over, (int64_t)under};
}

/* a - b * c */
static inline fraction attacker_deduct(fraction a, fraction b, fraction c)
{
    fraction bc = attacker_fraction((__int128)b.over * c.over, (__int128)b.under * c.under);
    return attacker_fraction((__int128)a.over * bc.under - (__int128)bc.over * a.under,
                             (__int128)a.under * bc.under);
}

/** Gauss-Jordan in place; rows x columns. */
static inline void attacker_reduce(fraction *m, uint32_t rows, uint32_t columns)
{
    uint32_t done = 0;
    for (uint32_t c = 0; c < columns && done < rows; c++) {
        uint32_t p = done;
        while (p < rows && m[p * columns + c].over == 0)
            p++;
        if (p == rows)
            continue;
        fraction pivot = m[p * columns + c];
        for (uint32_t j = 0; j < columns; j++) {
            fraction swap = m[p * columns + j];
            m[p * columns + j] = m[done * columns + j];
            m[done * columns + j] = attacker_fraction((__int128)swap.over * pivot.under,
                                                      (__int128)swap.under * pivot.over);
        }
        for (uint32_t r = 0; r < rows; r++) {
            fraction factor = m[r * columns + c];
            if (r == done || factor.over == 0)
                continue;
            for (uint32_t j = 0; j < columns; j++)
                m[r * columns + j] =
                    attacker_deduct(m[r * columns + j], factor, m[done * columns + j]);
        }
        done++;
    }
}

/** known[c] becomes 1 for each cell that an attacker knows when `withheld` figures are. */
static inline void attacker_learn(const cdn_system *s, const uint8_t *withheld, uint8_t *known)
{
    for (uint32_t c = 0; c < s->cell_count; c++)
        known[c] = (s->marks[c] & CDN_CELL_KNOWN) != 0;
    for (uint32_t f = 0; f < s->figure_count; f++) {
        for (uint32_t j = s->figure_start[f]; !withheld[f] && j < s->figure_start[f + 1]; j++)
            known[s->figure_cell[j]] = 1;
    }
    uint32_t *column = calloc(s->cell_count + 1, sizeof *column);
    uint32_t *cell = calloc(s->cell_count + 1, sizeof *cell);
    uint32_t columns = 0;
    for (uint32_t c = 0; c < s->cell_count; c++) {
        if (!known[c]) {
            column[c] = columns;
            cell[columns++] = c;
        }
    }
    fraction *m = calloc((size_t)s->equation_count * columns + 1, sizeof *m);
    assert_non_null(m);
    for (uint32_t e = 0; e < s->equation_count; e++) {
        for (uint32_t j = 0; j < columns; j++)
            m[e * columns + j] = (fraction){0, 1};
        for (uint32_t j = s->equation_start[e]; j < s->equation_start[e + 1]; j++) {
            if (!known[s->equation_cell[j]])
                m[e * columns + column[s->equation_cell[j]]] =
                    (fraction){s->equation_coefficient[j], 1};
        }
    }
    attacker_reduce(m, s->equation_count, columns);
    for (uint32_t e = 0; e < s->equation_count; e++) {
        uint32_t count = 0, last = 0;
        for (uint32_t j = 0; j < columns; j++) {
            if (m[e * columns + j].over != 0) {
                count++;
                last = j;
            }
        }
        if (count == 1)
            known[cell[last]] = 1;
    }
    free(m);
    free(cell);
    free(column);
}

/** Does the pattern give a sensitive cell away? */
static inline bool attacker_wins(const cdn_system *s, const uint8_t *withheld)
{
    uint8_t *known = calloc(s->cell_count + 1, 1);
    bool wins = false;
    attacker_learn(s, withheld, known);
    for (uint32_t c = 0; c < s->cell_count; c++)
        wins |= known[c] && (s->marks[c] & CDN_CELL_SENSITIVE);
    free(known);
    return wins;
}

/** Does contributor `self` of the kind determine a sensitive cell of others that it would not know
 *  if nothing were published? *excused: there is one that it would know. Its own cells are known to
 *  it. */
static inline bool attacker_insider_wins(const cdn_system *s, uint32_t kind, uint32_t self,
                                         const uint8_t *withheld, bool *excused)
{
    uint8_t *everything = malloc(s->figure_count + 1), *marks[2], *known[2];
    bool wins = false;
    memset(everything, 1, s->figure_count + 1);
    for (uint32_t when = 0; when < 2; when++) {
        cdn_system view = *s;
        marks[when] = calloc(s->cell_count + 1, 1);
        known[when] = calloc(s->cell_count + 1, 1);
        for (uint32_t c = 0; c < s->cell_count; c++) {
            bool own = s->holder[kind][c] == self;
            bool visible = when == 1 || (s->marks[c] & CDN_CELL_COMMON) != 0;
            marks[when][c] = own       ? (uint8_t)CDN_CELL_KNOWN
                             : visible ? s->marks[c]
                                       : (uint8_t)(s->marks[c] & ~CDN_CELL_KNOWN);
        }
        view.marks = marks[when];
        attacker_learn(&view, when == 1 ? withheld : everything, known[when]);
    }
    for (uint32_t c = 0; c < s->cell_count; c++) {
        bool hurts = (marks[1][c] & CDN_CELL_SENSITIVE) != 0;
        wins |= hurts && known[1][c] && !known[0][c];
        *excused |= hurts && known[0][c];
    }
    for (uint32_t when = 0; when < 2; when++) {
        free(marks[when]);
        free(known[when]);
    }
    free(everything);
    return wins;
}

/** An outsider, or any contributor. */
static inline bool attacker_anybody_wins_or(const cdn_system *s, const uint8_t *withheld,
                                            bool *excused)
{
    bool wins = attacker_wins(s, withheld);
    for (uint32_t k = 0; k < s->holder_kinds && !wins; k++) {
        for (uint32_t c = 0; c < s->cell_count && !wins; c++) {
            uint32_t self = s->holder[k][c], before = 0;
            while (before < c && s->holder[k][before] != self)
                before++;
            wins = self != 0 && before == c &&
                   attacker_insider_wins(s, k, self, withheld, excused);
        }
    }
    return wins;
}

static inline bool attacker_anybody_wins(const cdn_system *s, const uint8_t *withheld)
{
    bool excused = false;
    return attacker_anybody_wins_or(s, withheld, &excused);
}

#endif
