/* eval.c - evaluates expressions over columns from anywhere: a snapshot, or tables being loaded.
 *
 * An expression is turned into a list of steps, operands first, each part
 * once however often it is used; the list then runs over blocks of rows that
 * stay in the cache, one plain loop per step. Arithmetic that can leave 64 bits
 * is done in 128, and what does not fit is missing: a wrong number never comes
 * out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/eval.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"
#include "read/expr.h"
#include "read/table.h"

#define BLOCK 1024u
#define MAX_DECIMALS 18
#define MAX_OPERANDS 3
#define MISSING CDN_EXPR_MISSING
#define NOTHING CDN_EXPR_NOTHING

typedef __int128 wide;

typedef struct step {
    const cdn_expr *expr;
    int64_t *values; /* BLOCK */
    const int64_t *operands[MAX_OPERANDS];
    uint8_t scales[MAX_OPERANDS];
    const int32_t *column;
    uint8_t column_scale;
    cdn_route route;
    const uint8_t *linked; /* LINKED from the other side: flag per row */
    uint8_t *listed;       /* IN: flag per position */
    uint32_t listed_count;
} step;

typedef struct program {
    const cdn_eval_source *source;
    const cdn_catalogue *catalogue;
    uint32_t record;
    uint32_t *step_of; /* per expression: step + 1; 0 = not seen; CDN_NONE = being compiled */
    step *steps;
    uint32_t count;
    int64_t *values; /* BLOCK per step */
} program;

/* How many operands an operation takes. */
static uint32_t operand_count(cdn_expr_op op)
{
    switch (op) {
    case CDN_EX_COLUMN:
    case CDN_EX_CONSTANT:
    case CDN_EX_REFERENCE_YEAR:
    case CDN_EX_LINKED:
    case CDN_EX_IN:
        return 0;
    case CDN_EX_NOT:
    case CDN_EX_KNOWN:
    case CDN_EX_YEARS_SINCE:
    case CDN_EX_MONTHS_SINCE:
        return 1;
    case CDN_EX_ADD:
    case CDN_EX_SUBTRACT:
    case CDN_EX_MULTIPLY:
    case CDN_EX_DIVIDE:
    case CDN_EX_EQ:
    case CDN_EX_NE:
    case CDN_EX_LT:
    case CDN_EX_LE:
    case CDN_EX_GT:
    case CDN_EX_GE:
    case CDN_EX_AND:
    case CDN_EX_OR:
    case CDN_EX_COALESCE:
        return 2;
    case CDN_EX_IF:
        return 3;
    }
    return CDN_NONE;
}

cdn_status cdn_route_create(const cdn_eval_source *source, const cdn_catalogue *catalogue,
                            uint32_t from, uint32_t to, cdn_route *out, cdn_error *error)
{
    uint32_t references[4];
    *out = (cdn_route){0, {NULL, NULL, NULL, NULL}};
    if (!cdn_catalogue_route(catalogue, from, to, references, &out->count))
        return cdn_fail(error, CDN_E_INPUT, "no reference leads from record type %s to %s",
                        catalogue->records[from].name, catalogue->records[to].name);
    for (uint32_t i = 0; i < out->count; i++) {
        CDN_TRY(source->reference(source->context, from, references[i], &out->steps[i], error));
        from = catalogue->records[from].references[references[i]].target;
    }
    return CDN_OK;
}

static cdn_status bind_column(program *self, step *at, cdn_error *error)
{
    const cdn_column *column = &self->catalogue->columns[at->expr->column];
    CDN_TRY(self->source->column(self->source->context, at->expr->column, &at->column, error));
    at->column_scale = column->kind == CDN_COLUMN_DECIMAL ? column->decimals : 0;
    if (at->column_scale > MAX_DECIMALS)
        return cdn_fail(error, CDN_E_INTERNAL, "column %s has too many decimals", column->name);
    return cdn_route_create(self->source, self->catalogue, self->record, column->record,
                            &at->route, error);
}

