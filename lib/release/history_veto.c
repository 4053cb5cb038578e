/* history_veto.c - new rows that would give away what earlier releases published of others.
 *
 * Earlier figures cannot be changed, so a row that leaves too few others in one
 * of them has to wait. A cell is exposed when it is confidential and follows
 * from what is held; where new rows are among those that it leaves out, it is by
 * their doing.
 *
 * Cells that are nothing but rows are known, new ones included, and with earlier
 * figures they may tell a confidential cell that the rows are no part of: what
 * changed since, most of all. Then the new rows go that it follows from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/history.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "release/judge.h"

static cdn_status start_vetoes(cdn_trial *trial, cdn_error *error)
{
    const cdn_plan *plan = trial->input->plan;
    if (trial->vetoes != NULL)
        return CDN_OK;
    trial->vetoes = cdn_alloc(plan->list_count, sizeof *trial->vetoes);
    if (trial->vetoes == NULL)
        return cdn_fail_memory(error);
    for (uint32_t l = 0; l < plan->list_count; l++) {
        trial->vetoes[l] = cdn_alloc((size_t)trial->cells->lists[l].row_count *
                                         plan->lists[l].measure_count,
                                     sizeof *trial->vetoes[l]);
        if (trial->vetoes[l] == NULL)
            return cdn_fail_memory(error);
    }
    return CDN_OK;
}

static uint32_t binding_release(const cdn_trial *trial, uint32_t cell)
{
    return trial->known_by[cell] != 0 ? trial->known_by[cell] : trial->cells->past_count + 1;
}

/* What was published of a date and is confidential but for the few who changed since. */
static bool list_near(const cdn_trial *trial, cdn_verdict *then, uint32_t *exposed)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t d = 0; d < cells->date_count; d++) {
        cdn_cells view = *cells;
        view.count = cells->today_count;
        view.cells = cells->dates[d].near;
        if (view.cells == NULL)
            continue;
        cdn_rule_cells(&view, trial->input->policy, then);
        for (uint32_t c = 0; c < view.count; c++) {
            uint32_t id = cells->dates[d].ids[c];
            if (then[c] == 0 || !view.cells[c].is_fresh || trial->known_by[id] == 0)
                continue;
            exposed[id] = trial->known_by[id];
            any = true;
        }
    }
    return any;
}

/* Confidential cells that are held, of those on a date that new rows are left out of. */
static bool list_held(const cdn_trial *trial, uint32_t *exposed)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t d = 0; d <= cells->date_count; d++)
        for (uint32_t c = 0; c < cells->today_count; c++) {
            bool today = d == cells->date_count;
            const cdn_cell *cell = today ? &cells->cells[c] : &cells->dates[d].cells[c];
            uint32_t id = today ? c : cells->dates[d].ids[c];
            bool held = trial->given_away[id] ||
                        (trial->known_by[id] != 0 && trial->verdicts[id] != 0);
            if (!held || !cell->is_fresh)
                continue;
            exposed[id] = binding_release(trial, id);
            any = true;
        }
    return any;
}

/* ---- what follows from rows ---- */

static bool is_new_row_sum(const cdn_trial *trial, uint32_t cell)
{
    const cdn_cell *c = &trial->cells->cells[cell];
    bool published = trial->known_by[cell] > 0 &&
                     trial->known_by[cell] <= trial->cells->past_count;
    return !published && c->is_fresh && c->records > 0 && c->providers == 0;
}

/* Of the cells that are given away, those that would not be without sums of new rows. */
static cdn_status find_guilt(const cdn_trial *trial, uint8_t *guilty, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    uint8_t *marks = cdn_alloc(cells->count, 1), *without = cdn_alloc(cells->count, 1);
    cdn_status status = marks == NULL || without == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t c = 0; status == CDN_OK && c < cells->count; c++)
        marks[c] = trial->given_away[c] ? CDN_CELL_SENSITIVE
                   : is_new_row_sum(trial, c) ? 0
                                              : trial->marks[c];
    if (status == CDN_OK)
        status = cdn_trial_find_implied(trial, marks, without, error);
    for (uint32_t c = 0; status == CDN_OK && c < cells->count; c++)
        guilty[c] = trial->given_away[c] && !without[c];
    cdn_free(without);
    cdn_free(marks);
    return status;
}

/* The smallest sum of new rows in an equation; CDN_NONE = none. */
static uint32_t smallest_sum(const cdn_trial *trial, uint32_t first, uint32_t end)
{
    const cdn_cells *cells = trial->cells;
    uint32_t least = CDN_NONE;
    for (uint32_t i = first; i < end; i++) {
        uint32_t cell = cells->equation_cell[i];
        if (is_new_row_sum(trial, cell) &&
            (least == CDN_NONE || cells->cells[cell].records < cells->cells[least].records))
            least = cell;
    }
    return least;
}

