/* check.c - what the agreement grants, held against what the plan asks for.
 *
 * Everything that is not granted is refused, at the line that asks for it, with
 * what is granted as the hint. A filter shows something of its dimension too
 * (who is in the table), so filters need the same grants as rows and columns;
 * the one exception is a filter that keeps exactly the agreement's own scope.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "core/text.h"
#include "plan/parts.h"

#define DEEPEST_EXPRESSION 64

typedef struct check {
    const cdn_plan *plan;
    const cdn_catalogue *catalogue;
    const cdn_agreement *agreement;
    uint8_t *flags; /* leaves of the longest axis */
    cdn_error *error;
} check;

/* A table or a list, as far as filters go. */
typedef struct output {
    const char *kind, *name;
    uint32_t line;
    const cdn_plan_filter *filters;
    uint32_t filter_count;
} output;

/* ------------------------------------------------------------------ hints */

typedef const char *(*name_at)(const check *self, const cdn_grant_rows *rows, uint32_t index);

static const char *dimension_grant(const check *self, const cdn_grant_rows *rows, uint32_t index)
{
    (void)rows;
    return self->catalogue->dimensions[self->agreement->dimensions[index].dimension].name;
}

static const char *measure_grant(const check *self, const cdn_grant_rows *rows, uint32_t index)
{
    (void)rows;
    return self->catalogue->measures[self->agreement->measures[index]].name;
}

static const char *row_field_grant(const check *self, const cdn_grant_rows *rows, uint32_t index)
{
    return self->catalogue->fields[rows->fields[index]].name;
}

static const char *row_measure_grant(const check *self, const cdn_grant_rows *rows, uint32_t index)
{
    return self->catalogue->measures[rows->measures[index]].name;
}

/* "<intro>: a, b, c", or "<intro>: none". */
static void hint_grants(const check *self, const char *intro, name_at name,
                        const cdn_grant_rows *rows, uint32_t count)
{
    cdn_text list = CDN_TEXT_INIT(65536);
    for (uint32_t i = 0; i < count; i++)
        cdn_text_addf(&list, "%s%s", i > 0 ? ", " : "", name(self, rows, i));
    cdn_fail_hint(self->error, "%s: %s", intro, list.length > 0 ? list.bytes : "none");
    cdn_text_release(&list);
}

static cdn_status refuse(const check *self, uint32_t line, const char *what, const char *name)
{
    return cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script, line, 0,
                       "the agreement %s does not allow %s '%s'", self->agreement->id, what, name);
}

static cdn_status refuse_forbidden(const check *self, uint32_t line, const char *what,
                                   const char *name)
{
    return cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script, line, 0,
                       "the agreement %s forbids data that %s '%s' is made from",
                       self->agreement->id, what, name);
}

/* ------------------------------------------------------------------ validity */

static cdn_status refuse_date(const check *self, const char *verb, int32_t days)
{
    int year = 0, month = 0, day = 0;
    cdn_days_to_date(days, &year, &month, &day);
    return cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script, self->plan->agreement_line,
                       0, "the agreement %s %s on %04d-%02d-%02d", self->agreement->id, verb, year,
                       month, day);
}

static cdn_status check_validity(const check *self, int32_t today)
{
    if (strcmp(self->plan->agreement, self->agreement->id) != 0)
        return cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script,
                           self->plan->agreement_line, 0,
                           "the script names the agreement '%s', not %s", self->plan->agreement,
                           self->agreement->id);
    if (today < self->agreement->valid_from)
        return refuse_date(self, "starts only", self->agreement->valid_from);
    if (today > self->agreement->valid_to)
        return refuse_date(self, "ended", self->agreement->valid_to);
    return CDN_OK;
}

/* ------------------------------------------------------------------ columns behind names */

static bool forbids(const check *self, const uint32_t *columns, uint32_t count)
{
    return count > 0 && cdn_agreement_forbids(self->agreement, columns, count);
}

/* Does the expression use a forbidden column? Too deep counts as yes. */
static bool forbids_expression(const check *self, uint32_t index, int depth)
{
    if (index == CDN_NONE)
        return false;
    if (index >= self->catalogue->expr_count || depth > DEEPEST_EXPRESSION)
        return true;
    const cdn_expr *expr = &self->catalogue->exprs[index];
    if ((expr->op == CDN_EX_COLUMN || expr->op == CDN_EX_IN) && forbids(self, &expr->column, 1))
        return true;
    if (expr->op == CDN_EX_COLUMN || expr->op == CDN_EX_CONSTANT)
        return false;
    for (int i = 0; i < 3; i++) {
        if (forbids_expression(self, expr->operand[i], depth + 1))
            return true;
    }
    return false;
}

static bool forbids_axis(const check *self, uint32_t axis)
{
    const cdn_axis *a = &self->catalogue->axes[axis];
    return forbids(self, a->columns, a->column_count);
}

