/* change.c - what joiners, leavers and others who differ change in the cells of a grid.
 *
 * Who differs nowhere that anybody asked, nor in the workplace, is left out once for all grids;
 * for the others the keys of both days are compared, grid by grid.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells/change.h"

#include <stdlib.h>
#include <string.h>

#include "cells/pass.h"
#include "core/alloc.h"
#include "core/fail.h"

/* ---- who differs ---- */

typedef struct finder {
    const cdn_builder *now, *then;
    const cdn_record *record;
    uint32_t index;                /* of the record type */
    const uint32_t *now_versions, *then_versions; /* per row of each day */
    const uint32_t *at_now, *at_then;     /* per position: its row on each day, or CDN_NONE */
    const uint32_t *unit_now, *unit_then; /* per position of a workplace */
    uint32_t *one_now, *one_then;         /* per workplace of each day: one of its rows, or NONE */
} finder;

/* The position of a row of a day: the first row of all that is the same. NONE stays NONE. */
static uint32_t position(const cdn_builder *day, uint32_t record, uint32_t row)
{
    return row == CDN_NONE ? CDN_NONE
                           : day->identities[record]
                                 .rows[cdn_frame_first(day->frame, record, day->date) + row];
}

/* The holding of a row of a record type on a day. */
static uint32_t holding_of(const cdn_builder *day, uint32_t record, uint32_t row)
{
    uint32_t type = day->catalogue->records[record].holding;
    const uint32_t *same = day->identities[record].holdings;
    if (type != CDN_NONE)
        return position(day, type, day->records[record].contributors.holdings[row]);
    return same == NULL ? CDN_NONE : same[cdn_frame_first(day->frame, record, day->date) + row];
}

/* Who stands behind a change: those of the record's row on a day, except that a workplace that is
 * still there belongs to whom it belongs on the later day, so that nobody counts twice. */
static void fill_contributors(const finder *f, const cdn_builder *day, uint32_t row,
                              cdn_change *out)
{
    const cdn_contributors *by = &day->records[f->index].contributors;
    uint32_t unit = f->record->unit;
    bool alike = day->catalogue->records[unit].holding == f->record->holding;
    out->workers = by->workers[row];
    out->unit = position(day, unit, by->units[row]);
    out->unit_then = out->unit == CDN_NONE ? CDN_NONE : f->unit_then[out->unit];
    out->unit_now = out->unit == CDN_NONE ? CDN_NONE : f->unit_now[out->unit];
    out->one_then = out->unit_then == CDN_NONE ? CDN_NONE : f->one_then[out->unit_then];
    out->one_now = out->unit_now == CDN_NONE ? CDN_NONE : f->one_now[out->unit_now];
    out->holding = out->unit_now != CDN_NONE && alike ? holding_of(f->now, unit, out->unit_now)
                                                      : holding_of(day, f->index, row);
}

static void add(const finder *f, cdn_change change, uint32_t at, cdn_changes *out)
{
    uint32_t now = change.now, then = change.then;
    cdn_change *c = &out->items[out->count++];
    *c = change;
    c->name = f->now->first_names[f->index] + at;
    if (now != CDN_NONE && change.side != CDN_CHANGE_LEAVES)
        fill_contributors(f, f->now, now, c);
    else
        fill_contributors(f, f->then, then, c);
}

/* true when a record of the earlier day left, or is still there and says something else. */
static bool differs(const finder *f, uint32_t then, uint32_t now)
{
    return now == CDN_NONE || f->now_versions[now] != f->then_versions[then];
}

static uint32_t unit_of(const finder *f, const cdn_builder *day, uint32_t row)
{
    return position(day, f->record->unit, day->records[f->index].contributors.units[row]);
}

/* Those of the earlier day who left, or are still there and differ; then those who joined. Where
 * out has no room they are only counted. */
