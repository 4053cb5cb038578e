/* expression.c - expressions: from JSON trees to typed, shared nodes with fixed scales.
 *
 * Every node is checked when it is made: a column must be reachable by references
 * from the record type at hand, kinds must fit, and where two numbers meet their
 * scales are made equal here (by a multiplication with 1.000), so that the
 * evaluator compares and adds plain integers. Equal nodes are stored once, which
 * keeps evaluation of what many measures have in common to one pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "catalogue/build.h"
#include "core/alloc.h"
#include "core/fail.h"
#include "core/number.h"

#define ARGS_MAX 64u
#define DECIMALS_MAX 9u
#define EXPR_KEYS "op args value record column codes extra decimals"

typedef struct operator_word {
    const char *name;
    cdn_expr_op op;
    uint8_t min, max; /* operands */
} operator_word;

static const operator_word operators[] = {
    {"add", CDN_EX_ADD, 2, ARGS_MAX},
    {"subtract", CDN_EX_SUBTRACT, 2, 2},
    {"multiply", CDN_EX_MULTIPLY, 2, 2},
    {"divide", CDN_EX_DIVIDE, 2, 2},
    {"eq", CDN_EX_EQ, 2, 2},
    {"ne", CDN_EX_NE, 2, 2},
    {"lt", CDN_EX_LT, 2, 2},
    {"le", CDN_EX_LE, 2, 2},
    {"gt", CDN_EX_GT, 2, 2},
    {"ge", CDN_EX_GE, 2, 2},
    {"and", CDN_EX_AND, 2, ARGS_MAX},
    {"or", CDN_EX_OR, 2, ARGS_MAX},
    {"not", CDN_EX_NOT, 1, 1},
    {"known", CDN_EX_KNOWN, 1, 1},
    {"if", CDN_EX_IF, 3, 3},
    {"coalesce", CDN_EX_COALESCE, 2, 2},
    {"years_since", CDN_EX_YEARS_SINCE, 1, 1},
    {"months_since", CDN_EX_MONTHS_SINCE, 1, 1},
};

typedef struct operand {
    uint32_t expr;
    cdn_type type;
} operand;

static const cdn_type number_type = {CDN_TYPE_NUMBER, CDN_NONE};

static bool same_expr(const cdn_expr *a, const cdn_expr *b)
{
    return a->op == b->op && a->decimals == b->decimals && a->operand[0] == b->operand[0] &&
           a->operand[1] == b->operand[1] && a->operand[2] == b->operand[2] &&
           a->column == b->column && a->constant == b->constant &&
           a->list_count == b->list_count &&
           (a->list_count == 0 ||
            memcmp(a->list, b->list, a->list_count * sizeof *a->list) == 0);
}

cdn_status cdn_build_expr_add(cdn_builder *builder, const cdn_expr *expr, cdn_type type,
                              uint32_t *out)
{
    cdn_catalogue *catalogue = builder->catalogue;
    for (uint32_t i = 0; i < catalogue->expr_count; i++) {
        if (same_expr(&builder->exprs[i], expr)) {
            *out = i;
            return CDN_OK;
        }
    }
    if (catalogue->expr_count == builder->expr_capacity) {
        uint32_t capacity = builder->expr_capacity == 0 ? 256 : 2 * builder->expr_capacity;
        if (capacity > CDN_CATALOGUE_EXPRS_MAX)
            return cdn_fail_at(builder->shape.error, CDN_E_LIMIT, builder->shape.source, 0, 0,
                               "the catalogue's expressions have more than %u nodes",
                               CDN_CATALOGUE_EXPRS_MAX);
        cdn_expr *exprs = cdn_resize(builder->exprs, capacity, sizeof *exprs);
        if (exprs == NULL)
            return cdn_shape_memory(&builder->shape);
        builder->exprs = exprs;
        catalogue->exprs = exprs;
        cdn_type *types = cdn_resize(builder->types, capacity, sizeof *types);
        if (types == NULL)
            return cdn_shape_memory(&builder->shape);
        builder->types = types;
        builder->expr_capacity = capacity;
    }
    builder->exprs[catalogue->expr_count] = *expr;
    builder->types[catalogue->expr_count] = type;
    *out = catalogue->expr_count++;
    return CDN_OK;
}