/* In each equation of guilty and known cells. */
static bool list_beside(const cdn_trial *trial, const uint8_t *guilty, uint32_t *exposed)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        uint32_t first = cells->equation_start[e], end = cells->equation_start[e + 1];
        bool is_guilty = false, is_known = true;
        for (uint32_t i = first; i < end; i++) {
            is_guilty = is_guilty || guilty[cells->equation_cell[i]];
            is_known = is_known && (trial->marks[cells->equation_cell[i]] & CDN_CELL_KNOWN) != 0;
        }
        uint32_t sum = is_guilty && is_known ? smallest_sum(trial, first, end) : CDN_NONE;
        if (sum == CDN_NONE)
            continue;
        exposed[sum] = cells->past_count + 1;
        any = true;
    }
    return any;
}

/* Changes of which both ends are held, and that new rows are left out of. */
static bool list_changes(const cdn_trial *trial, uint32_t *exposed)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        for (uint32_t c = 0; c < cells->today_count; c++) {
            uint32_t change = span->changes[c];
            if (change == CDN_NONE || !trial->given_away[change] ||
                !cells->cells[change].is_fresh)
                continue;
            exposed[change] = binding_release(trial, cells->dates[span->from].ids[c]);
            any = true;
        }
    }
    return any;
}

/* Rows are in the cells between which something changed. */
static cdn_status veto(const cdn_trial *trial, bool all, uint32_t *exposed, uint32_t *count,
                       cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        for (uint32_t c = 0; c < cells->today_count; c++) {
            uint32_t change = span->changes[c], from = cells->dates[span->from].ids[c];
            uint32_t to = span->to == CDN_NONE ? c : cells->dates[span->to].ids[c];
            if (change != CDN_NONE && exposed[change] != 0)
                exposed[from] = exposed[to] = exposed[change];
        }
    }
    return cdn_cells_find_vetoes(cells, exposed, all, trial->vetoes, count, error);
}

/* Vetoes what is left in sums of new rows from which what is given away follows. All of it: those
 * sums may be of rows each of which tells of itself. Where there is nothing to veto, what follows
 * stays confidential, and is a reason to refuse. */
static cdn_status veto_sums(cdn_trial *trial, uint32_t *exposed, uint32_t *count,
                            cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    uint32_t sum = 0;
    while (sum < cells->count && !is_new_row_sum(trial, sum))
        sum++;
    if (sum == cells->count || memchr(trial->given_away, 1, cells->count) == NULL)
        return CDN_OK;
    uint8_t *guilty = cdn_alloc(cells->count, 1);
    cdn_status status =
        guilty == NULL ? cdn_fail_memory(error) : find_guilt(trial, guilty, error);
    if (status == CDN_OK && memchr(guilty, 1, cells->count) != NULL) {
        memset(exposed, 0, cells->count * sizeof *exposed);
        if (!list_beside(trial, guilty, exposed))
            for (uint32_t c = 0; c < cells->count; c++)
                exposed[c] = is_new_row_sum(trial, c) ? cells->past_count + 1 : 0;
        status = veto(trial, true, exposed, count, error);
        for (uint32_t c = 0; c < cells->count && status == CDN_OK && *count == 0; c++)
            if (guilty[c]) {
                trial->given_away[c] = 0;
                trial->marks[c] = CDN_CELL_SENSITIVE;
            }
    }
    cdn_free(guilty);
    return status;
}

/* ---- all ---- */

static cdn_status list_exposed(const cdn_trial *trial, uint32_t *exposed, bool *any,
                               cdn_error *error)
{
    cdn_verdict *then = cdn_alloc(trial->cells->today_count, sizeof *then);
    if (then == NULL)
        return cdn_fail_memory(error);
    bool near = list_near(trial, then, exposed), held = list_held(trial, exposed);
    *any = list_changes(trial, exposed) || near || held;
    cdn_free(then);
    return CDN_OK;
}

static cdn_status find(cdn_trial *trial, bool all, uint32_t *exposed, uint32_t *count,
                       cdn_error *error)
{
    bool any = false;
    CDN_TRY(start_vetoes(trial, error));
    CDN_TRY(list_exposed(trial, exposed, &any, error));
    if (any)
        CDN_TRY(veto(trial, all, exposed, count, error));
    return *count > 0 ? CDN_OK : veto_sums(trial, exposed, count, error);
}

cdn_status cdn_history_veto(cdn_trial *trial, bool all, uint32_t *count, cdn_error *error)
{
    *count = 0;
    if (trial->cells->origin == NULL)
        return CDN_OK;
    uint32_t *exposed = cdn_alloc(trial->cells->count, sizeof *exposed);
    if (exposed == NULL)
        return cdn_fail_memory(error);
    cdn_status status = find(trial, all, exposed, count, error);
    cdn_free(exposed);
    return status;
}
