/* cells.c - reads the cells file, and judges each cell by the policy as it is read.
 *
 * The rules are those of lib/rule: records stand for workers, contributors for
 * workplaces and for providers alike. There are at least as many workplaces as
 * providers, so a threshold on workplaces errs on the safe side where the file
 * counts providers. The sum of absolute contributions, which the file does not
 * have, is at least |value| and at least the largest together: the larger of
 * these is taken, which can only make a share look greater. A file that has the
 * largest contribution must have all that the policy's rules look at.
 *
 * A count of records or contributors that contradicts the value is refused: the
 * rules take a cell without records for an empty one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside/outside.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "outside/fields.h"
#include "rule/rule.h"

enum {
    ID,
    VALUE,
    RECORDS,
    CONTRIBUTORS,
    TOP1,
    TOP2,
    TOP3,
    TOP4,
    TOP5,
    WEIGHT1,
    WEIGHT2,
    WEIGHT3,
    WEIGHT4,
    WEIGHT5,
    HOLDER,
    COST,
    STATUS,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
    [ID] = "cell_id", [VALUE] = "value", [RECORDS] = "records", [CONTRIBUTORS] = "contributors",
    [TOP1] = "top1",  [TOP2] = "top2",   [TOP3] = "top3",       [TOP4] = "top4",
    [TOP5] = "top5",  [COST] = "cost",   [HOLDER] = "holder",   [STATUS] = "status",
    [WEIGHT1] = "weight1", [WEIGHT2] = "weight2", [WEIGHT3] = "weight3",
    [WEIGHT4] = "weight4", [WEIGHT5] = "weight5",
};
#define REQUIRED_COLUMNS 2u

static const char *const status_names[CDN_OUTSIDE_STATUS_END_] = {
    [CDN_OUTSIDE_FREE] = "free",     [CDN_OUTSIDE_SENSITIVE] = "sensitive",
    [CDN_OUTSIDE_FORCED] = "forced", [CDN_OUTSIDE_HIDDEN] = "hidden",
    [CDN_OUTSIDE_STRUCTURAL] = "structural",
};

typedef struct reader {
    const char *path;
    const cdn_policy *policy;
    cdn_outside_table *table;
    cdn_outside_columns columns;
    uint32_t capacity;
    bool values_count;
} reader;

/* The numbers of one cell that rules look at. */
typedef struct figures {
    int64_t records, contributors, top[CDN_CELL_TOP];
    uint64_t weights[CDN_CELL_TOP];
} figures;

static bool has(const reader *self, uint32_t column)
{
    return self->columns.at[column] != CDN_OUTSIDE_ABSENT;
}

static cdn_status need(const reader *self, uint32_t column, cdn_rule rule, cdn_error *error)
{
    if (has(self, column))
        return CDN_OK;
    const cdn_rule_info *info = cdn_rule_get(rule);
    return cdn_fail_at(error, CDN_E_INPUT, self->path, self->columns.line, 0,
                       "the policy \"%s\" has the rule %s (%s), which needs the column \"%s\"",
                       self->policy->name, info->clause, info->name, column_names[column]);
}

static cdn_status need_largest(const reader *self, uint32_t count, cdn_rule rule,
                               cdn_error *error)
{
    bool weighted = self->policy->weighting == CDN_WEIGHT_CUMULATED ||
                    self->policy->weighting == CDN_WEIGHT_REPLICATED;
    for (uint32_t rank = 0; rank < count && rank < CDN_CELL_TOP; rank++) {
        CDN_TRY(need(self, TOP1 + rank, rule, error));
        if (weighted)
            CDN_TRY(need(self, WEIGHT1 + rank, CDN_RULE_WEIGHT, error));
    }
    return CDN_OK;
}

