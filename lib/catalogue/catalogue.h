/* catalogue.h - what the data means: record types, columns, code lists, dimensions, measures.
 *
 * A catalogue is made from the canonical JSON that the jail returns for a
 * catalogue script, plus the code lists (CSV) beside that script. It is
 * immutable afterwards; all arrays belong to it. Indexes (record, column,
 * dimension, ...) are positions in its arrays and never leave the process.
 *
 * Values. Every stored value is an int32_t: a code's position in its code list,
 * a scaled integer, a day number, or a dictionary id of a text. The three
 * reserved values below are "missing"; they absorb through arithmetic.
 *
 * Axes. A dimension names levels of one axis. An axis is a classification of
 * records into leaves; two dimensions over the same leaves (local authority >
 * region, local authority > integrated care board) share one axis, which is how
 * their tables are known to overlap. Leaf numbers count from 0; when a record
 * can lack the answer, the last leaf is "not recorded" (code _U). */
#ifndef CDN_CATALOGUE_CATALOGUE_H
#define CDN_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "cordon/error.h"
#include "json/json.h"

#define CDN_MISSING INT32_MIN              /* not recorded: blank or -1 */
#define CDN_DONT_KNOW (INT32_MIN + 1)      /* asked, not known: -2 */
#define CDN_NONE UINT32_MAX                /* no index */
#define CDN_TOTAL_CODE "_T"
#define CDN_UNKNOWN_CODE "_U"

static inline bool cdn_is_missing(int32_t value)
{
    return value <= CDN_DONT_KNOW;
}

/** A code list: CSV with header code,label[,more columns]; order of the file. */
typedef struct cdn_codelist {
    const char *name;
    uint32_t count;
    const char *const *codes;
    const char *const *labels;
    uint32_t extra_count;          /* columns after code and label */
    const char *const *extra_names;
    const char *const *extras;     /* count x extra_count, row by row */
} cdn_codelist;

typedef enum cdn_column_kind {
    CDN_COLUMN_CODE = 1,    /* position in a code list */
    CDN_COLUMN_INTEGER = 2,
    CDN_COLUMN_DECIMAL = 3, /* scaled by 10^decimals */
    CDN_COLUMN_DATE = 4,    /* days since 1970-01-01 */
    CDN_COLUMN_TEXT = 5     /* dictionary id of the snapshot */
} cdn_column_kind;

typedef struct cdn_column {
    const char *name;   /* as scripts and expressions know it, unique in its record type */
    const char *header; /* as the file's header has it */
    uint32_t record;
    cdn_column_kind kind;
    uint8_t decimals;
    bool required;      /* a missing or impossible value excludes the record; else the value */
    int64_t min, max;   /* scaled; inclusive */
    uint32_t codelist;  /* CODE only */
    uint32_t remap_count; /* CODE only: old code -> code, -1 or -2, applied before lookup */
    const char *const *remap_from;
    const char *const *remap_to;
} cdn_column;

typedef enum cdn_record_kind {
    CDN_RECORD_FILE = 1,    /* one row of `file` */
    CDN_RECORD_UNPIVOT = 2, /* one per (row of `source`, code) with a figure other than 0 */
    CDN_RECORD_GROUP = 3    /* one per distinct value of `key` in `source` (provider) */
} cdn_record_kind;

/** A reference from each row of a record type to one row (or none) of another. */
typedef struct cdn_reference {
    uint32_t target;  /* record type */
    uint32_t column;  /* of this record type, whose value equals the target's key; CDN_NONE for an
                         UNPIVOT type's first reference, which is to its own row of `source` */
    bool required;    /* a row without a target is excluded ("worker of unknown workplace") */
} cdn_reference;

typedef struct cdn_record {
    const char *name;
    const char *title;
    cdn_record_kind kind;
    const char *file;          /* FILE: name below data/ */
    uint32_t source;           /* UNPIVOT, GROUP: record type it is made of */
    uint32_t key;              /* column; unique. UNPIVOT: CDN_NONE. GROUP: a column of `source`
                                  (a group has no columns of its own) */
    uint32_t column_first, column_count; /* its columns are contiguous in catalogue->columns */
    uint32_t reference_count;
    const cdn_reference *references;
    /* UNPIVOT: headers are sprintf(pattern, code) + suffix; the code column is column_first, the
     * other columns' headers are the suffixes; `unpivot_codes` is the code list. */
    const char *unpivot_pattern; /* e.g. "jr%02d" */
    uint32_t unpivot_codes;
    /* FILE: rows are kept only where this expression is not 0 (CDN_NONE = all) */
    uint32_t keep;
    /* Contributors: how many workers a row stands for (an expression; CDN_NONE = none counted),
     * which record type is its workplace-level contributor (itself or a reference's target), and
     * which column or record type identifies the holding (provider). */
    uint32_t workers;          /* expression */
    uint32_t unit;             /* record type; may be the record itself */
    uint32_t holding;          /* record type reached by reference, or CDN_NONE */
    uint32_t holding_column;   /* else a TEXT column of this record type, or CDN_NONE */
    /* What a row that is its own unit says of its protection, for policies that ask (CDN_NONE =
     * nothing): it waives protection, it requests it, where the expression is not 0. */
    uint32_t waiver, request;
    bool is_public;            /* a public register: its rows are not confidential as such */
    uint32_t unread_count;     /* headers of the file that are never read, so that agreements can */
    const char *const *unread; /* name them as forbidden */
} cdn_record;

