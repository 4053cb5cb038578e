/* ties.c - totals and parts, read off the equations.
 *
 * The total of an equation is the cell whose sign no other cell there has. Each
 * total keeps one equation that splits it. Sizes flow down these, so that a part
 * gets the size of every total that it is in once, whatever ways lead there; and
 * back up, from parts to totals. A cell on a circle of totals scores 0: it only
 * loses its place among equals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/ties.h"

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"

#define NOTHING UINT32_MAX

typedef struct flow {
    const cdn_system *system;
    uint32_t *split;   /* per cell: the equation that splits it, or NOTHING */
    uint32_t *above;   /* per cell: totals with it as a part that are not in order yet */
    uint32_t *order;   /* cells, totals before their parts */
    uint64_t *weights; /* per cell: sizes of the totals that it is in, its own included */
    uint64_t *scores;
} flow;

static uint64_t size_of(const cdn_system *system, uint32_t cell)
{
    return 1 + (system->ranks != NULL ? system->ranks[cell] : system->costs[cell]);
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The only cell with its sign among three or more; else NOTHING. */
static uint32_t total_of(const cdn_system *system, uint32_t equation)
{
    uint32_t total[2] = {NOTHING, NOTHING}, count[2] = {0, 0};
    for (uint32_t j = system->equation_start[equation]; j < system->equation_start[equation + 1];
         j++) {
        uint32_t sign = system->equation_coefficient[j] > 0;
        total[sign] = system->equation_cell[j];
        count[sign]++;
    }
    for (uint32_t sign = 0; sign < 2; sign++)
        if (count[sign] == 1 && count[!sign] > 1)
            return total[sign];
    return NOTHING;
}

static void find_splits(flow *f)
{
    const cdn_system *s = f->system;
    for (uint32_t c = 0; c < s->cell_count; c++)
        f->split[c] = NOTHING;
    for (uint32_t e = 0; e < s->equation_count; e++) {
        uint32_t total = total_of(s, e);
        if (total == NOTHING || f->split[total] != NOTHING)
            continue;
        f->split[total] = e;
        for (uint32_t j = s->equation_start[e]; j < s->equation_start[e + 1]; j++)
            f->above[s->equation_cell[j]] += s->equation_cell[j] != total;
    }
}

/* Gives a total's weight to its parts; those that no other total waits for join the order. */
static uint32_t pour(flow *f, uint32_t total, uint32_t ordered)
{
    const cdn_system *s = f->system;
    uint32_t e = f->split[total];
    for (uint32_t j = s->equation_start[e]; j < s->equation_start[e + 1]; j++) {
        uint32_t part = s->equation_cell[j];
        if (part == total)
            continue;
        f->weights[part] = add(f->weights[part], f->weights[total]);
        if (--f->above[part] == 0)
            f->order[ordered++] = part;
    }
    return ordered;
}

static void gather(flow *f, uint32_t cell)
{
    const cdn_system *s = f->system;
    uint32_t e = f->split[cell];
    if (e == NOTHING) {
        f->scores[cell] = f->weights[cell];
        return;
    }
    for (uint32_t j = s->equation_start[e]; j < s->equation_start[e + 1]; j++)
        if (s->equation_cell[j] != cell)
            f->scores[cell] = add(f->scores[cell], f->scores[s->equation_cell[j]]);
}

static void run(flow *f)
{
    uint32_t ordered = 0;
    find_splits(f);
    for (uint32_t c = 0; c < f->system->cell_count; c++) {
        f->weights[c] = size_of(f->system, c);
        if (f->above[c] == 0)
            f->order[ordered++] = c;
    }
    for (uint32_t i = 0; i < ordered; i++)
        if (f->split[f->order[i]] != NOTHING)
            ordered = pour(f, f->order[i], ordered);
    while (ordered-- > 0)
        gather(f, f->order[ordered]);
}

static void fill(const flow *f, cdn_tie *out)
{
    const cdn_system *s = f->system;
    for (uint32_t g = 0; g < s->figure_count; g++) {
        out[g] = (cdn_tie){0, 0};
        for (uint32_t j = s->figure_start[g]; j < s->figure_start[g + 1]; j++) {
            uint32_t cell = s->figure_cell[j];
            if (s->ranks != NULL && s->ranks[cell] > out[g].rank)
                out[g].rank = s->ranks[cell];
            if (f->scores[cell] > out[g].score)
                out[g].score = f->scores[cell];
        }
    }
}

cdn_status cdn_ties_weigh(const cdn_system *system, cdn_tie *out, cdn_error *error)
{
    size_t cells = system->cell_count;
    flow f = {.system = system,
              .split = cdn_alloc(cells, sizeof *f.split),
              .above = cdn_alloc(cells, sizeof *f.above),
              .order = cdn_alloc(cells, sizeof *f.order),
              .weights = cdn_alloc(cells, sizeof *f.weights),
              .scores = cdn_alloc(cells, sizeof *f.scores)};
    bool room = f.split != NULL && f.above != NULL && f.order != NULL && f.weights != NULL &&
                f.scores != NULL;
    if (room) {
        run(&f);
        fill(&f, out);
    }
    cdn_free(f.scores);
    cdn_free(f.weights);
    cdn_free(f.order);
    cdn_free(f.above);
    cdn_free(f.split);
    return room ? CDN_OK : cdn_fail_memory(error);
}

void cdn_ties_shuffle(const cdn_system *system, uint64_t seed, cdn_tie *out)
{
    for (uint32_t f = 0; f < system->figure_count; f++)
        out[f] = (cdn_tie){0, cdn_mix64(seed + f)};
}
