/* controlled.c - zero-restricted controlled rounding: one integer programme for each component.
 *
 * A value a = b f + s becomes b (f + u): u is 0 or 1 at cost b - 2 s beside the
 * s that 0 costs. With K-step 1 a step further down or up is one more unknown
 * each, at cost b; costs are convex, so the programme takes them in order. Cells
 * that are not shown may move further, at no cost, but keep their sign.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "lp/mip.h"
#include "perturb/round.h"
#include "perturb/search.h"

#define HIDDEN_STEPS 2
#define PENALTY 1000000     /* of the search, for a change of a base or more */
#define REPAIRS 8
#define WORK 5000000u   /* iterations x rows, and 20 x nodes x columns, of a programme */

typedef struct solving {
    const cdn_components *all;
    uint32_t component;
    int64_t base;
    int steps;              /* K */
    cdn_programme programme;
    uint32_t *columns;      /* 3 per cell of the component: u, up, down; UINT32_MAX = none */
    int64_t *out;
} solving;

static int64_t floor_of(int64_t value, int64_t base)
{
    int64_t quotient = value / base;
    return value % base < 0 ? quotient - 1 : quotient;
}

/* The unknowns of one cell. */
static void add_cell(solving *s, uint32_t cell, uint32_t *columns)
{
    cdn_programme *p = &s->programme;
    int64_t value = s->all->system->values[cell], f = floor_of(value, s->base);
    int64_t rest = value - f * s->base;
    int64_t least = value > 0 ? -f : INT64_MIN / 2;               /* of u, so that z >= 0 */
    int64_t most = value < 0 ? -f : INT64_MAX / 2;                /* so that z <= 0 */
    columns[0] = columns[1] = columns[2] = UINT32_MAX;
    if (!s->all->system->shown[cell]) {
        int64_t low = -HIDDEN_STEPS * (1 + s->steps), high = 1 - low;
        columns[0] = cdn_programme_add(p, low < least ? least : low, high > most ? most : high, 0);
        return;
    }
    if (rest != 0)
        columns[0] = cdn_programme_add(p, 0, 1, (double)(s->base - 2 * rest));
    int64_t top = rest != 0 ? 1 : 0;
    if (s->steps > 0 && top + s->steps <= most)
        columns[1] = cdn_programme_add(p, 0, s->steps, (double)s->base);
    if (s->steps > 0 && -s->steps >= least)
        columns[2] = cdn_programme_add(p, 0, s->steps, (double)s->base);
}

static cdn_status build(solving *s, cdn_error *error)
{
    const cdn_additive *system = s->all->system;
    uint32_t first = s->all->cell_start[s->component];
    uint32_t first_equation = s->all->equation_start[s->component];
    uint32_t rows = s->all->equation_start[s->component + 1] - first_equation;
    CDN_TRY(cdn_programme_create(rows, &s->programme, error));
    for (uint32_t i = first; i < s->all->cell_start[s->component + 1]; i++)
        add_cell(s, s->all->cells[i], &s->columns[(size_t)(i - first) * 3]);
    for (uint32_t r = 0; r < rows; r++) {
        uint32_t e = s->all->equations[first_equation + r];
        double constant = 0;
        for (uint32_t k = system->equation_start[e]; k < system->equation_start[e + 1]; k++) {
            uint32_t cell = system->equation_cell[k];
            if (system->values[cell] == 0)
                continue;
            double coefficient = system->equation_coefficient[k];
            const uint32_t *columns = &s->columns[(size_t)s->all->place[cell] * 3];
            constant += coefficient * (double)floor_of(system->values[cell], s->base);
            for (int w = 0; w < 3; w++)
                if (columns[w] != UINT32_MAX)
                    cdn_programme_enter(&s->programme, r, columns[w],
                                        w == 2 ? -coefficient : coefficient);
        }
        s->programme.target[r] = -constant;
    }
    return s->programme.failed ? cdn_fail_memory(error) : CDN_OK;
}

static void take(solving *s, const int64_t *solution)
{
    uint32_t first = s->all->cell_start[s->component];
    for (uint32_t i = first; i < s->all->cell_start[s->component + 1]; i++) {
        const uint32_t *columns = &s->columns[(size_t)(i - first) * 3];
        int64_t u = floor_of(s->all->system->values[s->all->cells[i]], s->base);
        for (int w = 0; w < 3; w++)
            if (columns[w] != UINT32_MAX)
                u += w == 2 ? -solution[columns[w]] : solution[columns[w]];
        s->out[s->all->cells[i]] = u * s->base;
    }
}