static cdn_status bind_list(program *self, step *at, cdn_error *error)
{
    const cdn_column *column = &self->catalogue->columns[at->expr->column];
    if (column->kind != CDN_COLUMN_CODE)
        return cdn_fail(error, CDN_E_INTERNAL, "column %s has no codes to compare", column->name);
    CDN_TRY(bind_column(self, at, error));
    at->listed_count = self->catalogue->codelists[column->codelist].count;
    at->listed = cdn_alloc(at->listed_count, 1);
    if (at->listed == NULL)
        return cdn_fail_memory(error);
    for (uint32_t i = 0; i < at->expr->list_count; i++) {
        if (at->expr->list[i] < at->listed_count)
            at->listed[at->expr->list[i]] = 1;
    }
    return CDN_OK;
}

/* Linked by its own references, or else from the other side. */
static cdn_status bind_link(program *self, step *at, cdn_error *error)
{
    uint32_t steps[4];
    uint32_t count;
    uint32_t other = at->expr->column;
    if (cdn_catalogue_route(self->catalogue, self->record, other, steps, &count))
        return cdn_route_create(self->source, self->catalogue, self->record, other, &at->route,
                                error);
    if (cdn_catalogue_route(self->catalogue, other, self->record, steps, &count))
        return self->source->referenced(self->source->context, self->record, other, &at->linked,
                                        error);
    return cdn_fail(error, CDN_E_INPUT, "no reference joins record types %s and %s",
                    self->catalogue->records[self->record].name,
                    self->catalogue->records[other].name);
}

static cdn_status compile(program *self, uint32_t index, uint32_t *out, cdn_error *error);

static cdn_status compile_step(program *self, const cdn_expr *expr, step *at, cdn_error *error)
{
    uint32_t count = operand_count(expr->op);
    if (count == CDN_NONE || expr->decimals > MAX_DECIMALS)
        return cdn_fail(error, CDN_E_INTERNAL, "expression of unknown kind");
    at->expr = expr;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t operand;
        CDN_TRY(compile(self, expr->operand[i], &operand, error));
        at->operands[i] = self->steps[operand].values;
        at->scales[i] = self->steps[operand].expr->decimals;
    }
    if (expr->op == CDN_EX_COLUMN)
        return bind_column(self, at, error);
    if (expr->op == CDN_EX_IN)
        return bind_list(self, at, error);
    if (expr->op == CDN_EX_LINKED)
        return bind_link(self, at, error);
    return CDN_OK;
}

static cdn_status compile(program *self, uint32_t index, uint32_t *out, cdn_error *error)
{
    if (index >= self->catalogue->expr_count || self->step_of[index] == CDN_NONE)
        return cdn_fail(error, CDN_E_INTERNAL, "expression is damaged or contains itself");
    if (self->step_of[index] == 0) {
        step at = {0};
        self->step_of[index] = CDN_NONE;
        cdn_status status = compile_step(self, &self->catalogue->exprs[index], &at, error);
        /* room for one step per expression was made, so this cannot overflow */
        at.values = self->values + (size_t)self->count * BLOCK;
        self->steps[self->count++] = at;
        self->step_of[index] = self->count;
        CDN_TRY(status);
    }
    *out = self->step_of[index] - 1;
    return CDN_OK;
}

/* Counts the distinct expressions below `index`, to size the program. */
static void count_reachable(const cdn_catalogue *catalogue, uint32_t index, uint8_t *seen,
                            uint32_t *count)
{
    if (index >= catalogue->expr_count || seen[index])
        return;
    seen[index] = 1;
    (*count)++;
    const cdn_expr *expr = &catalogue->exprs[index];
    uint32_t operands = operand_count(expr->op);
    for (uint32_t i = 0; operands != CDN_NONE && i < operands; i++)
        count_reachable(catalogue, expr->operand[i], seen, count);
}

