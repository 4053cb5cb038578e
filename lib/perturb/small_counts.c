/* small_counts.c - inner cells below small shown counts become 0 or the base, with little change.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "lp/mip.h"
#include "perturb/search.h"

/* A component whose cells are no sums of inner cells. */
typedef struct rounding {
    const cdn_components *all;
    uint32_t component, count;
    int64_t base;
    int64_t *out;
} rounding;

static uint32_t cell_at(const rounding *r, uint32_t place)
{
    return r->all->cells[r->all->cell_start[r->component] + place];
}

static bool is_shown(const rounding *r, uint32_t place)
{
    return r->all->system->shown[cell_at(r, place)] != 0;
}

/* Inner cells below shown counts from 1 to base - 1 that are not multiples yet; false: none
 * left. */
static bool choose_more(cdn_search *s)
{
    uint32_t before = s->list_count;
    for (uint32_t p = 0; p < s->count; p++) {
        if (!cdn_search_is_shown(s, p))
            continue;
        int64_t now = s->all->system->values[cdn_search_cell(s, p)] + s->change[p];
        for (uint32_t k = s->sums.start[p]; now > 0 && now < s->base && k < s->sums.start[p + 1];
             k++) {
            uint32_t i = s->sums.inner[k];
            if (!s->chosen[i] && s->value[i] % s->base != 0)
                cdn_search_choose(s, i, 0);
        }
    }
    return s->list_count > before;
}

/* ---- tables that share totals and nothing else ---- */

/* columns[0]: 0 or the base; else columns[1] up and columns[2] down from the exact value. */
static void add_cell(cdn_programme *p, const rounding *r, uint32_t cell, int64_t reach,
                     uint32_t *columns)
{
    int64_t value = r->all->system->values[cell];
    bool shown = r->all->system->shown[cell] != 0;
    columns[0] = columns[1] = columns[2] = UINT32_MAX;
    if (shown && value < r->base) {
        columns[0] = cdn_programme_add(p, 0, 1, (double)(r->base - 2 * value));
        return;
    }
    int64_t room = shown ? value - r->base : value;
    columns[1] = cdn_programme_add(p, 0, reach, shown ? 1 : 0);
    columns[2] = cdn_programme_add(p, 0, room < reach ? room : reach, shown ? 1 : 0);
}

static cdn_status enter_rows(cdn_programme *p, const rounding *r, const uint32_t *columns,
                             cdn_error *error)
{
    const cdn_additive *s = r->all->system;
    for (uint32_t n = 0; n < p->rows; n++) {
        uint32_t e = r->all->equations[r->all->equation_start[r->component] + n];
        double constant = 0;
        for (uint32_t k = s->equation_start[e]; k < s->equation_start[e + 1]; k++) {
            uint32_t cell = s->equation_cell[k];
            if (s->values[cell] == 0)
                continue;
            double coefficient = s->equation_coefficient[k];
            const uint32_t *own = &columns[(size_t)r->all->place[cell] * 3];
            if (own[0] != UINT32_MAX) {
                cdn_programme_enter(p, n, own[0], coefficient * (double)r->base);
                continue;
            }
            constant += coefficient * (double)s->values[cell];
            cdn_programme_enter(p, n, own[1], coefficient);
            cdn_programme_enter(p, n, own[2], -coefficient);
        }
        p->target[n] = -constant;
    }
    return p->failed ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status solve_programme(rounding *r, int64_t reach, cdn_mip_outcome *outcome,
                                  cdn_error *error)
{
    cdn_programme p;
    uint32_t first = r->all->equation_start[r->component];
    CDN_TRY(cdn_programme_create(r->all->equation_start[r->component + 1] - first, &p, error));
    uint32_t *columns = cdn_alloc((size_t)r->count * 3, sizeof *columns);
    int64_t *solution = NULL;
    cdn_status status = columns == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t i = 0; i < r->count && status == CDN_OK; i++)
        add_cell(&p, r, cell_at(r, i), reach, &columns[(size_t)i * 3]);
    if (status == CDN_OK)
        status = enter_rows(&p, r, columns, error);
    if (status == CDN_OK && (solution = cdn_alloc(p.columns, sizeof *solution)) == NULL)
        status = cdn_fail_memory(error);
    if (status == CDN_OK) {
        cdn_mip problem = {p.rows, p.columns, p.entries, p.row, p.column, p.coefficient,
                           p.target, p.low, p.high, p.cost};
        cdn_mip_limits limits = {r->all->system->iterations, r->all->system->nodes};
        status = cdn_mip_solve(&problem, &limits, solution, outcome, error);
    }
    for (uint32_t i = 0; status == CDN_OK && *outcome >= CDN_MIP_FOUND && i < r->count; i++) {
        const uint32_t *own = &columns[(size_t)i * 3];
        uint32_t cell = cell_at(r, i);
        r->out[cell] = own[0] != UINT32_MAX ? solution[own[0]] * r->base
                                            : r->all->system->values[cell] + solution[own[1]] -
                                                  solution[own[2]];
    }
    cdn_free(solution);
    cdn_free(columns);
    cdn_programme_release(&p);
    return status;
}

