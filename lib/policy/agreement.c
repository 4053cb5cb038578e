/* agreement.c - reads an agreement against a catalogue; what it does not grant is refused.
 *
 * An agreement that grants what it forbids is refused as a whole: nobody should
 * have to work out which of two lines wins. Rows of anything but a public
 * register need consent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/agreement.h"

#include <inttypes.h>
#include <string.h>

#include "catalogue/shape.h"
#include "core/arena.h"
#include "core/fail.h"
#include "core/limits.h"
#include "core/number.h"
#include "policy/roster.h"

#define ROOT_KEYS                                                                                  \
    "format id title partner purpose legal_basis contact policy valid scope dimensions "           \
    "embargo_days measures rows consent forbidden approvals roles one_per_organisation approvers " \
    "authors "                                                                                     \
    "recipients cadence max_cells encrypted script_travels"
#define LIST_MAX 1024u
#define EMBARGO_DAYS_MAX 366
#define CELLS_MAX (4 * 1024 * 1024)

typedef struct agreement_box {
    cdn_agreement agreement;
    cdn_arena *arena;
} agreement_box;

typedef struct reading {
    cdn_shape shape;
    const cdn_catalogue *catalogue;
    cdn_agreement *agreement;
    uint8_t *forbidden; /* a flag per column of the catalogue */
    cdn_node root;
} reading;

/* --- finding ----------------------------------------------------------------------------- */

bool cdn_agreement_forbids(const cdn_agreement *agreement, const uint32_t *columns,
                           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < agreement->forbidden_count; j++) {
            if (agreement->forbidden[j] == columns[i])
                return true;
        }
    }
    return false;
}

const cdn_grant_dimension *cdn_agreement_dimension(const cdn_agreement *agreement,
                                                   uint32_t dimension)
{
    for (uint32_t i = 0; i < agreement->dimension_count; i++) {
        if (agreement->dimensions[i].dimension == dimension)
            return &agreement->dimensions[i];
    }
    return NULL;
}

const cdn_grant_rows *cdn_agreement_rows(const cdn_agreement *agreement, uint32_t record)
{
    for (uint32_t i = 0; i < agreement->rows_count; i++) {
        if (agreement->rows[i].record == record)
            return &agreement->rows[i];
    }
    return NULL;
}

bool cdn_agreement_measure(const cdn_agreement *agreement, uint32_t measure)
{
    for (uint32_t i = 0; i < agreement->measure_count; i++) {
        if (agreement->measures[i] == measure)
            return true;
    }
    return false;
}

/* --- what depends on a forbidden column --------------------------------------------------- */

static bool any_forbidden(const reading *in, const uint32_t *columns, uint32_t count)
{
    return cdn_agreement_forbids(in->agreement, columns, count);
}

static bool expr_forbidden(const reading *in, uint32_t expr)
{
    if (expr == CDN_NONE)
        return false;
    const cdn_expr *e = &in->catalogue->exprs[expr];
    if ((e->op == CDN_EX_COLUMN || e->op == CDN_EX_IN) && in->forbidden[e->column] != 0)
        return true;
    return expr_forbidden(in, e->operand[0]) || expr_forbidden(in, e->operand[1]) ||
           expr_forbidden(in, e->operand[2]);
}

static bool dimension_forbidden(const reading *in, uint32_t dimension)
{
    const cdn_axis *axis = &in->catalogue->axes[in->catalogue->dimensions[dimension].axis];
    return any_forbidden(in, axis->columns, axis->column_count);
}

static bool measure_forbidden(const reading *in, uint32_t measure)
{
    const cdn_measure *m = &in->catalogue->measures[measure];
    for (uint32_t i = 0; i < m->part_count; i++) {
        if (any_forbidden(in, m->parts[i].columns, m->parts[i].column_count))
            return true;
    }
    return expr_forbidden(in, m->value) || expr_forbidden(in, m->row_gate);
}

static bool field_forbidden(const reading *in, const cdn_field *field)
{
    if (field->column != CDN_NONE)
        return in->forbidden[field->column] != 0;
    if (field->dimension != CDN_NONE)
        return dimension_forbidden(in, field->dimension);
    return expr_forbidden(in, field->expr);
}

/* --- forbidden columns -------------------------------------------------------------------- */