static cdn_expr make(cdn_expr_op op, uint8_t decimals, uint32_t a, uint32_t b, uint32_t c)
{
    return (cdn_expr){.op = op, .decimals = decimals, .operand = {a, b, c}, .column = CDN_NONE};
}

static cdn_status add_constant(cdn_builder *builder, int64_t value, uint8_t decimals,
                               uint32_t *out)
{
    cdn_expr expr = make(CDN_EX_CONSTANT, decimals, CDN_NONE, CDN_NONE, CDN_NONE);
    expr.constant = value;
    return cdn_build_expr_add(builder, &expr, number_type, out);
}

/* Brings a number to a larger scale: times 1.000. */
static cdn_status rescale(cdn_builder *builder, const cdn_node *node, uint8_t decimals,
                          uint32_t *expr)
{
    uint8_t have = builder->exprs[*expr].decimals;
    if (have >= decimals)
        return CDN_OK;
    if (decimals > DECIMALS_MAX)
        return cdn_shape_fail(&builder->shape, node, "has more than %u decimal places",
                              DECIMALS_MAX);
    uint8_t more = (uint8_t)(decimals - have);
    if (builder->exprs[*expr].op == CDN_EX_CONSTANT) {
        int64_t value = 0;
        if (!cdn_mul_checked(builder->exprs[*expr].constant, cdn_pow10(more), &value))
            return cdn_shape_fail(&builder->shape, node, "a constant is too large");
        return add_constant(builder, value, decimals, expr);
    }
    uint32_t one;
    CDN_TRY(add_constant(builder, cdn_pow10(more), more, &one));
    cdn_expr product = make(CDN_EX_MULTIPLY, decimals, *expr, one, CDN_NONE);
    return cdn_build_expr_add(builder, &product, number_type, expr);
}

static cdn_status level_scales(cdn_builder *builder, const cdn_node *node, operand *a, operand *b)
{
    uint8_t left = builder->exprs[a->expr].decimals, right = builder->exprs[b->expr].decimals;
    uint8_t decimals = left > right ? left : right;
    CDN_TRY(rescale(builder, node, decimals, &a->expr));
    return rescale(builder, node, decimals, &b->expr);
}

static cdn_status need(const cdn_builder *builder, const cdn_node *node, const operand *value,
                       cdn_type_kind kind)
{
    static const char *const names[] = {"", "a number", "a code", "a date", "a text"};
    if (value->type.kind == kind)
        return CDN_OK;
    return cdn_shape_fail(&builder->shape, node, "expected %s, found %s", names[kind],
                          names[value->type.kind]);
}

static bool reachable(const cdn_builder *builder, uint32_t from, uint32_t to)
{
    uint32_t steps[4], count;
    return cdn_catalogue_route(builder->catalogue, from, to, steps, &count);
}

/* The column that "record" and "column" name, within reach of the record type at hand. */
static cdn_status find_column(cdn_builder *builder, const cdn_node *node, uint32_t base,
                              uint32_t *out)
{
    const char *name = NULL;
    uint32_t record;
    CDN_TRY(cdn_build_record_member(builder, node, "record", &record));
    CDN_TRY(cdn_shape_name(&builder->shape, node, "column", true, &name));
    *out = cdn_catalogue_find_column(builder->catalogue, record, name);
    if (*out == CDN_NONE)
        return cdn_shape_fail(&builder->shape, node, "record \"%s\" has no column \"%s\"",
                              builder->records[record].name, name);
    if (!reachable(builder, base, record))
        return cdn_shape_fail(&builder->shape, node,
                              "\"%s\" cannot be reached by references from \"%s\"",
                              builder->records[record].name, builder->records[base].name);
    return CDN_OK;
}