/** Expression nodes; integer arithmetic on scaled values; missing absorbs. Comparisons, AND, OR,
 *  NOT give 0 or 1 and take missing as 0 (false). */
typedef enum cdn_expr_op {
    CDN_EX_COLUMN = 1,   /* value of `column`, reached by references from the base record */
    CDN_EX_CONSTANT = 2,
    CDN_EX_ADD = 3,      /* operands brought to the larger scale */
    CDN_EX_SUBTRACT = 4,
    CDN_EX_MULTIPLY = 5, /* scales add */
    CDN_EX_DIVIDE = 6,   /* result has `decimals` places, half away from zero; by 0 = missing */
    CDN_EX_EQ = 7,
    CDN_EX_NE = 8,
    CDN_EX_LT = 9,
    CDN_EX_LE = 10,
    CDN_EX_GT = 11,
    CDN_EX_GE = 12,
    CDN_EX_AND = 13,
    CDN_EX_OR = 14,
    CDN_EX_NOT = 15,
    CDN_EX_KNOWN = 16,    /* 1 when the operand is not missing */
    CDN_EX_IF = 17,       /* first != 0 ? second : third */
    CDN_EX_COALESCE = 18, /* first unless missing, else second */
    CDN_EX_YEARS_SINCE = 19, /* whole years from a DATE operand to the reference date */
    CDN_EX_MONTHS_SINCE = 20,
    CDN_EX_REFERENCE_YEAR = 21,
    CDN_EX_LINKED = 22,   /* 1 when the base record has a row of record type `column` by reference,
                             or is referenced by one */
    CDN_EX_IN = 23        /* 1 when a CODE column's code is in list[0..list_count) */
} cdn_expr_op;

typedef struct cdn_expr {
    cdn_expr_op op;
    uint8_t decimals;   /* scale of the result */
    uint32_t operand[3]; /* expression indexes, or CDN_NONE */
    uint32_t column;    /* COLUMN, IN: column; LINKED: record type */
    int64_t constant;   /* scaled by decimals */
    uint32_t list_count;
    const uint32_t *list; /* IN: positions in the column's code list */
} cdn_expr;

/** How records of one type are put on an axis. */
typedef struct cdn_binding {
    uint32_t record;
    uint32_t expr; /* gives a code position, or (banded) a number; missing -> the unknown leaf */
} cdn_binding;

typedef struct cdn_axis {
    const char *name;
    uint32_t binding_count;
    const cdn_binding *bindings; /* a record type without one uses the nearest reference's */
    uint32_t leaf_count;         /* with the unknown leaf */
    bool has_unknown;            /* then leaf_count - 1 is "not recorded" */
    uint32_t band_count;         /* banded: leaf i holds band_start[i] <= value < band_start[i+1] */
    const int64_t *band_starts;  /* (the last band is open); below the first = missing. 0 = codes */
    uint32_t codelist;           /* not banded: leaves are its codes in order */
    uint32_t column_count;       /* source columns, for permission checks */
    const uint32_t *columns;
} cdn_axis;

typedef struct cdn_level {
    const char *name;
    uint32_t count;
    const char *const *codes;
    const char *const *labels;
    const uint32_t *of_leaf; /* leaf_count entries: code of this level, or CDN_NONE. The unknown
                                leaf is never in a level. */
} cdn_level;

typedef struct cdn_dimension {
    const char *name;
    const char *title;
    uint32_t axis;
    bool attribute;        /* a characteristic of people: group disclosure applies */
    uint32_t level_count;  /* from coarse to fine */
    const cdn_level *levels;
} cdn_dimension;

/** A subset of an axis's leaves. */
typedef struct cdn_restriction {
    uint32_t axis;
    const uint8_t *leaves; /* leaf_count flags */
} cdn_restriction;

/** An additive statistic: the sum, over the records of a type that are usable and inside every
 *  restriction, of a value (or of 1). */
typedef struct cdn_part {
    uint32_t record;
    uint32_t value;    /* expression, or CDN_NONE = each record counts 1 */
    uint32_t usable;   /* expression, or CDN_NONE = all; a missing value is never usable */
    uint32_t restriction_count;
    const cdn_restriction *restrictions;
    uint8_t decimals;  /* of value */
    bool magnitude;    /* a quantity (dominance applies), not a count of records */
    uint32_t term_count; /* a sum of several columns: the terms' expressions, each of which an
                            attacker may get by difference; else 0 */
    const uint32_t *terms;
    uint32_t column_count; /* source columns (of value, usable, restrictions) */
    const uint32_t *columns;
} cdn_part;

