/* interval_fixture.h - small systems for the tests of the interval attacker.
 *
 * One figure per cell; everything is published until withheld.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_ATTACK_INTERVAL_FIXTURE_H
#define TESTS_UNIT_ATTACK_INTERVAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

/* Figure f shows cell f. */
static inline void fresh(fixture *f, uint32_t cells)
{
    clear(f, cells);
    one_figure_per_cell(f);
    f->tight = true;
    for (uint32_t c = 0; c < cells; c++)
        f->upper[c] = CDN_INTERVAL_NO_UPPER;
}

static inline void withhold(fixture *f, uint32_t count, const uint32_t *cells)
{
    for (uint32_t i = 0; i < count; i++)
        f->withheld[cells[i]] = f->marks[cells[i]] = S;
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
        add_total(f, r * wide + columns, parts, columns);
    }
    for (uint32_t c = 0; c <= columns; c++) {
        for (uint32_t r = 0; r < rows; r++)
            parts[r] = r * wide + c;
        add_total(f, rows * wide + c, parts, rows);
    }
}

#endif
