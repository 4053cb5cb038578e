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

/* Confidential cells that are held. */
static bool list_held(const cdn_trial *trial, uint32_t *exposed)
{
    bool any = false;
    for (uint32_t c = 0; c < trial->cells->count; c++)
        if (trial->given_away[c] ||
            (trial->known_by[c] != 0 && trial->verdicts[c] != 0)) {
            exposed[c] = binding_release(trial, c);
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

/* Sums of new rows in an equation whose other cells are guilty or known. */
static bool list_beside(const cdn_trial *trial, const uint8_t *guilty, uint32_t *exposed)
{
    const cdn_cells *cells = trial->cells;
    bool any = false;
    for (uint32_t e = 0; e < cells->equation_count; e++) {
        bool is_guilty = false, is_known = true;
        for (uint32_t i = cells->equation_start[e]; i < cells->equation_start[e + 1]; i++) {
            is_guilty = is_guilty || guilty[cells->equation_cell[i]];
            is_known = is_known && (trial->marks[cells->equation_cell[i]] & CDN_CELL_KNOWN) != 0;
        }
        for (uint32_t i = cells->equation_start[e];
             is_guilty && is_known && i < cells->equation_start[e + 1]; i++)
            if (is_new_row_sum(trial, cells->equation_cell[i])) {
                exposed[cells->equation_cell[i]] = cells->past_count + 1;
                any = true;
            }
    }
    return any;
}

static cdn_status list_sums(const cdn_trial *trial, uint32_t *exposed, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    uint8_t *guilty = cdn_alloc(cells->count, 1);
    if (guilty == NULL)
        return cdn_fail_memory(error);
    cdn_status status = find_guilt(trial, guilty, error);
    memset(exposed, 0, cells->count * sizeof *exposed);
    if (status == CDN_OK && memchr(guilty, 1, cells->count) != NULL &&
        !list_beside(trial, guilty, exposed))
        for (uint32_t c = 0; c < cells->count; c++)
            exposed[c] = is_new_row_sum(trial, c) ? cells->past_count + 1 : 0;
    cdn_free(guilty);
    return status;
}

/* ---- both ---- */

static cdn_status find(cdn_trial *trial, uint32_t *exposed, uint32_t *count, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    if (!list_held(trial, exposed))
        return CDN_OK;
    CDN_TRY(start_vetoes(trial, error));
    CDN_TRY(cdn_cells_find_vetoes(cells, exposed, trial->vetoes, count, error));
    if (*count > 0 || memchr(trial->given_away, 1, cells->count) == NULL)
        return CDN_OK;
    CDN_TRY(list_sums(trial, exposed, error));
    return cdn_cells_find_vetoes(cells, exposed, trial->vetoes, count, error);
}

cdn_status cdn_history_veto(cdn_trial *trial, uint32_t *count, cdn_error *error)
{
    *count = 0;
    if (trial->cells->origin == NULL)
        return CDN_OK;
    uint32_t *exposed = cdn_alloc(trial->cells->count, sizeof *exposed);
    if (exposed == NULL)
        return cdn_fail_memory(error);
    cdn_status status = find(trial, exposed, count, error);
    cdn_free(exposed);
    return status;
}