static uint32_t fewer(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static cdn_status attempt(solving *s, cdn_mip_outcome *outcome, cdn_error *error)
{
    int64_t *solution = NULL;
    cdn_status status = build(s, error);
    const cdn_programme *p = &s->programme;
    if (status == CDN_OK && (solution = cdn_alloc(p->columns, sizeof *solution)) == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK) {
        cdn_mip problem = {p->rows, p->columns, p->entries, p->row, p->column, p->coefficient,
                           p->target, p->low, p->high, p->cost};
        cdn_mip_limits limits = {fewer(s->all->system->iterations, WORK / (p->rows + 1)),
                                 fewer(s->all->system->nodes, WORK / 20 / (p->columns + 1))};
        status = cdn_mip_solve(&problem, &limits, solution, outcome, error);
    }
    if (status == CDN_OK && *outcome >= CDN_MIP_FOUND)
        take(s, solution);
    cdn_free(solution);
    cdn_programme_release(&s->programme);
    return status;
}

/* Cells without an equation need no programme. */
static cdn_status round_alone(solving *s, cdn_error *error)
{
    for (uint32_t i = s->all->cell_start[s->component];
         i < s->all->cell_start[s->component + 1]; i++) {
        uint32_t c = s->all->cells[i];
        CDN_TRY(cdn_round_value(s->all->system->values[c], s->base, &s->out[c], error));
    }
    return CDN_OK;
}

/* The largest change of a shown cell by the search, in bases, rounded down; 0 is
 * zero-restricted. */
static int64_t farthest(const cdn_search *search)
{
    int64_t most = 0;
    for (uint32_t p = 0; p < search->count; p++) {
        int64_t size = search->change[p] < 0 ? -search->change[p] : search->change[p];
        if (cdn_search_is_shown(search, p) && size / search->base > most)
            most = size / search->base;
    }
    return most;
}

/* For a programme that is too large: inner cells by local search. */
static cdn_status search_instead(solving *s, cdn_additive_report *report, cdn_mip_outcome *outcome,
                                 cdn_error *error)
{
    cdn_search search;
    bool found = false;
    cdn_status status = cdn_search_create(s->all, s->component, PENALTY, &search, &found, error);
    for (uint32_t p = 0; status == CDN_OK && found && p < search.count; p++) {
        int64_t low = floor_of(search.value[p], s->base) * s->base;
        if (search.sums.start[p + 1] == search.sums.start[p] + 1 &&
            search.sums.inner[search.sums.start[p]] == p && low != search.value[p])
            cdn_search_choose(&search, p, low);
    }
    if (status == CDN_OK && found) {
        cdn_search_improve(&search);
        for (int round = 0; round < REPAIRS && farthest(&search) > 0; round++) {
            cdn_search_repair(&search);
            cdn_search_improve(&search);
        }
        if (farthest(&search) < 2) {
            *outcome = CDN_MIP_FOUND;
            report->stepped += farthest(&search) > 0;
            status = cdn_search_write(&search, s->out, error);
        }
    }
    cdn_search_release(&search);
    return status;
}

static cdn_status solve(solving *s, cdn_additive_report *report, cdn_error *error)
{
    uint32_t cells = s->all->cell_start[s->component + 1] - s->all->cell_start[s->component];
    cdn_mip_outcome outcome = CDN_MIP_INFEASIBLE;
    s->base = cdn_component_base(s->all, s->component);
    if (s->all->equation_start[s->component] == s->all->equation_start[s->component + 1])
        return round_alone(s, error);
    s->columns = cdn_alloc((size_t)cells * 3, sizeof *s->columns);
    cdn_status status = s->columns == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (s->steps = 0; status == CDN_OK && s->steps < 2 && outcome == CDN_MIP_INFEASIBLE;
         s->steps++)
        status = attempt(s, &outcome, error);
    cdn_free(s->columns);
    CDN_TRY(status);
    bool stepped = s->steps > 1;
    if (outcome == CDN_MIP_STOPPED) {
        stepped = false;
        CDN_TRY(search_instead(s, report, &outcome, error));
    }
    if (outcome < CDN_MIP_FOUND) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       outcome == CDN_MIP_STOPPED
                           ? "controlled rounding found nothing within its limit of work"
                           : "these tables have no controlled rounding");
        cdn_fail_hint(error, "ask for fewer tables at once, or use another rounding");
        return CDN_E_REFUSED;
    }
    report->stepped += stepped;
    report->unproven += outcome == CDN_MIP_FOUND;
    return CDN_OK;
}

/* No shown value may be further away than its method allows. */
static cdn_status check(const cdn_components *all, const int64_t *out, bool stepped,
                        cdn_additive_report *report, cdn_error *error)
{
    CDN_TRY(cdn_components_check(all, out, error));
    for (uint32_t n = 0; n < all->count; n++) {
        int64_t base = cdn_component_base(all, n);
        for (uint32_t i = all->cell_start[n]; i < all->cell_start[n + 1]; i++) {
            uint32_t c = all->cells[i];
            int64_t change = out[c] - all->system->values[c];
            change = change < 0 ? -change : change;
            if (!all->system->shown[c])
                continue;
            if (out[c] % base != 0 || change >= base * (stepped ? 2 : 1) ||
                (out[c] != 0 && (out[c] < 0) != (all->system->values[c] < 0)))
                return cdn_fail(error, CDN_E_INTERNAL, "controlled rounding went astray");
            if (change > report->largest_change)
                report->largest_change = change;
        }
    }
    return CDN_OK;
}

cdn_status cdn_round_controlled(const cdn_additive *system, int64_t *out,
                                cdn_additive_report *report, cdn_error *error)
{
    cdn_components all;
    *report = (cdn_additive_report){0};
    memcpy(out, system->values, (size_t)system->cell_count * sizeof *out);
    CDN_TRY(cdn_components_create(system, &all, error));
    report->components = all.count;
    cdn_status status = CDN_OK;
    for (uint32_t n = 0; n < all.count && status == CDN_OK; n++) {
        solving s = {.all = &all, .component = n, .out = out};
        status = solve(&s, report, error);
    }
    if (status == CDN_OK)
        status = check(&all, out, report->stepped > 0, report, error);
    cdn_components_release(&all);
    return status;
}