/* A column by its name or its header in the file. */
static uint32_t column_by_any_name(const cdn_catalogue *catalogue, uint32_t record,
                                   const char *name)
{
    uint32_t column = cdn_catalogue_find_column(catalogue, record, name);
    const cdn_record *r = &catalogue->records[record];
    for (uint32_t i = 0; column == CDN_NONE && i < r->column_count; i++) {
        if (strcmp(catalogue->columns[r->column_first + i].header, name) == 0)
            column = r->column_first + i;
    }
    return column;
}

static bool is_unread(const cdn_record *record, const char *name)
{
    for (uint32_t i = 0; i < record->unread_count; i++) {
        if (strcmp(record->unread[i], name) == 0)
            return true;
    }
    return false;
}

/* "record.column". A header that is never read is out of reach already, and may be named. */
static cdn_status read_forbidden_name(reading *in, const cdn_node *node, const char *name)
{
    const cdn_catalogue *catalogue = in->catalogue;
    const char *dot = strchr(name, '.');
    char *record_name =
        dot == NULL ? NULL : cdn_arena_strndup(in->shape.arena, name, (size_t)(dot - name));
    if (dot == NULL)
        return cdn_shape_fail(&in->shape, node, "\"%.64s\": expected record.column", name);
    if (record_name == NULL)
        return cdn_shape_memory(&in->shape);
    uint32_t record = cdn_catalogue_find_record(catalogue, record_name);
    if (record == CDN_NONE)
        return cdn_shape_fail(&in->shape, node, "there is no record type \"%.64s\"", record_name);
    uint32_t column = column_by_any_name(catalogue, record, dot + 1);
    if (column != CDN_NONE) {
        in->forbidden[column] = 1;
        return CDN_OK;
    }
    const cdn_record *r = &catalogue->records[record];
    if (is_unread(r, dot + 1))
        return CDN_OK;
    cdn_shape_fail(&in->shape, node, "record \"%s\" has no column \"%.64s\"", record_name, dot + 1);
    const char **names = cdn_arena_alloc(in->shape.arena, r->column_count, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < r->column_count; i++)
        names[i] = catalogue->columns[r->column_first + i].name;
    if (names != NULL)
        cdn_shape_suggest(&in->shape, dot + 1, names, r->column_count);
    return CDN_E_INPUT;
}

static cdn_status read_forbidden(reading *in)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&in->shape, &in->root, "forbidden", true, LIST_MAX, &array, &count));
    in->forbidden = cdn_arena_alloc(in->shape.arena, in->catalogue->column_count, 1);
    uint32_t *columns =
        cdn_arena_alloc(in->shape.arena, in->catalogue->column_count, sizeof *columns);
    if (in->forbidden == NULL || columns == NULL)
        return cdn_shape_memory(&in->shape);
    for (uint32_t i = 0; i < count; i++) {
        cdn_node node;
        const char *name = NULL;
        CDN_TRY(cdn_shape_open(&in->shape, cdn_json_at(array, i), "forbidden column", "name",
                               in->root.line, &node));
        CDN_TRY(cdn_shape_text(&in->shape, &node, "name", true, &name));
        CDN_TRY(read_forbidden_name(in, &node, name));
    }
    for (uint32_t i = 0; i < in->catalogue->column_count; i++) {
        if (in->forbidden[i] != 0)
            columns[in->agreement->forbidden_count++] = i;
    }
    in->agreement->forbidden = columns;
    return CDN_OK;
}

/* --- scope and grants --------------------------------------------------------------------- */

static cdn_status find_dimension(reading *in, const cdn_node *node, uint32_t *out)
{
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(&in->shape, node, "dimension", true, &name));
    *out = cdn_catalogue_find_dimension(in->catalogue, name);
    if (*out == CDN_NONE)
        return cdn_shape_fail(&in->shape, node, "there is no dimension \"%s\"", name);
    return CDN_OK;
}

/* The level of the codes: as given, else the first, coarse to fine, that has the first of them. */
static cdn_status scope_level(reading *in, const cdn_node *node, const cdn_dimension *dimension,
                              const char *code, uint32_t *out)
{
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(&in->shape, node, "level", false, &name));
    if (name != NULL) {
        *out = cdn_level_find(dimension, name);
        if (*out == CDN_NONE)
            return cdn_shape_fail(&in->shape, node, "dimension \"%s\" has no level \"%s\"",
                                  dimension->name, name);
        return CDN_OK;
    }
    for (*out = 0; *out < dimension->level_count; (*out)++) {
        if (cdn_level_find_code(&dimension->levels[*out], code) != CDN_NONE)
            return CDN_OK;
    }
    return cdn_shape_fail(&in->shape, node, "dimension \"%s\" has no code \"%.64s\"",
                          dimension->name, code);
}