static uint32_t list_changes(const finder *f, cdn_changes *out)
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < f->then->records[f->index].rows; row++) {
        uint32_t at = position(f->then, f->index, row), now = f->at_now[at];
        if (!differs(f, row, now))
            continue;
        bool apart = now != CDN_NONE && unit_of(f, f->then, row) != unit_of(f, f->now, now);
        cdn_change_side side = apart ? CDN_CHANGE_ARRIVES : CDN_CHANGE_ALL;
        count += apart ? 2 : 1;
        if (out->items != NULL)
            add(f, (cdn_change){.now = now, .then = row, .side = side}, at, out);
        if (out->items != NULL && apart)
            add(f, (cdn_change){.now = now, .then = row, .side = CDN_CHANGE_LEAVES}, at, out);
    }
    for (uint32_t row = 0; row < f->now->records[f->index].rows; row++) {
        uint32_t at = position(f->now, f->index, row);
        if (f->at_then[at] != CDN_NONE)
            continue;
        count++;
        if (out->items != NULL)
            add(f, (cdn_change){.now = row, .then = CDN_NONE}, at, out);
    }
    return count;
}

static int compare_changes(const void *a, const void *b)
{
    const cdn_change *x = a, *y = b;
    if (x->holding != y->holding)
        return x->holding < y->holding ? -1 : 1;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

/* As if each change were a row; names of rows are put right afterwards. */
static cdn_status fill_records(const finder *f, const cdn_builder *today, cdn_changes *out,
                               cdn_error *error)
{
    const cdn_grid_records *own = &today->records[f->index];
    uint32_t unit = f->record->unit;
    uint32_t holding = f->record->holding == CDN_NONE ? f->index : f->record->holding;
    uint32_t *units = cdn_arena_alloc(today->arena, out->count, sizeof *units);
    uint32_t *holdings = cdn_arena_alloc(today->arena, out->count, sizeof *holdings);
    int32_t *workers = cdn_arena_alloc(today->arena, out->count, sizeof *workers);
    if (units == NULL || holdings == NULL || workers == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < out->count; i++) {
        units[i] = out->items[i].unit;
        holdings[i] = out->items[i].holding;
        workers[i] = out->items[i].workers;
    }
    out->records = (cdn_grid_records){.rows = out->count,
                                      .contributors = {units, holdings, workers},
                                      .are_workers = own->are_workers,
                                      .unit_flags = own->unit_flags,
                                      .first_row = 1,
                                      .first_unit = today->first_names[unit],
                                      .first_holding = today->first_names[holding],
                                      .no_unit = own->no_unit,
                                      .no_holding = own->no_holding};
    return CDN_OK;
}

/* Per workplace of a day one of its records. */
static cdn_status find_one(const finder *f, const cdn_builder *day, uint32_t **out,
                           cdn_error *error)
{
    const cdn_grid_records *records = &day->records[f->index];
    uint32_t units = day->records[f->record->unit].rows;
    *out = cdn_alloc(units, sizeof **out);
    if (*out == NULL)
        return cdn_fail_memory(error);
    memset(*out, 0xff, units * sizeof **out);
    for (uint32_t row = 0; row < records->rows; row++)
        if (records->contributors.units[row] != CDN_NONE)
            (*out)[records->contributors.units[row]] = row;
    return CDN_OK;
}

static cdn_status prepare(finder *f, cdn_error *error)
{
    const cdn_frame *frame = f->now->frame;
    CDN_TRY(cdn_builder_versions(f->now, f->index, error));
    const uint32_t *versions = f->now->identities[f->index].versions;
    f->now_versions = versions + cdn_frame_first(frame, f->index, f->now->date);
    f->then_versions = versions + cdn_frame_first(frame, f->index, f->then->date);
    CDN_TRY(cdn_builder_rows_on(f->now, f->index, &f->at_now, error));
    CDN_TRY(cdn_builder_rows_on(f->then, f->index, &f->at_then, error));
    CDN_TRY(cdn_builder_rows_on(f->now, f->record->unit, &f->unit_now, error));
    CDN_TRY(cdn_builder_rows_on(f->then, f->record->unit, &f->unit_then, error));
    CDN_TRY(find_one(f, f->now, &f->one_now, error));
    return find_one(f, f->then, &f->one_then, error);
}

static cdn_status find(finder *f, const cdn_builder *today, cdn_changes *out, cdn_error *error)
{
    CDN_TRY(prepare(f, error));
    out->items = cdn_alloc(list_changes(f, out), sizeof *out->items);
    if (out->items == NULL)
        return cdn_fail_memory(error);
    (void)list_changes(f, out);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, compare_changes);
    CDN_TRY(fill_records(f, today, out, error));
    out->found = true;
    return CDN_OK;
}

