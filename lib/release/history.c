/* history.c - earlier releases as common knowledge, and what that leaves to protect.
 *
 * What an earlier release published is known. A change between a published
 * figure and today's is a cell of its own (cells/dates.c); where it is
 * confidential, today's figure must stay hidden for as long. The rest follows
 * from the equations: nothing here reasons about sums.
 *
 * A figure means the same as another when both are of the same cells, and, for
 * quantiles, of the same measure and data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "release/history.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/map.h"
#include "release/judge.h"

#define HISTORY (1u << CDN_RULE_HISTORY)

/* Who agreed later on to be shown has made known what nobody's change has altered since. */
static bool is_shown_in_rows(const cdn_cell *cell)
{
    return cell->records > 0 && cell->providers == 0;
}

cdn_status cdn_history_judge(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    cdn_verdict *then = cdn_alloc(cells->today_count, sizeof *then);
    if (then == NULL)
        return cdn_fail_memory(error);
    for (uint32_t d = 0; d < cells->date_count; d++) {
        const cdn_cells_date *date = &cells->dates[d];
        cdn_cells view = *cells;
        view.count = cells->today_count;
        view.cells = date->cells;
        cdn_rule_cells(&view, trial->input->policy, then);
        for (uint32_t c = 0; c < view.count; c++)
            if (!is_shown_in_rows(&cells->cells[date->ids[c]]))
                trial->verdicts[date->ids[c]] |= then[c];
    }
    cdn_free(then);
    return CDN_OK;
}

/* ---- what was published ---- */

/* The cell that stands for today's cell at the date of an earlier release. */
static uint32_t cell_at(const cdn_cells *cells, const cdn_cells_past *past, uint32_t cell)
{
    return cell == CDN_NONE || past->date == CDN_NONE ? cell
                                                      : cells->dates[past->date].ids[cell];
}

static cdn_status check_figures(const cdn_trial *trial, uint32_t p, cdn_error *error)
{
    const cdn_past *past = &trial->input->past[p];
    const cdn_cells_past *found = &trial->cells->pasts[p];
    if (past->figure_count == found->figure_count + found->row_figures)
        return CDN_OK;
    (void)cdn_fail(error, CDN_E_INPUT,
                   "release %s does not have the figures that its script asks for",
                   past->release_id);
    cdn_fail_hint(error, "the catalogue it was made with had other codes");
    return CDN_E_INPUT;
}

/* What a table of an earlier release published. */
static void note_table(cdn_trial *trial, uint32_t p, uint32_t t)
{
    const cdn_cells *cells = trial->cells;
    const cdn_cells_past *past = &cells->pasts[p];
    const cdn_cell_table *table = &cells->tables[t];
    uint32_t measures = trial->input->past[p].plan->tables[t - past->first_table].measure_count;
    for (uint32_t f = table->first_figure; f < table->first_figure + measures * table->key_count;
         f++)
        for (uint32_t i = 0; i < 2 && trial->input->past[p].published[f - past->first_figure];
             i++) {
            uint32_t cell = cell_at(cells, past, cells->figures[f].cells[i]);
            if (cell == CDN_NONE || trial->known_by[cell] != 0)
                continue;
            trial->known_by[cell] = p + 1;
            trial->known_at[cell] = t + 1;
        }
}

static cdn_status note_published(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t p = 0; p < cells->past_count; p++) {
        uint32_t first = cells->pasts[p].first_table;
        CDN_TRY(check_figures(trial, p, error));
        for (uint32_t t = 0; t < trial->input->past[p].plan->table_count; t++)
            note_table(trial, p, first + t);
    }
    return CDN_OK;
}

/* ---- what rows of other dates show ---- */

/* true when the cell's change since, or until, some other date is a secret. */
static bool hides_a_change(const cdn_trial *trial, uint32_t date, uint32_t cell)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        uint32_t change = span->changes[cell];
        if ((span->from == date || span->to == date) && change != CDN_NONE &&
            trial->verdicts[change] != 0)
            return true;
    }
    return false;
}

/* Everybody knows a cell that rows of its date show, as long as it does not change. One that rows
 * of several dates show is only known to who knows that nobody else came or left. */
static void note_rows(cdn_trial *trial)
{
    const cdn_cells *cells = trial->cells;
    for (uint32_t d = 0; d <= cells->date_count; d++)
        for (uint32_t c = 0; c < cells->today_count; c++) {
            bool today = d == cells->date_count;
            const cdn_cell *cell = today ? &cells->cells[c] : &cells->dates[d].cells[c];
            uint32_t id = today ? c : cells->dates[d].ids[c];
            if (!is_shown_in_rows(cell) || (today && !cell->is_lent) ||
                trial->known_by[id] != 0 || trial->verdicts[id] != 0 ||
                (cell->is_lent && hides_a_change(trial, today ? CDN_NONE : d, c)))
                continue;
            trial->known_by[id] = cells->past_count + 1;
        }
}

