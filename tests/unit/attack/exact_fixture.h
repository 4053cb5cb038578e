/* exact_fixture.h - small systems for the exact attacker, and the same attack over the rationals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_TESTS_EXACT_FIXTURE_H
#define CDN_TESTS_EXACT_FIXTURE_H

#include "attack/exact.h"

#include "fixture.h"

static inline fixture fresh(uint32_t cells)
{
    fixture f;
    clear(&f, cells);
    return f;
}

static inline cdn_status run(fixture *f)
{
    cdn_system s = fixture_system(f);
    cdn_error error = CDN_ERROR_INIT;
    memset(f->exposed, 9, sizeof f->exposed);
    f->exposed_count = 99;
    return cdn_attack_exact_by(&s, f->withheld, f->exposed, f->by, &f->exposed_count, &error);
}

/* sdcTable's 5 x 5 example (its test of the simple heuristic): cells row-major, the fifth row and
 * column are totals. Every line has two suppressions or more. */
static inline fixture five_by_five(void)
{
    fixture f = fresh(25);
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t row[4], column[4];
        for (uint32_t j = 0; j < 4; j++) {
            row[j] = i * 5 + j;
            column[j] = j * 5 + i;
        }
        add_total(&f, i * 5 + 4, row, 4);
        add_total(&f, 20 + i, column, 4);
    }
    one_figure_per_cell(&f);
    const uint32_t primaries[] = {0, 1, 2, 5, 7, 11, 13, 16, 18};
    for (size_t i = 0; i < sizeof primaries / sizeof primaries[0]; i++)
        f.marks[primaries[i]] = f.withheld[primaries[i]] = S;
    return f;
}

/* ---- brute force over the rationals ---- */

typedef struct rational {
    __int128 top, bottom; /* bottom > 0, lowest terms */
} rational;

static inline rational lowest(__int128 top, __int128 bottom)
{
    __int128 a = top < 0 ? -top : top, b = bottom < 0 ? -bottom : bottom;
    while (b != 0) {
        __int128 rest = a % b;
        a = b;
        b = rest;
    }
    if (bottom < 0)
        a = -a;
    return a == 0 ? (rational){0, 1} : (rational){top / a, bottom / a};
}

#define SMALL 12

/* exact[c] = 1 when the unknown cell c is determined */
static inline void brute(const fixture *f, const bool *visible, uint8_t *exact)
{
    rational m[SMALL][SMALL];
    uint32_t rows = f->equations;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < f->cells; c++)
            m[r][c] = (rational){0, 1};
        for (uint32_t i = f->equation_start[r]; i < f->equation_start[r + 1]; i++) {
            if (!visible[f->equation_cell[i]])
                m[r][f->equation_cell[i]] = (rational){f->coefficient[i], 1};
        }
    }
    uint32_t done = 0;
    for (uint32_t c = 0; c < f->cells && done < rows; c++) {
        uint32_t p = done;
        while (p < rows && m[p][c].top == 0)
            p++;
        if (p == rows)
            continue;
        for (uint32_t j = 0; j < f->cells; j++) {
            rational t = m[p][j];
            m[p][j] = m[done][j];
            m[done][j] = t;
        }
        for (uint32_t r = 0; r < rows; r++) {
            if (r == done || m[r][c].top == 0)
                continue;
            rational q = lowest(m[r][c].top * m[done][c].bottom, m[r][c].bottom * m[done][c].top);
            for (uint32_t j = 0; j < f->cells; j++) {
                rational x = m[done][j];
                m[r][j] = lowest(m[r][j].top * q.bottom * x.bottom - q.top * x.top * m[r][j].bottom,
                                 m[r][j].bottom * q.bottom * x.bottom);
            }
        }
        done++;
    }
    for (uint32_t r = 0; r < done; r++) {
        uint32_t count = 0, last = 0;
        for (uint32_t j = 0; j < f->cells; j++) {
            if (m[r][j].top != 0) {
                count++;
                last = j;
            }
        }
        if (count == 1)
            exact[last] = 1;
    }
}

static uint64_t random_state;

static inline uint32_t pick(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

static inline fixture random_system(void)
{
    fixture f = fresh(2 + pick(SMALL - 1));
    uint32_t rows = 1 + pick(8);
    uint32_t spread = 1 + pick(4);
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < f.cells; c++) {
            if (pick(spread + 1) == 0)
                add_term(&f, c, (int32_t)(1 + pick(3)) * (pick(2) ? 1 : -1));
        }
        end_equation(&f);
    }
    for (uint32_t c = 0; c < f.cells; c++) {
        f.marks[c] = pick(2) ? S : 0;
        if (pick(8) == 0)
            f.marks[c] = K;
    }
    uint32_t figures = pick(f.cells + 2);
    for (uint32_t i = 0; i < figures; i++) {
        uint32_t first = pick(f.cells);
        uint32_t second = pick(f.cells);
        add_figure(&f, pick(3) != 0, first != second ? 2 : 1, (uint32_t[]){first, second});
    }
    return f;
}

/* What is visible to everybody. */
static inline void look(const fixture *f, bool *visible)
{
    for (uint32_t c = 0; c < f->cells; c++)
        visible[c] = f->marks[c] == K;
    for (uint32_t i = 0; i < f->figures; i++) {
        for (uint32_t j = f->figure_start[i]; j < f->figure_start[i + 1] && !f->withheld[i]; j++)
            visible[f->figure_cell[j]] = true;
    }
}

#endif