static bool forbids_measure(const check *self, const cdn_measure *measure)
{
    for (uint32_t i = 0; i < measure->part_count; i++) {
        const cdn_part *part = &measure->parts[i];
        if (forbids(self, part->columns, part->column_count))
            return true;
        for (uint32_t j = 0; j < part->restriction_count; j++) {
            if (forbids_axis(self, part->restrictions[j].axis))
                return true;
        }
    }
    return measure->kind == CDN_MEASURE_QUANTILE && forbids_expression(self, measure->value, 0);
}

static bool forbids_field(const check *self, const cdn_field *field)
{
    if (field->column != CDN_NONE && forbids(self, &field->column, 1))
        return true;
    if (field->dimension != CDN_NONE &&
        forbids_axis(self, self->catalogue->dimensions[field->dimension].axis))
        return true;
    return forbids_expression(self, field->expr, 0);
}

/* ------------------------------------------------------------------ dimensions, filters */

static cdn_status check_dimension(const check *self, uint32_t dimension, uint32_t level,
                                  uint32_t line, const char *use)
{
    const cdn_dimension *d = &self->catalogue->dimensions[dimension];
    const cdn_grant_dimension *grant = cdn_agreement_dimension(self->agreement, dimension);
    if (grant == NULL) {
        (void)refuse(self, line, use, d->name);
        hint_grants(self, "it allows the dimensions", dimension_grant, NULL,
                    self->agreement->dimension_count);
        return CDN_E_REFUSED;
    }
    if (forbids_axis(self, d->axis))
        return refuse_forbidden(self, line, use, d->name);
    if (level > grant->finest_level) {
        const char *finest = d->levels[grant->finest_level].name;
        (void)cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script, line, 0,
                          "the agreement %s allows %s down to %s, not %s", self->agreement->id,
                          d->name, finest, d->levels[level].name);
        cdn_fail_hint(self->error, "write dim \"%s\":at \"%s\"", d->name, finest);
        return CDN_E_REFUSED;
    }
    return CDN_OK;
}

/* Leaves that one filter keeps are exactly those of a scope of the agreement. */
static bool is_scope_itself(const check *self, const cdn_plan_filter *filter)
{
    uint32_t axis = self->catalogue->dimensions[filter->dimension].axis;
    for (uint32_t i = 0; i < self->agreement->scope_count; i++) {
        const cdn_restriction *scope = &self->agreement->scope[i];
        if (scope->axis != axis)
            continue;
        bool same = true;
        (void)plan_kept_leaves(self->catalogue, filter, 1, axis, self->flags);
        for (uint32_t leaf = 0; leaf < self->catalogue->axes[axis].leaf_count && same; leaf++)
            same = (self->flags[leaf] != 0) == (scope->leaves[leaf] != 0);
        if (same)
            return true;
    }
    return false;
}

static cdn_status check_filters(const check *self, const output *out)
{
    for (uint32_t i = 0; i < out->filter_count; i++) {
        const cdn_plan_filter *filter = &out->filters[i];
        if (!is_scope_itself(self, filter))
            CDN_TRY(check_dimension(self, filter->dimension, filter->level, filter->line,
                                    "a filter on dimension"));
    }
    return CDN_OK;
}

/* ------------------------------------------------------------------ scope */

/* The line of the last filter on the axis, else the output's. */
static uint32_t scope_line(const check *self, const output *out, uint32_t axis)
{
    uint32_t line = out->line;
    for (uint32_t i = 0; i < out->filter_count; i++) {
        if (self->catalogue->dimensions[out->filters[i].dimension].axis == axis)
            line = out->filters[i].line;
    }
    return line;
}

static cdn_status check_scope(const check *self, const output *out)
{
    for (uint32_t i = 0; i < self->agreement->scope_count; i++) {
        const cdn_restriction *scope = &self->agreement->scope[i];
        const char *text = self->agreement->scope_texts[i];
        uint32_t leaf_count = self->catalogue->axes[scope->axis].leaf_count;
        bool inside = plan_kept_leaves(self->catalogue, out->filters, out->filter_count,
                                       scope->axis, self->flags) > 0;
        bool filtered = inside;
        for (uint32_t leaf = 0; leaf < leaf_count && inside; leaf++)
            inside = self->flags[leaf] == 0 || scope->leaves[leaf] != 0;
        if (inside)
            continue;
        (void)cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script,
                          scope_line(self, out, scope->axis), 0,
                          filtered ? "%s '%s' reaches outside the agreement %s, which covers %s"
                                   : "%s '%s' is not limited to what the agreement %s covers: %s",
                          out->kind, out->name, self->agreement->id, text);
        cdn_fail_hint(self->error, "filter the feed or the %s so that it stays inside: %s",
                      out->kind, text);
        return CDN_E_REFUSED;
    }
    return CDN_OK;
}

/* ------------------------------------------------------------------ tables and lists */

