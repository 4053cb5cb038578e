/* pattern.c - bookkeeping of withheld figures.
 *
 * Counting uses per cell makes a change cost only the cells of the figures
 * that change.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "protect/pattern.h"

#include "core/alloc.h"
#include "core/fail.h"

static cdn_status check_lists(const uint32_t *start, const uint32_t *items, uint32_t count,
                              uint32_t cell_count, const char *what, cdn_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        if (start[i] > start[i + 1])
            return cdn_fail(error, CDN_E_USAGE, "%s %u: offsets must not fall", what, i);
    }
    for (uint32_t j = count == 0 ? 0 : start[0]; count != 0 && j < start[count]; j++) {
        if (items[j] >= cell_count)
            return cdn_fail(error, CDN_E_USAGE, "%s: no cell has number %u", what, items[j]);
    }
    return CDN_OK;
}

static cdn_status check_system(const cdn_system *system, cdn_error *error)
{
    if (system->cell_count == CDN_NONE)
        return cdn_fail(error, CDN_E_LIMIT, "too many cells");
    if (system->holder_kinds > CDN_HOLDER_KINDS)
        return cdn_fail(error, CDN_E_USAGE, "expected at most %u kinds of contributors, found %u",
                        CDN_HOLDER_KINDS, system->holder_kinds);
    CDN_TRY(check_lists(system->equation_start, system->equation_cell, system->equation_count,
                        system->cell_count, "equation", error));
    CDN_TRY(check_lists(system->figure_start, system->figure_cell, system->figure_count,
                        system->cell_count, "figure", error));
    const unsigned both = CDN_CELL_SENSITIVE | CDN_CELL_KNOWN;
    for (uint32_t c = 0; c < system->cell_count; c++) {
        if ((system->marks[c] & both) == both) {
            return cdn_fail(error, CDN_E_REFUSED,
                            "cell %u is sensitive, yet everybody knows it: it cannot be protected",
                            c);
        }
    }
    for (uint32_t j = 0;
         system->equation_count != 0 && j < system->equation_start[system->equation_count]; j++) {
        if (j >= system->equation_start[0] && system->equation_coefficient[j] == 0)
            return cdn_fail(error, CDN_E_USAGE, "an equation has a coefficient of zero");
    }
    return CDN_OK;
}

/* The lists the other way round; a cell named twice by one list counts once. */
static bool invert(cdn_incidence *out, uint32_t cell_count, uint32_t count, const uint32_t *start,
                   const uint32_t *items)
{
    uint32_t *last = cdn_alloc(cell_count, sizeof *last);
    out->start = cdn_alloc((size_t)cell_count + 2, sizeof *out->start);
    if (last == NULL || out->start == NULL) {
        cdn_free(last);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = start[i]; j < start[i + 1]; j++) {
            if (last[items[j]] != i + 1)
                out->start[items[j] + 2]++;
            last[items[j]] = i + 1;
        }
    }
    for (uint32_t c = 0; c < cell_count; c++) {
        out->start[c + 2] += out->start[c + 1];
        last[c] = 0;
    }
    out->items = cdn_alloc(out->start[cell_count + 1], sizeof *out->items);
    for (uint32_t i = 0; out->items != NULL && i < count; i++) {
        for (uint32_t j = start[i]; j < start[i + 1]; j++) {
            if (last[items[j]] != i + 1)
                out->items[out->start[items[j] + 1]++] = i;
            last[items[j]] = i + 1;
        }
    }
    cdn_free(last);
    return out->items != NULL;
}

static void change_cell(cdn_pattern *pattern, uint32_t cell, uint32_t by)
{
    const cdn_incidence *equations = &pattern->equations;
    if (pattern->system->marks[cell] & CDN_CELL_KNOWN)
        return;
    pattern->changed.cells[pattern->changed.count++] = cell;
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++)
        pattern->unknowns[equations->items[i]] += by;
}

static void withhold_figure(cdn_pattern *pattern, uint32_t figure)
{
    const cdn_system *system = pattern->system;
    pattern->withheld[figure] = 1;
    for (uint32_t j = system->figure_start[figure]; j < system->figure_start[figure + 1]; j++) {
        uint32_t cell = system->figure_cell[j];
        if (--pattern->uses[cell] == 0)
            change_cell(pattern, cell, 1);
    }
}

static void count_equations(cdn_pattern *pattern)
{
    const cdn_system *system = pattern->system;
    for (uint32_t e = 0; e < system->equation_count; e++) {
        pattern->company[e] = UINT64_MAX;
        for (uint32_t j = system->equation_start[e]; j < system->equation_start[e + 1]; j++) {
            uint32_t cell = system->equation_cell[j];
            pattern->unknowns[e] += cdn_pattern_unknown(pattern, cell);
            if (!cdn_pattern_can_withhold(pattern, cell) ||
                (system->marks[cell] & (CDN_CELL_KEEP | CDN_CELL_SENSITIVE)))
                continue;
            uint64_t cost = cdn_pattern_cell_cost(pattern, cell);
            if (cost < pattern->company[e])
                pattern->company[e] = cost;
        }
    }
}