/* Concentration rules are not for counts; whether these are counts is only known at the end. */
static cdn_status check_concentration(const reader *self, cdn_error *error)
{
    const cdn_policy *policy = self->policy;
    for (uint32_t i = 0; i < policy->dominance_count; i++)
        CDN_TRY(need_largest(self, policy->dominance[i].n, CDN_RULE_DOMINANCE, error));
    if (policy->request.on)
        return cdn_fail_at(error, CDN_E_INPUT, self->path, self->columns.line, 0,
                           "the policy \"%s\" has the rule %s (%s), and these files cannot say who "
                           "asked", policy->name, cdn_rule_get(CDN_RULE_REQUEST)->clause,
                           cdn_rule_get(CDN_RULE_REQUEST)->name);
    return policy->p_percent.on ? need_largest(self, policy->p_percent.coalition + 1,
                                               CDN_RULE_P_PERCENT, error)
                                : CDN_OK;
}

static cdn_status check_columns(const reader *self, cdn_error *error)
{
    const cdn_policy *policy = self->policy;
    if (policy == NULL)
        return CDN_OK;
    if (policy->workers.on)
        CDN_TRY(need(self, RECORDS, CDN_RULE_WORKERS, error));
    if (policy->workplaces.on)
        CDN_TRY(need(self, CONTRIBUTORS, CDN_RULE_WORKPLACES, error));
    if (policy->providers.on)
        CDN_TRY(need(self, CONTRIBUTORS, CDN_RULE_PROVIDERS, error));
    if (policy->cost == CDN_COST_WORKERS && !has(self, COST) && !has(self, RECORDS))
        return cdn_fail_at(error, CDN_E_INPUT, self->path, self->columns.line, 0,
                           "the policy \"%s\" has the cost \"workers\", which needs the column "
                           "\"records\" or \"cost\"",
                           policy->name);
    return has(self, RECORDS) && !has(self, TOP1) ? CDN_OK : check_concentration(self, error);
}

/* A respondent without a weight stands for itself. */
static cdn_status read_weights(const cdn_outside_record *record, figures *out, cdn_error *error)
{
    for (uint32_t rank = 0; rank < CDN_CELL_TOP; rank++) {
        int64_t weight = (int64_t)CDN_RULE_WEIGHT_ONE;
        if (cdn_outside_field(record, WEIGHT1 + rank).length > 0)
            CDN_TRY(cdn_outside_decimal(record, WEIGHT1 + rank, CDN_OUTSIDE_DECIMALS, &weight,
                                        error));
        if (weight < (int64_t)CDN_RULE_WEIGHT_ONE)
            return cdn_outside_fail(record, WEIGHT1 + rank, error,
                                    "expected a weight of at least 1, found a smaller one");
        out->weights[rank] = (uint64_t)weight;
    }
    return CDN_OK;
}

static cdn_status read_figures(const reader *self, const cdn_outside_record *record, figures *out,
                               cdn_error *error)
{
    *out = (figures){0};
    if (has(self, RECORDS))
        CDN_TRY(cdn_outside_whole(record, RECORDS, 0, UINT32_MAX, &out->records, error));
    if (has(self, CONTRIBUTORS))
        CDN_TRY(cdn_outside_whole(record, CONTRIBUTORS, 0, UINT32_MAX, &out->contributors, error));
    for (uint32_t rank = 0; rank < CDN_CELL_TOP; rank++) {
        uint32_t column = TOP1 + rank;
        if (!has(self, column))
            continue;
        CDN_TRY(cdn_outside_decimal(record, column, CDN_OUTSIDE_DECIMALS, &out->top[rank], error));
        if (out->top[rank] < 0)
            return cdn_outside_fail(record, column, error,
                                    "expected a contribution without sign, found a negative");
        if (rank > 0 && has(self, column - 1) && out->top[rank] > out->top[rank - 1])
            return cdn_outside_fail(record, column, error,
                                    "expected a number from 0 to that of %s, found another",
                                    column_names[column - 1]);
    }
    return read_weights(record, out, error);
}

/* The rules take a cell without records or contributors for empty: it must be. */
static cdn_status check_empty(const reader *self, const cdn_outside_record *record,
                              const cdn_outside_cell *cell, const figures *f, cdn_error *error)
{
    bool something = cell->value != 0 || f->top[0] != 0;
    if (has(self, RECORDS) && f->records == 0 && (something || f->contributors != 0))
        return cdn_outside_fail(record, RECORDS, error, "0 in a cell that is not empty");
    if (has(self, CONTRIBUTORS) && f->contributors == 0 && (something || f->records != 0))
        return cdn_outside_fail(record, CONTRIBUTORS, error, "0 in a cell that is not empty");
    return CDN_OK;
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? (value == INT64_MIN ? INT64_MAX : -value) : value;
}

