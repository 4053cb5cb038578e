/* history_quantile.c - quantiles that earlier releases published of other data.
 *
 * As for the figures of a row: one that is as it was is known; one under which
 * some records differ, but too few, would tell of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "release/history.h"

/* What was published when: of each quantile (measure, cell), per date and last of today's data, the
 * first release that published it, and where. */
typedef struct publication {
    uint32_t by, at; /* as known_by and known_at of a trial */
} publication;

typedef struct memory {
    cdn_trial *trial;
    cdn_map *quantiles;
    publication *publications;
    uint32_t dates;
} memory;

typedef struct key {
    uint32_t measure, cell;
} key;

/* A change of as many contributors, of a count. */
static bool is_secret(const cdn_trial *trial, uint32_t figure, const cdn_cells_turnover *t)
{
    const cdn_cell *base = &trial->cells->cells[trial->cells->figures[figure].cells[0]];
    cdn_cell change = {.records = t->records,
                       .workers = t->workers,
                       .workplaces = t->workplaces,
                       .providers = t->providers,
                       .unwaived = t->unwaived,
                       .is_change = true};
    return cdn_rule_change(&change, &trial->cells->variables[base->variable],
                           trial->input->policy);
}

static void judge(const memory *m, uint32_t at, uint32_t figure)
{
    const publication *own = m->publications + (size_t)at * m->dates;
    publication bound = {0, 0};
    bool known = own[m->dates - 1].by != 0;
    for (uint32_t d = 0; d + 1 < m->dates; d++) {
        const cdn_cells_turnover *t = &m->trial->cells->dates[d].quantiles[figure];
        known = known || (own[d].by != 0 && t->records == 0);
        if (own[d].by != 0 && bound.by == 0 && is_secret(m->trial, figure, t))
            bound = own[d];
    }
    if (known || bound.by == 0)
        return;
    m->trial->figure_rules[figure] |= 1u << CDN_RULE_HISTORY;
    m->trial->bound_by[figure] = bound.by;
    m->trial->bound_at[figure] = bound.at;
}

/* The quantiles of a release's tables, or of today's (`past` NULL), which are judged. */
static cdn_status visit(memory *m, const cdn_cells_past *past, const cdn_past *release,
                        uint32_t number, cdn_error *error)
{
    const cdn_cells *cells = m->trial->cells;
    const cdn_plan *plan = past == NULL ? m->trial->input->plan : release->plan;
    for (uint32_t t = 0; t < plan->table_count; t++) {
        uint32_t place = (past == NULL ? 0 : past->first_table) + t;
        const cdn_cell_table *table = &cells->tables[place];
        for (uint32_t i = 0; i < plan->tables[t].measure_count * table->key_count; i++) {
            uint32_t measure = plan->tables[t].measures[i / table->key_count].index;
            uint32_t figure = table->first_figure + i;
            key k = {measure, cells->figures[figure].cells[0]};
            if (m->trial->input->catalogue->measures[measure].kind != CDN_MEASURE_QUANTILE)
                continue;
            uint32_t at = past == NULL ? cdn_map_find(m->quantiles, &k, sizeof k)
                                       : cdn_map_add(m->quantiles, &k, sizeof k, NULL);
            if (past == NULL && at != CDN_MAP_NONE)
                judge(m, at, figure);
            if (past == NULL || !release->published[figure - past->first_figure])
                continue;
            if (at == CDN_MAP_NONE)
                return cdn_fail_memory(error);
            uint32_t date = past->date == CDN_NONE ? m->dates - 1 : past->date;
            publication *first = &m->publications[(size_t)at * m->dates + date];
            if (first->by == 0)
                *first = (publication){number, place + 1};
        }
    }
    return CDN_OK;
}

cdn_status cdn_history_quantiles(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    memory m = {.trial = trial, .dates = cells->date_count + 1};
    size_t most = 0;
    if (cells->date_count == 0 || cells->dates[0].quantiles == NULL)
        return CDN_OK;
    for (uint32_t p = 0; p < cells->past_count; p++)
        most += cells->pasts[p].figure_count;
    m.quantiles = cdn_map_create();
    m.publications = cdn_alloc(most * m.dates, sizeof *m.publications);
    cdn_status status =
        m.quantiles == NULL || m.publications == NULL ? cdn_fail_memory(error) : CDN_OK;
    for (uint32_t p = 0; status == CDN_OK && p < cells->past_count; p++)
        status = visit(&m, &cells->pasts[p], &trial->input->past[p], p + 1, error);
    if (status == CDN_OK)
        status = visit(&m, NULL, NULL, 0, error);
    cdn_free(m.publications);
    cdn_map_destroy(m.quantiles);
    return status;
}