cdn_status cdn_changes_find(const cdn_builder *today, const cdn_builder *now,
                            const cdn_builder *then, uint32_t record, cdn_changes *out,
                            cdn_error *error)
{
    finder f = {.now = now,
                .then = then,
                .record = &today->catalogue->records[record],
                .index = record};
    *out = (cdn_changes){.found = false};
    cdn_status status = find(&f, today, out, error);
    cdn_free(f.one_then);
    cdn_free(f.one_now);
    return status;
}

void cdn_changes_release(cdn_changes *changes)
{
    cdn_free(changes->items);
    changes->items = NULL;
}

/* ---- what they change ---- */

typedef struct comparison {
    const cdn_changes *changes;
    cdn_pass *now, *then;
    cdn_tally *tallies;
    uint32_t *seen; /* per key: 1 + the change that has it today */
    cdn_cell *cells;
    uint8_t *changed; /* all that is asked for; or NULL */
} comparison;

/* What is known of a workplace's part of a key on a day. */
typedef struct telling {
    bool shown, fresh; /* by its row; which is new */
    bool away;         /* it is elsewhere, or nowhere */
} telling;

static telling tell(const cdn_pass *pass, uint32_t unit, uint32_t one, uint32_t key)
{
    uint32_t bits = cdn_pass_shown(pass, unit);
    bool away = unit == CDN_NONE || one == CDN_NONE || cdn_pass_is_elsewhere(pass, one, key);
    bool shown = !away && bits != 0 && (bits & pass->row_like[key]) != 0;
    return (telling){shown, shown && cdn_pass_is_fresh(pass, unit, key), away};
}

/* Rows show it on each day on which it is where the key is. */
static bool is_left_out(const comparison *c, const cdn_change *change, uint32_t key)
{
    telling now = tell(c->now, change->unit_now, change->one_now, key);
    telling then = tell(c->then, change->unit_then, change->one_then, key);
    if ((!now.shown && !now.away) || (!then.shown && !then.away) || (now.away && then.away))
        return false;
    c->cells[key].is_fresh |= now.fresh || then.fresh;
    return true;
}

static bool add_change(comparison *c, uint32_t i, uint32_t key, int64_t difference)
{
    const cdn_change *change = &c->changes->items[i];
    if (c->changed != NULL) {
        c->changed[key] = 1;
        return true;
    }
    cdn_tally *t = &c->tallies[key];
    t->records++;
    if (!cdn_add_checked(t->value, difference, &t->value))
        return false;
    if (is_left_out(c, change, key))
        return true;
    return cdn_tally_protect(t, &c->changes->records, i, difference, &c->cells[key]);
}

/* The row's keys and its contribution to them; no keys where it has none. */
static uint32_t place(cdn_pass *pass, uint32_t row, int64_t *value)
{
    const int64_t *values = pass->grid->values;
    *value = 0;
    if (row == CDN_NONE || (values != NULL && values[row] == INT64_MIN))
        return 0;
    *value = values == NULL ? 1 : values[row];
    return cdn_pass_keys(pass, row);
}