static cdn_status check_measure(const check *self, const cdn_plan_name *use,
                                const cdn_grant_rows *rows, bool granted)
{
    const cdn_measure *measure = &self->catalogue->measures[use->index];
    if (!granted) {
        (void)refuse(self, use->line, rows != NULL ? "in rows the measure" : "measure",
                     measure->name);
        if (rows != NULL)
            hint_grants(self, "for rows it allows the measures", row_measure_grant, rows,
                        rows->measure_count);
        else
            hint_grants(self, "it allows the measures", measure_grant, NULL,
                        self->agreement->measure_count);
        return CDN_E_REFUSED;
    }
    if (forbids_measure(self, measure))
        return refuse_forbidden(self, use->line, "measure", measure->name);
    return CDN_OK;
}

static cdn_status check_table(const check *self, const cdn_plan_table *table)
{
    const output out = {"table", table->name, table->line, table->filters, table->filter_count};
    for (uint32_t i = 0; i < table->dimension_count; i++)
        CDN_TRY(check_dimension(self, table->dimensions[i].dimension,
                                table->dimensions[i].last_level, table->dimensions[i].line,
                                "dimension"));
    for (uint32_t i = 0; i < table->measure_count; i++)
        CDN_TRY(check_measure(self, &table->measures[i], NULL,
                              cdn_agreement_measure(self->agreement, table->measures[i].index)));
    CDN_TRY(check_filters(self, &out));
    return check_scope(self, &out);
}

static bool contains(const uint32_t *indexes, uint32_t count, uint32_t index)
{
    for (uint32_t i = 0; i < count; i++) {
        if (indexes[i] == index)
            return true;
    }
    return false;
}

static cdn_status check_field(const check *self, const cdn_plan_name *use,
                              const cdn_grant_rows *rows)
{
    const cdn_field *field = &self->catalogue->fields[use->index];
    if (!contains(rows->fields, rows->field_count, use->index)) {
        (void)refuse(self, use->line, "field", field->name);
        hint_grants(self, "it allows the fields", row_field_grant, rows, rows->field_count);
        return CDN_E_REFUSED;
    }
    if (forbids_field(self, field))
        return refuse_forbidden(self, use->line, "field", field->name);
    return CDN_OK;
}

static cdn_status check_list(const check *self, const cdn_plan_list *list)
{
    const output out = {"list", list->name, list->line, list->filters, list->filter_count};
    const cdn_grant_rows *rows = cdn_agreement_rows(self->agreement, list->record);
    if (rows == NULL)
        return refuse(self, list->line, "rows of", self->catalogue->records[list->record].name);
    for (uint32_t i = 0; i < list->field_count; i++)
        CDN_TRY(check_field(self, &list->fields[i], rows));
    for (uint32_t i = 0; i < list->measure_count; i++)
        CDN_TRY(check_measure(
            self, &list->measures[i], rows,
            contains(rows->measures, rows->measure_count, list->measures[i].index)));
    CDN_TRY(check_filters(self, &out));
    return check_scope(self, &out);
}

/* ------------------------------------------------------------------ size */

static cdn_status check_size(const check *self)
{
    uint64_t cells = 0;
    for (uint32_t i = 0; i < self->plan->table_count; i++) {
        const cdn_plan_table *table = &self->plan->tables[i];
        uint64_t keys = plan_table_keys(self->catalogue, table, self->flags), own = 0;
        if (__builtin_mul_overflow(keys, table->measure_count, &own) ||
            __builtin_add_overflow(cells, own, &cells) || cells > self->agreement->max_cells) {
            (void)cdn_fail_at(self->error, CDN_E_REFUSED, self->plan->script, table->line, 0,
                              "with table '%s' the feed has more than the %u cells that the "
                              "agreement %s allows",
                              table->name, self->agreement->max_cells, self->agreement->id);
            cdn_fail_hint(self->error, "take out a dimension or a measure, use a coarser level, or "
                                       "filter");
            return CDN_E_REFUSED;
        }
    }
    return CDN_OK;
}

static cdn_status check_all(const check *self, int32_t today)
{
    CDN_TRY(check_validity(self, today));
    for (uint32_t i = 0; i < self->plan->table_count; i++)
        CDN_TRY(check_table(self, &self->plan->tables[i]));
    for (uint32_t i = 0; i < self->plan->list_count; i++)
        CDN_TRY(check_list(self, &self->plan->lists[i]));
    return check_size(self);
}

cdn_status cdn_plan_check(const cdn_plan *plan, const cdn_catalogue *catalogue,
                          const cdn_agreement *agreement, int32_t today, cdn_error *error)
{
    uint8_t *flags = cdn_alloc(plan_longest_axis(catalogue), sizeof *flags);
    if (flags == NULL)
        return cdn_fail_memory(error);
    const check self = {plan, catalogue, agreement, flags, error};
    cdn_status status = check_all(&self, today);
    cdn_free(flags);
    return status;
}
