/* fixture.h - small systems for the tests of the attackers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_ATTACK_FIXTURE_H
#define TESTS_UNIT_ATTACK_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "attack/interval.h"

#define S CDN_CELL_SENSITIVE
#define K CDN_CELL_KNOWN
#ifndef MOST
#define MOST 512
#endif

typedef struct fixture {
    uint32_t cells, equations, figures;
    uint8_t marks[MOST], withheld[MOST];
    uint64_t costs[MOST];
    uint32_t equation_start[MOST + 1], equation_cell[2 * MOST];
    int32_t coefficient[2 * MOST];
    uint32_t figure_start[MOST + 1], figure_cell[MOST];
    uint32_t holder_kinds, holder[CDN_HOLDER_KINDS][MOST];
    /* of the exact attack */
    uint8_t exposed[MOST];
    uint32_t exposed_count, by[MOST];
    /* of the interval attack */
    int64_t values[MOST], lower[MOST], upper[MOST], below[MOST], above[MOST], width[MOST];
    cdn_interval out[MOST];
    cdn_interval_work work;
    uint64_t limit;
    bool tight;
} fixture;

/* Cells that cost 1, and nothing else. */
static inline void clear(fixture *f, uint32_t cells)
{
    memset(f, 0, sizeof *f);
    f->cells = cells;
    for (uint32_t c = 0; c < cells; c++)
        f->costs[c] = 1;
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

/* total = sum of parts[0..count) */
static inline void add_total(fixture *f, uint32_t total, const uint32_t *parts, uint32_t count)
{
    add_term(f, total, -1);
    for (uint32_t i = 0; i < count; i++)
        add_term(f, parts[i], 1);
    end_equation(f);
}

static inline void add_figure(fixture *f, bool withheld, uint32_t count, const uint32_t *cells)
{
    uint32_t at = f->figure_start[f->figures];
    for (uint32_t i = 0; i < count; i++)
        f->figure_cell[at++] = cells[i];
    f->withheld[f->figures++] = withheld;
    f->figure_start[f->figures] = at;
}

/* One figure per cell, all published. */
static inline void one_figure_per_cell(fixture *f)
{
    for (uint32_t c = 0; c < f->cells; c++)
        add_figure(f, false, 1, &c);
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
                        .figure_count = f->figures,
                        .figure_start = f->figure_start,
                        .figure_cell = f->figure_cell,
                        .holder_kinds = f->holder_kinds,
                        .holder = {f->holder[0], f->holder[1], f->holder[2]}};
}

#endif