static cdn_status read_scope_item(reading *in, const cdn_json *json, cdn_restriction *out,
                                  const char **text)
{
    const char *const *codes;
    uint32_t count, dimension, level;
    cdn_node node;
    CDN_TRY(cdn_shape_open(&in->shape, json, "scope", "dimension level codes", in->root.line,
                           &node));
    CDN_TRY(find_dimension(in, &node, &dimension));
    CDN_TRY(cdn_shape_texts(&in->shape, &node, "codes", true, LIST_MAX, &codes, &count));
    if (count == 0)
        return cdn_shape_fail(&in->shape, &node, "names no code");
    const cdn_dimension *d = &in->catalogue->dimensions[dimension];
    uint32_t leaf_count = in->catalogue->axes[d->axis].leaf_count;
    uint8_t *leaves = cdn_arena_alloc(in->shape.arena, leaf_count, 1);
    if (leaves == NULL)
        return cdn_shape_memory(&in->shape);
    CDN_TRY(scope_level(in, &node, d, codes[0], &level));
    const cdn_level *l = &d->levels[level];
    const char *labels = "";
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = cdn_level_find_code(l, codes[i]);
        if (code == CDN_NONE) {
            cdn_shape_fail(&in->shape, &node, "level \"%s\" of \"%s\" has no code \"%.64s\"",
                           l->name, d->name, codes[i]);
            cdn_shape_suggest(&in->shape, codes[i], l->labels, l->count);
            return CDN_E_INPUT;
        }
        for (uint32_t j = 0; j < leaf_count; j++)
            leaves[j] |= l->of_leaf[j] == code;
        labels = cdn_arena_printf(in->shape.arena, "%s%s%s", labels, i > 0 ? ", " : "",
                                  l->labels[code]);
        if (labels == NULL)
            return cdn_shape_memory(&in->shape);
    }
    *out = (cdn_restriction){.axis = d->axis, .leaves = leaves};
    *text = cdn_arena_printf(in->shape.arena, "%s within %s", d->name, labels);
    return *text == NULL ? cdn_shape_memory(&in->shape) : CDN_OK;
}

static cdn_status read_scope(reading *in)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&in->shape, &in->root, "scope", true, 16, &array, &count));
    if (count == 0)
        return cdn_shape_fail(&in->shape, &in->root, "\"scope\" is empty");
    cdn_restriction *scope = cdn_arena_alloc(in->shape.arena, count, sizeof *scope);
    const char **texts = cdn_arena_alloc(in->shape.arena, count, sizeof *texts);
    if (scope == NULL || texts == NULL)
        return cdn_shape_memory(&in->shape);
    for (uint32_t i = 0; i < count; i++)
        CDN_TRY(read_scope_item(in, cdn_json_at(array, i), &scope[i], &texts[i]));
    in->agreement->scope = scope;
    in->agreement->scope_texts = texts;
    in->agreement->scope_count = count;
    return CDN_OK;
}

static cdn_status read_dimensions(reading *in)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&in->shape, &in->root, "dimensions", true, LIST_MAX, &array, &count));
    cdn_grant_dimension *grants = cdn_arena_alloc(in->shape.arena, count, sizeof *grants);
    if (grants == NULL)
        return cdn_shape_memory(&in->shape);
    in->agreement->dimensions = grants;
    for (uint32_t i = 0; i < count; i++) {
        const char *level = NULL;
        cdn_node node;
        CDN_TRY(cdn_shape_open(&in->shape, cdn_json_at(array, i), "dimension", "dimension finest",
                               in->root.line, &node));
        CDN_TRY(find_dimension(in, &node, &grants[i].dimension));
        CDN_TRY(cdn_shape_name(&in->shape, &node, "finest", true, &level));
        const cdn_dimension *d = &in->catalogue->dimensions[grants[i].dimension];
        node.name = d->name;
        grants[i].finest_level = cdn_level_find(d, level);
        if (grants[i].finest_level == CDN_NONE)
            return cdn_shape_fail(&in->shape, &node, "has no level \"%s\"", level);
        if (cdn_agreement_dimension(in->agreement, grants[i].dimension) != NULL)
            return cdn_shape_fail(&in->shape, &node, "is granted twice");
        if (dimension_forbidden(in, grants[i].dimension))
            return cdn_shape_fail(&in->shape, &node, "is granted, but is built on a forbidden "
                                  "column");
        in->agreement->dimension_count = i + 1;
    }
    return CDN_OK;
}