/* value x 10^from brought to 10^to; MISSING when it does not fit. */
static int64_t to_scale(wide value, unsigned from, unsigned to)
{
    for (; from < to; from++) {
        if (__builtin_mul_overflow(value, (wide)10, &value))
            return MISSING;
    }
    wide unit = 1;
    for (; from > to; from--)
        unit *= 10; /* at most 10^36 */
    if (unit > 1) {
        wide rest = value % unit;
        value /= unit;
        if ((rest < 0 ? -rest : rest) >= unit / 2)
            value += rest < 0 ? -1 : 1;
    }
    return value > INT64_MAX || value <= INT64_MIN ? MISSING : (int64_t)value;
}

static wide scaled_up(int64_t value, unsigned from, unsigned to)
{
    return (wide)value * cdn_pow10(to - from); /* fits: 64 bits by 10^18 */
}

static int64_t add(const step *at, int64_t a, int64_t b)
{
    int64_t narrow;
    if (at->scales[0] == at->scales[1] && at->scales[0] == at->expr->decimals) {
        bool over = at->expr->op == CDN_EX_ADD ? __builtin_add_overflow(a, b, &narrow)
                                               : __builtin_sub_overflow(a, b, &narrow);
        return over ? MISSING : narrow;
    }
    unsigned scale = at->scales[0] > at->scales[1] ? at->scales[0] : at->scales[1];
    wide left = scaled_up(a, at->scales[0], scale);
    wide right = scaled_up(b, at->scales[1], scale);
    wide sum = at->expr->op == CDN_EX_ADD ? left + right : left - right;
    return to_scale(sum, scale, at->expr->decimals);
}

static int64_t multiply(const step *at, int64_t a, int64_t b)
{
    return to_scale((wide)a * b, (unsigned)at->scales[0] + at->scales[1], at->expr->decimals);
}

static int64_t divide(const step *at, int64_t a, int64_t b)
{
    wide numerator = a;
    wide denominator = b;
    unsigned up = (unsigned)at->expr->decimals + at->scales[1]; /* at most 36 */
    if (b == 0)
        return MISSING;
    for (unsigned i = at->scales[0]; i < up; i++) {
        if (__builtin_mul_overflow(numerator, (wide)10, &numerator))
            return MISSING;
    }
    for (unsigned i = up; i < at->scales[0]; i++)
        denominator *= 10; /* fits: 64 bits by 10^18 */
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    wide quotient;
    wide rest;
    if (numerator <= INT64_MAX && numerator >= INT64_MIN && denominator <= INT64_MAX) {
        quotient = (int64_t)numerator / (int64_t)denominator;
        rest = (int64_t)numerator % (int64_t)denominator;
    } else {
        quotient = numerator / denominator;
        rest = numerator % denominator;
    }
    if (rest < 0 && -rest >= denominator + rest)
        quotient--;
    else if (rest > 0 && rest >= denominator - rest)
        quotient++;
    return quotient > INT64_MAX || quotient <= INT64_MIN ? MISSING : (int64_t)quotient;
}

static int compare(const step *at, int64_t a, int64_t b)
{
    if (at->scales[0] == at->scales[1])
        return (a > b) - (a < b);
    unsigned scale = at->scales[0] > at->scales[1] ? at->scales[0] : at->scales[1];
    wide left = scaled_up(a, at->scales[0], scale);
    wide right = scaled_up(b, at->scales[1], scale);
    return (left > right) - (left < right);
}

/* Which orders satisfy a comparison: bit 0 less, bit 1 equal, bit 2 greater. */
static unsigned accepted_orders(cdn_expr_op op)
{
    unsigned less = op == CDN_EX_LT || op == CDN_EX_LE || op == CDN_EX_NE;
    unsigned equal = op == CDN_EX_EQ || op == CDN_EX_LE || op == CDN_EX_GE;
    unsigned greater = op == CDN_EX_GT || op == CDN_EX_GE || op == CDN_EX_NE;
    return less | equal << 1 | greater << 2;
}

static bool is_true(int64_t value)
{
    return value != 0 && value != MISSING;
}

static int64_t rescale(const step *at, unsigned operand, int64_t value)
{
    if (value == MISSING || at->scales[operand] == at->expr->decimals)
        return value;
    return to_scale(value, at->scales[operand], at->expr->decimals);
}