/* ---- the same figure again ---- */

/* What earlier releases did with each figure that they had. */
typedef struct memory {
    cdn_map *figures;       /* quantile, cells -> position */
    uint32_t *published_by; /* per position: 1 + the release; 0 = none */
    uint32_t *withheld_by;
    uint32_t *withheld_at;  /* 1 + its table */
} memory;

typedef struct meaning {
    uint32_t quantile; /* 1 + its measure; 0 = none */
    uint32_t cells[2];
} meaning;

static meaning meaning_of(const cdn_cells *cells, const cdn_cells_past *past,
                          const cdn_measure *measures, uint32_t measure, uint32_t figure)
{
    const cdn_figure *f = &cells->figures[figure];
    bool quantile = measures[measure].kind == CDN_MEASURE_QUANTILE;
    meaning m = {quantile ? measure + 1 : 0, {f->cells[0], f->cells[1]}};
    for (uint32_t i = 0; past != NULL && i < 2; i++)
        m.cells[i] = cell_at(cells, past, m.cells[i]);
    return m;
}

typedef cdn_status (*visitor)(void *context, const meaning *m, uint32_t figure, uint32_t table,
                              cdn_error *error);

/* Visits the figures of a plan's tables; of an earlier release, or of today when `past` is NULL. */
static cdn_status each_figure(const cdn_trial *trial, const cdn_cells_past *past,
                              const cdn_plan *plan, visitor visit, void *context,
                              cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    const cdn_measure *measures = trial->input->catalogue->measures;
    uint32_t first = past == NULL ? 0 : past->first_table;
    for (uint32_t t = 0; t < plan->table_count; t++) {
        const cdn_cell_table *table = &cells->tables[first + t];
        for (uint32_t m = 0; m < plan->tables[t].measure_count; m++) {
            uint32_t measure = plan->tables[t].measures[m].index;
            bool other_data = past != NULL && past->date != CDN_NONE;
            if (other_data && measures[measure].kind == CDN_MEASURE_QUANTILE)
                continue;
            for (uint32_t key = 0; key < table->key_count; key++) {
                uint32_t f = table->first_figure + m * table->key_count + key;
                meaning what = meaning_of(cells, past, measures, measure, f);
                CDN_TRY(visit(context, &what, f, first + t, error));
            }
        }
    }
    return CDN_OK;
}

typedef struct recollection {
    cdn_trial *trial;
    memory *memory;
    const cdn_past *past;
    uint32_t number;       /* 1 + the release */
    uint32_t first_figure;
} recollection;

static cdn_status note_figure(void *context, const meaning *m, uint32_t figure, uint32_t table,
                              cdn_error *error)
{
    recollection *r = context;
    uint32_t at = cdn_map_add(r->memory->figures, m, sizeof *m, NULL);
    if (at == CDN_MAP_NONE)
        return cdn_fail_memory(error);
    bool published = r->past->published[figure - r->first_figure] != 0;
    uint32_t *by = published ? r->memory->published_by : r->memory->withheld_by;
    if (!published && by[at] == 0)
        r->memory->withheld_at[at] = table + 1;
    if (by[at] == 0)
        by[at] = r->number;
    return CDN_OK;
}

static cdn_status compare_figure(void *context, const meaning *m, uint32_t figure, uint32_t table,
                                 cdn_error *error)
{
    recollection *r = context;
    uint32_t at = cdn_map_find(r->memory->figures, m, sizeof *m);
    (void)table;
    (void)error;
    if (at == CDN_MAP_NONE || r->memory->published_by[at] != 0 ||
        r->memory->withheld_by[at] == 0)
        return CDN_OK;
    r->trial->figure_rules[figure] |= HISTORY;
    r->trial->bound_by[figure] = r->memory->withheld_by[at];
    r->trial->bound_at[figure] = r->memory->withheld_at[at];
    return CDN_OK;
}

static cdn_status compare_figures(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    size_t most = 0;
    for (uint32_t p = 0; p < cells->past_count; p++)
        most += cells->pasts[p].figure_count;
    memory own = {cdn_map_create(), cdn_alloc(most, sizeof *own.published_by),
                  cdn_alloc(most, sizeof *own.withheld_by),
                  cdn_alloc(most, sizeof *own.withheld_at)};
    recollection r = {.trial = trial, .memory = &own};
    cdn_status status =
        own.figures == NULL || own.published_by == NULL || own.withheld_by == NULL ||
                own.withheld_at == NULL
            ? cdn_fail_memory(error)
            : CDN_OK;
    for (uint32_t p = 0; status == CDN_OK && p < cells->past_count; p++) {
        r.past = &trial->input->past[p];
        r.number = p + 1;
        r.first_figure = cells->pasts[p].first_figure;
        status = each_figure(trial, &cells->pasts[p], r.past->plan, note_figure, &r, error);
    }
    if (status == CDN_OK)
        status = each_figure(trial, NULL, trial->input->plan, compare_figure, &r, error);
    cdn_free(own.withheld_at);
    cdn_free(own.withheld_by);
    cdn_free(own.published_by);
    cdn_map_destroy(own.figures);
    return status;
}