typedef enum cdn_measure_kind {
    CDN_MEASURE_COUNT = 1,    /* parts: count */
    CDN_MEASURE_SUM = 2,      /* parts: sum */
    CDN_MEASURE_RATIO = 3,    /* parts: numerator, denominator */
    CDN_MEASURE_SHARE = 4,    /* parts: numerator, denominator, complement (never output) */
    CDN_MEASURE_MEAN = 5,     /* parts: sum, count of the same records */
    CDN_MEASURE_QUANTILE = 6  /* parts: count of the records with a value; `value` below */
} cdn_measure_kind;

typedef struct cdn_measure {
    const char *name;
    const char *title;
    const char *definition; /* one or two sentences, for the data dictionary */
    const char *unit;       /* "%", "GBP/hour", "posts", ... */
    cdn_measure_kind kind;
    uint32_t part_count;
    cdn_part parts[3];
    uint32_t value;         /* QUANTILE: expression */
    uint32_t quantile_ppm;  /* QUANTILE: 500000 = median */
    uint8_t decimals;       /* places of the published figure before the policy's rounding */
    uint32_t multiplier;    /* RATIO, SHARE: 100 for per cent, else 1 */
    uint32_t row_gate;      /* expression on parts[0].record's workplace; a provider row shows the
                               measure only where it is not 0; CDN_NONE = always */
} cdn_measure;

/** A descriptive field that provider rows and lists may show. */
typedef struct cdn_field {
    const char *name;
    const char *title;
    uint32_t record;  /* workplace, location, ... */
    uint32_t column;  /* shown as code, text, date or number; CDN_NONE when `expr` is set */
    uint32_t expr;    /* else an expression giving 0/1, shown as N/Y, or a number */
    uint32_t dimension, level; /* else the code of a level; CDN_NONE */
    bool consent;     /* shown only for workplaces that consent, even in a register's list */
} cdn_field;

typedef struct cdn_catalogue {
    const char *name;
    const char *title;
    const char *canonical; /* canonical JSON without lines, then "\n", name, " ", SHA-256 of the
                              bytes of each code list */
    char digest[65]; /* SHA-256 of `canonical` */
    const char *period_record;  /* the record type and column that hold the period MYYYYMM */
    const char *period_column;
    uint32_t as_at_column;   /* the newest of these dates tells the week of the data; or CDN_NONE */
    uint32_t record_count;    const cdn_record *records;
    uint32_t column_count;    const cdn_column *columns;
    uint32_t codelist_count;  const cdn_codelist *codelists;
    uint32_t expr_count;      const cdn_expr *exprs;
    uint32_t axis_count;      const cdn_axis *axes;
    uint32_t dimension_count; const cdn_dimension *dimensions;
    uint32_t measure_count;   const cdn_measure *measures;
    uint32_t field_count;     const cdn_field *fields;
} cdn_catalogue;

/** Builds a catalogue from its JSON (format "cordon-catalogue/1") and the CSV code lists in
 *  `codes_dir`. Errors name the catalogue file and line kept in the JSON.
 *  @owner caller, cdn_catalogue_destroy */
cdn_status cdn_catalogue_create(const cdn_json *json, const char *source, const char *codes_dir,
                                cdn_catalogue **out, cdn_error *error) CDN_MUST_CHECK;
void cdn_catalogue_destroy(cdn_catalogue *catalogue);

/** true when all that an earlier catalogue (its `canonical`) says is said by this one in the same
 *  way, so that what was made with it means the same today: the same records; of axes, dimensions,
 *  measures, fields and code lists more may have come. Titles may differ. */
cdn_status cdn_catalogue_extends(const cdn_catalogue *catalogue, const char *earlier, bool *out,
                                 cdn_error *error) CDN_MUST_CHECK;

uint32_t cdn_catalogue_find_record(const cdn_catalogue *catalogue, const char *name);
uint32_t cdn_catalogue_find_dimension(const cdn_catalogue *catalogue, const char *name);
uint32_t cdn_catalogue_find_measure(const cdn_catalogue *catalogue, const char *name);
uint32_t cdn_catalogue_find_field(const cdn_catalogue *catalogue, uint32_t record,
                                  const char *name);
uint32_t cdn_catalogue_find_column(const cdn_catalogue *catalogue, uint32_t record,
                                   const char *name);
uint32_t cdn_level_find(const cdn_dimension *dimension, const char *name);
uint32_t cdn_level_find_code(const cdn_level *level, const char *code_or_label);

/** The route of references from record type `from` to `to`: fills steps[] with indexes into each
 *  record's references, at most 4; *count 0 when from == to. false when there is none. Shortest
 *  route, ties to the first reference. */
bool cdn_catalogue_route(const cdn_catalogue *catalogue, uint32_t from, uint32_t to,
                         uint32_t steps[4], uint32_t *count);

/** The binding of `axis` for base record type `record`: its own, or the nearest by references
 *  (whose record type is binding->record). NULL when the axis does not apply. */
const cdn_binding *cdn_axis_binding(const cdn_catalogue *catalogue, uint32_t axis,
                                    uint32_t record);

/** The names a script may use (dimensions with levels and codes, measures, fields, record types),
 *  as JSON for the jail's side input. @owner caller */
cdn_status cdn_catalogue_names(const cdn_catalogue *catalogue, cdn_json **out, cdn_error *error)
    CDN_MUST_CHECK;

#endif