static cdn_type column_type(const cdn_column *column)
{
    switch (column->kind) {
    case CDN_COLUMN_CODE:
        return (cdn_type){CDN_TYPE_CODE, column->codelist};
    case CDN_COLUMN_DATE:
        return (cdn_type){CDN_TYPE_DATE, CDN_NONE};
    case CDN_COLUMN_TEXT:
        return (cdn_type){CDN_TYPE_TEXT, CDN_NONE};
    case CDN_COLUMN_INTEGER:
    case CDN_COLUMN_DECIMAL:
        break;
    }
    return number_type;
}

static cdn_status parse_column(cdn_builder *builder, const cdn_node *node, uint32_t base,
                               operand *out)
{
    uint32_t column;
    CDN_TRY(find_column(builder, node, base, &column));
    const cdn_column *c = &builder->columns[column];
    cdn_expr expr = make(CDN_EX_COLUMN, c->decimals, CDN_NONE, CDN_NONE, CDN_NONE);
    expr.column = column;
    out->type = column_type(c);
    return cdn_build_expr_add(builder, &expr, out->type, &out->expr);
}

/* Flags of the codes that are named, or whose extra column has one of the values. */
static cdn_status in_flags(cdn_builder *builder, const cdn_node *node, const cdn_codelist *list,
                           uint8_t *flags)
{
    const char *const *codes;
    const char *extra_name = NULL;
    uint32_t count, extra = CDN_NONE;
    CDN_TRY(cdn_shape_texts(&builder->shape, node, "codes", true, CDN_CATALOGUE_MAX, &codes,
                            &count));
    CDN_TRY(cdn_shape_name(&builder->shape, node, "extra", false, &extra_name));
    if (extra_name != NULL) {
        extra = cdn_codelist_extra(list, extra_name);
        if (extra == CDN_NONE)
            return cdn_shape_fail(&builder->shape, node, "code list \"%s\" has no column \"%s\"",
                                  list->name, extra_name);
    }
    for (uint32_t i = 0; i < count; i++) {
        bool found = false;
        for (uint32_t j = 0; extra != CDN_NONE && j < list->count; j++) {
            if (strcmp(list->extras[(size_t)j * list->extra_count + extra], codes[i]) == 0)
                flags[j] = found = true;
        }
        uint32_t at = extra == CDN_NONE ? cdn_codelist_find(list, codes[i]) : CDN_NONE;
        if (at != CDN_NONE)
            flags[at] = found = true;
        if (!found) {
            cdn_shape_fail(&builder->shape, node, "code list \"%s\" has no \"%.64s\"",
                           list->name, codes[i]);
            if (extra == CDN_NONE)
                cdn_shape_suggest(&builder->shape, codes[i], list->labels, list->count);
            return CDN_E_INPUT;
        }
    }
    return CDN_OK;
}

static cdn_status parse_in(cdn_builder *builder, const cdn_node *node, uint32_t base,
                           operand *out)
{
    uint32_t column;
    CDN_TRY(find_column(builder, node, base, &column));
    if (builder->columns[column].kind != CDN_COLUMN_CODE)
        return cdn_shape_fail(&builder->shape, node, "column \"%s\" is not coded",
                              builder->columns[column].name);
    const cdn_codelist *list = &builder->codelists[builder->columns[column].codelist];
    uint8_t *flags = cdn_arena_alloc(builder->shape.arena, list->count, 1);
    uint32_t *positions = cdn_arena_alloc(builder->shape.arena, list->count, sizeof *positions);
    if (flags == NULL || positions == NULL)
        return cdn_shape_memory(&builder->shape);
    CDN_TRY(in_flags(builder, node, list, flags));
    cdn_expr expr = make(CDN_EX_IN, 0, CDN_NONE, CDN_NONE, CDN_NONE);
    for (uint32_t i = 0; i < list->count; i++) {
        if (flags[i] != 0)
            positions[expr.list_count++] = i;
    }
    expr.column = column;
    expr.list = positions;
    out->type = number_type;
    return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
}