/* Whole years or months from a day to the reference day, by the calendar. */
static int64_t elapsed(cdn_expr_op op, int64_t day, const int reference[3])
{
    int year, month, day_of_month;
    if (day < INT32_MIN / 2 || day > INT32_MAX / 2)
        return MISSING;
    cdn_days_to_date((int32_t)day, &year, &month, &day_of_month);
    int months = (reference[0] - year) * 12 + reference[1] - month;
    months -= reference[2] < day_of_month;
    if (op == CDN_EX_MONTHS_SINCE)
        return months;
    return (months - (months < 0 ? 11 : 0)) / 12;
}

static void run_column(const step *at, uint32_t first, uint32_t count)
{
    const int32_t *column = at->column;
    int64_t *values = at->values;
    unsigned from = at->column_scale;
    unsigned to = at->expr->decimals;
    for (uint32_t i = 0; at->route.count == 0 && i < count; i++)
        values[i] = column[first + i] < CDN_VALUE_MIN ? MISSING : column[first + i];
    for (uint32_t i = 0; at->route.count != 0 && i < count; i++) {
        uint32_t row = cdn_route_follow(&at->route, first + i);
        int32_t value = row == CDN_NONE ? CDN_MISSING : column[row];
        values[i] = value < CDN_VALUE_MIN ? MISSING : value;
    }
    for (uint32_t i = 0; from != to && i < count; i++) {
        if (values[i] != MISSING)
            values[i] = to_scale(values[i], from, to);
    }
}

static void run_list(const step *at, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = cdn_route_follow(&at->route, first + i);
        int32_t value = row == CDN_NONE ? CDN_MISSING : at->column[row];
        at->values[i] =
            value >= 0 && (uint32_t)value < at->listed_count && at->listed[value] != 0;
    }
}

static void run_link(const step *at, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (at->linked != NULL)
            at->values[i] = at->linked[first + i] != 0;
        else
            at->values[i] = cdn_route_follow(&at->route, first + i) != CDN_NONE;
    }
}

static void run_arithmetic(const step *at, uint32_t count)
{
    cdn_expr_op op = at->expr->op;
    for (uint32_t i = 0; i < count; i++) {
        int64_t a = at->operands[0][i];
        int64_t b = at->operands[1][i];
        if (a == MISSING || b == MISSING)
            at->values[i] = MISSING;
        else if (op == CDN_EX_MULTIPLY)
            at->values[i] = multiply(at, a, b);
        else if (op == CDN_EX_DIVIDE)
            at->values[i] = divide(at, a, b);
        else
            at->values[i] = add(at, a, b);
    }
}

static void run_comparison(const step *at, uint32_t count)
{
    unsigned accepted = accepted_orders(at->expr->op);
    for (uint32_t i = 0; i < count; i++) {
        int64_t a = at->operands[0][i];
        int64_t b = at->operands[1][i];
        bool known = a != MISSING && b != MISSING;
        at->values[i] = known && (accepted >> (compare(at, a, b) + 1) & 1) != 0;
    }
}

static void run_choice(const step *at, uint32_t count)
{
    cdn_expr_op op = at->expr->op;
    for (uint32_t i = 0; i < count; i++) {
        int64_t a = at->operands[0][i];
        if (op == CDN_EX_AND)
            at->values[i] = is_true(a) && is_true(at->operands[1][i]);
        else if (op == CDN_EX_OR)
            at->values[i] = is_true(a) || is_true(at->operands[1][i]);
        else if (op == CDN_EX_COALESCE)
            at->values[i] = a != MISSING ? rescale(at, 0, a)
                                         : rescale(at, 1, at->operands[1][i]);
        else if (a == MISSING)
            at->values[i] = MISSING;
        else
            at->values[i] = a != 0 ? rescale(at, 1, at->operands[1][i])
                                   : rescale(at, 2, at->operands[2][i]);
    }
}

