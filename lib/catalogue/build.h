/* build.h - the catalogue while it is being made, and the steps of making it.
 *
 * Private to this room. Steps run in the order of this file: each may use what
 * the earlier ones made. Everything lives in the catalogue's own arena, but the
 * expressions, which grow in a block of their own until the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CDN_CATALOGUE_BUILD_H
#define CDN_CATALOGUE_BUILD_H

#include "catalogue/catalogue.h"
#include "catalogue/shape.h"
#include "core/arena.h"

#define CDN_CATALOGUE_MAX 1024u      /* records, columns, dimensions, measures, fields, ... */
#define CDN_CATALOGUE_EXPRS_MAX 65536u
#define CDN_CODELIST_MAX 100000u     /* codes of one list */

/** What kind of value an expression gives. */
typedef enum cdn_type_kind {
    CDN_TYPE_NUMBER = 1,
    CDN_TYPE_CODE = 2, /* of a code list */
    CDN_TYPE_DATE = 3,
    CDN_TYPE_TEXT = 4
} cdn_type_kind;

typedef struct cdn_type {
    cdn_type_kind kind;
    uint32_t codelist; /* CODE */
} cdn_type;

/** A catalogue and what owns its memory; `catalogue` comes first. */
typedef struct cdn_catalogue_box {
    cdn_catalogue catalogue;
    cdn_arena *arena;
} cdn_catalogue_box;

typedef struct cdn_builder {
    cdn_shape shape;
    cdn_catalogue *catalogue;
    const char *codes_dir;
    cdn_record *records;       /* the catalogue's arrays, writable */
    cdn_column *columns;
    cdn_codelist *codelists;
    const char *const **omitted; /* per code list, the codes read as "don't know"; NULL-ended */
    const char **list_digests; /* per code list, SHA-256 of its file; "" when it has none */
    cdn_axis *axes;
    cdn_codelist *leaves;      /* per axis, the codes and labels of its known leaves */
    cdn_dimension *dimensions;
    cdn_measure *measures;
    cdn_field *fields;
    cdn_expr *exprs;           /* heap */
    cdn_type *types;           /* heap; one per expression */
    uint32_t expr_capacity;
} cdn_builder;

/** codelist.c: the "codelists" of the root. */
cdn_status cdn_build_codelists(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;
uint32_t cdn_build_find_codelist(const cdn_builder *builder, const char *name);
/** Position of a code, or else of a label, or CDN_NONE. */
uint32_t cdn_codelist_find(const cdn_codelist *list, const char *code_or_label);
/** Which extra column; CDN_NONE. */
uint32_t cdn_codelist_extra(const cdn_codelist *list, const char *name);

/** record.c: record types with columns and references; then what needs expressions. */
cdn_status cdn_build_records(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;
cdn_status cdn_build_record_rules(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;
/** The record type that a member of the node names. */
cdn_status cdn_build_record_member(cdn_builder *builder, const cdn_node *node, const char *key,
                                   uint32_t *out) CDN_MUST_CHECK;

/** expression.c: parses an expression for rows of `record`; a required member, or CDN_NONE. */
cdn_status cdn_build_expr(cdn_builder *builder, const cdn_node *node, const char *key,
                          uint32_t record, bool required, uint32_t *out) CDN_MUST_CHECK;
cdn_status cdn_build_expr_add(cdn_builder *builder, const cdn_expr *expr, cdn_type type,
                              uint32_t *out) CDN_MUST_CHECK;
/** Sets the flag of each column that an expression uses. */
void cdn_build_expr_columns(const cdn_builder *builder, uint32_t expr, uint8_t *flags);
/** The columns whose flags are set, as an arena array. */
cdn_status cdn_build_columns(cdn_builder *builder, const uint8_t *flags, uint32_t *count,
                             const uint32_t **out) CDN_MUST_CHECK;

/** axis.c and dimension.c */
cdn_status cdn_build_axes(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;
cdn_status cdn_build_dimensions(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;
/** The dimension and level that members of the node name. */
cdn_status cdn_build_level_member(cdn_builder *builder, const cdn_node *node, uint32_t *dimension,
                                  uint32_t *level) CDN_MUST_CHECK;
/** Leaf flags of {dimension, level, codes}. */
cdn_status cdn_build_restriction(cdn_builder *builder, const cdn_json *json, uint64_t line,
                                 cdn_restriction *out) CDN_MUST_CHECK;

/** measure.c */
cdn_status cdn_build_measures(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;
cdn_status cdn_build_fields(cdn_builder *builder, const cdn_node *root) CDN_MUST_CHECK;

#endif