static cdn_status parse_linked(cdn_builder *builder, const cdn_node *node, uint32_t base,
                               operand *out)
{
    cdn_expr expr = make(CDN_EX_LINKED, 0, CDN_NONE, CDN_NONE, CDN_NONE);
    CDN_TRY(cdn_build_record_member(builder, node, "record", &expr.column));
    if (expr.column == base ||
        (!reachable(builder, base, expr.column) && !reachable(builder, expr.column, base)))
        return cdn_shape_fail(&builder->shape, node, "no reference links \"%s\" and \"%s\"",
                              builder->records[base].name, builder->records[expr.column].name);
    out->type = number_type;
    return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
}

static cdn_status parse_constant(cdn_builder *builder, const cdn_node *node, operand *out)
{
    const char *text = NULL;
    int64_t value;
    CDN_TRY(cdn_shape_text(&builder->shape, node, "value", true, &text));
    const char *point = strchr(text, '.');
    size_t places = point == NULL ? 0 : strlen(point + 1);
    if (places > DECIMALS_MAX ||
        !cdn_parse_decimal(text, strlen(text), (unsigned)places, &value))
        return cdn_shape_fail(&builder->shape, node, "\"value\" is not a number of at most %u "
                              "places", DECIMALS_MAX);
    out->type = number_type;
    return add_constant(builder, value, (uint8_t)places, &out->expr);
}

/* There is no missing constant: 1 / 0 is missing by definition. */
static cdn_status parse_missing(cdn_builder *builder, operand *out)
{
    uint32_t one, zero;
    CDN_TRY(add_constant(builder, 1, 0, &one));
    CDN_TRY(add_constant(builder, 0, 0, &zero));
    cdn_expr expr = make(CDN_EX_DIVIDE, 0, one, zero, CDN_NONE);
    out->type = number_type;
    return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
}

/* IF and COALESCE: both values of one kind and scale. */
static cdn_status parse_choice(cdn_builder *builder, const cdn_node *node, cdn_expr_op op,
                               operand *args, operand *out)
{
    operand *first = op == CDN_EX_IF ? &args[1] : &args[0];
    operand *second = first + 1;
    if (op == CDN_EX_IF)
        CDN_TRY(need(builder, node, &args[0], CDN_TYPE_NUMBER));
    CDN_TRY(need(builder, node, second, first->type.kind));
    if (first->type.codelist != second->type.codelist)
        return cdn_shape_fail(&builder->shape, node, "mixes codes of two code lists");
    if (first->type.kind == CDN_TYPE_NUMBER)
        CDN_TRY(level_scales(builder, node, first, second));
    cdn_expr expr = make(op, builder->exprs[first->expr].decimals, args[0].expr, args[1].expr,
                         op == CDN_EX_IF ? args[2].expr : CDN_NONE);
    out->type = first->type;
    return cdn_build_expr_add(builder, &expr, out->type, &out->expr);
}

static cdn_status parse_arithmetic(cdn_builder *builder, const cdn_node *node, cdn_expr_op op,
                                   operand *args, operand *out)
{
    CDN_TRY(need(builder, node, &args[0], CDN_TYPE_NUMBER));
    CDN_TRY(need(builder, node, &args[1], CDN_TYPE_NUMBER));
    int64_t decimals = 0;
    if (op == CDN_EX_DIVIDE) {
        CDN_TRY(cdn_shape_integer(&builder->shape, node, "decimals", true, 0, DECIMALS_MAX,
                                  &decimals));
    } else if (op == CDN_EX_MULTIPLY) {
        decimals = builder->exprs[args[0].expr].decimals + builder->exprs[args[1].expr].decimals;
        if (decimals > DECIMALS_MAX)
            return cdn_shape_fail(&builder->shape, node, "has more than %u decimal places",
                                  DECIMALS_MAX);
    } else {
        CDN_TRY(level_scales(builder, node, &args[0], &args[1]));
        decimals = builder->exprs[args[0].expr].decimals;
    }
    cdn_expr expr = make(op, (uint8_t)decimals, args[0].expr, args[1].expr, CDN_NONE);
    out->type = number_type;
    return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
}