/* A list of measures by name, none of them built on a forbidden column. */
static cdn_status read_measures(reading *in, const cdn_node *owner, uint32_t *out_count,
                                const uint32_t **out)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&in->shape, owner, "measures", true, LIST_MAX, &array, &count));
    uint32_t *measures = cdn_arena_alloc(in->shape.arena, count, sizeof *measures);
    if (measures == NULL)
        return cdn_shape_memory(&in->shape);
    for (uint32_t i = 0; i < count; i++) {
        cdn_node node;
        CDN_TRY(cdn_shape_open(&in->shape, cdn_json_at(array, i), "measure", "name*", owner->line,
                               &node));
        measures[i] = cdn_catalogue_find_measure(in->catalogue, node.name);
        if (measures[i] == CDN_NONE)
            return cdn_shape_fail(&in->shape, &node, "is not in the catalogue");
        if (measure_forbidden(in, measures[i]))
            return cdn_shape_fail(&in->shape, &node, "is granted, but is built on a forbidden "
                                  "column");
        for (uint32_t j = 0; j < i; j++) {
            if (measures[j] == measures[i])
                return cdn_shape_fail(&in->shape, &node, "is granted twice");
        }
    }
    *out_count = count;
    *out = measures;
    return CDN_OK;
}

/* --- rows and consent --------------------------------------------------------------------- */

static cdn_status find_record(reading *in, const cdn_node *node, uint32_t *out)
{
    const char *name = NULL;
    CDN_TRY(cdn_shape_name(&in->shape, node, "record", true, &name));
    *out = cdn_catalogue_find_record(in->catalogue, name);
    if (*out == CDN_NONE)
        return cdn_shape_fail(&in->shape, node, "there is no record type \"%s\"", name);
    return CDN_OK;
}

static cdn_status read_consent(reading *in)
{
    cdn_agreement *agreement = in->agreement;
    agreement->consent_column = CDN_NONE;
    agreement->consent_code = CDN_NONE;
    const cdn_json *json = cdn_json_get(in->root.json, "consent");
    if (json == NULL)
        return CDN_OK;
    const char *name = NULL, *yes = NULL;
    uint32_t record;
    cdn_node node;
    CDN_TRY(cdn_shape_open(&in->shape, json, "consent", "record column yes", in->root.line,
                           &node));
    CDN_TRY(find_record(in, &node, &record));
    CDN_TRY(cdn_shape_name(&in->shape, &node, "column", true, &name));
    CDN_TRY(cdn_shape_text(&in->shape, &node, "yes", true, &yes));
    uint32_t column = cdn_catalogue_find_column(in->catalogue, record, name);
    if (column == CDN_NONE || in->catalogue->columns[column].kind != CDN_COLUMN_CODE)
        return cdn_shape_fail(&in->shape, &node, "record \"%s\" has no coded column \"%s\"",
                              in->catalogue->records[record].name, name);
    const cdn_codelist *list = &in->catalogue->codelists[in->catalogue->columns[column].codelist];
    for (uint32_t i = 0; i < list->count && agreement->consent_code == CDN_NONE; i++) {
        if (strcmp(list->codes[i], yes) == 0 || strcmp(list->labels[i], yes) == 0)
            agreement->consent_code = i;
    }
    if (agreement->consent_code == CDN_NONE)
        return cdn_shape_fail(&in->shape, &node, "code list \"%s\" has no \"%.64s\"", list->name,
                              yes);
    agreement->consent_column = column;
    return CDN_OK;
}

static cdn_status read_fields(reading *in, const cdn_node *owner, cdn_grant_rows *grant)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&in->shape, owner, "fields", true, LIST_MAX, &array, &count));
    uint32_t *fields = cdn_arena_alloc(in->shape.arena, count, sizeof *fields);
    if (fields == NULL)
        return cdn_shape_memory(&in->shape);
    for (uint32_t i = 0; i < count; i++) {
        cdn_node node;
        CDN_TRY(cdn_shape_open(&in->shape, cdn_json_at(array, i), "field", "name*", owner->line,
                               &node));
        fields[i] = cdn_catalogue_find_field(in->catalogue, grant->record, node.name);
        if (fields[i] == CDN_NONE)
            return cdn_shape_fail(&in->shape, &node, "record \"%s\" has no such field",
                                  in->catalogue->records[grant->record].name);
        const cdn_field *field = &in->catalogue->fields[fields[i]];
        if (field_forbidden(in, field))
            return cdn_shape_fail(&in->shape, &node, "is granted, but shows a forbidden column");
        if (field->consent && in->agreement->consent_column == CDN_NONE)
            return cdn_shape_fail(&in->shape, &node, "needs a consent that the agreement does "
                                  "not name");
        for (uint32_t j = 0; j < i; j++) {
            if (fields[j] == fields[i])
                return cdn_shape_fail(&in->shape, &node, "is granted twice");
        }
    }
    grant->fields = fields;
    grant->field_count = count;
    return CDN_OK;
}