static cdn_status round_linked(rounding *r, cdn_additive_report *report, cdn_error *error)
{
    cdn_mip_outcome outcome = CDN_MIP_INFEASIBLE;
    for (int64_t reach = 2; reach <= 32 && outcome == CDN_MIP_INFEASIBLE; reach *= 4)
        CDN_TRY(solve_programme(r, reach * r->base, &outcome, error));
    if (outcome < CDN_MIP_FOUND) {
        (void)cdn_fail(error, CDN_E_REFUSED,
                       outcome == CDN_MIP_STOPPED
                           ? "rounding of small counts found nothing within its limit of work"
                           : "the small counts of these tables cannot be rounded together");
        cdn_fail_hint(error, "ask for fewer tables at once, or use another rounding");
        return CDN_E_REFUSED;
    }
    report->unproven += outcome == CDN_MIP_FOUND;
    return CDN_OK;
}

static bool has_small(const rounding *r)
{
    for (uint32_t p = 0; p < r->count; p++)
        if (is_shown(r, p) && r->all->system->values[cell_at(r, p)] < r->base)
            return true;
    return false;
}

static cdn_status round_component(const cdn_components *all, uint32_t component, int64_t *out,
                                  cdn_additive_report *report, cdn_error *error)
{
    bool found = false;
    cdn_search search;
    rounding r = {.all = all, .component = component, .out = out};
    r.count = all->cell_start[component + 1] - all->cell_start[component];
    r.base = cdn_component_base(all, component);
    if (!has_small(&r))
        return CDN_OK;
    cdn_status status = cdn_search_create(all, component, 0, &search, &found, error);
    if (status == CDN_OK && found) {
        while (choose_more(&search))
            cdn_search_improve(&search);
        status = cdn_search_write(&search, out, error);
    } else if (status == CDN_OK) {
        status = round_linked(&r, report, error);
    }
    cdn_search_release(&search);
    return status;
}

static cdn_status check(const cdn_components *all, const int64_t *out, cdn_additive_report *report,
                        cdn_error *error)
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
            if (out[c] < 0 || (out[c] > 0 && out[c] < base))
                return cdn_fail(error, CDN_E_INTERNAL, "rounding of small counts went astray");
            if (change > report->largest_change)
                report->largest_change = change;
        }
    }
    return CDN_OK;
}

cdn_status cdn_round_small_counts(const cdn_additive *system, int64_t *out,
                                  cdn_additive_report *report, cdn_error *error)
{
    cdn_components all;
    *report = (cdn_additive_report){0};
    memcpy(out, system->values, (size_t)system->cell_count * sizeof *out);
    for (uint32_t c = 0; c < system->cell_count; c++)
        if (system->bases[c] > 0 && system->values[c] < 0)
            return cdn_fail(error, CDN_E_REFUSED, "rounding of small counts: a total below 0");
    CDN_TRY(cdn_components_create(system, &all, error));
    report->components = all.count;
    cdn_status status = CDN_OK;
    for (uint32_t n = 0; n < all.count && status == CDN_OK; n++)
        status = round_component(&all, n, out, report, error);
    if (status == CDN_OK)
        status = check(&all, out, report, error);
    cdn_components_release(&all);
    return status;
}