/* ---- changes ---- */

/* The cell that is the other end of a confidential change of the cell, and was published;
 * CDN_NONE = there is none. */
static uint32_t bound_by_change(const cdn_trial *trial, uint32_t cell)
{
    const cdn_cells *cells = trial->cells;
    if (cell == CDN_NONE || trial->known_by[cell] != 0)
        return CDN_NONE;
    for (uint32_t s = 0; s < cells->span_count; s++) {
        const cdn_cells_span *span = &cells->spans[s];
        uint32_t change = span->changes[cell], then = cells->dates[span->from].ids[cell];
        if (span->to == CDN_NONE && change != CDN_NONE && trial->verdicts[change] != 0 &&
            trial->known_by[then] != 0)
            return then;
    }
    return CDN_NONE;
}

static void bind_to(cdn_trial *trial, uint32_t f, uint32_t cell)
{
    trial->bound_by[f] = trial->known_by[cell];
    trial->bound_at[f] = trial->known_at[cell];
}

static void bind_figure(cdn_trial *trial, uint32_t f)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t cell = trial->cells->figures[f].cells[i];
        uint32_t then = bound_by_change(trial, cell);
        if (then != CDN_NONE) {
            trial->figure_rules[f] |= HISTORY;
            bind_to(trial, f, then);
        }
        if (cell != CDN_NONE && trial->known_by[cell] != 0 && trial->verdicts[cell] != 0) {
            trial->figure_rules[f] |= trial->verdicts[cell];
            bind_to(trial, f, cell);
        }
    }
}

cdn_status cdn_history_remember(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    trial->known_by = cdn_alloc(cells->count, sizeof *trial->known_by);
    trial->known_at = cdn_alloc(cells->count, sizeof *trial->known_at);
    trial->bound_by = cdn_alloc(cells->figure_count, sizeof *trial->bound_by);
    trial->bound_at = cdn_alloc(cells->figure_count, sizeof *trial->bound_at);
    if (trial->known_by == NULL || trial->known_at == NULL || trial->bound_by == NULL ||
        trial->bound_at == NULL)
        return cdn_fail_memory(error);
    if (cells->past_count == 0)
        return CDN_OK;
    CDN_TRY(note_published(trial, error));
    note_rows(trial);
    CDN_TRY(compare_figures(trial, error));
    CDN_TRY(cdn_history_quantiles(trial, error));
    for (uint32_t f = 0; f < cells->figure_count; f++)
        bind_figure(trial, f);
    for (uint32_t c = 0; c < cells->today_count; c++)
        trial->conflict_count += trial->known_by[c] != 0 && trial->verdicts[c] != 0;
    return CDN_OK;
}

/* ---- what history alone gives away, and rows ---- */

static bool is_shown_by_provider(const cdn_trial *trial, uint32_t cell)
{
    const cdn_cell *c = &trial->cells->cells[cell];
    return is_shown_in_rows(c) &&
           !trial->input->catalogue->records[trial->cells->variables[c->variable].record].is_public;
}

/* Today's cells that follow from common knowledge without any earlier release or row are no fault
 * of theirs: they stay confidential. */
static cdn_status spare_old_faults(const cdn_trial *trial, uint8_t *found, uint8_t *marks,
                                   cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    uint8_t *without = cdn_alloc(cells->count, 1);
    if (without == NULL)
        return cdn_fail_memory(error);
    for (uint32_t c = 0; c < cells->count; c++) {
        bool other = c >= cells->today_count || trial->known_by[c] != 0 ||
                     is_shown_by_provider(trial, c);
        marks[c] = other ? (uint8_t)(trial->marks[c] & ~CDN_CELL_KNOWN) : trial->marks[c];
    }
    cdn_status status = cdn_trial_find_implied(trial, marks, without, error);
    for (uint32_t c = 0; status == CDN_OK && c < cells->today_count; c++)
        found[c] = found[c] && !without[c];
    cdn_free(without);
    return status;
}

