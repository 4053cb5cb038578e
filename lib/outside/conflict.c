/* conflict.c - why no pattern exists: what determines a sensitive cell when all is withheld.
 *
 * Works on the table with every cell withheld that may be. What is then still
 * determined comes with the multiples of rows whose sum holds that cell and, for
 * the rest, only cells that are always published: those are the conflict. For a
 * contributor, the cells that it is alone in are published, so to speak: each
 * contributor whom the attack finds is looked at by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/engine.h"

#include "attack/exact.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "protect/factor.h"
#include "protect/prime.h"
#include "protect/pattern.h"

#define OWN 0x80u /* a mark of cells that only the contributor who asks knows */

typedef struct work {
    const cdn_outside_table *table;
    cdn_outside_system system;
    cdn_pattern pattern;
    cdn_factor factor;
    uint32_t holder;   /* who asks: a contributor, or 0 = anybody */
    uint8_t *exposed;  /* per cell, when everything is withheld: see cdn_attack_exact_by */
    uint32_t *by;
    uint64_t (*vectors)[2];
    uint64_t *sum;      /* per cell: its coefficient in the sum of rows */
    uint32_t *touched;
    uint8_t *is_touched;
    uint32_t count;     /* of touched */
    cdn_text *text;
    cdn_json *list;
    uint32_t found, first;
} work;

static const char *kind_of(const work *w, const cdn_outside_cell *cell)
{
    return w->holder != 0 && cell->holder == w->holder ? "the contributor's own"
           : cell->status == CDN_OUTSIDE_FORCED       ? "forced"
           : cell->status == CDN_OUTSIDE_STRUCTURAL ? "structural"
                                                    : "zero";
}

static void add_id(cdn_text *text, cdn_json *array, const char *id, const char *kind)
{
    cdn_text_addf(text, " \"%s\"", id);
    if (kind != NULL)
        cdn_text_addf(text, " (%s)", kind);
    cdn_json_push(array, cdn_json_new_string(id));
}

static void note_found(work *w, uint32_t cell)
{
    if (w->found++ == 0)
        w->first = cell;
}

/* Adds the multiple of a row to the sum. */
static void add_row(work *w, uint32_t row, uint64_t multiple)
{
    const cdn_system *s = &w->system.system;
    cdn_prime field = w->factor.field;
    for (uint32_t i = s->equation_start[row]; i < s->equation_start[row + 1]; i++) {
        uint32_t cell = s->equation_cell[i];
        uint64_t minus =
            cdn_prime_negate(field, cdn_field_from_int(field, s->equation_coefficient[i]));
        if (!w->is_touched[cell]) {
            w->is_touched[cell] = 1;
            w->touched[w->count++] = cell;
        }
        w->sum[cell] = cdn_prime_deduct(field, w->sum[cell], minus, multiple);
    }
}

static void list_published(work *w, cdn_json *item)
{
    cdn_json *published = cdn_json_array();
    cdn_text_add(w->text, "\n    cells");
    uint32_t listed = 0, all = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t cell = w->touched[i];
        bool in_sum = w->sum[cell] != 0 && (w->system.marks[cell] & CDN_CELL_KNOWN);
        w->sum[cell] = 0;
        w->is_touched[cell] = 0;
        all += in_sum;
        if (!in_sum || listed == CDN_OUTSIDE_LISTED)
            continue;
        listed++;
        add_id(w->text, published, cdn_outside_cell_id(w->table, cell),
               kind_of(w, &w->table->cells[cell]));
    }
    if (all > listed)
        cdn_text_addf(w->text, " and %u more", all - listed);
    cdn_json_set(item, "published", published);
    cdn_json_set(item, "publishedCount", cdn_json_new_integer(all));
    cdn_text_add(w->text, "\n");
}

/* factor.column holds the multiples of rows that give the cell. */
static void list_determined(work *w, uint32_t cell)
{
    const cdn_sparse *column = &w->factor.column;
    cdn_json *item = cdn_json_object(), *rows = cdn_json_array();
    uint32_t listed = 0, all = 0;
    cdn_text_addf(w->text, "conflict: \"%s\" is determined by what is always published",
                  cdn_outside_cell_id(w->table, cell));
    cdn_json_set(item, "cell", cdn_json_new_string(cdn_outside_cell_id(w->table, cell)));
    if (w->holder != 0) {
        const char *own = cdn_outside_cell_id(w->table, w->by[cell]);
        cdn_text_addf(w->text, " and known to the contributor alone in \"%s\"", own);
        cdn_json_set(item, "aloneIn", cdn_json_new_string(own));
    }
    cdn_text_add(w->text, "\n    rows ");
    w->count = 0;
    for (uint32_t i = 0; i < column->count; i++) {
        uint32_t row = column->members[i];
        if (column->values[row] == 0)
            continue;
        add_row(w, row, column->values[row]);
        if (all++ < CDN_OUTSIDE_LISTED) {
            listed++;
            add_id(w->text, rows, cdn_outside_row_id(w->table, row), NULL);
        }
    }
    if (all > listed)
        cdn_text_addf(w->text, " and %u more", all - listed);
    cdn_json_set(item, "rows", rows);
    cdn_json_set(item, "rowCount", cdn_json_new_integer(all));
    list_published(w, item);
    cdn_json_push(w->list, item);
}

/* Cells that a rule makes sensitive and a status has published. */
static void find_forced(work *w)
{
    for (uint32_t c = 0; c < w->table->cell_count; c++) {
        const cdn_outside_cell *cell = &w->table->cells[c];
        if (cell->status != CDN_OUTSIDE_FORCED || !cdn_outside_is_sensitive(cell))
            continue;
        note_found(w, c);
        if (w->found > CDN_OUTSIDE_LISTED)
            continue;
        cdn_json *item = cdn_json_object();
        cdn_json_set(item, "cell", cdn_json_new_string(cdn_outside_cell_id(w->table, c)));
        cdn_json_set(item, "forced", cdn_json_new_bool(true));
        cdn_json_push(w->list, item);
        cdn_text_addf(w->text, "conflict: \"%s\" is forced, and sensitive by the policy\n",
                      cdn_outside_cell_id(w->table, c));
    }
}