static void run_unary(const step *at, uint32_t count, const int reference[3])
{
    cdn_expr_op op = at->expr->op;
    for (uint32_t i = 0; i < count; i++) {
        int64_t a = at->operands[0][i];
        if (op == CDN_EX_NOT)
            at->values[i] = !is_true(a);
        else if (op == CDN_EX_KNOWN)
            at->values[i] = a != MISSING;
        else
            at->values[i] = a == MISSING ? MISSING
                                         : to_scale(elapsed(op, a, reference), 0,
                                                    at->expr->decimals);
    }
}

static void run_constant(const step *at, uint32_t count, const int reference[3])
{
    int64_t value = at->expr->op == CDN_EX_CONSTANT
                        ? at->expr->constant
                        : to_scale(reference[0], 0, at->expr->decimals);
    for (uint32_t i = 0; i < count; i++)
        at->values[i] = value;
}

static void run_step(const step *at, uint32_t first, uint32_t count, const int reference[3])
{
    switch (at->expr->op) {
    case CDN_EX_COLUMN:
        run_column(at, first, count);
        break;
    case CDN_EX_IN:
        run_list(at, first, count);
        break;
    case CDN_EX_LINKED:
        run_link(at, first, count);
        break;
    case CDN_EX_ADD:
    case CDN_EX_SUBTRACT:
    case CDN_EX_MULTIPLY:
    case CDN_EX_DIVIDE:
        run_arithmetic(at, count);
        break;
    case CDN_EX_EQ:
    case CDN_EX_NE:
    case CDN_EX_LT:
    case CDN_EX_LE:
    case CDN_EX_GT:
    case CDN_EX_GE:
        run_comparison(at, count);
        break;
    case CDN_EX_AND:
    case CDN_EX_OR:
    case CDN_EX_IF:
    case CDN_EX_COALESCE:
        run_choice(at, count);
        break;
    case CDN_EX_NOT:
    case CDN_EX_KNOWN:
    case CDN_EX_YEARS_SINCE:
    case CDN_EX_MONTHS_SINCE:
        run_unary(at, count, reference);
        break;
    case CDN_EX_CONSTANT:
    case CDN_EX_REFERENCE_YEAR:
        run_constant(at, count, reference);
        break;
    }
}

/* ---- three-valued: MISSING is "depends on what is missing", NOTHING "no value in any case" --- */

static bool is_certain(int64_t value)
{
    return value != MISSING && value != NOTHING;
}

static int64_t certain_list(const step *at, uint32_t row)
{
    row = cdn_route_follow(&at->route, row);
    int32_t value = row == CDN_NONE ? CDN_MISSING : at->column[row];
    if (value < CDN_VALUE_MIN)
        return MISSING;
    return value >= 0 && (uint32_t)value < at->listed_count && at->listed[value] != 0;
}

/* What a missing or absent operand makes of it; *plain when both are values. */
static int64_t certain_pair(cdn_expr_op op, int64_t a, int64_t b, bool *plain)
{
    bool comparison = accepted_orders(op) != 0;
    *plain = is_certain(a) && is_certain(b);
    if (a == NOTHING || b == NOTHING)
        return comparison ? 0 : NOTHING;
    return MISSING;
}

static int64_t certain_choice(const step *at, int64_t a, int64_t b, int64_t c)
{
    bool a_holds = is_certain(a) && a != 0, b_holds = is_certain(b) && b != 0;
    int64_t value = a;
    unsigned operand = 0;
    switch ((int)at->expr->op) {
    case CDN_EX_AND:
        if ((a != MISSING && !a_holds) || (b != MISSING && !b_holds))
            return 0;
        return a == MISSING || b == MISSING ? MISSING : 1;
    case CDN_EX_OR:
        if (a_holds || b_holds)
            return 1;
        return a == MISSING || b == MISSING ? MISSING : 0;
    case CDN_EX_COALESCE:
        if (is_certain(a))
            break;
        value = a == MISSING && b == NOTHING ? MISSING : b;
        operand = 1;
        break;
    default: /* IF */
        operand = a_holds ? 1 : 2;
        value = !is_certain(a) ? a : a_holds ? b : c;
        break;
    }
    return is_certain(value) ? rescale(at, operand, value) : value;
}