static void excuse_figures(cdn_trial *trial, const uint8_t *found)
{
    for (uint32_t f = 0; f < trial->cells->figure_count; f++)
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t cell = trial->cells->figures[f].cells[i];
            if (cell == CDN_NONE || !found[cell])
                continue;
            trial->figure_rules[f] |= trial->verdicts[cell];
            if (trial->bound_by[f] == 0)
                trial->bound_by[f] = trial->cells->past_count + 1;
        }
}

cdn_status cdn_history_excuse(cdn_trial *trial, cdn_error *error)
{
    const cdn_cells *cells = trial->cells;
    uint32_t count = 0;
    if (cells->past_count == 0 && cells->origin == NULL)
        return CDN_OK;
    trial->given_away = cdn_alloc(cells->count, 1);
    uint8_t *found = cdn_alloc(cells->count, 1), *marks = cdn_alloc(cells->count, 1);
    cdn_status status = trial->given_away == NULL || found == NULL || marks == NULL
                            ? cdn_fail_memory(error)
                            : CDN_OK;
    if (status == CDN_OK) {
        memcpy(marks, trial->marks, cells->count);
        status = cdn_trial_find_implied(trial, marks, found, error);
    }
    for (uint32_t c = 0; status == CDN_OK && c < cells->count; c++)
        count += found[c] != 0;
    if (status == CDN_OK && count > 0)
        status = spare_old_faults(trial, found, marks, error);
    for (uint32_t c = 0; status == CDN_OK && c < cells->count; c++)
        if (found[c]) {
            trial->marks[c] = CDN_CELL_KNOWN | CDN_CELL_COMMON;
            trial->given_away[c] = 1;
            trial->conflict_count += c < cells->today_count;
        }
    if (status == CDN_OK && count > 0)
        excuse_figures(trial, found);
    cdn_free(marks);
    cdn_free(found);
    return status;
}

/* ---- the report ---- */

/* The name of a table of an earlier release; NULL = of none in particular. */
static const char *past_output(const cdn_trial *trial, uint32_t by, uint32_t at)
{
    if (at == 0)
        return NULL;
    uint32_t first = trial->cells->pasts[by - 1].first_table;
    return trial->input->past[by - 1].plan->tables[at - 1 - first].name;
}

/* The binding of an output and a table of a release; a new one when there is none yet. */
static cdn_gate_binding *binding_of(const cdn_trial *trial, cdn_gate_report *report,
                                    uint32_t output, uint32_t by, uint32_t at)
{
    const char *id = by > trial->input->past_count ? NULL : trial->input->past[by - 1].release_id;
    const char *name = past_output(trial, by, at);
    uint32_t i = report->binding_count;
    while (i > 0 && report->bindings[i - 1].output == output) { /* of this output, from the end */
        cdn_gate_binding *known = &report->bindings[--i];
        if (known->release_id == id && known->past_output == name)
            return known;
    }
    cdn_gate_binding *out = &report->bindings[report->binding_count++];
    *out = (cdn_gate_binding){id, name, output, 0};
    return out;
}

static void bind_table(const cdn_trial *trial, uint32_t t, cdn_gate_report *report)
{
    const cdn_cell_table *table = &trial->cells->tables[t];
    uint32_t count = table->key_count * trial->input->plan->tables[t].measure_count;
    for (uint32_t f = table->first_figure; f < table->first_figure + count; f++)
        if (trial->bound_by[f] != 0 && trial->fates[f] == CDN_FATE_WITHHELD)
            binding_of(trial, report, t, trial->bound_by[f], trial->bound_at[f])->figures++;
}

static void bind_list(const cdn_trial *trial, uint32_t l, cdn_gate_report *report)
{
    const cdn_plan *plan = trial->input->plan;
    const cdn_cell_list *list = &trial->cells->lists[l];
    for (size_t v = 0; v < (size_t)list->row_count * plan->lists[l].measure_count; v++)
        if (list->bound_by[v] != 0)
            binding_of(trial, report, plan->table_count + l, list->bound_by[v], 0)->figures++;
}

cdn_status cdn_history_report(const cdn_trial *trial, cdn_gate_report *report, cdn_error *error)
{
    const cdn_plan *plan = trial->input->plan;
    uint32_t past_count = trial->cells->past_count;
    report->conflict_count = trial->conflict_count;
    if (past_count == 0)
        return CDN_OK;
    size_t most = trial->cells->table_count + past_count + 1u; /* for one output */
    report->bindings =
        cdn_alloc((plan->table_count + plan->list_count) * most, sizeof *report->bindings);
    if (report->bindings == NULL)
        return cdn_fail_memory(error);
    for (uint32_t t = 0; t < plan->table_count; t++)
        bind_table(trial, t, report);
    for (uint32_t l = 0; l < plan->list_count; l++)
        bind_list(trial, l, report);
    return CDN_OK;
}
