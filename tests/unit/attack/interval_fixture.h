/* interval_fixture.h - small systems for the tests of the interval attacker.
 *
 * One figure per cell; everything is published until withheld.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_ATTACK_INTERVAL_FIXTURE_H
#define TESTS_UNIT_ATTACK_INTERVAL_FIXTURE_H

#include "attack/interval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define S CDN_CELL_SENSITIVE
#define K CDN_CELL_KNOWN
#define MOST 512

typedef struct fixture {
    uint32_t cells, equations;
    uint8_t marks[MOST], withheld[MOST];
    uint64_t costs[MOST];
    uint32_t equation_start[MOST + 1], equation_cell[MOST];
    int32_t coefficient[MOST];
    uint32_t figure_start[MOST + 1], figure_cell[MOST]; /* figure f shows cell f */
    int64_t values[MOST], lower[MOST], upper[MOST], below[MOST], above[MOST], width[MOST];
    cdn_interval out[MOST];
    cdn_interval_work work;
    uint64_t limit;
    bool tight;
} fixture;

static inline void fresh(fixture *f, uint32_t cells)
{
    memset(f, 0, sizeof *f);
    f->cells = cells;
    f->tight = true;
    for (uint32_t c = 0; c < cells; c++) {
        f->costs[c] = 1;
        f->figure_cell[c] = c;
        f->figure_start[c + 1] = c + 1;
        f->upper[c] = CDN_INTERVAL_NO_UPPER;
    }
}

static inline void add_term(fixture *f, uint32_t cell, int32_t coefficient)
{
    uint32_t at = f->equation_start[f->equations + 1];
    f->equation_cell[at] = cell;
    f->coefficient[at] = coefficient;
    f->equation_start[f->equations + 1] = at + 1;
}

static inline void end_equation(fixture *f)
{
    f->equations++;
    f->equation_start[f->equations + 1] = f->equation_start[f->equations];
}

static inline void add_total(fixture *f, uint32_t total, uint32_t count, const uint32_t *parts)
{
    add_term(f, total, -1);
    for (uint32_t i = 0; i < count; i++)
        add_term(f, parts[i], 1);
    end_equation(f);
}

static inline void withhold(fixture *f, uint32_t count, const uint32_t *cells)
{
    for (uint32_t i = 0; i < count; i++)
        f->withheld[cells[i]] = f->marks[cells[i]] = S;
}

static inline cdn_system fixture_system(const fixture *f)
{
    return (cdn_system){.cell_count = f->cells,
                        .marks = f->marks,
                        .costs = f->costs,
                        .equation_count = f->equations,
                        .equation_start = f->equation_start,
                        .equation_cell = f->equation_cell,
                        .equation_coefficient = f->coefficient,
                        .figure_count = f->cells,
                        .figure_start = f->figure_start,
                        .figure_cell = f->figure_cell};
}

static inline cdn_status attack(fixture *f, cdn_error *error)
{
    cdn_system s = fixture_system(f);
    cdn_interval_input in = {.values = f->values,
                             .lower = f->lower,
                             .upper = f->upper,
                             .below = f->below,
                             .above = f->above,
                             .width = f->width,
                             .limit = f->limit,
                             .tight = f->tight,
                             .work = &f->work};
    memset(f->out, 9, sizeof f->out);
    return cdn_attack_intervals(&s, f->withheld, &in, f->out, error);
}

static inline void run(fixture *f)
{
    cdn_error error = CDN_ERROR_INIT;
    assert_int_equal(attack(f, &error), CDN_OK);
}

/* rows x columns inner cells, row-major, each line with its total after it; the values of the inner
 * cells are given, totals are added up. */
static inline void two_way(fixture *f, uint32_t rows, uint32_t columns, const int64_t *inner)
{
    fresh(f, (rows + 1) * (columns + 1));
    uint32_t wide = columns + 1, parts[MOST];
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < columns; c++) {
            int64_t v = inner[r * columns + c];
            f->values[r * wide + c] = v;
            f->values[r * wide + columns] += v;
            f->values[rows * wide + c] += v;
            f->values[rows * wide + columns] += v;
        }
    for (uint32_t r = 0; r <= rows; r++) {
        for (uint32_t c = 0; c < columns; c++)
            parts[c] = r * wide + c;
        add_total(f, r * wide + columns, columns, parts);
    }
    for (uint32_t c = 0; c <= columns; c++) {
        for (uint32_t r = 0; r < rows; r++)
            parts[r] = r * wide + c;
        add_total(f, rows * wide + c, rows, parts);
    }
}

#endif