static cdn_status read_rows_item(reading *in, const cdn_json *json, cdn_grant_rows *grant)
{
    const cdn_catalogue *catalogue = in->catalogue;
    uint32_t steps[4], count;
    cdn_node node;
    CDN_TRY(cdn_shape_open(&in->shape, json, "rows", "record consent fields measures",
                           in->root.line, &node));
    CDN_TRY(find_record(in, &node, &grant->record));
    const cdn_record *record = &catalogue->records[grant->record];
    node.name = record->name;
    CDN_TRY(cdn_shape_flag(&in->shape, &node, "consent", true, &grant->consent));
    if (cdn_agreement_rows(in->agreement, grant->record) != NULL)
        return cdn_shape_fail(&in->shape, &node, "are granted twice");
    if (!grant->consent && !record->is_public)
        return cdn_shape_fail(&in->shape, &node, "only a public register's rows need no consent");
    if (grant->consent &&
        (in->agreement->consent_column == CDN_NONE ||
         catalogue->columns[in->agreement->consent_column].record != grant->record))
        return cdn_shape_fail(&in->shape, &node, "need a consent column of that record type");
    CDN_TRY(read_fields(in, &node, grant));
    CDN_TRY(read_measures(in, &node, &grant->measure_count, &grant->measures));
    for (uint32_t i = 0; i < grant->measure_count; i++) {
        const cdn_measure *measure = &catalogue->measures[grant->measures[i]];
        if (!cdn_catalogue_route(catalogue, measure->parts[0].record, grant->record, steps,
                                 &count))
            return cdn_shape_fail(&in->shape, &node, "measure \"%s\" is not about such rows",
                                  measure->name);
        if (record->is_public && !catalogue->records[measure->parts[0].record].is_public)
            return cdn_shape_fail(&in->shape, &node, "a public register's rows cannot show "
                                  "measure \"%s\"", measure->name);
    }
    return CDN_OK;
}

static cdn_status read_rows(reading *in)
{
    const cdn_json *array;
    uint32_t count;
    CDN_TRY(cdn_shape_array(&in->shape, &in->root, "rows", true, 16, &array, &count));
    cdn_grant_rows *rows = cdn_arena_alloc(in->shape.arena, count, sizeof *rows);
    if (rows == NULL)
        return cdn_shape_memory(&in->shape);
    in->agreement->rows = rows;
    for (uint32_t i = 0; i < count; i++) {
        CDN_TRY(read_rows_item(in, cdn_json_at(array, i), &rows[i]));
        in->agreement->rows_count = i + 1;
    }
    return CDN_OK;
}

/* --- the whole ---------------------------------------------------------------------------- */

/* YYYY-MM-DD. */
static cdn_status read_day(reading *in, const cdn_node *node, const char *key, int32_t *out)
{
    const char *text = NULL;
    int64_t part[3];
    CDN_TRY(cdn_shape_text(&in->shape, node, key, true, &text));
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
        strspn(text, "0123456789-") != 10 || !cdn_parse_int(text, 4, &part[0]) ||
        !cdn_parse_int(text + 5, 2, &part[1]) || !cdn_parse_int(text + 8, 2, &part[2]) ||
        !cdn_date_to_days((int)part[0], (int)part[1], (int)part[2], out))
        return cdn_shape_fail(&in->shape, node, "\"%s\" is not a day YYYY-MM-DD", key);
    return CDN_OK;
}