static int64_t certain_unary(cdn_expr_op op, int64_t a, int64_t plain)
{
    if (a == MISSING)
        return MISSING;
    if (a != NOTHING)
        return plain == MISSING ? NOTHING : plain;
    return op == CDN_EX_NOT ? 1 : op == CDN_EX_KNOWN ? 0 : NOTHING;
}

/* Mends what the plain step made of missing operands. */
static void mend(const step *at, uint32_t first, uint32_t count)
{
    cdn_expr_op op = at->expr->op;
    uint32_t operands = operand_count(op);
    bool choice = op == CDN_EX_AND || op == CDN_EX_OR || op == CDN_EX_IF || op == CDN_EX_COALESCE;
    for (uint32_t i = 0; i < count; i++) {
        int64_t a = operands > 0 ? at->operands[0][i] : 0;
        int64_t b = operands > 1 ? at->operands[1][i] : 0;
        bool plain = false;
        if (op == CDN_EX_IN)
            at->values[i] = certain_list(at, first + i);
        else if (choice)
            at->values[i] = certain_choice(at, a, b, operands > 2 ? at->operands[2][i] : 0);
        else if (operands == 1)
            at->values[i] = certain_unary(op, a, at->values[i]);
        else if (operands == 2) {
            int64_t value = certain_pair(op, a, b, &plain);
            if (!plain)
                at->values[i] = value;
            else if (at->values[i] == MISSING) /* divided by 0, or too large */
                at->values[i] = NOTHING;
        }
    }
}

static cdn_status prepare(program *self, uint32_t expr, cdn_error *error)
{
    uint32_t count = 0;
    self->step_of = cdn_alloc(self->catalogue->expr_count, sizeof *self->step_of);
    uint8_t *seen = cdn_alloc(self->catalogue->expr_count, 1);
    if (self->step_of != NULL && seen != NULL)
        count_reachable(self->catalogue, expr, seen, &count);
    cdn_free(seen);
    self->steps = cdn_alloc(count, sizeof *self->steps);
    self->values = cdn_alloc((size_t)count * BLOCK, sizeof *self->values);
    if (self->step_of == NULL || seen == NULL || self->steps == NULL || self->values == NULL)
        return cdn_fail_memory(error);
    uint32_t last;
    return compile(self, expr, &last, error);
}

static cdn_status evaluate(const cdn_eval_source *source, const cdn_catalogue *catalogue,
                           uint32_t expr, uint32_t record, uint32_t rows, bool certain,
                           int64_t *out, cdn_error *error)
{
    program self = {.source = source, .catalogue = catalogue, .record = record};
    int reference[3];
    cdn_days_to_date(source->reference_day, &reference[0], &reference[1], &reference[2]);
    cdn_status status = prepare(&self, expr, error);
    for (uint32_t first = 0; status == CDN_OK && first < rows; first += BLOCK) {
        uint32_t count = rows - first < BLOCK ? rows - first : BLOCK;
        for (uint32_t i = 0; i < self.count; i++) {
            run_step(&self.steps[i], first, count, reference);
            if (certain)
                mend(&self.steps[i], first, count);
        }
        memcpy(out + first, self.steps[self.count - 1].values, count * sizeof *out);
    }
    for (uint32_t i = 0; i < self.count; i++)
        cdn_free(self.steps[i].listed);
    cdn_free(self.step_of);
    cdn_free(self.steps);
    cdn_free(self.values);
    return status;
}

cdn_status cdn_eval(const cdn_eval_source *source, const cdn_catalogue *catalogue, uint32_t expr,
                    uint32_t record, uint32_t rows, int64_t *out, cdn_error *error)
{
    return evaluate(source, catalogue, expr, record, rows, false, out, error);
}

cdn_status cdn_eval_certain(const cdn_eval_source *source, const cdn_catalogue *catalogue,
                            uint32_t expr, uint32_t record, uint32_t rows, int64_t *out,
                            cdn_error *error)
{
    return evaluate(source, catalogue, expr, record, rows, true, out, error);
}