cdn_status cdn_pattern_init(cdn_pattern *pattern, const cdn_system *system, cdn_error *error)
{
    *pattern = (cdn_pattern){.system = system};
    CDN_TRY(check_system(system, error));
    pattern->withheld = cdn_alloc(system->figure_count, sizeof *pattern->withheld);
    pattern->primary = cdn_alloc(system->figure_count, sizeof *pattern->primary);
    pattern->unknowns = cdn_alloc(system->equation_count, sizeof *pattern->unknowns);
    pattern->company = cdn_alloc(system->equation_count, sizeof *pattern->company);
    pattern->uses = cdn_alloc(system->cell_count, sizeof *pattern->uses);
    pattern->changed.cells = cdn_alloc(system->cell_count, sizeof *pattern->changed.cells);
    if (pattern->withheld == NULL || pattern->primary == NULL || pattern->uses == NULL ||
        pattern->unknowns == NULL || pattern->company == NULL || pattern->changed.cells == NULL ||
        !invert(&pattern->figures, system->cell_count, system->figure_count, system->figure_start,
                system->figure_cell) ||
        !invert(&pattern->equations, system->cell_count, system->equation_count,
                system->equation_start, system->equation_cell))
        return cdn_fail_memory(error);
    for (uint32_t f = 0; f < system->figure_count; f++) {
        for (uint32_t j = system->figure_start[f]; j < system->figure_start[f + 1]; j++) {
            uint32_t cell = system->figure_cell[j];
            pattern->uses[cell]++;
            if (system->marks[cell] & CDN_CELL_SENSITIVE)
                pattern->primary[f] = 1;
        }
    }
    count_equations(pattern);
    for (uint32_t f = 0; f < system->figure_count; f++) {
        if (pattern->primary[f])
            withhold_figure(pattern, f);
        pattern->changed.count = 0;
    }
    return CDN_OK;
}

void cdn_pattern_release(cdn_pattern *pattern)
{
    cdn_free(pattern->figures.start);
    cdn_free(pattern->figures.items);
    cdn_free(pattern->equations.start);
    cdn_free(pattern->equations.items);
    cdn_free(pattern->withheld);
    cdn_free(pattern->primary);
    cdn_free(pattern->unknowns);
    cdn_free(pattern->company);
    cdn_free(pattern->uses);
    cdn_free(pattern->changed.cells);
    *pattern = (cdn_pattern){0};
}

uint64_t cdn_figure_cost(const cdn_system *system, uint32_t figure)
{
    uint64_t dearest = 0;
    for (uint32_t j = system->figure_start[figure]; j < system->figure_start[figure + 1]; j++) {
        uint64_t cost = system->costs[system->figure_cell[j]];
        dearest = cost > dearest ? cost : dearest;
    }
    return dearest;
}

uint64_t cdn_pattern_cell_cost(const cdn_pattern *pattern, uint32_t cell)
{
    uint64_t sum = 0;
    const cdn_incidence *figures = &pattern->figures;
    for (uint32_t j = figures->start[cell]; j < figures->start[cell + 1]; j++) {
        uint32_t figure = figures->items[j];
        if (!pattern->withheld[figure] &&
            __builtin_add_overflow(sum, cdn_figure_cost(pattern->system, figure), &sum))
            return UINT64_MAX;
    }
    return sum;
}

uint64_t cdn_pattern_outlook(const cdn_pattern *pattern, uint32_t cell)
{
    const cdn_incidence *equations = &pattern->equations;
    uint64_t sum = cdn_pattern_cell_cost(pattern, cell);
    for (uint32_t i = equations->start[cell]; i < equations->start[cell + 1]; i++) {
        uint32_t e = equations->items[i];
        if (pattern->unknowns[e] == 0 && __builtin_add_overflow(sum, pattern->company[e], &sum))
            return UINT64_MAX;
    }
    return sum;
}

void cdn_pattern_withhold(cdn_pattern *pattern, uint32_t cell)
{
    const cdn_incidence *figures = &pattern->figures;
    pattern->changed.count = 0;
    for (uint32_t j = figures->start[cell]; j < figures->start[cell + 1]; j++) {
        if (!pattern->withheld[figures->items[j]])
            withhold_figure(pattern, figures->items[j]);
    }
}

void cdn_pattern_publish(cdn_pattern *pattern, uint32_t figure)
{
    const cdn_system *system = pattern->system;
    pattern->changed.count = 0;
    pattern->withheld[figure] = 0;
    for (uint32_t j = system->figure_start[figure]; j < system->figure_start[figure + 1]; j++) {
        uint32_t cell = system->figure_cell[j];
        if (pattern->uses[cell]++ == 0)
            change_cell(pattern, cell, UINT32_MAX);
    }
}

void cdn_pattern_unpublish(cdn_pattern *pattern, uint32_t figure)
{
    pattern->changed.count = 0;
    withhold_figure(pattern, figure);
}