static cdn_status read_validity(reading *in)
{
    cdn_node node;
    CDN_TRY(cdn_shape_open(&in->shape, cdn_json_get(in->root.json, "valid"), "valid", "from to",
                           in->root.line, &node));
    CDN_TRY(read_day(in, &node, "from", &in->agreement->valid_from));
    CDN_TRY(read_day(in, &node, "to", &in->agreement->valid_to));
    if (in->agreement->valid_to < in->agreement->valid_from)
        return cdn_shape_fail(&in->shape, &node, "ends before it starts");
    int64_t embargo = 0;
    CDN_TRY(cdn_shape_integer(&in->shape, &in->root, "embargo_days", false, 0, EMBARGO_DAYS_MAX,
                              &embargo));
    in->agreement->embargo_days = (int32_t)embargo;
    return CDN_OK;
}

/* [a-z][a-z0-9_-]*: it also names files. */
static bool id_valid(const char *id)
{
    size_t length = strlen(id);
    return length <= CDN_LIMIT_NAME_SIZE && id[0] >= 'a' && id[0] <= 'z' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

static cdn_status read_head(reading *in)
{
    cdn_agreement *agreement = in->agreement;
    const cdn_shape *shape = &in->shape;
    const cdn_node *root = &in->root;
    int64_t cells = 0;
    CDN_TRY(cdn_shape_text(shape, root, "title", true, &agreement->title));
    CDN_TRY(cdn_shape_text(shape, root, "partner", true, &agreement->partner));
    CDN_TRY(cdn_shape_text(shape, root, "purpose", true, &agreement->purpose));
    CDN_TRY(cdn_shape_text(shape, root, "legal_basis", true, &agreement->legal_basis));
    CDN_TRY(cdn_shape_text(shape, root, "contact", true, &agreement->contact));
    CDN_TRY(cdn_shape_name(shape, root, "policy", true, &agreement->policy));
    CDN_TRY(cdn_shape_integer(shape, root, "max_cells", true, 1, CELLS_MAX, &cells));
    agreement->max_cells = (uint32_t)cells;
    CDN_TRY(cdn_shape_flag(shape, root, "encrypted", true, &agreement->encrypted));
    return cdn_shape_flag(shape, root, "script_travels", true, &agreement->script_travels);
}

static cdn_status read_agreement(reading *in, const cdn_json *json)
{
    const char *format = NULL;
    CDN_TRY(cdn_shape_open(&in->shape, json, "agreement", ROOT_KEYS, 0, &in->root));
    CDN_TRY(cdn_shape_text(&in->shape, &in->root, "format", true, &format));
    if (strcmp(format, "cordon-agreement/1") != 0)
        return cdn_shape_fail(&in->shape, &in->root, "expected the format cordon-agreement/1");
    CDN_TRY(cdn_shape_text(&in->shape, &in->root, "id", true, &in->agreement->id));
    in->root.name = in->agreement->id;
    if (!id_valid(in->agreement->id))
        return cdn_shape_fail(&in->shape, &in->root, "is not the id of an agreement");
    CDN_TRY(read_head(in));
    CDN_TRY(read_validity(in));
    CDN_TRY(read_forbidden(in));
    CDN_TRY(read_scope(in));
    CDN_TRY(read_dimensions(in));
    CDN_TRY(read_measures(in, &in->root, &in->agreement->measure_count,
                          &in->agreement->measures));
    CDN_TRY(read_consent(in));
    CDN_TRY(read_rows(in));
    CDN_TRY(cdn_roster_read(&in->shape, &in->root, in->agreement));
    CDN_TRY(cdn_cadence_read(&in->shape, &in->root, in->agreement));
    return cdn_shape_digest(&in->shape, json, in->agreement->digest);
}

cdn_status cdn_agreement_create(const cdn_json *json, const char *source,
                                const cdn_catalogue *catalogue, cdn_agreement **out,
                                cdn_error *error)
{
    *out = NULL;
    cdn_error local = CDN_ERROR_INIT;
    cdn_arena *arena = cdn_arena_create();
    agreement_box *box = arena == NULL ? NULL : cdn_arena_alloc(arena, 1, sizeof *box);
    if (box == NULL) {
        cdn_arena_destroy(arena);
        return cdn_fail_memory(error);
    }
    box->arena = arena;
    reading in = {
        .shape = {source, arena, error != NULL ? error : &local},
        .catalogue = catalogue,
        .agreement = &box->agreement,
    };
    cdn_status status = read_agreement(&in, json);
    if (status == CDN_OK)
        *out = &box->agreement;
    else
        cdn_arena_destroy(arena);
    return status;
}

void cdn_agreement_destroy(cdn_agreement *agreement)
{
    if (agreement != NULL)
        cdn_arena_destroy(((agreement_box *)agreement)->arena);
}