static cdn_verdict judge(const reader *self, cdn_outside_cell *cell, const figures *f)
{
    const cdn_policy *policy = self->policy;
    bool empty = has(self, RECORDS)        ? f->records == 0
                 : has(self, CONTRIBUTORS) ? f->contributors == 0
                                           : cell->value == 0;
    if (empty)
        return policy->zeros == CDN_ZEROS_SAFE ? 0 : 1u << CDN_RULE_ZERO;
    int64_t largest = 0;
    for (uint32_t rank = 0; rank < CDN_CELL_TOP; rank++) {
        if (!cdn_add_checked(largest, f->top[rank], &largest))
            largest = INT64_MAX;
    }
    int64_t total = magnitude(cell->value);
    uint32_t providers = has(self, CONTRIBUTORS) ? (uint32_t)f->contributors : 1;
    cdn_cell as_cell = {.value = cell->value,
                        .records = (uint32_t)f->records,
                        .workers = (uint32_t)f->records,
                        .workplaces = providers,
                        .providers = providers,
                        .unwaived = providers,
                        .has_negative = cell->value < 0,
                        .total = largest > total ? largest : total};
    cdn_variable variable = {.decimals = CDN_OUTSIDE_DECIMALS, .counts_workers = true};
    cdn_rule_weigh(f->top, f->weights, CDN_CELL_TOP, policy->weighting, as_cell.top);
    cdn_verdict verdict = cdn_rule_minimum(&as_cell, &variable, policy);
    if (has(self, TOP1) && cdn_rule_dominance(&as_cell, policy))
        verdict |= 1u << CDN_RULE_DOMINANCE;
    if (has(self, TOP1) && cdn_rule_p_percent(&as_cell, policy))
        verdict |= 1u << CDN_RULE_P_PERCENT;
    cdn_rule_levels(&as_cell, &variable, policy, verdict, &cell->below, &cell->above,
                    &cell->width);
    return verdict;
}

static cdn_status read_cost(const reader *self, const cdn_outside_record *record,
                            const figures *f, cdn_outside_cell *cell, cdn_error *error)
{
    int64_t cost = 1;
    if (has(self, COST)) {
        CDN_TRY(cdn_outside_decimal(record, COST, CDN_OUTSIDE_DECIMALS, &cost, error));
        if (cost <= 0)
            return cdn_outside_fail(record, COST, error,
                                    "expected a number greater than 0, found another");
    } else if (self->policy != NULL && self->policy->cost == CDN_COST_VALUE) {
        cost = magnitude(cell->value);
    } else if (self->policy != NULL && self->policy->cost == CDN_COST_WORKERS) {
        cost = f->records;
    }
    cell->cost = cost < 1 ? 1 : (uint64_t)cost;
    return CDN_OK;
}

/* Who is alone in the cell. A name that differs by a blank would be another contributor. */
static cdn_status read_holder(const reader *self, const cdn_outside_record *record,
                              const figures *f, cdn_outside_cell *cell, cdn_error *error)
{
    cdn_csv_field name = cdn_outside_field(record, HOLDER);
    bool one = has(self, CONTRIBUTORS) && f->contributors == 1;
    if (name.length == 0) {
        self->table->nameless_count += one;
        return CDN_OK;
    }
    CDN_TRY(cdn_outside_check_id(record, HOLDER, error));
    if (name.bytes[0] == ' ' || name.bytes[name.length - 1] == ' ')
        return cdn_outside_fail(record, HOLDER, error,
                                "expected a name, found one with a blank at an end");
    if ((name.length == 1 && name.bytes[0] == '0') ||
        (name.length == 2 && memcmp(name.bytes, "NA", 2) == 0)) {
        (void)cdn_outside_fail(record, HOLDER, error,
                               "expected the name of a contributor or nothing, found 0 or NA");
        cdn_fail_hint(error, "leave it empty where a cell has several contributors or none");
        return CDN_E_INPUT;
    }
    if ((has(self, RECORDS) && f->records == 0) ||
        (has(self, CONTRIBUTORS) && f->contributors == 0))
        return cdn_outside_fail(record, HOLDER, error, "somebody in a cell without contributors");
    uint32_t id = cdn_map_add(self->table->holders, name.bytes, name.length, NULL);
    cell->holder = id + 1;
    return id == CDN_MAP_NONE ? cdn_fail_memory(error) : CDN_OK;
}

