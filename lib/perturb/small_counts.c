/* small_counts.c - inner cells below small shown counts become 0 or the base, with little change.
 *
 * Changes of shown cells are whole numbers d(c); a choice at inner cell i changes
 * them by a known amount, so what it does to the sum of d(c)^2 is exact. Order
 * decides ties: no random numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "lp/mip.h"
#include "perturb/inner.h"

#define PASSES 20
#define WINDOW 24u /* exchanges are tried with so many neighbours */

typedef struct rounding {
    const cdn_components *all;
    uint32_t component, count;
    int64_t base;
    cdn_inner sums;
    uint32_t *holder_start, *holders; /* per inner place: the shown places that hold it, */
    int32_t *holder_times;            /* so many times */
    int64_t *change;                  /* per place, of shown ones */
    int64_t *value;                   /* per place, as it is now */
    uint8_t *chosen;                  /* per inner place: is 0 or the base by choice */
    uint32_t *list;                   /* those */
    uint32_t list_count;
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

static cdn_status list_holders(rounding *r, cdn_error *error)
{
    uint32_t terms = r->sums.start[r->count];
    r->holder_start = cdn_alloc((size_t)r->count + 2, sizeof(uint32_t));
    r->holders = cdn_alloc(terms, sizeof(uint32_t));
    r->holder_times = cdn_alloc(terms, sizeof(int32_t));
    if (r->holder_start == NULL || r->holders == NULL || r->holder_times == NULL)
        return cdn_fail_memory(error);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t p = 0; p < r->count; p++)
            for (uint32_t k = r->sums.start[p]; is_shown(r, p) && k < r->sums.start[p + 1]; k++) {
                uint32_t i = r->sums.inner[k];
                if (pass == 0) {
                    r->holder_start[i + 2]++;
                    continue;
                }
                r->holders[r->holder_start[i + 1]] = p;
                r->holder_times[r->holder_start[i + 1]++] = r->sums.times[k];
            }
        for (uint32_t i = 2; pass == 0 && i < r->count + 2; i++)
            r->holder_start[i] += r->holder_start[i - 1];
    }
    return CDN_OK;
}

/* What moving inner cell i by `step` would add to the sum of squares. */
static __int128 price(const rounding *r, uint32_t i, int64_t step)
{
    __int128 sum = 0;
    for (uint32_t k = r->holder_start[i]; k < r->holder_start[i + 1]; k++) {
        __int128 by = (__int128)step * r->holder_times[k];
        sum += by * (2 * (__int128)r->change[r->holders[k]] + by);
    }
    return sum;
}

static void move(rounding *r, uint32_t i, int64_t step)
{
    r->value[i] += step;
    for (uint32_t k = r->holder_start[i]; k < r->holder_start[i + 1]; k++)
        r->change[r->holders[k]] += step * r->holder_times[k];
}

static int64_t flip_of(const rounding *r, uint32_t i)
{
    return r->value[i] == 0 ? r->base : -r->base;
}

/* Inner cells below shown counts from 1 to base - 1 that are not multiples yet; 0 = none left. */
static uint32_t choose_more(rounding *r)
{
    uint32_t before = r->list_count;
    for (uint32_t p = 0; p < r->count; p++) {
        if (!is_shown(r, p))
            continue;
        int64_t now = r->all->system->values[cell_at(r, p)] + r->change[p];
        if (now <= 0 || now >= r->base)
            continue;
        for (uint32_t k = r->sums.start[p]; k < r->sums.start[p + 1]; k++) {
            uint32_t i = r->sums.inner[k];
            if (!r->chosen[i] && r->value[i] % r->base != 0) {
                r->chosen[i] = 1;
                r->list[r->list_count++] = i;
            }
        }
    }
    for (uint32_t n = before; n < r->list_count; n++) {
        uint32_t i = r->list[n];
        int64_t down = -r->value[i], up = r->base - r->value[i];
        __int128 low = price(r, i, down), high = price(r, i, up);
        move(r, i, low < high || (low == high && -down < up) ? down : up);
    }
    return r->list_count - before;
}

static bool try_exchange(rounding *r, uint32_t n)
{
    uint32_t i = r->list[n];
    int64_t step = flip_of(r, i);
    __int128 first = price(r, i, step);
    for (uint32_t m = n + 1; m < r->list_count && m <= n + WINDOW; m++) {
        uint32_t j = r->list[m];
        if (r->value[j] == r->value[i])
            continue;
        move(r, i, step);
        if (first + price(r, j, -step) < 0) {
            move(r, j, -step);
            return true;
        }
        move(r, i, -step);
    }
    return false;
}

static void improve(rounding *r)
{
    bool better = true;
    for (int pass = 0; pass < PASSES && better; pass++) {
        better = false;
        for (uint32_t n = 0; n < r->list_count; n++) {
            int64_t step = flip_of(r, r->list[n]);
            if (price(r, r->list[n], step) < 0) {
                move(r, r->list[n], step);
                better = true;
            } else if (try_exchange(r, n)) {
                better = true;
            }
        }
    }
}

static cdn_status round_inner(rounding *r, cdn_error *error)
{
    r->change = cdn_alloc(r->count, sizeof *r->change);
    r->value = cdn_alloc(r->count, sizeof *r->value);
    r->chosen = cdn_alloc(r->count, 1);
    r->list = cdn_alloc(r->count, sizeof *r->list);
    if (r->change == NULL || r->value == NULL || r->chosen == NULL || r->list == NULL)
        return cdn_fail_memory(error);
    CDN_TRY(list_holders(r, error));
    for (uint32_t p = 0; p < r->count; p++)
        r->value[p] = r->all->system->values[cell_at(r, p)];
    while (choose_more(r) > 0)
        improve(r);
    for (uint32_t p = 0; p < r->count; p++) {
        __int128 sum = 0;
        for (uint32_t k = r->sums.start[p]; k < r->sums.start[p + 1]; k++)
            sum += (__int128)r->sums.times[k] * r->value[r->sums.inner[k]];
        if (sum < 0 || sum > INT64_MAX)
            return cdn_fail(error, CDN_E_INTERNAL, "rounding of small counts went astray");
        r->out[cell_at(r, p)] = (int64_t)sum;
    }
    return CDN_OK;
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
    rounding r = {.all = all, .component = component, .out = out};
    r.count = all->cell_start[component + 1] - all->cell_start[component];
    r.base = cdn_component_base(all, component);
    if (!has_small(&r))
        return CDN_OK;
    cdn_status status = cdn_inner_create(all, component, &r.sums, &found, error);
    if (status == CDN_OK)
        status = found ? round_inner(&r, error) : round_linked(&r, report, error);
    cdn_free(r.list);
    cdn_free(r.chosen);
    cdn_free(r.value);
    cdn_free(r.change);
    cdn_free(r.holder_times);
    cdn_free(r.holders);
    cdn_free(r.holder_start);
    cdn_inner_release(&r.sums);
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