static cdn_status parse_comparison(cdn_builder *builder, const cdn_node *node, cdn_expr_op op,
                                   operand *args, operand *out)
{
    if (args[0].type.kind == CDN_TYPE_CODE || args[0].type.kind == CDN_TYPE_TEXT)
        return cdn_shape_fail(&builder->shape, node,
                              "codes and texts have no order; use :is { ... }");
    CDN_TRY(need(builder, node, &args[1], args[0].type.kind));
    CDN_TRY(level_scales(builder, node, &args[0], &args[1]));
    cdn_expr expr = make(op, 0, args[0].expr, args[1].expr, CDN_NONE);
    out->type = number_type;
    return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
}

static cdn_status parse_unary(cdn_builder *builder, const cdn_node *node, cdn_expr_op op,
                              const operand *args, operand *out)
{
    if (op == CDN_EX_NOT)
        CDN_TRY(need(builder, node, &args[0], CDN_TYPE_NUMBER));
    else if (op != CDN_EX_KNOWN)
        CDN_TRY(need(builder, node, &args[0], CDN_TYPE_DATE));
    cdn_expr expr = make(op, 0, args[0].expr, CDN_NONE, CDN_NONE);
    out->type = number_type;
    return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
}

static cdn_status combine(cdn_builder *builder, const cdn_node *node, cdn_expr_op op,
                          operand *args, operand *out)
{
    switch (op) {
    case CDN_EX_ADD:
    case CDN_EX_SUBTRACT:
    case CDN_EX_MULTIPLY:
    case CDN_EX_DIVIDE:
        return parse_arithmetic(builder, node, op, args, out);
    case CDN_EX_EQ:
    case CDN_EX_NE:
    case CDN_EX_LT:
    case CDN_EX_LE:
    case CDN_EX_GT:
    case CDN_EX_GE:
        return parse_comparison(builder, node, op, args, out);
    case CDN_EX_IF:
    case CDN_EX_COALESCE:
        return parse_choice(builder, node, op, args, out);
    case CDN_EX_AND:
    case CDN_EX_OR: {
        CDN_TRY(need(builder, node, &args[0], CDN_TYPE_NUMBER));
        CDN_TRY(need(builder, node, &args[1], CDN_TYPE_NUMBER));
        cdn_expr expr = make(op, 0, args[0].expr, args[1].expr, CDN_NONE);
        out->type = number_type;
        return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
    }
    case CDN_EX_NOT:
    case CDN_EX_KNOWN:
    case CDN_EX_YEARS_SINCE:
    case CDN_EX_MONTHS_SINCE:
        return parse_unary(builder, node, op, args, out);
    case CDN_EX_COLUMN:
    case CDN_EX_CONSTANT:
    case CDN_EX_REFERENCE_YEAR:
    case CDN_EX_LINKED:
    case CDN_EX_IN:
        break;
    }
    return cdn_shape_fail(&builder->shape, node, "cannot be combined");
}

static cdn_status parse(cdn_builder *builder, const cdn_json *json, uint64_t line, uint32_t base,
                        operand *out);