static cdn_status work_init(work *w, const cdn_policy *policy, cdn_error *error)
{
    uint32_t cells = w->table->cell_count, count;
    CDN_TRY(cdn_outside_system_init(&w->system, w->table, policy, CDN_OUTSIDE_TO_EXPLAIN, error));
    w->vectors = cdn_alloc(cells, sizeof *w->vectors);
    w->sum = cdn_alloc(cells, sizeof *w->sum);
    w->touched = cdn_alloc(cells, sizeof *w->touched);
    w->is_touched = cdn_alloc(cells, sizeof *w->is_touched);
    w->exposed = cdn_alloc(cells, sizeof *w->exposed);
    w->by = cdn_alloc(cells, sizeof *w->by);
    if (w->vectors == NULL || w->sum == NULL || w->touched == NULL || w->is_touched == NULL ||
        w->exposed == NULL || w->by == NULL)
        return cdn_fail_memory(error);
    return cdn_attack_exact_by(&w->system.system, NULL, w->exposed, w->by, &count, error);
}

/* Cells that the marks determine and whose exposure, by the attack, is to be told now. */
static cdn_status list_all_determined(work *w, uint8_t exposure, cdn_error *error)
{
    CDN_TRY(cdn_pattern_init(&w->pattern, &w->system.system, error));
    CDN_TRY(cdn_factor_init(&w->factor, &w->pattern, cdn_prime_make(CDN_PRIME_FIRST_FOLD), error));
    cdn_factor_null_vectors(&w->factor, CDN_FACTOR_SEED, w->vectors);
    for (uint32_t c = 0; c < w->table->cell_count; c++) {
        bool told = w->exposed[c] == exposure &&
                    (w->holder == 0 || w->table->cells[w->by[c]].holder == w->holder);
        if (!told || w->vectors[c][0] != 0 || w->vectors[c][1] != 0 ||
            !cdn_factor_determines(&w->factor, c))
            continue;
        note_found(w, c);
        if (w->found <= CDN_OUTSIDE_LISTED)
            list_determined(w, c);
    }
    return CDN_OK;
}

static void forget(work *w)
{
    cdn_factor_release(&w->factor);
    cdn_pattern_release(&w->pattern);
    w->factor = (cdn_factor){0};
    w->pattern = (cdn_pattern){0};
}

/* What one contributor determines; its own cells are as good as published to it. */
static cdn_status list_of_holder(work *w, uint32_t holder, cdn_error *error)
{
    w->holder = holder;
    for (uint32_t c = 0; c < w->table->cell_count; c++) {
        if (w->table->cells[c].holder == holder && !(w->system.marks[c] & CDN_CELL_KNOWN))
            w->system.marks[c] = CDN_CELL_KNOWN | OWN;
    }
    cdn_status status = list_all_determined(w, CDN_EXPOSED_TO_HOLDER, error);
    forget(w);
    for (uint32_t c = 0; c < w->table->cell_count; c++) {
        if (w->system.marks[c] & OWN)
            w->system.marks[c] =
                cdn_outside_is_sensitive(&w->table->cells[c]) ? CDN_CELL_SENSITIVE : 0;
    }
    return status;
}

static cdn_status find_determined(work *w, const cdn_policy *policy, cdn_error *error)
{
    CDN_TRY(work_init(w, policy, error));
    cdn_status status = list_all_determined(w, CDN_EXPOSED_TO_ALL, error);
    forget(w);
    for (uint32_t c = 0; c < w->table->cell_count && status == CDN_OK; c++) {
        uint32_t holder = 0;
        if (w->exposed[c] == CDN_EXPOSED_TO_HOLDER)
            holder = w->table->cells[w->by[c]].holder;
        if (holder == 0 || w->found >= CDN_OUTSIDE_LISTED)
            continue;
        status = list_of_holder(w, holder, error);
        for (uint32_t i = c; i < w->table->cell_count; i++) {
            if (w->exposed[i] == CDN_EXPOSED_TO_HOLDER &&
                w->table->cells[w->by[i]].holder == holder)
                w->exposed[i] = 0;
        }
    }
    for (uint32_t c = 0; c < w->table->cell_count; c++)
        w->found += w->exposed[c] == CDN_EXPOSED_TO_HOLDER; /* beyond what is listed */
    return status;
}

cdn_status cdn_outside_conflicts(const cdn_outside_table *table, const cdn_policy *policy,
                                 cdn_text *text, cdn_json *json, uint32_t *count,
                                 uint32_t *first, cdn_error *error)
{
    work w = {.table = table, .text = text, .list = cdn_json_array()};
    find_forced(&w);
    cdn_status status = find_determined(&w, policy, error);
    if (status == CDN_OK && w.found > CDN_OUTSIDE_LISTED)
        cdn_text_addf(text, "and %u more conflicts\n", w.found - CDN_OUTSIDE_LISTED);
    cdn_json_set(json, "conflicts", w.list);
    cdn_json_set(json, "conflictCount", cdn_json_new_integer(w.found));
    *count = w.found;
    *first = w.first;
    cdn_free(w.vectors);
    cdn_free(w.sum);
    cdn_free(w.touched);
    cdn_free(w.is_touched);
    cdn_free(w.exposed);
    cdn_free(w.by);
    forget(&w);
    cdn_outside_system_release(&w.system);
    return status;
}