static bool compare_days(comparison *c, uint32_t i)
{
    const cdn_change *change = &c->changes->items[i];
    int64_t value_now, value_then, difference;
    uint32_t now = place(c->now, change->now, &value_now);
    uint32_t then = place(c->then, change->then, &value_then);
    if (value_now == value_then && now == then &&
        memcmp(c->now->keys, c->then->keys, now * sizeof *c->now->keys) == 0)
        return true;
    if (__builtin_sub_overflow(value_now, value_then, &difference) || value_then == INT64_MIN)
        return false;
    bool leaves = change->side != CDN_CHANGE_ARRIVES, arrives = change->side != CDN_CHANGE_LEAVES;
    for (uint32_t k = 0; k < now; k++)
        c->seen[c->now->keys[k]] = i + 1;
    for (uint32_t k = 0; k < then; k++) {
        uint32_t key = c->then->keys[k];
        bool stays = c->seen[key] == i + 1;
        c->seen[key] = 0;
        if (stays ? arrives && difference != 0 && !add_change(c, i, key, difference)
                  : leaves && !add_change(c, i, key, -value_then))
            return false;
    }
    for (uint32_t k = 0; k < now; k++)
        if (arrives && c->seen[c->now->keys[k]] == i + 1 &&
            !add_change(c, i, c->now->keys[k], value_now))
            return false;
    return true;
}

static bool finish(const comparison *c, uint32_t key)
{
    cdn_cell *cell = &c->cells[key];
    uint32_t *worker = &cell->sole[CDN_CONTRIBUTOR_WORKER];
    bool fits = cdn_tally_finish(&c->tallies[key], &c->changes->records, cell);
    if (*worker != 0)
        *worker = c->changes->items[*worker - 1].name;
    cell->variable = c->now->grid->variable;
    cell->is_change = true;
    return fits;
}

/* Compares all that differs; only then are there cells to finish. */
static cdn_status compare_all(comparison *c, const cdn_grid *now, const cdn_grid *then,
                              const cdn_nodes *nodes, cdn_error *error)
{
    bool fits = true;
    CDN_TRY(cdn_pass_create(now, nodes, &c->now, error));
    CDN_TRY(cdn_pass_create(then, nodes, &c->then, error));
    for (uint32_t i = 0; fits && i < c->changes->count; i++)
        fits = compare_days(c, i);
    for (uint32_t key = 0; fits && c->cells != NULL && key < now->key_count; key++)
        fits = finish(c, key);
    return fits ? CDN_OK : cdn_fail(error, CDN_E_LIMIT, CDN_PASS_TOO_LARGE);
}

static void comparison_release(comparison *c)
{
    cdn_pass_destroy(c->then);
    cdn_pass_destroy(c->now);
    cdn_free(c->seen);
    cdn_free(c->tallies);
}

cdn_status cdn_changes_tabulate(const cdn_changes *changes, const cdn_grid *now,
                                const cdn_grid *then, const cdn_nodes *nodes, cdn_cell *out,
                                cdn_error *error)
{
    comparison c = {.changes = changes, .cells = out};
    c.tallies = cdn_alloc(now->key_count, sizeof *c.tallies);
    c.seen = cdn_alloc(now->key_count, sizeof *c.seen);
    cdn_status status = c.tallies == NULL || c.seen == NULL
                            ? cdn_fail_memory(error)
                            : compare_all(&c, now, then, nodes, error);
    comparison_release(&c);
    return status;
}

cdn_status cdn_changes_mark(const cdn_changes *changes, const cdn_grid *now, const cdn_grid *then,
                            const cdn_nodes *nodes, uint8_t *out, cdn_error *error)
{
    comparison c = {.changes = changes, .changed = out};
    c.seen = cdn_alloc(now->key_count, sizeof *c.seen);
    cdn_status status =
        c.seen == NULL ? cdn_fail_memory(error) : compare_all(&c, now, then, nodes, error);
    comparison_release(&c);
    return status;
}