/* Operators with operands; more than two of add, and, or are folded from the left. */
static cdn_status parse_operator(cdn_builder *builder, const cdn_node *node,
                                 const operator_word *word, uint32_t base, operand *out)
{
    const cdn_json *array;
    uint32_t count;
    operand args[3];
    CDN_TRY(cdn_shape_array(&builder->shape, node, "args", true, ARGS_MAX, &array, &count));
    if (count < word->min || count > word->max)
        return cdn_shape_fail(&builder->shape, node, "\"%s\" has the wrong number of operands",
                              word->name);
    uint32_t direct = word->max == ARGS_MAX ? 1 : count;
    for (uint32_t i = 0; i < direct; i++)
        CDN_TRY(parse(builder, cdn_json_at(array, i), node->line, base, &args[i]));
    if (word->max != ARGS_MAX)
        return combine(builder, node, word->op, args, out);
    for (uint32_t i = 1; i < count; i++) {
        CDN_TRY(parse(builder, cdn_json_at(array, i), node->line, base, &args[1]));
        CDN_TRY(combine(builder, node, word->op, args, out));
        args[0] = *out;
    }
    return CDN_OK;
}

/* Recursion is bounded: the JSON is at most CDN_LIMIT_JSON_DEPTH deep. */
static cdn_status parse(cdn_builder *builder, const cdn_json *json, uint64_t line, uint32_t base,
                        operand *out)
{
    const char *op = NULL;
    cdn_node node;
    CDN_TRY(cdn_shape_open(&builder->shape, json, "expression", EXPR_KEYS, line, &node));
    CDN_TRY(cdn_shape_name(&builder->shape, &node, "op", true, &op));
    if (strcmp(op, "column") == 0)
        return parse_column(builder, &node, base, out);
    if (strcmp(op, "constant") == 0)
        return parse_constant(builder, &node, out);
    if (strcmp(op, "in") == 0)
        return parse_in(builder, &node, base, out);
    if (strcmp(op, "linked") == 0)
        return parse_linked(builder, &node, base, out);
    if (strcmp(op, "missing") == 0)
        return parse_missing(builder, out);
    if (strcmp(op, "reference_year") == 0) {
        cdn_expr expr = make(CDN_EX_REFERENCE_YEAR, 0, CDN_NONE, CDN_NONE, CDN_NONE);
        out->type = number_type;
        return cdn_build_expr_add(builder, &expr, number_type, &out->expr);
    }
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (strcmp(op, operators[i].name) == 0)
            return parse_operator(builder, &node, &operators[i], base, out);
    }
    return cdn_shape_fail(&builder->shape, &node, "unknown operator \"%s\"", op);
}

cdn_status cdn_build_expr(cdn_builder *builder, const cdn_node *node, const char *key,
                          uint32_t record, bool required, uint32_t *out)
{
    *out = CDN_NONE;
    const cdn_json *json = cdn_json_get(node->json, key);
    if (json == NULL) {
        if (required)
            return cdn_shape_fail(&builder->shape, node, "\"%s\" is missing, expected an "
                                  "expression", key);
        return CDN_OK;
    }
    operand value;
    CDN_TRY(parse(builder, json, node->line, record, &value));
    *out = value.expr;
    return CDN_OK;
}

void cdn_build_expr_columns(const cdn_builder *builder, uint32_t expr, uint8_t *flags)
{
    if (expr == CDN_NONE)
        return;
    const cdn_expr *e = &builder->exprs[expr];
    if (e->op == CDN_EX_COLUMN || e->op == CDN_EX_IN)
        flags[e->column] = 1;
    for (int i = 0; i < 3; i++)
        cdn_build_expr_columns(builder, e->operand[i], flags);
}

cdn_status cdn_build_columns(cdn_builder *builder, const uint8_t *flags, uint32_t *count,
                             const uint32_t **out)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < builder->catalogue->column_count; i++)
        total += flags[i] != 0;
    uint32_t *columns = cdn_arena_alloc(builder->shape.arena, total, sizeof *columns);
    if (columns == NULL)
        return cdn_shape_memory(&builder->shape);
    *count = 0;
    for (uint32_t i = 0; i < builder->catalogue->column_count; i++) {
        if (flags[i] != 0)
            columns[(*count)++] = i;
    }
    *out = columns;
    return CDN_OK;
}