static cdn_status read_cell(const reader *self, const cdn_outside_record *record,
                            cdn_outside_cell *cell, bool *counts, cdn_error *error)
{
    figures f;
    uint32_t status = CDN_OUTSIDE_FREE;
    if (cdn_outside_field(record, STATUS).length > 0)
        CDN_TRY(cdn_outside_word(record, STATUS, status_names, CDN_OUTSIDE_STATUS_END_, &status,
                                 error));
    cell->status = (uint8_t)status;
    CDN_TRY(cdn_outside_decimal(record, VALUE, CDN_OUTSIDE_DECIMALS, &cell->value, error));
    CDN_TRY(read_figures(self, record, &f, error));
    CDN_TRY(read_cost(self, record, &f, cell, error));
    CDN_TRY(read_holder(self, record, &f, cell, error));
    *counts = has(self, RECORDS) &&
              (__int128)f.records * cdn_pow10(CDN_OUTSIDE_DECIMALS) == cell->value;
    if (self->policy == NULL || status == CDN_OUTSIDE_HIDDEN || status == CDN_OUTSIDE_STRUCTURAL)
        return CDN_OK;
    CDN_TRY(check_empty(self, record, cell, &f, error));
    cell->verdict = judge(self, cell, &f);
    return CDN_OK;
}

static bool make_room(reader *self)
{
    if (self->table->cell_count < self->capacity)
        return true;
    uint32_t capacity = self->capacity == 0 ? 1024 : self->capacity * 2;
    cdn_outside_cell *cells =
        capacity < self->capacity ? NULL
                                  : cdn_resize(self->table->cells, capacity, sizeof *cells);
    if (cells == NULL)
        return false;
    self->table->cells = cells;
    self->capacity = capacity;
    return true;
}

static cdn_status add_cell(void *context, uint64_t line, const cdn_csv_field *fields,
                           size_t count, cdn_error *error)
{
    reader *self = context;
    bool added, counts;
    if (self->columns.width == 0) {
        CDN_TRY(cdn_outside_read_header(&self->columns, self->path, line, fields, count, error));
        if (has(self, HOLDER) && (self->table->holders = cdn_map_create()) == NULL)
            return cdn_fail_memory(error);
        return check_columns(self, error);
    }
    CDN_TRY(cdn_outside_check_width(&self->columns, self->path, line, count, error));
    cdn_outside_record record = {self->path, line, fields, &self->columns};
    CDN_TRY(cdn_outside_check_id(&record, ID, error));
    cdn_csv_field id = cdn_outside_field(&record, ID);
    cdn_outside_cell cell = {0};
    CDN_TRY(read_cell(self, &record, &cell, &counts, error));
    if (cdn_map_add(self->table->ids, id.bytes, id.length, &added) == CDN_MAP_NONE ||
        !make_room(self))
        return cdn_fail_memory(error);
    if (!added)
        return cdn_outside_fail(&record, ID, error, "the cell \"%.*s\" is there already",
                                (int)id.length, id.bytes);
    self->table->cells[self->table->cell_count++] = cell;
    self->values_count = self->values_count && counts;
    return CDN_OK;
}

cdn_status cdn_outside_read_cells(const char *path, const cdn_policy *policy,
                                  cdn_outside_table *table, cdn_error *error)
{
    reader self = {.path = path,
                   .policy = policy,
                   .table = table,
                   .columns = {.names = column_names,
                               .count = COLUMN_COUNT,
                               .required = REQUIRED_COLUMNS},
                   .values_count = true};
    CDN_TRY(cdn_csv_read(path, add_cell, &self, error));
    CDN_TRY(cdn_outside_check_some(&self.columns, path, table->cell_count, error));
    table->values_count = self.values_count;
    return policy == NULL || self.values_count ? CDN_OK : check_concentration(&self, error);
}
